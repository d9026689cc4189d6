/* SPDX-License-Identifier: Apache-2.0 */
/* Names and character references by themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>

#include "formats/html/html_int.h"

static void same(struct str got, const char *want)
{
	struct str w = str_c(want);
	if (!str_eq(got, w))
		fail_msg("want '%s', got '%.*s'", want, STR_FMT(got));
}

static void test_references_that_need_care(void **unused)
{
	(void)unused;
	static const struct {
		const char *source;
		const char *text;
		const char *value;
		size_t used; /* of the source, when it is text */
	} cases[] = {
		{"&amp;", "&", "&", 5},
		{"&ampx", "&", NULL, 4},
		{"&amp=", "&", NULL, 4},
		{"&amp", "&", "&", 4},
		{"&notit;", "\xc2\xac", NULL, 4},
		{"&notin;", "\xe2\x88\x89", "\xe2\x88\x89", 7},
		{"&nGt;", "\xe2\x89\xab\xe2\x83\x92", "\xe2\x89\xab\xe2\x83\x92", 5},
		{"&zwnj;", "\xe2\x80\x8c", "\xe2\x80\x8c", 6},
		{"&AElig", "\xc3\x86", "\xc3\x86", 6},
		{"&zz;", NULL, NULL, 0},
		{"&;", NULL, NULL, 0},
		{"&#", NULL, NULL, 0},
		{"&#;", NULL, NULL, 0},
		{"&#x;", NULL, NULL, 0},
		{"&#xg", NULL, NULL, 0},
		{"&#0;", "\xef\xbf\xbd", "\xef\xbf\xbd", 4},
		{"&#x80;", "\xe2\x82\xac", "\xe2\x82\xac", 6},
		{"&#129", "\xc2\x81", "\xc2\x81", 5},
		{"&#13;", "\r", "\r", 5},
		{"&#xD800;", "\xef\xbf\xbd", "\xef\xbf\xbd", 8},
		{"&#x10fffe;", "\xf4\x8f\xbf\xbe", "\xf4\x8f\xbf\xbe", 10},
		{"&#x110000;", "\xef\xbf\xbd", "\xef\xbf\xbd", 10},
		{"&#99999999999999999999999999;", "\xef\xbf\xbd", "\xef\xbf\xbd", 29},
		{"&#x100000041;", "\xef\xbf\xbd", "\xef\xbf\xbd", 13},
		{"&#00000000000000000000000065", "A", "A", 28},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		for (size_t in_attribute = 0; in_attribute < 2; in_attribute++) {
			const char *want = in_attribute ? cases[i].value : cases[i].text;
			struct str s = str_c(cases[i].source);
			char utf8[8];
			size_t at = 0;
			uint32_t n = html_charref(s, &at, in_attribute, true, utf8);
			same(str_mem(utf8, n), want ? want : "");
			assert_int_equal(at, want ? cases[i].used : 0);
			for (size_t cut = 1; cut < cases[i].used; cut++) {
				at = 0;
				n = html_charref(str_sub(s, 0, cut), &at, false, false, utf8);
				assert_true(n == HTML_NONE && at == 0);
			}
		}
}

static uint32_t id_of(struct html_names *n, struct str name)
{
	uint32_t hash = HTML_HASH_START;
	for (size_t i = 0; i < name.n; i++)
		hash = html_hash_step(hash, name.p[i]);
	return html_names_id(n, name, hash);
}

static void test_names_get_numbers_in_order(void **unused)
{
	(void)unused;
	struct html_names *n = html_names_new();
	for (uint32_t i = 1; i < NAMES_KNOWN; i++) {
		assert_int_equal(id_of(n, HTML_NAMES[i]), i);
		assert_int_equal(html_names_find(n, HTML_NAMES[i]), i);
	}
	for (unsigned round = 0; round < 3; round++) {
		assert_int_equal(html_names_count(n), NAMES_KNOWN);
		assert_int_equal(html_names_find(n, STR("xa")), NAME_NONE);
		for (uint32_t i = 0; i < 9000; i++) { /* each twice; of many the one is the beginning of the other */
			char name[64];
			memset(name, 'a', sizeof(name));
			name[0] = 'x';
			name[1 + i % 40] = (char)(0x80 + i / 40 % 75);
			struct str s = str_mem(name, 2 + i % 40);
			assert_int_equal(id_of(n, s), NAMES_KNOWN + i % 3000);
			assert_int_equal(html_names_find(n, s), NAMES_KNOWN + i % 3000);
			assert_true(str_eq(html_names_text(n, NAMES_KNOWN + i % 3000), s));
			assert_int_equal(html_names_find(n, str_sub(s, 0, 1 + i % 40)), NAME_NONE);
		}
		assert_int_equal(html_names_find(n, STR("")), NAME_NONE);
		assert_int_equal(html_names_count(n), NAMES_KNOWN + 3000);
		html_names_reset(n);
	}
	html_names_free(n);
}

/* Were it quadratic, it would take minutes. */
static void test_names_of_one_hash_are_found_as_fast(void **unused)
{
	(void)unused;
	struct html_names *n = html_names_new();
	clock_t began = clock();
	for (uint32_t i = 0; i < 100000; i++) { /* as if all had the same hash */
		char name[6] = {'x', (char)('a' + i % 16), (char)('a' + i / 16 % 16), (char)('a' + i / 256 % 16),
			(char)('a' + i / 4096 % 16), (char)('a' + i / 65536)};
		assert_int_equal(html_names_id(n, str_mem(name, sizeof(name)), 7), NAMES_KNOWN + i);
	}
	assert_true((double)(clock() - began) / CLOCKS_PER_SEC < 5);
	html_names_free(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_references_that_need_care),
		cmocka_unit_test(test_names_get_numbers_in_order),
		cmocka_unit_test(test_names_of_one_hash_are_found_as_fast),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
