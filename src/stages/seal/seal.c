/* SPDX-License-Identifier: Apache-2.0 */
/* Opening the log after whatever happened, adding leaves, and committing a checkpoint. */
#include "stages/seal/seal.h"

#include "base/caps.h"
#include "base/mem.h"
#include "formats/record/record.h"
#include "io/fs/fs.h"
#include "io/signer/signer.h"
#include "stages/seal/seal_int.h"

static rc keep_tile(struct tile_builder *b, int level, uint64_t index, unsigned width, struct str bytes, struct err *e)
{
	(void)e;
	struct seal *l = (struct seal *)(void *)b;
	AUTO(buf) path = {0};
	buf_init(&path, 256);
	buf_add(&path, STR("log/"));
	tlog_tile_path(&path, level, index, width);
	struct tile_out *t = arena_push(&l->batch, &l->out, &l->nout, sizeof(*l->out));
	*t = (struct tile_out){str_dup(&l->batch, buf_str(&path)), str_dup(&l->batch, bytes), width == TLOG_TILE_WIDTH};
	return OK;
}

rc seal_leaf(struct arena *a, const struct frame *f, struct str *ret, struct err *e)
{
	if (f->kind == FRAME_LEAF) {
		*ret = f->body;
		return OK;
	}
	if (f->kind == FRAME_TOKEN) {
		struct leaf_body body;
		struct leaf ignored;
		TRY(leaf_body_parse(a, f->body, &body, &ignored, e));
		*ret = body.text;
		return OK;
	}
	struct record r;
	TRY(record_decode(a, f->body, &r, e));
	struct hash root = record_root(&r);
	char *leaf = arena_alloc(a, RECORD_LEAF_SIZE);
	record_leaf(&root, leaf);
	*ret = str_mem(leaf, RECORD_LEAF_SIZE);
	return OK;
}

rc seal_parse_checkpoint(
	struct str note, const struct note_key *key, struct arena *a, struct checkpoint *ret, struct err *e)
{
	struct note n;
	rc r = note_open(a, note, key, 1, &n, e);
	if (r == OK)
		r = checkpoint_parse(a, n.text, ret, e);
	if (r == OK && !str_eq(ret->origin, key->name))
		r = err_set(e, E_VERIFY, "is of the log '%.*s'", STR_FMT(ret->origin));
	return r == E_FORMAT ? (e->code = E_VERIFY) : r;
}

rc seal_read_checkpoint(int dir, const char *path, const struct note_key *key, struct arena *a, struct checkpoint *ret,
	struct str *ret_note, struct err *e)
{
	AUTO(buf) bytes = {0};
	buf_init(&bytes, CAP_NOTE);
	TRY(fs_read(dir, path, &bytes, e));
	struct str note = str_dup(a, buf_str(&bytes));
	if (seal_parse_checkpoint(note, key, a, ret, e) != OK)
		return err_add(e, "%s", path);
	if (ret_note)
		*ret_note = note;
	return OK;
}

rc seal_checkpoint(struct archive *ar, const struct note_key *key, struct arena *a, struct checkpoint *ret,
	struct str *ret_note, struct err *e)
{
	return seal_read_checkpoint(archive_dir(ar), LOG_CHECKPOINT, key, a, ret, ret_note, e);
}

/* The signed note over the builder's tree. */
static rc sign_tree(const struct signer *s, const struct tlog_edge *edge, struct buf *ret, struct err *e)
{
	struct checkpoint c = {signer_key(s)->name, edge->size, tlog_edge_root(edge)};
	checkpoint_text(ret, &c);
	return signer_sign_note(s, ret, e);
}

