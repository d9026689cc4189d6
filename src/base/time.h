/* SPDX-License-Identifier: Apache-2.0 */
/* Instants as they were found: with their precision, and with their zone or without one.
 * Nothing is invented: a stamp without a zone has no zone, a day has no hour. */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include "base/str.h"

struct arena;

enum precision {
	PRECISION_NONE, /* no instant at all */
	PRECISION_YEAR,
	PRECISION_MONTH,
	PRECISION_DAY,
	PRECISION_MINUTE,
	PRECISION_SECOND,
	PRECISION_NANO, /* some fraction; `digits` says how much */
};

struct instant {
	int64_t ns;               /* since 1970 UTC; where there is no zone, as if the local time were UTC */
	enum precision precision; /* PRECISION_NONE: the rest means nothing */
	uint8_t digits;           /* of the fraction, 0..9 */
	bool has_zone;
	int16_t offset_min; /* minutes east of UTC as written; 0 for Z or without a zone */
};

struct civil {
	int64_t year;
	unsigned month, day, hour, minute, second; /* 1..12, 1..31, 0..23, 0..59, 0..59 */
	uint32_t nano;
};

/* Proleptic Gregorian calendar, UTC. False when a field is out of its range, or the whole before 1677-09-21T00:12:44 or
 * after 2262-04-11T23:47:16.854775807, where 64 bits of nanoseconds end. */
bool civil_to_ns(const struct civil *c, int64_t *ret_ns);
struct civil civil_from_ns(int64_t ns);

/* Reads W3CDTF and RFC 3339: "2018", "2018-11", "2018-11-15", "2018-11-15T07:25", with seconds, with 1 to 9
 * digits of fraction after '.' or ',' (more are cut), with Z, +02:00, +0200, +02 or no zone; 'T', 't' or one space
 * between. The whole of s must match. A second of 60 is read as 59. Only what fits 64 bits of nanoseconds, 1677 to
 * 2262, is an instant. */
bool instant_parse_iso(struct str s, struct instant *ret);

/* Reads 4 to 14 digits (yyyy[MM[dd[HH[mm[ss]]]]]) or 17 (with milliseconds), in UTC, as CDX and ARC have them. */
bool instant_parse_digits(struct str s, struct instant *ret);

/* Reads RFC 1123 as HTTP sends it: "Thu, 15 Nov 2018 07:25:00 GMT". */
bool instant_parse_http(struct str s, struct instant *ret);

/* The last nanosecond of what t names, in its own precision and zone: of the year, of the day, of the second. Where 64
 * bits end before that, INT64_MAX. t.precision is not PRECISION_NONE. */
int64_t instant_end(struct instant t);

/* In its own precision and zone: "2018-11-15", "2018-11-15T07:25+02:00", "2018-11-15T07:25:09Z". Empty for none. */
struct str instant_iso(struct arena *a, struct instant t);

/* UTC: "2018-11-15T07:25:09Z" (digits 0) or with `digits` of fraction. */
struct str instant_utc(struct arena *a, int64_t ns, unsigned digits);

/* UTC as 14 digits. */
struct str instant_14(struct arena *a, int64_t ns);

#endif
