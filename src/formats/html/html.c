/* SPDX-License-Identifier: Apache-2.0 */
/* gumbo's tree, copied into ours. gumbo frees its tree by recursion and some of its steps are quadratic in the nesting,
 * so what would nest too deeply is cut before it gets there. */
#include "formats/html/html.h"

#include <gumbo.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/caps.h"
#include "base/mem.h"
#include "base/utf8.h"

#define DEPTH_LOOK (4u * CAP_HTML_DEPTH) /* open tags without their end; many of a page's are never closed (p, li) */

static bool is_void(struct str tag)
{
	static const char *const names[] = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta",
		"param", "source", "track", "wbr", "p", "li", "td", "tr", "th", "dd", "dt", "option"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_ieq(tag, str_c(names[i])))
			return true;
	return false;
}

static struct str tag_name(struct str s, size_t at)
{
	size_t end = at;
	while (end < s.n && (ascii_alpha(s.p[end]) || ascii_digit(s.p[end])))
		end++;
	return str_sub(s, at, end);
}

/* Where the page is to be cut because too much is open, or its end. One pass, without regard to what a parser would
 * close by itself. */
static size_t depth_cut(struct str s, struct quirks *q)
{
	size_t depth = 0;
	size_t tags = 0;
	for (size_t i = str_chr(s, '<', 0); i < s.n; i = str_chr(s, '<', i + 1)) {
		bool close = i + 1 < s.n && s.p[i + 1] == '/';
		struct str name = tag_name(s, i + 1 + close);
		if (name.n == 0)
			continue;
		if (++tags > CAP_HTML_NODES) {
			quirk_add(q, i, "cut: over %u tags", CAP_HTML_NODES);
			return i;
		}
		if (is_void(name))
			continue;
		if (close)
			depth -= depth > 0;
		else if (++depth > DEPTH_LOOK) {
			quirk_add(q, i, "cut: over %u elements open", DEPTH_LOOK);
			return i;
		}
	}
	return s.n;
}

struct copier {
	struct arena *a;
	struct str source;
	struct html *h;
	uint32_t room;
};

static uint32_t add_node(struct copier *c, uint32_t parent, uint32_t *last_child)
{
	struct html *h = c->h;
	if (h->n == c->room) {
		c->room = c->room ? c->room * 2 : 1024;
		h->nodes = mem_realloc(h->nodes, c->room * sizeof(*h->nodes));
	}
	uint32_t i = h->n++;
	h->nodes[i] = (struct html_node){.parent = parent, .first = HTML_NONE, .next = HTML_NONE};
	if (*last_child != HTML_NONE)
		h->nodes[*last_child].next = i;
	else if (parent != HTML_NONE)
		h->nodes[parent].first = i;
	*last_child = i;
	return i;
}

static void set_range(const struct copier *c, struct html_node *n, const char *p, size_t length)
{
	if (!p || p < c->source.p || p > c->source.p + c->source.n)
		return;
	n->from = (uint64_t)(p - c->source.p);
	n->to = n->from + length;
}

static struct str lower_dup(struct arena *a, struct str s)
{
	char *to = arena_dup(a, s.p, s.n);
	for (size_t i = 0; i < s.n; i++)
		to[i] = ascii_lower(to[i]);
	return str_mem(to, s.n);
}

static void fill_element(struct copier *c, struct html_node *n, const GumboNode *g)
{
	const GumboElement *el = &g->v.element;
	n->kind = HTML_ELEMENT;
	n->tag = str_c(gumbo_normalized_tagname(el->tag));
	if (n->tag.n == 0) {
		GumboStringPiece piece = el->original_tag;
		gumbo_tag_from_original_text(&piece);
		n->tag = lower_dup(c->a, str_mem(piece.data, piece.length));
	}
	set_range(c, n, el->original_tag.data, el->original_tag.length);
	n->nattrs = el->attributes.length;
	struct html_attr *to = arena_alloc(c->a, n->nattrs * sizeof(*to));
	for (unsigned i = 0; i < el->attributes.length; i++) {
		const GumboAttribute *at = el->attributes.data[i];
		to[i].name = lower_dup(c->a, str_c(at->name));
		to[i].value = str_dup(c->a, str_c(at->value));
	}
	n->attrs = to;
}

static const GumboVector *children_of(const GumboNode *g)
{
	return g->type == GUMBO_NODE_ELEMENT || g->type == GUMBO_NODE_TEMPLATE ? &g->v.element.children : NULL;
}

/* Walks with a stack of its own, at most CAP_HTML_DEPTH deep. */
struct open_element {
	const GumboVector *children;
	unsigned at;
	uint32_t node;
	uint32_t last_child;
};

