/* SPDX-License-Identifier: Apache-2.0 */
/* Days: year, month and day in all the orders that languages have, and what settles the order of bare numbers. */
#include "formats/date/date_int.h"

#define DAY_NS (86400ll * 1000000000ll)

bool date_language_is(const struct date_hints *h, const char *two)
{
	return h && str_istarts(h->language, str_c(two)) &&
		(h->language.n == 2 || h->language.p[2] == '-' || h->language.p[2] == '_');
}

static struct str country(const struct date_hints *h)
{
	size_t dot = h ? h->host.n : 0;
	while (dot > 0 && h->host.p[dot - 1] != '.')
		dot--;
	return dot ? str_from(h->host, dot) : STR("");
}

bool date_country_is(const struct date_hints *h, const char *tld)
{
	return str_ieq(country(h), str_c(tld));
}

static bool in_list(struct str s, const char *list)
{
	struct str rest = str_c(list);
	while (rest.n)
		if (str_ieq(str_cut(&rest, ' '), s))
			return true;
	return false;
}

enum order {
	ORDER_UNKNOWN,
	ORDER_DMY,
	ORDER_MDY,
	ORDER_YMD,
};

/* The country speaks first, since pages in English of all countries call themselves en-US. */
static enum order numeric_order(const struct date_hints *h, bool year_last)
{
	struct str tld = country(h);
	if (in_list(tld, "us gov mil edu ph"))
		return ORDER_MDY;
	if (in_list(tld, "cn tw jp kr hu lt mn ir"))
		return year_last ? ORDER_DMY : ORDER_YMD;
	/* two letters that are sold to everybody, or where both orders are in use, say nothing */
	if (tld.n == 2 && !in_list(tld, "ca io co tv me ai cc ws fm ly to gg im la vc nu st pw tk ms am bz sh eu"))
		return ORDER_DMY;
	if (!h || h->language.n < 2)
		return ORDER_UNKNOWN;
	if (date_language_is(h, "en")) {
		struct str region = str_from(h->language, 3);
		if (str_ieq(region, STR("us")) || str_ieq(region, STR("ph")))
			return ORDER_MDY;
		return region.n != 2 || str_ieq(region, STR("ca")) ? ORDER_UNKNOWN : ORDER_DMY;
	}
	if (in_list(str_sub(h->language, 0, 2), "zh ja ko hu lt mn fa"))
		return year_last ? ORDER_DMY : ORDER_YMD;
	return ORDER_DMY;
}

static bool is_possible(const struct date_hints *h, int64_t year, unsigned month, unsigned day)
{
	struct civil c = {.year = year, .month = month, .day = day};
	int64_t ns = 0;
	if (year < 1900 || year > 2100 || !civil_to_ns(&c, &ns))
		return false;
	return !h || !h->captured_ns || ns - h->captured_ns <= DAY_NS;
}

/* A year of four digits: itself, or what stands for it in another calendar. */
static bool four_digits(uint64_t n, struct day *d)
{
	d->calendar = CALENDAR_GREGORIAN;
	d->year = (int64_t)n;
	if (n >= 1900 && n <= 2100)
		return true;
	if (n >= 2443 && n <= 2643) { /* Buddhist */
		d->year -= 543;
		return true;
	}
	if (n < 1300 || n > 1500)
		return false;
	d->calendar = CALENDAR_OTHER;
	return true;
}

static bool persian(const struct date_hints *h)
{
	return date_language_is(h, "fa") || date_language_is(h, "ps") || date_country_is(h, "ir") ||
		date_country_is(h, "af");
}

/* A year of 1300 to 1500 with a month's number: Jalali where that is in use, or where it is before 1400 and written
 * with Persian digits, U+06F0 to U+06F9; Hijri elsewhere. */
