/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of stages/cosign. */
#ifndef STAGES_COSIGN_INT_H
#define STAGES_COSIGN_INT_H

#include "base/arena.h"
#include "base/buf.h"
#include "stages/cosign/cosign.h"

struct keyring;
struct signer;

struct cosign_signer {
	const struct signer *signer;
	struct signer *plain; /* who owns it: this, or */
	struct keyring *ring;
};
/* Gets the passphrase of a new witness in `path`; left empty when none is needed. OK · as how->passphrase. */
MUST_USE rc cosign_signer_check_new(
	const char *path, const struct cosign_how *how, struct secret *passphrase, struct err *e);
/* An empty passphrase is asked for where there has to be one.
 * OK · E_NOTFOUND no key · E_UNSUPPORTED another kind of key · as signer_load(), keyring_open(), how->passphrase. */
MUST_USE rc cosign_signer_load(
	int dir, const struct cosign_how *how, struct secret *passphrase, struct cosign_signer *ret, struct err *e);
/* OK · E_USAGE no key can have that name · as fs_commit() and keyring_create_with(). */
MUST_USE rc cosign_signer_make(struct env *env, int dir, struct str name, const struct cosign_how *how,
	const struct secret *passphrase, struct cosign_signer *ret, struct err *e);
/* Wipes and frees. */
void cosign_signer_clear(struct cosign_signer *s);

struct cosign {
	struct env *env;
	int dir;
	int outside;              /* the folder of this witness outside; -1: there is no place for one */
	struct cosign_signer key; /* zeros when opened without */
	struct note_key vkey;     /* its text lives in `run` */
	struct arena run;
};

/* A log's files, below the folder and outside. */
struct cosign_paths {
	const char *keys;    /* logs/H/vkey */
	const char *last;    /* logs/H/cosigned */
	const char *fork;    /* logs/H/fork */
	const char *outside; /* H */
};
struct cosign_paths cosign_paths(struct arena *a, struct str origin_hash);

/* What was cosigned last: the message that was signed, an empty line, and the log's signature lines. */
struct cosign_last {
	bool is;
	bool only_here; /* the copy outside does not have it: it may not be synced, and nothing of it be signed */
	uint64_t time;
	struct str text; /* of the checkpoint */
	struct str sigs; /* the log's lines */
	struct checkpoint checkpoint;
};
/* Of both copies the one to go on from. OK · E_VERIFY the copy outside knows more · E_FORMAT a damaged file · E_IO. */
MUST_USE rc cosign_last_load(
	struct cosign *w, const struct cosign_paths *p, struct arena *a, struct cosign_last *ret, struct err *e);
/* Both copies, synced: the folder's first, which is the commit. */
MUST_USE rc cosign_last_store(
	struct cosign *w, const struct cosign_paths *p, const struct cosign_last *l, struct err *e);

/* The trusted keys of a log; none of one that is not known. OK · E_FORMAT · E_IO. */
MUST_USE rc cosign_keys_read(struct cosign *w, const struct cosign_paths *p, struct arena *a, struct note_key **ret,
	size_t *ret_n, struct err *e);

/* Of the folder and of the key: a copy of the folder elsewhere must not sign at the same time. Each has a file `lock`,
 * which holds on network file systems too, and is locked itself, since the file may be removed as left over. */
struct cosign_locks {
	int fds[4];
};
MUST_USE rc cosign_lock(struct cosign *w, struct cosign_locks *ret, struct err *e);
void cosign_unlock(struct cosign_locks *l);

#endif
