/* SPDX-License-Identifier: Apache-2.0 */
/* From records to catalog rows and back. */
#include "app/pipeline/pipeline_int.h"
#include "base/caps.h"
#include "formats/url/url.h"

#define LAST_DAY "2262-01-01" /* instants of 64-bit nanoseconds end that year */

rc pipeline_row(struct pipeline *p, struct arena *a, const struct frame *f, const struct record *r,
	struct catalog_row *ret, struct err *e)
{
	uint64_t status = 0;
	struct err ignored;
	struct catalog_row row = {.index = f->ref.index, .ref = f->ref};
	if (!record_has(r, "url") || !record_has(r, "warc.main"))
		return err_set(e, E_NOTFOUND, "a record of kind '%.*s' is no capture", STR_FMT(r->kind));
	row.id = record_root(r);
	row.kind = r->kind;
	row.url = record_get(r, "url");
	row.key = keyer_key(p, a, row.url);
	row.final = record_get(r, "final");
	if (str_eq(row.final, row.url))
		row.final = STR("");
	if (!instant_parse_iso(record_get(r, "time"), &row.time))
		row.time = (struct instant){0};
	if (record_get_u64(r, "status", &status, &ignored) == OK && status < 1000)
		row.status = (unsigned)status;
	row.mime = record_get(r, "mime");
	rc_ignore(record_get_u64(r, "payload.length", &row.length, &ignored));
	row.payload = record_get(r, "digest.payload");
	row.truncated = record_get(r, "truncated");
	*ret = row;
	return OK;
}

static rc in_batch(struct pipeline *p, struct err *e)
{
	if (!p->in_batch)
		TRY(catalog_begin(p->catalog, e));
	p->in_batch = true;
	return OK;
}

rc catalog_add(struct pipeline *p, const struct catalog_row *row, struct err *e)
{
	if (!p->catalog)
		return OK;
	TRY(in_batch(p, e));
	return catalog_put(p->catalog, row, e);
}

rc catalog_add_token(struct pipeline *p, const struct catalog_token *t, struct err *e)
{
	TRY(in_batch(p, e));
	return catalog_put_token(p->catalog, t, e);
}

/* Where an entry that is no record is found. One that cannot be read is verify's to tell. */
static rc token_row(struct pipeline *p, struct arena *a, const struct frame *f, struct err *e)
{
	struct pipeline_token t;
	struct err ignored;
	if (token_of(a, f, &t, &ignored) != OK)
		return OK;
	return catalog_add_token(p, &(struct catalog_token){f->ref.index, token_word(&t.leaf), t.leaf.size, f->ref}, e);
}

rc catalog_done(struct pipeline *p, struct err *e)
{
	if (!p->in_batch)
		return OK;
	p->in_batch = false;
	return catalog_commit(p->catalog, e);
}

rc catalog_catch_up(struct pipeline *p, struct err *e)
{
	struct archive_scan *s = NULL;
	AUTO(arena) rec = {0};
	uint64_t seen = 0;
	rc r = OK;
	TRY(catalog_seen(p->catalog, &seen, e));
	TRY(archive_scan_new(p->ar, seen, &s, e));
	while (r == OK) {
		struct frame f;
		struct record record;
		struct catalog_row row;
		arena_reset(&rec);
		r = archive_scan_next(s, &f, e);
		if (r != OK)
			break;
		seen = f.ref.index + 1;
		if (f.kind != FRAME_RECORD) {
			r = token_row(p, &rec, &f, e);
			continue;
		}
		r = record_decode(&rec, f.body, &record, e);
		if (r == OK)
			r = pipeline_row(p, &rec, &f, &record, &row, e);
		if (r == OK)
			r = catalog_add(p, &row, e);
		if (r == E_NOTFOUND)
			r = OK;
		if (p->ui->progress)
			p->ui->progress(p->ui, "indexing", f.ref.index, 0);
	}
	archive_scan_free(s);
	if (r != E_NOTFOUND && r != E_VERIFY)
		return r;
	struct err damage = *e;
	TRY(catalog_done(p, e));
	TRY(catalog_set_seen(p->catalog, seen, e));
	*e = damage;
	return r == E_NOTFOUND ? OK : r;
}

