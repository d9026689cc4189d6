/* SPDX-License-Identifier: Apache-2.0 */
/* The record of what was done: ordered fields, each hashed under its own salt, so that a few of them can be shown and
 * proven while the others stay withheld; and the constant-size leaf that the public log has of it.
 * docs/formats/record.md is the specification.
 *
 *   salt_i = HMAC-SHA256(K, "field" ‖ u32be i)[:16]
 *   hash_i = SHA-256(0x00 ‖ salt_i ‖ u16be |name| ‖ name ‖ u64be |value| ‖ value)
 *   root   = RFC 6962 tree over hash_0 …;  field 0 is "record" = "v1 <kind> fields=<n>"
 *   leaf   = "onrecord/v1 entry\n" base64(root) "\n"
 */
#ifndef FORMATS_RECORD_H
#define FORMATS_RECORD_H

#include "base/caps.h"
#include "base/err.h"
#include "base/hash.h"

struct arena;
struct buf;

#define RECORD_KEY_SIZE 32u
#define RECORD_SALT_SIZE 16u
#define RECORD_LEAF_SIZE 63u

struct record_field {
	struct str name;  /* [a-z0-9.-]{1,64} */
	struct str value; /* any bytes */
};

struct record {
	struct str kind;              /* "capture", "import", … */
	uint8_t key[RECORD_KEY_SIZE]; /* K: random, one a record; a secret where fields are withheld */
	struct record_field *fields;  /* field 0 included */
	size_t n;
};

/* Begins a record of that kind (spelled as names are): field 0 is written by record_finish(). */
void record_begin(struct arena *a, struct record *r, const char *kind, const uint8_t key[RECORD_KEY_SIZE]);
/* Adds a field; the value is copied into `a`. A name that breaks the rule is our bug. */
void record_add(struct arena *a, struct record *r, const char *name, struct str value);
void record_addf(struct arena *a, struct record *r, const char *name, const char *fmt, ...) PRINTF_LIKE(4, 5);
/* Fills in field 0. E_LIMIT over CAP_RECORD_FIELDS, or over CAP_RECORD bytes as encoded. */
MUST_USE rc record_finish(struct arena *a, struct record *r, struct err *e);

/* Value of the first field of that name; an empty text when there is none (record_has tells). */
struct str record_get(const struct record *r, const char *name);
bool record_has(const struct record *r, const char *name);
/* The same as a number. E_FORMAT when it is missing or not decimal. */
MUST_USE rc record_get_u64(const struct record *r, const char *name, uint64_t *ret, struct err *e);

struct hash record_root(const struct record *r);

/* HMAC-SHA256(key, label ‖ u32be i)[:16]; label of at most 12 bytes: "field", "chunk". */
void record_salt(const struct hmac *key, const char *label, uint32_t i, uint8_t ret[RECORD_SALT_SIZE]);
/* hash_i; of a chunk it has an empty name. */
struct hash record_field_hash(const uint8_t salt[RECORD_SALT_SIZE], struct str name, struct str value);
bool record_name_ok(struct str name);
/* Reads the value of field 0. E_FORMAT when record_finish() would not write it. */
MUST_USE rc record_field_0(struct str value, struct str *ret_kind, size_t *ret_n, struct err *e);

/* 63 bytes into `ret`. */
void record_leaf(const struct hash *root, char ret[RECORD_LEAF_SIZE]);
/* E_FORMAT when it is no such leaf. */
MUST_USE rc record_leaf_parse(struct str leaf, struct hash *ret_root, struct err *e);

/* The bytes kept in records/: K ‖ u32be n ‖ n × (u16be |name| ‖ name ‖ u64be |value| ‖ value). */
void record_encode(struct buf *b, const struct record *r);
/* The exact reverse: anything record_encode would not write is refused. Text borrows from `bytes`, arrays live in `a`.
 * OK · E_FORMAT (with the offset) · E_LIMIT. */
MUST_USE rc record_decode(struct arena *a, struct str bytes, struct record *ret, struct err *e);

/* The tree over a large value, so that passages of it can be withheld: chunks of 64 bytes cut at UTF-8 boundaries
 * (text) or of 4 KiB, salted as fields are under K' = HMAC-SHA256(K, "<tree name>"), e.g. "body". Fed piece by piece.
 *   field value: "tree:<base64 root>:<utf8-64|fixed-4096>:<length>" */
enum record_chunking {
	RECORD_CHUNK_UTF8_64,
	RECORD_CHUNK_4096,
};
struct record_tree;
struct record_tree *record_tree_new(const struct hash *key, enum record_chunking rule);
/* Starts over for the next value under another key. */
void record_tree_reset(struct record_tree *t, const struct hash *key, enum record_chunking rule);
void record_tree_add(struct record_tree *t, struct str piece);
/* The field's value, in `a`. */
struct str record_tree_end(struct record_tree *t, struct arena *a);
void record_tree_free(struct record_tree *t);
/* Bytes of the first chunk of what is left of a value. */
size_t record_chunk_size(enum record_chunking rule, struct str rest);
/* What the field of a tree says. */
struct record_tree_value {
	struct hash root;
	enum record_chunking rule;
	uint64_t length;
};
/* E_FORMAT when record_tree_end() would not write it. */
MUST_USE rc record_tree_parse(struct str value, struct record_tree_value *ret, struct err *e);
/* K' of a tree. */
struct hash record_tree_key(const uint8_t key[RECORD_KEY_SIZE], const char *name);

#endif
