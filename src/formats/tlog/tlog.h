/* SPDX-License-Identifier: Apache-2.0 */
/* The Merkle tree of RFC 6962 (= RFC 9162 §2.1) and its storage as C2SP tlog-tiles. Pure: tiles come in and go out
 * through a callback.
 *
 *   leaf = SHA-256(0x00 ‖ entry)    node = SHA-256(0x01 ‖ left ‖ right)    empty tree = SHA-256("")
 *
 *   level 2   [ . . ]                    tile/2/000.p/…   hash of 65,536 leaves each
 *   level 1   [ ........ ]               tile/1/000       256 hashes of 256 leaves each
 *   level 0   [....][....][..            tile/0/000, tile/0/001, tile/0/002.p/…   leaf hashes */
#ifndef FORMATS_TLOG_H
#define FORMATS_TLOG_H

#include "base/caps.h"
#include "base/err.h"
#include "base/hash.h"

struct arena;
struct buf;

#define TLOG_TILE_WIDTH 256u
#define TLOG_LEVELS 8u /* tiles of 2^8 reach 2^64 leaves */

struct tlog_proof {
	struct hash h[CAP_PROOF];
	size_t n;
};

/* The three hashes of the drawing. */
struct hash tlog_leaf_hash(struct str entry);
struct hash tlog_node_hash(const struct hash *left, const struct hash *right);
struct hash tlog_empty_root(void);
/* The root of a full subtree over n hashes, n a power of two; `h` is used up. */
struct hash tlog_full_root(struct hash *h, size_t n);

/* The right edge of a tree: the roots of its full subtrees, largest first. Enough to append and to know the root. */
struct tlog_edge {
	uint64_t size;
	struct hash h[64];
	size_t n; /* = popcount(size) */
};
/* The edge of the empty tree. */
void tlog_edge_init(struct tlog_edge *t);
/* Appends a leaf, in O(log n). The size must be below 2^63: more is our bug. */
void tlog_edge_add(struct tlog_edge *t, const struct hash *leaf_hash);
/* The root of the tree, in O(log n); of the empty one it is tlog_empty_root(). */
struct hash tlog_edge_root(const struct tlog_edge *t);

/* Verdicts. OK or E_VERIFY, with the reason in `e`. Indexes ≥ size, proofs of the wrong length and roots that do
 * not match are all E_VERIFY.   RFC 9162 §2.1.3.2, §2.1.4.2 */
MUST_USE rc tlog_check_inclusion(const struct hash *leaf_hash, uint64_t index, uint64_t size,
	const struct tlog_proof *proof, const struct hash *root, struct err *e);
/* 1 ≤ size1 ≤ size2; an empty first tree proves nothing and is E_VERIFY: the caller decides about it. */
MUST_USE rc tlog_check_consistency(uint64_t size1, const struct hash *root1, uint64_t size2, const struct hash *root2,
	const struct tlog_proof *proof, struct err *e);

/* The same for a subtree [start, end) of a log: a leaf in it, and it in a log of `size`. Ranges that are no subtree are
 * E_VERIFY; the empty one is consistent with every log that is long enough.   draft-ietf-plants-merkle-tree-certs §4 */
MUST_USE rc tlog_check_subtree_inclusion(const struct hash *leaf_hash, uint64_t index, uint64_t start, uint64_t end,
	const struct tlog_proof *proof, const struct hash *root, struct err *e);
MUST_USE rc tlog_check_subtree_consistency(uint64_t start, uint64_t end, const struct hash *subtree, uint64_t size,
	const struct hash *root, const struct tlog_proof *proof, struct err *e);

/* A proof as text, the way witnesses and proof files have it: a line of base64 a hash. tlog_proof_cut() reads lines up
 * to the first empty one and moves *s behind it. OK · E_FORMAT a line that is no hash, or no empty line · E_LIMIT over
 * CAP_PROOF.   C2SP tlog-witness, tlog-proof */
void tlog_proof_text(struct buf *b, const struct tlog_proof *p);
MUST_USE rc tlog_proof_cut(struct arena *a, struct str *s, struct tlog_proof *ret, struct err *e);

/* Where stored hashes come from: tile (level, index), `width` hashes wanted at least (1..256). */
struct tlog_tiles {
	/* Fills ret[0..width). OK · E_NOTFOUND · E_IO. */
	rc (*read)(
		struct tlog_tiles *t, unsigned level, uint64_t index, unsigned width, struct hash *ret, struct err *e);
};
/* Proofs from stored tiles. E_USAGE when there is none to give: index ≥ size; size1 of 0 or over size2; a log too large
 * for CAP_PROOF hashes (2^63, and for consistency over 2^62). Else what reading the tiles gave. */
MUST_USE rc tlog_prove_inclusion(
	struct tlog_tiles *t, uint64_t size, uint64_t index, struct tlog_proof *ret, struct err *e);
MUST_USE rc tlog_prove_consistency(
	struct tlog_tiles *t, uint64_t size1, uint64_t size2, struct tlog_proof *ret, struct err *e);
/* The right edge of the tree of that size, from its tiles. */
MUST_USE rc tlog_edge_load(struct tlog_tiles *t, uint64_t size, struct tlog_edge *ret, struct err *e);

/* "tile/0/x001/x234/067" or with ".p/8" for a width below 256; level < 0 gives "tile/entries/…".   C2SP tlog-tiles */
void tlog_tile_path(struct buf *b, int level, uint64_t index, unsigned width);
/* Reads such a path back (level -1 for entries). OK · E_FORMAT when it is not exactly what tlog_tile_path writes. */
MUST_USE rc tlog_tile_parse(struct str path, int *ret_level, uint64_t *ret_index, unsigned *ret_width, struct err *e);
/* How many hashes tile (level, index) has in a tree of that size: 0..256. */
unsigned tlog_tile_width(uint64_t size, unsigned level, uint64_t index);

/* Entry bundles: repeated u16be length ‖ entry. tlog_bundle_next() moves *bundle on; OK · E_NOTFOUND at the end ·
 * E_FORMAT cut short. */
void tlog_bundle_add(struct buf *b, struct str entry);
MUST_USE rc tlog_bundle_next(struct str *bundle, struct str *ret_entry, struct err *e);

#endif
