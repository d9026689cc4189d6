/* SPDX-License-Identifier: Apache-2.0 */
/* Stamps in a text: where they begin and end, what stands around them, and to which day a lonely clock belongs. */
#include "formats/date/date_int.h"

#define REACH 96u /* bytes before a digit in which its stamp and label can begin */
#define LABEL_WORDS 8u
#define CLOCKS_MAX 8u
#define LINE 400u /* in longer texts a lonely clock is prose */

struct label {
	enum date_label label;
	size_t from, to;
	size_t token;
	bool colon; /* stands behind it */
};

struct found {
	struct label before;
	struct label after;
	bool is_clock; /* no day */
	uint8_t clock; /* index in finder.clocks */
};

struct finder {
	struct lexer l;
	struct date_stamp *out;
	size_t max;
	size_t n;
	struct found found[DATE_FIND_MAX];
	struct clock clocks[CLOCKS_MAX];
	size_t nclocks;
	size_t last_end; /* token behind the last stamp */
};

/* Byte of the next digit, or of a character before which Han numerals can stand; s.n when there is none. */
static size_t next_digit(struct str s, size_t at)
{
	while (at < s.n) {
		uint8_t b = (uint8_t)s.p[at];
		if (ascii_digit(s.p[at]))
			return at;
		if (b < 0x80) {
			at++;
			continue;
		}
		size_t next = at;
		uint32_t value = 0;
		uint32_t c = utf8_next(s, &next, NULL);
		if (c == 0x5e74 || date_char(c, &value) == CHAR_DIGIT)
			return at;
		at = next;
	}
	return s.n;
}

/* The first of what may stand between a day and a clock that belong together is at i; returns what is behind it. */
static size_t connect(struct lexer *l, size_t i)
{
	static const char marks[] = ",-|/@():.~'";
	for (size_t n = 0; n < 5; n++, i++) {
		const struct token *t = date_token(l, i);
		if (t->kind == TOKEN_PUNCT && t->c && strchr(marks, t->c))
			continue;
		if (t->kind != TOKEN_WORD || date_word(l, i, WORD_MONTH))
			break;
		if (!date_word(l, i, WORD_FILL) && !date_word(l, i, WORD_WEEKDAY) && !date_word(l, i, WORD_CALENDAR) &&
			!date_word(l, i, WORD_T))
			break;
	}
	return i;
}

/* A clock somewhere behind a day: what is between may begin a clock itself ("um", "at", "ore"). */
static bool clock_behind(struct lexer *l, size_t i, struct clock *c, size_t *ret_end)
{
	size_t stop = connect(l, i);
	for (size_t k = i; k <= stop; k++)
		if (date_clock(l, k, c, ret_end))
			return true;
	return false;
}

/* "3 hours ago", "vor 3 Stunden", "3小时前" */
static bool relative(struct lexer *l, size_t i, size_t *ret_end)
{
	size_t at = i;
	bool before = date_word(l, at, WORD_AGO);
	at += before;
	if (!date_number(l, at) || date_token(l, at)->digits > 3 || !date_word(l, at + 1, WORD_SPAN))
		return false;
	at += 2;
	bool after = date_word(l, at, WORD_AGO);
	*ret_end = at + after;
	return before || after;
}

static bool label_word(struct lexer *l, size_t i, struct label *ret)
{
	int value = 0;
	const struct token *t = date_token(l, i);
	if (!date_word_is(l, i, WORD_LABEL, &value))
		return false;
	/* a noun of English */
	if (date_language_is(l->hints, "en") && strcmp(DATE_WORDS[t->word].text, "stand") == 0)
		return false;
	*ret = (struct label){(enum date_label)value, t->from, t->to, i, date_punct(l, i + 1, ':')};
	return true;
}

/* The nearest label before token i, not before token `stop`. */
static void label_before(struct lexer *l, size_t i, size_t stop, struct label *ret)
{
	size_t words = 0;
	bool bar = false;
	for (size_t k = i; k > stop && words < LABEL_WORDS && i - k < 24; k--) {
		const struct token *t = date_token(l, k - 1);
		struct label found;
		if (t->kind == TOKEN_PUNCT) {
			bar = bar || t->c == '|' || t->c == '/';
			continue;
		}
		if (t->kind == TOKEN_END)
			return;
		bool near = words < 1 || t->to - t->from > 4;
		bool other_ok = words < 4 && !bar;
		if (near && label_word(l, k - 1, &found) && (found.label != DATE_LABEL_OTHER || other_ok)) {
			*ret = found;
			return;
		}
		words += !date_word(l, k - 1, WORD_FILL);
	}
}

