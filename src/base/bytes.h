/* SPDX-License-Identifier: Apache-2.0 */
/* Reading big-endian integers and counted bytes from a buffer, with the bounds checked once. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include "base/str.h"

struct bytes_reader {
	const uint8_t *p;
	size_t n;
	bool bad; /* sticky: something ran over the end */
};

static inline struct bytes_reader bytes_reader(struct str s)
{
	return (struct bytes_reader){(const uint8_t *)s.p, s.n, false};
}

/* The next n bytes, borrowed; the empty text and `bad` when there are fewer. */
struct str bytes_take(struct bytes_reader *r, uint64_t n);
uint16_t bytes_u16(struct bytes_reader *r);
uint32_t bytes_u32(struct bytes_reader *r);
uint64_t bytes_u64(struct bytes_reader *r);

#endif
