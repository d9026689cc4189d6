/* SPDX-License-Identifier: Apache-2.0 */
/* What a page declares of itself: our cases from the standard's steps, and html5lib's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/caps.h"
#include "formats/text/text_int.h"

static void test_the_prescan_goes_as_the_standard_says(void **unused)
{
	(void)unused;
	static const char *const cases[][2] = {
		{"<meta charset=koi8-r>", "koi8-r"},
		{"<meta charset=koi8-r >", "koi8-r"},
		{"<meta/charset=koi8-r>", "koi8-r"},
		{"<META\fCHARSET = 'KOI8-R'>", "koi8-r"},
		{"<meta charset=koi8-r", ""}, /* the bytes run out */
		{"<meta charset='koi8-r'", ""},
		{"<meta charset=koi8-r/>", ""}, /* the slash is of the value */
		{"<meta charset='koi8-r'/>", "koi8-r"},
		{"<meta charset=a charset=koi8-r>", ""}, /* the first of its name counts */
		{"<meta charset=a><meta charset=koi8-r>", "koi8-r"},
		{"<meta =charset=big5 charset=koi8-r>", "koi8-r"}, /* a name may begin with "=" */
		{"<meta charset charset=koi8-r>", ""},
		{"<metacharset=koi8-r>", ""},
		{"<meta>charset=koi8-r>", ""},
		{"<meta charset=>koi8-r>", ""},
		{"<meta content='text/html; charset=koi8-r'>", ""}, /* no pragma */
		{"<meta content='text/html; charset=koi8-r' http-equiv=content-type>", "koi8-r"},
		{"<meta http-equiv=Content-Type content='charset charset = koi8-r x'>", "koi8-r"},
		{"<meta http-equiv=content-type content='charset=koi8-r;x'>", "koi8-r"},
		{"<meta http-equiv=content-type content='xcharset=\"koi8-r\"x'>", "koi8-r"},
		{"<meta http-equiv=content-type content='charset=\"koi8-r'>", ""}, /* no second quote */
		{"<meta http-equiv=content-type content=charset=koi8-r>", "koi8-r"},
		{"<meta http-equiv=refresh content='charset=koi8-r'>", ""},
		{"<meta http-equiv=content-type content='charset=big5' charset=koi8-r>", "koi8-r"},
		{"<meta charset=koi8-r http-equiv=content-type content='charset=big5'>", "koi8-r"},
		{"<meta charset=nonsense http-equiv=content-type content='charset=big5'>", ""},
		{"<meta content='charset=koi8-r' charset=nonsense http-equiv=content-type>", ""},
		{"<meta charset=utf-16be>", "utf-8"},
		{"<meta charset=x-user-defined>", "windows-1252"},
		{"<!--><meta charset=koi8-r>", "koi8-r"}, /* its dashes are those of its beginning */
		{"<!-- > -- ><meta charset=big5> --><meta charset=koi8-r>", "koi8-r"},
		{"<!x '><meta charset=koi8-r>", "koi8-r"},
		{"</3 '><meta charset=koi8-r>", "koi8-r"},
		{"<?x '><meta charset=koi8-r>", "koi8-r"},
		{"<3<meta charset=koi8-r>", "koi8-r"},
		{"<p title='><meta charset=big5>'><meta charset=koi8-r>", "koi8-r"},
		{"</p title='><meta charset=big5>'><meta charset=koi8-r>", "koi8-r"},
		{"<p title=\"><meta charset=big5>", ""},
		{"<script>x='<meta charset=koi8-r>'", "koi8-r"},
		{"<?xml version='1.0' encoding='koi8-r'?>", "koi8-r"},
		{"<?xml encoding \n=\x01\"koi8-r\"?>", "koi8-r"},
		{"<?xml encoding='utf-16'?>", "utf-8"},
		{"<?xml encoding='x-user-defined'?>", "x-user-defined"}, /* only <meta> changes that one */
		{"<?xml encoding='big5'?><meta charset=koi8-r>", "koi8-r"},
		{"<?xml encoding='koi8-r'?><meta charset=nonsense>", "koi8-r"},
		{" <?xml encoding='koi8-r'?>", ""},
		{"<?xml encoding='koi8-r", ""},
		{"<?xml encoding=koi8-r?>", ""},
		{"<?xml encoding='koi8-r '?>", ""},
		{"<?xml encodings='koi8-r'?>", ""},
		{"<?xml ?> encoding='koi8-r'", ""},
		{"<?XML encoding='koi8-r'?>", ""},
		{"<", ""},
		{"<meta", ""},
		{"<meta ", ""},
		{"<!-", ""},
		{"", ""},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str got = text_prescan(str_c(cases[i][0]));
		if (!str_eq(got, str_c(cases[i][1])))
			fail_msg("%s: '%.*s'", cases[i][0], STR_FMT(got));
	}
	assert_true(str_eq(text_prescan((struct str){"<\0?\0x\0m\0l", 9}), STR("utf-16le")));
	assert_true(str_eq(text_prescan((struct str){"\0<\0?\0x", 6}), STR("utf-16be")));
	assert_true(str_eq(text_prescan((struct str){"<meta\0charset=koi8-r>", 21}), STR("")));
	assert_true(str_eq(text_prescan((struct str){"<meta \0charset=big5 charset=koi8-r>", 35}), STR("koi8-r")));
}

