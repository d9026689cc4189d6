/* SPDX-License-Identifier: Apache-2.0 */
/* The decoders: their tables, their errors, and the way back to the bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <iconv.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "formats/text/text_int.h"

#define BAD "\xef\xbf\xbd"
#define BYTES(literal)                                                                                                 \
	{                                                                                                              \
		"" literal, sizeof(literal) - 1                                                                        \
	}

static struct text_codecs *codecs;

static int open_codecs(void **unused)
{
	(void)unused;
	codecs = text_codecs_new();
	return 0;
}

static int close_codecs(void **unused)
{
	(void)unused;
	text_codecs_free(codecs);
	return 0;
}

static struct text convert(struct arena *a, struct str bytes, struct str name)
{
	struct text t = {0};
	text_convert(a, codecs, bytes, 0, name, &t);
	return t;
}

/* The bytes from a character on, alone, give the text from it on: or those before it the text before it, where an
 * encoding has a state. Its inner bytes lead to its beginning. */
static void map_check(struct arena *a, const struct text *t, struct str bytes)
{
	uint64_t last = UINT64_MAX;
	bool state = str_eq(t->encoding, STR("iso-2022-jp"));
	for (size_t i = 0; i < t->utf8.n;) {
		size_t from = i;
		(void)utf8_next(t->utf8, &i, NULL);
		uint64_t source = text_source(t, from);
		assert_true(text_source(t, i - 1) == source && source < bytes.n);
		if (source == last && str_eq(t->encoding, STR("big5")))
			continue; /* two characters of the same bytes */
		assert_true(last == UINT64_MAX || source > last);
		last = source;
		struct str want = state ? str_sub(t->utf8, 0, from) : str_from(t->utf8, from);
		struct str part = state ? str_sub(bytes, 0, source) : str_from(bytes, source);
		if (!str_eq(convert(a, part, t->encoding).utf8, want))
			fail_msg("%.*s: byte %zu is from %zu", STR_FMT(t->encoding), from, (size_t)source);
	}
	assert_int_equal(text_source(t, t->utf8.n), bytes.n);
	assert_int_equal(text_source(t, t->utf8.n + 1000), bytes.n);
}

