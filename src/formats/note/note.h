/* SPDX-License-Identifier: Apache-2.0 */
/* Signed notes (C2SP signed-note), the checkpoints in them (C2SP tlog-checkpoint) and their cosignatures (C2SP
 * tlog-cosignature). Nothing is believed before a signature has been verified: note_open() gives the text only when a
 * known key signed it.
 *
 *   signature line   — name base64(id4 ‖ sig64)                type 0x01, over the text
 *   cosignature      — name base64(id4 ‖ u64be time ‖ sig64)   type 0x04, over "cosignature/v1\ntime <time>\n" text
 *
 * ML-DSA-44 (0x06) and other types are E_UNSUPPORTED as keys; lines of theirs on a note are unknown signers. */
#ifndef FORMATS_NOTE_H
#define FORMATS_NOTE_H

#include "base/caps.h"
#include "base/err.h"
#include "base/hash.h"

struct arena;
struct buf;

#define NOTE_ED25519 0x01u
#define NOTE_COSIGNATURE 0x04u /* Ed25519 with a time */
#define NOTE_KEY_SIZE 32u
#define NOTE_SIG_SIZE 64u
#define NOTE_COSIG_SIZE (8u + NOTE_SIG_SIZE)
#define NOTE_TIME_MAX ((uint64_t)INT64_MAX) /* seconds since 1970 */

/* A verifier key: "name+hex8+base64(type ‖ key)". */
struct note_key {
	struct str name;
	uint8_t type;  /* NOTE_ED25519 or NOTE_COSIGNATURE; others are refused by note_key_parse */
	uint8_t id[4]; /* SHA-256(name ‖ 0x0A ‖ type ‖ key)[:4] */
	uint8_t pub[NOTE_KEY_SIZE];
};

/* OK · E_FORMAT · E_UNSUPPORTED another key type. Text borrows from `vkey`. */
MUST_USE rc note_key_parse(struct arena *a, struct str vkey, struct note_key *ret, struct err *e);
/* Makes a key of type Ed25519. E_FORMAT for a name that is empty or has white space or '+', and for a key that is not
 * encoded as RFC 8032 §5.1.3 has it. */
MUST_USE rc note_key_make(struct str name, const uint8_t pub[NOTE_KEY_SIZE], struct note_key *ret, struct err *e);
/* The same for either type; E_UNSUPPORTED for any other. A cosigner has a key of its own: what it signs does not name
 * it (tlog-cosignature, "Ed25519 signed message"). */
MUST_USE rc note_key_make_type(
	struct str name, uint8_t type, const uint8_t pub[NOTE_KEY_SIZE], struct note_key *ret, struct err *e);
/* The vkey text. */
struct str note_key_text(struct arena *a, const struct note_key *k);

/* Appends what a cosigner signs at `time` (seconds since 1970): "cosignature/v1\ntime <time>\n" and the note's text. */
void note_cosign_message(struct buf *b, uint64_t time, struct str text);

/* True when `sig` (64 bytes, or 72 with the time in front) is this key's signature of `text`, as RFC 8032 §5.1.7 has it
 * and OpenSSL checks it. A time over NOTE_TIME_MAX is false. */
bool note_verify(const struct note_key *k, struct str text, struct str sig);

struct note_sig {
	struct str name;
	uint8_t id[4];
	struct str sig; /* decoded, without the id; with a cosignature's time */
	bool good;      /* verified by one of the keys given */
	size_t key;     /* which of them, when good */
	uint64_t time;  /* seconds since 1970 of a good cosignature; 0 for the rest */
};

struct note {
	struct str text; /* what is signed, its last newline included */
	struct note_sig *sigs;
	size_t nsigs;
};

/* Divides a note's bytes at the last empty line, believing nothing: the text with its last newline, and the signature
 * lines. Both borrow. OK · E_FORMAT no note · E_LIMIT over CAP_NOTE. */
MUST_USE rc note_split(struct str bytes, struct str *ret_text, struct str *ret_sigs, struct err *e);

/* Verifies `bytes` against `keys`: unknown signers are ignored, a known signer's bad signature refuses the whole note,
 * and so does the lack of a good one. A key may have signed more than once (a cosigner does at another time): each of
 * its lines must hold and each is `good`, so whoever counts signers counts keys, with note_sig_by().
 * OK · E_FORMAT no note · E_LIMIT over CAP_NOTE or CAP_NOTE_SIGS · E_VERIFY.   C2SP signed-note */
MUST_USE rc note_open(
	struct arena *a, struct str bytes, const struct note_key *keys, size_t nkeys, struct note *ret, struct err *e);

/* The good signature of the key that was `keys[key]`; of several cosignatures the earliest. NULL when there is none. */
const struct note_sig *note_sig_by(const struct note *n, size_t key);

/* Appends "— name base64(id ‖ sig)\n"; `sig` of a cosignature begins with its time. */
void note_add_sig(struct buf *b, const struct note_key *k, struct str sig);

/* A checkpoint's text: origin, size, root, one line each. Extension lines are read past, and we write none. */
struct checkpoint {
	struct str origin;
	uint64_t size;
	struct hash root;
};
/* OK · E_FORMAT (leading zero, root that is not 32 bytes of canonical base64, missing last newline, …). */
MUST_USE rc checkpoint_parse(struct arena *a, struct str text, struct checkpoint *ret, struct err *e);
void checkpoint_text(struct buf *b, const struct checkpoint *c);

#endif
