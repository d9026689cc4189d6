/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "io/fs/fs.h"
#include "io/fs/test_disk.h"

struct world {
	struct env env; /* first */
	char dir[64];
	int at;
	int fail_at;
	int changes;
	struct trace trace;
};

static void record(struct env *env, const struct env_change *c)
{
	trace_add(&((struct world *)(void *)env)->trace, c);
}

static int fail_one(struct env *env, enum env_op op, const char *path)
{
	(void)op;
	(void)path;
	struct world *w = (struct world *)(void *)env;
	return w->changes++ == w->fail_at ? EIO : 0;
}

static void world_open(struct world *w)
{
	struct err e;
	*w = (struct world){.fail_at = -1, .at = -1};
	fs_env(&w->env);
	w->env.fault = fail_one;
	w->env.changed = record;
	memcpy(w->dir, "/tmp/onrecord-fs-XXXXXX", sizeof("/tmp/onrecord-fs-XXXXXX"));
	assert_non_null(mkdtemp(w->dir));
	trace_open(&w->trace, w->dir);
	assert_int_equal(fs_dir_open(AT_FDCWD, w->dir, &w->at, &e), OK);
}

static void world_close(struct world *w)
{
	AUTO(arena) a = {0};
	fd_closep(&w->at);
	trace_clear(&w->trace);
	assert_int_equal(system(str_fmt(&a, "rm -rf '%s'", w->dir).p), 0);
}

static struct str contents(struct world *w, struct arena *a, const char *path)
{
	AUTO(buf) b = {0};
	struct err e;
	buf_init(&b, 1u << 20);
	if (fs_read(w->at, path, &b, &e) != OK)
		return STR("(none)");
	return str_dup(a, buf_str(&b));
}

static void test_a_commit_is_the_old_file_or_the_new_one(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct world w;
	struct err e;
	world_open(&w);
	assert_int_equal(fs_commit(&w.env, w.at, "deep/er/file", STR("old"), 0644, &e), OK);
	for (int i = 0;; i++) {
		w.fail_at = i;
		w.changes = 0;
		rc r = fs_commit(&w.env, w.at, "deep/er/file", STR("new"), 0644, &e);
		struct str got = contents(&w, &a, "deep/er/file");
		assert_true(str_eq(got, STR("old")) || str_eq(got, STR("new")));
		assert_true(r != OK || str_eq(got, STR("new")));
		assert_true(str_eq(contents(&w, &a, "deep/er/file.tmp"), STR("(none)")));
		if (r == OK)
			break;
		assert_int_equal(r, E_IO);
	}
	world_close(&w);
}

static void test_a_log_that_failed_is_not_written_again(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct world w;
	struct err e;
	struct fs_log l;
	world_open(&w);
	assert_int_equal(fs_log_open(&w.env, w.at, "log", &l, &e), OK);
	assert_int_equal(fs_log_add(&l, STR("one"), &e), OK);
	assert_int_equal(fs_log_sync(&l, &e), OK);
	w.fail_at = w.changes;
	assert_int_equal(fs_log_sync(&l, &e), E_IO);
	assert_int_equal(fs_log_add(&l, STR("two"), &e), E_IO);
	assert_int_equal(fs_log_sync(&l, &e), E_IO);
	fs_log_close(&l);
	assert_true(str_eq(contents(&w, &a, "log"), STR("one")));
	world_close(&w);
}

static void test_a_log_goes_back_and_on(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct world w;
	struct err e;
	struct fs_log l;
	world_open(&w);
	assert_int_equal(fs_log_open(&w.env, w.at, "log", &l, &e), OK);
	assert_int_equal(fs_log_add(&l, STR("kept, not kept"), &e), OK);
	assert_int_equal(fs_log_back(&l, 4, &e), OK);
	assert_int_equal(fs_log_add(&l, STR("!"), &e), OK);
	fs_log_close(&l);
	assert_true(str_eq(contents(&w, &a, "log"), STR("kept!")));
	assert_int_equal(fs_log_open(&w.env, w.at, "log", &l, &e), OK);
	assert_int_equal(l.size, 5);
	fs_log_close(&l);
	world_close(&w);
}

