/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/stream.h"
#include "formats/message/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct message_info run(struct arena *a, struct str in, size_t step, struct buf *content)
{
	struct message *m = message_new();
	struct message_info info = {0};
	struct buf_sink to;
	struct err e;
	buf_sink_init(&to, content);
	message_begin(m, a, &(struct message_start){.kind = MESSAGE_RESPONSE, .content = &to.sink});
	rc r = OK;
	for (size_t i = 0; r == OK && i < in.n; i += step)
		r = message_push(m, str_sub(in, i, i + step), &e);
	if (r == OK)
		r = message_end(m, &info, &e);
	if (r != OK) {
		BUG_ON(r != E_LIMIT); /* only our own small sink may refuse */
		info = (struct message_info){0};
	}
	message_free(m);
	return info;
}

/* The same message in one piece and in small ones gives the same content. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena) a = {0};
	AUTO(buf) one = {0};
	AUTO(buf) many = {0};
	buf_init(&one, 4u << 20);
	buf_init(&many, 4u << 20);
	struct message_info x = run(&a, str_mem(data, size), size ? size : 1, &one);
	struct message_info y = run(&a, str_mem(data, size), 3, &many);
	if (one.over || many.over)
		return 0;
	BUG_ON(x.status != y.status || x.payload_length != y.payload_length);
	BUG_ON(!x.content_broken && !str_eq(buf_str(&one), buf_str(&many)));
	return 0;
}
