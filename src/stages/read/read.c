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
	*e = (struct article_evidence){.field = f,
		.value = value,
		.from = str_c(from),
		.raw = str_eq(raw, value) ? STR("") : raw,
		.range = range};
	return e;
}

/* The stamps: all that may be the field's, and the one that the rules chose. */
static void add_stamps(struct reading *r)
{
	struct stamps_input in = {
		.h = r->h, .url = r->in->url, .captured_ns = r->in->captured_ns, .given = r->given, .n = r->ngiven};
	struct stamps s;
	stamps_read(r->a, &in, &s);
	static const enum article_field fields[] = {ARTICLE_PUBLISHED, ARTICLE_UPDATED};
	const struct stamp_choice *choices[] = {&s.published, &s.updated};
	for (size_t f = 0; f < ARRAY_LEN(fields); f++) {
		enum stamp_field want = f ? STAMP_UPDATED : STAMP_PUBLISHED;
		for (size_t i = 0; i < s.n; i++) {
			const struct stamp_candidate *c = &s.items[i];
			bool chosen = choices[f]->index == i;
			if (c->stamp.kind != DATE_INSTANT || (!chosen && (c->field != want || c->rejected)))
				continue;
			struct str from = str_fmt(r->a, "%s %.*s", stamp_source_name(c->source), STR_FMT(c->key));
			struct article_evidence *e = add_evidence_at(r, fields[f],
				instant_iso(r->a, chosen ? choices[f]->t : c->stamp.t), from.p, str_dup(r->a, c->raw),
				served(r, c->from, c->to));
			if (chosen && e)
				e->chosen = true;
		}
		if (choices[f]->index == SIZE_MAX)
			continue;
		r->article->choice[fields[f]].rule = str_c(choices[f]->rule);
		r->article->choice[fields[f]].disputed = choices[f]->disagreement;
	}
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
	collect_section(&r);
	choose_section(&r);
	add_stamps(&r);
	read_body(&r);
	collect_bylines(&r);
	choose_authors(&r);
	collect_agency(&r);
	choose_agency(&r);
	choose_language(&r);
}