static void test_a_tail_is_moved_and_never_lost(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct world w;
	struct err e;
	world_open(&w);
	for (int i = 0;; i++) {
		assert_int_equal(fs_commit(&w.env, w.at, "file", STR("keep|tail"), 0644, &e), OK);
		w.changes = 0;
		w.fail_at = i;
		rc r = fs_save_tail(&w.env, w.at, "file", 5, &e);
		w.fail_at = -1;
		struct str file = contents(&w, &a, "file");
		bool cut = str_eq(file, STR("keep|"));
		assert_true(cut || str_eq(file, STR("keep|tail")));
		if (r == OK) {
			assert_true(cut);
			break;
		}
	}
	/* each try that cut or copied left its own copy; the last is the whole tail */
	bool found = false;
	for (unsigned n = 1; n < 20 && !found; n++) {
		const char *name = n == 1 ? "lost+found/file.5" : str_fmt(&a, "lost+found/file.5.%u", n).p;
		found = str_eq(contents(&w, &a, name), STR("tail"));
	}
	assert_true(found);
	world_close(&w);
}

static void test_only_one_holds_a_lock(void **unused)
{
	(void)unused;
	struct world w;
	struct err e;
	int first = -1;
	int second = -1;
	world_open(&w);
	assert_int_equal(fs_lock(w.at, "lock", &first, &e), E_IO);
	assert_int_equal(fs_commit(&w.env, w.at, "lock", STR("x"), 0600, &e), OK);
	assert_int_equal(fs_lock(w.at, "lock", &first, &e), OK);
	assert_int_equal(fs_lock(w.at, "lock", &second, &e), E_BUSY);
	fd_closep(&first);
	assert_int_equal(fs_lock(w.at, "lock", &second, &e), OK);
	fd_closep(&second);
	assert_int_equal(fs_lock_wait(&w.env, w.at, "made", &first, &e), OK);
	assert_int_equal(fs_lock(w.at, "made", &second, &e), E_BUSY);
	fd_closep(&first);
	assert_int_equal(fs_lock_wait(&w.env, w.at, "made", &second, &e), OK);
	fd_closep(&second);
	world_close(&w);
}

static void test_only_regular_files_are_read(void **unused)
{
	(void)unused;
	AUTO(buf) b = {0};
	struct world w;
	struct err e;
	world_open(&w);
	buf_init(&b, 10);
	assert_int_equal(symlinkat("/etc/passwd", w.at, "link"), 0);
	assert_int_equal(mkfifoat(w.at, "pipe", 0600), 0);
	assert_true(fs_read(w.at, "link", &b, &e) != OK);
	assert_int_equal(fs_read(w.at, "pipe", &b, &e), E_FORMAT);
	assert_int_equal(fs_read(w.at, "none", &b, &e), E_NOTFOUND);
	assert_int_equal(fs_commit(&w.env, w.at, "large", STR("more than ten bytes"), 0644, &e), OK);
	assert_int_equal(fs_read(w.at, "large", &b, &e), E_LIMIT);
	world_close(&w);
}

/* Some of every kind of change; a log is left with bytes that are not synced. */
static void change_all(struct world *w)
{
	struct err e;
	struct fs_log l;
	assert_int_equal(fs_commit(&w->env, w->at, "deep/er/file", STR("first"), 0644, &e), OK);
	assert_int_equal(fs_commit(&w->env, w->at, "deep/er/file", STR("second"), 0600, &e), OK);
	assert_int_equal(fs_commit(&w->env, w->at, "gone", STR("x"), 0600, &e), OK);
	assert_int_equal(fs_commit(&w->env, w->at, "cut", STR("keep|tail"), 0600, &e), OK);
	assert_int_equal(fs_rename(&w->env, w->at, "deep/er/file", "deep/er/other", &e), OK);
	assert_int_equal(fs_save_tail(&w->env, w->at, "cut", 5, &e), OK);
	assert_int_equal(fs_dir_make(&w->env, w->at, "empty", &e), OK);
	assert_int_equal(fs_remove(&w->env, w->at, "gone", &e), OK);
	assert_int_equal(fs_remove_dir(&w->env, w->at, "empty", &e), OK);
	assert_int_equal(fs_dir_sync(&w->env, w->at, ".", &e), OK);
	assert_int_equal(fs_log_open(&w->env, w->at, "log", &l, &e), OK);
	assert_int_equal(fs_log_add(&l, STR("kept"), &e), OK);
	assert_int_equal(fs_log_sync(&l, &e), OK);
	assert_int_equal(fs_log_add(&l, STR(", not kept"), &e), OK);
	fs_log_close(&l);
}

