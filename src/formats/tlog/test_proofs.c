/* SPDX-License-Identifier: Apache-2.0 */
/* Proofs about subtrees, proofs in logs as large as they can be, and the example of docs/formats/log.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/codec.h"
#include "formats/note/note.h"
#include "formats/tlog/tlog.h"

static struct hash numbered(uint64_t i)
{
	return tlog_leaf_hash(str_mem(&i, sizeof(i)));
}

static uint64_t split(uint64_t n)
{
	uint64_t k = 1;
	while (k * 2 < n)
		k *= 2;
	return k;
}

static struct hash range(uint64_t from, uint64_t to)
{
	struct tlog_edge t;
	tlog_edge_init(&t);
	for (uint64_t i = from; i < to; i++) {
		struct hash h = numbered(i);
		tlog_edge_add(&t, &h);
	}
	return tlog_edge_root(&t);
}

/* SUBTREE_PROOF(start, end, D[from:to]) of draft-ietf-plants-merkle-tree-certs §4.4.1, from the root down; the hashes
 * come out last first. `known`: the verifier has the root of what is left. */
static void prove_subtree(uint64_t start, uint64_t end, uint64_t size, struct tlog_proof *ret)
{
	uint64_t from = 0;
	uint64_t to = size;
	bool known = true;
	struct hash down[CAP_PROOF];
	size_t n = 0;
	while (start != from || end != to) {
		uint64_t mid = from + split(to - from);
		if (end <= mid) {
			down[n++] = range(mid, to);
			to = mid;
			continue;
		}
		down[n++] = range(from, mid);
		if (start < mid) {
			known = false;
			start = mid;
		}
		from = mid;
	}
	if (!known)
		down[n++] = range(from, to);
	for (ret->n = 0; n > 0;)
		ret->h[ret->n++] = down[--n];
}

static bool is_subtree(uint64_t start, uint64_t end)
{
	uint64_t power = 1;
	while (power < end - start)
		power *= 2;
	return start % power == 0;
}

static void check_one_subtree(uint64_t start, uint64_t end, uint64_t size)
{
	struct tlog_proof p;
	struct err e;
	struct hash sub = range(start, end);
	struct hash root = range(0, size);
	struct hash other = range(start, end + 1);
	if (!is_subtree(start, end)) {
		p.n = 0;
		assert_int_equal(tlog_check_subtree_consistency(start, end, &sub, size, &sub, &p, &e), E_VERIFY);
		assert_int_equal(tlog_check_subtree_inclusion(&sub, start, start, end, &p, &sub, &e), E_VERIFY);
		return;
	}
	prove_subtree(start, end, size, &p);
	assert_int_equal(tlog_check_subtree_consistency(start, end, &sub, size, &root, &p, &e), OK);
	assert_int_equal(tlog_check_subtree_consistency(start, end, &other, size, &root, &p, &e), E_VERIFY);
	assert_int_equal(tlog_check_subtree_consistency(start, end, &sub, size, &other, &p, &e),
		hash_eq(&other, &root) ? OK : E_VERIFY);
	for (size_t i = 0; i < p.n; i++) {
		p.h[i].b[i % 32] ^= 4;
		assert_int_equal(tlog_check_subtree_consistency(start, end, &sub, size, &root, &p, &e), E_VERIFY);
		p.h[i].b[i % 32] ^= 4;
	}
	p.h[p.n++] = root;
	assert_int_equal(tlog_check_subtree_consistency(start, end, &sub, size, &root, &p, &e), E_VERIFY);
	p.n--;
	if (p.n == 0)
		return;
	p.n--;
	assert_int_equal(tlog_check_subtree_consistency(start, end, &sub, size, &root, &p, &e), E_VERIFY);
}

static void test_every_subtree_of_small_logs_is_proven_and_no_other(void **unused)
{
	(void)unused;
	for (uint64_t size = 1; size <= 24; size++)
		for (uint64_t start = 0; start < size; start++)
			for (uint64_t end = start + 1; end <= size; end++)
				check_one_subtree(start, end, size);
}

