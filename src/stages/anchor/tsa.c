/* SPDX-License-Identifier: Apache-2.0 */
/* A time stamp: request, reply, and what is to be had with it while the authority is there. */
#include "formats/tsp/tsp.h"
#include "stages/anchor/anchor_int.h"

#define REQUEST_MAX (CAP_TSP_REPLY + 3u * CAP_TSP_EVIDENCE / 2u + 1u * MIB)

struct stamping {
	struct env *env;
	const struct anchor_tsa *tsa;
	const struct anchor_net *net;
	struct arena *a;
	struct hash hash;
	struct str nonce;
	struct str reply;
	struct str *pieces; /* evidence: certificates, CRLs, OCSP responses as they were served */
	size_t npieces;
	size_t bytes;     /* of them */
	struct str *urls; /* that were asked */
	size_t nurls;
	struct buf trouble;
};

static void request_of(const struct stamping *s, struct buf *b)
{
	pieces_add(b, hash_str(&s->hash));
	pieces_add(b, s->nonce);
	pieces_add(b, s->tsa->trusted);
	pieces_add(b, s->reply);
	for (size_t i = 0; i < s->npieces; i++)
		pieces_add(b, s->pieces[i]);
}

static bool was_asked(const struct stamping *s, struct str url, struct str body)
{
	struct str both = str_join(s->a, url, body);
	for (size_t i = 0; i < s->nurls; i++)
		if (str_eq(s->urls[i], both))
			return true;
	return false;
}

/* One certificate, CRL or OCSP response. That it cannot be had is told, and costs no token. */
static void get_one(struct stamping *s, enum tsp_want what, struct str url, struct str body)
{
	struct err e;
	struct str got;
	*(struct str *)arena_push(s->a, &s->urls, &s->nurls, sizeof(*s->urls)) = str_join(s->a, url, body);
	const char *type = what == TSP_WANT_OCSP ? "Content-Type: application/ocsp-request" : NULL;
	rc r = anchor_fetch(s->env, s->net, url, type, body, CAP_TOKEN, s->a, &got, &e);
	if (r == OK && got.n > CAP_TSP_EVIDENCE - s->bytes)
		r = err_set(&e, E_LIMIT, "too much with what is there already");
	if (r != OK) {
		anchor_trouble(&s->trouble, url, &e);
		return;
	}
	s->bytes += got.n;
	*(struct str *)arena_push(s->a, &s->pieces, &s->npieces, sizeof(*s->pieces)) = got;
}

/* One look by the worker, then what it wants. *ret_more: something new came. */
static rc one_round(
	struct stamping *s, struct anchor_verdict *ret, struct str *ret_evidence, bool *ret_more, struct err *e)
{
	AUTO(buf) request = {0};
	AUTO(buf) reply = {0};
	size_t before = s->npieces;
	buf_init(&request, REQUEST_MAX);
	buf_init(&reply, REQUEST_MAX);
	request_of(s, &request);
	TRY(buf_done(&request, e));
	TRY(anchor_ask(ASK_TSA, buf_str(&request), &reply, e));
	struct bytes_reader r = bytes_reader(buf_str(&reply));
	if (!pieces_take_verdict(&r, s->a, ret))
		return err_set(e, E_FORMAT, "the worker's answer makes no sense");
	*ret_evidence = str_dup(s->a, pieces_take(&r));
	while (!r.bad && r.n && s->nurls < ANCHOR_FETCHES) {
		uint64_t what = bytes_u64(&r);
		struct str url = str_dup(s->a, pieces_take(&r));
		struct str body = str_dup(s->a, pieces_take(&r));
		if (!r.bad && what <= TSP_WANT_OCSP && !was_asked(s, url, body))
			get_one(s, (enum tsp_want)what, url, body);
	}
	*ret_more = s->npieces > before;
	return OK;
}

static rc stamp(struct stamping *s, struct str note, struct anchor_token *ret, struct err *e)
{
	uint8_t nonce[ANCHOR_NONCE];
	struct str request;
	struct anchor_verdict v = {.state = ANCHOR_FAILS};
	struct str evidence = {0};
	bool more = true;
	s->hash = hash_of(note);
	TRY(s->env->random(s->env, nonce, sizeof(nonce), e));
	s->nonce = str_dup(s->a, str_mem(nonce, sizeof(nonce)));
	const struct tsp_imprint imprint = {TSP_SHA256, hash_str(&s->hash)};
	TRY(tsp_request(s->a, &imprint, s->nonce, true, &request, e));
	TRY(anchor_fetch(s->env, s->net, s->tsa->url, "Content-Type: application/timestamp-query", request,
		CAP_TSP_REPLY, s->a, &s->reply, e));
	for (unsigned i = 0; more && i < ANCHOR_ROUNDS; i++)
		TRY(one_round(s, &v, &evidence, &more, e));
	if (v.state == ANCHOR_FAILS)
		return err_set(e, E_VERIFY, "%.*s", STR_FMT(v.said));
	if (evidence.n > CAP_TOKEN) {
		struct err why;
		rc_ignore(err_set(&why, E_LIMIT, "%zu bytes of certificates and lists are not kept", evidence.n));
		anchor_trouble(&s->trouble, s->tsa->url, &why);
		evidence = STR("");
	}
	*ret = (struct anchor_token){s->reply, evidence, v.said, str_dup(s->a, buf_str(&s->trouble))};
	return OK;
}

rc anchor_stamp(struct env *env, struct str note, const struct anchor_tsa *tsa, const struct anchor_net *net,
	struct arena *a, struct anchor_token *ret, struct err *e)
{
	struct stamping s = {.env = env, .tsa = tsa, .net = net, .a = a};
	buf_init(&s.trouble, 64 * KIB);
	rc r = stamp(&s, note, ret, e);
	buf_clear(&s.trouble);
	return r == OK ? OK : err_add(e, "%.*s", STR_FMT(tsa->url));
}
