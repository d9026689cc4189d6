/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes, their links, the stack of open elements and the places where things are inserted.   §13.2.4.2, §13.2.6.1 */
#include "base/mem.h"
#include "formats/html/build_int.h"

/* clang-format off */
static const uint16_t FLAGS[NAMES_TAGS] = {
	[NAME_ADDRESS] = F_SPECIAL, [NAME_APPLET] = F_SPECIAL | F_SCOPE, [NAME_AREA] = F_SPECIAL | F_VOID,
	[NAME_ARTICLE] = F_SPECIAL, [NAME_ASIDE] = F_SPECIAL, [NAME_B] = F_BREAKOUT,
	[NAME_BASE] = F_SPECIAL | F_VOID, [NAME_BASEFONT] = F_SPECIAL | F_VOID, [NAME_BGSOUND] = F_SPECIAL | F_VOID,
	[NAME_BIG] = F_BREAKOUT, [NAME_BLOCKQUOTE] = F_SPECIAL | F_BREAKOUT,
	[NAME_BODY] = F_SPECIAL | F_BREAKOUT, [NAME_BR] = F_SPECIAL | F_VOID | F_BREAKOUT,
	[NAME_BUTTON] = F_SPECIAL | F_BUTTON_SCOPE, [NAME_CAPTION] = F_SPECIAL | F_SCOPE | F_THOROUGH,
	[NAME_CENTER] = F_SPECIAL | F_BREAKOUT, [NAME_CODE] = F_BREAKOUT, [NAME_COL] = F_SPECIAL | F_VOID,
	[NAME_COLGROUP] = F_SPECIAL | F_THOROUGH, [NAME_DD] = F_SPECIAL | F_IMPLIED | F_THOROUGH | F_BREAKOUT,
	[NAME_DETAILS] = F_SPECIAL, [NAME_DIR] = F_SPECIAL, [NAME_DIV] = F_SPECIAL | F_BREAKOUT,
	[NAME_DL] = F_SPECIAL | F_BREAKOUT, [NAME_DT] = F_SPECIAL | F_IMPLIED | F_THOROUGH | F_BREAKOUT,
	[NAME_EM] = F_BREAKOUT, [NAME_EMBED] = F_SPECIAL | F_VOID | F_BREAKOUT, [NAME_FIELDSET] = F_SPECIAL,
	[NAME_FIGCAPTION] = F_SPECIAL, [NAME_FIGURE] = F_SPECIAL, [NAME_FOOTER] = F_SPECIAL, [NAME_FORM] = F_SPECIAL,
	[NAME_FRAME] = F_SPECIAL | F_VOID, [NAME_FRAMESET] = F_SPECIAL,
	[NAME_H1] = F_SPECIAL | F_HEADING | F_BREAKOUT, [NAME_H2] = F_SPECIAL | F_HEADING | F_BREAKOUT,
	[NAME_H3] = F_SPECIAL | F_HEADING | F_BREAKOUT, [NAME_H4] = F_SPECIAL | F_HEADING | F_BREAKOUT,
	[NAME_H5] = F_SPECIAL | F_HEADING | F_BREAKOUT, [NAME_H6] = F_SPECIAL | F_HEADING | F_BREAKOUT,
	[NAME_HEAD] = F_SPECIAL | F_BREAKOUT, [NAME_HEADER] = F_SPECIAL, [NAME_HGROUP] = F_SPECIAL,
	[NAME_HR] = F_SPECIAL | F_VOID | F_BREAKOUT, [NAME_HTML] = F_SPECIAL | F_SCOPE | F_TABLE_SCOPE,
	[NAME_I] = F_BREAKOUT, [NAME_IFRAME] = F_SPECIAL | F_RAW, [NAME_IMG] = F_SPECIAL | F_VOID | F_BREAKOUT,
	[NAME_INPUT] = F_SPECIAL | F_VOID, [NAME_KEYGEN] = F_SPECIAL | F_VOID,
	[NAME_LI] = F_SPECIAL | F_IMPLIED | F_THOROUGH | F_BREAKOUT, [NAME_LINK] = F_SPECIAL | F_VOID,
	[NAME_LISTING] = F_SPECIAL | F_BREAKOUT, [NAME_MAIN] = F_SPECIAL, [NAME_MARQUEE] = F_SPECIAL | F_SCOPE,
	[NAME_MENU] = F_SPECIAL | F_BREAKOUT, [NAME_META] = F_SPECIAL | F_VOID | F_BREAKOUT, [NAME_NAV] = F_SPECIAL,
	[NAME_NOBR] = F_BREAKOUT, [NAME_NOEMBED] = F_SPECIAL | F_RAW, [NAME_NOFRAMES] = F_SPECIAL | F_RAW,
	[NAME_NOSCRIPT] = F_SPECIAL, [NAME_OBJECT] = F_SPECIAL | F_SCOPE,
	[NAME_OL] = F_SPECIAL | F_LIST_SCOPE | F_BREAKOUT, [NAME_OPTGROUP] = F_IMPLIED | F_THOROUGH,
	[NAME_OPTION] = F_IMPLIED | F_THOROUGH, [NAME_P] = F_SPECIAL | F_IMPLIED | F_THOROUGH | F_BREAKOUT,
	[NAME_PARAM] = F_SPECIAL | F_VOID, [NAME_PLAINTEXT] = F_SPECIAL | F_RAW, [NAME_PRE] = F_SPECIAL | F_BREAKOUT,
	[NAME_RB] = F_IMPLIED | F_THOROUGH, [NAME_RP] = F_IMPLIED | F_THOROUGH, [NAME_RT] = F_IMPLIED | F_THOROUGH,
	[NAME_RTC] = F_IMPLIED | F_THOROUGH, [NAME_RUBY] = F_BREAKOUT, [NAME_S] = F_BREAKOUT,
	[NAME_SCRIPT] = F_SPECIAL | F_RAW, [NAME_SEARCH] = F_SPECIAL, [NAME_SECTION] = F_SPECIAL,
	[NAME_SELECT] = F_SPECIAL | F_SCOPE, [NAME_SMALL] = F_BREAKOUT, [NAME_SOURCE] = F_SPECIAL | F_VOID,
	[NAME_SPAN] = F_BREAKOUT, [NAME_STRIKE] = F_BREAKOUT, [NAME_STRONG] = F_BREAKOUT,
	[NAME_STYLE] = F_SPECIAL | F_RAW, [NAME_SUB] = F_BREAKOUT, [NAME_SUMMARY] = F_SPECIAL, [NAME_SUP] = F_BREAKOUT,
	[NAME_TABLE] = F_SPECIAL | F_SCOPE | F_TABLE_SCOPE | F_BREAKOUT, [NAME_TBODY] = F_SPECIAL | F_THOROUGH,
	[NAME_TD] = F_SPECIAL | F_SCOPE | F_THOROUGH, [NAME_TEMPLATE] = F_SPECIAL | F_SCOPE | F_TABLE_SCOPE,
	[NAME_TEXTAREA] = F_SPECIAL | F_RAW, [NAME_TFOOT] = F_SPECIAL | F_THOROUGH,
	[NAME_TH] = F_SPECIAL | F_SCOPE | F_THOROUGH, [NAME_THEAD] = F_SPECIAL | F_THOROUGH,
	[NAME_TITLE] = F_SPECIAL | F_RAW, [NAME_TR] = F_SPECIAL | F_THOROUGH, [NAME_TRACK] = F_SPECIAL | F_VOID,
	[NAME_TT] = F_BREAKOUT, [NAME_U] = F_BREAKOUT, [NAME_UL] = F_SPECIAL | F_LIST_SCOPE | F_BREAKOUT,
	[NAME_VAR] = F_BREAKOUT, [NAME_WBR] = F_SPECIAL | F_VOID, [NAME_XMP] = F_SPECIAL | F_RAW,
};
/* clang-format on */

