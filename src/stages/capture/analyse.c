/* SPDX-License-Identifier: Apache-2.0 */
/* Runs in the worker: one pass over a message for its digests, its trees and what it says of itself. */
#include "base/codec.h"
#include "base/mem.h"
#include "base/stream.h"
#include "stages/capture/capture_int.h"

const char *const ANALYSIS_FIELDS[] = {"status", "mime", "location", "headers.tree", "body.coding", "body.tree",
	"payload.length", "digest.block", "digest.payload", "declared.block.verdict", "declared.payload.verdict",
	"quirks"};
const size_t ANALYSIS_FIELDS_N = ARRAY_LEN(ANALYSIS_FIELDS);

/* A digest that the record's header declares, computed beside ours. */
struct declared {
	bool on;
	struct warc_digest want;
	struct digest have;
};

struct analysis {
	struct sink payload; /* first */
	struct sink content;
	struct message *message;
	struct digest block_sha;
	struct digest payload_sha;
	struct declared block_said;
	struct declared payload_said;
	struct record_tree *tree;
	struct tree_keys keys;
	struct arena *a; /* of the message's fields */
};

static rc payload_push(struct sink *s, struct str bytes, struct err *e)
{
	(void)e;
	struct analysis *an = (struct analysis *)(void *)s;
	digest_add(&an->payload_sha, bytes.p, bytes.n);
	if (an->payload_said.on)
		digest_add(&an->payload_said.have, bytes.p, bytes.n);
	return OK;
}

static rc content_push(struct sink *s, struct str bytes, struct err *e)
{
	(void)e;
	struct analysis *an = (struct analysis *)(void *)((char *)s - offsetof(struct analysis, content));
	record_tree_add(an->tree, bytes);
	return OK;
}

/* Text is cut fine enough that one name can be withheld; the rest in pages. */
static enum record_chunking chunking_of(struct str media_type)
{
	static const char *const text[] = {"application/json", "application/ld+json", "application/xml",
		"application/xhtml+xml", "application/rss+xml", "application/atom+xml"};
	if (str_starts(media_type, STR("text/")))
		return RECORD_CHUNK_UTF8_64;
	for (size_t i = 0; i < ARRAY_LEN(text); i++)
		if (str_eq(media_type, str_c(text[i])))
			return RECORD_CHUNK_UTF8_64;
	return RECORD_CHUNK_4096;
}

static void content_begins(void *ctx, struct str media_type)
{
	struct analysis *an = ctx;
	record_tree_reset(an->tree, &an->keys.body, chunking_of(media_type));
}

struct analysis *analysis_new(void)
{
	struct analysis *an = mem_alloc(sizeof(*an));
	struct hash none = {{0}};
	an->payload.push = payload_push;
	an->content.push = content_push;
	an->message = message_new();
	an->tree = record_tree_new(&none, RECORD_CHUNK_4096);
	return an;
}

void analysis_free(struct analysis *an)
{
	if (!an)
		return;
	message_free(an->message);
	record_tree_free(an->tree);
	digest_clear(&an->block_sha);
	digest_clear(&an->payload_sha);
	digest_clear(&an->block_said.have);
	digest_clear(&an->payload_said.have);
	mem_free(an);
}

static void declare(struct declared *d, struct str text)
{
	struct err e;
	d->on = text.n && warc_digest_parse(text, &d->want, &e) == OK;
	if (d->on)
		digest_start(&d->have, d->want.alg);
}

void analysis_declare(struct analysis *an, struct str block, struct str payload)
{
	declare(&an->block_said, block);
	declare(&an->payload_said, payload);
}

static void add_verdict(struct arena *a, struct record *ret, const char *name, struct declared *d)
{
	uint8_t have[DIGEST_MAX];
	if (!d->on)
		return;
	digest_end(&d->have, have);
	bool same = memcmp(have, d->want.bytes, digest_size(d->want.alg)) == 0;
	record_add(a, ret, name, same ? STR("match") : STR("mismatch"));
}

void analysis_begin(struct analysis *an, struct arena *a, enum message_kind kind, struct str content_type,
	const struct tree_keys *keys)
{
	an->a = a;
	an->keys = *keys;
	analysis_declare(an, STR(""), STR(""));
	digest_start(&an->block_sha, DIGEST_SHA256);
	digest_start(&an->payload_sha, DIGEST_SHA256);
	record_tree_reset(an->tree, &keys->body, RECORD_CHUNK_4096);
	message_begin(an->message, a,
		&(struct message_start){kind, content_type, &an->payload, &an->content, content_begins, an});
}

