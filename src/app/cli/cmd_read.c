/* SPDX-License-Identifier: Apache-2.0 */
/* read: the article in a file, with no archive involved. */
#include "app/cli/cli.h"
#include "base/caps.h"
#include "io/fs/fs.h"
#include "stages/read/read.h"

static rc read_one(struct cli *c, const char *path, struct err *e)
{
	AUTO_FD fd = -1;
	AUTO(buf) encoded = {0};
	AUTO(arena) a = {0};
	struct article article;
	uint64_t size = 0;
	buf_init(&encoded, CAP_ARTICLE * 2);
	TRY(fs_open_input(path, &fd, &size, e));
	rc r = pipeline_read_file(
		fd, size, str_c(c->o.url), c->o.type ? str_c(c->o.type) : STR("text/html"), &encoded, e);
	if (r == OK)
		r = article_decode(&a, buf_str(&encoded), &article, e);
	if (r != OK)
		return err_add(e, "%s", path);
	if (c->o.part == PART_TEXT || c->o.part == PART_MARKDOWN)
		read_text(&c->out, &article, c->o.part == PART_MARKDOWN);
	else
		read_json(&c->out, &article);
	cli_flush(c);
	return OK;
}

enum exit_code cmd_read(struct cli *c)
{
	struct err e;
	if (c->o.url && c->o.nargs != 1) {
		rc_ignore(err_set(&e, E_USAGE, "--url goes with one file"));
		return cli_fail(c, &e);
	}
	for (size_t i = 0; i < c->o.nargs; i++)
		if (read_one(c, c->o.args[i], &e) != OK)
			return cli_fail(c, &e);
	return EXIT_DONE;
}
