/* SPDX-License-Identifier: Apache-2.0 */
/* The decision: rules in their order, the first that has a candidate; then whether another source knows the zone, and
 * whether another source says something else. */
#include "stages/read/stamps_int.h"

#define DAY_NS (86400ll * 1000000000ll)
#define MINUTE_NS (60ll * 1000000000ll)
#define NEAR_AFTER 700 /* bytes of text behind the headline in which a byline stands */
#define NEAR_BEFORE 60 /* and before it */

static int64_t local_ns(const struct instant *t)
{
	return t->ns + (int64_t)t->offset_min * MINUTE_NS;
}

static int64_t local_day(const struct instant *t)
{
	int64_t local = local_ns(t);
	return local / DAY_NS - (local % DAY_NS < 0);
}

static bool is_near(const struct stamp_candidate *c)
{
	return (c->distance <= NEAR_AFTER && c->distance >= -NEAR_BEFORE) || (c->region & REGION_HEADER);
}

/* Rules, in the order in which they are asked. */
typedef bool rule_fn(const struct stamp_candidate *c);

static bool declared(const struct stamp_candidate *c, enum stamp_source source, unsigned rank)
{
	return c->source == source && c->rank <= rank;
}
static bool by_jsonld(const struct stamp_candidate *c)
{
	return declared(c, STAMP_JSONLD, 0);
}
static bool by_meta(const struct stamp_candidate *c)
{
	return declared(c, STAMP_META, 0);
}
static bool by_microdata(const struct stamp_candidate *c)
{
	return declared(c, STAMP_MICRODATA, 0);
}
static bool by_time(const struct stamp_candidate *c)
{
	return c->source == STAMP_TIME;
}
static bool by_near_label(const struct stamp_candidate *c)
{
	return c->source == STAMP_VISIBLE && c->is_labelled && c->is_alone && is_near(c);
}
static bool by_near_text(const struct stamp_candidate *c)
{
	/* words of the headline are what it is about */
	return (c->distance != 0 || c->is_inner) && c->source == STAMP_VISIBLE && c->is_alone && is_near(c);
}
static bool by_near_lead(const struct stamp_candidate *c)
{
	return c->source == STAMP_VISIBLE && c->leads && is_near(c);
}
static bool by_near_class(const struct stamp_candidate *c)
{
	return by_near_text(c) && (c->region & (REGION_DATE | REGION_BYLINE | REGION_PUBLISHED | REGION_UPDATED));
}
static bool by_near_time(const struct stamp_candidate *c)
{
	return by_time(c) && is_near(c);
}
static bool by_url(const struct stamp_candidate *c)
{
	return c->source == STAMP_URL;
}
static bool by_weak_jsonld(const struct stamp_candidate *c)
{
	return declared(c, STAMP_JSONLD, 9);
}
static bool by_weak_meta(const struct stamp_candidate *c)
{
	return declared(c, STAMP_META, 1);
}
static bool by_any_meta(const struct stamp_candidate *c)
{
	return declared(c, STAMP_META, 9);
}
static bool by_label(const struct stamp_candidate *c)
{
	return c->source == STAMP_VISIBLE && c->is_labelled && c->is_alone;
}
static bool by_class(const struct stamp_candidate *c)
{
	return c->source == STAMP_VISIBLE && c->is_alone && (c->region & (REGION_DATE | REGION_BYLINE));
}
static bool by_title(const struct stamp_candidate *c)
{
	return c->source == STAMP_TITLE;
}
static bool by_script(const struct stamp_candidate *c)
{
	return c->source == STAMP_SCRIPT;
}
static bool by_text(const struct stamp_candidate *c)
{
	return c->source == STAMP_VISIBLE && c->is_alone;
}

struct rule {
	const char *name;
	rule_fn *fits;
	bool unnamed;       /* also of candidates without a field */
	bool single;        /* only where all that fit name one day: of several, none is the article's */
	bool class_updated; /* also of those that only a class name calls updated: themes call any date so */
};

/* <h1>Headline <small>15.11.2018 …</small></h1> */
static bool by_headline(const struct stamp_candidate *c)
{
	return c->source == STAMP_VISIBLE && c->distance == 0 && c->is_inner;
}

