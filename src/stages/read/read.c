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
	/* text that a table puts before itself stands behind what follows it in the tree */
	struct byte_range range = {
		text_source(r->text, from < to ? from : to), text_source(r->text, from < to ? to : from)};
	return range;
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
	(void)add_evidence_at(r, f, value, from, raw, node != HTML_NONE ? served(r, begin, end) : r->at);
}

struct article_evidence *add_evidence_at(struct reading *r, enum article_field f, struct str value, const char *from,
	struct str raw, struct byte_range range)
{
	struct article *ar = r->article;
	if (value.n == 0 || ar->n >= EVIDENCE_MAX)
		return NULL;
	for (size_t i = 0; i < ar->n; i++)
		if (ar->evidence[i].field == f && str_eq(ar->evidence[i].value, value) &&
			str_eq(ar->evidence[i].from, str_c(from)))
			return &ar->evidence[i];
	struct article_evidence *e = arena_push(r->a, &ar->evidence, &ar->n, sizeof(*e));
	/* the page goes before the article does */
	*e = (struct article_evidence){.field = f,
		.value = str_dup(r->a, value),
		.from = str_c(from),
		.raw = str_eq(raw, value) ? STR("") : str_dup(r->a, raw),
		.range = range};
	return e;
}

#define STAMPS_SHOWN 40u /* candidates of one field that are kept as evidence, the chosen one apart */

static void add_stamp(
	struct reading *r, enum article_field f, const struct stamp_candidate *c, const struct stamp_choice *choice)
{
	struct article *ar = r->article;
	struct str from = str_fmt(r->a, "%s %.*s", stamp_source_name(c->source), STR_FMT(c->key));
	struct str value = instant_iso(r->a, choice ? choice->t : c->stamp.t);
	size_t before = ar->n;
	struct article_evidence *e = add_evidence_at(
		r, f, value, from.p, str_dup(r->a, c->raw), served(r, c->from, c->to));
	if (!e || ar->n == before)
		return;
	bool lent = choice && choice->zone_from != SIZE_MAX;
	e->zone = str_c(date_zone_name(lent ? DATE_ZONE_PAGE : c->stamp.zone));
	e->rejected = str_c(c->rejected ? c->rejected : "");
	e->chosen = choice != NULL;
}

/* May candidate `c` be shown for the field? A stamp that nothing names is one for the time of publication. */
static bool is_for(const struct stamp_candidate *c, enum stamp_field want)
{
	bool named = c->field == want || (want == STAMP_PUBLISHED && c->field == STAMP_NONE);
	return named && c->stamp.kind == DATE_INSTANT;
}

/* The chosen stamp, those that could have been, and those that cannot be with the reason. */
static void add_stamps_of(struct reading *r, const struct stamps *s, enum article_field f, enum stamp_field want,
	const struct stamp_choice *choice)
{
	size_t shown = 0;
	if (choice->index != SIZE_MAX) {
		add_stamp(r, f, &s->items[choice->index], choice);
		r->article->choice[f].rule = str_c(choice->rule);
		r->article->choice[f].disputed = choice->disagreement;
	}
	for (unsigned rejected = 0; rejected < 2; rejected++) {
		for (size_t i = 0; i < s->n && shown < STAMPS_SHOWN; i++) {
			const struct stamp_candidate *c = &s->items[i];
			if (i == choice->index || !is_for(c, want) || (c->rejected != NULL) != rejected)
				continue;
			add_stamp(r, f, c, NULL);
			shown++;
		}
	}
}

static void add_stamps(struct reading *r)
{
	struct stamps_input in = {
		.h = r->h, .url = r->in->url, .captured_ns = r->in->captured_ns, .given = r->given, .n = r->ngiven};
	struct stamps s;
	stamps_read(r->a, &in, &s);
	add_stamps_of(r, &s, ARTICLE_PUBLISHED, STAMP_PUBLISHED, &s.published);
	add_stamps_of(r, &s, ARTICLE_UPDATED, STAMP_UPDATED, &s.updated);
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
	mark_asides(&r);
	collect_jsonld(&r);
	collect_meta(&r);
	collect_markup(&r);
	collect_site(&r);
	collect_shown(&r);
	add_evidence(&r, ARTICLE_URL, in->url, "given", STR(""), HTML_NONE);
	choose_fields(&r);
	collect_section(&r);
	choose_section(&r);
	add_stamps(&r);
	read_body(&r);
	collect_bylines(&r);
	choose_authors(&r);
	blocks_settle(&r);
	collect_agency(&r);
	choose_agency(&r);
	choose_language(&r);
}
