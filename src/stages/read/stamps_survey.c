/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over the page: what the regions are called, where the headline is, and how much text stands before each
 * node. */
#include "stages/read/stamps_int.h"

#define LINK_NODES 40u /* of a link, a heading or the beginning of an article that are looked at */

struct word {
	const char *text;
	uint32_t flag;
	bool whole; /* the token is the word; else it begins with it */
};

/* Words of class and id, cut at hyphens, underscores and capitals. */
static const struct word WORDS[] = {
	{"aside", REGION_ASIDE, true},
	{"sidebar", REGION_MARGIN, false},
	{"related", REGION_ASIDE, false},
	{"recommend", REGION_ASIDE, false},
	{"recirc", REGION_ASIDE, false},
	{"popular", REGION_ASIDE, false},
	{"trending", REGION_ASIDE, false},
	{"teaser", REGION_MARGIN, false},
	{"promo", REGION_MARGIN, true},
	{"latest", REGION_ASIDE, false},
	{"recent", REGION_ASIDE, false},
	{"similar", REGION_ASIDE, false},
	{"mostread", REGION_ASIDE, false},
	{"nav", REGION_ASIDE, true},
	{"navbar", REGION_ASIDE, true},
	{"navigation", REGION_ASIDE, true},
	{"menu", REGION_ASIDE, true},
	{"pagination", REGION_ASIDE, true},
	{"pager", REGION_ASIDE, true},
	{"widget", REGION_MARGIN, true},
	{"rightbar", REGION_MARGIN, true},
	{"leftbar", REGION_MARGIN, true},
	{"rail", REGION_MARGIN, true},
	{"newsletter", REGION_ASIDE, true},
	{"ticker", REGION_ASIDE, true},
	{"carousel", REGION_ASIDE, true},
	{"outbrain", REGION_ASIDE, true},
	{"taboola", REGION_ASIDE, true},
	{"tweet", REGION_ASIDE, true},
	{"weather", REGION_ASIDE, true},
	{"calendar", REGION_ASIDE, true},
	{"archives", REGION_ASIDE, true},
	{"clock", REGION_ASIDE, true},
	{"weitere", REGION_MARGIN, false},
	{"verwandt", REGION_ASIDE, false},
	{"comment", REGION_COMMENT, false},
	{"kommentar", REGION_COMMENT, false},
	{"disqus", REGION_COMMENT, false},
	{"respond", REGION_COMMENT, true},
	{"replies", REGION_COMMENT, true},
	{"reply", REGION_COMMENT, true},
	{"footer", REGION_FOOTER, false},
	{"foot", REGION_FOOTER, true},
	{"copyright", REGION_ASIDE, false},
	{"colophon", REGION_FOOTER, true},
	{"byline", REGION_BYLINE, false},
	{"meta", REGION_BYLINE, true},
	{"metadata", REGION_BYLINE, true},
	{"postmeta", REGION_BYLINE, false},
	{"info", REGION_BYLINE, false},
	{"author", REGION_BYLINE, false},
	{"autor", REGION_BYLINE, false},
	{"dateline", REGION_BYLINE | REGION_DATE, false},
	{"submitted", REGION_BYLINE, true},
	{"credit", REGION_BYLINE, false},
	{"source", REGION_BYLINE, true},
	{"subline", REGION_BYLINE, true},
	{"details", REGION_BYLINE, true},
	{"pubdate", REGION_DATE | REGION_PUBLISHED, false},
	{"pubtime", REGION_DATE | REGION_PUBLISHED, false},
	{"publish", REGION_DATE | REGION_PUBLISHED, false},
	{"publication", REGION_DATE | REGION_PUBLISHED, true},
	{"published", REGION_DATE | REGION_PUBLISHED, true},
	{"posted", REGION_DATE | REGION_PUBLISHED, false},
	{"created", REGION_DATE | REGION_PUBLISHED, false},
	{"date", REGION_DATE, false},
	{"datum", REGION_DATE, true},
	{"fecha", REGION_DATE, true},
	{"time", REGION_DATE, true},
	{"timestamp", REGION_DATE, true},
	{"datetime", REGION_DATE, true},
	{"tarih", REGION_DATE, true},
	{"updated", REGION_UPDATED, false},
	{"modified", REGION_UPDATED, true},
	{"lastmod", REGION_UPDATED, false},
	{"aktualisiert", REGION_UPDATED, false},
	{"article", REGION_ARTICLE, true},
	{"story", REGION_ARTICLE, true},
	{"post", REGION_ARTICLE, true},
	{"entry", REGION_ARTICLE, true},
	{"hentry", REGION_ARTICLE, true},
	{"event", REGION_EVENT, false},
	{"expire", REGION_EVENT, false},
};

