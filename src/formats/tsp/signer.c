/* SPDX-License-Identifier: Apache-2.0 */
/* Which certificate signed, and whether it may. The SignerInfo names it by issuer and serial number or by key id,
 * outside the signature; ESSCertID (RFC 2634 §5.4.1) and ESSCertIDv2 (RFC 5035 §4) name it by digest, inside. Both have
 * to agree, so that no other certificate of the same key can be put in its place. */
#include "formats/tsp/tsp_int.h"

/* IssuerSerial: { GeneralNames, INTEGER }. */
static bool is_issuer_serial(struct str rest, X509 *x)
{
	struct tsp_tlv names;
	struct tsp_tlv serial;
	if (!tsp_tlv_take(&rest, DER_SEQUENCE, &names) || !tsp_tlv_take(&rest, DER_INTEGER, &serial))
		return false;
	const unsigned char *p = (const unsigned char *)names.whole.p;
	SSL_AUTO(GENERAL_NAMES) read = d2i_GENERAL_NAMES(NULL, &p, (long)names.whole.n);
	p = (const unsigned char *)serial.whole.p;
	SSL_AUTO(ASN1_INTEGER) number = d2i_ASN1_INTEGER(NULL, &p, (long)serial.whole.n);
	if (!read || !number || sk_GENERAL_NAME_num(read) != 1)
		return false;
	GENERAL_NAME *issuer = sk_GENERAL_NAME_value(read, 0);
	return issuer->type == GEN_DIRNAME && X509_NAME_cmp(issuer->d.directoryName, X509_get_issuer_name(x)) == 0 &&
		ASN1_INTEGER_cmp(number, X509_get0_serialNumber(x)) == 0;
}

/* One ESSCertID ({ hash, [IssuerSerial] }) or ESSCertIDv2 ({ [algorithm, SHA-256], hash, [IssuerSerial] }). */
static bool is_cert_id(struct str rest, int v2, X509 *x)
{
	struct tsp_tlv v;
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	const EVP_MD *md = v2 ? EVP_sha256() : EVP_sha1();
	if (v2 && tsp_tlv_take(&rest, DER_SEQUENCE, &v)) {
		const unsigned char *p = (const unsigned char *)v.whole.p;
		SSL_AUTO(X509_ALGOR) alg = d2i_X509_ALGOR(NULL, &p, (long)v.whole.n);
		md = alg ? EVP_get_digestbyobj(alg->algorithm) : NULL;
	}
	if (!md || EVP_MD_get_size(md) < 20 || X509_digest(x, md, digest, &n) != 1)
		return false;
	if (!tsp_tlv_take(&rest, DER_OCTETS, &v) || !str_eq(v.value, str_mem(digest, n)))
		return false;
	return rest.n == 0 || (tsp_tlv_take(&rest, DER_SEQUENCE, &v) && rest.n == 0 && is_issuer_serial(v.value, x));
}

enum ess { ESS_ABSENT, ESS_MATCHES, ESS_DIFFERS };

/* SigningCertificate: { SEQUENCE OF id, [policies] }; the first id is the signer's. */
static enum ess ess_names(CMS_SignerInfo *signer, int nid, X509 *x)
{
	if (CMS_signed_get_attr_by_NID(signer, nid, -1) < 0)
		return ESS_ABSENT;
	/* -3: the attribute is there once, and has one value (RFC 5035 §3). */
	ASN1_STRING *value = CMS_signed_get0_data_by_OBJ(signer, OBJ_nid2obj(nid), -3, V_ASN1_SEQUENCE);
	if (!value)
		return ESS_DIFFERS;
	struct str rest = str_mem(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));
	struct tsp_tlv all;
	struct tsp_tlv ids;
	struct tsp_tlv first;
	if (!tsp_tlv_take(&rest, DER_SEQUENCE, &all) || !tsp_tlv_take(&all.value, DER_SEQUENCE, &ids) ||
		!tsp_tlv_take(&ids.value, DER_SEQUENCE, &first))
		return ESS_DIFFERS;
	return is_cert_id(first.value, nid == NID_id_smime_aa_signingCertificateV2, x) ? ESS_MATCHES : ESS_DIFFERS;
}

static bool ess_holds(CMS_SignerInfo *signer, X509 *x)
{
	enum ess v1 = ess_names(signer, NID_id_smime_aa_signingCertificate, x);
	enum ess v2 = ess_names(signer, NID_id_smime_aa_signingCertificateV2, x);
	return v1 != ESS_DIFFERS && v2 != ESS_DIFFERS && (v1 == ESS_MATCHES || v2 == ESS_MATCHES);
}

