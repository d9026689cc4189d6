/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody who can write into the folder, but has no key, may try: nothing sealed changes unseen, nothing foreign
 * is sealed, and the archive goes on. */
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
#include "base/caps.h"
#include "formats/record/record.h"
#include "io/fs/fs.h"
#include "stages/seal/test_world.h"

#define REC "records/000000000000.rec"

static const char *in(struct world *w, const char *name)
{
	return str_fmt(&w->a, "%s/%s", w->path, name).p;
}

static struct str saved(struct world *w, const char *name)
{
	AUTO(buf) b = {0};
	struct err e;
	buf_init(&b, 64 * MIB);
	if (fs_read(AT_FDCWD, in(w, name), &b, &e) != OK)
		fail_msg("%s", e.msg);
	return str_dup(&w->a, buf_str(&b));
}

static void put(struct world *w, const char *name, struct str bytes)
{
	AUTO_FD fd = open(in(w, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.p, bytes.n), (ssize_t)bytes.n);
}

/* The frames of the one records file. */
struct frames {
	struct frame f[16];
	size_t n;
};

static struct frames frames_of(struct world *w)
{
	struct frames ret = {.n = 0};
	struct archive *ar = NULL;
	struct archive_scan *s = NULL;
	struct frame f;
	struct err e;
	assert_int_equal(archive_open(&w->env, w->path, false, &ar, &e), OK);
	assert_int_equal(archive_scan_new(ar, 0, &s, &e), OK);
	while (archive_scan_next(s, &f, &e) == OK) {
		assert_true(ret.n < ARRAY_LEN(ret.f));
		ret.f[ret.n] = f;
		ret.f[ret.n++].body = str_dup(&w->a, f.body);
	}
	archive_scan_free(s);
	archive_close(ar);
	return ret;
}

/* As the format has it, with a digest that holds. */
static void put_frames(struct world *w, const struct frames *frames)
{
	AUTO(buf) all = {0};
	buf_init(&all, 64 * MIB);
	for (size_t i = 0; i < frames->n; i++) {
		const struct frame *f = &frames->f[i];
		AUTO(buf) b = {0};
		buf_init(&b, 64 * MIB);
		buf_add(&b, STR("ORF1"));
		buf_addu32(&b, (uint32_t)f->kind);
		buf_addu64(&b, f->ref.index);
		buf_addu64(&b, f->body.n);
		buf_addu64(&b, f->warc_serial);
		buf_addu64(&b, f->warc_end);
		buf_add(&all, buf_str(&b));
		buf_add(&b, f->body);
		struct hash h = hash_of(buf_str(&b));
		buf_add(&all, hash_str(&h));
		buf_add(&all, f->body);
	}
	put(w, REC, buf_str(&all));
}

/* The record with one field changed; a value of NULL leaves it out. */
static struct str changed(struct world *w, struct str body, const char *name, const char *value)
{
	AUTO(buf) b = {0};
	struct record was;
	struct record r;
	struct err e;
	assert_int_equal(record_decode(&w->a, body, &was, &e), OK);
	record_begin(&w->a, &r, str_cstr(&w->a, was.kind), was.key);
	for (size_t i = 1; i < was.n; i++) {
		const char *n = str_cstr(&w->a, was.fields[i].name);
		if (strcmp(n, name) != 0)
			record_add(&w->a, &r, n, was.fields[i].value);
		else if (value)
			record_add(&w->a, &r, n, str_c(value));
	}
	assert_int_equal(record_finish(&w->a, &r, &e), OK);
	buf_init(&b, CAP_RECORD);
	record_encode(&b, &r);
	return str_dup(&w->a, buf_str(&b));
}

/* A world with an archive of n sealed entries, a checkpoint after each. */
static void world_sealed(struct world *w, unsigned n)
{
	struct err e = {0};
	uint64_t kept = 0;
	world_open(w);
	if (world_create(w, &e) != OK || world_grow(w, n, 1, &kept, &e) != OK)
		fail_msg("%s", e.msg);
}

static void assert_not_verified(struct world *w, const char *what)
{
	if (verify(w).report.problems == 0)
		fail_msg("verified: %s", what);
}

