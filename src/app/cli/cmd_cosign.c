/* SPDX-License-Identifier: Apache-2.0 */
/* witness, the colleague's side: a folder that cosigns the logs of others. */
#include <stdio.h>

#include "app/cli/cli.h"
#include "base/caps.h"
#include "formats/witness/witness.h"
#include "io/httpd/httpd.h"
#include "stages/cosign/cosign.h"

#define SERVE_THREADS 4u
#define WITNESS_PORT 8417u

static const char *folder(const struct cli *c)
{
	return c->o.archive ? c->o.archive : ".";
}

static rc passphrase(void *ctx, bool fresh, struct secret *ret, struct err *e)
{
	struct cli *c = ctx;
	return cli_passphrase(&c->ui, fresh, ret, e);
}

static struct cosign_how how_of(struct cli *c)
{
	c->keys_of = "this witness";
	return (struct cosign_how){.plain = c->o.no_passphrase,
		.work = c->o.low_memory ? LOW_MEMORY_WORK : 0,
		.passphrase = passphrase,
		.ctx = c};
}

static rc witness_init(struct cli *c, struct err *e)
{
	const struct cosign_how how = how_of(c);
	struct str vkey;
	const char *path = c->o.nargs > 1 ? c->o.args[1] : folder(c);
	if (!c->o.name)
		return err_set(e, E_USAGE, "witness init needs --name, e.g. --name example.org/alice");
	TRY(cosign_create(c->env, path, str_c(c->o.name), &how, &c->run, &vkey, e));
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
	if (c->o.no_passphrase)
		cli_note(c, "the private key is in `key` under no passphrase: who reads that file can sign as you");
	cli_note(c, "the line above is the witness's public key: whoever keeps a log puts it into the policy");
	return OK;
}

static rc witness_trust(struct cli *c, struct err *e)
{
	struct cosign *w = NULL;
	struct str origin;
	if (c->o.nargs != 2)
		return err_set(e, E_USAGE, "usage: onrecord witness trust VKEY");
	TRY(cosign_open(c->env, folder(c), NULL, &w, e));
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

static void warn_outside(struct cli *c, const struct cosign *w)
{
	if (!cosign_has_outside(w))
		cli_note(c, "no outside copy: an older copy of this folder would not be noticed");
}

static rc witness_sign(struct cli *c, struct err *e)
{
	AUTO(buf) body = {0};
	struct cosign *w = NULL;
	struct cosign_answer got;
	const struct cosign_how how = how_of(c);
	if (c->o.nargs != 2)
		return err_set(e, E_USAGE, "usage: onrecord witness sign REQUEST-FILE");
	TRY(cli_read_input(c->o.args[1], CAP_WITNESS_REQUEST, &body, e));
	TRY(cosign_open(c->env, folder(c), &how, &w, e));
	warn_outside(c, w);
	rc r = cosign_answer(w, buf_str(&body), &c->run, &got, e);
	cosign_free(w);
	TRY(r);
	if (got.body.n)
		TRY(cli_write_output(c, got.body, e));
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
	o->address = colon < s.n ? str_sub(s, 0, colon) : STR("");
	if (str_starts(o->address, STR("[")) && str_ends(o->address, STR("]")))
		o->address = str_sub(o->address, 1, o->address.n - 1);
	if (o->address.n == 0)
		o->address = STR("127.0.0.1");
	o->port = (uint16_t)port;
	return OK;
}

static rc witness_serve(struct cli *c, struct err *e)
{
	struct serving s = {.c = c};
	const struct cosign_how how = how_of(c);
	struct httpd *h = NULL;
	struct httpd_options o = {
		.max_body = CAP_WITNESS_REQUEST, .threads = SERVE_THREADS, .answer = answer, .ctx = &s};
	TRY(listen_at(c, &o, e));
	TRY(cosign_open(c->env, folder(c), &how, &s.w, e));
	warn_outside(c, s.w);
	rc r = httpd_open(c->env, &o, &h, e);
	if (r == OK) {
		if (c->o.json) {
			struct jsonw w = jsonw_to(&c->out);
			jsonw_open(&w, NULL, '{');
			jsonw_str(&w, "witness", cosign_key(s.w)->name);
			jsonw_str(&w, "address", o.address);
			jsonw_u64(&w, "port", httpd_port(h));
			jsonw_close(&w, '}');
			buf_addc(&c->out, '\n');
		} else {
			cli_text(&c->out, cosign_key(s.w)->name);
			buf_addf(&c->out, ": listening on %.*s, port %u\n", STR_FMT(o.address), httpd_port(h));
		}
		cli_flush(c);
		(void)fflush(stdout);
		httpd_wait(h);
		httpd_close(h);
	}
	cosign_free(s.w);
	return r;
}

bool cmd_cosign(struct cli *c, enum exit_code *ret)
{
	static const struct {
		const char *name;
		rc (*run)(struct cli *c, struct err *e);
	} verbs[] = {
		{"init", witness_init},
		{"trust", witness_trust},
		{"serve", witness_serve},
		{"sign", witness_sign},
	};
	struct err e;
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (!str_eq(str_c(c->o.args[0]), str_c(verbs[i].name)))
			continue;
		*ret = verbs[i].run(c, &e) == OK ? EXIT_DONE : cli_fail(c, &e);
		return true;
	}
	return false;
}
