/* SPDX-License-Identifier: Apache-2.0 */
/* Stored tiles: their names, reading nodes out of them, and the proofs made from those (C2SP tlog-tiles). */
#include "base/buf.h"
#include "formats/tlog/tlog.h"

#define PATH_MAX_BYTES 64u

void tlog_tile_path(struct buf *b, int level, uint64_t index, unsigned width)
{
	uint64_t group[8];
	size_t n = 0;
	BUG_ON(width == 0 || width > TLOG_TILE_WIDTH || level > 63);
	do {
		group[n++] = index % 1000;
		index /= 1000;
	} while (index);
	if (level < 0)
		buf_add(b, STR("tile/entries"));
	else
		buf_addf(b, "tile/%d", level);
	while (n-- > 0)
		buf_addf(b, "/%s%03llu", n ? "x" : "", (unsigned long long)group[n]);
	if (width < TLOG_TILE_WIDTH)
		buf_addf(b, ".p/%u", width);
}

/* "x001", or "067" for the last group. */
static bool read_group(struct str part, bool *ret_more, uint64_t *index)
{
	uint64_t v = 0;
	*ret_more = part.n == 4 && part.p[0] == 'x';
	if (*ret_more)
		part = str_from(part, 1);
	return part.n == 3 && str_to_u64(part, &v) && mul_ok(*index, (uint64_t)1000, index) && add_ok(*index, v, index);
}

rc tlog_tile_parse(struct str path, int *ret_level, uint64_t *ret_index, unsigned *ret_width, struct err *e)
{
	struct str s = path;
	uint64_t level = 0;
	uint64_t index = 0;
	uint64_t width = TLOG_TILE_WIDTH;
	bool more = true;
	bool ok = path.n <= PATH_MAX_BYTES && str_eq(str_cut(&s, '/'), STR("tile"));
	struct str name = str_cut(&s, '/');
	bool entries = str_eq(name, STR("entries"));
	ok = ok && (entries || (str_to_u64(name, &level) && level < 64));
	while (ok && more) {
		struct str part = str_cut(&s, '/');
		if (str_ends(part, STR(".p"))) {
			part.n -= 2;
			ok = str_to_u64(s, &width) && width > 0 && width < TLOG_TILE_WIDTH;
			s = STR("");
		}
		ok = ok && read_group(part, &more, &index);
	}
	if (ok) {
		/* leading zeros and empty groups: only what we would write ourselves counts */
		AUTO(buf) again = {0};
		buf_init(&again, 2 * PATH_MAX_BYTES);
		tlog_tile_path(&again, entries ? -1 : (int)level, index, (unsigned)width);
		ok = str_eq(buf_str(&again), path);
	}
	if (!ok)
		return err_set(e, E_FORMAT, "'%.*s' is no tile's path", (int)size_min(path.n, 80), path.p);
	*ret_level = entries ? -1 : (int)level;
	*ret_index = index;
	*ret_width = (unsigned)width;
	return OK;
}

unsigned tlog_tile_width(uint64_t size, unsigned level, uint64_t index)
{
	uint64_t nodes = level >= TLOG_LEVELS ? 0 : size >> (8 * level);
	if (index > nodes / TLOG_TILE_WIDTH)
		return 0;
	uint64_t left = nodes - index * TLOG_TILE_WIDTH;
	return left < TLOG_TILE_WIDTH ? (unsigned)left : TLOG_TILE_WIDTH;
}

/* The root of the full subtree of 2^height leaves that begins at leaf `start` (a multiple of 2^height). */
static rc read_node(struct tlog_tiles *t, uint64_t start, unsigned height, struct hash *ret, struct err *e)
{
	struct hash h[TLOG_TILE_WIDTH];
	unsigned level = height / 8;
	size_t n = (size_t)1 << height % 8;
	uint64_t at = start >> (8 * level);
	unsigned from = (unsigned)(at % TLOG_TILE_WIDTH);
	TRY(t->read(t, level, at / TLOG_TILE_WIDTH, from + (unsigned)n, h, e));
	*ret = tlog_full_root(h + from, n);
	return OK;
}

