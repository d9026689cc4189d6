/* SPDX-License-Identifier: Apache-2.0 */
/* What a policy says about a checkpoint. Members stand before their groups: one pass, no recursion. */
#include "base/arena.h"
#include "base/buf.h"
#include "formats/policy/policy.h"

#define NODES_MAX (2 * CAP_POLICY_EACH)
/* Each node is told once, behind at most so many brackets. */
#define TEXT_MAX ((size_t)NODES_MAX * (CAP_KEY_NAME + 64u))

static void evaluate(const struct policy *p, const bool *cosigned, bool ret[NODES_MAX])
{
	BUG_ON(p->nnodes > NODES_MAX);
	for (size_t i = 0; i < p->nnodes; i++) {
		const struct policy_node *n = &p->nodes[i];
		size_t have = 0;
		for (size_t m = 0; m < n->nmembers; m++) {
			BUG_ON(n->members[m] >= i);
			have += ret[n->members[m]];
		}
		ret[i] = n->kind == POLICY_WITNESS ? cosigned[i] : have >= n->k;
	}
}

bool policy_satisfied(const struct policy *p, const bool *cosigned)
{
	bool there[NODES_MAX] = {0};
	evaluate(p, cosigned, there);
	return p->quorum == POLICY_NO_QUORUM || there[p->quorum];
}

/* ", " between names, `first` before the first of them. */
static void add_members(struct buf *b, const struct policy_node *n, const struct str *texts, const bool *there,
	bool want, const char *first)
{
	const char *before = first;
	for (size_t m = 0; m < n->nmembers; m++) {
		if (there[n->members[m]] != want)
			continue;
		buf_add(b, str_c(before));
		buf_add(b, texts[n->members[m]]);
		before = ", ";
	}
}

static void add_rule(
	struct buf *b, const struct policy_node *n, const struct str *texts, const bool *there, bool satisfied)
{
	buf_addf(b, "%s%zu of %zu", satisfied ? "" : "needs ", n->k, n->nmembers);
	add_members(b, n, texts, there, true, ": ");
	add_members(b, n, texts, there, false, "; missing ");
}

struct str policy_explain(struct arena *a, const struct policy *p, const bool *cosigned)
{
	AUTO(buf) b = {0};
	bool there[NODES_MAX] = {0};
	struct str texts[NODES_MAX];
	size_t quorum = p->quorum;
	if (quorum == POLICY_NO_QUORUM)
		return STR("no witness is asked for");
	evaluate(p, cosigned, there);
	buf_init(&b, TEXT_MAX);
	for (size_t i = 0; i <= quorum; i++) {
		const struct policy_node *n = &p->nodes[i];
		texts[i] = n->name;
		if (n->kind == POLICY_WITNESS || i == quorum)
			continue;
		buf_reset(&b);
		buf_add(&b, n->name);
		buf_add(&b, STR(" ("));
		add_rule(&b, n, texts, there, there[i]);
		buf_addc(&b, ')');
		texts[i] = str_dup(a, buf_str(&b));
	}
	/* a quorum of one witness reads like a group of it */
	const struct policy_node one = {.k = 1, .members = &quorum, .nmembers = 1};
	buf_reset(&b);
	add_rule(&b, p->nodes[quorum].kind == POLICY_GROUP ? &p->nodes[quorum] : &one, texts, there, there[quorum]);
	BUG_ON(b.over);
	return str_dup(a, buf_str(&b));
}

const struct policy_node *policy_witness(const struct policy *p, struct str name)
{
	for (size_t i = 0; i < p->nnodes; i++)
		if (p->nodes[i].kind == POLICY_WITNESS && str_eq(p->nodes[i].name, name))
			return &p->nodes[i];
	return NULL;
}

/* The keys of a policy: logs, then witnesses in their order. */
static struct note_key *keys_of(struct arena *a, const struct policy *p, size_t *ret_n)
{
	struct note_key *keys = arena_alloc(a, (p->nlogs + p->nnodes) * sizeof(*keys));
	size_t n = 0;
	for (size_t i = 0; i < p->nlogs; i++)
		keys[n++] = p->logs[i].key;
	for (size_t i = 0; i < p->nnodes; i++)
		if (p->nodes[i].kind == POLICY_WITNESS)
			keys[n++] = p->nodes[i].key;
	*ret_n = n;
	return keys;
}

static void find_cosignatures(const struct policy *p, struct policy_verdict *v)
{
	size_t key = p->nlogs;
	for (size_t i = 0; i < p->nnodes; i++) {
		if (p->nodes[i].kind != POLICY_WITNESS)
			continue;
		const struct note_sig *s = note_sig_by(&v->note, key++);
		v->cosigned[i] = s != NULL;
		v->times[i] = s ? s->time : 0;
	}
}

/* The log that signed; it must be the one that the origin names. */
static rc find_log(const struct policy *p, struct policy_verdict *v, struct err *e)
{
	bool signed_by_one = false;
	for (size_t i = 0; i < p->nlogs; i++) {
		if (!note_sig_by(&v->note, i))
			continue;
		signed_by_one = true;
		v->log = i;
		if (str_eq(p->logs[i].key.name, v->checkpoint.origin))
			return OK;
	}
	if (!signed_by_one)
		return err_set(e, E_VERIFY, "no log of the policy signed the checkpoint");
	return err_set(e, E_VERIFY, "the checkpoint's origin '%.*s' is not the name of the log that signed it",
		(int)size_min(v->checkpoint.origin.n, 120), v->checkpoint.origin.p);
}

rc policy_open(struct arena *a, const struct policy *p, struct str bytes, struct policy_verdict *ret, struct err *e)
{
	struct policy_verdict v = {0};
	size_t nkeys = 0;
	struct note_key *keys = keys_of(a, p, &nkeys);
	TRY(note_open(a, bytes, keys, nkeys, &v.note, e));
	TRY(checkpoint_parse(a, v.note.text, &v.checkpoint, e));
	TRY(find_log(p, &v, e));
	v.cosigned = arena_alloc(a, p->nnodes * sizeof(*v.cosigned));
	v.times = arena_alloc(a, p->nnodes * sizeof(*v.times));
	find_cosignatures(p, &v);
	v.satisfied = policy_satisfied(p, v.cosigned);
	v.said = policy_explain(a, p, v.cosigned);
	*ret = v;
	return OK;
}
