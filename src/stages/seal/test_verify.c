/* SPDX-License-Identifier: Apache-2.0 */
/* Verification of archives that were changed: byte by byte, file by file, by putting an older one back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "formats/record/record.h"
#include "io/fs/fs.h"
#include "stages/seal/test_world.h"

/* The number behind `label` in a message; false when there is none. */
static bool number_after(const char *msg, const char *label, uint64_t *ret)
{
	const char *at = strstr(msg, label);
	if (!at)
		return false;
	struct str rest = str_c(at + strlen(label));
	return str_to_u64(str_sub(rest, 0, str_chr(rest, ':', 0)), ret) ||
		str_to_u64(str_sub(rest, 0, str_chr(rest, ' ', 0)), ret);
}

/* Where the frames of the one records file begin, and its end. */
static void frame_starts(struct world *w, uint64_t *start, size_t cap, size_t *ret_n)
{
	struct archive *ar = NULL;
	struct archive_scan *s = NULL;
	struct frame f;
	struct err e;
	size_t n = 0;
	assert_int_equal(archive_open(&w->env, w->path, false, &ar, &e), OK);
	assert_int_equal(archive_scan_new(ar, 0, &s, &e), OK);
	while (archive_scan_next(s, &f, &e) == OK) {
		assert_true(n + 1 < cap);
		start[n++] = f.ref.offset;
		start[n] = f.ref.offset + ARCHIVE_FRAME_HEAD + f.body.n;
	}
	archive_scan_free(s);
	archive_close(ar);
	*ret_n = n;
}

/* Every message about damage in this archive names the file that was damaged, and no other: records/ and warc/ are
 * read before anything is derived from them, and log/ is compared file by file. Where it names an offset, that is the
 * beginning of the frame or span that the byte lies in. */
static bool names_place(const char *msg, const char *file, uint64_t at, const uint64_t *frame, size_t nframes)
{
	uint64_t offset = 0;
	uint64_t length = 0;
	if (!strstr(msg, file))
		return false;
	if (str_starts(str_c(file), STR("warc/")))
		return number_after(msg, ": offset ", &offset) &&
			number_after(strstr(msg, ": offset ") + 9, ": ", &length) && offset <= at &&
			at < offset + length;
	if (!str_starts(str_c(file), STR("records/")))
		return true;
	if (!number_after(msg, ": offset ", &offset))
		return false;
	for (size_t i = 0; i < nframes; i++)
		if (frame[i] == offset)
			return offset <= at && at < frame[i + 1];
	return false;
}

/* Flips one bit of each `step`th byte, or all eight, one after the other. */
static void flip_each(struct world *w, const char *path, size_t step, bool every_bit, size_t *flips)
{
	struct stat st;
	uint64_t frame[128];
	size_t nframes = 0;
	frame_starts(w, frame, ARRAY_LEN(frame), &nframes);
	assert_int_equal(chmod(path, 0600), 0);
	AUTO_FD fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0 && fstat(fd, &st) == 0);
	const char *file = path + strlen(w->path) + 1;
	for (off_t at = 0; at < st.st_size; at += (off_t)step) {
		uint8_t was = 0;
		assert_int_equal(pread(fd, &was, 1, at), 1);
		for (unsigned bit = 0; bit < 8; bit++) {
			if (!every_bit && bit != (unsigned)at % 8)
				continue;
			uint8_t now = (uint8_t)(was ^ (1u << bit));
			assert_int_equal(pwrite(fd, &now, 1, at), 1);
			struct told t = verify(w);
			if (t.report.problems == 0)
				fail_msg("%s: flipped bit %u at byte %lld was not seen", path, bit, (long long)at);
			if (!names_place(t.first.msg, file, (uint64_t)at, frame, nframes))
				fail_msg("%s: byte %lld: named as '%s'", path, (long long)at, t.first.msg);
			++*flips;
		}
		assert_int_equal(pwrite(fd, &was, 1, at), 1);
	}
}

/* There is no byte of warc/, records/ and log/ that does not matter (docs/formats/archive.md). Every bit when
 * ONRECORD_TEST_LONG is set; one of every seventh byte else, which still meets every structure. */
