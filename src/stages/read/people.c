/* SPDX-License-Identifier: Apache-2.0 */
/* Names of authors out of bylines: "By Ann Example and Bo Sample, Meridian Wire | Updated 7:25" gives two names. */
#include "base/utf8.h"
#include "stages/read/read_int.h"

#define BYLINE_MAX 400u /* a longer text is no byline */
#define NAME_MAX 80u
#define NAME_WORDS 6u

/* What stands before names. Matched whole, letters folded by hand for Latin ones. */
static const char *const BEFORE[] = {"by", "by:", "written by", "posted by", "published by", "story by", "words by",
	"reporting by", "report by", "text by", "author:", "author", "authors:", "from", "von", "von:", "vom",
	"ein beitrag von", "ein kommentar von", "eine analyse von", "veröffentlicht von", "geschrieben von",
	"erstellt von", "verfasst von", "autor:", "autor", "autorin:", "autoren:", "text:", "text von",
	"redaktion:", "par", "par:", "publié par", "écrit par", "rédigé par", "auteur:", "auteur :", "por",
	"por:", "escrito por", "publicado por", "autor :", "texto:", "di", "di:", "a cura di", "scritto da",
	"pubblicato da", "autore:", "door", "door:", "geschreven door", "av", "av:", "af", "af:", "tekst:", "przez",
	"autor tekstu:", "napisał", "napisała", "od", "автор:", "автор",
	"авторы:", "текст:", "автор статьи:", "автор :", "yazan:", "yazar:", "haber:", "كتب", "كتبت", "بقلم",
	"بقلم:", "بقلم :", "الكاتب:", "إعداد:", "نوشته", "نویسنده:", "نویسنده",
	"ئاپتورى:", "ئاپتور:", "يازغۇچى:", "作者：", "作者:", "作者", "本报记者", "本報記者", "记者：", "记者:", "记者",
	"記者：", "記者:", "記者", "撰文：", "撰文:", "文：", "文/", "文／", "文 /", "责任编辑：", "責任編輯：",
	"来源：", "執筆：", "文責：", "글", "기자:", "συντάκτης:", "του", "της", "από", "מאת", "מאת:", "viết bởi",
	"oleh", "oleh:", "szerző:", "írta:", "de", "~", "|", "—", "–", "-", "·", "/", "@", "✍", "©"};

/* What stands behind a name and is none of it. Cut off with all that follows. */
static const char *const BEHIND[] = {" is a ", " is an ", " is the ", " ist ", " est ", " es ", " at ", " on ", " for ",
	" am ", " um ", " updated", " published", " posted", " | ", " · ", " • ", " – ", " — ", " - ", "(", "[", "http",
	" @", " im gespräch mit ", " veröffentlicht", " aktualisiert", " le ", " el ", " il ", " correspondent",
	" reporter", " editor", " staff writer", " in ", " aus ", "\t"};

/* No names of people. */
static const char *const NEVER[] = {"admin", "administrator", "editor", "editors", "staff", "redaktion", "author",
	"authors", "name", "guest", "anonymous", "unknown", "no author", "none", "null", "undefined", "true", "false",
	"web", "online", "news", "email", "e-mail", "website", "twitter", "facebook", "share", "follow", "comments",
	"kommentare", "reply", "posted on", "published", "published by", "posted by", "veröffentlicht am",
	"publiziert am", "veröffentlicht von", "by", "von", "par", "por", "di", "autor", "auteur", "staff reporter",
	"staff writer", "nom", "nombre", "contributors", "author archives", "photograph", "view all posts", "home",
	"menu", "search"};

/* Names end where a stamp begins. */
static struct str cut_digits(struct str s)
{
	size_t i = 0;
	while (i < s.n && !ascii_digit(s.p[i]))
		i++;
	return i > 2 ? str_sub(s, 0, i) : s;
}

static bool is_upper_latin(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* ASCII letters folded; others as they are. Enough for the words above. */
static bool equals_folded(struct str s, const char *word)
{
	return str_ieq(s, str_c(word));
}

static struct str trim_marks(struct str s)
{
	static const char *const marks[] = {",", ";", ":", ".", "|", "/", "-", "*", "\"", "'", "&", "·", "•", "–", "—",
		"：", "，", "、", "؛", "،", "“", "”", "»", "«", "~", "+"};
	for (bool again = true; again && s.n;) {
		again = false;
		s = str_trim(s);
		for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
			struct str m = str_c(marks[i]);
			if (str_starts(s, m)) {
				s = str_from(s, m.n);
				again = true;
			}
			/* a full stop may belong to an initial or to "Jr." */
			if (m.p[0] != '.' && s.n > m.n && str_ends(s, m)) {
				s = str_sub(s, 0, s.n - m.n);
				again = true;
			}
		}
	}
	return s;
}

static struct str cut_before(struct str s)
{
	for (bool again = true; again;) {
		again = false;
		s = str_trim(s);
		for (size_t i = 0; i < ARRAY_LEN(BEFORE); i++) {
			struct str w = str_c(BEFORE[i]);
			if (!str_istarts(s, w) || s.n == w.n)
				continue;
			/* a word of letters ends where it ends */
			bool is_word = ascii_alpha(w.p[w.n - 1]);
			char next = s.p[w.n];
			if (is_word &&
				(ascii_alpha(next) || (uint8_t)next >= 0x80 || next == '\'' || next == '-' ||
					next == '.'))
				continue;
			/* "Di Stefano", "De Souza": a name that begins so has a capital */
			if (is_word && w.n <= 3 && is_upper_latin(s.p[0]) && i > 0 && equals_folded(w, "de"))
				continue;
			s = str_from(s, w.n);
			again = true;
			break;
		}
	}
	return s;
}

