/* SPDX-License-Identifier: Apache-2.0 */
/* An archive of a few entries: sealed, opened again, and made with every change to a file failing in turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "io/fs/fs.h"
#include "stages/seal/test_world.h"

static void test_a_new_archive_verifies_and_grows(void **unused)
{
	(void)unused;
	static const unsigned steps[] = {1, 2, 7, 246, 1, 256, 300};
	struct world w;
	struct err e;
	uint64_t kept = 0;
	world_open(&w);
	assert_int_equal(world_create(&w, &e), OK);
	assert_verified(&w, 0);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		assert_int_equal(world_grow(&w, steps[i], 50, &kept, &e), OK);
		assert_verified(&w, kept);
	}
	world_close(&w);
}

static void test_every_entry_has_an_inclusion_proof(void **unused)
{
	(void)unused;
	struct world w;
	struct err e;
	uint64_t kept = 0;
	struct archive *ar = NULL;
	struct archive_scan *s = NULL;
	struct frame f;
	struct checkpoint c;
	AUTO(arena) a = {0};
	world_open(&w);
	assert_int_equal(world_create(&w, &e), OK);
	assert_int_equal(world_grow(&w, 300, 300, &kept, &e), OK);
	assert_int_equal(archive_open(&w.env, w.path, false, &ar, &e), OK);
	assert_int_equal(seal_checkpoint(ar, signer_key(w.signer), &a, &c, NULL, &e), OK);
	assert_int_equal(archive_scan_new(ar, 0, &s, &e), OK);
	while (archive_scan_next(s, &f, &e) == OK) {
		struct tlog_proof proof;
		struct str leaf;
		assert_int_equal(seal_leaf(&a, &f, &leaf, &e), OK);
		assert_int_equal(seal_prove(ar, &c, f.ref.index, leaf, &proof, &e), OK);
		assert_int_equal(seal_prove(ar, &c, (f.ref.index + 1) % 300, leaf, &proof, &e), E_VERIFY);
	}
	archive_scan_free(s);
	archive_close(ar);
	world_close(&w);
}

/* Whatever change fails, what was kept is there afterwards, the log is whole, and the archive goes on. */
static void test_a_failing_disk_loses_nothing_that_was_kept(void **unused)
{
	(void)unused;
	int cuts = 0;
	for (int fail_at = 0;; fail_at++) {
		struct world w;
		struct err e = {0};
		uint64_t kept = 0;
		uint64_t more = 0;
		world_open(&w);
		w.fail_at = fail_at;
		w.changes = 0;
		rc r = world_create(&w, &e);
		if (r == OK)
			r = world_grow(&w, 5, 2, &kept, &e);
		bool done = w.changes <= fail_at;
		assert_true(done == (r == OK));
		w.fail_at = -1;
		assert_int_equal(world_create(&w, &e), OK);
		if (world_grow(&w, 2, 2, &more, &e) != OK)
			fail_msg("change %d failed, and then: %s", fail_at, e.msg);
		struct told t = verify(&w);
		if (t.report.problems)
			fail_msg("change %d failed, and then: %s", fail_at, t.first.msg);
		if (t.report.sealed < kept + more)
			fail_msg("change %d failed: %llu kept, %llu there", fail_at, (unsigned long long)(kept + more),
				(unsigned long long)t.report.sealed);
		assert_int_equal(t.report.sealed, t.report.frames);
		world_close(&w);
		cuts++;
		if (done)
			break;
	}
	print_message("%d changes made to fail, one after the other\n", cuts - 1);
}

