/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/caps.h"
#include "formats/html/html.h"

static void test_nodes_stand_in_document_order_with_their_bytes(void **unused)
{
	(void)unused;
	static const char page[] =
		"<!doctype html><html lang=en><body class='a  b-c'><p id=x>One &amp; <b>two</b></p>three</body>";
	AUTO(arena) a = {0};
	struct html h;
	html_parse(&a, str_c(page), &h);
	uint32_t p = html_find(&h, 0, "p");
	uint32_t body = html_find(&h, 0, "body");
	assert_true(p != HTML_NONE && html_find(&h, 0, "video") == HTML_NONE);
	assert_true(str_eq(html_attr(&h, 0, "lang"), STR("en")));
	assert_true(str_eq(html_attr(&h, p, "id"), STR("x")) && !html_has_attr(&h, p, "class"));
	assert_true(html_has_class(&h, body, "b-c") && html_has_class(&h, body, "a") && !html_has_class(&h, body, "b"));
	assert_string_equal(str_cstr(&a, html_text(&a, &h, p)), "One & two");
	assert_string_equal(str_cstr(&a, html_text(&a, &h, 0)), "One & twothree");
	struct html_node b = h.nodes[html_find(&h, 0, "b")];
	assert_memory_equal(page + b.from, "<b>", b.to - b.from);
	struct html_node two = h.nodes[html_find(&h, 0, "b") + 1];
	assert_true(two.kind == HTML_TEXT && two.to - two.from == 3);
	assert_memory_equal(page + two.from, "two", 3);
}

static void test_scripts_and_styles_are_no_text(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct html h;
	html_parse(&a, STR("<p>a<script>alert(1)</script><style>p{}</style><noscript>n</noscript><br>b"), &h);
	assert_string_equal(str_cstr(&a, html_text(&a, &h, 0)), "a b");
}

static void test_every_input_gives_a_document(void **unused)
{
	(void)unused;
	static const char *const odd[] = {"", "x", "<", "<p", "<!--", "</p>", "<table><a>x</table>", "<svg><p>y",
		"<template><p>z</template>", "\0"};
	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		AUTO(arena) a = {0};
		struct html h;
		html_parse(&a, str_c(odd[i]), &h);
		assert_true(h.n > 0 && h.nodes[0].end == h.n);
	}
}

/* Counted by what is built, not by the clock. */
static void test_what_nests_without_end_is_cut(void **unused)
{
	(void)unused;
	static const char *const units[] = {"<div>", "<b>", "<table>", "<a href=x>", "<font><p>", "<svg>", "<ul><li>"};
	for (size_t k = 0; k < ARRAY_LEN(units); k++) {
		size_t total[2];
		for (size_t round = 0; round < 2; round++) {
			AUTO(arena) a = {0};
			AUTO(buf) b = {0};
			struct html h;
			buf_init(&b, 4u << 20);
			for (size_t i = 0; i < (round + 1) * 20000; i++)
				buf_add(&b, str_c(units[k]));
			html_parse(&a, buf_str(&b), &h);
			total[round] = a.total;
			assert_true(h.n > 0);
		}
		if (total[1] > total[0] * 3)
			fail_msg("%s: %zu, then %zu", units[k], total[0], total[1]);
	}
}

static void test_a_page_over_the_cap_is_read_up_to_it(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct html h;
	size_t n = CAP_HTML + 100;
	char *p = arena_alloc(&a, n);
	memset(p, 'x', n);
	html_parse(&a, str_mem(p, n), &h);
	assert_int_equal(h.quirks.n, 1);
}

/* What is left of a parse is the tree, and not the arrays that it grew out of. */
static void test_the_tree_takes_little_more_than_its_nodes(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) page = {0};
	struct html h;
	buf_init(&page, MIB);
	for (size_t i = 0; i < 40000; i++)
		buf_add(&page, STR("<b>x</b>"));
	html_parse(&a, buf_str(&page), &h);
	assert_true(h.n > 80000);
	assert_in_range(a.total, h.n * sizeof(struct html_node), h.n * (sizeof(struct html_node) + 16));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nodes_stand_in_document_order_with_their_bytes),
		cmocka_unit_test(test_scripts_and_styles_are_no_text),
		cmocka_unit_test(test_every_input_gives_a_document),
		cmocka_unit_test(test_what_nests_without_end_is_cut),
		cmocka_unit_test(test_a_page_over_the_cap_is_read_up_to_it),
		cmocka_unit_test(test_the_tree_takes_little_more_than_its_nodes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
