/* SPDX-License-Identifier: Apache-2.0 */
/* Proofs that grow by replies, what they compute, and their verdicts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/codec.h"
#include "formats/ots/test_build.h"

/* A header of the least difficulty with that Merkle root; `prev` may be NULL. */
static struct ots_header mine(uint64_t height, const struct ots_header *prev, const struct hash *root, bool good)
{
	uint8_t raw[OTS_HEADER_SIZE] = {1};
	struct ots_header ret = {.pow = !good};
	for (size_t i = 0; prev && i < 32; i++)
		raw[4 + i] = prev->hash.b[31 - i];
	memcpy(raw + 36, root->b, sizeof(root->b));
	memcpy(raw + 68, "\x00\xf1\x53\x65\xff\xff\x7f\x20", 8); /* 1700000000 rounded up, 207fffff */
	raw[68] = (uint8_t)height;
	for (uint8_t nonce = 0; ret.pow != good; nonce++) {
		AUTO(arena) a = {0};
		struct ots_header *h;
		size_t n;
		struct err e;
		raw[76] = nonce;
		struct str hex = hex_of(&a, str_mem(raw, sizeof(raw)));
		struct str line = str_fmt(&a, "%llu %s\n", (unsigned long long)height, hex.p);
		assert_int_equal(ots_headers_parse(&a, line, &h, &n, &e), OK);
		ret = h[0];
	}
	return ret;
}

static void test_a_stamp_begins_with_a_nonce_that_hides_the_digest(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) want = {0};
	AUTO(buf) reply = {0};
	AUTO(buf) none = {0};
	uint32_t at;
	struct hash msg;
	struct err e;
	struct ots o = begun(&a, &at, &msg);
	struct hash digest = hash_of(STR(""));
	struct hash both = hash_of(str_join(&a, hash_str(&digest), STR("0123456789abcdef")));
	assert_true(hash_eq(&msg, &both));
	buf_init(&none, 4096);
	assert_int_equal(ots_write(&o, &none, &e), E_USAGE);
	assert_int_equal(none.n, 0);
	buf_init(&reply, 4096);
	attest_pending(&reply, "https://a.example");
	assert_int_equal(ots_merge(&a, &o, at, buf_str(&reply), &e), OK);
	file(&want);
	op_arg(&want, OTS_APPEND, STR("0123456789abcdef"));
	op(&want, OTS_SHA256);
	attest_pending(&want, "https://a.example");
	assert_true(str_eq(written(&a, &o), buf_str(&want)));
	struct ots again = must_parse(&a, buf_str(&want));
	assert_true(str_eq(written(&a, &again), buf_str(&want)));
}

static void test_replies_give_the_same_file_in_any_order_and_once_each(void **unused)
{
	(void)unused;
	for (unsigned kinds = 0; kinds < 64; kinds++) {
		AUTO(arena) a = {0};
		uint32_t at;
		struct hash msg;
		struct err e;
		struct str r[3];
		static const char *const uris[] = {"https://b.example", "https://a.example", "https://a.example/c"};
		for (unsigned i = 0; i < 3; i++)
			r[i] = reply_of(&a, uris[i], kinds >> 2 * i & 3);
		static const unsigned orders[][5] = {
			{0, 1, 2, 2, 0}, {2, 1, 0, 0, 1}, {1, 2, 0, 1, 1}, {2, 0, 1, 2, 1}};
		struct str first = STR("");
		for (size_t k = 0; k < ARRAY_LEN(orders); k++) {
			struct ots o = begun(&a, &at, &msg);
			for (size_t i = 0; i < ARRAY_LEN(orders[k]); i++)
				assert_int_equal(ots_merge(&a, &o, at, r[orders[k][i]], &e), OK);
			struct str w = written(&a, &o);
			struct ots again = must_parse(&a, w);
			assert_int_equal(again.n, o.n);
			assert_true(str_eq(written(&a, &again), w));
			if (k == 0)
				first = w;
			assert_true(str_eq(w, first));
			struct ots_pending *p;
			size_t n;
			ots_pending(&a, &o, &p, &n);
			assert_int_equal(n, 3);
		}
	}
}

