/* SPDX-License-Identifier: Apache-2.0 */
/* Sealing: each frame of records/ becomes a leaf of a tiled log (C2SP tlog-tiles) whose checkpoint we sign, and
 * verify derives everything again from warc/ and records/.
 *
 *   frames (kept) ─► leaves ─► tiles, root ─► sign ─► log/state  = commit
 *                                                         └─► tiles to log/tile ─► log/checkpoint  = sealed
 *
 * log/state and log/checkpoint hold the same signed note; the first says what we have ever signed, the second what
 * readers can rely on. Between the two a crash costs nothing: tiles are made again from the frames. A copy of the last
 * signed checkpoint outside the archive tells when an older copy of the folder has been put back. docs/formats/log.md
 */
#ifndef STAGES_SEAL_H
#define STAGES_SEAL_H

#include "base/env.h"
#include "formats/leaf/leaf.h"
#include "formats/note/note.h"
#include "formats/tlog/tlog.h"
#include "io/archive/archive.h"

struct fs_progress;
struct signer;
struct seal;

/* What open found and did. */
struct seal_opened {
	struct archive_recovery recovery;
	bool republished;     /* a signed checkpoint had not been published yet */
	uint64_t pending;     /* kept, not sealed before: the next commit seals them */
	bool no_outside_copy; /* there was none: an older copy of the folder would not have been noticed */
};

/* Signs the checkpoint of the empty log, or finishes doing so. OK · E_EXISTS when there is one · E_VERIFY the key has
 * signed entries before · E_IO, also when the copy outside cannot be written: then there is no log, and it can be tried
 * again. */
MUST_USE rc seal_create(struct archive *ar, const struct signer *s, struct err *e);

/* Opens the log for writing, recovering first. `ar` is open for writing; both outlive the seal.
 * OK · E_VERIFY damage or rollback (nothing has been changed) · E_IO. Free with seal_free(). */
MUST_USE rc seal_open(
	struct archive *ar, const struct signer *s, struct seal **ret, struct seal_opened *ret_opened, struct err *e);
void seal_free(struct seal *l);

/* Takes the leaf of the frame that was just added. At most SEAL_PENDING_MAX before a commit. */
#define SEAL_PENDING_MAX 65536u
MUST_USE rc seal_add(struct seal *l, struct str leaf, struct err *e);
/* Signs and publishes a checkpoint over everything added. The frames must have been synced. With nothing pending does
 * nothing. After an error the seal is used up, and says E_IO.
 * OK · E_BUSY the lock no longer guards the archive · E_VERIFY log/state, or the copy outside, is not what this seal
 * found or wrote last: nothing is signed · E_IO. */
MUST_USE rc seal_commit(struct seal *l, struct err *e);
/* Keeps something that others have said about a checkpoint of this log, and adds its leaf: synced on return, sealed by
 * the next commit. `note` is that checkpoint, signed by the log's key and by nobody else; it must be of this log.
 * OK · E_VERIFY the note is not ours, or of another tree · E_LIMIT · E_IO, and the seal is used up. */
struct seal_token {
	enum leaf_token kind;
	struct str note;
	struct str bytes;
};
MUST_USE rc seal_add_token(struct seal *l, const struct seal_token *t, struct archive_ref *ret, struct err *e);
/* The same for a policy's text, and for a leaf that speaks for itself (LEAF_KEY; LEAF_CONTINUES in an empty log).
 * Neither survives a crash before the next commit: it goes to lost+found. */
MUST_USE rc seal_add_policy(struct seal *l, struct str text, struct archive_ref *ret, struct err *e);
MUST_USE rc seal_add_leaf(struct seal *l, const struct leaf *leaf, struct archive_ref *ret, struct err *e);
/* The published checkpoint as it was signed, by the log's key alone: what witnesses and time stamps are asked about.
 * Borrowed until the next commit. */
struct str seal_note(const struct seal *l);
uint64_t seal_pending(const struct seal *l);
/* Leaves under the last published checkpoint. */
uint64_t seal_size(const struct seal *l);

/* The leaf text of a frame. E_FORMAT when its record does not decode; E_FORMAT and E_VERIFY as leaf_body_parse()
 * has them. Borrows from `a` or the frame. */
MUST_USE rc seal_leaf(struct arena *a, const struct frame *f, struct str *ret, struct err *e);

/* The published checkpoint, its signature checked against `key`; `ret_note` (may be NULL) gets the note itself. For
 * readers. */
MUST_USE rc seal_checkpoint(struct archive *ar, const struct note_key *key, struct arena *a, struct checkpoint *ret,
	struct str *ret_note, struct err *e);

/* Proves that `leaf` is entry `index` of the log under the checkpoint, from the tiles on disk.
 * OK · E_NOTFOUND not sealed yet · E_VERIFY. */
