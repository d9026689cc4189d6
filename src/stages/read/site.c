/* SPDX-License-Identifier: Apache-2.0 */
/* What the page says of itself without saying what it is: the parts of its <title>, the trail of links above the
 * article, the name at the logo and in the copyright line. */
#include "stages/read/lines.h"

#define PARTS_MAX 8u
#define TITLE_MAX 600u  /* a longer title is not taken apart */
#define SITE_MAX 60u    /* bytes of a name of a site or section */
#define LOGO_NODES 250u /* the head of a page lies within so many elements and texts */

/* Marks that divide the parts of a title, with the spaces that belong to them. A colon and a dash without spaces divide
 * nothing: headlines have them. */
static const char *const BARS[] = {
	" | ", " - ", " – ", " — ", " － ", " · ", " • ", " » ", " « ", " › ", " :: ", " ~ ", "｜", "_", "－"};
/* These stand in headlines too, and divide only where one side is known to name the site. */
static const char *const WEAK_BARS[] = {" / ", " : ", "：", ": ", "--", "-", "－", " (From "};

/* True for the name of the site, and for what stands alone in the page: its headline, its masthead. */
static bool is_own(struct reading *r, struct str part)
{
	const struct html *h = r->h;
	if (part.n < 4)
		return false;
	if (names_site(r, part))
		return true;
	uint32_t body = html_find(h, 0, NAME_BODY);
	for (uint32_t i = body == HTML_NONE ? h->n : body; i < h->n; i++)
		if (h->nodes[i].kind == HTML_TEXT && h->nodes[i].text.n >= part.n && h->nodes[i].text.n < 400 &&
			str_eq(fold_space(r->a, html_node_text(h, i)), part))
			return true;
	return false;
}

static size_t bar_length(struct reading *r, struct str s, size_t at)
{
	for (size_t i = 0; i < ARRAY_LEN(BARS); i++)
		if (str_starts(str_from(s, at), str_c(BARS[i])))
			return strlen(BARS[i]);
	for (size_t i = 0; i < ARRAY_LEN(WEAK_BARS); i++) {
		size_t n = strlen(WEAK_BARS[i]);
		if (str_starts(str_from(s, at), str_c(WEAK_BARS[i])) && at > 0 &&
			(is_own(r, str_trim(str_sub(s, 0, at))) || is_own(r, str_trim(str_from(s, at + n)))))
			return n;
	}
	return 0;
}

static size_t split(struct reading *r, struct str s, struct str *part)
{
	size_t n = 0;
	size_t from = 0;
	for (size_t i = 0; i < s.n && n + 1 < PARTS_MAX && s.n <= TITLE_MAX;) {
		size_t length = bar_length(r, s, i);
		if (length == 0) {
			i++;
			continue;
		}
		part[n++] = str_trim(str_sub(s, from, i));
		i += length;
		from = i;
	}
	part[n++] = str_trim(str_from(s, from));
	return n;
}

static bool has_heading(struct reading *r, struct str text)
{
	struct str folded = fold_words(r->a, text);
	for (size_t i = 0; i < r->article->n; i++) {
		const struct article_evidence *e = &r->article->evidence[i];
		bool other = e->field == ARTICLE_TITLE && !str_eq(e->from, STR("title"));
		if (other && folded.n > 3 && str_find(fold_words(r->a, e->value), folded, 0) < e->value.n &&
			folded.n * 2 > fold_words(r->a, e->value).n)
			return true;
	}
	return false;
}

/* True when another source has just these words. */
static bool is_title_elsewhere(struct reading *r, struct str text)
{
	struct str folded = fold_words(r->a, text);
	for (size_t i = 0; folded.n > 3 && i < r->article->n; i++) {
		const struct article_evidence *e = &r->article->evidence[i];
		bool own = str_starts(e->from, STR("meta ")) || str_eq(e->from, STR("title"));
		if (e->field == ARTICLE_TITLE && !own && str_eq(fold_words(r->a, e->value), folded))
			return true;
	}
	return false;
}

/* A headline may have a bar of its own: neighbouring parts that another source has together are one. */
static size_t join_parts(struct reading *r, struct str *part, size_t n)
{
	for (size_t many = n; many-- > 1;) {
		for (size_t i = 0; i + many < n; i++) {
			struct str run = str_mem(part[i].p, (size_t)(part[i + many].p + part[i + many].n - part[i].p));
			if (!is_title_elsewhere(r, run))
				continue;
			part[i] = run;
			memmove(&part[i + 1], &part[i + many + 1], (n - i - many - 1) * sizeof(*part));
			return n - many;
		}
	}
	return n;
}

