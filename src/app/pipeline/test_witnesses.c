/* SPDX-License-Identifier: Apache-2.0 */
/* The archive's side of witnesses. They are keys of the test; over HTTP a function answers for them. */
#include "app/pipeline/witnesses.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/caps.h"
#include "formats/note/test_sign.h"
#include "formats/witness/witness.h"
#include "io/fs/fs.h"
#include "io/http/http.h"

#define NAMES 4u

struct world {
	struct env env; /* first */
	struct pipeline_ui ui;
	struct arena a;
	char dir[64];
	const char *path;
	const char *state;
	int changes;
	int fail_at;
	struct str vkey;
	struct test_signer by[NAMES]; /* alice, bob, carol, and mallory who is in no policy */
	struct str policy;
	struct {
		unsigned status;
		struct str body;
	} replies[2];
	size_t asked;
	uint64_t old[2]; /* of what was asked */
	struct str url;
};

static int fail_one(struct env *env, enum env_op op, const char *path)
{
	(void)op;
	(void)path;
	struct world *w = (struct world *)(void *)env;
	return w->changes++ == w->fail_at ? ENOSPC : 0;
}

static const char *fixed_var(struct env *env, const char *name)
{
	const struct world *w = (const struct world *)(const void *)env;
	return strcmp(name, "XDG_STATE_HOME") == 0 ? w->state : NULL;
}

static rc fetch(
	struct env *env, const struct fetch_request *req, struct arena *a, struct fetch_reply *ret, struct err *e)
{
	struct world *w = (struct world *)(void *)env;
	struct witness_request r;
	assert_true(w->asked < 2);
	assert_int_equal(witness_request_parse(a, req->body, &r, e), OK);
	w->old[w->asked] = r.old_size;
	w->url = str_dup(&w->a, req->url);
	unsigned status = w->replies[w->asked].status;
	struct str body = w->replies[w->asked++].body;
	if (status == 0)
		return err_set(e, E_NET, "nobody is there");
	assert_int_equal(write(req->spool, body.p, body.n), (ssize_t)body.n);
	*ret = (struct fetch_reply){.head = str_fmt(a, "HTTP/1.1 %u X\r\nContent-Length: %zu\r\n\r\n", status, body.n),
		.status = status,
		.body = body.n};
	return OK;
}

static void on_trouble(struct pipeline_ui *ui, const struct err *e)
{
	(void)ui;
	(void)e;
}

static void world_open(struct world *w)
{
	const struct pipeline_new how = {.origin = STR("example.org/log"), .plain = true};
	struct err e;
	static const char *const names[NAMES] = {"a.example/alice", "b.example/bob", "c.example/carol", "mallory"};
	*w = (struct world){.fail_at = -1, .ui.trouble = on_trouble};
	fs_env(&w->env);
	w->env.fault = fail_one;
	w->env.var = fixed_var;
	w->env.fetch = fetch;
	memcpy(w->dir, "/tmp/onrecord-witns-XXXXXX", sizeof("/tmp/onrecord-witns-XXXXXX"));
	assert_non_null(mkdtemp(w->dir));
	w->path = str_fmt(&w->a, "%s/archive", w->dir).p;
	w->state = str_fmt(&w->a, "%s/state", w->dir).p;
	for (unsigned i = 0; i < NAMES; i++)
		w->by[i] = test_signer_make(names[i], NOTE_COSIGNATURE, (uint8_t)(10 + i));
	if (pipeline_init(&w->env, w->path, &how, &w->a, &w->vkey, &e) != OK)
		fail_msg("%s", e.msg);
	w->policy = str_fmt(&w->a,
		"log %.*s\nwitness alice %.*s http://a.example/w\nwitness bob %.*s\nwitness carol %.*s\n"
		"group two 2 alice bob carol\nquorum two\n",
		STR_FMT(w->vkey), STR_FMT(note_key_text(&w->a, &w->by[0].key)),
		STR_FMT(note_key_text(&w->a, &w->by[1].key)), STR_FMT(note_key_text(&w->a, &w->by[2].key)));
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)type;
	(void)f;
	return remove(path);
}

