/* SPDX-License-Identifier: Apache-2.0 */
/* Inside formats/tsp: OpenSSL's objects with an end of scope, and the pieces that its files share. */
#ifndef FORMATS_TSP_INT_H
#define FORMATS_TSP_INT_H

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>

#include "base/arena.h"
#include "formats/tsp/tsp.h"

/* SSL_AUTO(X509) cert = …: freed when it leaves scope. SSL_AUTO_STACK(X509): with all that is in it. */
#define SSL_AUTO(type) __attribute__((cleanup(tsp_free_##type))) type *
#define SSL_AUTO_STACK(type) __attribute__((cleanup(tsp_free_stack_##type))) STACK_OF(type) *
#define SSL_AUTO_DEFINE(type, free_it)                                                                                 \
	static inline void tsp_free_##type(type **p)                                                                   \
	{                                                                                                              \
		free_it(*p);                                                                                           \
	}
#define SSL_AUTO_STACK_DEFINE(type)                                                                                    \
	static inline void tsp_free_stack_##type(STACK_OF(type) * *p)                                                  \
	{                                                                                                              \
		sk_##type##_pop_free(*p, type##_free);                                                                 \
	}
SSL_AUTO_DEFINE(ASN1_GENERALIZEDTIME, ASN1_GENERALIZEDTIME_free)
SSL_AUTO_DEFINE(ASN1_INTEGER, ASN1_INTEGER_free)
SSL_AUTO_DEFINE(ASN1_ENUMERATED, ASN1_ENUMERATED_free)
SSL_AUTO_DEFINE(AUTHORITY_INFO_ACCESS, AUTHORITY_INFO_ACCESS_free)
SSL_AUTO_DEFINE(BIGNUM, BN_free)
SSL_AUTO_DEFINE(BIO, BIO_free_all)
SSL_AUTO_DEFINE(CMS_ContentInfo, CMS_ContentInfo_free)
SSL_AUTO_DEFINE(CRL_DIST_POINTS, CRL_DIST_POINTS_free)
SSL_AUTO_DEFINE(EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free)
SSL_AUTO_DEFINE(GENERAL_NAMES, GENERAL_NAMES_free)
SSL_AUTO_DEFINE(ISSUING_DIST_POINT, ISSUING_DIST_POINT_free)
SSL_AUTO_DEFINE(OCSP_BASICRESP, OCSP_BASICRESP_free)
SSL_AUTO_DEFINE(OCSP_CERTID, OCSP_CERTID_free)
SSL_AUTO_DEFINE(OCSP_REQUEST, OCSP_REQUEST_free)
SSL_AUTO_DEFINE(OCSP_RESPONSE, OCSP_RESPONSE_free)
SSL_AUTO_DEFINE(PKCS7, PKCS7_free)
SSL_AUTO_DEFINE(TS_MSG_IMPRINT, TS_MSG_IMPRINT_free)
SSL_AUTO_DEFINE(TS_REQ, TS_REQ_free)
SSL_AUTO_DEFINE(TS_TST_INFO, TS_TST_INFO_free)
SSL_AUTO_DEFINE(X509, X509_free)
SSL_AUTO_DEFINE(X509_ALGOR, X509_ALGOR_free)
SSL_AUTO_DEFINE(X509_CRL, X509_CRL_free)
SSL_AUTO_DEFINE(X509_STORE, X509_STORE_free)
SSL_AUTO_DEFINE(X509_STORE_CTX, X509_STORE_CTX_free)
SSL_AUTO_STACK_DEFINE(X509)
SSL_AUTO_STACK_DEFINE(X509_CRL)

/* What OpenSSL says about its failures stays in the scope of this: its queue is afterwards as it was. */
struct tsp_quiet {
	bool marked; /* false when the queue was empty: then there is nothing to mark */
};
static inline void tsp_quiet_clear(struct tsp_quiet *q)
{
	if (q->marked)
		ERR_pop_to_mark();
	else
		ERR_clear_error();
}
#define TSP_QUIET AUTO(tsp_quiet) quiet_ UNUSED = {ERR_set_mark() == 1}

