/* SPDX-License-Identifier: Apache-2.0 */
/* The import's worker: walks a web archive and tells the parent, record by record, what it is and which bytes to keep.
 *
 * Members that hold one record are named by offset and length, for the parent to copy. When one is met that holds more
 * (a whole file in one member, say), or the file is not gzip at all, the rest is sent as new members: SCAN_DATA. */
#include "base/caps.h"
#include "base/codec.h"
#include "base/mem.h"
#include "base/stream.h"
#include "io/fs/fs.h"
#include "stages/capture/capture_int.h"

#define SEND_PIECE (256u * KIB)
#define INFO_READ (64u * KIB) /* of a warcinfo record */

struct scan {
	struct sandbox_io *io;
	struct fs_source input;
	uint64_t size;
	uint64_t base; /* where the input begins: the reader's offsets count from there */
	struct warc_reader *reader;
	bool rewrite; /* send data, do not copy */
	struct analysis *analysis;
	struct tree_keys keys[SCAN_KEYS_BATCH];
	size_t nkeys;
	struct arena rec;
	struct buf frame;
	struct buf pending; /* SCAN_DATA not sent yet */
	struct str pair_id; /* the last capture's id, in pair_arena */
	struct str pair_with;
	struct arena pair;
	struct buf info; /* front of the warcinfo record at hand */
};

static void reader_at(struct scan *s, uint64_t offset)
{
	warc_reader_free(s->reader);
	s->base = offset;
	fs_source_init(&s->input, sandbox_io_fd(s->io), offset, s->size - offset);
	s->reader = warc_reader_new(&s->input.source);
}

static rc send_record(struct scan *s, enum scan_frame type, const struct record *r, struct err *e)
{
	buf_reset(&s->frame);
	record_encode(&s->frame, r);
	TRY(buf_done(&s->frame, e));
	return sandbox_io_send(s->io, type, buf_str(&s->frame), e);
}

static rc send_bad(struct scan *s, uint64_t offset, const struct err *why, struct err *e)
{
	buf_reset(&s->frame);
	buf_addu64(&s->frame, offset);
	buf_add(&s->frame, str_c(why->msg));
	return sandbox_io_send(s->io, SCAN_BAD, buf_str(&s->frame), e);
}

static rc need_key(struct scan *s, struct err *e)
{
	uint32_t type = 0;
	if (s->nkeys)
		return OK;
	TRY(sandbox_io_send(s->io, SCAN_KEYS, STR(""), e));
	TRY(sandbox_io_recv(s->io, &type, &s->frame, e));
	if (type != SCAN_KEYS || s->frame.n == 0 || s->frame.n > sizeof(s->keys) || s->frame.n % sizeof(s->keys[0]))
		return err_set(e, E_FORMAT, "keys of %zu bytes", s->frame.n);
	memcpy(s->keys, s->frame.p, s->frame.n);
	s->nkeys = s->frame.n / sizeof(s->keys[0]);
	return OK;
}

/* Members go to the parent in pieces of SEND_PIECE. */
struct data_sink {
	struct sink sink;
	struct scan *s;
};

static rc data_flush(struct scan *s, struct err *e)
{
	if (s->pending.n == 0)
		return OK;
	rc r = sandbox_io_send(s->io, SCAN_DATA, buf_str(&s->pending), e);
	buf_reset(&s->pending);
	return r;
}

static rc data_push(struct sink *sink, struct str bytes, struct err *e)
{
	struct scan *s = ((struct data_sink *)sink)->s;
	while (bytes.n) {
		size_t n = size_min(bytes.n, SEND_PIECE - s->pending.n);
		buf_addmem(&s->pending, bytes.p, n);
		bytes = str_from(bytes, n);
		if (s->pending.n == SEND_PIECE)
			TRY(data_flush(s, e));
	}
	return OK;
}

/* What warc_write() pulls is seen by the analysis as it goes by. */
struct tee_source {
	struct source source;
	struct scan *s;
	struct str piece;
	bool analysed;
	bool info;
};

