/* SPDX-License-Identifier: Apache-2.0 */
/* The list of active formatting elements, and the adoption agency, which mends tags that overlap.   §13.2.4.3,
 * §13.2.6.4.7 */
#include "formats/html/build_int.h"

static void list_cut(struct builder *b, size_t at)
{
	memmove(&b->formatting[at], &b->formatting[at + 1], (b->nformatting - at - 1) * sizeof(b->formatting[0]));
	b->nformatting--;
}

static void list_put(struct builder *b, size_t at, uint32_t node)
{
	memmove(&b->formatting[at + 1], &b->formatting[at], (b->nformatting - at) * sizeof(b->formatting[0]));
	b->formatting[at] = node;
	b->nformatting++;
}

static size_t list_find(struct builder *b, uint32_t node)
{
	for (size_t i = b->nformatting; i-- > 0;) {
		b->h->steps++;
		if (b->formatting[i] == node)
			return i;
	}
	return HTML_NONE;
}

static bool same_attrs(const struct html *h, const struct html_node *x, const struct html_node *y)
{
	if (x->nattrs != y->nattrs)
		return false;
	for (uint32_t i = 0; x->el.attrs != y->el.attrs && i < x->nattrs; i++) {
		const struct html_attr *a = &h->attrs[x->el.attrs + i];
		uint32_t k = 0;
		while (k < y->nattrs && h->attrs[y->el.attrs + k].name != a->name)
			k++;
		if (k == y->nattrs || !str_eq(html_attr_value(h, a), html_attr_value(h, &h->attrs[y->el.attrs + k])))
			return false;
	}
	return true;
}

/* Three of one kind may wait (the standard's "Noah's Ark clause"), and CAP_HTML_FORMATTING in all: the oldest goes. */
void formatting_push(struct builder *b, uint32_t node)
{
	const struct html_node *n = &b->h->nodes[node];
	size_t same = 0;
	size_t earliest = 0;
	for (size_t i = b->nformatting; i-- > 0 && b->formatting[i] != HTML_NONE;) {
		const struct html_node *m = &b->h->nodes[b->formatting[i]];
		b->h->steps += 1u + n->nattrs;
		if (m->el.name != n->el.name || !same_attrs(b->h, m, n))
			continue;
		same++;
		earliest = i;
	}
	if (same >= 3)
		list_cut(b, earliest);
	if (b->nformatting - b->nmarkers >= CAP_HTML_FORMATTING) {
		size_t i = 0;
		while (b->formatting[i] == HTML_NONE)
			i++;
		list_cut(b, i);
		if (!b->said_formatting)
			quirk_add(&b->h->quirks, n->from, "over %u formatting elements: one is not opened again",
				CAP_HTML_FORMATTING);
		b->said_formatting = true;
	}
	b->formatting[b->nformatting++] = node;
}

/* Elements that end without their end tag leave their markers behind: when too many wait, the oldest entry goes. */
void formatting_marker(struct builder *b)
{
	if (b->nformatting == FORMATTING_ROOM) {
		b->nmarkers -= b->formatting[0] == HTML_NONE;
		list_cut(b, 0);
	}
	b->formatting[b->nformatting++] = HTML_NONE;
	b->nmarkers++;
}

void formatting_clear_to_marker(struct builder *b)
{
	while (b->nformatting > 0) {
		b->h->steps++;
		if (b->formatting[--b->nformatting] == HTML_NONE) {
			b->nmarkers--;
			return;
		}
	}
}

void formatting_remove(struct builder *b, uint32_t node)
{
	size_t at = list_find(b, node);
	if (at != HTML_NONE)
		list_cut(b, at);
}

uint32_t formatting_find(struct builder *b, uint32_t name)
{
	for (size_t i = b->nformatting; i-- > 0 && b->formatting[i] != HTML_NONE;) {
		b->h->steps++;
		if (b->h->nodes[b->formatting[i]].el.name == name)
			return b->formatting[i];
	}
	return HTML_NONE;
}

static bool is_open_or_marker(struct builder *b, size_t at)
{
	return b->formatting[at] == HTML_NONE || stack_find(b, b->formatting[at]) != HTML_NONE;
}

