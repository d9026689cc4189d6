/* SPDX-License-Identifier: Apache-2.0 */
/* The body of an article: the page becomes a list of paragraphs (runs of text with the same nearest block element),
 * each lends its score to the elements around it, and the paragraphs below the best element are the text. */
#include "base/caps.h"
#include "base/utf8.h"
#include "stages/read/read_int.h"

struct para {
	uint32_t node; /* the block element */
	struct str text;
	double units;  /* letters; those of scripts without spaces count twice and a half */
	double linked; /* of them inside links */
	double commas;
};

struct body {
	struct reading *r;
	const struct html *h;
	uint32_t *block; /* nearest block element of each node */
	bool *skip;      /* in a subtree that is no article text */
	bool *link;
	double *score;
	struct para *para;
	size_t n;
	/* the paragraph being collected */
	struct buf text;
	uint32_t node;
	double units;
	double linked;
	double commas;
};

static bool one_of(uint32_t tag, const uint16_t *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (tag == names[i])
			return true;
	return false;
}

static bool is_block(uint32_t tag)
{
	static const uint16_t names[] = {NAME_HTML, NAME_BODY, NAME_P, NAME_DIV, NAME_SECTION, NAME_ARTICLE, NAME_MAIN,
		NAME_UL, NAME_OL, NAME_LI, NAME_H1, NAME_H2, NAME_H3, NAME_H4, NAME_H5, NAME_H6, NAME_BLOCKQUOTE,
		NAME_PRE, NAME_TABLE, NAME_TBODY, NAME_TR, NAME_TD, NAME_TH, NAME_DL, NAME_DT, NAME_DD, NAME_FIGURE,
		NAME_FIGCAPTION, NAME_HEADER, NAME_FOOTER, NAME_NAV, NAME_ASIDE, NAME_FORM, NAME_CENTER, NAME_FIELDSET,
		NAME_DETAILS, NAME_SUMMARY, NAME_ADDRESS, NAME_HR};
	return one_of(tag, names, ARRAY_LEN(names));
}

static bool is_never_text(uint32_t tag)
{
	static const uint16_t names[] = {NAME_SCRIPT, NAME_STYLE, NAME_NOSCRIPT, NAME_TEMPLATE, NAME_NAV, NAME_ASIDE,
		NAME_FOOTER, NAME_FORM, NAME_BUTTON, NAME_SELECT, NAME_IFRAME, NAME_SVG, NAME_OBJECT, NAME_HEAD,
		NAME_FIGCAPTION, NAME_LABEL, NAME_H1, NAME_TIME, NAME_DIALOG, NAME_MENU, NAME_TEXTAREA, NAME_VIDEO,
		NAME_AUDIO, NAME_MATH};
	return one_of(tag, names, ARRAY_LEN(names));
}

/* Parts of class names and ids of what stands around articles. */
static bool has_furniture_name(struct str s)
{
	static const char *const words[] = {"comment", "related", "share", "social", "newsletter", "sidebar", "footer",
		"breadcrumb", "advert", "sponsor", "cookie", "subscri", "popup", "recommend", "most-read", "mostread",
		"trending", "promo", "byline", "dateline", "caption", "credit", "toolbar", "pagination", "pager",
		"menu", "tag-list", "taglist", "tags", "read-more", "readmore", "also-read", "disclaimer", "copyright",
		"signup", "sign-up", "author-bio", "about-author", "more-on", "navigation", "navbar", "outbrain",
		"taboola", "hidden", "print-only", "skip-link", "teaser", "masthead", "kicker", "meta"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_ifind(s, str_c(words[i]), 0) < s.n)
			return true;
	return false;
}

static bool is_furniture(const struct html *h, uint32_t i)
{
	struct str role = html_attr(h, i, NAME_ROLE);
	if (html_has_attr(h, i, NAME_HIDDEN) || str_eq(html_attr(h, i, NAME_ARIA_HIDDEN), STR("true")) ||
		str_eq(role, STR("navigation")) || str_eq(role, STR("complementary")) || str_eq(role, STR("search")))
		return true;
	/* whole pages are wrapped in elements with unlucky names: these are never furniture */
	static const uint16_t wraps[] = {NAME_HTML, NAME_BODY, NAME_MAIN, NAME_ARTICLE};
	if (one_of(html_tag(h, i), wraps, ARRAY_LEN(wraps)) || html_has_attr(h, i, NAME_ITEMPROP))
		return false;
	return has_furniture_name(html_attr(h, i, NAME_CLASS)) || has_furniture_name(html_attr(h, i, NAME_ID));
}

