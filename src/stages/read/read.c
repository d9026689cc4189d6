/* SPDX-License-Identifier: Apache-2.0 */
/* Puts the collectors together and chooses. */
#include "stages/read/read.h"

#include "base/caps.h"
#include "base/json.h"
#include "base/utf8.h"
#include "formats/http1/http1.h"
#include "formats/text/text.h"
#include "formats/url/url.h"
#include "stages/read/read_int.h"

#define OLDEST_NS (788918400ll * 1000000000ll) /* 1995-01-01: no news page is older */
#define DAY_NS (86400ll * 1000000000ll)

struct str fold_space(struct arena *a, struct str s)
{
	char *to = arena_alloc(a, s.n + 1);
	size_t n = 0;
	bool space = false;
	for (size_t i = 0; i < s.n; i++) {
		bool nbsp = i + 1 < s.n && (uint8_t)s.p[i] == 0xc2 && (uint8_t)s.p[i + 1] == 0xa0;
		if (ascii_space(s.p[i]) || nbsp) {
			space = true;
			i += nbsp;
			continue;
		}
		if (space && n)
			to[n++] = ' ';
		space = false;
		to[n++] = s.p[i];
	}
	return str_mem(to, n);
}

struct byte_range served(const struct reading *r, uint64_t from, uint64_t to)
{
	return (struct byte_range){text_source(r->text, from), text_source(r->text, to)};
}

#define EVIDENCE_MAX 256u
struct str plain_text(struct arena *a, struct str s)
{
	static const struct html_options inside = {.context = NAME_DIV};
	for (size_t pass = 0; pass < 2 && (str_chr(s, '&', 0) < s.n || str_chr(s, '<', 0) < s.n); pass++) {
		AUTO(html) h = {0};
		html_parse(s, &inside, &h);
		s = html_text(a, &h, 0);
	}
	return fold_space(a, s);
}

void add_evidence(
	struct reading *r, enum article_field f, struct str value, const char *from, struct str raw, uint32_t node)
{
	uint32_t begin = 0;
	uint32_t end = 0;
	if (node != HTML_NONE)
		html_range(r->h, node, &begin, &end);
	add_evidence_at(r, f, value, from, raw, node != HTML_NONE ? served(r, begin, end) : r->at);
}

void add_evidence_at(struct reading *r, enum article_field f, struct str value, const char *from, struct str raw,
	struct byte_range range)
{
	struct article *ar = r->article;
	if (value.n == 0 || ar->n >= EVIDENCE_MAX)
		return;
	for (size_t i = 0; i < ar->n; i++)
		if (ar->evidence[i].field == f && str_eq(ar->evidence[i].value, value) &&
			str_eq(ar->evidence[i].from, str_c(from)))
			return;
	struct article_evidence *e = arena_push(r->a, &ar->evidence, &ar->n, sizeof(*e));
	*e = (struct article_evidence){.field = f,
		.value = value,
		.from = str_c(from),
		.raw = str_eq(raw, value) ? STR("") : raw,
		.range = range};
}

/* Pages write "2018-11-15 09:25:09 -0500", "2018-11-15T09:25:09.123456+00:00", "20181115T092509Z" and seconds since
 * 1970. */
static bool parse_stamp(struct arena *a, struct str s, struct instant *ret)
{
	uint64_t epoch = 0;
	s = str_trim(s);
	if (instant_parse_iso(s, ret) || instant_parse_http(s, ret))
		return true;
	if ((s.n == 10 || s.n == 13) && str_to_u64(s, &epoch)) {
		int64_t ns = 0;
		if (!mul_ok((int64_t)epoch, s.n == 10 ? 1000000000ll : 1000000ll, &ns))
			return false;
		*ret = (struct instant){.ns = ns, .precision = PRECISION_SECOND, .has_zone = true};
		return true;
	}
	/* a space before the zone */
	size_t zone = s.n;
	while (zone > 0 && s.p[zone - 1] != ' ')
		zone--;
	if (zone < 12 || zone >= s.n || !strchr("+-Z", s.p[zone]))
		return false;
	struct str joined = str_fmt(a, "%.*s%.*s", STR_FMT(str_trim(str_sub(s, 0, zone))), STR_FMT(str_from(s, zone)));
	return instant_parse_iso(joined, ret);
}

void add_stamp(struct reading *r, enum article_field f, struct str raw, const char *from, uint32_t node)
{
	struct instant t;
	raw = str_dup(r->a, str_trim(raw));
	if (!parse_stamp(r->a, raw, &t) || t.precision < PRECISION_DAY || t.ns < OLDEST_NS)
		return;
	if (r->in->captured_ns && t.ns - r->in->captured_ns > DAY_NS)
		return;
	add_evidence(r, f, instant_iso(r->a, t), from, raw, node);
}

/* A stamp without a zone gives way to one that names the same minute with its zone. */
static bool same_but_with_zone(struct str have, struct str other)
{
	struct instant a;
	struct instant b;
	return instant_parse_iso(have, &a) && instant_parse_iso(other, &b) && !a.has_zone && b.has_zone &&
		b.precision >= a.precision && str_eq(str_sub(have, 0, 16), str_sub(other, 0, size_min(16, have.n)));
}

static void choose_stamp(struct article *ar, enum article_field f)
{
	struct article_evidence *best = NULL;
	for (size_t i = 0; i < ar->n; i++) {
		struct article_evidence *e = &ar->evidence[i];
		if (e->field == f && (!best || same_but_with_zone(best->value, e->value)))
			best = e;
	}
	if (!best)
		return;
	best->chosen = true;
	ar->choice[f].rule = STR("first");
}

void read_article(struct arena *a, struct text_codecs *c, const struct read_input *in, struct article *ret)
{
	struct text text;
	AUTO(html) h = {0};
	*ret = (struct article){.version = STR(READ_VERSION)};
	text_decode(a, c, str_sub(in->bytes, 0, CAP_HTML), http1_param(a, in->content_type, "charset"), &text);
	ret->encoding = text.encoding;
	ret->encoding_from = str_c(text.from);
	html_parse(text.utf8, NULL, &h);
	struct reading r = {.a = a, .h = &h, .text = &text, .in = in, .article = ret};
	collect_jsonld(&r);
	collect_meta(&r);
	collect_markup(&r);
	collect_site(&r);
	add_evidence(&r, ARTICLE_URL, in->url, "given", STR(""), HTML_NONE);
	choose_fields(&r);
	choose_stamp(ret, ARTICLE_PUBLISHED);
	choose_stamp(ret, ARTICLE_UPDATED);
	read_body(&r);
	collect_bylines(&r);
	choose_authors(&r);
	collect_agency(&r);
	choose_agency(&r);
	choose_language(&r);
}
