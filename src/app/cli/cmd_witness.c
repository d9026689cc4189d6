/* SPDX-License-Identifier: Apache-2.0 */
/* witness and policy: both sides of having a log cosigned. */
#include <fcntl.h>
#include <stdio.h>

#include "app/cli/cli.h"
#include "app/pipeline/witnesses.h"
#include "base/caps.h"
#include "base/time.h"
#include "formats/witness/witness.h"
#include "io/fs/fs.h"
#include "io/httpd/httpd.h"
#include "stages/cosign/cosign.h"

#define NS_PER_SECOND 1000000000ll
#define SERVE_THREADS 4u
#define WITNESS_PORT 8417u

static struct str time_text(struct arena *a, uint64_t seconds)
{
	if (seconds > (uint64_t)INT64_MAX / NS_PER_SECOND)
		return STR("after 2262");
	return instant_utc(a, (int64_t)seconds * NS_PER_SECOND, 0);
}

rc cli_read_input(const char *path, size_t cap, struct buf *ret, struct err *e)
{
	AUTO_FD fd = -1;
	uint64_t size = 0;
	bool is_stdin = str_eq(str_c(path), STR("-"));
	buf_init(ret, cap);
	for (int ch = 0; is_stdin && (ch = getc(stdin)) != EOF;)
		buf_addc(ret, (char)ch);
	if (!is_stdin) {
		TRY(fs_open_input(path, &fd, &size, e));
		if (size > cap)
			return err_set(e, E_LIMIT, "%s: over %zu bytes", path, cap);
		char *to = buf_space(ret, (size_t)size);
		if (to)
			TRY(fs_read_at(fd, 0, to, (size_t)size, e));
		buf_grown(ret, to ? (size_t)size : 0);
	}
	return buf_done(ret, e) == OK ? OK : err_add(e, "%s", path);
}

/* To -o, or standard output. */
static rc write_output(struct cli *c, struct str bytes, struct err *e)
{
	if (c->o.output)
		return fs_commit(c->env, AT_FDCWD, c->o.output, bytes, 0644, e);
	buf_add(&c->out, bytes);
	cli_flush(c);
	return OK;
}

static const char *folder(const struct cli *c)
{
	return c->o.archive ? c->o.archive : ".";
}

static rc witness_init(struct cli *c, struct err *e)
{
	struct str vkey;
	const char *path = c->o.nargs > 1 ? c->o.args[1] : folder(c);
	if (!c->o.name)
		return err_set(e, E_USAGE, "witness init needs --name, e.g. --name example.org/alice");
	TRY(cosign_create(c->env, path, str_c(c->o.name), &c->run, &vkey, e));
	if (c->o.json) {
		struct jsonw w = jsonw_to(&c->out);
		jsonw_open(&w, NULL, '{');
		jsonw_str(&w, "witness", str_c(path));
		jsonw_str(&w, "vkey", vkey);
		jsonw_close(&w, '}');
		buf_addc(&c->out, '\n');
		return OK;
	}
	buf_addf(&c->out, "%s: a new witness\n%.*s\n", path, STR_FMT(vkey));
	cli_note(c, "the line above is the witness's public key: whoever keeps a log puts it into the policy");
	return OK;
}

static rc witness_trust(struct cli *c, struct err *e)
{
	struct cosign *w = NULL;
	struct str origin;
	if (c->o.nargs != 2)
		return err_set(e, E_USAGE, "usage: onrecord witness trust VKEY");
	TRY(cosign_open(c->env, folder(c), &w, e));
	rc r = cosign_trust(w, str_trim(str_c(c->o.args[1])), &origin, e);
	cosign_free(w);
	TRY(r);
	if (c->o.json) {
		struct jsonw j = jsonw_to(&c->out);
		jsonw_open(&j, NULL, '{');
		jsonw_str(&j, "origin", origin);
		jsonw_close(&j, '}');
		buf_addc(&c->out, '\n');
		return OK;
	}
	buf_add(&c->out, STR("checkpoints of "));
	cli_text(&c->out, origin);
	buf_add(&c->out, STR(" are cosigned from here on\n"));
	return OK;
}

static void warn_outside(struct cli *c, const struct cosign_answer *got)
{
	if (got->no_outside_copy)
		cli_note(c, "no outside copy: an older copy of this folder would not be noticed");
}

