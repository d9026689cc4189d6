/* SPDX-License-Identifier: Apache-2.0 */
#include "stages/cosign/cosign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/caps.h"
#include "base/codec.h"
#include "formats/note/test_sign.h"
#include "formats/tlog/test_small.h"
#include "formats/witness/witness.h"
#include "io/fs/fs.h"

#define LOG "example.org/log"
#define START 1795622357ll

struct world {
	struct env env; /* first */
	struct arena a;
	char dir[64];
	const char *path;
	const char *state;
	struct cosign_how how;
	int64_t seconds;
	uint64_t random;
	int changes;
	int fail_at; /* the change that fails, from 0; -1: none */
	bool dies;   /* the process ends there instead */
	struct test_small log;
	struct test_small forked; /* from leaf 3 on */
	struct test_signer key;
	struct str vkey;
};

static int64_t told_now(struct env *env)
{
	return ((struct world *)(void *)env)->seconds * 1000000000ll;
}

static rc counted_random(struct env *env, void *p, size_t n, struct err *e)
{
	(void)e;
	struct world *w = (struct world *)(void *)env;
	struct hash h = hash_of(str_mem(&w->random, sizeof(w->random)));
	w->random++;
	for (size_t i = 0; i < n; i++)
		((uint8_t *)p)[i] = h.b[i % sizeof(h.b)];
	return OK;
}

static int fail_one(struct env *env, enum env_op op, const char *path)
{
	(void)op;
	(void)path;
	struct world *w = (struct world *)(void *)env;
	if (w->changes++ != w->fail_at)
		return 0;
	if (w->dies)
		_exit(99);
	return ENOSPC;
}

static const char *fixed_var(struct env *env, const char *name)
{
	const struct world *w = (const struct world *)(const void *)env;
	return strcmp(name, "XDG_STATE_HOME") == 0 ? w->state : NULL;
}

