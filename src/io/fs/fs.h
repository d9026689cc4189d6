/* SPDX-License-Identifier: Apache-2.0 */
/* The only code that changes files. Nothing is said to be done before it is synced; after a write or sync has failed,
 * the file is never written again by this process (the kernel may have dropped the pages: a second fsync would lie).
 *
 * Paths are relative to a directory descriptor and may have several parts ("tile/0/000.p/3"). Every change first asks
 * env->fault, so that a test can make any one of them fail, and is then told to env->changed, so that a test can replay
 * them. A file without a name (fs_spool) is gone after a crash, and is not told of. */
#ifndef IO_FS_H
#define IO_FS_H

#include <sys/types.h>

#include "base/env.h"
#include "base/hash.h"
#include "base/stream.h"

struct buf;

/* The real clock, random numbers and environment variables; env->fetch is left NULL. */
void fs_env(struct env *ret);

/* In this file E_DENIED is what the system refuses to this user or on a read-only file system, E_IO any other failure
 * of it. */

/* Opens a directory. OK · E_NOTFOUND · E_IO · E_DENIED. */
MUST_USE rc fs_dir_open(int at, const char *path, int *ret_fd, struct err *e);
/* Makes a directory and its parents, mode 0700, and syncs what holds it. An existing one is fine; what holds it is
 * synced as long as it is empty.
 * OK · E_LIMIT a path too long · E_IO · E_DENIED. */
MUST_USE rc fs_dir_make(struct env *env, int at, const char *path, struct err *e);
/* Syncs a directory's names. OK · E_NOTFOUND · E_IO · E_DENIED. */
MUST_USE rc fs_dir_sync(struct env *env, int at, const char *path, struct err *e);

/* Opens a regular file for reading, not through a link. OK · E_NOTFOUND · E_IO · E_DENIED · E_FORMAT not a regular
 * file. */
MUST_USE rc fs_open(int at, const char *path, int *ret_fd, uint64_t *ret_size, struct err *e);
/* The same for a file that the user names, from the working folder: links are followed, and that it cannot be opened
 * never counts against the archive's disk. OK · E_NOTFOUND · E_DENIED · E_FORMAT not a regular file. */
MUST_USE rc fs_open_input(const char *path, int *ret_fd, uint64_t *ret_size, struct err *e);
/* The whole file appended to `ret`. OK · E_NOTFOUND · E_FORMAT not a regular file · E_LIMIT larger than
 * ret's cap · E_IO · E_DENIED. */
MUST_USE rc fs_read(int at, const char *path, struct buf *ret, struct err *e);
/* n bytes at that offset of an open file. OK · E_NOTFOUND the file ends before · E_IO. */
MUST_USE rc fs_read_at(int fd, uint64_t offset, void *p, size_t n, struct err *e);

/* Puts a whole file in place so that after a crash there is the old one or the new one: temp, fsync, rename, fsync of
 * the directory. Parents are made. The temp file's name ends in ".tmp".
 * OK · E_LIMIT a path too long · E_IO · E_DENIED; after an error the old file may be in place or the new one. */
MUST_USE rc fs_commit(struct env *env, int at, const char *path, struct str bytes, mode_t mode, struct err *e);
/* Gives a finished file its name, over one that has it; the directory is synced. OK · E_IO · E_DENIED. */
MUST_USE rc fs_rename(struct env *env, int at, const char *from, const char *to, struct err *e);
/* Removes a file, or an empty directory; one that is not there is fine. OK · E_IO · E_DENIED. */
MUST_USE rc fs_remove(struct env *env, int at, const char *path, struct err *e);
MUST_USE rc fs_remove_dir(struct env *env, int at, const char *path, struct err *e);

/* A file that only grows. */
struct fs_log {
	struct env *env;
	int fd;        /* -1: closed */
	uint64_t size; /* written so far */
	bool failed;   /* a write or sync went wrong: nothing more is written */
	char name[64]; /* for messages */
};
/* Opens or makes it, for appending at its end. While it is empty, its name is synced into its directory.
 * OK · E_IO · E_DENIED. Close with fs_log_close(). */