uint16_t tag_flags(uint32_t name)
{
	return name < NAMES_TAGS ? FLAGS[name] : 0;
}

/* Flags of an element in its namespace. MathML and SVG have integration points, which end scopes and are special. */
static uint16_t element_flags(const struct html *h, uint32_t node)
{
	const struct html_node *n = &h->nodes[node];
	uint16_t point = F_SPECIAL | F_SCOPE | F_HTML_POINT;
	switch (n->ns == HTML_NS_HTML ? (uint32_t)NAME_NONE : n->el.name) {
	case NAME_MI:
	case NAME_MO:
	case NAME_MN:
	case NAME_MS:
	case NAME_MTEXT:
		return n->ns == HTML_NS_MATHML ? F_SPECIAL | F_SCOPE | F_MATH_POINT : 0;
	case NAME_ANNOTATION_XML: {
		if (n->ns != HTML_NS_MATHML)
			return 0;
		struct str encoding = html_attr(h, node, NAME_ENCODING);
		bool is_html = str_ieq(encoding, STR("text/html")) || str_ieq(encoding, STR("application/xhtml+xml"));
		return is_html ? point : F_SPECIAL | F_SCOPE;
	}
	case NAME_SVG_FOREIGNOBJECT:
	case NAME_DESC:
	case NAME_TITLE:
		return n->ns == HTML_NS_SVG ? point : 0;
	default:
		return n->ns == HTML_NS_HTML ? tag_flags(n->el.name) : 0;
	}
}

