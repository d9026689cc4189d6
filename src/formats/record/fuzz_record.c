/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/buf.h"
#include "formats/record/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What decodes is encoded again byte for byte; a tree over the bytes does not depend on how they arrive. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena) a = {0};
	AUTO(buf) again = {0};
	struct str in = str_mem(data, size);
	struct hash key = hash_of(STR("key"));
	struct hash root;
	struct record r;
	struct err e;
	struct record_tree *whole = record_tree_new(&key, RECORD_CHUNK_UTF8_64);
	struct record_tree *parts = record_tree_new(&key, RECORD_CHUNK_UTF8_64);
	record_tree_add(whole, in);
	for (size_t i = 0; i < size; i += 7)
		record_tree_add(parts, str_sub(in, i, i + 7));
	BUG_ON(!str_eq(record_tree_end(whole, &a), record_tree_end(parts, &a)));
	record_tree_free(whole);
	record_tree_free(parts);
	rc_ignore(record_leaf_parse(in, &root, &e));
	if (record_decode(&a, in, &r, &e) != OK)
		return 0;
	buf_init(&again, size + 1);
	record_encode(&again, &r);
	BUG_ON(!str_eq(buf_str(&again), in));
	(void)record_root(&r);
	return 0;
}
