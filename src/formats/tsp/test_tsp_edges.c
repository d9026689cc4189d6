/* SPDX-License-Identifier: Apache-2.0 */
/* What authorities may write and what they may not, in places where few do: signed as it stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "formats/tsp/test_tsa.h"

#define NONCE STR("\x81\x02\x03\x04\x05\x06\x07\x08")
#define SHA1_OID STR("1.3.14.3.2.26")

static struct tsa good;

static int start(void **unused)
{
	(void)unused;
	struct tsa_spec spec = {.alt_name = "URI:http://stamps.example.org,DNS:stamps.example.org"};
	tsa_init(&good, &spec);
	return 0;
}

static int stop(void **unused)
{
	(void)unused;
	tsa_clear(&good);
	return 0;
}

/* Fails the test unless the reply has this verdict, with this in its message. */
static void expect(const struct tsa *t, struct str reply, struct str alg, const struct tsp_evidence *ev, rc code,
	const char *text, struct arena *a, struct tsp_verdict *v)
{
	struct tsp_imprint imprint = {alg, tsa_hash(a)};
	struct tsp_expect want = {.imprint = &imprint, .evidence = ev, .anchors = tsa_pem(a, t->root.cert)};
	struct tsp_reply r;
	struct err e = {0};
	rc got = tsp_parse(a, reply, &r, &e);
	if (got == OK) {
		want.has_nonce = r.has_nonce;
		want.nonce = NONCE;
		got = tsp_check(a, &r, &want, v, &e);
	}
	if (got != code || (code != OK && !strstr(e.msg, text)))
		fail_msg("%s: %s, not %s: %s", rc_name(got), e.msg, rc_name(code), text);
	assert_true(ERR_peek_error() == 0);
}

static void expect_spec(const struct token_spec *spec, rc code, const char *text)
{
	AUTO(arena) a = {0};
	struct tsp_verdict v;
	expect(&good, tsa_reply(&a, &good, spec), spec->sha1_imprint ? SHA1_OID : TSP_SHA256, NULL, code, text, &a, &v);
}

static void test_fields_of_what_is_signed(void **unused)
{
	(void)unused;
	static const struct {
		struct token_spec spec;
		rc code;
		const char *text;
	} cases[] = {
		{{.fraction = ".1234567890"}, E_FORMAT, "genTime"},
		{{.fraction = "."}, E_FORMAT, "genTime"},
		{{.fraction = ",5"}, E_FORMAT, "genTime"},
		{{.fraction = ".-5"}, E_FORMAT, "genTime"},
		{{.fraction = "+0100"}, E_FORMAT, "genTime"},
		{{.fraction = ".0"}, OK, ""},
		{{.when = 32503680000}, E_FORMAT, "genTime"}, /* the year 3000 is over what 64 bits hold */
		{{.accuracy_millis = 1000}, E_FORMAT, "accuracy"},
		{{.accuracy_millis = -1}, E_FORMAT, "accuracy"},
		{{.accuracy_seconds = 1000000001}, E_FORMAT, "accuracy"},
		{{.accuracy_seconds = 1000000000, .accuracy_millis = 999}, OK, ""},
		{{.nonce = {"\x81\2\3\4\5\6\7\10", 8}, .nonce_negative = true}, E_VERIFY, "another nonce"},
		{{.tsa_uri = "http://stamps.example.org"}, OK, ""},
		{{.tsa_uri = "http://other.example.org"}, E_VERIFY, "the authority's name"},
		{{.sha1_imprint = true}, E_VERIFY, "weak digest"},
		{{.tsa_name = "Sample stamps"}, OK, ""},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		expect_spec(&cases[i].spec, cases[i].code, cases[i].text);
}

static void test_malformed_names_of_the_signer_in_what_is_signed(void **unused)
{
	(void)unused;
	static const struct str cases[] = {
		{"\x30\x00", 2},
		{"\x30\x02\x30\x00", 4},
		{"\x30\x04\x30\x02\x30\x00", 6},
		{"\x30\x08\x30\x06\x30\x04\x04\x02\1\2", 10},
		/* Algorithms: none, and one that there is not. */
		{"\x30\x0a\x30\x08\x30\x06\x30\x00\x04\x02\1\2", 12},
		{"\x30\x0e\x30\x0c\x30\x0a\x30\x04\x06\x02\x2a\x03\x04\x02\1\2", 16},
		/* MD5 */
		{"\x30\x24\x30\x22\x30\x20\x30\x0c\x06\x08\x2a\x86\x48\x86\xf7\x0d\x02\x05\x05\x00\x04\x10"
		 "0123456789abcdef",
			38},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct token_spec spec = {.ess = cases[i]};
		expect_spec(&spec, E_VERIFY, "ESSCertID");
	}
	/* A good one does not help against another that is wrong; two that are right are right. */
	struct token_spec wrong = {.ess = cases[3], .ess_v1 = true, .ess_twice = true};
	expect_spec(&wrong, E_VERIFY, "ESSCertID");
	struct token_spec both = {.ess_v1 = true, .ess_twice = true};
	expect_spec(&both, OK, "");
}

/* ESSCertIDv2 of the good signer's certificate with an IssuerSerial that is given. */
static struct str with_issuer_serial(struct arena *a, struct str names, struct str serial)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	X509_digest(good.signer.cert, EVP_sha256(), digest, &n);
	struct str issuer_serial = str_join(a, names, serial);
	struct str id = str_join(
		a, str_join(a, STR("\x04\x20"), str_mem(digest, n)), str_fmt(a, "\x30%c", (int)issuer_serial.n));
	id = str_join(a, id, issuer_serial);
	struct str out = str_join(a, str_fmt(a, "\x30%c", (int)id.n), id);
	out = str_join(a, str_fmt(a, "\x30%c", (int)out.n), out);
	return str_join(a, str_fmt(a, "\x30%c", (int)out.n), out);
}

