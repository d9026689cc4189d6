/* SPDX-License-Identifier: Apache-2.0 */
/* ls, show and cat: the commands that look. */
#include <stdio.h>

#include "app/cli/cli.h"
#include "base/caps.h"
#include "base/codec.h"
#include "base/stream.h"
#include "formats/url/url.h"
#include "stages/read/read.h"

struct listing {
	struct catalog_visit visit;
	struct cli *c;
	uint64_t sealed;
	struct witnesses witnesses;
	uint64_t n;
};

static rc list_row(struct catalog_visit *v, const struct catalog_row *row, struct err *e)
{
	(void)e;
	struct listing *l = (struct listing *)v;
	cli_row(l->c, row, row->index < l->sealed, &l->witnesses);
	l->n++;
	return OK;
}

static rc list(struct cli *c, struct pipeline *p, struct listing *l, struct err *e)
{
	struct catalog_query q = {.limit = c->o.limit};
	if (c->o.nargs)
		q.key = url_key(&c->run, str_c(c->o.args[0]));
	if (!pipeline_catalog(p))
		return err_set(e, E_FORMAT, "the catalog cannot be used (onrecord reindex makes it anew)");
	TRY(pipeline_sealed(p, &l->sealed, e));
	cli_witnesses(c, p, &l->witnesses);
	return catalog_list(pipeline_catalog(p), &q, &l->visit, e);
}

enum exit_code cmd_ls(struct cli *c)
{
	struct err e;
	struct pipeline *p = NULL;
	struct listing l = {.visit.row = list_row, .c = c};
	if (cli_open(c, false, &p, &e) != OK)
		return cli_fail(c, &e);
	rc r = list(c, p, &l, &e);
	pipeline_abandon(p);
	if (r != OK)
		return cli_fail(c, &e);
	if (l.n == 0 && c->o.nargs) {
		rc_ignore(err_set(&e, E_NOTFOUND, "no capture of '%.300s'", c->o.args[0]));
		return cli_fail(c, &e);
	}
	return EXIT_DONE;
}

/* Everything that show prints about one capture. */
struct shown {
	struct pipeline_entry x;
	struct checkpoint checkpoint;
	struct str note;
	bool sealed;
	struct tlog_proof proof;
	struct article article;
	bool has_article;
	const struct witnesses *witnesses;
	struct bracket bracket;
	struct str continues;
};

/* The article is read again rather than taken from the catalog: that is a cache that anything may have written to. */
static void load_article(struct cli *c, struct pipeline *p, struct arena *a, struct shown *s)
{
	struct err e;
	rc r = pipeline_article(p, &s->x.row, &s->x.record, a, &s->article, &e);
	if (r != OK && r != E_NOTFOUND) {
		rc_ignore(err_add(&e, "#%llu: reading the article", (unsigned long long)s->x.row.index));
		cli_error(c, &e);
	}
	s->has_article = r == OK;
	s->x.row.title = article_get(&s->article, ARTICLE_TITLE);
	s->x.row.language = article_get(&s->article, ARTICLE_LANGUAGE);
	s->x.row.published = article_get(&s->article, ARTICLE_PUBLISHED);
	s->x.row.updated = article_get(&s->article, ARTICLE_UPDATED);
}

/* Where the entry stands among the log's anchors. */
static rc load_bracket(struct cli *c, struct pipeline *p, struct arena *a, struct shown *s, struct err *e)
{
	struct anchor_trust trust;
	struct anchored *all = NULL;
	size_t n = 0;
	TRY(cli_trust(c, p, &trust, e));
	TRY(pipeline_judge(p, NULL, &trust, a, &all, &n, e));
	s->bracket = bracket_of(all, n, s->x.row.index);
	return OK;
}

static rc load_shown(struct cli *c, struct pipeline *p, struct str name, struct arena *a, struct buf *body,
	struct shown *s, struct err *e)
{
	struct str leaf;
	TRY(pipeline_entry(p, name, a, body, &s->x, e));
	TRY(seal_checkpoint(pipeline_archive(p), pipeline_key(p), a, &s->checkpoint, &s->note, e));
	s->sealed = s->x.row.index < s->checkpoint.size;
	if (s->sealed) {
		TRY(seal_leaf(a, &s->x.frame, &leaf, e));
		TRY(seal_prove(pipeline_archive(p), &s->checkpoint, s->x.row.index, leaf, &s->proof, e));
	}
	s->continues = cli_continues(a, p);
	load_article(c, p, a, s);
	return load_bracket(c, p, a, s, e);
}

