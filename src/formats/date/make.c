/* SPDX-License-Identifier: Apache-2.0 */
/* From a day and a clock to an instant. */
#include "formats/date/date_int.h"

#define MINUTE_NS (60ll * 1000000000ll)

static bool set_instant(struct civil c, bool has_zone, int offset, struct instant *t)
{
	int64_t ns = 0;
	if (c.day == 0)
		c.day = 1;
	if (!civil_to_ns(&c, &ns) || __builtin_sub_overflow(ns, (int64_t)offset * MINUTE_NS, &ns))
		return false;
	t->ns = ns;
	t->has_zone = has_zone;
	t->offset_min = (int16_t)offset;
	return true;
}

/* Two clocks of one moment: they confirm the zone of the first, or give it. */
static bool second_clock(struct clock *c, const struct civil *local, const struct date_hints *h, int *ret)
{
	int first = 0;
	int second = 0;
	int apart = (int)(c->hour * 60 + c->minute) - (int)(c->hour2 * 60 + c->minute2);
	struct zone z2 = c->zone2;
	bool known = c->zone.kind != DATE_ZONE_NONE && date_zone_offset(&c->zone, local, h, &first);
	if (!date_zone_offset(&z2, local, h, &second)) {
		*ret = first;
		return known;
	}
	if (known) {
		int rest = (apart - (first - second)) % (24 * 60);
		c->zone.kind = rest == 0 ? DATE_ZONE_CLOCKS : DATE_ZONE_DOUBTFUL;
		*ret = first;
		return rest == 0;
	}
	first = apart + second;
	while (first < -12 * 60)
		first += 24 * 60;
	while (first > 14 * 60)
		first -= 24 * 60;
	/* -12 to -10 and +12 to +14 show the same clock */
	if (first <= -10 * 60 || first >= 12 * 60 || first % 15)
		return false;
	c->zone.kind = DATE_ZONE_CLOCKS;
	*ret = first;
	return true;
}

static void set_zone(struct lexer *l, struct clock *c, const struct civil *local, struct date_stamp *ret,
	int *ret_offset, bool *ret_known)
{
	const struct date_hints *h = l->hints;
	*ret_known = false;
	*ret_offset = 0;
	if (c->zone.kind != DATE_ZONE_NONE || c->second_clock) {
		*ret_known = c->second_clock ? second_clock(c, local, h, ret_offset)
					     : date_zone_offset(&c->zone, local, h, ret_offset);
		ret->zone_name = str_sub(l->s, c->zone.from, c->zone.to);
		ret->zone = c->zone.kind;
	} else if (h && h->has_zone) {
		*ret_known = true;
		*ret_offset = h->zone_min;
		ret->zone = DATE_ZONE_PAGE;
	}
	if (!*ret_known)
		*ret_offset = 0;
}

bool date_make(struct lexer *l, const struct day *d, const struct clock *clock, struct date_stamp *ret)
{
	struct civil c = {.year = d->year, .month = d->month, .day = d->day};
	struct clock k = {.precision = PRECISION_NONE};
	bool known = false;
	int offset = 0;
	ret->is_numeric = d->numeric;
	if (d->calendar == CALENDAR_OTHER || d->year == 0) {
		ret->kind = d->calendar == CALENDAR_OTHER ? DATE_CALENDAR : DATE_PARTIAL;
		return true;
	}
	ret->kind = d->ambiguous ? DATE_AMBIGUOUS : DATE_INSTANT;
	ret->t.precision = d->day ? PRECISION_DAY : PRECISION_MONTH;
	if (clock && clock->precision != PRECISION_NONE && d->day) {
		k = *clock;
		c.hour = k.hour;
		c.minute = k.minute;
		c.second = k.second;
		c.nano = k.nano;
		ret->t.precision = k.precision;
		ret->t.digits = k.digits;
		set_zone(l, &k, &c, ret, &offset, &known);
	}
	if (!set_instant(c, known, offset, &ret->t))
		return false;
	if (d->ambiguous) {
		struct civil other = c;
		other.year = d->other_year;
		other.month = d->other_month;
		other.day = d->other_day;
		ret->other = ret->t;
		return set_instant(other, known, offset, &ret->other);
	}
	return true;
}
