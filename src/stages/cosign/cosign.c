/* SPDX-License-Identifier: Apache-2.0 */
#include "stages/cosign/cosign.h"

#include <fcntl.h>

#include "base/caps.h"
#include "base/codec.h"
#include "base/mem.h"
#include "formats/witness/witness.h"
#include "io/fs/fs.h"
#include "io/signer/signer.h"
#include "stages/cosign/cosign_int.h"

#define FORMAT_FILE "format"
#define FORMAT_TEXT STR("onrecord witness 1\n")
#define VKEY_FILE "vkey"
#define NS_PER_SECOND 1000000000ll

/* `format` is written last: a folder that has it is whole. */
rc cosign_create(struct env *env, const char *path, struct str name, const struct cosign_how *how, struct arena *a,
	struct str *ret_vkey, struct err *e)
{
	AUTO_FD dir = -1;
	AUTO_FD lock = -1;
	AUTO_FD found = -1;
	AUTO(secret) passphrase = {0};
	uint64_t size = 0;
	struct note_key unused;
	struct cosign_signer s = {0};
	static const uint8_t no_key[NOTE_KEY_SIZE] = {1};
	if (name.n > CAP_KEY_NAME || note_key_make_type(name, NOTE_COSIGNATURE, no_key, &unused, e) != OK)
		return err_set(e, E_USAGE, "'%.*s' cannot be the name of a key", STR_FMT(str_sub(name, 0, 100)));
	const char *format = str_fmt(a, "%s/" FORMAT_FILE, path).p;
	if (fs_open(AT_FDCWD, format, &found, &size, e) == OK)
		return err_set(e, E_EXISTS, "%s: a witness is there", path);
	TRY(cosign_signer_check_new(path, how, &passphrase, e));
	TRY(fs_dir_make(env, AT_FDCWD, path, e));
	TRY(fs_dir_open(AT_FDCWD, path, &dir, e));
	TRY(fs_lock_wait(env, dir, "lock", &lock, e));
	if (fs_open(dir, FORMAT_FILE, &found, &size, e) == OK)
		return err_set(e, E_EXISTS, "%s: a witness is there", path);
	rc r = cosign_signer_load(dir, how, &passphrase, &s, e);
	if (r == OK && !str_eq(signer_key(s.signer)->name, name)) {
		r = err_set(e, E_EXISTS, "%s: a key of '%.*s' is there", path,
			STR_FMT(str_sub(signer_key(s.signer)->name, 0, 100)));
		cosign_signer_clear(&s);
	}
	if (r == E_NOTFOUND)
		r = cosign_signer_make(env, dir, name, how, &passphrase, &s, e);
	TRY(r);
	*ret_vkey = signer_vkey(a, s.signer);
	cosign_signer_clear(&s);
	TRY(fs_commit(env, dir, VKEY_FILE, str_fmt(a, "%.*s\n", STR_FMT(*ret_vkey)), 0644, e));
	return fs_commit(env, dir, FORMAT_FILE, FORMAT_TEXT, 0644, e);
}

/* $XDG_STATE_HOME/onrecord/<half of SHA-256(vkey)>/, as the log's own copy has it. */
static rc open_outside(struct cosign *w, struct err *e)
{
	AUTO(arena) a = {0};
	const char *state = w->env->var ? w->env->var(w->env, "XDG_STATE_HOME") : NULL;
	const char *home = w->env->var ? w->env->var(w->env, "HOME") : NULL;
	struct hash h = hash_of(note_key_text(&a, &w->vkey));
	struct str name = hex_of(&a, str_sub(hash_str(&h), 0, 16));
	const char *path = NULL;
	if (state && state[0] == '/')
		path = str_fmt(&a, "%s/onrecord/%.*s", state, STR_FMT(name)).p;
	else if (home && home[0] == '/')
		path = str_fmt(&a, "%s/.local/state/onrecord/%.*s", home, STR_FMT(name)).p;
	else
		return OK;
	TRY(fs_dir_make(w->env, AT_FDCWD, path, e));
	TRY(fs_dir_open(AT_FDCWD, path, &w->outside, e));
	/* by a link: it would wait for itself */
	if (fs_lock_check(w->outside, ".", w->dir, e) == OK)
		return err_set(e, E_USAGE, "%s: the copy outside would be in the witness's folder", path);
	return OK;
}

static rc load_vkey(struct cosign *w, struct err *e)
{
	AUTO(buf) text = {0};
	buf_init(&text, 4 * KIB);
	TRY(fs_read(w->dir, VKEY_FILE, &text, e));
	if (note_key_parse(&w->run, str_dup(&w->run, str_trim(buf_str(&text))), &w->vkey, e) != OK)
		return err_add(e, VKEY_FILE);
	return w->vkey.type == NOTE_COSIGNATURE ? OK : err_set(e, E_FORMAT, VKEY_FILE ": no key of a witness");
}

