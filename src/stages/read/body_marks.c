/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the hints count. Names are unlucky: whole pages lie in an element called "sidebar-layout" or "promo", and
 * whole articles in a hidden one that a script shows. So a hint is believed only while it leaves enough of the page:
 * each kind may take a share of the prose, and none takes the headline or what is declared as the body. */
#include "base/caps.h"
#include "stages/read/body_int.h"

/* The largest share of the page's prose that an element of that mark may hold. */
static const float SHARE_MAX[MARKS] = {[MARK_HIDDEN] = 0.5f,
	[MARK_NAV] = 0.3f,
	[MARK_AD] = 0.35f,
	[MARK_COMMENT] = 0.97f,
	[MARK_RELATED] = 0.5f,
	[MARK_TEASER] = 0.4f,
	[MARK_SHARE] = 0.2f,
	[MARK_PROMO] = 0.3f,
	[MARK_LETTER] = 0.4f,
	[MARK_CONSENT] = 0.97f,
	[MARK_POPUP] = 0.5f,
	[MARK_TAGS] = 0.15f,
	[MARK_MEDIA] = 0.25f,
	[MARK_SIDE] = 0.5f,
	[MARK_FOOTER] = 0.6f,
	[MARK_FORM] = 0.3f,
	[MARK_LINKS] = 1.0f,
	[MARK_AUTHOR] = 0.25f,
	[MARK_META] = 0.12f,
	[MARK_PAYWALL] = 0.35f,
	[MARK_HEAD] = 0.3f};

static const char *const REASON[MARKS] = {[MARK_HIDDEN] = "hidden",
	[MARK_NAV] = "navigation",
	[MARK_AD] = "advert",
	[MARK_COMMENT] = "comment",
	[MARK_RELATED] = "related links",
	[MARK_TEASER] = "related links",
	[MARK_SHARE] = "share",
	[MARK_PROMO] = "promo",
	[MARK_LETTER] = "newsletter",
	[MARK_CONSENT] = "consent",
	[MARK_POPUP] = "popup",
	[MARK_TAGS] = "tags",
	[MARK_MEDIA] = "media",
	[MARK_SIDE] = "aside",
	[MARK_FOOTER] = "footer",
	[MARK_FORM] = "form",
	[MARK_LINKS] = "link list",
	[MARK_AUTHOR] = "about the author",
	[MARK_META] = "meta",
	[MARK_PAYWALL] = "paywall",
	[MARK_HEAD] = "page header",
	[MARK_OTHER] = "another article"};

const char *mark_reason(uint8_t mark)
{
	return REASON[mark];
}

/* Letters of prose that one may hold when it holds hardly any links; 0: any. */
static const float PLAIN_MAX[MARKS] = {[MARK_NAV] = 150,
	[MARK_AD] = 300,
	[MARK_SHARE] = 100,
	[MARK_PROMO] = 600,
	[MARK_TAGS] = 150,
	[MARK_MEDIA] = 400,
	[MARK_FORM] = 400,
	[MARK_META] = 150,
	[MARK_HEAD] = 60,
	[MARK_TEASER] = 1};

#define TEASERS 3u     /* one is the article's own; of so many none is */
#define ENOUGH 1500.0f /* letters of prose that make an article */
#define LEFT_LEAST 120.0f
#define TOGETHER_MAX 0.5f /* share of the page's prose that all elements of one mark may hold */

#define LINKS_DENSITY 0.6f
#define KIND_PARAS 24u /* an element of the second group is small */

/* Letters of a and b are the same, or one holds the other and is not much shorter. */
static bool same_title(struct str a, struct str b)
{
	if (a.n < 8 || b.n < 8)
		return a.n > 0 && str_eq(a, b);
	struct str in = a.n < b.n ? a : b;
	struct str of = a.n < b.n ? b : a;
	return in.n * 2 >= of.n && str_find(of, in, 0) < of.n;
}

#define TITLES_MAX 8u

/* Letters of the titles that the page gives; the chosen one first. */
static size_t gather_titles(const struct page *p, struct str *ret)
{
	AUTO(buf) b = {0};
	const struct article *ar = p->r->article;
	size_t n = 0;
	buf_init(&b, CAP_HTML);
	for (unsigned chosen = 2; chosen-- > 0;) {
		for (size_t i = 0; i < ar->n && n < TITLES_MAX; i++) {
			const struct article_evidence *e = &ar->evidence[i];
			if (e->field != ARTICLE_TITLE || e->chosen != (chosen == 1) || str_starts(e->from, STR("h1")))
				continue;
			buf_reset(&b);
			fold_letters(&b, e->value);
			ret[n++] = str_dup(p->r->a, buf_str(&b));
		}
	}
	return n;
}

