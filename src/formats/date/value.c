/* SPDX-License-Identifier: Apache-2.0 */
/* Values of attributes and of JSON, and URL paths. */
#include "formats/date/date_int.h"

#define EPOCH_OLDEST 788918400ull  /* 1995-01-01 */
#define EPOCH_NEWEST 4102444800ull /* 2100-01-01 */
#define VALUE_MAX 256u

static bool epoch(struct str s, struct date_stamp *ret)
{
	uint64_t n = 0;
	uint64_t part = 0;
	size_t dot = str_chr(s, '.', 0);
	if (dot < s.n && (s.n - dot > 10 || !str_to_u64(str_from(s, dot + 1), &part)))
		return false;
	if (!str_to_u64(str_sub(s, 0, dot), &n))
		return false;
	bool ms = n / 1000 >= EPOCH_OLDEST;
	if (n / (ms ? 1000 : 1) < EPOCH_OLDEST || n / (ms ? 1000 : 1) >= EPOCH_NEWEST)
		return false;
	ret->kind = DATE_INSTANT;
	ret->zone = DATE_ZONE_OFFSET;
	ret->is_numeric = true;
	ret->t = (struct instant){.ns = (int64_t)n * (ms ? 1000000ll : 1000000000ll),
		.precision = ms && n % 1000 ? PRECISION_NANO : PRECISION_SECOND,
		.digits = ms && n % 1000 ? 3 : 0,
		.has_zone = true};
	return true;
}

static bool digits_at(struct str s, size_t at, size_t n, unsigned *ret)
{
	uint64_t v = 0;
	if (at + n > s.n || !str_to_u64(str_sub(s, at, at + n), &v))
		return false;
	*ret = (unsigned)v;
	return true;
}

static size_t digit_run(struct str s, size_t at)
{
	while (at < s.n && ascii_digit(s.p[at]))
		at++;
	return at;
}

/* 20181115, 20181115T0925, 20181115T092509 and the fourteen digits of it, a zone behind: written out, and read so. */
static bool compact(struct str s, const struct date_hints *h, struct date_stamp *ret)
{
	static const char *const marks[15] = {[4] = "-", [6] = "-", [8] = "T", [10] = ":", [12] = ":"};
	char iso[64];
	size_t n = 0;
	unsigned year = 0;
	size_t digits = digit_run(s, 0);
	bool parted = digits == 8 && s.n > 8 && (s.p[8] == 'T' || s.p[8] == 't' || s.p[8] == ' ' || s.p[8] == '-');
	size_t clock = parted ? 9 : 8;
	size_t end = digit_run(s, clock);
	bool shape = (digits == 8 && (parted || s.n == 8)) || digits == 12 || digits == 14;
	if (!shape || (end != clock && end - clock != 4 && end - clock != 6) || s.n - end > 20 ||
		!digits_at(s, 0, 4, &year) || year < 1900 || year > 2100)
		return false;
	for (size_t i = 0; i < end; i++) {
		size_t place = i - (parted && i > 8);
		if (parted && i == 8)
			continue;
		if (marks[place])
			iso[n++] = marks[place][0];
		iso[n++] = s.p[i];
	}
	memcpy(iso + n, s.p + end, s.n - end);
	struct date_stamp found[2];
	struct str text = str_mem(iso, n + s.n - end);
	if (date_find(text, h, found, 2) != 1 || found[0].kind != DATE_INSTANT)
		return false;
	*ret = found[0];
	ret->zone_name = STR("");
	return true;
}

static bool has_digit(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (ascii_digit(s.p[i]))
			return true;
	return false;
}

bool date_parse_value(struct str s, const struct date_hints *hints, struct date_stamp *ret)
{
	struct date_stamp found[4];
	struct date_stamp one = {.kind = DATE_PARTIAL};
	s = str_trim(s);
	while (s.n && (s.p[0] == '"' || s.p[0] == '\''))
		s = str_trim(str_from(s, 1));
	while (s.n && (s.p[s.n - 1] == '"' || s.p[s.n - 1] == '\''))
		s = str_trim(str_sub(s, 0, s.n - 1));
	if (s.n == 0 || s.n > VALUE_MAX)
		return false;
	if (instant_parse_iso(s, &one.t)) {
		int64_t year = civil_from_ns(one.t.ns).year;
		if (year < 1900 || year > 2100)
			return false;
		one.kind = DATE_INSTANT;
		one.zone = one.t.has_zone ? DATE_ZONE_OFFSET : DATE_ZONE_NONE;
		one.is_numeric = true;
	} else if (!epoch(s, &one) && !compact(s, hints, &one)) {
		size_t n = date_find(s, hints, found, ARRAY_LEN(found));
		if (n != 1 || has_digit(str_sub(s, 0, found[0].from)) || has_digit(str_from(s, found[0].to)))
			return false;
		one = found[0];
	}
	one.from = 0;
	one.to = s.n;
	one.label_from = one.label_to = 0;
	*ret = one;
	return true;
}

