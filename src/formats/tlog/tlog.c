/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes, the right edge, and the two verifications of RFC 9162 §2.1. */
#include "formats/tlog/tlog.h"

struct hash tlog_leaf_hash(struct str entry)
{
	struct digest d = {0};
	digest_start(&d, DIGEST_SHA256);
	digest_add(&d, "\0", 1);
	digest_add(&d, entry.p, entry.n);
	return digest_sha256(&d);
}

struct hash tlog_node_hash(const struct hash *left, const struct hash *right)
{
	uint8_t bytes[65];
	bytes[0] = 1;
	memcpy(bytes + 1, left->b, 32);
	memcpy(bytes + 33, right->b, 32);
	return hash_of(str_mem(bytes, sizeof(bytes)));
}

struct hash tlog_empty_root(void)
{
	return hash_of(STR(""));
}

struct hash tlog_full_root(struct hash *h, size_t n)
{
	for (; n > 1; n /= 2)
		for (size_t i = 0; i < n / 2; i++)
			h[i] = tlog_node_hash(&h[2 * i], &h[2 * i + 1]);
	return h[0];
}

void tlog_edge_init(struct tlog_edge *t)
{
	*t = (struct tlog_edge){0};
}

void tlog_edge_add(struct tlog_edge *t, const struct hash *leaf_hash)
{
	BUG_ON(t->size >> 63);
	struct hash h = *leaf_hash;
	for (uint64_t s = t->size; s & 1; s >>= 1)
		h = tlog_node_hash(&t->h[--t->n], &h);
	t->h[t->n++] = h;
	t->size++;
}

struct hash tlog_edge_root(const struct tlog_edge *t)
{
	if (t->n == 0)
		return tlog_empty_root();
	struct hash h = t->h[t->n - 1];
	for (size_t i = t->n - 1; i-- > 0;)
		h = tlog_node_hash(&t->h[i], &h);
	return h;
}

rc tlog_check_inclusion(const struct hash *leaf_hash, uint64_t index, uint64_t size, const struct tlog_proof *proof,
	const struct hash *root, struct err *e)
{
	if (index >= size)
		return err_set(e, E_VERIFY, "index %llu is not in a log of %llu", (unsigned long long)index,
			(unsigned long long)size);
	uint64_t fn = index;
	uint64_t sn = size - 1;
	struct hash r = *leaf_hash;
	for (size_t i = 0; i < proof->n; i++) {
		if (sn == 0)
			return err_set(e, E_VERIFY, "the inclusion proof is too long");
		if ((fn & 1) || fn == sn) {
			r = tlog_node_hash(&proof->h[i], &r);
			while (!(fn & 1) && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			r = tlog_node_hash(&r, &proof->h[i]);
		}
		fn >>= 1;
		sn >>= 1;
	}
	if (sn != 0)
		return err_set(e, E_VERIFY, "the inclusion proof is too short");
	return hash_eq(&r, root) ? OK : err_set(e, E_VERIFY, "the inclusion proof gives another root");
}

/* RFC 9162 §2.1.4.2 with the first node given apart, since a first tree of 2^k leaves is its own first node. */
static rc check_from(struct hash first, const struct hash *path, size_t n, uint64_t fn, uint64_t sn,
	const struct hash *root1, const struct hash *root2, struct err *e)
{
	struct hash fr = first;
	struct hash sr = first;
	while (fn & 1) {
		fn >>= 1;
		sn >>= 1;
	}
	for (size_t i = 0; i < n; i++) {
		if (sn == 0)
			return err_set(e, E_VERIFY, "the consistency proof is too long");
		if ((fn & 1) || fn == sn) {
			fr = tlog_node_hash(&path[i], &fr);
			sr = tlog_node_hash(&path[i], &sr);
			while (!(fn & 1) && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			sr = tlog_node_hash(&sr, &path[i]);
		}
		fn >>= 1;
		sn >>= 1;
	}
	if (sn != 0)
		return err_set(e, E_VERIFY, "the consistency proof is too short");
	if (!hash_eq(&fr, root1) || !hash_eq(&sr, root2))
		return err_set(e, E_VERIFY, "the consistency proof gives another root");
	return OK;
}

rc tlog_check_consistency(uint64_t size1, const struct hash *root1, uint64_t size2, const struct hash *root2,
	const struct tlog_proof *proof, struct err *e)
{
	if (size1 == 0 || size1 > size2)
		return err_set(e, E_VERIFY, "no consistency between logs of %llu and %llu can be proven",
			(unsigned long long)size1, (unsigned long long)size2);
	if (size1 == size2) {
		if (proof->n)
			return err_set(e, E_VERIFY, "a consistency proof between equal sizes has no hashes");
		return hash_eq(root1, root2) ? OK : err_set(e, E_VERIFY, "two roots for one size");
	}
	bool power = (size1 & (size1 - 1)) == 0;
	if (!power && proof->n == 0)
		return err_set(e, E_VERIFY, "the consistency proof is empty");
	struct hash first = power ? *root1 : proof->h[0];
	size_t skip = power ? 0 : 1;
	return check_from(first, proof->h + skip, proof->n - skip, size1 - 1, size2 - 1, root1, root2, e);
}
