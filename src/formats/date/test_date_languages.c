/* SPDX-License-Identifier: Apache-2.0 */
/* Lines as pages have them. What is found is written "label stamp zone", '|' between stamps: p published, u updated,
 * o other, - none; the stamp in ISO 8601, or ~ partial, < relative, ? ambiguous, @ another calendar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "formats/date/date.h"

static const char *what(struct arena *a, const char *text, const struct date_hints *h)
{
	AUTO(buf) b = {0};
	struct date_stamp s[16];
	size_t n = date_find(str_c(text), h, s, ARRAY_LEN(s));
	buf_init(&b, 4096);
	for (size_t i = 0; i < n; i++) {
		static const char *const unknown[] = {"", "?", "~", "<", "@"};
		if (i)
			buf_add(&b, STR(" | "));
		buf_addc(&b, "-puo"[s[i].label]);
		buf_addc(&b, ' ');
		buf_add(&b, str_c(unknown[s[i].kind]));
		buf_add(&b, instant_iso(a, s[i].t));
		if (s[i].zone > DATE_ZONE_OFFSET) {
			buf_addc(&b, ' ');
			buf_add(&b, str_c(date_zone_name(s[i].zone)));
		}
		if (s[i].is_tied)
			buf_add(&b, STR(" tied"));
	}
	return str_cstr(a, buf_str(&b));
}

struct line {
	const char *text;
	const char *want;
};

static const struct line LINES[] = {
	{"Posted at 7:25 AM, Nov 15, 2018 and last updated 2018-11-15 09:25:09-05",
		"p 2018-11-15T07:25 | u 2018-11-15T09:25:09-05:00"},
	{"Updated 2325 GMT (0725 HKT) November 15, 2018", "u 2018-11-15T23:25Z clocks"},
	{"15 November 2018, 14:20 (11:20 GMT)", "- 2018-11-15T14:20+03:00 clocks"},
	{"15 November 2018, 14:20 (11:25)", "- 2018-11-15T14:20"},
	{"HKT 0725 (2325 GMT) November 15, 2018", "- 2018-11-15T07:25+08:00 clocks"},
	{"Updated 7:25 AM ET, Thu November 15, 2018", "u 2018-11-15T07:25-05:00 rule"},
	{"Thu Nov 15 2018 09:25:09 GMT-0500 (EST)", "- 2018-11-15T09:25:09-05:00"},
	{"Thu, 15 Nov 2018 07:25:00 GMT", "- 2018-11-15T07:25:00Z"},
	{"Thu Nov 15 09:25:09 EST 2018", "- 2018-11-15T09:25:09-05:00 named"},
	{"15 novembre 2018 à 9h25", "- 2018-11-15T09:25"},
	{"Publié le 15/11/2018 à 09:25, mis à jour le 16/11/2018 à 10h30", "p 2018-11-15T09:25 | u 2018-11-16T10:30"},
	{"Veröffentlicht am 15.11.2018 um 9.25 Uhr | Aktualisiert: 16. November 2018, 10:30 Uhr",
		"p 2018-11-15T09:25 | u 2018-11-16T10:30"},
	{"Stand: 15.11.2018 09:25 Uhr", "u 2018-11-15T09:25"},
	{"发布时间：2018年11月15日 09:25 来源：奥兰日报", "p 2018-11-15T09:25"},
	{"2018年11月15日（木）午前9時25分公開 2018年11月16日更新", "p 2018-11-15T09:25 | u 2018-11-16"},
	{"公開：2018年11月15日 更新：2018年11月16日 10:30", "p 2018-11-15 | u 2018-11-16T10:30"},
	{"입력 2018.11.15. 오전 9:25 수정 2018.11.15. 오후 1:30", "p 2018-11-15T09:25 | u 2018-11-15T13:30"},
	{"15 ноября 2018, 09:25 МСК", "- 2018-11-15T09:25+03:00 named"},
	{"Опубликовано: 15.11.2018 в 09:25. Обновлено 16 ноября 2018 г. 10:00",
		"p 2018-11-15T09:25 | u 2018-11-16T10:00"},
	{"الخميس 7 ربيع الأول 1440 هـ - 15 نوفمبر 2018 م - 09:25 ص بتوقيت غرينتش", "- @ | - 2018-11-15T09:25Z"},
	{"نشر في: ١٥ نوفمبر/تشرين الثاني ٢٠١٨ - ٠٩:٢٥ مساءً", "p 2018-11-15T21:25"},
	{"۲۴ آبان ۱۳۹۷ - ۰۹:۲۵", "- 2018-11-15T09:25"},
	{"ئېلان قىلىنغان ۋاقتى: 2018-يىلى 15-نويابىر 09:25", "p 2018-11-15T09:25"},
	{"2018-يىلى 11-ئاينىڭ 15-كۈنى يېڭىلاندى", "u 2018-11-15"},
	{"15 Kasım 2018 Perşembe 09:25 Son Güncelleme: 16.11.2018 - 10:30", "- 2018-11-15T09:25 | u 2018-11-16T10:30"},
	{"民國107年11月15日 上午9:25", "- 2018-11-15T09:25"},
	{"二〇一八年十一月十五日", "- 2018-11-15"},
	{"平成30年11月15日", "- 2018-11-15"},
	{"HÀ NỘI, Thứ Năm, ngày 15 tháng 11 năm 2018, 09:25", "p 2018-11-15T09:25"},
	{"15 พ.ย. 2561 09:25 น.", "- 2018-11-15T09:25"},
	{"mar. 15 nov. 2018", "- 2018-11-15"},
	{"3 hours ago", "- <"},
	{"vor 3 Stunden", "- <"},
	{"3小时前", "- <"},
	{"昨天 09:25", "- <"},
	{"11/05/2018", "- ?2018-05-11"},
	{"Thursday 15/11/2018", "- 2018-11-15"},
	{"November 2018", "- 2018-11"},
	{"Copyright © 2018 Example. Born 3 May 1970.", "o 1970-05-03"},
	{"192.168.10.12", ""},
	{"Nov. 15, 2018 | Updated 2:25 p.m.", "- 2018-11-15 | u 2018-11-15T14:25 tied"},
	{"posted 7:25 AM on Nov 15, 2018; last updated 9:25 AM EST",
		"p 2018-11-15T07:25 | u 2018-11-15T09:25-05:00 named tied"},
	{"1. prosince 2018 v 9:25", "- 2018-12-01T09:25"},
	{"2018. november 15. csütörtök, 09:25", "- 2018-11-15T09:25"},
	{"Jueves, 15 de noviembre de 2018 a las 9:25 a. m. (hora peninsular)", "- 2018-11-15T09:25+01:00 rule"},
	{"2018年11月15日 23:25 北京时间", "- 2018-11-15T23:25+08:00 named"},
	{"北京时间2018年11月15日23时25分", "- 2018-11-15T23:25+08:00 named"},
	{"15-Nov-18 09:25", "- 2018-11-15T09:25"},
	{"15 Nov 18:30", "- ~"},
	{"11-15 09:25", ""},
	{"September 3, 2018 at 9:25 am CST", "- 2018-09-03T09:25 doubtful"},
	{"Published 09:25 BST, 15 July 2018 | Updated: 12:30 BST, 15 July 2018",
		"p 2018-07-15T09:25 doubtful | u 2018-07-15T12:30 doubtful"},
	{"Published: 15 Nov 2018 | 09:25 IST", "p 2018-11-15T09:25 doubtful"},
	{"15 Νοεμβρίου 2018, 09:25", "- 2018-11-15T09:25"},
	{"פורסם: 15 בנובמבר 2018, 09:25", "p 2018-11-15T09:25"},
	{"१५ नवंबर २०१८, 09:25 AM IST", "- 2018-11-15T09:25 doubtful"},
	{"torsdag 15. november 2018 kl. 09.25", "- 2018-11-15T09:25"},
	{"15.11.2018 klo 9.25", "- 2018-11-15T09:25"},
	{"Kamis, 15 November 2018 09:25 WIB", "- 2018-11-15T09:25+07:00 named"},
	{"2018-11-15T09:25:09.123456+0000", "- 2018-11-15T09:25:09.123456Z"},
	{"7:25 PM EST in July 15, 2018", "- 2018-07-15T19:25 doubtful"},
	{"Julio 15 de 2018 - 09:25 p.m.", "- 2018-07-15T21:25"},
	{"15 lapkričio 2018", "- 2018-11-15"},
	{"2018 m. lapkričio 15 d. 09:25", "- 2018-11-15T09:25"},
	{"2018. gada 15. novembrī", "- 2018-11-15"},
	{"15.11.18", "- ?2015-11-18"},
	{"11/15/18", "- 2018-11-15"},
	{"2018/11/15(木) 09:25", "- 2018-11-15T09:25"},
	{"Nov 15, 2018 09:25 CET", "- 2018-11-15T09:25+01:00 named"},
	{"الخميس 7 ربيع الأول 1440 هـ - 15 نوفمبر 2018 م - 09:25 ص بتوقيت غرينتش", "- @ | - 2018-11-15T09:25Z"},
	{"北京时间2018年11月15日23时25分", "- 2018-11-15T23:25+08:00 named"},
	{"발행일 : 2018.11.15 (목) 09:25", "p 2018-11-15T09:25"},
	{"By Ann Example, The Post | Updated: Nov 15 2018 | Posted: Nov 14 2018", "u 2018-11-15 | p 2018-11-14"},
	{"Date: Thursday, 15 November, 2018 - 09:25", "p 2018-11-15T09:25"},
	{"15 Nov 2018 Updated 16 Nov 2018", "- 2018-11-15 | u 2018-11-16"},
	{"2018-11-15 09:25 发布", "p 2018-11-15T09:25"},
	{"（2018年11月15日）", "- 2018-11-15"},
	{"11月15日09:25", "- ~"},
	{"Published 1 hour ago", "p <"},
	{"15 de novembro de 2018 às 09h25", "- 2018-11-15T09:25"},
	{"Última atualização: 15/11/2018 09:25", "u 2018-11-15T09:25"},
	{"Geüpdatet op 15-11-2018 09:25", "u 2018-11-15T09:25"},
	{"on November 15th, 2018 by admin", "- 2018-11-15"},
	{"15 . 11 . 2018", ""},
	{"15/11 2018", ""},
	{"15 / 11 / 2018", "- 2018-11-15"},
	{"Do., 15.11.2018", "- 2018-11-15"},
	{"Posted on2018-11-15", "p 2018-11-15"},
	{"12:30 p.m. EST, November 15, 2018", "- 2018-11-15T12:30-05:00 named"},
	{"12.30pm GMT, 15 November 2018", "- 2018-11-15T12:30Z"},
	{"Thu 15 Nov 2018 12.30 GMT", "- 2018-11-15T12:30Z"},
	{"Last modified on Thu 15 Nov 2018 12.30 EST", "u 2018-11-15T12:30-05:00 named"},
	{"15 Nov. 2018, 12 Uhr", "- 2018-11-15"},
	{"2018. 11. 15.", "- 2018-11-15"},
	{"15.11.2018 | 09:25 Uhr | Redaktion", "- 2018-11-15T09:25"},
	{"15 Mart 2018", "- 2018-03-15"},
	{"mercredi 14 mars 2018, par Admin", "- 2018-03-14"},
	{"1er mars 2018", "- 2018-03-01"},
	{"Nov 2018", "- 2018-11"},
	{"May 5", "- ~"},
	{"(15 Nov 2018, 9:25pm IST)", "- 2018-11-15T21:25 doubtful"},
	{"Created: 2018-11-15T09:25:09.000Z", "p 2018-11-15T09:25:09.000Z"},
	{"Published On 15 Nov 201815 Nov 2018", "p ~"},
	{"２０１８年１１月１５日　０９：２５", "- 2018-11-15T09:25"},
	{"2018年11月15日(木) 9時25分", "- 2018-11-15T09:25"},
	{"Thứ năm, 15/11/2018, 09:25 (GMT+7)", "- 2018-11-15T09:25+07:00"},
	{"15 Tháng 11, 2018", "- 2018-11-15"},
	{"اپ ڈیٹ 15 نومبر 2018", "u 2018-11-15"},
	{"آخر تحديث: الخميس 15 نوفمبر 2018 - 09:25", "u 2018-11-15T09:25"},
	{"تاریخ انتشار: ۱۳۹۷/۰۸/۲۴ - ۰۹:۲۵", "p 2018-11-15T09:25"},
	{"پنجشنبه ۲۴ آبان ۱۳۹۷ ساعت ۰۹:۲۵", "- 2018-11-15T09:25"},
	{"il y a 3 heures", "- <"},
	{"hace 2 horas", "- <"},
	{"Hace 2 días", "- <"},
	{"2 дня назад", "- <"},
	{"3時間前", "- <"},
	{"Jeudi 15 novembre 2018 - 09:25 (heure de Paris)", "- 2018-11-15T09:25+01:00 rule"},
	{"Postado em 15/11/2018 às 09h25 - Atualizado em 16/11/2018 10h30", "p 2018-11-15T09:25 | u 2018-11-16T10:30"},
	{"Aggiornato il 15 novembre 2018 alle ore 09.25", "u 2018-11-15T09:25"},
	{"Ultimo aggiornamento: 15 Nov. 2018 ore 9:25", "u 2018-11-15T09:25"},
	{"Publicado: 15 de noviembre de 2018 09:25 | Actualizado: 15 nov 2018 10:30 hs",
		"p 2018-11-15T09:25 | u 2018-11-15T10:30"},
	{"Donderdag 15 november 2018 om 09:25 uur", "- 2018-11-15T09:25"},
	{"Publicerad 15 november 2018 kl. 09.25, uppdaterad 16 november kl. 10.30", "p 2018-11-15T09:25 | u ~"},
	{"Julkaistu 15.11.2018 klo 9.25 (päivitetty 16.11.2018 klo 10.30)", "p 2018-11-15T09:25 | u 2018-11-16T10:30"},
	{"Czwartek, 15 listopada 2018 (09:25) Aktualizacja: Piątek, 16 listopada 2018 (10:30)",
		"- 2018-11-15T09:25 | u 2018-11-16T10:30"},
	{"Опубліковано: 15 листопада 2018, 09:25", "p 2018-11-15T09:25"},
	{"Публикувана на 15 ноември 2018 г. 09:25 ч.", "p 2018-11-15T09:25"},
	{"Објављено: 15. новембар 2018.", "p 2018-11-15"},
	{"Objavljeno: 15.11.2018. u 09:25", "p 2018-11-15T09:25"},
	{"Δημοσίευση: 15 Νοεμβρίου 2018, 09:25 π.μ. Τελευταία ενημέρωση: 16/11/2018 10:30",
		"p 2018-11-15T09:25 | u 2018-11-16T10:30"},
	{"Közzétéve: 2018. november 15. 09:25 Frissítve: 2018.11.16. 10:30", "p 2018-11-15T09:25 | u 2018-11-16T10:30"},
	{"Publicat: 15 noiembrie 2018, 09:25. Actualizat: 16 noiembrie 2018", "p 2018-11-15T09:25 | u 2018-11-16"},
	{"प्रकाशित: 15 नवंबर 2018, 09:25 AM | अपडेट: 16 नवंबर 2018", "p 2018-11-15T09:25 | u 2018-11-16"},
	{"প্রকাশ: ১৫ নভেম্বর ২০১৮, ০৯:২৫", "p 2018-11-15T09:25"},
	{"เผยแพร่: 15 พฤศจิกายน 2561 เวลา 09:25 น.", "p 2018-11-15T09:25"},
	{"Diperbarui 15 Nov 2018, 09:25 WIB Diterbitkan 14 Nov 2018, 08:00 WIB",
		"u 2018-11-15T09:25+07:00 named | p 2018-11-14T08:00+07:00 named"},
	{"Yayınlanma: 15.11.2018 - 09:25 Güncelleme: 15.11.2018 - 10:30", "p 2018-11-15T09:25 | u 2018-11-15T10:30"},
	{"Son Güncelleme: 15 Kasım 2018 Perşembe, 09:25", "u 2018-11-15T09:25"},
	{"Giriş: 15 Kas 2018 09:25", "p 2018-11-15T09:25"},
	{"發布時間：2018-11-15 09:25 更新時間：2018-11-15 10:30", "p 2018-11-15T09:25 | u 2018-11-15T10:30"},
	{"刊登時間: 2018.11.15 09:25 最後更新: 2018年11月15日 下午 1:30", "p 2018-11-15T09:25 | u 2018-11-15T13:30"},
	{"2018-11-15 09:25:09 来源: 奥兰日报", "- 2018-11-15T09:25:09"},
	{"2018年11月15日09:25 | 来源：奥兰日报", "- 2018-11-15T09:25"},
	{"時間：2018年11月15日 上午 9時25分", "p 2018-11-15T09:25"},
	{"يوللانغان ۋاقتى: 2018-11-15 09:25", "p 2018-11-15T09:25"},
	{"2018.11.15", "- 2018-11-15"},
	{"ئېلان قىلىنغان ۋاقتى 2018-يىلى 11-ئاينىڭ 15-كۈنى، سائەت 09:25", "p 2018-11-15T09:25"},
	{"기사입력 2018-11-15 09:25 최종수정 2018-11-15 10:30", "p 2018-11-15T09:25 | u 2018-11-15T10:30"},
	{"등록 :2018-11-15 09:25수정 :2018-11-15 10:30", "p 2018-11-15T09:25 | u 2018-11-15T10:30"},
	{"Thursday, Nov. 15, 2018 | 9:25 a.m.", "- 2018-11-15T09:25"},
	{"Last Updated: 9:25 AM, November 15, 2018 EST", "u 2018-11-15T09:25-05:00 named"},
	{"Nov 15, 2018, 09:25am EST", "- 2018-11-15T09:25-05:00 named"},
	{"Fri 16 Nov 2018 02.25 AEDT", "- 2018-11-16T02:25+11:00 named"},
	{"Modified 15 Nov 2018, 09:25 IST", "u 2018-11-15T09:25 doubtful"},
	{"By Ann Example 15 November 2018 • 9:25am", "- 2018-11-15T09:25"},
	{"15 November 2018 Last updated at 09:25 GMT", "- 2018-11-15 | u 2018-11-15T09:25Z tied"},
	{"Last Updated: Thursday, 15 November, 2007, 09:25 GMT", "u 2007-11-15T09:25Z"},
	{"From The Post November 15, 2007", "- 2007-11-15"},
	{"Posted by: Bo on 11.15.07", "p 2007-11-15"},
	{"(15/11/18)", "- ?2015-11-18"},
	{"Thursday 15th of November 2018 09:25:00 AM", "- 2018-11-15T09:25:00"},
	{"15 Nov 2018 at 09:25 ET | 6:25 PT", "- 2018-11-15T09:25-05:00 rule | - 2018-11-15T06:25-08:00 rule tied"},
	{"2018-11-15T09:25:09+0900", "- 2018-11-15T09:25:09+09:00"},
	{"Nov-15-2018", "- 2018-11-15"},
	{"15.NOV.2018", "- 2018-11-15"},
	{"15NOV2018", "- 2018-11-15"},
	{"Nov 15", "- ~"},
	{"9:25 AM EST Nov 15, 2018", "- 2018-11-15T09:25-05:00 named"},
};

static void test_lines_without_hints(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	for (size_t i = 0; i < ARRAY_LEN(LINES); i++) {
		const char *got = what(&a, LINES[i].text, NULL);
		if (!str_eq(str_c(got), str_c(LINES[i].want)))
			print_message("%s\n", LINES[i].text);
		assert_string_equal(got, LINES[i].want);
	}
}

static void test_hints_settle_the_order_of_numbers(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	int64_t captured = 1525132800ll * 1000000000ll; /* 2018-05-01 */
	const struct {
		const char *language;
		const char *host;
		int64_t captured;
		struct line line;
	} cases[] = {
		{"en-US", "www.example.com", 0, {"11/05/2018", "- 2018-11-05"}},
		{"en-GB", "www.example.com", 0, {"11/05/2018", "- 2018-05-11"}},
		/* what a British site's software calls itself */
		{"en-US", "www.example.co.uk", 0, {"11/05/2018", "- 2018-05-11"}},
		{"en", "www.example.com", 0, {"11/05/2018", "- ?2018-05-11"}},
		{"de", "www.example.com", 0, {"11.05.2018", "- 2018-05-11"}},
		{"de", "", 0, {"11.05.18", "- 2018-05-11"}},
		{"ko", "", 0, {"18.11.05", "- 2018-11-05"}},
		{"en", "www.example.com", captured, {"11/05/2018", ""}},
		{"en", "www.example.com", captured, {"04/12/2018", "- 2018-04-12"}},
		{"en", "www.example.com", 0, {"Sunday, 11/05/2018", "- ?2018-05-11"}},
		{"en", "www.example.com", 0, {"Friday, 11/05/2018", "- 2018-05-11"}},
		{"en", "www.example.com", 0, {"Monday, 11/05/2018", "- 2018-11-05"}},
		{"en-US", "www.example.com", 0, {"25/12/2018", "- 2018-12-25"}},
		{"en", "", 0, {"05/05/2018", "- 2018-05-05"}},
		{"fa", "", 0, {"1397/08/24 09:25", "- 2018-11-15T09:25"}},
		{"ar", "", 0, {"1440/03/07", "- @"}},
		{"hr", "", 0, {"15. listopada 2018.", "- 2018-10-15"}},
		{"cs", "", 0, {"15. listopadu 2018", "- 2018-11-15"}},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct date_hints h = {.language = str_c(cases[i].language),
			.host = str_c(cases[i].host),
			.captured_ns = cases[i].captured};
		assert_string_equal(what(&a, cases[i].line.text, &h), cases[i].line.want);
	}
}

