/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/caps.h"
#include "formats/html/test_check.h"
#include "formats/html/test_dump.h"

static const char PAGE[] = "<!doctype html><html lang=en><title>T</title><body class='a  b-c'>"
			   "<p id=x title=\"1 &lt; 2\">One &amp; <b>two</b>\r\nthree</p>"
			   "<ul><li>four<li>five</ul><!-- no text -->";

/* "name name …" of the children of a node. */
static struct str children(struct arena *a, const struct html *h, uint32_t node)
{
	struct str all = STR("");
	for (uint32_t i = html_first(h, node); i != HTML_NONE; i = html_next(h, i)) {
		const struct html_node *n = &h->nodes[i];
		struct str name = n->kind == HTML_ELEMENT ? html_name(h, n->el.name) : STR("#");
		all = str_fmt(a, "%.*s%s%.*s", STR_FMT(all), all.n ? " " : "", STR_FMT(name));
	}
	return all;
}

static void assert_source(const struct html *h, uint32_t from, uint32_t to, const char *want)
{
	AUTO(arena) a = {0};
	assert_true(from <= to && to <= h->source.n);
	assert_string_equal(str_cstr(&a, str_sub(h->source, from, to)), want);
}

static void test_nodes_are_walked_in_document_order(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct html h = {0};
	html_parse(str_c(PAGE), NULL, &h);
	uint32_t body = html_find(&h, 0, NAME_BODY);
	uint32_t ul = html_find(&h, 0, NAME_UL);
	assert_int_equal(h.nodes[1].kind, HTML_DOCTYPE);
	assert_true(html_is(&h, 2, NAME_HTML) && html_tag(&h, 2) == NAME_HTML && html_tag(&h, 1) == NAME_NONE);
	assert_string_equal(str_cstr(&a, children(&a, &h, 0)), "# html");
	assert_string_equal(str_cstr(&a, children(&a, &h, 2)), "head body");
	assert_string_equal(str_cstr(&a, children(&a, &h, body)), "p ul #");
	assert_string_equal(str_cstr(&a, children(&a, &h, ul)), "li li");
	assert_true(html_find(&h, 0, NAME_VIDEO) == HTML_NONE && html_find(&h, ul + 1, NAME_P) == HTML_NONE);
	assert_true(!h.quirks_mode && h.quirks.seen == 0);
	assert_int_equal(html_name_find(&h, (struct str){0}), NAME_NONE);
	html_clear(&h);
}

static void test_attributes_are_found_by_name(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct html h = {0};
	html_parse(str_c(PAGE), NULL, &h);
	uint32_t p = html_find(&h, 0, NAME_P);
	const struct html_attr *title = html_attr_find(&h, p, NAME_TITLE);
	assert_string_equal(str_cstr(&a, html_attr(&h, 2, NAME_LANG)), "en");
	assert_string_equal(str_cstr(&a, html_attr(&h, p, NAME_ID)), "x");
	assert_string_equal(str_cstr(&a, html_attr_value(&h, title)), "1 < 2");
	assert_source(&h, title->from, title->to, "1 &lt; 2");
	assert_true(html_has_attr(&h, p, NAME_ID) && !html_has_attr(&h, p, NAME_CLASS));
	assert_int_equal(html_attr(&h, p, NAME_CLASS).n, 0);
	html_clear(&h);
}

static void test_names_of_the_page_have_numbers_too(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct html h = {0};
	html_parse(STR("<x-Card DATA-Deck=7><svg viewbox='0 0' xlink:href=#y></x-card>"), NULL, &h);
	uint32_t card = html_name_find(&h, STR("x-card"));
	uint32_t deck = html_name_find(&h, STR("data-deck"));
	uint32_t at = html_find(&h, 0, NAME_BODY) + 1;
	assert_true(card >= NAMES_KNOWN && deck >= NAMES_KNOWN && card != deck);
	assert_int_equal(html_tag(&h, at), card);
	assert_string_equal(str_cstr(&a, html_name(&h, card)), "x-card");
	assert_string_equal(str_cstr(&a, html_attr(&h, at, deck)), "7");
	assert_int_equal(html_name_find(&h, STR("x-other")), NAME_NONE);
	assert_int_equal(html_name_find(&h, STR("viewBox")), NAME_SVG_VIEWBOX);
	assert_string_equal(str_cstr(&a, html_attr(&h, at + 1, NAME_SVG_VIEWBOX)), "0 0");
	assert_false(html_has_attr(&h, at + 1, NAME_HREF));
	html_clear(&h);
}

