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
#include "formats/disclosure/disclosure_int.h"

static const uint8_t ONES[RECORD_KEY_SIZE] = {
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

static struct str tree_of(struct arena *a, const char *name, enum record_chunking rule, struct str v)
{
	struct hash key = record_tree_key(ONES, name);
	struct record_tree *t = record_tree_new(&key, rule);
	record_tree_add(t, v);
	struct str value = record_tree_end(t, a);
	record_tree_free(t);
	return value;
}

static struct str make(struct arena *a, const struct record *r, const struct disclosure_choice *c)
{
	AUTO(buf) b = {0};
	struct err e;
	buf_init(&b, CAP_DISCLOSURE);
	if (disclosure_make(a, r, c, &b, &e) != OK)
		fail_msg("%s", e.msg);
	return str_dup(a, buf_str(&b));
}

static rc check(struct str bytes)
{
	AUTO(arena) a = {0};
	struct disclosure d;
	struct err e;
	return disclosure_check(&a, bytes, &d, &e);
}

static struct disclosure checked(struct arena *a, struct str bytes)
{
	struct disclosure d;
	struct err e;
	if (disclosure_check(a, bytes, &d, &e) != OK)
		fail_msg("%s\n%.*s", e.msg, STR_FMT(bytes));
	return d;
}

static struct str written(struct arena *a, const struct disclosure *d)
{
	AUTO(buf) b = {0};
	buf_init(&b, CAP_DISCLOSURE);
	disclosure_write(&b, d);
	return str_dup(a, buf_str(&b));
}

/* A page with some of its text shown, some of its fields, and something of every spelling. */
struct sample {
	struct record r;
	struct str body;
	struct str headers;
	bool open[16];
	struct disclosure_span spans[3];
	struct disclosure_tree_choice trees[2];
	struct disclosure_choice c;
};

enum { BODY = 3, HEADERS = 4 };

static void sample(struct arena *a, struct sample *s)
{
	struct err e;
	*s = (struct sample){.open = {false}};
	for (unsigned i = 0; i < 40; i++)
		s->body = str_join(a, s->body, str_fmt(a, "<p>%u \xc2\xbbtext\xc2\xab \\ tab\t</p>\n", i));
	s->headers = STR("HTTP/1.1 200 OK\r\nServer: x\r\nX-Long: "
			 "0123456789012345678901234567890123456789012345678901234567890123456789\r\n\r\n");
	record_begin(a, &s->r, "capture", ONES);
	record_add(a, &s->r, "method", STR("fetch"));
	record_add(a, &s->r, "time", STR("2026-01-02T03:04:05Z"));
	record_add(a, &s->r, "body.tree", tree_of(a, "body", RECORD_CHUNK_UTF8_64, s->body));
	record_add(a, &s->r, "headers.tree", tree_of(a, "headers", RECORD_CHUNK_UTF8_64, s->headers));
	record_add(a, &s->r, "source", STR("who must not be named"));
	record_add(a, &s->r, "binary", STR("\xff\0\x01"));
	record_add(a, &s->r, "empty", STR(""));
	record_add(a, &s->r, "secret", STR("7341"));
	record_add(a, &s->r, "also", STR("0000"));
	record_add(a, &s->r, "turned",
		STR("a\xe2\x80\xae"
		    "b\n"));
	assert_int_equal(record_finish(a, &s->r, &e), OK);
	const bool open[] = {true, true, true, true, true, false, true, true, false, false, true};
	assert_int_equal(s->r.n, ARRAY_LEN(open));
	memcpy(s->open, open, sizeof(open));
	s->spans[0] = (struct disclosure_span){0, 200};
	s->spans[1] = (struct disclosure_span){777, 1000};
	s->spans[2] = (struct disclosure_span){0, s->headers.n};
	s->trees[0] = (struct disclosure_tree_choice){BODY, s->body, s->spans, 2};
	s->trees[1] = (struct disclosure_tree_choice){HEADERS, s->headers, &s->spans[2], 1};
	s->c = (struct disclosure_choice){s->open, s->trees, 2};
}

static struct record numbered(struct arena *a, size_t n)
{
	struct record r;
	struct err e;
	record_begin(a, &r, "note", ONES);
	for (size_t i = 1; i < n; i++) {
		struct str name = str_fmt(a, "f%zu", i % 3);
		record_addf(a, &r, str_cstr(a, name), "%zu", i);
	}
	assert_int_equal(record_finish(a, &r, &e), OK);
	return r;
}

static void same_fields(const struct disclosure *d, const struct record *r, const bool *open)
{
	size_t next = 0;
	for (size_t i = 0; i < d->fields.nparts; i++) {
		const struct disclosure_part *p = &d->fields.part[i];
		assert_int_equal(p->first, next);
		next += p->n;
		for (size_t k = p->first; k < next; k++)
			assert_int_equal(p->open, open[k]);
		if (!p->open)
			continue;
		assert_int_equal(p->n, 1);
		assert_true(str_eq(p->name, r->fields[p->first].name));
		assert_true(str_eq(p->value, r->fields[p->first].value));
	}
	assert_int_equal(next, r->n);
}

static void test_every_subset_of_fields_proves_the_same_root(void **unused)
{
	(void)unused;
	for (size_t n = 1; n <= 9; n++)
		for (unsigned set = 0; set < 1u << (n - 1); set++) {
			AUTO(arena) a = {0};
			struct record r = numbered(&a, n);
			bool open[9] = {true};
			for (size_t i = 1; i < n; i++)
				open[i] = set >> (i - 1) & 1;
			bool all = set == (1u << (n - 1)) - 1;
			struct str bytes = make(&a, &r, &(struct disclosure_choice){.open = open});
			struct disclosure d = checked(&a, bytes);
			struct hash root = record_root(&r);
			assert_true(hash_eq(&root, &d.root));
			assert_true(str_eq(d.kind, STR("note")));
			assert_int_equal(d.fields.keyed, all);
			same_fields(&d, &r, open);
			bool has_key = str_find(bytes, base64_of(&a, str_mem(ONES, sizeof(ONES))), 0) < bytes.n;
			assert_int_equal(has_key, all);
		}
}

static void test_a_page_is_shown_in_part(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct sample s;
	sample(&a, &s);
	struct str bytes = make(&a, &s.r, &s.c);
	struct disclosure d = checked(&a, bytes);
	same_fields(&d, &s.r, s.open);
	assert_int_equal(d.ntrees, 2);
	assert_true(str_eq(d.trees[0].name, STR("body")));
	assert_int_equal(d.trees[0].length, s.body.n);
	assert_int_equal(d.trees[0].nruns, 4);
	const struct disclosure_run *runs = d.trees[0].runs;
	assert_true(runs[0].open && !runs[1].open && runs[2].open && !runs[3].open);
	assert_true(runs[0].text.n > 200 - 64 && str_starts(s.body, runs[0].text));
	assert_true(runs[2].text.n > 223 - 128 && runs[2].text.n <= 223);
	size_t at = str_find(s.body, runs[2].text, 0);
	assert_true(at >= 777 && at + runs[2].text.n <= 1000);
	assert_true(runs[1].min <= at - runs[0].text.n && at - runs[0].text.n <= runs[1].max);
	assert_true(d.trees[1].chunks.keyed && d.trees[1].nruns == 1);
	assert_true(str_eq(d.trees[1].runs[0].text, s.headers));
	struct hash body = record_tree_key(ONES, "body");
	assert_true(str_find(bytes, base64_of(&a, hash_str(&body)), 0) == bytes.n);
	assert_true(str_find(bytes, STR("7341"), 0) == bytes.n);
	assert_true(
		str_find(bytes, STR("field 10 "), 0) < bytes.n && str_find(bytes, STR("\xe2\x80\xae"), 0) == bytes.n);
}

static void test_every_flipped_bit_is_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct sample s;
	sample(&a, &s);
	struct str bytes = make(&a, &s.r, &s.c);
	for (size_t bit = 0; bit < bytes.n * 8; bit++) {
		AUTO(arena) rec = {0};
		char *p = arena_dup(&rec, bytes.p, bytes.n);
		p[bit / 8] = (char)(p[bit / 8] ^ 1 << bit % 8);
		rc got = check(str_mem(p, bytes.n));
		if (got != E_FORMAT && got != E_VERIFY)
			fail_msg("bit %zu: %s", bit, rc_name(got));
	}
}