static void test_another_serial_number_of_the_right_issuer_there_is_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	unsigned char *der = NULL;
	int n = i2d_X509_NAME(X509_get_issuer_name(good.signer.cert), &der);
	assert_true(n > 0 && n < 100);
	struct str name = str_join(&a, str_fmt(&a, "\xa4%c", n), str_mem(der, (size_t)n));
	OPENSSL_free(der);
	struct str names = str_join(&a, str_fmt(&a, "\x30%c", (int)name.n), name);
	struct token_spec spec = {.ess = with_issuer_serial(&a, names, STR("\x02\x01\x01"))};
	expect_spec(&spec, E_VERIFY, "ESSCertID");
}

static void test_a_wrong_issuer_or_serial_number_there_is_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	const struct str cases[] = {
		with_issuer_serial(&a, STR("\x30\x03\x82\x01x"), STR("\x02\x01\x01")),
		with_issuer_serial(&a, STR("\x30\x04\xa4\x02\x30\x00"), STR("\x02\x01\x01")),
		with_issuer_serial(&a, STR("\x30\x02\x30\x00"), STR("\x02\x01\x01")),
		with_issuer_serial(&a, STR("\x30\x06\x82\x01x\x82\x01y"), STR("\x02\x01\x01")),
		with_issuer_serial(&a, STR("\x30\x03\x82\x01x"), STR("\x04\x01\x01")),
		with_issuer_serial(&a, STR("\x04\x03\x82\x01x"), STR("\x02\x01\x01")),
		with_issuer_serial(&a, STR("\x30\x03\x82\x01x"), STR("\x02\x01\x01\x05\x00")),
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct token_spec spec = {.ess = cases[i]};
		expect_spec(&spec, E_VERIFY, "ESSCertID");
	}
}