/* Another archive and key in the same world: same origin, same place for the copies outside. */
static void test_a_second_archive_of_that_origin_leaves_the_first_alone(void **unused)
{
	(void)unused;
	struct world w;
	struct err e = {0};
	uint64_t kept = 0;
	AUTO(buf) key = {0};
	world_open(&w);
	const char *first = w.path;
	struct signer *first_signer = w.signer;
	struct signer *second_signer = NULL;
	assert_int_equal(world_create(&w, &e), OK);
	assert_int_equal(world_grow(&w, 3, 3, &kept, &e), OK);
	buf_init(&key, 4096);
	assert_int_equal(signer_generate(&w.env, STR("example.org/test"), &key, &e), OK);
	assert_int_equal(signer_open(buf_str(&key), &second_signer, &e), OK);
	w.path = str_fmt(&w.a, "%s/second", w.dir).p;
	w.signer = second_signer;
	assert_int_equal(world_create(&w, &e), OK);
	assert_int_equal(world_grow(&w, 5, 5, &kept, &e), OK);
	w.path = first;
	w.signer = first_signer;
	if (world_grow(&w, 1, 1, &kept, &e) != OK)
		fail_msg("the first archive is locked: %s", e.msg);
	assert_verified(&w, 4);
	/* with the first one's key no second log is begun, and the first goes on */
	w.path = str_fmt(&w.a, "%s/third", w.dir).p;
	assert_int_equal(world_create(&w, &e), E_VERIFY);
	w.path = first;
	assert_int_equal(world_grow(&w, 1, 1, &kept, &e), OK);
	assert_verified(&w, 5);
	signer_free(second_signer);
	world_close(&w);
}

