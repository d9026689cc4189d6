/* SPDX-License-Identifier: Apache-2.0 */
/* What the page says of itself without saying what it is: the parts of its <title>, the trail of links above the
 * article, the name at the logo and in the copyright line. */
#include "base/utf8.h"
#include "stages/read/read_int.h"

#define PARTS_MAX 8u
#define SITE_MAX 60u /* bytes of a name of a site or section */
#define TRAIL_MAX 8u

/* Marks that divide the parts of a title, with the spaces that belong to them. A colon and a dash without spaces divide
 * nothing: headlines have them. */
static const char *const BARS[] = {
	" | ", " - ", " – ", " — ", " － ", " · ", " • ", " » ", " « ", " › ", " :: ", " ~ ", "｜", "_", "－"};
/* These stand in headlines too, and divide only where one side is known to name the site. */
static const char *const WEAK_BARS[] = {" / ", " : ", "：", ": ", "-"};

static size_t bar_length(struct reading *r, struct str s, size_t at)
{
	for (size_t i = 0; i < ARRAY_LEN(BARS); i++)
		if (str_starts(str_from(s, at), str_c(BARS[i])))
			return strlen(BARS[i]);
	for (size_t i = 0; i < ARRAY_LEN(WEAK_BARS); i++) {
		size_t n = strlen(WEAK_BARS[i]);
		if (str_starts(str_from(s, at), str_c(WEAK_BARS[i])) && at > 0 &&
			(names_site(r, str_sub(s, 0, at)) || names_site(r, str_from(s, at + n))))
			return n;
	}
	return 0;
}

static size_t split(struct reading *r, struct str s, struct str *part)
{
	size_t n = 0;
	size_t from = 0;
	for (size_t i = 0; i < s.n && n + 1 < PARTS_MAX;) {
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
	if (n < 2)
		return;
	size_t head = headline_part(r, part, n);
	size_t site = head == n - 1 ? 0 : n - 1;
	add_evidence(r, ARTICLE_TITLE, part[head], "title part", STR(""), title);
	if (part[site].n < SITE_MAX)
		add_evidence(r, ARTICLE_SITE, part[site], "title part", STR(""), title);
	size_t middle = head == n - 1 ? 1 : head + 1;
	if (n >= 3 && middle < n && middle != site && middle != head && part[middle].n < SITE_MAX)
		add_evidence(r, ARTICLE_SECTION, part[middle], "title part", STR(""), title);
}

static bool named(const struct html *h, uint32_t i, const char *const *words, size_t n)
{
	struct str c = html_attr(h, i, NAME_CLASS);
	struct str id = html_attr(h, i, NAME_ID);
	for (size_t k = 0; k < n; k++)
		if (str_ifind(c, str_c(words[k]), 0) < c.n || str_ifind(id, str_c(words[k]), 0) < id.n)
			return true;
	return false;
}

/* The last link of a trail that leads from the front page to the article. */
static void trail(struct reading *r, uint32_t top)
{
	const struct html *h = r->h;
	struct str last = STR("");
	uint32_t at = HTML_NONE;
	size_t links = 0;
	for (uint32_t i = top; i < h->nodes[top].end; i++) {
		if (!html_is(h, i, NAME_A))
			continue;
		struct str text = html_text(r->a, h, i);
		struct str href = html_attr(h, i, NAME_HREF);
		bool home = str_eq(href, STR("/")) || links == 0;
		links++;
		if (text.n && text.n < SITE_MAX && !home && !has_heading(r, text)) {
			last = text;
			at = i;
		}
	}
	if (links >= 2 && links <= TRAIL_MAX && last.n)
		add_evidence(r, ARTICLE_SECTION, last, "breadcrumb", STR(""), at);
}

static void sections(struct reading *r)
{
	static const char *const trails[] = {
		"crumb", "trail", "location", "position", "path", "wegweiser", "you-are-here"};
	static const char *const labels[] = {"kicker", "section-name", "section-label", "article-section", "rubric",
		"rubrik", "category", "channel", "topic", "ressort", "overline", "eyebrow", "cat-label", "post-cat"};
	const struct html *h = r->h;
	bool label = false;
	for (uint32_t i = 0; i < h->n; i++) {
		if (h->nodes[i].kind != HTML_ELEMENT || h->nodes[i].nattrs == 0 || h->nodes[i].end - i > 60 ||
			is_aside(r, i))
			continue;
		if (named(h, i, trails, ARRAY_LEN(trails)))
			trail(r, i);
		if (label || !named(h, i, labels, ARRAY_LEN(labels)))
			continue;
		struct str text = html_text(r->a, h, i);
		label = text.n > 0 && text.n < SITE_MAX && str_chr(text, ',', 0) == text.n;
		if (label)
			add_evidence(r, ARTICLE_SECTION, text, "class section", STR(""), i);
	}
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
	size_t end = name.n;
	static const char *const ends[] = {". ", ".", ",", "|", " All ", " all ", " Alle ", " - ", "·", "。", "，"};
	for (size_t k = 0; k < ARRAY_LEN(ends); k++)
		end = size_min(end, str_find(name, str_c(ends[k]), 0));
	name = str_trim(str_sub(name, 0, end));
	if (name.n > 1 && name.n < SITE_MAX)
		add_evidence(r, ARTICLE_SITE, fold_space(r->a, name), "copyright line", STR(""), i);
}

/* The picture or text that links to the front page. */
static void logo(struct reading *r, uint32_t i)
{
	const struct html *h = r->h;
	struct str href = html_attr(h, i, NAME_HREF);
	if (!str_eq(href, STR("/")) && !str_eq(href, STR("index.html")) && !str_eq(href, STR("/index.html")))
		return;
	for (uint32_t k = i + 1; k < h->nodes[i].end; k++) {
		struct str alt = html_is(h, k, NAME_IMG) ? html_attr(h, k, NAME_ALT) : STR("");
		if (alt.n > 1 && alt.n < SITE_MAX)
			add_evidence(r, ARTICLE_SITE, fold_space(r->a, alt), "logo", STR(""), k);
	}
	static const char *const words[] = {"logo", "brand", "masthead", "site-name", "site-title", "sitename"};
	struct str text = html_text(r->a, h, i);
	uint32_t up = h->nodes[i].parent;
	if (text.n > 1 && text.n < SITE_MAX &&
		(named(h, i, words, ARRAY_LEN(words)) || named(h, up, words, ARRAY_LEN(words))))
		add_evidence(r, ARTICLE_SITE, text, "logo", STR(""), i);
}

void collect_site(struct reading *r)
{
	const struct html *h = r->h;
	uint32_t title = html_find(h, 0, NAME_TITLE);
	sections(r);
	for (uint32_t i = 0; i < h->n; i++) {
		if (html_is(h, i, NAME_A))
			logo(r, i);
		else if (h->nodes[i].kind == HTML_TEXT && h->nodes[i].text.n < 300)
			copyright(r, i);
	}
	if (title != HTML_NONE)
		title_parts(r, title);
}
