/* SPDX-License-Identifier: Apache-2.0 */
/* The catalog's URL keys. A URL of an imported record is hostile, and its key takes a URL parser and a library for
 * international names: so a worker computes it. It is forked when an archive is opened for writing, and, after it has
 * died, anew; but not among fetchers' threads, where a URL is its own key until the next command. */
#include "app/pipeline/pipeline_int.h"
#include "base/caps.h"
#include "formats/url/url.h"
#include "io/sandbox/sandbox.h"

static rc key_answer(
	void *ctx, struct sandbox_io *io, uint32_t type, struct str request, struct buf *reply, struct err *e)
{
	(void)ctx;
	(void)io;
	(void)type;
	AUTO(arena) a = {0};
	buf_add(reply, url_key(&a, request));
	return buf_done(reply, e);
}

void keyer_close(struct pipeline *p)
{
	struct err ignored;
	rc_ignore(sandbox_close(p->keyer, &ignored));
	p->keyer = NULL;
}

rc keyer_open(struct pipeline *p, struct err *e)
{
	struct sandbox_job job = {.answer = key_answer};
	keyer_close(p);
	return sandbox_start(&job, &p->keyer, e);
}

struct str keyer_key(struct pipeline *p, struct arena *a, struct str url)
{
	AUTO(buf) reply = {0};
	struct err e;
	buf_init(&reply, 4 * CAP_URL);
	bool alive = p->keyer && sandbox_alive(p->keyer);
	if (!alive && !p->fetching)
		alive = keyer_open(p, &e) == OK;
	if (alive && sandbox_ask(p->keyer, 0, url, &reply, &e) == OK)
		return str_dup(a, buf_str(&reply));
	/* listed under what it says, as text that is no URL is */
	return url;
}
