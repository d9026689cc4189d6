/* SPDX-License-Identifier: Apache-2.0 */
/* What the page says for machines: JSON-LD, meta elements, microdata, RDFa, <time>, <abbr>, data attributes, its URL.
 */
#include "stages/read/stamps_int.h"

struct key_rule {
	const char *name; /* in lower case */
	enum stamp_field field;
	uint8_t rank;
};

/* Keys of meta elements. Rank 0: of the article by its definition; 1: by its name; 2: dates of anything. */
static const struct key_rule META[] = {
	{"article:published_time", STAMP_PUBLISHED, 0},
	{"article:published", STAMP_PUBLISHED, 0},
	{"article:publish_time", STAMP_PUBLISHED, 0},
	{"og:article:published_time", STAMP_PUBLISHED, 0},
	{"og:published_time", STAMP_PUBLISHED, 0},
	{"og:pubdate", STAMP_PUBLISHED, 0},
	{"og:publish_date", STAMP_PUBLISHED, 0},
	{"og:release_date", STAMP_PUBLISHED, 1},
	{"bt:pubdate", STAMP_PUBLISHED, 0},
	{"rnews:datepublished", STAMP_PUBLISHED, 0},
	{"datepublished", STAMP_PUBLISHED, 0},
	{"date_published", STAMP_PUBLISHED, 0},
	{"parsely-pub-date", STAMP_PUBLISHED, 0},
	{"sailthru.date", STAMP_PUBLISHED, 0},
	{"cxenseparse:recs:publishtime", STAMP_PUBLISHED, 0},
	{"cxenseparse:publishtime", STAMP_PUBLISHED, 0},
	{"ptime", STAMP_PUBLISHED, 0},
	{"pubdate", STAMP_PUBLISHED, 0},
	{"publishdate", STAMP_PUBLISHED, 0},
	{"publish_date", STAMP_PUBLISHED, 0},
	{"publish-date", STAMP_PUBLISHED, 0},
	{"published", STAMP_PUBLISHED, 0},
	{"published-date", STAMP_PUBLISHED, 0},
	{"published_date", STAMP_PUBLISHED, 0},
	{"publisheddate", STAMP_PUBLISHED, 0},
	{"published_time", STAMP_PUBLISHED, 0},
	{"publication_date", STAMP_PUBLISHED, 0},
	{"publication-date", STAMP_PUBLISHED, 0},
	{"publicationdate", STAMP_PUBLISHED, 0},
	{"displaydate", STAMP_PUBLISHED, 0},
	{"article.published", STAMP_PUBLISHED, 0},
	{"article_date_original", STAMP_PUBLISHED, 0},
	{"originalpublicationdate", STAMP_PUBLISHED, 0},
	{"dateposted", STAMP_PUBLISHED, 0},
	{"citation_publication_date", STAMP_PUBLISHED, 0},
	{"citation_online_date", STAMP_PUBLISHED, 0},
	{"citation_date", STAMP_PUBLISHED, 1},
	{"dc.date.issued", STAMP_PUBLISHED, 0},
	{"dcterms.issued", STAMP_PUBLISHED, 0},
	{"dc.issued", STAMP_PUBLISHED, 0},
	{"dcterms.available", STAMP_PUBLISHED, 1},
	{"dc.date.publication", STAMP_PUBLISHED, 0},
	{"date.release", STAMP_PUBLISHED, 0},
	{"release_date", STAMP_PUBLISHED, 1},
	{"datecreated", STAMP_PUBLISHED, 1},
	{"created", STAMP_PUBLISHED, 1},
	{"article.created", STAMP_PUBLISHED, 1},
	{"dcterms.created", STAMP_PUBLISHED, 1},
	{"dc.date.created", STAMP_PUBLISHED, 1},
	{"dc.created", STAMP_PUBLISHED, 1},
	{"create_date", STAMP_PUBLISHED, 1},
	{"article:created_time", STAMP_PUBLISHED, 1},
	{"firstpublished", STAMP_PUBLISHED, 0},
	{"date", STAMP_NONE, 2},
	{"dc.date", STAMP_NONE, 2},
	{"dcterms.date", STAMP_NONE, 2},
	{"dc:date", STAMP_NONE, 2},
	{"dcterms:date", STAMP_NONE, 2},
	{"article:date", STAMP_NONE, 2},
	{"article_date", STAMP_NONE, 2},
	{"article-date", STAMP_NONE, 2},
	{"article.date", STAMP_NONE, 2},
	{"content_date", STAMP_NONE, 2},
	{"timestamp", STAMP_NONE, 2},
	{"weibo:article:create_at", STAMP_PUBLISHED, 1},
	{"article:modified_time", STAMP_UPDATED, 0},
	{"article:modified", STAMP_UPDATED, 0},
	{"article:modified_date", STAMP_UPDATED, 0},
	{"og:article:modified_time", STAMP_UPDATED, 0},
	{"article.updated", STAMP_UPDATED, 0},
	{"weibo:article:update_at", STAMP_UPDATED, 1},
	{"og:updated_time", STAMP_UPDATED, 0},
	{"og:modified_time", STAMP_UPDATED, 0},
	{"datemodified", STAMP_UPDATED, 0},
	{"modified", STAMP_UPDATED, 1},
	{"dateupdate", STAMP_UPDATED, 1},
	{"utime", STAMP_UPDATED, 0},
	{"lastmod", STAMP_UPDATED, 1},
	{"last-modified", STAMP_UPDATED, 2},
	{"last_modified", STAMP_UPDATED, 2},
	{"lastmodified", STAMP_UPDATED, 2},
	{"last-update", STAMP_UPDATED, 2},
	{"lastupdate", STAMP_UPDATED, 2},
	{"revised", STAMP_UPDATED, 2},
	{"revision_date", STAMP_UPDATED, 1},
	{"updated_time", STAMP_UPDATED, 1},
	{"updated", STAMP_UPDATED, 1},
	{"dcterms.modified", STAMP_UPDATED, 1},
	{"dc.date.modified", STAMP_UPDATED, 1},
	{"dc.modified", STAMP_UPDATED, 1},
	{"rnews:datemodified", STAMP_UPDATED, 0},
};

