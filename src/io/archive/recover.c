/* SPDX-License-Identifier: Apache-2.0 */
/* Start-up: finds the end of what is sealed and of what was kept behind it. What follows goes to lost+found, and both
 * kinds of file are opened for appending at the end of what is left.
 *
 *   records/  │ sealed … last sealed span … sealed │ kept … │ tail ─► lost+found
 *   warc/     │ … that span's end                  │ …      │ tail ─► lost+found
 *
 * The digest of a frame is no proof, since anybody can make one. So the end in warc/ comes from the fields of sealed
 * records that the log confirms, and behind it from records whose spans follow and hash as they say. */
#include <fcntl.h>

#include "base/arena.h"
#include "formats/record/record.h"
#include "io/archive/archive_int.h"

struct end_found {
	struct archive_log *log;
	uint64_t *first; /* of the records files */
	size_t files;
	uint64_t frames;
	uint64_t cut_file; /* the file that the last good frame is in, and where it ends there */
	uint64_t cut_at;
	struct archive_end warc;
	uint64_t spanned; /* the last sealed frame with a span; from there on the log must confirm them */
	bool known;       /* `warc` is: there was such a frame, or all were read */
	struct err refused;
};

/* What a head must say behind those spans. */
static bool head_agrees(const struct frame *f, const struct archive_end *end)
{
	return f->warc_serial == end->serial && f->warc_end == end->offset;
}

/* A span of a sealed record that makes no sense is told by verify; here it covers nothing. */
static rc sealed_frame(struct end_found *end, const struct frame *f, struct err *e)
{
	AUTO(arena) a = {0};
	struct record r;
	struct archive_span span;
	struct err ignored;
	bool has = false;
	if (f->kind == FRAME_RECORD) {
		TRY(record_decode(&a, f->body, &r, e));
		if (archive_span_of(&r, &has, &span, &ignored) != OK)
			return OK;
	}
	if (has) {
		archive_end_move(&end->warc, &span);
		end->spanned = f->ref.index;
		end->known = true;
	}
	if (end->known && !head_agrees(f, &end->warc))
		return err_set(e, E_VERIFY, "its head says byte %llu of WARC file %llu, its record byte %llu of %llu",
			(unsigned long long)f->warc_end, (unsigned long long)f->warc_serial,
			(unsigned long long)end->warc.offset, (unsigned long long)end->warc.serial);
	return OK;
}

static rc span_there(struct archive *ar, const struct archive_end *end, const struct archive_span *span, struct err *e)
{
	AUTO(arena) a = {0};
	AUTO_FD fd = -1;
	uint64_t size = 0;
	struct hash h;
	if (!archive_end_meets(end, span))
		return err_set(e, E_VERIFY, "its span begins at byte %llu of %s, and not where the one before it ends",
			(unsigned long long)span->offset, span->file);
	if (end->serial && span->offset == 0) {
		AUTO_FD before = -1;
		TRY(fs_open(ar->dir, str_fmt(&a, "warc/%s", end->file).p, &before, &size, e));
		if (size != end->offset)
			return err_set(e, E_VERIFY, "bytes that no entry covers lie before its span");
	}
	TRY(fs_open(ar->dir, str_fmt(&a, "warc/%s", span->file).p, &fd, &size, e));
	TRY(fs_hash(fd, span->offset, span->length, NULL, &h, e));
	if (!hash_eq(&h, &span->sha256))
		return err_set(e, E_VERIFY, "its span in warc/ does not have the digest that it says");
	return OK;
}

/* The log knows whether a token is about a checkpoint of its own, and for what else its key has spoken. */
static rc kept_public(const struct end_found *end, const struct frame *f, struct err *e)
{
	if (!end->log || !end->log->is_token)
		return err_set(e, E_VERIFY, "no record, and no log to say whether it is one of its entries");
	TRY(end->log->is_token(end->log, f, e));
	if (!head_agrees(f, &end->warc))
		return err_set(e, E_VERIFY, "its head says another place in warc/ than the records before it");
	return OK;
}

