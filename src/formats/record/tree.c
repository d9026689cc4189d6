/* SPDX-License-Identifier: Apache-2.0 */
/* The tree over a large value: a chunk is hashed as a field without a name, under a salt with the label "chunk". */
#include "base/arena.h"
#include "base/codec.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "formats/record/record.h"
#include "formats/tlog/tlog.h"

#define CHUNK_TEXT 64u
#define CHUNK_PAGE 4096u

static const char *const RULES[] = {[RECORD_CHUNK_UTF8_64] = "utf8-64", [RECORD_CHUNK_4096] = "fixed-4096"};

struct record_tree {
	struct hmac key;
	enum record_chunking rule;
	struct tlog_edge edge;
	uint32_t chunks;
	uint64_t length;
	char held[CHUNK_PAGE]; /* the chunk being filled */
	size_t nheld;
};

struct hash record_tree_key(const uint8_t key[RECORD_KEY_SIZE], const char *name)
{
	struct hmac h = {0};
	hmac_start(&h, str_mem(key, RECORD_KEY_SIZE));
	struct hash k = hmac_of(&h, str_c(name));
	hmac_clear(&h);
	return k;
}

struct record_tree *record_tree_new(const struct hash *key, enum record_chunking rule)
{
	struct record_tree *t = mem_alloc(sizeof(*t));
	record_tree_reset(t, key, rule);
	return t;
}

void record_tree_reset(struct record_tree *t, const struct hash *key, enum record_chunking rule)
{
	hmac_start(&t->key, hash_str(key));
	t->rule = rule;
	tlog_edge_init(&t->edge);
	t->chunks = 0;
	t->length = 0;
	t->nheld = 0;
}

void record_tree_free(struct record_tree *t)
{
	if (!t)
		return;
	mem_wipe(t, sizeof(*t));
	mem_free(t);
}

static void add_chunk(struct record_tree *t, struct str chunk)
{
	uint8_t salt[RECORD_SALT_SIZE];
	BUG_ON(t->chunks == UINT32_MAX);
	record_salt(&t->key, "chunk", t->chunks++, salt);
	struct hash h = record_field_hash(salt, STR(""), chunk);
	tlog_edge_add(&t->edge, &h);
}

static size_t chunk_size(enum record_chunking rule)
{
	return rule == RECORD_CHUNK_UTF8_64 ? CHUNK_TEXT : CHUNK_PAGE;
}

size_t record_chunk_size(enum record_chunking rule, struct str rest)
{
	size_t n = chunk_size(rule);
	if (rest.n <= n)
		return rest.n;
	return rule == RECORD_CHUNK_UTF8_64 ? utf8_cut(rest, n) : n;
}

/* Text is cut before a character that would not fit. Whether the 64th byte ends one shows only with the byte behind it:
 * so one byte more than a chunk is held before it is cut. */
static void cut_chunk(struct record_tree *t)
{
	size_t n = record_chunk_size(t->rule, str_mem(t->held, t->nheld));
	add_chunk(t, str_mem(t->held, n));
	memmove(t->held, t->held + n, t->nheld - n);
	t->nheld -= n;
}

void record_tree_add(struct record_tree *t, struct str piece)
{
	size_t want = chunk_size(t->rule) + (t->rule == RECORD_CHUNK_UTF8_64 ? 1 : 0);
	t->length += piece.n;
	while (piece.n) {
		size_t n = size_min(want - t->nheld, piece.n);
		memcpy(t->held + t->nheld, piece.p, n);
		t->nheld += n;
		piece = str_from(piece, n);
		if (t->nheld == want)
			cut_chunk(t);
	}
}

struct str record_tree_end(struct record_tree *t, struct arena *a)
{
	if (t->nheld)
		add_chunk(t, str_mem(t->held, t->nheld));
	t->nheld = 0;
	struct hash root = tlog_edge_root(&t->edge);
	return str_fmt(a, "tree:%.*s:%s:%llu", STR_FMT(base64_of(a, hash_str(&root))), RULES[t->rule],
		(unsigned long long)t->length);
}

rc record_tree_parse(struct str value, struct record_tree_value *ret, struct err *e)
{
	struct str rest = value;
	struct record_tree_value v = {.rule = RECORD_CHUNK_UTF8_64};
	bool ok = str_eq(str_cut(&rest, ':'), STR("tree")) &&
		base64_fixed(str_cut(&rest, ':'), v.root.b, sizeof(v.root.b));
	struct str rule = str_cut(&rest, ':');
	if (!str_eq(rule, str_c(RULES[v.rule])))
		v.rule = RECORD_CHUNK_4096;
	if (!ok || !str_eq(rule, str_c(RULES[v.rule])) || !str_to_u64(rest, &v.length) ||
		(rest.n > 1 && rest.p[0] == '0'))
		return err_set(e, E_FORMAT, "not a tree: '%.*s'", (int)size_min(value.n, 120), value.p);
	*ret = v;
	return OK;
}
