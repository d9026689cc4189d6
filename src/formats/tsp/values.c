/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL's objects as our values. Names and numbers come from outside: OpenSSL's printers escape controls and give
 * UTF-8, and what they refuse becomes a fixed text. */
#include <openssl/pem.h>

#include "base/codec.h"
#include "base/time.h"
#include "formats/tsp/tsp_int.h"

struct str tsp_bio_text(struct arena *a, BIO *bio)
{
	char *p = NULL;
	long n = BIO_get_mem_data(bio, &p);
	return str_dup(a, str_mem(p, n > 0 ? (size_t)n : 0));
}

struct str tsp_name_text(struct arena *a, const X509_NAME *name)
{
	SSL_AUTO(BIO) bio = BIO_new(BIO_s_mem());
	BUG_ON(!bio);
	if (X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) < 0)
		return STR("(a name that cannot be read)");
	return tsp_bio_text(a, bio);
}

struct str tsp_oid_text(struct arena *a, const ASN1_OBJECT *oid)
{
	int n = OBJ_obj2txt(NULL, 0, oid, 1);
	if (n <= 0)
		return STR("(an OID that cannot be read)");
	char *text = arena_alloc(a, (size_t)n + 1);
	OBJ_obj2txt(text, n + 1, oid, 1);
	return str_c(text);
}

struct str tsp_integer_hex(struct arena *a, const ASN1_INTEGER *i)
{
	struct str magnitude = str_mem(ASN1_STRING_get0_data(i), (size_t)ASN1_STRING_length(i));
	struct str hex = hex_of(a, magnitude);
	return ASN1_STRING_type(i) == V_ASN1_NEG_INTEGER ? str_join(a, STR("-"), hex) : hex;
}

bool tsp_time_ns(const ASN1_TIME *t, int64_t *ret)
{
	struct tm tm = {0};
	if (!t || ASN1_TIME_to_tm(t, &tm) != 1)
		return false;
	struct civil c = {.year = tm.tm_year + 1900,
		.month = (unsigned)tm.tm_mon + 1,
		.day = (unsigned)tm.tm_mday,
		.hour = (unsigned)tm.tm_hour,
		.minute = (unsigned)tm.tm_min,
		.second = (unsigned)tm.tm_sec};
	if (!civil_to_ns(&c, ret))
		*ret = c.year < 2000 ? INT64_MIN : INT64_MAX; /* OpenSSL has checked the fields: it is out of range */
	return true;
}

bool tsp_cert_of(struct arena *a, X509 *x, struct tsp_cert *ret)
{
	struct tsp_cert c = {0};
	int n = i2d_X509(x, NULL);
	if (n <= 0 || !tsp_time_ns(X509_get0_notBefore(x), &c.not_before) ||
		!tsp_time_ns(X509_get0_notAfter(x), &c.not_after))
		return false;
	char *der = arena_alloc(a, (size_t)n);
	unsigned char *at = (unsigned char *)der;
	BUG_ON(i2d_X509(x, &at) != n);
	c.der = str_mem(der, (size_t)n);
	c.subject = tsp_name_text(a, X509_get_subject_name(x));
	c.issuer = tsp_name_text(a, X509_get_issuer_name(x));
	c.serial = tsp_integer_hex(a, X509_get0_serialNumber(x));
	*ret = c;
	return true;
}

bool tsp_strong_digest(int nid)
{
	static const int strong[] = {NID_sha224, NID_sha256, NID_sha384, NID_sha512, NID_sha512_256, NID_sha3_224,
		NID_sha3_256, NID_sha3_384, NID_sha3_512};
	for (size_t i = 0; i < ARRAY_LEN(strong); i++) {
		if (strong[i] == nid)
			return true;
	}
	return false;
}

bool tsp_strong_signature(int nid)
{
	int digest = NID_undef;
	if (OBJ_find_sigid_algs(nid, &digest, NULL) != 1)
		return false;
	return digest == NID_undef || tsp_strong_digest(digest);
}

X509 *tsp_x509(struct str der)
{
	const unsigned char *p = (const unsigned char *)der.p;
	X509 *x = d2i_X509(NULL, &p, (long)der.n);
	if (x && p != (const unsigned char *)der.p + der.n) {
		X509_free(x);
		return NULL;
	}
	return x;
}
