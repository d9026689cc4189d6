/* SPDX-License-Identifier: Apache-2.0 */
/* How fast and how well pages are read: read_pages SET OUT reads SET/html/ID.html for each id of SET/truth.json, in
 * this process, and writes OUT/ID.json as `onrecord read --json` prints it. With --time N nothing is written: the
 * median of N passes over the set, decoding and parsing included, is printed as one JSON line. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/caps.h"
#include "base/json.h"
#include "formats/text/text.h"
#include "stages/read/read.h"

#define PASSES_MAX 99

struct page {
	struct str id;
	struct str url;
	struct str bytes;
};

struct set {
	struct arena run;
	struct page *pages;
	size_t n;
	uint64_t bytes;
};

static struct str read_file(struct arena *a, const char *path)
{
	FILE *f = fopen(path, "rb");
	if (!f || fseek(f, 0, SEEK_END) != 0) {
		(void)fprintf(stderr, "%s: cannot be read\n", path);
		exit(3);
	}
	long size = ftell(f);
	char *to = arena_alloc(a, (size_t)size + 1);
	rewind(f);
	size_t n = fread(to, 1, (size_t)size, f);
	(void)fclose(f);
	return str_mem(to, n);
}

static struct str member(struct arena *a, const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);
	return json_is_string(v) ? str_dup(a, str_c(json_string_value(v))) : STR("");
}

static void load(struct set *s, const char *dir)
{
	json_error_t why;
	struct str text = read_file(&s->run, str_fmt(&s->run, "%s/truth.json", dir).p);
	char *json = str_cstr(&s->run, text);
	/* Python writes NaN where a value is missing */
	for (char *nan = strstr(json, " NaN"); nan; nan = strstr(nan, " NaN"))
		memcpy(nan, "null", 4);
	json_t *truth = json_loads(json, 0, &why);
	if (!truth) {
		(void)fprintf(stderr, "%s/truth.json: %s\n", dir, why.text);
		exit(3);
	}
	for (size_t i = 0; i < json_array_size(truth); i++) {
		struct page *p = arena_push(&s->run, &s->pages, &s->n, sizeof(*p));
		const json_t *o = json_array_get(truth, i);
		p->id = member(&s->run, o, "id");
		p->url = member(&s->run, o, "url");
		p->bytes = read_file(&s->run, str_fmt(&s->run, "%s/html/%s.html", dir, p->id.p).p);
		s->bytes += p->bytes.n;
	}
	json_decref(truth);
}

static void read_one(struct text_codecs *c, const struct page *p, struct buf *out)
{
	AUTO(arena) a = {0};
	struct article article;
	struct read_input in = {.bytes = p->bytes, .url = p->url, .content_type = STR("text/html")};
	read_article(&a, c, &in, &article);
	read_json(out, &article);
}

static void write_all(const struct set *s, struct text_codecs *c, const char *dir)
{
	AUTO(buf) out;
	AUTO(arena) a = {0};
	buf_init(&out, 4 * CAP_ARTICLE);
	for (size_t i = 0; i < s->n; i++) {
		buf_reset(&out);
		read_one(c, &s->pages[i], &out);
		FILE *f = fopen(str_fmt(&a, "%s/%s.json", dir, s->pages[i].id.p).p, "wb");
		if (!f || fwrite(out.p, 1, out.n, f) != out.n || fclose(f) != 0) {
			(void)fprintf(stderr, "%s: cannot be written\n", dir);
			exit(3);
		}
	}
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static uint64_t now_ns(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void time_all(const struct set *s, struct text_codecs *c, size_t passes)
{
	uint64_t took[PASSES_MAX];
	AUTO(buf) out;
	buf_init(&out, 4 * CAP_ARTICLE);
	for (size_t k = 0; k < passes; k++) {
		uint64_t from = now_ns();
		for (size_t i = 0; i < s->n; i++) {
			buf_reset(&out);
			read_one(c, &s->pages[i], &out);
		}
		took[k] = now_ns() - from;
	}
	qsort(took, passes, sizeof(took[0]), by_size);
	double seconds = (double)took[passes / 2] / 1e9;
	struct rusage usage;
	(void)getrusage(RUSAGE_SELF, &usage);
	(void)printf("{\"name\":\"read_pages\",\"pages\":%zu,\"bytes\":%" PRIu64 ",\"median_ns\":%" PRIu64
		     ",\"pages_per_s\":%.0f,\"mb_per_s\":%.1f,\"peak_rss_less_pages_kb\":%" PRIu64 "}\n",
		s->n, s->bytes, took[passes / 2], (double)s->n / seconds, (double)s->bytes / seconds / 1e6,
		(uint64_t)usage.ru_maxrss - s->bytes / 1024);
}

int main(int argc, char **argv)
{
	struct set s = {0};
	uint64_t passes = 0;
	if (argc == 4 && strcmp(argv[2], "--time") == 0)
		(void)str_to_u64(str_c(argv[3]), &passes);
	if (argc < 3 || (argc == 4 && (passes == 0 || passes > PASSES_MAX)) || argc > 4) {
		(void)fprintf(stderr, "usage: read_pages SET OUT | read_pages SET --time 1..%d\n", PASSES_MAX);
		return 2;
	}
	load(&s, argv[1]);
	struct text_codecs *c = text_codecs_new();
	if (passes)
		time_all(&s, c, passes);
	else
		write_all(&s, c, argv[2]);
	text_codecs_free(c);
	arena_clear(&s.run);
	return 0;
}