static struct str state_bytes(const struct disk_state *s, const char *path)
{
	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->file[i].path, str_c(path)))
			return s->file[i].bytes;
	return STR("(none)");
}

static void test_what_is_told_is_what_is_on_the_disk(void **unused)
{
	(void)unused;
	static const char *const files[] = {
		"deep/er/file", "deep/er/file.tmp", "deep/er/other", "gone", "cut", "lost+found/cut.5", "log"};
	AUTO(arena) a = {0};
	struct world w;
	struct disk_state killed;
	struct disk_state bare;
	world_open(&w);
	change_all(&w);
	struct disk *d = disk_new();
	for (size_t i = 0; i < w.trace.n; i++)
		disk_apply(d, &w.trace.change[i]);
	disk_crash(d, DISK_KILLED, 0, &killed);
	disk_crash(d, DISK_BARE, 0, &bare);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct str want = contents(&w, &a, files[i]);
		if (!str_eq(state_bytes(&killed, files[i]), want))
			fail_msg("%s: '%.*s' is on the disk", files[i], STR_FMT(want));
		if (i + 1 < ARRAY_LEN(files) && !str_eq(state_bytes(&bare, files[i]), want))
			fail_msg("%s: '%.*s' was synced", files[i], STR_FMT(want));
	}
	assert_true(str_eq(state_bytes(&killed, "log"), STR("kept, not kept")));
	assert_true(str_eq(state_bytes(&bare, "log"), STR("kept")));
	disk_state_clear(&killed);
	disk_state_clear(&bare);
	disk_free(d);
	world_close(&w);
}

/* Whatever was not synced: each file is the old one or the new one, and what was synced is there. */
static void test_a_commit_is_the_old_file_or_the_new_one_after_a_crash(void **unused)
{
	(void)unused;
	struct world w;
	struct err e;
	world_open(&w);
	assert_int_equal(fs_commit(&w.env, w.at, "deep/er/file", STR("old"), 0644, &e), OK);
	size_t old = w.trace.n;
	assert_int_equal(fs_commit(&w.env, w.at, "deep/er/file", STR("new"), 0644, &e), OK);
	struct disk *d = disk_new();
	for (size_t i = 0; i < w.trace.n; i++) {
		disk_apply(d, &w.trace.change[i]);
		for (unsigned v = 0; v < 64; v++) {
			struct disk_state s;
			disk_crash(d, v, i * 64 + v, &s);
			struct str got = state_bytes(&s, "deep/er/file");
			bool is_new = str_eq(got, STR("new"));
			bool is_old = str_eq(got, i + 1 < old ? STR("(none)") : STR("old"));
			if (!(is_new && i >= old) && !is_old && !(i < old && str_eq(got, STR("old"))))
				fail_msg("after change %zu, variant %u: '%.*s'", i, v, STR_FMT(got));
			assert_true(is_new || i + 1 < w.trace.n);
			disk_state_clear(&s);
		}
	}
	disk_free(d);
	world_close(&w);
}

static bool no_sync(const struct change *c)
{
	return c->op == ENV_SYNC;
}

