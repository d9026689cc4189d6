/* SPDX-License-Identifier: Apache-2.0 */
/* Files that were handed over: a small log whose checkpoints three witnesses sign. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/pipeline/pipeline.h"
#include "base/buf.h"
#include "formats/disclosure/disclosure.h"
#include "formats/note/test_sign.h"
#include "formats/proof/proof.h"
#include "formats/tlog/test_small.h"
#include "formats/witness/witness.h"

#define LOG "example.org/log"
#define NO_ODD UINT32_MAX

struct world {
	struct arena a;
	struct test_small log;
	struct test_signer key;
	struct test_signer witness[3];
	struct str keys[4]; /* the log's, then theirs */
	struct err e;
};

static void world_make(struct world *w)
{
	static const char *const names[] = {"w0", "w1", "w2"};
	*w = (struct world){.key = test_signer_make(LOG, NOTE_ED25519, 1)};
	test_small_make(&w->log, NO_ODD);
	w->keys[0] = note_key_text(&w->a, &w->key.key);
	for (uint8_t i = 0; i < 3; i++) {
		w->witness[i] = test_signer_make(names[i], NOTE_COSIGNATURE, (uint8_t)(10 + i));
		w->keys[1 + i] = note_key_text(&w->a, &w->witness[i].key);
	}
}

static struct str checkpoint_of(struct world *w, uint64_t size)
{
	struct hash root = test_small_root(&w->log, size);
	struct str text = test_checkpoint(&w->a, LOG, size, &root);
	struct str note = str_join(&w->a, str_join(&w->a, text, STR("\n")), test_signer_line(&w->a, &w->key, text, 0));
	for (size_t i = 0; i < 3; i++)
		note = str_join(&w->a, note, test_signer_line(&w->a, &w->witness[i], text, 1000 + i));
	return note;
}

static struct str proof_of(struct world *w, uint64_t index, uint64_t size)
{
	AUTO(buf) b = {0};
	struct proof p = {.index = index, .checkpoint = checkpoint_of(w, size)};
	assert_int_equal(tlog_prove_inclusion(&w->log.tiles, size, index, &p.path, &w->e), OK);
	buf_init(&b, CAP_PROOF_FILE);
	proof_text(&b, &p);
	return str_dup(&w->a, buf_str(&b));
}

static struct str request_of(struct world *w, uint64_t from, uint64_t size)
{
	AUTO(buf) b = {0};
	struct witness_request r = {.old_size = from, .checkpoint = checkpoint_of(w, size)};
	if (from)
		assert_int_equal(tlog_prove_consistency(&w->log.tiles, from, size, &r.proof, &w->e), OK);
	buf_init(&b, CAP_WITNESS_REQUEST);
	witness_request_text(&b, &r);
	return str_dup(&w->a, buf_str(&b));
}

/* Of a record with the fields "text" and "name", the latter withheld. */
static struct str disclosure_of(struct world *w)
{
	AUTO(buf) b = {0};
	const uint8_t key[RECORD_KEY_SIZE] = {7};
	const bool open[] = {true, true, false};
	const struct disclosure_choice c = {.open = open};
	struct record r;
	record_begin(&w->a, &r, "note", key);
	record_add(&w->a, &r, "text", STR("two\nlines"));
	record_add(&w->a, &r, "name", STR("secret"));
	assert_int_equal(record_finish(&w->a, &r, &w->e), OK);
	buf_init(&b, CAP_DISCLOSURE);
	assert_int_equal(disclosure_make(&w->a, &r, &c, &b, &w->e), OK);
	return str_dup(&w->a, buf_str(&b));
}

static size_t count(const struct pipeline_facts *f, enum pipeline_fact_kind kind)
{
	size_t n = 0;
	for (size_t i = 0; i < f->n; i++)
		n += f->fact[i].kind == kind;
	return n;
}

static bool tells(const struct pipeline_facts *f, const char *name, const char *value)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->fact[i].name, str_c(name)) && str_eq(f->fact[i].value, str_c(value)))
			return true;
	return false;
}

