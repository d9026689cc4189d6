/* SPDX-License-Identifier: Apache-2.0 */
/* Finding the stored bytes of a kept capture, and handing a part of them out, from a worker that has its WARC file
 * open. */
#include "base/stream.h"
#include "io/fs/fs.h"
#include "stages/capture/capture_int.h"

rc capture_locate(const struct record *r, struct archive_span *ret, struct err *e)
{
	struct str file = record_get(r, "warc.file");
	uint64_t main_at = 0;
	uint64_t end = 0;
	struct archive_span s = {.length = 0};
	if (!record_has(r, "warc.main"))
		return err_set(e, E_NOTFOUND, "this record has no bytes in warc/");
	TRY(record_get_u64(r, "warc.offset", &s.offset, e));
	TRY(record_get_u64(r, "warc.length", &s.length, e));
	TRY(record_get_u64(r, "warc.main", &main_at, e));
	if (file.n == 0 || file.n >= sizeof(s.file) || memchr(file.p, '/', file.n) ||
		!add_ok(s.offset, s.length, &end) || main_at < s.offset || main_at >= end)
		return err_set(e, E_FORMAT, "its place in warc/ makes no sense");
	memcpy(s.file, file.p, file.n);
	s.offset = main_at;
	s.length = end - main_at;
	*ret = s;
	return OK;
}

rc again_open(struct archive *ar, const struct record *r, struct again *ret, int *ret_fd, struct err *e)
{
	AUTO(arena) a = {0};
	uint64_t size = 0;
	TRY(capture_locate(r, &ret->span, e));
	return fs_open(archive_dir(ar), str_fmt(&a, "warc/%s", ret->span.file).p, ret_fd, &size, e);
}

void reading_clear(struct reading *r)
{
	warc_reader_free(r->reader);
	arena_clear(&r->a);
}

void reading_open(struct reading *r, int fd, uint64_t offset, uint64_t length)
{
	fs_source_init(&r->source, fd, offset, length);
	r->reader = warc_reader_new(&r->source.source);
}

/* Worker: pieces go out as frames. */
enum {
	CAT_DATA = 1,
	CAT_END,
};

struct cat_sink {
	struct sink sink;
	struct sandbox_io *io;
};

static rc cat_push(struct sink *s, struct str bytes, struct err *e)
{
	return bytes.n ? sandbox_io_send(((struct cat_sink *)s)->io, CAT_DATA, bytes, e) : OK;
}

static rc cat_record(struct reading *r, struct sink *to, struct err *e)
{
	struct str piece;
	rc got = OK;
	TRY(to->push(to, r->rec.head, e));
	while ((got = warc_block(r->reader, &piece, e)) == OK)
		TRY(to->push(to, piece, e));
	return got == E_NOTFOUND ? to->push(to, STR("\r\n\r\n"), e) : got;
}

static rc cat_run(void *ctx, struct sandbox_io *io, struct err *e)
{
	const struct again *again = ctx;
	AUTO(reading) r = {0};
	struct cat_sink to = {{cat_push}, io};
	struct message_info info;
	reading_open(&r, sandbox_io_fd(io), again->span.offset, again->span.length);
	TRY(warc_next(r.reader, &r.a, &r.rec, e));
	if (again->part == CAPTURE_WARC) {
		TRY(cat_record(&r, &to.sink, e));
		return sandbox_io_send(io, CAT_END, STR(""), e);
	}
	struct message *m = message_new();
	struct message_start start = {.kind = message_kind_of(r.rec.content_type, false),
		.content_type = r.rec.content_type,
		.payload = again->part == CAPTURE_PAYLOAD ? &to.sink : NULL,
		.content = again->part == CAPTURE_CONTENT ? &to.sink : NULL};
	rc got = message_run(m, &r.a, r.reader, &start, &info, e);
	message_free(m);
	TRY(got);
	if (again->part == CAPTURE_HEADERS)
		TRY(cat_push(&to.sink, info.head, e));
	return sandbox_io_send(
		io, CAT_END, info.content_broken && again->part == CAPTURE_CONTENT ? STR("broken") : STR(""), e);
}

static rc cat_frames(struct sandbox *w, struct sink *to, struct err *e)
{
	AUTO(buf) frame = {0};
	buf_init(&frame, CAP_FRAME);
	for (;;) {
		uint32_t type = 0;
		TRY(sandbox_recv(w, &type, &frame, e));
		if (type == CAT_END && frame.n)
			return err_set(e, E_FORMAT, "its content coding is broken: this is what could be decoded");
		if (type == CAT_END)
			return OK;
		TRY(to->push(to, buf_str(&frame), e));
	}
}

rc capture_cat(struct archive *ar, const struct record *r, enum capture_part part, struct sink *to, struct err *e)
{
	AUTO_FD fd = -1;
	struct again again = {.part = part};
	struct sandbox *w = NULL;
	struct err ignored;
	TRY(again_open(ar, r, &again, &fd, e));
	struct sandbox_job job = {.run = cat_run, .ctx = &again, .has_input = true, .input = fd};
	TRY(sandbox_start(&job, &w, e));
	rc got = cat_frames(w, to, e);
	rc_ignore(sandbox_close(w, &ignored));
	return got;
}
