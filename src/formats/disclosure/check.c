/* SPDX-License-Identifier: Apache-2.0 */
/* From the lines of a disclosure to the roots of its trees, and what follows about lengths. */
#include "base/arena.h"
#include "formats/disclosure/disclosure_int.h"
#include "formats/tlog/tlog.h"

/* A chunk of text that is not the last ends at the last of these bytes, or at one of the three before it. */
#define TEXT_MAX 64u
#define TEXT_MIN 61u
#define PAGE 4096u

/* A node of the tree over [first, end) of `total` leaves. */
struct node {
	uint64_t first, end;
	struct hash hash;
	bool withheld;
};

/* Nodes of the RFC 6962 tree over n leaves are the ranges [first, min(first + 2^k, n)) with 2^k dividing `first`. */
static bool is_node(uint64_t first, uint64_t end, uint64_t n)
{
	uint64_t size = 1;
	while (size < end - first)
		size *= 2;
	return first % size == 0 && end <= n && (end - first == size || end == n);
}

/* Joins the last two of the stack while they are the two halves of a node. E_FORMAT when both are withheld: then the
 * node above them is what should stand there. */
static rc join(struct node *stack, size_t *n, uint64_t total, struct err *e)
{
	for (; *n > 1; --*n) {
		struct node *left = &stack[*n - 2];
		const struct node *right = &stack[*n - 1];
		uint64_t size = left->end - left->first;
		uint64_t end = left->first + 2 * size < total ? left->first + 2 * size : total;
		if (left->first % (2 * size) != 0 || right->end != end)
			return OK;
		if (left->withheld && right->withheld)
			return err_set(e, E_FORMAT,
				"positions %llu to %llu are withheld as two where one hash would do",
				(unsigned long long)left->first, (unsigned long long)end - 1);
		left->hash = tlog_node_hash(&left->hash, &right->hash);
		left->end = end;
		left->withheld = false;
	}
	return OK;
}

/* The root over the parts. `key` gives the salts of those without one. */
static rc root_of(const struct disclosure_parts *p, struct str key, const char *label, struct hash *ret, struct err *e)
{
	struct node stack[64]; /* sizes fall from one to the next, or the last two are joined */
	size_t n = 0;
	struct hmac mac = {0};
	hmac_start(&mac, key);
	rc code = OK;
	for (size_t i = 0; code == OK && i < p->nparts; i++) {
		const struct disclosure_part *part = &p->part[i];
		struct node node = {part->first, (uint64_t)part->first + part->n, part->hash, !part->open};
		uint8_t salt[RECORD_SALT_SIZE];
		memcpy(salt, part->salt, sizeof(salt));
		if (part->open && !part->salted)
			record_salt(&mac, label, part->first, salt);
		if (part->open)
			node.hash = record_field_hash(salt, part->name, part->value);
		if (!is_node(node.first, node.end, p->total)) {
			code = err_set(e, E_FORMAT, "positions %u to %u are no part of the tree", part->first,
				part->first + part->n - 1);
			continue;
		}
		BUG_ON(n >= ARRAY_LEN(stack));
		stack[n++] = node;
		code = join(stack, &n, p->total, e);
	}
	hmac_clear(&mac);
	if (code != OK)
		return code;
	BUG_ON(n != 1);
	*ret = stack[0].hash;
	return OK;
}

bool disclosure_all_open(const struct disclosure_parts *p)
{
	bool all = true;
	for (size_t i = 0; all && i < p->nparts; i++)
		all = p->part[i].open;
	return all;
}

/* Salts stand where they must and nowhere else. */
static rc check_salts(const struct disclosure_parts *p, bool keyed, struct err *e)
{
	for (size_t i = 0; i < p->nparts; i++)
		if (p->part[i].open && p->part[i].salted == keyed)
			return err_set(e, E_FORMAT, "position %u %s", p->part[i].first,
				keyed ? "has a salt beside the key" : "has no salt");
	return OK;
}

