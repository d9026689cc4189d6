/* SPDX-License-Identifier: Apache-2.0 */
/* Each bit of a reply, flipped. What still verifies is listed by the part of the reply that it is in, with the reason.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "formats/tsp/test_tsa.h"

/* Each bit; under AddressSanitizer, where one flip takes some ten times as long, each 11th: all bits of bytes in turn.
 */
#if defined(__SANITIZE_ADDRESS__)
#define STEP 11
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define STEP 11
#endif
#endif
#ifndef STEP
#define STEP 1
#endif

static rc judge(struct str reply, const struct tsp_imprint *imprint, struct str nonce, struct str anchors)
{
	AUTO(arena) a = {0};
	struct tsp_expect want = {.imprint = imprint, .has_nonce = true, .nonce = nonce, .anchors = anchors};
	struct tsp_reply r;
	struct tsp_verdict v;
	struct err e;
	TRY(tsp_parse(&a, reply, &r, &e));
	return tsp_check(&a, &r, &want, &v, &e);
}

/* A part of the reply in which bits may change and the token still verifies. */
struct part {
	const char *why;
	struct str where; /* bytes of the reply */
	uint8_t bits;     /* of each byte */
	size_t flips;
};

enum {
	STATUS,
	VERSION,
	CERTS_TAG,
	ROOT,
	SIGNER_VERSION,
	SIGNER_NAME,
	ATTRIBUTES_TAG,
	ALGORITHM,
	PARTS,
};

static struct tsp_tlv next(struct str *rest)
{
	struct tsp_tlv v = {0};
	assert_true(rest->n && tsp_tlv_take(rest, (uint8_t)rest->p[0], &v));
	return v;
}

/* Walks to the parts, RFC 5652 §5.1 and §5.3. */
static void find_parts(struct str reply, struct str root, struct part parts[PARTS])
{
	struct str rest = next(&reply).value;
	struct str status = next(&rest).value;
	struct str token = next(&rest).value;
	next(&token);
	struct str explicit = next(&token).value;
	struct str data = next(&explicit).value;
	struct str version = next(&data).value;
	next(&data); /* digestAlgorithms */
	next(&data); /* the content */
	struct str certs = next(&data).whole;
	struct str signers = next(&data).value;
	struct str signer = next(&signers).value;
	struct str signer_version = next(&signer).value;
	struct str sid = next(&signer).value;
	next(&signer); /* digestAlgorithm */
	struct str attributes = next(&signer).whole;
	struct str algorithm = next(&signer).value;
	parts[STATUS] = (struct part){"granted, or granted with changes", next(&status).value, 0x01, 0};
	parts[VERSION] = (struct part){"the version of SignedData, which nothing depends on", version, 0xff, 0};
	parts[CERTS_TAG] = (struct part){
		"a tag's mark for contents, which OpenSSL knows anyway", str_sub(certs, 0, 1), 0x20, 0};
	parts[ROOT] = (struct part){"a certificate that the path does not need",
		str_sub(certs, str_find(certs, root, 0), str_find(certs, root, 0) + root.n), 0xff, 0};
	parts[SIGNER_VERSION] = (struct part){
		"the version of SignerInfo, which nothing depends on", signer_version, 0xff, 0};
	parts[SIGNER_NAME] = (struct part){
		"capitals in the issuer's name beside the signature; names are compared without them", next(&sid).whole,
		0x20, 0};
	parts[ATTRIBUTES_TAG] = (struct part){
		"a tag's mark for contents, which OpenSSL knows anyway", str_sub(attributes, 0, 1), 0x20, 0};
	parts[ALGORITHM] = (struct part){"the digest in the signature's algorithm; another field says which is used",
		str_from(algorithm, algorithm.n - 1), 0xff, 0};
}

static struct part *part_of(struct part parts[PARTS], const char *at, unsigned bit)
{
	for (size_t i = 0; i < PARTS; i++) {
		struct str s = parts[i].where;
		if (at >= s.p && at < s.p + s.n && (parts[i].bits & 1u << bit))
			return &parts[i];
	}
	return NULL;
}

static void test_each_bit_of_a_reply_matters_or_is_known_not_to(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct tsa t;
	struct tsa_spec spec = {0};
	struct token_spec token = {.nonce = STR("12345678"), .tsa_name = "Sample stamps", .with_root = true};
	struct part parts[PARTS] = {0};
	tsa_init(&t, &spec);
	struct str reply = tsa_reply(&a, &t, &token);
	struct tsp_imprint imprint = {TSP_SHA256, tsa_hash(&a)};
	struct str anchors = tsa_pem(&a, t.root.cert);
	assert_int_equal(judge(reply, &imprint, token.nonce, anchors), OK);
	find_parts(reply, tsa_der(&a, t.root.cert), parts);
	tsa_clear(&t);
	char *bytes = arena_dup(&a, reply.p, reply.n);
	size_t passed = 0;
	size_t tried = 0;
	for (size_t i = 0; i < reply.n * 8; i += STEP) {
		/* Where nearly all pass, one in sixteen is enough. */
		if (i % 16 && part_of(parts, reply.p + i / 8, i % 8) == &parts[ROOT])
			continue;
		tried++;
		bytes[i / 8] = (char)(bytes[i / 8] ^ 1 << i % 8);
		if (judge(str_mem(bytes, reply.n), &imprint, token.nonce, anchors) == OK) {
			struct part *part = part_of(parts, reply.p + i / 8, i % 8);
			if (!part)
				fail_msg("byte %zu bit %zu still verifies", i / 8, i % 8);
			else
				part->flips++;
			passed++;
		}
		bytes[i / 8] = reply.p[i / 8];
	}
	print_message("%zu of %zu single-bit flips still verify:\n", passed, tried);
	for (size_t i = 0; i < PARTS; i++)
		print_message("bytes %td to %td, %zu: %s\n", parts[i].where.p - reply.p,
			parts[i].where.p - reply.p + (ptrdiff_t)parts[i].where.n - 1, parts[i].flips, parts[i].why);
	assert_true(passed - parts[ROOT].flips < 100);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_bit_of_a_reply_matters_or_is_known_not_to),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
