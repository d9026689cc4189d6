/* SPDX-License-Identifier: Apache-2.0 */
/* witness and policy: having this log cosigned. */
#include "app/cli/cli.h"
#include "app/pipeline/witnesses.h"
#include "base/caps.h"
#include "base/time.h"
#include "formats/witness/witness.h"

/* An archive open for writing, with what its policy says. */
struct asking {
	struct cli *c;
	struct pipeline *p;
	struct witnesses w;
};

static rc find_witness(const struct asking *k, const char *name, size_t *ret, struct err *e)
{
	for (size_t i = 0; i < k->w.policy.nnodes; i++) {
		const struct policy_node *n = &k->w.policy.nodes[i];
		if (n->kind == POLICY_WITNESS && str_eq(n->name, str_c(name))) {
			*ret = i;
			return OK;
		}
	}
	return err_set(e, E_NOTFOUND, "no witness of the policy is called '%.100s'", name);
}

/* One body does for all who have cosigned the same. */
static rc common_size(const struct asking *k, uint64_t *ret, struct err *e)
{
	bool any = false;
	for (size_t i = 0; i < k->w.policy.nnodes; i++) {
		if (k->w.policy.nodes[i].kind != POLICY_WITNESS)
			continue;
		uint64_t last = witnesses_last(&k->w, i);
		if (any && last != *ret)
			return err_set(e, E_USAGE, "the witnesses have cosigned different sizes: name one of them");
		*ret = last;
		any = true;
	}
	return any ? OK : err_set(e, E_NOTFOUND, "the policy names no witness");
}

static rc witness_request(struct asking *k, struct err *e)
{
	struct cli *c = k->c;
	AUTO(buf) body = {0};
	uint64_t old = c->o.old;
	size_t node = 0;
	if (c->o.nargs > 1)
		TRY(find_witness(k, c->o.args[1], &node, e));
	if (!c->o.has_old && c->o.nargs > 1)
		old = witnesses_last(&k->w, node);
	else if (!c->o.has_old)
		TRY(common_size(k, &old, e));
	buf_init(&body, CAP_WITNESS_REQUEST);
	TRY(witnesses_request(k->p, old, &body, e));
	return cli_write_output(c, buf_str(&body), e);
}

static void say_witnessed(struct cli *c, const struct witnesses *w, const struct cosigned *at)
{
	AUTO(arena) a = {0};
	for (size_t i = 0; i < w->policy.nnodes; i++) {
		if (!at->by[i] || c->o.json || c->o.quiet)
			continue;
		buf_add(&c->out, STR("witnessed by "));
		cli_text(&c->out, w->policy.nodes[i].name);
		buf_addf(&c->out, " at %.*s\n", STR_FMT(cli_time(&a, at->times[i])));
	}
	if (c->o.json) {
		struct jsonw j = jsonw_to(&c->out);
		jsonw_open(&j, NULL, '{');
		cli_witnessed_json(&j, w, at);
		jsonw_close(&j, '}');
		buf_addc(&c->out, '\n');
	} else {
		buf_addf(&c->out, "checkpoint of %llu entries: quorum %s, ", (unsigned long long)at->size,
			at->satisfied ? "reached" : "not reached");
		cli_text(&c->out, at->said);
		buf_addc(&c->out, '\n');
	}
	cli_flush(c);
}

/* Seals what was kept, and tells how the checkpoint of that size stands now. */
static rc seal_and_say(struct asking *k, uint64_t size, struct err *e)
{
	TRY(pipeline_seal(k->p, e));
	TRY(witnesses_load(k->p, &k->c->run, &k->w, e));
	for (size_t i = 0; i < k->w.n; i++)
		if (k->w.at[i].size == size)
			say_witnessed(k->c, &k->w, &k->w.at[i]);
	return OK;
}

static rc witness_import(struct asking *k, struct err *e)
{
	struct cli *c = k->c;
	struct witnesses_import got = {0};
	if (c->o.nargs < 2)
		return err_set(e, E_USAGE, "usage: onrecord witness import FILE ...");
	for (size_t i = 1; i < c->o.nargs; i++) {
		AUTO(buf) answer = {0};
		uint64_t told = 0;
		TRY(cli_read_input(c->o.args[i], CAP_WITNESS_REPLY, &answer, e));
		if (witness_size_parse(buf_str(&answer), &told, e) == OK)
			return err_set(e, E_VERIFY,
				"%s: the witness has cosigned %llu entries (onrecord witness request --old %llu)",
				c->o.args[i], (unsigned long long)told, (unsigned long long)told);
		if (witnesses_import(k->p, &k->w, buf_str(&answer), &got, e) != OK)
			return err_add(e, "%s", c->o.args[i]);
	}
	return seal_and_say(k, got.size, e);
}

