/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "formats/text/text.h"
#include "stages/read/read.h"

#define A1 "The ministry of Orlany answered on Thursday, and it said, among other things, that guests should wait."
#define A2 "The envoys, according to the draft, asked for a meeting with the council's secretary, and for a reply."
#define A3 "Nobody at the harbour office, which was closed for the week, would say who had signed the second letter."
#define A4 "A clerk, who asked not to be named, said that the seal on it was real, and that the ink was still wet."
#define B1 "In other news the eel smokery of Port Sable has been sold, its owner said, to a family from Calder City."
#define P(text) "<p>" text "</p>"
#define HEAD "<!doctype html><html lang=en><head><title>Guests should wait</title></head><body>"
#define H1 "<h1>Guests should wait</h1>"

static struct article read_page(struct arena *a, struct str page)
{
	struct text_codecs *c = text_codecs_new();
	struct article ar;
	struct read_input in = {page, STR("https://news.example/a"), STR("text/html; charset=utf-8"), 0};
	read_article(a, c, &in, &ar);
	text_codecs_free(c);
	return ar;
}

struct page_case {
	const char *page;
	const char *text;
};

static void assert_texts(const struct page_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		AUTO(arena) a = {0};
		struct article ar = read_page(&a, str_c(cases[i].page));
		assert_string_equal(str_cstr(&a, ar.text), cases[i].text);
	}
}

/* The block that begins so; an empty one when there is none. */
static struct article_block find(const struct article_block *b, size_t n, const char *begins)
{
	for (size_t i = 0; i < n; i++)
		if (str_starts(b[i].text, str_c(begins)))
			return b[i];
	return (struct article_block){.kind = BLOCK_OTHER};
}

static void assert_kept(const struct article *ar, const char *begins, enum block_kind kind)
{
	struct article_block b = find(ar->blocks, ar->nblocks, begins);
	if (b.kind != kind)
		fail_msg("'%s' is %s, not %s", begins, block_kind_name(b.kind), block_kind_name(kind));
}

static void assert_dropped(const struct article *ar, const char *begins, const char *reason)
{
	struct article_block b = find(ar->dropped, ar->ndropped, begins);
	if (!str_eq(b.reason, str_c(reason)))
		fail_msg("'%s': %.*s, not %s", begins, STR_FMT(b.reason), reason);
}

static void test_the_body_is_found_in_many_kinds_of_pages(void **unused)
{
	(void)unused;
	static const struct page_case cases[] = {
		/* by its own word, with a longer text beside it */
		{HEAD "<div itemprop=articleBody>" P(A1) P(A2) "</div><div class=comments>" P(B1) P(B1 " So it goes.")
				P(B1 " And again, and again, and again, and once more.") "</div>",
			A1 "\n" A2},
		/* without any name */
		{HEAD "<div><a href=/>Home</a> <a href=/w>World</a></div><div>" H1 P(A1) P(A2) P(A3) "</div>",
			A1 "\n" A2 "\n" A3},
		/* text right inside a box, paragraphs by line breaks */
		{HEAD H1 "<div>" A1 "<br><br>" A2 "<br>\n<br>" A3 "</div>", A1 "\n" A2 "\n" A3},
		/* a table for layout, as in 1998 */
		{HEAD "<table><tr><td><a href=/>Home</a><br><a href=/w>World</a></td><td><font size=2>" P(A1) P(A2)
				P(A3) "</font></td></tr></table>",
			A1 "\n" A2 "\n" A3},
		/* split by an advert into two boxes */
		{HEAD H1 "<div><div>" P(A1) P(A2) "</div><div class=ad-slot>Advertisement</div><div>" P(A3)
				P(A4) "</div></div>",
			A1 "\n" A2 "\n" A3 "\n" A4},
		/* the first paragraph in a box of its own */
		{HEAD "<main><div class=top>" H1 P(A1) "</div><div class=article-body>" P(A2) P(A3)
				P(A4) "</div></main>",
			A1 "\n" A2 "\n" A3 "\n" A4},
		/* the whole page in boxes with unlucky names */
		{HEAD "<div class='sidebar-layout promo'><div id=comments-enabled class='hidden-xs related'>" H1 P(A1)
				P(A2) P(A3) "</div></div>",
			A1 "\n" A2 "\n" A3},
		/* each paragraph in a box that is named after what a script puts there */
		{HEAD H1 "<div class=article-body><div class=read-more-outbrain>" P(A1)
				P(A2) "</div><div class=read-more-outbrain>" P(A3) P(A4) "</div></div>",
			A1 "\n" A2 "\n" A3 "\n" A4},
		/* the article is hidden until a script shows it */
		{HEAD "<div style='display: none'>" H1 P(A1) P(A2) P(A3) "</div>", A1 "\n" A2 "\n" A3},
	};
	assert_texts(cases, ARRAY_LEN(cases));
}

