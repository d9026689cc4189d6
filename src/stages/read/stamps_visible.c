/* SPDX-License-Identifier: Apache-2.0 */
/* Stamps in the text that readers see, line by line: what stands in one block without a break. */
#include "base/buf.h"
#include "base/utf8.h"
#include "stages/read/stamps_int.h"

#define LINE_MAX_BYTES 4096u
#define PIECES_MAX 256u
#define ALONE 90u /* characters of a line besides its stamps, up to which the line is about the stamp */
#define DAY_NS (86400ll * 1000000000ll)
#define META 300u      /* the same in a block that is called meta, byline or date */
#define LEAD 45u       /* a place and an agency before a stamp that opens a paragraph */
#define TIE_LINE 160u  /* characters of a line of clocks whose day an earlier line names */
#define TIE_REACH 400u /* bytes of text back to that line */
#define TIE_REST 12u   /* characters of such a line that no label names, besides its clocks */
#define LABEL_LINE 40u /* a line that is a label for the next one */

struct piece {
	size_t at; /* in the line */
	uint32_t node;
	uint32_t from; /* byte of the node's text that stands at `at` */
};

struct liner {
	struct stamping *s;
	struct buf line;
	struct piece pieces[PIECES_MAX];
	size_t n;
	enum date_label carried; /* the last line was a label */
	struct str day;          /* the last day that a line named, as it stands there */
	uint32_t day_at;         /* bytes of text before it */
	struct {
		size_t first, n; /* its candidates */
		bool begins;     /* it begins with its stamp, else it ends with it */
		bool has;
	} row; /* the last line, where that may be one of a list */
	struct {
		uint32_t end;
		bool is_block;
	} open[512];
	size_t depth;
};

static bool is_inline(const struct html *h, uint32_t i)
{
	static const uint16_t names[] = {NAME_A, NAME_ABBR, NAME_ACRONYM, NAME_B, NAME_BDI, NAME_BDO, NAME_BIG,
		NAME_CITE, NAME_CODE, NAME_DATA, NAME_DEL, NAME_DFN, NAME_EM, NAME_FONT, NAME_I, NAME_IMG, NAME_INS,
		NAME_KBD, NAME_LABEL, NAME_MARK, NAME_NOBR, NAME_Q, NAME_S, NAME_SMALL, NAME_SPAN, NAME_STRIKE,
		NAME_STRONG, NAME_SUB, NAME_SUP, NAME_TIME, NAME_TT, NAME_U, NAME_VAR, NAME_WBR, NAME_SVG, NAME_PATH,
		NAME_USE};
	uint32_t tag = html_tag(h, i);
	for (size_t k = 0; k < ARRAY_LEN(names); k++)
		if (tag == names[k])
			return true;
	return false;
}

/* Where words may go on: "15<sup>th</sup>" */
static bool is_joining(const struct html *h, uint32_t i)
{
	return html_is(h, i, NAME_SUP) || html_is(h, i, NAME_SUB) || html_is(h, i, NAME_B) ||
		html_is(h, i, NAME_STRONG) || html_is(h, i, NAME_EM) || html_is(h, i, NAME_I) ||
		html_is(h, i, NAME_U) || html_is(h, i, NAME_FONT) || html_is(h, i, NAME_WBR);
}

static bool is_mute(const struct html *h, uint32_t i)
{
	return html_is(h, i, NAME_SCRIPT) || html_is(h, i, NAME_STYLE) || html_is(h, i, NAME_TEMPLATE) ||
		html_is(h, i, NAME_NOSCRIPT) || html_is(h, i, NAME_HEAD) || html_is(h, i, NAME_TEXTAREA) ||
		html_is(h, i, NAME_SELECT) || html_is(h, i, NAME_SVG);
}

static const struct piece *piece_at(const struct liner *l, size_t at)
{
	size_t k = 0;
	while (k + 1 < l->n && l->pieces[k + 1].at <= at)
		k++;
	return &l->pieces[k];
}