rc catalog_is_behind(struct pipeline *p, bool *ret, struct err *e)
{
	struct archive_scan *s = NULL;
	struct frame f;
	uint64_t seen = 0;
	TRY(catalog_seen(p->catalog, &seen, e));
	TRY(archive_scan_new(p->ar, seen, &s, e));
	rc r = archive_scan_next(s, &f, e);
	archive_scan_free(s);
	*ret = r == OK;
	return r == OK || r == E_NOTFOUND || r == E_VERIFY ? OK : r;
}

static rc find_query(struct arena *a, struct str name, struct catalog_query *ret, struct err *e)
{
	*ret = (struct catalog_query){0};
	bool hex = name.n >= 4 && name.n <= 64;
	for (size_t i = 0; i < name.n; i++)
		hex = hex && ascii_hexval(name.p[i]) >= 0;
	if (name.n > 1 && name.p[0] == '#') {
		ret->has_index = true;
		if (!str_to_u64(str_from(name, 1), &ret->index) || ret->index > INT64_MAX)
			return err_set(e, E_USAGE, "'%.*s' is no log index", (int)size_min(name.n, 80), name.p);
		return OK;
	}
	if (hex) {
		ret->id_hex = name;
		return OK;
	}
	size_t at = name.n;
	while (at > 0 && name.p[at - 1] != '@')
		at--;
	struct instant t;
	bool dated = at > 0 && instant_parse_iso(str_from(name, at), &t);
	ret->key = url_key(a, dated ? str_sub(name, 0, at - 1) : name);
	ret->day = dated ? str_from(name, at) : STR(LAST_DAY);
	return OK;
}

/* A capture that was asked for by its id or URL has it in its record too. */
static rc check_found(struct pipeline *p, const struct catalog_query *q, struct catalog_row row, struct err *e)
{
	AUTO(arena) a = {0};
	AUTO(buf) body = {0};
	struct frame f;
	struct record r;
	struct hash id = row.id;
	buf_init(&body, CAP_RECORD);
	if (q->has_index)
		return OK;
	TRY(pipeline_record(p, &row, &a, &body, &f, &r, e));
	if ((q->id_hex.n && !hash_eq(&id, &row.id)) || (q->key.n && !str_eq(q->key, row.key)))
		return err_set(e, E_VERIFY,
			"the catalog names #%llu, which is another (onrecord reindex makes it anew)",
			(unsigned long long)row.index);
	return OK;
}

rc pipeline_find(struct pipeline *p, struct str name, struct arena *a, struct catalog_row *ret, struct err *e)
{
	struct catalog_query q;
	if (!pipeline_catalog(p))
		return err_set(e, E_FORMAT, "the catalog cannot be used (onrecord reindex makes it anew)");
	TRY(find_query(a, name, &q, e));
	rc r = catalog_one(p->catalog, &q, a, ret, e);
	if (r == OK)
		r = check_found(p, &q, *ret, e);
	return r == OK ? OK : err_add(e, "'%.*s'", (int)size_min(name.n, 200), name.p);
}

/* The key apart: it is made of the URL, and may be no better than the worker that made it. */
static bool same_row(const struct catalog_row *a, const struct catalog_row *b)
{
	const struct str texts[][2] = {{a->kind, b->kind}, {a->url, b->url}, {a->final, b->final}, {a->mime, b->mime},
		{a->payload, b->payload}, {a->truncated, b->truncated}};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (!str_eq(texts[i][0], texts[i][1]))
			return false;
	return hash_eq(&a->id, &b->id) && a->status == b->status && a->length == b->length &&
		a->time.ns == b->time.ns && a->time.precision == b->time.precision &&
		a->time.digits == b->time.digits && a->time.has_zone == b->time.has_zone &&
		a->time.offset_min == b->time.offset_min;
}

