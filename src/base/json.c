/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include "base/utf8.h"

static void escape(struct buf *b, uint32_t c)
{
	switch (c) {
	case '"':
		buf_add(b, STR("\\\""));
		break;
	case '\\':
		buf_add(b, STR("\\\\"));
		break;
	case '\n':
		buf_add(b, STR("\\n"));
		break;
	case '\r':
		buf_add(b, STR("\\r"));
		break;
	case '\t':
		buf_add(b, STR("\\t"));
		break;
	case '\b':
		buf_add(b, STR("\\b"));
		break;
	case '\f':
		buf_add(b, STR("\\f"));
		break;
	default:
		if (c > 0xffff) {
			uint32_t v = c - 0x10000;
			buf_addf(b, "\\u%04x\\u%04x", 0xd800 | v >> 10, 0xdc00 | (v & 0x3ff));
		} else {
			buf_addf(b, "\\u%04x", c);
		}
	}
}

static void quote(struct buf *b, struct str s, bool ascii)
{
	size_t i = 0;
	size_t from = 0;
	buf_addc(b, '"');
	while (i < s.n) {
		bool ok = true;
		size_t was = i;
		uint32_t c = utf8_next(s, &i, &ok);
		bool plain = ok && c >= 0x20 && c != '"' && c != '\\' && c != 0x7f && c != 0x2028 && c != 0x2029;
		if (plain && (!ascii || c < 0x7f))
			continue;
		buf_addmem(b, s.p + from, was - from);
		if (ok || ascii)
			escape(b, c);
		else
			utf8_add(b, c);
		from = i;
	}
	buf_addmem(b, s.p + from, s.n - from);
	buf_addc(b, '"');
}

void json_quote(struct buf *b, struct str s)
{
	quote(b, s, false);
}

void json_quote_ascii(struct buf *b, struct str s)
{
	quote(b, s, true);
}

static void lead(struct jsonw *w, const char *key)
{
	if (w->comma)
		buf_addc(w->to, ',');
	w->comma = true;
	if (key) {
		json_quote(w->to, str_c(key));
		buf_addc(w->to, ':');
	}
}

void jsonw_open(struct jsonw *w, const char *key, char bracket)
{
	lead(w, key);
	buf_addc(w->to, bracket);
	w->comma = false;
}

void jsonw_close(struct jsonw *w, char bracket)
{
	buf_addc(w->to, bracket);
	w->comma = true;
}

void jsonw_str(struct jsonw *w, const char *key, struct str s)
{
	lead(w, key);
	json_quote(w->to, s);
}

void jsonw_str_or_null(struct jsonw *w, const char *key, struct str s)
{
	if (s.n)
		jsonw_str(w, key, s);
	else
		jsonw_null(w, key);
}

void jsonw_u64(struct jsonw *w, const char *key, uint64_t v)
{
	lead(w, key);
	buf_addf(w->to, "%llu", (unsigned long long)v);
}

void jsonw_i64(struct jsonw *w, const char *key, int64_t v)
{
	lead(w, key);
	buf_addf(w->to, "%lld", (long long)v);
}

void jsonw_bool(struct jsonw *w, const char *key, bool v)
{
	lead(w, key);
	buf_add(w->to, v ? STR("true") : STR("false"));
}

void jsonw_null(struct jsonw *w, const char *key)
{
	lead(w, key);
	buf_add(w->to, STR("null"));
}