/* OK when a frame that is not sealed yet may be: nothing but its own bytes speaks for it. */
static rc kept_frame(struct archive *ar, struct end_found *end, const struct frame *f, struct err *e)
{
	AUTO(arena) a = {0};
	struct record r;
	struct archive_span span;
	bool has = false;
	if (f->kind != FRAME_RECORD)
		return kept_public(end, f, e);
	TRY(record_decode(&a, f->body, &r, e));
	TRY(archive_span_of(&r, &has, &span, e));
	struct archive_end behind = end->warc;
	if (has) {
		TRY(span_there(ar, &end->warc, &span, e));
		archive_end_move(&behind, &span);
	} else if (!str_eq(r.kind, STR("source"))) {
		return err_set(e, E_VERIFY, "a record of kind '%.*s' without bytes in warc/", STR_FMT(r.kind));
	}
	if (!head_agrees(f, &behind))
		return err_set(e, E_VERIFY, "its head says another place in warc/ than its record");
	end->warc = behind;
	return OK;
}

/* Frames from that file on. E_NOTFOUND: the end of warc/ is not known from there, an earlier file has to be read. */
static rc scan_from(struct archive *ar, uint64_t sealed, size_t file, struct end_found *ret, struct err *e)
{
	struct archive_scan *s = NULL;
	struct frame f;
	struct err why = {0};
	ret->warc = (struct archive_end){.serial = 0};
	ret->spanned = 0;
	ret->refused = (struct err){.code = OK};
	ret->known = file == 0;
	ret->frames = file ? ret->first[file] : 0;
	ret->cut_file = ret->frames;
	TRY(archive_scan_new(ar, ret->frames, &s, e));
	rc r = OK;
	while ((r = archive_scan_next(s, &f, &why)) == OK) {
		bool is_sealed = f.ref.index < sealed;
		if (!is_sealed && !ret->known)
			break;
		r = is_sealed ? sealed_frame(ret, &f, &why) : kept_frame(ar, ret, &f, &why);
		if (r != OK) {
			rc_ignore(err_add(&why, "records/%012llu.rec: offset %llu: frame %llu",
				(unsigned long long)f.ref.file, (unsigned long long)f.ref.offset,
				(unsigned long long)f.ref.index));
			ret->refused = why;
			break;
		}
		ret->frames = f.ref.index + 1;
		ret->cut_file = f.ref.file;
		ret->cut_at = f.ref.offset + ARCHIVE_FRAME_HEAD + f.body.n;
	}
	archive_scan_free(s);
	if (r == E_IO || r == E_DENIED) {
		*e = why;
		return r;
	}
	if (ret->frames < sealed) {
		*e = why;
		e->code = E_VERIFY;
		return err_add(e,
			"records/: frame %llu is damaged or missing, and %llu are sealed (see onrecord verify)",
			(unsigned long long)ret->frames, (unsigned long long)sealed);
	}
	return ret->known ? OK : E_NOTFOUND;
}

/* Begins with the file of the last sealed frame, and goes back while none with a span was in it. */
static rc find_end(struct archive *ar, struct arena *a, struct archive_log *log, struct end_found *ret, struct err *e)
{
	uint64_t sealed = log ? log->sealed : 0;
	*ret = (struct end_found){.log = log};
	TRY(archive_rec_list(ar, a, &ret->first, &ret->files, e));
	size_t file = 0;
	while (file + 1 < ret->files && ret->first[file + 1] < sealed)
		file++;
	for (;; file--) {
		rc r = scan_from(ar, sealed, file, ret, e);
		if (r != E_NOTFOUND || file == 0)
			return r;
	}
}

/* The sealed frames that `end` rests on are the ones that were sealed. */
static rc confirm(struct archive *ar, struct archive_log *log, const struct end_found *end, struct err *e)
{
	struct archive_scan *s = NULL;
	struct frame f = {.ref.index = end->spanned};
	if (!log || !log->is_entry || log->sealed <= end->spanned)
		return OK;
	TRY(archive_scan_new(ar, end->spanned, &s, e));
	rc r = OK;
	for (uint64_t i = end->spanned; r == OK && i < log->sealed; i++) {
		r = archive_scan_next(s, &f, e);
		if (r == OK)
			r = log->is_entry(log, &f, e);
	}
	archive_scan_free(s);
	if (r != OK && r != E_IO && r != E_DENIED) {
		e->code = E_VERIFY;
		return err_add(e, "records/: frame %llu is not the entry that was sealed (see onrecord verify)",
			(unsigned long long)f.ref.index);
	}
	return r;
}