rc analysis_push(struct analysis *an, struct str piece, struct err *e)
{
	digest_add(&an->block_sha, piece.p, piece.n);
	if (an->block_said.on)
		digest_add(&an->block_said.have, piece.p, piece.n);
	return message_push(an->message, piece, e);
}

static void add_digest(struct arena *a, struct record *ret, const char *name, struct digest *d)
{
	struct hash h = digest_sha256(d);
	record_addf(a, ret, name, "sha256:%.*s", STR_FMT(hex_of(a, hash_str(&h))));
}

static void add_quirks(struct arena *a, struct record *ret, const struct quirks *q)
{
	AUTO(buf) text = {0};
	if (q->seen == 0)
		return;
	buf_init(&text, 64 * KIB);
	for (size_t i = 0; i < q->n; i++)
		buf_addf(&text, "%llu: %.*s\n", (unsigned long long)q->items[i].offset, STR_FMT(q->items[i].what));
	if (q->seen > q->n)
		buf_addf(&text, "and %llu more\n", (unsigned long long)(q->seen - q->n));
	record_add(a, ret, "quirks", buf_str(&text));
}

static void add_if(struct arena *a, struct record *ret, const char *name, struct str value)
{
	if (value.n)
		record_add(a, ret, name, value);
}

rc analysis_end(struct analysis *an, struct record *ret, struct err *e)
{
	struct message_info info;
	struct arena *a = an->a;
	TRY(message_end(an->message, &info, e));
	if (info.status)
		record_addf(a, ret, "status", "%u", info.status);
	add_if(a, ret, "mime", info.media_type);
	add_if(a, ret, "location", info.location);
	add_if(a, ret, "body.coding", info.coding);
	record_add(a, ret, "body.tree", record_tree_end(an->tree, a));
	if (info.head.n) {
		record_tree_reset(an->tree, &an->keys.headers, RECORD_CHUNK_UTF8_64);
		record_tree_add(an->tree, info.head);
		record_add(a, ret, "headers.tree", record_tree_end(an->tree, a));
	}
	record_addf(a, ret, "payload.length", "%llu", (unsigned long long)info.payload_length);
	add_digest(a, ret, "digest.block", &an->block_sha);
	add_digest(a, ret, "digest.payload", &an->payload_sha);
	add_verdict(a, ret, "declared.block.verdict", &an->block_said);
	add_verdict(a, ret, "declared.payload.verdict", &an->payload_said);
	add_quirks(a, ret, &info.quirks);
	return OK;
}

void analyse_begin_record(
	struct analysis *an, struct arena *a, const struct warc_record *rec, const struct tree_keys *keys)
{
	analysis_begin(an, a, message_kind_of(rec->content_type, false), rec->content_type, keys);
	/* a revisit's payload digest is that of the payload it stands for (WARC 1.1 §6.7.2) */
	analysis_declare(an, warc_get(rec, "WARC-Block-Digest"),
		rec->type == WARC_REVISIT ? STR("") : warc_get(rec, "WARC-Payload-Digest"));
}

rc analyse_record(struct analysis *an, struct arena *a, struct warc_reader *w, const struct warc_record *rec,
	const struct tree_keys *keys, struct record *ret, struct err *e)
{
	struct str piece;
	rc r = OK;
	analyse_begin_record(an, a, rec, keys);
	while ((r = warc_block(w, &piece, e)) == OK)
		TRY(analysis_push(an, piece, e));
	return r == E_NOTFOUND ? analysis_end(an, ret, e) : r;
}

bool is_capture(enum warc_type t)
{
	return t == WARC_RESPONSE || t == WARC_RESOURCE || t == WARC_REVISIT || t == WARC_CONVERSION;
}

void warc_record_fields(struct arena *a, const struct warc_record *rec, struct record *ret)
{
	record_add(a, ret, "url", rec->target_uri);
	if (rec->date.precision != PRECISION_NONE)
		record_add(a, ret, "time", instant_iso(a, rec->date));
	record_add(a, ret, "warc.type", rec->type_name);
	add_if(a, ret, "warc.id", rec->id);
	add_if(a, ret, "ip", warc_get(rec, "WARC-IP-Address"));
	add_if(a, ret, "truncated", warc_get(rec, "WARC-Truncated"));
	add_if(a, ret, "refers-to", warc_get(rec, "WARC-Refers-To"));
	add_if(a, ret, "declared.payload", warc_get(rec, "WARC-Payload-Digest"));
	add_if(a, ret, "declared.block", warc_get(rec, "WARC-Block-Digest"));
	for (size_t i = 0; i < rec->nfields; i++)
		if (str_ieq(rec->fields[i].name, STR("WARC-Protocol")))
			record_add(a, ret, "protocol", rec->fields[i].value);
}
