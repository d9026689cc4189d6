/* SPDX-License-Identifier: Apache-2.0 */
/* Whose signatures make a checkpoint believed (C2SP tlog-policy): logs, witnesses, groups of them, and a quorum.
 *
 *   log <vkey> [<url>]                    one of them must have signed, under its own origin
 *   witness <name> <vkey> [<url>]         vkey of type 0x04
 *   group <name> any|all|<k> <name>…      of witnesses and groups of lines above, each member of one group at most
 *   quorum <name>|none                    once
 *
 * A member stands before its group in `nodes`, so the whole is evaluated in one pass from the first to the last. */
#ifndef FORMATS_POLICY_H
#define FORMATS_POLICY_H

#include "formats/note/note.h"

struct arena;
struct buf;

struct policy_log {
	struct note_key key; /* NOTE_ED25519; its name is the log's origin */
	struct str url;      /* empty when none is given */
};

enum policy_kind {
	POLICY_WITNESS,
	POLICY_GROUP,
};

struct policy_node {
	enum policy_kind kind;
	struct str name;     /* any bytes but white space and controls */
	struct note_key key; /* of a witness: NOTE_COSIGNATURE */
	struct str url;      /* of a witness; empty when none is given */
	size_t k;            /* of a group: as many members are needed, 1..nmembers */
	size_t *members;     /* their places in `nodes`, each smaller than the group's own */
	size_t nmembers;
};

#define POLICY_NO_QUORUM SIZE_MAX /* "quorum none" */

struct policy {
	struct policy_log *logs;
	size_t nlogs;
	struct policy_node *nodes;
	size_t nnodes;
	size_t quorum; /* place in `nodes`, or POLICY_NO_QUORUM */
};

/* Reads a policy file. It lives in `a` and borrows from `text`.
 * OK · E_FORMAT "line N: …" (also a last line that does not end: what is cut short may ask for less) · E_UNSUPPORTED a
 * key of a type that we do not know · E_LIMIT over CAP_POLICY, or more than CAP_POLICY_EACH. */
MUST_USE rc policy_parse(struct arena *a, struct str text, struct policy *ret, struct err *e);

/* Appends the file: logs, then witnesses and groups as they stand, then the quorum; "all" for k of k, "any" for 1. */
void policy_text(struct buf *b, const struct policy *p);

/* A policy in `a` that asks for one of the logs and for every one of the witnesses, which are called by their keys'
 * names. OK · E_USAGE a key of the wrong type · E_FORMAT one given twice, or two of one name · E_LIMIT. */
MUST_USE rc policy_of_keys(struct arena *a, const struct note_key *logs, size_t nlogs, const struct note_key *witnesses,
	size_t nwitnesses, struct policy *ret, struct err *e);

/* The witness of that name, or NULL. */
const struct policy_node *policy_witness(const struct policy *p, struct str name);

/* Whether the quorum is there; `cosigned` tells for each node that is a witness if its cosignature holds (what it says
 * of groups is not looked at). */
bool policy_satisfied(const struct policy *p, const bool *cosigned);
/* The same in words: "2 of 3: alice, bob; missing carol", or "needs 2 of 3: alice; missing bob, carol" when it is not
 * there, or "no witness is asked for". Groups in groups stand in brackets behind their names. Names are bytes as they
 * are in the file. */
struct str policy_explain(struct arena *a, const struct policy *p, const bool *cosigned);

/* A checkpoint seen through a policy. */
struct policy_verdict {
	struct note
		note; /* borrows from the bytes; its keys are the policy's logs, then its witnesses in their order */
	struct checkpoint checkpoint;
	size_t log;      /* place in `logs` of the one that signed */
	bool *cosigned;  /* by place in `nodes`; false for groups */
	uint64_t *times; /* of the cosignatures, seconds since 1970: the earliest of each witness */
	bool satisfied;
	struct str said; /* policy_explain() */
};

/* Opens a signed checkpoint: a log of the policy must have signed it, and its origin must be that log's name. Whether
 * the quorum is there is told and not demanded. With no logs in the policy every checkpoint is E_VERIFY. OK · as for
 * note_open and checkpoint_parse · E_VERIFY no log's, or another's origin. */
MUST_USE rc policy_open(
	struct arena *a, const struct policy *p, struct str bytes, struct policy_verdict *ret, struct err *e);

#endif