/* A label right behind a stamp that ends before token i. */
static void label_after(struct lexer *l, size_t i, struct label *ret)
{
	for (size_t k = i; k < i + 3; k++) {
		const struct token *t = date_token(l, k);
		if (t->kind == TOKEN_WORD) {
			if (!label_word(l, k, ret) && date_word(l, k, WORD_FILL))
				continue;
			return;
		}
		if (t->kind != TOKEN_PUNCT || t->c == '|' || t->c == '.')
			return;
	}
}

static void add(struct finder *f, size_t i, size_t end, const struct date_stamp *stamp, const struct clock *lonely)
{
	struct found *found = &f->found[f->n];
	*found = (struct found){.is_clock = lonely != NULL};
	size_t stop = f->n ? f->last_end : f->l.low;
	label_before(&f->l, i, stop, &found->before);
	label_after(&f->l, end, &found->after);
	if (lonely && f->nclocks < CLOCKS_MAX) {
		found->clock = (uint8_t)f->nclocks;
		f->clocks[f->nclocks++] = *lonely;
	}
	struct date_stamp *out = &f->out[f->n++];
	*out = *stamp;
	out->from = date_token(&f->l, i)->from;
	out->to = date_token(&f->l, end - 1)->to;
	f->last_end = end;
}

static bool lonely_clock(struct finder *f, size_t i, size_t end, const struct clock *c)
{
	struct date_stamp stamp = {.kind = DATE_PARTIAL};
	struct label label = {.label = DATE_LABEL_NONE};
	if (f->l.s.n > LINE || c->precision == PRECISION_NONE || f->nclocks >= CLOCKS_MAX)
		return false;
	label_before(&f->l, i, f->n ? f->last_end : f->l.low, &label);
	if (!c->strong && label.label == DATE_LABEL_NONE)
		return false;
	add(f, i, end, &stamp, c);
	return true;
}

/* C's asctime and the like: "Thu Nov 15 09:25:09 EST 2018" */
static bool year_behind_clock(struct lexer *l, size_t i, struct day *d)
{
	const struct token *t = date_token(l, i);
	if (t->kind != TOKEN_NUMBER || t->digits != 4 || !date_day_exists((int64_t)t->n, d->month, d->day) ||
		t->n < 1900 || t->n > 2100)
		return false;
	d->year = (int64_t)t->n;
	return true;
}

static bool day_stamp(struct finder *f, size_t i, size_t *ret_end)
{
	struct lexer *l = &f->l;
	struct date_stamp stamp = {.kind = DATE_PARTIAL};
	struct day d;
	struct clock c;
	struct zone zone = {.kind = DATE_ZONE_NONE};
	size_t end = 0;
	size_t at = i;
	/* 北京时间2018年11月15日23时25分 */
	if (date_word(l, i, WORD_ZONE) && date_zone(l, i, &zone, &at))
		at += date_punct(l, at, ':');
	else
		at = i;
	if (!date_day(l, at, &d, &end))
		return false;
	bool has_clock = d.day && d.calendar == CALENDAR_GREGORIAN && clock_behind(l, end, &c, &end);
	if (has_clock && d.year == 0 && year_behind_clock(l, end, &d))
		end++;
	if (has_clock && at > i && c.zone.kind == DATE_ZONE_NONE)
		c.zone = zone;
	if (!date_make(l, &d, has_clock ? &c : NULL, &stamp))
		return false;
	add(f, i, end, &stamp, NULL);
	*ret_end = end;
	return true;
}

static bool clock_stamp(struct finder *f, size_t i, size_t *ret_end)
{
	struct lexer *l = &f->l;
	struct date_stamp stamp = {.kind = DATE_PARTIAL};
	struct clock c;
	struct day d;
	size_t end = 0;
	size_t day_end = 0;
	if (!date_clock(l, i, &c, &end))
		return false;
	*ret_end = end;
	size_t stop = connect(l, end);
	for (size_t k = end; k <= stop; k++) {
		if (!date_day(l, k, &d, &day_end) || !d.day || d.calendar == CALENDAR_OTHER)
			continue;
		/* "9:25 AM, November 15, 2018 EST" */
		struct zone zone;
		if (c.zone.kind == DATE_ZONE_NONE && date_token(l, day_end)->kind == TOKEN_WORD &&
			date_zone(l, day_end, &zone, &day_end))
			c.zone = zone;
		if (!date_make(l, &d, &c, &stamp))
			return false;
		add(f, i, day_end, &stamp, NULL);
		*ret_end = day_end;
		return true;
	}
	return lonely_clock(f, i, end, &c);
}

static bool relative_stamp(struct finder *f, size_t i, size_t *ret_end)
{
	struct lexer *l = &f->l;
	struct date_stamp stamp = {.kind = DATE_RELATIVE};
	struct label label = {.label = DATE_LABEL_NONE};
	struct clock c;
	if (!relative(l, i, ret_end)) {
		if (!date_word(l, i, WORD_REL))
			return false;
		label_before(l, i, f->n ? f->last_end : l->low, &label);
		*ret_end = i + 1;
		if (!clock_behind(l, i + 1, &c, ret_end) && label.label == DATE_LABEL_NONE && l->s.n > 64)
			return false;
	}
	add(f, i, *ret_end, &stamp, NULL);
	return true;
}

