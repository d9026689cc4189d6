/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/tlog/test_small.h"

static rc read_tile(
	struct tlog_tiles *t, unsigned level, uint64_t index, unsigned width, struct hash *ret, struct err *e)
{
	const struct test_small *l = (const struct test_small *)t;
	if (level != 0 || index != 0 || width > TEST_SMALL_LEAVES)
		return err_set(e, E_NOTFOUND, "no such tile");
	memcpy(ret, l->leaves, width * sizeof(*ret));
	return OK;
}

void test_small_make(struct test_small *l, unsigned odd)
{
	l->tiles.read = read_tile;
	for (unsigned i = 0; i < TEST_SMALL_LEAVES; i++) {
		uint8_t leaf[2] = {(uint8_t)i, 1};
		l->leaves[i] = tlog_leaf_hash(str_mem(leaf, i == odd ? 2 : 1));
	}
}

struct hash test_small_root(const struct test_small *l, uint64_t size)
{
	struct tlog_edge t;
	tlog_edge_init(&t);
	for (uint64_t i = 0; i < size; i++)
		tlog_edge_add(&t, &l->leaves[i]);
	return tlog_edge_root(&t);
}
