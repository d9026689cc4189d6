/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates, CRLs and OCSP responses as PEM (RFC 7468) and DER, in and out. The bytes are kept as they came. */
#include <openssl/pem.h>

#include "base/buf.h"
#include "base/codec.h"
#include "formats/tsp/tsp_int.h"

#define PEM_OCSP "OCSP RESPONSE"

static bool known(const struct str *items, size_t n, struct str der)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(items[i], der))
			return true;
	}
	return false;
}

static rc put(struct arena *a, struct tsp_evidence *ev, struct str **items, size_t *n, struct str der, struct err *e)
{
	if (known(*items, *n, der))
		return OK;
	if (ev->ncerts + ev->ncrls + ev->nocsps == CAP_TSP_EVIDENCE_ITEMS)
		return err_set(
			e, E_LIMIT, "more than %u certificates, CRLs and OCSP responses", CAP_TSP_EVIDENCE_ITEMS);
	if (der.n > CAP_TSP_EVIDENCE - ev->bytes)
		return err_set(e, E_LIMIT, "certificates, CRLs and OCSP responses over %u bytes", CAP_TSP_EVIDENCE);
	ev->bytes += der.n;
	*(struct str *)arena_push(a, items, n, sizeof(**items)) = str_dup(a, der);
	return OK;
}

static bool is_crl(struct str der)
{
	const unsigned char *p = (const unsigned char *)der.p;
	SSL_AUTO(X509_CRL) crl = d2i_X509_CRL(NULL, &p, (long)der.n);
	return crl && p == (const unsigned char *)der.p + der.n;
}

static bool is_ocsp(struct str der)
{
	const unsigned char *p = (const unsigned char *)der.p;
	SSL_AUTO(OCSP_RESPONSE) ocsp = d2i_OCSP_RESPONSE(NULL, &p, (long)der.n);
	if (!ocsp || p != (const unsigned char *)der.p + der.n ||
		OCSP_response_status(ocsp) != OCSP_RESPONSE_STATUS_SUCCESSFUL)
		return false;
	SSL_AUTO(OCSP_BASICRESP) basic = OCSP_response_get1_basic(ocsp);
	return basic != NULL;
}

static bool is_cert(struct str der)
{
	SSL_AUTO(X509) x = tsp_x509(der);
	return x != NULL;
}

static rc add_cert(struct arena *a, struct tsp_evidence *ev, struct str der, struct err *e)
{
	if (!is_cert(der))
		return err_set(e, E_FORMAT, "a certificate that cannot be read");
	return put(a, ev, &ev->certs, &ev->ncerts, der, e);
}

static rc add_crl(struct arena *a, struct tsp_evidence *ev, struct str der, struct err *e)
{
	if (!is_crl(der))
		return err_set(e, E_FORMAT, "a CRL that cannot be read");
	return put(a, ev, &ev->crls, &ev->ncrls, der, e);
}

static rc add_ocsp(struct arena *a, struct tsp_evidence *ev, struct str der, struct err *e)
{
	if (!is_ocsp(der))
		return err_set(e, E_FORMAT, "an OCSP response that cannot be read, or is an error");
	return put(a, ev, &ev->ocsps, &ev->nocsps, der, e);
}

/* Certificates and CRLs in a PKCS #7 without signatures, as authorities serve their chain (RFC 5280 §4.2.2.1). */
static rc add_bag(struct arena *a, struct tsp_evidence *ev, struct str der, struct err *e)
{
	const unsigned char *p = (const unsigned char *)der.p;
	SSL_AUTO(PKCS7) bag = d2i_PKCS7(NULL, &p, (long)der.n);
	if (!bag || p != (const unsigned char *)der.p + der.n || !PKCS7_type_is_signed(bag) || !bag->d.sign)
		return err_set(e, E_FORMAT, "neither a certificate, a CRL nor a successful OCSP response");
	for (int i = 0; i < sk_X509_num(bag->d.sign->cert); i++) {
		struct tsp_cert c;
		if (!tsp_cert_of(a, sk_X509_value(bag->d.sign->cert, i), &c))
			return err_set(e, E_FORMAT, "a certificate that cannot be read");
		TRY(add_cert(a, ev, c.der, e));
	}
	for (int i = 0; i < sk_X509_CRL_num(bag->d.sign->crl); i++) {
		unsigned char *out = NULL;
		int n = i2d_X509_CRL(sk_X509_CRL_value(bag->d.sign->crl, i), &out);
		if (n <= 0)
			return err_set(e, E_FORMAT, "a CRL that cannot be read");
		rc code = add_crl(a, ev, str_mem(out, (size_t)n), e);
		OPENSSL_free(out);
		TRY(code);
	}
	return OK;
}

/* One block of PEM; freed by OpenSSL's rules. */
struct pem_block {
	char *name, *header;
	unsigned char *data;
	long n;
};
static void pem_block_clear(struct pem_block *b)
{
	OPENSSL_free(b->name);
	OPENSSL_free(b->header);
	OPENSSL_free(b->data);
	*b = (struct pem_block){0};
}

/* E_NOTFOUND behind the last block. */
static rc pem_next(BIO *bio, struct pem_block *b, struct err *e)
{
	if (PEM_read_bio(bio, &b->name, &b->header, &b->data, &b->n) == 1) {
		if (b->header[0])
			return err_set(e, E_FORMAT, "PEM with a header in '%s'", b->name);
		return OK;
	}
	if (ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE)
		return E_NOTFOUND;
	return err_set(e, E_FORMAT, "PEM that cannot be read");
}

