/* SPDX-License-Identifier: Apache-2.0 */
/* Keys against a vector made with Go's golang.org/x/mod/sumdb/note v0.43.0, against OpenSSL, and against careless
 * files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "io/signer/signer.h"

/* Seed: SHA-256 of "onrecord test key". */
#define GO_PRIVATE "PRIVATE+KEY+example.org/onrecord-test+294bc974+AXYpJh/Xd+DdYOgy3spRjvZjVBm6qRQgkoAMxkL3Cxm8"
#define GO_VKEY "example.org/onrecord-test+294bc974+AdVczvQscJA50lvhjHO4EAIjL5j/8AMawg334g/vjIMc"
#define TEXT "example.org/onrecord-test\n2\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
#define GO_NOTE                                                                                                        \
	TEXT "\n\xe2\x80\x94 example.org/onrecord-test "                                                               \
	     "KUvJdLhMIOidAhaN+0JPSmy4uJeRFOzrbVw85TOBtUD4PnWGg8irxQrXbMwQbd4K"                                        \
	     "7VwMIdQzyGse6MhjfJjQGQfn4Ak=\n"

/* The same seed as a cosigner's, and what filippo.io/torchwood v0.6.1 made with it over TEXT. */
#define GO_COSIGNER "PRIVATE+KEY+example.org/onrecord-witness+64db1cd2+BHYpJh/Xd+DdYOgy3spRjvZjVBm6qRQgkoAMxkL3Cxm8"
#define GO_COSIGNER_VKEY "example.org/onrecord-witness+64db1cd2+BNVczvQscJA50lvhjHO4EAIjL5j/8AMawg334g/vjIMc"
#define GO_COSIGNED 1795622357u
#define GO_COSIGNATURE                                                                                                 \
	"\xe2\x80\x94 example.org/onrecord-witness "                                                                   \
	"ZNsc0gAAAABrBwXVA2zL/OzwMcKjY3heiquvZraI1qZZXDaY3qTpj5oNj3JYu1ugOQrRpowZUMjEvW0Y0wu637gPc1FcgGfDynOPCA==\n"

static const uint8_t go_seed[32] = {0x76, 0x29, 0x26, 0x1f, 0xd7, 0x77, 0xe0, 0xdd, 0x60, 0xe8, 0x32, 0xde, 0xca, 0x51,
	0x8e, 0xf6, 0x63, 0x54, 0x19, 0xba, 0xa9, 0x14, 0x20, 0x92, 0x80, 0x0c, 0xc6, 0x42, 0xf7, 0x0b, 0x19, 0xbc};

static rc pinned_random(struct env *env, void *p, size_t n, struct err *e)
{
	if (!env->ctx)
		return err_set(e, E_IO, "no randomness");
	assert_int_equal(n, sizeof(go_seed));
	memcpy(p, env->ctx, n);
	return OK;
}

static struct signer *go_signer(void)
{
	struct signer *s = NULL;
	struct err e = {0};
	if (signer_open(STR(GO_PRIVATE "\n"), &s, &e) != OK)
		fail_msg("%s", e.msg);
	return s;
}

static void check_str(struct str got, struct str want)
{
	if (!str_eq(got, want))
		fail_msg("got  '%.*s'\nwant '%.*s'", STR_FMT(got), STR_FMT(want));
}