static void source_of(const struct liner *l, size_t from, size_t to, struct stamp_candidate *c)
{
	const struct piece *a = piece_at(l, from);
	const struct piece *b = piece_at(l, to - 1);
	uint32_t ignored = 0;
	html_text_source(l->s->h, a->node, a->from + (uint32_t)(from - a->at), 1, &c->from, &ignored);
	html_text_source(l->s->h, b->node, b->from + (uint32_t)(to - 1 - b->at), 1, &ignored, &c->to);
	c->node = a->node;
}

static size_t characters(struct str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += ((uint8_t)s.p[i] & 0xc0) != 0x80;
	return n;
}

/* Little but the stamp stands in the element around it. */
static bool is_wrapped(const struct stamping *s, const struct stamp_candidate *c)
{
	uint32_t up = s->h->nodes[c->node].parent;
	if (s->h->nodes[up].end - up > 8)
		return false;
	size_t n = 0;
	for (uint32_t i = up; i < s->h->nodes[up].end; i++)
		if (s->h->nodes[i].kind == HTML_TEXT)
			n += characters(str_trim(html_node_text(s->h, i)));
	return n < c->raw.n + 30;
}

static enum stamp_field field_of(enum date_label label, uint32_t region)
{
	if (label == DATE_LABEL_PUBLISHED)
		return STAMP_PUBLISHED;
	if (label == DATE_LABEL_UPDATED)
		return STAMP_UPDATED;
	if ((region & REGION_UPDATED) && !(region & REGION_PUBLISHED))
		return STAMP_UPDATED;
	return region & REGION_PUBLISHED ? STAMP_PUBLISHED : STAMP_NONE;
}

static size_t bytes_of(const struct stamping *s, uint32_t node)
{
	uint32_t end = s->h->nodes[node].end;
	return (end < s->h->n ? s->at[end] : s->text_bytes) - s->at[node];
}

static bool is_entry(const struct html *h, uint32_t i)
{
	return html_is(h, i, NAME_LI) || html_is(h, i, NAME_TR) || html_is(h, i, NAME_DD) ||
		html_is(h, i, NAME_ARTICLE);
}

/* Does block `up`, with little text in it, link to another page? What is around the stamp may be its own link. */
static bool links_away(const struct stamping *s, uint32_t up, const struct stamp_candidate *c)
{
	const struct html *h = s->h;
	if (bytes_of(s, up) > 600 || h->nodes[up].end - up > 60)
		return false;
	for (uint32_t i = up; i < h->nodes[up].end; i++) {
		bool around = i <= c->node && c->node < h->nodes[i].end;
		if (stamps_is_headline_link(s, i) && (!around || bytes_of(s, i) > c->raw.n + 24))
			return true;
	}
	return false;
}

/* In the line's block, or the item, row or article around it, a link to another page stands: an entry of a list of
 * pages. */
static bool is_beside_link(const struct stamping *s, const struct stamp_candidate *c)
{
	const struct html *h = s->h;
	bool in_block = false;
	uint32_t up = h->nodes[c->node].parent;
	for (unsigned level = 0; level < 8 && up != HTML_NONE; level++, up = h->nodes[up].parent) {
		bool holds = s->headline != HTML_NONE && up <= s->headline && s->headline < h->nodes[up].end;
		bool block = !is_inline(h, up);
		if (holds || html_is(h, up, NAME_BODY))
			return false;
		/* the links of a byline lead to authors and topics */
		bool own = block && !in_block && !(c->region & REGION_BYLINE);
		if ((own || is_entry(h, up)) && links_away(s, up, c))
			return true;
		if (is_entry(h, up))
			return false;
		in_block = in_block || block;
	}
	return false;
}

/* A line that begins or ends with its only stamp, which nothing names, and says something else: two of different days
 * in a row are entries of a list. */
static void watch_row(struct liner *l, const struct date_stamp *found, size_t n, struct str text, size_t first)
{
	struct stamps *out = l->s->out;
	size_t rest = n == 1 ? characters(text) - characters(str_sub(text, found->from, found->to)) : 0;
	bool begins = n == 1 && found->from <= 2;
	bool ends = n == 1 && text.n - found->to <= 2;
	bool is_row = begins != ends && rest >= 8 && rest <= 120 && found->label == DATE_LABEL_NONE &&
		found->kind == DATE_INSTANT && out->n > first;
	if (is_row && l->row.has && l->row.begins == begins && out->items[l->row.first].stamp.t.ns != found->t.ns) {
		const char *why = "one of a list";
		for (size_t i = l->row.first; i < l->row.first + l->row.n; i++)
			if (!out->items[i].rejected)
				out->items[i].rejected = why;
		for (size_t i = first; i < out->n; i++)
			if (!out->items[i].rejected)
				out->items[i].rejected = why;
	}
	l->row.has = is_row;
	l->row.begins = begins;
	l->row.first = first;
	l->row.n = out->n - first;
}

