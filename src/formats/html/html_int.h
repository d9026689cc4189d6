/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the parser share.
 *
 *   source ─► html_next_token ─► token ─► mode_fn of the builder ─► nodes with links ─► html_finish ─► struct html
 *
 * The tokenizer writes attributes behind h->attrs and text that does not stand in the source into h->pool; the builder
 * keeps what it uses. Both speak in offsets, so that the source may move while it grows. */
#ifndef FORMATS_HTML_INT_H
#define FORMATS_HTML_INT_H

#include "base/caps.h"
#include "formats/html/html.h"

/* names.c ---------------------------------------------------------------------------------------------------------- */

#define HTML_NSLOTS 1024u

struct html_adjust {
	uint16_t from;
	uint16_t to;
};

extern const struct str HTML_NAMES[NAMES_KNOWN];
extern const uint16_t HTML_NAME_SLOTS[HTML_NSLOTS]; /* id, by html_name_hash() and then on; 0: free */
extern const struct html_adjust HTML_SVG_TAGS[37];  /* "foreignobject" -> "foreignObject" */
extern const struct html_adjust HTML_FOREIGN_ATTRS[59];

#define HTML_HASH_START 0x811c9dc5u
static inline uint32_t html_hash_step(uint32_t h, char c)
{
	return (h ^ (uint8_t)c) * 0x01000193u;
}

/* Names that are not in the table: found through a small cache, then by a tree over their bits, so that no choice of
 * names makes it slow. */
struct html_names *html_names_new(void);
void html_names_reset(struct html_names *n);
void html_names_free(struct html_names *n);
/* The number of a lower-case name whose bytes hash to `hash`; a new name is copied. */
uint32_t html_names_id(struct html_names *n, struct str name, uint32_t hash);
/* Its number; NAME_NONE when it has none. */
uint32_t html_names_find(const struct html_names *n, struct str name);
struct str html_names_text(const struct html_names *n, uint32_t id);
/* Numbers given so far, the known ones included. */
uint32_t html_names_count(const struct html_names *n);

/* tokenizer ----------------------------------------------------------------------------------------------------------
 */

enum token_kind {
	TOKEN_MORE, /* the input ends inside a token and is not at its end: nothing was consumed */
	TOKEN_TEXT,
	TOKEN_START,
	TOKEN_END,
	TOKEN_COMMENT,
	TOKEN_DOCTYPE,
	TOKEN_EOF,
};

struct token {
	enum token_kind kind;
	uint32_t from; /* source bytes */
	uint32_t to;
	/* text: at == from and n == to - from when it stands in the source as it is. Pieces are as long as that allows.
	 * comment: its data. */
	uint32_t at;
	uint32_t n;
	bool is_nul; /* text: one U+0000, which the builder drops or replaces; at most one of data and CDATA sections */
	/* tags; doctype: its name, NAME_NONE when missing */
	uint32_t name;
	bool self_closing;
	uint32_t attrs; /* index into h->attrs of nattrs; those of a doctype are its identifiers, "public", "system" */
	uint32_t nattrs;
	bool force_quirks;
};

/* How the text up to the end tag of `raw_name` is read (§13.2.5.2 to .5, .20). The builder sets it after a start tag,
 * the tokenizer goes back to RAW_NONE at the end tag. */
enum raw {
	RAW_NONE,
	RAW_RCDATA,
	RAW_RAWTEXT,
	RAW_SCRIPT,
	RAW_PLAINTEXT,
	RAW_CDATA, /* set by the tokenizer itself */
};

struct tokenizer {
	struct html *h; /* attrs, pool, names, quirks, steps */
	const char *s;  /* the source so far */
	uint32_t n;
	bool is_end; /* no more will come */
	uint32_t pos;
	enum raw raw;
	uint32_t raw_name; /* an element of the table, or NAME_NONE: no end tag is appropriate */
	uint32_t raw_end;  /* where the raw text ends; HTML_NONE: not found yet */
	bool is_foreign;   /* the adjusted current node is not HTML: CDATA sections are read. Set by the builder. */
	uint32_t *seen;    /* by name: the tag that had such an attribute last */
	uint32_t room_seen;
	uint32_t tags;      /* counted for `seen` */
	struct buf scratch; /* names that are not in lower case */
};

void html_tokenizer_init(struct tokenizer *t, struct html *h);
void html_tokenizer_clear(struct tokenizer *t);
/* The next token. On TOKEN_MORE the position, h->nattrs and h->pool are as they were. Attributes are written behind
 * h->nattrs, which is not moved: the builder adds token.nattrs to keep them. */
void html_next_token(struct tokenizer *t, struct token *ret);

/* charref.c: the character reference at s[*at] == '&' (§13.2.5.72). Writes at most 8 bytes of UTF-8; returns their
 * number and moves *at behind the reference. 0: it is no reference, the '&' stands for itself. HTML_NONE: the input
 * ends before that is clear, and is_end is false. */
uint32_t html_charref(struct str s, size_t *at, bool in_attribute, bool is_end, char ret[8]);

#endif
