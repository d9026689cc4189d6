/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/codec.h"
#include "base/hash.h"
#include "formats/tsp/test_tsa.h"

#define NONCE STR("\x81\x02\x03\x04\x05\x06\x07\x08")

/* One authority for the tests of this file; each makes what differs itself. */
static struct tsa good;

static int start(void **unused)
{
	(void)unused;
	struct tsa_spec spec = {0};
	tsa_init(&good, &spec);
	return 0;
}

static int stop(void **unused)
{
	(void)unused;
	tsa_clear(&good);
	return 0;
}

struct outcome {
	rc code;
	struct tsp_reply reply;
	struct tsp_verdict verdict;
	struct err e;
};

/* Parses and checks against `t`'s root, SHA-256 of "data" and, if the token was made with one, NONCE. */
static struct outcome *judge(struct arena *a, const struct tsa *t, struct str reply, const struct tsp_evidence *ev)
{
	struct outcome *o = arena_new(a, struct outcome);
	struct tsp_imprint imprint = {TSP_SHA256, tsa_hash(a)};
	struct tsp_expect want = {.imprint = &imprint, .evidence = ev, .anchors = tsa_pem(a, t->root.cert)};
	o->code = tsp_parse(a, reply, &o->reply, &o->e);
	want.has_nonce = o->reply.has_nonce;
	want.nonce = NONCE;
	if (o->code == OK)
		o->code = tsp_check(a, &o->reply, &want, &o->verdict, &o->e);
	assert_true(ERR_peek_error() == 0);
	return o;
}

static struct outcome *judge_spec(struct arena *a, const struct tsa *t, const struct token_spec *spec)
{
	return judge(a, t, tsa_reply(a, t, spec), NULL);
}

#define assert_outcome(o, want_code, text)                                                                             \
	do {                                                                                                           \
		if ((o)->code != (want_code) || ((want_code) != OK && !strstr((o)->e.msg, (text))))                    \
			fail_msg("%s: %s, not %s: %s", rc_name((o)->code), (o)->code == OK ? "" : (o)->e.msg,          \
				rc_name(want_code), (text));                                                           \
	} while (0)

static void test_a_request_is_the_one_that_openssl_reads(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct tsp_imprint imprint = {TSP_SHA256, tsa_hash(&a)};
	struct str der;
	struct err e;
	assert_int_equal(tsp_request(&a, &imprint, NONCE, true, &der, &e), OK);
	assert_string_equal(hex_of(&a, der).p,
		"30440201013031300d0609608648016503040201050004203a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3"
		"bb23adc8b7020900810203040506070801"
		"01ff");
	const unsigned char *p = (const unsigned char *)der.p;
	SSL_AUTO(TS_REQ) req = d2i_TS_REQ(NULL, &p, (long)der.n);
	assert_non_null(req);
	assert_int_equal(TS_REQ_get_cert_req(req), 1);
	assert_int_equal(tsp_request(&a, &imprint, STR(""), false, &der, &e), OK);
	p = (const unsigned char *)der.p;
	SSL_AUTO(TS_REQ) plain = d2i_TS_REQ(NULL, &p, (long)der.n);
	assert_true(plain && !TS_REQ_get_nonce(plain) && !TS_REQ_get_cert_req(plain));
}

static void test_a_request_that_makes_no_sense_is_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct tsp_imprint imprint = {TSP_SHA256, str_sub(tsa_hash(&a), 0, 31)};
	struct str der;
	struct err e;
	assert_int_equal(tsp_request(&a, &imprint, NONCE, true, &der, &e), E_USAGE);
	imprint = (struct tsp_imprint){STR("1.3.14.3.2.26"), tsa_hash(&a)};
	assert_int_equal(tsp_request(&a, &imprint, NONCE, true, &der, &e), E_USAGE);
	imprint = (struct tsp_imprint){TSP_SHA256, tsa_hash(&a)};
	assert_int_equal(tsp_request(&a, &imprint, STR("1234567"), true, &der, &e), E_USAGE);
	assert_int_equal(tsp_request(&a, &imprint, STR("123456781234567812345678123456781"), true, &der, &e), E_USAGE);
	assert_int_equal(tsp_request(&a, &imprint, STR("12345678123456781234567812345678"), true, &der, &e), OK);
}

