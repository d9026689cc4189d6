/* SPDX-License-Identifier: Apache-2.0 */
/* Asking and judging, with an authority and a calendar that answer from memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <unistd.h>

#include "base/codec.h"
#include "formats/tsp/test_tsa.h"
#include "stages/anchor/anchor_int.h"

#define NOTE STR("example.org/log\n3\nroot\n\n\xe2\x80\x94 example.org/log sig\n")
#define TSA_URL "http://tsa.example/"
#define CALENDAR "http://calendar.example"

static const struct anchor_evidence nothing = {NULL, 0};

/* A world that answers; all requests are taken down. */
struct world {
	struct env env; /* first */
	struct arena a;
	struct tsa tsa;
	struct token_spec token;
	unsigned status;    /* of the authority; 0: 200 */
	struct str instead; /* its body; empty: a good reply */
	bool revoked;
	bool has_block;
	struct str calendar_says; /* empty: a promise */
	struct str babble;        /* of another calendar; empty: nothing there */
	struct str big;           /* at any address with that in it */
	struct str *urls;
	size_t nurls;
	struct str *bodies;
	size_t nbodies;
};

static rc fixed_random(struct env *env, void *p, size_t n, struct err *e)
{
	(void)env;
	(void)e;
	memset(p, 0x5a, n);
	return OK;
}

static struct str attestation(struct arena *a, const char *tag_hex, struct str payload)
{
	AUTO(buf) b = {0};
	struct str tag;
	buf_init(&b, 1024);
	assert_true(hex_decode(a, str_c(tag_hex), &tag));
	buf_addc(&b, 0);
	buf_add(&b, tag);
	buf_addc(&b, (char)payload.n);
	buf_add(&b, payload);
	return str_dup(a, buf_str(&b));
}

static struct str promise(struct arena *a, const char *uri)
{
	return attestation(a, "83dfe30d2ef90c8e", str_fmt(a, "%c%s", (int)strlen(uri), uri));
}

static struct str authority(struct world *w)
{
	uint8_t nonce[ANCHOR_NONCE];
	memset(nonce, 0x5a, sizeof(nonce));
	struct token_spec spec = w->token;
	struct hash h = hash_of(NOTE);
	if (spec.nonce.n == 0)
		spec.nonce = str_dup(&w->a, str_mem(nonce, sizeof(nonce)));
	if (spec.hash.n == 0)
		spec.hash = str_dup(&w->a, hash_str(&h));
	return w->instead.n ? w->instead : tsa_reply(&w->a, &w->tsa, &spec);
}

/* All of the authority's certificates name one address: both lists are there. */
static struct str lists(struct world *w)
{
	const struct crl_spec spec = {
		.revoked = w->revoked ? w->tsa.signer.cert : NULL, .since = T_STAMP - DAY, .reason = 1};
	const struct crl_spec clean = {.reason = -1};
	struct str crls[] = {tsa_crl(&w->a, &w->tsa.middle, &spec), tsa_crl(&w->a, &w->tsa.root, &clean)};
	const struct tsp_evidence ev = {.crls = crls, .ncrls = ARRAY_LEN(crls)};
	return tsp_evidence_text(&w->a, &ev);
}

/* Status 0: nobody there. */
static unsigned route(struct world *w, struct str url, struct str *ret)
{
	*ret = STR("");
	if (str_eq(url, STR(TSA_URL))) {
		*ret = authority(w);
		return w->status ? w->status : 200;
	}
	if (str_eq(url, STR(CALENDAR "/digest"))) {
		*ret = w->calendar_says.n ? w->calendar_says : promise(&w->a, CALENDAR);
		return 200;
	}
	if (str_starts(url, STR(CALENDAR "/timestamp/"))) {
		*ret = str_join(&w->a, STR("\x08"), attestation(&w->a, "0588960d73d71901", STR("\x65")));
		return w->has_block ? 200 : 404;
	}
	if (str_find(url, STR("babble"), 0) < url.n) {
		*ret = w->babble;
		return w->babble.n ? 200 : 404;
	}
	if (str_find(url, STR("big"), 0) < url.n) {
		*ret = w->big;
		return 200;
	}
	if (str_find(url, STR("crl"), 0) < url.n) {
		*ret = lists(w);
		return 200;
	}
	return 0;
}

