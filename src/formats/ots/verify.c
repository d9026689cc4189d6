/* SPDX-License-Identifier: Apache-2.0 */
/* A proof held against block headers. */
#include "base/arena.h"
#include "formats/ots/headers_int.h"
#include "formats/ots/ots.h"
#include "formats/ots/ots_int.h"

/* What follows a header, in the list and in the chain. */
struct chain {
	size_t following;
	struct hash work; /* its own too */
};

struct known {
	const struct ots_header *headers;
	const struct chain *chains;
	size_t n;
};

static struct known link_headers(struct arena *a, const struct ots_header *headers, size_t n)
{
	struct chain *chains = arena_alloc(a, n * sizeof(*chains));
	for (size_t i = n; i-- > 0;) {
		chains[i].work = headers[i].work;
		BUG_ON(i + 1 < n && headers[i].height >= headers[i + 1].height);
		if (i + 1 == n || !ots_follows(&headers[i], &headers[i + 1]))
			continue;
		chains[i].following = chains[i + 1].following + 1;
		chains[i].work = ots_work_sum(&headers[i].work, &chains[i + 1].work);
	}
	return (struct known){headers, chains, n};
}

/* The position of the header of that height, or k->n. */
static size_t find(const struct known *k, uint64_t height)
{
	size_t from = 0;
	size_t to = k->n;
	while (from < to) {
		size_t mid = from + (to - from) / 2;
		if (k->headers[mid].height < height)
			from = mid + 1;
		else
			to = mid;
	}
	return from < k->n && k->headers[from].height == height ? from : k->n;
}

static unsigned log2_of(const struct hash *h)
{
	for (size_t i = 0; i < sizeof(h->b) * 8; i++)
		if (h->b[i / 8] >> (7 - i % 8) & 1)
			return (unsigned)(sizeof(h->b) * 8 - 1 - i);
	return 0;
}

static void judge(struct ots_verdict *v, enum ots_result result, const char *why)
{
	v->result = result;
	v->why = why;
}

static void judge_block(struct ots_verdict *v, struct str msg, const struct known *k)
{
	size_t i = find(k, v->height);
	if (msg.n != sizeof(struct hash)) {
		judge(v, OTS_FAILS, "the message is not 32 bytes long, as the Merkle root of a block is");
		return;
	}
	if (i == k->n) {
		judge(v, OTS_UNCHECKED, "no header of that height is given");
		return;
	}
	const struct ots_header *h = &k->headers[i];
	v->header_found = true;
	v->root_equal = str_eq(hash_str(&h->merkle), msg);
	v->pow = h->pow;
	v->time = h->time;
	if (!v->root_equal) {
		judge(v, OTS_FAILS, "the block's Merkle root is another");
		return;
	}
	if (!v->pow) {
		judge(v, OTS_FAILS, "the header's hash is above its own target: that is no block");
		return;
	}
	v->following = k->chains[i].following;
	v->work = k->chains[i].work;
	v->work_bits = log2_of(&v->work);
	judge(v, OTS_HOLDS, "that the block is on the best chain is not shown: that needs a Bitcoin node");
}

static void judge_one(struct ots_verdict *v, struct str msg, bool known, const struct known *k)
{
	if (v->kind == OTS_PENDING)
		judge(v, OTS_PROMISED, "a calendar's promise, and no proof yet");
	else if (v->kind == OTS_UNKNOWN)
		judge(v, OTS_UNCHECKED, "an attestation of an unknown kind");
	else if (v->kind != OTS_BITCOIN)
		judge(v, OTS_UNCHECKED, "only attestations by Bitcoin are checked");
	else if (!known)
		judge(v, OTS_UNCHECKED,
			"an operation before it (keccak256, or a hash that OpenSSL lacks) cannot be computed");
	else
		judge_block(v, msg, k);
}

static void count(struct ots_report *r, const struct ots_verdict *v)
{
	switch (v->result) {
	case OTS_HOLDS:
		r->holds++;
		break;
	case OTS_FAILS:
		r->fails++;
		break;
	case OTS_PROMISED:
		r->promised++;
		break;
	case OTS_UNCHECKED:
		r->unchecked++;
		break;
	}
	if (v->result == OTS_HOLDS && (!r->earliest || v->time < r->earliest->time))
		r->earliest = v;
}

rc ots_verify(struct arena *a, const struct ots *o, struct str digest, const struct ots_header *headers,
	size_t nheaders, struct ots_report *ret, struct err *e)
{
	AUTO(arena) scratch = {0};
	struct ots_report r = {0};
	struct ots_walk w = {.o = o, .a = &scratch};
	uint32_t at = 0;
	struct str msg;
	bool computed = false;
	if (!str_eq(o->nodes[0].arg, digest))
		return err_set(e, E_VERIFY, "the proof is for another digest");
	const struct known k = link_headers(&scratch, headers, nheaders);
	while (ots_walk_next(&w, &at, &msg, &computed)) {
		const struct ots_node *node = &o->nodes[at];
		if (node->op != OTS_ATTESTATION)
			continue;
		struct ots_verdict *v = arena_push(a, &r.verdicts, &r.n, sizeof(*v));
		*v = (struct ots_verdict){.node = at, .kind = node->kind, .height = node->height, .uri = node->uri};
		judge_one(v, msg, computed, &k);
	}
	for (size_t i = 0; i < r.n; i++)
		count(&r, &r.verdicts[i]);
	*ret = r;
	return OK;
}
