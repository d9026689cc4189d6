/* SPDX-License-Identifier: Apache-2.0 */
/* Bylines that no class or attribute names: lines near the headline that begin or end as one, or hold a name beside a
 * stamp; and the last words of the body in brackets. */
#include "stages/read/lines.h"

#define NEAR_LINES 10u
#define ABOVE_LINES 64u
#define BEFORE_NODES 60u
#define AFTER_NODES 160u
#define LONG_LINE 200u /* bytes: a paragraph */

static bool begins_as_byline(struct str s)
{
	static const char *const words[] = {"by ", "By ", "BY ", "By: ", "Posted by ", "Written by ", "von ", "Von ",
		"VON ", "par ", "Par ", "por ", "Por ", "POR ", "di ", "Di ", "a cura di ", "door ", "Door ", "Af ",
		"Av ", "Author:", "Autor:", "Autorin:", "Text:", "Texto:", "Testo:", "Tekst:", "Auteur", "автор",
		"Автор", "Текст:", "بقلم", "كتب ", "كتبت ", "كتب:", "تغطية:", "تقرير:", "إعداد:", "نویسنده",
		"خبرنگار:", "ئاپتور", "مۇخبىر", "يازغۇچى", "记者", "記者", "本报记者", "本報記者", "■ 本报记者",
		"本网记者", "作者", "撰文", "文/", "文：", "文／", "文｜", "文 |", "采写", "執筆", "文責", "取材",
		"글 ", "글·", "취재", "Ρεπορτάζ", "Συντάκτης", "Του ", "Της ", "Yazan", "Haber:", "Muhabir:", "מאת",
		"รายงานโดย", "โดย ", "लेखक", "संवाददाता", "Penulis", "Oleh ", "Tác giả", "Szerző", "Írta", "Napsal",
		"Autorzy:", "Teksti:", "Reporter:", "Reported by "};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_starts(s, str_c(words[i])))
			return true;
	return false;
}

static bool ends_as_byline(struct str s)
{
	static const char *const words[] = {
		" 기자", " 특파원", "／記者", "/ 記者", "/記者", " 記者", "记者", "／特派員"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (s.n > strlen(words[i]) && s.n < 90 && str_ends(s, str_c(words[i])))
			return true;
	return false;
}

/* "나루빛 기자 = …" and "나루빛 기자 narubit@…" */
static struct str before_role(struct str s)
{
	static const char *const roles[] = {" 기자", " 특파원"};
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		size_t at = str_find(s, str_c(roles[i]), 0);
		if (at < s.n && at > 3 && at < 60)
			return str_sub(s, 0, at);
	}
	return STR("");
}

/* The next part of a line: tabs, bars and long dashes divide; wide spaces too. */
static struct str next_part(struct str *s)
{
	static const char *const marks[] = {"\t", "|", "｜", " — ", " – ", " · ", " • ", " - ", "　"};
	size_t end = s->n;
	size_t length = 0;
	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		size_t at = str_find(*s, str_c(marks[i]), 0);
		if (at < end) {
			end = at;
			length = strlen(marks[i]);
		}
	}
	struct str part = str_trim(str_sub(*s, 0, end));
	*s = str_from(*s, end + length);
	return part;
}

static bool add_at(struct reading *r, struct str text, struct byte_range at)
{
	size_t before = r->article->n;
	r->at = at;
	add_byline(r, text, "byline", HTML_NONE);
	r->at = (struct byte_range){0, 0};
	return r->article->n > before;
}

/* Parts that are bylines by their words; else the name that stands beside a stamp or the site. */
static bool read_line(struct reading *r, struct str line, struct byte_range at)
{
	struct str rest = line;
	struct str name = STR("");
	bool found = false;
	bool stamped = false;
	size_t names = 0;
	while (rest.n) {
		struct str part = next_part(&rest);
		struct str ko = before_role(part);
		if (ko.n && has_stamp(ko) == false)
			found |= add_at(r, ko, at);
		else if (part.n < 160 && (begins_as_byline(part) || ends_as_byline(part)))
			found |= add_at(r, part, at);
		else if (has_stamp(part) || names_site(r, part))
			stamped = true;
		else if (has_shape_of_name(part)) {
			name = part;
			names++;
		}
	}
	if (!found && stamped && names == 1)
		found = add_at(r, name, at);
	return found;
}

static struct byte_range line_range(const struct reading *r, const struct page_line *l)
{
	uint32_t from = 0;
	uint32_t to = 0;
	uint32_t unused = 0;
	html_range(r->h, l->node, &from, &unused);
	html_range(r->h, l->last, &unused, &to);
	return served(r, from, to);
}

