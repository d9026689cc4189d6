/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict on a reply: what was asked for, who signed, whether that is trusted, each in turn; the first thing that
 * does not hold is the result. */
#include "base/buf.h"
#include "base/time.h"
#include "formats/tsp/tsp_int.h"

static rc check_status(const struct tsp_reply *r, struct err *e)
{
	static const char *const names[] = {
		"granted", "granted with changes", "rejected", "waiting", "warning of a revocation", "revoked"};
	bool granted = r->bare || r->status == TSP_GRANTED || r->status == TSP_GRANTED_WITH_MODS;
	if (!granted)
		return err_set(e, E_VERIFY, "the authority gave no time stamp: status %u (%s)%s%.*s%s%.*s", r->status,
			r->status < ARRAY_LEN(names) ? names[r->status] : "unknown", r->why.n ? ", " : "",
			STR_FMT(r->why), r->text.n ? ": " : "", STR_FMT(r->text));
	if (r->token.n == 0)
		return err_set(e, E_VERIFY, "the authority says granted and sent no token");
	return OK;
}

static rc check_asked(const struct tsp_reply *r, const struct tsp_expect *want, struct err *e)
{
	struct str nonce = want->nonce;
	while (nonce.n && nonce.p[0] == 0)
		nonce = str_from(nonce, 1);
	if (!str_eq(r->imprint.alg, want->imprint->alg))
		return err_set(
			e, E_VERIFY, "the token is for a digest of another algorithm (%.*s)", STR_FMT(r->imprint.alg));
	if (!str_eq(r->imprint.hash, want->imprint->hash))
		return err_set(e, E_VERIFY, "the token is for another digest");
	if (want->has_nonce && !r->has_nonce)
		return err_set(e, E_VERIFY, "the token has no nonce, and one was sent");
	if (want->has_nonce && (r->nonce_negative || !str_eq(r->nonce, nonce)))
		return err_set(e, E_VERIFY, "the token has another nonce than was sent: it answers another request");
	return OK;
}

static rc check_info(TS_TST_INFO *info, struct err *e)
{
	const X509_ALGOR *alg = TS_MSG_IMPRINT_get_algo(TS_TST_INFO_get_msg_imprint(info));
	if (TS_TST_INFO_get_version(info) != 1)
		return err_set(e, E_VERIFY, "TSTInfo of version %ld", TS_TST_INFO_get_version(info));
	if (TS_TST_INFO_get_ext_by_critical(info, 1, -1) >= 0)
		return err_set(e, E_VERIFY, "the token has a critical extension that is not known here");
	if (!tsp_strong_digest(OBJ_obj2nid(alg->algorithm)))
		return err_set(e, E_VERIFY, "what is stamped is a weak digest");
	return OK;
}

/* RFC 3161 §2.4.2: a TSA name is one of the names of the certificate. */
static rc check_tsa_name(TS_TST_INFO *info, X509 *signer, struct err *e)
{
	GENERAL_NAME *tsa = TS_TST_INFO_get_tsa(info);
	if (!tsa)
		return OK;
	if (tsa->type == GEN_DIRNAME && X509_NAME_cmp(tsa->d.directoryName, X509_get_subject_name(signer)) == 0)
		return OK;
	SSL_AUTO(GENERAL_NAMES) others = X509_get_ext_d2i(signer, NID_subject_alt_name, NULL, NULL);
	for (int i = 0; others && i < sk_GENERAL_NAME_num(others); i++) {
		if (GENERAL_NAME_cmp(sk_GENERAL_NAME_value(others, i), tsa) == 0)
			return OK;
	}
	return err_set(e, E_VERIFY, "the authority's name in the token is not that of the certificate");
}

static rc check_signature(struct tsp_token *t, X509 *signer, struct err *e)
{
	const ASN1_OBJECT *type = CMS_signed_get0_data_by_OBJ(
		t->signer, OBJ_nid2obj(NID_pkcs9_contentType), -3, V_ASN1_OBJECT);
	if (!type || OBJ_obj2nid(type) != NID_id_smime_ct_TSTInfo)
		return err_set(e, E_VERIFY, "what is signed does not say that it is a time stamp");
	CMS_SignerInfo_set1_signer_cert(t->signer, signer);
	if (CMS_verify(t->cms, NULL, NULL, NULL, NULL, CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) != 1)
		return err_set(e, E_VERIFY, "the signature on the token does not hold");
	return OK;
}

