/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "formats/url/url.h"

static const char *vectors(const char *name, char path[4096])
{
	const char *dir = getenv("ONRECORD_VECTORS");
	FILE *f = NULL;
	if (dir && snprintf(path, 4096, "%s/url/%s", dir, name) < 4096)
		f = fopen(path, "rbe");
	if (!f) {
		print_message("skipped: public test data url/%s is not there\n", name);
		skip();
	}
	(void)fclose(f);
	return path;
}

static void test_keys_never_merge_different_pages(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	static const char *const same[][2] = {
		{"HTTP://News.Example:80/a#part", "http://news.example/a"},
		{"https://user:secret@news.example/a", "https://news.example/a"},
		{"http://news.example", "http://news.example/"},
		{"http://news.example/a/../b", "http://news.example/b"},
		{"http://b\xc3\xbc"
		 "cher.example/",
			"http://xn--bcher-kva.example/"},
		{"not a url", "not a url"},
	};
	static const char *const different[] = {"http://news.example/x", "http://news.example/x/",
		"http://news.example/x?", "https://news.example/x", "http://www.news.example/x",
		"http://news.example/X", "http://news.example/%78", "http://news.example/a%2Fb",
		"http://news.example/a/b", "http://news.example//x", "http://news.example:81/x",
		"http://news.example/?a=1&b=2", "http://news.example/?b=2&a=1"};
	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		assert_string_equal(str_cstr(&a, url_key(&a, str_c(same[i][0]))), same[i][1]);
	for (size_t i = 0; i < ARRAY_LEN(different); i++)
		for (size_t k = 0; k < i; k++)
			assert_false(str_eq(url_key(&a, str_c(different[i])), url_key(&a, str_c(different[k]))));
}

static void test_only_http_and_https_with_a_host_can_be_fetched(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct err e;
	struct url u;
	static const struct {
		const char *url;
		bool web;
	} cases[] = {{"http://news.example/", true}, {"https://[::1]:8080/", true}, {"ftp://news.example/", false},
		{"file:///etc/passwd", false}, {"javascript:alert(1)", false}, {"data:text/html,x", false}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(url_parse(&a, str_c(cases[i].url), NULL, &u, &e), OK);
		assert_int_equal(url_is_web(&u), cases[i].web);
	}
}

static void test_surts_are_those_of_the_python_module(void **unused)
{
	(void)unused;
	char path[4096];
	AUTO(arena) a = {0};
	AUTO(buf) text = {0};
	size_t n = 0;
	size_t wrong = 0;
	FILE *f = fopen(vectors("surt-pairs.tsv", path), "rbe");
	assert_non_null(f);
	buf_init(&text, 1u << 20);
	for (int c = 0; (c = getc(f)) != EOF;)
		buf_addc(&text, (char)c);
	(void)fclose(f);
	struct str rest = buf_str(&text);
	while (rest.n) {
		struct str line = str_cut(&rest, '\n');
		struct str want = line;
		struct str url = str_cut(&want, '\t');
		struct str got;
		struct err e;
		n++;
		if (url_surt(&a, url, &got, &e) == OK && str_eq(got, want))
			continue;
		wrong++;
		print_message("%.*s: want %.*s, got %.*s\n", STR_FMT(url), STR_FMT(want), STR_FMT(got));
	}
	print_message("%zu pairs, %zu differ\n", n, wrong);
	assert_int_equal(wrong, 0);
	assert_int_equal(n, 619);
}

/* What the data file, a snapshot of an older standard, expects otherwise than today's text does. */
static const struct {
	const char *input;
	const char *why;
} NOW_DIFFERENT[] = {
	{"http://f:21/ b ? d # e ", "a space in a fragment is encoded (fragment percent-encode set)"},
	{"lolscheme:x x#x x", "the same"},
	{"http://www.google.com/foo?bar=baz# \xc2\xbb", "the same"},
	{"data:test# \xc2\xbb", "the same"},
	{"gopher:/example.com/", "gopher is no special scheme any more (special scheme)"},
	{"gopher:example.com/", "the same"},
	{"gopher://foo:70/", "the same"},
	{"sc://\x1f!\"$&'()*+,-.;<=>^_`{|}~/", "<, >, ^ and | are forbidden host code points now"},
	{"http://256.256.256.256.256", "a host that ends in a number is an IPv4 address or a failure"},
};

