/* SPDX-License-Identifier: Apache-2.0 */
/* A disk that cannot be read: each read of a command fails in turn. An archive that was not read whole is never called
 * verified, nothing is signed on what was not read, and nothing is lost by it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "io/fs/fs.h"
#include "stages/seal/test_world.h"

/* The linker's --wrap puts these before what io/fs has. */
rc __real_fs_read(int at, const char *path, struct buf *ret, struct err *e);
rc __wrap_fs_read(int at, const char *path, struct buf *ret, struct err *e);
rc __real_fs_read_at(int fd, uint64_t offset, void *p, size_t n, struct err *e);
rc __wrap_fs_read_at(int fd, uint64_t offset, void *p, size_t n, struct err *e);
rc __real_fs_open(int at, const char *path, int *ret_fd, uint64_t *ret_size, struct err *e);
rc __wrap_fs_open(int at, const char *path, int *ret_fd, uint64_t *ret_size, struct err *e);
rc __real_fs_list(int at, const char *path, struct fs_visit *v, struct err *e);
rc __wrap_fs_list(int at, const char *path, struct fs_visit *v, struct err *e);
rc __real_fs_hash(
	int fd, uint64_t offset, uint64_t length, struct fs_progress *progress, struct hash *ret, struct err *e);
rc __wrap_fs_hash(
	int fd, uint64_t offset, uint64_t length, struct fs_progress *progress, struct hash *ret, struct err *e);

rc __real_signer_sign_note(const struct signer *s, struct buf *note, struct err *e);
rc __wrap_signer_sign_note(const struct signer *s, struct buf *note, struct err *e);

/* The read that fails, counted from 0, and how; the wrapped functions have no argument for it. */
static struct {
	int at; /* -1: none */
	int seen;
	rc code;
	char path[128]; /* of the one that failed; empty for an open file */
} fault = {.at = -1};

static bool refuse_to_sign;

static const rc CODES[] = {E_IO, E_DENIED};

static bool fails(const char *path)
{
	if (fault.seen++ != fault.at)
		return false;
	memset(fault.path, 0, sizeof(fault.path));
	memcpy(fault.path, path, size_min(strlen(path), sizeof(fault.path) - 1));
	return true;
}

static void fail_read(int at, rc code)
{
	fault.at = at;
	fault.seen = 0;
	fault.code = code;
}

/* True when a read was made to fail since fail_read(). */
static bool failed(void)
{
	bool ret = fault.at >= 0 && fault.seen > fault.at;
	fault.at = -1;
	return ret;
}

rc __wrap_fs_read(int at, const char *path, struct buf *ret, struct err *e)
{
	return fails(path) ? err_set(e, fault.code, "read %s", path) : __real_fs_read(at, path, ret, e);
}

rc __wrap_fs_read_at(int fd, uint64_t offset, void *p, size_t n, struct err *e)
{
	return fails("") ? err_set(e, fault.code, "read") : __real_fs_read_at(fd, offset, p, n, e);
}

rc __wrap_fs_open(int at, const char *path, int *ret_fd, uint64_t *ret_size, struct err *e)
{
	return fails(path) ? err_set(e, fault.code, "open %s", path) : __real_fs_open(at, path, ret_fd, ret_size, e);
}

rc __wrap_fs_list(int at, const char *path, struct fs_visit *v, struct err *e)
{
	return fails(path) ? err_set(e, fault.code, "list %s", path) : __real_fs_list(at, path, v, e);
}

rc __wrap_fs_hash(
	int fd, uint64_t offset, uint64_t length, struct fs_progress *progress, struct hash *ret, struct err *e)
{
	return fails("") ? err_set(e, fault.code, "hash") : __real_fs_hash(fd, offset, length, progress, ret, e);
}

rc __wrap_signer_sign_note(const struct signer *s, struct buf *note, struct err *e)
{
	return refuse_to_sign ? err_set(e, E_DENIED, "refused") : __real_signer_sign_note(s, note, e);
}

/* A writer that goes on. */
struct writer {
	struct archive *ar;
	struct seal *l;
	struct seal_opened opened;
};

