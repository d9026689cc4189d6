/* SPDX-License-Identifier: Apache-2.0 */
/* Percent-encoding and -decoding (URL standard §1.3). */
#include "base/arena.h"
#include "formats/url/url_int.h"

static bool in_set(uint8_t c, enum encode_set set)
{
	static const char *const more[] = {
		[ENCODE_C0] = "",
		[ENCODE_FRAGMENT] = " \"<>`",
		[ENCODE_QUERY] = " \"#<>",
		[ENCODE_SPECIAL_QUERY] = " \"#<>'",
		[ENCODE_PATH] = " \"#<>?^`{}",
		[ENCODE_USERINFO] = " \"#<>?^`{}/:;=@[\\]|",
	};
	return c <= 0x1f || c > 0x7e || strchr(more[set], c) != NULL;
}

void percent_encode(struct buf *b, struct str s, enum encode_set set)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = (uint8_t)s.p[i];
		if (in_set(c, set))
			buf_addf(b, "%%%02X", c);
		else
			buf_addc(b, (char)c);
	}
}

struct str percent_decode(struct arena *a, struct str s)
{
	char *to = arena_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		int hi = s.p[i] == '%' && s.n - i > 2 ? ascii_hexval(s.p[i + 1]) : -1;
		int lo = hi >= 0 ? ascii_hexval(s.p[i + 2]) : -1;
		if (lo >= 0) {
			to[n++] = (char)(hi << 4 | lo);
			i += 2;
		} else {
			to[n++] = s.p[i];
		}
	}
	return str_mem(to, n);
}
