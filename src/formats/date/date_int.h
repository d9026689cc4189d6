/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of formats/date: text → tokens (fold.c, lex.c, words_table.c) → days, clocks, zones → stamps. */
#ifndef FORMATS_DATE_INT_H
#define FORMATS_DATE_INT_H

#include "base/utf8.h"
#include "formats/date/date.h"

/* fold.c -------------------------------------------------------------------------------------------------------- */

enum char_kind {
	CHAR_SPACE,
	CHAR_IGNORED, /* marks of direction, joiners, combining accents */
	CHAR_DIGIT,
	CHAR_LETTER,
	CHAR_IDEOGRAPH, /* Han and kana: words without spaces between them */
	CHAR_PUNCT,
};

/* Kind of a character; its value: of a digit 0 to 9, of a letter the folded one (lower case without accents), of
 * punctuation an ASCII character that stands for all of its sort. */
enum char_kind date_char(uint32_t c, uint32_t *ret_value);

/* words_table.c -------------------------------------------------------------------------------------------------- */

enum word_class {
	WORD_MONTH,          /* 1..12 */
	WORD_MONTH_CROATIAN, /* where it differs from other Slavic languages */
	WORD_THAI,           /* months; the year is Buddhist */
	WORD_JALALI,
	WORD_HIJRI,
	WORD_WEEKDAY, /* 1 Monday .. 7 */
	WORD_LABEL,   /* enum date_label */
	WORD_FILL,    /* may stand between the parts of a stamp */
	WORD_CLOCK,   /* before a clock */
	WORD_UHR,     /* after one */
	WORD_H,       /* between hours and minutes */
	WORD_MIN,     /* after minutes */
	WORD_T,
	WORD_ORDINAL,  /* behind a day's number */
	WORD_AMPM,     /* 0, 12 */
	WORD_UNIT,     /* behind a number: 1 year .. 6 second */
	WORD_ERA,      /* before a year: what is added */
	WORD_CALENDAR, /* behind a year: 1 Hijri, 2 Jalali, 3 Gregorian, 4 Buddhist */
	WORD_SPAN,     /* units of "3 hours ago" */
	WORD_AGO,
	WORD_REL,
	WORD_ZONE,        /* minutes east */
	WORD_ZONE_SEASON, /* the enum zone_rule that the name's season is checked by */
	WORD_ZONE_RULE,   /* enum zone_rule */
	WORD_ZONE_DOUBT,  /* enum zone_doubt */
};

enum zone_rule {
	RULE_EASTERN,
	RULE_CENTRAL,
	RULE_MOUNTAIN,
	RULE_PACIFIC,
	RULE_ALASKA,
	RULE_UK,
	RULE_WEST_EUROPE,
	RULE_CENTRAL_EUROPE,
	RULE_EAST_EUROPE,
};

enum zone_doubt {
	DOUBT_BST,
	DOUBT_IST,
	DOUBT_CST,
	DOUBT_AST,
	DOUBT_LOCAL,
};

/* One meaning of a word; a word's meanings stand one behind the other. */
struct date_word {
	const char *text;
	uint8_t class; /* enum word_class */
	int16_t value;
};

#define DATE_WORD_MAX 64u /* bytes of a word or phrase, folded */
extern const struct date_word DATE_WORDS[];
extern const size_t DATE_WORDS_N;

/* lex.c ---------------------------------------------------------------------------------------------------------- */

enum token_kind {
	TOKEN_END,
	TOKEN_NUMBER,
	TOKEN_WORD,
	TOKEN_PUNCT,
};

#define NO_WORD UINT16_MAX

struct token {
	uint8_t kind;
	bool spaced;    /* white space stands before it */
	char c;         /* of punctuation */
	uint8_t digits; /* of a number; 255: more than 18 */
	uint16_t word;  /* first meaning in DATE_WORDS; NO_WORD */
	size_t from;
	size_t to;
	uint64_t n; /* of a number */
};

/* Tokens are read when they are asked for and kept for a while, so that a stamp can be looked at from its front and its
 * surroundings from its back. */