static bool is_known(const char *input)
{
	for (size_t i = 0; i < ARRAY_LEN(NOW_DIFFERENT); i++)
		if (strcmp(NOW_DIFFERENT[i].input, input) == 0)
			return true;
	return false;
}

static bool one_whatwg(struct arena *a, const json_t *c)
{
	const json_t *in = json_object_get(c, "input");
	const json_t *base_text = json_object_get(c, "base");
	const char *href = json_string_value(json_object_get(c, "href"));
	bool failure = json_is_true(json_object_get(c, "failure"));
	struct url base;
	struct url u;
	struct err e = {0};
	bool has_base = json_is_string(base_text);
	struct str input = str_mem(json_string_value(in), json_string_length(in));
	rc r = OK;
	if (has_base)
		r = url_parse(a, str_c(json_string_value(base_text)), NULL, &base, &e);
	if (r == OK)
		r = url_parse(a, input, has_base ? &base : NULL, &u, &e);
	struct str got = r == OK ? url_href(a, &u, true) : STR("");
	bool right = failure ? r != OK : r == OK && href && str_eq(got, str_c(href));
	if (!right && !is_known(json_string_value(in)))
		print_message("'%.*s' on '%s': want %s, got %.*s %s\n", STR_FMT(input),
			has_base ? json_string_value(base_text) : "", failure ? "failure" : href, STR_FMT(got), e.msg);
	return right || is_known(json_string_value(in));
}

static void test_urls_parse_as_the_standard_says(void **unused)
{
	(void)unused;
	char path[4096];
	AUTO(arena) a = {0};
	json_error_t why;
	json_t *all = json_load_file(vectors("urlcanon/urltestdata.json", path), JSON_ALLOW_NUL, &why);
	size_t n = 0;
	size_t wrong = 0;
	assert_non_null(all);
	for (size_t i = 0; i < json_array_size(all); i++) {
		const json_t *c = json_array_get(all, i);
		if (!json_is_object(c))
			continue;
		n++;
		wrong += !one_whatwg(&a, c);
	}
	json_decref(all);
	print_message("%zu cases, %zu differ\n", n, wrong);
	assert_int_equal(wrong, 0);
	assert_int_equal(n, 439);
}

/* Twice the input may cost a little more than twice the memory, which is where the work goes. */
static void test_work_grows_with_the_length(void **unused)
{
	(void)unused;
	static const char *const unit[] = {"/..", "%25", "a.", "&b=1", "((", "sid=", "/a", "@", ":"};
	for (size_t k = 0; k < ARRAY_LEN(unit); k++) {
		size_t used[2] = {0};
		for (size_t round = 0; round < 2; round++) {
			AUTO(arena) a = {0};
			AUTO(buf) b = {0};
			struct str surt;
			struct url u;
			struct err e;
			buf_init(&b, 1u << 16);
			buf_add(&b, STR("http://news.example/?"));
			for (size_t i = 0; i < (round + 1) * 4000; i++)
				buf_add(&b, str_c(unit[k]));
			rc_ignore(url_parse(&a, buf_str(&b), NULL, &u, &e));
			assert_int_equal(url_surt(&a, buf_str(&b), &surt, &e), OK);
			used[round] = a.total;
		}
		assert_true(used[1] < used[0] * 3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys_never_merge_different_pages),
		cmocka_unit_test(test_only_http_and_https_with_a_host_can_be_fetched),
		cmocka_unit_test(test_surts_are_those_of_the_python_module),
		cmocka_unit_test(test_urls_parse_as_the_standard_says),
		cmocka_unit_test(test_work_grows_with_the_length),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