static void test_a_flipped_bit_anywhere_is_named(void **unused)
{
	(void)unused;
	struct world w;
	struct err e;
	uint64_t kept = 0;
	size_t flips = 0;
	bool all = getenv("ONRECORD_TEST_LONG") != NULL;
	world_open(&w);
	assert_int_equal(world_create(&w, &e), OK);
	assert_int_equal(world_grow(&w, 50, 20, &kept, &e), OK);
	struct file_list l = {.a = &w.a};
	list_files(&w, &l);
	assert_true(l.n >= 8);
	for (size_t i = 0; i < l.n; i++)
		flip_each(&w, l.path[i], all ? 1 : 7, all, &flips);
	assert_verified(&w, 50);
	print_message("%zu flipped bits in %zu files, all named\n", flips, l.n);
	world_close(&w);
}

static void test_a_missing_or_foreign_file_is_named(void **unused)
{
	(void)unused;
	struct world w;
	struct err e;
	uint64_t kept = 0;
	world_open(&w);
	assert_int_equal(world_create(&w, &e), OK);
	assert_int_equal(world_grow(&w, 300, 300, &kept, &e), OK);
	struct file_list l = {.a = &w.a};
	list_files(&w, &l);
	for (size_t i = 0; i < l.n; i++) {
		const char *away = str_fmt(&w.a, "%s/away", w.dir).p;
		assert_int_equal(rename(l.path[i], away), 0);
		if (verify(&w).report.problems == 0)
			fail_msg("%s: not missed", l.path[i]);
		assert_int_equal(rename(away, l.path[i]), 0);
	}
	static const char *const foreign[] = {"log/tile/0/009", "log/notes.txt", "warc/other.warc.gz", "records/x"};
	for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
		const char *path = str_fmt(&w.a, "%s/%s", w.path, foreign[i]).p;
		AUTO_FD fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		assert_true(fd >= 0);
		if (verify(&w).report.problems == 0)
			fail_msg("%s: not seen", foreign[i]);
		assert_int_equal(unlink(path), 0);
	}
	assert_verified(&w, 300);
	world_close(&w);
}

static void test_an_older_copy_of_the_folder_is_told_and_not_signed_on(void **unused)
{
	(void)unused;
	struct world w;
	struct err e = {0};
	uint64_t kept = 0;
	world_open(&w);
	const char *old = str_fmt(&w.a, "%s/old", w.dir).p;
	const char *newer = str_fmt(&w.a, "%s/newer", w.dir).p;
	assert_int_equal(world_create(&w, &e), OK);
	assert_int_equal(world_grow(&w, 3, 3, &kept, &e), OK);
	copy_tree(&w, w.path, old);
	assert_int_equal(world_grow(&w, 3, 3, &kept, &e), OK);
	copy_tree(&w, w.path, newer);
	assert_int_equal(verify(&w).report.known_outside, 0);
	copy_tree(&w, old, w.path);
	assert_int_equal(world_grow(&w, 1, 1, &kept, &e), E_VERIFY);
	assert_non_null(strstr(e.msg, "older"));
	/* nothing in it differs from what was sealed, and it is told what it is */
	struct told t = verify(&w);
	if (t.report.problems)
		fail_msg("%s", t.first.msg);
	assert_int_equal(t.report.sealed, 3);
	assert_int_equal(t.report.known_outside, 6);
	/* damage in such a copy is damage all the same */
	struct file_list l = {.a = &w.a};
	size_t flips = 0;
	list_files(&w, &l);
	flip_each(&w, l.path[0], 97, false, &flips);
	assert_true(flips > 0);
	copy_tree(&w, newer, w.path);
	assert_int_equal(world_grow(&w, 1, 1, &kept, &e), OK);
	world_close(&w);
}

