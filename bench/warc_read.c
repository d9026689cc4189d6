/* SPDX-License-Identifier: Apache-2.0 */
/* How fast records are read: warc_read FILE [--sha256] [--iterations N]. Every byte of every block is looked at; with
 * --sha256 each block is digested. Prints one JSON line; times are medians of the iterations, the file comes from the
 * page cache after the first. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/stream.h"
#include "formats/warc/warc.h"

#define ITERATIONS_MAX 99u

struct fd_source {
	struct source source;
	int fd;
};

struct totals {
	uint64_t records;
	uint64_t bytes;
};

static rc fd_pull(struct source *s, void *p, size_t n, size_t *ret_n, struct err *e)
{
	ssize_t got = read(((struct fd_source *)s)->fd, p, n);
	if (got < 0)
		return err_sys(e, "read");
	*ret_n = (size_t)got;
	return OK;
}

static rc read_records(struct warc_reader *w, struct arena *a, bool sha256, struct totals *t, struct err *e)
{
	struct digest d = {0};
	rc r = OK;
	while (r == OK) {
		struct warc_record rec;
		struct warc_end end;
		struct str piece;
		r = warc_next(w, a, &rec, e);
		if (r != OK)
			break;
		t->records++;
		if (sha256)
			digest_start(&d, DIGEST_SHA256);
		while ((r = warc_block(w, &piece, e)) == OK) {
			t->bytes += piece.n;
			if (sha256)
				digest_add(&d, piece.p, piece.n);
		}
		if (sha256)
			(void)digest_sha256(&d);
		if (r == E_NOTFOUND)
			r = warc_end(w, a, &end, e);
		arena_reset(a);
	}
	digest_clear(&d);
	return r == E_NOTFOUND ? OK : r;
}

static rc read_file(const char *path, bool sha256, struct totals *t, struct err *e)
{
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "open %s", path);
	struct fd_source src = {{fd_pull}, fd};
	AUTO(arena) a = {0};
	struct warc_reader *w = warc_reader_new(&src.source);
	rc r = read_records(w, &a, sha256, t, e);
	warc_reader_free(w);
	return r;
}

static uint64_t ns_of(clockid_t clock)
{
	struct timespec t;
	(void)clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static uint64_t stored_size(const char *path)
{
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
	off_t n = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	return n > 0 ? (uint64_t)n : 0;
}

struct times {
	uint64_t wall[ITERATIONS_MAX];
	uint64_t cpu[ITERATIONS_MAX];
	size_t n;
};

static uint64_t median_of(uint64_t *v, size_t n)
{
	qsort(v, n, sizeof(*v), by_size);
	return v[n / 2];
}

static void report(const char *path, bool sha256, const struct totals *t, struct times *took)
{
	AUTO(buf) out;
	buf_init(&out, 8192);
	struct jsonw j = jsonw_to(&out);
	struct rusage usage;
	(void)getrusage(RUSAGE_SELF, &usage);
	uint64_t stored = stored_size(path);
	uint64_t median = median_of(took->wall, took->n);
	jsonw_open(&j, NULL, '{');
	jsonw_str(&j, "name", sha256 ? STR("warc_read_sha256") : STR("warc_read"));
	jsonw_str(&j, "file", str_c(path));
	jsonw_u64(&j, "bytes", stored);
	jsonw_u64(&j, "block_bytes", t->bytes);
	jsonw_u64(&j, "records", t->records);
	jsonw_u64(&j, "iterations", took->n);
	jsonw_u64(&j, "median_ns", median);
	jsonw_u64(&j, "median_cpu_ns", median_of(took->cpu, took->n));
	jsonw_u64(&j, "records_per_s", (uint64_t)((double)t->records * 1e9 / (double)median));
	jsonw_u64(&j, "mb_per_s", (uint64_t)((double)stored * 1e3 / (double)median));
	jsonw_u64(&j, "peak_rss_kb", (uint64_t)usage.ru_maxrss);
	jsonw_close(&j, '}');
	(void)printf("%s\n", out.p);
}

int main(int argc, char **argv)
{
	const char *path = NULL;
	bool sha256 = false;
	uint64_t iterations = 3;
	for (int i = 1; i < argc; i++) {
		if (str_eq(str_c(argv[i]), STR("--sha256")))
			sha256 = true;
		else if (str_eq(str_c(argv[i]), STR("--iterations")) && i + 1 < argc)
			(void)str_to_u64(str_c(argv[++i]), &iterations);
		else
			path = argv[i];
	}
	if (!path || iterations == 0 || iterations > ITERATIONS_MAX) {
		(void)fprintf(stderr, "usage: warc_read FILE [--sha256] [--iterations 1..%u]\n", ITERATIONS_MAX);
		return 2;
	}
	struct times took = {.n = iterations};
	struct totals t = {0};
	for (size_t i = 0; i < iterations; i++) {
		struct err e;
		t = (struct totals){0};
		uint64_t from = ns_of(CLOCK_MONOTONIC);
		uint64_t cpu_from = ns_of(CLOCK_PROCESS_CPUTIME_ID);
		rc r = read_file(path, sha256, &t, &e);
		took.wall[i] = ns_of(CLOCK_MONOTONIC) - from;
		took.cpu[i] = ns_of(CLOCK_PROCESS_CPUTIME_ID) - cpu_from;
		if (r != OK) {
			(void)fprintf(stderr, "%s: %s\n", path, e.msg);
			return 3;
		}
	}
	report(path, sha256, &t, &took);
	return 0;
}