/* A subtree that begins at 0 is an older log: both kinds of proof are the same (draft §4.4). */
static void test_a_subtree_from_the_beginning_is_an_older_log(void **unused)
{
	(void)unused;
	for (uint64_t size = 1; size <= 40; size++)
		for (uint64_t old = 1; old <= size; old++) {
			struct tlog_proof p;
			struct err e;
			struct hash root1 = range(0, old);
			struct hash root2 = range(0, size);
			prove_subtree(0, old, size, &p);
			assert_int_equal(tlog_check_consistency(old, &root1, size, &root2, &p, &e), OK);
		}
}

/* Tiles of a log so large that nobody has it: every stored hash is the same. */
static rc same_hash(
	struct tlog_tiles *t, unsigned level, uint64_t index, unsigned width, struct hash *ret, struct err *e)
{
	(void)t;
	(void)level;
	(void)index;
	(void)e;
	for (unsigned i = 0; i < width; i++)
		ret[i] = hash_of(STR("same"));
	return OK;
}

static void test_the_largest_logs_proofs_have_room(void **unused)
{
	(void)unused;
	struct tlog_tiles t = {same_hash};
	const uint64_t most = (uint64_t)1 << 62;
	const uint64_t inclusion[][2] = {
		{2 * most - 1, 0}, {2 * most - 1, most}, {2 * most - 1, 2 * most - 2}, {most + 1, most}};
	const uint64_t consistency[][2] = {{1, most}, {most - 1, most}, {most / 2 - 1, most}, {most / 2 + 1, most - 1}};
	const uint64_t none[][2] = {{0, 0}, {0, 5}, {6, 5}, {most - 1, 2 * most - 1}, {1, most + 1}, {1, UINT64_MAX}};
	struct tlog_proof p;
	struct err e;
	size_t longest = 0;
	for (size_t i = 0; i < ARRAY_LEN(inclusion); i++) {
		assert_int_equal(tlog_prove_inclusion(&t, inclusion[i][0], inclusion[i][1], &p, &e), OK);
		longest = p.n > longest ? p.n : longest;
	}
	assert_int_equal(longest, CAP_PROOF);
	assert_int_equal(tlog_prove_inclusion(&t, 2 * most, 0, &p, &e), E_USAGE);
	assert_int_equal(tlog_prove_inclusion(&t, 5, 5, &p, &e), E_USAGE);
	assert_int_equal(tlog_prove_inclusion(&t, 0, 0, &p, &e), E_USAGE);
	for (size_t i = 0; i < ARRAY_LEN(consistency); i++) {
		assert_int_equal(tlog_prove_consistency(&t, consistency[i][0], consistency[i][1], &p, &e), OK);
		assert_true(p.n <= CAP_PROOF);
	}
	assert_int_equal(tlog_prove_consistency(&t, most - 1, most, &p, &e), OK);
	assert_int_equal(p.n, CAP_PROOF);
	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		assert_int_equal(tlog_prove_consistency(&t, none[i][0], none[i][1], &p, &e), E_USAGE);
}

/* Sizes of 64 bits and proofs that fit nothing: a verdict, no overflow. */
static void test_numbers_at_their_ends_are_refused_quietly(void **unused)
{
	(void)unused;
	static const uint64_t ends[] = {0, 1, 2, (uint64_t)1 << 62, (uint64_t)1 << 63, UINT64_MAX - 1, UINT64_MAX};
	struct hash h = hash_of(STR("h"));
	struct hash root = hash_of(STR("root"));
	struct tlog_proof p = {.n = 0};
	struct err e;
	for (; p.n < CAP_PROOF; p.n++)
		for (size_t i = 0; i < ARRAY_LEN(ends); i++)
			for (size_t k = 0; k < ARRAY_LEN(ends); k++) {
				assert_int_equal(tlog_check_inclusion(&h, ends[i], ends[k], &p, &root, &e), E_VERIFY);
				assert_int_equal(tlog_check_consistency(ends[i], &h, ends[k], &root, &p, &e), E_VERIFY);
				assert_int_equal(
					tlog_check_subtree_inclusion(&h, ends[i], ends[k], UINT64_MAX, &p, &root, &e),
					E_VERIFY);
				assert_int_equal(
					tlog_check_subtree_consistency(ends[i], ends[k], &h, UINT64_MAX, &root, &p, &e),
					E_VERIFY);
			}
}

