/* SPDX-License-Identifier: Apache-2.0 */
/* JSON-LD, as news pages use it: several scripts, arrays, @graph, nodes of many types. Of several articles the one
 * counts whose url or headline is the page's own. What a script breaks is mended as far as it is clear what was meant;
 * a script that is no JSON even then is passed over. */
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
	static const char *const inner[] = {"@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "hasPart"};
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
	struct str own = plain_text(r->a, text_of(json_object_get(node, "headline")));
	return score + (own.n && str_eq(own, headline) ? 4 : 0);
}

/* True when the node gives a headline and an address and neither is this page's. */
static bool is_foreign(struct reading *r, const json_t *node, struct str headline)
{
	struct str own = fold_words(r->a, plain_text(r->a, text_of(json_object_get(node, "headline"))));
	struct str url = text_of(json_object_get(node, "url"));
	uint32_t title = html_find(r->h, 0, NAME_TITLE);
	if (own.n == 0 || url.n == 0 || r->in->url.n == 0 || str_find(url, STR("://"), 0) == url.n)
		return false;
	struct str shown = title == HTML_NONE ? STR("") : fold_words(r->a, html_text(r->a, r->h, title));
	struct str path = str_from(url, str_chr(url, '/', str_find(url, STR("://"), 0) + 3));
	bool same_url = path.n > 1 && str_find(r->in->url, path, 0) < r->in->url.n;
	bool in_title = str_find(shown, own, 0) < shown.n || (shown.n > 8 && str_find(own, shown, 0) < own.n);
	struct str h1 = fold_words(r->a, headline);
	bool in_h1 = h1.n > 0 && (str_find(h1, own, 0) < h1.n || str_find(own, h1, 0) < own.n);
	return !same_url && !in_title && !in_h1 && (shown.n > 0 || h1.n > 0);
}

/* What an article said that fits less well is another's. */
static void set_aside_others(struct reading *r)
{
	for (size_t i = 0; i < r->article->n; i++) {
		struct article_evidence *e = &r->article->evidence[i];
		if (str_starts(e->from, STR("json-ld ")) && e->field != ARTICLE_SITE)
			e->from = STR("other json-ld");
	}
	for (size_t i = 0; i < r->ngiven; i++)
		r->given[i].weak = true;
}

/* The trail to the article: the last step that is not the article itself. */
static void add_trail(struct reading *r, const json_t *node, struct str headline)
{
	const json_t *items = json_object_get(node, "itemListElement");
	struct str last = STR("");
	for (size_t i = 0; i < json_array_size(items); i++) {
		const json_t *item = json_array_get(items, i);
		struct str name = text_of(json_object_get(item, "name"));
		if (name.n == 0)
			name = text_of(json_object_get(json_object_get(item, "item"), "name"));
		name = plain_text(r->a, name);
		if (i > 0 && name.n && name.n < 60 && !str_eq(fold_words(r->a, name), fold_words(r->a, headline)))
			last = name;
	}
	add_evidence(r, ARTICLE_SECTION, last, "json-ld breadcrumb", STR(""), r->script);
}

/* An object that is only named by its address stands elsewhere in the script. */
static const json_t *resolved(const json_t *v, const json_t **node, size_t n)
{
	struct str id = text_of(json_object_get(v, "@id"));
	for (size_t i = 0; id.n && !json_object_get(v, "name") && i < n; i++)
		if (str_eq(text_of(json_object_get(node[i], "@id")), id) && json_object_get(node[i], "name"))
			return node[i];
	return v;
}

/* A name, an object with a name, or an array of them. */
static void add_people(struct reading *r, const json_t *v, bool in_array)
{
	if (json_is_array(v)) {
		for (size_t i = 0; !in_array && i < json_array_size(v); i++)
			add_people(r, json_array_get(v, i), true); // NOLINT(misc-no-recursion): one level
		return;
	}
	const json_t *name = json_is_object(v) ? json_object_get(v, "name") : v;
	bool is_organization = json_is_object(v) && (has_type(v, "Organization") || has_type(v, "Corporation"));
	const char *from = is_organization ? "json-ld author organization" : "json-ld author";
	for (size_t i = 0; json_is_array(name) && i < json_array_size(name); i++)
		add_byline(r, plain_text(r->a, text_of(json_array_get(name, i))), from, r->script);
	add_byline(r, plain_text(r->a, text_of(name)), from, r->script);
}

