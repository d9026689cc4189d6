/* SPDX-License-Identifier: Apache-2.0 */
/* What one element says about itself: by its tag, its attributes and the words of its class and id. */
#include "stages/read/body_int.h"

static const uint8_t TAGS[] = {[NAME_HTML] = TAG_BLOCK,
	[NAME_BODY] = TAG_BLOCK,
	[NAME_P] = TAG_BLOCK,
	[NAME_DIV] = TAG_BLOCK,
	[NAME_SECTION] = TAG_BLOCK,
	[NAME_ARTICLE] = TAG_BLOCK,
	[NAME_MAIN] = TAG_BLOCK,
	[NAME_UL] = TAG_BLOCK,
	[NAME_OL] = TAG_BLOCK,
	[NAME_LI] = TAG_BLOCK,
	[NAME_H1] = TAG_BLOCK,
	[NAME_H2] = TAG_BLOCK,
	[NAME_H3] = TAG_BLOCK,
	[NAME_H4] = TAG_BLOCK,
	[NAME_H5] = TAG_BLOCK,
	[NAME_H6] = TAG_BLOCK,
	[NAME_HGROUP] = TAG_BLOCK,
	[NAME_BLOCKQUOTE] = TAG_BLOCK,
	[NAME_PRE] = TAG_BLOCK,
	[NAME_LISTING] = TAG_BLOCK,
	[NAME_TABLE] = TAG_BLOCK,
	[NAME_TBODY] = TAG_BLOCK,
	[NAME_TR] = TAG_BLOCK,
	[NAME_TD] = TAG_BLOCK,
	[NAME_TH] = TAG_BLOCK,
	[NAME_THEAD] = TAG_BLOCK,
	[NAME_TFOOT] = TAG_BLOCK,
	[NAME_CAPTION] = TAG_BLOCK,
	[NAME_DL] = TAG_BLOCK,
	[NAME_DT] = TAG_BLOCK,
	[NAME_DD] = TAG_BLOCK,
	[NAME_FIGURE] = TAG_BLOCK,
	[NAME_FIGCAPTION] = TAG_BLOCK,
	[NAME_HEADER] = TAG_BLOCK,
	[NAME_FOOTER] = TAG_BLOCK,
	[NAME_NAV] = TAG_BLOCK,
	[NAME_ASIDE] = TAG_BLOCK,
	[NAME_FORM] = TAG_BLOCK,
	[NAME_CENTER] = TAG_BLOCK,
	[NAME_FIELDSET] = TAG_BLOCK,
	[NAME_DETAILS] = TAG_BLOCK,
	[NAME_SUMMARY] = TAG_BLOCK,
	[NAME_ADDRESS] = TAG_BLOCK,
	[NAME_HR] = TAG_BLOCK,
	[NAME_DIR] = TAG_BLOCK,
	[NAME_DIALOG] = TAG_BLOCK,
	[NAME_SEARCH] = TAG_BLOCK,
	[NAME_MENU] = TAG_BLOCK,
	[NAME_LEGEND] = TAG_BLOCK,
	[NAME_SCRIPT] = TAG_SKIP,
	[NAME_STYLE] = TAG_SKIP,
	[NAME_NOSCRIPT] = TAG_SKIP,
	[NAME_TEMPLATE] = TAG_SKIP,
	[NAME_SVG] = TAG_SKIP,
	[NAME_MATH] = TAG_SKIP,
	[NAME_HEAD] = TAG_SKIP,
	[NAME_IFRAME] = TAG_SKIP,
	[NAME_OBJECT] = TAG_SKIP,
	[NAME_SELECT] = TAG_SKIP,
	[NAME_TEXTAREA] = TAG_SKIP,
	[NAME_VIDEO] = TAG_SKIP,
	[NAME_AUDIO] = TAG_SKIP,
	[NAME_BUTTON] = TAG_SKIP,
	[NAME_CANVAS] = TAG_SKIP,
	[NAME_MAP] = TAG_SKIP,
	[NAME_DATALIST] = TAG_SKIP,
	[NAME_NOEMBED] = TAG_SKIP,
	[NAME_NOFRAMES] = TAG_SKIP,
	[NAME_LABEL] = TAG_SKIP,
	[NAME_RT] = TAG_SKIP,
	[NAME_RP] = TAG_SKIP,
	[NAME_APPLET] = TAG_SKIP,
	[NAME_PROGRESS] = TAG_SKIP,
	[NAME_METER] = TAG_SKIP};

