/* SPDX-License-Identifier: Apache-2.0 */
/* Inputs made to be slow: twice as many bytes are at most 2.3 times as much work, whole or byte by byte; and each cap
 * is reached without harm, with a quirk that says so. Work is counted (steps and nodes), not timed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/caps.h"
#include "formats/html/test_check.h"
#include "formats/html/test_dump.h"

#define WHOLE 6000u  /* units in the smallest of three sizes */
#define PIECES 3000u /* fewer where each byte comes by itself */
#define GROWTH 2.3
#define SMALL 2000.0 /* work that does not count: tables that are made once */

/* A front, then units, then an end. In a unit '$' is the unit's number; `deep` is repeated 600 times at the front. */
struct slow {
	struct str deep;
	struct str front;
	struct str unit;
	struct str end;
};

#define UNIT(u)                                                                                                        \
	{                                                                                                              \
		{"", 0}, {"", 0}, {"" u, sizeof(u) - 1},                                                               \
		{                                                                                                      \
			"", 0                                                                                          \
		}                                                                                                      \
	}
#define IN(f, u, e)                                                                                                    \
	{                                                                                                              \
		{"", 0}, {"" f, sizeof(f) - 1}, {"" u, sizeof(u) - 1},                                                 \
		{                                                                                                      \
			"" e, sizeof(e) - 1                                                                            \
		}                                                                                                      \
	}
#define DEEP(d, u)                                                                                                     \
	{                                                                                                              \
		{"" d, sizeof(d) - 1}, {"", 0}, {"" u, sizeof(u) - 1},                                                 \
		{                                                                                                      \
			"", 0                                                                                          \
		}                                                                                                      \
	}

static const struct slow NESTED[] = {
	UNIT("<div>"),
	UNIT("<div>x"),
	UNIT("<span>"),
	UNIT("<p>"),
	UNIT("<li>"),
	UNIT("<ul><li>"),
	UNIT("<dl><dd>"),
	UNIT("<h1>"),
	UNIT("<button>"),
	UNIT("<button><p>"),
	UNIT("<form>"),
	UNIT("<object>"),
	UNIT("<ruby><rt>"),
	UNIT("<option>"),
	UNIT("<select>"),
	UNIT("<select><option>"),
	UNIT("<select><optgroup>"),
	UNIT("<template>"),
	UNIT("<template><p>x"),
	UNIT("<template><tr>"),
	UNIT("<template><col>"),
	UNIT("<svg>"),
	UNIT("<svg><g>"),
	UNIT("<math><mi>"),
	UNIT("<math><annotation-xml encoding=text/html>"),
	UNIT("<svg><desc>"),
	UNIT("<svg><p>"),
	UNIT("<table>"),
	UNIT("<table><tr><td>"),
	UNIT("<table><tr>"),
	UNIT("<table><caption>"),
	UNIT("<table><colgroup>"),
	UNIT("<tr><td>"),
	UNIT("<frameset>"),
	IN("<frameset>", "<frameset>", ""),
	UNIT("<x-$>"),
	UNIT("<noscript>"),
	UNIT("<address><p>"),
	UNIT("<details><summary>"),
	UNIT("<div></div>"),
	UNIT("<t$></t$>"),
	UNIT("<br>"),
	UNIT("</br>"),
	UNIT("</p>"),
	UNIT("<image>"),
	UNIT("<plaintext>"),
};

static const struct slow FORMATTING[] = {
	UNIT("<b>"),
	UNIT("<i>"),
	UNIT("<font>"),
	UNIT("<font color=$>"),
	UNIT("<font color=$>x"),
	UNIT("<a>"),
	UNIT("<a href=$>"),
	UNIT("<a><p>"),
	UNIT("<a><div>"),
	UNIT("<a><div></a>"),
	UNIT("<b><i>"),
	UNIT("<b><i>x"),
	UNIT("<b><p>"),
	UNIT("<b><p></b>"),
	UNIT("<b>x<p>y</b>"),
	UNIT("<b><i><p></b>"),
	UNIT("<i><p></i></b>"),
	UNIT("<b><i><u><p></b></i></u>"),
	UNIT("<p><b></p>"),
	UNIT("<p><font size=$></p>"),
	UNIT("<nobr>"),
	UNIT("<nobr>x"),
	UNIT("<b><nobr><p>"),
	UNIT("<b id=$><div>"),
	UNIT("<b id=$><div></b>"),
	UNIT("<table><b>"),
	UNIT("<table><a>x"),
	UNIT("<table><td><b>"),
	UNIT("<b><table><td>x"),
	UNIT("<b><object>"),
	UNIT("<b><applet></b>"),
	UNIT("<em><ul><li></em>"),
	UNIT("<b><button></b>"),
	UNIT("<code><pre></code>x"),
	UNIT("<a><table><a>"),
	UNIT("<b></p>"),
	IN("<b><i><u><s><em><tt>", "<p>x", ""),
	IN("<b><i><u><s><em><tt>", "<p>x</b>", ""),
	IN("<b id=a><b id=b><b id=c><b id=d>", "</b><div>", ""),
	IN("<table>", "<b id=$>x", ""),
	IN("<table><tr><td>", "<b><td>", ""),
};

