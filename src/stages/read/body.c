/* SPDX-License-Identifier: Apache-2.0 */
/* The body of an article: paragraphs, marks, proposals, one of them, blocks. */
#include "stages/read/body_int.h"

#define PROSE_LEAST 2u /* paragraphs */

struct page *body_page(struct reading *r)
{
	struct page *p = arena_new(r->a, struct page);
	*p = (struct page){.r = r, .h = r->h};
	page_read(p);
	if (p->proses[p->n] < PROSE_LEAST) {
		/* some pages hold their text for those without scripts only */
		buf_clear(&p->text);
		*p = (struct page){.r = r, .h = r->h, .noscript = true};
		page_read(p);
	}
	body_near(p);
	body_mark(p);
	return p;
}

void body_take(struct page *p, const struct proposal *choice)
{
	struct verdict *verdict = arena_alloc(p->r->a, (p->n + 1) * sizeof(*verdict));
	for (size_t k = 0; k < p->n; k++)
		verdict[k].kind = BLOCK_OTHER;
	if (choice)
		filter_paras(p, choice, verdict);
	body_stub(p, verdict, choice);
	if (choice)
		body_live(p, verdict, choice);
	blocks_write(p, verdict);
}

void read_body(struct reading *r)
{
	struct proposal proposals[PROPOSALS_MAX];
	struct page *p = body_page(r);
	size_t n = body_propose(p, proposals);
	body_take(p, n ? &proposals[arbiter_choose(p, proposals, n)] : NULL);
	buf_clear(&p->text);
}
