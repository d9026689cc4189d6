/* SPDX-License-Identifier: Apache-2.0 */
/* Names of authors out of bylines: "By Ann Example and Bo Sample, Meridian Wire | Updated 7:25" gives two names. */
#include "stages/read/lines.h"

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
	"بقلم:", "بقلم :", "الكاتب:", "إعداد:", "نوشته", "نویسنده:", "نویسنده", "بقلم", "من",
	"تحرير:", "تغطية:", "تقرير:", "متابعة:", "كتابة:", "خبرنگار:", "گزارش:", "نویسنده :", "مۇخبىرىمىز",
	"مۇخبىر:", "مۇخبىر :", "مۇخبىر",
	"مۇھەررىر:", "تەييارلىغۇچى:", "تەرجىمە قىلغۇچى:", "ρεπορτάζ:", "Ρεπορτάζ:", "Συντάκτης:", "Του", "Της",
	"Από τον", "Από την", "Автор:", "Автор", "Авторы:", "Текст:", "Корреспондент", "корреспондент", "Підготував",
	"автор:", "लेखक:", "लेखक", "संवाददाता:", "रिपोर्ट:", "प्रस्तुति:", "โดย",
	"เรื่อง:", "ผู้เขียน:", "रिपोर्टर:", "নিজস্ব প্রতিবেদক", "பதிவு:", "文責", "文=", "文＝", "取材・文", "取材：",
	"記者・", "編集委員", "■", "●", "◆", "【記者", "[記者", "본지", "글·사진",
	"글 =", "글=", "글:", "기자 =", "취재", "本刊记者", "本网记者", "特约记者", "实习记者", "见习记者", "通讯员",
	"通讯员：", "特派记者", "特派員", "撰稿：", "撰稿:", "撰稿", "采写：", "采写/", "文｜", "文|", "文字：",
	"文字/", "作者/", "作者｜", "編輯部", "本報訊", "alle beiträge von", "zeige alle beiträge von",
	"alle artikel von", "view all posts by", "all posts by", "show all articles of", "interview:", "interview von",
	"interview by", "interview", "article by", "report:", "reported by", "durch", "bericht:", "bericht von",
	"napisane przez", "kirjoittanut", "teksti:", "tekst av", "tekst:", "text av", "foto och text:", "napsal",
	"napsala", "autoři:", "szöveg:", "scrie", "de către", "autorzy:", "yazar :", "muhabir:", "hazırlayan:",
	"tác giả:", "penulis:", "reporter:", "wartawan:", "muallif:", "автор",
	"муаллиф:", "ئاپتورى:", "ئاپتور:", "يازغۇچى:", "作者：", "作者:", "作者", "本报记者", "本報記者", "记者：",
	"记者:", "记者", "記者：", "記者:", "記者", "撰文：", "撰文:", "文：", "文/", "文／", "文 /", "责任编辑：",
	"責任編輯：", "来源：", "執筆：", "文責：", "글", "기자:", "συντάκτης:", "του", "της", "από", "מאת",
	"מאת:", "viết bởi", "oleh", "oleh:", "szerző:", "írta:", "de", "~", "|", "—", "–", "-", "·", "/", "@", "✍",
	"©"};

/* What stands behind a name and is none of it. Cut off with all that follows. */
static const char *const BEHIND[] = {" is a ", " is an ", " is the ", " ist ", " est ", " es ", " at ", " on ", " for ",
	" am ", " um ", " updated", " published", " posted", " | ", " · ", " • ", " – ", " — ", " - ", "(", "[", "http",
	" @", " im gespräch mit ", " veröffentlicht", " aktualisiert", " le ", " el ", " il ", " correspondent",
	" reporter", " editor", " staff writer", " in ", " aus ", "\t", " 기자", "기자 ", " 특파원", " 선임기자",
	" 인턴기자", " 논설위원", "／", "报道", "報導", "報道", "报导", "电", "電", "摄影", "攝影", "记者", "記者",
	"특파원", "(", "（", "【", " آخر تحديث", " نشر", " تاريخ النشر", " بتاريخ", "发布时间", "發布時間", "发表",
	"更新", "来源", "來源", " Published", " פורסם", " عدد", "\n", " für ", " pour ", " per ", " para ", " dla ",
	" для ", " от ", " с ", " hace", " Stand", " Lesezeit", " lesezeit"};