static void test_articles_are_not_glued(void **unused)
{
	(void)unused;
	static const struct page_case cases[] = {
		{HEAD "<section class=item><article>" H1 P(A1)
				P(A2) "</article></section><section class=item><article>"
				      "<h1>Eels sold</h1>" P(B1) P(B1 " More of it.") "</article></section>",
			A1 "\n" A2},
		{HEAD "<div class=nota>" H1 "<div class=autor>Por Ana Ejemplo</div>" P(A1) P(
			 A2) "</div><div class=nota><h1>Eels sold</h1><div class=autor>Por Bo Muestra</div>" P(B1)
				P(B1 " More of it.") "</div>",
			A1 "\n" A2},
		/* teasers are articles, too */
		{HEAD "<article>" H1 P(A1) P(A2)
				P(A3) "</article><article class=teaser><h2><a href=/e>Eels sold</a></h2>" P(
					B1) "</article><article class=teaser><h2><a href=/f>Eels again</a></h2>" P(B1
					" Again.") "</article>",
			A1 "\n" A2 "\n" A3},
		/* the copy for telephones */
		{HEAD "<div class=desktop>" H1 P(A1) P(A2) P(A3) "</div><div class=mobile>" P(A1) P(A2) P(A3) "</div>",
			A1 "\n" A2 "\n" A3},
		{HEAD "<article>" H1 P(A1) P(A2) "<noscript>" P(A1) "</noscript>" P(A3) P(A1) "</article>",
			A1 "\n" A2 "\n" A3},
	};
	assert_texts(cases, ARRAY_LEN(cases));
}

static void test_lists_quotations_tables_and_headings_are_text(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct article ar = read_page(&a,
		STR(HEAD "<article>" H1 P(A1) "<h2>What they want</h2><ul><li>A meeting.</li><li>A reply.</li></ul>" P(
			A2) "<blockquote>Guests should knock.</blockquote>" P(A3) "<table><tr><th>Year<th>Guests<tr><"
										  "td>2017<td>15<tr>"
										  "<td>2018<td>12</table>" P(
											  A4) "<h2>Comments on "
											      "this</h2></article>"));
	assert_kept(&ar, "Guests should wait", BLOCK_HEADLINE);
	assert_kept(&ar, "What they want", BLOCK_HEADING);
	assert_kept(&ar, "A meeting.", BLOCK_LIST);
	assert_kept(&ar, "Guests should knock.", BLOCK_QUOTE);
	assert_kept(&ar, "Year\tGuests", BLOCK_TABLE);
	assert_kept(&ar, "2018\t12", BLOCK_TABLE);
	assert_string_equal(str_cstr(&a, ar.text),
		A1 "\nWhat they want\nA meeting.\nA reply.\n" A2 "\nGuests should knock.\n" A3
		   "\nYear\tGuests\n2017\t15\n2018\t12\n" A4);
}

static void test_what_is_no_text_is_kept_with_its_kind(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct article ar = read_page(&a,
		STR(HEAD "<article>" H1 "<p class=standfirst>An answer, at last, to a letter of last year.</p>"
			 "<div class=byline>By Ann Example</div><figure><img src=a><figcaption>The office, "
			 "closed.</figcaption></figure>" P(A1) P(A2)
				 P(A3) "<p>(Reporting by Ann Example; Editing by Bo Sample)</p></article>"
				       "<p class=correction>The letter is of May, not of March, as an earlier version "
				       "said.</p>"));
	assert_kept(&ar, "An answer", BLOCK_STANDFIRST);
	assert_kept(&ar, "By Ann Example", BLOCK_BYLINE);
	assert_kept(&ar, "The office", BLOCK_CAPTION);
	assert_kept(&ar, "(Reporting by", BLOCK_ROLE);
	assert_kept(&ar, "The letter is of May", BLOCK_CORRECTION);
}

static void test_what_is_dropped_says_why(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct article ar = read_page(&a,
		STR(HEAD "<article>" H1 P("<time datetime=2018-11-15>15 November 2018</time>")
				P(A1) "<p>Advertisement</p>" P(
					A2) "<p><a href=/x>Read more: what the fifteen asked "
					    "for</a></p>" P(A3) "<div "
								"class=newsletter-signup><p>Get "
								"our letter, every day, in your "
								"post.</p></div>" P(A4) "<div "
											"class=share-"
											"buttons><p>Pass it "
											"on</p></div>"
											"<ul "
											"class=tags><li><a "
											"href=/t>Envoys</"
											"a></li></ul>"
											"<h3>Related "
											"stories</"
											"h3><ul><li><a "
											"href=/e>Eels sold "
											"to a "
											"family</a></li></"
											"ul></article>"
											"<div "
											"id=comments>" P(B1) "</"
													     "div>"));
	assert_dropped(&ar, "15 November", "date");
	assert_dropped(&ar, "Advertisement", "advert");
	assert_dropped(&ar, "Read more", "related links");
	assert_dropped(&ar, "Get our letter", "newsletter");
	assert_dropped(&ar, "Pass it on", "share");
	assert_dropped(&ar, "Envoys", "tags");
	assert_dropped(&ar, "Related stories", "related links");
	assert_string_equal(str_cstr(&a, ar.text), A1 "\n" A2 "\n" A3 "\n" A4);
}

