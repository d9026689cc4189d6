/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/codec.h"
#include "formats/record/record.h"
#include "formats/tlog/tlog.h"

static const uint8_t ONES[RECORD_KEY_SIZE] = {
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

/* The example of docs/formats/record.md. */
static struct record example(struct arena *a)
{
	struct record r;
	struct err e;
	record_begin(a, &r, "note", ONES);
	record_add(a, &r, "text", STR("hello"));
	assert_int_equal(record_finish(a, &r, &e), OK);
	return r;
}

static struct record capture(struct arena *a)
{
	struct record r;
	struct err e;
	record_begin(a, &r, "capture", ONES);
	record_add(a, &r, "url", STR("https://news.example/a"));
	record_addf(a, &r, "status", "%u", 200u);
	record_add(a, &r, "note", STR("one\0two"));
	record_add(a, &r, "note", STR(""));
	record_add(a, &r, "source", STR("who must not be named"));
	assert_int_equal(record_finish(a, &r, &e), OK);
	return r;
}

static struct str encoded(struct arena *a, const struct record *r)
{
	AUTO(buf) b = {0};
	buf_init(&b, CAP_RECORD);
	record_encode(&b, r);
	assert_false(b.over);
	return str_dup(a, buf_str(&b));
}

static struct hash field_hash(const struct record *r, size_t i)
{
	struct hmac key = {0};
	uint8_t salt[RECORD_SALT_SIZE];
	hmac_start(&key, str_mem(r->key, RECORD_KEY_SIZE));
	record_salt(&key, "field", (uint32_t)i, salt);
	return record_field_hash(salt, r->fields[i].name, r->fields[i].value);
}

static const char *hex(struct arena *a, struct hash h)
{
	return hex_of(a, hash_str(&h)).p;
}

static struct str read_doc(struct arena *a)
{
	static char bytes[65536];
	FILE *f = fopen("docs/formats/record.md", "rbe");
	assert_non_null(f);
	size_t n = fread(bytes, 1, sizeof(bytes), f);
	(void)fclose(f);
	return str_dup(a, str_mem(bytes, n));
}

static struct str tree_of(struct arena *a, const struct hash *key, enum record_chunking rule, struct str s, size_t step)
{
	struct record_tree *t = record_tree_new(key, rule);
	for (size_t i = 0; i < s.n; i += step)
		record_tree_add(t, str_sub(s, i, i + step));
	struct str v = record_tree_end(t, a);
	record_tree_free(t);
	return v;
}

static void test_the_example_of_the_documentation_is_what_is_computed(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct record r = example(&a);
	struct hash root = record_root(&r);
	struct hash body = record_tree_key(ONES, "body");
	struct str doc = read_doc(&a);
	struct hmac key = {0};
	uint8_t salt[RECORD_SALT_SIZE];
	char leaf[RECORD_LEAF_SIZE];
	hmac_start(&key, str_mem(ONES, sizeof(ONES)));
	record_salt(&key, "field", 0, salt);
	record_leaf(&root, leaf);
	assert_string_equal(hex(&a, root), "c214466ffe5ca26f4c61e8381a2a88e7de4352db2c1ebc2290928bb2cb1abe04");
	assert_memory_equal(
		leaf, "onrecord/v1 entry\nwhRGb/5com9MYeg4GiqI595DUtssHrwikJKLsssavgQ=\n", RECORD_LEAF_SIZE);
	const struct str lines[] = {
		str_fmt(&a, "\n    salt_0 = %s\n", hex_of(&a, str_mem(salt, sizeof(salt))).p),
		str_fmt(&a, "\n    hash_0 = %s\n", hex(&a, field_hash(&r, 0))),
		str_fmt(&a, "\n    hash_1 = %s\n", hex(&a, field_hash(&r, 1))),
		str_fmt(&a, "\n    root   = %s\n", hex(&a, root)),
		STR("\n    leaf   = onrecord/v1 entry\\nwhRGb/5com9MYeg4GiqI595DUtssHrwikJKLsssavgQ=\\n\n"),
		str_fmt(&a, "\n    bytes  = %s\n", hex_of(&a, encoded(&a, &r)).p),
		str_fmt(&a, "\n    %s\n",
			tree_of(&a, &body, RECORD_CHUNK_UTF8_64,
				STR("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\xc3\xa9tail"), 1)
				.p),
	};
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		if (str_find(doc, lines[i], 0) >= doc.n)
			fail_msg("docs/formats/record.md has no line%.*s", STR_FMT(lines[i]));
}

static void test_the_root_is_the_rfc_6962_tree_over_the_field_hashes(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct record r = capture(&a);
	struct hash h[6];
	assert_int_equal(r.n, ARRAY_LEN(h));
	for (size_t i = 0; i < r.n; i++)
		h[i] = field_hash(&r, i);
	struct hash ab = tlog_node_hash(&h[0], &h[1]);
	struct hash cd = tlog_node_hash(&h[2], &h[3]);
	struct hash ef = tlog_node_hash(&h[4], &h[5]);
	struct hash abcd = tlog_node_hash(&ab, &cd);
	struct hash want = tlog_node_hash(&abcd, &ef);
	struct hash root = record_root(&r);
	assert_true(hash_eq(&root, &want));
	/* what is handed over to show field 1 alone: its salt, and these three hashes */
	struct tlog_proof p = {.h = {h[0], cd, ef}, .n = 3};
	struct err e;
	assert_int_equal(tlog_check_inclusion(&h[1], 1, r.n, &p, &root, &e), OK);
	r.fields[1].value = STR("https://news.example/b");
	struct hash other = field_hash(&r, 1);
	assert_int_equal(tlog_check_inclusion(&other, 1, r.n, &p, &root, &e), E_VERIFY);
}

/* Moving a byte between name and value, or a field to another place, must not keep the root. */
static void test_no_two_lists_of_fields_share_a_root(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	static const struct {
		const char *name[3];
		const char *value[3];
	} cases[] = {
		{{"a", "b", NULL}, {"1", "2", NULL}},
		{{"b", "a", NULL}, {"2", "1", NULL}},
		{{"a", "b", NULL}, {"2", "1", NULL}},
		{{"a", "b", "b"}, {"1", "2", ""}},
		{{"a", "b", "b"}, {"1", "", "2"}},
		{{"ab", "2", NULL}, {"1", "", NULL}},
		{{"a", NULL, NULL}, {"1b2", NULL, NULL}},
		{{"a1", NULL, NULL}, {"b2", NULL, NULL}},
		{{NULL, NULL, NULL}, {NULL, NULL, NULL}},
	};
	struct hash roots[ARRAY_LEN(cases) * 2];
	size_t n = 0;
	for (size_t i = 0; i < ARRAY_LEN(roots); i++) {
		struct record r;
		struct err e;
		uint8_t key[RECORD_KEY_SIZE] = {(uint8_t)(i % 2)};
		record_begin(&a, &r, "note", key);
		for (size_t k = 0; k < 3 && cases[i / 2].name[k]; k++)
			record_add(&a, &r, cases[i / 2].name[k], str_c(cases[i / 2].value[k]));
		assert_int_equal(record_finish(&a, &r, &e), OK);
		roots[n] = record_root(&r);
		for (size_t k = 0; k < n; k++)
			assert_false(hash_eq(&roots[k], &roots[n]));
		n++;
	}
}

static void test_a_record_is_read_back_as_it_was(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct record r = capture(&a);
	struct record again;
	struct err e;
	struct str bytes = encoded(&a, &r);
	uint64_t status = 0;
	assert_int_equal(record_decode(&a, bytes, &again, &e), OK);
	assert_true(str_eq(encoded(&a, &again), bytes));
	assert_true(str_eq(again.kind, STR("capture")));
	assert_true(str_eq(record_get(&again, "record"), STR("v1 capture fields=6")));
	assert_true(str_eq(record_get(&again, "note"), STR("one\0two")));
	assert_true(record_has(&again, "source") && !record_has(&again, "sourc") && !record_has(&again, "sources"));
	assert_int_equal(record_get(&again, "nothing").n, 0);
	assert_int_equal(record_get_u64(&again, "status", &status, &e), OK);
	assert_int_equal(status, 200);
	assert_int_equal(record_get_u64(&again, "url", &status, &e), E_FORMAT);
	assert_int_equal(record_get_u64(&again, "nothing", &status, &e), E_FORMAT);
}

static void test_any_changed_bit_is_refused_or_changes_the_root(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct record r = capture(&a);
	struct hash root = record_root(&r);
	struct str bytes = encoded(&a, &r);
	size_t read = 0;
	for (size_t bit = 0; bit < bytes.n * 8; bit++) {
		AUTO(arena) rec = {0};
		struct record other;
		struct err e;
		char *p = arena_dup(&rec, bytes.p, bytes.n);
		p[bit / 8] = (char)(p[bit / 8] ^ 1 << bit % 8);
		if (record_decode(&rec, str_mem(p, bytes.n), &other, &e) != OK)
			continue;
		struct hash h = record_root(&other);
		assert_false(hash_eq(&h, &root));
		assert_true(str_eq(encoded(&rec, &other), str_mem(p, bytes.n)));
		read++;
	}
	assert_true(read > 0);
}

static void test_records_cut_short_or_with_more_behind_are_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct record r = capture(&a);
	struct record other;
	struct err e;
	struct str bytes = encoded(&a, &r);
	for (size_t n = 0; n < bytes.n; n++)
		assert_int_equal(record_decode(&a, str_sub(bytes, 0, n), &other, &e), E_FORMAT);
	assert_int_equal(record_decode(&a, str_join(&a, bytes, STR("\0")), &other, &e), E_FORMAT);
}

