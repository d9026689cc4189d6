/* SPDX-License-Identifier: Apache-2.0 */
/* What goes to witnesses and what comes back. */
#include "app/pipeline/pipeline_int.h"
#include "app/pipeline/witnesses.h"
#include "base/caps.h"
#include "formats/witness/witness.h"
#include "io/http/http.h"

#define ASK_SECONDS 60u

rc witnesses_request(struct pipeline *p, uint64_t old, struct buf *ret, struct err *e)
{
	AUTO(arena) a = {0};
	struct checkpoint c;
	struct witness_request r = {.old_size = old, .checkpoint = pipeline_note(p)};
	TRY(seal_parse_checkpoint(r.checkpoint, &p->key, &a, &c, e));
	TRY(seal_prove_consistency(p->ar, &c, old, &r.proof, e));
	witness_request_text(ret, &r);
	return buf_done(ret, e);
}

static rc post(struct pipeline *p, struct str url, uint64_t old, struct arena *a, struct http_small *ret, struct err *e)
{
	AUTO(buf) body = {0};
	static const struct str type = {"Content-Type: text/plain; charset=utf-8", 39};
	buf_init(&body, CAP_WITNESS_REQUEST);
	TRY(witnesses_request(p, old, &body, e));
	struct str slash = str_ends(url, STR("/")) ? STR("") : STR("/");
	const struct fetch_request q = {.url = str_join(a, str_join(a, url, slash), STR("add-checkpoint")),
		.user_agent = STR("onrecord/" ONRECORD_VERSION),
		.headers = &type,
		.nheaders = 1,
		.method = STR("POST"),
		.body = buf_str(&body),
		.timeout_seconds = ASK_SECONDS};
	return http_small(p->env, &q, CAP_WITNESS_REPLY, a, ret, e);
}

static rc said(const struct http_small *r, struct err *e)
{
	switch (r->status) {
	case WITNESS_UNTRUSTED:
		return err_set(e, E_VERIFY, "it does not trust this log's key (403)");
	case WITNESS_UNKNOWN:
		return err_set(e, E_VERIFY, "it does not know this log (404)");
	case WITNESS_CONFLICT:
		return err_set(e, E_VERIFY, "it says again that it has cosigned another size (409)");
	case WITNESS_REFUSED:
		return err_set(e, E_VERIFY, "it refuses: this log does not go on from what it has cosigned (422)");
	default:
		return err_set(e, E_NET, "it answers HTTP %u", r->status);
	}
}

rc witnesses_ask(struct pipeline *p, const struct policy_node *w, uint64_t old, struct arena *a, struct str *ret_answer,
	struct err *e)
{
	struct http_small r;
	if (w->url.n == 0)
		return err_set(e, E_USAGE, "the policy has no URL for it");
	TRY(post(p, w->url, old, a, &r, e));
	if (r.status == WITNESS_CONFLICT) {
		uint64_t told = 0;
		if (witness_size_parse(r.body, &told, e) != OK)
			return e->code = E_NET;
		if (told > seal_size(p->seal))
			return err_set(e, E_VERIFY,
				"it has cosigned %llu entries, and %llu are sealed here: this is an older copy, or "
				"another "
				"history",
				(unsigned long long)told, (unsigned long long)seal_size(p->seal));
		TRY(post(p, w->url, told, a, &r, e));
	}
	if (r.status != WITNESS_SIGN)
		return said(&r, e);
	*ret_answer = r.body;
	return OK;
}

/* The checkpoint that this log had at that size, as it signed it: Ed25519 gives the same signature each time. */
static rc own_note(struct pipeline *p, const struct checkpoint *now, uint64_t size, struct buf *ret, struct err *e)
{
	struct checkpoint c = {now->origin, size, {{0}}};
	TRY(seal_root_at(p->ar, now, size, &c.root, e));
	buf_reset(ret);
	checkpoint_text(ret, &c);
	return signer_sign_note(p->log_key.signer, ret, e);
}

static bool is_there(const struct cosignature *c, size_t n, uint64_t size, struct str name, uint64_t time)
{
	for (size_t i = 0; i < n; i++)
		if (c[i].good && c[i].size == size && c[i].time == time && str_eq(c[i].name, name))
			return true;
	return false;
}

/* Of this checkpoint only: a log may have thousands, and each costs two signatures to judge. */
static void leave_others(struct witnesses_seen *s, struct str note)
{
	size_t n = 0;
	for (size_t i = 0; i < s->nkept; i++)
		if (str_eq(s->kept[i].note, note))
			s->kept[n++] = s->kept[i];
	s->nkept = n;
}

/* One line of each witness, its earliest: more would say nothing and stay in the log for ever. */
static rc keep(struct pipeline *p, struct str note, const struct note *answer, const struct note_key *keys,
	struct witnesses_import *ret, struct err *e)
{
	AUTO(arena) a = {0};
	AUTO(witnesses_seen) seen = {0};
	struct cosignature *there = NULL;
	size_t nthere = 0;
	TRY(witnesses_collect(p, &seen, e));
	leave_others(&seen, note);
	TRY(witnesses_check(p, &seen, &a, &there, &nthere, e));
	for (size_t i = 0; i < answer->nsigs; i++) {
		const struct note_sig *s = &answer->sigs[i];
		AUTO(buf) line = {0};
		if (!s->good || note_sig_by(answer, s->key) != s)
			continue;
		if (is_there(there, nthere, ret->size, keys[s->key].name, s->time)) {
			ret->there++;
			continue;
		}
		buf_init(&line, CAP_WITNESS_REPLY);
		note_add_sig(&line, &keys[s->key], s->sig);
		const struct seal_token t = {LEAF_COSIG, note, buf_str(&line)};
		TRY(pipeline_add_token(p, &t, e));
		ret->added++;
	}
	return OK;
}

rc witnesses_import(
	struct pipeline *p, const struct witnesses *w, struct str answer, struct witnesses_import *ret, struct err *e)
{
	AUTO(arena) a = {0};
	AUTO(buf) note = {0};
	struct note_key *keys = NULL;
	size_t nkeys = 0;
	struct checkpoint now;
	if (!w->has_policy)
		return err_set(
			e, E_NOTFOUND, "there is no policy that names witnesses (onrecord policy FILE seals one)");
	for (size_t i = 0; i < w->policy.nnodes; i++)
		if (w->policy.nodes[i].kind == POLICY_WITNESS)
			*(struct note_key *)arena_push(&a, &keys, &nkeys, sizeof(*keys)) = w->policy.nodes[i].key;
	TRY(seal_parse_checkpoint(pipeline_note(p), &p->key, &a, &now, e));
	buf_init(&note, CAP_NOTE);
	uint64_t least = now.size > WITNESSES_BACK ? now.size - WITNESSES_BACK : 0;
	rc first = E_VERIFY;
	for (uint64_t size = now.size + 1; size-- > least;) {
		AUTO(arena) one = {0};
		struct note n;
		struct err why;
		TRY(own_note(p, &now, size, &note, e));
		rc r = witness_reply_open(&one, buf_str(&note), answer, keys, nkeys, &n, &why);
		if (r == OK) {
			*ret = (struct witnesses_import){.size = size};
			return keep(p, buf_str(&note), &n, keys, ret, e);
		}
		if (size == now.size) {
			*e = why;
			first = r;
		}
		if (r != E_VERIFY)
			break;
	}
	return first == E_VERIFY ? err_add(e, "of no checkpoint of this log") : first;
}