static rc open_writer(struct world *w, struct writer *x, struct err *e)
{
	*x = (struct writer){.ar = NULL};
	TRY(archive_open(&w->env, w->path, true, &x->ar, e));
	return seal_open(x->ar, w->signer, &x->l, &x->opened, e);
}

static void close_writer(struct writer *x)
{
	seal_free(x->l);
	archive_close(x->ar);
}

static void run(struct world *w, const char *command)
{
	assert_int_equal(system(str_fmt(&w->a, "cd '%s' && %s", w->path, command).p), 0);
}

/* Entries of every kind; the note that seals them. */
static struct str world_full(struct world *w, unsigned leaves)
{
	struct err e = {0};
	struct writer x;
	struct archive_ref ref;
	uint64_t kept = 0;
	world_open(w);
	assert_int_equal(world_create(w, &e), OK);
	assert_int_equal(world_grow(w, 3, 1, &kept, &e), OK);
	assert_int_equal(open_writer(w, &x, &e), OK);
	struct seal_token t = {LEAF_OTS, str_dup(&w->a, seal_note(x.l)), STR("token")};
	assert_int_equal(seal_add_token(x.l, &t, &ref, &e), OK);
	assert_int_equal(seal_add_policy(x.l, STR("quorum none\n"), &ref, &e), OK);
	const struct leaf key = {.kind = LEAF_KEY, .name = STR("example.org/x+00000000+AQ")};
	for (unsigned i = 0; i < leaves; i++)
		assert_int_equal(seal_add_leaf(x.l, &key, &ref, &e), OK);
	assert_int_equal(seal_commit(x.l, &e), OK);
	struct str note = str_dup(&w->a, seal_note(x.l));
	close_writer(&x);
	assert_verified(w, 5 + leaves);
	return note;
}

static void test_an_archive_that_was_not_read_whole_is_not_verified(void **unused)
{
	(void)unused;
	struct world w;
	(void)world_full(&w, 254);
	int reads = 0;
	for (size_t k = 0; k < ARRAY_LEN(CODES); k++) {
		for (int n = 0;; n++) {
			struct archive *ar = NULL;
			struct err e = {0};
			struct told t = told_nothing();
			assert_int_equal(archive_open(&w.env, w.path, false, &ar, &e), OK);
			fail_read(n, CODES[k]);
			rc r = seal_verify(ar, signer_key(w.signer), &t.report, &e);
			bool did = failed();
			archive_close(ar);
			if (!did) {
				assert_int_equal(r, OK);
				break;
			}
			reads++;
			/* The copy outside is not needed, and what is signed is read a second time to know what a
			 * command at work may have added since. */
			bool outside = strstr(fault.path, w.state) && t.report.no_outside_copy;
			bool again = strcmp(fault.path, "log/state") == 0 && t.report.frames == 259;
			if (r == OK && t.report.problems == 0 && !outside && !again)
				fail_msg("read %d (%s) failed, and it is called verified", n, fault.path);
			if (r != OK)
				assert_int_equal(r, CODES[k]);
		}
	}
	print_message("%d reads made to fail, one after the other\n", reads);
	world_close(&w);
}

/* Signed and not published, with an older copy outside, and a token behind it all: what a kill leaves at its worst. */
static void world_interrupted(struct world *w, uint64_t *ret_frames)
{
	struct err e = {0};
	struct writer x;
	struct archive_ref ref;
	uint64_t kept = 0;
	struct str note = world_full(w, 251);
	run(w, "cp log/checkpoint ../checkpoint && cp -a ../state ../state-then");
	assert_int_equal(world_grow(w, 2, 2, &kept, &e), OK);
	run(w, "cp ../checkpoint log/checkpoint && rm -r ../state && mv ../state-then ../state");
	assert_int_equal(open_writer(w, &x, &e), OK);
	struct seal_token t = {LEAF_COSIG, note, STR("token")};
	assert_int_equal(seal_add_token(x.l, &t, &ref, &e), OK);
	close_writer(&x);
	run(w, "cp ../checkpoint log/checkpoint");
	*ret_frames = ref.index + 1;
}

