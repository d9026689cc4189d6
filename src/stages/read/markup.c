/* SPDX-License-Identifier: Apache-2.0 */
/* What the page says of itself in meta elements, microdata, <time>, headings and class names. */
#include "formats/url/url.h"
#include "stages/read/read_int.h"

struct meta_rule {
	const char *name; /* of name=, property= or itemprop= */
	enum article_field field;
};

static const struct meta_rule META[] = {
	{"og:title", ARTICLE_TITLE},
	{"twitter:title", ARTICLE_TITLE},
	{"dc.title", ARTICLE_TITLE},
	{"article:published_time", ARTICLE_PUBLISHED},
	{"og:published_time", ARTICLE_PUBLISHED},
	{"og:article:published_time", ARTICLE_PUBLISHED},
	{"datepublished", ARTICLE_PUBLISHED},
	{"parsely-pub-date", ARTICLE_PUBLISHED},
	{"sailthru.date", ARTICLE_PUBLISHED},
	{"pubdate", ARTICLE_PUBLISHED},
	{"publishdate", ARTICLE_PUBLISHED},
	{"publish-date", ARTICLE_PUBLISHED},
	{"publication_date", ARTICLE_PUBLISHED},
	{"date", ARTICLE_PUBLISHED},
	{"dc.date", ARTICLE_PUBLISHED},
	{"dc.date.issued", ARTICLE_PUBLISHED},
	{"dcterms.created", ARTICLE_PUBLISHED},
	{"dcterms.date", ARTICLE_PUBLISHED},
	{"article:modified_time", ARTICLE_UPDATED},
	{"og:updated_time", ARTICLE_UPDATED},
	{"datemodified", ARTICLE_UPDATED},
	{"lastmod", ARTICLE_UPDATED},
	{"last-modified", ARTICLE_UPDATED},
	{"dcterms.modified", ARTICLE_UPDATED},
	{"author", ARTICLE_AUTHOR},
	{"article:author", ARTICLE_AUTHOR},
	{"parsely-author", ARTICLE_AUTHOR},
	{"dc.creator", ARTICLE_AUTHOR},
	{"sailthru.author", ARTICLE_AUTHOR},
	{"og:site_name", ARTICLE_SITE},
	{"og:locale", ARTICLE_LANGUAGE},
	{"content-language", ARTICLE_LANGUAGE},
	{"og:url", ARTICLE_URL},
};

static void one_meta(struct reading *r, uint32_t i)
{
	static const enum html_name keys[] = {NAME_PROPERTY, NAME_NAME, NAME_ITEMPROP, NAME_HTTP_EQUIV};
	struct str content = html_attr(r->h, i, NAME_CONTENT);
	for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
		struct str name = str_trim(html_attr(r->h, i, keys[k]));
		for (size_t m = 0; name.n && m < ARRAY_LEN(META); m++) {
			if (!str_ieq(name, str_c(META[m].name)))
				continue;
			const char *from = str_fmt(r->a, "meta %s", META[m].name).p;
			if (META[m].field == ARTICLE_PUBLISHED || META[m].field == ARTICLE_UPDATED)
				add_stamp(r, META[m].field, content, from, i);
			else if (META[m].field != ARTICLE_AUTHOR || !str_starts(content, STR("http")))
				add_evidence(r, META[m].field, fold_space(r->a, content), from, STR(""), i);
		}
	}
}

static void canonical(struct reading *r, uint32_t i)
{
	struct url base;
	struct url u;
	struct err e;
	if (!str_ieq(html_attr(r->h, i, NAME_REL), STR("canonical")))
		return;
	bool has_base = r->in->url.n && url_parse(r->a, r->in->url, NULL, &base, &e) == OK;
	if (url_parse(r->a, html_attr(r->h, i, NAME_HREF), has_base ? &base : NULL, &u, &e) == OK && url_is_web(&u))
		add_evidence(r, ARTICLE_URL, url_href(r->a, &u, false), "link canonical", STR(""), i);
}

void collect_meta(struct reading *r)
{
	for (uint32_t i = 0; i < r->h->n; i++)
		if (html_is(r->h, i, NAME_LINK))
			canonical(r, i);
	for (uint32_t i = 0; i < r->h->n; i++)
		if (html_is(r->h, i, NAME_META))
			one_meta(r, i);
	uint32_t root = html_find(r->h, 0, NAME_HTML);
	if (root != HTML_NONE)
		add_evidence(r, ARTICLE_LANGUAGE, str_dup(r->a, str_trim(html_attr(r->h, root, NAME_LANG))),
			"html lang", STR(""), root);
}

