/* SPDX-License-Identifier: Apache-2.0 */
/* What a parser tolerated. Leniency towards broken bytes is evidence, so it is returned with the result and
 * kept with the record, not logged. */
#ifndef BASE_QUIRK_H
#define BASE_QUIRK_H

#include "base/str.h"

struct arena;

#define QUIRKS_MAX 32u /* kept by text; more are only counted */

struct quirk {
	uint64_t offset; /* in bytes, from where the owner says */
	struct str what;
};

struct quirks {
	struct arena *a; /* owns the texts; NULL: quirks are only counted */
	struct quirk *items;
	size_t n;
	uint64_t seen;
};

static inline struct quirks quirks_in(struct arena *a)
{
	return (struct quirks){.a = a};
}

void quirk_add(struct quirks *q, uint64_t offset, const char *fmt, ...) PRINTF_LIKE(3, 4);

#endif