static rc pem_open(struct str pem, BIO **ret, struct err *e)
{
	if (pem.n > 2 * (size_t)CAP_TSP_EVIDENCE)
		return err_set(e, E_LIMIT, "PEM over %u bytes", 2 * CAP_TSP_EVIDENCE);
	*ret = BIO_new_mem_buf(pem.p, (int)pem.n);
	BUG_ON(!*ret);
	return OK;
}

static rc add_pem(struct arena *a, struct tsp_evidence *ev, struct str pem, struct err *e)
{
	SSL_AUTO(BIO) bio = NULL;
	TRY(pem_open(pem, &bio, e));
	for (;;) {
		AUTO(pem_block) b = {0};
		rc code = pem_next(bio, &b, e);
		if (code != OK)
			return code == E_NOTFOUND ? OK : code;
		struct str der = str_mem(b.data, (size_t)b.n);
		if (str_eq(str_c(b.name), STR(PEM_STRING_X509)))
			TRY(add_cert(a, ev, der, e));
		else if (str_eq(str_c(b.name), STR(PEM_STRING_X509_CRL)))
			TRY(add_crl(a, ev, der, e));
		else if (str_eq(str_c(b.name), STR(PEM_OCSP)))
			TRY(add_ocsp(a, ev, der, e));
		else
			return err_set(e, E_FORMAT, "PEM of another kind: '%s'", b.name);
	}
}

rc tsp_evidence_add(struct arena *a, struct tsp_evidence *ev, struct str bytes, size_t *ret_new, struct err *e)
{
	TSP_QUIET;
	struct tsp_evidence next = *ev;
	size_t before = ev->ncerts + ev->ncrls + ev->nocsps;
	/* What is added goes behind the old items, in their arrays or in new ones: `ev` does not see it. */
	if (str_find(bytes, STR("-----BEGIN "), 0) < bytes.n)
		TRY(add_pem(a, &next, bytes, e));
	else if (bytes.n > CAP_TSP_EVIDENCE)
		return err_set(e, E_LIMIT, "over %u bytes", CAP_TSP_EVIDENCE);
	else if (is_cert(bytes))
		TRY(add_cert(a, &next, bytes, e));
	else if (is_crl(bytes))
		TRY(add_crl(a, &next, bytes, e));
	else if (is_ocsp(bytes))
		TRY(add_ocsp(a, &next, bytes, e));
	else
		TRY(add_bag(a, &next, bytes, e));
	*ev = next;
	if (ret_new)
		*ret_new = ev->ncerts + ev->ncrls + ev->nocsps - before;
	return OK;
}

static void write_block(struct arena *a, struct buf *b, const char *name, struct str der)
{
	struct str text = base64_of(a, der);
	buf_addf(b, "-----BEGIN %s-----\n", name);
	for (size_t i = 0; i < text.n; i += 64) {
		buf_add(b, str_sub(text, i, i + 64));
		buf_addc(b, '\n');
	}
	buf_addf(b, "-----END %s-----\n", name);
}

struct str tsp_evidence_text(struct arena *a, const struct tsp_evidence *ev)
{
	AUTO(buf) b = {0};
	struct err e;
	buf_init(&b, 2 * (size_t)CAP_TSP_EVIDENCE);
	for (size_t i = 0; i < ev->ncerts; i++)
		write_block(a, &b, PEM_STRING_X509, ev->certs[i]);
	for (size_t i = 0; i < ev->ncrls; i++)
		write_block(a, &b, PEM_STRING_X509_CRL, ev->crls[i]);
	for (size_t i = 0; i < ev->nocsps; i++)
		write_block(a, &b, PEM_OCSP, ev->ocsps[i]);
	BUG_ON(buf_done(&b, &e) != OK); /* base64 and its lines take 1.36 times the bytes that put() bounds */
	return str_dup(a, buf_str(&b));
}

rc tsp_anchors_read(struct str pem, STACK_OF(X509) * into, struct err *e)
{
	SSL_AUTO(BIO) bio = NULL;
	TRY(pem_open(pem, &bio, e));
	for (;;) {
		AUTO(pem_block) b = {0};
		rc code = pem_next(bio, &b, e);
		if (code == E_NOTFOUND && sk_X509_num(into) == 0)
			return err_set(e, E_FORMAT, "no certificate in PEM among what is to be trusted");
		if (code != OK)
			return code == E_NOTFOUND ? OK : err_add(e, "what is to be trusted");
		X509 *x = str_eq(str_c(b.name), STR(PEM_STRING_X509)) ? tsp_x509(str_mem(b.data, (size_t)b.n)) : NULL;
		if (!x)
			return err_set(e, E_FORMAT, "what is to be trusted: no certificate in '%s'", b.name);
		if (sk_X509_num(into) == (int)CAP_TSP_ANCHORS) {
			X509_free(x);
			return err_set(e, E_LIMIT, "more than %u certificates to be trusted", CAP_TSP_ANCHORS);
		}
		BUG_ON(sk_X509_push(into, x) <= 0);
	}
}

void tsp_evidence_certs(const struct tsp_evidence *ev, STACK_OF(X509) * into)
{
	for (size_t i = 0; ev && i < ev->ncerts; i++) {
		X509 *x = tsp_x509(ev->certs[i]);
		if (x)
			BUG_ON(sk_X509_push(into, x) <= 0);
	}
}
