/* SPDX-License-Identifier: Apache-2.0 */
/* verify: what was sealed against what is on disk. */
#include <unistd.h>

#include "app/cli/cli.h"
#include "base/caps.h"
#include "base/codec.h"
#include "io/fs/fs.h"

struct checking {
	struct seal_report report; /* first */
	struct fs_progress progress;
	struct cli *c;
	struct pipeline *p;
	uint64_t bytes;
	uint64_t captures;
	uint64_t deep;
	struct witnesses_seen seen;
	uint64_t cosignatures;    /* that hold */
	struct token_list tokens; /* as the records have them: the catalog may lack some */
	struct claim {
		uint64_t index;
		int64_t time;
	} * claims; /* of our own captures */
	size_t nclaims;
	struct arena run;
	struct anchored *anchored;
	size_t nanchored;
	uint64_t holding; /* anchors */
	uint64_t late;    /* captures that claim a time that anchors contradict */
};

static void say_json(struct checking *k, const char *what, const char *text)
{
	struct jsonw w = jsonw_to(&k->c->out);
	jsonw_open(&w, NULL, '{');
	jsonw_str(&w, what, str_c(text));
	jsonw_close(&w, '}');
	buf_addc(&k->c->out, '\n');
	cli_flush(k->c);
}

static void say_problem(struct checking *k, const struct err *e)
{
	if (k->c->o.json)
		say_json(k, "problem", e->msg);
	else
		cli_error(k->c, e);
}

static void add_problem(struct checking *k, const struct err *e)
{
	k->report.problems++;
	say_problem(k, e);
}

static void on_problem(struct seal_report *r, const struct err *e)
{
	say_problem((struct checking *)(void *)r, e);
}

static void on_unfinished(struct seal_report *r, const struct err *e)
{
	struct checking *k = (struct checking *)(void *)r;
	AUTO(arena) a = {0};
	if (k->c->o.json)
		say_json(k, "leftover", e->msg);
	else
		cli_note(k->c, str_fmt(&a, "%s (left by an interrupted command, or one is at work)", e->msg).p);
}

static void on_note(struct seal_report *r, const char *text)
{
	struct checking *k = (struct checking *)(void *)r;
	if (k->c->o.json)
		say_json(k, "note", text);
	else
		cli_note(k->c, text);
}

static void on_bytes(struct fs_progress *p, uint64_t n)
{
	struct checking *k = (struct checking *)(void *)((char *)p - offsetof(struct checking, progress));
	k->bytes += n;
	cli_bar(k->c, "verifying (MiB)", k->bytes >> 20, 0);
}

/* Time stamps and proofs of the log. One that fails is a problem; one that cannot be checked to the end is not. */
static void judge_anchors(struct checking *k)
{
	struct anchor_trust trust;
	struct err e;
	rc r = cli_trust(k->c, k->p, &trust, &e);
	if (r == OK)
		r = pipeline_judge(k->p, &k->tokens, &trust, &k->run, &k->anchored, &k->nanchored, &e);
	if (r != OK) {
		add_problem(k, &e);
		return;
	}
	if (cli_trust_is_folders(k->c, k->anchored, k->nanchored))
		on_note(&k->report, CLI_TRUST_NOTE);
	for (size_t i = 0; i < k->nanchored; i++) {
		const struct anchored *x = &k->anchored[i];
		k->holding += x->verdict.state == ANCHOR_HOLDS;
		if (x->verdict.state != ANCHOR_FAILS)
			continue;
		rc_ignore(err_set(&e, E_VERIFY, "entry %llu: anchor of kind %s: %.*s", (unsigned long long)x->index,
			leaf_token_name(x->kind).p, STR_FMT(x->verdict.said)));
		add_problem(k, &e);
	}
}

/* Of our own captures: an import has the time that its archive claims, which may lie years back. */
static void take_claim(struct checking *k, const struct frame *f, const struct record *r)
{
	struct instant t;
	if (!str_eq(r->kind, STR("capture")) || !instant_parse_iso(record_get(r, "time"), &t))
		return;
	struct claim *c = arena_push(&k->run, &k->claims, &k->nclaims, sizeof(*c));
	*c = (struct claim){f->ref.index, t.ns};
}

