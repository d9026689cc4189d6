/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "formats/text/text.h"
#include "stages/read/read.h"

#define BODY                                                                                                           \
	"<p>The ministry of Orlany answered on Thursday, and it said, among other things, that guests should "         \
	"wait.</p>"                                                                                                    \
	"<p>The envoys, according to the draft, asked for a meeting with the council's secretary, and for a "          \
	"reply.</p>"

static struct article read_page(struct arena *a, struct str page)
{
	struct text_codecs *c = text_codecs_new();
	struct article ar;
	struct read_input in = {page, STR("https://www.quay-post.example/a/b"), STR("text/html; charset=utf-8"), 0};
	read_article(a, c, &in, &ar);
	text_codecs_free(c);
	return ar;
}

/* The chosen values of a field, joined by "; ". */
static const char *all_of(struct arena *a, const struct article *ar, enum article_field f)
{
	struct str all = STR("");
	for (size_t i = 0; i < ar->n; i++)
		if (ar->evidence[i].field == f && ar->evidence[i].chosen)
			all = str_fmt(a, "%.*s%s%.*s", STR_FMT(all), all.n ? "; " : "", STR_FMT(ar->evidence[i].value));
	return str_cstr(a, all);
}

static const char *of_page(
	struct arena *a, const char *above, const char *below, const char *last, enum article_field f)
{
	struct str page = str_fmt(a,
		"<!doctype html><meta charset=utf-8><title>Fifteen envoys write - Quay Post</title><body>%s"
		"<h1>Fifteen envoys write</h1>%s<div>" BODY BODY "%s</div></body>",
		above, below, last);
	struct article ar = read_page(a, page);
	return all_of(a, &ar, f);
}

static void test_a_line_below_the_headline_names_authors(void **state)
{
	static const struct {
		const char *line;
		const char *want;
	} cases[] = {{"By Ann Holt and Bo Marsh", "Ann Holt; Bo Marsh"},
		{"Von Jette Brandt | 14.03.2019", "Jette Brandt"}, {"Par Lise Corbin, le 3 mai 2018", "Lise Corbin"},
		{"Por Inés Rocamar y Tadeu Vila", "Inés Rocamar; Tadeu Vila"}, {"Автор: Марта Зорина", "Марта Зорина"},
		{"بقلم: سالم المرسي", "سالم المرسي"}, {"本报记者 陈砚溪", "陈砚溪"}, {"記者林汀蘭／霧港報導", "林汀蘭"},
		{"나루진 기자", "나루진"}, {"Συντάκτης: Θάλεια Κύμα", "Θάλεια Κύμα"},
		{"مۇخبىر: تۇرغۇن دېڭىز", "تۇرغۇن دېڭىز"}, {"लेखक: तरंग घाटवाल", "तरंग घाटवाल"},
		{"Zoë Lund — 18 February 2010", "Zoë Lund"}, {"15 ноября 2009 | 07:25 | Савва Портов", "Савва Портов"},
		{"By Quaywire Correspondent Ilan Tor", "Ilan Tor"}, {"Quay Post", ""}, {"18 February 2010", ""}};
	struct arena a = {0};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(
			of_page(&a, "", str_fmt(&a, "<p>%s</p>", cases[i].line).p, "", ARTICLE_AUTHOR), cases[i].want);
	arena_clear(&a);
}

static void test_the_last_words_of_a_body_may_sign_it(void **state)
{
	static const struct {
		const char *line;
		const char *want;
	} cases[] = {{"The pier stays shut until the spring of next year.【潮田みお】", "潮田みお"},
		{"The pier stays shut until the spring of next year. (记者 陈砚溪)", "陈砚溪"},
		{"The pier stays shut until the spring of next year. (나루진 기자)", "나루진"},
		{"The pier stays shut until the spring of next year. (see above)", ""}};
	struct arena a = {0};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(
			of_page(&a, "", "", str_fmt(&a, "<p>%s</p>", cases[i].line).p, ARTICLE_AUTHOR), cases[i].want);
	arena_clear(&a);
}