static void test_a_key_is_written_as_go_writes_it(void **state)
{
	(void)state;
	uint8_t seed[sizeof(go_seed)];
	memcpy(seed, go_seed, sizeof(seed));
	struct env env = {.random = pinned_random, .ctx = seed};
	struct err e = {0};
	struct buf b;
	buf_init(&b, KIB);
	assert_int_equal(signer_generate(&env, STR("example.org/onrecord-test"), &b, &e), OK);
	check_str(buf_str(&b), STR(GO_PRIVATE "\n"));
	buf_clear(&b);
	/* A name that would break the line, an empty one, one without end; no randomness; no room. */
	char *endless = mem_alloc(CAP_KEY_NAME + 1);
	memset(endless, 'x', CAP_KEY_NAME + 1);
	assert_int_equal(signer_generate(&env, STR("a+b"), &b, &e), E_FORMAT);
	assert_int_equal(signer_generate(&env, STR("a b"), &b, &e), E_FORMAT);
	assert_int_equal(signer_generate(&env, STR(""), &b, &e), E_FORMAT);
	assert_int_equal(signer_generate(&env, str_mem(endless, CAP_KEY_NAME + 1), &b, &e), E_LIMIT);
	assert_int_equal(signer_generate(&env, str_mem(endless, CAP_KEY_NAME), &b, &e), OK);
	env.ctx = NULL;
	assert_int_equal(signer_generate(&env, STR("a"), &b, &e), E_IO);
	env.ctx = seed;
	buf_clear(&b);
	buf_init(&b, 20);
	assert_int_equal(signer_generate(&env, STR("a"), &b, &e), E_LIMIT);
	buf_clear(&b);
	mem_free(endless);
}

static void test_a_key_of_go_signs_as_go_does(void **state)
{
	(void)state;
	struct signer *s = go_signer();
	struct arena a = {0};
	struct err e = {0};
	check_str(signer_vkey(&a, s), STR(GO_VKEY));
	struct buf b;
	buf_init(&b, CAP_NOTE);
	buf_add(&b, STR(TEXT));
	assert_int_equal(signer_sign_note(s, &b, &e), OK);
	check_str(buf_str(&b), STR(GO_NOTE));
	struct note n;
	assert_int_equal(note_open(&a, buf_str(&b), signer_key(s), 1, &n, &e), OK);
	check_str(n.text, STR(TEXT));
	buf_reset(&b);
	assert_int_equal(signer_sign_note(s, &b, &e), E_FORMAT);
	buf_add(&b, STR("no newline"));
	assert_int_equal(signer_sign_note(s, &b, &e), E_FORMAT);
	buf_clear(&b);
	buf_init(&b, 40);
	buf_add(&b, STR("no room for a signature\n"));
	assert_int_equal(signer_sign_note(s, &b, &e), E_LIMIT);
	buf_clear(&b);
	arena_clear(&a);
	signer_free(s);
}

static bool openssl_verifies(const struct note_key *k, struct str message, const uint8_t sig[NOTE_SIG_SIZE])
{
	EVP_PKEY *p = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, k->pub, sizeof(k->pub));
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	assert_non_null(p);
	assert_int_equal(EVP_DigestVerifyInit(c, NULL, NULL, NULL, p), 1);
	bool ok = EVP_DigestVerify(c, sig, NOTE_SIG_SIZE, (const uint8_t *)message.p, message.n) == 1;
	EVP_MD_CTX_free(c);
	EVP_PKEY_free(p);
	return ok;
}

static void test_a_signature_holds_for_its_message_only(void **state)
{
	(void)state;
	struct signer *s = go_signer();
	struct err e = {0};
	uint8_t sig[NOTE_SIG_SIZE], again[NOTE_SIG_SIZE];
	const struct str messages[] = {STR(""), STR("a"), STR("a\0b\n"), STR(TEXT)};
	for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
		assert_int_equal(signer_sign(s, messages[i], sig, &e), OK);
		assert_int_equal(signer_sign(s, messages[i], again, &e), OK);
		assert_memory_equal(sig, again, sizeof(sig));
		assert_true(openssl_verifies(signer_key(s), messages[i], sig));
		assert_false(openssl_verifies(signer_key(s), STR("another"), sig));
		sig[i] ^= 1;
		assert_false(openssl_verifies(signer_key(s), messages[i], sig));
	}
	signer_free(s);
	signer_free(NULL);
}

