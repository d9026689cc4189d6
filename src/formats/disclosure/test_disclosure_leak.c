/* SPDX-License-Identifier: Apache-2.0 */
/* Attacks on disclosures. Secrets that are easily guessed (names, telephone numbers, short words, codes of four digits)
 * are put into a field or a payload and withheld. Then (a) all that came out is searched for them in many spellings,
 * and (b) the attacker knows everything but the secret, guesses it right, and compares every digest that he can compute
 * with every hash that came out. Outputs made leaky on purpose show that both attacks find what there is to be found.
 *
 * 10,000 secrets, in the order of a fixed seed; 500 under a sanitizer, unless ONRECORD_TEST_LONG is set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/codec.h"
#include "formats/disclosure/disclosure.h"

#ifdef __has_feature
#define SANITIZED __has_feature(address_sanitizer)
#else
#define SANITIZED 0
#endif

/* splitmix64 */
static uint64_t next(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static size_t below(uint64_t *seed, size_t n)
{
	return (size_t)(next(seed) % n);
}

static struct str secret_of(struct arena *a, uint64_t *seed)
{
	static const char *const first[] = {"Anna", "Karim", "Zo\xc3\xab", "Maria", "John", "Li", "Omar", "Ivan"};
	static const char *const last[] = {"Smith", "Okafor", "M\xc3\xbcller", "Garcia", "Nguyen", "Ali", "Petrov"};
	switch (below(seed, 4)) {
	case 0:
		return str_fmt(a, "%s %s", first[below(seed, ARRAY_LEN(first))], last[below(seed, ARRAY_LEN(last))]);
	case 1:
		return str_fmt(a, "+44 7700 900%03zu", below(seed, 1000));
	case 2:
		return str_fmt(a, "%04zu", below(seed, 10000));
	default: {
		char *word = arena_alloc(a, 9);
		size_t n = 4 + below(seed, 5);
		for (size_t i = 0; i < n; i++)
			word[i] = (char)('a' + below(seed, 26));
		return str_mem(word, n);
	}
	}
}

/* Another secret of the same form. */
static struct str decoy_of(struct arena *a, struct str secret)
{
	char *p = arena_dup(a, secret.p, secret.n);
	for (size_t i = 0; i < secret.n; i++)
		if (ascii_digit(p[i]))
			p[i] = (char)('0' + (p[i] - '0' + 5 + (int)i % 2) % 10);
		else if (ascii_alpha(p[i]))
			p[i] = (char)((p[i] & ~31) + 1 + ((p[i] & 31) + 12 + (int)i % 3) % 26);
	return str_mem(p, secret.n);
}

static struct str filler(struct arena *a, uint64_t *seed, size_t n)
{
	static const char *const words[] = {"the ", "report ", "says ", "<p>", "</p>\n", "\xc3\xa9t\xc3\xa9 ", "of ",
		"\\ ", "\xe2\x82\xac ", "a ", "meeting ", "was ", "held. "};
	AUTO(buf) b = {0};
	buf_init(&b, MIB);
	while (b.n < n)
		buf_add(&b, str_c(words[below(seed, ARRAY_LEN(words))]));
	return str_dup(a, buf_str(&b));
}

enum place { IN_FIELD, WITHIN_FIELD, IN_BODY, IN_IMAGE, IN_HEADERS, NPLACES };

/* One withholding: what came out, and all that the attacker knows who guesses right. */
struct trial {
	struct str secret;
	enum place place;
	struct record r;
	struct str out;
	struct str content[16]; /* texts with the secret in them that somebody might have hashed */
	size_t ncontent;
	const char *name; /* of the field with the secret */
	uint32_t field;   /* its position */
	uint32_t chunk;   /* position of the first chunk with the secret */
	struct str chunk_text;
	const char *tree; /* the tree with the secret; NULL when it is in a field */
	struct str body, headers, image;
};

/* What is shown of a value, byte by byte, as spans. */
static struct disclosure_tree_choice shown(struct arena *a, size_t field, struct str value, const bool *show)
{
	struct disclosure_span *spans = NULL;
	size_t n = 0;
	for (size_t i = 0; i < value.n; i++) {
		if (!show[i])
			continue;
		if (i == 0 || !show[i - 1]) {
			struct disclosure_span *to = arena_push(a, &spans, &n, sizeof(*to));
			to->from = i;
		}
		spans[n - 1].to = i + 1;
	}
	return (struct disclosure_tree_choice){field, value, spans, n};
}

static struct str tree_of(
	struct arena *a, const uint8_t key[RECORD_KEY_SIZE], const char *name, enum record_chunking rule, struct str v)
{
	struct hash k = record_tree_key(key, name);
	struct record_tree *t = record_tree_new(&k, rule);
	record_tree_add(t, v);
	struct str value = record_tree_end(t, a);
	record_tree_free(t);
	return value;
}

static struct str digest_text(struct arena *a, enum digest_alg alg, struct str v)
{
	struct digest d = {0};
	uint8_t raw[DIGEST_MAX];
	digest_start(&d, alg);
	digest_add(&d, v.p, v.n);
	digest_end(&d, raw);
	digest_clear(&d);
	struct str bytes = str_mem(raw, digest_size(alg));
	return alg == DIGEST_SHA1 ? base32_of(a, bytes) : hex_of(a, bytes);
}

static void knows(struct trial *t, struct str content)
{
	assert_true(t->ncontent < ARRAY_LEN(t->content));
	if (str_find(content, t->secret, 0) < content.n)
		t->content[t->ncontent++] = content;
}

static struct str with_secret(struct arena *a, uint64_t *seed, struct str secret, size_t n)
{
	struct str front = filler(a, seed, below(seed, n));
	return str_join(a, str_join(a, front, secret), filler(a, seed, below(seed, n)));
}

static void write_payloads(struct arena *a, uint64_t *seed, struct trial *t)
{
	struct str none = STR("");
	t->body = with_secret(a, seed, t->place == IN_BODY ? t->secret : none, 1500);
	t->image = with_secret(a, seed, t->place == IN_IMAGE ? t->secret : none, 9000);
	struct str more = with_secret(a, seed, t->place == IN_HEADERS ? t->secret : none, 60);
	struct str etag = digest_text(a, DIGEST_MD5, t->body);
	struct str one = str_fmt(a,
		"HTTP/1.1 200 OK\r\nServer: a server that has a long name, and more\r\nETag: \"%.*s\"\r\n",
		STR_FMT(etag));
	struct str two = str_join(a, STR("Content-Type: text/html; charset=utf-8\r\nX-Said: "), more);
	t->headers = str_join(a, str_join(a, one, two), STR("\r\nConnection: close\r\n\r\n"));
}

/* Fields in random order, some of them left out. */
static void write_record(struct arena *a, uint64_t *seed, struct trial *t, const uint8_t key[RECORD_KEY_SIZE])
{
	static const char *const secret_names[] = {"source", "speaker", "remark", "url", "status"};
	struct record_field f[20];
	size_t n = 0;
	struct err e;
	struct str said = t->place == IN_FIELD ? t->secret
					       : str_join(a, str_join(a, STR("call "), t->secret), STR(" not"));
	struct str block = str_join(a, t->headers, t->body);
	struct str stored = str_join(a, block, t->image);
	t->name = secret_names[below(seed, ARRAY_LEN(secret_names))];
	if (t->place <= WITHIN_FIELD)
		stored = str_join(a, said, stored);
	f[n++] = (struct record_field){str_c(t->name), t->place <= WITHIN_FIELD ? said : STR("nobody")};
	f[n++] = (struct record_field){STR("body.tree"), tree_of(a, key, "body", RECORD_CHUNK_UTF8_64, t->body)};
	f[n++] = (struct record_field){STR("image.tree"), tree_of(a, key, "image", RECORD_CHUNK_4096, t->image)};
	f[n++] = (struct record_field){
		STR("headers.tree"), tree_of(a, key, "headers", RECORD_CHUNK_UTF8_64, t->headers)};
	const size_t needed = n;
	f[n++] = (struct record_field){STR("digest.payload"), digest_text(a, DIGEST_SHA256, t->body)};
	f[n++] = (struct record_field){STR("digest.block"), digest_text(a, DIGEST_SHA256, block)};
	f[n++] = (struct record_field){STR("declared.payload"), digest_text(a, DIGEST_SHA1, t->body)};
	f[n++] = (struct record_field){STR("declared.block"), digest_text(a, DIGEST_MD5, block)};
	f[n++] = (struct record_field){STR("warc.sha256"), digest_text(a, DIGEST_SHA256, stored)};
	f[n++] = (struct record_field){STR("source.sha256"), digest_text(a, DIGEST_SHA256, stored)};
	f[n++] = (struct record_field){
		STR("final"), t->place <= WITHIN_FIELD && strcmp(t->name, "url") == 0 ? said : STR("x")};
	f[n++] = (struct record_field){STR("method"), STR("fetch")};
	f[n++] = (struct record_field){STR("tool"), STR("onrecord")};
	f[n++] = (struct record_field){STR("author"), STR("A. N. Editor")};
	record_begin(a, &t->r, "capture", key);
	for (size_t left = n; left > 0; left--) {
		size_t i = below(seed, left);
		struct record_field *at = &f[i];
		bool must = at->name.p == t->name || str_ends(at->name, STR(".tree"));
		if (must || below(seed, 4) != 0)
			record_add(a, &t->r, str_cstr(a, at->name), at->value);
		*at = f[left - 1];
	}
	assert_true(needed < n && record_finish(a, &t->r, &e) == OK);
	knows(t, t->secret);
	knows(t, said);
	knows(t, t->body);
	knows(t, t->headers);
	knows(t, t->image);
	knows(t, block);
	knows(t, stored);
}

static uint32_t position(const struct record *r, const char *name)
{
	uint32_t i = 0;
	while (i < r->n && !str_eq(r->fields[i].name, str_c(name)))
		i++;
	return i;
}

/* The chunks that the secret lies in are known to whoever guesses it. */
static void find_chunks(struct trial *t, struct str value, enum record_chunking rule)
{
	size_t from = str_find(value, t->secret, 0);
	size_t to = from + t->secret.n;
	uint32_t i = 0;
	for (size_t at = 0; at < to; i++) {
		struct str rest = str_from(value, at);
		struct str chunk = str_sub(rest, 0, record_chunk_size(rule, rest));
		at += chunk.n;
		if (at <= from)
			continue;
		if (t->chunk_text.n == 0) {
			t->chunk = i;
			t->chunk_text = chunk;
		}
		assert_true(t->ncontent < ARRAY_LEN(t->content));
		t->content[t->ncontent++] = chunk;
	}
}

static struct disclosure_tree_choice choose(
	struct arena *a, uint64_t *seed, const struct trial *t, const char *name, struct str value, bool withholds_body)
{
	bool *show = arena_alloc(a, value.n);
	size_t from = 0;
	size_t to = 0;
	memset(show, 1, value.n);
	size_t at = str_find(value, t->secret, 0);
	if (t->place >= IN_BODY && at < value.n)
		memset(show + at, 0, t->secret.n);
	if (below(seed, 3) == 0 && value.n) {
		at = below(seed, value.n);
		memset(show + at, 0, below(seed, value.n - at));
	}
	while (withholds_body && strcmp(name, "headers.tree") == 0 && disclosure_digest_line(value, to, &from, &to))
		memset(show + from, 0, to - from);
	return shown(a, position(&t->r, name), value, show);
}

static int by_field(const void *a, const void *b)
{
	const struct disclosure_tree_choice *x = a;
	const struct disclosure_tree_choice *y = b;
	return (x->field > y->field) - (x->field < y->field);
}

/* All of it follows from the seed, but the key and the secret. */
static struct trial run(struct arena *a, uint64_t seed, struct str secret, uint64_t key_seed)
{
	struct trial t = {.secret = secret};
	uint8_t key[RECORD_KEY_SIZE];
	AUTO(buf) out = {0};
	struct err e;
	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)next(&key_seed);
	t.place = (enum place)below(&seed, NPLACES);
	write_payloads(a, &seed, &t);
	write_record(a, &seed, &t, key);
	bool *open = arena_alloc(a, t.r.n);
	for (size_t i = 0; i < t.r.n; i++)
		open[i] = i == 0 || below(&seed, 5) != 0;
	t.field = position(&t.r, t.name);
	if (t.place <= WITHIN_FIELD)
		open[t.field] = false;
	static const char *const names[] = {"body.tree", "image.tree", "headers.tree"};
	static const char *const trees[] = {"body", "image", "headers"};
	const struct str values[] = {t.body, t.image, t.headers};
	struct disclosure_tree_choice chosen[3];
	struct disclosure_choice c = {open, chosen, 0};
	bool withholds_body = true;
	for (size_t i = 0; i < 3; i++) {
		if (t.place == IN_BODY + i) {
			t.tree = trees[i];
			find_chunks(&t, values[i], i == 1 ? RECORD_CHUNK_4096 : RECORD_CHUNK_UTF8_64);
		}
		struct disclosure_tree_choice one = choose(a, &seed, &t, names[i], values[i], withholds_body);
		if (values[i].n == 0 || !open[one.field] || below(&seed, 6) == 0)
			continue;
		if (i == 0)
			withholds_body = one.nopen != 1 || one.open[0].to - one.open[0].from != t.body.n;
		chosen[c.ntrees++] = one;
	}
	qsort(chosen, c.ntrees, sizeof(*chosen), by_field);
	size_t *betray = NULL;
	for (size_t n = 1; n > 0;) {
		n = disclosure_oracles(a, &t.r, &c, &betray);
		for (size_t i = 0; i < n; i++)
			open[betray[i]] = false;
	}
	buf_init(&out, CAP_DISCLOSURE);
	if (disclosure_make(a, &t.r, &c, &out, &e) != OK)
		fail_msg("%s", e.msg);
	struct hash root = record_root(&t.r);
	char leaf[RECORD_LEAF_SIZE];
	record_leaf(&root, leaf);
	t.out = str_join(a, buf_str(&out), str_mem(leaf, sizeof(leaf)));
	return t;
}

