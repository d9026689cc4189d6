/* SPDX-License-Identifier: Apache-2.0 */
/* News agencies: their names as credits write them, and the dateline "CITY (Agency) —" that names one of any name. */
#include "stages/read/lines.h"

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
		"-dienst", "agence ", "wire service", "telegraph agency", "press agency", "agencja ", "agentura",
		"agentúra", "agentur", "presseagentur", "haber ajans", "агенция", "агенція", "информагент",
		"информбюро", "agencia ", "agenzia ", "agência ", "通讯社", "通訊社", "通信", "通信社", "ajansı",
		"агентство", "وكالة", "ئاگېنتلىقى", "خبرگزاری", "통신", "πρακτορείο", "סוכנות"};
	if (agency_name(name).n)
		return true;
	if (name.n > 80)
		return false;
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
		bool equals = at == 0 && in.n < 80 && str_chr(in, '=', 0) > 0 && str_chr(in, '=', 0) < in.n;
		if (known || equals || is_agency(in) || (short_name && has_dash(after)))
			return in;
	}
	return STR("");
}

/* "新华社北京3月14日电", "子午通讯社砂港电": what stands before the place, as far as 社. */
static struct str by_telegraph(struct str text)
{
	static const char *const open[] = {"（", "(", "【"};
	for (size_t i = 0; i < ARRAY_LEN(open); i++)
		if (str_starts(text, str_c(open[i])))
			text = str_from(text, strlen(open[i]));
	struct str head = str_sub(text, 0, DATELINE_MAX);
	size_t wire = size_min(str_find(head, STR("电"), 0), str_find(head, STR("電"), 0));
	if (wire >= head.n)
		return STR("");
	for (size_t i = 0; i < ARRAY_LEN(AGENCIES); i++)
		if ((uint8_t)AGENCIES[i].credit[0] >= 0xe3 && str_starts(head, str_c(AGENCIES[i].credit)))
			return str_c(AGENCIES[i].name);
	size_t end = str_find(head, STR("社"), 0);
	return end < wire && end <= 24 && end > 0 ? str_sub(head, 0, end + strlen("社")) : STR("");
}

/* "(세이블항=자오선통신)", "（子午通讯社砂港电）", "(dpa/X)", "(Agency, March 14)" */
static struct str of_brackets(struct str in)
{
	struct str wire = by_telegraph(in);
	if (wire.n)
		return wire;
	struct str after = str_trim(str_from(in, str_chr(in, '=', 0) + 1));
	if (after.n)
		return after;
	while (in.n) {
		struct str rest = in;
		struct str first = str_trim(str_cut(&rest, str_chr(in, '/', 0) < in.n ? '/' : ','));
		if (agency_name(first).n || is_agency(first))
			return first;
		if (rest.n == 0)
			return in;
		in = str_trim(rest);
	}
	return in;
}

static bool is_bare_name(struct str s)
{
	size_t words = 1;
	if (s.n < 2 || s.n > 60 || has_stamp(s))
		return false;
	for (size_t i = 0; i < s.n; i++)
		words += s.p[i] == ' ';
	return words <= 4;
}

static bool names_agency(struct str s)
{
	return is_bare_name(s) && is_agency(s);
}

/* "PLACE - Agency: …", "PLACE, date — Agency. …" without brackets. An agency of any name needs the date before it. */
static struct str of_dateline(struct str text)
{
	static const char *const ends[] = {": ", "：", ". ", " — ", " – ", " - ", " -- "};
	static const char *const dashes[] = {" — ", " – ", " - ", " -- ", ", ", "، ", " / "};
	struct str head = str_sub(text, 0, utf8_cut(text, DATELINE_MAX));
	for (size_t i = 0; i < ARRAY_LEN(dashes); i++) {
		size_t at = str_find(head, str_c(dashes[i]), 0);
		if (at >= head.n || at > 80)
			continue;
		struct str rest = str_from(head, at + strlen(dashes[i]));
		size_t end = rest.n;
		for (size_t k = 0; k < ARRAY_LEN(ends); k++)
			end = size_min(end, str_find(rest, str_c(ends[k]), 0));
		struct str name = str_trim(str_sub(rest, 0, end));
		bool dated = i < 4 && at < 50 && str_chr(head, ',', 0) < at && end < rest.n && rest.p[end] == '.';
		bool has_digit = false;
		for (size_t k = 0; k < at; k++)
			has_digit |= ascii_digit(head.p[k]);
		if (end < rest.n && (names_agency(name) || (dated && has_digit && is_bare_name(name) && name.n < 40)))
			return name;
	}
	return STR("");
}

