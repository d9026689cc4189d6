/* SPDX-License-Identifier: Apache-2.0 */
/* Signing by OpenSSH's agent, and by agents that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/codec.h"
#include "io/signer/signer.h"

#define TEXT "example.org/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
/* As in test_signer.c. */
#define PRIVATE "PRIVATE+KEY+example.org/onrecord-test+294bc974+AXYpJh/Xd+DdYOgy3spRjvZjVBm6qRQgkoAMxkL3Cxm8"

static void run(const char *command)
{
	if (system(command) != 0)
		fail_msg("%s", command);
}

static void stop(pid_t pid)
{
	int status;
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

/* The key in an OpenSSH public key file: the last 32 bytes of the blob. */
static struct note_key key_of_file(struct arena *a, const char *path)
{
	struct note_key k;
	struct err e = {0};
	struct str blob;
	char line[512];
	FILE *f = fopen(path, "re");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	(void)fclose(f);
	struct str rest = str_c(line);
	assert_true(str_eq(str_cut(&rest, ' '), STR("ssh-ed25519")));
	assert_true(base64_decode(a, str_cut(&rest, ' '), &blob));
	assert_true(blob.n > NOTE_KEY_SIZE);
	const uint8_t *pub = (const uint8_t *)blob.p + blob.n - NOTE_KEY_SIZE;
	assert_int_equal(note_key_make(STR("example.org/ann"), pub, &k, &e), OK);
	return k;
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

static void check_signs(const struct signer *s)
{
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	struct err e = {0};
	struct note n;
	buf_init(&b, CAP_NOTE);
	buf_add(&b, STR(TEXT));
	if (signer_sign_note(s, &b, &e) != OK)
		fail_msg("%s", e.msg);
	assert_int_equal(note_open(&a, buf_str(&b), signer_key(s), 1, &n, &e), OK);
}

static void test_the_agent_of_openssh_signs(void **unused)
{
	(void)unused;
	if (system("command -v ssh-agent ssh-add ssh-keygen >/dev/null") != 0) {
		print_message("skipped: ssh-agent is not installed\n");
		skip();
	}
	AUTO(arena) a = {0};
	char dir[] = "/tmp/onrecord-agent-XXXXXX";
	assert_non_null(mkdtemp(dir));
	const char *path = str_fmt(&a, "%s/socket", dir).p;
	struct signer *s = NULL;
	struct err e = {0};
	run(str_fmt(&a,
		"ssh-keygen -q -t ed25519 -N '' -C 'of ann' -f %s/key && ssh-keygen -q -t ecdsa -N '' -C other -f "
		"%s/other",
		dir, dir)
			.p);
	struct note_key key = key_of_file(&a, str_fmt(&a, "%s/key.pub", dir).p);
	assert_int_equal(signer_agent_open(path, &key, &s, &e), E_NOTFOUND);
	uint8_t pub[NOTE_KEY_SIZE];
	assert_int_equal(signer_agent_find(path, STR("of ann"), pub, &e), E_NOTFOUND);
	pid_t pid = start_agent(path);
	assert_int_equal(signer_agent_open(path, &key, &s, &e), E_NOTFOUND);
	assert_int_equal(signer_agent_find(path, STR("of ann"), pub, &e), E_NOTFOUND);
	run(str_fmt(&a, "SSH_AUTH_SOCK=%s ssh-add -q %s/other %s/key 2>/dev/null", path, dir, dir).p);
	if (signer_agent_open(path, &key, &s, &e) != OK)
		fail_msg("%s", e.msg);
	check_signs(s);
	check_signs(s);
	assert_int_equal(signer_agent_find(path, STR("of ann"), pub, &e), OK);
	assert_memory_equal(pub, key.pub, sizeof(pub));
	assert_int_equal(signer_agent_find(path, STR("of"), pub, &e), E_NOTFOUND);
	assert_int_equal(signer_agent_find(path, STR("other"), pub, &e), E_NOTFOUND);
	struct str named = signer_agent_line(&a, key.pub);
	run(str_fmt(&a, "test \"$(cut -d' ' -f1,2 %s/key.pub)\" = '%.*s'", dir, STR_FMT(named)).p);
	/* a cosigner's key, by its type, is in the agent like any other */
	struct note_key cosigner;
	struct signer *w = NULL;
	AUTO(buf) line = {0};
	struct note n;
	buf_init(&line, CAP_NOTE);
	assert_int_equal(note_key_make_type(STR("example.org/w"), NOTE_COSIGNATURE, key.pub, &cosigner, &e), OK);
	assert_int_equal(signer_agent_open(path, &cosigner, &w, &e), OK);
	buf_add(&line, STR(TEXT "\n"));
	assert_int_equal(signer_cosign(w, STR(TEXT), 1000, &line, &e), OK);
	assert_int_equal(note_open(&a, buf_str(&line), &cosigner, 1, &n, &e), OK);
	signer_free(w);
	uint8_t sig[NOTE_SIG_SIZE];
	char *large = arena_alloc(&a, CAP_AGENT_MESSAGE + 1);
	assert_int_equal(signer_sign(s, str_mem(large, CAP_AGENT_MESSAGE + 1), sig, &e), E_LIMIT);
	check_signs(s);
	run(str_fmt(&a, "SSH_AUTH_SOCK=%s ssh-add -q -D 2>/dev/null", path).p);
	assert_int_equal(signer_sign(s, STR(TEXT), sig, &e), E_DENIED);
	stop(pid);
	assert_int_equal(signer_sign(s, STR(TEXT), sig, &e), E_IO);
	signer_free(s);
	run(str_fmt(&a, "rm -rf %s", dir).p);
}

/* Two answers, whole messages as they go over the wire: to the question for keys, and to the one for a signature. */
struct lie {
	const char *name;
	struct str keys;
	struct str signature;
	rc open;
	rc sign;
};

static _Noreturn void lie_to_one(int listener, const struct lie *lie)
{
	int fd = accept(listener, NULL, NULL);
	const struct str answers[] = {lie->keys, lie->signature};
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		uint8_t head[4];
		char body[4096];
		if (recv(fd, head, 4, MSG_WAITALL) != 4)
			_exit(0);
		size_t n = (size_t)head[2] << 8 | head[3];
		if (n > sizeof(body) || recv(fd, body, n, MSG_WAITALL) != (ssize_t)n)
			_exit(1);
		for (size_t sent = 0; sent < answers[i].n; sent++)
			if (send(fd, answers[i].p + sent, 1, MSG_NOSIGNAL) != 1)
				_exit(0);
		struct bytes_reader r = bytes_reader(answers[i]);
		if (bytes_u32(&r) > r.n || r.bad)
			_exit(0); /* hangs up in the middle */
	}
	_exit(0);
}

static void check_lie(const struct lie *lie, const struct note_key *key)
{
	AUTO(arena) a = {0};
	char dir[] = "/tmp/onrecord-agent-XXXXXX";
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	struct signer *s = NULL;
	struct err e = {0};
	uint8_t sig[NOTE_SIG_SIZE];
	assert_non_null(mkdtemp(dir));
	struct str path = str_fmt(&a, "%s/socket", dir);
	memcpy(to.sun_path, path.p, path.n);
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listener, (const struct sockaddr *)(const void *)&to, sizeof(to)), 0);
	assert_int_equal(listen(listener, 1), 0);
	pid_t pid = fork();
	if (pid == 0)
		lie_to_one(listener, lie);
	assert_int_equal(close(listener), 0);
	rc r = signer_agent_open(path.p, key, &s, &e);
	if (r != lie->open)
		fail_msg("%s: open: %s: %s", lie->name, rc_name(r), e.msg);
	if (r == OK) {
		r = signer_sign(s, STR(TEXT), sig, &e);
		if (r != lie->sign)
			fail_msg("%s: sign: %s: %s", lie->name, rc_name(r), e.msg);
	}
	signer_free(s);
	int status = 0;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	run(str_fmt(&a, "rm -rf %s", dir).p);
}

