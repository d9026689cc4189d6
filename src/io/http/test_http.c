/* SPDX-License-Identifier: Apache-2.0 */
/* Exchanges with a server that says exactly what the test wants, byte for byte, well or badly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "io/http/http.h"
#include "io/http/http_int.h"
#include "io/http/test_server.h"

#define OK_HEAD "HTTP/1.1 200 OK\r\n"
#define CHUNKED OK_HEAD "Transfer-Encoding: chunked\r\n\r\n"
/* gzip of "hello\n", made with gzip -n. */
#define GZIPPED                                                                                                        \
	"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\xe7\x02\x00\x20\x30\x3a\x36\x06\x00\x00\x00"
#define ODD_HEAD                                                                                                       \
	"HTTP/1.1 200\r\nset-cookie: a=1\r\nX-Odd:   two  spaces \r\nSet-Cookie: b=2\r\nX-FOLD: one\r\n\ttwo\r\n"      \
	"x-latin: caf\xe9\r\nEmpty:\r\nConnection: close\r\n\r\n"
#define CHUNKS "4;ext=1\r\nWiki\r\n05\r\npedia\r\n0\r\nX-Trailer: here\r\n\r\n"

#define BYTES(s)                                                                                                       \
	{                                                                                                              \
		s, sizeof(s) - 1                                                                                       \
	}

static const struct route routes[] = {
	{.path = "/plain", .bytes = BYTES(OK_HEAD "Content-Length: 5\r\n\r\nhello")},
	{.path = "/bytes", .bytes = BYTES(OK_HEAD "Content-Length: 5\r\n\r\nhello"), .by_byte = true},
	{.path = "/echo", .bytes = BYTES(OK_HEAD "Connection: close\r\n\r\n"), .after = AFTER_ECHO},
	{.path = "/odd", .bytes = BYTES(ODD_HEAD "body")},
	{.path = "/lf", .bytes = BYTES("HTTP/1.0 200 OK\nA: b\n\nbody")},
	{.path = "/chunked", .bytes = BYTES(CHUNKED CHUNKS)},
	{.path = "/chunk-cut", .bytes = BYTES(CHUNKED "4\r\nWiki\r\n")},
	{.path = "/chunk-bad", .bytes = BYTES(CHUNKED "4\r\nWiki\r\nzz\r\nrest\r\n")},
	{.path = "/gzip", .bytes = BYTES(OK_HEAD "Content-Encoding: gzip\r\nContent-Length: 26\r\n\r\n" GZIPPED)},
	{.path = "/te-gzip",
		.bytes = BYTES(OK_HEAD "Transfer-Encoding: gzip, chunked\r\n\r\n1a\r\n" GZIPPED "\r\n0\r\n\r\n")},
	{.path = "/te-odd", .bytes = BYTES(OK_HEAD "Transfer-Encoding: rot13\r\n\r\nuryyb")},
	{.path = "/lengths", .bytes = BYTES(OK_HEAD "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello")},
	{.path = "/short", .bytes = BYTES(OK_HEAD "Content-Length: 50\r\n\r\nhello")},
	{.path = "/reset", .bytes = BYTES(OK_HEAD "Content-Length: 50\r\n\r\nhello"), .after = AFTER_RESET},
	{.path = "/slow-body", .bytes = BYTES(OK_HEAD "Content-Length: 50\r\n\r\nhello"), .after = AFTER_HOLD},
	{.path = "/slow-head", .bytes = BYTES(OK_HEAD "Content-Le"), .after = AFTER_HOLD},
	{.path = "/endless", .bytes = BYTES(OK_HEAD "\r\n0123456789abcdef"), .after = AFTER_ENDLESS},
	{.path = "/endless-head",
		.bytes = BYTES(OK_HEAD "X-Head: 0123456789abcdef0123\r\nX-Filler: 7890\r\n"),
		.after = AFTER_ENDLESS},
	{.path = "/redirect", .bytes = BYTES("HTTP/1.1 302 Found\r\nLocation: /plain\r\nContent-Length: 0\r\n\r\n")},
	{.path = "/early",
		.bytes = BYTES(
			"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" OK_HEAD "Content-Length: 2\r\n\r\nok")},
	{.path = "/none", .bytes = BYTES("")},
	{.path = "/half-head", .bytes = BYTES(OK_HEAD "Content-Le")},
	{.path = "/not-http", .bytes = BYTES("SSH-2.0-OpenSSH_9.2\r\n")},
	{.path = "/304", .bytes = BYTES("HTTP/1.1 304 Not Modified\r\nContent-Length: 400\r\nETag: \"x\"\r\n\r\n")},
	/* what a client asks a proxy for */
	{.path = "http://news.example/via", .bytes = BYTES(OK_HEAD "Connection: close\r\n\r\n"), .after = AFTER_ECHO},
	{.path = "/a/../b//c%2Fd?", .bytes = BYTES(OK_HEAD "Content-Length: 0\r\n\r\n")},
};