static bool is_day(unsigned y, unsigned m, unsigned d)
{
	return y >= 1990 && y <= 2100 && date_day_exists(y, m, d);
}

/* /20181115, /2018/1115: the month and the day in one number. */
static size_t path_compact(struct str s, size_t at, unsigned y, unsigned *m, unsigned *d)
{
	unsigned both = 0;
	bool slash = at + 4 < s.n && s.p[at + 4] == '/';
	size_t from = at + 4 + slash;
	if (!digits_at(s, from, 4, &both) || (slash && from + 4 < s.n && ascii_digit(s.p[from + 4])))
		return 0;
	*m = both / 100;
	*d = both % 100;
	return is_day(y, *m, *d) ? from + 4 : 0;
}

static size_t one_or_two(struct str s, size_t at, unsigned *ret)
{
	return digits_at(s, at, 2, ret) ? 2 : digits_at(s, at, 1, ret) ? 1 : 0;
}

/* What date begins at `at` of the path: its end, 0 when there is none. */
static size_t path_date(struct str s, size_t at, unsigned *y, unsigned *m, unsigned *d)
{
	*d = 0;
	if (!digits_at(s, at, 4, y))
		return 0;
	size_t end = path_compact(s, at, *y, m, d);
	char c = at + 4 < s.n ? s.p[at + 4] : 0;
	if (end || (c != '/' && c != '-' && c != '_'))
		return end;
	size_t n = one_or_two(s, at + 5, m);
	*d = 0;
	if (!n || *m < 1 || *m > 12 || *y < 1990 || *y > 2100)
		return 0;
	end = at + 5 + n;
	char c2 = end < s.n ? s.p[end] : 0;
	if (c2 == c || (c == '-' && c2 == '/')) { /* /2018-11/15/ */
		size_t day = one_or_two(s, end + 1, d);
		bool more = end + 1 + day < s.n && ascii_digit(s.p[end + 1 + day]);
		if (day && !more && is_day(*y, *m, *d))
			return end + 1 + day;
		*d = 0;
	}
	return c == '/' && n == 2 && (c2 == '/' || c2 == 0) ? end : 0;
}

/* 29-10-2021 in the last part of a path, where only one of its numbers can be the month. */
static size_t path_day_first(struct str s, size_t at, unsigned *y, unsigned *m, unsigned *d)
{
	unsigned a = 0;
	unsigned b = 0;
	char c = at + 2 < s.n ? s.p[at + 2] : 0;
	if (!digits_at(s, at, 2, &a) || (c != '-' && c != '_' && c != '.') || !digits_at(s, at + 3, 2, &b) ||
		at + 5 >= s.n || s.p[at + 5] != c || !digits_at(s, at + 6, 4, y))
		return 0;
	if ((at + 10 < s.n && ascii_digit(s.p[at + 10])) || (a > 12) == (b > 12))
		return 0;
	*d = a > 12 ? a : b;
	*m = a > 12 ? b : a;
	return is_day(*y, *m, *d) ? at + 10 : 0;
}

bool date_in_path(struct str path, struct date_stamp *ret)
{
	bool any = false;
	path = str_sub(path, 0, 4096);
	for (size_t i = 0; i < path.n;) {
		if (!ascii_digit(path.p[i])) {
			i++;
			continue;
		}
		unsigned y = 0;
		unsigned m = 0;
		unsigned d = 0;
		size_t run = i;
		while (run < path.n && ascii_digit(path.p[run]))
			run++;
		size_t end = path_date(path, i, &y, &m, &d);
		if (run - i == 2)
			end = path_day_first(path, i, &y, &m, &d);
		bool whole = run - i == 2 || run - i == 4 || run - i == 8 || run - i == 12 || run - i == 14;
		struct civil c = {.year = y, .month = m, .day = d ? d : 1};
		int64_t ns = 0;
		bool better = !any || d || ret->t.precision == PRECISION_MONTH;
		if (end && whole && better && civil_to_ns(&c, &ns)) {
			*ret = (struct date_stamp){.kind = DATE_INSTANT, .is_numeric = true, .from = i, .to = end};
			ret->t = (struct instant){.ns = ns, .precision = d ? PRECISION_DAY : PRECISION_MONTH};
			any = true;
		}
		i = end > run ? end : run;
	}
	return any;
}