/* Two histories under one key, of the same size: here the copy is not older, it is another. */
static void test_another_history_under_the_key_is_a_problem(void **unused)
{
	(void)unused;
	struct world w;
	struct err e = {0};
	uint64_t kept = 0;
	world_open(&w);
	const char *fork = str_fmt(&w.a, "%s/fork", w.dir).p;
	const char *state = str_fmt(&w.a, "%s/state", w.dir).p;
	const char *state_then = str_fmt(&w.a, "%s/state-then", w.dir).p;
	assert_int_equal(world_create(&w, &e), OK);
	assert_int_equal(world_grow(&w, 3, 3, &kept, &e), OK);
	copy_tree(&w, w.path, fork);
	copy_tree(&w, state, state_then);
	assert_int_equal(world_grow(&w, 2, 2, &kept, &e), OK);
	copy_tree(&w, fork, w.path);
	/* only who takes back the copy outside too can do that */
	w.state = state_then;
	assert_int_equal(world_grow(&w, 2, 2, &kept, &e), OK);
	w.state = state;
	struct told t = verify(&w);
	assert_int_equal(t.report.problems, 1);
	assert_non_null(strstr(t.first.msg, "another log of 5"));
	assert_int_equal(world_grow(&w, 1, 1, &kept, &e), E_VERIFY);
	world_close(&w);
}

static void test_what_a_crash_left_goes_to_lost_and_found(void **unused)
{
	(void)unused;
	struct world w;
	struct err e;
	struct stat st;
	uint64_t kept = 0;
	world_open(&w);
	assert_int_equal(world_create(&w, &e), OK);
	assert_int_equal(world_grow(&w, 3, 3, &kept, &e), OK);
	struct file_list l = {.a = &w.a};
	list_files(&w, &l);
	for (size_t i = 0; i < l.n; i++)
		if (strstr(l.path[i], ".warc.gz") || strstr(l.path[i], ".rec"))
			append(l.path[i], STR("half of something"));
	struct told t = verify(&w);
	assert_int_equal(t.report.problems, 0);
	assert_int_equal(t.unfinished, 2);
	assert_int_equal(world_grow(&w, 1, 1, &kept, &e), OK);
	assert_verified(&w, 4);
	assert_int_equal(stat(str_fmt(&w.a, "%s/lost+found", w.path).p, &st), 0);
	world_close(&w);
}

