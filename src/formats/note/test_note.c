/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/codec.h"
#include "base/utf8.h"
#include "formats/note/note.h"

/* The key and note of the signed-note specification's reference implementation: public, and signed by others. */
static const char VKEY[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char NOTE[] =
	"If you think cryptography is the answer to your problem,\n"
	"then you don't know what your problem is.\n"
	"\n"
	"\xe2\x80\x94 PeterNeumann "
	"x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

static struct note_key key_of(struct arena *a, const char *vkey)
{
	struct note_key k;
	struct err e;
	assert_int_equal(note_key_parse(a, str_c(vkey), &k, &e), OK);
	return k;
}

static rc open_with(struct arena *a, struct str bytes)
{
	struct note_key k = key_of(a, VKEY);
	struct note n;
	struct err e;
	return note_open(a, bytes, &k, 1, &n, &e);
}

static void test_a_note_signed_by_others_opens(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct note_key k = key_of(&a, VKEY);
	struct note n;
	struct err e;
	assert_string_equal(str_cstr(&a, note_key_text(&a, &k)), VKEY);
	assert_int_equal(note_open(&a, str_c(NOTE), &k, 1, &n, &e), OK);
	assert_int_equal(n.text.n,
		strlen("If you think cryptography is the answer to your problem,\n"
		       "then you don't know what your problem is.\n"));
	assert_true(n.nsigs == 1 && n.sigs[0].good);
}

static void test_a_change_of_any_bit_is_refused(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < (sizeof(NOTE) - 1) * 8; i++) {
		AUTO(arena) a = {0};
		char *bytes = arena_dup(&a, NOTE, sizeof(NOTE) - 1);
		bytes[i / 8] = (char)(bytes[i / 8] ^ 1 << i % 8);
		if (open_with(&a, str_mem(bytes, sizeof(NOTE) - 1)) == OK)
			fail_msg("bit %zu", i);
	}
}

static void test_every_truncation_is_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	for (size_t n = 0; n < sizeof(NOTE) - 1; n++)
		assert_true(open_with(&a, str_mem(NOTE, n)) != OK);
}

static void test_unknown_signers_are_ignored_but_not_enough(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	static const char other[] = "\xe2\x80\x94 Somebody AAAAAGZvcmdlZA==\n";
	struct str with = str_fmt(&a, "%s%s", NOTE, other);
	struct str only = str_fmt(&a, "text\n\n%s", other);
	assert_int_equal(open_with(&a, with), OK);
	assert_int_equal(open_with(&a, only), E_VERIFY);
}

static void test_a_known_signers_bad_signature_refuses_the_note(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct note_key k = key_of(&a, VKEY);
	AUTO(buf) b = {0};
	uint8_t zero[NOTE_SIG_SIZE] = {0};
	buf_init(&b, 4096);
	buf_add(&b, str_c(NOTE));
	note_add_sig(&b, &k, str_mem(zero, sizeof(zero)));
	assert_int_equal(open_with(&a, buf_str(&b)), E_VERIFY);
}

static void test_what_is_no_note_is_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	static const char *const bad[] = {"", "\n", "\n\n", "text\n", "text\n\n", "text\n\nnot a signature\n",
		"text\n\n\xe2\x80\x94 PeterNeumann x08go\n", "text\n\n\xe2\x80\x94 PeterNeumann\n",
		"te\txt\n\n\xe2\x80\x94 a AAAAAAA=\n", "te\xffxt\n\n\xe2\x80\x94 a AAAAAAA=\n",
		"text\n\n\xe2\x80\x94 a b AAAAAAA=\n", "text\n\n- a AAAAAAA=\n"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(open_with(&a, str_c(bad[i])), E_FORMAT);
}

static void test_more_than_a_hundred_signatures_are_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	buf_init(&b, 65536);
	buf_add(&b, str_c(NOTE));
	for (unsigned i = 0; i < CAP_NOTE_SIGS - 1; i++)
		buf_add(&b, STR("\xe2\x80\x94 Somebody AAAAAGZvcmdlZA==\n"));
	assert_int_equal(open_with(&a, buf_str(&b)), OK);
	buf_add(&b, STR("\xe2\x80\x94 Somebody AAAAAGZvcmdlZA==\n"));
	assert_int_equal(open_with(&a, buf_str(&b)), E_LIMIT);
}

