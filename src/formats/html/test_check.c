/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/html/test_check.h"

#include "base/mem.h"
#include "base/utf8.h"

struct checker {
	const struct html *h;
	struct html *again;
	struct buf *why;
};

#define SAY(c, node, what)                                                                                             \
	(buf_addf((c)->why, "node %u, bytes %u to %u: %s", (node), (c)->h->nodes[node].from, (c)->h->nodes[node].to,   \
		 (what)),                                                                                              \
		false)

static struct str source_of(const struct checker *c, uint32_t from, uint32_t to)
{
	return str_sub(c->h->source, from, to);
}

static bool is_range(const struct checker *c, uint32_t from, uint32_t to)
{
	return from <= to && to <= c->h->source.n;
}

/* Characters of one numeric reference, "&#" and all, by §13.2.5.84 alone. */
static void numeric(struct str ref, struct buf *to)
{
	static const uint16_t windows[32] = {0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030,
		0x160, 0x2039, 0x152, 0x8d, 0x17d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
		0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178};
	uint32_t base = ref.n > 2 && ascii_lower(ref.p[2]) == 'x' ? 16 : 10;
	uint32_t v = 0;
	for (size_t i = base == 16 ? 3 : 2; i < ref.n && ref.p[i] != ';'; i++) {
		int digit = ascii_hexval(ref.p[i]);
		v = digit < 0 || (uint32_t)digit >= base || v > 0x10ffff ? 0x110000 : v * base + (uint32_t)digit;
	}
	if (v >= 0x80 && v < 0xa0)
		v = windows[v - 0x80];
	utf8_add(to, v == 0 ? UTF8_BAD : v);
}

/* True when the source bytes are one reference, as long as it can be, with that meaning. */
static bool is_reference(const struct checker *c, uint32_t from, uint32_t to, struct str means)
{
	struct str ref = source_of(c, from, to);
	struct str behind = source_of(c, to, to + 1);
	if (ref.n < 3 || ref.p[0] != '&' || (behind.n && behind.p[0] == ';' && ref.p[ref.n - 1] != ';'))
		return false;
	if (ref.p[1] == '#') {
		AUTO(buf) text = {0};
		buf_init(&text, 16);
		numeric(ref, &text);
		bool is_hex = ascii_lower(ref.p[2]) == 'x';
		bool more = behind.n && (is_hex ? ascii_hexval(behind.p[0]) >= 0 : ascii_digit(behind.p[0]));
		bool whole = ref.p[ref.n - 1] == ';' || !more;
		return whole && str_eq(buf_str(&text), means);
	}
	const struct html_options in_div = {.context = NAME_DIV};
	html_parse(ref, &in_div, c->again);
	return c->again->n == 2 && c->again->nodes[1].kind == HTML_TEXT && str_eq(html_node_text(c->again, 1), means);
}

static bool is_replaced(struct str bytes, struct str text)
{
	if (str_eq(text, STR("\n")))
		return str_eq(bytes, STR("\r")) || str_eq(bytes, STR("\r\n"));
	return str_eq(text, STR("\xef\xbf\xbd")) && bytes.n == 1 && bytes.p[0] == '\0';
}

/* One run: `at` and `n` in the text of its node. */
static bool check_run(const struct checker *c, uint32_t node, struct str text, const struct html_run *r)
{
	struct str piece = str_sub(text, r->at, r->at + r->n);
	struct str bytes = source_of(c, r->from, r->to);
	if (piece.n != r->n || r->n == 0 || !is_range(c, r->from, r->to))
		return SAY(c, node, "a run outside of the text");
	bool verbatim = str_eq(piece, bytes);
	if (!verbatim && !is_replaced(bytes, piece) && !is_reference(c, r->from, r->to, piece))
		return SAY(c, node, "a run whose bytes do not mean its text");
	if (r->as_is != verbatim)
		return SAY(c, node, "a run that says wrongly whether it stands in the source as it is");
	for (uint32_t k = 0; k < r->n; k++) {
		uint32_t from = 0;
		uint32_t to = 0;
		html_text_source(c->h, node, r->at + k, 1, &from, &to);
		if (from != (verbatim ? r->from + k : r->from) || to != (verbatim ? r->from + k + 1 : r->to))
			return SAY(c, node, "html_text_source() names other bytes than the run");
	}
	return true;
}

