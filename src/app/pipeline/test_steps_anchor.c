/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <unistd.h>

#include "app/pipeline/test_steps.h"
#include "base/buf.h"
#include "base/caps.h"
#include "io/fs/fs.h"
#include "io/http/http.h"

#define CALENDAR "https://calendar.example"

static bool is_anchored(const struct found *f, const struct promise *p)
{
	for (size_t i = 0; i < f->ntokens; i++)
		if (hash_eq(&f->token[i], &p->hash))
			return true;
	return false;
}

void steps_promise_token(struct run *r, struct str bytes)
{
	run_promise(r,
		(struct promise){
			.what = "a token was kept", .holds = is_anchored, .n = bytes.n, .hash = hash_of(bytes)});
}

/* Bytes that are in no other token of this run or another. */
static rc some_bytes(struct run *r, size_t n, struct str *ret, struct err *e)
{
	char *to = arena_alloc(&r->a, n);
	TRY(r->env.random(&r->env, to, n, e));
	*ret = str_mem(to, n);
	return OK;
}

static rc add_token(struct run *r, struct pipeline *p, enum leaf_token kind, size_t n, struct err *e)
{
	struct seal_token t = {.kind = kind, .note = pipeline_note(p)};
	TRY(some_bytes(r, n, &t.bytes, e));
	TRY(pipeline_add_token(p, &t, e));
	steps_promise_token(r, t.bytes);
	return OK;
}

rc step_add_token(struct run *r, struct pipeline *p, struct err *e)
{
	uint64_t n = 0;
	TRY(pipeline_sealed(p, &n, e));
	return n ? add_token(r, p, LEAF_COSIG, 120, e) : OK;
}

static rc add_tokens(struct run *r, struct pipeline *p, struct err *e)
{
	TRY(add_token(r, p, LEAF_COSIG, 120, e));
	TRY(add_token(r, p, LEAF_RFC3161, 5000, e));
	TRY(add_token(r, p, LEAF_CHAIN, 30000, e));
	return add_token(r, p, LEAF_OTS, 1, e);
}

rc step_tokens(struct run *r, struct err *e)
{
	return run_pipeline(r, add_tokens, true, e);
}

rc step_tokens_unsealed(struct run *r, struct err *e)
{
	return run_pipeline(r, add_tokens, false, e);
}

