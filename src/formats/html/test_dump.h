/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of this folder share: a parsed page as text, and the comparison of two. */
#ifndef FORMATS_HTML_TEST_DUMP_H
#define FORMATS_HTML_TEST_DUMP_H

#include "formats/html/html.h"

/* The tree as html5lib's tests write it, a line a node, "| " in front. */
void test_dump(struct buf *to, const struct html *h);

/* Parses `s` as it arrives in pieces of `step` bytes. */
void test_parse_pieces(struct str s, size_t step, const struct html_options *options, struct html *ret);

/* True when both are equal in nodes, attributes, source ranges and runs; otherwise says where not. */
bool test_same(const struct html *a, const struct html *b, struct buf *why);

#endif