static rc ask_one(struct asking *k, size_t node, struct witnesses_import *got, struct err *e)
{
	AUTO(arena) a = {0};
	struct str reply;
	const struct policy_node *n = &k->w.policy.nodes[node];
	rc r = witnesses_ask(k->p, n, witnesses_last(&k->w, node), &a, &reply, e);
	if (r == OK)
		r = witnesses_import(k->p, &k->w, reply, got, e);
	return r == OK ? OK : err_add(e, "%.*s", STR_FMT(n->name));
}

static rc witness_ask(struct asking *k, struct err *e)
{
	size_t asked = 0;
	size_t answered = 0;
	struct witnesses_import got = {0};
	struct err why;
	if (!k->w.has_policy)
		return err_set(
			e, E_NOTFOUND, "there is no policy that names witnesses (onrecord policy FILE seals one)");
	for (size_t i = 0; i < k->w.policy.nnodes; i++) {
		if (k->w.policy.nodes[i].kind != POLICY_WITNESS || k->w.policy.nodes[i].url.n == 0)
			continue;
		asked++;
		if (ask_one(k, i, &got, &why) == OK) {
			answered++;
		} else {
			cli_error(k->c, &why);
			*e = why;
		}
	}
	if (asked == 0)
		return err_set(e, E_NOTFOUND, "no witness of the policy has a URL");
	if (answered == 0)
		return err_set(e, e->code, "none of %zu witnesses cosigned", asked);
	TRY(seal_and_say(k, got.size, e));
	return answered == asked ? OK : err_set(e, E_CANCELLED, "%zu of %zu witnesses cosigned", answered, asked);
}

static enum exit_code with_archive(struct cli *c, rc (*run)(struct asking *k, struct err *e))
{
	struct err e;
	struct err closing;
	struct asking k = {.c = c};
	if (cli_open(c, true, &k.p, &e) != OK)
		return cli_fail(c, &e);
	rc r = witnesses_load(k.p, &c->run, &k.w, &e);
	if (r == OK)
		r = run(&k, &e);
	if (r == OK || r == E_CANCELLED || r == E_NET || r == E_VERIFY) {
		if (pipeline_close(k.p, &closing) != OK)
			return cli_fail(c, &closing);
	} else {
		pipeline_abandon(k.p);
	}
	return r == OK ? EXIT_DONE : cli_fail(c, &e);
}

enum exit_code cmd_witness(struct cli *c)
{
	static const struct {
		const char *name;
		rc (*run)(struct asking *k, struct err *e);
	} verbs[] = {
		{"request", witness_request},
		{"ask", witness_ask},
		{"import", witness_import},
	};
	struct err e;
	enum exit_code code;
	if (cmd_cosign(c, &code))
		return code;
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (str_eq(str_c(c->o.args[0]), str_c(verbs[i].name)))
			return with_archive(c, verbs[i].run);
	rc_ignore(err_set(&e, E_USAGE, "witness has init, trust, serve, sign, request, ask and import, not '%.40s'",
		c->o.args[0]));
	return cli_fail(c, &e);
}

static rc check_policy(struct cli *c, struct pipeline *p, struct str text, struct err *e)
{
	struct policy policy;
	if (policy_parse(&c->run, text, &policy, e) != OK)
		return err_add(e, "%s", c->o.args[0]);
	return cli_policy_for(c->o.args[0], &policy, pipeline_key(p), e);
}

static rc policy_seal(struct asking *k, struct err *e)
{
	AUTO(buf) text = {0};
	TRY(cli_read_input(k->c->o.args[0], CAP_POLICY, &text, e));
	TRY(check_policy(k->c, k->p, buf_str(&text), e));
	if (k->w.has_policy && str_eq(k->w.text, buf_str(&text))) {
		cli_note(k->c, "this policy is the one that counts already");
		return OK;
	}
	TRY(pipeline_add_policy(k->p, buf_str(&text), e));
	return pipeline_seal(k->p, e);
}

static rc policy_show(struct cli *c, struct pipeline *p, struct err *e)
{
	struct witnesses w;
	TRY(witnesses_load(p, &c->run, &w, e));
	if (!w.has_policy)
		return err_set(e, E_NOTFOUND, "there is no policy (onrecord policy FILE seals one)");
	if (!c->o.json) {
		buf_add(&c->out, w.text);
		return OK;
	}
	struct jsonw j = jsonw_to(&c->out);
	jsonw_open(&j, NULL, '{');
	jsonw_str(&j, "policy", w.text);
	jsonw_u64(&j, "checkpoints", w.n);
	jsonw_u64(&j, "unknown", w.unknown);
	jsonw_u64(&j, "bad", w.bad);
	jsonw_close(&j, '}');
	buf_addc(&c->out, '\n');
	return OK;
}

enum exit_code cmd_policy(struct cli *c)
{
	struct err e;
	struct pipeline *p = NULL;
	if (c->o.nargs)
		return with_archive(c, policy_seal);
	if (cli_open(c, false, &p, &e) != OK)
		return cli_fail(c, &e);
	rc r = policy_show(c, p, &e);
	pipeline_abandon(p);
	return r == OK ? EXIT_DONE : cli_fail(c, &e);
}
