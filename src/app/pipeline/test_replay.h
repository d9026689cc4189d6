/* SPDX-License-Identifier: Apache-2.0 */
/* A session with an archive is recorded; then the folder is put into every state that a crash may leave, recovered, and
 * compared with what had been promised by then.
 *
 *   steps ─► run: trace + promises + signed roots          session
 *     cut after change i ─► disk_crash ─► steps again ─► found     each variant; and the recovery is cut in turn
 *
 * To replay more, write steps and list them: what they change through io/fs below run->root is cut like all else, and
 * what they tell the world they say with run_promise(). */
#ifndef APP_PIPELINE_TEST_REPLAY_H
#define APP_PIPELINE_TEST_REPLAY_H

#include "app/pipeline/pipeline.h"
#include "io/fs/test_disk.h"

struct run;
struct found;

/* What somebody was told, or may rely on, from that change on. */
struct promise {
	const char *what;
	/* Whether it holds in what was recovered. */
	bool (*holds)(const struct found *f, const struct promise *p);
	uint64_t n; /* as the two agree */
	struct hash hash;
	struct str text;
	bool is_least; /* runs after it have n in `least`, at least */
	size_t at;     /* filled in */
};

/* A checkpoint that was written anywhere. */
struct signed_root {
	size_t at;
	struct checkpoint c;
};

struct run {
	struct env env; /* first */
	struct pipeline_ui ui;
	struct arena a;
	const char *root;    /* everything is below it */
	const char *archive; /* root/archive */
	const char *state;   /* root/state: for copies outside */
	const char *inputs;  /* elsewhere: files to be imported */
	struct trace trace;
	struct promise *promise;
	size_t npromises;
	struct signed_root *seen;
	size_t nseen;
	uint64_t seed; /* of random numbers: another run has other ones */
	unsigned unique;
	bool made;      /* the archive was reported to be there */
	uint64_t least; /* of promises before a crash */
	char trouble[sizeof(((struct err *)NULL)->msg)];
};
void run_promise(struct run *r, struct promise p);
/* Seals, and promises that it is. */
rc run_seal(struct run *r, struct pipeline *p, struct err *e);
/* Opens, does it, seals and closes; or ends without sealing, as a kill would. */
rc run_pipeline(struct run *r, rc (*what)(struct run *r, struct pipeline *p, struct err *e), bool close, struct err *e);

struct step {
	const char *name;
	rc (*run)(struct run *r, struct err *e);
};

/* The archive after recovery, and a tree over its frames. */
struct found {
	struct run *run; /* of the recovery */
	struct archive *ar;
	struct hash *id;   /* SHA-256 of each frame's leaf text */
	struct hash *root; /* of the tree with that many leaves */
	size_t n;
	struct hash *token; /* SHA-256 of the bytes of each token and policy */
	size_t ntokens;
	size_t nothers; /* frames that are no records */
	struct checkpoint published;
};

struct replay {
	const struct step *session;
	size_t nsession;
	const struct step *after; /* once more after each crash: they recover, and do something else than before */
	size_t nafter;
	bool before_syncs;        /* only cuts right before a sync: most is at stake there */
	bool kills;               /* the session is only killed; what a crash takes is what its recovery did not sync */
	unsigned variants;        /* of each cut, at least */
	unsigned one_cut_of;      /* 1: all */
	unsigned one_recovery_of; /* that is cut in turn; 0: none */
	unsigned one_cut_in_it_of; /* and its end */
	/* Changes that never reach the disk, to see that it is noticed. */
	bool (*lost)(const struct change *c);
	/* found out */
	uint64_t cuts;
	uint64_t states;
	uint64_t same; /* as one that was looked at already */
	uint64_t nested;
	uint64_t captures;
	uint64_t broken;
	char first[1024]; /* what was wrong first */
};
/* Ends at the first state that is wrong. */
void replay(struct replay *x);

#endif
