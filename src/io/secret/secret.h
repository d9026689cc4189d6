/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for secrets: pages of their own outside the heap that are not swapped, not dumped and not there in a forked
 * child; wiped when cleared. Locking may be refused (RLIMIT_MEMLOCK); the rest holds all the same.
 *
 * What is in them is a struct buf that never grows, so everything that writes to a buf writes here and leaves no copy
 * behind. It is never buf_clear()ed. */
#ifndef IO_SECRET_H
#define IO_SECRET_H

#include "base/buf.h"
#include "base/caps.h"

struct secret {
	struct buf b;
	size_t mapped; /* 0: nothing is there */
};

/* Room for at least `room` bytes. OK · E_IO no memory. */
MUST_USE rc secret_open(size_t room, struct secret *ret, struct err *e);
/* Wipes and unmaps; zeros are fine. For AUTO(secret). */
void secret_clear(struct secret *s);

static inline struct str secret_str(const struct secret *s)
{
	return buf_str(&s->b);
}

/* Reads a passphrase: one line, without its newline, from a descriptor that is a terminal, a pipe or a file; nothing
 * behind the newline is read. That a terminal does not show it is the caller's to see to.
 * OK, also for an empty line · E_NOTFOUND the end comes at once · E_LIMIT over CAP_PASSPHRASE · E_IO. */
MUST_USE rc secret_read_line(int fd, struct secret *ret, struct err *e);

#endif
