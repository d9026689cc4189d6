/* SPDX-License-Identifier: Apache-2.0 */
/* Workers that behave and workers that do not: what the parent gets back, and that it gets it in bounded time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "io/sandbox/sandbox.h"

static struct sandbox_features kernel(void)
{
	struct sandbox_features f = {0};
	struct err e = {0};
	assert_int_equal(sandbox_probe(&f, &e), OK);
	return f;
}

/* Starts `job` and gives what its first frame brings; the worker's end is checked to be collected. */
static rc outcome(struct sandbox_job job, struct err *e)
{
	struct sandbox *w = NULL;
	rc r = sandbox_start(&job, &w, e);
	if (r != OK)
		return r;
	struct buf b;
	buf_init(&b, CAP_FRAME);
	uint32_t type = 0;
	r = sandbox_recv(w, &type, &b, e);
	buf_clear(&b);
	struct err how = {0};
	rc c = sandbox_close(w, &how);
	if (r == OK)
		return c;
	return r;
}

static rc echo(void *ctx, struct sandbox_io *io, uint32_t type, struct str request, struct buf *reply, struct err *e)
{
	(void)ctx;
	(void)io;
	(void)type;
	if (str_eq(request, STR("refuse")))
		return err_set(e, E_UNSUPPORTED, "page %d: a coding that nobody knows", 7);
	if (str_eq(request, STR("crash")))
		abort();
	if (str_eq(request, STR("too much")))
		for (size_t i = 0; i <= CAP_FRAME / KIB; i++)
			buf_addmem(reply, (char[KIB]){0}, KIB);
	buf_add(reply, request);
	return OK;
}

static void test_one_call_gets_one_reply(void **state)
{
	(void)state;
	struct buf reply;
	buf_init(&reply, CAP_FRAME);
	struct err e = {0};
	struct sandbox_job job = {.answer = echo};
	assert_int_equal(sandbox_call(&job, STR("a\0b"), &reply, &e), OK);
	assert_true(str_eq(buf_str(&reply), STR("a\0b")));
	buf_clear(&reply);
}

static void test_an_error_of_the_worker_comes_out_with_its_code_and_words(void **state)
{
	(void)state;
	struct buf reply;
	buf_init(&reply, CAP_FRAME);
	struct err e = {0};
	struct sandbox_job job = {.answer = echo};
	assert_int_equal(sandbox_call(&job, STR("refuse"), &reply, &e), E_UNSUPPORTED);
	assert_string_equal(e.msg, "page 7: a coding that nobody knows");
	buf_clear(&reply);
}

static void test_one_worker_answers_many_requests_and_survives_their_errors(void **state)
{
	(void)state;
	struct buf reply;
	buf_init(&reply, CAP_FRAME);
	struct err e = {0};
	struct sandbox_job job = {.answer = echo};
	struct sandbox *w = NULL;
	assert_int_equal(sandbox_start(&job, &w, &e), OK);
	for (uint32_t i = 0; i < 200; i++) {
		struct str ask = str_mem(&i, sizeof(i));
		assert_int_equal(sandbox_ask(w, i, ask, &reply, &e), OK);
		assert_true(str_eq(buf_str(&reply), ask));
	}
	assert_int_equal(sandbox_ask(w, 1, STR("refuse"), &reply, &e), E_UNSUPPORTED);
	assert_int_equal(sandbox_ask(w, 1, STR("too much"), &reply, &e), E_LIMIT);
	assert_true(sandbox_alive(w));
	assert_int_equal(sandbox_ask(w, 1, STR("still there"), &reply, &e), OK);
	assert_int_equal(sandbox_ask(w, 1, STR("crash"), &reply, &e), E_FORMAT);
	assert_false(sandbox_alive(w));
	assert_int_equal(sandbox_ask(w, 1, STR("again"), &reply, &e), E_FORMAT);
	assert_int_equal(sandbox_close(w, &e), E_FORMAT);
	buf_clear(&reply);
}

static void test_frames_of_the_largest_size_pass_and_larger_ones_do_not(void **state)
{
	(void)state;
	char *page = mem_alloc(CAP_FRAME);
	for (size_t i = 0; i < CAP_FRAME; i += 4096)
		page[i] = (char)(i >> 12);
	struct buf reply;
	buf_init(&reply, CAP_FRAME);
	struct err e = {0};
	struct sandbox_job job = {.answer = echo};
	assert_int_equal(sandbox_call(&job, str_mem(page, CAP_FRAME), &reply, &e), OK);
	assert_true(str_eq(buf_str(&reply), str_mem(page, CAP_FRAME)));
	assert_int_equal(sandbox_call(&job, (struct str){page, CAP_FRAME + (size_t)1}, &reply, &e), E_LIMIT);
	buf_clear(&reply);
	/* A receiver may set a smaller cap, and then the worker is lost, since its stream has lost its place. */
	struct buf small;
	buf_init(&small, 16);
	assert_int_equal(sandbox_call(&job, STR("seventeen bytes.."), &small, &e), E_LIMIT);
	buf_clear(&small);
	mem_free(page);
}

