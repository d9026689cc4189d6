/* SPDX-License-Identifier: Apache-2.0 */
/* cdxj: an index that other replay tools can use. */
#include <fcntl.h>

#include "app/cli/cli.h"
#include "io/fs/fs.h"

struct indexing {
	struct cdxj_lines lines; /* first */
	struct fs_visit visit;
	struct cli *c;
	int dir;
};

static void on_trouble(struct cdxj_lines *l, const struct err *e)
{
	cli_error(((struct indexing *)(void *)l)->c, e);
}

static rc index_file(struct indexing *x, int at, const char *path, struct err *e)
{
	AUTO_FD fd = -1;
	uint64_t size = 0;
	TRY(fs_open(at, path, &fd, &size, e));
	return pipeline_cdxj(fd, path, &x->lines, e);
}

static rc archive_file(struct fs_visit *v, const char *name, bool is_dir, struct err *e)
{
	struct indexing *x = (struct indexing *)(void *)((char *)v - offsetof(struct indexing, visit));
	AUTO(arena) a = {0};
	if (is_dir || archive_warc_serial(str_c(name)) == 0)
		return OK;
	return index_file(x, x->dir, str_fmt(&a, "warc/%s", name).p, e);
}

static rc index_archive(struct indexing *x, struct err *e)
{
	struct pipeline *p = NULL;
	TRY(cli_open(x->c, false, &p, e));
	x->dir = archive_dir(pipeline_archive(p));
	x->visit.each = archive_file;
	rc r = fs_list(x->dir, "warc", &x->visit, e);
	pipeline_abandon(p);
	return r;
}

/* The key and the time join the members of the object that stands behind them. */
static void line_json(struct buf *b, struct str line)
{
	struct jsonw w = jsonw_to(b);
	jsonw_open(&w, NULL, '{');
	jsonw_str(&w, "urlkey", str_cut(&line, ' '));
	jsonw_str(&w, "timestamp", str_cut(&line, ' '));
	buf_addc(b, ',');
	buf_add(b, str_from(line, 1));
}

enum exit_code cmd_cdxj(struct cli *c)
{
	struct err e;
	struct indexing x = {.lines.trouble = on_trouble, .c = c};
	rc r = c->o.nargs ? OK : index_archive(&x, &e);
	for (size_t i = 0; i < c->o.nargs && r == OK; i++)
		r = index_file(&x, AT_FDCWD, c->o.args[i], &e);
	cdxj_lines_sort(&x.lines);
	for (size_t i = 0; i < x.lines.n; i++) {
		if (c->o.json)
			line_json(&c->out, x.lines.line[i]);
		else
			buf_add(&c->out, x.lines.line[i]);
		cli_flush(c);
	}
	bool bad = x.lines.bad > 0;
	arena_clear(&x.lines.a);
	if (r != OK)
		return cli_fail(c, &e);
	return bad ? EXIT_PARTIAL : EXIT_DONE;
}
