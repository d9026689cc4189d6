/* SPDX-License-Identifier: Apache-2.0 */
/* Replies of public authorities, from the tests of a program that archives posts. Verdicts were derived from what each
 * file is; certificates are those of Debian's ca-certificates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "base/buf.h"
#include "formats/tsp/tsp_int.h"

/* The whole file, in `a`; empty when it is not there. */
static struct str file(struct arena *a, const char *name)
{
	AUTO(buf) b = {0};
	buf_init(&b, 4 * MIB);
	FILE *f = fopen(name, "rb");
	if (!f)
		return STR("");
	for (char *p = buf_space(&b, 65536); p; p = buf_space(&b, 65536)) {
		size_t n = fread(p, 1, 65536, f);
		buf_grown(&b, n);
		if (n == 0)
			break;
	}
	fclose(f);
	return str_dup(a, buf_str(&b));
}

#define SAID "4b7b4e39f12b8c725e6e603e6d4422500316df94211070682ef10260ff5759ef"

static const struct vector {
	const char *name;
	const char *said; /* what was stamped: a text */
	bool bare;
	const char *time; /* start of the verdict's line */
	rc code;          /* with the system's anchors */
	const char *text; /* of its message */
} vectors[] = {
	{"digicert.tsr", SAID, false, "2025-03-24T11:17:47Z", OK, ""},
	/* Its root is in no system's store, and the token has only the signer's certificate: nothing wrong with it. */
	{"self_signed.tsr", SAID, false, "2025-03-24T11:38:16Z", E_VERIFY, "no chain to what is trusted"},
	{"valid_timestamp.tsr", SAID, false, "2025-03-11T10:43:58Z", OK, ""},
	/* Named for a fault of the program that read it, which took the authority's certificate for the signer's. */
	{"rfc3161-client-issue-104.tsr", "hello", false, "2025-03-11T08:52:08Z", OK, ""},
	/* The token of valid_timestamp.tsr without the reply around it. */
	{"timestamp_token_http-timestamp-identrust-com", SAID, true, "2025-03-11T10:43:58Z", OK, ""},
};

static void one_vector(struct arena *a, const struct vector *v, struct str der, struct str system)
{
	uint8_t digest[SHA512_DIGEST_LENGTH] = {0};
	struct tsp_imprint imprint = {TSP_SHA512, str_mem(digest, sizeof(digest))};
	struct tsp_expect want = {.imprint = &imprint};
	struct tsp_reply r;
	struct tsp_verdict verdict;
	struct err e = {0};
	if (tsp_parse(a, der, &r, &e) != OK)
		fail_msg("%s: %s", v->name, e.msg);
	assert_int_equal(r.bare, v->bare);
	assert_true(r.signer != TSP_NONE);
	SHA512((const unsigned char *)v->said, strlen(v->said), digest);
	if (tsp_check(a, &r, &want, &verdict, &e) != OK)
		fail_msg("%s, signature: %s", v->name, e.msg);
	print_message("%s: %.*s\n", v->name, STR_FMT(verdict.said));
	assert_int_equal(verdict.chain, TSP_CHAIN_NOT_CHECKED);
	assert_true(str_starts(verdict.said, str_c(v->time)));
	if (system.n) {
		want.anchors = system;
		rc code = tsp_check(a, &r, &want, &verdict, &e);
		if (code != v->code || (code != OK && !strstr(e.msg, v->text)))
			fail_msg("%s, chain: %s", v->name, code == OK ? "good" : e.msg);
		struct str line = code == OK ? verdict.said : str_c(e.msg);
		print_message("%s: %.*s\n", v->name, STR_FMT(line));
	}
	digest[0] ^= 1;
	assert_int_equal(tsp_check(a, &r, &want, &verdict, &e), E_VERIFY);
}

static void test_replies_of_public_authorities_have_the_verdict_that_is_right(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	const char *dir = getenv("ONRECORD_VECTORS");
	struct str system = file(&a, "/etc/ssl/certs/ca-certificates.crt");
	size_t seen = 0;
	if (system.n == 0)
		print_message("skipped: chains of public authorities (ca-certificates is not installed)\n");
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		struct str der = file(&a, str_fmt(&a, "%s/tsp/%s", dir ? dir : "", vectors[i].name).p);
		if (der.n == 0)
			continue;
		one_vector(&a, &vectors[i], der, system);
		seen++;
	}
	if (seen == 0) {
		print_message("skipped: public test data tsp is not there\n");
		arena_clear(&a); /* skip() does not come back */
		skip();
	}
	assert_int_equal(seen, ARRAY_LEN(vectors));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replies_of_public_authorities_have_the_verdict_that_is_right),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
