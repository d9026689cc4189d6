/* SPDX-License-Identifier: Apache-2.0 */
/* Which encoding a page is in, and under which name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "formats/text/text.h"

static void test_the_encoding_is_chosen_in_the_documented_order(void **unused)
{
	(void)unused;
	static const struct {
		const char *bytes;
		const char *http;
		const char *encoding;
		const char *from;
		const char *declared;
		const char *utf8;
	} cases[] = {
		{"plain", "", "utf-8", "guess", "", "plain"},
		{"", "", "utf-8", "guess", "", ""},
		{"\xef\xbb\xbf"
		 "caf\xc3\xa9",
			"latin1", "utf-8", "bom", "latin1", "caf\xc3\xa9"},
		{"\xef\xbb\xbf", "", "utf-8", "bom", "", ""},
		{"\xff\xfex", "utf-8", "utf-16le", "bom", "utf-8", "\xef\xbf\xbd"},
		{"\xfe\xff\x20\xac", "UTF-16BE", "utf-16be", "bom", "", "\xe2\x82\xac"},
		{"caf\xc3\xa9", "latin1", "utf-8", "utf-8", "latin1", "caf\xc3\xa9"},
		{"caf\xc3\xa9", "gbk", "utf-8", "utf-8", "gbk", "caf\xc3\xa9"},
		{"caf\xc3\xa9", "hz-gb-2312", "utf-8", "utf-8", "hz-gb-2312", "caf\xc3\xa9"},
		{"caf\xc3\xa9", "utf-8", "utf-8", "utf-8", "", "caf\xc3\xa9"},
		{"\x64\xc3\xa9\x64", "utf-16be", "utf-16be", "http", "", "\xe6\x93\x83\xea\xa5\xa4"},
		{"caf\xe9", "latin1", "windows-1252", "http", "", "caf\xc3\xa9"},
		{"caf\xe9", " \"latin1\"", "windows-1252", NULL, " \"latin1\"", "caf\xc3\xa9"},
		{"<meta charset=windows-1251>\xcf", "", "windows-1251", "meta", "",
			"<meta charset=windows-1251>\xd0\x9f"},
		{"<meta charset=windows-1251>\xe9", "l1", "windows-1252", "http", "windows-1251",
			"<meta charset=windows-1251>\xc3\xa9"},
		{"<meta charset=windows-1251>\xd0\x9f", "", "utf-8", "utf-8", "windows-1251",
			"<meta charset=windows-1251>\xd0\x9f"},
		{"<META http-equiv=content-type content='text/html; charset=\"koi8-r\"'>\xf0", "", "koi8-r", "meta", "",
			"<META http-equiv=content-type content='text/html; charset=\"koi8-r\"'>\xd0\x9f"},
		{"<!-- <meta charset=koi8-r> --><meta charset=iso-8859-1>\xe9", "", "windows-1252", "meta", "",
			"<!-- <meta charset=koi8-r> --><meta charset=iso-8859-1>\xc3\xa9"},
		{"<meta charset=utf-16>x", "", "utf-8", "meta", "", "<meta charset=utf-16>x"},
		{"<meta charset=iso-2022-kr>x", "", "replacement", "meta", "", "\xef\xbf\xbd"},
		{"\xcd\xe2\xbd\xbb\xb2\xbf", "gb2312", "gbk", "http", "", "\xe5\xa4\x96\xe4\xba\xa4\xe9\x83\xa8"},
		{"\xa5\x7e", "Big5", "big5", "http", "", "\xe5\xa4\x96"},
		{"\x8a\x4f", "Shift_JIS", "shift_jis", "http", "", "\xe5\xa4\x96"},
		{"\x1b$B%+%J\x1b(B", "", "iso-2022-jp", "guess", "", "\xe3\x82\xab\xe3\x83\x8a"},
		{"caf\xe9", "no-such-label", "windows-1252", NULL, "no-such-label", "caf\xc3\xa9"},
		{"a\xff"
		 "b",
			"utf-8", "utf-8", "http", "",
			"a\xef\xbf\xbd"
			"b"},
	};
	struct text_codecs *c = text_codecs_new();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(arena) a = {0};
		struct text t;
		text_decode(&a, c, str_c(cases[i].bytes), str_c(cases[i].http), &t);
		bool guessed = cases[i].from == NULL; /* uchardet may name any Latin one: only the order is ours */
		if ((!guessed &&
			    (!str_eq(t.encoding, str_c(cases[i].encoding)) || strcmp(t.from, cases[i].from) != 0 ||
				    !str_eq(t.utf8, str_c(cases[i].utf8)))) ||
			!str_eq(t.declared, str_c(cases[i].declared)))
			fail_msg("case %zu: %.*s from %s, '%.*s'", i, STR_FMT(t.encoding), t.from, STR_FMT(t.utf8));
		assert_true(utf8_valid(t.utf8));
	}
	text_codecs_free(c);
}

