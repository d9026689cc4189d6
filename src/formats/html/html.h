/* SPDX-License-Identifier: Apache-2.0 */
/* A parsed page as a flat array of nodes in document order: small, without recursion to walk, and each node tied to the
 * bytes that it came from. The parser behind it is gumbo for now.   HTML standard §13 */
#ifndef FORMATS_HTML_H
#define FORMATS_HTML_H

#include "base/err.h"
#include "base/quirk.h"
#include "base/str.h"

struct arena;

#define HTML_NONE UINT32_MAX

enum html_kind {
	HTML_ELEMENT,
	HTML_TEXT,
};

struct html_attr {
	struct str name; /* lower case */
	struct str value;
};

struct html_node {
	enum html_kind kind;
	struct str tag;  /* elements: lower case */
	struct str text; /* text: with character references replaced */
	uint32_t parent; /* HTML_NONE for the root */
	uint32_t first;  /* child */
	uint32_t next;   /* sibling */
	uint32_t end;    /* index behind the last descendant: [i+1, end) is the subtree */
	const struct html_attr *attrs;
	uint32_t nattrs;
	uint64_t from; /* source bytes (of the UTF-8 text given): of a text run, or of an element's start tag; */
	uint64_t to;   /* from == to for what the parser made up */
};

struct html {
	struct html_node *nodes; /* in document order; [0] is the root element */
	uint32_t n;
	struct quirks quirks;
};

/* Parses UTF-8. Everything lives in `a`; text and attributes are copies. Input over CAP_HTML, nesting over
 * CAP_HTML_DEPTH and nodes over CAP_HTML_NODES are cut, with a quirk: it always gives a document. */
void html_parse(struct arena *a, struct str utf8, struct html *ret);

/* Value of an attribute; empty when there is none. */
struct str html_attr(const struct html *h, uint32_t node, const char *name);
bool html_has_attr(const struct html *h, uint32_t node, const char *name);
static inline bool html_is(const struct html *h, uint32_t node, const char *tag)
{
	return h->nodes[node].kind == HTML_ELEMENT && str_eq(h->nodes[node].tag, str_c(tag));
}
/* True when the class attribute has that token. */
bool html_has_class(const struct html *h, uint32_t node, const char *token);
/* First element with that tag at or behind `from`; HTML_NONE when there is none. */
uint32_t html_find(const struct html *h, uint32_t from, const char *tag);
/* All text below, white space folded to single spaces, in `a`. Script, style and template are left out. */
struct str html_text(struct arena *a, const struct html *h, uint32_t node);

#endif
