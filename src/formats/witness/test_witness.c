/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/codec.h"
#include "formats/note/test_sign.h"
#include "formats/tlog/test_small.h"
#include "formats/witness/witness.h"

#define LOG "example.org/log"

static struct str signed_at(struct arena *a, const struct test_small *l, uint64_t size, const struct test_signer *s)
{
	struct hash root = test_small_root(l, size);
	struct str text = test_checkpoint(a, LOG, size, &root);
	return str_join(a, str_join(a, text, STR("\n")), test_signer_line(a, s, text, 0));
}

static struct str request_of(
	struct arena *a, struct test_small *l, uint64_t from, uint64_t old, struct str checkpoint, uint64_t to)
{
	AUTO(buf) b = {0};
	struct err e;
	struct witness_request r = {.old_size = old, .checkpoint = checkpoint};
	if (from > 0)
		assert_int_equal(tlog_prove_consistency(&l->tiles, from, to, &r.proof, &e), OK);
	buf_init(&b, CAP_WITNESS_REQUEST);
	witness_request_text(&b, &r);
	return str_dup(a, buf_str(&b));
}

struct world {
	struct arena a;
	struct test_small log;
	struct test_small forked; /* at leaf 3 */
	struct test_signer key;
	struct test_signer second;
	struct test_signer stranger;
	struct note_key trusted[2];
	struct witness_log known; /* at 0 */
};

static void world_make(struct world *w)
{
	*w = (struct world){.key = test_signer_make(LOG, NOTE_ED25519, 1),
		.second = test_signer_make(LOG, NOTE_ED25519, 2),
		.stranger = test_signer_make(LOG, NOTE_ED25519, 3)};
	test_small_make(&w->log, TEST_SMALL_LEAVES);
	test_small_make(&w->forked, 3);
	w->trusted[0] = w->key.key;
	w->trusted[1] = w->second.key;
	w->known = (struct witness_log){.origin = STR(LOG), .keys = w->trusted, .nkeys = 2};
}

static struct witness_log at_size(const struct world *w, uint64_t size)
{
	struct witness_log l = w->known;
	l.cosigned = true;
	l.size = size;
	l.root = test_small_root(&w->log, size);
	return l;
}

static struct witness_decision decide(struct world *w, struct str body, const struct witness_log *log)
{
	struct witness_decision d;
	witness_decide(&w->a, body, log, &d);
	return d;
}

static void test_a_consistent_checkpoint_is_to_be_signed(void **unused)
{
	(void)unused;
	struct world w;
	world_make(&w);
	for (uint64_t old = 0; old < 20; old++) {
		for (uint64_t size = old; size < 20; size++) {
			struct witness_log at = at_size(&w, old);
			struct str note = signed_at(&w.a, &w.log, size, &w.key);
			struct str body = request_of(&w.a, &w.log, old, old, note, size);
			struct witness_decision d = decide(&w, body, &at);
			if (d.answer != WITNESS_SIGN)
				fail_msg("%d to %d: %d %s", (int)old, (int)size, (int)d.answer, d.why.msg);
			assert_int_equal(d.checkpoint.size, size);
			assert_true(str_starts(note, d.text) && str_ends(d.text, STR("\n")) && !d.fork);
			if (old == 0) { /* the first time, with nothing stored */
				d = decide(&w, body, &w.known);
				assert_int_equal(d.answer, WITNESS_SIGN);
			}
		}
	}
	arena_clear(&w.a);
}

