/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/time.h"

#define NS 1000000000ll

struct reading {
	const char *in;
	bool ok;
	int64_t ns;
	enum precision precision;
	unsigned digits;
	bool zone;
	int offset;
};

static void check(const struct reading *c, size_t n, bool (*parse)(struct str, struct instant *))
{
	for (size_t i = 0; i < n; i++) {
		struct instant t = {.ns = 77};
		bool ok = parse(str_c(c[i].in), &t);
		if (ok != c[i].ok)
			fail_msg("'%s' is %s", c[i].in, ok ? "read" : "refused");
		if (!ok) {
			assert_int_equal(t.ns, 77); /* outputs are written on success only */
			continue;
		}
		if (t.ns != c[i].ns)
			fail_msg("'%s' is %lld", c[i].in, (long long)t.ns);
		assert_int_equal(t.precision, c[i].precision);
		assert_int_equal(t.digits, c[i].digits);
		assert_int_equal(t.has_zone, c[i].zone);
		assert_int_equal(t.offset_min, c[i].offset);
	}
}

static void test_iso_stamps_mean_what_they_say(void **unused)
{
	(void)unused;
	static const struct reading cases[] = {
		{"1970", true, 0, PRECISION_YEAR, 0, false, 0},
		{"1970-02", true, 31 * 86400 * NS, PRECISION_MONTH, 0, false, 0},
		{"1969-12-31", true, -86400 * NS, PRECISION_DAY, 0, false, 0},
		{"2018-11-15 09:25:09-05", true, 1542291909 * NS, PRECISION_SECOND, 0, true, -300},
		{"2018-11-15T14:25:09Z", true, 1542291909 * NS, PRECISION_SECOND, 0, true, 0},
		{"2018-11-15T19:55:09+05:30", true, 1542291909 * NS, PRECISION_SECOND, 0, true, 330},
		{"2018-11-15T19:55:09+0530", true, 1542291909 * NS, PRECISION_SECOND, 0, true, 330},
		{"2019-08-15T01:02", true, 1565830920 * NS, PRECISION_MINUTE, 0, false, 0},
		{"2019-08-15T01:02-00:00", true, 1565830920 * NS, PRECISION_MINUTE, 0, true, 0},
		{"2019-08-15T01:02:00.5", true, 1565830920 * NS + NS / 2, PRECISION_NANO, 1, false, 0},
		{"2019-08-15T01:02:00,250Z", true, 1565830920 * NS + NS / 4, PRECISION_NANO, 3, true, 0},
		{"2019-08-15T01:02:00.123456789012Z", true, 1565830920 * NS + 123456789, PRECISION_NANO, 9, true, 0},
		{"2000-02-29T23:59:60Z", true, 951868799 * NS, PRECISION_SECOND, 0, true, 0},
		{"2018-01-01T00:00+23:59", true, (1514764800 - 1439 * 60) * NS, PRECISION_MINUTE, 0, true, 1439},
		{"2262-04-11T23:47:16.854775807Z", true, INT64_MAX, PRECISION_NANO, 9, true, 0},
		{"2262-04-11T23:47:16.854775808Z", false, 0, 0, 0, 0, 0},
		{"2262-04-11T23:47:16.854775807-00:01", false, 0, 0, 0, 0, 0},
		{"1677-09-21T00:12:44Z", true, -9223372036 * NS, PRECISION_SECOND, 0, true, 0},
		{"1677-09-21T00:12:44+00:01", false, 0, 0, 0, 0, 0},
		{"1677-09-21T00:12:42Z", false, 0, 0, 0, 0, 0},
		{"2100-02-29", false, 0, 0, 0, 0, 0},
		{"2019-00-01", false, 0, 0, 0, 0, 0},
		{"2019-04-31", false, 0, 0, 0, 0, 0},
		{"2019-04-00", false, 0, 0, 0, 0, 0},
		{"2019-04-30T23:60", false, 0, 0, 0, 0, 0},
		{"2019-04-30T23:59:61", false, 0, 0, 0, 0, 0},
		{"2019-04-30T", false, 0, 0, 0, 0, 0},
		{"2019-04-30T01:02:", false, 0, 0, 0, 0, 0},
		{"2019-04-30  01:02", false, 0, 0, 0, 0, 0},
		{"2019-04-30T01:02+1", false, 0, 0, 0, 0, 0},
		{"2019-04-30T01:02+01:", false, 0, 0, 0, 0, 0},
		{"2019-04-30T01:02+01:60", false, 0, 0, 0, 0, 0},
		{"2019-04-30T01:02ZZ", false, 0, 0, 0, 0, 0},
		{"2019-04-30Z", false, 0, 0, 0, 0, 0},
		{"2019Z", false, 0, 0, 0, 0, 0},
		{"+2019", false, 0, 0, 0, 0, 0},
		{"20190430", false, 0, 0, 0, 0, 0},
		{" 2019", false, 0, 0, 0, 0, 0},
		{"2019 ", false, 0, 0, 0, 0, 0},
		{"2019-", false, 0, 0, 0, 0, 0},
	};
	check(cases, ARRAY_LEN(cases), instant_parse_iso);
}

