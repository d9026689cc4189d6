/* SPDX-License-Identifier: Apache-2.0 */
/* One worker, many messages: the parent feeds a message in pieces and gets its fields back. */
#include "base/bytes.h"
#include "base/codec.h"
#include "base/mem.h"
#include "formats/url/url.h"
#include "io/fs/fs.h"
#include "stages/capture/capture_int.h"

#define FEED_PIECE (256u * KIB)

enum feed {
	FEED_BEGIN = 1, /* u8 kind ‖ struct tree_keys ‖ content type */
	FEED_PIECE_OF,  /* bytes of the block */
	FEED_END,       /* answered with record_encode of the fields */
	FEED_LINK, /* u32 length of the base URL ‖ base URL ‖ reference; answered with the URL that it leads to */
};

/* The child's side. */
struct feeding {
	struct analysis *analysis;
	struct arena a;
};

struct capture_worker {
	struct sandbox *box;
	struct feeding feeding;
	char *piece;
};

static rc feed_begin(struct feeding *f, struct str request, struct err *e)
{
	struct bytes_reader r = bytes_reader(request);
	struct str kind = bytes_take(&r, 1);
	struct tree_keys keys;
	struct str raw = bytes_take(&r, sizeof(keys));
	if (r.bad)
		return err_set(e, E_FORMAT, "short request");
	memcpy(&keys, raw.p, sizeof(keys));
	if (!f->analysis)
		f->analysis = analysis_new();
	arena_reset(&f->a);
	analysis_begin(f->analysis, &f->a, (enum message_kind)kind.p[0], str_mem(r.p, r.n), &keys);
	return OK;
}

static rc feed_end(struct feeding *f, struct buf *reply, struct err *e)
{
	const uint8_t none[RECORD_KEY_SIZE] = {0};
	struct record fields;
	record_begin(&f->a, &fields, "scan", none);
	TRY(analysis_end(f->analysis, &fields, e));
	TRY(record_finish(&f->a, &fields, e));
	record_encode(reply, &fields);
	return buf_done(reply, e);
}

static rc feed_link(struct feeding *f, struct str request, struct buf *reply, struct err *e)
{
	struct bytes_reader r = bytes_reader(request);
	struct str base_text = bytes_take(&r, bytes_u32(&r));
	struct url base;
	struct url to;
	if (r.bad)
		return err_set(e, E_FORMAT, "short request");
	TRY(url_parse(&f->a, base_text, NULL, &base, e));
	TRY(url_parse(&f->a, str_mem(r.p, r.n), &base, &to, e));
	if (!url_is_web(&to))
		return err_set(e, E_DENIED, "leads to %.*s:, which is not followed", STR_FMT(to.scheme));
	buf_add(reply, url_href(&f->a, &to, false));
	return buf_done(reply, e);
}

static rc feed_answer(
	void *ctx, struct sandbox_io *io, uint32_t type, struct str request, struct buf *reply, struct err *e)
{
	(void)io;
	struct feeding *f = ctx;
	if (type == FEED_BEGIN)
		return feed_begin(f, request, e);
	if (type == FEED_LINK)
		return feed_link(f, request, reply, e);
	if (!f->analysis)
		return err_set(e, E_FORMAT, "no message has begun");
	return type == FEED_END ? feed_end(f, reply, e) : analysis_push(f->analysis, request, e);
}

rc capture_worker_new(struct capture_worker **ret, struct err *e)
{
	struct capture_worker *w = mem_alloc(sizeof(*w));
	struct sandbox_job job = {.answer = feed_answer, .ctx = &w->feeding};
	rc r = sandbox_start(&job, &w->box, e);
	if (r != OK) {
		mem_free(w);
		return r;
	}
	w->piece = mem_alloc(FEED_PIECE);
	*ret = w;
	return OK;
}

void capture_worker_free(struct capture_worker *w)
{
	struct err ignored;
	if (!w)
		return;
	rc_ignore(sandbox_close(w->box, &ignored));
	mem_free(w->piece);
	mem_free(w);
}

bool capture_worker_alive(const struct capture_worker *w)
{
	return sandbox_alive(w->box);
}

