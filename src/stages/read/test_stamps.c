/* SPDX-License-Identifier: Apache-2.0 */
/* Which stamp of a page is taken, and which is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/read/stamps_int.h"

#define H1 "<title>The harbour opens again</title><h1>The harbour opens again</h1>"
#define TEXT                                                                                                           \
	"<p>The harbour of Orlany opens again after a year, the council said, and the first ships are expected soon, " \
	"as the pilots have asked for, with the new light at the end of the northern mole.</p>"

struct want {
	const char *name;
	const char *page;
	const char *published;
	const char *updated;
};

static const char *iso(struct arena *a, const struct stamp_choice *c)
{
	return c->index == SIZE_MAX ? "" : str_cstr(a, instant_iso(a, c->t));
}

static void read_page(
	struct arena *a, struct html *h, const char *page, const char *url, int64_t captured, struct stamps *ret)
{
	html_parse(str_c(page), NULL, h);
	struct stamps_input in = {.h = h, .url = str_c(url), .captured_ns = captured};
	stamps_read(a, &in, ret);
}

static void check(const struct want *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		AUTO(arena) a = {0};
		AUTO(html) h = {0};
		struct stamps s;
		read_page(&a, &h, cases[i].page, "https://news.example/a", 0, &s);
		if (!str_eq(str_c(iso(&a, &s.published)), str_c(cases[i].published)) ||
			!str_eq(str_c(iso(&a, &s.updated)), str_c(cases[i].updated)))
			print_message("%s (%s, %s)\n", cases[i].name, s.published.rule, s.updated.rule);
		assert_string_equal(iso(&a, &s.published), cases[i].published);
		assert_string_equal(iso(&a, &s.updated), cases[i].updated);
	}
}

static void test_labels_by_the_headline(void **unused)
{
	(void)unused;
	static const struct want cases[] = {
		{"two in one line",
			H1 "<p>Posted at 7:25 AM, Nov 15, 2018 and last updated 2018-11-15 09:25:09-05</p>" TEXT,
			"2018-11-15T07:25-05:00", "2018-11-15T09:25:09-05:00"},
		{"label in one element, stamp in the next",
			H1 "<dl><dt>Published:</dt><dd>15 November 2018</dd></dl>" TEXT, "2018-11-15", ""},
		{"only the update", H1 "<p>Last updated: 15 November 2018</p>" TEXT, "", "2018-11-15"},
		{"words of one element, the machine's value of another",
			H1 "<p>Updated <time datetime='2018-11-15T09:25:09-05:00'>Nov 15, 2018</time></p>" TEXT, "",
			"2018-11-15T09:25:09-05:00"},
		{"without a label, in a byline", H1 "<div class=byline>By Ann Example | 15 Nov 2018, 09:25</div>" TEXT,
			"2018-11-15T09:25", ""},
		{"what themes call updated", H1 "<span class='entry-date updated'>15 November 2018</span>" TEXT,
			"2018-11-15", ""},
		{"in pieces", H1 "<p><span>15</span> <span>November</span> <span>2018</span></p>" TEXT, "2018-11-15",
			""},
		{"a dateline",
			H1
			"<p>ORLANY, 15 November 2018 - The harbour opens again after a year, the council said, and the "
			"first ships are expected soon.</p>",
			"2018-11-15", ""},
	};
	check(cases, ARRAY_LEN(cases));
}

static void test_what_is_not_taken(void **unused)
{
	(void)unused;
	static const struct want cases[] = {
		{"a sentence",
			H1 "<p>The harbour, closed since the storm of 15 November 2018, opens again after a year, the "
			   "council said, and the first ships are expected soon.</p>",
			"", ""},
		{"related", H1 TEXT "<div class=related-articles><p>15 November 2018</p></div>", "", ""},
		{"a comment", H1 TEXT TEXT "<div class=comments><p>Bo Sample, 15 November 2018</p></div>", "", ""},
		{"copyright", H1 TEXT "<p>Copyright 15 November 2018</p>", "", ""},
		{"an event", H1 TEXT "<div class=event-list><p>15 November 2018</p></div>", "", ""},
		{"before 1995", H1 "<p>Published 15 November 1918</p>" TEXT, "", ""},
		{"another article",
			"<article>" H1 TEXT
			"</article><article><h2>Another</h2><time datetime=2018-11-15></time></article>",
			"", ""},
		{"an order that nothing settles", "<html lang=en>" H1 "<p>Published 11/05/2018</p>" TEXT, "", ""},
		{"a text that contradicts its attribute",
			H1 "<p>Published <time datetime='2018-12-24'>15 November 2018</time></p>" TEXT, "2018-11-15",
			""},
	};
	check(cases, ARRAY_LEN(cases));
}

static void test_sources_help_each_other(void **unused)
{
	(void)unused;
	static const struct want cases[] = {
		{"the zone of another source",
			"<meta property='article:published_time' content='2018-11-15T07:25'>" H1
			"<time datetime='2018-11-15T07:25:00-05:00'>Nov 15</time>" TEXT,
			"2018-11-15T07:25:00-05:00", ""},
		{"UTC, and the page's own clock",
			"<meta property='article:published_time' content='2018-11-16T02:25:09Z'>" H1
			"<p class=date>November 15, 2018 | 9:25pm</p>" TEXT,
			"2018-11-15T21:25:09-05:00", ""},
		{"UTC, and the day that begins then",
			"<meta property='article:published_time' content='2018-11-14T23:00:00Z'>" H1
			"<p class=date>November 15, 2018</p>" TEXT,
			"2018-11-15T00:00:00+01:00", ""},
		{"UTC, and another day",
			"<meta property='article:published_time' content='2018-11-14T23:10:00Z'>" H1
			"<p class=date>November 15, 2018</p>" TEXT,
			"2018-11-14T23:10:00Z", ""},
		{"the order of numbers, from another stamp",
			"<html lang=en>" H1 "<p>Published 11/05/2018</p>" TEXT "<p>Seen 25/12/2017</p>", "2018-05-11",
			""},
		{"what is shown and declared against a draft's day",
			"<meta name=pubdate content=2018-11-10><meta name=dcterms.date content=2018-11-15>" H1
			"<p class=date>15 November 2018</p>" TEXT,
			"2018-11-15", ""},
	};
	check(cases, ARRAY_LEN(cases));
}

#define OTHER "<a href='/b'>Storm names for next winter are published</a>"

static void test_lists_of_other_pages(void **unused)
{
	(void)unused;
	static const struct want cases[] = {
		{"an item with a link", H1 TEXT "<ul><li><span class=date>15.11.2018</span> " OTHER "</li></ul>", "",
			""},
		{"a line with a link", H1 "<p>" OTHER " (2018-11-15)</p>" TEXT, "", ""},
		{"a teaser",
			H1 TEXT "<article><h2>" OTHER "</h2><div class=meta><time>2018-11-15</time></div></article>",
			"", ""},
		{"a diary of days", H1 "<p>12 May 2020: a reading<br>3 June 2020: the spring ball</p>" TEXT, "", ""},
		{"a comment in a short page", H1 TEXT "<div class=comment><p>I was there.</p>Bo 2018-11-15 10:00</div>",
			"", ""},
		{"the author's and the topic's links in a byline",
			H1 "<div class=byline><a href='/ann'>Ann Example of the Orlany desk</a> 15 Nov 2018</div>" TEXT,
			"2018-11-15", ""},
		{"the stamp's own link", H1 "<p><a href='/a'>Thursday, 15 November 2018 at 09:25</a></p>" TEXT,
			"2018-11-15T09:25", ""},
	};
	check(cases, ARRAY_LEN(cases));
}

static void test_clocks_join_their_days(void **unused)
{
	(void)unused;
	static const struct want cases[] = {
		{"a line of clocks below the day",
			"<p class=date>November 15, 2018</p>" H1
			"<p>posted 7:25 a.m. | last updated 9:25 a.m.</p>" TEXT,
			"2018-11-15T07:25", "2018-11-15T09:25"},
		{"a clock in prose is not the article's",
			"<p class=date>November 15, 2018</p>" H1
			"<p>The harbour opens at 9:25 a.m., they say.</p>" TEXT,
			"2018-11-15", ""},
		{"a day that is declared, a clock that is shown",
			"<meta name=pubdate content=2018-11-15>" H1 "<p>15 November 2018, 09:25 GMT</p>" TEXT,
			"2018-11-15T09:25Z", ""},
		{"of two clocks none",
			"<meta name=pubdate content=2018-11-15>" H1
			"<p>15 Nov 2018 09:25</p><p>15 Nov 2018 10:25</p>" TEXT,
			"2018-11-15", ""},
		{"no zone of another day", H1 "<p>Posted Nov 15, 2018 7:25 AM, updated 2018-11-16 09:25:09-05</p>" TEXT,
			"2018-11-15T07:25", "2018-11-16T09:25:09-05:00"},
		{"what a program fills in",
			H1 "<em id=publish_time data-timestamp=1542266700000></em>" TEXT "<p>2019-11-15 10:00</p>",
			"2018-11-15T07:25:00Z", ""},
		{"a declared change", "<meta name=last-modified content=2018-11-16>" H1 "<p>15 Nov 2018</p>" TEXT,
			"2018-11-15", "2018-11-16"},
		{"the heading that is the site's name",
			"<title>The harbour opens again (Orlany Example)</title><h1>Orlany Example</h1>"
			"<p class=date>22 November 2018</p><h2>The harbour opens again</h2>"
			"<p class=published>15 November 2018</p>" TEXT,
			"2018-11-15", ""},
	};
	check(cases, ARRAY_LEN(cases));
}

static void test_json_ld_of_another_article(void **unused)
{
	(void)unused;
	static const struct {
		const char *headline;
		const char *url;
		const char *want;
	} cases[] = {
		{"Rovers draw at home after penalty", "https://news.example/rovers", ""},
		{"Rovers draw at home after penalty", "https://news.example/a", "2018-11-15"},
		{"The harbour opens again", "https://news.example/rovers", "2018-11-15"},
		{"Rovers draw at home after penalty", "", "2018-11-15"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(arena) a = {0};
		AUTO(html) h = {0};
		struct stamps s;
		struct stamp_given given = {.key = STR("datePublished"),
			.value = STR("2018-11-15"),
			.headline = str_c(cases[i].headline),
			.url = str_c(cases[i].url)};
		html_parse(STR(H1 TEXT), NULL, &h);
		struct stamps_input in = {.h = &h, .url = STR("https://news.example/a"), .given = &given, .n = 1};
		stamps_read(&a, &in, &s);
		assert_string_equal(iso(&a, &s.published), cases[i].want);
	}
}

static void test_urls(void **unused)
{
	(void)unused;
	static const struct {
		const char *url;
		const char *page;
		const char *want;
	} cases[] = {
		{"https://news.example/2018/11/15/a", H1 TEXT, "2018-11-15"},
		{"https://news.example/2018/11/a", H1 TEXT, ""},
		{"https://news.example/2018/11/a",
			H1 "<p>The council of Orlany said on Thursday, 15 November 2018, that the harbour will open "
			   "again soon, "
			   "as the pilots had asked for in the spring.</p>",
			"2018-11-15"},
		{"https://web.archive.org/web/20130307194448/http://news.example/2012/05/06/a", H1 TEXT, "2012-05-06"},
		{"https://web.archive.org/web/20130307194448/news.example/a", H1 TEXT, ""},
		{"https://news.example/en-gb/a", "<html lang=en>" H1 "<p>Published 11/05/2018</p>" TEXT, "2018-05-11"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(arena) a = {0};
		AUTO(html) h = {0};
		struct stamps s;
		read_page(&a, &h, cases[i].page, cases[i].url, 0, &s);
		assert_string_equal(iso(&a, &s.published), cases[i].want);
	}
}

static void test_the_future_is_not_believed(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(html) h = {0};
	struct stamps s;
	int64_t captured = 1542266700ll * 1000000000ll; /* 2018-11-15T07:25Z */
	read_page(&a, &h, H1 "<p>Published 20 November 2018</p>" TEXT, "https://news.example/a", captured, &s);
	assert_string_equal(iso(&a, &s.published), "");
	assert_int_equal(s.n, 1);
	assert_string_equal(s.items[0].rejected, "later than the capture");
}