enum tag_class page_tag(const struct html *h, uint32_t node)
{
	uint32_t name = h->nodes[node].el.name;
	if (name < ARRAY_LEN(TAGS))
		return (enum tag_class)TAGS[name];
	/* an element of the page's own is a box when a box is in it */
	uint32_t child = html_first(h, node);
	while (child != HTML_NONE && h->nodes[child].kind == HTML_TEXT && html_next(h, child) != HTML_NONE &&
		str_trim(html_node_text(h, child)).n == 0)
		child = html_next(h, child);
	bool box = child != HTML_NONE && h->nodes[child].kind == HTML_ELEMENT &&
		h->nodes[child].el.name < ARRAY_LEN(TAGS) && TAGS[h->nodes[child].el.name] == TAG_BLOCK;
	return box ? TAG_BLOCK : TAG_INLINE;
}

static uint32_t find_word(uint32_t hash, const char *p, size_t n, bool prefix)
{
	uint32_t at = (hash ^ hash >> 15) & (READ_WORD_NSLOTS - 1);
	for (; READ_WORD_SLOTS[at]; at = (at + 1) & (READ_WORD_NSLOTS - 1)) {
		const struct read_word *w = &READ_WORDS[READ_WORD_SLOTS[at]];
		if (w->text.n == n && memcmp(w->text.p, p, n) == 0)
			return prefix && !w->prefix ? 0 : w->bits;
	}
	return 0;
}

#define WORD_MAX 32u
#define PREFIX_LEAST 5u
#define FNV_START 2166136261u
#define FNV_STEP(h, c) (((h) ^ (uint8_t)(c)) * 16777619u)

/* One word in lower case, else the longest known beginning of it. */
static uint32_t one_word(const char *p, size_t n)
{
	uint32_t hash[WORD_MAX + 1];
	uint32_t h = FNV_START;
	for (size_t i = 0; i < n; i++)
		hash[i + 1] = h = FNV_STEP(h, p[i]);
	uint32_t bits = n ? find_word(h, p, n, false) : 0;
	for (size_t k = n; !bits && k > PREFIX_LEAST; k--)
		bits = find_word(hash[k - 1], p, k - 1, true);
	return bits;
}

struct token {
	uint32_t bits;
	size_t words;
	size_t parts; /* words like "body", "text" */
};

/* "article-body", "articleBody", "has-sidebar" */
static struct token one_token(struct str s)
{
	struct token t = {0};
	char word[WORD_MAX];
	size_t n = 0;
	for (size_t i = 0; i <= s.n; i++) {
		char c = i < s.n ? s.p[i] : '-';
		bool upper = c >= 'A' && c <= 'Z';
		bool camel = upper && i > 0 && s.p[i - 1] >= 'a' && s.p[i - 1] <= 'z';
		bool letter = ascii_alpha(c) || (uint8_t)c >= 0x80 || (ascii_digit(c) && n > 0);
		if ((!letter || camel) && n > 0) {
			uint32_t bits = one_word(word, n);
			if (t.words == 0 && bits == WORD_NOT)
				return (struct token){0};
			t.bits |= bits;
			t.parts += (bits & WORD_PART) != 0;
			t.words++;
			n = 0;
		}
		if (letter && n < WORD_MAX)
			word[n++] = ascii_lower(c);
	}
	return t;
}

static bool is_hidden_name(struct str s)
{
	static const char *const names[] = {"sr-only", "visually-hidden", "screen-reader-text", "d-none", "u-hidden",
		"is-hidden", "visuallyhidden", "element-invisible", "hidden", "hide", "print-only", "only-print",
		"noscreen"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq(s, str_c(names[i])))
			return true;
	return false;
}

#define SLUG 5u /* words: longer names are made from a text */

