/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of app/pipeline. */
#ifndef APP_PIPELINE_INT_H
#define APP_PIPELINE_INT_H

#include "app/pipeline/pipeline.h"
#include "base/arena.h"
#include "base/buf.h"
#include "io/signer/signer.h"

struct sandbox;

struct pipeline {
	struct capture_out out; /* first: kept() gets back to the pipeline */
	struct arena run;
	struct env *env;
	const char *path;
	struct pipeline_ui *ui;
	struct archive *ar;
	struct signer *signer; /* NULL when opened for reading */
	struct note_key key;
	struct seal *seal;
	struct catalog *catalog; /* NULL: damaged, and said so; or not asked for yet */
	bool catalog_tried;
	bool in_batch; /* a catalog transaction is open */
	uint64_t added;
	unsigned jobs;
	const char *what;      /* being imported, for progress */
	struct sandbox *keyer; /* NULL when opened for reading */
	bool fetching;         /* there are threads: no process is forked */
};

/* The row of a record. E_NOTFOUND for a record that is no capture. Text borrows from the record or lives in `a`. */
MUST_USE rc pipeline_row(struct pipeline *p, struct arena *a, const struct frame *f, const struct record *r,
	struct catalog_row *ret, struct err *e);

/* url_key() of a URL from outside, by a worker; the URL itself when that cannot be had. In `a`, or `url`. */
struct str keyer_key(struct pipeline *p, struct arena *a, struct str url);
MUST_USE rc keyer_open(struct pipeline *p, struct err *e);
void keyer_close(struct pipeline *p);

/* What a frame says that is no record. OK · as leaf_parse() and leaf_body_parse(). Borrows from the frame. */
MUST_USE rc token_of(struct arena *a, const struct frame *f, struct pipeline_token *ret, struct err *e);
/* The entry that a row of the catalog names, proven to be in the log; `body` owns what `ret` borrows. OK · E_VERIFY ·
 * E_IO. */
MUST_USE rc token_read(struct pipeline *p, const struct catalog_token *row, struct arena *a, struct buf *body,
	struct pipeline_token *ret, struct err *e);
/* All rows of tokens, in `a`. OK · E_FORMAT the catalog cannot be used · E_BUSY · E_IO. */
MUST_USE rc token_rows(struct pipeline *p, struct arena *a, struct catalog_token **ret, size_t *ret_n, struct err *e);
/* "cosig", "policy", …: struct catalog_token. */
struct str token_word(const struct leaf *leaf);
/* A catalog that cannot be used costs the listing, not the archive: said once, and made up for by the next command. */
void drop_catalog(struct pipeline *p, const struct err *why);

/* Adds a row to the catalog, if there is one, in a transaction that catalog_done() ends. */
MUST_USE rc catalog_add(struct pipeline *p, const struct catalog_row *row, struct err *e);
MUST_USE rc catalog_add_token(struct pipeline *p, const struct catalog_token *t, struct err *e);
MUST_USE rc catalog_done(struct pipeline *p, struct err *e);
/* Rows for frames that the catalog has not seen. E_VERIFY a damaged one: those before it have their rows. */
MUST_USE rc catalog_catch_up(struct pipeline *p, struct err *e);
/* True when there are frames that it has not seen. */
MUST_USE rc catalog_is_behind(struct pipeline *p, bool *ret, struct err *e);

#endif
