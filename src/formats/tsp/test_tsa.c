/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <openssl/pem.h>

#include "base/buf.h"
#include "base/hash.h"
#include "formats/tsp/test_tsa.h"

static void extension(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	BUG_ON(!ext || X509_add_ext(x, ext, -1) != 1);
	X509_EXTENSION_free(ext);
}

struct cert_spec {
	const char *cn, *usage, *key_usage, *alt_name, *points;
	bool ca;
	int64_t from, to;
	int rsa_bits;
};

static struct party make(const struct party *issuer, const struct cert_spec *s)
{
	static const char domain[] = "example.org";
	struct party p = {X509_new(), s->rsa_bits ? EVP_RSA_gen((unsigned)s->rsa_bits) : EVP_EC_gen("P-256")};
	const struct party *by = issuer ? issuer : &p;
	AUTO(arena) a = {0};
	BUG_ON(!p.cert || !p.key);
	X509_NAME *name = X509_get_subject_name(p.cert);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)s->cn, -1, -1, 0);
	X509_set_issuer_name(p.cert, X509_get_subject_name(by->cert));
	X509_set_version(p.cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(p.cert), (long)strlen(s->cn) + 1000);
	ASN1_TIME_set(X509_getm_notBefore(p.cert), (time_t)s->from);
	ASN1_TIME_set(X509_getm_notAfter(p.cert), (time_t)s->to);
	X509_set_pubkey(p.cert, p.key);
	extension(p.cert, by->cert, NID_basic_constraints, s->ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
	extension(p.cert, by->cert, NID_key_usage, s->key_usage);
	extension(p.cert, by->cert, NID_subject_key_identifier, "hash");
	if (s->usage[0])
		extension(p.cert, by->cert, NID_ext_key_usage, s->usage);
	if (s->alt_name)
		extension(p.cert, by->cert, NID_subject_alt_name, s->alt_name);
	if (issuer) {
		extension(p.cert, by->cert, NID_info_access,
			str_fmt(&a, "caIssuers;URI:http://%s/issuer.cer,OCSP;URI:http://%s/ocsp", domain, domain).p);
		const char *points = s->points
			? s->points
			: str_fmt(&a, "URI:http://%s/list.crl,URI:ldap://%s/list", domain, domain).p;
		if (points[0])
			extension(p.cert, by->cert, NID_crl_distribution_points, points);
	}
	BUG_ON(X509_sign(p.cert, by->key, EVP_sha256()) <= 0);
	return p;
}

struct party tsa_party(const struct party *issuer, const char *cn, const char *usage)
{
	struct cert_spec s = {
		cn, usage, "critical,digitalSignature", NULL, NULL, false, T_FROM, T_FROM + 36500 * DAY, 0};
	return make(issuer, &s);
}

struct party tsa_party_expired(const struct party *issuer, const char *cn, const char *usage)
{
	struct cert_spec s = {cn, usage, "critical,digitalSignature", NULL, NULL, false, T_FROM, T_FROM + DAY, 0};
	return make(issuer, &s);
}

void party_clear(struct party *p)
{
	X509_free(p->cert);
	EVP_PKEY_free(p->key);
	*p = (struct party){0};
}

void tsa_init(struct tsa *t, const struct tsa_spec *spec)
{
	const char *ca = spec->ca_usage ? spec->ca_usage : "critical,keyCertSign,cRLSign";
	struct cert_spec root = {"Sample root", "", ca, NULL, NULL, true, T_FROM, T_TO, 0};
	struct cert_spec middle = {"Sample stamping authority", "", ca, NULL, NULL, true, T_FROM, T_TO, 0};
	struct cert_spec signer = {"Sample stamps", spec->usage ? spec->usage : "critical,timeStamping",
		spec->key_usage ? spec->key_usage : "critical,digitalSignature", spec->alt_name, spec->points, false,
		spec->from ? spec->from : T_FROM, spec->to ? spec->to : T_TO, spec->rsa_bits};
	t->root = make(NULL, &root);
	t->middle = make(&t->root, &middle);
	t->signer = make(&t->middle, &signer);
}

