/* SPDX-License-Identifier: Apache-2.0 */
/* The seed exists in three places at most: the file, the locked page, and, while a signature is made, OpenSSL's key,
 * which it wipes itself. Buffers that it passes through on the way are wiped here. */
#include "io/signer/signer.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/codec.h"
#include "base/mem.h"
#include "io/signer/signer_int.h"

#define SEED_SIZE 32u
#define TYPED_SEED_SIZE (1u + SEED_SIZE) /* key type in front */
#define SEED_BASE64 44u                  /* of TYPED_SEED_SIZE bytes */
#define ID_HEX 8u
#define PREFIX STR("PRIVATE+KEY+")

static rc crypto_failed(struct err *e)
{
	return err_set(e, E_IO, "OpenSSL failed to make an Ed25519 signature");
}

static rc public_of(const uint8_t seed[SEED_SIZE], uint8_t ret_pub[NOTE_KEY_SIZE], struct err *e)
{
	EVP_PKEY *k = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, SEED_SIZE);
	size_t n = NOTE_KEY_SIZE;
	bool ok = k && EVP_PKEY_get_raw_public_key(k, ret_pub, &n) == 1 && n == NOTE_KEY_SIZE;
	EVP_PKEY_free(k);
	return ok ? OK : crypto_failed(e);
}

rc signer_sign(const struct signer *s, struct str message, uint8_t ret_sig[NOTE_SIG_SIZE], struct err *e)
{
	if (s->agent >= 0)
		return signer_agent_sign(s, message, ret_sig, e);
	EVP_PKEY *k = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, (const uint8_t *)s->seed.b.p, SEED_SIZE);
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	uint8_t sig[NOTE_SIG_SIZE];
	size_t n = sizeof(sig);
	bool ok = k && c && EVP_DigestSignInit(c, NULL, NULL, NULL, k) == 1 &&
		EVP_DigestSign(c, sig, &n, (const uint8_t *)message.p, message.n) == 1 && n == sizeof(sig);
	EVP_MD_CTX_free(c);
	EVP_PKEY_free(k);
	if (!ok)
		return crypto_failed(e);
	memcpy(ret_sig, sig, sizeof(sig));
	return OK;
}

static rc make_key(struct str name, const uint8_t typed[TYPED_SEED_SIZE], struct note_key *ret, struct err *e)
{
	if (name.n > CAP_KEY_NAME)
		return err_set(e, E_LIMIT, "a key's name is over %u bytes", CAP_KEY_NAME);
	uint8_t pub[NOTE_KEY_SIZE];
	TRY(public_of(typed + 1, pub, e));
	return note_key_make_type(name, typed[0], pub, ret, e);
}

rc signer_generate(struct env *env, struct str name, struct buf *ret_private, struct err *e)
{
	return signer_generate_type(env, name, NOTE_ED25519, ret_private, e);
}

rc signer_generate_type(struct env *env, struct str name, uint8_t type, struct buf *ret_private, struct err *e)
{
	uint8_t typed[TYPED_SEED_SIZE] = {type};
	struct note_key key;
	rc r = env->random(env, typed + 1, SEED_SIZE, e);
	if (r == OK)
		r = make_key(name, typed, &key, e);
	if (r == OK) {
		/* All the room at once, so that the seed is written to one place. */
		(void)buf_space(ret_private, PREFIX.n + name.n + 1 + ID_HEX + 1 + SEED_BASE64 + 1);
		buf_add(ret_private, PREFIX);
		buf_add(ret_private, name);
		buf_addc(ret_private, '+');
		hex_add(ret_private, str_mem(key.id, sizeof(key.id)));
		buf_addc(ret_private, '+');
		base64_add(ret_private, str_mem(typed, sizeof(typed)));
		buf_addc(ret_private, '\n');
		r = buf_done(ret_private, e);
	}
	mem_wipe(typed, sizeof(typed));
	return r;
}

static rc signer_new(
	struct str name, struct str hex, const uint8_t typed[TYPED_SEED_SIZE], struct signer **ret, struct err *e)
{
	struct note_key key;
	TRY(make_key(name, typed, &key, e));
	for (size_t i = 0; i < sizeof(key.id); i++)
		if (ascii_hexval(hex.p[2 * i]) != key.id[i] >> 4 || ascii_hexval(hex.p[2 * i + 1]) != (key.id[i] & 15))
			return err_set(e, E_VERIFY, "the private key's id does not belong to it");
	struct secret page;
	TRY(secret_open(SEED_SIZE, &page, e));
	buf_addmem(&page.b, typed + 1, SEED_SIZE);
	struct signer *s = mem_alloc(sizeof(*s));
	s->seed = page;
	s->agent = -1;
	memcpy(s->name, name.p, name.n);
	s->key = key;
	s->key.name = str_mem(s->name, name.n);
	*ret = s;
	return OK;
}

/* Strict, and on the caller's stack: base64_decode() would leave the seed behind in an arena. */
static bool decode_seed(struct str text, uint8_t ret[TYPED_SEED_SIZE])
{
	uint8_t again[SEED_BASE64 + 1];
	if (text.n != SEED_BASE64)
		return false;
	bool ok = EVP_DecodeBlock(ret, (const uint8_t *)text.p, (int)SEED_BASE64) == (int)TYPED_SEED_SIZE &&
		EVP_EncodeBlock(again, ret, (int)TYPED_SEED_SIZE) == (int)SEED_BASE64 &&
		memcmp(again, text.p, SEED_BASE64) == 0;
	mem_wipe(again, sizeof(again));
	return ok;
}

