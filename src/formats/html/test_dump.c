/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/html/test_dump.h"

#include <stdlib.h>

#include "base/utf8.h"

static struct str prefix_of(uint32_t ns)
{
	static const struct str prefixes[] = {
		[HTML_NS_HTML] = {"", 0},
		[HTML_NS_SVG] = {"svg ", 4},
		[HTML_NS_MATHML] = {"math ", 5},
		[HTML_NS_XLINK] = {"xlink ", 6},
		[HTML_NS_XML] = {"xml ", 4},
		[HTML_NS_XMLNS] = {"xmlns ", 6},
	};
	return ns < ARRAY_LEN(prefixes) ? prefixes[ns] : STR("? ");
}

/* By UTF-16 code units: characters over U+FFFF come before U+E000. */
static int utf16_cmp(struct str a, struct str b)
{
	size_t i = 0;
	size_t k = 0;
	while (i < a.n && k < b.n) {
		uint32_t x = utf8_next(a, &i, NULL);
		uint32_t y = utf8_next(b, &k, NULL);
		if (x == y)
			continue;
		bool both = x > 0xffff && y > 0xffff;
		uint32_t p = x > 0xffff && !both ? 0xd800 : x;
		uint32_t q = y > 0xffff && !both ? 0xd800 : y;
		return p < q ? -1 : 1;
	}
	return (i < a.n) - (k < b.n);
}

struct line {
	struct str name;
	struct str value;
};

static int line_cmp(const void *a, const void *b)
{
	return utf16_cmp(((const struct line *)a)->name, ((const struct line *)b)->name);
}

static void indent(struct buf *to, size_t depth)
{
	buf_add(to, STR("| "));
	for (size_t i = 0; i < depth; i++)
		buf_add(to, STR("  "));
}

static void dump_attrs(struct buf *to, const struct html *h, uint32_t node, size_t depth)
{
	AUTO(arena) a = {0};
	const struct html_node *n = &h->nodes[node];
	struct line *lines = arena_alloc(&a, n->nattrs * sizeof(*lines));
	for (uint32_t i = 0; i < n->nattrs; i++) {
		const struct html_attr *at = &h->attrs[n->el.attrs + i];
		lines[i].name = str_join(&a, prefix_of(at->ns), html_name(h, at->name));
		lines[i].value = html_attr_value(h, at);
	}
	qsort(lines, n->nattrs, sizeof(*lines), line_cmp);
	for (uint32_t i = 0; i < n->nattrs; i++) {
		indent(to, depth);
		buf_add(to, lines[i].name);
		buf_add(to, STR("=\""));
		buf_add(to, lines[i].value);
		buf_add(to, STR("\"\n"));
	}
}

static void dump_doctype(struct buf *to, const struct html *h, uint32_t node)
{
	struct str public = {"", 0};
	struct str system = {"", 0};
	for (uint32_t i = 0; i < h->nodes[node].nattrs; i++) {
		const struct html_attr *at = &h->attrs[h->nodes[node].el.attrs + i];
		if (str_eq(html_name(h, at->name), STR("public")))
		public = html_attr_value(h, at);
		else system = html_attr_value(h, at);
	}
	buf_add(to, STR("<!DOCTYPE "));
	buf_add(to, html_name(h, h->nodes[node].el.name));
	if (public.n || system.n) {
		buf_add(to, STR(" \""));
		buf_add(to, public);
		buf_add(to, STR("\" \""));
		buf_add(to, system);
		buf_add(to, STR("\""));
	}
	buf_add(to, STR(">\n"));
}

