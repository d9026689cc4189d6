/* SPDX-License-Identifier: Apache-2.0 */
/* Anchors of the log: asked for and kept, and judged again. */
#include "app/pipeline/pipeline_int.h"
#include "base/caps.h"

static bool is_anchor(struct str what)
{
	return str_eq(what, leaf_token_name(LEAF_RFC3161)) || str_eq(what, leaf_token_name(LEAF_OTS));
}

/* Whether a token is what those who are asked now would give. Where there are authorities, a promise is not enough: it
 * has the word of nobody. */
static rc counts(const struct authorities *who, const struct pipeline_token *t, bool *ret, struct err *e)
{
	AUTO(arena) a = {0};
	struct anchor_verdict v;
	const struct anchor_trust trust = {str_trim(who->trusted), STR(""), 0};
	*ret = false;
	if (!is_anchor(token_word(&t->leaf)) || (t->leaf.token == LEAF_OTS && who->ntsa))
		return OK;
	TRY(anchor_judge(t->leaf.token, t->note, t->bytes, &(struct anchor_evidence){NULL, 0}, &trust, &a, &v, e));
	*ret = v.state != ANCHOR_FAILS && (t->leaf.token == LEAF_OTS || trust.tsa.n == 0 || v.has_time);
	return OK;
}

/* True when everything behind the last anchored checkpoint is tokens and the like: asking again would only anchor
 * anchors, for ever. Rows of the catalog that are not true do not count. */
static rc nothing_new(struct pipeline *p, const struct authorities *who, uint64_t sealed, bool *ret, struct err *e)
{
	AUTO(arena) a = {0};
	AUTO(buf) body = {0};
	struct catalog_token *row = NULL;
	size_t n = 0;
	uint64_t last = 0;
	uint64_t behind = 0;
	TRY(token_rows(p, &a, &row, &n, e));
	struct checkpoint now;
	TRY(seal_checkpoint(p->ar, &p->key, &a, &now, NULL, e));
	buf_init(&body, CAP_RECORD);
	for (size_t i = n; i-- > 0 && row[i].index + behind + 1 >= sealed;) {
		AUTO(arena) one = {0};
		struct pipeline_token t;
		struct err ignored;
		bool good = false;
		if (row[i].index >= sealed || token_read(p, &now, &row[i], &one, &body, &t, &ignored) != OK)
			continue;
		behind++;
		if (t.leaf.size > last)
			TRY(counts(who, &t, &good, e));
		if (good)
			last = t.leaf.size;
	}
	*ret = last > 0 && last + behind >= sealed;
	return OK;
}

static rc keep(struct pipeline *p, enum leaf_token kind, struct str note, struct str bytes, struct err *e)
{
	return pipeline_add_token(p, &(struct seal_token){kind, note, bytes}, e);
}

static void failed(struct pipeline_anchored *r, struct str who, const struct err *e)
{
	r->failed++;
	r->answered(r, who, NULL, e);
}

static rc keep_stamp(struct pipeline *p, struct str note, struct str who, const struct anchor_token *t,
	struct pipeline_anchored *r, struct err *e)
{
	TRY(keep(p, LEAF_RFC3161, note, t->bytes, e));
	if (t->evidence.n)
		TRY(keep(p, LEAF_CHAIN, note, t->evidence, e));
	r->kept++;
	r->answered(r, who, t, NULL);
	return OK;
}

