/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever fails while captures are kept, each byte of warc/ stays under one frame: what no frame covers is taken back,
 * or the archive takes nothing more before it is opened again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "formats/record/record.h"
#include "formats/warc/warc.h"
#include "io/fs/fs.h"
#include "stages/capture/capture.h"

struct world {
	struct env env; /* first */
	struct capture_out out;
	struct arena a;
	char dir[64];
	const char *path;
	const char *source; /* a web archive */
	struct archive *ar;
	size_t kept;
	int fail_at; /* the change that fails, counted from 0; -1: none */
	int changes;
	uint64_t done;
	bool walking;
	unsigned records;      /* told by progress */
	unsigned cut_after;    /* the source file ends behind so many; 0: never */
	unsigned stop_keeping; /* after so many the one who counts fails; 0: never */
};

static struct world *world_of_out(struct capture_out *o)
{
	return (struct world *)(void *)((char *)o - offsetof(struct world, out));
}

static int fail_one(struct env *env, enum env_op op, const char *path)
{
	(void)op;
	(void)path;
	struct world *w = (struct world *)(void *)env;
	return w->changes++ == w->fail_at ? ENOSPC : 0;
}

static rc on_kept(struct capture_out *o, const struct frame *f, const struct record *r, struct err *e)
{
	(void)f;
	(void)r;
	struct world *w = world_of_out(o);
	w->kept++;
	return w->kept == w->stop_keeping ? err_set(e, E_IO, "no room for the count") : OK;
}

static void on_trouble(struct capture_out *o, const struct err *e)
{
	(void)o;
	(void)e;
}

/* The file is hashed to its end before it is walked through. */
static void on_progress(struct capture_out *o, uint64_t done, uint64_t total)
{
	(void)total;
	struct world *w = world_of_out(o);
	w->walking |= done < w->done;
	w->done = done;
	if (w->walking && ++w->records == w->cut_after)
		assert_int_equal(truncate(w->source, (off_t)done + 10), 0);
}

static void reopen(struct world *w)
{
	struct archive_recovery r;
	struct err e;
	archive_close(w->ar);
	if (archive_open(&w->env, w->path, true, &w->ar, &e) != OK || archive_recover(w->ar, NULL, &r, &e) != OK)
		fail_msg("%s", e.msg);
}

/* Responses of some length that does not shrink, so that the worker cannot have read all of it ahead. */
static void make_source(struct world *w, unsigned records, size_t length)
{
	AUTO(buf) all = {0};
	AUTO_FD fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	struct err e;
	buf_init(&all, 64 * MIB);
	for (unsigned i = 0; i < records; i++) {
		AUTO(buf) block = {0};
		AUTO(buf) head = {0};
		struct mem_source body;
		struct buf_sink sink;
		uint64_t stored = 0;
		buf_init(&block, MIB);
		buf_init(&head, CAP_WARC_HEAD);
		buf_add(&block, STR("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"));
		assert_int_equal(read(fd, buf_space(&block, length), length), (ssize_t)length);
		buf_grown(&block, length);
		warc_head_begin(&head, WARC_RESPONSE);
		warc_head_field(&head, "WARC-Record-ID", str_fmt(&w->a, "<urn:uuid:00000000-0000-4000-8000-%012u>", i));
		warc_head_field(&head, "WARC-Target-URI", str_fmt(&w->a, "http://news.example/%u", i));
		warc_head_field(&head, "WARC-Date", STR("2024-03-14T00:00:00Z"));
		warc_head_field(&head, "Content-Type", STR("application/http;msgtype=response"));
		assert_int_equal(warc_head_end(&head, block.n, &e), OK);
		mem_source_init(&body, buf_str(&block), 0);
		buf_sink_init(&sink, &all);
		assert_int_equal(warc_write(&sink.sink, buf_str(&head), &body.source, block.n, 1, &stored, &e), OK);
	}
	int fail_at = w->fail_at;
	w->fail_at = -1;
	assert_int_equal(fs_commit(&w->env, AT_FDCWD, w->source, buf_str(&all), 0600, &e), OK);
	w->fail_at = fail_at;
}

static void world_open(struct world *w, unsigned records, size_t length)
{
	struct err e;
	*w = (struct world){.out = {on_kept, on_trouble, on_progress}, .fail_at = -1};
	fs_env(&w->env);
	w->env.fault = fail_one;
	memcpy(w->dir, "/tmp/onrecord-keeping-XXXXXX", sizeof("/tmp/onrecord-keeping-XXXXXX"));
	assert_non_null(mkdtemp(w->dir));
	w->path = str_fmt(&w->a, "%s/archive", w->dir).p;
	w->source = str_fmt(&w->a, "%s/import.warc.gz", w->dir).p;
	make_source(w, records, length);
	assert_int_equal(archive_create(&w->env, w->path, &e), OK);
	reopen(w);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)type;
	(void)f;
	return remove(path);
}

