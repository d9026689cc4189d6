/* SPDX-License-Identifier: Apache-2.0 */
/* The language of a text by its letters, and for Latin and Cyrillic ones by the words that each has most of. */
#include "base/utf8.h"
#include "stages/read/read_int.h"

#define LOOK 4000u /* bytes of the text that are looked at */
#define LEAST 30u  /* letters without which nothing is said */

enum script {
	LATIN,
	CYRILLIC,
	GREEK,
	HEBREW,
	ARABIC,
	DEVANAGARI,
	THAI,
	HANGUL,
	KANA,
	HAN,
	SCRIPTS,
};

static enum script script_of(uint32_t c)
{
	static const struct {
		uint32_t from;
		uint32_t to;
		enum script script;
	} ranges[] = {{'A', 'Z', LATIN}, {'a', 'z', LATIN}, {0xc0, 0x24f, LATIN}, {0x1e00, 0x1eff, LATIN},
		{0x370, 0x3ff, GREEK}, {0x1f00, 0x1fff, GREEK}, {0x400, 0x52f, CYRILLIC}, {0x5d0, 0x5ea, HEBREW},
		{0x620, 0x6ff, ARABIC}, {0xfb50, 0xfefc, ARABIC}, {0x904, 0x97f, DEVANAGARI}, {0xe01, 0xe5b, THAI},
		{0xac00, 0xd7a3, HANGUL}, {0x3041, 0x30ff, KANA}, {0x4e00, 0x9fff, HAN}, {0x3400, 0x4dbf, HAN}};
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
		if (c >= ranges[i].from && c <= ranges[i].to)
			return ranges[i].script;
	return SCRIPTS;
}

static bool is_uyghur_letter(uint32_t c)
{
	return c == 0x6d5 || c == 0x6c6 || c == 0x6c7 || c == 0x6c8 || c == 0x6cb || c == 0x6d0 || c == 0x6ad ||
		c == 0x6be;
}

static bool is_persian_letter(uint32_t c)
{
	return c == 0x67e || c == 0x686 || c == 0x698 || c == 0x6a9 || c == 0x6af || c == 0x6cc;
}

/* Words that each language has many of and its neighbours few. */
static const struct {
	const char *language;
	const char *words;
} COMMON[] = {
	{"en", " the of and to in that is was for with his they at by from "},
	{"de", " der die und das den nicht mit ist ein eine von dem auch sich auf "},
	{"fr", " le les des et une est dans pour qui que sur pas avec du au "},
	{"es", " el los las una del por con para que como pero su al más "},
	{"pt", " os as uma do da em não com para que dos das ao pelo mais "},
	{"it", " il gli della di che non una per sono con del alla nel anche è "},
	{"nl", " het een van de niet dat met zijn voor op te aan werd ook door "},
	{"tr", " ve bir bu için ile da de olarak daha çok kadar gibi olan sonra ise "},
	{"pl", " się nie na że jest do oraz jak przez po dla za od był "},
	{"sv", " och att det som är av för inte den till på med har ett "},
	{"da", " og det er at af ikke den til på med har som der et "},
	{"nb", " og det er som ikke på til av med har en for at å "},
	{"fi", " ja on ei että se oli hän mutta myös kun ovat ole tai niin "},
	{"cs", " se na je že do který jako pro ale byl za od při jsou "},
	{"hu", " az egy és hogy nem is meg van volt csak mint már ezt el "},
	{"ro", " și în nu este care pentru din cu pe mai fost sau după sunt "},
	{"id", " yang dan di ini itu dengan untuk tidak dari dalam akan pada juga ke "},
	{"vi", " và của là có cho không được với các một này trong đã những "},
	{"ru", " и в не на что с по это как из был он для его "},
	{"uk", " і в не на що з та це як із був він для його "},
	{"bg", " и в не на че с по това като от е да се за "},
	{"sr", " и у не на да се је за од су као али са би "},
};

#define LANGUAGES ARRAY_LEN(COMMON)
#define WORD_MAX 12u