static void test_zones_by_country_rule_and_season(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	const struct {
		const char *host;
		struct line line;
	} cases[] = {
		{"a.co.uk", {"09:25 BST, 15 July 2018", "- 2018-07-15T09:25+01:00 country"}},
		{"a.co.uk", {"09:25 BST, 15 January 2018", "- 2018-01-15T09:25 doubtful"}},
		{"a.in", {"15 Nov 2018, 9:25 AM IST", "- 2018-11-15T09:25+05:30 country"}},
		{"a.com", {"15 Nov 2018, 9:25 AM IST", "- 2018-11-15T09:25 doubtful"}},
		{"a.cn", {"2018-11-15 09:25 CST", "- 2018-11-15T09:25+08:00 country"}},
		{"a.com", {"2018-07-15 09:25 EST", "- 2018-07-15T09:25 doubtful"}},
		{"a.com", {"Jul 15, 2018 9:25 AM ET", "- 2018-07-15T09:25-04:00 rule"}},
		{"a.com", {"Mar 11, 2018 1:59 AM ET", "- 2018-03-11T01:59-05:00 rule"}},
		{"a.com", {"Mar 11, 2018 2:30 AM ET", "- 2018-03-11T02:30 doubtful"}},
		{"a.com", {"Mar 11, 2018 3:00 AM ET", "- 2018-03-11T03:00-04:00 rule"}},
		{"a.com", {"Nov 4, 2018 12:59 AM ET", "- 2018-11-04T00:59-04:00 rule"}},
		{"a.com", {"Nov 4, 2018 1:30 AM ET", "- 2018-11-04T01:30 doubtful"}},
		{"a.com", {"Nov 4, 2018 1:30 AM EDT", "- 2018-11-04T01:30-04:00 named"}},
		{"a.com", {"Nov 4, 2018 2:00 AM ET", "- 2018-11-04T02:00-05:00 rule"}},
		{"a.com", {"Oct 29, 2005 9:00 AM PT", "- 2005-10-29T09:00-07:00 rule"}},
		{"a.com", {"Oct 31, 2005 9:00 AM PT", "- 2005-10-31T09:00-08:00 rule"}},
		{"a.com", {"15 Nov 1980 9:00 AM ET", "- 1980-11-15T09:00 doubtful"}},
		{"a.com", {"15 July 2018, 09:25 CEST", "- 2018-07-15T09:25+02:00 named"}},
		{"a.com", {"15 July 2018, 09:25 CET", "- 2018-07-15T09:25 doubtful"}},
		{"a.com", {"0725 CST (1325 GMT) Nov 15, 2018", "- 2018-11-15T07:25-06:00 clocks"}},
		{"a.com", {"0725 CST (2325 GMT) Nov 15, 2018", "- 2018-11-15T07:25+08:00 clocks"}},
		{"a.com", {"HKT 0725 (2225 GMT) Nov 15, 2018", "- 2018-11-15T07:25 doubtful"}},
		{"a.fr", {"15 mars 2018 09:25 est paru", "- 2018-03-15T09:25"}},
		{"a.com", {"2018-11-15 09:25 UTC+8", "- 2018-11-15T09:25+08:00"}},
		{"a.com", {"2018-11-15 09:25 (GMT+0800)", "- 2018-11-15T09:25+08:00"}},
		{"a.com", {"2018-11-15 09:25-10:30", "- 2018-11-15T09:25"}},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct date_hints h = {.host = str_c(cases[i].host)};
		assert_string_equal(what(&a, cases[i].line.text, &h), cases[i].line.want);
	}
}

static void test_the_zone_of_the_page_is_used_and_recorded(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct date_hints h = {.has_zone = true, .zone_min = 480};
	assert_string_equal(what(&a, "2018-11-15 09:25", &h), "- 2018-11-15T09:25+08:00 page");
	assert_string_equal(what(&a, "2018-11-15 09:25 GMT", &h), "- 2018-11-15T09:25Z");
	assert_string_equal(what(&a, "2018-11-15", &h), "- 2018-11-15");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_without_hints),
		cmocka_unit_test(test_hints_settle_the_order_of_numbers),
		cmocka_unit_test(test_zones_by_country_rule_and_season),
		cmocka_unit_test(test_the_zone_of_the_page_is_used_and_recorded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
