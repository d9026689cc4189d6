/* SPDX-License-Identifier: Apache-2.0 */
/* Digests over OpenSSL. SHA-256 is what we stand on; SHA-1 and MD5 are read (and SHA-1 written
 * into indexes) because other archives use them. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/str.h"

struct hash {
	uint8_t b[32];
};

enum digest_alg {
	DIGEST_SHA256,
	DIGEST_SHA1,
	DIGEST_MD5,
	DIGEST_SHA512,
};

#define DIGEST_MAX 64u

/* Room for OpenSSL's SHA256_CTX. Kept in place, since our trees hash many short messages: setting up an EVP context for
 * each costs several times the hashing itself. */
struct sha256_state {
	uint64_t opaque[14];
};

/* A running digest. Aborts only when OpenSSL has no such algorithm at all. */
struct digest {
	enum digest_alg alg;
	struct sha256_state sha256; /* for DIGEST_SHA256 */
	void *ctx;                  /* EVP_MD_CTX for the others, owned */
};

/* Starts a digest, or starts it again: `d` is all zeros or was started before. */
void digest_start(struct digest *d, enum digest_alg alg);
void digest_add(struct digest *d, const void *p, size_t n);
/* Writes digest_size() bytes; digest_start() is needed before the next use. */
void digest_end(struct digest *d, uint8_t ret[DIGEST_MAX]);
/* As digest_end for SHA-256. */
struct hash digest_sha256(struct digest *d);
/* Makes `to` (zeros, or started before) continue from where `from` is now. */
void digest_copy(struct digest *to, const struct digest *from);
/* Frees the context; zeros are fine. */
void digest_clear(struct digest *d);
size_t digest_size(enum digest_alg alg);

/* SHA-256 of s in one call. */
struct hash hash_of(struct str s);
bool hash_eq(const struct hash *a, const struct hash *b);
static inline struct str hash_str(const struct hash *h)
{
	return str_mem(h->b, sizeof(h->b));
}

/* HMAC-SHA256 (RFC 2104) under one key, many messages: the key's two blocks are hashed once. */
struct hmac {
	struct sha256_state inner; /* after the padded key */
	struct sha256_state outer;
};
void hmac_start(struct hmac *h, struct str key);
struct hash hmac_of(const struct hmac *h, struct str message);
/* Wipes the key's traces. */
void hmac_clear(struct hmac *h);

#endif
