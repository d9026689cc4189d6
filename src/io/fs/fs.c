/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files and directories: reading, committing, listing, locking. */
#include "io/fs/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/caps.h"
#include "base/mem.h"
#include "io/fs/fs_int.h"

#define PATH_CAP 4096u
#define PIECE (256u * KIB)

static int64_t real_now(struct env *env)
{
	(void)env;
	struct timespec t = {0};
	BUG_ON(clock_gettime(CLOCK_REALTIME, &t) != 0);
	return (int64_t)t.tv_sec * 1000000000ll + t.tv_nsec;
}

static rc real_random(struct env *env, void *p, size_t n, struct err *e)
{
	(void)env;
	uint8_t *to = p;
	while (n) {
		ssize_t got = getrandom(to, n, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return err_sys(e, "random numbers");
		to += got;
		n -= (size_t)got;
	}
	return OK;
}

static const char *real_var(struct env *env, const char *name)
{
	(void)env;
	return secure_getenv(name);
}

void fs_env(struct env *ret)
{
	*ret = (struct env){.now = real_now, .random = real_random, .var = real_var};
}

bool fs_faulted(struct env *env, enum env_op op, const char *path)
{
	int sys = env->fault ? env->fault(env, op, path) : 0;
	if (sys)
		errno = sys;
	return sys != 0;
}

void fs_changed(struct env *env, struct env_change c)
{
	if (env->changed)
		env->changed(env, &c);
}

rc fs_write_all(struct env *env, int fd, const char *path, struct str bytes, struct err *e)
{
	if (fs_faulted(env, ENV_WRITE, path))
		return err_sys(e, "%s: write", path);
	while (bytes.n) {
		ssize_t got = write(fd, bytes.p, bytes.n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(e, "%s: write", path);
		fs_changed(
			env, (struct env_change){.op = ENV_WRITE, .fd = fd, .bytes = str_sub(bytes, 0, (size_t)got)});
		bytes = str_from(bytes, (size_t)got);
	}
	return OK;
}

rc fs_sync_fd(struct env *env, int fd, const char *path, bool data_only, struct err *e)
{
	if (fs_faulted(env, ENV_SYNC, path) || (data_only ? fdatasync(fd) : fsync(fd)) != 0)
		return err_sys(e, "%s: sync", path);
	fs_changed(env, (struct env_change){.op = ENV_SYNC, .fd = fd});
	return OK;
}

rc fs_dir_open(int at, const char *path, int *ret_fd, struct err *e)
{
	int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return err_set(e, E_NOTFOUND, "%s: no such folder", path);
	if (fd < 0)
		return err_sys(e, "%s: open", path);
	*ret_fd = fd;
	return OK;
}

rc fs_dir_sync(struct env *env, int at, const char *path, struct err *e)
{
	AUTO_FD fd = -1;
	TRY(fs_dir_open(at, path, &fd, e));
	return fs_sync_fd(env, fd, path, false, e);
}

/* "a/b/c" -> "a/b"; "a" -> "." */
static struct str parent_of(struct str path)
{
	size_t slash = path.n;
	while (slash > 0 && path.p[slash - 1] != '/')
		slash--;
	if (slash == 0)
		return STR(".");
	return slash == 1 ? STR("/") : str_sub(path, 0, slash - 1);
}

static rc sync_parent(struct env *env, int at, const char *path, struct err *e)
{
	char parent[PATH_CAP];
	struct str up = parent_of(str_c(path));
	memcpy(parent, up.p, up.n);
	parent[up.n] = '\0';
	return fs_dir_sync(env, at, parent, e);
}

/* False also when it cannot be read. */
static bool dir_is_empty(int at, const char *path)
{
	int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		fd_closep(&fd);
		return false;
	}
	size_t n = 0;
	while (n < 3 && readdir(d))
		n++;
	(void)closedir(d);
	return n < 3;
}

/* A folder is filled only after its name was synced. So an empty one may have been left by a process that was killed
 * between the two. */
static rc dir_found(struct env *env, int at, const char *path, struct err *e)
{
	if (!dir_is_empty(at, path))
		return OK;
	rc r = sync_parent(env, at, path, e);
	/* the user may have made it in a folder that we cannot list */
	return r == E_DENIED ? OK : r;
}

static rc dir_make_one(struct env *env, int at, const char *path, struct err *e)
{
	if (fs_faulted(env, ENV_MKDIR, path))
		return err_sys(e, "%s: make folder", path);
	if (mkdirat(at, path, 0700) != 0)
		return errno == EEXIST ? dir_found(env, at, path, e) : err_sys(e, "%s: make folder", path);
	fs_changed(env, (struct env_change){.op = ENV_MKDIR, .at = at, .path = path});
	return sync_parent(env, at, path, e);
}

rc fs_dir_make(struct env *env, int at, const char *path, struct err *e)
{
	char part[PATH_CAP];
	size_t n = strlen(path);
	if (n == 0 || n >= sizeof(part))
		return err_set(e, E_LIMIT, "path of %zu bytes", n);
	struct stat st;
	if (fstatat(at, path, &st, 0) == 0 && S_ISDIR(st.st_mode))
		return dir_found(env, at, path, e);
	for (size_t i = 1; i <= n; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		TRY(dir_make_one(env, at, part, e));
	}
	return OK;
}

static rc open_file(int at, const char *path, int flags, int *ret_fd, uint64_t *ret_size, struct err *e)
{
	AUTO_FD fd = openat(at, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags);
	struct stat st;
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return err_set(e, E_NOTFOUND, "%s: no such file", path);
	if (fd < 0 || fstat(fd, &st) != 0)
		return err_sys(e, "%s: open", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, E_FORMAT, "%s: not a regular file", path);
	*ret_size = (uint64_t)st.st_size;
	*ret_fd = take_fd(&fd);
	return OK;
}

rc fs_open(int at, const char *path, int *ret_fd, uint64_t *ret_size, struct err *e)
{
	return open_file(at, path, O_NOFOLLOW, ret_fd, ret_size, e);
}

rc fs_open_input(const char *path, int *ret_fd, uint64_t *ret_size, struct err *e)
{
	rc r = open_file(AT_FDCWD, path, 0, ret_fd, ret_size, e);
	return r == E_IO ? (e->code = E_DENIED) : r;
}

rc fs_read_at(int fd, uint64_t offset, void *p, size_t n, struct err *e)
{
	char *to = p;
	while (n) {
		ssize_t got = pread(fd, to, n, (off_t)offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(e, "read at byte %llu", (unsigned long long)offset);
		if (got == 0)
			return err_set(e, E_NOTFOUND, "the file ends at byte %llu", (unsigned long long)offset);
		to += got;
		offset += (uint64_t)got;
		n -= (size_t)got;
	}
	return OK;
}

rc fs_read(int at, const char *path, struct buf *ret, struct err *e)
{
	AUTO_FD fd = -1;
	uint64_t size = 0;
	TRY(fs_open(at, path, &fd, &size, e));
	if (size > ret->cap - ret->n)
		return err_set(
			e, E_LIMIT, "%s: %llu bytes, at most %zu are read", path, (unsigned long long)size, ret->cap);
	char *to = buf_space(ret, (size_t)size);
	BUG_ON(!to);
	if (fs_read_at(fd, 0, to, (size_t)size, e) != OK)
		return err_add(e, "%s", path);
	buf_grown(ret, (size_t)size);
	return OK;
}

/* Of a name that means nothing: that it is gone already, or stays, is no error. */
static void remove_temp(struct env *env, int at, const char *temp)
{
	if (unlinkat(at, temp, 0) == 0)
		fs_changed(env, (struct env_change){.op = ENV_UNLINK, .at = at, .path = temp});
}

static rc rename_one(struct env *env, int at, const char *from, const char *to, struct err *e)
{
	if (fs_faulted(env, ENV_RENAME, to) || renameat(at, from, at, to) != 0)
		return err_sys(e, "%s: rename", to);
	fs_changed(env, (struct env_change){.op = ENV_RENAME, .at = at, .path = from, .to = to});
	return OK;
}

static rc commit_temp(struct env *env, int at, const char *temp, struct str bytes, mode_t mode, struct err *e)
{
	if (fs_faulted(env, ENV_OPEN, temp))
		return err_sys(e, "%s: create", temp);
	/* whatever an earlier command, or somebody else, left there */
	remove_temp(env, at, temp);
	AUTO_FD fd = openat(at, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return err_sys(e, "%s: create", temp);
	fs_changed(env, (struct env_change){.op = ENV_OPEN, .at = at, .path = temp, .fd = fd});
	TRY(fs_write_all(env, fd, temp, bytes, e));
	return fs_sync_fd(env, fd, temp, false, e);
}

rc fs_rename(struct env *env, int at, const char *from, const char *to, struct err *e)
{
	AUTO(arena) a = {0};
	TRY(rename_one(env, at, from, to, e));
	return fs_dir_sync(env, at, str_cstr(&a, parent_of(str_c(to))), e);
}

rc fs_commit(struct env *env, int at, const char *path, struct str bytes, mode_t mode, struct err *e)
{
	char temp[PATH_CAP];
	char dir[PATH_CAP];
	size_t n = strlen(path);
	if (n + sizeof(".tmp") > sizeof(temp))
		return err_set(e, E_LIMIT, "path of %zu bytes", n);
	memcpy(temp, path, n);
	memcpy(temp + n, ".tmp", sizeof(".tmp"));
	struct str up = parent_of(str_c(path));
	memcpy(dir, up.p, up.n);
	dir[up.n] = '\0';
	TRY(fs_dir_make(env, at, dir, e));
	rc r = commit_temp(env, at, temp, bytes, mode, e);
	if (r == OK)
		r = rename_one(env, at, temp, path, e);
	if (r != OK) {
		remove_temp(env, at, temp);
		return r;
	}
	return fs_dir_sync(env, at, dir, e);
}

static rc remove_one(struct env *env, enum env_op op, int at, const char *path, struct err *e)
{
	if (fs_faulted(env, op, path))
		return err_sys(e, "%s: remove", path);
	if (unlinkat(at, path, op == ENV_RMDIR ? AT_REMOVEDIR : 0) != 0)
		return errno == ENOENT ? OK : err_sys(e, "%s: remove", path);
	fs_changed(env, (struct env_change){.op = op, .at = at, .path = path});
	return OK;
}

rc fs_remove(struct env *env, int at, const char *path, struct err *e)
{
	return remove_one(env, ENV_UNLINK, at, path, e);
}

rc fs_remove_dir(struct env *env, int at, const char *path, struct err *e)
{
	return remove_one(env, ENV_RMDIR, at, path, e);
}

static rc lock_fd(int fd, const char *name, struct err *e)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return OK;
	if (errno == EWOULDBLOCK)
		return err_set(e, E_BUSY, "%s: another process is writing to this archive", name);
	return err_sys(e, "%s: lock", name);
}

rc fs_lock(int at, const char *path, int *ret_fd, struct err *e)
{
	/* for writing: over NFS an exclusive lock needs it */
	AUTO_FD fd = openat(at, path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return err_sys(e, "%s: open", path);
	TRY(lock_fd(fd, path, e));
	/* somebody may have replaced the file between open and lock: then this lock guards nothing */
	TRY(fs_lock_check(at, path, fd, e));
	*ret_fd = take_fd(&fd);
	return OK;
}

rc fs_lock_wait(struct env *env, int at, const char *path, int *ret_fd, struct err *e)
{
	for (;;) {
		if (fs_faulted(env, ENV_OPEN, path))
			return err_sys(e, "%s: open", path);
		AUTO_FD fd = openat(at, path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd < 0)
			return err_sys(e, "%s: open", path);
		while (flock(fd, LOCK_EX) != 0)
			if (errno != EINTR)
				return err_sys(e, "%s: lock", path);
		rc r = fs_lock_check(at, path, fd, e);
		if (r == OK)
			*ret_fd = take_fd(&fd);
		if (r != E_BUSY)
			return r;
	}
}

rc fs_lock_check(int at, const char *path, int fd, struct err *e)
{
	struct stat mine;
	struct stat there;
	if (fstat(fd, &mine) != 0)
		return err_sys(e, "%s: stat", path);
	if (fstatat(at, path, &there, AT_SYMLINK_NOFOLLOW) != 0 || mine.st_ino != there.st_ino ||
		mine.st_dev != there.st_dev)
		return err_set(e, E_BUSY, "%s: the locked file was replaced", path);
	return OK;
}

static bool no_dir_locks(int sys)
{
	return sys == EBADF || sys == EINVAL || sys == ENOLCK || sys == EOPNOTSUPP;
}

rc fs_lock_dir(int dir, const char *name, struct err *e)
{
	rc r = lock_fd(dir, name, e);
	return r == E_IO && no_dir_locks(e->sys) ? OK : r;
}

rc fs_lock_dir_wait(int dir, int *ret_fd, struct err *e)
{
	/* opened anew: a lock belongs to the open folder, and threads share `dir` */
	AUTO_FD fd = -1;
	TRY(fs_dir_open(dir, ".", &fd, e));
	int got = 0;
	do {
		got = flock(fd, LOCK_EX);
	} while (got != 0 && errno == EINTR);
	if (got != 0 && !no_dir_locks(errno))
		return err_sys(e, "lock of a folder");
	*ret_fd = got == 0 ? take_fd(&fd) : -1;
	return OK;
}

struct listing {
	struct dirent **names;
	int n;
};

static void listing_clear(struct listing *l)
{
	for (int i = 0; i < l->n; i++)
		mem_free(l->names[i]);
	mem_free(l->names);
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

rc fs_list(int at, const char *path, struct fs_visit *v, struct err *e)
{
	AUTO(listing) l = {0};
	l.n = scandirat(at, path, &l.names, NULL, by_bytes);
	if (l.n < 0) {
		l.n = 0;
		if (errno == ENOENT)
			return err_set(e, E_NOTFOUND, "%s: no such folder", path);
		return err_sys(e, "%s: list", path);
	}
	AUTO_FD dir = -1;
	TRY(fs_dir_open(at, path, &dir, e));
	for (int i = 0; i < l.n; i++) {
		const char *name = l.names[i]->d_name;
		struct stat st;
		if (str_eq(str_c(name), STR(".")) || str_eq(str_c(name), STR("..")))
			continue;
		if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			return err_sys(e, "%s/%s: stat", path, name);
		TRY(v->each(v, name, S_ISDIR(st.st_mode), e));
	}
	return OK;
}

rc fs_spool(struct env *env, int at, int *ret_fd, struct err *e)
{
	if (fs_faulted(env, ENV_OPEN, "spool"))
		return err_sys(e, "temporary file");
	int fd = openat(at, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(e, "temporary file");
	*ret_fd = fd;
	return OK;
}

rc fs_spool_memory(struct env *env, int *ret_fd, struct err *e)
{
	if (fs_faulted(env, ENV_OPEN, "spool"))
		return err_sys(e, "temporary file");
	int fd = memfd_create("onrecord", MFD_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "temporary file");
	*ret_fd = fd;
	return OK;
}

static rc source_pull(struct source *s, void *p, size_t n, size_t *ret_n, struct err *e)
{
	struct fs_source *f = (struct fs_source *)s;
	n = f->left < n ? (size_t)f->left : n;
	ssize_t got = 0;
	do {
		got = n ? pread(f->fd, p, n, (off_t)f->offset) : 0;
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_sys(e, "read at byte %llu", (unsigned long long)f->offset);
	f->offset += (uint64_t)got;
	f->left -= (uint64_t)got;
	*ret_n = (size_t)got;
	return OK;
}

void fs_source_init(struct fs_source *s, int fd, uint64_t offset, uint64_t length)
{
	*s = (struct fs_source){{source_pull}, fd, offset, length};
}

rc fs_hash(int fd, uint64_t offset, uint64_t length, struct fs_progress *progress, struct hash *ret, struct err *e)
{
	AUTO(digest) d = {0};
	AUTO(arena) a = {0};
	char *piece = arena_alloc(&a, PIECE);
	digest_start(&d, DIGEST_SHA256);
	while (length) {
		size_t n = length < PIECE ? (size_t)length : PIECE;
		TRY(fs_read_at(fd, offset, piece, n, e));
		digest_add(&d, piece, n);
		offset += n;
		length -= n;
		if (progress)
			progress->bytes(progress, n);
	}
	*ret = digest_sha256(&d);
	return OK;
}
