/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the WARC reader: the stored file as a stream of members, and what turns header bytes into records.
 *
 *   source -> in (window of stored bytes) -> member (gzip member, zstd frame, or the whole plain file) -> view
 *
 * The view is what has been uncompressed and not eaten. For plain files it is the window itself. */
#ifndef FORMATS_WARC_INT_H
#define FORMATS_WARC_INT_H

#define ZLIB_CONST
#include <zlib.h>

#include "formats/warc/warc.h"

struct libdeflate_decompressor;
struct ZSTD_DCtx_s;

#define NO_KEEP SIZE_MAX
#define ARC_LINE_MAX (CAP_URL + 4u * KIB) /* a URL and the fields behind it */

struct stored {
	struct source *src;
	enum warc_storage storage;
	bool detected;

	uint8_t *in; /* CAP_WARC_WINDOW bytes, used [rd, wr) */
	size_t rd;
	size_t wr;
	size_t keep;    /* where the member at work begins in `in`, or NO_KEEP: resync goes back to it */
	uint64_t in_at; /* offset in the file of in[0] */
	bool eof;

	uint8_t *out; /* CAP_WARC_WINDOW bytes, used [ord, owr); NULL for plain files */
	size_t ord;
	size_t owr;
	uint64_t pos; /* of the view's first byte in the uncompressed stream */

	bool open;      /* the member has more to give */
	bool failed;    /* its decoder has said no; bytes before that have been given */
	bool broken;    /* stands inside damaged compression: only stored_search() helps */
	bool no_sum;    /* a zstd frame without checksum or size was seen */
	uint64_t m_in;  /* where the member begins in the file */
	uint64_t m_out; /* and in the uncompressed stream */
	uint64_t m_end; /* where it ended in the file, once it is not open */
	uint64_t spent; /* stored bytes looked at again by searches */

	struct libdeflate_decompressor *whole;
	z_stream z;
	bool z_ready;
	struct ZSTD_DCtx_s *zstd;
};

void stored_init(struct stored *s, struct source *src);
void stored_clear(struct stored *s);
/* Finds out how the file is stored. */
MUST_USE rc stored_detect(struct stored *s, struct err *e);
struct str stored_view(const struct stored *s);
void stored_eat(struct stored *s, size_t n);
/* Opens the next member. OK · E_NOTFOUND the end of the file · E_FORMAT there is none here. */
MUST_USE rc stored_open(struct stored *s, struct err *e);
/* Adds bytes of the open member to the view; *ret_got is false at its end. E_FORMAT when it is damaged or cut short. */
MUST_USE rc stored_more(struct stored *s, bool *ret_got, struct err *e);
/* Makes the view n bytes long (at most CAP_WARC_WINDOW / 2) if the file has them, across members. */
MUST_USE rc stored_want(struct stored *s, size_t n, struct err *e);
/* Offset in the file of the next byte that the decoder will take. */
uint64_t stored_at(const struct stored *s);
/* From inside damage to the next member that begins with a record. E_NOTFOUND when there is none. */
MUST_USE rc stored_search(struct stored *s, bool arc_ok, struct err *e);

/* True when a record of either format begins here; `s` may be cut off anywhere behind its first line. */
bool warc_begins(struct str s);
bool arc_begins(struct str s);

/* Parses a WARC header (empty line included) into `ret`; its bytes are copied to `a`. */
MUST_USE rc warc_head_parse(struct arena *a, struct str head, uint64_t at, struct warc_record *ret, struct err *e);
/* The same for an ARC URL record line. *ret_length_ok is false when the length is no number. */
MUST_USE rc arc_line_parse(
	struct arena *a, struct str line, uint64_t at, struct warc_record *ret, bool *ret_length_ok, struct err *e);

#endif
