/* SPDX-License-Identifier: Apache-2.0 */
/* Captures into an archive in a temporary folder: what is fetched comes from a table, what is imported from bytes made
 * here. A block that holds DEADLY kills the worker that parses it (message_push is wrapped by the linker). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "formats/message/message.h"
#include "formats/warc/warc.h"
#include "io/fs/fs.h"
#include "io/http/http.h"
#include "stages/capture/capture.h"

#define DEADLY "this block kills its parser"

rc __real_message_push(struct message *m, struct str piece, struct err *e);
rc __wrap_message_push(struct message *m, struct str piece, struct err *e);
rc __wrap_message_push(struct message *m, struct str piece, struct err *e)
{
	if (str_find(piece, STR(DEADLY), 0) < piece.n)
		__builtin_trap();
	return __real_message_push(m, piece, e);
}

struct reply {
	const char *url;
	const char *head;
	const char *body;
	const char *proxy;
};

struct world {
	struct env env; /* first */
	struct capture_out out;
	struct arena a;
	char dir[64];
	struct archive *ar;
	const struct reply *replies;
	size_t nreplies;
	struct record *kept; /* copies, in `a` */
	size_t nkept;
	const char **troubles;
	size_t ntroubles;
};

static struct world *world_of(struct env *env)
{
	return (struct world *)(void *)env;
}

static struct world *world_of_out(struct capture_out *o)
{
	return (struct world *)(void *)((char *)o - offsetof(struct world, out));
}

static rc fake_fetch(
	struct env *env, const struct fetch_request *q, struct arena *a, struct fetch_reply *ret, struct err *e)
{
	const struct world *w = world_of(env);
	for (size_t i = 0; i < w->nreplies; i++) {
		const struct reply *r = &w->replies[i];
		if (!str_eq(q->url, str_c(r->url)))
			continue;
		*ret = (struct fetch_reply){
			.request = STR("GET / HTTP/1.1\r\nHost: news.example\r\n\r\n"),
			.head = str_c(r->head),
			.status = (unsigned)(r->head[9] - '0') * 100 + (unsigned)(r->head[10] - '0') * 10 +
				(unsigned)(r->head[11] - '0'),
			.body = strlen(r->body),
			.started = 1710394200ll * 1000000000ll,
			.ended = 1710394201ll * 1000000000ll,
			.tool = STR("libfake/1"),
		};
		if (r->proxy) {
			ret->proxy = str_dup(a, str_c(r->proxy));
			ret->request_left_out = STR("Proxy-Authorization");
		} else {
			ret->ip = STR("192.0.2.7");
			ret->port = 80;
		}
		if (write(q->spool, r->body, strlen(r->body)) != (ssize_t)strlen(r->body))
			return err_sys(e, "spool");
		return OK;
	}
	return err_set(e, E_NET, "no such host");
}

static rc on_kept(struct capture_out *o, const struct frame *f, const struct record *r, struct err *e)
{
	(void)r;
	struct world *w = world_of_out(o);
	struct record *to = arena_push(&w->a, &w->kept, &w->nkept, sizeof(*to));
	return record_decode(&w->a, str_dup(&w->a, f->body), to, e);
}

static void on_trouble(struct capture_out *o, const struct err *e)
{
	struct world *w = world_of_out(o);
	const char **to = arena_push(&w->a, &w->troubles, &w->ntroubles, sizeof(*to));
	*to = str_dup(&w->a, str_c(e->msg)).p;
}

