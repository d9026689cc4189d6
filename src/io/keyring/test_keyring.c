/* SPDX-License-Identifier: Apache-2.0 */
/* The file of keys: made, added to, opened, refused; what it leaves on disk and in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/codec.h"
#include "base/mem.h"
#include "formats/age/age.h"
#include "io/fs/fs.h"
#include "io/keyring/keyring.h"

#define PATH "keys/onrecord.age"
#define WORK 2u /* scrypt's cost is not what is tested */

/* As in test_signer.c: SHA-256 of "onrecord test key", as a log's key and as a witness's. */
#define PRIVATE "PRIVATE+KEY+example.org/onrecord-test+294bc974+AXYpJh/Xd+DdYOgy3spRjvZjVBm6qRQgkoAMxkL3Cxm8"
#define VKEY "example.org/onrecord-test+294bc974+AdVczvQscJA50lvhjHO4EAIjL5j/8AMawg334g/vjIMc"
#define COSIGNER "PRIVATE+KEY+example.org/onrecord-witness+64db1cd2+BHYpJh/Xd+DdYOgy3spRjvZjVBm6qRQgkoAMxkL3Cxm8"
#define COSIGNER_VKEY "example.org/onrecord-witness+64db1cd2+BNVczvQscJA50lvhjHO4EAIjL5j/8AMawg334g/vjIMc"
static const uint8_t seed[32] = {0x76, 0x29, 0x26, 0x1f, 0xd7, 0x77, 0xe0, 0xdd, 0x60, 0xe8, 0x32, 0xde, 0xca, 0x51,
	0x8e, 0xf6, 0x63, 0x54, 0x19, 0xba, 0xa9, 0x14, 0x20, 0x92, 0x80, 0x0c, 0xc6, 0x42, 0xf7, 0x0b, 0x19, 0xbc};
static const char passphrase[] = "seventeen swans over Kashgar";

struct world {
	struct env env; /* first */
	char dir[64];
	int at;
	int fail_at;
	int changes;
	struct keyring_place place;
};

static int fail_one(struct env *env, enum env_op op, const char *path)
{
	(void)op;
	(void)path;
	struct world *w = (struct world *)(void *)env;
	return w->changes++ == w->fail_at ? EIO : 0;
}

static void world_open(struct world *w)
{
	struct err e;
	*w = (struct world){.fail_at = -1, .at = -1};
	fs_env(&w->env);
	w->env.fault = fail_one;
	memcpy(w->dir, "/tmp/onrecord-keyring-XXXXXX", sizeof("/tmp/onrecord-keyring-XXXXXX"));
	assert_non_null(mkdtemp(w->dir));
	assert_int_equal(fs_dir_open(AT_FDCWD, w->dir, &w->at, &e), OK);
	w->place = (struct keyring_place){.at = w->at, .path = PATH, .passphrase = str_c(passphrase), .work = WORK};
}

static void world_clear(struct world *w)
{
	AUTO(arena) a = {0};
	fd_closep(&w->at);
	assert_int_equal(system(str_fmt(&a, "rm -rf '%s'", w->dir).p), 0);
}

static void create(struct world *w)
{
	struct err e = {0};
	if (keyring_create(&w->env, &w->place, &e) != OK)
		fail_msg("%s", e.msg);
}

static void add(struct world *w, enum keyring_role role, struct str text)
{
	struct err e = {0};
	if (keyring_add(&w->env, &w->place, role, text, &e) != OK)
		fail_msg("%s", e.msg);
}

static struct keyring *open_it(struct world *w)
{
	struct keyring *k = NULL;
	struct err e = {0};
	if (keyring_open(&w->place, &k, &e) != OK)
		fail_msg("%s", e.msg);
	return k;
}

static rc open_code(struct world *w)
{
	struct keyring *k = NULL;
	struct err e = {0};
	rc r = keyring_open(&w->place, &k, &e);
	keyring_close(k);
	return r;
}

static void check_vkey(const struct signer *s, const char *want)
{
	AUTO(arena) a = {0};
	assert_non_null(s);
	assert_string_equal(str_cstr(&a, signer_vkey(&a, s)), want);
}

