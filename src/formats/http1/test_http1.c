/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <zlib.h>
#include <zstd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/caps.h"
#include "base/stream.h"
#include "formats/http1/http1.h"

static struct http1_head parse(struct arena *a, const char *text, struct quirks *q)
{
	struct http1_head h;
	struct err e;
	*q = quirks_in(a);
	assert_int_equal(http1_head_parse(a, str_c(text), &h, q, &e), OK);
	return h;
}

static void test_heads_are_read_leniently_and_it_is_said(void **unused)
{
	(void)unused;
	static const struct {
		const char *text;
		unsigned status;
		const char *type;
		bool odd;
	} cases[] = {
		{"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n", 200, "text/html", false},
		{"HTTP/1.0 404\r\ncontent-type:TEXT/Plain\r\n\r\n", 404, "text/plain", false},
		{"HTTP/1.1 200 OK\nContent-Type: text/html\n\n", 200, "text/html", true},
		{"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Type: text/html\r\n\r\n", 200, "text/html", true},
		{"HTTP/1.1 200 OK\r\nno colon here\r\nContent-Type: text/html\r\n\r\n", 200, "text/html", true},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(arena) a = {0};
		struct quirks q;
		struct http1_head h = parse(&a, cases[i].text, &q);
		assert_true(h.is_response && h.status == cases[i].status && h.length == strlen(cases[i].text));
		assert_string_equal(str_cstr(&a, http1_media_type(&a, http1_get(&h, "Content-Type"))), cases[i].type);
		if ((q.seen > 0) != cases[i].odd)
			fail_msg("case %zu: %llu quirks", i, (unsigned long long)q.seen);
	}
}

