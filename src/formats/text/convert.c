/* SPDX-License-Identifier: Apache-2.0 */
/* All bytes to UTF-8, and from a place in the text back to the bytes. For each BLOCK of bytes one mark is kept: where
 * its first character begins, and where that stands in the text; what lies between is decoded again when it is asked
 * for.
 *
 *   a mark:   text offset << 16 | bytes of the block that the one before took << 8 | state of the reader
 *
 * so the marks have 8 bytes for 256 of the input, whatever its encoding. */
#include "base/arena.h"
#include "base/buf.h"
#include "formats/text/text_int.h"

#define BLOCK 256u
#define BLOCK_ROOM (3u * (BLOCK + 4) + 16u) /* text that the characters of one block may make */
#define TEXT_MAX (UINT64_C(1) << 46)        /* of bytes: what a mark has room for */

struct text_map {
	struct text_reader reader; /* at the first byte */
	text_run *run;
	size_t nmarks;
	const uint64_t *marks;
};

static struct text_reader mark_reader(const struct text_map *m, size_t i)
{
	struct text_reader r = m->reader;
	r.at += i * BLOCK + (m->marks[i] >> 8 & 0xff);
	r.state = (uint8_t)m->marks[i];
	return r;
}

static void run_blocks(struct arena *a, struct text_map *m, struct text *ret)
{
	AUTO(buf) b = {0};
	struct text_reader r = m->reader;
	size_t first = r.at;
	uint64_t *marks = arena_alloc(a, ((r.n - first) / BLOCK + 1) * sizeof(*marks));
	buf_init(&b, 4 * r.n + 2 * (size_t)BLOCK_ROOM);
	for (size_t from = first; r.at < r.n; from += BLOCK) {
		char *to = buf_space(&b, BLOCK_ROOM);
		BUG_ON(!to);
		marks[m->nmarks++] = (uint64_t)b.n << 16 | (uint64_t)(r.at - from) << 8 | r.state;
		uint8_t *end = m->run(&r, size_min(from + BLOCK, r.n), (uint8_t *)to);
		buf_grown(&b, (size_t)(end - (uint8_t *)to));
	}
	m->marks = marks;
	ret->replaced = r.bad;
	ret->utf8 = str_dup(a, buf_str(&b));
}

void text_convert(
	struct arena *a, struct text_codecs *c, struct str bytes, size_t bom, struct str name, struct text *ret)
{
	struct text_coding coding = text_coding(name);
	struct text_map *m = arena_new(a, struct text_map);
	BUG_ON(bytes.n > TEXT_MAX);
	ret->encoding = coding.name;
	ret->size = bytes.n;
	ret->bom = bom;
	ret->tables = TEXT_TABLES_EXACT;
	ret->map = m;
	m->run = coding.run;
	m->reader = (struct text_reader){
		.p = (const uint8_t *)bytes.p, .n = bytes.n, .at = bom, .single = coding.single};
	if (coding.index[0] != TEXT_INDEXES)
		m->reader.index = text_index(c, coding.index[0], &ret->tables);
	if (coding.index[1] != TEXT_INDEXES)
		m->reader.jis0212 = text_index(c, coding.index[1], &ret->tables);
	run_blocks(a, m, ret);
}

/* The last mark at or before a place in the text. */
static size_t mark_before(const struct text_map *m, uint64_t at)
{
	size_t low = 0;
	size_t high = m->nmarks;
	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;
		if (m->marks[mid] >> 16 <= at)
			low = mid;
		else
			high = mid;
	}
	return low;
}

uint64_t text_source(const struct text *t, uint64_t at)
{
	uint8_t again[BLOCK_ROOM];
	if (at >= t->utf8.n)
		return t->size;
	if (!t->map)
		return t->bom + at;
	size_t i = mark_before(t->map, at);
	struct text_reader r = mark_reader(t->map, i);
	uint64_t left = at - (t->map->marks[i] >> 16);
	for (;;) {
		/* k bytes, and those of the character that they end in, make 3 k + 4 bytes of text or fewer */
		size_t k = left > 12 ? size_min((size_t)(left - 8) / 3, BLOCK) : 1;
		size_t was = r.at;
		BUG_ON(was >= r.n);
		uint64_t got = (uint64_t)(t->map->run(&r, size_min(was + k, r.n), again) - again);
		if (got > left)
			return was;
		left -= got;
	}
}
