/* SPDX-License-Identifier: Apache-2.0 */
/* Verification: everything that log/ claims is derived again from records/ and warc/ and compared, so that no byte of
 * the three folders can differ unseen. It goes on after a problem where it can, since the reader wants all of them. */

#include "base/codec.h"
#include "base/mem.h"
#include "formats/record/record.h"
#include "io/fs/fs.h"
#include "stages/seal/verify_int.h"

void verifier_tell(struct verifier *v, const struct err *e)
{
	v->report->problems++;
	v->report->problem(v->report, e);
}

void verifier_unfinished(struct verifier *v, const struct err *e)
{
	v->report->leftovers++;
	if (v->report->unfinished)
		v->report->unfinished(v->report, e);
}

static void verifier_note(struct verifier *v, const char *text)
{
	if (v->report->note)
		v->report->note(v->report, text);
}

/* Each is signed by our key once. Others may add theirs to what is published, and nobody to log/state. */
static void check_signatures(struct verifier *v, const char *path, const struct note *n)
{
	AUTO(arena) a = {0};
	size_t ours = 0;
	for (size_t i = 0; i < n->nsigs; i++)
		ours += n->sigs[i].good;
	size_t others = n->nsigs - ours;
	if (ours != 1)
		TELL(v, "%s: %zu signatures by its key, and there should be one", path, ours);
	if (others && strcmp(path, LOG_CHECKPOINT) != 0)
		TELL(v, "%s: %zu signatures that are not by its key", path, others);
	else if (others)
		verifier_note(v, str_fmt(&a, "%s: %zu signatures by other keys were not checked", path, others).p);
}

/* One checkpoint file; *ret_have is false, and why is told, when it cannot be believed. */
static rc read_signed(struct verifier *v, const char *path, struct checkpoint *ret, struct str *ret_text,
	bool *ret_have, struct err *e)
{
	struct str bytes;
	struct note n;
	rc r = seal_read_checkpoint(archive_dir(v->ar), path, v->key, &v->run, ret, &bytes, e);
	if (r == E_IO || r == E_DENIED)
		return r;
	*ret_have = r == OK;
	if (r != OK) {
		verifier_tell(v, e);
		return OK;
	}
	TRY(note_open(&v->run, bytes, v->key, 1, &n, e));
	check_signatures(v, path, &n);
	*ret_text = n.text;
	return OK;
}

static rc check_checkpoints(struct verifier *v, struct err *e)
{
	struct str text = {0};
	struct str state_text = {0};
	bool place = false;
	TRY(read_signed(v, LOG_CHECKPOINT, &v->published, &text, &v->have_published, e));
	TRY(read_signed(v, LOG_STATE, &v->state, &state_text, &v->have_state, e));
	unsigned long long published = v->published.size;
	unsigned long long state = v->state.size;
	if (v->have_published && v->have_state && state > published)
		UNFINISHED(v, LOG_CHECKPOINT ": %llu entries are signed, %llu published", state, published);
	else if (v->have_published && v->have_state && !str_eq(text, state_text))
		TELL(v, LOG_STATE ": is not the same as " LOG_CHECKPOINT);
	v->sealed = v->have_published ? v->published.size : 0;
	if (v->have_published)
		v->report->last = v->published;
	if (v->have_state && state >= v->sealed) {
		v->sealed = v->state.size;
		v->report->last = v->state;
	}
	v->report->last.origin = v->have_published || v->have_state ? v->key->name : STR("");
	rc r = seal_outside_read(archive_env(v->ar), v->key, &v->run, &v->outside, &place, e);
	v->have_outside = r == OK;
	v->report->no_outside_copy = r != OK;
	if (r == E_IO || r == E_DENIED)
		verifier_note(v, e->msg);
	if (r == E_NOTFOUND || r == E_IO || r == E_DENIED)
		verifier_note(v, "no outside copy: an older copy of this folder would not be noticed");
	if (r == OK && v->have_state && v->outside.size > v->sealed)
		v->report->known_outside = v->outside.size;
	else if (r == E_VERIFY || r == E_FORMAT)
		verifier_tell(v, e);
	return OK;
}

