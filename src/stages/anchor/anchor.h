/* SPDX-License-Identifier: Apache-2.0 */
/* Anchors: what the clocks of others say about a checkpoint. Two kinds of token:
 *
 *   RFC 3161        an authority signs SHA-256(note) and the time; its certificates and revocation data are got while
 *                   it is there, and kept as evidence
 *   OpenTimestamps  calendars promise to put SHA-256(note ‖ nonce) into Bitcoin, and later prove it (upgrade)
 *
 * `note` is the checkpoint as the log signed it, without cosignatures. Nothing but digests leaves this machine: SHA-256
 * of the note, and for calendars not even that. Replies are anybody's bytes, so a worker parses them, here and whenever
 * a token is judged again.
 *
 * Keeping tokens is not done here: stages/seal does, under a leaf of their own. docs/formats/anchors.md */
#ifndef STAGES_ANCHOR_H
#define STAGES_ANCHOR_H

#include "base/caps.h"
#include "base/env.h"
#include "formats/leaf/leaf.h"

struct arena;

/* How authorities are reached. Zeros: directly, and none on this machine or its network. */
struct anchor_net {
	const char *proxy;
	const char *ca_file; /* for TLS */
	struct str user_agent;
	bool allow_private;
	unsigned timeout_s; /* for each exchange; 0: 60 */
};

/* A time-stamp authority. */
struct anchor_tsa {
	struct str name;
	struct str url;
	struct str trusted; /* PEM certificates that its chain must end in; empty: the chain is not checked */
};

struct anchor_token {
	struct str bytes;    /* the reply as it came, DER; or the .ots file */
	struct str evidence; /* PEM, for LEAF_CHAIN; empty when there was nothing to get */
	struct str said;     /* one line for a reader */
	struct str trouble;  /* what could not be got, one line; empty when all was there */
};

/* Asks for a time stamp of `note` and checks the reply: status, imprint, nonce, signature, and, where `trusted` is
 * given, its chain and revocation at its own time. `ret` lives in `a`. OK · E_NET · E_VERIFY what was answered does not
 * hold · E_FORMAT · E_DENIED · as for http_small. */
MUST_USE rc anchor_stamp(struct env *env, struct str note, const struct anchor_tsa *tsa, const struct anchor_net *net,
	struct arena *a, struct anchor_token *ret, struct err *e);

/* Asks calendars. One that does not answer, or wrongly, is told in ret->trouble. OK · E_NET none answered. */
MUST_USE rc anchor_promise(struct env *env, struct str note, const struct str *calendars, size_t n,
	const struct anchor_net *net, struct arena *a, struct anchor_token *ret, struct err *e);

/* Asks the calendars that owe something for it; only those in `calendars` are, and the others are named in ret->said.
 * *ret_changed: ret->bytes is a file that names more blocks. OK, also when nothing was new · E_FORMAT no .ots file ·
 * E_NET none answered. */
MUST_USE rc anchor_upgrade(struct env *env, struct str ots, const struct str *calendars, size_t n,
	const struct anchor_net *net, struct arena *a, struct anchor_token *ret, bool *ret_changed, struct err *e);

/* How far a token holds. */
enum anchor_state {
	ANCHOR_HOLDS,     /* all that can be checked was, and holds */
	ANCHOR_UNCHECKED, /* it holds, but for what is missing here: trusted certificates, lists, block headers */
	ANCHOR_PROMISED,  /* OpenTimestamps: no block yet */
	ANCHOR_FAILS,
};

struct anchor_verdict {
	enum anchor_state state;
	bool has_time;   /* the checkpoint existed by `time`, as far as `state` says: somebody who is trusted says so */
	int64_t time;    /* ns UTC */
	int64_t slack;   /* ns: how far the clock may be off, as the token says */
	struct str who;  /* the authority's certificate, or "Bitcoin block 553123" */
	struct str said; /* one line: what was checked, what was not */
};

/* What the one who judges trusts. */
struct anchor_trust {
	struct str tsa;     /* PEM */
	struct str headers; /* Bitcoin block headers, docs/formats/ots.md */
	unsigned work_bits; /* a header counts that, with those behind it, took 2^work_bits hashes or more */
};
/* Anybody can make an easier one. All blocks since OpenTimestamps began have more. */
#define ANCHOR_WORK_BITS 67u

/* What was kept for a time stamp: PEM. One that cannot be read says nothing, and the others count all the same. */
struct anchor_evidence {
	const struct str *pem;
	size_t n;
};

/* Judges a token of kind LEAF_RFC3161 or LEAF_OTS about `note`. OK, and the verdict may be ANCHOR_FAILS · E_FORMAT the
 * trusted certificates or headers cannot be read · E_LIMIT, E_IO of the worker. `ret` lives in `a`. */
MUST_USE rc anchor_judge(enum leaf_token kind, struct str note, struct str token,
	const struct anchor_evidence *evidence, const struct anchor_trust *trust, struct arena *a,
	struct anchor_verdict *ret, struct err *e);

#endif
