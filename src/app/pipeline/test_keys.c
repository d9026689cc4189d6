/* SPDX-License-Identifier: Apache-2.0 */
/* Making an archive, cut short at each change to the disk: the same command finishes it, with the key that was made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/pipeline/pipeline.h"
#include "io/fs/fs.h"

#define OLD "example.org/old\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— example.org/old AAAA\n"

struct world {
	struct env env; /* first */
	struct pipeline_ui ui;
	struct arena a;
	char dir[64];
	const char *path;
	const char *state;
	const char *agent; /* socket; NULL: none */
	const char *passphrase;
	unsigned asked;
	int fail_at; /* -1: nothing fails */
	int changes;
};

static const char *fixed_var(struct env *env, const char *name)
{
	const struct world *w = (const struct world *)(const void *)env;
	if (strcmp(name, "SSH_AUTH_SOCK") == 0)
		return w->agent;
	return strcmp(name, "XDG_STATE_HOME") == 0 ? w->state : NULL;
}

static int fail_from(struct env *env, enum env_op op, const char *path)
{
	(void)op;
	(void)path;
	struct world *w = (struct world *)(void *)env;
	return w->fail_at >= 0 && w->changes++ >= w->fail_at ? EIO : 0;
}

static rc passphrase(struct pipeline_ui *ui, bool fresh, struct secret *ret, struct err *e)
{
	(void)fresh;
	struct world *w = (struct world *)(void *)((char *)ui - offsetof(struct world, ui));
	w->asked++;
	if (!w->passphrase)
		return err_set(e, E_DENIED, "nobody is there");
	TRY(secret_open(CAP_PASSPHRASE, ret, e));
	buf_add(&ret->b, str_c(w->passphrase));
	return OK;
}

static void world_open(struct world *w)
{
	*w = (struct world){.ui = {.passphrase = passphrase}, .passphrase = "seventeen swans", .fail_at = -1};
	fs_env(&w->env);
	w->env.var = fixed_var;
	w->env.fault = fail_from;
	/* hundreds of archives, each synced many times: memory is a disk that does not wait */
	memcpy(w->dir, "/dev/shm/onrecord-keys-XXXXXX", sizeof("/dev/shm/onrecord-keys-XXXXXX"));
	if (!mkdtemp(w->dir)) {
		memcpy(w->dir, "/tmp/onrecord-keys-XXXXXX", sizeof("/tmp/onrecord-keys-XXXXXX"));
		assert_non_null(mkdtemp(w->dir));
	}
	w->path = str_fmt(&w->a, "%s/archive", w->dir).p;
	w->state = str_fmt(&w->a, "%s/state", w->dir).p;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)type;
	(void)f;
	return remove(path);
}

static void world_close(struct world *w)
{
	(void)nftw(w->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	arena_clear(&w->a);
}

static struct str vkey_file(struct world *w)
{
	AUTO(buf) b = {0};
	struct err e;
	buf_init(&b, 4096);
	if (fs_read(AT_FDCWD, str_fmt(&w->a, "%s/keys/log.vkey", w->path).p, &b, &e) != OK)
		return STR("");
	return str_dup(&w->a, str_trim(buf_str(&b)));
}

static bool has(struct world *w, const char *name)
{
	AUTO_FD fd = -1;
	uint64_t size = 0;
	struct err e;
	return fs_open(AT_FDCWD, str_fmt(&w->a, "%s/%s", w->path, name).p, &fd, &size, &e) == OK;
}

/* Everything from the n-th change on fails, as if the machine had stopped. False: it had fewer. */
static bool cut_and_finished(int n, const struct pipeline_new *like, const char *agent)
{
	struct world w;
	struct err e = {0};
	struct str vkey;
	world_open(&w);
	struct pipeline_new how = *like;
	how.ui = &w.ui;
	w.agent = agent;
	w.fail_at = n;
	rc first = pipeline_init(&w.env, w.path, &how, &w.a, &vkey, &e);
	bool cut = w.changes > n;
	bool had_key = has(&w, "keys/onrecord.age") || has(&w, "keys/log.key") || has(&w, "keys/log.agent");
	struct str made = vkey_file(&w);
	assert_true(cut ? first != OK : first == OK);
	w.fail_at = -1;
	rc again = pipeline_init(&w.env, w.path, &how, &w.a, &vkey, &e);
	/* what failed behind the commit was done */
	if (again != OK && again != E_EXISTS)
		fail_msg("change %d: %s", n, e.msg);
	if (had_key)
		assert_true(str_eq(made, vkey_file(&w)));
	assert_int_equal(has(&w, "keys/log.key"), how.plain);
	assert_int_equal(has(&w, "keys/log.agent"), agent != NULL);
	assert_int_equal(has(&w, "keys/onrecord.age"), !how.plain && !agent);

	struct pipeline *p = NULL;
	struct leaf leaf;
	uint64_t size = 0;
	if (pipeline_open(&w.env, w.path, true, &w.ui, &p, &e) != OK)
		fail_msg("change %d: %s", n, e.msg);
	assert_int_equal(pipeline_sealed(p, &size, &e), OK);
	assert_int_equal(size, how.continues.n ? 1 : 0);
	assert_int_equal(pipeline_continues(p, &w.a, &leaf, &e), how.continues.n ? OK : E_NOTFOUND);
	assert_int_equal(pipeline_close(p, &e), OK);
	world_close(&w);
	return cut;
}

static void test_init_that_was_cut_short_is_finished_by_the_same_command(void **unused)
{
	(void)unused;
	static const struct pipeline_new cases[] = {
		{.plain = true},
		{.work = 2},
		{.plain = true, .continues = {OLD, sizeof(OLD) - 1}},
		{.work = 2, .continues = {OLD, sizeof(OLD) - 1}},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int n = 0;
		while (cut_and_finished(n, &cases[i], NULL))
			n++;
		assert_true(n > 10);
	}
}

static pid_t start_agent(const char *socket_path)
{
	pid_t pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
		if (null < 0 || dup2(null, STDOUT_FILENO) < 0)
			_exit(126);
		(void)execlp("ssh-agent", "ssh-agent", "-D", "-a", socket_path, (char *)NULL);
		_exit(127);
	}
	struct stat s;
	for (size_t i = 0; i < 500 && stat(socket_path, &s) != 0; i++)
		(void)usleep(20000);
	return pid;
}