static void info_push(struct scan *s, struct str piece)
{
	buf_add(&s->info, str_sub(piece, 0, INFO_READ - s->info.n));
}

static rc tee_pull(struct source *src, void *p, size_t n, size_t *ret_n, struct err *e)
{
	struct tee_source *t = (struct tee_source *)src;
	if (t->piece.n == 0) {
		rc r = warc_block(t->s->reader, &t->piece, e);
		if (r == E_NOTFOUND) {
			*ret_n = 0;
			return OK;
		}
		TRY(r);
		if (t->analysed)
			TRY(analysis_push(t->s->analysis, t->piece, e));
		else if (t->info)
			info_push(t->s, t->piece);
	}
	n = size_min(n, t->piece.n);
	memcpy(p, t->piece.p, n);
	t->piece = str_from(t->piece, n);
	*ret_n = n;
	return OK;
}

/* An ARC record gets the WARC header that says the same. Its id is made from its place and header, so that importing
 * the file again names it the same. */
static rc arc_head(struct scan *s, const struct warc_record *rec, struct buf *ret, struct err *e)
{
	AUTO(buf) place = {0};
	buf_init(&place, CAP_WARC_HEAD + 64);
	buf_addf(&place, "%llu\n", (unsigned long long)(s->base + rec->inner));
	buf_add(&place, rec->head);
	struct hash h = hash_of(buf_str(&place));
	warc_head_begin(ret, rec->type);
	warc_head_field(ret, "WARC-Record-ID", warc_new_id(&s->rec, h.b));
	warc_head_field(ret, "WARC-Target-URI", rec->type == WARC_WARCINFO ? STR("") : rec->target_uri);
	warc_head_field(ret, "WARC-Date",
		rec->date.precision == PRECISION_NONE ? STR("") : instant_utc(&s->rec, rec->date.ns, 0));
	warc_head_field(ret, "WARC-IP-Address", warc_get(rec, "WARC-IP-Address"));
	warc_head_field(ret, "Content-Type", rec->content_type);
	return warc_head_end(ret, rec->length, e);
}

/* Sends the record as a member of its own. */
static rc send_member(struct scan *s, const struct warc_record *rec, bool analysed, struct err *e)
{
	AUTO(buf) head = {0};
	struct data_sink to = {{data_push}, s};
	struct tee_source block = {{tee_pull}, s, {0}, analysed, rec->type == WARC_WARCINFO};
	uint64_t stored = 0;
	buf_init(&head, CAP_WARC_HEAD);
	if (rec->arc)
		TRY(arc_head(s, rec, &head, e));
	else
		buf_add(&head, rec->head);
	TRY(warc_write(&to.sink, buf_str(&head), &block.source, rec->length, 6, &stored, e));
	return data_flush(s, e);
}

/* A request or a metadata record belongs to the capture before it when either names the other (WARC 1.1 §5.7). */
static bool joins(const struct scan *s, const struct warc_record *rec)
{
	if (is_capture(rec->type) || rec->type == WARC_WARCINFO || s->pair_id.n == 0)
		return false;
	for (size_t i = 0; i < rec->nfields; i++) {
		struct str v = rec->fields[i].value;
		if (!str_ieq(rec->fields[i].name, STR("WARC-Concurrent-To")) &&
			!str_ieq(rec->fields[i].name, STR("WARC-Refers-To")))
			continue;
		if (str_find(v, s->pair_id, 0) < v.n)
			return true;
	}
	return rec->id.n && str_find(s->pair_with, rec->id, 0) < s->pair_with.n;
}

static void remember_pair(struct scan *s, const struct warc_record *rec)
{
	arena_reset(&s->pair);
	s->pair_id = str_dup(&s->pair, rec->id);
	s->pair_with = str_dup(&s->pair, warc_get(rec, "WARC-Concurrent-To"));
}

static rc info_read(struct scan *s, struct err *e)
{
	struct str piece;
	rc r = OK;
	while ((r = warc_block(s->reader, &piece, e)) == OK)
		info_push(s, piece);
	return r == E_NOTFOUND ? OK : r;
}

