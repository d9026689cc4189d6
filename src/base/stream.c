/* SPDX-License-Identifier: Apache-2.0 */
#include "base/stream.h"

#include "base/buf.h"

static rc mem_pull(struct source *s, void *p, size_t n, size_t *ret_n, struct err *e)
{
	(void)e;
	struct mem_source *m = (struct mem_source *)s;
	size_t got = size_min(n, m->left.n);
	if (m->step)
		got = size_min(got, m->step);
	if (got)
		memcpy(p, m->left.p, got);
	m->left = str_from(m->left, got);
	*ret_n = got;
	return OK;
}

void mem_source_init(struct mem_source *m, struct str bytes, size_t step)
{
	*m = (struct mem_source){{mem_pull}, bytes, step};
}

static rc buf_push(struct sink *s, struct str bytes, struct err *e)
{
	struct buf *to = ((struct buf_sink *)s)->to;
	buf_add(to, bytes);
	return buf_done(to, e);
}

void buf_sink_init(struct buf_sink *s, struct buf *to)
{
	*s = (struct buf_sink){{buf_push}, to};
}