/* The place of the reply has neighbours, which are not the reply's. */
static void test_a_reply_goes_where_it_was_asked_for_and_nowhere_else(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	AUTO(buf) reply = {0};
	struct ots_pending *p;
	size_t n;
	struct err e;
	file(&b);
	for (unsigned i = 0; i < 3; i++) {
		if (i < 2)
			more(&b);
		op_arg(&b, OTS_APPEND, str_mem(&"abc"[i], 1));
		attest_pending(&b, "https://a.example");
	}
	struct ots o = must_parse(&a, buf_str(&b));
	ots_pending(&a, &o, &p, &n);
	assert_int_equal(n, 3);
	buf_init(&reply, 4096);
	op(&reply, OTS_SHA256);
	attest_block(&reply, BITCOIN, 5);
	assert_int_equal(ots_merge(&a, &o, p[1].at, buf_str(&reply), &e), OK);
	ots_pending(&a, &o, &p, &n);
	assert_true(n == 3 && !p[0].upgraded && p[1].upgraded && !p[2].upgraded);
	struct hash root = hash_of(p[1].msg);
	struct ots_header h = mine(5, NULL, &root, true);
	struct ots_report r = must_verify(&a, &o, &h, 1);
	assert_true(r.holds == 1 && r.promised == 3 && r.n == 4);
	struct ots again = must_parse(&a, written(&a, &o));
	assert_int_equal(again.n, o.n);
}

static void test_an_upgraded_proof_holds_against_the_header_of_its_block(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct hash root;
	struct ots made = upgraded(&a, &root);
	struct ots o = must_parse(&a, written(&a, &made));
	struct hash other = hash_of(STR("another"));
	struct ots_header h[5];
	h[0] = mine(4, NULL, &other, true);
	h[1] = mine(5, &h[0], &root, true);
	h[2] = mine(6, &h[1], &other, true);
	h[3] = mine(7, &h[2], &other, true);
	h[4] = mine(8, &h[2], &other, true); /* names another before it */
	struct ots_report r = must_verify(&a, &o, h, 5);
	assert_int_equal(r.n, 3);
	assert_int_equal(r.promised, 2);
	assert_int_equal(r.holds, 1);
	const struct ots_verdict *v = r.earliest;
	assert_true(v && v->kind == OTS_BITCOIN && v->result == OTS_HOLDS && v->height == 5);
	assert_true(v->header_found && v->root_equal && v->pow);
	assert_int_equal(v->following, 2);
	assert_int_equal(v->time, h[1].time);
	assert_int_equal(v->work.b[31], 6); /* three headers, two tries each */
	assert_int_equal(v->work_bits, 2);
	assert_non_null(strstr(v->why, "needs a Bitcoin node"));
}

static void test_a_proof_holds_against_nothing_else(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct hash root;
	struct ots o = upgraded(&a, &root);
	struct hash other = hash_of(STR("another"));
	struct ots_report r = must_verify(&a, &o, NULL, 0);
	assert_true(r.holds == 0 && r.fails == 0 && r.unchecked == 1 && !r.earliest);
	struct ots_header h = mine(4, NULL, &root, true);
	r = must_verify(&a, &o, &h, 1);
	assert_true(r.holds == 0 && r.unchecked == 1);
	h = mine(6, NULL, &root, true);
	r = must_verify(&a, &o, &h, 1);
	assert_true(r.holds == 0 && r.unchecked == 1);
	h = mine(5, NULL, &other, true);
	r = must_verify(&a, &o, &h, 1);
	assert_true(r.holds == 0 && r.fails == 1 && !r.earliest);
	h = mine(5, NULL, &root, false);
	r = must_verify(&a, &o, &h, 1);
	assert_true(r.holds == 0 && r.fails == 1 && !r.earliest);
	struct err e;
	assert_int_equal(ots_verify(&a, &o, hash_str(&other), &h, 1, &r, &e), E_VERIFY);
	assert_int_equal(ots_verify(&a, &o, str_sub(o.nodes[0].arg, 0, 31), &h, 1, &r, &e), E_VERIFY);
}