/* What the copy outside says is not ahead of, nor beside, what the folder says was signed last. */
static rc check_outside(struct archive *ar, const struct signer *s, const struct checkpoint *last, bool *ret_known,
	bool *ret_behind, struct err *e)
{
	AUTO(arena) a = {0};
	struct checkpoint out = {.size = 0};
	bool place = false;
	rc r = seal_outside_read(archive_env(ar), signer_key(s), &a, &out, &place, e);
	*ret_known = r == OK;
	*ret_behind = r == OK && out.size < last->size;
	if (r != OK)
		return r == E_NOTFOUND ? OK : r;
	if (out.size == last->size && !hash_eq(&out.root, &last->root))
		return err_set(e, E_VERIFY,
			"%s: its key has signed another log of %llu entries: nothing is signed on this one",
			archive_path(ar), (unsigned long long)last->size);
	if (out.size > last->size)
		return err_set(e, E_VERIFY,
			"%s: this folder is older than what was last signed (%llu entries, %llu are known outside it): "
			"a copy has been put back, and nothing is signed on top of it",
			archive_path(ar), (unsigned long long)last->size, (unsigned long long)out.size);
	return OK;
}

/* Compares before it is swapped: what is signed next must follow what was signed last, by whomever. */
static rc check_last(struct seal *l, struct err *e)
{
	AUTO(buf) state = {0};
	bool known = false;
	bool behind = false;
	buf_init(&state, CAP_NOTE);
	TRY(archive_lock_check(l->ar, e));
	rc r = fs_read(archive_dir(l->ar), LOG_STATE, &state, e);
	if (r == E_IO || r == E_DENIED)
		return r;
	if (r != OK || !str_eq(buf_str(&state), buf_str(&l->last_note)))
		return err_set(e, E_VERIFY,
			"%s: " LOG_STATE " was changed while this command was at work: nothing more is signed",
			archive_path(l->ar));
	return check_outside(l->ar, l->signer, &l->last, &known, &behind, e);
}

static rc remember(struct archive *ar, const struct signer *s, struct str note, struct err *e)
{
	TRY(fs_commit(archive_env(ar), archive_dir(ar), LOG_STATE, note, 0644, e));
	return seal_outside_write(archive_env(ar), signer_key(s), note, e);
}

/* A key that has signed entries is that of another archive, or of this one before its log was lost: an empty log under
 * it would be a second history, and its copy outside would write over what is known of the first. */
static rc key_is_fresh(struct archive *ar, const struct signer *s, struct err *e)
{
	AUTO(arena) a = {0};
	struct checkpoint out = {.size = 0};
	bool place = false;
	rc r = seal_outside_read(archive_env(ar), signer_key(s), &a, &out, &place, e);
	if (r == E_NOTFOUND)
		return OK;
	if (r == OK && out.size > 0)
		return err_set(e, E_VERIFY, "%s: its key has signed a log of %llu entries, and no second one is begun",
			archive_path(ar), (unsigned long long)out.size);
	return r;
}

/* There is a state already: E_EXISTS, or an earlier try ended right behind it, and only publishing is missing. */
static rc finish_create(struct archive *ar, const struct signer *s, struct err *e)
{
	AUTO(arena) a = {0};
	AUTO_FD fd = -1;
	uint64_t size = 0;
	struct checkpoint c;
	struct str note;
	rc r = fs_open(archive_dir(ar), LOG_CHECKPOINT, &fd, &size, e);
	if (r == E_IO || r == E_DENIED)
		return r;
	if (r == E_NOTFOUND &&
		seal_read_checkpoint(archive_dir(ar), LOG_STATE, signer_key(s), &a, &c, &note, e) == OK && c.size == 0)
		return fs_commit(archive_env(ar), archive_dir(ar), LOG_CHECKPOINT, note, 0644, e);
	return err_set(e, E_EXISTS, "%s: has a log already", archive_path(ar));
}

rc seal_create(struct archive *ar, const struct signer *s, struct err *e)
{
	AUTO(buf) note = {0};
	AUTO_FD fd = -1;
	uint64_t size = 0;
	struct tlog_edge empty;
	rc r = fs_open(archive_dir(ar), LOG_STATE, &fd, &size, e);
	if (r == OK)
		return finish_create(ar, s, e);
	if (r != E_NOTFOUND)
		return r;
	TRY(key_is_fresh(ar, s, e));
	buf_init(&note, CAP_NOTE);
	tlog_edge_init(&empty);
	TRY(sign_tree(s, &empty, &note, e));
	/* outside first: where that cannot be written, there is no log yet */
	TRY(seal_outside_write(archive_env(ar), signer_key(s), buf_str(&note), e));
	TRY(fs_commit(archive_env(ar), archive_dir(ar), LOG_STATE, buf_str(&note), 0644, e));
	return fs_commit(archive_env(ar), archive_dir(ar), LOG_CHECKPOINT, buf_str(&note), 0644, e);
}

