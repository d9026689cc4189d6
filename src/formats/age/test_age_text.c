/* SPDX-License-Identifier: Apache-2.0 */
/* What is text in age: keys and armor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "formats/age/age.h"
#include <cmocka.h>

/* Made with age-keygen and age 1.1.1. */
#define IDENTITY "AGE-SECRET-KEY-1PNEXM4H4X5G4RAM9RNZC9UMX9MN644P2HHW7HCJGYL324CC7GYNSC5U4W3"
#define RECIPIENT "age1t4mtmdczl8ng47wupzq9c8yvh6e4yunwfvggnnhavv2pr2eqhafs4x28nv"
#define PLAIN "Kept at noon.\n"
#define ARMORED                                                                                                        \
	"-----BEGIN AGE ENCRYPTED FILE-----\n"                                                                         \
	"YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBtdi8wMkJzdnhQSTEvRmln\n"                                           \
	"dzUyS1dvWk5zd0RkN1RVcnlxNy9YeEtVZVRRCno4TkpVa3VMUjQ5MVR4OStabStj\n"                                           \
	"U0FiNTJTVWc3WTZsS0NNYU41c1pURHMKLS0tIFVPb0YxcTBnbnBsSXBqV1JtQmZy\n"                                           \
	"SzBJMCtqSFV6djVZelRYeVN2NHo5S00Kov8J42RG4G1FUGgtSEIt8kY7fOjH39a6\n"                                           \
	"id0S562wt8Qj5zqbWdF76vIOKQqL2A==\n"                                                                           \
	"-----END AGE ENCRYPTED FILE-----\n"
#define FULL "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static struct age_identity identity(void)
{
	struct age_identity id;
	struct err e;
	assert_int_equal(age_identity_parse(STR(IDENTITY), &id, &e), OK);
	return id;
}

static void test_a_file_of_the_stock_program_opens(void **unused)
{
	(void)unused;
	struct age_identity id = identity();
	const struct age_keys keys = {.ids = &id, .n = 1};
	char plain[sizeof(ARMORED)];
	size_t n = 0;
	struct err e;
	assert_int_equal(age_decrypt(STR(ARMORED), &keys, (uint8_t *)plain, sizeof(plain), &n, &e), OK);
	assert_true(str_eq(str_mem(plain, n), STR(PLAIN)));
}

static void test_keys_are_read_and_written_as_the_stock_program_does(void **unused)
{
	(void)unused;
	struct age_identity id = identity();
	struct age_recipient r;
	struct err e;
	AUTO(buf) b = {0};
	buf_init(&b, 256);
	age_identity_text(&b, &id);
	assert_string_equal(b.p, IDENTITY);
	buf_reset(&b);
	age_recipient_text(&b, &id.recipient);
	assert_string_equal(b.p, RECIPIENT);
	assert_int_equal(age_recipient_parse(STR(RECIPIENT), &r, &e), OK);
	assert_memory_equal(r.b, id.recipient.b, sizeof(r.b));
}

