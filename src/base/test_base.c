/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/codec.h"
#include "base/hash.h"
#include "base/html_escape.h"
#include "base/json.h"
#include "base/quirk.h"
#include "base/str.h"
#include "base/stream.h"
#include "base/time.h"
#include "base/utf8.h"

static void test_text_is_compared_cut_and_found(void **unused)
{
	(void)unused;
	struct str s = STR("one,two,,three");
	assert_true(str_eq(str_cut(&s, ','), STR("one")) && str_eq(str_cut(&s, ','), STR("two")));
	assert_true(str_eq(str_cut(&s, ','), STR("")) && str_eq(str_cut(&s, ','), STR("three")) && s.n == 0);
	s = STR("a\n\nb");
	struct str line;
	assert_true(str_cut_line(&s, &line) && str_eq(line, STR("a")) && str_cut_line(&s, &line) && line.n == 0);
	assert_true(!str_cut_line(&s, &line) && str_eq(s, STR("b")));
	assert_true(str_ieq(STR("AbC"), STR("aBc")) && !str_ieq(STR("ab"), STR("abc")));
	assert_true(
		str_cmp(STR("a"), STR("ab")) < 0 && str_cmp(STR("b"), STR("ab")) > 0 && str_cmp(STR(""), STR("")) == 0);
	assert_true(str_starts(STR("abc"), STR("ab")) && !str_starts(STR("a"), STR("ab")) &&
		str_ends(STR("abc"), STR("bc")));
	assert_int_equal(str_find(STR("abcabc"), STR("bc"), 2), 4);
	assert_int_equal(str_find(STR("abc"), STR("x"), 0), 3);
	assert_int_equal(str_ifind(STR("xxMeTa"), STR("meta"), 0), 2);
	assert_true(str_eq(str_trim(STR(" \t a b \r\n")), STR("a b")) && str_trim(STR(" \n")).n == 0);
	assert_true(str_eq(str_sub(STR("abc"), 1, 99), STR("bc")) && str_sub(STR("abc"), 5, 9).n == 0);
}

static void test_numbers_are_read_strictly(void **unused)
{
	(void)unused;
	uint64_t v = 7;
	static const char *const bad[] = {
		"", "-1", "+1", " 1", "1 ", "0x1", "18446744073709551616", "99999999999999999999999"};
	assert_true(str_to_u64(STR("18446744073709551615"), &v) && v == UINT64_MAX);
	assert_true(str_to_u64(STR("007"), &v) && v == 7);
	assert_true(str_to_u64_strict(STR("0"), &v) && v == 0 && str_to_u64_strict(STR("70"), &v) && v == 70);
	assert_true(!str_to_u64_strict(STR("007"), &v) && !str_to_u64_strict(STR("00"), &v));
	assert_true(!str_to_u64_strict(STR(""), &v) && v == 70);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(str_to_u64(str_c(bad[i]), &v));
}

static void test_a_buffer_stops_at_its_cap_and_remembers(void **unused)
{
	(void)unused;
	AUTO(buf) b = {0};
	struct err e;
	buf_init(&b, 10);
	buf_add(&b, STR("12345"));
	buf_addf(&b, "%d", 678);
	assert_int_equal(buf_done(&b, &e), OK);
	buf_add(&b, STR("9ab"));
	assert_true(b.over && str_eq(buf_str(&b), STR("12345678")));
	buf_addc(&b, 'x');
	assert_int_equal(b.n, 8);
	assert_int_equal(buf_done(&b, &e), E_LIMIT);
	buf_reset(&b);
	buf_add(&b, STR("1234567890"));
	assert_int_equal(buf_done(&b, &e), OK);
	buf_eat(&b, 4);
	assert_string_equal(b.p, "567890");
	buf_eat(&b, 100);
	assert_int_equal(b.n, 0);
}