static uint32_t read_tokens(struct str names)
{
	const uint32_t left_out = WORD_COMMENT | WORD_RELATED | WORD_SHARE | WORD_NAV | WORD_AD | WORD_PROMO |
		WORD_AUTHOR | WORD_META | WORD_SIDE | WORD_FOOTER | WORD_LETTER | WORD_TAGS | WORD_POPUP | WORD_HEAD |
		WORD_LEAD | WORD_CAPTION;
	uint32_t all = 0;
	bool hidden = false;
	bool shown = false;
	while (names.n) {
		struct str s = html_token(&names);
		struct token t = one_token(s);
		/* "hidden md:block" is shown on wide screens */
		shown = shown || str_chr(s, ':', 0) < s.n;
		hidden = hidden || is_hidden_name(s);
		if (t.words > SLUG)
			t.bits = 0;
		bool body = (t.bits & WORD_ARTICLE) ? t.parts > 0 : t.parts > 1;
		if (body && t.words <= 4 && !(t.bits & left_out))
			t.bits |= WORD_BODY;
		all |= t.bits & ~(uint32_t)(WORD_HIDDEN | WORD_NOT);
	}
	return all | (hidden && !shown ? WORD_HIDDEN : 0);
}

/* A slot of the cache by length and some of the bytes: names of one page differ in these. */
static size_t cache_slot(struct str s)
{
	uint64_t front = 0;
	uint64_t back = 0;
	uint64_t middle = 0;
	size_t n = size_min(s.n, sizeof(front));
	memcpy(&front, s.p, n);
	memcpy(&back, s.p + s.n - n, n);
	memcpy(&middle, s.p + (s.n - n) / 2, n);
	uint64_t h = (front ^ s.n) * 0x9e3779b97f4a7c15u;
	h = (h ^ (h >> 29) ^ back) * 0xbf58476d1ce4e5b9u;
	h = (h ^ (h >> 31) ^ middle) * 0x94d049bb133111ebu;
	return (size_t)(h >> 40) & (WORD_CACHE - 1);
}

uint32_t read_words(struct word_cache *c, struct str names)
{
	if (names.n == 0)
		return 0;
	size_t slot = cache_slot(names);
	if (c->text[slot].n == names.n && memcmp(c->text[slot].p, names.p, names.n) == 0)
		return c->bits[slot];
	c->text[slot] = names;
	return c->bits[slot] = read_tokens(names);
}

static bool hides(struct str style)
{
	size_t at = str_ifind(style, STR("display"), 0);
	struct str rest = str_trim(str_from(style, at + 7));
	if (at < style.n && rest.n && rest.p[0] == ':' && str_istarts(str_trim(str_from(rest, 1)), STR("none")))
		return true;
	at = str_ifind(style, STR("visibility"), 0);
	rest = str_trim(str_from(style, at + 10));
	return at < style.n && rest.n && rest.p[0] == ':' && str_istarts(str_trim(str_from(rest, 1)), STR("hidden"));
}

static void read_role(struct element *el, struct str role)
{
	static const struct {
		const char *role;
		enum mark mark;
	} roles[] = {{"navigation", MARK_NAV}, {"menu", MARK_NAV}, {"menubar", MARK_NAV}, {"tablist", MARK_NAV},
		{"complementary", MARK_SIDE}, {"contentinfo", MARK_FOOTER}, {"search", MARK_FORM}, {"form", MARK_FORM},
		{"dialog", MARK_POPUP}, {"alertdialog", MARK_POPUP}, {"banner", MARK_HEAD}};
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		if (str_eq(role, str_c(roles[i].role)))
			el->role = (uint8_t)roles[i].mark;
	el->main = el->main || str_eq(role, STR("main")) || str_eq(role, STR("article"));
}

struct element page_element(struct page *p, uint32_t node)
{
	const struct html_node *n = &p->h->nodes[node];
	struct element el = {0};
	for (uint32_t i = 0; i < n->nattrs; i++) {
		const struct html_attr *at = &p->h->attrs[n->el.attrs + i];
		struct str value = html_attr_value(p->h, at);
		switch (at->name) {
		case NAME_ID:
			/* of headings these are the words of the text */
			if (n->el.name >= NAME_H1 && n->el.name <= NAME_H6)
				break;
			el.words |= read_words(&p->words, value);
			break;
		case NAME_CLASS:
			el.words |= read_words(&p->words, value);
			break;
		case NAME_ROLE:
			read_role(&el, value);
			break;
		case NAME_STYLE:
			el.hidden = el.hidden || hides(value);
			break;
		case NAME_HIDDEN:
			el.hidden = true;
			break;
		case NAME_ITEMPROP:
			el.named_body = el.named_body || str_ifind(value, STR("articlebody"), 0) < value.n;
			if (str_ieq(value, STR("description")))
				el.words |= WORD_LEAD;
			break;
		default:
			break;
		}
	}
	el.hidden = el.hidden || (el.words & WORD_HIDDEN);
	return el;
}

