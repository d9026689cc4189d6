/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"

struct str str_dup(struct arena *a, struct str s)
{
	return (struct str){arena_dup(a, s.p, s.n), s.n};
}

char *str_cstr(struct arena *a, struct str s)
{
	return arena_dup(a, s.p, s.n);
}

struct str str_join(struct arena *a, struct str front, struct str back)
{
	char *p = arena_alloc(a, front.n + back.n + 1);
	if (front.n)
		memcpy(p, front.p, front.n);
	if (back.n)
		memcpy(p + front.n, back.p, back.n);
	return (struct str){p, front.n + back.n};
}

struct str str_fmt(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	va_list again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	BUG_ON(n < 0);
	char *p = arena_alloc(a, (size_t)n + 1);
	(void)vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return (struct str){p, (size_t)n};
}

struct str str_lower(struct arena *a, struct str s)
{
	char *p = arena_dup(a, s.p, s.n);
	for (size_t i = 0; i < s.n; i++)
		p[i] = ascii_lower(p[i]);
	return (struct str){p, s.n};
}

bool str_is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((uint8_t)s.p[i] >= 0x80)
			return false;
	return true;
}

bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_ieq(struct str a, struct str b)
{
	if (a.n != b.n || a.n == 0 || memcmp(a.p, b.p, a.n) == 0)
		return a.n == b.n;
	for (size_t i = 0; i < a.n; i++)
		if (ascii_lower(a.p[i]) != ascii_lower(b.p[i]))
			return false;
	return true;
}

int str_cmp(struct str a, struct str b)
{
	size_t n = size_min(a.n, b.n);
	int d = n ? memcmp(a.p, b.p, n) : 0;
	if (d)
		return d;
	return a.n < b.n ? -1 : a.n > b.n;
}

bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq(str_sub(s, 0, prefix.n), prefix);
}

bool str_istarts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_ieq(str_sub(s, 0, prefix.n), prefix);
}

bool str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n && str_eq(str_from(s, s.n - suffix.n), suffix);
}

size_t str_chr(struct str s, char c, size_t from)
{
	if (from >= s.n)
		return s.n;
	const char *hit = memchr(s.p + from, c, s.n - from);
	return hit ? (size_t)(hit - s.p) : s.n;
}

size_t str_find(struct str s, struct str needle, size_t from)
{
	if (from > s.n || needle.n > s.n - from)
		return s.n;
	if (needle.n == 0)
		return from;
	const char *hit = memmem(s.p + from, s.n - from, needle.p, needle.n);
	return hit ? (size_t)(hit - s.p) : s.n;
}

size_t str_ifind(struct str s, struct str needle, size_t from)
{
	if (needle.n == 0 && from <= s.n)
		return from;
	if (needle.n > s.n)
		return s.n;
	char first = ascii_lower(needle.p[0]);
	for (size_t i = from; i <= s.n - needle.n; i++)
		if (ascii_lower(s.p[i]) == first && str_ieq(str_mem(s.p + i, needle.n), needle))
			return i;
	return s.n;
}

struct str str_sub(struct str s, size_t from, size_t to)
{
	to = size_min(to, s.n);
	from = size_min(from, to);
	return (struct str){from ? s.p + from : s.p, to - from};
}

struct str str_trim(struct str s)
{
	while (s.n && ascii_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && ascii_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

struct str str_cut(struct str *s, char c)
{
	size_t at = str_chr(*s, c, 0);
	struct str head = str_sub(*s, 0, at);
	*s = str_from(*s, at < s->n ? at + 1 : at);
	return head;
}

bool str_to_u64(struct str s, uint64_t *ret)
{
	uint64_t v = 0;
	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!ascii_digit(s.p[i]))
			return false;
		uint64_t d = (uint64_t)(s.p[i] - '0');
		if (!mul_ok(v, (uint64_t)10, &v) || !add_ok(v, d, &v))
			return false;
	}
	*ret = v;
	return true;
}

bool str_to_u64_strict(struct str s, uint64_t *ret)
{
	return !(s.n > 1 && s.p[0] == '0') && str_to_u64(s, ret);
}

bool str_cut_line(struct str *s, struct str *ret_line)
{
	if (str_chr(*s, '\n', 0) >= s->n)
		return false;
	*ret_line = str_cut(s, '\n');
	return true;
}
