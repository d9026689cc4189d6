/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files: unwrapping and wrapping the file key, the header's MAC, the payload's chunks (STREAM). C2SP age. */
#include "formats/age/age.h"

#include <openssl/crypto.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "formats/age/age_int.h"

#define CHUNK 65536u
#define SEALED_CHUNK (CHUNK + AGE_TAG)
#define COUNTER 11u /* bytes; the last byte of the nonce says whether the chunk is the last */

static const uint8_t zero_nonce[AGE_NONCE];

static rc crypto_failed(struct err *e)
{
	return err_set(e, E_IO, "OpenSSL failed in an age file");
}

/* The key that wraps the file key for a recipient. share and recipient are public, secret is one side's. */
static rc x25519_wrap_key(const uint8_t secret[AGE_KEY_SIZE], const uint8_t peer[AGE_KEY_SIZE],
	const uint8_t share[AGE_KEY_SIZE], const uint8_t recipient[AGE_KEY_SIZE], uint8_t ret[AGE_KEY_SIZE],
	struct err *e)
{
	uint8_t salt[2 * AGE_KEY_SIZE];
	uint8_t shared[AGE_KEY_SIZE];
	memcpy(salt, share, AGE_KEY_SIZE);
	memcpy(salt + AGE_KEY_SIZE, recipient, AGE_KEY_SIZE);
	if (!age_x25519(secret, peer, shared))
		return err_set(e, E_FORMAT, "age header: an X25519 share or recipient of low order");
	bool ok = age_hkdf(
		str_mem(shared, sizeof(shared)), str_mem(salt, sizeof(salt)), STR("age-encryption.org/v1/X25519"), ret);
	mem_wipe(shared, sizeof(shared));
	return ok ? OK : crypto_failed(e);
}

static rc unwrap_x25519(
	const struct age_stanza *s, const struct age_keys *keys, uint8_t ret[AGE_FILE_KEY], struct err *e)
{
	uint8_t share[AGE_KEY_SIZE];
	uint8_t wrapped[AGE_WRAPPED];
	BUG_ON(!age_raw_decode(s->args[1], share, sizeof(share)) || !age_raw_decode(s->body, wrapped, sizeof(wrapped)));
	for (size_t i = 0; i < keys->n; i++) {
		const struct age_identity *id = &keys->ids[i];
		uint8_t key[AGE_KEY_SIZE];
		TRY(x25519_wrap_key(id->secret, share, share, id->recipient.b, key, e));
		bool ok = age_open(key, zero_nonce, str_mem(wrapped, sizeof(wrapped)), ret);
		mem_wipe(key, sizeof(key));
		if (ok)
			return OK;
	}
	return E_DENIED;
}

static rc unwrap_scrypt(
	const struct age_stanza *s, const struct age_keys *keys, uint8_t ret[AGE_FILE_KEY], struct err *e)
{
	uint8_t salt[AGE_SALT];
	uint8_t wrapped[AGE_WRAPPED];
	uint8_t key[AGE_KEY_SIZE];
	unsigned work = 0;
	unsigned max = keys->work_max ? keys->work_max : CAP_AGE_WORK;
	BUG_ON(!age_raw_decode(s->args[1], salt, sizeof(salt)) || !age_work_parse(s->args[2], &work) ||
		!age_raw_decode(s->body, wrapped, sizeof(wrapped)));
	if (work > max || work > CAP_AGE_WORK)
		return err_set(e, E_LIMIT, "age header: a scrypt work factor of %u, over %u", work, max);
	if (keys->passphrase.n == 0)
		return E_DENIED;
	if (!age_scrypt(keys->passphrase, salt, work, key))
		return err_set(e, E_IO, "scrypt failed; it takes %llu MiB of memory", (1ull << work) / 1024 + 1);
	bool ok = age_open(key, zero_nonce, str_mem(wrapped, sizeof(wrapped)), ret);
	mem_wipe(key, sizeof(key));
	return ok ? OK : E_DENIED;
}

static rc unwrap(const struct age_header *h, const struct age_keys *keys, uint8_t ret[AGE_FILE_KEY], struct err *e)
{
	struct str rest = h->stanzas;
	struct age_stanza s;
	rc r = E_DENIED;
	while (r == E_DENIED && age_stanza_next(&rest, &s)) {
		if (str_eq(s.args[0], STR("X25519")))
			r = unwrap_x25519(&s, keys, ret, e);
		else if (str_eq(s.args[0], STR("scrypt")))
			r = unwrap_scrypt(&s, keys, ret, e);
	}
	return r == E_DENIED ? err_set(e, E_DENIED, "age header: no key given opens it") : r;
}

