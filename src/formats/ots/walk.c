/* SPDX-License-Identifier: Apache-2.0 */
/* Computing what the operations give, and what is read off a proof with that: what calendars owe, and a listing. */
#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/codec.h"
#include "formats/ots/ots.h"
#include "formats/ots/ots_int.h"

#define SHOWN 64u /* bytes of one value in a listing */

struct ots_msg {
	uint8_t *p; /* CAP_OTS_MSG */
	size_t n;
	bool known;
};

const char *ots_kind_name(enum ots_kind k)
{
	static const char *const names[] = {[OTS_UNKNOWN] = "unknown",
		[OTS_PENDING] = "pending",
		[OTS_BITCOIN] = "bitcoin",
		[OTS_LITECOIN] = "litecoin",
		[OTS_ETHEREUM] = "ethereum"};
	return names[k];
}

const char *ots_op_name(enum ots_op op)
{
	switch (op) {
	case OTS_ATTESTATION:
		return "attestation";
	case OTS_SHA1:
		return "sha1";
	case OTS_RIPEMD160:
		return "ripemd160";
	case OTS_SHA256:
		return "sha256";
	case OTS_KECCAK256:
		return "keccak256";
	case OTS_APPEND:
		return "append";
	case OTS_PREPEND:
		return "prepend";
	case OTS_REVERSE:
		return "reverse";
	case OTS_HEXLIFY:
		return "hexlify";
	}
	return "";
}

/* False when this OpenSSL has no such hash. */
static bool openssl_hash(const char *name, const struct ots_msg *in, struct ots_msg *out)
{
	unsigned n = 0;
	ERR_set_mark();
	EVP_MD *md = EVP_MD_fetch(NULL, name, NULL);
	bool ok = md && EVP_Digest(in->p, in->n, out->p, &n, md, NULL) == 1;
	EVP_MD_free(md);
	ERR_pop_to_mark();
	return ok && n == out->n;
}

static void join(struct ots_msg *out, const uint8_t *front, size_t nfront, const uint8_t *back, size_t nback)
{
	memcpy(out->p, front, nfront);
	memcpy(out->p + nfront, back, nback);
}

static void reverse(const struct ots_msg *in, struct ots_msg *out)
{
	for (size_t i = 0; i < in->n; i++)
		out->p[i] = in->p[in->n - 1 - i];
}

static void hexlify(const struct ots_msg *in, struct ots_msg *out)
{
	AUTO(buf) hex = {0};
	buf_init(&hex, CAP_OTS_MSG);
	hex_add(&hex, str_mem(in->p, in->n));
	memcpy(out->p, hex.p, hex.n);
}

/* The sizes were checked when the operation was read, and out->n is set. */
static bool compute(const struct ots_node *node, const struct ots_msg *in, struct ots_msg *out)
{
	const uint8_t *arg = (const uint8_t *)node->arg.p;
	struct hash h;
	switch (node->op) {
	case OTS_SHA256:
		h = hash_of(str_mem(in->p, in->n));
		memcpy(out->p, h.b, sizeof(h.b));
		return true;
	case OTS_SHA1:
		return openssl_hash("SHA1", in, out);
	case OTS_RIPEMD160:
		return openssl_hash("RIPEMD160", in, out);
	case OTS_KECCAK256:
		return openssl_hash("KECCAK-256", in, out);
	case OTS_APPEND:
		join(out, in->p, in->n, arg, node->arg.n);
		return true;
	case OTS_PREPEND:
		join(out, arg, node->arg.n, in->p, in->n);
		return true;
	case OTS_REVERSE:
		reverse(in, out);
		return true;
	case OTS_HEXLIFY:
		hexlify(in, out);
		return true;
	case OTS_ATTESTATION:
		break;
	}
	BUG_ON(true);
}

static void begin(struct ots_walk *w)
{
	w->msgs = arena_alloc(w->a, CAP_OTS_DEPTH * sizeof(*w->msgs));
	struct str digest = w->o->nodes[0].arg;
	w->msgs[0] = (struct ots_msg){.p = arena_alloc(w->a, CAP_OTS_MSG), .n = digest.n, .known = true};
	memcpy(w->msgs[0].p, digest.p, digest.n);
}