static bool finish_numeric(struct lexer *l, size_t i, struct day *d)
{
	d->numeric = true;
	bool digits = d->year < 1400 && l->s.p[date_token(l, i)->from] == '\xdb';
	if (d->calendar == CALENDAR_OTHER && (digits || persian(l->hints))) {
		d->calendar = CALENDAR_GREGORIAN;
		return date_from_jalali(d->year, d->month, d->day, d);
	}
	if (d->calendar == CALENDAR_OTHER)
		return d->month >= 1 && d->month <= 12 && d->day >= 1 && d->day <= 30;
	return date_day_exists(d->year, d->month, d->day);
}

static bool number_at(struct lexer *l, size_t i, unsigned max_digits, uint64_t *ret)
{
	const struct token *t = date_token(l, i);
	if (t->kind != TOKEN_NUMBER || t->digits > max_digits)
		return false;
	*ret = t->n;
	return true;
}

static bool year_at(struct lexer *l, size_t i, uint64_t *ret)
{
	const struct token *t = date_token(l, i);
	*ret = t->n;
	return t->kind == TOKEN_NUMBER && t->digits == 4;
}

static bool unit_at(struct lexer *l, size_t i, int unit)
{
	int value = 0;
	return date_word_is(l, i, WORD_UNIT, &value) && value == unit;
}

/* A number is the middle of something longer when digits stand right before it. */
static bool is_torn(struct lexer *l, size_t i)
{
	if (i < 2 || !date_joined(l, i) || date_token(l, i - 1)->kind != TOKEN_PUNCT)
		return false;
	char c = date_token(l, i - 1)->c;
	if (c == '$' || c == '#' || c == '_' || c == '=')
		return true;
	return (c == '.' || c == '-' || c == '/' || c == ':' || c == ',') && date_joined(l, i - 1) &&
		date_number(l, i - 2);
}

struct month {
	unsigned n;
	enum word_class class;
};

/* A month's name, or "tháng 11"; "15 نوفمبر/تشرين الثاني" names it twice. */
static bool month_at(struct lexer *l, size_t i, struct month *ret, size_t *ret_end)
{
	static const uint8_t classes[] = {WORD_MONTH_CROATIAN, WORD_MONTH, WORD_THAI, WORD_JALALI, WORD_HIJRI};
	int value = 0;
	uint64_t n = 0;
	for (size_t k = 0; k < ARRAY_LEN(classes); k++) {
		enum word_class class = (enum word_class)classes[k];
		if (class == WORD_MONTH_CROATIAN && !date_language_is(l->hints, "hr") &&
			!date_language_is(l->hints, "bs"))
			continue;
		if (!date_word_is(l, i, class, &value))
			continue;
		ret->n = (unsigned)value;
		ret->class = class;
		int again = 0;
		bool twice = (date_punct(l, i + 1, '/') || date_punct(l, i + 1, '(')) &&
			date_word_is(l, i + 2, class, &again) && again == value;
		*ret_end = i + (twice ? 3 + date_punct(l, i + 3, ')') : 1);
		return true;
	}
	/* 月 stands behind its number */
	if (!unit_at(l, i, 2) || l->s.p[date_token(l, i)->from] < 0 || !number_at(l, i + 1, 2, &n) || n < 1 || n > 12)
		return false;
	*ret = (struct month){(unsigned)n, WORD_MONTH};
	*ret_end = i + 2;
	return true;
}

static size_t skip_marks(struct lexer *l, size_t i, const char *marks, size_t max)
{
	for (; max; max--, i++) {
		const struct token *t = date_token(l, i);
		if (t->kind != TOKEN_PUNCT || !t->c || !strchr(marks, t->c))
			break;
	}
	return i;
}

static size_t skip_fill(struct lexer *l, size_t i, size_t max)
{
	while (max && date_word(l, i, WORD_FILL) && !date_word(l, i, WORD_MONTH)) {
		i++;
		max--;
	}
	return i;
}

