/* SPDX-License-Identifier: Apache-2.0 */
/* The archive's folder and its two kinds of append-only file: warc/ (what was served) and records/ (what was done).
 * docs/formats/archive.md describes every byte.
 *
 *   records/000000000000.rec     frame 0 │ frame 1 │ …            named by the first index in it
 *   frame   "ORF1" kind:u32 index:u64 body:u64 warc-serial:u64 warc-end:u64 sha256:32 │ body
 *
 * Frame i is log entry i, so records/ is also the journal: a frame that is synced is "kept".
 *
 * Order for one or many captures: WARC bytes → archive_sync_warc → frames → archive_sync_records → "kept".
 * One writer at a time: flock(2) on the folder and on `format`, which both have to stay; readers need none. */
#ifndef IO_ARCHIVE_H
#define IO_ARCHIVE_H

#include "base/caps.h"
#include "base/env.h"
#include "base/hash.h"
#include "base/stream.h"

struct archive;
struct buf;
struct record;

#define ARCHIVE_FRAME_HEAD 72u
#define ARCHIVE_NAME 64u

enum frame_kind {
	FRAME_RECORD = 1, /* body: formats/record, K included */
	FRAME_LEAF = 2,   /* body: the public leaf text itself */
	FRAME_TOKEN = 3,  /* body: a public leaf, and what its hash is of: struct leaf_body */
};

/* Makes the folder and what every archive has. E_EXISTS when there is one. */
MUST_USE rc archive_create(struct env *env, const char *path, struct err *e);
/* True when `path` is an archive. */
bool archive_is(const char *path);
/* Opens one. With `write` takes the lock, and syncs the names that an earlier command may not have synced. OK ·
 * E_NOTFOUND no archive · E_BUSY · E_UNSUPPORTED a later format · E_IO. */
MUST_USE rc archive_open(struct env *env, const char *path, bool write, struct archive **ret, struct err *e);
void archive_close(struct archive *ar);
/* Before what must not be done by two: whether the lock still guards this archive. OK · E_BUSY, and it is used up. */
MUST_USE rc archive_lock_check(struct archive *ar, struct err *e);
int archive_dir(const struct archive *ar);
struct env *archive_env(const struct archive *ar);
/* The folder as the user gave it, for messages. */
const char *archive_path(const struct archive *ar);

/* Where a frame is. */
struct archive_ref {
	uint64_t index;
	uint64_t file; /* first index of its file */
	uint64_t offset;
};
struct frame {
	struct archive_ref ref;
	enum frame_kind kind;
	struct str body;
	/* what its head says of how far warc/ is covered; a copy for who reads heads alone, never believed */
	uint64_t warc_serial;
	uint64_t warc_end;
};
/* One capture's run of WARC bytes. */
struct archive_span {
	char file[ARCHIVE_NAME];
	uint64_t offset;
	uint64_t length;
	struct hash sha256; /* of the stored bytes */
};
/* The span that a record names; *ret_has is false when it names none. E_VERIFY: what it names makes no sense. */
MUST_USE rc archive_span_of(const struct record *r, bool *ret_has, struct archive_span *ret, struct err *e);

/* How far entries cover warc/. All zeros before the first span. */
struct archive_end {
	char file[ARCHIVE_NAME];
	uint64_t serial; /* of that file */
	uint64_t offset;
};
/* True when the span begins there: at that byte, or at the front of the next file. */
bool archive_end_meets(const struct archive_end *end, const struct archive_span *span);
void archive_end_move(struct archive_end *end, const struct archive_span *span);

