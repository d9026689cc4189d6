/* SPDX-License-Identifier: Apache-2.0 */
/* Commands about the keys themselves. The log's signature is not needed for any of them. */
#include "app/pipeline/pipeline_int.h"
#include "io/fs/fs.h"

static const enum keyring_role roles[] = {
	[KEY_LOG] = KEYRING_LOG, [KEY_WITNESS] = KEYRING_WITNESS, [KEY_AUTHOR] = KEYRING_AUTHOR};

static rc list(int dir, struct pipeline_ui *ui, struct pipeline_key_list *l, struct err *e)
{
	AUTO(secret) passphrase = {0};
	struct signer *plain = NULL;
	struct keyring *ring = NULL;
	bool is_plain = key_is_there(dir, PLAIN_FILE);
	bool in_agent = key_is_there(dir, AGENT_FILE);
	if (in_agent) {
		AUTO(arena) a = {0};
		struct note_key key;
		TRY(key_agent_read(dir, &a, &key, e));
		l->key(l, KEY_LOG, &key, !is_plain, KEY_IN_AGENT);
	}
	if (is_plain) {
		TRY(signer_load(dir, PLAIN_FILE, &plain, e));
		l->key(l, KEY_LOG, signer_key(plain), true, KEY_PLAIN);
		signer_free(plain);
	}
	if (!key_is_there(dir, AGE_FILE))
		return OK;
	TRY(key_ask(ui, false, &passphrase, e));
	const struct keyring_place place = {.at = dir, .path = AGE_FILE, .passphrase = secret_str(&passphrase)};
	TRY(keyring_open(&place, &ring, e));
	for (size_t r = 0; r < ARRAY_LEN(roles); r++) {
		const struct signer *s;
		for (size_t i = 0; (s = keyring_key(ring, roles[r], i)) != NULL; i++)
			l->key(l, (enum key_role)r, signer_key(s), i == 0 && !((is_plain || in_agent) && r == KEY_LOG),
				KEY_ENCRYPTED);
	}
	keyring_close(ring);
	return OK;
}

rc pipeline_keys(struct env *env, const char *path, struct pipeline_ui *ui, struct pipeline_key_list *l, struct err *e)
{
	struct archive *ar = NULL;
	TRY(archive_open(env, path, false, &ar, e));
	rc r = list(archive_dir(ar), ui, l, e);
	archive_close(ar);
	return r;
}

static rc add(struct env *env, int dir, const struct pipeline_new *how, enum key_role role, struct arena *a,
	struct str *ret_vkey, struct err *e)
{
	AUTO(secret) passphrase = {0};
	bool made = key_is_there(dir, AGE_FILE);
	TRY(key_ask(how->ui, !made, &passphrase, e));
	const struct keyring_place place = {
		.at = dir, .path = AGE_FILE, .passphrase = secret_str(&passphrase), .work = how->work};
	if (!made)
		TRY(keyring_create(env, &place, e));
	return keyring_generate(env, &place, roles[role], how->origin, a, ret_vkey, e);
}

rc pipeline_key_add(struct env *env, const char *path, const struct pipeline_new *how, enum key_role role,
	struct arena *a, struct str *ret_vkey, struct err *e)
{
	struct archive *ar = NULL;
	TRY(key_check_name(env, how->origin, e));
	TRY(archive_open(env, path, true, &ar, e));
	rc r = add(env, archive_dir(ar), how, role, a, ret_vkey, e);
	archive_close(ar);
	return r;
}

/* Behind the first step both files have the key, and the plain one signs. */
static rc move(struct env *env, int dir, const struct pipeline_new *how, struct err *e)
{
	AUTO(secret) passphrase = {0};
	AUTO(secret) text = {0};
	struct signer *s = NULL;
	bool made = key_is_there(dir, AGE_FILE);
	TRY(signer_load(dir, PLAIN_FILE, &s, e));
	signer_free(s);
	TRY(secret_open(CAP_KEY_FILE, &text, e));
	TRY(fs_read(dir, PLAIN_FILE, &text.b, e));
	TRY(key_ask(how->ui, !made, &passphrase, e));
	const struct keyring_place place = {
		.at = dir, .path = AGE_FILE, .passphrase = secret_str(&passphrase), .work = how->work};
	if (!made)
		TRY(keyring_create_with(env, &place, KEYRING_LOG, secret_str(&text), e));
	rc r = made ? keyring_add(env, &place, KEYRING_LOG, secret_str(&text), e) : OK;
	if (r != OK && r != E_EXISTS)
		return r;
	return fs_remove(env, dir, PLAIN_FILE, e);
}

static rc rekey(struct env *env, int dir, const struct pipeline_new *how, struct err *e)
{
	AUTO(secret) old = {0};
	AUTO(secret) fresh = {0};
	struct keyring *ring = NULL;
	if (!key_is_there(dir, AGE_FILE))
		return err_set(e, E_NOTFOUND, AGE_FILE ": there is none, and so no passphrase");
	TRY(key_ask(how->ui, false, &old, e));
	const struct keyring_place place = {
		.at = dir, .path = AGE_FILE, .passphrase = secret_str(&old), .work = how->work};
	/* a wrong one is said before a new one is asked for */
	TRY(keyring_open(&place, &ring, e));
	keyring_close(ring);
	TRY(key_ask(how->ui, true, &fresh, e));
	return keyring_rekey(env, &place, secret_str(&fresh), e);
}

rc pipeline_key_passphrase(
	struct env *env, const char *path, const struct pipeline_new *how, bool *ret_moved, struct err *e)
{
	struct archive *ar = NULL;
	TRY(archive_open(env, path, true, &ar, e));
	int dir = archive_dir(ar);
	bool plain = key_is_there(dir, PLAIN_FILE);
	rc r = plain ? move(env, dir, how, e) : rekey(env, dir, how, e);
	archive_close(ar);
	if (r == OK)
		*ret_moved = plain;
	return r;
}