/* A calendar that has a block when it is asked the second time, and an authority that answers with a page. */
static rc answer(
	struct env *env, const struct fetch_request *q, struct arena *a, struct fetch_reply *ret, struct err *e)
{
	static const char promise[] = "\x00\x83\xdf\xe3\x0d\x2e\xf9\x0c\x8e\x19\x18" CALENDAR;
	static const char block[] = "\x08\x00\x05\x88\x96\x0d\x73\xd7\x19\x01\x01\x65";
	struct str body = STR("<p>not here");
	if (str_ends(q->url, STR("/digest")))
		body = str_mem(promise, sizeof(promise) - 1);
	else if (str_starts(q->url, STR(CALENDAR "/timestamp/")))
		body = str_mem(block, sizeof(block) - 1);
	else if (str_ends(q->url, STR("/gone")))
		return err_set(e, E_NET, "no connection");
	*ret = (struct fetch_reply){.request = STR("POST / HTTP/1.1\r\n\r\n"),
		.head = str_fmt(a, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", body.n),
		.status = 200,
		.body = body.n,
		.ip = STR("192.0.2.8"),
		.started = env->now(env),
		.ended = env->now(env),
		.tool = STR("libfake/1")};
	return write(q->spool, body.p, body.n) == (ssize_t)body.n ? OK : err_sys(e, "spool");
}

struct asked {
	struct pipeline_anchored report; /* first */
	struct run *run;
};

static void on_answered(struct pipeline_anchored *r, struct str who, const struct anchor_token *t, const struct err *e)
{
	(void)who;
	(void)e;
	if (t)
		steps_promise_token(((struct asked *)r)->run, t->bytes);
}

static rc ask(struct run *r, struct pipeline *p, bool upgrade, struct asked *ret, struct err *e)
{
	struct str calendar = STR(CALENDAR);
	struct anchor_tsa tsa[] = {{STR("page"), STR("https://tsa.example/page"), STR("")},
		{STR("gone"), STR("https://tsa.example/gone"), STR("")}};
	const struct authorities who = {tsa, ARRAY_LEN(tsa), &calendar, 1, STR("")};
	const struct anchor_net net = {.user_agent = STR("test")};
	*ret = (struct asked){{.answered = on_answered}, r};
	r->env.fetch = answer;
	return upgrade ? pipeline_anchor_upgrade(p, &who, &net, &ret->report, e)
		       : pipeline_anchor(p, &who, &net, true, &ret->report, e);
}

static rc anchor(struct run *r, struct pipeline *p, struct err *e)
{
	struct asked got;
	TRY(ask(r, p, false, &got, e));
	if (got.report.kept != 1 || got.report.failed != 2)
		return err_set(e, E_NET, "%llu tokens", (unsigned long long)got.report.kept);
	return OK;
}

static rc upgrade(struct run *r, struct pipeline *p, struct err *e)
{
	struct asked got;
	TRY(ask(r, p, true, &got, e));
	if (got.report.kept == 0 || got.report.failed || got.report.waiting)
		return err_set(e, E_NET, "%llu proofs", (unsigned long long)got.report.kept);
	return OK;
}

rc step_anchor(struct run *r, struct err *e)
{
	return run_pipeline(r, anchor, true, e);
}

rc step_upgrade(struct run *r, struct err *e)
{
	return run_pipeline(r, upgrade, true, e);
}

static struct str policy_text(struct run *r)
{
	return str_fmt(&r->a, "# policy %llu-%u\nquorum none\n", (unsigned long long)r->seed, ++r->unique);
}

static struct leaf key_leaf(struct run *r)
{
	struct str name = str_fmt(
		&r->a, "example.org/key-%llu-%u+00000000+AQ", (unsigned long long)r->seed, ++r->unique);
	return (struct leaf){.kind = LEAF_KEY, .name = name};
}

static bool has_leaf(const struct found *f, const struct promise *p)
{
	for (size_t i = 0; i < f->n; i++)
		if (hash_eq(&f->id[i], &p->hash))
			return true;
	return false;
}

static struct str text_of(struct run *r, const struct leaf *leaf)
{
	AUTO(buf) text = {0};
	buf_init(&text, CAP_LEAF);
	leaf_text(&text, leaf);
	return str_dup(&r->a, buf_str(&text));
}

static rc add_policy(struct run *r, struct pipeline *p, struct err *e)
{
	struct str text = policy_text(r);
	TRY(pipeline_add_policy(p, text, e));
	run_promise(r, (struct promise){.what = "a policy was kept", .holds = is_anchored, .hash = hash_of(text)});
	return OK;
}

static rc add_key(struct run *r, struct pipeline *p, struct err *e)
{
	const struct leaf leaf = key_leaf(r);
	TRY(pipeline_add_leaf(p, &leaf, e));
	run_promise(r,
		(struct promise){
			.what = "a change of keys was kept", .holds = has_leaf, .hash = hash_of(text_of(r, &leaf))});
	return OK;
}

/* What is kept behind it is kept, sealed or not. */
static rc policy_and_tokens(struct run *r, struct pipeline *p, struct err *e)
{
	TRY(add_token(r, p, LEAF_COSIG, 120, e));
	TRY(add_policy(r, p, e));
	return add_token(r, p, LEAF_COSIG, 120, e);
}

static rc key_and_tokens(struct run *r, struct pipeline *p, struct err *e)
{
	TRY(add_key(r, p, e));
	return add_token(r, p, LEAF_OTS, 700, e);
}

rc step_policy(struct run *r, struct err *e)
{
	return run_pipeline(r, policy_and_tokens, false, e);
}

rc step_key(struct run *r, struct err *e)
{
	return run_pipeline(r, key_and_tokens, false, e);
}

struct searched {
	struct fs_visit visit; /* first */
	int dir;
	struct str text;
	bool found;
};

static rc search_file(struct fs_visit *v, const char *name, bool is_dir, struct err *e)
{
	struct searched *s = (struct searched *)v;
	AUTO(buf) bytes = {0};
	buf_init(&bytes, MIB);
	if (is_dir)
		return OK;
	TRY(fs_read(s->dir, name, &bytes, e));
	s->found |= str_find(buf_str(&bytes), s->text, 0) < bytes.n;
	return OK;
}

/* In lost+found, and not in the log. */
static bool is_put_aside(const struct found *f, const struct promise *p)
{
	AUTO_FD dir = -1;
	struct err e;
	struct searched s = {.visit = {search_file}, .text = p->text};
	if (has_leaf(f, p) || fs_dir_open(archive_dir(f->ar), "lost+found", &dir, &e) != OK)
		return false;
	s.dir = dir;
	return fs_list(dir, ".", &s.visit, &e) == OK && s.found;
}

static void promise_put_aside(struct run *r, struct str text, const struct leaf *leaf)
{
	run_promise(r,
		(struct promise){.what = "what the log's key did not speak for was put aside",
			.holds = is_put_aside,
			.text = text,
			.hash = hash_of(text_of(r, leaf))});
}

static rc forge(struct pipeline *p, enum frame_kind kind, struct str body, struct err *e)
{
	struct archive_ref ref;
	TRY(archive_frame_add(pipeline_archive(p), kind, body, NULL, &ref, e));
	return archive_sync_records(pipeline_archive(p), e);
}

static rc policy_forged(struct run *r, struct pipeline *p, struct err *e)
{
	AUTO(buf) body = {0};
	struct str text = policy_text(r);
	const struct leaf leaf = {.kind = LEAF_POLICY, .hash = hash_of(text)};
	buf_init(&body, LEAF_BODY_MAX);
	leaf_body_add(&body, &(struct leaf_body){text_of(r, &leaf), STR(""), text});
	TRY(add_token(r, p, LEAF_COSIG, 120, e));
	TRY(forge(p, FRAME_TOKEN, buf_str(&body), e));
	promise_put_aside(r, text, &leaf);
	return OK;
}

static rc key_forged(struct run *r, struct pipeline *p, struct err *e)
{
	const struct leaf leaf = key_leaf(r);
	TRY(add_token(r, p, LEAF_COSIG, 120, e));
	TRY(forge(p, FRAME_LEAF, text_of(r, &leaf), e));
	promise_put_aside(r, leaf.name, &leaf);
	return OK;
}

rc step_policy_forged(struct run *r, struct err *e)
{
	return run_pipeline(r, policy_forged, false, e);
}

rc step_key_forged(struct run *r, struct err *e)
{
	return run_pipeline(r, key_forged, false, e);
}