#define TOKENS_KEPT 128u
struct lexer {
	struct str s;
	const struct date_hints *hints;
	size_t at;  /* where the next token begins */
	size_t n;   /* tokens so far */
	size_t low; /* the oldest one that may be asked for */
	struct token kept[TOKENS_KEPT];
};

void date_lexer_init(struct lexer *l, struct str s, const struct date_hints *hints);
/* The token at index i, no more than TOKENS_KEPT before the last one. What is not there is TOKEN_END. */
const struct token *date_token(struct lexer *l, size_t i);
/* Leaves out all up to byte `to`; the next token, whose index it returns, has no past. */
size_t date_lexer_skip(struct lexer *l, size_t to);

/* The value that token i has as a word of that class; false when it is none. */
bool date_word_is(struct lexer *l, size_t i, enum word_class class, int *ret_value);
static inline bool date_word(struct lexer *l, size_t i, enum word_class class)
{
	int value = 0;
	return date_word_is(l, i, class, &value);
}
static inline bool date_punct(struct lexer *l, size_t i, char c)
{
	const struct token *t = date_token(l, i);
	return t->kind == TOKEN_PUNCT && t->c == c;
}
static inline bool date_number(struct lexer *l, size_t i)
{
	return date_token(l, i)->kind == TOKEN_NUMBER;
}
/* Nothing stands between token i and the one before. */
static inline bool date_joined(struct lexer *l, size_t i)
{
	return !date_token(l, i)->spaced;
}

/* day.c ---------------------------------------------------------------------------------------------------------- */

enum calendar {
	CALENDAR_GREGORIAN,
	CALENDAR_OTHER, /* not converted */
};

struct day {
	enum calendar calendar;
	int64_t year;   /* 0: not given */
	unsigned month; /* 0: not given */
	unsigned day;   /* 0: not given */
	bool ambiguous; /* day and month may be the other way round, or the year first */
	int64_t other_year;
	unsigned other_month, other_day;
	bool numeric;
};

/* The day that begins at token i, weekdays before it included. `ret_end` is the token behind it. */
bool date_day(struct lexer *l, size_t i, struct day *ret, size_t *ret_end);

bool date_language_is(const struct date_hints *h, const char *two);
bool date_country_is(const struct date_hints *h, const char *tld);

/* calendar.c */
bool date_from_jalali(int64_t year, unsigned month, unsigned day, struct day *ret);
unsigned date_weekday(int64_t year, unsigned month, unsigned day); /* 1 Monday .. 7; 0 no such day */
bool date_day_exists(int64_t year, unsigned month, unsigned day);

/* clock.c -------------------------------------------------------------------------------------------------------- */

struct zone {
	enum date_zone kind;
	int offset;      /* minutes east, for OFFSET and NAMED */
	int rule;        /* enum zone_rule, for RULE and names of a season; -1 */
	int doubt;       /* enum zone_doubt; -1 */
	size_t from, to; /* bytes */
};

struct clock {
	unsigned hour, minute, second;
	uint32_t nano;
	uint8_t digits;
	enum precision precision;
	bool strong; /* a.m. or p.m., a zone, a word for clocks */
	bool second_clock;
	unsigned hour2, minute2; /* "(2325 GMT)" */
	struct zone zone;
	struct zone zone2;
};

/* The clock that begins at token i. After a day, a dot may part hours and minutes only where a word says so. */
bool date_clock(struct lexer *l, size_t i, struct clock *ret, size_t *ret_end);
bool date_zone(struct lexer *l, size_t i, struct zone *ret, size_t *ret_end);

/* zone.c: the offset of a zone at a local time; false when it is not known. Sets z->kind to what it turned out to be.
 */
bool date_zone_offset(struct zone *z, const struct civil *local, const struct date_hints *h, int *ret);

/* find.c: from parts to an instant */
bool date_make(struct lexer *l, const struct day *d, const struct clock *c, struct date_stamp *ret);

#endif
