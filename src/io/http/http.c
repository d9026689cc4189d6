/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl, told to keep its hands off: no decoding, no redirects, no tidying of paths. The heads are taken from its
 * callbacks as they pass: the request from the debug callback, since only that shows what went over the wire. */
#include "io/http/http.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "io/http/http_int.h"

#define CAP_CHAIN 32u /* certificates of one server that are kept */

/* All empty: none. */
struct proxy {
	struct str url; /* without user and password */
	struct str user, password;
};

struct exchange {
	struct env *env;
	struct proxy proxy;
	const struct fetch_request *req;
	struct arena *a;
	struct fetch_reply *ret;
	CURL *curl;
	struct curl_slist *fields;
	struct buf request, interim, head;
	bool request_done; /* the request's head has been seen whole: the next is a proxy's or a retry's */
	bool head_done;
	uint64_t max_bytes;
	bool full; /* max_bytes came, and more */
	bool over; /* CAP_HTTP_HEAD */
	bool cancelled;
	char refused[64]; /* the last address that public_only did not let through */
	rc spool_rc;
	struct err spool_err;
	char why[CURL_ERROR_SIZE];
};

const char *fetch_truncated_name(enum fetch_truncated t)
{
	static const char *const names[] = {
		[FETCH_WHOLE] = "",
		[FETCH_LENGTH] = "length",
		[FETCH_TIME] = "time",
		[FETCH_DISCONNECT] = "disconnect",
		[FETCH_UNSPECIFIED] = "unspecified",
	};
	return names[t];
}

static bool ends_head(struct str s)
{
	return str_ends(s, STR("\n\r\n")) || str_ends(s, STR("\n\n"));
}

static int on_debug(CURL *h, curl_infotype type, char *p, size_t n, void *ctx)
{
	(void)h;
	struct exchange *x = ctx;
	if (type != CURLINFO_HEADER_OUT)
		return 0;
	if (x->request_done)
		buf_reset(&x->request);
	buf_addmem(&x->request, p, n);
	x->request_done = ends_head(buf_str(&x->request));
	return 0;
}

/* A proxy may be spoken to in TLS when the site is not: that says nothing of the site. */
static bool is_https(const struct exchange *x)
{
	return str_istarts(x->req->url, STR("https:"));
}

/* Version and cipher can be asked for only while the connection lives. */
static void note_tls(struct exchange *x)
{
	struct curl_tlssessioninfo *info = NULL;
	if (curl_easy_getinfo(x->curl, CURLINFO_TLS_SSL_PTR, &info) != CURLE_OK || !info ||
		info->backend != CURLSSLBACKEND_OPENSSL || !info->internals)
		return;
	const SSL *ssl = info->internals;
	x->ret->tls = str_dup(x->a, str_c(SSL_get_version(ssl)));
	x->ret->cipher = str_dup(x->a, str_c(SSL_get_cipher_name(ssl)));
}

/* One line of a head at a time. */
static size_t on_head(char *p, size_t size, size_t n, void *ctx)
{
	struct exchange *x = ctx;
	struct str line = str_mem(p, size * n);
	if (ends_head(buf_str(&x->head)) && str_istarts(line, STR("HTTP/"))) {
		/* Another head after a whole one: the one before was interim. */
		buf_add(&x->interim, buf_str(&x->head));
		buf_reset(&x->head);
	}
	if (x->head.n == 0 && x->interim.n == 0 && is_https(x))
		note_tls(x);
	buf_add(&x->head, line);
	if (x->interim.n + x->head.n > CAP_HTTP_HEAD || x->head.over || x->interim.over) {
		x->over = true;
		return 0;
	}
	long status = 0;
	(void)curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &status);
	x->head_done = ends_head(buf_str(&x->head)) && status >= 200;
	return line.n;
}

static rc spool_write(struct exchange *x, struct str bytes, struct err *e)
{
	while (bytes.n) {
		int fault = x->env->fault ? x->env->fault(x->env, ENV_WRITE, "spool") : 0;
		ssize_t n = fault ? -1 : write(x->req->spool, bytes.p, bytes.n);
		if (fault)
			errno = fault;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "write the body");
		x->ret->body += (uint64_t)n;
		bytes = str_from(bytes, (size_t)n);
	}
	return OK;
}

