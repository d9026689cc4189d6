/* SPDX-License-Identifier: Apache-2.0 */
/* A file read whole and a few bytes at a time: both must give the same records and the same verdicts, resync included.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/stream.h"
#include "formats/warc/warc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST_ERRORS 64u
#define MOST_BLOCK (1u << 20) /* bytes of blocks looked at: bombs are not the point here */

static rc one(struct warc_reader *w, struct arena *a, struct buf *log, uint64_t *seen)
{
	struct err e;
	struct warc_record r;
	struct warc_end end;
	struct str piece;
	rc got = warc_next(w, a, &r, &e);
	if (got != OK)
		return got;
	buf_addf(log, "%u %.*s %zu %zu %zu\n", (unsigned)r.type, STR_FMT(r.target_uri), (size_t)r.offset,
		(size_t)r.length, r.quirks.n);
	uint64_t n = 0;
	while (*seen < MOST_BLOCK && (got = warc_block(w, &piece, &e)) == OK) {
		n += piece.n;
		*seen += piece.n;
	}
	BUG_ON(n > r.length);
	if (*seen >= MOST_BLOCK)
		return E_NOTFOUND;
	got = got == E_NOTFOUND ? warc_end(w, a, &end, &e) : got;
	if (got == OK)
		buf_addf(log, "%zu %zu %d %zu\n", (size_t)end.offset, (size_t)end.length, end.own_member, end.quirks.n);
	return got;
}

static void read_all(struct str s, size_t step, struct buf *log)
{
	struct mem_source src;
	AUTO(arena) a = {0};
	uint64_t seen = 0;
	mem_source_init(&src, s, step);
	struct warc_reader *w = warc_reader_new(&src.source);
	for (unsigned errors = 0; errors < MOST_ERRORS;) {
		rc r = one(w, &a, log, &seen);
		arena_reset(&a);
		if (r == OK)
			continue;
		buf_addf(log, "%u\n", (unsigned)r);
		uint64_t from = 0;
		uint64_t to = 0;
		struct err e;
		if (r == E_NOTFOUND || warc_resync(w, &from, &to, &e) != OK)
			break;
		BUG_ON(to < from || to > s.n);
		errors++;
	}
	warc_reader_free(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(buf) whole = {0};
	AUTO(buf) steps = {0};
	buf_init(&whole, 64u << 20);
	buf_init(&steps, 64u << 20);
	read_all(str_mem(data, size), 0, &whole);
	read_all(str_mem(data, size), 7, &steps);
	BUG_ON(!str_eq(buf_str(&whole), buf_str(&steps)));
	return 0;
}
