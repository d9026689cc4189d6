/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of stages/capture: the keeper (parent's side) and the scan (worker's side). */
#ifndef STAGES_CAPTURE_INT_H
#define STAGES_CAPTURE_INT_H

#include "base/arena.h"
#include "base/buf.h"
#include "formats/message/message.h"
#include "formats/warc/warc.h"
#include "io/fs/fs.h"
#include "io/sandbox/sandbox.h"
#include "stages/capture/capture.h"

/* Collects finished captures and keeps them together: sync of warc/, frames, sync of records/, report. */
struct keeper {
	struct archive *ar;
	struct capture_out *out;
	struct arena batch;
	struct kept_one *items;
	size_t n;
	uint64_t bytes;
};
/* Borrows both. Clear with keeper_clear(), which lets go what was not flushed. */
void keeper_init(struct keeper *k, struct archive *ar, struct capture_out *out);
void keeper_clear(struct keeper *k);
/* `r` is copied. `span` may be NULL. Flushes when the batch is large. OK · as keeper_flush(). */
MUST_USE rc keeper_add(struct keeper *k, const struct record *r, const struct archive_span *span, struct err *e);
/* Nothing of the batch is kept before this. After an error the archive is used up.
 * OK · E_LIMIT a record over CAP_RECORD · E_IO · what out->kept gave. */
MUST_USE rc keeper_flush(struct keeper *k, struct err *e);

/* Begins a span, with a warcinfo record when the file is new. `tool` is what warcinfo's software says.
 * OK · E_LIMIT · E_IO. */
MUST_USE rc span_begin(struct archive *ar, struct arena *a, struct str tool, struct err *e);
/* Adds the fields that say where the bytes are: warc.file, .offset, .length, .sha256. */
void record_add_span(struct arena *a, struct record *r, const struct archive_span *span);
/* A fresh record key. OK · E_IO no random numbers. */
MUST_USE rc new_key(struct env *env, uint8_t ret[RECORD_KEY_SIZE], struct err *e);
/* "2018-11-15T07:25:00Z" */
struct str utc_now(struct arena *a, struct env *env);

/* Keys of the two trees of one capture. */
struct tree_keys {
	struct hash body;
	struct hash headers;
};
struct tree_keys tree_keys_of(const uint8_t key[RECORD_KEY_SIZE]);

/* Worker: one message into fields (digests, trees, status, type, quirks). */
struct analysis;
/* Free with analysis_free(). */
struct analysis *analysis_new(void);
void analysis_free(struct analysis *an);
/* The block goes in piece by piece; then the fields are added to `ret`. All of it lives in `a`. */
void analysis_begin(struct analysis *an, struct arena *a, enum message_kind kind, struct str content_type,
	const struct tree_keys *keys);
/* After analysis_begin: digests that a header declares, to be compared; empty texts for none. */
void analysis_declare(struct analysis *an, struct str block, struct str payload);
/* A piece of the block. OK · E_LIMIT. */
MUST_USE rc analysis_push(struct analysis *an, struct str piece, struct err *e);
/* Adds what was found to `ret`, which was begun. Damage is a quirk in it. OK · E_LIMIT. */
MUST_USE rc analysis_end(struct analysis *an, struct record *ret, struct err *e);
/* Names of the fields that analysis_end() gives: what a parent may take from a worker. */
extern const char *const ANALYSIS_FIELDS[];
extern const size_t ANALYSIS_FIELDS_N;

/* Worker: the rest of a WARC record's block through an analysis; begin alone when something else pulls the block.
 * OK · E_FORMAT the record is damaged · E_LIMIT · E_IO. */
void analyse_begin_record(
	struct analysis *an, struct arena *a, const struct warc_record *rec, const struct tree_keys *keys);
MUST_USE rc analyse_record(struct analysis *an, struct arena *a, struct warc_reader *w, const struct warc_record *rec,
	const struct tree_keys *keys, struct record *ret, struct err *e);