static void test_what_is_no_private_key_is_refused_without_quoting_it(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		rc want;
	} cases[] = {
		{"", E_FORMAT},
		{"\n", E_FORMAT},
		{GO_VKEY, E_FORMAT},
		{GO_PRIVATE "\n\n", E_FORMAT},
		{GO_PRIVATE " ", E_FORMAT},
		{" " GO_PRIVATE, E_FORMAT},
		{"PRIVATE+KEY+", E_FORMAT},
		{"PRIVATE+KEY+a+294bc974", E_FORMAT},
		{"PRIVATE+KEY+example.org/onrecord-test+294bc97+AXYpJh/Xd+DdYOgy3spRjvZjVBm6qRQgkoAMxkL3Cxm8",
			E_FORMAT},
		{"PRIVATE+KEY+example.org/onrecord-test+294bc974+AXYpJh/Xd+DdYOgy3spRjvZjVBm6qRQgkoAMxkL3Cxm=",
			E_FORMAT},
		{"PRIVATE+KEY+example.org/onrecord-test+294bc974+AXYpJh/Xd-DdYOgy3spRjvZjVBm6qRQgkoAMxkL3Cxm8",
			E_FORMAT},
		{"PRIVATE+KEY+example.org/onrecord-test+294bc974+AXYpJh/Xd+DdYOgy3spRjvZjVBm6qRQgkoAMxkL3", E_FORMAT},
		{"PRIVATE+KEY+example.org/onrecord-test+294bc974+BnYpJh/Xd+DdYOgy3spRjvZjVBm6qRQgkoAMxkL3Cxm8",
			E_UNSUPPORTED},
		{"PRIVATE+KEY+example.org/onrecord-test+294bc974+BHYpJh/Xd+DdYOgy3spRjvZjVBm6qRQgkoAMxkL3Cxm8",
			E_VERIFY}, /* a cosigner's has another id */
		{"PRIVATE+KEY+example.org/onrecord-test+294bc975+AXYpJh/Xd+DdYOgy3spRjvZjVBm6qRQgkoAMxkL3Cxm8",
			E_VERIFY},
		{"PRIVATE+KEY+example.org/onrecord-tesT+294bc974+AXYpJh/Xd+DdYOgy3spRjvZjVBm6qRQgkoAMxkL3Cxm8",
			E_VERIFY},
		{"PRIVATE+KEY+example.org/onrecord-test+zzzzzzzz+AXYpJh/Xd+DdYOgy3spRjvZjVBm6qRQgkoAMxkL3Cxm8",
			E_VERIFY},
		{"PRIVATE+KEY++294bc974+AXYpJh/Xd+DdYOgy3spRjvZjVBm6qRQgkoAMxkL3Cxm8", E_FORMAT},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct signer *s = NULL;
		struct err e = {0};
		rc r = signer_open(str_c(cases[i].text), &s, &e);
		if (r != cases[i].want)
			fail_msg("'%s': %s: %s", cases[i].text, rc_name(r), e.msg);
		assert_null(s);
		assert_null(strstr(e.msg, "YpJh"));
	}
}

static struct signer *go_cosigner(void)
{
	struct signer *s = NULL;
	struct err e = {0};
	if (signer_open(STR(GO_COSIGNER "\n"), &s, &e) != OK)
		fail_msg("%s", e.msg);
	return s;
}

static void test_a_cosigner_signs_as_go_does(void **state)
{
	(void)state;
	struct signer *s = go_cosigner();
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	struct err e = {0};
	struct note n;
	check_str(signer_vkey(&a, s), STR(GO_COSIGNER_VKEY));
	buf_init(&b, CAP_NOTE);
	assert_int_equal(signer_cosign(s, STR(TEXT), GO_COSIGNED, &b, &e), OK);
	check_str(buf_str(&b), STR(GO_COSIGNATURE));
	struct str note = str_fmt(&a, "%s\n%.*s", TEXT, STR_FMT(buf_str(&b)));
	assert_int_equal(note_open(&a, note, signer_key(s), 1, &n, &e), OK);
	assert_true(n.nsigs == 1 && n.sigs[0].good && n.sigs[0].time == GO_COSIGNED);
	signer_free(s);
}