/* (a) The secret in any spelling. */
static struct str utf16(struct arena *a, struct str s, size_t low)
{
	char *p = arena_alloc(a, 2 * s.n);
	for (size_t i = 0; i < s.n; i++)
		p[2 * i + low] = s.p[i];
	return str_mem(p, 2 * s.n);
}

/* Base64 of the bytes where `front` bytes of a group stand before them: the digits that depend on nothing else. */
static struct str base64_within(struct arena *a, struct str s, size_t front)
{
	struct str text = base64_of(a, str_join(a, str_mem("\0\0", front), s));
	return str_sub(text, (front * 8 + 5) / 6, (front + s.n) * 8 / 6);
}

static struct str prefixed(struct arena *a, struct str s, const char *prefix, bool letters_too)
{
	AUTO(buf) b = {0};
	buf_init(&b, MIB);
	for (size_t i = 0; i < s.n; i++)
		if (letters_too || !(ascii_alpha(s.p[i]) || ascii_digit(s.p[i])))
			buf_addf(&b, "%s%02x", prefix, (uint8_t)s.p[i]);
		else
			buf_addc(&b, s.p[i]);
	return str_dup(a, buf_str(&b));
}

static bool found_in(struct arena *a, struct str out, struct str secret)
{
	const struct str forms[] = {secret, utf16(a, secret, 0), utf16(a, secret, 1)};
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		if (str_ifind(out, forms[i], 0) < out.n || str_ifind(out, hex_of(a, forms[i]), 0) < out.n)
			return true;
		for (size_t front = 0; front < 3; front++)
			if (str_find(out, base64_within(a, forms[i], front), 0) < out.n)
				return true;
	}
	const struct str escaped[] = {prefixed(a, secret, "%", true), prefixed(a, secret, "%", false),
		prefixed(a, secret, "\\", true), prefixed(a, secret, "\\", false)};
	for (size_t i = 0; i < ARRAY_LEN(escaped); i++)
		if (str_ifind(out, escaped[i], 0) < out.n)
			return true;
	return false;
}

