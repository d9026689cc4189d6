/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/html/test_sets.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "formats/text/text.h"

#define PAGE_MAX (64u << 20)

/* A command and its arguments, up to the first NULL. */
static bool run(const char *name, const char *a, const char *b, const char *c, const char *d, const char *e)
{
	pid_t child = fork();
	if (child == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
		(void)dup2(null, STDERR_FILENO);
		(void)execlp(name, name, a, b, c, d, e, (char *)NULL);
		_exit(127);
	}
	int status = 0;
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static int is_page(const struct dirent *d)
{
	return str_ends(str_c(d->d_name), STR(".html"));
}

bool test_set_open(struct test_set *s, const char *name)
{
	AUTO(arena) a = {0};
	const char *dir = getenv("ONRECORD_ARTICLES");
	char *archive = str_cstr(&a, str_fmt(&a, "%s/%s.tar.zst", dir ? dir : "", name));
	*s = (struct test_set){.name = name, .folder = "/tmp/onrecord-test-XXXXXX"};
	if (!dir || access(archive, R_OK) != 0) {
		print_message("skipped: the pages of %s are not there\n", name);
		return false;
	}
	assert_non_null(mkdtemp(s->folder));
	if (!run("tar", "--zstd", "-xf", archive, "-C", s->folder)) {
		test_set_close(s);
		print_message("skipped: tar --zstd does not unpack %s\n", name);
		return false;
	}
	int n = scandir(str_cstr(&a, str_fmt(&a, "%s/%s/html", s->folder, name)), &s->files, is_page, alphasort);
	assert_true(n > 0);
	s->n = (size_t)n;
	s->codecs = text_codecs_new();
	return true;
}

void test_set_close(struct test_set *s)
{
	(void)run("rm", "-rf", s->folder, NULL, NULL, NULL);
	for (size_t i = 0; i < s->n; i++)
		free(s->files[i]);
	free(s->files);
	text_codecs_free(s->codecs);
}

struct str test_set_page_name(const struct test_set *s, size_t i, struct arena *a)
{
	return str_fmt(a, "%s/%s", s->name, s->files[i]->d_name);
}

struct str test_set_page(const struct test_set *s, size_t i, struct arena *a)
{
	AUTO(buf) bytes = {0};
	struct text t;
	char piece[8192];
	size_t n = 0;
	FILE *f = fopen(str_cstr(a, str_fmt(a, "%s/%s/html/%s", s->folder, s->name, s->files[i]->d_name)), "rbe");
	assert_non_null(f);
	buf_init(&bytes, PAGE_MAX);
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_addmem(&bytes, piece, n);
	(void)fclose(f);
	text_decode(a, s->codecs, str_dup(a, buf_str(&bytes)), STR(""), &t);
	return t.utf8;
}
