/* SPDX-License-Identifier: Apache-2.0 */
/* Puts what others say about a checkpoint into an archive, for tests that have no network.
 *
 *   usage: add_tokens DIR policy                 makes three witnesses, DIR.w0 … DIR.w2, and seals a policy that wants
 *                                                two of them; it is DIR.policy too
 *          add_tokens DIR note                   the newest checkpoint, signed by the log alone, to stdout
 *          add_tokens DIR cosign NOTE N          the first N witnesses cosign the checkpoint in the file NOTE
 *          add_tokens DIR token KIND NOTE FILE   FILE is kept as a token of that kind (rfc3161, ots, chain) about it */
#include <fcntl.h>
#include <stdio.h>

#include "app/pipeline/pipeline.h"
#include "base/buf.h"
#include "io/fs/fs.h"
#include "io/signer/signer.h"

#define WITNESSES 3u

struct tool {
	struct pipeline_ui ui; /* first */
	struct env env;
	struct arena run;
	const char *dir;
	struct pipeline *p;
};

static void quiet_trouble(struct pipeline_ui *ui, const struct err *e)
{
	(void)ui;
	(void)fprintf(stderr, "add_tokens: %s\n", e->msg);
}

static void quiet_notice(struct pipeline_ui *ui, const char *text)
{
	(void)ui;
	(void)text;
}

static void quiet_progress(struct pipeline_ui *ui, const char *what, uint64_t done, uint64_t total)
{
	(void)ui;
	(void)what;
	(void)done;
	(void)total;
}

static rc read_file(struct tool *t, const char *path, struct str *ret, struct err *e)
{
	AUTO(buf) b = {0};
	buf_init(&b, CAP_TOKEN);
	TRY(fs_read(AT_FDCWD, path, &b, e));
	*ret = str_dup(&t->run, buf_str(&b));
	return OK;
}

static const char *witness_file(struct tool *t, unsigned i)
{
	return str_fmt(&t->run, "%s.w%u", t->dir, i).p;
}

static rc add_policy(struct tool *t, struct err *e)
{
	AUTO(buf) text = {0};
	buf_init(&text, CAP_POLICY);
	buf_addf(&text, "log %s\n", note_key_text(&t->run, pipeline_key(t->p)).p);
	for (unsigned i = 0; i < WITNESSES; i++) {
		AUTO(buf) key = {0};
		struct signer *s = NULL;
		buf_init(&key, CAP_KEY_FILE);
		struct str name = str_fmt(&t->run, "w%u.example/w", i);
		TRY(signer_generate_type(&t->env, name, NOTE_COSIGNATURE, &key, e));
		TRY(fs_commit(&t->env, AT_FDCWD, witness_file(t, i), buf_str(&key), 0600, e));
		TRY(signer_open(buf_str(&key), &s, e));
		buf_addf(&text, "witness w%u %s\n", i, signer_vkey(&t->run, s).p);
		signer_free(s);
	}
	buf_add(&text, STR("group g 2 w0 w1 w2\nquorum g\n"));
	TRY(fs_commit(&t->env, AT_FDCWD, str_fmt(&t->run, "%s.policy", t->dir).p, buf_str(&text), 0644, e));
	return pipeline_add_policy(t->p, buf_str(&text), e);
}

static rc cosign(struct tool *t, const char *note_path, unsigned n, struct err *e)
{
	struct str note;
	struct str text;
	struct str sigs;
	TRY(read_file(t, note_path, &note, e));
	TRY(note_split(note, &text, &sigs, e));
	for (unsigned i = 0; i < n && i < WITNESSES; i++) {
		AUTO(buf) line = {0};
		struct signer *s = NULL;
		buf_init(&line, CAP_NOTE);
		TRY(signer_load(AT_FDCWD, witness_file(t, i), &s, e));
		rc r = signer_cosign(s, text, 1790000000u + i, &line, e);
		signer_free(s);
		TRY(r);
		TRY(pipeline_add_token(t->p, &(struct seal_token){LEAF_COSIG, note, buf_str(&line)}, e));
	}
	return OK;
}

static rc token(struct tool *t, const char *kind, const char *note_path, const char *path, struct err *e)
{
	struct seal_token k = {.kind = LEAF_RFC3161};
	while (!str_eq(leaf_token_name(k.kind), str_c(kind))) {
		if (k.kind == LEAF_CHAIN)
			return err_set(e, E_USAGE, "no kind '%s'", kind);
		k.kind++;
	}
	TRY(read_file(t, note_path, &k.note, e));
	TRY(read_file(t, path, &k.bytes, e));
	return pipeline_add_token(t->p, &k, e);
}

static rc run(struct tool *t, int argc, char **argv, struct err *e)
{
	struct str what = str_c(argc > 2 ? argv[2] : "");
	uint64_t n = 0;
	t->ui.trouble = quiet_trouble;
	t->ui.notice = quiet_notice;
	t->ui.progress = quiet_progress;
	if (argc < 3)
		return err_set(e, E_USAGE, "see the source");
	t->dir = argv[1];
	TRY(pipeline_open(&t->env, t->dir, true, &t->ui, &t->p, e));
	rc r = E_USAGE;
	if (str_eq(what, STR("policy"))) {
		r = add_policy(t, e);
	} else if (str_eq(what, STR("note"))) {
		struct str note = pipeline_note(t->p);
		r = fwrite(note.p, 1, note.n, stdout) == note.n ? OK : err_sys(e, "standard output");
	} else if (str_eq(what, STR("cosign")) && argc == 5 && str_to_u64(str_c(argv[4]), &n)) {
		r = cosign(t, argv[3], (unsigned)n, e);
	} else if (str_eq(what, STR("token")) && argc == 6) {
		r = token(t, argv[3], argv[4], argv[5], e);
	} else {
		r = err_set(e, E_USAGE, "see the source");
	}
	if (r != OK) {
		pipeline_abandon(t->p);
		return r;
	}
	return pipeline_close(t->p, e);
}

int main(int argc, char **argv)
{
	struct tool t = {.p = NULL};
	struct err e;
	fs_env(&t.env);
	rc r = run(&t, argc, argv, &e);
	if (r != OK)
		(void)fprintf(stderr, "add_tokens: %s\n", e.msg);
	arena_clear(&t.run);
	return r != OK || fflush(stdout) != 0;
}