static void test_a_buffer_takes_exactly_its_cap(void **unused)
{
	(void)unused;
	for (size_t cap = 0; cap < 300; cap++) {
		AUTO(buf) b = {0};
		struct err e;
		buf_init(&b, cap);
		assert_string_equal(buf_str(&b).p, "");
		for (size_t i = 0; i < cap; i++) {
			buf_addf(&b, "%c", 'a' + (int)(i % 26));
			assert_int_equal(b.p[b.n], 0);
		}
		assert_int_equal(buf_done(&b, &e), OK);
		assert_int_equal(b.n, cap);
		assert_true(b.room <= cap + 1 || b.room <= 64);
		buf_add(&b, STR(""));
		assert_int_equal(buf_done(&b, &e), OK);
		assert_null(buf_space(&b, SIZE_MAX));
		assert_null(buf_space(&b, 0));
		buf_addf(&b, "x");
		buf_addu64(&b, 1);
		assert_int_equal(buf_done(&b, &e), E_LIMIT);
		assert_int_equal(b.n, cap);
		buf_clear(&b);
		assert_true(b.cap == cap && !b.over && b.n == 0);
	}
	AUTO(buf) b = {0};
	buf_init(&b, 100);
	char *to = buf_space(&b, 10);
	memcpy(to, "0123456789", 10);
	buf_grown(&b, 4);
	assert_string_equal(b.p, "0123");
	buf_addmem(&b, "\0x", 2);
	assert_true(str_eq(buf_str(&b), STR("0123\0x")));
}

static void test_empty_text_may_be_no_text_at_all(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct str none = {NULL, 0};
	assert_true(str_eq(none, STR("")) && str_ieq(none, STR("")) && str_cmp(none, STR("")) == 0);
	assert_true(str_eq(str_c(NULL), none) && str_trim(none).n == 0 && str_sub(none, 1, 2).n == 0);
	assert_true(str_starts(none, none) && str_ends(STR("a"), none) && !str_starts(none, STR("a")));
	assert_int_equal(str_chr(none, 'a', 0) + str_find(none, STR("a"), 0) + str_ifind(none, STR("a"), 0), 0);
	assert_int_equal(str_find(STR("abc"), none, 1), 1);
	assert_int_equal(str_find(STR("abc"), none, 9), 3);
	assert_true(str_dup(&a, none).p[0] == 0 && str_join(&a, none, none).n == 0 && str_lower(&a, none).n == 0);
	assert_true(str_is_ascii(none) && str_is_ascii(STR("a\0\x7f")) && !str_is_ascii(STR("a\x80")));
	assert_true(str_eq(str_lower(&a, STR("A\0Z\xc3\x89[@")), STR("a\0z\xc3\x89[@")));
	assert_true(str_eq(str_join(&a, STR("a\0"), STR("b")), STR("a\0b")));
	assert_string_equal(str_fmt(&a, "%.*s|", STR_FMT(none)).p, "|");
	assert_true(str_cut(&none, ',').n == 0 && none.n == 0);
}

static void test_integers_go_in_and_out_big_endian(void **unused)
{
	(void)unused;
	AUTO(buf) b = {0};
	buf_init(&b, 100);
	buf_addu16(&b, 0x0102);
	buf_addu32(&b, 0x03040506);
	buf_addu64(&b, 0x0708090a0b0c0d0eull);
	assert_memory_equal(b.p, "\1\2\3\4\5\6\7\10\11\12\13\14\15\16", 14);
	struct bytes_reader r = bytes_reader(buf_str(&b));
	assert_true(bytes_u16(&r) == 0x0102 && bytes_u32(&r) == 0x03040506 && bytes_u64(&r) == 0x0708090a0b0c0d0eull);
	assert_true(!r.bad && r.n == 0);
	(void)bytes_u16(&r);
	assert_true(r.bad && bytes_take(&r, 0).n == 0);
}

static void test_an_arena_grows_and_zeroes(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	for (unsigned round = 0; round < 3; round++) {
		uint32_t *items = NULL;
		size_t n = 0;
		for (uint32_t i = 0; i < 5000; i++) {
			uint32_t *to = arena_push(&a, &items, &n, sizeof(*items));
			assert_int_equal(*to, 0);
			*to = i;
		}
		for (uint32_t i = 0; i < 5000; i++)
			assert_int_equal(items[i], i);
		uint8_t *p = arena_alloc(&a, 1000000);
		for (size_t i = 0; i < 1000000; i += 999)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, 1000000);
		assert_int_equal((uintptr_t)p % 16, 0);
		arena_reset(&a);
	}
}