static rc hash_input(void *ctx, struct sandbox_io *io, struct err *e)
{
	(void)ctx;
	struct digest d = {0};
	digest_start(&d, DIGEST_SHA256);
	char block[1000];
	size_t n = 0;
	struct source *in = sandbox_io_input(io);
	do {
		TRY(in->pull(in, block, sizeof(block), &n, e));
		digest_add(&d, block, n);
	} while (n);
	struct hash h = digest_sha256(&d);
	digest_clear(&d);
	char first = 0;
	if (pread(sandbox_io_fd(io), &first, 1, 0) != 1 || first != 'x')
		return err_set(e, E_IO, "pread");
	return sandbox_io_send(io, 9, hash_str(&h), e);
}

static void test_a_worker_reads_the_file_it_was_given(void **state)
{
	(void)state;
	struct buf text;
	buf_init(&text, MIB);
	for (int i = 0; i < 20000; i++)
		buf_addf(&text, "x%d\n", i);
	char name[] = "/tmp/sandbox.XXXXXX";
	AUTO_FD out = mkostemp(name, O_CLOEXEC);
	assert_true(out >= 0);
	assert_int_equal(write(out, text.p, text.n), (ssize_t)text.n);
	AUTO_FD in = open(name, O_RDONLY | O_CLOEXEC);
	(void)unlink(name);
	struct hash want = hash_of(buf_str(&text));
	struct sandbox_job job = {.run = hash_input, .has_input = true, .input = in};
	struct sandbox *w = NULL;
	struct err e = {0};
	assert_int_equal(sandbox_start(&job, &w, &e), OK);
	uint32_t type = 0;
	assert_int_equal(sandbox_recv(w, &type, &text, &e), OK);
	assert_int_equal(type, 9);
	assert_true(str_eq(buf_str(&text), hash_str(&want)));
	assert_int_equal(sandbox_recv(w, &type, &text, &e), E_NOTFOUND);
	assert_int_equal(sandbox_close(w, &e), OK);
	job.input = out;
	assert_int_equal(sandbox_start(&job, &w, &e), E_USAGE);
	buf_clear(&text);
}

static rc return_error(void *ctx, struct sandbox_io *io, struct err *e)
{
	(void)ctx;
	(void)io;
	return err_set(e, E_VERIFY, "digest differs");
}

static rc prepare_fails(void *ctx, struct err *e)
{
	return err_set(e, E_UNSUPPORTED, "%s", (const char *)ctx);
}

static void test_errors_before_and_after_the_work_reach_the_parent(void **state)
{
	(void)state;
	struct err e = {0};
	assert_int_equal(outcome((struct sandbox_job){.run = return_error}, &e), E_VERIFY);
	assert_string_equal(e.msg, "digest differs");
	static const char why[] = "no converter";
	struct sandbox_job job = {.run = return_error, .prepare = prepare_fails, .ctx = mem_alloc(sizeof(why))};
	memcpy(job.ctx, why, sizeof(why));
	assert_int_equal(outcome(job, &e), E_UNSUPPORTED);
	assert_string_equal(e.msg, "start a worker: no converter");
	mem_free(job.ctx);
	/* An error that nobody received is not lost at the close. */
	struct sandbox *w = NULL;
	job = (struct sandbox_job){.run = return_error};
	assert_int_equal(sandbox_start(&job, &w, &e), OK);
	(void)usleep(100000);
	assert_int_equal(sandbox_close(w, &e), E_VERIFY);
}

/* What a hostile worker tries. Each returns OK when it got what it wanted. */
static void want_file(void)
{
	if (open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0 && open("/tmp/x", O_CREAT | O_RDWR | O_CLOEXEC, 0600) < 0)
		abort();
}
static void want_stat(void)
{
	struct stat s;
	if (stat("/etc/passwd", &s) != 0)
		abort();
}
static void want_socket(void)
{
	(void)socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}