static void test_classes_and_tokens_are_divided_by_white_space(void **unused)
{
	(void)unused;
	struct html h = {0};
	html_parse(str_c(PAGE), NULL, &h);
	uint32_t body = html_find(&h, 0, NAME_BODY);
	assert_true(html_has_class(&h, body, STR("b-c")) && html_has_class(&h, body, STR("a")));
	assert_true(!html_has_class(&h, body, STR("b")) && !html_has_class(&h, body, STR("A")));
	assert_true(!html_has_class(&h, body, STR("")) && !html_has_class(&h, 2, STR("a")));
	struct str list = STR(" \tone\n two\f");
	assert_true(str_eq(html_token(&list), STR("one")));
	assert_true(str_eq(html_token(&list), STR("two")));
	assert_int_equal(html_token(&list).n, 0);
	html_clear(&h);
}

static void test_text_is_tied_to_its_bytes(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct html h = {0};
	uint32_t from = 0;
	uint32_t to = 0;
	html_parse(str_c(PAGE), NULL, &h);
	uint32_t one = html_find(&h, 0, NAME_P) + 1;
	assert_string_equal(str_cstr(&a, html_node_text(&h, one)), "One & ");
	assert_source(&h, h.nodes[one].from, h.nodes[one].to, "One &amp; ");
	html_text_source(&h, one, 0, 3, &from, &to);
	assert_source(&h, from, to, "One");
	html_text_source(&h, one, 4, 1, &from, &to);
	assert_source(&h, from, to, "&amp;");
	html_text_source(&h, one, 3, 3, &from, &to);
	assert_source(&h, from, to, " &amp; ");
	uint32_t three = h.nodes[html_find(&h, 0, NAME_B)].end;
	assert_string_equal(str_cstr(&a, html_node_text(&h, three)), "\nthree");
	html_text_source(&h, three, 1, 5, &from, &to);
	assert_source(&h, from, to, "three");
	html_clear(&h);
}

static void test_ranges_hold_an_element_and_its_tags(void **unused)
{
	(void)unused;
	struct html h = {0};
	uint32_t from = 0;
	uint32_t to = 0;
	html_parse(str_c(PAGE), NULL, &h);
	uint32_t b = html_find(&h, 0, NAME_B);
	uint32_t li = html_find(&h, 0, NAME_LI);
	html_range(&h, b, &from, &to);
	assert_source(&h, from, to, "<b>two</b>");
	assert_source(&h, h.nodes[b].from, h.nodes[b].to, "<b>");
	assert_source(&h, h.nodes[b].el.close_from, h.nodes[b].el.close_to, "</b>");
	html_range(&h, li, &from, &to);
	assert_source(&h, from, to, "<li>four");
	html_range(&h, h.nodes[li].parent, &from, &to);
	assert_source(&h, from, to, "<ul><li>four<li>five</ul>");
	html_range(&h, h.nodes[html_find(&h, 0, NAME_UL)].end, &from, &to);
	assert_source(&h, from, to, "<!-- no text -->");
	html_clear(&h);
}

/* What the parser opens again, or copies, has the bytes of what is in it. */
static void test_ranges_of_what_is_made_up_hold_what_is_in_it(void **unused)
{
	(void)unused;
	static const struct {
		const char *page;
		enum html_name name;
		const char *bytes; /* of its last such element */
	} cases[] = {{"<i>1<p>2</i>3", NAME_I, "2</i>"}, {"<a>1<div>2<a>3</div>4", NAME_A, "4"},
		{"<p><b>x<p>y", NAME_B, "y"}, {"<td>x", NAME_BODY, "x"}, {"x<table>y", NAME_TABLE, "<table>"}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct html h = {0};
		uint32_t from = 0;
		uint32_t to = 0;
		uint32_t last = HTML_NONE;
		html_parse(str_c(cases[i].page), NULL, &h);
		for (uint32_t k = html_find(&h, 0, cases[i].name); k != HTML_NONE;
			k = html_find(&h, k + 1, cases[i].name))
			last = k;
		assert_true(last != HTML_NONE);
		html_range(&h, last, &from, &to);
		AUTO(arena) a = {0};
		assert_string_equal(str_cstr(&a, str_sub(h.source, from, to)), cases[i].bytes);
		html_clear(&h);
	}
}