static void test_errors_are_those_of_the_standard(void **unused)
{
	(void)unused;
	static const struct {
		const char *name;
		struct str bytes;
		const char *utf8;
	} cases[] = {
		{"utf-8", BYTES("\xf0\x9f\x92 \xe0\x80\x80"), BAD " " BAD BAD BAD},
		{"utf-8", BYTES("\xed\xa0\x80\xc0\xaf\xf4\x90"), BAD BAD BAD BAD BAD BAD BAD},
		{"utf-8", BYTES("\xe2\x82"), BAD},
		{"gb18030", BYTES("\x81 \x81\x7f\x81\xff\xff\x80"), BAD " " BAD "\x7f" BAD BAD "\xe2\x82\xac"},
		{"gb18030", BYTES("\x81\x30\x81 "), BAD "0" BAD " "}, /* three bytes go back */
		{"gb18030", BYTES("\x81\x30\x81\x81\x40"),
			BAD "0"
			    "\xe4\xba\x96"
			    "@"},
		{"gb18030", BYTES("\x81\x30x"), BAD "0x"},
		{"gb18030", BYTES("\x81\x30\x81"), BAD},
		{"gb18030", BYTES("\x81\x30"), BAD},
		{"gb18030", BYTES("\x81"), BAD},
		{"gb18030", BYTES("\x84\x31\xa4\x39\x84\x31\xa5\x30"),
			"\xef\xbf\xbf" BAD}, /* U+FFFF is the last before a gap */
		{"gb18030", BYTES("\x8f\x39\xfe\x39\x90\x30\x81\x30"), BAD "\xf0\x90\x80\x80"},
		{"gb18030", BYTES("\xe3\x32\x9a\x35\xe3\x32\x9a\x36"), "\xf4\x8f\xbf\xbf" BAD},
		{"gb18030", BYTES("\xa3\xa0\xa6\xd9\xfe\x59\x81\x35\xf4\x37"),
			"\xe3\x80\x80\xef\xb8\x90\xe9\xbe\xb4\xee\x9f\x87"}, /* as changed for GB18030-2022 */
		{"big5", BYTES("\x81@\x81\x81\xa1"), BAD "@" BAD BAD},
		{"big5", BYTES("\x80\xff\xa4\x7f\xa4\x80"), BAD BAD BAD "\x7f" BAD},
		{"big5", BYTES("\x88\x62\x88\x64\x88\xa3\x88\xa5"),
			"\xc3\x8a\xcc\x84\xc3\x8a\xcc\x8c\xc3\xaa\xcc\x84\xc3\xaa\xcc\x8c"},
		{"big5", BYTES("\x87\x40\x87\x45"), "\xe4\x8f\xb0\xf0\xa7\x89\xa7"},
		{"euc-kr", BYTES("\xb0 \xc9\xa1\xb0\xff\x81\x5b\xb0"), BAD " " BAD BAD BAD "[" BAD},
		{"shift_jis", BYTES("\x81?\x85@\x81\xad\x80\xa0\xfd\xb1\xf0\x40\xf9\xfc\x81"),
			BAD "?" BAD "@" BAD "\xc2\x80" BAD BAD "\xef\xbd\xb1\xee\x80\x80\xee\x9d\x97" BAD},
		{"euc-jp", BYTES("\x8e\xb1\x8e\xe0\x8f\xb0\xa1"), "\xef\xbd\xb1" BAD "\xe4\xb8\x82"},
		{"euc-jp",
			BYTES("\x8f\xb0"
			      "A\x8f"
			      "A\x8f\xa1\xa1\x8f\xb0\x80\xa0"),
			BAD "A" BAD "A" BAD BAD BAD},
		{"euc-jp", BYTES("\x8f\xb0"), BAD},
		{"iso-2022-jp", BYTES("\x1b$B\x30\x21\x1b(B\x1b(Jx"),
			"\xe4\xba\x9c" BAD "x"}, /* two escapes in a row */
		{"iso-2022-jp", BYTES("\x1b(J\\~\x1b(I1\x60\x1b(B\\~"), "\xc2\xa5\xe2\x80\xbe\xef\xbd\xb1" BAD "\\~"},
		{"iso-2022-jp", BYTES("\x1b$B\x30\x1b(Bx"), BAD "x"}, /* half a character ends at the escape */
		{"iso-2022-jp", BYTES("\x1b$@\x30\x21\x30\x80\x30"), "\xe4\xba\x9c" BAD BAD},
		{"iso-2022-jp", BYTES("\x1b$B\x1b(!"), BAD "\xe2\x94\x80"}, /* the broken one is taken for letters */
		{"iso-2022-jp", BYTES("\x1b\x1b$\x1b(\x0e\x0f\x80"), BAD BAD "$" BAD "(" BAD BAD BAD},
		{"iso-2022-jp", BYTES("x\x1b"), "x" BAD},
		{"iso-2022-jp", BYTES("x\x1b("), "x" BAD "("},
		{"iso-2022-jp", BYTES("x\x1b(B"), "x"},
		{"utf-16le", BYTES("\x00\xd8x\x00\x00\xdc\x3d\xd8\x00\xde"), BAD "x" BAD "\xf0\x9f\x98\x80"},
		{"utf-16le", BYTES("\x3d\xd8\x00"), BAD},
		{"utf-16le", BYTES("\x3d\xd8"), BAD},
		{"utf-16be", BYTES("\xd8\x3d\xd8\x3d\xde\x00\x00"), BAD "\xf0\x9f\x98\x80" BAD},
		{"x-user-defined", BYTES("a\x80\xff"), "a\xef\x9e\x80\xef\x9f\xbf"},
		{"replacement", BYTES("any bytes"), BAD},
		{"replacement", BYTES(""), ""},
		{"windows-1252", BYTES("\x80\x81\xff"), "\xe2\x82\xac\xc2\x81\xc3\xbf"},
		{"windows-1253", BYTES("\xaa\xd2\xff"), BAD BAD BAD},
	};
	AUTO(arena) a = {0};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct text t = convert(&a, cases[i].bytes, str_c(cases[i].name));
		if (!str_eq(t.utf8, str_c(cases[i].utf8)))
			fail_msg("case %zu, %s: '%.*s'", i, cases[i].name, STR_FMT(t.utf8));
		size_t bad = 0;
		for (size_t at = 0; (at = str_find(t.utf8, STR(BAD), at)) < t.utf8.n; at += 3)
			bad++;
		assert_int_equal(t.replaced, bad);
		map_check(&a, &t, cases[i].bytes);
	}
}

