/* SPDX-License-Identifier: Apache-2.0 */
/* catalog.db: what lists and finds captures quickly. A cache: every row can be made again from records/, warc/ and
 * log/, and nothing is believed because it stands here. The only code with SQL; every value is a bound parameter. */
#ifndef IO_CATALOG_H
#define IO_CATALOG_H

#include "base/err.h"
#include "base/hash.h"
#include "base/time.h"
#include "io/archive/archive.h"

struct arena;
struct catalog;

/* One capture. Text in a row that is handed out lives until the next row. */
struct catalog_row {
	uint64_t index;  /* of its log entry */
	struct hash id;  /* record root */
	struct str kind; /* "capture", "import" */
	struct str url;
	struct str key;      /* url_key: what it is listed under */
	struct str final;    /* after redirects; empty when the same */
	struct instant time; /* of the capture, as claimed */
	unsigned status;     /* HTTP; 0: none */
	struct str mime;
	uint64_t length;    /* of the payload */
	struct str payload; /* "sha256:…" */
	struct str truncated;
	struct archive_ref ref;
	/* as read; empty until then */
	bool read;
	struct str title;
	struct str language;
	struct str published;
	struct str updated;
	struct str article; /* the encoded article */
};

/* In this file E_BUSY is another process that is writing, E_FORMAT a damaged database, E_IO any other failure of
 * SQLite. */

/* Opens it, or makes it when `write`. Close with catalog_close().
 * OK · E_FORMAT damaged or of another version: onrecord reindex makes it anew · E_BUSY · E_IO. */
MUST_USE rc catalog_open(const char *path, bool write, struct catalog **ret, struct err *e);
void catalog_close(struct catalog *c);

/* Changes are grouped between these; a row is not there for others before catalog_commit.
 * OK · E_BUSY · E_FORMAT · E_IO. */
MUST_USE rc catalog_begin(struct catalog *c, struct err *e);
MUST_USE rc catalog_commit(struct catalog *c, struct err *e);
/* Adds the row of that index, or replaces it. Its reading is not written; one that is there stays when the id is the
 * same, and is forgotten with a record that was another.
 * OK · E_BUSY · E_FORMAT · E_IO. */
MUST_USE rc catalog_put(struct catalog *c, const struct catalog_row *row, struct err *e);
/* Fills in the reading of a row; without that row does nothing. OK · E_BUSY · E_FORMAT · E_IO. */
MUST_USE rc catalog_put_reading(struct catalog *c, const struct catalog_row *row, struct err *e);
/* Log entries that the catalog has seen: records without a row count too. OK · E_BUSY · E_FORMAT · E_IO. */
MUST_USE rc catalog_seen(struct catalog *c, uint64_t *ret, struct err *e);
MUST_USE rc catalog_set_seen(struct catalog *c, uint64_t entries, struct err *e);

/* An entry of the log that is no record: where it is found. */
struct catalog_token {
	uint64_t index;
	struct str what; /* "rfc3161", "ots", "cosig", "chain", "policy", "key", "continues" */
	uint64_t size;   /* of the checkpoint that a token is about, else 0 */
	struct archive_ref ref;
};
MUST_USE rc catalog_put_token(struct catalog *c, const struct catalog_token *t, struct err *e);
/* All of them, in the order of the log, in `a`. OK · E_BUSY · E_FORMAT · E_IO. */
MUST_USE rc catalog_tokens(
	struct catalog *c, struct arena *a, struct catalog_token **ret, size_t *ret_n, struct err *e);

struct catalog_query {
	struct str key;    /* captures of this URL key only; empty: all */
	struct str id_hex; /* a prefix of the record id, ≥ 4 hex digits */
	struct str day;    /* with key: captured on or right before that ISO date or instant prefix; newest first */
	bool has_index;
	uint64_t index;
	bool unread;    /* text/html and the like that were never read */
	uint64_t from;  /* log index to begin at */
	uint64_t limit; /* 0: no limit */
};
struct catalog_visit {
	rc (*row)(struct catalog_visit *v, const struct catalog_row *row, struct err *e);
};
/* Calls `row` for each match: in the order of the log, or of time for one key.
 * OK · E_USAGE `day` is no date · E_BUSY · E_FORMAT · E_IO · what `row` gave. */
MUST_USE rc catalog_list(struct catalog *c, const struct catalog_query *q, struct catalog_visit *v, struct err *e);
/* A copy whose text lives in `a`. */
struct catalog_row catalog_row_dup(struct arena *a, const struct catalog_row *row);
/* The one match, copied into `a`. OK · E_NOTFOUND · E_EXISTS more than one · as catalog_list(). */
MUST_USE rc catalog_one(
	struct catalog *c, const struct catalog_query *q, struct arena *a, struct catalog_row *ret, struct err *e);

#endif