static void test_what_is_cut_short_or_longer_is_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct sample s;
	sample(&a, &s);
	struct str bytes = make(&a, &s.r, &s.c);
	/* without all of a tree's lines it is another disclosure, which shows less */
	size_t first = str_find(bytes, STR("\ntree 3"), 0) + 1;
	size_t second = str_find(bytes, STR("\ntree 4"), 0) + 1;
	for (size_t n = 0; n < bytes.n; n++)
		assert_int_equal(check(str_sub(bytes, 0, n)), n == first || n == second ? OK : E_FORMAT);
	assert_int_equal(check(str_join(&a, bytes, STR("\n"))), E_FORMAT);
	assert_int_equal(check(str_join(&a, bytes, STR(" "))), E_FORMAT);
}

/* The lines, in another order or number. */
static struct str joined(struct arena *a, const struct str *lines, size_t n)
{
	AUTO(buf) b = {0};
	buf_init(&b, CAP_DISCLOSURE);
	for (size_t i = 0; i < n; i++) {
		buf_add(&b, lines[i]);
		buf_addc(&b, '\n');
	}
	return str_dup(a, buf_str(&b));
}

static void test_lines_missing_twice_or_in_other_order_are_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct sample s;
	struct str lines[100] = {{0}};
	struct str other[101];
	size_t n = 0;
	sample(&a, &s);
	struct str rest = make(&a, &s.r, &s.c);
	while (rest.n && n < ARRAY_LEN(lines))
		lines[n++] = str_cut(&rest, '\n');
	assert_true(n < ARRAY_LEN(lines));
	assert_int_equal(check(joined(&a, lines, n)), OK);
	for (size_t i = 0; i < n; i++) {
		memcpy(other, lines, sizeof(lines));
		memmove(other + i, other + i + 1, (n - i - 1) * sizeof(*other));
		assert_int_not_equal(check(joined(&a, other, n - 1)), OK);
		for (size_t k = 0; k <= n; k++) {
			memcpy(other, lines, sizeof(lines));
			memmove(other + k + 1, other + k, (n - k) * sizeof(*other));
			other[k] = lines[i];
			assert_int_not_equal(check(joined(&a, other, n + 1)), OK);
		}
		for (size_t k = 0; k < i; k++) {
			memcpy(other, lines, sizeof(lines));
			other[i] = lines[k];
			other[k] = lines[i];
			assert_int_not_equal(check(joined(&a, other, n)), OK);
		}
	}
}

