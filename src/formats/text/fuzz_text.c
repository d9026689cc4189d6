/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/utf8.h"
#include "formats/text/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever the label, UTF-8 comes out. The label is what stands before the first newline. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena) a = {0};
	struct str in = str_mem(data, size);
	struct str label = str_cut(&in, '\n');
	struct text_codecs *c = text_codecs_new();
	struct text t;
	text_decode(&a, c, in, label, &t);
	BUG_ON(!utf8_valid(t.utf8) || t.encoding.n == 0);
	text_codecs_free(c);
	return 0;
}
