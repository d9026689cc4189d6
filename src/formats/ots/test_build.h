/* SPDX-License-Identifier: Apache-2.0 */
/* Proofs for tests, put together by hand. */
#ifndef FORMATS_OTS_TEST_BUILD_H
#define FORMATS_OTS_TEST_BUILD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "formats/ots/ots.h"

#define PENDING "\x83\xdf\xe3\x0d\x2e\xf9\x0c\x8e"
#define BITCOIN "\x05\x88\x96\x0d\x73\xd7\x19\x01"
#define LITECOIN "\x06\x86\x9a\x0d\x73\xd7\x1b\x45"
#define ETHEREUM "\x30\xfe\x80\x87\xb5\xc7\xea\xd7"
#define OTHER "\x01\x02\x03\x04\x05\x06\x07\x08"
#define MAGIC "\0OpenTimestamps\0\0Proof\0\xbf\x89\xe2\xe8\x84\xe8\x92\x94\x01"
/* SHA-256 of nothing */
#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static inline void number(struct buf *b, uint64_t v)
{
	for (; v > 127; v >>= 7)
		buf_addc(b, (char)(128 | v));
	buf_addc(b, (char)v);
}

static inline void counted(struct buf *b, struct str s)
{
	number(b, s.n);
	buf_add(b, s);
}

static inline void attest(struct buf *b, const char *tag, struct str payload)
{
	buf_addc(b, 0);
	buf_addmem(b, tag, 8);
	counted(b, payload);
}

static inline void attest_block(struct buf *b, const char *tag, uint64_t height)
{
	AUTO(buf) payload = {0};
	buf_init(&payload, 64);
	number(&payload, height);
	attest(b, tag, buf_str(&payload));
}

static inline void attest_pending(struct buf *b, const char *uri)
{
	AUTO(buf) payload = {0};
	buf_init(&payload, 4096);
	counted(&payload, str_c(uri));
	attest(b, PENDING, buf_str(&payload));
}

static inline void op(struct buf *b, enum ots_op tag)
{
	buf_addc(b, (char)tag);
}

static inline void op_arg(struct buf *b, enum ots_op tag, struct str arg)
{
	op(b, tag);
	counted(b, arg);
}

static inline void more(struct buf *b)
{
	buf_addc(b, (char)0xff);
}

/* The beginning of a file for the SHA-256 of nothing. */
static inline void file(struct buf *b)
{
	struct hash h = hash_of(STR(""));
	buf_init(b, 2 * MIB);
	buf_add(b, STR(MAGIC));
	op(b, OTS_SHA256);
	buf_add(b, hash_str(&h));
}

static inline struct str written(struct arena *a, const struct ots *o)
{
	AUTO(buf) b = {0};
	struct err e;
	buf_init(&b, CAP_OTS);
	assert_int_equal(ots_write(o, &b, &e), OK);
	assert_int_equal(buf_done(&b, &e), OK);
	assert_true(b.n <= o->size);
	return str_dup(a, buf_str(&b));
}

static inline rc parse(struct arena *a, struct str s)
{
	struct ots o;
	struct err e;
	return ots_parse(a, s, &o, &e);
}

static inline struct ots must_parse(struct arena *a, struct str s)
{
	struct ots o;
	struct err e;
	if (ots_parse(a, s, &o, &e) != OK)
		fail_msg("%s", e.msg);
	return o;
}

static inline struct ots_report must_verify(struct arena *a, const struct ots *o, const struct ots_header *h, size_t n)
{
	struct ots_report r;
	struct err e;
	assert_int_equal(ots_verify(a, o, o->nodes[0].arg, h, n, &r, &e), OK);
	assert_int_equal(r.holds + r.fails + r.promised + r.unchecked, r.n);
	return r;
}

static inline struct ots begun(struct arena *a, uint32_t *ret_at, struct hash *ret_msg)
{
	struct ots o;
	const uint8_t nonce[OTS_NONCE_SIZE] = "0123456789abcdef";
	struct hash digest = hash_of(STR(""));
	ots_stamp_begin(a, &digest, nonce, &o, ret_at, ret_msg);
	return o;
}

/* `kind` & 1: a chain of operations first; & 2: a fork. */
static inline struct str reply_of(struct arena *a, const char *uri, unsigned kind)
{
	AUTO(buf) b = {0};
	buf_init(&b, 4096);
	if (kind & 1) {
		op_arg(&b, OTS_PREPEND, STR("common"));
		op(&b, OTS_SHA256);
	}
	if (kind & 2) {
		more(&b);
		op_arg(&b, OTS_APPEND, str_c(uri));
		op(&b, OTS_SHA1);
		attest_block(&b, LITECOIN, 7);
	}
	attest_pending(&b, uri);
	return str_dup(a, buf_str(&b));
}

/* Asks for what is pending, and merges "prepend x, sha256, bitcoin 5" there. */
static inline struct ots upgraded(struct arena *a, struct hash *ret_root)
{
	uint32_t at;
	struct hash msg;
	struct err e;
	struct ots_pending *p;
	size_t n;
	AUTO(buf) reply = {0};
	struct ots o = begun(a, &at, &msg);
	assert_int_equal(ots_merge(a, &o, at, reply_of(a, "https://a.example", 1), &e), OK);
	assert_int_equal(ots_merge(a, &o, at, reply_of(a, "https://b.example", 0), &e), OK);
	ots_pending(a, &o, &p, &n);
	assert_int_equal(n, 2);
	assert_string_equal(p[0].uri.p, "https://b.example");
	assert_true(p[0].at == at && str_eq(p[0].msg, hash_str(&msg)));
	struct hash inner = hash_of(str_join(a, STR("common"), hash_str(&msg)));
	assert_true(p[1].known && !p[1].upgraded && str_eq(p[1].msg, hash_str(&inner)));
	buf_init(&reply, 4096);
	op_arg(&reply, OTS_PREPEND, STR("x"));
	op(&reply, OTS_SHA256);
	attest_block(&reply, BITCOIN, 5);
	assert_int_equal(ots_merge(a, &o, p[1].at, buf_str(&reply), &e), OK);
	*ret_root = hash_of(str_join(a, STR("x"), p[1].msg));
	ots_pending(a, &o, &p, &n);
	assert_int_equal(n, 2);
	assert_true(p[0].upgraded && p[1].upgraded);
	return o;
}

#endif
