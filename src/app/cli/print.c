/* SPDX-License-Identifier: Apache-2.0 */
/* What goes to the terminal: results on stdout, messages and the progress bar on stderr. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "app/cli/cli.h"
#include "base/caps.h"
#include "base/codec.h"
#include "base/utf8.h"

#define BAR_EVERY_NS 100000000ll
#define ERASE_LINE "\r\033[K"

static void stdout_failed(struct cli *c)
{
	if (!c->stdout_sys)
		c->stdout_sys = errno ? errno : EIO;
}

void cli_flush(struct cli *c)
{
	bool over = c->out.over;
	if (!over && c->out.n && fwrite(c->out.p, 1, c->out.n, stdout) != c->out.n)
		stdout_failed(c);
	buf_reset(&c->out);
	if (!over)
		return;
	struct err e;
	rc_ignore(err_set(&e, E_LIMIT, "over %u bytes of output for one line: it is left out", CLI_OUT_MAX));
	c->stdout_failed = true;
	cli_error(c, &e);
}

void cli_bar_end(struct cli *c)
{
	if (c->bar_shown)
		(void)fputs(ERASE_LINE, stderr);
	c->bar_shown = false;
}

/* One line, of text or of JSON: what is an error has a code too. Messages are clean of controls (base/err.h). */
static void say(struct cli *c, const char *key, const char *text, const char *code)
{
	AUTO(buf) line = {0};
	buf_init(&line, 64 * KIB);
	if (c->o.json) {
		struct jsonw w = jsonw_to(&line);
		jsonw_open(&w, NULL, '{');
		jsonw_str(&w, key, str_c(text));
		if (code)
			jsonw_str(&w, "code", str_c(code));
		jsonw_close(&w, '}');
	} else {
		buf_addf(&line, "onrecord: %s", text);
	}
	cli_bar_end(c);
	cli_flush(c);
	if (fflush(stdout) != 0)
		stdout_failed(c);
	(void)fprintf(stderr, "%.*s\n", STR_FMT(buf_str(&line)));
}

bool cli_end(struct cli *c)
{
	struct err e;
	cli_flush(c);
	cli_bar_end(c);
	if (fflush(stdout) != 0)
		stdout_failed(c);
	if (c->stdout_sys && c->stdout_sys != EPIPE && !c->stdout_failed) {
		errno = c->stdout_sys;
		rc_ignore(err_sys(&e, "standard output: write"));
		cli_error(c, &e);
	}
	return !c->stdout_sys && !c->stdout_failed;
}

void cli_error(struct cli *c, const struct err *e)
{
	say(c, "error", e->msg, rc_name(e->code));
}

void cli_note(struct cli *c, const char *text)
{
	if (!c->o.quiet)
		say(c, "notice", text, NULL);
}

void cli_bar(struct cli *c, const char *what, uint64_t done, uint64_t total)
{
	int64_t now = c->env->now(c->env);
	if (c->o.quiet || c->o.json || now - c->bar_at < BAR_EVERY_NS || !isatty(STDERR_FILENO))
		return;
	c->bar_at = now;
	c->bar_shown = true;
	if (total)
		(void)fprintf(stderr, ERASE_LINE "%.40s %3llu%%", what,
			(unsigned long long)(done >= total ? 100 : done * 100 / total));
	else
		(void)fprintf(stderr, ERASE_LINE "%.40s %llu", what, (unsigned long long)done);
}

/* One table from what went wrong to what a script sees. */
enum exit_code cli_exit_of(rc code)
{
	switch (code) {
	case OK:
		return EXIT_DONE;
	case E_USAGE:
		return EXIT_USAGE;
	case E_NOTFOUND:
	case E_EXISTS:
	case E_VERIFY:
		return EXIT_NO;
	case E_NET:
		return EXIT_NETWORK;
	case E_CANCELLED:
		return EXIT_PARTIAL;
	case E_IO:
	case E_FORMAT:
	case E_LIMIT:
	case E_DENIED:
	case E_BUSY:
	case E_UNSUPPORTED:
		return EXIT_UNREADABLE;
	}
	return EXIT_BUG;
}

enum exit_code cli_fail(struct cli *c, const struct err *e)
{
	cli_error(c, e);
	return cli_exit_of(e->code);
}

static void ui_trouble(struct pipeline_ui *ui, const struct err *e)
{
	struct cli *c = (struct cli *)(void *)ui;
	c->troubles++;
	c->trouble_code = e->code;
	cli_error(c, e);
}

static void ui_notice(struct pipeline_ui *ui, const char *text)
{
	cli_note((struct cli *)(void *)ui, text);
}

static void ui_progress(struct pipeline_ui *ui, const char *what, uint64_t done, uint64_t total)
{
	cli_bar((struct cli *)(void *)ui, what, done, total);
}

