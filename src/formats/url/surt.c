/* SPDX-License-Identifier: Apache-2.0 */
/* SURT keys as the Python module surt prints them, its oddities included: indexes of other archives are sorted by
 * these, and one letter of difference is a page that replay tools do not find. Two passes over a URL split by the
 * regular expression of RFC 2396 appendix B: unescape repeatedly and escape once, then fold what crawlers fold. */
#include "base/arena.h"
#include "base/caps.h"
#include "base/utf8.h"
#include "formats/url/url_int.h"

struct split {
	struct str scheme;
	struct str host;
	struct str path;
	struct str query;
	uint64_t port; /* 0: none */
	bool has_query;
	bool last_question; /* ends in a '?' with nothing behind it */
};

/* Escapes what is outside 0x21-0x7e, and '#' and '%'. */
static struct str escape_once(struct arena *a, struct str s)
{
	AUTO(buf) b = {0};
	buf_init(&b, 3 * s.n + 1);
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = (uint8_t)s.p[i];
		if (c <= 0x20 || c > 0x7e || c == '#' || c == '%')
			buf_addf(&b, "%%%02X", c);
		else
			buf_addc(&b, (char)c);
	}
	return str_dup(a, buf_str(&b));
}

/* Unescapes until nothing changes, in one pass: an escape that the newest byte completes is decoded where it stands,
 * and what it decodes to may complete another one before it. No two escapes overlap, so the order does not matter. */
static struct str unescape_repeatedly(struct arena *a, struct str s)
{
	char *to = arena_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		to[n++] = s.p[i];
		while (n >= 3 && to[n - 3] == '%' && ascii_hexval(to[n - 2]) >= 0 && ascii_hexval(to[n - 1]) >= 0) {
			to[n - 3] = (char)(ascii_hexval(to[n - 2]) << 4 | ascii_hexval(to[n - 1]));
			n -= 2;
		}
	}
	return str_mem(to, n);
}

static bool is_scheme_char(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || c == '+' || c == '.' || c == '-';
}

/* Length of "scheme" when s begins with "scheme:", else 0. */
static size_t scheme_length(struct str s)
{
	size_t n = 0;
	if (!s.n || !ascii_alpha(s.p[0]))
		return 0;
	while (n < s.n && is_scheme_char(s.p[n]))
		n++;
	return n < s.n && s.p[n] == ':' ? n : 0;
}

/* "http://https/x.example" -> "https://x.example": of several schemes in a row the last counts. */
static struct str drop_double_scheme(struct str s)
{
	for (;;) {
		size_t n = 0;
		struct str first = str_starts(s, STR("https://")) ? STR("https://") : STR("http://");
		if (!str_starts(s, first))
			return s;
		n = first.n;
		struct str rest = str_from(s, n);
		if (!str_starts(rest, STR("http://")) && !str_starts(rest, STR("https://")))
			return s;
		s = rest;
	}
}

/* Trimmed, without line breaks and tabs, with a scheme. */
static struct str prepare(struct arena *a, struct str s)
{
	AUTO(buf) b = {0};
	buf_init(&b, s.n + 8);
	s = str_trim(s);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\n' && s.p[i] != '\r' && s.p[i] != '\t')
			buf_addc(&b, s.p[i]);
	struct str clean = buf_str(&b);
	if (clean.n && scheme_length(clean) == 0)
		return str_join(a, STR("http://"), clean);
	return drop_double_scheme(str_dup(a, clean));
}

/* "user@HOST:port" -> lower-case host and port, as Python's SplitResult has them. */
static void split_netloc(struct arena *a, struct str netloc, struct split *u)
{
	while (str_ends(netloc, STR(":")))
		netloc.n--;
	size_t at = netloc.n;
	while (at > 0 && netloc.p[at - 1] != '@')
		at--;
	struct str host = str_from(netloc, at);
	struct str port = STR("");
	size_t open = str_chr(host, '[', 0);
	if (open < host.n) {
		size_t close = str_chr(host, ']', open);
		struct str behind = str_from(host, close + 1);
		host = str_sub(host, open + 1, close);
		port = str_from(behind, str_chr(behind, ':', 0) + 1);
	} else {
		size_t colon = str_chr(host, ':', 0);
		port = str_from(host, colon + 1);
		host = str_sub(host, 0, colon);
	}
	u->host = str_lower(a, host);
	if (!str_to_u64(port, &u->port) || u->port > 65535)
		u->port = 0;
}

