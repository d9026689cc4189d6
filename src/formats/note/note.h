/* SPDX-License-Identifier: Apache-2.0 */
/* Signed notes (C2SP signed-note) and the checkpoints in them (C2SP tlog-checkpoint). Nothing is believed before a
 * signature has been verified: note_open() gives the text only when a known key signed it. */
#ifndef FORMATS_NOTE_H
#define FORMATS_NOTE_H

#include "base/caps.h"
#include "base/err.h"
#include "base/hash.h"

struct arena;
struct buf;

#define NOTE_ED25519 0x01u
#define NOTE_KEY_SIZE 32u
#define NOTE_SIG_SIZE 64u

/* A verifier key: "name+hex8+base64(type ‖ key)". */
struct note_key {
	struct str name;
	uint8_t type;  /* NOTE_ED25519; others are refused by note_key_parse */
	uint8_t id[4]; /* SHA-256(name ‖ 0x0A ‖ type ‖ key)[:4] */
	uint8_t pub[NOTE_KEY_SIZE];
};

/* OK · E_FORMAT · E_UNSUPPORTED another key type. Text borrows from `vkey`. */
MUST_USE rc note_key_parse(struct arena *a, struct str vkey, struct note_key *ret, struct err *e);
/* Makes a key of type Ed25519. E_FORMAT for a name that is empty or has white space or '+', and for a key that is not
 * encoded as RFC 8032 §5.1.3 has it. */
MUST_USE rc note_key_make(struct str name, const uint8_t pub[NOTE_KEY_SIZE], struct note_key *ret, struct err *e);
/* The vkey text. */
struct str note_key_text(struct arena *a, const struct note_key *k);

/* True when `sig` is this key's Ed25519 signature of `text` (RFC 8032 §5.1.7, as OpenSSL checks it). */
bool note_verify(const struct note_key *k, struct str text, struct str sig);

struct note_sig {
	struct str name;
	uint8_t id[4];
	struct str sig; /* decoded */
	bool good;      /* verified by one of the keys given */
};

struct note {
	struct str text; /* what is signed, its last newline included */
	struct note_sig *sigs;
	size_t nsigs;
};

/* Verifies `bytes` against `keys`: unknown signers are ignored, a known signer's bad signature refuses the whole note,
 * and so does the lack of a good one.
 * OK · E_FORMAT no note · E_LIMIT over CAP_NOTE or CAP_NOTE_SIGS · E_VERIFY.   C2SP signed-note */
MUST_USE rc note_open(
	struct arena *a, struct str bytes, const struct note_key *keys, size_t nkeys, struct note *ret, struct err *e);

/* Appends "— name base64(id ‖ sig)\n". */
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
