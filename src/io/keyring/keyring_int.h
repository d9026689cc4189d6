/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IO_KEYRING_INT_H
#define IO_KEYRING_INT_H

#include "io/keyring/keyring.h"

struct keyring {
	size_t n;
	struct {
		enum keyring_role role;
		struct signer *signer;
	} keys[CAP_KEYRING_KEYS]; /* as in the file */
};

/* "log", "witness", "author". */
struct str keyring_role_name(enum keyring_role role);
/* The type that keys of this role have. */
uint8_t keyring_role_type(enum keyring_role role);

/* Makes signers of the lines of a decrypted file. Errors as keyring_open says; on failure `k` has none. */
MUST_USE rc keyring_parse(struct keyring *k, struct str text, struct err *e);

#endif