static void world_open(struct world *w)
{
	struct err e;
	struct cosign *c = NULL;
	struct str origin;
	*w = (struct world){.env = {.now = told_now, .random = counted_random, .fault = fail_one, .var = fixed_var},
		.how = {.plain = true},
		.fail_at = -1,
		.seconds = START,
		.key = test_signer_make(LOG, NOTE_ED25519, 1)};
	memcpy(w->dir, "/tmp/onrecord-cosign-XXXXXX", sizeof("/tmp/onrecord-cosign-XXXXXX"));
	assert_non_null(mkdtemp(w->dir));
	w->path = str_fmt(&w->a, "%s/witness", w->dir).p;
	w->state = str_fmt(&w->a, "%s/state", w->dir).p;
	test_small_make(&w->log, TEST_SMALL_LEAVES);
	test_small_make(&w->forked, 3);
	if (cosign_create(&w->env, w->path, STR("example.org/alice"), &w->how, &w->a, &w->vkey, &e) != OK)
		fail_msg("%s", e.msg);
	assert_int_equal(cosign_open(&w->env, w->path, &w->how, &c, &e), OK);
	assert_int_equal(cosign_trust(c, note_key_text(&w->a, &w->key.key), &origin, &e), OK);
	assert_true(str_eq(origin, STR(LOG)));
	cosign_free(c);
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
	(void)nftw(w->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	arena_clear(&w->a);
}

static struct str request(struct arena *a, struct world *w, struct test_small *l, uint64_t old, uint64_t size)
{
	AUTO(buf) b = {0};
	struct err e;
	struct hash root = test_small_root(l, size);
	struct str text = test_checkpoint(a, LOG, size, &root);
	struct str note = str_join(a, str_join(a, text, STR("\n")), test_signer_line(a, &w->key, text, 0));
	struct witness_request r = {.old_size = old, .checkpoint = note};
	if (old > 0 && old <= size)
		assert_int_equal(tlog_prove_consistency(&l->tiles, old, size, &r.proof, &e), OK);
	buf_init(&b, CAP_WITNESS_REQUEST);
	witness_request_text(&b, &r);
	return str_dup(a, buf_str(&b));
}

/* Checks what is answered: a signature is of what was asked. */
static rc ask(
	struct world *w, struct test_small *l, uint64_t old, uint64_t size, struct cosign_answer *ret, struct err *e)
{
	struct cosign *c = NULL;
	struct arena *a = &w->a;
	struct note n;
	rc r = cosign_open(&w->env, w->path, &w->how, &c, e);
	if (r != OK)
		return r;
	struct str body = request(a, w, l, old, size);
	r = cosign_answer(c, body, a, ret, e);
	if (r == OK && ret->status == WITNESS_SIGN) {
		struct hash root = test_small_root(l, size);
		struct str text = test_checkpoint(a, LOG, size, &root);
		struct str note = str_join(a, str_join(a, text, STR("\n")), ret->body);
		assert_int_equal(note_open(a, note, cosign_key(c), 1, &n, e), OK);
		assert_int_equal(n.sigs[0].time, ret->time);
	}
	cosign_free(c);
	return r;
}

static unsigned status_of(struct world *w, struct test_small *l, uint64_t old, uint64_t size)
{
	struct cosign_answer got;
	struct err e;
	if (ask(w, l, old, size, &got, &e) != OK)
		fail_msg("%s", e.msg);
	return got.status;
}

static void test_it_cosigns_what_goes_on_and_nothing_else(void **state)
{
	(void)state;
	struct world w;
	struct cosign_answer got;
	struct err e;
	world_open(&w);
	assert_int_equal(status_of(&w, &w.log, 0, 5), 200);
	assert_int_equal(status_of(&w, &w.log, 5, 9), 200);
	assert_int_equal(ask(&w, &w.log, 5, 12, &got, &e), OK);
	assert_int_equal(got.status, 409);
	assert_true(str_eq(got.body, STR("9\n")) && !got.fork);
	assert_int_equal(status_of(&w, &w.log, 0, 4), 409); /* a rollback */
	assert_int_equal(status_of(&w, &w.log, 9, 4), 400);
	assert_int_equal(ask(&w, &w.forked, 9, 9, &got, &e), OK);
	assert_int_equal(got.status, 422);
	assert_true(got.fork && got.body.n == 0);
	assert_int_equal(status_of(&w, &w.forked, 9, 12), 422);
	assert_int_equal(status_of(&w, &w.log, 9, 9), 200); /* again */
	struct str fork = str_fmt(&w.a, "%s/logs", w.path);
	struct hash h = hash_of(STR(LOG));
	fork = str_fmt(&w.a, "%.*s/%.*s/fork", STR_FMT(fork), STR_FMT(hex_of(&w.a, hash_str(&h))));
	assert_int_equal(access(fork.p, R_OK), 0);
	world_close(&w);
}

static void test_whom_it_does_not_know_it_does_not_sign_for(void **state)
{
	(void)state;
	struct world w;
	struct cosign_answer got;
	struct cosign *c = NULL;
	struct str origin;
	struct err e;
	world_open(&w);
	struct test_signer known = w.key;
	w.key = test_signer_make(LOG, NOTE_ED25519, 2);
	assert_int_equal(status_of(&w, &w.log, 0, 5), 403);
	assert_int_equal(cosign_open(&w.env, w.path, &w.how, &c, &e), OK);
	assert_int_equal(cosign_answer(c, STR("nonsense"), &w.a, &got, &e), OK);
	assert_int_equal(got.status, 400);
	struct str vkey = note_key_text(&w.a, &w.key.key);
	assert_int_equal(cosign_trust(c, w.vkey, &origin, &e), E_USAGE);
	assert_int_equal(cosign_trust(c, STR("x"), &origin, &e), E_USAGE);
	assert_int_equal(cosign_trust(c, vkey, &origin, &e), OK); /* a second key of the log */
	assert_int_equal(cosign_trust(c, vkey, &origin, &e), E_EXISTS);
	cosign_free(c);
	assert_int_equal(status_of(&w, &w.log, 0, 5), 200);
	w.key = known;
	assert_int_equal(status_of(&w, &w.log, 5, 6), 200);
	world_close(&w);
}

static void test_what_was_cosigned_last_can_be_read(void **state)
{
	(void)state;
	struct world w;
	struct cosign *c = NULL;
	struct str note;
	struct note n;
	struct err e;
	world_open(&w);
	struct hash h = hash_of(STR(LOG));
	struct str hex = hex_of(&w.a, hash_str(&h));
	assert_int_equal(cosign_open(&w.env, w.path, &w.how, &c, &e), OK);
	assert_int_equal(cosign_latest(c, hex, &w.a, &note, &e), E_NOTFOUND);
	assert_int_equal(status_of(&w, &w.log, 0, 5), 200);
	assert_int_equal(cosign_latest(c, hex, &w.a, &note, &e), OK);
	struct note_key keys[2] = {w.key.key, *cosign_key(c)};
	assert_int_equal(note_open(&w.a, note, keys, 2, &n, &e), OK);
	assert_true(note_sig_by(&n, 0) && note_sig_by(&n, 1)->time == (uint64_t)START);
	static const char *const none[] = {"", "..", "../../key", "0"};
	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		assert_int_equal(cosign_latest(c, str_c(none[i]), &w.a, &note, &e), E_NOTFOUND);
	cosign_free(c);
	world_close(&w);
}

/* An answer may have been killed between giving the file its name and syncing that; what is signed again from it must
 * not be gone after the machine stops. */
static void test_what_was_stored_last_is_stored_again_when_no_copy_outside_says_that_it_was_synced(void **state)
{
	(void)state;
	struct world w;
	struct err e;
	struct str note;
	struct cosign *c = NULL;
	world_open(&w);
	w.state = NULL;
	struct hash h = hash_of(STR(LOG));
	assert_int_equal(status_of(&w, &w.log, 0, 5), 200);
	assert_int_equal(cosign_open(&w.env, w.path, &w.how, &c, &e), OK);
	w.changes = 0;
	assert_int_equal(cosign_latest(c, hex_of(&w.a, hash_str(&h)), &w.a, &note, &e), OK);
	assert_true(w.changes > 1); /* the lock is one */
	cosign_free(c);
	world_close(&w);
}

static void test_time_does_not_go_back(void **state)
{
	(void)state;
	struct world w;
	struct cosign_answer got;
	struct err e;
	world_open(&w);
	assert_int_equal(status_of(&w, &w.log, 0, 5), 200);
	w.seconds = START - 100;
	assert_int_equal(ask(&w, &w.log, 5, 6, &got, &e), OK);
	assert_int_equal(got.time, START);
	w.seconds = START - COSIGN_SLACK_SECONDS - 1;
	assert_int_equal(ask(&w, &w.log, 6, 7, &got, &e), E_VERIFY);
	w.seconds = START + 7;
	assert_int_equal(ask(&w, &w.log, 6, 7, &got, &e), OK);
	assert_int_equal(got.time, START + 7);
	world_close(&w);
}

static void copy_folder(struct world *w, const char *from, const char *to)
{
	struct str cmd = str_fmt(&w->a, "rm -rf %s && cp -a %s %s", to, from, to);
	assert_int_equal((system)(cmd.p), 0);
}

static void test_an_older_copy_of_the_folder_does_not_sign(void **state)
{
	(void)state;
	struct world w;
	struct cosign_answer got;
	struct err e;
	world_open(&w);
	const char *old = str_fmt(&w.a, "%s/old", w.dir).p;
	const char *older = str_fmt(&w.a, "%s/older", w.dir).p;
	copy_folder(&w, w.path, older);
	assert_int_equal(status_of(&w, &w.log, 0, 5), 200);
	copy_folder(&w, w.path, old);
	assert_int_equal(status_of(&w, &w.log, 5, 9), 200);
	copy_folder(&w, old, w.path);
	assert_int_equal(ask(&w, &w.forked, 5, 9, &got, &e), E_VERIFY);
	assert_int_equal(ask(&w, &w.log, 5, 9, &got, &e), E_VERIFY);
	copy_folder(&w, older, w.path);
	assert_int_equal(ask(&w, &w.forked, 0, 9, &got, &e), E_VERIFY);
	assert_non_null(strstr(e.msg, "an older copy"));
	/* another witness of the same name is not mixed up with it */
	w.path = str_fmt(&w.a, "%s/other", w.dir).p;
	struct cosign *c = NULL;
	struct str origin;
	assert_int_equal(cosign_create(&w.env, w.path, STR("example.org/alice"), &w.how, &w.a, &w.vkey, &e), OK);
	assert_int_equal(cosign_create(&w.env, w.path, STR("example.org/alice"), &w.how, &w.a, &w.vkey, &e), E_EXISTS);
	assert_int_equal(cosign_open(&w.env, w.path, &w.how, &c, &e), OK);
	assert_int_equal(cosign_trust(c, note_key_text(&w.a, &w.key.key), &origin, &e), OK);
	cosign_free(c);
	assert_int_equal(status_of(&w, &w.forked, 0, 9), 200);
	world_close(&w);
}

static void test_a_damaged_store_signs_nothing(void **state)
{
	(void)state;
	struct world w;
	struct cosign_answer got;
	struct err e;
	world_open(&w);
	assert_int_equal(status_of(&w, &w.log, 0, 5), 200);
	struct hash h = hash_of(STR(LOG));
	struct str last = str_fmt(&w.a, "%s/logs/%.*s/cosigned", w.path, STR_FMT(hex_of(&w.a, hash_str(&h))));
	AUTO(buf) bytes = {0};
	buf_init(&bytes, CAP_NOTE);
	assert_int_equal(fs_read(-100, last.p, &bytes, &e), OK);
	for (size_t n = 0; n < bytes.n; n += 7) {
		assert_int_equal(fs_commit(&w.env, -100, last.p, str_sub(buf_str(&bytes), 0, n), 0600, &e), OK);
		rc r = ask(&w, &w.forked, 0, 5, &got, &e);
		/* cut in the log's signature it says the same still, and that refuses it */
		assert_true(r == E_FORMAT || (r == OK && got.status != WITNESS_SIGN));
	}
	world_close(&w);
}

/* One child: asks both histories, at sizes that grow, and tells the parent what was signed. */
static void race(struct world *w, unsigned who, int to)
{
	struct test_small *l = who % 2 ? &w->forked : &w->log;
	uint64_t old = 0;
	for (uint64_t size = 4; size < TEST_SMALL_LEAVES; size++) {
		struct cosign_answer got;
		struct err e;
		for (unsigned again = 0; again < 20; again++) {
			if (ask(w, l, old, size, &got, &e) != OK)
				_exit(1);
			if (got.status != WITNESS_CONFLICT || witness_size_parse(got.body, &old, &e) != OK ||
				old > size)
				break;
		}
		const uint8_t line[2] = {(uint8_t)(who % 2), (uint8_t)size};
		if (got.status == WITNESS_SIGN && write(to, line, sizeof(line)) != sizeof(line))
			_exit(1);
		if (got.status == WITNESS_SIGN)
			old = size;
	}
	_exit(0);
}

static void test_of_two_histories_only_one_is_ever_signed(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 5; round++) {
		struct world w;
		int ends[2];
		unsigned signed_by[2] = {0};
		uint8_t line[2];
		world_open(&w);
		assert_int_equal(pipe(ends), 0);
		for (unsigned i = 0; i < 6; i++) {
			pid_t pid = fork();
			assert_true(pid >= 0);
			if (pid == 0)
				race(&w, i, ends[1]);
		}
		assert_int_equal(close(ends[1]), 0);
		while (read(ends[0], line, sizeof(line)) == sizeof(line))
			signed_by[line[0]]++;
		assert_int_equal(close(ends[0]), 0);
		for (unsigned i = 0; i < 6; i++) {
			int status = 0;
			assert_true(wait(&status) > 0);
			assert_int_equal(status, 0);
		}
		assert_true(signed_by[0] + signed_by[1] > 0);
		assert_true(signed_by[0] == 0 || signed_by[1] == 0);
		world_close(&w);
	}
}