static void test_each_rule_has_its_answer(void **unused)
{
	(void)unused;
	struct world w;
	world_make(&w);
	struct arena *a = &w.a;
	struct test_small *l = &w.log;
	struct witness_log at0 = w.known;
	struct witness_log at5 = at_size(&w, 5);
	struct witness_log other = at5;
	struct witness_log no_keys = at5;
	other.origin = STR("example.org/other");
	no_keys.nkeys = 0;
	struct str n5 = signed_at(a, l, 5, &w.key);
	struct str n9 = signed_at(a, l, 9, &w.key);
	struct str fork5 = signed_at(a, &w.forked, 5, &w.key);
	struct str fork9 = signed_at(a, &w.forked, 9, &w.key);
	struct str strange9 = signed_at(a, l, 9, &w.stranger);
	struct str second9 = signed_at(a, l, 9, &w.second);
	struct hash root9 = test_small_root(l, 9);
	struct hash wrong = hash_of(STR("wrong"));
	struct str text9 = test_checkpoint(a, LOG, 9, &root9);
	struct str renamed = test_signer_line(a, &w.stranger, text9, 0);
	struct str both = str_join(a, n9, renamed);
	char *broken = arena_dup(a, n9.p, n9.n);
	broken[n9.n - 10] = broken[n9.n - 10] == 'A' ? 'B' : 'A';
	struct str one_bad = str_join(a, second9, str_from(str_mem(broken, n9.n), text9.n + 1));
	struct str empty_wrong_text = test_checkpoint(a, LOG, 0, &wrong);
	struct str empty_wrong = str_join(
		a, str_join(a, empty_wrong_text, STR("\n")), test_signer_line(a, &w.key, empty_wrong_text, 0));
	struct str no_checkpoint = str_join(a, STR(LOG "\nx\n\n"), test_signer_line(a, &w.key, STR(LOG "\nx\n"), 0));
	struct str good = request_of(a, l, 5, 5, n9, 9);
	const struct {
		const char *what;
		struct str body;
		const struct witness_log *log;
		enum witness_answer want;
		bool fork;
	} cases[] = {
		{"consistent", good, &at5, WITNESS_SIGN, false},
		{"signed by the log's other key", request_of(a, l, 5, 5, second9, 9), &at5, WITNESS_SIGN, false},
		{"signed by a stranger too", request_of(a, l, 5, 5, both, 9), &at5, WITNESS_SIGN, false},
		{"the same again", request_of(a, l, 5, 5, n5, 5), &at5, WITNESS_SIGN, false},
		{"no request", STR("hello\n"), &at5, WITNESS_MALFORMED, false},
		{"nothing", STR(""), &at5, WITNESS_MALFORMED, false},
		{"no checkpoint", no_checkpoint, &at5, WITNESS_MALFORMED, false},
		{"no checkpoint, signed", request_of(a, l, 5, 5, no_checkpoint, 9), &at5, WITNESS_MALFORMED, false},
		{"no note", request_of(a, l, 5, 5, text9, 9), &at5, WITNESS_MALFORMED, false},
		{"an old size over the new", request_of(a, l, 0, 10, n9, 9), &at5, WITNESS_MALFORMED, false},
		{"the same when that is stored", request_of(a, l, 0, 6, n5, 5), &at5, WITNESS_MALFORMED, false},
		{"an unknown log", good, NULL, WITNESS_UNKNOWN, false},
		{"another log's state", good, &other, WITNESS_UNKNOWN, false},
		{"malformed for an unknown log", STR("old 5\n"), NULL, WITNESS_MALFORMED, false},
		{"unknown though over-sized", request_of(a, l, 0, 10, n9, 9), NULL, WITNESS_UNKNOWN, false},
		{"a stranger's signature", request_of(a, l, 5, 5, strange9, 9), &at5, WITNESS_UNTRUSTED, false},
		{"a log without keys", good, &no_keys, WITNESS_UNTRUSTED, false},
		{"a broken signature", request_of(a, l, 5, 5, str_mem(broken, n9.n), 9), &at5, WITNESS_UNTRUSTED,
			false},
		{"one good, one broken", request_of(a, l, 5, 5, one_bad, 9), &at5, WITNESS_UNTRUSTED, false},
		{"untrusted before over-sized", request_of(a, l, 0, 10, strange9, 9), &at5, WITNESS_UNTRUSTED, false},
		{"untrusted before conflict", request_of(a, l, 0, 0, strange9, 9), &at5, WITNESS_UNTRUSTED, false},
		{"old 0 to learn the size", request_of(a, l, 0, 0, n9, 9), &at5, WITNESS_CONFLICT, false},
		{"an older size", request_of(a, l, 4, 4, n9, 9), &at5, WITNESS_CONFLICT, false},
		{"a later size", request_of(a, l, 7, 7, n9, 9), &at5, WITNESS_CONFLICT, false},
		{"a rollback", request_of(a, l, 3, 3, signed_at(a, l, 4, &w.key), 4), &at5, WITNESS_CONFLICT, false},
		{"conflict before the proof", request_of(a, l, 3, 4, n9, 9), &at5, WITNESS_CONFLICT, false},
		{"a size where nothing is stored", good, &at0, WITNESS_CONFLICT, false},
		{"a fork behind a conflict", request_of(a, l, 0, 0, fork5, 5), &at5, WITNESS_CONFLICT, true},
		{"another root at the same size", request_of(a, l, 5, 5, fork5, 5), &at5, WITNESS_REFUSED, true},
		{"a fork", request_of(a, &w.forked, 5, 5, fork9, 9), &at5, WITNESS_REFUSED, false},
		{"a proof from elsewhere", request_of(a, l, 4, 5, n9, 9), &at5, WITNESS_REFUSED, false},
		{"no proof", request_of(a, l, 0, 5, n9, 9), &at5, WITNESS_REFUSED, false},
		{"a proof at the same size", request_of(a, l, 4, 5, n5, 5), &at5, WITNESS_REFUSED, false},
		{"a proof from nothing", request_of(a, l, 5, 0, n9, 9), &at0, WITNESS_REFUSED, false},
		{"an empty log's wrong root", request_of(a, l, 0, 0, empty_wrong, 0), &at0, WITNESS_REFUSED, false},
		{"an empty log", request_of(a, l, 0, 0, signed_at(a, l, 0, &w.key), 0), &at0, WITNESS_SIGN, false},
		{"the first one", request_of(a, l, 0, 0, n9, 9), &at0, WITNESS_SIGN, false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct witness_decision d = decide(&w, cases[i].body, cases[i].log);
		if (d.answer != cases[i].want || d.fork != cases[i].fork)
			fail_msg("%s: %d, fork %d: %s", cases[i].what, (int)d.answer, d.fork, d.why.msg);
		assert_int_equal(d.size, d.answer == WITNESS_CONFLICT && cases[i].log->cosigned ? 5 : 0);
		assert_int_equal(d.text.n > 0, d.answer == WITNESS_SIGN);
		assert_int_equal(d.why.msg[0] == '\0', d.answer == WITNESS_SIGN);
	}
	arena_clear(&w.a);
}

/* Whatever is changed in a request, the witness signs nothing but what the log signed and the proof proves. */
static void test_no_changed_bit_of_a_request_is_signed(void **unused)
{
	(void)unused;
	struct world w;
	world_make(&w);
	struct witness_log at5 = at_size(&w, 5);
	struct str body = request_of(&w.a, &w.log, 5, 5, signed_at(&w.a, &w.log, 9, &w.key), 9);
	for (size_t i = 0; i < body.n * 8; i++) {
		AUTO(arena) a = {0};
		struct witness_decision d;
		char *bytes = arena_dup(&a, body.p, body.n);
		bytes[i / 8] = (char)(bytes[i / 8] ^ 1 << i % 8);
		witness_decide(&a, str_mem(bytes, body.n), &at5, &d);
		if (d.answer == WITNESS_SIGN)
			fail_msg("bit %zu", i);
	}
	arena_clear(&w.a);
}

static void test_requests_are_read_strictly(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	static const char hash[] = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n";
	static const char *const bad[] = {"", "old", "old \n\nx", "old 1", "old 1\n", "old 1\nx\n\nx", "old 01\n\nx",
		"old 00\n\nx", "old +1\n\nx", "old -1\n\nx", "old  1\n\nx", "old 1 \n\nx", "Old 1\n\nx",
		"old 1\r\n\r\nx", "new 1\n\nx", "old 18446744073709551616\n\nx", "old 1\n\n", "\nold 1\n\nx",
		"old 1\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkax=\n\nx",
		"old 1\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw\n\nx",
		"old 1\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpka\n\nx",
		"old 1\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw= \n\nx"};
	struct witness_request r;
	struct err e;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (witness_request_parse(&a, str_c(bad[i]), &r, &e) != E_FORMAT)
			fail_msg("case %zu", i);
	assert_int_equal(
		witness_request_parse(&a, str_fmt(&a, "old 20852014\n%s%s\norigin\nx", hash, hash), &r, &e), OK);
	assert_true(r.old_size == 20852014 && r.proof.n == 2 && str_eq(r.checkpoint, STR("origin\nx")));
	assert_true(str_eq(witness_request_origin(&r), STR("origin")));
	buf_init(&b, CAP_WITNESS_REQUEST + 1);
	for (size_t n = 62; n < 65; n++) {
		buf_reset(&b);
		buf_add(&b, STR("old 1\n"));
		for (size_t i = 0; i < n; i++)
			buf_add(&b, str_c(hash));
		buf_add(&b, STR("\nx"));
		assert_int_equal(witness_request_parse(&a, buf_str(&b), &r, &e), n > 63 ? E_LIMIT : OK);
	}
	buf_reset(&b);
	buf_add(&b, STR("old 1\n\n"));
	while (b.n < CAP_WITNESS_REQUEST)
		buf_addc(&b, 'x');
	assert_int_equal(witness_request_parse(&a, buf_str(&b), &r, &e), OK);
	buf_addc(&b, 'x');
	assert_int_equal(witness_request_parse(&a, buf_str(&b), &r, &e), E_LIMIT);
}

static void test_the_body_of_a_conflict_is_a_size(void **unused)
{
	(void)unused;
	static const char *const bad[] = {"", "\n", "1", "01\n", "1\n\n", "1\n2\n", " 1\n", "1 \n", "1\r\n", "-1\n",
		"x\n", "18446744073709551616\n"};
	AUTO(buf) b = {0};
	uint64_t size = 0;
	struct err e;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(witness_size_parse(str_c(bad[i]), &size, &e), E_FORMAT);
	assert_int_equal(witness_size_parse(STR("20852163\n"), &size, &e), OK);
	buf_init(&b, 64);
	witness_size_text(&b, size);
	assert_string_equal(b.p, "20852163\n");
	assert_int_equal(witness_size_parse(STR("0\n"), &size, &e), OK);
	assert_int_equal(size, 0);
}

static void test_the_good_lines_of_an_answer_are_taken_over(void **unused)
{
	(void)unused;
	struct world w;
	world_make(&w);
	struct arena *a = &w.a;
	AUTO(buf) out = {0};
	const struct test_signer alice = test_signer_make("alice", NOTE_COSIGNATURE, 10);
	const struct test_signer bob = test_signer_make("bob", NOTE_COSIGNATURE, 11);
	const struct note_key known[] = {alice.key, bob.key};
	struct str note = signed_at(a, &w.log, 9, &w.key);
	struct hash root = test_small_root(&w.log, 9);
	struct str text = test_checkpoint(a, LOG, 9, &root);
	struct str line = test_signer_line(a, &alice, text, 1700000000);
	struct str later = test_signer_line(a, &alice, text, 1700000100);
	struct str bobs = test_signer_line(a, &bob, text, 1700000001);
	const struct test_signer stranger = test_signer_make("alice", NOTE_COSIGNATURE, 30);
	struct str strange = test_signer_line(a, &stranger, text, 1);
	struct str elsewhere = test_signer_line(a, &bob, STR(LOG "\n"), 1);
	struct note n;
	struct err e;
	size_t added = 0;
	buf_init(&out, CAP_NOTE);
	assert_int_equal(witness_reply_open(a, note, str_join(a, strange, line), known, 2, &n, &e), OK);
	assert_true(n.nsigs == 2 && !n.sigs[0].good && n.sigs[1].good && n.sigs[1].time == 1700000000);
	struct str reply = str_join(a, str_join(a, line, strange), str_join(a, line, bobs));
	assert_int_equal(witness_reply_add(a, note, reply, known, 2, &out, &added, &e), OK);
	assert_int_equal(added, 2);
	struct str want = str_join(a, str_join(a, note, line), bobs);
	assert_true(str_eq(buf_str(&out), want));
	buf_reset(&out);
	assert_int_equal(witness_reply_add(a, want, str_join(a, bobs, later), known, 2, &out, &added, &e), OK);
	assert_true(added == 1 && str_eq(buf_str(&out), str_join(a, want, later)));
	const struct {
		struct str body;
		rc want;
	} bad[] = {
		{STR(""), E_FORMAT},
		{STR("\n"), E_FORMAT},
		{STR("OK\n"), E_FORMAT},
		{str_sub(line, 0, line.n - 1), E_FORMAT},
		{str_join(a, STR("\n"), line), E_FORMAT},
		{str_join(a, line, STR("\n")), E_FORMAT},
		{str_join(a, str_join(a, line, STR("\n")), bobs), E_FORMAT},
		{str_join(a, str_join(a, STR("x\n"), STR("\n")), bobs), E_FORMAT},
		{strange, E_VERIFY},
		{elsewhere, E_VERIFY},
		{str_join(a, line, elsewhere), E_VERIFY},
	};
	buf_reset(&out);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (witness_reply_add(a, note, bad[i].body, known, 2, &out, &added, &e) != bad[i].want)
			fail_msg("case %zu: %s", i, e.msg);
	assert_int_equal(out.n, 0);
	char *endless = arena_alloc(a, CAP_WITNESS_REPLY + 1);
	memset(endless, 'x', CAP_WITNESS_REPLY + 1);
	assert_int_equal(
		witness_reply_open(a, note, str_mem(endless, CAP_WITNESS_REPLY + 1), known, 2, &n, &e), E_LIMIT);
	/* a checkpoint that is full */
	struct str full = note;
	for (size_t i = 1; i < CAP_NOTE_SIGS; i++)
		full = str_join(a, full, strange);
	assert_int_equal(witness_reply_add(a, full, line, known, 2, &out, &added, &e), E_LIMIT);
	arena_clear(&w.a);
}

static bool read_file(const char *path, struct buf *ret)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		return false;
	for (int c = 0; (c = getc(f)) != EOF;)
		buf_addc(ret, (char)c);
	(void)fclose(f);
	return true;
}