static void test_errors_say_where_from_the_outside_in(void **unused)
{
	(void)unused;
	struct err e;
	assert_int_equal(err_set(&e, E_FORMAT, "bad length '%s'", "1\x1b[31m\n2"), E_FORMAT);
	assert_int_equal(err_add(&e, "record %d", 7), E_FORMAT);
	assert_int_equal(err_add(&e, "a.warc"), E_FORMAT);
	assert_string_equal(e.msg, "a.warc: record 7: bad length '1?[31m?2'");
	errno = EACCES;
	assert_int_equal(err_sys(&e, "open %s", "x"), E_DENIED);
	errno = EIO;
	assert_int_equal(err_sys(&e, "open"), E_IO);
	assert_int_equal(e.sys, EIO);
	for (int i = 0; i < 200; i++)
		(void)err_add(&e, "a context of some length, again and again");
	assert_true(strlen(e.msg) < ERR_MSG_MAX);
	for (int c = OK; c <= E_CANCELLED; c++)
		assert_string_not_equal(rc_name((rc)c), "unknown");
}

static void test_codecs_follow_rfc_4648(void **unused)
{
	(void)unused;
	static const char *const cases[][4] = {{"", "", "", ""}, {"f", "66", "MY======", "Zg=="},
		{"fo", "666f", "MZXQ====", "Zm8="}, {"foo", "666f6f", "MZXW6===", "Zm9v"},
		{"foob", "666f6f62", "MZXW6YQ=", "Zm9vYg=="}, {"fooba", "666f6f6261", "MZXW6YTB", "Zm9vYmE="},
		{"foobar", "666f6f626172", "MZXW6YTBOI======", "Zm9vYmFy"}};
	static const char *const bad64[] = {"Zg", "Zg=", "Zh==", "Zg==\n", "Z g=", "====", "Zm9=", "Zg==Zg=="};
	AUTO(arena) a = {0};
	struct str out;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str in = str_c(cases[i][0]);
		assert_string_equal(str_cstr(&a, hex_of(&a, in)), cases[i][1]);
		assert_string_equal(str_cstr(&a, base32_of(&a, in)), cases[i][2]);
		assert_string_equal(str_cstr(&a, base64_of(&a, in)), cases[i][3]);
		assert_true(hex_decode(&a, str_c(cases[i][1]), &out) && str_eq(out, in));
		assert_true(base32_decode(&a, str_c(cases[i][2]), &out) && str_eq(out, in));
		assert_true(base64_decode(&a, str_c(cases[i][3]), &out) && str_eq(out, in));
	}
	for (size_t i = 0; i < ARRAY_LEN(bad64); i++)
		if (base64_decode(&a, str_c(bad64[i]), &out))
			fail_msg("%s", bad64[i]);
	assert_false(hex_decode(&a, STR("6"), &out) || hex_decode(&a, STR("6g"), &out));
}