static void chunk_nonce(uint64_t i, bool last, uint8_t ret[AGE_NONCE])
{
	memset(ret, 0, AGE_NONCE);
	for (size_t b = 0; b < sizeof(i); b++)
		ret[COUNTER - 1 - b] = (uint8_t)(i >> 8 * b);
	ret[AGE_NONCE - 1] = last;
}

/* Every chunk but the last is full, and the last is empty only when it is the first. */
static rc open_chunks(
	const uint8_t key[AGE_KEY_SIZE], struct str sealed, uint8_t *ret, size_t room, size_t *ret_n, struct err *e)
{
	size_t n = 0;
	bool last = false;
	for (uint64_t i = 0; !last; i++) {
		uint8_t nonce[AGE_NONCE];
		struct str chunk = str_sub(sealed, 0, SEALED_CHUNK);
		sealed = str_from(sealed, chunk.n);
		last = sealed.n == 0;
		*ret_n = n;
		if (chunk.n < AGE_TAG || (chunk.n == AGE_TAG && i > 0))
			return err_set(e, E_VERIFY, "age payload: cut short in chunk %llu", (unsigned long long)i);
		if (chunk.n - AGE_TAG > room - n)
			return err_set(e, E_LIMIT, "age payload: over %zu bytes", room);
		chunk_nonce(i, last, nonce);
		*ret_n = n + chunk.n - AGE_TAG;
		if (!age_open(key, nonce, chunk, ret + n))
			return err_set(e, E_VERIFY, "age payload: chunk %llu was changed, moved or cut",
				(unsigned long long)i);
		n = *ret_n;
	}
	return OK;
}

static bool payload_key(const uint8_t file_key[AGE_FILE_KEY], const uint8_t *nonce, uint8_t ret[AGE_KEY_SIZE])
{
	return age_hkdf(str_mem(file_key, AGE_FILE_KEY), str_mem(nonce, AGE_PAYLOAD_NONCE), STR("payload"), ret);
}

static rc check_mac(const uint8_t file_key[AGE_FILE_KEY], const struct age_header *h, struct err *e)
{
	uint8_t mac[AGE_MAC];
	if (!age_header_mac(file_key, h->signed_part, mac))
		return crypto_failed(e);
	if (CRYPTO_memcmp(mac, h->mac, AGE_MAC) != 0)
		return err_set(e, E_VERIFY, "age header: was changed (its MAC does not hold)");
	return OK;
}

static rc decrypt(struct str file, const struct age_keys *keys, uint8_t *ret, size_t room, size_t *ret_n, struct err *e)
{
	struct age_header h;
	uint8_t file_key[AGE_FILE_KEY];
	uint8_t key[AGE_KEY_SIZE];
	size_t n = 0;
	TRY(age_header_parse(file, &h, e));
	struct str payload = str_from(file, h.size);
	if (payload.n < AGE_PAYLOAD_NONCE)
		return err_set(e, E_FORMAT, "age header: no nonce of 16 bytes behind it");
	rc r = unwrap(&h, keys, file_key, e);
	if (r == OK)
		r = check_mac(file_key, &h, e);
	if (r == OK && !payload_key(file_key, (const uint8_t *)payload.p, key))
		r = crypto_failed(e);
	if (r == OK)
		r = open_chunks(key, str_from(payload, AGE_PAYLOAD_NONCE), ret, room, &n, e);
	mem_wipe(file_key, sizeof(file_key));
	mem_wipe(key, sizeof(key));
	if (r == OK)
		*ret_n = n;
	else
		mem_wipe(ret, n);
	return r;
}

rc age_decrypt(struct str file, const struct age_keys *keys, uint8_t *ret, size_t room, size_t *ret_n, struct err *e)
{
	AUTO(arena) a = {0};
	if (age_is_armored(file))
		TRY(age_dearmor(&a, file, &file, e));
	return decrypt(file, keys, ret, room, ret_n, e);
}

size_t age_random_size(const struct age_to *to)
{
	return AGE_FILE_KEY + AGE_PAYLOAD_NONCE + (to->passphrase.n ? AGE_SALT : to->n * AGE_KEY_SIZE);
}

static rc check_to(const struct age_to *to, struct str random, struct err *e)
{
	if ((to->n == 0) == (to->passphrase.n == 0))
		return err_set(e, E_USAGE, "age: to recipients, or under a passphrase that is not empty");
	if (to->n > CAP_AGE_STANZAS)
		return err_set(e, E_LIMIT, "age: over %u recipients", CAP_AGE_STANZAS);
	if (to->passphrase.n && (to->work == 0 || to->work > CAP_AGE_WORK))
		return err_set(e, E_USAGE, "age: a scrypt work factor of %u, not 1 to %u", to->work, CAP_AGE_WORK);
	if (random.n != age_random_size(to))
		return err_set(e, E_USAGE, "age: %zu random bytes, not %zu", random.n, age_random_size(to));
	return OK;
}

