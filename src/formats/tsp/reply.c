/* SPDX-License-Identifier: Apache-2.0 */
/* TimeStampResp (RFC 3161 §2.4.2) and the token in it (CMS SignedData, RFC 5652, over a TSTInfo):
 *     SEQUENCE { PKIStatusInfo { status, [text], [failure bits] }, [ContentInfo] }   or   ContentInfo alone
 * The status is read here; CMS, TSTInfo and certificates are OpenSSL's business, after tsp_der_check(). */
#include "base/buf.h"
#include "base/time.h"
#include "formats/tsp/tsp_int.h"

void tsp_token_clear(struct tsp_token *t)
{
	sk_X509_pop_free(t->certs, X509_free);
	TS_TST_INFO_free(t->info);
	CMS_ContentInfo_free(t->cms);
	*t = (struct tsp_token){0};
}

/* The TSTInfo in the content, which must be all of it. */
static rc open_info(struct tsp_token *t, struct err *e)
{
	ASN1_OCTET_STRING **content = CMS_get0_content(t->cms);
	if (!content || !*content)
		return err_set(e, E_FORMAT, "the token has no content");
	const unsigned char *start = ASN1_STRING_get0_data(*content);
	long n = ASN1_STRING_length(*content);
	rc code = tsp_der_check(str_mem(start, (size_t)n), e);
	if (code != OK)
		return err_add(e, "TSTInfo");
	const unsigned char *p = start;
	t->info = d2i_TS_TST_INFO(NULL, &p, n);
	if (!t->info || p != start + n)
		return err_set(e, E_FORMAT, "no TSTInfo in the token");
	return OK;
}

rc tsp_token_open(struct str der, struct tsp_token *t, struct err *e)
{
	const unsigned char *p = (const unsigned char *)der.p;
	t->cms = d2i_CMS_ContentInfo(NULL, &p, (long)der.n);
	if (!t->cms || p != (const unsigned char *)der.p + der.n)
		return err_set(e, E_FORMAT, "no token that can be read");
	if (OBJ_obj2nid(CMS_get0_type(t->cms)) != NID_pkcs7_signed)
		return err_set(e, E_FORMAT, "the token is not signed data");
	if (OBJ_obj2nid(CMS_get0_eContentType(t->cms)) != NID_id_smime_ct_TSTInfo)
		return err_set(e, E_FORMAT, "what is signed is not a time stamp (TSTInfo)");
	TRY(open_info(t, e));
	STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(t->cms);
	if (sk_CMS_SignerInfo_num(signers) != 1)
		return err_set(e, E_FORMAT, "%d signatures on the token, not one", sk_CMS_SignerInfo_num(signers));
	t->signer = sk_CMS_SignerInfo_value(signers, 0);
	t->certs = CMS_get1_certs(t->cms);
	if (!t->certs)
		t->certs = sk_X509_new_null();
	BUG_ON(!t->certs);
	if (sk_X509_num(t->certs) > (int)CAP_TSP_CERTS)
		return err_set(e, E_LIMIT, "more than %u certificates in the token", CAP_TSP_CERTS);
	return OK;
}

/* PKIFailureInfo's names, RFC 3161 §2.4.2. */
static const struct {
	unsigned bit;
	const char *name;
} failures[] = {{0, "badAlg"}, {2, "badRequest"}, {5, "badDataFormat"}, {14, "timeNotAvailable"},
	{15, "unacceptedPolicy"}, {16, "unacceptedExtension"}, {17, "addInfoNotAvailable"}, {25, "systemFailure"}};

/* BIT STRING: the count of unused bits, then the bits, first the highest. */
static bool read_failure(struct arena *a, struct str bits, struct tsp_reply *r)
{
	AUTO(buf) why = {0};
	buf_init(&why, KIB);
	if (bits.n < 1 || bits.n > 5 || (uint8_t)bits.p[0] > 7)
		return false;
	for (unsigned i = 0; i < (bits.n - 1) * 8; i++) {
		if ((uint8_t)bits.p[1 + i / 8] & 0x80u >> i % 8)
			r->failure |= 1u << i;
	}
	for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
		if (r->failure & 1u << failures[i].bit)
			buf_addf(&why, "%s%s", why.n ? ", " : "", failures[i].name);
	}
	r->why = str_dup(a, buf_str(&why));
	return true;
}

