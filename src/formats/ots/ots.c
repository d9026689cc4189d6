/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a proof: reading them into nodes, and writing the nodes. Sizes of results follow from the operations
 * alone, so every limit is checked here and nothing is computed. */
#include "formats/ots/ots.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "formats/ots/ots_int.h"

#define VERSION 1u
#define MORE 0xffu /* before every item of a node but the last */
#define MAGIC "\0OpenTimestamps\0\0Proof\0\xbf\x89\xe2\xe8\x84\xe8\x92\x94"
#define TAG_SIZE 8u

static const struct {
	enum ots_kind kind;
	uint8_t tag[TAG_SIZE + 1];
} kinds[] = {
	{OTS_PENDING, "\x83\xdf\xe3\x0d\x2e\xf9\x0c\x8e"},
	{OTS_BITCOIN, "\x05\x88\x96\x0d\x73\xd7\x19\x01"},
	{OTS_LITECOIN, "\x06\x86\x9a\x0d\x73\xd7\x1b\x45"},
	{OTS_ETHEREUM, "\x30\xfe\x80\x87\xb5\xc7\xea\xd7"},
};

struct reader {
	struct bytes_reader r;
	size_t size; /* of all, to tell offsets */
	struct err *e;
};

static rc bad(const struct reader *r, rc code, const char *what)
{
	return err_set(r->e, code, "byte %zu: %s", r->size - r->r.n, what);
}

static rc read_byte(struct reader *r, uint8_t *ret)
{
	struct str s = bytes_take(&r->r, 1);
	if (s.n == 0)
		return bad(r, E_FORMAT, "the proof ends in the middle");
	*ret = (uint8_t)s.p[0];
	return OK;
}

static rc read_bytes(struct reader *r, size_t n, struct str *ret)
{
	*ret = bytes_take(&r->r, n);
	return r->r.bad ? bad(r, E_FORMAT, "the proof ends in the middle") : OK;
}

/* Seven bits a byte, the lowest first. */
static rc read_number(struct reader *r, uint64_t *ret)
{
	uint64_t v = 0;
	uint8_t b = 0;
	unsigned shift = 0;
	do {
		TRY(read_byte(r, &b));
		if (shift == 63 && b > 1)
			return bad(r, E_LIMIT, "a number of more than 64 bits");
		v |= (uint64_t)(b & 0x7f) << shift;
		shift += 7;
	} while (b & 0x80);
	if (b == 0 && shift > 7)
		return bad(r, E_FORMAT, "a number that is not in its shortest form");
	*ret = v;
	return OK;
}

static rc read_counted(struct reader *r, size_t least, size_t most, struct str *ret)
{
	uint64_t n = 0;
	TRY(read_number(r, &n));
	if (n < least)
		return bad(r, E_FORMAT, "an empty argument");
	if (n > most)
		return err_set(r->e, E_LIMIT, "byte %zu: %llu bytes where %zu are allowed", r->size - r->r.n,
			(unsigned long long)n, most);
	return read_bytes(r, (size_t)n, ret);
}

static bool uri_ok(struct str uri)
{
	for (size_t i = 0; i < uri.n; i++)
		if (!ascii_digit(uri.p[i]) && !ascii_alpha(uri.p[i]) && str_chr(STR("-._/:"), uri.p[i], 0) == 5)
			return false;
	return true;
}

static rc read_payload(struct reader *r, struct ots_node *to)
{
	struct reader in = {.r = bytes_reader(to->arg), .size = r->size - r->r.n, .e = r->e};
	if (to->kind == OTS_UNKNOWN)
		return OK;
	if (to->kind == OTS_PENDING) {
		TRY(read_counted(&in, 0, CAP_OTS_URI, &to->uri));
		if (!uri_ok(to->uri))
			return bad(
				&in, E_FORMAT, "a calendar's address with other characters than A-Z a-z 0-9 - . _ / :");
	} else {
		TRY(read_number(&in, &to->height));
	}
	return in.r.n ? bad(&in, E_FORMAT, "an attestation with something behind it") : OK;
}