static const struct slow TABLES[] = {
	UNIT("<table>x"),
	UNIT("<table>x&amp;"),
	UNIT("<table>x</table>"),
	UNIT("<table>x&amp;</table>"),
	UNIT("<table><tr>x<td>y"),
	UNIT("<table><p>"),
	UNIT("<table><div>x</table>"),
	UNIT("<table> "),
	IN("<table>", "x<tr>", ""),
	IN("<table>", "x&amp;<tr>", ""),
	IN("<table>", "<p>x", ""),
	IN("<table>", "x", ""),
	IN("<table>", "&amp;", ""),
	IN("<table>", " ", "x"),
	IN("<table>", "<input type=hidden>", ""),
	IN("<table>", "<form>", ""),
	IN("<table>", "<tr><td>x", ""),
	IN("<table>", "<caption>x", ""),
	IN("<table><colgroup>", "<col>", ""),
	IN("<table><tr>", "<td></tr>", ""),
	IN("<table>", "</tr>", ""),
	IN("<table>", "<select>", ""),
	IN("<table>", "<style></style>", ""),
	IN("<table>", "<div>", ""),
};

static const struct slow TAGS[] = {
	IN("<p ", "a$=1 ", ">"),
	IN("<p ", "a=1 ", ">"),
	IN("<p ", "a$ ", ""),
	IN("<p ", "A$=&amp; ", ">"),
	IN("<svg ", "a$=1 ", "/>"),
	UNIT("<p a$>"),
	UNIT("<t$>"),
	UNIT("<t$ a$=$>"),
	UNIT("<body a$=1>"),
	UNIT("<html a$=1>"),
	UNIT("<body a=1 b=2>"),
	IN("<p a='", "x", ""),
	IN("<p a='", "x", "'>"),
	IN("<p a='", "&amp;", "'>"),
	IN("<p a='", "&amp", "'>"),
	IN("<p a='", "&", "'>"),
	IN("<p a=\"", "\r", "\">"),
	IN("<p a=", "x", ">"),
	IN("<p ", "a", ">"),
	IN("<p ", "/", ">"),
	IN("<p ", "=", ">"),
	IN("<p ", "\"", ">"),
	IN("<p", "x", ">"),
	IN("<p", "X", ">"),
	IN("</p", "x", ">"),
	UNIT("<p a='"),
	UNIT("<p a='\"><p b=\""),
	UNIT("<"),
	UNIT("</"),
	UNIT("<a"),
	UNIT("<!"),
	UNIT("<?"),
	UNIT("<a "),
	UNIT("<a b"),
	UNIT("</>"),
	UNIT("<p\0>"),
	IN("<p ", "a\0$ ", ">"),
	IN("<!doctype ", "x", ">"),
	IN("<!doctype html public '", "x", "'>"),
	UNIT("<!doctype html>"),
	DEEP("<div>", "</x>"),
	DEEP("<span>", "</x>"),
	DEEP("<b>", "</x>"),
	DEEP("<b>", "</p>"),
	DEEP("<span>", "</b>"),
	DEEP("<div>", "</b>"),
	DEEP("<p><button>", "</p>"),
	DEEP("<div>", "</li>"),
	DEEP("<span>", "</h1>"),
	DEEP("<svg>", "</x>"),
	DEEP("<svg>", "</p>"),
	DEEP("<svg>", "<p>"),
	DEEP("<span>", "<li>"),
	DEEP("<span>", "<dd>"),
	DEEP("<span>", "<option>"),
	DEEP("<table><tr><td>", "</caption>"),
	DEEP("<template>", "</template>x"),
	DEEP("<span>", "</form>"),
	DEEP("<div>", "</body>"),
	DEEP("<b>", "<p>x"),
	DEEP("<span>", "<p>"),
	DEEP("<b>", "</b><p>"),
	DEEP("<div>", "<table>x</table>"),
	DEEP("<span>", "</select>"),
	DEEP("<font size=1>", "<p>x</p>"),
	DEEP("<select><div>", "<hr>"),
	DEEP("<div>", "<frameset>"),
};