static void test_what_stands_in_json_ld_is_not_left_out_for_its_name(void **unused)
{
	(void)unused;
	static const struct page_case cases[] = {
		{HEAD "<script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"articleBody\":\"" A1 " <b>" A3
		      "</b>\\n\\n\"}</script><article>" H1 P(A1) P(A2) "<div class=promo>" P(
			      A3) "</div><div class=promo>" P(B1) "</div>" P(A4) "</article>",
			A1 "\n" A2 "\n" A3 "\n" A4},
	};
	assert_texts(cases, ARRAY_LEN(cases));
}

static void test_ranges_are_those_of_the_text(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct str page = STR(HEAD "<article>" H1 "<p> <b>" A1 "</b> </p>" P(A2) P(A3) "</article>");
	struct article ar = read_page(&a, page);
	struct article_block b = find(ar.blocks, ar.nblocks, "The ministry");
	assert_true(str_eq(str_sub(page, b.range.from, b.range.to), STR(A1)));
}

static void test_stubs_and_live_blogs_are_told(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct article ar = read_page(&a,
		STR(HEAD "<article>" H1 P(A1)
				P(A2) "<div><p>Subscribe to continue reading this article.</p></div></article>"));
	assert_string_equal(str_cstr(&a, article_get(&ar, ARTICLE_STUB)), "true");
	assert_int_equal(article_get(&ar, ARTICLE_LIVE).n, 0);
	for (size_t i = 0; i < ar.n; i++)
		if (ar.evidence[i].field == ARTICLE_STUB)
			assert_true(str_eq(ar.evidence[i].raw, STR("Subscribe to continue reading this article.")));
	ar = read_page(&a,
		STR(HEAD "<script type='application/ld+json'>{\"@type\":\"LiveBlogPosting\"}</script><main>" H1
			 "<div><p><time datetime=2018-11-15T10:00Z>10:00</time></p>" P(A1)
				 P(A2) "</div><div><p><time datetime=2018-11-15T09:00Z>09:00</time></p>" P(A3)
					 P(A4) "</div></main>"));
	assert_string_equal(str_cstr(&a, article_get(&ar, ARTICLE_LIVE)), "true");
	assert_kept(&ar, "10:00", BLOCK_LIVE);
	assert_string_equal(str_cstr(&a, find(ar.blocks, ar.nblocks, "09:00").stamp), "2018-11-15T09:00Z");
	assert_string_equal(str_cstr(&a, ar.text), A1 "\n" A2 "\n" A3 "\n" A4);
}

static struct str repeat(struct arena *a, const char *front, const char *piece, size_t n)
{
	AUTO(buf) b = {0};
	buf_init(&b, 64u << 20);
	buf_add(&b, str_c(front));
	for (size_t i = 0; i < n; i++)
		buf_add(&b, str_c(piece));
	return str_dup(a, buf_str(&b));
}

static double seconds(struct str page)
{
	AUTO(arena) a = {0};
	struct timespec from;
	struct timespec to;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	(void)read_page(&a, page);
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

/* Twice the page may take twice the time; four times as much would show a square. */
static void test_hostile_pages_take_linear_time(void **unused)
{
	(void)unused;
	static const char *const pieces[] = {
		"<div class='article-body related'><p>a, b. text text text text text text text text text text</div>",
		"<ul><li>text, here. <a href=x>and a link of some words</a>",
		"<article class=teaser itemprop=articleBody><p>x", "<h2>Related</h2><div><div>x</div></div>",
		"<td>a<td>b", "text<br><br>", ("<div class=a><h1>x</h1>" P(A1) "</div>"),
		"<p><time datetime=2018-11-15T07:25Z>07:25</time></p>", ("<section hidden><aside>" A1)};
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		AUTO(arena) a = {0};
		struct str once = repeat(&a, HEAD "<table><tr>", pieces[i], 10000);
		struct str four = repeat(&a, HEAD "<table><tr>", pieces[i], 40000);
		double t1 = seconds(once);
		double t4 = seconds(four);
		if (t4 > 0.2 && t4 > 10 * t1)
			fail_msg("'%s': %.3f s, then %.3f s for four times as much", pieces[i], t1, t4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_body_is_found_in_many_kinds_of_pages),
		cmocka_unit_test(test_articles_are_not_glued),
		cmocka_unit_test(test_lists_quotations_tables_and_headings_are_text),
		cmocka_unit_test(test_what_is_no_text_is_kept_with_its_kind),
		cmocka_unit_test(test_what_is_dropped_says_why),
		cmocka_unit_test(test_what_stands_in_json_ld_is_not_left_out_for_its_name),
		cmocka_unit_test(test_ranges_are_those_of_the_text),
		cmocka_unit_test(test_stubs_and_live_blogs_are_told),
		cmocka_unit_test(test_hostile_pages_take_linear_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