static bool check_whole_source(const struct checker *c, uint32_t node, uint32_t n)
{
	uint32_t from = 0;
	uint32_t to = 0;
	html_text_source(c->h, node, 0, n, &from, &to);
	return from == c->h->nodes[node].from && to == c->h->nodes[node].to;
}

static bool check_text(const struct checker *c, uint32_t i)
{
	const struct html_node *n = &c->h->nodes[i];
	struct str text = html_node_text(c->h, i);
	if (text.n == 0 || text.n != n->text.n || n->from >= n->to || !utf8_valid(text))
		return SAY(c, i, "a text without text, or not UTF-8");
	if (!check_whole_source(c, i, n->text.n))
		return SAY(c, i, "html_text_source() of all of it is not its range");
	if (n->text.nruns == 0) {
		const struct html_run all = {.from = n->from, .to = n->to, .n = n->text.n, .as_is = 1};
		if (n->text.at != n->from || n->text.n != n->to - n->from)
			return SAY(c, i, "a text that is one piece of the source, and is not");
		return check_run(c, i, text, &all);
	}
	uint32_t at = 0;
	uint32_t behind = n->from;
	if (n->text.run + (size_t)n->text.nruns > c->h->nruns)
		return SAY(c, i, "runs that are none");
	for (uint32_t k = 0; k < n->text.nruns; k++) {
		const struct html_run *r = &c->h->runs[n->text.run + k];
		if (r->at != at || r->from < behind || (k == 0 && r->from != n->from))
			return SAY(c, i, "runs that overlap, leave text out or begin elsewhere");
		if (!check_run(c, i, text, r))
			return false;
		at += r->n;
		behind = r->to;
	}
	if (at != n->text.n || behind != n->to)
		return SAY(c, i, "runs that end elsewhere than the text");
	return true;
}

static bool is_heading(struct str name)
{
	return name.n == 2 && ascii_lower(name.p[0]) == 'h' && name.p[1] >= '1' && name.p[1] <= '6';
}

/* `name` as it stands in a tag: ASCII case aside, with U+FFFD for NUL. Returns its length there; 0 when it differs. */
static size_t name_length(struct str s, struct str name)
{
	size_t at = 0;
	for (size_t i = 0; i < name.n; at++) {
		if (at == s.n)
			return 0;
		if (s.p[at] == '\0' && str_starts(str_from(name, i), STR("\xef\xbf\xbd")))
			i += 3;
		else if (ascii_lower(s.p[at]) == ascii_lower(name.p[i]))
			i++;
		else
			return 0;
	}
	return at;
}

static bool is_tag(struct str tag, struct str name, bool is_end)
{
	if (tag.n < 3 || tag.p[0] != '<' || tag.p[tag.n - 1] != '>' || (tag.p[1] == '/') != is_end)
		return false;
	struct str rest = str_from(tag, is_end ? 2 : 1);
	struct str own = is_heading(name) && is_end && is_heading(str_sub(rest, 0, 2)) ? str_sub(rest, 0, 2) : name;
	size_t n = name_length(rest, own);
	if (n == 0 && str_eq(name, STR("img")))
		n = name_length(rest, STR("image"));
	return n && n < rest.n && (ascii_space(rest.p[n]) || rest.p[n] == '/' || rest.p[n] == '>');
}

/* Appends what a reference at the front of `s` means inside an attribute, read again by itself; returns how many bytes
 * of `s` that are. */
static size_t attr_reference(const struct checker *c, struct str s, struct buf *to)
{
	const struct html_options in_div = {.context = NAME_DIV};
	AUTO(buf) tag = {0};
	size_t n = 1;
	while (n < s.n && (ascii_alpha(s.p[n]) || ascii_digit(s.p[n]) || s.p[n] == '#'))
		n++;
	n += n < s.n && (s.p[n] == ';' || s.p[n] == '=');
	buf_init(&tag, s.n + 16);
	buf_add(&tag, STR("<p title=\""));
	buf_addmem(&tag, s.p, n);
	buf_add(&tag, STR("\">"));
	html_parse(buf_str(&tag), &in_div, c->again);
	buf_add(to, html_attr(c->again, 1, NAME_TITLE));
	return n;
}

