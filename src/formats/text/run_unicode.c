/* SPDX-License-Identifier: Apache-2.0 */
/* Decoders without large indexes: Encoding standard §8.1 UTF-8, §9.1 single-byte, §14 the others. */
#include "formats/text/run_int.h"

ALWAYS_INLINE uint32_t step_utf8(struct text_reader *r)
{
	bool ok = true;
	uint32_t c = utf8_next(str_mem(r->p, r->n), &r->at, &ok);
	r->bad += !ok;
	return c;
}

uint8_t *text_run_utf8(struct text_reader *r, size_t end, uint8_t *out)
{
	return text_each(r, end, out, true, step_utf8);
}

ALWAYS_INLINE uint32_t step_single(struct text_reader *r)
{
	uint32_t c = r->single[r->p[r->at] & 0x7f];
	return c ? text_good(r, 1, c) : text_bad(r, 1);
}

uint8_t *text_run_single(struct text_reader *r, size_t end, uint8_t *out)
{
	return text_each(r, end, out, true, step_single);
}

ALWAYS_INLINE uint32_t step_user_defined(struct text_reader *r)
{
	uint32_t c = 0xf780u + r->p[r->at] - 0x80u;
	return text_good(r, 1, c);
}

uint8_t *text_run_user_defined(struct text_reader *r, size_t end, uint8_t *out)
{
	return text_each(r, end, out, true, step_user_defined);
}

ALWAYS_INLINE uint32_t step_replacement(struct text_reader *r)
{
	return text_bad(r, r->n - r->at);
}

uint8_t *text_run_replacement(struct text_reader *r, size_t end, uint8_t *out)
{
	return text_each(r, end, out, false, step_replacement);
}

ALWAYS_INLINE uint32_t unit_at(const struct text_reader *r, size_t at, bool big)
{
	return big ? (uint32_t)r->p[at] << 8 | r->p[at + 1] : (uint32_t)r->p[at + 1] << 8 | r->p[at];
}

ALWAYS_INLINE uint32_t step_utf16(struct text_reader *r, bool big)
{
	size_t left = r->n - r->at;
	if (left < 2)
		return text_bad(r, left);
	uint32_t c = unit_at(r, r->at, big);
	if (c < 0xd800 || c > 0xdfff)
		return text_good(r, 2, c);
	if (c > 0xdbff)
		return text_bad(r, 2);
	if (left < 4) /* the end of the bytes ends a pair and half a unit at once */
		return text_bad(r, left);
	uint32_t low = unit_at(r, r->at + 2, big);
	if (low < 0xdc00 || low > 0xdfff)
		return text_bad(r, 2);
	return text_good(r, 4, 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff)));
}

ALWAYS_INLINE uint32_t step_utf16le(struct text_reader *r)
{
	return step_utf16(r, false);
}

ALWAYS_INLINE uint32_t step_utf16be(struct text_reader *r)
{
	return step_utf16(r, true);
}

uint8_t *text_run_utf16le(struct text_reader *r, size_t end, uint8_t *out)
{
	return text_each(r, end, out, false, step_utf16le);
}

uint8_t *text_run_utf16be(struct text_reader *r, size_t end, uint8_t *out)
{
	return text_each(r, end, out, false, step_utf16be);
}