void tsa_clear(struct tsa *t)
{
	party_clear(&t->root);
	party_clear(&t->middle);
	party_clear(&t->signer);
}

static struct str taken(struct arena *a, unsigned char *der, int n)
{
	BUG_ON(n <= 0);
	struct str s = str_dup(a, str_mem(der, (size_t)n));
	OPENSSL_free(der);
	return s;
}

struct str tsa_der(struct arena *a, X509 *x)
{
	unsigned char *der = NULL;
	int n = i2d_X509(x, &der);
	return taken(a, der, n);
}

struct str tsa_pem(struct arena *a, X509 *x)
{
	SSL_AUTO(BIO) bio = BIO_new(BIO_s_mem());
	BUG_ON(PEM_write_bio_X509(bio, x) != 1);
	return tsp_bio_text(a, bio);
}

struct str tsa_hash(struct arena *a)
{
	struct hash h = hash_of(STR("data"));
	return str_dup(a, hash_str(&h));
}

/* tag, length, value. */
static struct str tlv(struct arena *a, uint8_t tag, struct str value)
{
	AUTO(buf) b = {0};
	buf_init(&b, MIB);
	buf_addc(&b, (char)tag);
	if (value.n < 0x80) {
		buf_addc(&b, (char)value.n);
	} else if (value.n < 0x100) {
		buf_add(&b, STR("\x81"));
		buf_addc(&b, (char)value.n);
	} else {
		buf_add(&b, STR("\x82"));
		buf_addu16(&b, (uint16_t)value.n);
	}
	buf_add(&b, value);
	return str_dup(a, buf_str(&b));
}

static ASN1_GENERALIZEDTIME *general(struct arena *a, int64_t when, const char *fraction)
{
	ASN1_GENERALIZEDTIME *t = ASN1_GENERALIZEDTIME_set(NULL, (time_t)when);
	struct str digits = str_mem(ASN1_STRING_get0_data(t), 14);
	struct str text = str_fmt(a, "%.*s%sZ", STR_FMT(digits), fraction);
	ASN1_STRING_set(t, text.p, (int)text.n);
	return t;
}

static struct str info_of(struct arena *a, const struct token_spec *s)
{
	SSL_AUTO(TS_TST_INFO) info = TS_TST_INFO_new();
	SSL_AUTO(TS_MSG_IMPRINT) imprint = TS_MSG_IMPRINT_new();
	SSL_AUTO(X509_ALGOR) alg = X509_ALGOR_new();
	SSL_AUTO(ASN1_GENERALIZEDTIME) time = general(a, s->when ? s->when : T_STAMP, s->fraction ? s->fraction : "");
	SSL_AUTO(ASN1_INTEGER) serial = ASN1_INTEGER_new();
	if (s->time)
		ASN1_STRING_set(time, s->time, -1);
	ASN1_OBJECT *policy = OBJ_txt2obj("1.3.6.1.4.1.99999.1", 1);
	struct str hash = s->hash.n ? s->hash : tsa_hash(a);
	X509_ALGOR_set0(alg, OBJ_nid2obj(s->sha1_imprint ? NID_sha1 : NID_sha256), V_ASN1_NULL, NULL);
	TS_MSG_IMPRINT_set_algo(imprint, alg);
	TS_MSG_IMPRINT_set_msg(imprint, (unsigned char *)arena_dup(a, hash.p, hash.n), (int)hash.n);
	TS_TST_INFO_set_version(info, s->version ? s->version : 1);
	TS_TST_INFO_set_msg_imprint(info, imprint);
	TS_TST_INFO_set_policy_id(info, policy);
	ASN1_OBJECT_free(policy);
	ASN1_INTEGER_set(serial, 0x1234567);
	TS_TST_INFO_set_serial(info, serial);
	TS_TST_INFO_set_time(info, time);
	TS_ACCURACY *accuracy = TS_ACCURACY_new();
	if (s->accuracy_seconds) {
		ASN1_INTEGER_set(serial, s->accuracy_seconds);
		TS_ACCURACY_set_seconds(accuracy, serial);
	}
	ASN1_INTEGER_set(serial, s->accuracy_millis ? s->accuracy_millis : 250);
	TS_ACCURACY_set_millis(accuracy, serial);
	if (s->accuracy_micros) {
		ASN1_INTEGER_set(serial, s->accuracy_micros);
		TS_ACCURACY_set_micros(accuracy, serial);
	}
	TS_TST_INFO_set_accuracy(info, accuracy);
	TS_ACCURACY_free(accuracy);
	if (s->nonce.n) {
		SSL_AUTO(BIGNUM) number = BN_bin2bn((const unsigned char *)s->nonce.p, (int)s->nonce.n, NULL);
		BN_set_negative(number, s->nonce_negative);
		SSL_AUTO(ASN1_INTEGER) nonce = BN_to_ASN1_INTEGER(number, NULL);
		TS_TST_INFO_set_nonce(info, nonce);
	}
	if (s->tsa_name) {
		GENERAL_NAME *name = GENERAL_NAME_new();
		name->type = GEN_DIRNAME;
		name->d.directoryName = X509_NAME_new();
		X509_NAME_add_entry_by_txt(
			name->d.directoryName, "CN", MBSTRING_UTF8, (const unsigned char *)s->tsa_name, -1, -1, 0);
		TS_TST_INFO_set_tsa(info, name);
		GENERAL_NAME_free(name);
	}
	if (s->tsa_uri) {
		GENERAL_NAME *name = GENERAL_NAME_new();
		name->type = GEN_URI;
		name->d.uniformResourceIdentifier = ASN1_IA5STRING_new();
		ASN1_STRING_set(name->d.uniformResourceIdentifier, s->tsa_uri, -1);
		TS_TST_INFO_set_tsa(info, name);
		GENERAL_NAME_free(name);
	}
	if (s->critical_extension) {
		X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, "critical,CA:FALSE");
		TS_TST_INFO_add_ext(info, ext, -1);
		X509_EXTENSION_free(ext);
	}
	unsigned char *der = NULL;
	int n = i2d_TS_TST_INFO(info, &der);
	return taken(a, der, n);
}

