/* SPDX-License-Identifier: Apache-2.0 */
/* The headline. Each source that the page offers has a vote, and those that say the same, or the same with more around
 * it, vote together: so the name of the site behind a bar and a heading that is no headline lose. What a reader sees
 * counts most: the first h1, when it shares a word with the titles made for search results and previews, has most of
 * their votes too, unless JSON-LD names another headline. */
#include "base/utf8.h"
#include "stages/read/read_int.h"

struct candidate {
	struct article_evidence *e;
	struct str folded; /* letters and digits, words divided by one space */
	double weight;
};

#define CANDIDATES_MAX 32u

/* Found by trying weights on pages with known headlines; the order matters more than the figures. */
static double weight_of(struct str from)
{
	static const struct {
		const char *from;
		double weight;
	} weights[] = {{"h1", 1.25}, {"itemprop headline", 0.9}, {"class headline", 0.5}, {"meta og:title", 0.8},
		{"json-ld headline", 0.75}, {"title", 0.7}, {"meta twitter:title", 0.5}, {"meta dc.title", 0.5},
		{"title part", 0.4}, {"h2", 0.2}, {"shown", 0.9}, {"h1 in a trail", 0.2}};
	for (size_t i = 0; i < ARRAY_LEN(weights); i++)
		if (str_eq(from, str_c(weights[i].from)))
			return weights[i].weight;
	return 0.3;
}

struct str fold_words(struct arena *a, struct str s)
{
	AUTO(buf) b;
	bool space = false;
	buf_init(&b, s.n * 2 + 16);
	for (size_t i = 0; i < s.n;) {
		size_t from = i;
		uint32_t c = utf8_next(s, &i, NULL);
		bool word = c < 0x80 ? ascii_alpha((char)c) || ascii_digit((char)c)
				     : !(c >= 0x2000 && c <= 0x206f) && !(c >= 0x3000 && c <= 0x303f) &&
				!(c >= 0xff00 && c <= 0xff0f) && c != 0xa0 && c != 0xab && c != 0xbb && c != 0xb7 &&
				c != 0xad;
		if (!word) {
			space = b.n > 0;
			continue;
		}
		if (space)
			buf_addc(&b, ' ');
		space = false;
		if (c < 0x80)
			buf_addc(&b, ascii_lower((char)c));
		else
			buf_add(&b, str_sub(s, from, i));
	}
	return str_dup(a, buf_str(&b));
}

static bool same_letters(struct str a, struct str b)
{
	size_t k = 0;
	for (size_t i = 0; i < a.n; i++) {
		if (a.p[i] == ' ')
			continue;
		while (k < b.n && b.p[k] == ' ')
			k++;
		if (k == b.n || a.p[i] != b.p[k++])
			return false;
	}
	while (k < b.n && b.p[k] == ' ')
		k++;
	return k == b.n;
}

/* Host without "www.", and its first label. */
static struct str host_of(struct str url)
{
	size_t at = str_find(url, STR("://"), 0);
	struct str host = str_from(url, at + 3);
	host = str_sub(host, 0, size_min(str_chr(host, '/', 0), str_chr(host, ':', 0)));
	return str_istarts(host, STR("www.")) ? str_from(host, 4) : host;
}

bool names_site(struct reading *r, struct str text)
{
	struct str folded = fold_words(r->a, text);
	struct str host = host_of(r->in->url);
	struct str dot = fold_words(r->a, host);
	struct str label = str_sub(host, 0, str_chr(host, '.', 0));
	if (folded.n == 0)
		return true;
	if (same_letters(folded, dot) || (label.n > 3 && same_letters(folded, fold_words(r->a, label))))
		return true;
	for (size_t i = 0; i < r->article->n; i++) {
		const struct article_evidence *e = &r->article->evidence[i];
		if (e->field == ARTICLE_SITE && !str_eq(e->from, STR("title part")) &&
			same_letters(folded, fold_words(r->a, e->value)))
			return true;
	}
	return false;
}

/* Where a bar, dash or the like stands between two parts. Returns its length. */
static size_t bar_at(struct str s, size_t i)
{
	static const char *const bars[] = {" | ", " - ", " – ", " — ", " · ", " • ", " » ", " « ", " › ", " :: ", " : ",
		" ~ ", "｜", "_", " |", "| ", "-"};
	for (size_t k = 0; k < ARRAY_LEN(bars); k++)
		if (str_starts(str_from(s, i), str_c(bars[k])))
			return strlen(bars[k]);
	return 0;
}

/* Without the parts that name the site, at either end. */
struct str without_site(struct reading *r, struct str title)
{
	for (size_t i = title.n; i-- > 1;) {
		size_t length = bar_at(title, i);
		if (length && names_site(r, str_from(title, i + length)))
			title = str_trim(str_sub(title, 0, i));
	}
	for (size_t i = 1; i < title.n; i++) {
		size_t length = bar_at(title, i);
		if (length > 1 && names_site(r, str_sub(title, 0, i)))
			return str_trim(str_from(title, i + length));
		if (length)
			break;
	}
	return title;
}

bool holds_title(struct str longer, struct str part)
{
	return part.n * 10 >= longer.n * 4 && str_find(longer, part, 0) < longer.n;
}