static void flag(struct checking *k, const struct claim *claim, const struct bracket *b)
{
	AUTO(arena) a = {0};
	bool late = !bracket_allows(&(struct bracket){NULL, b->before}, claim->time);
	const struct anchored *x = late ? b->before : b->after;
	k->late++;
	const char *text = str_fmt(&a,
		"entry %llu: flagged: claims the time %.*s, but the anchor in entry %llu says that it %s %.*s",
		(unsigned long long)claim->index, STR_FMT(instant_utc(&a, claim->time, 0)),
		(unsigned long long)x->index, late ? "existed before" : "was appended after",
		STR_FMT(cli_anchor_time(&a, &x->verdict)))
				   .p;
	if (k->c->o.json)
		say_json(k, "flagged", text);
	else
		cli_note(k->c, text);
}

static void check_claims(struct checking *k)
{
	for (size_t i = 0; k->nanchored && i < k->nclaims; i++) {
		struct bracket b = bracket_of(k->anchored, k->nanchored, k->claims[i].index);
		if (!bracket_allows(&b, k->claims[i].time))
			flag(k, &k->claims[i], &b);
	}
}

static void on_entry(struct seal_report *r, const struct frame *f, bool sealed)
{
	struct checking *k = (struct checking *)(void *)r;
	AUTO(arena) a = {0};
	struct record rec;
	struct archive_span span;
	struct err e;
	if (sealed) { /* what is not is looked at when it is: anybody can have put it there */
		witnesses_see(&k->seen, f);
		token_list_add(&k->tokens, f);
	}
	if (f->kind != FRAME_RECORD || record_decode(&a, f->body, &rec, &e) != OK)
		return;
	if (capture_locate(&rec, &span, &e) != OK)
		return;
	k->captures++;
	take_claim(k, f, &rec);
	if (!k->c->o.deep)
		return;
	k->deep++;
	if (capture_check(pipeline_archive(k->p), &rec, &e) == OK)
		return;
	rc_ignore(err_add(&e, "entry %llu", (unsigned long long)f->ref.index));
	add_problem(k, &e);
}

/* Not among the problems: what is there may all be as it was sealed. */
static void say_older(struct checking *k)
{
	struct err e;
	const struct seal_report *r = &k->report;
	if (!r->known_outside || k->c->o.json)
		return;
	rc_ignore(err_set(&e, E_VERIFY,
		"%s: %llu of the %llu log entries that are known to have been signed are here: a backup, or an older "
		"copy that was put back; nothing is signed on top of it",
		archive_path(pipeline_archive(k->p)), (unsigned long long)r->last.size,
		(unsigned long long)r->known_outside));
	cli_error(k->c, &e);
}

/* Which tree under which key that was: what can be compared with what others hold. */
static void summary_log(struct checking *k, struct jsonw *w)
{
	AUTO(arena) a = {0};
	const struct note_key *key = pipeline_key(k->p);
	const struct checkpoint *last = &k->report.last;
	struct str id = hex_of(&a, str_mem(key->id, sizeof(key->id)));
	struct str root = base64_of(&a, hash_str(&last->root));
	struct str continues = k->report.problems ? STR("") : cli_continues(&a, k->p);
	if (w) {
		jsonw_str(w, "origin", key->name);
		jsonw_str(w, "key_id", id);
		jsonw_u64(w, "size", last->size);
		jsonw_str_or_null(w, "root", last->origin.n ? root : STR(""));
		jsonw_str_or_null(w, "continues", continues);
	} else if (last->origin.n) {
		buf_add(&k->c->out, STR("log "));
		cli_text(&k->c->out, key->name);
		buf_addf(&k->c->out, ", key id %.*s, size %llu, root %.*s\n", STR_FMT(id),
			(unsigned long long)last->size, STR_FMT(root));
		if (continues.n) {
			buf_add(&k->c->out, STR("it continues the log "));
			cli_text(&k->c->out, continues);
			buf_addc(&k->c->out, '\n');
		}
	}
}

