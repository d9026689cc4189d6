/* SPDX-License-Identifier: Apache-2.0 */
/* The keys that sign, in one age file under a passphrase, which the stock age program opens as well. What it decrypts
 * to:
 *
 *   # a comment
 *   log PRIVATE+KEY+name+hex8+base64(0x01 ‖ seed32)
 *   witness PRIVATE+KEY+name+hex8+base64(0x04 ‖ seed32)
 *   author PRIVATE+KEY+name+hex8+base64(0x01 ‖ seed32)
 *
 * A role's key in use is its last line; earlier ones are kept (rotation). Lines of roles that we do not know are kept
 * and passed over. Plaintext, passphrase and seeds are in locked memory only (io/secret); a child that is forked has
 * none of them. docs/formats/keys.md. */
#ifndef IO_KEYRING_H
#define IO_KEYRING_H

#include "io/secret/secret.h"
#include "io/signer/signer.h"

enum keyring_role {
	KEYRING_LOG,
	KEYRING_WITNESS, /* cosigns: keys of type NOTE_COSIGNATURE */
	KEYRING_AUTHOR,
};

struct keyring_place {
	int at; /* a directory, or AT_FDCWD */
	const char *path;
	struct str passphrase;
	unsigned work; /* log2 of scrypt's N when the file is written; 0: AGE_WORK_DEFAULT (256 MiB of memory) */
};

struct keyring;

/* Writes a file without keys, mode 0600. Who has the archive's lock may call it: two that create at once would replace
 * each other's.
 * OK · E_EXISTS there is something · E_USAGE no passphrase, or a work factor out of range · E_LIMIT a passphrase over
 * CAP_PASSPHRASE · E_IO · E_DENIED the system refuses. */
MUST_USE rc keyring_create(struct env *env, const struct keyring_place *p, struct err *e);
/* The same with a first key, as signer_generate() writes it. OK · as keyring_create and keyring_add. */
MUST_USE rc keyring_create_with(
	struct env *env, const struct keyring_place *p, enum keyring_role role, struct str private_text, struct err *e);

/* Decrypts it and makes a signer of each key.
 * OK · E_NOTFOUND no such file · E_DENIED a wrong passphrase, or a file that others may read, that is not ours, or no
 * regular one · E_VERIFY it was changed, or a key's id is not its own · E_FORMAT not an age file, lines that are not as
 * above, a key of the wrong type for its role · E_EXISTS the same key twice · E_LIMIT over CAP_KEYRING,
 * CAP_KEYRING_KEYS or CAP_AGE_WORK · E_IO. */
MUST_USE rc keyring_open(const struct keyring_place *p, struct keyring **ret, struct err *e);

/* The key in use for i = 0, then the ones before it; NULL when there are no more. Borrowed until keyring_close(). */
const struct signer *keyring_key(const struct keyring *k, enum keyring_role role, size_t i);

/* Wipes and frees. NULL is nothing. */
void keyring_close(struct keyring *k);

/* Puts a key, as signer_generate() writes it, behind the others; it is the one in use from now on. The file is
 * encrypted anew, with fresh randomness, and replaced at once: there is the old one or the new one.
 * OK · E_EXISTS the same key is there, in whatever role · E_BUSY another process changes the file · as keyring_open and
 * keyring_create. */
MUST_USE rc keyring_add(
	struct env *env, const struct keyring_place *p, enum keyring_role role, struct str private_text, struct err *e);

/* Makes a key of that name for the role and adds it. `ret_vkey`, in `a`, is its public text.
 * OK · what signer_generate() says of the name · as keyring_add. */
MUST_USE rc keyring_generate(struct env *env, const struct keyring_place *p, enum keyring_role role, struct str name,
	struct arena *a, struct str *ret_vkey, struct err *e);

/* Encrypts the file under another passphrase, and with the work factor of `p`. OK · as keyring_add. */
MUST_USE rc keyring_rekey(struct env *env, const struct keyring_place *p, struct str new_passphrase, struct err *e);

#endif
