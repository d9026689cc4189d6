/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"

#include "base/arena.h"
#include "base/buf.h"

#define NS 1000000000ll
#define DAY_NS (86400ll * NS)

/* Days since 1970-01-01; years counted from March, so that the leap day is last (era of 400 years). */
static int64_t days_from_civil(int64_t y, unsigned m, unsigned d)
{
	y -= m <= 2;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t mp = (m + 9) % 12;
	int64_t doy = (153 * mp + 2) / 5 + (int64_t)d - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

static unsigned month_days(int64_t y, unsigned m)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
	return m == 2 && leap ? 29 : days[m - 1];
}

bool civil_to_ns(const struct civil *c, int64_t *ret_ns)
{
	if (c->year < 1 || c->year > 9999 || c->month < 1 || c->month > 12 || c->day < 1)
		return false;
	if (c->day > month_days(c->year, c->month) || c->hour > 23 || c->minute > 59 || c->second > 59)
		return false;
	if (c->nano >= NS)
		return false;
	int64_t s = days_from_civil(c->year, c->month, c->day) * 86400 + (int64_t)c->hour * 3600 +
		(int64_t)c->minute * 60 + (int64_t)c->second;
	int64_t ns = 0;
	/* 64-bit nanoseconds reach from 1677 to 2262 */
	if (!mul_ok(s, NS, &ns) || !add_ok(ns, (int64_t)c->nano, &ns))
		return false;
	*ret_ns = ns;
	return true;
}

struct civil civil_from_ns(int64_t ns)
{
	int64_t days = ns / DAY_NS;
	int64_t rest = ns % DAY_NS;
	if (rest < 0) {
		rest += DAY_NS;
		days--;
	}
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	unsigned m = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
	int64_t s = rest / NS;
	return (struct civil){
		.year = yoe + era * 400 + (m <= 2),
		.month = m,
		.day = (unsigned)(doy - (153 * mp + 2) / 5 + 1),
		.hour = (unsigned)(s / 3600),
		.minute = (unsigned)(s / 60 % 60),
		.second = (unsigned)(s % 60),
		.nano = (uint32_t)(rest % NS),
	};
}

/* Exactly n digits at the front of *s. */
static bool digits(struct str *s, size_t n, unsigned *ret)
{
	uint64_t v = 0;
	if (s->n < n || !str_to_u64(str_sub(*s, 0, n), &v))
		return false;
	*ret = (unsigned)v;
	*s = str_from(*s, n);
	return true;
}

static bool eat(struct str *s, char c)
{
	if (!s->n || s->p[0] != c)
		return false;
	*s = str_from(*s, 1);
	return true;
}

static bool zone(struct str *s, struct instant *t)
{
	if (!s->n)
		return true;
	if (eat(s, 'Z') || eat(s, 'z')) {
		t->has_zone = true;
		return true;
	}
	bool west = s->p[0] == '-';
	if (!eat(s, '-') && !eat(s, '+'))
		return false;
	unsigned h = 0;
	unsigned m = 0;
	if (!digits(s, 2, &h))
		return false;
	if (s->n) {
		(void)eat(s, ':');
		if (!digits(s, 2, &m))
			return false;
	}
	if (h > 23 || m > 59)
		return false;
	int off = (int)(h * 60 + m);
	t->offset_min = (int16_t)(west ? -off : off);
	t->has_zone = true;
	return true;
}

static bool fraction(struct str *s, struct civil *c, struct instant *t)
{
	size_t n = 0;
	uint64_t v = 0;
	while (n < s->n && ascii_digit(s->p[n]))
		n++;
	if (n == 0)
		return false;
	size_t kept = size_min(n, 9);
	if (!str_to_u64(str_sub(*s, 0, kept), &v))
		return false;
	for (size_t i = kept; i < 9; i++)
		v *= 10;
	c->nano = (uint32_t)v;
	t->digits = (uint8_t)kept;
	t->precision = PRECISION_NANO;
	*s = str_from(*s, n);
	return true;
}

static bool clock_part(struct str *s, struct civil *c, struct instant *t)
{
	if (!digits(s, 2, &c->hour) || !eat(s, ':') || !digits(s, 2, &c->minute))
		return false;
	t->precision = PRECISION_MINUTE;
	if (eat(s, ':')) {
		if (!digits(s, 2, &c->second))
			return false;
		t->precision = PRECISION_SECOND;
		if (c->second == 60)
			c->second = 59;
		if ((eat(s, '.') || eat(s, ',')) && !fraction(s, c, t))
			return false;
	}
	return zone(s, t);
}

static bool finish(const struct civil *c, struct instant *t, struct instant *ret)
{
	int64_t ns = 0;
	if (!civil_to_ns(c, &ns))
		return false;
	int64_t shift = (int64_t)t->offset_min * 60 * NS;
	if (__builtin_sub_overflow(ns, shift, &t->ns))
		return false;
	*ret = *t;
	return true;
}

bool instant_parse_iso(struct str s, struct instant *ret)
{
	struct civil c = {.month = 1, .day = 1};
	struct instant t = {.precision = PRECISION_YEAR};
	unsigned year = 0;
	if (!digits(&s, 4, &year))
		return false;
	c.year = year;
	if (eat(&s, '-')) {
		if (!digits(&s, 2, &c.month))
			return false;
		t.precision = PRECISION_MONTH;
		if (eat(&s, '-')) {
			if (!digits(&s, 2, &c.day))
				return false;
			t.precision = PRECISION_DAY;
			if ((eat(&s, 'T') || eat(&s, 't') || eat(&s, ' ')) && !clock_part(&s, &c, &t))
				return false;
		}
	}
	return s.n == 0 && finish(&c, &t, ret);
}