/* The heading, or other paragraph, that most titles agree with; else the first h1. */
static uint32_t find_headline(struct page *p)
{
	AUTO(buf) own = {0};
	struct str titles[TITLES_MAX];
	size_t n = gather_titles(p, titles);
	uint32_t best = HTML_NONE;
	size_t best_rank = 0;
	buf_init(&own, CAP_HTML);
	for (size_t k = 0; k < p->n; k++) {
		const struct para *a = &p->para[k];
		size_t level = a->level == 1 ? 3 : a->level == 2 || a->level == 3 ? 2 : 0;
		size_t same = 0;
		if (a->n > 2000 || a->n < 3 || (level == 0 && a->linked > 0.5f * a->letters))
			continue;
		buf_reset(&own);
		fold_letters(&own, para_text(p, a));
		for (size_t i = 0; i < n; i++)
			same += same_title(buf_str(&own), titles[i]);
		size_t rank = same ? 10 + 10 * level + same : level == 3 && a->linked <= 0.5f * a->letters ? 5 : 0;
		if (rank > best_rank) {
			best_rank = rank;
			best = (uint32_t)k;
		}
	}
	return best;
}

static bool is_between(uint32_t k, uint32_t from, uint32_t to)
{
	return k != HTML_NONE && k >= from && k < to;
}

/* Marks that stand for what is in the element whatever is in it. */
static bool is_sure(enum mark m)
{
	return m == MARK_COMMENT || m == MARK_CONSENT;
}

/* A list of links, or of teasers: each with a linked title and, maybe, a few words. */
static bool is_link_list(const struct page *p, uint32_t node)
{
	float linked = page_sum(p, p->linked, node);
	float letters = page_sum(p, p->letters, node);
	uint32_t tag = html_tag(p->h, node);
	if (linked > LINKS_DENSITY * letters)
		return true;
	if ((tag != NAME_UL && tag != NAME_OL) || linked < 0.05f * letters)
		return false;
	uint32_t from = p->first[node];
	uint32_t to = page_end(p, node);
	uint32_t titles = p->titles[to] - p->titles[from];
	uint32_t prose = p->proses[to] - p->proses[from];
	return titles >= 3 && (float)titles >= 0.6f * (float)prose;
}

/* An article inside another is somebody else's, unless it is all there is. */
static bool is_other(const struct page *p, uint32_t node)
{
	uint32_t up = p->h->nodes[node].parent;
	while (up != HTML_NONE && !html_is(p->h, up, NAME_ARTICLE))
		up = p->h->nodes[up].parent;
	bool titled = false;
	for (uint32_t k = p->first[node]; k < page_end(p, node) && k < p->first[node] + 4; k++)
		titled = titled || (p->para[k].letters > 12 && p->para[k].linked > 0.8f * p->para[k].letters);
	return titled && up != HTML_NONE && page_sum(p, p->prose, up) - page_sum(p, p->prose, node) > 150 &&
		p->headline != HTML_NONE && p->headline < p->first[node] &&
		p->prose[p->first[node]] - p->prose[p->first[up]] > 100;
}

static bool counts(struct page *p, const struct hint *hint, float all)
{
	uint32_t from = p->first[hint->node];
	uint32_t to = page_end(p, hint->node);
	enum mark m = (enum mark)hint->mark;
	float prose = page_sum(p, p->prose, hint->node);
	if (from == to || is_between(p->headline, from, to))
		return false;
	if (m == MARK_LINKS)
		return is_link_list(p, hint->node);
	if (m == MARK_OTHER)
		return is_other(p, hint->node);
	/* what is hidden may be the article that a script shows, but not when it is there without it */
	if (m == MARK_HIDDEN && all - prose > ENOUGH)
		return true;
	if (m == MARK_HEAD)
		return prose <= SHARE_MAX[m] * all && !(p->para[from].flags & PARA_ARTICLE);
	if (is_sure(m))
		return prose <= SHARE_MAX[m] * all || all < 1;
	/* furniture is short, or links: prose of any length without links is somebody's text */
	bool plain = !(m == MARK_TEASER && p->teasers >= TEASERS) &&
		page_sum(p, p->linked, hint->node) < 0.1f * page_sum(p, p->letters, hint->node);
	if (plain && PLAIN_MAX[m] > 0 && prose > PLAIN_MAX[m])
		return false;
	/* bodies are cut by boxes that only say what a script does there */
	bool named = p->para[from].flags & p->para[to - 1].flags & PARA_NAMED;
	if (plain && named && prose > 150 && (m == MARK_RELATED || m == MARK_PROMO || m == MARK_MEDIA || m == MARK_AD))
		return false;
	return prose <= SHARE_MAX[m] * all;
}