static const struct rule PUBLISHED[] = {
	{"json-ld", by_jsonld, false, false, false},
	{"meta", by_meta, false, false, false},
	{"microdata", by_microdata, false, false, false},
	{"time", by_time, false, false, false},
	{"weak json-ld", by_weak_jsonld, false, false, false},
	{"label by the headline", by_near_label, false, false, false},
	{"class by the headline", by_near_class, true, false, false},
	{"time by the headline", by_near_time, true, false, false},
	{"url", by_url, false, false, false},
	{"weak meta", by_weak_meta, false, false, false},
	{"text by the headline", by_near_text, true, false, false},
	{"class by the headline, named updated", by_near_class, true, false, true},
	{"time by the headline, named updated", by_near_time, true, false, true},
	{"as of", by_near_label, false, false, true},
	{"in the headline", by_headline, true, false, false},
	{"line that begins so", by_near_lead, true, false, false},
	{"meta date", by_any_meta, true, false, false},
	{"label", by_label, false, true, false},
	{"class", by_class, true, false, false},
	{"any time", by_time, true, false, false},
	{"script", by_script, false, true, false},
	{"title", by_title, true, false, false},
	{"text", by_text, true, false, false},
};

static const struct rule UPDATED[] = {
	{"json-ld", by_jsonld, false, false, false},
	{"meta", by_meta, false, false, false},
	{"microdata", by_microdata, false, false, false},
	{"time", by_time, false, false, false},
	{"label by the headline", by_near_label, false, false, false},
	{"weak json-ld", by_weak_jsonld, false, false, false},
	{"weak meta", by_weak_meta, false, false, false},
	{"label", by_label, false, true, false},
	{"any meta", by_any_meta, false, false, false},
};

/* Order of bare numbers ---------------------------------------------------------------------------------------------
 */

/* The first number of a stamp; 0: it does not begin with one. */
static unsigned first_number(struct str raw)
{
	size_t at = 0;
	unsigned n = 0;
	while (at < raw.n && !ascii_digit(raw.p[at]))
		at++;
	for (; at < raw.n && ascii_digit(raw.p[at]) && n < 1000; at++)
		n = n * 10 + (unsigned)(raw.p[at] - '0');
	return n;
}

static void settle(struct stamp_candidate *c, bool take_other)
{
	c->stamp.kind = DATE_INSTANT;
	if (take_other)
		c->stamp.t = c->stamp.other;
}

/* The order that the page's other stamps show: of bare numbers over 12. */
static void orders(const struct stamps *out, bool *day_first, bool *month_first)
{
	for (size_t i = 0; i < out->n; i++) {
		const struct stamp_candidate *c = &out->items[i];
		if (c->stamp.kind != DATE_INSTANT || !c->stamp.is_numeric || c->stamp.t.precision < PRECISION_DAY)
			continue;
		struct civil t = civil_from_ns(local_ns(&c->stamp.t));
		unsigned n = first_number(c->raw);
		*day_first = *day_first || (n == t.day && n > 12 && n < 32);
		*month_first = *month_first || (n == t.month && t.day > 12);
	}
}

static void settle_by_day(const struct stamps *out, struct stamp_candidate *c)
{
	for (size_t k = 0; k < out->n && c->stamp.kind == DATE_AMBIGUOUS; k++) {
		const struct stamp_candidate *o = &out->items[k];
		if (o->stamp.kind != DATE_INSTANT || o->rejected || o->stamp.t.precision < PRECISION_DAY)
			continue;
		bool first = local_day(&o->stamp.t) == local_day(&c->stamp.t);
		if (first || local_day(&o->stamp.t) == local_day(&c->stamp.other))
			settle(c, !first);
	}
}

/* "05/11/2018" where the page has "25/12/2018" too, or where another source names one of the two days. */
static void settle_order(struct stamps *out)
{
	bool day_first = false;
	bool month_first = false;
	orders(out, &day_first, &month_first);
	for (size_t i = 0; i < out->n; i++) {
		struct stamp_candidate *c = &out->items[i];
		if (c->stamp.kind != DATE_AMBIGUOUS)
			continue;
		struct civil t = civil_from_ns(local_ns(&c->stamp.t));
		unsigned n = first_number(c->raw);
		if (day_first != month_first && (n == t.day || n == t.month))
			settle(c, (n == t.day) != day_first);
		settle_by_day(out, c);
	}
}

