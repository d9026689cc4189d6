/* SPDX-License-Identifier: Apache-2.0 */
/* Where bytes come from and where they go, so that formats/ can work on a file, a pipe or a piece of memory
 * without knowing which. */
#ifndef BASE_STREAM_H
#define BASE_STREAM_H

#include "base/err.h"
#include "base/str.h"

struct source {
	/* Reads up to n > 0 bytes into p; *ret_n = 0 is the end. */
	rc (*pull)(struct source *s, void *p, size_t n, size_t *ret_n, struct err *e);
};

struct sink {
	/* Takes all of the bytes or fails. */
	rc (*push)(struct sink *s, struct str bytes, struct err *e);
};

/* A source over memory, `step` bytes at a time at most (0: no limit), which finds parsers that need it whole. */
struct mem_source {
	struct source source;
	struct str left;
	size_t step;
};
void mem_source_init(struct mem_source *m, struct str bytes, size_t step);

/* A sink into a buffer. */
struct buf;
struct buf_sink {
	struct sink sink;
	struct buf *to;
};
void buf_sink_init(struct buf_sink *s, struct buf *to);

#endif
