/* SPDX-License-Identifier: Apache-2.0 */
/* Text of public leaves, and back: a line is cut into words, and what was understood must give the same line again. */
#include "formats/leaf/leaf.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/codec.h"

#define HEAD "onrecord/v1 "

static const struct str KINDS[] = {
	[LEAF_ANCHOR] = {"anchor", 6},
	[LEAF_KEY] = {"key", 3},
	[LEAF_POLICY] = {"policy", 6},
	[LEAF_CONTINUES] = {"continues", 9},
};
static const struct str TOKENS[] = {
	[LEAF_RFC3161] = {"rfc3161", 7},
	[LEAF_OTS] = {"ots", 3},
	[LEAF_COSIG] = {"cosig", 5},
	[LEAF_CHAIN] = {"chain", 5},
};
static const struct str CHANGES[] = {
	[LEAF_KEY_ADD] = {"add", 3},
	[LEAF_KEY_RETIRE] = {"retire", 6},
	[LEAF_KEY_REVOKE] = {"revoke", 6},
};

struct str leaf_token_name(enum leaf_token token)
{
	return TOKENS[token];
}

static bool name_ok(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((uint8_t)s.p[i] <= ' ' || s.p[i] == 0x7f)
			return false;
	return s.n > 0;
}

static void add_hash(struct buf *b, const struct hash *h)
{
	buf_addc(b, ' ');
	base64_add(b, hash_str(h));
}

void leaf_text(struct buf *b, const struct leaf *l)
{
	BUG_ON((l->kind == LEAF_KEY || l->kind == LEAF_CONTINUES) && !name_ok(l->name));
	buf_add(b, STR(HEAD));
	buf_add(b, KINDS[l->kind]);
	switch (l->kind) {
	case LEAF_ANCHOR:
		buf_addf(b, " %s %llu", TOKENS[l->token].p, (unsigned long long)l->size);
		add_hash(b, &l->hash);
		break;
	case LEAF_KEY:
		buf_addf(b, " %s ", CHANGES[l->change].p);
		buf_add(b, l->name);
		break;
	case LEAF_POLICY:
		add_hash(b, &l->hash);
		break;
	case LEAF_CONTINUES:
		buf_addc(b, ' ');
		buf_add(b, l->name);
		buf_addf(b, " %llu", (unsigned long long)l->size);
		add_hash(b, &l->hash);
		break;
	}
	buf_addc(b, '\n');
}

/* The place of a word in a table; false when it is not there. */
static bool find_word(const struct str *table, size_t n, struct str word, unsigned *ret)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(table[i], word)) {
			*ret = (unsigned)i;
			return true;
		}
	}
	return false;
}

static bool read_hash(struct arena *a, struct str word, struct hash *ret)
{
	struct str bytes;
	if (!base64_decode(a, word, &bytes) || bytes.n != sizeof(ret->b))
		return false;
	memcpy(ret->b, bytes.p, sizeof(ret->b));
	return true;
}

static bool read_words(struct arena *a, struct str rest, struct leaf *l)
{
	unsigned which = 0;
	if (!find_word(KINDS, ARRAY_LEN(KINDS), str_cut(&rest, ' '), &which))
		return false;
	l->kind = (enum leaf_kind)which;
	if (l->kind == LEAF_ANCHOR) {
		if (!find_word(TOKENS, ARRAY_LEN(TOKENS), str_cut(&rest, ' '), &which))
			return false;
		l->token = (enum leaf_token)which;
	}
	if (l->kind == LEAF_KEY) {
		if (!find_word(CHANGES, ARRAY_LEN(CHANGES), str_cut(&rest, ' '), &which))
			return false;
		l->change = (enum leaf_key_change)which;
		l->name = rest;
		return name_ok(l->name);
	}
	if (l->kind == LEAF_CONTINUES) {
		l->name = str_cut(&rest, ' ');
		if (!name_ok(l->name))
			return false;
	}
	if (l->kind != LEAF_POLICY && !str_to_u64(str_cut(&rest, ' '), &l->size))
		return false;
	return read_hash(a, rest, &l->hash);
}

rc leaf_parse(struct arena *a, struct str text, struct leaf *ret, struct err *e)
{
	AUTO(buf) again = {0};
	struct leaf l = {.kind = LEAF_ANCHOR};
	if (text.n > CAP_LEAF)
		return err_set(e, E_LIMIT, "a leaf of over %u bytes", CAP_LEAF);
	bool ok = str_starts(text, STR(HEAD)) && str_ends(text, STR("\n")) &&
		read_words(a, str_sub(text, sizeof(HEAD) - 1, text.n - 1), &l);
	if (ok) {
		buf_init(&again, 2u * CAP_LEAF);
		leaf_text(&again, &l);
		ok = str_eq(buf_str(&again), text);
	}
	if (!ok)
		return err_set(e, E_FORMAT, "no public leaf of version 1");
	*ret = l;
	return OK;
}

void leaf_body_add(struct buf *b, const struct leaf_body *body)
{
	BUG_ON(body->text.n > CAP_LEAF || body->note.n > CAP_LEAF);
	buf_addu16(b, (uint16_t)body->text.n);
	buf_add(b, body->text);
	buf_addu16(b, (uint16_t)body->note.n);
	buf_add(b, body->note);
	buf_add(b, body->bytes);
}

rc leaf_body_parse(struct arena *a, struct str body, struct leaf_body *ret, struct leaf *ret_leaf, struct err *e)
{
	struct bytes_reader r = bytes_reader(body);
	struct leaf_body b = {.text = bytes_take(&r, bytes_u16(&r))};
	struct leaf l;
	b.note = bytes_take(&r, bytes_u16(&r));
	if (r.bad)
		return err_set(e, E_FORMAT, "cut short: %zu bytes", body.n);
	b.bytes = str_from(body, 4 + b.text.n + b.note.n);
	if (b.bytes.n > CAP_TOKEN)
		return err_set(e, E_LIMIT, "a token of %zu bytes", b.bytes.n);
	TRY(leaf_parse(a, b.text, &l, e));
	if (l.kind != LEAF_ANCHOR && l.kind != LEAF_POLICY)
		return err_set(e, E_FORMAT, "a leaf of this kind has no bytes");
	if ((l.kind == LEAF_ANCHOR) != (b.note.n > 0))
		return err_set(e, E_FORMAT, "a checkpoint belongs to an anchor, and to nothing else");
	struct hash h = hash_of(b.bytes);
	if (!hash_eq(&h, &l.hash))
		return err_set(e, E_VERIFY, "its bytes do not have the hash that its leaf says");
	*ret = b;
	*ret_leaf = l;
	return OK;
}
