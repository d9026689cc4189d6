/* SPDX-License-Identifier: Apache-2.0 */
/* Stored bytes: a window over the source and the members in it. A gzip member that fits the window is inflated at
 * once by libdeflate, which is twice as fast as streaming; every other one, and every one that libdeflate does not
 * like, goes through zlib, which says how far it got. */
#include <inttypes.h>
#include <libdeflate.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/buf.h"
#include "base/caps.h"
#include "base/mem.h"
#include "base/stream.h"
#include "formats/warc/warc_int.h"

#define READ_AHEAD (768u * KIB)
#define WHOLE_FIRST (256u * KIB) /* stored bytes shown to libdeflate at first */
#define PIECE (256u * KIB)       /* inflated at a time when streaming: stays in the cache */
#define GZIP_LEAST 18u           /* header and trailer */
#define PROBE_MOST (4u * KIB)    /* stored bytes in which a record's first line must show */
#define PROBE_AHEAD (132u * KIB) /* the largest zstd block and its header */

static const uint8_t ZSTD_FRAME[4] = {0x28, 0xb5, 0x2f, 0xfd};

void stored_init(struct stored *s, struct source *src)
{
	*s = (struct stored){.src = src, .keep = NO_KEEP};
	s->in = mem_alloc(CAP_WARC_WINDOW);
}

void stored_clear(struct stored *s)
{
	libdeflate_free_decompressor(s->whole);
	if (s->z_ready)
		(void)inflateEnd(&s->z);
	ZSTD_freeDCtx(s->zstd);
	mem_free(s->in);
	mem_free(s->out);
	*s = (struct stored){0};
}

/* Moves the window so that `more` bytes fit behind it. What is kept for going back is given up when there is no room.
 */
static void window_slide(struct stored *s, size_t more)
{
	if (CAP_WARC_WINDOW - s->wr >= more)
		return;
	size_t base = s->keep < s->rd ? s->keep : s->rd;
	if (CAP_WARC_WINDOW - (s->wr - base) < more)
		base = s->rd;
	memmove(s->in, s->in + base, s->wr - base);
	s->rd -= base;
	s->wr -= base;
	s->in_at += base;
	s->keep = s->keep != NO_KEEP && s->keep >= base ? s->keep - base : NO_KEEP;
}

/* Makes at least `want` stored bytes available, as far as the source has them; reads ahead. */
static rc window_fill(struct stored *s, size_t want, struct err *e)
{
	if (s->eof || s->wr - s->rd >= want)
		return OK;
	size_t target = size_min(want + READ_AHEAD, CAP_WARC_WINDOW);
	window_slide(s, target - (s->wr - s->rd));
	while (!s->eof && s->wr - s->rd < target) {
		size_t n = 0;
		TRY(s->src->pull(
			s->src, s->in + s->wr, size_min(target - (s->wr - s->rd), CAP_WARC_WINDOW - s->wr), &n, e));
		s->eof = n == 0;
		s->wr += n;
	}
	return OK;
}

uint64_t stored_at(const struct stored *s)
{
	return s->in_at + s->rd;
}

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool is_skippable(const uint8_t *p)
{
	return (le32(p) & 0xfffffff0u) == 0x184d2a50u;
}

rc stored_detect(struct stored *s, struct err *e)
{
	if (s->detected)
		return OK;
	TRY(window_fill(s, 4, e));
	const uint8_t *p = s->in + s->rd;
	size_t n = s->wr - s->rd;
	if (n >= 2 && p[0] == 0x1f && p[1] == 0x8b)
		s->storage = WARC_GZIP;
	else if (n >= 4 && (memcmp(p, ZSTD_FRAME, 4) == 0 || is_skippable(p)))
		s->storage = WARC_ZSTD;
	else
		s->storage = WARC_PLAIN;
	if (s->storage != WARC_PLAIN)
		s->out = mem_alloc(CAP_WARC_WINDOW);
	if (s->storage == WARC_GZIP) {
		s->whole = libdeflate_alloc_decompressor();
		BUG_ON(!s->whole || inflateInit2(&s->z, 15 + 16) != Z_OK);
		s->z_ready = true;
	}
	if (s->storage == WARC_ZSTD) {
		s->zstd = ZSTD_createDCtx();
		BUG_ON(!s->zstd ||
			ZSTD_isError(ZSTD_DCtx_setParameter(s->zstd, ZSTD_d_windowLogMax, CAP_ZSTD_WINDOW_LOG)));
	}
	s->detected = true;
	return OK;
}

struct str stored_view(const struct stored *s)
{
	return s->storage == WARC_PLAIN ? str_mem(s->in + s->rd, s->wr - s->rd)
					: str_mem(s->out + s->ord, s->owr - s->ord);
}

