/* SPDX-License-Identifier: Apache-2.0 */
/* Building, hashing, encoding and decoding records. */
#include "formats/record/record.h"

#include <stdarg.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/codec.h"
#include "formats/tlog/tlog.h"

#define LEAF_HEAD "onrecord/v1 entry\n"
#define FIELD_0 "record"

bool record_name_ok(struct str name)
{
	bool ok = name.n > 0 && name.n <= CAP_RECORD_NAME;
	for (size_t i = 0; ok && i < name.n; i++) {
		char c = name.p[i];
		ok = (c >= 'a' && c <= 'z') || ascii_digit(c) || c == '.' || c == '-';
	}
	return ok;
}

void record_begin(struct arena *a, struct record *r, const char *kind, const uint8_t key[RECORD_KEY_SIZE])
{
	BUG_ON(!record_name_ok(str_c(kind)));
	*r = (struct record){.kind = str_dup(a, str_c(kind))};
	memcpy(r->key, key, RECORD_KEY_SIZE);
	struct record_field *f = arena_push(a, &r->fields, &r->n, sizeof(*f));
	*f = (struct record_field){STR(FIELD_0), STR("")};
}

void record_add(struct arena *a, struct record *r, const char *name, struct str value)
{
	BUG_ON(!record_name_ok(str_c(name)) || r->n == 0);
	struct record_field *f = arena_push(a, &r->fields, &r->n, sizeof(*f));
	*f = (struct record_field){str_dup(a, str_c(name)), str_dup(a, value)};
}

void record_addf(struct arena *a, struct record *r, const char *name, const char *fmt, ...)
{
	AUTO(buf) b = {0};
	va_list ap;
	buf_init(&b, CAP_RECORD);
	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	BUG_ON(b.over);
	record_add(a, r, name, buf_str(&b));
}

rc record_finish(struct arena *a, struct record *r, struct err *e)
{
	if (r->n > CAP_RECORD_FIELDS)
		return err_set(e, E_LIMIT, "a record of %zu fields", r->n);
	r->fields[0].value = str_fmt(a, "v1 %.*s fields=%zu", STR_FMT(r->kind), r->n);
	uint64_t size = RECORD_KEY_SIZE + 4;
	for (size_t i = 0; i < r->n; i++)
		size += 2 + r->fields[i].name.n + 8 + r->fields[i].value.n;
	if (size > CAP_RECORD)
		return err_set(e, E_LIMIT, "a record of %llu bytes", (unsigned long long)size);
	return OK;
}

static const struct record_field *find(const struct record *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (str_eq(r->fields[i].name, str_c(name)))
			return &r->fields[i];
	return NULL;
}

struct str record_get(const struct record *r, const char *name)
{
	const struct record_field *f = find(r, name);
	return f ? f->value : STR("");
}

bool record_has(const struct record *r, const char *name)
{
	return find(r, name) != NULL;
}

rc record_get_u64(const struct record *r, const char *name, uint64_t *ret, struct err *e)
{
	if (!str_to_u64(record_get(r, name), ret))
		return err_set(e, E_FORMAT, "field %s is no number", name);
	return OK;
}

void record_salt(const struct hmac *key, const char *label, uint32_t i, uint8_t ret[RECORD_SALT_SIZE])
{
	char message[16];
	size_t n = strlen(label);
	BUG_ON(n > sizeof(message) - 4);
	memcpy(message, label, n);
	for (size_t k = 0; k < 4; k++)
		message[n + k] = (char)(i >> (8 * (3 - k)));
	struct hash h = hmac_of(key, str_mem(message, n + 4));
	memcpy(ret, h.b, RECORD_SALT_SIZE);
}

struct hash record_field_hash(const uint8_t salt[RECORD_SALT_SIZE], struct str name, struct str value)
{
	uint8_t head[1 + RECORD_SALT_SIZE + 2 + CAP_RECORD_NAME + 8] = {0};
	size_t n = 1;
	memcpy(head + n, salt, RECORD_SALT_SIZE);
	n += RECORD_SALT_SIZE;
	head[n++] = (uint8_t)(name.n >> 8);
	head[n++] = (uint8_t)name.n;
	if (name.n)
		memcpy(head + n, name.p, name.n);
	n += name.n;
	for (size_t k = 0; k < 8; k++)
		head[n++] = (uint8_t)((uint64_t)value.n >> (8 * (7 - k)));
	struct digest d = {0};
	digest_start(&d, DIGEST_SHA256);
	digest_add(&d, head, n);
	digest_add(&d, value.p, value.n);
	return digest_sha256(&d);
}

