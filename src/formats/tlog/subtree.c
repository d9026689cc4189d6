/* SPDX-License-Identifier: Apache-2.0 */
/* Proofs about subtrees [start, end) of a log, as the IETF's Merkle Tree Certificates draft has them: a subtree begins
 * at a multiple of the smallest power of two that is not below its size, and is a tree of its own. */
#include "formats/tlog/tlog.h"

static rc check_range(uint64_t start, uint64_t end, struct err *e)
{
	bool ok = start < end;
	if (ok && end - start > 1) {
		unsigned bits = 64u - (unsigned)__builtin_clzll(end - start - 1);
		ok = bits < 64 && (start & (((uint64_t)1 << bits) - 1)) == 0;
	}
	return ok ? OK
		  : err_set(e, E_VERIFY, "[%llu, %llu) is no subtree", (unsigned long long)start,
			    (unsigned long long)end);
}

rc tlog_check_subtree_inclusion(const struct hash *leaf_hash, uint64_t index, uint64_t start, uint64_t end,
	const struct tlog_proof *proof, const struct hash *root, struct err *e)
{
	TRY(check_range(start, end, e));
	if (index < start)
		return err_set(e, E_VERIFY, "index %llu is before the subtree", (unsigned long long)index);
	return tlog_check_inclusion(leaf_hash, index - start, end - start, proof, root, e);
}

/* The places of the subtree's first and last leaf and of the tree's last one, going up level by level together. */
struct climb {
	uint64_t first;
	uint64_t last;
	uint64_t tree;
};

static void up(struct climb *c)
{
	c->first >>= 1;
	c->last >>= 1;
	c->tree >>= 1;
}

rc tlog_check_subtree_consistency(uint64_t start, uint64_t end, const struct hash *subtree, uint64_t size,
	const struct hash *root, const struct tlog_proof *proof, struct err *e)
{
	size_t i = 0;
	if (end > size)
		return err_set(e, E_VERIFY, "the subtree ends behind the log");
	if (start == end) {
		struct hash none = tlog_empty_root();
		bool empty = proof->n == 0 && hash_eq(subtree, &none);
		return empty ? OK : err_set(e, E_VERIFY, "an empty subtree has the empty root and no proof");
	}
	TRY(check_range(start, end, e));
	struct climb c = {start, end - 1, size - 1};
	while (c.first != c.last && (c.last == c.tree || (c.last & 1)))
		up(&c);
	bool whole = c.first == c.last;
	if (!whole && proof->n == 0)
		return err_set(e, E_VERIFY, "the consistency proof is empty");
	struct hash small = whole ? *subtree : proof->h[i++];
	struct hash large = small;
	for (; i < proof->n; i++) {
		if (c.tree == 0)
			return err_set(e, E_VERIFY, "the consistency proof is too long");
		if ((c.last & 1) || c.last == c.tree) {
			if (c.first < c.last)
				small = tlog_node_hash(&proof->h[i], &small);
			large = tlog_node_hash(&proof->h[i], &large);
			while (!(c.last & 1) && c.last)
				up(&c);
		} else {
			large = tlog_node_hash(&large, &proof->h[i]);
		}
		up(&c);
	}
	if (c.tree != 0 || !hash_eq(&small, subtree) || !hash_eq(&large, root))
		return err_set(e, E_VERIFY, "the consistency proof gives another root");
	return OK;
}
