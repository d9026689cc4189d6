/* SPDX-License-Identifier: Apache-2.0 */
/* Block headers: real ones, and ones made here at the least difficulty there is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/codec.h"
#include "formats/ots/headers_int.h"

#define EASY 0x207fffffu /* about two tries */

/* Blocks 0 and 1 of Bitcoin. */
#define REAL                                                                                                           \
	"0 0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617f" \
	"c81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c\n"                                                     \
	"1 010000006fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000982051fd1e4ba744bbbe680e1fee14677b" \
	"a1a3c3540bf7b1cdb606e857233e0e61bc6649ffff001d01e36299\n"

static struct str hex32(struct arena *a, const struct hash *h)
{
	return hex_of(a, hash_str(h));
}

static void test_the_first_blocks_read_as_everybody_knows_them(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct ots_header *h;
	size_t n;
	struct err e;
	assert_int_equal(ots_headers_parse(&a, STR(REAL), &h, &n, &e), OK);
	assert_int_equal(n, 2);
	assert_string_equal(
		hex32(&a, &h[0].hash).p, "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f");
	assert_string_equal(
		hex32(&a, &h[1].hash).p, "00000000839a8e6886ab5951d76f411475428afc90947ee320161bbf18eb6048");
	assert_true(hash_eq(&h[1].prev, &h[0].hash));
	assert_int_equal(h[0].time, 1231006505);
	assert_int_equal(h[0].bits, 0x1d00ffff);
	assert_string_equal(
		hex32(&a, &h[0].work).p, "0000000000000000000000000000000000000000000000000000000100010001");
	assert_true(h[0].pow && h[1].pow && ots_follows(&h[0], &h[1]));
}

static void test_targets_are_read_as_bitcoin_reads_them(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	/* bits, target; NULL: none */
	static const struct {
		uint32_t bits;
		const char *target;
	} cases[] = {
		{0x1d00ffff, "00000000ffff0000000000000000000000000000000000000000000000000000"},
		{0x207fffff, "7fffff0000000000000000000000000000000000000000000000000000000000"},
		{0x05009234, "0000000000000000000000000000000000000000000000000000000092340000"},
		{0x02123456, "0000000000000000000000000000000000000000000000000000000000001234"},
		{0x01123456, "0000000000000000000000000000000000000000000000000000000000000012"},
		{0x03123456, "0000000000000000000000000000000000000000000000000000000000123456"},
		{0x220000ff, "ff00000000000000000000000000000000000000000000000000000000000000"},
		{0x2100ffff, "ffff000000000000000000000000000000000000000000000000000000000000"},
		{0x00123456, NULL},
		{0x01003456, NULL},
		{0x02000056, NULL},
		{0x00000000, NULL},
		{0x03000000, NULL},
		{0x20000000, NULL},
		{0x04923456, NULL},
		{0x01fedcba, NULL},
		{0x1d80ffff, NULL},
		{0x21010000, NULL},
		{0x22000100, NULL},
		{0x23000001, NULL},
		{0xff7fffff, NULL},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct hash t;
		bool some = ots_target(cases[i].bits, &t);
		if (some != (cases[i].target != NULL))
			fail_msg("bits %08x", cases[i].bits);
		if (some)
			assert_string_equal(hex32(&a, &t).p, cases[i].target);
	}
}