static struct split split_url(struct arena *a, struct str s)
{
	struct split u = {0};
	struct str url = s;
	size_t n = scheme_length(s);
	if (n) {
		u.scheme = str_sub(s, 0, n);
		s = str_from(s, n + 1);
	}
	s = str_sub(s, 0, str_chr(s, '#', 0));
	size_t q = str_chr(s, '?', 0);
	u.query = str_from(s, q + 1);
	u.has_query = u.query.n > 0;
	s = str_sub(s, 0, q);
	if (str_starts(s, STR("//"))) {
		size_t end = str_chr(s, '/', 2);
		split_netloc(a, str_sub(s, 2, end), &u);
		s = str_from(s, end);
	}
	u.path = s;
	if (u.host.n == 0 && str_starts(u.scheme, STR("http")) && u.path.n) {
		/* "http:////////www.vikings.example" */
		size_t from = 0;
		while (from < u.path.n && u.path.p[from] == '/')
			from++;
		struct str rest = str_from(u.path, from);
		size_t slash = str_chr(rest, '/', 0);
		u.host = str_sub(rest, 0, slash);
		struct str tail = str_from(rest, slash + 1);
		u.path = str_join(a, STR("/"), tail);
	}
	u.last_question = str_ends(url, STR("?")) && !u.has_query;
	return u;
}

/* 1 to 4 parts of digits; `octal` when the first begins with 0. */
static bool looks_like_ip(struct str host, bool *ret_octal)
{
	size_t parts = 1;
	*ret_octal = host.n && host.p[0] == '0';
	if (!host.n || !ascii_digit(host.p[0]))
		return false;
	for (size_t i = 1; i < host.n; i++) {
		if (host.p[i] == '.') {
			if (host.p[i - 1] == '.')
				return false;
			parts++;
		} else if (!ascii_digit(host.p[i]) || (*ret_octal && host.p[i] > '7')) {
			return false;
		}
	}
	return parts <= 4 && host.p[host.n - 1] != '.';
}

static bool all_digits(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ascii_digit(s.p[i]))
			return false;
	return s.n > 0;
}

static struct str ip_forms(struct arena *a, struct str host)
{
	bool octal = false;
	struct str ip;
	struct err e;
	if (all_digits(host)) {
		uint32_t v = 0;
		for (size_t i = 0; i < host.n; i++)
			v = v * 10u + (uint32_t)(host.p[i] - '0'); /* modulo 2^32, as the reference */
		return str_fmt(a, "%u.%u.%u.%u", v >> 24, v >> 16 & 255, v >> 8 & 255, v & 255);
	}
	if (!looks_like_ip(host, &octal) || host_parse(a, host, true, &ip, &e) != OK)
		return STR("");
	return ip;
}

/* As Python's .decode("utf-8", "ignore"). */
static struct str drop_invalid(struct arena *a, struct str s)
{
	AUTO(buf) b = {0};
	buf_init(&b, s.n + 1);
	for (size_t i = 0; i < s.n;) {
		bool ok = true;
		size_t was = i;
		(void)utf8_next(s, &i, &ok);
		if (ok)
			buf_add(&b, str_sub(s, was, i));
	}
	return str_dup(a, buf_str(&b));
}

