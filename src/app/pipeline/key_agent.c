/* SPDX-License-Identifier: Apache-2.0 */
/* The log's key in an ssh-agent: the one that SSH_AUTH_SOCK names signs, and keys/log.agent says with which of its
 * keys. docs/formats/keys.md */
#include "app/pipeline/pipeline_int.h"
#include "io/fs/fs.h"

/* To a command, an agent that is away or lacks the key is what a missing passphrase is. */
static rc denied(rc r, struct err *e)
{
	return r == E_NOTFOUND ? (e->code = E_DENIED) : r;
}

static rc socket_path(struct env *env, const char **ret, struct err *e)
{
	const char *path = env->var ? env->var(env, "SSH_AUTH_SOCK") : NULL;
	if (!path || !path[0])
		return err_set(e, E_DENIED, "no ssh-agent: SSH_AUTH_SOCK is not set");
	*ret = path;
	return OK;
}

static rc find_comment(struct env *env, const char *path, const struct pipeline_new *how, struct arena *a,
	struct note_key *ret, struct err *e)
{
	struct str origin = how->origin;
	uint8_t pub[NOTE_KEY_SIZE];
	TRY(denied(signer_agent_find(path, how->agent, pub, e), e));
	if (origin.n == 0)
		TRY(key_random_origin(env, a, &origin, e));
	return note_key_make(origin, pub, ret, e);
}

rc key_agent_find(struct env *env, const struct pipeline_new *how, struct signer **ret, struct err *e)
{
	AUTO(arena) a = {0};
	struct note_key key;
	const char *path = NULL;
	TRY(socket_path(env, &path, e));
	rc r = note_key_parse(&a, how->agent, &key, e);
	if (r == E_UNSUPPORTED || (r == OK && key.type != NOTE_ED25519))
		return err_set(e, E_USAGE, "'%.*s': not a key that a log can have", STR_FMT(how->agent));
	if (r == OK && how->origin.n && !str_eq(how->origin, key.name))
		return err_set(e, E_USAGE, "a key named '%.*s' for a log named '%.*s'", STR_FMT(key.name),
			STR_FMT(how->origin));
	if (r != OK)
		TRY(find_comment(env, path, how, &a, &key, e));
	return denied(signer_agent_open(path, &key, ret, e), e);
}

static struct str line_of(struct arena *a, const struct note_key *key)
{
	return str_fmt(a, "%.*s\n", STR_FMT(signer_agent_line(a, key->pub)));
}

rc key_agent_read(int dir, struct arena *a, struct note_key *ret, struct err *e)
{
	AUTO(buf) vkey = {0};
	AUTO(buf) line = {0};
	struct note_key key;
	buf_init(&vkey, 4 * KIB);
	buf_init(&line, 4 * KIB);
	TRY(fs_read(dir, VKEY_FILE, &vkey, e));
	TRY(fs_read(dir, AGENT_FILE, &line, e));
	if (note_key_parse(a, str_dup(a, str_trim(buf_str(&vkey))), &key, e) != OK)
		return err_add(e, VKEY_FILE);
	if (!str_eq(buf_str(&line), line_of(a, &key)))
		return err_set(e, E_FORMAT, AGENT_FILE ": does not name the key of " VKEY_FILE);
	*ret = key;
	return OK;
}

rc key_agent_open(struct env *env, int dir, struct signer **ret, struct err *e)
{
	AUTO(arena) a = {0};
	struct note_key key;
	const char *path = NULL;
	TRY(key_agent_read(dir, &a, &key, e));
	rc r = socket_path(env, &path, e);
	if (r == OK)
		r = denied(signer_agent_open(path, &key, ret, e), e);
	return r == OK ? OK : err_add(e, AGENT_FILE);
}

/* The log keeps the name that an interrupted try gave it. */
static rc find_again(struct env *env, int dir, const struct pipeline_new *how, struct signer **ret, struct err *e)
{
	AUTO(arena) a = {0};
	struct note_key key;
	struct signer *s = NULL;
	struct pipeline_new same = *how;
	TRY(key_agent_read(dir, &a, &key, e));
	same.origin = key.name;
	TRY(key_agent_find(env, &same, &s, e));
	if (memcmp(signer_key(s)->pub, key.pub, sizeof(key.pub)) != 0) {
		signer_free(s);
		return err_set(e, E_EXISTS, AGENT_FILE ": names another key");
	}
	*ret = s;
	return OK;
}

/* As with other keys, an interrupted try goes on: keys/log.agent is there last. */
rc key_agent_make(struct env *env, int dir, const struct pipeline_new *how, struct signer **ret, struct err *e)
{
	AUTO(arena) a = {0};
	struct signer *s = NULL;
	if (key_is_there(dir, AGENT_FILE))
		return find_again(env, dir, how, ret, e);
	TRY(key_agent_find(env, how, &s, e));
	struct str vkey = str_fmt(&a, "%.*s\n", STR_FMT(signer_vkey(&a, s)));
	rc r = fs_commit(env, dir, VKEY_FILE, vkey, 0644, e);
	if (r == OK)
		r = fs_commit(env, dir, AGENT_FILE, line_of(&a, signer_key(s)), 0644, e);
	if (r == OK)
		*ret = s;
	else
		signer_free(s);
	return r;
}