static void test_nothing_is_signed_on_what_cannot_be_read(void **unused)
{
	(void)unused;
	struct world w;
	uint64_t frames = 0;
	world_interrupted(&w, &frames);
	const char *kept = str_fmt(&w.a, "%s/kept", w.dir).p;
	const char *state = str_fmt(&w.a, "%s/kept-state", w.dir).p;
	copy_tree(&w, w.path, kept);
	copy_tree(&w, w.state, state);
	int reads = 0;
	for (size_t k = 0; k < ARRAY_LEN(CODES); k++) {
		for (int n = 0;; n++) {
			struct writer x;
			struct err e = {0};
			fail_read(n, CODES[k]);
			rc r = open_writer(&w, &x, &e);
			bool did = failed();
			close_writer(&x);
			if (did != (r != OK))
				fail_msg("read %d (%s): opening gives %d: %s", n, fault.path, (int)r, e.msg);
			reads += did;
			if (!did)
				break;
			/* most of the reads are of frames that are all alike */
			if (n > 40 && n < 500)
				n += 13;
		}
		assert_verified(&w, frames);
		copy_tree(&w, kept, w.path);
		copy_tree(&w, state, w.state);
	}
	assert_true(reads > 100);
	/* nor does a write that fails lose anything of it */
	for (int n = 0;; n++) {
		struct writer x;
		struct err e = {0};
		w.fail_at = n;
		w.changes = 0;
		rc r = open_writer(&w, &x, &e);
		close_writer(&x);
		w.fail_at = -1;
		assert_true((w.changes > n) == (r != OK));
		assert_int_equal(open_writer(&w, &x, &e), OK);
		close_writer(&x);
		assert_verified(&w, frames);
		copy_tree(&w, kept, w.path);
		copy_tree(&w, state, w.state);
		if (r == OK)
			break;
	}
	world_close(&w);
}

/* A read that fails in the midst of a commit uses up the seal, and the next command finishes what was begun. */
static void test_a_commit_that_could_not_read_is_finished_by_the_next(void **unused)
{
	(void)unused;
	struct world w;
	struct err e = {0};
	(void)world_full(&w, 250); /* the next entry fills a tile */
	uint64_t frames = 255;
	const char *before = str_fmt(&w.a, "%s/before", w.dir).p;
	const char *state_before = str_fmt(&w.a, "%s/state-before", w.dir).p;
	copy_tree(&w, w.path, before);
	copy_tree(&w, w.state, state_before);
	for (int n = 0;; n++) {
		struct writer x;
		assert_int_equal(open_writer(&w, &x, &e), OK);
		assert_int_equal(world_add(&w, x.ar, x.l, 7, &e), OK);
		fail_read(n, CODES[n % 2]);
		rc r = seal_commit(x.l, &e);
		bool did = failed();
		if (r != OK)
			assert_int_equal(seal_commit(x.l, &e), E_IO);
		close_writer(&x);
		assert_true(did == (r != OK));
		assert_int_equal(open_writer(&w, &x, &e), OK);
		close_writer(&x);
		assert_verified(&w, frames + 1);
		copy_tree(&w, before, w.path);
		copy_tree(&w, state_before, w.state);
		if (!did)
			break;
	}
	world_close(&w);
}

static void test_no_second_log_is_begun_where_the_first_cannot_be_read(void **unused)
{
	(void)unused;
	for (unsigned what = 0; what < 3; what++) {
		for (int n = 0;; n++) {
			const rc code = CODES[(n ^ (int)what) % 2];
			struct world w;
			struct archive *ar = NULL;
			struct err e = {0};
			world_open(&w);
			if (what) {
				assert_int_equal(world_create(&w, &e), OK);
				run(&w, what == 1 ? "rm log/checkpoint" : "rm log/checkpoint log/state");
			} else {
				assert_int_equal(archive_create(&w.env, w.path, &e), OK);
			}
			assert_int_equal(archive_open(&w.env, w.path, true, &ar, &e), OK);
			fail_read(n, code);
			rc r = seal_create(ar, w.signer, &e);
			bool did = failed();
			archive_close(ar);
			assert_true(did == (r != OK));
			assert_int_equal(world_create(&w, &e), OK);
			assert_verified(&w, 0);
			world_close(&w);
			if (!did)
				break;
		}
	}
}

