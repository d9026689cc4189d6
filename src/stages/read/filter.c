/* SPDX-License-Identifier: Apache-2.0 */
/* Says of each paragraph of the choice what it is, or why it is dropped: first each by itself, then by what is around
 * it. */
#include "stages/read/body_int.h"

#define LOOK_BACK 14u     /* paragraphs before the choice in which its beginning is looked for */
#define NEAR_HEADLINE 6u  /* paragraphs */
#define FRAGMENT 32.0f    /* letters: less, with no end of a sentence, in no paragraph element, is furniture */
#define PHRASE_MAX 260.0f /* letters: longer paragraphs are not told by their first words */

struct filter {
	struct page *p;
	const struct proposal *choice;
	struct verdict *v;
	uint32_t from; /* with what was found before the choice */
	uint32_t to;
	uint32_t first; /* first and last paragraph that is surely the body's, from > last: none */
	uint32_t last;
};

static bool ends_sentence(struct str s)
{
	while (s.n && (s.p[s.n - 1] == '"' || s.p[s.n - 1] == ')' || (uint8_t)s.p[s.n - 1] >= 0x80))
		s.n--;
	return s.n && (s.p[s.n - 1] == '.' || s.p[s.n - 1] == '!' || s.p[s.n - 1] == '?');
}

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

static uint8_t kind_by_tag(const struct para *a)
{
	if (a->level)
		return BLOCK_HEADING;
	if (a->flags & PARA_PRE)
		return BLOCK_PRE;
	if (a->flags & PARA_QUOTE)
		return BLOCK_QUOTE;
	return a->flags & PARA_ITEM ? BLOCK_LIST : BLOCK_PARAGRAPH;
}

/* Corrections and role lines stand in footers and among other small print. */
static bool is_note(struct filter *f, uint32_t k)
{
	const struct para *a = &f->p->para[k];
	bool small_print = a->mark == MARK_FOOTER || a->mark == MARK_META || a->mark == MARK_AUTHOR ||
		a->mark == MARK_TAGS;
	if (!small_print || a->letters < 20 || a->letters > 300)
		return false;
	const struct phrase *phrase = phrase_find(para_text(f->p, a));
	if (!phrase)
		phrase = phrase_inside(&f->p->phrases, para_text(f->p, a));
	if (!phrase || (phrase->kind != BLOCK_ROLE && phrase->kind != BLOCK_CORRECTION))
		return false;
	f->v[k].kind = phrase->kind;
	return true;
}

/* By the elements around it; true when that decides. */
static bool by_mark(struct filter *f, uint32_t k)
{
	const struct para *a = &f->p->para[k];
	bool near = (a->flags & PARA_NEAR) && (a->flags & PARA_PROSE);
	uint32_t headline = f->p->headline;
	if (a->mark == MARK_AUTHOR && a->kind == MARK_BYLINE && a->letters < 80 && headline != HTML_NONE &&
		k < headline + LOOK_BACK && k + 4 > headline) {
		f->v[k].kind = BLOCK_BYLINE;
		return true;
	}
	if (a->mark && is_note(f, k))
		return true;
	if (a->mark && !(near && a->mark != MARK_COMMENT && a->mark != MARK_RELATED)) {
		drop(f, k, mark_reason(a->mark));
		return true;
	}
	if (k == f->p->headline) {
		f->v[k].kind = BLOCK_HEADLINE;
		return true;
	}
	if ((a->flags & PARA_CAPTION) || a->kind == MARK_CAPTION || ((a->flags & PARA_FIGURE) && a->letters < 300)) {
		f->v[k].kind = BLOCK_CAPTION;
		return true;
	}
	if (a->kind == MARK_CORRECTION && a->stops > 0) {
		f->v[k].kind = BLOCK_CORRECTION;
		return true;
	}
	if (a->kind == MARK_BYLINE && a->letters < 150 && a->level == 0) {
		f->v[k].kind = BLOCK_BYLINE;
		return true;
	}
	if ((a->kind == MARK_DATE && a->letters < 80) || (a->timed > 0.4f * a->letters && a->letters < 100)) {
		drop(f, k, "date");
		return true;
	}
	return false;
}

