/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"
#include "formats/html/test_plain.h"

#define MOST 4096u /* gumbo is quadratic in places */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A plain page is read as gumbo reads it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(buf) text = {0};
	AUTO(buf) why = {0};
	struct html h = {0};
	size_t used[TEST_PLAIN_ROWS] = {0};
	if (size > MOST)
		return 0;
	buf_init(&text, size * 3 + 1);
	buf_init(&why, 65536);
	utf8_add_clean(&text, str_mem(data, size));
	if (!test_plain_agree(buf_str(&text), &h, &why, used))
		bug_abort(__FILE__, __LINE__, why.p);
	html_clear(&h);
	return 0;
}
