/* SPDX-License-Identifier: Apache-2.0 */
/* Checking a kept capture: its WARC records are parsed again in a worker, which says what they give, under the names of
 * the record's fields; this side compares that with what was sealed.
 *
 *   fetched:   request response  request response  …  request response  metadata
 *              └── chain: all but the last ───────┘           main      certificates, proxy, remote, client
 *   imported:  main, and what else was joined to it, which the record says nothing of */
#include "base/codec.h"
#include "stages/capture/capture_int.h"

#define CHAIN_MAX ((CAP_FETCH_HOPS + 1) * (CAP_URL + 128))

/* Worker: what has been read of an event. */
struct event_read {
	const struct again *again;
	struct reading r;
	struct analysis *analysis;
	struct record fields; /* of the last response */
	struct buf chain;     /* of the responses before it */
	struct str first_url;
	struct str last_url;
	struct str ip;
	bool any;
};

static void event_read_clear(struct event_read *ev)
{
	analysis_free(ev->analysis);
	buf_clear(&ev->chain);
	reading_clear(&ev->r);
}

static void add_if(struct arena *a, struct record *to, const char *name, struct str value)
{
	if (value.n)
		record_add(a, to, name, value);
}

/* "tls" as it was sealed, from the header: "TLSv1.3 TLS_AES_256_GCM_SHA384". */
static void add_tls(struct arena *a, const struct warc_record *rec, struct record *to)
{
	for (size_t i = 0; i < rec->nfields; i++) {
		struct str v = rec->fields[i].value;
		if (!str_ieq(rec->fields[i].name, STR("WARC-Protocol")) || str_starts(v, STR("http/")))
			continue;
		struct str cipher = warc_get(rec, "WARC-Cipher-Suite");
		bool tls = str_starts(v, STR("tls/"));
		record_addf(a, to, "tls", "%s%.*s %.*s", tls ? "TLSv" : "", STR_FMT(str_from(v, tls ? 4 : 0)),
			STR_FMT(cipher));
		return;
	}
}

static rc read_response(struct event_read *ev, struct err *e)
{
	const uint8_t none[RECORD_KEY_SIZE] = {0};
	struct reading *r = &ev->r;
	struct record *f = &ev->fields;
	if (ev->any)
		buf_addf(&ev->chain, "%.*s %.*s %.*s\n", STR_FMT(record_get(f, "status")),
			STR_FMT(record_get(f, "digest.block")), STR_FMT(ev->last_url));
	else
		ev->first_url = r->rec.target_uri;
	ev->any = true;
	ev->last_url = r->rec.target_uri;
	ev->ip = warc_get(&r->rec, "WARC-IP-Address");
	record_begin(&r->a, f, "scan", none);
	TRY(analyse_record(ev->analysis, &r->a, r->reader, &r->rec, &ev->again->keys, f, e));
	record_addf(&r->a, f, "warc.main", "%llu", (unsigned long long)(ev->again->start + r->rec.offset));
	record_add(&r->a, f, "time", instant_iso(&r->a, r->rec.date));
	add_if(&r->a, f, "warc.id", r->rec.id);
	add_if(&r->a, f, "truncated", warc_get(&r->rec, "WARC-Truncated"));
	add_tls(&r->a, &r->rec, f);
	return OK;
}

/* What the metadata record says of the last hop and of the whole. */
struct metadata {
	struct str proxy;
	struct str port;
	struct str broken;
	struct str client;
	struct buf certs;
};

static void metadata_clear(struct metadata *m)
{
	buf_clear(&m->certs);
}