/* The tree has come to the size of a checkpoint: it must have that root. */
static void check_roots(struct verifier *v, const struct tlog_edge *edge)
{
	struct hash root = tlog_edge_root(edge);
	if (v->have_published && v->published.size == edge->size && !hash_eq(&root, &v->published.root))
		TELL(v, LOG_CHECKPOINT ": its root is not the one that the records give");
	if (v->have_state && v->state.size == edge->size && !hash_eq(&root, &v->state.root))
		TELL(v, LOG_STATE ": its root is not the one that the records give");
	if (v->have_outside && v->outside.size == edge->size && !hash_eq(&root, &v->outside.root))
		TELL(v,
			LOG_STATE ": the key has signed another log of %llu entries, which is known outside this "
				  "folder: one of the two is false",
			(unsigned long long)edge->size);
}

static bool is_signed_size(const struct verifier *v, uint64_t size)
{
	return (v->have_published && v->published.size == size) || (v->have_state && v->state.size == size) ||
		(v->have_outside && v->outside.size == size);
}

static bool is_sealed(const struct verifier *v, uint64_t index)
{
	return index < v->sealed || (v->have_outside && index < v->outside.size);
}

/* A command that was interrupted has left no more than it may seal at once. */
static void keep_root(struct verifier *v, const struct tlog_edge *edge)
{
	if (!v->have_published || edge->size <= v->published.size || v->nlate >= SEAL_PENDING_MAX)
		return;
	struct hash *to = arena_push(&v->run, &v->late, &v->nlate, sizeof(*to));
	*to = tlog_edge_root(edge);
}

/* The next leaf into the tree, as far as any checkpoint reaches. */
static rc check_leaf(struct verifier *v, struct str leaf, uint64_t index, struct err *e)
{
	const struct tlog_edge *edge = &v->builder.edge;
	if (!is_sealed(v, index))
		return OK;
	if (index < v->sealed) {
		TRY(tile_builder_add(&v->builder, leaf, e));
		keep_root(v, edge);
	} else {
		struct hash h = tlog_leaf_hash(leaf);
		if (index == v->sealed)
			v->beyond = v->builder.edge;
		tlog_edge_add(&v->beyond, &h);
		edge = &v->beyond;
	}
	if (is_signed_size(v, edge->size))
		check_roots(v, edge);
	return OK;
}

static rc check_bytes(int fd, const struct archive_span *span, struct fs_progress *progress, struct err *e)
{
	struct hash h;
	rc r = fs_hash(fd, span->offset, span->length, progress, &h, e);
	if (r == OK && !hash_eq(&h, &span->sha256))
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
	bool has = false;
	uint64_t size = 0;
	TRY(record_decode(&a, f->body, &r, e));
	TRY(archive_span_of(&r, &has, &span, e));
	if (!has)
		return OK;
	rc got = fs_open(archive_dir(ar), str_fmt(&a, "warc/%s", span.file).p, &fd, &size, e);
	if (got == E_NOTFOUND)
		return e->code = E_VERIFY;
	TRY(got);
	return check_bytes(fd, &span, NULL, e);
}

/* A file that another follows must end where its last span did; the last one may have an unfinished span behind it. */
static void close_warc(struct verifier *v, bool last)
{
	unsigned long long rest = v->warc_size - v->warc.offset;
	if (v->warc_fd >= 0 && rest && last)
		UNFINISHED(v, "warc/%s: offset %llu: %llu bytes that no entry covers yet", v->warc.file,
			(unsigned long long)v->warc.offset, rest);
	else if (v->warc_fd >= 0 && rest)
		TELL(v, "warc/%s: offset %llu: %llu bytes that no entry covers", v->warc.file,
			(unsigned long long)v->warc.offset, rest);
	fd_closep(&v->warc_fd);
}

static rc warc_again(struct verifier *v, struct err *e)
{
	AUTO(arena) a = {0};
	const struct str name = v->warc_seen[v->nwarc_seen - 1];
	fd_closep(&v->warc_fd);
	return fs_open(archive_dir(v->ar), str_fmt(&a, "warc/%s", name.p).p, &v->warc_fd, &v->warc_size, e);
}

static rc open_warc(struct verifier *v, const char *name, struct err *e)
{
	close_warc(v, false);
	struct str *seen = arena_push(&v->run, &v->warc_seen, &v->nwarc_seen, sizeof(*seen));
	*seen = str_dup(&v->run, str_c(name));
	v->warc_size = 0;
	rc r = warc_again(v, e);
	if (r != E_NOTFOUND && r != E_FORMAT)
		return r;
	verifier_tell(v, e);
	return OK;
}