/* Puts a file there that decrypts to `text`. */
static void put_text(struct world *w, struct str text)
{
	AUTO(buf) b = {0};
	const struct age_to to = {.passphrase = str_c(passphrase), .work = WORK};
	static const char random[48] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJK";
	struct err e = {0};
	buf_init(&b, MIB);
	assert_int_equal(age_encrypt(text, &to, str_mem(random, sizeof(random)), &b, &e), OK);
	assert_int_equal(fs_commit(&w->env, w->at, PATH, buf_str(&b), 0600, &e), OK);
}

static struct str get_file(struct world *w, struct arena *a)
{
	AUTO(buf) b = {0};
	struct err e = {0};
	buf_init(&b, MIB);
	assert_int_equal(fs_read(w->at, PATH, &b, &e), OK);
	return str_dup(a, buf_str(&b));
}

static void test_keys_come_back_by_role_the_last_one_first(void **unused)
{
	(void)unused;
	struct world w;
	struct err e = {0};
	AUTO(arena) a = {0};
	struct str older;
	struct str newer;
	struct str witness;
	world_open(&w);
	create(&w);
	struct keyring *k = open_it(&w);
	assert_null(keyring_key(k, KEYRING_LOG, 0));
	keyring_close(k);
	assert_int_equal(keyring_generate(&w.env, &w.place, KEYRING_LOG, STR("example.org/log"), &a, &older, &e), OK);
	assert_int_equal(
		keyring_generate(&w.env, &w.place, KEYRING_WITNESS, STR("example.org/w"), &a, &witness, &e), OK);
	assert_int_equal(keyring_generate(&w.env, &w.place, KEYRING_LOG, STR("example.org/log"), &a, &newer, &e), OK);
	add(&w, KEYRING_AUTHOR, STR(PRIVATE "\n"));
	k = open_it(&w);
	check_vkey(keyring_key(k, KEYRING_LOG, 0), newer.p);
	check_vkey(keyring_key(k, KEYRING_LOG, 1), older.p);
	assert_null(keyring_key(k, KEYRING_LOG, 2));
	check_vkey(keyring_key(k, KEYRING_WITNESS, 0), witness.p);
	assert_int_equal(signer_key(keyring_key(k, KEYRING_WITNESS, 0))->type, NOTE_COSIGNATURE);
	assert_null(keyring_key(k, KEYRING_WITNESS, 1));
	check_vkey(keyring_key(k, KEYRING_AUTHOR, 0), VKEY);
	keyring_close(k);
	keyring_close(NULL);
	world_clear(&w);
}

static void test_a_key_of_the_file_signs(void **unused)
{
	(void)unused;
	struct world w;
	struct err e = {0};
	uint8_t sig[NOTE_SIG_SIZE];
	world_open(&w);
	create(&w);
	add(&w, KEYRING_LOG, STR(PRIVATE));
	struct keyring *k = open_it(&w);
	const struct signer *s = keyring_key(k, KEYRING_LOG, 0);
	assert_int_equal(signer_sign(s, STR("text\n"), sig, &e), OK);
	assert_true(note_verify(signer_key(s), STR("text\n"), str_mem(sig, sizeof(sig))));
	keyring_close(k);
	world_clear(&w);
}

