/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept about witnesses: policies and cosignatures, judged. */
#include "app/pipeline/witnesses.h"

#include <stdlib.h>

#include "app/pipeline/pipeline_int.h"
#include "base/caps.h"

static void see_token(struct witnesses_seen *s, const struct pipeline_token *t)
{
	if (t->leaf.kind == LEAF_POLICY) {
		struct witnesses_policy *p = arena_push(&s->a, &s->policies, &s->npolicies, sizeof(*p));
		*p = (struct witnesses_policy){t->ref.index, str_dup(&s->a, t->text), str_dup(&s->a, t->bytes)};
	} else if (t->leaf.kind == LEAF_ANCHOR && t->leaf.token == LEAF_COSIG) {
		/* witnesses are asked about one checkpoint together */
		bool same = s->nkept && str_eq(s->kept[s->nkept - 1].note, t->note);
		struct str note = same ? s->kept[s->nkept - 1].note : str_dup(&s->a, t->note);
		struct witnesses_kept *k = arena_push(&s->a, &s->kept, &s->nkept, sizeof(*k));
		*k = (struct witnesses_kept){t->ref.index, note, str_dup(&s->a, t->bytes)};
	}
}

void witnesses_see(struct witnesses_seen *s, const struct frame *f)
{
	AUTO(arena) a = {0};
	struct pipeline_token t;
	struct err e;
	if (f->kind == FRAME_TOKEN && token_of(&a, f, &t, &e) == OK)
		see_token(s, &t);
}

void witnesses_seen_clear(struct witnesses_seen *s)
{
	arena_clear(&s->a);
	*s = (struct witnesses_seen){0};
}

struct collector {
	struct pipeline_tokens visit; /* first */
	struct witnesses_seen *seen;
};

static rc on_token(struct pipeline_tokens *v, const struct pipeline_token *t, struct err *e)
{
	(void)e;
	see_token(((struct collector *)v)->seen, t);
	return OK;
}

rc witnesses_collect(struct pipeline *p, struct witnesses_seen *ret, struct err *e)
{
	struct collector c = {{on_token}, ret};
	return pipeline_tokens(p, &c.visit, e);
}

/* Checkpoints of this log, each looked at once. */
struct judge {
	struct pipeline *p;
	struct arena *a;
	struct checkpoint now;
	struct note_key *keys; /* the log's, then witnesses' */
	size_t nkeys;
	struct str note; /* the last one */
	struct checkpoint checkpoint;
	rc verdict;
	struct err why;
};

static rc judge_begin(struct judge *j, struct pipeline *p, struct arena *a, struct err *e)
{
	*j = (struct judge){.p = p, .a = a};
	*(struct note_key *)arena_push(a, &j->keys, &j->nkeys, sizeof(*j->keys)) = p->key;
	return seal_checkpoint(p->ar, &p->key, a, &j->now, NULL, e);
}

static void judge_add_keys(struct judge *j, const struct policy *policy)
{
	for (size_t i = 0; i < policy->nnodes; i++)
		if (policy->nodes[i].kind == POLICY_WITNESS)
			*(struct note_key *)arena_push(
				j->a, &j->keys, &j->nkeys, sizeof(*j->keys)) = policy->nodes[i].key;
}

static rc judge_note(struct judge *j, struct str note, struct err *e)
{
	struct hash root;
	TRY(seal_parse_checkpoint(note, &j->p->key, j->a, &j->checkpoint, e));
	TRY(seal_root_at(j->p->ar, &j->now, j->checkpoint.size, &root, e));
	if (!hash_eq(&root, &j->checkpoint.root))
		return err_set(e, E_VERIFY, "its checkpoint of %llu entries is not of this log",
			(unsigned long long)j->checkpoint.size);
	return OK;
}