/* The span's bytes, in the file that is open. */
static rc check_span(struct verifier *v, const struct frame *f, const struct archive_span *span, struct err *e)
{
	if (v->warc_fd < 0)
		return OK; /* its absence was told */
	if (span->offset + span->length > v->warc_size)
		TRY(warc_again(v, e)); /* a command at work may have added to it since */
	if (span->offset + span->length > v->warc_size) {
		TELL(v, "warc/%s: ends at byte %llu, but entry %llu reaches %llu", span->file,
			(unsigned long long)v->warc_size, (unsigned long long)f->ref.index,
			(unsigned long long)(span->offset + span->length));
		fd_closep(&v->warc_fd); /* what follows is not there either */
		return OK;
	}
	v->report->warc_bytes += span->length;
	rc r = check_bytes(v->warc_fd, span, v->report->progress, e);
	if (r != E_VERIFY)
		return r;
	rc_ignore(err_add(e, "entry %llu", (unsigned long long)f->ref.index));
	verifier_tell(v, e);
	return OK;
}

/* Spans follow each other without gaps, and a head says no other place than the records so far. */
static rc check_warc(struct verifier *v, const struct frame *f, const struct record *r, struct err *e)
{
	struct archive_span span;
	bool has = false;
	if (r && archive_span_of(r, &has, &span, e) != OK) {
		rc_ignore(err_add(e, "record %llu", (unsigned long long)f->ref.index));
		verifier_tell(v, e);
		return OK;
	}
	if (has) {
		if (!archive_end_meets(&v->warc, &span))
			TELL(v, "warc/%s: offset %llu: entry %llu begins here, but the one before it ends at %llu%s%s",
				span.file, (unsigned long long)span.offset, (unsigned long long)f->ref.index,
				(unsigned long long)v->warc.offset, v->warc.serial ? " of " : "", v->warc.file);
		if (!str_eq(str_c(span.file), str_c(v->warc.file)))
			TRY(open_warc(v, span.file, e));
		archive_end_move(&v->warc, &span);
		TRY(check_span(v, f, &span, e));
	}
	if (f->warc_serial != v->warc.serial || f->warc_end != v->warc.offset)
		TELL(v,
			"records/%012llu.rec: offset %llu: frame %llu: its head says byte %llu of WARC file %llu, its "
			"record byte %llu of %llu",
			(unsigned long long)f->ref.file, (unsigned long long)f->ref.offset,
			(unsigned long long)f->ref.index, (unsigned long long)f->warc_end,
			(unsigned long long)f->warc_serial, (unsigned long long)v->warc.offset,
			(unsigned long long)v->warc.serial);
	return OK;
}

/* An entry whose text is public. When it is wrong, that is told, and no leaf is known. */
static void check_public(struct verifier *v, struct arena *rec, const struct frame *f, struct str *ret_leaf)
{
	struct err e;
	struct leaf leaf;
	*ret_leaf = STR("");
	rc r = verify_public(v, rec, f, &leaf, ret_leaf, &e);
	/* a command that was interrupted between keeping and sealing it; start-up moves it away */
	if (r == OK && !is_sealed(v, f->ref.index) && leaf.kind != LEAF_ANCHOR) {
		rc_ignore(err_set(&e, E_VERIFY, "records/%012llu.rec: frame %llu: a public leaf that is not sealed",
			(unsigned long long)f->ref.file, (unsigned long long)f->ref.index));
		verifier_unfinished(v, &e);
	}
	if (r != OK)
		verifier_tell_frame(v, &f->ref, &e);
}

static rc check_frame(struct verifier *v, struct arena *rec, const struct frame *f, struct err *e)
{
	struct str leaf;
	struct record r;
	bool sealed = is_sealed(v, f->ref.index);
	uint64_t before = v->report->problems;
	if (f->kind != FRAME_RECORD) {
		check_public(v, rec, f, &leaf);
		TRY(check_warc(v, f, NULL, e));
	} else {
		if (record_decode(rec, f->body, &r, e) != OK) {
			rc_ignore(err_add(e, "record %llu", (unsigned long long)f->ref.index));
			verifier_tell(v, e);
			return OK;
		}
		TRY(seal_leaf(rec, f, &leaf, e));
		TRY(check_warc(v, f, &r, e));
		if (!sealed && !record_has(&r, "warc.file") && !str_eq(r.kind, STR("source")))
			TELL(v, "records/%012llu.rec: offset %llu: frame %llu: neither sealed nor about bytes of warc/",
				(unsigned long long)f->ref.file, (unsigned long long)f->ref.offset,
				(unsigned long long)f->ref.index);
	}
	v->report->frames++;
	TRY(check_leaf(v, leaf, f->ref.index, e));
	v->report->sealed += sealed;
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
	bool torn = r == E_VERIFY && archive_scan_at_tail(s);
	bool behind = v->report->frames >= v->sealed && (v->have_published || v->have_state);
	archive_scan_free(s);
	close_warc(v, true);
	if (r == E_VERIFY && behind) {
		v->tail = true;
		if (torn)
			verifier_unfinished(v, e);
		else
			verifier_tell(v, e);
		return OK;
	}
	if (r == E_VERIFY) {
		verifier_tell(v, e);
		TELL(v, "records/: what follows the damage was not read");
		return E_VERIFY;
	}
	return r == E_NOTFOUND ? OK : r;
}

