/* SPDX-License-Identifier: Apache-2.0 */
/* Candidates: what cannot be is marked. */
#include "stages/read/stamps_int.h"

#define OLDEST_NS (788918400ll * 1000000000ll) /* 1995-01-01: no news page is older */
#define DAY_NS (86400ll * 1000000000ll)

const char *stamp_source_name(enum stamp_source s)
{
	static const char *const names[] = {"json-ld", "meta", "microdata", "time", "text", "script", "title", "url"};
	return names[s];
}

/* What stands right by the headline is the article's, whatever the block around both is called. */
static const char *region_reject(const struct stamp_candidate *c)
{
	uint32_t region = c->region;
	int64_t distance = c->distance;
	bool by_headline = distance >= -120 && distance <= 300;
	bool first_post = distance >= 0 && distance <= 60;
	if ((region & REGION_COMMENT) && !first_post)
		return "in a comment";
	if (region & REGION_ASIDE)
		return "beside the article";
	/* the margin of an article has its byline in it, that of a page has other things */
	bool said = c->is_labelled && c->is_alone && c->field == STAMP_PUBLISHED;
	bool inside = (region & REGION_HOLDER) && (region & (REGION_ARTICLE | REGION_BYLINE | REGION_DATE));
	if ((region & REGION_FOOTER) && !by_headline && !inside && !said)
		return "in a footer";
	if ((region & REGION_MARGIN) && !by_headline && !said &&
		!((region & REGION_HOLDER) && (region & REGION_ARTICLE)))
		return "beside the article";
	if (region & REGION_OTHER)
		return "of another article";
	return region & REGION_EVENT ? "of an event" : NULL;
}

static const char *reject(const struct stamping *s, const struct stamp_candidate *c)
{
	int64_t captured = s->in->captured_ns;
	if (c->stamp.t.ns < OLDEST_NS)
		return "before 1995";
	if (captured && c->stamp.t.ns - captured > DAY_NS)
		return "later than the capture";
	return region_reject(c);
}

static int64_t distance(const struct stamping *s, uint32_t node)
{
	if (s->headline == HTML_NONE || node == HTML_NONE)
		return INT64_MAX;
	uint32_t end = s->h->nodes[s->headline].end;
	int64_t at = s->at[node];
	int64_t behind = end < s->h->n ? s->at[end] : s->text_bytes;
	if (node < s->headline)
		return at - (int64_t)s->at[s->headline] - 1;
	return node < end ? 0 : at - behind;
}

struct stamp_candidate *stamps_add(struct stamping *s, const struct stamp_candidate *c)
{
	struct stamp_candidate new = *c;
	if (s->out->n >= STAMP_CANDIDATES_MAX)
		return NULL;
	if (new.stamp.to == 0 && !date_parse_value(new.raw, &s->hints, &new.stamp))
		return NULL;
	if (new.stamp.kind != DATE_INSTANT &&new.stamp.kind != DATE_AMBIGUOUS)
		return NULL;
	new.distance = distance(s, new.node);
	if (!new.rejected)
		new.rejected = reject(s, &new);
	struct stamp_candidate *to = arena_push(s->a, &s->out->items, &s->out->n, sizeof(new));
	*to = new;
	return to;
}

static struct str host_of(struct str url)
{
	size_t from = str_find(url, STR("://"), 0);
	if (from >= url.n)
		return STR("");
	struct str host = str_from(url, from + 3);
	host = str_sub(host, 0, size_min(str_chr(host, '/', 0), str_chr(host, '?', 0)));
	return str_sub(host, 0, str_chr(host, ':', 0));
}

/* The address inside an archive's: "https://web.archive.org/web/2013…/http://the.page/". */
static struct str inner_url(struct arena *a, struct str url)
{
	size_t query = size_min(str_chr(url, '?', 0), str_chr(url, '#', 0));
	struct str rest = str_sub(url, 0, query);
	size_t at = str_find(rest, STR("/http://"), 8);
	size_t secure = str_find(rest, STR("/https://"), 8);
	at = size_min(at, secure);
	if (at < rest.n)
		return str_from(url, at + 1);
	/* the scheme may be missing: "/web/20130307194448/the.page/" */
	at = str_find(rest, STR("/web/"), 0);
	size_t digits = at + 5;
	while (digits < rest.n && ascii_digit(rest.p[digits]))
		digits++;
	return at < rest.n && digits - at == 19 ? str_join(a, STR("http:/"), str_from(url, digits)) : url;
}

/* "/en-gb/" at the beginning of the path says more than the language alone. */
static struct str path_language(struct str url)
{
	size_t from = str_find(url, STR("://"), 0);
	size_t path = str_chr(url, '/', from < url.n ? from + 3 : 0);
	struct str tag = str_sub(url, path + 1, path + 6);
	bool shape = tag.n == 5 && ascii_alpha(tag.p[0]) && ascii_alpha(tag.p[1]) &&
		(tag.p[2] == '-' || tag.p[2] == '_') && ascii_alpha(tag.p[3]) && ascii_alpha(tag.p[4]);
	return shape && path + 6 < url.n && url.p[path + 6] == '/' ? tag : STR("");
}

void stamps_read(struct arena *a, const struct stamps_input *in, struct stamps *ret)
{
	struct stamping s = {.a = a, .in = in, .h = in->h, .out = ret};
	*ret = (struct stamps){.n = 0};
	uint32_t root = html_find(in->h, 0, NAME_HTML);
	s.hints.language = in->language;
	if (s.hints.language.n == 0 && root != HTML_NONE)
		s.hints.language = str_trim(html_attr(in->h, root, NAME_LANG));
	s.url = inner_url(a, in->url);
	struct str tag = path_language(s.url);
	if (s.hints.language.n <= 2 && tag.n && (s.hints.language.n == 0 || str_istarts(tag, s.hints.language)))
		s.hints.language = tag;
	s.hints.host = host_of(s.url);
	s.hints.captured_ns = in->captured_ns;
	s.pubdate = html_name_find(in->h, STR("pubdate"));
	stamps_survey(&s);
	stamps_declared(&s);
	stamps_visible(&s);
	stamps_choose(&s);
}