/* "log/tile/0/005.p/3" and its siblings are of no use once "log/tile/0/005" is there. */
struct partials {
	struct fs_visit visit;
	struct archive *ar;
	const char *dir;
};

static rc drop_partial(struct fs_visit *v, const char *name, bool is_dir, struct err *e)
{
	struct partials *p = (struct partials *)v;
	AUTO(arena) a = {0};
	if (is_dir)
		return OK;
	return fs_remove(archive_env(p->ar), archive_dir(p->ar), str_fmt(&a, "%s/%s", p->dir, name).p, e);
}

static rc drop_partials(struct seal *l, struct str full, struct err *e)
{
	struct partials p = {{drop_partial}, l->ar, str_fmt(&l->batch, "%.*s.p", STR_FMT(full)).p};
	rc r = fs_list(archive_dir(l->ar), p.dir, &p.visit, e);
	if (r == E_NOTFOUND)
		return OK;
	TRY(r);
	return fs_remove_dir(archive_env(l->ar), archive_dir(l->ar), p.dir, e);
}

/* After a kill between the two, full tiles still have them. One batch back is far enough. */
static rc drop_old_partials(struct seal *l, struct err *e)
{
	uint64_t size = l->builder.edge.size;
	for (int level = -1; level < (int)TLOG_LEVELS; level++) {
		unsigned at = level < 0 ? 0 : (unsigned)level;
		uint64_t end = at + 1 < TLOG_LEVELS ? size >> (8 * (at + 1)) : 0;
		uint64_t back = SEAL_PENDING_MAX / TLOG_TILE_WIDTH;
		for (uint64_t i = end > back ? end - back : 0; i < end; i++) {
			AUTO(buf) path = {0};
			buf_init(&path, 256);
			buf_add(&path, STR("log/"));
			tlog_tile_path(&path, level, i, TLOG_TILE_WIDTH);
			TRY(drop_partials(l, buf_str(&path), e));
		}
	}
	return OK;
}

/* Everything of the batch to disk, then the checkpoint that needs it. */
static rc publish(struct seal *l, struct str note, struct err *e)
{
	struct env *env = archive_env(l->ar);
	int dir = archive_dir(l->ar);
	TRY(tile_builder_rest(&l->builder, e));
	for (size_t i = 0; i < l->nout; i++)
		TRY(fs_commit(env, dir, l->out[i].path.p, l->out[i].bytes, 0444, e));
	TRY(fs_commit(env, dir, LOG_CHECKPOINT, note, 0644, e));
	for (size_t i = 0; i < l->nout; i++)
		if (l->out[i].full)
			TRY(drop_partials(l, l->out[i].path, e));
	l->published = l->builder.edge.size;
	arena_reset(&l->batch);
	l->out = NULL;
	l->nout = 0;
	return OK;
}

rc seal_usable(const struct seal *l, struct err *e)
{
	if (l->dead)
		return err_set(e, E_IO, "%s: sealing failed before; the next command seals what was kept",
			archive_path(l->ar));
	return OK;
}

rc seal_add(struct seal *l, struct str leaf, struct err *e)
{
	BUG_ON(seal_pending(l) >= SEAL_PENDING_MAX);
	TRY(seal_usable(l, e));
	return tile_builder_add(&l->builder, leaf, e);
}

static void set_last(struct seal *l, const struct tlog_edge *edge, struct str note)
{
	l->last = (struct checkpoint){signer_key(l->signer)->name, edge->size, tlog_edge_root(edge)};
	buf_reset(&l->last_note);
	buf_add(&l->last_note, note);
}

rc seal_commit(struct seal *l, struct err *e)
{
	AUTO(buf) note = {0};
	TRY(seal_usable(l, e));
	if (seal_pending(l) == 0)
		return OK;
	l->dead = true;
	buf_init(&note, CAP_NOTE);
	TRY(check_last(l, e));
	TRY(sign_tree(l->signer, &l->builder.edge, &note, e));
	TRY(remember(l->ar, l->signer, buf_str(&note), e));
	set_last(l, &l->builder.edge, buf_str(&note));
	TRY(publish(l, buf_str(&note), e));
	l->dead = false;
	return OK;
}