/* Fields as they are given, without the care that record_add() takes. */
static rc decode_fields(struct arena *a, const struct record_field *f, size_t n)
{
	AUTO(buf) b = {0};
	struct record r = {.n = n};
	struct record out;
	struct err e;
	r.fields = arena_alloc(a, n * sizeof(*f) + 1);
	for (size_t i = 0; i < n; i++)
		r.fields[i] = f[i];
	buf_init(&b, 2 * CAP_RECORD);
	record_encode(&b, &r);
	assert_false(b.over);
	return record_decode(a, str_dup(a, buf_str(&b)), &out, &e);
}

static void test_field_0_says_version_kind_and_count_and_nothing_else(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	static const struct {
		const char *name;
		const char *value;
		rc want;
	} cases[] = {
		{"record", "v1 note fields=1", OK},
		{"record", "v1 a.b-c9 fields=1", OK},
		{"recor", "v1 note fields=1", E_FORMAT},
		{"record", "v2 note fields=1", E_FORMAT},
		{"record", "v1 note fields=2", E_FORMAT},
		{"record", "v1 note fields=01", E_FORMAT},
		{"record", "v1 note fields=1 ", E_FORMAT},
		{"record", " v1 note fields=1", E_FORMAT},
		{"record", "v1  fields=1", E_FORMAT},
		{"record", "v1 Note fields=1", E_FORMAT},
		{"record", "v1 note note fields=1", E_FORMAT},
		{"record", "v1 note", E_FORMAT},
		{"record", "", E_FORMAT},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct record_field f = {str_c(cases[i].name), str_c(cases[i].value)};
		if (decode_fields(&a, &f, 1) != cases[i].want)
			fail_msg("%s = %s", cases[i].name, cases[i].value);
	}
	assert_int_equal(decode_fields(&a, NULL, 0), E_FORMAT);
}