static rc add_wrapped(
	struct buf *b, const uint8_t key[AGE_KEY_SIZE], const uint8_t file_key[AGE_FILE_KEY], struct err *e)
{
	uint8_t wrapped[AGE_WRAPPED];
	if (!age_seal(key, zero_nonce, str_mem(file_key, AGE_FILE_KEY), wrapped))
		return crypto_failed(e);
	buf_addc(b, '\n');
	age_raw_add(b, str_mem(wrapped, sizeof(wrapped)));
	buf_addc(b, '\n');
	return OK;
}

static rc wrap_x25519(struct buf *b, const struct age_recipient *to, const uint8_t secret[AGE_KEY_SIZE],
	const uint8_t file_key[AGE_FILE_KEY], struct err *e)
{
	uint8_t share[AGE_KEY_SIZE];
	uint8_t key[AGE_KEY_SIZE];
	if (!age_x25519_public(secret, share))
		return crypto_failed(e);
	TRY(x25519_wrap_key(secret, to->b, share, to->b, key, e));
	buf_add(b, STR("-> X25519 "));
	age_raw_add(b, str_mem(share, sizeof(share)));
	rc r = add_wrapped(b, key, file_key, e);
	mem_wipe(key, sizeof(key));
	return r;
}

static rc wrap_scrypt(struct buf *b, const struct age_to *to, const uint8_t salt[AGE_SALT],
	const uint8_t file_key[AGE_FILE_KEY], struct err *e)
{
	uint8_t key[AGE_KEY_SIZE];
	if (!age_scrypt(to->passphrase, salt, to->work, key))
		return err_set(e, E_IO, "scrypt failed; it takes %llu MiB of memory", (1ull << to->work) / 1024 + 1);
	buf_add(b, STR("-> scrypt "));
	age_raw_add(b, str_mem(salt, AGE_SALT));
	buf_addf(b, " %u", to->work);
	rc r = add_wrapped(b, key, file_key, e);
	mem_wipe(key, sizeof(key));
	return r;
}

static rc add_header(struct buf *b, const struct age_to *to, const uint8_t *random, struct err *e)
{
	const uint8_t *file_key = random;
	const uint8_t *own = random + AGE_FILE_KEY + AGE_PAYLOAD_NONCE;
	size_t from = b->n;
	uint8_t mac[AGE_MAC];
	buf_add(b, STR("age-encryption.org/v1\n"));
	for (size_t i = 0; i < to->n; i++)
		TRY(wrap_x25519(b, &to->recipients[i], own + i * AGE_KEY_SIZE, file_key, e));
	if (to->passphrase.n)
		TRY(wrap_scrypt(b, to, own, file_key, e));
	buf_add(b, STR("---"));
	TRY(buf_done(b, e));
	if (!age_header_mac(file_key, str_from(buf_str(b), from), mac))
		return crypto_failed(e);
	buf_addc(b, ' ');
	age_raw_add(b, str_mem(mac, sizeof(mac)));
	buf_addc(b, '\n');
	return buf_done(b, e);
}

static rc add_chunks(struct buf *b, const uint8_t key[AGE_KEY_SIZE], struct str plain, struct err *e)
{
	bool last = false;
	for (uint64_t i = 0; !last; i++) {
		uint8_t nonce[AGE_NONCE];
		struct str chunk = str_sub(plain, 0, CHUNK);
		plain = str_from(plain, chunk.n);
		last = plain.n == 0;
		chunk_nonce(i, last, nonce);
		char *to = buf_space(b, chunk.n + AGE_TAG);
		if (!to)
			return buf_done(b, e);
		if (!age_seal(key, nonce, chunk, (uint8_t *)to))
			return crypto_failed(e);
		buf_grown(b, chunk.n + AGE_TAG);
	}
	return OK;
}

rc age_encrypt(struct str plain, const struct age_to *to, struct str random, struct buf *ret, struct err *e)
{
	TRY(check_to(to, random, e));
	const uint8_t *file_key = (const uint8_t *)random.p;
	const uint8_t *nonce = file_key + AGE_FILE_KEY;
	uint8_t key[AGE_KEY_SIZE];
	TRY(add_header(ret, to, file_key, e));
	buf_addmem(ret, nonce, AGE_PAYLOAD_NONCE);
	if (!payload_key(file_key, nonce, key))
		return crypto_failed(e);
	rc r = add_chunks(ret, key, plain, e);
	mem_wipe(key, sizeof(key));
	return r == OK ? buf_done(ret, e) : r;
}
