/* SPDX-License-Identifier: Apache-2.0 */
/* A disclosure shows some fields of a record, and some chunks of the trees it names, and proves that they and nothing
 * else stand there: what is withheld is represented by salted hashes that cannot be guessed. One spelling per content.
 * docs/formats/disclosure.md is the specification.
 *
 *   onrecord/v1 disclosure
 *   root 9o3c…=
 *   field 0 Aqd1…== record =v1 capture fields=5
 *   withheld 1 1 Yd0a…=                        one field
 *   field 2 kJ5n…== body.tree =tree:…:utf8-64:300
 *   field 3 9wq0…== status =200
 *   withheld 4 4 lqGv…=
 *   tree 2 5                                   the tree that field 2 names has 5 chunks
 *   chunk 0 pQx1…== =<p>The minister said
 *   withheld 1 1 0iKf…=
 *   withheld 2 3 mZ2W…=                        a whole subtree: one hash
 *   chunk 4 3bTn…== =</p>\0a */
#ifndef FORMATS_DISCLOSURE_H
#define FORMATS_DISCLOSURE_H

#include "formats/record/record.h"

/* [from, to) of a tree's value, in bytes. */
struct disclosure_span {
	uint64_t from, to;
};

/* Which chunks of one tree are shown: those that lie wholly within one of the spans. */
struct disclosure_tree_choice {
	size_t field;                       /* position of the field that names the tree: "<name>.tree" */
	struct str value;                   /* all of the value */
	const struct disclosure_span *open; /* ascending, with something between each two */
	size_t nopen;
};

/* What is shown. A tree that is not among `trees` is withheld, whether or not the field that names it is open. */
struct disclosure_choice {
	const bool *open;                           /* one a field; field 0 is always shown */
	const struct disclosure_tree_choice *trees; /* ascending by field */
	size_t ntrees;
};

/* True when the value of a field named `open` lets a reader confirm or look up a guess at what `withheld` holds (a
 * field, or the value of a tree when it is named "<name>.tree"): digests over it, copies of it. Unknown names that look
 * like digests are taken for digests of everything. */
bool disclosure_is_oracle(struct str open, struct str withheld);
/* Positions, ascending and in `a`, of the fields that the choice opens and that are oracles for something that it
 * withholds. Their number is returned. Withholding them too may make others oracles: ask until there are none. */
size_t disclosure_oracles(
	struct arena *a, const struct record *r, const struct disclosure_choice *c, size_t **ret_fields);
/* The first line of an HTTP head at or after `at` that has a digest of the body in it (ETag, Content-MD5, Digest, …),
 * as bytes [*ret_from, *ret_to); false when there is none. Where some of the body is withheld these lines must be too.
 */
bool disclosure_digest_line(struct str head, size_t at, size_t *ret_from, size_t *ret_to);

/* Appends the disclosure. The record's key is disclosed only where nothing is withheld, a tree's only where all of the
 * tree is open; else single salts are.
 * OK · E_USAGE the choice makes no sense (spans, positions), or it opens oracles, which are named · E_VERIFY a value is
 * not the one that the record's tree is over · E_LIMIT over CAP_DISCLOSURE bytes or CAP_DISCLOSURE_PARTS lines */
MUST_USE rc disclosure_make(
	struct arena *a, const struct record *r, const struct disclosure_choice *c, struct buf *ret, struct err *e);

/* One line: a field or chunk that is shown, or withheld ones that stand side by side below one hash. */
struct disclosure_part {
	bool open;
	bool salted;                    /* the line gives its salt; else it follows from a key */
	uint32_t first, n;              /* positions; n is 1 when open */
	struct str name;                /* of an open field */
	struct str value;               /* of an open field or chunk */
	uint8_t salt[RECORD_SALT_SIZE]; /* when salted */
	struct hash hash;               /* when withheld */
};

struct disclosure_parts {
	struct disclosure_part *part; /* ascending, without gaps */
	size_t nparts;
	uint32_t total; /* fields or chunks, shown and withheld */
	bool keyed;     /* all are shown, and the key is given */
	uint8_t key[RECORD_KEY_SIZE];
};

/* A stretch of a tree's value. The length of withheld stretches is known within bounds: `utf8-64` chunks have 61 to 64
 * bytes. Where there is one such stretch, or chunks of 4096 bytes, the bounds are equal. */
struct disclosure_run {
	bool open;
	uint64_t min, max; /* bytes */
	struct str text;   /* when open */
};

struct disclosure_tree {
	uint32_t field;  /* the open field that names it */
	struct str name; /* "body" */
	uint64_t length; /* bytes of the whole value */
	struct disclosure_parts chunks;
	struct disclosure_run *runs; /* shown and withheld in turn */
	size_t nruns;
};

struct disclosure {
	struct hash root; /* of the record; record_leaf() gives the entry that must be in the log */
	struct str kind;
	struct disclosure_parts fields;
	struct disclosure_tree *trees; /* those of which something is shown, ascending by field */
	size_t ntrees;
};

/* Reads a disclosure and computes the root from it: on OK the fields and chunks in `ret` are those of the record with
 * that root. Whether the root is in a log is the caller's to check. Text and arrays live in `a` or borrow from `bytes`.
 * OK · E_FORMAT not the one spelling of a disclosure · E_LIMIT · E_VERIFY it contradicts itself: a value was changed */
MUST_USE rc disclosure_check(struct arena *a, struct str bytes, struct disclosure *ret, struct err *e);

#endif