struct runner {
	struct world *w;
	struct cosign *c;
	bool odd;
	unsigned signs;
	bool failed;
};

static void *run_thread(void *ctx)
{
	struct runner *r = ctx;
	AUTO(arena) a = {0};
	for (uint64_t size = 4; size < 16; size++) {
		struct cosign_answer got;
		struct err e;
		uint64_t old = 0;
		for (unsigned again = 0; again < 20 && old <= size; again++) {
			struct str body = request(&a, r->w, r->odd ? &r->w->forked : &r->w->log, old, size);
			r->failed |= cosign_answer(r->c, body, &a, &got, &e) != OK;
			if (r->failed || got.status != WITNESS_CONFLICT || witness_size_parse(got.body, &old, &e) != OK)
				break;
		}
		r->signs += !r->failed && got.status == WITNESS_SIGN;
	}
	return NULL;
}

static void test_nor_when_threads_ask(void **state)
{
	(void)state;
	struct world w;
	struct err e;
	struct cosign *c = NULL;
	struct runner r[4];
	pthread_t t[4];
	world_open(&w);
	w.env.fault = NULL;
	assert_int_equal(cosign_open(&w.env, w.path, &w.how, &c, &e), OK);
	for (unsigned i = 0; i < 4; i++) {
		r[i] = (struct runner){&w, c, i % 2, 0, false};
		assert_int_equal(pthread_create(&t[i], NULL, run_thread, &r[i]), 0);
	}
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(t[i], NULL), 0);
		assert_false(r[i].failed);
	}
	unsigned even = r[0].signs + r[2].signs;
	unsigned odd = r[1].signs + r[3].signs;
	assert_true(even + odd > 0 && (even == 0 || odd == 0));
	cosign_free(c);
	world_close(&w);
}

