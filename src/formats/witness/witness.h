/* SPDX-License-Identifier: Apache-2.0 */
/* What a log and a witness say to each other (C2SP tlog-witness, add-checkpoint), over HTTP or in files, and what a
 * witness answers. Pure: the caller keeps what was cosigned, and must store it in the same step as it was looked at and
 * before the answer leaves.
 *
 *   request                            answer 200: "— name base64\n", once or more
 *     old <size>\n                     answer 409: "<size>\n", text/x.tlog.size
 *     <base64 hash>\n  0..63           others: no body that means anything
 *     \n
 *     <signed checkpoint> */
#ifndef FORMATS_WITNESS_H
#define FORMATS_WITNESS_H

#include "formats/note/note.h"
#include "formats/tlog/tlog.h"

struct arena;
struct buf;

struct witness_request {
	uint64_t old_size;       /* what the witness is thought to have cosigned last; 0 for nothing */
	struct tlog_proof proof; /* of consistency, from there to the checkpoint */
	struct str checkpoint;   /* the signed note, as it is */
};

/* Reads a request's body. It says nothing about the checkpoint but that it is there; `ret` borrows from `body`.
 * OK · E_FORMAT · E_LIMIT over CAP_WITNESS_REQUEST or CAP_PROOF. */
MUST_USE rc witness_request_parse(struct arena *a, struct str body, struct witness_request *ret, struct err *e);
void witness_request_text(struct buf *b, const struct witness_request *r);
/* The first line of the checkpoint, which nothing vouches for yet: by it the log's keys and state are looked up. */
struct str witness_request_origin(const struct witness_request *r);

/* Body of an answer 409. OK · E_FORMAT. */
MUST_USE rc witness_size_parse(struct str body, uint64_t *ret, struct err *e);
void witness_size_text(struct buf *b, uint64_t size);

/* Reads the body of an answer 200 to `checkpoint` (a signed note) with the keys of the witnesses that are known; other
 * signers are ignored. `ret` holds the answer's lines alone; it borrows from copies in `a`.
 * OK · E_FORMAT no signature lines · E_LIMIT over CAP_WITNESS_REPLY · E_VERIFY a known witness's line that does not
 * hold, or none of a known one. */
MUST_USE rc witness_reply_open(struct arena *a, struct str checkpoint, struct str body,
	const struct note_key *witnesses, size_t nwitnesses, struct note *ret, struct err *e);
/* Writes `checkpoint` again with those lines of the answer that are good and not on it yet, byte for byte, at its end.
 * OK · as for witness_reply_open · E_LIMIT the buffer's cap, or more than CAP_NOTE_SIGS lines. */
MUST_USE rc witness_reply_add(struct arena *a, struct str checkpoint, struct str body, const struct note_key *witnesses,
	size_t nwitnesses, struct buf *ret_note, size_t *ret_added, struct err *e);

/* Answers, by their HTTP status. */
enum witness_answer {
	WITNESS_SIGN = 200,      /* store the checkpoint, then cosign it */
	WITNESS_MALFORMED = 400, /* no request, or an old size over the new one */
	WITNESS_UNTRUSTED = 403, /* no trusted key signed it, or one did wrongly */
	WITNESS_UNKNOWN = 404,   /* no such log */
	WITNESS_CONFLICT = 409,  /* the old size is not what was cosigned last */
	WITNESS_REFUSED = 422,   /* not consistent with it */
};

/* A log that the witness knows. */
struct witness_log {
	struct str origin;
	const struct note_key *keys; /* trusted for it; any name */
	size_t nkeys;
	bool cosigned; /* something was cosigned: */
	uint64_t size; /* the latest */
	struct hash root;
};

struct witness_decision {
	enum witness_answer answer;
	struct checkpoint checkpoint; /* when the log signed it: of 200, 409, 422, and of 400 for the sizes */
	struct str text;              /* what signer_cosign() signs; with 200 only */
	uint64_t size;                /* with 409: to be told */
	bool fork;                    /* the log signed another root for the size cosigned last: proof against it */
	struct err why;               /* of all but 200 */
};

/* What to answer to a request's body. `log` is the one whose origin witness_request_origin() gives, as it stands in the
 * store at this moment; NULL when it is not known. Never fails: what is wrong with a request is an answer.
 * C2SP tlog-witness, "add-checkpoint" */
void witness_decide(struct arena *a, struct str body, const struct witness_log *log, struct witness_decision *ret);

#endif
