/* SPDX-License-Identifier: Apache-2.0 */
/* The section: the trail that leads from the front page, the label above the headline, the entry of the navigation that
 * is marked as the current one. */
#include "stages/read/lines.h"

#define SECTION_MAX 60u
#define NEAR_NODES 90u
#define NEAR_LINES 64u

static bool is_title(struct reading *r, struct str s)
{
	struct str folded = fold_words(r->a, s);
	struct str title = fold_words(r->a, article_get(r->article, ARTICLE_TITLE));
	return folded.n == 0 || str_eq(folded, title) || (folded.n > 15 && str_starts(title, folded));
}

/* A few words, no stamp, no name of the site or of its front page. */
static bool is_label(struct reading *r, struct str s)
{
	size_t words = 1;
	s = str_trim(s);
	if (s.n < 2 || s.n >= SECTION_MAX || has_stamp(s) || is_home_word(s) || is_title(r, s) || names_site(r, s))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		words += s.p[i] == ' ';
		if (strchr("@=<>{}|\t?!", s.p[i]))
			return false;
	}
	static const char *const marks[] = {"«", "»", "‹", "›", "←", "→"};
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (str_find(s, str_c(marks[i]), 0) < s.n)
			return false;
	static const char *const never[] = {"正文", "本文", "內文", "内容", "menu", "search", "article", "main",
		"login", "sign in", "subscribe", "share", "print", "next", "previous", "more", "live", "video",
		"breaking news"};
	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		if (str_ieq(s, str_c(never[i])))
			return false;
	return words <= 4 && !is_agency(s);
}

static struct str without_in(struct str s)
{
	static const char *const words[] = {"In: ", "In ", "Filed under ", "Filed under: ", "Posted in ",
		"Section: ", "Category: ", "Categories: ", "Kategorie: ", "Rubrik: ", "Rubrique : "};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_istarts(s, str_c(words[i])))
			return str_from(s, strlen(words[i]));
	return s;
}

static void add_section(struct reading *r, struct str s, const char *from, uint32_t node)
{
	s = str_trim(without_in(str_trim(s)));
	if (is_label(r, s))
		add_evidence(r, ARTICLE_SECTION, fold_space(r->a, s), from, STR(""), node);
}

/* Cuts the next step off a trail. */
static struct str next_step(struct str *s)
{
	static const char *const marks[] = {
		">>", ">", "»", "›", "»", "→", "＞", "::", " / ", "\t/\t", "/", "\t", "|", "«", "‹", "\\"};
	size_t end = s->n;
	size_t length = 0;
	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		size_t at = str_find(*s, str_c(marks[i]), 0);
		if (at < end) {
			end = at;
			length = strlen(marks[i]);
		}
	}
	struct str step = str_trim(str_sub(*s, 0, end));
	*s = str_from(*s, end + length);
	return step;
}

/* "Sie sind hier: Startseite » Hafen": the last step behind the front page that is not the article. */
static struct str of_trail(struct reading *r, struct str line)
{
	struct str last = STR("");
	size_t steps = 0;
	bool home = false;
	while (line.n) {
		struct str step = next_step(&line);
		size_t colon = str_chr(step, ':', 0);
		if (steps == 0 && colon < step.n)
			step = str_trim(str_from(step, colon + 1));
		if (step.n == 0)
			continue;
		if (steps++ == 0)
			home = is_home_word(step) || names_site(r, step);
		else if (is_label(r, step))
			last = step;
	}
	return home && steps >= 2 && steps <= 6 ? last : STR("");
}

/* The last link of an element that is named as a trail. */
static void named_trail(struct reading *r, uint32_t top)
{
	const struct html *h = r->h;
	struct str last = STR("");
	uint32_t at = HTML_NONE;
	size_t links = 0;
	for (uint32_t i = top; i < h->nodes[top].end; i++) {
		if (!html_is(h, i, NAME_A))
			continue;
		struct str text = html_text(r->a, h, i);
		bool home = str_eq(html_attr(h, i, NAME_HREF), STR("/")) || links == 0;
		links++;
		if (!home && is_label(r, text)) {
			last = text;
			at = i;
		}
	}
	if (links >= 2 && links <= 8 && last.n)
		add_section(r, last, "breadcrumb", at);
}

/* The link that a text stands in, itself or as all of its line. */
static bool is_link(const struct html *h, const struct page_line *l)
{
	for (uint32_t i = h->nodes[l->node].parent, k = 0; i != HTML_NONE && k < 3; i = h->nodes[i].parent, k++)
		if (html_is(h, i, NAME_A))
			return l->last < h->nodes[i].end;
	return false;
}

/* True when a link elsewhere in the page has the same words: the label is one that the site uses. */
static bool is_linked(struct reading *r, struct str label, uint32_t near)
{
	const struct html *h = r->h;
	for (uint32_t i = 0; i < h->n; i++)
		if (html_is(h, i, NAME_A) && (h->nodes[i].end < near || i > near) && h->nodes[i].end - i < 6 &&
			str_ieq(html_text(r->a, h, i), label))
			return true;
	return false;
}

static bool is_alone(const struct html *h, uint32_t node)
{
	for (uint32_t i = node; i != HTML_NONE; i = h->nodes[i].parent)
		if (html_is(h, i, NAME_NAV) || html_is(h, i, NAME_UL) || html_is(h, i, NAME_FORM))
			return html_is(h, i, NAME_UL) && h->nodes[i].end - i < 12;
	return true;
}

static uint32_t block_of(const struct html *h, uint32_t node)
{
	uint32_t i = h->nodes[node].parent;
	while (i != HTML_NONE &&
		(html_is(h, i, NAME_A) || html_is(h, i, NAME_SPAN) || html_is(h, i, NAME_B) ||
			html_is(h, i, NAME_FONT) || html_is(h, i, NAME_STRONG)))
		i = h->nodes[i].parent;
	return i == HTML_NONE ? 0 : i;
}

