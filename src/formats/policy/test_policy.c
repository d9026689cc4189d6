/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "formats/note/test_sign.h"
#include "formats/policy/policy.h"

#define LOG "example.org/log"

static const char *vkey(struct arena *a, const char *name, uint8_t type, uint8_t seed)
{
	const struct test_signer s = test_signer_make(name, type, seed);
	return note_key_text(a, &s.key).p;
}

static const char *witness(struct arena *a, const char *name, uint8_t seed)
{
	return str_fmt(a, "witness %s %s\n", name, vkey(a, name, NOTE_COSIGNATURE, seed)).p;
}

/* The specification's example, with keys. */
static struct str example(struct arena *a)
{
	AUTO(buf) b = {0};
	buf_init(&b, CAP_POLICY);
	buf_addf(&b, "log %s https://example.org/log/\n\n", vkey(a, LOG, NOTE_ED25519, 1));
	for (unsigned i = 0; i < 6; i++)
		buf_addf(&b, "witness %c%u %s\n", i < 3 ? 'X' : 'Y', i % 3 + 1,
			vkey(a, "w", NOTE_COSIGNATURE, (uint8_t)(10 + i)));
	buf_add(&b,
		STR("group X-witnesses 2 X1 X2 X3\ngroup Y-witnesses any Y1 Y2 Y3\n"
		    "group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"));
	return str_dup(a, buf_str(&b));
}

static struct policy parsed(struct arena *a, struct str text)
{
	struct policy p;
	struct err e;
	if (policy_parse(a, text, &p, &e) != OK)
		fail_msg("%s", e.msg);
	return p;
}

static void test_the_specifications_example_is_read(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct policy p = parsed(&a, example(&a));
	assert_int_equal(p.nlogs, 1);
	assert_true(str_eq(p.logs[0].key.name, STR(LOG)));
	assert_true(str_eq(p.logs[0].url, STR("https://example.org/log/")));
	assert_int_equal(p.nnodes, 9);
	assert_int_equal(p.quorum, 8);
	assert_int_equal(p.nodes[6].k, 2);
	assert_int_equal(p.nodes[7].k, 1);
	assert_int_equal(p.nodes[8].k, 2);
	assert_ptr_equal(policy_witness(&p, STR("Y2")), &p.nodes[4]);
	assert_null(policy_witness(&p, STR("X-and-Y")));
}

/* The first indented block of docs/formats/policy.md. */
static void test_the_example_of_the_documentation_is_read(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	char line[256];
	FILE *f = fopen("docs/formats/policy.md", "r");
	assert_non_null(f);
	buf_init(&b, CAP_POLICY);
	while (fgets(line, sizeof(line), f) && (b.n == 0 || line[0] == ' '))
		if (line[0] == ' ')
			buf_add(&b, str_c(line));
	(void)fclose(f);
	struct policy p = parsed(&a, buf_str(&b));
	assert_true(p.nlogs == 1 && p.nnodes == 4 && p.quorum == 3 && p.nodes[3].k == 2);
	assert_string_equal(policy_explain(&a, &p, (const bool[]){1, 1, 0, 0}).p, "2 of 3: alice, bob; missing carol");
}

/* Every set of the six witnesses against the rule written by hand. */
static void test_every_set_of_cosigners_is_judged_by_the_rule(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct policy p = parsed(&a, example(&a));
	for (unsigned set = 0; set < 64; set++) {
		bool cosigned[9] = {0};
		unsigned x = 0;
		unsigned y = 0;
		for (unsigned i = 0; i < 6; i++) {
			cosigned[i] = set >> i & 1;
			x += i < 3 && cosigned[i];
			y += i >= 3 && cosigned[i];
		}
		cosigned[6] = cosigned[7] = cosigned[8] = true; /* what is said of groups does not count */
		assert_int_equal(policy_satisfied(&p, cosigned), x >= 2 && y >= 1);
		struct str said = policy_explain(&a, &p, cosigned);
		assert_int_equal(str_starts(said, STR("needs ")), !(x >= 2 && y >= 1));
	}
}

