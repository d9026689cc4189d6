/* SPDX-License-Identifier: Apache-2.0 */
/* Message heads: the start line and the fields, and what is asked of them. A head is cut into lines at LF; everything
 * that RFC 9112 forbids and servers send anyway is read as browsers read it, and becomes a quirk. */
#include "formats/http1/http1.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/caps.h"

/* RFC 9112 §2.2: empty lines in front of a start line are ignored. */
static size_t leading_blank(struct str s)
{
	size_t at = 0;
	while (at < s.n && (s.p[at] == '\n' || (s.p[at] == '\r' && at + 1 < s.n && s.p[at + 1] == '\n')))
		at += s.p[at] == '\n' ? 1 : 2;
	return at;
}

size_t http1_head_length(struct str s)
{
	size_t at = leading_blank(s);
	while ((at = str_chr(s, '\n', at)) < s.n) {
		at++;
		if (at < s.n && s.p[at] == '\n')
			return at + 1;
		if (at + 1 < s.n && s.p[at] == '\r' && s.p[at + 1] == '\n')
			return at + 2;
	}
	return 0;
}

/* The line at *at without its end; moves *at behind it. Counts lines that end in a lone LF. */
static struct str line_next(struct str s, size_t *at, unsigned *lone_lf)
{
	size_t end = str_chr(s, '\n', *at);
	struct str line = str_sub(s, *at, end);
	*at = end < s.n ? end + 1 : s.n;
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	else if (end < s.n)
		++*lone_lf;
	return line;
}

static bool is_tchar(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_tchar(s.p[i]))
			return false;
	return s.n > 0;
}

static struct str word_cut(struct str *s)
{
	size_t n = 0;
	while (n < s->n && s->p[n] != ' ' && s->p[n] != '\t')
		n++;
	struct str w = str_sub(*s, 0, n);
	while (n < s->n && (s->p[n] == ' ' || s->p[n] == '\t'))
		n++;
	*s = str_from(*s, n);
	return w;
}

/* "HTTP/" and what follows; the digits are not looked at, since servers have sent "HTTP/1.1.1" and "HTTP/ 200". */
static bool is_version(struct str s)
{
	return str_istarts(s, STR("HTTP/"));
}

static void response_line(struct str line, struct http1_head *h, struct quirks *q, uint64_t at)
{
	h->is_response = true;
	h->version = word_cut(&line);
	struct str code = word_cut(&line);
	uint64_t v = 0;
	if (code.n == 3 && str_to_u64(code, &v) && v >= 100)
		h->status = (unsigned)v;
	else
		quirk_add(q, at, "status code '%.*s' is not three digits", STR_FMT(str_sub(code, 0, 40)));
	h->reason = str_trim(line);
	if (!str_eq(h->version, STR("HTTP/1.1")) && !str_eq(h->version, STR("HTTP/1.0")))
		quirk_add(q, at, "version '%.*s'", STR_FMT(str_sub(h->version, 0, 40)));
}