static rc witness_sign(struct cli *c, struct err *e)
{
	AUTO(buf) body = {0};
	struct cosign *w = NULL;
	struct cosign_answer got;
	if (c->o.nargs != 2)
		return err_set(e, E_USAGE, "usage: onrecord witness sign REQUEST-FILE");
	TRY(cli_read_input(c->o.args[1], CAP_WITNESS_REQUEST, &body, e));
	TRY(cosign_open(c->env, folder(c), &w, e));
	rc r = cosign_answer(w, buf_str(&body), &c->run, &got, e);
	cosign_free(w);
	TRY(r);
	warn_outside(c, &got);
	if (got.body.n)
		TRY(write_output(c, got.body, e));
	if (got.status == WITNESS_SIGN)
		return OK;
	*e = got.why;
	e->code = got.status == WITNESS_MALFORMED ? E_FORMAT : E_VERIFY;
	return err_add(e, "not cosigned (%u%s)", got.status, got.fork ? ", FORK: the request is kept as proof" : "");
}

struct serving {
	struct cli *c;
	struct cosign *w;
};

/* The operator's line; requests come in more than one thread, and stderr is locked a line at a time. */
static void tell(const struct cosign_answer *got)
{
	AUTO(buf) b = {0};
	buf_init(&b, 4 * KIB);
	buf_addf(&b, "%u ", got->status);
	cli_text(&b, got->origin);
	if (got->status == WITNESS_SIGN)
		buf_addf(&b, " %llu", (unsigned long long)got->size);
	else
		buf_addf(&b, " %s%s", got->fork ? "FORK: " : "", got->why.msg);
	(void)fprintf(stderr, "%.*s\n", STR_FMT(buf_str(&b)));
}

static void answer_add(struct serving *s, const struct httpd_request *r, struct arena *a, struct httpd_reply *ret)
{
	struct cosign_answer got;
	struct err e;
	if (cosign_answer(s->w, r->body, a, &got, &e) != OK) {
		(void)fprintf(stderr, "onrecord: %s\n", e.msg);
		ret->status = 500;
		return;
	}
	if (!s->c->o.quiet)
		tell(&got);
	ret->status = got.status;
	ret->body = got.body;
	ret->type = got.status == WITNESS_CONFLICT ? STR("text/x.tlog.size") : STR("text/plain; charset=utf-8");
}

/* A proxy may put a prefix before both. */
static void answer(void *ctx, const struct httpd_request *r, struct arena *a, struct httpd_reply *ret)
{
	struct serving *s = ctx;
	struct err e;
	struct str path = r->path;
	bool get = str_eq(r->method, STR("GET")) || str_eq(r->method, STR("HEAD"));
	ret->status = 404;
	if (str_ends(path, STR("/add-checkpoint"))) {
		if (str_eq(r->method, STR("POST")))
			answer_add(s, r, a, ret);
		else
			ret->status = 405;
		return;
	}
	if (!get || !str_ends(path, STR("/checkpoint")))
		return;
	path = str_sub(path, 0, path.n - STR("/checkpoint").n);
	while (str_chr(path, '/', 0) < path.n)
		(void)str_cut(&path, '/');
	rc got = cosign_latest(s->w, path, a, &ret->body, &e);
	ret->status = got == OK ? 200 : got == E_NOTFOUND ? 404 : 500;
	ret->type = STR("text/plain; charset=utf-8");
}

/* "127.0.0.1:8417", "[::1]:8417", or a port. */
static rc listen_at(struct cli *c, struct httpd_options *o, struct err *e)
{
	struct str s = str_c(c->o.listen);
	uint64_t port = WITNESS_PORT;
	size_t colon = s.n;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == ':')
			colon = i;
	struct str number = colon < s.n ? str_from(s, colon + 1) : s;
	if (s.n && (!str_to_u64(number, &port) || port > UINT16_MAX))
		return err_set(e, E_USAGE, "--listen takes ADDRESS:PORT, not '%.*s'", STR_FMT(s));
	o->address = colon < s.n ? str_sub(s, 0, colon) : STR("127.0.0.1");
	if (str_starts(o->address, STR("[")) && str_ends(o->address, STR("]")))
		o->address = str_sub(o->address, 1, o->address.n - 1);
	o->port = (uint16_t)port;
	return OK;
}

static rc witness_serve(struct cli *c, struct err *e)
{
	struct serving s = {.c = c};
	struct httpd *h = NULL;
	struct httpd_options o = {
		.max_body = CAP_WITNESS_REQUEST, .threads = SERVE_THREADS, .answer = answer, .ctx = &s};
	TRY(listen_at(c, &o, e));
	TRY(cosign_open(c->env, folder(c), &s.w, e));
	rc r = httpd_open(c->env, &o, &h, e);
	if (r == OK) {
		if (c->o.json) {
			struct jsonw w = jsonw_to(&c->out);
			jsonw_open(&w, NULL, '{');
			jsonw_str(&w, "address", o.address);
			jsonw_u64(&w, "port", httpd_port(h));
			jsonw_close(&w, '}');
			buf_addc(&c->out, '\n');
		} else {
			buf_addf(&c->out, "listening on %.*s, port %u\n", STR_FMT(o.address), httpd_port(h));
		}
		cli_flush(c);
		(void)fflush(stdout);
		httpd_wait(h);
		httpd_close(h);
	}
	cosign_free(s.w);
	return r;
}

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
	return write_output(c, buf_str(&body), e);
}

