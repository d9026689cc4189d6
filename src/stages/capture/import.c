/* SPDX-License-Identifier: Apache-2.0 */
/* Importing: the parent's side. It trusts nothing of what the worker says but the shape of a few fields: it copies the
 * bytes that are named, hashes what it copied, and writes the record. */
#include <sys/stat.h>

#include "base/bytes.h"
#include "base/codec.h"
#include "io/fs/fs.h"
#include "stages/capture/capture_int.h"

#define COPY_PIECE (256u * KIB)
#define IMPORT_CPU_SECONDS (24u * 3600u)
#define IMPORT_WALL_SECONDS 300u /* for one frame: the largest record takes seconds */

/* What a worker may say of an imported record, on top of ANALYSIS_FIELDS. */
static const char *const RECORD_FIELDS[] = {"url", "time", "warc.type", "warc.id", "ip", "truncated", "refers-to",
	"segment.number", "segment.origin", "declared.payload", "declared.block", "protocol", "warc.quirks",
	"source.offset", "source.length"};

struct import {
	struct archive *ar;
	struct env *env;
	int fd;
	uint64_t size;
	const struct capture_source *src;
	struct capture_out *out;
	struct capture_counts *counts;
	struct keeper keeper;
	struct sandbox *worker;
	bool worker_failed;    /* it ended early or broke the protocol: what went wrong is not ours */
	struct scan_from from; /* where another one would begin */
	struct buf frame;
	struct arena run;
	struct str source_sha; /* hex, of the whole file */
	struct str origin;     /* software, as the last warcinfo record had it */
	struct arena origin_a;
	char *piece;
	uint8_t keys[SCAN_KEYS_BATCH][RECORD_KEY_SIZE];
	size_t nkeys;
	/* the capture whose span is still open */
	bool span_open;
	bool pending;
	struct arena pending_a;
	struct record pending_r;
	uint64_t main_offset; /* of the record being written, in its WARC file */
};

/* The worker has sent what it would not have sent by itself. */
static rc broke(struct import *im, struct err *e)
{
	im->worker_failed = true;
	return err_set(e, E_FORMAT, "the worker broke its protocol");
}

static rc give_keys(struct import *im, struct err *e)
{
	struct tree_keys out[SCAN_KEYS_BATCH];
	TRY(im->env->random(im->env, im->keys, sizeof(im->keys), e));
	im->nkeys = SCAN_KEYS_BATCH;
	/* the worker takes them from the back, and so do we */
	for (size_t i = 0; i < SCAN_KEYS_BATCH; i++)
		out[i] = tree_keys_of(im->keys[i]);
	return sandbox_send(im->worker, SCAN_KEYS, str_mem(out, sizeof(out)), e);
}

static rc finish_pending(struct import *im, struct err *e)
{
	struct archive_span span;
	if (!im->pending)
		return OK;
	archive_span_end(im->ar, &span);
	im->span_open = false;
	im->pending = false;
	record_add_span(&im->pending_a, &im->pending_r, &span);
	TRY(record_finish(&im->pending_a, &im->pending_r, e));
	rc r = keeper_add(&im->keeper, &im->pending_r, &span, e);
	arena_reset(&im->pending_a);
	return r;
}

static rc on_head(struct import *im, struct err *e)
{
	bool join = im->frame.n == 1 && im->frame.p[0] == 1;
	if (im->pending && !join)
		TRY(finish_pending(im, e));
	if (!im->span_open) {
		AUTO(arena) a = {0};
		TRY(span_begin(im->ar, &a, im->src->tool, e));
		im->span_open = true;
	}
	archive_span_mark(im->ar);
	im->main_offset = archive_span_at(im->ar);
	return OK;
}

/* Reading the source failed; that it ends earlier than it did is its own fault. */
static rc source_failed(const struct import *im, struct err *e)
{
	if (e->code == E_NOTFOUND)
		e->code = E_FORMAT;
	return err_add(e, "%.*s%s", STR_FMT(im->src->name),
		e->code == E_FORMAT ? ": it has become shorter while it was read" : "");
}

/* Copies stored bytes of the source; without SCAN_DATA before it, that is how a record's bytes come. */
static rc copy_bytes(struct import *im, uint64_t offset, uint64_t length, struct err *e)
{
	uint64_t end = 0;
	if (!add_ok(offset, length, &end) || end > im->size)
		return broke(im, e);
	while (length) {
		size_t n = length < COPY_PIECE ? (size_t)length : COPY_PIECE;
		if (fs_read_at(im->fd, offset, im->piece, n, e) != OK)
			return source_failed(im, e);
		TRY(archive_span_sink(im->ar)->push(archive_span_sink(im->ar), str_mem(im->piece, n), e));
		offset += n;
		length -= n;
	}
	return OK;
}

/* Several records may lie in one member: then they have its offset. */
static void told_record(struct import *im, uint64_t offset)
{
	if (im->from.told == 0 || offset != im->from.offset)
		im->from = (struct scan_from){.offset = offset, .size = im->size};
	im->from.told++;
}

