/* SPDX-License-Identifier: Apache-2.0 */
/* Places in warc/: what a record says of its span, and whether spans follow each other. */
#include "base/arena.h"
#include "base/codec.h"
#include "formats/record/record.h"
#include "io/archive/archive.h"

uint64_t archive_warc_serial(struct str name)
{
	struct str front = STR("onrecord-");
	struct str tail = STR(".warc.gz");
	uint64_t stamp = 0;
	uint64_t serial = 0;
	size_t dash = front.n + 14;
	if (name.n >= ARCHIVE_NAME || name.n < dash + 6 + tail.n || !str_starts(name, front) || !str_ends(name, tail) ||
		name.p[dash] != '-' || !str_to_u64(str_sub(name, front.n, dash), &stamp))
		return 0;
	struct str digits = str_sub(name, dash + 1, name.n - tail.n);
	if ((digits.n > 5 && digits.p[0] == '0') || !str_to_u64(digits, &serial))
		return 0;
	return serial;
}

static rc span_fields(const struct record *r, struct archive_span *ret, struct err *e)
{
	AUTO(arena) a = {0};
	struct archive_span s = {.length = 0};
	struct str file = record_get(r, "warc.file");
	struct str hex = record_get(r, "warc.sha256");
	struct str sha;
	uint64_t end = 0;
	uint64_t main_at = 0;
	if (archive_warc_serial(file) == 0)
		return err_set(e, E_VERIFY, "warc.file is '%.*s'", (int)size_min(file.n, 80), file.p);
	memcpy(s.file, file.p, file.n);
	TRY(record_get_u64(r, "warc.offset", &s.offset, e));
	TRY(record_get_u64(r, "warc.length", &s.length, e));
	if (!hex_decode(&a, hex, &sha) || sha.n != sizeof(s.sha256) || !str_eq(hex_of(&a, sha), hex))
		return err_set(e, E_VERIFY, "warc.sha256 is '%.*s'", (int)size_min(hex.n, 80), hex.p);
	memcpy(&s.sha256, sha.p, sizeof(s.sha256));
	if (s.length == 0 || !add_ok(s.offset, s.length, &end))
		return err_set(e, E_VERIFY, "warc.length is %llu", (unsigned long long)s.length);
	if (record_has(r, "warc.main")) {
		TRY(record_get_u64(r, "warc.main", &main_at, e));
		if (main_at < s.offset || main_at >= end)
			return err_set(e, E_VERIFY, "warc.main is %llu", (unsigned long long)main_at);
	}
	*ret = s;
	return OK;
}

rc archive_span_of(const struct record *r, bool *ret_has, struct archive_span *ret, struct err *e)
{
	static const char *const names[] = {"warc.file", "warc.offset", "warc.length", "warc.sha256", "warc.main"};
	bool any = false;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		any = any || record_has(r, names[i]);
	*ret_has = any;
	if (!any || span_fields(r, ret, e) == OK)
		return OK;
	return e->code = E_VERIFY;
}

bool archive_end_meets(const struct archive_end *end, const struct archive_span *span)
{
	if (str_eq(str_c(span->file), str_c(end->file)))
		return span->offset == end->offset;
	return span->offset == 0 && archive_warc_serial(str_c(span->file)) == end->serial + 1;
}

void archive_end_move(struct archive_end *end, const struct archive_span *span)
{
	memcpy(end->file, span->file, sizeof(end->file));
	end->serial = archive_warc_serial(str_c(span->file));
	end->offset = span->offset + span->length;
}