struct fixture {
	struct server plain, tls;
	struct arena a;
	int spool;
	int fault;
	int64_t clock;
};

static int64_t pinned_now(struct env *env)
{
	struct fixture *f = env->ctx;
	return f->clock++;
}

static int pinned_fault(struct env *env, enum env_op op, const char *path)
{
	(void)path;
	const struct fixture *f = env->ctx;
	return op == ENV_WRITE ? f->fault : 0;
}

static int set_up(void **state)
{
	static struct fixture f;
	f = (struct fixture){.spool = -1, .clock = 1000};
	server_start(&f.plain, routes, ARRAY_LEN(routes), false);
	server_start(&f.tls, routes, ARRAY_LEN(routes), true);
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	server_stop(&f->plain);
	server_stop(&f->tls);
	arena_clear(&f->a);
	fd_closep(&f->spool);
	return 0;
}

/* Fetches `path` from the plain server unless q has a URL; the spool is a new file each time. */
static rc fetch(struct fixture *f, const char *path, struct fetch_request q, struct fetch_reply *ret, struct err *e)
{
	fd_closep(&f->spool);
	arena_reset(&f->a);
	f->spool = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	assert_true(f->spool >= 0);
	struct env env = {.now = pinned_now, .fault = pinned_fault, .fetch = http_fetch, .ctx = f};
	if (!q.url.n)
		q.url = str_fmt(&f->a, "http://127.0.0.1:%d%s", f->plain.port, path);
	q.spool = f->spool;
	*ret = (struct fetch_reply){0};
	*e = (struct err){0};
	return env.fetch(&env, &q, &f->a, ret, e);
}

static struct str spooled(struct fixture *f)
{
	off_t n = lseek(f->spool, 0, SEEK_END);
	char *p = arena_alloc(&f->a, (size_t)n + 1);
	assert_int_equal(pread(f->spool, p, (size_t)n, 0), n);
	return str_mem(p, (size_t)n);
}

static void check_str(struct str got, struct str want)
{
	if (!str_eq(got, want))
		fail_msg("got  '%.*s'\nwant '%.*s'", STR_FMT(got), STR_FMT(want));
}

