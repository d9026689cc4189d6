/* SPDX-License-Identifier: Apache-2.0 */
/* A log that others witness and check. Beside the archive DIR stand DIR.key, DIR.policy (two of three witnesses, the
 * log) and DIR.cosigned, its checkpoint with what witnesses have added.
 *
 *   usage: witness_log DIR grow SIZE           makes the log, or lets it grow; prints its verifier key
 *          witness_log DIR request OLD         an add-checkpoint request, to stdout
 *          witness_log DIR reply FILE VKEY     takes a witness's answer over into DIR.cosigned; prints who, and when
 *          witness_log DIR decide SIZE FILE    our answer to the request, had we cosigned that size; 0 for none
 *          witness_log DIR cosign              three witnesses of its own, of which two cosign
 *          witness_log DIR proof INDEX         a tlog-proof under DIR.cosigned, to stdout
 *          witness_log DIR check INDEX FILE    whether FILE proves entry INDEX under DIR.policy; prints who cosigned */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/codec.h"
#include "formats/proof/proof.h"
#include "formats/witness/witness.h"
#include "io/fs/fs.h"
#include "io/signer/signer.h"
#include "stages/seal/seal.h"

struct tool {
	struct env env;
	struct arena run;
	const char *dir;
	struct str args[2];
	struct signer *key;
	struct archive *ar;
};

static struct str leaf_of(struct arena *a, uint64_t i)
{
	struct hash root = hash_of(str_mem(&i, sizeof(i)));
	return str_fmt(a, "onrecord/v1 entry\n%.*s\n", STR_FMT(base64_of(a, hash_str(&root))));
}

static const char *beside(struct tool *t, const char *what)
{
	return str_fmt(&t->run, "%s.%s", t->dir, what).p;
}

static rc write_file(const char *path, struct str s, struct err *e)
{
	AUTO_FD fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	FILE *f = fd < 0 ? NULL : fdopen(take_fd(&fd), "w");
	bool ok = f && fwrite(s.p, 1, s.n, f) == s.n;
	if (f && fclose(f) != 0)
		ok = false;
	return ok ? OK : err_sys(e, "%s", path);
}

static rc read_file(struct tool *t, const char *path, struct str *ret, struct err *e)
{
	AUTO(buf) b = {0};
	buf_init(&b, CAP_PROOF_FILE);
	TRY(fs_read(AT_FDCWD, path, &b, e));
	*ret = str_dup(&t->run, buf_str(&b));
	return OK;
}

static rc number(struct str s, uint64_t *ret, struct err *e)
{
	return str_to_u64(s, ret) ? OK : err_set(e, E_USAGE, "'%.*s' is no number", STR_FMT(s));
}

static rc checkpoint_of(struct tool *t, struct checkpoint *ret, struct str *ret_note, struct err *e)
{
	if (!t->ar)
		TRY(archive_open(&t->env, t->dir, false, &t->ar, e));
	return seal_checkpoint(t->ar, signer_key(t->key), &t->run, ret, ret_note, e);
}

static rc make_first(struct tool *t, struct err *e)
{
	AUTO(buf) key = {0};
	buf_init(&key, CAP_KEY_FILE);
	TRY(signer_generate(&t->env, STR("example.org/interop"), &key, e));
	TRY(write_file(beside(t, "key"), buf_str(&key), e));
	return archive_create(&t->env, t->dir, e);
}

static rc add_up_to(struct tool *t, struct seal *l, uint64_t size, struct err *e)
{
	for (uint64_t i = seal_size(l); i < size; i++) {
		AUTO(arena) a = {0};
		struct archive_ref ref;
		struct str leaf = leaf_of(&a, i);
		TRY(archive_frame_add(t->ar, FRAME_LEAF, leaf, NULL, &ref, e));
		TRY(seal_add(l, leaf, e));
		if (seal_pending(l) == SEAL_PENDING_MAX) {
			TRY(archive_sync_records(t->ar, e));
			TRY(seal_commit(l, e));
		}
	}
	TRY(archive_sync_records(t->ar, e));
	return seal_commit(l, e);
}

