/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the article out of a page: title, authors, stamps, language and text, each with where it was found.
 * Candidates that were not chosen are kept: that sources disagree is itself a finding. What is not in the page stays
 * unknown.
 *
 *   bytes ─► text_decode ─► html_parse ─► candidates (JSON-LD, meta, microdata, <time>, headings) ─► chosen fields
 *                                └──────► paragraphs ─► text */
#ifndef STAGES_READ_H
#define STAGES_READ_H

#include "base/err.h"
#include "base/time.h"
#include "io/archive/archive.h"

struct arena;
struct buf;
struct text_codecs;

enum article_field {
	ARTICLE_URL,
	ARTICLE_TITLE,
	ARTICLE_AUTHOR,
	ARTICLE_PUBLISHED,
	ARTICLE_UPDATED,
	ARTICLE_LANGUAGE,
	ARTICLE_SITE,
	ARTICLE_FIELDS,
};

/* "title", "published", … */
const char *article_field_name(enum article_field f);

struct article_evidence {
	enum article_field field;
	struct str value; /* as it is used: stamps in ISO 8601, in their own precision and zone */
	struct str from;  /* "json-ld datePublished", "meta article:published_time", "time[datetime]", … */
	struct str raw;   /* as it stands in the page, when that is something else */
	bool chosen;
};

struct article {
	struct str encoding;      /* that the page was decoded from */
	struct str encoding_from; /* why that one */
	struct str text;          /* paragraphs joined by newlines */
	struct article_evidence *evidence;
	size_t n;
};

/* The chosen value; for authors the first. Empty when unknown. */
struct str article_get(const struct article *a, enum article_field f);

struct read_input {
	struct str bytes;        /* the content, at most CAP_HTML of it */
	struct str url;          /* where it was found; may be empty */
	struct str content_type; /* as declared; may be empty */
	int64_t captured_ns;     /* stamps more than a day after it are not believed; 0: unknown */
};

/* Never fails: a page without an article gives an empty one. Results live in `a`. */
void read_article(struct arena *a, struct text_codecs *c, const struct read_input *in, struct article *ret);

/* One JSON object and a newline: url, title, text, authors, published, updated, language, site, encoding, evidence. */
void read_json(struct buf *b, const struct article *a);

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
