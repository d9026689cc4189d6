/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/codec.h"
#include "base/hash.h"

static void test_all_short_byte_strings_read_back(void **unused)
{
	(void)unused;
	for (size_t n = 0; n < 40; n++) {
		AUTO(arena) a = {0};
		char bytes[40];
		struct str got;
		for (size_t i = 0; i < n; i++)
			bytes[i] = (char)(i * 97 + n * 31);
		struct str in = str_mem(bytes, n);
		assert_true(hex_decode(&a, hex_of(&a, in), &got) && str_eq(got, in));
		assert_true(base64_decode(&a, base64_of(&a, in), &got) && str_eq(got, in));
		struct str b32 = base32_of(&a, in);
		assert_true(b32.n % 8 == 0 && base32_decode(&a, b32, &got) && str_eq(got, in));
		while (str_ends(b32, STR("=")))
			b32.n--;
		assert_true(base32_decode(&a, b32, &got) && str_eq(got, in));
		AUTO(buf) b = {0};
		buf_init(&b, 200);
		hex_add(&b, in);
		base64_add(&b, in);
		assert_true(str_eq(buf_str(&b), str_join(&a, hex_of(&a, in), base64_of(&a, in))));
	}
}

/* RFC 4648 §3.5: one text for each byte string. Of all endings only the encoder's own may be read. */
static void test_no_byte_string_has_two_spellings(void **unused)
{
	(void)unused;
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
	AUTO(arena) a = {0};
	unsigned read = 0;
	for (size_t i = 0; i < 65ul * 65 * 65; i++) {
		char s[4] = {'Q', letters[i % 65], letters[i / 65 % 65], letters[i / 65 / 65]};
		struct str got;
		if (!base64_decode(&a, str_mem(s, 4), &got))
			continue;
		read++;
		assert_true(str_eq(base64_of(&a, got), str_mem(s, 4)));
		if (i % 4096 == 0)
			arena_reset(&a);
	}
	/* first letter fixed: 64^3 of three bytes, 64 * 16 of two, 4 of one */
	assert_int_equal(read, 64 * 64 * 64 + 64 * 16 + 4);
}

/* Of the right size or not at all: nothing is written then. */
static void test_base64_of_a_fixed_size_is_that_size(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	for (size_t have = 0; have <= 66; have++) {
		char in[66];
		for (size_t i = 0; i < have; i++)
			in[i] = (char)(i * 37 + have);
		struct str text = base64_of(&a, str_mem(in, have));
		struct str bare = str_sub(text, 0, str_chr(text, '=', 0));
		for (size_t want = 0; want <= 64; want++) {
			char got[65];
			memset(got, 'x', sizeof(got));
			assert_int_equal(base64_fixed(text, got, want), have == want);
			if (have == want)
				assert_memory_equal(got, in, have);
			for (size_t i = have == want ? want : 0; i < sizeof(got); i++)
				assert_int_equal(got[i], 'x');
			assert_true(bare.n == text.n || !base64_fixed(bare, got, want));
		}
		char *wrong = arena_dup(&a, text.p, text.n);
		for (size_t i = 0; i < text.n && have <= 64; i++) {
			wrong[i] = '-';
			assert_false(base64_fixed(str_mem(wrong, text.n), in, have));
			wrong[i] = text.p[i];
		}
	}
}

static void test_ill_formed_base32_is_refused(void **unused)
{
	(void)unused;
	static const char *const bad[] = {"M", "MZX", "MZXW6Y", "MZ",
		"MY=", "MY==", "MY=====", "MY=======", "MZXW6===MY", "MZXW6YTB========", "MZXW6YTB=", "=",
		"========", "M1======", "M8======", "MY======\n", " MY======", "MY-====="};
	AUTO(arena) a = {0};
	struct str got;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (base32_decode(&a, str_c(bad[i]), &got))
			fail_msg("'%s' is read", bad[i]);
	assert_true(base32_decode(&a, STR("mzxw6ytb"), &got) && str_eq(got, STR("fooba")));
	assert_true(hex_decode(&a, STR("00fFAb"), &got) && str_eq(got, STR("\0\xff\xab")));
	assert_false(hex_decode(&a, STR("0 "), &got) || hex_decode(&a, STR("-1"), &got));
	assert_false(base64_decode(&a, STR("-_-_"), &got));
}

