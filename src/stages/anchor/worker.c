/* SPDX-License-Identifier: Apache-2.0 */
/* What is done with the bytes of authorities, in a worker that has no files and no sockets. */
#include "formats/ots/ots.h"
#include "formats/tsp/tsp.h"
#include "io/sandbox/sandbox.h"
#include "stages/anchor/anchor_int.h"

#define NS 1000000000ll
#define OTS_SLACK (2 * 3600 * NS) /* how far a block's time may be off, by Bitcoin's own rules */

static struct hash take_hash(struct bytes_reader *r)
{
	struct hash h = {{0}};
	struct str s = pieces_take(r);
	memcpy(h.b, s.p, size_min(s.n, sizeof(h.b)));
	r->bad = r->bad || s.n != sizeof(h.b);
	return h;
}

static rc cut_short(struct err *e)
{
	return err_set(e, E_FORMAT, "a request of another form");
}

static enum anchor_state state_of(const struct tsp_verdict *v)
{
	bool all = v->chain == TSP_CHAIN_GOOD && v->revocation == TSP_REVOCATION_GOOD;
	return all ? ANCHOR_HOLDS : ANCHOR_UNCHECKED;
}

static void add_wanted(struct arena *a, const struct tsp_reply *reply, struct str trusted,
	const struct tsp_evidence *ev, struct buf *out)
{
	struct tsp_wanted *wanted = NULL;
	size_t n = 0;
	struct err ignored;
	if (tsp_wanted(a, reply, trusted, ev, &wanted, &n, &ignored) != OK)
		return; /* what cannot be got is missing later, and told then */
	for (size_t i = 0; i < n && i < ANCHOR_FETCHES; i++) {
		buf_addu64(out, wanted[i].what);
		pieces_add(out, wanted[i].url);
		pieces_add(out, wanted[i].body);
	}
}

/* A reply that does not hold, or is none, is a verdict; errors are of what it was to be held against. */
static rc ask_tsa(struct arena *a, struct bytes_reader *r, struct buf *out, struct err *e)
{
	struct hash h = take_hash(r);
	struct str nonce = pieces_take(r);
	struct str trusted = pieces_take(r);
	struct str der = pieces_take(r);
	struct tsp_evidence ev = {0};
	struct tsp_reply reply = {.tsa = STR("")};
	struct tsp_verdict v = {.said = STR("")};
	struct anchor_verdict ret = {.state = ANCHOR_FAILS};
	while (!r->bad && r->n) {
		struct err ignored; /* what was served under an address need not be what it should */
		rc_ignore(tsp_evidence_add(a, &ev, pieces_take(r), NULL, &ignored));
	}
	if (r->bad)
		return cut_short(e);
	const struct tsp_imprint imprint = {TSP_SHA256, hash_str(&h)};
	const struct tsp_expect want = {&imprint, nonce.n > 0, nonce, trusted, &ev, .strangers = nonce.n == 0};
	rc got = tsp_parse(a, der, &reply, e);
	if (got == OK) {
		got = tsp_check(a, &reply, &want, &v, e);
		if (got != OK && got != E_VERIFY)
			return got;
	}
	ret.state = got == OK ? state_of(&v) : ANCHOR_FAILS;
	/* anybody can make a certificate and state any time under it */
	ret.has_time = got == OK && v.chain == TSP_CHAIN_GOOD;
	ret.time = reply.time;
	ret.slack = reply.has_accuracy && reply.accuracy < INT64_MAX ? (int64_t)reply.accuracy : 0;
	ret.who = got == OK && v.nlinks ? v.links[0].cert.subject : reply.tsa;
	ret.said = got == OK ? v.said : str_dup(a, str_c(e->msg));
	pieces_add_verdict(out, &ret);
	pieces_add(out, ev.bytes ? tsp_evidence_text(a, &ev) : STR(""));
	if (got == OK)
		add_wanted(a, &reply, trusted, &ev, out);
	return OK;
}

