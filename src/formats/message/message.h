/* SPDX-License-Identifier: Apache-2.0 */
/* One captured message taken apart in a single pass, whatever its size: the block of a WARC record goes in piece by
 * piece, and its payload and content come out through sinks.
 *
 *   block ──► HTTP head | body ──dechunk──► payload ──content codings──► content
 *
 * payload is what payload digests cover (WARC 1.1 §5.9); content is what a reader sees. A block that is not HTTP is
 * payload and content at once. Broken bodies are taken as far as they go, with a quirk. */
#ifndef FORMATS_MESSAGE_H
#define FORMATS_MESSAGE_H

#include "base/err.h"
#include "base/quirk.h"
#include "base/str.h"

struct arena;
struct sink;

enum message_kind {
	MESSAGE_RESPONSE, /* application/http;msgtype=response */
	MESSAGE_REQUEST,
	MESSAGE_BODY, /* no HTTP head */
};

struct message_info {
	struct str head;         /* the HTTP head's own bytes, its empty line included; empty for MESSAGE_BODY */
	unsigned status;         /* 0: none */
	struct str content_type; /* as declared */
	struct str media_type;   /* lower case, without parameters */
	struct str location;     /* of a redirect */
	struct str coding;       /* content codings that were removed, e.g. "gzip"; empty for none */
	uint64_t payload_length;
	uint64_t content_length;
	bool content_broken;  /* the codings could not be removed to the end */
	struct quirks quirks; /* offsets in the block */
};

struct message;

/* Free with message_free(). One message after another may go through the same object. */
struct message *message_new(void);
void message_free(struct message *m);

/* Begins. `content_type` counts for MESSAGE_BODY. Either sink may be NULL. `on_content` (may be NULL) is called before
 * the first byte of content with the media type, so that a sink can choose how to treat it. Results live in `a`. */
struct message_start {
	enum message_kind kind;
	struct str content_type;
	struct sink *payload;
	struct sink *content;
	void (*on_content)(void *ctx, struct str media_type);
	void *ctx;
};
void message_begin(struct message *m, struct arena *a, const struct message_start *start);
/* OK, or what a sink said. */
MUST_USE rc message_push(struct message *m, struct str piece, struct err *e);
MUST_USE rc message_end(struct message *m, struct message_info *ret, struct err *e);

/* The rest of a WARC record's block through message_begin, push and end. Errors of the reader too. */
struct warc_reader;
MUST_USE rc message_run(struct message *m, struct arena *a, struct warc_reader *w, const struct message_start *start,
	struct message_info *ret, struct err *e);

/* The kind of a WARC record's block by the record's own content type. */
enum message_kind message_kind_of(struct str record_content_type, bool is_request);

#endif
