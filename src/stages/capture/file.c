/* SPDX-License-Identifier: Apache-2.0 */
/* A file that somebody saved, kept as a WARC resource record (WARC 1.1 §6.4): it proves that we had these bytes, and
 * says where they are said to come from. */
#include <sys/stat.h>

#include "base/codec.h"
#include "formats/url/url.h"
#include "stages/capture/capture_int.h"

static rc keep_resource(struct archive *ar, struct arena *a, int fd, uint64_t size, struct str tool, struct record *r,
	struct str content_type, struct archive_span *ret, struct err *e)
{
	uint8_t random[16];
	AUTO(buf) head = {0};
	TRY(span_begin(ar, a, tool, e));
	TRY(archive_env(ar)->random(archive_env(ar), random, sizeof(random), e));
	struct str id = warc_new_id(a, random);
	buf_init(&head, CAP_WARC_HEAD);
	warc_head_begin(&head, WARC_RESOURCE);
	warc_head_field(&head, "WARC-Record-ID", id);
	warc_head_field(&head, "WARC-Target-URI", record_get(r, "url"));
	warc_head_field(&head, "WARC-Date", record_get(r, "time"));
	warc_head_field(&head, "WARC-Block-Digest", record_get(r, "digest.block"));
	warc_head_field(&head, "WARC-Payload-Digest", record_get(r, "digest.payload"));
	warc_head_field(&head, "Content-Type", content_type);
	TRY(warc_head_end(&head, size, e));
	record_add(a, r, "warc.id", str_sub(id, 1, id.n - 1));
	record_addf(a, r, "warc.main", "%llu", (unsigned long long)archive_span_at(ar));
	TRY(write_record(ar, buf_str(&head), STR(""), fd, size, e));
	archive_span_end(ar, ret);
	return OK;
}

static rc describe(struct archive *ar, struct capture_worker *w, struct arena *a, int fd, uint64_t size, struct str url,
	struct str content_type, const struct capture_source *src, struct record *r, struct err *e)
{
	uint8_t key[RECORD_KEY_SIZE];
	struct record fields;
	struct url u;
	TRY(url_parse(a, url, NULL, &u, e));
	TRY(new_key(archive_env(ar), key, e));
	struct tree_keys trees = tree_keys_of(key);
	TRY(analyse_message(w, a, MESSAGE_BODY, content_type, &trees, STR(""), fd, size, &fields, e));
	record_begin(a, r, "import", key);
	record_add(a, r, "method", STR("file"));
	record_add(a, r, "url", url_href(a, &u, false));
	record_add(a, r, "time", utc_now(a, archive_env(ar)));
	record_add(a, r, "received", utc_now(a, archive_env(ar)));
	record_add(a, r, "clock", STR("system"));
	take_fields(a, r, &fields, ANALYSIS_FIELDS, ANALYSIS_FIELDS_N);
	record_add(a, r, "source.file", src->name);
	record_addf(a, r, "source.size", "%llu", (unsigned long long)size);
	record_add(a, r, "tool", src->tool);
	return OK;
}

static rc keep_file(struct archive *ar, struct capture_worker *w, struct arena *a, int fd, struct str url,
	struct str content_type, const struct capture_source *src, struct capture_out *out, struct err *e)
{
	struct stat st;
	struct record r;
	struct archive_span span;
	struct keeper k;
	if (fstat(fd, &st) != 0)
		return err_sys(e, "stat");
	uint64_t size = (uint64_t)st.st_size;
	TRY(describe(ar, w, a, fd, size, url, content_type, src, &r, e));
	rc got = keep_resource(ar, a, fd, size, src->tool, &r, content_type, &span, e);
	if (got == OK) {
		record_add_span(a, &r, &span);
		got = record_finish(a, &r, e);
	}
	keeper_init(&k, ar, out);
	if (got == OK)
		got = keeper_add(&k, &r, &span, e);
	if (got == OK)
		got = keeper_flush(&k, e);
	keeper_clear(&k);
	if (got != OK)
		archive_take_back(ar);
	return got;
}

rc capture_file(struct archive *ar, struct capture_worker *w, int fd, struct str url, struct str content_type,
	const struct capture_source *src, struct capture_out *out, struct err *e)
{
	AUTO(arena) a = {0};
	rc r = keep_file(ar, w, &a, fd, url, content_type, src, out, e);
	return r == OK ? OK : err_add(e, "%.*s", STR_FMT(src->name));
}
