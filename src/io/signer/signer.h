/* SPDX-License-Identifier: Apache-2.0 */
/* Ed25519 keys that sign notes, and their private text as Go's sumdb/note writes it, one line:
 *
 *   PRIVATE+KEY+name+hex8+base64(type ‖ seed32)     type 0x01, or 0x04 for a cosigner
 *
 * The seed lies in a page of its own that is not swapped, not dumped and not there in a forked child: a worker that
 * parses hostile bytes cannot give away what it does not have, and a child cannot sign. It is wiped when freed.
 * C2SP signed-note; RFC 8032 (Ed25519). */
#ifndef IO_SIGNER_H
#define IO_SIGNER_H

#include "base/caps.h"
#include "base/env.h"
#include "formats/note/note.h"

struct arena;
struct buf;
struct signer;

/* Makes a key from env->random and appends its private text, to be stored with mode 0600 (fs_commit) and then wiped
 * with mem_wipe(). `ret_private` should be empty: growing it would leave copies behind.
 * OK · E_FORMAT a name that note_key_make refuses · E_LIMIT a name over CAP_KEY_NAME, or ret's cap · what random said.
 */
MUST_USE rc signer_generate(struct env *env, struct str name, struct buf *ret_private, struct err *e);

/* The same for a key of that type (NOTE_ED25519, NOTE_COSIGNATURE). */
MUST_USE rc signer_generate_type(
	struct env *env, struct str name, uint8_t type, struct buf *ret_private, struct err *e);

/* Reads a private text; one newline at its end may be there. The text is the caller's to wipe; no message quotes it.
 * OK · E_FORMAT · E_UNSUPPORTED another kind of key · E_VERIFY its id does not belong to it · E_LIMIT. */
MUST_USE rc signer_open(struct str private_text, struct signer **ret, struct err *e);

/* Reads it from a file that only its owner, who must be us, can read; not through a link. `at` is a directory or
 * AT_FDCWD. OK · E_NOTFOUND · E_DENIED readable by others, not ours, no regular file, or a link · E_IO · as for
 * signer_open. */
MUST_USE rc signer_load(int at, const char *path, struct signer **ret, struct err *e);

/* A signer whose seed stays in an ssh-agent, which listens at that socket (SSH_AUTH_SOCK) and has to have the key. It
 * may ask its user for each signature; a child that is forked can use it too, until it closes what it inherited.
 * OK · E_NOTFOUND no agent, or it does not have the key · E_FORMAT it answers otherwise than the protocol · E_LIMIT a
 * path, a name or an answer too long · E_DENIED it refuses · E_IO no connection, or no answer in CAP_AGENT_SECONDS.
 * Signing then fails with these too, with E_VERIFY when its signature does not hold, and with E_LIMIT for a message
 * over CAP_AGENT_MESSAGE; after E_IO, E_FORMAT and E_LIMIT the signer is of no more use.
 * draft-ietf-sshm-ssh-agent; RFC 8709 */
MUST_USE rc signer_agent_open(const char *path, const struct note_key *key, struct signer **ret, struct err *e);

/* The Ed25519 key that such an agent has under that comment.
 * OK · E_NOTFOUND no agent, or no such key · E_EXISTS more than one · otherwise as signer_agent_open(). */
MUST_USE rc signer_agent_find(const char *path, struct str comment, uint8_t ret_pub[NOTE_KEY_SIZE], struct err *e);
/* A public key as OpenSSH writes it, "ssh-ed25519 base64", with neither comment nor newline. RFC 8709 §4 */
struct str signer_agent_line(struct arena *a, const uint8_t pub[NOTE_KEY_SIZE]);

/* Borrowed until signer_free(). */
const struct note_key *signer_key(const struct signer *s);

/* The public text, "name+hex8+base64(type ‖ key)". */
struct str signer_vkey(struct arena *a, const struct signer *s);

/* The bare signature of `message`. Deterministic. Fails only when OpenSSL does
 * (E_IO), or the agent. */
MUST_USE rc signer_sign(const struct signer *s, struct str message, uint8_t ret_sig[NOTE_SIG_SIZE], struct err *e);

/* `note` holds a note's text, its last newline included: appends the empty line and our signature line.
 * OK · E_USAGE a cosigner's key · E_FORMAT no text, or no newline at its end · E_LIMIT the note's cap · as for
 * signer_sign. */
MUST_USE rc signer_sign_note(const struct signer *s, struct buf *note, struct err *e);

/* Appends our cosignature line of a checkpoint's text at `time` (seconds since 1970). That the log is consistent with
 * what was cosigned before is the caller's to know: witness_decide().
 * OK · E_USAGE a key that is no cosigner's, or a time over NOTE_TIME_MAX · E_FORMAT no checkpoint · E_LIMIT ret's cap ·
 * as for signer_sign.   C2SP tlog-cosignature */
MUST_USE rc signer_cosign(
	const struct signer *s, struct str checkpoint, uint64_t time, struct buf *ret_line, struct err *e);

/* Wipes and frees. NULL is nothing. */
void signer_free(struct signer *s);

#endif