static void say_witnessed(struct cli *c, const struct witnesses *w, const struct cosigned *at)
{
	AUTO(arena) a = {0};
	for (size_t i = 0; i < w->policy.nnodes; i++) {
		if (!at->by[i] || c->o.json || c->o.quiet)
			continue;
		buf_add(&c->out, STR("witnessed by "));
		cli_text(&c->out, w->policy.nodes[i].name);
		buf_addf(&c->out, " at %.*s\n", STR_FMT(time_text(&a, at->times[i])));
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
		rc (*own)(struct cli *c, struct err *e);        /* of a witness's folder */
		rc (*archive)(struct asking *k, struct err *e); /* of an archive */
	} verbs[] = {
		{"init", witness_init, NULL},
		{"trust", witness_trust, NULL},
		{"serve", witness_serve, NULL},
		{"sign", witness_sign, NULL},
		{"request", NULL, witness_request},
		{"ask", NULL, witness_ask},
		{"import", NULL, witness_import},
	};
	struct err e;
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (!str_eq(str_c(c->o.args[0]), str_c(verbs[i].name)))
			continue;
		if (verbs[i].archive)
			return with_archive(c, verbs[i].archive);
		return verbs[i].own(c, &e) == OK ? EXIT_DONE : cli_fail(c, &e);
	}
	rc_ignore(err_set(&e, E_USAGE, "witness has init, trust, serve, sign, request, ask and import, not '%.40s'",
		c->o.args[0]));
	return cli_fail(c, &e);
}

/* A policy that asks for another log's signature would never be satisfied. */
static rc check_policy(struct cli *c, struct pipeline *p, struct str text, struct err *e)
{
	struct policy policy;
	const struct note_key *own = pipeline_key(p);
	bool ours = false;
	if (policy_parse(&c->run, text, &policy, e) != OK)
		return err_add(e, "%s", c->o.args[0]);
	for (size_t i = 0; i < policy.nlogs; i++)
		ours |= str_eq(policy.logs[i].key.name, own->name) &&
			memcmp(policy.logs[i].key.pub, own->pub, sizeof(own->pub)) == 0;
	if (policy.nlogs && !ours)
		return err_set(e, E_VERIFY, "%s: this archive's log is not among its logs", c->o.args[0]);
	return OK;
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

void cli_witnesses(struct cli *c, struct pipeline *p, struct witnesses *ret)
{
	struct err e;
	if (witnesses_load(p, &c->run, ret, &e) == OK)
		return;
	rc_ignore(err_add(&e, "witnesses are not shown"));
	cli_error(c, &e);
	*ret = (struct witnesses){0};
}

void cli_witnessed_json(struct jsonw *j, const struct witnesses *w, const struct cosigned *at)
{
	AUTO(arena) a = {0};
	if (!at) {
		jsonw_null(j, "witnessed");
		return;
	}
	jsonw_open(j, "witnessed", '{');
	jsonw_bool(j, "quorum", at->satisfied);
	jsonw_str(j, "time", time_text(&a, at->time));
	jsonw_u64(j, "size", at->size);
	jsonw_open(j, "by", '[');
	for (size_t i = 0; i < w->policy.nnodes; i++) {
		if (!at->by[i])
			continue;
		jsonw_open(j, NULL, '{');
		jsonw_str(j, "name", w->policy.nodes[i].name);
		jsonw_str(j, "time", time_text(&a, at->times[i]));
		jsonw_close(j, '}');
	}
	jsonw_close(j, ']');
	jsonw_str(j, "said", at->said);
	jsonw_close(j, '}');
}

void cli_witnessed(struct buf *b, const struct witnesses *w, const struct cosigned *at)
{
	AUTO(arena) a = {0};
	if (!at)
		return;
	buf_add(b, STR("witnessed "));
	if (at->satisfied)
		buf_addf(b, "%.*s ", STR_FMT(time_text(&a, at->time)));
	buf_add(b, STR("by "));
	cli_text(b, witnesses_names(&a, w, at));
	buf_add(b, STR(" ("));
	cli_text(b, str_sub(at->said, 0, str_chr(at->said, ':', 0)));
	buf_addc(b, ')');
}
