/* SPDX-License-Identifier: Apache-2.0 */
/* A second opinion: gumbo, an older parser of the same standard. Compared are elements, attributes and text. Where the
 * two differ, a table in test_plain.c has to say by which sentence of the standard, and shows it by taking that one
 * thing out of the page: the rest is then the same. */
#ifndef FORMATS_HTML_TEST_PLAIN_H
#define FORMATS_HTML_TEST_PLAIN_H

#include "formats/html/html.h"

#define TEST_PLAIN_ROWS 25u

/* True when both parsers give the same tree, when rows of the table explain the difference (each counts in `used`), or
 * when a cap of ours was reached; otherwise `why` has the first lines that differ. `h` is used for our tree. */
bool test_plain_agree(struct str page, struct html *h, struct buf *why, size_t used[TEST_PLAIN_ROWS]);
/* What row i of the table is about. */
const char *test_plain_row(size_t i);

/* A made-up page: the same for the same seed, which moves on. Half of them are well-formed. */
void test_plain_make(struct buf *to, uint64_t *seed);

#endif
