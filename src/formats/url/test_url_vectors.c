/* SPDX-License-Identifier: Apache-2.0 */
/* Public vectors: pairs printed by Python's surt, and the URL standard's cases as the library urlcanon carries them.
 * Its aggressive.json, semantic_precise.json and ssurt.json are canonical forms of its own, parsing.json is its own
 * split into parts, surt.json but for one table names Python's inner functions: not for us. */
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

/* What the data, snapshots of an older standard, expect otherwise than today's text does. NULL: failure. */
static const struct {
	const char *input;
	const char *today;
	const char *why;
} NOW_DIFFERENT[] = {
	{"http://f:21/ b ? d # e ", "http://f:21/%20b%20?%20d%20#%20e",
		"fragment percent-encode set: it has the space"},
	{"lolscheme:x x#x x", "lolscheme:x x#x%20x", "the same"},
	{"lolscheme:/x x#x x", "lolscheme:/x%20x#x%20x", "the same"},
	{"http://www.google.com/foo?bar=baz# \xc2\xbb", "http://www.google.com/foo?bar=baz#%20%C2%BB", "the same"},
	{"data:test# \xc2\xbb", "data:test#%20%C2%BB", "the same"},
	{"gopher:/example.com/", "gopher:/example.com/", "special scheme: gopher is none any more"},
	{"gopher:example.com/", "gopher:example.com/", "the same"},
	{"gopher://foo:70/", "gopher://foo:70/", "the same"},
	{"sc://\x1f!\"$&'()*+,-.;<=>^_`{|}~/", NULL, "forbidden host code point: < > ^ | are"},
	{"http://256.256.256.256.256", NULL, "ends in a number checker: an IPv4 address or a failure"},
	{"http://09/", NULL, "the same"},
	{"http://0000xa/", "http://0000xa/", "IPv4 number parser: 0x stands at the front, so this is a name"},
	{"http://%/", NULL, "forbidden domain code point: % is"},
	{"http:/%/", NULL, "the same"},
	{"http:%/", NULL, "the same"},
	{"file://%", NULL, "the same"},
	{"file://%/a/b", NULL, "the same"},
	{"http://info@merseburger.de%20/", NULL, "forbidden host code point: the space is"},
	{"http://\xc3\xa2\xc2\x98\xc2\x83.net/", NULL, "UTS 46: U+0098 is disallowed; the data undo a double encoding"},
	{"www.google.com", NULL, "no scheme state: no base"},
	{"www.google.com/", NULL, "the same"},
};

/* Hosts of dots alone: the data read them as 0.0.0.0, the ends in a number checker does not. */
static const struct {
	const char *dots;
	const char *host;
} DOTS[] = {{"%2e%2e%2e/", ".../"}, {"%2e%2e/", "../"}, {"%2e/", "./"}};

/* True when today's standard decides otherwise; *ret is then what it says. */
static bool is_known(struct arena *a, struct str input, const char *data, const char **ret)
{
	for (size_t i = 0; i < ARRAY_LEN(NOW_DIFFERENT); i++)
		if (str_eq(input, str_c(NOW_DIFFERENT[i].input))) {
			*ret = NOW_DIFFERENT[i].today;
			return true;
		}
	struct str zero = STR("://0.0.0.0/");
	size_t at = data ? str_find(str_c(data), zero, 0) : 0;
	for (size_t i = 0; data && str_c(data).n > at && i < ARRAY_LEN(DOTS); i++)
		if (str_find(input, str_c(DOTS[i].dots), 0) < input.n) {
			struct str scheme = str_sub(str_c(data), 0, at);
			struct str rest = str_from(str_c(data), at + zero.n);
			*ret = str_cstr(a, str_fmt(a, "%.*s://%s%.*s", STR_FMT(scheme), DOTS[i].host, STR_FMT(rest)));
			return true;
		}
	return false;
}

/* `want` is NULL for failure. */
static bool parses_to(struct arena *a, struct str input, const char *base_text, const char *want)
{
	struct url base;
	struct url u;
	struct err e = {0};
	rc r = base_text ? url_parse(a, str_c(base_text), NULL, &base, &e) : OK;
	if (r == OK)
		r = url_parse(a, input, base_text ? &base : NULL, &u, &e);
	(void)is_known(a, input, want, &want);
	struct str got = r == OK ? url_href(a, &u, true) : STR("");
	bool right = want ? r == OK && str_eq(got, str_c(want)) : r == E_FORMAT;
	if (!right)
		print_message("'%.*s' on '%s': want %s, got %.*s %s\n", STR_FMT(input), base_text ? base_text : "",
			want ? want : "failure", STR_FMT(got), r == OK ? "" : e.msg);
	return right;
}

static json_t *load(const char *name)
{
	char path[4096];
	json_error_t why;
	json_t *all = json_load_file(vectors(name, path), JSON_ALLOW_NUL, &why);
	assert_non_null(all);
	return all;
}

