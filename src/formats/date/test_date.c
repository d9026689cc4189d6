/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "formats/date/date_int.h"

static void test_whole_values(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	static const char *const cases[][2] = {
		{"2018-11-15", "2018-11-15"},
		{"2018-11", "2018-11"},
		{"2018-11-15T09:25", "2018-11-15T09:25"},
		{" 2018-11-15 09:25:09-05 ", "2018-11-15T09:25:09-05:00"},
		{"2018-11-15T09:25:09.123456+0000", "2018-11-15T09:25:09.123456Z"},
		{"2018-11-15T09:25:09.1234567890123Z", "2018-11-15T09:25:09.123456789Z"},
		{"2018-11-15T09:25:09+08:00[Asia/Shanghai]", "2018-11-15T09:25:09+08:00"},
		{"2018-11-15 09:25:09 -0500", "2018-11-15T09:25:09-05:00"},
		{"2018-11-15 09:25:09 UTC", "2018-11-15T09:25:09Z"},
		{"20181115T092509Z", "2018-11-15T09:25:09Z"},
		{"20181115T0925+0100", "2018-11-15T09:25+01:00"},
		{"20181115", "2018-11-15"},
		{"20181115092509", "2018-11-15T09:25:09"},
		{"1542273909", "2018-11-15T09:25:09Z"},
		{"1542273909123", "2018-11-15T09:25:09.123Z"},
		{"1542273909000", "2018-11-15T09:25:09Z"},
		{"Thu, 15 Nov 2018 09:25:09 GMT", "2018-11-15T09:25:09Z"},
		{"Thu, 15 Nov 18 09:25 EST", "2018-11-15T09:25-05:00"},
		{"Thu Nov 15 2018 09:25:09 GMT-0500 (EST)", "2018-11-15T09:25:09-05:00"},
		{"Thu Nov 15 2018 09:25:09 GMT+0100 (Central European Standard Time)", "2018-11-15T09:25:09+01:00"},
		{"Thu Nov 15 09:25:09 2018", "2018-11-15T09:25:09"},
		{"2018/11/15 09:25", "2018-11-15T09:25"},
		{"15.11.2018", "2018-11-15"},
		{"November 15, 2018", "2018-11-15"},
		{"\"2018-11-15\"", "2018-11-15"},
		{"11/15/2018 9:25:09 AM", "2018-11-15T09:25:09"},
		{"15/11/2018 0:00:00", "2018-11-15T00:00:00"},
		{"2018-11-15T24:30:00", ""},
		{"2018-02-30", ""},
		{"0000-00-00 00:00:00", ""},
		{"0001-01-01T00:00:00", ""},
		{"154227390", ""},
		{"99999999999", ""},
		{"12345678", ""},
		{"2018", "2018"},
		{"", ""},
		{"yesterday", ""},
		{"true", ""},
		{"2018-11-15 to 2018-11-16", ""},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct date_stamp s;
		bool found = date_parse_value(str_c(cases[i][0]), NULL, &s) && s.kind == DATE_INSTANT;
		if (found != (cases[i][1][0] != 0))
			print_message("%s\n", cases[i][0]);
		assert_string_equal(found ? str_cstr(&a, instant_iso(&a, s.t)) : "", cases[i][1]);
	}
}

static void test_dates_in_paths(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	static const char *const cases[][2] = {
		{"/2018/11/15/a-headline/", "2018-11-15"},
		{"/world/2018/1/5/a.html", "2018-01-05"},
		{"/2018-11-15-a-headline", "2018-11-15"},
		{"/news/20181115/a", "2018-11-15"},
		{"/n1/2018/1115/c1003-30402.html", "2018-11-15"},
		{"/politics/2018-11/15/c_112.htm", "2018-11-15"},
		{"/2018/11/a-headline/", "2018-11"},
		{"/2018/11/a-headline-2018-11-15", "2018-11-15"},
		{"/2018/a", ""},
		{"/18/11/15/a", ""},
		{"/article/30220181115/", ""},
		{"/article-20189999", ""},
		{"/2018/13/15/", ""},
		{"/news/15-11-2018", "2018-11-15"},
		{"/news/05-11-2018", ""},
		{"/id/201811151234/", "2018-11-15"},
		{"", ""},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct date_stamp s;
		bool found = date_in_path(str_c(cases[i][0]), &s);
		assert_string_equal(found ? str_cstr(&a, instant_iso(&a, s.t)) : "", cases[i][1]);
	}
}

