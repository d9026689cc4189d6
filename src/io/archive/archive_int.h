/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of io/archive. */
#ifndef IO_ARCHIVE_INT_H
#define IO_ARCHIVE_INT_H

#include "base/arena.h"
#include "base/buf.h"
#include "io/archive/archive.h"
#include "io/fs/fs.h"

struct archive {
	struct arena run; /* as long as the handle */
	struct env *env;
	const char *path;
	int dir;
	int lock; /* -1: opened for reading */
	bool recovered;
	bool used_up; /* frames and warc/ may disagree: nothing more is added */

	struct fs_log warc;
	char warc_name[ARCHIVE_NAME];
	uint64_t warc_serial;
	struct sink warc_sink;
	bool in_span;
	uint64_t span_start;
	uint64_t mark;
	struct digest span_sha;
	struct digest mark_sha;

	struct fs_log rec;
	uint64_t rec_first;      /* index that the open records file is named by */
	uint64_t next;           /* index of the next frame */
	struct archive_end kept; /* how far the frames so far cover warc/ */
	struct buf frame;        /* being built */
};

/* E_IO when it is used up. */
MUST_USE rc archive_usable(const struct archive *ar, struct err *e);
/* Whether the next span or frame begins a new file. */
bool archive_file_full(const struct archive *ar, uint64_t size, uint64_t cap);
/* The records files' first indexes, ascending, in ar's arena `a`. */
MUST_USE rc archive_rec_list(struct archive *ar, struct arena *a, uint64_t **ret, size_t *ret_n, struct err *e);

/* Decodes and checks one frame's head; *ret_body is the length of its body. OK · E_VERIFY. */
MUST_USE rc archive_frame_head(struct str head, struct frame *ret, uint64_t *ret_body, struct err *e);
/* Checks the digest over head and body. */
bool archive_frame_good(struct str head, struct str body);

#endif
