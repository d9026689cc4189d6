/* SPDX-License-Identifier: Apache-2.0 */
/* The end of parsing: nodes come into document order, the pieces of each text together. */
#include "base/mem.h"
#include "formats/html/build_int.h"

/* A fragment's nodes hang below the root element that the standard gives it; they go up to the document. */
static void lift_fragment(struct builder *b)
{
	struct link *root = &b->links[b->root];
	for (uint32_t i = root->first; i != HTML_NONE; i = b->links[i].next)
		b->links[i].parent = 0;
	b->links[0].first = root->first;
	b->links[0].last = root->last;
	root->first = root->last = root->parent = HTML_NONE;
}

/* Attributes that later tags added stand behind the element's own. */
static void add_late(struct builder *b, size_t which)
{
	struct html *h = b->h;
	if (b->late[which].n == 0)
		return;
	struct html_node *n = &h->nodes[b->late[which].node];
	size_t need = h->nattrs + n->nattrs + b->late[which].n;
	if (need > h->room_attrs) {
		h->attrs = mem_realloc(h->attrs, need * sizeof(*h->attrs));
		h->room_attrs = need;
	}
	struct html_attr *to = h->attrs + h->nattrs;
	if (n->nattrs)
		memcpy(to, h->attrs + n->el.attrs, n->nattrs * sizeof(*to));
	memcpy(to + n->nattrs, b->late[which].items, b->late[which].n * sizeof(*to));
	n->el.attrs = (uint32_t)h->nattrs;
	n->nattrs = (uint16_t)(n->nattrs + b->late[which].n);
	h->nattrs = need;
}

/* Numbers what hangs below the document, in document order, into links[].last, and sets parents and ends. True when no
 * node has to move. */
static bool number(struct builder *b, uint32_t *ret_count)
{
	struct link *l = b->links;
	struct html_node *nodes = b->h->nodes;
	uint32_t count = 0;
	uint32_t i = 0;
	bool in_order = true;
	for (;;) {
		l[i].last = count;
		in_order = in_order && count == i;
		nodes[i].parent = i ? l[l[i].parent].last : HTML_NONE;
		count++;
		if (l[i].first != HTML_NONE) {
			i = l[i].first;
			continue;
		}
		while (i && l[i].next == HTML_NONE) {
			nodes[i].end = count;
			i = l[i].parent;
		}
		nodes[i].end = count;
		if (i == 0)
			break;
		i = l[i].next;
	}
	*ret_count = count;
	return in_order;
}

/* Each node changes places until it stands at its number; what hangs nowhere comes last. */
static void permute(struct builder *b, uint32_t count)
{
	struct html_node *nodes = b->h->nodes;
	struct link *l = b->links;
	for (uint32_t i = 0; i < b->h->n; i++)
		if (l[i].last == HTML_NONE)
			l[i].last = count++;
	for (uint32_t i = 0; i < b->h->n; i++) {
		while (l[i].last != i) {
			uint32_t to = l[i].last;
			struct html_node node = nodes[to];
			nodes[to] = nodes[i];
			nodes[i] = node;
			l[i].last = l[to].last;
			l[to].last = to;
		}
	}
}

static void order(struct builder *b)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < b->h->n; i++)
		b->links[i].last = HTML_NONE;
	if (!number(b, &count))
		permute(b, count);
	b->h->n = count;
}

/* Puts the runs of a text node one behind the other at `to`, and their characters into the pool unless there is but one
 * piece. Returns their number. */
static uint32_t join_runs(struct html *h, struct html_node *n, struct html_run *to)
{
	uint32_t count = 0;
	uint32_t at = 0;
	bool one = n->text.run == n->text.nruns;
	size_t start = h->pool.n;
	for (uint32_t i = n->text.run; i != HTML_NONE; i = h->runs[i].as_is) {
		const struct html_run *r = &h->runs[i];
		to[count++] = (struct html_run){r->from, r->to, at, r->n, !(r->at & HTML_POOL)};
		at += r->n;
		if (one)
			n->text.at = r->at;
		else if (buf_space(&h->pool, r->n)) {
			memcpy(h->pool.p + h->pool.n, text_at(h, r->at), r->n);
			buf_grown(&h->pool, r->n);
		}
	}
	n->text.n = at;
	if (!one)
		n->text.at = (uint32_t)start | HTML_POOL;
	return count;
}

static void join_texts(struct html *h)
{
	struct html_run *runs = mem_alloc(h->nruns * sizeof(*runs));
	uint32_t nruns = 0;
	for (uint32_t i = 0; i < h->n; i++) {
		struct html_node *n = &h->nodes[i];
		if (n->kind != HTML_TEXT)
			continue;
		if (n->text.run == HTML_NONE) {
			n->text.at = n->from;
			n->text.n = n->to - n->from;
			n->text.nruns = 0;
			continue;
		}
		uint32_t count = join_runs(h, n, runs + nruns);
		n->text.run = nruns;
		n->text.nruns = count;
		nruns += count;
	}
	mem_free(h->runs);
	h->runs = runs;
	h->room_runs = h->nruns;
	h->nruns = nruns;
	BUG_ON(h->pool.over);
}

void html_finish(struct builder *b)
{
	if (b->is_fragment)
		lift_fragment(b);
	add_late(b, 0);
	add_late(b, 1);
	order(b);
	join_texts(b->h);
}