/* Sizes 0 to 15 of a log that another implementation wrote and signed: from each to each, with proofs out of its tiles.
 */
static void test_a_log_of_another_implementation_is_witnessed(void **unused)
{
	(void)unused;
	static const char vkey[] = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";
	AUTO(arena) a = {0};
	AUTO(buf) tile = {0};
	const char *vectors = getenv("ONRECORD_VECTORS");
	const char *dir = str_fmt(&a, "%s/tlog/tessera/log", vectors ? vectors : "").p;
	struct test_small l = {0};
	struct str notes[16];
	struct note_key key;
	struct err e;
	size_t answered[2] = {0};
	buf_init(&tile, 4096);
	if (!read_file(str_fmt(&a, "%s/tile/0/000.p/15", dir).p, &tile)) {
		print_message("skipped: public test data tlog/tessera is not there\n");
		buf_clear(&tile); /* skip() does not come back */
		arena_clear(&a);
		skip();
	}
	assert_int_equal(tile.n, 15 * sizeof(struct hash));
	test_small_make(&l, TEST_SMALL_LEAVES);
	memcpy(l.leaves, tile.p, tile.n);
	assert_int_equal(note_key_parse(&a, str_c(vkey), &key, &e), OK);
	for (unsigned size = 0; size < 16; size++) {
		AUTO(buf) note = {0};
		buf_init(&note, 4096);
		assert_true(read_file(str_fmt(&a, "%s/checkpoint.%u", dir, size).p, &note));
		notes[size] = str_dup(&a, buf_str(&note));
	}
	for (unsigned i = 0; i < 256; i++) {
		unsigned old = i / 16;
		unsigned size = i % 16;
		struct witness_decision d;
		struct witness_log log = {.origin = key.name, .keys = &key, .nkeys = 1, .cosigned = true, .size = old};
		log.root = test_small_root(&l, old);
		unsigned from = old <= size ? old : 0;
		witness_decide(&a, request_of(&a, &l, from, old, notes[size], size), &log, &d);
		assert_int_equal(d.answer, old <= size ? WITNESS_SIGN : WITNESS_MALFORMED);
		answered[old <= size]++;
		log.root.b[i % 32] ^= 1;
		witness_decide(&a, request_of(&a, &l, from, old, notes[size], size), &log, &d);
		assert_int_equal(d.answer == WITNESS_SIGN, old == 0 && size > 0);
	}
	assert_true(answered[0] == 120 && answered[1] == 136);
}

