/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/caps.h"
#include "formats/cdxj/cdxj.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena) a = {0};
	AUTO(buf) line = {0};
	AUTO(buf) again = {0};
	struct cdxj_entry entry;
	struct err e;
	buf_init(&line, 8 * (size_t)CAP_CDXJ_LINE);
	buf_init(&again, 8 * (size_t)CAP_CDXJ_LINE);
	if (cdxj_parse(&a, str_mem(data, size), &entry, &e) != OK)
		return 0;
	cdxj_line(&line, &entry);
	/* escaping can make a line longer than we read ourselves */
	if (line.n > CAP_CDXJ_LINE)
		return 0;
	BUG_ON(cdxj_parse(&a, str_sub(buf_str(&line), 0, line.n - 1), &entry, &e) != OK);
	cdxj_line(&again, &entry);
	BUG_ON(!str_eq(buf_str(&line), buf_str(&again)));
	return 0;
}
