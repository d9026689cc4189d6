/* SPDX-License-Identifier: Apache-2.0 */
/* From a record and a choice to a disclosure. */
#include "base/arena.h"
#include "base/buf.h"
#include "formats/disclosure/disclosure_int.h"
#include "formats/tlog/tlog.h"

/* Fields or chunks as they are hashed, and which are shown. */
struct leaves {
	const struct record_field *leaf;
	const bool *open;
	size_t n;
	const char *label;
	struct hmac mac;
};

/* The withheld node at `first` that is largest: where it ends. */
static size_t largest_withheld(const struct leaves *l, size_t first)
{
	size_t until = first + 1;
	while (until < l->n && !l->open[until])
		until++;
	size_t end = first + 1;
	for (size_t size = 2; first % size == 0 && size < 2 * l->n; size *= 2) {
		size_t to = size_min(first + size, l->n);
		if (to > until)
			break;
		end = to;
	}
	return end;
}

static void salt_of(const struct leaves *l, size_t i, uint8_t ret[RECORD_SALT_SIZE])
{
	record_salt(&l->mac, l->label, (uint32_t)i, ret);
}

static struct hash node_hash(const struct leaves *l, size_t first, size_t end)
{
	struct tlog_edge edge;
	tlog_edge_init(&edge);
	for (size_t i = first; i < end; i++) {
		uint8_t salt[RECORD_SALT_SIZE];
		salt_of(l, i, salt);
		struct hash h = record_field_hash(salt, l->leaf[i].name, l->leaf[i].value);
		tlog_edge_add(&edge, &h);
	}
	return tlog_edge_root(&edge);
}

/* The parts, with the salts of what is shown. */
static rc make_parts(struct arena *a, const struct leaves *l, struct disclosure_parts *ret, struct err *e)
{
	ret->total = (uint32_t)l->n;
	for (size_t i = 0; i < l->n;) {
		struct disclosure_part part = {.open = l->open[i], .first = (uint32_t)i, .n = 1};
		if (part.open) {
			part.name = l->leaf[i].name;
			part.value = l->leaf[i].value;
			part.salted = true;
			salt_of(l, i, part.salt);
			i++;
		} else {
			size_t end = largest_withheld(l, i);
			part.hash = node_hash(l, i, end);
			part.n = (uint32_t)(end - i);
			i = end;
		}
		if (ret->nparts == CAP_DISCLOSURE_PARTS)
			return err_set(e, E_LIMIT, "a disclosure of more than %u lines", CAP_DISCLOSURE_PARTS);
		struct disclosure_part *to = arena_push(a, &ret->part, &ret->nparts, sizeof(*to));
		*to = part;
	}
	return OK;
}

/* A key in the place of all the salts. */
static void drop_salts(struct disclosure_parts *p)
{
	for (size_t i = 0; i < p->nparts; i++) {
		p->part[i].salted = false;
		memset(p->part[i].salt, 0, sizeof(p->part[i].salt));
	}
}

static void use_key(struct disclosure_parts *p, struct str key)
{
	drop_salts(p);
	p->keyed = true;
	memcpy(p->key, key.p, sizeof(p->key));
}

/* Cuts the value by the rule; a chunk is open when a span has all of it. */
static void cut(struct arena *a, const struct disclosure_tree_choice *c, enum record_chunking rule, struct leaves *ret)
{
	struct record_field *leaf = NULL;
	size_t n = 0;
	for (size_t at = 0; at < c->value.n; at += leaf[n - 1].value.n) {
		struct str rest = str_from(c->value, at);
		struct record_field *f = arena_push(a, &leaf, &n, sizeof(*f));
		*f = (struct record_field){STR(""), str_sub(rest, 0, record_chunk_size(rule, rest))};
	}
	bool *open = arena_alloc(a, n);
	uint64_t at = 0;
	for (size_t i = 0, span = 0; i < n; at += leaf[i++].value.n) {
		while (span < c->nopen && c->open[span].to < at + leaf[i].value.n)
			span++;
		open[i] = span < c->nopen && c->open[span].from <= at;
	}
	*ret = (struct leaves){.leaf = leaf, .open = open, .n = n, .label = "chunk"};
}

static rc make_tree(struct arena *a, const struct record *r, const struct disclosure_tree_choice *c,
	struct disclosure *d, struct err *e)
{
	const struct record_field *f = &r->fields[c->field];
	struct record_tree_value want;
	struct disclosure_tree t = {.field = (uint32_t)c->field, .name = disclosure_tree_name(f->name)};
	struct leaves l;
	TRY(record_tree_parse(f->value, &want, e));
	cut(a, c, want.rule, &l);
	struct hash key = record_tree_key(r->key, str_cstr(a, t.name));
	hmac_start(&l.mac, hash_str(&key));
	struct hash root = node_hash(&l, 0, l.n);
	rc code = make_parts(a, &l, &t.chunks, e);
	hmac_clear(&l.mac);
	TRY(code);
	if (!hash_eq(&root, &want.root) || c->value.n != want.length)
		return err_set(e, E_VERIFY, "not the value that %.*s is over", STR_FMT(f->name));
	if (disclosure_all_open(&t.chunks))
		use_key(&t.chunks, hash_str(&key));
	else if (t.chunks.nparts == 1)
		return OK; /* no chunk lies within a span */
	struct disclosure_tree *to = arena_push(a, &d->trees, &d->ntrees, sizeof(*to));
	*to = t;
	return OK;
}