static void test_a_good_token_is_good_although_its_certificates_have_expired(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct token_spec spec = {.nonce = NONCE, .fraction = ".25", .tsa_name = "Sample stamps"};
	struct outcome *o = judge_spec(&a, &good, &spec);
	assert_outcome(o, OK, "");
	assert_true(o->reply.time == T_STAMP * 1000000000 + 250000000);
	assert_true(o->reply.has_accuracy && o->reply.accuracy == 250000000);
	assert_true(str_eq(o->reply.policy, STR("1.3.6.1.4.1.99999.1")));
	assert_true(str_eq(o->reply.serial, STR("01234567")));
	assert_true(str_eq(o->reply.tsa, STR("CN=Sample stamps")));
	assert_true(o->reply.has_nonce && str_eq(o->reply.nonce, NONCE) && !o->reply.nonce_negative);
	assert_int_equal(o->reply.ncerts, 2);
	assert_true(str_eq(o->reply.certs[o->reply.signer].subject, STR("CN=Sample stamps")));
	assert_true(str_eq(o->reply.certs[o->reply.signer].issuer, STR("CN=Sample stamping authority")));
	assert_true(o->reply.certs[o->reply.signer].not_before == T_FROM * 1000000000);
	assert_int_equal(o->verdict.chain, TSP_CHAIN_GOOD);
	assert_int_equal(o->verdict.revocation, TSP_REVOCATION_NOT_CHECKED);
	assert_int_equal(o->verdict.nlinks, 3);
	assert_true(o->verdict.links[2].anchor && !o->verdict.links[0].anchor);
	assert_string_equal(str_cstr(&a, o->verdict.said),
		"2024-06-01T00:00:00.250000000Z, signed by CN=Sample stamps; chain good to CN=Sample root; "
		"revocation not checked");
}

static void test_without_anchors_the_chain_is_not_checked_and_that_is_said(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct tsp_imprint imprint = {TSP_SHA256, tsa_hash(&a)};
	struct tsp_expect want = {.imprint = &imprint};
	struct token_spec spec = {0};
	struct tsp_reply r;
	struct tsp_verdict v;
	struct err e;
	assert_int_equal(tsp_parse(&a, tsa_reply(&a, &good, &spec), &r, &e), OK);
	assert_int_equal(tsp_check(&a, &r, &want, &v, &e), OK);
	assert_int_equal(v.chain, TSP_CHAIN_NOT_CHECKED);
	assert_int_equal(v.revocation, TSP_REVOCATION_NOT_CHECKED);
	assert_int_equal(v.nlinks, 1);
	assert_non_null(strstr(str_cstr(&a, v.said), "not checked"));
}

