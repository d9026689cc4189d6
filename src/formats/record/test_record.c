/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/codec.h"
#include "formats/record/record.h"

static struct record example(struct arena *a)
{
	struct record r;
	struct err e;
	uint8_t key[RECORD_KEY_SIZE];
	memset(key, 1, sizeof(key));
	record_begin(a, &r, "note", key);
	record_add(a, &r, "text", STR("hello"));
	assert_int_equal(record_finish(a, &r, &e), OK);
	return r;
}

/* The numbers of docs/formats/record.md, which another program computed. */
static void test_the_documented_example_holds(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct record r = example(&a);
	struct hash root = record_root(&r);
	struct hash back;
	struct err e;
	char leaf[RECORD_LEAF_SIZE];
	assert_string_equal(
		hex_of(&a, hash_str(&root)).p, "c214466ffe5ca26f4c61e8381a2a88e7de4352db2c1ebc2290928bb2cb1abe04");
	record_leaf(&root, leaf);
	assert_memory_equal(
		leaf, "onrecord/v1 entry\nwhRGb/5com9MYeg4GiqI595DUtssHrwikJKLsssavgQ=\n", RECORD_LEAF_SIZE);
	assert_int_equal(record_leaf_parse(str_mem(leaf, sizeof(leaf)), &back, &e), OK);
	assert_true(hash_eq(&root, &back));
	struct hash key = record_tree_key(r.key, "body");
	struct record_tree *t = record_tree_new(&key, RECORD_CHUNK_UTF8_64);
	for (unsigned i = 0; i < 63; i++)
		record_tree_add(t, STR("x"));
	record_tree_add(t, STR("\xc3\xa9tail"));
	assert_string_equal(record_tree_end(t, &a).p, "tree:PdnkVtp1uUBnfO9+YHkxyDJvpRzlYw84OSQJVhY6C1o=:utf8-64:69");
	record_tree_free(t);
}

static void test_encoding_is_exact_both_ways(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	AUTO(buf) again = {0};
	struct record r = example(&a);
	struct record back;
	struct err e;
	struct hash root = record_root(&r);
	buf_init(&b, 65536);
	buf_init(&again, 65536);
	record_encode(&b, &r);
	assert_int_equal(record_decode(&a, buf_str(&b), &back, &e), OK);
	assert_true(str_eq(back.kind, STR("note")) && str_eq(record_get(&back, "text"), STR("hello")));
	for (size_t n = 0; n < b.n; n++)
		assert_true(record_decode(&a, str_sub(buf_str(&b), 0, n), &back, &e) != OK);
	buf_addc(&b, 'x');
	assert_int_equal(record_decode(&a, buf_str(&b), &back, &e), E_FORMAT);
	b.n--;
	for (size_t bit = 0; bit < b.n * 8; bit++) {
		b.p[bit / 8] = (char)(b.p[bit / 8] ^ 1 << bit % 8);
		if (record_decode(&a, buf_str(&b), &back, &e) == OK) {
			struct hash other = record_root(&back);
			assert_false(hash_eq(&root, &other));
		}
		b.p[bit / 8] = (char)(b.p[bit / 8] ^ 1 << bit % 8);
	}
}

static void test_field_0_binds_kind_and_count(void **unused)
{
	(void)unused;
	static const char *const bad[] = {"", "v1 note fields=2", "v2 note fields=1", "v1 note fields=01",
		"v1  fields=1", "v1 note fields=1 ", "v1 NOTE fields=1"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		AUTO(arena) a = {0};
		AUTO(buf) b = {0};
		struct record r;
		struct record back;
		struct err e;
		uint8_t key[RECORD_KEY_SIZE] = {0};
		record_begin(&a, &r, "note", key);
		r.fields[0].value = str_c(bad[i]);
		buf_init(&b, 65536);
		record_encode(&b, &r);
		if (record_decode(&a, buf_str(&b), &back, &e) != E_FORMAT)
			fail_msg("%s", bad[i]);
	}
}

static void test_a_tree_does_not_depend_on_its_pieces(void **unused)
{
	(void)unused;
	static const size_t steps[] = {1, 7, 63, 64, 65, 4096, 100000};
	AUTO(arena) a = {0};
	AUTO(buf) text = {0};
	struct hash key = hash_of(STR("key"));
	buf_init(&text, 1u << 20);
	for (unsigned i = 0; i < 2000; i++)
		buf_addf(&text, "\xe5\xa4\x96\xe4\xba\xa4 %u \xd8\xa6\xdb\x87 \xf0\x9f\x93\xb0", i);
	buf_add(&text, STR("\xff\x80\x80\x80\x80\x80 not UTF-8"));
	for (unsigned rule = 0; rule < 2; rule++) {
		struct str first = {0};
		for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
			struct record_tree *t = record_tree_new(&key, (enum record_chunking)rule);
			for (size_t at = 0; at < text.n; at += steps[i])
				record_tree_add(t, str_sub(buf_str(&text), at, at + steps[i]));
			struct str got = record_tree_end(t, &a);
			record_tree_free(t);
			assert_true(i == 0 || str_eq(got, first));
			first = got;
		}
	}
	struct record_tree *empty = record_tree_new(&key, RECORD_CHUNK_4096);
	assert_string_equal(
		record_tree_end(empty, &a).p, "tree:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:fixed-4096:0");
	record_tree_free(empty);
}

static void test_what_is_no_leaf_is_refused(void **unused)
{
	(void)unused;
	static const char *const bad[] = {"", "onrecord/v1 entry\n",
		"onrecord/v1 entry\nwhRGb/5com9MYeg4GiqI595DUtssHrwikJKLsssavgQ=",
		"onrecord/v2 entry\nwhRGb/5com9MYeg4GiqI595DUtssHrwikJKLsssavgQ=\n",
		"onrecord/v1 entry\nwhRGb/5com9MYeg4GiqI595DUtssHrwikJKLsssavgR=\n"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct hash h;
		struct err e;
		assert_int_equal(record_leaf_parse(str_c(bad[i]), &h, &e), E_FORMAT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_documented_example_holds),
		cmocka_unit_test(test_encoding_is_exact_both_ways),
		cmocka_unit_test(test_field_0_binds_kind_and_count),
		cmocka_unit_test(test_a_tree_does_not_depend_on_its_pieces),
		cmocka_unit_test(test_what_is_no_leaf_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
