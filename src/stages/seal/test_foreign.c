/* SPDX-License-Identifier: Apache-2.0 */
/* Tiled logs checked from their files alone: our own at many sizes, and a public one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "io/fs/fs.h"
#include "stages/seal/test_world.h"

#define TESSERA_VKEY "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"

/* A log of `n` entries; its checkpoint, and its folder open. */
static struct checkpoint log_of(struct world *w, unsigned n, int *ret_dir)
{
	struct err e;
	uint64_t kept = 0;
	struct archive *ar = NULL;
	struct checkpoint c;
	world_open(w);
	assert_int_equal(world_create(w, &e), OK);
	assert_int_equal(world_grow(w, n, n, &kept, &e), OK);
	assert_int_equal(archive_open(&w->env, w->path, false, &ar, &e), OK);
	assert_int_equal(seal_checkpoint(ar, signer_key(w->signer), &w->a, &c, NULL, &e), OK);
	archive_close(ar);
	assert_int_equal(fs_dir_open(AT_FDCWD, str_fmt(&w->a, "%s/log", w->path).p, ret_dir, &e), OK);
	return c;
}

static void test_log_is_checked_from_its_files(void **unused)
{
	(void)unused;
	static const unsigned sizes[] = {1, 2, 255, 256, 257, 513};
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct world w;
		struct err e;
		AUTO_FD dir = -1;
		struct checkpoint c = log_of(&w, sizes[i], &dir);
		assert_int_equal(c.size, sizes[i]);
		assert_int_equal(seal_check_tiles(dir, &c, true, NULL, &e), OK);
		assert_int_equal(seal_check_tiles(dir, &c, false, NULL, &e), OK);
		c.root.b[31] ^= 1;
		assert_int_equal(seal_check_tiles(dir, &c, true, NULL, &e), E_VERIFY);
		c.root.b[31] ^= 1;
		c.size++;
		assert_int_equal(seal_check_tiles(dir, &c, true, NULL, &e), E_VERIFY);
		world_close(&w);
	}
}

/* What is left of a checkpoint whose partial tiles have been filled up since. */
static void test_an_earlier_size_is_in_the_full_tiles(void **unused)
{
	(void)unused;
	struct world w;
	struct err e;
	AUTO_FD dir = -1;
	struct archive *ar = NULL;
	struct checkpoint c = log_of(&w, 600, &dir);
	assert_int_equal(archive_open(&w.env, w.path, false, &ar, &e), OK);
	static const unsigned sizes[] = {0, 1, 74, 255, 512}; /* what level 1 has at these is there */
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct checkpoint then = {c.origin, sizes[i], {{0}}};
		assert_int_equal(seal_root_at(ar, &c, then.size, &then.root, &e), OK);
		assert_int_equal(seal_check_tiles(dir, &then, true, NULL, &e), OK);
	}
	archive_close(ar);
	world_close(&w);
}

static void test_every_flipped_byte_of_a_tile_is_named(void **unused)
{
	(void)unused;
	struct world w;
	AUTO_FD dir = -1;
	size_t flips = 0;
	struct checkpoint c = log_of(&w, 300, &dir);
	static const char *const tiles[] = {
		"tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44"};
	for (size_t i = 0; i < ARRAY_LEN(tiles); i++) {
		struct stat st;
		assert_int_equal(fchmodat(dir, tiles[i], 0600, 0), 0);
		AUTO_FD fd = openat(dir, tiles[i], O_RDWR | O_CLOEXEC);
		assert_true(fd >= 0 && fstat(fd, &st) == 0);
		for (off_t at = 0; at < st.st_size; at += 11) {
			uint8_t was = 0;
			struct err e;
			assert_int_equal(pread(fd, &was, 1, at), 1);
			uint8_t now = (uint8_t)(was ^ (1u << at % 8));
			assert_int_equal(pwrite(fd, &now, 1, at), 1);
			assert_int_equal(seal_check_tiles(dir, &c, true, NULL, &e), E_VERIFY);
			/* a leaf hash that is wrong is seen in its entry, which is named */
			if (strstr(tiles[i], "/0/") == NULL && !strstr(e.msg, tiles[i]))
				fail_msg("%s: byte %lld: named as '%s'", tiles[i], (long long)at, e.msg);
			assert_int_equal(pwrite(fd, &was, 1, at), 1);
			flips++;
		}
	}
	print_message("%zu flipped bits, each seen\n", flips);
	assert_true(flips > 1000);
	world_close(&w);
}

static void test_missing_and_cut_tiles_are_told(void **unused)
{
	(void)unused;
	struct world w;
	struct err e;
	AUTO_FD dir = -1;
	struct checkpoint c = log_of(&w, 300, &dir);
	assert_int_equal(unlinkat(dir, "tile/0/001.p/44", 0), 0);
	assert_int_equal(seal_check_tiles(dir, &c, true, NULL, &e), E_VERIFY);
	assert_non_null(strstr(e.msg, "tile/0/001.p/44"));
	assert_int_equal(fchmodat(dir, "tile/0/000", 0600, 0), 0);
	AUTO_FD fd = openat(dir, "tile/0/000", O_RDWR | O_CLOEXEC);
	assert_int_equal(ftruncate(fd, 8191), 0);
	assert_int_equal(seal_check_tiles(dir, &c, true, NULL, &e), E_VERIFY);
	assert_non_null(strstr(e.msg, "tile/0/000"));
	assert_int_equal(ftruncate(fd, 8193), 0);
	assert_int_equal(seal_check_tiles(dir, &c, true, NULL, &e), E_VERIFY);
	world_close(&w);
}