static void swap(void *a, void *b, size_t n)
{
	char t[64];
	assert_true(n <= sizeof(t));
	memcpy(t, a, n);
	memcpy(a, b, n);
	memcpy(b, t, n);
}

/* Whatever is moved between two fields, the rest staying: not the same record. */
static void test_a_value_moved_from_one_field_to_another_is_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct sample s;
	sample(&a, &s);
	struct disclosure d = checked(&a, make(&a, &s.r, &s.c));
	struct disclosure_parts *lists[] = {&d.fields, &d.trees[0].chunks};
	for (size_t l = 0; l < ARRAY_LEN(lists); l++)
		for (size_t i = 1; i < lists[l]->nparts; i++)
			for (size_t k = 1; k < i; k++)
				for (unsigned what = 1; what < 8; what++) {
					struct disclosure_part *x = &lists[l]->part[i];
					struct disclosure_part *y = &lists[l]->part[k];
					struct disclosure_part was[] = {*x, *y};
					if (!x->open || !y->open || (l && what == 2))
						continue;
					if (what & 1)
						swap(&x->value, &y->value, sizeof(x->value));
					if (what & 2)
						swap(&x->name, &y->name, sizeof(x->name));
					if (what & 4)
						swap(x->salt, y->salt, sizeof(x->salt));
					assert_int_equal(check(written(&a, &d)), E_VERIFY);
					*x = was[0];
					*y = was[1];
				}
	assert_int_equal(check(written(&a, &d)), OK);
}