static void test_certificates_of_other_ages_and_keys(void **unused)
{
	(void)unused;
	static const struct tsa_spec cases[] = {
		{.to = 10413792000},    /* 2300, over what 64 bits of ns hold */
		{.from = -10098432000}, /* 1650 */
		{.rsa_bits = 2048},
		{.key_usage = "critical,nonRepudiation"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(arena) a = {0};
		struct tsa t;
		struct token_spec spec = {0};
		struct tsp_verdict v;
		tsa_init(&t, &cases[i]);
		expect(&t, tsa_reply(&a, &t, &spec), TSP_SHA256, NULL, OK, "", &a, &v);
		tsa_clear(&t);
		assert_true(v.links[0].cert.not_after == (cases[i].to ? INT64_MAX : T_TO * 1000000000));
		assert_true(v.links[0].cert.not_before == (cases[i].from ? INT64_MIN : T_FROM * 1000000000));
	}
}

static void test_lists_of_some_points_and_of_authorities(void **unused)
{
	(void)unused;
	static const struct {
		const char *point;
		bool of_root;
		bool known;
	} cases[] = {
		{"critical,fullname:URI:http://example.org/list.crl", false, true},
		{"critical,fullname:URI:http://example.org/other.crl", false, false},
		{"critical,onlyCA:TRUE", true, true},
		{"critical,onlyuser:TRUE", true, false},
		{NULL, true, true},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(arena) a = {0};
		struct tsp_evidence ev = {0};
		struct token_spec token = {0};
		struct crl_spec spec = {.reason = -1, .point = cases[i].point};
		struct tsp_verdict v;
		struct err e;
		struct str crl = tsa_crl(&a, cases[i].of_root ? &good.root : &good.middle, &spec);
		assert_int_equal(tsp_evidence_add(&a, &ev, crl, NULL, &e), OK);
		expect(&good, tsa_reply(&a, &good, &token), TSP_SHA256, &ev, OK, "", &a, &v);
		if (v.links[cases[i].of_root].revocation_known != cases[i].known)
			fail_msg("list %zu", i);
	}
}

static void test_evidence_in_a_bag_and_too_much_of_it(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct tsp_evidence ev = {0};
	struct crl_spec spec = {.reason = -1};
	struct err e;
	size_t n = 0;
	struct str crl = tsa_crl(&a, &good.middle, &spec);
	const unsigned char *p = (const unsigned char *)crl.p;
	SSL_AUTO(X509_CRL) list = d2i_X509_CRL(NULL, &p, (long)crl.n);
	SSL_AUTO(PKCS7) bag = PKCS7_new();
	PKCS7_set_type(bag, NID_pkcs7_signed);
	PKCS7_content_new(bag, NID_pkcs7_data);
	PKCS7_add_certificate(bag, good.middle.cert);
	PKCS7_add_certificate(bag, good.root.cert);
	PKCS7_add_crl(bag, list);
	unsigned char *der = NULL;
	int size = i2d_PKCS7(bag, &der);
	assert_true(size > 0);
	assert_int_equal(tsp_evidence_add(&a, &ev, str_mem(der, (size_t)size), &n, &e), OK);
	assert_int_equal(n, 3);
	assert_true(ev.ncerts == 2 && ev.ncrls == 1 && str_eq(ev.crls[0], crl));
	assert_true(str_eq(ev.certs[0], tsa_der(&a, good.middle.cert)));
	assert_int_equal(tsp_evidence_add(&a, &ev, str_mem(der, (size_t)size - 1), &n, &e), E_FORMAT);
	OPENSSL_free(der);
	for (spec.made = T_STAMP; ev.ncerts + ev.ncrls < CAP_TSP_EVIDENCE_ITEMS; spec.made++)
		assert_int_equal(tsp_evidence_add(&a, &ev, tsa_crl(&a, &good.middle, &spec), NULL, &e), OK);
	assert_int_equal(tsp_evidence_add(&a, &ev, tsa_crl(&a, &good.middle, &spec), NULL, &e), E_LIMIT);
	char *zeros = arena_alloc(&a, CAP_TSP_EVIDENCE + 1);
	assert_int_equal(tsp_evidence_add(&a, &ev, str_mem(zeros, CAP_TSP_EVIDENCE + 1), NULL, &e), E_LIMIT);
	struct tsp_evidence full = {.bytes = CAP_TSP_EVIDENCE};
	assert_int_equal(tsp_evidence_add(&a, &full, crl, NULL, &e), E_LIMIT);
	struct str error = STR("\x30\x03\x0a\x01\x06"); /* OCSP: unauthorized */
	assert_int_equal(tsp_evidence_add(&a, &full, error, NULL, &e), E_FORMAT);
}

static void test_replies_that_are_none(void **unused)
{
	(void)unused;
	static const struct {
		struct str der;
		rc code;
	} cases[] = {
		{{"\x30\x03\x30\x01\x02", 5}, E_FORMAT}, {{"\x1f\x03\x30\x01\x02", 5}, E_FORMAT},
		{{"\x10\x00", 2}, E_FORMAT}, {{"\x11\x00", 2}, E_FORMAT},
		{{"\x30\x84\x00\x00\x00\x01\x00", 7}, E_FORMAT}, {{"\x30\x82\x00\x81", 4}, E_UNSUPPORTED},
		{{"\x30\x82\x01", 3}, E_FORMAT}, {{"\x30\x00", 2}, E_FORMAT}, {{"\x31\x00", 2}, E_FORMAT},
		{{"\x30\x02\x31\x00", 4}, E_FORMAT}, {{"\x30\x02\x30\x00", 4}, E_FORMAT},
		{{"\x30\x06\x30\x04\x02\x02\x01\x00", 8}, E_FORMAT},              /* a status of two bytes */
		{{"\x30\x05\x30\x03\x02\x01\x80", 7}, E_FORMAT},                  /* a negative one */
		{{"\x30\x07\x30\x05\x02\x01\x02\x05\x00", 9}, E_FORMAT},          /* something behind the status */
		{{"\x30\x09\x30\x07\x02\x01\x02\x30\x02\x02\x00", 11}, E_FORMAT}, /* a text that is a number */
		{{"\x30\x07\x30\x05\x02\x01\x02\x03\x00", 9}, E_FORMAT},      /* failure bits without a first byte */
		{{"\x30\x08\x30\x06\x02\x01\x02\x03\x01\x08", 10}, E_FORMAT}, /* and with eight bits unused */
		{{"\x30\x0d\x30\x0b\x02\x01\x02\x03\x06\0\1\2\3\4\5", 15}, E_FORMAT},
		{{"\x30\x07\x30\x03\x02\x01\x02\x05\x00", 9}, E_FORMAT},          /* something that is no token */
		{{"\x30\x09\x06\x03\x2a\x03\x04\xa0\x02\x05\x00", 11}, E_FORMAT}, /* ContentInfo of no known type */
		{{"\x30\x0f\x30\x0d\x02\x01\x02\x30\x08\x0c\x02\x61\x62\x0c\x02\x63\x64", 17},
			E_VERIFY}, /* two lines */
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(arena) a = {0};
		struct tsp_verdict v;
		expect(&good, cases[i].der, TSP_SHA256, NULL, cases[i].code, cases[i].code == E_VERIFY ? "ab; cd" : "",
			&a, &v);
	}
}

static void test_requests_of_larger_digests(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	char *zeros = arena_alloc(&a, 64);
	struct str der;
	struct err e;
	struct tsp_imprint imprint = {TSP_SHA384, str_mem(zeros, 48)};
	assert_int_equal(tsp_request(&a, &imprint, STR(""), true, &der, &e), OK);
	imprint = (struct tsp_imprint){TSP_SHA512, str_mem(zeros, 64)};
	assert_int_equal(tsp_request(&a, &imprint, STR(""), true, &der, &e), OK);
}

static void test_only_web_addresses_are_wanted(void **unused)
{
	(void)unused;
	static const struct {
		const char *points;
		size_t lists;
	} cases[] = {
		{"URI:https://example.org/a.crl", 1},
		{"URI:HTTP://example.org/a.crl,URI:http://example.org/b.crl,URI:http://example.org/b.crl", 2},
		{"URI:ftp://example.org/a.crl", 0},
		{"URI:file:///etc/passwd", 0},
		{"URI:http://example.org/a b.crl", 0},
		{"URI:http://example.org/\x7f", 0},
		{"DNS:example.org", 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(arena) a = {0};
		struct tsa t;
		struct tsa_spec spec = {.points = cases[i].points};
		struct token_spec token = {0};
		struct tsp_evidence ev = {0};
		struct tsp_wanted *w;
		struct tsp_reply r;
		size_t n = 0;
		size_t lists = 0;
		struct err e;
		tsa_init(&t, &spec);
		assert_int_equal(tsp_parse(&a, tsa_reply(&a, &t, &token), &r, &e), OK);
		assert_int_equal(tsp_wanted(&a, &r, tsa_pem(&a, t.middle.cert), &ev, &w, &n, &e), OK);
		for (size_t k = 0; k < n; k++)
			lists += w[k].what == TSP_WANT_CRL;
		assert_int_equal(n, lists + 1);
		assert_int_equal(lists, cases[i].lists);
		/* Trusted as it stands: nothing is wanted. */
		assert_int_equal(tsp_wanted(&a, &r, tsa_pem(&a, t.signer.cert), &ev, &w, &n, &e), OK);
		assert_int_equal(n, 0);
		/* A revoked one is not asked about again. */
		struct crl_spec crl = {.revoked = t.signer.cert, .since = T_STAMP - DAY, .reason = -1};
		assert_int_equal(tsp_evidence_add(&a, &ev, tsa_crl(&a, &t.middle, &crl), NULL, &e), OK);
		assert_int_equal(tsp_wanted(&a, &r, tsa_pem(&a, t.middle.cert), &ev, &w, &n, &e), OK);
		assert_int_equal(n, 0);
		tsa_clear(&t);
	}
}

static void test_a_list_by_a_certificate_that_may_sign_none_is_as_if_absent(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct tsp_evidence ev = {0};
	struct token_spec token = {0};
	struct crl_spec spec = {.revoked = good.signer.cert, .since = T_STAMP - DAY, .reason = -1};
	struct tsp_verdict v;
	struct err e;
	/* The signer of the token speaks about itself: of another name, and without the key usage. */
	assert_int_equal(tsp_evidence_add(&a, &ev, tsa_crl(&a, &good.signer, &spec), NULL, &e), OK);
	/* And somebody with the issuer's name, but not its key. */
	struct party forger = {good.middle.cert, good.root.key};
	assert_int_equal(tsp_evidence_add(&a, &ev, tsa_crl(&a, &forger, &spec), NULL, &e), OK);
	expect(&good, tsa_reply(&a, &good, &token), TSP_SHA256, &ev, OK, "", &a, &v);
	assert_int_equal(v.revocation, TSP_REVOCATION_NOT_CHECKED);
}

static void test_a_bad_list_of_what_is_trusted_is_said(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct tsp_imprint imprint = {TSP_SHA256, tsa_hash(&a)};
	struct tsp_expect want = {.imprint = &imprint};
	struct token_spec spec = {0};
	struct tsp_evidence ev = {0};
	struct tsp_wanted *w;
	size_t n;
	struct tsp_reply r;
	struct tsp_verdict v;
	struct err e;
	struct str root = tsa_pem(&a, good.root.cert);
	const struct str cases[] = {
		STR("none"),
		STR("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
		STR("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"),
		STR("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"),
		STR("-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END CERTIFICATE-----\n"),
		str_join(&a, root, STR("-----BEGIN CERTIFICATE-----\nAAAA")),
	};
	assert_int_equal(tsp_parse(&a, tsa_reply(&a, &good, &spec), &r, &e), OK);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		want.anchors = cases[i];
		assert_int_equal(tsp_check(&a, &r, &want, &v, &e), E_FORMAT);
		assert_non_null(strstr(e.msg, "to be trusted"));
		assert_int_equal(tsp_wanted(&a, &r, cases[i], &ev, &w, &n, &e), E_FORMAT);
	}
	AUTO(buf) many = {0};
	buf_init(&many, 4 * MIB);
	for (unsigned i = 0; i <= CAP_TSP_ANCHORS; i++)
		buf_add(&many, root);
	want.anchors = buf_str(&many);
	assert_int_equal(tsp_check(&a, &r, &want, &v, &e), E_LIMIT);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields_of_what_is_signed),
		cmocka_unit_test(test_malformed_names_of_the_signer_in_what_is_signed),
		cmocka_unit_test(test_another_serial_number_of_the_right_issuer_there_is_refused),
		cmocka_unit_test(test_a_wrong_issuer_or_serial_number_there_is_refused),
		cmocka_unit_test(test_certificates_of_other_ages_and_keys),
		cmocka_unit_test(test_lists_of_some_points_and_of_authorities),
		cmocka_unit_test(test_evidence_in_a_bag_and_too_much_of_it),
		cmocka_unit_test(test_replies_that_are_none),
		cmocka_unit_test(test_requests_of_larger_digests),
		cmocka_unit_test(test_only_web_addresses_are_wanted),
		cmocka_unit_test(test_a_list_by_a_certificate_that_may_sign_none_is_as_if_absent),
		cmocka_unit_test(test_a_bad_list_of_what_is_trusted_is_said),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