/* SigningCertificate or SigningCertificateV2 of one certificate, with the default algorithm. */
static struct str ess_of(struct arena *a, X509 *x, const struct token_spec *s)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	X509_digest(x, s->ess_v1 ? EVP_sha1() : EVP_sha256(), digest, &n);
	struct str id = tlv(a, DER_OCTETS, str_mem(digest, n));
	if (s->issuer_serial) {
		unsigned char *der = NULL;
		int size = i2d_X509_NAME(X509_get_issuer_name(x), &der);
		struct str names = tlv(a, DER_SEQUENCE, tlv(a, 0xa4, taken(a, der, size)));
		der = NULL;
		size = i2d_ASN1_INTEGER(X509_get_serialNumber(x), &der);
		id = str_join(a, id, tlv(a, DER_SEQUENCE, str_join(a, names, taken(a, der, size))));
	}
	return tlv(a, DER_SEQUENCE, tlv(a, DER_SEQUENCE, tlv(a, DER_SEQUENCE, id)));
}

static struct str token_of(struct arena *a, const struct tsa *t, const struct token_spec *s)
{
	struct str info = s->info.n ? s->info : info_of(a, s);
	unsigned flags = (s->detached ? CMS_DETACHED : 0) | CMS_BINARY | CMS_PARTIAL | CMS_NOSMIMECAP |
		(s->no_certs ? CMS_NOCERTS : 0);
	SSL_AUTO(BIO) content = BIO_new_mem_buf(info.p, (int)info.n);
	SSL_AUTO(CMS_ContentInfo) cms = CMS_sign(NULL, NULL, NULL, NULL, flags);
	CMS_set1_eContentType(cms, OBJ_nid2obj(s->content_nid ? s->content_nid : NID_id_smime_ct_TSTInfo));
	CMS_SignerInfo *si = CMS_add1_signer(cms, t->signer.cert, t->signer.key, s->md ? s->md : EVP_sha256(), flags);
	BUG_ON(!si);
	if (!s->no_ess) {
		struct str ess = s->ess.n ? s->ess : ess_of(a, s->ess_of_middle ? t->middle.cert : t->signer.cert, s);
		int nid = s->ess_v1 ? NID_id_smime_aa_signingCertificate : NID_id_smime_aa_signingCertificateV2;
		BUG_ON(CMS_signed_add1_attr_by_NID(si, nid, V_ASN1_SEQUENCE, ess.p, (int)ess.n) != 1);
	}
	if (s->ess_twice) {
		struct token_spec v2 = {0};
		struct str ess = ess_of(a, t->signer.cert, &v2);
		int nid = NID_id_smime_aa_signingCertificateV2;
		BUG_ON(CMS_signed_add1_attr_by_NID(si, nid, V_ASN1_SEQUENCE, ess.p, (int)ess.n) != 1);
	}
	if (s->signed_twice)
		BUG_ON(!CMS_add1_signer(cms, t->middle.cert, t->middle.key, EVP_sha256(), flags | CMS_NOCERTS));
	if (!s->no_certs)
		BUG_ON(CMS_add1_cert(cms, t->middle.cert) != 1);
	for (unsigned i = 0; i < s->more_certs; i++) {
		struct party more = tsa_party(&t->root, str_fmt(a, "Certificate %u", i).p, "");
		BUG_ON(CMS_add1_cert(cms, more.cert) != 1);
		party_clear(&more);
	}
	if (s->with_root)
		BUG_ON(CMS_add1_cert(cms, t->root.cert) != 1);
	if (s->crl)
		BUG_ON(CMS_add1_crl(cms, s->crl) != 1);
	BUG_ON(CMS_final(cms, content, NULL, flags & ~(unsigned)CMS_PARTIAL) != 1);
	unsigned char *der = NULL;
	int n = i2d_CMS_ContentInfo(cms, &der);
	return taken(a, der, n);
}