/* log/checkpoint of every earlier size, with log/state as it is: all entries are sealed all the same. */
static void test_an_older_checkpoint_frees_no_entry(void **unused)
{
	(void)unused;
	struct str checkpoint[4];
	for (unsigned size = 0; size < ARRAY_LEN(checkpoint); size++) {
		struct world w;
		struct err e = {0};
		uint64_t kept = 0;
		world_sealed(&w, size);
		checkpoint[size] = saved(&w, "log/checkpoint");
		assert_int_equal(world_grow(&w, 4 - size, 1, &kept, &e), OK);
		put(&w, "log/checkpoint", checkpoint[size]);
		struct told t = verify(&w);
		if (t.report.problems)
			fail_msg("%s", t.first.msg);
		assert_int_equal(t.report.sealed, 4);
		assert_int_equal(t.unfinished, 1);
		struct str rec = saved(&w, REC);
		put(&w, REC, str_sub(rec, 0, rec.n - 10));
		assert_not_verified(&w, "the last entry is cut");
		put(&w, REC, STR(""));
		assert_not_verified(&w, "all entries are gone");
		assert_int_equal(unlink(in(&w, REC)), 0);
		assert_not_verified(&w, "their file is gone");
		/* no state either: what is outside the folder still knows */
		put(&w, "log/state", checkpoint[size]);
		put(&w, REC, STR(""));
		t = verify(&w);
		assert_true(t.report.problems > 0 || t.report.known_outside == 4);
		world_close(&w);
	}
}

/* Only log/ is older: entries that the copy outside knows are compared with it. */
static void test_what_the_copy_outside_knows_is_sealed(void **unused)
{
	(void)unused;
	struct world w;
	struct err e = {0};
	uint64_t kept = 0;
	world_sealed(&w, 2);
	const char *old = str_fmt(&w.a, "%s/old-log", w.dir).p;
	copy_tree(&w, in(&w, "log"), old);
	assert_int_equal(world_grow(&w, 2, 1, &kept, &e), OK);
	copy_tree(&w, old, in(&w, "log"));
	struct told t = verify(&w);
	if (t.report.problems)
		fail_msg("%s", t.first.msg);
	assert_int_equal(t.report.known_outside, 4);
	assert_int_equal(t.report.sealed, 4);
	struct frames f = frames_of(&w);
	f.f[3].body = changed(&w, f.f[3].body, "url", "https://news.example/forged");
	put_frames(&w, &f);
	assert_not_verified(&w, "an entry that only the copy outside knows was changed");
	world_close(&w);
}

static const char *warc_name(struct world *w)
{
	struct record r;
	struct err e;
	assert_int_equal(record_decode(&w->a, frames_of(w).f[0].body, &r, &e), OK);
	return str_fmt(&w->a, "warc/%.*s", STR_FMT(record_get(&r, "warc.file"))).p;
}

/* Heads are under no entry: what they say is compared with the records, and nothing is moved on their word. */
static void test_a_head_that_says_another_place_is_told_and_not_obeyed(void **unused)
{
	(void)unused;
	static const struct {
		size_t frame;
		uint64_t serial;
		uint64_t end;
	} cases[] = {{2, 1, 0}, {2, 0, 0}, {2, 1, 7}, {2, 2, 0}, {2, 1, UINT64_MAX}, {1, 1, 0}, {0, 9, 9}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct world w;
		struct err e = {0};
		struct stat st;
		uint64_t kept = 0;
		world_sealed(&w, 3);
		struct frames f = frames_of(&w);
		struct str warc = saved(&w, warc_name(&w));
		f.f[cases[i].frame].warc_serial = cases[i].serial;
		f.f[cases[i].frame].warc_end = cases[i].end;
		put_frames(&w, &f);
		struct told t = verify(&w);
		assert_true(t.report.problems > 0);
		assert_non_null(strstr(t.first.msg, "its head says"));
		assert_non_null(strstr(t.first.msg, str_fmt(&w.a, "frame %zu", cases[i].frame).p));
		assert_int_equal(world_grow(&w, 1, 1, &kept, &e), E_VERIFY);
		assert_true(str_eq(saved(&w, warc_name(&w)), warc));
		assert_int_not_equal(stat(in(&w, "lost+found"), &st), 0);
		world_close(&w);
	}
}

/* A sealed record with another place in it, and a head that agrees: the log does not confirm it. */
static void test_the_end_of_warc_comes_from_records_that_the_log_confirms(void **unused)
{
	(void)unused;
	for (unsigned which = 0; which < 2; which++) {
		struct world w;
		struct err e = {0};
		struct stat st;
		uint64_t kept = 0;
		world_sealed(&w, 3);
		struct frames f = frames_of(&w);
		const char *name = warc_name(&w);
		struct str warc = saved(&w, name);
		if (which == 0) {
			f.f[2].body = changed(&w, f.f[2].body, "warc.length", "3");
			f.f[2].warc_end = f.f[1].warc_end + 3;
		} else {
			static const char *const fields[] = {"warc.file", "warc.offset", "warc.length", "warc.sha256"};
			for (size_t i = 0; i < ARRAY_LEN(fields); i++)
				f.f[2].body = changed(&w, f.f[2].body, fields[i], NULL);
			f.f[2].warc_end = f.f[1].warc_end;
		}
		put_frames(&w, &f);
		assert_not_verified(&w, "a sealed record was changed");
		assert_int_equal(world_grow(&w, 1, 1, &kept, &e), E_VERIFY);
		assert_non_null(strstr(e.msg, "frame 2 is not the entry"));
		assert_true(str_eq(saved(&w, name), warc));
		assert_int_not_equal(stat(in(&w, "lost+found"), &st), 0);
		world_close(&w);
	}
}