static uint32_t flags_of_word(struct str w)
{
	uint32_t flags = 0;
	char first = ascii_lower(w.p[0]);
	for (size_t i = 0; i < ARRAY_LEN(WORDS); i++) {
		if (WORDS[i].text[0] != first)
			continue;
		struct str word = str_c(WORDS[i].text);
		if (WORDS[i].whole ? str_ieq(w, word) : str_istarts(w, word))
			flags |= WORDS[i].flag;
	}
	/* "entrydate", "newsdate"; not "candidate", "update", "validate" */
	if (w.n > 4 && w.n <= 14 && str_ieq(str_from(w, w.n - 4), STR("date")) && !str_istarts(w, STR("up")) &&
		!str_ieq(str_sub(w, w.n - 6, w.n - 4), STR("di")) && !str_ieq(str_sub(w, w.n - 5, w.n - 4), STR("i")) &&
		!str_ieq(str_sub(w, w.n - 6, w.n - 4), STR("up")))
		flags |= REGION_DATE;
	return flags;
}

static uint32_t flags_of_names(struct str s)
{
	uint32_t flags = 0;
	s = str_sub(s, 0, 512);
	for (size_t i = 0; i < s.n;) {
		if (!ascii_alpha(s.p[i])) {
			i++;
			continue;
		}
		size_t end = i + 1;
		while (end < s.n && ascii_alpha(s.p[end]) &&
			!(s.p[end] >= 'A' && s.p[end] <= 'Z' && s.p[end - 1] >= 'a' && s.p[end - 1] <= 'z'))
			end++;
		flags |= flags_of_word(str_sub(s, i, end));
		i = end;
	}
	return flags;
}

static uint32_t own_flags(const struct html *h, uint32_t i)
{
	uint32_t flags = flags_of_names(html_attr(h, i, NAME_CLASS)) | flags_of_names(html_attr(h, i, NAME_ID));
	struct str class = html_attr(h, i, NAME_CLASS);
	/* a page builder that calls everything a widget */
	if ((flags & REGION_MARGIN) && str_ifind(class, STR("elementor"), 0) < class.n)
		flags &= ~(uint32_t)REGION_MARGIN;
	if (html_is(h, i, NAME_NAV))
		flags |= REGION_ASIDE;
	if (html_is(h, i, NAME_ASIDE))
		flags |= REGION_MARGIN;
	if (html_is(h, i, NAME_FOOTER))
		flags |= REGION_FOOTER;
	/* "comments-date" is of the post */
	if ((flags & REGION_DATE) && h->nodes[i].end - i < 8)
		flags &= ~(uint32_t)REGION_COMMENT;
	if (html_is(h, i, NAME_ARTICLE) || html_is(h, i, NAME_MAIN))
		flags |= REGION_ARTICLE;
	if (html_is(h, i, NAME_TIME))
		flags |= REGION_DATE;
	if (html_has_attr(h, i, NAME_HIDDEN))
		flags |= REGION_HIDDEN;
	return flags;
}

static bool is_mute(const struct html *h, uint32_t i)
{
	return html_is(h, i, NAME_SCRIPT) || html_is(h, i, NAME_STYLE) || html_is(h, i, NAME_TEMPLATE) ||
		html_is(h, i, NAME_NOSCRIPT) || html_is(h, i, NAME_HEAD) || html_is(h, i, NAME_TEXTAREA) ||
		html_is(h, i, NAME_SELECT);
}

