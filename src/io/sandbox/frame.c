/* SPDX-License-Identifier: Apache-2.0 */
/* Frames over one end of a socket pair. The parent's reads and writes never block longer than its deadline and raise
 * no SIGPIPE; the worker's use read and write alone, which is what its filter lets through. */
#include "io/sandbox/sandbox_int.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/bytes.h"

#define FRAME_HEAD 8u
#define FRAME_STEP (1u * MIB) /* memory is taken as bytes come, not as the length field promises */

int64_t frame_clock_ms(void)
{
	struct timespec t;
	BUG_ON(clock_gettime(CLOCK_MONOTONIC, &t) != 0);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static rc wait_ready(const struct frame_end *f, short events, struct err *e)
{
	for (;;) {
		int64_t left = f->deadline_ms - frame_clock_ms();
		if (left <= 0)
			return err_set(e, E_LIMIT, "the worker took too long");
		struct pollfd p = {.fd = f->fd, .events = events};
		int n = poll(&p, 1, left > 1000 ? 1000 : (int)left);
		if (n > 0)
			return OK;
		if (n < 0 && errno != EINTR)
			return err_sys(e, "wait for a worker");
	}
}

static rc put_all(struct frame_end *f, struct str bytes, struct err *e)
{
	while (bytes.n) {
		ssize_t n = f->worker ? write(f->fd, bytes.p, bytes.n)
				      : send(f->fd, bytes.p, bytes.n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n >= 0) {
			bytes = str_from(bytes, (size_t)n);
			continue;
		}
		if (errno == EINTR)
			continue;
		if (errno == EPIPE || errno == ECONNRESET)
			return err_set(e, E_NOTFOUND, "the other side has closed");
		if (errno != EAGAIN || f->worker)
			return err_sys(e, "send a frame");
		TRY(wait_ready(f, POLLOUT, e));
	}
	return OK;
}

/* Reads n bytes unless the stream ends before. */
static rc get_all(struct frame_end *f, char *p, size_t n, size_t *ret_n, struct err *e)
{
	*ret_n = 0;
	while (*ret_n < n) {
		ssize_t got = f->worker ? read(f->fd, p + *ret_n, n - *ret_n)
					: recv(f->fd, p + *ret_n, n - *ret_n, MSG_DONTWAIT);
		if (got > 0) {
			*ret_n += (size_t)got;
			continue;
		}
		if (got == 0 || errno == ECONNRESET)
			return OK;
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN || f->worker)
			return err_sys(e, "receive a frame");
		TRY(wait_ready(f, POLLIN, e));
	}
	return OK;
}

rc frame_send(struct frame_end *f, uint32_t type, struct str bytes, struct err *e)
{
	if (bytes.n > CAP_FRAME)
		return err_set(e, E_LIMIT, "a frame of %zu bytes is over %u", bytes.n, CAP_FRAME);
	struct buf head;
	buf_init(&head, FRAME_HEAD);
	buf_addu32(&head, type);
	buf_addu32(&head, (uint32_t)bytes.n);
	rc r = put_all(f, buf_str(&head), e);
	buf_clear(&head);
	return r == OK ? put_all(f, bytes, e) : r;
}

rc frame_recv(struct frame_end *f, uint32_t *ret_type, struct buf *ret, struct err *e)
{
	char head[FRAME_HEAD];
	size_t n = 0;
	TRY(get_all(f, head, sizeof(head), &n, e));
	if (n == 0)
		return err_set(e, E_NOTFOUND, "the other side has closed");
	if (n < sizeof(head))
		return err_set(e, E_FORMAT, "a frame was cut short");
	struct bytes_reader r = bytes_reader(str_mem(head, sizeof(head)));
	uint32_t type = bytes_u32(&r);
	size_t left = bytes_u32(&r);
	if (left > CAP_FRAME || left > ret->cap)
		return err_set(e, E_LIMIT, "a frame of %zu bytes is over %zu", left, size_min(CAP_FRAME, ret->cap));
	buf_reset(ret);
	while (left) {
		size_t step = size_min(left, FRAME_STEP);
		char *p = buf_space(ret, step);
		BUG_ON(!p);
		TRY(get_all(f, p, step, &n, e));
		if (n < step)
			return err_set(e, E_FORMAT, "a frame was cut short");
		buf_grown(ret, n);
		left -= n;
	}
	*ret_type = type;
	return OK;
}

rc frame_send_error(struct frame_end *f, const struct err *said, struct err *e)
{
	struct buf b;
	buf_init(&b, sizeof(said->msg) + 4);
	buf_addu32(&b, (uint32_t)said->code);
	buf_add(&b, str_c(said->msg));
	rc r = frame_send(f, FRAME_ERROR, buf_str(&b), e);
	buf_clear(&b);
	return r;
}