/* (b) Everything in the output that has the size of a hash, a salt or a key. */
struct loot {
	struct {
		uint8_t b[32];
		size_t n;
	} item[2000];
	size_t n;
};

static void take(struct loot *l, bool ok, struct str bytes)
{
	if (!ok || (bytes.n != 16 && bytes.n != 20 && bytes.n != 32))
		return;
	assert_true(l->n < ARRAY_LEN(l->item));
	memcpy(l->item[l->n].b, bytes.p, bytes.n);
	l->item[l->n++].n = bytes.n;
}

static void gather(struct arena *a, struct str out, struct loot *l)
{
	for (size_t i = 0; i < out.n;) {
		size_t from = i;
		while (i < out.n &&
			(ascii_alpha(out.p[i]) || ascii_digit(out.p[i]) || out.p[i] == '+' || out.p[i] == '/'))
			i++;
		size_t bare = i;
		while (i < out.n && i - bare < 2 && out.p[i] == '=')
			i++;
		struct str bytes;
		struct str run = str_sub(out, from, i);
		struct str token = str_sub(out, from, bare);
		if (i == from) {
			i++;
			continue;
		}
		if (token.n < 22 || token.n > 64)
			continue;
		take(l, hex_decode(a, token, &bytes), bytes);
		take(l, base32_decode(a, token, &bytes), bytes);
		if (token.n % 4 && run.n == token.n)
			run = str_join(a, token, str_sub(STR("=="), 0, 4 - token.n % 4));
		take(l, base64_decode(a, run, &bytes), bytes);
	}
}