/* What is wrong with the reply itself. */
static void test_replies_that_do_not_hold_are_refused_with_the_reason(void **unused)
{
	(void)unused;
	static const struct {
		struct token_spec spec;
		const char *text;
	} cases[] = {
		{{.nonce = {"\1\2\3\4\5\6\7\10", 8}}, "another nonce"},
		{{.hash = {"0123456789abcdef0123456789abcdef", 32}}, "another digest"},
		{{.status = 2, .no_token = true}, "status 2 (rejected), badAlg, badRequest: not today"},
		{{.status = 2}, "gave no time stamp"},
		{{.status = 3, .no_token = true}, "waiting"},
		{{.status = 5, .no_token = true}, "revoked"},
		{{.status = 77, .no_token = true}, "status 77 (unknown)"},
		{{.no_token = true}, "sent no token"},
		{{.version = 2}, "version 2"},
		{{.no_ess = true}, "ESSCertID"},
		{{.ess_of_middle = true}, "ESSCertID"},
		{{.no_certs = true}, "neither in the token nor beside it"},
		{{.critical_extension = true}, "critical extension"},
		{{.tsa_name = "Somebody else"}, "the authority's name"},
		{{.when = T_FROM - 1}, "not yet valid"},
		{{.when = T_TO + 1}, "had expired"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(arena) a = {0};
		struct outcome *o = judge_spec(&a, &good, &cases[i].spec);
		assert_outcome(o, E_VERIFY, cases[i].text);
	}
}

static void test_what_is_allowed_is_taken(void **unused)
{
	(void)unused;
	static const struct token_spec cases[] = {
		{.status = 1},
		{.ess_v1 = true},
		{.ess_v1 = true, .issuer_serial = true},
		{.issuer_serial = true},
		{.when = T_FROM},
		{.when = T_TO - 1},
		{.fraction = ".123456789"},
		{.nonce = {"\x81\2\3\4\5\6\7\10", 8}},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(arena) a = {0};
		struct outcome *o = judge_spec(&a, &good, &cases[i]);
		assert_outcome(o, OK, "");
	}
}

static void test_a_nonce_that_was_sent_has_to_come_back(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct tsp_imprint imprint = {TSP_SHA256, tsa_hash(&a)};
	struct tsp_expect want = {.imprint = &imprint, .has_nonce = true, .nonce = NONCE};
	struct token_spec spec = {0};
	struct tsp_reply r;
	struct tsp_verdict v;
	struct err e;
	assert_int_equal(tsp_parse(&a, tsa_reply(&a, &good, &spec), &r, &e), OK);
	assert_int_equal(tsp_check(&a, &r, &want, &v, &e), E_VERIFY);
	assert_non_null(strstr(e.msg, "no nonce"));
	imprint.alg = TSP_SHA512;
	want.has_nonce = false;
	assert_int_equal(tsp_check(&a, &r, &want, &v, &e), E_VERIFY);
	assert_non_null(strstr(e.msg, "another algorithm"));
}

static void test_another_content_type_is_no_token(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct token_spec spec = {.content_nid = NID_pkcs7_data};
	struct outcome *o = judge_spec(&a, &good, &spec);
	assert_outcome(o, E_FORMAT, "not a time stamp");
}

/* What is wrong with the signer's certificate. */
static void test_signers_that_may_not_are_refused(void **unused)
{
	(void)unused;
	static const struct {
		struct tsa_spec spec;
		const char *text;
	} cases[] = {
		{{.usage = "critical,codeSigning"}, "not for time stamps"},
		{{.usage = "critical,timeStamping,codeSigning"}, "nothing else"},
		{{.usage = "timeStamping"}, "not critical"},
		{{.usage = ""}, "no extended key usage"},
		{{.key_usage = "critical,keyEncipherment"}, "key usage"},
		{{.key_usage = "critical,digitalSignature,keyEncipherment"}, "no chain"}, /* OpenSSL's purpose check */
		{{.from = T_STAMP + 1}, "not yet valid"},
		{{.to = T_STAMP - 1}, "had expired"},
		{{.rsa_bits = 1024}, "too weak"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(arena) a = {0};
		struct tsa t;
		struct token_spec spec = {0};
		tsa_init(&t, &cases[i].spec);
		struct outcome *o = judge_spec(&a, &t, &spec);
		tsa_clear(&t);
		assert_outcome(o, E_VERIFY, cases[i].text);
	}
}

static void test_a_token_over_sha_1_is_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct token_spec spec = {.md = EVP_sha1()};
	struct outcome *o = judge_spec(&a, &good, &spec);
	assert_outcome(o, E_VERIFY, "weak digest");
}

static void test_an_authority_that_is_not_trusted_is_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct tsa other;
	struct tsa_spec same = {0};
	struct token_spec spec = {0};
	tsa_init(&other, &same);
	struct outcome *o = judge(&a, &good, tsa_reply(&a, &other, &spec), NULL);
	tsa_clear(&other);
	assert_outcome(o, E_VERIFY, "no chain to what is trusted");
}

static void test_a_certificate_beside_the_token_stands_in_for_one_in_it(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct tsp_evidence ev = {0};
	struct token_spec spec = {.no_certs = true};
	struct err e;
	assert_int_equal(tsp_evidence_add(&a, &ev, tsa_der(&a, good.signer.cert), NULL, &e), OK);
	struct str reply = tsa_reply(&a, &good, &spec);
	assert_outcome(judge(&a, &good, reply, &ev), E_VERIFY, "no chain");
	assert_int_equal(tsp_evidence_add(&a, &ev, tsa_pem(&a, good.middle.cert), NULL, &e), OK);
	assert_outcome(judge(&a, &good, reply, &ev), OK, "");
}

