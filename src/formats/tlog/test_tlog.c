/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ftw.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/codec.h"
#include "formats/note/note.h"
#include "formats/tlog/tlog.h"

static struct hash numbered(uint64_t i)
{
	return tlog_leaf_hash(str_mem(&i, sizeof(i)));
}

/* RFC 6962 §2.1 as it is written, recursion and all: only to hold the real thing against. */
static struct hash naive_root(uint64_t from, uint64_t to)
{
	if (to - from == 1)
		return numbered(from);
	uint64_t k = 1;
	while (k * 2 < to - from)
		k *= 2;
	struct hash l = naive_root(from, from + k);
	struct hash r = naive_root(from + k, to);
	return tlog_node_hash(&l, &r);
}

static struct hash edge_root(uint64_t n)
{
	struct tlog_edge t;
	tlog_edge_init(&t);
	for (uint64_t i = 0; i < n; i++) {
		struct hash h = numbered(i);
		tlog_edge_add(&t, &h);
	}
	return tlog_edge_root(&t);
}

/* Tiles of the numbered log, made when they are asked for; refuses what a log of that size does not store. */
struct made_tiles {
	struct tlog_tiles tiles;
	uint64_t size;
};

static rc make_tile(
	struct tlog_tiles *t, unsigned level, uint64_t index, unsigned width, struct hash *ret, struct err *e)
{
	struct made_tiles *m = (struct made_tiles *)t;
	if (width > tlog_tile_width(m->size, level, index))
		return err_set(e, E_NOTFOUND, "no such tile");
	for (unsigned i = 0; i < width; i++) {
		uint64_t span = (uint64_t)1 << 8 * level;
		uint64_t from = (index * TLOG_TILE_WIDTH + i) * span;
		ret[i] = naive_root(from, from + span);
	}
	return OK;
}

static void test_roots_are_those_of_rfc_6962(void **unused)
{
	(void)unused;
	struct hash empty = tlog_empty_root();
	struct hash none = edge_root(0);
	assert_true(hash_eq(&empty, &none));
	for (uint64_t n = 1; n <= 300; n++) {
		struct hash a = edge_root(n);
		struct hash b = naive_root(0, n);
		assert_true(hash_eq(&a, &b));
	}
}

static void test_every_proof_of_small_logs_holds_and_no_other(void **unused)
{
	(void)unused;
	struct err e;
	for (uint64_t n = 1; n <= 40; n++) {
		struct made_tiles m = {{make_tile}, n};
		struct hash root = naive_root(0, n);
		for (uint64_t i = 0; i < n; i++) {
			struct tlog_proof p;
			struct hash leaf = numbered(i);
			assert_int_equal(tlog_prove_inclusion(&m.tiles, n, i, &p, &e), OK);
			assert_int_equal(tlog_check_inclusion(&leaf, i, n, &p, &root, &e), OK);
			assert_int_equal(tlog_check_inclusion(&leaf, i + 1, n, &p, &root, &e), E_VERIFY);
			assert_int_equal(tlog_check_inclusion(&root, i, n, &p, &root, &e), n == 1 ? OK : E_VERIFY);
			for (size_t k = 0; k < p.n; k++) {
				p.h[k].b[k % 32] ^= 1;
				assert_int_equal(tlog_check_inclusion(&leaf, i, n, &p, &root, &e), E_VERIFY);
				p.h[k].b[k % 32] ^= 1;
			}
			p.n++;
			p.h[p.n - 1] = root;
			assert_int_equal(tlog_check_inclusion(&leaf, i, n, &p, &root, &e), E_VERIFY);
		}
		for (uint64_t k = 1; k <= n; k++) {
			struct tlog_proof p;
			struct hash old = naive_root(0, k);
			assert_int_equal(tlog_prove_consistency(&m.tiles, k, n, &p, &e), OK);
			assert_int_equal(tlog_check_consistency(k, &old, n, &root, &p, &e), OK);
			old.b[0] ^= 1;
			assert_int_equal(tlog_check_consistency(k, &old, n, &root, &p, &e), E_VERIFY);
		}
	}
}