static bool near_headline(struct reading *r)
{
	struct page_line line[ABOVE_LINES];
	uint32_t at = headline_node(r);
	if (at == HTML_NONE)
		return false;
	uint32_t end = r->h->nodes[at].end;
	uint32_t to = end + AFTER_NODES < r->h->n ? end + AFTER_NODES : r->h->n;
	size_t n = page_lines(r, end, to, line, NEAR_LINES);
	size_t longs = 0;
	for (size_t i = 0; i < n && longs < 2; i++) {
		bool is_long = line[i].text.n > LONG_LINE;
		longs += is_long;
		if (!is_long && !is_aside(r, line[i].node) && read_line(r, line[i].text, line_range(r, &line[i])))
			return true;
	}
	n = page_lines(r, at > BEFORE_NODES ? at - BEFORE_NODES : 0, at, line, ABOVE_LINES);
	for (size_t i = n; i-- > 0 && i + 2 >= n;)
		if (line[i].text.n <= LONG_LINE && !is_aside(r, line[i].node) &&
			read_line(r, line[i].text, line_range(r, &line[i])))
			return true;
	return false;
}

/* What stands in brackets at the very end. */
static struct str last_brackets(struct str s)
{
	static const struct {
		const char *open;
		const char *close;
	} pairs[] = {{"(", ")"}, {"（", "）"}, {"【", "】"}, {"[", "]"}, {"〔", "〕"}};
	s = str_trim(s);
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		if (!str_ends(s, str_c(pairs[i].close)))
			continue;
		struct str tail = str_from(s, s.n > 90 ? s.n - 90 : 0);
		size_t open = str_find(tail, str_c(pairs[i].open), 0);
		size_t at = open;
		for (; open < tail.n; open = str_find(tail, str_c(pairs[i].open), open + 1))
			at = open;
		if (at < tail.n)
			return str_trim(str_sub(tail, at + strlen(pairs[i].open), tail.n - strlen(pairs[i].close)));
	}
	return STR("");
}

/* Japanese papers sign with the bare name in 【】. */
static bool is_signature(struct str block, struct str in)
{
	return in.n > 3 && in.n <= 30 && str_ends(str_trim(block), STR("】")) && (uint8_t)in.p[0] >= 0xe3 &&
		!has_stamp(in) && !is_agency(in) && str_find(in, STR("。"), 0) == in.n;
}

static bool at_end(struct reading *r)
{
	const struct article *ar = r->article;
	bool found = false;
	for (size_t i = ar->nblocks; i-- > 0 && i + 2 >= ar->nblocks && !found;) {
		const struct article_block *b = &ar->blocks[i];
		struct str in = last_brackets(b->text);
		struct byte_range range = b->range;
		if (in.n && (begins_as_byline(in) || ends_as_byline(in) || is_signature(b->text, in)))
			found = add_at(r, in, range);
		if (!found && b->text.n < 160 && (begins_as_byline(b->text) || ends_as_byline(b->text)))
			found = read_line(r, b->text, range);
	}
	return found;
}

/* Words as "von" and "par" begin sentences too: what follows them must look like a name. */
static void keep_names(struct article *ar, size_t from)
{
	size_t n = from;
	for (size_t i = from; i < ar->n; i++) {
		const struct article_evidence *e = &ar->evidence[i];
		bool latin = e->value.n && (uint8_t)e->value.p[0] < 0xd8;
		if (e->field != ARTICLE_AUTHOR || !latin || has_shape_of_name(e->value))
			ar->evidence[n++] = *e;
	}
	ar->n = n;
}

static bool of_blocks(struct reading *r, const struct article_block *blocks, size_t n)
{
	size_t before = r->article->n;
	for (size_t i = 0; i < n; i++) {
		const struct article_block *b = &blocks[i];
		size_t at = r->article->n;
		if (b->kind == BLOCK_BYLINE || (b->text.n < 160 && begins_as_byline(b->text)))
			(void)add_at(r, b->text, b->range);
		if (b->kind != BLOCK_BYLINE)
			keep_names(r->article, at);
	}
	return r->article->n > before;
}

void collect_bylines(struct reading *r)
{
	struct article *ar = r->article;
	if (!near_headline(r) && !at_end(r) && !of_blocks(r, ar->blocks, ar->nblocks))
		(void)of_blocks(r, ar->dropped, ar->ndropped);
}
