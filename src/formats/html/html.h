/* SPDX-License-Identifier: Apache-2.0 */
/* A page, parsed as browsers parse it (HTML standard §13.2), as a flat array of nodes in document order: small, walked
 * without recursion, and each node tied to the bytes that it came from.
 *
 *   [0] document ─ [1] doctype
 *                └ [2] <html> ─ [3] <head> …          the subtree of node i is [i, nodes[i].end)
 *
 * Offsets are bytes of the UTF-8 text that was parsed; text.h maps them to the bytes as served. Text that stands in the
 * source as it is stays there and is not copied: the source must outlive the document. The result depends on the bytes
 * alone, not on how they arrive. Scripts are not run, so <noscript> is read as in a browser without scripts. */
#ifndef FORMATS_HTML_H
#define FORMATS_HTML_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/quirk.h"
#include "base/str.h"
#include "formats/html/html_names.h"

#define HTML_NONE UINT32_MAX
#define HTML_POOL 0x80000000u /* in an `at`: the text lies in the pool, not in the source */

enum html_kind {
	HTML_DOCUMENT, /* node 0 */
	HTML_DOCTYPE,
	HTML_ELEMENT,
	HTML_TEXT,
	HTML_COMMENT,
};

enum html_ns { /* of elements; the last three only of attributes */
	HTML_NS_HTML,
	HTML_NS_SVG,
	HTML_NS_MATHML,
	HTML_NS_XLINK,
	HTML_NS_XML,
	HTML_NS_XMLNS,
};

/* 36 bytes. What a template holds are its children. */
struct html_node {
	uint8_t kind;
	uint8_t ns;
	uint16_t nattrs;
	uint32_t parent; /* HTML_NONE for node 0 */
	uint32_t end;    /* index behind the last descendant */
	uint32_t from;   /* source bytes of the start tag, the text or the comment; */
	uint32_t to;     /* from == to for what the parser made up */
	union {
		struct {
			uint32_t name;       /* enum html_name, or a number of the page's own; of a doctype too */
			uint32_t attrs;      /* index of the first of nattrs */
			uint32_t close_from; /* source bytes of the end tag; equal when there is none */
			uint32_t close_to;
		} el; /* element, doctype: its identifiers are attributes named "public" and "system" */
		struct {
			uint32_t at; /* the characters; html_node_text() */
			uint32_t n;
			uint32_t run;   /* first of nruns, when they are not one piece of the source as it stands */
			uint32_t nruns; /* 0: they are, [from, to) */
		} text;                 /* text, comment (which has no runs) */
	};
};

struct html_attr {
	uint32_t name;
	uint32_t ns;   /* HTML_NS_HTML: none */
	uint32_t from; /* source bytes of the value, without its quotes; equal when it is empty */
	uint32_t to;
	uint32_t at; /* the value */
	uint32_t n;
};

/* A piece of a text node that comes from one place: source bytes as they stand, or a character reference, or a
 * character that the standard replaces. */
struct html_run {
	uint32_t from;
	uint32_t to;
	uint32_t at; /* byte of the node's text where it begins */
	uint32_t n;
	uint32_t as_is; /* 1: the source holds it as it is. (While parsing: the next run.) */
};

struct html_names;

/* All zeros is ready for html_parse(). */
struct html {
	struct html_node *nodes; /* [0] is the document */
	uint32_t n;
	bool quirks_mode; /* the page asks for old layout: no or an old doctype */
	struct html_attr *attrs;
	struct html_run *runs;
	struct str source;
	struct buf pool;      /* text that does not stand in the source as it is */
	struct quirks quirks; /* limits that were reached */
	uint64_t steps;       /* work done besides reading each byte once: loops over open elements and the like */
	/* private */
	struct html_names *names;
	struct arena arena;
	size_t room_nodes, nattrs, room_attrs, nruns, room_runs;
	struct buf owned; /* the source, when it came in pieces */
};

/* How a fragment or a page is read; zeros: a whole page. */
struct html_options {
	uint32_t context;        /* fragment: name of the element whose content it is, NAME_NONE for a page */
	enum html_ns context_ns; /* and its namespace */
	bool scripting;          /* <noscript> holds text, as where scripts run; for tests */
};