/* Once it is less deep again, end tags count as ever. */
static void test_what_was_too_deep_is_forgotten_above(void **unused)
{
	(void)unused;
	AUTO(buf) page;
	AUTO(arena) a = {0};
	struct html h = {0};
	buf_init(&page, 1u << 20);
	for (size_t i = 0; i < 510; i++)
		buf_add(&page, STR("<div>"));
	buf_add(&page, STR("<p>q<p>q<p>q"));
	for (size_t i = 0; i < 510; i++)
		buf_add(&page, STR("</div>"));
	buf_add(&page, STR("<p>a</p>b<p>c</p>d"));
	html_parse(buf_str(&page), NULL, &h);
	struct str text = html_text(&a, &h, 0);
	assert_true(str_eq(text, STR("qqqabcd")));
	uint32_t last = HTML_NONE;
	for (uint32_t k = html_find(&h, 0, NAME_P); k != HTML_NONE; k = html_find(&h, k + 1, NAME_P))
		last = k;
	assert_true(str_eq(html_text(&a, &h, last), STR("c")));
	html_clear(&h);
}

static void test_scripts_and_styles_are_no_text(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct html h = {0};
	html_parse(str_c(PAGE), NULL, &h);
	assert_string_equal(str_cstr(&a, html_text(&a, &h, html_find(&h, 0, NAME_P))), "One & two three");
	html_parse(STR("<p> a<script>alert(1)</script><style>p{}</style><noscript>n</noscript><template>t</template>"
		       "<!--c--><br>b\n\n c "),
		NULL, &h);
	assert_string_equal(str_cstr(&a, html_text(&a, &h, 0)), "a b c");
	html_clear(&h);
}

static void test_every_input_gives_a_document(void **unused)
{
	(void)unused;
	static const struct str odd[] = {{"", 0}, {"x", 1}, {"<", 1}, {"</", 2}, {"<p", 2}, {"<!--", 4}, {"<!", 2},
		{"</p>", 4}, {"&", 1}, {"&#", 2}, {"\0", 1}, {"\r", 1}, {"<table><a>x</table>", 19}, {"<svg><p>y", 9},
		{"<template><p>z</template>", 25}, {"<![CDATA[", 9}, {"<frameset>x", 11}, {"\xef\xbb\xbf", 3}};
	struct html h = {0};
	struct html again = {0};
	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		AUTO(buf) why = {0};
		buf_init(&why, 4096);
		html_parse(odd[i], NULL, &h);
		if (!test_check(&h, &again, &why))
			fail_msg("%.*s: %s", STR_FMT(odd[i]), why.p);
		assert_true(html_find(&h, 0, NAME_HEAD) != HTML_NONE);
	}
	html_clear(&h);
	html_clear(&again);
}

static void test_memory_is_used_again_and_nothing_else(void **unused)
{
	(void)unused;
	AUTO(buf) why = {0};
	struct html used = {0};
	struct html fresh = {0};
	buf_init(&why, 4096);
	html_parse(STR("<x-y a=1 b=2 q=&amp;><p>&lt;<table>x<b><i><u>"), NULL, &used);
	html_parse(str_c(PAGE), NULL, &used);
	html_parse(str_c(PAGE), NULL, &fresh);
	if (!test_same(&used, &fresh, &why))
		fail_msg("%s", why.p);
	assert_int_equal(html_name_find(&used, STR("x-y")), NAME_NONE);
	assert_int_equal(used.steps, fresh.steps);
	html_clear(&used);
	html_clear(&fresh);
}

static void test_a_page_in_pieces_owns_its_bytes(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct html h = {0};
	char piece[2] = {0};
	struct html_parser *p = html_parser_new(NULL, &h);
	for (const char *c = "<p title='&amp;'>a&lt;b"; *c; c++) {
		piece[0] = *c;
		html_parser_feed(p, str_mem(piece, 1));
	}
	html_parser_feed(p, STR(""));
	html_parser_end(p);
	piece[0] = '?';
	uint32_t at = html_find(&h, 0, NAME_P);
	assert_string_equal(str_cstr(&a, html_attr(&h, at, NAME_TITLE)), "&");
	assert_string_equal(str_cstr(&a, html_text(&a, &h, at)), "a<b");
	assert_source(&h, h.nodes[at + 1].from, h.nodes[at + 1].to, "a&lt;b");
	html_clear(&h);
}

