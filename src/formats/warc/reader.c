/* SPDX-License-Identifier: Apache-2.0 */
/* Records from the stream of members: header, block, end, and how to go on after damage.
 *
 *   BETWEEN -warc_next-> BLOCK -(left == 0, warc_end)-> BETWEEN          any -damage-> BETWEEN with `bad` set
 *
 * The end of a record is two line ends (WARC 1.1 §4). Where they are missing the record stands all the same, with a
 * quirk; whether its Content-Length was wrong shows at the next warc_next(), which then finds no record. */
#include <inttypes.h>

#include "base/arena.h"
#include "base/caps.h"
#include "base/mem.h"
#include "base/stream.h"
#include "formats/warc/warc_int.h"

#define MAGIC_AHEAD 8u /* enough to know "WARC/1" behind a line end */

struct warc_reader {
	struct stored st;
	bool in_block;
	bool bad;        /* `why` is told until warc_resync() */
	bool bad_record; /* the damage is a header at the view's front, which must not be found again */
	struct err why;
	bool warc_seen; /* an ARC record is no longer expected */
	bool arc_seen;
	uint64_t left;   /* of the block */
	uint64_t offset; /* of the record in the file */
	uint64_t inner;
	uint64_t damage; /* where in the file the damage begins */
	bool at_member;  /* the record begins with its member */
	bool arc;
	bool bare_frame; /* a zstd frame without size or checksum */
};

struct warc_reader *warc_reader_new(struct source *src)
{
	struct warc_reader *w = mem_alloc(sizeof(*w));
	stored_init(&w->st, src);
	return w;
}

void warc_reader_free(struct warc_reader *w)
{
	if (!w)
		return;
	stored_clear(&w->st);
	mem_free(w);
}

enum warc_storage warc_reader_storage(const struct warc_reader *w)
{
	return w->st.storage;
}

/* Makes damage stick. A source that failed is not damage: it may be asked again. */
static rc spoil(struct warc_reader *w, rc r, bool record, const struct err *e)
{
	if (r != E_FORMAT && r != E_LIMIT && r != E_UNSUPPORTED)
		return r;
	w->bad = true;
	w->bad_record = record && !w->st.broken;
	w->in_block = false;
	w->why = *e;
	w->damage = w->offset;
	return r;
}

static bool is_line_end(char c)
{
	return c == '\r' || c == '\n';
}

/* Bytes in the view, opening members as needed. E_NOTFOUND at the end of the file. */
static rc view_fill(struct warc_reader *w, struct err *e)
{
	while (stored_view(&w->st).n == 0) {
		bool got = false;
		TRY(stored_more(&w->st, &got, e));
		if (!got)
			TRY(stored_open(&w->st, e));
	}
	return OK;
}

/* Stands the reader on the first byte that is no line end. */
static rc skip_blank(struct warc_reader *w, struct err *e)
{
	for (;;) {
		TRY(view_fill(w, e));
		struct str v = stored_view(&w->st);
		size_t n = 0;
		while (n < v.n && is_line_end(v.p[n]))
			n++;
		stored_eat(&w->st, n);
		if (n < v.n)
			return OK;
	}
}

/* The end of the WARC header at the front of v, looking from *scan on; 0 when it is not in v. *ret_broken is set when a
 * record begins inside. */
static size_t head_end(struct str v, size_t *scan, bool whole, bool *ret_broken)
{
	size_t at = *scan;
	while ((at = str_chr(v, '\n', at)) < v.n) {
		if (at + 1 < v.n && v.p[at + 1] == '\n')
			return at + 2;
		if (at + 2 < v.n && v.p[at + 1] == '\r' && v.p[at + 2] == '\n')
			return at + 3;
		/* more is looked at only now: it may lie in the next member, and would join the two */
		if (!whole && v.n - at <= MAGIC_AHEAD)
			break;
		if (warc_begins(str_from(v, at + 1))) {
			*ret_broken = true;
			return at + 1;
		}
		at++;
	}
	*scan = at;
	return 0;
}

