/* SPDX-License-Identifier: Apache-2.0 */
/* The basic URL parser (URL standard §4.4), part by part rather than letter by letter: the standard's states are named
 * where a function does their work. A path is kept as text, "/" before each segment. */
#include "formats/url/url.h"

#include "base/arena.h"
#include "base/caps.h"
#include "base/utf8.h"
#include "formats/url/url_int.h"

struct parser {
	struct arena *a;
	struct str rest; /* what has not been read */
	struct url u;
	bool special;
	bool is_file;
	struct buf path;
};

static int default_port(struct str scheme)
{
	static const struct {
		const char *scheme;
		int port;
	} known[] = {{"http", 80}, {"https", 443}, {"ws", 80}, {"wss", 443}, {"ftp", 21}, {"file", 0}};
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_eq(scheme, str_c(known[i].scheme)))
			return known[i].port;
	return -1; /* not a special scheme */
}

static void set_scheme(struct parser *p, struct str scheme)
{
	p->u.scheme = scheme;
	p->special = default_port(scheme) >= 0;
	p->is_file = str_eq(scheme, STR("file"));
}

static struct str encoded(struct arena *a, struct str s, enum encode_set set)
{
	AUTO(buf) b = {0};
	buf_init(&b, 3 * s.n + 1);
	percent_encode(&b, s, set);
	return str_dup(a, buf_str(&b));
}

/* '/' or, for special schemes, '\'. */
static bool is_slash(const struct parser *p, char c)
{
	return c == '/' || (p->special && c == '\\');
}

static bool at_slash(const struct parser *p, size_t i)
{
	return i < p->rest.n && is_slash(p, p->rest.p[i]);
}

static bool is_drive(struct str s)
{
	return s.n == 2 && ascii_alpha(s.p[0]) && (s.p[1] == ':' || s.p[1] == '|');
}

/* What ends a part of a file URL. */
static bool ends_part(char c)
{
	return c == '/' || c == '\\' || c == '?' || c == '#';
}

/* "starts with a Windows drive letter" */
static bool starts_with_drive(struct str s)
{
	return s.n >= 2 && is_drive(str_sub(s, 0, 2)) && (s.n == 2 || ends_part(s.p[2]));
}

/* "shorten a url's path" */
static void shorten(struct parser *p)
{
	struct str path = buf_str(&p->path);
	bool drive = path.n == 3 && is_drive(str_from(path, 1)) && path.p[2] == ':';
	if (p->is_file && drive)
		return;
	size_t n = path.n;
	while (n > 0 && path.p[n - 1] != '/')
		n--;
	if (n > 0)
		p->path.n = n - 1;
}

static bool is_dot(struct str s)
{
	return str_eq(s, STR(".")) || str_ieq(s, STR("%2e"));
}

static bool is_two_dots(struct str s)
{
	for (size_t cut = 1; cut < s.n; cut++)
		if (is_dot(str_sub(s, 0, cut)) && is_dot(str_from(s, cut)))
			return true;
	return false;
}

static void add_segment(struct parser *p, struct str seg, bool slash_follows)
{
	if (is_two_dots(seg)) {
		shorten(p);
		if (!slash_follows)
			buf_addc(&p->path, '/');
	} else if (is_dot(seg)) {
		if (!slash_follows)
			buf_addc(&p->path, '/');
	} else {
		buf_addc(&p->path, '/');
		if (p->is_file && p->path.n == 1 && is_drive(seg)) {
			buf_addc(&p->path, seg.p[0]);
			buf_addc(&p->path, ':');
		} else {
			percent_encode(&p->path, seg, ENCODE_PATH);
		}
	}
}

static void read_query_and_fragment(struct parser *p)
{
	if (p->rest.n && p->rest.p[0] == '?') {
		size_t end = str_chr(p->rest, '#', 0);
		p->u.has_query = true;
		p->u.query = encoded(p->a, str_sub(p->rest, 1, end), p->special ? ENCODE_SPECIAL_QUERY : ENCODE_QUERY);
		p->rest = str_from(p->rest, end);
	}
	if (p->rest.n && p->rest.p[0] == '#') {
		p->u.has_fragment = true;
		p->u.fragment = encoded(p->a, str_from(p->rest, 1), ENCODE_FRAGMENT);
		p->rest = STR("");
	}
}

