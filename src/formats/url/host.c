/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts: domains, IPv4 in all its spellings, IPv6 (URL standard §3.5). */
#include "base/arena.h"
#include "base/utf8.h"
#include "formats/url/url_int.h"

static bool forbidden_host(uint8_t c)
{
	return c == 0 || strchr("\t\n\r #/:<>?@[\\]^|", c) != NULL;
}

static bool forbidden_domain(uint8_t c)
{
	return forbidden_host(c) || c <= 0x1f || c == '%' || c == 0x7f;
}

/* One part of an IPv4 address: decimal, 0octal or 0xhex. An empty "0x" is zero. */
static bool ipv4_number(struct str s, uint64_t *ret)
{
	unsigned base = 10;
	uint64_t v = 0;
	if (s.n == 0)
		return false;
	if (s.n >= 2 && s.p[0] == '0' && ascii_lower(s.p[1]) == 'x') {
		base = 16;
		s = str_from(s, 2);
	} else if (s.n >= 2 && s.p[0] == '0') {
		base = 8;
		s = str_from(s, 1);
	}
	for (size_t i = 0; i < s.n; i++) {
		int d = ascii_hexval(s.p[i]);
		if (d < 0 || (unsigned)d >= base)
			return false;
		/* anything this large is out of range anyway */
		if (v < UINT32_MAX * 256ull)
			v = v * base + (unsigned)d;
	}
	*ret = v;
	return true;
}

static bool ends_in_number(struct str host)
{
	uint64_t v = 0;
	if (str_ends(host, STR(".")))
		host.n--;
	size_t dot = host.n;
	while (dot > 0 && host.p[dot - 1] != '.')
		dot--;
	struct str last = str_from(host, dot);
	bool digits = last.n > 0;
	for (size_t i = 0; i < last.n; i++)
		digits = digits && ascii_digit(last.p[i]);
	return digits || ipv4_number(last, &v);
}

static rc ipv4_parse(struct arena *a, struct str host, struct str *ret, struct err *e)
{
	uint64_t part[4];
	size_t n = 0;
	struct str rest = str_ends(host, STR(".")) ? str_sub(host, 0, host.n - 1) : host;
	bool ok = true;
	for (bool more = true; ok && more; n++) {
		size_t dot = str_chr(rest, '.', 0);
		more = dot < rest.n;
		ok = n < 4 && ipv4_number(str_sub(rest, 0, dot), &part[n]);
		rest = str_from(rest, dot + 1);
	}
	uint64_t v = 0;
	for (size_t i = 0; ok && i + 1 < n; i++) {
		ok = part[i] <= 255;
		v |= part[i] << (8 * (3 - i));
	}
	if (!ok || part[n - 1] >= (uint64_t)1 << (8 * (5 - n)))
		return err_set(e, E_FORMAT, "'%.*s' is no IPv4 address", (int)size_min(host.n, 80), host.p);
	v |= part[n - 1];
	*ret = str_fmt(a, "%u.%u.%u.%u", (unsigned)(v >> 24 & 255), (unsigned)(v >> 16 & 255), (unsigned)(v >> 8 & 255),
		(unsigned)(v & 255));
	return OK;
}

/* "1.2.3.4" at the end of an IPv6 address: strict, no leading zeros. */
static bool ipv6_tail(struct str s, uint16_t ret[2])
{
	uint8_t b[4];
	for (size_t i = 0; i < 4; i++) {
		size_t end = i < 3 ? str_chr(s, '.', 0) : s.n;
		struct str part = str_sub(s, 0, end);
		uint64_t v = 0;
		if (!str_to_u64(part, &v) || v > 255 || (part.n > 1 && part.p[0] == '0'))
			return false;
		b[i] = (uint8_t)v;
		if (i < 3 && end >= s.n)
			return false;
		s = str_from(s, end + 1);
	}
	ret[0] = (uint16_t)(b[0] << 8 | b[1]);
	ret[1] = (uint16_t)(b[2] << 8 | b[3]);
	return true;
}