static void dump_node(struct buf *to, const struct html *h, uint32_t i, size_t depth)
{
	const struct html_node *n = &h->nodes[i];
	indent(to, depth);
	if (n->kind == HTML_DOCTYPE) {
		dump_doctype(to, h, i);
	} else if (n->kind == HTML_ELEMENT) {
		buf_addc(to, '<');
		buf_add(to, prefix_of(n->ns));
		buf_add(to, html_name(h, n->el.name));
		buf_add(to, STR(">\n"));
		dump_attrs(to, h, i, depth + 1);
		if (html_is(h, i, NAME_TEMPLATE)) {
			indent(to, depth + 1);
			buf_add(to, STR("content\n"));
		}
	} else {
		bool comment = n->kind == HTML_COMMENT;
		buf_add(to, comment ? STR("<!-- ") : STR("\""));
		buf_add(to, html_node_text(h, i));
		buf_add(to, comment ? STR(" -->\n") : STR("\"\n"));
	}
}

void test_dump(struct buf *to, const struct html *h)
{
	AUTO(arena) a = {0};
	uint32_t *depth = arena_alloc(&a, h->n * sizeof(*depth));
	for (uint32_t i = 1; i < h->n; i++) {
		uint32_t up = h->nodes[i].parent;
		depth[i] = up ? depth[up] + 1 + html_is(h, up, NAME_TEMPLATE) : 0;
		dump_node(to, h, i, depth[i]);
	}
}

void test_parse_pieces(struct str s, size_t step, const struct html_options *options, struct html *ret)
{
	struct html_parser *p = html_parser_new(options, ret);
	for (size_t i = 0; i < s.n; i += step)
		html_parser_feed(p, str_sub(s, i, i + step));
	html_parser_end(p);
}

static bool same_attrs(const struct html *a, const struct html *b, uint32_t i)
{
	for (uint32_t k = 0; k < a->nodes[i].nattrs; k++) {
		const struct html_attr *x = &a->attrs[a->nodes[i].el.attrs + k];
		const struct html_attr *y = &b->attrs[b->nodes[i].el.attrs + k];
		if (x->ns != y->ns || x->from != y->from || x->to != y->to ||
			!str_eq(html_name(a, x->name), html_name(b, y->name)) ||
			!str_eq(html_attr_value(a, x), html_attr_value(b, y)))
			return false;
	}
	return true;
}

static bool same_runs(const struct html *a, const struct html *b, uint32_t i)
{
	const struct html_node *x = &a->nodes[i];
	const struct html_node *y = &b->nodes[i];
	if (x->text.nruns != y->text.nruns || !str_eq(html_node_text(a, i), html_node_text(b, i)))
		return false;
	for (uint32_t k = 0; x->kind == HTML_TEXT && k < x->text.nruns; k++) {
		const struct html_run *r = &a->runs[x->text.run + k];
		const struct html_run *s = &b->runs[y->text.run + k];
		if (r->from != s->from || r->to != s->to || r->at != s->at || r->n != s->n)
			return false;
	}
	return true;
}

static bool same_node(const struct html *a, const struct html *b, uint32_t i)
{
	const struct html_node *x = &a->nodes[i];
	const struct html_node *y = &b->nodes[i];
	if (x->kind != y->kind || x->ns != y->ns || x->nattrs != y->nattrs || x->parent != y->parent ||
		x->end != y->end || x->from != y->from || x->to != y->to)
		return false;
	if (x->kind == HTML_TEXT || x->kind == HTML_COMMENT)
		return same_runs(a, b, i);
	return x->kind == HTML_DOCUMENT ||
		(str_eq(html_name(a, x->el.name), html_name(b, y->el.name)) && x->el.close_from == y->el.close_from &&
			x->el.close_to == y->el.close_to && same_attrs(a, b, i));
}

bool test_same(const struct html *a, const struct html *b, struct buf *why)
{
	for (uint32_t i = 0; i < a->n && i < b->n; i++)
		if (!same_node(a, b, i)) {
			buf_addf(why, "node %u, bytes %u to %u and %u to %u, differs", i, a->nodes[i].from,
				a->nodes[i].to, b->nodes[i].from, b->nodes[i].to);
			return false;
		}
	if (a->n != b->n || a->quirks_mode != b->quirks_mode)
		buf_addf(why, "%u and %u nodes, quirks mode %d and %d", a->n, b->n, a->quirks_mode, b->quirks_mode);
	return a->n == b->n && a->quirks_mode == b->quirks_mode;
}
