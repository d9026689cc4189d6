/* SPDX-License-Identifier: Apache-2.0 */
/* Character references (§13.2.5.72 to .80). */
#include "formats/html/charref_int.h"
#include "formats/html/html_int.h"

#define BAD_CHAR 0xfffdu

/* What numbers in the C1 range stand for: windows-1252. 0: the number itself. */
static const uint16_t C1[32] = {0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
	0x2039, 0x0152, 0, 0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161,
	0x203a, 0x0153, 0, 0x017e, 0x0178};

static uint32_t put_utf8(uint32_t c, char ret[8])
{
	if (c < 0x80) {
		ret[0] = (char)c;
		return 1;
	}
	uint32_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (uint32_t i = n - 1; i > 0; i--, c >>= 6)
		ret[i] = (char)(0x80 | (c & 0x3f));
	static const uint8_t first[5] = {0, 0, 0xc0, 0xe0, 0xf0};
	ret[0] = (char)(first[n] | c);
	return n;
}

static uint32_t char_of(uint32_t number)
{
	if (number == 0 || number > 0x10ffff || (number >= 0xd800 && number <= 0xdfff))
		return BAD_CHAR;
	return number >= 0x80 && number <= 0x9f && C1[number - 0x80] ? C1[number - 0x80] : number;
}

/* `i` is behind the "&#". */
static uint32_t numeric(struct str s, size_t i, size_t *at, bool is_end, char ret[8])
{
	uint32_t base = i < s.n && (s.p[i] == 'x' || s.p[i] == 'X') ? 16 : 10;
	i += base == 16;
	size_t digits = i;
	uint32_t number = 0;
	for (; i < s.n; i++) {
		int digit = ascii_hexval(s.p[i]);
		if (digit < 0 || digit >= (int)base)
			break;
		if (number <= 0x10ffff)
			number = number * base + (uint32_t)digit;
	}
	if (i == s.n && !is_end)
		return HTML_NONE;
	if (i == digits)
		return 0;
	*at = i + (i < s.n && s.p[i] == ';');
	return put_utf8(char_of(number), ret);
}

static const struct html_ref_edge *edge_find(const struct html_ref_edge *e, char c)
{
	while (e->c != c)
		if (e++->is_last)
			return NULL;
	return e;
}

static bool is_alnum(char c)
{
	return ascii_alpha(c) || ascii_digit(c);
}

/* The longest name that stands at `from`. */
static uint32_t named(struct str s, size_t from, size_t *at, bool in_attribute, bool is_end, char ret[8])
{
	size_t i = from + 1;
	size_t end = 0;
	uint32_t names = 0; /* in front of what was spelled so far */
	uint32_t found = 0;
	size_t letter = s.p[from] >= 'a' ? (size_t)(s.p[from] - 'a') + 26 : (size_t)(s.p[from] - 'A');
	for (const struct html_ref_edge *e = &HTML_REF_EDGES[letter];; i++) {
		names += e->skip;
		if (e->is_name) {
			found = names++;
			end = i;
		}
		if (e->next == 0)
			break;
		if (i == s.n && !is_end)
			return HTML_NONE;
		e = i < s.n ? edge_find(&HTML_REF_EDGES[e->next], s.p[i]) : NULL;
		if (!e)
			break;
	}
	if (end == 0)
		return 0;
	if (in_attribute && s.p[end - 1] != ';' && end < s.n && (s.p[end] == '=' || is_alnum(s.p[end])))
		return 0;
	const struct html_ref_value *v = &HTML_REF_VALUES[found];
	memcpy(ret, v->utf8, sizeof(v->utf8));
	*at = end;
	return v->n;
}

uint32_t html_charref(struct str s, size_t *at, bool in_attribute, bool is_end, char ret[8])
{
	size_t i = *at + 1;
	if (i == s.n)
		return is_end ? 0 : HTML_NONE;
	if (s.p[i] == '#')
		return numeric(s, i + 1, at, is_end, ret);
	return ascii_alpha(s.p[i]) ? named(s, i, at, in_attribute, is_end, ret) : 0;
}
