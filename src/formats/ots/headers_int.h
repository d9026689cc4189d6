/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMATS_OTS_HEADERS_INT_H
#define FORMATS_OTS_HEADERS_INT_H

#include "formats/ots/ots.h"

/* The target, big-endian; false for bits that name none: zero, negative, over 256 bits. */
bool ots_target(uint32_t bits, struct hash *ret);
/* b may stand right behind a in a chain: it names a, has its own work, and its target is a legal one after a's. */
bool ots_follows(const struct ots_header *a, const struct ots_header *b);
/* The sum, or 2^256 - 1 when it is more. */
struct hash ots_work_sum(const struct hash *x, const struct hash *y);

#endif
