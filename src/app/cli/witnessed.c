/* SPDX-License-Identifier: Apache-2.0 */
/* Who has witnessed what, in words and in JSON; and the files that requests and answers are in. */
#include <fcntl.h>
#include <stdio.h>

#include "app/cli/cli.h"
#include "base/caps.h"
#include "base/time.h"
#include "io/fs/fs.h"

#define NS_PER_SECOND 1000000000ll

rc cli_read_input(const char *path, size_t cap, struct buf *ret, struct err *e)
{
	AUTO_FD fd = -1;
	uint64_t size = 0;
	bool is_stdin = str_eq(str_c(path), STR("-"));
	buf_init(ret, cap);
	for (int ch = 0; is_stdin && !ret->over && (ch = getc(stdin)) != EOF;)
		buf_addc(ret, (char)ch);
	if (!is_stdin) {
		TRY(fs_open_input(path, &fd, &size, e));
		if (size > cap)
			return err_set(e, E_LIMIT, "%s: over %zu bytes", path, cap);
		char *to = buf_space(ret, (size_t)size);
		if (to)
			TRY(fs_read_at(fd, 0, to, (size_t)size, e));
		buf_grown(ret, to ? (size_t)size : 0);
	}
	return buf_done(ret, e) == OK ? OK : err_add(e, "%s", path);
}

rc cli_write_output(struct cli *c, struct str bytes, struct err *e)
{
	if (c->o.output)
		return fs_commit(c->env, AT_FDCWD, c->o.output, bytes, 0644, e);
	buf_add(&c->out, bytes);
	cli_flush(c);
	return OK;
}

rc cli_policy_for(const char *path, const struct policy *policy, const struct note_key *log, struct err *e)
{
	bool ours = policy->nlogs == 0;
	for (size_t i = 0; i < policy->nlogs; i++)
		ours |= str_eq(policy->logs[i].key.name, log->name) &&
			memcmp(policy->logs[i].key.pub, log->pub, sizeof(log->pub)) == 0;
	return ours ? OK : err_set(e, E_VERIFY, "%s: this archive's log is not among its logs", path);
}

struct str cli_time(struct arena *a, uint64_t seconds)
{
	if (seconds > (uint64_t)INT64_MAX / NS_PER_SECOND)
		return STR("after 2262");
	return instant_utc(a, (int64_t)seconds * NS_PER_SECOND, 0);
}

void cli_witnesses(struct cli *c, struct pipeline *p, struct witnesses *ret)
{
	struct err e;
	if (witnesses_load(p, &c->run, ret, &e) == OK)
		return;
	rc_ignore(err_add(&e, "witnesses are not shown"));
	cli_error(c, &e);
	*ret = (struct witnesses){0};
}

void cli_witnessed_json(struct jsonw *j, const struct witnesses *w, const struct cosigned *at)
{
	AUTO(arena) a = {0};
	if (!at) {
		jsonw_null(j, "witnessed");
		return;
	}
	jsonw_open(j, "witnessed", '{');
	jsonw_bool(j, "quorum", at->satisfied);
	jsonw_str(j, "time", cli_time(&a, at->time));
	jsonw_u64(j, "size", at->size);
	jsonw_open(j, "by", '[');
	for (size_t i = 0; i < w->policy.nnodes; i++) {
		if (!at->by[i])
			continue;
		jsonw_open(j, NULL, '{');
		jsonw_str(j, "name", w->policy.nodes[i].name);
		jsonw_str(j, "time", cli_time(&a, at->times[i]));
		jsonw_close(j, '}');
	}
	jsonw_close(j, ']');
	jsonw_str(j, "said", at->said);
	jsonw_close(j, '}');
}

void cli_witnessed(struct buf *b, const struct witnesses *w, const struct cosigned *at)
{
	AUTO(arena) a = {0};
	if (!at)
		return;
	buf_add(b, STR("witnessed "));
	if (at->satisfied)
		buf_addf(b, "%.*s ", STR_FMT(cli_time(&a, at->time)));
	buf_add(b, STR("by "));
	cli_text(b, witnesses_names(&a, w, at));
	buf_add(b, STR(" ("));
	cli_text(b, str_sub(at->said, 0, str_chr(at->said, ':', 0)));
	buf_addc(b, ')');
}
