/* SPDX-License-Identifier: Apache-2.0 */
/* Decoders of Chinese and Korean: Encoding standard §10.2 gb18030 (and §10.1 GBK, which decodes alike), §11.1 Big5,
 * §13.1 EUC-KR. */
#include "formats/text/run_int.h"

#define RANGES_GAP_FROM 39419u /* pointers behind this and before the next number stand for nothing */
#define RANGES_GAP_TO 189000u
#define RANGES_LAST 1237575u

/* Index gb18030 ranges code point; 0: none. */
static uint32_t ranges_character(uint32_t pointer)
{
	if ((pointer > RANGES_GAP_FROM && pointer < RANGES_GAP_TO) || pointer > RANGES_LAST)
		return 0;
	if (pointer == 7457)
		return 0xe7c7;
	size_t low = 0;
	size_t high = TEXT_NRANGES;
	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;
		if (TEXT_RANGES[mid].pointer <= pointer)
			low = mid;
		else
			high = mid;
	}
	return TEXT_RANGES[low].c + pointer - TEXT_RANGES[low].pointer;
}

/* Four bytes, the second of which is a digit. When they are broken only the first is taken, unless the bytes end here.
 */
static uint32_t step_four(struct text_reader *r)
{
	const uint8_t *p = r->p + r->at;
	size_t left = r->n - r->at;
	if (left < 3)
		return text_bad(r, left);
	if (p[2] < 0x81 || p[2] > 0xfe)
		return text_bad(r, 1);
	if (left < 4)
		return text_bad(r, left);
	if (p[3] < 0x30 || p[3] > 0x39)
		return text_bad(r, 1);
	uint32_t c = ranges_character((((p[0] - 0x81u) * 10 + p[1] - 0x30u) * 126 + p[2] - 0x81u) * 10 + p[3] - 0x30u);
	return c ? text_good(r, 4, c) : text_bad(r, 4);
}

ALWAYS_INLINE uint32_t step_gb18030(struct text_reader *r)
{
	uint8_t lead = r->p[r->at];
	if (lead == 0x80)
		return text_good(r, 1, 0x20ac);
	if (lead == 0xff || r->n - r->at < 2)
		return text_bad(r, 1);
	uint8_t trail = r->p[r->at + 1];
	if (trail >= 0x40 && trail != 0x7f && trail != 0xff) {
		uint32_t c = r->index[(lead - 0x81u) * 190 + trail - (trail < 0x7f ? 0x40u : 0x41u)];
		if (c)
			return text_good(r, 2, c);
	} else if (trail >= 0x30 && trail <= 0x39) {
		return step_four(r);
	}
	return text_bad_pair(r, 1, trail);
}

uint8_t *text_run_gb18030(struct text_reader *r, size_t end, uint8_t *out)
{
	return text_each(r, end, out, true, step_gb18030);
}

/* The four pointers that stand for two characters each. */
static uint32_t big5_pair(uint32_t pointer)
{
	switch (pointer) {
	case 1133:
		return TEXT_MACRON | 0xca;
	case 1135:
		return TEXT_CARON | 0xca;
	case 1164:
		return TEXT_MACRON | 0xea;
	case 1166:
		return TEXT_CARON | 0xea;
	default:
		return 0;
	}
}

ALWAYS_INLINE uint32_t step_big5(struct text_reader *r)
{
	uint8_t lead = r->p[r->at];
	if (lead == 0x80 || lead == 0xff || r->n - r->at < 2)
		return text_bad(r, 1);
	uint8_t trail = r->p[r->at + 1];
	if ((trail >= 0x40 && trail <= 0x7e) || (trail >= 0xa1 && trail <= 0xfe)) {
		uint32_t pointer = (lead - 0x81u) * 157 + trail - (trail < 0x7f ? 0x40u : 0x62u);
		uint32_t c = r->index[pointer];
		if (!c)
			c = big5_pair(pointer);
		if (c)
			return text_good(r, 2, c);
	}
	return text_bad_pair(r, 1, trail);
}

uint8_t *text_run_big5(struct text_reader *r, size_t end, uint8_t *out)
{
	return text_each(r, end, out, true, step_big5);
}

ALWAYS_INLINE uint32_t step_euc_kr(struct text_reader *r)
{
	uint8_t lead = r->p[r->at];
	if (lead == 0x80 || lead == 0xff || r->n - r->at < 2)
		return text_bad(r, 1);
	uint8_t trail = r->p[r->at + 1];
	if (trail >= 0x41 && trail <= 0xfe) {
		uint32_t c = r->index[(lead - 0x81u) * 190 + trail - 0x41u];
		if (c)
			return text_good(r, 2, c);
	}
	return text_bad_pair(r, 1, trail);
}

uint8_t *text_run_euc_kr(struct text_reader *r, size_t end, uint8_t *out)
{
	return text_each(r, end, out, true, step_euc_kr);
}
