/* SPDX-License-Identifier: Apache-2.0 */
/* Elements that may hold the body, by three ways that fail on different pages: what declares itself; the scores that
 * paragraphs lend to the elements around them; the longest run of prose, whatever the elements are called. */
#include "stages/read/body_int.h"

#define CLIMBS 4u

static void add(struct page *p, struct proposal *list, size_t *n, uint32_t node, uint8_t how)
{
	for (size_t i = 0; i < *n; i++) {
		if (list[i].node == node) {
			list[i].how = list[i].how > how ? list[i].how : how;
			return;
		}
	}
	if (*n < PROPOSALS_MAX && page_sum(p, p->letters, node) > 0)
		list[(*n)++] = (struct proposal){
			.node = node, .from = p->first[node], .to = page_end(p, node), .how = how};
}

/* Of each way of declaring, the first that holds half as much as the largest. */
static void by_declaration(struct page *p, struct proposal *list, size_t *n)
{
	float most[DECLARED_ITEMPROP + 1] = {0};
	unsigned taken[DECLARED_ITEMPROP + 1] = {0};
	for (size_t k = 0; k < p->nhints; k++) {
		float prose = page_sum(p, p->prose, p->hint[k].node);
		float *m = &most[p->hint[k].declared];
		*m = prose > *m ? prose : *m;
	}
	for (size_t k = 0; k < p->nhints; k++) {
		uint8_t d = p->hint[k].declared;
		float prose = page_sum(p, p->prose, p->hint[k].node);
		if (d == DECLARED_NOT || prose <= 0 || prose < 0.5f * most[d] || taken[d] >= 5)
			continue;
		taken[d]++;
		add(p, list, n, p->hint[k].node, d);
	}
}

static float para_score(const struct para *a)
{
	float length = a->letters / 100;
	float score = 1 + (float)a->commas + (length < 3 ? length : 3);
	return score * (1 - para_density(a));
}

/* A paragraph lends its score to the elements around it, less to each. */
static float *lend(struct page *p)
{
	static const float share[] = {1, 0.5f, 0.34f, 0.25f, 0.2f};
	float *score = arena_alloc(p->r->a, (size_t)p->h->n * sizeof(*score));
	for (size_t k = 0; k < p->n; k++) {
		const struct para *a = &p->para[k];
		if (a->mark || a->letters < 25 || a->level)
			continue;
		uint32_t tag = html_tag(p->h, a->node);
		bool self = tag == NAME_DIV || tag == NAME_TD || tag == NAME_SECTION || tag == NAME_ARTICLE ||
			tag == NAME_MAIN;
		uint32_t up = self ? a->node : p->h->nodes[a->node].parent;
		for (size_t d = 0; d < ARRAY_LEN(share) && up != HTML_NONE; d++) {
			score[up] += para_score(a) * share[d];
			up = p->h->nodes[up].parent;
		}
	}
	return score;
}

#define TOP 3u

static void by_score(struct page *p, const float *score, struct proposal *list, size_t *n)
{
	uint32_t top[TOP] = {HTML_NONE, HTML_NONE, HTML_NONE};
	for (uint32_t i = 0; i < p->h->n; i++) {
		uint32_t at = i;
		for (size_t k = 0; k < TOP && at != HTML_NONE && score[at] > 0; k++) {
			if (top[k] == HTML_NONE || score[at] > score[top[k]]) {
				uint32_t was = top[k];
				top[k] = at;
				at = was;
			}
		}
	}
	for (size_t k = 0; k < TOP && top[k] != HTML_NONE; k++) {
		uint32_t up = top[k];
		for (size_t d = 0; d <= CLIMBS && up != HTML_NONE && up > 0; d++) {
			add(p, list, n, up, DECLARED_NOT);
			up = p->h->nodes[up].parent;
		}
	}
}

/* The smallest element around a and b. */
static uint32_t common(const struct html *h, uint32_t a, uint32_t b)
{
	while (a != HTML_NONE && !(b >= a && b < h->nodes[a].end))
		a = h->nodes[a].parent;
	return a;
}

/* Prose with at most a few other letters between: the run with the most of it. */
static void by_run(struct page *p, struct proposal *list, size_t *n)
{
	float best = 0;
	float sum = 0;
	float gap = 0;
	size_t start = 0;
	size_t last = 0;
	size_t from = 0;
	size_t to = 0;
	for (size_t k = 0; k < p->n; k++) {
		const struct para *a = &p->para[k];
		bool prose = a->mark == MARK_NONE && (a->flags & PARA_PROSE);
		if (!prose) {
			gap += a->mark ? 0.3f * a->letters : a->letters;
			continue;
		}
		if (gap > 200 + 0.15f * sum || sum <= 0) {
			start = k;
			sum = 0;
		}
		gap = 0;
		sum += a->letters - a->linked;
		last = k;
		if (sum > best) {
			best = sum;
			from = start;
			to = last;
		}
	}
	if (best > 0) {
		for (size_t k = from; k <= to; k++)
			p->para[k].flags |= PARA_RUN;
		uint32_t node = common(p->h, p->para[from].node, p->para[to].node);
		if (node != HTML_NONE)
			add(p, list, n, node, DECLARED_NOT);
	}
}

size_t body_propose(struct page *p, struct proposal *ret)
{
	size_t n = 0;
	float *score = lend(p);
	by_run(p, ret, &n);
	by_score(p, score, ret, &n);
	by_declaration(p, ret, &n);
	float best = 0;
	for (size_t i = 0; i < n; i++)
		best = score[ret[i].node] > best ? score[ret[i].node] : best;
	for (size_t i = 0; i < n && best > 0; i++)
		ret[i].score = score[ret[i].node] / best;
	return n;
}