struct stray_check {
	struct fs_visit visit;
	struct verifier *v;
};

/* Files of warc/ and records/ that no entry knows. An interrupted command leaves at most one of each that follows the
 * last. */
static rc stray_warc(struct fs_visit *visit, const char *name, bool is_dir, struct err *e)
{
	(void)e;
	struct verifier *v = ((struct stray_check *)visit)->v;
	for (size_t i = 0; i < v->nwarc_seen; i++)
		if (!is_dir && str_eq(v->warc_seen[i], str_c(name)))
			return OK;
	if (!is_dir && archive_warc_serial(str_c(name)) == v->warc.serial + 1)
		UNFINISHED(v, "warc/%s: no entry covers it yet", name);
	else
		TELL(v, "warc/%s: no entry knows it", name);
	return OK;
}

static rc stray_records(struct fs_visit *visit, const char *name, bool is_dir, struct err *e)
{
	(void)e;
	struct verifier *v = ((struct stray_check *)visit)->v;
	AUTO(buf) next = {0};
	struct str s = str_c(name);
	uint64_t first = 0;
	buf_init(&next, 128);
	archive_rec_path(&next, v->report->frames);
	if (is_dir || s.n != 16 || !str_ends(s, STR(".rec")) || !str_to_u64(str_sub(s, 0, 12), &first))
		TELL(v, "records/%s: no entry knows it", name);
	else if (!v->tail && str_ends(buf_str(&next), s))
		UNFINISHED(v, "records/%s: no entry is in it yet", name);
	return OK;
}

/* Sizes that were not reached, and the right edge's tiles. */
static rc check_end(struct verifier *v, struct err *e)
{
	uint64_t have = v->builder.edge.size;
	if (v->have_published && v->published.size > have)
		TELL(v, "records/: %llu entries, but " LOG_CHECKPOINT " seals %llu", (unsigned long long)have,
			(unsigned long long)v->published.size);
	if (v->have_state && v->state.size > have)
		TELL(v, "records/: %llu entries, but " LOG_STATE " seals %llu", (unsigned long long)have,
			(unsigned long long)v->state.size);
	return have == v->sealed ? tile_builder_rest(&v->builder, e) : OK;
}

static rc verify_all(struct verifier *v, struct err *e)
{
	TRY(check_checkpoints(v, e));
	check_roots(v, &v->builder.edge);
	rc r = check_frames(v, e);
	if (r == E_VERIFY)
		return OK; /* told; the tree cannot be made again from a part */
	TRY(r);
	TRY(check_end(v, e));
	struct stray_check warc = {{stray_warc}, v};
	struct stray_check records = {{stray_records}, v};
	TRY(fs_list(archive_dir(v->ar), "warc", &warc.visit, e));
	TRY(fs_list(archive_dir(v->ar), "records", &records.visit, e));
	TRY(verify_notes(v, e));
	return verify_names(v, e);
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
	v->builder.out = verify_tile;
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

/* Without the records roots can be compared only where both are of the same size. */
static rc check_signed(struct verifier *v, struct err *e)
{
	TRY(check_checkpoints(v, e));
	if (v->have_state && v->have_outside && v->outside.size == v->state.size &&
		!hash_eq(&v->outside.root, &v->state.root))
		TELL(v, LOG_STATE ": the key has signed another log of %llu entries: one of the two is false",
			(unsigned long long)v->state.size);
	return OK;
}

rc seal_verify_signed(struct archive *ar, const struct note_key *key, struct seal_report *r, struct err *e)
{
	return verify_with(check_signed, ar, key, r, e);
}
