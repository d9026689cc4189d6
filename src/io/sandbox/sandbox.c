/* SPDX-License-Identifier: Apache-2.0 */
/* The parent's side: starting a worker, talking to it without ever waiting for good, and turning the way it ended into
 * one of our errors. */
#include "io/sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "base/mem.h"
#include "io/sandbox/sandbox_int.h"

#define START_MS 20000   /* until a worker has confined itself, on a busy machine */
#define CRASH_TEXT 4096u /* read of what it wrote to its standard error */
#define REAP_STEP_MS 5

struct sandbox {
	struct frame_end end;
	int crash; /* reading end of the worker's standard error */
	int pidfd; /* -1 when the kernel has none */
	pid_t pid;
	unsigned cpu_seconds;
	unsigned wall_seconds;
	bool per_request; /* the CPU limit moves on */
	bool closing;     /* by us: a frame that is cut short is then no fault */
	bool ended;
	struct err verdict; /* how it ended; code OK: in good order */
	struct sandbox_features features;
};

unsigned job_cpu(const struct sandbox_job *job)
{
	return job->cpu_seconds ? job->cpu_seconds : CAP_WORKER_CPU_SECONDS;
}

/* What the worker printed last, one line, for the message of its crash. */
static void crash_text(const struct sandbox *w, struct buf *to)
{
	char *p = buf_space(to, CRASH_TEXT);
	(void)fcntl(w->crash, F_SETFL, O_NONBLOCK);
	ssize_t n = p ? read(w->crash, p, CRASH_TEXT) : -1;
	if (n > 0)
		buf_grown(to, (size_t)n);
}

static void verdict_by_signal(struct sandbox *w, int sig, struct str said)
{
	struct err *v = &w->verdict;
	bool memory = str_ifind(said, STR("out of memory"), 0) < said.n;
	if (sig == SIGXCPU)
		err_set(v, E_LIMIT, "the worker used more than %u s of computing time", w->cpu_seconds);
	else if (sig == SIGKILL)
		err_set(v, E_LIMIT, "the worker was killed by the system (memory, or more than %u s of computing time)",
			w->cpu_seconds);
	else if (sig == SIGSYS)
		err_set(v, E_DENIED, "the worker tried a forbidden system call (a bug, or an attack by the input)");
	else if (memory)
		err_set(v, E_LIMIT, "the worker needed more memory than it may have");
	else
		err_set(v, E_FORMAT, "the parser crashed on this input (%s)%s%.*s",
			sigdescr_np(sig) ? sigdescr_np(sig) : "?", said.n ? ": " : "", STR_FMT(said));
}

static void verdict_of(struct sandbox *w, int status)
{
	struct buf text;
	buf_init(&text, CRASH_TEXT);
	crash_text(w, &text);
	struct str rest = buf_str(&text);
	struct str said = str_sub(str_trim(str_cut(&rest, '\n')), 0, 200);
	if (WIFSIGNALED(status))
		verdict_by_signal(w, WTERMSIG(status), said);
	else if (WEXITSTATUS(status) == 0)
		w->verdict.code = OK;
	else if (str_ifind(buf_str(&text), STR("out of memory"), 0) < text.n) /* AddressSanitizer exits instead */
		err_set(&w->verdict, E_LIMIT, "the worker needed more memory than it may have");
	else
		err_set(&w->verdict, E_FORMAT, "the parser crashed on this input (exit %d)%s%.*s", WEXITSTATUS(status),
			said.n ? ": " : "", STR_FMT(said));
	buf_clear(&text);
}

/* Collects the process; one that has not ended after `ms` is killed, and that is its verdict. */
static void reap(struct sandbox *w, int ms)
{
	if (w->ended)
		return;
	int64_t until = frame_clock_ms() + ms;
	int status = 0;
	bool killed = false;
	pid_t got;
	while ((got = waitpid(w->pid, &status, killed ? 0 : WNOHANG)) == 0 || (got < 0 && errno == EINTR)) {
		int64_t left = until - frame_clock_ms();
		if (left <= 0) {
			(void)kill(w->pid, SIGKILL);
			killed = true;
			continue;
		}
		struct pollfd p = {.fd = w->pidfd, .events = POLLIN};
		(void)poll(&p, 1, w->pidfd < 0 ? REAP_STEP_MS : (int)left);
	}
	w->ended = true;
	if (killed)
		err_set(&w->verdict, E_CANCELLED, "the worker was still at work and was stopped");
	else if (got < 0)
		err_sys(&w->verdict, "wait for a worker");
	else
		verdict_of(w, status);
}

/* The worker has broken its word or its time: it dies, and `e`, which says why, is the verdict. */
static rc condemn(struct sandbox *w, const struct err *e)
{
	reap(w, 0);
	w->verdict = *e;
	return e->code;
}