static void test_indexes_are_exactly_the_standards(void **unused)
{
	(void)unused;
	for (enum text_index i = TEXT_GB18030; i < TEXT_INDEXES; i++) {
		enum text_tables worst = TEXT_TABLES_EXACT;
		assert_non_null(text_index(codecs, i, &worst));
		if (worst != TEXT_TABLES_EXACT)
			fail_msg("this glibc's %s is not the one of tools/make_text_tables.py",
				TEXT_INDEX_DEFS[i].iconv);
	}
}

/* What glibc calls the encoding, where the names differ by more than case. */
static const char *glibc_name(struct arena *a, const char *name)
{
	static const char *const names[][2] = {{"macintosh", "MACINTOSH"}, {"x-mac-cyrillic", "MAC-CYRILLIC"},
		{"iso-8859-8-i", "ISO-8859-8"}, {"gbk", "GB18030"}, {"big5", "BIG5-HKSCS"}, {"euc-kr", "UHC"},
		{"shift_jis", "CP932"}, {"euc-jp", "EUC-JP-MS"}};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(name, names[i][0]) == 0)
			return names[i][1];
	return strncmp(name, "windows-", 8) == 0 ? str_fmt(a, "CP%s", name + 8).p : name;
}

static struct str transcoded(struct arena *a, const char *from, const char *to, struct str s)
{
	AUTO(buf) b = {0};
	char *in = str_cstr(a, s);
	size_t left = s.n;
	size_t room = 4 * s.n + 16;
	iconv_t cd = iconv_open(to, from);
	assert_true(cd != (iconv_t)-1);
	buf_init(&b, room + 1);
	char *start = buf_space(&b, room);
	char *out = start;
	bool ok = iconv(cd, &in, &left, &out, &room) != (size_t)-1 && iconv(cd, NULL, NULL, &out, &room) != (size_t)-1;
	(void)iconv_close(cd);
	buf_grown(&b, ok ? (size_t)(out - start) : 0);
	return str_dup(a, buf_str(&b));
}

/* glibc leaves open what Windows and the standard map to C1 controls. The rest are its own choices. */
static void test_single_bytes_are_those_of_glibc_but_for_six(void **unused)
{
	(void)unused;
	static const struct {
		const char *name;
		uint8_t byte;
		uint16_t ours;
	} others[] = {{"koi8-u", 0xae, 0x45e}, {"koi8-u", 0xbe, 0x40e}, {"macintosh", 0xc6, 0x2206},
		{"macintosh", 0xf0, 0xf8ff}, {"windows-1255", 0xca, 0x5ba}, {"x-mac-cyrillic", 0xff, 0x20ac}};
	AUTO(arena) a = {0};
	size_t differ = 0;
	for (size_t i = 0; i < 128 * TEXT_NSINGLES; i++) {
		const struct text_single *s = &TEXT_SINGLES[i / 128];
		char byte = (char)(0x80 + i % 128);
		struct str ours = convert(&a, (struct str){&byte, 1}, str_c(s->name)).utf8;
		struct str theirs = transcoded(&a, glibc_name(&a, s->name), "UTF-8", (struct str){&byte, 1});
		uint16_t c = s->index[i % 128];
		if (str_eq(ours, theirs.n ? theirs : STR(BAD)) || (!theirs.n && c == (uint8_t)byte && c < 0xa0))
			continue;
		bool known = false;
		for (size_t k = 0; k < ARRAY_LEN(others); k++)
			known |= strcmp(others[k].name, s->name) == 0 && others[k].byte == (uint8_t)byte &&
				others[k].ours == c;
		if (!known)
			fail_msg("%s 0x%02x: '%.*s', glibc '%.*s'", s->name, (uint8_t)byte, STR_FMT(ours),
				STR_FMT(theirs));
		differ++;
	}
	assert_int_equal(differ, ARRAY_LEN(others));
}