static void begin_record(struct import *im, const struct record *said)
{
	struct arena *a = &im->pending_a;
	struct record *r = &im->pending_r;
	BUG_ON(im->nkeys == 0);
	record_begin(a, r, "import", im->keys[--im->nkeys]);
	record_add(a, r, "method", STR("import"));
	take_fields(a, r, said, RECORD_FIELDS, ARRAY_LEN(RECORD_FIELDS));
	take_fields(a, r, said, ANALYSIS_FIELDS, ANALYSIS_FIELDS_N);
	record_add(a, r, "received", utc_now(a, im->env));
	record_add(a, r, "source.file", im->src->name);
	record_add(a, r, "source.sha256", im->source_sha);
	if (im->origin.n)
		record_add(a, r, "tool-of-origin", im->origin);
	record_add(a, r, "tool", im->src->tool);
	record_addf(a, r, "warc.main", "%llu", (unsigned long long)im->main_offset);
	im->pending = true;
	im->counts->captures++;
}

static rc on_record(struct import *im, bool capture, struct err *e)
{
	AUTO(arena) a = {0};
	struct record said;
	uint64_t offset = 0;
	uint64_t length = 0;
	if (!im->span_open || (capture && im->nkeys == 0))
		return broke(im, e);
	if (record_decode(&a, buf_str(&im->frame), &said, e) != OK ||
		record_get_u64(&said, "source.offset", &offset, e) != OK ||
		record_get_u64(&said, "source.length", &length, e) != OK)
		return broke(im, e);
	if (archive_span_at(im->ar) == im->main_offset)
		TRY(copy_bytes(im, offset, length, e));
	archive_span_mark(im->ar);
	told_record(im, offset);
	im->counts->records++;
	if (capture)
		begin_record(im, &said);
	if (im->out->progress)
		im->out->progress(im->out, offset + length, im->size);
	return OK;
}

static void tell_bad(struct import *im, uint64_t offset, struct str why)
{
	struct err what;
	rc_ignore(err_set(&what, E_FORMAT, "%.*s: offset %llu: %.*s", STR_FMT(im->src->name),
		(unsigned long long)offset, (int)size_min(why.n, 300), why.p));
	im->counts->bad++;
	im->out->trouble(im->out, &what);
}

static rc on_bad(struct import *im, struct err *e)
{
	struct bytes_reader r = bytes_reader(buf_str(&im->frame));
	uint64_t offset = bytes_u64(&r);
	if (r.bad)
		return broke(im, e);
	im->from.told++;
	tell_bad(im, offset, str_mem(r.p, r.n));
	return im->span_open ? archive_span_back(im->ar, e) : OK;
}

static rc on_frame(struct import *im, uint32_t type, struct err *e)
{
	struct sink *to = archive_span_sink(im->ar);
	switch (type) {
	case SCAN_KEYS:
		return give_keys(im, e);
	case SCAN_HEAD:
		return on_head(im, e);
	case SCAN_DATA:
		if (!im->span_open)
			break;
		return to->push(to, buf_str(&im->frame), e);
	case SCAN_CAPTURE:
		return on_record(im, true, e);
	case SCAN_OTHER:
		return on_record(im, false, e);
	case SCAN_BAD:
		return on_bad(im, e);
	case SCAN_INFO:
		arena_reset(&im->origin_a);
		im->origin = str_dup(&im->origin_a, str_sub(buf_str(&im->frame), 0, SCAN_INFO_MAX));
		return OK;
	default:
		break;
	}
	return broke(im, e);
}

static rc import_frames(struct import *im, struct err *e)
{
	for (;;) {
		uint32_t type = 0;
		rc r = sandbox_recv(im->worker, &type, &im->frame, e);
		/* a disk that cannot be read is not the record's fault */
		im->worker_failed = r != OK && r != E_IO;
		TRY(r);
		if (type == SCAN_END)
			return OK;
		TRY(on_frame(im, type, e));
	}
}

static rc start_worker(struct import *im, struct err *e)
{
	struct sandbox_job job = {.run = scan_run,
		.ctx = &im->from,
		.has_input = true,
		.input = im->fd,
		.cpu_seconds = IMPORT_CPU_SECONDS,
		.wall_seconds = IMPORT_WALL_SECONDS};
	struct err ignored;
	rc_ignore(sandbox_close(im->worker, &ignored));
	im->worker = NULL;
	im->nkeys = 0;
	im->worker_failed = false;
	return sandbox_start(&job, &im->worker, e);
}

/* Worker after worker: one that dies of a record costs that record. */
static rc import_file(struct import *im, struct err *e)
{
	for (unsigned i = 0;; i++) {
		uint64_t told = im->counts->records + im->counts->bad;
		TRY(start_worker(im, e));
		rc r = import_frames(im, e);
		if (r == OK || !im->worker_failed)
			return r;
		struct err why = *e;
		if (im->span_open)
			TRY(archive_span_back(im->ar, e));
		bool stuck = i > 0 && told == im->counts->records + im->counts->bad;
		if (stuck || i == CAP_IMPORT_WORKERS) {
			AUTO(arena) a = {0};
			tell_bad(
				im, im->from.offset, str_fmt(&a, "what follows this record was not read: %s", why.msg));
			return OK;
		}
		im->from.why = str_dup(&im->run, str_c(why.msg)).p;
	}
}

