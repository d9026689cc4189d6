/* SPDX-License-Identifier: Apache-2.0 */
/* The one growable buffer. Made with a cap; going over it sets `over` and later adds do nothing,
 * so building code stays linear and asks once, at buf_done(). A NUL always follows the content. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>

#include "base/err.h"
#include "base/str.h"

struct buf {
	char *p;
	size_t n;
	size_t room;
	size_t cap;
	bool over;
};

/* Empty; grows to at most `cap` bytes. */
void buf_init(struct buf *b, size_t cap);
/* Frees the content; the buffer can be used again with the same cap. */
void buf_clear(struct buf *b);
/* Empties it and forgets `over`; keeps the memory. */
void buf_reset(struct buf *b);

void buf_add(struct buf *b, struct str s);
void buf_addc(struct buf *b, char c);
void buf_addmem(struct buf *b, const void *p, size_t n);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_vaddf(struct buf *b, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);
/* Big-endian integers. */
void buf_addu16(struct buf *b, uint16_t v);
void buf_addu32(struct buf *b, uint32_t v);
void buf_addu64(struct buf *b, uint64_t v);

/* Removes n bytes (clipped) at the front, as a reader's window does. */
void buf_eat(struct buf *b, size_t n);

/* Room for n more bytes, to be filled by the caller and then counted in with buf_grown(); NULL when
 * that would go over the cap (and `over` is set). */
char *buf_space(struct buf *b, size_t n);
void buf_grown(struct buf *b, size_t n);

/* What is in it; borrowed until the next change. */
static inline struct str buf_str(const struct buf *b)
{
	return (struct str){b->p ? b->p : "", b->n};
}

/* OK, or E_LIMIT "over <cap> bytes". */
MUST_USE rc buf_done(const struct buf *b, struct err *e);

#endif