static rc read_status(struct arena *a, struct str rest, struct tsp_reply *r, struct err *e)
{
	AUTO(buf) text = {0};
	struct tsp_tlv v;
	struct tsp_tlv line;
	buf_init(&text, 2 * CAP_TSP_REPLY);
	if (!tsp_tlv_take(&rest, DER_INTEGER, &v) || v.value.n != 1 || (uint8_t)v.value.p[0] > 0x7f)
		return err_set(e, E_FORMAT, "no status");
	r->status = (uint8_t)v.value.p[0];
	if (tsp_tlv_take(&rest, DER_SEQUENCE, &v)) {
		while (tsp_tlv_take(&v.value, DER_UTF8, &line)) {
			buf_add(&text, text.n ? STR("; ") : STR(""));
			buf_add(&text, line.value);
		}
		if (v.value.n)
			return err_set(e, E_FORMAT, "the status text is no UTF8String");
		r->text = str_dup(a, buf_str(&text));
	}
	if (tsp_tlv_take(&rest, DER_BITS, &v) && !read_failure(a, v.value, r))
		return err_set(e, E_FORMAT, "no failure bits");
	if (rest.n)
		return err_set(e, E_FORMAT, "something unknown in the status");
	return buf_done(&text, e);
}

/* Takes the token out of the reply around it. */
static rc read_outer(struct arena *a, struct tsp_reply *r, struct err *e)
{
	struct str rest = r->der;
	struct tsp_tlv outer;
	struct tsp_tlv v;
	if (!tsp_tlv_take(&rest, DER_SEQUENCE, &outer))
		return err_set(e, E_FORMAT, "no reply to a request for a time stamp");
	rest = outer.value;
	if (rest.n && (uint8_t)rest.p[0] == DER_OID) {
		r->bare = true;
		r->token = r->der;
		return OK;
	}
	if (!tsp_tlv_take(&rest, DER_SEQUENCE, &v))
		return err_set(e, E_FORMAT, "no reply to a request for a time stamp");
	TRY(read_status(a, v.value, r, e));
	if (tsp_tlv_take(&rest, DER_SEQUENCE, &v))
		r->token = v.whole;
	if (rest.n)
		return err_set(e, E_FORMAT, "something behind the token");
	return OK;
}

/* GeneralizedTime as RFC 3161 §2.4.2 has it: YYYYMMDDhhmmss[.s…]Z. */
static bool read_time(const ASN1_GENERALIZEDTIME *t, int64_t *ret)
{
	struct str s = str_mem(ASN1_STRING_get0_data(t), (size_t)ASN1_STRING_length(t));
	struct instant whole;
	uint64_t fraction = 0;
	if (s.n < 15 || s.p[s.n - 1] != 'Z' || !instant_parse_digits(str_sub(s, 0, 14), &whole))
		return false;
	if (s.n > 15) {
		struct str digits = str_sub(s, 15, s.n - 1);
		uint64_t all = 0;
		if (s.p[14] != '.' || digits.n > 9 || !str_to_u64(digits, &all))
			return false;
		for (fraction = all; digits.n < 9; digits.n++)
			fraction *= 10;
	}
	return add_ok(whole.ns, (int64_t)fraction, ret);
}

/* A part of the accuracy in ns; a part that is absent is 0. */
static bool accuracy_part(const ASN1_INTEGER *i, uint64_t most, uint64_t unit, uint64_t *sum)
{
	uint64_t n = 0;
	if (i && (ASN1_INTEGER_get_uint64(&n, i) != 1 || n > most))
		return false;
	return mul_ok(n, unit, &n) && add_ok(*sum, n, sum);
}

