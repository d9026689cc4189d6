/* SPDX-License-Identifier: Apache-2.0 */
/* Characters: which sort they are of, and in which form words are compared. */
#include "formats/date/date_int.h"

struct range {
	uint32_t from;
	uint32_t to;
};

static bool in_ranges(uint32_t c, const struct range *r, size_t n)
{
	size_t low = 0;
	while (low < n) {
		size_t mid = low + (n - low) / 2;
		if (c > r[mid].to)
			low = mid + 1;
		else if (c < r[mid].from)
			n = mid;
		else
			return true;
	}
	return false;
}

/* Zeros of the decimal digits of scripts. */
static bool digit_value(uint32_t c, uint32_t *ret)
{
	static const uint32_t zeros[] = {0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66,
		0xe50, 0xed0, 0xf20, 0x1040, 0x17e0, 0xff10};
	for (size_t i = 0; i < ARRAY_LEN(zeros); i++) {
		if (c >= zeros[i] && c < zeros[i] + 10) {
			*ret = c - zeros[i];
			return true;
		}
	}
	return false;
}

static bool is_letter(uint32_t c)
{
	static const struct range letters[] = {{0xaa, 0xaa}, {0xba, 0xba}, {0xc0, 0xd6}, {0xd8, 0xf6}, {0xf8, 0x24f},
		{0x370, 0x373}, {0x376, 0x377}, {0x37b, 0x37d}, {0x386, 0x386}, {0x388, 0x3ff}, {0x400, 0x52f},
		{0x531, 0x587}, {0x5d0, 0x5ea}, {0x620, 0x64a}, {0x66e, 0x66f}, {0x671, 0x6d3}, {0x6d5, 0x6d5},
		{0x6ee, 0x6ef}, {0x6fa, 0x6ff}, {0x750, 0x77f}, {0x900, 0x963}, {0x970, 0xdff}, {0xe01, 0xe3e},
		{0xe40, 0xe4e}, {0xe81, 0xece}, {0x10a0, 0x10ff}, {0x1200, 0x135a}, {0x1780, 0x17d3}, {0x1e00, 0x1fff}};
	return in_ranges(c, letters, ARRAY_LEN(letters));
}

static bool is_ideograph(uint32_t c)
{
	static const struct range unspaced[] = {{0x1100, 0x11ff}, {0x2e80, 0x2fdf}, {0x3005, 0x3007}, {0x3041, 0x3096},
		{0x309d, 0x309f}, {0x30a1, 0x30fa}, {0x30fc, 0x30ff}, {0x3131, 0x318e}, {0x3400, 0x4dbf},
		{0x4e00, 0x9fff}, {0xac00, 0xd7a3}, {0xf900, 0xfaff}, {0xff66, 0xff9f}, {0x20000, 0x3ffff}};
	return in_ranges(c, unspaced, ARRAY_LEN(unspaced));
}

static bool is_ignored(uint32_t c)
{
	static const struct range ignored[] = {{0xad, 0xad}, {0x300, 0x36f}, {0x591, 0x5c7}, {0x610, 0x61c},
		{0x640, 0x640}, {0x64b, 0x65f}, {0x670, 0x670}, {0x93c, 0x93c}, {0x9bc, 0x9bc}, {0x200b, 0x200f},
		{0x202a, 0x202e}, {0x2060, 0x206f}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}};
	return in_ranges(c, ignored, ARRAY_LEN(ignored));
}

static bool is_space(uint32_t c)
{
	return c <= 0x20 || (c >= 0x7f && c <= 0xa0) || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
		(c >= 0x2028 && c <= 0x2029) || c == 0x202f || c == 0x205f || c == 0x3000;
}

/* The letter without its accents, U+00C0 to U+017F; a dot stands for no letter. */
static uint32_t latin(uint32_t c)
{
	static const char base[] = "aaaaaaaceeeeiiiidnooooo.ouuuuytsaaaaaaaceeeeiiiidnooooo.ouuuuyty"
				   "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllll"
				   "nnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
	_Static_assert(sizeof(base) == 0x180 - 0xc0 + 1, "a letter each");
	return (uint32_t)base[c - 0xc0];
}

static uint32_t latin_additional(uint32_t c)
{
	static const char base[] =
		"aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrr"
		"ssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwy";
	if (c < 0x1e00 + sizeof(base) - 1)
		return (uint32_t)base[c - 0x1e00];
	if (c < 0x1ea0)
		return c;
	return c < 0x1eb8    ? 'a'
		: c < 0x1ec8 ? 'e'
		: c < 0x1ecc ? 'i'
		: c < 0x1ee4 ? 'o'
		: c < 0x1ef2 ? 'u'
		: c < 0x1efa ? 'y'
			     : c;
}