/* Digits of ASCII, Arabic, Persian and Devanagari at byte i; *ret_n bytes long. */
static bool digit_at(struct str s, size_t i, size_t *ret_n)
{
	uint8_t a = (uint8_t)s.p[i];
	uint8_t b = i + 1 < s.n ? (uint8_t)s.p[i + 1] : 0;
	*ret_n = 1;
	if (ascii_digit(s.p[i]))
		return true;
	*ret_n = 2;
	if ((a == 0xd9 && b >= 0xa0 && b <= 0xa9) || (a == 0xdb && b >= 0xb0 && b <= 0xb9))
		return true;
	*ret_n = 3;
	return a == 0xe0 && b == 0xa5 && i + 2 < s.n && (uint8_t)s.p[i + 2] >= 0xa6 && (uint8_t)s.p[i + 2] <= 0xaf;
}

/* A time of the day and nothing else. */
static bool is_clock(struct str s)
{
	size_t digits = 0;
	size_t marks = 0;
	size_t n = 1;
	for (size_t i = 0; i < s.n; i += n) {
		if (digit_at(s, i, &n)) {
			digits++;
			continue;
		}
		n = 1;
		marks += s.p[i] == ':' || s.p[i] == '.' || s.p[i] == 'h';
		if (s.p[i] != ':' && s.p[i] != '.' && s.p[i] != 'h' && s.p[i] != ' ')
			return false;
	}
	return (digits == 3 || digits == 4) && marks == 1;
}

static bool by_text(struct filter *f, uint32_t k)
{
	const struct para *a = &f->p->para[k];
	struct str text = para_text(f->p, a);
	const struct phrase *phrase = a->letters < PHRASE_MAX ? phrase_find(text) : NULL;
	if (!phrase && a->letters < PHRASE_MAX)
		phrase = phrase_inside(&f->p->phrases, text);
	if (phrase && phrase->reason && (a->letters < 140 || a->linked > 0.2f * a->letters)) {
		drop(f, k, phrase->reason);
		return true;
	}
	bool credit = phrase && (phrase->kind == BLOCK_WIRE || phrase->kind == BLOCK_CAPTION) && a->letters > 180;
	if (phrase && !phrase->reason && a->level == 0 && !credit) {
		f->v[k].kind = phrase->kind;
		return true;
	}
	if (is_clock(text)) {
		drop(f, k, "clock");
		return true;
	}
	if (a->letters < 1.0f + (float)(a->commas + a->stops) && !(a->flags & PARA_PRE)) {
		drop(f, k, "no words");
		return true;
	}
	return false;
}

static bool beside_prose(const struct filter *f, uint32_t k)
{
	const struct para *p = f->p->para;
	return k > 0 && k + 1 < f->p->n && (p[k - 1].flags & PARA_PROSE) && (p[k + 1].flags & PARA_PROSE) &&
		!p[k - 1].mark && !p[k + 1].mark;
}

static void by_links(struct filter *f, uint32_t k)
{
	const struct para *a = &f->p->para[k];
	float d = para_density(a);
	bool sentence = (a->flags & PARA_P) && a->letters >= 50 && ends_sentence(para_text(f->p, a));
	if (sentence && !(a->flags & PARA_ITEM) && beside_prose(f, k))
		return;
	if (a->level ? d > 0.6f && a->letters > 12 : a->letters >= 200 ? d > 0.65f : d > 0.5f)
		drop(f, k, "links");
	else if (a->letters < FRAGMENT && a->letters > 4 && !(a->linked > 0) && (a->flags & PARA_BOLD) &&
		beside_prose(f, k))
		f->v[k].kind = BLOCK_HEADING;
	else if (a->letters < FRAGMENT && !a->level && !a->stops &&
		!(a->flags & (PARA_P | PARA_ITEM | PARA_QUOTE | PARA_PRE | PARA_CELL)))
		drop(f, k, "fragment");
}

static void judge(struct filter *f, uint32_t k)
{
	f->v[k].kind = kind_by_tag(&f->p->para[k]);
	if (!by_mark(f, k) && !by_text(f, k))
		by_links(f, k);
}