/* Zones ---------------------------------------------------------------------------------------------------------------
 */

/* Of another field only where it is the same instant. */
static bool may_speak(const struct stamp_candidate *c, enum stamp_field field, const struct instant *t)
{
	bool right = c->field == field || c->field == STAMP_NONE ||
		(t->has_zone && c->stamp.t.has_zone && t->ns == c->stamp.t.ns);
	return !c->rejected && c->stamp.kind == DATE_INSTANT && right && c->stamp.t.precision >= PRECISION_MINUTE;
}

/* Minutes by which clock b is ahead of a, when both show the same minutes (and seconds, where both have them) of
 * different hours: the difference of two zones. */
static bool hours_apart(const struct instant *a, const struct instant *b, int *ret)
{
	bool seconds = a->precision >= PRECISION_SECOND && b->precision >= PRECISION_SECOND;
	int64_t unit = seconds ? 1000000000ll : MINUTE_NS;
	int64_t apart = local_ns(b) / unit - local_ns(a) / unit;
	int64_t minutes = seconds ? apart / 60 : apart;
	static const int16_t odd[] = {210, 270, 330, 345, 390, 570, 630, -210, -150, -570};
	bool known = minutes % 60 == 0;
	for (size_t i = 0; i < ARRAY_LEN(odd); i++)
		known = known || minutes == odd[i];
	*ret = (int)minutes;
	return known && (!seconds || apart % 60 == 0) && minutes >= -12 * 60 && minutes <= 14 * 60;
}

/* What o knows of the zone of t, into t: false when that is nothing. A stamp without a zone takes that of one that
 * names the same minute. One in UTC is told as the page tells it, when another source names the same instant in its
 * zone, or shows its clock. */
static bool take_zone(struct instant *t, const struct instant *o)
{
	int apart = 0;
	if (!hours_apart(t, o, &apart))
		return false;
	if (t->has_zone) {
		if (apart == 0 || (o->has_zone && apart != o->offset_min))
			return false;
		t->offset_min = (int16_t)apart;
		return true;
	}
	if (!o->has_zone || apart != 0)
		return false;
	if (o->precision >= t->precision) {
		*t = *o;
		return true;
	}
	t->ns -= (int64_t)o->offset_min * MINUTE_NS;
	t->has_zone = true;
	t->offset_min = o->offset_min;
	return true;
}

/* First those that name a zone, then mere clocks. */
static void find_zone(struct stamps *out, enum stamp_field field, struct stamp_choice *c)
{
	struct instant *t = &c->t;
	for (unsigned round = 0; round < 2; round++) {
		for (size_t i = 0; i < out->n; i++) {
			const struct stamp_candidate *o = &out->items[i];
			if (t->precision < PRECISION_MINUTE || (t->has_zone && t->offset_min))
				return;
			if (i != c->index && may_speak(o, field, t) && o->stamp.t.has_zone == (round == 0) &&
				take_zone(t, &o->stamp.t))
				c->zone_from = i;
		}
	}
}

/* A declared instant in UTC that is the midnight, in a zone of the east, of the day that the page shows: only a day was
 * entered, and it begins there. */
static void midnight_zone(const struct stamps *out, enum stamp_field field, struct stamp_choice *c)
{
	const int64_t hour = 60 * MINUTE_NS;
	if (!c->t.has_zone || c->t.offset_min || c->t.precision < PRECISION_MINUTE ||
		out->items[c->index].source > STAMP_MICRODATA)
		return;
	for (size_t i = 0; i < out->n; i++) {
		const struct stamp_candidate *o = &out->items[i];
		if (o->source != STAMP_VISIBLE || o->rejected || o->stamp.kind != DATE_INSTANT || !o->is_alone ||
			!is_near(o) || o->stamp.t.precision != PRECISION_DAY ||
			(o->field != field && o->field != STAMP_NONE))
			continue;
		int64_t apart = o->stamp.t.ns - c->t.ns;
		if (apart < hour || apart > 14 * hour || apart % hour)
			return;
		c->t.offset_min = (int16_t)(apart / MINUTE_NS);
		c->zone_from = i;
		return;
	}
}

/* Dissent -------------------------------------------------------------------------------------------------------------
 */

