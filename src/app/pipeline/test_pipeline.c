/* SPDX-License-Identifier: Apache-2.0 */
/* Whole commands on an archive in a temporary folder. The web is a function: a URL with "deadly" in it gives a page
 * that kills the worker that parses it (message_push is wrapped by the linker, and so is fork). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/pipeline/pipeline.h"
#include "base/buf.h"
#include "base/caps.h"
#include "formats/message/message.h"
#include "formats/record/record.h"
#include "formats/url/url.h"
#include "io/fs/fs.h"
#include "io/http/http.h"
#include "io/signer/signer.h"

#define DEADLY "this page kills its parser"
#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"

rc __real_message_push(struct message *m, struct str piece, struct err *e);
rc __wrap_message_push(struct message *m, struct str piece, struct err *e);
rc __wrap_message_push(struct message *m, struct str piece, struct err *e)
{
	if (str_find(piece, STR(DEADLY), 0) < piece.n)
		__builtin_trap();
	return __real_message_push(m, piece, e);
}

/* As with pages, so with the URLs of imported records. */
#define DEADLY_URL "http://news.example/kills-its-parser"
static pid_t main_process;
static bool key_in_main_process;

struct str __real_url_key(struct arena *a, struct str input);
struct str __wrap_url_key(struct arena *a, struct str input);
struct str __wrap_url_key(struct arena *a, struct str input)
{
	key_in_main_process |= getpid() == main_process;
	if (str_eq(input, STR(DEADLY_URL)))
		__builtin_trap();
	return __real_url_key(a, input);
}

static atomic_uint forks_among_threads;

static size_t threads(void)
{
	size_t n = 0;
	DIR *d = opendir("/proc/self/task");
	assert_non_null(d);
	for (const struct dirent *e = readdir(d); e; e = readdir(d))
		n += e->d_name[0] != '.';
	(void)closedir(d);
	return n;
}

pid_t __real_fork(void);
pid_t __wrap_fork(void);
pid_t __wrap_fork(void)
{
	/* a thread that was joined may be listed a moment longer */
	for (int i = 0; threads() > 1 && i < 100; i++)
		(void)poll(NULL, 0, 10);
	if (threads() > 1)
		atomic_fetch_add(&forks_among_threads, 1);
	return __real_fork();
}

struct world {
	struct env env; /* first */
	struct pipeline_ui ui;
	struct arena a;
	char dir[64];
	const char *path;
	const char *state;
	size_t kept;
	size_t troubles;
	bool seen_mib;
	char last[sizeof(((struct err *)NULL)->msg)];
};

static uint64_t stop_slow_after = 3000; /* hundredths of a second */

static rc any_page(
	struct env *env, const struct fetch_request *q, struct arena *a, struct fetch_reply *ret, struct err *e)
{
	bool deadly = str_find(q->url, STR("deadly"), 0) < q->url.n;
	struct str body = str_fmt(a, "<title>%.*s</title><p>%s", STR_FMT(q->url), deadly ? DEADLY : "a page");
	*ret = (struct fetch_reply){.request = STR("GET / HTTP/1.1\r\n\r\n"),
		.head = STR(HEAD),
		.status = 200,
		.body = body.n,
		.ip = STR("192.0.2.7"),
		.started = env->now(env),
		.ended = env->now(env),
		.tool = STR("libfake/1")};
	/* half a minute and many MiB long, unless it is stopped */
	bool slow = str_find(q->url, STR("slow"), 0) < q->url.n;
	for (uint64_t i = 0; slow && i < stop_slow_after; i++) {
		if (q->progress(q->progress_ctx, i * MIB))
			return err_set(e, E_CANCELLED, "stopped");
		(void)poll(NULL, 0, 10);
	}
	(void)poll(NULL, 0, 5);
	return write(q->spool, body.p, body.n) == (ssize_t)body.n ? OK : err_sys(e, "spool");
}

static const char *fixed_var(struct env *env, const char *name)
{
	const struct world *w = (const struct world *)(const void *)env;
	return strcmp(name, "XDG_STATE_HOME") == 0 ? w->state : NULL;
}

static struct world *world_of(struct pipeline_ui *ui)
{
	return (struct world *)(void *)((char *)ui - offsetof(struct world, ui));
}