static void test_readers_stop_at_the_end_and_stay_stopped(void **unused)
{
	(void)unused;
	struct bytes_reader none = bytes_reader((struct str){NULL, 0});
	assert_true(bytes_take(&none, 0).n == 0 && !none.bad);
	assert_true(bytes_u64(&none) == 0 && none.bad);
	struct bytes_reader r = bytes_reader(STR("\1\2\3"));
	assert_int_equal(bytes_u32(&r), 0);
	assert_true(r.bad && bytes_u16(&r) == 0 && bytes_take(&r, 1).n == 0);
	r = bytes_reader(STR("\1\2\3"));
	assert_true(bytes_take(&r, UINT64_MAX).n == 0 && r.bad);
	r = bytes_reader(STR("\1\2\3"));
	assert_true(str_eq(bytes_take(&r, 3), STR("\1\2\3")) && !r.bad && r.n == 0);
}

/* FIPS 180-4's million letters and its empty text, fed in uneven pieces. */
static void test_long_and_empty_texts_have_the_published_digests(void **unused)
{
	(void)unused;
	static const struct {
		enum digest_alg alg;
		const char *million;
		const char *empty;
	} cases[] = {
		{DIGEST_SHA256, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
			"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{DIGEST_SHA1, "34aa973cd4c4daa4f61eeb2bdbad27316534016f", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
		{DIGEST_MD5, "7707d6ae4e027c70eea2a935c2296f21", "d41d8cd98f00b204e9800998ecf8427e"},
		{DIGEST_SHA512,
			"e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb"
			"de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b",
			"cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
			"47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"},
	};
	AUTO(arena) a = {0};
	AUTO(digest) d = {0};
	char *letters = arena_alloc(&a, 1000);
	memset(letters, 'a', 1000);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint8_t out[DIGEST_MAX];
		size_t size = digest_size(cases[i].alg);
		digest_start(&d, cases[i].alg);
		for (size_t left = 1000000, step = 1; left; step = step % 991 + 7) {
			size_t n = size_min(step, left);
			digest_add(&d, letters, n);
			left -= n;
		}
		digest_end(&d, out);
		assert_string_equal(hex_of(&a, str_mem(out, size)).p, cases[i].million);
		digest_start(&d, cases[i].alg);
		digest_add(&d, NULL, 0);
		digest_end(&d, out);
		assert_string_equal(hex_of(&a, str_mem(out, size)).p, cases[i].empty);
	}
	struct hash one = hash_of(STR(""));
	struct hash two = hash_of(STR("a"));
	assert_true(hash_eq(&one, &one) && !hash_eq(&one, &two));
	digest_start(&d, DIGEST_SHA256);
	two = digest_sha256(&d);
	assert_true(hash_eq(&one, &two));
}

/* RFC 4231, cases 1 to 4, 6 and 7 (5 is a truncated one), and each message twice under one start. */
static void test_hmacs_are_those_of_rfc_4231(void **unused)
{
	(void)unused;
	static const struct {
		const char *key; /* in hex; NULL: 0xaa 131 times */
		const char *message;
		bool is_hex;
		const char *want;
	} cases[] = {
		{"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "Hi There", false,
			"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
		{"4a656665", "what do ya want for nothing?", false,
			"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
			"dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
			"dd"
			"dddd",
			true, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
		{"0102030405060708090a0b0c0d0e0f10111213141516171819",
			"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
			"cd"
			"cdcd",
			true, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
		{NULL, "Test Using Larger Than Block-Size Key - Hash Key First", false,
			"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
		{NULL,
			"This is a test using a larger than block-size key and a larger than block-size data. The key "
			"needs to "
			"be hashed before being used by the HMAC algorithm.",
			false, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
	};
	AUTO(arena) a = {0};
	char *long_key = arena_alloc(&a, 131);
	memset(long_key, 0xaa, 131);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str key = str_mem(long_key, 131);
		struct str message = str_c(cases[i].message);
		if (cases[i].key)
			assert_true(hex_decode(&a, str_c(cases[i].key), &key));
		if (cases[i].is_hex)
			assert_true(hex_decode(&a, message, &message));
		struct hmac h;
		hmac_start(&h, key);
		for (int twice = 0; twice < 2; twice++) {
			struct hash m = hmac_of(&h, message);
			assert_string_equal(hex_of(&a, hash_str(&m)).p, cases[i].want);
		}
		hmac_clear(&h);
		static const struct hmac zero;
		assert_memory_equal(&h, &zero, sizeof(h));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_short_byte_strings_read_back),
		cmocka_unit_test(test_no_byte_string_has_two_spellings),
		cmocka_unit_test(test_base64_of_a_fixed_size_is_that_size),
		cmocka_unit_test(test_ill_formed_base32_is_refused),
		cmocka_unit_test(test_readers_stop_at_the_end_and_stay_stopped),
		cmocka_unit_test(test_long_and_empty_texts_have_the_published_digests),
		cmocka_unit_test(test_hmacs_are_those_of_rfc_4231),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
