/* SPDX-License-Identifier: Apache-2.0 */
/* For tests: logs and witnesses that sign, from seeds of one byte. */
#ifndef FORMATS_NOTE_TEST_SIGN_H
#define FORMATS_NOTE_TEST_SIGN_H

#include "formats/note/note.h"

struct arena;

struct test_signer {
	struct note_key key;
	uint8_t seed[32];
};

/* The key whose seed is 32 times that byte. */
struct test_signer test_signer_make(const char *name, uint8_t type, uint8_t seed);
/* The signature line over `text`; the time is of cosignatures only. */
struct str test_signer_line(struct arena *a, const struct test_signer *s, struct str text, uint64_t time);
/* "origin\nsize\nroot\n". */
struct str test_checkpoint(struct arena *a, const char *origin, uint64_t size, const struct hash *root);

#endif