/* Moves what is behind `keep` to lost+found, and a file of which nothing is left away. */
static rc save_tail(struct archive *ar, const char *path, uint64_t keep, bool *cut, struct err *e)
{
	AUTO_FD fd = -1;
	uint64_t size = 0;
	TRY(fs_open(ar->dir, path, &fd, &size, e));
	if (size > keep) {
		TRY(fs_save_tail(ar->env, ar->dir, path, keep, e));
		*cut = true;
	}
	return keep ? OK : fs_remove(ar->env, ar->dir, path, e);
}

static rc recover_records(struct archive *ar, const struct end_found *end, bool *ret_cut, struct err *e)
{
	AUTO(buf) path = {0};
	buf_init(&path, 128);
	for (size_t i = end->files; i-- > 0;) {
		bool last = end->frames > 0 && end->first[i] == end->cut_file;
		if (!last && end->first[i] < end->cut_file)
			break;
		buf_reset(&path);
		archive_rec_path(&path, end->first[i]);
		TRY(save_tail(ar, path.p, last ? end->cut_at : 0, ret_cut, e));
		if (last)
			TRY(fs_log_open(ar->env, ar->dir, path.p, &ar->rec, e));
	}
	ar->next = end->frames;
	ar->rec_first = end->cut_file;
	return OK;
}

struct warc_tail {
	struct fs_visit visit;
	struct archive *ar;
	struct arena *a;
	const struct archive_end *end;
	bool cut;
};

/* A file of ours behind the end is moved away whole; the one that the end lies in loses its tail. */
static rc warc_file(struct fs_visit *v, const char *name, bool is_dir, struct err *e)
{
	struct warc_tail *t = (struct warc_tail *)v;
	uint64_t serial = is_dir ? 0 : archive_warc_serial(str_c(name));
	const char *path = str_fmt(t->a, "warc/%s", name).p;
	if (serial > t->end->serial)
		return save_tail(t->ar, path, 0, &t->cut, e);
	if (t->end->serial == 0 || !str_eq(str_c(name), str_c(t->end->file)))
		return OK;
	return save_tail(t->ar, path, t->end->offset, &t->cut, e);
}

static rc recover_warc(struct archive *ar, struct arena *a, const struct archive_end *end, bool *ret_cut, struct err *e)
{
	struct warc_tail t = {.visit.each = warc_file, .ar = ar, .a = a, .end = end};
	const char *path = str_fmt(a, "warc/%s", end->file).p;
	if (end->serial) {
		AUTO_FD fd = -1;
		uint64_t size = 0;
		rc r = fs_open(ar->dir, path, &fd, &size, e);
		if (r == E_NOTFOUND)
			return err_set(e, E_VERIFY, "%s: missing", path);
		TRY(r);
		if (size < end->offset)
			return err_set(e, E_VERIFY, "%s: ends at byte %llu, but the records say %llu", path,
				(unsigned long long)size, (unsigned long long)end->offset);
	}
	TRY(fs_list(ar->dir, "warc", &t.visit, e));
	*ret_cut = t.cut;
	ar->kept = *end;
	ar->warc_serial = end->serial;
	memcpy(ar->warc_name, end->file, sizeof(ar->warc_name));
	return end->serial ? fs_log_open(ar->env, ar->dir, path, &ar->warc, e) : OK;
}

rc archive_recover(struct archive *ar, struct archive_log *log, struct archive_recovery *ret, struct err *e)
{
	BUG_ON(ar->lock < 0 || ar->recovered);
	AUTO(arena) a = {0};
	struct end_found end;
	TRY(find_end(ar, &a, log, &end, e));
	TRY(confirm(ar, log, &end, e));
	*ret = (struct archive_recovery){.frames = end.frames, .refused = end.refused};
	TRY(recover_records(ar, &end, &ret->cut_records, e));
	TRY(recover_warc(ar, &a, &end.warc, &ret->cut_warc, e));
	/* frames of a killed command are seen here and need not be on disk; the warc/ bytes that they speak of are */
	TRY(archive_sync_records(ar, e));
	ar->recovered = true;
	return OK;
}