struct str cli_continues(struct arena *a, struct pipeline *p)
{
	struct err ignored;
	struct leaf l;
	if (pipeline_continues(p, a, &l, &ignored) != OK)
		return STR("");
	return str_fmt(a, "%.*s, %llu entries, root %.*s", STR_FMT(l.name), (unsigned long long)l.size,
		STR_FMT(base64_of(a, hash_str(&l.hash))));
}

static void show_json(struct cli *c, const struct shown *s)
{
	AUTO(arena) a = {0};
	struct jsonw w = jsonw_to(&c->out);
	jsonw_open(&w, NULL, '{');
	cli_row_json(&w, &s->x.row, s->sealed, s->witnesses);
	jsonw_open(&w, "record", '{');
	for (size_t i = 0; i < s->x.record.n; i++)
		jsonw_str(&w, str_cstr(&a, s->x.record.fields[i].name), s->x.record.fields[i].value);
	jsonw_close(&w, '}');
	jsonw_open(&w, "log", '{');
	jsonw_str(&w, "origin", s->checkpoint.origin);
	jsonw_u64(&w, "size", s->checkpoint.size);
	jsonw_str(&w, "root", base64_of(&a, hash_str(&s->checkpoint.root)));
	jsonw_str(&w, "checkpoint", s->note);
	jsonw_str_or_null(&w, "continues", s->continues);
	jsonw_open(&w, "proof", '[');
	for (size_t i = 0; s->sealed && i < s->proof.n; i++)
		jsonw_str(&w, NULL, base64_of(&a, hash_str(&s->proof.h[i])));
	jsonw_close(&w, ']');
	jsonw_close(&w, '}');
	cli_bracket_json(&w, &s->bracket);
	if (s->has_article) {
		AUTO(buf) article = {0};
		buf_init(&article, CLI_OUT_MAX);
		read_json(&article, &s->article);
		buf_add(w.to, STR(",\"article\":"));
		buf_add(w.to, str_trim(buf_str(&article)));
		w.to->over |= article.over;
	}
	jsonw_close(&w, '}');
	buf_addc(&c->out, '\n');
}

static void show_line(struct buf *b, const char *name, struct str value)
{
	if (value.n == 0)
		return;
	buf_addf(b, "  %-18s ", name);
	for (size_t from = 0; from < value.n;) {
		size_t end = str_chr(value, '\n', from);
		if (from)
			buf_addf(b, "\n  %-18s ", "");
		cli_text(b, str_sub(value, from, end));
		from = end + 1;
	}
	buf_addc(b, '\n');
}

/* Each field with where it was found; what sources disagree about is said. */
static void show_article(struct buf *b, const struct article *a)
{
	AUTO(arena) line = {0};
	buf_add(b, STR("article, as read\n"));
	for (unsigned f = 0; f < ARTICLE_FIELDS; f++)
		for (size_t i = 0; i < a->n; i++) {
			const struct article_evidence *e = &a->evidence[i];
			if (e->field != f || !e->chosen)
				continue;
			struct str from = str_join(&line, STR("  ("), e->from);
			struct str end = a->choice[f].disputed ? STR("; other sources differ)") : STR(")");
			show_line(b, article_field_name(f), str_join(&line, e->value, str_join(&line, from, end)));
		}
}

