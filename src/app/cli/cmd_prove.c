/* SPDX-License-Identifier: Apache-2.0 */
/* prove: files that others can check, and how they can. */
#include <fcntl.h>

#include "app/cli/cli.h"
#include "base/caps.h"
#include "io/fs/fs.h"

/* One entry's files: NAME.tlog-proof, NAME.disclosure, … */
struct proving {
	struct cli *c;
	int dir;
	const char *folder;
	struct str name;
	struct str *files;
	size_t nfiles;
	struct arena a;
};

static rc write_file(struct proving *v, const char *tail, struct str bytes, struct err *e)
{
	struct str file = str_fmt(&v->a, "%.*s.%s", STR_FMT(v->name), tail);
	if (fs_commit(v->c->env, v->dir, file.p, bytes, 0644, e) != OK)
		return err_add(e, "%s", v->folder);
	struct str *to = arena_push(&v->a, &v->files, &v->nfiles, sizeof(*to));
	*to = file;
	return OK;
}

/* The PEM blocks that are certificates, or those that are not. */
static void add_blocks(struct buf *to, struct str pem, bool certificates)
{
	const struct str begin = STR("-----BEGIN ");
	for (size_t at = str_find(pem, begin, 0); at < pem.n;) {
		size_t next = str_find(pem, begin, at + begin.n);
		struct str block = str_sub(pem, at, next);
		if (str_starts(block, STR("-----BEGIN CERTIFICATE-----")) == certificates)
			buf_add(to, block);
		at = next;
	}
}

/* openssl wants certificates and nothing else in what -untrusted names. */
static rc write_blocks(struct proving *v, const struct pipeline_proof *p, bool certificates, struct err *e)
{
	AUTO(buf) blocks = {0};
	buf_init(&blocks, 8 * CAP_TOKEN);
	for (size_t i = 0; i < p->nstamps; i++)
		if (p->stamps[i].kind == LEAF_CHAIN)
			add_blocks(&blocks, p->stamps[i].bytes, certificates);
	TRY(buf_done(&blocks, e));
	return blocks.n ? write_file(v, certificates ? "chain.pem" : "revocation.pem", buf_str(&blocks), e) : OK;
}

/* Of several time stamps the second is NAME.2.tsr. A later OpenTimestamps proof is the same one, further on. */
static rc write_stamps(struct proving *v, const struct pipeline_proof *p, struct err *e)
{
	struct str ots = {0};
	size_t n = 0;
	if (p->nstamps)
		TRY(write_file(v, "checkpoint", p->stamped, e));
	for (size_t i = 0; i < p->nstamps; i++) {
		const struct pipeline_stamp *s = &p->stamps[i];
		if (s->kind == LEAF_OTS)
			ots = s->bytes;
		if (s->kind != LEAF_RFC3161)
			continue;
		n++;
		TRY(write_file(v, n == 1 ? "tsr" : str_fmt(&v->a, "%zu.tsr", n).p, s->bytes, e));
	}
	if (ots.n)
		TRY(write_file(v, "ots", ots, e));
	TRY(write_blocks(v, p, true, e));
	return write_blocks(v, p, false, e);
}

static bool wrote(const struct proving *v, const char *tail)
{
	for (size_t i = 0; i < v->nfiles; i++)
		if (str_eq(str_from(v->files[i], v->name.n + 1), str_c(tail)))
			return true;
	return false;
}

static void say_json(struct proving *v, const struct pipeline_entry *x, const struct pipeline_proof *p,
	const struct pipeline_shown *shown)
{
	struct jsonw w = jsonw_to(&v->c->out);
	jsonw_open(&w, NULL, '{');
	jsonw_u64(&w, "index", x->row.index);
	jsonw_str_or_null(&w, "url", x->row.url);
	jsonw_str(&w, "folder", str_c(v->folder));
	jsonw_open(&w, "files", '[');
	for (size_t i = 0; i < v->nfiles; i++)
		jsonw_str(&w, NULL, v->files[i]);
	jsonw_close(&w, ']');
	jsonw_u64(&w, "size", p->size);
	jsonw_bool(&w, "witnessed", p->witnessed);
	jsonw_str_or_null(&w, "policy", p->said);
	jsonw_open(&w, "withheld_along", '[');
	for (size_t i = 0; i < shown->nalong; i++)
		jsonw_str(&w, NULL, shown->along[i]);
	jsonw_close(&w, ']');
	jsonw_close(&w, '}');
	buf_addc(&v->c->out, '\n');
}

/* How others check the files, with our program and with theirs. */
static void say_commands(struct proving *v, struct pipeline *pl)
{
	struct buf *b = &v->c->out;
	buf_add(b, STR("to check it, whoever has the log's public key:\n"));
	buf_addf(b, "  onrecord verify --key '");
	cli_text(b, note_key_text(&v->a, pipeline_key(pl)));
	buf_addf(b, "' %.*s.tlog-proof\n", STR_FMT(v->name));
	if (wrote(v, "tsr"))
		buf_addf(b, "  openssl ts -verify -data %.*s.checkpoint -in %.*s.tsr -CAfile ROOT.pem%s%.*s%s\n",
			STR_FMT(v->name), STR_FMT(v->name), wrote(v, "chain.pem") ? " -untrusted " : "",
			STR_FMT(wrote(v, "chain.pem") ? v->name : STR("")), wrote(v, "chain.pem") ? ".chain.pem" : "");
	if (wrote(v, "ots"))
		buf_addf(b, "  ots verify -f %.*s.checkpoint %.*s.ots\n", STR_FMT(v->name), STR_FMT(v->name));
}

