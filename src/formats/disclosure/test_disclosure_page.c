/* SPDX-License-Identifier: Apache-2.0 */
/* The examples of docs/formats/disclosure.md are what is made, and what it says of them is what is computed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/codec.h"
#include "formats/disclosure/disclosure.h"
#include "formats/tlog/tlog.h"

#define PAGE "docs/formats/disclosure.md"

static const uint8_t ONES[RECORD_KEY_SIZE] = {
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

static struct str page(struct arena *a)
{
	static char bytes[65536];
	FILE *f = fopen(PAGE, "rbe");
	assert_non_null(f);
	size_t n = fread(bytes, 1, sizeof(bytes), f);
	(void)fclose(f);
	return str_dup(a, str_mem(bytes, n));
}

/* The indented lines behind the line that has `words` in it and an empty line. */
static struct str example_of(struct arena *a, const char *words)
{
	AUTO(buf) b = {0};
	struct str doc = page(a);
	size_t at = str_find(doc, str_c(words), 0);
	if (at >= doc.n)
		fail_msg(PAGE " does not say: %s", words);
	struct str rest = str_from(doc, at);
	buf_init(&b, sizeof("") + doc.n);
	(void)str_cut(&rest, '\n');
	(void)str_cut(&rest, '\n');
	while (str_starts(rest, STR("    "))) {
		buf_add(&b, str_from(str_cut(&rest, '\n'), 4));
		buf_addc(&b, '\n');
	}
	return str_dup(a, buf_str(&b));
}

static struct str made(struct arena *a, const struct record *r, const struct disclosure_choice *c)
{
	AUTO(buf) b = {0};
	struct err e;
	buf_init(&b, CAP_DISCLOSURE);
	if (disclosure_make(a, r, c, &b, &e) != OK)
		fail_msg("%s", e.msg);
	return str_dup(a, buf_str(&b));
}

static void same_text(struct str want, struct str got)
{
	if (!str_eq(want, got))
		fail_msg(PAGE " has\n%.*swhere it should be\n%.*s", STR_FMT(got), STR_FMT(want));
}

static struct record article(struct arena *a, struct str text)
{
	struct hash key = record_tree_key(ONES, "text");
	struct record_tree *t = record_tree_new(&key, RECORD_CHUNK_UTF8_64);
	struct record r;
	struct err e;
	record_tree_add(t, text);
	record_begin(a, &r, "note", ONES);
	record_add(a, &r, "source", STR("who must not be named"));
	record_add(a, &r, "text.tree", record_tree_end(t, a));
	record_add(a, &r, "place", STR("line 1\nline 2"));
	record_add(a, &r, "author", STR("A. Writer"));
	record_add(a, &r, "phone", STR("7341"));
	record_add(a, &r, "target", STR("\xff\0"));
	record_tree_free(t);
	assert_int_equal(record_finish(a, &r, &e), OK);
	return r;
}

/* "name = hash in hex" */
static struct str named(struct arena *a, const char *name, const struct hash *h)
{
	return str_fmt(a, "%-10s = %s\n", name, hex_of(a, hash_str(h)).p);
}

static struct hash part_hash(const struct disclosure_part *p)
{
	return p->open ? record_field_hash(p->salt, p->name, p->value) : p->hash;
}

static void test_the_example_of_the_documentation_is_what_is_made(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct err e;
	struct disclosure d;
	struct str text = example_of(&a, "The value of the tree `text`");
	struct record r = article(&a, text);
	const bool open[] = {true, false, true, true, false, false, true};
	const struct disclosure_span spans[] = {{0, 64}, {text.n - 64, text.n}};
	struct disclosure_tree_choice tree = {2, text, spans, ARRAY_LEN(spans)};
	struct str bytes = made(&a, &r, &(struct disclosure_choice){open, &tree, 1});
	same_text(bytes, example_of(&a, "The disclosure:"));
	assert_int_equal(disclosure_check(&a, bytes, &d, &e), OK);
	assert_int_equal(d.ntrees, 1);
	assert_int_equal(d.trees[0].nruns, 3);
	assert_true(d.trees[0].runs[1].min == 192 && d.trees[0].runs[1].max == 192);

	struct hash h[7];
	const struct disclosure_part *c = d.trees[0].chunks.part;
	const struct disclosure_part *f = d.fields.part;
	assert_true(d.fields.nparts == 6 && d.trees[0].chunks.nparts == 4);
	h[0] = part_hash(&c[0]);
	h[1] = tlog_node_hash(&h[0], &c[1].hash);
	h[2] = tlog_node_hash(&h[1], &c[2].hash);
	h[3] = part_hash(&c[3]);
	h[4] = tlog_node_hash(&h[2], &h[3]);
	const char *const of_chunks[] = {"chunk 0", "0 to 1", "0 to 3", "chunk 4", "0 to 4"};
	struct str want = STR("");
	for (size_t i = 0; i < ARRAY_LEN(of_chunks); i++)
		want = str_join(&a, want, named(&a, of_chunks[i], &h[i]));
	same_text(want, example_of(&a, "From the chunks:"));
	h[0] = part_hash(&f[0]);
	h[1] = tlog_node_hash(&h[0], &f[1].hash);
	h[2] = part_hash(&f[2]);
	h[3] = part_hash(&f[3]);
	h[4] = tlog_node_hash(&h[2], &h[3]);
	h[4] = tlog_node_hash(&h[1], &h[4]);
	h[5] = part_hash(&f[5]);
	h[6] = tlog_node_hash(&f[4].hash, &h[5]);
	h[6] = tlog_node_hash(&h[4], &h[6]);
	const char *const of_fields[] = {"field 0", "0 to 1", "field 2", "field 3", "0 to 3", "field 6", "0 to 6"};
	want = STR("");
	for (size_t i = 0; i < ARRAY_LEN(of_fields); i++)
		want = str_join(&a, want, named(&a, of_fields[i], &h[i]));
	same_text(want, example_of(&a, "From the fields:"));
	assert_true(hash_eq(&h[6], &d.root));
}

static void test_the_example_of_all_shown_is_what_is_made(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct record r;
	struct err e;
	const bool open[] = {true, true};
	record_begin(&a, &r, "note", ONES);
	record_add(&a, &r, "text", STR("hello"));
	assert_int_equal(record_finish(&a, &r, &e), OK);
	same_text(made(&a, &r, &(struct disclosure_choice){.open = open}),
		example_of(&a, "The record of record.md's example, all of it"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_example_of_the_documentation_is_what_is_made),
		cmocka_unit_test(test_the_example_of_all_shown_is_what_is_made),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
