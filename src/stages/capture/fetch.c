/* SPDX-License-Identifier: Apache-2.0 */
/* Fetching a URL with its redirects, and writing the capture event (WARC 1.1 §4.1): all records of it carry the date at
 * which it began, and name each other by WARC-Concurrent-To. */
#include "base/codec.h"
#include "base/mem.h"
#include "base/time.h"
#include "formats/url/url.h"
#include "io/fs/fs.h"
#include "io/http/http.h"
#include "stages/capture/capture_int.h"

struct hop {
	struct str url;
	int spool;
	struct fetch_reply reply;
	struct record fields; /* of analysis_end */
	struct str location;  /* where a redirect leads, as served */
	struct str id;        /* of the response record */
	uint64_t at;          /* offset of the response record in its WARC file */
};

struct fetched {
	struct arena a;
	struct str asked; /* the URL, without fragment */
	struct str user_agent;
	struct str tool;
	struct hop hop[CAP_FETCH_HOPS + 1];
	size_t n;
	uint8_t key[RECORD_KEY_SIZE];
	struct tree_keys trees;
	const char *broken;
};

void fetched_free(struct fetched *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->n; i++)
		fd_closep(&f->hop[i].spool);
	arena_clear(&f->a);
	mem_wipe(f->key, sizeof(f->key));
	mem_free(f);
}

static const struct hop *last_hop(const struct fetched *f)
{
	return &f->hop[f->n - 1];
}

unsigned fetched_status(const struct fetched *f)
{
	return last_hop(f)->reply.status;
}

const char *fetched_truncated(const struct fetched *f)
{
	return fetch_truncated_name(last_hop(f)->reply.truncated);
}

const char *fetched_broken(const struct fetched *f)
{
	return f->broken;
}

/* What this machine alone can reach is not the internet's to ask for. The user may: the first URL can be a local one.
 */
static bool public_only(const struct fetched *f, const struct capture_fetch *want)
{
	return f->n > 0 && !want->allow_private && !last_hop(f)->reply.ip_is_private;
}

static rc get_hop(struct env *env, struct fetched *f, struct capture_worker *w, int spool_dir,
	const struct capture_fetch *want, struct str url, struct err *e)
{
	struct hop *h = &f->hop[f->n];
	struct fetch_request req = {.url = url,
		.user_agent = want->user_agent,
		.accept_language = want->accept_language,
		.max_bytes = want->max_bytes,
		.timeout_seconds = want->timeout_s,
		.ca_file = want->ca_file,
		.proxy = want->proxy,
		.public_only = public_only(f, want),
		.progress = want->progress,
		.progress_ctx = want->progress_ctx};
	AUTO_FD spool = -1;
	TRY(fs_spool(env, spool_dir, &spool, e));
	req.spool = spool;
	rc r = env->fetch(env, &req, &f->a, &h->reply, e);
	if (r == E_DENIED && req.public_only)
		return err_add(e, "%.*s (--allow-private follows it)", (int)size_min(url.n, 200), url.p);
	TRY(r);
	TRY(analyse_message(
		w, &f->a, MESSAGE_RESPONSE, STR(""), &f->trees, h->reply.head, spool, h->reply.body, &h->fields, e));
	h->location = record_get(&h->fields, "location");
	h->url = url;
	h->spool = take_fd(&spool);
	f->n++;
	return OK;
}

static bool is_redirect(unsigned status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* Where the last hop leads; *ret_url empty when the chain has ended. */
static rc next_url(struct fetched *f, struct capture_worker *w, struct str *ret_url, struct err *e)
{
	const struct hop *h = last_hop(f);
	*ret_url = STR("");
	if (!is_redirect(h->reply.status) || h->location.n == 0)
		return OK;
	TRY(analyse_link(w, &f->a, h->url, h->location, ret_url, e));
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->hop[i].url, *ret_url))
			return err_set(e, E_LIMIT, "redirects in a circle");
	if (f->n >= CAP_FETCH_HOPS)
		return err_set(e, E_LIMIT, "more than %u redirects", CAP_FETCH_HOPS);
	return OK;
}