/* Letters and digits only, in lower case, at most 200 bytes: for comparing headlines. */
static struct str squeeze(struct arena *a, struct str s)
{
	char *to = arena_alloc(a, 200);
	size_t n = 0;
	for (size_t i = 0; i < s.n && n < 200; i++)
		if (ascii_alpha(s.p[i]) || ascii_digit(s.p[i]) || (s.p[i] & 0x80))
			to[n++] = ascii_lower(s.p[i]);
	return str_mem(to, n);
}

static struct str page_title(struct stamping *s)
{
	const struct html *h = s->h;
	for (uint32_t i = 0; i < h->n; i++)
		if (html_is(h, i, NAME_META) && str_ieq(html_attr(h, i, NAME_PROPERTY), STR("og:title")))
			return html_attr(h, i, NAME_CONTENT);
	uint32_t title = html_find(h, 0, NAME_TITLE);
	return title == HTML_NONE ? STR("") : html_text(s->a, h, title);
}

static bool in_title(struct str title, struct str text)
{
	return text.n >= 12 && title.n &&
		(str_find(title, text, 0) < title.n || (title.n >= 12 && str_find(text, title, 0) < text.n));
}

/* Text that is much of the page's title, where no heading is: pages of tables, and those that style a <div>. */
static uint32_t headline_in_text(struct stamping *s, struct str title)
{
	const struct html *h = s->h;
	struct arena scratch = {0};
	uint32_t found = HTML_NONE;
	for (uint32_t i = 0; i < h->n && found == HTML_NONE; i++) {
		if (is_mute(h, i)) {
			i = h->nodes[i].end - 1;
			continue;
		}
		struct str text = h->nodes[i].kind == HTML_TEXT ? html_node_text(h, i) : STR("");
		if (text.n < 12 || text.n > 400 || html_is(h, h->nodes[i].parent, NAME_A))
			continue;
		text = squeeze(&scratch, text);
		if (text.n * 2 > title.n && in_title(title, text))
			found = h->nodes[i].parent;
		arena_reset(&scratch);
	}
	arena_clear(&scratch);
	return found;
}

/* Is the text from heading `i` to node `next` the longest so far? An <h1> counts for more. */
static void longest(struct stamping *s, uint32_t i, uint32_t next, uint32_t *best, uint32_t *best_text)
{
	if (i == HTML_NONE)
		return;
	uint32_t text = (next < s->h->n ? s->at[next] : s->text_bytes) - s->at[i];
	text *= html_is(s->h, i, NAME_H1) ? 3 : 1;
	if (*best == HTML_NONE || text > *best_text) {
		*best = i;
		*best_text = text;
	}
}

/* The heading, of the first sixty, whose text is most of the page's title or has the title in it; else such a text;
 * else the heading with the most text behind it. */
static uint32_t find_headline(struct stamping *s)
{
	uint32_t named = HTML_NONE; /* in the title, the one that is most of it */
	size_t named_n = 0;
	const struct html *h = s->h;
	struct str title = s->title;
	uint32_t best = HTML_NONE;
	uint32_t best_text = 0;
	uint32_t last = HTML_NONE;
	size_t looked = 0;
	for (uint32_t i = 0; i < h->n && looked < 60; i++) {
		bool h1 = html_is(h, i, NAME_H1);
		if (!h1 && !html_is(h, i, NAME_H2) && !html_is(h, i, NAME_H3))
			continue;
		looked++;
		struct str text = squeeze(s->a, html_text(s->a, h, i));
		if (text.n == 0)
			continue;
		size_t shared = in_title(title, text) ? size_min(text.n, title.n) : 0;
		if (shared > named_n) {
			named = i;
			named_n = shared;
		}
		longest(s, last, i, &best, &best_text);
		last = i;
	}
	if (named != HTML_NONE)
		return named;
	longest(s, last, h->n, &best, &best_text);
	uint32_t text = title.n >= 12 ? headline_in_text(s, title) : HTML_NONE;
	return text == HTML_NONE ? best : text;
}

static bool is_article(const struct html *h, uint32_t i)
{
	return html_is(h, i, NAME_ARTICLE) || (h->nodes[i].kind == HTML_ELEMENT && html_has_class(h, i, STR("hentry")));
}

static uint32_t bytes_in(const struct stamping *s, uint32_t i)
{
	uint32_t end = s->h->nodes[i].end;
	return (end < s->h->n ? s->at[end] : s->text_bytes) - s->at[i];
}

