/* SPDX-License-Identifier: Apache-2.0 */
/* Block headers of Bitcoin: 80 bytes, numbers little-endian.
 *
 *   version 4 | hash of the block before 32 | Merkle root 32 | time 4 | bits 4 | nonce 4
 *
 * bits = exponent ‖ three bytes: target = bytes × 256^(exponent - 3). The header's SHA-256 taken twice, as a
 * little-endian number, must not be above the target, which takes 2^256 / (target + 1) tries on average. */
#include "base/arena.h"
#include "base/codec.h"
#include "formats/ots/headers_int.h"

#define BITS_NEGATIVE 0x800000u
#define LIMBS 4u

struct wide {
	uint64_t v[LIMBS]; /* the lowest first */
};

static struct wide wide_of(const struct hash *h)
{
	struct wide w = {0};
	for (size_t i = 0; i < sizeof(h->b); i++)
		w.v[LIMBS - 1 - i / 8] = w.v[LIMBS - 1 - i / 8] << 8 | h->b[i];
	return w;
}

static struct hash wide_bytes(const struct wide *w)
{
	struct hash h = {{0}};
	for (size_t i = 0; i < sizeof(h.b); i++)
		h.b[i] = (uint8_t)(w->v[LIMBS - 1 - i / 8] >> (56 - 8 * (i % 8)));
	return h;
}

/* a + b + carry; the carry out of it is returned. */
static bool wide_add(struct wide *a, const struct wide *b, bool carry)
{
	for (size_t i = 0; i < LIMBS; i++) {
		bool one = __builtin_add_overflow(a->v[i], b->v[i], &a->v[i]);
		bool two = __builtin_add_overflow(a->v[i], (uint64_t)carry, &a->v[i]);
		carry = one || two;
	}
	return carry;
}

static struct wide wide_not(const struct wide *a)
{
	struct wide w = {{0}};
	for (size_t i = 0; i < LIMBS; i++)
		w.v[i] = ~a->v[i];
	return w;
}

static int wide_cmp(const struct wide *a, const struct wide *b)
{
	for (size_t i = LIMBS; i-- > 0;)
		if (a->v[i] != b->v[i])
			return a->v[i] < b->v[i] ? -1 : 1;
	return 0;
}

/* 2^256 / (t + 1) = ~t / (t + 1) + 1, by long division; 0 < t < 2^256 - 1. */
static struct wide work_of(const struct wide *t)
{
	const struct wide zero = {0};
	struct wide n = wide_not(t);
	struct wide d = *t;
	struct wide q = {0};
	struct wide rest = {0};
	(void)wide_add(&d, &zero, true);
	const struct wide minus_d = wide_not(&d);
	for (size_t i = LIMBS * 64; i-- > 0;) {
		struct wide twice = rest;
		bool over = wide_add(&rest, &twice, n.v[i / 64] >> (i % 64) & 1);
		if (over || wide_cmp(&rest, &d) >= 0) {
			(void)wide_add(&rest, &minus_d, true);
			q.v[i / 64] |= (uint64_t)1 << (i % 64);
		}
	}
	(void)wide_add(&q, &zero, true);
	return q;
}

bool ots_target(uint32_t bits, struct hash *ret)
{
	struct hash t = {{0}};
	const uint32_t exponent = bits >> 24;
	bool some = false;
	if (bits & BITS_NEGATIVE)
		return false;
	for (uint32_t k = 0; k < 3; k++) {
		const uint8_t byte = (uint8_t)(bits >> 8 * k);
		const uint32_t place = exponent + k; /* 3 more than the power of 256 */
		if (byte == 0 || place < 3)
			continue;
		if (place - 3 >= sizeof(t.b))
			return false;
		t.b[sizeof(t.b) - 1 - (place - 3)] = byte;
		some = true;
	}
	*ret = t;
	return some;
}

