/* SPDX-License-Identifier: Apache-2.0 */
/* ARC 1.0 and 1.1 (Internet Archive, ArcFileFormat). One line in front of each block, separated by single spaces:
 *
 *   version 1:  URL  IP-address  Archive-date  Content-type  Archive-length
 *   version 2:  URL  IP-address  Archive-date  Content-type  Result-code  Checksum  Location  Offset  Filename
 * Archive-length
 *
 * URLs and content types hold spaces in the wild, so the line is read around its anchor: an address followed by a date.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/caps.h"
#include "formats/warc/warc_int.h"

struct arc_line {
	struct str url;
	struct str ip;
	struct str date;
	struct str mime;
	struct str length;
};

static bool is_date(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ascii_digit(s.p[i]))
			return false;
	return s.n >= 8 && s.n <= 18;
}

static bool is_address(struct str s)
{
	bool mark = false;
	for (size_t i = 0; i < s.n; i++) {
		mark |= s.p[i] == '.' || s.p[i] == ':';
		if (s.p[i] != '.' && s.p[i] != ':' && ascii_hexval(s.p[i]) < 0)
			return false;
	}
	return mark;
}

/* The word that ends at *end, without the space before it; moves *end in front of that space. */
static struct str word_before(struct str s, size_t *end)
{
	size_t from = *end;
	while (from > 0 && s.p[from - 1] != ' ')
		from--;
	struct str w = str_sub(s, from, *end);
	*end = from ? from - 1 : 0;
	return w;
}

static bool is_url(struct str s)
{
	size_t n = 0;
	while (n < s.n &&
		(ascii_alpha(s.p[n]) || ascii_digit(s.p[n]) || s.p[n] == '+' || s.p[n] == '-' || s.p[n] == '.'))
		n++;
	return n > 0 && n < s.n && s.p[n] == ':' && ascii_alpha(s.p[0]);
}

/* Takes a line apart. One pass from the right: the rightmost date that has an address before it. */
static bool line_split(struct str line, struct arc_line *ret)
{
	size_t end = line.n;
	ret->length = word_before(line, &end);
	size_t rest_end = end; /* what is between the date and the length ends here */
	size_t words = 0;
	struct str after = STR("");
	while (end > 0) {
		size_t date_end = end;
		struct str date = word_before(line, &end);
		if (words > 0 && is_date(date)) {
			size_t url_end = end;
			struct str ip = word_before(line, &url_end);
			if (is_address(ip) && url_end > 0) {
				ret->url = str_sub(line, 0, url_end);
				ret->ip = ip;
				ret->date = date;
				ret->mime = words > 5 ? after : str_sub(line, date_end + 1, rest_end);
				return is_url(ret->url);
			}
		}
		after = date;
		words++;
	}
	return false;
}

static struct str first_line(struct str s)
{
	struct str line = str_sub(s, 0, str_chr(s, '\n', 0));
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

bool arc_begins(struct str s)
{
	struct arc_line l;
	size_t end = str_chr(s, '\n', 0);
	return end < s.n && end <= ARC_LINE_MAX && line_split(first_line(s), &l);
}

static void add_field(struct warc_record *r, const char *name, struct str value)
{
	if (value.n)
		r->fields[r->nfields++] = (struct warc_field){str_c(name), value};
}

static void arc_date(struct warc_record *r, uint64_t at)
{
	struct str d = r->date_text;
	if (d.n > 14 && d.n != 17) {
		quirk_add(&r->quirks, at, "date of %zu digits", d.n);
		d = str_sub(d, 0, 14);
	}
	if (!instant_parse_digits(d, &r->date))
		quirk_add(&r->quirks, at, "unreadable date '%.*s'", STR_FMT(r->date_text));
}

/* A WARC header cannot hold every byte that an ARC line can: those are written as in a URL, and the spaces around,
 * which are no part of a WARC value, left out. So what is made of the line is read back as the same. */
static struct str clean(struct arena *a, struct str s, uint64_t at, struct quirks *q)
{
	AUTO(buf) b = {0};
	bool odd = false;
	s = str_trim(s);
	for (size_t i = 0; i < s.n; i++)
		odd |= (unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f;
	if (!odd)
		return s;
	quirk_add(q, at, "control characters in the line");
	buf_init(&b, 3 * ARC_LINE_MAX);
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			buf_addf(&b, "%%%02X", (unsigned char)s.p[i]);
		else
			buf_addc(&b, s.p[i]);
	}
	return str_dup(a, buf_str(&b));
}

rc arc_line_parse(
	struct arena *a, struct str line, uint64_t at, struct warc_record *ret, bool *ret_length_ok, struct err *e)
{
	struct arc_line l;
	ret->head = str_dup(a, line);
	if (!line_split(first_line(ret->head), &l))
		return err_set(e, E_FORMAT, "neither a WARC nor an ARC record: '%.*s'",
			STR_FMT(str_sub(first_line(line), 0, 60)));
	l.url = clean(a, l.url, at, &ret->quirks);
	l.mime = clean(a, l.mime, at, &ret->quirks);
	bool filedesc = str_istarts(l.url, STR("filedesc:"));
	bool http = str_istarts(l.url, STR("http:")) || str_istarts(l.url, STR("https:"));
	ret->arc = true;
	ret->type = filedesc ? WARC_WARCINFO : WARC_RESPONSE;
	ret->type_name = filedesc ? STR("warcinfo") : STR("response");
	ret->version = STR("ARC/1");
	ret->date_text = l.date;
	ret->content_type = http ? STR("application/http;msgtype=response") : l.mime;
	*ret_length_ok = str_to_u64(l.length, &ret->length) && ret->length <= INT64_MAX;
	if (!*ret_length_ok)
		ret->length = 0;
	arc_date(ret, at);
	ret->fields = arena_alloc(a, 8 * sizeof(*ret->fields));
	add_field(ret, "WARC-Type", ret->type_name);
	if (filedesc) {
		struct str name = str_from(l.url, sizeof("filedesc:") - 1);
		add_field(ret, "WARC-Filename", str_from(name, str_starts(name, STR("//")) ? 2 : 0));
	} else {
		ret->target_uri = l.url;
		add_field(ret, "WARC-Target-URI", l.url);
		if (str_chr(l.url, ' ', 0) < l.url.n)
			quirk_add(&ret->quirks, at, "space in the URL");
	}
	add_field(ret, "WARC-Date", l.date);
	add_field(ret, "WARC-IP-Address", filedesc ? STR("") : l.ip);
	add_field(ret, "Content-Type", ret->content_type);
	add_field(ret, "ARC-Content-Type", l.mime);
	add_field(ret, "Content-Length", *ret_length_ok ? l.length : STR("0"));
	return OK;
}
