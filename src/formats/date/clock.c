/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks of 12 and 24 hours, and the zone that stands with them. */
#include "formats/date/date_int.h"

static struct str token_text(struct lexer *l, size_t i)
{
	const struct token *t = date_token(l, i);
	return str_sub(l->s, t->from, t->to);
}

static bool two_digits(struct lexer *l, size_t i, unsigned max, unsigned *ret)
{
	const struct token *t = date_token(l, i);
	if (t->kind != TOKEN_NUMBER || t->digits != 2 || t->n > max)
		return false;
	*ret = (unsigned)t->n;
	return true;
}

static bool hour_at(struct lexer *l, size_t i, unsigned *ret)
{
	const struct token *t = date_token(l, i);
	if (t->kind != TOKEN_NUMBER || t->digits > 2 || t->n > 23)
		return false;
	*ret = (unsigned)t->n;
	return true;
}

/* "am" is a preposition in German, "em" one in Portuguese. */
static bool ampm_at(struct lexer *l, size_t i, int *ret)
{
	static const struct {
		const char *word;
		const char *language; /* "!xx": in all but that */
	} only[] = {{"am", "!de"}, {"em", "sv"}, {"fm", "sv"}, {"sa", "vi"}, {"ch", "vi"}, {"os", "tr"}, {"oo", "tr"}};
	if (!date_word_is(l, i, WORD_AMPM, ret))
		return false;
	const char *text = DATE_WORDS[date_token(l, i)->word].text;
	for (size_t k = 0; k < ARRAY_LEN(only); k++) {
		if (strcmp(text, only[k].word) != 0)
			continue;
		bool not = only[k].language[0] == '!';
		return date_language_is(l->hints, only[k].language + not ) != not ;
	}
	return true;
}

/* [+-]05, +0530, +5:30; a sign before the last number of a range is no zone */
static bool offset_at(struct lexer *l, size_t i, bool exact, int *ret, size_t *ret_end)
{
	bool west = date_punct(l, i, '-');
	const struct token *t = date_token(l, i + 1);
	if ((!west && !date_punct(l, i, '+')) || !date_number(l, i + 1) || t->spaced)
		return false;
	unsigned h = (unsigned)t->n;
	unsigned m = 0;
	size_t end = i + 2;
	if (t->digits == 4) {
		h = (unsigned)(t->n / 100);
		m = (unsigned)(t->n % 100);
	} else if (t->digits > 2 || (west && !exact)) {
		return false;
	} else if (date_punct(l, end, ':') && date_joined(l, end) && two_digits(l, end + 1, 59, &m)) {
		end += 2;
	}
	/* a date follows: "09:25 -15.11.2018" */
	bool longer = date_joined(l, end) && date_number(l, end + 1) &&
		(date_punct(l, end, '.') || date_punct(l, end, '/') || date_punct(l, end, '-'));
	if (h > 14 || m > 59 || m % 15 || longer)
		return false;
	*ret = (int)(h * 60 + m) * (west ? -1 : 1);
	*ret_end = end;
	return true;
}

/* Short names are words too ("est", "et", "pt"): they count in capitals, and in small letters after a.m. and p.m. */
static bool is_zone_name(struct lexer *l, size_t i, bool after_ampm)
{
	struct str s = token_text(l, i);
	if (s.n > 4 || !str_is_ascii(s))
		return true;
	if (s.n == 1)
		return date_joined(l, i);
	bool capitals = true;
	for (size_t k = 0; k < s.n; k++)
		capitals = capitals && s.p[k] >= 'A' && s.p[k] <= 'Z';
	return capitals || str_ieq(s, STR("gmt")) || str_ieq(s, STR("utc")) ||
		(after_ampm && !date_language_is(l->hints, "fr")) || (s.p[0] >= 'A' && s.p[0] <= 'Z' && s.n == 3);
}