static void test_a_cosigners_private_text_is_written_and_read(void **state)
{
	(void)state;
	uint8_t seed[sizeof(go_seed)];
	memcpy(seed, go_seed, sizeof(seed));
	struct env env = {.random = pinned_random, .ctx = seed};
	struct err e = {0};
	AUTO(buf) b = {0};
	buf_init(&b, KIB);
	struct str name = STR("example.org/onrecord-witness");
	assert_int_equal(signer_generate_type(&env, name, NOTE_COSIGNATURE, &b, &e), OK);
	check_str(buf_str(&b), STR(GO_COSIGNER "\n"));
	assert_int_equal(signer_generate_type(&env, name, 6, &b, &e), E_UNSUPPORTED);
}

static void test_a_key_does_only_what_its_type_is_for(void **state)
{
	(void)state;
	struct signer *plain = go_signer();
	struct signer *cosigner = go_cosigner();
	AUTO(buf) b = {0};
	struct err e = {0};
	static const char *const no_checkpoints[] = {"", "a\n", "a\n1\n", ("a\n01\n" TEXT)};
	buf_init(&b, KIB);
	assert_int_equal(signer_cosign(plain, STR(TEXT), 1, &b, &e), E_USAGE);
	assert_int_equal(signer_cosign(cosigner, STR(TEXT), NOTE_TIME_MAX + 1, &b, &e), E_USAGE);
	for (size_t i = 0; i < ARRAY_LEN(no_checkpoints); i++)
		assert_int_equal(signer_cosign(cosigner, str_c(no_checkpoints[i]), 1, &b, &e), E_FORMAT);
	assert_int_equal(signer_cosign(cosigner, str_sub(STR(TEXT), 0, sizeof(TEXT) - 2), 1, &b, &e), E_FORMAT);
	assert_int_equal(signer_cosign(cosigner, STR(TEXT "extension"), 1, &b, &e), E_FORMAT);
	assert_int_equal(b.n, 0);
	assert_int_equal(signer_cosign(cosigner, STR(TEXT), NOTE_TIME_MAX, &b, &e), OK);
	assert_int_equal(signer_cosign(cosigner, STR(TEXT "extension\n"), 0, &b, &e), OK);
	buf_reset(&b);
	buf_add(&b, STR(TEXT));
	assert_int_equal(signer_sign_note(cosigner, &b, &e), E_USAGE);
	check_str(buf_str(&b), STR(TEXT));
	signer_free(plain);
	signer_free(cosigner);
}

static void write_file(const char *path, struct str bytes, mode_t mode)
{
	AUTO_FD fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.p, bytes.n), (ssize_t)bytes.n);
	assert_int_equal(fchmod(fd, mode), 0);
}