/* The longest part is the headline, unless another source says which it is. */
static size_t headline_part(struct reading *r, const struct str *part, size_t n)
{
	size_t best = 0;
	for (size_t i = 0; i < n; i++)
		if (has_heading(r, part[i]) && !names_site(r, part[i]))
			return i;
	for (size_t i = 1; i < n; i++)
		if (part[i].n > part[best].n)
			best = i;
	return best;
}

/* Before the other sources are compared: a title without its site is a better witness. */
static void title_parts(struct reading *r, uint32_t title)
{
	struct str part[PARTS_MAX];
	size_t n = split(r, html_text(r->a, r->h, title), part);
	while (n > 2 && has_stamp(part[n - 1]) && part[n - 1].n < 30)
		n--; /* a day is no name */
	n = join_parts(r, part, n);
	if (n < 2)
		return;
	size_t head = headline_part(r, part, n);
	size_t site = head == n - 1 ? 0 : n - 1;
	add_evidence(r, ARTICLE_TITLE, part[head], "title part", STR(""), title);
	if (part[site].n && part[site].p[part[site].n - 1] == ')' && str_chr(part[site], '(', 0) == part[site].n)
		part[site] = str_sub(part[site], 0, part[site].n - 1);
	if (part[site].n < SITE_MAX && !has_stamp(part[site]))
		add_evidence(r, ARTICLE_SITE, part[site], "title part", STR(""), title);
	size_t middle = head == n - 1 ? 1 : head + 1;
	if (n >= 3 && middle < n && middle != site && middle != head && part[middle].n < SITE_MAX)
		add_evidence(r, ARTICLE_SECTION, part[middle], "title part", STR(""), title);
}

/* "© 2018 Name. All rights …" */
static void copyright(struct reading *r, uint32_t i)
{
	struct str s = html_node_text(r->h, i);
	size_t at = str_find(s, STR("©"), 0);
	at = at < s.n ? at + strlen("©") : str_ifind(s, STR("copyright"), 0) + strlen("copyright");
	if (at >= s.n)
		return;
	struct str name = str_trim(str_from(s, at));
	while (name.n && (ascii_digit(name.p[0]) || strchr(" -,.", name.p[0])))
		name = str_from(name, 1);
	if (str_istarts(name, STR("www.")) || str_istarts(name, STR("http")) || has_stamp(name))
		return;
	size_t end = name.n;
	static const char *const ends[] = {". ", ".", ",", "|", " All ", " all ", " Alle ", " - ", "·", "。", "，"};
	for (size_t k = 0; k < ARRAY_LEN(ends); k++)
		end = size_min(end, str_find(name, str_c(ends[k]), 0));
	name = str_trim(str_sub(name, 0, end));
	if (name.n > 1 && name.n < SITE_MAX)
		add_evidence(r, ARTICLE_SITE, fold_space(r->a, name), "copyright line", STR(""), i);
}

/* "/", "index.html", "http://host/" of this host. */
static bool leads_home(struct reading *r, struct str href)
{
	static const char *const homes[] = {"/", "./", "index.html", "/index.html", "/index.htm", "/index.php"};
	href = str_trim(href);
	for (size_t i = 0; i < ARRAY_LEN(homes); i++)
		if (str_eq(href, str_c(homes[i])))
			return true;
	size_t at = str_find(href, STR("://"), 0);
	if (at >= href.n)
		return false;
	size_t end = str_chr(href, '/', at + 3);
	size_t own = str_find(r->in->url, STR("://"), 0);
	struct str host = str_sub(href, at + 3, end);
	return end + 1 >= href.n && own < r->in->url.n && host.n > 0 && str_starts(str_from(r->in->url, own + 3), host);
}

/* The picture or text that links to the front page. */
static void logo(struct reading *r, uint32_t i)
{
	const struct html *h = r->h;
	if (!leads_home(r, html_attr(h, i, NAME_HREF)))
		return;
	for (uint32_t k = i + 1; k < h->nodes[i].end; k++) {
		struct str alt = html_is(h, k, NAME_IMG) ? str_trim(html_attr(h, k, NAME_ALT)) : STR("");
		if (alt.n > 1 && alt.n < SITE_MAX && !is_home_word(alt) && !str_ieq(alt, STR("logo")))
			add_evidence(r, ARTICLE_SITE, fold_space(r->a, alt), "logo", STR(""), k);
	}
	static const char *const words[] = {"logo", "brand", "masthead", "site-name", "site-title", "sitename"};
	struct str text = html_text(r->a, h, i);
	uint32_t up = h->nodes[i].parent;
	if (text.n < 2 || text.n >= SITE_MAX || is_home_word(text))
		return;
	if (is_named(h, i, words, ARRAY_LEN(words)) || is_named(h, up, words, ARRAY_LEN(words)) ||
		html_is(h, up, NAME_H1))
		add_evidence(r, ARTICLE_SITE, text, "logo", STR(""), i);
}

