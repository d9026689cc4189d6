/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files, there and back, and what must be refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "formats/age/age.h"

#define IDENTITY "AGE-SECRET-KEY-1PNEXM4H4X5G4RAM9RNZC9UMX9MN644P2HHW7HCJGYL324CC7GYNSC5U4W3"
#define PLAIN "Kept at noon.\n"
#define PASSPHRASE "correct horse"
#define WORK 2u

static struct age_identity identity(void)
{
	struct age_identity id;
	struct err e;
	assert_int_equal(age_identity_parse(STR(IDENTITY), &id, &e), OK);
	return id;
}

static struct age_identity numbered_identity(uint8_t i)
{
	uint8_t secret[AGE_KEY_SIZE] = {i, 7};
	struct age_identity id;
	struct err e;
	assert_int_equal(age_identity_make(secret, &id, &e), OK);
	return id;
}

/* Bytes that are different at each place, and the same each time. */
static struct str counted(struct arena *a, size_t n, uint8_t salt)
{
	uint8_t *p = arena_alloc(a, n + 1);
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(salt + i * 31 + i / 251);
	return str_mem(p, n);
}

static struct str encrypt(struct arena *a, struct str plain, const struct age_to *to)
{
	AUTO(buf) b = {0};
	struct err e;
	buf_init(&b, 64u * MIB);
	if (age_encrypt(plain, to, counted(a, age_random_size(to), 3), &b, &e) != OK)
		fail_msg("%s", e.msg);
	return str_dup(a, buf_str(&b));
}

static struct str for_one(struct arena *a, struct str plain)
{
	struct age_identity id = identity();
	const struct age_to to = {.recipients = &id.recipient, .n = 1};
	return encrypt(a, plain, &to);
}

static rc decrypt(struct arena *a, struct str file, const struct age_keys *keys, struct str *ret, struct err *e)
{
	uint8_t *p = arena_alloc(a, file.n);
	size_t n = 0;
	rc r = age_decrypt(file, keys, p, file.n, &n, e);
	if (r == OK)
		*ret = str_mem(p, n);
	else
		for (size_t i = 0; i < file.n; i++)
			assert_int_equal(p[i], 0);
	return r;
}

/* With the identity above. */
static rc open_file(struct str file)
{
	AUTO(arena) a = {0};
	struct age_identity id = identity();
	const struct age_keys keys = {.ids = &id, .n = 1};
	struct str plain;
	struct err e;
	return decrypt(&a, file, &keys, &plain, &e);
}

static void test_what_is_encrypted_decrypts_whatever_its_size(void **unused)
{
	(void)unused;
	static const size_t sizes[] = {0, 1, 15, 65535, 65536, 65537, 131072, 200000};
	struct age_identity id = identity();
	const struct age_keys keys = {.ids = &id, .n = 1, .passphrase = STR(PASSPHRASE)};
	const struct age_to tos[] = {
		{.recipients = &id.recipient, .n = 1}, {.passphrase = STR(PASSPHRASE), .work = WORK}};
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		for (size_t t = 0; t < ARRAY_LEN(tos); t++) {
			AUTO(arena) a = {0};
			struct str plain = counted(&a, sizes[i], 0);
			struct str file = encrypt(&a, plain, &tos[t]);
			struct str got;
			struct err e;
			AUTO(buf) armored = {0};
			buf_init(&armored, MIB);
			age_armor(&armored, file);
			assert_true(str_eq(file, encrypt(&a, plain, &tos[t])));
			assert_int_equal(decrypt(&a, file, &keys, &got, &e), OK);
			assert_true(str_eq(got, plain));
			assert_int_equal(decrypt(&a, buf_str(&armored), &keys, &got, &e), OK);
			assert_true(str_eq(got, plain));
		}
}

