/* SPDX-License-Identifier: Apache-2.0 */
/* Verification: everything that log/ claims is derived again from records/ and warc/ and compared, so that no byte of
 * the three folders can differ unseen. It goes on after a problem where it can, since the reader wants all of them. */

#include "base/caps.h"
#include "base/codec.h"
#include "base/mem.h"
#include "formats/record/record.h"
#include "io/fs/fs.h"
#include "stages/seal/seal_int.h"

struct verifier {
	struct tile_builder builder; /* first: out() gets back to the verifier */
	struct archive *ar;
	const struct note_key *key;
	struct seal_report *report;
	struct checkpoint published;
	bool have_checkpoint;
	struct checkpoint signed_last; /* of log/state: as published, or ahead of it after an interruption */
	/* warc/, in the order of its files */
	struct arena run;
	struct str warc_file;
	int warc_fd;
	uint64_t warc_size;
	uint64_t warc_end; /* covered so far */
	struct str *warc_seen;
	size_t nwarc_seen;
};

static void tell(struct verifier *v, const struct err *e)
{
	v->report->problems++;
	v->report->problem(v->report, e);
}

static void tell_unfinished(struct verifier *v, const struct err *e)
{
	if (v->report->unfinished)
		v->report->unfinished(v->report, e);
}

#define TELL(v, ...)                                                                                                   \
	do {                                                                                                           \
		struct err tell_e_;                                                                                    \
		rc_ignore(err_set(&tell_e_, E_VERIFY, __VA_ARGS__));                                                   \
		tell((v), &tell_e_);                                                                                   \
	} while (0)

#define UNFINISHED(v, ...)                                                                                             \
	do {                                                                                                           \
		struct err tell_e_;                                                                                    \
		rc_ignore(err_set(&tell_e_, E_VERIFY, __VA_ARGS__));                                                   \
		tell_unfinished((v), &tell_e_);                                                                        \
	} while (0)

/* A tile file must be the front of the tile that the leaves give. */
static rc check_tile_file(struct verifier *v, const char *path, struct str want, struct err *e)
{
	AUTO(buf) have = {0};
	buf_init(&have, TLOG_TILE_WIDTH * (CAP_LEAF + 2u));
	rc r = fs_read(archive_dir(v->ar), path, &have, e);
	if (r == E_NOTFOUND)
		TELL(v, "%s: missing", path);
	else if (r == E_LIMIT || r == E_FORMAT)
		tell(v, e);
	else if (r != OK)
		return r;
	else if (!str_eq(buf_str(&have), want))
		TELL(v, "%s: differs from what the records give", path);
	return OK;
}

struct partial_check {
	struct fs_visit visit;
	struct verifier *v;
	const char *dir;
	int level;
	unsigned width; /* of the tile that is known */
	struct str bytes;
	bool found; /* a file of exactly that width */
};

/* The first `width` entries of a bundle; hashes are all of one size. */
static struct str front_of(int level, struct str bytes, unsigned width)
{
	if (level >= 0)
		return str_sub(bytes, 0, width * sizeof(struct hash));
	struct str rest = bytes;
	struct str entry;
	struct err e;
	for (unsigned i = 0; i < width; i++)
		if (tlog_bundle_next(&rest, &entry, &e) != OK)
			return bytes;
	return str_sub(bytes, 0, bytes.n - rest.n);
}

static rc partial_file(struct fs_visit *visit, const char *name, bool is_dir, struct err *e)
{
	struct partial_check *p = (struct partial_check *)visit;
	AUTO(arena) a = {0};
	uint64_t width = 0;
	const char *path = str_fmt(&a, "%s/%s", p->dir, name).p;
	if (is_dir || !str_to_u64(str_c(name), &width) || width == 0 || width > p->width)
		return OK; /* check_names() tells */
	p->found |= width == p->width;
	return check_tile_file(p->v, path, front_of(p->level, p->bytes, (unsigned)width), e);
}

