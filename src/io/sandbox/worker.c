/* SPDX-License-Identifier: Apache-2.0 */
/* The worker's side: from fork to _exit. Nothing of the parent but its memory may reach the job: descriptors are laid
 * out anew, signal handlers forgotten. It leaves by _exit, so that nothing the parent registered runs twice. */
#include "io/sandbox/sandbox_int.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

#define FD_ABOVE 16 /* moved up here first, so that no dup2 overwrites one that is still needed */
#define EXIT_SETUP 71

struct sandbox_io {
	struct frame_end end;
	struct source input;
	bool has_input;
};

static void signals_default(void)
{
	for (int s = 1; s < NSIG; s++)
		(void)signal(s, s == SIGPIPE ? SIG_IGN : SIG_DFL);
	sigset_t none;
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static int moved_up(int fd)
{
	return fd < 0 ? -1 : fcntl(fd, F_DUPFD, FD_ABOVE);
}

static bool lay_out_fds(const struct sandbox_job *job, int sock, int crash)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int from[WORKER_FDS] = {moved_up(null), moved_up(null), moved_up(crash), moved_up(sock),
		moved_up(job->has_input ? job->input : -1)};
	for (int i = 0; i < WORKER_FDS; i++)
		if (i != WORKER_INPUT || job->has_input)
			if (from[i] < 0 || dup2(from[i], i) < 0)
				return false;
	closefrom(job->has_input ? WORKER_FDS : WORKER_INPUT);
	/* Crash text over the pipe's size is lost rather than waited for: nobody reads it before the end. */
	return fcntl(WORKER_ERR, F_SETFL, O_NONBLOCK) == 0;
}

static rc input_pull(struct source *s, void *p, size_t n, size_t *ret_n, struct err *e)
{
	(void)s;
	ssize_t got;
	do
		got = read(WORKER_INPUT, p, n);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_sys(e, "read the input");
	*ret_n = (size_t)got;
	return OK;
}

rc sandbox_io_send(struct sandbox_io *io, uint32_t type, struct str bytes, struct err *e)
{
	BUG_ON(type > SANDBOX_TYPE_MAX);
	return frame_send(&io->end, type, bytes, e);
}

rc sandbox_io_recv(struct sandbox_io *io, uint32_t *ret_type, struct buf *ret, struct err *e)
{
	return frame_recv(&io->end, ret_type, ret, e);
}

struct source *sandbox_io_input(struct sandbox_io *io)
{
	return io->has_input ? &io->input : NULL;
}

int sandbox_io_fd(const struct sandbox_io *io)
{
	return io->has_input ? WORKER_INPUT : -1;
}

static rc answer_all(const struct sandbox_job *job, struct sandbox_io *io, struct err *e)
{
	struct buf request, reply;
	buf_init(&request, CAP_FRAME);
	buf_init(&reply, CAP_FRAME);
	rc r;
	for (;;) {
		uint32_t type = 0;
		r = sandbox_io_recv(io, &type, &request, e);
		if (r != OK)
			break;
		buf_reset(&reply);
		struct err said = {0};
		rc a = job->answer(job->ctx, io, type, buf_str(&request), &reply, &said);
		if (a == OK)
			a = buf_done(&reply, &said);
		said.code = a;
		r = a == OK ? frame_send(&io->end, type, buf_str(&reply), e) : frame_send_error(&io->end, &said, e);
		if (r != OK)
			break;
	}
	buf_clear(&request);
	buf_clear(&reply);
	return r == E_NOTFOUND ? OK : r;
}

static rc say_hello(struct sandbox_io *io, const struct sandbox_features *f, struct err *e)
{
	struct buf b;
	buf_init(&b, 8);
	buf_addu16(&b, f->seccomp);
	buf_addu16(&b, f->limits);
	buf_addu32(&b, f->landlock);
	rc r = frame_send(&io->end, FRAME_HELLO, buf_str(&b), e);
	buf_clear(&b);
	return r;
}

static rc work(const struct sandbox_job *job, struct sandbox_io *io, struct err *e)
{
	if (job->prepare)
		TRY(job->prepare(job->ctx, e));
	struct sandbox_features f = confine(job);
	TRY(say_hello(io, &f, e));
	return job->run ? job->run(job->ctx, io, e) : answer_all(job, io, e);
}

void worker_live(const struct sandbox_job *job, int sock, int crash, int parent_pid)
{
	signals_default();
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent_pid || !lay_out_fds(job, sock, crash))
		_exit(EXIT_SETUP);
	struct sandbox_io io = {
		.end = {.fd = WORKER_SOCKET, .worker = true},
		.input = {.pull = input_pull},
		.has_input = job->has_input,
	};
	struct err e = {0};
	rc r = work(job, &io, &e);
	if (r != OK) {
		struct err lost;
		e.code = r;
		rc_ignore(frame_send_error(&io.end, &e, &lost));
	}
	_exit(0);
}
