/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/html_escape.h"
#include "base/json.h"
#include "base/utf8.h"

/* UTF-8 by its definition (RFC 3629 §4), written the slow way, for comparison. */
static bool valid_by_definition(const uint8_t *p, size_t n)
{
	size_t i = 0;
	while (i < n) {
		size_t len = p[i] < 0x80 ? 1
			: p[i] < 0xc0    ? 0
			: p[i] < 0xe0    ? 2
			: p[i] < 0xf0    ? 3
			: p[i] < 0xf8    ? 4
					 : 0;
		static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
		if (!len || n - i < len)
			return false;
		uint32_t c = len == 1 ? p[i] : p[i] & (0xffu >> (len + 1));
		for (size_t k = 1; k < len; k++) {
			if ((p[i + k] & 0xc0) != 0x80)
				return false;
			c = c << 6 | (p[i + k] & 0x3fu);
		}
		if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
			return false;
		i += len;
	}
	return true;
}

static void test_every_pair_and_all_edges_of_longer_forms_are_judged_right(void **unused)
{
	(void)unused;
	static const uint8_t lead[] = {0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff};
	static const uint8_t next[] = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff};
	for (unsigned v = 0; v <= 0xffff; v++) {
		uint8_t p[2] = {(uint8_t)(v >> 8), (uint8_t)v};
		assert_int_equal(utf8_valid(str_mem(p, 2)), valid_by_definition(p, 2));
	}
	for (size_t i = 0; i < ARRAY_LEN(lead) * 1000; i++) {
		uint8_t p[4] = {lead[i / 1000], next[i / 100 % 10], next[i / 10 % 10], next[i % 10]};
		for (size_t n = 1; n <= 4; n++)
			assert_int_equal(utf8_valid(str_mem(p, n)), valid_by_definition(p, n));
	}
}

static void test_every_character_reads_back_and_is_never_split(void **unused)
{
	(void)unused;
	for (uint32_t c = 0; c <= 0x110010; c += c < 0x1000 ? 1 : 13) {
		AUTO(buf) b = {0};
		bool ok = true;
		size_t at = 0;
		bool real = c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
		buf_init(&b, 8);
		utf8_add(&b, c);
		assert_int_equal(utf8_next(buf_str(&b), &at, &ok), real ? c : UTF8_BAD);
		assert_true(ok && at == b.n);
		for (size_t n = 0; n < b.n; n++)
			assert_int_equal(utf8_cut(buf_str(&b), n), 0);
		assert_int_equal(utf8_cut(buf_str(&b), b.n), b.n);
		assert_int_equal(utf8_cut(buf_str(&b), 99), b.n);
	}
}

static void test_ill_formed_text_becomes_one_sign_for_each_maximal_subpart(void **unused)
{
	(void)unused;
	/* The Unicode Standard, tables 3-8 to 3-11 */
	const struct {
		struct str in;
		const char *out; /* '?' for U+FFFD */
	} cases[] = {
		{STR("\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41"), "????????A"},
		{STR("\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41"), "????????A"},
		{STR("\xf4\x91\x92\x93\xff\x41\x80\xbf\x42"), "?????A??B"},
		{STR("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41"), "????A"},
		{STR("\0\xff\0"), NULL},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf) b = {0};
		AUTO(buf) want = {0};
		buf_init(&b, 100);
		buf_init(&want, 100);
		for (const char *p = cases[i].out; p && *p; p++)
			utf8_add(&want, *p == '?' ? UTF8_BAD : (uint32_t)*p);
		if (!cases[i].out)
			buf_add(&want, STR("\0\xef\xbf\xbd\0"));
		utf8_add_clean(&b, cases[i].in);
		assert_true(str_eq(buf_str(&b), buf_str(&want)));
	}
}

static void test_json_reads_back_as_it_was_written(void **unused)
{
	(void)unused;
	for (unsigned ascii = 0; ascii < 2; ascii++)
		for (uint32_t c = 0; c <= 0x10ffff; c += c < 0x3000 ? 1 : 101) {
			AUTO(buf) text = {0};
			AUTO(buf) out = {0};
			buf_init(&text, 16);
			buf_init(&out, 64);
			utf8_add(&text, c);
			buf_addc(&text, 'x');
			if (ascii)
				json_quote_ascii(&out, buf_str(&text));
			else
				json_quote(&out, buf_str(&text));
			json_error_t why;
			json_t *v = json_loadb(out.p, out.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, &why);
			assert_non_null(v);
			assert_int_equal(json_string_length(v), text.n);
			assert_memory_equal(json_string_value(v), text.p, text.n);
			json_decref(v);
			assert_true(!ascii || str_is_ascii(buf_str(&out)));
			assert_true(str_find(buf_str(&out), STR("\xe2\x80\xa8"), 0) == out.n);
		}
}

