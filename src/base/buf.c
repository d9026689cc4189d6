/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdio.h>

#include "base/mem.h"

void buf_init(struct buf *b, size_t cap)
{
	*b = (struct buf){.cap = cap};
}

void buf_clear(struct buf *b)
{
	mem_free(b->p);
	*b = (struct buf){.cap = b->cap};
}

void buf_reset(struct buf *b)
{
	b->n = 0;
	b->over = false;
	if (b->p)
		b->p[0] = '\0';
}

char *buf_space(struct buf *b, size_t n)
{
	if (b->over || n > b->cap - b->n) {
		b->over = true;
		return NULL;
	}
	size_t need = b->n + n + 1;
	if (need > b->room) {
		size_t room = b->room ? b->room : 64;
		while (room < need)
			room = room > b->cap / 2 ? b->cap + 1 : room * 2;
		b->p = mem_realloc(b->p, room);
		b->room = room;
	}
	return b->p + b->n;
}

void buf_grown(struct buf *b, size_t n)
{
	BUG_ON(n >= b->room - b->n);
	b->n += n;
	b->p[b->n] = '\0';
}

void buf_addmem(struct buf *b, const void *p, size_t n)
{
	char *to = buf_space(b, n);
	if (!to)
		return;
	if (n)
		memcpy(to, p, n);
	buf_grown(b, n);
}

void buf_add(struct buf *b, struct str s)
{
	buf_addmem(b, s.p, s.n);
}

void buf_addc(struct buf *b, char c)
{
	buf_addmem(b, &c, 1);
}

void buf_vaddf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	BUG_ON(n < 0);
	char *to = buf_space(b, (size_t)n);
	if (to) {
		(void)vsnprintf(to, (size_t)n + 1, fmt, again);
		buf_grown(b, (size_t)n);
	}
	va_end(again);
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	buf_vaddf(b, fmt, ap);
	va_end(ap);
}

static void add_be(struct buf *b, uint64_t v, unsigned bytes)
{
	uint8_t be[8];
	for (unsigned i = 0; i < bytes; i++)
		be[i] = (uint8_t)(v >> (8 * (bytes - 1 - i)));
	buf_addmem(b, be, bytes);
}

void buf_addu16(struct buf *b, uint16_t v)
{
	add_be(b, v, 2);
}

void buf_addu32(struct buf *b, uint32_t v)
{
	add_be(b, v, 4);
}

void buf_addu64(struct buf *b, uint64_t v)
{
	add_be(b, v, 8);
}

void buf_eat(struct buf *b, size_t n)
{
	n = size_min(n, b->n);
	if (n == 0)
		return;
	memmove(b->p, b->p + n, b->n - n);
	b->n -= n;
	b->p[b->n] = '\0';
}

rc buf_done(const struct buf *b, struct err *e)
{
	return b->over ? err_set(e, E_LIMIT, "over %zu bytes", b->cap) : OK;
}