/* "Le Quai avec Agence X", "mit dpa", "Source: X", "— X", "© X", "(dpa)". */
static struct str of_credit(struct str text, bool *ret_marked)
{
	static const char *const with[] = {
		" avec ", " mit ", " with ", " con ", " com ", " med ", " met ", " с ", " und ", " and ", "/"};
	struct str s = without_source_mark(text, ret_marked);
	while (s.n && strchr("(|[*", s.p[0]))
		s = str_trim(str_from(s, 1));
	while (s.n && strchr(")|]*.", s.p[s.n - 1]))
		s = str_trim(str_sub(s, 0, s.n - 1));
	for (size_t i = 0; i < ARRAY_LEN(with); i++) {
		size_t at = str_find(s, str_c(with[i]), 0);
		struct str tail = str_trim(str_from(s, at + strlen(with[i])));
		if (at < s.n && names_agency(tail))
			return tail;
		if (at < s.n && names_agency(str_trim(str_sub(s, 0, at))))
			return str_trim(str_sub(s, 0, at));
	}
	return s;
}

static void add_agency(struct reading *r, struct str name, const char *from, struct str raw, struct byte_range at)
{
	name = str_trim(name);
	if (agency_name(name).n)
		name = agency_name(name);
	if (name.n == 0 || name.n >= 60 || names_site(r, name))
		return;
	(void)add_evidence_at(r, ARTICLE_AGENCY, name, from, str_sub(raw, 0, utf8_cut(raw, 200)), at);
}

static void of_first(struct reading *r, const struct article_block *b)
{
	struct str name = in_brackets(b->text);
	name = name.n ? of_brackets(name) : by_telegraph(b->text);
	if (name.n == 0)
		name = of_dateline(b->text);
	add_agency(r, name, "dateline", b->text, b->range);
}

/* Short lines that are credits: kept as such, or dropped between the headline and a little behind the body. */
static void of_lines(struct reading *r, const struct article_block *blocks, size_t n, struct byte_range within)
{
	for (size_t i = 0; i < n; i++) {
		const struct article_block *b = &blocks[i];
		bool marked = false;
		if (b->text.n > 120 || b->kind == BLOCK_CAPTION || b->range.from < within.from ||
			b->range.from > within.to)
			continue;
		struct str name = of_credit(b->text, &marked);
		if (b->kind == BLOCK_WIRE ? is_bare_name(name) : names_agency(name))
			add_agency(r, name, b->kind == BLOCK_WIRE || marked ? "credit" : "line", b->text, b->range);
	}
}

#define BEHIND_BODY 1500u /* bytes of the page in which a credit may stand */

static void near_headline(struct reading *r)
{
	struct page_line line[6];
	uint32_t at = headline_node(r);
	if (at == HTML_NONE)
		return;
	uint32_t end = r->h->nodes[at].end;
	size_t n = page_lines(r, end, end + 80 < r->h->n ? end + 80 : r->h->n, line, ARRAY_LEN(line));
	for (size_t i = 0; i < n && line[i].text.n < 200; i++) {
		struct str rest = line[i].text;
		uint32_t from = 0;
		uint32_t to = 0;
		html_range(r->h, line[i].node, &from, &to);
		while (rest.n) {
			bool marked = false;
			struct str name = of_credit(str_cut(&rest, '\t'), &marked);
			if (names_agency(name))
				add_agency(r, name, "line", line[i].text, served(r, from, to));
		}
	}
}

void collect_agency(struct reading *r)
{
	struct article *ar = r->article;
	size_t seen = 0;
	struct byte_range within = {0, 0};
	for (size_t i = 0; i < ar->nblocks; i++) {
		const struct article_block *b = &ar->blocks[i];
		if (b->range.to > within.to)
			within.to = b->range.to;
		if (b->kind == BLOCK_PARAGRAPH && within.from == 0)
			within.from = b->range.from;
		if ((b->kind == BLOCK_PARAGRAPH || b->kind == BLOCK_STANDFIRST) && seen++ < 2)
			of_first(r, b);
	}
	within.to += BEHIND_BODY;
	near_headline(r);
	of_lines(r, ar->blocks, ar->nblocks, within);
	of_lines(r, ar->dropped, ar->ndropped, within);
}
