/* SPDX-License-Identifier: Apache-2.0 */
/* Session ids in paths and queries, as the Python module surt finds and cuts them: what it writes as greedy regular
 * expressions is here a search from the end, which takes one look at each letter. */
#include "base/arena.h"
#include "formats/url/url_int.h"

static bool alnum_run(struct str s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (i >= s.n || !(ascii_alpha(s.p[i]) || ascii_digit(s.p[i])))
			return false;
	return true;
}

/* Behind "(24 letters)/", or behind "(S(24 letters)F(24 letters))/" when `groups`: ASP.NET's session in the path. `at`
 * is its '('. 0: none. */
static size_t aspx_session(struct str path, size_t at, bool groups)
{
	size_t i = at + 1;
	if (!groups)
		return alnum_run(str_from(path, i), 24) && str_starts(str_from(path, i + 24), STR(")/")) ? i + 26 : 0;
	while (i + 27 <= path.n && ascii_alpha(path.p[i]) && path.p[i + 1] == '(' &&
		alnum_run(str_from(path, i + 2), 24) && path.p[i + 26] == ')')
		i += 27;
	return i > at + 1 && str_starts(str_from(path, i), STR(")/")) ? i + 2 : 0;
}

/* For each place whether ".aspx" follows at it or later, with no '?' before. */
static bool *aspx_follows(struct arena *a, struct str path)
{
	bool *ret = arena_alloc(a, path.n + 1);
	for (size_t i = path.n; i-- > 0;)
		ret[i] = path.p[i] != '?' && (ret[i + 1] || str_istarts(str_from(path, i), STR(".aspx")));
	return ret;
}

/* The last session of each kind is cut, when a page's name is between it and ".aspx". */
struct str session_strip_path(struct arena *a, struct str path)
{
	for (int groups = 1; groups >= 0; groups--) {
		const bool *page = aspx_follows(a, path);
		for (size_t i = path.n; i-- > 1;) {
			size_t end = path.p[i] == '(' && path.p[i - 1] == '/' ? aspx_session(path, i, groups) : 0;
			if (end && end < path.n && path.p[end] != '?' && page[end + 1]) {
				path = str_join(a, str_sub(path, 0, i), str_from(path, end));
				break;
			}
		}
	}
	return path;
}

/* How long a session parameter is at `at`: 0 when it is none. It must end there or at '&'. `amp` is the next '&'. */
static size_t session_length(struct str q, size_t at, size_t amp, unsigned kind)
{
	static const char *const name[] = {"jsessionid=", "phpsessid=", "sid=", "aspsessionid", "cfid="};
	struct str s = str_from(q, at);
	size_t n = strlen(name[kind]);
	if (!str_istarts(s, str_c(name[kind])))
		return 0;
	if (kind < 3) {
		n = alnum_run(str_from(s, n), 32) ? n + 32 : 0;
	} else if (kind == 3) {
		bool ok = alnum_run(str_from(s, n), 8) && n + 8 < s.n && s.p[n + 8] == '=' &&
			alnum_run(str_from(s, n + 9), 24);
		for (size_t i = 0; ok && i < 33; i++)
			ok = i == 8 || ascii_alpha(s.p[n + i]);
		n = ok ? n + 33 : 0;
	} else {
		struct str token = str_from(q, amp + 1);
		bool ok = amp > at + n && str_istarts(token, STR("cftoken="));
		size_t end = ok ? str_chr(token, '&', 0) : 0;
		n = end > strlen("cftoken=") ? amp - at + 1 + end : 0;
	}
	return n && (n == s.n || s.p[n] == '&') ? n : 0;
}

/* The last occurrence is cut, wherever it begins: "foosid=…" loses its "sid=…" too, as everywhere else. */
struct str session_strip_query(struct arena *a, struct str q)
{
	for (unsigned kind = 0; kind < 5; kind++) {
		size_t amp = q.n;
		for (size_t at = q.n; at-- > 0;) {
			amp = q.p[at] == '&' ? at : amp;
			size_t n = session_length(q, at, amp, kind);
			if (!n)
				continue;
			struct str tail = str_from(q, at + n + 1);
			q = str_join(a, str_sub(q, 0, at), tail);
			break;
		}
	}
	return q;
}