static bool matches(const struct loot *l, const uint8_t *digest)
{
	for (size_t i = 0; i < l->n; i++)
		if (memcmp(l->item[i].b, digest, 16) == 0)
			return true;
	return false;
}

static bool plain_digest_matches(const struct loot *l, struct str content)
{
	static const enum digest_alg algs[] = {DIGEST_SHA256, DIGEST_SHA1, DIGEST_MD5, DIGEST_SHA512};
	bool hit = false;
	struct digest d = {0};
	for (size_t prefix = 0; prefix < 2; prefix++) /* 0x00: as a leaf of a tree */
		for (size_t i = 0; i < ARRAY_LEN(algs); i++) {
			uint8_t raw[DIGEST_MAX];
			digest_start(&d, algs[i]);
			digest_add(&d, "", prefix);
			digest_add(&d, content.p, content.n);
			digest_end(&d, raw);
			hit = hit || matches(l, raw);
			digest_clear(&d);
		}
	return hit;
}

static bool salted_matches(
	const struct loot *l, const struct trial *t, const uint8_t salt[RECORD_SALT_SIZE], struct str v)
{
	struct hash chunk = record_field_hash(salt, STR(""), v);
	struct hash field = record_field_hash(salt, str_c(t->name), v);
	return matches(l, chunk.b) || matches(l, field.b);
}

