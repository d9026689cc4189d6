/* SPDX-License-Identifier: Apache-2.0 */
/* WARC record headers (WARC 1.1 §4, §5) and ARC URL records as struct warc_record. The extent of a record hangs on
 * its Content-Length alone: without one there is no record, all else that is wrong is a quirk. */
#include "base/arena.h"
#include "base/caps.h"
#include "formats/warc/warc_int.h"

#include <inttypes.h>

enum known {
	K_TYPE,
	K_ID,
	K_DATE,
	K_LENGTH,
	K_CONTENT_TYPE,
	K_TARGET,
	K_TRUNCATED,
	K_ONCE, /* the rest may just not be repeated (§5: only WARC-Concurrent-To may) */
};

#define NAME(text)                                                                                                     \
	{                                                                                                              \
		text, sizeof(text) - 1                                                                                 \
	}
static const struct str KNOWN[] = {
	[K_TYPE] = NAME("WARC-Type"),
	[K_ID] = NAME("WARC-Record-ID"),
	[K_DATE] = NAME("WARC-Date"),
	[K_LENGTH] = NAME("Content-Length"),
	[K_CONTENT_TYPE] = NAME("Content-Type"),
	[K_TARGET] = NAME("WARC-Target-URI"),
	[K_TRUNCATED] = NAME("WARC-Truncated"),
	[K_ONCE] = NAME("WARC-Block-Digest"),
	NAME("WARC-Payload-Digest"),
	NAME("WARC-IP-Address"),
	NAME("WARC-Refers-To"),
	NAME("WARC-Refers-To-Target-URI"),
	NAME("WARC-Refers-To-Date"),
	NAME("WARC-Warcinfo-ID"),
	NAME("WARC-Filename"),
	NAME("WARC-Profile"),
	NAME("WARC-Identified-Payload-Type"),
	NAME("WARC-Segment-Origin-ID"),
	NAME("WARC-Segment-Number"),
	NAME("WARC-Segment-Total-Length"),
};
#undef NAME

static const struct {
	const char *name;
	enum warc_type type;
} TYPES[] = {
	{"response", WARC_RESPONSE},
	{"request", WARC_REQUEST},
	{"metadata", WARC_METADATA},
	{"revisit", WARC_REVISIT},
	{"resource", WARC_RESOURCE},
	{"warcinfo", WARC_WARCINFO},
	{"conversion", WARC_CONVERSION},
	{"continuation", WARC_CONTINUATION},
};

bool warc_begins(struct str s)
{
	return str_istarts(s, STR("WARC/")) && s.n > 5 && ascii_digit(s.p[5]);
}

static enum warc_type type_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(TYPES); i++)
		if (str_ieq(name, str_c(TYPES[i].name)))
			return TYPES[i].type;
	return WARC_OTHER;
}

/* WARC 1.1 §4: a token has no controls, no separator of ()<>@,;:\"/[]?={} and no space. One bit a character. */
static bool is_field_name(struct str s)
{
	static const uint32_t token[8] = {0, 0x03ff6cfa, 0xc7fffffe, 0x57ffffff};
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (!(token[c / 32] >> c % 32 & 1))
			return false;
	}
	return s.n > 0;
}

struct lines {
	struct str s;
	size_t at;
	unsigned lone_lf;
};

static struct str line_next(struct lines *l)
{
	size_t end = str_chr(l->s, '\n', l->at);
	struct str line = str_sub(l->s, l->at, end);
	l->at = end < l->s.n ? end + 1 : l->s.n;
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	else
		l->lone_lf++;
	return line;
}

/* Joins the continuation lines in `folds` to the field's value, one space between (§4: LWS means a single SP). */
static void folds_join(struct arena *a, struct warc_field *f, struct str folds)
{
	char *p = arena_alloc(a, f->value.n + folds.n + 2);
	size_t n = f->value.n;
	if (n)
		memcpy(p, f->value.p, n);
	while (folds.n) {
		struct str line = str_trim(str_cut(&folds, '\n'));
		if (line.n == 0)
			continue;
		if (n)
			p[n++] = ' ';
		memcpy(p + n, line.p, line.n);
		n += line.n;
	}
	f->value = (struct str){p, n};
}

