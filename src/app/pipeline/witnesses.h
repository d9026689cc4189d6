/* SPDX-License-Identifier: Apache-2.0 */
/* Witnesses as the archive sees them: whom its policy names, what they have cosigned, and what they are asked.
 *
 *   policy ─► request ─► (HTTP, mail, a stick) ─► answer ─► import: a token for each cosignature
 *
 * A checkpoint is believed to be cosigned only when it is this log's, with the root that the tiles give, and the
 * signature holds for a key of the policy. Of the sealed policies the last one counts. docs/formats/policy.md */
#ifndef APP_WITNESSES_H
#define APP_WITNESSES_H

#include "app/pipeline/pipeline.h"
#include "formats/policy/policy.h"

/* A checkpoint of this log that witnesses of the policy have cosigned. */
struct cosigned {
	uint64_t size;
	bool *by;        /* by place in policy.nodes; false for groups */
	uint64_t *times; /* of the earliest cosignature of each, seconds since 1970 */
	bool satisfied;  /* the quorum is there: */
	uint64_t time;   /* since then; the last cosignature when it is not */
	struct str said; /* policy_explain() */
};
struct witnesses {
	bool has_policy; /* without one the rest is empty */
	struct policy policy;
	struct str text;     /* of the policy */
	struct cosigned *at; /* in the order of sizes */
	size_t n;
	size_t unknown; /* cosignatures of nobody in the policy */
	size_t bad;     /* that do not hold */
};

/* All of it, in `a`. A policy that is kept and not sealed does not count.
 * OK · as pipeline_tokens() · E_VERIFY the catalog names a policy that is not in the log · E_FORMAT the sealed policy
 * cannot be read. */
MUST_USE rc witnesses_load(struct pipeline *p, struct arena *a, struct witnesses *ret, struct err *e);
/* What speaks for an entry: the first checkpoint over it that satisfies the policy; else the one with the most
 * cosignatures, satisfied false; else NULL. */
const struct cosigned *witnesses_of(const struct witnesses *w, uint64_t index);
/* Names of those who cosigned it, joined by ", ". In `a`. */
struct str witnesses_names(struct arena *a, const struct witnesses *w, const struct cosigned *c);
/* The largest size that this witness has cosigned as far as the archive knows; 0: none. */
uint64_t witnesses_last(const struct witnesses *w, size_t node);

/* Policies and cosignatures, as they were kept. All zeros to begin with; cleared by witnesses_seen_clear(). */
struct witnesses_kept {
	uint64_t index; /* of the log's entry */
	struct str note;
	struct str line;
};
struct witnesses_policy {
	uint64_t index;
	struct str leaf;
	struct str text;
};
struct witnesses_seen {
	struct arena a;
	struct witnesses_policy *policies;
	size_t npolicies;
	struct witnesses_kept *kept;
	size_t nkept;
};
void witnesses_seen_clear(struct witnesses_seen *s);
/* Takes what it wants of an entry: for who reads all of records/, and does not believe the catalog. */
void witnesses_see(struct witnesses_seen *s, const struct frame *f);
/* All that the catalog knows of. OK · as pipeline_tokens(). */
MUST_USE rc witnesses_collect(struct pipeline *p, struct witnesses_seen *ret, struct err *e);

/* What witnesses_load() gives, of what was seen; without the catalog's word. OK · as there. */
MUST_USE rc witnesses_judge(
	struct pipeline *p, const struct witnesses_seen *s, struct arena *a, struct witnesses *ret, struct err *e);

/* A kept cosignature, judged by the keys of all policies that were ever sealed here. */
struct cosignature {
	uint64_t index; /* of the log's entry */
	uint64_t size;  /* of the checkpoint */
	bool good;
	bool known;      /* the signer is a witness of a policy */
	struct str name; /* of the witness's key, when good */
	uint64_t time;
	struct err why; /* when not good */
};
/* `ret` is in `a` and borrows from `s`. OK · as for seal_checkpoint(). */
MUST_USE rc witnesses_check(struct pipeline *p, const struct witnesses_seen *s, struct arena *a,
	struct cosignature **ret, size_t *ret_n, struct err *e);

/* Body of an add-checkpoint request about the published checkpoint, for a witness that has cosigned `old`.
 * OK · E_NOTFOUND `old` is over its size · E_VERIFY a bad tile. Open for writing. */
MUST_USE rc witnesses_request(struct pipeline *p, uint64_t old, struct buf *ret, struct err *e);
/* Asks a witness over HTTP, and once more with the size that it tells. *ret_answer (in `a`): signature lines.
 * OK · E_USAGE it has no URL · E_NET no answer, or none that makes sense · E_VERIFY it refuses, or has cosigned more
 * than this archive has. */
MUST_USE rc witnesses_ask(struct pipeline *p, const struct policy_node *w, uint64_t old, struct arena *a,
	struct str *ret_answer, struct err *e);

/* Answers kept. */
struct witnesses_import {
	uint64_t size; /* of the checkpoint that they are of */
	size_t added;  /* cosignatures that are new */
	size_t there;  /* that were kept before */
};
/* Keeps the lines of an answer that are of witnesses of the policy and hold, over the published checkpoint or an
 * earlier one (of the last WITNESSES_BACK sizes); of each witness the earliest. Sealed by pipeline_seal(). Open for
 * writing. OK · E_FORMAT no signature lines · E_VERIFY they are of no checkpoint of this log, or of nobody in the
 * policy · E_NOTFOUND there is no policy · E_LIMIT · E_IO. */
#define WITNESSES_BACK 4096u
MUST_USE rc witnesses_import(
	struct pipeline *p, const struct witnesses *w, struct str answer, struct witnesses_import *ret, struct err *e);

#endif