static void test_proofs_reach_across_tiles(void **unused)
{
	(void)unused;
	static const uint64_t sizes[] = {255, 256, 257, 511, 512, 513, 1000};
	struct err e;
	for (size_t s = 0; s < ARRAY_LEN(sizes); s++) {
		struct made_tiles m = {{make_tile}, sizes[s]};
		struct hash root = naive_root(0, sizes[s]);
		struct tlog_edge edge;
		assert_int_equal(tlog_edge_load(&m.tiles, sizes[s], &edge, &e), OK);
		struct hash loaded = tlog_edge_root(&edge);
		assert_true(hash_eq(&loaded, &root));
		for (uint64_t i = 0; i < sizes[s]; i += 37) {
			struct tlog_proof p;
			struct hash leaf = numbered(i);
			assert_int_equal(tlog_prove_inclusion(&m.tiles, sizes[s], i, &p, &e), OK);
			assert_int_equal(tlog_check_inclusion(&leaf, i, sizes[s], &p, &root, &e), OK);
		}
	}
}

static void test_tile_paths_are_those_of_the_specification(void **unused)
{
	(void)unused;
	static const struct {
		int level;
		uint64_t index;
		unsigned width;
		const char *path;
	} cases[] = {{0, 1234067, 256, "tile/0/x001/x234/067"}, {0, 5, 256, "tile/0/005"}, {1, 0, 1, "tile/1/000.p/1"},
		{-1, 273, 112, "tile/entries/273.p/112"}, {63, 999, 255, "tile/63/999.p/255"},
		{0, 1000, 256, "tile/0/x001/000"}};
	static const char *const bad[] = {"", "tile", "tile/0", "tile/0/5", "tile/0/0005", "tile/00/005", "tile/64/005",
		"tile/0/005.p/0", "tile/0/005.p/256", "tile/0/005.p/08", "tile/0/005.p", "tile/0/x000/005",
		"tile/0/x001", "tile/0/005/", "tile/8/0/005", "tile/x/005", "tile/0/x005/x006", "tile/0/005.p/8/9",
		"/tile/0/005", "tile/0/x999/x999/x999/x999/x999/x999/x999/999"};
	struct err e;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf) b = {0};
		int level = 0;
		uint64_t index = 0;
		unsigned width = 0;
		buf_init(&b, 256);
		tlog_tile_path(&b, cases[i].level, cases[i].index, cases[i].width);
		assert_string_equal(b.p, cases[i].path);
		assert_int_equal(tlog_tile_parse(buf_str(&b), &level, &index, &width, &e), OK);
		assert_true(level == cases[i].level && index == cases[i].index && width == cases[i].width);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		int level = 0;
		uint64_t index = 0;
		unsigned width = 0;
		if (tlog_tile_parse(str_c(bad[i]), &level, &index, &width, &e) != E_FORMAT)
			fail_msg("%s", bad[i]);
	}
}

static void test_bundles_cut_short_are_refused(void **unused)
{
	(void)unused;
	AUTO(buf) b = {0};
	struct err e;
	struct str entry;
	buf_init(&b, 1024);
	tlog_bundle_add(&b, STR("one"));
	tlog_bundle_add(&b, STR(""));
	for (size_t n = 0; n < b.n; n++) {
		struct str rest = str_sub(buf_str(&b), 0, n);
		rc r = OK;
		while ((r = tlog_bundle_next(&rest, &entry, &e)) == OK)
			continue;
		assert_int_equal(r, n == 0 || n == 5 ? E_NOTFOUND : E_FORMAT);
	}
}

/* The public proof vectors. nftw() has no argument for its callback, hence these. */
static struct {
	const char *kind;
	size_t right;
	size_t wrong;
} vectors;

/* Some cases have words in place of hashes; ours are of 32 bytes by type, so the digest of the words stands for them.
 * An empty one stands for nothing and refuses. */
static bool hash_at(struct arena *a, const json_t *o, const char *key, struct hash *ret)
{
	struct str raw = STR("");
	const char *text = json_string_value(json_object_get(o, key));
	*ret = (struct hash){{0}};
	if (!text)
		return true; /* not a member of this kind of case */
	if (!base64_decode(a, str_c(text), &raw) || raw.n == 0)
		return false;
	if (raw.n == sizeof(ret->b))
		memcpy(ret->b, raw.p, sizeof(ret->b));
	else
		*ret = hash_of(raw);
	return true;
}