/* log2 of the largest power of two that is ≤ n; n > 0. */
static unsigned log2_floor(uint64_t n)
{
	return 63u - (unsigned)__builtin_clzll(n);
}

/* Full subtrees that [start, end) falls into, left to right; start is a multiple of all of them. */
static rc read_range(struct tlog_tiles *t, uint64_t start, uint64_t end, struct tlog_edge *ret, struct err *e)
{
	tlog_edge_init(ret);
	while (start < end) {
		unsigned height = log2_floor(end - start);
		TRY(read_node(t, start, height, &ret->h[ret->n++], e));
		start += (uint64_t)1 << height;
	}
	return OK;
}

static rc range_root(struct tlog_tiles *t, uint64_t start, uint64_t end, struct hash *ret, struct err *e)
{
	struct tlog_edge edge;
	TRY(read_range(t, start, end, &edge, e));
	*ret = tlog_edge_root(&edge);
	return OK;
}

rc tlog_edge_load(struct tlog_tiles *t, uint64_t size, struct tlog_edge *ret, struct err *e)
{
	TRY(read_range(t, 0, size, ret, e));
	ret->size = size;
	return OK;
}

static void proof_reverse(struct tlog_proof *p)
{
	for (size_t i = 0; i < p->n / 2; i++) {
		struct hash h = p->h[i];
		p->h[i] = p->h[p->n - 1 - i];
		p->h[p->n - 1 - i] = h;
	}
}

/* From the root down, the sibling of the part that holds the leaf; then turned round (RFC 9162 §2.1.3.1). */
rc tlog_prove_inclusion(struct tlog_tiles *t, uint64_t size, uint64_t index, struct tlog_proof *ret, struct err *e)
{
	uint64_t start = 0;
	uint64_t end = size;
	ret->n = 0;
	if (index >= size || size >> 63)
		return err_set(e, E_USAGE, "index %llu is not in a log of %llu", (unsigned long long)index,
			(unsigned long long)size);
	while (end - start > 1) {
		uint64_t mid = start + ((uint64_t)1 << log2_floor(end - start - 1));
		bool right = index >= mid;
		TRY(range_root(t, right ? start : mid, right ? mid : end, &ret->h[ret->n++], e));
		*(right ? &start : &end) = mid;
	}
	proof_reverse(ret);
	return OK;
}

/* RFC 9162 §2.1.4.1: SUBPROOF(m, D_n, b), without its recursion. */
rc tlog_prove_consistency(struct tlog_tiles *t, uint64_t size1, uint64_t size2, struct tlog_proof *ret, struct err *e)
{
	uint64_t start = 0;
	uint64_t end = size2;
	ret->n = 0;
	if (size1 == 0 || size1 > size2 || size2 > (uint64_t)1 << (CAP_PROOF - 1))
		return err_set(e, E_USAGE, "no proof between logs of %llu and %llu", (unsigned long long)size1,
			(unsigned long long)size2);
	while (end != size1) {
		uint64_t mid = start + ((uint64_t)1 << log2_floor(end - start - 1));
		bool right = size1 > mid;
		TRY(range_root(t, right ? start : mid, right ? mid : end, &ret->h[ret->n++], e));
		*(right ? &start : &end) = mid;
	}
	if (start != 0)
		TRY(range_root(t, start, end, &ret->h[ret->n++], e));
	proof_reverse(ret);
	return OK;
}

void tlog_bundle_add(struct buf *b, struct str entry)
{
	BUG_ON(entry.n > CAP_LEAF);
	buf_addu16(b, (uint16_t)entry.n);
	buf_add(b, entry);
}

rc tlog_bundle_next(struct str *bundle, struct str *ret_entry, struct err *e)
{
	const uint8_t *p = (const uint8_t *)bundle->p;
	if (bundle->n == 0)
		return err_set(e, E_NOTFOUND, "no more entries");
	size_t n = bundle->n < 2 ? 0 : (size_t)(p[0] << 8 | p[1]);
	if (bundle->n < 2 || n > bundle->n - 2)
		return err_set(e, E_FORMAT, "an entry is cut short");
	*ret_entry = str_sub(*bundle, 2, 2 + n);
	*bundle = str_from(*bundle, 2 + n);
	return OK;
}
