/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over the nodes: paragraphs, and hints of the elements that say what they are. */
#include "base/caps.h"
#include "base/utf8.h"
#include "stages/read/body_int.h"

struct box { /* an open block element */
	uint32_t node;
	uint32_t end;
	uint32_t row;
	uint16_t flags;
	uint8_t level;
	uint8_t depth;
};

struct pass {
	struct page *page;
	const struct html *h;
	struct box box[CAP_HTML_DEPTH + 2];
	size_t open;
	struct para now; /* the one being collected */
	uint32_t link_end;
	uint32_t strong_end;
	uint32_t time_end;
	uint32_t last_br; /* with no text behind it, else HTML_NONE */
};

static void flush(struct pass *s)
{
	struct buf *text = &s->page->text;
	const struct box *box = &s->box[s->open - 1];
	while (text->n > s->now.at && text->p[text->n - 1] == ' ')
		text->n--;
	s->now.n = (uint32_t)(text->n - s->now.at);
	s->last_br = HTML_NONE;
	if (s->now.n == 0)
		return;
	struct para *p = arena_push(s->page->r->a, &s->page->para, &s->page->n, sizeof(*p));
	*p = s->now;
	p->node = box->node;
	p->row = box->row;
	p->flags = box->flags;
	p->level = box->level;
	p->depth = box->depth;
	if (p->strong > 0.95f * p->letters)
		p->flags |= PARA_BOLD;
	if (html_is(s->h, p->node, NAME_P))
		p->flags |= PARA_P;
	s->now = (struct para){.at = (uint32_t)text->n};
}

static bool is_wide(uint32_t c)
{
	return (c >= 0x2e80 && c <= 0x9fff) || (c >= 0xac00 && c <= 0xd7af) || (c >= 0xf900 && c <= 0xfaff) ||
		(c >= 0xff00 && c <= 0xffef) || (c >= 0x0e00 && c <= 0x0eff) || (c >= 0x1000 && c <= 0x109f) ||
		(c >= 0x1780 && c <= 0x17ff) || (c >= 0x20000 && c <= 0x3ffff);
}

static bool is_comma(uint32_t c)
{
	return c == 0x060c || c == 0x061b || c == 0x3001 || c == 0xff0c || c == 0xff1b || c == 0x055d || c == 0x1363;
}

static bool is_stop(uint32_t c)
{
	return c == 0x3002 || c == 0xff01 || c == 0xff1f || c == 0xff0e || c == 0x061f || c == 0x06d4 || c == 0x0964 ||
		c == 0x2026 || c == 0x0589 || c == 0x1362;
}

static bool is_blank(uint32_t c)
{
	return c == 0xa0 || c == 0x3000 || (c >= 0x2000 && c <= 0x200b) || c == 0x202f || c == 0xfeff;
}

/* The letters of one text node into the paragraph; white space folds. Returns the letters counted. */
static float take(struct pass *s, struct str text)
{
	struct buf *to = &s->page->text;
	char *out = buf_space(to, text.n + 1);
	size_t n = 0;
	bool space = to->n > s->now.at && to->p[to->n - 1] == ' ';
	bool empty = to->n == s->now.at;
	uint32_t letters = 0;
	uint32_t wide = 0;
	for (size_t i = 0; out && i < text.n;) {
		size_t from = i;
		uint8_t b = (uint8_t)text.p[i];
		uint32_t c = b < 0x80 ? (uint8_t)text.p[i++] : utf8_next(text, &i, NULL);
		if (b < 0x80 ? b <= ' ' : is_blank(c)) {
			if (!space && !(empty && n == 0))
				out[n++] = ' ';
			space = true;
			continue;
		}
		space = false;
		letters++;
		if (b < 0x80) {
			s->now.commas += b == ',' || b == ';';
			s->now.stops += b == '.' || b == '!' || b == '?';
			out[n++] = (char)b;
			continue;
		}
		wide += is_wide(c);
		s->now.commas += is_comma(c);
		s->now.stops += is_stop(c);
		memcpy(out + n, text.p + from, i - from);
		n += i - from;
	}
	buf_grown(to, n);
	return (float)letters + 1.5f * (float)wide;
}

