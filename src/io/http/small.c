/* SPDX-License-Identifier: Apache-2.0 */
/* Small exchanges with services: the reply is fetched as it is, and a worker removes what HTTP put around it. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "formats/message/message.h"
#include "io/fs/fs.h"
#include "io/http/http.h"
#include "io/sandbox/sandbox.h"

#define TYPE_MAX 256u
#define WORKER_SECONDS 20u

/* In the worker: head and body in; u16be |type| ‖ type ‖ body out. */
static rc take_apart(
	void *ctx, struct sandbox_io *io, uint32_t type, struct str request, struct buf *reply, struct err *e)
{
	(void)io;
	(void)type;
	AUTO(arena) a = {0};
	AUTO(buf) body = {0};
	struct buf_sink to;
	struct message_info info;
	buf_init(&body, *(const size_t *)ctx);
	buf_sink_init(&to, &body);
	struct message_start start = {.kind = MESSAGE_RESPONSE, .content = &to.sink};
	struct message *m = message_new();
	message_begin(m, &a, &start);
	rc r = message_push(m, request, e);
	if (r == OK)
		r = message_end(m, &info, e);
	message_free(m);
	TRY(r);
	if (info.content_broken)
		return err_set(e, E_FORMAT, "the reply is coded in a way that cannot be undone");
	struct str media = str_sub(info.media_type, 0, TYPE_MAX);
	buf_addu16(reply, (uint16_t)media.n);
	buf_add(reply, media);
	buf_add(reply, buf_str(&body));
	return buf_done(reply, e);
}

static rc read_spool(int fd, const struct fetch_reply *r, struct buf *ret, struct err *e)
{
	buf_add(ret, r->head);
	char *to = buf_space(ret, (size_t)r->body);
	if (to) {
		TRY(fs_read_at(fd, 0, to, (size_t)r->body, e));
		buf_grown(ret, (size_t)r->body);
	}
	return buf_done(ret, e);
}

rc http_small(struct env *env, const struct fetch_request *req, uint64_t cap, struct arena *a, struct http_small *ret,
	struct err *e)
{
	AUTO_FD fd = -1;
	AUTO(buf) raw = {0};
	AUTO(buf) out = {0};
	struct fetch_request q = *req;
	struct fetch_reply r;
	size_t most = (size_t)cap;
	BUG_ON(cap > CAP_FRAME / 2);
	TRY(fs_spool_memory(env, &fd, e));
	q.spool = fd;
	q.max_bytes = cap + 64 * KIB; /* with its framing */
	if (q.accept_encoding.n == 0)
		q.accept_encoding = STR("identity");
	TRY(env->fetch(env, &q, a, &r, e));
	if (r.truncated == FETCH_LENGTH)
		return err_set(e, E_LIMIT, "the reply has over %llu bytes", (unsigned long long)cap);
	if (r.truncated != FETCH_WHOLE)
		return err_set(e, E_NET, "the reply was cut short: %.*s", STR_FMT(r.why));
	buf_init(&raw, CAP_HTTP_HEAD + most + 64 * KIB);
	TRY(read_spool(fd, &r, &raw, e));
	buf_init(&out, most + 2 + TYPE_MAX);
	const struct sandbox_job job = {
		.answer = take_apart, .ctx = &most, .cpu_seconds = WORKER_SECONDS, .wall_seconds = WORKER_SECONDS};
	TRY(sandbox_call(&job, buf_str(&raw), &out, e));
	struct bytes_reader b = bytes_reader(buf_str(&out));
	struct str media = bytes_take(&b, bytes_u16(&b));
	if (b.bad || media.n > TYPE_MAX)
		return err_set(e, E_FORMAT, "the worker's answer makes no sense");
	ret->status = r.status;
	ret->type = str_dup(a, media);
	ret->body = str_dup(a, str_from(buf_str(&out), 2 + media.n));
	return OK;
}
