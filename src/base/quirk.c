/* SPDX-License-Identifier: Apache-2.0 */
#include "base/quirk.h"

#include "base/arena.h"
#include "base/buf.h"

void quirk_add(struct quirks *q, uint64_t offset, const char *fmt, ...)
{
	q->seen++;
	if (!q->a || q->n >= QUIRKS_MAX)
		return;
	AUTO(buf) text = {0};
	buf_init(&text, 400);
	va_list ap;
	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	struct quirk *k = arena_push(q->a, &q->items, &q->n, sizeof(*q->items));
	*k = (struct quirk){offset, text.over ? STR("(long message)") : str_dup(q->a, buf_str(&text))};
}
