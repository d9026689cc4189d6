/* SPDX-License-Identifier: Apache-2.0 */
/* A disk that forgets, for tests: a trace of the changes that io/fs made below one folder, and what a crash after any
 * of them may leave there. Only what POSIX promises is kept: bytes after fsync or fdatasync of their file, names after
 * fsync of the folder that they are in; a rename is done or not, and nothing is in order that was not synced. */
#ifndef IO_FS_TEST_DISK_H
#define IO_FS_TEST_DISK_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/env.h"
#include "base/hash.h"

/* One change; paths begin at the trace's folder. */
struct change {
	enum env_op op;
	struct str path;
	struct str to;
	struct str bytes;
	uint64_t at; /* WRITE: the offset; TRUNCATE: what is left */
	mode_t mode; /* OPEN */
	bool whole;  /* put there, on disk, by somebody who needs no watching (SQLite) */
};
struct trace {
	struct arena a;
	const char *root;
	struct change *change;
	size_t n;
	/* Asked for each change by its place in the trace: true leaves it out. A way to break the order of things on
	 * purpose. May be NULL. */
	bool (*drop)(const struct change *c);
};
/* `root` is an absolute path without links in it, and outlives the trace. */
void trace_open(struct trace *t, const char *root);
void trace_clear(struct trace *t);
/* For env->changed. Changes elsewhere are not kept. */
void trace_add(struct trace *t, const struct env_change *c);
/* Adds that the file is there now, whole, as it is on disk; or that there is none. */
void trace_add_whole(struct trace *t, const char *path);

struct disk;
struct disk *disk_new(void);
void disk_free(struct disk *d);
/* Borrows from the change. */
void disk_apply(struct disk *d, const struct change *c);

/* What may be there after a crash: the first ones by rule, all from DISK_RANDOM on at random from `seed`. */
enum disk_variant {
	DISK_KILLED,   /* all that was done: the process ended, the machine did not */
	DISK_BARE,     /* only what was synced */
	DISK_NO_NAMES, /* all bytes, and the names that were synced */
	DISK_NO_BYTES, /* all names, and the bytes that were synced */
	DISK_TORN,     /* the last write of each file cut short */
	DISK_ZEROS,    /* sizes grew, the sectors written are zeros or not */
	DISK_RANDOM,
};
struct disk_file {
	struct str path;
	bool is_dir;
	mode_t mode;
	struct str bytes;
};
struct disk_state {
	struct arena a;
	struct disk_file *file; /* a folder comes before what is in it */
	size_t n;
	struct hash id; /* the same for the same contents */
};
void disk_crash(const struct disk *d, unsigned variant, uint64_t seed, struct disk_state *ret);
void disk_state_clear(struct disk_state *s);
/* Makes the folder anew with that in it. */
void disk_state_write(const struct disk_state *s, const char *root);
/* A disk on which that is synced. Borrows from the state. */
struct disk *disk_of(const struct disk_state *s);

#endif