static void test_each_recipient_can_open_it_and_nobody_else(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct age_recipient to_all[CAP_AGE_STANZAS];
	struct err e;
	struct str got;
	for (size_t i = 0; i < ARRAY_LEN(to_all); i++)
		to_all[i] = numbered_identity((uint8_t)i).recipient;
	const struct age_to to = {.recipients = to_all, .n = ARRAY_LEN(to_all)};
	struct str file = encrypt(&a, STR(PLAIN), &to);
	for (size_t i = 0; i <= ARRAY_LEN(to_all); i += 32) {
		const struct age_identity ids[] = {identity(), numbered_identity((uint8_t)i)};
		const struct age_keys keys = {.ids = ids, .n = 2, .passphrase = STR(PASSPHRASE)};
		bool known = i < ARRAY_LEN(to_all);
		assert_int_equal(decrypt(&a, file, &keys, &got, &e), known ? OK : E_DENIED);
	}
	const struct age_keys none = {0};
	assert_int_equal(decrypt(&a, file, &none, &got, &e), E_DENIED);
}

static void test_only_the_passphrase_opens_what_is_under_it(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct age_identity id = identity();
	const struct age_to to = {.passphrase = STR(PASSPHRASE), .work = WORK};
	struct str file = encrypt(&a, STR(PLAIN), &to);
	static const char *const wrong[] = {"", "correct", "correct horse ", "Correct horse"};
	struct str got;
	struct err e;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		const struct age_keys keys = {.ids = &id, .n = 1, .passphrase = str_c(wrong[i])};
		assert_int_equal(decrypt(&a, file, &keys, &got, &e), E_DENIED);
	}
	const struct age_keys cheap = {.passphrase = STR(PASSPHRASE), .work_max = WORK - 1};
	assert_int_equal(decrypt(&a, file, &cheap, &got, &e), E_LIMIT);
}

/* 2^18 takes 256 MiB, which is over OpenSSL's own bound. */
static void test_the_work_factor_of_real_files_is_within_reach(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	static const unsigned work[] = {AGE_WORK_LOW, AGE_WORK_DEFAULT};
	for (size_t i = 0; i < ARRAY_LEN(work); i++) {
		const struct age_to to = {.passphrase = STR(PASSPHRASE), .work = work[i]};
		const struct age_keys keys = {.passphrase = STR(PASSPHRASE)};
		struct str got;
		struct err e;
		assert_int_equal(decrypt(&a, encrypt(&a, STR(PLAIN), &to), &keys, &got, &e), OK);
	}
}

static void test_a_change_of_any_bit_is_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct age_identity id = identity();
	const struct age_keys keys = {.ids = &id, .n = 1, .passphrase = STR(PASSPHRASE), .work_max = 6};
	const struct age_to tos[] = {
		{.recipients = &id.recipient, .n = 1}, {.passphrase = STR(PASSPHRASE), .work = WORK}};
	for (size_t t = 0; t < ARRAY_LEN(tos); t++) {
		struct str file = encrypt(&a, STR(PLAIN), &tos[t]);
		for (size_t i = 0; i < file.n * 8; i++) {
			AUTO(arena) rec = {0};
			char *bytes = arena_dup(&rec, file.p, file.n);
			struct str got;
			struct err e;
			bytes[i / 8] = (char)(bytes[i / 8] ^ 1 << i % 8);
			if (decrypt(&rec, str_mem(bytes, file.n), &keys, &got, &e) == OK)
				fail_msg("bit %zu", i);
		}
	}
}

static void test_every_truncation_and_extension_is_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct str file = for_one(&a, STR(PLAIN));
	for (size_t n = 0; n < file.n; n++)
		assert_true(open_file(str_mem(file.p, n)) != OK);
	assert_int_equal(open_file(str_join(&a, file, STR("x"))), E_VERIFY);
	assert_int_equal(open_file(str_join(&a, file, str_sub(file, file.n - 30, file.n))), E_VERIFY);
}

