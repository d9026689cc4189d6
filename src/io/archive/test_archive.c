/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/codec.h"
#include "formats/record/record.h"
#include "io/archive/archive.h"
#include "io/fs/fs.h"

struct world {
	struct env env; /* first */
	char dir[64];
	const char *path;
	struct arena a;
	struct archive *ar;
};

static void reopen(struct world *w, uint64_t sealed, struct archive_recovery *ret)
{
	struct err e;
	struct archive_log log = {.sealed = sealed};
	archive_close(w->ar);
	if (archive_open(&w->env, w->path, true, &w->ar, &e) != OK || archive_recover(w->ar, &log, ret, &e) != OK)
		fail_msg("%s", e.msg);
}

static void world_open(struct world *w)
{
	struct err e;
	struct archive_recovery r;
	*w = (struct world){0};
	fs_env(&w->env);
	memcpy(w->dir, "/tmp/onrecord-ar-XXXXXX", sizeof("/tmp/onrecord-ar-XXXXXX"));
	assert_non_null(mkdtemp(w->dir));
	w->path = str_fmt(&w->a, "%s/a", w->dir).p;
	assert_int_equal(archive_create(&w->env, w->path, &e), OK);
	assert_int_equal(archive_create(&w->env, w->path, &e), E_EXISTS);
	reopen(w, 0, &r);
}

static void world_close(struct world *w)
{
	archive_close(w->ar);
	assert_int_equal(system(str_fmt(&w->a, "rm -rf '%s'", w->dir).p), 0);
	arena_clear(&w->a);
}

static struct str record_of(struct world *w, struct str text, const struct archive_span *span)
{
	static const uint8_t key[RECORD_KEY_SIZE] = {1};
	AUTO(buf) body = {0};
	struct record r;
	struct err e;
	record_begin(&w->a, &r, "capture", key);
	record_add(&w->a, &r, "text", text);
	record_add(&w->a, &r, "warc.file", str_c(span->file));
	record_addf(&w->a, &r, "warc.offset", "%llu", (unsigned long long)span->offset);
	record_addf(&w->a, &r, "warc.length", "%llu", (unsigned long long)span->length);
	record_add(&w->a, &r, "warc.sha256", hex_of(&w->a, hash_str(&span->sha256)));
	assert_int_equal(record_finish(&w->a, &r, &e), OK);
	buf_init(&body, CAP_RECORD);
	record_encode(&body, &r);
	return str_dup(&w->a, buf_str(&body));
}

static struct archive_ref keep(struct world *w, struct str bytes, struct str text)
{
	struct archive_span span;
	struct archive_ref ref;
	struct err e;
	bool fresh = false;
	assert_int_equal(archive_span_begin(w->ar, &fresh, &e), OK);
	assert_int_equal(archive_span_sink(w->ar)->push(archive_span_sink(w->ar), bytes, &e), OK);
	archive_span_end(w->ar, &span);
	assert_int_equal(archive_sync_warc(w->ar, &e), OK);
	struct str body = record_of(w, text, &span);
	assert_int_equal(archive_frame_add(w->ar, FRAME_RECORD, body, &span, &ref, &e), OK);
	assert_int_equal(archive_sync_records(w->ar, &e), OK);
	return ref;
}

static void test_frames_are_read_back_in_order_and_alone(void **unused)
{
	(void)unused;
	struct world w;
	struct archive_scan *s = NULL;
	struct frame f;
	struct err e;
	struct archive_ref refs[5];
	struct record r;
	AUTO(buf) body = {0};
	world_open(&w);
	for (unsigned i = 0; i < 5; i++)
		refs[i] = keep(&w, STR("warc bytes"), str_fmt(&w.a, "body %u", i));
	assert_int_equal(archive_scan_new(w.ar, 2, &s, &e), OK);
	for (uint64_t i = 2; i < 5; i++) {
		assert_int_equal(archive_scan_next(s, &f, &e), OK);
		assert_int_equal(f.ref.index, i);
		assert_int_equal(f.warc_end, (i + 1) * 10);
	}
	assert_int_equal(archive_scan_next(s, &f, &e), E_NOTFOUND);
	archive_scan_free(s);
	buf_init(&body, 1000);
	assert_int_equal(archive_frame_read(w.ar, refs[3], &body, &f, &e), OK);
	assert_int_equal(record_decode(&w.a, f.body, &r, &e), OK);
	assert_true(str_eq(record_get(&r, "text"), STR("body 3")));
	refs[3].offset++;
	assert_int_equal(archive_frame_read(w.ar, refs[3], &body, &f, &e), E_VERIFY);
	world_close(&w);
}