static void test_tiles_are_as_wide_as_the_log_is_long(void **unused)
{
	(void)unused;
	static const struct {
		uint64_t size;
		unsigned level;
		uint64_t index;
		unsigned width;
	} cases[] = {{0, 0, 0, 0}, {1, 0, 0, 1}, {255, 0, 0, 255}, {256, 0, 0, 256}, {256, 0, 1, 0}, {256, 1, 0, 1},
		{257, 0, 1, 1}, {65535, 1, 0, 255}, {65536, 1, 0, 256}, {65536, 2, 0, 1}, {70000, 0, 273, 112},
		{70000, 0, 274, 0}, {70000, 1, 1, 17}, {70000, 2, 0, 1}, {70000, 3, 0, 0}, {UINT64_MAX, 7, 0, 255},
		{UINT64_MAX, 8, 0, 0}, {UINT64_MAX, 0, UINT64_MAX >> 8, 255}, {UINT64_MAX, 0, UINT64_MAX, 0},
		{1, 63, 0, 0}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (tlog_tile_width(cases[i].size, cases[i].level, cases[i].index) != cases[i].width)
			fail_msg("case %zu", i);
}

static struct str read_doc(struct arena *a, const char *path)
{
	static char bytes[65536];
	FILE *f = fopen(path, "rbe");
	assert_non_null(f);
	size_t n = fread(bytes, 1, sizeof(bytes), f);
	(void)fclose(f);
	return str_dup(a, str_mem(bytes, n));
}

/* The indented lines that follow the line with `head`, without their indent. */
static struct str example_of(struct arena *a, struct str doc, const char *head)
{
	AUTO(buf) b = {0};
	size_t at = str_find(doc, str_c(head), 0);
	assert_true(at < doc.n);
	struct str rest = str_from(doc, at + strlen(head));
	buf_init(&b, 65536);
	(void)str_cut(&rest, '\n');
	(void)str_cut(&rest, '\n');
	while (str_starts(rest, STR("    "))) {
		struct str line = str_cut(&rest, '\n');
		buf_add(&b, str_from(line, 4));
		buf_addc(&b, '\n');
	}
	return str_dup(a, buf_str(&b));
}

static void test_the_example_of_the_documentation_verifies(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) bundle = {0};
	struct str doc = read_doc(&a, "docs/formats/log.md");
	struct str entries = example_of(&a, doc, "The entries of a log of three");
	struct str hashes = example_of(&a, doc, "Their leaf hashes");
	struct str bytes = example_of(&a, doc, "begins with");
	struct str vkey = example_of(&a, doc, "has the verifier key");
	struct str checkpoint = example_of(&a, doc, "The checkpoint says");
	struct str signature = example_of(&a, doc, "the signature says");
	struct tlog_edge edge;
	struct note_key key;
	struct note n;
	struct checkpoint c;
	struct err e;
	buf_init(&bundle, 1024);
	tlog_edge_init(&edge);
	while (entries.n) {
		size_t end = str_chr(entries, '\n', str_chr(entries, '\n', 0) + 1) + 1;
		struct str entry = str_sub(entries, 0, end);
		entries = str_from(entries, end);
		struct hash h = tlog_leaf_hash(entry);
		assert_true(str_eq(hex_of(&a, hash_str(&h)), str_cut(&hashes, '\n')));
		tlog_edge_add(&edge, &h);
		tlog_bundle_add(&bundle, entry);
	}
	assert_int_equal(edge.size, 3);
	assert_int_equal(bundle.n, 3 * 65);
	assert_true(str_eq(hex_of(&a, str_sub(buf_str(&bundle), 0, 16)), str_trim(bytes)));
	assert_int_equal(note_key_parse(&a, str_trim(vkey), &key, &e), OK);
	struct str note = str_join(&a, str_join(&a, checkpoint, STR("\n")), signature);
	assert_int_equal(note_open(&a, note, &key, 1, &n, &e), OK);
	assert_int_equal(checkpoint_parse(&a, n.text, &c, &e), OK);
	struct hash root = tlog_edge_root(&edge);
	assert_true(c.size == 3 && hash_eq(&c.root, &root) && str_eq(c.origin, key.name));
}

