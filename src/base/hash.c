/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 goes through OpenSSL's low-level calls (deprecated in 3.0 in favour of EVP, and so named here), the other
 * algorithms through EVP. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/hash.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "base/mem.h"

_Static_assert(sizeof(SHA256_CTX) <= sizeof(struct sha256_state), "the state must have room for OpenSSL's");
_Static_assert(_Alignof(SHA256_CTX) <= _Alignof(struct sha256_state), "and be aligned for it");

static SHA256_CTX *ctx_of(struct sha256_state *s)
{
	return (SHA256_CTX *)(void *)s;
}

static void sha256_start(struct sha256_state *s)
{
	BUG_ON(SHA256_Init(ctx_of(s)) != 1);
}

static void sha256_add(struct sha256_state *s, const void *p, size_t n)
{
	if (n)
		BUG_ON(SHA256_Update(ctx_of(s), p, n) != 1);
}

static struct hash sha256_end(struct sha256_state *s)
{
	struct hash h;
	BUG_ON(SHA256_Final(h.b, ctx_of(s)) != 1);
	return h;
}

static const EVP_MD *alg_md(enum digest_alg alg)
{
	switch (alg) {
	case DIGEST_SHA256:
		return EVP_sha256();
	case DIGEST_SHA1:
		return EVP_sha1();
	case DIGEST_MD5:
		return EVP_md5();
	case DIGEST_SHA512:
		return EVP_sha512();
	}
	return NULL;
}

size_t digest_size(enum digest_alg alg)
{
	switch (alg) {
	case DIGEST_SHA256:
		return 32;
	case DIGEST_SHA1:
		return 20;
	case DIGEST_MD5:
		return 16;
	case DIGEST_SHA512:
		return 64;
	}
	return 0;
}

void digest_start(struct digest *d, enum digest_alg alg)
{
	d->alg = alg;
	if (alg == DIGEST_SHA256) {
		sha256_start(&d->sha256);
		return;
	}
	if (!d->ctx)
		d->ctx = EVP_MD_CTX_new();
	BUG_ON(!d->ctx || EVP_DigestInit_ex(d->ctx, alg_md(alg), NULL) != 1);
}

void digest_add(struct digest *d, const void *p, size_t n)
{
	if (d->alg == DIGEST_SHA256)
		sha256_add(&d->sha256, p, n);
	else
		BUG_ON(EVP_DigestUpdate(d->ctx, p, n) != 1);
}

void digest_end(struct digest *d, uint8_t ret[DIGEST_MAX])
{
	unsigned n = 0;
	if (d->alg == DIGEST_SHA256) {
		struct hash h = sha256_end(&d->sha256);
		memcpy(ret, h.b, sizeof(h.b));
		return;
	}
	BUG_ON(EVP_DigestFinal_ex(d->ctx, ret, &n) != 1);
	BUG_ON(n != digest_size(d->alg));
}

struct hash digest_sha256(struct digest *d)
{
	BUG_ON(d->alg != DIGEST_SHA256);
	return sha256_end(&d->sha256);
}

void digest_copy(struct digest *to, const struct digest *from)
{
	to->alg = from->alg;
	to->sha256 = from->sha256;
	if (from->alg == DIGEST_SHA256)
		return;
	if (!to->ctx)
		to->ctx = EVP_MD_CTX_new();
	BUG_ON(!to->ctx || EVP_MD_CTX_copy_ex(to->ctx, from->ctx) != 1);
}

void digest_clear(struct digest *d)
{
	EVP_MD_CTX_free(d->ctx);
	d->ctx = NULL;
}

struct hash hash_of(struct str s)
{
	struct sha256_state state;
	sha256_start(&state);
	sha256_add(&state, s.p, s.n);
	return sha256_end(&state);
}

bool hash_eq(const struct hash *a, const struct hash *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

#define HMAC_BLOCK 64u

static void pad_start(struct sha256_state *s, const uint8_t key[HMAC_BLOCK], uint8_t pad)
{
	uint8_t block[HMAC_BLOCK];
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = key[i] ^ pad;
	sha256_start(s);
	sha256_add(s, block, sizeof(block));
	mem_wipe(block, sizeof(block));
}

void hmac_start(struct hmac *h, struct str key)
{
	uint8_t block[HMAC_BLOCK] = {0};
	if (key.n > sizeof(block)) {
		struct hash k = hash_of(key);
		memcpy(block, k.b, sizeof(k.b));
	} else if (key.n) {
		memcpy(block, key.p, key.n);
	}
	pad_start(&h->inner, block, 0x36);
	pad_start(&h->outer, block, 0x5c);
	mem_wipe(block, sizeof(block));
}

struct hash hmac_of(const struct hmac *h, struct str message)
{
	struct sha256_state s = h->inner;
	sha256_add(&s, message.p, message.n);
	struct hash in = sha256_end(&s);
	s = h->outer;
	sha256_add(&s, in.b, sizeof(in.b));
	return sha256_end(&s);
}

void hmac_clear(struct hmac *h)
{
	mem_wipe(h, sizeof(*h));
}
