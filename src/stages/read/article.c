/* SPDX-License-Identifier: Apache-2.0 */
/* The flat form of an article:
 *
 *   "OAR1" encoding from text u32 n  n × (u8 field, u8 chosen, value, from, raw)      text: u32 length ‖ bytes */
#include "base/bytes.h"
#include "base/caps.h"
#include "stages/read/read_int.h"

#define MAGIC "OAR1"
#define EVIDENCE_READ_MAX 4096u

static void add_text(struct buf *b, struct str s)
{
	buf_addu32(b, (uint32_t)s.n);
	buf_add(b, s);
}

void article_encode(struct buf *b, const struct article *a)
{
	buf_add(b, STR(MAGIC));
	add_text(b, a->encoding);
	add_text(b, a->encoding_from);
	add_text(b, a->text);
	buf_addu32(b, (uint32_t)a->n);
	for (size_t i = 0; i < a->n; i++) {
		const struct article_evidence *e = &a->evidence[i];
		buf_addc(b, (char)e->field);
		buf_addc(b, e->chosen);
		add_text(b, e->value);
		add_text(b, e->from);
		add_text(b, e->raw);
	}
}

static struct str take_text(struct bytes_reader *r)
{
	return bytes_take(r, bytes_u32(r));
}

rc article_decode(struct arena *a, struct str bytes, struct article *ret, struct err *e)
{
	struct bytes_reader r = bytes_reader(bytes);
	struct article ar = {0};
	bool ok = str_eq(bytes_take(&r, 4), STR(MAGIC));
	ar.encoding = take_text(&r);
	ar.encoding_from = take_text(&r);
	ar.text = take_text(&r);
	uint32_t n = bytes_u32(&r);
	ok = ok && !r.bad && n <= EVIDENCE_READ_MAX;
	if (ok)
		ar.evidence = arena_alloc(a, n * sizeof(*ar.evidence));
	for (; ok && ar.n < n; ar.n++) {
		struct article_evidence *v = &ar.evidence[ar.n];
		struct str two = bytes_take(&r, 2);
		ok = !r.bad && (uint8_t)two.p[0] < ARTICLE_FIELDS && (uint8_t)two.p[1] <= 1;
		if (!ok)
			break;
		v->field = (enum article_field)(uint8_t)two.p[0];
		v->chosen = two.p[1] != 0;
		v->value = take_text(&r);
		v->from = take_text(&r);
		v->raw = take_text(&r);
	}
	if (!ok || r.bad || r.n)
		return err_set(e, E_FORMAT, "no encoded article");
	*ret = ar;
	return OK;
}
