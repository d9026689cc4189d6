/* SPDX-License-Identifier: Apache-2.0 */
/* anchor: time stamps and proofs of the log, asked for and looked at. */
#include "app/cli/cli.h"
#include "base/codec.h"
#include "io/fs/fs.h"

#define USER_AGENT "onrecord/" ONRECORD_VERSION
#define TRUST_MAX (16u * MIB)

/* What goes into `authorities`, for who has none yet. */
static const char EXAMPLE[] =
	"the archive has no file `authorities`. Write one, and ask at least two who do not know each other:\n"
	"  tsa freetsa https://freetsa.org/tsr freetsa-root.pem\n"
	"  tsa dfn http://zeitstempel.dfn.de dfn-root.pem\n"
	"  calendar https://alice.btc.calendar.opentimestamps.org\n"
	"  calendar https://bob.btc.calendar.opentimestamps.org\n"
	"Each learns your address and the time, and a digest that says nothing (docs/formats/anchors.md)";

static rc read_input(struct cli *c, const char *path, struct str *ret, struct err *e)
{
	AUTO_FD fd = -1;
	uint64_t size = 0;
	if (!path)
		return OK;
	TRY(fs_open_input(path, &fd, &size, e));
	if (size > TRUST_MAX)
		return err_set(e, E_LIMIT, "%s: over %u bytes", path, TRUST_MAX);
	char *to = arena_alloc(&c->run, (size_t)size + 1);
	TRY(fs_read_at(fd, 0, to, (size_t)size, e));
	*ret = str_mem(to, (size_t)size);
	return OK;
}

rc cli_trust(struct cli *c, struct pipeline *p, struct anchor_trust *ret, struct err *e)
{
	struct authorities who;
	*ret = (struct anchor_trust){STR(""), STR(""), ANCHOR_WORK_BITS};
	TRY(read_input(c, c->o.headers, &ret->headers, e));
	if (c->o.tsa_ca)
		return read_input(c, c->o.tsa_ca, &ret->tsa, e);
	rc r = pipeline_authorities(p, &c->run, &who, e);
	if (r == OK)
		ret->tsa = str_trim(who.trusted);
	return r == E_NOTFOUND ? OK : r;
}

struct str cli_anchor_time(struct arena *a, const struct anchor_verdict *v)
{
	struct str t = instant_utc(a, v->time, 0);
	int64_t s = v->slack / 1000000000 + (v->slack % 1000000000 != 0);
	return s ? str_fmt(a, "%.*s (give or take %lld s)", STR_FMT(t), (long long)s) : t;
}

bool cli_trust_is_folders(const struct cli *c, const struct anchored *all, size_t n)
{
	for (size_t i = 0; i < n && !c->o.tsa_ca; i++)
		if (all[i].kind == LEAF_RFC3161 && all[i].verdict.has_time)
			return true;
	return false;
}

const char *cli_anchor_state(const struct anchor_verdict *v)
{
	static const char *const words[] = {[ANCHOR_HOLDS] = "holds",
		[ANCHOR_UNCHECKED] = "not checked to the end",
		[ANCHOR_PROMISED] = "promised",
		[ANCHOR_FAILS] = "FAILS"};
	return words[v->state];
}

static void bracket_line(struct buf *b, const char *what, const struct anchored *x)
{
	AUTO(arena) a = {0};
	if (!x)
		return;
	buf_addf(b, "  %-18s %.*s by ", what, STR_FMT(cli_anchor_time(&a, &x->verdict)));
	cli_text(b, x->verdict.who);
	buf_addf(b, " (entry %llu: %s)\n", (unsigned long long)x->index, cli_anchor_state(&x->verdict));
}

void cli_bracket(struct buf *b, const struct bracket *k)
{
	bracket_line(b, "existed before", k->before);
	bracket_line(b, "appended after", k->after);
}

static void anchored_json(struct jsonw *w, const char *name, const struct anchored *x)
{
	AUTO(arena) a = {0};
	if (!x) {
		jsonw_null(w, name);
		return;
	}
	jsonw_open(w, name, '{');
	jsonw_u64(w, "entry", x->index);
	jsonw_u64(w, "size", x->size);
	jsonw_str(w, "kind", leaf_token_name(x->kind));
	jsonw_str(w, "state", str_c(cli_anchor_state(&x->verdict)));
	jsonw_str_or_null(w, "time", x->verdict.has_time ? instant_utc(&a, x->verdict.time, 0) : STR(""));
	jsonw_u64(w, "slack_seconds", (uint64_t)(x->verdict.slack / 1000000000));
	jsonw_str_or_null(w, "who", x->verdict.who);
	jsonw_str_or_null(w, "said", x->verdict.said);
	jsonw_close(w, '}');
}

void cli_bracket_json(struct jsonw *w, const struct bracket *k)
{
	anchored_json(w, "existed_before", k->before);
	anchored_json(w, "appended_after", k->after);
}

struct anchoring {
	struct pipeline_anchored report; /* first */
	struct cli *c;
};