static rc grow(struct tool *t, struct err *e)
{
	struct stat st;
	struct seal *l = NULL;
	struct seal_opened opened;
	uint64_t size = 0;
	bool first = stat(t->dir, &st) != 0;
	TRY(number(t->args[0], &size, e));
	if (first)
		TRY(make_first(t, e));
	TRY(signer_load(AT_FDCWD, beside(t, "key"), &t->key, e));
	TRY(archive_open(&t->env, t->dir, true, &t->ar, e));
	if (first)
		TRY(seal_create(t->ar, t->key, e));
	TRY(seal_open(t->ar, t->key, &l, &opened, e));
	rc r = add_up_to(t, l, size, e);
	seal_free(l);
	if (r == OK)
		(void)printf("%s\n", signer_vkey(&t->run, t->key).p);
	return r;
}

static rc request(struct tool *t, struct err *e)
{
	AUTO(buf) b = {0};
	struct witness_request r = {0};
	struct checkpoint c;
	TRY(number(t->args[0], &r.old_size, e));
	TRY(checkpoint_of(t, &c, &r.checkpoint, e));
	if (r.old_size <= c.size)
		TRY(seal_prove_consistency(t->ar, &c, r.old_size, &r.proof, e));
	buf_init(&b, CAP_WITNESS_REQUEST);
	witness_request_text(&b, &r);
	TRY(buf_done(&b, e));
	(void)fwrite(b.p, 1, b.n, stdout);
	return OK;
}

static rc decide(struct tool *t, struct err *e)
{
	struct witness_log log = {.keys = signer_key(t->key), .nkeys = 1};
	struct witness_decision d;
	struct checkpoint c;
	struct str body;
	TRY(number(t->args[0], &log.size, e));
	TRY(checkpoint_of(t, &c, NULL, e));
	TRY(seal_root_at(t->ar, &c, log.size, &log.root, e));
	TRY(read_file(t, str_cstr(&t->run, t->args[1]), &body, e));
	log.origin = c.origin;
	log.cosigned = log.size > 0;
	witness_decide(&t->run, body, &log, &d);
	(void)printf("%d\n", (int)d.answer);
	return OK;
}

/* The checkpoint with what was added to it, or the bare one when the log has grown since. */
static rc cosigned_so_far(struct tool *t, struct str *ret, struct err *e)
{
	struct checkpoint c;
	struct str note;
	struct str old;
	TRY(checkpoint_of(t, &c, &note, e));
	if (read_file(t, beside(t, "cosigned"), &old, e) == OK && str_starts(old, note))
		note = old;
	*ret = note;
	return OK;
}

static rc take_over(struct tool *t, struct str note, struct str answer, const struct note_key *k, struct err *e)
{
	AUTO(buf) b = {0};
	struct note n;
	size_t added = 0;
	buf_init(&b, CAP_NOTE);
	TRY(witness_reply_add(&t->run, note, answer, k, 1, &b, &added, e));
	TRY(witness_reply_open(&t->run, note, answer, k, 1, &n, e));
	TRY(write_file(beside(t, "cosigned"), buf_str(&b), e));
	(void)printf("%.*s at %llu\n", STR_FMT(k->name), (unsigned long long)note_sig_by(&n, 0)->time);
	return OK;
}

static rc reply(struct tool *t, struct err *e)
{
	struct note_key k;
	struct str note;
	struct str answer;
	TRY(cosigned_so_far(t, &note, e));
	TRY(note_key_parse(&t->run, t->args[1], &k, e));
	TRY(read_file(t, str_cstr(&t->run, t->args[0]), &answer, e));
	return take_over(t, note, answer, &k, e);
}

/* What one witness says to the request that it is sent, as it would over HTTP. */
static rc own_witness(struct tool *t, struct signer *w, struct str body, struct buf *ret_answer, struct err *e)
{
	const struct witness_log log = {.origin = signer_key(t->key)->name, .keys = signer_key(t->key), .nkeys = 1};
	struct witness_decision d;
	witness_decide(&t->run, body, &log, &d);
	if (d.answer != WITNESS_SIGN)
		return err_set(e, E_VERIFY, "the witness answers %d: %s", (int)d.answer, d.why.msg);
	return signer_cosign(w, d.text, (uint64_t)(t->env.now(&t->env) / 1000000000), ret_answer, e);
}