static void test_chunks_cannot_be_moved_left_out_or_repeated(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct str file = for_one(&a, counted(&a, 3 * 65536 + 9, 1));
	size_t tail = 9 + 16;
	size_t chunk = 65536 + 16;
	size_t front = file.n - tail - 3 * chunk;
	struct str part[5] = {str_sub(file, 0, front)};
	for (size_t i = 0; i < 4; i++)
		part[i + 1] = str_sub(file, front + i * chunk, front + (i + 1) * chunk);
	static const char orders[][6] = {"01234", "0134", "01324", "0123", "012344", "011234", "04", "01243", "0"};
	for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
		struct str made = STR("");
		for (size_t k = 0; k < sizeof(orders[i]) && orders[i][k]; k++)
			made = str_join(&a, made, part[orders[i][k] - '0']);
		assert_int_equal(open_file(made), i == 0 ? OK : E_VERIFY);
	}
}

/* A header as it is, up to its MAC, which is not reached. */
#define V1 "age-encryption.org/v1\n"
#define SHARE "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define FULL "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define MAC "--- " SHARE "\n"
#define NONCE "0123456789abcdef"

static void test_headers_are_read_strictly(void **unused)
{
	(void)unused;
	static const struct {
		const char *text;
		rc want;
	} cases[] = {
		{V1 "-> x\n\n" MAC NONCE, E_DENIED},
		{V1 "-> x !~ a\n" FULL "\n\n" MAC NONCE, E_DENIED},
		{V1 "-> x\n" FULL "\n" FULL "\nAA\n" MAC NONCE, E_DENIED},
		{V1 "-> X25519 " SHARE "\n" SHARE "\n" MAC NONCE, E_FORMAT}, /* of low order */
		{V1 "-> scrypt "
		    "AAAAAAAAAAAAAAAAAAAAAA 1\n" SHARE "\n" MAC NONCE,
			E_DENIED},
		{V1 "-> scrypt "
		    "AAAAAAAAAAAAAAAAAAAAAA 21\n" SHARE "\n" MAC NONCE,
			E_LIMIT},
		{V1 "-> scrypt "
		    "AAAAAAAAAAAAAAAAAAAAAA 18446744073709551617\n" SHARE "\n" MAC NONCE,
			E_FORMAT},
		{V1 "-> scrypt "
		    "AAAAAAAAAAAAAAAAAAAAAA 4294967298\n" SHARE "\n" MAC NONCE,
			E_LIMIT},
		{V1 "-> scrypt "
		    "AAAAAAAAAAAAAAAAAAAAAA 01\n" SHARE "\n" MAC NONCE,
			E_FORMAT},
		{V1 "-> scrypt "
		    "AAAAAAAAAAAAAAAAAAAAAA 1 1\n" SHARE "\n" MAC NONCE,
			E_FORMAT},
		{V1 "-> scrypt "
		    "AAAAAAAAAAAAAAAAAAAAAA 1\n" SHARE "\n-> x\n\n" MAC NONCE,
			E_FORMAT},
		{V1 "-> scrypt "
		    "AAAAAAAAAAAAAAAAAAAAAA 1\nAAAA\n" MAC NONCE,
			E_FORMAT},
		{V1 "-> X25519 " SHARE "\n" FULL "\n" SHARE "\n" MAC NONCE, E_FORMAT},
		{V1 "-> X25519 " SHARE " x\n" SHARE "\n" MAC NONCE, E_FORMAT},
		{V1 "-> X25519\n" SHARE "\n" MAC NONCE, E_FORMAT},
		{V1 MAC NONCE, E_FORMAT},
		{V1 "->\n\n" MAC NONCE, E_FORMAT},
		{V1 "-> \n\n" MAC NONCE, E_FORMAT},
		{V1 "-> x \n\n" MAC NONCE, E_FORMAT},
		{V1 "-> x  y\n\n" MAC NONCE, E_FORMAT},
		{V1 "-> x\ty\n\n" MAC NONCE, E_FORMAT},
		{V1 "-> \xc3\xa4\n\n" MAC NONCE, E_FORMAT},
		{V1 "-> x\n" MAC NONCE, E_FORMAT},
		{V1 "-> x\n" FULL "\n" MAC NONCE, E_FORMAT},
		{V1 "-> x\n" FULL "A\n\n" MAC NONCE, E_FORMAT},
		{V1 "-> x\nAA==\n" MAC NONCE, E_FORMAT},
		{V1 "-> x\nA\n" MAC NONCE, E_FORMAT},
		{V1 "-> x\nAB\n" MAC NONCE, E_FORMAT},
		{V1 "-> x\r\n\r\n" MAC NONCE, E_FORMAT},
		{V1 "-> x\n\n--- " SHARE "=\n" NONCE, E_FORMAT},
		{V1 "-> x\n\n--- " SHARE NONCE, E_FORMAT},
		{V1 "-> x\n\n---" SHARE "\n" NONCE, E_FORMAT},
		{V1 "-> x\n\n" MAC "0123456789abcde", E_FORMAT},
		{"age-encryption.org/v2\n-> x\n\n" MAC NONCE, E_UNSUPPORTED},
		{"age-encryption.org/v1\r\n-> x\n\n" MAC NONCE, E_UNSUPPORTED},
		{"Age-encryption.org/v1\n-> x\n\n" MAC NONCE, E_FORMAT},
		{"age-encryption.org/v1", E_FORMAT},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		rc got = open_file(str_c(cases[i].text));
		if (got != cases[i].want)
			fail_msg("case %zu: %s, not %s", i, rc_name(got), rc_name(cases[i].want));
	}
}