/* While one is about to store what it signs, the files `lock` are taken away and another process asks for a fork. */
static int take_locks_away(struct env *env, enum env_op op, const char *path)
{
	struct world *w = (struct world *)(void *)env;
	struct cosign_answer got;
	struct err e;
	int status = 0;
	if (op != ENV_OPEN || !strstr(path, "cosigned.tmp") || w->changes++ > 0)
		return 0;
	struct str gone = str_fmt(&w->a, "rm '%s/lock'; rm '%s'/onrecord/*/lock", w->path, w->state);
	assert_int_equal(system(gone.p), 0);
	pid_t pid = fork();
	if (pid == 0) {
		(void)alarm(1); /* it waits */
		w->env.fault = NULL;
		_exit(ask(w, &w->forked, 3, 9, &got, &e) == OK && got.status == WITNESS_SIGN ? 1 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	return 0;
}

static void test_nor_when_the_lock_is_removed(void **state)
{
	(void)state;
	struct world w;
	world_open(&w);
	/* the fork is from leaf 3 on, and nothing of it was seen before */
	assert_int_equal(status_of(&w, &w.log, 0, 3), 200);
	w.env.fault = take_locks_away;
	w.changes = 0;
	assert_int_equal(status_of(&w, &w.log, 3, 9), 200);
	assert_true(w.changes > 0);
	w.env.fault = NULL;
	assert_int_not_equal(status_of(&w, &w.forked, 3, 9), 200);
	world_close(&w);
}

static void test_the_copy_outside_is_outside(void **state)
{
	(void)state;
	struct world w;
	struct cosign *c = NULL;
	struct err e;
	world_open(&w);
	struct str link = str_fmt(
		&w.a, "for d in '%s'/onrecord/*; do rm -r \"$d\"; ln -s '%s' \"$d\"; done", w.state, w.path);
	assert_int_equal(system(link.p), 0);
	assert_int_equal(cosign_open(&w.env, w.path, &w.how, &c, &e), E_USAGE);
	world_close(&w);
}

/* What comes after the change that failed: the other history is tried first, then this one. */
static void after_fault(struct world *w, bool first_signed)
{
	struct cosign_answer got;
	struct err e;
	bool other = false;
	w->fail_at = -1;
	w->dies = false;
	for (uint64_t old = 0; old <= 9; old += 1) {
		if (ask(w, &w->forked, old, 9, &got, &e) != OK)
			fail_msg("%s", e.msg);
		other |= got.status == WITNESS_SIGN;
		/* what does not fork from what was signed at 5, 5 itself taken, is not signed */
		assert_false(got.status == WITNESS_SIGN && old == 5);
	}
	assert_false(first_signed && other);
	unsigned again = status_of(w, &w->log, 5, 9);
	unsigned same = status_of(w, &w->log, 9, 9);
	assert_true(other ? again != 200 && same != 200 : again == 200 || same == 200);
}

static void test_whatever_fails_two_histories_are_not_signed(void **state)
{
	(void)state;
	for (int n = 0;; n++) {
		struct world w;
		struct cosign_answer got;
		struct err e;
		world_open(&w);
		assert_int_equal(status_of(&w, &w.log, 0, 5), 200);
		w.changes = 0;
		w.fail_at = n;
		rc r = ask(&w, &w.log, 5, 9, &got, &e);
		bool done = w.changes <= n;
		assert_true(done ? r == OK : r == E_IO);
		after_fault(&w, r == OK);
		world_close(&w);
		if (done) {
			assert_true(n >= 8);
			return;
		}
	}
}

static void test_wherever_it_is_killed_two_histories_are_not_signed(void **state)
{
	(void)state;
	for (int n = 0;; n++) {
		struct world w;
		world_open(&w);
		assert_int_equal(status_of(&w, &w.log, 0, 5), 200);
		pid_t pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			struct cosign_answer got;
			struct err e;
			w.changes = 0;
			w.fail_at = n;
			w.dies = true;
			_exit(ask(&w, &w.log, 5, 9, &got, &e) == OK && got.status == WITNESS_SIGN ? 0 : 1);
		}
		int status = 0;
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 99);
		after_fault(&w, WEXITSTATUS(status) == 0);
		world_close(&w);
		if (WEXITSTATUS(status) == 0) {
			assert_true(n >= 8);
			return;
		}
	}
}