static rc warc_head_read(struct warc_reader *w, struct str *ret, struct err *e)
{
	size_t scan = 0;
	bool whole = false;
	for (;;) {
		struct str v = stored_view(&w->st);
		bool broken = false;
		size_t n = head_end(v, &scan, whole, &broken);
		if (broken)
			return err_set(e, E_FORMAT, "a record begins inside a record header");
		if (n > CAP_WARC_HEAD || (n == 0 && v.n > CAP_WARC_HEAD))
			return err_set(e, E_LIMIT, "record header over %u bytes", CAP_WARC_HEAD);
		if (n) {
			*ret = str_sub(v, 0, n);
			return OK;
		}
		if (whole)
			return err_set(e, E_FORMAT, "the file ends inside a record header");
		TRY(stored_want(&w->st, v.n + 1, e));
		whole = stored_view(&w->st).n == v.n;
	}
}

/* The line at the view's front, its LF included unless the file ends; `skip` bytes of it are known to hold none. */
static rc line_read(struct warc_reader *w, size_t from, size_t most, struct str *ret, struct err *e)
{
	size_t at = from;
	for (;;) {
		struct str v = stored_view(&w->st);
		at = str_chr(v, '\n', at);
		if (at < v.n || at - from > most) {
			*ret = str_sub(v, from, at + 1);
			return ret->n > most
				? err_set(e, E_FORMAT, "a line over %zu bytes where a record should be", most)
				: OK;
		}
		TRY(stored_want(&w->st, v.n + 1, e));
		if (stored_view(&w->st).n == v.n) {
			*ret = str_from(v, from);
			return OK;
		}
	}
}

/* An ARC file's first block without a length: its lines up to the empty one that ends it. */
static rc version_block_length(struct warc_reader *w, size_t from, uint64_t *ret, struct err *e)
{
	size_t at = from;
	for (;;) {
		struct str line = STR("");
		TRY(line_read(w, at, ARC_LINE_MAX, &line, e));
		if (str_trim(line).n == 0 || at - from > ARC_LINE_MAX)
			break;
		at += line.n;
	}
	*ret = at - from;
	return OK;
}

static rc arc_head_read(struct warc_reader *w, struct arena *a, struct warc_record *r, struct err *e)
{
	struct str line = STR("");
	bool length_ok = true;
	TRY(line_read(w, 0, ARC_LINE_MAX, &line, e));
	size_t n = line.n;
	TRY(arc_line_parse(a, line, r->inner, r, &length_ok, e));
	TRY(stored_want(&w->st, n + 1, e));
	struct str v = stored_view(&w->st);
	bool filedesc = r->type == WARC_WARCINFO;
	if (filedesc && v.n > n && v.p[n] == '2')
		r->version = STR("ARC/2");
	if (!filedesc && !w->arc_seen)
		quirk_add(&r->quirks, r->inner, "the file does not begin with a version block");
	if (!length_ok)
		quirk_add(&r->quirks, r->inner, "the length is no number: read as %s",
			filedesc ? "up to an empty line" : "0");
	if (!length_ok && filedesc)
		TRY(version_block_length(w, n, &r->length, e));
	w->arc_seen = true;
	stored_eat(&w->st, n);
	return OK;
}

static rc record_head(struct warc_reader *w, struct arena *a, struct warc_record *r, struct err *e)
{
	TRY(stored_want(&w->st, MAGIC_AHEAD, e));
	if (!warc_begins(stored_view(&w->st))) {
		if (!w->warc_seen)
			return arc_head_read(w, a, r, e);
		struct str v = str_sub(stored_view(&w->st), 0, 60);
		return err_set(
			e, E_FORMAT, "no record begins here: '%.*s'", STR_FMT(str_sub(v, 0, str_chr(v, '\n', 0))));
	}
	w->warc_seen = true;
	struct str head = STR("");
	TRY(warc_head_read(w, &head, e));
	TRY(warc_head_parse(a, head, r->inner, r, e));
	stored_eat(&w->st, head.n);
	return OK;
}

static rc record_end(struct warc_reader *w, struct warc_end *ret, struct err *e);

rc warc_next(struct warc_reader *w, struct arena *a, struct warc_record *ret, struct err *e)
{
	if (w->bad) {
		*e = w->why;
		return w->why.code;
	}
	TRY(stored_detect(&w->st, e));
	if (w->in_block) {
		struct warc_end ignored = {0};
		TRY(record_end(w, &ignored, e));
	}
	struct warc_record r = {.quirks = quirks_in(a)};
	rc got = skip_blank(w, e);
	const struct stored *st = &w->st;
	bool plain = st->storage == WARC_PLAIN;
	w->offset = plain || st->broken ? (plain ? st->pos : stored_at(st)) : st->m_in;
	if (got != OK)
		return spoil(w, got, false, e);
	w->inner = st->pos;
	w->at_member = !plain && st->pos == st->m_out;
	w->bare_frame = st->no_sum;
	w->st.no_sum = false;
	r.offset = w->offset;
	r.inner = w->inner;
	got = record_head(w, a, &r, e);
	if (got != OK)
		return spoil(w, got, true, e);
	w->left = r.length;
	w->arc = r.arc;
	w->in_block = true;
	*ret = r;
	return OK;
}