/* Some elements that are declared as the body hold it: these are not left out with a box around them. */
static bool holds_declared(const struct page *p, const uint32_t *next, size_t k)
{
	return !is_sure((enum mark)p->hint[k].mark) && next[k] < p->nhints &&
		p->hint[next[k]].node < p->h->nodes[p->hint[k].node].end;
}

/* For each hint the first one at or behind it that is an itemprop=articleBody. */
static uint32_t *next_declared(const struct page *p)
{
	uint32_t *next = arena_alloc(p->r->a, (p->nhints + 1) * sizeof(*next));
	next[p->nhints] = (uint32_t)p->nhints;
	for (size_t k = p->nhints; k-- > 0;)
		next[k] = p->hint[k].declared == DECLARED_ITEMPROP ? (uint32_t)k : next[k + 1];
	return next;
}

static void mark_range(struct page *p, uint32_t node, enum mark m)
{
	for (uint32_t k = p->first[node]; k < page_end(p, node); k++)
		if (p->para[k].mark == MARK_NONE)
			p->para[k].mark = (uint8_t)m;
}

static void mark_kind(struct page *p, const struct hint *hint)
{
	uint32_t from = p->first[hint->node];
	uint32_t to = page_end(p, hint->node);
	if (to - from > KIND_PARAS || is_between(p->headline, from, to))
		return;
	float letters = 0;
	for (uint32_t k = from; k < to; k++)
		letters += p->para[k].letters;
	bool small = hint->kind == MARK_BYLINE || hint->kind == MARK_DATE;
	if (letters > (small ? 250.0f : 2500.0f))
		return;
	for (uint32_t k = from; k < to; k++)
		p->para[k].kind = hint->kind;
}

/* Marks all that counts, but for the marks of `off`; prose by mark into `sum`. */
static void mark_all(struct page *p, uint32_t off, float *sum)
{
	uint32_t *next = next_declared(p);
	float all = p->prose[p->n];
	uint32_t until = 0;
	for (size_t k = 0; k < p->nhints; k++) {
		const struct hint *hint = &p->hint[k];
		if (hint->node < until || !hint->mark || off >> hint->mark & 1 || !counts(p, hint, all) ||
			holds_declared(p, next, k))
			continue;
		mark_range(p, hint->node, (enum mark)hint->mark);
		sum[hint->mark] += page_sum(p, p->prose, hint->node);
		until = p->h->nodes[hint->node].end;
	}
}

/* Sections that all carry the same unlucky name are the page itself, when next to nothing is left without them. */
static uint32_t too_common(const float *sum, float all)
{
	uint32_t off = 0;
	float left = all;
	for (unsigned m = 1; m < MARK_LEFT_OUT; m++)
		left -= sum[m];
	if (left > LEFT_LEAST)
		return 0;
	for (unsigned m = 1; m < MARK_LEFT_OUT; m++)
		if (sum[m] > (is_sure((enum mark)m) ? SHARE_MAX[m] : TOGETHER_MAX) * all)
			off |= 1u << m;
	return off;
}

/* Paragraphs in what is declared as the body by name. */
static void mark_named(struct page *p)
{
	uint32_t until = 0;
	float most = 0;
	for (size_t k = 0; k < p->nhints; k++) {
		float prose = p->hint[k].declared >= DECLARED_CLASS ? page_sum(p, p->prose, p->hint[k].node) : 0;
		most = prose > most ? prose : most;
	}
	for (size_t k = 0; k < p->nhints; k++) {
		uint32_t node = p->hint[k].node;
		if (p->hint[k].declared < DECLARED_CLASS || node < until || page_sum(p, p->prose, node) < 0.5f * most)
			continue;
		until = p->h->nodes[node].end;
		for (uint32_t i = p->first[node]; i < page_end(p, node); i++)
			p->para[i].flags |= PARA_NAMED;
	}
}

