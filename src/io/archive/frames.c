/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of records/: writing, scanning, and finding the end of what was kept. */
#include <fcntl.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "formats/leaf/leaf.h"
#include "io/archive/archive_int.h"

#define MAGIC "ORF1"
#define HASHED 40u /* of the head: all before the digest */
#define FIRST_DIGITS 12u

static const uint64_t BODY_MAX[] = {
	[FRAME_RECORD] = CAP_RECORD, [FRAME_LEAF] = CAP_LEAF, [FRAME_TOKEN] = LEAF_BODY_MAX};

void archive_rec_path(struct buf *b, uint64_t first_index)
{
	buf_addf(b, "records/%012llu.rec", (unsigned long long)first_index);
}

static struct hash frame_hash(struct str head, struct str body)
{
	struct digest d = {0};
	digest_start(&d, DIGEST_SHA256);
	digest_add(&d, head.p, HASHED);
	digest_add(&d, body.p, body.n);
	struct hash h = digest_sha256(&d);
	digest_clear(&d);
	return h;
}

bool archive_frame_good(struct str head, struct str body)
{
	struct hash h = frame_hash(head, body);
	return str_eq(hash_str(&h), str_sub(head, HASHED, ARCHIVE_FRAME_HEAD));
}

rc archive_frame_head(struct str head, struct frame *ret, uint64_t *ret_body, struct err *e)
{
	struct bytes_reader r = bytes_reader(head);
	struct str magic = bytes_take(&r, 4);
	uint32_t kind = bytes_u32(&r);
	struct frame f = {.ref.index = bytes_u64(&r)};
	uint64_t body = bytes_u64(&r);
	f.warc_serial = bytes_u64(&r);
	f.warc_end = bytes_u64(&r);
	if (r.bad || !str_eq(magic, STR(MAGIC)))
		return err_set(e, E_VERIFY, "no frame begins here");
	if (kind < FRAME_RECORD || kind > FRAME_TOKEN)
		return err_set(e, E_VERIFY, "frame of unknown kind %u", kind);
	if (body > BODY_MAX[kind])
		return err_set(e, E_VERIFY, "frame of %llu bytes", (unsigned long long)body);
	f.kind = (enum frame_kind)kind;
	*ret = f;
	*ret_body = body;
	return OK;
}

static rc open_next_rec(struct archive *ar, struct err *e)
{
	AUTO(buf) path = {0};
	buf_init(&path, 128);
	TRY(archive_sync_records(ar, e));
	fs_log_close(&ar->rec);
	archive_rec_path(&path, ar->next);
	ar->rec_first = ar->next;
	return fs_log_open(ar->env, ar->dir, path.p, &ar->rec, e);
}

static rc frame_add(struct archive *ar, enum frame_kind kind, struct str body, const struct archive_span *span,
	struct archive_ref *ret, struct err *e)
{
	if (span && !archive_end_meets(&ar->kept, span))
		return err_set(e, E_IO, "warc/%s: byte %llu does not follow what is kept", span->file,
			(unsigned long long)span->offset);
	if (span)
		archive_end_move(&ar->kept, span);
	if (ar->rec.fd < 0 || archive_file_full(ar, ar->rec.size, CAP_REC_FILE))
		TRY(open_next_rec(ar, e));
	struct buf *b = &ar->frame;
	buf_reset(b);
	buf_add(b, STR(MAGIC));
	buf_addu32(b, (uint32_t)kind);
	buf_addu64(b, ar->next);
	buf_addu64(b, body.n);
	buf_addu64(b, ar->kept.serial);
	buf_addu64(b, ar->kept.offset);
	struct hash h = frame_hash(buf_str(b), body);
	buf_add(b, hash_str(&h));
	buf_add(b, body);
	TRY(buf_done(b, e));
	*ret = (struct archive_ref){ar->next, ar->rec_first, ar->rec.size};
	TRY(fs_log_add(&ar->rec, buf_str(b), e));
	ar->next++;
	return OK;
}

rc archive_frame_add(struct archive *ar, enum frame_kind kind, struct str body, const struct archive_span *span,
	struct archive_ref *ret, struct err *e)
{
	BUG_ON(ar->lock < 0 || !ar->recovered);
	TRY(archive_usable(ar, e));
	rc r = frame_add(ar, kind, body, span, ret, e);
	ar->used_up = r != OK;
	return r;
}

rc archive_sync_records(struct archive *ar, struct err *e)
{
	return ar->rec.fd < 0 ? OK : fs_log_sync(&ar->rec, e);
}

struct rec_names {
	struct fs_visit visit;
	struct arena *a;
	uint64_t *first;
	size_t n;
};

static rc rec_name(struct fs_visit *v, const char *name, bool is_dir, struct err *e)
{
	(void)e;
	struct rec_names *r = (struct rec_names *)v;
	struct str s = str_c(name);
	uint64_t first = 0;
	if (!is_dir && s.n == FIRST_DIGITS + 4 && str_ends(s, STR(".rec")) &&
		str_to_u64(str_sub(s, 0, FIRST_DIGITS), &first)) {
		uint64_t *to = arena_push(r->a, &r->first, &r->n, sizeof(*to));
		*to = first;
	}
	return OK;
}

rc archive_rec_list(struct archive *ar, struct arena *a, uint64_t **ret, size_t *ret_n, struct err *e)
{
	struct rec_names names = {.visit.each = rec_name, .a = a};
	TRY(fs_list(ar->dir, "records", &names.visit, e));
	*ret = names.first;
	*ret_n = names.n;
	return OK;
}

struct archive_scan {
	struct arena a;
	struct archive *ar;
	uint64_t *first;
	size_t files;
	size_t at_file;
	int fd;
	uint64_t size;
	uint64_t offset;
	uint64_t index; /* that the next frame must have */
	uint64_t from;
	struct buf bytes;
};

