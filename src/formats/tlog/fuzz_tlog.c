/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "formats/tlog/tlog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A tile's path that is read is written again as it was. */
static void path(struct str s)
{
	AUTO(buf) again = {0};
	struct err e;
	uint64_t index = 0;
	unsigned width = 0;
	int level = 0;
	if (tlog_tile_parse(s, &level, &index, &width, &e) != OK)
		return;
	buf_init(&again, 1024);
	tlog_tile_path(&again, level, index, width);
	BUG_ON(!str_eq(buf_str(&again), s));
}

/* So is a bundle, and nothing behind its end is read. */
static void bundle(struct str s)
{
	AUTO(buf) again = {0};
	struct str rest = s;
	struct str entry;
	struct err e;
	rc r = OK;
	buf_init(&again, s.n + 1);
	while ((r = tlog_bundle_next(&rest, &entry, &e)) == OK)
		tlog_bundle_add(&again, entry);
	BUG_ON(!str_starts(s, buf_str(&again)) || (r == E_NOTFOUND && again.n != s.n));
}

/* No proof of random bytes is accepted for two roots. */
static void proof(struct str s)
{
	struct tlog_proof p = {.n = size_min(s.n / 32, CAP_PROOF)};
	struct hash leaf = hash_of(s);
	struct hash other = hash_of(STR("other"));
	struct err e;
	uint64_t size = s.n ? (uint8_t)s.p[0] + 1u : 1;
	uint64_t index = s.n > 1 ? (uint8_t)s.p[1] : 0;
	memcpy(p.h, s.p, p.n * 32);
	BUG_ON(tlog_check_inclusion(&leaf, index, size, &p, &other, &e) == OK);
	BUG_ON(tlog_check_consistency(index, &leaf, size, &other, &p, &e) == OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = str_mem(data, size);
	path(s);
	bundle(s);
	if (size)
		proof(s);
	return 0;
}
