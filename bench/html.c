/* SPDX-License-Identifier: Apache-2.0 */
/* How fast pages are parsed: html FOLDER [--iterations N]. All files below FOLDER are read and decoded first; then each
 * parser, in a process of its own, parses all of them N times, and prints one JSON line: the median time, the speed
 * over the decoded bytes, and by how much its memory grew. "text_decode" is measured over the bytes as served. */
#include <fcntl.h>
#include <fts.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef HAVE_GUMBO
#include <gumbo.h>
#endif
#ifdef HAVE_LIBXML2
#include <libxml/HTMLparser.h>
#endif

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "formats/html/html.h"
#include "formats/text/text.h"

#define ITERATIONS_MAX 99u
#define FILE_MAX (256u << 20)

struct pages {
	struct arena arena;
	struct str *served;
	struct str *utf8;
	size_t n;
	struct text_codecs *codecs;
	struct html html;      /* used again from page to page */
	struct arena decoding; /* the same */
};

static void parse_html(struct pages *p, size_t i)
{
	html_parse(p->utf8[i], NULL, &p->html);
}

static void decode_text(struct pages *p, size_t i)
{
	struct text t;
	arena_reset(&p->decoding);
	text_decode(&p->decoding, p->codecs, p->served[i], STR(""), &t);
}

#ifdef HAVE_GUMBO
static void parse_gumbo(struct pages *p, size_t i)
{
	GumboOptions options = kGumboDefaultOptions;
	options.max_errors = 0;
	gumbo_destroy_output(&options, gumbo_parse_with_options(&options, p->utf8[i].p, p->utf8[i].n));
}
#endif

#ifdef HAVE_LIBXML2
static void parse_libxml2(struct pages *p, size_t i)
{
	const int options = HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET;
	xmlFreeDoc(htmlReadMemory(p->utf8[i].p, (int)p->utf8[i].n, NULL, "utf-8", options));
}
#endif

static const struct contender {
	const char *name;
	void (*page)(struct pages *p, size_t i);
	bool is_served; /* works on the bytes as served */
} CONTENDERS[] = {
	{"html_parse", parse_html, false},
#ifdef HAVE_GUMBO
	{"gumbo", parse_gumbo, false},
#endif
#ifdef HAVE_LIBXML2
	{"libxml2", parse_libxml2, false},
#endif
	{"text_decode", decode_text, true},
};

static bool read_file(struct pages *p, const char *path, struct buf *to)
{
	char piece[8192];
	ssize_t n = 0;
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
	buf_reset(to);
	while (fd >= 0 && (n = read(fd, piece, sizeof(piece))) > 0)
		buf_addmem(to, piece, (size_t)n);
	if (fd < 0 || n < 0 || to->over)
		return false;
	struct text t;
	struct str served = str_dup(&p->arena, buf_str(to));
	size_t same = p->n;
	text_decode(&p->arena, p->codecs, served, STR(""), &t);
	*(struct str *)arena_push(&p->arena, (void *)&p->served, &same, sizeof(served)) = served;
	*(struct str *)arena_push(&p->arena, (void *)&p->utf8, &p->n, sizeof(served)) = t.utf8;
	return true;
}

static bool read_folder(struct pages *p, char *folder)
{
	char *paths[] = {folder, NULL};
	AUTO(buf) bytes = {0};
	bool ok = true;
	FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	buf_init(&bytes, FILE_MAX);
	for (FTSENT *f = NULL; ok && tree && (f = fts_read(tree));)
		if (f->fts_info == FTS_F && str_ends(str_c(f->fts_name), STR(".html")))
			ok = read_file(p, f->fts_path, &bytes);
	if (tree)
		(void)fts_close(tree);
	return ok && p->n;
}

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

/* KiB of a line of /proc/self/status. */
static uint64_t status_kib(struct str field)
{
	char text[4096];
	uint64_t kib = 0;
	AUTO_FD fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text));
	struct str rest = str_mem(text, n > 0 ? (size_t)n : 0);
	while (rest.n) {
		struct str line = str_cut(&rest, '\n');
		if (!str_eq(str_cut(&line, ':'), field))
			continue;
		line = str_trim(line);
		(void)str_to_u64(str_cut(&line, ' '), &kib);
	}
	return kib;
}

static void report(const struct contender *c, const struct pages *p, uint64_t n, uint64_t median, uint64_t grown)
{
	AUTO(buf) out;
	uint64_t bytes = 0;
	buf_init(&out, 8192);
	for (size_t i = 0; i < p->n; i++)
		bytes += c->is_served ? p->served[i].n : p->utf8[i].n;
	struct jsonw j = jsonw_to(&out);
	jsonw_open(&j, NULL, '{');
	jsonw_str(&j, "name", str_c(c->name));
	jsonw_u64(&j, "bytes", bytes);
	jsonw_u64(&j, "pages", p->n);
	jsonw_u64(&j, "iterations", n);
	jsonw_u64(&j, "median_ns", median);
	jsonw_u64(&j, "mb_per_s", (uint64_t)((double)bytes * 1e3 / (double)median));
	jsonw_u64(&j, "peak_rss_kb", grown);
	jsonw_close(&j, '}');
	(void)printf("%s\n", out.p);
	(void)fflush(stdout);
}

static void measure(const struct contender *c, struct pages *p, uint64_t iterations)
{
	uint64_t took[ITERATIONS_MAX];
	uint64_t before = status_kib(STR("VmRSS"));
	for (size_t i = 0; i < iterations; i++) {
		uint64_t from = now_ns();
		for (size_t k = 0; k < p->n; k++)
			c->page(p, k);
		took[i] = now_ns() - from;
	}
	uint64_t peak = status_kib(STR("VmHWM"));
	qsort(took, iterations, sizeof(took[0]), by_size);
	report(c, p, iterations, took[iterations / 2], peak > before ? peak - before : 0);
}

int main(int argc, char **argv)
{
	char *folder = NULL;
	uint64_t iterations = 5;
	for (int i = 1; i < argc; i++) {
		if (str_eq(str_c(argv[i]), STR("--iterations")) && i + 1 < argc)
			(void)str_to_u64(str_c(argv[++i]), &iterations);
		else
			folder = argv[i];
	}
	if (!folder || iterations == 0 || iterations > ITERATIONS_MAX) {
		(void)fprintf(stderr, "usage: html FOLDER [--iterations 1..%u]\n", ITERATIONS_MAX);
		return 2;
	}
	struct pages p = {.codecs = text_codecs_new()};
	if (!read_folder(&p, folder)) {
		(void)fprintf(stderr, "%s: no pages, or one that cannot be read\n", folder);
		return 3;
	}
	(void)malloc_trim(0);
	for (size_t i = 0; i < ARRAY_LEN(CONTENDERS); i++) {
		int status = 0;
		pid_t child = fork();
		if (child == 0) {
			measure(&CONTENDERS[i], &p, iterations);
			_exit(0);
		}
		if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
			(void)fprintf(stderr, "%s: ended with %d\n", CONTENDERS[i].name, status);
	}
	text_codecs_free(p.codecs);
	html_clear(&p.html);
	arena_clear(&p.arena);
	return 0;
}