/* The disk that forgets does forget. */
static void test_without_syncs_a_crash_leaves_other_bytes(void **unused)
{
	(void)unused;
	struct world w;
	struct err e;
	unsigned torn = 0;
	unsigned none = 0;
	unsigned whole = 0;
	world_open(&w);
	w.trace.drop = no_sync;
	assert_int_equal(fs_commit(&w.env, w.at, "file", STR("new"), 0644, &e), OK);
	struct disk *d = disk_new();
	for (size_t i = 0; i < w.trace.n; i++)
		disk_apply(d, &w.trace.change[i]);
	for (unsigned v = 0; v < 64; v++) {
		struct disk_state s;
		disk_crash(d, v, v, &s);
		struct str got = state_bytes(&s, "file");
		none += str_eq(got, STR("(none)"));
		whole += str_eq(got, STR("new"));
		torn += !str_eq(got, STR("(none)")) && !str_eq(got, STR("new"));
		disk_state_clear(&s);
	}
	assert_true(none > 5 && whole > 5 && torn > 5);
	disk_free(d);
	world_close(&w);
}

/* Syncs of the folder itself, which hold the names "deep" and "log". */
static bool no_sync_of_root(const struct change *c)
{
	return c->op == ENV_SYNC && c->path.n == 0;
}

/* A process was killed between making a name and syncing it. The next one does not know, and puts something there. */
static void test_a_name_left_by_a_kill_is_synced_before_it_is_used(void **unused)
{
	(void)unused;
	struct world w;
	struct err e;
	struct fs_log l;
	struct disk_state bare;
	world_open(&w);
	w.trace.drop = no_sync_of_root;
	assert_int_equal(fs_dir_make(&w.env, w.at, "deep", &e), OK);
	assert_int_equal(fs_log_open(&w.env, w.at, "log", &l, &e), OK);
	fs_log_close(&l);
	w.trace.drop = NULL;
	struct disk *d = disk_new();
	size_t i = 0;
	for (; i < w.trace.n; i++)
		disk_apply(d, &w.trace.change[i]);
	disk_crash(d, DISK_BARE, 0, &bare);
	assert_int_equal(bare.n, 1); /* the root alone */
	disk_state_clear(&bare);

	assert_int_equal(fs_commit(&w.env, w.at, "deep/er/file", STR("new"), 0644, &e), OK);
	for (; i < w.trace.n; i++)
		disk_apply(d, &w.trace.change[i]);
	disk_crash(d, DISK_BARE, 0, &bare);
	assert_true(str_eq(state_bytes(&bare, "deep/er/file"), STR("new")));
	disk_state_clear(&bare);
	disk_free(d);
	trace_clear(&w.trace);

	/* and the log by itself, on a disk that has the folder without it */
	w.trace.drop = no_sync_of_root;
	assert_int_equal(fs_log_open(&w.env, w.at, "other", &l, &e), OK);
	fs_log_close(&l);
	w.trace.drop = NULL;
	assert_int_equal(fs_log_open(&w.env, w.at, "other", &l, &e), OK);
	assert_int_equal(fs_log_add(&l, STR("kept"), &e), OK);
	assert_int_equal(fs_log_sync(&l, &e), OK);
	fs_log_close(&l);
	d = disk_new();
	for (i = 0; i < w.trace.n; i++)
		disk_apply(d, &w.trace.change[i]);
	disk_crash(d, DISK_BARE, 0, &bare);
	assert_true(str_eq(state_bytes(&bare, "other"), STR("kept")));
	disk_state_clear(&bare);
	disk_free(d);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_commit_is_the_old_file_or_the_new_one),
		cmocka_unit_test(test_a_log_that_failed_is_not_written_again),
		cmocka_unit_test(test_a_log_goes_back_and_on),
		cmocka_unit_test(test_a_tail_is_moved_and_never_lost),
		cmocka_unit_test(test_only_one_holds_a_lock),
		cmocka_unit_test(test_only_regular_files_are_read),
		cmocka_unit_test(test_what_is_told_is_what_is_on_the_disk),
		cmocka_unit_test(test_a_commit_is_the_old_file_or_the_new_one_after_a_crash),
		cmocka_unit_test(test_without_syncs_a_crash_leaves_other_bytes),
		cmocka_unit_test(test_a_name_left_by_a_kill_is_synced_before_it_is_used),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