/* News of an invented harbour town, as it would be written in each encoding. */
static const struct {
	const char *names[8];
	const char *text;
} STORIES[] = {
	{{"gbk", "gb18030", "utf-16le", "utf-16be"},
		"外交部发言人周二在云港市表示，新渡口将于2031年5月3日开放（“北岸”一期）。\n<p "
		"class=\"a\">票价：12元</p>\n"},
	{{"big5", "gb18030"},
		"雲港市政府發言人週二表示，新渡口將於2031年5月3日開放（「北岸」一期）。\n<p>票價：12元</p>\n"},
	{{"euc-kr", "utf-16le"},
		"외교부 대변인은 화요일 구름항에서 새 나루가 2031년 5월 3일에 열린다고 말했다. 똠방각하 "
		"펲시\n<b>요금</b>\n"},
	{{"shift_jis", "euc-jp", "iso-2022-jp", "utf-16be"},
		"雲港市の報道官は火曜日、新しい渡し場が2031年5月3日に開くと述べた。「北岸」第1期、カモメ亭。\n<i>運賃</"
		"i>\n"},
	{{"shift_jis", "euc-jp"}, "ｶﾓﾒ亭 <p>①㈱</p> ｳﾝｺｳ\n"},
	{{"shift_jis"}, "髙橋\n"},
	{{"windows-1251", "koi8-r", "koi8-u", "iso-8859-5", "ibm866", "x-mac-cyrillic"},
		"Представитель порта Облачный сказал во вторник, что новая переправа откроется 3 мая 2031 "
		"года.\n<p>Цена</p>\n"},
	{{"windows-1251", "koi8-u", "x-mac-cyrillic"}, "Її відкриють у травні, сказав речник порту.\n"},
	{{"windows-1256", "iso-8859-6"}, "قال متحدث باسم ميناء الغيم يوم الثلاثاء إن المعبر الجديد سيفتح في 3 مايو.\n"},
	{{"windows-1254"}, "Bulut Limanı sözcüsü salı günü yeni iskelenin 3 Mayıs'ta açılacağını söyledi.\n"},
	{{"windows-1253", "iso-8859-7"},
		"Ο εκπρόσωπος του λιμανιού είπε την Τρίτη ότι το νέο πέρασμα ανοίγει στις 3 Μαΐου.\n"},
	{{"windows-1255", "iso-8859-8", "iso-8859-8-i"}, "דובר נמל הענן אמר ביום שלישי כי המעבורת תיפתח ב-3 במאי.\n"},
	{{"windows-1250", "iso-8859-2", "iso-8859-16"},
		"Rzecznik portu powiedział we wtorek, że nowa przeprawa ruszy 3 maja. Łódź\n"},
	{{"windows-1257", "iso-8859-13", "iso-8859-4"},
		"Debesų uosto atstovas antradienį pranešė: perkėla atsidarys gegužę.\n"},
	{{"windows-1258"}, "Đông Hưng, ăn ơn ưu â ê ô: phà 3-5\n"},
	{{"windows-874"}, "โฆษกท่าเรือเมฆากล่าวเมื่อวันอังคารว่าท่าข้ามใหม่จะเปิด\n"},
	{{"windows-1252"}, "Le porte-parole du port a déclaré mardi : « la nouvelle traversée » ouvrira — 12 €.\n"},
	{{"iso-8859-15", "macintosh"}, "Où est le bac ? À Brumehavre, près du phare, dit Élise : 12 €\n"},
	{{"iso-8859-3"}, "Ċirkewwa ĥoro ĝardeno ŭ\n"},
	{{"iso-8859-10"}, "Guovdageaidnu čáhci đ ŋ š ŧ ž þ ð\n"},
	{{"iso-8859-14"}, "ŵ ŷ Ẁ ẁ Ḃ ḃ ṁ\n"},
};

/* Each character stands where glibc put it when it wrote this one alone. */
static void each_character_maps(struct arena *a, const char *glibc, const struct text *t)
{
	uint64_t want = 0;
	for (size_t i = 0; i < t->utf8.n;) {
		size_t from = i;
		(void)utf8_next(t->utf8, &i, NULL);
		if (text_source(t, from) != want)
			fail_msg("%s: byte %zu is from %zu, not %zu", glibc, from, (size_t)text_source(t, from),
				(size_t)want);
		want += transcoded(a, "UTF-8", glibc, str_sub(t->utf8, from, i)).n;
	}
	assert_int_equal(want, t->size);
}

