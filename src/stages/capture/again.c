/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a kept capture again, in a worker that has its WARC file open: to check it, or to hand a part of it out. */
#include "base/bytes.h"
#include "base/codec.h"
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

static rc open_span(struct archive *ar, const struct record *r, struct archive_span *ret, int *ret_fd, struct err *e)
{
	AUTO(arena) a = {0};
	uint64_t size = 0;
	TRY(capture_locate(r, ret, e));
	return fs_open(archive_dir(ar), str_fmt(&a, "warc/%s", ret->file).p, ret_fd, &size, e);
}

/* Worker: the first record of a span. */
struct again {
	struct archive_span span;
	struct tree_keys keys;
	enum capture_part part;
};

struct reading {
	struct fs_source source;
	struct warc_reader *reader;
	struct arena a;
	struct warc_record rec;
};

static void reading_clear(struct reading *r)
{
	warc_reader_free(r->reader);
	arena_clear(&r->a);
}

static rc reading_open(struct reading *r, int fd, const struct archive_span *span, struct err *e)
{
	fs_source_init(&r->source, fd, span->offset, span->length);
	r->reader = warc_reader_new(&r->source.source);
	return warc_next(r->reader, &r->a, &r->rec, e);
}

static rc check_answer(
	void *ctx, struct sandbox_io *io, uint32_t type, struct str request, struct buf *reply, struct err *e)
{
	(void)type;
	(void)request;
	const struct again *again = ctx;
	const uint8_t none[RECORD_KEY_SIZE] = {0};
	AUTO(reading) r = {0};
	struct record fields;
	TRY(reading_open(&r, sandbox_io_fd(io), &again->span, e));
	struct analysis *an = analysis_new();
	record_begin(&r.a, &fields, "scan", none);
	rc got = analyse_record(an, &r.a, r.reader, &r.rec, &again->keys, &fields, e);
	analysis_free(an);
	TRY(got);
	warc_record_fields(&r.a, &r.rec, &fields);
	TRY(record_finish(&r.a, &fields, e));
	record_encode(reply, &fields);
	return buf_done(reply, e);
}

/* What was sealed and what the bytes say now. A field that was never sealed (an older release) is not compared. */
static rc compare(const struct record *sealed, const struct record *now, struct err *e)
{
	static const char *const same[] = {"status", "mime", "location", "headers.tree", "body.coding", "body.tree",
		"payload.length", "digest.block", "digest.payload", "warc.id"};
	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		struct str a = record_get(sealed, same[i]);
		struct str b = record_get(now, same[i]);
		if (record_has(sealed, same[i]) && !str_eq(a, b))
			return err_set(e, E_VERIFY, "%s: sealed as '%.*s', the WARC record gives '%.*s'", same[i],
				(int)size_min(a.n, 120), a.p, (int)size_min(b.n, 120), b.p);
	}
	bool fetched = record_has(sealed, "final");
	struct str url = fetched ? record_get(sealed, "final") : record_get(sealed, "url");
	if (!str_eq(url, record_get(now, "url")))
		return err_set(e, E_VERIFY, "url: sealed as '%.*s', the WARC record has '%.*s'",
			(int)size_min(url.n, 160), url.p, (int)size_min(record_get(now, "url").n, 160),
			record_get(now, "url").p);
	return OK;
}

rc capture_check(struct archive *ar, const struct record *r, struct err *e)
{
	AUTO(arena) a = {0};
	AUTO(buf) reply = {0};
	AUTO_FD fd = -1;
	struct again again = {.keys = tree_keys_of(r->key)};
	struct record now;
	buf_init(&reply, CAP_RECORD);
	TRY(open_span(ar, r, &again.span, &fd, e));
	struct sandbox_job job = {.answer = check_answer, .ctx = &again, .has_input = true, .input = fd};
	rc got = sandbox_call(&job, STR(""), &reply, e);
	if (got == E_FORMAT || got == E_NOTFOUND)
		got = e->code = E_VERIFY;
	if (got == OK)
		got = record_decode(&a, buf_str(&reply), &now, e);
	if (got == OK)
		got = compare(r, &now, e);
	return got == OK ? OK
			 : err_add(e, "warc/%s: offset %llu", again.span.file, (unsigned long long)again.span.offset);
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
	TRY(reading_open(&r, sandbox_io_fd(io), &again->span, e));
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
	TRY(open_span(ar, r, &again.span, &fd, e));
	struct sandbox_job job = {.run = cat_run, .ctx = &again, .has_input = true, .input = fd};
	TRY(sandbox_start(&job, &w, e));
	rc got = cat_frames(w, to, e);
	rc_ignore(sandbox_close(w, &ignored));
	return got;
}