static void test_a_bare_token_counts_as_granted(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct token_spec spec = {0};
	struct outcome *whole = judge_spec(&a, &good, &spec);
	struct outcome *bare = judge(&a, &good, whole->reply.token, NULL);
	assert_outcome(bare, OK, "");
	assert_true(bare->reply.bare && !whole->reply.bare);
	assert_true(str_eq(bare->reply.token, whole->reply.token));
}

static void test_the_path_ends_at_the_first_certificate_that_is_trusted(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct tsp_imprint imprint = {TSP_SHA256, tsa_hash(&a)};
	struct tsp_expect want = {.imprint = &imprint};
	struct token_spec spec = {.with_root = true};
	X509 *const anchors[] = {good.signer.cert, good.middle.cert, good.root.cert};
	struct tsp_reply r;
	struct tsp_verdict v;
	struct err e;
	assert_int_equal(tsp_parse(&a, tsa_reply(&a, &good, &spec), &r, &e), OK);
	for (size_t i = 0; i < ARRAY_LEN(anchors); i++) {
		want.anchors = str_join(&a, want.anchors, tsa_pem(&a, anchors[2 - i]));
		assert_int_equal(tsp_check(&a, &r, &want, &v, &e), OK);
		assert_int_equal(v.nlinks, 3 - i);
		assert_true(v.links[2 - i].anchor);
		assert_int_equal(v.revocation, i == 2 ? TSP_REVOCATION_GOOD : TSP_REVOCATION_NOT_CHECKED);
	}
	want.anchors = STR("nothing here");
	assert_int_equal(tsp_check(&a, &r, &want, &v, &e), E_FORMAT);
	want.anchors = tsa_pem(&a, good.signer.cert);
	assert_int_equal(tsp_check(&a, &r, &want, &v, &e), OK);
	assert_int_equal(v.nlinks, 1);
}

static struct outcome *with_crl(struct arena *a, const struct crl_spec *spec, const struct party *by)
{
	struct tsp_evidence ev = {0};
	struct token_spec token = {0};
	struct err e;
	assert_int_equal(tsp_evidence_add(a, &ev, tsa_crl(a, by, spec), NULL, &e), OK);
	return judge(a, &good, tsa_reply(a, &good, &token), &ev);
}

static void test_revocations_before_and_after_the_token(void **unused)
{
	(void)unused;
	const int64_t before = T_STAMP - 2 * DAY;
	const int64_t after = T_STAMP + 2 * DAY;
	const struct {
		int64_t since;
		int reason;
		int64_t invalid;
		rc code;
	} cases[] = {
		{before, -1, 0, E_VERIFY},
		{before, CRL_REASON_SUPERSEDED, 0, E_VERIFY},
		{before, CRL_REASON_KEY_COMPROMISE, 0, E_VERIFY},
		{T_STAMP, CRL_REASON_SUPERSEDED, 0, E_VERIFY},
		{after, -1, 0, E_VERIFY},
		{after, CRL_REASON_KEY_COMPROMISE, 0, E_VERIFY},
		{after, CRL_REASON_CA_COMPROMISE, 0, E_VERIFY},
		{after, CRL_REASON_CERTIFICATE_HOLD, 0, E_VERIFY},
		{after, CRL_REASON_AA_COMPROMISE, 0, E_VERIFY},
		{after, CRL_REASON_PRIVILEGE_WITHDRAWN, 0, E_VERIFY},
		{after, CRL_REASON_UNSPECIFIED, 0, OK},
		{after, CRL_REASON_AFFILIATION_CHANGED, 0, OK},
		{after, CRL_REASON_SUPERSEDED, 0, OK},
		{after, CRL_REASON_CESSATION_OF_OPERATION, 0, OK},
		{after, CRL_REASON_SUPERSEDED, before, E_VERIFY},
		{after, CRL_REASON_SUPERSEDED, after, OK},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(arena) a = {0};
		struct crl_spec spec = {.revoked = good.signer.cert,
			.since = cases[i].since,
			.reason = cases[i].reason,
			.invalid = cases[i].invalid,
			.made = T_STAMP + 3 * DAY};
		assert_outcome(with_crl(&a, &spec, &good.middle), cases[i].code, "revoked");
		struct crl_spec ca = spec;
		ca.revoked = good.middle.cert;
		assert_outcome(with_crl(&a, &ca, &good.root), cases[i].code, "revoked");
		struct crl_spec foreign =
			spec; /* the root does not issue such certificates: its list is as if absent */
		assert_outcome(with_crl(&a, &foreign, &good.root), OK, "");
	}
}