static rc read_info(struct arena *a, TS_TST_INFO *info, struct tsp_reply *r, struct err *e)
{
	TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
	const ASN1_OCTET_STRING *hash = TS_MSG_IMPRINT_get_msg(imprint);
	const ASN1_INTEGER *nonce = TS_TST_INFO_get_nonce(info);
	TS_ACCURACY *accuracy = TS_TST_INFO_get_accuracy(info);
	r->imprint.alg = tsp_oid_text(a, TS_MSG_IMPRINT_get_algo(imprint)->algorithm);
	r->imprint.hash = str_dup(a, str_mem(ASN1_STRING_get0_data(hash), (size_t)ASN1_STRING_length(hash)));
	if (nonce) {
		r->has_nonce = true;
		r->nonce_negative = ASN1_STRING_type(nonce) == V_ASN1_NEG_INTEGER;
		r->nonce = str_dup(a, str_mem(ASN1_STRING_get0_data(nonce), (size_t)ASN1_STRING_length(nonce)));
		while (r->nonce.n && r->nonce.p[0] == 0)
			r->nonce = str_from(r->nonce, 1);
	}
	if (!read_time(TS_TST_INFO_get_time(info), &r->time))
		return err_set(e, E_FORMAT, "genTime is no time of the form that RFC 3161 has");
	if (accuracy) {
		r->has_accuracy = true;
		if (!accuracy_part(TS_ACCURACY_get_seconds(accuracy), 1000000000, 1000000000, &r->accuracy) ||
			!accuracy_part(TS_ACCURACY_get_millis(accuracy), 999, 1000000, &r->accuracy) ||
			!accuracy_part(TS_ACCURACY_get_micros(accuracy), 999, 1000, &r->accuracy))
			return err_set(e, E_FORMAT, "no accuracy that RFC 3161 has");
	}
	r->ordering = TS_TST_INFO_get_ordering(info) != 0;
	r->policy = tsp_oid_text(a, TS_TST_INFO_get_policy_id(info));
	r->serial = tsp_integer_hex(a, TS_TST_INFO_get_serial(info));
	GENERAL_NAME *tsa = TS_TST_INFO_get_tsa(info);
	if (tsa && tsa->type == GEN_DIRNAME) {
		r->tsa = tsp_name_text(a, tsa->d.directoryName);
	} else if (tsa) {
		SSL_AUTO(BIO) bio = BIO_new(BIO_s_mem());
		BUG_ON(!bio);
		GENERAL_NAME_print(bio, tsa);
		r->tsa = tsp_bio_text(a, bio);
	}
	return OK;
}

static rc read_certs(struct arena *a, const struct tsp_token *t, struct tsp_reply *r, struct err *e)
{
	r->signer = TSP_NONE;
	for (int i = 0; i < sk_X509_num(t->certs); i++) {
		X509 *x = sk_X509_value(t->certs, i);
		struct tsp_cert *c = arena_push(a, &r->certs, &r->ncerts, sizeof(*r->certs));
		if (!tsp_cert_of(a, x, c))
			return err_set(e, E_FORMAT, "certificate %d in the token cannot be read", i + 1);
		if (r->signer == TSP_NONE && CMS_SignerInfo_cert_cmp(t->signer, x) == 0)
			r->signer = (size_t)i;
	}
	return OK;
}

rc tsp_parse(struct arena *a, struct str der, struct tsp_reply *ret, struct err *e)
{
	TSP_QUIET;
	struct tsp_reply r = {.der = der, .signer = TSP_NONE};
	AUTO(tsp_token) t = {0};
	if (der.n > CAP_TSP_REPLY)
		return err_set(e, E_LIMIT, "a reply over %u bytes", CAP_TSP_REPLY);
	TRY(tsp_der_check(der, e));
	TRY(read_outer(a, &r, e));
	if (r.token.n == 0) {
		*ret = r;
		return OK;
	}
	TRY(tsp_token_open(r.token, &t, e));
	TRY(read_info(a, t.info, &r, e));
	TRY(read_certs(a, &t, &r, e));
	*ret = r;
	return OK;
}