/* path state: up to '?', '#' or the end */
static void read_path(struct parser *p)
{
	for (bool more = true; more;) {
		size_t end = 0;
		while (end < p->rest.n && !is_slash(p, p->rest.p[end]) && p->rest.p[end] != '?' &&
			p->rest.p[end] != '#')
			end++;
		more = at_slash(p, end);
		add_segment(p, str_sub(p->rest, 0, end), more);
		p->rest = str_from(p->rest, more ? end + 1 : end);
	}
	read_query_and_fragment(p);
}

/* path start state */
static void start_path(struct parser *p)
{
	bool empty = p->rest.n == 0 || p->rest.p[0] == '?' || p->rest.p[0] == '#';
	if (!p->special && empty) {
		read_query_and_fragment(p);
		return;
	}
	if (at_slash(p, 0))
		p->rest = str_from(p->rest, 1);
	read_path(p);
}

static void read_userinfo(struct parser *p, struct str s)
{
	size_t colon = str_chr(s, ':', 0);
	p->u.user = encoded(p->a, str_sub(s, 0, colon), ENCODE_USERINFO);
	p->u.password = encoded(p->a, str_from(s, colon + 1), ENCODE_USERINFO);
}

static rc read_port(struct parser *p, struct str s, struct err *e)
{
	uint64_t v = 0;
	if (s.n == 0)
		return OK;
	if (!str_to_u64(s, &v) || v > 65535)
		return err_set(e, E_FORMAT, "not a URL: its port is '%.*s'", (int)size_min(s.n, 40), s.p);
	p->u.has_port = (int)v != default_port(p->u.scheme);
	p->u.port = p->u.has_port ? (uint16_t)v : 0;
	return OK;
}

/* authority, host and port states; then the path */
static rc read_authority(struct parser *p, struct err *e)
{
	size_t end = 0;
	while (end < p->rest.n && !is_slash(p, p->rest.p[end]) && p->rest.p[end] != '?' && p->rest.p[end] != '#')
		end++;
	struct str auth = str_sub(p->rest, 0, end);
	size_t at = auth.n;
	while (at > 0 && auth.p[at - 1] != '@')
		at--;
	bool credentials = at > 0;
	if (credentials)
		read_userinfo(p, str_sub(auth, 0, at - 1));
	struct str host = str_from(auth, at);
	bool bracket = false;
	size_t colon = 0;
	for (; colon < host.n && (bracket || host.p[colon] != ':'); colon++)
		bracket = host.p[colon] == '[' || (bracket && host.p[colon] != ']');
	bool has_port = colon < host.n;
	if (colon == 0 && (p->special || credentials || has_port))
		return err_set(e, E_FORMAT, "not a URL: it has no host");
	TRY(read_port(p, str_from(host, colon + 1), e));
	TRY(host_parse(p->a, str_sub(host, 0, colon), p->special, &p->u.host, e));
	p->u.has_host = true;
	p->rest = str_from(p->rest, end);
	start_path(p);
	return OK;
}

/* special authority ignore slashes state */
static rc read_special_authority(struct parser *p, struct err *e)
{
	while (p->rest.n && (p->rest.p[0] == '/' || p->rest.p[0] == '\\'))
		p->rest = str_from(p->rest, 1);
	return read_authority(p, e);
}

static void copy_authority(struct parser *p, const struct url *base)
{
	p->u.user = base->user;
	p->u.password = base->password;
	p->u.host = base->host;
	p->u.has_host = base->has_host;
	p->u.port = base->port;
	p->u.has_port = base->has_port;
}

/* What relative and file states share once they stand on the base: "", "?q", "#f" or a relative path. */
static void read_on_base(struct parser *p, const struct url *base)
{
	buf_add(&p->path, base->path);
	bool query = p->rest.n && p->rest.p[0] == '?';
	bool path = p->rest.n && !query && p->rest.p[0] != '#';
	if (!query && !path) {
		p->u.query = base->query;
		p->u.has_query = base->has_query;
	}
	if (!path) {
		read_query_and_fragment(p);
		return;
	}
	if (p->is_file && starts_with_drive(p->rest))
		buf_reset(&p->path);
	else
		shorten(p);
	read_path(p);
}