static bool same_day(const struct instant *a, const struct instant *b)
{
	int64_t days = local_day(a) - local_day(b);
	/* days of different zones may differ by one */
	bool loose = a->has_zone != b->has_zone || a->offset_min != b->offset_min;
	return days == 0 || (loose && (days == 1 || days == -1));
}

static bool usable(const struct stamp_candidate *c)
{
	return !c->rejected && c->stamp.kind == DATE_INSTANT && c->stamp.t.precision >= PRECISION_DAY;
}

static void find_dissent(struct stamps *out, enum stamp_field field, struct stamp_choice *c)
{
	for (size_t i = 0; i < out->n && !c->disagreement; i++) {
		const struct stamp_candidate *o = &out->items[i];
		if (usable(o) && o->field == field && o->source != out->items[c->index].source &&
			!same_day(&c->t, &o->stamp.t)) {
			c->disagreement = true;
			c->dissent = i;
		}
	}
}

static bool fits(const struct stamp_candidate *c, enum stamp_field field, const struct rule *r)
{
	bool right = c->field == field || (r->unnamed && c->field == STAMP_NONE) ||
		(r->class_updated && c->field == STAMP_UPDATED && c->by_class);
	return usable(c) && right && r->fits(c);
}

static int64_t apart(const struct stamp_candidate *c)
{
	return c->distance < 0 ? -c->distance : c->distance;
}

/* The same source calls it the time of the update. */
static bool is_update_too(const struct stamps *out, const struct stamp_candidate *c)
{
	for (size_t i = 0; i < out->n; i++)
		if (out->items[i].field == STAMP_UPDATED && out->items[i].source == c->source &&
			out->items[i].stamp.t.ns == c->stamp.t.ns)
			return true;
	return false;
}

/* A declared day that the reader is shown another day for, while a second declaration says what is shown: some systems
 * write the day of the first draft there. */
static size_t outvoted(const struct stamps *out, size_t chosen)
{
	const struct instant *t = &out->items[chosen].stamp.t;
	const struct stamp_candidate *shown = NULL;
	if (out->items[chosen].source > STAMP_MICRODATA)
		return chosen;
	for (size_t i = 0; i < out->n; i++) {
		const struct stamp_candidate *c = &out->items[i];
		bool text = c->source == STAMP_VISIBLE && c->is_alone && is_near(c) && usable(c);
		if (!text || (c->field == STAMP_UPDATED && !c->by_class))
			continue;
		if (same_day(&c->stamp.t, t))
			return chosen;
		if (!shown || apart(c) < apart(shown))
			shown = c;
	}
	for (size_t i = 0; shown && i < out->n; i++) {
		const struct stamp_candidate *c = &out->items[i];
		if (c->source <= STAMP_MICRODATA && usable(c) && c->field != STAMP_UPDATED &&
			same_day(&c->stamp.t, &shown->stamp.t) && !is_update_too(out, c))
			return i;
	}
	return chosen;
}

/* The path names a month, and one day of that month stands in the page. */
static size_t day_of_url_month(const struct stamps *out)
{
	const struct stamp_candidate *url = NULL;
	size_t found = SIZE_MAX;
	for (size_t i = 0; i < out->n; i++)
		if (out->items[i].source == STAMP_URL && out->items[i].stamp.t.precision == PRECISION_MONTH)
			url = &out->items[i];
	for (size_t i = 0; url && i < out->n; i++) {
		const struct stamp_candidate *c = &out->items[i];
		if (!usable(c) || c->field == STAMP_UPDATED)
			continue;
		struct civil a = civil_from_ns(local_ns(&c->stamp.t));
		struct civil b = civil_from_ns(url->stamp.t.ns);
		if (a.year != b.year || a.month != b.month)
			continue;
		if (found != SIZE_MAX && local_day(&out->items[found].stamp.t) != local_day(&c->stamp.t))
			return SIZE_MAX;
		found = found == SIZE_MAX ? i : found;
	}
	return found;
}

