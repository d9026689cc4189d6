/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <iconv.h>

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
		{"\xef\xbb\xbf"
		 "caf\xc3\xa9",
			"latin1", "utf-8", "bom", "", "caf\xc3\xa9"},
		{"caf\xc3\xa9", "latin1", "utf-8", "utf-8", "latin1", "caf\xc3\xa9"},
		{"caf\xe9", "latin1", "windows-1252", "http", "", "caf\xc3\xa9"},
		{"<meta charset=windows-1251>\xcf", "", "windows-1251", "meta", "",
			"<meta charset=windows-1251>\xd0\x9f"},
		{"<META http-equiv=x content='text/html; charset=\"koi8-r\"'>\xf0", "", "koi8-r", "meta", "",
			"<META http-equiv=x content='text/html; charset=\"koi8-r\"'>\xd0\x9f"},
		{"<!-- <meta charset=koi8-r> --><meta charset=iso-8859-1>\xe9", "", "windows-1252", "meta", "",
			"<!-- <meta charset=koi8-r> --><meta charset=iso-8859-1>\xc3\xa9"},
		{"<meta charset=utf-16>x", "", "utf-8", "meta", "", "<meta charset=utf-16>x"},
		{"\xcd\xe2\xbd\xbb\xb2\xbf", "gb2312", "gb18030", "http", "", "\xe5\xa4\x96\xe4\xba\xa4\xe9\x83\xa8"},
		{"\xa5\x7e", "Big5", "big5", "http", "", "\xe5\xa4\x96"},
		{"\x8a\x4f", "Shift_JIS", "shift_jis", "http", "", "\xe5\xa4\x96"},
		{"caf\xe9", "no-such-label", "windows-1252", NULL, "", "caf\xc3\xa9"},
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
		bool guessed = cases[i].from == NULL; /* uchardet may say latin or 1252: only the order is ours */
		if (!guessed &&
			(!str_eq(t.encoding, str_c(cases[i].encoding)) || strcmp(t.from, cases[i].from) != 0 ||
				!str_eq(t.declared, str_c(cases[i].declared)) || !str_eq(t.utf8, str_c(cases[i].utf8))))
			fail_msg("case %zu: %.*s from %s, '%.*s'", i, STR_FMT(t.encoding), t.from, STR_FMT(t.utf8));
		assert_true(utf8_valid(t.utf8));
	}
	text_codecs_free(c);
}

static void test_labels_are_those_of_the_standard(void **unused)
{
	(void)unused;
	static const char *const pairs[][2] = {{" UTF8 ", "utf-8"}, {"latin1", "windows-1252"}, {"GB2312", "gb18030"},
		{"ks_c_5601-1987", "euc-kr"}, {"x-sjis", "shift_jis"}, {"iso-8859-9", "windows-1254"},
		{"cp1256", "windows-1256"}, {"tis-620", "windows-874"}, {"bogus", ""}, {"", ""}};
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		assert_true(str_eq(text_encoding(str_c(pairs[i][0])), str_c(pairs[i][1])));
}

static void test_broken_bytes_become_one_mark_and_it_goes_on(void **unused)
{
	(void)unused;
	struct text_codecs *c = text_codecs_new();
	AUTO(arena) a = {0};
	struct text t;
	text_decode(&a, c, STR("ok \x81\x20 more \xff end"), STR("gb18030"), &t);
	assert_true(t.replaced >= 2);
	assert_true(str_find(t.utf8, STR(" more "), 0) < t.utf8.n && str_ends(t.utf8, STR(" end")));
	text_codecs_free(c);
}

/* A page in each encoding reads as its UTF-8 original. */
static void test_transcoded_text_reads_the_same(void **unused)
{
	(void)unused;
	static const char *const cases[][3] = {
		{"gb18030", "GB18030", "\xe5\xa4\x96\xe4\xba\xa4\xe9\x83\xa8\xe5\x8f\x91\xe8\xa8\x80\xe4\xba\xba"},
		{"big5", "BIG5", "\xe5\xa4\x96\xe4\xba\xa4\xe9\x83\xa8"},
		{"euc-kr", "UHC", "\xec\x99\xb8\xea\xb5\x90\xeb\xb6\x80"},
		{"euc-jp", "EUC-JP", "\xe5\xa4\x96\xe5\x8b\x99\xe7\x9c\x81"},
		{"iso-2022-jp", "ISO-2022-JP", "\xe5\xa4\x96\xe5\x8b\x99\xe7\x9c\x81"},
		{"windows-1251", "CP1251", "\xd0\x9f\xd0\xbe\xd1\x81\xd0\xbe\xd0\xbb"},
		{"koi8-r", "KOI8-R", "\xd0\x9f\xd0\xbe\xd1\x81\xd0\xbe\xd0\xbb"},
		{"windows-1256", "CP1256", "\xd8\xb3\xd9\x81\xd9\x8a\xd8\xb1"},
		{"windows-1254", "CP1254", "\xc4\xb0\xc5\x9f\xc3\xa7i"},
		{"utf-16le", "UTF-16LE", "\xd8\xb3\xd9\x81 x"},
	};
	struct text_codecs *c = text_codecs_new();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(arena) a = {0};
		struct text t;
		char out[256];
		char *in = str_cstr(&a, str_c(cases[i][2]));
		char *to = out;
		size_t left = strlen(in);
		size_t room = sizeof(out);
		iconv_t cd = iconv_open(cases[i][1], "UTF-8");
		assert_true(cd != (iconv_t)-1 && iconv(cd, &in, &left, &to, &room) != (size_t)-1);
		(void)iconv(cd, NULL, NULL, &to, &room);
		(void)iconv_close(cd);
		text_decode(&a, c, str_mem(out, sizeof(out) - room), str_c(cases[i][0]), &t);
		if (!str_eq(t.utf8, str_c(cases[i][2])) || t.replaced)
			fail_msg("%s", cases[i][0]);
	}
	text_codecs_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_encoding_is_chosen_in_the_documented_order),
		cmocka_unit_test(test_labels_are_those_of_the_standard),
		cmocka_unit_test(test_broken_bytes_become_one_mark_and_it_goes_on),
		cmocka_unit_test(test_transcoded_text_reads_the_same),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