struct str seal_note(const struct seal *l)
{
	BUG_ON(l->last.size != l->published);
	return buf_str(&l->last_note);
}

uint64_t seal_pending(const struct seal *l)
{
	return l->builder.edge.size - l->published;
}

uint64_t seal_size(const struct seal *l)
{
	return l->published;
}

void seal_free(struct seal *l)
{
	if (!l)
		return;
	tile_builder_clear(&l->builder);
	buf_clear(&l->last_note);
	arena_clear(&l->batch);
	arena_clear(&l->run);
	mem_free(l);
}

/* Adds the leaves of frames [size, to). */
static rc replay(struct seal *l, uint64_t to, struct err *e)
{
	struct archive_scan *s = NULL;
	AUTO(arena) rec = {0};
	if (l->builder.edge.size == to)
		return OK;
	TRY(archive_scan_new(l->ar, l->builder.edge.size, &s, e));
	rc r = OK;
	while (r == OK && l->builder.edge.size < to) {
		struct frame f;
		struct str leaf = STR("");
		arena_reset(&rec);
		r = archive_scan_next(s, &f, e);
		if (r == OK)
			r = seal_leaf(&rec, &f, &leaf, e);
		if (r == OK)
			r = tile_builder_add(&l->builder, leaf, e);
	}
	archive_scan_free(s);
	return r;
}

/* The tiles as published, then the leaves of what was signed but not published. */
static rc load(struct seal *l, const struct checkpoint *state, struct checkpoint *ret_pub, struct err *e)
{
	struct checkpoint pub = {.size = 0};
	struct hash root = tlog_empty_root();
	rc r = seal_checkpoint(l->ar, signer_key(l->signer), &l->run, &pub, NULL, e);
	if (r != OK && r != E_NOTFOUND)
		return r;
	if (pub.size > state->size)
		return err_set(e, E_VERIFY, LOG_CHECKPOINT ": has %llu entries, but " LOG_STATE " only %llu",
			(unsigned long long)pub.size, (unsigned long long)state->size);
	l->unpublished = r == E_NOTFOUND || pub.size < state->size;
	if (r == OK) {
		TRY(tile_builder_load(&l->builder, archive_dir(l->ar), pub.size, e));
		root = tlog_edge_root(&l->builder.edge);
		if (!hash_eq(&root, &pub.root))
			return err_set(e, E_VERIFY, "log/tile: the tiles do not give the root of " LOG_CHECKPOINT);
	}
	l->published = pub.size;
	r = replay(l, state->size, e);
	if (r != OK && r != E_IO && r != E_DENIED) {
		e->code = E_VERIFY;
		return err_add(e,
			"records/: frame %llu is damaged or missing, and %llu are sealed (see onrecord verify)",
			(unsigned long long)l->builder.edge.size, (unsigned long long)state->size);
	}
	TRY(r);
	root = tlog_edge_root(&l->builder.edge);
	if (!hash_eq(&root, &state->root))
		return err_set(e, E_VERIFY, "records/: do not give the root of " LOG_STATE);
	*ret_pub = pub;
	return OK;
}

/* What start-up asks of the log. */
struct sealed_log {
	struct archive_log log; /* first */
	struct archive *ar;
	const struct note_key *key;
	struct checkpoint published; /* entries behind it were just compared with log/state's root */
	bool damaged;                /* tiles do not give its root, so that nothing can be said of a token */
};

/* The root that the log had at that size, from tiles that give the published one. A damaged tile is no fault of the
 * token's: then start-up ends, and moves nothing. */
static rc root_then(struct sealed_log *s, uint64_t size, struct hash *ret, struct err *e)
{
	struct tlog_proof proof;
	rc r = seal_root_at(s->ar, &s->published, size, ret, e);
	if (r == OK)
		r = seal_prove_consistency(s->ar, &s->published, size, &proof, e);
	if (r == OK || r == E_IO || r == E_DENIED)
		return r;
	s->damaged = true;
	return e->code = E_IO;
}