/* Where the chosen one has only a day: the one clock of that day that the page shows for it. */
static size_t with_clock(const struct stamps *out, enum stamp_field field, size_t chosen)
{
	const struct instant *day = &out->items[chosen].stamp.t;
	size_t found = chosen;
	for (size_t i = 0; i < out->n && day->precision == PRECISION_DAY; i++) {
		const struct stamp_candidate *c = &out->items[i];
		bool text = c->source == STAMP_VISIBLE && (is_near(c) ? c->is_alone || c->leads : by_label(c));
		bool right = c->field == field || (c->field == STAMP_NONE && is_near(c));
		if (!usable(c) || !right || c->stamp.t.precision < PRECISION_MINUTE || !(text || by_near_time(c)) ||
			local_day(&c->stamp.t) != local_day(day))
			continue;
		const struct instant *t = &out->items[found].stamp.t;
		if (found != chosen && local_ns(t) / MINUTE_NS != local_ns(&c->stamp.t) / MINUTE_NS)
			return chosen;
		if (found == chosen || c->stamp.t.precision > t->precision)
			found = i;
	}
	return found;
}

static bool are_close(const struct stamp_candidate *a, const struct stamp_candidate *b)
{
	int64_t between = 0;
	bool far = a->distance == INT64_MAX || __builtin_sub_overflow(a->distance, b->distance, &between);
	return !far && between <= 100 && between >= -100;
}

/* Two stamps of one line or of neighbours, of the same day, of which the other names its zone in numbers: both are of
 * one clock. */
static void zone_of_neighbour(struct stamps *out, struct stamp_choice *c)
{
	const struct stamp_candidate *own = &out->items[c->index];
	if (c->t.has_zone || c->t.precision < PRECISION_MINUTE || own->stamp.zone != DATE_ZONE_NONE ||
		own->source != STAMP_VISIBLE)
		return;
	for (size_t i = 0; i < out->n; i++) {
		const struct stamp_candidate *o = &out->items[i];
		bool named = o->stamp.zone == DATE_ZONE_OFFSET && o->stamp.t.offset_min != 0;
		if (o->source != STAMP_VISIBLE || !named || !usable(o) || !o->is_labelled || !are_close(o, own) ||
			local_day(&o->stamp.t) != local_day(&c->t))
			continue;
		c->t.ns -= (int64_t)o->stamp.t.offset_min * MINUTE_NS;
		c->t.has_zone = true;
		c->t.offset_min = o->stamp.t.offset_min;
		c->zone_from = i;
		return;
	}
}

static void choose(
	struct stamping *s, enum stamp_field field, const struct rule *rules, size_t n, struct stamp_choice *ret)
{
	struct stamps *out = s->out;
	*ret = (struct stamp_choice){
		.index = SIZE_MAX, .rule = "no candidate", .zone_from = SIZE_MAX, .dissent = SIZE_MAX};
	for (size_t r = 0; r < n && ret->index == SIZE_MAX; r++) {
		for (size_t i = 0; i < out->n; i++) {
			const struct stamp_candidate *c = &out->items[i];
			bool text = c->source == STAMP_VISIBLE;
			if (!fits(c, field, &rules[r]))
				continue;
			if (rules[r].single && ret->index != SIZE_MAX &&
				!same_day(&c->stamp.t, &out->items[ret->index].stamp.t)) {
				ret->index = SIZE_MAX;
				ret->rule = "several days";
				break;
			}
			if (ret->index != SIZE_MAX && (!text || apart(c) >= apart(&out->items[ret->index])))
				continue;
			ret->index = i;
			ret->rule = rules[r].name;
		}
	}
	if (ret->index == SIZE_MAX && field == STAMP_PUBLISHED) {
		ret->index = day_of_url_month(out);
		ret->rule = ret->index == SIZE_MAX ? ret->rule : "day of the url's month";
	}
	if (ret->index == SIZE_MAX)
		return;
	size_t better = field == STAMP_PUBLISHED ? outvoted(out, ret->index) : ret->index;
	if (better != ret->index) {
		ret->index = better;
		ret->rule = "what is shown and declared";
	}
	ret->index = with_clock(out, field, ret->index);
	ret->t = out->items[ret->index].stamp.t;
	find_zone(out, field, ret);
	zone_of_neighbour(out, ret);
	midnight_zone(out, field, ret);
	find_dissent(out, field, ret);
}

void stamps_choose(struct stamping *s)
{
	settle_order(s->out);
	choose(s, STAMP_PUBLISHED, PUBLISHED, ARRAY_LEN(PUBLISHED), &s->out->published);
	choose(s, STAMP_UPDATED, UPDATED, ARRAY_LEN(UPDATED), &s->out->updated);
}