static void test_other_spellings_of_the_same_are_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct record r = numbered(&a, 6);
	const bool none[6] = {true};
	const bool all[6] = {true, true, true, true, true, true};
	const bool five[6] = {true, true, true, true, false, false};
	struct disclosure d = checked(&a, make(&a, &r, &(struct disclosure_choice){.open = none}));
	/* 0 | 1 | 2-3 | 4-5 */
	assert_int_equal(d.fields.nparts, 4);
	struct hmac mac = {0};
	struct hash h[6];
	hmac_start(&mac, str_mem(ONES, sizeof(ONES)));
	for (uint32_t i = 0; i < 6; i++) {
		uint8_t salt[RECORD_SALT_SIZE];
		record_salt(&mac, "field", i, salt);
		h[i] = record_field_hash(salt, r.fields[i].name, r.fields[i].value);
	}
	struct disclosure_part parts[6] = {{0}};
	memcpy(parts, d.fields.part, 2 * sizeof(*parts));
	for (uint32_t i = 2; i < 6; i++)
		parts[i] = (struct disclosure_part){.first = i, .n = 1, .hash = h[i]};
	d.fields.part = parts;
	d.fields.nparts = 6;
	assert_int_equal(check(written(&a, &d)), E_FORMAT);
	/* positions that are no part of the tree: 1-2, 3-5 */
	parts[1].n = 2;
	parts[2] = (struct disclosure_part){.first = 3, .n = 3};
	d.fields.nparts = 3;
	assert_int_equal(check(written(&a, &d)), E_FORMAT);

	/* the key where something is withheld, the salts where nothing is */
	d = checked(&a, make(&a, &r, &(struct disclosure_choice){.open = five}));
	d.fields.keyed = true;
	memcpy(d.fields.key, ONES, sizeof(ONES));
	assert_int_equal(check(written(&a, &d)), E_FORMAT);
	for (size_t i = 0; i < d.fields.nparts; i++)
		d.fields.part[i].salted = false;
	assert_int_equal(check(written(&a, &d)), E_FORMAT);
	d = checked(&a, make(&a, &r, &(struct disclosure_choice){.open = all}));
	d.fields.part[1].salted = true;
	assert_int_equal(check(written(&a, &d)), E_FORMAT);
	d.fields.keyed = false;
	for (uint32_t i = 0; i < 6; i++) {
		d.fields.part[i].salted = true;
		record_salt(&mac, "field", i, d.fields.part[i].salt);
	}
	assert_int_equal(check(written(&a, &d)), E_FORMAT);
	hmac_clear(&mac);
}

static void test_another_count_of_fields_is_refused(void **unused)
{
	(void)unused;
	for (size_t n = 2; n < 12; n++) {
		AUTO(arena) a = {0};
		struct record r = numbered(&a, n);
		bool open[12] = {true, true};
		struct disclosure d = checked(&a, make(&a, &r, &(struct disclosure_choice){.open = open}));
		for (size_t said = 1; said < 14; said++) {
			d.fields.part[0].value = str_fmt(&a, "v1 note fields=%zu", said);
			rc got = check(written(&a, &d));
			assert_int_equal(got, said == n ? OK : E_FORMAT);
		}
		/* and when the last lines are made to agree with it */
		d.fields.part[0].value = str_fmt(&a, "v1 note fields=%zu", n - 1);
		struct disclosure_part *last = &d.fields.part[d.fields.nparts - 1];
		if (last->n > 1)
			last->n--;
		else
			d.fields.nparts--;
		assert_int_not_equal(check(written(&a, &d)), OK);
	}
}