/* What the log knows, for start-up. */
struct archive_log {
	uint64_t sealed; /* frames below it are entries that were signed */
	/* OK when `f`, whose index is below it, is that entry · E_VERIFY. NULL: nobody can tell */
	rc (*is_entry)(struct archive_log *l, const struct frame *f, struct err *e);
	/* OK when `f`, no record and behind them, is one that the log takes · E_VERIFY. NULL: it takes none */
	rc (*is_token)(struct archive_log *l, const struct frame *f, struct err *e);
};
/* What start-up found behind the last frame and moved into lost+found. */
struct archive_recovery {
	uint64_t frames; /* good frames: the next index */
	bool cut_records;
	bool cut_warc;
	/* the first frame that was moved although it is whole: code OK when there was none */
	struct err refused;
};
/* Needed before writing. Frames that are sealed must all be good, else E_VERIFY names the first bad one and nothing is
 * changed. Behind them only frames are kept whose record can be read, whose head says what the record says, and whose
 * span follows the one before it and has the recorded bytes; and tokens that
 * the log takes. All else, and what lies in warc/ behind the last span,
 * goes to lost+found. `log` is NULL when nothing is sealed. */
MUST_USE rc archive_recover(struct archive *ar, struct archive_log *log, struct archive_recovery *ret, struct err *e);

/* Begins a span; *ret_fresh when it is the first of a new file, which then wants a warcinfo record. E_IO also when the
 * archive is used up. */
MUST_USE rc archive_span_begin(struct archive *ar, bool *ret_fresh, struct err *e);
/* Where a span's bytes go. Borrowed. */
struct sink *archive_span_sink(struct archive *ar);
/* Name of the file of the running span, and the offset that the next byte gets. Borrowed until the next begin. */
const char *archive_span_file(const struct archive *ar);
uint64_t archive_span_at(const struct archive *ar);
/* Remembers this place (one at a time), or goes back to it: what was added since was never kept. */
void archive_span_mark(struct archive *ar);
MUST_USE rc archive_span_back(struct archive *ar, struct err *e);
void archive_span_end(struct archive *ar, struct archive_span *ret);
/* Takes back the running span. Does nothing when none runs. */
MUST_USE rc archive_span_abort(struct archive *ar, struct err *e);
/* After a failure: takes back all of warc/ that no frame covers, the running span and those that have ended. When it
 * cannot, nothing more is added until the archive is opened again, which moves them to lost+found. */
void archive_take_back(struct archive *ar);
/* After a failure in the midst of frames: nothing more is added until the archive is opened again. */
void archive_use_up(struct archive *ar);

/* Appends a frame; `span` is its run of WARC bytes, NULL when it has none. Frames are added in the order of their
 * spans; after an error, or out of that order, the archive is used up. Not kept before archive_sync_records() returned
 * OK, and archive_sync_warc() comes before this. */
MUST_USE rc archive_frame_add(struct archive *ar, enum frame_kind kind, struct str body,
	const struct archive_span *span, struct archive_ref *ret, struct err *e);
MUST_USE rc archive_sync_warc(struct archive *ar, struct err *e);
MUST_USE rc archive_sync_records(struct archive *ar, struct err *e);

/* Reads frames in order. `ret` borrows from the scan until the next call. */
struct archive_scan;
MUST_USE rc archive_scan_new(struct archive *ar, uint64_t from_index, struct archive_scan **ret, struct err *e);
/* OK · E_NOTFOUND the end · E_VERIFY a frame is damaged or cut short (message has file and byte) · E_IO. */
MUST_USE rc archive_scan_next(struct archive_scan *s, struct frame *ret, struct err *e);
/* After E_VERIFY: whether the damage is in the last file, so that it may be a frame that was not written whole. */
bool archive_scan_at_tail(const struct archive_scan *s);
void archive_scan_free(struct archive_scan *s);
/* One frame, checked; the body goes into `body`. */
MUST_USE rc archive_frame_read(
	struct archive *ar, struct archive_ref ref, struct buf *body, struct frame *ret, struct err *e);

/* "records/000000000000.rec" of a file that begins at that index. */
void archive_rec_path(struct buf *b, uint64_t first_index);
/* The serial in the name of a WARC file of ours ("onrecord-20261124152021-00001.warc.gz"); 0 for any other name. */
uint64_t archive_warc_serial(struct str name);

#endif
