/* SPDX-License-Identifier: Apache-2.0 */
/* What the arbiter knows of a proposal: figures from 0 to 1, or a little over. */
#include "stages/read/body_int.h"

static float ratio(float a, float b)
{
	return b > 0 ? a / b : 0;
}

struct page_sums arbiter_sums(const struct page *p)
{
	struct page_sums s = {0};
	for (size_t k = 0; k < p->n; k++) {
		const struct para *a = &p->para[k];
		bool prose = (a->flags & PARA_PROSE) && !a->mark;
		s.near += a->flags & PARA_NEAR ? a->letters : 0;
		s.named += prose && (a->flags & PARA_NAMED) ? a->letters : 0;
		s.run += prose && (a->flags & PARA_RUN) ? a->letters : 0;
	}
	return s;
}

struct inside {
	float all;
	float marked;
	float near;
	float near_prose;
	float named;
	float run;
	float before;
	float heads;
	float linked_heads;
	float paras;
};

static struct inside look_inside(const struct page *p, const struct proposal *c)
{
	struct inside in = {0};
	for (uint32_t k = c->from; k < c->to; k++) {
		const struct para *a = &p->para[k];
		bool prose = (a->flags & PARA_PROSE) && !a->mark;
		in.all += a->letters;
		in.marked += a->mark ? a->letters : 0;
		in.near += a->flags & PARA_NEAR ? a->letters : 0;
		in.near_prose += prose && (a->flags & PARA_NEAR) ? a->letters : 0;
		in.named += prose && (a->flags & PARA_NAMED) ? a->letters : 0;
		in.run += prose && (a->flags & PARA_RUN) ? a->letters : 0;
		in.before += prose && p->headline != HTML_NONE && k < p->headline ? a->letters : 0;
		in.heads += a->level > 0 && !a->mark;
		in.linked_heads += a->level > 0 && !a->mark && a->linked > 0.5f * a->letters;
		in.paras += prose;
	}
	return in;
}

static float articles_inside(const struct page *p, uint32_t node)
{
	size_t low = 0;
	size_t high = p->nhints;
	unsigned n = 0;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (p->hint[mid].node <= node)
			low = mid + 1;
		else
			high = mid;
	}
	for (size_t k = low; k < p->nhints && p->hint[k].node < p->h->nodes[node].end && n < 10; k++)
		n += html_is(p->h, p->hint[k].node, NAME_ARTICLE) && page_sum(p, p->prose, p->hint[k].node) > 0;
	return (float)n / 10;
}

static void by_place(const struct page *p, const struct proposal *c, float *f)
{
	bool holds = p->headline != HTML_NONE && p->headline >= c->from && p->headline < c->to;
	float away = 30;
	if (holds)
		away = 0;
	else if (p->headline != HTML_NONE && p->headline < c->from)
		away = (float)(c->from - p->headline);
	f[FEATURE_HOLDS_HEADLINE] = holds;
	f[FEATURE_AWAY] = away < 30 ? away / 30 : 1;
	f[FEATURE_ITEMPROP] = c->how == DECLARED_ITEMPROP;
	f[FEATURE_CLASS] = c->how == DECLARED_CLASS;
	f[FEATURE_ARTICLE] = c->how == DECLARED_ARTICLE;
	f[FEATURE_MAIN] = c->how == DECLARED_MAIN;
	f[FEATURE_PART] = c->how == DECLARED_PART;
	f[FEATURE_ARTICLES] = articles_inside(p, c->node);
}

void arbiter_features(const struct page *p, const struct proposal *c, const struct page_sums *s, float *f)
{
	float letters = p->letters[c->to] - p->letters[c->from];
	float linked = p->linked[c->to] - p->linked[c->from];
	float prose = p->prose[c->to] - p->prose[c->from];
	struct inside in = look_inside(p, c);
	by_place(p, c, f);
	f[FEATURE_NEAR] = ratio(in.near, s->near);
	f[FEATURE_NEAR_PURE] = s->near > 0 ? ratio(in.near_prose, prose) : 0;
	f[FEATURE_NAMED] = ratio(in.named, s->named);
	f[FEATURE_NAMED_PURE] = s->named > 0 ? ratio(in.named, prose) : 0;
	f[FEATURE_RUN] = ratio(in.run, s->run);
	f[FEATURE_RUN_PURE] = ratio(in.run, prose);
	f[FEATURE_MARKED] = ratio(in.marked, in.all);
	f[FEATURE_BEFORE] = ratio(in.before, prose);
	f[FEATURE_LINKED_HEADS] = ratio(in.linked_heads, 1 + in.heads);
	f[FEATURE_PARAS] = in.paras < 8 ? in.paras / 8 : 1;
	f[FEATURE_SHARE] = ratio(prose, p->prose[p->n]);
	f[FEATURE_PURE] = ratio(prose, letters);
	f[FEATURE_BOTH] = ratio(2 * f[FEATURE_SHARE] * f[FEATURE_PURE], f[FEATURE_SHARE] + f[FEATURE_PURE]);
	f[FEATURE_LINKED] = ratio(linked, letters);
	f[FEATURE_SCORE] = c->score;
	f[FEATURE_LOG] = prose < 100 ? 0 : prose < 300 ? 0.3f : prose < 800 ? 0.6f : 1;
}