static rc cut_short(struct warc_reader *w, struct err *e)
{
	return spoil(w,
		err_set(e, E_FORMAT,
			"record at byte %" PRIu64 " is cut short: %" PRIu64 " bytes of its block are missing",
			w->offset, w->left),
		false, e);
}

/* The member has ended inside the block. A member that begins with a record says that the block ended here; any other
 * continues it. */
static rc block_goes_on(struct warc_reader *w, struct err *e)
{
	rc r = stored_open(&w->st, e);
	if (r == E_NOTFOUND || (r == E_FORMAT && w->st.broken))
		return cut_short(w, e);
	if (r == OK)
		r = stored_want(&w->st, MAGIC_AHEAD, e);
	if (r != OK)
		return spoil(w, r, false, e);
	return w->st.storage != WARC_PLAIN && warc_begins(stored_view(&w->st)) ? cut_short(w, e) : OK;
}

rc warc_block(struct warc_reader *w, struct str *ret, struct err *e)
{
	if (w->bad) {
		*e = w->why;
		return w->why.code;
	}
	if (!w->in_block || w->left == 0)
		return err_set(e, E_NOTFOUND, "the block has ended");
	while (stored_view(&w->st).n == 0) {
		bool got = false;
		rc r = stored_more(&w->st, &got, e);
		if (r != OK)
			return spoil(w, r, false, e);
		if (!got)
			TRY(block_goes_on(w, e));
	}
	struct str v = stored_view(&w->st);
	size_t n = w->left < v.n ? (size_t)w->left : v.n;
	*ret = str_sub(v, 0, n);
	stored_eat(&w->st, n);
	w->left -= n;
	return OK;
}

/* What stands behind a block. */
struct tail {
	unsigned line_ends; /* counted up to two */
	bool lone_lf;
	uint64_t more; /* line ends behind those */
	bool ended;    /* the member ended behind them */
	bool crossed;  /* another member was opened to see */
	uint64_t end;  /* where the last member of the record ended in the file */
};

/* The next byte of the member without taking it; false at its end. */
static rc peek(struct warc_reader *w, bool *ret_any, char *ret, struct err *e)
{
	bool got = true;
	while (got && stored_view(&w->st).n == 0)
		TRY(stored_more(&w->st, &got, e));
	struct str v = stored_view(&w->st);
	*ret_any = v.n > 0;
	*ret = v.n ? v.p[0] : '\0';
	return OK;
}

/* Line ends in the member at work, into `t`. */
static rc tail_read(struct warc_reader *w, struct tail *t, struct err *e)
{
	bool cr = false;
	for (;;) {
		bool any = false;
		char c = '\0';
		TRY(peek(w, &any, &c, e));
		t->ended = !any;
		if (!any || !is_line_end(c))
			return OK;
		stored_eat(&w->st, 1);
		if (c == '\n' && t->line_ends < 2) {
			t->line_ends++;
			t->lone_lf |= !cr;
		} else if (c == '\n') {
			t->more++;
		} else if (cr) {
			t->lone_lf = true;
		}
		cr = c == '\r';
	}
}

/* A record may be spread over members, its line ends in one of their own. Damage in what follows is the next
 * record's. */
static rc tail_cross(struct warc_reader *w, struct tail *t, struct err *e)
{
	t->end = w->st.m_end;
	if (w->arc || t->line_ends >= 2 || w->st.storage == WARC_PLAIN)
		return OK;
	struct err later;
	bool any = false;
	char c = '\0';
	rc r = stored_open(&w->st, &later);
	if (r == OK)
		r = peek(w, &any, &c, &later);
	if (r == E_FORMAT || r == E_LIMIT) {
		uint64_t was = w->offset;
		w->offset = w->st.m_in;
		(void)spoil(w, r, false, &later);
		w->offset = was;
		return OK;
	}
	if (r != OK && r != E_NOTFOUND) {
		*e = later;
		return r;
	}
	if (!any || !is_line_end(c)) {
		t->crossed = true;
		return OK;
	}
	TRY(tail_read(w, t, e));
	if (t->ended)
		t->end = w->st.m_end;
	return OK;
}

