/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/message/message.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/caps.h"
#include "base/mem.h"
#include "base/stream.h"
#include "formats/http1/http1.h"
#include "formats/warc/warc.h"

enum stage {
	IN_HEAD,
	IN_BODY,
};

struct message {
	struct sink from_dechunk; /* first: payload_push() gets back to the message */
	struct sink from_decoder;
	struct arena *a;
	struct message_start start;
	enum stage stage;
	struct buf head;
	bool chunked;
	struct http1_dechunk dechunk;
	struct http1_decoder *decoder;
	struct message_info info;
};

static rc content_push(struct sink *s, struct str bytes, struct err *e)
{
	struct message *m = (struct message *)(void *)((char *)s - offsetof(struct message, from_decoder));
	m->info.content_length += bytes.n;
	return m->start.content ? m->start.content->push(m->start.content, bytes, e) : OK;
}

/* A coding that breaks is a fact about the page, not an error of ours: what came before it stays. */
static rc coding_result(struct message *m, rc r, struct err *e)
{
	if (r != E_FORMAT && r != E_LIMIT)
		return r;
	quirk_add(&m->info.quirks, m->info.payload_length, "content coding: %s", e->msg);
	m->info.content_broken = true;
	return OK;
}

static rc payload_push(struct sink *s, struct str bytes, struct err *e)
{
	struct message *m = (struct message *)(void *)s;
	if (bytes.n == 0)
		return OK;
	m->info.payload_length += bytes.n;
	if (m->start.payload)
		TRY(m->start.payload->push(m->start.payload, bytes, e));
	if (m->info.content_broken)
		return OK;
	if (!m->decoder)
		return content_push(&m->from_decoder, bytes, e);
	return coding_result(m, http1_decoder_push(m->decoder, bytes, &m->from_decoder, e), e);
}

struct message *message_new(void)
{
	struct message *m = mem_alloc(sizeof(*m));
	m->from_dechunk.push = payload_push;
	m->from_decoder.push = content_push;
	buf_init(&m->head, CAP_HTTP_HEAD);
	return m;
}

void message_free(struct message *m)
{
	if (!m)
		return;
	buf_clear(&m->head);
	http1_decoder_free(m->decoder);
	mem_free(m);
}

static void content_begins(struct message *m)
{
	m->stage = IN_BODY;
	if (m->start.on_content)
		m->start.on_content(m->start.ctx, m->info.media_type);
}

void message_begin(struct message *m, struct arena *a, const struct message_start *start)
{
	m->a = a;
	m->start = *start;
	m->stage = IN_HEAD;
	m->chunked = false;
	buf_reset(&m->head);
	http1_decoder_free(m->decoder);
	m->decoder = NULL;
	m->info = (struct message_info){.quirks = quirks_in(a)};
	if (start->kind != MESSAGE_BODY)
		return;
	m->info.content_type = str_dup(a, start->content_type);
	m->info.media_type = http1_media_type(a, start->content_type);
	content_begins(m);
}

static void codings_begin(struct message *m, const struct http1_head *h)
{
	struct err e;
	struct str codings = http1_get_all(m->a, h, "content-encoding");
	if (codings.n == 0)
		return;
	if (http1_decoder_new(codings, CAP_DECODED, &m->decoder, &e) != OK) {
		quirk_add(&m->info.quirks, 0, "content coding: %s", e.msg);
		return;
	}
	m->info.coding = str_dup(m->a, http1_decoder_name(m->decoder));
	if (m->info.coding.n == 0) {
		http1_decoder_free(m->decoder);
		m->decoder = NULL;
	}
}

static rc body_push(struct message *m, struct str piece, struct err *e)
{
	if (m->chunked)
		return http1_dechunk_push(&m->dechunk, piece, &m->from_dechunk, &m->info.quirks, e);
	return payload_push(&m->from_dechunk, piece, e);
}

/* The head is complete, or never will be: `length` bytes of what is buffered. Without one all of it is body. */
static rc head_done(struct message *m, size_t length, struct err *e)
{
	struct str all = buf_str(&m->head);
	struct http1_head h = {0};
	struct err why;
	struct str head = str_dup(m->a, str_sub(all, 0, length));
	if (length && http1_head_parse(m->a, head, &h, &m->info.quirks, &why) == OK) {
		m->info.head = head;
		m->info.status = h.status;
		m->info.content_type = http1_get(&h, "content-type");
		m->info.media_type = http1_media_type(m->a, m->info.content_type);
		m->info.location = http1_get(&h, "location");
		m->chunked = http1_is_chunked(&h);
		http1_dechunk_init(&m->dechunk);
		codings_begin(m, &h);
	} else {
		quirk_add(&m->info.quirks, 0, "no HTTP head: %s", length ? why.msg : "it has no end");
		length = 0;
	}
	content_begins(m);
	return body_push(m, str_from(all, length), e);
}

rc message_push(struct message *m, struct str piece, struct err *e)
{
	if (m->stage == IN_BODY)
		return body_push(m, piece, e);
	struct str front = str_sub(piece, 0, m->head.cap - m->head.n);
	buf_add(&m->head, front);
	size_t length = http1_head_length(buf_str(&m->head));
	if (length == 0 && m->head.n < m->head.cap)
		return OK;
	TRY(head_done(m, length, e));
	return body_push(m, str_from(piece, front.n), e);
}

rc message_end(struct message *m, struct message_info *ret, struct err *e)
{
	if (m->stage == IN_HEAD) {
		/* an HTTP message may be a head alone, its empty line missing (a revisit, a 204) */
		quirk_add(&m->info.quirks, m->head.n, "the head has no empty line at its end");
		TRY(head_done(m, m->head.n, e));
	}
	if (m->chunked)
		TRY(http1_dechunk_end(&m->dechunk, &m->from_dechunk, &m->info.quirks, e));
	if (m->decoder && !m->info.content_broken && m->info.payload_length)
		TRY(coding_result(m, http1_decoder_end(m->decoder, &m->from_decoder, e), e));
	*ret = m->info;
	return OK;
}

rc message_run(struct message *m, struct arena *a, struct warc_reader *w, const struct message_start *start,
	struct message_info *ret, struct err *e)
{
	struct str piece;
	rc r = OK;
	message_begin(m, a, start);
	while ((r = warc_block(w, &piece, e)) == OK)
		TRY(message_push(m, piece, e));
	return r == E_NOTFOUND ? message_end(m, ret, e) : r;
}

enum message_kind message_kind_of(struct str type, bool is_request)
{
	size_t semi = str_chr(type, ';', 0);
	if (!str_ieq(str_trim(str_sub(type, 0, semi)), STR("application/http")))
		return MESSAGE_BODY;
	bool says_request = str_ifind(type, STR("msgtype=request"), semi) < type.n;
	return is_request || says_request ? MESSAGE_REQUEST : MESSAGE_RESPONSE;
}