/* Text in which every kind of character falls on every cut, or bytes that are none. */
static struct str value_of(struct arena *a, unsigned kind, size_t n)
{
	static const char *const letters[] = {"x", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\x80", "\xff\xfe"};
	AUTO(buf) b = {0};
	buf_init(&b, MIB);
	for (unsigned i = 0; i < kind / ARRAY_LEN(letters); i++)
		buf_addc(&b, '.');
	for (size_t i = 0; b.n < n; i++) {
		buf_add(&b, str_c(letters[kind % ARRAY_LEN(letters)]));
		if (i % 5 == 4)
			buf_addf(&b, "%zu", i);
	}
	return str_dup(a, str_sub(buf_str(&b), 0, n));
}

/* Checks a disclosure of one tree against what was chosen. */
static void check_runs(const struct disclosure *d, struct str v, const struct disclosure_span *spans, size_t nspans)
{
	uint64_t shown = 0;
	uint64_t low = 0;
	uint64_t high = 0;
	if (d->ntrees == 0)
		return;
	const struct disclosure_tree *t = &d->trees[0];
	size_t withheld = 0;
	for (size_t i = 0; i < t->nruns; i++) {
		const struct disclosure_run *run = &t->runs[i];
		low += run->min;
		high += run->max;
		assert_true(i == 0 || run->open != t->runs[i - 1].open);
		withheld += !run->open;
		if (!run->open)
			continue;
		bool found = false;
		for (size_t k = 0; k < nspans; k++) {
			struct str span = str_sub(v, (size_t)spans[k].from, (size_t)spans[k].to);
			found = found || str_find(span, run->text, 0) < span.n;
		}
		assert_true(found);
		shown += run->text.n;
	}
	assert_true(low <= v.n && v.n <= high && shown <= v.n);
	if (withheld < 2)
		assert_true(low == v.n && high == v.n);
}

static void one_tree(struct str v, enum record_chunking rule, const struct disclosure_span *spans, size_t nspans)
{
	AUTO(arena) a = {0};
	struct record r;
	struct err e;
	const bool open[] = {true, true, true};
	record_begin(&a, &r, "note", ONES);
	record_add(&a, &r, "text.tree", tree_of(&a, "text", rule, v));
	record_add(&a, &r, "author", STR("somebody"));
	assert_int_equal(record_finish(&a, &r, &e), OK);
	struct disclosure_tree_choice tree = {1, v, spans, nspans};
	struct disclosure d = checked(&a, make(&a, &r, &(struct disclosure_choice){open, &tree, 1}));
	struct hash root = record_root(&r);
	assert_true(hash_eq(&d.root, &root));
	bool all = nspans == 1 && spans[0].from == 0 && spans[0].to == v.n;
	assert_int_equal(d.fields.keyed, all);
	check_runs(&d, v, spans, nspans);
	if (all)
		assert_true(d.trees[0].nruns == 1 && str_eq(d.trees[0].runs[0].text, v));
}

static void test_trees_of_all_sizes_about_the_cuts_are_shown_in_part(void **unused)
{
	(void)unused;
	static const size_t lengths[] = {1, 2, 60, 61, 62, 63, 64, 65, 66, 67, 68, 127, 128, 129, 130, 191, 192, 193,
		255, 256, 257, 500, 4095, 4096, 4097, 8191, 8192, 8193, 12288, 13000};
	for (unsigned kind = 0; kind < 9; kind++)
		for (size_t l = 0; l < ARRAY_LEN(lengths); l++)
			for (enum record_chunking rule = RECORD_CHUNK_UTF8_64; rule <= RECORD_CHUNK_4096; rule++) {
				AUTO(arena) a = {0};
				struct str v = value_of(&a, kind, lengths[l]);
				uint64_t n = v.n;
				uint64_t chunk = rule == RECORD_CHUNK_UTF8_64 ? 64 : 4096;
				const struct disclosure_span whole = {0, n};
				one_tree(v, rule, &whole, 1);
				one_tree(v, rule, NULL, 0);
				for (uint64_t cut = 1; cut < n; cut += n < 140 && chunk == 64 ? 1
						: n < 600                                     ? 63
											      : n / 7) {
					const struct disclosure_span parts[] = {{0, cut}, {cut + 1, n}};
					one_tree(v, rule, &parts[0], 1);
					one_tree(v, rule, parts, cut + 1 < n ? 2 : 1);
					if (cut + 1 < n)
						one_tree(v, rule, &parts[1], 1);
				}
			}
}

static void test_chunks_that_are_not_cut_by_the_rule_are_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct sample s;
	sample(&a, &s);
	/* a record whose maker cut at 32 bytes */
	struct str v = str_sub(s.body, 0, 300);
	struct hash key = record_tree_key(ONES, "text");
	struct hmac mac = {0};
	hmac_start(&mac, hash_str(&key));
	struct disclosure_part parts[3] = {{0}};
	static const size_t ends[][3] = {{32, 64, 96}, {65, 129, 193}, {60, 121, 185}, {61, 125, 189}};
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		struct record r;
		struct err e;
		struct hash h[3];
		record_begin(&a, &r, "note", ONES);
		for (uint32_t k = 0; k < 3; k++) {
			parts[k] = (struct disclosure_part){.open = true, .first = k, .n = 1};
			parts[k].value = str_sub(v, k ? ends[i][k - 1] : 0, ends[i][k]);
			uint8_t salt[RECORD_SALT_SIZE];
			record_salt(&mac, "chunk", k, salt);
			h[k] = record_field_hash(salt, STR(""), parts[k].value);
		}
		struct hash root = {{0}};
		struct digest d = {0};
		digest_start(&d, DIGEST_SHA256);
		digest_add(&d, "\1", 1);
		digest_add(&d, h[0].b, 32);
		digest_add(&d, h[1].b, 32);
		root = digest_sha256(&d);
		digest_start(&d, DIGEST_SHA256);
		digest_add(&d, "\1", 1);
		digest_add(&d, root.b, 32);
		digest_add(&d, h[2].b, 32);
		root = digest_sha256(&d);
		struct str b64 = base64_of(&a, hash_str(&root));
		struct str value = str_fmt(&a, "tree:%.*s:utf8-64:%zu", STR_FMT(b64), ends[i][2]);
		record_add(&a, &r, "text.tree", value);
		assert_int_equal(record_finish(&a, &r, &e), OK);
		const bool open[] = {true, true};
		struct disclosure shown = checked(&a, make(&a, &r, &(struct disclosure_choice){.open = open}));
		shown.fields.keyed = true;
		memcpy(shown.fields.key, ONES, sizeof(ONES));
		for (size_t k = 0; k < 2; k++)
			shown.fields.part[k].salted = false;
		struct disclosure_tree tree = {.field = 1, .chunks = {.part = parts, .nparts = 3, .total = 3}};
		shown.trees = &tree;
		shown.ntrees = 1;
		assert_int_equal(check(written(&a, &shown)), E_VERIFY);
	}
	hmac_clear(&mac);
}

