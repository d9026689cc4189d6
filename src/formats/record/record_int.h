/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by record.c and tree.c. */
#ifndef FORMATS_RECORD_INT_H
#define FORMATS_RECORD_INT_H

#include "formats/record/record.h"

/* HMAC-SHA256(key, label ‖ u32be i)[:16]; label of at most 12 bytes. */
void record_salt(const struct hmac *key, const char *label, uint32_t i, uint8_t ret[RECORD_SALT_SIZE]);
struct hash record_field_hash(const uint8_t salt[RECORD_SALT_SIZE], struct str name, struct str value);

#endif
