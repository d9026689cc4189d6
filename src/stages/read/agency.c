/* SPDX-License-Identifier: Apache-2.0 */
/* News agencies: their names as credits write them, and the dateline "CITY (Agency) —" that names one of any name. */
#include "base/utf8.h"
#include "stages/read/read_int.h"

static const struct {
	const char *credit; /* matched whole, ASCII letters folded */
	const char *name;
} AGENCIES[] = {{"reuters", "Reuters"}, {"thomson reuters", "Reuters"}, {"路透社", "Reuters"}, {"رويترز", "Reuters"},
	{"рейтер", "Reuters"}, {"ap", "AP"}, {"associated press", "AP"}, {"the associated press", "AP"},
	{"美联社", "AP"}, {"美聯社", "AP"}, {"أ ب", "AP"}, {"afp", "AFP"}, {"agence france-presse", "AFP"},
	{"agence france presse", "AFP"}, {"法新社", "AFP"}, {"أ ف ب", "AFP"}, {"dpa", "dpa"},
	{"deutsche presse-agentur", "dpa"}, {"德新社", "dpa"}, {"epd", "epd"}, {"kna", "KNA"}, {"sid", "SID"},
	{"apa", "APA"}, {"austria presse agentur", "APA"}, {"sda", "SDA"}, {"keystone-sda", "Keystone-SDA"},
	{"ansa", "ANSA"}, {"adnkronos", "Adnkronos"}, {"efe", "EFE"}, {"europa press", "Europa Press"},
	{"lusa", "Lusa"}, {"belga", "Belga"}, {"anp", "ANP"}, {"tt", "TT"}, {"ntb", "NTB"}, {"ritzau", "Ritzau"},
	{"stt", "STT"}, {"pap", "PAP"}, {"čtk", "ČTK"}, {"ctk", "ČTK"}, {"mti", "MTI"}, {"agerpres", "Agerpres"},
	{"tass", "TASS"}, {"тасс", "TASS"}, {"塔斯社", "TASS"}, {"interfax", "Interfax"}, {"интерфакс", "Interfax"},
	{"риа новости", "RIA Novosti"}, {"ria novosti", "RIA Novosti"}, {"unian", "UNIAN"}, {"ukrinform", "Ukrinform"},
	{"укринформ", "Ukrinform"}, {"укрінформ", "Ukrinform"}, {"xinhua", "Xinhua"}, {"新华社", "Xinhua"},
	{"新華社", "Xinhua"}, {"新华网", "Xinhua"}, {"شينخوا", "Xinhua"}, {"شىنخۇا", "Xinhua"}, {"中新社", "CNS"},
	{"中新网", "CNS"}, {"中央社", "CNA"}, {"kyodo", "Kyodo"}, {"kyodo news", "Kyodo"}, {"共同", "Kyodo"},
	{"共同通信", "Kyodo"}, {"共同社", "Kyodo"}, {"jiji", "Jiji"}, {"jiji press", "Jiji"}, {"時事", "Jiji"},
	{"時事通信", "Jiji"}, {"时事社", "Jiji"}, {"yonhap", "Yonhap"}, {"연합뉴스", "Yonhap"}, {"韩联社", "Yonhap"},
	{"anadolu", "Anadolu"}, {"anadolu agency", "Anadolu"}, {"aa", "Anadolu"}, {"iha", "İHA"}, {"dha", "DHA"},
	{"pti", "PTI"}, {"press trust of india", "PTI"}, {"ani", "ANI"}, {"ians", "IANS"}, {"upi", "UPI"},
	{"pa", "PA Media"}, {"pa media", "PA Media"}, {"press association", "PA Media"}, {"aap", "AAP"},
	{"australian associated press", "AAP"}, {"canadian press", "The Canadian Press"},
	{"the canadian press", "The Canadian Press"}, {"bloomberg", "Bloomberg"}, {"bloomberg news", "Bloomberg"},
	{"irna", "IRNA"}, {"ایرنا", "IRNA"}, {"isna", "ISNA"}, {"ایسنا", "ISNA"}, {"wam", "WAM"}, {"وام", "WAM"},
	{"spa", "SPA"}, {"واس", "SPA"}, {"wafa", "WAFA"}, {"وفا", "WAFA"}, {"antara", "Antara"}, {"bernama", "Bernama"},
	{"vna", "VNA"}, {"ttxvn", "VNA"}};