static size_t on_body(char *p, size_t size, size_t n, void *ctx)
{
	struct exchange *x = ctx;
	struct str bytes = str_mem(p, size * n);
	uint64_t room = x->max_bytes - x->ret->body;
	x->full = bytes.n > room;
	x->spool_rc = spool_write(x, x->full ? str_sub(bytes, 0, (size_t)room) : bytes, &x->spool_err);
	return x->full || x->spool_rc != OK ? 0 : size * n;
}

static int on_progress(void *ctx, curl_off_t all, curl_off_t now, curl_off_t up_all, curl_off_t up_now)
{
	(void)all;
	(void)now;
	(void)up_all;
	(void)up_now;
	struct exchange *x = ctx;
	x->cancelled = x->req->progress && x->req->progress(x->req->progress_ctx, x->ret->body) != 0;
	return x->cancelled;
}

/* Names may lead anywhere, and elsewhere the next time: what counts is the address that is to be connected to. */
static curl_socket_t on_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *to)
{
	(void)purpose;
	struct exchange *x = ctx;
	if (!x->req->public_only || x->proxy.url.n || !http_address_is_private(&to->addr))
		return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
	const void *ip = to->family == AF_INET ? (const void *)&((struct sockaddr_in *)(void *)&to->addr)->sin_addr
					       : (const void *)&((struct sockaddr_in6 *)(void *)&to->addr)->sin6_addr;
	if (!inet_ntop(to->family, ip, x->refused, sizeof(x->refused)))
		memcpy(x->refused, "?", sizeof("?"));
	return CURL_SOCKET_BAD;
}

static bool one_line(struct str s)
{
	return str_chr(s, '\0', 0) == s.n && str_chr(s, '\r', 0) == s.n && str_chr(s, '\n', 0) == s.n;
}

static rc check_request(const struct fetch_request *q, struct err *e)
{
	const struct str texts[] = {q->url, q->user_agent, q->accept_language, q->accept_encoding, q->method};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (!one_line(texts[i]))
			return err_set(e, E_USAGE, "a line break or NUL in '%.*s'", STR_FMT(texts[i]));
	for (size_t i = 0; i < q->nheaders; i++) {
		size_t colon = str_chr(q->headers[i], ':', 0);
		if (!one_line(q->headers[i]) || colon == 0 || colon == q->headers[i].n)
			return err_set(e, E_USAGE, "'%.*s' is no header field", STR_FMT(q->headers[i]));
	}
	if (q->url.n == 0 || q->url.n > CAP_URL)
		return err_set(e, E_USAGE, "a URL of %zu bytes", q->url.n);
	return OK;
}

static struct str url_part(struct arena *a, CURLU *u, CURLUPart part, unsigned flags)
{
	char *text = NULL;
	if (curl_url_get(u, part, &text, flags) != CURLUE_OK)
		return STR("");
	struct str s = str_dup(a, str_c(text));
	curl_free(text);
	return s;
}

/* The proxy without who uses it, and who that is; read as libcurl itself reads it. The message does not quote it. */
static rc proxy_parse(const struct fetch_request *q, struct arena *a, struct proxy *ret, struct err *e)
{
	if (!q->proxy)
		return OK;
	CURLU *u = curl_url();
	BUG_ON(!u); /* out of memory */
	CURLUcode code = curl_url_set(u, CURLUPART_URL, q->proxy, CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME);
	struct str scheme = url_part(a, u, CURLUPART_SCHEME, 0);
	struct str host = url_part(a, u, CURLUPART_HOST, 0);
	struct str port = url_part(a, u, CURLUPART_PORT, 0);
	ret->user = url_part(a, u, CURLUPART_USER, CURLU_URLDECODE);
	ret->password = url_part(a, u, CURLUPART_PASSWORD, CURLU_URLDECODE);
	curl_url_cleanup(u);
	if (code != CURLUE_OK || host.n == 0)
		return err_set(e, E_USAGE, "the proxy's URL cannot be read: %s", curl_url_strerror(code));
	ret->url = str_fmt(a, "%.*s://%.*s%s%.*s", STR_FMT(scheme), STR_FMT(host), port.n ? ":" : "", STR_FMT(port));
	return OK;
}

static void add_field(struct exchange *x, struct str line)
{
	struct curl_slist *l = curl_slist_append(x->fields, str_cstr(x->a, line));
	BUG_ON(!l); /* out of memory */
	x->fields = l;
}

/* The field of our own choice unless the caller has one of that name. */
static void add_default(struct exchange *x, const char *name, struct str value)
{
	struct str start = str_fmt(x->a, "%s:", name);
	for (size_t i = 0; i < x->req->nheaders; i++)
		if (str_istarts(x->req->headers[i], start))
			return;
	/* A name with nothing behind the colon keeps libcurl from adding its own. */
	add_field(x, value.n ? str_fmt(x->a, "%s: %.*s", name, STR_FMT(value)) : start);
}