static void test_stories_in_all_encodings_read_as_their_originals(void **unused)
{
	(void)unused;
	size_t n = 0;
	for (size_t i = 0; i < ARRAY_LEN(STORIES); i++) {
		for (size_t k = 0; k < ARRAY_LEN(STORIES[i].names) && STORIES[i].names[k]; k++) {
			AUTO(arena) a = {0};
			AUTO(buf) story = {0};
			const char *name = STORIES[i].names[k];
			const char *glibc = glibc_name(&a, name);
			buf_init(&story, 1u << 20);
			for (size_t r = 0; r < 9; r++)
				buf_addf(&story, "%s%.*s", STORIES[i].text, (int)r, "  <br>\n  ");
			struct str bytes = transcoded(&a, "UTF-8", glibc, buf_str(&story));
			if (!bytes.n)
				fail_msg("%s, story %zu: not to be written", name, i);
			struct text t;
			text_decode(&a, codecs, bytes, str_c(name), &t);
			if (!str_eq(t.utf8, buf_str(&story)) || t.replaced || !str_eq(t.encoding, str_c(name)))
				fail_msg("%s", name);
			map_check(&a, &t, bytes);
			if (strcmp(name, "iso-2022-jp") != 0)
				each_character_maps(&a, glibc, &t);
			n++;
		}
	}
	print_message("%zu texts\n", n);
}

/* A character of ISO-2022-JP begins at its own bytes, not at the escape sequence before. */
static void test_escapes_belong_to_what_is_before_them(void **unused)
{
	(void)unused;
	static const uint64_t want[] = {0, 1, 5, 5, 5, 7, 7, 7, 12, 16, 16, 16, 17};
	AUTO(arena) a = {0};
	struct text t = convert(&a, STR("ab\x1b$B\x30\x21\x30\x22\x1b(Bc\x1b(I1\x1b(B"), STR("iso-2022-jp"));
	assert_true(str_eq(t.utf8,
		STR("ab\xe4\xba\x9c\xe5\x94\x96"
		    "c\xef\xbd\xb1")));
	for (size_t i = 0; i < t.utf8.n; i++)
		assert_int_equal(text_source(&t, i), i == 8 ? 12 : want[i]);
	assert_int_equal(text_source(&t, t.utf8.n), t.size);
}

/* Bytes that are mostly nonsense, in all encodings, over the edges of several blocks. */
static void test_the_way_back_is_exact_for_broken_bytes(void **unused)
{
	(void)unused;
	uint32_t seed = 1;
	for (size_t i = 0; i < TEXT_NLABELS; i++) {
		AUTO(arena) a = {0};
		uint8_t bytes[700];
		if (strcmp(TEXT_LABELS[i].label, TEXT_LABELS[i].name) != 0)
			continue;
		for (size_t k = 0; k < sizeof(bytes); k++) {
			static const uint8_t likely[] = {
				0x1b, 0x24, 0x28, 0x42, 0x49, 0x4a, 0x81, 0x30, 0x8f, 0x8e, 0xd8, 0xdc};
			seed = seed * 1103515245u + 12345u;
			uint32_t r = seed >> 16;
			bytes[k] = r & 0x300 ? (uint8_t)r : likely[(r & 0xff) % sizeof(likely)];
		}
		struct text t = convert(&a, str_mem(bytes, sizeof(bytes)), str_c(TEXT_LABELS[i].name));
		assert_true(utf8_valid(t.utf8));
		map_check(&a, &t, str_mem(bytes, sizeof(bytes)));
	}
}

static void test_the_map_is_small(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(arena) text = {0};
	AUTO(buf) b = {0};
	buf_init(&b, 1u << 20);
	while (b.n < 1u << 19)
		buf_add(&b, STR("\xcf\xf0\xe8 "));
	struct text t = convert(&a, buf_str(&b), STR("windows-1251"));
	(void)str_dup(&text, t.utf8);
	assert_true(a.total - text.total < b.n / 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errors_are_those_of_the_standard),
		cmocka_unit_test(test_indexes_are_exactly_the_standards),
		cmocka_unit_test(test_single_bytes_are_those_of_glibc_but_for_six),
		cmocka_unit_test(test_stories_in_all_encodings_read_as_their_originals),
		cmocka_unit_test(test_escapes_belong_to_what_is_before_them),
		cmocka_unit_test(test_the_way_back_is_exact_for_broken_bytes),
		cmocka_unit_test(test_the_map_is_small),
	};
	return cmocka_run_group_tests(tests, open_codecs, close_codecs);
}
