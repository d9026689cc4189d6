/* SPDX-License-Identifier: Apache-2.0 */
/* Capturing: from a URL, a web archive or a file to WARC bytes in warc/ and a record of what was done in records/.
 *
 *   source ─► sandboxed worker: parse, digest, tree ─► fields ─┐
 *      └────► bytes as they are ─────────────► warc/ span ─────┴─► record ─► frame: "kept"
 *
 * Outside bytes, served Locations included, are parsed in a worker only; this side copies, hashes and syncs. (TLS and
 * HTTP framing are libcurl's, in this process: SECURITY.md.) docs/formats/captures.md lists the
 * fields. Captures are kept in batches: one sync of warc/, one of records/, then each is reported through capture_out.
 */
#ifndef STAGES_CAPTURE_H
#define STAGES_CAPTURE_H

#include "base/env.h"
#include "formats/record/record.h"
#include "io/archive/archive.h"

struct sink;

struct capture_out {
	/* A record is kept: on disk and synced. `f` and `r` are borrowed for the call. What it returns ends the
	 * capture. */
	rc (*kept)(struct capture_out *o, const struct frame *f, const struct record *r, struct err *e);
	/* Something of the input could not be kept; the rest goes on. `e` has file and offset. */
	void (*trouble)(struct capture_out *o, const struct err *e);
	/* `done` of `total` bytes. May be NULL. */
	void (*progress)(struct capture_out *o, uint64_t done, uint64_t total);
};

/* What is said about where a file came from. Empty texts are left out of the record. */
struct capture_source {
	struct str name; /* as the user gave it */
	struct str tool; /* "onrecord/0.1.0" */
};

struct capture_counts {
	uint64_t captures;
	uint64_t records; /* of the imported archive */
	uint64_t bad;     /* of them, or stretches of bytes between them */
};

/* Imports a WARC or ARC file from an open read-only descriptor. Members that hold one record are copied bit by bit;
 * everything else is written as one gzip member a record. A last record of kind "source" describes the file. A record
 * that its parser dies of is told as bad, and the walk goes on behind it.
 * OK (counts.bad tells about damage) · E_FORMAT nothing in it is an archive · E_IO. */
MUST_USE rc capture_import(struct archive *ar, int fd, const struct capture_source *src, struct capture_out *out,
	struct capture_counts *ret, struct err *e);
/* True when the first bytes of a file are those of a web archive (WARC, ARC, gzip or zstd). */
bool capture_is_archive(struct str first_bytes);

/* A worker that parses what is fetched or handed in, one message after the other. One for each thread, made while there
 * is no other thread: a fork copies the locks that others hold. Free with capture_worker_free(). OK · E_IO no
 * process to be had. */
struct capture_worker;
MUST_USE rc capture_worker_new(struct capture_worker **ret, struct err *e);
/* False once it has died of a message: every further one would fail, and it is to be replaced. */
bool capture_worker_alive(const struct capture_worker *w);
void capture_worker_free(struct capture_worker *w);

/* Keeps a file that was found at `url` as a WARC resource record. OK · E_FORMAT no URL · E_LIMIT · E_IO. */
MUST_USE rc capture_file(struct archive *ar, struct capture_worker *w, int fd, struct str url, struct str content_type,
	const struct capture_source *src, struct capture_out *out, struct err *e);

struct capture_fetch {
	struct str url;
	struct str tool;
	struct str user_agent;
	struct str accept_language; /* empty: not sent */
	const char *ca_file;        /* NULL: the system's */
	const char *proxy;          /* NULL: none */
	bool allow_private;         /* redirects from the internet to this machine or its own network */
	uint64_t max_bytes;         /* 0: CAP_FETCH_BODY */
	unsigned timeout_s;         /* 0: CAP_FETCH_SECONDS */
	/* Bytes of the reply at hand, now and then, from the thread that fetches. Non-zero cancels. May be NULL. */
	int (*progress)(void *ctx, uint64_t bytes);
	void *progress_ctx;
};

/* One URL fetched with its redirects, not kept yet: network and parsing, no archive, so that several can run in
 * threads, each with a worker of its own. `spool_dir` takes temporary files. A redirect that cannot be followed ends
 * the chain and stays a capture. OK · E_NET no reply to the first request · E_FORMAT no URL that can be fetched ·
 * E_LIMIT · E_CANCELLED. */
struct fetched;
MUST_USE rc capture_get(struct env *env, struct capture_worker *w, int spool_dir, const struct capture_fetch *want,
	struct fetched **ret, struct err *e);
void fetched_free(struct fetched *f);
/* Of the last reply: its status, and why there is less of it than was served ("" when whole). */
unsigned fetched_status(const struct fetched *f);
const char *fetched_truncated(const struct fetched *f);
/* Why a redirect was not followed; NULL when the chain is whole. Borrowed from f. */
const char *fetched_broken(const struct fetched *f);
/* Puts it into the archive: for every hop a request and a response record, then one of metadata.
 * OK · E_LIMIT · E_IO · what out->kept gave. `f` stays the caller's. */
MUST_USE rc capture_keep(struct archive *ar, struct fetched *f, struct capture_out *out, struct err *e);

/* Checks a kept capture against its WARC bytes: they are parsed again in a worker, and what they give is compared with
 * what was sealed. Of every capture: URL, date, status, type, location, content codings, trees, length, digests, id and
 * truncation. Of a fetched one also the redirects with their digests, address, proxy, TLS version and cipher, the
 * certificates and the client; of an imported one also the WARC header's type, address, protocol, reference, and the
 * digests that it declares. Not compared are what no WARC record has (time.end, clock, received, source.*), user-agent
 * and tool, and quirks, which later parsers may see otherwise. OK · E_VERIFY the first difference.
 * · E_NOTFOUND a record without bytes in warc/, or without that file · E_LIMIT · E_IO. */
MUST_USE rc capture_check(struct archive *ar, const struct record *r, struct err *e);

/* What capture_cat() writes. */
enum capture_part {
	CAPTURE_CONTENT, /* payload without its content codings */
	CAPTURE_PAYLOAD, /* as payload digests have it */
	CAPTURE_HEADERS, /* the HTTP head as served */
	CAPTURE_WARC,    /* the whole WARC record */
};
/* Pieces go out as they are decoded: after an error some may have gone.
 * OK · E_NOTFOUND the record has no bytes in warc/ · E_FORMAT its content coding is broken (what could be decoded was
 * written), or its WARC bytes are · E_LIMIT · E_IO · what `to` gave. */
MUST_USE rc capture_cat(
	struct archive *ar, const struct record *r, enum capture_part part, struct sink *to, struct err *e);

/* Where the main record's stored bytes are: warc/<file>, offset, length.
 * OK · E_NOTFOUND a record without one · E_FORMAT fields that make no sense. */
MUST_USE rc capture_locate(const struct record *r, struct archive_span *ret, struct err *e);

#endif