/* Gives the first `left` tiles that are asked for. */
struct failing {
	struct tlog_tiles tiles;
	unsigned left;
};

static rc read_some(
	struct tlog_tiles *t, unsigned level, uint64_t index, unsigned width, struct hash *ret, struct err *e)
{
	struct failing *f = (struct failing *)t;
	(void)level;
	(void)index;
	if (f->left == 0)
		return err_set(e, E_IO, "no tile");
	f->left--;
	memset(ret, 0, width * sizeof(*ret));
	return OK;
}

/* Each read in turn fails: the error comes out, whichever it was. */
static void test_a_tile_that_cannot_be_read_ends_the_proof(void **unused)
{
	(void)unused;
	unsigned failed[3] = {0};
	for (unsigned which = 0; which < 3; which++) {
		rc r = E_IO;
		for (unsigned left = 0; r != OK && left < 1000; left++) {
			struct failing f = {{read_some}, left};
			struct tlog_proof p;
			struct tlog_edge edge;
			struct err e;
			if (which == 0)
				r = tlog_prove_inclusion(&f.tiles, 70001, 300, &p, &e);
			else if (which == 1)
				r = tlog_prove_consistency(&f.tiles, 257, 70001, &p, &e);
			else
				r = tlog_edge_load(&f.tiles, 70001, &edge, &e);
			assert_true(r == OK || r == E_IO);
			failed[which] += r == E_IO;
		}
		assert_int_equal(r, OK);
	}
	assert_true(failed[0] > 3 && failed[1] > 3 && failed[2] > 1);
}

static void test_no_path_but_a_tiles_own_is_read(void **unused)
{
	(void)unused;
	static const char *const bad[] = {"tile/0/00a", "tile/0/0000", "tile/0/x00a/000", "tile/0/99", "tile/0/000.p/0",
		"tile/0/x018/x446/x744/x073/x709/x551/616", "tile/0/x018/x446/x744/x073/x710/x000/000",
		"tile/0/x001/x018/x446/x744/x073/x709/x551/615/x001/x018/x446/x744/x073/x709/x551/615/000",
		"tile/0/x018/x446/x744/x073/x709/x551/x615/x001/000"};
	int level = 0;
	uint64_t index = 0;
	unsigned width = 0;
	struct err e;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (tlog_tile_parse(str_c(bad[i]), &level, &index, &width, &e) != E_FORMAT)
			fail_msg("%s", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_tile_that_cannot_be_read_ends_the_proof),
		cmocka_unit_test(test_no_path_but_a_tiles_own_is_read),
		cmocka_unit_test(test_every_subtree_of_small_logs_is_proven_and_no_other),
		cmocka_unit_test(test_a_subtree_from_the_beginning_is_an_older_log),
		cmocka_unit_test(test_the_largest_logs_proofs_have_room),
		cmocka_unit_test(test_numbers_at_their_ends_are_refused_quietly),
		cmocka_unit_test(test_tiles_are_as_wide_as_the_log_is_long),
		cmocka_unit_test(test_the_example_of_the_documentation_verifies),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