static void test_a_dateline_names_an_agency_known_or_not(void **state)
{
	static const struct {
		const char *line;
		const char *want;
	} cases[] = {{"PORT SABLE (Reuters) - The pier was shut on Thursday, the port said.", "Reuters"},
		{"PORT SABLE, Orlany (Quaywire) -- The pier was shut on Thursday, the port said.", "Quaywire"},
		{"新华社北京3月14日电 港务委员会星期三晚上投票决定关闭北码头，所有人都必须离开。", "Xinhua"},
		{"（子潮通讯社砂港电）港务委员会星期三晚上投票决定关闭北码头，所有人都必须离开。", "子潮通讯社"},
		{"(세이블항=온누리통신) 항만위원회가 수요일 밤 북쪽 부두를 닫기로 만장일치로 의결했다고 밝혔다.",
			"온누리통신"},
		{"ПОРТ-СЕЙБЛ, 15 ноября — Причал-Телеграф. Комиссия закрыла причал для всех посетителей.",
			"Причал-Телеграф"},
		{"ميناء سيبل - وكالة المرفأ: أغلقت لجنة الميناء الرصيف الشمالي مساء الأربعاء أمام الزوار.",
			"وكالة المرفأ"},
		{"PORT SABLE — The pier was shut on Thursday, the port said.", ""}};
	struct arena a = {0};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(
			of_page(&a, "", str_fmt(&a, "<div><p>%s</p></div>", cases[i].line).p, "", ARTICLE_AGENCY),
			cases[i].want);
	arena_clear(&a);
}

static void test_the_section_stands_above_the_headline(void **state)
{
	static const struct {
		const char *above;
		const char *want;
	} cases[] = {{"<div><a href='/'>Home</a> &gt; <a href='/w'>World</a></div>", "World"},
		{"<p>Sie sind hier: <a href='/'>Startseite</a> » <a href='/h'>Hafen</a></p>", "Hafen"},
		{"<ul><li><a href='/'>首页</a></li><li><a href='/e'>经济</a></li></ul>", "经济"},
		{"<div>홈 &gt; 뉴스 &gt; <a href='/s'>사회</a></div>", "사회"},
		{"<div><a href='/o'>Общество</a></div>", "Общество"},
		{"<div><a href='/a'>News</a><br><a href='/b'>Sport</a><br><a href='/c'>Weather</a></div>", ""},
		{"", ""}};
	struct arena a = {0};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(of_page(&a, cases[i].above, "", "", ARTICLE_SECTION), cases[i].want);
	arena_clear(&a);
}

static void test_json_ld_refers_to_authors_and_trails(void **state)
{
	struct arena a = {0};
	(void)state;
	struct article ar = read_page(&a,
		STR("<!doctype html><title>Fifteen envoys write</title><script type='application/ld+json'>{\"@graph\":["
		    "{\"@type\":\"NewsArticle\",\"headline\":\"Fifteen envoys write\",\"author\":{\"@id\":\"#p\"}},"
		    "{\"@type\":\"Person\",\"@id\":\"#p\",\"name\":\"Ann Holt\"},{\"@type\":\"BreadcrumbList\","
		    "\"itemListElement\":[{\"name\":\"Home\"},{\"name\":\"World\"},{\"name\":\"Fifteen envoys "
		    "write\"}]}]}"
		    "</script><h1>Fifteen envoys write</h1>" BODY));
	assert_string_equal(all_of(&a, &ar, ARTICLE_AUTHOR), "Ann Holt");
	assert_string_equal(all_of(&a, &ar, ARTICLE_SECTION), "World");
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_line_below_the_headline_names_authors),
		cmocka_unit_test(test_the_last_words_of_a_body_may_sign_it),
		cmocka_unit_test(test_a_dateline_names_an_agency_known_or_not),
		cmocka_unit_test(test_the_section_stands_above_the_headline),
		cmocka_unit_test(test_json_ld_refers_to_authors_and_trails),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
