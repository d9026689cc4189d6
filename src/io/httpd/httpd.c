/* SPDX-License-Identifier: Apache-2.0 */
/* libmicrohttpd calls on_request() once when the head is there, for each piece of the body, and once at its end. */
#include "io/httpd/httpd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"

#define NS_PER_SECOND 1000000000ll
#define BACKLOG 64

/* An open connection. libmicrohttpd's own limit is for the time without a byte: one now and then would keep it open. */
struct caller {
	bool there;
	bool heard; /* its head is in */
	int fd;
	int64_t since; /* it could begin its head */
};

struct httpd {
	struct env *env;
	struct httpd_options o;
	struct MHD_Daemon *daemon;
	uint16_t port;
	sigset_t stop;
	sigset_t before; /* the caller's mask */
	pthread_mutex_t lock;
	struct caller callers[CAP_HTTPD_CONNECTIONS];
};

/* One request on its way in. */
struct incoming {
	struct buf body;
	int64_t since;
};

static enum MHD_Result send_reply(struct MHD_Connection *c, const struct httpd_reply *r)
{
	AUTO(arena) a = {0};
	/* copied; libmicrohttpd takes it as not const for its other modes */
	struct MHD_Response *m = MHD_create_response_from_buffer(
		r->body.n, (void *)(uintptr_t)r->body.p, MHD_RESPMEM_MUST_COPY);
	if (!m)
		return MHD_NO;
	bool ok = MHD_add_response_header(m, "X-Content-Type-Options", "nosniff") == MHD_YES &&
		MHD_add_response_header(m, "Cache-Control", "no-store") == MHD_YES;
	if (ok && r->type.n)
		ok = MHD_add_response_header(m, "Content-Type", str_cstr(&a, r->type)) == MHD_YES;
	enum MHD_Result sent = ok ? MHD_queue_response(c, r->status, m) : MHD_NO;
	MHD_destroy_response(m);
	return sent;
}

static enum MHD_Result refuse(struct MHD_Connection *c, unsigned status)
{
	return send_reply(c, &(struct httpd_reply){.status = status});
}

/* Told in advance, a body that is too large is not even read. */
static bool too_large(struct MHD_Connection *c, size_t most)
{
	uint64_t n = 0;
	const char *said = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Content-Length");
	return said && (!str_to_u64(str_c(said), &n) || n > most);
}

static void heard(struct httpd *h, struct MHD_Connection *c, bool head)
{
	const union MHD_ConnectionInfo *i = MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct caller *k = i ? i->socket_context : NULL;
	if (!k)
		return;
	(void)pthread_mutex_lock(&h->lock);
	k->heard = head;
	k->since = h->env->now(h->env);
	(void)pthread_mutex_unlock(&h->lock);
}

/* Told before the descriptor is closed, so under the lock it is nobody else's. */
static void on_connection(
	void *ctx, struct MHD_Connection *c, void **socket_context, enum MHD_ConnectionNotificationCode what)
{
	struct httpd *h = ctx;
	struct caller *k = *socket_context;
	const union MHD_ConnectionInfo *i = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
	(void)pthread_mutex_lock(&h->lock);
	if (what == MHD_CONNECTION_NOTIFY_CLOSED && k)
		k->there = false;
	for (size_t n = 0; what == MHD_CONNECTION_NOTIFY_STARTED && i && n < CAP_HTTPD_CONNECTIONS; n++) {
		if (h->callers[n].there)
			continue;
		h->callers[n] = (struct caller){.there = true, .fd = i->connect_fd, .since = h->env->now(h->env)};
		*socket_context = &h->callers[n];
		break;
	}
	(void)pthread_mutex_unlock(&h->lock);
}

/* The thread that has the connection sees its end, and closes it. */
static void hang_up_slow(struct httpd *h)
{
	int64_t now = h->env->now(h->env);
	(void)pthread_mutex_lock(&h->lock);
	for (size_t n = 0; n < CAP_HTTPD_CONNECTIONS; n++) {
		const struct caller *k = &h->callers[n];
		if (k->there && !k->heard && now - k->since > CAP_HTTPD_HEAD_SECONDS * NS_PER_SECOND)
			(void)shutdown(k->fd, SHUT_RDWR);
	}
	(void)pthread_mutex_unlock(&h->lock);
}

static enum MHD_Result begin(struct httpd *h, struct MHD_Connection *c, void **state)
{
	heard(h, c, true);
	if (too_large(c, h->o.max_body))
		return refuse(c, MHD_HTTP_CONTENT_TOO_LARGE);
	struct incoming *in = mem_alloc(sizeof(*in));
	buf_init(&in->body, h->o.max_body);
	in->since = h->env->now(h->env);
	*state = in;
	return MHD_YES;
}