static struct str u32(struct arena *a, size_t n)
{
	const uint8_t be[] = {(uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
	return str_mem(arena_dup(a, be, sizeof(be)), sizeof(be));
}

static struct str counted(struct arena *a, struct str s)
{
	return str_join(a, u32(a, s.n), s);
}

static struct str message(struct arena *a, char type, struct str contents)
{
	return counted(a, str_join(a, str_mem(arena_dup(a, &type, 1), 1), contents));
}

static struct str pair(struct arena *a, struct str first, struct str second)
{
	return str_join(a, counted(a, first), counted(a, second));
}

static void test_an_agent_that_lies_is_found_out(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct signer *own = NULL;
	struct err e = {0};
	uint8_t good[NOTE_SIG_SIZE];
	uint8_t bad[NOTE_SIG_SIZE];
	assert_int_equal(signer_open(STR(PRIVATE), &own, &e), OK);
	struct note_key key = *signer_key(own);
	assert_int_equal(signer_sign(own, STR(TEXT), good, &e), OK);
	assert_int_equal(signer_sign(own, STR("something else\n"), bad, &e), OK);
	struct str ed = STR("ssh-ed25519");
	struct str blob = pair(&a, ed, str_mem(key.pub, sizeof(key.pub)));
	struct str entry = pair(&a, blob, STR("a comment"));
	struct str keys = message(&a, 12, str_join(&a, u32(&a, 1), entry));
	struct str none = message(&a, 12, u32(&a, 0));
	struct str sig = str_mem(good, sizeof(good));
	struct str sig_blob = pair(&a, ed, sig);
	struct str signed_ok = message(&a, 14, counted(&a, sig_blob));
	char *large = arena_alloc(&a, CAP_AGENT_MESSAGE + 1);
	large[0] = 12;
	const struct lie lies[] = {
		{"none", keys, signed_ok, OK, OK},
		{"no keys", none, none, E_NOTFOUND, OK},
		{"failure", message(&a, 5, STR("")), none, E_DENIED, OK},
		{"another message", message(&a, 14, u32(&a, 0)), none, E_FORMAT, OK},
		{"no type", u32(&a, 0), none, E_FORMAT, OK},
		{"hangs up", STR(""), STR(""), E_IO, OK},
		{"hangs up in a length", STR("\0\0"), none, E_IO, OK},
		{"hangs up in a message", str_sub(keys, 0, keys.n - 3), none, E_IO, OK},
		{"4 GiB", u32(&a, 0xffffffffu), none, E_LIMIT, OK},
		{"over the cap", counted(&a, str_mem(large, CAP_AGENT_MESSAGE + 1)), none, E_LIMIT, OK},
		{"no count", message(&a, 12, STR("\0\0")), none, E_FORMAT, OK},
		{"more keys than there are", message(&a, 12, str_join(&a, u32(&a, 0xffffffffu), entry)), none, E_FORMAT,
			OK},
		{"fewer keys than there are", message(&a, 12, str_join(&a, u32(&a, 0), entry)), none, E_FORMAT, OK},
		{"a key longer than the message",
			message(&a, 12, str_join(&a, u32(&a, 1), str_join(&a, u32(&a, 0x7fffffff), entry))), none,
			E_FORMAT, OK},
		{"the key and something behind it",
			message(&a, 12, str_join(&a, u32(&a, 1), pair(&a, str_join(&a, blob, STR("x")), STR("")))),
			none, E_NOTFOUND, OK},
		{"refuses to sign", keys, message(&a, 5, STR("")), OK, E_DENIED},
		{"signs something else", keys, message(&a, 14, counted(&a, pair(&a, ed, str_mem(bad, sizeof(bad))))),
			OK, E_VERIFY},
		{"another algorithm", keys, message(&a, 14, counted(&a, pair(&a, STR("ssh-rsa"), sig))), OK, E_FORMAT},
		{"a short signature", keys, message(&a, 14, counted(&a, pair(&a, ed, str_sub(sig, 0, 63)))), OK,
			E_FORMAT},
		{"a long signature", keys, message(&a, 14, counted(&a, pair(&a, ed, str_join(&a, sig, STR("x"))))), OK,
			E_FORMAT},
		{"something behind the signature", keys, message(&a, 14, counted(&a, str_join(&a, sig_blob, STR("x")))),
			OK, E_FORMAT},
		{"something behind the blob", keys, message(&a, 14, str_join(&a, counted(&a, sig_blob), STR("x"))), OK,
			E_FORMAT},
		{"an empty signature", keys, message(&a, 14, u32(&a, 0)), OK, E_FORMAT},
		{"a signature without contents", keys, message(&a, 14, STR("")), OK, E_FORMAT},
		{"keys again", keys, keys, OK, E_FORMAT},
		{"hangs up", keys, STR(""), OK, E_IO},
	};
	for (size_t i = 0; i < ARRAY_LEN(lies); i++)
		check_lie(&lies[i], &key);
	signer_free(own);
}

static void test_there_may_be_no_agent(void **unused)
{
	(void)unused;
	struct signer *own = NULL;
	struct signer *s = NULL;
	struct err e = {0};
	assert_int_equal(signer_open(STR(PRIVATE), &own, &e), OK);
	assert_int_equal(signer_agent_open("/nonexistent/socket", signer_key(own), &s, &e), E_NOTFOUND);
	assert_int_equal(signer_agent_open("/dev/null", signer_key(own), &s, &e), E_NOTFOUND);
	char path[200];
	memset(path, 'x', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(signer_agent_open(path, signer_key(own), &s, &e), E_LIMIT);
	assert_null(s);
	signer_free(own);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_agent_of_openssh_signs),
		cmocka_unit_test(test_an_agent_that_lies_is_found_out),
		cmocka_unit_test(test_there_may_be_no_agent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