static void test_the_earliest_of_several_blocks_is_told(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	struct hash digest = hash_of(STR(""));
	struct ots_header h[3] = {
		mine(3, NULL, &digest, true), mine(9, NULL, &digest, true), mine(11, NULL, &digest, true)};
	h[0].time = 300;
	h[1].time = 100;
	h[2].time = 200;
	file(&b);
	for (unsigned i = 0; i < 3; i++) {
		more(&b);
		attest_block(&b, BITCOIN, h[i].height);
	}
	attest_block(&b, ETHEREUM, 9);
	struct ots o = must_parse(&a, buf_str(&b));
	struct ots_report r = must_verify(&a, &o, h, 3);
	assert_true(r.holds == 3 && r.unchecked == 1 && r.earliest->height == 9);
}

static void test_an_attestation_of_something_else_than_32_bytes_fails(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	file(&b);
	op(&b, OTS_SHA1);
	attest_block(&b, BITCOIN, 1);
	struct ots o = must_parse(&a, buf_str(&b));
	assert_int_equal(must_verify(&a, &o, NULL, 0).fails, 1);
}

/* Results of single operations on the SHA-256 of nothing; made with Python's hashlib. */
static void test_operations_give_what_others_compute(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	static const struct {
		enum ots_op op;
		const char *arg;
		const char *want;
	} cases[] = {
		{OTS_SHA1, NULL, "d28e8abdbd777a482ce0ee5c24814acae52aabfe"},
		{OTS_RIPEMD160, NULL, "b472a266d0bd89c13706a4132ccfb16f7c3b9fcb"},
		{OTS_SHA256, NULL, "5df6e0e2761359d30a8275058e299fcc0381534545f55cf43e41983f5d4c9456"},
		{OTS_KECCAK256, NULL, "a332df1e58a99d8dcb0767dab2d23985ef337d59fadbe040f56e1c642b314973"},
		{OTS_APPEND, "\x01\x02", EMPTY "0102"},
		{OTS_PREPEND, "\x01\x02", "0102" EMPTY},
		{OTS_REVERSE, NULL, "55b852781b9995a44c939b64e441ae2724b96f99c8f4fb9a141cfc9842c4b0e3"},
		{OTS_HEXLIFY, NULL,
			"6533623063343432393866633163313439616662663463383939366662393234323761653431653436343962393334"
			"6361343935393931623738353262383535"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf) b = {0};
		struct str msg;
		uint32_t at;
		bool known;
		file(&b);
		if (cases[i].arg)
			op_arg(&b, cases[i].op, str_c(cases[i].arg));
		else
			op(&b, cases[i].op);
		attest_block(&b, BITCOIN, 1);
		struct ots o = must_parse(&a, buf_str(&b));
		struct ots_walk w = {.o = &o, .a = &a};
		assert_true(ots_walk_next(&w, &at, &msg, &known));
		assert_int_equal(at, 1);
		if (!known && cases[i].op == OTS_KECCAK256) {
			print_message("this OpenSSL has no keccak256\n");
			continue;
		}
		assert_true(known);
		assert_string_equal(hex_of(&a, msg).p, cases[i].want);
		assert_int_equal(msg.n, o.nodes[1].msg_size);
		assert_true(ots_walk_next(&w, &at, &msg, &known));
		assert_string_equal(hex_of(&a, msg).p, cases[i].want);
		assert_false(ots_walk_next(&w, &at, &msg, &known));
		assert_false(ots_walk_next(&w, &at, &msg, &known));
	}
}