/* No names of people. */
static const char *const NEVER[] = {"admin", "administrator", "editor", "editors", "staff", "redaktion", "author",
	"authors", "name", "guest", "anonymous", "unknown", "no author", "none", "null", "undefined", "true", "false",
	"web", "online", "news", "email", "e-mail", "website", "twitter", "facebook", "share", "follow", "comments",
	"kommentare", "reply", "posted on", "published", "published by", "posted by", "veröffentlicht am",
	"publiziert am", "veröffentlicht von", "by", "von", "par", "por", "di", "autor", "auteur", "staff reporter",
	"staff writer", "nom", "nombre", "contributors", "author archives", "photograph", "view all posts", "home",
	"menu", "search", "http", "https", "article by", "updated", "פורסם", "עודכן", "datum", "stand", "posted",
	"text", "foto", "fotos", "photo", "photos", "bild", "bilder", "autoren", "autoreninfo", "beitrag", "beiträge",
	"hace", "agencies", "agenturen", "registriert", "artikel von", "about the author", "view comments",
	"veröffentlicht", "rebloggt", "wordpressadmin", "时间", "發稿時間", "发稿时间", "make with", "published by",
	"comment", "0 comments", "no comments", "advertisement", "anzeige", "print", "subscribe"};

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

/* Letters of scripts that put spaces between words. */
static bool is_spaced_letter(uint32_t c)
{
	return c < 0x80 ? ascii_alpha((char)c) || c == '\'' || c == '-' || c == '.'
			: (c >= 0xc0 && c < 0xe00) || (c >= 0xac00 && c <= 0xd7a3) || c == 0x2019;
}

static bool begins_in_letter(struct str s)
{
	size_t at = 0;
	return s.n && is_spaced_letter(utf8_next(s, &at, NULL));
}

static bool ends_in_letter(struct str w)
{
	uint32_t c = 0;
	for (size_t at = 0; at < w.n;)
		c = utf8_next(w, &at, NULL);
	return c != '.' && c != '-' && is_spaced_letter(c);
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
			bool is_word = ends_in_letter(w);
			if (is_word && begins_in_letter(str_from(s, w.n)))
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
/* Of what is no name by a word in it: links to profiles, credits of pictures. */
static bool is_other(struct str s)
{
	static const char *const words[] = {"profile", "profil ", "foto:", "fotos:", "photo:", "bild:", "uhr",
		"comment", "kommentar", "pressemitteilung", "über ", "about "};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_ifind(s, str_c(words[i]), 0) < s.n)
			return true;
	return ascii_digit(s.p[0]) && s.n > 2 && strchr(" :.", s.p[s.n > 3 && ascii_digit(s.p[1]) ? 2 : 1]);
}

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
	return !is_other(s) && words <= NAME_WORDS && digits <= 4 && digits * 2 < s.n &&
		str_find(s, STR("://"), 0) == s.n && str_chr(s, '@', 1) >= s.n && !str_istarts(s, STR("www.")) &&
		!str_starts(s, STR("@"));
}

/* In Hangul a dot divides names where a role follows: "온누비·별하람 기자". */
static bool is_hangul_dot(struct str s, size_t at)
{
	return at >= 3 && (uint8_t)s.p[at - 3] >= 0xea && (uint8_t)s.p[at - 3] <= 0xed &&
		str_starts(str_from(s, at), STR("·")) && at + 2 < s.n && (uint8_t)s.p[at + 2] >= 0xea;
}

