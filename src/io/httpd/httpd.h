/* SPDX-License-Identifier: Apache-2.0 */
/* A small HTTP/1.1 server over libmicrohttpd: whole requests in, whole answers out, every size and time bounded. For
 * this machine and behind a proxy that does TLS; it has no TLS itself.
 *
 * Requests are anybody's bytes: head and body are only counted and handed on here, paths as they came (nothing is
 * decoded). Too much is 413 or 431, too slow is a closed connection. */
#ifndef IO_HTTPD_H
#define IO_HTTPD_H

#include "base/caps.h"
#include "base/env.h"
#include "base/str.h"

struct arena;
struct httpd;

/* Borrowed, for the call. */
struct httpd_request {
	struct str method;
	struct str path; /* before any '?', as it was sent */
	struct str type; /* Content-Type, as it was sent; empty: none */
	struct str body;
};
struct httpd_reply {
	unsigned status;
	struct str type; /* empty: no Content-Type */
	struct str body;
};

struct httpd_options {
	struct str address; /* IPv4 or IPv6 in numbers; empty: 127.0.0.1 */
	uint16_t port;      /* 0: any that is free */
	size_t max_body;    /* bytes; more is 413 */
	unsigned threads;   /* that answer; 0: 1 */
	/* Called by those threads, more than one at a time. What `ret` says lives in `a`, or longer. */
	void (*answer)(void *ctx, const struct httpd_request *r, struct arena *a, struct httpd_reply *ret);
	void *ctx;
};

/* Listens and answers. SIGINT and SIGTERM are held back in the calling thread from here to httpd_close(), for
 * httpd_wait(); threads that are there already should hold them back too. `env` is borrowed.
 * OK · E_USAGE an address that is none · E_BUSY the port is taken · E_DENIED · E_NET. */
MUST_USE rc httpd_open(struct env *env, const struct httpd_options *o, struct httpd **ret, struct err *e);
uint16_t httpd_port(const struct httpd *h);
/* Until SIGINT or SIGTERM comes. Meanwhile it closes connections whose heads take over CAP_HTTPD_HEAD_SECONDS. */
void httpd_wait(struct httpd *h);
/* Answers what is being asked, closes everything, and frees. NULL is nothing. */
void httpd_close(struct httpd *h);

#endif