static void test_a_fragment_is_read_inside_of_its_element(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct html h = {0};
	const struct html_options in_tr = {.context = NAME_TR};
	const struct html_options in_svg = {.context = NAME_SVG, .context_ns = HTML_NS_SVG};
	html_parse(STR("<td>a<td>b"), &in_tr, &h);
	assert_string_equal(str_cstr(&a, children(&a, &h, 0)), "td td");
	html_parse(STR("<lineargradient/>"), &in_svg, &h);
	assert_string_equal(str_cstr(&a, children(&a, &h, 0)), "linearGradient");
	assert_int_equal(h.nodes[1].ns, HTML_NS_SVG);
	html_clear(&h);
}

/* §13.2.6.4.12, .22 and .23: white space counts there, other characters do not, each by itself. */
static void test_white_space_stays_where_other_text_is_dropped(void **unused)
{
	(void)unused;
	static const struct {
		const char *page;
		enum html_name context;
		const char *tree;
	} cases[] = {
		{"a b c", NAME_COLGROUP, "| \"  \"\n"},
		{"<template><col>a b", NAME_DIV, "| <template>\n|   content\n|     <col>\n|     \" \"\n"},
		{"<table><colgroup> a", NAME_DIV, "| \"a\"\n| <table>\n|   <colgroup>\n|     \" \"\n"},
		{"<frameset>a b", NAME_HTML, "| <head>\n| <frameset>\n|   \" \"\n"},
		{"<frameset></frameset>a b", NAME_HTML, "| <head>\n| <frameset>\n| \" \"\n"},
		{"<frameset></frameset></html>a b", NAME_NONE, "| <html>\n|   <head>\n|   <frameset>\n|   \" \"\n"},
		/* no formatting element is opened again by it */
		{"<b>\n<frameset> x", NAME_NONE, "| <html>\n|   <head>\n|   <frameset>\n|     \" \"\n"},
		{"<b> <frameset></frameset> ", NAME_NONE, "| <html>\n|   <head>\n|   <frameset>\n|   \" \"\n"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct html_options o = {.context = cases[i].context};
		for (size_t step = 1; step < 60; step += 19) {
			struct html h = {0};
			AUTO(buf) tree = {0};
			buf_init(&tree, 4096);
			test_parse_pieces(str_c(cases[i].page), step, &o, &h);
			test_dump(&tree, &h);
			assert_string_equal(tree.n ? tree.p : "", cases[i].tree);
			html_clear(&h);
		}
	}
}

static void test_pages_without_a_doctype_ask_for_old_layout(void **unused)
{
	(void)unused;
	static const struct {
		const char *page;
		bool quirks;
	} cases[] = {{"x", true}, {"<!doctype html>x", false},
		{"<!DOCTYPE html SYSTEM \"about:legacy-compat\">", false},
		{"<!DOCTYPE html PUBLIC \"-//W3C//DTD HTML 3.2 Final//EN\">", true},
		{"<!DOCTYPE html PUBLIC \"-//W3C//DTD HTML 4.01 Transitional//EN\">", true},
		{"<!DOCTYPE html PUBLIC \"-//W3C//DTD HTML 4.01 Transitional//EN\" \"http://x/\">", false},
		{"<!DOCTYPE x>", true}, {"<!DOCTYPE html", true}};
	struct html h = {0};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		html_parse(str_c(cases[i].page), NULL, &h);
		if (h.quirks_mode != cases[i].quirks)
			fail_msg("%s", cases[i].page);
	}
	html_clear(&h);
}

/* Parsed as what is in a <div>, and written. */
static struct str written(struct arena *a, struct str page, enum html_write how)
{
	const struct html_options in_div = {.context = NAME_DIV};
	struct html h = {0};
	AUTO(buf) out = {0};
	buf_init(&out, CAP_HTML);
	html_parse(page, &in_div, &h);
	html_write(&out, &h, 0, how);
	html_clear(&h);
	return str_dup(a, buf_str(&out));
}