/* RFC 3161 §2.3: one extended key usage, timeStamping, critical. And what key usage there is allows signing. */
static rc check_usage(X509 *x, struct err *e)
{
	int critical = 0;
	SSL_AUTO(EXTENDED_KEY_USAGE) usage = X509_get_ext_d2i(x, NID_ext_key_usage, &critical, NULL);
	if (!usage)
		return err_set(
			e, E_VERIFY, "the signer's certificate has no extended key usage, or more than one of it");
	if (sk_ASN1_OBJECT_num(usage) != 1 || OBJ_obj2nid(sk_ASN1_OBJECT_value(usage, 0)) != NID_time_stamp)
		return err_set(e, E_VERIFY, "the signer's certificate is not for time stamps and nothing else");
	if (critical != 1)
		return err_set(e, E_VERIFY, "the extended key usage of the signer's certificate is not critical");
	if (!(X509_get_key_usage(x) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)))
		return err_set(e, E_VERIFY, "the key usage of the signer's certificate has no signatures");
	return OK;
}

/* The signature's algorithm is for such a key, and if it names a digest, for a strong one. Which digest is used is said
 * elsewhere (digestAlgorithm): that the two are the same is not asked, as not all authorities write it so. */
static bool is_signature_by(int nid, EVP_PKEY *key)
{
	int type = NID_undef;
	if (nid == EVP_PKEY_get_base_id(key)) /* rsaEncryption alone, RFC 3370 §3.2 */
		return true;
	return OBJ_find_sigid_algs(nid, NULL, &type) == 1 && type == EVP_PKEY_get_base_id(key) &&
		tsp_strong_signature(nid);
}

static rc check_strength(CMS_SignerInfo *signer, X509 *x, struct err *e)
{
	X509_ALGOR *digest = NULL;
	X509_ALGOR *signature = NULL;
	EVP_PKEY *key = X509_get0_pubkey(x);
	CMS_SignerInfo_get0_algs(signer, NULL, NULL, &digest, &signature);
	if (!key)
		return err_set(e, E_VERIFY, "the signer's key cannot be read");
	if (EVP_PKEY_get_security_bits(key) < 112)
		return err_set(e, E_VERIFY, "the signer's key is too weak (%d bits)", EVP_PKEY_get_bits(key));
	if (!tsp_strong_digest(OBJ_obj2nid(digest->algorithm)))
		return err_set(e, E_VERIFY, "the token is signed over a weak digest");
	if (!is_signature_by(OBJ_obj2nid(signature->algorithm), key))
		return err_set(e, E_VERIFY, "the token's signature is of an algorithm that is not that of the key");
	return OK;
}

static rc check_dates(struct arena *a, X509 *x, int64_t when, struct err *e)
{
	struct tsp_cert c;
	if (!tsp_cert_of(a, x, &c))
		return err_set(e, E_VERIFY, "the signer's certificate cannot be read");
	if (when < c.not_before)
		return err_set(e, E_VERIFY, "the signer's certificate was not yet valid at the time of the token");
	if (when > c.not_after)
		return err_set(e, E_VERIFY, "the signer's certificate had expired at the time of the token");
	return OK;
}

rc tsp_signer_find(
	struct arena *a, const struct tsp_token *t, STACK_OF(X509) * more, int64_t when, X509 **ret, struct err *e)
{
	bool named = false;
	X509 *found = NULL;
	int inside = sk_X509_num(t->certs);
	for (int i = 0; i < inside + sk_X509_num(more) && !found; i++) {
		X509 *x = i < inside ? sk_X509_value(t->certs, i) : sk_X509_value(more, i - inside);
		if (CMS_SignerInfo_cert_cmp(t->signer, x) != 0)
			continue;
		named = true;
		if (ess_holds(t->signer, x))
			found = x;
	}
	if (!named)
		return err_set(e, E_VERIFY, "the signer's certificate is neither in the token nor beside it");
	if (!found)
		return err_set(
			e, E_VERIFY, "the token does not name its signer's certificate in what is signed (ESSCertID)");
	TRY(check_usage(found, e));
	TRY(check_strength(t->signer, found, e));
	TRY(check_dates(a, found, when, e));
	*ret = found;
	return OK;
}
