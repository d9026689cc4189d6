/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "formats/note/test_sign.h"
#include "formats/proof/proof.h"
#include "formats/tlog/test_small.h"

#define LOG "example.org/log"
#define HASH "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"

struct world {
	struct arena a;
	struct test_small log;
	struct test_signer key;
	struct test_signer witnesses[3];
	struct policy policy; /* two of the three */
};

static void world_make(struct world *w)
{
	AUTO(buf) b = {0};
	struct err e;
	static const char *const names[] = {"alice", "bob", "carol"};
	*w = (struct world){.key = test_signer_make(LOG, NOTE_ED25519, 1)};
	test_small_make(&w->log, TEST_SMALL_LEAVES);
	buf_init(&b, CAP_POLICY);
	buf_addf(&b, "log %s\n", note_key_text(&w->a, &w->key.key).p);
	for (uint8_t i = 0; i < 3; i++) {
		w->witnesses[i] = test_signer_make(names[i], NOTE_COSIGNATURE, (uint8_t)(10 + i));
		buf_addf(&b, "witness %s %s\n", names[i], note_key_text(&w->a, &w->witnesses[i].key).p);
	}
	buf_add(&b, STR("group g 2 alice bob carol\nquorum g\n"));
	assert_int_equal(policy_parse(&w->a, str_dup(&w->a, buf_str(&b)), &w->policy, &e), OK);
}

/* The checkpoint of `size`, cosigned by the first `cosigners` at 1000, 1001, …. */
static struct str checkpoint_of(struct world *w, uint64_t size, size_t cosigners)
{
	struct hash root = test_small_root(&w->log, size);
	struct str text = test_checkpoint(&w->a, LOG, size, &root);
	struct str note = str_join(&w->a, str_join(&w->a, text, STR("\n")), test_signer_line(&w->a, &w->key, text, 0));
	for (size_t i = 0; i < cosigners; i++)
		note = str_join(&w->a, note, test_signer_line(&w->a, &w->witnesses[i], text, 1000 + i));
	return note;
}

static struct proof proof_of(struct world *w, uint64_t index, uint64_t size, size_t cosigners)
{
	struct proof p = {.index = index, .checkpoint = checkpoint_of(w, size, cosigners)};
	struct err e;
	assert_int_equal(tlog_prove_inclusion(&w->log.tiles, size, index, &p.path, &e), OK);
	return p;
}

static struct str text_of(struct arena *a, const struct proof *p)
{
	AUTO(buf) b = {0};
	buf_init(&b, CAP_PROOF_FILE + MIB);
	proof_text(&b, p);
	return str_dup(a, buf_str(&b));
}

static struct str leaf_of(struct arena *a, uint64_t index)
{
	uint8_t leaf = (uint8_t)index;
	return str_dup(a, str_mem(&leaf, 1));
}

static void test_every_entry_of_small_logs_is_proved(void **unused)
{
	(void)unused;
	struct world w;
	world_make(&w);
	struct str extra = STR("ZXh0cmE=");
	for (uint64_t size = 1; size < 20; size++) {
		for (uint64_t i = 0; i < size; i++) {
			struct proof p = proof_of(&w, i, size, 2);
			struct proof again;
			struct proof_verdict v;
			struct err e;
			p.has_extra = i % 3 != 0;
			p.extra = i % 3 == 1 ? extra : STR("");
			struct str text = text_of(&w.a, &p);
			assert_int_equal(proof_parse(&w.a, text, &again, &e), OK);
			assert_true(str_eq(text_of(&w.a, &again), text));
			assert_true(again.has_extra == p.has_extra && str_eq(again.extra, p.extra));
			if (proof_check(&w.a, &again, leaf_of(&w.a, i), &w.policy, &v, &e) != OK)
				fail_msg("%d of %d: %s", (int)i, (int)size, e.msg);
			assert_true(v.index == i && v.checkpoint.checkpoint.size == size);
			assert_string_equal(v.checkpoint.said.p, "2 of 3: alice, bob; missing carol");
			assert_true(v.checkpoint.times[0] == 1000 && v.checkpoint.times[1] == 1001);
			assert_int_equal(proof_check(&w.a, &again, leaf_of(&w.a, i + 1), &w.policy, &v, &e), E_VERIFY);
			again.index ^= 1;
			assert_int_equal(proof_check(&w.a, &again, leaf_of(&w.a, i), &w.policy, &v, &e), E_VERIFY);
		}
	}
	arena_clear(&w.a);
}