static void test_lists_that_count_and_lists_that_do_not(void **unused)
{
	(void)unused;
	static const struct {
		struct crl_spec spec;
		bool known;
	} cases[] = {
		{{.reason = -1}, true},
		{{.made = T_STAMP + DAY, .next = T_STAMP + 9 * DAY}, true},
		{{.made = T_STAMP - 9 * DAY, .next = T_STAMP - 2 * DAY}, false}, /* stale at the time of the token */
		{{.made = T_STAMP - DAY, .next = -1}, false},
		{{.made = T_STAMP + DAY, .next = -1}, true},
		{{.made = T_TO + DAY, .next = T_TO + 9 * DAY},
			false}, /* the certificate had expired: it may be left out */
		{{.point = "critical,onlyuser:TRUE"}, true},
		{{.point = "critical,onlyCA:TRUE"}, false},
		{{.point = "critical,onlyAA:TRUE"}, false},
		{{.point = "critical,indirectCRL:TRUE"}, false},
		{{.point = "critical,onlysomereasons:keyCompromise"}, false},
		{{.unknown_critical = true}, false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(arena) a = {0};
		struct outcome *o = with_crl(&a, &cases[i].spec, &good.middle);
		assert_outcome(o, OK, "");
		if (o->verdict.links[0].revocation_known != cases[i].known)
			fail_msg("list %zu", i);
		assert_int_equal(
			o->verdict.revocation, cases[i].known ? TSP_REVOCATION_PARTLY : TSP_REVOCATION_NOT_CHECKED);
	}
}

static void test_with_a_list_for_each_certificate_nothing_is_left_open(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct tsp_evidence ev = {0};
	struct crl_spec clean = {.reason = -1};
	struct token_spec token = {0};
	struct err e;
	assert_int_equal(tsp_evidence_add(&a, &ev, tsa_crl(&a, &good.middle, &clean), NULL, &e), OK);
	assert_int_equal(tsp_evidence_add(&a, &ev, tsa_crl(&a, &good.root, &clean), NULL, &e), OK);
	struct outcome *o = judge(&a, &good, tsa_reply(&a, &good, &token), &ev);
	assert_outcome(o, OK, "");
	assert_int_equal(o->verdict.revocation, TSP_REVOCATION_GOOD);
	assert_true(o->verdict.links[1].revocation_at == (T_STAMP - DAY) * 1000000000);
	assert_non_null(strstr(str_cstr(&a, o->verdict.said), "; not revoked"));
}

static void test_a_list_in_the_token_is_looked_at(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct crl_spec spec = {.revoked = good.signer.cert, .since = T_STAMP - DAY, .reason = -1};
	struct str der = tsa_crl(&a, &good.middle, &spec);
	const unsigned char *p = (const unsigned char *)der.p;
	SSL_AUTO(X509_CRL) crl = d2i_X509_CRL(NULL, &p, (long)der.n);
	struct token_spec token = {.crl = crl};
	assert_outcome(judge_spec(&a, &good, &token), E_VERIFY, "revoked");
}

static void test_a_list_with_a_broken_signature_is_as_if_absent(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct crl_spec spec = {.reason = -1};
	struct tsp_evidence ev = {0};
	struct token_spec token = {0};
	struct err e;
	struct str der = tsa_crl(&a, &good.middle, &spec);
	char *bytes = arena_dup(&a, der.p, der.n);
	bytes[der.n - 1] ^= 1;
	assert_int_equal(tsp_evidence_add(&a, &ev, str_mem(bytes, der.n), NULL, &e), OK);
	struct outcome *o = judge(&a, &good, tsa_reply(&a, &good, &token), &ev);
	assert_outcome(o, OK, "");
	assert_int_equal(o->verdict.revocation, TSP_REVOCATION_NOT_CHECKED);
}

static struct outcome *with_ocsp(struct arena *a, const struct ocsp_spec *spec, const struct party *by)
{
	struct tsp_evidence ev = {0};
	struct token_spec token = {0};
	struct err e;
	struct str der = tsa_ocsp(a, by, &good.middle, good.signer.cert, spec);
	assert_int_equal(tsp_evidence_add(a, &ev, der, NULL, &e), OK);
	return judge(a, &good, tsa_reply(a, &good, &token), &ev);
}

static void test_answers_by_ocsp(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct party responder = tsa_party(&good.middle, "Sample answers", "OCSPSigning");
	struct party stranger = tsa_party(&good.root, "Another root's answers", "OCSPSigning");
	struct party other = tsa_party(&good.middle, "No answers", "critical,timeStamping");
	struct ocsp_spec fine = {.status = V_OCSP_CERTSTATUS_GOOD};
	struct ocsp_spec unknown = {.status = V_OCSP_CERTSTATUS_UNKNOWN};
	struct ocsp_spec early = {
		.status = V_OCSP_CERTSTATUS_REVOKED, .since = T_STAMP - DAY, .reason = CRL_REASON_SUPERSEDED};
	struct ocsp_spec late = {.status = V_OCSP_CERTSTATUS_REVOKED,
		.since = T_STAMP + DAY,
		.reason = CRL_REASON_SUPERSEDED,
		.made = T_STAMP + 2 * DAY};
	struct ocsp_spec stolen = {.status = V_OCSP_CERTSTATUS_REVOKED,
		.since = T_STAMP + DAY,
		.reason = CRL_REASON_KEY_COMPROMISE,
		.made = T_STAMP + 2 * DAY};
	struct outcome *o = with_ocsp(&a, &fine, &responder);
	assert_outcome(o, OK, "");
	assert_true(o->verdict.links[0].revocation_known);
	o = with_ocsp(&a, &fine, &good.middle);
	assert_outcome(o, OK, "");
	assert_true(o->verdict.links[0].revocation_known);
	o = with_ocsp(&a, &unknown, &responder);
	assert_outcome(o, OK, "");
	assert_false(o->verdict.links[0].revocation_known);
	o = with_ocsp(&a, &early, &stranger);
	assert_outcome(o, OK, "");
	assert_false(o->verdict.links[0].revocation_known);
	o = with_ocsp(&a, &early, &other);
	assert_outcome(o, OK, "");
	assert_false(o->verdict.links[0].revocation_known);
	assert_outcome(with_ocsp(&a, &early, &responder), E_VERIFY, "superseded");
	assert_outcome(with_ocsp(&a, &stolen, &responder), E_VERIFY, "keyCompromise");
	o = with_ocsp(&a, &late, &responder);
	assert_outcome(o, OK, "");
	assert_true(o->verdict.links[0].revocation_known);
	party_clear(&responder);
	party_clear(&stranger);
	party_clear(&other);
}

static void test_evidence_is_written_and_read_again(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct tsp_evidence ev = {0};
	struct tsp_evidence again = {0};
	struct crl_spec crl = {.reason = -1};
	struct ocsp_spec fine = {.status = V_OCSP_CERTSTATUS_GOOD};
	struct err e;
	size_t n = 0;
	struct str ocsp = tsa_ocsp(&a, &good.middle, &good.middle, good.signer.cert, &fine);
	assert_int_equal(tsp_evidence_add(&a, &ev, tsa_crl(&a, &good.middle, &crl), &n, &e), OK);
	assert_int_equal(n, 1);
	assert_int_equal(tsp_evidence_add(&a, &ev, tsa_der(&a, good.middle.cert), &n, &e), OK);
	assert_int_equal(tsp_evidence_add(&a, &ev, ocsp, &n, &e), OK);
	assert_int_equal(tsp_evidence_add(&a, &ev, tsa_pem(&a, good.middle.cert), &n, &e), OK);
	assert_int_equal(n, 0);
	struct str text = tsp_evidence_text(&a, &ev);
	assert_true(str_starts(text, STR("-----BEGIN CERTIFICATE-----\nMII")));
	assert_true(str_find(text, STR("-----BEGIN X509 CRL-----\nMI"), 0) < text.n);
	assert_true(str_find(text, STR("-----BEGIN OCSP RESPONSE-----\nMI"), 0) < text.n);
	assert_int_equal(tsp_evidence_add(&a, &again, text, &n, &e), OK);
	assert_int_equal(n, 3);
	assert_true(str_eq(tsp_evidence_text(&a, &again), text));
	assert_true(str_eq(again.ocsps[0], ocsp));
	assert_int_equal(tsp_evidence_add(&a, &again, STR("<html>not found</html>"), &n, &e), E_FORMAT);
	assert_int_equal(tsp_evidence_add(&a, &again,
				 STR("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), &n, &e),
		E_FORMAT);
	assert_int_equal(tsp_evidence_add(&a, &again, STR("-----BEGIN CERTIFICATE-----\nAA"), &n, &e), E_FORMAT);
	struct str half = str_join(&a, tsa_pem(&a, good.root.cert), STR("-----BEGIN CERTIFICATE-----\nAA"));
	assert_int_equal(tsp_evidence_add(&a, &again, half, &n, &e), E_FORMAT);
	assert_true(again.ncerts == 1 && str_eq(tsp_evidence_text(&a, &again), text));
	assert_true(ERR_peek_error() == 0);
}

static void test_what_is_wanted_shrinks_as_it_is_fetched(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct tsp_evidence ev = {0};
	struct crl_spec crl = {.reason = -1};
	struct token_spec token = {0};
	struct tsp_reply r;
	struct tsp_wanted *w;
	size_t n;
	struct err e;
	struct str root = tsa_pem(&a, good.root.cert);
	assert_int_equal(tsp_parse(&a, tsa_reply(&a, &good, &token), &r, &e), OK);
	/* Nothing trusted: the root is missing too. */
	assert_int_equal(tsp_wanted(&a, &r, STR(""), &ev, &w, &n, &e), OK);
	assert_int_equal(n, 3);
	assert_int_equal(w[0].what, TSP_WANT_CRL);
	assert_true(str_eq(w[0].url, STR("http://example.org/list.crl")));
	assert_true(str_eq(w[0].subject, STR("CN=Sample stamps")));
	assert_int_equal(w[1].what, TSP_WANT_OCSP);
	assert_true(w[1].body.n > 60);
	assert_int_equal(w[2].what, TSP_WANT_CERT);
	assert_true(str_eq(w[2].subject, STR("CN=Sample stamping authority")));
	/* With the root: only lists and answers, for both. */
	assert_int_equal(tsp_wanted(&a, &r, root, &ev, &w, &n, &e), OK);
	assert_int_equal(n, 3);
	assert_int_equal(w[2].what, TSP_WANT_OCSP);
	assert_int_equal(tsp_evidence_add(&a, &ev, tsa_crl(&a, &good.middle, &crl), NULL, &e), OK);
	assert_int_equal(tsp_wanted(&a, &r, root, &ev, &w, &n, &e), OK);
	assert_int_equal(n, 2);
	assert_int_equal(tsp_evidence_add(&a, &ev, tsa_crl(&a, &good.root, &crl), NULL, &e), OK);
	assert_int_equal(tsp_wanted(&a, &r, root, &ev, &w, &n, &e), OK);
	assert_int_equal(n, 0);
}

static void test_bytes_behind_the_end_are_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct token_spec spec = {0};
	struct str reply = tsa_reply(&a, &good, &spec);
	assert_outcome(judge(&a, &good, str_join(&a, reply, STR("\0")), NULL), E_FORMAT, "1 bytes behind the end");
	assert_outcome(judge(&a, &good, STR(""), NULL), E_FORMAT, "empty");
	assert_outcome(judge(&a, &good, STR("\x30\x80\x30\x03\x02\x01\x02\0\0"), NULL), E_UNSUPPORTED, "BER");
	assert_outcome(judge(&a, &good, STR("\x30\x81\x05\x30\x03\x02\x01\x02"), NULL), E_UNSUPPORTED, "BER");
	assert_outcome(judge(&a, &good, STR("\x30\x02\x24\x00"), NULL), E_UNSUPPORTED, "BER");
	assert_outcome(judge(&a, &good, STR("\x30\x05\x30\x03\x02\x01\x02"), NULL), E_VERIFY, "rejected");
}

static void test_every_truncation_is_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct token_spec spec = {0};
	struct str reply = tsa_reply(&a, &good, &spec);
	for (size_t n = 0; n < reply.n; n++) {
		AUTO(arena) each = {0};
		struct tsp_reply r;
		struct err e;
		assert_int_equal(tsp_parse(&each, str_sub(reply, 0, n), &r, &e), E_FORMAT);
	}
}

static void test_too_much_is_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	char *zeros = arena_alloc(&a, CAP_TSP_REPLY + 1);
	assert_outcome(judge(&a, &good, str_mem(zeros, CAP_TSP_REPLY + 1), NULL), E_LIMIT, "over 65536 bytes");
	struct str deep = STR("\x30\x00");
	for (unsigned i = 0; i < CAP_TSP_DEPTH; i++) {
		char head[2] = {0x30, (char)deep.n};
		deep = str_join(&a, str_mem(head, 2), deep);
	}
	assert_outcome(judge(&a, &good, deep, NULL), E_LIMIT, "nested");
	assert_outcome(judge(&a, &good, str_from(deep, 2), NULL), E_FORMAT, "");
}

