/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of real pages for tests: $ONRECORD_ARTICLES/NAME.tar.zst holds NAME/html/ID.html. */
#ifndef FORMATS_HTML_TEST_SETS_H
#define FORMATS_HTML_TEST_SETS_H

#include "base/arena.h"
#include "base/str.h"

struct dirent;
struct text_codecs;

struct test_set {
	const char *name;
	char folder[64]; /* of our own, removed at the end */
	struct dirent **files;
	size_t n;
	struct text_codecs *codecs;
};

/* Unpacks a set; false, saying why after "skipped: ", when that cannot be done here. */
bool test_set_open(struct test_set *s, const char *name);
void test_set_close(struct test_set *s);
/* The text of page i < n, decoded, in `a`. */
struct str test_set_page(const struct test_set *s, size_t i, struct arena *a);
/* "news181/0123.html" */
struct str test_set_page_name(const struct test_set *s, size_t i, struct arena *a);

#endif
