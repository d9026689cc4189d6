/* SPDX-License-Identifier: Apache-2.0 */
/* For tests: a certificate authority and a time-stamping authority in memory, which do what they are told, wrong things
 * too. Times are seconds since 1970. */
#ifndef FORMATS_TSP_TEST_TSA_H
#define FORMATS_TSP_TEST_TSA_H

#include "formats/tsp/tsp_int.h"

#define DAY 86400ll
#define T_FROM 1672531200ll          /* 2023-01-01: certificates are valid from here … */
#define T_TO (T_FROM + 731 * DAY)    /* … to 2025-01-01 */
#define T_STAMP (T_FROM + 517 * DAY) /* 2024-06-01, when tokens are made unless told otherwise */

struct party {
	X509 *cert;
	EVP_PKEY *key;
};

struct tsa {
	struct party root, middle, signer;
};

/* How the signer's certificate is made; all zeros: as RFC 3161 wants it. */
struct tsa_spec {
	const char *usage;     /* extended key usage; NULL: critical,timeStamping; "": none */
	const char *key_usage; /* NULL: critical,digitalSignature */
	int64_t from, to;      /* 0: T_FROM, T_TO */
	const char *points;    /* CRL distribution points; NULL: those of example.org; "": none */
	const char *alt_name;  /* subject alternative name, or NULL */
	const char *ca_usage;  /* key usage of the two authorities; NULL: critical,keyCertSign,cRLSign */
	int rsa_bits;          /* 0: P-256 */
};

/* What goes into a token; all zeros: a good one. */
struct token_spec {
	int64_t when;         /* 0: T_STAMP */
	const char *fraction; /* ".5" */
	int status;
	bool no_token; /* the status alone */
	struct str nonce;
	struct str hash; /* empty: SHA-256 of "data" */
	int version;     /* 0: 1 */
	bool ess_v1;     /* ESSCertID with SHA-1 */
	bool no_ess;
	bool ess_of_middle; /* names another certificate */
	bool issuer_serial; /* in the ESSCertID */
	bool no_certs;
	bool with_root; /* puts in the root, too, which nobody needs there */
	bool critical_extension;
	const char *tsa_name; /* CN of a directory name */
	const char *tsa_uri;
	bool nonce_negative;
	bool sha1_imprint;
	int accuracy_seconds, accuracy_millis; /* 0: 250 ms */
	int accuracy_micros;
	struct str ess;   /* of the attribute's bytes, instead of good ones */
	bool ess_twice;   /* ess_v1 with a good one of version 2, and `ess` for the other */
	const EVP_MD *md; /* NULL: SHA-256 */
	int content_nid;  /* 0: id-ct-TSTInfo */
	X509_CRL *crl;    /* put into the token */
	bool detached;    /* without its content */
	bool signed_twice;
	unsigned more_certs; /* this many that nobody needs */
	const char *time;    /* all of genTime, in the place of `when` and `fraction` */
	struct str info;     /* what is signed, in the place of a TSTInfo */
};

void tsa_init(struct tsa *t, const struct tsa_spec *spec);
void tsa_clear(struct tsa *t);

/* A TimeStampResp. */
struct str tsa_reply(struct arena *a, const struct tsa *t, const struct token_spec *spec);
/* SHA-256 of "data". */
struct str tsa_hash(struct arena *a);
struct str tsa_pem(struct arena *a, X509 *x);
struct str tsa_der(struct arena *a, X509 *x);

/* A certificate revocation list by `issuer`. */
struct crl_spec {
	X509 *revoked;      /* or NULL */
	int64_t since;      /* of the revocation */
	int reason;         /* -1: none */
	int64_t invalid;    /* invalidity date, or 0 */
	int64_t made, next; /* 0: T_STAMP - DAY, T_STAMP + 6 * DAY; next -1: none */
	const char *point;  /* an issuing distribution point in the syntax of OpenSSL's configuration, or NULL */
	bool unknown_critical;
	bool key_id_critical; /* an authority key identifier, critical: known */
	bool point_twice;
	const EVP_MD *md; /* NULL: SHA-256 */
	enum { CRL_TIMES_GOOD, CRL_MADE_BAD, CRL_NEXT_BAD, CRL_SINCE_BAD, CRL_INVALID_BAD } bad_time;
};
struct str tsa_crl(struct arena *a, const struct party *issuer, const struct crl_spec *spec);

/* An OCSP response about `cert` of `issuer` by `responder`. */
struct ocsp_spec {
	int status; /* V_OCSP_CERTSTATUS_… */
	int64_t since;
	int reason;
	int64_t made, next; /* as with CRLs */
	bool certs_left_out;
	enum { OCSP_TIMES_GOOD, OCSP_MADE_BAD, OCSP_NEXT_BAD, OCSP_SINCE_BAD } bad_time;
	int digest_nid; /* in the id of the certificate; 0: SHA-1 */
};
struct str tsa_ocsp(struct arena *a, const struct party *responder, const struct party *issuer, X509 *cert,
	const struct ocsp_spec *spec);
/* A party with a certificate by `issuer`, valid for 100 years: OpenSSL dates OCSP responses by the clock. */
struct party tsa_party(const struct party *issuer, const char *cn, const char *usage);
/* One that was valid for a day only. */
struct party tsa_party_expired(const struct party *issuer, const char *cn, const char *usage);
void party_clear(struct party *p);

#endif