/* OK, and *ret is the signature of key *ret_key of j->keys · E_NOTFOUND of none of them · E_VERIFY it does not hold. */
static rc judge_line(struct judge *j, const struct witnesses_kept *k, struct note_sig *ret, struct err *e)
{
	struct note n;
	if (!str_eq(j->note, k->note)) {
		j->verdict = judge_note(j, k->note, &j->why);
		j->note = k->note;
	}
	*e = j->why;
	TRY(j->verdict);
	TRY(note_open(j->a, str_join(j->a, k->note, k->line), j->keys, j->nkeys, &n, e));
	const struct note_sig *s = &n.sigs[n.nsigs - 1];
	if (!s->good || s->key == 0)
		return err_set(e, E_NOTFOUND, "a signer in no policy");
	*ret = *s;
	return OK;
}

static struct cosigned *cosigned_at(struct arena *a, struct witnesses *w, uint64_t size)
{
	size_t i = w->n;
	while (i > 0 && w->at[i - 1].size > size)
		i--;
	if (i > 0 && w->at[i - 1].size == size)
		return &w->at[i - 1];
	(void)arena_push(a, &w->at, &w->n, sizeof(*w->at));
	memmove(&w->at[i + 1], &w->at[i], (w->n - 1 - i) * sizeof(*w->at));
	w->at[i] = (struct cosigned){.size = size,
		.by = arena_alloc(a, w->policy.nnodes * sizeof(bool)),
		.times = arena_alloc(a, w->policy.nnodes * sizeof(uint64_t))};
	return &w->at[i];
}

static void count_in(struct arena *a, struct witnesses *w, const struct judge *j, const struct note_sig *s)
{
	for (size_t i = 0; i < w->policy.nnodes; i++) {
		const struct policy_node *n = &w->policy.nodes[i];
		const struct note_key *k = &j->keys[s->key];
		if (n->kind != POLICY_WITNESS || memcmp(n->key.pub, k->pub, sizeof(k->pub)) != 0 ||
			!str_eq(n->key.name, k->name))
			continue;
		struct cosigned *c = cosigned_at(a, w, j->checkpoint.size);
		if (!c->by[i] || s->time < c->times[i])
			c->times[i] = s->time;
		c->by[i] = true;
	}
}

/* With the cosignatures in the order of their times: when the quorum was there. */
static void find_time(struct arena *a, const struct policy *policy, struct cosigned *c)
{
	bool *until = arena_alloc(a, policy->nnodes * sizeof(bool));
	uint64_t last = 0;
	c->satisfied = policy_satisfied(policy, c->by);
	c->said = policy_explain(a, policy, c->by);
	for (size_t i = 0; i < policy->nnodes; i++)
		if (c->by[i] && c->times[i] > last)
			last = c->times[i];
	c->time = last;
	for (size_t i = 0; c->satisfied && i < policy->nnodes; i++) {
		for (size_t k = 0; k < policy->nnodes; k++)
			until[k] = c->by[k] && c->times[k] <= c->times[i];
		if (c->by[i] && c->times[i] < c->time && policy_satisfied(policy, until))
			c->time = c->times[i];
	}
}

/* The last one that is sealed; NULL when none is. It says who is believed, so the catalog's word is not enough. */
static rc policy_that_counts(
	const struct judge *j, const struct witnesses_seen *s, const struct witnesses_policy **ret, struct err *e)
{
	struct tlog_proof unused;
	size_t n = s->npolicies;
	while (n > 0 && s->policies[n - 1].index >= j->now.size)
		n--;
	*ret = n ? &s->policies[n - 1] : NULL;
	if (n == 0 || seal_prove(j->p->ar, &j->now, (*ret)->index, (*ret)->leaf, &unused, e) == OK)
		return OK;
	return err_add(e, "the policy of entry %llu", (unsigned long long)(*ret)->index);
}