static void test_proof_holds_for_its_entry_under_known_keys(void **unused)
{
	(void)unused;
	struct world w;
	struct pipeline_facts f;
	world_make(&w);
	struct pipeline_check in = {
		.file = proof_of(&w, 5, 20), .has_leaf = true, .leaf = STR("\5"), .keys = w.keys, .nkeys = 4};
	assert_int_equal(pipeline_check(&in, &w.a, &f, &w.e), OK);
	assert_true(f.holds && f.known_key);
	assert_true(tells(&f, "index", "5") && tells(&f, "size", "20") && tells(&f, "origin", LOG));
	assert_true(tells(&f, "witnessed", "w1 at 1970-01-01T00:16:41Z"));
	assert_true(count(&f, FACT_UNPROVEN) > 0);
	in.leaf = STR("\6");
	assert_int_equal(pipeline_check(&in, &w.a, &f, &w.e), OK);
	assert_true(!f.holds && count(&f, FACT_PROBLEM) == 1);
	in.leaf = STR("\5");
	in.nkeys = 0;
	assert_int_equal(pipeline_check(&in, &w.a, &f, &w.e), OK);
	assert_true(!f.holds && !f.known_key &&
		tells(&f, "signer", str_fmt(&w.a, "%.*s", STR_FMT(str_sub(w.keys[0], 0, sizeof(LOG) + 8))).p));
	const struct test_signer other = test_signer_make(LOG, NOTE_ED25519, 2);
	struct str wrong = note_key_text(&w.a, &other.key);
	in.keys = &wrong;
	in.nkeys = 1;
	assert_int_equal(pipeline_check(&in, &w.a, &f, &w.e), OK);
	assert_true(!f.holds && !f.known_key);
	wrong = STR("nonsense");
	assert_int_equal(pipeline_check(&in, &w.a, &f, &w.e), E_USAGE);
	in.has_leaf = false;
	in.nkeys = 0;
	assert_int_equal(pipeline_check(&in, &w.a, &f, &w.e), E_USAGE);
	arena_clear(&w.a);
}

static void test_policy_counts_witnesses(void **unused)
{
	(void)unused;
	struct world w;
	struct pipeline_facts f;
	world_make(&w);
	const struct test_signer nobody = test_signer_make("nobody", NOTE_COSIGNATURE, 99);
	struct str lines = str_fmt(&w.a, "log %s\nwitness a %s\nwitness b %s\ngroup g %%s a b\nquorum g\n", w.keys[0].p,
		w.keys[1].p, note_key_text(&w.a, &nobody.key).p);
	struct pipeline_check in = {.file = checkpoint_of(&w, 9)};
	size_t at = str_find(lines, STR("%s"), 0);
	struct str rest = str_from(lines, at + 2);
	in.policy = str_join(&w.a, str_sub(lines, 0, at), str_join(&w.a, STR("any"), rest));
	assert_int_equal(pipeline_check(&in, &w.a, &f, &w.e), OK);
	assert_true(f.holds && tells(&f, "policy", "1 of 2: a; missing b"));
	in.policy = str_join(&w.a, str_sub(lines, 0, at), str_join(&w.a, STR("all"), rest));
	assert_int_equal(pipeline_check(&in, &w.a, &f, &w.e), OK);
	assert_true(!f.holds && f.known_key);
	in.policy = STR("quorum none\n");
	assert_int_equal(pipeline_check(&in, &w.a, &f, &w.e), OK);
	assert_false(f.holds); /* no log in it */
	in.keys = w.keys;
	in.nkeys = 1;
	assert_int_equal(pipeline_check(&in, &w.a, &f, &w.e), OK);
	assert_true(f.holds);
	in.policy = STR("quorum\n");
	assert_int_equal(pipeline_check(&in, &w.a, &f, &w.e), E_USAGE);
	arena_clear(&w.a);
}

