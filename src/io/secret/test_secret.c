/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/secret/secret.h"

/* A pipe from which `bytes` and then the end can be read. */
static int pipe_of(struct str bytes)
{
	int p[2];
	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	assert_true(bytes.n <= 65536);
	assert_int_equal(write(p[1], bytes.p, bytes.n), (ssize_t)bytes.n);
	assert_int_equal(close(p[1]), 0);
	return p[0];
}

static void test_a_line_is_read_and_nothing_behind_it(void **unused)
{
	(void)unused;
	static const struct {
		const char *bytes;
		const char *want;
		const char *rest;
	} cases[] = {
		{"open sesame", "open sesame", ""},
		{"open sesame\n", "open sesame", ""},
		{"open sesame\n\n", "open sesame", "\n"},
		{" a\r\nb\n", " a\r", "b\n"},
		{"\n", "", ""},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(secret) s = {0};
		struct err e = {0};
		char rest[16] = {0};
		AUTO_FD fd = pipe_of(str_c(cases[i].bytes));
		assert_int_equal(secret_read_line(fd, &s, &e), OK);
		assert_string_equal(s.b.p, cases[i].want);
		assert_int_equal(s.b.n, strlen(cases[i].want));
		assert_true(read(fd, rest, sizeof(rest) - 1) >= 0);
		assert_string_equal(rest, cases[i].rest);
	}
}

static void test_a_line_has_an_end(void **unused)
{
	(void)unused;
	char line[CAP_PASSPHRASE + 2];
	memset(line, 'x', sizeof(line));
	line[CAP_PASSPHRASE] = '\n';
	for (size_t more = 0; more < 2; more++) {
		AUTO(secret) s = {0};
		struct err e = {0};
		AUTO_FD fd = pipe_of(str_mem(line + 1 - more, CAP_PASSPHRASE + 1));
		assert_int_equal(secret_read_line(fd, &s, &e), OK);
		assert_int_equal(s.b.n, CAP_PASSPHRASE - 1 + more);
	}
	line[CAP_PASSPHRASE] = 'x';
	AUTO(secret) s = {0};
	struct err e = {0};
	AUTO_FD fd = pipe_of(str_mem(line, sizeof(line)));
	assert_int_equal(secret_read_line(fd, &s, &e), E_LIMIT);
	assert_int_equal(s.mapped, 0);
	AUTO_FD none = pipe_of(STR(""));
	assert_int_equal(secret_read_line(none, &s, &e), E_NOTFOUND);
	assert_int_equal(secret_read_line(-1, &s, &e), E_IO);
}

static void test_it_never_grows(void **unused)
{
	(void)unused;
	AUTO(secret) s = {0};
	struct err e = {0};
	assert_int_equal(secret_open(4096, &s, &e), OK);
	const char *p = s.b.p;
	size_t room = s.b.cap;
	assert_true(room >= 4096);
	for (size_t i = 0; i < room; i++)
		buf_addc(&s.b, 'x');
	assert_int_equal(buf_done(&s.b, &e), OK);
	buf_addc(&s.b, 'x');
	assert_int_equal(buf_done(&s.b, &e), E_LIMIT);
	assert_ptr_equal(s.b.p, p);
	assert_int_equal(s.b.n, room);
}

/* The flags of the mapping at p as the kernel has them (/proc/PID/smaps): lo locked, dd not dumped, dc not there in a
 * forked child. */
static bool has_flag(const void *p, const char *flag)
{
	FILE *f = fopen("/proc/self/smaps", "re");
	char line[512];
	bool here = false;
	bool found = false;
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		char *end;
		unsigned long from = strtoul(line, &end, 16);
		if (*end == '-' && end > line) {
			unsigned long to = strtoul(end + 1, &end, 16);
			here = (unsigned long)(uintptr_t)p >= from && (unsigned long)(uintptr_t)p < to;
		}
		if (here && strncmp(line, "VmFlags:", 8) == 0)
			found = strstr(line, flag) != NULL;
	}
	(void)fclose(f);
	return found;
}

/* RLIMIT_MEMLOCK may forbid it, and AddressSanitizer makes mlock() do nothing. */
static bool can_lock(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(p, MAP_FAILED);
	bool can = mlock(p, 4096) == 0 && has_flag(p, " lo");
	assert_int_equal(munmap(p, 4096), 0);
	return can;
}

static void test_it_is_not_swapped_dumped_or_inherited(void **unused)
{
	(void)unused;
	AUTO(secret) s = {0};
	struct err e = {0};
	assert_int_equal(secret_open(100, &s, &e), OK);
	buf_add(&s.b, STR("secret"));
	assert_true(has_flag(s.b.p, " dd"));
	assert_true(has_flag(s.b.p, " dc"));
	assert_false(has_flag(&s, " dd"));
	if (can_lock())
		assert_true(has_flag(s.b.p, " lo"));
	else
		print_message("memory cannot be locked here (RLIMIT_MEMLOCK, or a sanitizer): not looked at\n");
	pid_t pid = fork();
	if (pid == 0) {
		AUTO_FD mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
		char c;
		_exit(pread(mem, &c, 1, (off_t)(uintptr_t)s.b.p) == 1);
	}
	int status = 0;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_string_equal(s.b.p, "secret");
}

static void test_it_is_gone_when_cleared(void **unused)
{
	(void)unused;
	struct secret s = {0};
	struct err e = {0};
	secret_clear(&s);
	assert_int_equal(secret_open(100, &s, &e), OK);
	const char *p = s.b.p;
	secret_clear(&s);
	secret_clear(&s);
	AUTO_FD mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	char c;
	assert_int_equal(pread(mem, &c, 1, (off_t)(uintptr_t)p), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_line_is_read_and_nothing_behind_it),
		cmocka_unit_test(test_a_line_has_an_end),
		cmocka_unit_test(test_it_never_grows),
		cmocka_unit_test(test_it_is_not_swapped_dumped_or_inherited),
		cmocka_unit_test(test_it_is_gone_when_cleared),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