static size_t count_lines(struct str s)
{
	size_t n = 0;
	for (size_t at = 0; (at = str_chr(s, '\n', at)) < s.n; at++)
		n++;
	return n;
}

static void field_add(struct str line, uint64_t at, struct warc_record *r)
{
	size_t colon = str_chr(line, ':', 0);
	if (colon == line.n) {
		quirk_add(&r->quirks, at, "header line without a colon: '%.*s'", STR_FMT(str_sub(line, 0, 60)));
		return;
	}
	struct str name = str_trim(str_sub(line, 0, colon));
	if (name.n != colon || !is_field_name(name))
		quirk_add(&r->quirks, at, "'%.*s' is no field name", STR_FMT(str_sub(line, 0, size_min(colon, 60))));
	r->fields[r->nfields++] = (struct warc_field){name, str_trim(str_from(line, colon + 1))};
}

static rc fields_parse(struct arena *a, struct lines *l, uint64_t at, struct warc_record *r, struct err *e)
{
	size_t most = size_min(count_lines(str_from(l->s, l->at)), CAP_WARC_FIELDS);
	r->fields = arena_alloc(a, (most + 1) * sizeof(*r->fields));
	while (l->at < l->s.n) {
		size_t from = l->at;
		struct str line = line_next(l);
		if (line.n == 0)
			break;
		if (line.p[0] == ' ' || line.p[0] == '\t') {
			while (l->at < l->s.n && (l->s.p[l->at] == ' ' || l->s.p[l->at] == '\t'))
				(void)line_next(l);
			if (r->nfields)
				folds_join(a, &r->fields[r->nfields - 1], str_sub(l->s, from, l->at));
			else
				quirk_add(&r->quirks, at + from, "the first header line is indented");
			continue;
		}
		if (r->nfields >= CAP_WARC_FIELDS)
			return err_set(e, E_LIMIT, "record header with over %u fields", CAP_WARC_FIELDS);
		field_add(line, at + from, r);
	}
	return OK;
}

static struct str unbracket(struct str s, bool *ret_had)
{
	*ret_had = s.n >= 2 && s.p[0] == '<' && s.p[s.n - 1] == '>';
	return *ret_had ? str_sub(s, 1, s.n - 1) : s;
}

/* §5.13: a reason that we do not know is none. */
static struct str truncated_of(struct str v)
{
	static const char *const reasons[] = {"length", "time", "disconnect", "unspecified"};
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		if (str_ieq(v, str_c(reasons[i])))
			return str_c(reasons[i]);
	return STR("");
}

static void set_known(struct warc_record *r, enum known k, struct str v, uint64_t at, struct str *ret_length)
{
	bool brackets = false;
	switch (k) {
	case K_TYPE:
		r->type_name = v;
		r->type = type_of(v);
		break;
	case K_ID:
		r->id = unbracket(v, &brackets);
		if (!brackets)
			quirk_add(&r->quirks, at, "WARC-Record-ID without < >");
		break;
	case K_DATE:
		r->date_text = v;
		break;
	case K_LENGTH:
		*ret_length = v;
		break;
	case K_CONTENT_TYPE:
		r->content_type = v;
		break;
	case K_TARGET:
		r->target_uri = unbracket(v, &brackets);
		if (brackets)
			quirk_add(&r->quirks, at, "WARC-Target-URI in < >");
		if (str_chr(v, ' ', 0) < v.n)
			quirk_add(&r->quirks, at, "space in WARC-Target-URI");
		break;
	case K_TRUNCATED:
		r->truncated = truncated_of(v);
		if (v.n && r->truncated.n == 0) {
			quirk_add(&r->quirks, at, "WARC-Truncated '%.*s'", STR_FMT(str_sub(v, 0, 60)));
			r->truncated = STR("unspecified");
		}
		break;
	case K_ONCE:
		break;
	}
}