static uint64_t number_at(const json_t *o, const char *key)
{
	/* read as reals, since some are 2^64 - 1; the others are small */
	double v = json_number_value(json_object_get(o, key));
	return v >= 18446744073709551615.0 ? UINT64_MAX : (uint64_t)v;
}

/* False when a hash of it is not 32 bytes, or there are too many: refused before any arithmetic. */
static bool proof_at(struct arena *a, const json_t *o, struct tlog_proof *ret)
{
	const json_t *list = json_object_get(o, "proof");
	ret->n = 0;
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct str raw;
		const char *text = json_string_value(json_array_get(list, i));
		if (!text || ret->n == CAP_PROOF || !base64_decode(a, str_c(text), &raw) || raw.n != 32)
			return false;
		memcpy(ret->h[ret->n++].b, raw.p, 32);
	}
	return true;
}

static rc one_verdict(struct arena *a, const json_t *o)
{
	struct tlog_proof p;
	struct err e;
	struct hash root;
	struct hash root1;
	struct hash root2;
	struct hash leaf;
	if (!hash_at(a, o, "root", &root) || !hash_at(a, o, "root1", &root1) || !hash_at(a, o, "root2", &root2) ||
		!hash_at(a, o, "leafHash", &leaf) || !proof_at(a, o, &p))
		return E_VERIFY;
	if (strcmp(vectors.kind, "inclusion") == 0)
		return tlog_check_inclusion(&leaf, number_at(o, "leafIdx"), number_at(o, "treeSize"), &p, &root, &e);
	if (strcmp(vectors.kind, "consistency") == 0)
		return tlog_check_consistency(number_at(o, "size1"), &root1, number_at(o, "size2"), &root2, &p, &e);
	if (strcmp(vectors.kind, "subtreeinclusion") == 0)
		return tlog_check_subtree_inclusion(
			&leaf, number_at(o, "leafIdx"), number_at(o, "start"), number_at(o, "end"), &p, &root, &e);
	return tlog_check_subtree_consistency(
		number_at(o, "start"), number_at(o, "end"), &root1, number_at(o, "size"), &root2, &p, &e);
}

static int one_vector(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)f;
	AUTO(arena) a = {0};
	json_error_t why;
	if (type != FTW_F)
		return 0;
	json_t *o = json_load_file(path, JSON_DECODE_INT_AS_REAL, &why);
	if (!o)
		return 1;
	bool want_err = json_is_true(json_object_get(o, "wantErr"));
	bool same = (one_verdict(&a, o) != OK) == want_err;
	vectors.right += same;
	vectors.wrong += !same;
	if (!same)
		print_message("%s: wantErr %d\n", path, want_err);
	json_decref(o);
	return 0;
}

static void public_vectors(const char *kind, size_t count)
{
	AUTO(arena) a = {0};
	const char *dir = getenv("ONRECORD_VECTORS");
	vectors.kind = kind;
	vectors.right = vectors.wrong = 0;
	if (nftw(str_fmt(&a, "%s/tlog/merkle/%s", dir ? dir : "", kind).p, one_vector, 16, FTW_PHYS) != 0 ||
		vectors.right + vectors.wrong == 0) {
		print_message("skipped: public test data tlog/merkle/%s is not there\n", kind);
		arena_clear(&a); /* skip() does not come back */
		skip();
	}
	print_message("%s: %zu verdicts as expected, %zu not\n", kind, vectors.right, vectors.wrong);
	assert_int_equal(vectors.wrong, 0);
	assert_int_equal(vectors.right, count);
}

static void test_public_inclusion_proofs_get_their_verdict(void **unused)
{
	(void)unused;
	public_vectors("inclusion", 98);
}

static void test_public_consistency_proofs_get_their_verdict(void **unused)
{
	(void)unused;
	public_vectors("consistency", 98);
}

static void test_public_subtree_inclusion_proofs_get_their_verdict(void **unused)
{
	(void)unused;
	public_vectors("subtreeinclusion", 204);
}

static void test_public_subtree_consistency_proofs_get_their_verdict(void **unused)
{
	(void)unused;
	public_vectors("subtreeconsistency", 118);
}

