/* SPDX-License-Identifier: Apache-2.0 */
/* Revocation data, tokens and evidence as no authority should make them: they count for nothing, and what is said of a
 * token without them stays true. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "formats/tsp/test_tsa.h"

static struct tsa good;

static int start(void **unused)
{
	(void)unused;
	struct tsa_spec spec = {.usage = NULL};
	tsa_init(&good, &spec);
	return 0;
}

static int stop(void **unused)
{
	(void)unused;
	tsa_clear(&good);
	return 0;
}

static rc judge(const struct tsa *t, const struct token_spec *spec, const struct tsp_evidence *ev, struct arena *a,
	struct tsp_verdict *v, struct err *e)
{
	struct tsp_imprint imprint = {TSP_SHA256, tsa_hash(a)};
	struct tsp_reply r;
	TRY(tsp_parse(a, tsa_reply(a, t, spec), &r, e));
	struct tsp_expect want = {.imprint = &imprint,
		.evidence = ev,
		.anchors = tsa_pem(a, t->root.cert),
		.has_nonce = r.has_nonce,
		.nonce = spec->nonce};
	return tsp_check(a, &r, &want, v, e);
}

static void expect_spec(const struct token_spec *spec, rc code, const char *text)
{
	AUTO(arena) a = {0};
	struct tsp_verdict v;
	struct err e = {0};
	rc got = judge(&good, spec, NULL, &a, &v, &e);
	if (got != code || (code != OK && !strstr(e.msg, text)))
		fail_msg("%s: %s, not %s: %s", rc_name(got), e.msg, rc_name(code), text);
	assert_true(ERR_peek_error() == 0);
}

static void test_tokens_that_are_not_whole(void **unused)
{
	(void)unused;
	static const struct {
		struct token_spec spec;
		rc code;
		const char *text;
	} cases[] = {
		{{.detached = true}, E_FORMAT, "no content"},
		{{.signed_twice = true}, E_FORMAT, "2 signatures"},
		{{.info = {"\x30\x00", 2}}, E_FORMAT, "no TSTInfo"},
		{{.info = {"\x30\x80\x00\x00", 4}}, E_UNSUPPORTED, "TSTInfo"},
		{{.time = "20240601"}, E_FORMAT, "genTime"},
		{{.time = "2024060100000Z"}, E_FORMAT, "genTime"},
		{{.time = "20240631000000Z"}, E_FORMAT, "genTime"},
		{{.accuracy_micros = 999}, OK, ""},
		{{.accuracy_micros = 1000}, E_FORMAT, "accuracy"},
		{{.nonce = {"\0\0\0\0\0\0\0\0", 8}}, OK, ""},
		{{.nonce = {"\0\1\2\3\4\5\6\7", 8}}, OK, ""},
		{{.more_certs = CAP_TSP_CERTS - 2}, OK, ""},
		{{.more_certs = CAP_TSP_CERTS - 1}, E_LIMIT, "more than 32 certificates"},
		{{.no_certs = true}, E_VERIFY, "neither in the token nor beside it"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		expect_spec(&cases[i].spec, cases[i].code, cases[i].text);
}

static void test_a_token_that_was_changed_after_it_was_read_is_read_again(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct tsp_imprint imprint = {TSP_SHA256, tsa_hash(&a)};
	struct tsp_expect want = {.imprint = &imprint};
	struct token_spec spec = {0};
	struct tsp_reply r;
	struct tsp_verdict v;
	struct tsp_evidence ev = {0};
	struct tsp_wanted *w;
	size_t n = 0;
	struct err e;
	assert_int_equal(tsp_parse(&a, tsa_reply(&a, &good, &spec), &r, &e), OK);
	r.token = str_sub(r.token, 0, r.token.n - 1);
	assert_int_equal(tsp_check(&a, &r, &want, &v, &e), E_FORMAT);
	assert_int_equal(tsp_wanted(&a, &r, STR(""), &ev, &w, &n, &e), E_FORMAT);
	r.token = STR("\x30\x00");
	assert_int_equal(tsp_check(&a, &r, &want, &v, &e), E_FORMAT);
}

/* A list about the signer's certificate, revoked at `since`; what the verdict is, and whether the list counted. */
struct list_case {
	const char *what;
	struct crl_spec spec;
	bool revoked; /* the entry is in it */
	rc code;
	bool known;
};