static void world_open(struct world *w)
{
	struct err e;
	struct archive_recovery recovery;
	*w = (struct world){.out = {on_kept, on_trouble, NULL}};
	fs_env(&w->env);
	w->env.fetch = fake_fetch;
	memcpy(w->dir, "/tmp/onrecord-capture-XXXXXX", sizeof("/tmp/onrecord-capture-XXXXXX"));
	assert_non_null(mkdtemp(w->dir));
	const char *path = str_fmt(&w->a, "%s/archive", w->dir).p;
	assert_int_equal(archive_create(&w->env, path, &e), OK);
	assert_int_equal(archive_open(&w->env, path, true, &w->ar, &e), OK);
	assert_int_equal(archive_recover(w->ar, 0, &recovery, &e), OK);
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
	archive_close(w->ar);
	(void)nftw(w->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	arena_clear(&w->a);
}

static void check_field(const struct record *r, const char *name, const char *want)
{
	struct str got = record_get(r, name);
	if (!str_eq(got, str_c(want)))
		fail_msg("%s: '%.*s', not '%s'", name, STR_FMT(got), want);
}

/* Fetches and keeps; the record is the last one kept. */
static const struct record *fetch(struct world *w, const char *url)
{
	struct err e = {0};
	struct capture_worker *worker = NULL;
	struct fetched *f = NULL;
	struct capture_fetch want = {.url = str_c(url), .tool = STR("onrecord/test"), .user_agent = STR("test")};
	assert_int_equal(capture_worker_new(&worker, &e), OK);
	if (capture_get(&w->env, worker, archive_dir(w->ar), &want, &f, &e) != OK)
		fail_msg("%s", e.msg);
	if (capture_keep(w->ar, f, &w->out, &e) != OK)
		fail_msg("%s", e.msg);
	fetched_free(f);
	capture_worker_free(worker);
	return &w->kept[w->nkept - 1];
}

/* All records of warc/, their headers and blocks, one after the other. */
static struct str warc_text(struct world *w, const struct record *r)
{
	AUTO(buf) text = {0};
	AUTO(arena) a = {0};
	AUTO_FD fd = -1;
	uint64_t size = 0;
	struct err e = {0};
	struct fs_source src;
	struct warc_record rec;
	struct str piece;
	struct str file = record_get(r, "warc.file");
	buf_init(&text, 16 * MIB);
	assert_int_equal(fs_open(archive_dir(w->ar), str_fmt(&a, "warc/%.*s", STR_FMT(file)).p, &fd, &size, &e), OK);
	fs_source_init(&src, fd, 0, size);
	struct warc_reader *reader = warc_reader_new(&src.source);
	while (warc_next(reader, &a, &rec, &e) == OK) {
		buf_add(&text, rec.head);
		while (warc_block(reader, &piece, &e) == OK)
			buf_add(&text, piece);
	}
	warc_reader_free(reader);
	return str_dup(&w->a, buf_str(&text));
}

static bool has(struct str text, const char *part)
{
	return str_find(text, str_c(part), 0) < text.n;
}

#define HTML_HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"

static void test_a_proxys_address_is_not_sealed_as_the_sites(void **unused)
{
	(void)unused;
	static const struct reply replies[] = {
		{"http://news.example/direct", HTML_HEAD, "<p>direct", NULL},
		{"http://news.example/proxied", HTML_HEAD, "<p>proxied", "socks5h://127.0.0.1:9050"},
	};
	struct world w;
	world_open(&w);
	w.replies = replies;
	w.nreplies = ARRAY_LEN(replies);
	const struct record *r = fetch(&w, "http://news.example/direct");
	check_field(r, "remote", "192.0.2.7 port 80");
	assert_false(record_has(r, "proxy"));
	struct str direct = warc_text(&w, r);
	assert_true(has(direct, "\r\nWARC-IP-Address: 192.0.2.7\r\n"));
	assert_true(has(direct, "\r\nremote: 192.0.2.7 port 80\r\n"));
	r = fetch(&w, "http://news.example/proxied");
	check_field(r, "proxy", "socks5h://127.0.0.1:9050");
	assert_false(record_has(r, "remote"));
	struct str both = warc_text(&w, r);
	struct str proxied = str_from(both, direct.n);
	assert_true(has(proxied, "\r\nproxy: socks5h://127.0.0.1:9050\r\n"));
	assert_true(has(proxied, "\r\nrequest-left-out: Proxy-Authorization\r\n"));
	assert_false(has(proxied, "WARC-IP-Address"));
	assert_false(has(proxied, "remote"));
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_proxys_address_is_not_sealed_as_the_sites),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
