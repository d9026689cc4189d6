/* SPDX-License-Identifier: Apache-2.0 */
/* Asking a document. */
#include "formats/html/build_int.h"

struct str html_name(const struct html *h, uint32_t name)
{
	return html_names_text(h->names, name);
}

uint32_t html_name_find(const struct html *h, struct str name)
{
	return html_names_find(h->names, name);
}

const struct html_attr *html_attr_find(const struct html *h, uint32_t node, uint32_t name)
{
	const struct html_node *n = &h->nodes[node];
	for (uint32_t i = 0; i < n->nattrs; i++)
		if (h->attrs[n->el.attrs + i].name == name && h->attrs[n->el.attrs + i].ns == HTML_NS_HTML)
			return &h->attrs[n->el.attrs + i];
	return NULL;
}

struct str html_attr_value(const struct html *h, const struct html_attr *at)
{
	return str_mem(text_at(h, at->at), at->n);
}

struct str html_attr(const struct html *h, uint32_t node, uint32_t name)
{
	const struct html_attr *at = html_attr_find(h, node, name);
	return at ? html_attr_value(h, at) : STR("");
}

struct str html_token(struct str *list)
{
	size_t from = 0;
	while (from < list->n && html_space(list->p[from]))
		from++;
	size_t to = from;
	while (to < list->n && !html_space(list->p[to]))
		to++;
	struct str token = str_sub(*list, from, to);
	*list = str_from(*list, to);
	return token;
}

bool html_has_class(const struct html *h, uint32_t node, struct str token)
{
	struct str list = html_attr(h, node, NAME_CLASS);
	for (struct str t = html_token(&list); t.n; t = html_token(&list))
		if (str_eq(t, token))
			return true;
	return false;
}

uint32_t html_find(const struct html *h, uint32_t from, enum html_name name)
{
	for (uint32_t i = from; i < h->n; i++)
		if (html_is(h, i, name))
			return i;
	return HTML_NONE;
}

struct str html_node_text(const struct html *h, uint32_t node)
{
	const struct html_node *n = &h->nodes[node];
	bool has = n->kind == HTML_TEXT || n->kind == HTML_COMMENT;
	return has ? str_mem(text_at(h, n->text.at), n->text.n) : STR("");
}

/* The run that holds a byte of the text. */
static const struct html_run *run_at(const struct html *h, const struct html_node *n, uint32_t at)
{
	const struct html_run *runs = &h->runs[n->text.run];
	uint32_t low = 0;
	uint32_t high = n->text.nruns;
	while (high - low > 1) {
		uint32_t mid = low + (high - low) / 2;
		if (runs[mid].at <= at)
			low = mid;
		else
			high = mid;
	}
	return &runs[low];
}

void html_text_source(
	const struct html *h, uint32_t node, uint32_t at, uint32_t n, uint32_t *ret_from, uint32_t *ret_to)
{
	const struct html_node *t = &h->nodes[node];
	BUG_ON(t->kind != HTML_TEXT || n == 0 || at >= t->text.n || n > t->text.n - at);
	if (t->text.nruns == 0) {
		*ret_from = t->from + at;
		*ret_to = *ret_from + n;
		return;
	}
	const struct html_run *first = run_at(h, t, at);
	const struct html_run *last = run_at(h, t, at + n - 1);
	*ret_from = first->as_is ? first->from + (at - first->at) : first->from;
	*ret_to = last->as_is ? last->from + (at + n - last->at) : last->to;
}

/* What the parser made up has no bytes but those of what is in it. */
void html_range(const struct html *h, uint32_t node, uint32_t *ret_from, uint32_t *ret_to)
{
	const struct html_node *n = &h->nodes[node];
	bool made_up = n->from == n->to && n->kind == HTML_ELEMENT;
	uint32_t from = made_up ? UINT32_MAX : n->from;
	uint32_t to = made_up ? 0 : n->to;
	for (uint32_t i = node; i < n->end; i++) {
		const struct html_node *in = &h->nodes[i];
		uint32_t end = in->kind == HTML_ELEMENT && in->el.close_to > in->to ? in->el.close_to : in->to;
		if (in->from == end)
			continue;
		to = end > to ? end : to;
		if (made_up && in->from < in->to && in->from < from)
			from = in->from;
	}
	*ret_from = from < to ? from : n->from;
	*ret_to = from < to ? to : n->from;
}

/* Elements whose text a reader does not see. */
static bool is_unseen(const struct html *h, uint32_t i)
{
	return html_is(h, i, NAME_SCRIPT) || html_is(h, i, NAME_STYLE) || html_is(h, i, NAME_TEMPLATE) ||
		html_is(h, i, NAME_NOSCRIPT);
}

static void add_folded(struct buf *b, struct str s, bool *space)
{
	for (size_t k = 0; k < s.n; k++) {
		if (html_space(s.p[k])) {
			*space = true;
			continue;
		}
		if (*space && b->n)
			buf_addc(b, ' ');
		*space = false;
		buf_addc(b, s.p[k]);
	}
}

struct str html_text(struct arena *a, const struct html *h, uint32_t node)
{
	AUTO(buf) b = {0};
	bool space = false;
	buf_init(&b, CAP_HTML);
	for (uint32_t i = node; i < h->nodes[node].end;) {
		if (i != node && is_unseen(h, i)) {
			i = h->nodes[i].end;
			continue;
		}
		space = space || html_is(h, i, NAME_BR);
		if (h->nodes[i].kind == HTML_TEXT)
			add_folded(&b, html_node_text(h, i), &space);
		i++;
	}
	return str_dup(a, buf_str(&b));
}