static void test_labels_are_those_of_the_standard(void **unused)
{
	(void)unused;
	static const char *const pairs[][2] = {{" UTF8 ", "utf-8"}, {"latin1", "windows-1252"}, {"GB2312", "gbk"},
		{"gb18030", "gb18030"}, {"ks_c_5601-1987", "euc-kr"}, {"x-sjis", "shift_jis"},
		{"\tISO-8859-9\r\n", "windows-1254"}, {"cp1256", "windows-1256"}, {"tis-620", "windows-874"},
		{"iso-8859-8-e", "iso-8859-8"}, {"logical", "iso-8859-8-i"}, {"sun_eu_greek", "iso-8859-7"},
		{"x-mac-ukrainian", "x-mac-cyrillic"}, {"unicodefffe", "utf-16be"}, {"ucs-2", "utf-16le"},
		{"iso-2022-cn-ext", "replacement"}, {"x-user-defined", "x-user-defined"}, {"bogus", ""}, {"", ""},
		{"utf-80", ""}, {"utf", ""}, {"\vutf-8", ""}, {"utf-8\xc2\xa0", ""}, {"utf-7", ""}};
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (!str_eq(text_encoding(str_c(pairs[i][0])), str_c(pairs[i][1])))
			fail_msg("%s", pairs[i][0]);
	assert_true(str_eq(text_encoding((struct str){"utf-8\0", 6}), STR("")));
}

static void test_a_late_declaration_is_found_in_the_head_only(void **unused)
{
	(void)unused;
	static const struct {
		const char *before;
		const char *encoding;
	} cases[] = {
		{"<title>x</title>", "koi8-r"},
		{"<script>'<meta charset=big5>'</script>", "koi8-r"},
		{"<style>/*<meta charset=big5>*/</STYLE >", "koi8-r"},
		{"<title><meta charset=big5></title>", "koi8-r"},
		{"<!--<meta charset=big5>-->", "koi8-r"},
		{"<meta charset=nonsense>", "koi8-r"},
		{"</head>", "utf-8"},
		{"<body class=x>", "utf-8"},
		{"<script>", "utf-8"},
		{"<!--", "utf-8"},
		{"<p title='", "utf-8"},
	};
	struct text_codecs *c = text_codecs_new();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(arena) a = {0};
		struct text t;
		struct str page = str_fmt(&a, "<head>%1024s%s<meta charset=koi8-r></head><body>", "", cases[i].before);
		text_decode(&a, c, page, STR(""), &t);
		if (!str_eq(t.encoding, str_c(cases[i].encoding)))
			fail_msg("case %zu: %.*s from %s", i, STR_FMT(t.encoding), t.from);
		assert_true(strcmp(t.from, strcmp(cases[i].encoding, "utf-8") == 0 ? "guess" : "late-meta") == 0);
	}
	text_codecs_free(c);
}

/* What is valid UTF-8 or ASCII is not copied. */
static void test_text_that_is_utf8_is_the_input_itself(void **unused)
{
	(void)unused;
	static const struct {
		const char *bytes;
		const char *http;
		size_t bom;
	} cases[] = {{"caf\xc3\xa9", "", 0}, {"\xef\xbb\xbf\xc3\xa9", "", 3}, {"ascii", "windows-1251", 0},
		{"ascii", "gbk", 0}};
	struct text_codecs *c = text_codecs_new();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(arena) a = {0};
		struct text t;
		text_decode(&a, c, str_c(cases[i].bytes), str_c(cases[i].http), &t);
		assert_ptr_equal(t.utf8.p, cases[i].bytes + cases[i].bom);
		assert_null(t.map);
		assert_int_equal(t.bom, cases[i].bom);
		assert_int_equal(text_source(&t, 0), cases[i].bom);
		assert_int_equal(text_source(&t, t.utf8.n - 1), t.size - 1);
		assert_int_equal(text_source(&t, t.utf8.n), t.size);
	}
	text_codecs_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_encoding_is_chosen_in_the_documented_order),
		cmocka_unit_test(test_labels_are_those_of_the_standard),
		cmocka_unit_test(test_a_late_declaration_is_found_in_the_head_only),
		cmocka_unit_test(test_text_that_is_utf8_is_the_input_itself),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