static void test_keys_and_names_that_break_the_rules_are_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct note_key k;
	struct err e;
	static const char *const names[] = {"", "a b", "a+b", "a\xc2\xa0z", "a\xe3\x80\x80", "a\n"};
	static const char *const keys[] = {"", "a", "a+b+c",
		"PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T", "a+00000000+AQ=="};
	/* y of p, of p + 1, of 2^255 - 1; x of 0 with the sign of 1 */
	static const uint8_t odd[][2] = {{0xed, 0x7f}, {0xee, 0xff}, {0xff, 0x7f}, {0xec, 0xff}};
	uint8_t pub[NOTE_KEY_SIZE] = {0};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_int_equal(note_key_make(str_c(names[i]), pub, &k, &e), E_FORMAT);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		assert_int_equal(note_key_parse(&a, str_c(keys[i]), &k, &e), E_FORMAT);
	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		memset(pub, 0xff, sizeof(pub));
		pub[0] = odd[i][0];
		pub[31] = odd[i][1];
		assert_int_equal(note_key_make(STR("a"), pub, &k, &e), E_FORMAT);
	}
	memset(pub, 0xff, sizeof(pub));
	pub[0] = 0xec;
	pub[31] = 0x7f;
	assert_int_equal(note_key_make(STR("a"), pub, &k, &e), OK);
}

static void test_checkpoints_are_read_strictly(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	struct checkpoint c;
	struct err e;
	static const char good[] = "example.org/log\n15\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n";
	static const char *const bad[] = {"", "o\n", "o\n1\n", "o\n01\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n",
		"o\n-1\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n",
		"o\n1\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=",
		"o\n1\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383ct=\n", "o\n1\nrKbDipCvhuX1GZ7g\n",
		"\n1\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n",
		"o\n18446744073709551616\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n"};
	assert_int_equal(checkpoint_parse(&a, str_c(good), &c, &e), OK);
	assert_int_equal(c.size, 15);
	buf_init(&b, 1024);
	checkpoint_text(&b, &c);
	assert_string_equal(b.p, good);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(checkpoint_parse(&a, str_c(bad[i]), &c, &e), E_FORMAT);
}

/* Property White_Space of Unicode 15, all of it, and its neighbours. */
static void test_names_have_no_space_of_any_script(void **unused)
{
	(void)unused;
	static const uint32_t spaces[] = {9, 10, 11, 12, 13, 0x20, 0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003,
		0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000};
	static const uint32_t others[] = {0x21, 0x2d, 0x7f, 0x84, 0x86, 0xad, 0x1681, 0x180e, 0x1fff, 0x200b, 0x2027,
		0x202a, 0x2060, 0x3001, 0xfeff, 0x1f4f0};
	uint8_t pub[NOTE_KEY_SIZE] = {0};
	for (size_t i = 0; i < ARRAY_LEN(spaces) + ARRAY_LEN(others); i++) {
		AUTO(buf) name = {0};
		struct note_key k;
		struct err e;
		bool space = i < ARRAY_LEN(spaces);
		buf_init(&name, 64);
		buf_add(&name, STR("log"));
		utf8_add(&name, space ? spaces[i] : others[i - ARRAY_LEN(spaces)]);
		if (note_key_make(buf_str(&name), pub, &k, &e) != (space ? E_FORMAT : OK))
			fail_msg("case %zu", i);
	}
}

/* The text of a note may have empty lines and lines that look like signatures: the last empty line divides. */
static void test_the_last_empty_line_divides_text_and_signatures(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	static const char inner[] = "one\n\n\xe2\x80\x94 PeterNeumann x08go/ZJkuBS\n";
	struct str s = str_fmt(&a, "%s\n\xe2\x80\x94 Somebody AAAAAGZvcmdlZA==\n", inner);
	struct note_key k = key_of(&a, VKEY);
	struct note n;
	struct err e;
	assert_int_equal(note_open(&a, s, &k, 1, &n, &e), E_VERIFY); /* nobody known signed it: it is a note */
	assert_int_equal(open_with(&a, str_fmt(&a, "prefix\n\n%s", NOTE)), E_VERIFY);
	assert_int_equal(open_with(&a, str_fmt(&a, "%s\n", NOTE)), E_FORMAT);
	assert_int_equal(open_with(&a, str_fmt(&a, "%stext\n", NOTE)), E_FORMAT);
}

