/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of sealing share: an archive of a few entries in a temporary folder, with a clock, random numbers and
 * a disk of its own. */
#ifndef STAGES_SEAL_TEST_WORLD_H
#define STAGES_SEAL_TEST_WORLD_H

#include "base/arena.h"
#include "io/signer/signer.h"
#include "stages/seal/seal.h"

struct world {
	struct env env; /* first */
	struct arena a;
	char dir[64];
	const char *path;  /* the archive */
	const char *state; /* where the outside copy goes: XDG_STATE_HOME */
	const char *home;  /* HOME; NULL unless a test sets it */
	struct signer *signer;
	uint64_t random;
	int fail_at; /* the change that fails, counted from 0; -1: none */
	int changes;
};

void world_open(struct world *w);
void world_close(struct world *w);
/* Makes the archive, or finishes making it. */
MUST_USE rc world_create(struct world *w, struct err *e);
/* One entry with some bytes in warc/, as a capture has them: kept, and added to the seal. */
MUST_USE rc world_add(struct world *w, struct archive *ar, struct seal *l, unsigned i, struct err *e);
/* Adds n entries, with a checkpoint after every `each`, or none for 0. *kept counts those whose sync returned. */
MUST_USE rc world_grow(struct world *w, unsigned n, unsigned each, uint64_t *kept, struct err *e);

/* What verify tells. */
struct told {
	struct seal_report report; /* first */
	struct err first;
	uint64_t unfinished;
	uint64_t notes;
	char last_note[256];
};

/* For a report that collects problems and notes. */
struct told told_nothing(void);
struct told verify(struct world *w);
void assert_verified(struct world *w, uint64_t sealed);

/* Every file below warc/, records/ and log/. */
struct file_list {
	struct arena *a;
	const char **path;
	size_t n;
};

void list_files(struct world *w, struct file_list *l);
void copy_tree(struct world *w, const char *from, const char *to);
void append(const char *path, struct str bytes);

#endif