static void on_kept(struct pipeline_ui *ui, const struct catalog_row *row)
{
	(void)row;
	world_of(ui)->kept++;
}

static void on_trouble(struct pipeline_ui *ui, const struct err *e)
{
	struct world *w = world_of(ui);
	w->troubles++;
	memcpy(w->last, e->msg, sizeof(w->last));
}

static void world_open(struct world *w)
{
	struct err e;
	struct str vkey;
	const struct pipeline_new how = {.origin = STR("example.org/test"), .plain = true};
	*w = (struct world){.ui = {.kept = on_kept, .trouble = on_trouble}};
	fs_env(&w->env);
	w->env.fetch = any_page;
	w->env.var = fixed_var;
	memcpy(w->dir, "/tmp/onrecord-pipeline-XXXXXX", sizeof("/tmp/onrecord-pipeline-XXXXXX"));
	assert_non_null(mkdtemp(w->dir));
	w->path = str_fmt(&w->a, "%s/archive", w->dir).p;
	w->state = str_fmt(&w->a, "%s/state", w->dir).p;
	if (pipeline_init(&w->env, w->path, &how, &w->a, &vkey, &e) != OK)
		fail_msg("%s", e.msg);
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

static void test_a_page_that_kills_its_worker_costs_itself_alone(void **unused)
{
	(void)unused;
	struct world w;
	struct err e = {0};
	struct pipeline *p = NULL;
	struct pipeline_fetched got;
	struct str urls[24];
	world_open(&w);
	/* two in a row, the first and the last */
	for (size_t i = 0; i < ARRAY_LEN(urls); i++)
		urls[i] = str_fmt(&w.a, "http://news.example/%zu%s", i,
			i == 0 || i == 7 || i == 8 || i == ARRAY_LEN(urls) - 1 ? "-deadly" : "");
	if (pipeline_open(&w.env, w.path, true, &w.ui, &p, &e) != OK)
		fail_msg("%s", e.msg);
	struct pipeline_fetch how = {.how = {.tool = STR("onrecord/test"), .user_agent = STR("test")}, .jobs = 4};
	assert_int_equal(pipeline_fetch(p, urls, ARRAY_LEN(urls), &how, &got, &e), OK);
	assert_int_equal(got.kept, ARRAY_LEN(urls) - 4);
	assert_int_equal(got.failed, 4);
	assert_int_equal(w.kept, ARRAY_LEN(urls) - 4);
	assert_int_equal(w.troubles, 4);
	assert_non_null(strstr(w.last, "crashed"));
	assert_int_equal(atomic_load(&forks_among_threads), 0);
	assert_int_equal(pipeline_close(p, &e), OK);
	world_close(&w);
}

static void test_a_url_that_kills_its_parser_is_listed_as_it_is(void **unused)
{
	(void)unused;
	static const struct {
		const char *url;
		const char *key;
	} cases[] = {{"http://b\xc3\xbc"
		      "cher.example/a",
			     "http://xn--bcher-kva.example/a"},
		{DEADLY_URL, DEADLY_URL}, {"HTTP://NEWS.example:80", "http://news.example/"}};
	struct world w;
	struct err e = {0};
	struct pipeline *p = NULL;
	struct capture_counts counts;
	AUTO(buf) text = {0};
	world_open(&w);
	main_process = getpid();
	key_in_main_process = false;
	buf_init(&text, 64 * KIB);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		buf_addf(&text,
			"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: "
			"<urn:uuid:00000000-0000-4000-8000-%012zu>\r\n"
			"WARC-Target-URI: %s\r\nWARC-Date: 2024-03-14T00:00:00Z\r\nContent-Type: text/plain\r\n"
			"Content-Length: 1\r\n\r\nx\r\n\r\n",
			i, cases[i].url);
	struct pipeline_file file = {.path = str_fmt(&w.a, "%s/a.warc", w.dir).p};
	assert_int_equal(fs_commit(&w.env, AT_FDCWD, file.path, buf_str(&text), 0600, &e), OK);
	assert_int_equal(pipeline_open(&w.env, w.path, true, &w.ui, &p, &e), OK);
	if (pipeline_file(p, &file, &counts, &e) != OK)
		fail_msg("%s", e.msg);
	assert_int_equal(pipeline_seal(p, &e), OK);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct catalog_row row;
		struct catalog_query q = {.has_index = true, .index = i};
		assert_int_equal(catalog_one(pipeline_catalog(p), &q, &w.a, &row, &e), OK);
		if (!str_eq(row.key, str_c(cases[i].key)))
			fail_msg("%s: key '%.*s'", cases[i].url, STR_FMT(row.key));
	}
	assert_false(key_in_main_process);
	assert_int_equal(pipeline_close(p, &e), OK);
	world_close(&w);
}

