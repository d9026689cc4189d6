/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of this folder: primitives, and the header as a list of stanzas. */
#ifndef FORMATS_AGE_INT_H
#define FORMATS_AGE_INT_H

#include "formats/age/age.h"

#define AGE_FILE_KEY 16u
#define AGE_TAG 16u
#define AGE_NONCE 12u
#define AGE_SALT 16u
#define AGE_MAC 32u
#define AGE_WRAPPED (AGE_FILE_KEY + AGE_TAG)
#define AGE_PAYLOAD_NONCE 16u

/* Each gives false when OpenSSL fails; age_open also for what is not authentic, age_x25519 also for a share of low
 * order. What they leave in OpenSSL's memory, OpenSSL wipes. */
bool age_hkdf(struct str key, struct str salt, struct str info, uint8_t ret[AGE_KEY_SIZE]);
/* ret has plain.n + AGE_TAG bytes. */
bool age_seal(const uint8_t key[AGE_KEY_SIZE], const uint8_t nonce[AGE_NONCE], struct str plain, uint8_t *ret);
/* sealed.n >= AGE_TAG; ret has sealed.n - AGE_TAG bytes. */
bool age_open(const uint8_t key[AGE_KEY_SIZE], const uint8_t nonce[AGE_NONCE], struct str sealed, uint8_t *ret);
bool age_x25519_public(const uint8_t secret[AGE_KEY_SIZE], uint8_t ret[AGE_KEY_SIZE]);
bool age_x25519(const uint8_t secret[AGE_KEY_SIZE], const uint8_t share[AGE_KEY_SIZE], uint8_t ret[AGE_KEY_SIZE]);
bool age_scrypt(struct str passphrase, const uint8_t salt[AGE_SALT], unsigned work, uint8_t ret[AGE_KEY_SIZE]);

/* HMAC-SHA256 of the header under the file key. */
bool age_header_mac(const uint8_t file_key[AGE_FILE_KEY], struct str header, uint8_t ret[AGE_MAC]);

struct age_stanza {
	struct str args[3]; /* the first ones */
	size_t nargs;
	struct str body; /* base64, without its last newline */
};

/* A header that is well-formed throughout, X25519 and scrypt stanzas included. */
struct age_header {
	struct str stanzas; /* text */
	struct str signed_part;
	uint8_t mac[AGE_MAC];
	size_t size;
};

MUST_USE rc age_header_parse(struct str file, struct age_header *ret, struct err *e);
/* The next stanza of a parsed header's; false at the end. */
bool age_stanza_next(struct str *rest, struct age_stanza *ret);
/* Canonical base64 without padding, of exactly n bytes. */
bool age_raw_decode(struct str text, uint8_t *ret, size_t n);
void age_raw_add(struct buf *b, struct str bytes);
/* "[1-9][0-9]*" */
bool age_work_parse(struct str text, unsigned *ret);

#endif