struct hash record_root(const struct record *r)
{
	struct hmac key = {0};
	struct tlog_edge edge;
	hmac_start(&key, str_mem(r->key, sizeof(r->key)));
	tlog_edge_init(&edge);
	for (size_t i = 0; i < r->n; i++) {
		uint8_t salt[RECORD_SALT_SIZE];
		record_salt(&key, "field", (uint32_t)i, salt);
		struct hash h = record_field_hash(salt, r->fields[i].name, r->fields[i].value);
		tlog_edge_add(&edge, &h);
	}
	hmac_clear(&key);
	return tlog_edge_root(&edge);
}

void record_leaf(const struct hash *root, char ret[RECORD_LEAF_SIZE])
{
	AUTO(buf) b = {0};
	buf_init(&b, RECORD_LEAF_SIZE);
	buf_add(&b, STR(LEAF_HEAD));
	base64_add(&b, hash_str(root));
	buf_addc(&b, '\n');
	BUG_ON(b.over || b.n != RECORD_LEAF_SIZE);
	memcpy(ret, b.p, RECORD_LEAF_SIZE);
}

rc record_leaf_parse(struct str leaf, struct hash *ret_root, struct err *e)
{
	struct str head = STR(LEAF_HEAD);
	struct hash root;
	if (leaf.n != RECORD_LEAF_SIZE || !str_starts(leaf, head) || leaf.p[leaf.n - 1] != '\n' ||
		!base64_fixed(str_sub(leaf, head.n, leaf.n - 1), root.b, sizeof(root.b)))
		return err_set(e, E_FORMAT, "no leaf of a record");
	*ret_root = root;
	return OK;
}

void record_encode(struct buf *b, const struct record *r)
{
	buf_addmem(b, r->key, sizeof(r->key));
	buf_addu32(b, (uint32_t)r->n);
	for (size_t i = 0; i < r->n; i++) {
		buf_addu16(b, (uint16_t)r->fields[i].name.n);
		buf_add(b, r->fields[i].name);
		buf_addu64(b, r->fields[i].value.n);
		buf_add(b, r->fields[i].value);
	}
}

rc record_field_0(struct str value, struct str *ret_kind, size_t *ret_n, struct err *e)
{
	struct str rest = value;
	struct str version = str_cut(&rest, ' ');
	struct str kind = str_cut(&rest, ' ');
	struct str head = STR("fields=");
	struct str digits = str_from(rest, head.n);
	uint64_t n = 0;
	if (!str_eq(version, STR("v1")) || !record_name_ok(kind) || !str_starts(rest, head) ||
		!str_to_u64(digits, &n) || digits.p[0] == '0' || n > CAP_RECORD_FIELDS)
		return err_set(e, E_FORMAT, "field 0 is not \"v1 <kind> fields=<n>\"");
	*ret_kind = kind;
	*ret_n = (size_t)n;
	return OK;
}

rc record_decode(struct arena *a, struct str bytes, struct record *ret, struct err *e)
{
	struct bytes_reader in = bytes_reader(bytes);
	struct record r = {0};
	struct str key = bytes_take(&in, RECORD_KEY_SIZE);
	uint32_t n = bytes_u32(&in);
	size_t said = 0;
	if (in.bad || n == 0)
		return err_set(e, E_FORMAT, "a record without fields, or cut short before them");
	if (n > CAP_RECORD_FIELDS || bytes.n > CAP_RECORD)
		return err_set(e, E_LIMIT, "a record of %u fields and %zu bytes", n, bytes.n);
	memcpy(r.key, key.p, sizeof(r.key));
	r.fields = arena_alloc(a, n * sizeof(*r.fields));
	for (; r.n < n; r.n++) {
		struct record_field *f = &r.fields[r.n];
		f->name = bytes_take(&in, bytes_u16(&in));
		f->value = bytes_take(&in, bytes_u64(&in));
		if (in.bad || !record_name_ok(f->name))
			return err_set(e, E_FORMAT, "field %zu before byte %zu cannot be read", r.n, bytes.n - in.n);
	}
	if (in.n)
		return err_set(e, E_FORMAT, "%zu bytes after the last field", in.n);
	TRY(record_field_0(r.fields[0].value, &r.kind, &said, e));
	if (said != r.n || !str_eq(r.fields[0].name, STR(FIELD_0)))
		return err_set(e, E_FORMAT, "field 0 is not \"record\" with fields=%zu", r.n);
	*ret = r;
	return OK;
}
