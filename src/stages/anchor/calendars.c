/* SPDX-License-Identifier: Apache-2.0 */
/* OpenTimestamps calendars: a promise, and later what they owe. */
#include "base/codec.h"
#include "formats/ots/ots.h"
#include "stages/anchor/anchor_int.h"

#define ACCEPT "Accept: application/vnd.opentimestamps.v1"
#define REQUEST_MAX (2u * CAP_OTS + ANCHOR_EXTRAS * (CAP_OTS_REPLY + 64u))

static rc ask_worker(enum anchor_ask what, const struct buf *request, struct buf *reply, struct err *e)
{
	buf_init(reply, REQUEST_MAX);
	TRY(buf_done(request, e));
	return anchor_ask(what, buf_str(request), reply, e);
}

rc anchor_promise(struct env *env, struct str note, const struct str *calendars, size_t n, const struct anchor_net *net,
	struct arena *a, struct anchor_token *ret, struct err *e)
{
	AUTO(buf) request = {0};
	AUTO(buf) reply = {0};
	AUTO(buf) trouble = {0};
	uint8_t nonce[OTS_NONCE_SIZE];
	struct hash h = hash_of(note);
	struct hash msg;
	struct ots ignored;
	uint32_t at = 0;
	size_t got = 0;
	buf_init(&request, REQUEST_MAX);
	buf_init(&trouble, 64 * KIB);
	TRY(env->random(env, nonce, sizeof(nonce), e));
	ots_stamp_begin(a, &h, nonce, &ignored, &at, &msg);
	pieces_add(&request, hash_str(&h));
	pieces_add(&request, str_mem(nonce, sizeof(nonce)));
	for (size_t i = 0; i < n && i < ANCHOR_EXTRAS; i++) {
		struct str url = str_fmt(a, "%.*s/digest", STR_FMT(calendars[i]));
		struct str body;
		if (anchor_fetch(env, net, url, ACCEPT, hash_str(&msg), CAP_OTS_REPLY, a, &body, e) != OK) {
			anchor_trouble(&trouble, calendars[i], e);
			continue;
		}
		pieces_add(&request, body);
		got++;
	}
	if (got == 0)
		return err_set(e, E_NET, "no calendar answered: %.*s", STR_FMT(buf_str(&trouble)));
	TRY(ask_worker(ASK_BEGIN, &request, &reply, e));
	struct bytes_reader r = bytes_reader(buf_str(&reply));
	struct str file = str_dup(a, pieces_take(&r));
	uint64_t taken = bytes_u64(&r);
	if (r.bad)
		return err_set(e, E_FORMAT, "the worker's answer makes no sense");
	*ret = (struct anchor_token){.bytes = file,
		.said = str_fmt(a, "promised by %llu of %zu calendars", (unsigned long long)taken, n),
		.trouble = str_dup(a, buf_str(&trouble))};
	return OK;
}

/* The addresses of known calendars are without a slash at the end. */
static bool known_calendar(const struct str *calendars, size_t n, struct str uri)
{
	while (str_ends(uri, STR("/")))
		uri.n--;
	for (size_t i = 0; i < n; i++)
		if (str_eq(calendars[i], uri))
			return true;
	return false;
}

rc anchor_upgrade(struct env *env, struct str ots, const struct str *calendars, size_t n, const struct anchor_net *net,
	struct arena *a, struct anchor_token *ret, bool *ret_changed, struct err *e)
{
	AUTO(buf) request = {0};
	AUTO(buf) pending = {0};
	AUTO(buf) merged = {0};
	AUTO(buf) trouble = {0};
	AUTO(buf) unknown = {0};
	size_t asked = 0;
	size_t answered = 0;
	size_t got = 0;
	buf_init(&request, REQUEST_MAX);
	buf_init(&trouble, 64 * KIB);
	buf_init(&unknown, 128 * KIB);
	pieces_add(&request, ots);
	TRY(ask_worker(ASK_PENDING, &request, &pending, e));
	struct bytes_reader r = bytes_reader(buf_str(&pending));
	while (r.n && !r.bad && asked < ANCHOR_EXTRAS) {
		uint64_t at = bytes_u64(&r);
		struct str uri = pieces_take(&r);
		struct str msg = pieces_take(&r);
		struct str body;
		if (!r.bad && !known_calendar(calendars, n, uri)) {
			buf_addf(&unknown, "%s%.*s", unknown.n ? ", " : "", STR_FMT(uri));
			continue;
		}
		if (r.bad)
			break;
		struct str url = str_fmt(a, "%.*s/timestamp/%.*s", STR_FMT(uri), STR_FMT(hex_of(a, msg)));
		asked++;
		rc fetched = anchor_fetch(env, net, url, ACCEPT, STR(""), CAP_OTS_REPLY, a, &body, e);
		answered += fetched == OK || fetched == E_NOTFOUND; /* not yet */
		if (fetched != OK) {
			if (fetched != E_NOTFOUND)
				anchor_trouble(&trouble, uri, e);
			continue;
		}
		buf_addu64(&request, at);
		pieces_add(&request, body);
		got++;
	}
	if (asked && !answered)
		return err_set(e, E_NET, "no calendar answered: %.*s", STR_FMT(buf_str(&trouble)));
	*ret_changed = false;
	struct str owed = unknown.n
		? str_fmt(a, "owed by calendars that are not known here: %.*s", STR_FMT(buf_str(&unknown)))
		: STR("nothing is owed");
	*ret = (struct anchor_token){
		.bytes = ots, .said = asked ? STR("no block yet") : owed, .trouble = str_dup(a, buf_str(&trouble))};
	if (got == 0)
		return OK;
	TRY(ask_worker(ASK_MERGE, &request, &merged, e));
	r = bytes_reader(buf_str(&merged));
	struct str file = pieces_take(&r);
	*ret_changed = bytes_u64(&r) != 0;
	if (r.bad)
		return err_set(e, E_FORMAT, "the worker's answer makes no sense");
	if (!*ret_changed)
		return OK; /* another promise, which is none of those that were asked for */
	ret->bytes = str_dup(a, file);
	ret->said = STR("a block is said to have it");
	return OK;
}