static void test_the_file_is_ours_alone_and_says_nothing(void **unused)
{
	(void)unused;
	struct world w;
	struct stat s;
	AUTO(arena) a = {0};
	world_open(&w);
	create(&w);
	struct str empty = get_file(&w, &a);
	add(&w, KEYRING_LOG, STR(PRIVATE));
	assert_int_equal(fstatat(w.at, PATH, &s, 0), 0);
	assert_int_equal(s.st_mode & 07777, 0600);
	struct str file = get_file(&w, &a);
	static const char *const words[] = {"example.org", "294bc974", "PRIVATE", "seventeen", "# onrecord", "log ",
		"AXYpJh/Xd+DdYOgy3spRjvZjVBm6qRQgkoAMxkL3Cxm8"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		assert_int_equal(str_find(file, str_c(words[i]), 0), file.n);
	assert_int_equal(str_find(file, str_mem(seed, sizeof(seed)), 0), file.n);
	assert_true(str_starts(file, STR("age-encryption.org/v1\n-> scrypt ")));
	/* encrypted anew: not even the salt is the same */
	assert_false(str_eq(str_sub(empty, 32, 60), str_sub(file, 32, 60)));
	assert_int_equal(faccessat(w.at, PATH ".tmp", F_OK, 0), -1);
	world_clear(&w);
}

static void test_only_its_passphrase_opens_it(void **unused)
{
	(void)unused;
	struct world w;
	struct err e = {0};
	world_open(&w);
	create(&w);
	add(&w, KEYRING_LOG, STR(PRIVATE));
	struct keyring_place right = w.place;
	w.place.passphrase = STR("seventeen swans");
	assert_int_equal(open_code(&w), E_DENIED);
	assert_int_equal(keyring_add(&w.env, &w.place, KEYRING_LOG, STR(PRIVATE), &e), E_DENIED);
	w.place.passphrase = STR("");
	assert_int_equal(open_code(&w), E_USAGE);
	w.place = right;
	assert_int_equal(keyring_rekey(&w.env, &w.place, STR(""), &e), E_USAGE);
	assert_int_equal(keyring_rekey(&w.env, &w.place, STR("other words"), &e), OK);
	assert_int_equal(open_code(&w), E_DENIED);
	w.place.passphrase = STR("other words");
	struct keyring *k = open_it(&w);
	check_vkey(keyring_key(k, KEYRING_LOG, 0), VKEY);
	keyring_close(k);
	world_clear(&w);
}

static void test_what_is_there_is_not_replaced(void **unused)
{
	(void)unused;
	struct world w;
	struct err e = {0};
	world_open(&w);
	assert_int_equal(open_code(&w), E_NOTFOUND);
	assert_int_equal(keyring_add(&w.env, &w.place, KEYRING_LOG, STR(PRIVATE), &e), E_NOTFOUND);
	create(&w);
	add(&w, KEYRING_LOG, STR(PRIVATE));
	assert_int_equal(keyring_create(&w.env, &w.place, &e), E_EXISTS);
	assert_int_equal(keyring_add(&w.env, &w.place, KEYRING_LOG, STR(PRIVATE), &e), E_EXISTS);
	/* the same seed in another role */
	assert_int_equal(keyring_add(&w.env, &w.place, KEYRING_WITNESS, STR(COSIGNER), &e), E_EXISTS);
	AUTO_FD lock = -1;
	assert_int_equal(fs_lock(w.at, PATH, &lock, &e), OK);
	AUTO(arena) a = {0};
	struct str vkey;
	assert_int_equal(keyring_generate(&w.env, &w.place, KEYRING_AUTHOR, STR("a"), &a, &vkey, &e), E_BUSY);
	assert_int_equal(open_code(&w), OK);
	world_clear(&w);
}

static void test_a_careless_file_is_refused(void **unused)
{
	(void)unused;
	struct world w;
	world_open(&w);
	create(&w);
	assert_int_equal(fchmodat(w.at, PATH, 0640, 0), 0);
	assert_int_equal(open_code(&w), E_DENIED);
	assert_int_equal(fchmodat(w.at, PATH, 0604, 0), 0);
	assert_int_equal(open_code(&w), E_DENIED);
	assert_int_equal(fchmodat(w.at, PATH, 0600, 0), 0);
	assert_int_equal(open_code(&w), OK);
	assert_int_equal(renameat(w.at, PATH, w.at, "keys/real"), 0);
	assert_int_equal(symlinkat("real", w.at, PATH), 0);
	assert_true(open_code(&w) != OK);
	assert_int_equal(unlinkat(w.at, PATH, 0), 0);
	assert_int_equal(mkfifoat(w.at, PATH, 0600), 0);
	assert_int_equal(open_code(&w), E_DENIED);
	world_clear(&w);
}

static void test_lines_are_read_strictly(void **unused)
{
	(void)unused;
	static const struct {
		const char *text;
		rc want;
	} cases[] = {
		{"", OK},
		{"# nothing\n", OK},
		{"#\nlog " PRIVATE "\n# end\n", OK},
		{"witness " COSIGNER "\n", OK},
		{"store AGE-SECRET-KEY-1XYZ\n", OK}, /* a role of a later version */
		{"log " PRIVATE, E_FORMAT},
		{"\n", E_FORMAT},
		{"log\n", E_FORMAT},
		{"log \n", E_FORMAT},
		{" log " PRIVATE "\n", E_FORMAT},
		{"log  " PRIVATE "\n", E_FORMAT},
		{"Log " PRIVATE "\n", E_FORMAT},
		{"log\t" PRIVATE "\n", E_FORMAT},
		{"log " PRIVATE " \n", E_FORMAT},
		{"log " PRIVATE "\r\n", E_FORMAT},
		{PRIVATE "\n", E_FORMAT},
		{"log " COSIGNER "\n", E_FORMAT},
		{"author " COSIGNER "\n", E_FORMAT},
		{"witness " PRIVATE "\n", E_FORMAT},
		{"log " PRIVATE "\nlog " PRIVATE "\n", E_EXISTS},
		{"log " PRIVATE "\nwitness " COSIGNER "\n", E_EXISTS},
		{"log PRIVATE+KEY+a+294bc974+AXYpJh/Xd+DdYOgy3spRjvZjVBm6qRQgkoAMxkL3Cxm8\n", E_VERIFY},
	};
	struct world w;
	world_open(&w);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct keyring *k = NULL;
		struct err e = {0};
		put_text(&w, str_c(cases[i].text));
		rc r = keyring_open(&w.place, &k, &e);
		if (r != cases[i].want)
			fail_msg("case %zu: %s: %s", i, rc_name(r), e.msg);
		assert_null(strstr(e.msg, "YpJh"));
		keyring_close(k);
	}
	world_clear(&w);
}