rc witnesses_judge(
	struct pipeline *p, const struct witnesses_seen *all, struct arena *a, struct witnesses *ret, struct err *e)
{
	const struct witnesses_policy *last = NULL;
	struct judge j;
	*ret = (struct witnesses){0};
	if (all->npolicies == 0)
		return OK;
	TRY(judge_begin(&j, p, a, e));
	TRY(policy_that_counts(&j, all, &last, e));
	if (!last)
		return OK;
	struct witnesses w = {.has_policy = true, .text = str_dup(a, last->text)};
	if (policy_parse(a, w.text, &w.policy, e) != OK)
		return err_add(e, "the sealed policy");
	judge_add_keys(&j, &w.policy);
	for (size_t i = 0; i < all->nkept; i++) {
		struct note_sig s;
		struct err why;
		rc r = judge_line(&j, &all->kept[i], &s, &why);
		if (r == OK)
			count_in(a, &w, &j, &s);
		else
			*(r == E_NOTFOUND ? &w.unknown : &w.bad) += 1;
	}
	for (size_t i = 0; i < w.n; i++)
		find_time(a, &w.policy, &w.at[i]);
	*ret = w;
	return OK;
}

rc witnesses_load(struct pipeline *p, struct arena *a, struct witnesses *ret, struct err *e)
{
	AUTO(witnesses_seen) all = {0};
	*ret = (struct witnesses){0};
	TRY(witnesses_collect(p, &all, e));
	return witnesses_judge(p, &all, a, ret, e);
}

static size_t count_by(const struct witnesses *w, const struct cosigned *c)
{
	size_t n = 0;
	for (size_t i = 0; i < w->policy.nnodes; i++)
		n += c->by[i];
	return n;
}

const struct cosigned *witnesses_of(const struct witnesses *w, uint64_t index)
{
	const struct cosigned *most = NULL;
	size_t low = 0;
	size_t high = w->n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (w->at[mid].size > index)
			high = mid;
		else
			low = mid + 1;
	}
	for (size_t i = low; i < w->n; i++) {
		if (w->at[i].satisfied)
			return &w->at[i];
		if (!most || count_by(w, &w->at[i]) > count_by(w, most))
			most = &w->at[i];
	}
	return most;
}

struct str witnesses_names(struct arena *a, const struct witnesses *w, const struct cosigned *c)
{
	struct str names = STR("");
	for (size_t i = 0; i < w->policy.nnodes; i++)
		if (c->by[i])
			names = str_join(a, names.n ? str_join(a, names, STR(", ")) : names, w->policy.nodes[i].name);
	return names;
}

uint64_t witnesses_last(const struct witnesses *w, size_t node)
{
	for (size_t i = w->n; i > 0; i--)
		if (w->at[i - 1].by[node])
			return w->at[i - 1].size;
	return 0;
}

rc witnesses_check(struct pipeline *p, const struct witnesses_seen *s, struct arena *a, struct cosignature **ret,
	size_t *ret_n, struct err *e)
{
	struct judge j;
	TRY(judge_begin(&j, p, a, e));
	for (size_t i = 0; i < s->npolicies; i++) {
		struct policy policy;
		/* what is sealed is what was parsed when it was kept; one that is not says nothing about signers */
		const struct witnesses_policy *sealed = &s->policies[i];
		if (sealed->index < j.now.size && policy_parse(a, sealed->text, &policy, e) == OK)
			judge_add_keys(&j, &policy);
	}
	struct cosignature *c = arena_alloc(a, s->nkept * sizeof(*c));
	for (size_t i = 0; i < s->nkept; i++) {
		struct note_sig sig;
		rc r = judge_line(&j, &s->kept[i], &sig, &c[i].why);
		c[i].index = s->kept[i].index;
		c[i].size = j.checkpoint.size;
		c[i].good = r == OK;
		c[i].known = r != E_NOTFOUND;
		if (r == OK)
			c[i].name = j.keys[sig.key].name;
		if (r == OK)
			c[i].time = sig.time;
	}
	*ret = c;
	*ret_n = s->nkept;
	return OK;
}
