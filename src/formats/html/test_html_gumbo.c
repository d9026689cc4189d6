/* SPDX-License-Identifier: Apache-2.0 */
/* Two parsers, one tree: ours beside gumbo on real pages and on made-up ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/html/test_plain.h"
#include "formats/html/test_sets.h"

#define PAGE_MAX (64u << 20)
#define MADE 20000u

static void say_used(const size_t used[TEST_PLAIN_ROWS])
{
	for (size_t i = 0; i < TEST_PLAIN_ROWS; i++)
		if (used[i])
			print_message("    %s: %zu\n", test_plain_row(i), used[i]);
}

/* Every `step`-th page of a set. */
static void compare_set(const char *name, size_t step)
{
	struct test_set s;
	struct html h = {0};
	size_t used[TEST_PLAIN_ROWS] = {0};
	size_t pages = 0;
	size_t wrong = 0;
	if (!test_set_open(&s, name))
		skip();
	for (size_t i = 0; i < s.n; i += step, pages++) {
		AUTO(arena) a = {0};
		AUTO(buf) why = {0};
		buf_init(&why, 4096);
		if (test_plain_agree(test_set_page(&s, i, &a), &h, &why, used))
			continue;
		wrong++;
		print_message("%.*s: %.*s", STR_FMT(test_set_page_name(&s, i, &a)), STR_FMT(buf_str(&why)));
	}
	html_clear(&h);
	test_set_close(&s);
	print_message("%s: %zu pages, %zu differ; looked at without\n", name, pages, wrong);
	say_used(used);
	assert_int_equal(wrong, 0);
}

static void test_pages_of_news181_are_read_as_gumbo_reads_them(void **unused)
{
	(void)unused;
	compare_set("news181", 1);
}

static void test_pages_of_fields84_are_read_as_gumbo_reads_them(void **unused)
{
	(void)unused;
	compare_set("fields84", 1);
}

static void test_pages_of_segments990_are_read_as_gumbo_reads_them(void **unused)
{
	(void)unused;
	compare_set("segments990", 3);
}

static void test_made_up_pages_are_read_as_gumbo_reads_them(void **unused)
{
	(void)unused;
	struct html h = {0};
	size_t used[TEST_PLAIN_ROWS] = {0};
	uint64_t seed = 2024;
	size_t wrong = 0;
	for (size_t i = 0; i < MADE; i++) {
		AUTO(buf) page = {0};
		AUTO(buf) why = {0};
		buf_init(&page, PAGE_MAX);
		buf_init(&why, 4096);
		test_plain_make(&page, &seed);
		if (test_plain_agree(buf_str(&page), &h, &why, used) || ++wrong > 20)
			continue;
		print_message("%.*s: %.*s", STR_FMT(buf_str(&page)), STR_FMT(buf_str(&why)));
	}
	html_clear(&h);
	print_message("%u pages, %zu differ; looked at without\n", MADE, wrong);
	say_used(used);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages_of_news181_are_read_as_gumbo_reads_them),
		cmocka_unit_test(test_pages_of_fields84_are_read_as_gumbo_reads_them),
		cmocka_unit_test(test_pages_of_segments990_are_read_as_gumbo_reads_them),
		cmocka_unit_test(test_made_up_pages_are_read_as_gumbo_reads_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