static struct str cut_behind(struct str s)
{
	size_t end = s.n;
	for (size_t i = 0; i < ARRAY_LEN(BEHIND); i++) {
		size_t at = str_ifind(s, str_c(BEHIND[i]), 0);
		if (at > 0)
			end = size_min(end, at);
	}
	return str_sub(s, 0, end);
}

/* Lower-case words and digits are what descriptions and stamps are made of, names have few of them. */
static bool looks_like_name(struct str s)
{
	size_t words = 1;
	size_t digits = 0;
	if (s.n < 2 || s.n > NAME_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		words += s.p[i] == ' ';
		digits += ascii_digit(s.p[i]);
		if (strchr("<>{}=?!%$#", s.p[i]))
			return false;
	}
	for (size_t i = 0; i < ARRAY_LEN(NEVER); i++)
		if (equals_folded(s, NEVER[i]))
			return false;
	return words <= NAME_WORDS && digits <= 4 && digits * 2 < s.n && str_find(s, STR("://"), 0) == s.n &&
		str_chr(s, '@', 1) >= s.n && !str_istarts(s, STR("www.")) && !str_starts(s, STR("@"));
}

static size_t divider(struct str s, size_t *ret_length)
{
	static const char *const marks[] = {" and ", " und ", " et ", " y ", " e ", " i ", " og ", " och ", " ve ",
		" и ", " & ", ", ", ";", " with ", " mit ", "、", "，", " و", "،", " / ", "/", " | ", " + ", "\n",
		" · ", " • "};
	size_t best = s.n;
	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		size_t at = str_ifind(s, str_c(marks[i]), 0);
		if (at < best && at > 0) {
			best = at;
			*ret_length = strlen(marks[i]);
		}
	}
	return best;
}

/* "Sample, Jr." and "Example, dpa" and "Example, Reporter": what follows the name belongs to it or says what he is. */
static bool is_role(struct str s)
{
	static const char *const words[] = {"jr", "jr.", "sr", "sr.", "phd", "ph.d.", "md", "m.d.", "correspondent",
		"editor", "reporter", "writer", "staff", "professor", "journalist", "columnist", "redakteur",
		"redakteurin", "autor", "producer", "contributor", "special to", "director", "head of", "chief",
		"university", "universit", "news", "magazine", "korrespondent", "rédacteur", "journaliste",
		"philosophe", "professeur"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_ifind(s, str_c(words[i]), 0) < s.n)
			return true;
	return false;
}

static bool is_known(struct reading *r, struct str name, const char *from)
{
	for (size_t i = 0; i < r->article->n; i++) {
		const struct article_evidence *e = &r->article->evidence[i];
		if (e->field == ARTICLE_AUTHOR && str_ieq(e->value, name) && str_eq(e->from, str_c(from)))
			return true;
	}
	return false;
}

static void add_name(struct reading *r, struct str name, const char *from, struct str raw, uint32_t node)
{
	name = trim_marks(cut_digits(cut_behind(cut_before(trim_marks(name)))));
	if (!looks_like_name(name))
		return;
	if (is_agency(name)) {
		add_evidence(r, ARTICLE_AGENCY, agency_name(name).n ? agency_name(name) : name, from, raw, node);
		return;
	}
	if (!is_known(r, name, from))
		add_evidence(r, ARTICLE_AUTHOR, name, from, raw, node);
}

void add_byline(struct reading *r, struct str text, const char *from, uint32_t node)
{
	struct str raw = text;
	if (text.n == 0 || text.n > BYLINE_MAX)
		return;
	for (bool first = true; text.n; first = false) {
		size_t length = 0;
		size_t end = divider(text, &length);
		struct str part = str_sub(text, 0, end);
		if (first || !is_role(part))
			add_name(r, part, from, raw, node);
		text = str_from(text, end + length);
	}
}

/* Bylines that no class or attribute names: lines of the page that begin as one. */
static bool begins_as_byline(struct str s)
{
	static const char *const words[] = {"by ", "By ", "von ", "Von ", "par ", "Par ", "por ", "Por ", "di ", "Di ",
		"door ", "Author:", "Autor:", "Text:", "Auteur", "автор", "Автор", "Текст:", "بقلم", "كتب ", "كتبت ",
		"نویسنده", "ئاپتور", "مۇخبىر", "记者", "記者", "本报记者", "本報記者", "作者", "撰文", "文/", "文：",
		"文／", "기자", "글 ", "執筆", "Ρεπορτάζ", "Yazan", "Haber:", "מאת", "รายงานโดย", "โดย ", "लेखक",
		"संवाददाता"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_starts(s, str_c(words[i])))
			return true;
	return false;
}

static void bylines_of(struct reading *r, const struct article_block *blocks, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct article_block *b = &blocks[i];
		if (b->kind != BLOCK_BYLINE && !(b->text.n < 160 && begins_as_byline(b->text)))
			continue;
		r->at = b->range;
		add_byline(r, b->text, "byline", HTML_NONE);
		r->at = (struct byte_range){0, 0};
	}
}

void collect_bylines(struct reading *r)
{
	bylines_of(r, r->article->blocks, r->article->nblocks);
	bylines_of(r, r->article->dropped, r->article->ndropped);
}
