/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a page through the parser: bytes in, tokens, the mode that takes each, the end.   §13.2.6, §13.4 */
#include "base/mem.h"
#include "base/utf8.h"
#include "formats/html/build_int.h"

struct html_parser {
	struct builder b;
	uint32_t tried; /* a token that was not complete begins at t.pos; it is tried again when twice as much is there
			 */
	bool cut;
};

static mode_fn *const MODE[MODES] = {mode_initial, mode_before_html, mode_before_head, mode_in_head,
	mode_in_head_noscript, mode_after_head, mode_in_body, mode_text, mode_in_table, mode_in_table_text,
	mode_in_caption, mode_in_column_group, mode_in_table_body, mode_in_row, mode_in_cell, mode_in_template,
	mode_after_body, mode_in_frameset, mode_after_frameset, mode_after_after_body, mode_after_after_frameset};

bool in_mode(struct builder *b, struct token *t)
{
	return MODE[b->mode](b, t);
}

/* How many start tags of a name stood too deep. */
static uint32_t *over_of(struct builder *b, uint32_t name)
{
	if (name >= b->room_over) {
		size_t room = size_min((size_t)name * 2 + NAMES_KNOWN, UINT32_MAX);
		b->over = mem_realloc(b->over, room * sizeof(*b->over));
		memset(b->over + b->room_over, 0, (room - b->room_over) * sizeof(*b->over));
		b->room_over = room;
	}
	return &b->over[name];
}

/* Elements that would nest too deeply are put into the tree without being opened, so their content stands beside them;
 * as long as it is that deep, their end tags are passed over. */
static bool is_too_deep(struct builder *b, const struct token *t)
{
	if (b->nstack < DEPTH_OPEN) {
		if (b->is_over)
			memset(b->over, 0, b->room_over * sizeof(*b->over));
		b->is_over = false;
		return false;
	}
	if (t->kind == TOKEN_START && (is_foreign_token(b, t) || !(tag_flags(t->name) & (F_VOID | F_RAW)))) {
		if (!b->said_deep)
			quirk_add(&b->h->quirks, t->from, "elements over %u deep (of %u) are not nested", DEPTH_OPEN,
				CAP_HTML_DEPTH);
		b->said_deep = b->is_over = true;
		++*over_of(b, t->name);
		(void)insert_void(b, t);
		return true;
	}
	if (t->kind != TOKEN_END || !b->is_over || *over_of(b, t->name) == 0)
		return false;
	--*over_of(b, t->name);
	return true;
}

static void handle(struct builder *b, struct token *t)
{
	if (b->skip_newline) {
		b->skip_newline = false;
		if (t->kind == TOKEN_TEXT && t->n && text_at(b->h, t->at)[0] == '\n') {
			bool as_is = !(t->at & HTML_POOL);
			t->n--;
			t->at++;
			t->from += as_is;
			if (t->n == 0)
				return;
		}
	}
	if (is_too_deep(b, t))
		return;
	while (!b->stopped && (is_foreign_token(b, t) ? in_foreign(b, t) : in_mode(b, t)))
		b->h->steps++;
}

static void run(struct html_parser *p)
{
	struct builder *b = &p->b;
	struct token t;
	while (!b->stopped) {
		b->t.is_foreign = b->nstack > 0 && adjusted_top(b).ns != HTML_NS_HTML;
		html_next_token(&b->t, &t);
		if (t.kind == TOKEN_MORE)
			return;
		handle(b, &t);
		if (b->h->n < CAP_HTML_NODES && b->h->nruns < CAP_HTML_RUNS)
			continue;
		quirk_add(
			&b->h->quirks, t.to, "cut: over %u nodes, or %u pieces of text", CAP_HTML_NODES, CAP_HTML_RUNS);
		b->stopped = true;
	}
}

static enum raw raw_of(const struct html_options *o)
{
	if (o->context_ns != HTML_NS_HTML)
		return RAW_NONE;
	switch (o->context) {
	case NAME_TITLE:
	case NAME_TEXTAREA:
		return RAW_RCDATA;
	case NAME_STYLE:
	case NAME_XMP:
	case NAME_IFRAME:
	case NAME_NOEMBED:
	case NAME_NOFRAMES:
		return RAW_RAWTEXT;
	case NAME_NOSCRIPT:
		return o->scripting ? RAW_RAWTEXT : RAW_NONE;
	case NAME_SCRIPT:
		return RAW_SCRIPT;
	case NAME_PLAINTEXT:
		return RAW_PLAINTEXT;
	default:
		return RAW_NONE;
	}
}

