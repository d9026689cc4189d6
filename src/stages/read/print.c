/* SPDX-License-Identifier: Apache-2.0 */
/* An article as JSON and as text. */
#include "base/json.h"
#include "stages/read/read_int.h"

static void json_range(struct jsonw *w, struct byte_range r)
{
	if (r.from == r.to)
		return;
	jsonw_open(w, "bytes", '[');
	jsonw_u64(w, NULL, r.from);
	jsonw_u64(w, NULL, r.to);
	jsonw_close(w, ']');
}

static void json_blocks(struct jsonw *w, const char *key, const struct article_block *blocks, size_t n)
{
	jsonw_open(w, key, '[');
	for (size_t i = 0; i < n; i++) {
		const struct article_block *b = &blocks[i];
		jsonw_open(w, NULL, '{');
		jsonw_str(w, "kind", str_c(block_kind_name(b->kind)));
		if (b->level)
			jsonw_u64(w, "level", b->level);
		jsonw_str(w, "text", b->text);
		if (b->stamp.n)
			jsonw_str(w, "stamp", b->stamp);
		if (b->reason.n)
			jsonw_str(w, "reason", b->reason);
		json_range(w, b->range);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}

static void json_candidates(struct jsonw *w, const struct article *a, enum article_field f)
{
	jsonw_open(w, "candidates", '[');
	for (size_t i = 0; i < a->n; i++) {
		const struct article_evidence *e = &a->evidence[i];
		if (e->field != f)
			continue;
		jsonw_open(w, NULL, '{');
		jsonw_str(w, "value", e->value);
		jsonw_str(w, "from", e->from);
		if (e->raw.n)
			jsonw_str(w, "raw", e->raw);
		if (e->zone.n)
			jsonw_str(w, "zone", e->zone);
		if (e->rejected.n)
			jsonw_str(w, "rejected", e->rejected);
		json_range(w, e->range);
		jsonw_bool(w, "chosen", e->chosen);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}

static void json_fields(struct jsonw *w, const struct article *a)
{
	jsonw_open(w, "fields", '{');
	for (unsigned f = 0; f < ARTICLE_FIELDS; f++) {
		jsonw_open(w, article_field_name(f), '{');
		jsonw_str_or_null(w, "rule", a->choice[f].rule);
		jsonw_bool(w, "disputed", a->choice[f].disputed);
		json_candidates(w, a, f);
		jsonw_close(w, '}');
	}
	jsonw_close(w, '}');
}

static void json_field(struct jsonw *w, const struct article *a, const char *key, enum article_field f)
{
	jsonw_str_or_null(w, key, article_get(a, f));
}

void read_json(struct buf *b, const struct article *a)
{
	struct jsonw w = jsonw_to(b);
	jsonw_open(&w, NULL, '{');
	json_field(&w, a, "url", ARTICLE_URL);
	json_field(&w, a, "title", ARTICLE_TITLE);
	jsonw_str(&w, "text", a->text);
	jsonw_open(&w, "authors", '[');
	for (size_t i = 0; i < a->n; i++)
		if (a->evidence[i].field == ARTICLE_AUTHOR && a->evidence[i].chosen)
			jsonw_str(&w, NULL, a->evidence[i].value);
	jsonw_close(&w, ']');
	json_field(&w, a, "agency", ARTICLE_AGENCY);
	json_field(&w, a, "published", ARTICLE_PUBLISHED);
	json_field(&w, a, "updated", ARTICLE_UPDATED);
	json_field(&w, a, "language", ARTICLE_LANGUAGE);
	json_field(&w, a, "site", ARTICLE_SITE);
	json_field(&w, a, "section", ARTICLE_SECTION);
	jsonw_bool(&w, "stub", article_get(a, ARTICLE_STUB).n > 0);
	jsonw_bool(&w, "live", article_get(a, ARTICLE_LIVE).n > 0);
	json_blocks(&w, "blocks", a->blocks, a->nblocks);
	json_blocks(&w, "dropped", a->dropped, a->ndropped);
	json_fields(&w, a);
	jsonw_str_or_null(&w, "encoding", a->encoding);
	jsonw_str_or_null(&w, "encoding_from", a->encoding_from);
	jsonw_str(&w, "reader", a->version);
	jsonw_close(&w, '}');
	buf_addc(b, '\n');
}

/* Characters that Markdown would take for marks. */
static void add_inline(struct buf *b, char c)
{
	if (c && strchr("\\`*_[]<>&|", c))
		buf_addc(b, '\\');
	buf_addc(b, c);
}

static void add_markdown(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		bool line = i == 0 || s.p[i - 1] == '\n';
		if (line && s.p[i] && strchr("#+-=~", s.p[i]))
			buf_addc(b, '\\');
		add_inline(b, s.p[i]);
		/* "1." at the start of a line would be a list */
		if (ascii_digit(s.p[i]) && line && i + 1 < s.n && (s.p[i + 1] == '.' || s.p[i + 1] == ')'))
			buf_addc(b, '\\');
	}
}

/* Rows of a table: cells between bars, and a line under the first. */
static void add_row(struct buf *b, struct str row, bool is_first)
{
	size_t cells = 1;
	buf_add(b, STR("| "));
	for (size_t i = 0; i < row.n; i++) {
		cells += row.p[i] == '\t';
		if (row.p[i] == '\t')
			buf_add(b, STR(" | "));
		else
			add_inline(b, row.p[i]);
	}
	buf_add(b, STR(" |\n"));
	for (size_t i = 0; is_first && i < cells; i++)
		buf_add(b, i + 1 < cells ? STR("|---") : STR("|---|\n"));
}

static bool is_tight(enum block_kind k)
{
	return k == BLOCK_LIST || k == BLOCK_TABLE;
}

static void add_block(struct buf *b, const struct article_block *k, enum block_kind before, bool markdown)
{
	if (is_tight(before) && k->kind != before)
		buf_addc(b, '\n');
	if (markdown && k->kind == BLOCK_TABLE) {
		add_row(b, k->text, before != BLOCK_TABLE);
		return;
	}
	if (markdown) {
		for (unsigned i = 0; k->kind == BLOCK_HEADING && i < (k->level ? k->level : 2u); i++)
			buf_addc(b, '#');
		if (k->kind == BLOCK_HEADING)
			buf_addc(b, ' ');
		if (k->kind == BLOCK_QUOTE)
			buf_add(b, STR("> "));
		if (k->kind == BLOCK_LIST)
			buf_add(b, STR("- "));
	}
	if (markdown)
		add_markdown(b, k->text);
	else
		buf_add(b, k->text);
	buf_add(b, is_tight(k->kind) ? STR("\n") : STR("\n\n"));
}

void read_text(struct buf *b, const struct article *a, bool markdown)
{
	static const enum article_field head[] = {ARTICLE_AUTHOR, ARTICLE_AGENCY, ARTICLE_PUBLISHED, ARTICLE_UPDATED};
	struct str title = article_get(a, ARTICLE_TITLE);
	if (title.n && markdown)
		buf_add(b, STR("# "));
	if (title.n) {
		struct article_block headline = {.kind = BLOCK_HEADLINE, .text = title};
		add_block(b, &headline, BLOCK_OTHER, markdown);
	}
	for (size_t i = 0; i < a->n; i++)
		for (size_t k = 0; k < ARRAY_LEN(head); k++)
			if (a->evidence[i].field == head[k] && a->evidence[i].chosen) {
				buf_addf(b, "%s: ", article_field_name(head[k]));
				buf_add(b, a->evidence[i].value);
				buf_add(b, markdown ? STR("  \n") : STR("\n"));
			}
	buf_addc(b, '\n');
	enum block_kind before = BLOCK_OTHER;
	for (size_t i = 0; i < a->nblocks; i++) {
		if (a->blocks[i].kind == BLOCK_HEADLINE || a->blocks[i].kind == BLOCK_BYLINE)
			continue;
		add_block(b, &a->blocks[i], before, markdown);
		before = a->blocks[i].kind;
	}
}
