/* SPDX-License-Identifier: Apache-2.0 */
/* A witness on the same disk as the log that it cosigns: its folder, and its copy outside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <unistd.h>

#include "app/pipeline/test_steps.h"
#include "app/pipeline/witnesses.h"
#include "base/buf.h"
#include "base/caps.h"
#include "base/codec.h"
#include "formats/witness/witness.h"
#include "io/signer/signer.h"
#include "stages/cosign/cosign.h"

static const char *folder(struct run *r)
{
	return str_fmt(&r->a, "%s/witness", r->root).p;
}

/* What the witness says that it has cosigned last. */
static rc last_of(struct cosign *w, struct str origin, struct arena *a, struct checkpoint *ret, struct err *e)
{
	struct hash h = hash_of(origin);
	struct str bytes;
	struct note n;
	TRY(cosign_latest(w, hex_of(a, hash_str(&h)), a, &bytes, e));
	TRY(note_open(a, bytes, cosign_key(w), 1, &n, e));
	return checkpoint_parse(a, n.text, ret, e);
}

/* A request about another history, under the log's own signature. */
static rc forge(const struct found *f, uint64_t old, uint64_t size, struct buf *ret, struct err *e)
{
	AUTO(buf) note = {0};
	struct signer *s = NULL;
	const struct checkpoint c = {f->published.origin, size, hash_of(STR("another history"))};
	struct witness_request q = {.old_size = old, .proof = {.h = {c.root}, .n = old > 0 && old < size}};
	buf_init(&note, CAP_NOTE);
	checkpoint_text(&note, &c);
	TRY(signer_load(archive_dir(f->ar), "keys/log.key", &s, e));
	rc r = signer_sign_note(s, &note, e);
	signer_free(s);
	TRY(r);
	q.checkpoint = buf_str(&note);
	buf_init(ret, CAP_WITNESS_REQUEST);
	witness_request_text(ret, &q);
	return buf_done(ret, e);
}

static rc signs_nothing_else(struct cosign *w, const struct found *f, uint64_t size, struct err *e)
{
	const uint64_t asked[][2] = {{size, size}, {size, size + 5}, {0, size}, {0, size + 1}, {size - 1, size}};
	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		AUTO(arena) a = {0};
		AUTO(buf) body = {0};
		struct cosign_answer got;
		TRY(forge(f, asked[i][0], asked[i][1], &body, e));
		TRY(cosign_answer(w, buf_str(&body), &a, &got, e));
		if (got.status == WITNESS_SIGN)
			return err_set(e, E_VERIFY, "another history was cosigned");
	}
	return OK;
}

static rc contradicts_nothing(
	struct cosign *w, const struct found *f, const struct promise *p, struct arena *a, struct err *e)
{
	struct checkpoint c;
	TRY(last_of(w, f->published.origin, a, &c, e));
	if (c.size < p->n || c.size > f->n || !hash_eq(&c.root, &f->root[c.size]))
		return err_set(e, E_VERIFY, "the witness has gone back, or on to something else");
	if (!hash_eq(&p->hash, &f->root[p->n]))
		return err_set(e, E_VERIFY, "the log is another");
	return c.size == p->n ? signs_nothing_else(w, f, c.size, e) : OK;
}

/* Looked at as another process would, and that is no part of what is replayed. */
static bool is_witnessed(const struct found *f, const struct promise *p)
{
	AUTO(arena) a = {0};
	struct run quiet = *f->run;
	struct cosign *w = NULL;
	struct err e;
	quiet.a = (struct arena){0};
	quiet.env.changed = NULL;
	rc r = cosign_open(&quiet.env, folder(&quiet), &(struct cosign_how){.plain = true}, &w, &e);
	if (r == OK)
		r = contradicts_nothing(w, f, p, &a, &e);
	cosign_free(w);
	arena_clear(&quiet.a);
	return r == OK;
}

static void promise_witnessed(struct run *r, const struct checkpoint *c)
{
	run_promise(r,
		(struct promise){.what = "a checkpoint was cosigned",
			.holds = is_witnessed,
			.is_least = true,
			.n = c->size,
			.hash = c->root});
}