struct str tsa_reply(struct arena *a, const struct tsa *t, const struct token_spec *s)
{
	char status = (char)s->status;
	struct str inner = tlv(a, DER_INTEGER, str_mem(&status, 1));
	if (s->status >= 2) { /* with a text and badAlg, badRequest */
		inner = str_join(a, inner, tlv(a, DER_SEQUENCE, tlv(a, DER_UTF8, STR("not today"))));
		inner = str_join(a, inner, tlv(a, DER_BITS, STR("\x05\xa0")));
	}
	inner = tlv(a, DER_SEQUENCE, inner);
	return tlv(a, DER_SEQUENCE, s->no_token ? inner : str_join(a, inner, token_of(a, t, s)));
}

static void crl_extension(X509_CRL *crl, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509V3_set_ctx(&ctx, NULL, NULL, NULL, crl, 0);
	X509V3_set_ctx_nodb(&ctx);
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	BUG_ON(!ext || X509_CRL_add_ext(crl, ext, -1) != 1);
	X509_EXTENSION_free(ext);
}

struct str tsa_crl(struct arena *a, const struct party *issuer, const struct crl_spec *s)
{
	SSL_AUTO(X509_CRL) crl = X509_CRL_new();
	ASN1_TIME *made = ASN1_TIME_set(NULL, (time_t)(s->made ? s->made : T_STAMP - DAY));
	ASN1_TIME *next = ASN1_TIME_set(NULL, (time_t)(s->next ? s->next : T_STAMP + 6 * DAY));
	X509_CRL_set_version(crl, X509_CRL_VERSION_2);
	if (s->bad_time == CRL_MADE_BAD)
		ASN1_STRING_set(made, "yesterday", -1);
	if (s->bad_time == CRL_NEXT_BAD)
		ASN1_STRING_set(next, "tomorrow", -1);
	X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer->cert));
	X509_CRL_set1_lastUpdate(crl, made);
	if (s->next >= 0)
		X509_CRL_set1_nextUpdate(crl, next);
	ASN1_TIME_free(made);
	ASN1_TIME_free(next);
	if (s->revoked) {
		X509_REVOKED *entry = X509_REVOKED_new();
		ASN1_TIME *since = ASN1_TIME_set(NULL, (time_t)s->since);
		if (s->bad_time == CRL_SINCE_BAD)
			ASN1_STRING_set(since, "some day", -1);
		X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(s->revoked));
		X509_REVOKED_set_revocationDate(entry, since);
		ASN1_TIME_free(since);
		if (s->reason >= 0) {
			SSL_AUTO(ASN1_ENUMERATED) reason = ASN1_ENUMERATED_new();
			ASN1_ENUMERATED_set(reason, s->reason);
			X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason, 0, 0);
		}
		if (s->invalid) {
			SSL_AUTO(ASN1_GENERALIZEDTIME) t = ASN1_GENERALIZEDTIME_set(NULL, (time_t)s->invalid);
			if (s->bad_time == CRL_INVALID_BAD)
				ASN1_STRING_set(t, "some day", -1);
			X509_REVOKED_add1_ext_i2d(entry, NID_invalidity_date, t, 0, 0);
		}
		X509_CRL_add0_revoked(crl, entry);
	}
	if (s->point)
		crl_extension(crl, NID_issuing_distribution_point, s->point);
	if (s->unknown_critical)
		crl_extension(crl, NID_netscape_comment, "critical,unknown here");
	if (s->point_twice)
		crl_extension(crl, NID_issuing_distribution_point, s->point);
	if (s->key_id_critical) {
		AUTHORITY_KEYID *id = AUTHORITY_KEYID_new();
		BUG_ON(!id || X509_CRL_add1_ext_i2d(crl, NID_authority_key_identifier, id, 1, 0) != 1);
		AUTHORITY_KEYID_free(id);
	}
	BUG_ON(X509_CRL_sign(crl, issuer->key, s->md ? s->md : EVP_sha256()) <= 0);
	unsigned char *der = NULL;
	int n = i2d_X509_CRL(crl, &der);
	return taken(a, der, n);
}

