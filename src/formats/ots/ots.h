/* SPDX-License-Identifier: Apache-2.0 */
/* OpenTimestamps proofs: detached .ots files, what calendars reply, and attestations held against Bitcoin block headers
 * that the caller has. Pure: asking calendars and getting headers is not done here. docs/formats/ots.md says which
 * subset this is.
 *
 *   magic, version 1, hash tag, digest of the file, items
 *   items = (0xff item)* item        item = 0x00 attestation | operation items
 *
 * The tree is an array of nodes. Node 0 is the file's digest; an operation's node stands for its result; an attestation
 * is a leaf and speaks about its parent's result. Siblings are kept in the order in which the reference program writes
 * them: attestations by tag and content, then operations by tag and argument. */
#ifndef FORMATS_OTS_H
#define FORMATS_OTS_H

#include "base/caps.h"
#include "base/err.h"
#include "base/hash.h"

struct arena;
struct buf;

#define OTS_NONE UINT32_MAX
#define OTS_NONCE_SIZE 16u
#define OTS_HEADER_SIZE 80u

/* Tags in the file. */
enum ots_op {
	OTS_ATTESTATION = 0x00,
	OTS_SHA1 = 0x02,
	OTS_RIPEMD160 = 0x03,
	OTS_SHA256 = 0x08,
	OTS_KECCAK256 = 0x67, /* computed only where OpenSSL has it: 3.0 has not */
	OTS_APPEND = 0xf0,
	OTS_PREPEND = 0xf1,
	OTS_REVERSE = 0xf2,
	OTS_HEXLIFY = 0xf3,
};

enum ots_kind {
	OTS_UNKNOWN, /* kept and written as it is; says nothing to us */
	OTS_PENDING, /* a calendar's promise: no proof yet */
	OTS_BITCOIN,
	OTS_LITECOIN, /* read, never checked */
	OTS_ETHEREUM, /* read, never checked */
};

struct ots_node {
	enum ots_op op;     /* of node 0: the hash that the file's digest is of */
	enum ots_kind kind; /* of an attestation */
	uint32_t parent;    /* OTS_NONE for node 0 */
	uint32_t first;     /* child, or OTS_NONE */
	uint32_t next;      /* sibling, or OTS_NONE */
	uint16_t depth;     /* node 0 has 0 */
	uint16_t msg_size;  /* bytes of the result that this node stands for */
	struct str arg;     /* of append, prepend; an attestation's payload; node 0: the digest */
	uint8_t tag[8];     /* of an attestation */
	uint64_t height;    /* of a block; an attestation names it by number only */
	struct str uri;     /* OTS_PENDING: of the calendar, [A-Za-z0-9._/:-]. It comes from outside: look whether you
			     * know it before you ask it */
};

struct ots {
	struct ots_node *nodes;
	size_t n;
	size_t size; /* bytes as a file, at most */
};

/* Reads a file. Everything lives in `a`. Siblings may come in any order, but not twice, and numbers are in their
 * shortest form, so that ots_write() gives a file of the same length: the same bytes, when they were in order.
 * OK · E_FORMAT (with the offset) · E_UNSUPPORTED another version · E_LIMIT. */
MUST_USE rc ots_parse(struct arena *a, struct str bytes, struct ots *ret, struct err *e);
/* Appends the file. E_USAGE when there is a node that nothing attests, as before the first reply. */
MUST_USE rc ots_write(const struct ots *o, struct buf *to, struct err *e);

/* Begins a proof for the SHA-256 of a file: digest, append nonce, sha256. The nonce is random, so that a calendar sees
 * nothing that it could look for. *ret_msg is for the calendars (POST <calendar>/digest, the 32 bytes as body), and
 * what each replies goes to ots_merge() at node *ret_at. */
void ots_stamp_begin(struct arena *a, const struct hash *digest, const uint8_t nonce[OTS_NONCE_SIZE], struct ots *ret,
	uint32_t *ret_at, struct hash *ret_msg);

/* Adds a calendar's reply, first (to the digest) or later (to GET <calendar>/timestamp/<hex message>): a timestamp of
 * the result of `at`, which is no attestation. What is there already stays one. `o` is not changed unless it is OK, nor
 * are nodes numbered anew. `a` must be the arena of `o`, or live as long.
 * OK · E_FORMAT (with the offset in the reply) · E_LIMIT over CAP_OTS_REPLY, or what the file would become. */
MUST_USE rc ots_merge(struct arena *a, struct ots *o, uint32_t at, struct str reply, struct err *e);

