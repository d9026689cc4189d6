/* SPDX-License-Identifier: Apache-2.0 */
/* One HTTP exchange over libcurl, bytes verbatim: the request head as it was sent, the response head and body as they
 * were served, framing and content codings included, so that they can go into a WARC record as they are.
 *
 *   request  = head as sent (+ the caller's body)
 *   response = [1xx heads] head body        body: to the spool, chunk sizes and trailers included
 *
 * Through an HTTP proxy the request is as the proxy got it, but for its Proxy-* fields: those are never the site's to
 * see and may hold a password; they are left out of what is kept, and named.
 *
 * HTTP/1.1 only. Redirects are not followed: each is an exchange of its own. No cookies, no .netrc, no credentials, no
 * proxy unless asked for. Nothing is sent that the caller or this header does not name. */
#ifndef IO_HTTP_H
#define IO_HTTP_H

#include "base/caps.h"
#include "base/env.h"
#include "base/str.h"

struct arena;

/* What a browser of today can read. A server is told so by a plain header, hence nothing is decoded on the way. */
#define FETCH_ENCODINGS "gzip, deflate, br, zstd"
#define FETCH_CONNECT_SECONDS 30u /* DNS, TCP and TLS */
#define FETCH_STALL_SECONDS 60u   /* without a byte */

/* All zeros but url and spool is a plain GET. Text without a NUL, CR or LF inside, or E_USAGE. */
struct fetch_request {
	struct str url;             /* http or https, ≤ CAP_URL, sent as it is: no path is tidied up */
	struct str user_agent;      /* empty: no such field */
	struct str accept_language; /* empty: no such field */
	struct str accept_encoding; /* empty: FETCH_ENCODINGS; "identity" asks for none */
	const struct str
		*headers; /* further fields, "Name: value" each; one of the names above or Accept replaces it */
	size_t nheaders;
	struct str method; /* empty: GET, or POST with a body */
	struct str body;   /* sent with its Content-Length; its type is one of `headers` */

	int spool;                /* the body is written here, from the descriptor's position on */
	uint64_t max_bytes;       /* of the body; 0: CAP_FETCH_BODY */
	unsigned timeout_seconds; /* for all of it; 0: CAP_FETCH_SECONDS */
	unsigned connect_seconds; /* 0: FETCH_CONNECT_SECONDS */

	const char *ca_file; /* PEM trusted instead of the system's; NULL */
	bool insecure;       /* certificates are taken down but not checked */
	const char *proxy;   /* "socks5h://127.0.0.1:9050", used for every host; NULL: none, whatever the environment
			      * says of either */

	/* No connection to this machine or its own network (E_DENIED). Through a proxy that is the proxy's to refuse.
	 */
	bool public_only;

	/* Called now and then with the body bytes so far; other than 0 gives E_CANCELLED. May be NULL. */
	int (*progress)(void *ctx, uint64_t bytes);
	void *progress_ctx;
};

/* Why there is less than was served, in the words of WARC-Truncated. */
enum fetch_truncated {
	FETCH_WHOLE,
	FETCH_LENGTH,      /* max_bytes */
	FETCH_TIME,        /* timeout_seconds, or a stall */
	FETCH_DISCONNECT,  /* the connection ended before the message did */
	FETCH_UNSPECIFIED, /* the body breaks its own framing, and was read up to there */
};

/* "length", "time", "disconnect", "unspecified"; "" for FETCH_WHOLE. */
const char *fetch_truncated_name(enum fetch_truncated t);

/* Microseconds since the start; 0 for what did not take place. */
struct fetch_times {
	uint64_t dns, connect, tls, first_byte, total;
};

/* Text lives in the arena. */
struct fetch_reply {
	struct str request;          /* head as sent, its empty line included, without the fields of the next line */
	struct str request_left_out; /* "Proxy-Authorization, Proxy-Connection"; empty without a proxy */
	struct str interim;          /* 1xx heads before the final one, as received */
	struct str head;             /* as received, its empty line included */
	unsigned status;
	uint64_t body; /* bytes in the spool */
	enum fetch_truncated truncated;
	struct str why; /* words for it; empty when whole */

	struct str ip;      /* that the bytes came from; empty through a proxy, since then we never learn it */
	uint16_t port;      /* 0 through a proxy */
	bool ip_is_private; /* of this machine or its own network */
	struct str proxy;   /* "socks5h://127.0.0.1:9050", without user and password; empty: none */
	struct str tls;     /* "TLSv1.3"; empty for plain HTTP */
	struct str cipher;  /* "TLS_AES_256_GCM_SHA384" */
	struct str *certs;  /* the chain as the server sent it, PEM, its own first */
	size_t ncerts;

	int64_t started, ended; /* ns by env->now */
	struct fetch_times times;
	struct str tool; /* "libcurl/7.88.1 OpenSSL/3.0.22 …" */
};

/* For env->fetch. `ret` is set when the final response head has come; what follows can only truncate the body.
 * OK · E_USAGE a request that cannot be · E_DENIED public_only · E_NET no answer, and why (name, connection,
 * certificate, time, not HTTP) · E_LIMIT over CAP_HTTP_HEAD (libcurl stops at 300 KiB) · E_IO the spool · E_CANCELLED.
 * RFC 9112 */
MUST_USE rc http_fetch(
	struct env *env, const struct fetch_request *req, struct arena *a, struct fetch_reply *ret, struct err *e);

/* A reply that is small and wanted as it is meant: without framing and content codings. */
struct http_small {
	unsigned status;
	struct str type; /* media type, lower case, without parameters; empty when there is none */
	struct str body;
};
/* One exchange through env->fetch, whose reply is taken apart by a worker, since its bytes are anybody's. `req` needs
 * no spool; `cap` bounds the body, as served and decoded. All of the reply must have come. `ret` lives in `a`.
 * OK, whatever the status · E_LIMIT over `cap` · E_NET no reply, or it was cut short · E_FORMAT a coding that is broken
 * · E_UNSUPPORTED another coding · as for http_fetch and sandbox_call. */
MUST_USE rc http_small(struct env *env, const struct fetch_request *req, uint64_t cap, struct arena *a,
	struct http_small *ret, struct err *e);

#endif
