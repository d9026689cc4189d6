/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "formats/leaf/leaf.h"

#define HASH "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
#define VKEY "example.org/log+98ac5ecd+AYU0iuAgi8ihOQvNHOOFFm7V2JPv3OywuBiIeK9lZ+5e"

static void test_leaf_is_written_as_it_was_read(void **unused)
{
	(void)unused;
	static const struct {
		const char *text;
		enum leaf_kind kind;
		uint64_t size;
	} cases[] = {
		{"onrecord/v1 anchor rfc3161 200 " HASH "\n", LEAF_ANCHOR, 200},
		{"onrecord/v1 anchor ots 1 " HASH "\n", LEAF_ANCHOR, 1},
		{"onrecord/v1 anchor cosig 18446744073709551615 " HASH "\n", LEAF_ANCHOR, UINT64_MAX},
		{"onrecord/v1 anchor chain 7 " HASH "\n", LEAF_ANCHOR, 7},
		{"onrecord/v1 key add " VKEY "\n", LEAF_KEY, 0},
		{"onrecord/v1 key retire " VKEY "\n", LEAF_KEY, 0},
		{"onrecord/v1 key revoke " VKEY "\n", LEAF_KEY, 0},
		{"onrecord/v1 policy " HASH "\n", LEAF_POLICY, 0},
		{"onrecord/v1 continues example.org/old 12 " HASH "\n", LEAF_CONTINUES, 12},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(arena) a = {0};
		AUTO(buf) b = {0};
		struct leaf l;
		struct err e;
		assert_int_equal(leaf_parse(&a, str_c(cases[i].text), &l, &e), OK);
		assert_int_equal(l.kind, cases[i].kind);
		assert_int_equal(l.size, cases[i].size);
		buf_init(&b, 1024);
		leaf_text(&b, &l);
		assert_string_equal(b.p, cases[i].text);
	}
}

static void test_leaf_refuses_every_other_spelling(void **unused)
{
	(void)unused;
	static const char *const cases[] = {
		"",
		"\n",
		"onrecord/v1 \n",
		"onrecord/v1 entry\n" HASH "\n",
		"onrecord/v2 policy " HASH "\n",
		"onrecord/v1 policy " HASH,
		"onrecord/v1 policy " HASH "\n\n",
		"onrecord/v1 policy  " HASH "\n",
		"onrecord/v1 policy " HASH " \n",
		"onrecord/v1 policy 47DEQpj8HBSa\n",
		"onrecord/v1 policy 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n",
		"onrecord/v1 anchor rfc3161 0200 " HASH "\n",
		"onrecord/v1 anchor rfc3161 -1 " HASH "\n",
		"onrecord/v1 anchor rfc3161 18446744073709551616 " HASH "\n",
		"onrecord/v1 anchor RFC3161 1 " HASH "\n",
		"onrecord/v1 anchor beacon 1 " HASH "\n",
		"onrecord/v1 anchor ots " HASH "\n",
		"onrecord/v1 key " VKEY "\n",
		"onrecord/v1 key drop " VKEY "\n",
		"onrecord/v1 key add \n",
		"onrecord/v1 key add a b\n",
		"onrecord/v1 key add a\tb\n",
		"onrecord/v1 key add a\x7f\n",
		"onrecord/v1 continues  1 " HASH "\n",
		"onrecord/v1 continues a b 1 " HASH "\n",
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(arena) a = {0};
		struct leaf l;
		struct err e;
		if (leaf_parse(&a, str_c(cases[i]), &l, &e) != E_FORMAT)
			fail_msg("taken: %s", cases[i]);
	}
}

static void test_leaf_too_long_is_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct leaf l;
	struct err e;
	char *text = arena_alloc(&a, CAP_LEAF + 1u);
	assert_int_equal(leaf_parse(&a, str_mem(text, CAP_LEAF + 1u), &l, &e), E_LIMIT);
}

static struct str body_of(struct arena *a, struct str text, struct str note, struct str bytes)
{
	AUTO(buf) b = {0};
	buf_init(&b, LEAF_BODY_MAX + 1);
	leaf_body_add(&b, &(struct leaf_body){text, note, bytes});
	return str_dup(a, buf_str(&b));
}

/* The hash above is that of no bytes. */
static void test_leaf_and_its_bytes_are_read_together(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	const struct str anchor = STR("onrecord/v1 anchor ots 1 " HASH "\n");
	const struct str policy = STR("onrecord/v1 policy " HASH "\n");
	const struct str many = str_mem(arena_alloc(&a, CAP_TOKEN + 1), CAP_TOKEN + 1);
	const struct {
		struct str text, note, bytes;
		rc want;
	} cases[] = {
		{anchor, STR("note"), STR(""), OK},
		{policy, STR(""), STR(""), OK},
		{anchor, STR("note"), STR("x"), E_VERIFY},
		{policy, STR(""), STR("x"), E_VERIFY},
		{anchor, STR(""), STR(""), E_FORMAT},
		{policy, STR("note"), STR(""), E_FORMAT},
		{STR("onrecord/v1 key add " VKEY "\n"), STR(""), STR(""), E_FORMAT},
		{STR("onrecord/v1 continues a 1 " HASH "\n"), STR("note"), STR(""), E_FORMAT},
		{STR("leaf"), STR("note"), STR(""), E_FORMAT},
		{anchor, STR("note"), many, E_LIMIT},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct leaf_body b;
		struct leaf l;
		struct err e;
		struct str body = body_of(&a, cases[i].text, cases[i].note, cases[i].bytes);
		rc got = leaf_body_parse(&a, body, &b, &l, &e);
		if (got != cases[i].want)
			fail_msg("case %zu: %s", i, rc_name(got));
		if (got != OK)
			continue;
		assert_true(str_eq(b.text, cases[i].text) && str_eq(b.note, cases[i].note) && b.bytes.n == 0);
		for (size_t n = 0; n < body.n; n++)
			assert_int_equal(leaf_body_parse(&a, str_sub(body, 0, n), &b, &l, &e), E_FORMAT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_leaf_is_written_as_it_was_read),
		cmocka_unit_test(test_leaf_refuses_every_other_spelling),
		cmocka_unit_test(test_leaf_too_long_is_refused),
		cmocka_unit_test(test_leaf_and_its_bytes_are_read_together),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
