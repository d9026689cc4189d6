/* SPDX-License-Identifier: Apache-2.0 */
/* Reading captures that were not read yet: several workers are kept busy, each with the WARC file that it reads from,
 * and their answers go into the catalog. A page that cannot be read costs itself only. */
#include <unistd.h>

#include "app/pipeline/pipeline_int.h"
#include "base/caps.h"
#include "io/fs/fs.h"
#include "stages/read/read.h"

#define WORKERS_MAX 16u
#define ROUND 512u /* rows taken from the catalog at a time */

struct reader {
	struct read_worker *worker;
	char file[ARCHIVE_NAME];
	int fd;
	bool busy;
	uint64_t index; /* of the capture being read */
};

struct readers {
	struct pipeline *p;
	struct reader r[WORKERS_MAX];
	size_t n;
	size_t next;
	struct buf reply;
	uint64_t done;
};

struct unread {
	struct catalog_visit visit;
	struct arena *a;
	struct catalog_row *row;
	size_t n;
};

static rc take_row(struct catalog_visit *v, const struct catalog_row *row, struct err *e)
{
	(void)e;
	struct unread *u = (struct unread *)v;
	struct catalog_row *to = arena_push(u->a, &u->row, &u->n, sizeof(*to));
	*to = catalog_row_dup(u->a, row);
	return OK;
}

static rc put_empty(struct readers *rs, uint64_t index, struct err *e)
{
	struct catalog_row row = {.index = index};
	return catalog_put_reading(rs->p->catalog, &row, e);
}

static void tell_unread(struct readers *rs, uint64_t index, struct err *e)
{
	rc_ignore(err_add(e, "#%llu: reading the article", (unsigned long long)index));
	if (rs->p->ui->notice)
		rs->p->ui->notice(rs->p->ui, e->msg);
}

static rc take_answer(struct readers *rs, struct reader *r, struct err *e)
{
	AUTO(arena) a = {0};
	struct article article;
	if (!r->busy)
		return OK;
	r->busy = false;
	rs->done++;
	rc got = read_worker_take(r->worker, &rs->reply, e);
	if (got == OK)
		got = article_decode(&a, buf_str(&rs->reply), &article, e);
	if (got != OK) {
		/* a page that hurts its reader is listed without a reading, and said */
		if (got != E_NOTFOUND)
			tell_unread(rs, r->index, e);
		return put_empty(rs, r->index, e);
	}
	struct catalog_row row = {.index = r->index,
		.title = article_get(&article, ARTICLE_TITLE),
		.language = article_get(&article, ARTICLE_LANGUAGE),
		.published = article_get(&article, ARTICLE_PUBLISHED),
		.updated = article_get(&article, ARTICLE_UPDATED),
		.article = buf_str(&rs->reply)};
	return catalog_put_reading(rs->p->catalog, &row, e);
}

static rc reader_for(struct readers *rs, struct reader *r, const char *file, struct err *e)
{
	AUTO(arena) a = {0};
	uint64_t size = 0;
	if (r->worker && strcmp(r->file, file) == 0)
		return OK;
	read_worker_free(r->worker);
	r->worker = NULL;
	fd_closep(&r->fd);
	TRY(fs_open(archive_dir(rs->p->ar), str_fmt(&a, "warc/%s", file).p, &r->fd, &size, e));
	memcpy(r->file, file, sizeof(r->file));
	return read_worker_new(r->fd, &r->worker, e);
}

static struct read_request request_for(const struct catalog_row *row, const struct archive_span *span)
{
	return (struct read_request){.offset = span->offset,
		.length = span->length,
		.is_record = true,
		.url = row->final.n ? row->final : row->url,
		.captured_ns = row->time.ns};
}

/* Gives the row to a worker that is free. What fails here fails for this row only. */
static rc ask_row(struct readers *rs, struct reader *r, const struct catalog_row *row, struct err *e)
{
	AUTO(arena) a = {0};
	AUTO(buf) body = {0};
	struct frame f;
	struct record rec;
	struct archive_span span;
	struct catalog_row said = *row;
	buf_init(&body, CAP_RECORD);
	TRY(pipeline_record(rs->p, &said, &a, &body, &f, &rec, e));
	TRY(capture_locate(&rec, &span, e));
	TRY(reader_for(rs, r, span.file, e));
	struct read_request q = request_for(&said, &span);
	TRY(read_worker_ask(r->worker, &q, e));
	r->busy = true;
	r->index = row->index;
	return OK;
}