/* Reading log/ and the copy outside only, as a reader does before each answer. */
static void test_what_was_signed_is_checked_without_the_records(void **unused)
{
	(void)unused;
	static const struct {
		const char *change; /* a shell command in the folder */
		uint64_t problems;
		uint64_t known_outside;
	} cases[] = {
		{"true", 0, 0},
		{"rm -r records warc", 0, 0},
		{"rm log/state", 1, 0},
		{"rm log/state log/checkpoint", 2, 0},
		{"printf junk > log/checkpoint", 1, 0},
		{"cp two log/checkpoint", 0, 0}, /* signed and not published */
		{"cp two log/state", 1, 0},      /* less signed than published */
		{"cp two log/state; cp two log/checkpoint", 0, 4},
		{"for f in ../state/onrecord/*; do printf junk > $f; done", 1, 0},
		{"for f in ../state/onrecord/*; do rm $f; mkdir $f; done", 1, 0},
		{"rm -r ../state", 0, 0},
		{"cp fork log/state; cp fork log/checkpoint", 1, 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct world w;
		struct err e = {0};
		AUTO(buf) fork = {0};
		uint64_t kept = 0;
		struct archive *ar = NULL;
		world_open(&w);
		assert_int_equal(world_create(&w, &e), OK);
		assert_int_equal(world_grow(&w, 2, 2, &kept, &e), OK);
		assert_int_equal(system(str_fmt(&w.a, "cp '%s/log/state' '%s/two'", w.path, w.path).p), 0);
		assert_int_equal(world_grow(&w, 2, 2, &kept, &e), OK);
		buf_init(&fork, 4096);
		const struct checkpoint c = {signer_key(w.signer)->name, 4, hash_of(STR("fork"))};
		checkpoint_text(&fork, &c);
		assert_int_equal(signer_sign_note(w.signer, &fork, &e), OK);
		const char *path = str_fmt(&w.a, "%s/fork", w.path).p;
		assert_int_equal(fs_commit(&w.env, AT_FDCWD, path, buf_str(&fork), 0600, &e), OK);
		assert_int_equal(system(str_fmt(&w.a, "cd '%s' && %s", w.path, cases[i].change).p), 0);
		struct told t = told_nothing();
		assert_int_equal(archive_open(&w.env, w.path, false, &ar, &e), OK);
		assert_int_equal(seal_verify_signed(ar, signer_key(w.signer), &t.report, &e), OK);
		archive_close(ar);
		if (t.report.problems != cases[i].problems || t.report.known_outside != cases[i].known_outside)
			fail_msg("%s: %llu problems, %llu known outside: %s", cases[i].change,
				(unsigned long long)t.report.problems, (unsigned long long)t.report.known_outside,
				t.first.msg);
		world_close(&w);
	}
}

/* One entry's bytes, as they are looked at before they are shown. */
static void test_a_span_is_checked_by_itself(void **unused)
{
	(void)unused;
	static const struct {
		const char *change;
		rc want;
	} cases[] = {
		{"true", OK},
		{"for f in warc/*; do printf X | dd of=$f bs=1 seek=200 conv=notrunc status=none; done", E_VERIFY},
		{"for f in warc/*; do truncate -s 20 $f; done", E_VERIFY},
		{"rm warc/*", E_VERIFY},
		{"for f in warc/*; do rm $f; mkdir $f; done", E_FORMAT},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct world w;
		struct err e = {0};
		struct archive *ar = NULL;
		struct archive_scan *s = NULL;
		struct frame f;
		uint64_t kept = 0;
		world_open(&w);
		assert_int_equal(world_create(&w, &e), OK);
		assert_int_equal(world_grow(&w, 2, 2, &kept, &e), OK);
		assert_int_equal(
			system(str_fmt(&w.a, "cd '%s' && chmod u+w warc/* && %s", w.path, cases[i].change).p), 0);
		assert_int_equal(archive_open(&w.env, w.path, false, &ar, &e), OK);
		assert_int_equal(archive_scan_new(ar, 1, &s, &e), OK);
		assert_int_equal(archive_scan_next(s, &f, &e), OK);
		rc r = seal_check_span(ar, &f, &e);
		if (r != cases[i].want)
			fail_msg("%s: %d: %s", cases[i].change, (int)r, e.msg);
		archive_scan_free(s);
		archive_close(ar);
		world_close(&w);
	}
}

static struct record record_of(struct arena *a, const char *kind, const char *file)
{
	static const uint8_t key[RECORD_KEY_SIZE] = {1};
	struct record r;
	struct err e;
	record_begin(a, &r, kind, key);
	record_add(a, &r, "url", STR("https://news.example/"));
	if (file)
		record_add(a, &r, "warc.file", str_c(file));
	assert_int_equal(record_finish(a, &r, &e), OK);
	return r;
}

static void test_a_record_without_a_span_has_none_to_check(void **unused)
{
	(void)unused;
	static const struct {
		const char *file;
		rc want;
	} cases[] = {{NULL, OK}, {"../x", E_VERIFY}};
	struct world w;
	struct err e = {0};
	struct archive *ar = NULL;
	world_open(&w);
	assert_int_equal(world_create(&w, &e), OK);
	assert_int_equal(archive_open(&w.env, w.path, false, &ar, &e), OK);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf) body = {0};
		struct record r = record_of(&w.a, "source", cases[i].file);
		buf_init(&body, CAP_RECORD);
		record_encode(&body, &r);
		const struct frame f = {.kind = FRAME_RECORD, .body = buf_str(&body)};
		assert_int_equal(seal_check_span(ar, &f, &e), cases[i].want);
	}
	const struct frame junk = {.kind = FRAME_RECORD, .body = STR("junk")};
	assert_int_equal(seal_check_span(ar, &junk, &e), E_FORMAT);
	archive_close(ar);
	world_close(&w);
}

static void count_entry(struct seal_report *r, const struct frame *f, bool sealed)
{
	struct told *t = (struct told *)(void *)r;
	assert_true(sealed == (f->ref.index < 4));
	t->unfinished++;
}

