/* SPDX-License-Identifier: Apache-2.0 */
/* Start-up: what lies behind the last good frame was never reported as kept. It goes to lost+found, and both kinds of
 * file are opened for appending at the end of what was. */
#include <fcntl.h>

#include "io/archive/archive_int.h"

struct end_found {
	uint64_t frames;
	uint64_t cut_at;    /* of the last records file: the end of its last good frame */
	uint64_t cut_first; /* that file's first index */
	bool damaged;       /* bytes follow it that are no frame */
	uint64_t warc_serial;
	uint64_t warc_end;
};

/* Reads the last records file, and the one before it while the last has no frame. */
static rc find_end(struct archive *ar, struct arena *a, struct end_found *ret, struct err *e)
{
	uint64_t *first = NULL;
	size_t n = 0;
	TRY(archive_rec_list(ar, a, &first, &n, e));
	*ret = (struct end_found){0};
	if (n == 0)
		return OK;
	size_t from = n - 1;
	*ret = (struct end_found){.frames = first[from], .cut_first = first[from]};
	for (;;) {
		struct archive_scan *s = NULL;
		struct frame f = {0};
		TRY(archive_scan_new(ar, first[from], &s, e));
		rc r = OK;
		bool any = false;
		while ((r = archive_scan_next(s, &f, e)) == OK) {
			any = true;
			ret->frames = f.ref.index + 1;
			ret->warc_serial = f.warc_serial;
			ret->warc_end = f.warc_end;
			if (f.ref.file == ret->cut_first)
				ret->cut_at = f.ref.offset + ARCHIVE_FRAME_HEAD + f.body.n;
		}
		archive_scan_free(s);
		if (r != E_NOTFOUND && r != E_VERIFY)
			return r;
		ret->damaged |= r == E_VERIFY;
		if (any || from == 0)
			return OK;
		from--;
	}
}

struct warc_tail {
	struct fs_visit visit;
	struct archive *ar;
	struct arena *a;
	const struct end_found *end;
	bool cut;
	bool found; /* the file that the last frame ends in */
};

/* A WARC file behind the end is moved away whole; the one that the end lies in loses its tail. */
static rc warc_file(struct fs_visit *v, const char *name, bool is_dir, struct err *e)
{
	struct warc_tail *t = (struct warc_tail *)v;
	struct archive *ar = t->ar;
	uint64_t serial = is_dir ? 0 : archive_warc_serial(str_c(name));
	if (serial == 0 || serial < t->end->warc_serial)
		return OK;
	AUTO_FD fd = -1;
	uint64_t size = 0;
	const char *path = str_fmt(t->a, "warc/%s", name).p;
	uint64_t keep = serial == t->end->warc_serial ? t->end->warc_end : 0;
	TRY(fs_open(ar->dir, path, &fd, &size, e));
	if (size < keep)
		return err_set(e, E_VERIFY, "%s: ends at byte %llu, but the records say %llu", path,
			(unsigned long long)size, (unsigned long long)keep);
	if (size > keep) {
		TRY(fs_save_tail(ar->env, ar->dir, path, keep, e));
		t->cut = true;
	}
	if (keep == 0)
		return fs_remove(ar->env, ar->dir, path, e);
	t->found = true;
	BUG_ON(strlen(name) >= sizeof(ar->warc_name));
	memcpy(ar->warc_name, name, strlen(name) + 1);
	return fs_log_open(ar->env, ar->dir, path, &ar->warc, e);
}

static rc recover_warc(struct archive *ar, struct arena *a, const struct end_found *end, bool *ret_cut, struct err *e)
{
	struct warc_tail t = {.visit.each = warc_file, .ar = ar, .a = a, .end = end};
	TRY(fs_list(ar->dir, "warc", &t.visit, e));
	if (end->warc_serial && !t.found)
		return err_set(e, E_VERIFY, "warc/: the file with serial %llu is missing",
			(unsigned long long)end->warc_serial);
	ar->warc_serial = end->warc_serial;
	*ret_cut = t.cut;
	return OK;
}

rc archive_recover(struct archive *ar, uint64_t sealed, struct archive_recovery *ret, struct err *e)
{
	BUG_ON(ar->lock < 0 || ar->recovered);
	AUTO(arena) a = {0};
	struct end_found end;
	TRY(find_end(ar, &a, &end, e));
	if (end.frames < sealed)
		return err_set(e, E_VERIFY,
			"records/: frame %llu is damaged or missing, and %llu are sealed (see onrecord verify)",
			(unsigned long long)end.frames, (unsigned long long)sealed);
	AUTO(buf) path = {0};
	buf_init(&path, 128);
	archive_rec_path(&path, end.cut_first);
	*ret = (struct archive_recovery){.frames = end.frames, .cut_records = end.damaged};
	if (end.damaged)
		TRY(fs_save_tail(ar->env, ar->dir, path.p, end.cut_at, e));
	TRY(recover_warc(ar, &a, &end, &ret->cut_warc, e));
	ar->next = end.frames;
	ar->kept_serial = end.warc_serial;
	ar->kept_end = end.warc_end;
	ar->rec_first = end.cut_first;
	if (end.frames > end.cut_first || end.cut_at)
		TRY(fs_log_open(ar->env, ar->dir, path.p, &ar->rec, e));
	ar->recovered = true;
	return OK;
}