static rc cosign_with(struct tool *t, unsigned i, bool cosigns, struct buf *policy, struct err *e)
{
	AUTO(buf) key = {0};
	AUTO(buf) body = {0};
	AUTO(buf) answer = {0};
	struct signer *w = NULL;
	struct str note;
	struct str name = str_fmt(&t->run, "example.org/w%u", i);
	buf_init(&key, CAP_KEY_FILE);
	buf_init(&body, CAP_WITNESS_REQUEST);
	buf_init(&answer, CAP_WITNESS_REPLY);
	TRY(signer_generate_type(&t->env, name, NOTE_COSIGNATURE, &key, e));
	TRY(signer_open(buf_str(&key), &w, e));
	buf_addf(policy, "witness w%u %s\n", i, signer_vkey(&t->run, w).p);
	rc r = cosigned_so_far(t, &note, e);
	if (r == OK && cosigns) {
		witness_request_text(&body, &(struct witness_request){.checkpoint = note});
		r = own_witness(t, w, buf_str(&body), &answer, e);
		if (r == OK)
			r = take_over(t, note, buf_str(&answer), signer_key(w), e);
	}
	signer_free(w);
	return r;
}

static rc cosign(struct tool *t, struct err *e)
{
	AUTO(buf) b = {0};
	struct policy p;
	buf_init(&b, CAP_POLICY);
	buf_addf(&b, "log %s\n", signer_vkey(&t->run, t->key).p);
	for (unsigned i = 1; i <= 3; i++)
		TRY(cosign_with(t, i, i != 2, &b, e));
	buf_add(&b, STR("group all-of-them 2 w1 w2 w3\nquorum all-of-them\n"));
	TRY(policy_parse(&t->run, buf_str(&b), &p, e));
	return write_file(beside(t, "policy"), buf_str(&b), e);
}

static rc prove(struct tool *t, struct err *e)
{
	AUTO(buf) b = {0};
	struct proof p = {0};
	struct checkpoint c;
	struct str note;
	TRY(number(t->args[0], &p.index, e));
	TRY(checkpoint_of(t, &c, &note, e));
	TRY(read_file(t, beside(t, "cosigned"), &p.checkpoint, e));
	TRY(seal_prove(t->ar, &c, p.index, leaf_of(&t->run, p.index), &p.path, e));
	buf_init(&b, CAP_PROOF_FILE);
	proof_text(&b, &p);
	TRY(buf_done(&b, e));
	(void)fwrite(b.p, 1, b.n, stdout);
	return OK;
}

static rc check(struct tool *t, struct err *e)
{
	struct policy policy;
	struct proof p;
	struct proof_verdict v;
	struct str text;
	struct str bytes;
	uint64_t index = 0;
	TRY(number(t->args[0], &index, e));
	TRY(read_file(t, beside(t, "policy"), &text, e));
	TRY(policy_parse(&t->run, text, &policy, e));
	TRY(read_file(t, str_cstr(&t->run, t->args[1]), &bytes, e));
	TRY(proof_parse(&t->run, bytes, &p, e));
	TRY(proof_check(&t->run, &p, leaf_of(&t->run, index), &policy, &v, e));
	(void)printf("%s\n", v.checkpoint.said.p);
	return v.index == index ? OK : err_set(e, E_VERIFY, "another index");
}

static const struct {
	const char *name;
	int args;
	rc (*run)(struct tool *t, struct err *e);
} commands[] = {{"grow", 1, grow}, {"request", 1, request}, {"reply", 2, reply}, {"decide", 2, decide},
	{"cosign", 0, cosign}, {"proof", 1, prove}, {"check", 2, check}};

int main(int argc, char **argv)
{
	struct tool t = {.dir = argc > 2 ? argv[1] : ""};
	struct err e = {0};
	rc r = err_set(&e, E_USAGE, "usage: witness_log DIR COMMAND ...");
	fs_env(&t.env);
	for (int i = 3; i < argc && i < 5; i++)
		t.args[i - 3] = str_c(argv[i]);
	for (size_t i = 0; argc > 2 && i < ARRAY_LEN(commands); i++) {
		if (strcmp(argv[2], commands[i].name) != 0 || argc != 3 + commands[i].args)
			continue;
		r = OK;
		if (commands[i].run != grow)
			r = signer_load(AT_FDCWD, beside(&t, "key"), &t.key, &e);
		if (r == OK)
			r = commands[i].run(&t, &e);
	}
	if (r != OK)
		(void)fprintf(stderr, "witness_log: %s\n", e.msg);
	archive_close(t.ar);
	signer_free(t.key);
	arena_clear(&t.run);
	return fflush(stdout) != 0 || r != OK;
}