MUST_USE rc seal_prove(struct archive *ar, const struct checkpoint *c, uint64_t index, struct str leaf,
	struct tlog_proof *ret, struct err *e);

/* The same under an earlier checkpoint of the log, from the tiles that it has now: partial tiles of then may be gone.
 */
MUST_USE rc seal_prove_then(struct archive *ar, const struct checkpoint *now, const struct checkpoint *then,
	uint64_t index, struct str leaf, struct tlog_proof *ret, struct err *e);

/* A note as a checkpoint of the log that `key` signs. `ret` borrows from it. OK · E_VERIFY · E_LIMIT. */
MUST_USE rc seal_parse_checkpoint(
	struct str note, const struct note_key *key, struct arena *a, struct checkpoint *ret, struct err *e);

/* The root that the log had at that size, from its tiles now. OK · E_NOTFOUND over c->size · E_VERIFY a bad tile. */
MUST_USE rc seal_root_at(
	struct archive *ar, const struct checkpoint *c, uint64_t size, struct hash *ret, struct err *e);
/* `note` is the checkpoint that an anchor's leaf is about, signed by `key`, and the log under `now` has had it.
 * OK · E_VERIFY · E_LIMIT. */
MUST_USE rc seal_is_about(struct archive *ar, const struct note_key *key, const struct checkpoint *now,
	const struct leaf *leaf, struct str note, struct err *e);
/* Proves that the log of `from` entries is the front of the one under the checkpoint; of no entries: an empty proof.
 * OK · E_NOTFOUND `from` is over c->size · E_VERIFY the tiles do not give c->root. */
MUST_USE rc seal_prove_consistency(
	struct archive *ar, const struct checkpoint *c, uint64_t from, struct tlog_proof *ret, struct err *e);

/* Checks any C2SP tiled log, ours or another's, from its files alone: `dir` holds tile/…, and its hashes must give the
 * tree of `c`, level by level. With `entries` each leaf hash must be that of its entry in tile/entries/… too, as
 * RFC 6962 hashes them. Who signed `c` is the caller's to know. `progress` may be NULL and hears of bytes.
 * OK · E_VERIFY a tile is missing, of another length, or not what is below it (the message names it), or the root is
 * another · E_LIMIT 2^63 leaves or more · E_IO · E_DENIED.   C2SP tlog-tiles */
MUST_USE rc seal_check_tiles(
	int dir, const struct checkpoint *c, bool entries, struct fs_progress *progress, struct err *e);

/* Where verify tells what it finds. */
struct seal_report {
	/* One thing that does not hold; `e` says what and where. */
	void (*problem)(struct seal_report *r, const struct err *e);
	/* A leftover: something that an interrupted command left, or one that is at work now. It is under no
	 * checkpoint, and the next command that writes puts it right. No problem. May be NULL. */
	void (*unfinished)(struct seal_report *r, const struct err *e);
	/* Something to know that is neither. May be NULL. */
	void (*note)(struct seal_report *r, const char *text);
	/* A frame was checked against warc/ (its digest held). May be NULL. `sealed` is false behind all checkpoints.
	 */
	void (*entry)(struct seal_report *r, const struct frame *f, bool sealed);
	struct fs_progress *progress; /* bytes hashed, of warc/; may be NULL */
	/* filled in: */
	uint64_t problems;
	uint64_t leftovers;
	/* Entries that this machine knows to have been signed, when they are more than log/state has; else 0. Not among
	 * the problems: what is there may all be as it was sealed (a backup), or have been put back to hide the rest.
	 * Which of the two it is, and whether the later log continues this one, cannot be seen from here. */
	uint64_t known_outside;
	/* The largest tree that log/ says was signed; size 0 and no origin when neither note can be believed. */
	struct checkpoint last;
	bool no_outside_copy; /* none could be read: whether this folder is older is not known */
	uint64_t frames;
	uint64_t sealed; /* of them; the others are kept, and the next commit seals them */
	uint64_t warc_bytes;
};

/* Reads everything: frames, spans of warc/, tiles, checkpoint, state. OK when it could all be read and every problem
 * has been reported (r->problems counts them) · E_IO when reading itself failed. */
MUST_USE rc seal_verify(struct archive *ar, const struct note_key *key, struct seal_report *r, struct err *e);

/* Of that only what has been signed: log/checkpoint, log/state and the copy outside, against each other. */
MUST_USE rc seal_verify_signed(struct archive *ar, const struct note_key *key, struct seal_report *r, struct err *e);

/* Checks one frame's span of warc/ against its record. OK · E_VERIFY. */
MUST_USE rc seal_check_span(struct archive *ar, const struct frame *f, struct err *e);

#endif
