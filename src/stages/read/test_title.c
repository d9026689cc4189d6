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

#define TEXT                                                                                                           \
	"<p>The ministry of Orlany answered on Thursday, and it said, among other things, that guests should "         \
	"wait.</p>"                                                                                                    \
	"<p>The envoys, according to the draft, asked for a meeting with the council's secretary, and for a "          \
	"reply.</p>"
#define OG(title) "<meta property=og:title content=\"" title "\">"
#define TWITTER(title) "<meta name=twitter:title content=\"" title "\">"
#define TITLE(title) "<title>" title "</title>"
#define LD(title)                                                                                                      \
	"<script type=application/ld+json>{\"@type\":\"NewsArticle\",\"headline\":\"" title "\"}"                      \
	"</script>"

struct page {
	const char *head;
	const char *above; /* the text */
	const char *want;
};

static void assert_titles(const struct page *pages, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		AUTO(arena) a = {0};
		struct text_codecs *c = text_codecs_new();
		struct article ar;
		struct str page = str_fmt(&a, "<!doctype html><meta charset=utf-8>%s%s%s<div>" TEXT TEXT "</div>",
			pages[i].head, strstr(pages[i].above, "<body") ? "" : "<body>", pages[i].above);
		struct read_input in = {page, STR("https://www.quay-post.example/a/b"), STR("text/html"), 0};
		read_article(&a, c, &in, &ar);
		assert_string_equal(str_cstr(&a, article_get(&ar, ARTICLE_TITLE)), pages[i].want);
		text_codecs_free(c);
	}
}

static void test_an_h1_in_the_trail_of_links_is_not_what_a_reader_sees(void **state)
{
	(void)state;
#define SEO "Orlany envoys: letter asks for a meeting"
#define SEEN "Fifteen envoys write, and wait"
#define STEP "<li><a href=/world/>World</a></li><li><h1>" SEO "</h1></li>"
	static const struct page pages[] = {
		{LD(SEO) TITLE(SEO) OG(SEEN), "<ul class=breadcrumb__list>" STEP "</ul><h2><i>Opinion</i>" SEEN "</h2>",
			SEEN},
		{LD(SEO) TITLE(SEO) OG(SEEN), "<nav><ul>" STEP "</ul></nav><p class=big>" SEEN "</p>", SEEN},
		/* the words are those of a link to another page, or nowhere: the trail is all that is left */
		{LD(SEO) TITLE(SEO) OG(SEEN), "<nav><ul>" STEP "</ul></nav><ul><li><a href=/x>" SEEN "</a></li></ul>",
			SEO},
		{LD(SEO) TITLE(SEO) OG(SEEN), "<nav><ul>" STEP "</ul></nav>", SEO},
		/* a first line and the headline make one title */
		{LD("Letters: " SEEN) TITLE("Letters: " SEEN) OG("Letters: " SEEN) TWITTER(SEEN),
			"<nav><h1>Letters: " SEEN "</h1></nav><p>Letters</p><h2>" SEEN "</h2>", "Letters: " SEEN},
	};
	assert_titles(pages, ARRAY_LEN(pages));
}

static void test_a_page_that_is_named_after_its_trail_has_an_h1(void **state)
{
	(void)state;
	AUTO(arena) a = {0};
	struct str many = STR("");
	for (size_t i = 0; i < 120; i++)
		many = str_fmt(&a, "%.*s<p>Line %zu of the page</p>", STR_FMT(many), i);
	struct page page = {OG("Envoys wait"),
		str_fmt(&a, "<body class=with-breadcrumbs><h1>Fifteen envoys write</h1>%.*s", STR_FMT(many)).p,
		"Fifteen envoys write"};
	assert_titles(&page, 1);
}

static void test_the_h1_has_the_votes_of_titles_made_for_search_that_speak_of_the_same(void **state)
{
	(void)state;
	static const struct page pages[] = {
		{OG(SEO) TWITTER(SEO) TITLE(SEO " | Quay Post"), "<h1>What fifteen envoys want</h1>",
			"What fifteen envoys want"},
		{OG("雾港码头大火三人受伤") TWITTER("雾港码头大火三人受伤") TITLE("雾港码头大火三人受伤"),
			"<h1>深夜的火：雾港码头一夜</h1>", "深夜的火：雾港码头一夜"},
		/* no word in common: a label */
		{OG(SEO) TWITTER(SEO) TITLE(SEO " | Quay Post"), "<h1>Reading room</h1>", SEO},
		{OG(SEO) TWITTER(SEO) TITLE(SEO), "<h1>Reading room</h1><h1>Ten envoys to read of next</h1>", SEO},
		/* JSON-LD names the headline, and another */
		{OG(SEO) TITLE(SEO) LD(SEO), "<h1>What fifteen envoys want</h1>", SEO},
		{OG(SEO) TWITTER(SEO) TITLE(SEO) LD("What fifteen envoys want"), "<h1>What fifteen envoys want</h1>",
			"What fifteen envoys want"},
	};
	assert_titles(pages, ARRAY_LEN(pages));
}

static void test_a_title_that_is_cut_short_gives_way_to_the_whole(void **state)
{
	(void)state;
	static const struct page pages[] = {
		{OG("Fifteen envoys write, and…") TWITTER("Fifteen envoys write, and...") TITLE(SEEN), "", SEEN},
		{TITLE("And then they wrote… | Quay Post"), "<h2>And then they wrote…</h2>", "And then they wrote…"},
		{OG("And then they wrote..."), "", "And then they wrote..."},
	};
	assert_titles(pages, ARRAY_LEN(pages));
}

static void test_a_headline_may_have_a_bar_of_its_own(void **state)
{
	(void)state;
	static const struct page pages[] = {
		{TITLE("Fifteen envoys – what they write and why – Harbour News"),
			"<h1>Fifteen envoys – what they write and why</h1>",
			"Fifteen envoys – what they write and why"},
		{TITLE("Envoys - what they write - letters of a long winter - Harbour News - World"),
			"<h1>what they write - letters of a long winter</h1>",
			"what they write - letters of a long winter"},
	};
	assert_titles(pages, ARRAY_LEN(pages));
}

static void test_what_stands_around_an_h1_is_no_second_witness(void **state)
{
	(void)state;
	static const struct page pages[] = {
		{LD("Letters from Orlany: what we know") TITLE("Letters from Orlany: what we know"),
			"<div class=headline><b>Live</b><h1>Ministry answers +++ Guests wait</h1></div>",
			"Letters from Orlany: what we know"}};
	assert_titles(pages, ARRAY_LEN(pages));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_h1_in_the_trail_of_links_is_not_what_a_reader_sees),
		cmocka_unit_test(test_a_page_that_is_named_after_its_trail_has_an_h1),
		cmocka_unit_test(test_the_h1_has_the_votes_of_titles_made_for_search_that_speak_of_the_same),
		cmocka_unit_test(test_a_title_that_is_cut_short_gives_way_to_the_whole),
		cmocka_unit_test(test_a_headline_may_have_a_bar_of_its_own),
		cmocka_unit_test(test_what_stands_around_an_h1_is_no_second_witness),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