rc pipeline_anchor(struct pipeline *p, const struct authorities *who, const struct anchor_net *net, bool again,
	struct pipeline_anchored *r, struct err *e)
{
	AUTO(arena) a = {0};
	struct anchor_token t;
	struct err why;
	TRY(pipeline_seal(p, e));
	r->size = seal_size(p->seal);
	if (r->size == 0)
		return err_set(e, E_NOTFOUND, "nothing is sealed yet");
	if (!again)
		TRY(nothing_new(p, who, r->size, &r->nothing_new, e));
	if (r->nothing_new)
		return OK;
	struct str note = str_dup(&a, pipeline_note(p));
	for (size_t i = 0; i < who->ntsa; i++) {
		if (anchor_stamp(p->env, note, &who->tsa[i], net, &a, &t, &why) == OK)
			TRY(keep_stamp(p, note, who->tsa[i].name, &t, r, e));
		else
			failed(r, who->tsa[i].name, &why);
	}
	if (who->ncalendars && anchor_promise(p->env, note, who->calendars, who->ncalendars, net, &a, &t, &why) == OK) {
		TRY(keep(p, LEAF_OTS, note, t.bytes, e));
		r->kept++;
		r->waiting++;
		r->answered(r, STR("calendars"), &t, NULL);
	} else if (who->ncalendars) {
		failed(r, STR("calendars"), &why);
	}
	return pipeline_seal(p, e);
}

struct sizes {
	uint64_t *size;
	size_t n;
};

static bool is_among(const struct sizes *s, uint64_t size)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->size[i] == size)
			return true;
	return false;
}

rc pipeline_anchor_upgrade(struct pipeline *p, const struct authorities *who, const struct anchor_net *net,
	struct pipeline_anchored *r, struct err *e)
{
	AUTO(arena) a = {0};
	AUTO(buf) body = {0};
	struct catalog_token *row = NULL;
	size_t n = 0;
	struct sizes done = {NULL, 0};
	TRY(pipeline_seal(p, e));
	r->size = seal_size(p->seal);
	TRY(token_rows(p, &a, &row, &n, e));
	struct checkpoint now;
	TRY(seal_checkpoint(p->ar, &p->key, &a, &now, NULL, e));
	buf_init(&body, CAP_RECORD);
	/* the newest proof about each checkpoint has all that the older ones have, unless it is none */
	for (size_t i = n; i-- > 0;) {
		AUTO(arena) one = {0};
		struct pipeline_token t;
		struct anchor_token got;
		struct anchor_verdict v;
		struct err why;
		bool changed = false;
		if (!str_eq(row[i].what, leaf_token_name(LEAF_OTS)))
			continue;
		TRY(token_read(p, &now, &row[i], &one, &body, &t, e));
		if (t.leaf.kind != LEAF_ANCHOR || t.leaf.token != LEAF_OTS || is_among(&done, t.leaf.size))
			continue;
		/* once it names a block the others are asked too, for one may have lied; but nothing waits for them */
		TRY(anchor_judge(LEAF_OTS, t.note, t.bytes, &(struct anchor_evidence){NULL, 0},
			&(struct anchor_trust){{0}, {0}, 0}, &one, &v, e));
		bool waits = v.state == ANCHOR_PROMISED;
		if (v.state == ANCHOR_FAILS)
			continue;
		*(uint64_t *)arena_push(&a, &done.size, &done.n, sizeof(uint64_t)) = t.leaf.size;
		struct str name = str_fmt(&one, "proof of %llu entries", (unsigned long long)t.leaf.size);
		if (anchor_upgrade(p->env, t.bytes, who->calendars, who->ncalendars, net, &one, &got, &changed, &why) !=
			OK) {
			if (waits)
				failed(r, name, &why);
			r->waiting += waits;
			continue;
		}
		r->waiting += waits && !changed;
		r->kept += changed;
		if (changed)
			TRY(keep(p, LEAF_OTS, t.note, got.bytes, e));
		if (changed || waits)
			r->answered(r, name, &got, NULL);
	}
	return pipeline_seal(p, e);
}

#define EVIDENCE_MAX ((size_t)2 * CAP_TOKEN)

/* What was kept for time stamps of the same checkpoint. The first that came are of those who asked; what would be too
 * much with them is left out, and cannot cost them anything. */