static void test_names_of_other_letters_are_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	char long_name[CAP_RECORD_NAME + 1];
	memset(long_name, 'n', sizeof(long_name));
	for (unsigned c = 0; c < 256; c++) {
		char name = (char)c;
		bool ok = c == '.' || c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
		const struct record_field f[] = {
			{STR("record"), STR("v1 note fields=2")}, {str_mem(&name, 1), STR("x")}};
		assert_int_equal(decode_fields(&a, f, 2), ok ? OK : E_FORMAT);
	}
	for (size_t n = 0; n <= sizeof(long_name); n++) {
		const struct record_field f[] = {
			{STR("record"), STR("v1 note fields=2")}, {str_mem(long_name, n), STR("")}};
		assert_int_equal(decode_fields(&a, f, 2), n > 0 && n <= CAP_RECORD_NAME ? OK : E_FORMAT);
	}
}

static void test_what_cannot_be_read_back_is_not_finished(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct record r;
	struct record again;
	struct err e;
	record_begin(&a, &r, "note", ONES);
	while (r.n < CAP_RECORD_FIELDS)
		record_add(&a, &r, "x", STR(""));
	assert_int_equal(record_finish(&a, &r, &e), OK);
	assert_int_equal(record_decode(&a, encoded(&a, &r), &again, &e), OK);
	record_add(&a, &r, "x", STR(""));
	assert_int_equal(record_finish(&a, &r, &e), E_LIMIT);
	/* 5000 fields announced, none there: refused before anything is allocated for them */
	struct str head = str_join(&a, str_mem(ONES, sizeof(ONES)), STR("\0\0\x13\x88"));
	size_t before = a.total;
	assert_int_equal(record_decode(&a, head, &again, &e), E_LIMIT);
	assert_int_equal(a.total, before);

	struct str large = str_mem(arena_alloc(&a, CAP_RECORD), CAP_RECORD);
	struct record_field fields[] = {{STR("record"), STR("")}, {STR("x"), large}};
	struct record big = {.kind = STR("note"), .fields = fields, .n = 2};
	size_t others = RECORD_KEY_SIZE + 4 + 10 + strlen("record") + strlen("v1 note fields=2") + 10 + 1;
	assert_int_equal(record_finish(&a, &big, &e), E_LIMIT);
	fields[1].value.n = CAP_RECORD - others;
	assert_int_equal(record_finish(&a, &big, &e), OK);
	fields[1].value.n++;
	assert_int_equal(record_finish(&a, &big, &e), E_LIMIT);
}

