/* SPDX-License-Identifier: Apache-2.0 */
/* Reading in a sandboxed worker. */
#include "base/bytes.h"
#include "base/caps.h"
#include "base/mem.h"
#include "base/stream.h"
#include "formats/message/message.h"
#include "formats/text/text.h"
#include "formats/warc/warc.h"
#include "io/fs/fs.h"
#include "io/sandbox/sandbox.h"
#include "stages/read/read_int.h"

struct read_worker {
	int fd;
	struct sandbox *box;
	struct text_codecs *codecs; /* the child's */
	struct buf request;
	bool asked;
};

bool read_is_page(struct str media_type)
{
	return str_eq(media_type, STR("text/html")) || str_eq(media_type, STR("application/xhtml+xml"));
}

static rc open_codecs(void *ctx, struct err *e)
{
	(void)e;
	struct read_worker *w = ctx;
	w->codecs = text_codecs_new();
	return OK;
}

/* The content up to CAP_HTML; the rest is let go by. */
struct page_sink {
	struct sink sink;
	struct buf *to;
};

static rc page_push(struct sink *s, struct str bytes, struct err *e)
{
	(void)e;
	struct buf *to = ((struct page_sink *)s)->to;
	buf_add(to, str_sub(bytes, 0, to->cap - to->n));
	return OK;
}

static rc record_content(
	struct arena *a, int fd, const struct read_request *q, struct buf *ret, struct str *ret_type, struct err *e)
{
	struct fs_source source;
	struct warc_record rec;
	struct message_info info;
	struct page_sink to = {{page_push}, ret};
	fs_source_init(&source, fd, q->offset, q->length);
	struct warc_reader *w = warc_reader_new(&source.source);
	struct message *m = message_new();
	rc r = warc_next(w, a, &rec, e);
	if (r == OK) {
		struct message_start start = {.kind = message_kind_of(rec.content_type, false),
			.content_type = rec.content_type,
			.content = &to.sink};
		r = message_run(m, a, w, &start, &info, e);
	}
	message_free(m);
	warc_reader_free(w);
	TRY(r);
	*ret_type = info.content_type;
	return read_is_page(info.media_type) ? OK : err_set(e, E_NOTFOUND, "not a page");
}

static rc file_content(int fd, const struct read_request *q, struct buf *ret, struct err *e)
{
	size_t n = q->length < ret->cap ? (size_t)q->length : ret->cap;
	char *to = buf_space(ret, n);
	BUG_ON(!to);
	TRY(fs_read_at(fd, q->offset, to, n, e));
	buf_grown(ret, n);
	return OK;
}

/* u8 is_record ‖ u64 offset ‖ u64 length ‖ u64 captured ‖ u32 |url| ‖ url ‖ content type */
static rc parse_request(struct str request, struct read_request *ret, struct err *e)
{
	struct bytes_reader r = bytes_reader(request);
	struct str kind = bytes_take(&r, 1);
	ret->offset = bytes_u64(&r);
	ret->length = bytes_u64(&r);
	ret->captured_ns = (int64_t)bytes_u64(&r);
	ret->url = bytes_take(&r, bytes_u32(&r));
	if (r.bad)
		return err_set(e, E_FORMAT, "short request");
	ret->is_record = kind.p[0] == 1;
	ret->content_type = str_mem(r.p, r.n);
	return OK;
}

static rc answer(void *ctx, struct sandbox_io *io, uint32_t type, struct str request, struct buf *reply, struct err *e)
{
	(void)type;
	struct read_worker *w = ctx;
	AUTO(arena) job = {0};
	AUTO(buf) page = {0};
	struct read_request q = {0};
	struct article article;
	TRY(parse_request(request, &q, e));
	buf_init(&page, CAP_HTML);
	if (q.is_record)
		TRY(record_content(&job, sandbox_io_fd(io), &q, &page, &q.content_type, e));
	else
		TRY(file_content(sandbox_io_fd(io), &q, &page, e));
	struct read_input in = {buf_str(&page), q.url, q.content_type, q.captured_ns};
	read_article(&job, w->codecs, &in, &article);
	article_encode(reply, &article);
	return buf_done(reply, e);
}

static rc start(struct read_worker *w, struct err *e)
{
	struct sandbox_job job = {
		.answer = answer, .prepare = open_codecs, .ctx = w, .has_input = true, .input = w->fd};
	return sandbox_start(&job, &w->box, e);
}

rc read_worker_new(int fd, struct read_worker **ret, struct err *e)
{
	struct read_worker *w = mem_alloc(sizeof(*w));
	w->fd = fd;
	buf_init(&w->request, CAP_URL * 4);
	rc r = start(w, e);
	if (r != OK) {
		mem_free(w);
		return r;
	}
	*ret = w;
	return OK;
}

void read_worker_free(struct read_worker *w)
{
	struct err ignored;
	if (!w)
		return;
	rc_ignore(sandbox_close(w->box, &ignored));
	buf_clear(&w->request);
	mem_free(w);
}

rc read_worker_ask(struct read_worker *w, const struct read_request *q, struct err *e)
{
	struct buf *b = &w->request;
	BUG_ON(w->asked);
	if (!sandbox_alive(w->box)) {
		struct err ignored;
		rc_ignore(sandbox_close(w->box, &ignored));
		w->box = NULL;
		TRY(start(w, e));
	}
	buf_reset(b);
	buf_addc(b, q->is_record);
	buf_addu64(b, q->offset);
	buf_addu64(b, q->length);
	buf_addu64(b, (uint64_t)q->captured_ns);
	buf_addu32(b, (uint32_t)q->url.n);
	buf_add(b, q->url);
	buf_add(b, q->content_type);
	TRY(buf_done(b, e));
	TRY(sandbox_send(w->box, 1, buf_str(b), e));
	w->asked = true;
	return OK;
}

rc read_worker_take(struct read_worker *w, struct buf *ret, struct err *e)
{
	uint32_t type = 0;
	BUG_ON(!w->asked);
	w->asked = false;
	return sandbox_recv(w->box, &type, ret, e);
}
