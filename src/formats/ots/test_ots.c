/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of proofs: what is read, what is written, what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/codec.h"
#include "formats/ots/test_build.h"

/* What a bad file is called by its refusal. */
static void check(struct str items, rc want)
{
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	file(&b);
	buf_add(&b, items);
	rc got = parse(&a, buf_str(&b));
	if (got != want) {
		fail_msg("%s instead of %s: %.*s", rc_name(got), rc_name(want),
			STR_FMT(hex_of(&a, str_sub(items, 0, 100))));
	}
	if (got == OK) {
		struct ots o = must_parse(&a, buf_str(&b));
		assert_true(str_eq(written(&a, &o), buf_str(&b)));
	}
}

static void check_buf(struct buf *b, rc want)
{
	check(buf_str(b), want);
	buf_reset(b);
}

static void test_limits_stand_where_they_are_said_to(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	char *big = arena_alloc(&a, 8193);
	memset(big, 'a', 8193);
	buf_init(&b, 2 * MIB);
	for (unsigned over = 0; over < 2; over++) {
		const rc want = over ? E_LIMIT : OK;
		op_arg(&b, OTS_APPEND, str_mem(big, CAP_OTS_MSG - 32 + over));
		attest_block(&b, BITCOIN, 1);
		check_buf(&b, want);
		op_arg(&b, OTS_PREPEND, str_mem(big, CAP_OTS_MSG - 32));
		if (over)
			op_arg(&b, OTS_PREPEND, STR("a"));
		attest_block(&b, BITCOIN, 1);
		check_buf(&b, want);
		op_arg(&b, OTS_APPEND, str_mem(big, CAP_OTS_MSG / 2 - 32 + over));
		op(&b, OTS_HEXLIFY);
		attest_block(&b, BITCOIN, 1);
		check_buf(&b, want);
		for (unsigned i = 0; i < CAP_OTS_DEPTH - 1 + over; i++)
			op(&b, i % 2 ? OTS_SHA1 : OTS_REVERSE);
		attest_block(&b, BITCOIN, 1);
		check_buf(&b, want);
		attest(&b, OTHER, str_mem(big, CAP_OTS_PAYLOAD + over));
		check_buf(&b, want);
		attest_pending(&b, str_dup(&a, str_mem(big, CAP_OTS_URI + over)).p);
		check_buf(&b, want);
		for (unsigned i = 0; i < CAP_OTS_NODES - 2 + over; i++) {
			more(&b);
			attest_block(&b, BITCOIN, i);
		}
		attest_block(&b, BITCOIN, CAP_OTS_NODES - 2 + over);
		check_buf(&b, want);
	}
	op_arg(&b, OTS_APPEND, STR(""));
	attest_block(&b, BITCOIN, 1);
	check_buf(&b, E_FORMAT);
	attest(&b, OTHER, STR(""));
	check_buf(&b, OK);
	attest_pending(&b, "");
	check_buf(&b, OK);
}

static void test_numbers_have_one_spelling_and_64_bits(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	static const struct {
		const char *bytes;
		size_t n;
		rc want;
	} cases[] = {
		{"\x00", 1, OK},
		{"\x7f", 1, OK},
		{"\x80\x01", 2, OK},
		{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10, OK},
		{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10, E_LIMIT},
		{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81\x00", 11, E_LIMIT},
		{"\x80\x00", 2, E_FORMAT},
		{"\xff\x80\x00", 3, E_FORMAT},
		{"\x80", 1, E_FORMAT},
		{"", 0, E_FORMAT},
		{"\x01\x01", 2, E_FORMAT},
	};
	buf_init(&b, 4096);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		attest(&b, BITCOIN, str_mem(cases[i].bytes, cases[i].n));
		check_buf(&b, cases[i].want);
	}
	attest_block(&b, BITCOIN, UINT64_MAX);
	struct ots o = begun(&a, &(uint32_t){0}, &(struct hash){{0}});
	struct err e;
	assert_int_equal(ots_merge(&a, &o, 2, buf_str(&b), &e), OK);
	assert_true(o.nodes[3].height == UINT64_MAX);
}

