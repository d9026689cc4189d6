/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of stages/read. */
#ifndef STAGES_READ_INT_H
#define STAGES_READ_INT_H

#include "base/arena.h"
#include "base/buf.h"
#include "formats/html/html.h"
#include "formats/text/text.h"
#include "stages/read/read.h"
#include "stages/read/stamps_int.h"

struct reading {
	struct arena *a;
	const struct html *h;
	const struct text *text; /* for ranges of served bytes */
	const struct read_input *in;
	struct article *article;
	bool *aside;          /* by node: is_aside() */
	struct byte_range at; /* of what is being added, when that is no node */
	/* JSON-LD */
	uint32_t script;           /* the element being read */
	int ld_fit;                /* how sure it is that the article read is this page's; -1: none */
	struct stamp_given *given; /* its dates */
	size_t ngiven;
	bool says_paid;        /* isAccessibleForFree is false */
	bool says_live;        /* a LiveBlogPosting */
	struct str ld_body;    /* articleBody: to find the body by, never the text itself */
	struct str ld_summary; /* description */
};

/* Adds a candidate; empty values and exact repetitions (same field, value and source) are passed over. `node` is the
 * element or text that it was read from, HTML_NONE when there is none. */
void add_evidence(
	struct reading *r, enum article_field f, struct str value, const char *from, struct str raw, uint32_t node);
/* White space folded to single spaces, trimmed. No-break spaces are white space here. */
struct str fold_space(struct arena *a, struct str s);
/* The same for a range of served bytes. Returns it, or the one that was there; NULL when it is passed over. */
struct article_evidence *add_evidence_at(struct reading *r, enum article_field f, struct str value, const char *from,
	struct str raw, struct byte_range range);
/* As fold_space; what pages escape twice is undone: character references and tags inside. */
struct str plain_text(struct arena *a, struct str s);
/* Letters and digits, ASCII ones in lower case, words divided by one space. */
struct str fold_words(struct arena *a, struct str s);
/* Served bytes of source bytes [from, to) of the decoded text. */
struct byte_range served(const struct reading *r, uint64_t from, uint64_t to);

/* people.c: the authors that a byline names. */
void add_byline(struct reading *r, struct str text, const char *from, uint32_t node);
/* agency.c: the agency of a credit ("dpa"); empty when it is none that is known. */
struct str agency_name(struct str credit);
/* True when a name is that of an agency, known or by how it is made ("… Wire", "…通讯社"). */
bool is_agency(struct str name);
/* title.c: whether a text is but the name of the site; a title without it. */
bool names_site(struct reading *r, struct str text);
struct str without_site(struct reading *r, struct str title);
/* True when `part`, folded as `longer` is, makes up two fifths of it or more. */
bool holds_title(struct str longer, struct str part);
/* title_shown.c: true inside a menu or the trail of links that leads to the page. */
bool in_trail(const struct html *h, uint32_t i);

/* The collectors. */
void collect_jsonld(struct reading *r);
void collect_meta(struct reading *r);
void collect_markup(struct reading *r);
void collect_site(struct reading *r);    /* after the other sources of titles */
void collect_shown(struct reading *r);   /* after that: what the head says and the page shows, but not as an h1 */
void collect_section(struct reading *r); /* after the choice of the title */
void collect_agency(struct reading *r);  /* after the body */
void collect_bylines(struct reading *r); /* after the body: its lines that are bylines */

/* The choice of candidates. */
void choose_fields(struct reading *r);
void choose_title(struct reading *r);
/* After the body. */
void blocks_settle(
	struct reading *r); /* and the authors: bylines among the blocks are told, the text is put together */
void choose_authors(struct reading *r);
void choose_section(struct reading *r);
void choose_agency(struct reading *r);
void choose_language(struct reading *r);
/* True when a class or the id of an element has one of the words in it, letters folded. Words begin
 * with a lower-case ASCII letter. */
bool is_named(const struct html *h, uint32_t i, const char *const *words, size_t n);
/* True inside what stands beside an article: names and stamps there are another's. */
bool is_aside(const struct reading *r, uint32_t i);
void mark_asides(struct reading *r); /* before the collectors */

/* The body: fills blocks, dropped and text. Fields are chosen by then. */
void read_body(struct reading *r);

#endif