/* relative and relative slash states */
static rc read_relative(struct parser *p, const struct url *base, struct err *e)
{
	set_scheme(p, base->scheme);
	if (at_slash(p, 0) && p->special && at_slash(p, 1))
		return read_special_authority(p, e);
	if (str_starts(p->rest, STR("//"))) {
		p->rest = str_from(p->rest, 2);
		return read_authority(p, e);
	}
	copy_authority(p, base);
	if (at_slash(p, 0)) {
		p->rest = str_from(p->rest, 1);
		read_path(p);
		return OK;
	}
	read_on_base(p, base);
	return OK;
}

/* file host state */
static rc read_file_host(struct parser *p, struct err *e)
{
	size_t end = 0;
	while (end < p->rest.n && !ends_part(p->rest.p[end]))
		end++;
	struct str host = str_sub(p->rest, 0, end);
	if (is_drive(host)) {
		read_path(p);
		return OK;
	}
	p->rest = str_from(p->rest, end);
	if (host.n) {
		TRY(host_parse(p->a, host, true, &p->u.host, e));
		if (str_eq(p->u.host, STR("localhost")))
			p->u.host = STR("");
	}
	start_path(p);
	return OK;
}

/* file and file slash states */
static rc read_file(struct parser *p, const struct url *base, struct err *e)
{
	bool on_base = base && str_eq(base->scheme, STR("file"));
	p->u.has_host = true;
	p->u.host = STR("");
	if (at_slash(p, 0) && at_slash(p, 1)) {
		p->rest = str_from(p->rest, 2);
		return read_file_host(p, e);
	}
	if (at_slash(p, 0)) {
		p->rest = str_from(p->rest, 1);
		if (on_base) {
			struct str first = str_sub(base->path, 1, str_chr(base->path, '/', 1));
			p->u.host = base->host;
			if (!starts_with_drive(p->rest) && is_drive(first) && first.p[1] == ':') {
				buf_addc(&p->path, '/');
				buf_add(&p->path, first);
			}
		}
		read_path(p);
		return OK;
	}
	if (!on_base) {
		read_path(p);
		return OK;
	}
	p->u.host = base->host;
	read_on_base(p, base);
	return OK;
}

/* opaque path state */
static void read_opaque(struct parser *p)
{
	size_t end = size_min(str_chr(p->rest, '?', 0), str_chr(p->rest, '#', 0));
	/* else a space at the end would be lost when the URL is read again without what follows it */
	bool space = end > 0 && end < p->rest.n && p->rest.p[end - 1] == ' ';
	p->u.opaque_path = true;
	percent_encode(&p->path, str_sub(p->rest, 0, space ? end - 1 : end), ENCODE_C0);
	if (space)
		buf_add(&p->path, STR("%20"));
	p->rest = str_from(p->rest, end);
	read_query_and_fragment(p);
}

static bool cut_scheme(struct str *s, struct arena *a, struct str *ret)
{
	size_t n = 0;
	if (!s->n || !ascii_alpha(s->p[0]))
		return false;
	while (n < s->n && (ascii_alpha(s->p[n]) || ascii_digit(s->p[n]) || strchr("+-.", s->p[n])) && s->p[n])
		n++;
	if (n >= s->n || s->p[n] != ':')
		return false;
	char *scheme = arena_dup(a, s->p, n);
	for (size_t i = 0; i < n; i++)
		scheme[i] = ascii_lower(scheme[i]);
	*ret = str_mem(scheme, n);
	*s = str_from(*s, n + 1);
	return true;
}

static rc no_scheme(struct parser *p, const struct url *base, struct err *e)
{
	bool fragment = p->rest.n && p->rest.p[0] == '#';
	if (!base || (base->opaque_path && !fragment))
		return err_set(e, E_FORMAT, "not a URL: it has no scheme");
	if (base->opaque_path) {
		p->u = *base;
		set_scheme(p, base->scheme);
		buf_add(&p->path, base->path);
		read_query_and_fragment(p);
		return OK;
	}
	if (!str_eq(base->scheme, STR("file")))
		return read_relative(p, base, e);
	set_scheme(p, base->scheme);
	return read_file(p, base, e);
}

