/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the tokenizer share. Each step reads one token whole, or nothing when the input ends inside it. */
#ifndef FORMATS_HTML_TOKENIZER_INT_H
#define FORMATS_HTML_TOKENIZER_INT_H

#include "formats/html/html_int.h"

#if defined(__SSE2__) && !defined(HTML_SCAN_PORTABLE)
#define HTML_SCAN_SSE2 1
#include <emmintrin.h>
#else
#define HTML_SCAN_SSE2 0
#endif

enum html_class {
	CLASS_SPACE = 1u << 0, /* CR too: the standard has made it LF by then */
	CLASS_GT = 1u << 1,
	CLASS_SLASH = 1u << 2,
	CLASS_EQUALS = 1u << 3,
	CLASS_FOLD = 1u << 4,   /* in names something else stands for it: upper case, NUL */
	CLASS_DECODE = 1u << 5, /* so in values: '&', NUL */
	CLASS_LETTER = 1u << 6,
	CLASS_REF = 1u << 7, /* behind a '&' it may make a reference */
};

extern const uint8_t HTML_CLASSES[256];

static inline unsigned html_class(char c)
{
	return HTML_CLASSES[(uint8_t)c];
}

static const char HTML_REPLACEMENT[3] = {'\xef', '\xbf', '\xbd'}; /* U+FFFD */

/* What a step came to. */
enum html_step {
	STEP_MORE,  /* the input ends too early, and more will come */
	STEP_TOKEN, /* a token; t->pos is behind it */
	STEP_ON,    /* t->pos moved on, but that made no token */
};

/* Index of the first `stop`, `also`, NUL or CR in [i, n); n when there is none. */
static inline __attribute__((always_inline)) uint32_t html_scan(
	const char *s, uint32_t i, uint32_t n, char stop, char also)
{
#if HTML_SCAN_SSE2
	const __m128i stops = _mm_set1_epi8(stop);
	const __m128i alsos = _mm_set1_epi8(also);
	const __m128i crs = _mm_set1_epi8('\r');
	const __m128i nuls = _mm_setzero_si128();
	for (; n - i >= 16; i += 16) {
		__m128i v = _mm_loadu_si128((const void *)(s + i));
		__m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, stops), _mm_cmpeq_epi8(v, alsos)),
			_mm_or_si128(_mm_cmpeq_epi8(v, crs), _mm_cmpeq_epi8(v, nuls)));
		uint32_t bits = (uint32_t)_mm_movemask_epi8(hit);
		if (bits)
			return i + (uint32_t)__builtin_ctz(bits);
	}
#else
	const uint64_t low = 0x0101010101010101u;
	const uint64_t stops = low * (uint8_t)stop;
	const uint64_t alsos = low * (uint8_t)also;
	const uint64_t crs = low * (uint8_t)'\r';
	for (; n - i >= 8; i += 8) {
		uint64_t v = 0;
		memcpy(&v, s + i, sizeof(v));
		uint64_t a = v ^ stops;
		uint64_t b = v ^ alsos;
		uint64_t c = v ^ crs;
		uint64_t zero = ((a - low) & ~a) | ((b - low) & ~b) | ((c - low) & ~c) | ((v - low) & ~v);
		if (zero & (low << 7))
			break;
	}
#endif
	while (i < n && s[i] != stop && s[i] != also && s[i] != '\0' && s[i] != '\r')
		i++;
	return i;
}

/* Index of the first c in [i, n); n when there is none. */
static inline uint32_t html_scan_char(const char *s, uint32_t i, uint32_t n, char c)
{
	const char *at = i < n ? memchr(s + i, c, n - i) : NULL;
	return at ? (uint32_t)(at - s) : n;
}

static inline uint32_t html_skip_space(const char *s, uint32_t i, uint32_t n)
{
	while (i < n && html_class(s[i]) & CLASS_SPACE)
		i++;
	return i;
}

/* tokenizer.c */
enum html_step html_step_eof(struct tokenizer *t, struct token *ret);
enum html_step html_step_token(struct tokenizer *t, enum token_kind kind, uint32_t to, struct token *ret);
/* Appends to the pool; over its cap nothing, as the pool's own flag says. */
static inline void html_pool_add(struct tokenizer *t, const char *p, uint32_t n)
{
	buf_addmem(&t->h->pool, p, n);
}
/* The text of source bytes [from, to): new lines made LF, NUL made U+FFFD, references decoded as in attributes if
 * `has_refs`. Where that changes nothing it stays in the source. */
void html_decode(struct tokenizer *t, uint32_t from, uint32_t to, bool has_refs, uint32_t *ret_at, uint32_t *ret_n);

/* tokenizer_text.c: a piece of the text [at, end), at < end. */
enum html_step html_step_text(struct tokenizer *t, uint32_t at, uint32_t end, struct token *ret);
/* Finds the end of the raw text at t->pos: t->raw_end. */
enum html_step html_step_raw_end(struct tokenizer *t);
/* What the '<' at `at` begins. STEP_TOKEN: markup; STEP_ON: text. */
enum html_step html_markup_at(const struct tokenizer *t, uint32_t at);

/* tokenizer_tag.c: the tag at t->pos. */
enum html_step html_step_tag(struct tokenizer *t, struct token *ret);
/* The name that begins at *at, a byte of it at least, and ends in front of one of `stops`; moves *at there. */
uint32_t html_name_at(struct tokenizer *t, uint32_t *at, unsigned stops);
void html_attr_add(struct tokenizer *t, const struct html_attr *attr, struct token *ret);

/* tokenizer_markup.c: the comment, doctype or CDATA section at t->pos. */
enum html_step html_step_markup(struct tokenizer *t, struct token *ret);

#endif
