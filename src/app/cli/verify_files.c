/* SPDX-License-Identifier: Apache-2.0 */
/* verify, of files that somebody has handed over: proofs, disclosures, checkpoints, folders of another log. */
#include <sys/stat.h>

#include "app/cli/cli.h"
#include "base/caps.h"
#include "io/archive/archive.h"
#include "io/fs/fs.h"

#define PROOF_TAIL STR(".tlog-proof")
#define DISCLOSURE_TAIL STR(".disclosure")

static rc read_input(struct arena *a, const char *path, size_t cap, struct str *ret, struct err *e)
{
	AUTO(buf) b = {0};
	AUTO_FD fd = -1;
	uint64_t size = 0;
	buf_init(&b, cap);
	TRY(fs_open_input(path, &fd, &size, e));
	char *to = size <= cap ? buf_space(&b, (size_t)size) : NULL;
	if (!to && size)
		return err_set(e, E_LIMIT, "%s: over %zu bytes", path, cap);
	if (size && fs_read_at(fd, 0, to, (size_t)size, e) != OK)
		return err_add(e, "%s", path);
	buf_grown(&b, (size_t)size);
	*ret = str_dup(a, buf_str(&b));
	return OK;
}

static void split_keys(struct cli *c, struct pipeline_check *in)
{
	for (size_t i = 0; i < c->o.nkeys; i++)
		for (struct str rest = str_c(c->o.keys[i]); rest.n;) {
			struct str key = str_trim(str_cut(&rest, ','));
			if (key.n == 0)
				continue;
			struct str *to = arena_push(&c->run, &in->keys, &in->nkeys, sizeof(*to));
			*to = key;
		}
}

/* The disclosure that goes with a proof: the one beside it, or the only other argument. */
static rc find_disclosure(struct cli *c, struct arena *a, const char *proof, struct str *ret, struct err *e)
{
	struct str name = str_c(proof);
	const char *path = NULL;
	struct stat st;
	if (c->o.nargs == 2)
		for (size_t i = 0; i < 2; i++)
			if (str_ends(str_c(c->o.args[i]), DISCLOSURE_TAIL))
				path = c->o.args[i];
	if (!path && str_ends(name, PROOF_TAIL)) {
		path = str_cstr(a, str_join(a, str_sub(name, 0, name.n - PROOF_TAIL.n), DISCLOSURE_TAIL));
		if (stat(path, &st) != 0)
			return OK;
	}
	return path ? read_input(a, path, CAP_DISCLOSURE, ret, e) : OK;
}

static const char *verdict_of(const struct pipeline_facts *f)
{
	bool disclosure = f->n && str_eq(f->fact[0].value, STR("disclosure"));
	if (!f->holds)
		return "NOT verified";
	return disclosure ? "intact, not proven to be in a log" : "verified";
}

static void list_json(struct jsonw *w, const struct pipeline_facts *f, const char *name, unsigned kinds)
{
	jsonw_open(w, name, '[');
	for (size_t i = 0; i < f->n; i++)
		if (kinds & 1u << f->fact[i].kind)
			jsonw_str(w, NULL, f->fact[i].value);
	jsonw_close(w, ']');
}

static void say_json(struct cli *c, const char *path, const struct pipeline_facts *f)
{
	AUTO(arena) a = {0};
	struct jsonw w = jsonw_to(&c->out);
	jsonw_open(&w, NULL, '{');
	jsonw_str(&w, "path", str_c(path));
	jsonw_bool(&w, "verified", f->holds && f->known_key);
	jsonw_str(&w, "verdict", str_c(verdict_of(f)));
	for (size_t i = 0; i < f->n; i++) {
		const struct pipeline_fact *x = &f->fact[i];
		uint64_t n = 0;
		bool number = str_eq(x->name, STR("index")) || str_eq(x->name, STR("size")) ||
			str_eq(x->name, STR("from"));
		bool several = str_eq(x->name, STR("signer")) || str_eq(x->name, STR("witnessed"));
		if (x->kind != FACT_IS || several)
			continue;
		if (number && str_to_u64(x->value, &n))
			jsonw_u64(&w, str_cstr(&a, x->name), n);
		else
			jsonw_str(&w, str_cstr(&a, x->name), x->value);
	}
	static const char *const lists[][2] = {{"signer", "signers"}, {"witnessed", "witnessed"}};
	for (size_t k = 0; k < ARRAY_LEN(lists); k++) {
		jsonw_open(&w, lists[k][1], '[');
		for (size_t i = 0; i < f->n; i++)
			if (f->fact[i].kind == FACT_IS && str_eq(f->fact[i].name, str_c(lists[k][0])))
				jsonw_str(&w, NULL, f->fact[i].value);
		jsonw_close(&w, ']');
	}
	jsonw_open(&w, "fields", '[');
	for (size_t i = 0; i < f->n; i++)
		if (f->fact[i].kind == FACT_FIELD) {
			jsonw_open(&w, NULL, '{');
			jsonw_str(&w, "name", f->fact[i].name);
			jsonw_str(&w, "value", f->fact[i].value);
			jsonw_close(&w, '}');
		}
	jsonw_close(&w, ']');
	list_json(&w, f, "shown", 1u << FACT_SHOWN);
	list_json(&w, f, "withheld", 1u << FACT_WITHHELD);
	list_json(&w, f, "problems", 1u << FACT_PROBLEM);
	list_json(&w, f, "not_proven", 1u << FACT_UNPROVEN);
	jsonw_close(&w, '}');
	buf_addc(&c->out, '\n');
}

