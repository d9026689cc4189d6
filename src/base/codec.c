/* SPDX-License-Identifier: Apache-2.0 */
#include "base/codec.h"

#include "base/arena.h"
#include "base/buf.h"

static const char HEX[] = "0123456789abcdef";
static const char B64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char B32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

#define FIXED_MAX 64u

static void hex_write(char *to, struct str bytes)
{
	for (size_t i = 0; i < bytes.n; i++) {
		uint8_t v = (uint8_t)bytes.p[i];
		to[2 * i] = HEX[v >> 4];
		to[2 * i + 1] = HEX[v & 15];
	}
}

void hex_add(struct buf *b, struct str bytes)
{
	char *to = buf_space(b, bytes.n * 2);
	if (!to)
		return;
	hex_write(to, bytes);
	buf_grown(b, bytes.n * 2);
}

struct str hex_of(struct arena *a, struct str bytes)
{
	char *to = arena_alloc(a, bytes.n * 2 + 1);
	hex_write(to, bytes);
	return (struct str){to, bytes.n * 2};
}

bool hex_decode(struct arena *a, struct str s, struct str *ret)
{
	if (s.n % 2)
		return false;
	char *to = arena_alloc(a, s.n / 2 + 1);
	for (size_t i = 0; i < s.n; i += 2) {
		int hi = ascii_hexval(s.p[i]);
		int lo = ascii_hexval(s.p[i + 1]);
		if (hi < 0 || lo < 0)
			return false;
		to[i / 2] = (char)(hi << 4 | lo);
	}
	*ret = (struct str){to, s.n / 2};
	return true;
}

/* Groups of `bits` (5 or 6) to letters; pads with '=' to a whole number of groups of letters. */
static size_t radix_write(char *to, struct str bytes, const char *alphabet, unsigned bits)
{
	uint32_t acc = 0;
	unsigned have = 0;
	size_t n = 0;
	for (size_t i = 0; i < bytes.n; i++) {
		acc = acc << 8 | (uint8_t)bytes.p[i];
		have += 8;
		while (have >= bits) {
			have -= bits;
			to[n++] = alphabet[acc >> have & ((1u << bits) - 1)];
		}
		acc &= (1u << have) - 1;
	}
	if (have)
		to[n++] = alphabet[acc << (bits - have) & ((1u << bits) - 1)];
	while (n % (bits == 6 ? 4 : 8))
		to[n++] = '=';
	return n;
}

static size_t radix_len(size_t n, unsigned bits)
{
	return bits == 6 ? (n + 2) / 3 * 4 : (n + 4) / 5 * 8;
}

void base64_add(struct buf *b, struct str bytes)
{
	char *to = buf_space(b, radix_len(bytes.n, 6));
	if (to)
		buf_grown(b, radix_write(to, bytes, B64, 6));
}

struct str base64_of(struct arena *a, struct str bytes)
{
	char *to = arena_alloc(a, radix_len(bytes.n, 6) + 1);
	return (struct str){to, radix_write(to, bytes, B64, 6)};
}

struct str base32_of(struct arena *a, struct str bytes)
{
	char *to = arena_alloc(a, radix_len(bytes.n, 5) + 1);
	return (struct str){to, radix_write(to, bytes, B32, 5)};
}

static int letter_value(char c, unsigned bits)
{
	if (bits == 5) {
		if (ascii_alpha(c))
			return ascii_lower(c) - 'a';
		return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
	}
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (ascii_digit(c))
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* `to` has room for all whole bytes of s. */
static bool radix_read(struct str s, unsigned bits, char *to)
{
	uint32_t acc = 0;
	unsigned have = 0;
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		int v = letter_value(s.p[i], bits);
		if (v < 0)
			return false;
		acc = acc << bits | (uint32_t)v;
		have += bits;
		if (have >= 8) {
			have -= 8;
			to[n++] = (char)(acc >> have & 0xff);
		}
		acc &= (1u << have) - 1;
	}
	/* left-over bits must be fewer than a letter and zero */
	return have < bits && acc == 0;
}

static bool radix_decode(struct arena *a, struct str s, unsigned bits, struct str *ret)
{
	char *to = arena_alloc(a, s.n + 1);
	if (!radix_read(s, bits, to))
		return false;
	*ret = (struct str){to, s.n * bits / 8};
	return true;
}

/* Without the padding; false when it is not a multiple of four. */
static bool base64_letters(struct str s, struct str *ret)
{
	if (s.n % 4)
		return false;
	for (int i = 0; i < 2 && s.n && s.p[s.n - 1] == '='; i++)
		s.n--;
	*ret = s;
	return true;
}

bool base64_decode(struct arena *a, struct str s, struct str *ret)
{
	struct str letters;
	return base64_letters(s, &letters) && radix_decode(a, letters, 6, ret);
}

bool base64_fixed(struct str s, void *ret, size_t n)
{
	char bytes[FIXED_MAX];
	struct str letters;
	BUG_ON(n > sizeof(bytes));
	if (!base64_letters(s, &letters) || letters.n * 6 / 8 != n || !radix_read(letters, 6, bytes))
		return false;
	memcpy(ret, bytes, n);
	return true;
}

bool base32_decode(struct arena *a, struct str s, struct str *ret)
{
	if (str_ends(s, STR("=")) && s.n % 8)
		return false;
	for (int i = 0; i < 6 && s.n && s.p[s.n - 1] == '='; i++)
		s.n--;
	return radix_decode(a, s, 5, ret);
}