static void summary(struct checking *k)
{
	struct buf *b = &k->c->out;
	const struct seal_report *r = &k->report;
	if (k->c->o.json) {
		struct jsonw w = jsonw_to(b);
		jsonw_open(&w, NULL, '{');
		jsonw_bool(&w, "verified", r->problems == 0 && !r->known_outside);
		jsonw_u64(&w, "captures", k->captures);
		jsonw_u64(&w, "entries", r->frames);
		jsonw_u64(&w, "sealed", r->sealed);
		jsonw_u64(&w, "not_sealed", r->frames - r->sealed);
		jsonw_u64(&w, "warc_bytes", r->warc_bytes);
		jsonw_u64(&w, "parsed_again", k->deep);
		jsonw_u64(&w, "cosignatures", k->cosignatures);
		jsonw_u64(&w, "anchors", k->nanchored);
		jsonw_u64(&w, "anchors_holding", k->holding);
		jsonw_u64(&w, "flagged", k->late);
		jsonw_u64(&w, "problems", r->problems);
		jsonw_u64(&w, "leftovers", r->leftovers);
		jsonw_bool(&w, "outside_copy", !r->no_outside_copy);
		if (r->known_outside)
			jsonw_u64(&w, "older_than", r->known_outside);
		summary_log(k, &w);
		jsonw_close(&w, '}');
		buf_addc(b, '\n');
		return;
	}
	say_older(k);
	if (k->c->o.quiet)
		return;
	const char *verdict = r->known_outside ? "older: everything here is as it was sealed" : "verified";
	buf_addf(b, "%s", r->problems ? "NOT verified" : verdict);
	if (r->leftovers)
		buf_addf(b, ", with %llu unfinished %s", (unsigned long long)r->leftovers,
			r->leftovers == 1 ? "leftover" : "leftovers");
	buf_addf(b, ": %llu captures, %llu of %llu log entries sealed, %llu bytes of warc/ checked",
		(unsigned long long)k->captures, (unsigned long long)r->sealed, (unsigned long long)r->frames,
		(unsigned long long)r->warc_bytes);
	if (k->cosignatures)
		buf_addf(b, ", %llu %s", (unsigned long long)k->cosignatures,
			k->cosignatures == 1 ? "cosignature" : "cosignatures");
	if (r->frames > r->sealed)
		buf_addf(b, ", %llu %s kept, not sealed", (unsigned long long)(r->frames - r->sealed),
			r->frames - r->sealed == 1 ? "entry" : "entries");
	if (k->nanchored)
		buf_addf(b, ", %llu of %zu anchors checked to the end", (unsigned long long)k->holding, k->nanchored);
	if (k->late)
		buf_addf(b, ", %llu flagged for the time that they claim", (unsigned long long)k->late);
	if (r->problems)
		buf_addf(b, ", %llu %s", (unsigned long long)r->problems, r->problems == 1 ? "problem" : "problems");
	buf_addc(b, '\n');
	summary_log(k, NULL);
	if (!k->c->o.deep && !r->problems)
		buf_add(b, STR("(--deep also parses every capture again and compares it with its record)\n"));
}

/* Tiles that are told to be wrong prove nothing of what was cosigned. */
static rc check_cosignatures(struct checking *k, struct err *e)
{
	AUTO(arena) a = {0};
	struct cosignature *all = NULL;
	size_t n = 0;
	if (k->report.problems || k->report.sealed == 0)
		return OK;
	TRY(witnesses_check(k->p, &k->seen, &a, &all, &n, e));
	for (size_t i = 0; i < n; i++) {
		k->cosignatures += all[i].good;
		rc_ignore(err_add(&all[i].why, "entry %llu: cosignature", (unsigned long long)all[i].index));
		if (!all[i].good && all[i].known)
			add_problem(k, &all[i].why);
		else if (!all[i].good)
			on_note(&k->report, all[i].why.msg);
	}
	return OK;
}

/* A checkpoint that somebody else kept. */
struct held {
	bool has_policy;
	struct policy policy;
	struct note_key *keys; /* the log's, then the policy's witnesses */
	size_t nkeys;
	bool *by; /* by place in policy.nodes */
	struct note note;
	struct checkpoint checkpoint;
};

