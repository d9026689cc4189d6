/* SPDX-License-Identifier: Apache-2.0 */
/* What CRLs (RFC 5280 §5) and OCSP responses (RFC 6960) say of one certificate of a path, as of the time of a token.
 * OpenSSL's own check asks whether a certificate is revoked at a time, and refuses lists made later; a time stamp asks
 * whether a revocation that came later reaches back to it (RFC 3161 §4), so it is asked here. */
#include "base/time.h"
#include "formats/tsp/tsp_int.h"

void tsp_revocations_clear(struct tsp_revocations *r)
{
	sk_X509_CRL_pop_free(r->crls, X509_CRL_free);
	for (size_t i = 0; i < r->nocsps; i++)
		OCSP_RESPONSE_free(r->ocsps[i]);
	*r = (struct tsp_revocations){0};
}

void tsp_revocations_open(
	struct arena *a, const struct tsp_evidence *ev, const struct tsp_token *t, struct tsp_revocations *r)
{
	r->crls = CMS_get1_crls(t->cms);
	if (!r->crls)
		r->crls = sk_X509_CRL_new_null();
	BUG_ON(!r->crls);
	for (size_t i = 0; ev && i < ev->ncrls; i++) {
		const unsigned char *p = (const unsigned char *)ev->crls[i].p;
		X509_CRL *crl = d2i_X509_CRL(NULL, &p, (long)ev->crls[i].n);
		if (crl)
			BUG_ON(sk_X509_CRL_push(r->crls, crl) <= 0);
	}
	for (size_t i = 0; ev && i < ev->nocsps; i++) {
		const unsigned char *p = (const unsigned char *)ev->ocsps[i].p;
		OCSP_RESPONSE *ocsp = d2i_OCSP_RESPONSE(NULL, &p, (long)ev->ocsps[i].n);
		if (ocsp)
			*(OCSP_RESPONSE **)arena_push(a, &r->ocsps, &r->nocsps, sizeof(ocsp)) = ocsp;
	}
}

/* A statement about a certificate, wherever it was made. */
struct statement {
	bool revoked;
	bool counts;        /* if not revoked: it covers this certificate */
	int64_t made, next; /* thisUpdate; nextUpdate or INT64_MIN */
	int64_t since;      /* revoked: the earlier of revocation and invalidity */
	int reason;         /* CRLReason; -1 when it is not said */
};

/* RFC 3161 §4 (1), (2): with a reason that says that the key was sound, what was stamped before stays valid. */
static bool reason_spares(int reason)
{
	return reason == CRL_REASON_UNSPECIFIED || reason == CRL_REASON_AFFILIATION_CHANGED ||
		reason == CRL_REASON_SUPERSEDED || reason == CRL_REASON_CESSATION_OF_OPERATION;
}

static rc weigh(
	struct arena *a, const struct statement *s, X509 *cert, int64_t when, struct tsp_standing *st, struct err *e)
{
	int64_t not_after = 0;
	if (s->revoked) {
		const char *reason = s->reason < 0 ? "no reason given" : OCSP_crl_reason_str(s->reason);
		struct str since = instant_utc(a, s->since, 0);
		struct str name = tsp_name_text(a, X509_get_subject_name(cert));
		if (s->since <= when)
			return err_set(e, E_VERIFY,
				"the certificate of %.*s was revoked at %.*s, not after the token (%s)", STR_FMT(name),
				STR_FMT(since), reason);
		if (!reason_spares(s->reason))
			return err_set(e, E_VERIFY,
				"the certificate of %.*s was revoked at %.*s in a way that voids what it signed before "
				"(%s)",
				STR_FMT(name), STR_FMT(since), reason);
	} else if (!s->counts) {
		return OK;
	}
	bool current = s->made >= when || s->next >= when;
	if (!tsp_time_ns(X509_get0_notAfter(cert), &not_after) || !current || (!s->revoked && s->made > not_after))
		return OK;
	if (!st->known || st->at < s->made)
		st->at = s->made;
	st->known = true;
	return OK;
}