static const struct key_rule *find_rule(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(META); i++)
		if (str_ieq(name, str_c(META[i].name)))
			return &META[i];
	return NULL;
}

static bool has(struct str name, const char *word)
{
	return str_ifind(name, str_c(word), 0) < name.n;
}

/* Names that nobody listed: "xyz:published-at", "newsUploadDate". */
static const struct key_rule *guess_rule(struct str name)
{
	static const struct key_rule rules[] = {
		{"publish", STAMP_PUBLISHED, 1}, {"pubdate", STAMP_PUBLISHED, 1}, {"upload", STAMP_PUBLISHED, 1}};
	if (has(name, "publisher") || has(name, "expir") || has(name, "unpublish") || has(name, "image"))
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (has(name, rules[i].name))
			return &rules[i];
	return NULL;
}

static struct stamp_candidate of_attr(struct stamping *s, uint32_t i, uint32_t name, enum stamp_source source)
{
	struct stamp_candidate c = {.source = source, .node = i, .region = s->region[i]};
	const struct html_attr *at = html_attr_find(s->h, i, name);
	if (at) {
		c.raw = html_attr_value(s->h, at);
		c.from = at->from;
		c.to = at->to;
	}
	return c;
}

static void one_meta(struct stamping *s, uint32_t i)
{
	static const enum html_name keys[] = {NAME_PROPERTY, NAME_NAME, NAME_ITEMPROP, NAME_HTTP_EQUIV};
	struct stamp_candidate c = of_attr(s, i, NAME_CONTENT, STAMP_META);
	if (c.raw.n == 0)
		return;
	for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
		struct str name = str_trim(html_attr(s->h, i, keys[k]));
		const struct key_rule *rule = name.n && name.n < 48 ? find_rule(name) : NULL;
		if (!rule && name.n < 48)
			rule = guess_rule(name);
		if (!rule)
			continue;
		c.field = rule->field;
		c.rank = rule->rank;
		c.key = name;
		/* the element stands in the body then, and is a property of what is around it */
		if (keys[k] == NAME_ITEMPROP) {
			c.source = STAMP_MICRODATA;
			c.region &= ~(uint32_t)(REGION_HIDDEN);
		} else {
			c.region = 0;
		}
		if (stamps_add(s, &c))
			return;
	}
}

