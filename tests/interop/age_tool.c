/* SPDX-License-Identifier: Apache-2.0 */
/* Encrypts and decrypts with formats/age, and makes and opens a file of keys with io/keyring, for the stock program to
 * be set against.
 *
 *   usage: age_tool encrypt|armor|decrypt KEY < IN > OUT
 *          age_tool keys PATH < PASSPHRASE          makes PATH with a key of each role, prints their public texts
 *          age_tool show PATH < PASSPHRASE          prints the public texts of those in PATH
 *
 * KEY is a recipient (to encrypt), an identity (to decrypt), or pass:WORDS. Exit code 1: refused. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "formats/age/age.h"
#include "io/fs/fs.h"
#include "io/keyring/keyring.h"

#define INPUT_MAX (64u * MIB)
#define PASS STR("pass:")

static rc encrypt(struct env *env, struct str key, struct str plain, bool armor, struct buf *ret, struct err *e)
{
	AUTO(buf) file = {0};
	AUTO(arena) a = {0};
	struct age_recipient r;
	struct age_to to = {.work = AGE_WORK_LOW};
	if (str_starts(key, PASS)) {
		to.passphrase = str_from(key, PASS.n);
	} else {
		TRY(age_recipient_parse(key, &r, e));
		to.recipients = &r;
		to.n = 1;
	}
	size_t n = age_random_size(&to);
	void *random = arena_alloc(&a, n);
	TRY(env->random(env, random, n, e));
	buf_init(&file, 2 * INPUT_MAX);
	TRY(age_encrypt(plain, &to, str_mem(random, n), &file, e));
	if (armor)
		age_armor(ret, buf_str(&file));
	else
		buf_add(ret, buf_str(&file));
	return buf_done(ret, e);
}

static rc decrypt(struct str key, struct str file, struct buf *ret, struct err *e)
{
	struct age_identity id;
	struct age_keys keys = {0};
	size_t n = 0;
	if (str_starts(key, PASS)) {
		keys.passphrase = str_from(key, PASS.n);
	} else {
		TRY(age_identity_parse(key, &id, e));
		keys.ids = &id;
		keys.n = 1;
	}
	uint8_t *to = (uint8_t *)buf_space(ret, file.n);
	BUG_ON(!to);
	TRY(age_decrypt(file, &keys, to, file.n, &n, e));
	buf_grown(ret, n);
	return OK;
}

static rc show(const struct keyring_place *p, struct err *e)
{
	AUTO(arena) a = {0};
	struct keyring *k;
	TRY(keyring_open(p, &k, e));
	for (size_t role = KEYRING_LOG; role <= KEYRING_AUTHOR; role++) {
		const struct signer *s = keyring_key(k, (enum keyring_role)role, 0);
		(void)printf("%s\n", s ? signer_vkey(&a, s).p : "none");
	}
	keyring_close(k);
	return OK;
}

static rc keys(struct env *env, const char *path, bool make, struct err *e)
{
	AUTO(arena) a = {0};
	AUTO(secret) words = {0};
	struct str vkey;
	TRY(secret_read_line(STDIN_FILENO, &words, e));
	const struct keyring_place p = {.at = AT_FDCWD, .path = path, .passphrase = secret_str(&words)};
	if (make) {
		TRY(keyring_create(env, &p, e));
		TRY(keyring_generate(env, &p, KEYRING_LOG, STR("example.org/log"), &a, &vkey, e));
		TRY(keyring_generate(env, &p, KEYRING_WITNESS, STR("example.org/witness"), &a, &vkey, e));
		TRY(keyring_generate(env, &p, KEYRING_AUTHOR, STR("example.org/ann"), &a, &vkey, e));
	}
	return show(&p, e);
}

static bool read_all(struct buf *b)
{
	for (;;) {
		char *to = buf_space(b, 64u * KIB);
		if (!to)
			return false;
		size_t n = fread(to, 1, 64u * KIB, stdin);
		buf_grown(b, n);
		if (n == 0)
			return ferror(stdin) == 0;
	}
}

int main(int argc, char **argv)
{
	AUTO(buf) in = {0};
	AUTO(buf) out = {0};
	struct env env;
	struct err e = {0};
	struct str verb = str_c(argc == 3 ? argv[1] : NULL);
	bool armor = str_eq(verb, STR("armor"));
	rc r;
	fs_env(&env);
	buf_init(&in, INPUT_MAX);
	buf_init(&out, 4 * INPUT_MAX);
	if (argc != 3)
		return 2;
	bool make = str_eq(verb, STR("keys"));
	bool of_keys = make || str_eq(verb, STR("show"));
	if (!of_keys && !read_all(&in))
		return 2;
	if (of_keys)
		r = keys(&env, argv[2], make, &e);
	else if (armor || str_eq(verb, STR("encrypt")))
		r = encrypt(&env, str_c(argv[2]), buf_str(&in), armor, &out, &e);
	else if (str_eq(verb, STR("decrypt")))
		r = decrypt(str_c(argv[2]), buf_str(&in), &out, &e);
	else
		return 2;
	if (r != OK) {
		(void)fprintf(stderr, "age_tool: %s\n", e.msg);
		return 1;
	}
	(void)fwrite(buf_str(&out).p, 1, out.n, stdout);
	return fflush(stdout) != 0;
}
