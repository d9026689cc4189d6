/* SPDX-License-Identifier: Apache-2.0 */
/* Which candidate of each field counts, and by which rule. Titles and stamps have files of their own. */
#include "stages/read/read_int.h"

/* Sources of a field from best to worst, by how their names begin. What is not listed comes last, in page order. */
struct preference {
	enum article_field field;
	const char *const *sources;
	size_t n;
};

static const char *const SITE[] = {"meta og:site_name", "json-ld publisher", "itemprop publisher", "masthead", "logo",
	"title part", "copyright line"};
static const char *const LANGUAGE[] = {"html lang", "json-ld inLanguage", "meta content-language", "meta og:locale"};
static const char *const SECTION[] = {"meta article:section", "json-ld articleSection", "itemprop articleSection",
	"meta articlesection", "meta section", "breadcrumb", "json-ld breadcrumb", "rel category", "label link",
	"label", "class section", "title part", "navigation", "label alone"};
static const char *const URL[] = {"link canonical", "meta og:url", "given"};
static const char *const AGENCY[] = {"credit", "dateline", "json-ld", "line", "class", "rel", "meta", "byline"};

static const struct preference PREFERENCES[] = {
	{ARTICLE_SITE, SITE, ARRAY_LEN(SITE)},
	{ARTICLE_LANGUAGE, LANGUAGE, ARRAY_LEN(LANGUAGE)},
	{ARTICLE_SECTION, SECTION, ARRAY_LEN(SECTION)},
	{ARTICLE_URL, URL, ARRAY_LEN(URL)},
	{ARTICLE_AGENCY, AGENCY, ARRAY_LEN(AGENCY)},
};

static size_t rank(const struct preference *p, struct str from)
{
	size_t i = 0;
	while (i < p->n && !str_starts(from, str_c(p->sources[i])))
		i++;
	return i;
}

static void choose_by(struct article *ar, const struct preference *p)
{
	struct article_evidence *best = NULL;
	size_t best_rank = 0;
	for (size_t i = 0; i < ar->n; i++) {
		struct article_evidence *e = &ar->evidence[i];
		if (e->field != p->field)
			continue;
		size_t k = rank(p, e->from);
		if (!best || k < best_rank) {
			best = e;
			best_rank = k;
		}
	}
	if (!best)
		return;
	best->chosen = true;
	ar->choice[p->field].rule = STR("best source");
	for (size_t i = 0; i < ar->n; i++)
		if (ar->evidence[i].field == p->field && !str_ieq(ar->evidence[i].value, best->value))
			ar->choice[p->field].disputed = true;
}

/* Sources of authors from best to worst. */
static const char *const AUTHOR[] = {"json-ld author", "itemprop author", "meta byl", "meta author",
	"meta twitter:data", "rel author", "class byline", "meta article:author", "meta parsely-author",
	"meta dc.creator", "meta sailthru.author", "byline", "rel author aside", "json-ld author organization"};

static bool is_person_source(struct reading *r, const char *source, bool allow_site)
{
	const struct article *ar = r->article;
	for (size_t i = 0; i < ar->n; i++) {
		const struct article_evidence *e = &ar->evidence[i];
		if (e->field == ARTICLE_AUTHOR && str_eq(e->from, str_c(source)) &&
			(allow_site || !names_site(r, e->value)))
			return true;
	}
	return false;
}

/* One source names all authors; the site itself is an author only when nobody else is. */
void choose_authors(struct reading *r)
{
	struct article *ar = r->article;
	const char *source = NULL;
	for (size_t pass = 0; pass < 2 && !source; pass++)
		for (size_t i = 0; i < ARRAY_LEN(AUTHOR) && !source; i++)
			/* a template writes the site into meta author: that signs nothing */
			if (is_person_source(r, AUTHOR[i], pass == 1 && strcmp(AUTHOR[i], "meta author") != 0))
				source = AUTHOR[i];
	if (!source)
		return;
	bool sites = !is_person_source(r, source, false);
	for (size_t i = 0; i < ar->n; i++) {
		struct article_evidence *e = &ar->evidence[i];
		if (e->field != ARTICLE_AUTHOR)
			continue;
		if (!str_eq(e->from, str_c(source)))
			continue;
		e->chosen = sites || !names_site(r, e->value);
	}
	ar->choice[ARTICLE_AUTHOR].rule = STR("best source");
}

static void choose_these(struct reading *r, enum article_field from, enum article_field to)
{
	for (size_t i = 0; i < ARRAY_LEN(PREFERENCES); i++)
		if (PREFERENCES[i].field == from || PREFERENCES[i].field == to)
			choose_by(r->article, &PREFERENCES[i]);
}

void choose_fields(struct reading *r)
{
	choose_these(r, ARTICLE_SITE, ARTICLE_URL);
	choose_these(r, ARTICLE_LANGUAGE, ARTICLE_LANGUAGE);
	choose_title(r);
}

void choose_section(struct reading *r)
{
	choose_these(r, ARTICLE_SECTION, ARTICLE_SECTION);
}

void choose_agency(struct reading *r)
{
	choose_these(r, ARTICLE_AGENCY, ARTICLE_AGENCY);
}
