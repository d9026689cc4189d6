/* SPDX-License-Identifier: Apache-2.0 */
/* Reading web archives, WARC 0.17 to 1.1 and ARC 1.0 and 1.1, plain, gzipped (by record or whole) or zstd; and writing
 * WARC 1.1, one gzip member a record.
 *
 * A reader pulls bytes from a source and never holds more than its window, however large the file or record:
 *
 *     while ((r = warc_next(w, a, &rec, e)) == OK) {
 *             while ((r = warc_block(w, &piece, e)) == OK) ...
 *             warc_end(w, a, &end, e);        // where it lay in the file, what was odd about it
 *             arena_reset(a);
 *     }
 *
 * After E_FORMAT the reader stands at the damage; warc_resync() finds the next record, so that one bad record does not
 * cost the others. ARC records are given as WARC records with the fields that fit and `arc` set.
 *
 * WARC 1.1 (iipc.github.io/warc-specifications), WARC 1.1 annotated, zstd: "warc-zstd", ARC: IA's ArcFileFormat. */
#ifndef FORMATS_WARC_H
#define FORMATS_WARC_H

#include "base/err.h"
#include "base/hash.h"
#include "base/quirk.h"
#include "base/str.h"
#include "base/time.h"

struct arena;
struct buf;
struct sink;
struct source;

enum warc_type {
	WARC_OTHER, /* a type that the standard does not know: skipped by readers */
	WARC_WARCINFO,
	WARC_RESPONSE,
	WARC_RESOURCE,
	WARC_REQUEST,
	WARC_METADATA,
	WARC_REVISIT,
	WARC_CONVERSION,
	WARC_CONTINUATION,
};

enum warc_storage {
	WARC_PLAIN,
	WARC_GZIP,
	WARC_ZSTD,
};

struct warc_field {
	struct str name;
	struct str value; /* trimmed, folded lines joined */
};

struct warc_record {
	enum warc_type type;
	struct str type_name; /* as written */
	struct str version;   /* "WARC/1.0", "ARC/1" */
	bool arc;
	struct str id;           /* WARC-Record-ID without < >; empty for ARC */
	struct str target_uri;   /* without < >, as written otherwise */
	struct str date_text;    /* as written */
	struct instant date;     /* PRECISION_NONE when unreadable */
	struct str content_type; /* of the block */
	struct str truncated;    /* "length", "time", "disconnect", "unspecified"; empty: whole. WARC 1.1 §5.13 */
	uint64_t length;         /* of the block */
	struct warc_field *fields;
	size_t nfields;
	struct str head;      /* the header's own bytes, its empty line included */
	uint64_t offset;      /* in the file: where the stored record or its member begins */
	uint64_t inner;       /* in the uncompressed stream: where its header begins */
	struct quirks quirks; /* offsets in the uncompressed stream */
};

/* Where a record lay and how. */
struct warc_end {
	uint64_t offset;
	uint64_t length;      /* stored bytes from offset to the end of the record (of its member, when compressed) */
	bool own_member;      /* those bytes are whole gzip members that hold this record and nothing else: they can be
			       * copied into another .warc.gz as they are */
	struct quirks quirks; /* found while reading the block and after it */
};

struct warc_reader;

/* A reader over `src`, which must outlive it. Storage is found from the first bytes. Free with warc_reader_free(). */
struct warc_reader *warc_reader_new(struct source *src);
void warc_reader_free(struct warc_reader *w);
enum warc_storage warc_reader_storage(const struct warc_reader *w);

/* Reads the next record's header, skipping what is left of the last one. `ret` lives in `a`.
 * OK · E_NOTFOUND the end of the file · E_FORMAT this is no record (see warc_resync) · E_LIMIT a header over
 * CAP_WARC_HEAD or CAP_WARC_FIELDS (warc_resync helps) · E_UNSUPPORTED · what the source said.   WARC 1.1 §4-5 */
MUST_USE rc warc_next(struct warc_reader *w, struct arena *a, struct warc_record *ret, struct err *e);

/* The next piece of the block, borrowed until the next call. OK · E_NOTFOUND the block has ended · E_FORMAT it was cut
 * short or its compression is broken. */
MUST_USE rc warc_block(struct warc_reader *w, struct str *ret, struct err *e);

/* Skips what is left of the block and reads the record's end. OK · E_FORMAT as warc_block. */
MUST_USE rc warc_end(struct warc_reader *w, struct arena *a, struct warc_end *ret, struct err *e);

/* After an error: goes on to the next place where a record can begin. *ret_from and *ret_to are the stored bytes passed
 * over. OK · E_NOTFOUND there is none · what the source said. */
MUST_USE rc warc_resync(struct warc_reader *w, uint64_t *ret_from, uint64_t *ret_to, struct err *e);

/* Value of the first field of that name (any case), or empty. */
struct str warc_get(const struct warc_record *r, const char *name);

/* A digest as headers have it: "sha1:BASE32", "sha256:hex", any case, base16, 32 or 64 told apart by length.
 * OK · E_FORMAT · E_UNSUPPORTED an algorithm that we do not compute. */
struct warc_digest {
	enum digest_alg alg;
	uint8_t bytes[DIGEST_MAX];
};
MUST_USE rc warc_digest_parse(struct str s, struct warc_digest *ret, struct err *e);

/* Writing. The header is built in a buf, field by field, in the order given. */
void warc_head_begin(struct buf *b, enum warc_type type);
/* Values are written as they are; line breaks in them become spaces. Empty values are left out. */
void warc_head_field(struct buf *b, const char *name, struct str value);
/* Adds Content-Length and the empty line. E_LIMIT when over CAP_WARC_HEAD. */
MUST_USE rc warc_head_end(struct buf *b, uint64_t block_length, struct err *e);

/* Writes one record as one gzip member: head, `length` bytes of `block`, CRLF CRLF. Deterministic: no time, no name in
 * the gzip header. Adds the stored length to *ret_stored. `level` 1..9 (6 is usual). OK · E_FORMAT the block ended
 * before `length` bytes · what source or sink said. */
MUST_USE rc warc_write(struct sink *to, struct str head, struct source *block, uint64_t length, int level,
	uint64_t *ret_stored, struct err *e);

/* "<urn:uuid:…>" (RFC 4122 version 4) from 16 random bytes. */
struct str warc_new_id(struct arena *a, const uint8_t random[16]);

#endif