static void test_unknown_lines_are_kept(void **unused)
{
	(void)unused;
	struct world w;
	struct age_keys keys = {.passphrase = str_c(passphrase)};
	AUTO(arena) a = {0};
	struct err e = {0};
	char plain[4096];
	size_t n = 0;
	world_open(&w);
	put_text(&w, STR("# mine\nstore AGE-SECRET-KEY-1XYZ\n"));
	add(&w, KEYRING_LOG, STR(PRIVATE "\n"));
	assert_int_equal(age_decrypt(get_file(&w, &a), &keys, (uint8_t *)plain, sizeof(plain), &n, &e), OK);
	assert_true(str_eq(str_mem(plain, n), STR("# mine\nstore AGE-SECRET-KEY-1XYZ\nlog " PRIVATE "\n")));
	mem_wipe(plain, sizeof(plain));
	world_clear(&w);
}

static void test_what_is_no_key_for_the_role_is_not_added(void **unused)
{
	(void)unused;
	struct world w;
	struct err e = {0};
	AUTO(arena) a = {0};
	struct str vkey;
	world_open(&w);
	create(&w);
	struct str before = get_file(&w, &a);
	assert_int_equal(keyring_add(&w.env, &w.place, KEYRING_LOG, STR(COSIGNER), &e), E_FORMAT);
	assert_int_equal(keyring_add(&w.env, &w.place, KEYRING_WITNESS, STR(PRIVATE), &e), E_FORMAT);
	assert_int_equal(keyring_add(&w.env, &w.place, KEYRING_LOG, STR("x"), &e), E_FORMAT);
	assert_int_equal(keyring_add(&w.env, &w.place, KEYRING_LOG, STR(""), &e), E_FORMAT);
	assert_int_equal(keyring_add(&w.env, &w.place, KEYRING_LOG, STR(PRIVATE "\nwitness " COSIGNER), &e), E_FORMAT);
	assert_int_equal(keyring_generate(&w.env, &w.place, KEYRING_LOG, STR("a b"), &a, &vkey, &e), E_FORMAT);
	assert_true(str_eq(before, get_file(&w, &a)));
	w.place.work = CAP_AGE_WORK + 1;
	assert_int_equal(keyring_add(&w.env, &w.place, KEYRING_LOG, STR(PRIVATE), &e), E_USAGE);
	world_clear(&w);
}