static void test_without_a_place_for_the_copy_outside_no_log_is_begun(void **unused)
{
	(void)unused;
	struct world w;
	struct err e = {0};
	struct stat st;
	uint64_t kept = 0;
	world_open(&w);
	const char *there = w.state;
	/* a file where the folder should be: no user, root included, can make it */
	w.state = str_fmt(&w.a, "%s/in-the-way", w.dir).p;
	AUTO_FD fd = open(w.state, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(world_create(&w, &e), E_IO);
	assert_non_null(strstr(e.msg, "in-the-way"));
	assert_non_null(strstr(e.msg, "outside the archive"));
	assert_int_not_equal(stat(str_fmt(&w.a, "%s/log/state", w.path).p, &st), 0);
	w.state = there;
	assert_int_equal(world_create(&w, &e), OK);
	assert_int_equal(world_grow(&w, 1, 1, &kept, &e), OK);
	assert_verified(&w, 1);
	world_close(&w);
}

/* What a backup tool or a tidy user may do to the file that is locked. */
static void replace(const char *path)
{
	AUTO(arena) a = {0};
	const char *copy = str_fmt(&a, "%s.new", path).p;
	assert_int_equal(system(str_fmt(&a, "cp -p '%s' '%s' && mv '%s' '%s'", path, copy, copy, path).p), 0);
}

static void test_a_second_writer_is_refused(void **unused)
{
	(void)unused;
	struct world w;
	struct err e;
	struct archive *second = NULL;
	int ready[2];
	int done[2];
	char byte = 0;
	world_open(&w);
	assert_int_equal(world_create(&w, &e), OK);
	assert_true(pipe(ready) == 0 && pipe(done) == 0);
	pid_t child = fork();
	if (child == 0) {
		struct archive *first = NULL;
		if (archive_open(&w.env, w.path, true, &first, &e) != OK || write(ready[1], "x", 1) != 1 ||
			read(done[0], &byte, 1) != 1)
			_exit(1);
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(archive_open(&w.env, w.path, true, &second, &e), E_BUSY);
	(void)unlink(str_fmt(&w.a, "%s/lock", w.path).p);
	assert_int_equal(archive_open(&w.env, w.path, true, &second, &e), E_BUSY);
	replace(str_fmt(&w.a, "%s/format", w.path).p);
	assert_int_equal(archive_open(&w.env, w.path, true, &second, &e), E_BUSY);
	assert_int_equal(write(done[1], "x", 1), 1);
	int status = 1;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(archive_open(&w.env, w.path, true, &second, &e), OK);
	archive_close(second);
	for (size_t i = 0; i < 2; i++) {
		fd_closep(&ready[i]);
		fd_closep(&done[i]);
	}
	world_close(&w);
}

/* Between open and commit something else happens to the archive; `what` is a shell command in its folder. */
static rc commit_after(const char *what, struct world *w, struct err *e)
{
	struct archive *ar = NULL;
	struct seal *l = NULL;
	struct seal_opened opened;
	uint64_t kept = 0;
	world_open(w);
	assert_int_equal(world_create(w, e), OK);
	assert_int_equal(world_grow(w, 2, 1, &kept, e), OK);
	assert_int_equal(system(str_fmt(&w->a, "cd '%s' && cp log/state two", w->path).p), 0);
	assert_int_equal(world_grow(w, 2, 1, &kept, e), OK);
	assert_int_equal(archive_open(&w->env, w->path, true, &ar, e), OK);
	assert_int_equal(seal_open(ar, w->signer, &l, &opened, e), OK);
	assert_int_equal(system(str_fmt(&w->a, "cd '%s' && %s", w->path, what).p), 0);
	assert_int_equal(world_add(w, ar, l, 9, e), OK);
	rc r = seal_commit(l, e);
	struct err again;
	if (r != OK) {
		assert_int_equal(seal_commit(l, &again), E_IO);
		assert_int_equal(seal_add(l, STR("leaf"), &again), E_IO);
	}
	seal_free(l);
	archive_close(ar);
	return r;
}

static void test_only_what_was_signed_last_is_signed_on(void **unused)
{
	(void)unused;
	static const struct {
		const char *what;
		rc want;
	} cases[] = {
		{"true", OK},
		{"rm -r ../state", OK},
		{"cp two log/state", E_VERIFY},
		{"rm log/state", E_VERIFY},
		{"cp format f && mv f format", E_BUSY},
		{"rm format", E_BUSY},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct world w;
		struct err e = {0};
		assert_int_equal(commit_after(cases[i].what, &w, &e), cases[i].want);
		world_close(&w);
	}
}

/* Two copies of the folder on one machine: the other one has signed meanwhile. */
static void test_the_copy_outside_is_asked_before_each_signature(void **unused)
{
	(void)unused;
	struct world w;
	struct err e = {0};
	struct archive *ar = NULL;
	struct seal *l = NULL;
	struct seal_opened opened;
	uint64_t kept = 0;
	world_open(&w);
	const char *first = w.path;
	const char *other = str_fmt(&w.a, "%s/other", w.dir).p;
	assert_int_equal(world_create(&w, &e), OK);
	assert_int_equal(world_grow(&w, 2, 1, &kept, &e), OK);
	copy_tree(&w, first, other);
	assert_int_equal(archive_open(&w.env, first, true, &ar, &e), OK);
	assert_int_equal(seal_open(ar, w.signer, &l, &opened, &e), OK);
	w.path = other;
	assert_int_equal(world_grow(&w, 2, 1, &kept, &e), OK);
	assert_int_equal(world_add(&w, ar, l, 9, &e), OK);
	assert_int_equal(seal_commit(l, &e), E_VERIFY);
	seal_free(l);
	archive_close(ar);
	world_close(&w);
}

/* Whatever fails: a second try finishes it, and nobody needs to write an entry first. */
static void test_an_interrupted_start_of_a_log_is_finished_by_the_next(void **unused)
{
	(void)unused;
	for (int fail_at = 0;; fail_at++) {
		struct world w;
		struct err e = {0};
		world_open(&w);
		w.fail_at = fail_at;
		rc r = world_create(&w, &e);
		w.fail_at = -1;
		assert_int_equal(world_create(&w, &e), OK);
		assert_verified(&w, 0);
		world_close(&w);
		if (r == OK)
			break;
	}
}

/* The copy outside of a commit that ended right after log/state is written by the next start-up. */
static void test_the_copy_outside_catches_up(void **unused)
{
	(void)unused;
	struct world w;
	struct err e = {0};
	struct archive *ar = NULL;
	struct seal *l = NULL;
	struct seal_opened opened;
	uint64_t kept = 0;
	world_open(&w);
	assert_int_equal(world_create(&w, &e), OK);
	assert_int_equal(world_grow(&w, 2, 1, &kept, &e), OK);
	const char *early = str_fmt(&w.a, "%s/early", w.dir).p;
	const char *old = str_fmt(&w.a, "%s/old", w.dir).p;
	copy_tree(&w, w.path, old);
	copy_tree(&w, w.state, early);
	assert_int_equal(world_grow(&w, 2, 2, &kept, &e), OK);
	copy_tree(&w, early, w.state);
	assert_int_equal(archive_open(&w.env, w.path, true, &ar, &e), OK);
	assert_int_equal(seal_open(ar, w.signer, &l, &opened, &e), OK);
	seal_free(l);
	archive_close(ar);
	w.path = old;
	assert_int_equal(verify(&w).report.known_outside, 4);
	assert_int_equal(world_grow(&w, 1, 1, &kept, &e), E_VERIFY);
	world_close(&w);
}

/* Another log is not begun where there was one, whatever is missing of it. */
static void test_no_log_is_begun_where_one_has_entries(void **unused)
{
	(void)unused;
	struct world w;
	struct err e = {0};
	struct archive *ar = NULL;
	uint64_t kept = 0;
	world_open(&w);
	assert_int_equal(world_create(&w, &e), OK);
	assert_int_equal(world_grow(&w, 3, 3, &kept, &e), OK);
	assert_int_equal(unlink(str_fmt(&w.a, "%s/log/checkpoint", w.path).p), 0);
	assert_int_equal(archive_open(&w.env, w.path, true, &ar, &e), OK);
	assert_int_equal(seal_create(ar, w.signer, &e), E_EXISTS);
	archive_close(ar);
	assert_int_equal(world_grow(&w, 1, 1, &kept, &e), OK);
	assert_verified(&w, 4);
	world_close(&w);
}

static void test_the_leaf_of_what_is_no_record_is_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct err e;
	struct str leaf;
	struct frame f = {.kind = FRAME_RECORD, .body = STR("junk")};
	assert_int_equal(seal_leaf(&a, &f, &leaf, &e), E_FORMAT);
	f.kind = FRAME_TOKEN;
	assert_int_equal(seal_leaf(&a, &f, &leaf, &e), E_FORMAT);
}

static void test_the_copy_outside_is_below_the_state_folder_or_home(void **unused)
{
	(void)unused;
	static const struct {
		const char *state;
		const char *home;
		const char *there; /* where the copy is then, below the world's folder; NULL: nowhere */
	} cases[] = {
		{"s", "h", "s/onrecord"},
		{NULL, "h", "h/.local/state/onrecord"},
		{"", "h", "h/.local/state/onrecord"},
		{"relative", "h", "h/.local/state/onrecord"}, /* XDG: a path that is not absolute is ignored */
		{NULL, NULL, NULL},
		{"relative", "relative", NULL},
		{NULL, "", NULL},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases) + 1; i++) {
		struct world w;
		struct err e = {0};
		struct stat st;
		uint64_t kept = 0;
		world_open(&w);
		const char *const given[] = {
			i < ARRAY_LEN(cases) ? cases[i].state : "s", i < ARRAY_LEN(cases) ? cases[i].home : "h"};
		const char *set[2];
		for (size_t k = 0; k < 2; k++)
			set[k] = given[k] && strlen(given[k]) == 1 ? str_fmt(&w.a, "%s/%s", w.dir, given[k]).p
								   : given[k];
		w.state = set[0];
		w.home = set[1];
		if (i == ARRAY_LEN(cases)) /* a program without an environment */
			w.env.var = NULL;
		const char *there = i < ARRAY_LEN(cases) ? cases[i].there : NULL;
		assert_int_equal(world_create(&w, &e), OK);
		assert_int_equal(world_grow(&w, 1, 1, &kept, &e), OK);
		struct told t = verify(&w);
		assert_int_equal(t.report.problems, 0);
		assert_true(t.report.no_outside_copy == !there);
		if (there)
			assert_int_equal(stat(str_fmt(&w.a, "%s/%s", w.dir, there).p, &st), 0);
		world_close(&w);
	}
}