struct prop {
	const char *name;
	enum stamp_field field;
	uint8_t rank;
};

static const struct prop PROPS[] = {
	{"datepublished", STAMP_PUBLISHED, 0},
	{"datemodified", STAMP_UPDATED, 0},
	{"datecreated", STAMP_PUBLISHED, 1},
	{"dateupdated", STAMP_UPDATED, 1},
	{"schema:datepublished", STAMP_PUBLISHED, 0},
	{"schema:datemodified", STAMP_UPDATED, 0},
	{"schema:datecreated", STAMP_PUBLISHED, 1},
	{"dc:date", STAMP_PUBLISHED, 1},
	{"dc:created", STAMP_PUBLISHED, 1},
	{"dc:issued", STAMP_PUBLISHED, 0},
	{"dc:modified", STAMP_UPDATED, 1},
	{"dcterms:created", STAMP_PUBLISHED, 1},
	{"dcterms:issued", STAMP_PUBLISHED, 0},
	{"dcterms:modified", STAMP_UPDATED, 1},
	{"rnews:datepublished", STAMP_PUBLISHED, 0},
};

/* The first of content, datetime and title that is there; else the text. */
static struct stamp_candidate of_element(struct stamping *s, uint32_t i, enum stamp_source source)
{
	static const enum html_name names[] = {NAME_CONTENT, NAME_DATETIME, NAME_TITLE};
	for (size_t k = 0; k < ARRAY_LEN(names); k++) {
		struct stamp_candidate c = of_attr(s, i, names[k], source);
		struct date_stamp stamp;
		if (c.raw.n && date_parse_value(c.raw, &s->hints, &stamp))
			return c;
	}
	struct stamp_candidate c = {.source = source, .node = i, .region = s->region[i]};
	if (s->h->nodes[i].end - i < 40)
		c.raw = html_text(s->a, s->h, i);
	html_range(s->h, i, &c.from, &c.to);
	return c;
}

static bool one_prop(struct stamping *s, uint32_t i, struct str list)
{
	bool any = false;
	struct str name = html_token(&list);
	for (; name.n; name = html_token(&list)) {
		for (size_t k = 0; k < ARRAY_LEN(PROPS); k++) {
			if (!str_ieq(name, str_c(PROPS[k].name)))
				continue;
			struct stamp_candidate c = of_element(s, i, STAMP_MICRODATA);
			c.field = PROPS[k].field;
			c.rank = PROPS[k].rank;
			c.key = name;
			any = stamps_add(s, &c) != NULL || any;
		}
	}
	return any;
}

/* <time datetime>, <abbr class=published title>; whether it was published or updated then, the class says, or the words
 * before it, which stamps_visible() reads. */