static void copy_child(struct copier *c, struct open_element *up, const GumboNode *g, struct open_element *ret_open)
{
	ret_open->children = NULL;
	if (g->type == GUMBO_NODE_COMMENT)
		return;
	uint32_t i = add_node(c, up->node, &up->last_child);
	struct html_node *n = &c->h->nodes[i];
	if (children_of(g)) {
		fill_element(c, n, g);
		*ret_open = (struct open_element){children_of(g), 0, i, HTML_NONE};
		return;
	}
	n->kind = HTML_TEXT;
	n->text = str_dup(c->a, str_c(g->v.text.text));
	set_range(c, n, g->v.text.original_text.data, g->v.text.original_text.length);
	n->end = i + 1;
}

static void copy_tree(struct copier *c, const GumboNode *root)
{
	struct open_element *stack = arena_alloc(c->a, CAP_HTML_DEPTH * sizeof(*stack));
	uint32_t none = HTML_NONE;
	size_t depth = 0;
	uint32_t i = add_node(c, HTML_NONE, &none);
	fill_element(c, &c->h->nodes[i], root);
	stack[depth++] = (struct open_element){children_of(root), 0, i, HTML_NONE};
	while (depth) {
		struct open_element *up = &stack[depth - 1];
		if (up->at == up->children->length) {
			c->h->nodes[up->node].end = c->h->n;
			depth--;
			continue;
		}
		struct open_element open;
		copy_child(c, up, up->children->data[up->at++], &open);
		if (!open.children)
			continue;
		if (depth < CAP_HTML_DEPTH) {
			stack[depth++] = open;
			continue;
		}
		c->h->nodes[open.node].end = c->h->n;
		quirk_add(&c->h->quirks, c->h->nodes[open.node].from, "what nests deeper than %u is left out",
			CAP_HTML_DEPTH);
	}
}

void html_parse(struct arena *a, struct str utf8, struct html *ret)
{
	*ret = (struct html){.quirks = quirks_in(a)};
	if (utf8.n > CAP_HTML) {
		quirk_add(&ret->quirks, CAP_HTML, "cut: over %u bytes", CAP_HTML);
		utf8 = str_sub(utf8, 0, utf8_cut(utf8, CAP_HTML));
	}
	utf8 = str_sub(utf8, 0, depth_cut(utf8, &ret->quirks));
	GumboOptions options = kGumboDefaultOptions;
	options.max_errors = 0;
	GumboOutput *out = gumbo_parse_with_options(&options, utf8.n ? utf8.p : "", utf8.n);
	struct copier c = {.a = a, .source = utf8, .h = ret};
	copy_tree(&c, out->root);
	gumbo_destroy_output(&options, out);
	/* grown outside the arena, which would keep each smaller array until its end */
	struct html_node *grown = ret->nodes;
	ret->nodes = arena_alloc(a, ret->n * sizeof(*grown));
	memcpy(ret->nodes, grown, ret->n * sizeof(*grown));
	mem_free(grown);
}

static const struct html_attr *find_attr(const struct html *h, uint32_t node, const char *name)
{
	const struct html_node *n = &h->nodes[node];
	for (uint32_t i = 0; i < n->nattrs; i++)
		if (str_eq(n->attrs[i].name, str_c(name)))
			return &n->attrs[i];
	return NULL;
}

struct str html_attr(const struct html *h, uint32_t node, const char *name)
{
	const struct html_attr *at = find_attr(h, node, name);
	return at ? at->value : STR("");
}

bool html_has_attr(const struct html *h, uint32_t node, const char *name)
{
	return find_attr(h, node, name) != NULL;
}

bool html_has_class(const struct html *h, uint32_t node, const char *token)
{
	struct str rest = html_attr(h, node, "class");
	while (rest.n) {
		size_t end = 0;
		while (end < rest.n && !ascii_space(rest.p[end]))
			end++;
		if (str_eq(str_sub(rest, 0, end), str_c(token)))
			return true;
		rest = str_from(rest, end + 1);
	}
	return false;
}

uint32_t html_find(const struct html *h, uint32_t from, const char *tag)
{
	for (uint32_t i = from; i < h->n; i++)
		if (html_is(h, i, tag))
			return i;
	return HTML_NONE;
}

static bool is_hidden_text(const struct html *h, uint32_t i)
{
	return html_is(h, i, "script") || html_is(h, i, "style") || html_is(h, i, "template") ||
		html_is(h, i, "noscript");
}

struct str html_text(struct arena *a, const struct html *h, uint32_t node)
{
	AUTO(buf) b = {0};
	bool space = false;
	buf_init(&b, CAP_HTML);
	for (uint32_t i = node; i < h->nodes[node].end;) {
		const struct html_node *n = &h->nodes[i];
		if (n->kind == HTML_ELEMENT && i != node && is_hidden_text(h, i)) {
			i = n->end;
			continue;
		}
		space = space || html_is(h, i, "br");
		for (size_t k = 0; n->kind == HTML_TEXT && k < n->text.n; k++) {
			if (ascii_space(n->text.p[k])) {
				space = true;
				continue;
			}
			if (space && b.n)
				buf_addc(&b, ' ');
			space = false;
			buf_addc(&b, n->text.p[k]);
		}
		i++;
	}
	return str_dup(a, buf_str(&b));
}