static void test_leaves_are_63_bytes_of_one_spelling(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct record r = example(&a);
	struct hash root = record_root(&r);
	struct hash back;
	struct err e;
	char leaf[RECORD_LEAF_SIZE];
	record_leaf(&root, leaf);
	assert_int_equal(record_leaf_parse(str_mem(leaf, sizeof(leaf)), &back, &e), OK);
	assert_true(hash_eq(&back, &root));
	for (size_t n = 0; n < sizeof(leaf); n++)
		assert_int_equal(record_leaf_parse(str_mem(leaf, n), &back, &e), E_FORMAT);
	for (size_t bit = 0; bit < sizeof(leaf) * 8; bit++) {
		leaf[bit / 8] = (char)(leaf[bit / 8] ^ 1 << bit % 8);
		rc got = record_leaf_parse(str_mem(leaf, sizeof(leaf)), &back, &e);
		assert_true(got == E_FORMAT || !hash_eq(&back, &root));
		leaf[bit / 8] = (char)(leaf[bit / 8] ^ 1 << bit % 8);
	}
}

/* docs/formats/record.md, once more and over the whole value at a time: where the chunk at `at` ends. */
static size_t chunk_end(enum record_chunking rule, struct str s, size_t at)
{
	size_t n = rule == RECORD_CHUNK_4096 ? 4096 : 64;
	if (s.n - at <= n)
		return s.n;
	if (rule == RECORD_CHUNK_UTF8_64)
		for (size_t c = 64; c > 60; c--)
			if (((uint8_t)s.p[at + c] & 0xc0) != 0x80)
				return at + c;
	return at + n;
}

static struct str naive_tree(struct arena *a, const struct hash *key, enum record_chunking rule, struct str s)
{
	struct hmac h = {0};
	struct tlog_edge edge;
	uint32_t i = 0;
	hmac_start(&h, hash_str(key));
	tlog_edge_init(&edge);
	for (size_t at = 0; at < s.n; i++) {
		uint8_t salt[RECORD_SALT_SIZE];
		size_t end = chunk_end(rule, s, at);
		record_salt(&h, "chunk", i, salt);
		struct hash leaf = record_field_hash(salt, STR(""), str_sub(s, at, end));
		tlog_edge_add(&edge, &leaf);
		at = end;
	}
	struct hash root = tlog_edge_root(&edge);
	return str_fmt(a, "tree:%s:%s:%zu", base64_of(a, hash_str(&root)).p,
		rule == RECORD_CHUNK_4096 ? "fixed-4096" : "utf8-64", s.n);
}

/* Text in which characters of every length stand at every place, and bytes that are no text. */
static struct str value_of(struct arena *a, unsigned kind, size_t n)
{
	static const char *const letters[] = {"a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x93\xb0", "\x80", "\xff",
		"a\xc3\xa9\xe2\x82\xac\xf0\x9f\x93\xb0", "x\x80\x80\x80", "\xf0\x9f"};
	AUTO(buf) b = {0};
	buf_init(&b, MIB);
	for (unsigned i = 0; i < kind / ARRAY_LEN(letters); i++)
		buf_addc(&b, '.');
	while (b.n < n)
		buf_add(&b, str_c(letters[kind % ARRAY_LEN(letters)]));
	return str_dup(a, str_sub(buf_str(&b), 0, n));
}