static void test_a_policy_is_explained_in_words(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	const char *three =
		str_fmt(&a, "%s%s%s", witness(&a, "alice", 10), witness(&a, "bob", 11), witness(&a, "carol", 12)).p;
	struct policy p = parsed(&a, str_fmt(&a, "%sgroup g 2 alice bob carol\nquorum g\n", three));
	static const struct {
		bool cosigned[4];
		const char *want;
	} cases[] = {
		{{1, 1, 0}, "2 of 3: alice, bob; missing carol"},
		{{1, 1, 1}, "2 of 3: alice, bob, carol"},
		{{0, 1, 0}, "needs 2 of 3: bob; missing alice, carol"},
		{{0, 0, 0}, "needs 2 of 3; missing alice, bob, carol"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(policy_explain(&a, &p, cases[i].cosigned).p, cases[i].want);
	p = parsed(&a, str_fmt(&a, "%squorum bob\n", three));
	assert_string_equal(policy_explain(&a, &p, cases[0].cosigned).p, "1 of 1: bob");
	assert_string_equal(policy_explain(&a, &p, cases[3].cosigned).p, "needs 1 of 1; missing bob");
	assert_true(policy_satisfied(&p, cases[2].cosigned) && !policy_satisfied(&p, cases[3].cosigned));
	p = parsed(&a, STR("quorum none\n"));
	assert_string_equal(policy_explain(&a, &p, cases[3].cosigned).p, "no witness is asked for");
	assert_true(policy_satisfied(&p, cases[3].cosigned));
	p = parsed(&a, example(&a));
	static const bool some[9] = {1, 1, 0, 0, 0, 0};
	assert_string_equal(policy_explain(&a, &p, some).p,
		"needs 2 of 2: X-witnesses (2 of 3: X1, X2; missing X3); missing Y-witnesses (needs 1 of 3; missing "
		"Y1, Y2, Y3)");
}

static void test_space_comments_and_foreign_octets_are_taken(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	const char *key = vkey(&a, "w", NOTE_COSIGNATURE, 10);
	struct policy p = parsed(&a,
		str_fmt(&a,
			" \t# comment \xff\xe4\n\n\t \n\twitness\t\xe2\x84\xaa  %s \t\n#quorum none\n"
			"group K 1 \xe2\x84\xaa\nquorum K \n",
			key));
	assert_int_equal(p.nnodes, 2);
	assert_true(str_eq(p.nodes[0].name, STR("\xe2\x84\xaa")));
	assert_int_equal(p.nodes[0].url.n, 0);
	assert_int_equal(p.nodes[1].k, 1);
}

static void test_what_breaks_the_rules_is_refused_with_its_line(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	const char *l = vkey(&a, LOG, NOTE_ED25519, 1);
	const char *renamed = vkey(&a, "example.org/other", NOTE_ED25519, 1);
	const char *w = vkey(&a, "w", NOTE_COSIGNATURE, 10);
	const char *w2 = vkey(&a, "w2", NOTE_COSIGNATURE, 11);
	const char *again = vkey(&a, "v", NOTE_COSIGNATURE, 10);
#define W "witness a %s\nwitness b %s\n"
	const struct {
		struct str text;
		const char *line;
	} cases[] = {
		{STR(""), "no quorum"},
		{STR("# only\n"), "no quorum"},
		{STR("quorum none"), "last line"},
		{STR("quorum none\n# cut"), "last line"},
		{STR("quorum\n"), "line 1: "},
		{STR("quorum none\nquorum none\n"), "line 2: "},
		{STR("quorum none none\n"), "line 1: "},
		{STR("quorum a\n"), "line 1: "},
		{STR("Quorum none\n"), "line 1: "},
		{STR("quorum none\r\n"), "line 1: "},
		{STR("quorum none\n\0\n"), "line 2: "},
		{STR("quorum none\n# \x7f\n"), "line 2: "},
		{STR("quorum none\nlog\n"), "line 2: "},
		{STR("quorum none\nlog x+y+z\n"), "line 2: "},
		{str_fmt(&a, "log %s u v\nquorum none\n", l), "line 1: "},
		{str_fmt(&a, "log %s\nlog %s\nquorum none\n", l, l), "line 2: "},
		{str_fmt(&a, "log %s\nlog %s\nquorum none\n", l, renamed), "line 2: "},
		{str_fmt(&a, "log %s\nquorum none\n", w), "line 1: "},
		{str_fmt(&a, "witness a %s\nquorum none\n", l), "line 1: "},
		{str_fmt(&a, "witness %s\nquorum none\n", w), "line 1: "},
		{str_fmt(&a, "witness none %s\nquorum none\n", w), "line 1: "},
		{str_fmt(&a, W "witness a %s\nquorum none\n", w, w2, w2), "line 3: "},
		{str_fmt(&a, "witness a %s\nwitness b %s\nquorum none\n", w, again), "line 2: "},
		{str_fmt(&a, W "group g\nquorum g\n", w, w2), "line 3: "},
		{str_fmt(&a, W "group g any\nquorum g\n", w, w2), "line 3: "},
		{str_fmt(&a, W "group g 0 a b\nquorum g\n", w, w2), "line 3: "},
		{str_fmt(&a, W "group g 3 a b\nquorum g\n", w, w2), "line 3: "},
		{str_fmt(&a, W "group g 01 a b\nquorum g\n", w, w2), "line 3: "},
		{str_fmt(&a, W "group g -1 a b\nquorum g\n", w, w2), "line 3: "},
		{str_fmt(&a, W "group g 18446744073709551617 a b\nquorum g\n", w, w2), "line 3: "},
		{str_fmt(&a, W "group g most a b\nquorum g\n", w, w2), "line 3: "},
		{str_fmt(&a, W "group g any a a\nquorum g\n", w, w2), "line 3: "},
		{str_fmt(&a, W "group g any a g\nquorum g\n", w, w2), "line 3: "},
		{str_fmt(&a, W "group g any a none\nquorum g\n", w, w2), "line 3: "},
		{str_fmt(&a, W "group g any a c\nquorum g\n", w, w2), "line 3: "},
		{str_fmt(&a, W "group a any b\nquorum a\n", w, w2), "line 3: "},
		{str_fmt(&a, W "group g any a\ngroup h any b a\nquorum h\n", w, w2), "line 4: "},
		{str_fmt(&a, "quorum a\n" W, w, w2), "line 1: "},
		{str_fmt(&a, "group g any a\n" W "quorum g\n", w, w2), "line 1: "},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct policy p;
		struct err e = {0};
		rc r = policy_parse(&a, cases[i].text, &p, &e);
		if (r != E_FORMAT || !strstr(e.msg, cases[i].line))
			fail_msg("case %zu: %s: %s", i, rc_name(r), e.msg);
	}
}

static void test_keys_of_unknown_types_are_unsupported(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct policy p;
	struct err e;
	assert_int_equal(policy_parse(&a, STR("witness a w+01020304+Bg==\nquorum a\n"), &p, &e), E_UNSUPPORTED);
	assert_int_equal(policy_parse(&a, STR("log l+01020304+AgAA\nquorum none\n"), &p, &e), E_UNSUPPORTED);
}

/* `n` of each thing; the keys are any 32 bytes. */
static struct str many(struct arena *a, size_t n)
{
	AUTO(buf) b = {0};
	buf_init(&b, CAP_POLICY);
	for (size_t i = 0; i < n; i++) {
		uint8_t pub[NOTE_KEY_SIZE] = {(uint8_t)(i + 2), (uint8_t)(i >> 8), 5};
		struct note_key l;
		struct note_key w;
		struct err e;
		struct str name = str_fmt(a, "n%zu", i);
		assert_int_equal(note_key_make(name, pub, &l, &e), OK);
		assert_int_equal(note_key_make_type(name, NOTE_COSIGNATURE, pub, &w, &e), OK);
		buf_addf(&b, "log %s\nwitness w%zu %s\n", note_key_text(a, &l).p, i, note_key_text(a, &w).p);
	}
	/* a chain: each group holds the one before it and another witness */
	for (size_t i = 0; i < n; i++) {
		buf_addf(&b, "group g%zu all w%zu", i, i);
		buf_addf(&b, i ? " g%zu\n" : "\n", i - 1);
	}
	buf_addf(&b, "quorum g%zu\n", n - 1);
	return str_dup(a, buf_str(&b));
}

static void test_more_than_the_caps_are_refused_and_as_many_are_not(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct policy p = parsed(&a, many(&a, 64));
	bool cosigned[128] = {0};
	struct policy q;
	struct err e;
	assert_true(p.nlogs == 64 && p.nnodes == 128);
	assert_false(policy_satisfied(&p, cosigned));
	memset(cosigned, 1, 64);
	assert_true(policy_satisfied(&p, cosigned));
	cosigned[0] = false;
	assert_false(policy_satisfied(&p, cosigned));
	assert_true(policy_explain(&a, &p, cosigned).n > 64 * 4);
	assert_int_equal(policy_parse(&a, many(&a, 65), &q, &e), E_LIMIT);
	char *long_name = arena_alloc(&a, 300);
	memset(long_name, 'n', 256);
	assert_int_equal(
		policy_parse(&a,
			str_fmt(&a, "witness %s %s\nquorum none\n", long_name, vkey(&a, "w", NOTE_COSIGNATURE, 10)), &q,
			&e),
		E_LIMIT);
	char *endless = arena_alloc(&a, CAP_POLICY + 1);
	memset(endless, '\n', CAP_POLICY + 1);
	assert_int_equal(policy_parse(&a, str_mem(endless, CAP_POLICY + 1), &q, &e), E_LIMIT);
	assert_int_equal(policy_parse(&a, str_mem(endless, CAP_POLICY), &q, &e), E_FORMAT);
}

static void test_a_policy_is_written_as_it_is_read(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	AUTO(buf) c = {0};
	buf_init(&b, CAP_POLICY);
	buf_init(&c, CAP_POLICY);
	struct policy p = parsed(&a, example(&a));
	policy_text(&b, &p);
	struct policy again = parsed(&a, buf_str(&b));
	assert_true(again.nlogs == 1 && again.nnodes == 9 && again.quorum == 8);
	policy_text(&c, &again);
	assert_string_equal(b.p, c.p);
	assert_non_null(strstr(b.p,
		"\ngroup X-witnesses 2 X1 X2 X3\ngroup Y-witnesses any Y1 Y2 Y3\n"
		"group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"));
	buf_reset(&c);
	p = parsed(&a, STR("quorum none\n"));
	policy_text(&c, &p);
	assert_string_equal(c.p, "quorum none\n");
}

static void test_a_policy_of_keys_asks_for_all_of_them(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	const struct note_key l = test_signer_make(LOG, NOTE_ED25519, 1).key;
	const struct note_key w[] = {test_signer_make("w1", NOTE_COSIGNATURE, 10).key,
		test_signer_make("w2", NOTE_COSIGNATURE, 11).key, test_signer_make("w1", NOTE_COSIGNATURE, 12).key};
	struct policy p;
	struct err e;
	assert_int_equal(policy_of_keys(&a, &l, 1, w, 2, &p, &e), OK);
	assert_true(!policy_satisfied(&p, (const bool[]){1, 0, 0}) && policy_satisfied(&p, (const bool[]){1, 1, 0}));
	buf_init(&b, CAP_POLICY);
	policy_text(&b, &p);
	(void)parsed(&a, buf_str(&b));
	assert_int_equal(policy_of_keys(&a, &l, 1, NULL, 0, &p, &e), OK);
	assert_true(p.quorum == POLICY_NO_QUORUM && policy_satisfied(&p, NULL));
	assert_int_equal(policy_of_keys(&a, &l, 1, w, 3, &p, &e), E_FORMAT);
	assert_int_equal(policy_of_keys(&a, &l, 1, &l, 1, &p, &e), E_USAGE);
	assert_int_equal(policy_of_keys(&a, w, 1, w, 1, &p, &e), E_USAGE);
	const struct note_key twice[] = {l, l};
	assert_int_equal(policy_of_keys(&a, twice, 2, w, 1, &p, &e), E_FORMAT);
}

static void test_a_checkpoint_is_seen_through_the_policy(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	const struct test_signer l = test_signer_make(LOG, NOTE_ED25519, 1);
	const struct test_signer x1 = test_signer_make("w", NOTE_COSIGNATURE, 10);
	const struct test_signer x3 = test_signer_make("w", NOTE_COSIGNATURE, 12);
	const struct test_signer y2 = test_signer_make("w", NOTE_COSIGNATURE, 14);
	const struct test_signer stranger = test_signer_make("stranger", NOTE_COSIGNATURE, 40);
	struct policy p = parsed(&a, example(&a));
	struct hash root = hash_of(STR("root"));
	struct str text = test_checkpoint(&a, LOG, 7, &root);
	struct str by_log = str_fmt(&a, "%s\n%s", text.p, test_signer_line(&a, &l, text, 0).p);
	struct policy_verdict v;
	struct err e;
	assert_int_equal(policy_open(&a, &p, by_log, &v, &e), OK);
	assert_true(!v.satisfied && v.log == 0 && v.checkpoint.size == 7);
	struct str two = str_fmt(&a, "%s%s%s%s%s", by_log.p, test_signer_line(&a, &x1, text, 2000).p,
		test_signer_line(&a, &x1, text, 1000).p, test_signer_line(&a, &x3, text, 3000).p,
		test_signer_line(&a, &stranger, text, 5).p);
	assert_int_equal(policy_open(&a, &p, two, &v, &e), OK);
	assert_true(!v.satisfied && v.cosigned[0] && !v.cosigned[1] && v.cosigned[2]);
	assert_true(v.times[0] == 1000 && v.times[2] == 3000 && v.times[1] == 0);
	struct str three = str_fmt(&a, "%s%s", two.p, test_signer_line(&a, &y2, text, 4000).p);
	assert_int_equal(policy_open(&a, &p, three, &v, &e), OK);
	assert_true(v.satisfied && v.cosigned[4] && v.times[4] == 4000);
	assert_string_equal(
		v.said.p, "2 of 2: X-witnesses (2 of 3: X1, X3; missing X2), Y-witnesses (1 of 3: Y2; missing Y1, Y3)");
	/* witnesses alone are not enough, nor is a log that signs under another's origin, nor a cosignature of other
	 * text */
	struct str no_log = str_fmt(&a, "%s\n%s", text.p, test_signer_line(&a, &x1, text, 1).p);
	assert_int_equal(policy_open(&a, &p, no_log, &v, &e), E_VERIFY);
	struct str other = test_checkpoint(&a, "example.org/other", 7, &root);
	struct str stolen = str_fmt(&a, "%s\n%s", other.p, test_signer_line(&a, &l, other, 0).p);
	assert_int_equal(policy_open(&a, &p, stolen, &v, &e), E_VERIFY);
	struct str wrong = str_fmt(&a, "%s%s", by_log.p, test_signer_line(&a, &x1, other, 1).p);
	assert_int_equal(policy_open(&a, &p, wrong, &v, &e), E_VERIFY);
	struct str no_checkpoint = str_fmt(&a, "text\n\n%s", test_signer_line(&a, &l, STR("text\n"), 0).p);
	assert_int_equal(policy_open(&a, &p, no_checkpoint, &v, &e), E_FORMAT);
	struct policy none = parsed(&a, STR("quorum none\n"));
	assert_int_equal(policy_open(&a, &none, three, &v, &e), E_VERIFY);
}

static double seconds_to_parse(struct str text)
{
	AUTO(arena) a = {0};
	struct policy p;
	struct err e;
	clock_t from = clock();
	rc_ignore(policy_parse(&a, text, &p, &e));
	return (double)(clock() - from) / CLOCKS_PER_SEC;
}

/* Twice the input takes about twice the time: lines, words of a line, members. */
static void test_time_grows_no_faster_than_the_file(void **unused)
{
	(void)unused;
	static const char *const pieces[] = {
		"\n", "# c\n", "quorum none\n", " ", "group g any a\n", "log \n", "log a+b+c\n"};
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		AUTO(buf) b = {0};
		buf_init(&b, CAP_POLICY);
		while (b.n + strlen(pieces[i]) < CAP_POLICY)
			buf_add(&b, str_c(pieces[i]));
		buf_addc(&b, '\n');
		double half = seconds_to_parse(str_sub(buf_str(&b), 0, CAP_POLICY / 2));
		double whole = seconds_to_parse(buf_str(&b));
		if (whole > 0.05 && whole > 4 * half)
			fail_msg("'%s': %g s, of half %g s", pieces[i], whole, half);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_specifications_example_is_read),
		cmocka_unit_test(test_the_example_of_the_documentation_is_read),
		cmocka_unit_test(test_every_set_of_cosigners_is_judged_by_the_rule),
		cmocka_unit_test(test_a_policy_is_explained_in_words),
		cmocka_unit_test(test_space_comments_and_foreign_octets_are_taken),
		cmocka_unit_test(test_what_breaks_the_rules_is_refused_with_its_line),
		cmocka_unit_test(test_keys_of_unknown_types_are_unsupported),
		cmocka_unit_test(test_more_than_the_caps_are_refused_and_as_many_are_not),
		cmocka_unit_test(test_a_policy_is_written_as_it_is_read),
		cmocka_unit_test(test_a_policy_of_keys_asks_for_all_of_them),
		cmocka_unit_test(test_a_checkpoint_is_seen_through_the_policy),
		cmocka_unit_test(test_time_grows_no_faster_than_the_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