static void add_text(struct reading *r, enum article_field f, const json_t *v, const char *from)
{
	const json_t *one = json_is_array(v) ? json_array_get(v, 0) : v;
	add_evidence(r, f, plain_text(r->a, text_of(one)), from, STR(""), r->script);
}

/* The address that a node gives for itself; empty: none. */
static struct str url_of(const json_t *node)
{
	const json_t *page = json_object_get(node, "mainEntityOfPage");
	const json_t *urls[] = {
		json_object_get(node, "url"), page, json_object_get(page, "@id"), json_object_get(node, "@id")};
	for (size_t i = 0; i < ARRAY_LEN(urls); i++)
		if (str_istarts(text_of(urls[i]), STR("http")))
			return text_of(urls[i]);
	return STR("");
}

static void give_dates(struct reading *r, const json_t *node, bool weak)
{
	static const char *const keys[] = {"datePublished", "dateModified", "dateCreated", "uploadDate"};
	uint32_t from = 0;
	uint32_t to = 0;
	html_range(r->h, r->script, &from, &to);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct str value = text_of(json_object_get(node, keys[i]));
		if (value.n == 0 || r->ngiven >= NODES_MAX)
			continue;
		struct stamp_given *g = arena_push(r->a, &r->given, &r->ngiven, sizeof(*g));
		*g = (struct stamp_given){.key = str_c(keys[i]),
			.value = str_dup(r->a, value),
			.url = str_dup(r->a, url_of(node)),
			.headline = plain_text(r->a, text_of(json_object_get(node, "headline"))),
			.weak = weak,
			.from = from,
			.to = to};
	}
}

static void add_article(struct reading *r, const json_t *node, const json_t **all, size_t n)
{
	static const char *const roles[] = {"author", "creator"};
	const json_t *headline = json_object_get(node, "headline");
	add_text(r, ARTICLE_TITLE, headline ? headline : json_object_get(node, "name"), "json-ld headline");
	give_dates(r, node, false);
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		const json_t *who = json_object_get(node, roles[i]);
		add_people(r, json_is_array(who) ? who : resolved(who, all, n), false);
		for (size_t k = 0; k < json_array_size(who); k++)
			add_people(r, resolved(json_array_get(who, k), all, n), true);
	}
	add_text(r, ARTICLE_LANGUAGE, json_object_get(node, "inLanguage"), "json-ld inLanguage");
	add_text(r, ARTICLE_SECTION, json_object_get(node, "articleSection"), "json-ld articleSection");
	add_text(r, ARTICLE_SITE, json_object_get(json_object_get(node, "publisher"), "name"), "json-ld publisher");
	add_text(r, ARTICLE_AGENCY, json_object_get(json_object_get(node, "sourceOrganization"), "name"), "json-ld");
	const json_t *is_free = json_object_get(node, "isAccessibleForFree");
	r->says_paid = json_is_false(is_free) || str_ieq(text_of(is_free), STR("false"));
	r->says_live = has_type(node, "LiveBlogPosting");
	r->ld_body = plain_text(r->a, text_of(json_object_get(node, "articleBody")));
	r->ld_summary = plain_text(r->a, text_of(json_object_get(node, "description")));
}

static void one_document(struct reading *r, const json_t *top, struct str headline)
{
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
	for (size_t i = 0; i < n; i++) {
		if (node[i] != best && has_type(node[i], "Page"))
			give_dates(r, node[i], true);
		if (has_type(node[i], "BreadcrumbList"))
			add_trail(r, node[i], headline);
	}
	/* a later script about another article adds nothing to one that fits */
	if (!best || best_fit < r->ld_fit)
		return;
	if (is_foreign(r, best, headline)) {
		give_dates(r, best, true);
		return;
	}
	if (best_fit > r->ld_fit && r->ld_fit >= 0)
		set_aside_others(r);
	r->ld_fit = best_fit;
	add_article(r, best, node, n);
}

/* Several values may stand one behind the other. */
static bool read_script(struct reading *r, struct str script, struct str headline)
{
	json_error_t why;
	while (script.n) {
		json_t *top = json_loadb(script.p, script.n, JSON_ALLOW_NUL | JSON_DISABLE_EOF_CHECK, &why);
		if (!top)
			return false;
		one_document(r, top, headline);
		json_decref(top);
		script = str_from(script, (size_t)why.position);
		while (script.n && (ascii_space(script.p[0]) || script.p[0] == ';' || script.p[0] == ','))
			script = str_from(script, 1);
	}
	return true;
}