/* The same key under another name, or another key under the same name, is another signer: ignored, never believed. */
static void test_name_and_id_together_make_a_signer(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct note_key k = key_of(&a, VKEY);
	struct note_key other;
	struct note n;
	struct err e;
	assert_int_equal(note_key_make(STR("Neumann"), k.pub, &other, &e), OK);
	assert_int_equal(note_open(&a, str_c(NOTE), &other, 1, &n, &e), E_VERIFY);
	other = k;
	other.id[0] ^= 1;
	assert_int_equal(note_open(&a, str_c(NOTE), &other, 1, &n, &e), E_VERIFY);
	const struct note_key both[] = {other, k};
	assert_int_equal(note_open(&a, str_c(NOTE), both, 2, &n, &e), OK);
	assert_int_equal(note_open(&a, str_c(NOTE), NULL, 0, &n, &e), E_VERIFY);
	/* an id that collides (they are four bytes): what is under it must verify */
	other.id[0] ^= 1;
	other.pub[0] ^= 1;
	assert_int_equal(note_open(&a, str_c(NOTE), &other, 1, &n, &e), E_VERIFY);
}

/* Made with filippo.io/torchwood v0.6.1 at the time that is in it. */
#define COSIGNER "example.org/onrecord-witness+64db1cd2+BNVczvQscJA50lvhjHO4EAIjL5j/8AMawg334g/vjIMc"
#define COSIGNED_AT 1795622357u
#define CHECKPOINT "example.org/onrecord-test\n2\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
#define COSIGNATURE                                                                                                    \
	"\xe2\x80\x94 example.org/onrecord-witness "                                                                   \
	"ZNsc0gAAAABrBwXVA2zL/OzwMcKjY3heiquvZraI1qZZXDaY3qTpj5oNj3JYu1ugOQrRpowZUMjEvW0Y0wu637gPc1FcgGfDynOPCA==\n"

static void test_a_cosignature_made_by_others_holds(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	struct note_key k = key_of(&a, COSIGNER);
	struct note n;
	struct err e;
	assert_int_equal(k.type, NOTE_COSIGNATURE);
	assert_string_equal(str_cstr(&a, note_key_text(&a, &k)), COSIGNER);
	assert_int_equal(note_open(&a, STR(CHECKPOINT "\n" COSIGNATURE), &k, 1, &n, &e), OK);
	assert_true(n.nsigs == 1 && n.sigs[0].good && n.sigs[0].key == 0);
	assert_int_equal(n.sigs[0].time, COSIGNED_AT);
	assert_ptr_equal(note_sig_by(&n, 0), &n.sigs[0]);
	assert_null(note_sig_by(&n, 1));
	buf_init(&b, 1024);
	note_add_sig(&b, &k, n.sigs[0].sig);
	assert_string_equal(b.p, COSIGNATURE);
	buf_reset(&b);
	note_cosign_message(&b, 0, STR("x\n"));
	note_cosign_message(&b, NOTE_TIME_MAX, STR(""));
	assert_string_equal(b.p, "cosignature/v1\ntime 0\nx\ncosignature/v1\ntime 9223372036854775807\n");
}

static void test_every_bit_of_a_cosignature_counts(void **unused)
{
	(void)unused;
	static const char whole[] = CHECKPOINT "\n" COSIGNATURE;
	for (size_t i = 0; i < (sizeof(whole) - 1) * 8; i++) {
		AUTO(arena) a = {0};
		struct note_key k = key_of(&a, COSIGNER);
		struct note n;
		struct err e;
		char *bytes = arena_dup(&a, whole, sizeof(whole) - 1);
		bytes[i / 8] = (char)(bytes[i / 8] ^ 1 << i % 8);
		if (note_open(&a, str_mem(bytes, sizeof(whole) - 1), &k, 1, &n, &e) == OK)
			fail_msg("bit %zu", i);
	}
}

