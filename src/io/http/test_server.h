/* SPDX-License-Identifier: Apache-2.0 */
/* A server for tests that says exactly the bytes it is told, in a process of its own, with or without TLS. */
#ifndef IO_HTTP_TEST_SERVER_H
#define IO_HTTP_TEST_SERVER_H

#include <sys/types.h>

#include "base/str.h"

/* What the server does after it has sent a route's bytes. */
enum after {
	AFTER_CLOSE,
	AFTER_HOLD,    /* nothing until the client goes */
	AFTER_RESET,   /* a TCP reset */
	AFTER_ENDLESS, /* the last 16 bytes again and again */
	AFTER_ECHO,    /* the request head follows as the body */
};

struct route {
	const char *path;
	struct str bytes;
	enum after after;
	int before_ms; /* waited before the first byte */
	bool by_byte;  /* sent one byte at a time */
};

struct server {
	pid_t pid;
	int port;
	char ca_path[64]; /* PEM of the authority that signed the server's certificate; "" without TLS */
};

/* Listens on 127.0.0.1; the certificate is for "localhost" alone, and a chain of two. */
void server_start(struct server *ret, const struct route *routes, size_t n, bool tls);
void server_stop(struct server *s);

#endif
