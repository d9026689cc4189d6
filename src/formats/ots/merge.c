/* SPDX-License-Identifier: Apache-2.0 */
/* A proof that grows: begun for a digest, and joined with what calendars reply. */
#include "base/arena.h"
#include "formats/ots/ots.h"
#include "formats/ots/ots_int.h"

static void add(struct arena *a, struct ots *o, uint32_t parent, enum ots_op op, struct str arg, size_t msg_size)
{
	struct ots_node *node = arena_push(a, &o->nodes, &o->n, sizeof(*node));
	*node = (struct ots_node){.op = op,
		.parent = parent,
		.first = OTS_NONE,
		.next = OTS_NONE,
		.msg_size = (uint16_t)msg_size,
		.arg = arg};
	if (parent == OTS_NONE)
		return;
	node->depth = (uint16_t)(o->nodes[parent].depth + 1);
	o->nodes[parent].first = (uint32_t)o->n - 1;
}

void ots_stamp_begin(struct arena *a, const struct hash *digest, const uint8_t nonce[OTS_NONCE_SIZE], struct ots *ret,
	uint32_t *ret_at, struct hash *ret_msg)
{
	struct ots o = {.size = 128}; /* more than what is written for these three */
	uint8_t both[sizeof(digest->b) + OTS_NONCE_SIZE];
	memcpy(both, digest->b, sizeof(digest->b));
	memcpy(both + sizeof(digest->b), nonce, OTS_NONCE_SIZE);
	struct str bytes = str_dup(a, str_mem(both, sizeof(both)));
	add(a, &o, OTS_NONE, OTS_SHA256, str_sub(bytes, 0, sizeof(digest->b)), sizeof(digest->b));
	add(a, &o, 0, OTS_APPEND, str_from(bytes, sizeof(digest->b)), bytes.n);
	add(a, &o, 1, OTS_SHA256, STR(""), sizeof(digest->b));
	*ret = o;
	*ret_at = 2;
	*ret_msg = hash_of(bytes);
}

/* Where a node of the reply is in the proof, and the last of its children that was placed there. Siblings of both come
 * in the same order, so that each list is gone through once. */
struct place {
	uint32_t at;
	uint32_t last;
};

/* The child of `p` that is the same as `node`; else a new one, in its place among the others. */
static uint32_t place_child(struct arena *a, struct ots *o, struct place *p, const struct ots_node *node)
{
	uint32_t c = p->last == OTS_NONE ? o->nodes[p->at].first : o->nodes[p->last].next;
	while (c != OTS_NONE && ots_order(&o->nodes[c], node) < 0) {
		p->last = c;
		c = o->nodes[c].next;
	}
	if (c == OTS_NONE || ots_order(&o->nodes[c], node) != 0) {
		struct ots_node *to = arena_push(a, &o->nodes, &o->n, sizeof(*to));
		*to = *node;
		to->parent = p->at;
		to->first = OTS_NONE;
		to->next = c;
		c = (uint32_t)o->n - 1;
		if (p->last == OTS_NONE)
			o->nodes[p->at].first = c;
		else
			o->nodes[p->last].next = c;
	}
	p->last = c;
	return c;
}

rc ots_merge(struct arena *a, struct ots *o, uint32_t at, struct str reply, struct err *e)
{
	struct ots more = {0};
	BUG_ON(at >= o->n || o->nodes[at].op == OTS_ATTESTATION);
	if (reply.n > CAP_OTS_REPLY)
		return err_set(e, E_LIMIT, "a calendar's reply of %zu bytes", reply.n);
	if (o->size + reply.n >= CAP_OTS)
		return err_set(e, E_LIMIT, "the proof would be over %u bytes", CAP_OTS);
	struct ots_node *top = arena_push(a, &more.nodes, &more.n, sizeof(*top));
	*top = o->nodes[at];
	top->parent = top->first = top->next = OTS_NONE;
	TRY(ots_items(a, str_dup(a, reply), 0, &more, e));
	if (o->n + more.n > CAP_OTS_NODES)
		return err_set(e, E_LIMIT, "the proof would have over %u operations and attestations", CAP_OTS_NODES);
	struct place *places = arena_alloc(a, more.n * sizeof(*places));
	places[0] = (struct place){at, OTS_NONE};
	for (uint32_t i = ots_after(&more, 0); i != OTS_NONE; i = ots_after(&more, i)) {
		uint32_t found = place_child(a, o, &places[more.nodes[i].parent], &more.nodes[i]);
		places[i] = (struct place){found, OTS_NONE};
	}
	o->size += reply.n + 1; /* what was the last item may get a mark before it */
	return OK;
}