static void one_time(struct stamping *s, uint32_t i)
{
	bool time = html_is(s->h, i, NAME_TIME);
	bool abbr = html_is(s->h, i, NAME_ABBR) || html_is(s->h, i, NAME_SPAN);
	if (!time && (!abbr || !(s->region[i] & REGION_DATE)))
		return;
	struct stamp_candidate c = of_attr(s, i, time ? NAME_DATETIME : NAME_TITLE, STAMP_TIME);
	if (c.raw.n == 0)
		return;
	c.key = time ? STR("time") : STR("title");
	c.rank = 1;
	if (s->region[i] & REGION_UPDATED && !(s->region[i] & REGION_PUBLISHED))
		c.field = STAMP_UPDATED;
	else if (s->region[i] & REGION_PUBLISHED || html_has_attr(s->h, i, s->pubdate))
		c.field = STAMP_PUBLISHED;
	c.by_class = c.field != STAMP_NONE;
	c.rank = c.field == STAMP_NONE ? 1 : 0;
	(void)stamps_add(s, &c);
}

/* What programs of the page make the visible time of. */
static void one_data(struct stamping *s, uint32_t i)
{
	static const char *const names[] = {"data-timestamp", "data-time", "data-date", "data-datetime",
		"data-published", "data-pubdate", "data-publish-date", "data-utime", "data-epoch", "data-unix"};
	const struct html_node *n = &s->h->nodes[i];
	if (!(s->region[i] & (REGION_DATE | REGION_PUBLISHED | REGION_UPDATED)) || n->end - i > 8)
		return;
	for (size_t k = 0; k < ARRAY_LEN(names); k++) {
		struct str name = str_c(names[k]);
		uint32_t number = html_name_find(s->h, name);
		if (number == 0 || !html_has_attr(s->h, i, number))
			continue;
		struct stamp_candidate c = of_attr(s, i, number, STAMP_TIME);
		c.key = name;
		if (s->region[i] & REGION_PUBLISHED)
			c.field = STAMP_PUBLISHED;
		else if (s->region[i] & REGION_UPDATED)
			c.field = STAMP_UPDATED;
		c.by_class = true;
		c.rank = c.field == STAMP_NONE ? 1 : 0;
		(void)stamps_add(s, &c);
		return;
	}
}

static void from_given(struct stamping *s)
{
	for (size_t i = 0; i < s->in->n; i++) {
		const struct stamp_given *g = &s->in->given[i];
		bool created = str_ieq(g->key, STR("dateCreated")) || str_ieq(g->key, STR("uploadDate"));
		struct stamp_candidate c = {.source = STAMP_JSONLD,
			.key = g->key,
			.raw = g->value,
			.from = g->from,
			.to = g->to,
			.node = HTML_NONE,
			.rejected = stamps_is_other(s, g->headline, g->url) ? "of another article" : NULL,
			.rank = (uint8_t)((g->weak ? 2 : 0) + created),
			.field = str_ieq(g->key, STR("dateModified")) ? STAMP_UPDATED : STAMP_PUBLISHED};
		(void)stamps_add(s, &c);
	}
}

static const char *const SCRIPT_KEYS[] = {"datePublished", "publishedAt", "published_at", "publishedDate",
	"published_date", "publishDate", "publish_date", "publicationDate", "publication_date", "publishTime",
	"publish_time", "pubDate", "pub_date", "publishedTime", "published_time", "publishedOn", "firstPublishedAt",
	"firstPublished", "datePublication", "date_published"};

static bool is_script_key(struct str key)
{
	for (size_t i = 0; i < ARRAY_LEN(SCRIPT_KEYS); i++)
		if (str_eq(key, str_c(SCRIPT_KEYS[i])))
			return true;
	return false;
}

/* The member's value behind its key's closing quote: ": "2018-11-15"" or a number. Quotes may be escaped. */
static struct str member_value(struct str s, size_t at)
{
	while (at < s.n && (s.p[at] == '\\' || s.p[at] == '"' || s.p[at] == ':' || s.p[at] == ' '))
		at++;
	size_t end = at;
	while (end < s.n && end - at < 48 && !strchr("\\\",}]\n", s.p[end]))
		end++;
	return str_sub(s, at, end);
}

