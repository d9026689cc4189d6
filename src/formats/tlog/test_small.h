/* SPDX-License-Identifier: Apache-2.0 */
/* For tests: a log of a few leaves, all in one tile. */
#ifndef FORMATS_TLOG_TEST_SMALL_H
#define FORMATS_TLOG_TEST_SMALL_H

#include "formats/tlog/tlog.h"

#define TEST_SMALL_LEAVES 32u

struct test_small {
	struct tlog_tiles tiles;
	struct hash leaves[TEST_SMALL_LEAVES];
};

/* Leaf i is the byte i; that of leaf `odd` is followed by 1, so that two logs can part there. */
void test_small_make(struct test_small *l, unsigned odd);
struct hash test_small_root(const struct test_small *l, uint64_t size);

#endif