static void test_ranges_of_stamp_and_label(void **unused)
{
	(void)unused;
	struct date_stamp s[4];
	struct str text = STR("Posted at 7:25 AM, Nov 15, 2018 and last updated 2018-11-15 09:25:09-05.");
	assert_int_equal(date_find(text, NULL, s, 4), 2);
	assert_true(str_eq(str_sub(text, s[0].from, s[0].to), STR("at 7:25 AM, Nov 15, 2018")));
	assert_true(str_eq(str_sub(text, s[0].label_from, s[0].label_to), STR("Posted")));
	assert_true(str_eq(str_sub(text, s[1].from, s[1].to), STR("2018-11-15 09:25:09-05")));
	assert_true(str_eq(str_sub(text, s[1].label_from, s[1].label_to), STR("last updated")));
}

static void test_the_table_is_sorted_and_folded(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < DATE_WORDS_N; i++) {
		struct str w = str_c(DATE_WORDS[i].text);
		assert_true(i == 0 || strcmp(DATE_WORDS[i - 1].text, DATE_WORDS[i].text) <= 0);
		for (size_t at = 0; at < w.n;) {
			uint32_t value = 0;
			uint32_t c = utf8_next(w, &at, NULL);
			enum char_kind kind = date_char(c, &value);
			bool ok = c == ' ' || (kind == CHAR_LETTER && value == c) || kind == CHAR_IDEOGRAPH;
			if (!ok)
				print_message("%s: U+%04x\n", w.p, c);
			assert_true(ok);
		}
	}
}

static void test_every_word_is_found(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < DATE_WORDS_N; i++) {
		struct lexer l;
		date_lexer_init(&l, str_c(DATE_WORDS[i].text), NULL);
		const struct token *t = date_token(&l, 0);
		assert_int_equal(t->kind, TOKEN_WORD);
		assert_true(t->word != NO_WORD && strcmp(DATE_WORDS[t->word].text, DATE_WORDS[i].text) == 0);
	}
}

static void test_the_persian_calendar(void **unused)
{
	(void)unused;
	/* Nowruz, and the leap days before it */
	static const struct {
		int64_t y;
		unsigned m, d;
		int64_t gy;
		unsigned gm, gd;
	} cases[] = {{1300, 1, 1, 1921, 3, 21}, {1357, 11, 22, 1979, 2, 11}, {1375, 12, 30, 1997, 3, 20},
		{1376, 1, 1, 1997, 3, 21}, {1379, 12, 30, 2001, 3, 20}, {1395, 12, 30, 2017, 3, 20},
		{1397, 8, 24, 2018, 11, 15}, {1399, 12, 30, 2021, 3, 20}, {1403, 12, 30, 2025, 3, 20},
		{1404, 1, 1, 2025, 3, 21}, {1408, 12, 30, 2030, 3, 20}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct day d = {.day = 0};
		assert_true(date_from_jalali(cases[i].y, cases[i].m, cases[i].d, &d));
		assert_true(d.year == cases[i].gy && d.month == cases[i].gm && d.day == cases[i].gd);
	}
	struct day d;
	assert_false(date_from_jalali(1398, 12, 30, &d));
	assert_false(date_from_jalali(1407, 12, 30, &d));
	assert_false(date_from_jalali(1397, 7, 31, &d));
}

/* Twice the text takes no more than about twice the time; pieces that could make a parser look again and again. */
static void test_time_is_linear(void **unused)
{
	(void)unused;
	static const char *const pieces[] = {"1", "2018-", "15.11.", "a", "Nov ", "posted ", "at ", "12:", "(",
		"um um ", "\xe6\x9c\x88", "\xe4\xb8\x80", "the 1 of ", "a m ", "mon ", "-"};
	AUTO(buf) b = {0};
	buf_init(&b, 8u << 20);
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		struct date_stamp s[DATE_FIND_MAX];
		clock_t took[2];
		for (size_t k = 0; k < 2; k++) {
			buf_reset(&b);
			while (buf_str(&b).n < (256u << 10 << (2 * k)))
				buf_add(&b, str_c(pieces[i]));
			clock_t t = clock();
			(void)date_find(buf_str(&b), NULL, s, DATE_FIND_MAX);
			took[k] = clock() - t;
		}
		if (took[1] > 10 * took[0] + CLOCKS_PER_SEC / 5)
			print_message("%s: %ld %ld\n", pieces[i], (long)took[0], (long)took[1]);
		assert_true(took[1] <= 10 * took[0] + CLOCKS_PER_SEC / 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_values),
		cmocka_unit_test(test_dates_in_paths),
		cmocka_unit_test(test_ranges_of_stamp_and_label),
		cmocka_unit_test(test_the_table_is_sorted_and_folded),
		cmocka_unit_test(test_every_word_is_found),
		cmocka_unit_test(test_the_persian_calendar),
		cmocka_unit_test(test_time_is_linear),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