static void test_there_are_only_so_many_keys(void **unused)
{
	(void)unused;
	struct world w;
	struct err e = {0};
	AUTO(secret) text = {0}; /* what is looked for later must not lie about */
	AUTO(arena) a = {0};
	struct str vkey;
	world_open(&w);
	assert_int_equal(secret_open(CAP_KEYRING, &text, &e), OK);
	for (size_t i = 0; i < CAP_KEYRING_KEYS; i++) {
		buf_add(&text.b, STR("author "));
		assert_int_equal(signer_generate(&w.env, STR("a"), &text.b, &e), OK);
	}
	put_text(&w, secret_str(&text));
	assert_int_equal(open_code(&w), OK);
	assert_int_equal(keyring_generate(&w.env, &w.place, KEYRING_LOG, STR("a"), &a, &vkey, &e), E_LIMIT);
	char *large = arena_alloc(&a, CAP_KEYRING + 1);
	memset(large, '#', CAP_KEYRING);
	large[CAP_KEYRING - 1] = '\n';
	put_text(&w, str_mem(large, CAP_KEYRING));
	assert_int_equal(open_code(&w), OK);
	assert_int_equal(keyring_add(&w.env, &w.place, KEYRING_LOG, STR(PRIVATE), &e), E_LIMIT);
	large[CAP_KEYRING - 1] = '#';
	large[CAP_KEYRING] = '\n';
	put_text(&w, str_mem(large, CAP_KEYRING + 1));
	assert_int_equal(open_code(&w), E_LIMIT);
	world_clear(&w);
}

/* Whatever write, sync or rename fails, the old keys are there, or those and the new one. */
static void test_no_failing_write_loses_a_key(void **unused)
{
	(void)unused;
	struct world w;
	bool failed = true;
	world_open(&w);
	create(&w);
	add(&w, KEYRING_LOG, STR(PRIVATE));
	for (int i = 0; failed; i++) {
		struct err e = {0};
		AUTO(arena) a = {0};
		struct str vkey;
		w.fail_at = i;
		w.changes = 0;
		failed = keyring_generate(&w.env, &w.place, KEYRING_AUTHOR, STR("a"), &a, &vkey, &e) != OK;
		w.fail_at = -1;
		assert_true(i < 50);
		struct keyring *k = open_it(&w);
		check_vkey(keyring_key(k, KEYRING_LOG, 0), VKEY);
		if (!failed)
			check_vkey(keyring_key(k, KEYRING_AUTHOR, 0), vkey.p);
		keyring_close(k);
		assert_true(failed || i > 3);
	}
	world_clear(&w);
}

static void test_a_changed_file_is_refused(void **unused)
{
	(void)unused;
	struct world w;
	struct err e = {0};
	AUTO(arena) a = {0};
	world_open(&w);
	put_text(&w, STR("log " PRIVATE "\n"));
	struct str file = get_file(&w, &a);
	for (size_t i = 0; i < file.n; i++) {
		AUTO(arena) rec = {0};
		char *bad = arena_dup(&rec, file.p, file.n);
		bad[i] = (char)(bad[i] ^ 1 << i % 8);
		assert_int_equal(fs_commit(&w.env, w.at, PATH, str_mem(bad, file.n), 0600, &e), OK);
		assert_true(open_code(&w) != OK);
	}
	world_clear(&w);
}

/* Writable memory of this process that holds `what`; the test's own copies are in read-only data. */
static size_t in_memory(struct str what)
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
		for (; from < to && to - from < 1ul << 30; from += sizeof(block) - what.n) {
			if (own < from + sizeof(block) && from < own + sizeof(block))
				continue;
			size_t want = to - from < sizeof(block) ? (size_t)(to - from) : sizeof(block);
			ssize_t n = pread(mem, block, want, (off_t)from);
			for (const char *p = block;
				n > 0 && (p = memmem(p, (size_t)(block + n - p), what.p, what.n)) != NULL; p++)
				found++;
		}
	}
	(void)fclose(maps);
	mem_wipe(block, sizeof(block));
	return found;
}

