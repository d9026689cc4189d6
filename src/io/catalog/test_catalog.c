/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/codec.h"
#include "io/catalog/catalog.h"

static struct catalog *filled(char *path)
{
	struct catalog *c = NULL;
	struct err e;
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	(void)close(fd);
	if (catalog_open(path, true, &c, &e) != OK)
		fail_msg("%s", e.msg);
	assert_int_equal(catalog_begin(c, &e), OK);
	for (uint64_t i = 0; i < 10; i++) {
		struct catalog_row row = {.index = i,
			.id = hash_of(str_mem(&i, sizeof(i))),
			.kind = STR("capture"),
			.url = i % 2 ? STR("http://a/") : STR("http://b/'; drop table capture; --"),
			.key = i % 2 ? STR("a") : STR("b"),
			.status = 200,
			.time = {.ns = (int64_t)(10 - i) * 86400000000000ll,
				.precision = PRECISION_SECOND,
				.has_zone = true},
			.ref = {i, 0, i * 100}};
		assert_int_equal(catalog_put(c, &row, &e), OK);
	}
	assert_int_equal(catalog_commit(c, &e), OK);
	return c;
}

struct listed {
	struct catalog_visit visit;
	uint64_t index[16];
	size_t n;
};

static rc take(struct catalog_visit *v, const struct catalog_row *row, struct err *e)
{
	(void)e;
	struct listed *l = (struct listed *)v;
	l->index[l->n++] = row->index;
	return OK;
}

static void test_rows_are_listed_and_found(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	char path[] = "/tmp/onrecord-catalog-XXXXXX";
	struct catalog *c = filled(path);
	struct catalog_row row;
	struct err e;
	uint64_t i = 6;
	struct listed all = {.visit.row = take};
	struct listed key = {.visit.row = take};
	assert_int_equal(catalog_list(c, &(struct catalog_query){0}, &all.visit, &e), OK);
	assert_true(all.n == 10 && all.index[9] == 9);
	assert_int_equal(catalog_list(c, &(struct catalog_query){.key = STR("a")}, &key.visit, &e), OK);
	assert_true(key.n == 5 && key.index[0] == 9 && key.index[4] == 1); /* by time */
	struct hash id = hash_of(str_mem(&i, sizeof(i)));
	struct str hex = hex_of(&a, hash_str(&id));
	for (size_t n = 4; n <= 64; n += 15) {
		assert_int_equal(
			catalog_one(c, &(struct catalog_query){.id_hex = str_sub(hex, 0, n)}, &a, &row, &e), OK);
		assert_int_equal(row.index, 6);
	}
	assert_int_equal(catalog_one(c, &(struct catalog_query){.has_index = true, .index = 3}, &a, &row, &e), OK);
	assert_true(str_eq(row.url, STR("http://a/")) && row.ref.offset == 300);
	assert_int_equal(
		catalog_one(c, &(struct catalog_query){.has_index = true, .index = 30}, &a, &row, &e), E_NOTFOUND);
	assert_int_equal(catalog_one(c, &(struct catalog_query){.key = STR("a")}, &a, &row, &e), E_EXISTS);
	catalog_close(c);
	(void)unlink(path);
}

static void test_a_date_finds_the_newest_up_to_it(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	char path[] = "/tmp/onrecord-catalog-XXXXXX";
	struct catalog *c = filled(path);
	static const struct {
		const char *day;
		rc want;
		uint64_t index;
	} cases[] = {{"1970-01-02", OK, 9}, {"1970-01-03", OK, 9}, {"1970-01-04", OK, 7}, {"2030-01-01", OK, 1},
		{"1970-01-01", E_NOTFOUND, 0}, {"1970-01-04T00:00Z", OK, 7}, {"1970-01-03T23:59Z", OK, 9},
		{"1970", OK, 1}, {"1970-01", OK, 1}, {"1969-12", E_NOTFOUND, 0}, {"soon", E_USAGE, 0}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct catalog_row row;
		struct err e;
		struct catalog_query q = {.key = STR("a"), .day = str_c(cases[i].day)};
		rc r = catalog_one(c, &q, &a, &row, &e);
		if (r != cases[i].want || (r == OK && row.index != cases[i].index))
			fail_msg("%s: %d", cases[i].day, (int)r);
	}
	catalog_close(c);
	(void)unlink(path);
}

static void test_readings_are_filled_in_once(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	char path[] = "/tmp/onrecord-catalog-XXXXXX";
	struct catalog *c = filled(path);
	struct catalog_row row;
	struct err e;
	struct listed unread = {.visit.row = take};
	struct catalog_row reading = {.index = 4, .title = STR("T"), .article = STR("\0\1")};
	assert_int_equal(catalog_put_reading(c, &reading, &e), OK);
	assert_int_equal(catalog_list(c, &(struct catalog_query){.unread = true}, &unread.visit, &e), OK);
	assert_int_equal(unread.n, 9);
	assert_int_equal(catalog_one(c, &(struct catalog_query){.has_index = true, .index = 4}, &a, &row, &e), OK);
	assert_true(row.read && str_eq(row.title, STR("T")) && row.article.n == 2);
	catalog_close(c);
	(void)unlink(path);
}

static void test_what_is_no_catalog_is_refused(void **unused)
{
	(void)unused;
	char path[] = "/tmp/onrecord-catalog-XXXXXX";
	struct catalog *c = NULL;
	struct err e;
	AUTO_FD fd = mkstemp(path);
	char junk[4096];
	memset(junk, 'x', sizeof(junk));
	assert_int_equal(write(fd, junk, sizeof(junk)), sizeof(junk));
	assert_int_equal(catalog_open(path, true, &c, &e), E_FORMAT);
	assert_int_equal(catalog_open(path, false, &c, &e), E_FORMAT);
	(void)unlink(path);
}

static void test_a_row_that_is_put_again_is_replaced(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	char path[] = "/tmp/onrecord-catalog-XXXXXX";
	struct catalog *c = filled(path);
	struct catalog_row row;
	struct err e;
	struct catalog_query third = {.has_index = true, .index = 3};
	struct catalog_row reading = {.index = 3, .title = STR("Title"), .article = STR("article")};
	assert_int_equal(catalog_put_reading(c, &reading, &e), OK);
	assert_int_equal(catalog_one(c, &third, &a, &row, &e), OK);
	row.url = STR("http://c/");
	row.ref.offset = 12;
	assert_int_equal(catalog_put(c, &row, &e), OK);
	assert_int_equal(catalog_one(c, &third, &a, &row, &e), OK);
	assert_true(str_eq(row.url, STR("http://c/")) && row.ref.offset == 12);
	assert_true(row.read && str_eq(row.title, STR("Title")) && str_eq(row.article, STR("article")));
	/* another record in its place was not read */
	row.id = hash_of(STR("another"));
	assert_int_equal(catalog_put(c, &row, &e), OK);
	assert_int_equal(catalog_one(c, &third, &a, &row, &e), OK);
	assert_true(!row.read && row.title.n == 0 && row.article.n == 0);
	catalog_close(c);
	(void)unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_are_listed_and_found),
		cmocka_unit_test(test_a_date_finds_the_newest_up_to_it),
		cmocka_unit_test(test_readings_are_filled_in_once),
		cmocka_unit_test(test_a_row_that_is_put_again_is_replaced),
		cmocka_unit_test(test_what_is_no_catalog_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
