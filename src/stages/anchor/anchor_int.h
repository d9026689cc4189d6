/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of stages/anchor: requests to the worker and its answers, as lists of counted texts. */
#ifndef STAGES_ANCHOR_INT_H
#define STAGES_ANCHOR_INT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "io/http/http.h"
#include "stages/anchor/anchor.h"

#define ANCHOR_NONCE 16u
#define ANCHOR_ROUNDS 4u   /* of getting certificates, each of which may name others */
#define ANCHOR_FETCHES 16u /* for one token */
#define ANCHOR_EXTRAS 64u  /* texts in one request or answer */
#define ANCHOR_SECONDS 60u

/* What the worker is asked. */
enum anchor_ask {
	ASK_TSA, /* hash, nonce, trusted, reply, evidence… → verdict, evidence, then what ‖ url ‖ body of each wanted */
	ASK_BEGIN,   /* hash, nonce, reply… → file */
	ASK_PENDING, /* file → at ‖ uri ‖ message of each */
	ASK_MERGE,   /* file, at ‖ reply … → file, u64 whether it names more blocks */
	ASK_OTS,     /* hash, file, headers, u32 work bits → verdict */
};

/* Texts with a u32 length before each. */
void pieces_add(struct buf *b, struct str piece);
/* The next one, borrowed; empty and r->bad at the end. */
struct str pieces_take(struct bytes_reader *r);

void pieces_add_verdict(struct buf *b, const struct anchor_verdict *v);
/* False when it makes no sense. Copies into `a`. */
bool pieces_take_verdict(struct bytes_reader *r, struct arena *a, struct anchor_verdict *ret);

/* Runs one request in a worker of its own. OK · what it said · as for sandbox_call. */
MUST_USE rc anchor_ask(enum anchor_ask what, struct str request, struct buf *reply, struct err *e);

/* An exchange with an authority; an answer other than 200 is E_NET. */
MUST_USE rc anchor_fetch(struct env *env, const struct anchor_net *net, struct str url, const char *headers,
	struct str body, uint64_t cap, struct arena *a, struct str *ret, struct err *e);
/* Adds a line's worth to what is told as trouble. */
void anchor_trouble(struct buf *b, struct str where, const struct err *e);

#endif
