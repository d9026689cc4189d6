/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/buf.h"
#include "formats/ots/ots.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is written is read back as the same, and was no shorter or longer than what it was read from. */
static void check_written(struct arena *a, const struct ots *o, size_t size)
{
	AUTO(buf) one = {0};
	AUTO(buf) two = {0};
	struct ots again;
	struct ots_report report;
	struct err e;
	buf_init(&one, CAP_OTS);
	buf_init(&two, 64 * MIB);
	BUG_ON(ots_write(o, &one, &e) != OK || one.over || (size && one.n != size) || one.n > o->size);
	BUG_ON(ots_parse(a, buf_str(&one), &again, &e) != OK || again.n != o->n);
	BUG_ON(ots_write(&again, &two, &e) != OK || !str_eq(buf_str(&one), buf_str(&two)));
	ots_info(a, o, &two);
	BUG_ON(ots_verify(a, o, o->nodes[0].arg, NULL, 0, &report, &e) != OK || report.holds || report.n == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena) a = {0};
	struct str in = str_mem(data, size);
	struct hash digest = {{1}};
	const uint8_t nonce[OTS_NONCE_SIZE] = {2};
	struct hash msg;
	struct ots o;
	struct ots_pending *pending;
	struct ots_header *headers;
	size_t n;
	uint32_t at;
	struct err e;
	if (ots_parse(&a, in, &o, &e) == OK)
		check_written(&a, &o, size);
	ots_stamp_begin(&a, &digest, nonce, &o, &at, &msg);
	if (ots_merge(&a, &o, at, in, &e) == OK) {
		size_t nodes = o.n;
		ots_pending(&a, &o, &pending, &n);
		BUG_ON(ots_merge(&a, &o, at, in, &e) != OK || o.n != nodes);
		check_written(&a, &o, 0);
	}
	rc_ignore(ots_headers_parse(&a, in, &headers, &n, &e));
	return 0;
}