/* True when a name of the list's distribution point is one that the certificate gives. */
static bool same_point(const DIST_POINT_NAME *list, X509 *cert)
{
	SSL_AUTO(CRL_DIST_POINTS) points = X509_get_ext_d2i(cert, NID_crl_distribution_points, NULL, NULL);
	if (!points || list->type != 0)
		return false;
	for (int i = 0; i < sk_DIST_POINT_num(points); i++) {
		DIST_POINT_NAME *own = sk_DIST_POINT_value(points, i)->distpoint;
		if (!own || own->type != 0)
			continue;
		for (int j = 0; j < sk_GENERAL_NAME_num(own->name.fullname); j++) {
			for (int k = 0; k < sk_GENERAL_NAME_num(list->name.fullname); k++) {
				if (GENERAL_NAME_cmp(sk_GENERAL_NAME_value(own->name.fullname, j),
					    sk_GENERAL_NAME_value(list->name.fullname, k)) == 0)
					return true;
			}
		}
	}
	return false;
}

/* Whether the list is about all revocations of such certificates: RFC 5280 §5.2.5, and no extension that we do not
 * know is critical. */
static bool crl_covers(X509_CRL *crl, X509 *cert)
{
	int critical = 0;
	SSL_AUTO(ISSUING_DIST_POINT) idp = X509_CRL_get_ext_d2i(crl, NID_issuing_distribution_point, &critical, NULL);
	if (!idp && critical != -1)
		return false;
	for (int i = -1; (i = X509_CRL_get_ext_by_critical(crl, 1, i)) >= 0;) {
		int nid = OBJ_obj2nid(X509_EXTENSION_get_object(X509_CRL_get_ext(crl, i)));
		if (nid != NID_issuing_distribution_point && nid != NID_authority_key_identifier)
			return false; /* a delta among them */
	}
	if (!tsp_strong_signature(X509_CRL_get_signature_nid(crl)))
		return false;
	if (!idp)
		return true;
	if (idp->indirectCRL > 0 || idp->onlysomereasons || idp->onlyattr > 0)
		return false;
	if ((idp->onlyuser > 0 && X509_check_ca(cert)) || (idp->onlyCA > 0 && !X509_check_ca(cert)))
		return false;
	return !idp->distpoint || same_point(idp->distpoint, cert);
}

/* False when the list does not speak of certificates of this issuer. */
static bool crl_says(X509_CRL *crl, X509 *cert, X509 *issuer, struct statement *ret)
{
	struct statement s = {.reason = -1, .next = INT64_MIN};
	X509_REVOKED *entry = NULL;
	EVP_PKEY *key = X509_get0_pubkey(issuer);
	if (X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(issuer)) != 0 ||
		!(X509_get_key_usage(issuer) & KU_CRL_SIGN) || !key || X509_CRL_verify(crl, key) != 1)
		return false;
	if (!tsp_time_ns(X509_CRL_get0_lastUpdate(crl), &s.made))
		return false;
	if (X509_CRL_get0_nextUpdate(crl) && !tsp_time_ns(X509_CRL_get0_nextUpdate(crl), &s.next))
		return false;
	s.counts = crl_covers(crl, cert);
	if (X509_CRL_get0_by_cert(crl, &entry, cert) == 1) {
		int64_t invalid = 0;
		SSL_AUTO(ASN1_ENUMERATED) reason = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);
		SSL_AUTO(ASN1_GENERALIZEDTIME) date = X509_REVOKED_get_ext_d2i(entry, NID_invalidity_date, NULL, NULL);
		s.revoked = true;
		if (!tsp_time_ns(X509_REVOKED_get0_revocationDate(entry), &s.since))
			s.since = INT64_MIN;
		if (date && tsp_time_ns(date, &invalid) && invalid < s.since)
			s.since = invalid;
		if (reason)
			s.reason = (int)ASN1_ENUMERATED_get(reason);
	}
	*ret = s;
	return true;
}

/* RFC 6960 §4.2.2.2: the issuer itself, or one whom it gave a certificate for OCSP, valid when it answered. */
static bool may_answer(X509 *responder, X509 *issuer, int64_t produced)
{
	int64_t from = 0;
	int64_t to = 0;
	if (X509_cmp(responder, issuer) == 0)
		return true;
	SSL_AUTO(EXTENDED_KEY_USAGE) usage = X509_get_ext_d2i(responder, NID_ext_key_usage, NULL, NULL);
	bool named = false;
	for (int i = 0; usage && i < sk_ASN1_OBJECT_num(usage); i++)
		named = named || OBJ_obj2nid(sk_ASN1_OBJECT_value(usage, i)) == NID_OCSP_sign;
	return named && X509_check_issued(issuer, responder) == X509_V_OK &&
		X509_verify(responder, X509_get0_pubkey(issuer)) == 1 &&
		tsp_time_ns(X509_get0_notBefore(responder), &from) && tsp_time_ns(X509_get0_notAfter(responder), &to) &&
		from <= produced && produced <= to;
}