MUST_USE rc fs_log_open(struct env *env, int at, const char *path, struct fs_log *ret, struct err *e);
/* Appends, not synced yet. OK · E_IO, also after an earlier failure. */
MUST_USE rc fs_log_add(struct fs_log *l, struct str bytes, struct err *e);
/* What was added is on disk. OK · E_IO, also after an earlier failure. */
MUST_USE rc fs_log_sync(struct fs_log *l, struct err *e);
/* Takes back what was added after `size` and was never reported as kept. OK · E_IO. */
MUST_USE rc fs_log_back(struct fs_log *l, uint64_t size, struct err *e);
void fs_log_close(struct fs_log *l);

/* Moves what is behind `keep` bytes of a file into lost+found/<name>.<keep>[.n], synced, and then cuts the file.
 * Nothing is deleted. `at` is the directory that holds lost+found. OK · E_NOTFOUND no such file · E_IO ·
 * E_DENIED. */
MUST_USE rc fs_save_tail(struct env *env, int at, const char *path, uint64_t keep, struct err *e);

/* An exclusive lock on a file that is there, until the descriptor is closed. OK · E_BUSY another process has it, or it
 * was replaced · E_IO · E_DENIED. */
MUST_USE rc fs_lock(int at, const char *path, int *ret_fd, struct err *e);
/* The same, but waits for it, and makes the file when there is none: for changes that take milliseconds. Threads of one
 * process exclude each other too. OK · E_IO · E_DENIED. */
MUST_USE rc fs_lock_wait(struct env *env, int at, const char *path, int *ret_fd, struct err *e);
/* Whether that lock is still on the file of that name. OK · E_BUSY it was replaced or removed. */
MUST_USE rc fs_lock_check(int at, const char *path, int fd, struct err *e);
/* The same on an open folder. OK also where the file system has no locks on folders. */
MUST_USE rc fs_lock_dir(int dir, const char *name, struct err *e);
/* Waits as fs_lock_wait() does, on the folder itself: what has no name of its own cannot be removed or replaced.
 * *ret_fd is -1 where the file system has no locks on folders. OK · E_IO. */
MUST_USE rc fs_lock_dir_wait(int dir, int *ret_fd, struct err *e);

/* Calls `each` for every entry of a directory except "." and "..", in bytewise order; stops at the first error.
 * OK · E_NOTFOUND no such directory · E_IO · E_DENIED · what `each` gave. */
struct fs_visit {
	rc (*each)(struct fs_visit *v, const char *name, bool is_dir, struct err *e);
};
MUST_USE rc fs_list(int at, const char *path, struct fs_visit *v, struct err *e);

/* A temporary file without a name, in that directory; gone when closed. OK · E_IO · E_DENIED. */
MUST_USE rc fs_spool(struct env *env, int at, int *ret_fd, struct err *e);

/* A temporary file in memory, for what is small; gone when closed. OK · E_IO. */
MUST_USE rc fs_spool_memory(struct env *env, int *ret_fd, struct err *e);

/* A source over `length` bytes of an open file from `offset` on. */
struct fs_source {
	struct source source;
	int fd;
	uint64_t offset;
	uint64_t left;
};
/* Borrows the descriptor. Its pull gives E_IO; a file that ends before is an end. */
void fs_source_init(struct fs_source *s, int fd, uint64_t offset, uint64_t length);

/* SHA-256 of `length` bytes at `offset`. `progress` (may be NULL) hears of each piece.
 * OK · E_NOTFOUND the file is shorter · E_IO. */
struct fs_progress {
	void (*bytes)(struct fs_progress *p, uint64_t n);
};
MUST_USE rc fs_hash(
	int fd, uint64_t offset, uint64_t length, struct fs_progress *progress, struct hash *ret, struct err *e);

#endif