/* True when source bytes mean `value`; references count in attributes, not in the identifiers of a doctype. */
static bool means_value(const struct checker *c, struct str raw, struct str value, bool has_references)
{
	if (str_eq(raw, value))
		return true;
	AUTO(buf) text = {0};
	buf_init(&text, raw.n * 3 + 1);
	for (size_t i = 0; i < raw.n;) {
		struct str rest = str_from(raw, i);
		if (raw.p[i] == '&' && has_references) {
			i += attr_reference(c, rest, &text);
		} else if (raw.p[i] == '\r') {
			buf_addc(&text, '\n');
			i += str_starts(rest, STR("\r\n")) ? 2 : 1;
		} else {
			buf_add(&text, raw.p[i] ? str_sub(rest, 0, 1) : STR("\xef\xbf\xbd"));
			i++;
		}
	}
	return str_eq(buf_str(&text), value);
}

static bool check_attr(const struct checker *c, uint32_t node, const struct html_attr *at)
{
	const struct html_node *n = &c->h->nodes[node];
	bool is_element = n->kind == HTML_ELEMENT;
	/* those of a second <html> or <body> are added to the first */
	bool elsewhere = n->from == n->to || html_is(c->h, node, NAME_HTML) || html_is(c->h, node, NAME_BODY);
	if (!is_range(c, at->from, at->to))
		return SAY(c, node, "an attribute outside of the source");
	/* a tag ends with its '>', a doctype may end with the page, inside an identifier */
	uint32_t end = n->to - is_element;
	if (!elsewhere && at->from < at->to && (at->from < n->from || at->to > end))
		return SAY(c, node, "an attribute outside of its tag");
	struct str value = html_attr_value(c->h, at);
	if (value.n != at->n || !utf8_valid(value) || (at->from == at->to && at->n))
		return SAY(c, node, "an attribute whose value comes from nowhere, or is not UTF-8");
	if (!means_value(c, source_of(c, at->from, at->to), value, is_element))
		return SAY(c, node, "an attribute whose bytes do not mean its value");
	const struct html_attr *first = &c->h->attrs[n->el.attrs];
	for (const struct html_attr *k = first; k < at && k < first + 64; k++)
		if (k->name == at->name && k->ns == at->ns)
			return SAY(c, node, "two attributes of one name");
	return html_name(c->h, at->name).n || SAY(c, node, "an attribute without a name");
}

static bool check_element(const struct checker *c, uint32_t i)
{
	const struct html_node *n = &c->h->nodes[i];
	struct str name = html_name(c->h, n->el.name);
	struct str start = source_of(c, n->from, n->to);
	struct str end = source_of(c, n->el.close_from, n->el.close_to);
	if (name.n == 0 || !is_range(c, n->el.close_from, n->el.close_to))
		return SAY(c, i, "an element without a name, or closed outside of the source");
	bool by_end_tag = html_is(c->h, i, NAME_BR) || html_is(c->h, i, NAME_P); /* </p> alone makes an element */
	if (start.n && !is_tag(start, name, false) && !(by_end_tag && is_tag(start, name, true)))
		return SAY(c, i, "a start tag that is none");
	if (end.n && (!is_tag(end, name, true) || n->el.close_from < n->from))
		return SAY(c, i, "an end tag that is none");
	return true;
}

static bool check_node(const struct checker *c, uint32_t i)
{
	const struct html_node *n = &c->h->nodes[i];
	struct str bytes = source_of(c, n->from, n->to);
	if (!is_range(c, n->from, n->to))
		return SAY(c, i, "outside of the source");
	if (n->kind == HTML_TEXT)
		return check_text(c, i);
	if (n->kind == HTML_COMMENT)
		return (bytes.n >= 2 && bytes.p[0] == '<' && utf8_valid(html_node_text(c->h, i))) ||
			SAY(c, i, "a comment that is none");
	if (n->kind == HTML_DOCTYPE && !str_istarts(bytes, STR("<!doctype")))
		return SAY(c, i, "a doctype that is none");
	if (n->kind == HTML_ELEMENT && !check_element(c, i))
		return false;
	for (uint32_t k = 0; k < n->nattrs; k++)
		if (n->el.attrs + (size_t)k >= c->h->nattrs || !check_attr(c, i, &c->h->attrs[n->el.attrs + k]))
			return c->why->n == 0 ? SAY(c, i, "attributes that are none") : false;
	return true;
}