static void say_text(struct proving *v, struct pipeline *pl, const struct pipeline_entry *x,
	const struct pipeline_proof *p, const struct pipeline_shown *shown)
{
	struct buf *b = &v->c->out;
	buf_addf(b, "#%llu ", (unsigned long long)x->row.index);
	cli_text(b, x->row.url.n ? x->row.url : x->row.kind);
	buf_addf(b, ": proved under the checkpoint of %llu entries\n", (unsigned long long)p->size);
	if (p->witnessed) {
		buf_add(b, STR("witnessed: "));
		cli_text(b, p->said);
		buf_addc(b, '\n');
	} else if (p->policy) {
		buf_add(b, STR("NOT witnessed as the policy wants it: "));
		cli_text(b, p->said);
		buf_addc(b, '\n');
	} else {
		buf_add(b, STR("nobody witnessed it: there is no policy that says who would count\n"));
	}
	for (size_t i = 0; i < v->nfiles; i++)
		buf_addf(b, "wrote %s/%.*s\n", v->folder, STR_FMT(v->files[i]));
	if (shown->nalong) {
		buf_add(b, STR("withheld with the page, since it could be guessed from them (--body shows all):"));
		for (size_t i = 0; i < shown->nalong; i++)
			buf_addf(b, " %.*s", STR_FMT(shown->along[i]));
		buf_addc(b, '\n');
	}
	if (!v->c->o.quiet)
		say_commands(v, pl);
}

static rc prove_one(struct cli *c, struct pipeline *pl, struct str name, struct proving *v, struct err *e)
{
	AUTO(buf) body = {0};
	struct pipeline_entry x = {0};
	struct pipeline_proof p;
	struct pipeline_shown shown;
	struct str *names = arena_alloc(&v->a, c->o.nwithhold * sizeof(*names) + 1);
	for (size_t i = 0; i < c->o.nwithhold; i++)
		names[i] = str_c(c->o.withhold[i]);
	const struct pipeline_show how = {names, c->o.nwithhold, c->o.body};
	buf_init(&body, CAP_RECORD);
	TRY(pipeline_entry(pl, name, &v->a, &body, &x, e));
	TRY(pipeline_prove(pl, &x, &v->a, &p, e));
	TRY(pipeline_disclose(pl, &x, &how, &v->a, &shown, e));
	v->name = str_fmt(&v->a, "entry-%llu", (unsigned long long)x.row.index);
	TRY(write_file(v, "tlog-proof", p.text, e));
	TRY(write_file(v, "disclosure", shown.text, e));
	TRY(write_stamps(v, &p, e));
	if (c->o.json)
		say_json(v, &x, &p, &shown);
	else
		say_text(v, pl, &x, &p, &shown);
	cli_flush(c);
	return OK;
}

static rc prove_each(struct cli *c, struct pipeline *pl, struct err *e)
{
	const char *folder = c->o.output ? c->o.output : ".";
	AUTO_FD dir = -1;
	TRY(fs_dir_make(c->env, AT_FDCWD, folder, e));
	TRY(fs_dir_open(AT_FDCWD, folder, &dir, e));
	for (size_t i = 0; i < c->o.nargs; i++) {
		struct proving v = {.c = c, .dir = dir, .folder = folder};
		rc r = prove_one(c, pl, str_c(c->o.args[i]), &v, e);
		arena_clear(&v.a);
		if (r != OK)
			return err_add(e, "%s", c->o.args[i]);
	}
	return OK;
}

/* The proof goes to stdout as it is: it is a file that a witness takes. */
static rc prove_from(struct cli *c, struct pipeline *pl, struct err *e)
{
	AUTO(buf) from = {0};
	AUTO(buf) proof = {0};
	uint64_t size = 0;
	buf_init(&from, CAP_NOTE);
	buf_init(&proof, CAP_WITNESS_REQUEST);
	if (str_to_u64_strict(str_c(c->o.from), &size))
		buf_add(&from, str_c(c->o.from));
	else
		TRY(fs_read(AT_FDCWD, c->o.from, &from, e));
	if (pipeline_prove_from(pl, buf_str(&from), &proof, e) != OK)
		return err_add(e, "--from %s", c->o.from);
	buf_add(&c->out, buf_str(&proof));
	return OK;
}

enum exit_code cmd_prove(struct cli *c)
{
	struct err e;
	struct pipeline *p = NULL;
	bool from = c->o.from != NULL;
	if (from == (c->o.nargs > 0) || (from && (c->o.output || c->o.body || c->o.nwithhold || c->o.json))) {
		rc_ignore(err_set(&e, E_USAGE, "prove takes captures, or --from alone"));
		return cli_fail(c, &e);
	}
	if (cli_open(c, false, &p, &e) != OK)
		return cli_fail(c, &e);
	rc r = from ? prove_from(c, p, &e) : prove_each(c, p, &e);
	pipeline_abandon(p);
	return r == OK ? EXIT_DONE : cli_fail(c, &e);
}
