/* SPDX-License-Identifier: Apache-2.0 */
/* Domains in letters of any script to their ASCII form (URL standard §3.3, UTS 46 by libidn2), label by label.
 *
 * What libidn2 2.3.3 cannot be told, and so refuses though the standard lets it pass: in a label that is not ASCII, a
 * '-' at either end or two in third and fourth place, more than 63 letters, symbols together with one of the letters
 * that UTS 46 once mapped and now keeps. What it lets pass though the standard does not: a domain whose labels break
 * the bidi rule only together. */
#include <idn2.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "formats/url/url_int.h"

/* Sharp s, final sigma, ZWNJ, ZWJ (UTS 46 §2.3). */
static bool has_deviation(struct str s)
{
	for (size_t i = 0; i < s.n;) {
		uint32_t c = utf8_next(s, &i, NULL);
		if (c == 0xdf || c == 0x3c2 || c == 0x200c || c == 0x200d)
			return true;
	}
	return false;
}

static bool add_label(struct arena *a, struct buf *b, struct str label, enum idna_mode mode)
{
	char *out = NULL;
	bool ace = str_istarts(label, STR("xn--"));
	if (mode == IDNA_2003 && (label.n == 0 || ace))
		return false;
	if (str_is_ascii(label) && !ace) {
		buf_add(b, str_lower(a, label));
		return mode != IDNA_2003 || label.n < 64;
	}
	if (memchr(label.p, 0, label.n))
		return false;
	const char *in = str_cstr(a, label);
	/* the round trip, which only a label that is encoded already needs, fails for every ASCII symbol */
	int flags = IDN2_NFC_INPUT | (ace ? 0 : IDN2_NO_ALABEL_ROUNDTRIP);
	int got = idn2_to_ascii_8z(in, &out, flags | IDN2_NONTRANSITIONAL);
	/* IDNA 2008 refuses symbols that UTS 46 lets pass. The transitional mode takes them, and differs in nothing
	 * else but the deviations. */
	bool again = got == IDN2_DISALLOWED && !has_deviation(label);
	if (mode == IDNA_2003 && got != IDN2_BIDI) {
		idn2_free(out);
		out = NULL;
		again = true;
	}
	if (again)
		got = idn2_to_ascii_8z(in, &out, flags | IDN2_TRANSITIONAL);
	if (got != IDN2_OK)
		return false;
	struct str made = str_c(out);
	bool ok = mode != IDNA_2003 || made.n > 0;
	buf_add(b, str_lower(a, made));
	idn2_free(out);
	return ok;
}

/* Where the first dot of s is, and its length: '.' or one of the ideographic and full-width ones that are read as it.
 */
static size_t find_dot(struct str s, size_t *ret_width)
{
	static const char *const dots[] = {"\xe3\x80\x82", "\xef\xbc\x8e", "\xef\xbd\xa1"};
	size_t at = str_chr(s, '.', 0);
	*ret_width = 1;
	for (size_t i = 0; i < at; i++)
		for (size_t k = 0; k < ARRAY_LEN(dots); k++)
			if (str_starts(str_from(s, i), str_c(dots[k]))) {
				*ret_width = strlen(dots[k]);
				return i;
			}
	return at;
}

/* Capital sharp s is a sharp s since revision 31 of UTS 46, "ss" in libidn2's tables. */
static struct str small_sharp_s(struct arena *a, struct str s)
{
	AUTO(buf) b = {0};
	struct str capital = STR("\xe1\xba\x9e");
	buf_init(&b, s.n);
	for (;;) {
		size_t at = str_find(s, capital, 0);
		buf_add(&b, str_sub(s, 0, at));
		if (at >= s.n)
			return str_dup(a, buf_str(&b));
		buf_add(&b, STR("\xc3\x9f"));
		s = str_from(s, at + capital.n);
	}
}

bool host_to_ascii(struct arena *a, struct str utf8, enum idna_mode mode, struct str *ret)
{
	AUTO(arena) scratch = {0};
	AUTO(buf) b = {0};
	struct str rest = utf8;
	if (mode == IDNA_UTS46 && str_is_ascii(utf8)) {
		*ret = str_lower(a, utf8);
		return true;
	}
	if (mode == IDNA_UTS46)
		rest = small_sharp_s(&scratch, utf8);
	/* libidn2 gives at most 63 letters a label */
	buf_init(&b, 64 * utf8.n + 64);
	for (bool more = true; more;) {
		size_t width = 0;
		size_t dot = find_dot(rest, &width);
		struct str label = str_sub(rest, 0, dot);
		more = dot < rest.n;
		rest = str_from(rest, dot + width);
		bool root = !more && label.n == 0;
		if (!root && !add_label(&scratch, &b, label, mode))
			return false;
		if (more)
			buf_addc(&b, '.');
	}
	*ret = str_dup(a, buf_str(&b));
	return true;
}
