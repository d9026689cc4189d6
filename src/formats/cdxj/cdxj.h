/* SPDX-License-Identifier: Apache-2.0 */
/* CDXJ, the index that replay tools search: one line a capture, sorted bytewise.
 *
 *   com,example)/path 20181115072500 {"url": "…", "mime": "…", "status": "200", "digest": "…", "length": "…",
 *                                     "offset": "…", "filename": "…"}
 *
 * Written byte for byte as the reference implementation (cdxj-indexer) does: values are strings, ": " and ", " between,
 * everything outside ASCII escaped. Read more widely: integers and 17 digits of time too.   CDXJ 1.0 (WACZ 1.1.1 §5) */
#ifndef FORMATS_CDXJ_H
#define FORMATS_CDXJ_H

#include "base/err.h"
#include "base/str.h"
#include "base/time.h"

struct arena;
struct buf;
struct source;

struct cdxj_entry {
	struct str key; /* SURT */
	struct instant time;
	struct str url;
	struct str mime;   /* empty: left out */
	struct str status; /* empty: left out */
	struct str digest;
	struct str length;
	struct str offset;
	struct str filename;
};

/* Appends the line with its newline. */
void cdxj_line(struct buf *b, const struct cdxj_entry *e);

/* Reads a line (without its newline). Unknown members are passed over. Text lives in `a`.
 * OK · E_FORMAT · E_LIMIT over CAP_CDXJ_LINE. */
MUST_USE rc cdxj_parse(struct arena *a, struct str line, struct cdxj_entry *ret, struct err *e);

struct cdxj_out {
	/* One line, newline included; borrowed. */
	rc (*line)(struct cdxj_out *o, struct str line, struct err *e);
	/* A record that cannot be indexed; the next one is. */
	rc (*bad)(struct cdxj_out *o, uint64_t offset, const struct err *why, struct err *e);
};
/* Indexes the captures of a WARC or ARC file, in its own order: response, revisit and resource records, and metadata
 * that is not application/warc-fields. A payload without a declared digest gets a SHA-1 of its own. OK · what the
 * source or `out` said. */
MUST_USE rc cdxj_index(struct source *src, struct str filename, struct cdxj_out *out, struct err *e);

#endif