static bool ipv6_piece(struct str s, uint16_t *ret)
{
	unsigned v = 0;
	if (s.n == 0 || s.n > 4)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		int d = ascii_hexval(s.p[i]);
		if (d < 0)
			return false;
		v = v << 4 | (unsigned)d;
	}
	*ret = (uint16_t)v;
	return true;
}

static bool ipv6_read(struct str s, uint16_t piece[8])
{
	size_t n = 0;
	size_t gap = 9; /* where "::" stands; 9: nowhere */
	if (str_starts(s, STR("::"))) {
		gap = 0;
		s = str_from(s, 2);
	} else if (str_starts(s, STR(":"))) {
		return false;
	}
	while (s.n) {
		size_t colon = str_chr(s, ':', 0);
		struct str part = str_sub(s, 0, colon);
		if (n >= 8)
			return false;
		if (colon == s.n && str_chr(part, '.', 0) < part.n) {
			if (n > 6 || !ipv6_tail(part, &piece[n]))
				return false;
			n += 2;
			break;
		}
		if (!ipv6_piece(part, &piece[n++]))
			return false;
		if (colon == s.n)
			break;
		s = str_from(s, colon + 1);
		if (s.n == 0)
			return false;
		if (s.p[0] == ':') {
			if (gap != 9)
				return false;
			gap = n;
			s = str_from(s, 1);
		}
	}
	if (gap == 9)
		return n == 8;
	if (n >= 8)
		return false;
	memmove(&piece[8 - (n - gap)], &piece[gap], (n - gap) * sizeof(*piece));
	memset(&piece[gap], 0, (8 - n) * sizeof(*piece));
	return true;
}

/* RFC 5952: the longest run of two or more zero pieces becomes "::", the first of equals. */
static struct str ipv6_text(struct arena *a, const uint16_t piece[8])
{
	AUTO(buf) b = {0};
	size_t best = 8;
	size_t best_n = 1;
	for (size_t i = 0; i < 8; i++) {
		size_t n = 0;
		while (i + n < 8 && piece[i + n] == 0)
			n++;
		if (n > best_n) {
			best = i;
			best_n = n;
		}
	}
	buf_init(&b, 64);
	buf_addc(&b, '[');
	for (size_t i = 0; i < 8;) {
		if (i == best) {
			buf_add(&b, i == 0 ? STR("::") : STR(":"));
			i += best_n;
			continue;
		}
		buf_addf(&b, "%x%s", piece[i], i < 7 ? ":" : "");
		i++;
	}
	buf_addc(&b, ']');
	return str_dup(a, buf_str(&b));
}

static rc opaque_host(struct arena *a, struct str input, struct str *ret, struct err *e)
{
	AUTO(buf) b = {0};
	for (size_t i = 0; i < input.n; i++)
		if (forbidden_host((uint8_t)input.p[i]))
			return err_set(e, E_FORMAT, "a character that no host has");
	buf_init(&b, 3 * input.n + 1);
	percent_encode(&b, input, ENCODE_C0);
	*ret = str_dup(a, buf_str(&b));
	return OK;
}

rc host_parse(struct arena *a, struct str input, bool special, struct str *ret, struct err *e)
{
	struct str ascii;
	if (str_starts(input, STR("["))) {
		uint16_t piece[8] = {0};
		if (!str_ends(input, STR("]")) || !ipv6_read(str_sub(input, 1, input.n - 1), piece))
			return err_set(e, E_FORMAT, "no IPv6 address in brackets");
		*ret = ipv6_text(a, piece);
		return OK;
	}
	if (!special)
		return opaque_host(a, input, ret, e);
	AUTO(buf) domain = {0};
	buf_init(&domain, 3 * input.n + 1);
	utf8_add_clean(&domain, percent_decode(a, input));
	if (!host_to_ascii(a, buf_str(&domain), IDNA_UTS46, &ascii) || ascii.n == 0)
		return err_set(e, E_FORMAT, "no domain name");
	for (size_t i = 0; i < ascii.n; i++)
		if (forbidden_domain((uint8_t)ascii.p[i]))
			return err_set(e, E_FORMAT, "a character that no domain name has");
	if (ends_in_number(ascii))
		return ipv4_parse(a, ascii, ret, e);
	*ret = ascii;
	return OK;
}