static int full_disk(struct env *env, enum env_op op, const char *path)
{
	(void)env;
	return op == ENV_WRITE && strcmp(path, "spool") != 0 ? ENOSPC : 0;
}

static void on_progress(struct pipeline_ui *ui, const char *what, uint64_t done, uint64_t total)
{
	(void)total;
	if (strcmp(what, "fetching (MiB)") == 0 && done > 1)
		world_of(ui)->seen_mib = true;
}

static void test_downloads_end_when_nothing_can_be_kept(void **unused)
{
	(void)unused;
	struct world w;
	struct err e = {0};
	struct pipeline *p = NULL;
	struct pipeline_fetched got;
	const struct str urls[] = {
		STR("http://news.example/slow/1"), STR("http://news.example/slow/2"), STR("http://news.example/page")};
	struct pipeline_fetch how = {.how = {.tool = STR("onrecord/test"), .user_agent = STR("test")}, .jobs = 3};
	world_open(&w);
	w.ui.progress = on_progress;
	assert_int_equal(pipeline_open(&w.env, w.path, true, &w.ui, &p, &e), OK);
	w.env.fault = full_disk;
	int64_t from = w.env.now(&w.env);
	assert_int_equal(pipeline_fetch(p, urls, ARRAY_LEN(urls), &how, &got, &e), E_IO);
	assert_true(w.env.now(&w.env) - from < 15ll * 1000000000ll);
	pipeline_abandon(p);
	/* and while they go on, it shows */
	w.env.fault = NULL;
	assert_int_equal(pipeline_open(&w.env, w.path, true, &w.ui, &p, &e), OK);
	stop_slow_after = 20;
	assert_int_equal(pipeline_fetch(p, urls, 1, &how, &got, &e), OK);
	assert_true(w.seen_mib);
	assert_int_equal(pipeline_close(p, &e), OK);
	world_close(&w);
}

/* A second connection that keeps the catalog's lock. */
static void test_a_catalog_that_cannot_be_written_costs_the_listing_alone(void **unused)
{
	(void)unused;
	struct world w;
	struct err e = {0};
	struct pipeline *p = NULL;
	struct catalog *other = NULL;
	struct capture_counts counts;
	world_open(&w);
	const char *page = str_fmt(&w.a, "%s/page.html", w.dir).p;
	assert_int_equal(fs_commit(&w.env, AT_FDCWD, page, STR("<p>saved"), 0600, &e), OK);
	assert_int_equal(pipeline_open(&w.env, w.path, true, &w.ui, &p, &e), OK);
	assert_int_equal(catalog_open(str_fmt(&w.a, "%s/catalog.db", w.path).p, true, &other, &e), OK);
	assert_int_equal(catalog_begin(other, &e), OK);
	for (unsigned i = 0; i < 3; i++) {
		struct pipeline_file file = {.path = page, .url = str_fmt(&w.a, "http://news.example/%u", i)};
		if (pipeline_file(p, &file, &counts, &e) != OK)
			fail_msg("file %u: %s", i, e.msg);
	}
	assert_int_equal(w.kept, 3);
	assert_int_equal(w.troubles, 1);
	assert_non_null(strstr(w.last, "catalog.db"));
	assert_int_equal(pipeline_close(p, &e), OK);
	assert_int_equal(w.troubles, 1);
	assert_int_equal(catalog_commit(other, &e), OK);
	catalog_close(other);
	/* everything is sealed, and the next command lists it */
	uint64_t sealed = 0;
	assert_int_equal(pipeline_open(&w.env, w.path, false, &w.ui, &p, &e), OK);
	assert_int_equal(pipeline_sealed(p, &sealed, &e), OK);
	assert_int_equal(sealed, 3);
	for (uint64_t i = 0; i < 3; i++) {
		struct catalog_row row;
		struct catalog_query q = {.has_index = true, .index = i};
		assert_int_equal(catalog_one(pipeline_catalog(p), &q, &w.a, &row, &e), OK);
	}
	pipeline_abandon(p);
	assert_int_equal(w.troubles, 1);
	world_close(&w);
}

