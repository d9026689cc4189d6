/* SPDX-License-Identifier: Apache-2.0 */
/* The colleague's side: a witness, which cosigns checkpoints of logs that it knows, and only such as go on from what it
 * cosigned last.
 *
 *   request ─► lock ─► what was cosigned last ─► witness_decide() ─► store, synced ─► cosign ─► answer
 *
 * What is stored is the very text that is signed then, time included. So no signature exists before what it is of is on
 * disk, and after a crash in between the same one can be made again. A copy of the last one lies outside the folder:
 * when that knows more, an older copy of the folder was put back, and nothing is signed for that log.
 * docs/formats/witness.md */
#ifndef STAGES_COSIGN_H
#define STAGES_COSIGN_H

#include "base/env.h"
#include "formats/note/note.h"
#include "io/secret/secret.h"

struct arena;
struct cosign;

/* How the key is kept, or made. */
struct cosign_how {
	bool plain;    /* of a new one: as it is, under no passphrase */
	unsigned work; /* of a new one: struct keyring_place */
	/* Gets the passphrase; `fresh`: one that the user chooses now. NULL: nobody can be asked.
	 * OK, and it is not empty · E_DENIED none can be had · E_USAGE the same of a fresh one · E_LIMIT · E_IO. */
	rc (*passphrase)(void *ctx, bool fresh, struct secret *ret, struct err *e);
	void *ctx;
};

/* Makes the folder with a key of that name, or finishes making it; the passphrase is had before anything is made.
 * *ret_vkey in `a`. OK · E_EXISTS a whole one is there, or a key of another name · E_USAGE no name that a key can have,
 * or no passphrase · E_IO · E_DENIED the passphrase does not open what an interrupted try has left. */
MUST_USE rc cosign_create(struct env *env, const char *path, struct str name, const struct cosign_how *how,
	struct arena *a, struct str *ret_vkey, struct err *e);

/* Opens it; `how` is NULL when nothing is to be signed: then no passphrase is asked for, and cosign_answer() and
 * cosign_latest() may not be called. `env` is borrowed until cosign_free(). Threads may share what this gives.
 * OK · E_NOTFOUND no witness's folder · E_UNSUPPORTED a later format · E_DENIED a key that others may read, a wrong
 * passphrase, or none · E_FORMAT vkey is not that of the key · of signer_load and keyring_open · E_IO. */
MUST_USE rc cosign_open(
	struct env *env, const char *path, const struct cosign_how *how, struct cosign **ret, struct err *e);
void cosign_free(struct cosign *w);

/* Borrowed until cosign_free(). */
const struct note_key *cosign_key(const struct cosign *w);
/* Whether there is a place for copies outside; where none is, an older copy of the folder would not be noticed. */
bool cosign_has_outside(const struct cosign *w);

/* From here on checkpoints of the log with that key are cosigned; its name is the log's origin. A log may have several
 * keys. *ret_origin borrows from `vkey`. OK · E_EXISTS it is trusted already · E_USAGE no key of a log ·
 * E_LIMIT over CAP_COSIGN_KEYS · E_IO. */
MUST_USE rc cosign_trust(struct cosign *w, struct str vkey, struct str *ret_origin, struct err *e);

struct cosign_answer {
	unsigned status;   /* enum witness_answer */
	struct str body;   /* of 200 and 409, else empty; in the arena */
	struct str origin; /* of the log, when it is known */
	uint64_t size;     /* of the checkpoint, when its log signed it */
	uint64_t time;     /* of the cosignature, seconds since 1970 */
	bool fork;         /* the log signed another root for the size cosigned last; the request was kept */
	struct err why;    /* of all but 200 */
};

/* Answers the body of an add-checkpoint request. Processes and threads may call it at once.
 * OK: there is an answer, whatever it is · E_VERIFY an older copy of the folder, or a clock that went back over
 * COSIGN_SLACK_SECONDS: nothing is signed · E_FORMAT a damaged file of the folder · E_IO · E_DENIED. */
#define COSIGN_SLACK_SECONDS 3600u
MUST_USE rc cosign_answer(struct cosign *w, struct str body, struct arena *a, struct cosign_answer *ret, struct err *e);

/* The checkpoint cosigned last of the log whose origin has that SHA-256 (64 digits of lower-case hex), with the log's
 * signatures and ours, in `a`. OK · E_NOTFOUND no such log, or nothing cosigned · E_FORMAT · E_VERIFY · E_IO. */
MUST_USE rc cosign_latest(struct cosign *w, struct str origin_hash, struct arena *a, struct str *ret, struct err *e);

#endif