/* True when a title begins or ends with the words and a bar divides them from the rest; in front of the bar a few
 * letters more may stand: "Daily (digital edition)-Headline". */
static bool bounds_title(struct str s, struct str title)
{
	static const char *const marks[] = {"|", "-", "–", "—", ":", "：", "_", "»", "«", "·", "｜", "－", "(From"};
	if (s.n < 4 || s.n * 2 > title.n)
		return false;
	bool front = str_starts(title, s);
	if (!front && !str_ends(title, s))
		return false;
	struct str rest = front ? str_sub(title, s.n, s.n + 14) : str_sub(title, title.n - s.n - 8, title.n - s.n);
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (str_find(rest, str_c(marks[i]), 0) < rest.n)
			return true;
	return false;
}

/* A picture without a link: its file is named so, or its words are those of the title or the host. */
static void masthead(struct reading *r, uint32_t i, struct str title)
{
	struct str alt = fold_space(r->a, html_attr(r->h, i, NAME_ALT));
	struct str src = html_attr(r->h, i, NAME_SRC);
	if (alt.n < 2 || alt.n >= SITE_MAX || is_home_word(alt) || is_aside(r, i))
		return;
	bool sure = names_site(r, alt) || (bounds_title(alt, title) && !has_heading(r, alt));
	if (sure || str_ifind(src, STR("logo"), 0) < src.n)
		add_evidence(r, ARTICLE_SITE, alt, sure ? "masthead" : "logo", STR(""), i);
}

/* Words near the top, no heading and no link that leads elsewhere, that bound the title or spell the host. */
static void title_words(struct reading *r, uint32_t i, struct str title)
{
	const struct html *h = r->h;
	struct str s = str_trim(html_node_text(h, i));
	if (s.n < 4 || s.n >= SITE_MAX || has_stamp(s) || is_home_word(s))
		return;
	for (uint32_t up = h->nodes[i].parent; up != HTML_NONE; up = h->nodes[up].parent) {
		uint32_t tag = html_tag(h, up);
		bool link = tag == NAME_A && !leads_home(r, html_attr(h, up, NAME_HREF));
		if (link || tag == NAME_H2 || tag == NAME_H3 || tag == NAME_LI || tag == NAME_NAV || tag == NAME_P ||
			tag == NAME_ARTICLE || tag == NAME_MAIN || tag == NAME_SCRIPT || tag == NAME_STYLE)
			return;
	}
	bool spells = s.n < 40 && str_chr(s, ' ', 0) < s.n && str_chr(s, '.', 0) == s.n && names_site(r, s);
	if (spells || (bounds_title(s, title) && !has_heading(r, s)))
		add_evidence(r, ARTICLE_SITE, fold_space(r->a, s), "masthead", STR(""), i);
}

/* "Headline - Site - Section" in og:title, "Site: Section" as a part of <title>. */
static void behind_site(struct reading *r, struct str text, uint32_t node)
{
	struct str part[PARTS_MAX];
	size_t n = split(r, text, part);
	for (size_t i = 1; i + 1 < n; i++)
		if (names_site(r, part[i]) && part[i + 1].n < SITE_MAX && !has_heading(r, part[i + 1]))
			add_evidence(r, ARTICLE_SECTION, part[i + 1], "title part", STR(""), node);
}

void collect_site(struct reading *r)
{
	const struct html *h = r->h;
	uint32_t title = html_find(h, 0, NAME_TITLE);
	uint32_t body = html_find(h, 0, NAME_BODY);
	struct str words = title == HTML_NONE ? STR("") : html_text(r->a, h, title);
	for (uint32_t i = 0; i < h->n; i++) {
		bool on_top = body != HTML_NONE && i > body && i < body + LOGO_NODES;
		if (html_is(h, i, NAME_A))
			logo(r, i);
		else if (on_top && html_is(h, i, NAME_IMG))
			masthead(r, i, words);
		else if (h->nodes[i].kind == HTML_TEXT && h->nodes[i].text.n < 300)
			copyright(r, i);
		if (on_top && h->nodes[i].kind == HTML_TEXT && h->nodes[i].text.n < 100)
			title_words(r, i, words);
	}
	if (title == HTML_NONE)
		return;
	title_parts(r, title);
	behind_site(r, words, title);
	for (size_t i = 0, n = r->article->n; i < n; i++)
		if (str_eq(r->article->evidence[i].from, STR("meta og:title")))
			behind_site(r, r->article->evidence[i].value, title);
}