static rc told(void *ctx, bool fresh, struct secret *ret, struct err *e)
{
	(void)fresh;
	const char *passphrase = ctx;
	if (!passphrase)
		return err_set(e, E_DENIED, "nobody is there");
	TRY(secret_open(CAP_PASSPHRASE, ret, e));
	buf_add(&ret->b, str_c(passphrase));
	return OK;
}

static bool is_there(struct world *w, const char *name)
{
	AUTO_FD fd = -1;
	uint64_t size = 0;
	struct err e;
	return fs_open(AT_FDCWD, str_fmt(&w->a, "%s/%s", w->path, name).p, &fd, &size, &e) == OK;
}

/* False when making one had no more changes than `n`. */
static bool making_is_taken_up(struct world *w, int n)
{
	struct err e;
	struct str vkey;
	struct cosign *c = NULL;
	w->path = str_fmt(&w->a, "%s/again%d-%d", w->dir, w->how.plain, n).p;
	w->changes = 0;
	w->fail_at = n;
	rc r = cosign_create(&w->env, w->path, STR("bob"), &w->how, &w->a, &vkey, &e);
	bool done = w->changes <= n;
	w->fail_at = -1;
	assert_true(done ? r == OK : r == E_IO);
	if (!done)
		r = cosign_create(&w->env, w->path, STR("bob"), &w->how, &w->a, &vkey, &e);
	assert_true(r == OK || r == E_EXISTS);
	assert_int_equal(is_there(w, "key"), w->how.plain);
	assert_int_equal(is_there(w, "onrecord.age"), !w->how.plain);
	assert_int_equal(cosign_open(&w->env, w->path, &w->how, &c, &e), OK);
	cosign_free(c);
	return !done;
}

