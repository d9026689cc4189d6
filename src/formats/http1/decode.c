/* SPDX-License-Identifier: Apache-2.0 */
/* Content codings, RFC 9110 §8.4: a row of stages, the coding that was applied last first. Each stage is a library's
 * streaming decoder with one output piece; decoded bytes go to the next stage or the sink. Memory is bounded by the
 * windows of the codings, output by the caller's cap and by the ratio, at every stage and not only at the last. */
#define ZLIB_CONST /* inputs are const */
#include "formats/http1/http1.h"

#include <brotli/decode.h>
#include <inttypes.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/buf.h"
#include "base/caps.h"
#include "base/mem.h"
#include "base/stream.h"

#define PIECE (64u * KIB)

enum coding {
	CODING_GZIP,
	CODING_DEFLATE,
	CODING_BROTLI,
	CODING_ZSTD,
};

struct stage {
	enum coding coding;
	z_stream z;
	bool z_ready;
	ZSTD_DCtx *zstd;
	BrotliDecoderState *brotli;
	uint64_t in;     /* bytes taken */
	uint64_t out;    /* bytes given */
	bool ended;      /* at the end of a member or frame: the body may end here */
	bool ignore;     /* what follows is no coding any more */
	uint8_t held[2]; /* first bytes, until they say what they are */
	unsigned nheld;
	struct str input; /* what of the current piece is left; borrowed */
	char *piece;      /* PIECE bytes of output, owned */
};

struct http1_decoder {
	struct stage stage[CAP_CODINGS]; /* in the order of decoding */
	size_t n;
	uint64_t cap;
	uint64_t passed; /* through a decoder without stages */
	struct buf name;
};

static bool coding_of(struct str name, enum coding *ret)
{
	static const struct {
		const char *name;
		enum coding coding;
	} known[] = {{"gzip", CODING_GZIP}, {"x-gzip", CODING_GZIP}, {"deflate", CODING_DEFLATE}, {"br", CODING_BROTLI},
		{"zstd", CODING_ZSTD}};
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (str_ieq(name, str_c(known[i].name))) {
			*ret = known[i].coding;
			return true;
		}
	}
	return false;
}

static const char *coding_name(enum coding c)
{
	switch (c) {
	case CODING_GZIP:
		return "gzip";
	case CODING_DEFLATE:
		return "deflate";
	case CODING_BROTLI:
		return "br";
	case CODING_ZSTD:
		return "zstd";
	}
	return "";
}

static void zlib_start(struct stage *s, int window_bits)
{
	BUG_ON(inflateInit2(&s->z, window_bits) != Z_OK);
	s->z_ready = true;
}

static void stage_start(struct stage *s)
{
	s->piece = mem_alloc(PIECE);
	switch (s->coding) {
	case CODING_GZIP:
		zlib_start(s, 15 + 16);
		break;
	case CODING_DEFLATE: /* when the first two bytes are known */
		break;
	case CODING_BROTLI:
		s->brotli = BrotliDecoderCreateInstance(NULL, NULL, NULL);
		BUG_ON(!s->brotli);
		break;
	case CODING_ZSTD:
		s->zstd = ZSTD_createDCtx();
		BUG_ON(!s->zstd ||
			ZSTD_isError(ZSTD_DCtx_setParameter(s->zstd, ZSTD_d_windowLogMax, CAP_ZSTD_WINDOW_LOG)));
		break;
	}
}

/* Fills stage[] with the list's codings, the last of the list first. */
static rc stages_make(struct http1_decoder *d, struct str codings, struct err *e)
{
	enum coding list[CAP_CODINGS];
	size_t n = 0;
	while (codings.n) {
		struct str name = str_trim(str_cut(&codings, ','));
		if (name.n == 0 || str_ieq(name, STR("identity")))
			continue;
		if (n == CAP_CODINGS)
			return err_set(e, E_LIMIT, "over %u content codings", CAP_CODINGS);
		if (!coding_of(name, &list[n]))
			return err_set(e, E_UNSUPPORTED, "content coding '%.*s'", STR_FMT(str_sub(name, 0, 40)));
		n++;
	}
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_add(&d->name, STR(", "));
		buf_add(&d->name, str_c(coding_name(list[i])));
		d->stage[i].coding = list[n - 1 - i];
		stage_start(&d->stage[i]);
	}
	d->n = n;
	return OK;
}

rc http1_decoder_new(struct str codings, uint64_t cap, struct http1_decoder **ret, struct err *e)
{
	struct http1_decoder *d = mem_alloc(sizeof(*d));
	d->cap = cap;
	buf_init(&d->name, 64);
	rc r = stages_make(d, codings, e);
	if (r != OK)
		http1_decoder_free(d);
	else
		*ret = d;
	return r;
}

