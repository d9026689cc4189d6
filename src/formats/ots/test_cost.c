/* SPDX-License-Identifier: Apache-2.0 */
/* What reading, merging and checking cost as the input grows, without a clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/ots/test_build.h"

/* Calls into base/, counted: a test of what grows with the size of the input, without a clock. */
static size_t steps;
int __real_str_cmp(struct str x, struct str y);
int __wrap_str_cmp(struct str x, struct str y);
struct hash __real_hash_of(struct str s);
struct hash __wrap_hash_of(struct str s);

int __wrap_str_cmp(struct str x, struct str y)
{
	steps++;
	return __real_str_cmp(x, y);
}

struct hash __wrap_hash_of(struct str s)
{
	steps++;
	return __real_hash_of(s);
}

#define DEEP 250u

/* Shapes of n items, and what they cost: comparisons and hashes, and memory. */
static void build_shape(struct buf *b, unsigned shape, size_t n)
{
	file(b);
	for (size_t i = 0; i < n; i++) {
		const bool last = i + 1 == n;
		const uint32_t key = (uint32_t)(i * 2654435761u);
		if (shape == 2 ? i % DEEP == 0 && i + DEEP < n : !last)
			more(b);
		switch (shape) {
		case 0: /* many attestations, in no order */
			attest(b, OTHER, str_mem(&key, sizeof(key)));
			break;
		case 1: /* many operations beside one another */
			op_arg(b, OTS_APPEND, str_mem(&key, sizeof(key)));
			op(b, OTS_SHA256);
			attest_block(b, BITCOIN, 1);
			break;
		case 2: /* forks on forks, nearly as deep as may be */
			if (i % DEEP == 0)
				op_arg(b, OTS_APPEND, str_mem(&key, sizeof(key)));
			if (i % DEEP < DEEP - 1 && !last)
				more(b);
			attest(b, OTHER, str_mem(&key, sizeof(key)));
			if (i % DEEP < DEEP - 1 && !last)
				op(b, OTS_SHA256);
			break;
		default: /* long messages, computed again and again */
			op_arg(b, OTS_APPEND, str_mem(&key, sizeof(key)));
			for (unsigned k = 0; k < 100; k++)
				op(b, k % 2 ? OTS_SHA256 : OTS_REVERSE);
			attest_pending(b, "https://a.example");
			break;
		}
	}
}

static size_t cost(unsigned shape, size_t n, size_t *ret_memory)
{
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	AUTO(buf) text = {0};
	struct ots_pending *p;
	size_t np;
	build_shape(&b, shape, n);
	steps = 0;
	struct ots o = must_parse(&a, buf_str(&b));
	(void)must_verify(&a, &o, NULL, 0);
	ots_pending(&a, &o, &p, &np);
	buf_init(&text, 64 * MIB);
	ots_info(&a, &o, &text);
	*ret_memory = a.total + text.n;
	return steps;
}

static void test_work_and_memory_grow_with_the_size_and_not_with_its_square(void **unused)
{
	(void)unused;
	static const size_t most[] = {8000, 4000, 4000, 160};
	for (unsigned shape = 0; shape < ARRAY_LEN(most); shape++) {
		size_t memory;
		size_t before = cost(shape, most[shape] / 8, &memory);
		assert_true(before > 0 || shape == 3);
		for (size_t n = most[shape] / 4; n <= most[shape]; n *= 2) {
			size_t memory_before = memory;
			size_t now = cost(shape, n, &memory);
			if (now > before * 5 / 2 || memory > memory_before * 3)
				fail_msg("shape %u, %zu items: %zu steps after %zu, %zu bytes after %zu", shape, n, now,
					before, memory, memory_before);
			before = now;
		}
	}
}

/* The same for a reply of 600 attestations, merged into proofs that have more and more beside them. */
static void test_merging_goes_once_through_what_is_there(void **unused)
{
	(void)unused;
	size_t before = 0;
	for (size_t n = 1000; n <= 8000; n *= 2) {
		AUTO(arena) a = {0};
		AUTO(buf) b = {0};
		AUTO(buf) reply = {0};
		struct err e;
		build_shape(&b, 0, n);
		struct ots o = must_parse(&a, buf_str(&b));
		buf_init(&reply, CAP_OTS_REPLY);
		for (uint32_t i = 0; i < 600; i++) {
			if (i < 599)
				more(&reply);
			attest(&reply, OTHER, str_mem(&i, 3));
		}
		steps = 0;
		assert_int_equal(ots_merge(&a, &o, 0, buf_str(&reply), &e), OK);
		assert_int_equal(o.n, 1 + n + 600);
		if (before && steps > before * 5 / 2)
			fail_msg("%zu: %zu steps after %zu", n, steps, before);
		before = steps;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_work_and_memory_grow_with_the_size_and_not_with_its_square),
		cmocka_unit_test(test_merging_goes_once_through_what_is_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