static bool openssl_has_keccak(struct arena *a, const struct ots *o)
{
	struct ots_walk w = {.o = o, .a = a};
	uint32_t at;
	struct str msg;
	bool known;
	while (ots_walk_next(&w, &at, &msg, &known))
		if (o->nodes[at].op == OTS_KECCAK256)
			return known;
	fail_msg("no keccak256 in the proof");
	return false;
}

/* With an OpenSSL that has keccak256 the attestation fails instead: the message is no root of the header. */
static void test_what_is_below_an_operation_that_cannot_be_computed_is_not_checked(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	AUTO(buf) text = {0};
	struct ots_pending *p;
	size_t n;
	struct hash digest = hash_of(STR(""));
	struct ots_header h = mine(5, NULL, &digest, true);
	file(&b);
	more(&b);
	attest_block(&b, BITCOIN, 5);
	op(&b, OTS_KECCAK256);
	op(&b, OTS_SHA256);
	more(&b);
	attest_pending(&b, "https://a.example");
	attest_block(&b, BITCOIN, 5);
	struct ots o = must_parse(&a, buf_str(&b));
	const bool has = openssl_has_keccak(&a, &o);
	struct ots_report r = must_verify(&a, &o, &h, 1);
	assert_int_equal(r.n, 3);
	assert_int_equal(r.holds, 1);
	ots_pending(&a, &o, &p, &n);
	assert_int_equal(n, 1);
	assert_int_equal(r.unchecked, has ? 0 : 1);
	assert_int_equal(r.fails, has ? 1 : 0);
	assert_true(p[0].known == has && (has || p[0].msg.n == 0));
	buf_init(&text, 4096);
	ots_info(&a, &o, &text);
	assert_true(has || strstr(text.p, "bitcoin block 5 of what cannot be computed here"));
}

static void test_a_listing_shows_every_node_and_cuts_what_is_long(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	AUTO(buf) text = {0};
	char arg[66];
	memset(arg, 'a', sizeof(arg));
	file(&b);
	more(&b);
	attest_pending(&b, "https://a.example");
	op_arg(&b, OTS_APPEND, str_mem(arg, sizeof(arg)));
	more(&b);
	attest(&b, OTHER, STR("abc"));
	op(&b, OTS_SHA1);
	op(&b, OTS_HEXLIFY);
	attest_block(&b, LITECOIN, 77);
	struct ots o = must_parse(&a, buf_str(&b));
	buf_init(&text, 65536);
	ots_info(&a, &o, &text);
	struct str lines = buf_str(&text);
	assert_string_equal(str_dup(&a, str_cut(&lines, '\n')).p, "file sha256 " EMPTY);
	assert_string_equal(str_dup(&a, str_cut(&lines, '\n')).p, "  pending https://a.example of " EMPTY);
	struct str cut = str_cut(&lines, '\n');
	assert_true(str_starts(cut, STR("  append 6161")) && str_ends(cut, STR("6161... (66 bytes)")));
	cut = str_cut(&lines, '\n');
	assert_true(str_starts(cut, STR("    unknown 0102030405060708 616263 of " EMPTY)));
	assert_string_equal(str_dup(&a, str_cut(&lines, '\n')).p, "    sha1");
	assert_string_equal(str_dup(&a, str_cut(&lines, '\n')).p, "    hexlify");
	assert_true(str_starts(lines, STR("    litecoin block 77 of ")));
}

static void test_every_operation_has_its_name_in_a_listing(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	AUTO(buf) text = {0};
	static const char want[] = "file sha256 " EMPTY "\nappend 61\nprepend 62\nreverse\nhexlify\nsha1\nripemd160\n"
				   "keccak256\nsha256\nethereum block 3 of ";
	file(&b);
	op_arg(&b, OTS_APPEND, STR("a"));
	op_arg(&b, OTS_PREPEND, STR("b"));
	op(&b, OTS_REVERSE);
	op(&b, OTS_HEXLIFY);
	op(&b, OTS_SHA1);
	op(&b, OTS_RIPEMD160);
	op(&b, OTS_KECCAK256);
	op(&b, OTS_SHA256);
	attest_block(&b, ETHEREUM, 3);
	struct ots o = must_parse(&a, buf_str(&b));
	buf_init(&text, 4096);
	ots_info(&a, &o, &text);
	assert_true(str_starts(buf_str(&text), str_c(want)));
	assert_string_equal(ots_op_name(o.nodes[o.n - 1].op), "attestation");
}