/* A token speaks for itself, whoever put it there: what it is worth is found when it is looked at. A policy decides
 * what others are worth, so it is not taken from a folder that anybody may have written to. */
static rc is_token(struct archive_log *log, const struct frame *f, struct err *e)
{
	struct sealed_log *s = (struct sealed_log *)log;
	AUTO(arena) a = {0};
	struct leaf_body body;
	struct leaf leaf;
	struct checkpoint c;
	struct hash root;
	TRY(leaf_body_parse(&a, f->body, &body, &leaf, e));
	if (leaf.kind != LEAF_ANCHOR)
		return err_set(e, E_VERIFY, "a policy is not kept before it is sealed");
	TRY(seal_token_note(body.note, s->key, &a, &c, e));
	if (c.size != leaf.size || c.size > s->published.size)
		return err_set(e, E_VERIFY, "a token about %llu entries with a checkpoint of %llu",
			(unsigned long long)leaf.size, (unsigned long long)c.size);
	TRY(root_then(s, c.size, &root, e));
	if (!hash_eq(&root, &c.root))
		return err_set(e, E_VERIFY, "a token about a checkpoint of another log");
	return OK;
}

static rc is_entry(struct archive_log *log, const struct frame *f, struct err *e)
{
	const struct sealed_log *s = (const struct sealed_log *)log;
	AUTO(arena) a = {0};
	struct str leaf;
	struct tlog_proof proof;
	TRY(seal_leaf(&a, f, &leaf, e));
	return f->ref.index < s->published.size ? seal_prove(s->ar, &s->published, f->ref.index, leaf, &proof, e) : OK;
}

/* A crash between commits leaves at most this many; more would be our bug, so they are sealed in batches. */
static rc load_pending(struct seal *l, uint64_t frames, struct err *e)
{
	while (l->builder.edge.size < frames) {
		uint64_t left = frames - l->builder.edge.size;
		TRY(replay(l, l->builder.edge.size + (left < SEAL_PENDING_MAX ? left : SEAL_PENDING_MAX), e));
		TRY(seal_commit(l, e));
	}
	return OK;
}

static rc open_log(struct seal *l, struct seal_opened *opened, struct err *e)
{
	struct str note;
	struct sealed_log log = {
		.log = {.is_entry = is_entry, .is_token = is_token}, .ar = l->ar, .key = signer_key(l->signer)};
	bool known = false;
	bool behind = false;
	TRY(seal_read_checkpoint(archive_dir(l->ar), LOG_STATE, signer_key(l->signer), &l->run, &l->last, &note, e));
	buf_add(&l->last_note, note);
	TRY(check_outside(l->ar, l->signer, &l->last, &known, &behind, e));
	opened->no_outside_copy = !known;
	const struct checkpoint state = l->last;
	TRY(load(l, &state, &log.published, e));
	log.log.sealed = state.size;
	rc r = archive_recover(l->ar, &log.log, &opened->recovery, e);
	if (r != OK)
		return log.damaged ? (e->code = E_VERIFY) : r;
	opened->pending = opened->recovery.frames - state.size;
	opened->republished = l->unpublished;
	/* the commit ended right after log/state: without this an older copy of the folder would pass */
	if (behind)
		TRY(seal_outside_write(archive_env(l->ar), signer_key(l->signer), note, e));
	if (l->unpublished)
		TRY(publish(l, note, e));
	TRY(drop_old_partials(l, e));
	return load_pending(l, opened->recovery.frames, e);
}

rc seal_open(
	struct archive *ar, const struct signer *s, struct seal **ret, struct seal_opened *ret_opened, struct err *e)
{
	struct seal_opened opened = {0};
	struct seal *l = mem_alloc(sizeof(*l));
	l->ar = ar;
	l->signer = s;
	tile_builder_init(&l->builder);
	buf_init(&l->last_note, CAP_NOTE);
	l->builder.out = keep_tile;
	rc r = open_log(l, &opened, e);
	if (r != OK) {
		seal_free(l);
		return r;
	}
	*ret = l;
	*ret_opened = opened;
	return OK;
}