static void test_headers_have_limits(void **unused)
{
	(void)unused;
	AUTO(buf) b = {0};
	buf_init(&b, MIB);
	buf_add(&b, STR(V1));
	for (size_t i = 0; i < CAP_AGE_STANZAS; i++)
		buf_add(&b, STR("-> x\n\n"));
	size_t full = b.n;
	buf_add(&b, STR(MAC NONCE));
	assert_int_equal(open_file(buf_str(&b)), E_DENIED);
	b.n = full;
	buf_add(&b, STR("-> x\n\n" MAC NONCE));
	assert_int_equal(open_file(buf_str(&b)), E_LIMIT);
	buf_reset(&b);
	buf_add(&b, STR(V1 "-> x\n"));
	while (b.n + 2 * 65 < CAP_AGE_HEADER)
		buf_add(&b, STR(FULL "\n"));
	full = b.n;
	buf_add(&b, STR("\n" MAC NONCE));
	assert_int_equal(open_file(buf_str(&b)), E_DENIED);
	b.n = full;
	buf_add(&b, STR(FULL "\n" FULL "\n\n" MAC NONCE));
	assert_int_equal(open_file(buf_str(&b)), E_LIMIT);
}

static void test_there_has_to_be_room(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct age_identity id = identity();
	const struct age_keys keys = {.ids = &id, .n = 1};
	const struct age_to to = {.recipients = &id.recipient, .n = 1};
	struct str file = for_one(&a, STR(PLAIN));
	struct str random = counted(&a, age_random_size(&to), 3);
	uint8_t plain[sizeof(PLAIN)] = {0};
	size_t n = 0;
	struct err e;
	assert_int_equal(age_decrypt(file, &keys, plain, sizeof(PLAIN) - 2, &n, &e), E_LIMIT);
	assert_int_equal(age_decrypt(file, &keys, plain, sizeof(PLAIN) - 1, &n, &e), OK);
	assert_int_equal(n, sizeof(PLAIN) - 1);
	for (size_t cap = 0; cap <= file.n; cap++) {
		AUTO(buf) b = {0};
		buf_init(&b, cap);
		assert_int_equal(age_encrypt(STR(PLAIN), &to, random, &b, &e), cap < file.n ? E_LIMIT : OK);
	}
}