static void test_a_tree_does_not_depend_on_how_the_bytes_arrive(void **unused)
{
	(void)unused;
	static const size_t lengths[] = {
		0, 1, 60, 61, 62, 63, 64, 65, 66, 67, 68, 127, 128, 129, 130, 1000, 4095, 4096, 4097, 8192, 9000};
	static const size_t steps[] = {1, 2, 3, 7, 61, 64, 65, 4096, 100000};
	struct hash key = hash_of(STR("key"));
	for (unsigned kind = 0; kind < 36; kind++)
		for (size_t l = 0; l < ARRAY_LEN(lengths); l++)
			for (size_t s = 0; s < ARRAY_LEN(steps) * 2; s++) {
				AUTO(arena) a = {0};
				enum record_chunking rule = s % 2 ? RECORD_CHUNK_4096 : RECORD_CHUNK_UTF8_64;
				struct str v = value_of(&a, kind, lengths[l]);
				struct str want = naive_tree(&a, &key, rule, v);
				struct str got = tree_of(&a, &key, rule, v, steps[s / 2]);
				if (!str_eq(got, want))
					fail_msg("kind %u, %zu bytes, steps of %zu: %s", kind, lengths[l], steps[s / 2],
						got.p);
			}
}

static void test_valid_text_is_never_cut_inside_a_character(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	for (unsigned kind = 0; kind < 36; kind++) {
		if (kind % 9 > 3 && kind % 9 != 6)
			continue;
		struct str v = value_of(&a, kind, 3000);
		for (size_t at = 0; at < v.n;) {
			size_t end = chunk_end(RECORD_CHUNK_UTF8_64, v, at);
			assert_true(end - at <= 64 && (end == v.n || end - at > 60));
			assert_true(end == v.n || ((uint8_t)v.p[end] & 0xc0) != 0x80);
			at = end;
		}
	}
}

static void test_a_tree_started_again_forgets_what_was_before(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct hash key = record_tree_key(ONES, "body");
	struct hash other = record_tree_key(ONES, "headers");
	struct record_tree *t = record_tree_new(&other, RECORD_CHUNK_4096);
	record_tree_add(t, value_of(&a, 0, 5000));
	record_tree_reset(t, &key, RECORD_CHUNK_UTF8_64);
	record_tree_add(t, STR("text"));
	struct str got = record_tree_end(t, &a);
	struct str elsewhere = naive_tree(&a, &other, RECORD_CHUNK_UTF8_64, STR("text"));
	assert_true(str_eq(got, naive_tree(&a, &key, RECORD_CHUNK_UTF8_64, STR("text"))));
	assert_false(str_eq(got, elsewhere));
	record_tree_free(t);
	record_tree_free(NULL);
}

static void test_a_tree_value_has_one_spelling(void **unused)
{
	(void)unused;
	static const char *const good[] = {
		"tree:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:utf8-64:0",
		"tree:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:fixed-4096:18446744073709551615",
	};
	static const char *const bad[] = {
		"",
		"tree",
		"tree:",
		"tree:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
		"tree:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:fixed-4096",
		"tree:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:fixed-4096:",
		"tree:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:fixed-4096:01",
		"tree:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:fixed-4096:x",
		"tree:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:4095:1",
		"tree:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU:fixed-4096:1",
		"tree:AAAA:fixed-4096:1",
		"Tree:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:fixed-4096:1",
	};
	struct record_tree_value v;
	struct err e;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		if (record_tree_parse(str_c(good[i]), &v, &e) != OK)
			fail_msg("refused: %s", good[i]);
		assert_int_equal(v.rule, i == 0 ? RECORD_CHUNK_UTF8_64 : RECORD_CHUNK_4096);
		assert_true(v.length == (i == 0 ? 0 : UINT64_MAX));
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (record_tree_parse(str_c(bad[i]), &v, &e) != E_FORMAT)
			fail_msg("taken: %s", bad[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_example_of_the_documentation_is_what_is_computed),
		cmocka_unit_test(test_the_root_is_the_rfc_6962_tree_over_the_field_hashes),
		cmocka_unit_test(test_no_two_lists_of_fields_share_a_root),
		cmocka_unit_test(test_a_record_is_read_back_as_it_was),
		cmocka_unit_test(test_any_changed_bit_is_refused_or_changes_the_root),
		cmocka_unit_test(test_records_cut_short_or_with_more_behind_are_refused),
		cmocka_unit_test(test_field_0_says_version_kind_and_count_and_nothing_else),
		cmocka_unit_test(test_names_of_other_letters_are_refused),
		cmocka_unit_test(test_what_cannot_be_read_back_is_not_finished),
		cmocka_unit_test(test_leaves_are_63_bytes_of_one_spelling),
		cmocka_unit_test(test_a_tree_does_not_depend_on_how_the_bytes_arrive),
		cmocka_unit_test(test_valid_text_is_never_cut_inside_a_character),
		cmocka_unit_test(test_a_tree_started_again_forgets_what_was_before),
		cmocka_unit_test(test_a_tree_value_has_one_spelling),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
