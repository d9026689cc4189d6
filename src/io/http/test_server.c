/* SPDX-License-Identifier: Apache-2.0 */
#include "io/http/test_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEAD_MAX 8192

struct conn {
	int fd;
	SSL *ssl;
};

static ssize_t conn_read(struct conn *c, char *p, size_t n)
{
	return c->ssl ? SSL_read(c->ssl, p, (int)n) : read(c->fd, p, n);
}

static bool conn_write(struct conn *c, const char *p, size_t n)
{
	while (n) {
		ssize_t put = c->ssl ? SSL_write(c->ssl, p, (int)n) : send(c->fd, p, n, MSG_NOSIGNAL);
		if (put <= 0)
			return false;
		p += put;
		n -= (size_t)put;
	}
	return true;
}

static X509 *certificate(EVP_PKEY *key, const char *name, X509 *issuer, EVP_PKEY *signer)
{
	X509 *x = X509_new();
	BUG_ON(!x);
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), issuer ? 2 : 1);
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_set_pubkey(x, key);
	X509_NAME_add_entry_by_txt(
		X509_get_subject_name(x), "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(issuer ? issuer : x));
	X509V3_CTX ctx;
	X509V3_set_ctx(&ctx, issuer ? issuer : x, x, NULL, NULL, 0);
	X509_EXTENSION *ext = issuer ? X509V3_EXT_conf_nid(NULL, &ctx, NID_subject_alt_name, "DNS:localhost")
				     : X509V3_EXT_conf_nid(NULL, &ctx, NID_basic_constraints, "critical,CA:TRUE");
	X509_add_ext(x, ext, -1);
	X509_EXTENSION_free(ext);
	BUG_ON(X509_sign(x, signer, EVP_sha256()) <= 0);
	return x;
}

static SSL_CTX *tls_context(struct server *s)
{
	EVP_PKEY *ca_key = EVP_EC_gen("P-256"), *key = EVP_EC_gen("P-256");
	X509 *ca = certificate(ca_key, "Test authority", NULL, ca_key);
	X509 *own = certificate(key, "localhost", ca, ca_key);
	SSL_CTX *t = SSL_CTX_new(TLS_server_method());
	BUG_ON(SSL_CTX_use_certificate(t, own) != 1 || SSL_CTX_use_PrivateKey(t, key) != 1);
	BUG_ON(SSL_CTX_add1_chain_cert(t, ca) != 1);
	static const char ca_path[] = "/tmp/test_http_ca.XXXXXX";
	memcpy(s->ca_path, ca_path, sizeof(ca_path));
	int fd = mkstemp(s->ca_path);
	BUG_ON(fd < 0);
	FILE *f = fdopen(fd, "w");
	BUG_ON(!f || PEM_write_X509(f, ca) != 1 || fclose(f) != 0);
	X509_free(ca);
	X509_free(own);
	EVP_PKEY_free(key);
	EVP_PKEY_free(ca_key);
	return t;
}

static void say(struct conn *c, const struct route *r, struct str request)
{
	(void)poll(NULL, 0, r->before_ms);
	size_t step = r->by_byte ? 1 : r->bytes.n;
	for (size_t at = 0; at < r->bytes.n; at += step) {
		if (!conn_write(c, r->bytes.p + at, step))
			return;
		if (r->by_byte)
			(void)poll(NULL, 0, 1);
	}
	char byte;
	const struct linger at_once = {.l_onoff = 1};
	switch (r->after) {
	case AFTER_CLOSE:
		break;
	case AFTER_HOLD:
		while (conn_read(c, &byte, 1) > 0)
			continue;
		break;
	case AFTER_RESET:
		(void)poll(NULL, 0, 100);
		(void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
		break;
	case AFTER_ENDLESS:
		while (conn_write(c, r->bytes.p + r->bytes.n - 16, 16))
			continue;
		break;
	case AFTER_ECHO:
		(void)conn_write(c, request.p, request.n);
		break;
	}
}

static void serve(struct conn *c, const struct route *routes, size_t n)
{
	char head[HEAD_MAX];
	struct str h = {head, 0};
	while (h.n < sizeof(head) && str_find(h, STR("\r\n\r\n"), 0) == h.n) {
		ssize_t got = conn_read(c, head + h.n, sizeof(head) - h.n);
		if (got <= 0)
			return;
		h.n += (size_t)got;
	}
	struct str line = h;
	(void)str_cut(&line, ' ');
	struct str path = str_cut(&line, ' ');
	for (size_t i = 0; i < n; i++)
		if (str_eq(path, str_c(routes[i].path)))
			say(c, &routes[i], h);
}

static void serve_all(int listening, SSL_CTX *tls, const struct route *routes, size_t n)
{
	for (;;) {
		struct conn c = {.fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC)};
		if (c.fd < 0)
			continue;
		if (tls) {
			c.ssl = SSL_new(tls);
			SSL_set_fd(c.ssl, c.fd);
		}
		if (!c.ssl || SSL_accept(c.ssl) == 1)
			serve(&c, routes, n);
		if (c.ssl) {
			SSL_shutdown(c.ssl);
			SSL_free(c.ssl);
		}
		(void)close(c.fd);
	}
}

void server_start(struct server *ret, const struct route *routes, size_t n, bool tls)
{
	*ret = (struct server){0};
	SSL_CTX *t = tls ? tls_context(ret) : NULL;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(at);
	BUG_ON(fd < 0 || bind(fd, (const struct sockaddr *)&at, len) != 0 || listen(fd, 8) != 0);
	BUG_ON(getsockname(fd, (struct sockaddr *)&at, &len) != 0);
	ret->port = ntohs(at.sin_port);
	ret->pid = fork();
	BUG_ON(ret->pid < 0);
	if (ret->pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)signal(SIGPIPE, SIG_IGN);
		serve_all(fd, t, routes, n);
	}
	(void)close(fd);
	SSL_CTX_free(t);
}

void server_stop(struct server *s)
{
	(void)kill(s->pid, SIGKILL);
	(void)waitpid(s->pid, NULL, 0);
	if (s->ca_path[0])
		(void)unlink(s->ca_path);
}