/* "publishedAt": … in what a page's programs are given. */
static void one_script(struct stamping *s, struct str text, const struct html_node *node)
{
	size_t found = 0;
	for (size_t at = str_chr(text, '"', 0); at < text.n && found < 8; at = str_chr(text, '"', at + 1)) {
		struct str rest = str_from(text, at + 1);
		if (rest.n < 10 || !strchr("pdf", rest.p[0]))
			continue;
		size_t end = 0;
		while (end < 20 && end < rest.n && (ascii_alpha(rest.p[end]) || rest.p[end] == '_'))
			end++;
		if (end >= rest.n || (rest.p[end] != '"' && rest.p[end] != '\\') ||
			!is_script_key(str_sub(rest, 0, end)))
			continue;
		struct stamp_candidate c = {.source = STAMP_SCRIPT,
			.key = str_sub(rest, 0, end),
			.raw = member_value(rest, end),
			.node = HTML_NONE,
			.field = STAMP_PUBLISHED,
			.from = node->from,
			.to = node->to};
		found += stamps_add(s, &c) != NULL;
	}
}

static void from_scripts(struct stamping *s)
{
	for (uint32_t i = 0; i < s->h->n; i++) {
		uint32_t child = html_is(s->h, i, NAME_SCRIPT) ? html_first(s->h, i) : HTML_NONE;
		struct str type = str_trim(html_attr(s->h, i, NAME_TYPE));
		if (child != HTML_NONE && !str_ieq(type, STR("application/ld+json")))
			one_script(s, html_node_text(s->h, child), &s->h->nodes[child]);
	}
}

static void from_url(struct stamping *s)
{
	struct date_stamp stamp;
	struct str url = s->url;
	size_t from = str_find(url, STR("://"), 0);
	size_t path = str_chr(url, '/', from < url.n ? from + 3 : 0);
	size_t end = size_min(str_chr(url, '?', path), str_chr(url, '#', path));
	struct str p = str_sub(url, path, end);
	if (!date_in_path(p, &stamp))
		return;
	struct stamp_candidate c = {.source = STAMP_URL,
		.key = STR("url"),
		.raw = str_sub(p, stamp.from, stamp.to),
		.stamp = stamp,
		.node = HTML_NONE,
		.field = STAMP_PUBLISHED};
	(void)stamps_add(s, &c);
}

static void one_title(struct stamping *s, struct str text, uint32_t node)
{
	struct date_stamp found[2];
	if (date_find(text, &s->hints, found, 2) != 1)
		return;
	struct stamp_candidate c = {.source = STAMP_TITLE,
		.key = STR("title"),
		.raw = str_sub(text, found[0].from, found[0].to),
		.stamp = found[0],
		.node = node};
	html_range(s->h, node, &c.from, &c.to);
	(void)stamps_add(s, &c);
}

static void from_title(struct stamping *s)
{
	uint32_t title = html_find(s->h, 0, NAME_TITLE);
	if (title != HTML_NONE)
		one_title(s, html_text(s->a, s->h, title), title);
	for (uint32_t i = 0; i < s->h->n; i++)
		if (html_is(s->h, i, NAME_META) && str_ieq(html_attr(s->h, i, NAME_PROPERTY), STR("og:title")))
			one_title(s, html_attr(s->h, i, NAME_CONTENT), i);
}

void stamps_declared(struct stamping *s)
{
	const struct html *h = s->h;
	from_given(s);
	for (uint32_t i = 0; i < h->n; i++) {
		if (h->nodes[i].kind != HTML_ELEMENT || h->nodes[i].nattrs == 0)
			continue;
		if (html_is(h, i, NAME_META)) {
			one_meta(s, i);
			continue;
		}
		struct str prop = html_attr(h, i, NAME_ITEMPROP);
		bool done = (prop.n && one_prop(s, i, prop));
		prop = html_attr(h, i, NAME_PROPERTY);
		done = (prop.n && one_prop(s, i, prop)) || done;
		if (!done) {
			one_time(s, i);
			one_data(s, i);
		}
	}
	from_scripts(s);
	from_url(s);
	from_title(s);
}
