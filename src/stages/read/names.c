/* SPDX-License-Identifier: Apache-2.0 */
/* What names of people look like, and words that stand for the front page or before a source. */
#include "stages/read/lines.h"

static bool is_han(uint32_t c)
{
	return (c >= 0x3400 && c <= 0x9fff) || (c >= 0x20000 && c <= 0x3ffff);
}

/* Scripts that have capitals: Latin, Greek, Cyrillic, Armenian. */
static bool has_case(uint32_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= 0xc0 && c < 0x590) ||
		(c >= 0x1e00 && c < 0x2000);
}

static bool is_capital(uint32_t c)
{
	if (c < 0x80)
		return c >= 'A' && c <= 'Z';
	if (c < 0x100)
		return c >= 0xc0 && c <= 0xde;
	if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e))
		return c & 1;
	if (c < 0x180 || (c >= 0x1e00 && c < 0x1f00))
		return !(c & 1);
	return (c >= 0x386 && c <= 0x3ab && c != 0x390) || (c >= 0x400 && c <= 0x42f) || (c >= 0x531 && c <= 0x556);
}

/* The surnames that most people of Han names have, with the older ones of the Hundred Family Surnames. */
static const char SURNAMES[] =
	"王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖蕭萧田董袁潘"
	"于"
	"蒋蔣蔡余杜叶葉程苏蘇魏吕呂丁任沈姚卢盧姜崔钟鍾鐘谭譚陆陸汪范石廖贾賈夏韦韋付方白邹鄒孟熊秦邱江尹薛阎閻闫段雷侯"
	"龙龍"
	"史陶黎贺賀顾顧毛郝龚龔邵万萬钱錢严嚴覃武戴莫孔向汤湯仝祁庞龐倪柯路仲柳宣宋岳齐齊乔喬施游温溫康季鲁魯俞翟安伍"
	"殷骆駱颜顏欧歐章梅庄莊葛尚牛耿詹裴管霍舒甘翁谷辛聂聶华華焦祝左包游鲍鮑柏冉车車凌喻屈娄婁盛童阮项項涂蓝藍纪紀裘"
	"卓应應宁寧费費靳艾佟解缪繆窦竇苗凤鳳昌元卜穆臧米贝貝明伏成茅熊舒梁蓝席麻强危郎晏";

static bool is_surname(struct str s)
{
	return s.n && str_find(str_mem(SURNAMES, sizeof(SURNAMES) - 1), s, 0) < sizeof(SURNAMES) - 1;
}

static bool is_particle(struct str w)
{
	static const char *const words[] = {"von", "van", "de", "der", "den", "di", "da", "del", "della", "dos", "la",
		"le", "el", "al", "bin", "ibn", "ten", "ter", "zu", "af", "av", "do", "du", "y", "e"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq(w, str_c(words[i])))
			return true;
	return false;
}

static bool is_name_word(struct str w)
{
	size_t at = 0;
	uint32_t c = utf8_next(w, &at, NULL);
	if (has_case(c))
		return (is_capital(c) && (w.n > 1)) || is_particle(w);
	return c >= 0x590 && !is_han(c) && !(c >= 0x2000 && c <= 0x206f);
}

bool has_shape_of_name(struct str s)
{
	size_t at = 0;
	size_t chars = 0;
	size_t han = 0;
	s = str_trim(s);
	for (size_t i = 0; i < s.n; i++)
		if (ascii_digit(s.p[i]) || strchr("<>{}=?!%$#@/:|()[]\t,;\"", s.p[i]))
			return false;
	for (size_t i = 0; i < s.n; chars++)
		han += is_han(utf8_next(s, &i, NULL));
	if (s.n == 0 || chars > 40)
		return false;
	if (han) {
		(void)utf8_next(s, &at, NULL);
		return han == chars && chars >= 2 && chars <= 4 && is_surname(str_sub(s, 0, at));
	}
	size_t words = 0;
	size_t particles = 0;
	at = 0;
	size_t most = has_case(utf8_next(s, &at, NULL)) ? 5 : 3;
	while (s.n) {
		struct str w = str_cut(&s, ' ');
		if (w.n == 0)
			continue;
		if (!is_name_word(w))
			return false;
		words++;
		particles += is_particle(w);
	}
	return words >= 2 && words <= most && words - particles >= 2;
}

bool has_stamp(struct str s)
{
	size_t digits = 0;
	for (size_t i = 0; i < s.n;) {
		uint32_t c = utf8_next(s, &i, NULL);
		digits += (c >= '0' && c <= '9') || (c >= 0x660 && c <= 0x669) || (c >= 0x6f0 && c <= 0x6f9) ||
			(c >= 0x966 && c <= 0x96f) || (c >= 0xff10 && c <= 0xff19);
	}
	return digits >= 4;
}

bool is_home_word(struct str s)
{
	static const char *const words[] = {"home", "home page", "homepage", "front page", "start", "startseite",
		"accueil", "inicio", "portada", "início", "página inicial", "voorpagina", "hem", "forside", "forsiden",
		"etusivu", "strona główna", "úvod", "kezdőlap", "címlap", "acasă", "anasayfa", "ana sayfa", "главная",
		"головна", "начало", "αρχική", "αρχικη", "首页", "首頁", "主页", "网站首页", "新闻首页", "トップ",
		"トップページ", "ホーム", "홈", "처음", "الرئيسية", "الصفحة الرئيسية", "صفحه اصلی", "خانه", "صفحه نخست",
		"باش بەت", "דף הבית", "ראשי", "होम", "मुखपृष्ठ", "หน้าแรก", "trang chủ", "beranda", "sarlavha",
		"бош саҳифа", "басты бет"};
	s = str_trim(s);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_ieq(s, str_c(words[i])))
			return true;
	return false;
}

struct str without_source_mark(struct str s, bool *ret_marked)
{
	static const char *const marks[] = {"source:", "source :", "sources:", "quelle:", "quellen:", "fuente:",
		"fonte:", "bron:", "kilde:", "källa:", "lähde:", "źródło:", "zdroj:", "forrás:", "sursa:", "kaynak:",
		"kaynak :", "источник:", "Источник:", "джерело:", "Джерело:", "πηγή:", "Πηγή:", "来源：",
		"来源:", "來源：", "來源:", "稿件来源：", "新闻来源：", "資料來源：", "出典：", "配信：", "提供：",
		"출처:", "출처 :", "출처 =", "مصدر:", "المصدر:", "المصدر :", "منبع:", "مەنبە:", "מקור:", "स्रोत:",
		"ที่มา:", "ที่มา :", "nguồn:", "sumber:", "manba:", "—", "–", "-- ", "- "};
	s = str_trim(s);
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (str_istarts(s, str_c(marks[i]))) {
			*ret_marked = true;
			return str_trim(str_from(s, strlen(marks[i])));
		}
	return s;
}
