/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <zlib.h>
#include <zstd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/caps.h"
#include "base/codec.h"
#include "base/stream.h"
#include "formats/warc/warc.h"

#define HTTP "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>hello"

static void add_plain(struct buf *b, unsigned i, struct str block)
{
	buf_addf(b,
		"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: http://news.example/%u\r\n"
		"WARC-Date: 2024-03-14T05:25:00Z\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-%012u>\r\n"
		"Content-Type: application/http;msgtype=response\r\nContent-Length: %zu\r\n\r\n",
		i, i, block.n);
	buf_add(b, block);
	buf_add(b, STR("\r\n\r\n"));
}

static void add_member(struct buf *b, struct str block)
{
	struct buf_sink to;
	struct mem_source src;
	struct err e;
	uint64_t stored = 0;
	AUTO(buf) head = {0};
	size_t before = b->n;
	buf_init(&head, CAP_WARC_HEAD);
	warc_head_begin(&head, WARC_RESPONSE);
	warc_head_field(&head, "WARC-Record-ID", STR("<urn:uuid:00000000-0000-4000-8000-000000000001>"));
	warc_head_field(&head, "WARC-Target-URI", STR("http://news.example/"));
	warc_head_field(&head, "WARC-Date", STR("2024-03-14T05:25:00Z"));
	warc_head_field(&head, "X-Empty", STR(""));
	warc_head_field(&head, "X-Broken", STR("one\r\ntwo"));
	warc_head_field(&head, "Content-Type", STR("application/http;msgtype=response"));
	assert_int_equal(warc_head_end(&head, block.n, &e), OK);
	buf_sink_init(&to, b);
	mem_source_init(&src, block, 1000);
	assert_int_equal(warc_write(&to.sink, buf_str(&head), &src.source, block.n, 6, &stored, &e), OK);
	assert_int_equal(stored, b->n - before);
}

struct seen {
	size_t records;
	size_t own;
	size_t refused;
	struct str last_block;
	uint64_t stored;
};

static struct seen see(struct arena *a, struct str bytes, size_t step)
{
	struct mem_source src;
	struct seen s = {0};
	mem_source_init(&src, bytes, step);
	struct warc_reader *w = warc_reader_new(&src.source);
	for (;;) {
		struct warc_record rec;
		struct warc_end end;
		struct str piece;
		struct err e;
		uint64_t from = 0;
		uint64_t to = 0;
		AUTO(buf) block = {0};
		buf_init(&block, 64u << 20);
		rc r = warc_next(w, a, &rec, &e);
		if (r == E_NOTFOUND)
			break;
		while (r == OK && (r = warc_block(w, &piece, &e)) == OK)
			buf_add(&block, piece);
		if (r == E_NOTFOUND)
			r = warc_end(w, a, &end, &e);
		if (r == OK) {
			s.records++;
			s.own += end.own_member;
			s.stored += end.length;
			s.last_block = str_dup(a, buf_str(&block));
			continue;
		}
		s.refused++;
		if (warc_resync(w, &from, &to, &e) != OK)
			break;
		assert_true(to >= from);
	}
	warc_reader_free(w);
	return s;
}

static void test_what_is_written_is_read_back(void **unused)
{
	(void)unused;
	static const size_t sizes[] = {0, 1, 63, 65536, 5u << 20};
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		AUTO(arena) a = {0};
		AUTO(buf) b = {0};
		AUTO(buf) again = {0};
		char *block = arena_alloc(&a, sizes[i]);
		for (size_t k = 0; k < sizes[i]; k++)
			block[k] = (char)(k * 7 % 251);
		buf_init(&b, 64u << 20);
		buf_init(&again, 64u << 20);
		add_member(&b, str_mem(block, sizes[i]));
		add_member(&b, STR(HTTP));
		struct seen s = see(&a, buf_str(&b), 0);
		assert_true(s.records == 2 && s.own == 2 && s.refused == 0 && s.stored == b.n);
		add_member(&again, str_mem(block, sizes[i]));
		assert_true(str_starts(buf_str(&b), buf_str(&again))); /* deterministic */
	}
}

static void test_line_breaks_in_values_do_not_make_fields(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	struct mem_source src;
	struct warc_record rec;
	struct err e;
	buf_init(&b, 65536);
	add_member(&b, STR(HTTP));
	mem_source_init(&src, buf_str(&b), 0);
	struct warc_reader *w = warc_reader_new(&src.source);
	assert_int_equal(warc_next(w, &a, &rec, &e), OK);
	assert_true(str_find(warc_get(&rec, "x-broken"), STR("two"), 0) < warc_get(&rec, "x-broken").n);
	assert_int_equal(warc_get(&rec, "X-Empty").n, 0);
	assert_true(str_eq(rec.target_uri, STR("http://news.example/")));
	assert_true(str_eq(rec.id, STR("urn:uuid:00000000-0000-4000-8000-000000000001")));
	warc_reader_free(w);
}

static void gzip_all(struct buf *to, struct str s)
{
	z_stream z = {0};
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	uLong most = deflateBound(&z, (uLong)s.n);
	char *p = buf_space(to, most);
	union {
		const char *in;
		Bytef *out;
	} in = {.in = s.p};
	z.next_in = in.out;
	z.avail_in = (uInt)s.n;
	z.next_out = (Bytef *)p;
	z.avail_out = (uInt)most;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	buf_grown(to, z.total_out);
	(void)deflateEnd(&z);
}

