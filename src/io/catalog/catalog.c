/* SPDX-License-Identifier: Apache-2.0 */
#include "io/catalog/catalog.h"

#include <sqlite3.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/caps.h"
#include "base/codec.h"
#include "base/mem.h"

#define SCHEMA_VERSION 2
#define BUSY_MS 5000

struct catalog {
	sqlite3 *db;
	const char *path;
	struct arena run;
	sqlite3_stmt *put;
	sqlite3_stmt *reading;
};

static const char SCHEMA[] =
	"create table capture("
	" idx integer primary key, id blob not null, kind text not null, url text not null, key text not null,"
	" final text, time_ns integer not null, time_precision integer not null, time_digits integer not null,"
	" time_zone integer not null, time_offset integer not null, status integer not null, mime text,"
	" length integer not null, payload text, truncated text, rec_file integer not null, rec_offset integer not "
	"null,"
	" read integer not null default 0, title text, language text, published text, updated text, article blob);"
	"create index capture_key on capture(key, time_ns, idx);"
	"create index capture_id on capture(id);"
	"create index capture_unread on capture(idx) where read = 0;"
	"create table token(idx integer primary key, what text not null, size integer not null, rec_file integer not "
	"null, rec_offset integer not null);"
	"create table seen(entries integer not null);"
	"insert into seen values(0);";

static rc db_err(const struct catalog *c, const char *doing, struct err *e)
{
	int code = c->db ? sqlite3_errcode(c->db) & 0xff : SQLITE_NOMEM;
	const char *why = c->db ? sqlite3_errmsg(c->db) : "out of memory";
	if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
		return err_set(e, E_BUSY, "%s: %s: %s", c->path, doing, why);
	if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_ERROR || code == SQLITE_SCHEMA)
		return err_set(e, E_FORMAT, "%s: %s: %s (onrecord reindex makes it anew)", c->path, doing, why);
	return err_set(e, E_IO, "%s: %s: %s", c->path, doing, why);
}

static rc run(struct catalog *c, const char *sql, struct err *e)
{
	return sqlite3_exec(c->db, sql, NULL, NULL, NULL) == SQLITE_OK ? OK : db_err(c, "write", e);
}

static void stmt_end(sqlite3_stmt **s)
{
	sqlite3_finalize(*s);
}
#define AUTO_STMT __attribute__((cleanup(stmt_end))) sqlite3_stmt *

static rc prepare(struct catalog *c, const char *sql, sqlite3_stmt **ret, struct err *e)
{
	return sqlite3_prepare_v2(c->db, sql, -1, ret, NULL) == SQLITE_OK ? OK : db_err(c, "query", e);
}

static rc one_number(struct catalog *c, const char *sql, int64_t *ret, struct err *e)
{
	AUTO_STMT s = NULL;
	TRY(prepare(c, sql, &s, e));
	if (sqlite3_step(s) != SQLITE_ROW)
		return db_err(c, "read", e);
	*ret = sqlite3_column_int64(s, 0);
	return OK;
}

static rc make_schema(struct catalog *c, bool write, struct err *e)
{
	int64_t version = 0;
	TRY(one_number(c, "pragma user_version", &version, e));
	if (version == SCHEMA_VERSION)
		return OK;
	if (version != 0 || !write)
		return err_set(e, E_FORMAT, "%s: is of another version (onrecord reindex makes it anew)", c->path);
	AUTO(arena) a = {0};
	TRY(run(c, "begin immediate", e));
	TRY(run(c, SCHEMA, e));
	TRY(run(c, str_fmt(&a, "pragma user_version=%d", SCHEMA_VERSION).p, e));
	return run(c, "commit", e);
}

/* On a read-only medium SQLite cannot make the files that readers share: then nobody writes, and it is told so. */
static rc open_frozen(struct catalog *c, struct err *e)
{
	int64_t version = 0;
	if (one_number(c, "pragma user_version", &version, e) == OK)
		return OK;
	int code = sqlite3_errcode(c->db) & 0xff;
	if (code != SQLITE_CANTOPEN && code != SQLITE_READONLY)
		return OK;
	(void)sqlite3_close(c->db);
	c->db = NULL;
	AUTO(buf) uri = {0};
	buf_init(&uri, 64 * KIB);
	buf_add(&uri, STR("file:"));
	for (const char *p = c->path; *p; p++) {
		if (*p == '?' || *p == '#' || *p == '%')
			buf_addf(&uri, "%%%02x", (unsigned char)*p);
		else
			buf_addc(&uri, *p);
	}
	buf_add(&uri, STR("?immutable=1"));
	int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
	return sqlite3_open_v2(uri.p, &c->db, flags, NULL) == SQLITE_OK ? OK : db_err(c, "open", e);
}

