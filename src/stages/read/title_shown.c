/* SPDX-License-Identifier: Apache-2.0 */
/* The headline of a page whose h1 is something else (a logo, the last step of the trail of links, a label of the menu):
 * a heading or a text of its own that says what the head of the page says. */
#include "stages/read/read_int.h"

#define KNOWN_MAX 8u
#define SHOWN_LEAST 8u /* bytes */
#define SHOWN_MOST 400u
#define TRAIL_NODES 200u /* what is named after a trail and has more holds the page as well */

bool in_trail(const struct html *h, uint32_t i)
{
	static const char *const words[] = {"breadcrumb"};
	for (; i != HTML_NONE; i = h->nodes[i].parent)
		if (html_is(h, i, NAME_NAV) ||
			(h->nodes[i].end - i < TRAIL_NODES && is_named(h, i, words, ARRAY_LEN(words))))
			return true;
	return false;
}

static bool in_list_or_link(const struct html *h, uint32_t i)
{
	for (; i != HTML_NONE; i = h->nodes[i].parent)
		if (html_is(h, i, NAME_A) || html_is(h, i, NAME_LI))
			return true;
	return false;
}

static bool has_source(const struct article *ar, const char *from)
{
	for (size_t i = 0; i < ar->n; i++)
		if (ar->evidence[i].field == ARTICLE_TITLE && str_eq(ar->evidence[i].from, str_c(from)))
			return true;
	return false;
}

/* A <title> with the name of the site is told by its part. */
static bool is_of_head(const struct article *ar, const struct article_evidence *e)
{
	if (e->field != ARTICLE_TITLE)
		return false;
	if (str_eq(e->from, STR("title")))
		return !has_source(ar, "title part");
	return str_eq(e->from, STR("title part")) || str_starts(e->from, STR("meta ")) ||
		str_starts(e->from, STR("json-ld "));
}

/* What the head of the page says, without pieces of each other: a headline without its first line is none. */
static size_t declared(struct reading *r, struct str *ret)
{
	const struct article *ar = r->article;
	struct str all[KNOWN_MAX];
	size_t n = 0;
	size_t whole = 0;
	for (size_t i = 0; i < ar->n && n < KNOWN_MAX; i++)
		if (is_of_head(ar, &ar->evidence[i]) && ar->evidence[i].value.n >= SHOWN_LEAST)
			all[n++] = fold_words(r->a, ar->evidence[i].value);
	for (size_t i = 0; i < n; i++) {
		bool piece = false;
		for (size_t k = 0; k < n; k++)
			piece = piece || (all[k].n > all[i].n && str_find(all[k], all[i], 0) < all[k].n);
		if (!piece)
			ret[whole++] = all[i];
	}
	return whole;
}

/* True when an h1 says what the head says. */
static bool has_headline(struct reading *r, const struct str *known, size_t n)
{
	for (size_t i = 0; i < r->article->n; i++) {
		const struct article_evidence *e = &r->article->evidence[i];
		if (e->field != ARTICLE_TITLE || !str_eq(e->from, STR("h1")))
			continue;
		struct str folded = fold_words(r->a, e->value);
		for (size_t k = 0; k < n; k++)
			if (holds_title(known[k], folded) || holds_title(folded, known[k]))
				return true;
	}
	return false;
}

/* The words of a heading below h1, or of a text outside of h1; empty for other nodes. */
static struct str words_of(struct reading *r, uint32_t i)
{
	const struct html *h = r->h;
	uint32_t tag = html_tag(h, i);
	if (tag >= NAME_H2 && tag <= NAME_H6)
		return html_text(r->a, h, i);
	bool text = h->nodes[i].kind == HTML_TEXT && !html_is(h, h->nodes[i].parent, NAME_H1);
	return text ? str_trim(html_node_text(h, i)) : STR("");
}

void collect_shown(struct reading *r)
{
	const struct html *h = r->h;
	struct str known[KNOWN_MAX];
	size_t n = declared(r, known);
	size_t least = SHOWN_MOST;
	uint32_t body = html_find(h, 0, NAME_BODY);
	if (body == HTML_NONE || n == 0 || has_headline(r, known, n))
		return;
	for (size_t k = 0; k < n; k++)
		least = size_min(least, known[k].n);
	for (uint32_t i = body; i < h->n; i++) {
		struct str s = words_of(r, i);
		if (s.n < least || s.n < SHOWN_LEAST || s.n > SHOWN_MOST)
			continue;
		struct str folded = fold_words(r->a, s);
		size_t k = 0;
		while (k < n && !str_eq(folded, known[k]))
			k++;
		if (k < n && !in_trail(h, i) && !is_aside(r, i) && !in_list_or_link(h, i))
			add_evidence(r, ARTICLE_TITLE, fold_space(r->a, s), "shown", STR(""), i);
	}
}