/* bytes.decode("utf-8", "ignore").encode("idna"), which takes ASCII as it is but for empty and long labels. */
static bool python_idna(struct arena *a, struct str host, struct str *ret)
{
	struct str valid = drop_invalid(a, host);
	if (!str_is_ascii(valid))
		return host_to_ascii(a, valid, IDNA_2003, ret);
	struct str rest = valid;
	for (bool more = true; more;) {
		size_t dot = str_chr(rest, '.', 0);
		more = dot < rest.n;
		if (dot >= 64 || (more && dot == 0))
			return false;
		rest = str_from(rest, dot + 1);
	}
	*ret = valid;
	return true;
}

static struct str fix_host(struct arena *a, struct str host)
{
	host = unescape_repeatedly(a, host);
	struct str ascii;
	if (!str_is_ascii(host) && python_idna(a, host, &ascii))
		host = ascii;
	char *to = arena_alloc(a, host.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < host.n; i++) {
		to[n++] = host.p[i];
		if (host.p[i] == '.' && i + 1 < host.n && host.p[i + 1] == '.')
			i++;
	}
	struct str s = str_mem(to, n);
	while (s.n && s.p[0] == '.')
		s = str_from(s, 1);
	while (s.n && s.p[s.n - 1] == '.')
		s.n--;
	struct str ip = ip_forms(a, s);
	return ip.n ? ip : escape_once(a, str_lower(a, s));
}

/* "." and ".." resolved, runs of '/' made one. Where ".." has nothing to remove, it stays. */
static struct str fix_path(struct arena *a, struct str path)
{
	AUTO(buf) b = {0};
	AUTO(arena) scratch = {0};
	size_t segments = 1;
	size_t n = 0;
	for (size_t i = 0; i < path.n; i++)
		segments += path.p[i] == '/';
	struct str *kept = arena_alloc(&scratch, segments * sizeof(*kept));
	struct str rest = str_from(path, str_chr(path, '/', 0) + 1);
	bool more = str_chr(path, '/', 0) < path.n;
	while (more) {
		size_t slash = str_chr(rest, '/', 0);
		struct str p = str_sub(rest, 0, slash);
		more = slash < rest.n;
		rest = str_from(rest, slash + 1);
		if (str_eq(p, STR(".")))
			continue;
		if (str_eq(p, STR("..")) && n > 0) {
			n--;
			continue;
		}
		kept[n++] = p;
	}
	buf_init(&b, path.n + 2);
	buf_addc(&b, '/');
	for (size_t i = 0; i + 1 < n; i++) {
		buf_add(&b, kept[i]);
		if (kept[i].n)
			buf_addc(&b, '/');
	}
	if (n)
		buf_add(&b, kept[n - 1]);
	return str_dup(a, buf_str(&b));
}

/* Order of Python's tuples ("a",) < ("a", "") < ("a", "1") < ("aa",). */
static int by_pair(struct str a, struct str b)
{
	size_t ea = str_chr(a, '=', 0);
	size_t eb = str_chr(b, '=', 0);
	int d = str_cmp(str_sub(a, 0, ea), str_sub(b, 0, eb));
	if (d)
		return d;
	if (ea == a.n || eb == b.n)
		return (ea < a.n) - (eb < b.n);
	return str_cmp(str_from(a, ea + 1), str_from(b, eb + 1));
}

/* Bottom-up merge sort: stable, and n log n whatever is sent. */
static void sort_pairs(struct arena *a, struct str *s, size_t n)
{
	struct str *from = s;
	struct str *to = arena_alloc(a, n * sizeof(*s));
	for (size_t width = 1; width < n; width *= 2) {
		for (size_t lo = 0; lo < n; lo += 2 * width) {
			size_t mid = size_min(lo + width, n);
			size_t hi = size_min(lo + 2 * width, n);
			size_t i = lo;
			size_t k = mid;
			for (size_t out = lo; out < hi; out++) {
				bool left = i < mid && (k >= hi || by_pair(from[i], from[k]) <= 0);
				to[out] = left ? from[i++] : from[k++];
			}
		}
		struct str *swap = from;
		from = to;
		to = swap;
	}
	if (from != s)
		memcpy(s, from, n * sizeof(*s));
}