static bool in_lost_and_found(struct world *w, const char *prefix)
{
	return system(str_fmt(&w->a, "ls '%s/lost+found/' | grep -q '^%s'", w->path, prefix).p) == 0;
}

/* Frames as a command leaves them that was killed before it sealed. */
static void test_what_was_kept_is_counted_and_sealed_next(void **unused)
{
	(void)unused;
	struct world w;
	struct err e = {0};
	uint64_t kept = 0;
	world_sealed(&w, 2);
	assert_int_equal(world_grow(&w, 3, 0, &kept, &e), OK);
	struct told t = verify(&w);
	if (t.report.problems)
		fail_msg("%s", t.first.msg);
	assert_int_equal(t.report.frames, 5);
	assert_int_equal(t.report.sealed, 2);
	assert_int_equal(world_grow(&w, 1, 1, &kept, &e), OK);
	assert_verified(&w, 6);
	world_close(&w);
}

struct forgery {
	const char *what;
	enum frame_kind kind;
	const char *field; /* changed, of the record of the last frame */
	const char *value;
	uint64_t end; /* of the head; 0: as it was */
};

/* A token, or a policy, that this log did not keep. */
static struct str forged_token(struct world *w, const char *what)
{
	AUTO(buf) text = {0};
	AUTO(buf) note = {0};
	AUTO(buf) body = {0};
	struct err e;
	const struct str bytes = STR("quorum none\n");
	struct checkpoint other = {signer_key(w->signer)->name, 1, hash_of(STR("another log"))};
	struct leaf leaf = {.kind = strcmp(what, "a policy") == 0 ? LEAF_POLICY : LEAF_ANCHOR,
		.token = LEAF_COSIG,
		.size = 1,
		.hash = hash_of(bytes)};
	buf_init(&text, CAP_LEAF);
	leaf_text(&text, &leaf);
	buf_init(&note, CAP_LEAF);
	if (leaf.kind == LEAF_ANCHOR)
		checkpoint_text(&note, &other);
	if (strcmp(what, "a token about another log") == 0)
		assert_int_equal(signer_sign_note(w->signer, &note, &e), OK);
	buf_init(&body, LEAF_BODY_MAX);
	leaf_body_add(&body, &(struct leaf_body){buf_str(&text), buf_str(&note), bytes});
	return str_dup(&w->a, buf_str(&body));
}

/* A frame behind the sealed ones whose digest holds, and whose record is not about bytes that lie where they should. */
static void forge(struct world *w, const struct forgery *c)
{
	struct frames f = frames_of(w);
	struct frame *last = &f.f[f.n - 1];
	last->kind = c->kind;
	if (c->field)
		last->body = changed(w, last->body, c->field, c->value);
	if (c->kind == FRAME_LEAF)
		last->body = STR("onrecord/v1 key add example.org/x+00000000+AQ\n");
	if (c->kind == FRAME_TOKEN)
		last->body = forged_token(w, c->what);
	if (strcmp(c->what, "no record") == 0 || strcmp(c->what, "no token") == 0)
		last->body = STR("this is no record");
	if (strcmp(c->what, "a leaf that no log can hold") == 0)
		last->body = str_mem(arena_alloc(&w->a, CAP_LEAF + 1), CAP_LEAF + 1);
	if (c->end)
		last->warc_end = c->end;
	put_frames(w, &f);
}

