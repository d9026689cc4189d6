/* SPDX-License-Identifier: Apache-2.0 */
/* Writing WARC 1.1: a header built in a buffer, and one gzip member a record (annex D). The gzip header carries no time
 * and no name, so the same record gives the same bytes with the same libraries. */
#define ZLIB_CONST /* inputs are const */
#include <inttypes.h>
#include <libdeflate.h>
#include <zlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/caps.h"
#include "base/codec.h"
#include "base/mem.h"
#include "base/stream.h"
#include "formats/warc/warc.h"

#define WHOLE_MOST (4u * MIB) /* blocks up to here are compressed in one call, which is faster and smaller */
#define PIECE (64u * KIB)

static const struct str RECORD_END = {"\r\n\r\n", 4};

static const char *type_name(enum warc_type t)
{
	switch (t) {
	case WARC_WARCINFO:
		return "warcinfo";
	case WARC_RESPONSE:
		return "response";
	case WARC_RESOURCE:
		return "resource";
	case WARC_REQUEST:
		return "request";
	case WARC_METADATA:
		return "metadata";
	case WARC_REVISIT:
		return "revisit";
	case WARC_CONVERSION:
		return "conversion";
	case WARC_CONTINUATION:
		return "continuation";
	case WARC_OTHER:
		break;
	}
	return NULL;
}

void warc_head_begin(struct buf *b, enum warc_type type)
{
	BUG_ON(!type_name(type));
	buf_addf(b, "WARC/1.1\r\nWARC-Type: %s\r\n", type_name(type));
}

void warc_head_field(struct buf *b, const char *name, struct str value)
{
	if (value.n == 0)
		return;
	buf_add(b, str_c(name));
	buf_add(b, STR(": "));
	while (value.n) {
		size_t n = 0;
		while (n < value.n && value.p[n] != '\r' && value.p[n] != '\n' && value.p[n] != '\0')
			n++;
		buf_add(b, str_sub(value, 0, n));
		if (n < value.n)
			buf_addc(b, ' ');
		value = str_from(value, n + 1);
	}
	buf_add(b, STR("\r\n"));
}

rc warc_head_end(struct buf *b, uint64_t block_length, struct err *e)
{
	buf_addf(b, "Content-Length: %" PRIu64 "\r\n\r\n", block_length);
	if (b->n > CAP_WARC_HEAD)
		return err_set(e, E_LIMIT, "record header over %u bytes", CAP_WARC_HEAD);
	return buf_done(b, e);
}

/* Reads exactly n bytes. */
static rc read_all(struct source *s, char *to, size_t n, struct err *e)
{
	size_t at = 0;
	while (at < n) {
		size_t got = 0;
		TRY(s->pull(s, to + at, n - at, &got, e));
		if (got == 0)
			return err_set(e, E_FORMAT, "the block ended %zu bytes early", n - at);
		at += got;
	}
	return OK;
}

static rc write_whole(struct sink *to, struct str head, struct source *block, size_t length, int level,
	uint64_t *ret_stored, struct err *e)
{
	AUTO(buf) plain = {0};
	AUTO(buf) packed = {0};
	size_t n = head.n + length + RECORD_END.n;
	buf_init(&plain, n);
	buf_add(&plain, head);
	char *at = buf_space(&plain, length);
	BUG_ON(!at);
	TRY(read_all(block, at, length, e));
	buf_grown(&plain, length);
	buf_add(&plain, RECORD_END);
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(level);
	BUG_ON(!c);
	size_t bound = libdeflate_gzip_compress_bound(c, n);
	buf_init(&packed, bound);
	size_t packed_n = libdeflate_gzip_compress(c, plain.p, n, buf_space(&packed, bound), bound);
	libdeflate_free_compressor(c);
	BUG_ON(packed_n == 0);
	buf_grown(&packed, packed_n);
	TRY(to->push(to, buf_str(&packed), e));
	*ret_stored += packed_n;
	return OK;
}

struct stream {
	z_stream z;
	struct sink *to;
	uint64_t stored;
	char in[PIECE];
	char out[PIECE];
};

static rc deflate_piece(struct stream *s, struct str piece, int flush, struct err *e)
{
	s->z.next_in = (const Bytef *)piece.p;
	s->z.avail_in = (uInt)piece.n;
	do {
		s->z.next_out = (Bytef *)s->out;
		s->z.avail_out = PIECE;
		BUG_ON(deflate(&s->z, flush) == Z_STREAM_ERROR);
		struct str got = {s->out, PIECE - s->z.avail_out};
		if (got.n)
			TRY(s->to->push(s->to, got, e));
		s->stored += got.n;
	} while (s->z.avail_out == 0);
	return OK;
}

static rc stream_record(struct stream *s, struct str head, struct source *block, uint64_t length, struct err *e)
{
	TRY(deflate_piece(s, head, Z_NO_FLUSH, e));
	while (length) {
		size_t n = length < PIECE ? (size_t)length : PIECE;
		TRY(read_all(block, s->in, n, e));
		TRY(deflate_piece(s, (struct str){s->in, n}, Z_NO_FLUSH, e));
		length -= n;
	}
	return deflate_piece(s, RECORD_END, Z_FINISH, e);
}

static rc write_stream(struct sink *to, struct str head, struct source *block, uint64_t length, int level,
	uint64_t *ret_stored, struct err *e)
{
	struct stream *s = mem_alloc(sizeof(*s));
	s->to = to;
	BUG_ON(deflateInit2(&s->z, level, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK);
	rc r = stream_record(s, head, block, length, e);
	(void)deflateEnd(&s->z);
	if (r == OK)
		*ret_stored += s->stored;
	mem_free(s);
	return r;
}

rc warc_write(struct sink *to, struct str head, struct source *block, uint64_t length, int level, uint64_t *ret_stored,
	struct err *e)
{
	BUG_ON(level < 1 || level > 9 || head.n > CAP_WARC_HEAD);
	if (length <= WHOLE_MOST)
		return write_whole(to, head, block, (size_t)length, level, ret_stored, e);
	return write_stream(to, head, block, length, level, ret_stored, e);
}

struct str warc_new_id(struct arena *a, const uint8_t random[16])
{
	uint8_t b[16];
	memcpy(b, random, sizeof(b));
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	struct str h = hex_of(a, str_mem(b, sizeof(b)));
	return str_fmt(a, "<urn:uuid:%.8s-%.4s-%.4s-%.4s-%.12s>", h.p, h.p + 8, h.p + 12, h.p + 16, h.p + 20);
}