static rc get_chain(struct env *env, struct fetched *f, struct capture_worker *w, int spool_dir,
	const struct capture_fetch *want, struct err *e)
{
	struct url u;
	TRY(url_parse(&f->a, want->url, NULL, &u, e));
	if (!url_is_web(&u))
		return err_set(e, E_FORMAT, "only http and https can be fetched");
	f->asked = url_href(&f->a, &u, false);
	f->user_agent = str_dup(&f->a, want->user_agent);
	f->tool = str_dup(&f->a, want->tool);
	TRY(new_key(env, f->key, e));
	f->trees = tree_keys_of(f->key);
	TRY(get_hop(env, f, w, spool_dir, want, f->asked, e));
	for (;;) {
		struct str next;
		rc r = next_url(f, w, &next, e);
		if (r == OK && next.n == 0)
			return OK;
		if (r == OK)
			r = get_hop(env, f, w, spool_dir, want, next, e);
		if (r == E_CANCELLED || r == E_IO)
			return r;
		if (r != OK) {
			/* what came before is evidence: the chain ends here, and says why */
			f->broken = str_dup(&f->a, str_c(e->msg)).p;
			return OK;
		}
	}
}

rc capture_get(struct env *env, struct capture_worker *w, int spool_dir, const struct capture_fetch *want,
	struct fetched **ret, struct err *e)
{
	struct fetched *f = mem_alloc(sizeof(*f));
	rc r = get_chain(env, f, w, spool_dir, want, e);
	if (r != OK) {
		rc_ignore(err_add(e, "%.*s", (int)size_min(want->url.n, 200), want->url.p));
		fetched_free(f);
		return r;
	}
	*ret = f;
	return OK;
}

static rc new_id(struct env *env, struct arena *a, struct str *ret, struct err *e)
{
	uint8_t random[16];
	TRY(env->random(env, random, sizeof(random), e));
	*ret = warc_new_id(a, random);
	return OK;
}

struct event {
	struct archive *ar;
	struct fetched *f;
	struct str date; /* of the whole event */
	struct buf head;
};

static void head_common(struct event *ev, enum warc_type type, struct str id, const struct hop *h, struct str with)
{
	warc_head_begin(&ev->head, type);
	warc_head_field(&ev->head, "WARC-Record-ID", id);
	warc_head_field(&ev->head, "WARC-Target-URI", h->url);
	warc_head_field(&ev->head, "WARC-Date", ev->date);
	warc_head_field(&ev->head, "WARC-Concurrent-To", with);
	if (type == WARC_REQUEST || type == WARC_RESPONSE)
		warc_head_field(&ev->head, "WARC-IP-Address", h->reply.ip);
}

static struct str digest_text(struct arena *a, struct str bytes)
{
	struct hash h = hash_of(bytes);
	return str_fmt(a, "sha256:%.*s", STR_FMT(hex_of(a, hash_str(&h))));
}

static struct str tls_protocol(struct arena *a, struct str openssl_name)
{
	/* "TLSv1.3" is written "tls/1.3" (warc-specifications issue 42) */
	if (!str_starts(openssl_name, STR("TLSv")))
		return openssl_name;
	struct str v = str_from(openssl_name, 4);
	return str_fmt(a, "tls/%.*s", STR_FMT(v));
}

/* "HTTP/1.0 200" is written "http/1.0" (warc-specifications issue 42); nothing where the line has no version. */
static struct str http_protocol(struct arena *a, struct str head)
{
	struct str v = str_sub(head, 0, str_chr(head, ' ', 0));
	static const struct str name = {"HTTP/", 5};
	if (!str_istarts(v, name) || v.n < name.n + 1 || v.n > name.n + 3 || !ascii_digit(v.p[name.n]))
		return STR("");
	v = str_from(v, name.n);
	if (v.p[0] >= '2')
		return str_fmt(a, "h%c", v.p[0]);
	return str_fmt(a, "http/%.*s", STR_FMT(v));
}

static rc keep_hop(struct event *ev, struct hop *h, struct err *e)
{
	struct arena *a = &ev->f->a;
	struct env *env = archive_env(ev->ar);
	struct str request_id;
	struct buf *b = &ev->head;
	TRY(new_id(env, a, &h->id, e));
	TRY(new_id(env, a, &request_id, e));

	buf_reset(b);
	head_common(ev, WARC_REQUEST, request_id, h, h->id);
	warc_head_field(b, "WARC-Block-Digest", digest_text(a, h->reply.request));
	warc_head_field(b, "Content-Type", STR("application/http;msgtype=request"));
	TRY(warc_head_end(b, h->reply.request.n, e));
	TRY(write_record(ev->ar, buf_str(b), h->reply.request, h->spool, 0, e));

	buf_reset(b);
	h->at = archive_span_at(ev->ar);
	head_common(ev, WARC_RESPONSE, h->id, h, request_id);
	warc_head_field(b, "WARC-Block-Digest", record_get(&h->fields, "digest.block"));
	warc_head_field(b, "WARC-Payload-Digest", record_get(&h->fields, "digest.payload"));
	warc_head_field(b, "WARC-Protocol", http_protocol(a, h->reply.head));
	if (h->reply.tls.n)
		warc_head_field(b, "WARC-Protocol", tls_protocol(a, h->reply.tls));
	warc_head_field(b, "WARC-Cipher-Suite", h->reply.cipher);
	warc_head_field(b, "WARC-Truncated", str_c(fetch_truncated_name(h->reply.truncated)));
	warc_head_field(b, "Content-Type", STR("application/http;msgtype=response"));
	TRY(warc_head_end(b, h->reply.head.n + h->reply.body, e));
	return write_record(ev->ar, buf_str(b), h->reply.head, h->spool, h->reply.body, e);
}