static void add_text(struct pass *s, uint32_t i)
{
	float letters = take(s, html_node_text(s->h, i));
	if (letters <= 0)
		return;
	if (s->now.letters <= 0)
		s->now.from = i;
	s->now.to = i;
	s->now.letters += letters;
	if (i < s->link_end)
		s->now.linked += letters;
	if (i < s->strong_end)
		s->now.strong += letters;
	if (i < s->time_end)
		s->now.timed += letters;
	s->last_br = HTML_NONE;
}

static void open_box(struct pass *s, uint32_t i)
{
	if (s->open >= ARRAY_LEN(s->box))
		return;
	struct box b = s->box[s->open - 1];
	uint32_t tag = html_tag(s->h, i);
	b.node = i;
	b.end = s->h->nodes[i].end;
	b.level = tag >= NAME_H1 && tag <= NAME_H6 ? (uint8_t)(tag - NAME_H1 + 1) : b.level;
	if (tag == NAME_UL || tag == NAME_OL || tag == NAME_DIR)
		b.depth = b.depth < UINT8_MAX ? (uint8_t)(b.depth + 1) : b.depth;
	else if (tag == NAME_LI || tag == NAME_DT || tag == NAME_DD)
		b.flags |= PARA_ITEM;
	else if (tag == NAME_BLOCKQUOTE)
		b.flags |= PARA_QUOTE;
	else if (tag == NAME_PRE || tag == NAME_LISTING)
		b.flags |= PARA_PRE;
	else if (tag == NAME_FIGCAPTION || tag == NAME_CAPTION)
		b.flags |= PARA_CAPTION;
	else if (tag == NAME_FIGURE)
		b.flags |= PARA_FIGURE;
	else if (tag == NAME_ARTICLE)
		b.flags |= PARA_ARTICLE;
	else if (tag == NAME_HEADER)
		b.flags |= PARA_HEADER;
	else if (tag == NAME_TD || tag == NAME_TH)
		b.flags |= PARA_CELL;
	else if (tag == NAME_TR)
		b.row = i;
	s->box[s->open++] = b;
}

static uint8_t declared(const struct html *h, uint32_t i, const struct element *el)
{
	if (el->named_body)
		return DECLARED_ITEMPROP;
	if (el->words & WORD_BODY)
		return DECLARED_CLASS;
	if (html_is(h, i, NAME_ARTICLE))
		return DECLARED_ARTICLE;
	if (html_is(h, i, NAME_MAIN) || el->main)
		return DECLARED_MAIN;
	return el->words & (WORD_ARTICLE | WORD_PART) ? DECLARED_PART : DECLARED_NOT;
}

#define SMALL 8u /* nodes: an inline element that is hidden is read over up to here */

/* True when what is in the element is to be read. */
static bool enter(struct pass *s, uint32_t i)
{
	struct page *p = s->page;
	const struct html_node *n = &s->h->nodes[i];
	enum tag_class tag = page_tag(s->h, i);
	if (tag == TAG_SKIP)
		return p->noscript && html_is(s->h, i, NAME_NOSCRIPT);
	struct element el = {0};
	if (n->nattrs)
		el = page_element(p, i);
	if (tag == TAG_INLINE && !(el.words & WORD_CAPTION)) {
		if (n->el.name == NAME_A && html_has_attr(s->h, i, NAME_HREF) && n->end > s->link_end)
			s->link_end = n->end;
		if ((n->el.name == NAME_B || n->el.name == NAME_STRONG) && n->end > s->strong_end)
			s->strong_end = n->end;
		if (n->el.name == NAME_TIME && n->end > s->time_end)
			s->time_end = n->end;
		return !(el.hidden && n->end - i <= SMALL);
	}
	flush(s);
	p->first[i] = (uint32_t)p->n;
	open_box(s, i);
	struct hint hint = {.node = i, .words = el.words, .declared = declared(s->h, i, &el)};
	hint.mark = (uint8_t)page_mark(s->h, i, &el, &hint.kind);
	if (hint.mark || hint.kind || hint.declared)
		*(struct hint *)arena_push(p->r->a, &p->hint, &p->nhints, sizeof(hint)) = hint;
	return true;
}

