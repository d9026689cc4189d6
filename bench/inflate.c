/* SPDX-License-Identifier: Apache-2.0 */
/* What libdeflate alone takes for the members of a .warc.gz that lies in memory: no reader in C that inflates with it
 * is faster than this. Prints one JSON line; processor time, the median of five. usage: inflate FILE */
#include <fcntl.h>
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "base/caps.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "io/fs/fs.h"

#define TIMES 5u
#define MEMBER_MOST (4u * MIB) /* stored, and inflated */

static uint64_t cpu_ns(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

/* False when a member is damaged, or larger than this looks at. */
static bool inflate_all(struct str file, uint8_t *out, uint64_t *members, uint64_t *bytes)
{
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	bool ok = d != NULL;
	*members = *bytes = 0;
	while (ok && file.n) {
		size_t took = 0;
		size_t gave = 0;
		ok = libdeflate_gzip_decompress_ex(d, file.p, size_min(file.n, MEMBER_MOST), out, MEMBER_MOST, &took,
			     &gave) == LIBDEFLATE_SUCCESS;
		file = str_from(file, took);
		*members += 1;
		*bytes += gave;
	}
	libdeflate_free_decompressor(d);
	return ok;
}

int main(int argc, char **argv)
{
	AUTO_FD fd = -1;
	struct err e;
	uint64_t size = 0;
	uint64_t members = 0;
	uint64_t bytes = 0;
	uint64_t took[TIMES];
	if (argc != 2 || fs_open(AT_FDCWD, argv[1], &fd, &size, &e) != OK || size > GIB) {
		(void)fprintf(stderr, "usage: inflate FILE (at most 1 GiB)\n");
		return 2;
	}
	char *file = mem_alloc((size_t)size);
	uint8_t *out = mem_alloc(MEMBER_MOST);
	bool ok = fs_read_at(fd, 0, file, (size_t)size, &e) == OK;
	for (size_t i = 0; ok && i < TIMES; i++) {
		uint64_t from = cpu_ns();
		ok = inflate_all(str_mem(file, (size_t)size), out, &members, &bytes);
		took[i] = cpu_ns() - from;
	}
	mem_free(file);
	mem_free(out);
	if (!ok)
		return 3;
	qsort(took, TIMES, sizeof(took[0]), by_size);
	AUTO(buf) b;
	buf_init(&b, KIB);
	struct jsonw j = jsonw_to(&b);
	jsonw_open(&j, NULL, '{');
	jsonw_str(&j, "name", STR("inflate"));
	jsonw_u64(&j, "bytes", size);
	jsonw_u64(&j, "members", members);
	jsonw_u64(&j, "inflated_bytes", bytes);
	jsonw_u64(&j, "cpu_ns", took[TIMES / 2]);
	jsonw_close(&j, '}');
	(void)printf("%s\n", b.p);
	return 0;
}