static void put32(uint8_t *p, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

/* A header whose hash is on the side of the target that `good` says. */
static struct ots_header mine(uint64_t height, const struct hash *prev, uint32_t bits, bool good)
{
	uint8_t raw[OTS_HEADER_SIZE] = {2};
	struct hash merkle = hash_of(str_mem(&height, sizeof(height)));
	struct ots_header ret = {.pow = !good};
	for (size_t i = 0; i < 32; i++)
		raw[4 + i] = prev->b[31 - i];
	memcpy(raw + 36, merkle.b, sizeof(merkle.b));
	put32(raw + 68, 1700000000u + (uint32_t)(height % 1000) * 600);
	put32(raw + 72, bits);
	for (uint32_t nonce = 0; ret.pow != good; nonce++) {
		AUTO(arena) a = {0};
		struct ots_header *h;
		size_t n;
		struct err e;
		put32(raw + 76, nonce);
		struct str hex = hex_of(&a, str_mem(raw, sizeof(raw)));
		struct str line = str_fmt(&a, "%llu %s", (unsigned long long)height, hex.p);
		assert_int_equal(ots_headers_parse(&a, line, &h, &n, &e), OK);
		ret = h[0];
	}
	return ret;
}

static void test_work_is_what_the_target_leaves(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	const struct hash none = {{0}};
	/* 2^256 / (target + 1), worked out elsewhere */
	static const struct {
		uint32_t bits;
		uint64_t work;
	} cases[] = {{0x207fffff, 2}, {0x2100ffff, 1}, {0x2000ffff, 256}, {0x1f00ffff, 65537}, {0x1f03ffff, 16384},
		{0x1f07d0d0, 8385}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct ots_header h = mine(i, &none, cases[i].bits, true);
		struct str want = str_fmt(&a, "%064llx", (unsigned long long)cases[i].work);
		assert_string_equal(hex32(&a, &h.work).p, want.p);
	}
}

static void test_work_adds_up_and_stops_at_the_end(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct hash most;
	struct hash one = {{0}};
	struct hash half = {{0x80}};
	memset(most.b, 0xff, sizeof(most.b));
	one.b[31] = 1;
	struct hash sum = ots_work_sum(&one, &one);
	assert_int_equal(sum.b[31], 2);
	sum = ots_work_sum(&most, &one);
	assert_true(hash_eq(&sum, &most));
	sum = ots_work_sum(&half, &half);
	assert_true(hash_eq(&sum, &most));
	memset(half.b, 0, sizeof(half.b));
	memset(half.b + 24, 0xff, 8);
	sum = ots_work_sum(&half, &one);
	assert_string_equal(hex32(&a, &sum).p, "0000000000000000000000000000000000000000000000010000000000000000");
}

static void test_a_header_follows_only_where_chain_work_and_target_agree(void **unused)
{
	(void)unused;
	const struct hash none = {{0}};
	struct ots_header first = mine(100, &none, EASY, true);
	struct ots_header good = mine(101, &first.hash, EASY, true);
	struct ots_header gap = mine(102, &first.hash, EASY, true);
	struct ots_header other = mine(101, &none, EASY, true);
	struct ots_header idle = mine(101, &first.hash, EASY, false);
	struct ots_header harder = mine(101, &first.hash, 0x203fffff, true);
	assert_true(ots_follows(&first, &good));
	assert_false(ots_follows(&first, &gap));
	assert_false(ots_follows(&first, &other));
	assert_false(ots_follows(&first, &idle));
	assert_false(ots_follows(&first, &harder));
	assert_false(ots_follows(&good, &first));
	/* at a retarget, at most four times as easy */
	struct ots_header last = mine(2015, &none, 0x1f7fffff, true);
	struct ots_header same = mine(2016, &last.hash, 0x1f7fffff, true);
	struct ots_header hard = mine(2016, &last.hash, 0x1f00ffff, true);
	struct ots_header four = mine(2016, &last.hash, 0x2001ffff, true);
	struct ots_header over = mine(2016, &last.hash, 0x20020000, true);
	assert_true(ots_follows(&last, &same));
	assert_true(ots_follows(&last, &hard));
	assert_true(ots_follows(&last, &four));
	assert_false(ots_follows(&last, &over));
	/* four times the easiest is more than all */
	struct ots_header easy = mine(2015, &none, EASY, true);
	struct ots_header easier = mine(2016, &easy.hash, 0x2100ffff, true);
	assert_true(ots_follows(&easy, &easier));
	/* what has no target has no work to be followed */
	struct ots_header broken = mine(2015, &none, 0x00000000, false);
	struct ots_header after = mine(2016, &broken.hash, EASY, true);
	assert_false(ots_follows(&broken, &after));
	after = easier;
	after.bits = 0;
	assert_false(ots_follows(&easy, &after));
}

static void test_a_file_of_headers_is_read_strictly(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	struct ots_header *h;
	size_t n;
	struct err e;
	struct str real = STR(REAL);
	struct str first = str_cut(&real, '\n');
	struct str second = str_cut(&real, '\n');
	static const char *const bad[] = {"0", "0 ", "x %s", "-1 %s", "00 %s", "01 %s", " 0 %s", "0  %s", "0 %s ",
		"0 %s0", "0 %s\r", "0\t%s", "18446744073709551616 %s", "%s"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct str form = str_c(bad[i]);
		size_t at = str_find(form, STR("%s"), 0);
		struct str line = str_join(&a, str_sub(form, 0, at),
			at < form.n ? str_join(&a, str_from(first, 2), str_from(form, at + 2)) : STR(""));
		if (ots_headers_parse(&a, line, &h, &n, &e) != E_FORMAT)
			fail_msg("case %zu", i);
	}
	struct str cut = str_sub(first, 0, first.n - 1);
	assert_int_equal(ots_headers_parse(&a, cut, &h, &n, &e), E_FORMAT);
	assert_int_equal(
		ots_headers_parse(&a, str_fmt(&a, "%.*s\n%.*s\n", STR_FMT(second), STR_FMT(first)), &h, &n, &e),
		E_FORMAT);
	assert_int_equal(ots_headers_parse(&a, str_fmt(&a, "%.*s\n%.*s\n", STR_FMT(first), STR_FMT(first)), &h, &n, &e),
		E_FORMAT);
	assert_true(str_starts(str_c(e.msg), STR("line 2: ")));
	assert_int_equal(ots_headers_parse(&a, str_fmt(&a, "# of a node\n\n%.*s", STR_FMT(first)), &h, &n, &e), OK);
	assert_int_equal(n, 1);
	assert_int_equal(ots_headers_parse(&a, STR(""), &h, &n, &e), OK);
	assert_int_equal(n, 0);
	buf_init(&b, 8 * MIB);
	for (unsigned i = 0; i < CAP_OTS_HEADERS; i++)
		buf_addf(&b, "%u %.*s\n", i, STR_FMT(str_from(first, 2)));
	assert_int_equal(ots_headers_parse(&a, buf_str(&b), &h, &n, &e), OK);
	assert_int_equal(n, CAP_OTS_HEADERS);
	buf_addf(&b, "%u %.*s\n", CAP_OTS_HEADERS, STR_FMT(str_from(first, 2)));
	assert_int_equal(ots_headers_parse(&a, buf_str(&b), &h, &n, &e), E_LIMIT);
}

static void test_no_bit_of_a_real_header_can_change(void **unused)
{
	(void)unused;
	struct str real = STR(REAL);
	struct str line = str_cut(&real, '\n');
	for (size_t bit = 0; bit < (size_t)OTS_HEADER_SIZE * 8; bit++) {
		AUTO(arena) a = {0};
		struct ots_header *h;
		size_t n;
		struct str raw;
		struct err e;
		assert_true(hex_decode(&a, str_from(line, 2), &raw));
		char *changed = arena_dup(&a, raw.p, raw.n);
		changed[bit / 8] = (char)(changed[bit / 8] ^ (1 << bit % 8));
		struct str hex = hex_of(&a, str_mem(changed, raw.n));
		assert_int_equal(ots_headers_parse(&a, str_fmt(&a, "0 %s", hex.p), &h, &n, &e), OK);
		if (h[0].pow)
			fail_msg("bit %zu", bit);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_first_blocks_read_as_everybody_knows_them),
		cmocka_unit_test(test_targets_are_read_as_bitcoin_reads_them),
		cmocka_unit_test(test_work_is_what_the_target_leaves),
		cmocka_unit_test(test_work_adds_up_and_stops_at_the_end),
		cmocka_unit_test(test_a_header_follows_only_where_chain_work_and_target_agree),
		cmocka_unit_test(test_a_file_of_headers_is_read_strictly),
		cmocka_unit_test(test_no_bit_of_a_real_header_can_change),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
