/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/buf.h"
#include "formats/text/text.h"
#include "stages/read/read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same_again(struct arena *a, const struct article *article)
{
	AUTO(buf) flat = {0};
	AUTO(buf) again = {0};
	struct article back;
	struct err e;
	buf_init(&flat, 64u << 20);
	buf_init(&again, 64u << 20);
	article_encode(&flat, article);
	BUG_ON(article_decode(a, buf_str(&flat), &back, &e) != OK);
	article_encode(&again, &back);
	BUG_ON(!str_eq(buf_str(&flat), buf_str(&again)));
}

/* Any bytes are a page; what is read of them survives its way out of the worker. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena) a = {0};
	struct text_codecs *c = text_codecs_new();
	struct article article;
	struct err e;
	struct read_input in = {.bytes = str_mem(data, size), .url = STR("https://news.example/a")};
	read_article(&a, c, &in, &article);
	same_again(&a, &article);
	if (article_decode(&a, in.bytes, &article, &e) == OK)
		same_again(&a, &article);
	text_codecs_free(c);
	return 0;
}
