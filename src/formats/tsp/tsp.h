/* SPDX-License-Identifier: Apache-2.0 */
/* Time stamps of RFC 3161 (with ESSCertIDv2, RFC 5816): the request, the authority's reply, what the reply proves, and
 * the certificates, CRLs and OCSP responses that are kept beside it so that it can be checked when the authority is
 * gone. Everything works on bytes: no files, no network, no clock. A token is judged at its own genTime.
 *
 * A token is not the only encoding of what it says: bits of it can change and it still verifies (its set of
 * certificates, the reply's status text). Whoever keeps a token keeps the hash of its exact bytes.
 * Texts in what is returned are for printing through an escaping writer: they come from outside. */
#ifndef FORMATS_TSP_H
#define FORMATS_TSP_H

#include "base/caps.h"
#include "base/err.h"
#include "base/str.h"

struct arena;

#define TSP_SHA256 STR("2.16.840.1.101.3.4.2.1")
#define TSP_SHA384 STR("2.16.840.1.101.3.4.2.2")
#define TSP_SHA512 STR("2.16.840.1.101.3.4.2.3")

/* What is stamped: a digest, and the dotted OID of its algorithm. */
struct tsp_imprint {
	struct str alg;
	struct str hash;
};

/* A request as DER, in `a`. `nonce`: 8 to CAP_TSP_NONCE random bytes of the caller's, or none (empty); it goes out as
 * the positive integer that they spell. `want_cert` asks for the signer's certificate in the token.
 * OK · E_USAGE a nonce of another size, a hash that does not fit its algorithm, another algorithm than the three.
 * RFC 3161 §2.4.1 */
MUST_USE rc tsp_request(struct arena *a, const struct tsp_imprint *imprint, struct str nonce, bool want_cert,
	struct str *ret, struct err *e);

struct tsp_cert {
	struct str der;
	struct str subject, issuer; /* RFC 2253, UTF-8 */
	struct str serial;          /* hex, lower case */
	int64_t not_before;         /* ns UTC */
	int64_t not_after;          /* ns UTC; both are clipped to what 64 bits hold */
};

/* PKIStatus, RFC 3161 §2.4.2 */
enum tsp_status {
	TSP_GRANTED,
	TSP_GRANTED_WITH_MODS,
	TSP_REJECTION,
	TSP_WAITING,
	TSP_REVOCATION_WARNING,
	TSP_REVOCATION_NOTIFICATION,
};

#define TSP_NONE SIZE_MAX

/* A reply as it says itself: nothing of it is verified. */
struct tsp_reply {
	struct str der;   /* all of it, as it was given */
	bool bare;        /* a token without the reply around it: it counts as granted */
	unsigned status;  /* enum tsp_status; others as the number that they are */
	struct str text;  /* statusString, its lines joined by "; " */
	uint32_t failure; /* PKIFailureInfo, bit i as 1u << i */
	struct str why;   /* the names of these bits, joined by ", " */

	struct str token; /* bytes of `der`; empty: the reply has no token, and the rest is not there */
	struct tsp_imprint imprint;
	bool has_nonce;
	struct str nonce;    /* magnitude, no zero bytes in front */
	bool nonce_negative; /* as some clients of others send; never one of ours */
	int64_t time;        /* genTime, ns UTC */
	bool has_accuracy;
	uint64_t accuracy; /* ns: the true time is within ± this of `time` */
	bool ordering;
	struct str policy;      /* dotted OID */
	struct str serial;      /* hex, lower case */
	struct str tsa;         /* the name in TSTInfo; empty: none */
	struct tsp_cert *certs; /* in the token, in its order */
	size_t ncerts;
	size_t signer; /* which of them signed, by issuer and serial number or key id; TSP_NONE: none of them */
};

/* Reads a TimeStampResp, or a bare TimeStampToken. `ret` borrows from `der` and lives in `a`.
 * DER is asked for as RFC 3161 §3.4 has it: definite lengths in their shortest form, nothing behind the end. The order
 * of sets is not looked at, since authorities do not keep it.
 * OK (a rejection too) · E_FORMAT · E_UNSUPPORTED BER with indefinite or padded lengths · E_LIMIT over CAP_TSP_REPLY,
 * CAP_TSP_CERTS or CAP_TSP_DEPTH.   RFC 3161 §2.4.2 */
MUST_USE rc tsp_parse(struct arena *a, struct str der, struct tsp_reply *ret, struct err *e);

/* What is kept beside a token: DER, each once, in the order in which it came. All zeros is empty. */
struct tsp_evidence {
	struct str *certs;
	size_t ncerts;
	struct str *crls;
	size_t ncrls;
	struct str *ocsps; /* OCSPResponse */
	size_t nocsps;
	size_t bytes;
};

/* Takes in bytes that were fetched or read: PEM with any of the blocks below, or one DER certificate, CRL, successful
 * OCSP response or PKCS #7 bag of certificates and CRLs. What is there already is not added again.
 * `ret_new` (or NULL): how many were added. On failure `ev` is as it was.
 * OK · E_FORMAT none of these · E_LIMIT over CAP_TSP_EVIDENCE or CAP_TSP_EVIDENCE_ITEMS.   RFC 5280 §4.2.2.1, RFC 6960
 */