/* The DER inside a PEM certificate: what its fingerprint is taken over. */
static bool pem_der(struct arena *a, struct str pem, struct str *ret)
{
	struct str begin = STR("-----BEGIN CERTIFICATE-----");
	struct str end = STR("-----END CERTIFICATE-----");
	size_t from = str_find(pem, begin, 0);
	size_t to = str_find(pem, end, 0);
	if (from >= pem.n || to >= pem.n || from + begin.n > to)
		return false;
	char *text = arena_alloc(a, pem.n);
	size_t n = 0;
	for (size_t i = from + begin.n; i < to; i++)
		if (!ascii_space(pem.p[i]))
			text[n++] = pem.p[i];
	return base64_decode(a, str_mem(text, n), ret);
}

static void add_metadata(struct buf *b, const struct hop *h, size_t number)
{
	const struct fetch_times *t = &h->reply.times;
	buf_addf(b, "hop: %zu %.*s\r\n", number, STR_FMT(h->url));
	buf_addf(b, "fetchTimeMs: %llu\r\n", (unsigned long long)(t->total / 1000));
	buf_addf(b, "timing: dns=%lluus connect=%lluus tls=%lluus first-byte=%lluus total=%lluus\r\n",
		(unsigned long long)t->dns, (unsigned long long)t->connect, (unsigned long long)t->tls,
		(unsigned long long)t->first_byte, (unsigned long long)t->total);
	if (h->reply.proxy.n)
		buf_addf(b, "proxy: %.*s\r\n", STR_FMT(h->reply.proxy));
	else
		buf_addf(b, "remote: %.*s port %u\r\n", STR_FMT(h->reply.ip), h->reply.port);
	if (h->reply.request_left_out.n)
		buf_addf(b, "request-left-out: %.*s\r\n", STR_FMT(h->reply.request_left_out));
	if (h->reply.why.n)
		buf_addf(b, "truncated: %.*s\r\n", STR_FMT(h->reply.why));
	if (h->reply.interim.n) {
		buf_add(b, STR("interim: "));
		base64_add(b, h->reply.interim);
		buf_add(b, STR("\r\n"));
	}
}

/* The certificates are written as base64 of their DER, one line each, the server's own first. */
static void add_certs(struct arena *a, struct buf *b, const struct hop *h)
{
	for (size_t i = 0; i < h->reply.ncerts; i++) {
		struct str der;
		if (!pem_der(a, h->reply.certs[i], &der))
			continue;
		buf_add(b, STR("certificate: "));
		base64_add(b, der);
		buf_add(b, STR("\r\n"));
	}
}

static rc keep_metadata(struct event *ev, struct err *e)
{
	struct fetched *f = ev->f;
	struct str id;
	AUTO(buf) block = {0};
	buf_init(&block, 4 * MIB);
	for (size_t i = 0; i < f->n; i++) {
		add_metadata(&block, &f->hop[i], i);
		add_certs(&f->a, &block, &f->hop[i]);
	}
	if (f->broken)
		buf_addf(&block, "redirect-not-followed: %s\r\n", f->broken);
	buf_addf(&block, "client: %.*s\r\n", STR_FMT(last_hop(f)->reply.tool));
	TRY(buf_done(&block, e));
	TRY(new_id(archive_env(ev->ar), &f->a, &id, e));
	buf_reset(&ev->head);
	head_common(ev, WARC_METADATA, id, last_hop(f), last_hop(f)->id);
	warc_head_field(&ev->head, "WARC-Block-Digest", digest_text(&f->a, buf_str(&block)));
	warc_head_field(&ev->head, "Content-Type", STR("application/warc-fields"));
	TRY(warc_head_end(&ev->head, block.n, e));
	return write_record(ev->ar, buf_str(&ev->head), buf_str(&block), last_hop(f)->spool, 0, e);
}

