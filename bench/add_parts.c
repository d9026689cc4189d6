/* SPDX-License-Identifier: Apache-2.0 */
/* `add FILE` in parts, into an archive that `onrecord init` has made: what keeping alone takes, and keeping with
 * sealing. The whole, reading with it, is the program's own `add`. usage: add_parts ARCHIVE FILE kept      WARC bytes
 * copied and digested, records written, all synced add_parts ARCHIVE FILE sealed    and a tiled log over them, and
 * their catalog rows */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "app/pipeline/pipeline.h"
#include "io/fs/fs.h"

static rc pass(struct capture_out *o, const struct frame *f, const struct record *r, struct err *e)
{
	(void)o;
	(void)f;
	(void)r;
	(void)e;
	return OK;
}

static void out_trouble(struct capture_out *o, const struct err *e)
{
	(void)o;
	(void)fprintf(stderr, "%s\n", e->msg);
}

static void ui_trouble(struct pipeline_ui *ui, const struct err *e)
{
	(void)ui;
	(void)fprintf(stderr, "%s\n", e->msg);
}

static rc add_kept(struct env *env, const char *archive, const char *file, struct err *e)
{
	struct archive *ar = NULL;
	struct archive_recovery recovery;
	struct capture_out out = {pass, out_trouble, NULL};
	struct capture_source src = {str_c(file), STR("bench")};
	struct capture_counts counts;
	uint64_t size = 0;
	AUTO_FD fd = -1;
	TRY(fs_open(AT_FDCWD, file, &fd, &size, e));
	TRY(archive_open(env, archive, true, &ar, e));
	rc r = archive_recover(ar, 0, &recovery, e);
	if (r == OK)
		r = capture_import(ar, fd, &src, &out, &counts, e);
	archive_close(ar);
	return r;
}

static rc add_sealed(struct env *env, const char *archive, const char *file, struct err *e)
{
	struct pipeline_ui ui = {.trouble = ui_trouble};
	struct pipeline *p = NULL;
	struct pipeline_file what = {.path = file, .tool = STR("bench")};
	struct capture_counts counts;
	TRY(pipeline_open(env, archive, true, &ui, &p, e));
	rc r = pipeline_file(p, &what, &counts, e);
	if (r == OK)
		r = pipeline_seal(p, e);
	pipeline_abandon(p);
	return r;
}

int main(int argc, char **argv)
{
	struct env env;
	struct err e;
	bool sealed = argc == 4 && str_eq(str_c(argv[3]), STR("sealed"));
	if (argc != 4 || (!sealed && !str_eq(str_c(argv[3]), STR("kept")))) {
		(void)fprintf(stderr, "usage: add_parts ARCHIVE FILE kept|sealed\n");
		return 2;
	}
	fs_env(&env);
	rc r = sealed ? add_sealed(&env, argv[1], argv[2], &e) : add_kept(&env, argv[1], argv[2], &e);
	if (r != OK)
		(void)fprintf(stderr, "%s\n", e.msg);
	return r == OK ? 0 : 3;
}
