/* SPDX-License-Identifier: Apache-2.0 */
/* Indexing a web archive's file in a worker; lines come back one by one and are sorted here. */
#include <stdlib.h>

#include "app/pipeline/pipeline_int.h"
#include "base/bytes.h"
#include "base/caps.h"
#include "formats/cdxj/cdxj.h"
#include "io/sandbox/sandbox.h"

#define INDEX_CPU_SECONDS (24u * 3600u)

enum {
	INDEX_LINE = 1,
	INDEX_BAD, /* u64 offset ‖ message */
	INDEX_END,
};

struct index_out {
	struct cdxj_out out;
	struct sandbox_io *io;
};

static rc send_line(struct cdxj_out *o, struct str line, struct err *e)
{
	return sandbox_io_send(((struct index_out *)o)->io, INDEX_LINE, line, e);
}

static rc send_bad(struct cdxj_out *o, uint64_t offset, const struct err *why, struct err *e)
{
	AUTO(buf) b = {0};
	buf_init(&b, KIB);
	buf_addu64(&b, offset);
	buf_add(&b, str_c(why->msg));
	return sandbox_io_send(((struct index_out *)o)->io, INDEX_BAD, buf_str(&b), e);
}

static rc index_run(void *ctx, struct sandbox_io *io, struct err *e)
{
	struct index_out out = {{send_line, send_bad}, io};
	TRY(cdxj_index(sandbox_io_input(io), *(const struct str *)ctx, &out.out, e));
	return sandbox_io_send(io, INDEX_END, STR(""), e);
}

static rc index_frames(struct sandbox *w, const char *path, struct cdxj_lines *lines, struct err *e)
{
	AUTO(buf) frame = {0};
	buf_init(&frame, CAP_FRAME);
	for (;;) {
		uint32_t type = 0;
		TRY(sandbox_recv(w, &type, &frame, e));
		if (type == INDEX_END)
			return OK;
		if (type == INDEX_LINE) {
			if (lines->bytes + frame.n > CAP_CDXJ_SORT)
				return err_set(e, E_LIMIT, "%s: over %llu bytes of index are not sorted in memory",
					path, (unsigned long long)CAP_CDXJ_SORT);
			struct str *to = arena_push(&lines->a, &lines->line, &lines->n, sizeof(*to));
			*to = str_dup(&lines->a, buf_str(&frame));
			lines->bytes += frame.n;
			continue;
		}
		struct bytes_reader r = bytes_reader(buf_str(&frame));
		uint64_t offset = bytes_u64(&r);
		struct err why;
		rc_ignore(err_set(&why, E_FORMAT, "%s: offset %llu: %.*s", path, (unsigned long long)offset,
			(int)size_min(r.n, 300), (const char *)r.p));
		lines->bad++;
		lines->trouble(lines, &why);
	}
}

rc pipeline_cdxj(int fd, const char *path, struct cdxj_lines *lines, struct err *e)
{
	const char *slash = strrchr(path, '/');
	struct str name = str_c(slash ? slash + 1 : path);
	struct sandbox_job job = {
		.run = index_run, .ctx = &name, .has_input = true, .input = fd, .cpu_seconds = INDEX_CPU_SECONDS};
	struct sandbox *w = NULL;
	struct err ignored;
	TRY(sandbox_start(&job, &w, e));
	rc r = index_frames(w, path, lines, e);
	rc_ignore(sandbox_close(w, &ignored));
	return r;
}

static int by_bytes(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

void cdxj_lines_sort(struct cdxj_lines *lines)
{
	size_t kept = 0;
	if (lines->n == 0)
		return;
	qsort(lines->line, lines->n, sizeof(*lines->line), by_bytes);
	for (size_t i = 0; i < lines->n; i++)
		if (i == 0 || !str_eq(lines->line[i], lines->line[kept - 1]))
			lines->line[kept++] = lines->line[i];
	lines->n = kept;
}
