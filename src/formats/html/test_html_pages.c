/* SPDX-License-Identifier: Apache-2.0 */
/* Real pages: whatever stands in them, each node is tied to the bytes that it came from, the way they arrive makes no
 * difference, and memory stays in bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "formats/html/test_check.h"
#include "formats/html/test_dump.h"
#include "formats/html/test_sets.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif
#ifndef HAS_SANITIZER
#define HAS_SANITIZER 0
#endif

#define PIECE 997u
#define MEMORY_FACTOR 8u
#define MEMORY_MORE (2u << 20)

struct totals {
	size_t pages;
	size_t wrong;
	uint64_t bytes;
	uint64_t nodes;
	uint64_t texts;
	uint64_t text_bytes;
	uint64_t runs;
};

static void count(struct totals *t, const struct html *h)
{
	t->pages++;
	t->bytes += h->source.n;
	t->nodes += h->n;
	for (uint32_t i = 0; i < h->n; i++) {
		if (h->nodes[i].kind != HTML_TEXT)
			continue;
		t->texts++;
		t->text_bytes += h->nodes[i].text.n;
		t->runs += h->nodes[i].text.nruns ? h->nodes[i].text.nruns : 1;
	}
}

/* `h`, `pieces` and `again` are used for page after page, as a reader of many would. */
static void check_pages(const char *name)
{
	struct test_set s;
	struct html h = {0};
	struct html again = {0};
	struct totals t = {0};
	if (!test_set_open(&s, name))
		skip();
	for (size_t i = 0; i < s.n; i++) {
		AUTO(arena) a = {0};
		AUTO(buf) why = {0};
		struct html pieces = {0};
		struct str page = test_set_page(&s, i, &a);
		buf_init(&why, 4096);
		html_parse(page, NULL, &h);
		test_parse_pieces(page, PIECE, NULL, &pieces);
		if (!test_check(&h, &again, &why) || !test_same(&h, &pieces, &why) || h.quirks.seen) {
			print_message("%.*s: %s, %d quirks\n", STR_FMT(test_set_page_name(&s, i, &a)),
				why.n ? why.p : "", (int)h.quirks.seen);
			t.wrong++;
		}
		html_clear(&pieces);
		count(&t, &h);
	}
	html_clear(&h);
	html_clear(&again);
	test_set_close(&s);
	print_message("%s: %zu pages of %zu bytes, %zu nodes, %zu texts of %zu bytes in %zu runs\n", name, t.pages,
		(size_t)t.bytes, (size_t)t.nodes, (size_t)t.texts, (size_t)t.text_bytes, (size_t)t.runs);
	assert_int_equal(t.wrong, 0);
}

static void test_ranges_of_news181_hold(void **unused)
{
	(void)unused;
	check_pages("news181");
}

static void test_ranges_of_fields84_hold(void **unused)
{
	(void)unused;
	check_pages("fields84");
}

static void test_ranges_of_segments990_hold(void **unused)
{
	(void)unused;
	check_pages("segments990");
}

static void test_ranges_of_dates1000_hold(void **unused)
{
	(void)unused;
	check_pages("dates1000");
}

/* A line of /proc/self/status in bytes; 0 when it is not there. */
static uint64_t status_of(struct str field)
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
		return str_to_u64(str_cut(&line, ' '), &kib) ? kib * 1024 : 0;
	}
	return 0;
}

/* Bytes that parsing takes at its peak: how far the resident set of a process grows that does nothing else. 0 when the
 * kernel does not say. */
static uint64_t peak_of(struct str page)
{
	int ends[2];
	uint64_t grown = 0;
	(void)malloc_trim(0); /* memory that was freed before would be used again without being counted */
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct html h = {0};
		uint64_t before = status_of(STR("VmRSS"));
		html_parse(page, NULL, &h);
		uint64_t peak = status_of(STR("VmHWM"));
		grown = peak > before && before ? peak - before : 0;
		_exit(write(ends[1], &grown, sizeof(grown)) != sizeof(grown));
	}
	int status = 0;
	(void)close(ends[1]);
	assert_int_equal(read(ends[0], &grown, sizeof(grown)), sizeof(grown));
	(void)close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	return grown;
}

static void test_memory_stays_within_8_times_the_page_and_2_mb(void **unused)
{
	(void)unused;
	static const char *const names[] = {"news181", "fields84", "segments990"};
	double worst = 0;
	size_t wrong = 0;
	if (HAS_SANITIZER) {
		print_message("skipped: the sanitizer's own memory would be counted\n");
		skip();
	}
	for (size_t k = 0; k < ARRAY_LEN(names); k++) {
		struct test_set s;
		if (!test_set_open(&s, names[k]))
			skip();
		for (size_t i = 0; i < s.n; i++) {
			AUTO(arena) a = {0};
			struct str page = test_set_page(&s, i, &a);
			uint64_t peak = peak_of(page);
			double factor = (double)peak / (double)(page.n + MEMORY_MORE / MEMORY_FACTOR);
			worst = factor > worst ? factor : worst;
			if (peak && peak <= MEMORY_FACTOR * page.n + MEMORY_MORE)
				continue;
			print_message("%.*s: %zu bytes took %zu\n", STR_FMT(test_set_page_name(&s, i, &a)), page.n,
				(size_t)peak);
			wrong++;
		}
		test_set_close(&s);
	}
	print_message("at most %.2f times the page and a quarter of a megabyte\n", worst);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges_of_news181_hold),
		cmocka_unit_test(test_ranges_of_fields84_hold),
		cmocka_unit_test(test_ranges_of_segments990_hold),
		cmocka_unit_test(test_ranges_of_dates1000_hold),
		cmocka_unit_test(test_memory_stays_within_8_times_the_page_and_2_mb),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