/* The answer about `cert` among those in a response; NULL when there is none. */
static OCSP_SINGLERESP *ocsp_single(OCSP_BASICRESP *basic, X509 *cert, X509 *issuer)
{
	for (int i = 0; i < OCSP_resp_count(basic); i++) {
		OCSP_SINGLERESP *single = OCSP_resp_get0(basic, i);
		OCSP_CERTID *id = (OCSP_CERTID *)(uintptr_t)OCSP_SINGLERESP_get0_id(single);
		ASN1_OBJECT *alg = NULL;
		if (OCSP_id_get0_info(NULL, &alg, NULL, NULL, id) != 1)
			continue;
		const EVP_MD *md = EVP_get_digestbyobj(alg);
		SSL_AUTO(OCSP_CERTID) own = md ? OCSP_cert_to_id(md, cert, issuer) : NULL;
		if (own && OCSP_id_cmp(own, id) == 0)
			return single;
	}
	return NULL;
}

/* True when someone signed it who may answer for the issuer. */
static bool ocsp_signed(OCSP_BASICRESP *basic, X509 *issuer)
{
	int64_t produced = 0;
	X509 *responder = NULL;
	STACK_OF(X509) *candidates = sk_X509_new_null();
	BUG_ON(!candidates || sk_X509_push(candidates, issuer) <= 0);
	bool good = OCSP_basic_verify(basic, candidates, NULL, OCSP_NOVERIFY) == 1 &&
		OCSP_resp_get0_signer(basic, &responder, candidates) == 1 &&
		tsp_time_ns(OCSP_resp_get0_produced_at(basic), &produced) && may_answer(responder, issuer, produced);
	sk_X509_free(candidates); /* the issuer is not ours */
	return good;
}

static bool ocsp_says(OCSP_RESPONSE *response, X509 *cert, X509 *issuer, struct statement *ret)
{
	struct statement s = {.reason = -1, .next = INT64_MIN};
	ASN1_GENERALIZEDTIME *since = NULL;
	ASN1_GENERALIZEDTIME *made = NULL;
	ASN1_GENERALIZEDTIME *next = NULL;
	if (OCSP_response_status(response) != OCSP_RESPONSE_STATUS_SUCCESSFUL)
		return false;
	SSL_AUTO(OCSP_BASICRESP) basic = OCSP_response_get1_basic(response);
	OCSP_SINGLERESP *single = basic ? ocsp_single(basic, cert, issuer) : NULL;
	if (!single || !ocsp_signed(basic, issuer))
		return false;
	int status = OCSP_single_get0_status(single, &s.reason, &since, &made, &next);
	if (status == V_OCSP_CERTSTATUS_UNKNOWN || !tsp_time_ns(made, &s.made) || (next && !tsp_time_ns(next, &s.next)))
		return false;
	s.revoked = status == V_OCSP_CERTSTATUS_REVOKED;
	if (s.revoked && !tsp_time_ns(since, &s.since))
		s.since = INT64_MIN;
	s.counts = tsp_strong_signature(OBJ_obj2nid(OCSP_resp_get0_tbs_sigalg(basic)->algorithm));
	*ret = s;
	return true;
}

rc tsp_standing(struct arena *a, const struct tsp_revocations *r, X509 *cert, X509 *issuer, int64_t when,
	struct tsp_standing *ret, struct err *e)
{
	struct tsp_standing standing = {0};
	struct statement s;
	for (int i = 0; i < sk_X509_CRL_num(r->crls); i++) {
		if (crl_says(sk_X509_CRL_value(r->crls, i), cert, issuer, &s))
			TRY(weigh(a, &s, cert, when, &standing, e));
	}
	for (size_t i = 0; i < r->nocsps; i++) {
		if (ocsp_says(r->ocsps[i], cert, issuer, &s))
			TRY(weigh(a, &s, cert, when, &standing, e));
	}
	*ret = standing;
	return OK;
}