/* Copies an escape of a string: one that JSON has as it is, a lone half of a surrogate pair as U+FFFD, another without
 * its backslash. Returns how much was read. */
static size_t mend_escape(struct str s, size_t at, struct buf *to)
{
	struct str e = str_sub(s, at, at + 6);
	bool is_code = e.n == 6 && e.p[1] == 'u';
	bool high = is_code && ascii_lower(e.p[2]) == 'd' && strchr("89abAB", e.p[3]);
	bool low = is_code && ascii_lower(e.p[2]) == 'd' && strchr("cdefCDEF", e.p[3]);
	if (high && at + 12 <= s.n && s.p[at + 6] == '\\' && s.p[at + 7] == 'u' && ascii_lower(s.p[at + 8]) == 'd' &&
		strchr("cdefCDEF", s.p[at + 9])) {
		buf_add(to, str_sub(s, at, at + 12));
		return 12;
	}
	if (high || low) {
		buf_add(to, STR("\\ufffd"));
		return 6;
	}
	if (e.n > 1 && strchr("\"\\/bfnrtu", e.p[1]))
		buf_add(to, str_sub(s, at, at + 2));
	else
		buf_add(to, str_sub(s, at + 1, at + 2));
	return 2;
}

/* Length of a comment, or of the frame that once hid scripts from old browsers; 0. */
static size_t comment_length(struct str s)
{
	static const struct {
		struct str open;
		struct str close;
	} frames[] = {{{"/*", 2}, {"*/", 2}}, {{"//", 2}, {"\n", 1}}, {{"<!--", 4}, {"", 0}}, {{"-->", 3}, {"", 0}},
		{{"<![CDATA[", 9}, {"", 0}}, {{"]]>", 3}, {"", 0}}};
	for (size_t i = 0; i < ARRAY_LEN(frames); i++)
		if (str_starts(s, frames[i].open))
			return frames[i].close.n
				? size_min(str_find(s, frames[i].close, frames[i].open.n) + frames[i].close.n, s.n)
				: frames[i].open.n;
	return 0;
}

/* A comma before a closing bracket goes. */
static void drop_comma(struct buf *to)
{
	size_t n = to->n;
	while (n && ascii_space(to->p[n - 1]))
		n--;
	if (n && to->p[n - 1] == ',')
		to->n = n - 1;
}

/* What pages do to JSON, undone: raw line breaks in strings, comments, commas too many, escapes that JSON lacks. */
static struct str mend(struct arena *a, struct str s)
{
	AUTO(buf) to;
	bool in_string = false;
	buf_init(&to, s.n + 16);
	for (size_t i = 0; i < s.n;) {
		char c = s.p[i];
		size_t skip = in_string ? 0 : comment_length(str_from(s, i));
		if (skip) {
			i += skip;
			continue;
		}
		if (in_string && c == '\\') {
			i += mend_escape(s, i, &to);
			continue;
		}
		in_string ^= c == '"';
		if (!in_string && (c == '}' || c == ']'))
			drop_comma(&to);
		buf_addc(&to, (uint8_t)c < 0x20 ? ' ' : c);
		i++;
	}
	return str_trim(str_dup(a, buf_str(&to)));
}

void collect_jsonld(struct reading *r)
{
	struct str headline = page_headline(r);
	r->ld_fit = -1;
	for (uint32_t i = 0; i < r->h->n; i++) {
		if (!html_is(r->h, i, NAME_SCRIPT) ||
			!str_istarts(str_trim(html_attr(r->h, i, NAME_TYPE)), STR("application/ld+json")))
			continue;
		uint32_t child = html_first(r->h, i);
		struct str script = child == HTML_NONE ? STR("") : html_node_text(r->h, child);
		r->script = i;
		if (script.n == 0 || script.n > CAP_JSONLD || read_script(r, mend(r->a, script), headline))
			continue;
		/* some are escaped as if they were text */
		if (str_find(script, STR("&quot;"), 0) < script.n)
			(void)read_script(r, mend(r->a, plain_text(r->a, script)), headline);
	}
}