static size_t divider(struct str s, size_t *ret_length)
{
	static const char *const marks[] = {" and ", " und ", " et ", " y ", " e ", " i ", " og ", " och ", " ve ",
		" и ", " & ", ", ", ";", " with ", " mit ", "、", "，", " و", "،", " / ", "/", " | ", " + ", "\n",
		" · ", " • ", "\t", "／", "∕", "、", " ve ", " en ", " ja ", " a ", " és ", " și ", " и ", " та ",
		" і ", " και ", " και ", " ו", " और ", " ۋە ", " 와 ", " 및 ", " 和 ", " 與 ", " dan ", " và ", "｜",
		"；", " avec ", " con ", " com ", " with "};
	size_t best = s.n;
	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		size_t at = str_ifind(s, str_c(marks[i]), 0);
		/* a short word joins names only before a capital or a letter without case */
		size_t n = strlen(marks[i]);
		if (n <= 4 && marks[i][0] == ' ' && marks[i][n - 1] == ' ' && ascii_alpha(marks[i][1]) &&
			at + n < s.n && !is_upper_latin(s.p[at + n]) && (uint8_t)s.p[at + n] < 0x80)
			continue;
		if (at < best && at > 0) {
			best = at;
			*ret_length = strlen(marks[i]);
		}
	}
	for (size_t at = 3; at < best; at++)
		if (is_hangul_dot(s, at)) {
			*ret_length = strlen("·");
			return at;
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
		"philosophe", "professeur", "记者", "記者", "기자", "编辑", "編輯", "摄影", "责编", "報導", "报道",
		"مراسل", "مۇخبىر", "корреспондент", "редактор", "comment", "Kommentar", "时间", "時間", "minute",
		"reading"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_ifind(s, str_c(words[i]), 0) < s.n)
			return true;
	return false;
}

/* "Northwire Correspondent Ann Example": the name is what follows. */
static struct str cut_title(struct str s)
{
	static const char *const words[] = {" correspondent ", " staff writer ", " staff reporter ", " reporter ",
		" editor ", " columnist ", " journalist ", " contributor ", " writer ", " producer ", " redakteur ",
		" redakteurin ", " korrespondent ", " корреспондент ", " обозреватель "};
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		size_t at = str_ifind(s, str_c(words[i]), 0);
		struct str rest = at < s.n ? str_from(s, at + strlen(words[i])) : STR("");
		if (has_shape_of_name(rest))
			return rest;
	}
	return s;
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
	bool is_cjk = name.n > 3 && ((uint8_t)name.p[0] >= 0xe3 && (uint8_t)name.p[0] <= 0xe9);
	size_t slash = is_cjk ? size_min(str_find(name, STR("／"), 0), str_find(name, STR("/"), 0)) : name.n;
	name = trim_marks(cut_digits(cut_behind(cut_title(cut_before(trim_marks(str_sub(name, 0, slash)))))));
	if (!looks_like_name(name))
		return;
	if (is_agency(name)) {
		add_evidence(r, ARTICLE_AGENCY, agency_name(name).n ? agency_name(name) : name, from, raw, node);
		return;
	}
	if (!is_known(r, name, from))
		add_evidence(r, ARTICLE_AUTHOR, name, from, raw, node);
}

/* Behind the first name a text of Latin letters without any capital is none: "le", "in the morning". */
static bool has_capital(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (is_upper_latin(s.p[i]) || (uint8_t)s.p[i] >= 0x80)
			return true;
	return false;
}

void add_byline(struct reading *r, struct str text, const char *from, uint32_t node)
{
	struct str raw = text;
	if (text.n == 0 || text.n > BYLINE_MAX)
		return;
	bool apart = false; /* of what is in another element only a name counts */
	for (bool first = true; text.n; first = false) {
		size_t length = 0;
		size_t end = divider(text, &length);
		struct str part = str_sub(text, 0, end);
		if (first || (!is_role(part) && has_capital(part) && (!apart || has_shape_of_name(cut_before(part)))))
			add_name(r, part, from, raw, node);
		apart = apart || (end < text.n && strchr("\t\n|", text.p[end + (text.p[end] == ' ')]));
		text = str_from(text, end + length);
	}
}