static rc say_verdict(const struct sandbox *w, struct err *e)
{
	if (w->verdict.code == OK)
		return err_set(e, E_NOTFOUND, "the worker has ended");
	*e = w->verdict;
	return e->code;
}

/* The worker's own error as it sent it. */
static rc decode_error(struct str frame, struct err *e)
{
	struct bytes_reader r = bytes_reader(frame);
	uint32_t code = bytes_u32(&r);
	if (r.bad || code == OK || code > E_CANCELLED)
		return err_set(e, E_FORMAT, "the worker broke the protocol");
	return err_set(e, (rc)code, "%.*s", STR_FMT(str_mem(r.p, r.n)));
}

static void set_deadline(struct sandbox *w, int64_t ms)
{
	w->end.deadline_ms = frame_clock_ms() + ms;
}

static rc fork_worker(const struct sandbox_job *job, struct sandbox *w, struct err *e)
{
	int pair[2], crash[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return err_sys(e, "start a worker");
	AUTO_FD mine = pair[0], theirs = pair[1];
	if (pipe2(crash, O_CLOEXEC) != 0)
		return err_sys(e, "start a worker");
	AUTO_FD crash_read = crash[0], crash_write = crash[1];
	/* A signal that came between fork and the child's own setting would run the parent's handler twice. */
	sigset_t all, old;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &old);
	pid_t parent = getpid();
	pid_t pid = fork();
	if (pid == 0)
		worker_live(job, theirs, crash_write, parent);
	int why = errno;
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	errno = why;
	if (pid < 0)
		return err_sys(e, "start a worker");
	w->pid = pid;
	w->pidfd = pidfd_open(pid, 0);
	w->end.fd = take_fd(&mine);
	w->crash = take_fd(&crash_read);
	return OK;
}

static void worker_free(struct sandbox *w)
{
	fd_closep(&w->end.fd);
	fd_closep(&w->crash);
	fd_closep(&w->pidfd);
	mem_free(w);
}

/* Receives one frame of any kind. */
static rc recv_any(struct sandbox *w, uint32_t *ret_type, struct buf *ret, struct err *e)
{
	if (w->ended)
		return say_verdict(w, e);
	rc r = frame_recv(&w->end, ret_type, ret, e);
	if (r == OK && *ret_type == FRAME_ERROR)
		return decode_error(buf_str(ret), e);
	if (r == OK)
		return OK;
	if (r == E_LIMIT || r == E_IO)
		return condemn(w, e);
	/* The stream has ended, between frames or within one: the way the process ended says more. */
	reap(w, SANDBOX_GRACE_MS);
	if (w->verdict.code == OK && r == E_FORMAT && !w->closing)
		w->verdict = *e;
	return say_verdict(w, e);
}

static rc recv_hello(struct sandbox *w, struct err *e)
{
	struct buf b;
	buf_init(&b, sizeof(e->msg) + 4);
	uint32_t type = 0;
	rc r = recv_any(w, &type, &b, e);
	struct bytes_reader in = bytes_reader(buf_str(&b));
	w->features.seccomp = bytes_u16(&in) != 0;
	w->features.limits = bytes_u16(&in) != 0;
	w->features.landlock = bytes_u32(&in);
	if (r == OK && (type != FRAME_HELLO || in.bad))
		r = err_set(e, E_FORMAT, "the worker broke the protocol");
	if (r == E_NOTFOUND)
		r = err_set(e, E_IO, "the worker did not start");
	buf_clear(&b);
	return r;
}

rc sandbox_start(const struct sandbox_job *job, struct sandbox **ret, struct err *e)
{
	BUG_ON(!job->run == !job->answer);
	if (job->has_input) {
		int flags = fcntl(job->input, F_GETFL);
		if (flags < 0)
			return err_sys(e, "a worker's input");
		if ((flags & O_ACCMODE) != O_RDONLY)
			return err_set(e, E_USAGE, "a worker's input must be open for reading only");
	}
	/* OpenSSL reads its settings and providers at first use, which a worker could not. */
	(void)hash_of(STR(""));
	struct sandbox *w = mem_alloc(sizeof(*w));
	w->end.fd = w->crash = w->pidfd = -1;
	w->cpu_seconds = job_cpu(job);
	w->wall_seconds = job->wall_seconds ? job->wall_seconds : CAP_WORKER_WALL_SECONDS;
	w->per_request = job->answer != NULL;
	rc r = fork_worker(job, w, e);
	if (r != OK) {
		worker_free(w);
		return r;
	}
	set_deadline(w, START_MS);
	r = recv_hello(w, e);
	if (r != OK) {
		struct err how;
		rc_ignore(sandbox_close(w, &how));
		return err_add(e, "start a worker");
	}
	*ret = w;
	return OK;
}

