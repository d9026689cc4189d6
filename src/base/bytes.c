/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"

struct str bytes_take(struct bytes_reader *r, uint64_t n)
{
	if (r->bad || n > r->n) {
		r->bad = true;
		return (struct str){"", 0};
	}
	if (n == 0)
		return (struct str){"", 0};
	struct str got = str_mem(r->p, (size_t)n);
	r->p += n;
	r->n -= (size_t)n;
	return got;
}

static uint64_t be(struct bytes_reader *r, unsigned width)
{
	struct str s = bytes_take(r, width);
	uint64_t v = 0;
	for (size_t i = 0; i < s.n; i++)
		v = v << 8 | (uint8_t)s.p[i];
	return v;
}

uint16_t bytes_u16(struct bytes_reader *r)
{
	return (uint16_t)be(r, 2);
}

uint32_t bytes_u32(struct bytes_reader *r)
{
	return (uint32_t)be(r, 4);
}

uint64_t bytes_u64(struct bytes_reader *r)
{
	return be(r, 8);
}
