/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <openssl/evp.h>

#include "base/mem.h"

/* Fetched anew by OpenSSL at each EVP_DigestInit_ex(EVP_sha256()), which costs more than hashing
 * 64 bytes; a context that has its algorithm already is restarted with NULL instead. */
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
	const EVP_MD *md = alg_md(alg);
	if (d->ctx && d->alg == alg)
		md = NULL;
	if (!d->ctx)
		d->ctx = EVP_MD_CTX_new();
	BUG_ON(!d->ctx);
	d->alg = alg;
	BUG_ON(EVP_DigestInit_ex(d->ctx, md, NULL) != 1);
}

void digest_add(struct digest *d, const void *p, size_t n)
{
	BUG_ON(EVP_DigestUpdate(d->ctx, p, n) != 1);
}

void digest_end(struct digest *d, uint8_t ret[DIGEST_MAX])
{
	unsigned n = 0;
	BUG_ON(EVP_DigestFinal_ex(d->ctx, ret, &n) != 1);
	BUG_ON(n != digest_size(d->alg));
}

struct hash digest_sha256(struct digest *d)
{
	uint8_t out[DIGEST_MAX];
	struct hash h;
	BUG_ON(d->alg != DIGEST_SHA256);
	digest_end(d, out);
	memcpy(h.b, out, sizeof(h.b));
	return h;
}

void digest_copy(struct digest *to, const struct digest *from)
{
	if (!to->ctx)
		to->ctx = EVP_MD_CTX_new();
	BUG_ON(!to->ctx || EVP_MD_CTX_copy_ex(to->ctx, from->ctx) != 1);
	to->alg = from->alg;
}

void digest_clear(struct digest *d)
{
	EVP_MD_CTX_free(d->ctx);
	d->ctx = NULL;
}

struct hash hash_of(struct str s)
{
	struct digest d = {0};
	digest_start(&d, DIGEST_SHA256);
	digest_add(&d, s.p, s.n);
	struct hash h = digest_sha256(&d);
	digest_clear(&d);
	return h;
}

bool hash_eq(const struct hash *a, const struct hash *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

#define HMAC_BLOCK 64u

static void *pad_start(const uint8_t key[HMAC_BLOCK], uint8_t pad)
{
	uint8_t block[HMAC_BLOCK];
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = key[i] ^ pad;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	BUG_ON(!ctx || EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1);
	BUG_ON(EVP_DigestUpdate(ctx, block, sizeof(block)) != 1);
	mem_wipe(block, sizeof(block));
	return ctx;
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
	hmac_clear(h);
	h->inner = pad_start(block, 0x36);
	h->outer = pad_start(block, 0x5c);
	h->work = EVP_MD_CTX_new();
	BUG_ON(!h->work);
	mem_wipe(block, sizeof(block));
}

static struct hash hmac_pass(EVP_MD_CTX *work, const EVP_MD_CTX *from, const void *p, size_t n)
{
	struct hash out;
	BUG_ON(EVP_MD_CTX_copy_ex(work, from) != 1);
	BUG_ON(EVP_DigestUpdate(work, p, n) != 1);
	BUG_ON(EVP_DigestFinal_ex(work, out.b, NULL) != 1);
	return out;
}

struct hash hmac_of(struct hmac *h, struct str message)
{
	struct hash in = hmac_pass(h->work, h->inner, message.p, message.n);
	return hmac_pass(h->work, h->outer, in.b, sizeof(in.b));
}

void hmac_clear(struct hmac *h)
{
	EVP_MD_CTX_free(h->inner);
	EVP_MD_CTX_free(h->outer);
	EVP_MD_CTX_free(h->work);
	*h = (struct hmac){0};
}
