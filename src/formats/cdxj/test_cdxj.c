/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/stream.h"
#include "formats/cdxj/cdxj.h"

static void test_a_line_reads_back_as_it_was_written(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	struct cdxj_entry e = {.key = STR("com,example)/"),
		.url = STR("http://example.com/\"\xd8\xa6"),
		.mime = STR("text/html"),
		.status = STR("200"),
		.digest = STR("sha1:X"),
		.length = STR("12"),
		.offset = STR("0"),
		.filename = STR("a.warc.gz")};
	struct cdxj_entry back;
	struct err err;
	assert_true(instant_parse_iso(STR("2018-11-15T07:25:00Z"), &e.time));
	buf_init(&b, 4096);
	cdxj_line(&b, &e);
	assert_string_equal(b.p,
		"com,example)/ 20181115072500 {\"url\": \"http://example.com/\\\"\\u0626\", "
		"\"mime\": \"text/html\", \"status\": \"200\", \"digest\": \"sha1:X\", \"length\": \"12\", "
		"\"offset\": \"0\", \"filename\": \"a.warc.gz\"}\n");
	assert_int_equal(cdxj_parse(&a, str_sub(buf_str(&b), 0, b.n - 1), &back, &err), OK);
	assert_true(str_eq(back.url, e.url) && str_eq(back.filename, e.filename) && back.time.ns == e.time.ns);
}

static void test_integers_and_longer_times_are_read(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct cdxj_entry e;
	struct err err;
	struct str line = STR(
		"com,example)/ 20181115072500123 {\"url\":\"http://example.com/\",\"status\":200,\"x\":[{}]}");
	assert_int_equal(cdxj_parse(&a, line, &e, &err), OK);
	assert_true(str_eq(e.status, STR("200")) && e.time.digits == 3);
}

static void test_what_is_no_line_is_refused(void **unused)
{
	(void)unused;
	static const char *const bad[] = {"", "key", "key 20181115072500", "key 2018 {}", "key 20181315072500 {}",
		"key 20181115072500 []", "key 20181115072500 {\"a\":1,\"a\":2}", " 20181115072500 {}",
		"key 20181115072500 {} x"};
	AUTO(arena) a = {0};
	struct cdxj_entry e;
	struct err err;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (cdxj_parse(&a, str_c(bad[i]), &e, &err) != E_FORMAT)
			fail_msg("%s", bad[i]);
}

struct lines {
	struct cdxj_out out;
	struct arena *a;
	struct str *line;
	size_t n;
	size_t bad;
};

static rc take_line(struct cdxj_out *o, struct str line, struct err *e)
{
	(void)e;
	struct lines *l = (struct lines *)o;
	struct str *to = arena_push(l->a, &l->line, &l->n, sizeof(*to));
	*to = str_dup(l->a, line);
	return OK;
}

static rc take_bad(struct cdxj_out *o, uint64_t offset, const struct err *why, struct err *e)
{
	(void)offset;
	(void)why;
	(void)e;
	((struct lines *)o)->bad++;
	return OK;
}

static bool read_file(const char *path, struct buf *ret)
{
	FILE *f = fopen(path, "rbe");
	if (!f)
		return false;
	for (int c = 0; (c = getc(f)) != EOF;)
		buf_addc(ret, (char)c);
	(void)fclose(f);
	return true;
}