static rc find_upward(struct cli *c, const char **ret, struct err *e)
{
	char cwd[PATH_MAX];
	if (!getcwd(cwd, sizeof(cwd)))
		return err_sys(e, "working folder");
	for (struct str at = str_c(cwd); at.n; at = str_sub(at, 0, at.n - 1)) {
		const char *path = str_cstr(&c->run, at);
		if (archive_is(path)) {
			*ret = path;
			return OK;
		}
		while (at.n > 1 && at.p[at.n - 1] != '/')
			at.n--;
	}
	return err_set(e, E_NOTFOUND, "no archive here (onrecord init makes one; -C DIR names one)");
}

rc cli_archive_path(struct cli *c, const char **ret, struct err *e)
{
	const char *var = c->env->var(c->env, "ONRECORD_DIR");
	if (c->o.archive || (var && var[0])) {
		*ret = c->o.archive ? c->o.archive : var;
		return OK;
	}
	return find_upward(c, ret, e);
}

rc cli_open(struct cli *c, bool write, struct pipeline **ret, struct err *e)
{
	const char *path = NULL;
	c->ui.trouble = ui_trouble;
	c->ui.notice = ui_notice;
	c->ui.progress = ui_progress;
	c->ui.passphrase = cli_passphrase;
	TRY(cli_archive_path(c, &path, e));
	return pipeline_open(c->env, path, write, &c->ui, ret, e);
}

/* Characters that would move the reader's eye or the terminal: C0, C1, and Unicode's bidi controls. */
static bool is_hidden(uint32_t ch)
{
	return ch < 0x20 || (ch >= 0x7f && ch < 0xa0) || ch == 0x061c || ch == 0x200e || ch == 0x200f ||
		(ch >= 0x202a && ch <= 0x202e) || (ch >= 0x2066 && ch <= 0x2069) || ch == 0x2028 || ch == 0x2029 ||
		ch == 0xfeff;
}

void cli_text(struct buf *b, struct str s)
{
	size_t i = 0;
	while (i < s.n) {
		uint32_t ch = utf8_next(s, &i, NULL);
		if (is_hidden(ch))
			buf_addf(b, "<%02X>", ch);
		else
			utf8_add(b, ch);
	}
}

void cli_row_json(struct jsonw *j, const struct catalog_row *row, bool sealed, const struct witnesses *w)
{
	AUTO(arena) a = {0};
	jsonw_u64(j, "index", row->index);
	jsonw_str(j, "id", hex_of(&a, hash_str(&row->id)));
	jsonw_str(j, "kind", row->kind);
	jsonw_str_or_null(j, "url", row->url);
	jsonw_str_or_null(j, "final", row->final);
	jsonw_str_or_null(j, "time", instant_iso(&a, row->time));
	if (row->status)
		jsonw_u64(j, "status", row->status);
	else
		jsonw_null(j, "status");
	jsonw_str_or_null(j, "type", row->mime);
	jsonw_u64(j, "length", row->length);
	jsonw_str_or_null(j, "payload", row->payload);
	jsonw_str_or_null(j, "truncated", row->truncated);
	jsonw_str_or_null(j, "title", row->title);
	jsonw_str_or_null(j, "language", row->language);
	jsonw_str_or_null(j, "published", row->published);
	jsonw_str_or_null(j, "updated", row->updated);
	jsonw_str(j, "state", sealed ? STR("sealed") : STR("kept"));
	cli_witnessed_json(j, w, w && sealed ? witnesses_of(w, row->index) : NULL);
}

void cli_row(struct cli *c, const struct catalog_row *row, bool sealed, const struct witnesses *w)
{
	AUTO(arena) a = {0};
	struct buf *b = &c->out;
	if (c->o.json) {
		struct jsonw j = jsonw_to(b);
		jsonw_open(&j, NULL, '{');
		cli_row_json(&j, row, sealed, w);
		jsonw_close(&j, '}');
		buf_addc(b, '\n');
		cli_flush(c);
		return;
	}
	struct instant minute = row->time;
	if (minute.precision > PRECISION_SECOND)
		minute.precision = PRECISION_SECOND;
	struct str index = str_fmt(&a, "#%llu", (unsigned long long)row->index);
	struct str when = instant_iso(&a, minute);
	buf_addf(b, "%-6.*s %-20.*s ", STR_FMT(index), STR_FMT(when));
	if (row->status)
		buf_addf(b, "%3u ", row->status);
	else
		buf_add(b, STR("  - "));
	buf_addf(b, "%-6s ", sealed ? "sealed" : "kept");
	cli_text(b, row->url);
	if (row->title.n) {
		buf_add(b, STR("  "));
		cli_text(b, str_sub(row->title, 0, utf8_cut(row->title, 120)));
	}
	if (row->truncated.n) {
		buf_add(b, STR("  [cut short: "));
		cli_text(b, row->truncated);
		buf_addc(b, ']');
	}
	const struct cosigned *at = w && sealed ? witnesses_of(w, row->index) : NULL;
	if (at) {
		buf_add(b, STR("  ["));
		cli_witnessed(b, w, at);
		buf_addc(b, ']');
	}
	buf_addc(b, '\n');
	cli_flush(c);
}