static bool check_tree(const struct checker *c)
{
	const struct html *h = c->h;
	uint32_t seen = 1;
	if (h->n == 0 || h->nodes[0].kind != HTML_DOCUMENT || h->nodes[0].parent != HTML_NONE ||
		h->nodes[0].end != h->n) {
		buf_addf(c->why, "node 0 of %u is no document of all nodes", h->n);
		return false;
	}
	for (uint32_t i = 0; i < h->n; i++) {
		const struct html_node *n = &h->nodes[i];
		if (n->end <= i || n->end > h->n || (i && (n->parent >= i || n->end > h->nodes[n->parent].end)))
			return SAY(c, i, "not inside of its parent");
		if (n->kind == HTML_TEXT || n->kind == HTML_COMMENT || n->kind == HTML_DOCTYPE) {
			if (n->end != i + 1)
				return SAY(c, i, "has children and cannot");
			continue;
		}
		for (uint32_t k = html_first(h, i); k != HTML_NONE; k = html_next(h, k), seen++)
			if (k <= i || k >= n->end || h->nodes[k].parent != i)
				return SAY(c, k, "is not the child of its parent");
	}
	if (seen != h->n)
		buf_addf(c->why, "%u nodes, %u of them are someone's child", h->n, seen);
	return seen == h->n;
}

bool test_check(const struct html *h, struct html *again, struct buf *why)
{
	const struct checker c = {h, again, why};
	if (!check_tree(&c))
		return false;
	for (uint32_t i = 1; i < h->n; i++)
		if (!check_node(&c, i))
			return false;
	return true;
}

uint32_t test_depth(const struct html *h)
{
	uint32_t most = 0;
	uint32_t *depth = mem_alloc(h->n * sizeof(*depth));
	for (uint32_t i = 1; i < h->n; i++) {
		depth[i] = depth[h->nodes[i].parent] + (h->nodes[i].kind == HTML_ELEMENT);
		most = depth[i] > most ? depth[i] : most;
	}
	mem_free(depth);
	return most;
}

static bool is_one_of(struct str name, const char *const *all)
{
	for (; *all; all++)
		if (str_ieq(name, str_c(*all)))
			return true;
	return false;
}

static bool is_safe_node(const struct html *h, uint32_t i, struct buf *why)
{
	static const char *const elements[] = {"script", "style", "iframe", "frame", "frameset", "object", "embed",
		"applet", "link", "meta", "base", "form", "input", "button", "select", "textarea", "img", "image",
		"picture", "source", "video", "audio", "track", "portal", "template", "noscript", "noembed", "noframes",
		"plaintext", "xmp", "title", "slot", "canvas", "marquee", "keygen", "bgsound", "param", "area", "svg",
		"math", NULL};
	static const char *const attrs[] = {"href", "src", "srcset", "srcdoc", "action", "formaction", "style",
		"background", "poster", "data", "cite", "longdesc", "usemap", "ping", "manifest", "codebase", "archive",
		"http-equiv", "target", "content", "form", "is", "slot", "sizes", "xlink:href", "autofocus",
		"contenteditable", "download", "popover", "popovertarget", "command", "commandfor", NULL};
	const struct html_node *n = &h->nodes[i];
	if (n->kind == HTML_TEXT)
		return true;
	struct str name = n->kind == HTML_ELEMENT ? html_name(h, n->el.name) : STR("a comment or doctype");
	bool safe = n->kind == HTML_ELEMENT && n->ns == HTML_NS_HTML && !is_one_of(name, elements);
	if (!safe)
		buf_addf(why, "'%.*s' is not safe", STR_FMT(name));
	for (uint32_t k = 0; safe && k < n->nattrs; k++) {
		name = html_name(h, h->attrs[n->el.attrs + k].name);
		safe = !str_istarts(name, STR("on")) && !is_one_of(name, attrs);
		if (!safe)
			buf_addf(why, "an attribute '%.*s' is not safe", STR_FMT(name));
	}
	return safe;
}

bool test_is_safe(struct str written, struct buf *why)
{
	static const struct html_options ways[] = {{0}, {.scripting = true}, {.context = NAME_DIV},
		{.context = NAME_DIV, .scripting = true}, {.context = NAME_TD}, {.context = NAME_TEMPLATE}};
	struct html h = {0};
	bool safe = true;
	for (size_t w = 0; safe && w < ARRAY_LEN(ways); w++) {
		html_parse(written, &ways[w], &h);
		for (uint32_t i = 1; safe && i < h.n; i++)
			safe = is_safe_node(&h, i, why);
	}
	html_clear(&h);
	return safe;
}