/* Lengths of chunks that are shown, and, where the next is shown too, the place of the cut. */
static rc check_chunks(const struct disclosure_tree *t, enum record_chunking rule, struct err *e)
{
	const struct disclosure_parts *p = &t->chunks;
	size_t max = rule == RECORD_CHUNK_UTF8_64 ? TEXT_MAX : PAGE;
	size_t min = rule == RECORD_CHUNK_UTF8_64 ? TEXT_MIN : PAGE;
	for (size_t i = 0; i < p->nparts; i++) {
		struct str chunk = p->part[i].value;
		bool last = i + 1 == p->nparts;
		if (!p->part[i].open)
			continue;
		bool ok = chunk.n > 0 && chunk.n <= max && (last || chunk.n >= min);
		if (ok && !last && p->part[i + 1].open && rule == RECORD_CHUNK_UTF8_64) {
			char both[TEXT_MAX + TEXT_MAX];
			struct str next = str_sub(p->part[i + 1].value, 0, TEXT_MAX);
			memcpy(both, chunk.p, chunk.n);
			if (next.n)
				memcpy(both + chunk.n, next.p, next.n);
			ok = record_chunk_size(rule, str_mem(both, chunk.n + next.n)) == chunk.n;
		}
		if (!ok)
			return err_set(
				e, E_VERIFY, "chunk %u of tree %u is not cut by the rule", p->part[i].first, t->field);
	}
	return OK;
}

/* Runs with the bounds that the rule alone gives. */
static void find_runs(struct arena *a, struct disclosure_tree *t, enum record_chunking rule)
{
	const struct disclosure_parts *p = &t->chunks;
	uint64_t max = rule == RECORD_CHUNK_UTF8_64 ? TEXT_MAX : PAGE;
	uint64_t min = rule == RECORD_CHUNK_UTF8_64 ? TEXT_MIN : PAGE;
	for (size_t i = 0; i < p->nparts;) {
		struct disclosure_run run = {.open = p->part[i].open};
		size_t from = i;
		for (; i < p->nparts && p->part[i].open == run.open; i++) {
			bool last = p->part[i].first + p->part[i].n == p->total;
			uint64_t n = p->part[i].n;
			run.max += run.open ? p->part[i].value.n : n * max;
			run.min += run.open ? p->part[i].value.n : last ? (n - 1) * min + 1 : n * min;
		}
		if (run.open) {
			char *text = arena_alloc(a, (size_t)run.max + 1);
			run.text = str_mem(text, (size_t)run.max);
			for (; from < i; from++) {
				memcpy(text, p->part[from].value.p, p->part[from].value.n);
				text += p->part[from].value.n;
			}
		}
		struct disclosure_run *to = arena_push(a, &t->runs, &t->nruns, sizeof(*to));
		*to = run;
	}
}

/* The length of the whole is known: what the other runs must have, and can have, narrows each. */
static rc narrow_runs(struct disclosure_tree *t, struct err *e)
{
	uint64_t min = 0;
	uint64_t max = 0;
	for (size_t i = 0; i < t->nruns; i++) {
		min += t->runs[i].min;
		max += t->runs[i].max;
	}
	if (t->length < min || t->length > max)
		return err_set(e, E_VERIFY, "tree %u of %llu bytes cannot have these chunks", t->field,
			(unsigned long long)t->length);
	for (size_t i = 0; i < t->nruns; i++) {
		struct disclosure_run *run = &t->runs[i];
		uint64_t others_min = min - run->min;
		uint64_t others_max = max - run->max;
		if (run->open)
			continue;
		if (t->length > others_max && t->length - others_max > run->min)
			run->min = t->length - others_max;
		if (t->length - others_min < run->max)
			run->max = t->length - others_min;
	}
	return OK;
}

struct str disclosure_tree_name(struct str field)
{
	struct str tail = STR(".tree");
	return field.n > tail.n && str_ends(field, tail) ? str_sub(field, 0, field.n - tail.n) : STR("");
}

bool disclosure_is_tree(struct str name, struct str value, struct record_tree_value *ret)
{
	struct err e;
	return disclosure_tree_name(name).n && record_tree_parse(value, ret, &e) == OK && ret->length > 0;
}