static const struct slow TEXT[] = {
	UNIT("x"),
	UNIT(" "),
	UNIT("&"),
	UNIT("&a"),
	UNIT("&amp"),
	UNIT("&amp;"),
	UNIT("&ampx"),
	UNIT("x&amp;"),
	UNIT("&notit;"),
	UNIT("&CounterClockwiseContourIntegra"),
	UNIT("&#"),
	UNIT("&#x"),
	UNIT("&#38;"),
	IN("&", "a", ""),
	IN("&#", "1", ""),
	IN("&#x", "f", ";"),
	IN("&#", "0", "38;"),
	UNIT("\r"),
	UNIT("\r\n"),
	UNIT("\n"),
	UNIT("\0"),
	UNIT("x\0"),
	UNIT("\xe4\xb8\xad"),
	UNIT("<p>&lt;\r\0"),
	IN("<!--", "-", ""),
	IN("<!--", "-", "-->"),
	IN("<!--", "x", ""),
	IN("<!--", "- ", "-->"),
	IN("<!--", "<!-", ""),
	IN("<!--", "--!", ""),
	IN("<!--", "\0", "-->"),
	IN("<!--", "\r", "-->"),
	UNIT("<!--x"),
	UNIT("<!---->"),
	UNIT("<!-->"),
	UNIT("<!x>"),
	UNIT("<?x>"),
	IN("<!", "x", ""),
	IN("<?", "x", ">"),
	IN("<script>", "<!--<script>", ""),
	IN("<script>", "<!--<script></script>", ""),
	IN("<script>", "<!--", ""),
	IN("<script>", "</scrip", ""),
	IN("<script>", "<", ""),
	IN("<script>", "</", ""),
	IN("<script><!--<script>", "</script", ""),
	IN("<script><!--", "-", ""),
	IN("<script>", "\0", ""),
	UNIT("<script></script>"),
	UNIT("<script>"),
	UNIT("<script><!--<script>"),
	UNIT("<script></script"),
	IN("<textarea>", "</textare ", ""),
	IN("<textarea>", "&amp;", ""),
	UNIT("<textarea>"),
	IN("<title>", "<", ""),
	IN("<title>", "x", ""),
	UNIT("<title>x</title>"),
	UNIT("<style></style "),
	UNIT("<style></styl"),
	IN("<plaintext>", "<", ""),
	IN("<plaintext>", "\0", ""),
	IN("<svg><![CDATA[", "]", ""),
	IN("<svg><![CDATA[", "x", ""),
	IN("<svg>", "<![CDATA[x]]>", ""),
	IN("<svg>", "<![CDATA[", ""),
	IN("<svg>", "\0", ""),
	UNIT("<![CDATA[x]]>"),
	IN("<pre>", "\n", ""),
	IN("<body>", "</body>x", ""),
	IN("", "</html> ", ""),
	IN("", "</html><!---->", ""),
	IN("<frameset>", "x ", ""),
	UNIT("<iframe>"),
	UNIT("<xmp></xm"),
	IN("<noscript>", "<p>x", ""),
	UNIT("<textarea>\n</textarea>"),
	UNIT("<pre>\n"),
};

static void add_unit(struct buf *to, struct str unit, size_t i)
{
	for (size_t k = 0; k < unit.n; k++)
		if (unit.p[k] == '$')
			buf_addf(to, "%zu", i);
		else
			buf_addc(to, unit.p[k]);
}

static void build(struct buf *to, const struct slow *s, size_t n)
{
	buf_reset(to);
	for (size_t i = 0; i < 600; i++)
		buf_add(to, s->deep);
	buf_add(to, s->front);
	for (size_t i = 0; i < n; i++)
		add_unit(to, s->unit, i);
	buf_add(to, s->end);
}

/* The work of `n` units; nodes and steps stay in h. */
static double work(const struct slow *s, size_t n, bool in_pieces, struct buf *page, struct html *h)
{
	build(page, s, n);
	html_clear(h);
	if (in_pieces)
		test_parse_pieces(buf_str(page), 1, NULL, h);
	else
		html_parse(buf_str(page), NULL, h);
	return (double)h->steps + h->n + SMALL;
}

