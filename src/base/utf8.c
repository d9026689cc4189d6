/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include "base/buf.h"

uint32_t utf8_next(struct str s, size_t *at, bool *ok)
{
	const uint8_t *p = (const uint8_t *)s.p;
	size_t i = *at;
	uint8_t lead = p[i++];
	uint32_t c = 0;
	unsigned more = 0;
	uint8_t low = 0x80;
	uint8_t high = 0xbf;
	if (lead < 0x80) {
		*at = i;
		return lead;
	}
	if (lead >= 0xc2 && lead <= 0xdf) {
		more = 1;
		c = lead & 0x1fu;
	} else if (lead >= 0xe0 && lead <= 0xef) {
		more = 2;
		c = lead & 0x0fu;
		low = lead == 0xe0 ? 0xa0 : low;
		high = lead == 0xed ? 0x9f : high;
	} else if (lead >= 0xf0 && lead <= 0xf4) {
		more = 3;
		c = lead & 0x07u;
		low = lead == 0xf0 ? 0x90 : low;
		high = lead == 0xf4 ? 0x8f : high;
	}
	bool good = more > 0;
	for (; more && i < s.n && p[i] >= low && p[i] <= high; more--) {
		c = c << 6 | (p[i++] & 0x3fu);
		low = 0x80;
		high = 0xbf;
	}
	*at = i;
	if (good && more == 0)
		return c;
	if (ok)
		*ok = false;
	return UTF8_BAD;
}

bool utf8_valid(struct str s)
{
	bool ok = true;
	size_t i = 0;
	while (ok && i < s.n) {
		uint64_t word = 0;
		if (s.n - i >= sizeof(word)) {
			memcpy(&word, s.p + i, sizeof(word));
			if (!(word & 0x8080808080808080ull)) {
				i += sizeof(word);
				continue;
			}
		}
		(void)utf8_next(s, &i, &ok);
	}
	return ok;
}

bool utf8_steers(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x61c || c == 0x200e || c == 0x200f ||
		(c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

void utf8_add(struct buf *b, uint32_t c)
{
	if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		c = UTF8_BAD;
	if (c < 0x80) {
		buf_addc(b, (char)c);
		return;
	}
	char out[4];
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
	for (size_t i = n - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (c & 0x3f));
		c >>= 6;
	}
	out[0] = (char)(lead[n] | c);
	buf_addmem(b, out, n);
}

void utf8_add_clean(struct buf *b, struct str s)
{
	size_t from = 0;
	size_t i = 0;
	while (i < s.n) {
		bool ok = true;
		size_t was = i;
		uint32_t c = utf8_next(s, &i, &ok);
		if (ok)
			continue;
		buf_addmem(b, s.p + from, was - from);
		utf8_add(b, c);
		from = i;
	}
	buf_addmem(b, s.p + from, s.n - from);
}

size_t utf8_cut(struct str s, size_t n)
{
	if (n >= s.n)
		return s.n;
	for (size_t back = 0; back < 4 && back <= n; back++)
		if (((uint8_t)s.p[n - back] & 0xc0) != 0x80)
			return n - back;
	return n;
}