static rc load_keys(struct cosign *w, const struct cosign_how *how, struct err *e)
{
	AUTO(secret) passphrase = {0};
	TRY(load_vkey(w, e));
	if (!how)
		return OK;
	TRY(cosign_signer_load(w->dir, how, &passphrase, &w->key, e));
	if (str_eq(signer_vkey(&w->run, w->key.signer), note_key_text(&w->run, &w->vkey)))
		return OK;
	return err_set(e, E_FORMAT, VKEY_FILE ": does not belong to the key that signs");
}

static rc open_folder(struct cosign *w, const char *path, const struct cosign_how *how, struct err *e)
{
	AUTO(buf) format = {0};
	buf_init(&format, KIB);
	rc r = fs_dir_open(AT_FDCWD, path, &w->dir, e);
	if (r == OK)
		r = fs_read(w->dir, FORMAT_FILE, &format, e);
	if (r == E_NOTFOUND)
		return err_set(e, E_NOTFOUND, "%s: no witness here (onrecord witness init makes one)", path);
	TRY(r);
	if (!str_eq(buf_str(&format), FORMAT_TEXT))
		return err_set(e, E_UNSUPPORTED, "%s: a format that this version does not know", path);
	if (load_keys(w, how, e) != OK)
		return err_add(e, "%s", path);
	return open_outside(w, e);
}

rc cosign_open(struct env *env, const char *path, const struct cosign_how *how, struct cosign **ret, struct err *e)
{
	struct cosign *w = mem_alloc(sizeof(*w));
	*w = (struct cosign){.env = env, .dir = -1, .outside = -1};
	rc r = open_folder(w, path, how, e);
	if (r == OK)
		*ret = w;
	else
		cosign_free(w);
	return r;
}

void cosign_free(struct cosign *w)
{
	if (!w)
		return;
	fd_closep(&w->dir);
	fd_closep(&w->outside);
	cosign_signer_clear(&w->key);
	arena_clear(&w->run);
	mem_free(w);
}

const struct note_key *cosign_key(const struct cosign *w)
{
	return &w->vkey;
}

bool cosign_has_outside(const struct cosign *w)
{
	return w->outside >= 0;
}

static struct str hash_of_origin(struct arena *a, struct str origin)
{
	struct hash h = hash_of(origin);
	return hex_of(a, hash_str(&h));
}

static rc add_key(struct cosign *w, struct str vkey, const struct note_key *key, struct err *e)
{
	AUTO(arena) a = {0};
	AUTO(buf) text = {0};
	struct cosign_paths p = cosign_paths(&a, hash_of_origin(&a, key->name));
	struct note_key *keys = NULL;
	size_t n = 0;
	TRY(cosign_keys_read(w, &p, &a, &keys, &n, e));
	if (n >= CAP_COSIGN_KEYS)
		return err_set(e, E_LIMIT, "%zu keys of this log are trusted already", n);
	buf_init(&text, CAP_COSIGN_KEYS * KIB);
	for (size_t i = 0; i < n; i++) {
		struct str old = note_key_text(&a, &keys[i]);
		if (str_eq(old, vkey))
			return err_set(e, E_EXISTS, "this key is trusted already");
		buf_add(&text, old);
		buf_addc(&text, '\n');
	}
	buf_add(&text, vkey);
	buf_addc(&text, '\n');
	TRY(buf_done(&text, e));
	return fs_commit(w->env, w->dir, p.keys, buf_str(&text), 0600, e);
}

rc cosign_trust(struct cosign *w, struct str vkey, struct str *ret_origin, struct err *e)
{
	AUTO(arena) a = {0};
	struct note_key key;
	struct cosign_locks locks;
	rc r = note_key_parse(&a, vkey, &key, e);
	if (r == OK && key.type != NOTE_ED25519)
		r = err_set(e, E_USAGE, "a witness's key, and a log's is wanted");
	if (r == OK && key.name.n > CAP_KEY_NAME)
		r = err_set(e, E_USAGE, "a name of over %u bytes", CAP_KEY_NAME);
	if (r != OK)
		return e->code = E_USAGE;
	TRY(cosign_lock(w, &locks, e));
	r = add_key(w, vkey, &key, e);
	cosign_unlock(&locks);
	if (r == OK)
		*ret_origin = key.name;
	return r;
}

/* Never earlier than the last one for this log. A clock that went far back would have us say what is not so. */
static rc time_for(struct cosign *w, const struct cosign_last *last, uint64_t *ret, struct err *e)
{
	int64_t ns = w->env->now(w->env);
	uint64_t now = ns > 0 ? (uint64_t)(ns / NS_PER_SECOND) : 0;
	if (last->is && last->time > now && last->time - now > COSIGN_SLACK_SECONDS)
		return err_set(e, E_VERIFY,
			"the clock is %llu seconds behind the last cosignature of this log: nothing is signed",
			(unsigned long long)(last->time - now));
	*ret = last->is && last->time > now ? last->time : now;
	return OK;
}