static rc fetch(struct env *env, const struct fetch_request *q, struct arena *a, struct fetch_reply *ret, struct err *e)
{
	struct world *w = (struct world *)(void *)env;
	struct str body;
	*(struct str *)arena_push(&w->a, &w->urls, &w->nurls, sizeof(body)) = str_dup(&w->a, q->url);
	*(struct str *)arena_push(&w->a, &w->bodies, &w->nbodies, sizeof(body)) = str_dup(&w->a, q->body);
	unsigned status = route(w, q->url, &body);
	if (!status)
		return err_set(e, E_NET, "nobody there");
	assert_int_equal(write(q->spool, body.p, body.n), (ssize_t)body.n);
	*ret = (struct fetch_reply){.status = status,
		.body = body.n,
		.head = str_fmt(a, "HTTP/1.1 %u X\r\nContent-Length: %zu\r\n\r\n", status, body.n)};
	return OK;
}

static void world_open(struct world *w)
{
	*w = (struct world){.env = {.random = fixed_random, .fetch = fetch}};
	tsa_init(&w->tsa, &(struct tsa_spec){0});
}

static void world_close(struct world *w)
{
	tsa_clear(&w->tsa);
	arena_clear(&w->a);
}

static struct str root_pem(struct world *w)
{
	return tsa_pem(&w->a, w->tsa.root.cert);
}

static rc stamp(struct world *w, struct anchor_token *ret, struct err *e)
{
	const struct anchor_tsa tsa = {STR("here"), STR(TSA_URL), root_pem(w)};
	return anchor_stamp(&w->env, NOTE, &tsa, &(struct anchor_net){0}, &w->a, ret, e);
}

static void test_stamp_is_checked_and_comes_with_its_evidence(void **unused)
{
	(void)unused;
	struct world w;
	struct anchor_token t;
	struct anchor_verdict v;
	struct err e = {0};
	world_open(&w);
	if (stamp(&w, &t, &e) != OK)
		fail_msg("%s", e.msg);
	assert_true(str_find(t.evidence, STR("X509 CRL"), 0) < t.evidence.n);
	/* later, from what was kept */
	const struct anchor_evidence kept = {&t.evidence, 1};
	const struct anchor_trust trust = {root_pem(&w), STR(""), 0};
	assert_int_equal(anchor_judge(LEAF_RFC3161, NOTE, t.bytes, &kept, &trust, &w.a, &v, &e), OK);
	assert_int_equal(v.state, ANCHOR_HOLDS);
	assert_true(v.has_time && v.time == T_STAMP * 1000000000ll);
	/* with less to go by it is said to be less */
	assert_int_equal(anchor_judge(LEAF_RFC3161, NOTE, t.bytes, &nothing, &trust, &w.a, &v, &e), OK);
	assert_int_equal(v.state, ANCHOR_UNCHECKED);
	const struct anchor_trust none = {STR(""), STR(""), 0};
	assert_int_equal(anchor_judge(LEAF_RFC3161, NOTE, t.bytes, &kept, &none, &w.a, &v, &e), OK);
	assert_int_equal(v.state, ANCHOR_UNCHECKED);
	assert_false(v.has_time); /* anybody could have made its certificate */
	/* and about another note it fails */
	assert_int_equal(anchor_judge(LEAF_RFC3161, STR("another\n"), t.bytes, &kept, &trust, &w.a, &v, &e), OK);
	assert_int_equal(v.state, ANCHOR_FAILS);
	assert_false(v.has_time);
	/* trusted certificates that are none are the user's to mend, not a verdict */
	const struct anchor_trust bad = {STR("-----BEGIN CERTIFICATE-----\nx"), STR(""), 0};
	assert_int_not_equal(anchor_judge(LEAF_RFC3161, NOTE, t.bytes, &kept, &bad, &w.a, &v, &e), OK);
	world_close(&w);
}