static void test_what_is_served_is_kept_byte_for_byte(void **state)
{
	static const struct {
		const char *path;
		struct str head, body;
		unsigned status;
		enum fetch_truncated truncated;
	} cases[] = {
		{"/plain", BYTES(OK_HEAD "Content-Length: 5\r\n\r\n"), BYTES("hello"), 200, FETCH_WHOLE},
		{"/bytes", BYTES(OK_HEAD "Content-Length: 5\r\n\r\n"), BYTES("hello"), 200, FETCH_WHOLE},
		{"/odd", BYTES(ODD_HEAD), BYTES("body"), 200, FETCH_WHOLE},
		{"/lf", BYTES("HTTP/1.0 200 OK\nA: b\n\n"), BYTES("body"), 200, FETCH_WHOLE},
		{"/chunked", BYTES(CHUNKED), BYTES(CHUNKS), 200, FETCH_WHOLE},
		{"/chunk-cut", BYTES(CHUNKED), BYTES("4\r\nWiki\r\n"), 200, FETCH_DISCONNECT},
		{"/chunk-bad", BYTES(CHUNKED), BYTES("4\r\nWiki\r\nzz\r\nrest\r\n"), 200, FETCH_UNSPECIFIED},
		{"/gzip", BYTES(OK_HEAD "Content-Encoding: gzip\r\nContent-Length: 26\r\n\r\n"), BYTES(GZIPPED), 200,
			FETCH_WHOLE},
		/* Transfer codings nobody asked for are not removed either. */
		{"/te-gzip", BYTES(OK_HEAD "Transfer-Encoding: gzip, chunked\r\n\r\n"),
			BYTES("1a\r\n" GZIPPED "\r\n0\r\n\r\n"), 200, FETCH_WHOLE},
		{"/te-odd", BYTES(OK_HEAD "Transfer-Encoding: rot13\r\n\r\n"), BYTES("uryyb"), 200, FETCH_WHOLE},
		{"/lengths", BYTES(OK_HEAD "Content-Length: 5\r\nContent-Length: 5\r\n\r\n"), BYTES("hello"), 200,
			FETCH_WHOLE},
		{"/short", BYTES(OK_HEAD "Content-Length: 50\r\n\r\n"), BYTES("hello"), 200, FETCH_DISCONNECT},
		{"/reset", BYTES(OK_HEAD "Content-Length: 50\r\n\r\n"), BYTES("hello"), 200, FETCH_DISCONNECT},
		{"/redirect", BYTES("HTTP/1.1 302 Found\r\nLocation: /plain\r\nContent-Length: 0\r\n\r\n"), BYTES(""),
			302, FETCH_WHOLE},
		{"/304", BYTES("HTTP/1.1 304 Not Modified\r\nContent-Length: 400\r\nETag: \"x\"\r\n\r\n"), BYTES(""),
			304, FETCH_WHOLE},
		{"/early", BYTES(OK_HEAD "Content-Length: 2\r\n\r\n"), BYTES("ok"), 200, FETCH_WHOLE},
		{"/a/../b//c%2Fd?", BYTES(OK_HEAD "Content-Length: 0\r\n\r\n"), BYTES(""), 200, FETCH_WHOLE},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct fetch_reply r;
		struct err e;
		if (fetch(f, cases[i].path, (struct fetch_request){0}, &r, &e) != OK)
			fail_msg("%s: %s", cases[i].path, e.msg);
		check_str(r.head, cases[i].head);
		check_str(spooled(f), cases[i].body);
		assert_int_equal(r.body, cases[i].body.n);
		assert_int_equal(r.status, cases[i].status);
		if (r.truncated != cases[i].truncated)
			fail_msg("%s: truncated '%s': %.*s", cases[i].path, fetch_truncated_name(r.truncated),
				STR_FMT(r.why));
		assert_int_equal(r.why.n > 0, r.truncated != FETCH_WHOLE);
	}
}

static void test_the_request_is_kept_as_it_was_sent(void **state)
{
	struct fixture *f = *state;
	struct fetch_reply r;
	struct err e;
	const struct str more[] = {STR("X-Case: #12"), STR("X-Empty:"), STR("accept: text/html")};
	struct fetch_request q = {
		.user_agent = STR("onrecord-test/1 (+mailto:desk@example.org)"),
		.accept_language = STR("ug, en;q=0.5"),
		.headers = more,
		.nheaders = ARRAY_LEN(more),
	};
	assert_int_equal(fetch(f, "/echo", q, &r, &e), OK);
	check_str(spooled(f), r.request);
	check_str(r.request,
		str_fmt(&f->a,
			"GET /echo HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
			"User-Agent: onrecord-test/1 (+mailto:desk@example.org)\r\nAccept-Language: ug, en;q=0.5\r\n"
			"Accept-Encoding: gzip, deflate, br, zstd\r\nX-Case: #12\r\nX-Empty:\r\n"
			"accept: text/html\r\n\r\n",
			f->plain.port));
	/* Nothing is sent that nobody asked for. */
	assert_int_equal(fetch(f, "/echo", (struct fetch_request){.accept_encoding = STR("identity")}, &r, &e), OK);
	check_str(r.request,
		str_fmt(&f->a,
			"GET /echo HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: */*\r\n"
			"Accept-Encoding: identity\r\n\r\n",
			f->plain.port));
}

