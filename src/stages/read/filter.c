/* SPDX-License-Identifier: Apache-2.0 */
/* Says of each paragraph of the choice what it is, or why it is dropped: first each by itself (filter_para.c), then by
 * what is around it. */
#include "stages/read/body_int.h"

#define LOOK_BACK 14u    /* paragraphs before the choice in which its beginning is looked for */
#define SURE_MAX 20u     /* bytes: a heading that is but the word */
#define NEAR_HEADLINE 6u /* paragraphs */

struct filter {
	struct page *p;
	struct verdict *v;
	uint32_t from; /* with what was found before the choice */
	uint32_t to;
	uint32_t first; /* first and last paragraph that is surely the body's, from > last: none */
	uint32_t last;
};

static void drop(struct filter *f, uint32_t k, const char *reason)
{
	f->v[k] = (struct verdict){.kind = BLOCK_OTHER, .reason = reason};
}

static bool is_kept(const struct filter *f, uint32_t k)
{
	return !f->v[k].reason && f->v[k].kind != BLOCK_OTHER;
}

static bool is_kept_text(const struct filter *f, uint32_t k)
{
	return is_kept(f, k) && block_is_text((enum block_kind)f->v[k].kind);
}

/* The beginning may stand in a box of its own, between the headline and the choice. */
static void look_back(struct filter *f)
{
	uint32_t headline = f->p->headline;
	if (headline == HTML_NONE || headline >= f->from || f->from - headline > LOOK_BACK)
		return;
	for (uint32_t k = headline; k < f->from; k++) {
		const struct para *a = &f->p->para[k];
		f->v[k] = filter_para(f->p, k);
		bool wanted = k == headline || f->v[k].kind == BLOCK_BYLINE || f->v[k].kind == BLOCK_CAPTION ||
			((a->flags & PARA_PROSE) && para_density(a) < 0.25f) ||
			(a->kind == MARK_LEAD && a->letters > 25);
		if (!wanted && !f->v[k].reason)
			drop(f, k, "before the body");
	}
	f->from = headline;
}

/* Stamps that stand right below the headline, or where the choice begins. */
static void drop_dates(struct filter *f)
{
	uint32_t headline = f->p->headline;
	bool in = headline != HTML_NONE && headline >= f->from && headline < f->to;
	uint32_t from = in ? headline + 1 : f->from;
	for (uint32_t k = from; k < f->to && k < from + NEAR_HEADLINE; k++)
		if (is_kept_text(f, k) && !f->p->para[k].level && filter_is_dated(f->p, k))
			drop(f, k, "date");
		else if (is_kept_text(f, k) && !f->p->para[k].level && filter_is_byline(f->p, k))
			f->v[k].kind = BLOCK_BYLINE;
}

static void find_sure(struct filter *f)
{
	f->first = HTML_NONE;
	f->last = 0;
	for (uint32_t k = f->from; k < f->to; k++) {
		const struct para *a = &f->p->para[k];
		if (!is_kept_text(f, k) || !(a->flags & (PARA_PROSE | PARA_NEAR)))
			continue;
		f->first = f->first == HTML_NONE ? k : f->first;
		f->last = k;
	}
}

/* What stands before the headline. */
static void drop_before_headline(struct filter *f)
{
	uint32_t headline = f->p->headline;
	float before = 0;
	float all = 0;
	if (headline == HTML_NONE || headline < f->from || headline >= f->to)
		return;
	for (uint32_t k = f->from; k < f->to; k++) {
		float letters = is_kept_text(f, k) ? f->p->para[k].letters : 0;
		before += k < headline ? letters : 0;
		all += letters;
	}
	for (uint32_t k = f->from; before < 0.3f * all && k < headline; k++)
		if (is_kept(f, k))
			drop(f, k, "before the headline");
}

/* Up to the first paragraph that is surely the body's: standfirsts, and short text that is none. */
static void trim_front(struct filter *f)
{
	for (uint32_t k = f->from; k < f->to && f->first != HTML_NONE && k <= f->first; k++) {
		const struct para *a = &f->p->para[k];
		bool named = a->kind == MARK_LEAD;
		if (!is_kept_text(f, k))
			continue;
		if (k == f->first ? named && f->v[k].kind == BLOCK_PARAGRAPH
				  : (named && a->letters > 20) || (a->level > 1 && a->letters > 40))
			f->v[k].kind = BLOCK_STANDFIRST;
		else if (k < f->first && a->level <= 1 && a->letters < 25 && !a->stops)
			drop(f, k, "before the body");
	}
}