/* Each entry that holds is named once, damaged ones never; who does not ask is not told. */
static void test_entries_that_hold_are_named_to_who_asks(void **unused)
{
	(void)unused;
	struct world w;
	struct err e = {0};
	struct archive *ar = NULL;
	uint64_t kept = 0;
	world_open(&w);
	assert_int_equal(world_create(&w, &e), OK);
	assert_int_equal(world_grow(&w, 4, 2, &kept, &e), OK);
	assert_int_equal(world_grow(&w, 2, 0, &kept, &e), OK);
	assert_int_equal(system(str_fmt(&w.a, "cd '%s' && cp log/state log/state.tmp", w.path).p), 0);
	for (unsigned damaged = 0; damaged < 2; damaged++) {
		if (damaged)
			assert_int_equal(system(str_fmt(&w.a,
						 "cd '%s' && chmod u+w warc/* && for f in warc/*; do printf X | dd "
						 "of=$f bs=1 seek=10 "
						 "conv=notrunc status=none; done",
						 w.path)
							 .p),
				0);
		struct told t = told_nothing();
		t.report.entry = count_entry;
		t.report.note = NULL;
		w.state = damaged ? NULL : w.state;
		assert_int_equal(archive_open(&w.env, w.path, false, &ar, &e), OK);
		assert_int_equal(seal_verify(ar, signer_key(w.signer), &t.report, &e), OK);
		archive_close(ar);
		assert_int_equal(t.report.problems, damaged);
		assert_int_equal(t.unfinished, 6 - damaged);
		assert_int_equal(t.report.leftovers, 1);
	}
	world_close(&w);
}

/* A reader's report in whose midst another command adds entries and seals them. */
struct busy {
	struct told told; /* first */
	struct world *w;
	unsigned more;
};

static void grow_once(struct seal_report *r, const struct frame *f, bool sealed)
{
	struct busy *b = (struct busy *)(void *)r;
	struct err e = {0};
	uint64_t kept = 0;
	(void)sealed;
	if (f->ref.index == 0 && world_grow(b->w, b->more, 1, &kept, &e) != OK)
		fail_msg("%s", e.msg);
}

/* Partial tiles are replaced, full ones come, all while they are looked at. */
static void test_a_command_at_work_is_no_damage(void **unused)
{
	(void)unused;
	static const struct {
		unsigned before;
		unsigned more;
	} cases[] = {{1, 1}, {3, 2}, {255, 1}, {255, 2}, {254, 5}, {256, 1}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct world w;
		struct err e = {0};
		uint64_t kept = 0;
		struct archive *ar = NULL;
		world_open(&w);
		assert_int_equal(world_create(&w, &e), OK);
		assert_int_equal(world_grow(&w, cases[i].before, cases[i].before, &kept, &e), OK);
		struct busy b = {told_nothing(), &w, cases[i].more};
		b.told.report.entry = grow_once;
		assert_int_equal(archive_open(&w.env, w.path, false, &ar, &e), OK);
		assert_int_equal(seal_verify(ar, signer_key(w.signer), &b.told.report, &e), OK);
		archive_close(ar);
		if (b.told.report.problems)
			fail_msg("%u and %u: %s", cases[i].before, cases[i].more, b.told.first.msg);
		assert_int_equal(b.told.report.sealed, cases[i].before);
		assert_verified(&w, cases[i].before + cases[i].more);
		world_close(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_signed_is_checked_without_the_records),
		cmocka_unit_test(test_a_span_is_checked_by_itself),
		cmocka_unit_test(test_a_record_without_a_span_has_none_to_check),
		cmocka_unit_test(test_a_command_at_work_is_no_damage),
		cmocka_unit_test(test_entries_that_hold_are_named_to_who_asks),
		cmocka_unit_test(test_a_flipped_bit_anywhere_is_named),
		cmocka_unit_test(test_a_missing_or_foreign_file_is_named),
		cmocka_unit_test(test_an_older_copy_of_the_folder_is_told_and_not_signed_on),
		cmocka_unit_test(test_another_history_under_the_key_is_a_problem),
		cmocka_unit_test(test_what_a_crash_left_goes_to_lost_and_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