static void test_nothing_foreign_behind_the_sealed_frames_is_sealed(void **unused)
{
	(void)unused;
	static const struct forgery cases[] = {
		{"another offset", FRAME_RECORD, "warc.offset", "0", 0},
		{"a span that reaches too far", FRAME_RECORD, "warc.length", "100000", 0},
		{"a shorter span", FRAME_RECORD, "warc.length", "1", 0},
		{"an empty span", FRAME_RECORD, "warc.length", "0", 0},
		{"a span that overflows", FRAME_RECORD, "warc.length", "18446744073709551615", 0},
		{"another digest", FRAME_RECORD, "warc.sha256",
			"0000000000000000000000000000000000000000000000000000000000000000", 0},
		{"no digest", FRAME_RECORD, "warc.sha256", NULL, 0},
		{"no place", FRAME_RECORD, "warc.offset", NULL, 0},
		{"no file", FRAME_RECORD, "warc.file", NULL, 0},
		{"another file", FRAME_RECORD, "warc.file", "onrecord-20181115072500-00002.warc.gz", 0},
		{"a file elsewhere", FRAME_RECORD, "warc.file", "../../onrecord-20181115072500-00001.warc.gz", 0},
		{"a head that says less", FRAME_RECORD, NULL, NULL, 5},
		{"a public leaf", FRAME_LEAF, NULL, NULL, 0},
		{"a token of nobody", FRAME_TOKEN, NULL, NULL, 0},
		{"a token about another log", FRAME_TOKEN, NULL, NULL, 0},
		{"a policy", FRAME_TOKEN, NULL, NULL, 0},
		{"no record", FRAME_RECORD, NULL, NULL, 0},
		{"no token", FRAME_TOKEN, NULL, NULL, 0},
		{"a leaf that no log can hold", FRAME_LEAF, NULL, NULL, 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct world w;
		struct err e = {0};
		uint64_t kept = 0;
		world_sealed(&w, 2);
		struct str warc = saved(&w, warc_name(&w));
		assert_int_equal(world_grow(&w, 1, 0, &kept, &e), OK);
		forge(&w, &cases[i]);
		struct told t = verify(&w);
		if (t.report.problems == 0 && strcmp(cases[i].what, "a leaf that no log can hold") != 0)
			fail_msg("verified: %s", cases[i].what);
		assert_int_equal(t.report.sealed, 2);
		if (world_grow(&w, 1, 1, &kept, &e) != OK)
			fail_msg("%s: %s", cases[i].what, e.msg);
		assert_verified(&w, 3);
		assert_true(in_lost_and_found(&w, "000000000000.rec."));
		assert_true(in_lost_and_found(&w, "onrecord-"));
		assert_true(str_starts(saved(&w, warc_name(&w)), warc));
		world_close(&w);
	}
}

/* Names as commands leave them when they are interrupted, and all others. `what` is a shell command in
 * the folder. */
static void test_leftovers_are_counted_and_foreign_names_are_problems(void **unused)
{
	(void)unused;
	static const struct {
		const char *what;
		bool leftover;
	} cases[] = {
		{"for f in warc/*; do printf junk >> $f; done", true},
		{"touch warc/onrecord-20181115072500-00002.warc.gz", true},
		{"printf junk > warc/onrecord-20181115072500-00002.warc.gz", true},
		{"printf ORF1 >> records/000000000000.rec", true},
		{"touch records/000000000003.rec", true},
		{"printf junk > records/000000000003.rec", true},
		{"printf junk > log/state.tmp", true},
		{"printf junk > log/checkpoint.tmp", true},
		{"touch records/000000000999.rec", false},
		{"cp records/000000000000.rec records/000000000999.rec", false},
		{"touch records/000000000001.rec", false},
		{"printf junk > records/000000000003.rec; touch records/000000000004.rec", false},
		{"mkdir records/000000000003.rec", false},
		{"touch records/00000000000x.rec", false},
		{"touch records/000000000003.txt", false},
		{"mkdir log/tile/0/000.p/9", false},
		{"touch log/tile/0/000.p/0", false},
		{"touch log/tile/0/000.p/x", false},
		{"mkdir log/x.tmp && touch log/x.tmp/y", false},
		{"rm log/tile/0/000.p/3; mkdir log/tile/0/000.p/3", false},
		{"chmod u+w log/tile/0/000.p/3; truncate -s 99999999 log/tile/0/000.p/3", false},
		{"for f in warc/*; do rm $f; mkdir $f; done", false},
		{"touch records/x.tmp", false},
		{"touch warc/anything-99999.warc.gz", false},
		{"touch warc/onrecord-20181115072500-00003.warc.gz", false},
		{"touch warc/onrecord-20180101000000-00001.warc.gz", false},
		{"mkdir warc/onrecord-20181115072500-00002.warc.gz", false},
		{"touch log/notes.tmp", false},
		{"touch log/state.tmp.tmp", false},
		{"ln -s /dev/null log/state.tmp", false},
		{"mkdir log/state.tmp", false},
		{"touch log/tile/0/009.tmp", false},
		{"printf junk > log/tile/0/000.p/3.tmp", false},
		{"mkdir log/x", false},
		{"mkdir log/tile/0/001", false},
		{"mkdir log/tile/5", false},
		{"tail -n 1 log/state >> log/state", false},
		{"tail -n 1 log/checkpoint >> log/checkpoint", false},
		{"printf '\xe2\x80\x94 other.example/x AAAAAAAA\n' >> log/state", false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct world w;
		struct err e = {0};
		uint64_t kept = 0;
		world_sealed(&w, 3);
		assert_int_equal(system(str_fmt(&w.a, "cd '%s' && %s", w.path, cases[i].what).p), 0);
		struct told t = verify(&w);
		if ((t.report.problems == 0) != cases[i].leftover || (t.report.leftovers == 1) != cases[i].leftover)
			fail_msg("%s: %llu problems, %llu leftovers: %s", cases[i].what,
				(unsigned long long)t.report.problems, (unsigned long long)t.report.leftovers,
				t.first.msg);
		assert_int_equal(t.report.sealed, 3);
		if (cases[i].leftover) {
			if (world_grow(&w, 1, 1, &kept, &e) != OK)
				fail_msg("%s: %s", cases[i].what, e.msg);
			assert_verified(&w, 4);
			if (verify(&w).report.leftovers)
				fail_msg("%s: it is still there", cases[i].what);
		}
		world_close(&w);
	}
}

/* Others may co-sign what is published. */
static void test_signatures_by_others_are_said(void **unused)
{
	(void)unused;
	struct world w;
	world_sealed(&w, 3);
	uint64_t before = verify(&w).notes;
	append(in(&w, "log/checkpoint"), STR("\xe2\x80\x94 other.example/x AAAAAAAA\n"));
	struct told t = verify(&w);
	if (t.report.problems)
		fail_msg("%s", t.first.msg);
	assert_int_equal(t.notes, before + 1);
	world_close(&w);
}

/* Between the checkpoint and the removal of the partial tiles that it made useless: an empty folder, or whole ones. */
static void test_partial_tiles_of_full_ones_are_removed_at_the_next_start(void **unused)
{
	(void)unused;
	struct world w;
	struct err e = {0};
	struct stat st;
	uint64_t kept = 0;
	world_sealed(&w, 3);
	const char *partials = in(&w, "log/tile/0/000.p");
	const char *old = str_fmt(&w.a, "%s/old", w.dir).p;
	copy_tree(&w, partials, old);
	assert_int_equal(world_grow(&w, 300, 300, &kept, &e), OK);
	assert_int_not_equal(stat(partials, &st), 0);
	copy_tree(&w, old, partials);
	assert_int_equal(mkdir(in(&w, "log/tile/entries/000.p"), 0700), 0);
	struct told t = verify(&w);
	assert_int_equal(t.report.problems, 0);
	assert_int_equal(t.report.leftovers, 1);
	assert_int_equal(world_grow(&w, 0, 1, &kept, &e), OK);
	assert_int_not_equal(stat(partials, &st), 0);
	assert_int_equal(verify(&w).report.leftovers, 0);
	world_close(&w);
}

/* Wherever it is not to be had: on another machine, without a home, behind closed doors. */
static void test_a_missing_copy_outside_is_said(void **unused)
{
	(void)unused;
	static const char *const places[] = {"nowhere", "archive/format", NULL, "loop"};
	struct world w;
	world_sealed(&w, 2);
	assert_int_equal(verify(&w).notes, 0);
	assert_false(verify(&w).report.no_outside_copy);
	assert_int_equal(symlink("loop", str_fmt(&w.a, "%s/loop", w.dir).p), 0);
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		w.state = places[i] ? str_fmt(&w.a, "%s/%s", w.dir, places[i]).p : NULL;
		struct told t = verify(&w);
		if (t.report.problems)
			fail_msg("%s", t.first.msg);
		assert_true(t.report.no_outside_copy);
		assert_non_null(strstr(t.last_note, "would not be noticed"));
	}
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_older_checkpoint_frees_no_entry),
		cmocka_unit_test(test_what_the_copy_outside_knows_is_sealed),
		cmocka_unit_test(test_a_head_that_says_another_place_is_told_and_not_obeyed),
		cmocka_unit_test(test_the_end_of_warc_comes_from_records_that_the_log_confirms),
		cmocka_unit_test(test_what_was_kept_is_counted_and_sealed_next),
		cmocka_unit_test(test_nothing_foreign_behind_the_sealed_frames_is_sealed),
		cmocka_unit_test(test_leftovers_are_counted_and_foreign_names_are_problems),
		cmocka_unit_test(test_signatures_by_others_are_said),
		cmocka_unit_test(test_a_missing_copy_outside_is_said),
		cmocka_unit_test(test_partial_tiles_of_full_ones_are_removed_at_the_next_start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