/* What is no text element, or links, behind the last paragraph that is surely the body's. */
static void trim_back(struct filter *f)
{
	for (uint32_t k = f->last + 1; k < f->to && f->first != HTML_NONE; k++) {
		const struct para *a = &f->p->para[k];
		bool text = (a->flags & (PARA_P | PARA_ITEM | PARA_QUOTE | PARA_CELL)) || a->stops > 0;
		if (is_kept_text(f, k) && f->v[k].kind != BLOCK_CORRECTION &&
			(!text || (a->level == 0 && para_density(a) > 0.3f)))
			drop(f, k, "behind the body");
	}
}

/* "3 comments", "5 thoughts on …", "Ann on May 3, 2018 at 5:23 said:", with enough of the article before it: more than
 * behind it, unless the words leave no doubt. */
static bool is_comments(const struct filter *f, uint32_t k)
{
	static const char *const words[] = {"comments", "top comments", "top rated comments", "reader comments",
		"leave a", "kommentare", "leserkommentare", "commentaires", "comentarios", "comentários", "commenti",
		"komentarze", "yorumlar", "thoughts on", "responses to", "gedanken zu", "antworten auf", "trackback",
		"Комментарии", "评论", "評論", "网友评论", "コメント", "تعليقات", "댓글", "Σχόλια"};
	static const char *const said[] = {
		" said:", " says:", " sagt:", " schrieb:", " a dit :", " dijo:", " dice:", " wrote:"};
	struct str s = para_text(f->p, &f->p->para[k]);
	float before = f->p->prose[k] - f->p->prose[f->from];
	bool sure = false;
	bool named = false;
	for (size_t i = 0; i < ARRAY_LEN(said); i++)
		sure = sure || (str_ends(s, str_c(said[i])) && filter_is_dated(f->p, k));
	while (s.n && (ascii_digit(s.p[0]) || s.p[0] == ' '))
		s = str_from(s, 1);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		named = named || str_istarts(s, str_c(words[i]));
	sure = sure || (named && s.n <= SURE_MAX);
	return before > 300 && (sure || (named && before > f->p->prose[f->to] - f->p->prose[k]));
}

/* Drops the heading at k and what is below it: of comments all; else up to the end of its box, to the next heading of
 * that level, or to prose. */
static void cut_section(struct filter *f, uint32_t k, bool comments)
{
	const struct para *a = &f->p->para[k];
	uint32_t up = f->p->h->nodes[a->node].parent;
	uint32_t end = comments || up == HTML_NONE ? f->to : page_end(f->p, up);
	drop(f, k, comments ? "comment" : "related links");
	for (uint32_t i = k + 1; i < f->to && i < end; i++) {
		const struct para *b = &f->p->para[i];
		bool over = (b->level && b->level <= a->level) || ((b->flags & PARA_PROSE) && para_density(b) < 0.1f);
		if (over && !comments)
			break;
		if (is_kept(f, i))
			drop(f, i, comments ? "comment" : "related links");
	}
}

/* Headings that begin what stands below articles. */
static void cut_sections(struct filter *f)
{
	for (uint32_t k = f->from; k < f->to; k++) {
		const struct para *a = &f->p->para[k];
		bool heads = a->level || (a->letters < 40 && (a->flags & PARA_BOLD)) ||
			(a->letters < 60 && str_ends(para_text(f->p, a), STR(":")));
		if (!heads || a->mark || a->letters > 60 || k == f->p->headline)
			continue;
		bool comments = is_comments(f, k);
		if (comments || phrase_ends(para_text(f->p, a)))
			cut_section(f, k, comments);
	}
}

#define LABEL_MAX 60.0f /* letters */

/* Short, and leading to something: in bold, or with a colon at its end. */
static bool is_label(const struct filter *f, uint32_t k, bool *ret_colon)
{
	const struct para *a = &f->p->para[k];
	struct str s = para_text(f->p, a);
	bool wide_colon = str_ends(s, STR("："));
	*ret_colon = a->letters <= LABEL_MAX && (wide_colon || (s.n && s.p[s.n - 1] == ':'));
	return f->v[k].kind == BLOCK_PARAGRAPH && a->letters <= LABEL_MAX &&
		(*ret_colon || ((a->flags & PARA_BOLD) && !a->stops));
}