/* Text far from any digit is passed over. */
static size_t pass_over(struct finder *f, size_t i, size_t *digit)
{
	struct lexer *l = &f->l;
	const struct token *t = date_token(l, i);
	if (t->kind == TOKEN_NUMBER || t->from + 4 * REACH > l->s.n)
		return i;
	if (*digit < t->from)
		*digit = next_digit(l->s, t->from);
	if (*digit - t->from <= 2 * REACH)
		return i;
	/* to a white space, so that no word is cut */
	size_t to = *digit - REACH;
	while (to < *digit && !ascii_space(l->s.p[to]) && (l->s.p[to] & 0xc0) == 0x80)
		to++;
	size_t word = to;
	while (word < *digit && ascii_alpha(l->s.p[word]))
		word++;
	return to > l->at ? date_lexer_skip(l, word) : i;
}

static const struct label *shared(const struct found *f, size_t k, size_t n)
{
	return k + 1 < n && f[k].after.label && f[k + 1].before.label && f[k].after.token == f[k + 1].before.token
		? &f[k].after
		: NULL;
}

/* Labels stand before their stamps or behind them, the same way in all of a text. */
static void assign_labels(struct finder *f)
{
	if (!f->n)
		return;
	struct found *found = f->found;
	const struct label *last = &found[f->n - 1].after;
	bool behind = !found[0].before.label && found[0].after.label && last->label && !last->colon;
	for (size_t k = 0; k < f->n; k++) {
		const struct label *label = &found[k].before;
		bool taken = k > 0 && shared(found, k - 1, f->n) && behind;
		if (behind && found[k].after.label)
			label = &found[k].after;
		else if (taken || !label->label)
			label = !found[k].after.label || found[k].after.colon || (!behind && shared(found, k, f->n))
				? NULL
				: &found[k].after;
		if (!label)
			continue;
		f->out[k].label = label->label;
		f->out[k].label_from = label->from;
		f->out[k].label_to = label->to;
	}
}

static size_t gap(const struct date_stamp *a, const struct date_stamp *b)
{
	return a->from >= b->to ? a->from - b->to : b->from >= a->to ? b->from - a->to : 0;
}

/* Clocks without a day take that of the nearest stamp that has one; of two as near the one before. */
static void tie_clocks(struct finder *f)
{
	for (size_t k = 0; k < f->n; k++) {
		struct date_stamp *s = &f->out[k];
		const struct date_stamp *best = NULL;
		if (!f->found[k].is_clock)
			continue;
		for (size_t i = 0; i < f->n; i++) {
			const struct date_stamp *o = &f->out[i];
			bool has_day = o->kind == DATE_INSTANT && o->t.precision >= PRECISION_DAY && !o->is_tied;
			if (has_day && (!best || gap(o, s) < gap(best, s)))
				best = o;
		}
		if (!best)
			continue;
		struct civil c = civil_from_ns(best->t.ns + (int64_t)best->t.offset_min * 60 * 1000000000ll);
		struct day d = {.year = c.year, .month = c.month, .day = c.day};
		struct date_stamp full = *s;
		if (!date_make(&f->l, &d, &f->clocks[f->found[k].clock], &full))
			continue;
		*s = full;
		s->is_tied = true;
	}
}

static bool may_begin(struct lexer *l, size_t i)
{
	const struct token *t = date_token(l, i);
	return t->kind == TOKEN_NUMBER || (t->kind == TOKEN_WORD && t->word != NO_WORD);
}

size_t date_find(struct str text, const struct date_hints *hints, struct date_stamp *ret, size_t max)
{
	struct finder f = {.out = ret, .max = size_min(max, DATE_FIND_MAX)};
	size_t digit = 0;
	date_lexer_init(&f.l, text, hints);
	for (size_t i = 0; f.n < f.max;) {
		i = pass_over(&f, i, &digit);
		if (date_token(&f.l, i)->kind == TOKEN_END)
			break;
		size_t end = i + 1;
		if (!may_begin(&f.l, i) ||
			(!day_stamp(&f, i, &end) && !clock_stamp(&f, i, &end) && !relative_stamp(&f, i, &end)))
			end = i + 1;
		i = end;
	}
	assign_labels(&f);
	tie_clocks(&f);
	return f.n;
}

enum date_label date_label_of(struct str text)
{
	struct lexer l;
	struct label label = {.label = DATE_LABEL_NONE};
	date_lexer_init(&l, str_sub(text, 0, LINE), NULL);
	size_t n = 0;
	while (n < 24 && date_token(&l, n)->kind != TOKEN_END)
		n++;
	label_before(&l, n, 0, &label);
	return label.label;
}
