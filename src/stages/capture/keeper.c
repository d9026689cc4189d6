/* SPDX-License-Identifier: Apache-2.0 */
/* The parent's side of keeping: batches, spans, keys. */
#include "base/codec.h"
#include "base/time.h"
#include "stages/capture/capture_int.h"

#define BATCH_CAPTURES 1024u
#define BATCH_BYTES (32u * MIB)

struct kept_one {
	struct record record;
	struct archive_span span;
	bool has_span;
};

void keeper_init(struct keeper *k, struct archive *ar, struct capture_out *out)
{
	*k = (struct keeper){.ar = ar, .out = out};
}

void keeper_clear(struct keeper *k)
{
	arena_clear(&k->batch);
}

static struct record record_copy(struct arena *a, const struct record *r)
{
	struct record c = *r;
	c.kind = str_dup(a, r->kind);
	c.fields = arena_alloc(a, r->n * sizeof(*c.fields));
	for (size_t i = 0; i < r->n; i++)
		c.fields[i] = (struct record_field){str_dup(a, r->fields[i].name), str_dup(a, r->fields[i].value)};
	return c;
}

rc keeper_add(struct keeper *k, const struct record *r, const struct archive_span *span, struct err *e)
{
	struct kept_one *one = arena_push(&k->batch, &k->items, &k->n, sizeof(*one));
	one->record = record_copy(&k->batch, r);
	if (span) {
		one->span = *span;
		one->has_span = true;
		k->bytes += span->length;
	}
	return k->n >= BATCH_CAPTURES || k->bytes >= BATCH_BYTES ? keeper_flush(k, e) : OK;
}

static rc flush(struct keeper *k, struct err *e)
{
	AUTO(buf) body = {0};
	struct frame *frames = arena_alloc(&k->batch, (k->n + 1) * sizeof(*frames));
	buf_init(&body, CAP_RECORD);
	TRY(archive_sync_warc(k->ar, e));
	for (size_t i = 0; i < k->n; i++) {
		struct kept_one *one = &k->items[i];
		buf_reset(&body);
		record_encode(&body, &one->record);
		TRY(buf_done(&body, e));
		frames[i].kind = FRAME_RECORD;
		frames[i].body = str_dup(&k->batch, buf_str(&body));
		TRY(archive_frame_add(
			k->ar, FRAME_RECORD, frames[i].body, one->has_span ? &one->span : NULL, &frames[i].ref, e));
	}
	TRY(archive_sync_records(k->ar, e));
	for (size_t i = 0; i < k->n; i++)
		TRY(k->out->kept(k->out, &frames[i], &k->items[i].record, e));
	return OK;
}

rc keeper_flush(struct keeper *k, struct err *e)
{
	if (k->n == 0)
		return OK;
	rc r = flush(k, e);
	/* some frames may be there and others not, and who counts them may have heard of some */
	if (r != OK)
		archive_use_up(k->ar);
	arena_reset(&k->batch);
	k->items = NULL;
	k->n = 0;
	k->bytes = 0;
	return r;
}

struct str utc_now(struct arena *a, struct env *env)
{
	return instant_utc(a, env->now(env), 0);
}

rc new_key(struct env *env, uint8_t ret[RECORD_KEY_SIZE], struct err *e)
{
	return env->random(env, ret, RECORD_KEY_SIZE, e);
}

struct tree_keys tree_keys_of(const uint8_t key[RECORD_KEY_SIZE])
{
	return (struct tree_keys){record_tree_key(key, "body"), record_tree_key(key, "headers")};
}

void record_add_span(struct arena *a, struct record *r, const struct archive_span *span)
{
	record_add(a, r, "warc.file", str_c(span->file));
	record_addf(a, r, "warc.offset", "%llu", (unsigned long long)span->offset);
	record_addf(a, r, "warc.length", "%llu", (unsigned long long)span->length);
	record_add(a, r, "warc.sha256", hex_of(a, hash_str(&span->sha256)));
}

/* The first record of every WARC file of ours (WARC 1.1 §6.2). */
static rc write_warcinfo(struct archive *ar, struct arena *a, struct str tool, struct err *e)
{
	struct env *env = archive_env(ar);
	uint8_t random[16];
	uint64_t stored = 0;
	AUTO(buf) block = {0};
	AUTO(buf) head = {0};
	struct mem_source body;
	TRY(env->random(env, random, sizeof(random), e));
	buf_init(&block, 4 * KIB);
	buf_addf(&block,
		"software: %.*s\r\nformat: WARC File Format 1.1\r\n"
		"conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n",
		STR_FMT(tool));
	buf_init(&head, CAP_WARC_HEAD);
	warc_head_begin(&head, WARC_WARCINFO);
	warc_head_field(&head, "WARC-Record-ID", warc_new_id(a, random));
	warc_head_field(&head, "WARC-Date", utc_now(a, env));
	warc_head_field(&head, "WARC-Filename", str_c(archive_span_file(ar)));
	warc_head_field(&head, "Content-Type", STR("application/warc-fields"));
	TRY(warc_head_end(&head, block.n, e));
	mem_source_init(&body, buf_str(&block), 0);
	return warc_write(archive_span_sink(ar), buf_str(&head), &body.source, block.n, 6, &stored, e);
}

rc span_begin(struct archive *ar, struct arena *a, struct str tool, struct err *e)
{
	bool fresh = false;
	TRY(archive_span_begin(ar, &fresh, e));
	return fresh ? write_warcinfo(ar, a, tool, e) : OK;
}