static rc feed_begin_message(struct capture_worker *w, enum message_kind kind, struct str content_type,
	const struct tree_keys *keys, struct buf *reply, struct err *e)
{
	AUTO(buf) request = {0};
	buf_init(&request, CAP_HTTP_HEAD);
	buf_addc(&request, (char)kind);
	buf_addmem(&request, keys, sizeof(*keys));
	buf_add(&request, content_type);
	TRY(buf_done(&request, e));
	return sandbox_ask(w->box, FEED_BEGIN, buf_str(&request), reply, e);
}

rc analyse_message(struct capture_worker *w, struct arena *a, enum message_kind kind, struct str content_type,
	const struct tree_keys *keys, struct str head, int body, uint64_t length, struct record *ret, struct err *e)
{
	AUTO(buf) reply = {0};
	AUTO(digest) sha = {0};
	uint64_t at = 0;
	buf_init(&reply, CAP_RECORD);
	TRY(feed_begin_message(w, kind, content_type, keys, &reply, e));
	digest_start(&sha, DIGEST_SHA256);
	digest_add(&sha, head.p, head.n);
	TRY(sandbox_ask(w->box, FEED_PIECE_OF, head, &reply, e));
	while (at < length) {
		size_t n = length - at < FEED_PIECE ? (size_t)(length - at) : FEED_PIECE;
		TRY(fs_read_at(body, at, w->piece, n, e));
		digest_add(&sha, w->piece, n);
		TRY(sandbox_ask(w->box, FEED_PIECE_OF, str_mem(w->piece, n), &reply, e));
		at += n;
	}
	TRY(sandbox_ask(w->box, FEED_END, STR(""), &reply, e));
	TRY(record_decode(a, str_dup(a, buf_str(&reply)), ret, e));
	struct hash h = digest_sha256(&sha);
	struct str said = record_get(ret, "digest.block");
	if (!str_eq(str_from(said, sizeof("sha256:") - 1), hex_of(a, hash_str(&h))))
		return err_set(e, E_VERIFY, "the worker's digest of the block is not ours");
	return OK;
}

/* What a URL is when the parser has written it: nothing that a head or a line could be broken with. */
static bool is_written_url(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return s.n <= CAP_URL && (str_starts(s, STR("http://")) || str_starts(s, STR("https://")));
}

rc analyse_link(
	struct capture_worker *w, struct arena *a, struct str base, struct str link, struct str *ret, struct err *e)
{
	AUTO(buf) request = {0};
	AUTO(buf) reply = {0};
	buf_init(&request, CAP_URL + CAP_HTTP_HEAD + 4);
	buf_init(&reply, CAP_URL);
	buf_addu32(&request, (uint32_t)base.n);
	buf_add(&request, base);
	buf_add(&request, link);
	TRY(buf_done(&request, e));
	TRY(sandbox_ask(w->box, FEED_LINK, buf_str(&request), &reply, e));
	if (!is_written_url(buf_str(&reply)))
		return err_set(e, E_FORMAT, "the worker gave no URL");
	*ret = str_dup(a, buf_str(&reply));
	return OK;
}

void take_fields(struct arena *a, struct record *to, const struct record *from, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (record_has(from, names[i]))
			record_add(a, to, names[i], record_get(from, names[i]));
}

/* Memory first, then a file. */
struct block_source {
	struct source source;
	struct str head;
	struct fs_source body;
};

static rc block_pull(struct source *s, void *p, size_t n, size_t *ret_n, struct err *e)
{
	struct block_source *b = (struct block_source *)s;
	if (b->head.n == 0)
		return b->body.source.pull(&b->body.source, p, n, ret_n, e);
	n = size_min(n, b->head.n);
	memcpy(p, b->head.p, n);
	b->head = str_from(b->head, n);
	*ret_n = n;
	return OK;
}

rc write_record(struct archive *ar, struct str warc_head, struct str head, int body, uint64_t length, struct err *e)
{
	struct block_source block = {{block_pull}, head, {.fd = -1}};
	uint64_t stored = 0;
	fs_source_init(&block.body, body, 0, length);
	return warc_write(archive_span_sink(ar), warc_head, &block.source, head.n + length, 6, &stored, e);
}