static void set_fields(struct exchange *x)
{
	const struct fetch_request *q = x->req;
	add_default(x, "User-Agent", q->user_agent);
	add_default(x, "Accept", STR("*/*"));
	add_default(x, "Accept-Language", q->accept_language);
	add_default(x, "Accept-Encoding", q->accept_encoding.n ? q->accept_encoding : STR(FETCH_ENCODINGS));
	if (q->body.n)
		add_default(x, "Content-Type", STR("")); /* libcurl would call it a form */
	add_default(x, "Expect", STR(""));
	for (size_t i = 0; i < q->nheaders; i++) {
		struct str line = q->headers[i];
		size_t colon = str_chr(line, ':', 0);
		/* libcurl takes "Name;" for a field with an empty value. */
		if (str_trim(str_from(line, colon + 1)).n == 0)
			line = str_fmt(x->a, "%.*s;", STR_FMT(str_sub(line, 0, colon)));
		add_field(x, line);
	}
}

static void set_request(struct exchange *x)
{
	CURL *c = x->curl;
	const struct fetch_request *q = x->req;
	(void)curl_easy_setopt(c, CURLOPT_URL, str_cstr(x->a, q->url));
	(void)curl_easy_setopt(c, CURLOPT_PATH_AS_IS, 1L);
	(void)curl_easy_setopt(c, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	(void)curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	if (q->body.n) {
		(void)curl_easy_setopt(c, CURLOPT_POST, 1L);
		(void)curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body.n);
		(void)curl_easy_setopt(c, CURLOPT_POSTFIELDS, q->body.p);
	}
	if (str_eq(q->method, STR("HEAD")))
		(void)curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
	else if (q->method.n)
		(void)curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, str_cstr(x->a, q->method));
	set_fields(x);
	(void)curl_easy_setopt(c, CURLOPT_HTTPHEADER, x->fields);
}

static void set_connection(struct exchange *x)
{
	CURL *c = x->curl;
	const struct fetch_request *q = x->req;
	/* user and password apart from the URL: libcurl quotes that in messages */
	const struct proxy *proxy = &x->proxy;
	(void)curl_easy_setopt(c, CURLOPT_PROXY, str_cstr(x->a, proxy->url));
	(void)curl_easy_setopt(c, CURLOPT_PROXYUSERNAME, proxy->user.n ? str_cstr(x->a, proxy->user) : NULL);
	(void)curl_easy_setopt(c, CURLOPT_PROXYPASSWORD, proxy->password.n ? str_cstr(x->a, proxy->password) : NULL);
	/* else the environment's no_proxy would lead past the proxy that was asked for */
	(void)curl_easy_setopt(c, CURLOPT_NOPROXY, "");
	(void)curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, on_open);
	(void)curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, x);
	(void)curl_easy_setopt(c, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	(void)curl_easy_setopt(c, CURLOPT_CERTINFO, 1L);
	(void)curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, q->insecure ? 0L : 1L);
	(void)curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, q->insecure ? 0L : 2L);
	if (q->ca_file) {
		(void)curl_easy_setopt(c, CURLOPT_CAINFO, q->ca_file);
		(void)curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
	}
	(void)curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(
		c, CURLOPT_CONNECTTIMEOUT, (long)(q->connect_seconds ? q->connect_seconds : FETCH_CONNECT_SECONDS));
	(void)curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)(q->timeout_seconds ? q->timeout_seconds : CAP_FETCH_SECONDS));
	(void)curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
	(void)curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)FETCH_STALL_SECONDS);
}

static void set_reply(struct exchange *x)
{
	CURL *c = x->curl;
	(void)curl_easy_setopt(c, CURLOPT_HTTP_TRANSFER_DECODING, 0L);
	(void)curl_easy_setopt(c, CURLOPT_HTTP_CONTENT_DECODING, 0L);
	(void)curl_easy_setopt(c, CURLOPT_ERRORBUFFER, x->why);
	(void)curl_easy_setopt(c, CURLOPT_VERBOSE, 1L); /* for the debug callback, which prints nothing */
	(void)curl_easy_setopt(c, CURLOPT_DEBUGFUNCTION, on_debug);
	(void)curl_easy_setopt(c, CURLOPT_DEBUGDATA, x);
	(void)curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_head);
	(void)curl_easy_setopt(c, CURLOPT_HEADERDATA, x);
	(void)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(c, CURLOPT_WRITEDATA, x);
	(void)curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	(void)curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
	(void)curl_easy_setopt(c, CURLOPT_XFERINFODATA, x);
}