static rc held_open(
	struct checking *k, struct arena *a, struct buf *file, struct buf *policy, struct held *ret, struct err *e)
{
	const struct options *o = &k->c->o;
	struct witnesses w = {0};
	*ret = (struct held){0};
	if (o->policy) {
		TRY(cli_read_input(o->policy, CAP_POLICY, policy, e));
		if (policy_parse(a, buf_str(policy), &ret->policy, e) != OK)
			return err_add(e, "%s", o->policy);
		TRY(cli_policy_for(o->policy, &ret->policy, pipeline_key(k->p), e));
		ret->has_policy = true;
	} else {
		TRY(witnesses_judge(k->p, &k->seen, a, &w, e));
		ret->has_policy = w.has_policy;
		ret->policy = w.policy;
	}
	*(struct note_key *)arena_push(a, &ret->keys, &ret->nkeys, sizeof(*ret->keys)) = *pipeline_key(k->p);
	for (size_t i = 0; i < ret->policy.nnodes; i++)
		if (ret->policy.nodes[i].kind == POLICY_WITNESS)
			*(struct note_key *)arena_push(
				a, &ret->keys, &ret->nkeys, sizeof(*ret->keys)) = ret->policy.nodes[i].key;
	TRY(cli_read_input(o->against, CAP_NOTE, file, e));
	rc r = seal_parse_checkpoint(buf_str(file), pipeline_key(k->p), a, &ret->checkpoint, e);
	if (r == OK)
		r = note_open(a, buf_str(file), ret->keys, ret->nkeys, &ret->note, e);
	if (r != OK)
		return err_add(e, "%s", o->against);
	ret->by = arena_alloc(a, ret->policy.nnodes * sizeof(bool));
	for (size_t i = 0, key = 1; i < ret->policy.nnodes; i++)
		if (ret->policy.nodes[i].kind == POLICY_WITNESS)
			ret->by[i] = note_sig_by(&ret->note, key++) != NULL;
	return OK;
}

/* Who hands in a policy asks for its quorum. */
static void check_quorum(struct checking *k, struct arena *a, const struct held *h)
{
	struct err e;
	if (!k->c->o.policy || policy_satisfied(&h->policy, h->by))
		return;
	rc_ignore(err_set(&e, E_VERIFY, "%s: the quorum of %s is not reached: %.*s", k->c->o.against, k->c->o.policy,
		STR_FMT(policy_explain(a, &h->policy, h->by))));
	add_problem(k, &e);
}

static struct str held_by(struct arena *a, const struct held *h)
{
	struct str names = STR("");
	for (size_t i = 1; i < h->nkeys; i++)
		if (note_sig_by(&h->note, i))
			names = str_join(a, names.n ? str_join(a, names, STR(", ")) : names, h->keys[i].name);
	return names.n ? names : STR("no witness of the policy");
}

static void say_against(struct checking *k, struct arena *a, const struct held *h, const char *verdict)
{
	struct cli *c = k->c;
	struct str by = held_by(a, h);
	if (c->o.json) {
		struct jsonw w = jsonw_to(&c->out);
		jsonw_open(&w, NULL, '{');
		jsonw_str(&w, "against", str_c(c->o.against));
		jsonw_u64(&w, "size", h->checkpoint.size);
		jsonw_str(&w, "is", str_c(verdict));
		jsonw_open(&w, "cosigned", '[');
		for (size_t i = 1; i < h->nkeys; i++)
			if (note_sig_by(&h->note, i))
				jsonw_str(&w, NULL, h->keys[i].name);
		jsonw_close(&w, ']');
		if (h->has_policy)
			jsonw_bool(&w, "quorum", policy_satisfied(&h->policy, h->by));
		if (h->has_policy)
			jsonw_str(&w, "said", policy_explain(a, &h->policy, h->by));
		jsonw_close(&w, '}');
		buf_addc(&c->out, '\n');
		cli_flush(c);
	} else if (!c->o.quiet) {
		cli_text(&c->out, str_c(c->o.against));
		buf_addf(&c->out, ": a checkpoint of %llu entries, cosigned by ",
			(unsigned long long)h->checkpoint.size);
		cli_text(&c->out, by);
		buf_addf(&c->out, ": %s", verdict);
		if (h->has_policy) {
			buf_addf(&c->out, " (quorum %sreached, ", policy_satisfied(&h->policy, h->by) ? "" : "not ");
			cli_text(&c->out, policy_explain(a, &h->policy, h->by));
			buf_addc(&c->out, ')');
		}
		buf_addc(&c->out, '\n');
		cli_flush(c);
	}
}