/* Worker: fields of one WARC record's header: url, warc.type, warc.id, time, ip, truncated, … */
void warc_record_fields(struct arena *a, const struct warc_record *rec, struct record *ret);
/* True for the types that are captures of their own: response, resource, revisit, conversion. */
bool is_capture(enum warc_type t);

/* Parent: a whole message through a capture_worker: `head` and then `length` bytes of `body`. `ret` (fields of
 * analysis_end, checked against our own SHA-256 of the block) lives in `a`.
 * OK · E_VERIFY the worker's digest is another · E_NOTFOUND the file ends before · E_FORMAT and E_LIMIT of the worker ·
 * E_IO. */
MUST_USE rc analyse_message(struct capture_worker *w, struct arena *a, enum message_kind kind, struct str content_type,
	const struct tree_keys *keys, struct str head, int body, uint64_t length, struct record *ret, struct err *e);
/* Parent: where a served link leads from `base`, serialised, in `a`. OK · E_FORMAT · E_DENIED neither http nor https ·
 * as sandbox_ask(). */
MUST_USE rc analyse_link(
	struct capture_worker *w, struct arena *a, struct str base, struct str link, struct str *ret, struct err *e);
/* Parent: copies the fields of that list which `from` has. */
void take_fields(struct arena *a, struct record *to, const struct record *from, const char *const *names, size_t n);

/* Writes a WARC record whose block is `head` and then `length` bytes of `body` (a descriptor, from its start).
 * OK · E_LIMIT · E_IO. */
MUST_USE rc write_record(
	struct archive *ar, struct str warc_head, struct str head, int body, uint64_t length, struct err *e);

/* A kept capture that is read again, in a worker: where it lies, and what is wanted of it. */
struct again {
	struct archive_span span; /* from the main record to the end of the capture */
	uint64_t start;           /* check: where the capture begins */
	bool fetched;             /* check: the records beside the main one are ours */
	struct tree_keys keys;    /* check */
	enum capture_part part;   /* cat */
};
/* Fills in the span and opens its file. OK · as capture_locate() · as fs_open(). */
MUST_USE rc again_open(struct archive *ar, const struct record *r, struct again *ret, int *ret_fd, struct err *e);

/* Worker: records from there on; one at a time in `rec`. */
struct reading {
	struct fs_source source;
	struct warc_reader *reader;
	struct arena a;
	struct warc_record rec;
};
void reading_open(struct reading *r, int fd, uint64_t offset, uint64_t length);
void reading_clear(struct reading *r);

/* Where an import's worker begins: all zeros is the front of the file. After one has died the next begins at the last
 * record that was told, reads past what was told from there on, and past the record that its forerunner died of. */
struct scan_from {
	uint64_t offset; /* of a record, or of the member that it lies in */
	uint64_t told;   /* records and stretches of damage from there on that the parent has heard of */
	const char *why; /* how the forerunner died; NULL: there was none */
	uint64_t size;   /* of the file */
};

/* Frames of an import's worker. */
enum scan_frame {
	SCAN_KEYS = 1, /* both ways: empty asks, n × struct tree_keys answers */
	SCAN_HEAD,     /* a record begins: u8 joins the capture before it */
	SCAN_DATA,     /* bytes for warc/ */
	SCAN_CAPTURE, /* record_encode: fields of a capture; copy.offset and copy.length when its bytes are to be copied
		       */
	SCAN_OTHER,   /* the same for a record that is no capture */
	SCAN_BAD,     /* u64 offset ‖ message: damage, or what a worker died of */
	SCAN_INFO,    /* software that a warcinfo record names; empty for none */
	SCAN_END,
};
#define SCAN_KEYS_BATCH 64u
#define SCAN_INFO_MAX 1024u
/* `ctx` is a struct scan_from. */
MUST_USE rc scan_run(void *ctx, struct sandbox_io *io, struct err *e);

#endif