static const struct disclosure_part *field_at(const struct disclosure *d, uint32_t at)
{
	for (size_t i = 0; i < d->fields.nparts; i++)
		if (d->fields.part[i].first == at && d->fields.part[i].open)
			return &d->fields.part[i];
	return NULL;
}

static rc check_tree(struct arena *a, const struct disclosure *d, struct disclosure_tree *t,
	struct record_tree_value *v, struct err *e)
{
	struct hash root;
	bool keyed = d->fields.keyed || t->chunks.keyed;
	if (d->fields.keyed && t->chunks.keyed)
		return err_set(e, E_FORMAT, "a key beside the record's");
	if (keyed != disclosure_all_open(&t->chunks))
		return err_set(e, E_FORMAT, "a key is for trees of which all is shown");
	if (!t->chunks.part[0].open && t->chunks.nparts == 1)
		return err_set(e, E_FORMAT, "nothing of the tree is shown");
	TRY(check_salts(&t->chunks, keyed, e));
	struct hash key = record_tree_key(d->fields.key, str_cstr(a, t->name));
	struct str k = d->fields.keyed ? hash_str(&key) : str_mem(t->chunks.key, sizeof(t->chunks.key));
	TRY(root_of(&t->chunks, k, "chunk", &root, e));
	if (!hash_eq(&root, &v->root))
		return err_set(e, E_VERIFY, "the chunks are not those of the tree");
	TRY(check_chunks(t, v->rule, e));
	t->length = v->length;
	find_runs(a, t, v->rule);
	return narrow_runs(t, e);
}

static rc check_trees(struct arena *a, struct disclosure *d, struct err *e)
{
	struct record_tree_value v = {.length = 0};
	for (size_t i = 0; i < d->ntrees; i++) {
		struct disclosure_tree *t = &d->trees[i];
		const struct disclosure_part *f = field_at(d, t->field);
		if (!f || !disclosure_is_tree(f->name, f->value, &v) || (i && d->trees[i - 1].field >= t->field))
			return err_set(e, E_FORMAT, "no tree is named by field %u, or it is out of order", t->field);
		t->name = disclosure_tree_name(f->name);
		if (check_tree(a, d, t, &v, e) != OK)
			return err_add(e, "tree %u", t->field);
	}
	return OK;
}

/* The record's key is there exactly when all fields are open, and all of each tree. */
static rc check_key(const struct disclosure *d, struct err *e)
{
	struct record_tree_value v;
	bool all = disclosure_all_open(&d->fields);
	size_t trees = 0;
	for (size_t i = 0; all && i < d->fields.nparts; i++)
		trees += disclosure_is_tree(d->fields.part[i].name, d->fields.part[i].value, &v);
	all = all && trees == d->ntrees;
	for (size_t i = 0; all && i < d->ntrees; i++)
		all = disclosure_all_open(&d->trees[i].chunks);
	if (all != d->fields.keyed)
		return err_set(e, E_FORMAT, "the record's key is given when all is shown, and only then");
	return check_salts(&d->fields, d->fields.keyed, e);
}

rc disclosure_check(struct arena *a, struct str bytes, struct disclosure *ret, struct err *e)
{
	struct disclosure d;
	struct hash root;
	size_t n = 0;
	TRY(disclosure_parse(a, bytes, &d, e));
	if (d.fields.nparts == 0 || !d.fields.part[0].open || !str_eq(d.fields.part[0].name, STR("record")))
		return err_set(e, E_FORMAT, "field 0 is not shown");
	TRY(record_field_0(d.fields.part[0].value, &d.kind, &n, e));
	if (n != d.fields.total)
		return err_set(e, E_FORMAT, "%u fields where there are %zu", d.fields.total, n);
	TRY(check_key(&d, e));
	TRY(root_of(&d.fields, str_mem(d.fields.key, sizeof(d.fields.key)), "field", &root, e));
	if (!hash_eq(&root, &d.root))
		return err_set(e, E_VERIFY, "the fields are not those of the record");
	TRY(check_trees(a, &d, e));
	*ret = d;
	return OK;
}