struct hash ots_work_sum(const struct hash *x, const struct hash *y)
{
	struct wide a = wide_of(x);
	struct wide b = wide_of(y);
	struct hash all;
	if (!wide_add(&a, &b, false))
		return wide_bytes(&a);
	memset(all.b, 0xff, sizeof(all.b));
	return all;
}

/* A retarget makes the target at most four times as large (two bits), and between retargets it stays. */
#define RETARGET_BLOCKS 2016u
#define RETARGET_BITS 2u

static bool target_may_follow(const struct ots_header *a, const struct ots_header *b)
{
	struct hash t;
	if (b->height % RETARGET_BLOCKS != 0)
		return a->bits == b->bits;
	if (!ots_target(b->bits, &t))
		return false;
	struct wide new = wide_of(&t);
	if (!ots_target(a->bits, &t))
		return false;
	struct wide most = wide_of(&t);
	for (unsigned i = 0; i < RETARGET_BITS; i++) {
		struct wide same = most;
		if (wide_add(&most, &same, false))
			return true;
	}
	return wide_cmp(&new, &most) <= 0;
}

bool ots_follows(const struct ots_header *a, const struct ots_header *b)
{
	return b->height - a->height == 1 && b->pow && hash_eq(&a->hash, &b->prev) && target_may_follow(a, b);
}

static struct hash reversed(struct str s)
{
	struct hash h = {{0}};
	for (size_t i = 0; i < sizeof(h.b); i++)
		h.b[i] = (uint8_t)s.p[sizeof(h.b) - 1 - i];
	return h;
}

static uint32_t le32(const char *p)
{
	uint32_t v = 0;
	for (size_t i = 4; i-- > 0;)
		v = v << 8 | (uint8_t)p[i];
	return v;
}

/* `raw` has OTS_HEADER_SIZE bytes. */
static struct ots_header read_header(uint64_t height, struct str raw)
{
	struct hash once = hash_of(raw);
	struct hash twice = hash_of(hash_str(&once));
	struct ots_header h = {.height = height,
		.hash = reversed(hash_str(&twice)),
		.prev = reversed(str_sub(raw, 4, 36)),
		.time = le32(raw.p + 68),
		.bits = le32(raw.p + 72)};
	struct hash target;
	memcpy(h.merkle.b, raw.p + 36, sizeof(h.merkle.b));
	if (!ots_target(h.bits, &target))
		return h;
	struct wide t = wide_of(&target);
	struct wide hash = wide_of(&h.hash);
	struct wide work = work_of(&t);
	h.work = wide_bytes(&work);
	h.pow = wide_cmp(&hash, &t) <= 0;
	return h;
}

rc ots_headers_parse(struct arena *a, struct str text, struct ots_header **ret, size_t *ret_n, struct err *e)
{
	struct ots_header *list = NULL;
	size_t n = 0;
	for (size_t line_no = 1; text.n; line_no++) {
		struct str line = str_cut(&text, '\n');
		struct str raw;
		uint64_t height = 0;
		if (line.n == 0 || line.p[0] == '#')
			continue;
		struct str number = str_cut(&line, ' ');
		if (!str_to_u64(number, &height) || (number.n > 1 && number.p[0] == '0'))
			return err_set(e, E_FORMAT, "line %zu: does not begin with the height of a block", line_no);
		if (line.n != 2 * OTS_HEADER_SIZE || !hex_decode(a, line, &raw))
			return err_set(e, E_FORMAT, "line %zu: no block header, 160 hex digits", line_no);
		if (n && height <= list[n - 1].height)
			return err_set(e, E_FORMAT, "line %zu: the heights do not rise", line_no);
		if (n >= CAP_OTS_HEADERS)
			return err_set(e, E_LIMIT, "more than %u block headers", CAP_OTS_HEADERS);
		struct ots_header *h = arena_push(a, &list, &n, sizeof(*h));
		*h = read_header(height, raw);
	}
	*ret = list;
	*ret_n = n;
	return OK;
}