static void test_a_reply_that_is_refused_leaves_the_proof_as_it_was(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct hash root;
	struct err e;
	struct ots o = upgraded(&a, &root);
	struct str before = written(&a, &o);
	struct str reply = reply_of(&a, "https://c.example", 3);
	uint32_t at = 2;
	for (size_t n = 0; n < reply.n; n++)
		assert_int_equal(ots_merge(&a, &o, at, str_sub(reply, 0, n), &e), E_FORMAT);
	assert_int_equal(ots_merge(&a, &o, at, str_join(&a, reply, STR("x")), &e), E_FORMAT);
	assert_true(str_eq(written(&a, &o), before));
	assert_int_equal(ots_merge(&a, &o, at, reply, &e), OK);
	assert_false(str_eq(written(&a, &o), before));
}

static void test_a_file_over_the_limit_is_refused_and_cannot_be_made(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	struct hash msg;
	uint32_t at;
	struct err e;
	rc code = OK;
	char *big = arena_alloc(&a, CAP_OTS_PAYLOAD);
	buf_init(&b, 2 * CAP_OTS);
	while (b.n < CAP_OTS - CAP_OTS_PAYLOAD)
		buf_add(&b, STR(MAGIC));
	while (b.n <= CAP_OTS)
		buf_addc(&b, 0);
	assert_int_equal(parse(&a, buf_str(&b)), E_LIMIT);
	struct ots o = begun(&a, &at, &msg);
	for (unsigned i = 0; code == OK && i < 100; i++) {
		big[0] = (char)i;
		buf_reset(&b);
		attest(&b, OTHER, str_mem(big, CAP_OTS_PAYLOAD));
		code = ots_merge(&a, &o, at, buf_str(&b), &e);
	}
	assert_int_equal(code, E_LIMIT);
	struct str w = written(&a, &o);
	assert_true(w.n > CAP_OTS - CAP_OTS_PAYLOAD - 64);
	assert_int_equal(parse(&a, w), OK);
}

static void test_replies_have_limits_of_their_own(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	struct hash msg;
	uint32_t at;
	struct err e;
	rc code = OK;
	struct ots o = begun(&a, &at, &msg);
	buf_init(&b, 2 * CAP_OTS_REPLY);
	/* depth is counted from the file on: two operations are there already */
	for (unsigned i = 0; i < CAP_OTS_DEPTH - 3; i++)
		op(&b, OTS_REVERSE);
	attest_block(&b, BITCOIN, 1);
	assert_int_equal(ots_merge(&a, &o, at, buf_str(&b), &e), OK);
	buf_reset(&b);
	for (unsigned i = 0; i < CAP_OTS_DEPTH - 2; i++)
		op(&b, OTS_REVERSE);
	attest_block(&b, BITCOIN, 1);
	assert_int_equal(ots_merge(&a, &o, at, buf_str(&b), &e), E_LIMIT);
	buf_reset(&b);
	attest(&b, OTHER, str_mem(arena_alloc(&a, CAP_OTS_PAYLOAD), CAP_OTS_PAYLOAD));
	while (b.n <= CAP_OTS_REPLY)
		buf_addc(&b, 0);
	assert_int_equal(ots_merge(&a, &o, at, buf_str(&b), &e), E_LIMIT);
	for (unsigned i = 0; code == OK && i < CAP_OTS_NODES; i += 128) {
		buf_reset(&b);
		for (unsigned k = 0; k < 128; k++) {
			if (k < 127)
				more(&b);
			attest_block(&b, BITCOIN, i + k);
		}
		code = ots_merge(&a, &o, at, buf_str(&b), &e);
	}
	assert_int_equal(code, E_LIMIT);
	assert_true(o.n <= CAP_OTS_NODES && o.n > CAP_OTS_NODES - 384);
}