rc signer_open(struct str text, struct signer **ret, struct err *e)
{
	if (text.n > CAP_KEY_FILE)
		return err_set(e, E_LIMIT, "a private key of over %u bytes", CAP_KEY_FILE);
	if (str_ends(text, STR("\n")))
		text.n--;
	if (!str_starts(text, PREFIX))
		return err_set(e, E_FORMAT, "no private key: does not begin with PRIVATE+KEY+");
	struct str rest = str_from(text, PREFIX.n);
	struct str name = str_cut(&rest, '+');
	struct str hex = str_cut(&rest, '+');
	if (hex.n != ID_HEX)
		return err_set(e, E_FORMAT, "no private key: no id of %u hex digits", ID_HEX);
	uint8_t typed[TYPED_SEED_SIZE] = {0};
	rc r;
	if (!decode_seed(rest, typed))
		r = err_set(e, E_FORMAT, "no private key: no base64 of %u bytes", TYPED_SEED_SIZE);
	else
		r = signer_new(name, hex, typed, ret, e);
	mem_wipe(typed, sizeof(typed));
	return r;
}

/* The file must be ours alone: a key that others could have read proves nothing. */
static rc check_private(int fd, const char *path, size_t *ret_size, struct err *e)
{
	struct stat s;
	if (fstat(fd, &s) != 0)
		return err_sys(e, "%s", path);
	if (!S_ISREG(s.st_mode))
		return err_set(e, E_DENIED, "%s: no regular file", path);
	if (s.st_uid != geteuid())
		return err_set(e, E_DENIED, "%s: a private key that belongs to another user", path);
	if (s.st_mode & (S_IRWXG | S_IRWXO))
		return err_set(e, E_DENIED, "%s: a private key that others may read (mode %04o): chmod 600 it", path,
			(unsigned)(s.st_mode & 07777));
	if (s.st_size < 0 || s.st_size > (off_t)CAP_KEY_FILE)
		return err_set(e, E_LIMIT, "%s: a private key of over %u bytes", path, CAP_KEY_FILE);
	*ret_size = (size_t)s.st_size;
	return OK;
}

rc signer_load(int at, const char *path, struct signer **ret, struct err *e)
{
	AUTO_FD fd = openat(at, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return err_set(e, E_NOTFOUND, "%s: no such key", path);
	if (fd < 0 && errno == ELOOP)
		return err_set(e, E_DENIED, "%s: a private key behind a link", path);
	if (fd < 0)
		return err_sys(e, "open %s", path);
	size_t size = 0, n = 0;
	TRY(check_private(fd, path, &size, e));
	char text[CAP_KEY_FILE];
	rc r = OK;
	while (r == OK && n < size) {
		ssize_t got = read(fd, text + n, size - n);
		if (got > 0)
			n += (size_t)got;
		else if (got == 0)
			size = n;
		else if (errno != EINTR)
			r = err_sys(e, "read %s", path);
	}
	if (r == OK && signer_open(str_mem(text, n), ret, e) != OK)
		r = err_add(e, "%s", path);
	mem_wipe(text, sizeof(text));
	return r;
}

const struct note_key *signer_key(const struct signer *s)
{
	return &s->key;
}

struct str signer_vkey(struct arena *a, const struct signer *s)
{
	return note_key_text(a, &s->key);
}

rc signer_sign_note(const struct signer *s, struct buf *note, struct err *e)
{
	if (s->key.type != NOTE_ED25519)
		return err_set(e, E_USAGE, "a cosigner's key signs checkpoints of others only");
	if (!str_ends(buf_str(note), STR("\n")))
		return err_set(e, E_FORMAT, "a note's text ends in a newline");
	TRY(buf_done(note, e));
	uint8_t sig[NOTE_SIG_SIZE];
	TRY(signer_sign(s, buf_str(note), sig, e));
	buf_addc(note, '\n');
	note_add_sig(note, &s->key, str_mem(sig, sizeof(sig)));
	return buf_done(note, e);
}

rc signer_cosign(const struct signer *s, struct str checkpoint, uint64_t time, struct buf *ret_line, struct err *e)
{
	AUTO(arena) a = {0};
	AUTO(buf) message = {0};
	AUTO(buf) blob = {0};
	struct checkpoint c;
	uint8_t sig[NOTE_SIG_SIZE];
	if (s->key.type != NOTE_COSIGNATURE)
		return err_set(e, E_USAGE, "not a cosigner's key");
	if (time > NOTE_TIME_MAX)
		return err_set(e, E_USAGE, "a time of %llu", (unsigned long long)time);
	if (!str_ends(checkpoint, STR("\n")))
		return err_set(e, E_FORMAT, "a checkpoint ends in a newline");
	TRY(checkpoint_parse(&a, checkpoint, &c, e));
	buf_init(&message, CAP_NOTE);
	buf_init(&blob, NOTE_COSIG_SIZE);
	note_cosign_message(&message, time, checkpoint);
	TRY(buf_done(&message, e));
	TRY(signer_sign(s, buf_str(&message), sig, e));
	buf_addu64(&blob, time);
	buf_addmem(&blob, sig, sizeof(sig));
	note_add_sig(ret_line, &s->key, buf_str(&blob));
	return buf_done(ret_line, e);
}

void signer_free(struct signer *s)
{
	if (!s)
		return;
	secret_clear(&s->seed);
	fd_closep(&s->agent);
	mem_free(s);
}