/* The signature lines of keys that we trust; others could say anything. */
static rc log_lines(
	struct arena *a, struct str checkpoint, const struct witness_log *log, struct str *ret, struct err *e)
{
	struct note n;
	AUTO(buf) b = {0};
	buf_init(&b, CAP_NOTE);
	TRY(note_open(a, checkpoint, log->keys, log->nkeys, &n, e));
	for (size_t i = 0; i < log->nkeys; i++) {
		const struct note_sig *s = note_sig_by(&n, i);
		if (s)
			note_add_sig(&b, &log->keys[i], s->sig);
	}
	TRY(buf_done(&b, e));
	*ret = str_dup(a, buf_str(&b));
	return OK;
}

static rc store_and_sign(struct cosign *w, const struct cosign_paths *p, const struct witness_log *log,
	const struct witness_decision *d, struct cosign_last *last, struct str checkpoint, struct arena *a,
	struct cosign_answer *ret, struct err *e)
{
	AUTO(buf) line = {0};
	struct cosign_last next = {.is = true, .text = d->text, .checkpoint = d->checkpoint};
	TRY(time_for(w, last, &next.time, e));
	TRY(log_lines(a, checkpoint, log, &next.sigs, e));
	TRY(cosign_last_store(w, p, &next, e));
	buf_init(&line, CAP_WITNESS_REPLY);
	TRY(signer_cosign(w->key.signer, d->text, next.time, &line, e));
	ret->body = str_dup(a, buf_str(&line));
	ret->time = next.time;
	return OK;
}

/* Proof against the log: the first such request is kept. */
static rc keep_fork(struct cosign *w, const struct cosign_paths *p, struct str body, struct err *e)
{
	AUTO_FD fd = -1;
	uint64_t size = 0;
	rc r = fs_open(w->dir, p->fork, &fd, &size, e);
	return r == E_NOTFOUND ? fs_commit(w->env, w->dir, p->fork, body, 0600, e) : r;
}

static rc answer_locked(struct cosign *w, struct str body, const struct cosign_paths *p, struct witness_log *log,
	struct str checkpoint, struct arena *a, struct cosign_answer *ret, struct err *e)
{
	struct cosign_last last;
	struct witness_decision d;
	TRY(cosign_last_load(w, p, a, &last, e));
	log->cosigned = last.is;
	log->size = last.checkpoint.size;
	log->root = last.checkpoint.root;
	witness_decide(a, body, log, &d);
	ret->status = d.answer;
	ret->size = d.checkpoint.size;
	ret->why = d.why;
	ret->fork = d.fork;
	if (d.fork)
		TRY(keep_fork(w, p, body, e));
	if (d.answer == WITNESS_CONFLICT)
		ret->body = str_fmt(a, "%llu\n", (unsigned long long)d.size);
	if (d.answer == WITNESS_SIGN)
		TRY(store_and_sign(w, p, log, &d, &last, checkpoint, a, ret, e));
	return OK;
}

rc cosign_answer(struct cosign *w, struct str body, struct arena *a, struct cosign_answer *ret, struct err *e)
{
	struct witness_request r;
	struct witness_decision d;
	struct witness_log log = {0};
	struct note_key *keys = NULL;
	struct cosign_paths p = {0};
	struct cosign_locks locks;
	struct err bad;
	*ret = (struct cosign_answer){0};
	if (witness_request_parse(a, body, &r, &bad) == OK) {
		log.origin = witness_request_origin(&r);
		p = cosign_paths(a, hash_of_origin(a, log.origin));
		TRY(cosign_keys_read(w, &p, a, &keys, &log.nkeys, e));
		log.keys = keys;
	}
	if (log.nkeys == 0) {
		witness_decide(a, body, NULL, &d);
		ret->status = d.answer;
		ret->why = d.why;
		return OK;
	}
	ret->origin = log.origin;
	TRY(cosign_lock(w, &locks, e));
	rc got = answer_locked(w, body, &p, &log, r.checkpoint, a, ret, e);
	cosign_unlock(&locks);
	return got;
}

static bool is_hash(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ascii_digit(s.p[i]) && !(s.p[i] >= 'a' && s.p[i] <= 'f'))
			return false;
	return s.n == 2 * sizeof(struct hash);
}

rc cosign_latest(struct cosign *w, struct str origin_hash, struct arena *a, struct str *ret, struct err *e)
{
	AUTO(buf) note = {0};
	struct cosign_last last;
	struct cosign_locks locks;
	if (!is_hash(origin_hash))
		return err_set(e, E_NOTFOUND, "no such log");
	struct cosign_paths p = cosign_paths(a, origin_hash);
	TRY(cosign_lock(w, &locks, e));
	rc r = cosign_last_load(w, &p, a, &last, e);
	if (r == OK && last.is && last.only_here)
		r = cosign_last_store(w, &p, &last, e);
	cosign_unlock(&locks);
	TRY(r);
	if (!last.is)
		return err_set(e, E_NOTFOUND, "nothing of such a log was cosigned");
	buf_init(&note, CAP_NOTE + KIB);
	buf_add(&note, last.text);
	buf_addc(&note, '\n');
	buf_add(&note, last.sigs);
	TRY(signer_cosign(w->key.signer, last.text, last.time, &note, e));
	*ret = str_dup(a, buf_str(&note));
	return OK;
}