/* The path of an address, without a last slash. */
static struct str path_of(struct str url)
{
	size_t from = str_find(url, STR("://"), 0);
	size_t path = str_chr(url, '/', from < url.n ? from + 3 : 0);
	size_t end = size_min(str_chr(url, '?', path), str_chr(url, '#', path));
	while (end > path + 1 && url.p[end - 1] == '/')
		end--;
	return str_sub(url, path, end);
}

/* Does a link lead to the page itself, or to an archive's copy of it? */
static bool is_own(const struct stamping *s, struct str to)
{
	struct str path = path_of(s->url);
	struct str other = path_of(to);
	return path.n > 1 && other.n > 1 && (str_ends(path, other) || str_ends(other, path));
}

bool stamps_is_headline_link(const struct stamping *s, uint32_t i)
{
	const struct html *h = s->h;
	struct str to = str_trim(html_attr(h, i, NAME_HREF));
	if (!html_is(h, i, NAME_A) || to.n == 0 || to.p[0] == '#' || str_istarts(to, STR("javascript:")) ||
		(s->headline != HTML_NONE && s->headline > i && s->headline < h->nodes[i].end) || is_own(s, to))
		return false;
	size_t letters = 0;
	size_t spaces = 0;
	size_t wide = 0;
	for (uint32_t k = i; k < h->nodes[i].end && k < i + LINK_NODES; k++) {
		struct str text = h->nodes[k].kind == HTML_TEXT ? str_trim(html_node_text(h, k)) : STR("");
		for (size_t c = 0; c < text.n; c++) {
			uint8_t b = (uint8_t)text.p[c];
			spaces += c && ascii_space(text.p[c]) && !ascii_space(text.p[c - 1]);
			letters += (b & 0xc0) != 0x80 && !ascii_space(text.p[c]);
			/* scripts that put no spaces: from kana on, and Thai */
			wide += b >= 0xe3 && b < 0xee;
		}
	}
	return wide * 2 > letters ? letters >= 10 : letters >= 12 && spaces >= 3;
}

/* An article with a heading of its own that leads to another page: a teaser. */
static bool is_teaser(const struct stamping *s, uint32_t i)
{
	const struct html *h = s->h;
	for (uint32_t k = i + 1; k < h->nodes[i].end && k < i + LINK_NODES; k++) {
		if (!html_is(h, k, NAME_H2) && !html_is(h, k, NAME_H3) && !html_is(h, k, NAME_H4))
			continue;
		for (uint32_t up = h->nodes[k].parent; up != HTML_NONE && up > i; up = h->nodes[up].parent)
			if (stamps_is_headline_link(s, up))
				return true;
		for (uint32_t a = k + 1; a < h->nodes[k].end && a < k + LINK_NODES; a++)
			if (stamps_is_headline_link(s, a))
				return true;
		return false;
	}
	return false;
}

/* What an element's names add to its region. */
static uint32_t region_of(struct stamping *s, uint32_t i, uint32_t holder, bool real)
{
	const struct html *h = s->h;
	bool holds = s->headline != HTML_NONE && i <= s->headline && s->headline < h->nodes[i].end;
	if (html_is(h, i, NAME_HTML) || html_is(h, i, NAME_BODY))
		return 0;
	uint32_t own = own_flags(h, i);
	if (holds || i == holder)
		return own & REGION_ARTICLE;
	/* most of the page stands beside nothing */
	if (bytes_in(s, i) > s->text_bytes / 2)
		own &= ~(uint32_t)(REGION_ASIDE | REGION_MARGIN | REGION_FOOTER);
	/* what a wide block is called says nothing of one stamp in it */
	if (h->nodes[i].end - i > 60)
		own &= ~(uint32_t)(REGION_DATE | REGION_PUBLISHED | REGION_UPDATED | REGION_BYLINE);
	if (is_article(h, i) && (real || is_teaser(s, i)))
		own |= REGION_OTHER;
	return own;
}

/* The article with the headline in it. Where the headline stands before the article, or nothing is called one: the
 * element with much of the text that comes next, or that is around both. */
