/* SPDX-License-Identifier: Apache-2.0 */
/* The right edge of the log as tiles: what is in memory is at most one partial tile a level. */
#include "base/caps.h"
#include "io/fs/fs.h"
#include "stages/seal/seal_int.h"

#define BUNDLE_CAP (TLOG_TILE_WIDTH * (CAP_LEAF + 2u))

void tile_builder_init(struct tile_builder *b)
{
	tlog_edge_init(&b->edge);
	buf_init(&b->bundle, BUNDLE_CAP);
}

void tile_builder_clear(struct tile_builder *b)
{
	buf_clear(&b->bundle);
}

static unsigned width_at(uint64_t size, unsigned level)
{
	return (unsigned)(size >> (8 * level) & (TLOG_TILE_WIDTH - 1));
}

static uint64_t index_at(uint64_t size, unsigned level)
{
	return level + 1 >= TLOG_LEVELS ? 0 : size >> (8 * (level + 1));
}

/* Leaf hash into level 0, and the root of each tile that fills into the level above. */
static rc push_hash(struct tile_builder *b, uint64_t size, struct hash h, struct err *e)
{
	for (unsigned level = 0; level < TLOG_LEVELS; level++) {
		unsigned at = width_at(size, level);
		uint64_t index = index_at(size, level);
		b->tile[level][at] = h;
		if (at + 1 < TLOG_TILE_WIDTH)
			return OK;
		TRY(b->out(b, (int)level, index, TLOG_TILE_WIDTH, str_mem(b->tile[level], sizeof(b->tile[level])), e));
		struct hash full[TLOG_TILE_WIDTH];
		memcpy(full, b->tile[level], sizeof(full));
		h = tlog_full_root(full, TLOG_TILE_WIDTH);
	}
	return OK;
}

rc tile_builder_add_hash(struct tile_builder *b, const struct hash *leaf_hash, struct err *e)
{
	uint64_t size = b->edge.size;
	tlog_edge_add(&b->edge, leaf_hash);
	return push_hash(b, size, *leaf_hash, e);
}

rc tile_builder_add(struct tile_builder *b, struct str leaf, struct err *e)
{
	uint64_t size = b->edge.size;
	struct hash h = tlog_leaf_hash(leaf);
	tlog_bundle_add(&b->bundle, leaf);
	TRY(buf_done(&b->bundle, e));
	if (width_at(size, 0) + 1 == TLOG_TILE_WIDTH) {
		TRY(b->out(b, -1, index_at(size, 0), TLOG_TILE_WIDTH, buf_str(&b->bundle), e));
		buf_reset(&b->bundle);
	}
	return tile_builder_add_hash(b, &h, e);
}

rc tile_builder_rest(struct tile_builder *b, struct err *e)
{
	uint64_t size = b->edge.size;
	for (unsigned level = 0; level < TLOG_LEVELS; level++) {
		unsigned width = width_at(size, level);
		if (width == 0)
			continue;
		if (level == 0)
			TRY(b->out(b, -1, index_at(size, 0), width, buf_str(&b->bundle), e));
		TRY(b->out(b, (int)level, index_at(size, level), width,
			str_mem(b->tile[level], width * sizeof(struct hash)), e));
	}
	return OK;
}

static rc load_tile(int dir, int level, uint64_t index, unsigned width, struct buf *ret, struct err *e)
{
	AUTO(buf) path = {0};
	buf_init(&path, 256);
	buf_add(&path, STR("log/"));
	tlog_tile_path(&path, level, index, width);
	buf_reset(ret);
	return fs_read(dir, path.p, ret, e);
}

/* The partial tiles in memory: the right edge is made of their nodes alone. */
struct edge_tiles {
	struct tlog_tiles tiles; /* first */
	const struct tile_builder *b;
	uint64_t size;
};

static rc edge_tile(
	struct tlog_tiles *t, unsigned level, uint64_t index, unsigned width, struct hash *ret, struct err *e)
{
	const struct edge_tiles *from = (const struct edge_tiles *)t;
	(void)e;
	BUG_ON(index != index_at(from->size, level) || width > width_at(from->size, level));
	memcpy(ret, from->b->tile[level], width * sizeof(*ret));
	return OK;
}

/* What is read of the bundle is written again with the next entries, so it has to be what the tile has the hashes of.
 */
static rc check_bundle(const struct tile_builder *b, unsigned width, struct err *e)
{
	struct str rest = buf_str(&b->bundle);
	for (unsigned i = 0; i < width; i++) {
		struct str entry;
		struct hash h;
		rc r = tlog_bundle_next(&rest, &entry, e);
		if (r == OK)
			h = tlog_leaf_hash(entry);
		if (r != OK || !hash_eq(&h, &b->tile[0][i]))
			return err_set(e, E_VERIFY,
				"log/tile/entries: the last bundle is not what the tile has the hashes of");
	}
	if (rest.n)
		return err_set(e, E_VERIFY, "log/tile/entries: %zu bytes too many in the last bundle", rest.n);
	return OK;
}

rc tile_builder_load(struct tile_builder *b, int dir, uint64_t size, struct err *e)
{
	AUTO(buf) bytes = {0};
	buf_init(&bytes, BUNDLE_CAP);
	for (unsigned level = 0; level < TLOG_LEVELS; level++) {
		unsigned width = width_at(size, level);
		if (width == 0)
			continue;
		TRY(load_tile(dir, (int)level, index_at(size, level), width, &bytes, e));
		if (bytes.n != width * sizeof(struct hash))
			return err_set(e, E_VERIFY, "log/tile: level %u: a tile of %zu bytes for %u hashes", level,
				bytes.n, width);
		memcpy(b->tile[level], bytes.p, bytes.n);
	}
	buf_reset(&b->bundle);
	if (width_at(size, 0))
		TRY(load_tile(dir, -1, index_at(size, 0), width_at(size, 0), &b->bundle, e));
	TRY(check_bundle(b, width_at(size, 0), e));
	if (size >> 63)
		return err_set(e, E_LIMIT, "log of 2^63 leaves");
	struct edge_tiles from = {{edge_tile}, b, size};
	return tlog_edge_load(&from.tiles, size, &b->edge, e);
}