static void world_close(struct world *w)
{
	(void)nftw(w->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	arena_clear(&w->a);
}

static struct pipeline *opened(struct world *w, bool write)
{
	struct pipeline *p = NULL;
	struct err e;
	if (pipeline_open(&w->env, w->path, write, &w->ui, &p, &e) != OK)
		fail_msg("%s", e.msg);
	return p;
}

/* An archive open for writing whose one entry is the policy. */
static struct pipeline *with_policy(struct world *w)
{
	struct err e;
	struct pipeline *p = opened(w, true);
	assert_int_equal(pipeline_add_policy(p, w->policy, &e), OK);
	assert_int_equal(pipeline_seal(p, &e), OK);
	return p;
}

static struct str text_of(struct str note)
{
	return str_sub(note, 0, str_find(note, STR("\n\n"), 0) + 1);
}

/* A line over the published checkpoint, by that witness. */
static struct str line(struct world *w, struct pipeline *p, unsigned who, uint64_t time)
{
	return test_signer_line(&w->a, &w->by[who], text_of(pipeline_note(p)), time);
}

static struct witnesses load(struct world *w, struct pipeline *p)
{
	struct witnesses got;
	struct err e;
	if (witnesses_load(p, &w->a, &got, &e) != OK)
		fail_msg("%s", e.msg);
	return got;
}

static rc import(struct world *w, struct pipeline *p, struct str answer, struct witnesses_import *ret, struct err *e)
{
	struct witnesses now = load(w, p);
	return witnesses_import(p, &now, answer, ret, e);
}

static void test_the_time_is_that_of_the_quorum(void **state)
{
	(void)state;
	struct world w;
	struct witnesses_import got;
	struct err e;
	world_open(&w);
	struct pipeline *p = with_policy(&w);
	struct witnesses none = load(&w, p);
	assert_true(none.has_policy && none.n == 0 && !witnesses_of(&none, 0));
	assert_int_equal(import(&w, p, line(&w, p, 1, 200), &got, &e), OK);
	struct witnesses one = load(&w, p);
	const struct cosigned *at = witnesses_of(&one, 0);
	assert_true(at && !at->satisfied && at->size == 1 && at->time == 200);
	assert_true(str_eq(at->said, STR("needs 2 of 3: bob; missing alice, carol")));
	assert_null(witnesses_of(&one, 1));
	struct str both = str_join(&w.a, line(&w, p, 0, 100), line(&w, p, 2, 150));
	assert_int_equal(import(&w, p, both, &got, &e), OK);
	assert_true(got.added == 2 && got.there == 0 && got.size == 1);
	assert_int_equal(import(&w, p, both, &got, &e), OK);
	assert_true(got.added == 0 && got.there == 2);
	assert_int_equal(pipeline_close(p, &e), OK);
	p = opened(&w, false);
	struct witnesses all = load(&w, p);
	at = witnesses_of(&all, 0);
	assert_true(at && at->satisfied && at->time == 150);
	assert_true(str_eq(witnesses_names(&w.a, &all, at), STR("alice, bob, carol")));
	assert_int_equal(witnesses_last(&all, 0), 1);
	pipeline_abandon(p);
	world_close(&w);
}

static void test_of_several_checkpoints_the_first_with_a_quorum_counts(void **state)
{
	(void)state;
	struct world w;
	struct witnesses_import got;
	struct err e;
	world_open(&w);
	struct pipeline *p = with_policy(&w); /* 1 entry */
	struct str early = line(&w, p, 2, 5);
	assert_int_equal(import(&w, p, line(&w, p, 0, 10), &got, &e), OK);
	assert_int_equal(pipeline_seal(p, &e), OK); /* 2 */
	assert_int_equal(import(&w, p, line(&w, p, 0, 20), &got, &e), OK);
	assert_int_equal(import(&w, p, line(&w, p, 1, 21), &got, &e), OK);
	assert_int_equal(pipeline_seal(p, &e), OK); /* 4 */
	struct witnesses all = load(&w, p);
	assert_true(all.n == 2 && witnesses_of(&all, 0)->size == 2 && witnesses_of(&all, 1)->time == 21);
	assert_null(witnesses_of(&all, 2));
	/* one that comes late, over a checkpoint of before */
	assert_int_equal(import(&w, p, early, &got, &e), OK);
	assert_int_equal(got.size, 1);
	all = load(&w, p);
	assert_true(witnesses_of(&all, 0)->size == 1 && witnesses_of(&all, 0)->time == 10);
	assert_int_equal(pipeline_close(p, &e), OK);
	world_close(&w);
}

static void test_what_does_not_hold_is_not_imported(void **state)
{
	(void)state;
	struct world w;
	struct witnesses_import got;
	struct err e;
	world_open(&w);
	struct pipeline *p = opened(&w, true);
	assert_int_equal(import(&w, p, STR("x"), &got, &e), E_NOTFOUND); /* no policy */
	pipeline_abandon(p);
	p = with_policy(&w);
	struct str good = line(&w, p, 0, 10);
	char *bent = str_cstr(&w.a, good);
	bent[good.n - 10] = bent[good.n - 10] == 'A' ? 'B' : 'A';
	assert_int_equal(import(&w, p, str_c(bent), &got, &e), E_VERIFY);
	assert_int_equal(import(&w, p, line(&w, p, 3, 10), &got, &e), E_VERIFY);
	assert_int_equal(import(&w, p, STR(""), &got, &e), E_FORMAT);
	assert_int_equal(import(&w, p, STR("5\n"), &got, &e), E_FORMAT);
	struct hash root = {{7}};
	struct str other = test_checkpoint(&w.a, "example.org/log", 1, &root);
	assert_int_equal(import(&w, p, test_signer_line(&w.a, &w.by[0], other, 1), &got, &e), E_VERIFY);
	/* of a stranger beside a good one, only the good one is kept */
	assert_int_equal(import(&w, p, str_join(&w.a, line(&w, p, 3, 10), good), &got, &e), OK);
	assert_int_equal(got.added, 1);
	assert_int_equal(pipeline_close(p, &e), OK);
	world_close(&w);
}

/* Each becomes an entry of the log, which nobody can take out again. */
static void test_of_many_lines_of_a_witness_one_is_kept(void **state)
{
	(void)state;
	struct world w;
	struct witnesses_import got;
	struct err e;
	world_open(&w);
	struct pipeline *p = with_policy(&w);
	struct str many = STR("");
	for (unsigned i = 0; i < 40; i++)
		many = str_join(&w.a, many, line(&w, p, i % 2, 100 + (i * 7) % 40));
	many = str_join(&w.a, many, line(&w, p, 0, 100)); /* the first line again */
	assert_int_equal(import(&w, p, many, &got, &e), OK);
	assert_true(got.added == 2 && got.there == 0);
	assert_int_equal(import(&w, p, many, &got, &e), OK);
	assert_true(got.added == 0 && got.there == 2);
	assert_int_equal(pipeline_seal(p, &e), OK);
	struct witnesses all = load(&w, p);
	assert_true(all.n == 1 && all.at[0].times[0] == 100 && all.at[0].times[1] == 101);
	assert_int_equal(pipeline_close(p, &e), OK);
	world_close(&w);
}

static void test_kept_cosignatures_are_judged(void **state)
{
	(void)state;
	struct world w;
	struct err e;
	AUTO(witnesses_seen) seen = {0};
	struct cosignature *c = NULL;
	size_t n = 0;
	world_open(&w);
	struct pipeline *p = with_policy(&w);
	struct str good = line(&w, p, 0, 10);
	char *bent = str_cstr(&w.a, good);
	bent[good.n - 10] = bent[good.n - 10] == 'A' ? 'B' : 'A';
	const struct str lines[] = {good, line(&w, p, 3, 10), str_c(bent)};
	for (size_t i = 0; i < 3; i++) {
		const struct seal_token t = {LEAF_COSIG, pipeline_note(p), lines[i]};
		assert_int_equal(pipeline_add_token(p, &t, &e), OK);
	}
	assert_int_equal(pipeline_seal(p, &e), OK);
	/* a later policy without alice: she is no longer counted, and what she signed still holds */
	struct str later = str_fmt(&w.a, "log %.*s\nwitness bob %.*s\nquorum bob\n", STR_FMT(w.vkey),
		STR_FMT(note_key_text(&w.a, &w.by[1].key)));
	struct witnesses all = load(&w, p);
	assert_true(all.n == 1 && all.unknown == 1 && all.bad == 1);
	assert_int_equal(pipeline_add_policy(p, later, &e), OK);
	assert_int_equal(pipeline_seal(p, &e), OK);
	all = load(&w, p);
	assert_true(all.n == 0 && all.unknown == 3);
	assert_int_equal(witnesses_collect(p, &seen, &e), OK);
	assert_int_equal(witnesses_check(p, &seen, &w.a, &c, &n, &e), OK);
	assert_int_equal(n, 3);
	assert_true(c[0].good && str_eq(c[0].name, STR("a.example/alice")) && c[0].time == 10 && c[0].size == 1);
	assert_true(!c[1].good && !c[1].known);
	assert_true(!c[2].good && c[2].known);
	assert_int_equal(pipeline_close(p, &e), OK);
	world_close(&w);
}

/* Whoever can write to the folder, and has no key, says whom to believe. */
static void test_a_policy_that_is_not_sealed_does_not_count(void **state)
{
	(void)state;
	struct world w;
	struct witnesses_import got;
	struct err e;
	world_open(&w);
	struct pipeline *p = with_policy(&w);
	assert_int_equal(import(&w, p, line(&w, p, 0, 10), &got, &e), OK);
	assert_int_equal(pipeline_close(p, &e), OK);
	struct str planted = str_fmt(
		&w.a, "witness alice %.*s\nquorum alice\n", STR_FMT(note_key_text(&w.a, &w.by[0].key)));
	p = opened(&w, true);
	assert_int_equal(pipeline_add_policy(p, planted, &e), OK);
	struct witnesses all = load(&w, p);
	assert_true(str_eq(all.text, w.policy));
	pipeline_abandon(p);
	/* nor when nobody can move it away, and the catalog is made from what lies there */
	assert_int_equal(unlink(str_fmt(&w.a, "%s/catalog.db", w.path).p), 0);
	assert_int_equal(unlink(str_fmt(&w.a, "%s/keys/log.key", w.path).p), 0);
	p = opened(&w, false);
	all = load(&w, p);
	assert_true(all.has_policy && str_eq(all.text, w.policy));
	const struct cosigned *at = witnesses_of(&all, 0);
	assert_true(at && !at->satisfied);
	pipeline_abandon(p);
	world_close(&w);
}

static void test_a_witness_is_asked_twice_at_most(void **state)
{
	(void)state;
	struct world w;
	struct err e;
	struct str answer;
	world_open(&w);
	struct pipeline *p = with_policy(&w);
	struct witnesses all = load(&w, p);
	const struct policy_node *alice = policy_witness(&all.policy, STR("alice"));
	struct str good = line(&w, p, 0, 10);
	const struct {
		unsigned first;
		const char *size;
		unsigned second;
		rc want;
		size_t asked;
	} cases[] = {
		{200, "", 0, OK, 1},
		{409, "1\n", 200, OK, 2},
		{409, "1\n", 409, E_VERIFY, 2},
		{409, "2\n", 0, E_VERIFY, 1},
		{409, "99999999999999999999\n", 0, E_NET, 1},
		{409, "", 0, E_NET, 1},
		{422, "", 0, E_VERIFY, 1},
		{404, "", 0, E_VERIFY, 1},
		{403, "", 0, E_VERIFY, 1},
		{500, "", 0, E_NET, 1},
		{302, "", 0, E_NET, 1},
		{0, "", 0, E_NET, 1},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		w.asked = 0;
		w.replies[0].status = cases[i].first;
		w.replies[0].body = cases[i].first == 200 ? good : str_c(cases[i].size);
		w.replies[1].status = cases[i].second;
		w.replies[1].body = cases[i].second == 200 ? good : STR("1\n");
		rc r = witnesses_ask(p, alice, 0, &w.a, &answer, &e);
		if (r != cases[i].want || w.asked != cases[i].asked)
			fail_msg("case %zu: %s, asked %zu times", i, r == OK ? "OK" : e.msg, w.asked);
		if (r == OK)
			assert_true(str_eq(answer, good));
		assert_int_equal(w.old[0], 0);
		assert_true(str_eq(w.url, STR("http://a.example/w/add-checkpoint")));
	}
	assert_int_equal(witnesses_ask(p, policy_witness(&all.policy, STR("bob")), 0, &w.a, &answer, &e), E_USAGE);
	assert_int_equal(pipeline_close(p, &e), OK);
	world_close(&w);
}

static void test_an_import_that_fails_can_be_done_again(void **state)
{
	(void)state;
	for (int n = 0;; n++) {
		struct world w;
		struct witnesses_import got;
		struct err e;
		world_open(&w);
		struct pipeline *p = with_policy(&w);
		struct str answer = line(&w, p, 0, 10);
		w.changes = 0;
		w.fail_at = n;
		rc r = import(&w, p, answer, &got, &e);
		if (r == OK)
			r = pipeline_seal(p, &e);
		bool done = w.changes <= n;
		assert_true(done == (r == OK));
		pipeline_abandon(p);
		w.fail_at = -1;
		p = opened(&w, true);
		struct witnesses all = load(&w, p);
		assert_true(r != OK || all.n == 1);
		assert_int_equal(import(&w, p, answer, &got, &e), OK);
		assert_true(got.added + got.there == 1);
		assert_int_equal(pipeline_close(p, &e), OK);
		world_close(&w);
		if (done) {
			assert_true(n > 5);
			return;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_time_is_that_of_the_quorum),
		cmocka_unit_test(test_of_several_checkpoints_the_first_with_a_quorum_counts),
		cmocka_unit_test(test_what_does_not_hold_is_not_imported),
		cmocka_unit_test(test_of_many_lines_of_a_witness_one_is_kept),
		cmocka_unit_test(test_kept_cosignatures_are_judged),
		cmocka_unit_test(test_a_policy_that_is_not_sealed_does_not_count),
		cmocka_unit_test(test_a_witness_is_asked_twice_at_most),
		cmocka_unit_test(test_an_import_that_fails_can_be_done_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