bool instant_parse_digits(struct str s, struct instant *ret)
{
	struct civil c = {.month = 1, .day = 1};
	struct instant t = {.precision = PRECISION_YEAR, .has_zone = true};
	unsigned year = 0;
	unsigned ms = 0;
	if (s.n < 4 || s.n > 17 || s.n == 15 || s.n == 16 || (s.n < 14 && s.n % 2))
		return false;
	if (!digits(&s, 4, &year))
		return false;
	c.year = year;
	const struct {
		unsigned *to;
		enum precision precision;
	} part[] = {
		{&c.month, PRECISION_MONTH},
		{&c.day, PRECISION_DAY},
		{&c.hour, PRECISION_DAY},
		{&c.minute, PRECISION_MINUTE},
		{&c.second, PRECISION_SECOND},
	};
	for (size_t i = 0; i < ARRAY_LEN(part) && s.n; i++) {
		if (!digits(&s, 2, part[i].to))
			return false;
		t.precision = part[i].precision;
	}
	if (s.n) {
		if (!digits(&s, 3, &ms))
			return false;
		c.nano = ms * 1000000u;
		t.precision = PRECISION_NANO;
		t.digits = 3;
	}
	return finish(&c, &t, ret);
}

bool instant_parse_http(struct str s, struct instant *ret)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct civil c = {0};
	struct instant t = {.precision = PRECISION_SECOND, .has_zone = true};
	unsigned year = 0;
	s = str_trim(s);
	size_t comma = str_chr(s, ',', 0);
	if (comma < s.n)
		s = str_trim(str_from(s, comma + 1));
	if (!digits(&s, 2, &c.day) || !eat(&s, ' ') || s.n < 3)
		return false;
	size_t m = str_find(str_c(months), str_sub(s, 0, 3), 0);
	if (m % 3 || m >= sizeof(months) - 1)
		return false;
	c.month = (unsigned)(m / 3) + 1;
	s = str_from(s, 3);
	if (!eat(&s, ' ') || !digits(&s, 4, &year) || !eat(&s, ' '))
		return false;
	c.year = year;
	if (!digits(&s, 2, &c.hour) || !eat(&s, ':') || !digits(&s, 2, &c.minute) || !eat(&s, ':') ||
		!digits(&s, 2, &c.second))
		return false;
	if (c.second == 60)
		c.second = 59;
	return str_eq(s, STR(" GMT")) && finish(&c, &t, ret);
}

int64_t instant_end(struct instant t)
{
	int64_t shift = (int64_t)t.offset_min * 60 * NS;
	struct civil c = civil_from_ns(t.ns + shift);
	uint32_t unit = NS;
	int64_t ns = 0;
	if (t.precision <= PRECISION_YEAR)
		c.month = 12;
	if (t.precision <= PRECISION_MONTH)
		c.day = month_days(c.year, c.month);
	if (t.precision <= PRECISION_DAY) {
		c.hour = 23;
		c.minute = 59;
	}
	if (t.precision <= PRECISION_MINUTE)
		c.second = 59;
	for (unsigned i = 0; t.precision == PRECISION_NANO && i < t.digits; i++)
		unit /= 10;
	c.nano = c.nano / unit * unit + unit - 1;
	if (!civil_to_ns(&c, &ns) || __builtin_sub_overflow(ns, shift, &ns))
		return INT64_MAX;
	return ns;
}

static void add_clock(struct buf *b, const struct civil *c, bool seconds, unsigned ndigits)
{
	buf_addf(b, "T%02u:%02u", c->hour, c->minute);
	if (seconds)
		buf_addf(b, ":%02u", c->second);
	if (ndigits) {
		uint32_t v = c->nano;
		for (unsigned i = ndigits; i < 9; i++)
			v /= 10;
		buf_addf(b, ".%0*u", (int)ndigits, v);
	}
}

struct str instant_iso(struct arena *a, struct instant t)
{
	if (t.precision == PRECISION_NONE)
		return STR("");
	AUTO(buf) b = {0};
	buf_init(&b, 64);
	struct civil c = civil_from_ns(t.ns + (int64_t)t.offset_min * 60 * NS);
	buf_addf(&b, "%04u", (unsigned)c.year);
	if (t.precision >= PRECISION_MONTH)
		buf_addf(&b, "-%02u", c.month);
	if (t.precision >= PRECISION_DAY)
		buf_addf(&b, "-%02u", c.day);
	if (t.precision >= PRECISION_MINUTE) {
		add_clock(&b, &c, t.precision >= PRECISION_SECOND, t.precision == PRECISION_NANO ? t.digits : 0);
		unsigned off = (unsigned)(t.offset_min < 0 ? -t.offset_min : t.offset_min);
		if (t.has_zone && off == 0)
			buf_addc(&b, 'Z');
		else if (t.has_zone)
			buf_addf(&b, "%c%02u:%02u", t.offset_min < 0 ? '-' : '+', off / 60, off % 60);
	}
	return str_dup(a, buf_str(&b));
}

struct str instant_utc(struct arena *a, int64_t ns, unsigned ndigits)
{
	return instant_iso(a,
		(struct instant){
			.ns = ns,
			.precision = ndigits ? PRECISION_NANO : PRECISION_SECOND,
			.digits = (uint8_t)ndigits,
			.has_zone = true,
		});
}

struct str instant_14(struct arena *a, int64_t ns)
{
	struct civil c = civil_from_ns(ns);
	return str_fmt(a, "%04u%02u%02u%02u%02u%02u", (unsigned)c.year, c.month, c.day, c.hour, c.minute, c.second);
}
