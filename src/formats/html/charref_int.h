/* SPDX-License-Identifier: Apache-2.0 */
/* The names of character references (§13.5): an automaton without cycles whose edges spell the names. The edges of a
 * node stand one behind the other; those of the root are the 52 letters, A to Z and a to z. The number of a name is
 * what the walk adds up: the `skip` of its edges and the shorter names that it passed. */
#ifndef FORMATS_HTML_CHARREF_INT_H
#define FORMATS_HTML_CHARREF_INT_H

#include "base/defs.h"

#define HTML_REF_EDGES_N 3870u
#define HTML_REF_NAMES 2231u

struct html_ref_edge {
	char c;
	uint8_t is_name; /* a name ends here */
	uint8_t is_last; /* of its node */
	uint16_t next;   /* first edge of the node that it leads to; 0: no name goes on */
	uint16_t skip;   /* names that begin with an earlier edge of the node */
};

struct html_ref_value {
	uint8_t n;
	char utf8[7];
};

extern const struct html_ref_edge HTML_REF_EDGES[HTML_REF_EDGES_N];
extern const struct html_ref_value HTML_REF_VALUES[HTML_REF_NAMES]; /* by number: in the order of names' bytes */

#endif
