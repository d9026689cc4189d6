/* SPDX-License-Identifier: Apache-2.0 */
/* The world as a parameter: clock, randomness, files and network are reached through this and nothing else,
 * so that a test can pin the time, choose the random bytes, fail the third fsync or answer for a server.
 * io/ has the real one. */
#ifndef BASE_ENV_H
#define BASE_ENV_H

#include "base/err.h"

struct fetch_request; /* io/http/http.h */
struct fetch_reply;
struct arena;

enum env_op {
	ENV_OPEN,
	ENV_WRITE,
	ENV_SYNC, /* fdatasync, fsync, of files and of directories */
	ENV_RENAME,
	ENV_TRUNCATE,
	ENV_UNLINK,
};

struct env {
	/* Nanoseconds since 1970 UTC by the system's clock. */
	int64_t (*now)(struct env *env);
	/* n bytes that nobody can guess. */
	rc (*random)(struct env *env, void *p, size_t n, struct err *e);
	/* Asked before every change to a file; a value other than 0 is the errno that the operation then fails
	 * with, without being done. NULL: nothing fails on purpose. */
	int (*fault)(struct env *env, enum env_op op, const char *path);
	/* One HTTP exchange, bytes verbatim: io/http. */
	rc (*fetch)(struct env *env, const struct fetch_request *req, struct arena *a, struct fetch_reply *ret,
		struct err *e);
	/* The environment variable, or NULL. */
	const char *(*var)(struct env *env, const char *name);
	void *ctx; /* for tests */
};

#endif
