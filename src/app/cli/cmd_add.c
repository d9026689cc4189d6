/* SPDX-License-Identifier: Apache-2.0 */
/* init, add and reindex: the commands that write. */
#include <stdio.h>
#include <unistd.h>

#include "app/cli/cli.h"
#include "base/caps.h"
#include "formats/url/url.h"

#define TOOL "onrecord/" ONRECORD_VERSION
#define USER_AGENT "Mozilla/5.0 (compatible; " TOOL "; archiving what was published)"
#define FETCH_JOBS 4u

enum exit_code cmd_init(struct cli *c)
{
	struct err e;
	struct str vkey;
	const char *path = c->o.nargs ? c->o.args[0] : c->o.archive ? c->o.archive : ".";
	AUTO(buf) before = {0};
	const char *key = c->o.nkeys == 1 ? c->o.keys[0] : NULL;
	if (c->o.nkeys > 1 || (key && !c->o.continues)) {
		rc_ignore(err_set(&e, E_USAGE, "--key is the one key of the log that --continues names"));
		return cli_fail(c, &e);
	}
	if (c->o.agent && (c->o.no_passphrase || c->o.low_memory || c->o.agent[0] == '\0')) {
		rc_ignore(
			err_set(&e, E_USAGE, "--agent names a key in the ssh-agent; nothing else says how it is kept"));
		return cli_fail(c, &e);
	}
	if (c->o.continues && cli_read_input(c->o.continues, CAP_NOTE, &before, &e) != OK)
		return cli_fail(c, &e);
	const struct pipeline_new how = {.continues = buf_str(&before),
		.continues_key = str_trim(str_c(key)),
		.origin = str_c(c->o.origin),
		.plain = c->o.no_passphrase,
		.agent = str_c(c->o.agent),
		.work = c->o.low_memory ? LOW_MEMORY_WORK : 0,
		.ui = &c->ui};
	c->ui.passphrase = cli_passphrase;
	if (pipeline_init(c->env, path, &how, &c->run, &vkey, &e) != OK)
		return cli_fail(c, &e);
	if (c->o.json) {
		struct jsonw w = jsonw_to(&c->out);
		jsonw_open(&w, NULL, '{');
		jsonw_str(&w, "archive", str_c(path));
		jsonw_str(&w, "vkey", vkey);
		jsonw_close(&w, '}');
		buf_addc(&c->out, '\n');
		return EXIT_DONE;
	}
	buf_addf(&c->out, "%s: a new archive\n%.*s\n", path, STR_FMT(vkey));
	if (c->o.continues && !key)
		cli_note(c, "whether the checkpoint that it continues is signed was not checked (--key does)");
	if (c->o.no_passphrase)
		cli_note(c,
			"the private key is in keys/log.key under no passphrase: who reads that file can sign as you");
	cli_note(c, "the line above is the log's public key: give it to those who will check your captures");
	return EXIT_DONE;
}

struct add {
	struct cli *c;
	struct pipeline *p;
	struct str *urls;
	size_t nurls;
	uint64_t inputs; /* files and URLs */
	uint64_t failed; /* nothing of them was kept */
	uint64_t partial;
	uint64_t blocked;
	rc failed_code;
};

static void on_kept(struct pipeline_ui *ui, const struct catalog_row *row)
{
	struct cli *c = (struct cli *)(void *)ui;
	c->kept++;
	if (c->o.quiet)
		return;
	cli_bar_end(c);
	if (c->o.json) {
		cli_row(c, row, false, NULL);
		return;
	}
	/* a large import would scroll everything else away */
	if (c->kept > 100 && !c->o.verbose)
		return;
	buf_addf(&c->out, "kept #%llu ", (unsigned long long)row->index);
	cli_text(&c->out, row->url);
	buf_addc(&c->out, '\n');
	if (c->kept == 100 && !c->o.verbose)
		buf_add(&c->out, STR("(more; -v lists all)\n"));
	cli_flush(c);
}

static bool is_web(struct str s)
{
	return str_istarts(s, STR("http://")) || str_istarts(s, STR("https://"));
}

static void add_url(struct add *a, struct str url)
{
	struct str *to = arena_push(&a->c->run, &a->urls, &a->nurls, sizeof(*to));
	*to = str_dup(&a->c->run, url);
	a->inputs++;
}