static void test_what_makes_no_sense_is_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	struct age_identity id = identity();
	struct age_recipient none = {{0}};
	struct age_recipient *many = arena_alloc(&a, (CAP_AGE_STANZAS + 1) * sizeof(*many));
	const struct {
		struct age_to to;
		rc want;
	} cases[] = {
		{{0}, E_USAGE},
		{{.recipients = &id.recipient, .n = 1, .passphrase = STR("x"), .work = 2}, E_USAGE},
		{{.passphrase = STR("x")}, E_USAGE},
		{{.passphrase = STR("x"), .work = CAP_AGE_WORK + 1}, E_USAGE},
		{{.recipients = &none, .n = 1}, E_FORMAT},
		{{.recipients = many, .n = CAP_AGE_STANZAS + 1}, E_LIMIT},
	};
	struct err e;
	buf_init(&b, MIB);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str random = counted(&a, age_random_size(&cases[i].to), 1);
		assert_int_equal(age_encrypt(STR(PLAIN), &cases[i].to, random, &b, &e), cases[i].want);
	}
	const struct age_to good = {.recipients = &id.recipient, .n = 1};
	assert_int_equal(age_encrypt(STR(PLAIN), &good, counted(&a, 63, 1), &b, &e), E_USAGE);
}

/* Processor time for four times as much: of a header's lines, of its stanzas, of a payload, of armor. */
static clock_t took(struct str file)
{
	clock_t best = 0;
	for (size_t i = 0; i < 3; i++) {
		clock_t from = clock();
		(void)open_file(file);
		clock_t t = clock() - from;
		best = i == 0 || t < best ? t : best;
	}
	return best;
}

static void test_time_is_linear(void **unused)
{
	(void)unused;
	for (size_t kind = 0; kind < 4; kind++) {
		clock_t t[2];
		for (size_t k = 0; k < 2; k++) {
			AUTO(arena) a = {0};
			AUTO(buf) b = {0};
			buf_init(&b, 64u * MIB);
			if (kind < 2) {
				buf_add(&b, STR(V1 "-> y\n"));
				while (kind == 0 && b.n < (CAP_AGE_HEADER - 512) >> (k ? 0 : 2))
					buf_add(&b, STR(FULL "\n"));
				for (size_t i = 0; kind == 1 && i < 120u >> (k ? 0 : 2); i++)
					buf_add(&b,
						STR("\n-> x y z z z z z z z z z z z z z z z z z z z z z z z\n" FULL
						    "\n"));
				buf_add(&b, STR("\n" MAC NONCE));
			} else if (kind == 2) {
				buf_add(&b, for_one(&a, counted(&a, 2u * MIB << (2 * k), 0)));
			} else {
				age_armor(&b, counted(&a, 2u * MIB << (2 * k), 0));
			}
			t[k] = took(buf_str(&b));
		}
		if (t[1] > 10 * t[0] + CLOCKS_PER_SEC / 5)
			fail_msg("kind %zu: %ld, %ld", kind, (long)t[0], (long)t[1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_encrypted_decrypts_whatever_its_size),
		cmocka_unit_test(test_each_recipient_can_open_it_and_nobody_else),
		cmocka_unit_test(test_only_the_passphrase_opens_what_is_under_it),
		cmocka_unit_test(test_the_work_factor_of_real_files_is_within_reach),
		cmocka_unit_test(test_a_change_of_any_bit_is_refused),
		cmocka_unit_test(test_every_truncation_and_extension_is_refused),
		cmocka_unit_test(test_chunks_cannot_be_moved_left_out_or_repeated),
		cmocka_unit_test(test_headers_are_read_strictly),
		cmocka_unit_test(test_headers_have_limits),
		cmocka_unit_test(test_there_has_to_be_room),
		cmocka_unit_test(test_what_makes_no_sense_is_refused),
		cmocka_unit_test(test_time_is_linear),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