static void show_text(struct cli *c, const struct shown *s)
{
	AUTO(arena) a = {0};
	struct buf *b = &c->out;
	buf_addf(b, "#%llu %.*s\n", (unsigned long long)s->x.row.index, STR_FMT(hex_of(&a, hash_str(&s->x.row.id))));
	if (s->has_article)
		show_article(b, &s->article);
	buf_add(b, STR("record, as sealed\n"));
	for (size_t i = 0; i < s->x.record.n; i++)
		show_line(b, str_cstr(&a, s->x.record.fields[i].name), s->x.record.fields[i].value);
	buf_add(b, STR("log\n"));
	show_line(b, "origin", s->checkpoint.origin);
	show_line(b, "continues", s->continues);
	if (s->sealed)
		buf_addf(b, "  %-18s entry %llu of %llu; its inclusion proof of %zu hashes holds\n", "sealed",
			(unsigned long long)s->x.row.index, (unsigned long long)s->checkpoint.size, s->proof.n);
	else
		buf_addf(b, "  %-18s kept, not sealed yet\n", "state");
	const struct cosigned *at = s->sealed ? witnesses_of(s->witnesses, s->x.row.index) : NULL;
	if (at) {
		buf_addf(b, "  %-18s ", "witnesses");
		cli_witnessed(b, s->witnesses, at);
		buf_addf(b, ",\n  %-18s over the checkpoint of %llu entries\n", "", (unsigned long long)at->size);
	}
	cli_bracket(b, &s->bracket);
	if (at && at->satisfied) {
		buf_add(b,
			STR("what this does not prove\n"
			    "  That the site itself sent these bytes rests on the TLS evidence and on whoever captured "
			    "them.\n"
			    "  That this was the only log shown to others rests on the witnesses.\n"));
		return;
	}
	buf_add(b,
		STR("what this does not prove\n"
		    "  That the site itself sent these bytes rests on the TLS evidence and on whoever captured them.\n"
		    "  Until others have the log's checkpoint, whoever holds its key could still rewrite it.\n"));
}

enum exit_code cmd_show(struct cli *c)
{
	struct err e;
	struct pipeline *p = NULL;
	rc r = OK;
	struct witnesses witnesses;
	if (cli_open(c, false, &p, &e) != OK)
		return cli_fail(c, &e);
	cli_witnesses(c, p, &witnesses);
	for (size_t i = 0; i < c->o.nargs && r == OK; i++) {
		AUTO(arena) a = {0};
		AUTO(buf) body = {0};
		struct shown s = {.witnesses = &witnesses};
		buf_init(&body, CAP_RECORD);
		r = load_shown(c, p, str_c(c->o.args[i]), &a, &body, &s, &e);
		if (r != OK)
			break;
		if (c->o.json)
			show_json(c, &s);
		else
			show_text(c, &s);
		cli_flush(c);
	}
	pipeline_abandon(p);
	return r == OK ? EXIT_DONE : cli_fail(c, &e);
}

struct stdout_sink {
	struct sink sink;
	struct cli *c;
};

static rc stdout_push(struct sink *s, struct str bytes, struct err *e)
{
	struct cli *c = ((struct stdout_sink *)s)->c;
	if (bytes.n && fwrite(bytes.p, 1, bytes.n, stdout) != bytes.n) {
		c->stdout_failed = true;
		return err_sys(e, "standard output");
	}
	return OK;
}

static rc cat(struct cli *c, struct pipeline *p, struct err *e)
{
	AUTO(buf) body = {0};
	struct shown s = {0};
	struct stdout_sink to = {{stdout_push}, c};
	buf_init(&body, CAP_RECORD);
	TRY(pipeline_entry(p, str_c(c->o.args[0]), &c->run, &body, &s.x, e));
	if (c->o.part == PART_TEXT || c->o.part == PART_MARKDOWN) {
		load_article(c, p, &c->run, &s);
		if (!s.has_article)
			return err_set(e, E_NOTFOUND, "there is no article in this capture");
		AUTO(buf) text;
		buf_init(&text, CAP_ARTICLE * 2);
		if (c->o.part == PART_MARKDOWN)
			read_text(&text, &s.article, true);
		else
			buf_add(&text, s.article.text);
		TRY(buf_done(&text, e));
		TRY(stdout_push(&to.sink, buf_str(&text), e));
		return stdout_push(&to.sink, STR("\n"), e);
	}
	return capture_cat(pipeline_archive(p), &s.x.record, (enum capture_part)c->o.part, &to.sink, e);
}

enum exit_code cmd_cat(struct cli *c)
{
	struct err e;
	struct pipeline *p = NULL;
	if (cli_open(c, false, &p, &e) != OK)
		return cli_fail(c, &e);
	rc r = cat(c, p, &e);
	pipeline_abandon(p);
	return r == OK ? EXIT_DONE : cli_fail(c, &e);
}