/* One URL a line; empty lines and those that begin with '#' are passed over, and a byte order mark before the first. A
 * line that is no URL is an input that failed. */
static void list_line(struct add *a, const struct buf *line, uint64_t number)
{
	struct err e;
	struct str s = buf_str(line);
	if (number == 1 && str_starts(s, STR("\xef\xbb\xbf")))
		s = str_from(s, 3);
	s = str_trim(s);
	if (!line->over && (s.n == 0 || s.p[0] == '#'))
		return;
	if (!line->over && is_web(s)) {
		add_url(a, s);
		return;
	}
	if (line->over)
		a->failed_code = err_set(&e, E_LIMIT, "standard input: line %llu: over %u bytes",
			(unsigned long long)number, CAP_LIST_LINE);
	else
		a->failed_code = err_set(
			&e, E_USAGE, "standard input: line %llu: not an http or https URL", (unsigned long long)number);
	cli_error(a->c, &e);
	a->inputs++;
	a->failed++;
}

static rc read_list(struct add *a, struct err *e)
{
	AUTO(buf) line = {0};
	buf_init(&line, CAP_LIST_LINE);
	uint64_t number = 1;
	for (int ch = 0; ch != EOF;) {
		ch = getc(stdin);
		if (ch != '\n' && ch != EOF) {
			buf_addc(&line, (char)ch);
			continue;
		}
		list_line(a, &line, number++);
		buf_reset(&line);
	}
	return ferror(stdin) ? err_sys(e, "standard input") : OK;
}

/* Trouble with one input: said, counted, and the next one is taken. An error of the disk ends the command. */
static rc input_failed(struct add *a, rc code, struct err *e)
{
	if (code == OK)
		return OK;
	if (code == E_IO || code == E_BUSY)
		return code;
	cli_error(a->c, e);
	a->failed++;
	a->failed_code = code;
	return OK;
}

static rc add_file(struct add *a, const char *path, struct err *e)
{
	struct capture_counts counts;
	struct pipeline_file file = {
		.path = path, .url = str_c(a->c->o.url), .content_type = str_c(a->c->o.type), .tool = STR(TOOL)};
	a->inputs++;
	rc r = pipeline_file(a->p, &file, &counts, e);
	cli_bar_end(a->c);
	if ((r == OK && counts.bad) || (r != OK && counts.captures)) {
		a->partial++;
		if (r != OK && r != E_IO)
			cli_error(a->c, e);
		return r == E_IO ? r : OK;
	}
	return input_failed(a, r, e);
}

static rc add_urls(struct add *a, struct err *e)
{
	const struct options *o = &a->c->o;
	struct pipeline_fetched got;
	struct pipeline_fetch how = {
		.how = {.tool = STR(TOOL),
			.user_agent = o->user_agent ? str_c(o->user_agent) : STR(USER_AGENT),
			.accept_language = str_c(o->accept_language),
			.ca_file = o->ca_file,
			.proxy = o->proxy,
			.allow_private = o->allow_private,
			.max_bytes = o->max_bytes,
			.timeout_s = o->timeout_s},
		.jobs = o->jobs ? o->jobs : FETCH_JOBS,
	};
	if (a->nurls == 0)
		return OK;
	TRY(pipeline_fetch(a->p, a->urls, a->nurls, &how, &got, e));
	a->failed += got.failed;
	a->partial += got.truncated + got.broken;
	a->blocked += got.blocked;
	if (got.failed)
		a->failed_code = a->c->trouble_code;
	return OK;
}

static rc add_all(struct add *a, struct err *e)
{
	const struct options *o = &a->c->o;
	for (size_t i = 0; i < o->nargs; i++) {
		struct str arg = str_c(o->args[i]);
		if (str_eq(arg, STR("-")))
			TRY(read_list(a, e));
		else if (is_web(arg))
			add_url(a, arg);
		else
			TRY(add_file(a, o->args[i], e));
	}
	return add_urls(a, e);
}

static enum exit_code add_code(const struct add *a)
{
	if (a->failed && a->failed == a->inputs)
		return cli_exit_of(a->failed_code);
	if (a->failed || a->partial)
		return EXIT_PARTIAL;
	return a->blocked ? EXIT_BLOCKED : EXIT_DONE;
}