void http1_decoder_free(struct http1_decoder *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < CAP_CODINGS; i++) {
		struct stage *s = &d->stage[i];
		if (s->z_ready)
			(void)inflateEnd(&s->z);
		ZSTD_freeDCtx(s->zstd);
		if (s->brotli)
			BrotliDecoderDestroyInstance(s->brotli);
		mem_free(s->piece);
	}
	buf_clear(&d->name);
	mem_free(d);
}

struct str http1_decoder_name(const struct http1_decoder *d)
{
	return buf_str(&d->name);
}

/* "deflate" should be zlib's format; servers that sent bare deflate made every browser read both. */
static bool is_zlib_header(const uint8_t b[2])
{
	return (b[0] & 15) == 8 && b[0] >> 4 <= 7 && (b[0] << 8 | b[1]) % 31 == 0;
}

static rc zlib_run(struct stage *s, const uint8_t *in, size_t in_n, size_t *ret_took, size_t *ret_n, struct err *e)
{
	s->z.next_in = in;
	s->z.avail_in = (uInt)in_n;
	s->z.next_out = (Bytef *)s->piece;
	s->z.avail_out = PIECE;
	int z = inflate(&s->z, Z_NO_FLUSH);
	*ret_took = in_n - s->z.avail_in;
	*ret_n = PIECE - s->z.avail_out;
	s->ended = z == Z_STREAM_END;
	if (z == Z_OK || z == Z_STREAM_END || z == Z_BUF_ERROR)
		return OK;
	return err_set(e, E_FORMAT, "broken %s at byte %" PRIu64 ": %s", coding_name(s->coding), s->in,
		s->z.msg ? s->z.msg : "no data");
}

/* Shows the held-back bytes to `deflate`, which was waiting for them. */
static rc deflate_begin(struct stage *s, size_t *ret_n, struct err *e)
{
	zlib_start(s, is_zlib_header(s->held) ? 15 : -15);
	size_t took = 0;
	return zlib_run(s, s->held, sizeof(s->held), &took, ret_n, e);
}

static rc deflate_step(struct stage *s, size_t *ret_took, size_t *ret_n, struct err *e)
{
	if (s->z_ready)
		return zlib_run(s, (const uint8_t *)s->input.p, s->input.n, ret_took, ret_n, e);
	s->held[s->nheld++] = (uint8_t)s->input.p[0];
	*ret_took = 1;
	return s->nheld == sizeof(s->held) ? deflate_begin(s, ret_n, e) : OK;
}

/* A gzip body may be several members (RFC 1952 §2.2); anything else behind one is left alone, as browsers do. */
static rc gzip_step(struct stage *s, size_t *ret_took, size_t *ret_n, struct err *e)
{
	if (s->ended) {
		if ((uint8_t)s->input.p[0] != 0x1f) {
			s->ignore = true;
			return OK;
		}
		BUG_ON(inflateReset(&s->z) != Z_OK);
	}
	return zlib_run(s, (const uint8_t *)s->input.p, s->input.n, ret_took, ret_n, e);
}

static rc zstd_step(struct stage *s, size_t *ret_took, size_t *ret_n, struct err *e)
{
	ZSTD_inBuffer in = {s->input.p, s->input.n, 0};
	ZSTD_outBuffer out = {s->piece, PIECE, 0};
	size_t z = ZSTD_decompressStream(s->zstd, &out, &in);
	*ret_took = in.pos;
	*ret_n = out.pos;
	s->ended = z == 0;
	if (!ZSTD_isError(z))
		return OK;
	const char *why = ZSTD_getErrorName(z);
	bool window = ZSTD_getErrorCode(z) == ZSTD_error_frameParameter_windowTooLarge;
	return err_set(e, window ? E_LIMIT : E_FORMAT, "zstd at byte %" PRIu64 ": %s", s->in, why);
}

static rc brotli_step(struct stage *s, size_t *ret_took, size_t *ret_n, struct err *e)
{
	const uint8_t *in = (const uint8_t *)s->input.p;
	size_t in_n = s->input.n;
	uint8_t *out = (uint8_t *)s->piece;
	size_t out_n = PIECE;
	BrotliDecoderResult b = BrotliDecoderDecompressStream(s->brotli, &in_n, &in, &out_n, &out, NULL);
	*ret_took = s->input.n - in_n;
	*ret_n = PIECE - out_n;
	s->ended = b == BROTLI_DECODER_RESULT_SUCCESS;
	s->ignore = s->ended;
	if (b != BROTLI_DECODER_RESULT_ERROR)
		return OK;
	return err_set(e, E_FORMAT, "broken br at byte %" PRIu64 ": %s", s->in,
		BrotliDecoderErrorString(BrotliDecoderGetErrorCode(s->brotli)));
}