static void add_chain(struct arena *a, struct record *r, const struct fetched *f)
{
	AUTO(buf) text = {0};
	buf_init(&text, (CAP_FETCH_HOPS + 1) * (CAP_URL + 128));
	for (size_t i = 0; i + 1 < f->n; i++) {
		struct str block = record_get(&f->hop[i].fields, "digest.block");
		buf_addf(&text, "%u %.*s %.*s\n", f->hop[i].reply.status, STR_FMT(block), STR_FMT(f->hop[i].url));
	}
	if (text.n)
		record_add(a, r, "chain", buf_str(&text));
	if (f->broken)
		record_add(a, r, "chain.broken", str_c(f->broken));
}

static void add_tls(struct arena *a, struct record *r, const struct hop *h)
{
	AUTO(buf) chain = {0};
	buf_init(&chain, 64 * KIB);
	for (size_t i = 0; i < h->reply.ncerts; i++) {
		struct str der;
		if (!pem_der(a, h->reply.certs[i], &der))
			continue;
		struct hash sha = hash_of(der);
		buf_addf(&chain, "sha256:%.*s\n", STR_FMT(hex_of(a, hash_str(&sha))));
	}
	if (h->reply.tls.n)
		record_addf(a, r, "tls", "%.*s %.*s", STR_FMT(h->reply.tls), STR_FMT(h->reply.cipher));
	if (chain.n)
		record_add(a, r, "tls.chain", buf_str(&chain));
}

static rc fetch_record(struct event *ev, const struct archive_span *span, struct record *r, struct err *e)
{
	struct fetched *f = ev->f;
	struct arena *a = &f->a;
	const struct hop *h = last_hop(f);
	record_begin(a, r, "capture", f->key);
	record_add(a, r, "method", STR("fetch"));
	record_add(a, r, "url", f->asked);
	record_add(a, r, "final", h->url);
	record_add(a, r, "time", ev->date);
	record_add(a, r, "time.end", instant_utc(a, h->reply.ended, 3));
	record_add(a, r, "clock", STR("system"));
	take_fields(a, r, &h->fields, ANALYSIS_FIELDS, ANALYSIS_FIELDS_N);
	add_chain(a, r, f);
	if (h->reply.proxy.n)
		record_add(a, r, "proxy", h->reply.proxy);
	else
		record_addf(a, r, "remote", "%.*s port %u", STR_FMT(h->reply.ip), h->reply.port);
	add_tls(a, r, h);
	if (h->reply.truncated != FETCH_WHOLE)
		record_addf(a, r, "truncated", "%s", fetch_truncated_name(h->reply.truncated));
	record_add(a, r, "user-agent", f->user_agent);
	record_add(a, r, "tool", f->tool);
	record_add(a, r, "client", h->reply.tool);
	/* as WARC-Record-ID without its angle brackets */
	record_add(a, r, "warc.id", str_sub(h->id, 1, h->id.n - 1));
	record_addf(a, r, "warc.main", "%llu", (unsigned long long)h->at);
	record_add_span(a, r, span);
	return record_finish(a, r, e);
}

static rc keep_event(struct event *ev, struct archive_span *ret, struct err *e)
{
	TRY(span_begin(ev->ar, &ev->f->a, ev->f->tool, e));
	for (size_t i = 0; i < ev->f->n; i++)
		TRY(keep_hop(ev, &ev->f->hop[i], e));
	TRY(keep_metadata(ev, e));
	archive_span_end(ev->ar, ret);
	return OK;
}

rc capture_keep(struct archive *ar, struct fetched *f, struct capture_out *out, struct err *e)
{
	struct event ev = {.ar = ar, .f = f, .date = instant_utc(&f->a, f->hop[0].reply.started, 3)};
	struct archive_span span;
	struct record r;
	struct keeper k;
	buf_init(&ev.head, CAP_WARC_HEAD);
	rc got = keep_event(&ev, &span, e);
	buf_clear(&ev.head);
	if (got == OK)
		got = fetch_record(&ev, &span, &r, e);
	keeper_init(&k, ar, out);
	if (got == OK)
		got = keeper_add(&k, &r, &span, e);
	if (got == OK)
		got = keeper_flush(&k, e);
	keeper_clear(&k);
	if (got != OK)
		archive_take_back(ar);
	return got;
}
