/* SPDX-License-Identifier: Apache-2.0 */
/* Making, opening and locking the folder; the WARC side of writing. */
#include "io/archive/archive.h"

#include <fcntl.h>

#include "base/mem.h"
#include "base/time.h"
#include "io/archive/archive_int.h"

#define FORMAT_FILE "format"
#define FORMAT_TEXT "onrecord archive v1\n"

bool archive_is(const char *path)
{
	struct err e;
	AUTO_FD dir = -1;
	AUTO_FD fd = -1;
	uint64_t size = 0;
	return fs_dir_open(AT_FDCWD, path, &dir, &e) == OK && fs_open(dir, FORMAT_FILE, &fd, &size, &e) == OK;
}

rc archive_create(struct env *env, const char *path, struct err *e)
{
	static const char *const folders[] = {"warc", "records", "log", "keys"};
	if (archive_is(path))
		return err_set(e, E_EXISTS, "%s: there is an archive already", path);
	TRY(fs_dir_make(env, AT_FDCWD, path, e));
	AUTO_FD dir = -1;
	TRY(fs_dir_open(AT_FDCWD, path, &dir, e));
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		TRY(fs_dir_make(env, dir, folders[i], e));
	return fs_commit(env, dir, FORMAT_FILE, STR(FORMAT_TEXT), 0644, e);
}

static rc check_format(struct archive *ar, struct err *e)
{
	AUTO(buf) text = {0};
	buf_init(&text, 256);
	rc r = fs_read(ar->dir, FORMAT_FILE, &text, e);
	if (r == E_NOTFOUND)
		return err_set(e, E_NOTFOUND, "%s: not an archive (onrecord init makes one)", ar->path);
	TRY(r);
	if (!str_eq(buf_str(&text), STR(FORMAT_TEXT)))
		return err_set(e, E_UNSUPPORTED, "%s/" FORMAT_FILE ": not \"onrecord archive v1\"", ar->path);
	return OK;
}

static rc warc_push(struct sink *s, struct str bytes, struct err *e)
{
	struct archive *ar = (struct archive *)(void *)((char *)s - offsetof(struct archive, warc_sink));
	BUG_ON(!ar->in_span);
	TRY(fs_log_add(&ar->warc, bytes, e));
	digest_add(&ar->span_sha, bytes.p, bytes.n);
	return OK;
}

/* A command that was killed between a rename and the sync behind it left a name that everybody sees and no disk has. */
static rc sync_names(struct archive *ar, struct err *e)
{
	static const char *const folders[] = {".", "keys", "log"};
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		TRY(fs_dir_sync(ar->env, ar->dir, folders[i], e));
	return OK;
}

rc archive_open(struct env *env, const char *path, bool write, struct archive **ret, struct err *e)
{
	struct archive *ar = mem_alloc(sizeof(*ar));
	ar->env = env;
	ar->path = str_cstr(&ar->run, str_c(path));
	ar->dir = ar->lock = ar->warc.fd = ar->rec.fd = -1;
	ar->warc_sink.push = warc_push;
	buf_init(&ar->frame, CAP_RECORD + ARCHIVE_FRAME_HEAD);
	rc r = fs_dir_open(AT_FDCWD, path, &ar->dir, e);
	if (r == OK)
		r = check_format(ar, e);
	if (r == OK && write) {
		/* the folder itself cannot be replaced under us; the file is for where folders have no locks */
		r = fs_lock_dir(ar->dir, ".", e);
		if (r == OK)
			r = fs_lock(ar->dir, FORMAT_FILE, &ar->lock, e);
		if (r == OK)
			r = sync_names(ar, e);
		if (r != OK)
			r = err_add(e, "%s", path);
	}
	if (r != OK) {
		archive_close(ar);
		return r;
	}
	*ret = ar;
	return OK;
}

void archive_close(struct archive *ar)
{
	if (!ar)
		return;
	fs_log_close(&ar->warc);
	fs_log_close(&ar->rec);
	digest_clear(&ar->span_sha);
	digest_clear(&ar->mark_sha);
	buf_clear(&ar->frame);
	fd_closep(&ar->lock);
	fd_closep(&ar->dir);
	arena_clear(&ar->run);
	mem_free(ar);
}

int archive_dir(const struct archive *ar)
{
	return ar->dir;
}

struct env *archive_env(const struct archive *ar)
{
	return ar->env;
}

const char *archive_path(const struct archive *ar)
{
	return ar->path;
}