static void test_a_body_is_posted_with_its_length(void **state)
{
	struct fixture *f = *state;
	struct fetch_reply r;
	struct err e;
	const struct str type[] = {STR("Content-Type: application/timestamp-query")};
	struct fetch_request q = {.body = STR("\0quest\r\n"), .headers = type, .nheaders = 1};
	assert_int_equal(fetch(f, "/echo", q, &r, &e), OK);
	assert_true(str_starts(r.request, STR("POST /echo HTTP/1.1\r\n")));
	assert_true(str_find(r.request, STR("\r\nContent-Length: 8\r\n"), 0) < r.request.n);
	assert_true(str_find(r.request, STR("\r\nContent-Type: application/timestamp-query\r\n"), 0) < r.request.n);
	assert_true(str_find(r.request, STR("form"), 0) == r.request.n);
	assert_true(str_starts(spooled(f), r.request));
	assert_int_equal(fetch(f, "/plain", (struct fetch_request){.method = STR("HEAD")}, &r, &e), OK);
	assert_true(str_starts(r.request, STR("HEAD /plain HTTP/1.1\r\n")));
	assert_int_equal(r.body, 0);
	assert_int_equal(r.truncated, FETCH_WHOLE);
}

static void test_where_and_when_it_came_from_is_told(void **state)
{
	struct fixture *f = *state;
	struct fetch_reply r;
	struct err e;
	int64_t before = f->clock;
	assert_int_equal(fetch(f, "/early", (struct fetch_request){0}, &r, &e), OK);
	check_str(r.interim, STR("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"));
	check_str(r.ip, STR("127.0.0.1"));
	assert_int_equal(r.port, f->plain.port);
	assert_int_equal(r.started, before);
	assert_int_equal(r.ended, before + 1);
	assert_true(r.times.total >= r.times.first_byte && r.times.first_byte >= r.times.connect);
	assert_true(str_starts(r.tool, STR("libcurl/")));
	assert_int_equal(r.tls.n + r.cipher.n + r.ncerts, 0);
}

static void test_a_body_stops_at_its_cap(void **state)
{
	static const struct {
		const char *path;
		uint64_t max, want;
		enum fetch_truncated truncated;
	} cases[] = {
		{"/endless", 100000, 100000, FETCH_LENGTH},
		{"/plain", 5, 5, FETCH_WHOLE},
		{"/plain", 4, 4, FETCH_LENGTH},
		{"/chunked", 7, 7, FETCH_LENGTH},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct fetch_reply r;
		struct err e;
		assert_int_equal(
			fetch(f, cases[i].path, (struct fetch_request){.max_bytes = cases[i].max}, &r, &e), OK);
		assert_int_equal(r.body, cases[i].want);
		assert_int_equal(spooled(f).n, cases[i].want);
		assert_int_equal(r.truncated, cases[i].truncated);
	}
}

static void test_time_runs_out_before_and_after_the_head(void **state)
{
	struct fixture *f = *state;
	struct fetch_reply r;
	struct err e;
	assert_int_equal(fetch(f, "/slow-head", (struct fetch_request){.timeout_seconds = 1}, &r, &e), E_NET);
	assert_non_null(strstr(e.msg, "timed out"));
	assert_int_equal(fetch(f, "/slow-body", (struct fetch_request){.timeout_seconds = 1}, &r, &e), OK);
	assert_int_equal(r.truncated, FETCH_TIME);
	check_str(spooled(f), STR("hello"));
}

static int stop_after(void *ctx, uint64_t bytes)
{
	return bytes >= *(const uint64_t *)ctx;
}

