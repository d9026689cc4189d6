/* SPDX-License-Identifier: Apache-2.0 */
/* Ed25519 as note_verify() has it, against Wycheproof's cases and CCTV's, which are about the edges of the group.
 *
 * Of the latter RFC 8032 leaves some open. Our policy is one verdict for one signature, which is what OpenSSL gives,
 * with the keys' spelling checked by note_key_make() in front:
 *
 *   flag                    verdict
 *   non_canonical_A         refused: RFC 8032 §5.1.3 has one spelling of a point (OpenSSL alone takes them)
 *   non_canonical_R         refused: R is compared as bytes with what SB - kA is encoded as
 *   reencoded_k             refused: k was hashed over another spelling than the signature's
 *   low_order_residue       refused: §5.1.7 lets a verifier check 8SB = 8R + 8kA or, stricter, SB = R + kA; this is the
 *                           second, as Go and OpenSSL do it
 *   low_order_A, low_order_R, low_order_component_A, low_order_component_R
 *                           by themselves no reason: the equation holds or does not */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/codec.h"
#include "formats/note/note.h"

/* NULL when it is not there. */
static json_t *load(const char *name)
{
	AUTO(arena) a = {0};
	json_error_t why;
	const char *dir = getenv("ONRECORD_VECTORS");
	json_t *top = json_load_file(str_fmt(&a, "%s/crypto/%s", dir ? dir : "", name).p, 0, &why);
	if (!top)
		print_message("skipped: public test data crypto/%s is not there\n", name);
	return top;
}

static struct str text_of(const json_t *object, const char *name)
{
	const char *s = json_string_value(json_object_get(object, name));
	assert_non_null(s);
	return str_c(s);
}

static struct str bytes_of(struct arena *a, const json_t *object, const char *name)
{
	struct str bytes;
	assert_true(hex_decode(a, text_of(object, name), &bytes));
	return bytes;
}

static bool verifies(struct str pub, struct str message, struct str sig)
{
	struct note_key k;
	struct err e;
	assert_int_equal(pub.n, NOTE_KEY_SIZE);
	return note_key_make(STR("x"), (const uint8_t *)pub.p, &k, &e) == OK && note_verify(&k, message, sig);
}

static void test_signatures_verify_as_wycheproof_says(void **unused)
{
	(void)unused;
	size_t n = 0;
	size_t valid = 0;
	json_t *top = load("ed25519_test.json");
	if (!top)
		skip();
	json_t *groups = json_object_get(top, "testGroups");
	for (size_t g = 0; g < json_array_size(groups); g++) {
		AUTO(arena) a = {0};
		json_t *group = json_array_get(groups, g);
		struct str pub = bytes_of(&a, json_object_get(group, "publicKey"), "pk");
		json_t *tests = json_object_get(group, "tests");
		for (size_t t = 0; t < json_array_size(tests); t++, n++) {
			json_t *c = json_array_get(tests, t);
			bool want = str_eq(text_of(c, "result"), STR("valid"));
			if (verifies(pub, bytes_of(&a, c, "msg"), bytes_of(&a, c, "sig")) != want)
				fail_msg("case %lld", (long long)json_integer_value(json_object_get(c, "tcId")));
			valid += want;
		}
	}
	print_message("Wycheproof Ed25519: %zu cases, %zu of them valid, all as expected\n", n, valid);
	assert_int_equal(n, json_integer_value(json_object_get(top, "numberOfTests")));
	json_decref(top);
}

/* Each flag of CCTV's cases: how many have it, and how many of those are valid. */
struct flag {
	const char *name;
	bool refuses;
	size_t cases;
	size_t valid;
};

static const struct flag flags[] = {
	{"low_order_R", false, 586, 86},
	{"low_order_A", false, 526, 86},
	{"low_order_component_R", false, 665, 140},
	{"low_order_component_A", false, 774, 168},
	{"low_order_residue", true, 583, 0},
	{"non_canonical_R", true, 316, 0},
	{"non_canonical_A", true, 226, 0},
	{"reencoded_k", true, 146, 0},
};