/* One pass over the fields: values that the struct has, and repetitions, the first of which counts. */
static void fields_sort(struct warc_record *r, uint64_t at, struct str *ret_length)
{
	uint32_t seen = 0;
	for (size_t i = 0; i < r->nfields; i++) {
		const struct warc_field *f = &r->fields[i];
		size_t k = 0;
		while (k < ARRAY_LEN(KNOWN) && !str_ieq(f->name, KNOWN[k]))
			k++;
		if (k == ARRAY_LEN(KNOWN))
			continue;
		if (seen & 1u << k)
			quirk_add(&r->quirks, at, "%s is repeated", KNOWN[k].p);
		else
			set_known(r, k < K_ONCE ? (enum known)k : K_ONCE, f->value, at, ret_length);
		seen |= 1u << k;
	}
}

/* "2008-04-30t20:48:25z" is written by nobody but allowed by RFC 3339. */
static bool date_parse(struct arena *a, struct str text, struct instant *ret)
{
	if (instant_parse_iso(text, ret))
		return true;
	if (text.n == 0 || text.p[text.n - 1] != 'z')
		return false;
	char *p = arena_dup(a, text.p, text.n);
	p[text.n - 1] = 'Z';
	return instant_parse_iso(str_mem(p, text.n), ret);
}

/* §5: four fields are on every record, the target URI on most types. */
static void check_mandatory(struct arena *a, struct warc_record *r, uint64_t at)
{
	struct quirks *q = &r->quirks;
	if (r->type_name.n == 0)
		quirk_add(q, at, "no WARC-Type");
	if (r->id.n == 0)
		quirk_add(q, at, "no WARC-Record-ID");
	if (r->date_text.n == 0)
		quirk_add(q, at, "no WARC-Date");
	else if (!date_parse(a, r->date_text, &r->date))
		quirk_add(q, at, "unreadable WARC-Date '%.*s'", STR_FMT(str_sub(r->date_text, 0, 40)));
	else if (!r->date.has_zone && r->date.precision >= PRECISION_MINUTE)
		quirk_add(q, at, "WARC-Date without a zone");
	bool may_lack = r->type == WARC_OTHER || r->type == WARC_WARCINFO || r->type == WARC_METADATA;
	if (r->target_uri.n == 0 && !may_lack)
		quirk_add(q, at, "no WARC-Target-URI");
}

static void check_version(struct warc_record *r, uint64_t at)
{
	static const char *const versions[] = {"WARC/1.0", "WARC/1.1", "WARC/0.17", "WARC/0.18"};
	for (size_t i = 0; i < ARRAY_LEN(versions); i++)
		if (str_ieq(r->version, str_c(versions[i])))
			return;
	quirk_add(&r->quirks, at, "version '%.*s'", STR_FMT(str_sub(r->version, 0, 40)));
}

rc warc_head_parse(struct arena *a, struct str head, uint64_t at, struct warc_record *ret, struct err *e)
{
	ret->head = str_dup(a, head);
	struct lines l = {ret->head, 0, 0};
	ret->version = str_trim(line_next(&l));
	check_version(ret, at);
	TRY(fields_parse(a, &l, at, ret, e));
	if (l.lone_lf)
		quirk_add(&ret->quirks, at, "%u header lines end in LF alone", l.lone_lf);
	struct str length = STR("");
	fields_sort(ret, at, &length);
	if (!str_to_u64(length, &ret->length) || ret->length > INT64_MAX)
		return err_set(e, E_FORMAT, "Content-Length '%.*s' is no length", STR_FMT(str_sub(length, 0, 40)));
	check_mandatory(a, ret, at);
	return OK;
}

struct str warc_get(const struct warc_record *r, const char *name)
{
	struct str want = str_c(name);
	for (size_t i = 0; i < r->nfields; i++)
		if (str_ieq(r->fields[i].name, want))
			return r->fields[i].value;
	return STR("");
}
