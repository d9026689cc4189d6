/* SPDX-License-Identifier: Apache-2.0 */
/* Where the log's key lies: in keys/onrecord.age under a passphrase, as it is in keys/log.key, or in an ssh-agent.
 * docs/formats/keys.md */
#include <fcntl.h>

#include "app/pipeline/pipeline_int.h"
#include "base/codec.h"
#include "io/fs/fs.h"

bool key_is_there(int at, const char *path)
{
	AUTO_FD fd = -1;
	uint64_t size = 0;
	struct err ignored;
	return fs_open(at, path, &fd, &size, &ignored) != E_NOTFOUND;
}

rc key_ask(struct pipeline_ui *ui, bool fresh, struct secret *ret, struct err *e)
{
	if (!ui || !ui->passphrase)
		return err_set(e, E_DENIED, AGE_FILE ": needs its passphrase, and nobody can be asked");
	return ui->passphrase(ui, fresh, ret, e);
}

rc key_random_origin(struct env *env, struct arena *a, struct str *ret, struct err *e)
{
	uint8_t random[8];
	TRY(env->random(env, random, sizeof(random), e));
	*ret = str_fmt(a, "onrecord.invalid/%.*s", STR_FMT(hex_of(a, str_mem(random, sizeof(random)))));
	return OK;
}

rc key_check_name(struct env *env, struct str origin, struct err *e)
{
	AUTO(secret) trial = {0};
	if (origin.n == 0)
		return OK;
	TRY(secret_open(CAP_KEY_FILE, &trial, e));
	rc r = signer_generate(env, origin, &trial.b, e);
	return r == E_FORMAT || r == E_LIMIT ? (e->code = E_USAGE) : r;
}

static rc check_agent(struct env *env, const struct pipeline_new *how, struct err *e)
{
	struct signer *s = NULL;
	if (how->plain)
		return err_set(e, E_USAGE, "a key in an ssh-agent is in no file");
	TRY(key_agent_find(env, how, &s, e));
	signer_free(s);
	return OK;
}

rc key_check_new(
	struct env *env, const char *path, const struct pipeline_new *how, struct secret *passphrase, struct err *e)
{
	AUTO(arena) a = {0};
	TRY(key_check_name(env, how->origin, e));
	if (how->agent.n)
		return check_agent(env, how, e);
	if (key_is_there(AT_FDCWD, str_fmt(&a, "%s/" AGENT_FILE, path).p))
		return err_set(e, E_EXISTS, "%s/" AGENT_FILE ": the log's key is in an ssh-agent", path);
	bool made = key_is_there(AT_FDCWD, str_fmt(&a, "%s/" AGE_FILE, path).p);
	if (key_is_there(AT_FDCWD, str_fmt(&a, "%s/" PLAIN_FILE, path).p) || (how->plain && !made))
		return OK;
	if (made && how->continues.n == 0 && key_is_there(AT_FDCWD, str_fmt(&a, "%s/log/checkpoint", path).p))
		return err_set(e, E_EXISTS, "%s: has a log already", path);
	return key_ask(how->ui, !made, passphrase, e);
}

static rc open_plain(int dir, struct log_key *ret, struct err *e)
{
	TRY(signer_load(dir, PLAIN_FILE, &ret->plain, e));
	ret->signer = ret->plain;
	return OK;
}

static rc open_ring(int dir, struct str passphrase, struct log_key *ret, struct err *e)
{
	const struct keyring_place place = {.at = dir, .path = AGE_FILE, .passphrase = passphrase};
	TRY(keyring_open(&place, &ret->ring, e));
	ret->signer = keyring_key(ret->ring, KEYRING_LOG, 0);
	if (ret->signer)
		return OK;
	key_clear(ret);
	return err_set(e, E_NOTFOUND, AGE_FILE ": has no key for the log");
}

/* The public key is there before the private one, and both before the log: an interrupted try goes on. */
static rc make(struct env *env, int dir, const struct pipeline_new *how, struct str passphrase, struct log_key *ret,
	struct err *e)
{
	AUTO(arena) a = {0};
	AUTO(secret) text = {0};
	struct str origin = how->origin;
	const struct keyring_place place = {.at = dir, .path = AGE_FILE, .passphrase = passphrase, .work = how->work};
	if (origin.n == 0)
		TRY(key_random_origin(env, &a, &origin, e));
	TRY(secret_open(CAP_KEY_FILE, &text, e));
	TRY(signer_generate(env, origin, &text.b, e));
	TRY(signer_open(secret_str(&text), &ret->plain, e));
	ret->signer = ret->plain;
	struct str vkey = str_fmt(&a, "%.*s\n", STR_FMT(signer_vkey(&a, ret->plain)));
	TRY(fs_commit(env, dir, VKEY_FILE, vkey, 0644, e));
	if (how->plain)
		return fs_commit(env, dir, PLAIN_FILE, secret_str(&text), 0600, e);
	return keyring_create_with(env, &place, KEYRING_LOG, secret_str(&text), e);
}

rc key_make(struct env *env, int dir, const struct pipeline_new *how, const struct secret *passphrase,
	struct log_key *ret, struct err *e)
{
	if (how->agent.n && (key_is_there(dir, PLAIN_FILE) || key_is_there(dir, AGE_FILE)))
		return err_set(e, E_EXISTS, "the log's key is in a file of keys/ already");
	if (how->agent.n) {
		TRY(key_agent_make(env, dir, how, &ret->plain, e));
		ret->signer = ret->plain;
		return OK;
	}
	if (key_is_there(dir, PLAIN_FILE))
		return open_plain(dir, ret, e);
	if (key_is_there(dir, AGE_FILE))
		return open_ring(dir, secret_str(passphrase), ret, e);
	return make(env, dir, how, secret_str(passphrase), ret, e);
}

bool key_is_locked(int dir)
{
	return !key_is_there(dir, PLAIN_FILE) && (key_is_there(dir, AGENT_FILE) || key_is_there(dir, AGE_FILE));
}

rc key_open(struct env *env, int dir, struct pipeline_ui *ui, struct log_key *ret, struct err *e)
{
	AUTO(secret) passphrase = {0};
	if (!key_is_locked(dir))
		return open_plain(dir, ret, e);
	if (key_is_there(dir, AGENT_FILE)) {
		TRY(key_agent_open(env, dir, &ret->plain, e));
		ret->signer = ret->plain;
		return OK;
	}
	TRY(key_ask(ui, false, &passphrase, e));
	return open_ring(dir, secret_str(&passphrase), ret, e);
}

void key_clear(struct log_key *k)
{
	signer_free(k->plain);
	keyring_close(k->ring);
	*k = (struct log_key){0};
}
