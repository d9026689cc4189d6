/* SPDX-License-Identifier: Apache-2.0 */
/* TimeStampReq (RFC 3161 §2.4.1): version 1, the imprint with NULL parameters, a nonce, certReq; no policy and no
 * extensions, so that any authority can answer. */
#include "formats/tsp/tsp_int.h"

/* Bytes of a digest that we have stamped; 0 for an algorithm that we do not. */
static size_t imprint_size(struct str alg)
{
	if (str_eq(alg, TSP_SHA256))
		return 32;
	if (str_eq(alg, TSP_SHA384))
		return 48;
	return str_eq(alg, TSP_SHA512) ? 64 : 0;
}

/* OpenSSL fails here only without memory, which ends the process as everywhere. */
static void request_fill(
	struct arena *a, TS_REQ *req, const struct tsp_imprint *imprint, struct str nonce, bool want_cert)
{
	SSL_AUTO(TS_MSG_IMPRINT) mi = TS_MSG_IMPRINT_new();
	SSL_AUTO(X509_ALGOR) alg = X509_ALGOR_new();
	unsigned char *hash = (unsigned char *)arena_dup(a, imprint->hash.p, imprint->hash.n);
	BUG_ON(!mi || !alg);
	BUG_ON(X509_ALGOR_set0(alg, OBJ_txt2obj(str_cstr(a, imprint->alg), 1), V_ASN1_NULL, NULL) != 1);
	BUG_ON(!TS_MSG_IMPRINT_set_algo(mi, alg) || !TS_MSG_IMPRINT_set_msg(mi, hash, (int)imprint->hash.n));
	BUG_ON(!TS_REQ_set_version(req, 1) || !TS_REQ_set_msg_imprint(req, mi) || !TS_REQ_set_cert_req(req, want_cert));
	if (nonce.n == 0)
		return;
	SSL_AUTO(BIGNUM) number = BN_bin2bn((const unsigned char *)nonce.p, (int)nonce.n, NULL);
	SSL_AUTO(ASN1_INTEGER) integer = number ? BN_to_ASN1_INTEGER(number, NULL) : NULL;
	BUG_ON(!integer || !TS_REQ_set_nonce(req, integer));
}

rc tsp_request(struct arena *a, const struct tsp_imprint *imprint, struct str nonce, bool want_cert, struct str *ret,
	struct err *e)
{
	TSP_QUIET;
	size_t size = imprint_size(imprint->alg);
	if (size == 0)
		return err_set(
			e, E_USAGE, "no time stamp is asked for digests of algorithm %.*s", STR_FMT(imprint->alg));
	if (imprint->hash.n != size)
		return err_set(e, E_USAGE, "a digest of %zu bytes, not %zu", imprint->hash.n, size);
	if (nonce.n != 0 && (nonce.n < 8 || nonce.n > CAP_TSP_NONCE))
		return err_set(e, E_USAGE, "a nonce of %zu bytes, not 8 to %u", nonce.n, CAP_TSP_NONCE);
	SSL_AUTO(TS_REQ) req = TS_REQ_new();
	BUG_ON(!req);
	request_fill(a, req, imprint, nonce, want_cert);
	int n = i2d_TS_REQ(req, NULL);
	BUG_ON(n <= 0);
	char *der = arena_alloc(a, (size_t)n);
	unsigned char *at = (unsigned char *)der;
	BUG_ON(i2d_TS_REQ(req, &at) != n);
	*ret = str_mem(der, (size_t)n);
	return OK;
}