/* What is in the folder does not hold, by the log's own key or by damage: nothing is signed on it. */
static void test_what_does_not_fit_is_not_signed_on(void **unused)
{
	(void)unused;
	static const struct {
		const char *origin; /* of a checkpoint that is put in place; NULL: none is */
		uint64_t size;
		const char *change; /* a shell command in the folder; C is that checkpoint */
		const char *says;
	} cases[] = {
		{"example.org/else", 3, "cp C log/state", "is of the log 'example.org/else'"},
		{"example.org/else", 3, "cp C log/checkpoint", "is of the log 'example.org/else'"},
		{"example.org/test", 9, "cp C log/checkpoint", "has 9 entries, but log/state only 3"},
		{"example.org/test", 3, "cp C log/checkpoint", "do not give the root of log/checkpoint"},
		{"example.org/test", 2, "cp C log/checkpoint", "log/tile"},
		{"example.org/test", 3, "cp C log/state; rm log/checkpoint", "do not give the root of log/state"},
		{"example.org/test", 4, "cp C log/state", "frame 3 is damaged or missing, and 4 are sealed"},
		{"example.org/test", UINT64_MAX, "cp C log/state; cp C log/checkpoint", "log"},
		{NULL, 0, "truncate -s 1 log/tile/0/000.p/3", "level 0: a tile of 1 bytes"},
		{NULL, 0, "rm log/tile/0/000.p/3", "log/tile/0/000.p/3"},
		{NULL, 0, "truncate -s 1 log/tile/entries/000.p/3", "log/tile/entries"},
		{NULL, 0, "printf x | dd of=log/tile/entries/000.p/3 bs=1 seek=9 conv=notrunc status=none",
			"log/tile/entries"},
		{NULL, 0, "printf '\\0\\1x' >> log/tile/entries/000.p/3", "3 bytes too many"},
		{NULL, 0, "rm log/tile/entries/000.p/3", "log/tile/entries/000.p/3"},
		{NULL, 0, "rm records/*", "frame"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct world w;
		struct err e = {0};
		AUTO(buf) note = {0};
		uint64_t kept = 0;
		world_open(&w);
		assert_int_equal(world_create(&w, &e), OK);
		assert_int_equal(world_grow(&w, 3, 3, &kept, &e), OK);
		buf_init(&note, 4096);
		const struct checkpoint c = {
			str_c(cases[i].origin ? cases[i].origin : "x"), cases[i].size, hash_of(STR("fork"))};
		checkpoint_text(&note, &c);
		assert_int_equal(signer_sign_note(w.signer, &note, &e), OK);
		const char *path = str_fmt(&w.a, "%s/C", w.path).p;
		assert_int_equal(fs_commit(&w.env, AT_FDCWD, path, buf_str(&note), 0600, &e), OK);
		assert_int_equal(system(str_fmt(&w.a, "cd '%s' && chmod -R u+w log && %s && rm -r ../state", w.path,
					 cases[i].change)
						 .p),
			0);
		const char *before = str_fmt(&w.a, "%s/before", w.dir).p;
		copy_tree(&w, w.path, before);
		rc r = world_grow(&w, 1, 1, &kept, &e);
		if (r == OK || !strstr(e.msg, cases[i].says))
			fail_msg("%s: %d, '%s', not '%s'", cases[i].change, (int)r, e.msg, cases[i].says);
		assert_int_equal(kept, 3);
		assert_int_equal(system(str_fmt(&w.a, "diff -r '%s' '%s'", before, w.path).p), 0);
		world_close(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_new_archive_verifies_and_grows),
		cmocka_unit_test(test_every_entry_has_an_inclusion_proof),
		cmocka_unit_test(test_a_failing_disk_loses_nothing_that_was_kept),
		cmocka_unit_test(test_a_second_archive_of_that_origin_leaves_the_first_alone),
		cmocka_unit_test(test_without_a_place_for_the_copy_outside_no_log_is_begun),
		cmocka_unit_test(test_a_second_writer_is_refused),
		cmocka_unit_test(test_only_what_was_signed_last_is_signed_on),
		cmocka_unit_test(test_the_copy_outside_is_asked_before_each_signature),
		cmocka_unit_test(test_an_interrupted_start_of_a_log_is_finished_by_the_next),
		cmocka_unit_test(test_the_copy_outside_catches_up),
		cmocka_unit_test(test_no_log_is_begun_where_one_has_entries),
		cmocka_unit_test(test_the_leaf_of_what_is_no_record_is_refused),
		cmocka_unit_test(test_the_copy_outside_is_below_the_state_folder_or_home),
		cmocka_unit_test(test_what_does_not_fit_is_not_signed_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