static double seconds_to_decide(struct world *w, struct str body)
{
	AUTO(arena) a = {0};
	struct witness_decision d;
	clock_t from = clock();
	witness_decide(&a, body, &w->known, &d);
	return (double)(clock() - from) / CLOCKS_PER_SEC;
}

/* Twice the request takes about twice the time. */
static void test_time_grows_no_faster_than_the_request(void **unused)
{
	(void)unused;
	struct world w;
	world_make(&w);
	static const char *const pieces[] = {
		"\n", "x", "x\n", "\n\n\xe2\x80\x94 " LOG " AAAAAAAA\n", "\xe2\x80\x94 a AAAAAAAA\n"};
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		AUTO(buf) b = {0};
		buf_init(&b, CAP_WITNESS_REQUEST);
		buf_add(&b, STR("old 0\n\n" LOG "\n"));
		while (b.n + strlen(pieces[i]) < CAP_WITNESS_REQUEST)
			buf_add(&b, str_c(pieces[i]));
		double half = seconds_to_decide(&w, str_sub(buf_str(&b), 0, CAP_WITNESS_REQUEST / 2));
		double whole = seconds_to_decide(&w, buf_str(&b));
		if (whole > 0.05 && whole > 4 * half)
			fail_msg("'%s': %g s, of half %g s", pieces[i], whole, half);
	}
	arena_clear(&w.a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_consistent_checkpoint_is_to_be_signed),
		cmocka_unit_test(test_each_rule_has_its_answer),
		cmocka_unit_test(test_no_changed_bit_of_a_request_is_signed),
		cmocka_unit_test(test_requests_are_read_strictly),
		cmocka_unit_test(test_the_body_of_a_conflict_is_a_size),
		cmocka_unit_test(test_the_good_lines_of_an_answer_are_taken_over),
		cmocka_unit_test(test_a_log_of_another_implementation_is_witnessed),
		cmocka_unit_test(test_time_grows_no_faster_than_the_request),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
