/* SPDX-License-Identifier: Apache-2.0 */
/* A tiled log whose records are not ours to read: its leaf hashes, from tile/0/…, are made into a tree again, and every
 * tile above and the root are compared with that. */
#include "base/caps.h"
#include "base/mem.h"
#include "io/fs/fs.h"
#include "stages/seal/seal_int.h"

#define BUNDLE_CAP (TLOG_TILE_WIDTH * (CAP_LEAF + 2u))

struct tiles_check {
	struct tile_builder builder; /* first: out() gets back to this */
	int dir;
	struct fs_progress *progress;
	struct buf tile;
	struct buf bundle;
};

static rc bad_tile(int level, uint64_t index, unsigned width, const char *what, struct err *e)
{
	AUTO(buf) path = {0};
	buf_init(&path, 256);
	tlog_tile_path(&path, level, index, width);
	return err_set(e, E_VERIFY, "%s: %s", path.p, what);
}

/* A tile of that width, or the full one that has taken its place (*ret_whole): its front is what is asked for. */
static rc read_tile(struct tiles_check *t, int level, uint64_t index, unsigned width, struct buf *ret, bool *ret_whole,
	struct err *e)
{
	rc r = E_NOTFOUND;
	const unsigned widths[] = {width, TLOG_TILE_WIDTH};
	for (size_t i = 0; r == E_NOTFOUND && i < ARRAY_LEN(widths); i++) {
		struct err *why = i ? &(struct err){.code = OK} : e; /* the name that was asked for is told */
		AUTO(buf) path = {0};
		buf_init(&path, 256);
		tlog_tile_path(&path, level, index, widths[i]);
		buf_reset(ret);
		r = fs_read(t->dir, path.p, ret, why);
		*ret_whole = widths[i] == TLOG_TILE_WIDTH;
		if (r != OK && r != E_NOTFOUND)
			*e = *why;
	}
	if (r == E_NOTFOUND || r == E_LIMIT || r == E_FORMAT)
		r = e->code = E_VERIFY;
	TRY(r);
	if (t->progress)
		t->progress->bytes(t->progress, ret->n);
	if (level >= 0 && ret->n != (*ret_whole ? TLOG_TILE_WIDTH : width) * sizeof(struct hash))
		return bad_tile(level, index, width, "is of another length", e);
	return OK;
}

/* A tile above the first level: made of what is below it, it must be the one on disk. */
static rc compare_tile(
	struct tile_builder *b, int level, uint64_t index, unsigned width, struct str bytes, struct err *e)
{
	struct tiles_check *t = (struct tiles_check *)(void *)b;
	bool whole = false;
	if (level <= 0)
		return OK; /* what the tree is made of */
	TRY(read_tile(t, level, index, width, &t->tile, &whole, e));
	if (str_eq(str_sub(buf_str(&t->tile), 0, bytes.n), bytes))
		return OK;
	return bad_tile(level, index, width, "is not made of the tiles below it", e);
}

static rc check_entries(struct tiles_check *t, uint64_t index, unsigned width, const struct hash *leaf, struct err *e)
{
	bool whole = false;
	TRY(read_tile(t, -1, index, width, &t->bundle, &whole, e));
	struct str rest = buf_str(&t->bundle);
	for (unsigned i = 0; i < width; i++) {
		struct str entry;
		if (tlog_bundle_next(&rest, &entry, e) != OK)
			return bad_tile(-1, index, width, "has fewer entries than its tile has hashes", e);
		struct hash h = tlog_leaf_hash(entry);
		if (!hash_eq(&h, &leaf[i]))
			return bad_tile(-1, index, width, "an entry does not have the hash that its tile says", e);
	}
	return rest.n && (!whole || width == TLOG_TILE_WIDTH)
		? bad_tile(-1, index, width, "has more entries than its tile has hashes", e)
		: OK;
}

static rc check_tiles(struct tiles_check *t, const struct checkpoint *c, bool entries, struct err *e)
{
	if (c->size >> 63)
		return err_set(e, E_LIMIT, "log of 2^63 leaves");
	for (uint64_t index = 0; index * TLOG_TILE_WIDTH < c->size; index++) {
		struct hash leaf[TLOG_TILE_WIDTH];
		unsigned width = tlog_tile_width(c->size, 0, index);
		bool whole = false;
		TRY(read_tile(t, 0, index, width, &t->tile, &whole, e));
		memcpy(leaf, t->tile.p, width * sizeof(*leaf));
		if (entries)
			TRY(check_entries(t, index, width, leaf, e));
		for (unsigned i = 0; i < width; i++)
			TRY(tile_builder_add_hash(&t->builder, &leaf[i], e));
	}
	TRY(tile_builder_rest(&t->builder, e));
	struct hash root = tlog_edge_root(&t->builder.edge);
	if (!hash_eq(&root, &c->root))
		return err_set(e, E_VERIFY, "the hashes of %llu entries do not give the root of the checkpoint",
			(unsigned long long)c->size);
	return OK;
}

rc seal_check_tiles(int dir, const struct checkpoint *c, bool entries, struct fs_progress *progress, struct err *e)
{
	struct tiles_check *t = mem_alloc(sizeof(*t));
	tile_builder_init(&t->builder);
	t->builder.out = compare_tile;
	t->dir = dir;
	t->progress = progress;
	buf_init(&t->tile, TLOG_TILE_WIDTH * sizeof(struct hash));
	buf_init(&t->bundle, BUNDLE_CAP);
	rc r = check_tiles(t, c, entries, e);
	tile_builder_clear(&t->builder);
	buf_clear(&t->tile);
	buf_clear(&t->bundle);
	mem_free(t);
	return r;
}