MUST_USE rc tsp_evidence_add(
	struct arena *a, struct tsp_evidence *ev, struct str bytes, size_t *ret_new, struct err *e);

/* The text that is stored: blocks "CERTIFICATE", "X509 CRL" and "OCSP RESPONSE" (RFC 7468), in this order.
 * tsp_evidence_add() of it to an empty one gives the same again. */
struct str tsp_evidence_text(struct arena *a, const struct tsp_evidence *ev);

enum tsp_want { TSP_WANT_CERT, TSP_WANT_CRL, TSP_WANT_OCSP };

/* Something to fetch while the authority is there. */
struct tsp_wanted {
	enum tsp_want what;
	struct str url;     /* http or https, ASCII; from outside: fetched like any URL of a hostile page */
	struct str subject; /* of the certificate that it is about */
	struct str body;    /* TSP_WANT_OCSP: the request to POST as application/ocsp-request; the others are GET */
};

/* What is missing for a full chain and its revocation data, given what is there: the issuer's certificate (AIA
 * caIssuers) where none is known, for each certificate below an anchor its CRLs, and its OCSP responder once the issuer
 * is known. Called again after each round of fetching, until nothing new comes. What was fetched may come back: for a
 * certificate for which `ev` has a CRL or an answer that counts, none is asked for. `anchors` is PEM, or empty. OK
 * (also with nothing) · E_FORMAT anchors that cannot be read · E_LIMIT. */
MUST_USE rc tsp_wanted(struct arena *a, const struct tsp_reply *r, struct str anchors, const struct tsp_evidence *ev,
	struct tsp_wanted **ret, size_t *ret_n, struct err *e);

enum tsp_chain {
	TSP_CHAIN_NOT_CHECKED, /* no anchors were given: who signed is not known */
	TSP_CHAIN_UNKNOWN,     /* only if asked for: it leads to none of the anchors */
	TSP_CHAIN_GOOD,        /* to an anchor, at genTime */
};

enum tsp_revocation {
	TSP_REVOCATION_NOT_CHECKED, /* nothing that counts for any certificate below the anchor */
	TSP_REVOCATION_PARTLY,      /* for some of them */
	TSP_REVOCATION_GOOD,        /* for all of them; also when there is none between the anchor and the token */
};

/* One certificate of the path, from the signer to the anchor. */
struct tsp_link {
	struct tsp_cert cert;
	bool anchor;
	bool revocation_known; /* a CRL or OCSP response counts for it and does not speak against the token */
	int64_t revocation_at; /* when the newest of them was made, ns UTC */
};

struct tsp_verdict {
	enum tsp_chain chain;
	enum tsp_revocation revocation;
	struct tsp_link *links; /* without a good chain: the signer alone */
	size_t nlinks;
	struct str said; /* one line: who, when, and what of chain and revocation was not checked */
};

struct tsp_expect {
	const struct tsp_imprint *imprint; /* never NULL */
	bool has_nonce;                    /* false: any nonce, or none */
	struct str nonce;                  /* as it was given to tsp_request() */
	struct str anchors; /* PEM: each certificate in it is trusted as it stands, roots or not. Empty: none */
	const struct tsp_evidence *evidence; /* or NULL */
	bool strangers; /* a chain to none of the anchors is told as TSP_CHAIN_UNKNOWN, and not refused */
};

/* Judges a parsed reply. Good means: granted; imprint and nonce are the expected ones; the content is TSTInfo version 1
 * with no critical extension that we do not know; one signer, whose certificate has timeStamping as its only extended
 * key usage, critical, is the one that the signed ESSCertID or ESSCertIDv2 names, and matches the TSA name if there is
 * one; its key and digests are of at least 112 bits of strength; the signature holds. With anchors: there is a path to
 * one of them that was valid at genTime (expired since is fine), and no certificate on it was revoked for the token:
 *   - a revocation date (or invalidity date) up to genTime speaks against it;
 *   - a later one too, unless its reason is unspecified, affiliationChanged, superseded or cessationOfOperation and is
 *     written there: without a reason, all that was ever signed is void (RFC 3161 §4 (1), (2)).
 * CRLs and OCSP responses of `evidence`, and CRLs in the token, count when the issuer (or a responder that it names)
 * signed them, they speak of this certificate, were current at genTime or made after it, and the certificate had not
 * expired when they were made. Others are as if absent; the verdict says for how many certificates there was none.
 * OK · E_VERIFY, one line says what does not hold · E_FORMAT, E_LIMIT anchors that cannot be read.
 * RFC 3161 §2.2–2.4, §4; RFC 5816; RFC 5280 §6 */
MUST_USE rc tsp_check(struct arena *a, const struct tsp_reply *r, const struct tsp_expect *want,
	struct tsp_verdict *ret, struct err *e);

#endif