static void test_digits_are_utc(void **unused)
{
	(void)unused;
	static const struct reading cases[] = {
		{"1970", true, 0, PRECISION_YEAR, 0, true, 0},
		{"197002", true, 31 * 86400 * NS, PRECISION_MONTH, 0, true, 0},
		{"19700102", true, 86400 * NS, PRECISION_DAY, 0, true, 0},
		{"1970010201", true, 90000 * NS, PRECISION_DAY, 0, true, 0},
		{"197001020102", true, 90120 * NS, PRECISION_MINUTE, 0, true, 0},
		{"19700102010203", true, 90123 * NS, PRECISION_SECOND, 0, true, 0},
		{"19700102010203004", true, 90123 * NS + 4000000, PRECISION_NANO, 3, true, 0},
		{"", false, 0, 0, 0, 0, 0},
		{"197", false, 0, 0, 0, 0, 0},
		{"19701", false, 0, 0, 0, 0, 0},
		{"197001020102030", false, 0, 0, 0, 0, 0},
		{"1970010201020300", false, 0, 0, 0, 0, 0},
		{"197001020102030040", false, 0, 0, 0, 0, 0},
		{"19700102010260", false, 0, 0, 0, 0, 0},
		{"19701302", false, 0, 0, 0, 0, 0},
		{"1970010x", false, 0, 0, 0, 0, 0},
		{"19700100000000", false, 0, 0, 0, 0, 0},
	};
	check(cases, ARRAY_LEN(cases), instant_parse_digits);
}

static void test_http_dates_are_gmt(void **unused)
{
	(void)unused;
	static const struct reading cases[] = {
		{"Thu, 01 Jan 1970 00:00:00 GMT", true, 0, PRECISION_SECOND, 0, true, 0},
		{" Sun, 06 Nov 1994 08:49:37 GMT ", true, 784111777 * NS, PRECISION_SECOND, 0, true, 0},
		{"06 Nov 1994 08:49:37 GMT", true, 784111777 * NS, PRECISION_SECOND, 0, true, 0},
		{"Sun, 06 nov 1994 08:49:37 GMT", false, 0, 0, 0, 0, 0},
		{"Sun, 06 ovD 1994 08:49:37 GMT", false, 0, 0, 0, 0, 0},
		{"Sun, 6 Nov 1994 08:49:37 GMT", false, 0, 0, 0, 0, 0},
		{"Sunday, 06-Nov-94 08:49:37 GMT", false, 0, 0, 0, 0, 0},
		{"Sun Nov  6 08:49:37 1994", false, 0, 0, 0, 0, 0},
		{"Sun, 06 Nov 1994 08:49:37 UTC", false, 0, 0, 0, 0, 0},
		{"Sun, 06 Nov 1994 08:49:37 GMT+1", false, 0, 0, 0, 0, 0},
		{"Sun, 31 Nov 1994 08:49:37 GMT", false, 0, 0, 0, 0, 0},
		{"Sun, 06 N", false, 0, 0, 0, 0, 0},
		{"", false, 0, 0, 0, 0, 0},
		{"0", false, 0, 0, 0, 0, 0},
	};
	check(cases, ARRAY_LEN(cases), instant_parse_http);
}