struct str tsa_ocsp(struct arena *a, const struct party *responder, const struct party *issuer, X509 *cert,
	const struct ocsp_spec *s)
{
	SSL_AUTO(OCSP_BASICRESP) basic = OCSP_BASICRESP_new();
	OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), cert, issuer->cert);
	int64_t at = s->made ? s->made : T_STAMP - DAY;
	ASN1_TIME *made = ASN1_GENERALIZEDTIME_set(NULL, (time_t)at);
	ASN1_TIME *next = ASN1_GENERALIZEDTIME_set(NULL, (time_t)(s->next ? s->next : T_STAMP + 6 * DAY));
	ASN1_TIME *since = ASN1_GENERALIZEDTIME_set(NULL, (time_t)s->since);
	ASN1_OBJECT *digest = NULL;
	if (s->digest_nid && OCSP_id_get0_info(NULL, &digest, NULL, NULL, id) == 1) {
		/* the id's own algorithm, which OpenSSL lets nobody set */
		X509_ALGOR *alg = (X509_ALGOR *)(void *)id;
		BUG_ON(alg->algorithm != digest ||
			X509_ALGOR_set0(alg, OBJ_nid2obj(s->digest_nid), V_ASN1_NULL, NULL) != 1);
	}
	OCSP_SINGLERESP *single = OCSP_basic_add1_status(
		basic, id, s->status, s->reason, since, made, s->next < 0 ? NULL : next);
	BUG_ON(!single);
	ASN1_GENERALIZEDTIME *time[4] = {NULL};
	int reason = 0;
	OCSP_single_get0_status(single, &reason, &time[OCSP_SINCE_BAD], &time[OCSP_MADE_BAD], &time[OCSP_NEXT_BAD]);
	if (s->bad_time)
		ASN1_STRING_set(time[s->bad_time], "some day", -1);
	BUG_ON(OCSP_basic_sign(basic, responder->cert, responder->key, EVP_sha256(), NULL,
		       s->certs_left_out ? OCSP_NOCERTS : 0) != 1);
	ASN1_TIME_free(made);
	ASN1_TIME_free(next);
	ASN1_TIME_free(since);
	OCSP_CERTID_free(id);
	SSL_AUTO(OCSP_RESPONSE) response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
	unsigned char *der = NULL;
	int n = i2d_OCSP_RESPONSE(response, &der);
	return taken(a, der, n);
}