/* The salts that follow when those 32 bytes are the record's key, or the tree's. */
static bool key_matches(const struct loot *l, const struct trial *t, const uint8_t key[RECORD_KEY_SIZE], struct str v)
{
	struct hash own = record_tree_key(key, t->tree ? t->tree : "body");
	const struct str keys[] = {str_mem(key, RECORD_KEY_SIZE), hash_str(&own)};
	bool hit = false;
	struct hmac mac = {0};
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		uint8_t salt[RECORD_SALT_SIZE];
		hmac_start(&mac, keys[i]);
		record_salt(&mac, "field", t->field, salt);
		hit = hit || salted_matches(l, t, salt, v);
		for (uint32_t k = 0; t->tree && k < 3; k++) {
			record_salt(&mac, "chunk", t->chunk + k, salt);
			hit = hit || salted_matches(l, t, salt, v);
		}
		struct hash h = hmac_of(&mac, v);
		hit = hit || matches(l, h.b);
		hmac_clear(&mac);
	}
	return hit;
}

static bool guessed(struct arena *a, const struct trial *t, struct str out)
{
	static const uint8_t none[RECORD_SALT_SIZE] = {0};
	struct loot *l = arena_new(a, struct loot);
	gather(a, out, l);
	assert_true(l->n > 2);
	bool hit = false;
	for (size_t c = 0; c < t->ncontent && !hit; c++) {
		struct str v = t->content[c];
		hit = plain_digest_matches(l, v) || salted_matches(l, t, none, v);
		for (size_t i = 0; i < l->n && !hit; i++) {
			struct hmac mac = {0};
			hmac_start(&mac, str_mem(l->item[i].b, l->item[i].n));
			struct hash h = hmac_of(&mac, v);
			hmac_clear(&mac);
			/* the long texts were never hashed with a salt: no need to try them all */
			hit = matches(l, h.b) || (v.n <= 4096 && salted_matches(l, t, l->item[i].b, v)) ||
				(v.n <= 4096 && l->item[i].n == 32 && key_matches(l, t, l->item[i].b, v));
		}
	}
	return hit;
}

