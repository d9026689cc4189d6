/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the two files of verification: what it knows, and how it tells. */
#ifndef STAGES_SEAL_VERIFY_INT_H
#define STAGES_SEAL_VERIFY_INT_H

#include "stages/seal/seal_int.h"

struct seen_note;
struct verifier {
	struct tile_builder builder; /* first: out() gets back to the verifier */
	struct archive *ar;
	const struct note_key *key;
	struct seal_report *report;
	/* three places say what was signed, and each binds; after an interruption the first may be behind */
	struct checkpoint published; /* log/checkpoint */
	struct checkpoint state;     /* log/state */
	struct checkpoint outside;   /* outside the folder */
	bool have_published;
	bool have_state;
	bool have_outside;
	uint64_t sealed;         /* by the first two: below it everything must be there */
	struct tlog_edge beyond; /* of the entries behind it that only the third knows */
	bool tail;               /* something behind the last frame was told */
	/* warc/, in the order of its files */
	struct arena run;
	int warc_fd;
	uint64_t warc_size;
	struct archive_end warc; /* covered so far */
	struct str *warc_seen;
	size_t nwarc_seen;
	/* checkpoints that tokens are about, and the roots between `published` and `sealed`, which no tile proves */
	struct hash *late;
	size_t nlate;
	struct seen_note *notes;
	size_t nnotes;
};

void verifier_tell(struct verifier *v, const struct err *e);
void verifier_unfinished(struct verifier *v, const struct err *e);

#define TELL(v, ...)                                                                                                   \
	do {                                                                                                           \
		struct err tell_e_;                                                                                    \
		rc_ignore(err_set(&tell_e_, E_VERIFY, __VA_ARGS__));                                                   \
		verifier_tell((v), &tell_e_);                                                                          \
	} while (0)

#define UNFINISHED(v, ...)                                                                                             \
	do {                                                                                                           \
		struct err tell_e_;                                                                                    \
		rc_ignore(err_set(&tell_e_, E_VERIFY, __VA_ARGS__));                                                   \
		verifier_unfinished((v), &tell_e_);                                                                    \
	} while (0)

/* Tells of a frame that is wrong. */
void verifier_tell_frame(struct verifier *v, const struct archive_ref *ref, struct err *e);
/* Checks an entry that is no record; what it says, and the text of its leaf. OK · what is wrong with it. */
MUST_USE rc verify_public(struct verifier *v, struct arena *a, const struct frame *f, struct leaf *ret,
	struct str *ret_text, struct err *e);
/* Tells of tokens whose checkpoint this log never had. After all frames and tiles. */
MUST_USE rc verify_notes(struct verifier *v, struct err *e);
/* The builder's out(): compares the tile that the leaves give with its files. */
MUST_USE rc verify_tile(
	struct tile_builder *b, int level, uint64_t index, unsigned width, struct str bytes, struct err *e);
/* Tells of names under log/ that no log of this size has. */
MUST_USE rc verify_names(struct verifier *v, struct err *e);

#endif
