/* SPDX-License-Identifier: Apache-2.0 */
/* How fast bytes become UTF-8: text_decode FILE CHARSET [--iterations N]. Prints one JSON line: the median of the
 * iterations, the time to make the encoding's indexes, and of finding the bytes of a place in the text. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "formats/text/text.h"

#define ITERATIONS_MAX 999u
#define LOOKUPS 100000u

static uint64_t now_ns(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static bool read_file(const char *path, struct buf *ret)
{
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = -1;
	while (fd >= 0) {
		char *to = buf_space(ret, 1u << 16);
		got = to ? read(fd, to, 1u << 16) : -1;
		if (got <= 0)
			break;
		buf_grown(ret, (size_t)got);
	}
	return got == 0 && ret->n > 0;
}

static uint64_t time_decode(struct text_codecs *c, struct str s, struct str charset)
{
	AUTO(arena) a = {0};
	struct text t;
	uint64_t from = now_ns();
	text_decode(&a, c, s, charset, &t);
	return now_ns() - from;
}

static void add_lookups(struct jsonw *j, struct text_codecs *c, struct str s, struct str charset)
{
	AUTO(arena) a = {0};
	struct text t;
	uint64_t sum = 0;
	text_decode(&a, c, s, charset, &t);
	uint64_t from = now_ns();
	for (uint64_t i = 0; i < LOOKUPS; i++)
		sum += text_source(&t, i * 7919 % (t.utf8.n + 1));
	uint64_t took = now_ns() - from;
	jsonw_str(j, "encoding", t.encoding);
	jsonw_u64(j, "text_bytes", t.utf8.n);
	jsonw_u64(j, "replaced", t.replaced);
	jsonw_u64(j, "lookup_ns", sum ? took / LOOKUPS : 0);
}

int main(int argc, char **argv)
{
	AUTO(buf) file = {0};
	AUTO(buf) out = {0};
	uint64_t took[ITERATIONS_MAX];
	uint64_t n = 21;
	buf_init(&file, 1u << 30);
	buf_init(&out, 8192);
	if (argc == 5 && str_eq(str_c(argv[3]), STR("--iterations")))
		(void)str_to_u64(str_c(argv[4]), &n);
	if (argc < 3 || n == 0 || n > ITERATIONS_MAX || !read_file(argv[1], &file)) {
		(void)fprintf(stderr, "usage: text_decode FILE CHARSET [--iterations 1..%u]\n", ITERATIONS_MAX);
		return 2;
	}
	struct str charset = str_c(argv[2]);
	struct text_codecs *c = text_codecs_new();
	uint64_t first = time_decode(c, buf_str(&file), charset);
	for (size_t i = 0; i < n; i++)
		took[i] = time_decode(c, buf_str(&file), charset);
	qsort(took, n, sizeof(took[0]), by_size);
	uint64_t median = took[n / 2];
	struct rusage usage;
	(void)getrusage(RUSAGE_SELF, &usage);
	struct jsonw j = jsonw_to(&out);
	jsonw_open(&j, NULL, '{');
	jsonw_str(&j, "name", STR("text_decode"));
	jsonw_str(&j, "file", str_c(argv[1]));
	jsonw_u64(&j, "bytes", file.n);
	add_lookups(&j, c, buf_str(&file), charset);
	jsonw_u64(&j, "iterations", n);
	jsonw_u64(&j, "median_ns", median);
	jsonw_u64(&j, "first_ns", first);
	jsonw_u64(&j, "mb_per_s", (uint64_t)((double)file.n * 1e3 / (double)median));
	jsonw_u64(&j, "peak_rss_kb", (uint64_t)usage.ru_maxrss);
	jsonw_close(&j, '}');
	(void)printf("%s\n", out.p);
	text_codecs_free(c);
	return 0;
}
