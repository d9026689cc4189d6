/* SPDX-License-Identifier: Apache-2.0 */
/* The page as lines of text, as a reader sees it near the headline: a line ends where a block or <br> does. A tab
 * stands between elements that follow each other without text of their own between them: "<i>Ann
 * Example</i><i>7:25</i>". */
#include "stages/read/lines.h"

#define LINE_MAX_BYTES 400u

static bool is_inline(const struct html *h, uint32_t i)
{
	static const enum html_name names[] = {NAME_SPAN, NAME_A, NAME_B, NAME_I, NAME_EM, NAME_STRONG, NAME_FONT,
		NAME_U, NAME_SMALL, NAME_TIME, NAME_BIG, NAME_S, NAME_SUP, NAME_SUB, NAME_IMG, NAME_LABEL, NAME_CITE,
		NAME_ABBR, NAME_BDI, NAME_BDO, NAME_WBR, NAME_MARK};
	if (h->nodes[i].kind != HTML_ELEMENT)
		return true;
	for (size_t k = 0; k < ARRAY_LEN(names); k++)
		if (html_is(h, i, names[k]))
			return true;
	return false;
}

static bool is_silent(const struct html *h, uint32_t i)
{
	static const enum html_name names[] = {NAME_SCRIPT, NAME_STYLE, NAME_NOSCRIPT, NAME_TEMPLATE, NAME_SELECT,
		NAME_BUTTON, NAME_HEAD, NAME_SVG, NAME_TEXTAREA};
	for (size_t k = 0; k < ARRAY_LEN(names); k++)
		if (html_tag(h, i) == (uint32_t)names[k])
			return true;
	return false;
}

/* True when a block begins or ends between two texts. */
static bool block_between(const struct html *h, uint32_t a, uint32_t b)
{
	for (uint32_t i = h->nodes[a].parent; i != HTML_NONE && h->nodes[i].end <= b; i = h->nodes[i].parent)
		if (!is_inline(h, i))
			return true;
	for (uint32_t i = a + 1; i < b; i++)
		if (!is_inline(h, i))
			return true;
	return false;
}

/* True when one inline element ended and another began, with no word between. */
static bool both_in_elements(const struct html *h, uint32_t a, uint32_t b)
{
	uint32_t up = h->nodes[a].parent;
	bool left = h->nodes[up].end <= b;
	bool entered = h->nodes[b].parent > a;
	return left && entered;
}

size_t page_lines(struct reading *r, uint32_t from, uint32_t to, struct page_line *ret, size_t max)
{
	const struct html *h = r->h;
	size_t n = 0;
	uint32_t last = HTML_NONE;
	AUTO(buf) b;
	buf_init(&b, LINE_MAX_BYTES);
	for (uint32_t i = from; i < to;) {
		if (is_silent(h, i)) {
			i = h->nodes[i].end;
			continue;
		}
		struct str s = h->nodes[i].kind == HTML_TEXT ? fold_space(r->a, html_node_text(h, i)) : STR("");
		if (s.n == 0) {
			i++;
			continue;
		}
		bool fresh = last == HTML_NONE || block_between(h, last, i);
		if (fresh && b.n) {
			ret[n++].text = str_dup(r->a, buf_str(&b));
			b.n = 0;
			if (n == max)
				return n;
		}
		if (b.n == 0)
			ret[n].node = i;
		else
			buf_addc(&b, both_in_elements(h, last, i) ? '\t' : ' ');
		if (b.n + s.n < LINE_MAX_BYTES)
			buf_add(&b, s);
		else if (b.n == 0) /* a paragraph: its beginning tells what it is */
			buf_add(&b, str_sub(s, 0, utf8_cut(s, LINE_MAX_BYTES - 1)));
		ret[n].last = i;
		last = i;
		i++;
	}
	if (b.n)
		ret[n++].text = str_dup(r->a, buf_str(&b));
	return n;
}

struct str lined_text(struct reading *r, uint32_t i)
{
	struct page_line line[8];
	size_t n = page_lines(r, i, r->h->nodes[i].end, line, ARRAY_LEN(line));
	struct str all = n ? line[0].text : STR("");
	for (size_t k = 1; k < n; k++)
		all = str_fmt(r->a, "%.*s\n%.*s", STR_FMT(all), STR_FMT(line[k].text));
	return all;
}

static bool in_place(const struct html *h, uint32_t i)
{
	for (; i != HTML_NONE; i = h->nodes[i].parent)
		if (html_is(h, i, NAME_HEAD) || html_is(h, i, NAME_NAV) || html_is(h, i, NAME_ASIDE) ||
			html_is(h, i, NAME_FOOTER))
			return false;
	return true;
}

uint32_t headline_node(struct reading *r)
{
	const struct html *h = r->h;
	struct str title = fold_words(r->a, article_get(r->article, ARTICLE_TITLE));
	if (title.n == 0)
		return HTML_NONE;
	for (uint32_t i = 0; i < h->n; i++)
		if (html_is(h, i, NAME_H1) && str_eq(fold_words(r->a, html_text(r->a, h, i)), title))
			return i;
	for (uint32_t i = 0; i < h->n; i++) {
		if (h->nodes[i].kind != HTML_TEXT)
			continue;
		struct str s = str_trim(html_node_text(h, i));
		if (s.n < 4 || !str_starts(title, fold_words(r->a, str_sub(s, 0, utf8_cut(s, 400)))) || !in_place(h, i))
			continue;
		uint32_t up = h->nodes[i].parent;
		for (size_t k = 0; k < 3 && up != HTML_NONE; k++, up = h->nodes[up].parent)
			if (h->nodes[up].end - up < 24 && str_eq(fold_words(r->a, html_text(r->a, h, up)), title))
				return up;
	}
	return HTML_NONE;
}