static uint32_t find_holder(struct stamping *s)
{
	const struct html *h = s->h;
	for (uint32_t i = s->headline; i != HTML_NONE; i = h->nodes[i].parent)
		if (is_article(h, i))
			return i;
	for (uint32_t i = s->headline; i < h->n; i++)
		if (is_article(h, i) && bytes_in(s, i) > s->text_bytes / 4)
			return i;
	for (uint32_t i = s->headline; i != HTML_NONE; i = h->nodes[i].parent)
		if (bytes_in(s, i) > s->text_bytes / 5 * 2)
			return i;
	return HTML_NONE;
}

/* Regions go down to what is inside, but not through an element that holds the headline. */
static void spread(struct stamping *s)
{
	const struct html *h = s->h;
	uint32_t holder = find_holder(s);
	bool real = holder != HTML_NONE && is_article(h, holder);
	for (uint32_t i = 0; i < h->n; i++) {
		uint32_t up = h->nodes[i].parent;
		s->region[i] = up == HTML_NONE ? 0 : s->region[up];
		if (h->nodes[i].kind == HTML_ELEMENT)
			s->region[i] |= region_of(s, i, holder, real);
		if (i == holder)
			s->region[i] |= REGION_HOLDER | (real ? REGION_ARTICLE : 0);
	}
}

/* The widest block around the headline that holds little more than it. */
static void mark_header(struct stamping *s)
{
	const struct html *h = s->h;
	uint32_t header = HTML_NONE;
	if (s->headline == HTML_NONE)
		return;
	for (uint32_t up = h->nodes[s->headline].parent; up != HTML_NONE; up = h->nodes[up].parent) {
		uint32_t end = h->nodes[up].end;
		uint32_t text = (end < h->n ? s->at[end] : s->text_bytes) - s->at[up];
		if (text > 1500 || html_is(h, up, NAME_BODY))
			break;
		header = up;
	}
	/* comments are comments in a short page, too; but a block with the headline in it is none */
	uint32_t within = header == HTML_NONE ? 0 : s->region[header] & REGION_COMMENT;
	for (uint32_t i = header; header != HTML_NONE && i < h->nodes[header].end; i++) {
		uint32_t not = REGION_MARGIN | REGION_FOOTER | REGION_EVENT | REGION_OTHER | within;
		if (s->region[i] & (REGION_DATE | REGION_BYLINE))
			not |= REGION_ASIDE;
		s->region[i] = (s->region[i] | REGION_HEADER) & ~not ;
	}
}

bool stamps_is_other(struct stamping *s, struct str headline, struct str url)
{
	struct str own = squeeze(s->a, headline);
	if (own.n < 12 || url.n == 0 || s->url.n == 0 || s->title.n < 12 || s->headline == HTML_NONE)
		return false;
	if (in_title(s->title, own) || in_title(s->shown, own) || str_starts(s->shown, str_sub(own, 0, 16)))
		return false;
	struct str a = path_of(url);
	struct str b = path_of(s->url);
	return a.n > 1 && b.n > 1 && str_find(a, b, 0) >= a.n && str_find(b, a, 0) >= b.n;
}

static void count_text(struct stamping *s)
{
	const struct html *h = s->h;
	uint32_t n = 0;
	for (uint32_t i = 0; i < h->n; i++) {
		s->at[i] = n;
		if (is_mute(h, i)) {
			uint32_t end = h->nodes[i].end;
			for (; i + 1 < end; i++)
				s->at[i + 1] = n;
			continue;
		}
		if (h->nodes[i].kind == HTML_TEXT)
			n += (uint32_t)size_min(str_trim(html_node_text(h, i)).n, 1u << 20);
	}
	s->text_bytes = n;
}

void stamps_survey(struct stamping *s)
{
	s->region = arena_alloc(s->a, (s->h->n + 1) * sizeof(*s->region));
	s->at = arena_alloc(s->a, (s->h->n + 1) * sizeof(*s->at));
	count_text(s);
	s->title = squeeze(s->a, page_title(s));
	s->headline = find_headline(s);
	if (s->headline != HTML_NONE)
		s->shown = squeeze(s->a, html_text(s->a, s->h, s->headline));
	spread(s);
	mark_header(s);
}