/* Four digits turn up in base64 by themselves. It is the secret when it is there under other keys as well, and not when
 * another stood in its place. */
static bool leaks(struct arena *a, const struct trial *t, uint64_t seed)
{
	if (!found_in(a, t->out, t->secret))
		return false;
	for (uint64_t k = 1; k < 4; k++) {
		struct trial again = run(a, seed, t->secret, seed + k);
		if (!found_in(a, again.out, t->secret))
			return false;
	}
	struct trial other = run(a, seed, decoy_of(a, t->secret), seed);
	return !found_in(a, other.out, t->secret);
}

static size_t trials(void)
{
#if defined(__SANITIZE_ADDRESS__) || SANITIZED
	return getenv("ONRECORD_TEST_LONG") ? 10000 : 500;
#else
	return 10000;
#endif
}

static void test_no_withheld_secret_is_found_or_guessed(void **unused)
{
	(void)unused;
	size_t places[NPLACES] = {0};
	for (uint64_t i = 0; i < trials(); i++) {
		AUTO(arena) a = {0};
		uint64_t seed = i * 1000003 + 7;
		struct str secret = secret_of(&a, &seed);
		struct trial t = run(&a, seed, secret, seed);
		assert_true(t.ncontent > 0);
		places[t.place]++;
		if (leaks(&a, &t, seed))
			fail_msg("secret %u '%.*s' is in\n%.*s", (unsigned)i, STR_FMT(secret), STR_FMT(t.out));
		if (guessed(&a, &t, t.out))
			fail_msg("secret %u '%.*s' can be guessed from\n%.*s", (unsigned)i, STR_FMT(secret),
				STR_FMT(t.out));
	}
	for (size_t i = 0; i < NPLACES; i++)
		assert_true(places[i] > trials() / 10);
}

/* What must not come out, one way of each kind. */
static struct str leak(struct arena *a, const struct trial *t, unsigned way)
{
	struct hmac mac = {0};
	uint8_t salt[RECORD_SALT_SIZE];
	struct hash own = record_tree_key(t->r.key, t->tree ? t->tree : "body");
	struct str key = t->tree ? hash_str(&own) : str_mem(t->r.key, RECORD_KEY_SIZE);
	hmac_start(&mac, key);
	record_salt(&mac, t->tree ? "chunk" : "field", t->tree ? t->chunk : t->field, salt);
	hmac_clear(&mac);
	struct str v = t->tree ? t->chunk_text : t->r.fields[t->field].value;
	struct hash h = record_field_hash(salt, t->tree ? STR("") : str_c(t->name), v);
	struct str hash64 = base64_of(a, hash_str(&h));
	struct str salt64 = base64_of(a, str_mem(salt, sizeof(salt)));
	struct str whole = t->content[t->ncontent > 1 ? 1 : 0];
	switch (way) {
	case 0:
		return str_fmt(a, "withheld 1 1 %.*s\nfield 1 %.*s\n", STR_FMT(hash64), STR_FMT(salt64));
	case 1:
		return str_fmt(a, "withheld 1 1 %.*s\nkey %.*s\n", STR_FMT(hash64),
			STR_FMT(base64_of(a, str_mem(t->r.key, RECORD_KEY_SIZE))));
	case 2:
		return str_fmt(a, "withheld 1 1 %.*s\nkey %.*s\n", STR_FMT(hash64), STR_FMT(base64_of(a, key)));
	case 3:
		return str_fmt(
			a, "field 1 - digest.payload =sha256:%.*s\n", STR_FMT(digest_text(a, DIGEST_SHA256, whole)));
	case 4:
		return str_fmt(
			a, "chunk 1 - =WARC-Payload-Digest: sha1:%.*s\n", STR_FMT(digest_text(a, DIGEST_SHA1, whole)));
	case 5:
		return str_fmt(a, "chunk 1 - =ETag: \"%.*s\"\n", STR_FMT(digest_text(a, DIGEST_MD5, whole)));
	default: {
		h = hash_of(t->secret);
		return str_fmt(a, "x %.*s\n", STR_FMT(base64_of(a, hash_str(&h))));
	}
	}
}