static rc check_choice(const struct record *r, const struct disclosure_choice *c, struct err *e)
{
	struct record_tree_value v;
	for (size_t i = 0; i < c->ntrees; i++) {
		const struct disclosure_tree_choice *t = &c->trees[i];
		if (t->field >= r->n || (i && c->trees[i - 1].field >= t->field) || !c->open[t->field] ||
			!disclosure_is_tree(r->fields[t->field].name, r->fields[t->field].value, &v))
			return err_set(e, E_USAGE, "field %zu is withheld, out of order, or no tree", t->field);
		if (t->value.n > CAP_DECODED)
			return err_set(e, E_LIMIT, "a tree over %zu bytes", t->value.n);
		for (size_t k = 0; k < t->nopen; k++)
			if (t->open[k].from >= t->open[k].to || t->open[k].to > t->value.n ||
				(k && t->open[k - 1].to >= t->open[k].from))
				return err_set(e, E_USAGE, "span %zu of field %zu is empty, outside or out of order", k,
					t->field);
	}
	return OK;
}

/* Trees of one name have the salts in common: to show a chunk of one would be to show the salt of the other's. */
static rc check_names(const struct record *r, const struct disclosure_choice *c, struct err *e)
{
	struct record_tree_value v;
	for (size_t i = 0; i < c->ntrees; i++)
		for (size_t k = 1; k < r->n; k++)
			if (k != c->trees[i].field && c->trees[i].nopen &&
				str_eq(r->fields[k].name, r->fields[c->trees[i].field].name) &&
				disclosure_is_tree(r->fields[k].name, r->fields[k].value, &v) &&
				disclosure_withholds(r, c, k))
				return err_set(e, E_USAGE, "field %zu is another tree of the name %.*s and is withheld",
					k, STR_FMT(r->fields[k].name));
	return OK;
}

static rc check_oracles(const struct record *r, const struct disclosure_choice *c, struct err *e)
{
	AUTO(arena) a = {0};
	AUTO(buf) names = {0};
	size_t *fields = NULL;
	size_t n = disclosure_oracles(&a, r, c, &fields);
	buf_init(&names, ERR_MSG_MAX / 2);
	for (size_t i = 0; i < n; i++)
		buf_addf(&names, " %.*s", STR_FMT(r->fields[fields[i]].name));
	if (n)
		return err_set(e, E_USAGE, "what is withheld could be guessed from:%.*s%s", STR_FMT(buf_str(&names)),
			names.over ? " …" : "");
	for (size_t i = 0; i < c->ntrees; i++) {
		const struct disclosure_tree_choice *t = &c->trees[i];
		size_t from = 0;
		size_t to = 0;
		if (!str_eq(r->fields[t->field].name, STR("headers.tree")) || !disclosure_withholds_body(r, c))
			continue;
		while (disclosure_digest_line(t->value, to, &from, &to))
			for (size_t k = 0; k < t->nopen; k++)
				if (t->open[k].from < to && from < t->open[k].to)
					return err_set(e, E_USAGE,
						"the withheld body could be guessed from bytes %zu to %zu of "
						"headers.tree",
						from, to);
	}
	return OK;
}

rc disclosure_make(
	struct arena *a, const struct record *r, const struct disclosure_choice *c, struct buf *ret, struct err *e)
{
	struct disclosure d = {.root = record_root(r)};
	struct leaves l = {.leaf = r->fields, .n = r->n, .label = "field"};
	size_t trees = 0;
	TRY(check_choice(r, c, e));
	TRY(check_names(r, c, e));
	TRY(check_oracles(r, c, e));
	bool *open = arena_alloc(a, r->n);
	memcpy(open, c->open, r->n);
	open[0] = true;
	l.open = open;
	hmac_start(&l.mac, str_mem(r->key, sizeof(r->key)));
	rc code = make_parts(a, &l, &d.fields, e);
	hmac_clear(&l.mac);
	TRY(code);
	bool all = disclosure_all_open(&d.fields);
	for (size_t i = 0; i < c->ntrees; i++)
		TRY(make_tree(a, r, &c->trees[i], &d, e));
	for (size_t i = 0; i < r->n; i++) {
		struct record_tree_value v;
		trees += disclosure_is_tree(r->fields[i].name, r->fields[i].value, &v);
	}
	all = all && trees == d.ntrees;
	for (size_t i = 0; all && i < d.ntrees; i++)
		all = d.trees[i].chunks.keyed;
	if (all) {
		use_key(&d.fields, str_mem(r->key, sizeof(r->key)));
		for (size_t i = 0; i < d.ntrees; i++)
			d.trees[i].chunks.keyed = false;
	}
	disclosure_write(ret, &d);
	if (ret->over || ret->n > CAP_DISCLOSURE)
		return err_set(e, E_LIMIT, "a disclosure of more than %u bytes", CAP_DISCLOSURE);
	return OK;
}