/* Gives an `answer` worker its computing time anew, counted from what it has used. */
static void move_cpu_limit(const struct sandbox *w)
{
	clockid_t clock;
	struct timespec used;
	if (clock_getcpuclockid(w->pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
		return;
	struct rlimit l;
	if (prlimit(w->pid, RLIMIT_CPU, NULL, &l) != 0)
		return;
	l.rlim_cur = (rlim_t)used.tv_sec + 1 + w->cpu_seconds;
	if (l.rlim_cur > l.rlim_max)
		l.rlim_cur = l.rlim_max;
	(void)prlimit(w->pid, RLIMIT_CPU, &l, NULL);
}

/* After the worker closed on us: an error frame that it left, or the way it ended. */
static rc last_words(struct sandbox *w, struct err *e)
{
	struct buf b;
	buf_init(&b, CAP_FRAME);
	uint32_t type = 0;
	set_deadline(w, SANDBOX_GRACE_MS);
	rc r;
	while ((r = recv_any(w, &type, &b, e)) == OK)
		continue;
	buf_clear(&b);
	return r;
}

rc sandbox_send(struct sandbox *w, uint32_t type, struct str bytes, struct err *e)
{
	BUG_ON(type > SANDBOX_TYPE_MAX);
	if (bytes.n > CAP_FRAME)
		return err_set(e, E_LIMIT, "a frame of %zu bytes is over %u", bytes.n, CAP_FRAME);
	if (w->ended)
		return say_verdict(w, e);
	if (w->per_request)
		move_cpu_limit(w);
	set_deadline(w, (int64_t)w->wall_seconds * 1000);
	rc r = frame_send(&w->end, type, bytes, e);
	if (r == OK)
		return OK;
	if (r == E_NOTFOUND)
		return last_words(w, e);
	return condemn(w, e);
}

rc sandbox_recv(struct sandbox *w, uint32_t *ret_type, struct buf *ret, struct err *e)
{
	set_deadline(w, (int64_t)w->wall_seconds * 1000);
	rc r = recv_any(w, ret_type, ret, e);
	if (r == OK && *ret_type > SANDBOX_TYPE_MAX) {
		err_set(e, E_FORMAT, "the worker broke the protocol");
		return condemn(w, e);
	}
	return r;
}

rc sandbox_ask(struct sandbox *w, uint32_t type, struct str request, struct buf *reply, struct err *e)
{
	TRY(sandbox_send(w, type, request, e));
	uint32_t got = 0;
	rc r = sandbox_recv(w, &got, reply, e);
	if (r == E_NOTFOUND && w->ended)
		return err_set(e, E_FORMAT, "the worker ended without an answer");
	if (r == OK && got != type) {
		err_set(e, E_FORMAT, "the worker broke the protocol");
		return condemn(w, e);
	}
	return r;
}

bool sandbox_alive(const struct sandbox *w)
{
	return !w->ended;
}

struct sandbox_features sandbox_confinement(const struct sandbox *w)
{
	return w->features;
}

rc sandbox_close(struct sandbox *w, struct err *e)
{
	if (!w)
		return OK;
	bool was_ended = w->ended;
	rc r = E_NOTFOUND;
	if (!was_ended) {
		/* Both ways: a worker in the middle of sending stops too; what it had sent can still be read. */
		w->closing = true;
		(void)shutdown(w->end.fd, SHUT_RDWR);
		r = last_words(w, e);
		reap(w, SANDBOX_GRACE_MS);
	}
	if (r == E_NOTFOUND)
		r = say_verdict(w, e);
	worker_free(w);
	return r == E_NOTFOUND ? OK : r;
}

rc sandbox_call(const struct sandbox_job *job, struct str request, struct buf *reply, struct err *e)
{
	struct sandbox *w = NULL;
	TRY(sandbox_start(job, &w, e));
	rc r = sandbox_ask(w, 0, request, reply, e);
	struct err how;
	rc_ignore(sandbox_close(w, &how));
	return r;
}

static rc do_nothing(void *ctx, struct sandbox_io *io, struct err *e)
{
	(void)ctx;
	(void)io;
	(void)e;
	return OK;
}

rc sandbox_probe(struct sandbox_features *ret, struct err *e)
{
	struct sandbox_job job = {.run = do_nothing};
	struct sandbox *w = NULL;
	TRY(sandbox_start(&job, &w, e));
	struct sandbox_features f = sandbox_confinement(w);
	TRY(sandbox_close(w, e));
	*ret = f;
	return OK;
}

void sandbox_missing(const struct sandbox_features *f, struct buf *to)
{
	const struct {
		bool there;
		const char *name;
	} parts[] = {
		{f->seccomp, "no seccomp filter"},
		{f->landlock > 0, "no Landlock"},
		{f->limits, "not all resource limits"},
	};
	size_t before = to->n;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (!parts[i].there)
			buf_addf(to, "%s%s", to->n > before ? ", " : "", parts[i].name);
}
