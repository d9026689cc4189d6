/* SPDX-License-Identifier: Apache-2.0 */
/* Borrowed text: pointer and length, passed by value, not NUL-terminated. May hold any bytes. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <string.h>

#include "base/defs.h"

struct arena;

struct str {
	const char *p;
	size_t n;
};

/* For printf: "%.*s", STR_FMT(s). The text is cut at 1 MiB and at a NUL inside. */
#define STR_FMT(s) str_fmt_n(s), str_fmt_p(s)
static inline int str_fmt_n(struct str s)
{
	return (int)size_min(s.n, 1u << 20);
}
static inline const char *str_fmt_p(struct str s)
{
	return s.n ? s.p : "";
}

#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})

static inline struct str str_mem(const void *p, size_t n)
{
	return (struct str){(const char *)p, n};
}

/* Borrows a NUL-terminated string; NULL gives the empty text. */
static inline struct str str_c(const char *s)
{
	return (struct str){s ? s : "", s ? strlen(s) : 0};
}

/* A copy in `a`, with a NUL behind it. */
struct str str_dup(struct arena *a, struct str s);

/* A NUL-terminated copy in `a`, for C libraries. Text with a NUL inside ends there. */
char *str_cstr(struct arena *a, struct str s);

/* Both, one behind the other, in `a`. */
struct str str_join(struct arena *a, struct str front, struct str back);

/* Formats into `a`. Like all of printf, "%.*s" ends at a NUL: bytes from outside are joined, not formatted. */
struct str str_fmt(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* A copy in `a` with ASCII letters in lower case. */
struct str str_lower(struct arena *a, struct str s);

/* True when all bytes are below 0x80. */
bool str_is_ascii(struct str s);

bool str_eq(struct str a, struct str b);
/* Equal when ASCII letters are folded. */
bool str_ieq(struct str a, struct str b);
/* Bytewise order: <0, 0, >0. */
int str_cmp(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_istarts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);

/* Position of the first c or needle at or after `from`; s.n when there is none. */
size_t str_chr(struct str s, char c, size_t from);
size_t str_find(struct str s, struct str needle, size_t from);
/* As str_find with ASCII letters folded. */
size_t str_ifind(struct str s, struct str needle, size_t from);

/* [from, to) of s; both are clipped to the length. */
struct str str_sub(struct str s, size_t from, size_t to);
static inline struct str str_from(struct str s, size_t from)
{
	return str_sub(s, from, s.n);
}

/* Without ASCII white space (space, \t, \n, \r, \f, \v) at both ends. */
struct str str_trim(struct str s);

/* Cuts at the first c: returns what is before it and moves *s behind it. Without a c returns
 * everything and leaves *s empty. */
struct str str_cut(struct str *s, char c);

/* Cuts at the first newline as str_cut does, but only when there is one: false, and nothing moved, otherwise. */
bool str_cut_line(struct str *s, struct str *ret_line);

/* Decimal digits only, at least one, no sign; false when it is not that or does not fit. */
bool str_to_u64(struct str s, uint64_t *ret);
/* The same without leading zeros: each number has one spelling. */
bool str_to_u64_strict(struct str s, uint64_t *ret);

static inline char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}
static inline bool ascii_digit(char c)
{
	return c >= '0' && c <= '9';
}
static inline bool ascii_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
static inline bool ascii_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}
/* White space of HTML and of the Encoding standard's labels: \v is none. */
static inline bool html_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}
/* 0..15, or -1. */
static inline int ascii_hexval(char c)
{
	if (ascii_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

#endif