static void want_exec(void)
{
	(void)execl("/bin/true", "true", (char *)NULL);
}
static void want_fork(void)
{
	(void)syscall(SYS_fork);
}
static void want_thread(void)
{
	(void)syscall(SYS_clone3, NULL, 0);
}
static void want_code(void)
{
	if (mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
		abort();
}
static void want_code_later(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	(void)mprotect(p, 4096, PROT_READ | PROT_EXEC);
}
static void want_kill(void)
{
	(void)kill(getppid(), SIGCONT);
}
static void want_signal_parent(void)
{
	(void)syscall(SYS_tgkill, 1, 1, SIGCONT);
}
static void want_trace(void)
{
	(void)ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}
static void want_unlink(void)
{
	(void)unlink("/tmp/onrecord-no-such-file");
}
static void want_more_limit(void)
{
	if (syscall(SYS_prlimit64, 0, 0, NULL, NULL) != 0)
		abort();
}
static void want_descriptors(void)
{
	for (int fd = 5; fd < 1000; fd++)
		if (lseek(fd, 0, SEEK_CUR) >= 0 || write(fd, "x", 1) == 1)
			return;
	abort();
}

struct attempt {
	void (*try)(void);
};

static rc try_it(void *ctx, struct sandbox_io *io, struct err *e)
{
	(void)io;
	(void)e;
	((struct attempt *)ctx)->try();
	return OK;
}

/* `refused`: the call fails, and the worker then aborts by itself. */
static void check_attempt(void (*try)(void), bool refused)
{
	struct attempt a = {try};
	struct err e = {0};
	rc r = outcome((struct sandbox_job){.run = try_it, .ctx = &a}, &e);
	assert_int_equal(r, refused ? E_FORMAT : E_DENIED);
}

static void test_a_worker_gets_nothing_but_computing(void **state)
{
	(void)state;
	if (!kernel().seccomp) {
		(void)printf("skipped: no seccomp filter on this kernel\n");
		skip();
	}
	static const struct {
		void (*try)(void);
		bool refused;
	} cases[] = {
		{want_file, true},
		{want_stat, true},
		{want_more_limit, true},
		{want_descriptors, true},
		{want_socket, false},
		{want_exec, false},
		{want_fork, false},
		{want_thread, false},
		{want_code, false},
		{want_code_later, false},
		{want_kill, false},
		{want_signal_parent, false},
		{want_trace, false},
		{want_unlink, false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		check_attempt(cases[i].try, cases[i].refused);
}

static rc allocate(void *ctx, struct sandbox_io *io, struct err *e)
{
	(void)ctx;
	(void)e;
	while (io) {
		volatile char *p = mem_alloc(MIB);
		p[0] = 1;
	}
	return OK;
}

static rc no_end(void *ctx, struct sandbox_io *io, struct err *e)
{
	(void)ctx;
	(void)e;
	volatile bool go = io != NULL;
	while (go)
		continue;
	return OK;
}

static rc ignore_sigxcpu(void *ctx, struct sandbox_io *io, struct err *e)
{
	(void)signal(SIGXCPU, SIG_IGN);
	return no_end(ctx, io, e);
}

static rc sleep_on(void *ctx, struct sandbox_io *io, struct err *e)
{
	(void)ctx;
	(void)e;
	uint32_t type;
	struct buf b;
	buf_init(&b, 16);
	rc_ignore(sandbox_io_recv(io, &type, &b, e));
	buf_clear(&b);
	return OK;
}

static void test_memory_computing_time_and_patience_have_an_end(void **state)
{
	(void)state;
	struct err e = {0};
	assert_int_equal(outcome((struct sandbox_job){.run = allocate, .memory = 64 * MIB}, &e), E_LIMIT);
	assert_non_null(strstr(e.msg, "memory"));
	assert_int_equal(outcome((struct sandbox_job){.run = no_end, .cpu_seconds = 1}, &e), E_LIMIT);
	assert_non_null(strstr(e.msg, "computing time"));
	assert_int_equal(outcome((struct sandbox_job){.run = ignore_sigxcpu, .cpu_seconds = 1}, &e), E_LIMIT);
	assert_int_equal(outcome((struct sandbox_job){.run = no_end, .wall_seconds = 1}, &e), E_LIMIT);
	assert_non_null(strstr(e.msg, "too long"));
	assert_int_equal(outcome((struct sandbox_job){.run = sleep_on, .wall_seconds = 1}, &e), E_LIMIT);
}

static rc busy_half_second(
	void *ctx, struct sandbox_io *io, uint32_t type, struct str request, struct buf *reply, struct err *e)
{
	(void)ctx;
	(void)io;
	(void)type;
	(void)request;
	(void)reply;
	(void)e;
	for (clock_t until = clock() + CLOCKS_PER_SEC * 7 / 10; clock() < until;)
		continue;
	return OK;
}

static void test_each_request_has_its_own_computing_time(void **state)
{
	(void)state;
	struct sandbox_job job = {.answer = busy_half_second, .cpu_seconds = 1};
	struct sandbox *w = NULL;
	struct err e = {0};
	struct buf reply;
	buf_init(&reply, 16);
	assert_int_equal(sandbox_start(&job, &w, &e), OK);
	for (int i = 0; i < 3; i++)
		assert_int_equal(sandbox_ask(w, 0, STR(""), &reply, &e), OK);
	assert_int_equal(sandbox_close(w, &e), OK);
	buf_clear(&reply);
}

static void crash_by_signal(void)
{
	(void)syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGSEGV);
}
static void crash_by_bug(void)
{
	BUG_ON(getpid() > 0);
}
static void crash_by_exit(void)
{
	_exit(3);
}

static void test_a_crash_is_an_error_that_says_so(void **state)
{
	(void)state;
	check_attempt(crash_by_signal, true);
	check_attempt(crash_by_exit, true);
	struct attempt a = {crash_by_bug};
	struct err e = {0};
	assert_int_equal(outcome((struct sandbox_job){.run = try_it, .ctx = &a}, &e), E_FORMAT);
	assert_non_null(strstr(e.msg, "the parser crashed on this input"));
	assert_non_null(strstr(e.msg, "bug at"));
}

/* A taken-over worker writes to its socket what it likes: fd 3. */
static rc lie(void *ctx, struct sandbox_io *io, struct err *e)
{
	const struct str *bytes = ctx;
	(void)io;
	(void)e;
	if (write(3, bytes->p, bytes->n) != (ssize_t)bytes->n)
		abort();
	return OK;
}

static void test_broken_frames_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		struct str bytes;
		rc want;
	} cases[] = {
		{"cut in the head", {"\0\0\0", 3}, E_FORMAT},
		{"cut in the body", {"\0\0\0\1\0\0\0\5abc", 11}, E_FORMAT},
		{"longer than any", {"\0\0\0\1\377\377\377\377", 8}, E_LIMIT},
		{"a second hello", {"\377\377\377\0\0\0\0\0", 8}, E_FORMAT},
		{"an error that is none", {"\377\377\377\1\0\0\0\4\0\0\0\0", 12}, E_FORMAT},
		{"an error of no kind", {"\377\377\377\1\0\0\0\4\0\0\1\0", 12}, E_FORMAT},
		{"an error with half a code", {"\377\377\377\1\0\0\0\2\0\1", 10}, E_FORMAT},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = {0};
		struct str bytes = cases[i].bytes;
		rc r = outcome((struct sandbox_job){.run = lie, .ctx = &bytes}, &e);
		if (r != cases[i].want)
			fail_msg("%s: %s", cases[i].name, e.msg);
	}
}