static void line_break(struct pass *s, uint32_t i)
{
	/* two in a row end a paragraph */
	if (s->last_br != HTML_NONE) {
		flush(s);
	} else {
		struct buf *to = &s->page->text;
		if (to->n > s->now.at && to->p[to->n - 1] != ' ')
			buf_addc(to, ' ');
		s->last_br = i;
	}
}

static void mark_prose(struct page *p)
{
	for (size_t k = 0; k < p->n; k++) {
		struct para *a = &p->para[k];
		bool prose = a->letters >= 80 || (a->letters >= 30 && a->commas + a->stops > 0);
		if (prose && a->linked < 0.4f * a->letters && a->level == 0)
			a->flags |= PARA_PROSE;
	}
}

static void count(struct page *p)
{
	p->titles = arena_alloc(p->r->a, (p->n + 1) * sizeof(*p->titles));
	p->proses = arena_alloc(p->r->a, (p->n + 1) * sizeof(*p->proses));
	for (size_t k = 0; k < p->n; k++) {
		const struct para *a = &p->para[k];
		p->titles[k + 1] = p->titles[k] + (a->letters > 15 && a->linked > 0.8f * a->letters);
		p->proses[k + 1] = p->proses[k] + ((a->flags & PARA_PROSE) != 0);
	}
}

void page_read(struct page *p)
{
	uint32_t n = p->h->n;
	struct pass *s = arena_new(p->r->a, struct pass);
	*s = (struct pass){.page = p, .h = p->h, .open = 1, .last_br = HTML_NONE};
	s->box[0] = (struct box){.end = n, .row = HTML_NONE};
	p->first = arena_alloc(p->r->a, ((size_t)n + 1) * sizeof(*p->first));
	buf_init(&p->text, CAP_HTML * 2u);
	for (uint32_t i = 0; i < n;) {
		while (s->open > 1 && i >= s->box[s->open - 1].end) {
			flush(s);
			s->open--;
		}
		const struct html_node *node = &p->h->nodes[i];
		p->first[i] = (uint32_t)p->n;
		if (node->kind == HTML_TEXT) {
			add_text(s, i);
		} else if (node->kind == HTML_ELEMENT) {
			if (node->el.name == NAME_IMG)
				*(uint32_t *)arena_push(p->r->a, &p->images, &p->nimages, sizeof(i)) = i;
			if (node->el.name == NAME_BR)
				line_break(s, i);
			else if (!enter(s, i)) {
				i = node->end;
				continue;
			}
		}
		i++;
	}
	flush(s);
	p->first[n] = (uint32_t)p->n;
	mark_prose(p);
	count(p);
}

void page_sum_up(struct page *p)
{
	if (!p->prose) {
		p->prose = arena_alloc(p->r->a, (p->n + 1) * sizeof(float));
		p->letters = arena_alloc(p->r->a, (p->n + 1) * sizeof(float));
		p->linked = arena_alloc(p->r->a, (p->n + 1) * sizeof(float));
	}
	for (size_t k = 0; k < p->n; k++) {
		const struct para *a = &p->para[k];
		bool in = a->mark == MARK_NONE;
		p->prose[k + 1] = p->prose[k] + (in && (a->flags & PARA_PROSE) ? a->letters - a->linked : 0);
		p->letters[k + 1] = p->letters[k] + (in ? a->letters : 0);
		p->linked[k + 1] = p->linked[k] + (in ? a->linked : 0);
	}
}