struct str agency_name(struct str credit)
{
	for (size_t i = 0; i < ARRAY_LEN(AGENCIES); i++)
		if (str_ieq(credit, str_c(AGENCIES[i].credit)))
			return str_c(AGENCIES[i].name);
	return STR("");
}

bool is_agency(struct str name)
{
	static const char *const marks[] = {" wire", "news agency", "newswire", "presseagentur", "nachrichtenagentur",
		"-dienst", "agence ", "agencia ", "agenzia ", "agência ", "通讯社", "通訊社", "通信", "通信社",
		"ajansı", "агентство", "وكالة", "ئاگېنتلىقى", "خبرگزاری", "통신", "πρακτορείο", "סוכנות"};
	if (agency_name(name).n)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (str_ifind(name, str_c(marks[i]), 0) < name.n)
			return true;
	return false;
}

#define DATELINE_MAX 120u /* a dateline ends within so many bytes */

/* Behind the closing bracket of a dateline stands a dash, a colon or nothing but the sentence. */
static bool has_dash(struct str s)
{
	static const char *const dashes[] = {"-", "–", "—", "−", "―", ":", "：", "ـ"};
	s = str_trim(s);
	for (size_t i = 0; i < ARRAY_LEN(dashes); i++)
		if (str_starts(s, str_c(dashes[i])))
			return true;
	return false;
}

/* "CITY, March 14 (Agency) —": what stands in the brackets. */
static struct str in_brackets(struct str text)
{
	struct str head = str_sub(text, 0, DATELINE_MAX);
	static const struct {
		const char *open;
		const char *close;
	} pairs[] = {{"(", ")"}, {"（", "）"}, {"【", "】"}};
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		struct str open = str_c(pairs[i].open);
		size_t at = str_find(head, open, 0);
		size_t end = str_find(head, str_c(pairs[i].close), at);
		if (at >= head.n || end >= head.n)
			continue;
		struct str in = str_trim(str_sub(head, at + open.n, end));
		struct str after = str_from(text, end + strlen(pairs[i].close));
		bool known = agency_name(in).n > 0;
		bool short_name = in.n > 1 && in.n < 40 && !ascii_digit(in.p[0]) && str_chr(head, '.', 0) > end;
		if (known || (short_name && has_dash(after)))
			return in;
	}
	return STR("");
}

/* "新华社北京3月14日电" */
static struct str by_telegraph(struct str text)
{
	struct str head = str_sub(text, 0, DATELINE_MAX);
	if (str_find(head, STR("电"), 0) >= head.n && str_find(head, STR("電"), 0) >= head.n)
		return STR("");
	for (size_t i = 0; i < ARRAY_LEN(AGENCIES); i++)
		if ((uint8_t)AGENCIES[i].credit[0] >= 0xe3 && str_starts(head, str_c(AGENCIES[i].credit)))
			return str_c(AGENCIES[i].name);
	size_t end = str_find(head, STR("社"), 0);
	return end < head.n && end <= 12 && end > 0 ? str_sub(head, 0, end + strlen("社")) : STR("");
}

void collect_agency(struct reading *r)
{
	struct article *ar = r->article;
	size_t seen = 0;
	for (size_t i = 0; i < ar->nblocks; i++) {
		const struct article_block *b = &ar->blocks[i];
		bool is_wire = b->kind == BLOCK_WIRE;
		bool is_first = (b->kind == BLOCK_PARAGRAPH || b->kind == BLOCK_STANDFIRST) && seen++ < 2;
		if (!is_wire && !is_first)
			continue;
		struct str name = in_brackets(b->text);
		if (name.n == 0)
			name = by_telegraph(b->text);
		if (name.n == 0 && is_wire)
			name = str_trim(b->text);
		if (agency_name(name).n)
			name = agency_name(name);
		if (name.n && name.n < 60)
			(void)add_evidence_at(r, ARTICLE_AGENCY, name, is_wire ? "credit" : "dateline",
				str_sub(b->text, 0, 200), b->range);
	}
}
