/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker gives up: resource limits, Landlock, seccomp, in this order, since each needs files or calls that the
 * next takes away. Every part is independent: a kernel or container without one still gets the others. */
#include "io/sandbox/sandbox_int.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STATM_MAX 128

/* Bytes of address space in use, from the first number of /proc/self/statm; 0 when it cannot be read. */
static uint64_t address_space(void)
{
	AUTO_FD fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	char text[STATM_MAX];
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text));
	long page = sysconf(_SC_PAGESIZE);
	uint64_t pages = 0, bytes = 0;
	if (n <= 0 || page <= 0)
		return 0;
	struct str s = str_mem(text, (size_t)n);
	if (!str_to_u64(str_cut(&s, ' '), &pages) || !mul_ok(pages, (uint64_t)page, &bytes))
		return 0;
	return bytes;
}

static bool limit(__rlimit_resource_t what, uint64_t soft, uint64_t hard)
{
	struct rlimit old;
	if (getrlimit(what, &old) != 0)
		return false;
	struct rlimit l = {.rlim_cur = soft, .rlim_max = hard};
	if (l.rlim_max > old.rlim_max)
		l.rlim_max = old.rlim_max;
	if (l.rlim_cur > l.rlim_max)
		l.rlim_cur = l.rlim_max;
	return setrlimit(what, &l) == 0;
}

static bool confine_limits(const struct sandbox_job *job)
{
	/* What the parent had mapped is inherited and counts, so the cap goes on top of it. */
	uint64_t have = address_space(), room = job->memory ? job->memory : CAP_WORKER_MEMORY, all;
	bool ok = have > 0 && add_ok(have, room, &all) && limit(RLIMIT_AS, all, all);
	/* An `answer` worker's limit is moved on by the parent at each request, which only the soft one allows; the
	 * parent's clock ends it when it ignores SIGXCPU. */
	uint64_t cpu = job_cpu(job);
	ok &= limit(RLIMIT_CPU, cpu, job->run ? cpu + 1 : RLIM_INFINITY);
	ok &= limit(RLIMIT_NOFILE, WORKER_FDS + 1, WORKER_FDS + 1); /* one for the Landlock rule set */
	ok &= limit(RLIMIT_FSIZE, 0, 0);
	ok &= limit(RLIMIT_CORE, 0, 0);
	ok &= limit(RLIMIT_NPROC, 0, 0);
	return ok;
}

/* The header of older systems lacks the later fields of Landlock, so the structure is written out here. */

struct landlock_ruleset {
	uint64_t fs;    /* bit per right, refused unless a rule allows it */
	uint64_t net;   /* ABI 4 */
	uint64_t scope; /* ABI 6 */
};

#define LANDLOCK_VERSION 1u
#define BITS(n) ((UINT64_C(1) << (n)) - 1)

static unsigned confine_landlock(void)
{
	static const uint8_t fs_rights[] = {13, 14, 15, 15, 16}; /* by ABI 1, 2, 3, 4, 5 and later */
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION);
	if (abi < 1)
		return 0;
	size_t row = size_min((size_t)abi, ARRAY_LEN(fs_rights)) - 1;
	struct landlock_ruleset set = {.fs = BITS(fs_rights[row])};
	size_t size = sizeof(set.fs);
	if (abi >= 4) {
		set.net = BITS(2);
		size += sizeof(set.net);
	}
	if (abi >= 6) {
		set.scope = BITS(2);
		size += sizeof(set.scope);
	}
	AUTO_FD fd = (int)syscall(SYS_landlock_create_ruleset, &set, size, 0);
	if (fd < 0 || syscall(SYS_landlock_restrict_self, fd, 0) != 0)
		return 0;
	return (unsigned)abi;
}

/* Harmless, or needed by libc, by the sanitizers' run time and by the frames. sysinfo is what qsort asks for. */
static const int allowed[] = {
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(pread64),
	SCMP_SYS(preadv),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	SCMP_SYS(lseek),
	SCMP_SYS(_llseek),
	SCMP_SYS(close),
	SCMP_SYS(fstat),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(brk),
	SCMP_SYS(madvise),
	SCMP_SYS(futex),
	SCMP_SYS(sched_yield),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(time),
	SCMP_SYS(getrandom),
	SCMP_SYS(sysinfo),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};

/* Questions that get a plain no, since libraries ask them without harm: is there such a file, is this a terminal? */
static const struct {
	int call;
	uint16_t error;
} refused[] = {
	{SCMP_SYS(open), ENOENT},
	{SCMP_SYS(openat), ENOENT},
	{SCMP_SYS(openat2), ENOENT},
	{SCMP_SYS(stat), ENOENT},
	{SCMP_SYS(lstat), ENOENT},
	{SCMP_SYS(newfstatat), ENOENT},
	{SCMP_SYS(statx), ENOENT},
	{SCMP_SYS(access), ENOENT},
	{SCMP_SYS(faccessat), ENOENT},
	{SCMP_SYS(faccessat2), ENOENT},
	{SCMP_SYS(readlink), ENOENT},
	{SCMP_SYS(readlinkat), ENOENT},
	{SCMP_SYS(ioctl), ENOTTY},
	{SCMP_SYS(fcntl), EPERM},
	{SCMP_SYS(prlimit64), EPERM},
	{SCMP_SYS(getrlimit), EPERM},
	{SCMP_SYS(sched_getaffinity), EPERM},
	{SCMP_SYS(uname), EPERM},
};

static bool add_rules(scmp_filter_ctx filter)
{
	int bad = 0;
	for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
		bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		bad |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(refused[i].error), refused[i].call, 0);
	const int maps[] = {SCMP_SYS(mmap), SCMP_SYS(mmap2), SCMP_SYS(mprotect)};
	const struct scmp_arg_cmp no_code = {.arg = 2, .op = SCMP_CMP_MASKED_EQ, .datum_a = PROT_EXEC};
	for (size_t i = 0; i < ARRAY_LEN(maps); i++)
		bad |= seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, maps[i], 1, &no_code);
	/* abort() sends itself a signal; nobody else gets one. */
	const struct scmp_arg_cmp own = {.arg = 0, .op = SCMP_CMP_EQ, .datum_a = (scmp_datum_t)getpid()};
	bad |= seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, &own);
	return bad == 0;
}

static bool confine_seccomp(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (!filter)
		return false;
	bool ok = add_rules(filter) && seccomp_load(filter) == 0;
	seccomp_release(filter);
	return ok;
}

struct sandbox_features confine(const struct sandbox_job *job)
{
	struct sandbox_features f = {0};
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	f.limits = confine_limits(job);
	f.landlock = confine_landlock();
	f.seccomp = confine_seccomp();
	return f;
}