/* Letters below each node, to see what a furniture name would throw away. */
static double *weigh(struct body *b)
{
	double *w = arena_alloc(b->r->a, (b->h->n + 1) * sizeof(*w));
	for (uint32_t i = b->h->n; i-- > 0;) {
		const struct html_node *n = &b->h->nodes[i];
		if (n->kind == HTML_TEXT && !is_never_text(html_tag(b->h, n->parent)))
			w[i] += n->text.n;
		if (n->parent != HTML_NONE)
			w[n->parent] += w[i];
	}
	return w;
}

static void mark(struct body *b)
{
	double *weight = weigh(b);
	double all = b->h->n ? weight[0] : 0;
	for (uint32_t i = 0; i < b->h->n; i++) {
		const struct html_node *n = &b->h->nodes[i];
		bool top = n->parent == HTML_NONE;
		b->block[i] = top ? 0 : b->block[n->parent];
		b->skip[i] = !top && b->skip[n->parent];
		b->link[i] = !top && b->link[n->parent];
		if (n->kind != HTML_ELEMENT)
			continue;
		if (is_block(n->el.name))
			b->block[i] = i;
		b->link[i] = b->link[i] || html_is(b->h, i, NAME_A);
		b->skip[i] = b->skip[i] || is_never_text(n->el.name) || (is_furniture(b->h, i) && weight[i] < all / 2);
	}
}

static bool is_wide_script(uint32_t c)
{
	return (c >= 0x2e80 && c <= 0x9fff) || (c >= 0xac00 && c <= 0xd7af) || (c >= 0xf900 && c <= 0xfaff) ||
		(c >= 0x0e00 && c <= 0x0eff) || (c >= 0x20000 && c <= 0x3ffff);
}

static bool is_comma(uint32_t c)
{
	return c == ',' || c == 0x060c || c == 0x061b || c == 0x3001 || c == 0xff0c || c == 0xff1b || c == ';';
}

static void flush(struct body *b)
{
	struct str text = fold_space(b->r->a, buf_str(&b->text));
	if (text.n) {
		struct para *p = arena_push(b->r->a, &b->para, &b->n, sizeof(*p));
		*p = (struct para){b->node, text, b->units, b->linked, b->commas};
	}
	buf_reset(&b->text);
	b->units = b->linked = b->commas = 0;
}

static void add_text(struct body *b, uint32_t i)
{
	struct str s = html_node_text(b->h, i);
	if (b->block[i] != b->node) {
		flush(b);
		b->node = b->block[i];
	}
	buf_add(&b->text, s);
	for (size_t at = 0; at < s.n;) {
		uint32_t c = utf8_next(s, &at, NULL);
		double unit = c <= 0x20 ? 0 : is_wide_script(c) ? 2.5 : 1;
		b->units += unit;
		b->linked += b->link[i] ? unit : 0;
		b->commas += is_comma(c);
	}
}

static void collect_paragraphs(struct body *b)
{
	uint32_t last_br = HTML_NONE;
	for (uint32_t i = 0; i < b->h->n; i++) {
		const struct html_node *n = &b->h->nodes[i];
		if (n->kind == HTML_TEXT && !b->skip[i]) {
			add_text(b, i);
		} else if (html_is(b->h, i, NAME_BR)) {
			/* two in a row, with at most white space between, end a paragraph */
			if (last_br != HTML_NONE && i - last_br <= 2)
				flush(b);
			else
				buf_addc(&b->text, ' ');
			last_br = i;
		} else if (n->kind == HTML_ELEMENT && is_block(n->el.name)) {
			flush(b);
			b->node = i;
		}
	}
	flush(b);
}

static double declared(const struct html *h, uint32_t i)
{
	struct str prop = html_attr(h, i, NAME_ITEMPROP);
	struct str cls = html_attr(h, i, NAME_CLASS);
	static const char *const words[] = {"article-body", "articlebody", "article__body", "story-body", "storybody",
		"entry-content", "post-content", "article-content", "article_body", "article-text", "articletext"};
	if (str_ieq(prop, STR("articleBody")))
		return 1.6;
	for (size_t k = 0; k < ARRAY_LEN(words); k++)
		if (str_ifind(cls, str_c(words[k]), 0) < cls.n)
			return 1.4;
	return html_is(h, i, NAME_ARTICLE) ? 1.2 : 1;
}

