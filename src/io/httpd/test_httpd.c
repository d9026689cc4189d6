/* SPDX-License-Identifier: Apache-2.0 */
#include "io/httpd/httpd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"

#define MAX_BODY 1000u

static int64_t real_now(struct env *env)
{
	struct timespec t;
	(void)env;
	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000ll + t.tv_nsec;
}

/* Says what was asked. */
static void echo(void *ctx, const struct httpd_request *r, struct arena *a, struct httpd_reply *ret)
{
	(void)ctx;
	ret->status = 200;
	ret->type = STR("text/plain");
	ret->body = str_fmt(a, "%.*s %.*s %.*s %zu", STR_FMT(r->method), STR_FMT(r->path), STR_FMT(r->type), r->body.n);
}

static struct httpd *serve(struct env *env)
{
	struct httpd *h = NULL;
	struct err e;
	*env = (struct env){.now = real_now};
	const struct httpd_options o = {.max_body = MAX_BODY, .threads = 2, .answer = echo};
	if (httpd_open(env, &o, &h, &e) != OK)
		fail_msg("%s", e.msg);
	assert_true(httpd_port(h) != 0);
	return h;
}

static int call(const struct httpd *h)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(httpd_port(h))};
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

/* Sends it and reads until the other side closes. */
static void exchange(const struct httpd *h, struct str request, struct buf *ret)
{
	AUTO_FD fd = call(h);
	buf_init(ret, 64 * KIB);
	for (size_t at = 0; at < request.n;) {
		ssize_t n = send(fd, request.p + at, request.n - at, MSG_NOSIGNAL);
		if (n <= 0)
			break;
		at += (size_t)n;
	}
	char piece[4096];
	for (;;) {
		ssize_t n = recv(fd, piece, sizeof(piece), 0);
		if (n <= 0)
			return;
		buf_add(ret, str_mem(piece, (size_t)n));
	}
}

static void check(const struct httpd *h, struct str request, const char *status, const char *body)
{
	AUTO(arena) a = {0};
	AUTO(buf) got = {0};
	exchange(h, request, &got);
	if (!str_starts(buf_str(&got), str_fmt(&a, "HTTP/1.1 %s", status)) ||
		(body && !str_ends(buf_str(&got), str_fmt(&a, "\r\n\r\n%s", body))))
		fail_msg("wanted %s and '%s', got '%.*s'", status, body ? body : "", STR_FMT(buf_str(&got)));
}

#define HEAD "Host: a\r\nConnection: close\r\n"