static rc parse(struct parser *p, const struct url *base, struct err *e)
{
	struct str scheme;
	if (!cut_scheme(&p->rest, p->a, &scheme))
		return no_scheme(p, base, e);
	set_scheme(p, scheme);
	if (p->is_file)
		return read_file(p, base, e);
	if (p->special && base && str_eq(base->scheme, scheme) && !str_starts(p->rest, STR("//")))
		return read_relative(p, base, e);
	if (p->special)
		return read_special_authority(p, e);
	if (str_starts(p->rest, STR("//"))) {
		p->rest = str_from(p->rest, 2);
		return read_authority(p, e);
	}
	if (at_slash(p, 0)) {
		p->rest = str_from(p->rest, 1);
		read_path(p);
		return OK;
	}
	read_opaque(p);
	return OK;
}

/* Without C0 controls and spaces at both ends, without tabs and line breaks anywhere, as UTF-8. */
static void clean_input(struct buf *b, struct str s)
{
	while (s.n && (uint8_t)s.p[0] <= 0x20)
		s = str_from(s, 1);
	while (s.n && (uint8_t)s.p[s.n - 1] <= 0x20)
		s.n--;
	utf8_add_clean(b, s);
	size_t n = 0;
	for (size_t i = 0; i < b->n; i++)
		if (b->p[i] != '\t' && b->p[i] != '\n' && b->p[i] != '\r')
			b->p[n++] = b->p[i];
	b->n = n;
}

rc url_parse(struct arena *a, struct str input, const struct url *base, struct url *ret, struct err *e)
{
	AUTO(buf) text = {0};
	if (input.n > CAP_URL)
		return err_set(e, E_LIMIT, "a URL of %zu bytes", input.n);
	buf_init(&text, 3 * (size_t)CAP_URL + 1);
	clean_input(&text, input);
	struct parser p = {.a = a, .rest = buf_str(&text)};
	buf_init(&p.path, 16 * (size_t)CAP_URL);
	rc r = parse(&p, base, e);
	/* a base's path and what stands behind it may both be as long as escaping makes them */
	if (r == OK)
		r = buf_done(&p.path, e);
	if (r == OK) {
		p.u.path = str_dup(a, buf_str(&p.path));
		*ret = p.u;
	}
	buf_clear(&p.path);
	return r;
}

struct str url_href(struct arena *a, const struct url *u, bool with_fragment)
{
	AUTO(buf) b = {0};
	buf_init(&b, 64 * (size_t)CAP_URL);
	buf_addf(&b, "%.*s:", STR_FMT(u->scheme));
	if (u->has_host) {
		buf_add(&b, STR("//"));
		buf_add(&b, u->user);
		if (u->password.n)
			buf_addf(&b, ":%.*s", STR_FMT(u->password));
		if (u->user.n || u->password.n)
			buf_addc(&b, '@');
		buf_add(&b, u->host);
		if (u->has_port)
			buf_addf(&b, ":%u", u->port);
	} else if (!u->opaque_path && str_starts(u->path, STR("//"))) {
		/* else the path would be read back as a host */
		buf_add(&b, STR("/."));
	}
	buf_add(&b, u->path);
	if (u->has_query)
		buf_addf(&b, "?%.*s", STR_FMT(u->query));
	if (with_fragment && u->has_fragment)
		buf_addf(&b, "#%.*s", STR_FMT(u->fragment));
	return str_dup(a, buf_str(&b));
}

bool url_is_web(const struct url *u)
{
	return u->has_host && u->host.n && (str_eq(u->scheme, STR("http")) || str_eq(u->scheme, STR("https")));
}

struct str url_key(struct arena *a, struct str input)
{
	struct url u;
	struct err e;
	if (url_parse(a, input, NULL, &u, &e) != OK)
		return str_dup(a, input);
	u.user = u.password = STR("");
	return url_href(a, &u, false);
}
