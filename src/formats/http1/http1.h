/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/1.x messages as they lie in archives: heads, chunked bodies and content codings, read leniently because they
 * were served that way; each leniency is recorded as a quirk. Pure functions over pieces of bytes.
 *
 *   message  = head CRLF CRLF body
 *   body     = bytes as served          --http1_dechunk-->  payload (entity body: what payload digests cover)
 *   payload  = with content codings     --http1_decode-->   content (what a reader sees)
 *
 * RFC 9112 (messages), RFC 9110 §8.4 (content codings). */
#ifndef FORMATS_HTTP1_H
#define FORMATS_HTTP1_H

#include "base/err.h"
#include "base/quirk.h"
#include "base/str.h"

struct arena;
struct sink;

struct http1_field {
	struct str name;  /* as sent */
	struct str value; /* trimmed; folded lines joined by one space */
};

struct http1_head {
	bool is_response;
	struct str version; /* "HTTP/1.1" */
	unsigned status;    /* responses: 100..999, 0 when unreadable */
	struct str reason;
	struct str method; /* requests */
	struct str target;
	struct http1_field *fields;
	size_t nfields;
	size_t length; /* bytes of the head, the empty line included: where the body begins */
};

/* Length of the head at the front of `s`, its empty line (CRLF or LF) included; 0 when it does not end in `s`. */
size_t http1_head_length(struct str s);

/* Parses the head at the front of `s`. Without an empty line all of `s` is the head (and a quirk). Results borrow from
 * `s` where they can and live in `a` otherwise. Quirk offsets count from the front of `s`.
 * Fields over CAP_HTTP_FIELDS are left out, which is a quirk; so is framing that disagrees with itself or holds a
 * transfer coding besides a last chunked: that one is not removed.
 * OK · E_FORMAT the first line is neither a request nor a response line · E_LIMIT over CAP_HTTP_HEAD.
 * RFC 9112 §3-6 */
MUST_USE rc http1_head_parse(struct arena *a, struct str s, struct http1_head *ret, struct quirks *q, struct err *e);

/* Value of the first field of that name (any case); an empty text when there is none. */
struct str http1_get(const struct http1_head *h, const char *name);
/* All values of that name joined by ", " in `a` (RFC 9110 §5.3). */
struct str http1_get_all(struct arena *a, const struct http1_head *h, const char *name);
/* Media type in lower case without parameters, e.g. "text/html"; empty when there is none. */
struct str http1_media_type(struct arena *a, struct str content_type);
/* Parameter of a field value such as `charset` in Content-Type, unquoted; empty when there is none. */
struct str http1_param(struct arena *a, struct str value, const char *name);
/* True when Transfer-Encoding ends in chunked. */
bool http1_is_chunked(const struct http1_head *h);

/* Removes the chunked transfer coding, piece by piece. A body that says chunked but is not is passed through as it is
 * and that is a quirk, which is how other readers of archives treat it; so is the rest of a body from the place where
 * its chunks stop making sense. No byte that is not framing is lost. Quirk offsets count from the front of the body.
 * RFC 9112 §7.1 */
struct http1_dechunk {
	int state;
	uint64_t left;  /* bytes left of this chunk */
	uint64_t at;    /* offset in the body, for quirks */
	bool any;       /* a whole size line has been read */
	bool done;      /* the last chunk and the trailers have been read */
	bool trailers;  /* there were some: one quirk for all of them */
	char head[256]; /* the size line, kept until it proves to be one; a longer line is none */
	size_t nhead;
	size_t line; /* length of the trailer line */
};
void http1_dechunk_init(struct http1_dechunk *d);
/* Feeds a piece; pushes what is payload into `to`. OK, or what the sink said. */
MUST_USE rc http1_dechunk_push(
	struct http1_dechunk *d, struct str piece, struct sink *to, struct quirks *q, struct err *e);
/* The body has ended: quirks for a missing last chunk; passes through what was held back. */
MUST_USE rc http1_dechunk_end(struct http1_dechunk *d, struct sink *to, struct quirks *q, struct err *e);

/* Removes content codings (gzip, x-gzip, deflate with or without its zlib header, br, zstd; several in a row up to
 * CAP_CODINGS), piece by piece. Output is bounded by `cap` bytes. */
struct http1_decoder;
/* `codings` is the value of Content-Encoding; empty and "identity" pass through. OK · E_UNSUPPORTED an unknown coding
 * · E_LIMIT too many. Free with http1_decoder_free(). */
MUST_USE rc http1_decoder_new(struct str codings, uint64_t cap, struct http1_decoder **ret, struct err *e);
/* OK · E_FORMAT broken coding (what came before it has been pushed) · E_LIMIT over the cap, CAP_INFLATE_RATIO or
 * the window limits · what the sink said. */
MUST_USE rc http1_decoder_push(struct http1_decoder *d, struct str piece, struct sink *to, struct err *e);
/* OK · E_FORMAT when the coding has not ended. */
MUST_USE rc http1_decoder_end(struct http1_decoder *d, struct sink *to, struct err *e);
void http1_decoder_free(struct http1_decoder *d);
/* What of the coding list the decoder removes, e.g. "gzip"; "" for none. Borrowed from d. */
struct str http1_decoder_name(const struct http1_decoder *d);

#endif
