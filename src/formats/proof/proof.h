/* SPDX-License-Identifier: Apache-2.0 */
/* A proof that an entry is in a log, to be checked with no log at hand (C2SP tlog-proof, files *.tlog-proof).
 *
 *   c2sp.org/tlog-proof@v1\n
 *   extra <base64>\n            may be missing; nothing vouches for it
 *   index <decimal>\n
 *   <base64 hash>\n             0..63, from the leaf's sibling to the root's child
 *   \n
 *   <signed checkpoint, with its cosignatures> */
#ifndef FORMATS_PROOF_H
#define FORMATS_PROOF_H

#include "formats/policy/policy.h"
#include "formats/tlog/tlog.h"

struct arena;
struct buf;

struct proof {
	bool has_extra;
	struct str extra; /* its base64, as it is; may be empty */
	uint64_t index;
	struct tlog_proof path;
	struct str checkpoint; /* the signed note, as it is */
};

/* Reads a proof's form; it believes nothing. `ret` borrows from `bytes`.
 * OK · E_FORMAT · E_UNSUPPORTED another version · E_LIMIT over CAP_PROOF_FILE, CAP_PROOF_EXTRA or CAP_PROOF. */
MUST_USE rc proof_parse(struct arena *a, struct str bytes, struct proof *ret, struct err *e);
/* What was parsed is written as it was, byte for byte. */
void proof_text(struct buf *b, const struct proof *p);

struct proof_verdict {
	uint64_t index;
	struct policy_verdict checkpoint; /* who signed and cosigned, and when; its quorum is there */
};

/* Whether `leaf`, the entry's bytes, is entry `index` of a log of the policy, under a checkpoint that the policy
 * believes. For keys in place of a policy there is policy_of_keys(). OK · E_VERIFY with the reason · E_FORMAT, E_LIMIT
 * a checkpoint that is none. */
MUST_USE rc proof_check(struct arena *a, const struct proof *p, struct str leaf, const struct policy *policy,
	struct proof_verdict *ret, struct err *e);

#endif