static void test_a_key_file_must_be_ours_alone(void **state)
{
	(void)state;
	char dir[] = "/tmp/test_signer.XXXXXX";
	assert_non_null(mkdtemp(dir));
	AUTO_FD at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(fchdir(at), 0);
	static const struct {
		mode_t mode;
		rc want;
	} modes[] = {{0600, OK}, {0400, OK}, {0640, E_DENIED}, {0604, E_DENIED}, {0660, E_DENIED}, {0622, E_DENIED},
		{0644, E_DENIED}, {0710, E_DENIED}};
	struct err e = {0};
	struct signer *s = NULL;
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		write_file("key", STR(GO_PRIVATE "\n"), modes[i].mode);
		s = NULL;
		assert_int_equal(signer_load(at, "key", &s, &e), modes[i].want);
		assert_int_equal(s != NULL, modes[i].want == OK);
		signer_free(s);
		assert_int_equal(unlink("key"), 0);
	}
	assert_non_null(strstr(e.msg, "key: a private key that others may read (mode 0710): chmod 600 it"));
	assert_int_equal(signer_load(at, "key", &s, &e), E_NOTFOUND);
	write_file("key", STR(GO_VKEY "\n"), 0600);
	assert_int_equal(signer_load(at, "key", &s, &e), E_FORMAT);
	assert_true(str_starts(str_c(e.msg), STR("key: no private key")));
	assert_int_equal(symlink("key", "link"), 0);
	assert_int_equal(signer_load(at, "link", &s, &e), E_DENIED);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_int_equal(signer_load(at, "fifo", &s, &e), E_DENIED);
	assert_int_equal(signer_load(at, ".", &s, &e), E_DENIED);
	char *large = mem_alloc(CAP_KEY_FILE + 1);
	write_file("key", str_mem(large, CAP_KEY_FILE + 1), 0600);
	assert_int_equal(signer_load(at, "key", &s, &e), E_LIMIT);
	write_file("key", str_mem(large, CAP_KEY_FILE), 0600);
	assert_int_equal(signer_load(at, "key", &s, &e), E_FORMAT);
	if (geteuid() == 0) {
		write_file("key", STR(GO_PRIVATE "\n"), 0600);
		assert_int_equal(chown("key", 65534, 65534), 0);
		assert_int_equal(signer_load(at, "key", &s, &e), E_DENIED);
	}
	mem_free(large);
	(void)unlink("key");
	(void)unlink("link");
	(void)unlink("fifo");
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(rmdir(dir), 0);
}

/* Writable pages of this process that hold the seed; the test's own copies are in read-only data. */
static size_t seeds_in_memory(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	AUTO_FD mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	assert_non_null(maps);
	assert_true(mem >= 0);
	size_t found = 0;
	char line[512];
	static char block[65536];
	while (fgets(line, sizeof(line), maps)) {
		char *end;
		unsigned long from = strtoul(line, &end, 16), to = strtoul(end + 1, &end, 16);
		if (end[1] != 'r' || end[2] != 'w')
			continue;
		unsigned long own = (unsigned long)(uintptr_t)block;
		for (; from < to && to - from < 1ul << 30; from += sizeof(block) - sizeof(go_seed)) {
			if (own < from + sizeof(block) && from < own + sizeof(block))
				continue;
			size_t want = to - from < sizeof(block) ? (size_t)(to - from) : sizeof(block);
			ssize_t n = pread(mem, block, want, (off_t)from);
			for (const char *p = block;
				n > 0 && (p = memmem(p, (size_t)(block + n - p), go_seed, sizeof(go_seed))) != NULL;
				p++)
				found++;
		}
	}
	(void)fclose(maps);
	mem_wipe(block, sizeof(block));
	return found;
}

static void test_the_seed_is_in_one_place_and_then_in_none(void **state)
{
	(void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	(void)printf("skipped: the sanitizer's memory is too large to look through\n");
	skip();
#endif
	struct err e = {0};
	size_t before = seeds_in_memory();
	struct signer *s = go_signer();
	uint8_t sig[NOTE_SIG_SIZE];
	assert_int_equal(signer_sign(s, STR("x"), sig, &e), OK);
	assert_int_equal(seeds_in_memory(), before + 1);
	pid_t pid = fork();
	if (pid == 0)
		_exit((int)seeds_in_memory());
	int status = 0;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), before);
	signer_free(s);
	assert_int_equal(seeds_in_memory(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_key_is_written_as_go_writes_it),
		cmocka_unit_test(test_a_key_of_go_signs_as_go_does),
		cmocka_unit_test(test_a_signature_holds_for_its_message_only),
		cmocka_unit_test(test_a_cosigner_signs_as_go_does),
		cmocka_unit_test(test_a_cosigners_private_text_is_written_and_read),
		cmocka_unit_test(test_a_key_does_only_what_its_type_is_for),
		cmocka_unit_test(test_what_is_no_private_key_is_refused_without_quoting_it),
		cmocka_unit_test(test_a_key_file_must_be_ours_alone),
		cmocka_unit_test(test_the_seed_is_in_one_place_and_then_in_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