static size_t flag_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (str_eq(name, str_c(flags[i].name)))
			return i;
	fail_msg("unknown flag '%.*s'", STR_FMT(name));
	return 0;
}

static bool refused_by_a_flag(const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (flags[flag_of(str_c(json_string_value(json_array_get(list, i))))].refuses)
			return true;
	return false;
}

static void test_signatures_at_the_edges_of_the_group_get_one_verdict(void **unused)
{
	(void)unused;
	size_t cases[ARRAY_LEN(flags)] = {0};
	size_t valid[ARRAY_LEN(flags)] = {0};
	size_t all = 0;
	json_t *top = load("ed25519vectors.json");
	if (!top)
		skip();
	for (size_t i = 0; i < json_array_size(top); i++) {
		AUTO(arena) a = {0};
		json_t *c = json_array_get(top, i);
		json_t *list = json_object_get(c, "flags");
		bool got = verifies(bytes_of(&a, c, "key"), text_of(c, "msg"), bytes_of(&a, c, "sig"));
		if (got == refused_by_a_flag(list))
			fail_msg("case %zu: %s", i, got ? "accepted" : "refused");
		all += got;
		for (size_t k = 0; k < json_array_size(list); k++) {
			size_t f = flag_of(str_c(json_string_value(json_array_get(list, k))));
			cases[f]++;
			valid[f] += got;
		}
	}
	print_message("CCTV Ed25519: %zu cases, %zu valid\n", json_array_size(top), all);
	for (size_t f = 0; f < ARRAY_LEN(flags); f++) {
		print_message("  %-22s %zu cases, %zu valid\n", flags[f].name, cases[f], valid[f]);
		assert_int_equal(cases[f], flags[f].cases);
		assert_int_equal(valid[f], flags[f].valid);
	}
	assert_int_equal(json_array_size(top), 914);
	assert_int_equal(all, 172);
	json_decref(top);
}

/* Authorities of time stamps sign with P-384 too, and formats/tsp leaves that to OpenSSL: here it is held to the cases
 * alone. DER signatures; OpenSSL takes no other spelling of one. */
static bool p384_verifies(EVP_PKEY *key, struct str message, struct str sig)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	assert_non_null(ctx);
	bool good = EVP_DigestVerifyInit(ctx, NULL, EVP_sha384(), NULL, key) == 1 &&
		EVP_DigestVerify(ctx, (const uint8_t *)sig.p, sig.n, (const uint8_t *)message.p, message.n) == 1;
	EVP_MD_CTX_free(ctx);
	return good;
}

static void test_p384_signatures_verify_as_wycheproof_says(void **unused)
{
	(void)unused;
	size_t n = 0;
	json_t *top = load("ecdsa_secp384r1_sha384_test.json");
	if (!top)
		skip();
	json_t *groups = json_object_get(top, "testGroups");
	for (size_t g = 0; g < json_array_size(groups); g++) {
		AUTO(arena) a = {0};
		json_t *group = json_array_get(groups, g);
		struct str der = bytes_of(&a, group, "publicKeyDer");
		const uint8_t *at = (const uint8_t *)der.p;
		EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)der.n);
		assert_non_null(key);
		json_t *tests = json_object_get(group, "tests");
		for (size_t t = 0; t < json_array_size(tests); t++, n++) {
			json_t *c = json_array_get(tests, t);
			bool want = str_eq(text_of(c, "result"), STR("valid"));
			if (p384_verifies(key, bytes_of(&a, c, "msg"), bytes_of(&a, c, "sig")) != want)
				fail_msg("case %lld", (long long)json_integer_value(json_object_get(c, "tcId")));
		}
		EVP_PKEY_free(key);
	}
	print_message("Wycheproof ECDSA P-384: %zu cases, all as expected\n", n);
	assert_int_equal(n, json_integer_value(json_object_get(top, "numberOfTests")));
	json_decref(top);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signatures_verify_as_wycheproof_says),
		cmocka_unit_test(test_signatures_at_the_edges_of_the_group_get_one_verdict),
		cmocka_unit_test(test_p384_signatures_verify_as_wycheproof_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
