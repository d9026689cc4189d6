/* SPDX-License-Identifier: Apache-2.0 */
/* What the page says of itself in meta elements, microdata, <time>, headings and class names. */
#include "formats/url/url.h"
#include "stages/read/lines.h"

struct meta_rule {
	const char *name; /* of name=, property= or itemprop= */
	enum article_field field;
};

static const struct meta_rule META[] = {
	{"og:title", ARTICLE_TITLE},
	{"twitter:title", ARTICLE_TITLE},
	{"dc.title", ARTICLE_TITLE},
	{"author", ARTICLE_AUTHOR},
	{"authors", ARTICLE_AUTHOR},
	{"byl", ARTICLE_AUTHOR},
	{"article:author", ARTICLE_AUTHOR},
	{"parsely-author", ARTICLE_AUTHOR},
	{"dc.creator", ARTICLE_AUTHOR},
	{"sailthru.author", ARTICLE_AUTHOR},
	{"og:site_name", ARTICLE_SITE},
	{"article:section", ARTICLE_SECTION},
	{"article.section", ARTICLE_SECTION},
	{"articlesection", ARTICLE_SECTION},
	{"section", ARTICLE_SECTION},
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
			if (META[m].field == ARTICLE_AUTHOR)
				add_byline(r, plain_text(r->a, content), from, i);
			else
				add_evidence(r, META[m].field,
					META[m].field == ARTICLE_TITLE ? without_site(r, plain_text(r->a, content))
								       : plain_text(r->a, content),
					from, STR(""), i);
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

/* Pairs of labels and values for previews: "Written by", "Ann Example". */
static void labelled(struct reading *r, uint32_t i)
{
	static const char *const words[] = {"written by", "verfasst von", "geschrieben von", "écrit par", "escrito por",
		"escrita por", "scritto da", "geschreven door", "napisane przez", "автор", "yazan", "skrevet av",
		"skriven av", "kirjoittanut", "napsal", "szerző:", "di", "por", "par", "von", "by", "كتبها", "作者",
		"著者", "投稿者", "執筆者", "글쓴이", "نویسنده", "ditulis oleh", "viết bởi"};
	struct str name = html_attr(r->h, i, NAME_NAME);
	if (!str_istarts(name, STR("twitter:label")))
		return;
	for (size_t k = 0; k < ARRAY_LEN(words); k++) {
		if (!str_ieq(str_trim(html_attr(r->h, i, NAME_CONTENT)), str_c(words[k])))
			continue;
		struct str want = str_fmt(r->a, "twitter:data%.*s", STR_FMT(str_from(name, strlen("twitter:label"))));
		for (uint32_t n = i + 1; n < r->h->n && n < i + 8; n++)
			if (html_is(r->h, n, NAME_META) && str_ieq(html_attr(r->h, n, NAME_NAME), want))
				add_byline(
					r, plain_text(r->a, html_attr(r->h, n, NAME_CONTENT)), "meta twitter:data", n);
	}
}

void collect_meta(struct reading *r)
{
	for (uint32_t i = 0; i < r->h->n; i++)
		if (html_is(r->h, i, NAME_LINK))
			canonical(r, i);
	for (uint32_t i = 0; i < r->h->n; i++)
		if (html_is(r->h, i, NAME_META)) {
			one_meta(r, i);
			labelled(r, i);
		}
	uint32_t root = html_find(r->h, 0, NAME_HTML);
	if (root != HTML_NONE)
		add_evidence(r, ARTICLE_LANGUAGE, str_dup(r->a, str_trim(html_attr(r->h, root, NAME_LANG))),
			"html lang", STR(""), root);
}

/* Which letters occur, one bit each: most words are ruled out by their first. */
static uint32_t letters_of(struct str s)
{
	uint32_t bits = 0;
	for (size_t i = 0; i < s.n; i++) {
		char c = ascii_lower(s.p[i]);
		bits |= c >= 'a' && c <= 'z' ? 1u << (c - 'a') : 0;
	}
	return bits;
}

bool is_named(const struct html *h, uint32_t i, const char *const *words, size_t n)
{
	if (h->nodes[i].kind != HTML_ELEMENT || h->nodes[i].nattrs == 0)
		return false;
	struct str names[] = {html_attr(h, i, NAME_CLASS), html_attr(h, i, NAME_ID)};
	for (size_t m = 0; m < ARRAY_LEN(names); m++) {
		uint32_t letters = letters_of(names[m]);
		for (size_t k = 0; letters && k < n; k++)
			if (letters >> (words[k][0] - 'a') & 1 && str_ifind(names[m], str_c(words[k]), 0) < names[m].n)
				return true;
	}
	return false;
}

static bool begins_aside(const struct html *h, uint32_t i)
{
	static const char *const footer[] = {"footer"};
	static const char *const header[] = {"header"}; /* "header-footer" is no footer */
	static const char *const words[] = {"comment", "related", "sidebar", "teaser", "recommend", "respond", "widget",
		"most-read", "mostread", "trending", "author-bio", "about-author", "authorbox", "author-box"};
	switch (html_tag(h, i)) {
	case NAME_ASIDE:
	case NAME_FOOTER:
	case NAME_NAV:
	case NAME_FORM:
		return true;
	case NAME_BODY:
	case NAME_MAIN:
	case NAME_NONE:
		return false;
	default:
		break;
	}
	return is_named(h, i, words, ARRAY_LEN(words)) || (is_named(h, i, footer, 1) && !is_named(h, i, header, 1));
}

void mark_asides(struct reading *r)
{
	const struct html *h = r->h;
	r->aside = arena_alloc(r->a, (size_t)h->n + 1);
	for (uint32_t i = 1; i < h->n; i++)
		r->aside[i] = r->aside[h->nodes[i].parent] || begins_aside(h, i);
}

bool is_aside(const struct reading *r, uint32_t i)
{
	return r->aside[i];
}

/* An author may be an item with a name of its own. */
static struct str itemprop_name(struct reading *r, uint32_t i, struct str content)
{
	for (uint32_t k = i + 1; k < r->h->nodes[i].end; k++) {
		if (!str_ieq(html_attr(r->h, k, NAME_ITEMPROP), STR("name")))
			continue;
		struct str name = html_attr(r->h, k, NAME_CONTENT);
		return name.n ? name : html_text(r->a, r->h, k);
	}
	return content;
}

static void one_itemprop(struct reading *r, uint32_t i, struct str prop)
{
	struct str content = html_attr(r->h, i, NAME_CONTENT);
	if (content.n == 0)
		content = html_attr(r->h, i, NAME_DATETIME);
	if (content.n == 0)
		content = html_text(r->a, r->h, i);
	if (str_ieq(prop, STR("headline")))
		add_evidence(r, ARTICLE_TITLE, fold_space(r->a, content), "itemprop headline", STR(""), i);
	else if (str_ieq(prop, STR("articleSection")))
		add_evidence(r, ARTICLE_SECTION, fold_space(r->a, content), "itemprop articleSection", STR(""), i);
	else if (str_ieq(prop, STR("author")) && !is_aside(r, i))
		add_byline(r, itemprop_name(r, i, content), "itemprop author", i);
}

static bool is_byline(struct reading *r, uint32_t i)
{
	const struct html *h = r->h;
	static const char *const words[] = {"byline", "author", "autor", "writer"};
	return is_named(h, i, words, ARRAY_LEN(words)) && h->nodes[i].end - i < 16 && !is_aside(r, i);
}

/* The first byline of the page, and others that stand beside it. */
static void bylines(struct reading *r)
{
	const struct html *h = r->h;
	uint32_t near = HTML_NONE;
	for (uint32_t i = 0; i < h->n; i++) {
		if (h->nodes[i].kind != HTML_ELEMENT || h->nodes[i].nattrs == 0)
			continue;
		if (html_is(h, i, NAME_A) && str_ieq(html_attr(h, i, NAME_REL), STR("author")))
			add_byline(r, html_text(r->a, h, i), is_aside(r, i) ? "rel author aside" : "rel author", i);
		if (!is_byline(r, i) || (near != HTML_NONE && (i < near || i >= h->nodes[near].end)))
			continue;
		size_t before = r->article->n;
		add_byline(r, lined_text(r, i), "class byline", i);
		if (near == HTML_NONE && r->article->n > before)
			near = h->nodes[i].parent;
		i = h->nodes[i].end - 1;
	}
}

/* An h1, or around one: it says the same and is no second witness. */
static bool is_around_h1(const struct html *h, uint32_t i)
{
	for (uint32_t k = i; k < h->nodes[i].end; k++)
		if (html_is(h, k, NAME_H1))
			return true;
	return false;
}

static bool is_headline_class(struct reading *r, uint32_t i)
{
	static const char *const words[] = {"headline", "entry-title", "article-title", "post-title", "story-title"};
	const struct html *h = r->h;
	return h->nodes[i].kind == HTML_ELEMENT && h->nodes[i].nattrs && h->nodes[i].end - i < 24 &&
		is_named(h, i, words, ARRAY_LEN(words)) && !is_aside(r, i) && !is_around_h1(h, i);
}

#define HEADINGS_MAX 4u /* of each kind */

static void headings(struct reading *r)
{
	const struct html *h = r->h;
	uint32_t title = html_find(h, 0, NAME_TITLE);
	size_t h1s = 0;
	size_t others = 0;
	for (uint32_t i = 0; i < h->n; i++) {
		bool h1 = html_is(h, i, NAME_H1) && h1s < HEADINGS_MAX;
		if (!h1 && (others >= HEADINGS_MAX || !is_headline_class(r, i)))
			continue;
		const char *from = !h1 ? "class headline" : in_trail(h, i) ? "h1 in a trail" : "h1";
		add_evidence(r, ARTICLE_TITLE, html_text(r->a, h, i), from, STR(""), i);
		h1s += h1;
		others += !h1;
	}
	if (title != HTML_NONE)
		add_evidence(r, ARTICLE_TITLE, without_site(r, html_text(r->a, h, title)), "title", STR(""), title);
	for (uint32_t i = 0; i < h->n && h1s + others == 0; i++)
		if (html_is(h, i, NAME_H2) && !is_aside(r, i)) {
			add_evidence(r, ARTICLE_TITLE, html_text(r->a, h, i), "h2", STR(""), i);
			others++;
		}
}

void collect_markup(struct reading *r)
{
	const struct html *h = r->h;
	for (uint32_t i = 0; i < h->n; i++) {
		if (h->nodes[i].kind != HTML_ELEMENT || html_is(h, i, NAME_META))
			continue;
		struct str prop = html_attr(h, i, NAME_ITEMPROP);
		if (prop.n)
			one_itemprop(r, i, prop);
	}
	headings(r);
	bylines(r);
}