static struct str sort_query(struct arena *a, struct str q)
{
	AUTO(buf) b = {0};
	struct str *pair = NULL;
	size_t n = 0;
	if (q.n <= 1)
		return q;
	struct str rest = q;
	for (bool more = true; more;) {
		size_t amp = str_chr(rest, '&', 0);
		more = amp < rest.n;
		struct str *to = arena_push(a, &pair, &n, sizeof(*pair));
		*to = str_sub(rest, 0, amp);
		rest = str_from(rest, amp + 1);
	}
	sort_pairs(a, pair, n);
	buf_init(&b, q.n + 1);
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s%.*s", i ? "&" : "", STR_FMT(pair[i]));
	return str_dup(a, buf_str(&b));
}

static struct str strip_www(struct str host)
{
	size_t n = 3;
	if (!str_starts(host, STR("www")))
		return host;
	while (n < host.n && ascii_digit(host.p[n]))
		n++;
	return n < host.n && host.p[n] == '.' ? str_from(host, n + 1) : host;
}

static void add_reversed(struct buf *b, struct str host)
{
	size_t end = host.n;
	for (;;) {
		size_t dot = end;
		while (dot > 0 && host.p[dot - 1] != '.')
			dot--;
		buf_add(b, str_sub(host, dot, end));
		if (dot == 0)
			return;
		buf_addc(b, ',');
		end = dot - 1;
	}
}

/* First pass: escapes, host forms, dots in the path. */
static void canonical_escapes(struct arena *a, struct split *u)
{
	if (u->has_query)
		u->query = escape_once(a, unescape_repeatedly(a, u->query));
	if (u->host.n)
		u->host = fix_host(a, u->host);
	u->path = unescape_repeatedly(a, u->path);
	if (u->host.n)
		u->path = fix_path(a, u->path);
	u->path = escape_once(a, u->path);
}

/* Second pass: what different addresses of one page differ in. */
static void canonical_folds(struct arena *a, struct split *u)
{
	struct str scheme = str_lower(a, u->scheme);
	if (!str_eq(u->scheme, STR("dns")))
		u->host = strip_www(str_lower(a, u->host));
	uint64_t usual = str_eq(scheme, STR("http")) ? 80 : str_eq(scheme, STR("https")) ? 443 : 0;
	if (u->port == usual)
		u->port = 0;
	u->path = session_strip_path(a, str_lower(a, u->path));
	if (u->path.n > 1 && str_ends(u->path, STR("/")))
		u->path.n--;
	if (u->has_query) {
		u->query = sort_query(a, str_lower(a, session_strip_query(a, u->query)));
		u->has_query = u->query.n > 0;
	} else {
		u->last_question = false;
	}
}

rc url_surt(struct arena *a, struct str input, struct str *ret, struct err *e)
{
	AUTO(buf) b = {0};
	if (input.n > CAP_URL)
		return err_set(e, E_LIMIT, "a URL of %zu bytes", input.n);
	if (input.n == 0 || str_starts(input, STR("filedesc"))) {
		*ret = input.n ? str_dup(a, input) : STR("-");
		return OK;
	}
	struct split u = split_url(a, prepare(a, input));
	canonical_escapes(a, &u);
	canonical_folds(a, &u);
	buf_init(&b, 16 * (size_t)CAP_URL);
	if (u.host.n) {
		add_reversed(&b, u.host);
		if (u.port)
			buf_addf(&b, ":%u", (unsigned)u.port);
		buf_addc(&b, ')');
	} else {
		buf_addf(&b, "%.*s:", STR_FMT(u.scheme));
	}
	if (u.path.n)
		buf_add(&b, u.path);
	else if (u.has_query)
		buf_addc(&b, '/');
	if (u.has_query)
		buf_addf(&b, "?%.*s", STR_FMT(u.query));
	if (u.last_question)
		buf_addc(&b, '?');
	TRY(buf_done(&b, e));
	*ret = str_dup(a, buf_str(&b));
	return OK;
}