static void test_making_a_witness_can_be_taken_up_again(void **state)
{
	(void)state;
	static char passphrase[] = "seventeen swans";
	const struct cosign_how hows[] = {{.plain = true}, {.work = 2, .passphrase = told, .ctx = passphrase}};
	struct world w;
	struct err e;
	struct str vkey;
	world_open(&w);
	for (size_t i = 0; i < ARRAY_LEN(hows); i++) {
		int n = 0;
		w.how = hows[i];
		while (making_is_taken_up(&w, n))
			n++;
		assert_true(n > 5);
	}
	assert_int_equal(cosign_create(&w.env, w.path, STR("a b"), &w.how, &w.a, &vkey, &e), E_USAGE);
	world_close(&w);
}

static void test_a_key_under_a_passphrase_signs_with_it_only(void **state)
{
	(void)state;
	static char right[] = "seventeen swans";
	static char wrong[] = "sixteen swans";
	struct world w;
	struct err e;
	struct str origin;
	struct cosign_answer got;
	struct cosign *c = NULL;
	world_open(&w);
	w.path = str_fmt(&w.a, "%s/locked", w.dir).p;
	w.how = (struct cosign_how){.work = 2, .passphrase = told};
	assert_int_equal(cosign_create(&w.env, w.path, STR("bob"), &w.how, &w.a, &w.vkey, &e), E_DENIED);
	assert_false(is_there(&w, "lock"));
	w.how.ctx = right;
	assert_int_equal(cosign_create(&w.env, w.path, STR("bob"), &w.how, &w.a, &w.vkey, &e), OK);
	w.how.ctx = NULL;
	assert_int_equal(cosign_create(&w.env, w.path, STR("bob"), &w.how, &w.a, &w.vkey, &e), E_EXISTS);
	assert_int_equal(cosign_open(&w.env, w.path, NULL, &c, &e), OK);
	assert_int_equal(cosign_trust(c, note_key_text(&w.a, &w.key.key), &origin, &e), OK);
	assert_true(str_eq(note_key_text(&w.a, cosign_key(c)), w.vkey));
	cosign_free(c);
	assert_int_equal(ask(&w, &w.log, 0, 5, &got, &e), E_DENIED);
	w.how.ctx = wrong;
	assert_int_equal(ask(&w, &w.log, 0, 5, &got, &e), E_DENIED);
	w.how.ctx = right;
	assert_int_equal(status_of(&w, &w.log, 0, 5), 200);
	/* another witness's key in its place */
	struct str file = str_fmt(&w.a, "%s/vkey", w.path);
	struct test_signer other = test_signer_make("bob", NOTE_COSIGNATURE, 3);
	struct str text = str_fmt(&w.a, "%.*s\n", STR_FMT(note_key_text(&w.a, &other.key)));
	assert_int_equal(fs_commit(&w.env, AT_FDCWD, file.p, text, 0644, &e), OK);
	assert_int_equal(ask(&w, &w.log, 5, 6, &got, &e), E_FORMAT);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_cosigns_what_goes_on_and_nothing_else),
		cmocka_unit_test(test_whom_it_does_not_know_it_does_not_sign_for),
		cmocka_unit_test(test_what_was_cosigned_last_can_be_read),
		cmocka_unit_test(
			test_what_was_stored_last_is_stored_again_when_no_copy_outside_says_that_it_was_synced),
		cmocka_unit_test(test_time_does_not_go_back),
		cmocka_unit_test(test_an_older_copy_of_the_folder_does_not_sign),
		cmocka_unit_test(test_a_damaged_store_signs_nothing),
		cmocka_unit_test(test_of_two_histories_only_one_is_ever_signed),
		cmocka_unit_test(test_nor_when_threads_ask),
		cmocka_unit_test(test_nor_when_the_lock_is_removed),
		cmocka_unit_test(test_the_copy_outside_is_outside),
		cmocka_unit_test(test_whatever_fails_two_histories_are_not_signed),
		cmocka_unit_test(test_wherever_it_is_killed_two_histories_are_not_signed),
		cmocka_unit_test(test_making_a_witness_can_be_taken_up_again),
		cmocka_unit_test(test_a_key_under_a_passphrase_signs_with_it_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