static bool read_file(const char *path, struct buf *ret)
{
	FILE *f = fopen(path, "rbe");
	if (!f)
		return false;
	for (int c = 0; (c = getc(f)) != EOF;)
		buf_addc(ret, (char)c);
	(void)fclose(f);
	return true;
}

/* A small log that another implementation wrote: sizes 0 to 15. Its key's name and hash stand in its signature lines;
 * the public key is that of the implementation's test data. */
#define TESSERA_VKEY "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"

static void check_tessera_size(struct arena *a, const char *dir, const struct note_key *k, unsigned size)
{
	AUTO(buf) text = {0};
	AUTO(buf) tile = {0};
	AUTO(buf) bundle = {0};
	struct note n;
	struct checkpoint c;
	struct err e;
	struct tlog_edge edge;
	struct str entry;
	buf_init(&text, 65536);
	buf_init(&tile, 65536);
	buf_init(&bundle, 65536);
	assert_true(read_file(str_fmt(a, "%s/checkpoint.%u", dir, size).p, &text));
	if (note_open(a, buf_str(&text), k, 1, &n, &e) != OK)
		fail_msg("checkpoint.%u: %s", size, e.msg);
	assert_int_equal(checkpoint_parse(a, n.text, &c, &e), OK);
	assert_int_equal(c.size, size);
	tlog_edge_init(&edge);
	if (size) {
		assert_true(read_file(str_fmt(a, "%s/tile/0/000.p/%u", dir, size).p, &tile));
		assert_true(read_file(str_fmt(a, "%s/tile/entries/000.p/%u", dir, size).p, &bundle));
	}
	struct str rest = buf_str(&bundle);
	for (unsigned i = 0; i < size; i++) {
		assert_int_equal(tlog_bundle_next(&rest, &entry, &e), OK);
		struct hash h = tlog_leaf_hash(entry);
		assert_memory_equal(h.b, tile.p + i * 32, 32);
		tlog_edge_add(&edge, &h);
	}
	assert_int_equal(rest.n, 0);
	struct hash root = tlog_edge_root(&edge);
	assert_true(hash_eq(&root, &c.root));
	for (size_t bit = 0; size == 15 && bit < text.n * 8; bit++) {
		text.p[bit / 8] = (char)(text.p[bit / 8] ^ 1 << bit % 8);
		assert_true(note_open(a, buf_str(&text), k, 1, &n, &e) != OK);
		text.p[bit / 8] = (char)(text.p[bit / 8] ^ 1 << bit % 8);
	}
}

static void test_a_log_of_another_implementation_verifies(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct note_key k;
	struct err e;
	AUTO(buf) probe = {0};
	const char *vectors_dir = getenv("ONRECORD_VECTORS");
	const char *dir = str_fmt(&a, "%s/tlog/tessera/log", vectors_dir ? vectors_dir : "").p;
	buf_init(&probe, 65536);
	if (!read_file(str_fmt(&a, "%s/checkpoint", dir).p, &probe)) {
		print_message("skipped: public test data tlog/tessera is not there\n");
		buf_clear(&probe); /* skip() does not come back */
		arena_clear(&a);
		skip();
	}
	assert_int_equal(note_key_parse(&a, STR(TESSERA_VKEY), &k, &e), OK);
	for (unsigned size = 0; size <= 15; size++)
		check_tessera_size(&a, dir, &k, size);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_roots_are_those_of_rfc_6962),
		cmocka_unit_test(test_every_proof_of_small_logs_holds_and_no_other),
		cmocka_unit_test(test_proofs_reach_across_tiles),
		cmocka_unit_test(test_tile_paths_are_those_of_the_specification),
		cmocka_unit_test(test_bundles_cut_short_are_refused),
		cmocka_unit_test(test_public_inclusion_proofs_get_their_verdict),
		cmocka_unit_test(test_public_consistency_proofs_get_their_verdict),
		cmocka_unit_test(test_public_subtree_inclusion_proofs_get_their_verdict),
		cmocka_unit_test(test_public_subtree_consistency_proofs_get_their_verdict),
		cmocka_unit_test(test_a_log_of_another_implementation_verifies),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
