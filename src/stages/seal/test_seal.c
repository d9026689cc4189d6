/* SPDX-License-Identifier: Apache-2.0 */
/* An archive of a few entries in a temporary folder: sealed, opened again, damaged byte by byte, and made with every
 * change to a file failing in turn. */
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
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/codec.h"
#include "formats/record/record.h"
#include "io/fs/fs.h"
#include "io/signer/signer.h"
#include "stages/seal/seal.h"

struct world {
	struct env env; /* first */
	struct arena a;
	char dir[64];
	const char *path;  /* the archive */
	const char *state; /* where the outside copy goes */
	struct signer *signer;
	uint64_t random;
	int fail_at; /* the change that fails, counted from 0; -1: none */
	int changes;
};

static int64_t fixed_now(struct env *env)
{
	(void)env;
	return 1542266700ll * 1000000000ll;
}

/* Repeatable, since nothing here is secret. */
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
	return w->changes++ == w->fail_at ? ENOSPC : 0;
}

static const char *fixed_var(struct env *env, const char *name)
{
	const struct world *w = (const struct world *)(const void *)env;
	return strcmp(name, "XDG_STATE_HOME") == 0 ? w->state : NULL;
}

static void world_open(struct world *w)
{
	struct err e;
	AUTO(buf) key = {0};
	*w = (struct world){.env = {fixed_now, counted_random, fail_one, NULL, fixed_var, NULL}, .fail_at = -1};
	memcpy(w->dir, "/tmp/onrecord-seal-XXXXXX", sizeof("/tmp/onrecord-seal-XXXXXX"));
	assert_non_null(mkdtemp(w->dir));
	w->path = str_fmt(&w->a, "%s/archive", w->dir).p;
	w->state = str_fmt(&w->a, "%s/state", w->dir).p;
	buf_init(&key, 4096);
	assert_int_equal(signer_generate(&w->env, STR("example.org/test"), &key, &e), OK);
	assert_int_equal(signer_open(buf_str(&key), &w->signer, &e), OK);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)type;
	(void)f;
	return remove(path);
}

