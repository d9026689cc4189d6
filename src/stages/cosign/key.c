/* SPDX-License-Identifier: Apache-2.0 */
/* The one place that knows how a witness's key is kept: in onrecord.age under a passphrase (docs/formats/keys.md), or
 * as it is in the file key. Where both are there, the latter signs. */
#include <fcntl.h>

#include "base/mem.h"
#include "io/fs/fs.h"
#include "io/keyring/keyring.h"
#include "stages/cosign/cosign_int.h"

#define PLAIN_FILE "key"
#define AGE_FILE "onrecord.age"

static bool is_there(int at, const char *path)
{
	AUTO_FD fd = -1;
	uint64_t size = 0;
	struct err ignored;
	return fs_open(at, path, &fd, &size, &ignored) != E_NOTFOUND;
}

static rc ask(const struct cosign_how *how, bool fresh, struct secret *ret, struct err *e)
{
	if (!how->passphrase)
		return err_set(e, E_DENIED, AGE_FILE ": needs its passphrase, and nobody can be asked");
	return how->passphrase(how->ctx, fresh, ret, e);
}

rc cosign_signer_check_new(const char *path, const struct cosign_how *how, struct secret *passphrase, struct err *e)
{
	AUTO(arena) a = {0};
	bool made = is_there(AT_FDCWD, str_fmt(&a, "%s/" AGE_FILE, path).p);
	if (is_there(AT_FDCWD, str_fmt(&a, "%s/" PLAIN_FILE, path).p) || (how->plain && !made))
		return OK;
	return ask(how, !made, passphrase, e);
}

static rc load_plain(int dir, struct cosign_signer *ret, struct err *e)
{
	struct signer *s = NULL;
	TRY(signer_load(dir, PLAIN_FILE, &s, e));
	if (signer_key(s)->type != NOTE_COSIGNATURE) {
		signer_free(s);
		return err_set(e, E_UNSUPPORTED, PLAIN_FILE ": no key of a witness");
	}
	*ret = (struct cosign_signer){.signer = s, .plain = s};
	return OK;
}

rc cosign_signer_load(
	int dir, const struct cosign_how *how, struct secret *passphrase, struct cosign_signer *ret, struct err *e)
{
	struct keyring *ring = NULL;
	if (is_there(dir, PLAIN_FILE) || !is_there(dir, AGE_FILE))
		return load_plain(dir, ret, e);
	if (passphrase->b.n == 0)
		TRY(ask(how, false, passphrase, e));
	const struct keyring_place place = {.at = dir, .path = AGE_FILE, .passphrase = secret_str(passphrase)};
	TRY(keyring_open(&place, &ring, e));
	const struct signer *s = keyring_key(ring, KEYRING_WITNESS, 0);
	if (!s) {
		keyring_close(ring);
		return err_set(e, E_FORMAT, AGE_FILE ": has no key for a witness");
	}
	*ret = (struct cosign_signer){.signer = s, .ring = ring};
	return OK;
}

rc cosign_signer_make(struct env *env, int dir, struct str name, const struct cosign_how *how,
	const struct secret *passphrase, struct cosign_signer *ret, struct err *e)
{
	AUTO(secret) text = {0};
	struct signer *s = NULL;
	const struct keyring_place place = {
		.at = dir, .path = AGE_FILE, .passphrase = secret_str(passphrase), .work = how->work};
	TRY(secret_open(CAP_KEY_FILE, &text, e));
	rc r = signer_generate_type(env, name, NOTE_COSIGNATURE, &text.b, e);
	if (r == E_FORMAT || r == E_LIMIT)
		e->code = E_USAGE;
	if (r != OK)
		return e->code;
	TRY(signer_open(secret_str(&text), &s, e));
	r = how->plain ? fs_commit(env, dir, PLAIN_FILE, secret_str(&text), 0600, e)
		       : keyring_create_with(env, &place, KEYRING_WITNESS, secret_str(&text), e);
	if (r == OK)
		*ret = (struct cosign_signer){.signer = s, .plain = s};
	else
		signer_free(s);
	return r;
}

void cosign_signer_clear(struct cosign_signer *s)
{
	signer_free(s->plain);
	keyring_close(s->ring);
	*s = (struct cosign_signer){0};
}