/* A paragraph lends its score to the four elements around it, less to each. */
static void lend(struct body *b)
{
	static const double share[] = {1, 0.5, 0.34, 0.25};
	for (size_t k = 0; k < b->n; k++) {
		const struct para *p = &b->para[k];
		uint32_t tag = html_tag(b->h, p->node);
		double clean = 1 - p->linked / (p->units > 0 ? p->units : 1);
		if (p->units < 25 || (tag == NAME_LI && clean < 0.7))
			continue;
		double s = (1 + p->commas + (p->units / 100 < 3 ? p->units / 100 : 3)) * clean;
		uint32_t up = b->h->nodes[p->node].parent;
		/* text right inside a <div> speaks for the <div> itself too */
		if (tag == NAME_DIV || tag == NAME_TD || tag == NAME_SECTION)
			up = p->node;
		for (size_t d = 0; d < ARRAY_LEN(share) && up != HTML_NONE; d++) {
			b->score[up] += s * share[d];
			up = b->h->nodes[up].parent;
		}
	}
}

static uint32_t best_element(struct body *b)
{
	uint32_t best = HTML_NONE;
	for (uint32_t i = 0; i < b->h->n; i++) {
		b->score[i] *= b->score[i] > 0 ? declared(b->h, i) : 1;
		if (b->score[i] > 0 && (best == HTML_NONE || b->score[i] > b->score[best]))
			best = i;
	}
	/* bodies are often cut into several boxes: go up while the boxes beside it carry their weight */
	while (best != HTML_NONE && b->h->nodes[best].parent != HTML_NONE) {
		uint32_t up = b->h->nodes[best].parent;
		if (b->score[up] < b->score[best] * 0.75 || html_is(b->h, up, NAME_BODY) ||
			html_is(b->h, up, NAME_HTML))
			break;
		best = up;
	}
	return best;
}

static bool in_subtree(const struct html *h, uint32_t top, uint32_t i)
{
	return i >= top && i < h->nodes[top].end;
}

static bool is_wanted(struct body *b, uint32_t top, const struct para *p)
{
	uint32_t parent = b->h->nodes[top].parent;
	double density = p->linked / (p->units > 0 ? p->units : 1);
	if (in_subtree(b->h, top, p->node))
		return density < 0.5 || p->units > 200;
	/* a first paragraph in a box of its own */
	bool beside = parent != HTML_NONE && in_subtree(b->h, parent, p->node);
	return beside && html_is(b->h, p->node, NAME_P) && p->units > 80 && density < 0.25;
}

static bool is_repeated(const struct para *p, size_t k)
{
	for (size_t i = 0; i < k; i++)
		if (p[i].units > 40 && str_eq(p[i].text, p[k].text))
			return true;
	return false;
}

#define REPEAT_LOOK 400u /* comparing each paragraph with all before it stays cheap up to here */

static enum block_kind kind_of(const struct html *h, uint32_t i)
{
	switch (html_tag(h, i)) {
	case NAME_H1:
	case NAME_H2:
	case NAME_H3:
	case NAME_H4:
	case NAME_H5:
	case NAME_H6:
		return BLOCK_HEADING;
	case NAME_LI:
		return BLOCK_LIST;
	case NAME_BLOCKQUOTE:
		return BLOCK_QUOTE;
	case NAME_PRE:
		return BLOCK_PRE;
	default:
		return BLOCK_PARAGRAPH;
	}
}

static void keep(struct body *b, uint32_t top)
{
	AUTO(buf) out = {0};
	struct article *ar = b->r->article;
	buf_init(&out, CAP_ARTICLE);
	for (size_t k = 0; k < b->n; k++) {
		const struct para *p = &b->para[k];
		if (!is_wanted(b, top, p) || (k < REPEAT_LOOK && is_repeated(b->para, k)))
			continue;
		struct article_block *block = arena_push(b->r->a, &ar->blocks, &ar->nblocks, sizeof(*block));
		uint32_t from = 0;
		uint32_t to = 0;
		html_range(b->h, p->node, &from, &to);
		*block = (struct article_block){
			.kind = kind_of(b->h, p->node), .text = p->text, .range = served(b->r, from, to)};
		if (out.n)
			buf_addc(&out, '\n');
		buf_add(&out, p->text);
	}
	ar->text = str_dup(b->r->a, buf_str(&out));
}

void read_body(struct reading *r)
{
	size_t n = r->h->n + 1;
	struct body b = {.r = r,
		.h = r->h,
		.block = arena_alloc(r->a, n * sizeof(uint32_t)),
		.skip = arena_alloc(r->a, n * sizeof(bool)),
		.link = arena_alloc(r->a, n * sizeof(bool)),
		.score = arena_alloc(r->a, n * sizeof(double))};
	buf_init(&b.text, CAP_HTML);
	mark(&b);
	collect_paragraphs(&b);
	buf_clear(&b.text);
	lend(&b);
	uint32_t top = best_element(&b);
	if (top != HTML_NONE)
		keep(&b, top);
}