/* A <time> that the stamp stands in is more exact, and the words of the line say what it is of. */
static void tell_time(struct liner *l, const struct stamp_candidate *c)
{
	struct stamps *out = l->s->out;
	uint32_t up = l->s->h->nodes[c->node].parent;
	for (size_t k = 0; k < out->n; k++) {
		struct stamp_candidate *o = &out->items[k];
		if (o->source != STAMP_TIME || (o->node != up && o->node != l->s->h->nodes[up].parent))
			continue;
		if (o->field == STAMP_NONE || c->is_labelled) {
			o->field = c->field;
			o->is_labelled = c->is_labelled;
			o->by_class = c->by_class;
		}
		int64_t apart = o->stamp.t.ns - c->stamp.t.ns;
		bool differs = apart > 2 * DAY_NS || apart < -2 * DAY_NS;
		if (c->rejected && !o->rejected)
			o->rejected = c->rejected;
		if (differs && !o->rejected && c->stamp.kind == DATE_INSTANT && c->stamp.t.precision >= PRECISION_DAY)
			o->rejected = "its text says another day";
		o->is_alone = c->is_alone;
		o->leads = c->leads;
	}
}

static size_t rest_of(struct str text, const struct date_stamp *found, size_t n)
{
	size_t rest = characters(text);
	/* stamps do not overlap */
	for (size_t k = 0; k < n; k++)
		rest -= characters(str_sub(text, found[k].from, found[k].to));
	return rest;
}

/* "posted 7:25 a.m. | last updated 9:25 a.m.", the day in a line above: the clocks of a line that names no day are of
 * the last day named, where labels or nothing else stand beside them. Returns how many stamps there are. */
static size_t tie_line(struct liner *l, struct str text, struct date_stamp *found, size_t n)
{
	struct date_stamp tied[16];
	struct stamping *s = l->s;
	bool labelled = n > 0;
	size_t kept = 0;
	for (size_t k = 0; k < n; k++) {
		if (found[k].kind != DATE_PARTIAL)
			return n;
		labelled = labelled && (found[k].label == DATE_LABEL_PUBLISHED || found[k].label == DATE_LABEL_UPDATED);
	}
	if (n == 0 || l->day.n == 0 || characters(text) > TIE_LINE ||
		s->at[l->pieces[0].node] > l->day_at + TIE_REACH || (!labelled && rest_of(text, found, n) > TIE_REST))
		return n;
	struct str both = str_fmt(s->a, "%.*s; %.*s", STR_FMT(l->day), STR_FMT(text));
	size_t skip = l->day.n + 2;
	size_t all = date_find(both, &s->hints, tied, ARRAY_LEN(tied));
	for (size_t k = 0; k < all; k++) {
		if (!tied[k].is_tied || tied[k].from < skip)
			continue;
		found[kept] = tied[k];
		found[kept].from -= skip;
		found[kept].to -= skip;
		bool own = tied[k].label_from >= skip;
		found[kept].label = own ? tied[k].label : DATE_LABEL_NONE;
		found[kept].label_from = own ? tied[k].label_from - skip : 0;
		found[kept++].label_to = own ? tied[k].label_to - skip : 0;
	}
	return kept ? kept : n;
}

static void keep_day(struct liner *l, const struct stamp_candidate *c)
{
	if (c->stamp.kind != DATE_INSTANT || c->stamp.is_tied || c->rejected || c->stamp.t.precision < PRECISION_DAY)
		return;
	l->day = c->raw;
	l->day_at = l->s->at[c->node];
}

