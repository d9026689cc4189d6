/* SPDX-License-Identifier: Apache-2.0 */
/* When a page was published and when it was updated: every candidate with where it stands, and one decision for each of
 * the two fields, by a rule that is named.
 *
 *   JSON-LD ┐
 *   meta    ├─ declared ┐
 *   markup  ┘           ├─► candidates ─► rejects ─► rules, the first that has one ─► zone of another source, dissent
 *   lines of text ──────┤
 *   URL, title ─────────┘
 *
 * No date is better than a guess: the last rules ask for what the first ones need not. */
#ifndef STAGES_READ_STAMPS_INT_H
#define STAGES_READ_STAMPS_INT_H

#include "base/arena.h"
#include "formats/date/date.h"
#include "formats/html/html.h"

enum stamp_field {
	STAMP_NONE, /* a date without a word that says of what */
	STAMP_PUBLISHED,
	STAMP_UPDATED,
};

enum stamp_source {
	STAMP_JSONLD,
	STAMP_META,
	STAMP_MICRODATA,
	STAMP_TIME,    /* <time>, <abbr class=published> */
	STAMP_VISIBLE, /* text */
	STAMP_SCRIPT,  /* a member of an object in a script */
	STAMP_TITLE,
	STAMP_URL,
};

struct stamp_candidate {
	enum stamp_field field;
	enum stamp_source source;
	struct str key; /* "datePublished", "article:published_time", "time[datetime]", … */
	struct str raw; /* as it stands in the page */
	struct date_stamp stamp;
	uint32_t from, to;    /* source bytes; equal where the caller gave none */
	const char *rejected; /* why it cannot be; NULL when it can */
	/* where it stands, for the rules */
	uint32_t node;    /* HTML_NONE: none */
	uint32_t region;  /* REGION_* */
	uint8_t rank;     /* of its source: 0 as sure as it gets */
	bool is_labelled; /* a word in the text says what it is */
	bool is_alone;    /* little else stands in its line, or in the element around it */
	bool leads;       /* its line begins with it, or with a place and it */
	bool is_inner;    /* it stands in the headline, in an element of its own */
	bool by_class;    /* the field is that of a class name only */
	int64_t distance; /* bytes of text behind the headline's end; negative before its beginning; 0 in it */
};

enum {
	REGION_ASIDE = 1u << 0, /* related, recommended, navigation */
	REGION_COMMENT = 1u << 1,
	REGION_FOOTER = 1u << 2,
	REGION_DATE = 1u << 3, /* class or id says date */
	REGION_PUBLISHED = 1u << 4,
	REGION_UPDATED = 1u << 5,
	REGION_BYLINE = 1u << 6,  /* meta, byline, author */
	REGION_ARTICLE = 1u << 7, /* <article>, <main>, or a class that says so */
	REGION_OTHER = 1u << 8,   /* an <article> without the headline, while another one has it */
	REGION_HEADER = 1u << 9,  /* the smallest block that holds the headline and more */
	REGION_HIDDEN = 1u << 10,
	REGION_EVENT = 1u << 11,
	REGION_MARGIN = 1u << 12, /* aside, sidebar, footer: of the page, or of the article with its byline in it */
	REGION_HOLDER = 1u << 13, /* the article that holds the headline */
};

/* A date that the caller found in JSON-LD; `weak`: in a node that is no article. */
struct stamp_given {
	struct str key; /* datePublished, dateModified, dateCreated, uploadDate */
	struct str value;
	struct str url;      /* that the node gives for itself; empty: none */
	struct str headline; /* and its headline */
	bool weak;
	uint32_t from, to;
};

struct stamps_input {
	const struct html *h;
	struct str url;
	struct str language; /* the page's; empty: that of <html lang> */
	int64_t captured_ns; /* 0: unknown */
	const struct stamp_given *given;
	size_t n;
};

#define STAMP_CANDIDATES_MAX 512u

struct stamp_choice {
	size_t index;      /* of the candidate; SIZE_MAX: none */
	const char *rule;  /* "published/json-ld", …; why there is none, then */
	struct instant t;  /* the candidate's, with the zone of another one where that names the same minute */
	size_t zone_from;  /* index of that one; SIZE_MAX */
	bool disagreement; /* another source of the same field names another day */
	size_t dissent;    /* the first such one; SIZE_MAX */
};

struct stamps {
	struct stamp_candidate *items;
	size_t n;
	struct stamp_choice published;
	struct stamp_choice updated;
};

/* Never fails; results live in `a`, text borrows from the page. */
void stamps_read(struct arena *a, const struct stamps_input *in, struct stamps *ret);

/* "json-ld", "meta", … */
const char *stamp_source_name(enum stamp_source s);

/* Between the files of this part ------------------------------------------------------------------------------------
 */

struct stamping {
	struct arena *a;
	const struct stamps_input *in;
	const struct html *h;
	struct date_hints hints;
	struct stamps *out;
	struct str url;    /* the input's, without an archive's before it */
	uint32_t *region;  /* by node */
	uint32_t *at;      /* by node: bytes of visible text before it */
	uint32_t headline; /* node; HTML_NONE */
	struct str title;  /* the page's, and the headline's text: letters and digits only */
	struct str shown;
	uint32_t text_bytes; /* of the page */
	uint32_t pubdate;    /* number of that attribute's name */
};

/* Regions, text positions and the headline. */
void stamps_survey(struct stamping *s);
/* Is a headline with the address `url` that of another page? Only where both are there and neither is this page's. */
bool stamps_is_other(struct stamping *s, struct str headline, struct str url);
/* Does <a> `i` look like the headline of another page: some words, not a name? */
bool stamps_is_headline_link(const struct stamping *s, uint32_t i);
/* Adds a candidate, unless there is no stamp in it or there are too many. NULL then. */
struct stamp_candidate *stamps_add(struct stamping *s, const struct stamp_candidate *c);
void stamps_declared(struct stamping *s);
void stamps_visible(struct stamping *s);
void stamps_choose(struct stamping *s);

#endif