static rc check_tile(struct tile_builder *b, int level, uint64_t index, unsigned width, struct str bytes, struct err *e)
{
	struct verifier *v = (struct verifier *)(void *)b;
	AUTO(buf) path = {0};
	AUTO(arena) a = {0};
	buf_init(&path, 256);
	buf_add(&path, STR("log/"));
	tlog_tile_path(&path, level, index, TLOG_TILE_WIDTH);
	if (width == TLOG_TILE_WIDTH)
		TRY(check_tile_file(v, path.p, bytes, e));
	struct partial_check p = {{partial_file}, v, str_fmt(&a, "%s.p", path.p).p, level, width, bytes, false};
	rc r = fs_list(archive_dir(v->ar), p.dir, &p.visit, e);
	if (r != OK && r != E_NOTFOUND)
		return r;
	if (width < TLOG_TILE_WIDTH && !p.found)
		TELL(v, "%s/%u: missing", p.dir, width);
	return OK;
}

/* Names under log/ that no log of this size has. Depth is bounded by the longest tile path. */
struct name_check {
	struct fs_visit visit;
	struct verifier *v;
	const char *dir;
	unsigned depth;
};
#define NAME_DEPTH_MAX 12u

static rc check_names(struct verifier *v, const char *dir, unsigned depth, struct err *e);

static rc check_name(struct fs_visit *visit, const char *name, bool is_dir, struct err *e)
{
	struct name_check *c = (struct name_check *)visit;
	AUTO(arena) a = {0};
	struct str path = str_fmt(&a, "%s/%s", c->dir, name);
	int level = 0;
	uint64_t index = 0;
	unsigned width = 0;
	struct err ignored;
	if (is_dir && c->depth < NAME_DEPTH_MAX)
		return check_names(c->v, path.p, c->depth + 1, e);
	bool known = str_eq(path, STR(LOG_STATE)) || str_eq(path, STR(LOG_CHECKPOINT));
	bool ahead = str_ends(path, STR(".tmp"));
	if (!known && !is_dir && tlog_tile_parse(str_from(path, 4), &level, &index, &width, &ignored) == OK) {
		unsigned at = level < 0 ? 0 : (unsigned)level;
		known = width <= tlog_tile_width(c->v->published.size, at, index);
		ahead = width <= tlog_tile_width(c->v->signed_last.size, at, index);
	}
	if (!known && ahead)
		UNFINISHED(c->v, "%s: is under no published checkpoint yet", path.p);
	else if (!known)
		TELL(c->v, "%s: does not belong here", path.p);
	return OK;
}

/* Recursion is bounded by NAME_DEPTH_MAX, on our own folder's names. */
static rc check_names(struct verifier *v, const char *dir, unsigned depth, struct err *e) // NOLINT(misc-no-recursion)
{
	struct name_check c = {{check_name}, v, dir, depth};
	return fs_list(archive_dir(v->ar), dir, &c.visit, e);
}

static rc check_checkpoints(struct verifier *v, struct err *e)
{
	AUTO(arena) a = {0};
	struct checkpoint *state = &v->signed_last;
	struct checkpoint outside = {0};
	struct str note = {0};
	struct str state_note = {0};
	bool place = false;
	rc r = seal_read_checkpoint(archive_dir(v->ar), LOG_CHECKPOINT, v->key, &v->run, &v->published, &note, e);
	if (r == E_IO || r == E_DENIED)
		return r;
	v->have_checkpoint = r == OK;
	if (r != OK)
		tell(v, e);
	r = seal_read_checkpoint(archive_dir(v->ar), LOG_STATE, v->key, &v->run, state, &state_note, e);
	if (r == E_IO || r == E_DENIED)
		return r;
	v->report->signed_here = r == OK ? state->size : 0;
	if (r != OK)
		tell(v, e);
	else if (v->have_checkpoint && state->size > v->published.size)
		UNFINISHED(v, LOG_STATE ": %llu entries are signed, %llu published", (unsigned long long)state->size,
			(unsigned long long)v->published.size);
	else if (v->have_checkpoint && !str_eq(note, state_note))
		TELL(v, LOG_STATE ": is not the same as " LOG_CHECKPOINT);
	r = seal_outside_read(archive_env(v->ar), v->key, &a, &outside, &place, e);
	if (r == OK && state_note.n && outside.size > state->size)
		v->report->known_outside = outside.size;
	else if (r == OK && state_note.n && outside.size == state->size && !hash_eq(&outside.root, &state->root))
		TELL(v, LOG_STATE ": the key has signed another log of %llu entries: one of the two is false",
			(unsigned long long)state->size);
	else if (r == E_VERIFY || r == E_FORMAT)
		tell(v, e);
	return OK;
}

