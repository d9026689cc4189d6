/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the article out of a page: its blocks and its fields, each tied to the bytes that it was read from. All that
 * was not chosen is kept beside it: candidates that lost, with their source, and blocks that were dropped, with the
 * reason. What is not in the page stays unknown.
 *
 *   bytes ─► text_decode ─► html_parse ─► page (features of each node) ─┬─► fields: candidates ─► chosen, by a rule
 *                                                                       └─► body: proposals ─► one of them ─► blocks
 *
 * The result depends on the input alone: not on the compiler, the locale, the time zone or the day. */
#ifndef STAGES_READ_H
#define STAGES_READ_H

#include "base/err.h"
#include "base/time.h"
#include "io/archive/archive.h"

struct arena;
struct buf;
struct text_codecs;

#define READ_VERSION "4" /* changes when the same page may be read differently */

enum article_field {
	ARTICLE_URL, /* canonical, as the page says; else where it was found */
	ARTICLE_TITLE,
	ARTICLE_AUTHOR, /* may be several */
	ARTICLE_AGENCY, /* whose wire copy it is */
	ARTICLE_PUBLISHED,
	ARTICLE_UPDATED,
	ARTICLE_LANGUAGE,
	ARTICLE_SITE,
	ARTICLE_SECTION,
	ARTICLE_STUB, /* "true": only a part is shown, the rest is behind a paywall or login */
	ARTICLE_LIVE, /* "true": a live blog */
	ARTICLE_FIELDS,
};

/* "title", "published", … */
const char *article_field_name(enum article_field f);

/* Bytes of the page as served. */
struct byte_range {
	uint64_t from;
	uint64_t to; /* from == to: unknown, or not in the page */
};

struct article_evidence {
	enum article_field field;
	struct str value;    /* as it is used: stamps in ISO 8601, in their own precision and zone */
	struct str from;     /* "json-ld datePublished", "meta article:published_time", "time[datetime]", … */
	struct str raw;      /* as it stands in the page, when that is something else */
	struct str zone;     /* of stamps: how the zone is known, as date_zone_name() says; else empty */
	struct str rejected; /* why it cannot be the field's; empty: it can */
	struct byte_range range;
	bool chosen;
};

/* How a field was decided. */
struct article_choice {
	struct str rule; /* name of the rule; empty when nothing was chosen */
	bool disputed;   /* sources that count for this field say something else */
};

enum block_kind {
	BLOCK_PARAGRAPH,
	BLOCK_HEADLINE,
	BLOCK_STANDFIRST,
	BLOCK_HEADING, /* inside the body */
	BLOCK_LIST,    /* one item */
	BLOCK_QUOTE,   /* a quotation set apart */
	BLOCK_PRE,
	BLOCK_TABLE, /* one row, cells divided by tabs */
	BLOCK_CAPTION,
	BLOCK_CORRECTION, /* a correction, clarification or editor's note */
	BLOCK_WIRE,       /* the credit of an agency */
	BLOCK_ROLE,       /* "Reporting by …; editing by …" */
	BLOCK_LIVE,       /* begins an entry of a live blog; its stamp is in `stamp` */
	BLOCK_BYLINE,
	BLOCK_OTHER, /* only of dropped blocks */
	BLOCK_KINDS,
};

/* "paragraph", … */
const char *block_kind_name(enum block_kind k);

struct article_block {
	enum block_kind kind;
	uint8_t level; /* of headings 1..6, of list items their depth */
	struct str text;
	struct str stamp;  /* BLOCK_LIVE: ISO 8601 */
	struct str reason; /* why it was dropped; empty for blocks that are kept */
	struct byte_range range;
};

struct article {
	struct str encoding;      /* that the page was decoded from */
	struct str encoding_from; /* why that one */
	struct str version;       /* READ_VERSION of the reader */
	struct str text;          /* paragraphs, headings, items, quotations and rows, joined by newlines */
	struct article_evidence *evidence;
	size_t n;
	struct article_choice choice[ARTICLE_FIELDS];
	struct article_block *blocks; /* kept, in the order of reading */
	size_t nblocks;
	struct article_block *dropped;
	size_t ndropped;
};

/* The chosen value; for authors the first. Empty when unknown. */
struct str article_get(const struct article *a, enum article_field f);
/* True when a block of this kind belongs to `text`. */
bool block_is_text(enum block_kind k);

struct read_input {
	struct str bytes;        /* the content, at most CAP_HTML of it */
	struct str url;          /* where it was found; may be empty */
	struct str content_type; /* as declared; may be empty */
	int64_t captured_ns;     /* stamps more than a day after it are not believed; 0: unknown */
};

/* Never fails: a page without an article gives an empty one. Results live in `a`. */
void read_article(struct arena *a, struct text_codecs *c, const struct read_input *in, struct article *ret);

/* One JSON object and a newline: url, title, text, authors, agency, published, updated, language, site, section, stub,
 * live, blocks, dropped, fields (each with its rule and candidates), encoding, reader.   docs/formats/article.md */
void read_json(struct buf *b, const struct article *a);
/* Title, byline and text, for people: plain, or as Markdown (CommonMark). */
void read_text(struct buf *b, const struct article *a, bool markdown);

/* A flat form, for the way out of the worker and for the catalog. Decoding refuses what encoding does not write; text
 * borrows from the bytes. OK · E_FORMAT. */
void article_encode(struct buf *b, const struct article *a);
MUST_USE rc article_decode(struct arena *a, struct str bytes, struct article *ret, struct err *e);

/* Reading in a sandboxed worker, from one open file: a WARC file of an archive, or a saved page. One request at a time,
 * or ask now and take the answer later, so that several workers can be kept busy. */
struct read_worker;
MUST_USE rc read_worker_new(int fd, struct read_worker **ret, struct err *e);
void read_worker_free(struct read_worker *w);
struct read_request {
	uint64_t offset; /* in the file */
	uint64_t length;
	bool is_record;          /* a WARC record begins there; else the page itself */
	struct str url;          /* of the page */
	struct str content_type; /* of the page; for records their own counts */
	int64_t captured_ns;
};
MUST_USE rc read_worker_ask(struct read_worker *w, const struct read_request *q, struct err *e);
/* The encoded article into `ret`. OK · E_NOTFOUND nothing there that is a page · E_LIMIT and others of the worker,
 * which then has been replaced. */
MUST_USE rc read_worker_take(struct read_worker *w, struct buf *ret, struct err *e);

/* True for media types that are pages. */
bool read_is_page(struct str media_type);

#endif