static void test_openssls_errors_of_others_are_left_alone(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct tsp_reply r;
	struct err e;
	ERR_raise(ERR_LIB_USER, 7);
	assert_int_equal(tsp_parse(&a, STR("\x30\x07\x30\x03\x02\x01\x00\x30\x00"), &r, &e), E_FORMAT);
	assert_int_equal(ERR_GET_REASON(ERR_get_error()), 7);
	assert_true(ERR_get_error() == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_request_is_the_one_that_openssl_reads),
		cmocka_unit_test(test_a_request_that_makes_no_sense_is_refused),
		cmocka_unit_test(test_a_good_token_is_good_although_its_certificates_have_expired),
		cmocka_unit_test(test_without_anchors_the_chain_is_not_checked_and_that_is_said),
		cmocka_unit_test(test_replies_that_do_not_hold_are_refused_with_the_reason),
		cmocka_unit_test(test_what_is_allowed_is_taken),
		cmocka_unit_test(test_a_nonce_that_was_sent_has_to_come_back),
		cmocka_unit_test(test_another_content_type_is_no_token),
		cmocka_unit_test(test_signers_that_may_not_are_refused),
		cmocka_unit_test(test_a_token_over_sha_1_is_refused),
		cmocka_unit_test(test_an_authority_that_is_not_trusted_is_refused),
		cmocka_unit_test(test_a_certificate_beside_the_token_stands_in_for_one_in_it),
		cmocka_unit_test(test_a_bare_token_counts_as_granted),
		cmocka_unit_test(test_the_path_ends_at_the_first_certificate_that_is_trusted),
		cmocka_unit_test(test_revocations_before_and_after_the_token),
		cmocka_unit_test(test_lists_that_count_and_lists_that_do_not),
		cmocka_unit_test(test_with_a_list_for_each_certificate_nothing_is_left_open),
		cmocka_unit_test(test_a_list_in_the_token_is_looked_at),
		cmocka_unit_test(test_a_list_with_a_broken_signature_is_as_if_absent),
		cmocka_unit_test(test_answers_by_ocsp),
		cmocka_unit_test(test_evidence_is_written_and_read_again),
		cmocka_unit_test(test_what_is_wanted_shrinks_as_it_is_fetched),
		cmocka_unit_test(test_bytes_behind_the_end_are_refused),
		cmocka_unit_test(test_every_truncation_is_refused),
		cmocka_unit_test(test_too_much_is_refused),
		cmocka_unit_test(test_openssls_errors_of_others_are_left_alone),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