/* Parses UTF-8 (U+FFFD already stands for what was none). `ret` is zeros or was used before: its memory is used again.
 * A fragment's nodes are children of node 0. Never fails: what goes over CAP_HTML, CAP_HTML_DEPTH, CAP_HTML_NODES or
 * CAP_HTML_ATTRS is left out or flattened, with a quirk. Free with html_clear(). */
void html_parse(struct str utf8, const struct html_options *options, struct html *ret);
void html_clear(struct html *h);

/* The same, for a page that arrives in pieces, which are copied. `ret` is filled by html_parser_end(), which frees the
 * parser; it owns its source then. */
struct html_parser;
struct html_parser *html_parser_new(const struct html_options *options, struct html *ret);
void html_parser_feed(struct html_parser *p, struct str piece);
void html_parser_end(struct html_parser *p);

/* Text of a number. Borrowed from the document. */
struct str html_name(const struct html *h, uint32_t name);
/* The number of a name; NAME_NONE when the page has no such name. */
uint32_t html_name_find(const struct html *h, struct str name);

static inline bool html_is(const struct html *h, uint32_t node, enum html_name name)
{
	return h->nodes[node].kind == HTML_ELEMENT && h->nodes[node].el.name == (uint32_t)name &&
		h->nodes[node].ns == HTML_NS_HTML;
}
/* Name of an element of any namespace; NAME_NONE for other nodes. */
static inline uint32_t html_tag(const struct html *h, uint32_t node)
{
	return h->nodes[node].kind == HTML_ELEMENT ? h->nodes[node].el.name : NAME_NONE;
}
static inline uint32_t html_first(const struct html *h, uint32_t node)
{
	return h->nodes[node].end > node + 1 ? node + 1 : HTML_NONE;
}
static inline uint32_t html_next(const struct html *h, uint32_t node)
{
	uint32_t up = h->nodes[node].parent;
	return up != HTML_NONE && h->nodes[node].end < h->nodes[up].end ? h->nodes[node].end : HTML_NONE;
}

/* The first attribute of that name without a namespace; NULL when there is none. */
const struct html_attr *html_attr_find(const struct html *h, uint32_t node, uint32_t name);
struct str html_attr_value(const struct html *h, const struct html_attr *at);
/* Value of an attribute; empty when there is none. */
struct str html_attr(const struct html *h, uint32_t node, uint32_t name);
static inline bool html_has_attr(const struct html *h, uint32_t node, uint32_t name)
{
	return html_attr_find(h, node, name) != NULL;
}
/* True when the class attribute has that token. Case counts, as in documents that are not in quirks mode. */
bool html_has_class(const struct html *h, uint32_t node, struct str token);
/* Cuts the next token off a list that white space divides (class, rel, itemprop); empty at its end. */
struct str html_token(struct str *list);

/* First element with that name at or behind `from`; HTML_NONE when there is none. */
uint32_t html_find(const struct html *h, uint32_t from, enum html_name name);

/* Characters of one text node or comment. */
struct str html_node_text(const struct html *h, uint32_t node);
/* Source bytes that gave bytes [at, at + n) of a text node, n > 0: the smallest range that holds them all. */
void html_text_source(
	const struct html *h, uint32_t node, uint32_t at, uint32_t n, uint32_t *ret_from, uint32_t *ret_to);
/* Source bytes of an element with all that is in it, its tags included; of other nodes their own. */
void html_range(const struct html *h, uint32_t node, uint32_t *ret_from, uint32_t *ret_to);
/* All text below, white space folded to single spaces, in `a`. Only <br> divides words besides: blocks are the caller's
 * business. Script, style, template and noscript are left out. */
struct str html_text(struct arena *a, const struct html *h, uint32_t node);

enum html_write {
	HTML_WRITE_AS_IS, /* HTML standard §13.3 */
	HTML_WRITE_SAFE,  /* for showing a page that is not trusted: a short list of elements and attributes is kept,
			   * nothing  that runs, loads, submits or points anywhere */
};
/* Writes the children of `node` as HTML. Text is UTF-8. */
void html_write(struct buf *to, const struct html *h, uint32_t node, enum html_write how);

#endif