static rc flood(void *ctx, struct sandbox_io *io, struct err *e)
{
	(void)ctx;
	char block[4096] = {0};
	for (;;)
		TRY(sandbox_io_send(io, 1, str_mem(block, sizeof(block)), e));
}

static rc chatter(void *ctx, struct sandbox_io *io, struct err *e)
{
	(void)ctx;
	for (int i = 0; i < 10000; i++)
		(void)fprintf(stderr, "warning: page %d is not to my taste, not at all\n", i);
	return sandbox_io_send(io, 1, STR("done"), e);
}

static void test_the_parent_may_leave_early_and_a_worker_may_chatter(void **state)
{
	(void)state;
	struct err e = {0};
	struct sandbox *w = NULL;
	struct sandbox_job job = {.run = flood};
	struct buf b;
	buf_init(&b, CAP_FRAME);
	uint32_t type = 0;
	for (int i = 0; i < 50; i++) {
		assert_int_equal(sandbox_start(&job, &w, &e), OK);
		assert_int_equal(sandbox_recv(w, &type, &b, &e), OK);
		assert_int_equal(sandbox_close(w, &e), OK);
	}
	/* One that computes and does not listen is stopped. */
	job = (struct sandbox_job){.run = no_end};
	assert_int_equal(sandbox_start(&job, &w, &e), OK);
	assert_int_equal(sandbox_close(w, &e), E_CANCELLED);
	/* One that sends without reading cannot hold the parent: it is given up after its time. */
	job = (struct sandbox_job){.run = flood, .wall_seconds = 1};
	assert_int_equal(sandbox_start(&job, &w, &e), OK);
	char *large = mem_alloc(CAP_FRAME);
	assert_int_equal(sandbox_send(w, 1, str_mem(large, CAP_FRAME), &e), E_LIMIT);
	assert_int_equal(sandbox_close(w, &e), E_LIMIT);
	mem_free(large);
	assert_int_equal(outcome((struct sandbox_job){.run = chatter}, &e), OK);
	buf_clear(&b);
}