static enum mark mark_by_tag(const struct html *h, uint32_t node)
{
	switch (html_tag(h, node)) {
	case NAME_NAV:
	case NAME_MENU:
		return MARK_NAV;
	case NAME_ASIDE:
		return MARK_SIDE;
	case NAME_FOOTER:
		return MARK_FOOTER;
	case NAME_DIALOG:
		return MARK_POPUP;
	case NAME_FORM:
	case NAME_SEARCH:
	case NAME_FIELDSET:
		return MARK_FORM;
	case NAME_HEADER:
		return MARK_HEAD;
	case NAME_ARTICLE:
		return MARK_OTHER;
	case NAME_UL:
	case NAME_OL:
	case NAME_DIR:
	case NAME_DL:
	case NAME_TABLE:
		return MARK_LINKS;
	default:
		return MARK_NONE;
	}
}

enum mark page_mark(const struct html *h, uint32_t node, const struct element *el, uint8_t *ret_kind)
{
	static const struct {
		uint32_t bit;
		uint8_t mark;
	} by_word[] = {{WORD_COMMENT, MARK_COMMENT}, {WORD_CONSENT, MARK_CONSENT}, {WORD_LETTER, MARK_LETTER},
		{WORD_RELATED, MARK_RELATED}, {WORD_AD, MARK_AD}, {WORD_SHARE, MARK_SHARE}, {WORD_PROMO, MARK_PROMO},
		{WORD_NAV, MARK_NAV}, {WORD_POPUP, MARK_POPUP}, {WORD_TAGS, MARK_TAGS}, {WORD_PAYWALL, MARK_PAYWALL},
		{WORD_AUTHOR, MARK_AUTHOR}, {WORD_SIDE, MARK_SIDE}, {WORD_FOOTER, MARK_FOOTER}, {WORD_META, MARK_META},
		{WORD_MEDIA, MARK_MEDIA}, {WORD_TEASER, MARK_TEASER}},
	  kinds[] = {{WORD_CAPTION, MARK_CAPTION}, {WORD_CORRECTION, MARK_CORRECTION}, {WORD_AUTHOR, MARK_BYLINE},
		  {WORD_DATE, MARK_DATE}, {WORD_LEAD, MARK_LEAD}, {WORD_TEASER, MARK_LEAD}};
	enum mark by_tag = mark_by_tag(h, node);
	*ret_kind = MARK_NONE;
	if (html_tag(h, node) == NAME_HTML || html_tag(h, node) == NAME_BODY)
		return MARK_NONE;
	for (size_t i = 0; i < ARRAY_LEN(kinds) && !*ret_kind; i++)
		if (el->words & kinds[i].bit)
			*ret_kind = kinds[i].mark;
	if (el->hidden)
		return MARK_HIDDEN;
	if (el->role)
		return (enum mark)el->role;
	if (by_tag != MARK_NONE && by_tag != MARK_HEAD && by_tag != MARK_LINKS && by_tag != MARK_OTHER)
		return by_tag;
	/* quotations are embedded under the name of where they were said */
	bool embedded = html_is(h, node, NAME_BLOCKQUOTE) || (el->words & WORD_EMBED);
	uint32_t words = embedded ? el->words & ~(uint32_t)(WORD_SHARE | WORD_MEDIA) : el->words;
	if (html_is(h, node, NAME_BLOCKQUOTE))
		words &= WORD_COMMENT;
	for (size_t i = 0; i < ARRAY_LEN(by_word) && !(words & WORD_BODY); i++)
		if (words & by_word[i].bit)
			return (enum mark)by_word[i].mark;
	return by_tag;
}