/* The same key as a log's, a signature without its time, one with too much, one that is over the last time. */
static void test_the_two_kinds_of_signature_do_not_stand_for_each_other(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct note_key cosigner = key_of(&a, COSIGNER);
	struct note_key plain;
	struct note n;
	struct err e;
	assert_int_equal(note_key_make(cosigner.name, cosigner.pub, &plain, &e), OK);
	assert_memory_not_equal(plain.id, cosigner.id, 4);
	assert_int_equal(note_open(&a, STR(CHECKPOINT "\n" COSIGNATURE), &plain, 1, &n, &e), E_VERIFY);
	assert_int_equal(note_open(&a, STR(CHECKPOINT "\n" COSIGNATURE), &cosigner, 1, &n, &e), OK);
	struct str sig = n.sigs[0].sig;
	assert_int_equal(sig.n, NOTE_COSIG_SIZE);
	assert_true(note_verify(&cosigner, STR(CHECKPOINT), sig));
	assert_false(note_verify(&plain, STR(CHECKPOINT), sig));
	assert_false(note_verify(&plain, STR(CHECKPOINT), str_from(sig, 8)));
	assert_false(note_verify(&cosigner, STR(CHECKPOINT), str_from(sig, 8)));
	assert_false(note_verify(&cosigner, STR(CHECKPOINT), str_sub(sig, 0, 71)));
	assert_false(note_verify(&cosigner, STR(CHECKPOINT), str_join(&a, sig, STR("x"))));
	assert_false(note_verify(&cosigner, STR(CHECKPOINT), STR("")));
	assert_false(note_verify(&cosigner, STR(CHECKPOINT "more\n"), sig));
	char *late = arena_dup(&a, sig.p, sig.n);
	late[0] = (char)0x80;
	assert_false(note_verify(&cosigner, STR(CHECKPOINT), str_mem(late, sig.n)));
	/* a plain key that signs the message a cosigner would: the message is another note's text, no cosignature */
	AUTO(buf) b = {0};
	buf_init(&b, 1024);
	note_cosign_message(&b, COSIGNED_AT, STR(CHECKPOINT));
	assert_true(note_verify(&plain, buf_str(&b), str_from(sig, 8)));
}

/* A cosigner may have signed at several times: each line must hold, and it is still one signer. */
static void test_a_key_that_signed_twice_is_one_signer(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	static const char later[] = COSIGNATURE;
	const struct note_key keys[] = {key_of(&a, VKEY), key_of(&a, COSIGNER)};
	struct str twice = str_fmt(&a, CHECKPOINT "\n" COSIGNATURE "%s", later);
	struct note n;
	struct err e;
	size_t signers = 0;
	assert_int_equal(note_open(&a, twice, keys, 2, &n, &e), OK);
	assert_true(n.nsigs == 2 && n.sigs[0].good && n.sigs[1].good);
	for (size_t k = 0; k < ARRAY_LEN(keys); k++)
		signers += note_sig_by(&n, k) != NULL;
	assert_int_equal(signers, 1);
	n.sigs[1].time--;
	assert_ptr_equal(note_sig_by(&n, 1), &n.sigs[1]);
	n.sigs[0].time -= 2;
	assert_ptr_equal(note_sig_by(&n, 1), &n.sigs[0]);
	char *bad = arena_dup(&a, twice.p, twice.n);
	bad[twice.n - 20] = bad[twice.n - 20] == 'A' ? 'B' : 'A';
	assert_int_equal(note_open(&a, str_mem(bad, twice.n), keys, 2, &n, &e), E_VERIFY);
}

/* ML-DSA-44 (type 6): no key of ours, and on a note a line like any unknown signer's. */
static void test_post_quantum_cosignatures_are_passed_over(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	uint8_t big[4 + 8 + 2420] = {1, 2, 3, 4};
	uint8_t pub[1 + 1312] = {6};
	struct note_key k;
	struct note n;
	struct err e;
	struct str key64 = base64_of(&a, str_mem(pub, sizeof(pub)));
	assert_int_equal(note_key_parse(&a, str_fmt(&a, "w+01020304+%.*s", STR_FMT(key64)), &k, &e), E_UNSUPPORTED);
	assert_int_equal(note_key_make_type(STR("w"), 6, pub, &k, &e), E_UNSUPPORTED);
	struct str line = str_fmt(&a, "\xe2\x80\x94 w %.*s\n", STR_FMT(base64_of(&a, str_mem(big, sizeof(big)))));
	struct str note = str_fmt(&a, CHECKPOINT "\n%.*s" COSIGNATURE "%.*s", STR_FMT(line), STR_FMT(line));
	k = key_of(&a, COSIGNER);
	assert_int_equal(note_open(&a, note, &k, 1, &n, &e), OK);
	assert_true(n.nsigs == 3 && !n.sigs[0].good && n.sigs[0].time == 0 && n.sigs[1].good && !n.sigs[2].good);
}