static bool check_slow(const struct slow *s, bool in_pieces, struct buf *page, struct html *h)
{
	size_t n = in_pieces ? PIECES : WHOLE;
	double one = work(s, n, in_pieces, page, h);
	double two = work(s, 2 * n, in_pieces, page, h);
	double four = work(s, 4 * n, in_pieces, page, h);
	bool linear = two <= GROWTH * one && four <= GROWTH * two && test_depth(h) <= CAP_HTML_DEPTH;
	if (!linear)
		print_message("%.*s %.*s %.*s%s: work %.0f, %.0f, %.0f for %zu units and twice as many; %u deep\n",
			STR_FMT(s->deep), STR_FMT(s->front), STR_FMT(s->unit), in_pieces ? ", byte by byte" : "", one,
			two, four, n, test_depth(h));
	return linear;
}

static void check_all(const struct slow *all, size_t n)
{
	AUTO(buf) page = {0};
	size_t wrong = 0;
	buf_init(&page, CAP_HTML);
	for (size_t i = 0; i < n; i++) {
		AUTO(buf) why = {0};
		struct html whole = {0};
		struct html pieces = {0};
		buf_init(&why, 4096);
		wrong += !check_slow(&all[i], false, &page, &whole);
		wrong += !check_slow(&all[i], true, &page, &pieces);
		html_parse(buf_str(&page), NULL, &whole);
		if (!test_same(&whole, &pieces, &why)) {
			print_message("%.*s: %s, byte by byte\n", STR_FMT(all[i].unit), why.p);
			wrong++;
		}
		html_clear(&whole);
		html_clear(&pieces);
	}
	assert_int_equal(wrong, 0);
}

static void test_nesting_takes_linear_work(void **unused)
{
	(void)unused;
	check_all(NESTED, ARRAY_LEN(NESTED));
}

static void test_formatting_elements_take_linear_work(void **unused)
{
	(void)unused;
	check_all(FORMATTING, ARRAY_LEN(FORMATTING));
}

static void test_tables_take_linear_work(void **unused)
{
	(void)unused;
	check_all(TABLES, ARRAY_LEN(TABLES));
}

static void test_tags_take_linear_work(void **unused)
{
	(void)unused;
	check_all(TAGS, ARRAY_LEN(TAGS));
}

static void test_text_takes_linear_work(void **unused)
{
	(void)unused;
	check_all(TEXT, ARRAY_LEN(TEXT));
}

/* Parses units that go over a cap: the document is checked, and there is a quirk with `word` in it. */
static void over_a_cap(const struct slow *s, size_t n, const char *word, struct html *h)
{
	AUTO(buf) page = {0};
	AUTO(buf) why = {0};
	struct html again = {0};
	buf_init(&page, CAP_HTML + (1u << 20));
	buf_init(&why, 4096);
	build(&page, s, n);
	html_parse(buf_str(&page), NULL, h);
	if (!test_check(h, &again, &why))
		fail_msg("%.*s: %s", STR_FMT(s->unit), why.p);
	bool said = false;
	for (size_t i = 0; i < h->quirks.n; i++) {
		struct str what = h->quirks.items[i].what;
		said = said || str_find(what, str_c(word), 0) < what.n;
	}
	if (!said)
		fail_msg("%.*s: no quirk says '%s', %zu quirks", STR_FMT(s->unit), word, h->quirks.n);
	html_clear(&again);
}

static void test_nesting_ends_at_its_cap(void **unused)
{
	(void)unused;
	static const struct slow all[] = {UNIT("<div>x"), UNIT("<b id=$>"), UNIT("<svg>"), UNIT("<template>"),
		UNIT("<table><tr><td>"), UNIT("<b><div></b>"), UNIT("<math><mi>")};
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct html h = {0};
		over_a_cap(&all[i], 1000, "512", &h);
		if (test_depth(&h) > CAP_HTML_DEPTH)
			fail_msg("%.*s: %u deep", STR_FMT(all[i].unit), test_depth(&h));
		html_clear(&h);
	}
	struct html h = {0};
	html_parse(STR("<div><div><p>x"), NULL, &h);
	assert_int_equal(h.quirks.seen, 0);
	html_clear(&h);
}

/* Growth says nothing of what each byte costs: no input may take more than a small multiple of the depth for each. */
static void within_bound(struct str page, const char *what)
{
	struct html h = {0};
	html_parse(page, NULL, &h);
	if (h.steps > (uint64_t)CAP_HTML_DEPTH * page.n)
		fail_msg("%s: %llu steps for %zu bytes", what, (unsigned long long)h.steps, page.n);
	html_clear(&h);
}