/* Makes the witness, or what is missing of it. */
static rc make(struct run *r, struct pipeline *p, struct cosign **ret, struct err *e)
{
	struct str ignored;
	rc got = cosign_create(&r->env, folder(r), STR("example.org/witness"), &(struct cosign_how){.plain = true},
		&r->a, &ignored, e);
	if (got != OK && got != E_EXISTS)
		return got;
	TRY(cosign_open(&r->env, folder(r), &(struct cosign_how){.plain = true}, ret, e));
	got = cosign_trust(*ret, note_key_text(&r->a, pipeline_key(p)), &ignored, e);
	return got == E_EXISTS ? OK : got;
}

static rc find_policy(struct run *r, struct pipeline *p, struct cosign *w, struct witnesses *ret, struct err *e)
{
	struct str key = note_key_text(&r->a, cosign_key(w));
	TRY(witnesses_load(p, &r->a, ret, e));
	if (ret->has_policy && str_find(ret->text, key, 0) < ret->text.n)
		return OK;
	struct str text = str_fmt(&r->a, "witness w %.*s\nquorum w\n", STR_FMT(key));
	TRY(pipeline_add_policy(p, text, e));
	TRY(pipeline_seal(p, e));
	return witnesses_load(p, &r->a, ret, e);
}

static rc ask_from(
	struct run *r, struct pipeline *p, struct cosign *w, uint64_t old, struct cosign_answer *ret, struct err *e)
{
	AUTO(buf) body = {0};
	buf_init(&body, CAP_WITNESS_REQUEST);
	TRY(witnesses_request(p, old, &body, e));
	return cosign_answer(w, str_dup(&r->a, buf_str(&body)), &r->a, ret, e);
}

/* As onrecord witness request, sign, import: the log does not know what the witness has cosigned. */
static rc ask(struct run *r, struct pipeline *p, struct cosign *w, struct err *e)
{
	struct cosign_answer got;
	struct witnesses known;
	struct witnesses_import in;
	struct checkpoint c;
	uint64_t old = 0;
	rc last = last_of(w, pipeline_key(p)->name, &r->a, &c, e); /* signed again from what is there */
	if (r->least > (last == OK ? c.size : 0))
		return err_set(e, E_VERIFY, "the witness has gone back");
	if (last == OK)
		promise_witnessed(r, &c);
	else if (last != E_NOTFOUND)
		return last;
	TRY(find_policy(r, p, w, &known, e));
	TRY(ask_from(r, p, w, 0, &got, e));
	if (got.status == WITNESS_CONFLICT) {
		TRY(witness_size_parse(got.body, &old, e));
		TRY(ask_from(r, p, w, old, &got, e));
	}
	if (got.status != WITNESS_SIGN)
		return err_set(e, E_VERIFY, "not cosigned (%u): %s", got.status, got.why.msg);
	TRY(seal_parse_checkpoint(pipeline_note(p), pipeline_key(p), &r->a, &c, e));
	promise_witnessed(r, &c);
	TRY(witnesses_import(p, &known, got.body, &in, e));
	steps_promise_token(r, got.body);
	TRY(last_of(w, c.origin, &r->a, &c, e));
	promise_witnessed(r, &c);
	return OK;
}

static rc make_and_ask(struct run *r, struct pipeline *p, struct err *e)
{
	struct cosign *w = NULL;
	uint64_t n = 0;
	rc got = make(r, p, &w, e);
	if (got == OK)
		got = pipeline_sealed(p, &n, e);
	if (got == OK && n)
		got = ask(r, p, w, e);
	cosign_free(w);
	return got;
}

rc step_witness(struct run *r, struct err *e)
{
	return run_pipeline(r, make_and_ask, true, e);
}

rc step_witness_again(struct run *r, struct pipeline *p, struct err *e)
{
	return access(folder(r), F_OK) == 0 ? make_and_ask(r, p, e) : OK;
}