static void world_close(struct world *w)
{
	archive_close(w->ar);
	(void)nftw(w->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	arena_clear(&w->a);
}

static rc import(struct world *w, struct capture_counts *ret, struct err *e)
{
	AUTO_FD fd = open(w->source, O_RDONLY | O_CLOEXEC);
	struct capture_source src = {STR("import.warc.gz"), STR("onrecord/test")};
	assert_true(fd >= 0);
	return capture_import(w->ar, fd, &src, &w->out, ret, e);
}

static rc keep_page(struct world *w, struct err *e)
{
	struct capture_worker *worker = NULL;
	struct capture_source src = {STR("page.html"), STR("onrecord/test")};
	const char *path = str_fmt(&w->a, "%s/page.html", w->dir).p;
	AUTO_FD fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_int_equal(write(fd, "<p>a page", 9), 9);
	TRY(capture_worker_new(&worker, e));
	rc r = capture_file(w->ar, worker, fd, STR("http://news.example/page"), STR("text/html"), &src, &w->out, e);
	capture_worker_free(worker);
	return r;
}

/* Frames cover warc/ without gaps; with `all`, to its end. Gives their number. */
static size_t assert_covered(struct world *w, bool all)
{
	struct archive_scan *s = NULL;
	struct archive_end end = {.serial = 0};
	struct frame f;
	struct err e;
	size_t n = 0;
	assert_int_equal(archive_scan_new(w->ar, 0, &s, &e), OK);
	while (archive_scan_next(s, &f, &e) == OK) {
		AUTO(arena) a = {0};
		struct record r;
		struct archive_span span;
		bool has = false;
		n++;
		assert_int_equal(record_decode(&a, f.body, &r, &e), OK);
		assert_int_equal(archive_span_of(&r, &has, &span, &e), OK);
		if (!has)
			continue;
		if (!archive_end_meets(&end, &span))
			fail_msg("frame %zu begins at %llu, and not at %llu", n - 1, (unsigned long long)span.offset,
				(unsigned long long)end.offset);
		archive_end_move(&end, &span);
	}
	archive_scan_free(s);
	if (end.serial && all) {
		AUTO_FD fd = -1;
		uint64_t size = 0;
		const char *path = str_fmt(&w->a, "warc/%s", end.file).p;
		assert_int_equal(fs_open(archive_dir(w->ar), path, &fd, &size, &e), OK);
		assert_int_equal(size, end.offset);
	}
	return n;
}

static void test_a_source_that_shrinks_keeps_what_was_whole(void **unused)
{
	(void)unused;
	struct world w;
	struct err e = {0};
	struct capture_counts counts;
	world_open(&w, 40, 300 * KIB);
	w.cut_after = 3;
	rc r = import(&w, &counts, &e);
	if (r != OK &&
		(r != E_FORMAT || !strstr(e.msg, "import.warc.gz: it has become shorter") ||
			!strstr(e.msg, "ends at byte")))
		fail_msg("%d: %s", r, e.msg);
	assert_int_not_equal(r, OK);
	size_t n = assert_covered(&w, true);
	assert_int_equal(n, 3);
	assert_int_equal(w.kept, n);
	if (keep_page(&w, &e) != OK)
		fail_msg("%s", e.msg);
	assert_int_equal(assert_covered(&w, true), n + 1);
	reopen(&w);
	assert_int_equal(assert_covered(&w, true), n + 1);
	world_close(&w);
}

/* Every change to a file fails in turn, and then more is kept: at once where that is possible, and after a new start.
 */
static void test_every_failing_change_leaves_no_gap(void **unused)
{
	(void)unused;
	for (int fail_at = 0;; fail_at++) {
		struct world w;
		struct err e = {0};
		struct capture_counts counts;
		world_open(&w, 3, KIB);
		w.changes = 0;
		w.fail_at = fail_at;
		rc r = import(&w, &counts, &e);
		w.fail_at = -1;
		bool done = w.changes <= fail_at;
		assert_true(done == (r == OK));
		rc again = keep_page(&w, &e);
		assert_true(again == OK || again == E_IO);
		size_t n = assert_covered(&w, again == OK);
		assert_true(n >= w.kept);
		reopen(&w);
		assert_true(assert_covered(&w, true) >= w.kept);
		if (keep_page(&w, &e) != OK)
			fail_msg("change %d failed, and then: %s", fail_at, e.msg);
		(void)assert_covered(&w, true);
		world_close(&w);
		if (done)
			break;
	}
}

/* Frames are there of which the log has not heard: nothing may follow them. */
static void test_after_a_failure_amid_frames_nothing_is_added(void **unused)
{
	(void)unused;
	struct world w;
	struct err e = {0};
	struct capture_counts counts;
	world_open(&w, 3, KIB);
	w.stop_keeping = 2;
	assert_int_equal(import(&w, &counts, &e), E_IO);
	assert_int_equal(keep_page(&w, &e), E_IO);
	assert_non_null(strstr(e.msg, "opened again"));
	size_t n = assert_covered(&w, false);
	reopen(&w);
	assert_int_equal(assert_covered(&w, true), n);
	assert_int_equal(keep_page(&w, &e), OK);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_source_that_shrinks_keeps_what_was_whole),
		cmocka_unit_test(test_every_failing_change_leaves_no_gap),
		cmocka_unit_test(test_after_a_failure_amid_frames_nothing_is_added),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
