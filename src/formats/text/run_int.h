/* SPDX-License-Identifier: Apache-2.0 */
/* What the decoders share: the loop, ASCII, and writing UTF-8. Inline, so that each decoder is one loop of its own. */
#ifndef FORMATS_TEXT_RUN_INT_H
#define FORMATS_TEXT_RUN_INT_H

#include "base/utf8.h"
#include "formats/text/text_int.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* What a step returns when its bytes were no character (escape sequences). */
#define TEXT_NOTHING 0xffffffffu
/* In a step's character: U+0304 or U+030C follow (two letters of Big5 that Unicode has only in pieces). */
#define TEXT_MACRON 0x40000000u
#define TEXT_CARON 0x20000000u

/* Takes the bytes of one character or error, at least one, and returns it. */
typedef uint32_t text_step(struct text_reader *r);

/* Takes n bytes as an error. */
ALWAYS_INLINE uint32_t text_bad(struct text_reader *r, size_t n)
{
	r->at += n;
	r->bad++;
	return UTF8_BAD;
}

ALWAYS_INLINE uint32_t text_good(struct text_reader *r, size_t n, uint32_t c)
{
	r->at += n;
	return c;
}

/* An error of a lead byte and what follows: an ASCII byte goes back into the stream. */
ALWAYS_INLINE uint32_t text_bad_pair(struct text_reader *r, size_t before, uint8_t last)
{
	return text_bad(r, last < 0x80 ? before : before + 1);
}

static inline uint8_t *text_put_rare(uint8_t *out, uint32_t c)
{
	if (c == TEXT_NOTHING)
		return out;
	if (c < 0x110000) {
		out[0] = (uint8_t)(0xf0 | c >> 18);
		out[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
		out[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		out[3] = (uint8_t)(0x80 | (c & 0x3f));
		return out + 4;
	}
	uint32_t base = c & 0xff;
	out[0] = (uint8_t)(0xc0 | base >> 6);
	out[1] = (uint8_t)(0x80 | (base & 0x3f));
	out[2] = 0xcc;
	out[3] = c & TEXT_MACRON ? 0x84 : 0x8c;
	return out + 4;
}

ALWAYS_INLINE uint8_t *text_put(uint8_t *out, uint32_t c)
{
	if (c - 0x800 < 0x10000 - 0x800) {
		out[0] = (uint8_t)(0xe0 | c >> 12);
		out[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		out[2] = (uint8_t)(0x80 | (c & 0x3f));
		return out + 3;
	}
	if (c < 0x80) {
		out[0] = (uint8_t)c;
		return out + 1;
	}
	if (c < 0x800) {
		out[0] = (uint8_t)(0xc0 | c >> 6);
		out[1] = (uint8_t)(0x80 | (c & 0x3f));
		return out + 2;
	}
	return text_put_rare(out, c);
}

/* Copies ASCII up to `end`, sixteen bytes at a time. */
ALWAYS_INLINE uint8_t *text_put_ascii(struct text_reader *r, size_t end, uint8_t *out)
{
	while (end - r->at >= 16) {
		uint64_t w[2];
		memcpy(w, r->p + r->at, sizeof(w));
		if ((w[0] | w[1]) & 0x8080808080808080u)
			break;
		memcpy(out, w, sizeof(w));
		r->at += sizeof(w);
		out += sizeof(w);
	}
	while (r->at < end && r->p[r->at] < 0x80)
		*out++ = r->p[r->at++];
	return out;
}

/* The loop of a decoder. The reader is copied, so that the compiler keeps it in registers while bytes are written. */
ALWAYS_INLINE uint8_t *text_each(struct text_reader *r, size_t end, uint8_t *out, bool ascii, text_step *step)
{
	struct text_reader own = *r;
	while (own.at < end) {
		if (ascii && own.p[own.at] < 0x80)
			out = text_put_ascii(&own, end, out);
		else
			out = text_put(out, step(&own));
	}
	*r = own;
	return out;
}

#endif