static void test_a_document_is_written_as_the_standard_says(void **unused)
{
	(void)unused;
	static const char *const cases[][2] = {
		{"a<b>c</b>d", "a<b>c</b>d"},
		{"<p>a<p>b", "<p>a</p><p>b</p>"},
		{"&amp;&lt;&gt;\"&nbsp;'", "&amp;&lt;&gt;\"&nbsp;'"},
		{"<i title='\"&lt;>&amp;&nbsp;'></i>", "<i title=\"&quot;&lt;&gt;&amp;&nbsp;\"></i>"},
		{"<br/><img src=x></br>", "<br><img src=\"x\"><br>"},
		{"<!--a--><hr>", "<!--a--><hr>"},
		{"<script>a<b && c</script><style>&amp;</style>", "<script>a<b && c</script><style>&amp;</style>"},
		{"<xmp>&lt;</xmp><iframe>&lt;</iframe><noembed><</noembed>",
			"<xmp>&lt;</xmp><iframe>&lt;</iframe><noembed><</noembed>"},
		{"<textarea>&lt;</textarea>", "<textarea>&lt;</textarea>"},
		{"<svg viewbox=1 xlink:href=a xml:lang=b xmlns=c xmlns:xlink=d><lineargradient/><br>",
			"<svg viewBox=\"1\" xlink:href=\"a\" xml:lang=\"b\" xmlns=\"c\" "
			"xmlns:xlink=\"d\"><linearGradient></linearGradient></svg><br>"},
		{"<template><td>a</template>", "<template><td>a</td></template>"},
		{"<svg><style>a&lt;b", "<svg><style>a&lt;b</style></svg>"},
		{"<noscript>a<b>c", "<noscript>a<b>c</b></noscript>"},
	};
	AUTO(arena) a = {0};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(str_cstr(&a, written(&a, str_c(cases[i][0]), HTML_WRITE_AS_IS)), cases[i][1]);
}

static void test_a_part_of_a_document_can_be_written(void **unused)
{
	(void)unused;
	struct html h = {0};
	AUTO(buf) out = {0};
	buf_init(&out, 4096);
	html_parse(str_c(PAGE), NULL, &h);
	html_write(&out, &h, html_find(&h, 0, NAME_UL), HTML_WRITE_AS_IS);
	assert_string_equal(out.p, "<li>four</li><li>five</li>");
	buf_reset(&out);
	html_write(&out, &h, html_find(&h, 0, NAME_LI), HTML_WRITE_SAFE);
	assert_string_equal(out.p, "four");
	buf_reset(&out);
	html_write(&out, &h, 0, HTML_WRITE_AS_IS);
	assert_true(str_starts(buf_str(&out), STR("<!DOCTYPE html><html lang=\"en\"><head><title>T</title></head>")));
	html_clear(&h);
}

static void test_what_is_shown_keeps_its_form_and_loses_what_acts(void **unused)
{
	(void)unused;
	static const char *const cases[][2] = {
		{"<p onclick=alert(1)>a", "<p>a</p>"},
		{"<p style='x:url(y)' lang=de>a &lt; b", "<p lang=\"de\">a &lt; b</p>"},
		{"a<script>alert(1)</script>b", "ab"},
		{"a<style>p{}</style>b", "ab"},
		{"<b>a</b><!--x--><i>b</i>", "<b>a</b><i>b</i>"},
		{"<p title='\"><img src=x onerror=alert(1)>'>a",
			"<p title=\"&quot;&gt;&lt;img src=x onerror=alert(1)&gt;\">a</p>"},
		{"<iframe srcdoc='<script>1</script>'></iframe>a", "a"},
		{"<svg><p>a", "<p>a</p>"},
		{"<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"},
	};
	AUTO(arena) a = {0};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(str_cstr(&a, written(&a, str_c(cases[i][0]), HTML_WRITE_SAFE)), cases[i][1]);
}