static void world_wipe(const char *path)
{
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void world_close(struct world *w)
{
	signer_free(w->signer);
	world_wipe(w->dir);
	arena_clear(&w->a);
}

/* A gzip member, as warc/ has one a record: its bytes 4 to 9 (time, flags, system) mean nothing to who unpacks it, and
 * are sealed all the same. */
static struct str gzip_member(struct arena *a, struct str text)
{
	uint8_t out[1024];
	z_stream z = {.next_in = (Bytef *)(uintptr_t)text.p,
		.avail_in = (uInt)text.n,
		.next_out = out,
		.avail_out = sizeof(out)};
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	struct str member = str_dup(a, str_mem(out, z.total_out));
	(void)deflateEnd(&z);
	return member;
}

/* One entry with some bytes in warc/, as a capture has them: kept, and added to the seal. */
static rc add_entry(struct world *w, struct archive *ar, struct seal *l, unsigned i, struct err *e)
{
	AUTO(arena) a = {0};
	AUTO(buf) body = {0};
	bool fresh = false;
	struct archive_span span;
	struct record r;
	struct frame f = {.kind = FRAME_RECORD};
	struct str leaf;
	uint8_t key[RECORD_KEY_SIZE];
	struct str bytes = gzip_member(&a,
		str_fmt(&a,
			"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Target-URI: https://news.example/%u\r\n"
			"Content-Length: 9\r\n\r\nstory %03u\r\n\r\n",
			i, i % 1000));
	TRY(w->env.random(&w->env, key, sizeof(key), e));
	TRY(archive_span_begin(ar, &fresh, e));
	TRY(archive_span_sink(ar)->push(archive_span_sink(ar), bytes, e));
	archive_span_end(ar, &span);
	TRY(archive_sync_warc(ar, e));
	record_begin(&a, &r, "capture", key);
	record_addf(&a, &r, "url", "https://news.example/%u", i);
	record_add(&a, &r, "warc.file", str_c(span.file));
	record_addf(&a, &r, "warc.offset", "%llu", (unsigned long long)span.offset);
	record_addf(&a, &r, "warc.length", "%llu", (unsigned long long)span.length);
	record_add(&a, &r, "warc.sha256", hex_of(&a, hash_str(&span.sha256)));
	TRY(record_finish(&a, &r, e));
	buf_init(&body, CAP_RECORD);
	record_encode(&body, &r);
	TRY(archive_frame_add(ar, FRAME_RECORD, buf_str(&body), &span, &f.ref, e));
	TRY(archive_sync_records(ar, e));
	f.body = buf_str(&body);
	TRY(seal_leaf(&a, &f, &leaf, e));
	return seal_add(l, leaf, e);
}

static rc create(struct world *w, struct err *e)
{
	struct archive *ar = NULL;
	rc r = archive_create(&w->env, w->path, e);
	if (r != OK && r != E_EXISTS)
		return r;
	TRY(archive_open(&w->env, w->path, true, &ar, e));
	r = seal_create(ar, w->signer, e);
	archive_close(ar);
	return r == E_EXISTS ? OK : r;
}

/* Adds n entries, with a checkpoint after every `each`. *kept counts those whose sync returned. */
static rc grow(struct world *w, unsigned n, unsigned each, uint64_t *kept, struct err *e)
{
	struct archive *ar = NULL;
	struct seal *l = NULL;
	struct seal_opened opened;
	TRY(archive_open(&w->env, w->path, true, &ar, e));
	rc r = seal_open(ar, w->signer, &l, &opened, e);
	for (unsigned i = 0; i < n && r == OK; i++) {
		r = add_entry(w, ar, l, i, e);
		if (r == OK)
			++*kept;
		if (r == OK && (i + 1) % each == 0)
			r = seal_commit(l, e);
	}
	if (r == OK)
		r = seal_commit(l, e);
	seal_free(l);
	archive_close(ar);
	return r;
}

struct told {
	struct seal_report report; /* first */
	struct err first;
	uint64_t unfinished;
};

static void tell(struct seal_report *r, const struct err *e)
{
	struct told *t = (struct told *)(void *)r;
	if (r->problems == 1)
		t->first = *e;
}

static void tell_unfinished(struct seal_report *r, const struct err *e)
{
	(void)e;
	((struct told *)(void *)r)->unfinished++;
}

static struct told verify(struct world *w)
{
	struct told t = {.report = {.problem = tell, .unfinished = tell_unfinished}};
	struct archive *ar = NULL;
	struct err e = {0};
	assert_int_equal(archive_open(&w->env, w->path, false, &ar, &e), OK);
	rc r = seal_verify(ar, signer_key(w->signer), &t.report, &e);
	archive_close(ar);
	if (r != OK)
		fail_msg("verify could not read: %s", e.msg);
	return t;
}

static void assert_verified(struct world *w, uint64_t sealed)
{
	struct told t = verify(w);
	if (t.report.problems)
		fail_msg("%s", t.first.msg);
	assert_int_equal(t.report.sealed, sealed);
}

static void test_a_new_archive_verifies_and_grows(void **unused)
{
	(void)unused;
	static const unsigned steps[] = {1, 2, 7, 246, 1, 256, 300};
	struct world w;
	struct err e;
	uint64_t kept = 0;
	world_open(&w);
	assert_int_equal(create(&w, &e), OK);
	assert_verified(&w, 0);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		assert_int_equal(grow(&w, steps[i], 50, &kept, &e), OK);
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
	assert_int_equal(create(&w, &e), OK);
	assert_int_equal(grow(&w, 300, 300, &kept, &e), OK);
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

/* Every file below warc/, records/ and log/. */
struct file_list {
	struct arena *a;
	const char **path;
	size_t n;
};

static struct file_list *collecting; /* nftw() has no argument for it */

static int collect(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)f;
	if (type == FTW_F) {
		const char **to = arena_push(collecting->a, &collecting->path, &collecting->n, sizeof(*to));
		*to = str_dup(collecting->a, str_c(path)).p;
	}
	return 0;
}

static void list_files(struct world *w, struct file_list *l)
{
	static const char *const below[] = {"warc", "records", "log"};
	collecting = l;
	for (size_t i = 0; i < ARRAY_LEN(below); i++)
		assert_int_equal(nftw(str_fmt(&w->a, "%s/%s", w->path, below[i]).p, collect, 16, FTW_PHYS), 0);
}

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
	assert_int_equal(create(&w, &e), OK);
	assert_int_equal(grow(&w, 50, 20, &kept, &e), OK);
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
	assert_int_equal(create(&w, &e), OK);
	assert_int_equal(grow(&w, 300, 300, &kept, &e), OK);
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
		rc r = create(&w, &e);
		if (r == OK)
			r = grow(&w, 5, 2, &kept, &e);
		bool done = w.changes <= fail_at;
		assert_true(done == (r == OK));
		w.fail_at = -1;
		assert_int_equal(create(&w, &e), OK);
		if (grow(&w, 2, 2, &more, &e) != OK)
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

static void copy_tree(struct world *w, const char *from, const char *to)
{
	AUTO(arena) a = {0};
	(void)w;
	assert_int_equal(system(str_fmt(&a, "rm -rf '%s' && cp -a '%s' '%s'", to, from, to).p), 0);
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
	assert_int_equal(create(&w, &e), OK);
	assert_int_equal(grow(&w, 3, 3, &kept, &e), OK);
	copy_tree(&w, w.path, old);
	assert_int_equal(grow(&w, 3, 3, &kept, &e), OK);
	copy_tree(&w, w.path, newer);
	assert_int_equal(verify(&w).report.known_outside, 0);
	copy_tree(&w, old, w.path);
	assert_int_equal(grow(&w, 1, 1, &kept, &e), E_VERIFY);
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
	assert_int_equal(grow(&w, 1, 1, &kept, &e), OK);
	world_close(&w);
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
	assert_int_equal(create(&w, &e), OK);
	assert_int_equal(grow(&w, 3, 3, &kept, &e), OK);
	buf_init(&key, 4096);
	assert_int_equal(signer_generate(&w.env, STR("example.org/test"), &key, &e), OK);
	assert_int_equal(signer_open(buf_str(&key), &second_signer, &e), OK);
	w.path = str_fmt(&w.a, "%s/second", w.dir).p;
	w.signer = second_signer;
	assert_int_equal(create(&w, &e), OK);
	assert_int_equal(grow(&w, 5, 5, &kept, &e), OK);
	w.path = first;
	w.signer = first_signer;
	if (grow(&w, 1, 1, &kept, &e) != OK)
		fail_msg("the first archive is locked: %s", e.msg);
	assert_verified(&w, 4);
	/* with the first one's key no second log is begun, and the first goes on */
	w.path = str_fmt(&w.a, "%s/third", w.dir).p;
	assert_int_equal(create(&w, &e), E_VERIFY);
	w.path = first;
	assert_int_equal(grow(&w, 1, 1, &kept, &e), OK);
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
	assert_int_equal(create(&w, &e), E_IO);
	assert_non_null(strstr(e.msg, "in-the-way"));
	assert_non_null(strstr(e.msg, "outside the archive"));
	assert_int_not_equal(stat(str_fmt(&w.a, "%s/log/state", w.path).p, &st), 0);
	w.state = there;
	assert_int_equal(create(&w, &e), OK);
	assert_int_equal(grow(&w, 1, 1, &kept, &e), OK);
	assert_verified(&w, 1);
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
	assert_int_equal(create(&w, &e), OK);
	assert_int_equal(grow(&w, 3, 3, &kept, &e), OK);
	copy_tree(&w, w.path, fork);
	copy_tree(&w, state, state_then);
	assert_int_equal(grow(&w, 2, 2, &kept, &e), OK);
	copy_tree(&w, fork, w.path);
	/* only who takes back the copy outside too can do that */
	w.state = state_then;
	assert_int_equal(grow(&w, 2, 2, &kept, &e), OK);
	w.state = state;
	struct told t = verify(&w);
	assert_int_equal(t.report.problems, 1);
	assert_non_null(strstr(t.first.msg, "another log of 5"));
	assert_int_equal(grow(&w, 1, 1, &kept, &e), E_VERIFY);
	world_close(&w);
}

static void test_a_second_writer_is_refused(void **unused)
{
	(void)unused;
	struct world w;
	struct err e;
	struct archive *first = NULL;
	struct archive *second = NULL;
	world_open(&w);
	assert_int_equal(create(&w, &e), OK);
	assert_int_equal(archive_open(&w.env, w.path, true, &first, &e), OK);
	assert_int_equal(archive_open(&w.env, w.path, true, &second, &e), E_BUSY);
	archive_close(first);
	assert_int_equal(archive_open(&w.env, w.path, true, &second, &e), OK);
	archive_close(second);
	world_close(&w);
}

static void append(const char *path, struct str bytes)
{
	AUTO_FD fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.p, bytes.n), (ssize_t)bytes.n);
}