static rc stage_step(struct stage *s, size_t *ret_took, size_t *ret_n, struct err *e)
{
	/* asked only whether it held output back, which an ended stream does not */
	if (s->ignore || (s->ended && s->input.n == 0))
		return OK;
	switch (s->coding) {
	case CODING_GZIP:
		return gzip_step(s, ret_took, ret_n, e);
	case CODING_DEFLATE:
		if (s->ended) {
			s->ignore = true;
			return OK;
		}
		return deflate_step(s, ret_took, ret_n, e);
	case CODING_BROTLI:
		return brotli_step(s, ret_took, ret_n, e);
	case CODING_ZSTD:
		return zstd_step(s, ret_took, ret_n, e);
	}
	return OK;
}

static rc out_check(const struct http1_decoder *d, const struct stage *s, struct err *e)
{
	if (s->out > d->cap)
		return err_set(e, E_LIMIT, "content over %" PRIu64 " bytes", d->cap);
	if (s->out > CAP_INFLATE_FREE && s->out / CAP_INFLATE_RATIO > s->in)
		return err_set(e, E_LIMIT, "%s gives over %u bytes for one", coding_name(s->coding), CAP_INFLATE_RATIO);
	return OK;
}

/* One step of stage i: *ret_out is what it gave, at most up to the cap. An error is returned with what came before it
 * in *ret_out. */
static rc stage_run(struct http1_decoder *d, struct stage *s, struct str *ret_out, struct err *e)
{
	size_t took = 0;
	size_t n = 0;
	rc r = stage_step(s, &took, &n, e);
	s->in += took;
	s->input = s->ignore ? STR("") : str_from(s->input, took);
	s->out += n;
	rc limit = r == OK ? out_check(d, s, e) : r;
	if (s->out > d->cap)
		n -= size_min(n, (size_t)(s->out - d->cap));
	*ret_out = (struct str){s->piece, n};
	return limit;
}

/* Decoders keep output back when the piece is full, so a stage goes on without input until it gives a part piece. */
static bool stage_idle(const struct stage *s, size_t given)
{
	return s->input.n == 0 && given < PIECE;
}

/* Runs all stages until none has anything left. `i` is the stage at work; a stage that gave bytes makes the next one
 * work, one that has no more goes back. After an error the stage stops and what it gave before still goes through. */
static rc pump(struct http1_decoder *d, struct sink *to, struct err *e)
{
	size_t i = 0;
	size_t given[CAP_CODINGS] = {0};
	rc failed = OK;
	for (;;) {
		struct stage *s = &d->stage[i];
		if (stage_idle(s, given[i])) {
			if (i == 0)
				return failed;
			i--;
			continue;
		}
		struct err later;
		struct str out = STR("");
		rc r = stage_run(d, s, &out, failed == OK ? e : &later);
		failed = failed == OK ? r : failed;
		given[i] = r == OK ? out.n : 0;
		if (r != OK) {
			s->ignore = true;
			s->input = STR("");
		}
		if (out.n && i + 1 < d->n) {
			i++;
			d->stage[i].input = out;
			given[i] = 0;
		} else if (out.n) {
			rc pushed = to->push(to, out, failed == OK ? e : &later);
			if (pushed != OK)
				return failed == OK ? pushed : failed;
		}
	}
}

rc http1_decoder_push(struct http1_decoder *d, struct str piece, struct sink *to, struct err *e)
{
	if (d->n == 0) {
		uint64_t room = d->cap - d->passed;
		struct str fits = str_sub(piece, 0, room < piece.n ? (size_t)room : piece.n);
		d->passed += fits.n;
		TRY(fits.n ? to->push(to, fits, e) : OK);
		return fits.n < piece.n ? err_set(e, E_LIMIT, "content over %" PRIu64 " bytes", d->cap) : OK;
	}
	/* zlib counts in unsigned int */
	while (piece.n) {
		size_t n = size_min(piece.n, 1u << 30);
		d->stage[0].input = str_sub(piece, 0, n);
		TRY(pump(d, to, e));
		piece = str_from(piece, n);
	}
	return OK;
}

/* No deflate stream is one byte long (the shortest, an empty final block, has two), so nothing held back is lost. */
rc http1_decoder_end(struct http1_decoder *d, struct sink *to, struct err *e)
{
	(void)to;
	for (size_t i = 0; i < d->n; i++) {
		struct stage *s = &d->stage[i];
		if (!s->ended && s->in > 0)
			return err_set(
				e, E_FORMAT, "%s ends early, after %" PRIu64 " bytes", coding_name(s->coding), s->in);
	}
	return OK;
}
