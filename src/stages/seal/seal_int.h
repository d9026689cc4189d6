/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of stages/seal. */
#ifndef STAGES_SEAL_INT_H
#define STAGES_SEAL_INT_H

#include "base/arena.h"
#include "base/buf.h"
#include "stages/seal/seal.h"

#define LOG_STATE "log/state"
#define LOG_CHECKPOINT "log/checkpoint"

/* Builds tiles from leaves, in order, and hands each full one out. Level -1 is the entry bundle. */
struct tile_builder {
	struct tlog_edge edge;
	struct hash tile[TLOG_LEVELS][TLOG_TILE_WIDTH];
	struct buf bundle;
	/* A tile: of `width` 256 while adding, of the rest in tile_builder_rest(). */
	rc (*out)(struct tile_builder *b, int level, uint64_t index, unsigned width, struct str bytes, struct err *e);
};
void tile_builder_init(struct tile_builder *b);
void tile_builder_clear(struct tile_builder *b);
/* Continues a log of that size, from its tiles in `dir`. OK · E_NOTFOUND a tile is missing · E_VERIFY. */
MUST_USE rc tile_builder_load(struct tile_builder *b, int dir, uint64_t size, struct err *e);
MUST_USE rc tile_builder_add(struct tile_builder *b, struct str leaf, struct err *e);
/* The same of a leaf that only its hash is known of. Bundles are then not to be used. */
MUST_USE rc tile_builder_add_hash(struct tile_builder *b, const struct hash *leaf_hash, struct err *e);
/* Hands out the partial tiles of the right edge. */
MUST_USE rc tile_builder_rest(struct tile_builder *b, struct err *e);

struct tile_out {
	struct str path;
	struct str bytes;
	bool full;
};

struct seal {
	struct tile_builder builder; /* first: out() gets back to the seal */
	struct archive *ar;
	const struct signer *signer;
	struct checkpoint last; /* signed, and its note as log/state has it */
	struct buf last_note;
	uint64_t published;
	bool unpublished; /* found at the start: more is signed than log/checkpoint says */
	struct arena run;
	struct arena batch; /* tiles to be written at the next commit */
	struct tile_out *out;
	size_t nout;
	bool dead;
};

/* OK · E_IO an earlier failure has used it up. */
MUST_USE rc seal_usable(const struct seal *l, struct err *e);

/* The checkpoint that a token is about: signed by the log's key, once, and by nobody else. OK · E_VERIFY · E_LIMIT. */
MUST_USE rc seal_token_note(
	struct str note, const struct note_key *key, struct arena *a, struct checkpoint *ret, struct err *e);

/* Reads and verifies a checkpoint file. E_NOTFOUND · E_VERIFY · E_FORMAT. */
MUST_USE rc seal_read_checkpoint(int dir, const char *path, const struct note_key *key, struct arena *a,
	struct checkpoint *ret, struct str *ret_note, struct err *e);

/* The copy outside the archive. E_NOTFOUND: none yet, or no place for one (*ret_place false). */
MUST_USE rc seal_outside_read(struct env *env, const struct note_key *key, struct arena *a, struct checkpoint *ret,
	bool *ret_place, struct err *e);
MUST_USE rc seal_outside_write(struct env *env, const struct note_key *key, struct str note, struct err *e);

#endif
