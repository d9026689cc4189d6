/* SPDX-License-Identifier: Apache-2.0 */
/* The indexes of the Encoding standard §6, made out of glibc's tables: the bytes of every pointer are converted once,
 * then the places are corrected where glibc is known to differ. The digest of the result says whether that was all. */
#include <iconv.h>

#include "base/mem.h"
#include "formats/text/text_int.h"

#define EUDC_FROM 8836u /* of jis0208: the Shift_JIS decoder computes these */
#define EUDC_TO 10715u

struct text_codecs {
	iconv_t cd[TEXT_INDEXES]; /* (iconv_t)-1: not to be had */
	uint32_t *index[TEXT_INDEXES];
	enum text_tables state[TEXT_INDEXES];
};

static bool no_codec(iconv_t cd)
{
	return cd == (iconv_t)-1;
}

struct text_codecs *text_codecs_new(void)
{
	struct text_codecs *c = mem_alloc(sizeof(*c));
	for (size_t i = 0; i < TEXT_INDEXES; i++)
		c->cd[i] = iconv_open("WCHAR_T", TEXT_INDEX_DEFS[i].iconv);
	return c;
}

void text_codecs_free(struct text_codecs *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < TEXT_INDEXES; i++) {
		if (!no_codec(c->cd[i]))
			(void)iconv_close(c->cd[i]);
		mem_free(c->index[i]);
	}
	mem_free(c);
}

/* Two bytes in rows of `row`, the first from `lead`, the second from `trail` with a gap of `gap` behind 0x7e. */
static size_t two_bytes(uint32_t pointer, uint32_t row, uint32_t trail, uint32_t gap, uint8_t ret[3])
{
	uint32_t at = pointer % row + trail;
	ret[0] = (uint8_t)(pointer / row + 0x81);
	ret[1] = (uint8_t)(at > 0x7e ? at + gap : at);
	return 2;
}

static size_t bytes_of(enum text_index which, uint32_t pointer, uint8_t ret[3])
{
	switch (which) {
	case TEXT_GB18030:
		return two_bytes(pointer, 190, 0x40, 1, ret);
	case TEXT_BIG5:
		return two_bytes(pointer, 157, 0x40, 0x22, ret);
	case TEXT_EUC_KR:
		return two_bytes(pointer, 190, 0x41, 0, ret);
	case TEXT_JIS0208: /* its Shift_JIS form, since that has the rows of IBM too */
		if (pointer >= EUDC_FROM && pointer <= EUDC_TO)
			return 0;
		(void)two_bytes(pointer, 188, 0x40, 1, ret);
		if (ret[0] > 0x9f)
			ret[0] = (uint8_t)(ret[0] + 0x40);
		return 2;
	case TEXT_JIS0212:
		ret[0] = 0x8f;
		ret[1] = (uint8_t)(pointer / 94 + 0xa1);
		ret[2] = (uint8_t)(pointer % 94 + 0xa1);
		return 3;
	case TEXT_INDEXES:
		break;
	}
	return 0;
}

/* The one character that the bytes are, or 0. */
static uint32_t one_character(iconv_t cd, const uint8_t bytes[3], size_t n)
{
	char copy[3]; /* iconv wants it writable */
	wchar_t got[4];
	char *in = copy;
	char *out = (char *)got;
	size_t room = sizeof(got);
	memcpy(copy, bytes, sizeof(copy));
	(void)iconv(cd, NULL, NULL, NULL, NULL);
	if (n == 0 || iconv(cd, &in, &n, &out, &room) == (size_t)-1 || n)
		return 0;
	(void)iconv(cd, NULL, NULL, &out, &room); /* BIG5-HKSCS keeps letters back that an accent may follow */
	return room == sizeof(got) - sizeof(got[0]) ? (uint32_t)got[0] : 0;
}

static bool is_standard(const uint32_t *index, const struct text_index_def *def)
{
	uint64_t h = 0xcbf29ce484222325u;
	for (uint32_t i = 0; i < def->size; i++)
		h = (h ^ index[i]) * 0x100000001b3u;
	return h == def->digest;
}

static void make_index(struct text_codecs *c, enum text_index which)
{
	const struct text_index_def *def = &TEXT_INDEX_DEFS[which];
	uint32_t *index = mem_alloc(def->size * sizeof(*index));
	c->index[which] = index;
	c->state[which] = TEXT_TABLES_MISSING;
	if (no_codec(c->cd[which]))
		return;
	for (uint32_t p = 0; p < def->size; p++) {
		uint8_t bytes[3] = {0};
		size_t n = bytes_of(which, p, bytes);
		index[p] = one_character(c->cd[which], bytes, n);
	}
	for (size_t i = 0; i < TEXT_NPATCHES; i++)
		if (TEXT_PATCHES[i].index == which)
			index[TEXT_PATCHES[i].pointer] = TEXT_PATCHES[i].c;
	c->state[which] = is_standard(index, def) ? TEXT_TABLES_EXACT : TEXT_TABLES_DIFFER;
}

const uint32_t *text_index(struct text_codecs *c, enum text_index which, enum text_tables *worst)
{
	if (!c->index[which])
		make_index(c, which);
	if (c->state[which] > *worst)
		*worst = c->state[which];
	return c->index[which];
}