static void test_no_answer_is_an_error_with_its_reason(void **state)
{
	struct fixture *f = *state;
	struct fetch_reply r;
	struct err e;
	static const struct {
		const char *path;
		rc want;
		const char *words;
	} cases[] = {
		{"/none", E_NET, "without an answer"},
		{"/half-head", E_NET, "without an answer"},
		{"/not-http", E_NET, "HTTP/0.9"},
		{"/endless-head", E_LIMIT, "esponse head"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		rc got = fetch(f, cases[i].path, (struct fetch_request){0}, &r, &e);
		if (got != cases[i].want || !strstr(e.msg, cases[i].words))
			fail_msg("%s: %s: %s", cases[i].path, rc_name(got), e.msg);
	}
	assert_int_equal(fetch(f, "", (struct fetch_request){.url = STR("http://127.0.0.1:1/")}, &r, &e), E_NET);
	assert_non_null(strstr(e.msg, "onnect"));
	assert_int_equal(
		fetch(f, "", (struct fetch_request){.url = STR("http://no-such-host.invalid/")}, &r, &e), E_NET);
	assert_non_null(strstr(e.msg, "no-such-host.invalid"));
}

static void test_a_request_that_cannot_be_is_refused_before_it_is_sent(void **state)
{
	static const struct {
		struct str url, agent, header;
	} cases[] = {
		{BYTES("ftp://127.0.0.1/"), BYTES(""), BYTES("")},
		{BYTES("file:///etc/passwd"), BYTES(""), BYTES("")},
		{BYTES("http://user:word@127.0.0.1/"), BYTES(""), BYTES("")},
		{BYTES("http://127.0.0.1/ x"), BYTES(""), BYTES("")},
		{BYTES("http://127.0.0.1/\r\nX: y"), BYTES(""), BYTES("")},
		{BYTES("http://127.0.0.1:1/"), BYTES("a\r\nX: y"), BYTES("")},
		{BYTES("http://127.0.0.1:1/"), BYTES(""), BYTES("X: a\nY: b")},
		{BYTES("http://127.0.0.1:1/"), BYTES(""), BYTES("no colon")},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct fetch_reply r;
		struct err e;
		struct fetch_request q = {.url = cases[i].url,
			.user_agent = cases[i].agent,
			.headers = &cases[i].header,
			.nheaders = cases[i].header.n > 0};
		if (fetch(f, "", q, &r, &e) != E_USAGE)
			fail_msg("'%.*s': %s", STR_FMT(cases[i].url), e.msg);
	}
}

static void test_a_full_disk_and_a_user_stop_the_exchange(void **state)
{
	struct fixture *f = *state;
	struct fetch_reply r;
	struct err e;
	f->fault = ENOSPC;
	rc got = fetch(f, "/plain", (struct fetch_request){0}, &r, &e);
	f->fault = 0;
	assert_int_equal(got, E_IO);
	assert_int_equal(e.sys, ENOSPC);
	uint64_t enough = 50000;
	struct fetch_request q = {.progress = stop_after, .progress_ctx = &enough};
	assert_int_equal(fetch(f, "/endless", q, &r, &e), E_CANCELLED);
	enough = 0;
	assert_int_equal(fetch(f, "/slow-head", q, &r, &e), E_CANCELLED);
}

static void test_a_certificate_is_checked_and_kept(void **state)
{
	struct fixture *f = *state;
	struct fetch_reply r;
	struct err e;
	char url[64], by_number[64];
	(void)snprintf(url, sizeof(url), "https://localhost:%d/plain", f->tls.port);
	(void)snprintf(by_number, sizeof(by_number), "https://127.0.0.1:%d/plain", f->tls.port);
	assert_int_equal(fetch(f, "", (struct fetch_request){.url = str_c(url)}, &r, &e), E_NET);
	assert_non_null(strstr(e.msg, "certificate was refused"));
	/* Trusted, but not for this name. */
	struct fetch_request q = {.url = str_c(by_number), .ca_file = f->tls.ca_path};
	assert_int_equal(fetch(f, "", q, &r, &e), E_NET);
	assert_non_null(strstr(e.msg, "certificate was refused"));
	q.url = str_c(url);
	assert_int_equal(fetch(f, "", q, &r, &e), OK);
	check_str(spooled(f), STR("hello"));
	check_str(r.tls, STR("TLSv1.3"));
	assert_true(str_starts(r.cipher, STR("TLS_")));
	assert_int_equal(r.ncerts, 2);
	for (size_t i = 0; i < r.ncerts; i++) {
		assert_true(str_starts(r.certs[i], STR("-----BEGIN CERTIFICATE-----\n")));
		assert_true(str_ends(r.certs[i], STR("-----END CERTIFICATE-----\n")));
	}
	assert_true(r.times.tls >= r.times.connect && r.times.tls > 0);
	assert_int_equal(fetch(f, "", (struct fetch_request){.url = str_c(url), .insecure = true}, &r, &e), OK);
	assert_int_equal(r.ncerts, 2);
}

static void test_addresses_that_are_not_of_the_internet_are_told_apart(void **unused)
{
	(void)unused;
	static const char *const own[] = {"0.0.0.0", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1",
		"127.255.255.255", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.168.1.1", "198.19.0.1",
		"224.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
		"2002:7f00:1::", "fc00::1", "fdff::1", "fe80::1%eth0", "fec0::1", "ff02::1", "", "localhost"};
	static const char *const public[] = {"1.1.1.1", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1",
		"128.0.0.1", "169.253.0.1", "172.15.255.255", "172.32.0.1", "192.169.0.1", "198.20.0.1",
		"223.255.255.255", "::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::", "2606:4700::1111", "fb00::1",
		"fe00::1"};
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (!http_ip_is_private(str_c(own[i])))
			fail_msg("%s", own[i]);
	for (size_t i = 0; i < ARRAY_LEN(public); i++)
		if (http_ip_is_private(str_c(public[i])))
			fail_msg("%s", public[i]);
}

static void test_no_name_leads_to_this_machine_when_that_is_not_wanted(void **state)
{
	struct fixture *f = *state;
	struct fetch_reply r;
	struct err e;
	static const char *const hosts[] = {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0"};
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		char url[64];
		(void)snprintf(url, sizeof(url), "http://%s:%d/plain", hosts[i], f->plain.port);
		struct fetch_request q = {.url = str_c(url), .public_only = true};
		rc got = fetch(f, "", q, &r, &e);
		if (got != E_DENIED || !strstr(e.msg, "own network"))
			fail_msg("%s: %s", url, e.msg);
	}
	assert_int_equal(fetch(f, "/plain", (struct fetch_request){0}, &r, &e), OK);
	assert_true(r.ip_is_private);
}

static void test_the_environments_proxy_is_not_used(void **state)
{
	struct fixture *f = *state;
	struct fetch_reply r;
	struct err e;
	assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
	assert_int_equal(setenv("all_proxy", "http://127.0.0.1:1", 1), 0);
	rc got = fetch(f, "/plain", (struct fetch_request){0}, &r, &e);
	(void)unsetenv("http_proxy");
	(void)unsetenv("all_proxy");
	assert_int_equal(got, OK);
	assert_int_equal(fetch(f, "/plain", (struct fetch_request){.proxy = "http://127.0.0.1:1"}, &r, &e), E_NET);
}

static void test_what_comes_through_a_proxy_has_no_address_and_no_password(void **state)
{
	struct fixture *f = *state;
	struct fetch_reply r;
	struct err e;
	char proxy[64], named[64];
	(void)snprintf(proxy, sizeof(proxy), "http://desk:secret@127.0.0.1:%d/", f->plain.port);
	(void)snprintf(named, sizeof(named), "http://127.0.0.1:%d", f->plain.port);
	struct fetch_request q = {.url = STR("http://news.example/via"), .proxy = proxy};
	/* nor does the environment lead past it: news.example has no address */
	assert_int_equal(setenv("no_proxy", "*", 1), 0);
	rc got = fetch(f, "", q, &r, &e);
	(void)unsetenv("no_proxy");
	if (got != OK)
		fail_msg("%s", e.msg);
	check_str(r.ip, STR(""));
	assert_int_equal(r.port, 0);
	check_str(r.proxy, str_c(named));
	struct str sent = spooled(f);
	assert_true(str_starts(sent, STR("GET http://news.example/via HTTP/1.1\r\n")));
	assert_true(str_find(sent, STR("\r\nProxy-Authorization: Basic "), 0) < sent.n);
	assert_int_equal(str_ifind(r.request, STR("Proxy-"), 0), r.request.n);
	check_str(r.request_left_out, STR("Proxy-Authorization, Proxy-Connection"));
	assert_true(str_starts(r.request, STR("GET http://news.example/via HTTP/1.1\r\nHost: news.example\r\n")));
	assert_true(str_ends(r.request, STR("\r\n\r\n")));
	/* the user "desk@x"; and libcurl's own words for what it refuses */
	(void)snprintf(proxy, sizeof(proxy), "http://desk%%40x:secret@127.0.0.1:%d", f->plain.port);
	assert_int_equal(fetch(f, "", q, &r, &e), OK);
	assert_true(
		str_find(spooled(f), STR("\r\nProxy-Authorization: Basic ZGVza0B4OnNlY3JldA==\r\n"), 0) < spooled(f).n);
	static const char *const bad[] = {
		"http://desk:secret@[nonsense", "gopher://desk:secret@127.0.0.1:1", "http://desk:secret@127.0.0.1:1"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		q.proxy = bad[i];
		assert_int_not_equal(fetch(f, "", q, &r, &e), OK);
		assert_null(strstr(e.msg, "secret"));
	}
}

static void test_a_small_reply_comes_as_it_is_meant(void **state)
{
	struct fixture *f = *state;
	struct env env = {.now = pinned_now, .fetch = http_fetch, .ctx = f};
	static const struct {
		const char *path;
		rc want;
		const char *body;
	} cases[] = {
		{"/plain", OK, "hello"},
		{"/chunked", OK, "Wikipedia"},
		{"/304", OK, ""},
		{"/endless", E_LIMIT, NULL},
		{"/short", E_NET, NULL},
		{"/none", E_NET, NULL},
		{"/not-http", E_NET, NULL},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(arena) a = {0};
		struct err e = {0};
		struct http_small r;
		struct fetch_request q = {.url = str_fmt(&a, "http://127.0.0.1:%d%s", f->plain.port, cases[i].path)};
		rc got = http_small(&env, &q, 1000, &a, &r, &e);
		if (got != cases[i].want)
			fail_msg("%s: %d %s", cases[i].path, (int)got, e.msg);
		if (got == OK)
			check_str(r.body, str_c(cases[i].body));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_served_is_kept_byte_for_byte),
		cmocka_unit_test(test_the_request_is_kept_as_it_was_sent),
		cmocka_unit_test(test_a_body_is_posted_with_its_length),
		cmocka_unit_test(test_where_and_when_it_came_from_is_told),
		cmocka_unit_test(test_a_body_stops_at_its_cap),
		cmocka_unit_test(test_time_runs_out_before_and_after_the_head),
		cmocka_unit_test(test_no_answer_is_an_error_with_its_reason),
		cmocka_unit_test(test_a_request_that_cannot_be_is_refused_before_it_is_sent),
		cmocka_unit_test(test_a_full_disk_and_a_user_stop_the_exchange),
		cmocka_unit_test(test_a_certificate_is_checked_and_kept),
		cmocka_unit_test(test_addresses_that_are_not_of_the_internet_are_told_apart),
		cmocka_unit_test(test_no_name_leads_to_this_machine_when_that_is_not_wanted),
		cmocka_unit_test(test_the_environments_proxy_is_not_used),
		cmocka_unit_test(test_what_comes_through_a_proxy_has_no_address_and_no_password),
		cmocka_unit_test(test_a_small_reply_comes_as_it_is_meant),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