/* Headings and labels with no text behind them. */
static void drop_bare_headings(struct filter *f)
{
	bool text = false;
	for (uint32_t k = f->to; k-- > f->from;) {
		bool colon = false;
		if (!is_kept_text(f, k))
			continue;
		bool label = is_label(f, k, &colon);
		bool links = colon && k + 1 < f->to && f->v[k + 1].reason && para_density(&f->p->para[k + 1]) > 0.5f;
		if (!label && f->v[k].kind != BLOCK_HEADING)
			text = true;
		else if (!text || links)
			drop(f, k, "heading without text");
	}
}

/* Between dropped paragraphs, with no prose near: what is left of a list of teasers. */
static void drop_strays(struct filter *f)
{
	for (uint32_t k = f->from; k < f->to; k++) {
		const struct para *a = &f->p->para[k];
		if (!is_kept_text(f, k) || (a->flags & (PARA_PROSE | PARA_NEAR | PARA_P)) || a->level || a->stops)
			continue;
		unsigned links = 0;
		for (uint32_t i = k > 2 ? k - 2 : 0; i < f->to && i <= k + 2; i++)
			links += i != k && f->v[i].reason && para_density(&f->p->para[i]) > 0.5f;
		if (links >= 3)
			drop(f, k, "link list");
	}
}

#define REPEAT_LEAST 40.0f

static void drop_repeated(struct filter *f)
{
	size_t room = 16;
	while (room < 2 * (size_t)(f->to - f->from + 1))
		room *= 2;
	uint32_t *slots = arena_alloc(f->p->r->a, room * sizeof(*slots));
	for (uint32_t k = f->from; k < f->to; k++) {
		const struct para *a = &f->p->para[k];
		if (!is_kept(f, k) || a->letters < REPEAT_LEAST || f->v[k].kind == BLOCK_TABLE)
			continue;
		size_t at = a->hash & (room - 1);
		while (slots[at] && f->p->para[slots[at] - 1].hash != a->hash)
			at = (at + 1) & (room - 1);
		if (slots[at])
			drop(f, k, "repeated");
		else
			slots[at] = k + 1;
	}
}

#define CELL_MAX 160.0f /* letters: tables of longer cells are for layout */

/* Rows of data: two cells or more, all short, none of them cut into paragraphs; not links. */
static void find_rows(struct filter *f)
{
	const struct para *p = f->p->para;
	for (uint32_t k = f->from; k < f->to;) {
		uint32_t end = k + 1;
		bool data = (p[k].flags & PARA_CELL) && p[k].row != HTML_NONE;
		float letters = p[k].letters;
		float linked = p[k].linked;
		bool cells = false;
		while (data && end < f->to && p[end].row == p[k].row) {
			cells = cells || p[end].node != p[end - 1].node;
			letters += p[end].letters;
			linked += p[end].linked;
			end++;
		}
		for (uint32_t i = k; i < end; i++)
			data = data && p[i].letters <= CELL_MAX && !p[i].mark && !p[i].level &&
				!((p[i].flags & PARA_P) && (p[i].flags & PARA_PROSE));
		for (uint32_t i = k; data && cells && linked <= 0.6f * letters && i < end; i++)
			f->v[i] = (struct verdict){.kind = BLOCK_TABLE};
		k = end;
	}
}

#define BEHIND 40u /* paragraphs behind the choice in which notes are looked for */

/* Corrections and role lines stand in boxes of their own, before or behind. */
static void look_around(struct filter *f)
{
	uint32_t from = f->p->headline != HTML_NONE && f->p->headline < f->from ? f->p->headline : f->from;
	from = from > NEAR_HEADLINE ? from - NEAR_HEADLINE : 0;
	for (uint32_t k = from; k < f->p->n && k < f->to + BEHIND; k++) {
		const struct para *a = &f->p->para[k];
		if ((k >= f->from && k < f->to) || a->mark || a->level || a->letters < 8)
			continue;
		struct verdict was = f->v[k];
		f->v[k] = filter_para(f->p, k);
		if (f->v[k].reason || (f->v[k].kind != BLOCK_CORRECTION && f->v[k].kind != BLOCK_ROLE))
			f->v[k] = was;
	}
}

void filter_paras(struct page *p, const struct proposal *choice, struct verdict *verdict)
{
	phrases_init(&p->phrases);
	struct filter f = {.p = p, .v = verdict, .from = choice->from, .to = choice->to};
	for (uint32_t k = f.from; k < f.to; k++)
		f.v[k] = filter_para(p, k);
	find_rows(&f);
	look_back(&f);
	drop_repeated(&f);
	cut_sections(&f);
	drop_strays(&f);
	drop_dates(&f);
	find_sure(&f);
	drop_before_headline(&f);
	trim_front(&f);
	trim_back(&f);
	drop_bare_headings(&f);
	look_around(&f);
}