/* Who changes the list of authorities has not been lied to by the old ones. */
static void test_a_stranger_among_what_is_trusted_is_no_failure_and_has_no_time(void **unused)
{
	(void)unused;
	struct world w;
	struct world other;
	struct anchor_token t;
	struct anchor_verdict v;
	struct err e = {0};
	world_open(&w);
	world_open(&other);
	assert_int_equal(stamp(&w, &t, &e), OK);
	const struct anchor_evidence kept = {&t.evidence, 1};
	const struct anchor_trust trust = {root_pem(&other), STR(""), 0};
	assert_int_equal(anchor_judge(LEAF_RFC3161, NOTE, t.bytes, &kept, &trust, &w.a, &v, &e), OK);
	assert_int_equal(v.state, ANCHOR_UNCHECKED);
	assert_false(v.has_time);
	assert_true(str_find(v.said, STR("no chain to what is trusted"), 0) < v.said.n);
	/* but one that is asked has to have a chain to its own */
	const struct anchor_tsa tsa = {STR("here"), STR(TSA_URL), root_pem(&other)};
	assert_int_equal(anchor_stamp(&w.env, NOTE, &tsa, &(struct anchor_net){0}, &w.a, &t, &e), E_VERIFY);
	world_close(&other);
	world_close(&w);
}

static void test_evidence_that_cannot_be_read_costs_none_of_the_rest(void **unused)
{
	(void)unused;
	struct world w;
	struct anchor_token t;
	struct anchor_verdict v;
	struct err e = {0};
	world_open(&w);
	assert_int_equal(stamp(&w, &t, &e), OK);
	const struct str pem[] = {
		STR("-----BEGIN NOTHING-----\nAAAA\n-----END NOTHING-----\n"), STR("junk"), t.evidence};
	const struct anchor_evidence evidence = {pem, ARRAY_LEN(pem)};
	const struct anchor_trust trust = {root_pem(&w), STR(""), 0};
	assert_int_equal(anchor_judge(LEAF_RFC3161, NOTE, t.bytes, &evidence, &trust, &w.a, &v, &e), OK);
	assert_int_equal(v.state, ANCHOR_HOLDS);
	world_close(&w);
}

static void test_lists_without_end_cost_no_token(void **unused)
{
	(void)unused;
	struct world w = {.env = {.random = fixed_random, .fetch = fetch}};
	struct anchor_token t;
	struct err e = {0};
	tsa_init(&w.tsa,
		&(struct tsa_spec){.points = "URI:http://a.example/big1,URI:http://a.example/big2,URI:http://a.example/"
					     "big3,URI:http://a.example/big4"});
	char *junk = arena_alloc(&w.a, CAP_TOKEN);
	w.big = str_mem(junk, CAP_TOKEN);
	if (stamp(&w, &t, &e) != OK)
		fail_msg("%s", e.msg);
	assert_true(str_find(t.trouble, STR("big3: too much"), 0) < t.trouble.n);
	world_close(&w);
}

static void test_only_the_digest_leaves(void **unused)
{
	(void)unused;
	struct world w;
	struct anchor_token t;
	struct err e = {0};
	world_open(&w);
	struct str calendar = STR(CALENDAR);
	const struct anchor_net net = {0};
	assert_int_equal(stamp(&w, &t, &e), OK);
	assert_int_equal(anchor_promise(&w.env, NOTE, &calendar, 1, &net, &w.a, &t, &e), OK);
	struct hash h = hash_of(NOTE);
	for (size_t i = 0; i < w.nbodies; i++) {
		struct str b = w.bodies[i];
		assert_int_equal(str_find(b, STR("example.org/log"), 0), b.n);
		bool digest = str_find(b, hash_str(&h), 0) < b.n;
		assert_true(digest == str_eq(w.urls[i], STR(TSA_URL))); /* a calendar sees not even that */
	}
	world_close(&w);
}