static void test_what_is_no_proof_is_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	static const unsigned unknown_ops[] = {0x01, 0x04, 0x07, 0x09, 0x66, 0x68, 0xef, 0xf4, 0xfe, 0xff};
	static const char *const uris[] = {
		"https://a?b", "https://a b", "https://a@b", "https://[::1]", "a%20", "a\n", "\xc3\xa4"};
	buf_init(&b, 4096);
	for (size_t i = 0; i < ARRAY_LEN(unknown_ops); i++) {
		buf_addc(&b, (char)unknown_ops[i]);
		attest_block(&b, BITCOIN, 1);
		check_buf(&b, E_FORMAT);
		buf_add(&b, STR(MAGIC));
		buf_addc(&b, (char)unknown_ops[i]);
		buf_addmem(&b, arena_alloc(&a, 64), 64);
		assert_int_equal(parse(&a, buf_str(&b)), E_FORMAT);
		buf_reset(&b);
	}
	for (size_t i = 0; i < ARRAY_LEN(uris); i++) {
		attest_pending(&b, uris[i]);
		check_buf(&b, E_FORMAT);
	}
	more(&b);
	attest_block(&b, BITCOIN, 1);
	more(&b);
	op(&b, OTS_SHA1);
	attest_block(&b, BITCOIN, 1);
	check_buf(&b, E_FORMAT); /* one more was said to come */
	attest_block(&b, BITCOIN, 1);
	buf_addc(&b, 0);
	check_buf(&b, E_FORMAT);
	attest(&b, PENDING,
		STR("\x02"
		    "a"));
	check_buf(&b, E_FORMAT);
	attest(&b, PENDING,
		STR("\x01"
		    "ab"));
	check_buf(&b, E_FORMAT);
	buf_add(&b, str_sub(STR(MAGIC), 0, 31));
	buf_add(&b, STR("\x02\x08"));
	assert_int_equal(parse(&a, buf_str(&b)), E_UNSUPPORTED);
	assert_int_equal(parse(&a, STR("")), E_FORMAT);
	assert_int_equal(parse(&a, STR("OpenTimestamps")), E_FORMAT);
	check(STR(""), E_FORMAT);
}

static void test_items_may_come_in_any_order_but_not_twice(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) sorted = {0};
	AUTO(buf) mixed = {0};
	static const unsigned order[] = {9, 4, 0, 7, 2, 8, 1, 6, 3, 5, 10};
	struct buf items[11];
	for (size_t i = 0; i < ARRAY_LEN(items); i++)
		buf_init(&items[i], 256);
	attest(&items[0], OTHER, STR("a"));
	attest(&items[1], OTHER, STR("ab"));
	attest_block(&items[2], BITCOIN, 2);
	attest_block(&items[3], BITCOIN, 128); /* 80 01: the number counts, not its bytes */
	attest_block(&items[4], BITCOIN, 129);
	attest_block(&items[5], BITCOIN, 256);
	attest_pending(&items[6], "https://a.example/long");
	attest_pending(&items[7], "https://b.example");
	op(&items[8], OTS_SHA1);
	op(&items[9], OTS_SHA256);
	op_arg(&items[10], OTS_APPEND, STR("a"));
	for (size_t i = 8; i < 11; i++)
		attest_block(&items[i], BITCOIN, 1);
	file(&sorted);
	file(&mixed);
	for (size_t i = 0; i < ARRAY_LEN(items); i++) {
		if (i + 1 < ARRAY_LEN(items)) {
			more(&sorted);
			more(&mixed);
		}
		buf_add(&sorted, buf_str(&items[i]));
		buf_add(&mixed, buf_str(&items[order[i]]));
	}
	struct ots o = must_parse(&a, buf_str(&mixed));
	assert_true(str_eq(written(&a, &o), buf_str(&sorted)));
	for (size_t i = 0; i < ARRAY_LEN(items); i++) {
		AUTO(buf) twice = {0};
		buf_init(&twice, 4096);
		more(&twice);
		buf_add(&twice, buf_str(&items[i]));
		more(&twice);
		buf_add(&twice, buf_str(&items[(i + 1) % ARRAY_LEN(items)]));
		buf_add(&twice, buf_str(&items[i]));
		check_buf(&twice, E_FORMAT);
		buf_clear(&items[i]);
	}
}