static void start_fragment(struct builder *b)
{
	const struct html_options *o = &b->options;
	b->is_fragment = true;
	uint32_t context = node_new(b, HTML_ELEMENT, 0, 0);
	b->h->nodes[context].el.name = o->context;
	b->h->nodes[context].ns = (uint8_t)o->context_ns;
	b->root = node_new(b, HTML_ELEMENT, 0, 0);
	b->h->nodes[b->root].el.name = NAME_HTML;
	node_append(b, 0, b->root);
	stack_push(b, context);
	b->context_flags = top(b)->flags;
	stack_pop(b);
	stack_push(b, b->root);
	if (o->context == NAME_TEMPLATE && o->context_ns == HTML_NS_HTML)
		b->templates[b->ntemplates++] = MODE_IN_TEMPLATE;
	b->t.raw = raw_of(o);
	reset_mode(b);
	if (o->context == NAME_FORM && o->context_ns == HTML_NS_HTML)
		b->form = context;
}

static void reset_document(struct html *h)
{
	h->n = 0;
	h->quirks_mode = false;
	h->nattrs = h->nruns = 0;
	h->steps = 0;
	h->source = STR("");
	h->pool.cap = HTML_POOL - 1;
	h->owned.cap = CAP_HTML;
	buf_reset(&h->owned);
	buf_reset(&h->pool);
	arena_reset(&h->arena);
	h->quirks = quirks_in(&h->arena);
	if (h->names)
		html_names_reset(h->names);
	else
		h->names = html_names_new();
}

struct html_parser *html_parser_new(const struct html_options *options, struct html *ret)
{
	struct html_parser *p = mem_alloc(sizeof(*p));
	struct builder *b = &p->b;
	reset_document(ret);
	b->h = ret;
	b->links = mem_alloc(ret->room_nodes * sizeof(*b->links));
	b->head = b->form = b->root = HTML_NONE;
	b->frameset_ok = true;
	if (options)
		b->options = *options;
	html_tokenizer_init(&b->t, ret);
	(void)node_new(b, HTML_DOCUMENT, 0, 0);
	if (b->options.context != NAME_NONE)
		start_fragment(b);
	return p;
}

static void set_source(struct html_parser *p, struct str source)
{
	p->b.h->source = source;
	p->b.t.s = source.p;
	p->b.t.n = (uint32_t)source.n;
}

void html_parser_feed(struct html_parser *p, struct str piece)
{
	struct buf *owned = &p->b.h->owned;
	if (p->cut)
		return;
	if (piece.n > CAP_HTML - owned->n) {
		quirk_add(&p->b.h->quirks, CAP_HTML, "cut: over %u bytes", CAP_HTML);
		piece = str_sub(piece, 0, CAP_HTML - owned->n);
		p->cut = true;
	}
	buf_add(owned, piece);
	if (p->cut)
		owned->n = utf8_cut(buf_str(owned), owned->n);
	set_source(p, buf_str(owned));
	uint32_t waiting = p->b.t.n - p->b.t.pos;
	if (waiting < p->tried * 2)
		return;
	run(p);
	p->tried = p->b.t.n - p->b.t.pos;
}

void html_parser_end(struct html_parser *p)
{
	p->b.t.is_end = true;
	run(p);
	html_finish(&p->b);
	html_tokenizer_clear(&p->b.t);
	mem_free(p->b.links);
	mem_free(p->b.pending);
	mem_free(p->b.late[0].items);
	mem_free(p->b.late[1].items);
	mem_free(p->b.over);
	mem_free(p);
}

void html_parse(struct str utf8, const struct html_options *options, struct html *ret)
{
	struct html_parser *p = html_parser_new(options, ret);
	if (utf8.n > CAP_HTML) {
		quirk_add(&ret->quirks, CAP_HTML, "cut: over %u bytes", CAP_HTML);
		utf8 = str_sub(utf8, 0, utf8_cut(utf8, CAP_HTML));
	}
	set_source(p, utf8);
	html_parser_end(p);
}

void html_clear(struct html *h)
{
	mem_free(h->nodes);
	mem_free(h->attrs);
	mem_free(h->runs);
	buf_clear(&h->pool);
	buf_clear(&h->owned);
	html_names_free(h->names);
	arena_clear(&h->arena);
	*h = (struct html){0};
}