static void on_answer(struct pipeline_anchored *r, struct str who, const struct anchor_token *t, const struct err *e)
{
	struct cli *c = ((struct anchoring *)(void *)r)->c;
	struct buf *b = &c->out;
	if (c->o.json) {
		struct jsonw w = jsonw_to(b);
		jsonw_open(&w, NULL, '{');
		jsonw_str(&w, "authority", who);
		jsonw_u64(&w, "size", r->size);
		jsonw_bool(&w, "answered", t != NULL);
		jsonw_str_or_null(&w, "said", t ? t->said : str_c(e->msg));
		jsonw_str_or_null(&w, "trouble", t ? t->trouble : STR(""));
		jsonw_close(&w, '}');
		buf_addc(b, '\n');
	} else if (t) {
		cli_text(b, who);
		buf_add(b, STR(": "));
		cli_text(b, t->said);
		if (t->trouble.n) {
			buf_add(b, STR(" (could not be had: "));
			cli_text(b, t->trouble);
			buf_addc(b, ')');
		}
		buf_addc(b, '\n');
	} else {
		struct err why = *e;
		rc_ignore(err_add(&why, "%.*s", (int)size_min(who.n, 80), who.p));
		cli_error(c, &why);
	}
	cli_flush(c);
}

static enum exit_code ended(struct cli *c, const struct pipeline_anchored *r)
{
	AUTO(arena) a = {0};
	if (r->nothing_new)
		cli_note(c, "nothing was added since the last anchor; nobody was asked (--again asks all the same)");
	else if (r->kept == 0 && r->failed == 0 && r->waiting == 0)
		cli_note(c, "no calendar owes anything");
	else if (c->o.upgrade)
		cli_note(c,
			str_fmt(&a, "%llu proofs kept, %llu wait for a block, %llu failed", (unsigned long long)r->kept,
				(unsigned long long)r->waiting, (unsigned long long)r->failed)
				.p);
	else if (r->kept == 0)
		cli_note(c, str_fmt(&a, "nothing was kept: %llu failed", (unsigned long long)r->failed).p);
	else
		cli_note(c,
			str_fmt(&a, "all %llu log entries are under what was kept now: %llu kept, %llu failed",
				(unsigned long long)r->size, (unsigned long long)r->kept, (unsigned long long)r->failed)
				.p);
	if (r->failed)
		return r->kept ? EXIT_PARTIAL : EXIT_NETWORK;
	return c->o.upgrade && r->waiting ? EXIT_NOT_YET : EXIT_DONE;
}

static rc ask(struct cli *c, struct pipeline *p, struct anchoring *k, struct err *e)
{
	struct authorities who;
	const struct anchor_net net = {.proxy = c->o.proxy,
		.ca_file = c->o.ca_file,
		.user_agent = STR(USER_AGENT),
		.allow_private = c->o.allow_private,
		.timeout_s = c->o.timeout_s};
	rc r = pipeline_authorities(p, &c->run, &who, e);
	if (r == E_NOTFOUND)
		return err_set(e, E_USAGE, "%s", EXAMPLE);
	TRY(r);
	return c->o.upgrade ? pipeline_anchor_upgrade(p, &who, &net, &k->report, e)
			    : pipeline_anchor(p, &who, &net, c->o.again, &k->report, e);
}

static void list_one(struct cli *c, const struct anchored *x)
{
	AUTO(arena) a = {0};
	struct buf *b = &c->out;
	const struct anchor_verdict *v = &x->verdict;
	if (c->o.json) {
		struct jsonw w = jsonw_to(b);
		jsonw_open(&w, NULL, '{');
		anchored_json(&w, "anchor", x);
		jsonw_close(&w, '}');
		buf_addc(b, '\n');
		return;
	}
	buf_addf(b, "#%llu %s of %llu entries: %s", (unsigned long long)x->index, leaf_token_name(x->kind).p,
		(unsigned long long)x->size, cli_anchor_state(v));
	if (v->has_time)
		buf_addf(b, ", %.*s", STR_FMT(cli_anchor_time(&a, v)));
	buf_add(b, STR(": "));
	cli_text(b, v->said);
	buf_addc(b, '\n');
}

/* The answer is no when one fails. */
static rc list(struct cli *c, struct pipeline *p, enum exit_code *ret, struct err *e)
{
	struct anchor_trust trust;
	struct anchored *all = NULL;
	struct token_list tokens = {.n = 0};
	size_t n = 0;
	TRY(cli_trust(c, p, &trust, e));
	rc r = pipeline_token_scan(p, &tokens, e);
	if (r == OK)
		r = pipeline_judge(p, &tokens, &trust, &c->run, &all, &n, e);
	arena_clear(&tokens.a);
	TRY(r);
	for (size_t i = 0; i < n; i++) {
		list_one(c, &all[i]);
		if (all[i].verdict.state == ANCHOR_FAILS)
			*ret = EXIT_NO;
	}
	if (n == 0)
		cli_note(c, "the log has no anchors");
	if (cli_trust_is_folders(c, all, n))
		cli_note(c, CLI_TRUST_NOTE);
	return OK;
}

enum exit_code cmd_anchor(struct cli *c)
{
	struct err e;
	struct pipeline *p = NULL;
	struct anchoring k = {.report = {.answered = on_answer}, .c = c};
	enum exit_code code = EXIT_DONE;
	if (c->o.upgrade && c->o.list) {
		rc_ignore(err_set(&e, E_USAGE, "--list asks nobody, so it does not go with --upgrade"));
		return cli_fail(c, &e);
	}
	if (cli_open(c, !c->o.list, &p, &e) != OK)
		return cli_fail(c, &e);
	rc r = c->o.list ? list(c, p, &code, &e) : ask(c, p, &k, &e);
	if (r == OK && !c->o.list) {
		r = pipeline_close(p, &e);
		return r == OK ? ended(c, &k.report) : cli_fail(c, &e);
	}
	pipeline_abandon(p);
	return r == OK ? code : cli_fail(c, &e);
}
