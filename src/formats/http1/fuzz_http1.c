/* SPDX-License-Identifier: Apache-2.0 */
/* One message: its head; its body de-chunked whole and byte by byte, which must agree; its content codings removed. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/stream.h"
#include "formats/http1/http1.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void dechunk(struct str body, size_t step, struct buf *out)
{
	struct http1_dechunk d;
	struct buf_sink sink;
	struct quirks q = {0};
	struct err e;
	buf_sink_init(&sink, out);
	http1_dechunk_init(&d);
	for (size_t at = 0; at < body.n; at += step)
		BUG_ON(http1_dechunk_push(&d, str_sub(body, at, at + step), &sink.sink, &q, &e) != OK);
	BUG_ON(http1_dechunk_end(&d, &sink.sink, &q, &e) != OK);
}

static void decode(struct str codings, struct str body)
{
	struct http1_decoder *d = NULL;
	struct err e;
	if (http1_decoder_new(codings, 1u << 20, &d, &e) != OK)
		return;
	AUTO(buf) out = {0};
	buf_init(&out, 1u << 21);
	struct buf_sink sink;
	buf_sink_init(&sink, &out);
	if (http1_decoder_push(d, body, &sink.sink, &e) == OK)
		rc_ignore(http1_decoder_end(d, &sink.sink, &e));
	BUG_ON(out.n > 1u << 20);
	http1_decoder_free(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = str_mem(data, size);
	AUTO(arena) a = {0};
	AUTO(buf) whole = {0};
	AUTO(buf) bytes = {0};
	struct err e;
	struct http1_head h = {0};
	struct quirks q = quirks_in(&a);
	struct str body = s;
	struct str codings = STR("gzip, deflate, br, zstd");
	if (http1_head_parse(&a, s, &h, &q, &e) == OK) {
		BUG_ON(h.length > s.n);
		body = str_from(s, h.length);
		codings = http1_get_all(&a, &h, "Content-Encoding");
		(void)http1_param(&a, http1_get(&h, "Content-Type"), "charset");
		(void)http1_media_type(&a, http1_get(&h, "Content-Type"));
	}
	buf_init(&whole, size + 1);
	buf_init(&bytes, size + 1);
	dechunk(body, size + 1, &whole);
	dechunk(body, 1, &bytes);
	BUG_ON(!str_eq(buf_str(&whole), buf_str(&bytes)));
	decode(codings, body);
	decode(codings, buf_str(&whole));
	return 0;
}
