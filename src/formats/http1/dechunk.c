/* SPDX-License-Identifier: Apache-2.0 */
/* Chunked transfer coding, RFC 9112 §7.1, one byte of state machine at a time but data by the piece:
 *
 *   SIZE -> DATA -> DATA_END -> SIZE ... -> TRAILER -> DONE
 *
 * A size line is held back until its LF, so that a line which turns out to be none loses no byte: it and all that
 * follows is then payload (RAW). Real size lines are far shorter than what `head` holds. */
#include "formats/http1/http1.h"

#include <inttypes.h>

#include "base/stream.h"

enum state {
	SIZE,
	DATA,
	DATA_END, /* the line end behind the data */
	DATA_END_LF,
	TRAILER,
	DONE,
	RAW,
};

void http1_dechunk_init(struct http1_dechunk *d)
{
	*d = (struct http1_dechunk){0};
}

/* Reads "size [BWS] [;ext] [CR]" held in d->head, without its LF. */
static bool size_line(struct http1_dechunk *d, uint64_t *ret)
{
	uint64_t v = 0;
	size_t i = 0;
	for (; i < d->nhead && ascii_hexval(d->head[i]) >= 0; i++) {
		if (v >> 60)
			return false;
		v = v << 4 | (uint64_t)ascii_hexval(d->head[i]);
	}
	if (i == 0)
		return false;
	while (i < d->nhead && (d->head[i] == ' ' || d->head[i] == '\t'))
		i++;
	if (i < d->nhead && d->head[i] != ';' && !(d->head[i] == '\r' && i + 1 == d->nhead))
		return false;
	*ret = v;
	return true;
}

static rc go_raw(struct http1_dechunk *d, struct sink *to, struct quirks *q, struct err *e)
{
	uint64_t line_at = d->at - d->nhead;
	if (d->any)
		quirk_add(q, line_at, "no chunk size where one belongs: the rest is taken as it is");
	else
		quirk_add(q, line_at, "said to be chunked but is not: taken as it is");
	d->state = RAW;
	struct str held = {d->head, d->nhead};
	d->nhead = 0;
	return held.n ? to->push(to, held, e) : OK;
}

/* The size line is complete. */
static rc line_done(struct http1_dechunk *d, struct sink *to, struct quirks *q, struct err *e)
{
	uint64_t size = 0;
	if (!size_line(d, &size)) {
		d->head[d->nhead++] = '\n';
		d->at++;
		return go_raw(d, to, q, e);
	}
	if (d->head[d->nhead - 1] != '\r')
		quirk_add(q, d->at, "chunk size line ends in LF alone");
	d->any = true;
	d->nhead = 0;
	d->left = size;
	d->line = 0;
	d->state = size ? DATA : TRAILER;
	d->at++;
	return OK;
}

/* One byte of a size line. The last place in `head` is kept for an LF. */
static rc size_byte(struct http1_dechunk *d, char c, struct sink *to, struct quirks *q, struct err *e)
{
	if (c == '\n')
		return line_done(d, to, q, e);
	d->head[d->nhead++] = c;
	d->at++;
	bool hopeless = d->nhead == 1 && ascii_hexval(c) < 0;
	return hopeless || d->nhead + 1 >= sizeof(d->head) ? go_raw(d, to, q, e) : OK;
}

/* The line end behind a chunk. Without one the next size line is taken to begin at once. */
static bool data_end_byte(struct http1_dechunk *d, char c, struct quirks *q)
{
	if (c == '\n') {
		if (d->state == DATA_END)
			quirk_add(q, d->at, "chunk ends in LF alone");
		d->state = SIZE;
	} else if (c == '\r' && d->state == DATA_END) {
		d->state = DATA_END_LF;
	} else {
		quirk_add(q, d->at, "no line end behind a chunk");
		d->state = SIZE;
		return false;
	}
	d->at++;
	return true;
}

/* Trailer fields are no payload: only their lines are counted, up to an empty one. */
static void trailer_byte(struct http1_dechunk *d, char c, struct quirks *q)
{
	if (c == '\n') {
		if (d->line == 0) {
			d->state = DONE;
			d->done = true;
		} else if (!d->trailers) {
			d->trailers = true;
			quirk_add(q, d->at, "trailer fields behind the last chunk");
		}
		d->line = 0;
	} else if (c != '\r') {
		d->line++;
	}
	d->at++;
}

rc http1_dechunk_push(struct http1_dechunk *d, struct str piece, struct sink *to, struct quirks *q, struct err *e)
{
	while (piece.n) {
		size_t took = 1;
		switch ((enum state)d->state) {
		case SIZE:
			TRY(size_byte(d, piece.p[0], to, q, e));
			break;
		case DATA:
			took = d->left < piece.n ? (size_t)d->left : piece.n;
			d->left -= took;
			d->at += took;
			if (d->left == 0)
				d->state = DATA_END;
			TRY(to->push(to, str_sub(piece, 0, took), e));
			break;
		case DATA_END:
		case DATA_END_LF:
			took = data_end_byte(d, piece.p[0], q) ? 1 : 0;
			break;
		case TRAILER:
			trailer_byte(d, piece.p[0], q);
			break;
		case DONE:
			if (d->line++ == 0)
				quirk_add(q, d->at, "bytes behind the last chunk");
			d->at += piece.n;
			return OK;
		case RAW:
			d->at += piece.n;
			return to->push(to, piece, e);
		}
		piece = str_from(piece, took);
	}
	return OK;
}

rc http1_dechunk_end(struct http1_dechunk *d, struct sink *to, struct quirks *q, struct err *e)
{
	switch ((enum state)d->state) {
	case SIZE:
		if (d->nhead)
			return go_raw(d, to, q, e);
		if (d->any)
			quirk_add(q, d->at, "the last chunk is missing");
		return OK;
	case DATA:
		quirk_add(q, d->at, "cut short: %" PRIu64 " bytes of a chunk are missing", d->left);
		return OK;
	case DATA_END:
	case DATA_END_LF:
		quirk_add(q, d->at, "the last chunk is missing");
		return OK;
	case TRAILER:
		quirk_add(q, d->at, "no empty line behind the last chunk");
		return OK;
	case DONE:
	case RAW:
		return OK;
	}
	return OK;
}