/* The last line, or the last object: how many of the log's entries are sealed says that all of these are. */
static void say_sealed(struct add *a)
{
	struct err e;
	struct cli *c = a->c;
	uint64_t size = 0;
	if (c->o.quiet || pipeline_sealed(a->p, &size, &e) != OK)
		return;
	if (c->o.json) {
		struct jsonw w = jsonw_to(&c->out);
		jsonw_open(&w, NULL, '{');
		jsonw_u64(&w, "kept", c->kept);
		jsonw_u64(&w, "failed", a->failed);
		jsonw_u64(&w, "partial", a->partial);
		jsonw_u64(&w, "blocked", a->blocked);
		jsonw_u64(&w, "sealed", size);
		jsonw_close(&w, '}');
		buf_addc(&c->out, '\n');
	} else if (c->kept) {
		buf_addf(&c->out, "sealed: %llu %s kept, %llu log entries in all\n", (unsigned long long)c->kept,
			c->kept == 1 ? "capture" : "captures", (unsigned long long)size);
	}
	cli_flush(c);
}

/* "ftp://x/" is meant as a URL, and so is no file that is missing. */
static bool has_other_scheme(struct str s)
{
	size_t end = str_find(s, STR("://"), 0);
	if (end == s.n || end == 0 || !ascii_alpha(s.p[0]) || is_web(s))
		return false;
	for (size_t i = 1; i < end; i++)
		if (!ascii_alpha(s.p[i]) && !ascii_digit(s.p[i]) && !memchr("+-.", s.p[i], 3))
			return false;
	return true;
}

static rc check_args(const struct options *o, struct err *e)
{
	struct str first = str_c(o->args[0]);
	if (o->url && (o->nargs != 1 || is_web(first) || str_eq(first, STR("-"))))
		return err_set(e, E_USAGE, "--url goes with one file");
	for (size_t i = 0; i < o->nargs; i++)
		if (has_other_scheme(str_c(o->args[i])))
			return err_set(e, E_USAGE, "'%.200s': only http and https URLs can be captured", o->args[i]);
	return OK;
}

enum exit_code cmd_add(struct cli *c)
{
	struct err e;
	struct err closing;
	struct add a = {.c = c};
	if (check_args(&c->o, &e) != OK || cli_open(c, true, &a.p, &e) != OK)
		return cli_fail(c, &e);
	c->ui.kept = on_kept;
	rc r = add_all(&a, &e);
	if (r == E_IO) {
		pipeline_abandon(a.p);
		return cli_fail(c, &e);
	}
	if (r != OK)
		cli_error(c, &e);
	if (pipeline_seal(a.p, &closing) != OK) {
		pipeline_abandon(a.p);
		return cli_fail(c, &closing);
	}
	say_sealed(&a);
	if (pipeline_close(a.p, &closing) != OK)
		return cli_fail(c, &closing);
	return r == OK ? add_code(&a) : c->kept ? EXIT_PARTIAL : cli_exit_of(r);
}

enum exit_code cmd_reindex(struct cli *c)
{
	struct err e;
	const char *path = NULL;
	struct pipeline *p = NULL;
	uint64_t rows = 0;
	/* opened once for its callbacks and its errors; the catalog is made anew under the lock */
	if (cli_open(c, false, &p, &e) != OK)
		return cli_fail(c, &e);
	rc_ignore(pipeline_close(p, &e));
	if (cli_archive_path(c, &path, &e) != OK || pipeline_reindex(c->env, path, c->o.jobs, &c->ui, &rows, &e) != OK)
		return cli_fail(c, &e);
	if (c->o.json) {
		struct jsonw w = jsonw_to(&c->out);
		jsonw_open(&w, NULL, '{');
		jsonw_u64(&w, "entries", rows);
		jsonw_close(&w, '}');
		buf_addc(&c->out, '\n');
	} else if (!c->o.quiet) {
		buf_addf(&c->out, "%llu log entries indexed\n", (unsigned long long)rows);
	}
	return c->troubles ? EXIT_PARTIAL : EXIT_DONE;
}