static enum MHD_Result finish(
	struct httpd *h, struct MHD_Connection *c, const char *path, const char *method, const struct incoming *in)
{
	AUTO(arena) a = {0};
	if (in->body.over)
		return refuse(c, MHD_HTTP_CONTENT_TOO_LARGE);
	struct httpd_reply reply = {.status = MHD_HTTP_INTERNAL_SERVER_ERROR};
	struct httpd_request r = {.method = str_c(method),
		.path = str_c(path),
		.type = str_c(MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Content-Type")),
		.body = buf_str(&in->body)};
	h->o.answer(h->o.ctx, &r, &a, &reply);
	return send_reply(c, &reply);
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *c, const char *path, const char *method,
	const char *version, const char *piece, size_t *piece_n, void **state)
{
	(void)version;
	struct httpd *h = ctx;
	if (!*state)
		return begin(h, c, state);
	struct incoming *in = *state;
	if (*piece_n == 0)
		return finish(h, c, path, method, in);
	if (h->env->now(h->env) - in->since > CAP_HTTPD_BODY_SECONDS * NS_PER_SECOND)
		return MHD_NO;
	buf_add(&in->body, str_mem(piece, *piece_n));
	*piece_n = 0;
	return MHD_YES;
}

static void on_completed(void *ctx, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode how)
{
	(void)how;
	struct incoming *in = *state;
	heard(ctx, c, false);
	if (in)
		buf_clear(&in->body);
	mem_free(in);
	*state = NULL;
}

static size_t leave_escaped(void *ctx, struct MHD_Connection *c, char *s)
{
	(void)ctx;
	(void)c;
	return strlen(s);
}

/* A socket of our own, so that what is wrong with an address can be said. */
static rc listen_on(struct httpd *h, int *ret_fd, struct err *e)
{
	AUTO(arena) a = {0};
	struct str address = h->o.address.n ? h->o.address : STR("127.0.0.1");
	const char *text = str_cstr(&a, address);
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(h->o.port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(h->o.port)};
	bool is4 = inet_pton(AF_INET, text, &v4.sin_addr) == 1;
	if (!is4 && inet_pton(AF_INET6, text, &v6.sin6_addr) != 1)
		return err_set(e, E_USAGE, "'%.*s' is no address in numbers", STR_FMT(address));
	const struct sockaddr *sa = is4 ? (const struct sockaddr *)&v4 : (const struct sockaddr *)&v6;
	socklen_t n = is4 ? sizeof(v4) : sizeof(v6);
	AUTO_FD fd = socket(is4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1;
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0)
		return err_sys(e, "socket");
	if (bind(fd, sa, n) != 0 || listen(fd, BACKLOG) != 0) {
		bool taken = errno == EADDRINUSE;
		rc r = err_sys(e, "listening on %s, port %u", text, h->o.port);
		if (r != E_DENIED)
			e->code = taken ? E_BUSY : E_NET;
		return e->code;
	}
	*ret_fd = fd;
	fd = -1;
	return OK;
}

/* The one that the system chose. */
static uint16_t port_of(int fd)
{
	struct sockaddr_storage at;
	socklen_t n = sizeof(at);
	if (getsockname(fd, (struct sockaddr *)&at, &n) != 0)
		return 0;
	return ntohs(at.ss_family == AF_INET ? ((struct sockaddr_in *)(void *)&at)->sin_port
					     : ((struct sockaddr_in6 *)(void *)&at)->sin6_port);
}

static rc start(struct httpd *h, struct err *e)
{
	AUTO_FD fd = -1;
	TRY(listen_on(h, &fd, e));
	h->port = port_of(fd);
	unsigned threads = h->o.threads ? h->o.threads : 1;
	h->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL, h->port, NULL, NULL, on_request, h,
		MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE, threads > 1 ? threads : 0,
		MHD_OPTION_CONNECTION_LIMIT, CAP_HTTPD_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
		CAP_HTTPD_IDLE_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CAP_HTTPD_HEAD,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, h, MHD_OPTION_NOTIFY_CONNECTION, on_connection, h,
		MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL, MHD_OPTION_END);
	if (!h->daemon)
		return err_set(e, E_NET, "the server cannot be started");
	fd = -1; /* the daemon's now */
	return OK;
}

rc httpd_open(struct env *env, const struct httpd_options *o, struct httpd **ret, struct err *e)
{
	struct httpd *h = mem_alloc(sizeof(*h));
	*h = (struct httpd){.env = env, .o = *o, .lock = PTHREAD_MUTEX_INITIALIZER};
	(void)sigemptyset(&h->stop);
	(void)sigaddset(&h->stop, SIGINT);
	(void)sigaddset(&h->stop, SIGTERM);
	/* before there are threads, which take the mask over */
	(void)pthread_sigmask(SIG_BLOCK, &h->stop, &h->before);
	rc r = start(h, e);
	if (r == OK)
		*ret = h;
	else
		httpd_close(h);
	return r;
}

uint16_t httpd_port(const struct httpd *h)
{
	return h->port;
}

void httpd_wait(struct httpd *h)
{
	const struct timespec second = {.tv_sec = 1};
	while (sigtimedwait(&h->stop, NULL, &second) < 0)
		hang_up_slow(h);
}

void httpd_close(struct httpd *h)
{
	if (!h)
		return;
	if (h->daemon)
		MHD_stop_daemon(h->daemon);
	(void)pthread_sigmask(SIG_SETMASK, &h->before, NULL);
	(void)pthread_mutex_destroy(&h->lock);
	mem_free(h);
}