/* warcinfo is application/warc-fields: "name: value" lines (WARC 1.1 §6.2). An ARC file's version block is not. */
static rc info_send(struct scan *s, const struct warc_record *rec, struct err *e)
{
	struct str rest = rec->arc ? STR("") : buf_str(&s->info);
	struct str software = STR("");
	while (rest.n && software.n == 0) {
		struct str line = str_cut(&rest, '\n');
		struct str name = str_cut(&line, ':');
		if (str_ieq(str_trim(name), STR("software")))
			software = str_sub(str_trim(line), 0, SCAN_INFO_MAX);
	}
	return sandbox_io_send(s->io, SCAN_INFO, software, e);
}

static rc record_body(struct scan *s, const struct warc_record *rec, struct record *fields, struct err *e)
{
	bool analysed = is_capture(rec->type);
	if (!s->rewrite && analysed)
		return analyse_record(s->analysis, &s->rec, s->reader, rec, &s->keys[s->nkeys - 1], fields, e);
	buf_reset(&s->info);
	if (!s->rewrite)
		return rec->type == WARC_WARCINFO ? info_read(s, e) : OK;
	if (analysed)
		analyse_begin_record(s->analysis, &s->rec, rec, &s->keys[s->nkeys - 1]);
	TRY(send_member(s, rec, analysed, e));
	return analysed ? analysis_end(s->analysis, fields, e) : OK;
}

static void add_quirk_field(
	struct scan *s, struct record *fields, const struct warc_record *rec, const struct warc_end *end)
{
	AUTO(buf) text = {0};
	const struct quirks *both[] = {&rec->quirks, &end->quirks};
	buf_init(&text, 64 * KIB);
	for (size_t k = 0; k < ARRAY_LEN(both); k++)
		for (size_t i = 0; i < both[k]->n; i++)
			buf_addf(&text, "%llu: %.*s\n", (unsigned long long)(both[k]->items[i].offset - rec->inner),
				STR_FMT(both[k]->items[i].what));
	if (text.n)
		record_add(&s->rec, fields, "warc.quirks", buf_str(&text));
}

static rc tell_record(struct scan *s, const struct warc_record *rec, const struct record *fields, struct err *e)
{
	if (rec->type == WARC_WARCINFO)
		TRY(info_send(s, rec, e));
	if (!is_capture(rec->type))
		return send_record(s, SCAN_OTHER, fields, e);
	s->nkeys--;
	remember_pair(s, rec);
	return send_record(s, SCAN_CAPTURE, fields, e);
}

/* One record after its header was read. *ret_again: it shares its member with others, so the walk begins again at it.
 */
static rc one_record(struct scan *s, const struct warc_record *rec, bool *ret_again, struct err *e)
{
	const uint8_t none[RECORD_KEY_SIZE] = {0};
	struct record fields;
	struct warc_end end;
	char join = joins(s, rec) ? 1 : 0;
	record_begin(&s->rec, &fields, "scan", none);
	if (is_capture(rec->type))
		TRY(need_key(s, e));
	if (s->rewrite)
		TRY(sandbox_io_send(s->io, SCAN_HEAD, str_mem(&join, 1), e));
	TRY(record_body(s, rec, &fields, e));
	TRY(warc_end(s->reader, &s->rec, &end, e));
	if (!s->rewrite && !end.own_member) {
		*ret_again = true;
		return OK;
	}
	/* looked at here, where the record's end was found: what follows is not searched for the next one */
	if (is_capture(rec->type) && rec->target_uri.n > CAP_URL)
		return err_set(
			e, E_LIMIT, "WARC-Target-URI of %zu bytes, at most %u are kept", rec->target_uri.n, CAP_URL);
	warc_record_fields(&s->rec, rec, &fields);
	add_quirk_field(s, &fields, rec, &end);
	record_addf(&s->rec, &fields, "source.offset", "%llu", (unsigned long long)(s->base + end.offset));
	record_addf(&s->rec, &fields, "source.length", "%llu", (unsigned long long)end.length);
	TRY(record_finish(&s->rec, &fields, e));
	if (!s->rewrite)
		TRY(sandbox_io_send(s->io, SCAN_HEAD, str_mem(&join, 1), e));
	return tell_record(s, rec, &fields, e);
}