void archive_scan_free(struct archive_scan *s)
{
	if (!s)
		return;
	fd_closep(&s->fd);
	buf_clear(&s->bytes);
	arena_clear(&s->a);
	mem_free(s);
}

rc archive_scan_new(struct archive *ar, uint64_t from_index, struct archive_scan **ret, struct err *e)
{
	struct archive_scan *s = mem_alloc(sizeof(*s));
	s->ar = ar;
	s->fd = -1;
	s->from = from_index;
	buf_init(&s->bytes, CAP_RECORD + ARCHIVE_FRAME_HEAD);
	rc r = archive_rec_list(ar, &s->a, &s->first, &s->files, e);
	if (r != OK) {
		archive_scan_free(s);
		return r;
	}
	while (s->at_file + 1 < s->files && s->first[s->at_file + 1] <= from_index)
		s->at_file++;
	s->index = s->at_file ? s->first[s->at_file] : 0;
	*ret = s;
	return OK;
}

static rc bad_frame(struct archive_scan *s, struct err *e)
{
	return err_add(e, "records/%012llu.rec: offset %llu: frame %llu", (unsigned long long)s->first[s->at_file],
		(unsigned long long)s->offset, (unsigned long long)s->index);
}

/* Opens the next file when there is none open. E_NOTFOUND after the last. */
static rc scan_file(struct archive_scan *s, struct err *e)
{
	AUTO(buf) path = {0};
	buf_init(&path, 128);
	if (s->fd >= 0)
		return OK;
	if (s->at_file >= s->files)
		return err_set(e, E_NOTFOUND, "no more frames");
	if (s->first[s->at_file] != s->index) {
		rc_ignore(err_set(e, E_VERIFY, "the file before it ends at another frame"));
		s->offset = 0;
		return bad_frame(s, e);
	}
	archive_rec_path(&path, s->first[s->at_file]);
	s->offset = 0;
	return fs_open(s->ar->dir, path.p, &s->fd, &s->size, e);
}

static rc scan_bytes(struct archive_scan *s, size_t n, struct err *e)
{
	char *to = buf_space(&s->bytes, n);
	if (!to || s->size - s->offset < s->bytes.n + n) {
		rc_ignore(err_set(e, E_VERIFY, "cut short: the file ends at byte %llu", (unsigned long long)s->size));
		return bad_frame(s, e);
	}
	if (fs_read_at(s->fd, s->offset + s->bytes.n, to, n, e) != OK)
		return bad_frame(s, e);
	buf_grown(&s->bytes, n);
	return OK;
}

static rc scan_frame(struct archive_scan *s, struct frame *ret, struct err *e)
{
	uint64_t body = 0;
	buf_reset(&s->bytes);
	TRY(scan_bytes(s, ARCHIVE_FRAME_HEAD, e));
	if (archive_frame_head(buf_str(&s->bytes), ret, &body, e) != OK)
		return bad_frame(s, e);
	TRY(scan_bytes(s, (size_t)body, e));
	struct str all = buf_str(&s->bytes);
	ret->body = str_from(all, ARCHIVE_FRAME_HEAD);
	if (!archive_frame_good(all, ret->body)) {
		rc_ignore(err_set(e, E_VERIFY, "its bytes do not match its digest"));
		return bad_frame(s, e);
	}
	if (ret->ref.index != s->index) {
		rc_ignore(err_set(e, E_VERIFY, "has index %llu", (unsigned long long)ret->ref.index));
		return bad_frame(s, e);
	}
	ret->ref.file = s->first[s->at_file];
	ret->ref.offset = s->offset;
	s->offset += all.n;
	s->index++;
	return OK;
}

rc archive_scan_next(struct archive_scan *s, struct frame *ret, struct err *e)
{
	for (;;) {
		TRY(scan_file(s, e));
		if (s->offset == s->size) {
			fd_closep(&s->fd);
			s->at_file++;
			continue;
		}
		TRY(scan_frame(s, ret, e));
		if (ret->ref.index >= s->from)
			return OK;
	}
}

bool archive_scan_at_tail(const struct archive_scan *s)
{
	return s->fd >= 0 && s->at_file + 1 == s->files;
}

rc archive_frame_read(struct archive *ar, struct archive_ref ref, struct buf *body, struct frame *ret, struct err *e)
{
	AUTO(buf) path = {0};
	AUTO_FD fd = -1;
	char head[ARCHIVE_FRAME_HEAD];
	uint64_t size = 0;
	uint64_t n = 0;
	buf_init(&path, 128);
	archive_rec_path(&path, ref.file);
	TRY(fs_open(ar->dir, path.p, &fd, &size, e));
	rc r = fs_read_at(fd, ref.offset, head, sizeof(head), e);
	if (r == OK)
		r = archive_frame_head(str_mem(head, sizeof(head)), ret, &n, e);
	buf_reset(body);
	char *to = r == OK ? buf_space(body, (size_t)n) : NULL;
	if (r == OK && !to)
		r = err_set(e, E_LIMIT, "frame of %llu bytes", (unsigned long long)n);
	if (r == OK)
		r = fs_read_at(fd, ref.offset + sizeof(head), to, (size_t)n, e);
	if (r == OK) {
		buf_grown(body, (size_t)n);
		if (ret->ref.index != ref.index || !archive_frame_good(str_mem(head, sizeof(head)), buf_str(body)))
			r = err_set(e, E_VERIFY, "the frame does not match its digest");
	}
	if (r != OK)
		return err_add(e, "%s: offset %llu", path.p, (unsigned long long)ref.offset);
	ret->ref = ref;
	ret->body = buf_str(body);
	return OK;
}
