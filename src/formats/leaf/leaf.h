/* SPDX-License-Identifier: Apache-2.0 */
/* Public leaves: log entries whose text verifiers need as it is. One line "onrecord/v1 KIND …" each:
 *
 *   onrecord/v1 anchor KIND SIZE HASH      a token about the checkpoint of that size; HASH is SHA-256 of its bytes
 *   onrecord/v1 key add|retire|revoke VKEY
 *   onrecord/v1 policy HASH                SHA-256 of the policy's text (C2SP tlog-policy)
 *   onrecord/v1 continues ORIGIN SIZE ROOT the last known state of the log that this one goes on from
 *
 * HASH and ROOT are base64, SIZE is decimal. One spelling each: what parses is written again as it was.
 * docs/formats/log.md */
#ifndef FORMATS_LEAF_H
#define FORMATS_LEAF_H

#include "base/caps.h"
#include "base/err.h"
#include "base/hash.h"

struct arena;
struct buf;

enum leaf_kind {
	LEAF_ANCHOR,
	LEAF_KEY,
	LEAF_POLICY,
	LEAF_CONTINUES,
};

/* What is known about a checkpoint from elsewhere. */
enum leaf_token {
	LEAF_RFC3161, /* a time-stamp reply (RFC 3161), DER */
	LEAF_OTS,     /* an OpenTimestamps proof */
	LEAF_COSIG,   /* one signature line of a witness (C2SP tlog-cosignature) */
	LEAF_CHAIN,   /* certificates and revocation data for a time stamp, PEM */
};

enum leaf_key_change {
	LEAF_KEY_ADD,
	LEAF_KEY_RETIRE, /* signs no longer; what it signed stays good */
	LEAF_KEY_REVOKE, /* no longer to be trusted: what it signs from here on is not the log's */
};

struct leaf {
	enum leaf_kind kind;
	enum leaf_token token;       /* LEAF_ANCHOR */
	enum leaf_key_change change; /* LEAF_KEY */
	struct str name;             /* LEAF_KEY: the verifier key's text; LEAF_CONTINUES: the origin */
	uint64_t size;               /* LEAF_ANCHOR, LEAF_CONTINUES */
	struct hash hash;            /* LEAF_ANCHOR, LEAF_POLICY; LEAF_CONTINUES: the root */
};

/* "rfc3161", "ots", "cosig", "chain". */
struct str leaf_token_name(enum leaf_token token);

/* Appends the leaf's text. A name with white space in it, or none, is our bug. */
void leaf_text(struct buf *b, const struct leaf *l);

/* `ret` borrows from `text`. OK · E_FORMAT it is none of the four · E_LIMIT over CAP_LEAF. */
MUST_USE rc leaf_parse(struct arena *a, struct str text, struct leaf *ret, struct err *e);

/* A leaf together with what its hash is of, as a frame of records/ has it:
 *
 *   u16be |text| ‖ text ‖ u16be |note| ‖ note ‖ bytes
 *
 * `text` is the leaf; `note` the signed checkpoint that a token is about, without cosignatures (empty for a policy);
 * `bytes` the token or the policy's text. */
struct leaf_body {
	struct str text;
	struct str note;
	struct str bytes;
};
#define LEAF_BODY_MAX (4u + 2u * CAP_LEAF + CAP_TOKEN)
/* Appends it. A text or note of over CAP_LEAF is our bug. */
void leaf_body_add(struct buf *b, const struct leaf_body *body);
/* Reads it and checks that `ret_leaf` is an anchor or a policy, that its hash is that of the bytes, and that a note is
 * there exactly for an anchor. Whose note it is, is not looked at. Borrows from `body`.
 * OK · E_FORMAT · E_LIMIT the bytes are over CAP_TOKEN · E_VERIFY they do not have the leaf's hash. */
MUST_USE rc leaf_body_parse(
	struct arena *a, struct str body, struct leaf_body *ret, struct leaf *ret_leaf, struct err *e);

#endif