static void test_init_with_an_agent_that_was_cut_short_is_finished_too(void **unused)
{
	(void)unused;
	if (system("command -v ssh-agent ssh-add ssh-keygen >/dev/null") != 0) {
		print_message("skipped: ssh-agent is not installed\n");
		skip();
	}
	struct world w;
	int n = 0;
	int status = 0;
	world_open(&w);
	const char *path = str_fmt(&w.a, "%s/socket", w.dir).p;
	/* the socket is there a moment before the agent listens: 2 is no agent */
	const char *add = str_fmt(&w.a,
		"export SSH_AUTH_SOCK=%s; ssh-keygen -q -t ed25519 -N '' -C 'of the log' -f %s/key && "
		"for i in $(seq 100); do ssh-add -l >/dev/null 2>&1; [ $? = 2 ] || break; sleep 0.1; done; "
		"ssh-add -q %s/key 2>/dev/null",
		path, w.dir, w.dir)
				  .p;
	pid_t pid = start_agent(path);
	assert_int_equal(system(add), 0);
	const struct pipeline_new how = {.agent = STR("of the log")};
	while (cut_and_finished(n, &how, path))
		n++;
	assert_true(n > 10);
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	world_close(&w);
}

static void test_without_a_passphrase_nothing_is_signed_and_looking_goes_on(void **unused)
{
	(void)unused;
	struct world w;
	struct err e = {0};
	struct str vkey;
	struct pipeline *p = NULL;
	world_open(&w);
	const struct pipeline_new how = {.work = 2, .ui = &w.ui};
	w.passphrase = NULL;
	assert_int_equal(pipeline_init(&w.env, w.path, &how, &w.a, &vkey, &e), E_DENIED);
	assert_false(has(&w, "keys/log.vkey"));
	w.passphrase = "seventeen swans";
	assert_int_equal(pipeline_init(&w.env, w.path, &how, &w.a, &vkey, &e), OK);
	w.passphrase = "sixteen swans";
	w.fail_at = 1000;
	w.changes = 0;
	struct archive *ar = NULL;
	assert_int_equal(archive_open(&w.env, w.path, true, &ar, &e), OK);
	archive_close(ar);
	int lock = w.changes;
	w.changes = 0;
	assert_int_equal(pipeline_open(&w.env, w.path, true, &w.ui, &p, &e), E_DENIED);
	assert_int_equal(w.changes, lock); /* that is taken, and nothing else done */
	w.asked = 0;
	assert_int_equal(pipeline_open(&w.env, w.path, false, &w.ui, &p, &e), OK);
	assert_non_null(pipeline_catalog(p));
	assert_int_equal(w.asked, 0);
	assert_int_equal(pipeline_close(p, &e), OK);
	world_close(&w);
}

static void check_signs(struct world *w, struct str vkey, int n)
{
	struct err e = {0};
	struct pipeline *p = NULL;
	if (pipeline_open(&w->env, w->path, true, &w->ui, &p, &e) != OK)
		fail_msg("change %d: %s", n, e.msg);
	assert_true(str_eq(note_key_text(&w->a, pipeline_key(p)), vkey));
	pipeline_abandon(p);
}

/* False when the command had fewer changes. */
static bool move_cut(int n)
{
	struct world w;
	struct err e = {0};
	struct str vkey;
	bool moved = false;
	world_open(&w);
	const struct pipeline_new plain = {.plain = true};
	const struct pipeline_new how = {.work = 2, .ui = &w.ui};
	assert_int_equal(pipeline_init(&w.env, w.path, &plain, &w.a, &vkey, &e), OK);
	w.fail_at = n;
	rc r = pipeline_key_passphrase(&w.env, w.path, &how, &moved, &e);
	bool cut = w.changes > n;
	w.fail_at = -1;
	check_signs(&w, vkey, n);
	if (r != OK && has(&w, "keys/log.key") && pipeline_key_passphrase(&w.env, w.path, &how, &moved, &e) != OK)
		fail_msg("change %d: %s", n, e.msg);
	assert_false(has(&w, "keys/log.key"));
	check_signs(&w, vkey, n);
	world_close(&w);
	return cut;
}

static void test_a_key_that_is_put_under_a_passphrase_signs_at_each_moment(void **unused)
{
	(void)unused;
	int n = 0;
	while (move_cut(n))
		n++;
	assert_true(n > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_init_that_was_cut_short_is_finished_by_the_same_command),
		cmocka_unit_test(test_init_with_an_agent_that_was_cut_short_is_finished_too),
		cmocka_unit_test(test_a_key_that_is_put_under_a_passphrase_signs_at_each_moment),
		cmocka_unit_test(test_without_a_passphrase_nothing_is_signed_and_looking_goes_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