static void *grown(void *items, size_t n, size_t *room, size_t size)
{
	if (n < *room)
		return items;
	*room = *room ? *room * 2 : 64;
	return mem_realloc(items, *room * size);
}

/* The loop over tokens stops at CAP_HTML_NODES; one token makes no more than a few times CAP_HTML_DEPTH of them. */
uint32_t node_new(struct builder *b, enum html_kind kind, uint32_t from, uint32_t to)
{
	struct html *h = b->h;
	size_t was = h->room_nodes;
	h->nodes = grown(h->nodes, h->n, &h->room_nodes, sizeof(*h->nodes));
	if (h->room_nodes != was)
		b->links = mem_realloc(b->links, h->room_nodes * sizeof(*b->links));
	uint32_t i = h->n++;
	h->nodes[i] = (struct html_node){.kind = (uint8_t)kind, .parent = HTML_NONE, .from = from, .to = to};
	b->links[i] = (struct link){HTML_NONE, HTML_NONE, HTML_NONE, HTML_NONE, HTML_NONE, false, 0};
	return i;
}

void node_unlink(struct builder *b, uint32_t node)
{
	struct link *l = &b->links[node];
	if (l->parent == HTML_NONE)
		return;
	if (l->prev != HTML_NONE)
		b->links[l->prev].next = l->next;
	else
		b->links[l->parent].first = l->next;
	if (l->next != HTML_NONE)
		b->links[l->next].prev = l->prev;
	else
		b->links[l->parent].last = l->prev;
	l->parent = l->prev = l->next = HTML_NONE;
}

void node_append(struct builder *b, uint32_t parent, uint32_t node)
{
	struct link *l = &b->links[node];
	struct link *up = &b->links[parent];
	l->parent = parent;
	l->prev = up->last;
	l->next = HTML_NONE;
	if (up->last != HTML_NONE)
		b->links[up->last].next = node;
	else
		up->first = node;
	up->last = node;
}

static void node_insert_before(struct builder *b, uint32_t node, uint32_t before)
{
	struct link *l = &b->links[node];
	struct link *right = &b->links[before];
	l->parent = right->parent;
	l->prev = right->prev;
	l->next = before;
	if (right->prev != HTML_NONE)
		b->links[right->prev].next = node;
	else
		b->links[right->parent].first = node;
	right->prev = node;
}

/* The stack ------------------------------------------------------------------------------------------------------- */

void stack_push(struct builder *b, uint32_t node)
{
	const struct html_node *n = &b->h->nodes[node];
	BUG_ON(b->nstack >= STACK_ROOM);
	b->stack[b->nstack++] = (struct open_element){node, n->el.name, element_flags(b->h, node), n->ns};
	b->links[node].is_open = true;
	b->open_p += n->el.name == NAME_P && n->ns == HTML_NS_HTML;
}