static uint32_t greek(uint32_t c)
{
	static const struct {
		uint16_t from;
		uint16_t to;
	} accents[] = {{0x386, 0x3b1}, {0x388, 0x3b5}, {0x389, 0x3b7}, {0x38a, 0x3b9}, {0x38c, 0x3bf}, {0x38e, 0x3c5},
		{0x38f, 0x3c9}, {0x390, 0x3b9}, {0x3aa, 0x3b9}, {0x3ab, 0x3c5}, {0x3ac, 0x3b1}, {0x3ad, 0x3b5},
		{0x3ae, 0x3b7}, {0x3af, 0x3b9}, {0x3b0, 0x3c5}, {0x3c2, 0x3c3}, {0x3ca, 0x3b9}, {0x3cb, 0x3c5},
		{0x3cc, 0x3bf}, {0x3cd, 0x3c5}, {0x3ce, 0x3c9}};
	for (size_t i = 0; i < ARRAY_LEN(accents); i++)
		if (accents[i].from == c)
			return accents[i].to;
	return c >= 0x391 && c <= 0x3a9 ? c + 0x20 : c;
}

static uint32_t arabic(uint32_t c)
{
	if (c == 0x622 || c == 0x623 || c == 0x625 || c == 0x671)
		return 0x627;
	if (c == 0x649 || c == 0x6cc)
		return 0x64a;
	if (c == 0x6a9)
		return 0x643;
	return c == 0x629 || c == 0x6be || c == 0x6c0 || c == 0x6c1 || c == 0x6d5 ? 0x647 : c;
}

static uint32_t cyrillic(uint32_t c)
{
	if (c >= 0x400 && c < 0x410)
		c += 0x50;
	else if (c >= 0x410 && c < 0x430)
		c += 0x20;
	else if ((c >= 0x460 && c < 0x482) || (c >= 0x48a && c < 0x4c0) || c >= 0x4d0)
		c |= 1;
	return c == 0x451 ? 0x435 : c;
}

static uint32_t fold(uint32_t c)
{
	static const uint16_t nukta[] = {0x915, 0x916, 0x917, 0x91c, 0x921, 0x922, 0x92b, 0x92f};
	if (c < 0x80)
		return (uint32_t)(uint8_t)ascii_lower((char)c);
	if (c < 0xc0)
		return c;
	if (c < 0x180)
		return latin(c);
	if (c == 0x1a0 || c == 0x1a1)
		return 'o';
	if (c == 0x1af || c == 0x1b0)
		return 'u';
	if (c >= 0x218 && c <= 0x21b)
		return c < 0x21a ? 's' : 't';
	if (c >= 0x370 && c < 0x400)
		return greek(c);
	if (c >= 0x400 && c < 0x530)
		return cyrillic(c);
	if (c >= 0x600 && c < 0x700)
		return arabic(c);
	if (c >= 0x958 && c < 0x960)
		return nukta[c - 0x958];
	return c >= 0x1e00 && c < 0x1f00 ? latin_additional(c) : c;
}

static char punctuation(uint32_t c)
{
	static const struct {
		uint16_t from;
		char to;
	} same[] = {{0xb0, '*'}, {0xb7, '|'}, {0x387, '|'}, {0x589, '.'}, {0x60c, ','}, {0x61b, ';'}, {0x61f, '?'},
		{0x6d4, '.'}, {0x964, '.'}, {0x2010, '-'}, {0x2011, '-'}, {0x2012, '-'}, {0x2013, '-'}, {0x2014, '-'},
		{0x2015, '-'}, {0x2018, '\''}, {0x2019, '\''}, {0x2022, '|'}, {0x2027, '|'}, {0x2044, '/'},
		{0x2212, '-'}, {0x2215, '/'}, {0x2219, '|'}, {0x2236, ':'}, {0x2502, '|'}, {0x25cf, '|'}, {0x25aa, '|'},
		{0x3001, ','}, {0x3002, '.'}, {0x3008, '('}, {0x3009, ')'}, {0x300c, '('}, {0x300d, ')'}, {0x300e, '('},
		{0x300f, ')'}, {0x3010, '('}, {0x3011, ')'}, {0x3014, '('}, {0x3015, ')'}, {0x30fb, '|'}};
	if (c >= 0xff01 && c <= 0xff5e) /* fullwidth */
		c -= 0xff01 - 0x21;
	if (c < 0x80)
		return c == '[' ? '(' : c == ']' ? ')' : (char)c;
	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		if (same[i].from == c)
			return same[i].to;
	return c == 0xff5c ? '|' : '?';
}

enum char_kind date_char(uint32_t c, uint32_t *ret_value)
{
	*ret_value = c;
	if (c < 0x80) {
		if (ascii_digit((char)c)) {
			*ret_value = c - '0';
			return CHAR_DIGIT;
		}
		if (ascii_alpha((char)c)) {
			*ret_value = (uint32_t)(uint8_t)ascii_lower((char)c);
			return CHAR_LETTER;
		}
	}
	if (is_space(c))
		return CHAR_SPACE;
	if (c >= 0x80 && digit_value(c, ret_value))
		return CHAR_DIGIT;
	if ((c >= 0xff21 && c <= 0xff3a) || (c >= 0xff41 && c <= 0xff5a)) { /* fullwidth Latin */
		*ret_value = (uint32_t)(uint8_t)ascii_lower((char)(c - 0xff21 + 'A'));
		return CHAR_LETTER;
	}
	if (c >= 0x80 && is_ignored(c))
		return CHAR_IGNORED;
	if (is_letter(c)) {
		*ret_value = fold(c);
		return CHAR_LETTER;
	}
	if (is_ideograph(c))
		return CHAR_IDEOGRAPH;
	*ret_value = (uint32_t)(uint8_t)punctuation(c);
	return CHAR_PUNCT;
}