/* The tiles have been compared with the records before: what they give for that size is what is there now. */
static rc check_against(struct checking *k, struct err *e)
{
	AUTO(arena) a = {0};
	AUTO(buf) file = {0};
	AUTO(buf) policy = {0};
	struct held h;
	struct checkpoint now;
	struct hash root;
	struct err why;
	if (!k->c->o.against)
		return OK;
	TRY(held_open(k, &a, &file, &policy, &h, e));
	check_quorum(k, &a, &h);
	TRY(seal_checkpoint(pipeline_archive(k->p), pipeline_key(k->p), &a, &now, NULL, e));
	uint64_t size = h.checkpoint.size;
	if (size > now.size) {
		say_against(k, &a, &h, "larger than this archive");
		if (size > k->report.known_outside)
			k->report.known_outside = size;
		return OK;
	}
	rc r = seal_root_at(pipeline_archive(k->p), &now, size, &root, &why);
	if (r == OK && hash_eq(&root, &h.checkpoint.root)) {
		say_against(k, &a, &h, "the front of this log");
		return OK;
	}
	if (r != OK && r != E_VERIFY && r != E_NOTFOUND) {
		*e = why;
		return r;
	}
	say_against(k, &a, &h, "ANOTHER HISTORY");
	if (r == OK)
		rc_ignore(err_set(&why, E_VERIFY,
			"%s: the log signed another root for %llu entries than the one that is here: it was forked",
			k->c->o.against, (unsigned long long)size));
	add_problem(k, &why);
	return OK;
}

static enum exit_code verify_all(struct cli *c, struct pipeline *p)
{
	struct err e;
	struct checking k = {
		.report = {.problem = on_problem, .unfinished = on_unfinished, .note = on_note, .entry = on_entry},
		.progress.bytes = on_bytes,
		.c = c,
		.p = p};
	k.report.progress = &k.progress;
	rc r = seal_verify(pipeline_archive(p), pipeline_key(p), &k.report, &e);
	cli_bar_end(c);
	if (r == OK)
		r = check_cosignatures(&k, &e);
	if (r == OK)
		r = check_against(&k, &e);
	witnesses_seen_clear(&k.seen);
	if (r == OK) {
		judge_anchors(&k);
		check_claims(&k);
		summary(&k);
	}
	arena_clear(&k.tokens.a);
	arena_clear(&k.run);
	if (r != OK)
		return cli_fail(c, &e);
	/* an older copy lacks captures that were sealed: the answer is no, though not of the bytes that are there */
	return k.report.problems || k.report.known_outside ? EXIT_NO : EXIT_DONE;
}

/* One entry: its frame, its span, its place in the log, and a capture's record against the parsed WARC bytes. `ret`
 * gets what the record says, in `a` and `body`. */
static rc verify_one(struct pipeline *p, struct str name, struct arena *a, struct buf *body, struct pipeline_entry *ret,
	struct err *e)
{
	struct pipeline_entry x;
	struct checkpoint cp;
	struct str leaf;
	struct tlog_proof proof;
	TRY(pipeline_entry(p, name, a, body, &x, e));
	TRY(seal_check_span(pipeline_archive(p), &x.frame, e));
	if (x.row.url.n)
		TRY(capture_check(pipeline_archive(p), &x.record, e));
	TRY(seal_checkpoint(pipeline_archive(p), pipeline_key(p), a, &cp, NULL, e));
	TRY(seal_leaf(a, &x.frame, &leaf, e));
	TRY(seal_prove(pipeline_archive(p), &cp, x.row.index, leaf, &proof, e));
	*ret = x;
	return OK;
}

/* `holds`: so does what was signed. */
static void say_one(const struct checking *k, struct str name, const struct catalog_row *row, bool holds)
{
	struct cli *c = k->c;
	const struct seal_report *r = &k->report;
	const char *why = holds ? "" : r->problems ? "the log does not hold" : "an older copy of the archive";
	if (c->o.json) {
		struct jsonw w = jsonw_to(&c->out);
		jsonw_open(&w, NULL, '{');
		jsonw_str(&w, "capture", name);
		jsonw_u64(&w, "index", row->index);
		jsonw_str_or_null(&w, "url", row->url);
		jsonw_bool(&w, "verified", holds);
		if (r->known_outside)
			jsonw_u64(&w, "older_than", r->known_outside);
		jsonw_str_or_null(&w, "problem", str_c(why));
		jsonw_close(&w, '}');
		buf_addc(&c->out, '\n');
		return;
	}
	const char *verdict = r->problems ? "NOT verified" : holds ? "verified" : "older: as it was sealed";
	buf_addf(&c->out, "%s: #%llu ", verdict, (unsigned long long)row->index);
	cli_text(&c->out, row->url.n ? row->url : row->kind);
	buf_addc(&c->out, '\n');
}