static void test_every_truncation_is_refused_and_so_is_a_byte_more(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct hash root;
	struct ots o = upgraded(&a, &root);
	struct str w = written(&a, &o);
	for (size_t n = 0; n < w.n; n++)
		assert_int_equal(parse(&a, str_sub(w, 0, n)), E_FORMAT);
	for (unsigned c = 0; c < 256; c++)
		assert_int_equal(parse(&a, str_join(&a, w, str_mem(&(char){(char)c}, 1))), E_FORMAT);
}

static FILE *open_vector(const char *name)
{
	AUTO(arena) a = {0};
	const char *dir = getenv("ONRECORD_VECTORS");
	return fopen(str_fmt(&a, "%s/ots/client-examples/%s", dir ? dir : "", name).p, "rb");
}

/* Before anything is allocated: skip() does not come back. */
static void need_vectors(void)
{
	FILE *f = open_vector("README.md");
	if (!f) {
		print_message("skipped: public test data ots/client-examples is not there\n");
		skip();
	}
	(void)fclose(f);
}

static struct str read_vector(struct arena *a, const char *name)
{
	AUTO(buf) b = {0};
	FILE *f = open_vector(name);
	assert_non_null(f);
	buf_init(&b, 16 * MIB);
	for (int c = getc(f); c != EOF; c = getc(f))
		buf_addc(&b, (char)c);
	(void)fclose(f);
	return str_dup(a, buf_str(&b));
}

struct vector {
	const char *name;
	const char *file; /* what was stamped, where it is there */
	size_t bitcoin, pending, other;
	uint64_t height;  /* of the bitcoin attestation */
	const char *root; /* its message, reversed as explorers print it */
};

static void check_vector(struct arena *a, const struct vector *v)
{
	struct str bytes = read_vector(a, v->name);
	struct ots o = must_parse(a, bytes);
	assert_int_equal(o.size, bytes.n);
	if (!str_eq(written(a, &o), bytes))
		fail_msg("%s is written otherwise", v->name);
	if (v->file && o.nodes[0].op == OTS_SHA256) {
		struct hash h = hash_of(read_vector(a, v->file));
		assert_true(str_eq(hash_str(&h), o.nodes[0].arg));
	}
	struct ots_report r = must_verify(a, &o, NULL, 0);
	size_t bitcoin = 0;
	for (size_t i = 0; i < r.n; i++) {
		if (r.verdicts[i].kind != OTS_BITCOIN)
			continue;
		bitcoin++;
		assert_int_equal(r.verdicts[i].height, v->height);
		assert_int_equal(r.verdicts[i].result, OTS_UNCHECKED);
	}
	if (bitcoin != v->bitcoin || r.promised != v->pending || r.unchecked - bitcoin != v->other)
		fail_msg("%s: %zu bitcoin, %zu pending, %zu others", v->name, bitcoin, r.promised,
			r.unchecked - bitcoin);
	struct ots_walk w = {.o = &o, .a = a};
	uint32_t at;
	struct str msg;
	bool known;
	while (ots_walk_next(&w, &at, &msg, &known)) {
		if (o.nodes[at].op != OTS_ATTESTATION || o.nodes[at].kind != OTS_BITCOIN)
			continue;
		struct hash root;
		assert_true(known && msg.n == sizeof(root.b));
		for (size_t i = 0; i < sizeof(root.b); i++)
			root.b[i] = (uint8_t)msg.p[sizeof(root.b) - 1 - i];
		assert_string_equal(hex_of(a, hash_str(&root)).p, v->root);
	}
}