/* What check_chain() and check_revoked() work on. */
struct judge {
	struct arena *a;
	const struct tsp_reply *r;
	const struct tsp_expect *want;
	struct tsp_token *t;
	X509 *signer;
	STACK_OF(X509) * untrusted; /* owned: of the evidence */
};

static rc check_revoked(const struct judge *j, STACK_OF(X509) * path, int n, struct tsp_verdict *v, struct err *e)
{
	AUTO(tsp_revocations) known = {0};
	size_t asked = 0;
	size_t answered = 0;
	tsp_revocations_open(j->a, j->want->evidence, j->t, &known);
	for (int i = 0; i < n; i++) {
		struct tsp_link *link = arena_push(j->a, &v->links, &v->nlinks, sizeof(*link));
		struct tsp_standing standing = {0};
		X509 *x = sk_X509_value(path, i);
		if (!tsp_cert_of(j->a, x, &link->cert))
			return err_set(e, E_VERIFY, "certificate %d of the chain cannot be read", i + 1);
		link->anchor = i == n - 1;
		if (link->anchor)
			break;
		TRY(tsp_standing(j->a, &known, x, sk_X509_value(path, i + 1), j->r->time, &standing, e));
		link->revocation_known = standing.known;
		link->revocation_at = standing.at;
		asked++;
		answered += standing.known;
	}
	v->revocation = answered == asked ? TSP_REVOCATION_GOOD
		: answered                ? TSP_REVOCATION_PARTLY
					  : TSP_REVOCATION_NOT_CHECKED;
	return OK;
}

/* How much of OpenSSL's path there is up to the first anchor. It goes on behind one when that is the signer itself, and
 * what comes then is trusted by nobody. 0: there is no anchor on it. */
static int path_length(STACK_OF(X509) * path, STACK_OF(X509) * anchors)
{
	for (int i = 0; i < sk_X509_num(path); i++) {
		for (int k = 0; k < sk_X509_num(anchors); k++) {
			if (X509_cmp(sk_X509_value(path, i), sk_X509_value(anchors, k)) == 0)
				return i + 1;
		}
	}
	return 0;
}

static X509_STORE *store_of(STACK_OF(X509) * anchors)
{
	X509_STORE *store = X509_STORE_new();
	BUG_ON(!store);
	for (int i = 0; i < sk_X509_num(anchors); i++)
		BUG_ON(X509_STORE_add_cert(store, sk_X509_value(anchors, i)) != 1);
	return store;
}

/* The path leads to nobody who is known here, though one may have the name of somebody who is. */
static bool ends_at_stranger(int error)
{
	static const int errors[] = {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
		X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
		X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_CERT_SIGNATURE_FAILURE};
	for (size_t i = 0; i < ARRAY_LEN(errors); i++)
		if (errors[i] == error)
			return true;
	return false;
}

static void signer_alone(const struct judge *j, enum tsp_chain chain, struct tsp_verdict *v)
{
	struct tsp_link *link = arena_push(j->a, &v->links, &v->nlinks, sizeof(*link));
	BUG_ON(!tsp_cert_of(j->a, j->signer, &link->cert)); /* tsp_signer_find() has read its dates */
	v->chain = chain;
}