static bool named_zone(struct lexer *l, size_t i, bool after_ampm, struct zone *z)
{
	int value = 0;
	const struct token *t = date_token(l, i);
	*z = (struct zone){.rule = -1, .doubt = -1, .from = t->from, .to = t->to};
	if (t->kind != TOKEN_WORD || !is_zone_name(l, i, after_ampm))
		return false;
	if (date_word_is(l, i, WORD_ZONE_DOUBT, &z->doubt)) {
		z->kind = DATE_ZONE_DOUBTFUL;
	} else if (date_word_is(l, i, WORD_ZONE, &z->offset)) {
		z->kind = z->offset ? DATE_ZONE_NAMED : DATE_ZONE_OFFSET;
		if (date_word_is(l, i, WORD_ZONE_SEASON, &value))
			z->rule = value;
		if (z->rule >= 0)
			z->kind = DATE_ZONE_NAMED;
	} else if (date_word_is(l, i, WORD_ZONE_RULE, &z->rule)) {
		z->kind = DATE_ZONE_RULE;
	} else {
		return false;
	}
	return true;
}

/* What stands behind a clock: "Z", "-0500", "GMT+8", "(HKT)", "uur CET". `exact`: seconds are there, so a sign means an
 * offset. */
static bool zone_at(struct lexer *l, size_t i, bool exact, bool after_ampm, struct zone *z, size_t *ret_end)
{
	int offset = 0;
	size_t at = i;
	bool open = date_punct(l, at, '(');
	at += open;
	const struct token *t = date_token(l, at);
	size_t from = t->from;
	if (offset_at(l, at, exact || (open && !date_number(l, at)), &offset, &at)) {
		*z = (struct zone){.kind = DATE_ZONE_OFFSET, .offset = offset, .rule = -1, .doubt = -1};
	} else if (named_zone(l, at, after_ampm, z)) {
		at++;
		if (z->kind == DATE_ZONE_OFFSET && offset_at(l, at, true, &offset, &at))
			z->offset = offset;
	} else {
		return false;
	}
	if (open && !date_punct(l, at, ')'))
		return false;
	z->from = from;
	z->to = date_token(l, at - 1)->to;
	*ret_end = at + open;
	return true;
}

bool date_zone(struct lexer *l, size_t i, struct zone *ret, size_t *ret_end)
{
	return zone_at(l, i, false, false, ret, ret_end);
}

/* ":25:09.123" behind the hour */
static bool colon_clock(struct lexer *l, size_t i, struct clock *c, size_t *ret_end)
{
	if (!hour_at(l, i, &c->hour) || !date_punct(l, i + 1, ':') || !date_joined(l, i + 1) ||
		!two_digits(l, i + 2, 59, &c->minute))
		return false;
	c->precision = PRECISION_MINUTE;
	size_t at = i + 3;
	if (date_punct(l, at, ':') && date_joined(l, at) && two_digits(l, at + 1, 60, &c->second)) {
		c->second -= c->second == 60;
		c->precision = PRECISION_SECOND;
		at += 2;
		const struct token *t = date_token(l, at + 1);
		if ((date_punct(l, at, '.') || date_punct(l, at, ',')) && date_joined(l, at) &&
			t->kind == TOKEN_NUMBER && !t->spaced && t->digits <= 18) {
			uint64_t n = t->n;
			unsigned digits = t->digits;
			for (; digits > 9; digits--)
				n /= 10;
			c->digits = (uint8_t)digits;
			for (; digits < 9; digits++)
				n *= 10;
			c->nano = (uint32_t)n;
			c->precision = PRECISION_NANO;
			at += 2;
		}
	}
	*ret_end = at;
	return true;
}

static bool unit_at(struct lexer *l, size_t i, int unit)
{
	int value = 0;
	return date_word_is(l, i, WORD_UNIT, &value) && value == unit;
}