static bool has_article(const struct page *p, uint32_t node)
{
	uint32_t end = p->h->nodes[node].end;
	for (uint32_t i = node; i < end && i < node + 8; i++)
		if (html_is(p->h, i, NAME_ARTICLE))
			return true;
	return false;
}

/* A headline, and who wrote it or when. */
static bool is_signed(const struct page *p, uint32_t node)
{
	bool h1 = false;
	bool by = false;
	for (uint32_t k = p->first[node]; k < page_end(p, node) && k < p->first[node] + 10; k++) {
		const struct para *a = &p->para[k];
		h1 = h1 || a->level == 1;
		by = by || a->kind == MARK_BYLINE || a->kind == MARK_DATE || a->timed > 0;
	}
	return h1 && by;
}

static struct str first_class(const struct html *h, uint32_t node)
{
	struct str names = html_attr(h, node, NAME_CLASS);
	return html_token(&names);
}

#define PEER_PROSE 100.0f

/* Pages append the next articles below the one that was asked for: boxes like the one that holds the headline and its
 * text, each with a headline of its own. */
static void mark_peers(struct page *p)
{
	const struct html *h = p->h;
	uint32_t node = p->headline == HTML_NONE ? HTML_NONE : p->para[p->headline].node;
	for (; node != HTML_NONE && h->nodes[node].parent != HTML_NONE; node = h->nodes[node].parent) {
		if (html_is(h, node, NAME_BODY) || page_sum(p, p->prose, node) < PEER_PROSE)
			continue;
		bool article = has_article(p, node);
		for (uint32_t i = html_first(h, h->nodes[node].parent); i != HTML_NONE; i = html_next(h, i)) {
			if (i == node || html_tag(h, i) != html_tag(h, node) || h->nodes[i].kind != HTML_ELEMENT ||
				page_sum(p, p->prose, i) < PEER_PROSE ||
				!str_eq(first_class(h, i), first_class(h, node)))
				continue;
			if (is_signed(p, i) || (article && has_article(p, i)))
				mark_range(p, i, MARK_OTHER);
		}
	}
}

static bool has_image(const struct page *p, uint32_t node)
{
	size_t low = 0;
	size_t high = p->nimages;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (p->images[mid] < node)
			low = mid + 1;
		else
			high = mid;
	}
	return low < p->nimages && p->images[low] < p->h->nodes[node].end;
}

#define CAPTION_MAX 160.0f  /* letters */
#define CAPTION_BODY 500.0f /* letters of prose: on pages with less it may be the text */

/* Short text alone in a box with an image. */
static void mark_captions(struct page *p)
{
	for (uint32_t k = 0; k < p->n; k++) {
		struct para *a = &p->para[k];
		uint32_t box = HTML_NONE;
		uint32_t up = html_is(p->h, a->node, NAME_P) ? p->h->nodes[a->node].parent : a->node;
		if (a->kind || a->level || a->letters > CAPTION_MAX || a->stops > 3 ||
			(a->flags & (PARA_ITEM | PARA_QUOTE)) || a->linked > 0.5f * a->letters ||
			p->prose[p->n] < CAPTION_BODY)
			continue;
		while (up != HTML_NONE && page_end(p, up) - p->first[up] <= 2) {
			box = up;
			up = p->h->nodes[up].parent;
		}
		if (box != HTML_NONE && has_image(p, box))
			a->kind = MARK_CAPTION;
	}
}

void body_mark(struct page *p)
{
	float sum[MARKS] = {0};
	page_sum_up(p);
	p->headline = find_headline(p);
	if (p->headline != HTML_NONE)
		p->para[p->headline].kind = MARK_TITLE;
	for (size_t k = 0; k < p->nhints; k++) {
		p->teasers += p->hint[k].mark == MARK_TEASER && page_sum(p, p->prose, p->hint[k].node) > 0;
		if (p->hint[k].kind)
			mark_kind(p, &p->hint[k]);
	}
	mark_captions(p);
	mark_named(p);
	mark_peers(p);
	page_sum_up(p);
	mark_all(p, 0, sum);
	uint32_t off = too_common(sum, p->prose[p->n]);
	if (off) {
		for (size_t k = 0; k < p->n; k++)
			p->para[k].mark = p->para[k].mark == MARK_OTHER ? MARK_OTHER : MARK_NONE;
		mark_all(p, off, sum);
	}
	page_sum_up(p);
}