bool archive_file_full(const struct archive *ar, uint64_t size, uint64_t cap)
{
	return size >= cap || (ar->env->file_bytes > 0 && size >= ar->env->file_bytes);
}

static rc open_next_warc(struct archive *ar, struct err *e)
{
	AUTO(arena) a = {0};
	struct str stamp = instant_14(&a, ar->env->now(ar->env));
	struct str name = str_fmt(
		&a, "onrecord-%.*s-%05llu.warc.gz", STR_FMT(stamp), (unsigned long long)(ar->warc_serial + 1));
	BUG_ON(name.n >= sizeof(ar->warc_name));
	TRY(archive_sync_warc(ar, e));
	fs_log_close(&ar->warc);
	TRY(fs_log_open(ar->env, ar->dir, str_fmt(&a, "warc/%s", name.p).p, &ar->warc, e));
	if (ar->warc.size != 0)
		return err_set(e, E_EXISTS, "warc/%s: is there already", name.p);
	memcpy(ar->warc_name, name.p, name.n + 1);
	ar->warc_serial++;
	return OK;
}

rc archive_span_begin(struct archive *ar, bool *ret_fresh, struct err *e)
{
	BUG_ON(ar->lock < 0 || !ar->recovered || ar->in_span);
	TRY(archive_usable(ar, e));
	if (ar->warc.fd < 0 || archive_file_full(ar, ar->warc.size, CAP_WARC_FILE))
		TRY(open_next_warc(ar, e));
	*ret_fresh = ar->warc.size == 0;
	ar->in_span = true;
	ar->span_start = ar->warc.size;
	digest_start(&ar->span_sha, DIGEST_SHA256);
	archive_span_mark(ar);
	return OK;
}

struct sink *archive_span_sink(struct archive *ar)
{
	return &ar->warc_sink;
}

const char *archive_span_file(const struct archive *ar)
{
	return ar->warc_name;
}

uint64_t archive_span_at(const struct archive *ar)
{
	return ar->warc.size;
}

void archive_span_mark(struct archive *ar)
{
	ar->mark = ar->warc.size;
	digest_copy(&ar->mark_sha, &ar->span_sha);
}

rc archive_span_back(struct archive *ar, struct err *e)
{
	BUG_ON(!ar->in_span);
	TRY(fs_log_back(&ar->warc, ar->mark, e));
	digest_copy(&ar->span_sha, &ar->mark_sha);
	return OK;
}

void archive_span_end(struct archive *ar, struct archive_span *ret)
{
	BUG_ON(!ar->in_span);
	*ret = (struct archive_span){.offset = ar->span_start, .length = ar->warc.size - ar->span_start};
	memcpy(ret->file, ar->warc_name, sizeof(ret->file));
	ret->sha256 = digest_sha256(&ar->span_sha);
	ar->in_span = false;
}

rc archive_span_abort(struct archive *ar, struct err *e)
{
	if (!ar->in_span)
		return OK;
	ar->in_span = false;
	return fs_log_back(&ar->warc, ar->span_start, e);
}

rc archive_lock_check(struct archive *ar, struct err *e)
{
	if (fs_lock_check(ar->dir, FORMAT_FILE, ar->lock, e) == OK)
		return OK;
	archive_use_up(ar);
	return err_add(e, "%s", ar->path);
}

void archive_use_up(struct archive *ar)
{
	ar->used_up = true;
}

rc archive_usable(const struct archive *ar, struct err *e)
{
	if (ar->used_up)
		return err_set(
			e, E_IO, "%s: an earlier failure; nothing more is added before it is opened again", ar->path);
	return OK;
}

void archive_take_back(struct archive *ar)
{
	struct err ignored;
	bool in_kept_file = str_eq(str_c(ar->warc_name), str_c(ar->kept.file));
	ar->in_span = false;
	if (ar->warc.fd < 0 || ar->used_up)
		return;
	/* a span does not reach over two files, and only one file is begun before its first frame */
	if (!in_kept_file && ar->warc_serial != ar->kept.serial + 1)
		ar->used_up = true;
	else if (fs_log_back(&ar->warc, in_kept_file ? ar->kept.offset : 0, &ignored) != OK)
		ar->used_up = true;
}

rc archive_sync_warc(struct archive *ar, struct err *e)
{
	return ar->warc.fd < 0 ? OK : fs_log_sync(&ar->warc, e);
}