static void test_dissent_and_ranges_are_kept(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(html) h = {0};
	struct stamps s;
	struct str page = STR(
		"<meta name=pubdate content='2018-11-15'>" H1 "<p>Published <b>20</b> November 2018</p>" TEXT);
	read_page(&a, &h, page.p, "https://news.example/a", 0, &s);
	assert_string_equal(iso(&a, &s.published), "2018-11-15");
	assert_true(s.published.disagreement);
	const struct stamp_candidate *meta = &s.items[s.published.index];
	const struct stamp_candidate *text = &s.items[s.published.dissent];
	assert_true(str_eq(str_sub(page, meta->from, meta->to), STR("2018-11-15")));
	assert_true(str_eq(str_sub(page, text->from, text->to), STR("20</b> November 2018")));
	assert_true(str_eq(text->raw, STR("20 November 2018")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_labels_by_the_headline),
		cmocka_unit_test(test_what_is_not_taken),
		cmocka_unit_test(test_sources_help_each_other),
		cmocka_unit_test(test_lists_of_other_pages),
		cmocka_unit_test(test_clocks_join_their_days),
		cmocka_unit_test(test_json_ld_of_another_article),
		cmocka_unit_test(test_urls),
		cmocka_unit_test(test_the_future_is_not_believed),
		cmocka_unit_test(test_dissent_and_ranges_are_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