static void test_requests_come_whole_and_paths_as_they_were_sent(void **state)
{
	(void)state;
	struct env env;
	struct httpd *h = serve(&env);
	check(h, STR("GET /a%2Fb/../c?x=1 HTTP/1.1\r\n" HEAD "\r\n"), "200", "GET /a%2Fb/../c  0");
	check(h, STR("POST /x HTTP/1.1\r\n" HEAD "Content-Type: t/p\r\nContent-Length: 5\r\n\r\nhello"), "200",
		"POST /x t/p 5");
	check(h, STR("POST /x HTTP/1.1\r\n" HEAD "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
		"200", "POST /x  5");
	check(h, STR("PUT /x HTTP/1.1\r\n" HEAD "Content-Length: 0\r\n\r\n"), "200", "PUT /x  0");
	httpd_close(h);
}

static void test_what_is_too_large_is_refused(void **state)
{
	(void)state;
	struct env env;
	struct httpd *h = serve(&env);
	AUTO(buf) b = {0};
	check(h, STR("POST /x HTTP/1.1\r\n" HEAD "Content-Length: 1001\r\n\r\n"), "413", NULL);
	check(h, STR("POST /x HTTP/1.1\r\n" HEAD "Content-Length: 99999999999999999999999\r\n\r\n"), "4", NULL);
	buf_init(&b, 1 * MIB);
	buf_add(&b, STR("POST /x HTTP/1.1\r\n" HEAD "Transfer-Encoding: chunked\r\n\r\n"));
	for (unsigned i = 0; i < 11; i++) {
		buf_add(&b, STR("64\r\n"));
		for (unsigned k = 0; k < 100; k++)
			buf_addc(&b, 'x');
		buf_add(&b, STR("\r\n"));
	}
	buf_add(&b, STR("0\r\n\r\n"));
	check(h, buf_str(&b), "413", NULL);
	buf_reset(&b);
	buf_add(&b, STR("GET /x HTTP/1.1\r\n" HEAD "Long: "));
	for (unsigned k = 0; k < CAP_HTTPD_HEAD; k++)
		buf_addc(&b, 'x');
	buf_add(&b, STR("\r\n\r\n"));
	check(h, buf_str(&b), "431", NULL);
	httpd_close(h);
}

static void test_half_a_request_keeps_nobody_else_waiting(void **state)
{
	(void)state;
	struct env env;
	struct httpd *h = serve(&env);
	AUTO_FD half = call(h);
	struct str front = STR("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab");
	assert_int_equal(send(half, front.p, front.n, MSG_NOSIGNAL), front.n);
	check(h, STR("GET / HTTP/1.1\r\n" HEAD "\r\n"), "200", "GET /  0");
	httpd_close(h);
}

/* A clock by which every look is too late for the one before it. */
struct fast_env {
	struct env env; /* first */
	_Atomic int64_t ns;
};

static int64_t fast_now(struct env *env)
{
	return atomic_fetch_add(&((struct fast_env *)(void *)env)->ns, (CAP_HTTPD_HEAD_SECONDS + 1) * 1000000000ll);
}

struct two {
	int slow;
	int asks;
};

/* Both are gone: the one without a head, and the one that was answered and asks nothing more. */
static void *wait_for_both(void *ctx)
{
	const struct two *t = ctx;
	char c;
	while (recv(t->asks, &c, 1, 0) > 0 || recv(t->slow, &c, 1, 0) > 0)
		continue;
	(void)kill(getpid(), SIGTERM);
	return NULL;
}

static void test_who_takes_long_for_a_head_is_hung_up_on(void **state)
{
	(void)state;
	struct fast_env fast = {.ns = 0};
	struct httpd *h = serve(&fast.env);
	fast.env.now = fast_now;
	pthread_t thread;
	struct two t = {call(h), call(h)};
	struct str front = STR("GET / HTTP/1.1\r\nHost: a\r\n");
	struct str whole = STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	char c = 0;
	assert_int_equal(send(t.slow, front.p, front.n, MSG_NOSIGNAL), front.n);
	assert_int_equal(send(t.asks, whole.p, whole.n, MSG_NOSIGNAL), whole.n);
	assert_int_equal(recv(t.asks, &c, 1, 0), 1);
	assert_int_equal(recv(t.slow, &c, 1, MSG_DONTWAIT), -1);
	int64_t before = real_now(&fast.env);
	assert_int_equal(pthread_create(&thread, NULL, wait_for_both, &t), 0);
	httpd_wait(h);
	assert_int_equal(pthread_join(thread, NULL), 0);
	/* not by the limit for a silent one */
	assert_true(real_now(&fast.env) - before < (CAP_HTTPD_IDLE_SECONDS - 2) * 1000000000ll);
	(void)close(t.slow);
	(void)close(t.asks);
	httpd_close(h);
}

static void test_it_stops_at_a_signal(void **state)
{
	(void)state;
	struct env env;
	struct httpd *h = serve(&env);
	assert_int_equal(kill(getpid(), SIGTERM), 0); /* held back, and waited for */
	httpd_wait(h);
	httpd_close(h);
}

static void test_an_address_that_cannot_be_had_is_said(void **state)
{
	(void)state;
	struct env env;
	struct httpd *h = serve(&env);
	struct httpd *other = NULL;
	struct err e;
	struct httpd_options o = {.address = STR("localhost"), .max_body = 1, .answer = echo};
	assert_int_equal(httpd_open(&env, &o, &other, &e), E_USAGE);
	o.address = STR("127.0.0.1");
	o.port = httpd_port(h);
	assert_int_equal(httpd_open(&env, &o, &other, &e), E_BUSY);
	assert_null(other);
	httpd_close(h);
	httpd_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests_come_whole_and_paths_as_they_were_sent),
		cmocka_unit_test(test_what_is_too_large_is_refused),
		cmocka_unit_test(test_half_a_request_keeps_nobody_else_waiting),
		cmocka_unit_test(test_who_takes_long_for_a_head_is_hung_up_on),
		cmocka_unit_test(test_it_stops_at_a_signal),
		cmocka_unit_test(test_an_address_that_cannot_be_had_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