static void test_digests_are_the_published_ones(void **unused)
{
	(void)unused;
	static const struct {
		enum digest_alg alg;
		const char *hex; /* of "abc" */
	} cases[] = {
		{DIGEST_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{DIGEST_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
		{DIGEST_MD5, "900150983cd24fb0d6963f7d28e17f72"},
		{DIGEST_SHA512,
			"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
			"2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
	};
	AUTO(arena) a = {0};
	AUTO(digest) d = {0};
	AUTO(digest) half = {0};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint8_t out[DIGEST_MAX];
		digest_start(&d, cases[i].alg);
		digest_add(&d, "a", 1);
		digest_copy(&half, &d);
		digest_add(&d, "bc", 2);
		digest_end(&d, out);
		assert_string_equal(hex_of(&a, str_mem(out, digest_size(cases[i].alg))).p, cases[i].hex);
		digest_add(&half, "bc", 2);
		digest_end(&half, out);
		assert_string_equal(hex_of(&a, str_mem(out, digest_size(cases[i].alg))).p, cases[i].hex);
	}
	/* RFC 4231, cases 2 and 6 */
	struct hmac h = {0};
	hmac_start(&h, STR("Jefe"));
	struct hash m = hmac_of(&h, STR("what do ya want for nothing?"));
	assert_string_equal(
		hex_of(&a, hash_str(&m)).p, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	char long_key[131];
	memset(long_key, 0xaa, sizeof(long_key));
	hmac_start(&h, str_mem(long_key, sizeof(long_key)));
	m = hmac_of(&h, STR("Test Using Larger Than Block-Size Key - Hash Key First"));
	assert_string_equal(
		hex_of(&a, hash_str(&m)).p, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
	hmac_clear(&h);
}

static void test_instants_keep_precision_and_zone(void **unused)
{
	(void)unused;
	static const struct {
		const char *in;
		const char *out; /* NULL: refused */
	} cases[] = {{"2018", "2018"}, {"2018-11", "2018-11"}, {"2018-11-15", "2018-11-15"},
		{"2018-11-15T07:25", "2018-11-15T07:25"}, {"2018-11-15T07:25Z", "2018-11-15T07:25Z"},
		{"2018-11-15 09:25:09-05", "2018-11-15T09:25:09-05:00"},
		{"2018-11-15T09:25:09+0530", "2018-11-15T09:25:09+05:30"},
		{"2018-11-15t09:25:09.123456z", "2018-11-15T09:25:09.123456Z"},
		{"2019-08-15T01:02", "2019-08-15T01:02"}, {"2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"},
		{"2020-02-29", "2020-02-29"}, {"2018-11-15T00:10:00+02:00", "2018-11-15T00:10:00+02:00"},
		{"2018-02-29", NULL}, {"1900-02-29", NULL}, {"2018-13-01", NULL}, {"2018-11-15T24:00", NULL},
		{"2018-11-15T07", NULL}, {"2018-11-15T07:25+24:00", NULL}, {"2018-11-15T07:25:00.", NULL},
		{"18-11-15", NULL}, {"2018-1-5", NULL}, {"", NULL}, {"2018-11-15T07:25 Z", NULL}, {"0000-01-01", NULL},
		{"9999-01-01", NULL}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(arena) a = {0};
		struct instant t;
		bool ok = instant_parse_iso(str_c(cases[i].in), &t);
		if (ok != (cases[i].out != NULL))
			fail_msg("%s", cases[i].in);
		if (ok)
			assert_string_equal(str_cstr(&a, instant_iso(&a, t)), cases[i].out);
	}
}

static void test_instants_of_other_forms(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct instant t;
	assert_true(
		instant_parse_digits(STR("20181115072509"), &t) && t.ns == 1542266709ll * 1000000000ll && t.has_zone);
	assert_true(instant_parse_digits(STR("20181115072509123"), &t) && t.digits == 3);
	assert_true(instant_parse_digits(STR("2018"), &t) && t.precision == PRECISION_YEAR);
	assert_false(instant_parse_digits(STR("201811150725091"), &t) || instant_parse_digits(STR("20181"), &t));
	assert_true(
		instant_parse_http(STR("Thu, 15 Nov 2018 07:25:09 GMT"), &t) && t.ns == 1542266709ll * 1000000000ll);
	assert_false(instant_parse_http(STR("Thu, 15 Nov 2018 07:25:09 EST"), &t));
	assert_string_equal(str_cstr(&a, instant_14(&a, t.ns)), "20181115072509");
	assert_string_equal(str_cstr(&a, instant_utc(&a, -1, 3)), "1969-12-31T23:59:59.999Z");
	for (int64_t day = -200000; day < 100000; day += 37) {
		struct civil c = civil_from_ns(day / 2 * 86400000000000ll);
		int64_t ns = 0;
		assert_true(civil_to_ns(&c, &ns));
		assert_int_equal(ns, day / 2 * 86400000000000ll);
	}
}

static void test_utf8_is_decoded_as_the_standard_says(void **unused)
{
	(void)unused;
	static const struct {
		const char *in;
		const char *out;
	} cases[] = {{"a\xc3\xa9\xe2\x82\xac\xf0\x9f\x93\xb0", "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x93\xb0"},
		{"\x80", "\xef\xbf\xbd"}, {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xe0\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, {"\xe2\x82", "\xef\xbf\xbd"},
		{"\xe2\x82z", "\xef\xbf\xbdz"}, {"\xf0\x9f\x93", "\xef\xbf\xbd"}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf) b = {0};
		buf_init(&b, 100);
		utf8_add_clean(&b, str_c(cases[i].in));
		assert_string_equal(b.p, cases[i].out);
		assert_int_equal(utf8_valid(str_c(cases[i].in)), strcmp(cases[i].in, cases[i].out) == 0);
	}
	assert_int_equal(utf8_cut(STR("a\xe2\x82\xac"
				      "b"),
				 3),
		1);
	assert_int_equal(utf8_cut(STR("a\xe2\x82\xac"
				      "b"),
				 4),
		4);
	assert_int_equal(utf8_cut(STR("\x80\x80\x80\x80\x80\x80"), 5), 5);
	assert_true(utf8_valid(STR("eight ASCII bytes and more \xc3\xa9")) && !utf8_valid(STR("12345678\xff")));
}

static void test_json_and_html_are_escaped(void **unused)
{
	(void)unused;
	AUTO(buf) b = {0};
	buf_init(&b, 1000);
	struct jsonw w = jsonw_to(&b);
	jsonw_open(&w, NULL, '{');
	jsonw_str(&w, "a\"", STR("x\n\"\\\x01\xff\xe2\x80\xa8</script>"));
	jsonw_open(&w, "b", '[');
	jsonw_u64(&w, NULL, UINT64_MAX);
	jsonw_i64(&w, NULL, -1);
	jsonw_bool(&w, NULL, true);
	jsonw_null(&w, NULL);
	jsonw_close(&w, ']');
	jsonw_str_or_null(&w, "c", STR(""));
	jsonw_close(&w, '}');
	assert_string_equal(b.p,
		"{\"a\\\"\":\"x\\n\\\"\\\\\\u0001\xef\xbf\xbd\\u2028</script>\","
		"\"b\":[18446744073709551615,-1,true,null],\"c\":null}");
	buf_reset(&b);
	json_quote_ascii(&b, STR("\xf0\x9f\x93\xb0\x7f\xc3\xa9"));
	assert_string_equal(b.p, "\"\\ud83d\\udcf0\\u007f\\u00e9\"");
	buf_reset(&b);
	html_escape(&b, STR("<a href=\"x\" onclick='y'>&\x01\xff"));
	assert_string_equal(b.p, "&lt;a href=&quot;x&quot; onclick=&#39;y&#39;&gt;&amp;\xef\xbf\xbd\xef\xbf\xbd");
}

static void test_quirks_are_counted_past_those_that_are_kept(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct quirks q = quirks_in(&a);
	for (unsigned i = 0; i < 100; i++)
		quirk_add(&q, i, "number %u", i);
	assert_true(q.n == QUIRKS_MAX && q.seen == 100 && str_eq(q.items[3].what, STR("number 3")) &&
		q.items[3].offset == 3);
}

static void test_a_source_gives_what_it_has_in_steps(void **unused)
{
	(void)unused;
	AUTO(buf) b = {0};
	struct mem_source m;
	struct buf_sink to;
	struct err e;
	char piece[8];
	size_t n = 0;
	buf_init(&b, 100);
	buf_sink_init(&to, &b);
	mem_source_init(&m, STR("hello world"), 3);
	do {
		assert_int_equal(m.source.pull(&m.source, piece, sizeof(piece), &n, &e), OK);
		assert_true(n <= 3);
		assert_int_equal(to.sink.push(&to.sink, str_mem(piece, n), &e), OK);
	} while (n);
	assert_string_equal(b.p, "hello world");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_is_compared_cut_and_found),
		cmocka_unit_test(test_numbers_are_read_strictly),
		cmocka_unit_test(test_a_buffer_stops_at_its_cap_and_remembers),
		cmocka_unit_test(test_a_buffer_takes_exactly_its_cap),
		cmocka_unit_test(test_empty_text_may_be_no_text_at_all),
		cmocka_unit_test(test_integers_go_in_and_out_big_endian),
		cmocka_unit_test(test_an_arena_grows_and_zeroes),
		cmocka_unit_test(test_errors_say_where_from_the_outside_in),
		cmocka_unit_test(test_codecs_follow_rfc_4648),
		cmocka_unit_test(test_digests_are_the_published_ones),
		cmocka_unit_test(test_instants_keep_precision_and_zone),
		cmocka_unit_test(test_instants_of_other_forms),
		cmocka_unit_test(test_utf8_is_decoded_as_the_standard_says),
		cmocka_unit_test(test_json_and_html_are_escaped),
		cmocka_unit_test(test_quirks_are_counted_past_those_that_are_kept),
		cmocka_unit_test(test_a_source_gives_what_it_has_in_steps),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