static void test_what_the_policy_does_not_believe_is_refused(void **unused)
{
	(void)unused;
	struct world w;
	world_make(&w);
	struct proof_verdict v;
	struct policy p;
	struct err e;
	const struct note_key wanted[] = {w.witnesses[0].key, w.witnesses[2].key};
	const struct note_key other = test_signer_make(LOG, NOTE_ED25519, 2).key;
	struct str leaf = leaf_of(&w.a, 3);
	struct proof one = proof_of(&w, 3, 7, 1);
	assert_int_equal(proof_check(&w.a, &one, leaf, &w.policy, &v, &e), E_VERIFY);
	assert_non_null(strstr(e.msg, "needs 2 of 3: alice; missing bob, carol"));
	struct proof two = proof_of(&w, 3, 7, 2);
	struct proof three = proof_of(&w, 3, 7, 3);
	assert_int_equal(policy_of_keys(&w.a, &w.key.key, 1, wanted, 2, &p, &e), OK);
	assert_int_equal(proof_check(&w.a, &two, leaf, &p, &v, &e), E_VERIFY);
	assert_int_equal(proof_check(&w.a, &three, leaf, &p, &v, &e), OK);
	assert_int_equal(policy_of_keys(&w.a, &w.key.key, 1, NULL, 0, &p, &e), OK);
	assert_int_equal(proof_check(&w.a, &one, leaf, &p, &v, &e), OK);
	assert_int_equal(policy_of_keys(&w.a, &other, 1, NULL, 0, &p, &e), OK);
	assert_int_equal(proof_check(&w.a, &one, leaf, &p, &v, &e), E_VERIFY);
	two.checkpoint = STR("no note\n");
	assert_int_equal(proof_check(&w.a, &two, leaf, &w.policy, &v, &e), E_FORMAT);
	arena_clear(&w.a);
}

static void test_no_changed_bit_of_a_proof_is_believed(void **unused)
{
	(void)unused;
	struct world w;
	world_make(&w);
	struct proof p = proof_of(&w, 3, 7, 2);
	struct str text = text_of(&w.a, &p);
	for (size_t i = 0; i < text.n * 8; i++) {
		AUTO(arena) a = {0};
		struct proof bad;
		struct proof_verdict v;
		struct err e;
		char *bytes = arena_dup(&a, text.p, text.n);
		bytes[i / 8] = (char)(bytes[i / 8] ^ 1 << i % 8);
		if (proof_parse(&a, str_mem(bytes, text.n), &bad, &e) == OK &&
			proof_check(&a, &bad, leaf_of(&a, 3), &w.policy, &v, &e) == OK)
			fail_msg("bit %zu", i);
	}
	for (size_t n = 0; n < text.n; n++) {
		AUTO(arena) a = {0};
		struct proof bad;
		struct proof_verdict v;
		struct err e;
		if (proof_parse(&a, str_sub(text, 0, n), &bad, &e) == OK &&
			proof_check(&a, &bad, leaf_of(&a, 3), &w.policy, &v, &e) == OK)
			fail_msg("cut to %zu", n);
	}
	arena_clear(&w.a);
}

static void test_proofs_are_read_strictly(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
#define V1 "c2sp.org/tlog-proof@v1\n"
	static const struct {
		const char *text;
		rc want;
	} cases[] = {
		{V1 "index 0\n\nx", OK},
		{V1 "index 18446744073709551615\n" HASH "\nx", OK},
		{V1 "extra \nindex 0\n\nx", OK},
		{V1 "extra QQ==\nindex 0\n\nx", OK},
		{"", E_FORMAT},
		{"c2sp.org/tlog-proof@v1", E_FORMAT},
		{V1, E_FORMAT},
		{"c2sp.org/tlog-proof@v2\nindex 0\n\nx", E_UNSUPPORTED},
		{"c2sp.org/tlog-proof@v1 \nindex 0\n\nx", E_UNSUPPORTED},
		{"C2SP.org/tlog-proof@v1\nindex 0\n\nx", E_FORMAT},
		{V1 "\nindex 0\n\nx", E_FORMAT},
		{V1 "index 0", E_FORMAT},
		{V1 "index 0\n", E_FORMAT},
		{V1 "index 0\n\n", E_FORMAT},
		{V1 "index 00\n\nx", E_FORMAT},
		{V1 "index 01\n\nx", E_FORMAT},
		{V1 "index -1\n\nx", E_FORMAT},
		{V1 "index  1\n\nx", E_FORMAT},
		{V1 "index \n\nx", E_FORMAT},
		{V1 "index 18446744073709551616\n\nx", E_FORMAT},
		{V1 "Index 0\n\nx", E_FORMAT},
		{V1 "index 0\r\n\nx", E_FORMAT},
		{V1 "index 0\nextra QQ==\n\nx", E_FORMAT},
		{V1 "extra QQ==\n", E_FORMAT},
		{V1 "extra QQ==\nextra QQ==\nindex 0\n\nx", E_FORMAT},
		{V1 "extra QQ\nindex 0\n\nx", E_FORMAT},
		{V1 "extra QR==\nindex 0\n\nx", E_FORMAT},
		{V1 "extra\nindex 0\n\nx", E_FORMAT},
		{V1 "index 0\nPlRNCrwHpqhGrupue0L7\n\nx", E_FORMAT},
		{V1 "index 0\n" HASH "x", E_FORMAT},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct proof p;
		struct err e = {0};
		rc r = proof_parse(&a, str_c(cases[i].text), &p, &e);
		if (r != cases[i].want)
			fail_msg("case %zu: %s: %s", i, rc_name(r), e.msg);
		if (r == OK)
			assert_true(str_eq(text_of(&a, &p), str_c(cases[i].text)));
	}
}