static rc open_db(struct catalog *c, bool write, struct err *e)
{
	int flags = write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
	if (sqlite3_open_v2(c->path, &c->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return db_err(c, "open", e);
	(void)sqlite3_busy_timeout(c->db, BUSY_MS);
	if (!write)
		TRY(open_frozen(c, e));
	/* what is lost in a crash is made again from the records, so no row waits for the disk */
	if (write)
		TRY(run(c, "pragma journal_mode=wal; pragma synchronous=off; pragma cache_size=-2000", e));
	return make_schema(c, write, e);
}

rc catalog_open(const char *path, bool write, struct catalog **ret, struct err *e)
{
	struct catalog *c = mem_alloc(sizeof(*c));
	c->path = str_cstr(&c->run, str_c(path));
	rc r = open_db(c, write, e);
	if (r != OK) {
		catalog_close(c);
		return r;
	}
	*ret = c;
	return OK;
}

void catalog_close(struct catalog *c)
{
	if (!c)
		return;
	sqlite3_finalize(c->put);
	sqlite3_finalize(c->reading);
	(void)sqlite3_close(c->db);
	arena_clear(&c->run);
	mem_free(c);
}

rc catalog_begin(struct catalog *c, struct err *e)
{
	return run(c, "begin immediate", e);
}

rc catalog_commit(struct catalog *c, struct err *e)
{
	return run(c, "commit", e);
}

/* Binding cannot fail but for lack of memory or our own wrong number. */
static void bind_text(sqlite3_stmt *s, int at, struct str t)
{
	BUG_ON(sqlite3_bind_text64(s, at, t.n ? t.p : "", t.n, SQLITE_TRANSIENT, SQLITE_UTF8) != SQLITE_OK);
}

static void bind_blob(sqlite3_stmt *s, int at, struct str t)
{
	BUG_ON(sqlite3_bind_blob64(s, at, t.n ? t.p : "", t.n, SQLITE_TRANSIENT) != SQLITE_OK);
}

static void bind_int(sqlite3_stmt *s, int at, int64_t v)
{
	BUG_ON(sqlite3_bind_int64(s, at, v) != SQLITE_OK);
}

static rc step_done(struct catalog *c, sqlite3_stmt *s, struct err *e)
{
	int got = sqlite3_step(s);
	(void)sqlite3_reset(s);
	(void)sqlite3_clear_bindings(s);
	return got == SQLITE_DONE ? OK : db_err(c, "write", e);
}

/* What is said of a record is replaced; what was read stays with the same record only. */
static const char PUT[] =
	"insert into capture(idx, id, kind, url, key, final, time_ns, time_precision, time_digits,"
	" time_zone, time_offset, status, mime, length, payload, truncated, rec_file, rec_offset)"
	" values(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) on conflict(idx) do update set"
	" id=excluded.id, kind=excluded.kind, url=excluded.url, key=excluded.key, final=excluded.final,"
	" time_ns=excluded.time_ns, time_precision=excluded.time_precision, time_digits=excluded.time_digits,"
	" time_zone=excluded.time_zone, time_offset=excluded.time_offset, status=excluded.status,"
	" mime=excluded.mime, length=excluded.length, payload=excluded.payload, truncated=excluded.truncated,"
	" rec_file=excluded.rec_file, rec_offset=excluded.rec_offset,"
	" read=iif(id=excluded.id, read, 0), title=iif(id=excluded.id, title, null),"
	" language=iif(id=excluded.id, language, null), published=iif(id=excluded.id, published, null),"
	" updated=iif(id=excluded.id, updated, null), article=iif(id=excluded.id, article, null)";

rc catalog_put(struct catalog *c, const struct catalog_row *row, struct err *e)
{
	if (!c->put)
		TRY(prepare(c, PUT, &c->put, e));
	sqlite3_stmt *s = c->put;
	bind_int(s, 1, (int64_t)row->index);
	bind_blob(s, 2, hash_str(&row->id));
	bind_text(s, 3, row->kind);
	bind_text(s, 4, row->url);
	bind_text(s, 5, row->key);
	bind_text(s, 6, row->final);
	bind_int(s, 7, row->time.ns);
	bind_int(s, 8, row->time.precision);
	bind_int(s, 9, row->time.digits);
	bind_int(s, 10, row->time.has_zone);
	bind_int(s, 11, row->time.offset_min);
	bind_int(s, 12, row->status);
	bind_text(s, 13, row->mime);
	bind_int(s, 14, (int64_t)row->length);
	bind_text(s, 15, row->payload);
	bind_text(s, 16, row->truncated);
	bind_int(s, 17, (int64_t)row->ref.file);
	bind_int(s, 18, (int64_t)row->ref.offset);
	return step_done(c, s, e);
}

rc catalog_put_reading(struct catalog *c, const struct catalog_row *row, struct err *e)
{
	if (!c->reading)
		TRY(prepare(c,
			"update capture set read=1, title=?2, language=?3, published=?4, updated=?5, article=?6 where "
			"idx=?1",
			&c->reading, e));
	sqlite3_stmt *s = c->reading;
	bind_int(s, 1, (int64_t)row->index);
	bind_text(s, 2, row->title);
	bind_text(s, 3, row->language);
	bind_text(s, 4, row->published);
	bind_text(s, 5, row->updated);
	bind_blob(s, 6, row->article);
	return step_done(c, s, e);
}

rc catalog_seen(struct catalog *c, uint64_t *ret, struct err *e)
{
	int64_t v = 0;
	TRY(one_number(c, "select entries from seen", &v, e));
	*ret = v < 0 ? 0 : (uint64_t)v;
	return OK;
}

rc catalog_set_seen(struct catalog *c, uint64_t entries, struct err *e)
{
	AUTO_STMT s = NULL;
	TRY(prepare(c, "update seen set entries=?1", &s, e));
	bind_int(s, 1, (int64_t)entries);
	return step_done(c, s, e);
}

static struct str column(sqlite3_stmt *s, int at)
{
	int n = sqlite3_column_bytes(s, at);
	const void *p = sqlite3_column_blob(s, at);
	return n > 0 && p ? str_mem(p, (size_t)n) : STR("");
}

static struct catalog_row row_of(sqlite3_stmt *s)
{
	struct catalog_row r = {.index = (uint64_t)sqlite3_column_int64(s, 0)};
	struct str id = column(s, 1);
	memcpy(r.id.b, id.p, size_min(id.n, sizeof(r.id.b)));
	r.kind = column(s, 2);
	r.url = column(s, 3);
	r.key = column(s, 4);
	r.final = column(s, 5);
	r.time = (struct instant){
		.ns = sqlite3_column_int64(s, 6),
		.precision = (enum precision)sqlite3_column_int(s, 7),
		.digits = (uint8_t)sqlite3_column_int(s, 8),
		.has_zone = sqlite3_column_int(s, 9) != 0,
		.offset_min = (int16_t)sqlite3_column_int(s, 10),
	};
	r.status = (unsigned)sqlite3_column_int(s, 11);
	r.mime = column(s, 12);
	r.length = (uint64_t)sqlite3_column_int64(s, 13);
	r.payload = column(s, 14);
	r.truncated = column(s, 15);
	r.ref = (struct archive_ref){
		r.index, (uint64_t)sqlite3_column_int64(s, 16), (uint64_t)sqlite3_column_int64(s, 17)};
	r.read = sqlite3_column_int(s, 18) != 0;
	r.title = column(s, 19);
	r.language = column(s, 20);
	r.published = column(s, 21);
	r.updated = column(s, 22);
	r.article = column(s, 23);
	return r;
}

rc catalog_put_token(struct catalog *c, const struct catalog_token *t, struct err *e)
{
	AUTO_STMT s = NULL;
	TRY(prepare(c, "insert or replace into token(idx, what, size, rec_file, rec_offset) values(?,?,?,?,?)", &s, e));
	bind_int(s, 1, (int64_t)t->index);
	bind_text(s, 2, t->what);
	bind_int(s, 3, (int64_t)t->size);
	bind_int(s, 4, (int64_t)t->ref.file);
	bind_int(s, 5, (int64_t)t->ref.offset);
	return step_done(c, s, e);
}

rc catalog_tokens(struct catalog *c, struct arena *a, struct catalog_token **ret, size_t *ret_n, struct err *e)
{
	AUTO_STMT s = NULL;
	struct catalog_token *all = NULL;
	size_t n = 0;
	int got = 0;
	TRY(prepare(c, "select idx, what, size, rec_file, rec_offset from token order by idx", &s, e));
	while ((got = sqlite3_step(s)) == SQLITE_ROW) {
		struct catalog_token *t = arena_push(a, &all, &n, sizeof(*t));
		t->index = (uint64_t)sqlite3_column_int64(s, 0);
		t->what = str_dup(a, column(s, 1));
		t->size = (uint64_t)sqlite3_column_int64(s, 2);
		t->ref = (struct archive_ref){
			t->index, (uint64_t)sqlite3_column_int64(s, 3), (uint64_t)sqlite3_column_int64(s, 4)};
	}
	if (got != SQLITE_DONE)
		return db_err(c, "read", e);
	*ret = all;
	*ret_n = n;
	return OK;
}

#define COLUMNS                                                                                                        \
	"select idx, id, kind, url, key, final, time_ns, time_precision, time_digits, time_zone, time_offset, status," \
	" mime, length, payload, truncated, rec_file, rec_offset, read, title, language, published, updated, article"  \
	" from capture"

/* First byte string behind all that begin with the prefix. */
static void bind_id_range(sqlite3_stmt *s, struct str hex)
{
	uint8_t low[32] = {0};
	uint8_t high[32];
	memset(high, 0xff, sizeof(high));
	for (size_t i = 0; i < hex.n && i < 64; i++) {
		int v = ascii_hexval(hex.p[i]);
		unsigned shift = i % 2 ? 0 : 4;
		low[i / 2] = (uint8_t)(low[i / 2] | (unsigned)v << shift);
		high[i / 2] = (uint8_t)((high[i / 2] & ~(15u << shift)) | (unsigned)v << shift);
	}
	bind_blob(s, 1, str_mem(low, sizeof(low)));
	bind_blob(s, 2, str_mem(high, sizeof(high)));
}

static rc query(struct catalog *c, const struct catalog_query *q, sqlite3_stmt **ret, struct err *e)
{
	const char *sql = COLUMNS " where idx >= ?1 order by idx limit ?9";
	if (q->has_index)
		sql = COLUMNS " where idx = ?1";
	else if (q->id_hex.n)
		sql = COLUMNS " where id between ?1 and ?2 order by idx limit ?9";
	else if (q->key.n && q->day.n)
		sql = COLUMNS " where key = ?1 and time_ns <= ?2 order by time_ns desc, idx desc limit 1";
	else if (q->key.n)
		sql = COLUMNS " where key = ?1 order by time_ns, idx limit ?9";
	else if (q->unread)
		sql = COLUMNS " where read = 0 and idx >= ?1 order by idx limit ?9";
	TRY(prepare(c, sql, ret, e));
	sqlite3_stmt *s = *ret;
	int64_t limit = q->limit ? (int64_t)q->limit : -1;
	if (q->has_index) {
		bind_int(s, 1, (int64_t)q->index);
		return OK;
	}
	if (q->id_hex.n) {
		bind_id_range(s, q->id_hex);
	} else if (q->key.n) {
		bind_text(s, 1, q->key);
		struct instant t;
		if (q->day.n) {
			if (!instant_parse_iso(q->day, &t))
				return err_set(e, E_USAGE, "'%.*s' is no date (2018-11-15, 2018-11-15T09:25Z)",
					STR_FMT(q->day));
			bind_int(s, 2, instant_end(t));
			return OK;
		}
	} else {
		bind_int(s, 1, (int64_t)q->from);
	}
	bind_int(s, 9, limit);
	return OK;
}

rc catalog_list(struct catalog *c, const struct catalog_query *q, struct catalog_visit *v, struct err *e)
{
	AUTO_STMT s = NULL;
	int got = 0;
	TRY(query(c, q, &s, e));
	while ((got = sqlite3_step(s)) == SQLITE_ROW) {
		struct catalog_row row = row_of(s);
		TRY(v->row(v, &row, e));
	}
	return got == SQLITE_DONE ? OK : db_err(c, "read", e);
}

struct catalog_row catalog_row_dup(struct arena *a, const struct catalog_row *row)
{
	struct catalog_row r = *row;
	struct str *text[] = {&r.kind, &r.url, &r.key, &r.final, &r.mime, &r.payload, &r.truncated, &r.title,
		&r.language, &r.published, &r.updated, &r.article};
	for (size_t i = 0; i < ARRAY_LEN(text); i++)
		*text[i] = str_dup(a, *text[i]);
	return r;
}

struct first_row {
	struct catalog_visit visit;
	struct arena *a;
	struct catalog_row row;
	size_t n;
};

static rc take_first(struct catalog_visit *v, const struct catalog_row *row, struct err *e)
{
	(void)e;
	struct first_row *f = (struct first_row *)v;
	if (f->n++ == 0)
		f->row = catalog_row_dup(f->a, row);
	return OK;
}

rc catalog_one(
	struct catalog *c, const struct catalog_query *q, struct arena *a, struct catalog_row *ret, struct err *e)
{
	struct first_row f = {.visit.row = take_first, .a = a};
	struct catalog_query two = *q;
	two.limit = 2;
	TRY(catalog_list(c, &two, &f.visit, e));
	if (f.n == 0)
		return err_set(e, E_NOTFOUND, "no such capture");
	if (f.n > 1)
		return err_set(e, E_EXISTS, "more than one capture fits");
	*ret = f.row;
	return OK;
}