static void test_fields_that_betray_others_are_named(void **unused)
{
	(void)unused;
	static const struct {
		const char *open;
		const char *withheld;
		bool oracle;
	} cases[] = {
		{"digest.payload", "body.tree", true},
		{"digest.block", "body.tree", true},
		{"declared.payload", "body.tree", true},
		{"declared.block", "body.tree", true},
		{"declared.payload.verdict", "body.tree", false},
		{"warc.sha256", "body.tree", true},
		{"source.sha256", "body.tree", true},
		{"payload.length", "body.tree", false},
		{"headers.tree", "body.tree", false},
		{"digest.payload", "headers.tree", false},
		{"digest.block", "headers.tree", true},
		{"warc.sha256", "headers.tree", true},
		{"warc.sha256", "url", true},
		{"digest.block", "url", false},
		{"digest.block", "status", true},
		{"digest.payload", "status", false},
		{"final", "url", true},
		{"chain", "url", true},
		{"url.surt", "url", true},
		{"surt", "final", true},
		{"url", "location", true},
		{"tls.chain", "url", true},
		{"remote", "final", true},
		{"ip", "tls.chain", true},
		{"status", "url", false},
		{"warc.sha256", "remote", true},
		{"warc.sha256", "tool", false},
		{"warc.sha256", "warc.file", false},
		{"warc.sha256", "warc.sha256", false},
		{"digest.payload", "screenshot.tree", true},
		{"screenshot.sha256", "screenshot.tree", true},
		{"screenshot.phash", "screenshot.tree", true},
		{"screenshot.sha256", "speaker", true},
		{"author", "speaker", false},
		{"sha2567", "speaker", false},
		{"text.tree", "author", false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (disclosure_is_oracle(str_c(cases[i].open), str_c(cases[i].withheld)) != cases[i].oracle)
			fail_msg("%s about %s", cases[i].open, cases[i].withheld);
}

static rc try(const struct record *r, const struct disclosure_choice *c, char said[ERR_MSG_MAX])
{
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	struct err e = {OK, 0, ""};
	buf_init(&b, CAP_DISCLOSURE);
	rc code = disclosure_make(&a, r, c, &b, &e);
	memcpy(said, e.msg, ERR_MSG_MAX);
	return code;
}

static void test_a_choice_that_opens_an_oracle_is_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct record r;
	struct err e;
	char said[ERR_MSG_MAX];
	struct str body = value_of(&a, 0, 300);
	struct str head = STR(
		"HTTP/1.1 200 OK\r\nETag: \"5d41402abc4b2a76b9719d911017c592\"\r\nServer: nginx/1.22 on a "
		"machine with a name that is rather long\r\n\r\n");
	record_begin(&a, &r, "capture", ONES);
	record_add(&a, &r, "body.tree", tree_of(&a, "body", RECORD_CHUNK_UTF8_64, body));
	record_add(&a, &r, "headers.tree", tree_of(&a, "headers", RECORD_CHUNK_UTF8_64, head));
	record_add(&a, &r, "digest.payload", STR("sha256:00"));
	record_add(&a, &r, "warc.sha256", STR("00"));
	record_add(&a, &r, "url", STR("https://news.example/"));
	assert_int_equal(record_finish(&a, &r, &e), OK);
	bool open[] = {true, true, true, true, true, true};
	const struct disclosure_span all[] = {{0, 300}, {0, head.n}};
	const struct disclosure_span some[] = {{0, 128}, {200, 300}};
	const struct disclosure_span rest[] = {{64, head.n}};
	struct disclosure_tree_choice trees[] = {{1, body, &all[0], 1}, {2, head, &all[1], 1}};
	struct disclosure_choice c = {open, trees, 2};
	assert_int_equal(try(&r, &c, said), OK);
	trees[0].open = some;
	trees[0].nopen = 2;
	assert_int_equal(try(&r, &c, said), E_USAGE);
	assert_non_null(strstr(said, "guessed from: digest.payload warc.sha256"));
	open[3] = false;
	assert_int_equal(try(&r, &c, said), E_USAGE);
	assert_non_null(strstr(said, "guessed from: warc.sha256"));
	open[4] = false;
	assert_int_equal(try(&r, &c, said), E_USAGE);
	assert_non_null(strstr(said, "bytes 17 to 59 of headers.tree"));
	trees[1].open = rest;
	assert_int_equal(try(&r, &c, said), OK);
	open[4] = true;
	c.ntrees = 0;
	assert_int_equal(try(&r, &c, said), E_USAGE);
	open[1] = false;
	open[4] = false;
	assert_int_equal(try(&r, &c, said), OK);
	open[5] = false;
	assert_int_equal(try(&r, &c, said), OK);
}

static void test_choices_that_make_no_sense_are_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct sample s;
	char said[ERR_MSG_MAX];
	sample(&a, &s);
	static const struct disclosure_span bad[][2] = {
		{{0, 10}, {10, 20}}, {{0, 10}, {5, 20}}, {{50, 60}, {1, 2}}, {{5, 5}, {7, 8}}, {{0, 1}, {2, 100000}}};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		s.trees[0].open = bad[i];
		assert_int_equal(try(&s.r, &s.c, said), E_USAGE);
	}
	s.trees[0].open = s.spans;
	assert_int_equal(try(&s.r, &s.c, said), OK);
	s.trees[0].value = str_join(&a, s.body, STR("x"));
	assert_int_equal(try(&s.r, &s.c, said), E_VERIFY);
	s.trees[0].value = s.headers;
	s.trees[0].nopen = 0;
	assert_int_equal(try(&s.r, &s.c, said), E_VERIFY);
	s.trees[0].value = s.body;
	s.trees[0].field = 4;
	assert_int_equal(try(&s.r, &s.c, said), E_USAGE);
	s.trees[0].field = 2;
	assert_int_equal(try(&s.r, &s.c, said), E_USAGE);
	s.trees[0].field = 3;
	s.trees[1].field = 99;
	assert_int_equal(try(&s.r, &s.c, said), E_USAGE);
	s.trees[1].field = 4;
	s.open[4] = false;
	assert_int_equal(try(&s.r, &s.c, said), E_USAGE);
}