static void test_lists_that_do_not_count(void **unused)
{
	(void)unused;
	const struct crl_spec fine = {.reason = -1};
	const struct list_case cases[] = {
		{"a good one", fine, false, OK, true},
		{"without an end, made later", {.reason = -1, .made = T_STAMP + DAY, .next = -1}, false, OK, true},
		{"without an end, made before", {.reason = -1, .next = -1}, false, OK, false},
		{"SHA-1", {.reason = -1, .md = EVP_sha1()}, false, OK, false},
		{"SHA-1, but revoked", {.reason = -1, .md = EVP_sha1(), .since = T_STAMP - DAY}, true, E_VERIFY, false},
		{"a known critical extension", {.reason = -1, .key_id_critical = true}, false, OK, true},
		{"its point twice", {.reason = -1, .point = "onlyuser:TRUE", .point_twice = true}, false, OK, false},
		{"made at no time", {.reason = -1, .bad_time = CRL_MADE_BAD}, false, OK, false},
		{"until no time", {.reason = -1, .bad_time = CRL_NEXT_BAD}, false, OK, false},
		{"revoked at no time", {.reason = 4, .since = T_STAMP + DAY, .bad_time = CRL_SINCE_BAD}, true, E_VERIFY,
			false},
		{"invalid at no time", {.reason = 4, .since = T_STAMP + DAY, .invalid = 1, .bad_time = CRL_INVALID_BAD},
			true, OK, true},
		{"invalid later than revoked", {.reason = 4, .since = T_STAMP + DAY, .invalid = T_STAMP + 2 * DAY},
			true, OK, true},
		{"only attributes", {.reason = -1, .point = "critical,onlyAA:TRUE"}, false, OK, false},
		{"indirect", {.reason = -1, .point = "critical,indirectCRL:TRUE"}, false, OK, false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(arena) a = {0};
		struct tsp_evidence ev = {0};
		struct crl_spec spec = cases[i].spec;
		const struct token_spec token = {0};
		struct tsp_verdict v = {.links = NULL};
		struct err e = {0};
		spec.revoked = cases[i].revoked ? good.signer.cert : NULL;
		assert_int_equal(tsp_evidence_add(&a, &ev, tsa_crl(&a, &good.middle, &spec), NULL, &e), OK);
		rc got = judge(&good, &token, &ev, &a, &v, &e);
		if (got != cases[i].code || (got == OK && v.links[0].revocation_known != cases[i].known))
			fail_msg("%s: %s: %s", cases[i].what, rc_name(got), e.msg);
	}
}

static void test_lists_about_points_that_the_certificate_does_not_name(void **unused)
{
	(void)unused;
	static const char *const points[] = {"", "URI:http://example.org/other.crl"};
	for (size_t i = 0; i < ARRAY_LEN(points); i++) {
		AUTO(arena) a = {0};
		struct tsa t;
		struct tsa_spec spec = {.points = points[i]};
		const struct crl_spec crl = {
			.reason = -1, .point = "critical,fullname:URI:http://example.org/list.crl"};
		const struct token_spec token = {0};
		struct tsp_evidence ev = {0};
		struct tsp_verdict v;
		struct err e;
		tsa_init(&t, &spec);
		assert_int_equal(tsp_evidence_add(&a, &ev, tsa_crl(&a, &t.middle, &crl), NULL, &e), OK);
		assert_int_equal(judge(&t, &token, &ev, &a, &v, &e), OK);
		assert_int_equal(v.revocation, TSP_REVOCATION_NOT_CHECKED);
		tsa_clear(&t);
	}
}

static void test_a_list_by_an_authority_that_may_sign_no_lists(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct tsa t;
	struct tsa_spec spec = {.ca_usage = "critical,keyCertSign"};
	const struct token_spec token = {0};
	struct tsp_evidence ev = {0};
	struct tsp_verdict v;
	struct err e;
	tsa_init(&t, &spec);
	const struct crl_spec crl = {.reason = -1, .revoked = t.signer.cert, .since = T_STAMP - DAY};
	assert_int_equal(tsp_evidence_add(&a, &ev, tsa_crl(&a, &t.middle, &crl), NULL, &e), OK);
	assert_int_equal(judge(&t, &token, &ev, &a, &v, &e), OK);
	assert_int_equal(v.revocation, TSP_REVOCATION_NOT_CHECKED);
	tsa_clear(&t);
}

struct answer_case {
	const char *what;
	const struct party *by;
	struct ocsp_spec spec;
	rc code;
	bool known;
};

static void test_answers_by_those_who_may_not_give_them(void **unused)
{
	(void)unused;
	static const char signing[] = "OCSPSigning";
	struct party named = tsa_party(&good.middle, "Sample answers", signing);
	struct party both = tsa_party(&good.middle, "Sample answers two", "serverAuth,OCSPSigning");
	struct party other = tsa_party(&good.middle, "Sample server", "serverAuth");
	struct party none = tsa_party(&good.middle, "Sample nobody", "");
	struct party of_root = tsa_party(&good.root, "Sample answers of the root", signing);
	struct party old = tsa_party_expired(&good.middle, "Sample old answers", signing);
	const struct party same_name = {good.middle.cert, good.root.key};
	struct party posing = tsa_party(&same_name, "Sample forged answers", signing);
	const struct ocsp_spec fine = {.status = V_OCSP_CERTSTATUS_GOOD};
	const struct ocsp_spec revoked = {.status = V_OCSP_CERTSTATUS_REVOKED, .since = T_STAMP - DAY, .reason = 1};
	struct ocsp_spec left_out = fine;
	left_out.certs_left_out = true;
	const struct answer_case cases[] = {
		{"the issuer", &good.middle, fine, OK, true},
		{"the issuer, revoked", &good.middle, revoked, E_VERIFY, false},
		{"one whom it named", &named, fine, OK, true},
		{"one whom it named, for more", &both, fine, OK, true},
		{"one whom it named, revoked", &named, revoked, E_VERIFY, false},
		{"one whom it named, not there", &named, left_out, OK, false},
		{"a server", &other, revoked, OK, false},
		{"one named for nothing", &none, revoked, OK, false},
		{"one whom another named", &of_root, revoked, OK, false},
		{"one who was named for a day", &old, revoked, OK, false},
		{"one whom somebody of that name named", &posing, revoked, OK, false},
		{"unknown", &good.middle, {.status = V_OCSP_CERTSTATUS_UNKNOWN}, OK, false},
		{"without an end", &good.middle, {.status = V_OCSP_CERTSTATUS_GOOD, .made = T_STAMP + DAY, .next = -1},
			OK, true},
		{"made at no time", &good.middle, {.status = V_OCSP_CERTSTATUS_GOOD, .bad_time = OCSP_MADE_BAD}, OK,
			false},
		{"until no time", &good.middle, {.status = V_OCSP_CERTSTATUS_GOOD, .bad_time = OCSP_NEXT_BAD}, OK,
			false},
		{"revoked at no time", &good.middle,
			{.status = V_OCSP_CERTSTATUS_REVOKED,
				.since = T_STAMP + DAY,
				.reason = 4,
				.bad_time = OCSP_SINCE_BAD},
			E_VERIFY, false},
		{"about a digest that there is not", &good.middle,
			{.status = V_OCSP_CERTSTATUS_REVOKED, .since = 1, .digest_nid = NID_id_smime_ct_TSTInfo}, OK,
			false},
		{"about another digest", &good.middle,
			{.status = V_OCSP_CERTSTATUS_REVOKED, .since = 1, .digest_nid = NID_sha256}, OK, false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(arena) a = {0};
		struct tsp_evidence ev = {0};
		const struct token_spec token = {0};
		struct tsp_verdict v = {.links = NULL};
		struct err e = {0};
		struct str der = tsa_ocsp(&a, cases[i].by, &good.middle, good.signer.cert, &cases[i].spec);
		assert_int_equal(tsp_evidence_add(&a, &ev, der, NULL, &e), OK);
		rc got = judge(&good, &token, &ev, &a, &v, &e);
		if (got != cases[i].code || (got == OK && v.links[0].revocation_known != cases[i].known))
			fail_msg("%s: %s: %s", cases[i].what, rc_name(got), e.msg);
	}
	struct party *const made[] = {&named, &both, &other, &none, &of_root, &old, &posing};
	for (size_t i = 0; i < ARRAY_LEN(made); i++)
		party_clear(made[i]);
}

/* Put together by a caller and not by tsp_evidence_add(): what cannot be read is left out. */
static void test_evidence_that_cannot_be_read_counts_for_nothing(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct str junk[] = {STR("junk"), STR("\x30\x00")};
	struct str answers[] = {STR("junk"), STR("\x30\x03\x0a\x01\x06"), STR("\x30\x03\x0a\x01\x00")};
	struct tsp_evidence ev = {.certs = junk, .ncerts = 2, .crls = junk, .ncrls = 2, .ocsps = answers, .nocsps = 3};
	const struct token_spec token = {0};
	struct tsp_verdict v;
	struct err e;
	assert_int_equal(judge(&good, &token, &ev, &a, &v, &e), OK);
	assert_int_equal(v.revocation, TSP_REVOCATION_NOT_CHECKED);
}

static void test_evidence_with_something_behind_it_is_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	const struct crl_spec crl = {.reason = -1};
	const struct ocsp_spec ocsp = {.status = V_OCSP_CERTSTATUS_GOOD};
	const struct str items[] = {
		tsa_der(&a, good.middle.cert),
		tsa_crl(&a, &good.middle, &crl),
		tsa_ocsp(&a, &good.middle, &good.middle, good.signer.cert, &ocsp),
	};
	SSL_AUTO(PKCS7) bag = PKCS7_new();
	SSL_AUTO(PKCS7) list_bag = PKCS7_new();
	SSL_AUTO(PKCS7) data = PKCS7_new();
	const unsigned char *p = (const unsigned char *)items[1].p;
	SSL_AUTO(X509_CRL) list = d2i_X509_CRL(NULL, &p, (long)items[1].n);
	PKCS7_set_type(bag, NID_pkcs7_signed);
	PKCS7_content_new(bag, NID_pkcs7_data);
	PKCS7_add_certificate(bag, good.middle.cert);
	PKCS7_set_type(list_bag, NID_pkcs7_signed);
	PKCS7_content_new(list_bag, NID_pkcs7_data);
	PKCS7_add_crl(list_bag, list);
	PKCS7_set_type(data, NID_pkcs7_data);
	PKCS7 *const bags[] = {bag, list_bag, data};
	struct str der[ARRAY_LEN(items) + ARRAY_LEN(bags)];
	memcpy(der, items, sizeof(items));
	for (size_t i = 0; i < ARRAY_LEN(bags); i++) {
		unsigned char *out = NULL;
		int n = i2d_PKCS7(bags[i], &out);
		assert_true(n > 0);
		der[ARRAY_LEN(items) + i] = str_dup(&a, str_mem(out, (size_t)n));
		OPENSSL_free(out);
	}
	struct tsp_evidence none = {0};
	struct err bag_e;
	struct str empty = STR("\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"); /* signed data of nothing */
	assert_int_equal(tsp_evidence_add(&a, &none, empty, NULL, &bag_e), E_FORMAT);
	for (size_t i = 0; i < ARRAY_LEN(der); i++) {
		struct tsp_evidence ev = {0};
		struct tsp_evidence full = {.bytes = CAP_TSP_EVIDENCE};
		struct err e;
		size_t n = 0;
		bool is_data = i + 1 == ARRAY_LEN(der);
		assert_int_equal(tsp_evidence_add(&a, &ev, str_join(&a, der[i], STR("x")), &n, &e), E_FORMAT);
		assert_int_equal(tsp_evidence_add(&a, &ev, der[i], &n, &e), is_data ? E_FORMAT : OK);
		assert_int_equal(tsp_evidence_add(&a, &full, der[i], &n, &e), is_data ? E_FORMAT : E_LIMIT);
	}
}

static void test_pem_over_its_cap_is_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	const size_t size = 2 * (size_t)CAP_TSP_EVIDENCE + 1;
	char *text = arena_alloc(&a, size);
	memset(text, '\n', size);
	memcpy(text, "-----BEGIN ", 11);
	struct tsp_evidence ev = {0};
	struct tsp_imprint imprint = {TSP_SHA256, tsa_hash(&a)};
	struct tsp_expect want = {.imprint = &imprint, .anchors = str_mem(text, size)};
	const struct token_spec spec = {0};
	struct tsp_reply r;
	struct tsp_verdict v;
	struct err e;
	assert_int_equal(tsp_evidence_add(&a, &ev, str_mem(text, size), NULL, &e), E_LIMIT);
	assert_int_equal(tsp_parse(&a, tsa_reply(&a, &good, &spec), &r, &e), OK);
	assert_int_equal(tsp_check(&a, &r, &want, &v, &e), E_LIMIT);
}

