/* SPDX-License-Identifier: Apache-2.0 */
/* JSON-LD, as news pages use it: several scripts, arrays, @graph, nodes of many types. Of several articles the one
 * counts whose url or headline is the page's own. A script that is no JSON is passed over. */
#include <jansson.h>

#include "base/caps.h"
#include "stages/read/read_int.h"

#define NODES_MAX 512u

static struct str text_of(const json_t *v)
{
	return json_is_string(v) ? str_mem(json_string_value(v), json_string_length(v)) : STR("");
}

static bool has_type(const json_t *node, const char *tail)
{
	const json_t *type = json_object_get(node, "@type");
	size_t n = json_is_array(type) ? json_array_size(type) : 1;
	for (size_t i = 0; i < n; i++)
		if (str_ends(text_of(json_is_array(type) ? json_array_get(type, i) : type), str_c(tail)))
			return true;
	return false;
}

static bool is_article(const json_t *node)
{
	static const char *const tails[] = {"Article", "BlogPosting", "Report", "Posting"};
	for (size_t i = 0; i < ARRAY_LEN(tails); i++)
		if (has_type(node, tails[i]))
			return true;
	return false;
}

/* Objects worth looking at: the top, members of arrays and of @graph, and main entities. Breadth first, bounded. */
static size_t gather(const json_t *top, const json_t **node)
{
	static const char *const inner[] = {"@graph", "mainEntity", "mainEntityOfPage", "itemListElement"};
	size_t n = 0;
	node[n++] = top;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < json_array_size(node[i]) && n < NODES_MAX; k++)
			node[n++] = json_array_get(node[i], k);
		for (size_t k = 0; k < ARRAY_LEN(inner) && n < NODES_MAX; k++) {
			const json_t *v = json_object_get(node[i], inner[k]);
			if (json_is_object(v) || json_is_array(v))
				node[n++] = v;
		}
	}
	return n;
}

static struct str page_headline(struct reading *r)
{
	uint32_t h1 = html_find(r->h, 0, NAME_H1);
	return h1 == HTML_NONE ? STR("") : html_text(r->a, r->h, h1);
}

/* How sure it is that the node is about this page. */
static int fit(struct reading *r, const json_t *node, struct str headline)
{
	const json_t *main_entity = json_object_get(node, "mainEntityOfPage");
	struct str urls[] = {text_of(json_object_get(node, "url")), text_of(json_object_get(node, "@id")),
		text_of(main_entity), text_of(json_object_get(main_entity, "@id"))};
	int score = json_object_get(node, "datePublished") ? 1 : 0;
	for (size_t i = 0; i < ARRAY_LEN(urls); i++)
		if (r->in->url.n && str_starts(urls[i], r->in->url))
			score += 4;
	struct str own = fold_space(r->a, text_of(json_object_get(node, "headline")));
	return score + (own.n && str_eq(own, headline) ? 4 : 0);
}

/* A name, an object with a name, or an array of them. */
static void add_people(struct reading *r, const json_t *v, bool in_array)
{
	struct str name = json_is_object(v) ? text_of(json_object_get(v, "name")) : text_of(v);
	bool url = str_starts(name, STR("http://")) || str_starts(name, STR("https://"));
	if (name.n && !url && !(json_is_object(v) && has_type(v, "Organization") && in_array))
		add_evidence(r, ARTICLE_AUTHOR, fold_space(r->a, name), "json-ld author", STR(""), r->script);
	for (size_t i = 0; !in_array && i < json_array_size(v); i++)
		add_people(r, json_array_get(v, i), true); // NOLINT(misc-no-recursion): one level
}

static void add_article(struct reading *r, const json_t *node)
{
	struct str headline = text_of(json_object_get(node, "headline"));
	if (headline.n == 0)
		headline = text_of(json_object_get(node, "name"));
	add_evidence(r, ARTICLE_TITLE, fold_space(r->a, headline), "json-ld headline", STR(""), r->script);
	add_stamp(r, ARTICLE_PUBLISHED, text_of(json_object_get(node, "datePublished")), "json-ld datePublished",
		r->script);
	add_stamp(
		r, ARTICLE_UPDATED, text_of(json_object_get(node, "dateModified")), "json-ld dateModified", r->script);
	add_people(r, json_object_get(node, "author"), false);
	struct str lang = text_of(json_object_get(node, "inLanguage"));
	add_evidence(r, ARTICLE_LANGUAGE, str_dup(r->a, lang), "json-ld inLanguage", STR(""), r->script);
	struct str site = text_of(json_object_get(json_object_get(node, "publisher"), "name"));
	add_evidence(r, ARTICLE_SITE, fold_space(r->a, site), "json-ld publisher", STR(""), r->script);
}

static void one_script(struct reading *r, struct str script, struct str headline)
{
	json_error_t why;
	if (script.n > CAP_JSONLD)
		return;
	json_t *top = json_loadb(script.p, script.n, JSON_ALLOW_NUL, &why);
	if (!top)
		return;
	const json_t **node = arena_alloc(r->a, NODES_MAX * sizeof(json_t *));
	size_t n = gather(top, node);
	const json_t *best = NULL;
	int best_fit = -1;
	for (size_t i = 0; i < n; i++) {
		int f = is_article(node[i]) ? fit(r, node[i], headline) : -1;
		if (f > best_fit) {
			best_fit = f;
			best = node[i];
		}
	}
	if (best)
		add_article(r, best);
	json_decref(top);
}

/* The code unit of an escape at the front, as in \u00e9; 0 when there is none. */
static unsigned escaped_unit(struct str s)
{
	unsigned unit = 0;
	if (s.n < 6 || s.p[0] != '\\' || s.p[1] != 'u')
		return 0;
	for (size_t i = 2; i < 6; i++) {
		int digit = ascii_hexval(s.p[i]);
		if (digit < 0)
			return 0;
		unit = unit << 4 | (unsigned)digit;
	}
	return unit;
}

/* Half a character, as a text cut by UTF-16 units has it, is no JSON for our library: it becomes U+FFFD. */
static void mend_surrogates(char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] != '\\')
			continue;
		unsigned unit = escaped_unit(str_mem(p + i, n - i));
		size_t next = i + size_min(unit ? 6 : 2, n - i);
		bool high = unit >= 0xd800 && unit < 0xdc00;
		unsigned low = high ? escaped_unit(str_mem(p + next, n - next)) : 0;
		bool pair = low >= 0xdc00 && low < 0xe000;
		if (!pair && unit >= 0xd800 && unit < 0xe000)
			memcpy(p + i + 2, "fffd", 4);
		i = (pair ? next + 6 : next) - 1;
	}
}

/* Raw line breaks inside strings are common; JSON has only escaped ones. */
static struct str tolerate(struct arena *a, struct str s)
{
	char *to = arena_dup(a, s.p, s.n);
	for (size_t i = 0; i < s.n; i++)
		if ((uint8_t)to[i] < 0x20)
			to[i] = ' ';
	mend_surrogates(to, s.n);
	return str_trim(str_mem(to, s.n));
}

void collect_jsonld(struct reading *r)
{
	struct str headline = page_headline(r);
	for (uint32_t i = 0; i < r->h->n; i++) {
		if (!html_is(r->h, i, NAME_SCRIPT) ||
			!str_ieq(str_trim(html_attr(r->h, i, NAME_TYPE)), STR("application/ld+json")))
			continue;
		uint32_t child = html_first(r->h, i);
		r->script = i;
		if (child != HTML_NONE)
			one_script(r, tolerate(r->a, html_node_text(r->h, child)), headline);
	}
}