static void test_nested_json_has_its_commas(void **unused)
{
	(void)unused;
	AUTO(buf) b = {0};
	buf_init(&b, 1000);
	struct jsonw w = jsonw_to(&b);
	jsonw_open(&w, NULL, '[');
	jsonw_open(&w, NULL, '{');
	jsonw_close(&w, '}');
	jsonw_open(&w, NULL, '{');
	jsonw_open(&w, "a", '[');
	jsonw_close(&w, ']');
	jsonw_open(&w, "b", '{');
	jsonw_i64(&w, "least", INT64_MIN);
	jsonw_bool(&w, "no", false);
	jsonw_close(&w, '}');
	jsonw_str_or_null(&w, "c", STR("d"));
	jsonw_close(&w, '}');
	jsonw_null(&w, NULL);
	jsonw_close(&w, ']');
	assert_string_equal(
		b.p, "[{},{\"a\":[],\"b\":{\"least\":-9223372036854775808,\"no\":false},\"c\":\"d\"},null]");
	json_error_t why;
	json_t *v = json_loadb(b.p, b.n, JSON_REJECT_DUPLICATES, &why);
	assert_non_null(v);
	json_decref(v);
	struct err e;
	buf_clear(&b);
	buf_init(&b, 5);
	w = jsonw_to(&b);
	jsonw_open(&w, NULL, '{');
	jsonw_str(&w, "long", STR("longer"));
	jsonw_close(&w, '}');
	assert_int_equal(buf_done(&b, &e), E_LIMIT);
}

static void test_html_has_no_mark_of_ours_left(void **unused)
{
	(void)unused;
	for (uint32_t c = 0; c < 0x3000; c++) {
		AUTO(buf) text = {0};
		AUTO(buf) out = {0};
		buf_init(&text, 8);
		buf_init(&out, 16);
		utf8_add(&text, c);
		html_escape(&out, buf_str(&text));
		assert_true(utf8_valid(buf_str(&out)));
		assert_true(out.n == 1 || !strpbrk(out.p, "<>\"'"));
		bool control = (c < 0x20 && c != '\t' && c != '\n') || (c >= 0x7f && c < 0xa0);
		bool marked = strchr("&<>\"'", (int)c) != NULL && c < 0x80;
		if (control)
			assert_string_equal(out.p, "\xef\xbf\xbd");
		else if (marked)
			assert_true(out.p[0] == '&' && out.p[out.n - 1] == ';');
		else
			assert_true(str_eq(buf_str(&out), buf_str(&text)));
	}
}

static void test_messages_cannot_steer_a_terminal(void **unused)
{
	(void)unused;
	static const char *const cases[][2] = {
		{"a\x1b[2Jb\r\n\x7f", "a?[2Jb???"},
		{"C1 as UTF-8 \xc2\x9b"
		 "31m and alone \x9b",
			"C1 as UTF-8 ?31m and alone ?"},
		{"gpj.\xe2\x80\xae"
		 "exe",
			"gpj.?exe"},
		{"\xef\xbb\xbf\xe2\x81\xa6\xd8\x9c\xe2\x80\xa9", "????"},
		{"d\xc3\xa9p\xc3\xaa"
		 "che \xf0\x9f\x93\xb0",
			"d\xc3\xa9p\xc3\xaa"
			"che \xf0\x9f\x93\xb0"},
	};
	struct err e;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(err_set(&e, E_FORMAT, "%s", cases[i][0]), E_FORMAT);
		assert_string_equal(e.msg, cases[i][1]);
		(void)err_set(&e, E_FORMAT, "x");
		(void)err_add(&e, "%s", cases[i][0]);
		assert_memory_equal(e.msg, cases[i][1], strlen(cases[i][1]));
		errno = ENOENT;
		(void)err_sys(&e, "open %s", cases[i][0]);
		assert_memory_equal(e.msg + 5, cases[i][1], strlen(cases[i][1]));
	}
}

static void test_long_messages_are_cut_between_characters(void **unused)
{
	(void)unused;
	struct err e;
	for (size_t pad = 0; pad < 4; pad++) {
		AUTO(buf) b = {0};
		buf_init(&b, 4096);
		for (size_t i = 0; i < pad; i++)
			buf_addc(&b, 'x');
		while (b.n < 1000)
			buf_add(&b, STR("\xf0\x9f\x93\xb0"));
		(void)err_set(&e, E_IO, "%s", b.p);
		assert_true(utf8_valid(str_c(e.msg)) && strlen(e.msg) > ERR_MSG_MAX - 8);
		(void)err_set(&e, E_IO, "%.*s", 470, b.p);
		(void)err_add(&e, "in front");
		assert_true(utf8_valid(str_c(e.msg)) && str_starts(str_c(e.msg), STR("in front: ")));
		errno = EACCES;
		assert_int_equal(err_sys(&e, "%s", b.p), E_DENIED);
		assert_true(utf8_valid(str_c(e.msg)));
		assert_true(str_ends(str_c(e.msg), STR(": Permission denied")));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_pair_and_all_edges_of_longer_forms_are_judged_right),
		cmocka_unit_test(test_every_character_reads_back_and_is_never_split),
		cmocka_unit_test(test_ill_formed_text_becomes_one_sign_for_each_maximal_subpart),
		cmocka_unit_test(test_json_reads_back_as_it_was_written),
		cmocka_unit_test(test_nested_json_has_its_commas),
		cmocka_unit_test(test_html_has_no_mark_of_ours_left),
		cmocka_unit_test(test_messages_cannot_steer_a_terminal),
		cmocka_unit_test(test_long_messages_are_cut_between_characters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
