/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMATS_OTS_INT_H
#define FORMATS_OTS_INT_H

#include "formats/ots/ots.h"

/* Reads items under node 0, which stands alone in `o`; all of `bytes` from *at on must be theirs. Arguments borrow. */
MUST_USE rc ots_items(struct arena *a, struct str bytes, size_t at, struct ots *o, struct err *e);

/* Order among siblings: <0, 0, >0. */
int ots_order(const struct ots_node *x, const struct ots_node *y);

/* The node after `at` in the order of the file, or OTS_NONE. */
static inline uint32_t ots_after(const struct ots *o, uint32_t at)
{
	if (o->nodes[at].first != OTS_NONE)
		return o->nodes[at].first;
	while (at != 0 && o->nodes[at].next == OTS_NONE)
		at = o->nodes[at].parent;
	return o->nodes[at].next;
}

#endif