void stored_eat(struct stored *s, size_t n)
{
	s->pos += n;
	if (s->storage == WARC_PLAIN)
		s->rd += n;
	else
		s->ord += n;
}

/* The whole member in one call; false when it must be streamed. Shows more of the file only while the failure can be
 * for want of it. */
static rc gzip_whole(struct stored *s, bool *ret_done, struct err *e)
{
	*ret_done = false;
	for (size_t want = WHOLE_FIRST;; want = size_min(want * 4, CAP_WARC_WINDOW)) {
		TRY(window_fill(s, want, e));
		size_t n = s->wr - s->rd;
		size_t took = 0;
		size_t gave = 0;
		enum libdeflate_result r = libdeflate_gzip_decompress_ex(
			s->whole, s->in + s->rd, n, s->out, CAP_WARC_WINDOW, &took, &gave);
		if (r == LIBDEFLATE_SUCCESS) {
			s->rd += took;
			s->ord = 0;
			s->owr = gave;
			s->m_end = stored_at(s);
			*ret_done = true;
			return OK;
		}
		if (r != LIBDEFLATE_BAD_DATA || s->eof || want >= CAP_WARC_WINDOW)
			return OK;
		if (n > want)
			want = n;
	}
}

static rc gzip_open(struct stored *s, struct err *e)
{
	TRY(window_fill(s, GZIP_LEAST, e));
	size_t n = s->wr - s->rd;
	if (n == 0)
		return E_NOTFOUND;
	const uint8_t *p = s->in + s->rd;
	s->keep = s->rd;
	if (p[0] != 0x1f || (n > 1 && p[1] != 0x8b)) {
		s->broken = true;
		return err_set(e, E_FORMAT, "no gzip member at stored byte %" PRIu64, stored_at(s));
	}
	s->m_in = stored_at(s);
	s->m_out = s->pos + (s->owr - s->ord);
	if (s->ord == s->owr) {
		bool done = false;
		TRY(gzip_whole(s, &done, e));
		if (done)
			return OK;
	}
	BUG_ON(inflateReset(&s->z) != Z_OK);
	s->open = true;
	return OK;
}

static rc zstd_dict_use(struct stored *s, struct str dict, struct err *e)
{
	size_t z = ZSTD_DCtx_loadDictionary(s->zstd, dict.p, dict.n);
	return ZSTD_isError(z) ? err_set(e, E_FORMAT, "zstd dictionary: %s", ZSTD_getErrorName(z)) : OK;
}

/* warc-zstd, "Dictionary frame format": a raw dictionary, or one zstd frame that holds it. */
static rc zstd_dict_load(struct stored *s, struct str data, struct err *e)
{
	if (data.n < 4 || memcmp(data.p, ZSTD_FRAME, 4) != 0)
		return zstd_dict_use(s, data, e);
	AUTO(buf) dict = {0};
	buf_init(&dict, CAP_ZSTD_DICT);
	ZSTD_inBuffer in = {data.p, data.n, 0};
	size_t z = 1;
	while (z != 0) {
		char *to = buf_space(&dict, size_min(64u * KIB, CAP_ZSTD_DICT - dict.n));
		if (!to || dict.n == CAP_ZSTD_DICT)
			return err_set(e, E_LIMIT, "zstd dictionary over %u bytes", CAP_ZSTD_DICT);
		ZSTD_outBuffer out = {to, size_min(64u * KIB, CAP_ZSTD_DICT - dict.n), 0};
		size_t before = in.pos;
		z = ZSTD_decompressStream(s->zstd, &out, &in);
		if (ZSTD_isError(z))
			return err_set(e, E_FORMAT, "zstd dictionary: %s", ZSTD_getErrorName(z));
		buf_grown(&dict, out.pos);
		if (z != 0 && out.pos == 0 && in.pos == before)
			return err_set(e, E_FORMAT, "zstd dictionary is cut short");
	}
	return zstd_dict_use(s, buf_str(&dict), e);
}

/* Reads n stored bytes to `to`, or passes over them when it is NULL. False at the end of the file. */
static rc window_take(struct stored *s, uint64_t n, struct buf *to, struct err *e)
{
	while (n) {
		TRY(window_fill(s, 1, e));
		if (s->rd == s->wr)
			return err_set(e, E_FORMAT, "cut short in a zstd frame that is to be skipped");
		size_t have = s->wr - s->rd;
		size_t took = n < have ? (size_t)n : have;
		if (to)
			buf_addmem(to, s->in + s->rd, took);
		s->rd += took;
		n -= took;
	}
	return OK;
}

