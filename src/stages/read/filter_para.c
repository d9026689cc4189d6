/* SPDX-License-Identifier: Apache-2.0 */
/* What one paragraph is, or why it is dropped, by itself: by the elements around it, its words, and its links. */
#include "stages/read/body_int.h"

#define LOOK_BACK 14u     /* paragraphs from the headline in which bylines stand */
#define FRAGMENT 32.0f    /* letters: less, with no end of a sentence, in no paragraph element, is furniture */
#define PHRASE_MAX 260.0f /* letters: longer paragraphs are not told by their first words */

struct judged {
	const struct page *p;
	struct verdict v;
};

static void drop(struct judged *f, const char *reason)
{
	f->v = (struct verdict){.kind = BLOCK_OTHER, .reason = reason};
}

static bool ends_sentence(struct str s)
{
	while (s.n && (s.p[s.n - 1] == '"' || s.p[s.n - 1] == ')' || (uint8_t)s.p[s.n - 1] >= 0x80))
		s.n--;
	return s.n && (s.p[s.n - 1] == '.' || s.p[s.n - 1] == '!' || s.p[s.n - 1] == '?');
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
static bool is_note(struct judged *f, uint32_t k)
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
	f->v.kind = phrase->kind;
	return true;
}

/* By the elements around it; true when that decides. */
static bool by_mark(struct judged *f, uint32_t k)
{
	const struct para *a = &f->p->para[k];
	bool near = (a->flags & PARA_NEAR) && (a->flags & PARA_PROSE);
	uint32_t headline = f->p->headline;
	if (a->mark == MARK_AUTHOR && a->kind == MARK_BYLINE && a->letters < 80 && headline != HTML_NONE &&
		k < headline + LOOK_BACK && k + 4 > headline) {
		f->v.kind = BLOCK_BYLINE;
		return true;
	}
	if (a->mark && is_note(f, k))
		return true;
	if (a->mark && !(near && a->mark != MARK_COMMENT && a->mark != MARK_RELATED)) {
		drop(f, mark_reason(a->mark));
		return true;
	}
	if (k == f->p->headline) {
		f->v.kind = BLOCK_HEADLINE;
		return true;
	}
	if ((a->flags & PARA_CAPTION) || a->kind == MARK_CAPTION || ((a->flags & PARA_FIGURE) && a->letters < 300)) {
		f->v.kind = BLOCK_CAPTION;
		return true;
	}
	if (a->kind == MARK_CORRECTION && a->stops > 0) {
		f->v.kind = BLOCK_CORRECTION;
		return true;
	}
	if (a->kind == MARK_BYLINE && a->letters < 150 && a->level == 0) {
		f->v.kind = BLOCK_BYLINE;
		return true;
	}
	if ((a->kind == MARK_DATE && a->letters < 80) || (a->timed > 0.4f * a->letters && a->letters < 100)) {
		drop(f, "date");
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

static bool by_text(struct judged *f, uint32_t k)
{
	const struct para *a = &f->p->para[k];
	struct str text = para_text(f->p, a);
	const struct phrase *phrase = a->letters < PHRASE_MAX ? phrase_find(text) : NULL;
	if (!phrase && a->letters < PHRASE_MAX)
		phrase = phrase_inside(&f->p->phrases, text);
	if (phrase && phrase->reason && (a->letters < 140 || a->linked > 0.2f * a->letters)) {
		drop(f, phrase->reason);
		return true;
	}
	bool credit = phrase && (phrase->kind == BLOCK_WIRE || phrase->kind == BLOCK_CAPTION) && a->letters > 180;
	if (phrase && !phrase->reason && a->level == 0 && !credit) {
		f->v.kind = phrase->kind;
		return true;
	}
	if (is_clock(text)) {
		drop(f, "clock");
		return true;
	}
	if (a->letters < 1.0f + (float)(a->commas + a->stops) && !(a->flags & PARA_PRE)) {
		drop(f, "no words");
		return true;
	}
	return false;
}

static bool beside_prose(const struct judged *f, uint32_t k)
{
	const struct para *p = f->p->para;
	return k > 0 && k + 1 < f->p->n && (p[k - 1].flags & PARA_PROSE) && (p[k + 1].flags & PARA_PROSE) &&
		!p[k - 1].mark && !p[k + 1].mark;
}

static void by_links(struct judged *f, uint32_t k)
{
	const struct para *a = &f->p->para[k];
	float d = para_density(a);
	bool sentence = (a->flags & PARA_P) && a->letters >= 50 && ends_sentence(para_text(f->p, a));
	if (sentence && !(a->flags & PARA_ITEM) && beside_prose(f, k))
		return;
	if (a->level ? d > 0.6f && a->letters > 12 : a->letters >= 200 ? d > 0.65f : d > 0.5f)
		drop(f, "links");
	else if (a->letters < FRAGMENT && a->letters > 4 && !(a->linked > 0) && (a->flags & PARA_BOLD) &&
		beside_prose(f, k))
		f->v.kind = BLOCK_HEADING;
	else if (a->letters < FRAGMENT && !a->level && !a->stops &&
		!(a->flags & (PARA_P | PARA_ITEM | PARA_QUOTE | PARA_PRE | PARA_CELL)))
		drop(f, "fragment");
}

/* Short, with a year or a time of the day. */
bool filter_is_dated(const struct page *p, uint32_t k)
{
	struct str s = para_text(p, &p->para[k]);
	bool year = false;
	bool clock = false;
	size_t run = 0;
	size_t digits = 0;
	size_t n = 1;
	if (p->para[k].letters > 160)
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
	float letters = p->para[k].letters;
	bool many = letters > 70 ? digits >= 12 && p->para[k].commas < 5 : (float)digits >= 0.17f * letters;
	return (year || clock) && many && !(letters > 40 && ends_sentence(s));
}

/* "By Ann Example", short and no sentence. */
bool filter_is_byline(const struct page *p, uint32_t k)
{
	static const char *const words[] = {"by ", "von ", "par ", "por ", "di ", "da ", "door ", "av ", "af ",
		"text:", "story by", "autor:", "author:", "Автор", "Автор:", "Текст:", "От ", "文/", "文｜", "记者",
		"記者", "作者", "بقلم", "كتب ", "نوشته"};
	struct str s = para_text(p, &p->para[k]);
	if (p->para[k].letters > 70 || ends_sentence(s))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_istarts(s, str_c(words[i])))
			return true;
	return false;
}

struct verdict filter_para(const struct page *p, uint32_t k)
{
	struct judged f = {.p = p};
	f.v.kind = kind_by_tag(&p->para[k]);
	if (!by_mark(&f, k) && !by_text(&f, k))
		by_links(&f, k);
	return f.v;
}