/* A peer that closes while we send would raise SIGPIPE, which is not ours to handle: it is held back in this thread,
 * and one that came of it is taken away. */
static CURLcode perform(CURL *c)
{
	sigset_t sigpipe, old, pending;
	(void)sigemptyset(&sigpipe);
	(void)sigaddset(&sigpipe, SIGPIPE);
	(void)sigpending(&pending);
	bool was_pending = sigismember(&pending, SIGPIPE) == 1;
	(void)pthread_sigmask(SIG_BLOCK, &sigpipe, &old);
	CURLcode code = curl_easy_perform(c);
	const struct timespec now = {0};
	if (!was_pending)
		while (sigtimedwait(&sigpipe, NULL, &now) > 0)
			continue;
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	return code;
}

static const char *words(const struct exchange *x, CURLcode code)
{
	return x->why[0] ? x->why : curl_easy_strerror(code);
}

/* The exchange ended before there was a response head. */
static rc no_answer(const struct exchange *x, CURLcode code, struct err *e)
{
	const char *why = words(x, code);
	if (x->refused[0] && code == CURLE_COULDNT_CONNECT)
		return err_set(e, E_DENIED, "%s is an address of this machine or its own network", x->refused);
	if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_LOGIN_DENIED) {
		/* libcurl has one code for "no such scheme" and "an answer that is not HTTP": the second has sent
		 * something. */
		if (x->request.n == 0)
			return err_set(e, E_USAGE, "cannot fetch '%.*s': %s", STR_FMT(str_sub(x->req->url, 0, 200)),
				code == CURLE_LOGIN_DENIED ? "it holds a user name" : why);
	}
	if (code == CURLE_PEER_FAILED_VERIFICATION)
		return err_set(e, E_NET, "the certificate was refused: %s", why);
	if (code == CURLE_OK || code == CURLE_GOT_NOTHING)
		return err_set(e, E_NET, "the server closed the connection without an answer");
	if (str_starts(str_c(why), STR("Too large response headers")))
		return err_set(e, E_LIMIT, "%s", why);
	return err_set(e, E_NET, "%s", why);
}

/* The head is there, so the reply stands; the body may not be whole. */
static void note_truncation(struct exchange *x, CURLcode code)
{
	struct fetch_reply *r = x->ret;
	if (x->full) {
		r->truncated = FETCH_LENGTH;
		r->why = str_fmt(x->a, "cut at %llu bytes", (unsigned long long)x->max_bytes);
		return;
	}
	if (code == CURLE_OK)
		return;
	bool framing = code == CURLE_RECV_ERROR && str_ifind(str_c(x->why), STR("chunk"), 0) < strlen(x->why);
	if (code == CURLE_OPERATION_TIMEDOUT)
		r->truncated = FETCH_TIME;
	else if (framing || code == CURLE_BAD_CONTENT_ENCODING || code == CURLE_WEIRD_SERVER_REPLY)
		r->truncated = FETCH_UNSPECIFIED;
	else
		r->truncated = FETCH_DISCONNECT;
	r->why = str_dup(x->a, str_c(words(x, code)));
}

static uint64_t micros(CURL *c, CURLINFO what)
{
	curl_off_t t = 0;
	(void)curl_easy_getinfo(c, what, &t);
	return t > 0 ? (uint64_t)t : 0;
}

static void note_connection(struct exchange *x)
{
	CURL *c = x->curl;
	struct fetch_reply *r = x->ret;
	const char *ip = NULL;
	long port = 0, status = 0;
	(void)curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	if (r->proxy.n == 0) {
		(void)curl_easy_getinfo(c, CURLINFO_PRIMARY_IP, &ip);
		(void)curl_easy_getinfo(c, CURLINFO_PRIMARY_PORT, &port);
	}
	r->ip = str_dup(x->a, str_c(ip));
	r->ip_is_private = r->ip.n && http_ip_is_private(r->ip);
	r->port = port > 0 && port <= UINT16_MAX ? (uint16_t)port : 0;
	r->status = status > 0 ? (unsigned)status : 0;
	r->times = (struct fetch_times){
		.dns = micros(c, CURLINFO_NAMELOOKUP_TIME_T),
		.connect = micros(c, CURLINFO_CONNECT_TIME_T),
		.tls = micros(c, CURLINFO_APPCONNECT_TIME_T),
		.first_byte = micros(c, CURLINFO_STARTTRANSFER_TIME_T),
		.total = micros(c, CURLINFO_TOTAL_TIME_T),
	};
	r->tool = str_dup(x->a, str_c(curl_version()));
}