/* Sets the year that stands with a month's name. */
static bool named_year(const struct month *m, uint64_t n, struct day *d)
{
	d->month = m->n;
	d->year = (int64_t)n;
	d->calendar = CALENDAR_GREGORIAN;
	switch ((int)m->class) {
	case WORD_JALALI:
		return date_from_jalali((int64_t)n, m->n, d->day ? d->day : 1, d);
	case WORD_HIJRI:
		d->calendar = CALENDAR_OTHER;
		return n >= 1300 && n <= 1500;
	case WORD_THAI:
		if (n >= 2443 && n <= 2643)
			d->year -= 543;
		break;
	default:
		break;
	}
	return d->year >= 1900 && d->year <= 2100 && date_day_exists(d->year, d->month, d->day ? d->day : 1);
}

/* True when a clock begins at the number i, so that it is no year. */
static bool is_clock(struct lexer *l, size_t i)
{
	if (date_punct(l, i + 1, ':') && date_joined(l, i + 1) && date_number(l, i + 2))
		return true;
	if (date_token(l, i)->digits == 4)
		return false;
	return date_word(l, i + 1, WORD_H) || date_word(l, i + 1, WORD_UHR) || date_word(l, i + 1, WORD_AMPM) ||
		unit_at(l, i + 1, 4) || (date_punct(l, i + 1, '.') && date_joined(l, i + 1) && date_number(l, i + 2));
}

static uint64_t century(uint64_t yy)
{
	return yy + (yy < 70 ? 2000 : 1900);
}

/* The year behind "15 November" or "November 15" at token i: "2018", ", 2018", "de 2018", "'18", "-18". */
static bool year_behind(struct lexer *l, size_t i, const struct month *m, struct day *d, size_t *ret_end)
{
	uint64_t n = 0;
	size_t at = skip_marks(l, i, ".,-/", 2);
	bool comma = at > i && (date_punct(l, i, ',') || date_punct(l, at - 1, ','));
	bool joined = at > i && !date_punct(l, i, '.') && !date_punct(l, i, ',') && date_joined(l, at);
	at = skip_fill(l, at, 2);
	if (unit_at(l, at, 1))
		at++;
	at = skip_marks(l, at, ",", 1);
	bool quoted = date_punct(l, at, '\'') && date_joined(l, at + 1);
	at += quoted;
	if (!date_number(l, at) || is_clock(l, at))
		return false;
	const struct token *t = date_token(l, at);
	n = t->n;
	bool goes_on = date_punct(l, at + 1, '.') && date_joined(l, at + 1) && date_token(l, at + 2)->kind != TOKEN_END;
	if (t->digits == 2 && m->class == WORD_MONTH && (quoted || joined || (t->spaced && !comma && !goes_on))) {
		n = century(n);
		if (!is_possible(l->hints, (int64_t)n, m->n, d->day))
			return false;
	} else if (t->digits != 4) {
		return false;
	}
	struct day full = *d;
	if (!named_year(m, n, &full))
		return false;
	at++;
	if (date_punct(l, at, '-') && unit_at(l, at + 1, 1))
		at++;
	if (unit_at(l, at, 1))
		at++;
	*d = full;
	*ret_end = at;
	return true;
}

/* 15 November [2018], 15. 11月 is none */
static bool day_month(struct lexer *l, size_t i, struct day *ret, size_t *ret_end)
{
	uint64_t n = 0;
	struct month m;
	if (!number_at(l, i, 2, &n) || n < 1 || n > 31 || is_torn(l, i))
		return false;
	struct day d = {.day = (unsigned)n};
	size_t at = i + 1;
	if (date_joined(l, at) && date_word(l, at, WORD_ORDINAL) && !date_word(l, at, WORD_MONTH))
		at++;
	at = skip_marks(l, at, ".,-/*", 2);
	at = skip_fill(l, at, 2);
	if (!month_at(l, at, &m, &at))
		return false;
	d.month = m.n;
	*ret_end = at;
	if (!year_behind(l, at, &m, &d, ret_end) && m.class == WORD_HIJRI)
		d.calendar = CALENDAR_OTHER;
	else if (d.year == 0 && m.class != WORD_MONTH && m.class != WORD_THAI)
		return false;
	*ret = d;
	return true;
}