static void test_an_instant_ends_with_its_precision(void **unused)
{
	(void)unused;
	static const struct {
		const char *in;
		const char *last; /* the same, to the nanosecond */
	} cases[] = {
		{"2026", "2026-12-31T23:59:59.999999999Z"},
		{"2026-11", "2026-11-30T23:59:59.999999999Z"},
		{"2024-02", "2024-02-29T23:59:59.999999999Z"},
		{"2100-02", "2100-02-28T23:59:59.999999999Z"},
		{"2026-11-25", "2026-11-25T23:59:59.999999999Z"},
		{"1969-12-31", "1969-12-31T23:59:59.999999999Z"},
		{"2026-11-25T12:58Z", "2026-11-25T12:58:59.999999999Z"},
		{"2026-11-25T00:58+05:30", "2026-11-25T00:58:59.999999999+05:30"},
		{"2026-11-25T23:58-05:00", "2026-11-25T23:58:59.999999999-05:00"},
		{"2026-11-25T12:58:07Z", "2026-11-25T12:58:07.999999999Z"},
		{"2026-11-25T12:58:07.25Z", "2026-11-25T12:58:07.259999999Z"},
		{"1969-12-31T23:59:59.9Z", "1969-12-31T23:59:59.999999999Z"},
		{"2026-11-25T12:58:07.123456789Z", "2026-11-25T12:58:07.123456789Z"},
		{"2262", "2262-04-11T23:47:16.854775807Z"},
		{"2262-04-11", "2262-04-11T23:47:16.854775807Z"},
		{"2262-04-11T20:47:16-03:00", "2262-04-11T23:47:16.854775807Z"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct instant t;
		struct instant last;
		assert_true(instant_parse_iso(str_c(cases[i].in), &t));
		assert_true(instant_parse_iso(str_c(cases[i].last), &last));
		if (instant_end(t) != last.ns)
			fail_msg("'%s' ends %lld", cases[i].in, (long long)instant_end(t));
	}
	struct instant hour;
	assert_true(instant_parse_digits(STR("1970010201"), &hour)); /* said to be a day */
	assert_int_equal(instant_end(hour), 2 * 86400 * NS - 1);
}

static void test_what_is_written_reads_back(void **unused)
{
	(void)unused;
	static const int64_t at[] = {0, -1, 1, 951868800 * NS, 951868799 * NS + 999999999, -9223372036 * NS, INT64_MAX};
	static const int offset[] = {0, 330, -300, 1439, -1439};
	for (size_t i = 0; i < ARRAY_LEN(at); i++)
		for (size_t k = 0; k < ARRAY_LEN(offset); k++)
			for (unsigned digits = 1; digits <= 9; digits++) {
				AUTO(arena) a = {0};
				struct instant t = {at[i], PRECISION_NANO, (uint8_t)digits, true, (int16_t)offset[k]};
				struct instant again;
				if (i >= 5 && offset[k])
					continue; /* over the end of 64 bits */
				assert_true(instant_parse_iso(instant_iso(&a, t), &again));
				assert_true(again.ns <= t.ns);
				assert_string_equal(
					str_cstr(&a, instant_iso(&a, again)), str_cstr(&a, instant_iso(&a, t)));
				assert_true(digits < 9 || again.ns == t.ns);
			}
	AUTO(arena) a = {0};
	assert_int_equal(instant_iso(&a, (struct instant){0}).n, 0);
	assert_string_equal(str_cstr(&a, instant_14(&a, INT64_MAX)), "22620411234716");
	assert_string_equal(str_cstr(&a, instant_utc(&a, INT64_MAX, 9)), "2262-04-11T23:47:16.854775807Z");
	assert_string_equal(str_cstr(&a, instant_utc(&a, INT64_MIN, 0)), "1677-09-21T00:12:43Z");
}

static void test_every_day_of_the_calendar_follows_the_one_before(void **unused)
{
	(void)unused;
	struct civil was = civil_from_ns(-106000ll * 86400 * NS);
	for (int64_t day = -105999; day < 106000; day++) {
		int64_t ns = 0;
		struct civil c = civil_from_ns(day * 86400 * NS);
		assert_true(civil_to_ns(&c, &ns) && ns == day * 86400 * NS);
		bool next_day = c.day == was.day + 1 && c.month == was.month && c.year == was.year;
		bool next_month = c.day == 1 && was.day >= 28 &&
			((c.month == was.month + 1 && c.year == was.year) ||
				(c.month == 1 && was.month == 12 && c.year == was.year + 1));
		assert_true(next_day || next_month);
		was = c;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_iso_stamps_mean_what_they_say),
		cmocka_unit_test(test_digits_are_utc),
		cmocka_unit_test(test_http_dates_are_gmt),
		cmocka_unit_test(test_an_instant_ends_with_its_precision),
		cmocka_unit_test(test_what_is_written_reads_back),
		cmocka_unit_test(test_every_day_of_the_calendar_follows_the_one_before),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