static rc read_attestation(struct reader *r, struct ots_node *to)
{
	struct str tag;
	TRY(read_bytes(r, TAG_SIZE, &tag));
	memcpy(to->tag, tag.p, TAG_SIZE);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (memcmp(kinds[i].tag, to->tag, TAG_SIZE) == 0)
			to->kind = kinds[i].kind;
	TRY(read_counted(r, 0, CAP_OTS_PAYLOAD, &to->arg));
	return read_payload(r, to);
}

/* Bytes of a hash operation's result; 0 for the other operations and for what is none. */
static size_t hash_size(unsigned tag)
{
	switch (tag) {
	case OTS_SHA1:
	case OTS_RIPEMD160:
		return 20;
	case OTS_SHA256:
	case OTS_KECCAK256:
		return 32;
	default:
		return 0;
	}
}

static rc read_op(struct reader *r, uint8_t tag, struct ots_node *to)
{
	size_t size = to->msg_size;
	if (hash_size(tag)) {
		size = hash_size(tag);
	} else if (tag == OTS_APPEND || tag == OTS_PREPEND) {
		TRY(read_counted(r, 1, CAP_OTS_MSG, &to->arg));
		size += to->arg.n;
	} else if (tag == OTS_HEXLIFY) {
		size *= 2;
	} else if (tag != OTS_REVERSE) {
		return bad(r, E_FORMAT, "an operation that is not known");
	}
	if (size > CAP_OTS_MSG)
		return bad(r, E_LIMIT, "an operation whose result is longer than 4096 bytes");
	if (to->depth >= CAP_OTS_DEPTH)
		return bad(r, E_LIMIT, "more than 255 operations on one another");
	to->op = (enum ots_op)tag;
	to->msg_size = (uint16_t)size;
	return OK;
}

int ots_order(const struct ots_node *x, const struct ots_node *y)
{
	if (x->op != y->op)
		return x->op < y->op ? -1 : 1;
	if (x->op != OTS_ATTESTATION)
		return str_cmp(x->arg, y->arg);
	int tags = memcmp(x->tag, y->tag, TAG_SIZE);
	if (tags != 0)
		return tags;
	if (x->kind == OTS_PENDING)
		return str_cmp(x->uri, y->uri);
	if (x->kind == OTS_UNKNOWN)
		return str_cmp(x->arg, y->arg);
	return (x->height > y->height) - (x->height < y->height);
}

static int by_parent(const void *x, const void *y, void *nodes)
{
	const struct ots_node *a = (const struct ots_node *)nodes + *(const uint32_t *)x;
	const struct ots_node *b = (const struct ots_node *)nodes + *(const uint32_t *)y;
	if (a->parent != b->parent)
		return a->parent < b->parent ? -1 : 1;
	return ots_order(a, b);
}

/* Links siblings in their order. */
static rc link_all(struct arena *a, struct ots *o, struct err *e)
{
	size_t n = o->n - 1;
	uint32_t *sorted = arena_alloc(a, n * sizeof(*sorted));
	for (size_t i = 0; i < n; i++)
		sorted[i] = (uint32_t)i + 1;
	qsort_r(sorted, n, sizeof(*sorted), by_parent, o->nodes);
	for (size_t i = n; i-- > 0;) {
		struct ots_node *node = &o->nodes[sorted[i]];
		if (i > 0 && by_parent(&sorted[i - 1], &sorted[i], o->nodes) == 0)
			return err_set(e, E_FORMAT, "a proof that says the same twice in one place");
		node->next = o->nodes[node->parent].first;
		o->nodes[node->parent].first = sorted[i];
	}
	return OK;
}

/* Reads one item into a new node under `parent`; *ret_last: it is the parent's last. */
static rc read_item(struct reader *r, struct arena *a, struct ots *o, uint32_t parent, bool *ret_last)
{
	uint8_t tag = 0;
	TRY(read_byte(r, &tag));
	const bool last = tag != MORE;
	if (!last)
		TRY(read_byte(r, &tag));
	if (o->n >= CAP_OTS_NODES)
		return bad(r, E_LIMIT, "more operations and attestations than 16384");
	struct ots_node *node = arena_push(a, &o->nodes, &o->n, sizeof(*node));
	const struct ots_node *up = &o->nodes[parent];
	*node = (struct ots_node){.parent = parent,
		.first = OTS_NONE,
		.next = OTS_NONE,
		.depth = (uint16_t)(up->depth + 1),
		.msg_size = up->msg_size};
	*ret_last = last;
	return tag == OTS_ATTESTATION ? read_attestation(r, node) : read_op(r, tag, node);
}

