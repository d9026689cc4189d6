/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/utf8.h"
#include "formats/text/text.h"

#define LOOKUPS 4096u /* places that are looked up; each costs decoding of up to 256 bytes */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever the label, UTF-8 comes out, the same each time; later text is from later bytes, and the end from the end.
 * The label is what stands before the first newline. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct text_codecs *c; /* kept: making the indexes takes a thousand times longer than an input */
	AUTO(arena) a = {0};
	struct str in = str_mem(data, size);
	struct str label = str_cut(&in, '\n');
	struct text t;
	struct text again;
	c = c ? c : text_codecs_new();
	text_decode(&a, c, in, label, &t);
	text_decode(&a, c, in, label, &again);
	BUG_ON(!utf8_valid(t.utf8) || t.encoding.n == 0 || t.utf8.n > 3 * in.n + 4);
	BUG_ON(!str_eq(t.utf8, again.utf8) || !str_eq(t.encoding, again.encoding) || t.replaced != again.replaced);
	BUG_ON(t.tables != TEXT_TABLES_EXACT || text_source(&t, t.utf8.n) != in.n);
	uint64_t last = t.bom;
	for (size_t i = 0; i < t.utf8.n; i += 1 + t.utf8.n / LOOKUPS) {
		uint64_t source = text_source(&t, i);
		BUG_ON(source < last || source >= in.n || source != text_source(&again, i));
		last = source;
	}
	return 0;
}