/* However its bytes are cut off, a page gives nothing or what it gives whole. */
static void test_a_page_that_is_cut_off_declares_nothing_else(void **unused)
{
	(void)unused;
	struct str page = STR(
		"<!-- - --><?x?><p a='b' c=d/e>\n<meta http-equiv=content-type content='a; charset=\"koi8-r\"'>");
	for (size_t n = 0; n < page.n; n++)
		assert_int_equal(text_prescan(str_sub(page, 0, n)).n, 0);
	assert_true(str_eq(text_prescan(page), STR("koi8-r")));
}

static FILE *open_vectors(const char *name)
{
	const char *dir = getenv("ONRECORD_VECTORS");
	char path[4096];
	FILE *f = NULL;
	if (dir && snprintf(path, sizeof(path), "%s/html/encoding/%s", dir, name) < (int)sizeof(path))
		f = fopen(path, "rbe");
	if (!f) {
		print_message("skipped: public test data html/encoding/%s is not there\n", name);
		skip();
	}
	return f;
}

static void read_vectors(const char *name, struct buf *ret)
{
	FILE *f = open_vectors(name);
	buf_init(ret, 1u << 20);
	for (int c = 0; (c = getc(f)) != EOF;)
		buf_addc(ret, (char)c);
	(void)fclose(f);
}

/* The standard's algorithm with windows-1252 for a default and without looking at the letters. */
static struct str sniffed(struct str page)
{
	if (str_starts(page, STR("\xef\xbb\xbf")))
		return STR("utf-8");
	struct str name = text_prescan(str_sub(page, 0, CAP_TEXT_PRESCAN));
	if (!name.n)
		name = text_late_label(page).name;
	return name.n ? name : STR("windows-1252");
}

static size_t wrong_cases(struct str rest, size_t *n)
{
	size_t wrong = 0;
	size_t at = 0;
	while ((at = str_find(rest, STR("#data\n"), 0)) < rest.n) {
		rest = str_from(rest, at + strlen("#data\n"));
		size_t end = str_find(rest, STR("\n#encoding\n"), 0);
		struct str page = str_sub(rest, 0, end);
		rest = str_from(rest, end + strlen("\n#encoding\n"));
		struct str want = text_encoding(str_cut(&rest, '\n'));
		struct str got = sniffed(page);
		++*n;
		if (str_eq(got, want))
			continue;
		wrong++;
		print_message("want %.*s, got %.*s:\n%.*s\n", STR_FMT(want), STR_FMT(got), STR_FMT(page));
	}
	return wrong;
}

static void test_encodings_are_those_that_html5lib_finds(void **unused)
{
	(void)unused;
	static const char *const files[] = {"tests1.dat", "tests2.dat", "test-yahoo-jp.dat"};
	size_t n = 0;
	size_t wrong = 0;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		AUTO(buf) b = {0};
		read_vectors(files[i], &b);
		wrong += wrong_cases(buf_str(&b), &n);
	}
	print_message("%zu cases, %zu differ; scripted/tests1.dat is left out: its <meta> is written by a script\n", n,
		wrong);
	assert_int_equal(wrong, 0);
	assert_int_equal(n, 82);
}

static void test_a_page_in_big5_is_seen_to_be_in_big5(void **unused)
{
	(void)unused;
	AUTO(buf) b = {0};
	AUTO(arena) a = {0};
	struct text t;
	read_vectors("chardet/test_big5.txt", &b);
	struct text_codecs *c = text_codecs_new();
	text_decode(&a, c, buf_str(&b), STR(""), &t);
	assert_true(str_eq(t.encoding, STR("big5")) && strcmp(t.from, "guess") == 0);
	assert_int_equal(t.replaced, 0);
	assert_true(str_starts(t.utf8, STR("\xe8\x80\x81\xe5\xad\x90"))); /* Laozi */
	text_codecs_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_prescan_goes_as_the_standard_says),
		cmocka_unit_test(test_a_page_that_is_cut_off_declares_nothing_else),
		cmocka_unit_test(test_encodings_are_those_that_html5lib_finds),
		cmocka_unit_test(test_a_page_in_big5_is_seen_to_be_in_big5),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