/* November 15[, 2018]; November 2018 */
static bool month_day(struct lexer *l, size_t i, struct day *ret, size_t *ret_end)
{
	uint64_t n = 0;
	struct month m;
	struct month other;
	struct day d = {.day = 0};
	size_t at = i;
	if (!month_at(l, i, &m, &at))
		return false;
	size_t bare = at;
	at = skip_marks(l, at, ".,-/", 2);
	at = skip_fill(l, at, 1);
	if (year_at(l, at, &n) && !is_clock(l, at) && named_year(&m, n, &d)) {
		/* a number before it that is no day: something else is said */
		if (m.class == WORD_JALALI || m.class == WORD_HIJRI || (i > 0 && date_number(l, i - 1)))
			return false;
		*ret = d;
		*ret_end = at + 1;
		return true;
	}
	if (bare < at && !number_at(l, at, 2, &n))
		at = skip_marks(l, bare, ".,-/", 2);
	if (!number_at(l, at, 2, &n) || n < 1 || n > 31 || is_clock(l, at))
		return false;
	d.day = (unsigned)n;
	d.month = m.n;
	at++;
	if (date_joined(l, at) && date_word(l, at, WORD_ORDINAL))
		at++;
	if (date_punct(l, at, '-') && unit_at(l, at + 1, 3))
		at += 2;
	size_t behind = skip_marks(l, at, ".", 1);
	if (month_at(l, behind, &other, &behind))
		return false;
	*ret_end = at;
	if (!year_behind(l, at, &m, &d, ret_end) && m.class != WORD_MONTH)
		return false;
	*ret = d;
	return true;
}

/* 2018年11月15日, 2018-يىلى 11-ئاينىڭ 15-كۈنى, at the token behind the year's unit */
static bool units(struct lexer *l, size_t at, struct day *d, size_t *ret_end)
{
	uint64_t n = 0;
	at = skip_marks(l, at, ",", 1);
	if (!number_at(l, at, 2, &n))
		return false;
	at++;
	at += date_punct(l, at, '-') && unit_at(l, at + 1, 2);
	if (!unit_at(l, at, 2) || n < 1 || n > 12)
		return false;
	d->month = (unsigned)n;
	*ret_end = ++at;
	d->numeric = true;
	if (!number_at(l, at, 2, &n))
		return date_day_exists(d->year, d->month, 1);
	at++;
	at += date_punct(l, at, '-') && unit_at(l, at + 1, 3);
	d->day = (unsigned)n;
	*ret_end = unit_at(l, at, 3) ? at + 1 : at;
	return finish_numeric(l, at - 1, d);
}

/* 2018 November 15; 2018. gada 15. novembris; 2018-يىلى 15-نويابىر */
static bool year_named(struct lexer *l, size_t at, uint64_t year, struct day *d, size_t *ret_end)
{
	uint64_t n = 0;
	uint64_t later = 0;
	struct month m;
	at = skip_marks(l, at, ".,-/", 1);
	at = skip_fill(l, at, 1);
	at = skip_marks(l, at, ".,", 1);
	if (month_at(l, at, &m, &at)) {
		at = skip_marks(l, at, ".,-/", 1);
		if (!number_at(l, at, 2, &n))
			return false;
		at++;
	} else {
		if (!number_at(l, at, 2, &n))
			return false;
		at = skip_marks(l, at + 1, ".-", 1);
		if (!month_at(l, at, &m, &at))
			return false;
	}
	/* "in 2018, March 15, 2019" */
	if (n < 1 || n > 31 || year_at(l, skip_marks(l, at, ",", 1), &later))
		return false;
	d->day = (unsigned)n;
	at += date_punct(l, at, '-') && unit_at(l, at + 1, 3);
	*ret_end = unit_at(l, at, 3) ? at + 1 : at;
	return named_year(&m, year, d);
}