/* What a calendar still owes. */
struct ots_pending {
	uint32_t at;    /* where its reply is to be merged */
	struct str uri; /* of the calendar */
	struct str msg; /* to ask for; borrows nothing */
	bool known;     /* false: msg could not be computed (keccak256), there is nothing to ask */
	bool upgraded;  /* a block's attestation of the same message is there already */
};
/* All pending attestations, in the order of the file; *ret is in `a`. */
void ots_pending(struct arena *a, const struct ots *o, struct ots_pending **ret, size_t *ret_n);

/* A walk over all nodes but the first, in the order of the file, that computes results as it goes: at most
 * CAP_OTS_DEPTH of them are held. All zeros but `o` and `a` at the beginning. */
struct ots_walk {
	const struct ots *o;
	struct arena *a;
	struct ots_msg *msgs; /* by depth */
	uint32_t at;
};
/* The next node, false at the end. *ret_msg is its result (of an attestation: its parent's), until the next call;
 * *ret_known is false, and *ret_msg empty, below an operation that cannot be computed here. */
bool ots_walk_next(struct ots_walk *w, uint32_t *ret_node, struct str *ret_msg, bool *ret_known);

/* One Bitcoin block header, with what it says. 256-bit numbers are big-endian, as block explorers print them. */
struct ots_header {
	uint64_t height;    /* as the file claims */
	struct hash hash;   /* SHA-256 twice, reversed */
	struct hash prev;   /* of the block before, in the same manner */
	struct hash merkle; /* root, as it stands in the header */
	uint32_t time;      /* seconds since 1970; blocks may be off by up to two hours */
	uint32_t bits;      /* the target, compact */
	struct hash work;   /* hashes that it takes on average; 0 for a target that is none */
	bool pow;           /* the hash is not above the target */
};
/* Reads lines `height header`, decimal and 160 hex digits, one space between, heights rising; lines that begin with '#'
 * and empty ones are skipped. OK · E_FORMAT (with the line) · E_LIMIT over CAP_OTS_HEADERS headers. */
MUST_USE rc ots_headers_parse(struct arena *a, struct str text, struct ots_header **ret, size_t *ret_n, struct err *e);

enum ots_result {
	OTS_HOLDS,     /* a block header whose own work holds has the message as its Merkle root */
	OTS_FAILS,     /* the header of that height has another root, or its work does not hold */
	OTS_PROMISED,  /* pending: nothing proven */
	OTS_UNCHECKED, /* `why` says what is missing */
};

struct ots_verdict {
	uint32_t node; /* the attestation */
	enum ots_kind kind;
	enum ots_result result;
	const char *why;    /* a sentence: what fails, what is missing or what stays unproven; never NULL */
	uint64_t height;    /* of blocks */
	bool header_found;  /* a header of that height was given */
	bool root_equal;    /* and has the message as its Merkle root */
	bool pow;           /* and its hash is not above its own target */
	int64_t time;       /* and its time in seconds since 1970, off by up to two hours: 0 without a header */
	size_t following;   /* headers given that follow it in an unbroken chain, each with its work */
	struct hash work;   /* of it and those, big-endian */
	unsigned work_bits; /* floor(log2(work)): how hard the whole is to forge. Blocks of 2025 have 78 each */
	struct str uri;     /* of a pending one */
};

struct ots_report {
	struct ots_verdict *verdicts; /* one an attestation, in the order of the file */
	size_t n;
	size_t holds, fails, promised, unchecked;
	const struct ots_verdict *earliest; /* time of those that hold, NULL for none; look at its work_bits too */
};
/* Holds the proof against the file's digest (by the hash ots.nodes[0].op) and headers in rising order. OK says that
 * each attestation has its verdict, which may be OTS_FAILS: read `fails`. That a header is on the best chain needs a
 * node, or trust in whoever gave it: never claimed here.
 * OK · E_VERIFY the proof is for another digest. */
MUST_USE rc ots_verify(struct arena *a, const struct ots *o, struct str digest, const struct ots_header *headers,
	size_t nheaders, struct ots_report *ret, struct err *e);

/* A listing to be read: a line a node, each fork indented by two spaces; messages at attestations. What is longer than
 * 64 bytes is cut, and its length told. */
void ots_info(struct arena *a, const struct ots *o, struct buf *to);
/* "bitcoin", "pending", …; "append", "sha256", … */
const char *ots_kind_name(enum ots_kind k);
const char *ots_op_name(enum ots_op op);

#endif
