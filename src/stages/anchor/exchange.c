/* SPDX-License-Identifier: Apache-2.0 */
/* Talking to authorities, and to the worker. */
#include "stages/anchor/anchor_int.h"

void pieces_add(struct buf *b, struct str piece)
{
	BUG_ON(piece.n > UINT32_MAX);
	buf_addu32(b, (uint32_t)piece.n);
	buf_add(b, piece);
}

struct str pieces_take(struct bytes_reader *r)
{
	return bytes_take(r, bytes_u32(r));
}

void pieces_add_verdict(struct buf *b, const struct anchor_verdict *v)
{
	buf_addu64(b, v->state);
	buf_addu64(b, v->has_time);
	buf_addu64(b, (uint64_t)v->time);
	buf_addu64(b, (uint64_t)v->slack);
	pieces_add(b, v->who);
	pieces_add(b, v->said);
}

bool pieces_take_verdict(struct bytes_reader *r, struct arena *a, struct anchor_verdict *ret)
{
	uint64_t state = bytes_u64(r);
	struct anchor_verdict v = {.has_time = bytes_u64(r) != 0};
	v.time = (int64_t)bytes_u64(r);
	v.slack = (int64_t)bytes_u64(r);
	v.who = str_dup(a, pieces_take(r));
	v.said = str_dup(a, pieces_take(r));
	v.state = state <= ANCHOR_FAILS ? (enum anchor_state)state : ANCHOR_FAILS;
	*ret = v;
	return !r->bad && state <= ANCHOR_FAILS && v.slack >= 0 && v.slack < INT64_MAX;
}

rc anchor_fetch(struct env *env, const struct anchor_net *net, struct str url, const char *headers, struct str body,
	uint64_t cap, struct arena *a, struct str *ret, struct err *e)
{
	struct http_small r;
	const struct str fields[] = {str_c(headers)};
	struct fetch_request q = {.url = url,
		.user_agent = net->user_agent,
		.headers = fields,
		.nheaders = headers ? 1 : 0,
		.body = body,
		.timeout_seconds = net->timeout_s ? net->timeout_s : ANCHOR_SECONDS,
		.ca_file = net->ca_file,
		.proxy = net->proxy,
		.public_only = !net->allow_private};
	TRY(http_small(env, &q, cap, a, &r, e));
	if (r.status == 404)
		return err_set(e, E_NOTFOUND, "answered 404");
	if (r.status != 200)
		return err_set(e, E_NET, "answered %u", r.status);
	*ret = r.body;
	return OK;
}

void anchor_trouble(struct buf *b, struct str where, const struct err *e)
{
	if (b->n)
		buf_add(b, STR("; "));
	buf_add(b, where);
	buf_add(b, STR(": "));
	buf_add(b, str_c(e->msg));
}