static void say_failed(struct cli *c, struct str name, const struct err *e)
{
	if (!c->o.json) {
		cli_error(c, e);
		return;
	}
	struct jsonw w = jsonw_to(&c->out);
	jsonw_open(&w, NULL, '{');
	jsonw_str(&w, "capture", name);
	jsonw_null(&w, "index");
	jsonw_null(&w, "url");
	jsonw_bool(&w, "verified", false);
	jsonw_str(&w, "problem", str_c(e->msg));
	jsonw_close(&w, '}');
	buf_addc(&c->out, '\n');
}

static enum exit_code verify_each(struct cli *c, struct pipeline *p)
{
	struct err e;
	struct checking k = {.report = {.problem = on_problem, .unfinished = on_unfinished}, .c = c, .p = p};
	if (seal_verify_signed(pipeline_archive(p), pipeline_key(p), &k.report, &e) != OK)
		return cli_fail(c, &e);
	bool holds = k.report.problems == 0 && !k.report.known_outside;
	enum exit_code code = holds ? EXIT_DONE : EXIT_NO;
	say_older(&k);
	for (size_t i = 0; i < c->o.nargs; i++) {
		AUTO(arena) a = {0};
		AUTO(buf) body = {0};
		struct pipeline_entry x = {0};
		struct str name = str_c(c->o.args[i]);
		buf_init(&body, CAP_RECORD);
		rc r = verify_one(p, name, &a, &body, &x, &e);
		if (r == OK)
			say_one(&k, name, &x.row, holds);
		else
			say_failed(c, name, &e);
		cli_flush(c);
		if (r != OK && code == EXIT_DONE)
			code = cli_exit_of(r);
	}
	return code;
}

static rc use_key(struct cli *c, struct pipeline *p, struct err *e)
{
	bool same = false;
	if (c->o.leaf || c->o.from)
		return err_set(e, E_USAGE, "--leaf and --from go with files that were handed over");
	if (c->o.nkeys > 1)
		return err_set(e, E_USAGE, "an archive has one log: one --key");
	if (c->o.nkeys == 0)
		return OK;
	if (pipeline_use_key(p, str_trim(str_c(c->o.keys[0])), &same, e) != OK) {
		e->code = E_USAGE;
		return err_add(e, "--key");
	}
	if (!same)
		cli_note(c, "keys/log.vkey is another key than that of --key");
	return OK;
}

/* What is there is taken as a file, and so is what is named as our own are. */
static bool is_file(const char *name)
{
	return access(name, F_OK) == 0 || str_ends(str_c(name), STR(".tlog-proof")) ||
		str_ends(str_c(name), STR(".disclosure"));
}

enum exit_code cmd_verify(struct cli *c)
{
	struct err e;
	struct pipeline *p = NULL;
	size_t files = 0;
	for (size_t i = 0; i < c->o.nargs; i++)
		files += is_file(c->o.args[i]);
	if (files && files == c->o.nargs)
		return cli_verify_files(c);
	if (files) {
		rc_ignore(err_set(&e, E_USAGE, "files and captures are checked by a command each"));
		return cli_fail(c, &e);
	}
	if (cli_open(c, false, &p, &e) != OK)
		return cli_fail(c, &e);
	if (use_key(c, p, &e) != OK) {
		pipeline_abandon(p);
		return cli_fail(c, &e);
	}
	if ((c->o.nargs && c->o.against) || (c->o.policy && !c->o.against)) {
		pipeline_abandon(p);
		rc_ignore(err_set(&e, E_USAGE,
			c->o.nargs ? "--against goes with the whole archive, not with captures of it"
				   : "--policy goes with --against"));
		return cli_fail(c, &e);
	}
	enum exit_code code = c->o.nargs ? verify_each(c, p) : verify_all(c, p);
	pipeline_abandon(p);
	return code;
}
