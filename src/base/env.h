/* SPDX-License-Identifier: Apache-2.0 */
/* The world as a parameter: clock, randomness, files and network are reached through this and nothing else,
 * so that a test can pin the time, choose the random bytes, fail the third fsync or answer for a server.
 * io/ has the real one. */
#ifndef BASE_ENV_H
#define BASE_ENV_H

#include "base/err.h"
#include "base/str.h"

struct fetch_request; /* io/http/http.h */
struct fetch_reply;
struct arena;

enum env_op {
	ENV_OPEN, /* for writing, and made when it was not there */
	ENV_MKDIR,
	ENV_WRITE,
	ENV_SYNC, /* fdatasync, fsync, of files and of directories */
	ENV_RENAME,
	ENV_TRUNCATE,
	ENV_UNLINK,
	ENV_RMDIR,
};

/* One change that io/fs has made to a file or folder with a name. */
struct env_change {
	enum env_op op;
	int at;           /* the folder that `path` and `to` begin at, or AT_FDCWD */
	const char *path; /* OPEN, MKDIR, RENAME, UNLINK, RMDIR */
	const char *to;   /* RENAME */
	int fd;           /* OPEN, WRITE, SYNC, TRUNCATE: open on it */
	struct str bytes; /* WRITE: those before the descriptor's place */
	uint64_t size;    /* TRUNCATE: what is left */
};

struct env {
	/* Nanoseconds since 1970 UTC by the system's clock. */
	int64_t (*now)(struct env *env);
	/* n bytes that nobody can guess. */
	rc (*random)(struct env *env, void *p, size_t n, struct err *e);
	/* Asked before every change to a file; a value other than 0 is the errno that the operation then fails
	 * with, without being done. NULL: nothing fails on purpose. */
	int (*fault)(struct env *env, enum env_op op, const char *path);
	/* Told after every change that was made, for tests that replay a crash. May be NULL. */
	void (*changed)(struct env *env, const struct env_change *c);
	/* One HTTP exchange, bytes verbatim: io/http. */
	rc (*fetch)(struct env *env, const struct fetch_request *req, struct arena *a, struct fetch_reply *ret,
		struct err *e);
	/* The environment variable, or NULL. */
	const char *(*var)(struct env *env, const char *name);
	/* WARC and records files are closed at this size, so that a test has many; 0: at their caps. */
	uint64_t file_bytes;
	void *ctx; /* for tests */
};

#endif
