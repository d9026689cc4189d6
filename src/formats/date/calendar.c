/* SPDX-License-Identifier: Apache-2.0 */
/* Calendars that are converted exactly. Buddhist, Minguo and Japanese years differ by a number only. */
#include "formats/date/date_int.h"

#define DAY_NS (86400ll * 1000000000ll)

static bool day_number(int64_t year, unsigned month, unsigned day, int64_t *ret)
{
	struct civil c = {.year = year, .month = month, .day = day};
	int64_t ns = 0;
	if (!civil_to_ns(&c, &ns))
		return false;
	/* midnight, so the division is exact */
	*ret = ns / DAY_NS;
	return true;
}

bool date_day_exists(int64_t year, unsigned month, unsigned day)
{
	int64_t n = 0;
	return day_number(year, month, day, &n);
}

unsigned date_weekday(int64_t year, unsigned month, unsigned day)
{
	int64_t n = 0;
	if (!day_number(year, month, day, &n))
		return 0;
	return (unsigned)(((n + 3) % 7 + 7) % 7) + 1; /* 1970-01-01 was a Thursday */
}

/* Leap years of 1300 to 1450, which is 1921 to 2072: the calendar of Iran's law, by the equinox in Teheran. They come
 * every four years, and five years after those listed. */
static bool jalali_leap(int64_t year)
{
	static const uint16_t late[] = {1309, 1342, 1375, 1408, 1441};
	int64_t last = 1276;
	for (size_t i = 0; i < ARRAY_LEN(late); i++) {
		if (year == late[i] - 1)
			return false;
		if (year >= late[i])
			last = late[i];
	}
	return (year - last) % 4 == 0;
}

bool date_from_jalali(int64_t year, unsigned month, unsigned day, struct day *ret)
{
	if (year < 1300 || year > 1450 || month < 1 || month > 12 || day < 1)
		return false;
	unsigned days = month <= 6 ? 31 : month <= 11 || jalali_leap(year) ? 30 : 29;
	int64_t n = 0;
	if (day > days || !day_number(1921, 3, 21, &n)) /* 1 Farvardin 1300 */
		return false;
	for (int64_t y = 1300; y < year; y++)
		n += jalali_leap(y) ? 366 : 365;
	n += month <= 7 ? (int64_t)(month - 1) * 31 : 186 + (int64_t)(month - 7) * 30;
	struct civil c = civil_from_ns((n + (int64_t)day - 1) * DAY_NS);
	ret->year = c.year;
	ret->month = c.month;
	ret->day = c.day;
	return true;
}