/* `more[depth]`: the operation open at that depth is not its parent's last item. */
rc ots_items(struct arena *a, struct str bytes, size_t at, struct ots *o, struct err *e)
{
	struct reader r = {.r = bytes_reader(str_from(bytes, at)), .size = bytes.n, .e = e};
	bool more[CAP_OTS_DEPTH] = {false};
	uint32_t cur = 0;
	bool last = false;
	do {
		TRY(read_item(&r, a, o, cur, &last));
		const struct ots_node *node = &o->nodes[o->n - 1];
		if (node->op != OTS_ATTESTATION) {
			more[node->depth] = !last;
			cur = (uint32_t)o->n - 1;
			last = false;
		}
		while (last && cur != 0) {
			last = !more[o->nodes[cur].depth];
			cur = o->nodes[cur].parent;
		}
	} while (!last);
	return r.r.n ? bad(&r, E_FORMAT, "something behind the proof") : link_all(a, o, e);
}

rc ots_parse(struct arena *a, struct str bytes, struct ots *ret, struct err *e)
{
	const struct str magic = STR(MAGIC);
	struct ots o = {.size = bytes.n};
	struct str digest;
	uint64_t version = 0;
	uint8_t op = 0;
	if (bytes.n > CAP_OTS)
		return err_set(e, E_LIMIT, "a proof of %zu bytes", bytes.n);
	if (!str_starts(bytes, magic))
		return err_set(e, E_FORMAT, "not an OpenTimestamps proof: it begins otherwise");
	bytes = str_dup(a, bytes);
	struct reader r = {.r = bytes_reader(str_from(bytes, magic.n)), .size = bytes.n, .e = e};
	TRY(read_number(&r, &version));
	if (version != VERSION)
		return err_set(e, E_UNSUPPORTED, "a proof of version %llu, 1 is known", (unsigned long long)version);
	TRY(read_byte(&r, &op));
	if (hash_size(op) == 0)
		return bad(&r, E_FORMAT, "the file's digest is by an operation that is no hash");
	TRY(read_bytes(&r, hash_size(op), &digest));
	struct ots_node *top = arena_push(a, &o.nodes, &o.n, sizeof(*top));
	*top = (struct ots_node){.op = (enum ots_op)op,
		.parent = OTS_NONE,
		.first = OTS_NONE,
		.next = OTS_NONE,
		.msg_size = (uint16_t)digest.n,
		.arg = digest};
	TRY(ots_items(a, bytes, bytes.n - r.r.n, &o, e));
	*ret = o;
	return OK;
}

static void add_number(struct buf *to, uint64_t v)
{
	for (; v > 0x7f; v >>= 7)
		buf_addc(to, (char)(v | 0x80));
	buf_addc(to, (char)v);
}

static void add_counted(struct buf *to, struct str s)
{
	add_number(to, s.n);
	buf_add(to, s);
}

static void add_item(struct buf *to, const struct ots_node *node)
{
	if (node->next != OTS_NONE)
		buf_addc(to, (char)MORE);
	buf_addc(to, (char)node->op);
	if (node->op == OTS_ATTESTATION)
		buf_addmem(to, node->tag, TAG_SIZE);
	if (node->op == OTS_ATTESTATION || node->op == OTS_APPEND || node->op == OTS_PREPEND)
		add_counted(to, node->arg);
}

rc ots_write(const struct ots *o, struct buf *to, struct err *e)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->nodes[i].op != OTS_ATTESTATION && o->nodes[i].first == OTS_NONE)
			return err_set(e, E_USAGE, "a proof that nobody has attested yet cannot be written");
	buf_add(to, STR(MAGIC));
	add_number(to, VERSION);
	buf_addc(to, (char)o->nodes[0].op);
	buf_add(to, o->nodes[0].arg);
	for (uint32_t i = ots_after(o, 0); i != OTS_NONE; i = ots_after(o, i))
		add_item(to, &o->nodes[i]);
	return OK;
}