static rc zstd_skip_frame(struct stored *s, struct err *e)
{
	bool dict = s->in_at + s->rd == 0 && s->in[s->rd] == 0x5d;
	uint32_t n = le32(s->in + s->rd + 4);
	s->keep = NO_KEEP;
	s->rd += 8;
	if (!dict)
		return window_take(s, n, NULL, e);
	if (n > CAP_ZSTD_DICT)
		return err_set(e, E_LIMIT, "zstd dictionary of %u bytes, over %u", n, CAP_ZSTD_DICT);
	AUTO(buf) data = {0};
	buf_init(&data, CAP_ZSTD_DICT);
	TRY(window_take(s, n, &data, e));
	return zstd_dict_load(s, buf_str(&data), e);
}

static rc zstd_open(struct stored *s, struct err *e)
{
	for (;;) {
		TRY(window_fill(s, 18, e));
		size_t n = s->wr - s->rd;
		if (n == 0)
			return E_NOTFOUND;
		const uint8_t *p = s->in + s->rd;
		if (n >= 8 && is_skippable(p)) {
			rc r = zstd_skip_frame(s, e);
			s->broken = r != OK;
			TRY(r);
			continue;
		}
		s->keep = s->rd;
		if (n < 5 || memcmp(p, ZSTD_FRAME, 4) != 0) {
			s->broken = true;
			return err_set(e, E_FORMAT, "no zstd frame at stored byte %" PRIu64, stored_at(s));
		}
		/* Frame_Header_Descriptor (RFC 8878 §3.1.1.1.1): checksum flag, then size flag or single segment */
		if (!(p[4] & 4) || !(p[4] & 0xe0))
			s->no_sum = true;
		s->m_in = stored_at(s);
		s->m_out = s->pos + (s->owr - s->ord);
		(void)ZSTD_DCtx_reset(s->zstd, ZSTD_reset_session_only);
		s->open = true;
		return OK;
	}
}

rc stored_open(struct stored *s, struct err *e)
{
	BUG_ON(s->open);
	s->failed = false;
	rc r = E_NOTFOUND;
	switch (s->storage) {
	case WARC_PLAIN:
		s->open = !s->eof;
		r = s->open ? OK : E_NOTFOUND;
		break;
	case WARC_GZIP:
		r = gzip_open(s, e);
		break;
	case WARC_ZSTD:
		r = zstd_open(s, e);
		break;
	}
	return r == E_NOTFOUND ? err_set(e, r, "the file has ended") : r;
}

static void member_ended(struct stored *s)
{
	s->open = false;
	s->m_end = stored_at(s);
}

static rc inflate_step(struct stored *s, size_t room, size_t *ret_n, struct err *e)
{
	s->z.next_in = s->in + s->rd;
	s->z.avail_in = (uInt)(s->wr - s->rd);
	s->z.next_out = s->out + s->owr;
	s->z.avail_out = (uInt)room;
	int z = inflate(&s->z, Z_NO_FLUSH);
	s->rd = s->wr - s->z.avail_in;
	*ret_n = room - s->z.avail_out;
	if (z == Z_STREAM_END)
		member_ended(s);
	if (z == Z_OK || z == Z_STREAM_END || z == Z_BUF_ERROR)
		return OK;
	return err_set(e, E_FORMAT, "broken gzip member at stored byte %" PRIu64 ": %s", s->m_in,
		s->z.msg ? s->z.msg : "no data");
}

static rc zstd_step(struct stored *s, size_t room, size_t *ret_n, struct err *e)
{
	ZSTD_inBuffer in = {s->in + s->rd, s->wr - s->rd, 0};
	ZSTD_outBuffer out = {s->out + s->owr, room, 0};
	size_t z = ZSTD_decompressStream(s->zstd, &out, &in);
	s->rd += in.pos;
	*ret_n = out.pos;
	if (z == 0)
		member_ended(s);
	if (!ZSTD_isError(z))
		return OK;
	bool window = ZSTD_getErrorCode(z) == ZSTD_error_frameParameter_windowTooLarge;
	return err_set(e, window ? E_LIMIT : E_FORMAT, "zstd frame at stored byte %" PRIu64 ": %s", s->m_in,
		ZSTD_getErrorName(z));
}

/* Room for a piece behind the view. */
static size_t out_room(struct stored *s)
{
	if (s->ord == s->owr) {
		s->ord = s->owr = 0;
	} else if (CAP_WARC_WINDOW - s->owr < PIECE) {
		memmove(s->out, s->out + s->ord, s->owr - s->ord);
		s->owr -= s->ord;
		s->ord = 0;
	}
	return size_min(PIECE, CAP_WARC_WINDOW - s->owr);
}