static void test_two_trees_of_one_name_are_shown_together_or_not(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct record r;
	struct err e;
	char said[ERR_MSG_MAX];
	struct str v[] = {value_of(&a, 0, 300), value_of(&a, 1, 300)};
	record_begin(&a, &r, "note", ONES);
	for (size_t i = 0; i < 2; i++)
		record_add(&a, &r, "text.tree", tree_of(&a, "text", RECORD_CHUNK_UTF8_64, v[i]));
	assert_int_equal(record_finish(&a, &r, &e), OK);
	const bool open[] = {true, true, true};
	const struct disclosure_span all = {0, 300};
	const struct disclosure_span some = {0, 100};
	struct disclosure_tree_choice trees[] = {{1, v[0], &all, 1}, {2, v[1], &all, 1}};
	struct disclosure_choice c = {open, trees, 2};
	assert_int_equal(try(&r, &c, said), OK);
	trees[1].open = &some;
	assert_int_equal(try(&r, &c, said), E_USAGE);
	c.ntrees = 1;
	assert_int_equal(try(&r, &c, said), E_USAGE);
	trees[0].nopen = 0;
	assert_int_equal(try(&r, &c, said), OK);
}

static void test_limits_are_kept(void **unused)
{
	(void)unused;
	AUTO(buf) b = {0};
	buf_init(&b, 2 * CAP_DISCLOSURE);
	buf_add(&b, STR("onrecord/v1 disclosure\nroot AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"));
	for (uint32_t i = 0; i <= CAP_DISCLOSURE_PARTS; i++)
		buf_addf(&b, "field %u - x =\n", i);
	assert_int_equal(check(buf_str(&b)), E_LIMIT);
	while (b.n <= CAP_DISCLOSURE)
		buf_addc(&b, 'x');
	assert_int_equal(check(buf_str(&b)), E_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_subset_of_fields_proves_the_same_root),
		cmocka_unit_test(test_a_page_is_shown_in_part),
		cmocka_unit_test(test_every_flipped_bit_is_refused),
		cmocka_unit_test(test_what_is_cut_short_or_longer_is_refused),
		cmocka_unit_test(test_lines_missing_twice_or_in_other_order_are_refused),
		cmocka_unit_test(test_a_value_moved_from_one_field_to_another_is_refused),
		cmocka_unit_test(test_other_spellings_of_the_same_are_refused),
		cmocka_unit_test(test_another_count_of_fields_is_refused),
		cmocka_unit_test(test_trees_of_all_sizes_about_the_cuts_are_shown_in_part),
		cmocka_unit_test(test_chunks_that_are_not_cut_by_the_rule_are_refused),
		cmocka_unit_test(test_fields_that_betray_others_are_named),
		cmocka_unit_test(test_a_choice_that_opens_an_oracle_is_refused),
		cmocka_unit_test(test_choices_that_make_no_sense_are_refused),
		cmocka_unit_test(test_two_trees_of_one_name_are_shown_together_or_not),
		cmocka_unit_test(test_limits_are_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