static void read_line(struct arena *a, struct metadata *m, struct str line)
{
	struct str name = str_cut(&line, ':');
	struct str value = str_trim(line);
	struct str der;
	if (str_eq(name, STR("hop"))) {
		m->proxy = m->port = STR("");
		buf_reset(&m->certs);
	} else if (str_eq(name, STR("proxy"))) {
		m->proxy = value;
	} else if (str_eq(name, STR("remote"))) {
		m->port = str_from(value, str_find(value, STR(" port "), 0));
	} else if (str_eq(name, STR("redirect-not-followed"))) {
		m->broken = value;
	} else if (str_eq(name, STR("client"))) {
		m->client = value;
	} else if (str_eq(name, STR("certificate")) && base64_decode(a, value, &der)) {
		struct hash h = hash_of(der);
		buf_addf(&m->certs, "sha256:%.*s\n", STR_FMT(hex_of(a, hash_str(&h))));
	}
}

static rc read_metadata(struct event_read *ev, struct err *e)
{
	AUTO(buf) block = {0};
	AUTO(metadata) m = {.port = STR("")};
	struct arena *a = &ev->r.a;
	struct str piece;
	rc r = OK;
	buf_init(&block, 4 * MIB);
	buf_init(&m.certs, 64 * KIB);
	while ((r = warc_block(ev->r.reader, &piece, e)) == OK)
		buf_add(&block, piece);
	if (r != E_NOTFOUND)
		return r;
	TRY(buf_done(&block, e));
	struct str rest = buf_str(&block);
	while (rest.n)
		read_line(a, &m, str_cut(&rest, '\n'));
	add_if(a, &ev->fields, "tls.chain", buf_str(&m.certs));
	add_if(a, &ev->fields, "proxy", m.proxy);
	add_if(a, &ev->fields, "chain.broken", m.broken);
	add_if(a, &ev->fields, "client", m.client);
	if (ev->ip.n)
		record_addf(a, &ev->fields, "remote", "%.*s%.*s", STR_FMT(ev->ip), STR_FMT(m.port));
	return OK;
}

static rc read_event(struct event_read *ev, struct err *e)
{
	rc r = OK;
	buf_init(&ev->chain, CHAIN_MAX);
	while ((r = warc_next(ev->r.reader, &ev->r.a, &ev->r.rec, e)) == OK) {
		if (ev->r.rec.type == WARC_RESPONSE)
			TRY(read_response(ev, e));
		else if (ev->r.rec.type == WARC_METADATA && ev->any)
			TRY(read_metadata(ev, e));
	}
	if (r != E_NOTFOUND)
		return r;
	if (!ev->any)
		return err_set(e, E_FORMAT, "no response in it");
	TRY(buf_done(&ev->chain, e));
	record_add(&ev->r.a, &ev->fields, "url", ev->first_url);
	record_add(&ev->r.a, &ev->fields, "final", ev->last_url);
	add_if(&ev->r.a, &ev->fields, "chain", buf_str(&ev->chain));
	return OK;
}

static rc read_main(struct event_read *ev, struct err *e)
{
	const uint8_t none[RECORD_KEY_SIZE] = {0};
	struct reading *r = &ev->r;
	TRY(warc_next(r->reader, &r->a, &r->rec, e));
	record_begin(&r->a, &ev->fields, "scan", none);
	TRY(analyse_record(ev->analysis, &r->a, r->reader, &r->rec, &ev->again->keys, &ev->fields, e));
	warc_record_fields(&r->a, &r->rec, &ev->fields);
	return OK;
}

static rc check_answer(
	void *ctx, struct sandbox_io *io, uint32_t type, struct str request, struct buf *reply, struct err *e)
{
	(void)type;
	(void)request;
	const struct again *again = ctx;
	AUTO(event_read) ev = {.again = again, .analysis = analysis_new()};
	uint64_t end = again->span.offset + again->span.length;
	uint64_t from = again->fetched ? again->start : again->span.offset;
	reading_open(&ev.r, sandbox_io_fd(io), from, end - from);
	TRY(again->fetched ? read_event(&ev, e) : read_main(&ev, e));
	TRY(record_finish(&ev.r.a, &ev.fields, e));
	record_encode(reply, &ev.fields);
	return buf_done(reply, e);
}

