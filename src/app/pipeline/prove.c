/* SPDX-License-Identifier: Apache-2.0 */
/* What is handed over about an entry: its place in the log under a checkpoint that others have seen, the record or
 * some of it, and what was said about the time. */
#include "app/pipeline/pipeline_int.h"
#include "base/caps.h"
#include "formats/disclosure/disclosure.h"
#include "formats/policy/policy.h"
#include "formats/proof/proof.h"
#include "formats/witness/witness.h"

/* A checkpoint that witnesses said something about: its note, and their lines. */
struct seen {
	uint64_t size;
	struct str note;
	struct str *line;
	size_t nlines;
};

struct gathering {
	struct pipeline_tokens visit; /* first */
	struct arena *a;
	uint64_t index; /* of the entry */
	uint64_t sealed;
	struct str policy; /* the one sealed last */
	struct str policy_leaf;
	uint64_t policy_index;
	struct seen *seen; /* one a size, in the order of the log */
	size_t nseen;
	struct pipeline_proof *ret; /* its stamps are filled in */
};

static void gather_line(struct gathering *g, const struct pipeline_token *t)
{
	size_t i = g->nseen;
	while (i > 0 && g->seen[i - 1].size != t->leaf.size)
		i--;
	struct seen *s = i ? &g->seen[i - 1] : NULL;
	if (!s) {
		s = arena_push(g->a, &g->seen, &g->nseen, sizeof(*s));
		*s = (struct seen){.size = t->leaf.size, .note = str_dup(g->a, t->note)};
	}
	struct str *line = arena_push(g->a, &s->line, &s->nlines, sizeof(*line));
	*line = str_dup(g->a, t->bytes);
}

static void gather_stamp(struct gathering *g, const struct pipeline_token *t)
{
	struct pipeline_proof *p = g->ret;
	if (p->stamped.n && t->leaf.size > p->stamped_size)
		return;
	if (p->stamped.n == 0 || t->leaf.size < p->stamped_size) {
		p->stamped = str_dup(g->a, t->note);
		p->stamped_size = t->leaf.size;
		p->stamps = NULL;
		p->nstamps = 0;
	}
	struct pipeline_stamp *to = arena_push(g->a, &p->stamps, &p->nstamps, sizeof(*to));
	*to = (struct pipeline_stamp){t->leaf.token, str_dup(g->a, t->bytes)};
}

static rc gather(struct pipeline_tokens *v, const struct pipeline_token *t, struct err *e)
{
	(void)e;
	struct gathering *g = (struct gathering *)v;
	if (t->leaf.kind == LEAF_POLICY && t->ref.index < g->sealed) {
		g->policy = str_dup(g->a, t->bytes);
		g->policy_leaf = str_dup(g->a, t->text);
		g->policy_index = t->ref.index;
	}
	if (t->leaf.kind != LEAF_ANCHOR || t->leaf.size <= g->index || t->leaf.size > g->sealed)
		return OK;
	if (t->leaf.token == LEAF_COSIG)
		gather_line(g, t);
	else
		gather_stamp(g, t);
	return OK;
}

/* The checkpoint with those of the lines that hold and that the policy knows. */
static rc with_lines(struct arena *a, const struct seen *s, const struct policy *policy, struct str *ret, struct err *e)
{
	struct note_key keys[CAP_POLICY_EACH];
	size_t n = 0;
	struct str note = s->note;
	for (size_t i = 0; i < policy->nnodes; i++)
		if (policy->nodes[i].kind == POLICY_WITNESS && n < ARRAY_LEN(keys))
			keys[n++] = policy->nodes[i].key;
	for (size_t i = 0; i < s->nlines; i++) {
		AUTO(buf) more = {0};
		struct err why;
		size_t added = 0;
		buf_init(&more, CAP_NOTE);
		rc r = witness_reply_add(a, note, s->line[i], keys, n, &more, &added, &why);
		if (r == OK)
			note = str_dup(a, buf_str(&more));
	}
	*ret = note;
	return note.n <= CAP_NOTE ? OK : err_set(e, E_LIMIT, "a checkpoint of over %u bytes", CAP_NOTE);
}