/* Errors of the archive's own bytes; anything else ends the walk. */
static bool is_damage(rc r)
{
	return r == E_FORMAT || r == E_LIMIT || r == E_UNSUPPORTED;
}

/* Where the damaged record begins, or else where the damage was met. */
static rc skip_damage(struct scan *s, const struct warc_record *rec, struct err *e)
{
	struct err why = *e;
	uint64_t from = 0;
	uint64_t to = 0;
	buf_reset(&s->pending);
	rc r = warc_resync(s->reader, &from, &to, e);
	TRY(send_bad(s, s->base + (rec->version.n ? rec->offset : from), &why, &why));
	return r;
}

static rc walk(struct scan *s, struct err *e)
{
	for (;;) {
		struct warc_record rec = {0};
		bool again = false;
		arena_reset(&s->rec);
		rc r = warc_next(s->reader, &s->rec, &rec, e);
		if (r == OK && !s->rewrite && (warc_reader_storage(s->reader) != WARC_GZIP || rec.arc))
			s->rewrite = true;
		if (r == OK)
			r = one_record(s, &rec, &again, e);
		if (r == OK && again) {
			s->rewrite = true;
			reader_at(s, s->base + rec.offset);
			continue;
		}
		if (is_damage(r))
			r = skip_damage(s, &rec, e);
		if (r == E_NOTFOUND)
			return OK;
		TRY(r);
	}
}

/* Reads a record without looking into its block, or passes over damage. E_NOTFOUND at the end of the file. */
static rc pass_over(struct scan *s, uint64_t *ret_offset, struct err *e)
{
	struct warc_record rec = {0};
	struct warc_end end;
	uint64_t from = 0;
	uint64_t to = 0;
	arena_reset(&s->rec);
	rc r = warc_next(s->reader, &s->rec, &rec, e);
	if (r == OK)
		r = warc_end(s->reader, &s->rec, &end, e);
	if (r == OK) {
		s->rewrite |= !end.own_member;
		*ret_offset = s->base + rec.offset;
		if (is_capture(rec.type))
			remember_pair(s, &rec);
		return OK;
	}
	if (is_damage(r))
		r = warc_resync(s->reader, &from, &to, e);
	*ret_offset = s->base + (rec.version.n ? rec.offset : from);
	return r;
}

/* Up to behind the record that the worker before this one died of. */
static rc go_on(struct scan *s, const struct scan_from *from, struct err *e)
{
	uint64_t offset = from->offset;
	for (uint64_t i = 0; i < from->told; i++)
		TRY(pass_over(s, &offset, e));
	rc r = pass_over(s, &offset, e);
	if (r != OK && r != E_NOTFOUND)
		return r;
	struct err why;
	rc_ignore(err_set(&why, E_FORMAT, "%s", from->why));
	TRY(send_bad(s, offset, &why, &why));
	return r;
}

static void scan_clear(struct scan *s)
{
	warc_reader_free(s->reader);
	analysis_free(s->analysis);
	arena_clear(&s->rec);
	arena_clear(&s->pair);
	buf_clear(&s->frame);
	buf_clear(&s->pending);
	buf_clear(&s->info);
}

rc scan_run(void *ctx, struct sandbox_io *io, struct err *e)
{
	const struct scan_from *from = ctx;
	AUTO(scan) s = {.io = io, .size = from->size};
	buf_init(&s.frame, CAP_FRAME);
	buf_init(&s.pending, SEND_PIECE);
	buf_init(&s.info, INFO_READ);
	s.analysis = analysis_new();
	reader_at(&s, from->offset);
	rc r = from->why ? go_on(&s, from, e) : OK;
	if (r == OK)
		r = walk(&s, e);
	if (r != OK && r != E_NOTFOUND)
		return r;
	return sandbox_io_send(io, SCAN_END, STR(""), e);
}