struct hashing {
	struct fs_progress progress; /* first */
	struct import *im;
	uint64_t done;
};

static void hashed(struct fs_progress *p, uint64_t n)
{
	struct hashing *h = (struct hashing *)p;
	h->done += n;
	if (h->im->out->progress)
		h->im->out->progress(h->im->out, h->done, h->im->size);
}

/* Before the walk, so that each record can name the file that it comes from. */
static rc hash_source(struct import *im, struct err *e)
{
	struct hashing h = {{hashed}, im, 0};
	struct hash sha;
	if (fs_hash(im->fd, 0, im->size, &h.progress, &sha, e) != OK)
		return source_failed(im, e);
	im->source_sha = hex_of(&im->run, hash_str(&sha));
	return OK;
}

/* The record about the file itself; it takes what is left in the open span. */
static rc source_record(struct import *im, struct err *e)
{
	AUTO(arena) a = {0};
	struct record r;
	uint8_t key[RECORD_KEY_SIZE];
	struct archive_span span;
	TRY(new_key(im->env, key, e));
	record_begin(&a, &r, "source", key);
	record_add(&a, &r, "received", utc_now(&a, im->env));
	record_add(&a, &r, "source.file", im->src->name);
	record_addf(&a, &r, "source.size", "%llu", (unsigned long long)im->size);
	record_add(&a, &r, "source.sha256", im->source_sha);
	record_addf(&a, &r, "source.captures", "%llu", (unsigned long long)im->counts->captures);
	record_addf(&a, &r, "source.records", "%llu", (unsigned long long)im->counts->records);
	record_addf(&a, &r, "source.bad", "%llu", (unsigned long long)im->counts->bad);
	record_add(&a, &r, "tool", im->src->tool);
	bool bytes = im->span_open;
	if (bytes) {
		archive_span_end(im->ar, &span);
		im->span_open = false;
		bytes = span.length > 0;
	}
	if (bytes)
		record_add_span(&a, &r, &span);
	TRY(record_finish(&a, &r, e));
	return keeper_add(&im->keeper, &r, bytes ? &span : NULL, e);
}

/* The captures that are whole stay, whatever ended the import. */
static rc keep_whole(struct import *im, bool all, struct err *e)
{
	rc r = OK;
	if (im->pending && !all)
		TRY(archive_span_back(im->ar, e));
	TRY(finish_pending(im, e));
	if (all && im->counts->records == 0)
		r = err_set(e, E_FORMAT, "%.*s: no WARC or ARC record in it", STR_FMT(im->src->name));
	else if (all)
		r = source_record(im, e);
	struct err why = {0};
	if (r != OK)
		why = *e;
	TRY(archive_span_abort(im->ar, e));
	TRY(keeper_flush(&im->keeper, e));
	if (r != OK)
		*e = why;
	return r;
}

static rc import_all(struct import *im, struct err *e)
{
	struct err keeping = {0};
	rc r = hash_source(im, e);
	if (r == OK)
		r = import_file(im, e);
	/* a file that is shorter now is not the one whose digest the records name */
	char last = 0;
	if (r == OK && im->size && fs_read_at(im->fd, im->size - 1, &last, 1, e) != OK)
		r = source_failed(im, e);
	rc kept = keep_whole(im, r == OK, r == OK ? e : &keeping);
	/* spans of captures that got no frame are in the way of the next ones */
	if (kept != OK)
		archive_take_back(im->ar);
	return r == OK ? kept : r;
}

bool capture_is_archive(struct str s)
{
	static const struct str magic[] = {
		{"WARC/", 5}, {"filedesc:", 9}, {"\x1f\x8b", 2}, {"\x28\xb5\x2f\xfd", 4}, {"\x5d\x2a\x4d\x18", 4}};
	for (size_t i = 0; i < ARRAY_LEN(magic); i++)
		if (str_starts(s, magic[i]))
			return true;
	return false;
}

rc capture_import(struct archive *ar, int fd, const struct capture_source *src, struct capture_out *out,
	struct capture_counts *ret, struct err *e)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return err_sys(e, "%.*s: stat", STR_FMT(src->name));
	*ret = (struct capture_counts){0};
	struct import im = {.ar = ar,
		.env = archive_env(ar),
		.fd = fd,
		.size = (uint64_t)st.st_size,
		.src = src,
		.out = out,
		.counts = ret};
	im.from.size = im.size;
	keeper_init(&im.keeper, ar, out);
	buf_init(&im.frame, CAP_FRAME);
	im.piece = arena_alloc(&im.run, COPY_PIECE);
	rc r = import_all(&im, e);
	struct err ignored;
	rc_ignore(sandbox_close(im.worker, &ignored));
	keeper_clear(&im.keeper);
	buf_clear(&im.frame);
	arena_clear(&im.run);
	arena_clear(&im.pending_a);
	arena_clear(&im.origin_a);
	return r;
}