/* Of what the copy outside says, a note is enough: see test_a_missing_copy_outside_is_said. */
static rc signed_again(struct world *w, struct archive *ar, struct err *e)
{
	struct told t = told_nothing();
	rc r = seal_verify_signed(ar, signer_key(w->signer), &t.report, e);
	return r == OK && t.report.no_outside_copy ? fault.code : r;
}

/* What is proved from tiles is proved from all that it needs, and each failure is told as what it is. */
static void test_no_proof_comes_from_tiles_that_cannot_be_read(void **unused)
{
	(void)unused;
	struct world w;
	struct archive *ar = NULL;
	struct checkpoint c;
	struct err e = {0};
	struct hash root;
	struct tlog_proof p;
	AUTO_FD dir = -1;
	(void)world_full(&w, 262);
	assert_int_equal(archive_open(&w.env, w.path, false, &ar, &e), OK);
	assert_int_equal(seal_checkpoint(ar, signer_key(w.signer), &w.a, &c, NULL, &e), OK);
	assert_int_equal(fs_dir_open(AT_FDCWD, str_fmt(&w.a, "%s/log", w.path).p, &dir, &e), OK);
	const struct str leaf = STR("onrecord/v1 key add example.org/x+00000000+AQ\n");
	for (unsigned what = 0; what < 6; what++) {
		for (int n = 0;; n++) {
			fail_read(n, CODES[n % 2]);
			rc r = OK;
			if (what == 0)
				r = seal_prove(ar, &c, 200, leaf, &p, &e);
			else if (what == 1)
				r = seal_root_at(ar, &c, 261, &root, &e);
			else if (what == 2)
				r = seal_prove_consistency(ar, &c, 261, &p, &e);
			else if (what == 3)
				r = signed_again(&w, ar, &e);
			else
				r = seal_check_tiles(dir, &c, what == 5, NULL, &e);
			bool did = failed();
			if (did)
				assert_int_equal(r, CODES[n % 2]);
			else if (r != OK)
				fail_msg("%u: %s", what, e.msg);
			if (!did) {
				assert_true(n > 0);
				break;
			}
		}
	}
	archive_close(ar);
	world_close(&w);
}

/* As an agent does whose user says no: nothing is begun, or nothing is sealed, and what was kept is there. */
static void test_a_signer_that_refuses_seals_nothing(void **unused)
{
	(void)unused;
	struct world w;
	struct writer x;
	struct err e = {0};
	uint64_t kept = 0;
	world_open(&w);
	refuse_to_sign = true;
	assert_int_equal(world_create(&w, &e), E_DENIED);
	refuse_to_sign = false;
	assert_int_equal(world_create(&w, &e), OK);
	assert_int_equal(world_grow(&w, 2, 2, &kept, &e), OK);
	assert_int_equal(open_writer(&w, &x, &e), OK);
	assert_int_equal(world_add(&w, x.ar, x.l, 7, &e), OK);
	refuse_to_sign = true;
	assert_int_equal(seal_commit(x.l, &e), E_DENIED);
	refuse_to_sign = false;
	assert_int_equal(seal_commit(x.l, &e), E_IO);
	close_writer(&x);
	assert_int_equal(verify(&w).report.sealed, 2);
	assert_int_equal(open_writer(&w, &x, &e), OK);
	close_writer(&x);
	assert_verified(&w, 3);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_archive_that_was_not_read_whole_is_not_verified),
		cmocka_unit_test(test_nothing_is_signed_on_what_cannot_be_read),
		cmocka_unit_test(test_a_commit_that_could_not_read_is_finished_by_the_next),
		cmocka_unit_test(test_no_second_log_is_begun_where_the_first_cannot_be_read),
		cmocka_unit_test(test_a_signer_that_refuses_seals_nothing),
		cmocka_unit_test(test_no_proof_comes_from_tiles_that_cannot_be_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
