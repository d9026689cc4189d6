/* SPDX-License-Identifier: Apache-2.0 */
#include "io/keyring/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/mem.h"
#include "formats/age/age.h"
#include "io/fs/fs.h"
#include "io/keyring/keyring_int.h"

#define FIRST_LINES "# onrecord keys: <role> <private key>; what is last of a role is in use\n"
#define FILE_MODE 0600
#define FILE_CAP (2 * CAP_KEYRING + CAP_AGE_HEADER) /* armored by hand, even */
#define LINE_END (1u + 1u)                          /* behind the role, and behind the key */

static rc check_place(const struct keyring_place *p, struct err *e)
{
	if (p->passphrase.n == 0)
		return err_set(e, E_USAGE, "%s: a passphrase is needed", p->path);
	if (p->passphrase.n > CAP_PASSPHRASE)
		return err_set(e, E_LIMIT, "%s: a passphrase of over %u bytes", p->path, CAP_PASSPHRASE);
	if (p->work > CAP_AGE_WORK)
		return err_set(e, E_USAGE, "%s: a work factor of %u, over %u", p->path, p->work, CAP_AGE_WORK);
	return OK;
}

/* The passphrase can be guessed at by everybody who can read the file. */
static rc check_private(int fd, const char *path, struct err *e)
{
	struct stat s;
	if (fstat(fd, &s) != 0)
		return err_sys(e, "%s", path);
	if (s.st_uid != geteuid())
		return err_set(e, E_DENIED, "%s: keys that belong to another user", path);
	if (s.st_mode & (S_IRWXG | S_IRWXO))
		return err_set(e, E_DENIED, "%s: keys that others may read (mode %04o): chmod 600 it", path,
			(unsigned)(s.st_mode & 07777));
	return OK;
}

static rc read_file(const struct keyring_place *p, struct buf *ret, struct err *e)
{
	AUTO_FD fd = -1;
	uint64_t size = 0;
	rc r = fs_open(p->at, p->path, &fd, &size, e);
	if (r == E_FORMAT)
		return err_set(e, E_DENIED, "%s: no regular file", p->path);
	TRY(r);
	TRY(check_private(fd, p->path, e));
	if (size > FILE_CAP)
		return err_set(e, E_LIMIT, "%s: over %u bytes", p->path, FILE_CAP);
	buf_init(ret, FILE_CAP);
	char *to = buf_space(ret, (size_t)size);
	BUG_ON(!to);
	if (fs_read_at(fd, 0, to, (size_t)size, e) != OK)
		return err_add(e, "%s", p->path);
	buf_grown(ret, (size_t)size);
	return OK;
}

/* The plaintext, with room for another line. */
static rc decrypt(const struct keyring_place *p, struct secret *ret, struct err *e)
{
	AUTO(buf) file = {0};
	size_t n = 0;
	TRY(check_place(p, e));
	TRY(read_file(p, &file, e));
	TRY(secret_open(CAP_KEYRING, ret, e));
	const struct age_keys keys = {.passphrase = p->passphrase};
	uint8_t *to = (uint8_t *)buf_space(&ret->b, CAP_KEYRING);
	rc r = age_decrypt(buf_str(&file), &keys, to, CAP_KEYRING, &n, e);
	if (r == E_DENIED)
		return err_set(e, E_DENIED, "%s: the passphrase does not open it", p->path);
	if (r != OK)
		return err_add(e, "%s", p->path);
	buf_grown(&ret->b, n);
	return OK;
}

static rc encrypt(struct env *env, const struct keyring_place *p, const struct secret *text, struct err *e)
{
	AUTO(buf) file = {0};
	AUTO(secret) random = {0};
	const struct age_to to = {.passphrase = p->passphrase, .work = p->work ? p->work : AGE_WORK_DEFAULT};
	TRY(check_place(p, e));
	TRY(secret_open(age_random_size(&to), &random, e));
	TRY(env->random(env, buf_space(&random.b, age_random_size(&to)), age_random_size(&to), e));
	buf_grown(&random.b, age_random_size(&to));
	buf_init(&file, FILE_CAP);
	if (age_encrypt(secret_str(text), &to, secret_str(&random), &file, e) != OK)
		return err_add(e, "%s", p->path);
	return fs_commit(env, p->at, p->path, buf_str(&file), FILE_MODE, e);
}

/* What is written has to be what keyring_open() reads. */
static rc check_lines(const struct keyring_place *p, const struct secret *text, struct err *e)
{
	struct keyring *k = mem_alloc(sizeof(*k));
	rc r = keyring_parse(k, secret_str(text), e);
	keyring_close(k);
	return r == OK ? OK : err_add(e, "%s", p->path);
}

