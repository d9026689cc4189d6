/* SPDX-License-Identifier: Apache-2.0 */
/* Dates and times as pages write them, in attributes and in visible text, in about fifty languages.
 *
 *   "Posted at 7:25 AM, Nov 15, 2018 and last updated 2018-11-15 09:25:09-05"
 *    ------    ─────────────────────          -------  ─────────────────────
 *    label     stamp, published               label    stamp, updated
 *
 * Nothing is guessed. A year, an order of day and month, or a zone that the text does not give is not supplied from
 * somewhere else, except by rules that are named here and recorded with the stamp (`kind`, `zone`, `is_tied`). No
 * clock, no locale, no memory: time is linear in the text. */
#ifndef FORMATS_DATE_H
#define FORMATS_DATE_H

#include "base/str.h"
#include "base/time.h"

/* What is known of the page; all zeros: nothing. */
struct date_hints {
	struct str language; /* BCP 47: "en", "en-GB", "zh_Hant" */
	struct str host;     /* "news.example.co.uk": its last label tells the country. Empty: unknown. */
	int64_t captured_ns; /* a reading more than a day later is not possible; 0: unknown */
	bool has_zone;       /* of the page's own: used for clocks without one, recorded as DATE_ZONE_PAGE */
	int16_t zone_min;
};

enum date_kind {
	DATE_INSTANT,   /* `t` is what it says, from a month to a nanosecond */
	DATE_AMBIGUOUS, /* 05/11/2018: `t` is one reading, `other` the other one */
	DATE_PARTIAL,   /* a day without a year, or a time without a day: no instant */
	DATE_RELATIVE,  /* "3 hours ago": no instant */
	DATE_CALENDAR,  /* of a calendar that is not converted: Hijri */
};

enum date_label {
	DATE_LABEL_NONE,
	DATE_LABEL_PUBLISHED,
	DATE_LABEL_UPDATED,
	DATE_LABEL_OTHER, /* copyright, event, born, retrieved, comment … */
};

/* Where the offset in `t` comes from. */
enum date_zone {
	DATE_ZONE_NONE,   /* no zone is named; t.has_zone is false */
	DATE_ZONE_OFFSET, /* a number, or Z, UTC, GMT */
	DATE_ZONE_NAMED,  /* a name that is one offset: EST, CEST, HKT, Moscow time, 北京时间 */
	DATE_ZONE_RULE, /* "ET", "heure de Paris": by the daylight-saving rules of the United States (since 1987) or of
			 * the European Union (since 1996) on that date */
	DATE_ZONE_COUNTRY,  /* a name of several zones (BST, IST, CST, AST), settled by the host's country */
	DATE_ZONE_CLOCKS,   /* two clocks, "HKT 0725 (2325 GMT)", that agree */
	DATE_ZONE_PAGE,     /* of the hints */
	DATE_ZONE_DOUBTFUL, /* a name is there, the offset is not known; t.has_zone is false. Also for a name out of its
			     * season ("EST" in July): some mean it so, most do not. */
};

struct date_stamp {
	enum date_kind kind;
	enum date_label label;
	enum date_zone zone;
	bool is_tied;    /* only a time stood there: the day is that of the nearest stamp in the same text */
	bool is_numeric; /* no name of a month */
	struct instant t;
	struct instant other;
	struct str zone_name;        /* as it stands in the text, which it borrows from */
	size_t from, to;             /* bytes of the text */
	size_t label_from, label_to; /* equal when there is none */
};

/* The whole of an attribute's or a JSON value: all forms of ISO 8601 and its relatives, RFC 1123, RFC 822, JavaScript's
 * and C's, seconds and milliseconds since 1970 (1995 to 2100 only), or exactly one stamp as date_find() finds them.
 * False when there is none, or more than one. */
bool date_parse_value(struct str s, const struct date_hints *hints, struct date_stamp *ret);

/* All stamps of a piece of visible text (a line, a block), in order; returns how many, at most `max` and at most
 * DATE_FIND_MAX. White space of any kind counts as one space. */
#define DATE_FIND_MAX 64u
size_t date_find(struct str text, const struct date_hints *hints, struct date_stamp *ret, size_t max);

/* The date in a URL's path: /2018/11/15/, /2018-11-15-x, /20181115/, /2018/1115/, /18/11/15/ is none; /2018/11/ gives a
 * month. The last one counts; false when there is none. */
bool date_in_path(struct str path, struct date_stamp *ret);

/* The label that a text is, for "Published:" in one element and the stamp in another. */
enum date_label date_label_of(struct str text);

/* "none", "offset", … as they are recorded. */
const char *date_zone_name(enum date_zone z);

#endif