static void test_urls_parse_as_the_standard_says(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	json_t *all = load("urlcanon/urltestdata.json");
	size_t n = 0;
	size_t wrong = 0;
	for (size_t i = 0; i < json_array_size(all); i++) {
		const json_t *c = json_array_get(all, i);
		if (!json_is_object(c))
			continue;
		const json_t *in = json_object_get(c, "input");
		bool failure = json_is_true(json_object_get(c, "failure"));
		const char *href = json_string_value(json_object_get(c, "href"));
		n++;
		assert_true(failure || href);
		wrong += !parses_to(&a, str_mem(json_string_value(in), json_string_length(in)),
			json_string_value(json_object_get(c, "base")), failure ? NULL : href);
	}
	json_decref(all);
	print_message("%zu cases, %zu differ\n", n, wrong);
	assert_int_equal(wrong, 0);
	assert_int_equal(n, 439);
}

static void test_urls_parse_as_the_supplement_says(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	json_t *all = load("urlcanon/supplemental_whatwg.json");
	size_t wrong = 0;
	const char *input = NULL;
	json_t *want = NULL;
	json_object_foreach(all, input, want) wrong += !parses_to(&a, str_c(input), NULL, json_string_value(want));
	size_t n = json_object_size(all);
	json_decref(all);
	print_message("%zu cases, %zu differ\n", n, wrong);
	assert_int_equal(wrong, 0);
	assert_int_equal(n, 118);
}

static void test_ipv4_is_read_in_all_spellings(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	json_t *all = load("urlcanon/funky_ipv4.json");
	const char *host = NULL;
	json_t *want = NULL;
	size_t wrong = 0;
	json_object_foreach(all, host, want)
	{
		struct str input = str_fmt(&a, "http://%s/", host);
		const char *href = json_is_null(want) ? NULL : str_fmt(&a, "http://%s/", json_string_value(want)).p;
		wrong += !parses_to(&a, input, NULL, href);
	}
	json_decref(all);
	assert_int_equal(wrong, 0);
}

/* The data keep each separator as it was written; the standard makes '\\' a '/' in special URLs. */
static void test_dots_in_paths_are_resolved(void **unused)
{
	(void)unused;
	static const char *const kinds[][2] = {{"special", "http://h"}, {"nonspecial", "foo://h"}};
	AUTO(arena) a = {0};
	json_t *all = load("urlcanon/path_dots.json");
	size_t n = 0;
	size_t wrong = 0;
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		const char *path = NULL;
		json_t *want = NULL;
		json_object_foreach(json_object_get(all, kinds[k][0]), path, want)
		{
			if (k == 1 && path[0] != '/')
				continue; /* would be part of the host */
			struct str input = str_fmt(&a, "%s%s", kinds[k][1], path);
			char *href = str_cstr(&a, str_fmt(&a, "%s%s", kinds[k][1], json_string_value(want)));
			for (char *p = href; k == 0 && *p; p++)
				*p = *p == '\\' ? '/' : *p;
			n++;
			wrong += !parses_to(&a, input, NULL, href);
		}
	}
	json_decref(all);
	print_message("%zu paths, %zu differ\n", n, wrong);
	assert_int_equal(wrong, 0);
	assert_true(n > 500);
}

static void test_what_was_serialised_reads_back_as_itself(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	json_t *all = load("urlcanon/idempotence.json");
	size_t n = 0;
	for (size_t i = 0; i < json_array_size(all); i++) {
		const json_t *in = json_array_get(all, i);
		struct str input = str_mem(json_string_value(in), json_string_length(in));
		struct url u;
		struct err e;
		if (url_parse(&a, input, NULL, &u, &e) != OK)
			continue;
		n++;
		struct str href = url_href(&a, &u, true);
		assert_true(parses_to(&a, href, NULL, str_cstr(&a, href)));
	}
	json_decref(all);
	assert_true(n > 20);
}

static void test_surts_are_those_that_the_library_names(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	json_t *all = load("urlcanon/surt.json");
	const char *url = NULL;
	json_t *want = NULL;
	json_object_foreach(json_object_get(all, "defaultIASurt"), url, want)
	{
		struct str got;
		struct err e;
		assert_int_equal(url_surt(&a, str_c(url), &got, &e), OK);
		assert_string_equal(str_cstr(&a, got), json_string_value(want));
	}
	json_decref(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_surts_are_those_of_the_python_module),
		cmocka_unit_test(test_surts_are_those_that_the_library_names),
		cmocka_unit_test(test_urls_parse_as_the_standard_says),
		cmocka_unit_test(test_urls_parse_as_the_supplement_says),
		cmocka_unit_test(test_ipv4_is_read_in_all_spellings),
		cmocka_unit_test(test_dots_in_paths_are_resolved),
		cmocka_unit_test(test_what_was_serialised_reads_back_as_itself),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
