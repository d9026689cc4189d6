/* SPDX-License-Identifier: Apache-2.0 */
/* Files of age v1: whole files in memory, encrypted to X25519 recipients or under a passphrase.
 *
 *   age-encryption.org/v1 \n
 *   -> X25519 share \n body \n              the file key, wrapped for each recipient; or, alone:
 *   -> scrypt salt work \n body \n
 *   --- HMAC of all above, under the file key \n
 *   nonce16 ‖ chunks of 64 KiB, each ChaCha20-Poly1305 (key of the file key and the nonce; counter and "last" in front)
 *
 * Stanzas of other kinds are passed over. Nothing is given out before the whole file is proved right. Other kinds of
 * recipients (hybrid post-quantum, tagged, plug-ins) are not done.
 * C2SP age (age-encryption.org/v1); BIP 173 (Bech32); RFC 7468 §3 (armor); RFC 7914 (scrypt). */
#ifndef FORMATS_AGE_H
#define FORMATS_AGE_H

#include "base/caps.h"
#include "base/err.h"
#include "base/str.h"

struct arena;
struct buf;

#define AGE_KEY_SIZE 32u
#define AGE_WORK_DEFAULT 18u /* scrypt N = 2^18: 256 MiB */
#define AGE_WORK_LOW 15u     /* 32 MiB, for machines with little memory */

/* A public key, "age1…". */
struct age_recipient {
	uint8_t b[AGE_KEY_SIZE];
};

/* A secret key, "AGE-SECRET-KEY-1…", with its public key. The caller wipes it. */
struct age_identity {
	uint8_t secret[AGE_KEY_SIZE];
	struct age_recipient recipient;
};

/* Fails only when OpenSSL does (E_IO). */
MUST_USE rc age_identity_make(const uint8_t secret[AGE_KEY_SIZE], struct age_identity *ret, struct err *e);
/* Strict Bech32 in the letter case that age writes. No message quotes the text.
 * OK · E_FORMAT · E_UNSUPPORTED a key of another kind, by its prefix · E_IO as for age_identity_make. */
MUST_USE rc age_identity_parse(struct str text, struct age_identity *ret, struct err *e);
MUST_USE rc age_recipient_parse(struct str text, struct age_recipient *ret, struct err *e);
/* Appends the text, no newline. It is put in one place when `b` has room for 80 bytes. */
void age_identity_text(struct buf *b, const struct age_identity *id);
void age_recipient_text(struct buf *b, const struct age_recipient *r);

/* What may open a file. */
struct age_keys {
	const struct age_identity *ids;
	size_t n;
	struct str passphrase; /* empty: none */
	unsigned work_max;     /* log2 of the largest scrypt N that is tried; 0: CAP_AGE_WORK */
};

/* Decrypts a file, armored or not, to `ret`: as many bytes as the file has are always room enough. On failure what was
 * written there is wiped. `file` and `ret` are apart.
 * OK · E_FORMAT not an age file ("age armor: …", "age header: …") · E_UNSUPPORTED another version · E_DENIED none of
 * the keys opens it, which a wrong passphrase looks like · E_VERIFY the header or the payload was changed or cut
 * ("age header: …", "age payload: …") · E_LIMIT CAP_AGE_HEADER, CAP_AGE_STANZAS, the work factor, or no room · E_IO
 * OpenSSL, for want of memory. */
MUST_USE rc age_decrypt(
	struct str file, const struct age_keys *keys, uint8_t *ret, size_t room, size_t *ret_n, struct err *e);

/* To whom: recipients, or a passphrase, not both. */
struct age_to {
	const struct age_recipient *recipients;
	size_t n;
	struct str passphrase;
	unsigned work; /* log2 of scrypt's N, 1 to CAP_AGE_WORK */
};

/* Bytes that age_encrypt wants: file key, payload nonce, then a secret for each recipient or the salt. */
size_t age_random_size(const struct age_to *to);

/* Appends the encrypted file to `ret`. `random` has age_random_size() bytes that nobody can guess, for this file alone;
 * the caller wipes them. The same bytes give the same file.
 * OK · E_USAGE no recipient, both kinds, a work factor out of range, or `random` of another size · E_LIMIT more than
 * CAP_AGE_STANZAS recipients, or ret's cap · E_FORMAT a recipient that is no point (low order) · E_IO OpenSSL. */
MUST_USE rc age_encrypt(struct str plain, const struct age_to *to, struct str random, struct buf *ret, struct err *e);

/* Whether it begins as armor does, white space in front let past. */
bool age_is_armored(struct str file);
/* The bytes in the armor, in `a`. White space around it and line ends of CR LF are let past, nothing else.
 * OK · E_FORMAT. */
MUST_USE rc age_dearmor(struct arena *a, struct str text, struct str *ret, struct err *e);
void age_armor(struct buf *b, struct str file);

#endif