/* Two links one below the other, in one element or in two of a kind: a menu. */
static bool in_menu(const struct html *h, const struct page_line *a, const struct page_line *b)
{
	uint32_t x = block_of(h, a->node);
	uint32_t y = block_of(h, b->node);
	if (!is_link(h, a) || !is_link(h, b))
		return false;
	if (x == y || h->nodes[x].parent == h->nodes[y].parent)
		return x == y || html_tag(h, x) == html_tag(h, y);
	uint32_t up = h->nodes[x].parent;
	uint32_t other = h->nodes[y].parent;
	return html_is(h, x, NAME_TD) && html_is(h, y, NAME_TD) && up != HTML_NONE && other != HTML_NONE &&
		h->nodes[up].parent == h->nodes[other].parent;
}

static bool in_heading(const struct html *h, uint32_t node)
{
	uint32_t tag = html_tag(h, block_of(h, node));
	return tag == NAME_H1 || tag == NAME_H2 || tag == NAME_H3;
}

/* The lines above the headline, from the nearest up: a trail, else the label next to it. */
static void above(struct reading *r, uint32_t headline)
{
	const struct html *h = r->h;
	struct page_line line[NEAR_LINES];
	uint32_t from = headline > NEAR_NODES ? headline - NEAR_NODES : 0;
	size_t n = page_lines(r, from, headline, line, NEAR_LINES);
	for (size_t i = n; i-- > 0 && i + 6 >= n;) {
		struct str step = of_trail(r, line[i].text);
		if (step.n)
			add_section(r, step, "breadcrumb", line[i].node);
		/* a list has a line for each step */
		if (step.n == 0 && is_home_word(line[i].text) && i + 1 < n && i + 3 >= n)
			for (size_t k = n; k-- > i + 1;)
				add_section(r, line[k].text, "breadcrumb", line[k].node);
	}
	for (size_t i = n; i-- > 0 && i + 3 >= n;) {
		struct str rest = line[i].text;
		struct str label = str_trim(str_cut(&rest, '\t'));
		size_t digit = 0;
		while (digit < label.n && !ascii_digit(label.p[digit]))
			digit++;
		if (has_stamp(label) && digit > 3 && !is_link(h, &line[i]))
			label = str_trim(str_sub(label, 0, digit));
		bool stamped = has_stamp(line[i].text);
		bool menu = (i > 0 && in_menu(h, &line[i - 1], &line[i])) ||
			(i + 1 < n && in_menu(h, &line[i], &line[i + 1]));
		if (menu || !is_label(r, label) || !is_alone(h, line[i].node))
			continue;
		if (in_heading(h, line[i].node) && !is_link(h, &line[i]))
			continue;
		if (is_link(h, &line[i]) && !stamped)
			add_section(r, label, "label link", line[i].node);
		else if (i + 1 == n || is_linked(r, label, line[i].node))
			add_section(
				r, label, is_linked(r, label, line[i].node) ? "label" : "label alone", line[i].node);
	}
}

/* "… | Politics", a picture with words above the headline. */
static void picture_label(struct reading *r, uint32_t headline)
{
	const struct html *h = r->h;
	for (uint32_t i = headline > 12 ? headline - 12 : 0; i < headline; i++)
		if (html_is(h, i, NAME_IMG) &&
			str_chr(html_attr(h, i, NAME_ALT), ' ', 0) == html_attr(h, i, NAME_ALT).n)
			add_section(r, html_attr(h, i, NAME_ALT), "label alone", i);
}

static bool is_current(const struct html *h, uint32_t i)
{
	static const char *const words[] = {"active", "current", "selected", "aktiv", "actif", "activo"};
	return (html_is(h, i, NAME_A) || html_is(h, i, NAME_LI)) && h->nodes[i].nattrs > 0 && h->nodes[i].end - i < 8 &&
		is_named(h, i, words, ARRAY_LEN(words));
}

void collect_section(struct reading *r)
{
	static const char *const trails[] = {"crumb", "wegweiser", "you-are-here"};
	static const char *const labels[] = {"kicker", "section-name", "section-label", "article-section", "rubric",
		"rubrik", "category", "channel", "topic", "ressort", "overline", "eyebrow", "cat-label", "post-cat",
		"cat-links"};
	const struct html *h = r->h;
	uint32_t headline = headline_node(r);
	bool label = false;
	if (headline != HTML_NONE) {
		above(r, headline);
		picture_label(r, headline);
	}
	for (uint32_t i = 0; i < h->n; i++) {
		if (h->nodes[i].kind != HTML_ELEMENT || h->nodes[i].nattrs == 0 || h->nodes[i].end - i > 60)
			continue;
		if (is_named(h, i, trails, ARRAY_LEN(trails)))
			named_trail(r, i);
		if (is_current(h, i))
			add_section(r, html_text(r->a, h, i), "navigation", i);
		struct str rel = html_attr(h, i, NAME_REL);
		bool category = html_is(h, i, NAME_A) && str_ifind(rel, STR("category"), 0) < rel.n;
		bool labelled = !label && is_named(h, i, labels, ARRAY_LEN(labels));
		if ((!category && !labelled) || is_aside(r, i))
			continue;
		if (category)
			add_section(r, html_text(r->a, h, i), "rel category", i);
		if (!labelled)
			continue;
		struct str text = html_text(r->a, h, i);
		label = is_label(r, text) && str_chr(text, ',', 0) == text.n;
		if (label)
			add_section(r, text, "class section", i);
	}
}