static rc check_chain(const struct judge *j, struct tsp_verdict *v, struct err *e)
{
	SSL_AUTO_STACK(X509) anchors = sk_X509_new_null();
	SSL_AUTO_STACK(X509) others = sk_X509_dup(j->untrusted);
	SSL_AUTO(X509_STORE_CTX) ctx = X509_STORE_CTX_new();
	BUG_ON(!anchors || !others || !ctx);
	for (int i = 0; i < sk_X509_num(others); i++)
		X509_up_ref(sk_X509_value(others, i));
	BUG_ON(X509_add_certs(others, j->t->certs, X509_ADD_FLAG_UP_REF) != 1);
	TRY(tsp_anchors_read(j->want->anchors, anchors, e));
	SSL_AUTO(X509_STORE) store = store_of(anchors);
	BUG_ON(X509_STORE_CTX_init(ctx, store, j->signer, others) != 1);
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_time(param, (time_t)(j->r->time / 1000000000));
	X509_VERIFY_PARAM_set_depth(param, (int)CAP_TSP_PATH);
	X509_VERIFY_PARAM_set_auth_level(param, 2); /* 112 bits */
	BUG_ON(X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN) != 1);
	BUG_ON(X509_STORE_CTX_set_purpose(ctx, X509_PURPOSE_TIMESTAMP_SIGN) != 1);
	bool good = X509_verify_cert(ctx) == 1;
	if (!good && j->want->strangers && ends_at_stranger(X509_STORE_CTX_get_error(ctx))) {
		signer_alone(j, TSP_CHAIN_UNKNOWN, v);
		return OK;
	}
	if (!good) {
		X509 *at = X509_STORE_CTX_get_current_cert(ctx);
		struct str name = at ? tsp_name_text(j->a, X509_get_subject_name(at)) : STR("the chain");
		return err_set(e, E_VERIFY, "no chain to what is trusted, as of the token's time: %.*s: %s",
			STR_FMT(name), X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx)));
	}
	STACK_OF(X509) *path = X509_STORE_CTX_get0_chain(ctx);
	int n = path_length(path, anchors);
	BUG_ON(n == 0);
	v->chain = TSP_CHAIN_GOOD;
	return check_revoked(j, path, n, v, e);
}

static struct str said(const struct judge *j, const struct tsp_verdict *v)
{
	static const char *const revocation[] = {[TSP_REVOCATION_NOT_CHECKED] = "revocation not checked",
		[TSP_REVOCATION_PARTLY] = "revocation checked for a part of it",
		[TSP_REVOCATION_GOOD] = "not revoked"};
	struct str time = instant_utc(j->a, j->r->time, j->r->time % 1000000000 ? 9 : 0);
	struct str line = str_fmt(j->a, "%.*s, signed by ", STR_FMT(time));
	line = str_join(j->a, line, v->links[0].cert.subject);
	if (v->chain == TSP_CHAIN_NOT_CHECKED)
		return str_join(j->a, line, STR("; chain and revocation not checked: who that is, is not known"));
	if (v->chain == TSP_CHAIN_UNKNOWN)
		return str_join(j->a, line, STR("; no chain to what is trusted: who that is, is not known"));
	line = str_join(j->a, line, STR("; chain good to "));
	line = str_join(j->a, line, v->links[v->nlinks - 1].cert.subject);
	return str_join(j->a, line, str_fmt(j->a, "; %s", revocation[v->revocation]));
}

rc tsp_check(struct arena *a, const struct tsp_reply *r, const struct tsp_expect *want, struct tsp_verdict *ret,
	struct err *e)
{
	TSP_QUIET;
	AUTO(tsp_token) t = {0};
	struct tsp_verdict v = {0};
	SSL_AUTO_STACK(X509) untrusted = sk_X509_new_null();
	BUG_ON(!untrusted);
	struct judge j = {.a = a, .r = r, .want = want, .t = &t, .untrusted = untrusted};
	tsp_evidence_certs(want->evidence, untrusted);
	TRY(check_status(r, e));
	TRY(check_asked(r, want, e));
	TRY(tsp_token_open(r->token, &t, e));
	TRY(check_info(t.info, e));
	TRY(tsp_signer_find(a, &t, untrusted, r->time, &j.signer, e));
	TRY(check_signature(&t, j.signer, e));
	TRY(check_tsa_name(t.info, j.signer, e));
	if (want->anchors.n)
		TRY(check_chain(&j, &v, e));
	else
		signer_alone(&j, TSP_CHAIN_NOT_CHECKED, &v);
	v.said = said(&j, &v);
	*ret = v;
	return OK;
}
