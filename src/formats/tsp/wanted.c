/* SPDX-License-Identifier: Apache-2.0 */
/* What to fetch while the authority is there: RFC 5280 §4.2.1.13 (CRL distribution points) and §4.2.2.1 (authority
 * information access). The path is walked by names and signatures, as far as certificates are known. */
#include "formats/tsp/tsp_int.h"

struct walk {
	struct arena *a;
	struct tsp_wanted *found;
	size_t n;
};

/* Web addresses only, in the characters that RFC 3986 has. */
static bool is_web(struct str url)
{
	if (url.n > CAP_URL || !(str_istarts(url, STR("http://")) || str_istarts(url, STR("https://"))))
		return false;
	for (size_t i = 0; i < url.n; i++) {
		if (url.p[i] <= ' ' || url.p[i] > '~')
			return false;
	}
	return true;
}

static void want(struct walk *w, enum tsp_want what, X509 *about, const GENERAL_NAME *name, struct str body)
{
	if (name->type != GEN_URI || w->n == CAP_TSP_EVIDENCE_ITEMS || (what == TSP_WANT_OCSP && body.n == 0))
		return;
	const ASN1_IA5STRING *uri = name->d.uniformResourceIdentifier;
	struct str url = str_mem(ASN1_STRING_get0_data(uri), (size_t)ASN1_STRING_length(uri));
	if (!is_web(url))
		return;
	for (size_t i = 0; i < w->n; i++) {
		if (w->found[i].what == what && str_eq(w->found[i].url, url) && str_eq(w->found[i].body, body))
			return;
	}
	struct tsp_wanted *next = arena_push(w->a, &w->found, &w->n, sizeof(*next));
	*next = (struct tsp_wanted){what, str_dup(w->a, url), tsp_name_text(w->a, X509_get_subject_name(about)), body};
}

/* Issuer certificates (NID_ad_ca_issuers) or responders (NID_ad_OCSP). */
static void want_access(struct walk *w, enum tsp_want what, int method, X509 *x, struct str body)
{
	SSL_AUTO(AUTHORITY_INFO_ACCESS) info = X509_get_ext_d2i(x, NID_info_access, NULL, NULL);
	for (int i = 0; info && i < sk_ACCESS_DESCRIPTION_num(info); i++) {
		ACCESS_DESCRIPTION *d = sk_ACCESS_DESCRIPTION_value(info, i);
		if (OBJ_obj2nid(d->method) == method)
			want(w, what, x, d->location, body);
	}
}

static void want_crls(struct walk *w, X509 *x)
{
	SSL_AUTO(CRL_DIST_POINTS) points = X509_get_ext_d2i(x, NID_crl_distribution_points, NULL, NULL);
	for (int i = 0; points && i < sk_DIST_POINT_num(points); i++) {
		DIST_POINT_NAME *name = sk_DIST_POINT_value(points, i)->distpoint;
		for (int k = 0; name && name->type == 0 && k < sk_GENERAL_NAME_num(name->name.fullname); k++)
			want(w, TSP_WANT_CRL, x, sk_GENERAL_NAME_value(name->name.fullname, k), STR(""));
	}
}

/* Asks by SHA-1 of the issuer's name and key, as RFC 5019 §2.1.1 has it for all responders. No nonce: the answer is
 * kept and judged by its dates. */
static struct str ocsp_request(struct arena *a, X509 *x, X509 *issuer)
{
	SSL_AUTO(OCSP_REQUEST) request = OCSP_REQUEST_new();
	SSL_AUTO(OCSP_CERTID) id = OCSP_cert_to_id(EVP_sha1(), x, issuer);
	if (!request || !id || !OCSP_request_add0_id(request, id))
		return STR("");
	id = NULL; /* the request's now */
	int n = i2d_OCSP_REQUEST(request, NULL);
	if (n <= 0)
		return STR("");
	char *der = arena_alloc(a, (size_t)n);
	unsigned char *at = (unsigned char *)der;
	BUG_ON(i2d_OCSP_REQUEST(request, &at) != n);
	return str_mem(der, (size_t)n);
}

static bool issued(X509 *issuer, X509 *x)
{
	EVP_PKEY *key = X509_get0_pubkey(issuer);
	return key && X509_check_issued(issuer, x) == X509_V_OK && X509_verify(x, key) == 1;
}

static X509 *among(STACK_OF(X509) * certs, X509 *x)
{
	for (int i = 0; i < sk_X509_num(certs); i++) {
		if (issued(sk_X509_value(certs, i), x))
			return sk_X509_value(certs, i);
	}
	return NULL;
}

static bool contains(STACK_OF(X509) * certs, X509 *x)
{
	for (int i = 0; i < sk_X509_num(certs); i++) {
		if (X509_cmp(sk_X509_value(certs, i), x) == 0)
			return true;
	}
	return false;
}

/* Certificates of the token and of the evidence in one stack, owned by the caller. */
static STACK_OF(X509) * all_certs(const struct tsp_token *t, const struct tsp_evidence *ev)
{
	STACK_OF(X509) *all = sk_X509_new_null();
	BUG_ON(!all || X509_add_certs(all, t->certs, X509_ADD_FLAG_UP_REF) != 1);
	tsp_evidence_certs(ev, all);
	return all;
}

rc tsp_wanted(struct arena *a, const struct tsp_reply *r, struct str anchors, const struct tsp_evidence *ev,
	struct tsp_wanted **ret, size_t *ret_n, struct err *e)
{
	TSP_QUIET;
	AUTO(tsp_token) t = {0};
	AUTO(tsp_revocations) known = {0};
	SSL_AUTO_STACK(X509) trusted = sk_X509_new_null();
	struct walk w = {.a = a};
	BUG_ON(!trusted);
	if (anchors.n)
		TRY(tsp_anchors_read(anchors, trusted, e));
	TRY(tsp_token_open(r->token, &t, e));
	SSL_AUTO_STACK(X509) certs = all_certs(&t, ev);
	tsp_revocations_open(a, ev, &t, &known);
	X509 *x = NULL;
	for (int i = 0; i < sk_X509_num(certs) && !x; i++) {
		if (CMS_SignerInfo_cert_cmp(t.signer, sk_X509_value(certs, i)) == 0)
			x = sk_X509_value(certs, i);
	}
	for (unsigned i = 0; x && i < CAP_TSP_PATH; i++) {
		struct tsp_standing standing = {0};
		struct err revoked_e;
		if (contains(trusted, x) || issued(x, x))
			break;
		X509 *issuer = among(trusted, x);
		if (!issuer)
			issuer = among(certs, x);
		if (!issuer)
			want_access(&w, TSP_WANT_CERT, NID_ad_ca_issuers, x, STR(""));
		bool revoked = issuer && tsp_standing(a, &known, x, issuer, r->time, &standing, &revoked_e) != OK;
		if (!standing.known && !revoked)
			want_crls(&w, x);
		if (!standing.known && !revoked && issuer)
			want_access(&w, TSP_WANT_OCSP, NID_ad_OCSP, x, ocsp_request(a, x, issuer));
		x = issuer;
	}
	*ret = w.found;
	*ret_n = w.n;
	return OK;
}