/* The catalog is a cache that anything may have written to: what the record says takes the row's place. */
static rc row_of_record(struct pipeline *p, struct arena *a, const struct frame *f, const struct record *r,
	struct catalog_row *row, struct err *e)
{
	struct catalog_row said = *row;
	struct err wrong;
	rc got = pipeline_row(p, a, f, r, row, e);
	if (got != OK)
		return got == E_NOTFOUND ? (e->code = E_VERIFY) : got;
	row->read = said.read;
	row->title = said.title;
	row->language = said.language;
	row->published = said.published;
	row->updated = said.updated;
	row->article = said.article;
	if (same_row(&said, row))
		return OK;
	rc_ignore(err_set(&wrong, E_VERIFY,
		"#%llu: the catalog does not say what the record says, and is not believed (onrecord reindex makes it "
		"anew)",
		(unsigned long long)row->index));
	p->ui->trouble(p->ui, &wrong);
	return OK;
}

rc pipeline_record(struct pipeline *p, struct catalog_row *row, struct arena *a, struct buf *body,
	struct frame *ret_frame, struct record *ret, struct err *e)
{
	TRY(archive_frame_read(p->ar, row->ref, body, ret_frame, e));
	if (ret_frame->kind != FRAME_RECORD)
		return err_set(e, E_NOTFOUND, "entry %llu is no record", (unsigned long long)row->index);
	TRY(record_decode(a, ret_frame->body, ret, e));
	return row_of_record(p, a, ret_frame, ret, row, e);
}

/* Where frame `index` is, found without the catalog. */
static rc frame_ref(struct pipeline *p, uint64_t index, struct archive_ref *ret, struct err *e)
{
	struct archive_scan *s = NULL;
	struct frame f;
	TRY(archive_scan_new(p->ar, index, &s, e));
	rc r = archive_scan_next(s, &f, e);
	if (r == OK)
		*ret = f.ref;
	archive_scan_free(s);
	return r == E_NOTFOUND ? err_set(e, r, "the log has no entry %llu", (unsigned long long)index) : r;
}

/* The row, with its reading where the catalog has one. */
static rc entry_row(struct pipeline *p, struct arena *a, struct pipeline_entry *x, struct err *e)
{
	struct catalog_query q = {.has_index = true, .index = x->frame.ref.index};
	struct catalog_row row;
	struct err ignored;
	if (pipeline_row(p, a, &x->frame, &x->record, &x->row, &ignored) != OK) {
		x->row = (struct catalog_row){
			.index = q.index, .id = record_root(&x->record), .kind = x->record.kind, .ref = x->frame.ref};
		return OK;
	}
	if (!pipeline_catalog(p) || catalog_one(p->catalog, &q, a, &row, &ignored) != OK)
		return OK;
	x->row = row;
	return row_of_record(p, a, &x->frame, &x->record, &x->row, e);
}

rc pipeline_entry(struct pipeline *p, struct str name, struct arena *a, struct buf *body, struct pipeline_entry *ret,
	struct err *e)
{
	struct pipeline_entry x = {0};
	struct archive_ref ref;
	struct catalog_query q;
	TRY(find_query(a, name, &q, e));
	if (q.has_index) {
		TRY(frame_ref(p, q.index, &ref, e));
		TRY(archive_frame_read(p->ar, ref, body, &x.frame, e));
		if (x.frame.kind != FRAME_RECORD)
			return err_set(e, E_NOTFOUND, "entry %llu is no record", (unsigned long long)q.index);
		TRY(record_decode(a, x.frame.body, &x.record, e));
		TRY(entry_row(p, a, &x, e));
	} else {
		TRY(pipeline_find(p, name, a, &x.row, e));
		TRY(pipeline_record(p, &x.row, a, body, &x.frame, &x.record, e));
	}
	*ret = x;
	return OK;
}