/* A record that says where its page is, but not where its bytes begin; older versions sealed such a one. */
static void seal_record_without_a_place(struct world *w)
{
	static const uint8_t key[RECORD_KEY_SIZE] = {1};
	struct archive *ar = NULL;
	struct signer *s = NULL;
	struct seal *l = NULL;
	struct seal_opened opened;
	struct frame f = {.kind = FRAME_RECORD};
	struct record r;
	struct str leaf;
	struct err e;
	AUTO(buf) body = {0};
	record_begin(&w->a, &r, "capture", key);
	record_add(&w->a, &r, "url", STR("http://news.example/nowhere"));
	record_add(&w->a, &r, "mime", STR("text/html"));
	record_add(&w->a, &r, "warc.main", STR("0"));
	assert_int_equal(record_finish(&w->a, &r, &e), OK);
	buf_init(&body, CAP_RECORD);
	record_encode(&body, &r);
	f.body = buf_str(&body);
	assert_int_equal(archive_open(&w->env, w->path, true, &ar, &e), OK);
	assert_int_equal(signer_load(archive_dir(ar), "keys/log.key", &s, &e), OK);
	assert_int_equal(seal_open(ar, s, &l, &opened, &e), OK);
	assert_int_equal(archive_frame_add(ar, FRAME_RECORD, f.body, NULL, &f.ref, &e), OK);
	assert_int_equal(archive_sync_records(ar, &e), OK);
	assert_int_equal(seal_leaf(&w->a, &f, &leaf, &e), OK);
	assert_int_equal(seal_add(l, leaf, &e), OK);
	assert_int_equal(seal_commit(l, &e), OK);
	seal_free(l);
	signer_free(s);
	archive_close(ar);
}

struct titles {
	struct catalog_visit visit;
	size_t n;
};

static rc one_row(struct catalog_visit *v, const struct catalog_row *row, struct err *e)
{
	(void)e;
	((struct titles *)(void *)v)->n += row->title.n > 0;
	return OK;
}

static void test_a_record_that_cannot_be_read_costs_its_own_reading(void **unused)
{
	(void)unused;
	struct world w;
	struct err e = {0};
	struct pipeline *p = NULL;
	struct pipeline_fetched got;
	struct titles t = {.visit.row = one_row};
	struct catalog_query q = {.limit = 10};
	struct str urls[] = {STR("http://news.example/1"), STR("http://news.example/2")};
	struct pipeline_fetch how = {.how = {.tool = STR("onrecord/test"), .user_agent = STR("test")}};
	uint64_t rows = 0;
	world_open(&w);
	seal_record_without_a_place(&w);
	if (pipeline_open(&w.env, w.path, true, &w.ui, &p, &e) != OK)
		fail_msg("%s", e.msg);
	assert_int_equal(pipeline_fetch(p, urls, ARRAY_LEN(urls), &how, &got, &e), OK);
	if (pipeline_close(p, &e) != OK)
		fail_msg("%s", e.msg);
	if (pipeline_reindex(&w.env, w.path, 1, &w.ui, &rows, &e) != OK)
		fail_msg("%s", e.msg);
	assert_int_equal(pipeline_open(&w.env, w.path, false, &w.ui, &p, &e), OK);
	assert_int_equal(catalog_list(pipeline_catalog(p), &q, &t.visit, &e), OK);
	assert_int_equal(t.n, 2);
	pipeline_abandon(p);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_page_that_kills_its_worker_costs_itself_alone),
		cmocka_unit_test(test_a_record_that_cannot_be_read_costs_its_own_reading),
		cmocka_unit_test(test_a_url_that_kills_its_parser_is_listed_as_it_is),
		cmocka_unit_test(test_downloads_end_when_nothing_can_be_kept),
		cmocka_unit_test(test_a_catalog_that_cannot_be_written_costs_the_listing_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
