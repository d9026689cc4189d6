/* SPDX-License-Identifier: Apache-2.0 */
/* A session of 300 captures, cut after every change to a file, with what a crash may make of that (test_replay.h).
 * With ONRECORD_TEST_LONG every cut and ten states of each, and cuts of the recoveries; else a sample. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/pipeline/test_replay.h"
#include "base/buf.h"
#include "base/caps.h"
#include "io/fs/fs.h"
#include "io/http/http.h"

static rc any_page(
	struct env *env, const struct fetch_request *q, struct arena *a, struct fetch_reply *ret, struct err *e)
{
	struct str body = str_fmt(a, "<title>%.*s</title><p>a page", STR_FMT(q->url));
	*ret = (struct fetch_reply){.request = STR("GET / HTTP/1.1\r\n\r\n"),
		.head = STR("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"),
		.status = 200,
		.body = body.n,
		.ip = STR("192.0.2.7"),
		.started = env->now(env),
		.ended = env->now(env),
		.tool = STR("libfake/1")};
	return write(q->spool, body.p, body.n) == (ssize_t)body.n ? OK : err_sys(e, "spool");
}

static bool is_made(const struct found *f, const struct promise *p)
{
	(void)p;
	return f->ar != NULL;
}

static bool is_sealed(const struct found *f, const struct promise *p)
{
	return f->published.size >= p->n;
}

/* Makes the archive, or what is missing of it when nobody was told that it is there. */
static rc step_init(struct run *r, struct err *e)
{
	struct str vkey;
	const struct pipeline_new how = {.origin = STR("example.org/crash"), .plain = true};
	if (r->made)
		return OK;
	rc got = pipeline_init(&r->env, r->archive, &how, &r->a, &vkey, e);
	if (got != OK && got != E_EXISTS)
		return got;
	run_promise(r, (struct promise){.what = "the archive was made", .holds = is_made});
	r->made = true;
	return OK;
}

static rc seal(struct run *r, struct pipeline *p, struct err *e)
{
	uint64_t n = 0;
	TRY(pipeline_seal(p, e));
	TRY(pipeline_sealed(p, &n, e));
	run_promise(r, (struct promise){.what = "entries were sealed", .holds = is_sealed, .n = n});
	return OK;
}

/* Opens, does it, and closes; or ends without sealing, as a kill would. */
static rc with_pipeline(
	struct run *r, rc (*what)(struct run *r, struct pipeline *p, struct err *e), bool close, struct err *e)
{
	struct pipeline *p = NULL;
	TRY(pipeline_open(&r->env, r->archive, true, &r->ui, &p, e));
	rc got = what(r, p, e);
	if (got == OK && close)
		got = seal(r, p, e);
	pipeline_abandon(p);
	return got;
}

static rc add_page(struct run *r, struct pipeline *p, struct err *e)
{
	struct capture_counts counts;
	const char *path = str_fmt(&r->a, "%s/page.html", r->inputs).p;
	struct pipeline_file file = {.path = path,
		.url = str_fmt(&r->a, "http://news.example/%llu/%u", (unsigned long long)r->seed, ++r->unique)};
	struct env plain;
	fs_env(&plain);
	TRY(fs_commit(&plain, AT_FDCWD, path, str_fmt(&r->a, "<p>page %.*s", STR_FMT(file.url)), 0600, e));
	return pipeline_file(p, &file, &counts, e);
}

static rc add_sealed_pages(struct run *r, struct pipeline *p, struct err *e)
{
	for (unsigned i = 0; i < 10; i++) {
		TRY(add_page(r, p, e));
		TRY(seal(r, p, e));
	}
	return OK;
}

static rc add_pages(struct run *r, struct pipeline *p, struct err *e)
{
	for (unsigned i = 0; i < 5; i++)
		TRY(add_page(r, p, e));
	return OK;
}

static rc import(struct run *r, struct pipeline *p, unsigned n, struct err *e)
{
	AUTO(buf) text = {0};
	struct capture_counts counts;
	struct env plain;
	struct pipeline_file file = {.path = str_fmt(&r->a, "%s/pages.warc", r->inputs).p};
	buf_init(&text, MIB);
	for (unsigned i = 0; i < n; i++)
		buf_addf(&text,
			"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: "
			"<urn:uuid:00000000-0000-4000-8000-%012u>\r\n"
			"WARC-Target-URI: http://news.example/import/%u\r\nWARC-Date: 2024-03-14T00:00:00Z\r\n"
			"Content-Type: text/plain\r\nContent-Length: 10\r\n\r\n%010u\r\n\r\n",
			r->unique + i, r->unique + i, r->unique + i);
	r->unique += n;
	fs_env(&plain);
	TRY(fs_commit(&plain, AT_FDCWD, file.path, buf_str(&text), 0600, e));
	return pipeline_file(p, &file, &counts, e);
}

static rc import_40(struct run *r, struct pipeline *p, struct err *e)
{
	return import(r, p, 40, e);
}

static rc import_160(struct run *r, struct pipeline *p, struct err *e)
{
	return import(r, p, 160, e);
}

static rc fetch_20(struct run *r, struct pipeline *p, struct err *e)
{
	struct str urls[20];
	struct pipeline_fetched got;
	struct pipeline_fetch how = {.how = {.tool = STR("onrecord/test"), .user_agent = STR("test")}, .jobs = 2};
	r->env.fetch = any_page;
	for (size_t i = 0; i < ARRAY_LEN(urls); i++)
		urls[i] = str_fmt(&r->a, "http://news.example/fetched/%u", ++r->unique);
	TRY(pipeline_fetch(p, urls, ARRAY_LEN(urls), &how, &got, e));
	return got.kept == ARRAY_LEN(urls) ? OK : err_set(e, E_NET, "%llu kept", (unsigned long long)got.kept);
}

