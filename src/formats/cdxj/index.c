/* SPDX-License-Identifier: Apache-2.0 */
/* Indexing a web archive. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/caps.h"
#include "base/codec.h"
#include "base/hash.h"
#include "base/stream.h"
#include "formats/cdxj/cdxj.h"
#include "formats/message/message.h"
#include "formats/url/url.h"
#include "formats/warc/warc.h"

struct indexer {
	struct sink payload; /* first: SHA-1 of what goes through */
	struct digest sha1;
	struct message *message;
	struct warc_reader *reader;
	struct arena rec;
	struct buf line;
	struct str filename;
	struct cdxj_out *out;
};

static void indexer_clear(struct indexer *x)
{
	message_free(x->message);
	warc_reader_free(x->reader);
	digest_clear(&x->sha1);
	arena_clear(&x->rec);
	buf_clear(&x->line);
}

static rc payload_push(struct sink *s, struct str bytes, struct err *e)
{
	(void)e;
	digest_add(&((struct indexer *)(void *)s)->sha1, bytes.p, bytes.n);
	return OK;
}

static bool is_indexed(const struct warc_record *r)
{
	bool plain = r->type == WARC_RESOURCE || r->type == WARC_METADATA;
	if (plain && str_eq(r->content_type, STR("application/warc-fields")))
		return false;
	return plain || r->type == WARC_RESPONSE || r->type == WARC_REVISIT;
}

/* Media type as served, cut at the first ';' or space: the reference keeps its letter case. */
static struct str mime_of(struct str content_type)
{
	size_t end = size_min(str_chr(content_type, ';', 0), str_chr(content_type, ' ', 0));
	return str_trim(str_sub(content_type, 0, end));
}

/* Spaces that ARC files have in URLs would end the field in many readers. */
static struct str clean_url(struct arena *a, struct str url)
{
	AUTO(buf) b = {0};
	buf_init(&b, 3 * (size_t)CAP_WARC_HEAD);
	for (size_t i = 0; i < url.n; i++) {
		if (url.p[i] == ' ')
			buf_add(&b, STR("%20"));
		else
			buf_addc(&b, url.p[i]);
	}
	return str_dup(a, buf_str(&b));
}

static rc index_record(struct indexer *x, const struct warc_record *rec, struct err *e)
{
	struct arena *a = &x->rec;
	struct message_info info;
	struct warc_end end;
	struct cdxj_entry entry = {.time = rec->date, .filename = x->filename};
	struct message_start start = {.kind = message_kind_of(rec->content_type, false),
		.content_type = rec->content_type,
		.payload = &x->payload};
	digest_start(&x->sha1, DIGEST_SHA1);
	TRY(message_run(x->message, a, x->reader, &start, &info, e));
	TRY(warc_end(x->reader, a, &end, e));
	uint8_t sha1[DIGEST_MAX];
	digest_end(&x->sha1, sha1);
	entry.url = clean_url(a, rec->target_uri);
	if (url_surt(a, entry.url, &entry.key, e) != OK)
		entry.key = entry.url;
	if (rec->type == WARC_REVISIT)
		entry.mime = STR("warc/revisit");
	else
		entry.mime = mime_of(rec->type == WARC_RESPONSE ? info.content_type : rec->content_type);
	if (info.status)
		entry.status = str_fmt(a, "%u", info.status);
	entry.digest = warc_get(rec, "WARC-Payload-Digest");
	if (entry.digest.n == 0)
		entry.digest = str_fmt(a, "sha1:%.*s", STR_FMT(base32_of(a, str_mem(sha1, 20))));
	entry.length = str_fmt(a, "%llu", (unsigned long long)end.length);
	entry.offset = str_fmt(a, "%llu", (unsigned long long)end.offset);
	buf_reset(&x->line);
	cdxj_line(&x->line, &entry);
	TRY(buf_done(&x->line, e));
	return x->out->line(x->out, buf_str(&x->line), e);
}

/* A line would have to give it a time that it does not have. */
static rc undated(struct indexer *x, const struct warc_record *rec, struct err *e)
{
	struct err why;
	rc_ignore(err_set(&why, E_FORMAT, "not in the index: date '%.*s' cannot be read",
		STR_FMT(str_sub(rec->date_text, 0, 40))));
	return x->out->bad(x->out, rec->offset, &why, e);
}

static rc walk(struct indexer *x, struct err *e)
{
	for (;;) {
		struct warc_record rec = {0};
		uint64_t from = 0;
		uint64_t to = 0;
		arena_reset(&x->rec);
		rc r = warc_next(x->reader, &x->rec, &rec, e);
		if (r == OK && is_indexed(&rec) && rec.date.precision == PRECISION_NONE)
			TRY(undated(x, &rec, e));
		else if (r == OK && is_indexed(&rec))
			r = index_record(x, &rec, e);
		if (r == E_NOTFOUND)
			return OK;
		if (r == OK)
			continue;
		if (r != E_FORMAT && r != E_LIMIT && r != E_UNSUPPORTED)
			return r;
		struct err why = *e;
		r = warc_resync(x->reader, &from, &to, e);
		TRY(x->out->bad(x->out, rec.version.n ? rec.offset : from, &why, &why));
		if (r == E_NOTFOUND)
			return OK;
		TRY(r);
	}
}

rc cdxj_index(struct source *src, struct str filename, struct cdxj_out *out, struct err *e)
{
	AUTO(indexer) x = {.payload.push = payload_push, .filename = filename, .out = out};
	buf_init(&x.line, 4 * (size_t)CAP_WARC_HEAD);
	x.message = message_new();
	x.reader = warc_reader_new(src);
	return walk(&x, e);
}