static void test_a_key_with_any_letter_changed_is_refused(void **unused)
{
	(void)unused;
	static const char letters[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
	struct age_identity id;
	struct age_recipient r;
	struct err e = {0};
	for (size_t i = 0; i < sizeof(IDENTITY) - 1; i++) {
		AUTO(arena) a = {0};
		for (size_t k = 0; k < sizeof(letters) - 1; k++) {
			char *p = arena_dup(&a, IDENTITY, sizeof(IDENTITY) - 1);
			p[i] = ascii_alpha(letters[k]) ? (char)(letters[k] - ('a' - 'A')) : letters[k];
			bool same = p[i] == IDENTITY[i];
			assert_int_equal(age_identity_parse(str_c(p), &id, &e), same ? OK : E_FORMAT);
			assert_null(strstr(e.msg, p + 16));
			if (i >= sizeof(RECIPIENT) - 1)
				continue;
			p = arena_dup(&a, RECIPIENT, sizeof(RECIPIENT) - 1);
			p[i] = letters[k];
			same = p[i] == RECIPIENT[i];
			assert_int_equal(age_recipient_parse(str_c(p), &r, &e), same ? OK : E_FORMAT);
		}
	}
}

static void test_what_is_no_key_is_refused(void **unused)
{
	(void)unused;
	static const struct {
		const char *text;
		rc want;
	} cases[] = {
		{"", E_FORMAT},
		{"AGE-SECRET-KEY-1", E_FORMAT},
		{"age-secret-key-1pnexm4h4x5g4ram9rnzc9umx9mn644p2hhw7hcjgyl324cc7gynsc5u4w3", E_FORMAT},
		{"AGE-SECRET-KEY-1pnexm4h4x5g4ram9rnzc9umx9mn644p2hhw7hcjgyl324cc7gynsc5u4w3", E_FORMAT},
		{IDENTITY " ", E_FORMAT},
		{IDENTITY "Q", E_FORMAT},
		{RECIPIENT, E_FORMAT},
		{"AGE-SECRET-KEY-PQ-1QQQ", E_UNSUPPORTED},
		{"AGE-PLUGIN-YUBIKEY-1QQQ", E_UNSUPPORTED},
	};
	static const struct {
		const char *text;
		rc want;
	} recipients[] = {
		{"", E_FORMAT},
		{"age1", E_FORMAT},
		{"AGE1T4MTMDCZL8NG47WUPZQ9C8YVH6E4YUNWFVGGNNHAVV2PR2EQHAFS4X28NV", E_FORMAT},
		{"age1T4mtmdczl8ng47wupzq9c8yvh6e4yunwfvggnnhavv2pr2eqhafs4x28nv", E_FORMAT},
		{RECIPIENT "\n", E_FORMAT},
		{"age1pq1qqq", E_UNSUPPORTED},
		{"age1tag1qqq", E_UNSUPPORTED},
	};
	struct age_identity id;
	struct age_recipient r;
	struct err e;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(age_identity_parse(str_c(cases[i].text), &id, &e), cases[i].want);
	for (size_t i = 0; i < ARRAY_LEN(recipients); i++)
		assert_int_equal(age_recipient_parse(str_c(recipients[i].text), &r, &e), recipients[i].want);
}

static void test_armor_is_read_strictly(void **unused)
{
	(void)unused;
	static const char begin[] = "-----BEGIN AGE ENCRYPTED FILE-----\n";
	static const char end[] = "-----END AGE ENCRYPTED FILE-----";
	static const struct {
		const char *front, *body, *tail;
		rc want;
	} cases[] = {
		{"", "QUJD\n", "", OK},
		{" \t\r\n\n", "QUJD\n", "\r\n \t\n", OK},
		{"", "QUJD\r\n", "", OK},
		{"", "", "", OK},
		{"", FULL "\n", "", OK},
		{"", FULL "\nQUI=\n", "", OK},
		{"x", "QUJD\n", "", E_FORMAT},
		{"", "QUJD\n", "x", E_FORMAT},
		{"\v", "QUJD\n", "", E_FORMAT},
		{"", "QUJD\n", "\f", E_FORMAT},
		{"", "QUJD", "", E_FORMAT},
		{"", "QUJD\n\n", "", E_FORMAT},
		{"", "\nQUJD\n", "", E_FORMAT},
		{"", "QUJD\nQUJD\n", "", E_FORMAT},
		{"", FULL "QUJD\n", "", E_FORMAT},
		{"", "QUJD \n", "", E_FORMAT},
		{"", " QUJD\n", "", E_FORMAT},
		{"", "QUI\n", "", E_FORMAT},
		{"", "QUJ=\n", "", E_FORMAT},
		{"", "QU*D\n", "", E_FORMAT},
		{"", "QUJD\r\r\n", "", E_FORMAT},
		{"", "QUJD\n-----END AGE ENCRYPTED FILE----- \n", "", E_FORMAT},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(arena) a = {0};
		struct str got;
		struct err e;
		struct str text = str_fmt(&a, "%s%s%s%s%s", cases[i].front, begin, cases[i].body, end, cases[i].tail);
		rc r = age_dearmor(&a, text, &got, &e);
		if (r != cases[i].want)
			fail_msg("case %zu: %s", i, rc_name(r));
	}
}

static void test_every_cut_of_armor_is_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct str got;
	struct err e;
	struct str text = str_trim(STR(ARMORED));
	for (size_t n = 0; n < text.n; n++)
		assert_int_equal(age_dearmor(&a, str_mem(text.p, n), &got, &e), E_FORMAT);
	assert_int_equal(age_dearmor(&a, text, &got, &e), OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_file_of_the_stock_program_opens),
		cmocka_unit_test(test_keys_are_read_and_written_as_the_stock_program_does),
		cmocka_unit_test(test_a_key_with_any_letter_changed_is_refused),
		cmocka_unit_test(test_what_is_no_key_is_refused),
		cmocka_unit_test(test_armor_is_read_strictly),
		cmocka_unit_test(test_every_cut_of_armor_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