static rc step_import_40(struct run *r, struct err *e)
{
	return with_pipeline(r, import_40, true, e);
}

static rc step_import_160(struct run *r, struct err *e)
{
	return with_pipeline(r, import_160, true, e);
}

static rc step_pages(struct run *r, struct err *e)
{
	return with_pipeline(r, add_sealed_pages, true, e);
}

static rc step_fetch(struct run *r, struct err *e)
{
	return with_pipeline(r, fetch_20, true, e);
}

static rc step_unsealed(struct run *r, struct err *e)
{
	return with_pipeline(r, add_pages, false, e);
}

static rc step_one_page(struct run *r, struct err *e)
{
	return with_pipeline(r, add_page, true, e);
}

/* 300 captures; imports have an entry for their file too. The tile of 256 entries is full in the second half. */
static const struct step SESSION[] = {
	{"init", step_init},
	{"import of 40", step_import_40},
	{"ten pages, sealed one by one", step_pages},
	{"fetch of 20", step_fetch},
	{"import of 160", step_import_160},
	{"five pages that are not sealed", step_unsealed},
	{"ten pages more", step_pages},
	{"five pages more that are not sealed", step_unsealed},
	{"import of 40 more", step_import_40},
	{"ten pages at the end", step_pages},
};
/* After a crash. */
static const struct step AFTER[] = {
	{"init again", step_init},
	{"a page", step_one_page},
};

static const struct step FEW[] = {
	{"init", step_init},
	{"a page", step_one_page},
	{"five pages that are not sealed", step_unsealed},
	{"ten pages, sealed one by one", step_pages},
};

static bool is_long(void)
{
	return getenv("ONRECORD_TEST_LONG") != NULL;
}

static struct replay few_steps(void)
{
	return (struct replay){.session = FEW,
		.nsession = ARRAY_LEN(FEW),
		.after = AFTER,
		.nafter = ARRAY_LEN(AFTER),
		.variants = 10,
		.one_cut_of = 1,
		.one_cut_in_it_of = 1};
}

static void all_fine(struct replay *x)
{
	replay(x);
	if (x->broken)
		fail_msg("%s", x->first);
	print_message("%llu cuts, %llu states (%llu more were like one of them), %llu recoveries cut in turn\n",
		(unsigned long long)x->cuts, (unsigned long long)x->states, (unsigned long long)x->same,
		(unsigned long long)x->nested);
}

static void test_no_crash_loses_what_was_reported(void **unused)
{
	(void)unused;
	struct replay x = few_steps();
	x.session = SESSION;
	x.nsession = ARRAY_LEN(SESSION);
	x.one_cut_of = is_long() ? 1 : 60;
	x.one_recovery_of = is_long() ? 200 : 0;
	all_fine(&x);
	assert_int_equal(x.captures, 300);
}

/* A command is killed, the next one sees all that it wrote, and then the machine stops: only what the second one
 * synced, or the first, is there. */
static void test_no_crash_after_a_kill_loses_what_was_reported(void **unused)
{
	(void)unused;
	struct replay x = few_steps();
	x.kills = true;
	x.one_recovery_of = is_long() ? 3 : 1;
	if (!is_long()) {
		x.before_syncs = true;
		x.nsession--;
		x.variants = 3;
		x.one_cut_in_it_of = 8;
	}
	all_fine(&x);
}

static bool is_sync_below(const struct change *c, struct str folder)
{
	return c->op == ENV_SYNC && c->path.n > folder.n && str_starts(c->path, folder);
}

static bool records_not_synced(const struct change *c)
{
	return is_sync_below(c, STR("archive/records/"));
}

static bool warc_not_synced(const struct change *c)
{
	return is_sync_below(c, STR("archive/warc/"));
}

static bool warc_names_not_synced(const struct change *c)
{
	return c->op == ENV_SYNC && str_eq(c->path, STR("archive/warc"));
}

static bool tiles_not_synced(const struct change *c)
{
	return is_sync_below(c, STR("archive/log/tile/"));
}

static bool state_not_synced(const struct change *c)
{
	return c->op == ENV_SYNC && str_eq(c->path, STR("archive/log/state.tmp"));
}

static bool log_names_not_synced(const struct change *c)
{
	return c->op == ENV_SYNC && str_eq(c->path, STR("archive/log"));
}

/* Each sync is there for something: without it, the replay finds a state that is wrong. */
static void test_a_sync_that_is_left_out_is_noticed(void **unused)
{
	(void)unused;
	static const struct {
		const char *what;
		bool (*lost)(const struct change *c);
	} cases[] = {
		{"records", records_not_synced},
		{"warc", warc_not_synced},
		{"names in warc/", warc_names_not_synced},
		{"tiles", tiles_not_synced},
		{"log/state", state_not_synced},
		{"names in log/", log_names_not_synced},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct replay x = few_steps();
		x.one_cut_of = is_long() ? 1 : 5;
		x.lost = cases[i].lost;
		replay(&x);
		if (!x.broken)
			fail_msg("%s: all %llu states were fine", cases[i].what, (unsigned long long)x.states);
		print_message("%s not synced: found in state %llu: %s\n", cases[i].what, (unsigned long long)x.states,
			x.first);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_sync_that_is_left_out_is_noticed),
		cmocka_unit_test(test_no_crash_loses_what_was_reported),
		cmocka_unit_test(test_no_crash_after_a_kill_loses_what_was_reported),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