static void test_framing_that_disagrees_with_itself_is_said(void **unused)
{
	(void)unused;
	static const struct {
		const char *fields;
		const char *quirks;
	} cases[] = {
		{"Content-Length: 5\r\n", ""},
		{"Content-Length: 5\r\nContent-Length: 5\r\n", ""},
		{"Content-Length: 5, 5\r\n", ""},
		{"Content-Length: 5\r\ncontent-length: 6\r\n", "Content-Length '5' and '6'|"},
		{"Content-Length: 5, 6\r\n", "Content-Length '5' and '6'|"},
		{"Content-Length: +5\r\n", "Content-Length '+5' is no length|"},
		{"Transfer-Encoding: chunked\r\n", ""},
		{"Transfer-Encoding: Chunked\r\nContent-Length: 5\r\n", "Content-Length beside Transfer-Encoding|"},
		{"Transfer-Encoding: gzip, chunked\r\n", "transfer coding 'gzip' is not removed|"},
		{"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", "transfer coding 'gzip' is not removed|"},
		{"Transfer-Encoding: chunked, gzip\r\n",
			"transfer coding 'chunked' is not removed|transfer coding 'gzip' is not removed|"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(arena) a = {0};
		AUTO(buf) got = {0};
		struct quirks q;
		buf_init(&got, 4 * KIB);
		(void)parse(&a, str_fmt(&a, "HTTP/1.1 200 OK\r\n%s\r\n", cases[i].fields).p, &q);
		for (size_t k = 0; k < q.n; k++) {
			buf_add(&got, q.items[k].what);
			buf_addc(&got, '|');
		}
		if (!str_eq(buf_str(&got), str_c(cases[i].quirks)))
			fail_msg("%s: %.*s", cases[i].fields, STR_FMT(buf_str(&got)));
	}
}

static void test_a_head_of_many_fields_keeps_its_status_and_its_end(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	struct quirks q;
	buf_init(&b, CAP_HTTP_HEAD);
	buf_add(&b, STR("HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n"));
	for (size_t i = 0; i < CAP_HTTP_FIELDS; i++)
		buf_addf(&b, "X-%zu: y\r\n", i);
	buf_add(&b, STR("\r\n"));
	size_t n = b.n;
	buf_add(&b, STR("body"));
	struct http1_head h = parse(&a, b.p, &q);
	assert_int_equal(h.status, 404);
	assert_int_equal(h.length, n);
	assert_int_equal(h.nfields, CAP_HTTP_FIELDS);
	assert_int_equal(q.seen, 1);
	assert_true(str_eq(http1_get(&h, "content-type"), STR("text/html")));
}

static void test_requests_and_parameters_are_read(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct quirks q;
	struct http1_head h = parse(&a, "GET /a?b HTTP/1.1\r\nHost: x\r\nVia: 1\r\nvia: 2\r\n\r\n", &q);
	assert_true(!h.is_response && str_eq(h.method, STR("GET")) && str_eq(h.target, STR("/a?b")));
	assert_string_equal(str_cstr(&a, http1_get_all(&a, &h, "VIA")), "1, 2");
	assert_true(str_eq(http1_param(&a, STR("text/html; charset=\"UTF-8\"; x=y"), "charset"), STR("UTF-8")));
	assert_true(str_eq(http1_param(&a, STR("text/html;X=y"), "x"), STR("y")));
	assert_int_equal(http1_param(&a, STR("text/html"), "charset").n, 0);
}

static void test_what_is_no_head_is_refused(void **unused)
{
	(void)unused;
	static const char *const bad[] = {"", "hello\r\n\r\n", "\r\n\r\n"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		AUTO(arena) a = {0};
		struct http1_head h;
		struct quirks q = quirks_in(&a);
		struct err e;
		assert_int_equal(http1_head_parse(&a, str_c(bad[i]), &h, &q, &e), E_FORMAT);
	}
	assert_int_equal(http1_head_length(STR("HTTP/1.1 200 OK\r\nA: b\r\n")), 0);
}

static struct str dechunked(struct arena *a, struct str body, size_t step, uint64_t *ret_quirks)
{
	AUTO(buf) out = {0};
	struct buf_sink to;
	struct http1_dechunk d;
	struct quirks q = quirks_in(a);
	struct err e;
	buf_init(&out, 65536);
	buf_sink_init(&to, &out);
	http1_dechunk_init(&d);
	for (size_t i = 0; i < body.n; i += step)
		assert_int_equal(http1_dechunk_push(&d, str_sub(body, i, i + step), &to.sink, &q, &e), OK);
	assert_int_equal(http1_dechunk_end(&d, &to.sink, &q, &e), OK);
	*ret_quirks = q.seen;
	return str_dup(a, buf_str(&out));
}

static void test_chunks_come_off_however_they_arrive(void **unused)
{
	(void)unused;
	static const struct {
		const char *body;
		const char *payload;
		bool odd;
	} cases[] = {
		{"5\r\nhello\r\n0\r\n\r\n", "hello", false},
		{"5;a=b\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", "hello!", false},
		{"5\r\nhello\r\n0\r\nX-Trailer: y\r\n\r\n", "hello", true},
		{"000005\r\nhello\r\n00\r\n\r\n", "hello", false},
		{"5\nhello\n0\n\n", "hello", true},
		{"5\r\nhello\r\n", "hello", true},
		{"5\r\nhel", "hel", true},
		{"plain text, not chunked", "plain text, not chunked", true},
		{"zz\r\nhello", "zz\r\nhello", true},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		for (size_t step = 1; step < 40; step++) {
			AUTO(arena) a = {0};
			uint64_t quirks = 0;
			struct str got = dechunked(&a, str_c(cases[i].body), step, &quirks);
			if (!str_eq(got, str_c(cases[i].payload)) || (quirks > 0) != cases[i].odd)
				fail_msg("case %zu, step %zu: '%.*s', %llu quirks", i, step, STR_FMT(got),
					(unsigned long long)quirks);
		}
	}
}

static struct str deflated(struct arena *a, struct str s, int window)
{
	z_stream z = {0};
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
	size_t room = deflateBound(&z, (uLong)s.n);
	char *out = arena_alloc(a, room);
	char *in = str_cstr(a, s);
	z.next_in = (Bytef *)in;
	z.avail_in = (uInt)s.n;
	z.next_out = (Bytef *)out;
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	struct str got = str_mem(out, z.total_out);
	(void)deflateEnd(&z);
	return got;
}

static rc decoded(struct arena *a, const char *codings, struct str body, uint64_t cap, size_t step, struct str *ret)
{
	AUTO(buf) out = {0};
	struct buf_sink to;
	struct http1_decoder *d = NULL;
	struct err e;
	buf_init(&out, 64u << 20);
	buf_sink_init(&to, &out);
	TRY(http1_decoder_new(str_c(codings), cap, &d, &e));
	rc r = OK;
	for (size_t i = 0; i < body.n && r == OK; i += step)
		r = http1_decoder_push(d, str_sub(body, i, i + step), &to.sink, &e);
	if (r == OK)
		r = http1_decoder_end(d, &to.sink, &e);
	http1_decoder_free(d);
	*ret = str_dup(a, buf_str(&out));
	return r;
}

static void test_content_codings_come_off(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct str text = STR("The quick brown fox jumps over the lazy dog, and over the dog again.");
	struct str gz = deflated(&a, text, 31);
	char *z = arena_alloc(&a, 1000);
	struct str zstd = str_mem(z, ZSTD_compress(z, 1000, text.p, text.n, 3));
	/* "hello" in brotli: one raw meta-block (RFC 7932 §9.2) */
	static const uint8_t br[] = {0x0b, 0x02, 0x80, 'h', 'e', 'l', 'l', 'o', 0x03};
	const struct {
		const char *codings;
		struct str body;
		struct str want;
	} cases[] = {
		{"gzip", gz, text},
		{"x-gzip", gz, text},
		{"deflate", deflated(&a, text, 15), text},
		{"deflate", deflated(&a, text, -15), text},
		{"zstd", zstd, text},
		{"br", str_mem(br, sizeof(br)), STR("hello")},
		{"identity", text, text},
		{"deflate, GZIP", deflated(&a, deflated(&a, text, 15), 31), text},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		for (size_t step = 1; step < 100; step += 9) {
			struct str got;
			rc r = decoded(&a, cases[i].codings, cases[i].body, 1u << 20, step, &got);
			if (r != OK || !str_eq(got, cases[i].want))
				fail_msg("%s, step %zu: %d", cases[i].codings, step, (int)r);
		}
	}
}

static void test_broken_unknown_and_endless_codings_are_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct str got;
	struct str zeros = deflated(&a, str_mem(arena_alloc(&a, 8u << 20), 8u << 20), 31);
	assert_int_equal(decoded(&a, "gzip", zeros, 1u << 20, zeros.n, &got), E_LIMIT);
	assert_true(got.n <= 1u << 20);
	assert_int_equal(decoded(&a, "gzip", STR("no gzip"), 1000, 3, &got), E_FORMAT);
	assert_int_equal(
		decoded(&a, "gzip", str_sub(deflated(&a, STR("hello hello"), 31), 0, 20), 1000, 3, &got), E_FORMAT);
	assert_int_equal(decoded(&a, "sdch", STR("x"), 1000, 3, &got), E_UNSUPPORTED);
	assert_int_equal(decoded(&a, "gzip,gzip,gzip,gzip,gzip", STR("x"), 1000, 3, &got), E_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heads_are_read_leniently_and_it_is_said),
		cmocka_unit_test(test_framing_that_disagrees_with_itself_is_said),
		cmocka_unit_test(test_a_head_of_many_fields_keeps_its_status_and_its_end),
		cmocka_unit_test(test_requests_and_parameters_are_read),
		cmocka_unit_test(test_what_is_no_head_is_refused),
		cmocka_unit_test(test_chunks_come_off_however_they_arrive),
		cmocka_unit_test(test_content_codings_come_off),
		cmocka_unit_test(test_broken_unknown_and_endless_codings_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