/* The beginning may stand in a box of its own, between the headline and the choice. */
static void look_back(struct filter *f)
{
	uint32_t headline = f->p->headline;
	if (headline == HTML_NONE || headline >= f->from || f->from - headline > LOOK_BACK)
		return;
	for (uint32_t k = headline; k < f->from; k++) {
		const struct para *a = &f->p->para[k];
		judge(f, k);
		bool wanted = k == headline || f->v[k].kind == BLOCK_BYLINE || f->v[k].kind == BLOCK_CAPTION ||
			((a->flags & PARA_PROSE) && para_density(a) < 0.25f) ||
			(a->kind == MARK_LEAD && a->letters > 25);
		if (!wanted && !f->v[k].reason)
			drop(f, k, "before the body");
	}
	f->from = headline;
}

/* Short, with a year or a time of the day. */
static bool is_dated(const struct filter *f, uint32_t k)
{
	struct str s = para_text(f->p, &f->p->para[k]);
	bool year = false;
	bool clock = false;
	size_t run = 0;
	size_t digits = 0;
	size_t n = 1;
	if (f->p->para[k].letters > 160)
		return false;
	for (size_t i = 0; i < s.n; i += n) {
		bool digit = digit_at(s, i, &n);
		if (!digit) {
			year = year || run == 4;
			clock = clock ||
				(run > 0 && run <= 2 && (s.p[i] == ':' || s.p[i] == '.') && i + 1 < s.n &&
					digit_at(s, i + 1, &n));
			n = 1;
		}
		run = digit ? run + 1 : 0;
		digits += digit;
	}
	year = year || run == 4;
	float letters = f->p->para[k].letters;
	bool many = letters > 70 ? digits >= 12 && f->p->para[k].commas < 5 : (float)digits >= 0.2f * letters;
	return (year || clock) && many && !(letters > 40 && ends_sentence(s));
}

/* "By Ann Example", short and no sentence. */
static bool is_byline(const struct filter *f, uint32_t k)
{
	static const char *const words[] = {"by ", "von ", "par ", "por ", "di ", "da ", "door ", "av ", "af ",
		"text:", "story by", "autor:", "author:", "Автор", "Автор:", "Текст:", "От ", "文/", "文｜", "记者",
		"記者", "作者", "بقلم", "كتب ", "نوشته"};
	struct str s = para_text(f->p, &f->p->para[k]);
	if (f->p->para[k].letters > 70 || ends_sentence(s))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_istarts(s, str_c(words[i])))
			return true;
	return false;
}

/* Stamps that stand right below the headline, or where the choice begins. */
static void drop_dates(struct filter *f)
{
	uint32_t headline = f->p->headline;
	bool in = headline != HTML_NONE && headline >= f->from && headline < f->to;
	uint32_t from = in ? headline + 1 : f->from;
	for (uint32_t k = from; k < f->to && k < from + NEAR_HEADLINE; k++)
		if (is_kept_text(f, k) && !f->p->para[k].level && is_dated(f, k))
			drop(f, k, "date");
		else if (is_kept_text(f, k) && !f->p->para[k].level && is_byline(f, k))
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

/* What stands before the headline, and short text before the first paragraph. */
static void trim_front(struct filter *f)
{
	uint32_t headline = f->p->headline;
	float before = 0;
	float all = 0;
	bool in = headline != HTML_NONE && headline >= f->from && headline < f->to;
	for (uint32_t k = f->from; k < f->to; k++) {
		float letters = is_kept_text(f, k) ? f->p->para[k].letters : 0;
		before += in && k < headline ? letters : 0;
		all += letters;
	}
	for (uint32_t k = f->from; in && before < 0.3f * all && k < headline; k++)
		if (is_kept(f, k))
			drop(f, k, "before the headline");
	for (uint32_t k = f->from; k < f->to && f->first != HTML_NONE && k < f->first; k++) {
		const struct para *a = &f->p->para[k];
		if (!is_kept_text(f, k))
			continue;
		if ((a->kind == MARK_LEAD && a->letters > 20) || (a->level > 1 && a->letters > 40))
			f->v[k].kind = BLOCK_STANDFIRST;
		else if (a->level <= 1 && a->letters < 25 && !a->stops)
			drop(f, k, "before the body");
	}
	/* the first paragraph, when it is named so */
	for (uint32_t k = f->from; k < f->to && f->first != HTML_NONE && k <= f->first; k++)
		if (f->v[k].kind == BLOCK_PARAGRAPH && f->p->para[k].kind == MARK_LEAD && is_kept(f, k))
			f->v[k].kind = BLOCK_STANDFIRST;
}

#define TAIL 6u

static void trim_back(struct filter *f)
{
	if (f->first == HTML_NONE)
		return;
	bool over = false;
	for (uint32_t k = f->last + 1; k < f->to; k++) {
		const struct para *a = &f->p->para[k];
		if (!is_kept_text(f, k) || f->v[k].kind == BLOCK_CORRECTION)
			continue;
		bool text = (a->flags & (PARA_P | PARA_ITEM | PARA_QUOTE | PARA_CELL)) || a->stops > 0;
		over = over || k - f->last > TAIL + 40 || a->level;
		if (!text || (a->level == 0 && para_density(a) > 0.3f))
			drop(f, k, "behind the body");
	}
}

/* A heading of comments, with more of the page's prose before it than behind. */
static bool is_comments(const struct filter *f, uint32_t k)
{
	static const char *const words[] = {"comments", "leave a", "kommentare", "commentaires", "comentarios",
		"komentarze", "trackback", "Комментарии", "评论", "評論", "تعليقات", "댓글"};
	struct str s = para_text(f->p, &f->p->para[k]);
	const float *prose = f->p->prose;
	/* "3 comments" */
	while (s.n && (ascii_digit(s.p[0]) || s.p[0] == ' '))
		s = str_from(s, 1);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_istarts(s, str_c(words[i])))
			return prose[k] - prose[f->from] > 300 && prose[k] - prose[f->from] > prose[f->to] - prose[k];
	return false;
}