/* A value of several lines has a line for each. */
static void say_line(struct buf *b, struct str name, struct str value)
{
	for (size_t from = 0; from <= value.n;) {
		size_t end = str_chr(value, '\n', from);
		buf_add(b, STR("  "));
		cli_text(b, name);
		for (size_t i = name.n; i < 18; i++)
			buf_addc(b, ' ');
		buf_addc(b, ' ');
		cli_text(b, str_sub(value, from, end));
		buf_addc(b, '\n');
		name = STR("");
		from = end + 1;
	}
}

static void say_kind(struct buf *b, const struct pipeline_facts *f, enum pipeline_fact_kind kind, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->fact[i].kind == kind)
			say_line(b, name ? str_c(name) : f->fact[i].name, f->fact[i].value);
}

static void say_text(struct cli *c, const char *path, const struct pipeline_facts *f)
{
	struct buf *b = &c->out;
	buf_addf(b, "%s: ", verdict_of(f));
	cli_text(b, str_c(path));
	buf_addc(b, '\n');
	say_kind(b, f, FACT_PROBLEM, "does not hold");
	say_kind(b, f, FACT_IS, NULL);
	bool shown = false;
	for (size_t i = 0; i < f->n; i++)
		shown |= f->fact[i].kind == FACT_FIELD;
	if (shown)
		buf_add(b, STR("the record, as far as it is shown\n"));
	say_kind(b, f, FACT_FIELD, NULL);
	say_kind(b, f, FACT_SHOWN, "shown");
	say_kind(b, f, FACT_WITHHELD, "withheld");
	if (c->o.quiet)
		return;
	buf_add(b, STR("not proven\n"));
	say_kind(b, f, FACT_UNPROVEN, "");
}

static rc check_one(struct cli *c, const char *path, struct pipeline_check in, struct arena *a,
	struct pipeline_facts *ret, struct err *e)
{
	struct stat st;
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		if (archive_is(path))
			return err_set(e, E_USAGE, "%s is an archive: onrecord -C %s verify", path, path);
		return pipeline_check_log(path, &in, a, ret, e);
	}
	TRY(read_input(a, path, CAP_DISCLOSURE, &in.file, e));
	if (str_starts(in.file, STR("c2sp.org/tlog-proof@")) && !in.has_leaf)
		TRY(find_disclosure(c, a, path, &in.disclosure, e));
	return pipeline_check(&in, a, ret, e);
}

/* Of two arguments a disclosure goes with the proof, and is told with it. */
static bool is_companion(const struct cli *c, const char *path)
{
	if (c->o.nargs != 2 || !str_ends(str_c(path), DISCLOSURE_TAIL))
		return false;
	return str_ends(str_c(c->o.args[0]), PROOF_TAIL) || str_ends(str_c(c->o.args[1]), PROOF_TAIL);
}

enum exit_code cli_verify_files(struct cli *c)
{
	struct err e;
	struct pipeline_check in = {0};
	enum exit_code code = EXIT_DONE;
	rc r = OK;
	split_keys(c, &in);
	if (c->o.deep)
		r = err_set(&e, E_USAGE, "--deep goes with an archive");
	if (r == OK && c->o.policy)
		r = read_input(&c->run, c->o.policy, CAP_POLICY, &in.policy, &e);
	if (r == OK && c->o.from)
		r = read_input(&c->run, c->o.from, CAP_NOTE, &in.old, &e);
	if (r == OK && c->o.leaf)
		r = read_input(&c->run, c->o.leaf, CAP_LEAF, &in.leaf, &e);
	in.has_leaf = c->o.leaf != NULL;
	if (r != OK)
		return cli_fail(c, &e);
	for (size_t i = 0; i < c->o.nargs; i++) {
		AUTO(arena) a = {0};
		struct pipeline_facts facts;
		if (is_companion(c, c->o.args[i]))
			continue;
		r = check_one(c, c->o.args[i], in, &a, &facts, &e);
		if (r != OK) {
			rc_ignore(err_add(&e, "NOT verified: %s", c->o.args[i]));
			cli_error(c, &e);
		} else if (c->o.json) {
			say_json(c, c->o.args[i], &facts);
		} else {
			say_text(c, c->o.args[i], &facts);
		}
		cli_flush(c);
		enum exit_code now = r != OK ? cli_exit_of(r) : facts.holds && facts.known_key ? EXIT_DONE : EXIT_NO;
		if (code == EXIT_DONE)
			code = now;
	}
	return code;
}