/* The span that a record names. E_FORMAT when the record has none that can be read; length 0 for one without bytes. */
static rc span_of(const struct record *r, struct archive_span *ret, struct str *ret_sha, struct err *e)
{
	struct str file = record_get(r, "warc.file");
	*ret = (struct archive_span){.length = 0};
	if (!record_has(r, "warc.file"))
		return OK;
	TRY(record_get_u64(r, "warc.offset", &ret->offset, e));
	TRY(record_get_u64(r, "warc.length", &ret->length, e));
	if (file.n >= sizeof(ret->file) || archive_warc_serial(file) == 0 || memchr(file.p, '/', file.n))
		return err_set(e, E_VERIFY, "warc.file is '%.*s'", STR_FMT(file));
	memcpy(ret->file, file.p, file.n);
	*ret_sha = record_get(r, "warc.sha256");
	return OK;
}

static rc check_bytes(
	int fd, const struct archive_span *span, struct str sha, struct fs_progress *progress, struct err *e)
{
	AUTO(arena) a = {0};
	struct hash h;
	rc r = fs_hash(fd, span->offset, span->length, progress, &h, e);
	if (r == OK && !str_eq(hex_of(&a, hash_str(&h)), sha))
		r = err_set(e, E_VERIFY, "%llu bytes do not match the digest that was sealed",
			(unsigned long long)span->length);
	if (r == E_NOTFOUND)
		r = e->code = E_VERIFY;
	return r == OK ? OK : err_add(e, "warc/%s: offset %llu", span->file, (unsigned long long)span->offset);
}

rc seal_check_span(struct archive *ar, const struct frame *f, struct err *e)
{
	AUTO(arena) a = {0};
	AUTO_FD fd = -1;
	struct record r;
	struct archive_span span;
	struct str sha = {0};
	uint64_t size = 0;
	TRY(record_decode(&a, f->body, &r, e));
	TRY(span_of(&r, &span, &sha, e));
	if (span.length == 0)
		return OK;
	rc got = fs_open(archive_dir(ar), str_fmt(&a, "warc/%s", span.file).p, &fd, &size, e);
	if (got == E_NOTFOUND)
		return e->code = E_VERIFY;
	TRY(got);
	return check_bytes(fd, &span, sha, NULL, e);
}

/* A file that another follows must end where its last span did; the last one may have an unfinished span behind it. */
static void close_warc(struct verifier *v, bool last)
{
	unsigned long long rest = v->warc_size - v->warc_end;
	if (v->warc_fd >= 0 && rest && last)
		UNFINISHED(v, "warc/%.*s: offset %llu: %llu bytes that no entry covers yet", STR_FMT(v->warc_file),
			(unsigned long long)v->warc_end, rest);
	else if (v->warc_fd >= 0 && rest)
		TELL(v, "warc/%.*s: offset %llu: %llu bytes that no entry covers", STR_FMT(v->warc_file),
			(unsigned long long)v->warc_end, rest);
	fd_closep(&v->warc_fd);
}