void stack_pop(struct builder *b)
{
	b->nstack--;
	b->links[b->stack[b->nstack].node].is_open = false;
	b->open_p -= b->stack[b->nstack].name == NAME_P && b->stack[b->nstack].ns == HTML_NS_HTML;
}

void stack_pop_to(struct builder *b, size_t at, const struct token *t)
{
	if (t && t->kind == TOKEN_END && b->stack[at].name == t->name) {
		b->h->nodes[b->stack[at].node].el.close_from = t->from;
		b->h->nodes[b->stack[at].node].el.close_to = t->to;
	}
	b->h->steps += b->nstack - at;
	while (b->nstack > at)
		stack_pop(b);
}

void stack_pop_until(struct builder *b, uint32_t name, const struct token *t)
{
	size_t at = b->nstack - 1;
	while (at > 0 && !(b->stack[at].name == name && b->stack[at].ns == HTML_NS_HTML))
		at--;
	stack_pop_to(b, at, t);
}

uint32_t stack_find(struct builder *b, uint32_t node)
{
	for (size_t i = b->nstack; i-- > 0;) {
		b->h->steps++;
		if (b->stack[i].node == node)
			return (uint32_t)i;
	}
	return HTML_NONE;
}

void stack_remove(struct builder *b, uint32_t node)
{
	uint32_t at = stack_find(b, node);
	if (at == HTML_NONE)
		return;
	b->open_p -= b->stack[at].name == NAME_P && b->stack[at].ns == HTML_NS_HTML;
	b->links[node].is_open = false;
	memmove(&b->stack[at], &b->stack[at + 1], (b->nstack - at - 1) * sizeof(b->stack[0]));
	b->nstack--;
}

bool stack_has(struct builder *b, uint32_t name)
{
	for (size_t i = b->nstack; i-- > 0;) {
		b->h->steps++;
		if (b->stack[i].name == name && b->stack[i].ns == HTML_NS_HTML)
			return true;
	}
	return false;
}

bool in_scope(struct builder *b, uint32_t name, enum scope scope)
{
	if (name == NAME_P && b->open_p == 0)
		return false;
	for (size_t i = b->nstack; i-- > 0;) {
		const struct open_element *o = &b->stack[i];
		b->h->steps++;
		if (o->name == name && o->ns == HTML_NS_HTML)
			return true;
		if (o->flags & scope)
			return false;
	}
	return false;
}

bool heading_in_scope(struct builder *b)
{
	for (size_t i = b->nstack; i-- > 0;) {
		b->h->steps++;
		if (b->stack[i].flags & F_HEADING)
			return true;
		if (b->stack[i].flags & F_SCOPE)
			return false;
	}
	return false;
}

void implied_end_tags(struct builder *b, uint32_t except)
{
	while (top(b)->flags & F_IMPLIED && top(b)->name != except)
		stack_pop(b);
}

void implied_end_tags_thoroughly(struct builder *b)
{
	while (top(b)->flags & F_THOROUGH)
		stack_pop(b);
}

void close_p(struct builder *b, const struct token *t)
{
	if (!in_scope(b, NAME_P, SCOPE_BUTTON))
		return;
	implied_end_tags(b, NAME_P);
	stack_pop_until(b, NAME_P, t);
}

/* Insertion ------------------------------------------------------------------------------------------------------- */

struct place {
	uint32_t parent;
	uint32_t before; /* HTML_NONE: at its end */
};