static void test_what_a_crash_left_goes_to_lost_and_found(void **unused)
{
	(void)unused;
	struct world w;
	struct err e;
	struct stat st;
	uint64_t kept = 0;
	world_open(&w);
	assert_int_equal(create(&w, &e), OK);
	assert_int_equal(grow(&w, 3, 3, &kept, &e), OK);
	struct file_list l = {.a = &w.a};
	list_files(&w, &l);
	for (size_t i = 0; i < l.n; i++)
		if (strstr(l.path[i], ".warc.gz") || strstr(l.path[i], ".rec"))
			append(l.path[i], STR("half of something"));
	struct told t = verify(&w);
	assert_int_equal(t.report.problems, 0);
	assert_int_equal(t.unfinished, 2);
	assert_int_equal(grow(&w, 1, 1, &kept, &e), OK);
	assert_verified(&w, 4);
	assert_int_equal(stat(str_fmt(&w.a, "%s/lost+found", w.path).p, &st), 0);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_new_archive_verifies_and_grows),
		cmocka_unit_test(test_every_entry_has_an_inclusion_proof),
		cmocka_unit_test(test_a_flipped_bit_anywhere_is_named),
		cmocka_unit_test(test_a_missing_or_foreign_file_is_named),
		cmocka_unit_test(test_a_failing_disk_loses_nothing_that_was_kept),
		cmocka_unit_test(test_an_older_copy_of_the_folder_is_told_and_not_signed_on),
		cmocka_unit_test(test_a_second_archive_of_that_origin_leaves_the_first_alone),
		cmocka_unit_test(test_without_a_place_for_the_copy_outside_no_log_is_begun),
		cmocka_unit_test(test_another_history_under_the_key_is_a_problem),
		cmocka_unit_test(test_a_second_writer_is_refused),
		cmocka_unit_test(test_what_a_crash_left_goes_to_lost_and_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