/* The roots are what python3-opentimestamps 0.4.2 computes: the data set has no block headers to hold them against. */
static void test_proofs_of_the_reference_client_are_read_and_written_alike(void **unused)
{
	(void)unused;
	need_vectors();
	static const struct vector vectors[] = {
		{"bad-stamp.txt.ots", NULL, 1, 0, 0, 358391,
			"1bb49db87782170860c2e467994762f7f00c815d80d712e7eb9a7c14b9811f92"},
		{"bitcoin.pdf.ots", NULL, 1, 0, 0, 465751,
			"98989f8d2e522d52356cf14ade63bdab44687dd0c4c8e3722c3f39bf726b0876"},
		{"different-blockchains.txt.ots", "different-blockchains.txt", 1, 2, 1, 455605,
			"2a19192cf00fb1baeea516b69b3a62195849589b4caafeb6ad6ebba58b9ae69a"},
		{"empty.ots", "empty", 1, 0, 0, 129405,
			"db29fdc2c27a1531ae08a9dff2d9e4dfedd9c902d16de542d8666a27367e5b71"},
		{"gdp2q25-2nd.pdf.ots", NULL, 1, 0, 0, 912095,
			"936131994129988e1932d8c1c6a9780fd42ae4c87204cfb0ac852be1250039ae"},
		{"hello-world.txt.ots", "hello-world.txt", 1, 0, 0, 358391,
			"8a1b66ecb7cbd07d8139a7e7d7f2c41aab1f5009b8364aaf61d03ad245e47e00"},
		{"incomplete.txt.ots", "incomplete.txt", 0, 1, 0, 0, NULL},
		{"known-and-unknown-notary.txt.ots", "known-and-unknown-notary.txt", 0, 1, 1, 0, NULL},
		{"merkle1.txt.ots", "merkle1.txt", 0, 2, 0, 0, NULL},
		{"merkle2.txt.ots", "merkle2.txt", 0, 2, 0, 0, NULL},
		{"merkle3.txt.ots", "merkle3.txt", 0, 2, 0, 0, NULL},
		{"sha1/a-or-b.ots", NULL, 1, 3, 0, 466906,
			"40c9303a5cb0a8c4b2676f4c6b101d37f83e9413f3856f356849bfb9438a7c26"},
		{"two-calendars.txt.ots", "two-calendars.txt", 0, 2, 0, 0, NULL},
		{"unknown-notary.txt.ots", "unknown-notary.txt", 0, 0, 1, 0, NULL},
	};
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		AUTO(arena) a = {0};
		check_vector(&a, &vectors[i]);
	}
}

static void test_files_that_the_reference_client_calls_invalid_are_refused(void **unused)
{
	(void)unused;
	need_vectors();
	AUTO(arena) a = {0};
	assert_int_equal(parse(&a, read_vector(&a, "invalid/bad-major-version.ots")), E_UNSUPPORTED);
	assert_int_equal(parse(&a, read_vector(&a, "invalid/exceeds-max-msg-length.ots")), E_LIMIT);
	assert_int_equal(parse(&a, read_vector(&a, "invalid/invalid-file-digest-type.ots")), E_FORMAT);
}

/* The data set's notes name the transaction that the proof of gdp2q25-2nd.pdf goes through. */
static void test_a_proof_goes_through_the_transaction_that_its_notes_name(void **unused)
{
	(void)unused;
	need_vectors();
	AUTO(arena) a = {0};
	struct ots o = must_parse(&a, read_vector(&a, "gdp2q25-2nd.pdf.ots"));
	struct str notes = read_vector(&a, "gdp2q25-2nd.pdf.ots.txt");
	struct ots_walk w = {.o = &o, .a = &a};
	uint32_t at;
	struct str msg;
	bool known;
	bool found = false;
	while (ots_walk_next(&w, &at, &msg, &known)) {
		struct hash id;
		for (size_t i = 0; msg.n == sizeof(id.b) && i < sizeof(id.b); i++)
			id.b[i] = (uint8_t)msg.p[sizeof(id.b) - 1 - i];
		if (msg.n == sizeof(id.b))
			found = found || str_find(notes, hex_of(&a, hash_str(&id)), 0) < notes.n;
	}
	assert_true(found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits_stand_where_they_are_said_to),
		cmocka_unit_test(test_numbers_have_one_spelling_and_64_bits),
		cmocka_unit_test(test_what_is_no_proof_is_refused),
		cmocka_unit_test(test_items_may_come_in_any_order_but_not_twice),
		cmocka_unit_test(test_every_truncation_is_refused_and_so_is_a_byte_more),
		cmocka_unit_test(test_proofs_of_the_reference_client_are_read_and_written_alike),
		cmocka_unit_test(test_files_that_the_reference_client_calls_invalid_are_refused),
		cmocka_unit_test(test_a_proof_goes_through_the_transaction_that_its_notes_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
