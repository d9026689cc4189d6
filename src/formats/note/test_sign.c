/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/note/test_sign.h"

#include <openssl/evp.h>

#include "base/arena.h"
#include "base/buf.h"

static EVP_PKEY *private_of(const uint8_t seed[32])
{
	EVP_PKEY *k = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, 32);
	BUG_ON(!k);
	return k;
}

struct test_signer test_signer_make(const char *name, uint8_t type, uint8_t seed)
{
	struct test_signer s;
	uint8_t pub[NOTE_KEY_SIZE];
	size_t n = sizeof(pub);
	struct err e;
	memset(s.seed, seed, sizeof(s.seed));
	EVP_PKEY *k = private_of(s.seed);
	BUG_ON(EVP_PKEY_get_raw_public_key(k, pub, &n) != 1);
	EVP_PKEY_free(k);
	BUG_ON(note_key_make_type(str_c(name), type, pub, &s.key, &e) != OK);
	return s;
}

struct str test_signer_line(struct arena *a, const struct test_signer *s, struct str text, uint64_t time)
{
	AUTO(buf) message = {0};
	AUTO(buf) blob = {0};
	AUTO(buf) line = {0};
	uint8_t sig[NOTE_SIG_SIZE];
	size_t n = sizeof(sig);
	buf_init(&message, CAP_NOTE);
	buf_init(&blob, NOTE_COSIG_SIZE);
	buf_init(&line, 4096);
	if (s->key.type == NOTE_COSIGNATURE) {
		note_cosign_message(&message, time, text);
		buf_addu64(&blob, time);
	} else {
		buf_add(&message, text);
	}
	EVP_PKEY *k = private_of(s->seed);
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	BUG_ON(EVP_DigestSignInit(c, NULL, NULL, NULL, k) != 1);
	BUG_ON(EVP_DigestSign(c, sig, &n, (const uint8_t *)message.p, message.n) != 1);
	EVP_MD_CTX_free(c);
	EVP_PKEY_free(k);
	buf_addmem(&blob, sig, sizeof(sig));
	note_add_sig(&line, &s->key, buf_str(&blob));
	return str_dup(a, buf_str(&line));
}

struct str test_checkpoint(struct arena *a, const char *origin, uint64_t size, const struct hash *root)
{
	AUTO(buf) b = {0};
	buf_init(&b, CAP_NOTE);
	const struct checkpoint c = {.origin = str_c(origin), .size = size, .root = *root};
	checkpoint_text(&b, &c);
	return str_dup(a, buf_str(&b));
}
