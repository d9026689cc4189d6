/* SPDX-License-Identifier: Apache-2.0 */
/* From the name of a zone to its offset at a local time. Daylight saving by two rules only, that of the United States
 * (Uniform Time Act as amended in 1986 and 2005) and that of the European Union (directives 94/21/EC to 2000/84/EC,
 * 1996 on); before the years named in date.h a rule gives nothing. */
#include "formats/date/date_int.h"

/* The day of the month of the n-th Sunday (n > 0), or of the last one (n = 0) in a month of 31 days. */
static unsigned sunday(int64_t year, unsigned month, unsigned n)
{
	unsigned first = 8 - date_weekday(year, month, 1);
	if (n)
		return first + 7 * (n - 1);
	while (first + 7 <= 31)
		first += 7;
	return first;
}

/* minutes since the year began, months counted as 31 days: only for comparing */
static int64_t moment(unsigned month, unsigned day, unsigned hour, unsigned minute)
{
	return (((int64_t)month * 31 + day) * 24 + hour) * 60 + minute;
}

enum season {
	SEASON_UNKNOWN,
	SEASON_STANDARD,
	SEASON_DAYLIGHT,
	SEASON_BOTH, /* the hour that is there twice */
};

/* `spring` and `autumn` are the local times, as the clock shows them before the change, when it is moved. */
static enum season season(const struct civil *t, int64_t spring, int64_t autumn)
{
	int64_t now = moment(t->month, t->day, t->hour, t->minute);
	if (now < spring || now >= autumn)
		return SEASON_STANDARD;
	if (now < spring + 60)
		return SEASON_UNKNOWN; /* there is no such time */
	return now >= autumn - 60 ? SEASON_BOTH : SEASON_DAYLIGHT;
}

static enum season american(const struct civil *t)
{
	if (t->year < 1987)
		return SEASON_UNKNOWN;
	bool old = t->year < 2007;
	int64_t spring = old ? moment(4, sunday(t->year, 4, 1), 2, 0) : moment(3, sunday(t->year, 3, 2), 2, 0);
	int64_t autumn = old ? moment(10, sunday(t->year, 10, 0), 2, 0) : moment(11, sunday(t->year, 11, 1), 2, 0);
	return season(t, spring, autumn);
}

static enum season european(const struct civil *t, unsigned standard_hours)
{
	if (t->year < 1996)
		return SEASON_UNKNOWN;
	return season(t, moment(3, sunday(t->year, 3, 0), 1 + standard_hours, 0),
		moment(10, sunday(t->year, 10, 0), 2 + standard_hours, 0));
}

static const int16_t STANDARD[] = {
	[RULE_EASTERN] = -300,
	[RULE_CENTRAL] = -360,
	[RULE_MOUNTAIN] = -420,
	[RULE_PACIFIC] = -480,
	[RULE_ALASKA] = -540,
	[RULE_UK] = 0,
	[RULE_WEST_EUROPE] = 0,
	[RULE_CENTRAL_EUROPE] = 60,
	[RULE_EAST_EUROPE] = 120,
};

static enum season season_of(int rule, const struct civil *t)
{
	return rule <= RULE_ALASKA ? american(t) : european(t, (unsigned)STANDARD[rule] / 60);
}

static bool by_rule(struct zone *z, const struct civil *t, int *ret)
{
	enum season s = season_of(z->rule, t);
	if (s != SEASON_STANDARD && s != SEASON_DAYLIGHT)
		return false;
	*ret = STANDARD[z->rule] + (s == SEASON_DAYLIGHT ? 60 : 0);
	return true;
}

static bool is_daylight(int rule, const struct civil *t)
{
	return season_of(rule, t) == SEASON_DAYLIGHT;
}

/* By where the page is from. */
static bool by_country(int doubt, const struct civil *t, const struct date_hints *h, int *ret)
{
	switch (doubt) {
	case DOUBT_BST:
		if (!date_country_is(h, "uk") || !is_daylight(RULE_UK, t))
			return false;
		*ret = 60;
		return true;
	case DOUBT_IST:
		if (date_country_is(h, "in")) {
			*ret = 330;
			return true;
		}
		if (!date_country_is(h, "ie") || !is_daylight(RULE_UK, t))
			return false;
		*ret = 60;
		return true;
	case DOUBT_CST:
		if (!date_country_is(h, "cn") && !date_country_is(h, "tw"))
			return false;
		*ret = 480;
		return true;
	default:
		return false;
	}
}

bool date_zone_offset(struct zone *z, const struct civil *local, const struct date_hints *h, int *ret)
{
	int other = 0;
	bool known = false;
	switch ((int)z->kind) {
	case DATE_ZONE_OFFSET:
		*ret = z->offset;
		known = true;
		break;
	case DATE_ZONE_NAMED:
		*ret = z->offset;
		known = z->rule < 0 || !by_rule(z, local, &other) || other == z->offset;
		break;
	case DATE_ZONE_RULE:
		known = by_rule(z, local, ret);
		break;
	case DATE_ZONE_DOUBTFUL:
		known = by_country(z->doubt, local, h, ret);
		if (known)
			z->kind = DATE_ZONE_COUNTRY;
		break;
	default:
		return false;
	}
	if (!known)
		z->kind = DATE_ZONE_DOUBTFUL;
	return known;
}

const char *date_zone_name(enum date_zone z)
{
	static const char *const names[] = {"none", "offset", "named", "rule", "country", "clocks", "page", "doubtful"};
	return names[z];
}