static void test_more_than_the_caps_are_refused_and_as_many_are_not(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	struct proof p;
	struct err e;
	buf_init(&b, CAP_PROOF_FILE + 1);
	for (size_t n = 63; n < 65; n++) {
		buf_reset(&b);
		buf_add(&b, STR(V1 "index 0\n"));
		for (size_t i = 0; i < n; i++)
			buf_add(&b, STR(HASH));
		buf_add(&b, STR("\nx"));
		assert_int_equal(proof_parse(&a, buf_str(&b), &p, &e), n > CAP_PROOF ? E_LIMIT : OK);
	}
	for (size_t n = CAP_PROOF_EXTRA; n < CAP_PROOF_EXTRA + 8; n += 4) {
		buf_reset(&b);
		buf_add(&b, STR(V1 "extra "));
		for (size_t i = 0; i < n; i++)
			buf_addc(&b, 'A');
		buf_add(&b, STR("\nindex 0\n\nx"));
		assert_int_equal(proof_parse(&a, buf_str(&b), &p, &e), n > CAP_PROOF_EXTRA ? E_LIMIT : OK);
	}
	buf_reset(&b);
	buf_add(&b, STR(V1 "index 0\n\n"));
	while (b.n < CAP_PROOF_FILE)
		buf_addc(&b, 'x');
	assert_int_equal(proof_parse(&a, buf_str(&b), &p, &e), OK);
	buf_addc(&b, 'x');
	assert_int_equal(proof_parse(&a, buf_str(&b), &p, &e), E_LIMIT);
}

static double seconds_to_read(struct str text, const struct policy *policy)
{
	AUTO(arena) a = {0};
	struct proof p;
	struct proof_verdict v;
	struct err e;
	clock_t from = clock();
	if (proof_parse(&a, text, &p, &e) == OK)
		rc_ignore(proof_check(&a, &p, STR("leaf"), policy, &v, &e));
	return (double)(clock() - from) / CLOCKS_PER_SEC;
}

/* Twice the file takes about twice the time. */
static void test_time_grows_no_faster_than_the_file(void **unused)
{
	(void)unused;
	struct world w;
	world_make(&w);
	static const char *const starts[] = {V1 "index 0\n\n" LOG "\n", V1 "extra ", V1 "index 0\n"};
	static const char *const pieces[] = {"\n", "x", "x\n\n", HASH, "\xe2\x80\x94 a AAAAAAAA\n", "AAAA"};
	for (size_t i = 0; i < ARRAY_LEN(starts) * ARRAY_LEN(pieces); i++) {
		AUTO(buf) b = {0};
		struct str piece = str_c(pieces[i % ARRAY_LEN(pieces)]);
		buf_init(&b, CAP_NOTE);
		buf_add(&b, str_c(starts[i / ARRAY_LEN(pieces)]));
		while (b.n + piece.n < CAP_NOTE)
			buf_add(&b, piece);
		double half = seconds_to_read(str_sub(buf_str(&b), 0, CAP_NOTE / 2), &w.policy);
		double whole = seconds_to_read(buf_str(&b), &w.policy);
		if (whole > 0.05 && whole > 4 * half)
			fail_msg("case %zu: %g s, of half %g s", i, whole, half);
	}
	arena_clear(&w.a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_entry_of_small_logs_is_proved),
		cmocka_unit_test(test_what_the_policy_does_not_believe_is_refused),
		cmocka_unit_test(test_no_changed_bit_of_a_proof_is_believed),
		cmocka_unit_test(test_proofs_are_read_strictly),
		cmocka_unit_test(test_more_than_the_caps_are_refused_and_as_many_are_not),
		cmocka_unit_test(test_time_grows_no_faster_than_the_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