static void test_the_guessing_finds_what_is_leaked_on_purpose(void **unused)
{
	(void)unused;
	for (uint64_t i = 0; i < 200; i++)
		for (unsigned way = 0; way < 7; way++) {
			AUTO(arena) a = {0};
			uint64_t seed = i * 7919 + 5;
			struct str secret = secret_of(&a, &seed);
			struct trial t = run(&a, seed, secret, seed);
			if (!guessed(&a, &t, str_join(&a, t.out, leak(&a, &t, way))))
				fail_msg("leak of kind %u of '%.*s' in place %u is not found", way, STR_FMT(secret),
					t.place);
		}
}

static void test_the_search_finds_every_spelling(void **unused)
{
	(void)unused;
	for (uint64_t i = 0; i < 200; i++) {
		AUTO(arena) a = {0};
		uint64_t seed = i * 104729 + 3;
		struct str s = secret_of(&a, &seed);
		struct trial t = run(&a, seed, s, seed);
		char *upper = arena_dup(&a, s.p, s.n);
		for (size_t k = 0; k < s.n; k++)
			upper[k] = (char)(s.p[k] >= 'a' && s.p[k] <= 'z' ? s.p[k] - 32 : s.p[k]);
		const struct str ways[] = {s, str_mem(upper, s.n), hex_of(&a, s), base64_of(&a, s),
			base64_of(&a, str_join(&a, STR("x"), s)), base64_of(&a, str_join(&a, STR("xy"), s)),
			base64_of(&a, str_join(&a, s, STR("z"))), prefixed(&a, s, "%", true),
			prefixed(&a, s, "%", false), prefixed(&a, s, "\\", true), utf16(&a, s, 0), utf16(&a, s, 1),
			base64_of(&a, utf16(&a, s, 0))};
		for (size_t k = 0; k < ARRAY_LEN(ways); k++)
			if (!found_in(&a, str_join(&a, t.out, ways[k]), s))
				fail_msg("spelling %zu of '%.*s' is not found", k, STR_FMT(s));
	}
}

/* The refusal of oracles, and the choice of what is shown, are what stands between: without them it leaks. */
static void test_a_secret_that_is_shown_is_found(void **unused)
{
	(void)unused;
	size_t shown_ones = 0;
	for (uint64_t i = 0; i < 200; i++) {
		AUTO(arena) a = {0};
		AUTO(buf) out = {0};
		struct err e;
		uint64_t seed = i * 15485863 + 1;
		struct str secret = secret_of(&a, &seed);
		struct trial t = run(&a, seed, secret, seed);
		if (t.place > WITHIN_FIELD)
			continue;
		bool *open = arena_alloc(&a, t.r.n);
		open[t.field] = true;
		if (t.field && str_eq(t.r.fields[t.field].name, STR("url")))
			continue;
		buf_init(&out, CAP_DISCLOSURE);
		struct disclosure_choice c = {.open = open};
		assert_int_equal(disclosure_make(&a, &t.r, &c, &out, &e), OK);
		assert_true(found_in(&a, buf_str(&out), secret) && guessed(&a, &t, buf_str(&out)) == false);
		shown_ones++;
	}
	assert_true(shown_ones > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_withheld_secret_is_found_or_guessed),
		cmocka_unit_test(test_the_guessing_finds_what_is_leaked_on_purpose),
		cmocka_unit_test(test_the_search_finds_every_spelling),
		cmocka_unit_test(test_a_secret_that_is_shown_is_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
