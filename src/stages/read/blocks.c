/* SPDX-License-Identifier: Apache-2.0 */
/* The paragraphs with their verdicts become the blocks of the article. */
#include "base/caps.h"
#include "stages/read/body_int.h"

#define OUTSIDE_LEAST 200.0f /* letters: smaller text outside of the choice is not listed */

static struct article_block *push(struct reading *r, bool kept)
{
	struct article *ar = r->article;
	return kept ? arena_push(r->a, &ar->blocks, &ar->nblocks, sizeof(*ar->blocks))
		    : arena_push(r->a, &ar->dropped, &ar->ndropped, sizeof(*ar->dropped));
}

/* Cells of one row are one block. */
static uint32_t row_end(const struct page *p, const struct verdict *v, uint32_t k)
{
	uint32_t row = p->para[k].row;
	uint32_t end = k + 1;
	if (row == HTML_NONE || !(p->para[k].flags & PARA_CELL) || v[k].kind != BLOCK_TABLE)
		return end;
	while (end < p->n && p->para[end].row == row && v[end].kind == BLOCK_TABLE)
		end++;
	return end;
}

static struct str join_cells(struct page *p, uint32_t from, uint32_t to)
{
	AUTO(buf) b = {0};
	buf_init(&b, CAP_ARTICLE);
	for (uint32_t k = from; k < to; k++) {
		if (k > from)
			buf_addc(&b, p->para[k].node == p->para[k - 1].node ? ' ' : '\t');
		buf_add(&b, para_text(p, &p->para[k]));
	}
	return str_dup(p->r->a, buf_str(&b));
}

void blocks_write(struct page *p, const struct verdict *v)
{
	for (uint32_t k = 0; k < p->n;) {
		const struct para *a = &p->para[k];
		bool kept = !v[k].reason && v[k].kind != BLOCK_OTHER;
		uint32_t end = row_end(p, v, k);
		if (!kept && !v[k].reason && a->letters < OUTSIDE_LEAST) {
			k = end;
			continue;
		}
		const char *why = v[k].reason ? v[k].reason : a->mark ? mark_reason(a->mark) : "outside";
		struct article_block *b = push(p->r, kept);
		*b = (struct article_block){.kind = (enum block_kind)v[k].kind,
			.level = a->level ? a->level : a->depth,
			.text = end > k + 1 ? join_cells(p, k, end) : str_dup(p->r->a, para_text(p, a)),
			.stamp = v[k].stamp,
			.reason = kept ? STR("") : str_c(why),
			.range = served(p->r, p->h->nodes[a->from].from, p->h->nodes[p->para[end - 1].to].to)};
		k = end;
	}
}

/* A short line that is an author's name, or ends with it after a word or two, is the byline, whatever it is marked up
 * as. */
static bool is_byline(const struct article *ar, const struct article_block *b)
{
	if (b->kind != BLOCK_HEADING && b->kind != BLOCK_CAPTION && b->kind != BLOCK_PARAGRAPH)
		return false;
	for (size_t i = 0; i < ar->n; i++) {
		const struct article_evidence *e = &ar->evidence[i];
		bool author = e->field == ARTICLE_AUTHOR && e->chosen && e->value.n > 5;
		if (author && b->text.n <= e->value.n + 20 &&
			str_ieq(str_from(b->text, b->text.n - size_min(e->value.n, b->text.n)), e->value))
			return true;
	}
	return false;
}

void blocks_settle(struct reading *r)
{
	AUTO(buf) text = {0};
	struct article *ar = r->article;
	buf_init(&text, CAP_ARTICLE);
	for (size_t i = 0; i < ar->nblocks; i++) {
		struct article_block *b = &ar->blocks[i];
		if (is_byline(ar, b))
			b->kind = BLOCK_BYLINE;
		if (!block_is_text(b->kind))
			continue;
		if (text.n)
			buf_addc(&text, '\n');
		buf_add(&text, b->text);
	}
	ar->text = str_dup(r->a, buf_str(&text));
}