static rc open_warc(struct verifier *v, struct str name, struct err *e)
{
	AUTO(arena) a = {0};
	close_warc(v, false);
	v->warc_file = str_dup(&v->run, name);
	v->warc_end = 0;
	struct str *seen = arena_push(&v->run, &v->warc_seen, &v->nwarc_seen, sizeof(*seen));
	*seen = v->warc_file;
	rc r = fs_open(archive_dir(v->ar), str_fmt(&a, "warc/%.*s", STR_FMT(name)).p, &v->warc_fd, &v->warc_size, e);
	if (r != E_NOTFOUND && r != E_FORMAT)
		return r;
	tell(v, e);
	return OK;
}

static rc check_warc(struct verifier *v, const struct frame *f, const struct record *r, struct err *e)
{
	struct archive_span span;
	struct str sha = {0};
	rc got = span_of(r, &span, &sha, e);
	if (got != OK) {
		rc_ignore(err_add(e, "record %llu", (unsigned long long)f->ref.index));
		tell(v, e);
		return OK;
	}
	if (span.length == 0)
		return OK;
	if (!str_eq(str_c(span.file), v->warc_file))
		TRY(open_warc(v, str_c(span.file), e));
	if (v->warc_fd < 0)
		return OK; /* its absence was told */
	if (span.offset != v->warc_end)
		TELL(v, "warc/%s: offset %llu: entry %llu begins here, but the one before it ends at %llu", span.file,
			(unsigned long long)span.offset, (unsigned long long)f->ref.index,
			(unsigned long long)v->warc_end);
	if (!add_ok(span.offset, span.length, &v->warc_end) || v->warc_end > v->warc_size) {
		TELL(v, "warc/%s: ends at byte %llu, but entry %llu reaches %llu", span.file,
			(unsigned long long)v->warc_size, (unsigned long long)f->ref.index,
			(unsigned long long)v->warc_end);
		v->warc_end = v->warc_size;
		return OK;
	}
	v->report->warc_bytes += span.length;
	got = check_bytes(v->warc_fd, &span, sha, v->report->progress, e);
	if (got == OK)
		return OK;
	if (got != E_VERIFY)
		return got;
	rc_ignore(err_add(e, "entry %llu", (unsigned long long)f->ref.index));
	tell(v, e);
	return OK;
}

static rc check_frame(struct verifier *v, struct arena *rec, const struct frame *f, struct err *e)
{
	struct str leaf;
	struct record r;
	bool sealed = v->have_checkpoint && f->ref.index < v->published.size;
	uint64_t before = v->report->problems;
	if (f->kind == FRAME_LEAF) {
		leaf = f->body;
	} else {
		if (record_decode(rec, f->body, &r, e) != OK) {
			rc_ignore(err_add(e, "record %llu", (unsigned long long)f->ref.index));
			tell(v, e);
			return OK;
		}
		TRY(seal_leaf(rec, f, &leaf, e));
		TRY(check_warc(v, f, &r, e));
	}
	v->report->frames++;
	if (sealed) {
		TRY(tile_builder_add(&v->builder, leaf, e));
		v->report->sealed++;
	}
	if (v->report->entry && before == v->report->problems)
		v->report->entry(v->report, f, sealed);
	return OK;
}

static rc check_frames(struct verifier *v, struct err *e)
{
	struct archive_scan *s = NULL;
	AUTO(arena) rec = {0};
	TRY(archive_scan_new(v->ar, 0, &s, e));
	rc r = OK;
	while (r == OK) {
		struct frame f;
		arena_reset(&rec);
		r = archive_scan_next(s, &f, e);
		if (r == OK)
			r = check_frame(v, &rec, &f, e);
	}
	archive_scan_free(s);
	close_warc(v, true);
	if (r == E_VERIFY && v->have_checkpoint && v->report->frames >= v->published.size) {
		tell_unfinished(v, e);
		return OK;
	}
	if (r == E_VERIFY) {
		tell(v, e);
		TELL(v, "records/: what follows the damage was not read");
		return E_VERIFY;
	}
	return r == E_NOTFOUND ? OK : r;
}