/* 9時25分30秒, 9h25, 9 h 25 min */
static bool unit_clock(struct lexer *l, size_t i, struct clock *c, size_t *ret_end)
{
	bool units = unit_at(l, i + 1, 4);
	if (!hour_at(l, i, &c->hour) || (!units && !date_word(l, i + 1, WORD_H)))
		return false;
	const struct token *m = date_token(l, i + 2);
	if (m->kind != TOKEN_NUMBER || m->digits > 2 || m->n > 59 || (!units && m->digits != 2))
		return false;
	size_t at = i + 3;
	if (units && !unit_at(l, at, 5))
		return false;
	c->minute = (unsigned)m->n;
	c->precision = PRECISION_MINUTE;
	c->strong = true;
	at += units || date_word(l, at, WORD_MIN);
	const struct token *s = date_token(l, at);
	if (units && s->kind == TOKEN_NUMBER && s->digits <= 2 && s->n < 60 && unit_at(l, at + 1, 6)) {
		c->second = (unsigned)s->n;
		c->precision = PRECISION_SECOND;
		at += 2;
	}
	*ret_end = at;
	return true;
}

/* 9.25 where a word says that it is a clock */
static bool dot_clock(struct lexer *l, size_t i, bool before, struct clock *c, size_t *ret_end)
{
	int half = 0;
	if (!hour_at(l, i, &c->hour) || !date_punct(l, i + 1, '.') || !date_joined(l, i + 1) ||
		!date_joined(l, i + 2) || !two_digits(l, i + 2, 59, &c->minute))
		return false;
	struct zone z;
	size_t end = 0;
	bool after = date_word(l, i + 3, WORD_UHR) || ampm_at(l, i + 3, &half) ||
		(date_token(l, i + 3)->kind == TOKEN_WORD && zone_at(l, i + 3, false, false, &z, &end));
	bool longer = date_punct(l, i + 3, '.') && date_joined(l, i + 3) && date_number(l, i + 4);
	if ((!before && !after) || longer)
		return false;
	c->precision = PRECISION_MINUTE;
	*ret_end = i + 3;
	return true;
}

/* 0725 beside the name of a zone */
static bool four_digit_clock(struct lexer *l, size_t i, bool zone_before, struct clock *c, size_t *ret_end)
{
	struct zone z;
	size_t end = 0;
	const struct token *t = date_token(l, i);
	if (t->kind != TOKEN_NUMBER || t->digits != 4 || t->n / 100 > 23 || t->n % 100 > 59)
		return false;
	if (unit_at(l, i + 1, 1) ||
		(date_token(l, i + 1)->kind == TOKEN_PUNCT && date_joined(l, i + 1) && date_joined(l, i + 2) &&
			date_number(l, i + 2)))
		return false; /* it is a year */
	bool hours = date_joined(l, i + 1) && (date_word(l, i + 1, WORD_H) || date_word(l, i + 1, WORD_UHR));
	if (!zone_before && !hours &&
		!(date_token(l, i + 1)->kind == TOKEN_WORD && zone_at(l, i + 1, false, false, &z, &end)))
		return false;
	c->hour = (unsigned)(t->n / 100);
	c->minute = (unsigned)(t->n % 100);
	c->precision = PRECISION_MINUTE;
	*ret_end = i + 1;
	return true;
}

/* 7 p.m., 9 Uhr: an hour alone gives no minute. The words belong to the stamp all the same. */
static bool hour_alone(struct lexer *l, size_t i, bool half_before, struct clock *c, size_t *ret_end)
{
	int half = 0;
	if (!hour_at(l, i, &c->hour))
		return false;
	bool units = unit_at(l, i + 1, 4);
	bool uhr = date_word(l, i + 1, WORD_UHR) && !date_word(l, i + 1, WORD_MONTH);
	if (!units && !uhr && !(ampm_at(l, i + 1, &half) && !half_before))
		return false;
	c->precision = PRECISION_NONE;
	*ret_end = units ? i + 2 : i + 1;
	return true;
}