static void test_a_public_log_is_checked(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO_FD dir = -1;
	struct err e;
	struct note_key key;
	const char *vectors = getenv("ONRECORD_VECTORS");
	const char *path = str_fmt(&a, "%s/tlog/tessera/log", vectors ? vectors : "../shared/vectors").p;
	if (fs_dir_open(AT_FDCWD, path, &dir, &e) != OK) {
		print_message("skipped: public test data tlog/tessera is not there\n");
		arena_clear(&a); /* skip() does not come back */
		skip();
	}
	assert_int_equal(note_key_parse(&a, STR(TESSERA_VKEY), &key, &e), OK);
	for (unsigned size = 1; size <= 15; size++) {
		AUTO(buf) note = {0};
		struct note n;
		struct checkpoint c;
		buf_init(&note, CAP_NOTE);
		assert_int_equal(fs_read(dir, str_fmt(&a, "checkpoint.%u", size).p, &note, &e), OK);
		assert_int_equal(note_open(&a, buf_str(&note), &key, 1, &n, &e), OK);
		assert_int_equal(checkpoint_parse(&a, n.text, &c, &e), OK);
		assert_int_equal(c.size, size);
		if (seal_check_tiles(dir, &c, true, NULL, &e) != OK)
			fail_msg("%u: %s", size, e.msg);
	}
}

struct heard {
	struct fs_progress progress; /* first */
	uint64_t bytes;
};

static void hear(struct fs_progress *p, uint64_t n)
{
	((struct heard *)(void *)p)->bytes += n;
}

static void test_each_byte_that_is_read_is_heard_of(void **unused)
{
	(void)unused;
	struct world w;
	struct err e;
	struct stat st;
	AUTO_FD dir = -1;
	struct checkpoint c = log_of(&w, 3, &dir);
	struct heard h = {.progress = {hear}};
	assert_int_equal(seal_check_tiles(dir, &c, false, &h.progress, &e), OK);
	assert_int_equal(h.bytes, 96);
	h.bytes = 0;
	assert_int_equal(fstatat(dir, "tile/entries/000.p/3", &st, 0), 0);
	assert_int_equal(seal_check_tiles(dir, &c, true, &h.progress, &e), OK);
	assert_int_equal(h.bytes, 96 + st.st_size);
	world_close(&w);
}

static void test_files_that_are_no_tiles_of_that_log_are_refused(void **unused)
{
	(void)unused;
	static const struct {
		const char *change; /* a shell command in log/ */
		const char *says;
	} cases[] = {
		{"rm tile/0/000.p/3; mkdir tile/0/000.p/3", "tile/0/000.p/3"},
		{"truncate -s 100000 tile/0/000.p/3", "tile/0/000.p/3"},
		{"truncate -s 99999999 tile/entries/000.p/3", "tile/entries/000.p/3"},
		{"printf '\\0\\1x' >> tile/entries/000.p/3", "more entries than its tile has hashes"},
		{"truncate -s 30 tile/entries/000.p/3", "fewer entries than its tile has hashes"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct world w;
		struct err e;
		AUTO_FD dir = -1;
		struct checkpoint c = log_of(&w, 3, &dir);
		assert_int_equal(
			system(str_fmt(&w.a, "cd '%s/log' && chmod -R u+w . && %s", w.path, cases[i].change).p), 0);
		assert_int_equal(seal_check_tiles(dir, &c, true, NULL, &e), E_VERIFY);
		if (!strstr(e.msg, cases[i].says))
			fail_msg("%s: '%s'", cases[i].change, e.msg);
		c.size = 1ull << 63;
		assert_int_equal(seal_check_tiles(dir, &c, true, NULL, &e), E_LIMIT);
		world_close(&w);
	}
}

static void test_a_cut_tile_and_a_size_that_was_not_reached_prove_nothing(void **unused)
{
	(void)unused;
	struct world w;
	struct err e;
	struct hash root;
	struct tlog_proof p;
	struct archive *ar = NULL;
	AUTO_FD dir = -1;
	struct checkpoint c = log_of(&w, 3, &dir);
	assert_int_equal(archive_open(&w.env, w.path, false, &ar, &e), OK);
	assert_int_equal(seal_prove(ar, &c, 3, STR("leaf"), &p, &e), E_NOTFOUND);
	assert_int_equal(seal_prove_consistency(ar, &c, 0, &p, &e), OK);
	assert_int_equal(p.n, 0);
	assert_int_equal(
		system(str_fmt(&w.a, "cd '%s/log' && chmod -R u+w . && truncate -s 64 tile/0/000.p/3", w.path).p), 0);
	assert_int_equal(seal_root_at(ar, &c, 2, &root, &e), E_VERIFY);
	assert_non_null(strstr(e.msg, "tile/0/000.p/3: 64 bytes for 3 hashes"));
	assert_int_equal(seal_prove(ar, &c, 1, STR("leaf"), &p, &e), E_VERIFY);
	archive_close(ar);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_log_is_checked_from_its_files),
		cmocka_unit_test(test_an_earlier_size_is_in_the_full_tiles),
		cmocka_unit_test(test_every_flipped_byte_of_a_tile_is_named),
		cmocka_unit_test(test_each_byte_that_is_read_is_heard_of),
		cmocka_unit_test(test_files_that_are_no_tiles_of_that_log_are_refused),
		cmocka_unit_test(test_a_cut_tile_and_a_size_that_was_not_reached_prove_nothing),
		cmocka_unit_test(test_missing_and_cut_tiles_are_told),
		cmocka_unit_test(test_a_public_log_is_checked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