static void test_storage_makes_no_difference(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) plain = {0};
	AUTO(buf) gz = {0};
	AUTO(buf) zst = {0};
	buf_init(&plain, 1u << 20);
	buf_init(&gz, 1u << 20);
	buf_init(&zst, 1u << 20);
	for (unsigned i = 0; i < 5; i++) {
		size_t from = plain.n;
		add_plain(&plain, i, STR(HTTP));
		struct str one = str_from(buf_str(&plain), from);
		char *p = buf_space(&zst, ZSTD_compressBound(one.n));
		buf_grown(&zst, ZSTD_compress(p, ZSTD_compressBound(one.n), one.p, one.n, 3));
	}
	gzip_all(&gz, buf_str(&plain));
	const struct buf *forms[] = {&plain, &gz, &zst};
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		for (size_t step = 0; step < 4; step++) {
			struct seen s = see(&a, buf_str(forms[i]), step);
			assert_true(s.records == 5 && s.refused == 0 && s.own == 0);
			assert_true(str_eq(s.last_block, STR(HTTP)));
		}
	}
}

static void test_a_cut_anywhere_loses_only_what_is_behind_it(void **unused)
{
	(void)unused;
	AUTO(buf) b = {0};
	size_t ends[3];
	buf_init(&b, 65536);
	for (size_t i = 0; i < 3; i++) {
		add_member(&b, STR(HTTP));
		ends[i] = b.n;
	}
	for (size_t n = 0; n <= b.n; n++) {
		AUTO(arena) a = {0};
		size_t whole = 0;
		while (whole < 3 && ends[whole] <= n)
			whole++;
		struct seen s = see(&a, str_sub(buf_str(&b), 0, n), 0);
		if (s.records != whole)
			fail_msg("cut at %zu: %zu records, not %zu", n, s.records, whole);
		bool at_end = n == 0 || (whole > 0 && ends[whole - 1] == n);
		assert_true(at_end == (s.refused == 0));
	}
}

static void test_one_bad_record_does_not_cost_the_others(void **unused)
{
	(void)unused;
	for (unsigned bad = 0; bad < 3; bad++) {
		AUTO(arena) a = {0};
		AUTO(buf) plain = {0};
		AUTO(buf) gz = {0};
		buf_init(&plain, 65536);
		buf_init(&gz, 65536);
		for (unsigned i = 0; i < 3; i++) {
			size_t from = plain.n;
			add_plain(&plain, i, STR(HTTP));
			if (i == bad) {
				size_t at = str_find(buf_str(&plain), STR("Content-Length: 5"), from);
				assert_true(at < plain.n);
				plain.p[at + strlen("Content-Length: 5")] = 'x';
			}
			size_t start = gz.n;
			add_member(&gz, STR(HTTP));
			if (i == bad)
				gz.p[start + 40] = (char)(gz.p[start + 40] ^ 0x55);
		}
		struct seen s = see(&a, buf_str(&plain), 0);
		assert_true(s.records == 2 && s.refused == 1);
		s = see(&a, buf_str(&gz), 0);
		assert_true(s.records == 2 && s.refused >= 1);
	}
}

struct endless {
	struct source source;
	uint64_t given;
};

static rc endless_pull(struct source *s, void *p, size_t n, size_t *ret_n, struct err *e)
{
	(void)e;
	struct endless *x = (struct endless *)s;
	memset(p, 'y', n);
	if (x->given == 0)
		memcpy(p, "WARC/1.1\r\nX: ", 13);
	x->given += n;
	*ret_n = x->given > GIB ? 0 : n;
	return OK;
}

static void test_a_header_without_end_is_refused_early(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct endless x = {{endless_pull}, 0};
	struct warc_record rec;
	struct err e;
	struct warc_reader *w = warc_reader_new(&x.source);
	assert_int_equal(warc_next(w, &a, &rec, &e), E_LIMIT);
	assert_true(x.given < 16 * MIB);
	warc_reader_free(w);
}

static void test_digests_are_read_in_all_their_spellings(void **unused)
{
	(void)unused;
	static const struct {
		const char *text;
		enum digest_alg alg;
		const char *hex;
	} good[] = {
		{"sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ", DIGEST_SHA1, "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
		{"SHA-1:3i42h3s6nnfq2msvx7xzkyayscx5qbyj", DIGEST_SHA1, "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
		{"sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709", DIGEST_SHA1,
			"da39a3ee5e6b4b0d3255bfef95601890afd80709"},
		{"md5:d41d8cd98f00b204e9800998ecf8427e", DIGEST_MD5, "d41d8cd98f00b204e9800998ecf8427e"},
		{"sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", DIGEST_SHA256,
			"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"sha-256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855", DIGEST_SHA256,
			"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	};
	static const char *const bad[] = {"", "sha1", "sha1:", "sha1:xyz",
		"sha256:da39a3ee5e6b4b0d3255bfef95601890afd80709", "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBY1"};
	AUTO(arena) a = {0};
	struct warc_digest d;
	struct err e;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_int_equal(warc_digest_parse(str_c(good[i].text), &d, &e), OK);
		assert_int_equal(d.alg, good[i].alg);
		assert_string_equal(hex_of(&a, str_mem(d.bytes, digest_size(d.alg))).p, good[i].hex);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_true(warc_digest_parse(str_c(bad[i]), &d, &e) != OK);
	assert_int_equal(warc_digest_parse(STR("blake3:00"), &d, &e), E_UNSUPPORTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_written_is_read_back),
		cmocka_unit_test(test_line_breaks_in_values_do_not_make_fields),
		cmocka_unit_test(test_storage_makes_no_difference),
		cmocka_unit_test(test_a_cut_anywhere_loses_only_what_is_behind_it),
		cmocka_unit_test(test_one_bad_record_does_not_cost_the_others),
		cmocka_unit_test(test_a_header_without_end_is_refused_early),
		cmocka_unit_test(test_digests_are_read_in_all_their_spellings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