static void test_keys_at_the_edges_of_their_encoding_get_one_verdict(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct note_key k;
	struct err e;
	static const struct {
		uint8_t first;
		uint8_t middle;
		uint8_t last;
		rc want;
	} keys[] = {{0xff, 0xff, 0x7f, E_FORMAT}, {0xed, 0xff, 0x7f, E_FORMAT}, {0xed, 0xff, 0xff, E_FORMAT},
		{0xed, 0xff, 0x6f, OK}, {0xec, 0xff, 0x7f, OK}, {0xec, 0xff, 0xff, E_FORMAT}, {0xec, 0xff, 0xef, OK},
		{0x01, 0x00, 0x00, OK}, {0x01, 0x00, 0x80, E_FORMAT}, {0x01, 0x00, 0x01, OK}, {0x01, 0x00, 0x81, OK},
		{0x00, 0x00, 0x80, OK}};
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		uint8_t typed[1 + NOTE_KEY_SIZE] = {NOTE_COSIGNATURE};
		uint8_t *pub = typed + 1;
		memset(pub, keys[i].middle, NOTE_KEY_SIZE);
		pub[0] = keys[i].first;
		pub[31] = keys[i].last;
		assert_int_equal(note_key_make_type(STR("w"), NOTE_COSIGNATURE, pub, &k, &e), keys[i].want);
		struct str text = base64_of(&a, str_mem(typed, sizeof(typed)));
		struct str vkey = keys[i].want == OK ? note_key_text(&a, &k) : str_fmt(&a, "w+00000000+%s", text.p);
		assert_int_equal(note_key_parse(&a, vkey, &k, &e), keys[i].want);
	}
	static const char *const bad[] = {"w+00000000+", "w+00000000+AQ",
		"w+0000000+AQ==", "w+0000000g+AQ==", "w+00000000",
		"\xff+00000000+AQ==", "a\x01+00000000+AQ==", "a\x7f\xc2+00000000+AQ=="};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(note_key_parse(&a, str_c(bad[i]), &k, &e), E_FORMAT);
}

static void test_notes_without_end_are_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct note_key k = key_of(&a, COSIGNER);
	struct note n;
	struct err e;
	char *endless = arena_alloc(&a, CAP_NOTE + 128);
	memset(endless, 'x', CAP_NOTE + 128);
	assert_int_equal(note_open(&a, str_mem(endless, CAP_NOTE + 1), &k, 1, &n, &e), E_LIMIT);
	assert_int_equal(note_open(&a, str_mem(endless, CAP_NOTE), &k, 1, &n, &e), E_FORMAT);
	char zero[NOTE_COSIG_SIZE] = {0};
	assert_false(note_verify(&k, str_mem(endless, CAP_NOTE + 128), str_mem(zero, sizeof(zero))));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_note_signed_by_others_opens),
		cmocka_unit_test(test_a_change_of_any_bit_is_refused),
		cmocka_unit_test(test_every_truncation_is_refused),
		cmocka_unit_test(test_unknown_signers_are_ignored_but_not_enough),
		cmocka_unit_test(test_a_known_signers_bad_signature_refuses_the_note),
		cmocka_unit_test(test_what_is_no_note_is_refused),
		cmocka_unit_test(test_more_than_a_hundred_signatures_are_refused),
		cmocka_unit_test(test_keys_and_names_that_break_the_rules_are_refused),
		cmocka_unit_test(test_checkpoints_are_read_strictly),
		cmocka_unit_test(test_names_have_no_space_of_any_script),
		cmocka_unit_test(test_the_last_empty_line_divides_text_and_signatures),
		cmocka_unit_test(test_name_and_id_together_make_a_signer),
		cmocka_unit_test(test_a_cosignature_made_by_others_holds),
		cmocka_unit_test(test_every_bit_of_a_cosignature_counts),
		cmocka_unit_test(test_the_two_kinds_of_signature_do_not_stand_for_each_other),
		cmocka_unit_test(test_a_key_that_signed_twice_is_one_signer),
		cmocka_unit_test(test_post_quantum_cosignatures_are_passed_over),
		cmocka_unit_test(test_keys_at_the_edges_of_their_encoding_get_one_verdict),
		cmocka_unit_test(test_notes_without_end_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