static void test_a_span_can_be_taken_back(void **unused)
{
	(void)unused;
	struct world w;
	struct err e;
	struct archive_span span;
	bool fresh = false;
	world_open(&w);
	assert_int_equal(archive_span_begin(w.ar, &fresh, &e), OK);
	assert_true(fresh);
	struct sink *to = archive_span_sink(w.ar);
	assert_int_equal(to->push(to, STR("good"), &e), OK);
	archive_span_mark(w.ar);
	assert_int_equal(to->push(to, STR("bad"), &e), OK);
	assert_int_equal(archive_span_back(w.ar, &e), OK);
	archive_span_end(w.ar, &span);
	struct hash want = hash_of(STR("good"));
	assert_true(span.length == 4 && hash_eq(&span.sha256, &want));
	assert_int_equal(archive_span_begin(w.ar, &fresh, &e), OK);
	assert_false(fresh);
	assert_int_equal(to->push(to, STR("gone"), &e), OK);
	assert_int_equal(archive_span_abort(w.ar, &e), OK);
	assert_int_equal(archive_span_at(w.ar), 4);
	world_close(&w);
}

static off_t size_of(struct world *w, const char *name)
{
	struct stat st;
	return stat(str_fmt(&w->a, "%s/%s", w->path, name).p, &st) == 0 ? st.st_size : -1;
}

/* Whatever length the records file was cut to, frames before the cut are good and the rest is in lost+found. */
static void test_recovery_from_every_cut_of_the_records(void **unused)
{
	(void)unused;
	struct world w;
	struct archive_recovery r;
	world_open(&w);
	/* frames of one size: the first offset has a digit less */
	for (unsigned i = 0; i < 3; i++)
		(void)keep(&w, STR("0123456789"), i ? STR("body") : STR("body."));
	const char *rec = str_fmt(&w.a, "%s/records/000000000000.rec", w.path).p;
	const char *copy = str_fmt(&w.a, "%s/copy", w.dir).p;
	off_t whole = size_of(&w, "records/000000000000.rec");
	off_t frame = whole / 3;
	archive_close(w.ar);
	w.ar = NULL;
	assert_int_equal(system(str_fmt(&w.a, "cp -a '%s' '%s'", w.path, copy).p), 0);
	for (off_t n = 0; n <= whole; n++) {
		assert_int_equal(system(str_fmt(&w.a, "rm -rf '%s' && cp -a '%s' '%s'", w.path, copy, w.path).p), 0);
		assert_int_equal(truncate(rec, n), 0);
		reopen(&w, 0, &r);
		assert_int_equal(r.frames, n / frame);
		assert_int_equal(r.cut_records, n % frame != 0);
		assert_int_equal(r.cut_warc, n < whole);
		(void)keep(&w, STR("next"), STR("body"));
		archive_close(w.ar);
		w.ar = NULL;
		n += n % frame == 0 || n % frame > frame - 3 ? 0 : 8;
	}
	world_close(&w);
}

static void test_sealed_frames_are_never_cut(void **unused)
{
	(void)unused;
	struct world w;
	struct err e;
	struct archive_recovery r;
	struct archive_log log = {.sealed = 3};
	world_open(&w);
	for (unsigned i = 0; i < 3; i++)
		(void)keep(&w, STR("0123456789"), STR("body"));
	const char *rec = str_fmt(&w.a, "%s/records/000000000000.rec", w.path).p;
	off_t whole = size_of(&w, "records/000000000000.rec");
	archive_close(w.ar);
	assert_int_equal(truncate(rec, whole - 1), 0);
	assert_int_equal(archive_open(&w.env, w.path, true, &w.ar, &e), OK);
	assert_int_equal(archive_recover(w.ar, &log, &r, &e), E_VERIFY);
	assert_int_equal(size_of(&w, "records/000000000000.rec"), whole - 1);
	world_close(&w);
}

static void test_serials_are_read_from_names(void **unused)
{
	(void)unused;
	assert_int_equal(archive_warc_serial(STR("onrecord-20261124152021-00001.warc.gz")), 1);
	assert_int_equal(archive_warc_serial(STR("onrecord-20261124152021-123456.warc.gz")), 123456);
	assert_int_equal(archive_warc_serial(STR("onrecord-20261124152021-00001.warc")), 0);
	assert_int_equal(archive_warc_serial(STR("onrecord-20261124152021-012345.warc.gz")), 0);
	assert_int_equal(archive_warc_serial(STR("onrecord-2026112415202-00001.warc.gz")), 0);
	assert_int_equal(archive_warc_serial(STR("onrecord-2026112415202x-00001.warc.gz")), 0);
	assert_int_equal(archive_warc_serial(STR("anything-20261124152021-00001.warc.gz")), 0);
	assert_int_equal(archive_warc_serial(STR("x.warc.gz")), 0);
	assert_int_equal(archive_warc_serial(STR("x-1.warc.gz")), 0);
	assert_int_equal(archive_warc_serial(STR("")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames_are_read_back_in_order_and_alone),
		cmocka_unit_test(test_a_span_can_be_taken_back),
		cmocka_unit_test(test_recovery_from_every_cut_of_the_records),
		cmocka_unit_test(test_sealed_frames_are_never_cut),
		cmocka_unit_test(test_serials_are_read_from_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
