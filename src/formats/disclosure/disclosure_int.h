/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of this folder. */
#ifndef FORMATS_DISCLOSURE_INT_H
#define FORMATS_DISCLOSURE_INT_H

#include "formats/disclosure/disclosure.h"

/* The text of what is in `d`: root, parts and keys. */
void disclosure_write(struct buf *b, const struct disclosure *d);
/* The exact reverse; the rest of *ret is zeros, and nothing is proven yet. OK · E_FORMAT · E_LIMIT. */
MUST_USE rc disclosure_parse(struct arena *a, struct str bytes, struct disclosure *ret, struct err *e);

/* "body" for "body.tree"; empty for other names. */
struct str disclosure_tree_name(struct str field);
/* True for a field whose name and value are a tree's, over a value that is not empty. */
bool disclosure_is_tree(struct str name, struct str value, struct record_tree_value *ret);
/* True when the choice withholds field i, or some of the tree that it names. */
bool disclosure_withholds(const struct record *r, const struct disclosure_choice *c, size_t i);
/* True when it withholds some of a tree named "body". */
bool disclosure_withholds_body(const struct record *r, const struct disclosure_choice *c);
/* True when all parts are open. */
bool disclosure_all_open(const struct disclosure_parts *p);

#endif