static void test_nothing_of_it_stays_in_memory(void **unused)
{
	(void)unused;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	print_message("skipped: the sanitizer's memory is too large to look through\n");
	skip();
#endif
	/* two parts of the text of the key: one could straddle what we search by */
	static const char *const text[] = {"AXYpJh/Xd+DdYOgy3spRjvZj", "VBm6qRQgkoAMxkL3Cxm8"};
	struct world w;
	struct err e = {0};
	AUTO(arena) a = {0};
	world_open(&w);
	create(&w);
	add(&w, KEYRING_LOG, STR(PRIVATE));
	/* what is there is found */
	char *copy = arena_dup(&a, passphrase, sizeof(passphrase) - 1);
	assert_int_equal(in_memory(str_c(passphrase)), 1);
	mem_wipe(copy, sizeof(passphrase) - 1);
	assert_int_equal(in_memory(str_c(passphrase)), 0);
	assert_int_equal(in_memory(str_mem(seed, sizeof(seed))), 0);
	struct keyring *k = open_it(&w);
	assert_int_equal(in_memory(str_mem(seed, sizeof(seed))), 1); /* the locked page */
	for (size_t i = 0; i < ARRAY_LEN(text); i++)
		assert_int_equal(in_memory(str_c(text[i])), 0);
	uint8_t sig[NOTE_SIG_SIZE];
	assert_int_equal(signer_sign(keyring_key(k, KEYRING_LOG, 0), STR("x"), sig, &e), OK);
	assert_int_equal(in_memory(str_mem(seed, sizeof(seed))), 1);
	keyring_close(k);
	assert_int_equal(in_memory(str_mem(seed, sizeof(seed))), 0);
	struct str vkey;
	assert_int_equal(keyring_generate(&w.env, &w.place, KEYRING_AUTHOR, STR("a"), &a, &vkey, &e), OK);
	assert_int_equal(in_memory(STR("PRIVATE+KEY+")), 0);
	assert_int_equal(in_memory(str_mem(seed, sizeof(seed))), 0);
	assert_int_equal(in_memory(str_c(passphrase)), 0);
	world_clear(&w);
}

/* With what is used in earnest. */
static void test_the_usual_work_factor_is_the_one_of_the_stock_program(void **unused)
{
	(void)unused;
	struct world w;
	AUTO(arena) a = {0};
	world_open(&w);
	w.place.work = 0;
	create(&w);
	struct str file = get_file(&w, &a);
	struct str line = str_sub(file, 0, str_chr(file, '\n', 22));
	assert_true(str_ends(line, STR(" 18")));
	assert_int_equal(open_code(&w), OK);
	world_clear(&w);
}

static void test_a_file_is_made_with_its_first_key_in_it(void **unused)
{
	(void)unused;
	struct world w;
	struct err e = {0};
	world_open(&w);
	assert_int_equal(keyring_create_with(&w.env, &w.place, KEYRING_LOG, STR(COSIGNER), &e), E_FORMAT);
	assert_int_equal(open_code(&w), E_NOTFOUND);
	assert_int_equal(keyring_create_with(&w.env, &w.place, KEYRING_LOG, STR(PRIVATE "\n"), &e), OK);
	assert_int_equal(keyring_create_with(&w.env, &w.place, KEYRING_LOG, STR(PRIVATE), &e), E_EXISTS);
	struct keyring *k = open_it(&w);
	check_vkey(keyring_key(k, KEYRING_LOG, 0), VKEY);
	keyring_close(k);
	world_clear(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_file_is_made_with_its_first_key_in_it),
		cmocka_unit_test(test_keys_come_back_by_role_the_last_one_first),
		cmocka_unit_test(test_a_key_of_the_file_signs),
		cmocka_unit_test(test_the_file_is_ours_alone_and_says_nothing),
		cmocka_unit_test(test_only_its_passphrase_opens_it),
		cmocka_unit_test(test_what_is_there_is_not_replaced),
		cmocka_unit_test(test_a_careless_file_is_refused),
		cmocka_unit_test(test_lines_are_read_strictly),
		cmocka_unit_test(test_unknown_lines_are_kept),
		cmocka_unit_test(test_what_is_no_key_for_the_role_is_not_added),
		cmocka_unit_test(test_there_are_only_so_many_keys),
		cmocka_unit_test(test_no_failing_write_loses_a_key),
		cmocka_unit_test(test_a_changed_file_is_refused),
		cmocka_unit_test(test_nothing_of_it_stays_in_memory),
		cmocka_unit_test(test_the_usual_work_factor_is_the_one_of_the_stock_program),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