bool ots_walk_next(struct ots_walk *w, uint32_t *ret_node, struct str *ret_msg, bool *ret_known)
{
	if (!w->msgs)
		begin(w);
	uint32_t at = w->at == OTS_NONE ? OTS_NONE : ots_after(w->o, w->at);
	w->at = at;
	if (at == OTS_NONE)
		return false;
	const struct ots_node *node = &w->o->nodes[at];
	struct ots_msg *msg = &w->msgs[node->depth - 1];
	if (node->op != OTS_ATTESTATION) {
		const struct ots_msg *in = msg++;
		if (!msg->p)
			msg->p = arena_alloc(w->a, CAP_OTS_MSG);
		msg->n = node->msg_size;
		msg->known = in->known && compute(node, in, msg);
	}
	*ret_node = at;
	*ret_msg = str_mem(msg->p, msg->known ? msg->n : 0);
	*ret_known = msg->known;
	return true;
}

void ots_pending(struct arena *a, const struct ots *o, struct ots_pending **ret, size_t *ret_n)
{
	AUTO(arena) scratch = {0};
	struct ots_walk w = {.o = o, .a = &scratch};
	struct ots_pending *list = NULL;
	size_t n = 0;
	bool *proven = arena_alloc(&scratch, o->n * sizeof(*proven)); /* has a Bitcoin attestation at or below it */
	uint32_t at = 0;
	struct str msg;
	bool known = false;
	while (ots_walk_next(&w, &at, &msg, &known)) {
		const struct ots_node *node = &o->nodes[at];
		if (node->op == OTS_ATTESTATION && node->kind == OTS_BITCOIN)
			for (uint32_t up = node->parent; up != OTS_NONE && !proven[up]; up = o->nodes[up].parent)
				proven[up] = true;
		if (node->op != OTS_ATTESTATION || node->kind != OTS_PENDING)
			continue;
		struct ots_pending *p = arena_push(a, &list, &n, sizeof(*p));
		*p = (struct ots_pending){.at = node->parent, .uri = node->uri, .msg = str_dup(a, msg), .known = known};
	}
	for (size_t i = 0; i < n; i++)
		list[i].upgraded = proven[list[i].at];
	*ret = list;
	*ret_n = n;
}

static void add_hex(struct buf *to, struct str s)
{
	buf_addc(to, ' ');
	hex_add(to, str_sub(s, 0, SHOWN));
	if (s.n > SHOWN)
		buf_addf(to, "... (%zu bytes)", s.n);
}

static void add_attestation(struct buf *to, const struct ots_node *node, struct str msg, bool known)
{
	buf_addf(to, "%s", ots_kind_name(node->kind));
	if (node->kind == OTS_PENDING) {
		buf_addf(to, " %.*s", STR_FMT(node->uri));
	} else if (node->kind == OTS_UNKNOWN) {
		add_hex(to, str_mem(node->tag, sizeof(node->tag)));
		add_hex(to, node->arg);
	} else {
		buf_addf(to, " block %llu", (unsigned long long)node->height);
	}
	buf_add(to, STR(" of"));
	if (known)
		add_hex(to, msg);
	else
		buf_add(to, STR(" what cannot be computed here"));
}

void ots_info(struct arena *a, const struct ots *o, struct buf *to)
{
	struct ots_walk w = {.o = o, .a = a};
	size_t indent[CAP_OTS_DEPTH + 1] = {0}; /* by depth */
	uint32_t at = 0;
	struct str msg;
	bool known = false;
	buf_addf(to, "file %s", ots_op_name(o->nodes[0].op));
	add_hex(to, o->nodes[0].arg);
	buf_addc(to, '\n');
	while (ots_walk_next(&w, &at, &msg, &known)) {
		const struct ots_node *node = &o->nodes[at];
		const bool fork = o->nodes[o->nodes[node->parent].first].next != OTS_NONE;
		indent[node->depth] = indent[node->depth - 1] + fork;
		for (size_t i = 0; i < indent[node->depth]; i++)
			buf_add(to, STR("  "));
		if (node->op == OTS_ATTESTATION) {
			add_attestation(to, node, msg, known);
		} else {
			buf_addf(to, "%s", ots_op_name(node->op));
			if (node->arg.n)
				add_hex(to, node->arg);
		}
		buf_addc(to, '\n');
	}
}