static void test_what_does_not_hold_is_not_taken(void **unused)
{
	(void)unused;
	const struct {
		const char *what;
		struct token_spec token;
		unsigned status;
		const char *instead;
		bool revoked;
		rc want;
	} cases[] = {
		{.what = "another nonce", .token = {.nonce = STR("01234567")}, .want = E_VERIFY},
		{.what = "another digest",
			.token = {.hash = STR("0123456789abcdef0123456789abcdef")},
			.want = E_VERIFY},
		{.what = "a rejection", .token = {.status = 2, .no_token = true}, .want = E_VERIFY},
		{.what = "a page", .instead = "<html>Please log in", .want = E_VERIFY},
		{.what = "an error", .status = 500, .want = E_NET},
		{.what = "nothing there", .status = 404, .want = E_NOTFOUND},
		{.what = "a revoked certificate", .revoked = true, .want = E_VERIFY},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct world w;
		struct anchor_token t;
		struct err e = {0};
		world_open(&w);
		w.token = cases[i].token;
		w.status = cases[i].status;
		w.instead = str_c(cases[i].instead);
		w.revoked = cases[i].revoked;
		rc got = stamp(&w, &t, &e);
		if (got != cases[i].want)
			fail_msg("%s: %d %s", cases[i].what, (int)got, e.msg);
		assert_true(strstr(e.msg, TSA_URL) != NULL); /* who it was */
		world_close(&w);
	}
}

static void test_promise_is_kept_by_an_upgrade(void **unused)
{
	(void)unused;
	struct world w;
	struct anchor_token t;
	struct anchor_token up;
	struct anchor_verdict v;
	struct err e = {0};
	bool changed = true;
	struct str calendars[] = {STR(CALENDAR), STR("http://gone.example")};
	const struct anchor_net net = {0};
	const struct anchor_trust none = {STR(""), STR(""), 0};
	world_open(&w);
	assert_int_equal(anchor_promise(&w.env, NOTE, calendars, 2, &net, &w.a, &t, &e), OK);
	assert_true(str_find(t.trouble, STR("gone.example"), 0) < t.trouble.n);
	assert_int_equal(anchor_judge(LEAF_OTS, NOTE, t.bytes, &nothing, &none, &w.a, &v, &e), OK);
	assert_int_equal(v.state, ANCHOR_PROMISED);
	assert_int_equal(anchor_upgrade(&w.env, t.bytes, calendars, 2, &net, &w.a, &up, &changed, &e), OK);
	assert_false(changed);
	w.has_block = true;
	assert_int_equal(anchor_upgrade(&w.env, t.bytes, calendars, 2, &net, &w.a, &up, &changed, &e), OK);
	assert_true(changed);
	assert_int_equal(anchor_judge(LEAF_OTS, NOTE, up.bytes, &nothing, &none, &w.a, &v, &e), OK);
	assert_int_equal(v.state, ANCHOR_UNCHECKED);
	assert_true(str_eq(v.who, STR("Bitcoin block 101")));
	assert_int_equal(anchor_judge(LEAF_OTS, STR("another\n"), up.bytes, &nothing, &none, &w.a, &v, &e), OK);
	assert_int_equal(v.state, ANCHOR_FAILS);
	/* then nothing is owed, and nobody is asked */
	size_t asked = w.nurls;
	assert_int_equal(anchor_upgrade(&w.env, up.bytes, calendars, 2, &net, &w.a, &up, &changed, &e), OK);
	assert_false(changed);
	assert_int_equal(w.nurls, asked);
	world_close(&w);
}