/* True inside what stands beside an article: a stamp there is another article's. */
static bool is_aside(const struct html *h, uint32_t i)
{
	for (; i != HTML_NONE; i = h->nodes[i].parent)
		if (html_is(h, i, NAME_ASIDE) || html_is(h, i, NAME_FOOTER) || html_is(h, i, NAME_NAV))
			return true;
	return false;
}

static void one_itemprop(struct reading *r, uint32_t i, struct str prop)
{
	bool published = str_ieq(prop, STR("datePublished"));
	bool updated = str_ieq(prop, STR("dateModified"));
	struct str content = html_attr(r->h, i, NAME_CONTENT);
	if (content.n == 0)
		content = html_attr(r->h, i, NAME_DATETIME);
	if (content.n == 0)
		content = html_text(r->a, r->h, i);
	if (published || updated)
		add_stamp(r, published ? ARTICLE_PUBLISHED : ARTICLE_UPDATED, content,
			published ? "itemprop datePublished" : "itemprop dateModified", i);
	else if (str_ieq(prop, STR("headline")))
		add_evidence(r, ARTICLE_TITLE, fold_space(r->a, content), "itemprop headline", STR(""), i);
	else if (str_ieq(prop, STR("author")) && content.n < 200)
		add_evidence(r, ARTICLE_AUTHOR, fold_space(r->a, content), "itemprop author", STR(""), i);
}

static void one_time(struct reading *r, uint32_t i)
{
	struct str stamp = html_attr(r->h, i, NAME_DATETIME);
	struct str label = html_text(r->a, r->h, i);
	uint32_t up = r->h->nodes[i].parent;
	static const char *const words[] = {"updated", "modified", "amended"};
	bool updated = false;
	/* the label may stand before the element, in its parent */
	if (up != HTML_NONE && r->h->nodes[up].end - up < 12)
		label = html_text(r->a, r->h, up);
	for (size_t k = 0; k < ARRAY_LEN(words); k++)
		updated = updated || str_ifind(label, str_c(words[k]), 0) < label.n ||
			str_ifind(html_attr(r->h, i, NAME_CLASS), str_c(words[k]), 0) <
				html_attr(r->h, i, NAME_CLASS).n;
	if (stamp.n && !is_aside(r->h, i))
		add_stamp(r, updated ? ARTICLE_UPDATED : ARTICLE_PUBLISHED, stamp,
			updated ? "time[datetime] labelled as updated" : "time[datetime]", i);
}

static bool class_has(const struct html *h, uint32_t i, const char *word)
{
	struct str c = html_attr(h, i, NAME_CLASS);
	return str_ifind(c, str_c(word), 0) < c.n;
}

/* "By Ann Example and Bo Sample" */
static void one_byline(struct reading *r, uint32_t i, const char *from)
{
	struct str text = html_text(r->a, r->h, i);
	if (str_istarts(text, STR("by ")))
		text = str_trim(str_from(text, 3));
	if (text.n == 0 || text.n > 120)
		return;
	while (text.n) {
		size_t comma = str_chr(text, ',', 0);
		size_t and = str_find(text, STR(" and "), 0);
		size_t end = size_min(comma, and);
		add_evidence(r, ARTICLE_AUTHOR, fold_space(r->a, str_sub(text, 0, end)), from, STR(""), i);
		text = str_trim(str_from(text, end + (and < comma ? 5 : 1)));
	}
}

void collect_markup(struct reading *r)
{
	const struct html *h = r->h;
	uint32_t h1 = html_find(h, 0, NAME_H1);
	uint32_t title = html_find(h, 0, NAME_TITLE);
	if (h1 != HTML_NONE)
		add_evidence(r, ARTICLE_TITLE, html_text(r->a, h, h1), "h1", STR(""), h1);
	if (title != HTML_NONE)
		add_evidence(r, ARTICLE_TITLE, html_text(r->a, h, title), "title", STR(""), title);
	for (uint32_t i = 0; i < h->n; i++) {
		if (h->nodes[i].kind != HTML_ELEMENT || html_is(h, i, NAME_META))
			continue;
		struct str prop = html_attr(h, i, NAME_ITEMPROP);
		if (prop.n)
			one_itemprop(r, i, prop);
		if (html_is(h, i, NAME_TIME))
			one_time(r, i);
		if (str_ieq(html_attr(h, i, NAME_REL), STR("author")))
			one_byline(r, i, "rel author");
		else if ((class_has(h, i, "byline") || class_has(h, i, "author")) && h->nodes[i].end - i < 8 &&
			!is_aside(h, i))
			one_byline(r, i, "class byline");
	}
}