static void test_the_kernel_is_asked_what_it_has(void **state)
{
	(void)state;
	struct sandbox_features f = kernel();
	struct buf b;
	buf_init(&b, KIB);
	sandbox_missing(&f, &b);
	(void)printf("seccomp %d, Landlock ABI %u, limits %d; missing: %.*s\n", f.seccomp, f.landlock, f.limits,
		STR_FMT(buf_str(&b)));
	buf_reset(&b);
	sandbox_missing(&(struct sandbox_features){.limits = true}, &b);
	assert_true(str_eq(buf_str(&b), STR("no seccomp filter, no Landlock")));
	buf_clear(&b);
}

/* As in a container that knows none of the newer calls; 0 when the rest still works. */
static int in_a_poor_container(void)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
	const int gone[] = {SCMP_SYS(landlock_create_ruleset), SCMP_SYS(pidfd_open)};
	for (size_t i = 0; i < ARRAY_LEN(gone); i++)
		(void)seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), gone[i], 0);
	const struct scmp_arg_cmp set = {.arg = 0, .op = SCMP_CMP_EQ, .datum_a = 22 /* PR_SET_SECCOMP */};
	(void)seccomp_rule_add_array(f, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(prctl), 1, &set);
	(void)seccomp_rule_add(f, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(seccomp), 0);
	if (seccomp_load(f) != 0)
		return 1;
	seccomp_release(f);
	struct err e = {0};
	struct sandbox_features have = {0};
	struct sandbox_job job = {.answer = echo}, slow = {.run = no_end, .wall_seconds = 1};
	struct buf b;
	buf_init(&b, KIB);
	if (sandbox_probe(&have, &e) != OK || have.seccomp || have.landlock || !have.limits)
		return 2;
	if (sandbox_call(&job, STR("refuse"), &b, &e) != E_UNSUPPORTED)
		return 3;
	if (outcome(slow, &e) != E_LIMIT)
		return 4;
	buf_clear(&b);
	return 0;
}

static void test_a_worker_goes_on_with_what_the_kernel_has(void **state)
{
	(void)state;
	pid_t pid = fork();
	if (pid == 0)
		_exit(in_a_poor_container());
	int status = 0;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 1) {
		(void)printf("skipped: no seccomp filter on this kernel\n");
		skip();
	}
	assert_int_equal(status, 0);
}

static void test_no_process_or_descriptor_is_left_behind(void **state)
{
	(void)state;
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	int before = open("/dev/null", O_RDONLY | O_CLOEXEC);
	(void)close(before);
	struct err e = {0};
	for (int i = 0; i < 20; i++)
		assert_int_equal(outcome((struct sandbox_job){.run = return_error}, &e), E_VERIFY);
	int after = open("/dev/null", O_RDONLY | O_CLOEXEC);
	(void)close(after);
	assert_int_equal(after, before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_kernel_is_asked_what_it_has),
		cmocka_unit_test(test_one_call_gets_one_reply),
		cmocka_unit_test(test_an_error_of_the_worker_comes_out_with_its_code_and_words),
		cmocka_unit_test(test_one_worker_answers_many_requests_and_survives_their_errors),
		cmocka_unit_test(test_frames_of_the_largest_size_pass_and_larger_ones_do_not),
		cmocka_unit_test(test_a_worker_reads_the_file_it_was_given),
		cmocka_unit_test(test_errors_before_and_after_the_work_reach_the_parent),
		cmocka_unit_test(test_a_worker_gets_nothing_but_computing),
		cmocka_unit_test(test_memory_computing_time_and_patience_have_an_end),
		cmocka_unit_test(test_each_request_has_its_own_computing_time),
		cmocka_unit_test(test_a_crash_is_an_error_that_says_so),
		cmocka_unit_test(test_broken_frames_are_refused),
		cmocka_unit_test(test_the_parent_may_leave_early_and_a_worker_may_chatter),
		cmocka_unit_test(test_a_worker_goes_on_with_what_the_kernel_has),
		cmocka_unit_test(test_no_process_or_descriptor_is_left_behind),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