/* True when a file still proves that the digest stood in block 5. */
static bool still_holds(struct str bytes, const struct ots_header *h)
{
	AUTO(arena) a = {0};
	struct ots o;
	struct ots_report r;
	struct err e;
	struct hash digest = hash_of(STR(""));
	return ots_parse(&a, bytes, &o, &e) == OK && o.nodes[0].op == OTS_SHA256 &&
		ots_verify(&a, &o, hash_str(&digest), h, 1, &r, &e) == OK && r.holds > 0;
}

/* Adds to `free` where the bytes of `what` stand in w. */
static void mark(struct str w, struct str what, bool *free)
{
	size_t at = str_find(w, what, 0);
	assert_true(at < w.n);
	for (size_t i = 0; i < what.n; i++)
		free[at + i] = true;
}

/* What may change without the block's attestation being lost is what stands beside the way to it and has no part in it:
 * a promise's tag and address, an unknown attestation's tag and payload. */
static void test_every_flipped_bit_breaks_the_proof_or_is_beside_it(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) reply = {0};
	struct hash root;
	struct err e;
	struct ots o = upgraded(&a, &root);
	struct ots_header h = mine(5, NULL, &root, true);
	buf_init(&reply, 4096);
	attest(&reply, OTHER, STR("some payload"));
	assert_int_equal(ots_merge(&a, &o, 0, buf_str(&reply), &e), OK);
	struct str w = written(&a, &o);
	assert_true(still_holds(w, &h));
	bool *beside = arena_alloc(&a, w.n);
	mark(w, STR(OTHER "\x0csome payload"), beside);
	mark(w, STR(PENDING "\x12\x11https://a.example"), beside);
	mark(w, STR(PENDING "\x12\x11https://b.example"), beside);
	size_t unseen = 0;
	for (size_t bit = 0; bit < w.n * 8; bit++) {
		char *changed = arena_dup(&a, w.p, w.n);
		changed[bit / 8] = (char)(changed[bit / 8] ^ (1 << bit % 8));
		if (!still_holds(str_mem(changed, w.n), &h))
			continue;
		unseen++;
		if (!beside[bit / 8])
			fail_msg("bit %zu of byte %zu can change", bit % 8, bit / 8);
	}
	print_message("%zu bits, %zu beside the proof\n", w.n * 8, unseen);
	assert_true(unseen > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_stamp_begins_with_a_nonce_that_hides_the_digest),
		cmocka_unit_test(test_replies_give_the_same_file_in_any_order_and_once_each),
		cmocka_unit_test(test_a_reply_goes_where_it_was_asked_for_and_nowhere_else),
		cmocka_unit_test(test_an_upgraded_proof_holds_against_the_header_of_its_block),
		cmocka_unit_test(test_a_proof_holds_against_nothing_else),
		cmocka_unit_test(test_the_earliest_of_several_blocks_is_told),
		cmocka_unit_test(test_an_attestation_of_something_else_than_32_bytes_fails),
		cmocka_unit_test(test_operations_give_what_others_compute),
		cmocka_unit_test(test_what_is_below_an_operation_that_cannot_be_computed_is_not_checked),
		cmocka_unit_test(test_a_listing_shows_every_node_and_cuts_what_is_long),
		cmocka_unit_test(test_every_operation_has_its_name_in_a_listing),
		cmocka_unit_test(test_a_reply_that_is_refused_leaves_the_proof_as_it_was),
		cmocka_unit_test(test_a_file_over_the_limit_is_refused_and_cannot_be_made),
		cmocka_unit_test(test_replies_have_limits_of_their_own),
		cmocka_unit_test(test_every_flipped_bit_breaks_the_proof_or_is_beside_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