static rc write_ots(const struct ots *o, struct buf *out, struct err *e)
{
	AUTO(buf) file = {0};
	buf_init(&file, CAP_OTS);
	TRY(ots_write(o, &file, e));
	TRY(buf_done(&file, e));
	pieces_add(out, buf_str(&file));
	return OK;
}

/* A calendar's reply that is none costs that calendar: how many were taken is told. */
static rc ask_begin(struct arena *a, struct bytes_reader *r, struct buf *out, struct err *e)
{
	struct hash h = take_hash(r);
	struct str nonce = pieces_take(r);
	struct ots o;
	struct hash msg;
	uint32_t at = 0;
	uint64_t taken = 0;
	if (r->bad || nonce.n != OTS_NONCE_SIZE)
		return cut_short(e);
	ots_stamp_begin(a, &h, (const uint8_t *)nonce.p, &o, &at, &msg);
	while (!r->bad && r->n)
		taken += ots_merge(a, &o, at, pieces_take(r), e) == OK;
	if (taken == 0)
		return e->code == OK ? cut_short(e) : e->code;
	TRY(write_ots(&o, out, e));
	buf_addu64(out, taken);
	return OK;
}

static rc ask_pending(struct arena *a, struct bytes_reader *r, struct buf *out, struct err *e)
{
	struct ots o;
	struct ots_pending *p = NULL;
	size_t n = 0;
	TRY(ots_parse(a, pieces_take(r), &o, e));
	ots_pending(a, &o, &p, &n);
	for (size_t i = 0; i < n && i < ANCHOR_EXTRAS; i++) {
		if (!p[i].known || p[i].upgraded)
			continue;
		buf_addu64(out, p[i].at);
		pieces_add(out, p[i].uri);
		pieces_add(out, p[i].msg);
	}
	return OK;
}

static uint64_t blocks_in(const struct ots *o)
{
	uint64_t n = 0;
	for (size_t i = 0; i < o->n; i++)
		n += o->nodes[i].op == OTS_ATTESTATION && o->nodes[i].kind == OTS_BITCOIN;
	return n;
}

/* Here, too, a reply that is none costs that calendar alone; the first such error is told when all are. */
static rc ask_merge(struct arena *a, struct bytes_reader *r, struct buf *out, struct err *e)
{
	struct ots o;
	size_t merged = 0;
	TRY(ots_parse(a, pieces_take(r), &o, e));
	uint64_t before = blocks_in(&o);
	while (!r->bad && r->n) {
		struct err why;
		uint64_t at = bytes_u64(r);
		struct str reply = pieces_take(r);
		if (r->bad || at >= o.n)
			return cut_short(e);
		if (ots_merge(a, &o, (uint32_t)at, reply, &why) == OK)
			merged++;
		else if (e->code == OK)
			*e = why;
	}
	if (merged == 0)
		return e->code == OK ? cut_short(e) : e->code;
	TRY(write_ots(&o, out, e));
	buf_addu64(out, blocks_in(&o) > before);
	return OK;
}

static struct anchor_verdict a_block(struct arena *a, const struct ots_verdict *x)
{
	struct anchor_verdict v = {.state = ANCHOR_HOLDS, .has_time = true, .time = x->time * NS, .slack = OTS_SLACK};
	v.who = str_fmt(a, "Bitcoin block %llu", (unsigned long long)x->height);
	v.said = str_fmt(a,
		"%.*s has it, with %zu blocks behind it that were given (2^%u hashes of work); that it is on the best "
		"chain needs a node",
		STR_FMT(v.who), x->following, x->work_bits);
	return v;
}

static struct anchor_verdict no_block(struct arena *a, const struct ots_verdict *x)
{
	struct anchor_verdict v = {.state = ANCHOR_UNCHECKED};
	v.who = str_fmt(a, "%s block %llu", x->kind == OTS_BITCOIN ? "Bitcoin" : ots_kind_name(x->kind),
		(unsigned long long)x->height);
	if (x->result == OTS_HOLDS)
		v.said = str_fmt(a,
			"%.*s: its header, and those behind it that were given, took 2^%u hashes: anybody can make "
			"that",
			STR_FMT(v.who), x->work_bits);
	else
		v.said = str_fmt(a, "%.*s: %s", STR_FMT(v.who), x->why);
	return v;
}