/* The two marks between three numbers at i, i + 2 and i + 4 are the same, and nothing numeric goes on behind. */
static bool three_numbers(struct lexer *l, size_t i, char *ret_mark)
{
	const struct token *mark = date_token(l, i + 1);
	if (mark->kind != TOKEN_PUNCT || !mark->c || !strchr("-./", mark->c) || !date_punct(l, i + 3, mark->c))
		return false;
	char c = mark->c;
	if (!date_number(l, i + 2) || !date_number(l, i + 4) || is_torn(l, i))
		return false;
	bool dense = date_joined(l, i + 1) && date_joined(l, i + 3);
	if (c != '/' ? !dense : dense != (date_joined(l, i + 2) && date_joined(l, i + 4)))
		return false;
	*ret_mark = c;
	return !(date_punct(l, i + 5, c) && date_joined(l, i + 5) && date_joined(l, i + 6) && date_number(l, i + 6) &&
		!date_punct(l, i + 7, ':'));
}

static bool year_first(struct lexer *l, size_t i, struct day *ret, size_t *ret_end)
{
	uint64_t n = 0;
	uint64_t month = 0;
	uint64_t day = 0;
	char mark = 0;
	struct day d = {.day = 0};
	if (!year_at(l, i, &n) || is_torn(l, i))
		return false;
	bool known = four_digits(n, &d);
	size_t unit = i + 1 + (date_punct(l, i + 1, '-') && unit_at(l, i + 2, 1));
	if (unit_at(l, unit, 1)) {
		if ((known && units(l, unit + 1, &d, ret_end)) || year_named(l, unit + 1, n, &d, ret_end)) {
			*ret = d;
			return true;
		}
		return false;
	}
	if (known && three_numbers(l, i, &mark) && number_at(l, i + 2, 2, &month) && number_at(l, i + 4, 2, &day)) {
		d.month = (unsigned)month;
		d.day = (unsigned)day;
		*ret = d;
		*ret_end = i + 5;
		return finish_numeric(l, i, ret);
	}
	d = (struct day){.day = 0};
	if (!year_named(l, i + 1, n, &d, ret_end))
		return false;
	*ret = d;
	return true;
}

struct reading {
	int64_t year;
	unsigned month, day;
};

/* Of the readings of three numbers those that can be; one is taken, two are kept as ambiguous. */
static bool settle(struct lexer *l, struct reading *r, size_t n, unsigned weekday, struct day *d)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		bool same = kept && r[0].year == r[i].year && r[0].month == r[i].month && r[0].day == r[i].day;
		if (!same && is_possible(l->hints, r[i].year, r[i].month, r[i].day))
			r[kept++] = r[i];
	}
	size_t fit = 0;
	size_t which = 0;
	for (size_t i = 0; weekday && i < kept; i++) {
		if (date_weekday(r[i].year, r[i].month, r[i].day) != weekday)
			continue;
		fit++;
		which = i;
	}
	if (fit == 1) {
		r[0] = r[which];
		kept = 1;
	}
	if (kept == 0)
		return false;
	*d = (struct day){.year = r[0].year, .month = r[0].month, .day = r[0].day, .numeric = true};
	if (kept > 1) {
		d->ambiguous = true;
		d->other_year = r[1].year;
		d->other_month = r[1].month;
		d->other_day = r[1].day;
	}
	return true;
}

static bool two_digits(struct lexer *l, size_t i, char mark)
{
	bool full = date_token(l, i)->digits == 2 && date_token(l, i + 2)->digits == 2;
	return date_token(l, i + 4)->digits == 2 && (mark == '/' || full);
}

