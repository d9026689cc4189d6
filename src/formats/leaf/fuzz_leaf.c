/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/buf.h"
#include "formats/leaf/leaf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What parses is written again as it was. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena) a = {0};
	AUTO(buf) text = {0};
	struct str in = str_mem(data, size);
	struct leaf l;
	struct err e;
	if (leaf_parse(&a, in, &l, &e) != OK)
		return 0;
	buf_init(&text, size + 64);
	leaf_text(&text, &l);
	BUG_ON(!str_eq(buf_str(&text), in));
	return 0;
}