/* Known methods are needed only where no version says that this is HTTP at all. */
static bool is_common_method(struct str m)
{
	static const char *const names[] = {
		"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq(m, str_c(names[i])))
			return true;
	return false;
}

static bool request_line(struct str line, struct http1_head *h, struct quirks *q, uint64_t at)
{
	struct str rest = line;
	struct str method = word_cut(&rest);
	rest = str_trim(rest);
	if (!is_token(method) || rest.n == 0)
		return false;
	size_t last = rest.n;
	while (last > 0 && rest.p[last - 1] != ' ' && rest.p[last - 1] != '\t')
		last--;
	struct str version = str_from(rest, last);
	if (last > 0 && is_version(version)) {
		h->target = str_trim(str_sub(rest, 0, last));
		h->version = version;
	} else if (is_common_method(method)) {
		h->target = rest;
		quirk_add(q, at, "request line without a version");
	} else {
		return false;
	}
	h->method = method;
	if (str_chr(h->target, ' ', 0) < h->target.n)
		quirk_add(q, at, "space in the request target");
	return h->target.n > 0;
}

static void field_line(struct arena *a, struct str line, uint64_t at, struct http1_head *h, struct quirks *q)
{
	size_t colon = str_chr(line, ':', 0);
	if (colon == line.n) {
		quirk_add(q, at, "header line without a colon: '%.*s'", STR_FMT(str_sub(line, 0, 60)));
		return;
	}
	struct str name = str_sub(line, 0, colon);
	struct str bare = str_trim(name);
	if (bare.n != name.n)
		quirk_add(q, at, "white space before the colon");
	if (!is_token(bare))
		quirk_add(q, at, "'%.*s' is no field name", STR_FMT(str_sub(bare, 0, 60)));
	struct str value = str_trim(str_from(line, colon + 1));
	if (memchr(line.p, '\0', line.n) || memchr(line.p, '\r', line.n))
		quirk_add(q, at, "NUL or CR inside a header line");
	struct http1_field *f = arena_push(a, &h->fields, &h->nfields, sizeof(*h->fields));
	*f = (struct http1_field){bare, value};
}

/* obs-fold (RFC 9112 §5.2): joins all continuation lines of the last field at once, so that many cost no more than
 * their bytes. */
static void folds_join(struct arena *a, struct http1_head *h, struct str folds)
{
	struct http1_field *f = &h->fields[h->nfields - 1];
	struct str first = f->value;
	char *p = arena_alloc(a, first.n + folds.n + 2);
	size_t n = first.n;
	if (n)
		memcpy(p, first.p, n);
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

static void fields_parse(
	struct arena *a, struct str s, size_t at, struct http1_head *h, struct quirks *q, unsigned *lone_lf)
{
	while (at < s.n) {
		size_t from = at;
		struct str line = line_next(s, &at, lone_lf);
		if (line.n == 0)
			break;
		if (line.p[0] == ' ' || line.p[0] == '\t') {
			while (at < s.n && (s.p[at] == ' ' || s.p[at] == '\t'))
				(void)line_next(s, &at, lone_lf);
			if (h->nfields)
				folds_join(a, h, str_sub(s, from, at));
			quirk_add(q, from, "folded header line");
			continue;
		}
		if (h->nfields >= CAP_HTTP_FIELDS) {
			quirk_add(q, from, "over %u header fields: what follows is not looked at", CAP_HTTP_FIELDS);
			break;
		}
		field_line(a, line, from, h, q);
	}
}

/* RFC 9112 §6.3: what says how long a message is can disagree with itself, and then readers disagree with each other.
 */
static void framing_check(struct arena *a, const struct http1_head *h, struct quirks *q)
{
	struct str lengths = http1_get_all(a, h, "Content-Length");
	struct str codings = http1_get_all(a, h, "Transfer-Encoding");
	struct str first = str_trim(str_cut(&lengths, ','));
	uint64_t length = 0;
	if (first.n && !str_to_u64(first, &length))
		quirk_add(q, 0, "Content-Length '%.*s' is no length", STR_FMT(str_sub(first, 0, 40)));
	if (first.n && codings.n)
		quirk_add(q, 0, "Content-Length beside Transfer-Encoding");
	while (lengths.n) {
		struct str other = str_trim(str_cut(&lengths, ','));
		if (!str_eq(other, first))
			quirk_add(q, 0, "Content-Length '%.*s' and '%.*s'", STR_FMT(str_sub(first, 0, 40)),
				STR_FMT(str_sub(other, 0, 40)));
	}
	while (codings.n) {
		struct str coding = str_trim(str_cut(&codings, ','));
		if (coding.n == 0 || (codings.n == 0 && str_ieq(coding, STR("chunked"))))
			continue;
		quirk_add(q, 0, "transfer coding '%.*s' is not removed", STR_FMT(str_sub(coding, 0, 40)));
	}
}

rc http1_head_parse(struct arena *a, struct str s, struct http1_head *ret, struct quirks *q, struct err *e)
{
	struct http1_head h = {0};
	size_t length = http1_head_length(str_sub(s, 0, CAP_HTTP_HEAD));
	if (length == 0 && s.n > CAP_HTTP_HEAD)
		return err_set(e, E_LIMIT, "head over %u bytes", CAP_HTTP_HEAD);
	size_t at = leading_blank(s);
	if (at)
		quirk_add(q, 0, "empty lines before the start line");
	h.length = length ? length : s.n;
	s = str_sub(s, 0, h.length);
	unsigned lone_lf = 0;
	size_t from = at;
	struct str line = line_next(s, &at, &lone_lf);
	if (is_version(line) || str_istarts(line, STR("ICY "))) {
		response_line(line, &h, q, from);
	} else if (!request_line(line, &h, q, from)) {
		return err_set(
			e, E_FORMAT, "neither a request nor a status line: '%.*s'", STR_FMT(str_sub(line, 0, 60)));
	}
	fields_parse(a, s, at, &h, q, &lone_lf);
	framing_check(a, &h, q);
	if (lone_lf)
		quirk_add(q, 0, "%u head lines end in LF alone", lone_lf);
	if (length == 0)
		quirk_add(q, s.n, "the head has no empty line at its end");
	*ret = h;
	return OK;
}

struct str http1_get(const struct http1_head *h, const char *name)
{
	struct str want = str_c(name);
	for (size_t i = 0; i < h->nfields; i++)
		if (str_ieq(h->fields[i].name, want))
			return h->fields[i].value;
	return STR("");
}

struct str http1_get_all(struct arena *a, const struct http1_head *h, const char *name)
{
	AUTO(buf) all = {0};
	buf_init(&all, CAP_HTTP_HEAD + 2 * CAP_HTTP_FIELDS);
	struct str want = str_c(name);
	bool any = false;
	for (size_t i = 0; i < h->nfields; i++) {
		if (!str_ieq(h->fields[i].name, want))
			continue;
		if (any)
			buf_add(&all, STR(", "));
		buf_add(&all, h->fields[i].value);
		any = true;
	}
	return str_dup(a, buf_str(&all));
}

struct str http1_media_type(struct arena *a, struct str content_type)
{
	struct str t = str_trim(content_type);
	size_t n = 0;
	while (n < t.n && t.p[n] != ';' && t.p[n] != ',' && !ascii_space(t.p[n]))
		n++;
	char *p = arena_dup(a, t.p, n);
	for (size_t i = 0; i < n; i++)
		p[i] = ascii_lower(p[i]);
	return (struct str){p, n};
}

/* The parameter value at the front of *s: a quoted string without its quotes and escapes, or what goes up to ';'. */
static struct str param_value(struct arena *a, struct str *s)
{
	struct str v = *s;
	if (v.n == 0 || v.p[0] != '"')
		return str_trim(str_cut(s, ';'));
	char *p = arena_alloc(a, v.n);
	size_t n = 0;
	size_t i = 1;
	for (; i < v.n && v.p[i] != '"'; i++) {
		if (v.p[i] == '\\' && i + 1 < v.n)
			i++;
		p[n++] = v.p[i];
	}
	*s = str_from(v, i + 1);
	(void)str_cut(s, ';');
	return (struct str){p, n};
}

struct str http1_param(struct arena *a, struct str value, const char *name)
{
	struct str want = str_c(name);
	(void)str_cut(&value, ';');
	while (value.n) {
		size_t n = 0;
		while (n < value.n && value.p[n] != '=' && value.p[n] != ';')
			n++;
		struct str key = str_trim(str_sub(value, 0, n));
		bool has_value = n < value.n && value.p[n] == '=';
		value = str_from(value, n + 1);
		if (!has_value)
			continue;
		while (value.n && (value.p[0] == ' ' || value.p[0] == '\t'))
			value = str_from(value, 1);
		struct str v = param_value(a, &value);
		if (str_ieq(key, want))
			return v;
	}
	return STR("");
}

bool http1_is_chunked(const struct http1_head *h)
{
	struct str last = STR("");
	for (size_t i = 0; i < h->nfields; i++)
		if (str_ieq(h->fields[i].name, STR("Transfer-Encoding")) && h->fields[i].value.n)
			last = h->fields[i].value;
	size_t from = last.n;
	while (from > 0 && last.p[from - 1] != ',')
		from--;
	return str_ieq(str_trim(str_from(last, from)), STR("chunked"));
}
