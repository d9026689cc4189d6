/* SPDX-License-Identifier: Apache-2.0 */
/* The flat form of an article:
 *
 *   "OAR3" version encoding encoding_from text
 *   fields × (u8 disputed, rule)
 *   u32 n  n × (u8 field, u8 chosen, u64 from, u64 to, value, source, raw, zone, rejected)
 *   u32 n  n × block   u32 n  n × block dropped
 *   block: u8 kind, u8 level, u64 from, u64 to, text, stamp, reason          text: u32 length ‖ bytes */
#include "base/bytes.h"
#include "base/caps.h"
#include "stages/read/read_int.h"

#define MAGIC "OAR3"

const char *article_field_name(enum article_field f)
{
	static const char *const names[ARTICLE_FIELDS] = {"url", "title", "author", "agency", "published", "updated",
		"language", "site", "section", "stub", "live"};
	BUG_ON(f >= ARTICLE_FIELDS);
	return names[f];
}

const char *block_kind_name(enum block_kind k)
{
	static const char *const names[BLOCK_KINDS] = {"paragraph", "headline", "standfirst", "heading", "list",
		"quotation", "pre", "table", "caption", "correction", "wire", "role", "live_entry", "byline", "other"};
	BUG_ON(k >= BLOCK_KINDS);
	return names[k];
}

struct str article_get(const struct article *a, enum article_field f)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->evidence[i].field == f && a->evidence[i].chosen)
			return a->evidence[i].value;
	return STR("");
}

bool block_is_text(enum block_kind k)
{
	return k == BLOCK_PARAGRAPH || k == BLOCK_HEADING || k == BLOCK_LIST || k == BLOCK_QUOTE || k == BLOCK_PRE ||
		k == BLOCK_TABLE || k == BLOCK_CORRECTION || k == BLOCK_STANDFIRST;
}

static void add_text(struct buf *b, struct str s)
{
	buf_addu32(b, (uint32_t)s.n);
	buf_add(b, s);
}

static void add_range(struct buf *b, struct byte_range r)
{
	buf_addu64(b, r.from);
	buf_addu64(b, r.to);
}

static void add_blocks(struct buf *b, const struct article_block *blocks, size_t n)
{
	buf_addu32(b, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		buf_addc(b, (char)blocks[i].kind);
		buf_addc(b, (char)blocks[i].level);
		add_range(b, blocks[i].range);
		add_text(b, blocks[i].text);
		add_text(b, blocks[i].stamp);
		add_text(b, blocks[i].reason);
	}
}

void article_encode(struct buf *b, const struct article *a)
{
	buf_add(b, STR(MAGIC));
	add_text(b, a->version);
	add_text(b, a->encoding);
	add_text(b, a->encoding_from);
	add_text(b, a->text);
	for (size_t f = 0; f < ARTICLE_FIELDS; f++) {
		buf_addc(b, a->choice[f].disputed);
		add_text(b, a->choice[f].rule);
	}
	buf_addu32(b, (uint32_t)a->n);
	for (size_t i = 0; i < a->n; i++) {
		const struct article_evidence *e = &a->evidence[i];
		buf_addc(b, (char)e->field);
		buf_addc(b, e->chosen);
		add_range(b, e->range);
		add_text(b, e->value);
		add_text(b, e->from);
		add_text(b, e->raw);
		add_text(b, e->zone);
		add_text(b, e->rejected);
	}
	add_blocks(b, a->blocks, a->nblocks);
	add_blocks(b, a->dropped, a->ndropped);
}

static struct str take_text(struct bytes_reader *r)
{
	return bytes_take(r, bytes_u32(r));
}

/* A byte below `limit`. */
static uint8_t take_small(struct bytes_reader *r, unsigned limit)
{
	struct str one = bytes_take(r, 1);
	uint8_t v = one.n ? (uint8_t)one.p[0] : 0;
	r->bad = r->bad || v >= limit;
	return v;
}

static struct byte_range take_range(struct bytes_reader *r)
{
	struct byte_range range = {.from = bytes_u64(r)};
	range.to = bytes_u64(r);
	r->bad = r->bad || range.from > range.to;
	return range;
}

/* A number of things of at least `least` bytes each. */
static uint32_t take_count(struct bytes_reader *r, size_t least)
{
	uint32_t n = bytes_u32(r);
	r->bad = r->bad || n > r->n / least;
	return r->bad ? 0 : n;
}

#define BLOCK_LEAST 30u
#define EVIDENCE_LEAST 38u

static struct article_block *take_blocks(struct arena *a, struct bytes_reader *r, size_t *ret_n)
{
	uint32_t n = take_count(r, BLOCK_LEAST);
	struct article_block *blocks = arena_alloc(a, n * sizeof(*blocks));
	for (uint32_t i = 0; i < n && !r->bad; i++) {
		blocks[i].kind = (enum block_kind)take_small(r, BLOCK_KINDS);
		blocks[i].level = take_small(r, 256);
		blocks[i].range = take_range(r);
		blocks[i].text = take_text(r);
		blocks[i].stamp = take_text(r);
		blocks[i].reason = take_text(r);
	}
	*ret_n = n;
	return blocks;
}

rc article_decode(struct arena *a, struct str bytes, struct article *ret, struct err *e)
{
	struct bytes_reader r = bytes_reader(bytes);
	struct article ar = {0};
	bool ok = str_eq(bytes_take(&r, 4), STR(MAGIC));
	ar.version = take_text(&r);
	ar.encoding = take_text(&r);
	ar.encoding_from = take_text(&r);
	ar.text = take_text(&r);
	for (size_t f = 0; f < ARTICLE_FIELDS; f++) {
		ar.choice[f].disputed = take_small(&r, 2);
		ar.choice[f].rule = take_text(&r);
	}
	ar.n = take_count(&r, EVIDENCE_LEAST);
	ar.evidence = arena_alloc(a, ar.n * sizeof(*ar.evidence));
	for (size_t i = 0; i < ar.n && !r.bad; i++) {
		struct article_evidence *v = &ar.evidence[i];
		v->field = (enum article_field)take_small(&r, ARTICLE_FIELDS);
		v->chosen = take_small(&r, 2);
		v->range = take_range(&r);
		v->value = take_text(&r);
		v->from = take_text(&r);
		v->raw = take_text(&r);
		v->zone = take_text(&r);
		v->rejected = take_text(&r);
	}
	ar.blocks = take_blocks(a, &r, &ar.nblocks);
	ar.dropped = take_blocks(a, &r, &ar.ndropped);
	if (!ok || r.bad || r.n)
		return err_set(e, E_FORMAT, "no encoded article");
	*ret = ar;
	return OK;
}