/* The best that a proof has: a block that holds, else what is missing, else a promise. One of several calendars that
 * has lied, or was lied about, costs only what came from it. */
static struct anchor_verdict judge_ots(struct arena *a, const struct ots_report *report, unsigned work_bits)
{
	const struct ots_verdict *holds = NULL;
	const struct ots_verdict *missing = NULL;
	const struct ots_verdict *fails = NULL;
	struct anchor_verdict v = {.state = ANCHOR_PROMISED, .said = STR("no calendar has a block for it yet")};
	for (size_t i = 0; i < report->n; i++) {
		const struct ots_verdict *x = &report->verdicts[i];
		bool enough = x->result == OTS_HOLDS && x->work_bits >= work_bits;
		if (enough && (!holds || x->time < holds->time))
			holds = x;
		if (!enough && (x->result == OTS_HOLDS || x->result == OTS_UNCHECKED) &&
			(!missing || x->kind == OTS_BITCOIN))
			missing = x;
		if (x->result == OTS_FAILS)
			fails = x;
	}
	if (holds)
		v = a_block(a, holds);
	else if (missing)
		v = no_block(a, missing);
	if (!fails)
		return v;
	struct str why = str_fmt(a, "block %llu: %s", (unsigned long long)fails->height, fails->why);
	/* the promise of a calendar that has lied is still there */
	if (!holds && !missing && report->promised <= report->fails)
		return (struct anchor_verdict){.state = ANCHOR_FAILS, .said = why};
	v.said = str_fmt(a, "%.*s; and what does not hold: %.*s", STR_FMT(v.said), STR_FMT(why));
	return v;
}

static rc ask_ots(struct arena *a, struct bytes_reader *r, struct buf *out, struct err *e)
{
	struct hash h = take_hash(r);
	struct str file = pieces_take(r);
	struct ots_header *headers = NULL;
	struct ots_report report = {0};
	struct ots o;
	size_t n = 0;
	struct anchor_verdict v = {.state = ANCHOR_FAILS};
	struct str text = pieces_take(r);
	unsigned work_bits = bytes_u32(r);
	if (r->bad)
		return cut_short(e);
	TRY(ots_headers_parse(a, text, &headers, &n, e));
	rc got = ots_parse(a, file, &o, e);
	if (got == OK)
		got = ots_verify(a, &o, hash_str(&h), headers, n, &report, e);
	if (got == OK)
		v = judge_ots(a, &report, work_bits);
	else
		v.said = str_dup(a, str_c(e->msg));
	pieces_add_verdict(out, &v);
	return OK;
}

static rc answer(void *ctx, struct sandbox_io *io, uint32_t type, struct str request, struct buf *reply, struct err *e)
{
	(void)io;
	(void)type;
	static rc (*const asks[])(struct arena *, struct bytes_reader *, struct buf *, struct err *) = {
		[ASK_TSA] = ask_tsa,
		[ASK_BEGIN] = ask_begin,
		[ASK_PENDING] = ask_pending,
		[ASK_MERGE] = ask_merge,
		[ASK_OTS] = ask_ots,
	};
	AUTO(arena) a = {0};
	struct bytes_reader r = bytes_reader(request);
	*e = (struct err){.code = OK};
	TRY(asks[*(const enum anchor_ask *)ctx](&a, &r, reply, e));
	return buf_done(reply, e);
}

rc anchor_ask(enum anchor_ask what, struct str request, struct buf *reply, struct err *e)
{
	const struct sandbox_job job = {
		.answer = answer, .ctx = &what, .cpu_seconds = ANCHOR_SECONDS, .wall_seconds = ANCHOR_SECONDS};
	return sandbox_call(&job, request, reply, e);
}