/* Known tricks against filters of HTML. */
static const char *const ATTACKS[] = {
	"<img src=x onerror=alert(1)>",
	"<a href=javascript:alert(1)>a</a><a href='java\nscript:alert(1)'>b</a><a href=' "
	"&#1;javascript:x'>c</a>",
	"<a href=data:text/html,<script>alert(1)</script>>a</a>",
	"<iframe src=x></iframe><iframe srcdoc='&lt;script>alert(1)&lt;/script>'></iframe>",
	"<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 "
	"onerror=alert(1)&gt;\">",
	"<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
	"<svg><style><!--</style><img src=x onerror=alert(1)>--></style>",
	"<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
	"<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
	"<noembed><p title='</noembed><img src=x onerror=alert(1)>'>",
	"<textarea><p title=\"</textarea><img src=x onerror=alert(1)>\">",
	"<title><p title='</title><img src=x onerror=alert(1)>'>",
	"<xmp><p title='</xmp><img src=x onerror=alert(1)>'>",
	"<!--><img src=x onerror=alert(1)>-->",
	"<!-- --!><img src=x onerror=alert(1)> -->",
	"<p title='--><img src=x onerror=alert(1)>'>a",
	"<svg><![CDATA[<img src=x onerror=alert(1)>]]>",
	"<math><annotation-xml encoding=text/html><script>alert(1)</script>",
	"<svg><foreignObject><script>alert(1)</script><iframe>",
	"<template><script>alert(1)</script></template>",
	"<table><script>alert(1)</script><td onclick=x>",
	"<a/onclick=alert(1)//>a",
	"<p\nOnClick\r=\nalert(1)>a",
	"<p &#111;nclick=x onx>a",
	"<svg/onload=alert(1)>",
	"<body onload=alert(1)>a",
	"<html onclick=x>a",
	"<base href=//x><link rel=stylesheet href=x>",
	"<meta http-equiv=refresh content='0;url=javascript:alert(1)'>a",
	"<object data=x><embed src=x></object>",
	"<form action=javascript:alert(1)><button formaction=x>a</button><input autofocus onfocus=x></form>",
	"<select><option><script>alert(1)</script>",
	"<select><style></select><img src=x onerror=alert(1)></style>",
	"<p style=background:url(x)>a",
	"<plaintext><img src=x onerror=alert(1)>",
	"<x-y onclick=x>a",
	"<q cite=javascript:x><blockquote cite=x><del cite=x>a",
	"<td background=x>a",
	"<video poster=x><source src=x>",
	"&lt;script&gt;alert(1)&lt;/script&gt;",
	"<p title=&lt;/p&gt;&lt;script&gt;>a",
	"<b title='<b>'><b title=\"'>\">a",
	"<math><mi><mglyph><svg><mtext><textarea><path id=\"</textarea><img onerror=alert(1) src=1>\">",
	"<details open ontoggle=x><summary>a",
	"<frameset onload=x><frame src=javascript:x>",
	"<isindex action=x>a",
	"<pre>\n\n<img src=x>",
	"<p>a<plaintext></p><script>",
	"<table><p><td><img src onerror=x></table>",
};

/* What comes out is read again, as a page and in elements, and has to be harmless then. */
static void test_attacks_come_out_harmless(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	for (size_t i = 0; i < ARRAY_LEN(ATTACKS); i++) {
		AUTO(buf) why = {0};
		buf_init(&why, 4096);
		struct str out = written(&a, str_c(ATTACKS[i]), HTML_WRITE_SAFE);
		if (!test_is_safe(out, &why))
			fail_msg("%s\n%.*s\n%s", ATTACKS[i], STR_FMT(out), why.p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nodes_are_walked_in_document_order),
		cmocka_unit_test(test_attributes_are_found_by_name),
		cmocka_unit_test(test_names_of_the_page_have_numbers_too),
		cmocka_unit_test(test_classes_and_tokens_are_divided_by_white_space),
		cmocka_unit_test(test_text_is_tied_to_its_bytes),
		cmocka_unit_test(test_ranges_hold_an_element_and_its_tags),
		cmocka_unit_test(test_ranges_of_what_is_made_up_hold_what_is_in_it),
		cmocka_unit_test(test_what_was_too_deep_is_forgotten_above),
		cmocka_unit_test(test_scripts_and_styles_are_no_text),
		cmocka_unit_test(test_every_input_gives_a_document),
		cmocka_unit_test(test_memory_is_used_again_and_nothing_else),
		cmocka_unit_test(test_a_page_in_pieces_owns_its_bytes),
		cmocka_unit_test(test_a_fragment_is_read_inside_of_its_element),
		cmocka_unit_test(test_white_space_stays_where_other_text_is_dropped),
		cmocka_unit_test(test_pages_without_a_doctype_ask_for_old_layout),
		cmocka_unit_test(test_a_document_is_written_as_the_standard_says),
		cmocka_unit_test(test_a_part_of_a_document_can_be_written),
		cmocka_unit_test(test_what_is_shown_keeps_its_form_and_loses_what_acts),
		cmocka_unit_test(test_attacks_come_out_harmless),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