/* The smallest of those that witnesses have seen for which the quorum is there. */
static rc choose(struct pipeline *p, const struct gathering *g, const struct policy *policy, struct arena *a,
	struct checkpoint *c, struct str *note, struct err *e)
{
	uint64_t best = UINT64_MAX;
	for (size_t i = 0; i < g->nseen; i++) {
		struct policy_verdict v;
		struct checkpoint signed_here;
		struct str whole;
		struct hash root;
		struct err why;
		if (g->seen[i].size >= best)
			continue;
		TRY(with_lines(a, &g->seen[i], policy, &whole, e));
		if (seal_parse_checkpoint(g->seen[i].note, &p->key, a, &signed_here, &why) != OK ||
			policy_open(a, policy, whole, &v, &why) != OK || !v.satisfied)
			continue;
		TRY(seal_root_at(p->ar, c, v.checkpoint.size, &root, e));
		if (!hash_eq(&root, &v.checkpoint.root))
			return err_set(e, E_VERIFY,
				"the checkpoint of %llu entries that was witnessed is of another history",
				(unsigned long long)v.checkpoint.size);
		best = v.checkpoint.size;
		g->ret->witnessed = true;
		g->ret->said = v.said;
		*note = whole;
	}
	return OK;
}

/* The policy sealed last, with our own log's key in the place of its logs. */
static rc sealed_policy(struct pipeline *p, const struct gathering *g, const struct checkpoint *now, struct arena *a,
	struct policy *ret, struct err *e)
{
	struct tlog_proof proof;
	struct policy_log *own = arena_new(a, struct policy_log);
	if (seal_prove(p->ar, now, g->policy_index, g->policy_leaf, &proof, e) != OK ||
		policy_parse(a, g->policy, ret, e) != OK)
		return err_add(e, "the policy of entry %llu", (unsigned long long)g->policy_index);
	*own = (struct policy_log){p->key, STR("")};
	ret->logs = own;
	ret->nlogs = 1;
	return OK;
}

/* The path to the root of the proof's checkpoint, and all of it as text. */
static rc write_proof(struct pipeline *p, const struct checkpoint *now, struct str leaf, struct proof *proof,
	struct arena *a, struct pipeline_proof *ret, struct err *e)
{
	AUTO(buf) text = {0};
	struct checkpoint then;
	struct str signed_text;
	struct str sigs;
	TRY(note_split(proof->checkpoint, &signed_text, &sigs, e));
	TRY(checkpoint_parse(a, signed_text, &then, e));
	TRY(seal_prove_then(p->ar, now, &then, proof->index, leaf, &proof->path, e));
	buf_init(&text, CAP_PROOF_FILE);
	proof_text(&text, proof);
	TRY(buf_done(&text, e));
	ret->text = str_dup(a, buf_str(&text));
	ret->size = then.size;
	return OK;
}

rc pipeline_prove(
	struct pipeline *p, const struct pipeline_entry *x, struct arena *a, struct pipeline_proof *ret, struct err *e)
{
	struct pipeline_proof made = {0};
	struct checkpoint now;
	struct str leaf;
	struct proof proof = {.index = x->row.index};
	struct gathering g = {.visit.token = gather, .a = a, .index = x->row.index, .ret = &made};
	TRY(seal_checkpoint(p->ar, &p->key, a, &now, &proof.checkpoint, e));
	TRY(seal_leaf(a, &x->frame, &leaf, e));
	g.sealed = now.size;
	TRY(pipeline_tokens(p, &g.visit, e));
	made.policy = g.policy.n > 0;
	if (made.policy) {
		struct policy policy;
		TRY(sealed_policy(p, &g, &now, a, &policy, e));
		TRY(choose(p, &g, &policy, a, &now, &proof.checkpoint, e));
		if (!made.witnessed)
			made.said = policy_explain(a, &policy, arena_alloc(a, policy.nnodes + 1));
	}
	TRY(write_proof(p, &now, leaf, &proof, a, &made, e));
	*ret = made;
	return OK;
}

struct value_sink {
	struct sink sink;
	struct buf *to;
};

static rc value_push(struct sink *s, struct str bytes, struct err *e)
{
	struct buf *to = ((struct value_sink *)s)->to;
	buf_add(to, bytes);
	return buf_done(to, e);
}

/* The value that a tree is over, out of warc/. */
static rc tree_value(
	struct pipeline *p, const struct record *r, struct str name, struct arena *a, struct str *ret, struct err *e)
{
	AUTO(buf) b = {0};
	struct value_sink to = {{value_push}, &b};
	bool head = str_eq(name, STR("headers.tree"));
	if (!head && !str_eq(name, STR("body.tree")))
		return err_set(e, E_UNSUPPORTED, "%.*s is over a value that is not known here", STR_FMT(name));
	buf_init(&b, CAP_DECODED);
	rc code = capture_cat(p->ar, r, head ? CAPTURE_HEADERS : CAPTURE_CONTENT, &to.sink, e);
	/* a broken coding: the tree is over what could be decoded, and disclosure_make() compares */
	if (code != OK && code != E_FORMAT)
		return code;
	*ret = str_dup(a, buf_str(&b));
	return OK;
}