/* Headers of two blocks at the easiest target: the first has `root`, and both have work of their own. */
static struct str easy_headers(struct arena *a, struct hash root)
{
	struct str lines = STR("");
	char h[80] = {1};
	for (unsigned height = 101; height <= 102; height++) {
		struct hash twice;
		memcpy(h + 36, root.b, sizeof(root.b));
		h[36] = (char)(h[36] ^ (height == 102));
		memcpy(h + 68, "\x58\x8e\xf2\x65\xff\xff\x7f\x20", 8);
		do {
			h[76]++;
			struct hash once = hash_of(str_mem(h, sizeof(h)));
			twice = hash_of(hash_str(&once));
		} while (twice.b[31] >= 0x7f);
		lines = str_fmt(a, "%.*s%u %.*s\n", STR_FMT(lines), height, STR_FMT(hex_of(a, str_mem(h, sizeof(h)))));
		memcpy(h + 4, twice.b, sizeof(twice.b));
	}
	return lines;
}

/* What the calendars' message becomes in block 101: route() says SHA-256 of it. */
static struct hash root_of_block(void)
{
	uint8_t both[sizeof(struct hash) + 16];
	struct hash h = hash_of(NOTE);
	memcpy(both, h.b, sizeof(h.b));
	memset(both + sizeof(h.b), 0x5a, 16);
	h = hash_of(str_mem(both, sizeof(both)));
	return hash_of(hash_str(&h));
}

static void test_a_block_that_anybody_can_make_proves_nothing(void **unused)
{
	(void)unused;
	struct world w;
	struct anchor_token t;
	struct anchor_verdict v;
	struct err e = {0};
	bool changed = false;
	struct str calendar = STR(CALENDAR);
	const struct anchor_net net = {0};
	world_open(&w);
	w.has_block = true;
	assert_int_equal(anchor_promise(&w.env, NOTE, &calendar, 1, &net, &w.a, &t, &e), OK);
	assert_int_equal(anchor_upgrade(&w.env, t.bytes, &calendar, 1, &net, &w.a, &t, &changed, &e), OK);
	struct anchor_trust trust = {STR(""), easy_headers(&w.a, root_of_block()), ANCHOR_WORK_BITS};
	assert_int_equal(anchor_judge(LEAF_OTS, NOTE, t.bytes, &nothing, &trust, &w.a, &v, &e), OK);
	assert_int_equal(v.state, ANCHOR_UNCHECKED);
	assert_false(v.has_time);
	assert_true(str_find(v.said, STR("anybody can make that"), 0) < v.said.n);
	/* with work enough it is what it says */
	trust.work_bits = 2;
	assert_int_equal(anchor_judge(LEAF_OTS, NOTE, t.bytes, &nothing, &trust, &w.a, &v, &e), OK);
	assert_int_equal(v.state, ANCHOR_HOLDS);
	assert_true(v.has_time && v.time == 1710394968 * 1000000000ll);
	/* and another block of that height makes it fail */
	trust.headers = easy_headers(&w.a, hash_of(NOTE));
	assert_int_equal(anchor_judge(LEAF_OTS, NOTE, t.bytes, &nothing, &trust, &w.a, &v, &e), OK);
	assert_int_equal(v.state, ANCHOR_FAILS);
	world_close(&w);
}

/* Two attestations below one message: block 101, and block 102, whose root is another. */
static void test_a_calendar_that_lies_costs_only_what_came_from_it(void **unused)
{
	(void)unused;
	struct world w;
	struct anchor_token t;
	struct anchor_verdict v;
	struct err e = {0};
	struct str calendar = STR(CALENDAR);
	const struct anchor_net net = {0};
	world_open(&w);
	struct str good = attestation(&w.a, "0588960d73d71901", STR("\x65"));
	struct str bad = attestation(&w.a, "0588960d73d71901", STR("\x66"));
	w.calendar_says = str_join(&w.a, str_join(&w.a, STR("\x08\xff"), bad), good);
	assert_int_equal(anchor_promise(&w.env, NOTE, &calendar, 1, &net, &w.a, &t, &e), OK);
	const struct anchor_trust trust = {STR(""), easy_headers(&w.a, root_of_block()), 1};
	assert_int_equal(anchor_judge(LEAF_OTS, NOTE, t.bytes, &nothing, &trust, &w.a, &v, &e), OK);
	assert_int_equal(v.state, ANCHOR_HOLDS);
	world_close(&w);
}