static rc evidence_of(struct pipeline *p, const struct checkpoint *now, const struct catalog_token *row, size_t n,
	uint64_t size, struct arena *a, struct anchor_evidence *ret, struct err *e)
{
	AUTO(buf) body = {0};
	struct str *all = NULL;
	size_t nall = 0;
	size_t sum = 0;
	buf_init(&body, CAP_RECORD);
	for (size_t i = 0; i < n; i++) {
		AUTO(arena) one = {0};
		struct pipeline_token t;
		if (row[i].size != size || !str_eq(row[i].what, leaf_token_name(LEAF_CHAIN)))
			continue;
		TRY(token_read(p, now, &row[i], &one, &body, &t, e));
		if (t.bytes.n > EVIDENCE_MAX - sum)
			break;
		sum += t.bytes.n;
		*(struct str *)arena_push(a, &all, &nall, sizeof(*all)) = str_dup(a, t.bytes);
	}
	*ret = (struct anchor_evidence){all, nall};
	return OK;
}

rc pipeline_judge(struct pipeline *p, const struct token_list *tokens, const struct anchor_trust *trust,
	struct arena *a, struct anchored **ret, size_t *ret_n, struct err *e)
{
	AUTO(arena) rows = {0};
	AUTO(buf) body = {0};
	struct catalog_token *row = NULL;
	struct anchored *all = NULL;
	size_t n = 0;
	size_t nall = 0;
	if (tokens) {
		row = tokens->row;
		n = tokens->n;
	} else {
		TRY(token_rows(p, &rows, &row, &n, e));
	}
	struct checkpoint now = {.size = 0};
	if (n)
		TRY(seal_checkpoint(p->ar, &p->key, &rows, &now, NULL, e));
	buf_init(&body, CAP_RECORD);
	for (size_t i = 0; i < n; i++) {
		AUTO(arena) one = {0};
		struct anchor_evidence evidence = {NULL, 0};
		struct pipeline_token t;
		if (!is_anchor(row[i].what))
			continue;
		TRY(token_read(p, &now, &row[i], &one, &body, &t, e));
		if (t.leaf.kind != LEAF_ANCHOR || (t.leaf.token != LEAF_RFC3161 && t.leaf.token != LEAF_OTS))
			return err_set(e, E_VERIFY, "the catalog names entry %llu, which is another",
				(unsigned long long)row[i].index);
		if (t.leaf.token == LEAF_RFC3161)
			TRY(evidence_of(p, &now, row, n, t.leaf.size, &one, &evidence, e));
		struct anchored *x = arena_push(a, &all, &nall, sizeof(*x));
		*x = (struct anchored){.index = row[i].index, .size = t.leaf.size, .kind = t.leaf.token};
		TRY(anchor_judge(t.leaf.token, t.note, t.bytes, &evidence, trust, a, &x->verdict, e));
	}
	*ret = all;
	*ret_n = nall;
	return OK;
}

/* Times of records and tokens are anybody's. */
static int64_t plus(int64_t a, int64_t b)
{
	int64_t sum = 0;
	if (__builtin_add_overflow(a, b, &sum))
		return b > 0 ? INT64_MAX : INT64_MIN;
	return sum;
}

static int64_t earliest(const struct anchored *x)
{
	return plus(x->verdict.time, -x->verdict.slack);
}

static int64_t latest(const struct anchored *x)
{
	return plus(x->verdict.time, x->verdict.slack);
}

struct bracket bracket_of(const struct anchored *all, size_t n, uint64_t index)
{
	struct bracket b = {NULL, NULL};
	for (size_t i = 0; i < n; i++) {
		const struct anchored *x = &all[i];
		if (!x->verdict.has_time || x->verdict.state == ANCHOR_FAILS)
			continue;
		if (x->index < index && (!b.after || earliest(x) > earliest(b.after)))
			b.after = x;
		if (x->size > index && (!b.before || latest(x) < latest(b.before)))
			b.before = x;
	}
	return b;
}

bool bracket_allows(const struct bracket *b, int64_t claimed)
{
	if (b->after && plus(claimed, CLOCK_SLACK) < earliest(b->after))
		return false;
	return !b->before || plus(claimed, -CLOCK_SLACK) <= latest(b->before);
}