static void test_nothing_is_wanted_of_whom_nobody_knows_and_never_too_much(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) points = {0};
	struct token_spec spec = {.no_certs = true};
	struct tsp_evidence ev = {0};
	struct tsp_wanted *w;
	struct tsp_reply r;
	struct tsa t;
	size_t n = 9;
	struct err e;
	assert_int_equal(tsp_parse(&a, tsa_reply(&a, &good, &spec), &r, &e), OK);
	assert_int_equal(tsp_wanted(&a, &r, STR(""), &ev, &w, &n, &e), OK);
	assert_int_equal(n, 0);
	buf_init(&points, MIB);
	buf_add(&points, STR("URI:http://example.org/"));
	for (unsigned i = 0; i < CAP_URL; i++)
		buf_addc(&points, 'a');
	buf_addc(&points, ',');
	for (unsigned i = 0; i < CAP_TSP_EVIDENCE_ITEMS + 9; i++)
		buf_addf(&points, "%sURI:http://example.org/%u.crl", i ? "," : "", i);
	struct tsa_spec many = {.points = points.p};
	tsa_init(&t, &many);
	spec.no_certs = false;
	assert_int_equal(tsp_evidence_add(&a, &ev, tsa_der(&a, t.signer.cert), NULL, &e), OK);
	struct token_spec bare = {.no_certs = true};
	assert_int_equal(tsp_parse(&a, tsa_reply(&a, &t, &bare), &r, &e), OK);
	assert_int_equal(tsp_wanted(&a, &r, STR(""), &ev, &w, &n, &e), OK);
	assert_int_equal(n, CAP_TSP_EVIDENCE_ITEMS);
	tsa_clear(&t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tokens_that_are_not_whole),
		cmocka_unit_test(test_a_token_that_was_changed_after_it_was_read_is_read_again),
		cmocka_unit_test(test_lists_that_do_not_count),
		cmocka_unit_test(test_lists_about_points_that_the_certificate_does_not_name),
		cmocka_unit_test(test_a_list_by_an_authority_that_may_sign_no_lists),
		cmocka_unit_test(test_answers_by_those_who_may_not_give_them),
		cmocka_unit_test(test_evidence_that_cannot_be_read_counts_for_nothing),
		cmocka_unit_test(test_evidence_with_something_behind_it_is_refused),
		cmocka_unit_test(test_pem_over_its_cap_is_refused),
		cmocka_unit_test(test_nothing_is_wanted_of_whom_nobody_knows_and_never_too_much),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