/* der.c: one element of DER. */
struct tsp_tlv {
	struct str whole;
	struct str value;
};
#define DER_INTEGER 0x02u
#define DER_BITS 0x03u
#define DER_OCTETS 0x04u
#define DER_OID 0x06u
#define DER_UTF8 0x0cu
#define DER_SEQUENCE 0x30u

/* The element at the front of *rest, when it has this tag and is DER: *rest moves behind it. Otherwise *rest stays. */
bool tsp_tlv_take(struct str *rest, uint8_t tag, struct tsp_tlv *ret);
/* OK when all of `der` is one element, with everything in it in definite, shortest lengths.
 * OK · E_FORMAT · E_UNSUPPORTED BER · E_LIMIT over CAP_TSP_DEPTH. */
MUST_USE rc tsp_der_check(struct str der, struct err *e);

/* values.c: OpenSSL's objects as our values. */
struct str tsp_bio_text(struct arena *a, BIO *bio);
struct str tsp_name_text(struct arena *a, const X509_NAME *name);
struct str tsp_oid_text(struct arena *a, const ASN1_OBJECT *oid);
/* Hex, lower case, with a '-' when it is negative. */
struct str tsp_integer_hex(struct arena *a, const ASN1_INTEGER *i);
/* ns UTC, clipped to what 64 bits hold; false when it is no time. */
bool tsp_time_ns(const ASN1_TIME *t, int64_t *ret);
/* False when its dates are none or it cannot be encoded. */
bool tsp_cert_of(struct arena *a, X509 *x, struct tsp_cert *ret);
/* A digest that is good for 112 bits: SHA-2 and SHA-3 from 224 bits on. */
bool tsp_strong_digest(int nid);
/* As that, for the digest in a signature algorithm; true where the algorithm has none of its own (RSASSA-PSS, EdDSA).
 */
bool tsp_strong_signature(int nid);
/* The certificates in `der`, by OpenSSL's reading; all of it must be used. NULL otherwise. */
X509 *tsp_x509(struct str der);

/* reply.c: the pieces of a token. */
struct tsp_token {
	CMS_ContentInfo *cms;
	TS_TST_INFO *info;
	STACK_OF(X509) * certs; /* never NULL; owned */
	CMS_SignerInfo *signer; /* of cms */
};
void tsp_token_clear(struct tsp_token *t);
/* OK · E_FORMAT · E_LIMIT. `t` is all zeros before. */
MUST_USE rc tsp_token_open(struct str der, struct tsp_token *t, struct err *e);

/* evidence.c */
/* The certificates of PEM text are put into `into`. OK · E_FORMAT · E_LIMIT. */
MUST_USE rc tsp_anchors_read(struct str pem, STACK_OF(X509) * into, struct err *e);
/* Adds the evidence's certificates that OpenSSL can read. */
void tsp_evidence_certs(const struct tsp_evidence *ev, STACK_OF(X509) * into);

/* signer.c */
/* Finds the one certificate that signed (issuer and serial or key id, and the ESSCertIDs) and checks what it says of
 * itself. `ret` borrows from the two stacks. OK · E_VERIFY. */
MUST_USE rc tsp_signer_find(
	struct arena *a, const struct tsp_token *t, STACK_OF(X509) * more, int64_t when, X509 **ret, struct err *e);

/* revocation.c */
/* What is known of one certificate. */
struct tsp_standing {
	bool known;
	int64_t at;
};
/* All that speaks of `cert`, issued by `issuer`: CRLs and OCSP responses, opened once. */
struct tsp_revocations {
	STACK_OF(X509_CRL) * crls;
	OCSP_RESPONSE **ocsps;
	size_t nocsps;
};
void tsp_revocations_clear(struct tsp_revocations *r);
/* `r` is all zeros before. What OpenSSL cannot read is left out. */
void tsp_revocations_open(
	struct arena *a, const struct tsp_evidence *ev, const struct tsp_token *t, struct tsp_revocations *r);
/* OK, with what is known · E_VERIFY revoked for a token of `when`. */
MUST_USE rc tsp_standing(struct arena *a, const struct tsp_revocations *r, X509 *cert, X509 *issuer, int64_t when,
	struct tsp_standing *ret, struct err *e);

#endif