/* Bytes that the decoder gave before it failed are handed on first; the failure is told at the next call. */
static rc member_more(struct stored *s, bool *ret_got, struct err *e)
{
	size_t room = out_room(s);
	BUG_ON(room == 0);
	for (;;) {
		TRY(window_fill(s, 1, e));
		bool dry = s->rd == s->wr;
		size_t n = 0;
		size_t before = s->rd;
		rc r = s->failed                  ? E_FORMAT
			: s->storage == WARC_GZIP ? inflate_step(s, room, &n, e)
						  : zstd_step(s, room, &n, e);
		if (s->failed)
			r = err_set(e, E_FORMAT, "broken member at stored byte %" PRIu64, s->m_in);
		else if (r == OK && s->open && n == 0 && s->rd == before && dry)
			r = err_set(e, E_FORMAT, "the member at stored byte %" PRIu64 " is cut short", s->m_in);
		if (r != OK && n == 0) {
			s->open = false;
			s->broken = true;
			return r;
		}
		s->failed = r != OK;
		s->owr += n;
		*ret_got = n > 0;
		if (n > 0 || !s->open)
			return OK;
	}
}

rc stored_more(struct stored *s, bool *ret_got, struct err *e)
{
	*ret_got = false;
	if (!s->open)
		return OK;
	if (s->storage != WARC_PLAIN)
		return member_more(s, ret_got, e);
	size_t had = s->wr - s->rd;
	TRY(window_fill(s, had + 1, e));
	*ret_got = s->wr - s->rd > had;
	s->open = !s->eof || *ret_got;
	return OK;
}

rc stored_want(struct stored *s, size_t n, struct err *e)
{
	BUG_ON(n > CAP_WARC_WINDOW / 2);
	while (stored_view(s).n < n) {
		bool got = false;
		TRY(stored_more(s, &got, e));
		if (got)
			continue;
		rc r = stored_open(s, e);
		if (r == E_NOTFOUND)
			return OK;
		TRY(r);
	}
	return OK;
}

/* The first inflated bytes of what may be a member at p. */
static size_t probe(struct stored *s, const uint8_t *p, size_t n, uint8_t *out, size_t room)
{
	if (s->storage == WARC_ZSTD) {
		(void)ZSTD_DCtx_reset(s->zstd, ZSTD_reset_session_only);
		ZSTD_inBuffer in = {p, size_min(n, PROBE_AHEAD), 0};
		ZSTD_outBuffer to = {out, room, 0};
		(void)ZSTD_decompressStream(s->zstd, &to, &in);
		return to.pos;
	}
	if (n < GZIP_LEAST || (p[3] & 0xe0))
		return 0;
	n = size_min(n, PROBE_MOST);
	BUG_ON(inflateReset(&s->z) != Z_OK);
	s->z.next_in = p;
	s->z.avail_in = (uInt)n;
	s->z.next_out = out;
	s->z.avail_out = (uInt)room;
	(void)inflate(&s->z, Z_SYNC_FLUSH);
	return room - s->z.avail_out;
}

/* Goes back to just behind the damaged member's first byte where that is still in the window and the file has been
 * worth it: overlapping false members must not make the work grow with their number times their size. */
static void search_start(struct stored *s)
{
	if (s->keep != NO_KEEP && s->keep < s->rd) {
		s->spent += s->rd - s->keep;
		if (s->spent / 4 < stored_at(s) + CAP_WARC_WINDOW)
			s->rd = s->keep;
	}
	if (s->rd < s->wr && s->keep == s->rd)
		s->rd++;
	s->keep = NO_KEEP;
	s->ord = s->owr = 0;
	s->open = false;
	s->broken = true;
}

rc stored_search(struct stored *s, bool arc_ok, struct err *e)
{
	static const uint8_t gzip[3] = {0x1f, 0x8b, 8};
	struct str magic = s->storage == WARC_ZSTD ? str_mem(ZSTD_FRAME, 4) : str_mem(gzip, 3);
	search_start(s);
	for (;;) {
		TRY(window_fill(s, PROBE_AHEAD, e));
		struct str have = str_mem(s->in + s->rd, s->wr - s->rd);
		size_t at = str_find(have, magic, 0);
		if (at == have.n) {
			s->rd = s->eof ? s->wr : s->wr - size_min(have.n, magic.n - 1);
			if (s->eof)
				return err_set(e, E_NOTFOUND, "no further member");
			continue;
		}
		s->rd += at;
		TRY(window_fill(s, PROBE_AHEAD, e));
		uint8_t out[1024];
		size_t n = probe(s, s->in + s->rd, s->wr - s->rd, out, sizeof(out));
		struct str first = str_mem(out, n);
		if (warc_begins(first) || (arc_ok && arc_begins(first))) {
			s->broken = false;
			return OK;
		}
		s->rd++;
	}
}