static void note_chain(struct exchange *x)
{
	struct curl_certinfo *chain = NULL;
	if (!is_https(x) || curl_easy_getinfo(x->curl, CURLINFO_CERTINFO, &chain) != CURLE_OK || !chain ||
		chain->num_of_certs <= 0)
		return;
	size_t n = size_min((size_t)chain->num_of_certs, CAP_CHAIN);
	x->ret->certs = arena_alloc(x->a, n * sizeof(struct str));
	for (size_t i = 0; i < n; i++)
		for (const struct curl_slist *l = chain->certinfo[i]; l; l = l->next)
			if (str_starts(str_c(l->data), STR("Cert:")))
				x->ret->certs[x->ret->ncerts++] = str_dup(x->a, str_from(str_c(l->data), 5));
}

/* The head without its Proxy-* fields, which are for the proxy and may hold a password; their names, a comma between,
 * go to *ret_names. */
static struct str without_proxy_fields(struct arena *a, struct str head, struct str *ret_names)
{
	AUTO(buf) kept = {0};
	AUTO(buf) names = {0};
	buf_init(&kept, CAP_HTTP_HEAD);
	buf_init(&names, CAP_HTTP_HEAD);
	while (head.n) {
		struct str line = str_sub(head, 0, str_chr(head, '\n', 0) + 1);
		head = str_from(head, line.n);
		if (!str_istarts(line, STR("Proxy-"))) {
			buf_add(&kept, line);
			continue;
		}
		if (names.n)
			buf_add(&names, STR(", "));
		buf_add(&names, str_sub(line, 0, str_chr(line, ':', 0)));
	}
	*ret_names = str_dup(a, buf_str(&names));
	return str_dup(a, buf_str(&kept));
}

/* What the exchange came to, after perform. */
static rc conclude(struct exchange *x, CURLcode code, struct err *e)
{
	if (x->cancelled)
		return err_set(e, E_CANCELLED, "stopped");
	if (x->spool_rc != OK) {
		*e = x->spool_err;
		return x->spool_rc;
	}
	if (x->over)
		return err_set(e, E_LIMIT, "the response head is over %u bytes", CAP_HTTP_HEAD);
	if (!x->head_done)
		return no_answer(x, code, e);
	note_truncation(x, code);
	note_connection(x);
	note_chain(x);
	x->ret->request = buf_str(&x->request);
	if (x->proxy.url.n)
		x->ret->request = without_proxy_fields(x->a, x->ret->request, &x->ret->request_left_out);
	else
		x->ret->request = str_dup(x->a, x->ret->request);
	x->ret->interim = str_dup(x->a, buf_str(&x->interim));
	x->ret->head = str_dup(x->a, buf_str(&x->head));
	return OK;
}

rc http_fetch(struct env *env, const struct fetch_request *req, struct arena *a, struct fetch_reply *ret, struct err *e)
{
	TRY(check_request(req, e));
	struct fetch_reply reply = {0};
	struct exchange x = {.env = env, .req = req, .a = a, .ret = &reply};
	TRY(proxy_parse(req, a, &x.proxy, e));
	reply.proxy = x.proxy.url;
	x.curl = curl_easy_init();
	if (!x.curl)
		return err_set(e, E_NET, "libcurl does not start");
	x.max_bytes = req->max_bytes ? req->max_bytes : CAP_FETCH_BODY;
	buf_init(&x.request, CAP_HTTP_HEAD);
	buf_init(&x.interim, CAP_HTTP_HEAD);
	buf_init(&x.head, CAP_HTTP_HEAD);
	set_request(&x);
	set_connection(&x);
	set_reply(&x);
	reply.started = env->now(env);
	CURLcode code = perform(x.curl);
	reply.ended = env->now(env);
	rc r = conclude(&x, code, e);
	if (r == OK)
		*ret = reply;
	curl_easy_cleanup(x.curl);
	curl_slist_free_all(x.fields);
	buf_clear(&x.request);
	buf_clear(&x.interim);
	buf_clear(&x.head);
	return r;
}
