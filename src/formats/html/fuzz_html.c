/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "formats/html/html.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The array of nodes is a tree in document order, with source ranges inside the page. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena) a = {0};
	AUTO(buf) text = {0};
	struct html h;
	buf_init(&text, size * 3 + 1);
	utf8_add_clean(&text, str_mem(data, size));
	html_parse(&a, buf_str(&text), &h);
	BUG_ON(h.n == 0 || h.nodes[0].end != h.n);
	for (uint32_t i = 0; i < h.n; i++) {
		const struct html_node *n = &h.nodes[i];
		BUG_ON(n->end <= i || n->end > h.n || n->from > n->to || n->to > text.n);
		BUG_ON(i > 0 && (n->parent >= i || n->end > h.nodes[n->parent].end));
		BUG_ON(n->first != HTML_NONE && n->first != i + 1);
		BUG_ON(n->next != HTML_NONE && n->next != n->end);
	}
	(void)html_text(&a, &h, 0);
	return 0;
}
