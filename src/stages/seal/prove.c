/* SPDX-License-Identifier: Apache-2.0 */
/* Proofs from the tiles on disk: that an entry is in the log, and that the log goes on from an earlier state of it. */
#include "io/fs/fs.h"
#include "stages/seal/seal_int.h"

/* Tiles as files: the full one, or the partial one of exactly the width that a tree of that size has. */
struct file_tiles {
	struct tlog_tiles tiles;
	int dir;
	uint64_t size;
};

static rc file_tile(
	struct tlog_tiles *t, unsigned level, uint64_t index, unsigned width, struct hash *ret, struct err *e)
{
	struct file_tiles *f = (struct file_tiles *)t;
	AUTO(buf) path = {0};
	AUTO(buf) bytes = {0};
	unsigned there = tlog_tile_width(f->size, level, index);
	buf_init(&path, 256);
	buf_init(&bytes, TLOG_TILE_WIDTH * sizeof(struct hash));
	buf_add(&path, STR("log/"));
	tlog_tile_path(&path, (int)level, index, there);
	TRY(fs_read(f->dir, path.p, &bytes, e));
	if (width > there || bytes.n != there * sizeof(struct hash))
		return err_set(e, E_VERIFY, "%s: %zu bytes for %u hashes", path.p, bytes.n, there);
	memcpy(ret, bytes.p, width * sizeof(*ret));
	return OK;
}

rc seal_prove_then(struct archive *ar, const struct checkpoint *now, const struct checkpoint *then, uint64_t index,
	struct str leaf, struct tlog_proof *ret, struct err *e)
{
	struct file_tiles f = {{file_tile}, archive_dir(ar), now->size};
	struct hash h = tlog_leaf_hash(leaf);
	if (index >= then->size || then->size > now->size)
		return err_set(e, E_NOTFOUND, "entry %llu is kept but not sealed yet", (unsigned long long)index);
	TRY(tlog_prove_inclusion(&f.tiles, then->size, index, ret, e));
	return tlog_check_inclusion(&h, index, then->size, ret, &then->root, e);
}

rc seal_prove(struct archive *ar, const struct checkpoint *c, uint64_t index, struct str leaf, struct tlog_proof *ret,
	struct err *e)
{
	return seal_prove_then(ar, c, c, index, leaf, ret, e);
}

/* The tree of `size` is the front of that of c->size, so its edge is in the same tiles. */
rc seal_root_at(struct archive *ar, const struct checkpoint *c, uint64_t size, struct hash *ret, struct err *e)
{
	struct file_tiles f = {{file_tile}, archive_dir(ar), c->size};
	struct tlog_edge edge;
	if (size > c->size)
		return err_set(e, E_NOTFOUND, "%llu entries are sealed, not %llu", (unsigned long long)c->size,
			(unsigned long long)size);
	TRY(tlog_edge_load(&f.tiles, size, &edge, e));
	*ret = tlog_edge_root(&edge);
	return OK;
}

rc seal_is_about(struct archive *ar, const struct note_key *key, const struct checkpoint *now, const struct leaf *leaf,
	struct str note, struct err *e)
{
	AUTO(arena) a = {0};
	struct checkpoint c;
	struct hash root;
	TRY(seal_token_note(note, key, &a, &c, e));
	if (c.size != leaf->size || c.size > now->size)
		return err_set(e, E_VERIFY, "a token about %llu entries with a checkpoint of %llu",
			(unsigned long long)leaf->size, (unsigned long long)c.size);
	TRY(seal_root_at(ar, now, c.size, &root, e));
	if (!hash_eq(&root, &c.root))
		return err_set(e, E_VERIFY, "a token about a checkpoint of another log");
	return OK;
}

rc seal_prove_consistency(
	struct archive *ar, const struct checkpoint *c, uint64_t from, struct tlog_proof *ret, struct err *e)
{
	struct file_tiles f = {{file_tile}, archive_dir(ar), c->size};
	struct hash root;
	TRY(seal_root_at(ar, c, from, &root, e));
	ret->n = 0;
	if (from == 0)
		return OK;
	TRY(tlog_prove_consistency(&f.tiles, from, c->size, ret, e));
	return tlog_check_consistency(from, &root, c->size, &c->root, ret, e);
}