/* A source that says the same twice has one vote. */
static bool has_voted(const struct candidate *c, size_t k)
{
	for (size_t m = 0; m < k; m++)
		if (str_eq(c[m].e->from, c[k].e->from) && str_eq(c[m].folded, c[k].folded))
			return true;
	return false;
}

#define WORD_LEAST 4u /* bytes: shorter ones stand in any title */
#define HAN_LEAST 9u  /* bytes: three characters where no spaces divide words */

static bool has_word(struct str in, struct str word)
{
	for (size_t at = 0; (at = str_find(in, word, at)) < in.n; at++) {
		size_t end = at + word.n;
		if ((at == 0 || in.p[at - 1] == ' ') && (end == in.n || in.p[end] == ' '))
			return true;
	}
	return false;
}

/* True when two titles share a word, so that both speak of the same. */
static bool share_word(struct str a, struct str b)
{
	while (a.n) {
		struct str word = str_cut(&a, ' ');
		bool han = word.n && (uint8_t)word.p[0] >= 0xe3;
		if (!han && word.n >= WORD_LEAST && has_word(b, word))
			return true;
		for (size_t i = 0; han && i + HAN_LEAST <= word.n; (void)utf8_next(word, &i, NULL))
			if (str_find(b, str_sub(word, i, i + HAN_LEAST), 0) < b.n)
				return true;
	}
	return false;
}

static bool has_source(const struct candidate *c, size_t n, struct str from)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(c[i].e->from, from))
			return true;
	return false;
}

static bool is_first_heading(const struct candidate *c, size_t i)
{
	return str_eq(c[i].e->from, STR("h1")) && !has_source(c, i, STR("h1"));
}

/* JSON-LD names a headline, and another. */
static bool is_denied(const struct candidate *c, size_t n, size_t i)
{
	bool denied = false;
	for (size_t k = 0; k < n; k++) {
		if (!str_eq(c[k].e->from, STR("json-ld headline")))
			continue;
		if (str_eq(c[k].folded, c[i].folded) || holds_title(c[i].folded, c[k].folded))
			return false;
		denied = true;
	}
	return denied;
}

/* Titles for search results and previews. */
static bool is_storefront(const struct candidate *c, size_t n, size_t k)
{
	struct str from = c[k].e->from;
	return str_starts(from, STR("meta ")) || str_eq(from, STR("title part")) ||
		(str_eq(from, STR("title")) && !has_source(c, n, STR("title part")));
}

/* Cut short with an ellipsis, and another has it whole. */
static bool is_cut(const struct candidate *c, size_t n, size_t i)
{
	struct str s = c[i].e->value;
	size_t dots = str_ends(s, STR("…")) ? strlen("…") : str_ends(s, STR("...")) ? strlen("...") : 0;
	s = str_trim(str_sub(s, 0, s.n - dots));
	for (size_t k = 0; dots && k < n; k++) {
		struct str rest = str_from(c[k].e->value, s.n);
		if (rest.n > dots && str_starts(c[k].e->value, s) && !str_starts(rest, STR("…")) &&
			!str_starts(rest, STR("...")))
			return true;
	}
	return false;
}

#define HELD 0.75    /* of the votes of what says the same and more */
#define HOLDING 0.25 /* of those of what says a part */

static double votes(const struct candidate *c, size_t n, size_t i)
{
	double sum = 0;
	double near = 0;
	for (size_t k = 0; k < n; k++) {
		if (has_voted(c, k))
			continue;
		if (str_eq(c[i].folded, c[k].folded))
			sum += c[k].weight;
		else if (holds_title(c[k].folded, c[i].folded))
			sum += c[k].weight * HELD;
		else if (holds_title(c[i].folded, c[k].folded))
			sum += c[k].weight * HOLDING;
		else if (is_storefront(c, n, k) && share_word(c[i].folded, c[k].folded))
			near += c[k].weight;
	}
	if (is_first_heading(c, i) && !is_denied(c, n, i))
		sum += near * HELD;
	/* a heading that nothing else knows of is rarely the headline */
	bool alone = sum <= c[i].weight;
	return alone && str_starts(c[i].e->from, STR("h")) ? sum * 0.6 : sum;
}

void choose_title(struct reading *r)
{
	struct candidate c[CANDIDATES_MAX];
	size_t n = 0;
	size_t best = 0;
	double most = 0;
	for (size_t i = 0; i < r->article->n && n < CANDIDATES_MAX; i++) {
		struct article_evidence *e = &r->article->evidence[i];
		if (e->field != ARTICLE_TITLE || names_site(r, e->value))
			continue;
		c[n++] = (struct candidate){e, fold_words(r->a, e->value), weight_of(e->from)};
	}
	for (size_t i = 0; i < n; i++) {
		double v = is_cut(c, n, i) ? 0 : votes(c, n, i);
		if (v > most + 1e-9) {
			most = v;
			best = i;
		}
	}
	if (n == 0)
		return;
	struct article_choice *choice = &r->article->choice[ARTICLE_TITLE];
	c[best].e->chosen = true;
	choice->rule = n > 1 ? STR("votes of the sources") : STR("the only source");
	for (size_t i = 0; i < n; i++)
		choice->disputed = choice->disputed ||
			(c[i].weight >= 0.7 && !holds_title(c[i].folded, c[best].folded) &&
				!holds_title(c[best].folded, c[i].folded));
}