static const char *by_words(struct reading *r, struct str text, size_t from, size_t to)
{
	size_t count[LANGUAGES] = {0};
	struct str folded = fold_words(r->a, str_sub(text, 0, utf8_cut(text, LOOK)));
	for (size_t at = 0; at < folded.n;) {
		char key[WORD_MAX + 2] = {' '};
		size_t end = str_chr(folded, ' ', at);
		size_t n = end - at;
		for (size_t i = 0; n > 0 && n <= WORD_MAX && i < n; i++)
			key[i + 1] = folded.p[at + i];
		key[n <= WORD_MAX ? n + 1 : 0] = ' ';
		for (size_t i = from; n > 0 && n <= WORD_MAX && i < to; i++) {
			struct str list = str_c(COMMON[i].words);
			count[i] += str_find(list, str_mem(key, n + 2), 0) < list.n;
		}
		at = end + 1;
	}
	size_t best = from;
	for (size_t i = from; i < to; i++)
		best = count[i] > count[best] ? i : best;
	return count[best] > 2 ? COMMON[best].language : "";
}

#define CYRILLIC_FROM 18u /* in COMMON */

/* By the script alone; "" when the text is too short, "?" when several languages share it. */
static const char *by_script(struct str text, enum script *ret)
{
	size_t count[SCRIPTS + 1] = {0};
	size_t uyghur = 0;
	size_t persian = 0;
	size_t all = 0;
	for (size_t i = 0; i < size_min(text.n, LOOK);) {
		uint32_t c = utf8_next(text, &i, NULL);
		enum script s = script_of(c);
		count[s]++;
		all += s != SCRIPTS;
		uyghur += is_uyghur_letter(c);
		persian += is_persian_letter(c);
	}
	if (all < LEAST)
		return "";
	if (count[KANA] * 10 > all)
		return "ja";
	if (count[HANGUL] * 3 > all)
		return "ko";
	if (count[HAN] * 3 > all)
		return "zh";
	if (count[ARABIC] * 2 > all)
		return uyghur * 8 > count[ARABIC] ? "ug" : persian * 25 > count[ARABIC] ? "fa" : "ar";
	static const struct {
		enum script script;
		const char *language;
	} sure[] = {{GREEK, "el"}, {HEBREW, "he"}, {THAI, "th"}, {DEVANAGARI, "hi"}};
	for (size_t i = 0; i < ARRAY_LEN(sure); i++)
		if (count[sure[i].script] * 2 > all)
			return sure[i].language;
	*ret = count[CYRILLIC] * 2 > all ? CYRILLIC : LATIN;
	return "?";
}

static const char *language_of(struct reading *r, struct str text)
{
	enum script script = LATIN;
	const char *language = by_script(text, &script);
	if (language[0] != '?')
		return language;
	return script == CYRILLIC ? by_words(r, text, CYRILLIC_FROM, LANGUAGES) : by_words(r, text, 0, CYRILLIC_FROM);
}

/* Languages that share a script, where a wrong declaration is common and the letters are sure. */
static bool letters_are_sure(const char *language)
{
	static const char *const sure[] = {"ug", "fa", "ja", "ko", "zh", "el", "he", "th"};
	for (size_t i = 0; i < ARRAY_LEN(sure); i++)
		if (strcmp(language, sure[i]) == 0)
			return true;
	return false;
}

void choose_language(struct reading *r)
{
	struct article *ar = r->article;
	struct str declared = article_get(ar, ARTICLE_LANGUAGE);
	enum script script = LATIN;
	/* a declaration stands unless the letters are another language's alone */
	if (declared.n && by_script(ar->text, &script)[0] == '?')
		return;
	const char *letters = language_of(r, ar->text);
	struct str tag = str_lower(
		r->a, str_sub(declared, 0, size_min(str_chr(declared, '-', 0), str_chr(declared, '_', 0))));
	if (!letters[0] || str_eq(tag, str_c(letters)))
		return;
	add_evidence(r, ARTICLE_LANGUAGE, str_c(letters), "letters of the text", STR(""), HTML_NONE);
	if (declared.n)
		ar->choice[ARTICLE_LANGUAGE].disputed = true;
	if (declared.n && !letters_are_sure(letters))
		return;
	for (size_t i = 0; i < ar->n; i++)
		if (ar->evidence[i].field == ARTICLE_LANGUAGE)
			ar->evidence[i].chosen = str_eq(ar->evidence[i].from, STR("letters of the text"));
	ar->choice[ARTICLE_LANGUAGE].rule = declared.n ? STR("letters over declaration") : STR("letters");
}