static rc read_row(struct readers *rs, const struct catalog_row *row, struct err *e)
{
	struct reader *r = &rs->r[rs->next];
	if (!read_is_page(row->mime))
		return put_empty(rs, row->index, e);
	rs->next = (rs->next + 1) % rs->n;
	TRY(take_answer(rs, r, e));
	rc got = ask_row(rs, r, row, e);
	if (got != OK) {
		tell_unread(rs, row->index, e);
		/* what the system refused may be there another time */
		return got == E_IO || got == E_DENIED ? OK : put_empty(rs, row->index, e);
	}
	if (rs->p->ui->progress)
		rs->p->ui->progress(rs->p->ui, "reading", rs->done, 0);
	return OK;
}

static rc read_rounds(struct readers *rs, struct err *e)
{
	uint64_t from = 0;
	for (;;) {
		AUTO(arena) a = {0};
		struct unread u = {.visit.row = take_row, .a = &a};
		struct catalog_query q = {.unread = true, .from = from, .limit = ROUND};
		TRY(catalog_list(rs->p->catalog, &q, &u.visit, e));
		if (u.n == 0)
			return OK;
		TRY(catalog_begin(rs->p->catalog, e));
		for (size_t i = 0; i < u.n; i++)
			TRY(read_row(rs, &u.row[i], e));
		for (size_t i = 0; i < rs->n; i++)
			TRY(take_answer(rs, &rs->r[i], e));
		TRY(catalog_commit(rs->p->catalog, e));
		from = u.row[u.n - 1].index + 1;
	}
}

rc pipeline_read(struct pipeline *p, unsigned jobs, struct err *e)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct readers rs = {.p = p, .n = jobs ? jobs : cpus > 0 ? (size_t)cpus : 1};
	rs.n = size_min(rs.n, WORKERS_MAX);
	for (size_t i = 0; i < rs.n; i++)
		rs.r[i].fd = -1;
	buf_init(&rs.reply, CAP_ARTICLE * 2);
	rc r = p->catalog ? read_rounds(&rs, e) : OK;
	for (size_t i = 0; i < rs.n; i++) {
		read_worker_free(rs.r[i].worker);
		fd_closep(&rs.r[i].fd);
	}
	buf_clear(&rs.reply);
	return r;
}

static rc article_answer(
	struct read_worker *w, const struct read_request *q, struct arena *a, struct article *ret, struct err *e)
{
	AUTO(buf) reply = {0};
	buf_init(&reply, CAP_ARTICLE * 2);
	TRY(read_worker_ask(w, q, e));
	TRY(read_worker_take(w, &reply, e));
	return article_decode(a, str_dup(a, buf_str(&reply)), ret, e);
}

rc pipeline_article(struct pipeline *p, const struct catalog_row *row, const struct record *r, struct arena *a,
	struct article *ret, struct err *e)
{
	AUTO_FD fd = -1;
	struct archive_span span;
	struct read_worker *w = NULL;
	uint64_t size = 0;
	if (!read_is_page(row->mime))
		return err_set(e, E_NOTFOUND, "no page");
	TRY(capture_locate(r, &span, e));
	TRY(fs_open(archive_dir(p->ar), str_fmt(a, "warc/%s", span.file).p, &fd, &size, e));
	TRY(read_worker_new(fd, &w, e));
	struct read_request q = request_for(row, &span);
	rc got = article_answer(w, &q, a, ret, e);
	read_worker_free(w);
	return got;
}

rc pipeline_read_file(int fd, uint64_t size, struct str url, struct str content_type, struct buf *ret, struct err *e)
{
	struct read_worker *w = NULL;
	struct read_request q = {.length = size, .url = url, .content_type = content_type};
	TRY(read_worker_new(fd, &w, e));
	rc r = read_worker_ask(w, &q, e);
	if (r == OK)
		r = read_worker_take(w, ret, e);
	read_worker_free(w);
	return r;
}
