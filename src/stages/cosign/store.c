/* SPDX-License-Identifier: Apache-2.0 */
/* The witness's files: what was cosigned last, here and outside, and whom it knows. */
#include "base/caps.h"
#include "base/codec.h"
#include "io/fs/fs.h"
#include "stages/cosign/cosign_int.h"

#define MESSAGE_HEAD STR("cosignature/v1\ntime ")

struct cosign_paths cosign_paths(struct arena *a, struct str origin_hash)
{
	struct str h = origin_hash;
	return (struct cosign_paths){
		.keys = str_fmt(a, "logs/%.*s/vkey", STR_FMT(h)).p,
		.last = str_fmt(a, "logs/%.*s/cosigned", STR_FMT(h)).p,
		.fork = str_fmt(a, "logs/%.*s/fork", STR_FMT(h)).p,
		.outside = str_cstr(a, h),
	};
}

static rc last_parse(struct arena *a, struct str bytes, struct cosign_last *ret, struct err *e)
{
	struct str rest = bytes;
	struct str line;
	struct cosign_last l = {.is = true};
	if (!str_starts(rest, MESSAGE_HEAD))
		return err_set(e, E_FORMAT, "it does not begin as a cosigned message");
	rest = str_from(rest, MESSAGE_HEAD.n);
	if (!str_cut_line(&rest, &line) || !str_to_u64_strict(line, &l.time) || l.time > NOTE_TIME_MAX)
		return err_set(e, E_FORMAT, "no time");
	TRY(note_split(rest, &l.text, &l.sigs, e));
	TRY(checkpoint_parse(a, l.text, &l.checkpoint, e));
	*ret = l;
	return OK;
}

/* One that is not there has `is` false. */
static rc last_read(int at, const char *path, struct arena *a, struct cosign_last *ret, struct err *e)
{
	AUTO(buf) bytes = {0};
	buf_init(&bytes, CAP_NOTE + KIB);
	*ret = (struct cosign_last){0};
	rc r = fs_read(at, path, &bytes, e);
	if (r == E_NOTFOUND)
		return OK;
	TRY(r);
	r = last_parse(a, str_dup(a, buf_str(&bytes)), ret, e);
	return r == OK ? OK : err_add(e, "%s", path);
}

rc cosign_last_load(
	struct cosign *w, const struct cosign_paths *p, struct arena *a, struct cosign_last *ret, struct err *e)
{
	struct cosign_last in;
	struct cosign_last out = {0};
	TRY(last_read(w->dir, p->last, a, &in, e));
	if (w->outside >= 0)
		TRY(last_read(w->outside, p->outside, a, &out, e));
	if (out.is && (!in.is || out.checkpoint.size > in.checkpoint.size))
		return err_set(e, E_VERIFY,
			"this witness has cosigned %llu entries of this log, and its folder knows of %llu: an older "
			"copy "
			"that was put back; nothing is signed",
			(unsigned long long)out.checkpoint.size, (unsigned long long)(in.is ? in.checkpoint.size : 0));
	if (out.is && out.checkpoint.size == in.checkpoint.size && !hash_eq(&out.checkpoint.root, &in.checkpoint.root))
		return err_set(e, E_VERIFY, "%s: another history than the one that this witness has cosigned", p->last);
	in.only_here = w->outside < 0 || !out.is || out.checkpoint.size < in.checkpoint.size || out.time < in.time;
	if (out.is && out.time > in.time)
		in.time = out.time;
	*ret = in;
	return OK;
}

rc cosign_last_store(struct cosign *w, const struct cosign_paths *p, const struct cosign_last *l, struct err *e)
{
	AUTO(buf) b = {0};
	buf_init(&b, CAP_NOTE + KIB);
	note_cosign_message(&b, l->time, l->text);
	buf_addc(&b, '\n');
	buf_add(&b, l->sigs);
	TRY(buf_done(&b, e));
	TRY(fs_commit(w->env, w->dir, p->last, buf_str(&b), 0600, e));
	if (w->outside < 0)
		return OK;
	rc r = fs_commit(w->env, w->outside, p->outside, buf_str(&b), 0600, e);
	return r == OK ? OK : err_add(e, "the copy outside the witness's folder (below XDG_STATE_HOME or HOME)");
}

rc cosign_keys_read(struct cosign *w, const struct cosign_paths *p, struct arena *a, struct note_key **ret,
	size_t *ret_n, struct err *e)
{
	AUTO(buf) bytes = {0};
	struct note_key *keys = NULL;
	size_t n = 0;
	buf_init(&bytes, CAP_COSIGN_KEYS * KIB);
	rc r = fs_read(w->dir, p->keys, &bytes, e);
	if (r != OK && r != E_NOTFOUND)
		return r;
	struct str rest = str_dup(a, buf_str(&bytes));
	struct str line;
	while (str_cut_line(&rest, &line)) {
		struct note_key *k = arena_push(a, &keys, &n, sizeof(*k));
		if (note_key_parse(a, line, k, e) != OK)
			return err_add(e, "%s", p->keys);
	}
	if (rest.n)
		return err_set(e, E_FORMAT, "%s: a line that does not end", p->keys);
	*ret = keys;
	*ret_n = n;
	return OK;
}

static rc lock_both(struct cosign *w, int dir, int *fds, struct err *e)
{
	TRY(fs_lock_wait(w->env, dir, "lock", &fds[0], e));
	return fs_lock_dir_wait(dir, &fds[1], e);
}

rc cosign_lock(struct cosign *w, struct cosign_locks *ret, struct err *e)
{
	*ret = (struct cosign_locks){{-1, -1, -1, -1}};
	rc r = lock_both(w, w->dir, ret->fds, e);
	if (r == OK && w->outside >= 0)
		r = lock_both(w, w->outside, ret->fds + 2, e);
	if (r != OK)
		cosign_unlock(ret);
	return r;
}

void cosign_unlock(struct cosign_locks *l)
{
	for (size_t i = ARRAY_LEN(l->fds); i-- > 0;)
		fd_closep(&l->fds[i]);
}