static void add_times(struct buf *b, const char *unit, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_add(b, str_c(unit));
}

static void test_no_byte_takes_more_than_the_depth(void **unused)
{
	(void)unused;
	AUTO(buf) page;
	buf_init(&page, CAP_HTML);
	for (size_t i = 0; i < 600; i++) {
		buf_addf(&page, "<b v=%zu", i);
		for (size_t k = 0; k < 600; k++)
			buf_addf(&page, " a%zu", i % 2 ? k : 599 - k);
		buf_addc(&page, '>');
	}
	within_bound(buf_str(&page), "attributes in another order");
	for (size_t deep = 490; deep <= 512; deep += 11) {
		buf_reset(&page);
		buf_add(&page, STR("<p>"));
		for (size_t i = 0; i < 250; i++)
			buf_addf(&page, "<b id=%zu>", i);
		buf_add(&page, STR("</p>"));
		add_times(&page, "<div>", deep);
		add_times(&page, "<br>", 20000);
		within_bound(buf_str(&page), "formatting elements that cannot be opened again");
	}
	buf_reset(&page);
	buf_add(&page, STR("<table><tr>"));
	add_times(&page, "<object><tr>", 800);
	add_times(&page, "<b><i><u><tt>", 400);
	within_bound(buf_str(&page), "markers that fill the list");
	buf_reset(&page);
	buf_add(&page, STR("<svg>"));
	add_times(&page, "<style><input>", 600);
	within_bound(buf_str(&page), "names of raw text inside SVG");
}

static void test_attributes_end_at_their_cap(void **unused)
{
	(void)unused;
	static const struct slow all = IN("<p ", "a$=$ ", ">x");
	struct html h = {0};
	over_a_cap(&all, CAP_HTML_ATTRS + 100, "1024", &h);
	uint32_t p = html_find(&h, 0, NAME_P);
	assert_int_equal(h.nodes[p].nattrs, CAP_HTML_ATTRS);
	assert_int_equal(html_first(&h, p), p + 1);
	html_clear(&h);
}

/* A second <body> adds to the first. */
static void test_attributes_of_many_tags_end_at_the_cap(void **unused)
{
	(void)unused;
	static const struct slow all = UNIT("<body a$=1>");
	struct html h = {0};
	over_a_cap(&all, CAP_HTML_ATTRS + 100, "1024", &h);
	assert_int_equal(h.nodes[html_find(&h, 0, NAME_BODY)].nattrs, CAP_HTML_ATTRS);
	html_clear(&h);
}

static void test_nodes_end_at_their_cap(void **unused)
{
	(void)unused;
	static const struct slow all[] = {UNIT("<br>"), UNIT("<p>x"), UNIT("<!---->"),
		IN("<b id=1><b id=2><b id=3><b id=4><b id=5><b id=6><b id=7><b id=8>", "<p>x", "")};
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct html h = {0};
		over_a_cap(&all[i], CAP_HTML_NODES + 1000, "2000000", &h);
		assert_true(h.n <= CAP_HTML_NODES);
		html_clear(&h);
	}
}

static void test_a_page_over_the_cap_is_read_up_to_it(void **unused)
{
	(void)unused;
	static const struct slow all[] = {UNIT("x"), UNIT("\xe4\xb8\xad"), IN("<p a='", "x", ""), IN("<!--", "x", "")};
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct html h = {0};
		over_a_cap(&all[i], CAP_HTML / all[i].unit.n + 1, "33554432", &h);
		assert_true(h.source.n <= CAP_HTML);
		html_clear(&h);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nesting_takes_linear_work),
		cmocka_unit_test(test_formatting_elements_take_linear_work),
		cmocka_unit_test(test_tables_take_linear_work),
		cmocka_unit_test(test_tags_take_linear_work),
		cmocka_unit_test(test_text_takes_linear_work),
		cmocka_unit_test(test_nesting_ends_at_its_cap),
		cmocka_unit_test(test_no_byte_takes_more_than_the_depth),
		cmocka_unit_test(test_attributes_end_at_their_cap),
		cmocka_unit_test(test_attributes_of_many_tags_end_at_the_cap),
		cmocka_unit_test(test_nodes_end_at_their_cap),
		cmocka_unit_test(test_a_page_over_the_cap_is_read_up_to_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