/* Files of warc/ and records/ that no entry knows. */
struct stray_check {
	struct fs_visit visit;
	struct verifier *v;
	const char *dir;
};

static rc stray_file(struct fs_visit *visit, const char *name, bool is_dir, struct err *e)
{
	(void)e;
	struct stray_check *c = (struct stray_check *)visit;
	bool known = false;
	if (str_eq(str_c(c->dir), STR("warc"))) {
		for (size_t i = 0; i < c->v->nwarc_seen && !known; i++)
			known = str_eq(c->v->warc_seen[i], str_c(name));
		if (!known && !is_dir && archive_warc_serial(str_c(name)) > archive_warc_serial(c->v->warc_file)) {
			UNFINISHED(c->v, "warc/%s: no entry covers it yet", name);
			return OK;
		}
	} else {
		struct str s = str_c(name);
		uint64_t first = 0;
		known = s.n == 16 && str_ends(s, STR(".rec")) && str_to_u64(str_sub(s, 0, 12), &first);
	}
	if (!known || is_dir)
		TELL(c->v, "%s/%s: no entry knows it", c->dir, name);
	return OK;
}

static rc check_root(struct verifier *v, struct err *e)
{
	struct hash root = tlog_edge_root(&v->builder.edge);
	if (!v->have_checkpoint)
		return OK;
	if (v->builder.edge.size != v->published.size)
		TELL(v, "records/: %llu entries, but " LOG_CHECKPOINT " seals %llu",
			(unsigned long long)v->builder.edge.size, (unsigned long long)v->published.size);
	else if (!hash_eq(&root, &v->published.root))
		TELL(v, LOG_CHECKPOINT ": its root is not the one that the records give");
	return tile_builder_rest(&v->builder, e);
}

static rc verify_all(struct verifier *v, struct err *e)
{
	TRY(check_checkpoints(v, e));
	rc r = check_frames(v, e);
	if (r == E_VERIFY)
		return OK; /* told; the tree cannot be made again from a part */
	TRY(r);
	TRY(check_root(v, e));
	struct stray_check warc = {{stray_file}, v, "warc"};
	struct stray_check records = {{stray_file}, v, "records"};
	TRY(fs_list(archive_dir(v->ar), "warc", &warc.visit, e));
	TRY(fs_list(archive_dir(v->ar), "records", &records.visit, e));
	return check_names(v, "log", 0, e);
}

static rc verify_with(rc (*what)(struct verifier *v, struct err *e), struct archive *ar, const struct note_key *key,
	struct seal_report *r, struct err *e)
{
	struct verifier *v = mem_alloc(sizeof(*v));
	v->ar = ar;
	v->key = key;
	v->report = r;
	v->warc_fd = -1;
	tile_builder_init(&v->builder);
	v->builder.out = check_tile;
	rc got = what(v, e);
	fd_closep(&v->warc_fd);
	tile_builder_clear(&v->builder);
	arena_clear(&v->run);
	mem_free(v);
	return got;
}

rc seal_verify(struct archive *ar, const struct note_key *key, struct seal_report *r, struct err *e)
{
	return verify_with(verify_all, ar, key, r, e);
}

rc seal_verify_signed(struct archive *ar, const struct note_key *key, struct seal_report *r, struct err *e)
{
	return verify_with(check_checkpoints, ar, key, r, e);
}

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

rc seal_prove(struct archive *ar, const struct checkpoint *c, uint64_t index, struct str leaf, struct tlog_proof *ret,
	struct err *e)
{
	struct file_tiles f = {{file_tile}, archive_dir(ar), c->size};
	struct hash h = tlog_leaf_hash(leaf);
	if (index >= c->size)
		return err_set(e, E_NOTFOUND, "entry %llu is kept but not sealed yet", (unsigned long long)index);
	TRY(tlog_prove_inclusion(&f.tiles, c->size, index, ret, e));
	return tlog_check_inclusion(&h, index, c->size, ret, &c->root, e);
}
