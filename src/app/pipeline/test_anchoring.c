/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/pipeline/pipeline.h"

#define S 1000000000ll

static struct anchored anchor(uint64_t index, uint64_t size, int64_t seconds, int64_t slack, enum anchor_state state)
{
	return (struct anchored){.index = index,
		.size = size,
		.kind = LEAF_RFC3161,
		.verdict = {.state = state,
			.has_time = state == ANCHOR_HOLDS || state == ANCHOR_UNCHECKED,
			.time = seconds * S,
			.slack = slack * S}};
}

static void test_entry_lies_between_the_nearest_anchors(void **unused)
{
	(void)unused;
	const struct anchored all[] = {
		anchor(10, 10, 1000, 1, ANCHOR_HOLDS),
		anchor(11, 10, 1005, 1, ANCHOR_UNCHECKED),
		anchor(20, 20, 2000, 1, ANCHOR_HOLDS),
		anchor(21, 10, 2100, 7200, ANCHOR_HOLDS), /* a block about an earlier checkpoint, later */
		anchor(30, 30, 1, 1, ANCHOR_FAILS),
		anchor(31, 30, 0, 0, ANCHOR_PROMISED),
	};
	struct bracket b = bracket_of(all, ARRAY_LEN(all), 5);
	assert_ptr_equal(b.before, &all[0]);
	assert_null(b.after);
	b = bracket_of(all, ARRAY_LEN(all), 15);
	assert_ptr_equal(b.after, &all[1]);
	assert_ptr_equal(b.before, &all[2]);
	b = bracket_of(all, ARRAY_LEN(all), 25);
	assert_ptr_equal(b.after, &all[2]);
	assert_null(b.before); /* what fails, and what is only promised, bounds nothing */
	b = bracket_of(all, ARRAY_LEN(all), 10);
	assert_null(b.after); /* the anchor itself */
	assert_ptr_equal(b.before, &all[2]);
	b = bracket_of(NULL, 0, 3);
	assert_null(b.after);
	assert_null(b.before);
}

static void test_claimed_time_must_lie_between_them(void **unused)
{
	(void)unused;
	const int64_t clock = CLOCK_SLACK / S;
	const struct anchored after = anchor(10, 10, 10000, 5, ANCHOR_HOLDS);
	const struct anchored before = anchor(20, 20, 20000, 7, ANCHOR_HOLDS);
	const struct bracket both = {&after, &before};
	const struct bracket none = {NULL, NULL};
	assert_true(bracket_allows(&both, 15000 * S));
	assert_true(bracket_allows(&both, (10000 - 5 - clock) * S));
	assert_false(bracket_allows(&both, (10000 - 5 - clock) * S - 1));
	assert_true(bracket_allows(&both, (20000 + 7 + clock) * S));
	assert_false(bracket_allows(&both, (20000 + 7 + clock) * S + 1));
	assert_true(bracket_allows(&none, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entry_lies_between_the_nearest_anchors),
		cmocka_unit_test(test_claimed_time_must_lie_between_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