static rc add_line(const struct keyring_place *p, enum keyring_role role, struct str private_text, struct secret *text,
	struct err *e)
{
	struct str name = keyring_role_name(role);
	if (str_ends(private_text, STR("\n")))
		private_text.n--;
	if (str_chr(private_text, '\n', 0) < private_text.n)
		return err_set(e, E_FORMAT, "a private key of several lines");
	if (text->b.n + name.n + private_text.n + LINE_END > CAP_KEYRING)
		return err_set(e, E_LIMIT, "%s: over %u bytes of keys", p->path, CAP_KEYRING);
	buf_add(&text->b, name);
	buf_addc(&text->b, ' ');
	buf_add(&text->b, private_text);
	buf_addc(&text->b, '\n');
	return check_lines(p, text, e);
}

static rc begin(const struct keyring_place *p, struct secret *ret, struct err *e)
{
	struct stat s;
	if (fstatat(p->at, p->path, &s, AT_SYMLINK_NOFOLLOW) == 0)
		return err_set(e, E_EXISTS, "%s: there are keys, or something else, already", p->path);
	if (errno != ENOENT)
		return err_sys(e, "%s", p->path);
	TRY(secret_open(CAP_KEYRING, ret, e));
	buf_add(&ret->b, STR(FIRST_LINES));
	return OK;
}

rc keyring_create(struct env *env, const struct keyring_place *p, struct err *e)
{
	AUTO(secret) text = {0};
	TRY(begin(p, &text, e));
	return encrypt(env, p, &text, e);
}

rc keyring_create_with(
	struct env *env, const struct keyring_place *p, enum keyring_role role, struct str private_text, struct err *e)
{
	AUTO(secret) text = {0};
	TRY(begin(p, &text, e));
	TRY(add_line(p, role, private_text, &text, e));
	return encrypt(env, p, &text, e);
}

rc keyring_open(const struct keyring_place *p, struct keyring **ret, struct err *e)
{
	AUTO(secret) text = {0};
	TRY(decrypt(p, &text, e));
	struct keyring *k = mem_alloc(sizeof(*k));
	if (keyring_parse(k, secret_str(&text), e) != OK) {
		keyring_close(k);
		return err_add(e, "%s", p->path);
	}
	*ret = k;
	return OK;
}

const struct signer *keyring_key(const struct keyring *k, enum keyring_role role, size_t i)
{
	for (size_t at = k->n; at-- > 0;)
		if (k->keys[at].role == role && i-- == 0)
			return k->keys[at].signer;
	return NULL;
}

void keyring_close(struct keyring *k)
{
	if (!k)
		return;
	for (size_t i = 0; i < k->n; i++)
		signer_free(k->keys[i].signer);
	mem_free(k);
}

/* The lock is on the file that is read, and gone with it once it is replaced. */
static rc open_to_change(const struct keyring_place *p, int *ret_lock, struct secret *ret, struct err *e)
{
	struct stat s;
	if (fstatat(p->at, p->path, &s, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT)
		return err_set(e, E_NOTFOUND, "%s: no such keys", p->path);
	TRY(fs_lock(p->at, p->path, ret_lock, e));
	return decrypt(p, ret, e);
}

rc keyring_add(
	struct env *env, const struct keyring_place *p, enum keyring_role role, struct str private_text, struct err *e)
{
	AUTO(secret) text = {0};
	AUTO_FD lock = -1;
	TRY(open_to_change(p, &lock, &text, e));
	TRY(check_lines(p, &text, e));
	TRY(add_line(p, role, private_text, &text, e));
	return encrypt(env, p, &text, e);
}

rc keyring_generate(struct env *env, const struct keyring_place *p, enum keyring_role role, struct str name,
	struct arena *a, struct str *ret_vkey, struct err *e)
{
	AUTO(secret) text = {0};
	struct signer *s = NULL;
	TRY(secret_open(CAP_KEY_FILE, &text, e));
	TRY(signer_generate_type(env, name, keyring_role_type(role), &text.b, e));
	TRY(keyring_add(env, p, role, secret_str(&text), e));
	TRY(signer_open(secret_str(&text), &s, e));
	*ret_vkey = signer_vkey(a, s);
	signer_free(s);
	return OK;
}

rc keyring_rekey(struct env *env, const struct keyring_place *p, struct str new_passphrase, struct err *e)
{
	AUTO(secret) text = {0};
	AUTO_FD lock = -1;
	struct keyring_place to = *p;
	to.passphrase = new_passphrase;
	TRY(check_place(&to, e));
	TRY(open_to_change(p, &lock, &text, e));
	return encrypt(env, &to, &text, e);
}