static void test_disclosure_says_what_it_shows_and_withholds(void **unused)
{
	(void)unused;
	struct world w;
	struct pipeline_facts f;
	world_make(&w);
	struct pipeline_check in = {.file = disclosure_of(&w), .keys = w.keys, .nkeys = 1};
	assert_int_equal(pipeline_check(&in, &w.a, &f, &w.e), OK);
	assert_true(f.holds && !f.known_key);
	assert_true(tells(&f, "text", "two\nlines") && tells(&f, "", "field 2"));
	for (size_t i = 0; i < f.n; i++)
		assert_true(str_find(f.fact[i].value, STR("secret"), 0) == f.fact[i].value.n);
	/* of a log of other entries it proves nothing */
	struct pipeline_check proof = {.file = proof_of(&w, 5, 20), .disclosure = in.file, .keys = w.keys, .nkeys = 1};
	assert_int_equal(pipeline_check(&proof, &w.a, &f, &w.e), OK);
	assert_true(!f.holds && f.known_key);
	char *changed = str_cstr(&w.a, in.file);
	changed[str_find(in.file, STR("two"), 0)] = 'T';
	in.file = str_mem(changed, in.file.n);
	assert_int_equal(pipeline_check(&in, &w.a, &f, &w.e), OK);
	assert_true(!f.holds && count(&f, FACT_FIELD) == 0);
	arena_clear(&w.a);
}

static void test_consistency_holds_from_the_earlier_checkpoint_only(void **unused)
{
	(void)unused;
	struct world w;
	struct world forked;
	struct pipeline_facts f;
	world_make(&w);
	world_make(&forked);
	test_small_make(&forked.log, 3);
	for (uint64_t from = 1; from <= 20; from += 3) {
		struct pipeline_check in = {
			.file = request_of(&w, from, 20), .old = checkpoint_of(&w, from), .keys = w.keys, .nkeys = 1};
		assert_int_equal(pipeline_check(&in, &w.a, &f, &w.e), OK);
		assert_true(f.holds && f.known_key);
		in.old = checkpoint_of(&forked, from);
		assert_int_equal(pipeline_check(&in, &w.a, &f, &w.e), OK);
		assert_true(f.holds == (from < 4)); /* they part at entry 3 */
		in.old = checkpoint_of(&w, from + 1);
		assert_int_equal(pipeline_check(&in, &w.a, &f, &w.e), OK);
		assert_false(f.holds);
		in.old = STR("");
		assert_int_equal(pipeline_check(&in, &w.a, &f, &w.e), OK);
		assert_false(f.holds);
	}
	struct pipeline_check in = {
		.file = request_of(&w, 0, 20), .old = checkpoint_of(&w, 0), .keys = w.keys, .nkeys = 1};
	assert_int_equal(pipeline_check(&in, &w.a, &f, &w.e), OK);
	assert_true(count(&f, FACT_UNPROVEN) > 0); /* an empty log says nothing */
	arena_clear(&w.a);
	arena_clear(&forked.a);
}

static void test_files_that_are_cut_short_hold_nowhere(void **unused)
{
	(void)unused;
	struct world w;
	world_make(&w);
	const struct str files[] = {
		proof_of(&w, 5, 20), disclosure_of(&w), request_of(&w, 7, 20), checkpoint_of(&w, 9)};
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		for (size_t n = 0; n < files[i].n; n += 1 + n / 16) {
			AUTO(arena) a = {0};
			struct pipeline_facts f;
			struct pipeline_check in = {.file = str_sub(files[i], 0, n),
				.has_leaf = true,
				.leaf = STR("\5"),
				.old = checkpoint_of(&w, 7),
				.keys = w.keys,
				.nkeys = 4};
			if (pipeline_check(&in, &a, &f, &w.e) == OK && f.holds)
				fail_msg("file %d, cut after %d bytes", (int)i, (int)n);
		}
	arena_clear(&w.a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_proof_holds_for_its_entry_under_known_keys),
		cmocka_unit_test(test_policy_counts_witnesses),
		cmocka_unit_test(test_disclosure_says_what_it_shows_and_withholds),
		cmocka_unit_test(test_consistency_holds_from_the_earlier_checkpoint_only),
		cmocka_unit_test(test_files_that_are_cut_short_hold_nowhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