/* As `onrecord cdxj` prints them, and the reference. */
static int by_bytes(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Files of the reference's test data, and how many of its lines we give otherwise, by which sentence. */
static const struct {
	const char *file;
	const char *folder;
	size_t lack; /* of its lines */
	size_t more; /* of ours */
	const char *why;
} GOLDEN[] = {
	{"bad.arc", "cdxj", 1, 1,
		"a record whose length is 1 holds one byte (ARC: \"length in bytes of the network document\"); the "
		"reference "
		"takes the digest of none"},
	{"cc.warc.gz", "cdxj", 0, 0, ""},
	{"example-collection-with-lists.warc", "warc/warcio", 0, 0, ""},
	{"example-collection.warc", "warc/warcio", 0, 0, ""},
	{"example-iana.org-chunked.warc", "warc/warcio", 0, 0, ""},
	{"example-iana.warc", "warc/warcio", 0, 0, ""},
	{"example-resource.warc.gz", "warc/warcio", 0, 0, ""},
	{"example-space-in-target-uri.warc.gz", "warc/warcio", 0, 0, ""},
	{"example-space-in-url.arc", "warc/warcio", 1, 0,
		"its only document is 12 bytes shorter than the length before it (the same sentence): cut short, and "
		"reported"},
	{"example-trunc.warc", "warc/warcio", 0, 0, ""},
	{"example-warcinfo-metadata.warc", "warc/warcio", 0, 0, ""},
	{"example-wget-bad-target-uri.warc.gz", "warc/warcio", 0, 0, ""},
	{"example.arc", "warc/warcio", 0, 0, ""},
	{"example.arc.gz", "warc/warcio", 0, 0, ""},
	{"example.warc", "warc/warcio", 0, 0, ""},
	{"example.warc.gz", "warc/warcio", 0, 0, ""},
	{"missing-http.warc.gz", "cdxj", 0, 0, ""},
	{"post-test-more.warc", "cdxj", 0, 0, ""},
	{"post-test.warc.gz", "cdxj", 0, 0, ""},
};

/* Reads lines, their newlines included. */
static struct lines split(struct arena *a, struct str text)
{
	struct lines l = {.a = a};
	while (text.n) {
		struct str *to = arena_push(a, &l.line, &l.n, sizeof(*to));
		*to = str_sub(text, 0, str_chr(text, '\n', 0) + 1);
		text = str_from(text, to->n);
	}
	return l;
}

static bool among(const struct lines *l, struct str line)
{
	for (size_t i = 0; i < l->n; i++)
		if (str_eq(l->line[i], line))
			return true;
	return false;
}

/* Lines that only one of the two has, counted on each side; the others must stand in the same order. */
static void compare(const char *file, const struct lines *want, const struct lines *have, size_t *ret_only_want,
	size_t *ret_only_have)
{
	size_t i = 0;
	size_t k = 0;
	*ret_only_want = *ret_only_have = 0;
	while (i < want->n || k < have->n) {
		if (i < want->n && !among(have, want->line[i])) {
			++*ret_only_want;
			i++;
		} else if (k < have->n && !among(want, have->line[k])) {
			++*ret_only_have;
			k++;
		} else if (i < want->n && k < have->n && str_eq(want->line[i], have->line[k])) {
			i++;
			k++;
		} else {
			fail_msg("%s: line %zu of the reference and line %zu of ours are in another order", file, i + 1,
				k + 1);
		}
	}
}

static void test_lines_are_those_of_the_reference(void **unused)
{
	(void)unused;
	const char *dir = getenv("ONRECORD_VECTORS");
	size_t lines = 0;
	for (size_t i = 0; i < ARRAY_LEN(GOLDEN); i++) {
		AUTO(arena) a = {0};
		AUTO(buf) file = {0};
		AUTO(buf) want = {0};
		struct lines got = {.out = {take_line, take_bad}, .a = &a};
		struct mem_source src;
		struct err e;
		buf_init(&file, 8u << 20);
		buf_init(&want, 8u << 20);
		if (!dir || !read_file(str_fmt(&a, "%s/%s/%s", dir, GOLDEN[i].folder, GOLDEN[i].file).p, &file) ||
			!read_file(str_fmt(&a, "%s/cdxj/%s.cdxj", dir, GOLDEN[i].file).p, &want)) {
			print_message("skipped: public test data cdxj/%s is not there\n", GOLDEN[i].file);
			buf_clear(&want); /* skip() does not come back */
			buf_clear(&file);
			arena_clear(&a);
			skip();
		}
		mem_source_init(&src, buf_str(&file), 0);
		assert_int_equal(cdxj_index(&src.source, str_c(GOLDEN[i].file), &got.out, &e), OK);
		if (got.n)
			qsort(got.line, got.n, sizeof(*got.line), by_bytes);
		struct lines reference = split(&a, buf_str(&want));
		size_t only_want = 0;
		size_t only_have = 0;
		compare(GOLDEN[i].file, &reference, &got, &only_want, &only_have);
		if (only_want != GOLDEN[i].lack || only_have != GOLDEN[i].more)
			fail_msg("%s: %zu lines are missing, not %zu; %zu are too many, not %zu", GOLDEN[i].file,
				only_want, GOLDEN[i].lack, only_have, GOLDEN[i].more);
		if (only_want || only_have)
			print_message("%s: %zu line differs: %s\n", GOLDEN[i].file, only_want, GOLDEN[i].why);
		lines += got.n;
	}
	print_message("%zu lines of %zu files\n", lines, ARRAY_LEN(GOLDEN));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_line_reads_back_as_it_was_written),
		cmocka_unit_test(test_integers_and_longer_times_are_read),
		cmocka_unit_test(test_what_is_no_line_is_refused),
		cmocka_unit_test(test_lines_are_those_of_the_reference),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