/* Headings that begin what stands below articles: they and what is below them, up to the next heading of that level or
 * to prose, when it is late in the body. */
static void cut_sections(struct filter *f)
{
	for (uint32_t k = f->from; k < f->to; k++) {
		const struct para *a = &f->p->para[k];
		bool heads = a->level || (a->letters < 40 && (a->flags & PARA_BOLD));
		if (!heads || a->mark || a->letters > 60 || k == f->p->headline ||
			!(phrase_ends(para_text(f->p, a)) || is_comments(f, k)))
			continue;
		uint32_t up = f->p->h->nodes[a->node].parent;
		uint32_t end = up == HTML_NONE ? f->to : page_end(f->p, up);
		bool comments = is_comments(f, k);
		drop(f, k, comments ? "comment" : "related links");
		for (uint32_t i = k + 1; i < f->to && (i < end || comments); i++) {
			const struct para *b = &f->p->para[i];
			if (comments) {
				if (is_kept(f, i))
					drop(f, i, "comment");
				continue;
			}
			if ((b->level && b->level <= a->level) || ((b->flags & PARA_PROSE) && para_density(b) < 0.1f))
				break;
			if (is_kept(f, i))
				drop(f, i, "related links");
		}
	}
}

/* Headings with no text behind them. */
static void drop_bare_headings(struct filter *f)
{
	bool text = false;
	for (uint32_t k = f->to; k-- > f->from;) {
		if (f->v[k].kind == BLOCK_HEADING && is_kept(f, k)) {
			if (!text)
				drop(f, k, "heading without text");
		} else if (is_kept_text(f, k)) {
			text = true;
		}
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
		judge(f, k);
		if (f->v[k].reason || (f->v[k].kind != BLOCK_CORRECTION && f->v[k].kind != BLOCK_ROLE))
			f->v[k] = was;
	}
}

void filter_paras(struct page *p, const struct proposal *choice, struct verdict *verdict)
{
	phrases_init(&p->phrases);
	struct filter f = {.p = p, .choice = choice, .v = verdict, .from = choice->from, .to = choice->to};
	for (uint32_t k = f.from; k < f.to; k++)
		judge(&f, k);
	find_rows(&f);
	look_back(&f);
	drop_repeated(&f);
	cut_sections(&f);
	drop_strays(&f);
	drop_dates(&f);
	find_sure(&f);
	trim_front(&f);
	trim_back(&f);
	drop_bare_headings(&f);
	look_around(&f);
}