/* Where what stands in a table but may not goes: before the table. */
static struct place foster_place(struct builder *b)
{
	size_t table = b->nstack;
	for (size_t i = b->nstack; i-- > 0 && table == b->nstack;) {
		b->h->steps++;
		if (b->stack[i].ns == HTML_NS_HTML && b->stack[i].name == NAME_TEMPLATE)
			return (struct place){b->stack[i].node, HTML_NONE};
		if (b->stack[i].ns == HTML_NS_HTML && b->stack[i].name == NAME_TABLE)
			table = i;
	}
	if (table == b->nstack)
		return (struct place){b->stack[0].node, HTML_NONE};
	uint32_t node = b->stack[table].node;
	if (b->links[node].parent != HTML_NONE)
		return (struct place){b->links[node].parent, node};
	return (struct place){b->stack[table - 1].node, HTML_NONE};
}

static bool is_table_part(const struct html_node *n)
{
	return n->ns == HTML_NS_HTML &&
		(n->el.name == NAME_TABLE || n->el.name == NAME_TBODY || n->el.name == NAME_TFOOT ||
			n->el.name == NAME_THEAD || n->el.name == NAME_TR);
}

static struct place appropriate_place(struct builder *b, uint32_t target)
{
	if (target == HTML_NONE)
		target = top(b)->node;
	if (b->foster && is_table_part(&b->h->nodes[target]))
		return foster_place(b);
	return (struct place){target, HTML_NONE};
}

static void put(struct builder *b, uint32_t node, struct place p)
{
	if (p.before != HTML_NONE)
		node_insert_before(b, node, p.before);
	else
		node_append(b, p.parent, node);
}

void insert_node(struct builder *b, uint32_t node, uint32_t target)
{
	put(b, node, appropriate_place(b, target));
}

static uint32_t element_new(struct builder *b, const struct token *t, uint32_t name, enum html_ns ns)
{
	uint32_t i = node_new(b, HTML_ELEMENT, t->from, t->to);
	struct html_node *n = &b->h->nodes[i];
	n->ns = (uint8_t)ns;
	n->el.name = name;
	n->el.attrs = t->attrs;
	n->nattrs = (uint16_t)t->nattrs;
	if (t->nattrs && t->attrs == b->h->nattrs)
		b->h->nattrs += t->nattrs;
	return i;
}

uint32_t insert_void(struct builder *b, const struct token *t)
{
	uint32_t i = element_new(b, t, t->name, HTML_NS_HTML);
	insert_node(b, i, HTML_NONE);
	return i;
}

uint32_t insert_foreign(struct builder *b, const struct token *t, uint32_t name, enum html_ns ns)
{
	uint32_t i = element_new(b, t, name, ns);
	insert_node(b, i, HTML_NONE);
	stack_push(b, i);
	return i;
}

uint32_t insert_html(struct builder *b, const struct token *t)
{
	return insert_foreign(b, t, t->name, HTML_NS_HTML);
}

uint32_t insert_implied(struct builder *b, uint32_t name, const struct token *t)
{
	struct token made = {.kind = TOKEN_START, .from = t->from, .to = t->from, .name = name};
	return insert_html(b, &made);
}

uint32_t clone_element(struct builder *b, uint32_t node, const struct token *t)
{
	uint32_t i = node_new(b, HTML_ELEMENT, t->from, t->from);
	struct html_node *n = &b->h->nodes[i];
	const struct html_node *like = &b->h->nodes[node];
	n->ns = like->ns;
	n->nattrs = like->nattrs;
	n->el.name = like->el.name;
	n->el.attrs = like->el.attrs;
	return i;
}

const char *text_at(const struct html *h, uint32_t at)
{
	return at & HTML_POOL ? h->pool.p + (at & ~HTML_POOL) : h->source.p + at;
}

static uint32_t run_new(struct html *h, const struct piece *p)
{
	h->runs = grown(h->runs, h->nruns, &h->room_runs, sizeof(*h->runs));
	h->runs[h->nruns] = (struct html_run){p->from, p->to, p->at, p->n, HTML_NONE};
	return (uint32_t)h->nruns++;
}

/* While the tree is built text.run is the first run and text.nruns the last one; without runs the text is [from, to) of
 * the source. */
