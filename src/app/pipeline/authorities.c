/* SPDX-License-Identifier: Apache-2.0 */
/* The file `authorities`: the user's own, but read with care all the same. */
#include <fcntl.h>

#include "app/pipeline/pipeline_int.h"
#include "base/caps.h"
#include "io/fs/fs.h"

#define AUTHORITIES "authorities"

/* Words are parted by spaces and tabs. */
static struct str next_word(struct str *line)
{
	*line = str_trim(*line);
	size_t n = 0;
	while (n < line->n && !ascii_space(line->p[n]))
		n++;
	struct str word = str_sub(*line, 0, n);
	*line = str_from(*line, n);
	return word;
}

static bool is_web(struct str url)
{
	return (str_starts(url, STR("https://")) || str_starts(url, STR("http://"))) && url.n <= CAP_URL;
}

static rc add_trusted(struct pipeline *p, struct arena *a, struct str file, struct str *ret, struct err *e)
{
	AUTO(buf) pem = {0};
	buf_init(&pem, CAP_TOKEN);
	TRY(fs_read(file.p[0] == '/' ? AT_FDCWD : archive_dir(p->ar), str_cstr(a, file), &pem, e));
	*ret = str_dup(a, buf_str(&pem));
	return OK;
}

static rc read_line(struct pipeline *p, struct arena *a, struct str line, struct authorities *ret, struct err *e)
{
	struct str what = next_word(&line);
	if (what.n == 0)
		return OK;
	if (str_eq(what, STR("calendar"))) {
		struct str url = next_word(&line);
		if (!is_web(url) || next_word(&line).n)
			return err_set(e, E_USAGE, "calendar URL");
		while (str_ends(url, STR("/")))
			url.n--;
		*(struct str *)arena_push(a, &ret->calendars, &ret->ncalendars, sizeof(struct str)) = str_dup(a, url);
		return OK;
	}
	struct anchor_tsa t = {.name = next_word(&line)};
	t.url = next_word(&line);
	struct str file = next_word(&line);
	if (!str_eq(what, STR("tsa")) || !is_web(t.url) || next_word(&line).n)
		return err_set(e, E_USAGE, "tsa NAME URL [FILE], or calendar URL");
	t.name = str_dup(a, t.name);
	t.url = str_dup(a, t.url);
	t.trusted = STR("");
	if (file.n)
		TRY(add_trusted(p, a, file, &t.trusted, e));
	ret->trusted = str_fmt(a, "%.*s%.*s\n", STR_FMT(ret->trusted), STR_FMT(t.trusted));
	*(struct anchor_tsa *)arena_push(a, &ret->tsa, &ret->ntsa, sizeof(t)) = t;
	return OK;
}

rc pipeline_authorities(struct pipeline *p, struct arena *a, struct authorities *ret, struct err *e)
{
	AUTO(buf) text = {0};
	struct authorities all = {.trusted = STR("")};
	buf_init(&text, 64 * KIB);
	TRY(fs_read(archive_dir(p->ar), AUTHORITIES, &text, e));
	struct str rest = buf_str(&text);
	for (unsigned n = 1; rest.n; n++) {
		struct str line = str_cut(&rest, '\n');
		rc r = read_line(p, a, str_sub(line, 0, str_chr(line, '#', 0)), &all, e);
		if (r != OK)
			return err_add(e, AUTHORITIES ":%u", n);
	}
	*ret = all;
	return OK;
}