static void read_line(struct liner *l)
{
	struct date_stamp found[16];
	struct str text = buf_str(&l->line);
	struct stamping *s = l->s;
	enum date_label carried = l->carried;
	l->carried = DATE_LABEL_NONE;
	size_t n = date_find(text, &s->hints, found, ARRAY_LEN(found));
	n = tie_line(l, text, found, n);
	if (n == 0 && text.n <= LABEL_LINE)
		l->carried = date_label_of(text);
	size_t rest = rest_of(text, found, n);
	size_t first = s->out->n;
	for (size_t k = 0; k < n; k++) {
		struct stamp_candidate c = {.source = STAMP_VISIBLE, .key = STR("text"), .stamp = found[k]};
		source_of(l, found[k].from, found[k].to, &c);
		enum date_label label = found[k].label;
		if (k == 0 && label == DATE_LABEL_NONE && found[0].from < 4)
			label = carried;
		c.region = s->region[c.node];
		c.is_labelled = label == DATE_LABEL_PUBLISHED || label == DATE_LABEL_UPDATED;
		c.field = field_of(label, c.region);
		/* "Stand: 15.11.2018" is said of the first version as well */
		struct str label_text = str_sub(text, found[k].label_from, found[k].label_to);
		c.by_class = (!c.is_labelled && c.field != STAMP_NONE) || str_ieq(label_text, STR("Stand"));
		c.raw = str_dup(s->a, str_sub(text, found[k].from, found[k].to));
		bool meta = (c.region & (REGION_DATE | REGION_BYLINE | REGION_FOOTER)) != 0;
		c.is_alone = rest <= (meta ? META : ALONE) || is_wrapped(s, &c);
		c.is_inner = s->headline != HTML_NONE && s->h->nodes[c.node].parent != s->headline;
		c.leads = found[k].from <= LEAD;
		c.rejected = label == DATE_LABEL_OTHER ? "another kind of date" : NULL;
		if (!c.rejected && is_beside_link(s, &c))
			c.rejected = "beside a link to another page";
		tell_time(l, &c);
		(void)stamps_add(s, &c);
		keep_day(l, &c);
	}
	watch_row(l, found, n, text, first);
}

static void flush(struct liner *l)
{
	if (l->line.n)
		read_line(l);
	buf_reset(&l->line);
	l->n = 0;
}

static void add_text(struct liner *l, uint32_t node)
{
	struct str s = html_node_text(l->s->h, node);
	size_t lead = 0;
	while (lead < s.n && ascii_space(s.p[lead]))
		lead++;
	if (l->line.n == 0)
		s = str_from(s, lead);
	else
		lead = 0;
	if (s.n == 0 || l->n >= PIECES_MAX || l->line.n >= LINE_MAX_BYTES)
		return;
	s = str_sub(s, 0, utf8_cut(s, size_min(s.n, LINE_MAX_BYTES - l->line.n)));
	l->pieces[l->n++] = (struct piece){l->line.n, node, (uint32_t)lead};
	buf_add(&l->line, s);
}

static void space(struct liner *l)
{
	if (l->line.n && l->line.n < LINE_MAX_BYTES)
		buf_addc(&l->line, ' ');
}

static void close_until(struct liner *l, uint32_t i)
{
	while (l->depth && l->open[l->depth - 1].end <= i) {
		if (l->open[--l->depth].is_block)
			flush(l);
		else
			space(l);
	}
}

void stamps_visible(struct stamping *s)
{
	const struct html *h = s->h;
	struct liner *l = arena_new(s->a, struct liner);
	l->s = s;
	buf_init(&l->line, LINE_MAX_BYTES + 16);
	for (uint32_t i = 0; i < h->n; i++) {
		close_until(l, i);
		if (is_mute(h, i)) {
			i = h->nodes[i].end - 1;
			continue;
		}
		if (h->nodes[i].kind == HTML_TEXT) {
			add_text(l, i);
			continue;
		}
		if (h->nodes[i].kind != HTML_ELEMENT)
			continue;
		bool block = !is_inline(h, i);
		if (block)
			flush(l);
		else if (!is_joining(h, i))
			space(l);
		if ((block || !is_joining(h, i)) && l->depth < ARRAY_LEN(l->open)) {
			l->open[l->depth].end = h->nodes[i].end;
			l->open[l->depth++].is_block = block;
		}
	}
	flush(l);
	buf_clear(&l->line);
}
