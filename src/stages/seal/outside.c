/* SPDX-License-Identifier: Apache-2.0 */
/* The copy of the last signed checkpoint that lives outside the archive's folder: when it knows more than the folder
 * does, an older copy of the folder has been put back, and signing on would make a second history. */
#include <fcntl.h>

#include "base/codec.h"
#include "io/fs/fs.h"
#include "stages/seal/seal_int.h"

/* $XDG_STATE_HOME/onrecord/<half of SHA-256(vkey)>, or under ~/.local/state. False when neither is set. By the whole
 * vkey, since two archives may have the same origin, and one must not write over what is known of the other. */
static bool outside_path(struct env *env, const struct note_key *key, struct arena *a, const char **ret)
{
	const char *state = env->var ? env->var(env, "XDG_STATE_HOME") : NULL;
	const char *home = env->var ? env->var(env, "HOME") : NULL;
	struct hash h = hash_of(note_key_text(a, key));
	struct str name = hex_of(a, str_sub(hash_str(&h), 0, 16));
	if (state && state[0] == '/')
		*ret = str_fmt(a, "%s/onrecord/%.*s", state, STR_FMT(name)).p;
	else if (home && home[0] == '/')
		*ret = str_fmt(a, "%s/.local/state/onrecord/%.*s", home, STR_FMT(name)).p;
	else
		return false;
	return true;
}

rc seal_outside_read(struct env *env, const struct note_key *key, struct arena *a, struct checkpoint *ret,
	bool *ret_place, struct err *e)
{
	const char *path = NULL;
	*ret_place = outside_path(env, key, a, &path);
	if (!*ret_place)
		return err_set(e, E_NOTFOUND, "neither XDG_STATE_HOME nor HOME is set");
	return seal_read_checkpoint(AT_FDCWD, path, key, a, ret, NULL, e);
}

rc seal_outside_write(struct env *env, const struct note_key *key, struct str note, struct err *e)
{
	AUTO(arena) a = {0};
	const char *path = NULL;
	if (!outside_path(env, key, &a, &path))
		return OK;
	if (fs_commit(env, AT_FDCWD, path, note, 0600, e) == OK)
		return OK;
	return err_add(e, "the copy of the checkpoint outside the archive (below XDG_STATE_HOME or HOME)");
}
