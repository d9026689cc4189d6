/* SPDX-License-Identifier: Apache-2.0 */
/* What holds of every parsed page, whatever its bytes were:
 *
 * - the nodes are a tree in document order, and html_first() and html_next() walk it;
 * - the runs of a text are in order, disjoint and inside its range; each is source bytes as they stand, or a character
 *   reference, CR or NUL that means the same when it is read again by itself; html_text_source() says so byte by byte;
 * - ranges of tags begin with '<' and their name and end with '>'; ranges of attributes hold the value. */
#ifndef FORMATS_HTML_TEST_CHECK_H
#define FORMATS_HTML_TEST_CHECK_H

#include "formats/html/html.h"

/* False with the first thing that does not hold in `why`. `again` is zeros or what another check used, for reading
 * references again; free it with html_clear(). */
bool test_check(const struct html *h, struct html *again, struct buf *why);

/* True when HTML that was written with HTML_WRITE_SAFE, read again as a page and inside of an element, with scripts and
 * without, has nothing that runs, loads, submits or points anywhere. */
bool test_is_safe(struct str written, struct buf *why);

/* How deep elements nest: 1 for a root alone. */
uint32_t test_depth(const struct html *h);

#endif