void reconstruct(struct builder *b, const struct token *t)
{
	if (b->nformatting == 0 || is_open_or_marker(b, b->nformatting - 1))
		return;
	size_t at = b->nformatting - 1;
	while (at > 0 && !is_open_or_marker(b, at - 1))
		at--;
	for (; at < b->nformatting && b->nstack < DEPTH_OPEN; at++) {
		uint32_t node = clone_element(b, b->formatting[at], t);
		insert_node(b, node, HTML_NONE);
		stack_push(b, node);
		b->formatting[at] = node;
	}
}

/* The topmost special element below the formatting element: what the overlap reaches into. */
static size_t furthest_block(struct builder *b, size_t formatting)
{
	for (size_t i = formatting + 1; i < b->nstack; i++) {
		b->h->steps++;
		if (b->stack[i].flags & F_SPECIAL)
			return i;
	}
	return HTML_NONE;
}

/* Clones the elements between the block and the formatting element, each inside the next; returns the outermost.
 * *bookmark is where the formatting element's clone goes in the list. */
static uint32_t clone_between(
	struct builder *b, const struct token *t, size_t block, size_t formatting, size_t *bookmark)
{
	uint32_t block_node = b->stack[block].node;
	uint32_t last = block_node;
	size_t at = block;
	for (size_t count = 1; --at > formatting; count++) {
		size_t listed = list_find(b, b->stack[at].node);
		if (count > 3 && listed != HTML_NONE) {
			list_cut(b, listed);
			*bookmark -= listed < *bookmark;
			listed = HTML_NONE;
		}
		if (listed == HTML_NONE) {
			stack_remove(b, b->stack[at].node);
			continue;
		}
		uint32_t node = clone_element(b, b->stack[at].node, t);
		b->formatting[listed] = node;
		b->stack[at].node = node;
		if (last == block_node)
			*bookmark = listed + 1;
		node_unlink(b, last);
		node_append(b, node, last);
		last = node;
	}
	return last;
}

static void move_children(struct builder *b, uint32_t from, uint32_t to)
{
	struct link *f = &b->links[from];
	for (uint32_t i = f->first; i != HTML_NONE; i = b->links[i].next) {
		b->links[i].parent = to;
		b->h->steps++;
	}
	b->links[to].first = f->first;
	b->links[to].last = f->last;
	f->first = f->last = HTML_NONE;
}

static void adopt(struct builder *b, const struct token *t, size_t formatting, size_t block)
{
	uint32_t element = b->stack[formatting].node;
	uint32_t block_node = b->stack[block].node;
	size_t bookmark = list_find(b, element);
	uint32_t last = clone_between(b, t, block, formatting, &bookmark);
	node_unlink(b, last);
	insert_node(b, last, b->stack[formatting - 1].node);
	uint32_t clone = clone_element(b, element, t);
	move_children(b, block_node, clone);
	node_append(b, block_node, clone);
	size_t old = list_find(b, element);
	list_cut(b, old);
	list_put(b, bookmark - (old < bookmark), clone);
	struct open_element entry = b->stack[formatting];
	entry.node = clone;
	stack_remove(b, element);
	uint32_t at = stack_find(b, block_node) + 1;
	memmove(&b->stack[at + 1], &b->stack[at], (b->nstack - at) * sizeof(b->stack[0]));
	b->stack[at] = entry;
	b->nstack++;
}

bool adoption_agency(struct builder *b, const struct token *t)
{
	if (is_html_top(b, t->name) && list_find(b, top(b)->node) == HTML_NONE) {
		stack_pop_to(b, b->nstack - 1, t);
		return true;
	}
	for (size_t round = 0; round < 8; round++) {
		uint32_t element = formatting_find(b, t->name);
		if (element == HTML_NONE)
			return false;
		uint32_t at = stack_find(b, element);
		if (at == HTML_NONE) {
			formatting_remove(b, element);
			return true;
		}
		for (size_t i = b->nstack; --i > at;)
			if (b->stack[i].flags & F_SCOPE)
				return true;
		size_t block = furthest_block(b, at);
		if (block == HTML_NONE) {
			stack_pop_to(b, at, t);
			formatting_remove(b, element);
			return true;
		}
		if (round == 0) {
			b->h->nodes[element].el.close_from = t->from;
			b->h->nodes[element].el.close_to = t->to;
		}
		adopt(b, t, at, block);
	}
	return true;
}