/* Two have promised. One has a block, the other answers with nothing that can be read. */
static void test_a_calendar_that_babbles_keeps_nobodys_block_back(void **unused)
{
	(void)unused;
	struct world w;
	struct anchor_token t;
	struct anchor_token up;
	struct err e = {0};
	bool changed = false;
	struct str calendars[] = {STR(CALENDAR), STR("http://babble.example")};
	const struct anchor_net net = {0};
	world_open(&w);
	struct str both = str_join(&w.a, STR("\xff"), promise(&w.a, "http://babble.example"));
	w.calendar_says = str_join(&w.a, both, promise(&w.a, CALENDAR));
	assert_int_equal(anchor_promise(&w.env, NOTE, calendars, 1, &net, &w.a, &t, &e), OK);
	w.babble = STR("what?");
	assert_int_equal(anchor_upgrade(&w.env, t.bytes, calendars, 2, &net, &w.a, &up, &changed, &e), E_FORMAT);
	w.has_block = true;
	assert_int_equal(anchor_upgrade(&w.env, t.bytes, calendars, 2, &net, &w.a, &up, &changed, &e), OK);
	assert_true(changed);
	/* a promise instead of a block is no block */
	w.has_block = false;
	w.babble = promise(&w.a, "http://third.example");
	assert_int_equal(anchor_upgrade(&w.env, t.bytes, calendars, 2, &net, &w.a, &up, &changed, &e), OK);
	assert_false(changed);
	world_close(&w);
}

static void test_a_calendar_that_is_not_known_is_not_asked(void **unused)
{
	(void)unused;
	struct world w;
	struct anchor_token t;
	struct anchor_token up;
	struct err e = {0};
	bool changed = true;
	struct str calendar = STR(CALENDAR);
	const struct anchor_net net = {0};
	world_open(&w);
	w.calendar_says = promise(&w.a, "http://192.168.0.1/admin");
	assert_int_equal(anchor_promise(&w.env, NOTE, &calendar, 1, &net, &w.a, &t, &e), OK);
	size_t asked = w.nurls;
	assert_int_equal(anchor_upgrade(&w.env, t.bytes, &calendar, 1, &net, &w.a, &up, &changed, &e), OK);
	assert_int_equal(w.nurls, asked);
	assert_true(str_find(up.said, STR("not known here: http://192.168.0.1/admin"), 0) < up.said.n);
	w.calendar_says = STR("what?");
	assert_int_not_equal(anchor_promise(&w.env, NOTE, &calendar, 1, &net, &w.a, &t, &e), OK);
	assert_int_equal(
		anchor_upgrade(&w.env, STR("no proof"), &calendar, 1, &net, &w.a, &up, &changed, &e), E_FORMAT);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stamp_is_checked_and_comes_with_its_evidence),
		cmocka_unit_test(test_a_stranger_among_what_is_trusted_is_no_failure_and_has_no_time),
		cmocka_unit_test(test_evidence_that_cannot_be_read_costs_none_of_the_rest),
		cmocka_unit_test(test_lists_without_end_cost_no_token),
		cmocka_unit_test(test_only_the_digest_leaves),
		cmocka_unit_test(test_what_does_not_hold_is_not_taken),
		cmocka_unit_test(test_promise_is_kept_by_an_upgrade),
		cmocka_unit_test(test_a_block_that_anybody_can_make_proves_nothing),
		cmocka_unit_test(test_a_calendar_that_lies_costs_only_what_came_from_it),
		cmocka_unit_test(test_a_calendar_that_babbles_keeps_nobodys_block_back),
		cmocka_unit_test(test_a_calendar_that_is_not_known_is_not_asked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