static void text_add(struct builder *b, uint32_t node, const struct piece *p)
{
	struct html *h = b->h;
	struct html_node *n = &h->nodes[node];
	bool as_is = !(p->at & HTML_POOL);
	if (as_is && p->from == n->to) {
		struct html_run *last = n->text.run == HTML_NONE ? NULL : &h->runs[n->text.nruns];
		if (!last || !(last->at & HTML_POOL)) {
			n->to = p->to;
			if (last) {
				last->to = p->to;
				last->n += p->n;
			}
			return;
		}
	}
	if (n->text.run == HTML_NONE) {
		struct piece whole = {n->from, n->to, n->from, n->to - n->from};
		n->text.run = n->text.nruns = run_new(h, &whole);
	}
	uint32_t run = run_new(h, p);
	h->runs[n->text.nruns].as_is = run;
	n->text.nruns = run;
	n->to = p->to;
}

void insert_text(struct builder *b, const struct token *t)
{
	struct piece p = {t->from, t->to, t->at, t->n};
	struct place at = appropriate_place(b, HTML_NONE);
	if (b->h->nodes[at.parent].kind == HTML_DOCUMENT || p.n == 0)
		return;
	uint32_t last = at.before != HTML_NONE ? b->links[at.before].prev : b->links[at.parent].last;
	if (last != HTML_NONE && b->h->nodes[last].kind == HTML_TEXT) {
		text_add(b, last, &p);
		return;
	}
	uint32_t i = node_new(b, HTML_TEXT, p.from, p.to);
	struct html_node *n = &b->h->nodes[i];
	n->text.run = HTML_NONE;
	if (p.at & HTML_POOL)
		n->text.run = n->text.nruns = run_new(b->h, &p);
	put(b, i, at);
}

void insert_comment(struct builder *b, const struct token *t, uint32_t parent)
{
	uint32_t i = node_new(b, HTML_COMMENT, t->from, t->to);
	b->h->nodes[i].text.at = t->at;
	b->h->nodes[i].text.n = t->n;
	if (parent == HTML_NONE)
		insert_node(b, i, HTML_NONE);
	else
		put(b, i, (struct place){parent, HTML_NONE});
}

static bool has_attr_name(const struct html_attr *items, size_t n, uint32_t name)
{
	for (size_t i = 0; i < n; i++)
		if (items[i].name == name)
			return true;
	return false;
}

void add_late_attrs(struct builder *b, size_t which, uint32_t node, const struct token *t)
{
	const struct html_node *n = &b->h->nodes[node];
	b->late[which].node = node;
	for (uint32_t i = 0; i < t->nattrs; i++) {
		const struct html_attr *at = &b->h->attrs[t->attrs + i];
		size_t have = n->nattrs + b->late[which].n;
		b->h->steps += have;
		if (have >= CAP_HTML_ATTRS) {
			if (!b->said_late)
				quirk_add(&b->h->quirks, t->from, "over %u attributes: the rest is left out",
					CAP_HTML_ATTRS);
			b->said_late = true;
			return;
		}
		if (has_attr_name(&b->h->attrs[n->el.attrs], n->nattrs, at->name) ||
			has_attr_name(b->late[which].items, b->late[which].n, at->name))
			continue;
		b->late[which].items = grown(b->late[which].items, b->late[which].n, &b->late[which].room, sizeof(*at));
		b->late[which].items[b->late[which].n++] = *at;
	}
}

bool is_space_text(struct builder *b, const struct token *t)
{
	const char *p = text_at(b->h, t->at);
	for (uint32_t i = 0; i < t->n; i++)
		if (!html_space(p[i]))
			return false;
	return true;
}

bool cut_space(struct builder *b, struct token *t, struct token *ret)
{
	const char *p = text_at(b->h, t->at);
	uint32_t k = 0;
	while (k < t->n && html_space(p[k]))
		k++;
	*ret = *t;
	if (k == t->n) {
		t->n = 0;
		return k > 0;
	}
	/* a reference gives one character, or none that is white space */
	if (k == 0 || t->at & HTML_POOL)
		return false;
	ret->n = k;
	ret->to = t->from + k;
	t->from += k;
	t->at += k;
	t->n -= k;
	return true;
}
