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

/* Elements that end without their end tag leave their markers behind: when too many wait, the oldest entry goes. */
static void make_room(struct builder *b)
{
	if (b->nformatting < FORMATTING_ROOM)
		return;
	b->nmarkers -= b->formatting[0] == HTML_NONE;
	list_cut(b, 0);
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

/* The same for the same names and values in any order; others differ but by an accident of 64 bits, or by design, which
 * gains nothing: one formatting element more or less is opened again. */
static uint64_t attrs_digest(struct html *h, const struct html_node *n)
{
	uint64_t sum = 0;
	for (uint32_t i = 0; i < n->nattrs; i++) {
		const struct html_attr *at = &h->attrs[n->el.attrs + i];
		struct str value = html_attr_value(h, at);
		uint64_t one = (at->name + 1u) * UINT64_C(0x9e3779b97f4a7c15);
		for (size_t k = 0; k < value.n; k++)
			one = (one ^ (uint8_t)value.p[k]) * UINT64_C(0x100000001b3);
		sum += (one ^ one >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
		h->steps += 1 + value.n / 64;
	}
	return sum;
}

/* Three of one kind may wait (the standard's "Noah's Ark clause"), and CAP_HTML_FORMATTING in all: the oldest goes. */
void formatting_push(struct builder *b, uint32_t node)
{
	const struct html_node *n = &b->h->nodes[node];
	uint64_t digest = attrs_digest(b->h, n);
	size_t same = 0;
	size_t earliest = 0;
	for (size_t i = b->nformatting; i-- > 0 && b->formatting[i] != HTML_NONE;) {
		const struct html_node *m = &b->h->nodes[b->formatting[i]];
		b->h->steps++;
		if (m->el.name != n->el.name || m->nattrs != n->nattrs || b->links[b->formatting[i]].digest != digest)
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
	make_room(b);
	b->links[node].digest = digest;
	b->formatting[b->nformatting++] = node;
}

void formatting_marker(struct builder *b)
{
	make_room(b);
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
	b->h->steps++;
	return b->formatting[at] == HTML_NONE || b->links[b->formatting[at]].is_open;
}

void reconstruct(struct builder *b, const struct token *t)
{
	if (b->nformatting == 0 || b->nstack >= DEPTH_OPEN || is_open_or_marker(b, b->nformatting - 1))
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
		b->links[b->stack[at].node].is_open = false;
		b->links[node].is_open = true;
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
	b->links[clone].is_open = true;
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