/* How a field is compared. */
enum rule {
	BOTH,   /* sealed and found, or neither */
	SEALED, /* when it was sealed: the WARC record has more than the record took from it */
	TIME,   /* as BOTH, but one instant may be written in two ways (an ARC date, kept as a WARC date) */
};

struct compared {
	const char *name;
	enum rule rule;
};

static const struct compared ALWAYS[] = {{"url", BOTH}, {"time", TIME}, {"status", BOTH}, {"mime", BOTH},
	{"location", BOTH}, {"headers.tree", BOTH}, {"body.coding", BOTH}, {"body.tree", BOTH},
	{"payload.length", BOTH}, {"digest.block", BOTH}, {"digest.payload", BOTH}, {"warc.id", SEALED},
	{"truncated", BOTH}};
static const struct compared FETCHED[] = {{"final", BOTH}, {"warc.main", BOTH}, {"chain", BOTH}, {"chain.broken", BOTH},
	{"tls", BOTH}, {"tls.chain", BOTH}, {"remote", BOTH}, {"proxy", BOTH}, {"client", BOTH}};
static const struct compared IMPORTED[] = {{"warc.type", BOTH}, {"ip", BOTH}, {"protocol", BOTH}, {"refers-to", BOTH},
	{"declared.block", BOTH}, {"declared.block.verdict", BOTH}, {"declared.payload", BOTH},
	{"declared.payload.verdict", BOTH}};

static bool same_time(struct str a, struct str b)
{
	struct instant x;
	struct instant y;
	return instant_parse_iso(a, &x) && instant_parse_iso(b, &y) && x.ns == y.ns;
}

static rc compare(
	const struct compared *c, size_t n, const struct record *sealed, const struct record *now, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		struct str a = record_get(sealed, c[i].name);
		struct str b = record_get(now, c[i].name);
		if (str_eq(a, b) || (c[i].rule == SEALED && !record_has(sealed, c[i].name)) ||
			(c[i].rule == TIME && same_time(a, b)))
			continue;
		return err_set(e, E_VERIFY, "%s: sealed as '%.*s', the WARC records give '%.*s'", c[i].name,
			(int)size_min(a.n, 160), a.p, (int)size_min(b.n, 160), b.p);
	}
	return OK;
}

static rc compare_all(const struct record *sealed, const struct record *now, struct err *e)
{
	struct str method = record_get(sealed, "method");
	TRY(compare(ALWAYS, ARRAY_LEN(ALWAYS), sealed, now, e));
	if (str_eq(method, STR("fetch")))
		return compare(FETCHED, ARRAY_LEN(FETCHED), sealed, now, e);
	if (str_eq(method, STR("import")))
		return compare(IMPORTED, ARRAY_LEN(IMPORTED), sealed, now, e);
	return OK;
}

rc capture_check(struct archive *ar, const struct record *r, struct err *e)
{
	AUTO(arena) a = {0};
	AUTO(buf) reply = {0};
	AUTO_FD fd = -1;
	struct again again = {.keys = tree_keys_of(r->key), .fetched = str_eq(record_get(r, "method"), STR("fetch"))};
	struct record now;
	buf_init(&reply, CAP_RECORD);
	TRY(again_open(ar, r, &again, &fd, e));
	TRY(record_get_u64(r, "warc.offset", &again.start, e));
	struct sandbox_job job = {.answer = check_answer, .ctx = &again, .has_input = true, .input = fd};
	rc got = sandbox_call(&job, STR(""), &reply, e);
	if (got == E_FORMAT || got == E_NOTFOUND)
		got = e->code = E_VERIFY;
	if (got == OK)
		got = record_decode(&a, buf_str(&reply), &now, e);
	if (got == OK)
		got = compare_all(r, &now, e);
	return got == OK ? OK
			 : err_add(e, "warc/%s: offset %llu", again.span.file, (unsigned long long)again.span.offset);
}