static bool apply_half(struct clock *c, int half)
{
	if (c->hour > 12)
		return half == 12; /* 下午15:25 */
	if (c->hour == 0)
		return half == 0;
	c->hour = c->hour % 12 + (unsigned)half;
	return true;
}

static const struct zone NO_ZONE = {.kind = DATE_ZONE_NONE, .rule = -1, .doubt = -1};

/* What stands before the numbers: "HKT", "um", "at", "上午". Returns the token behind it. */
static size_t before_clock(struct lexer *l, size_t i, struct clock *c, bool *word, int *half)
{
	size_t at = i;
	if (date_token(l, at)->kind == TOKEN_WORD && zone_at(l, at, false, false, &c->zone, &at)) {
		at += date_punct(l, at, ':');
	} else {
		c->zone = NO_ZONE;
		for (; at < i + 2 && date_word(l, at, WORD_CLOCK); at++)
			*word = true;
		at += *word && (date_punct(l, at, '.') || date_punct(l, at, ':'));
		at += *word && !date_number(l, at) && date_word(l, at, WORD_FILL);
	}
	if (!date_number(l, at) && ampm_at(l, at, half))
		at++;
	return at;
}

/* The zone behind a clock, after a comma perhaps. */
static size_t zone_behind(struct lexer *l, size_t at, bool half, struct clock *c)
{
	size_t end = at;
	bool comma = date_punct(l, at, ',') && date_token(l, at + 1)->kind == TOKEN_WORD;
	if (zone_at(l, at, c->precision >= PRECISION_SECOND, half, &c->zone, &end) ||
		(comma && zone_at(l, at + 1, false, half, &c->zone, &end)))
		return end;
	c->zone = NO_ZONE;
	return at;
}

static bool one_clock(struct lexer *l, size_t i, struct clock *c, size_t *ret_end)
{
	int half = -1;
	bool word = false;
	*c = (struct clock){.precision = PRECISION_NONE};
	size_t at = before_clock(l, i, c, &word, &half);
	bool zone_before = c->zone.kind != DATE_ZONE_NONE;
	bool half_before = half >= 0;
	if (!colon_clock(l, at, c, &at) && !unit_clock(l, at, c, &at) &&
		!dot_clock(l, at, word || half_before, c, &at) && !four_digit_clock(l, at, zone_before, c, &at) &&
		!hour_alone(l, at, half_before, c, &at))
		return false;
	if (!half_before && ampm_at(l, at, &half)) {
		at++;
		at += date_punct(l, at, '.') && date_joined(l, at);
	}
	bool uhr = date_word(l, at, WORD_UHR);
	at += uhr;
	if (half >= 0 && c->precision != PRECISION_NONE && !apply_half(c, half))
		return false;
	if (!zone_before)
		at = zone_behind(l, at, half >= 0, c);
	c->strong = c->strong || half >= 0 || uhr || c->zone.kind != DATE_ZONE_NONE;
	*ret_end = at;
	return true;
}

bool date_clock(struct lexer *l, size_t i, struct clock *ret, size_t *ret_end)
{
	struct clock second;
	size_t at = i;
	size_t end = 0;
	if (!one_clock(l, i, ret, &at))
		return false;
	*ret_end = at;
	bool open = date_punct(l, at, '(');
	/* one without a zone only before one in brackets: "14:20 (11:20 GMT)" */
	bool named = ret->zone.kind != DATE_ZONE_NONE;
	if ((!open && !(named && date_punct(l, at, '/'))) || (!named && ret->precision == PRECISION_NONE))
		return true;
	if (!one_clock(l, at + 1, &second, &end) || second.zone.kind == DATE_ZONE_NONE ||
		second.precision == PRECISION_NONE || (open && !date_punct(l, end, ')')))
		return true;
	ret->second_clock = true;
	ret->hour2 = second.hour;
	ret->minute2 = second.minute;
	ret->zone2 = second.zone;
	*ret_end = end + open;
	return true;
}