static void tail_quirks(const struct warc_reader *w, const struct tail *t, uint64_t at, struct quirks *q)
{
	if (w->bare_frame)
		quirk_add(q, w->inner, "zstd frame without content size or checksum");
	if (w->arc)
		return;
	if (t->line_ends < 2)
		quirk_add(q, at, "%u of the two line ends behind the block", t->line_ends);
	if (t->lone_lf)
		quirk_add(q, at, "line ends behind the block are not CRLF");
	if (t->more)
		quirk_add(q, at, "%" PRIu64 " line ends too many behind the block", t->more);
}

/* Skips to the end of the record and says how it lay. */
static rc record_end(struct warc_reader *w, struct warc_end *ret, struct err *e)
{
	while (w->left) {
		struct str piece = STR("");
		TRY(warc_block(w, &piece, e));
	}
	uint64_t block_end = w->st.pos;
	struct tail t = {0};
	rc r = tail_read(w, &t, e);
	if (r == OK && t.ended)
		r = tail_cross(w, &t, e);
	if (r != OK)
		return spoil(w, r, false, e);
	w->in_block = false;
	tail_quirks(w, &t, block_end, &ret->quirks);
	ret->offset = w->offset;
	if (w->st.storage == WARC_PLAIN) {
		ret->length = block_end - w->inner;
		return OK;
	}
	if (!t.ended && !t.crossed)
		t.end = w->st.open ? stored_at(&w->st) : w->st.m_end;
	ret->length = t.end - w->offset;
	bool exact = t.line_ends == 2 && !t.lone_lf && t.more == 0;
	ret->own_member = w->st.storage == WARC_GZIP && w->at_member && t.ended && exact && !w->arc;
	return OK;
}

rc warc_end(struct warc_reader *w, struct arena *a, struct warc_end *ret, struct err *e)
{
	if (w->bad) {
		*e = w->why;
		return w->why.code;
	}
	if (!w->in_block)
		return err_set(e, E_USAGE, "no record was begun");
	struct warc_end end = {.quirks = quirks_in(a)};
	TRY(record_end(w, &end, e));
	*ret = end;
	return OK;
}

/* Looks for a line that begins a record in the rest of the uncompressed stream, from the view's front on. */
static rc line_search(struct warc_reader *w, struct err *e)
{
	bool line_start = !w->bad_record;
	size_t skip = w->bad_record ? 1 : 0;
	for (;;) {
		TRY(view_fill(w, e));
		line_start |= w->st.storage != WARC_PLAIN && w->st.pos == w->st.m_out && skip == 0;
		if (line_start) {
			TRY(stored_want(&w->st, MAGIC_AHEAD, e));
			struct str line = STR("");
			if (warc_begins(stored_view(&w->st)))
				return OK;
			struct err too_long;
			if (!w->warc_seen && line_read(w, 0, ARC_LINE_MAX, &line, &too_long) == OK && arc_begins(line))
				return OK;
		}
		struct str v = stored_view(&w->st);
		size_t at = str_chr(v, '\n', skip);
		line_start = at < v.n;
		stored_eat(&w->st, line_start ? at + 1 : v.n);
		skip = 0;
	}
}

rc warc_resync(struct warc_reader *w, uint64_t *ret_from, uint64_t *ret_to, struct err *e)
{
	TRY(stored_detect(&w->st, e));
	struct stored *st = &w->st;
	uint64_t from = w->bad ? w->damage : st->storage == WARC_PLAIN ? st->pos : stored_at(st);
	rc r = E_FORMAT;
	if (!st->broken)
		r = line_search(w, e);
	if (st->broken && (r == E_FORMAT || r == E_LIMIT))
		r = stored_search(st, !w->warc_seen, e);
	if (r != OK && r != E_NOTFOUND)
		return r;
	*ret_from = from;
	*ret_to = st->storage == WARC_PLAIN ? st->pos : stored_view(st).n ? st->m_in : stored_at(st);
	/* the damage may lie in the member that the next record was found in */
	if (*ret_to < from)
		*ret_to = from;
	w->bad = false;
	w->bad_record = false;
	w->in_block = false;
	return r;
}
