/* SPDX-License-Identifier: Apache-2.0 */
/* Decoders of Japanese: Encoding standard §12.1 EUC-JP, §12.2 ISO-2022-JP, §12.3 Shift_JIS. */
#include "formats/text/run_int.h"

#define KATAKANA 0xff61u /* the first of the half-width ones, which have one byte in old encodings */

ALWAYS_INLINE bool in_94(uint8_t b)
{
	return b >= 0xa1 && b <= 0xfe;
}

/* 0x8f and two bytes. */
static uint32_t step_jis0212(struct text_reader *r)
{
	const uint8_t *p = r->p + r->at;
	size_t left = r->n - r->at;
	if (left < 3)
		return text_bad(r, left);
	uint32_t c = in_94(p[2]) ? r->jis0212[(p[1] - 0xa1u) * 94 + p[2] - 0xa1u] : 0;
	return c ? text_good(r, 3, c) : text_bad_pair(r, 2, p[2]);
}

ALWAYS_INLINE uint32_t step_euc_jp(struct text_reader *r)
{
	uint8_t lead = r->p[r->at];
	if ((!in_94(lead) && lead != 0x8e && lead != 0x8f) || r->n - r->at < 2)
		return text_bad(r, 1);
	uint8_t trail = r->p[r->at + 1];
	if (in_94(lead) && in_94(trail)) {
		uint32_t c = r->index[(lead - 0xa1u) * 94 + trail - 0xa1u];
		if (c)
			return text_good(r, 2, c);
	} else if (lead == 0x8e && trail >= 0xa1 && trail <= 0xdf) {
		return text_good(r, 2, KATAKANA + trail - 0xa1u);
	} else if (lead == 0x8f && in_94(trail)) {
		return step_jis0212(r);
	}
	return text_bad_pair(r, 1, trail);
}

uint8_t *text_run_euc_jp(struct text_reader *r, size_t end, uint8_t *out)
{
	return text_each(r, end, out, true, step_euc_jp);
}

ALWAYS_INLINE uint32_t step_shift_jis(struct text_reader *r)
{
	uint8_t lead = r->p[r->at];
	if (lead == 0x80)
		return text_good(r, 1, lead);
	if (lead >= 0xa1 && lead <= 0xdf)
		return text_good(r, 1, KATAKANA + lead - 0xa1u);
	if (lead == 0xa0 || lead > 0xfc || r->n - r->at < 2)
		return text_bad(r, 1);
	uint8_t trail = r->p[r->at + 1];
	if (trail >= 0x40 && trail != 0x7f && trail <= 0xfc) {
		uint32_t pointer = (lead - (lead < 0xa0 ? 0x81u : 0xc1u)) * 188 + trail -
			(trail < 0x7f ? 0x40u : 0x41u);
		if (pointer >= 8836 && pointer <= 10715) /* what users of Windows defined themselves */
			return text_good(r, 2, 0xe000 + pointer - 8836);
		if (r->index[pointer])
			return text_good(r, 2, r->index[pointer]);
	}
	return text_bad_pair(r, 1, trail);
}

uint8_t *text_run_shift_jis(struct text_reader *r, size_t end, uint8_t *out)
{
	return text_each(r, end, out, true, step_shift_jis);
}

/* The reader's state for ISO-2022-JP: a mode, and whether an escape sequence came last, since two in a row are an
 * error. The standard's states for the second byte of a character and for the inside of an escape sequence do not
 * outlive a step here. */
enum {
	MODE_ASCII,
	MODE_ROMAN,
	MODE_KATAKANA,
	MODE_JIS0208,
	MODES = 3,
	ESCAPED = 4,
};

static int escape_mode(uint8_t second, uint8_t third)
{
	if (second == '$')
		return third == '@' || third == 'B' ? MODE_JIS0208 : -1;
	if (second != '(')
		return -1;
	return third == 'B' ? MODE_ASCII : third == 'J' ? MODE_ROMAN : third == 'I' ? MODE_KATAKANA : -1;
}

static uint32_t step_escape(struct text_reader *r)
{
	const uint8_t *p = r->p + r->at;
	int mode = r->n - r->at < 3 ? -1 : escape_mode(p[1], p[2]);
	bool escaped = r->state & ESCAPED;
	if (mode < 0) {
		r->state &= MODES;
		return text_bad(r, 1);
	}
	r->state = (uint8_t)(mode | ESCAPED);
	return escaped ? text_bad(r, 3) : text_good(r, 3, TEXT_NOTHING);
}

static uint32_t step_7bit_pair(struct text_reader *r)
{
	const uint8_t *p = r->p + r->at;
	if (p[0] < 0x21 || p[0] > 0x7e || r->n - r->at < 2 || p[1] == 0x1b)
		return text_bad(r, 1);
	if (p[1] < 0x21 || p[1] > 0x7e)
		return text_bad(r, 2);
	uint32_t c = r->index[(p[0] - 0x21u) * 94 + p[1] - 0x21u];
	return c ? text_good(r, 2, c) : text_bad(r, 2);
}

ALWAYS_INLINE uint32_t step_iso_2022_jp(struct text_reader *r)
{
	uint8_t b = r->p[r->at];
	if (b == 0x1b)
		return step_escape(r);
	r->state &= MODES;
	if (r->state == MODE_JIS0208)
		return step_7bit_pair(r);
	if (r->state == MODE_KATAKANA)
		return b >= 0x21 && b <= 0x5f ? text_good(r, 1, KATAKANA + b - 0x21u) : text_bad(r, 1);
	if (b > 0x7f || b == 0x0e || b == 0x0f)
		return text_bad(r, 1);
	if (r->state == MODE_ROMAN && (b == 0x5c || b == 0x7e))
		return text_good(r, 1, b == 0x5c ? 0xa5 : 0x203e);
	return text_good(r, 1, b);
}

uint8_t *text_run_iso_2022_jp(struct text_reader *r, size_t end, uint8_t *out)
{
	return text_each(r, end, out, false, step_iso_2022_jp);
}