static bool names_tree(const struct record_field *f)
{
	struct record_tree_value v;
	struct err ignored;
	return str_ends(f->name, STR(".tree")) && record_tree_parse(f->value, &v, &ignored) == OK && v.length > 0;
}

static rc withhold(const struct record *r, const struct pipeline_show *how, bool *open, struct err *e)
{
	for (size_t k = 0; k < how->nwithhold; k++) {
		size_t n = 0;
		for (size_t i = 1; i < r->n; i++)
			if (str_eq(r->fields[i].name, how->withhold[k])) {
				open[i] = false;
				n++;
			}
		if (n == 0)
			return err_set(e, E_USAGE, "the record has no field '%.*s' that could be withheld",
				STR_FMT(how->withhold[k]));
	}
	return OK;
}

/* The trees that are shown: all of those that are open. */
static rc show_trees(
	struct pipeline *p, const struct record *r, struct arena *a, struct disclosure_choice *c, struct err *e)
{
	struct disclosure_tree_choice *trees = NULL;
	for (size_t i = 1; i < r->n; i++) {
		if (!c->open[i] || !names_tree(&r->fields[i]))
			continue;
		struct disclosure_tree_choice t = {.field = i, .nopen = 1};
		TRY(tree_value(p, r, r->fields[i].name, a, &t.value, e));
		struct disclosure_span *all = arena_new(a, struct disclosure_span);
		*all = (struct disclosure_span){0, t.value.n};
		t.open = all;
		struct disclosure_tree_choice *to = arena_push(a, &trees, &c->ntrees, sizeof(*to));
		*to = t;
	}
	c->trees = trees;
	return OK;
}

/* Without the trees' values, what gives them away is withheld, and what gives that away. */
static void withhold_along(struct arena *a, const struct record *r, bool *open, struct pipeline_shown *ret)
{
	const struct disclosure_choice c = {.open = open};
	size_t *fields = NULL;
	for (size_t n = disclosure_oracles(a, r, &c, &fields); n; n = disclosure_oracles(a, r, &c, &fields))
		for (size_t i = 0; i < n; i++) {
			struct str *to = arena_push(a, &ret->along, &ret->nalong, sizeof(*to));
			*to = r->fields[fields[i]].name;
			open[fields[i]] = false;
		}
}

rc pipeline_disclose(struct pipeline *p, const struct pipeline_entry *x, const struct pipeline_show *how,
	struct arena *a, struct pipeline_shown *ret, struct err *e)
{
	AUTO(buf) text = {0};
	const struct record *r = &x->record;
	struct pipeline_shown made = {0};
	bool *open = arena_alloc(a, r->n);
	struct disclosure_choice c = {.open = open};
	memset(open, true, r->n);
	if (!how->body)
		withhold_along(a, r, open, &made);
	TRY(withhold(r, how, open, e));
	if (how->body)
		TRY(show_trees(p, r, a, &c, e));
	buf_init(&text, CAP_DISCLOSURE);
	TRY(disclosure_make(a, r, &c, &text, e));
	TRY(buf_done(&text, e));
	made.text = str_dup(a, buf_str(&text));
	*ret = made;
	return OK;
}

rc pipeline_prove_from(struct pipeline *p, struct str from, struct buf *ret, struct err *e)
{
	AUTO(arena) a = {0};
	struct checkpoint now;
	struct checkpoint then;
	struct hash root;
	struct witness_request r = {0};
	TRY(seal_checkpoint(p->ar, &p->key, &a, &now, &r.checkpoint, e));
	if (!str_to_u64_strict(from, &r.old_size)) {
		TRY(seal_parse_checkpoint(from, &p->key, &a, &then, e));
		TRY(seal_root_at(p->ar, &now, then.size, &root, e));
		if (!hash_eq(&root, &then.root))
			return err_set(e, E_VERIFY,
				"this log had another root at %llu entries: the checkpoint given is of another "
				"history, "
				"and both are signed by the log's key",
				(unsigned long long)then.size);
		r.old_size = then.size;
	}
	TRY(seal_prove_consistency(p->ar, &now, r.old_size, &r.proof, e));
	witness_request_text(ret, &r);
	return buf_done(ret, e);
}
