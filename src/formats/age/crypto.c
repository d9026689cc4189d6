/* SPDX-License-Identifier: Apache-2.0 */
/* The four primitives of age, over OpenSSL. */
#include <openssl/evp.h>
#include <openssl/kdf.h>

#include "base/hash.h"
#include "base/mem.h"
#include "formats/age/age_int.h"

#define SCRYPT_R 8u
#define SCRYPT_P 1u
#define SCRYPT_LABEL "age-encryption.org/v1/scrypt"

bool age_hkdf(struct str key, struct str salt, struct str info, uint8_t ret[AGE_KEY_SIZE])
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, NULL);
	size_t n = AGE_KEY_SIZE;
	/* No salt is a salt of zeros (RFC 5869 §2.2), which is what OpenSSL takes when none is set. */
	bool ok = c && EVP_PKEY_derive_init(c) == 1 && EVP_PKEY_CTX_set_hkdf_md(c, EVP_sha256()) == 1 &&
		(salt.n == 0 || EVP_PKEY_CTX_set1_hkdf_salt(c, (const unsigned char *)salt.p, (int)salt.n) == 1) &&
		EVP_PKEY_CTX_set1_hkdf_key(c, (const unsigned char *)key.p, (int)key.n) == 1 &&
		EVP_PKEY_CTX_add1_hkdf_info(c, (const unsigned char *)info.p, (int)info.n) == 1 &&
		EVP_PKEY_derive(c, ret, &n) == 1 && n == AGE_KEY_SIZE;
	EVP_PKEY_CTX_free(c);
	return ok;
}

bool age_seal(const uint8_t key[AGE_KEY_SIZE], const uint8_t nonce[AGE_NONCE], struct str plain, uint8_t *ret)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int n = 0;
	int more = 0;
	bool ok = c && EVP_EncryptInit_ex(c, EVP_chacha20_poly1305(), NULL, key, nonce) == 1 &&
		(plain.n == 0 || EVP_EncryptUpdate(c, ret, &n, (const uint8_t *)plain.p, (int)plain.n) == 1) &&
		EVP_EncryptFinal_ex(c, ret + n, &more) == 1 && (size_t)n == plain.n &&
		EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, (int)AGE_TAG, ret + plain.n) == 1;
	EVP_CIPHER_CTX_free(c);
	return ok;
}

bool age_open(const uint8_t key[AGE_KEY_SIZE], const uint8_t nonce[AGE_NONCE], struct str sealed, uint8_t *ret)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	size_t size = sealed.n - AGE_TAG;
	uint8_t tag[AGE_TAG]; /* OpenSSL wants one that it could write to */
	uint8_t none;
	int n = 0;
	int more = 0;
	memcpy(tag, sealed.p + size, AGE_TAG);
	bool ok = c && EVP_DecryptInit_ex(c, EVP_chacha20_poly1305(), NULL, key, nonce) == 1 &&
		EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, (int)AGE_TAG, tag) == 1 &&
		(size == 0 || EVP_DecryptUpdate(c, ret, &n, (const uint8_t *)sealed.p, (int)size) == 1) &&
		EVP_DecryptFinal_ex(c, &none, &more) == 1 && (size_t)n == size;
	EVP_CIPHER_CTX_free(c);
	return ok;
}

bool age_x25519_public(const uint8_t secret[AGE_KEY_SIZE], uint8_t ret[AGE_KEY_SIZE])
{
	EVP_PKEY *k = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, secret, AGE_KEY_SIZE);
	size_t n = AGE_KEY_SIZE;
	bool ok = k && EVP_PKEY_get_raw_public_key(k, ret, &n) == 1 && n == AGE_KEY_SIZE;
	EVP_PKEY_free(k);
	return ok;
}

bool age_x25519(const uint8_t secret[AGE_KEY_SIZE], const uint8_t share[AGE_KEY_SIZE], uint8_t ret[AGE_KEY_SIZE])
{
	EVP_PKEY *own = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, secret, AGE_KEY_SIZE);
	EVP_PKEY *peer = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, share, AGE_KEY_SIZE);
	EVP_PKEY_CTX *c = own ? EVP_PKEY_CTX_new(own, NULL) : NULL;
	size_t n = AGE_KEY_SIZE;
	/* EVP_PKEY_derive fails for a secret of zeros (RFC 7748 §6.1). */
	bool ok = peer && c && EVP_PKEY_derive_init(c) == 1 && EVP_PKEY_derive_set_peer(c, peer) == 1 &&
		EVP_PKEY_derive(c, ret, &n) == 1 && n == AGE_KEY_SIZE;
	EVP_PKEY_CTX_free(c);
	EVP_PKEY_free(peer);
	EVP_PKEY_free(own);
	return ok;
}

bool age_scrypt(struct str passphrase, const uint8_t salt[AGE_SALT], unsigned work, uint8_t ret[AGE_KEY_SIZE])
{
	uint8_t labelled[sizeof(SCRYPT_LABEL) - 1 + AGE_SALT];
	memcpy(labelled, SCRYPT_LABEL, sizeof(SCRYPT_LABEL) - 1);
	memcpy(labelled + sizeof(SCRYPT_LABEL) - 1, salt, AGE_SALT);
	uint64_t n = 1ull << work;
	/* OpenSSL's own bound is 32 MiB: too little from 2^15 on. */
	uint64_t memory = 128ull * SCRYPT_R * n + MIB;
	return EVP_PBE_scrypt(passphrase.p, passphrase.n, labelled, sizeof(labelled), n, SCRYPT_R, SCRYPT_P, memory,
		       ret, AGE_KEY_SIZE) == 1;
}

bool age_header_mac(const uint8_t file_key[AGE_FILE_KEY], struct str header, uint8_t ret[AGE_MAC])
{
	uint8_t key[AGE_KEY_SIZE];
	if (!age_hkdf(str_mem(file_key, AGE_FILE_KEY), STR(""), STR("header"), key))
		return false;
	struct hmac h;
	hmac_start(&h, str_mem(key, sizeof(key)));
	struct hash mac = hmac_of(&h, header);
	hmac_clear(&h);
	mem_wipe(key, sizeof(key));
	memcpy(ret, mac.b, AGE_MAC);
	return true;
}