/* 15.11.2018, 11/15/2018, 15-11-18 */
static bool year_last(struct lexer *l, size_t i, unsigned weekday, struct day *ret, size_t *ret_end)
{
	uint64_t a = 0;
	uint64_t b = 0;
	uint64_t c = 0;
	char mark = 0;
	if (!number_at(l, i, 2, &a) || !three_numbers(l, i, &mark) || !number_at(l, i + 2, 2, &b))
		return false;
	bool four = year_at(l, i + 4, &c);
	if (!four && !two_digits(l, i, mark))
		return false;
	*ret_end = i + 5;
	struct day d = {.day = (unsigned)a, .month = (unsigned)b};
	if (four && !four_digits(c, &d))
		return false;
	if (four && d.calendar == CALENDAR_OTHER) {
		*ret = d;
		return finish_numeric(l, i, ret);
	}
	struct reading dmy = {four ? d.year : (int64_t)century(c), (unsigned)b, (unsigned)a};
	struct reading mdy = {dmy.year, (unsigned)a, (unsigned)b};
	struct reading ymd = {(int64_t)century(a), (unsigned)b, (unsigned)c};
	enum order order = numeric_order(l->hints, four);
	/* who writes the day first never writes the month first; a number over 12 where the month should be shows that
	 * the page's language or country says nothing about its stamps */
	struct reading r[3];
	size_t n = 0;
	if (order == ORDER_YMD || (order == ORDER_UNKNOWN && !four))
		r[n++] = ymd;
	if (order != ORDER_YMD && (order != ORDER_MDY || a > 12))
		r[n++] = dmy;
	if (order != ORDER_YMD && (order != ORDER_DMY || b > 12))
		r[n++] = mdy;
	return settle(l, r, n, weekday, ret);
}

/* 平成30年11月15日, 民國107年11月15日 */
static bool era(struct lexer *l, size_t i, struct day *ret, size_t *ret_end)
{
	int first = 0;
	uint64_t n = 0;
	if (!date_word_is(l, i, WORD_ERA, &first) || !number_at(l, i + 1, 3, &n) || n < 1 || !unit_at(l, i + 2, 1))
		return false;
	struct day d = {.year = first + (int64_t)n};
	if (d.year > 2100 || !units(l, i + 3, &d, ret_end))
		return false;
	*ret = d;
	return true;
}

/* 11月15日 */
static bool month_units(struct lexer *l, size_t i, struct day *ret, size_t *ret_end)
{
	struct day d = {.year = 2000}; /* a leap year, to see whether the day is one */
	if (is_torn(l, i) || !unit_at(l, i + 1, 2) || !units(l, i, &d, ret_end) || !d.day)
		return false;
	d.year = 0;
	*ret = d;
	return true;
}

static bool without_weekday(struct lexer *l, size_t i, unsigned weekday, struct day *ret, size_t *ret_end)
{
	return year_first(l, i, ret, ret_end) || year_last(l, i, weekday, ret, ret_end) ||
		day_month(l, i, ret, ret_end) || month_day(l, i, ret, ret_end) || month_units(l, i, ret, ret_end) ||
		era(l, i, ret, ret_end);
}

bool date_day(struct lexer *l, size_t i, struct day *ret, size_t *ret_end)
{
	int weekday = 0;
	if (without_weekday(l, i, 0, ret, ret_end))
		return true;
	if (!date_word_is(l, i, WORD_WEEKDAY, &weekday))
		return false;
	/* "so" is Saturday in Czech and Sunday in German: a short name settles nothing */
	const struct token *t = date_token(l, i);
	unsigned sure = t->to - t->from > 2 ? (unsigned)weekday : 0;
	size_t at = skip_marks(l, i + 1, ".,-|)(/", 2);
	at = skip_fill(l, at, 2);
	return without_weekday(l, at, sure, ret, ret_end);
}
