/* SPDX-License-Identifier: Apache-2.0 */
/* Files that only grow, and saving what a crash left behind their last known end. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/caps.h"
#include "io/fs/fs.h"
#include "io/fs/fs_int.h"

#define LOST "lost+found"

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

rc fs_log_open(struct env *env, int at, const char *path, struct fs_log *ret, struct err *e)
{
	struct fs_log l = {.env = env, .fd = -1};
	struct stat st;
	if (fs_faulted(env, ENV_OPEN, path))
		return err_sys(e, "%s: open", path);
	AUTO_FD fd = openat(at, path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || fstat(fd, &st) != 0)
		return err_sys(e, "%s: open", path);
	fs_changed(env, (struct env_change){.op = ENV_OPEN, .at = at, .path = path, .fd = fd});
	/* an empty one may have been left by a process that was killed before its name was synced */
	if (st.st_size == 0) {
		AUTO(arena) a = {0};
		const char *slash = strrchr(path, '/');
		struct str dir = slash ? str_mem(path, (size_t)(slash - path)) : STR(".");
		TRY(fs_dir_sync(env, at, str_cstr(&a, dir), e));
	}
	const char *name = last_part(path);
	memcpy(l.name, name, size_min(strlen(name), sizeof(l.name) - 1));
	l.size = (uint64_t)st.st_size;
	l.fd = take_fd(&fd);
	*ret = l;
	return OK;
}

static rc refuse_failed(const struct fs_log *l, struct err *e)
{
	if (l->failed)
		return err_set(e, E_IO, "%s: an earlier write failed; nothing more is written to it", l->name);
	return OK;
}

rc fs_log_add(struct fs_log *l, struct str bytes, struct err *e)
{
	TRY(refuse_failed(l, e));
	rc r = fs_write_all(l->env, l->fd, l->name, bytes, e);
	if (r != OK) {
		l->failed = true;
		return r;
	}
	l->size += bytes.n;
	return OK;
}

rc fs_log_sync(struct fs_log *l, struct err *e)
{
	TRY(refuse_failed(l, e));
	rc r = fs_sync_fd(l->env, l->fd, l->name, true, e);
	l->failed = r != OK;
	return r;
}

rc fs_log_back(struct fs_log *l, uint64_t size, struct err *e)
{
	TRY(refuse_failed(l, e));
	BUG_ON(size > l->size);
	if (fs_faulted(l->env, ENV_TRUNCATE, l->name) || ftruncate(l->fd, (off_t)size) != 0) {
		l->failed = true;
		return err_sys(e, "%s: truncate", l->name);
	}
	fs_changed(l->env, (struct env_change){.op = ENV_TRUNCATE, .fd = l->fd, .size = size});
	l->size = size;
	return OK;
}

void fs_log_close(struct fs_log *l)
{
	fd_closep(&l->fd);
}

/* Copies [keep, size) of `from` into a new file of lost+found that is synced before anything is cut. */
static rc copy_tail(struct env *env, int at, const char *name, int from, uint64_t keep, uint64_t size, struct err *e)
{
	AUTO(arena) a = {0};
	struct str to = str_fmt(&a, LOST "/%s.%llu", name, (unsigned long long)keep);
	TRY(fs_dir_make(env, at, LOST, e));
	for (unsigned i = 2; faccessat(at, to.p, F_OK, AT_SYMLINK_NOFOLLOW) == 0; i++)
		to = str_fmt(&a, LOST "/%s.%llu.%u", name, (unsigned long long)keep, i);
	struct fs_log out = {.fd = -1};
	TRY(fs_log_open(env, at, to.p, &out, e));
	char *piece = arena_alloc(&a, 64 * KIB);
	rc r = OK;
	while (r == OK && keep < size) {
		size_t n = size - keep < 64 * KIB ? (size_t)(size - keep) : 64 * KIB;
		r = fs_read_at(from, keep, piece, n, e);
		if (r == OK)
			r = fs_log_add(&out, str_mem(piece, n), e);
		keep += n;
	}
	if (r == OK)
		r = fs_log_sync(&out, e);
	fs_log_close(&out);
	return r;
}

rc fs_save_tail(struct env *env, int at, const char *path, uint64_t keep, struct err *e)
{
	AUTO_FD fd = openat(at, path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) != 0)
		return err_sys(e, "%s: open", path);
	uint64_t size = (uint64_t)st.st_size;
	if (size <= keep)
		return OK;
	TRY(copy_tail(env, at, last_part(path), fd, keep, size, e));
	if (fs_faulted(env, ENV_TRUNCATE, path) || ftruncate(fd, (off_t)keep) != 0)
		return err_sys(e, "%s: truncate", path);
	fs_changed(env, (struct env_change){.op = ENV_TRUNCATE, .fd = fd, .size = keep});
	return fs_sync_fd(env, fd, path, false, e);
}
