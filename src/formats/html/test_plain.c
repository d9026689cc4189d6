/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/html/test_plain.h"

#include <gumbo.h>

#include "base/mem.h"
#include "base/utf8.h"

#define DUMP_MAX (256u << 20)

/* The simplified tree: "3 <b>", "3 title=x", "4 text". Text is joined over comments. */
struct lines {
	struct buf to;
	struct buf text;
	size_t depth;
};

static void flush_text(struct lines *l)
{
	if (l->text.n) {
		buf_addf(&l->to, "%zu \"", l->depth);
		buf_add(&l->to, buf_str(&l->text));
		buf_add(&l->to, STR("\"\n"));
	}
	buf_reset(&l->text);
}

static void add_text(struct lines *l, size_t depth, struct str text)
{
	if (l->depth != depth)
		flush_text(l);
	l->depth = depth;
	buf_add(&l->text, text);
}

static void add_element(struct lines *l, size_t depth, unsigned ns, struct str name)
{
	flush_text(l);
	buf_addf(&l->to, "%zu <", depth);
	buf_add(&l->to, ns == HTML_NS_SVG ? STR("svg ") : ns == HTML_NS_MATHML ? STR("math ") : STR(""));
	buf_add(&l->to, name);
	buf_add(&l->to, STR(">\n"));
}

static void add_attr(struct lines *l, bool has_ns, struct str name, struct str value)
{
	buf_add(&l->to, has_ns ? STR("  ns ") : STR("  "));
	buf_add(&l->to, name);
	buf_addc(&l->to, '=');
	buf_add(&l->to, value);
	buf_addc(&l->to, '\n');
}

static void lines_init(struct lines *l)
{
	*l = (struct lines){0};
	buf_init(&l->to, DUMP_MAX);
	buf_init(&l->text, DUMP_MAX);
}

static void lines_clear(struct lines *l)
{
	buf_clear(&l->to);
	buf_clear(&l->text);
}

static void ours(struct lines *l, const struct html *h)
{
	uint32_t *depth = mem_alloc(h->n * sizeof(*depth));
	for (uint32_t i = 1; i < h->n; i++) {
		const struct html_node *n = &h->nodes[i];
		depth[i] = depth[n->parent] + 1;
		if (n->kind == HTML_TEXT)
			add_text(l, depth[i], html_node_text(h, i));
		if (n->kind != HTML_ELEMENT)
			continue;
		add_element(l, depth[i], n->ns, html_name(h, n->el.name));
		for (uint32_t k = 0; k < n->nattrs; k++) {
			const struct html_attr *at = &h->attrs[n->el.attrs + k];
			add_attr(l, at->ns != HTML_NS_HTML, html_name(h, at->name), html_attr_value(h, at));
		}
	}
	flush_text(l);
	mem_free(depth);
}

static struct str tag_of(struct arena *a, const GumboElement *el)
{
	GumboStringPiece piece = el->original_tag;
	gumbo_tag_from_original_text(&piece);
	const char *camel = el->tag_namespace == GUMBO_NAMESPACE_SVG ? gumbo_normalize_svg_tagname(&piece) : NULL;
	if (camel)
		return str_c(camel);
	if (el->tag != GUMBO_TAG_UNKNOWN)
		return str_c(gumbo_normalized_tagname(el->tag));
	return str_lower(a, str_mem(piece.data, piece.length));
}

static void theirs_element(struct lines *l, size_t depth, const GumboElement *el)
{
	AUTO(arena) a = {0};
	static const unsigned spaces[] = {HTML_NS_HTML, HTML_NS_SVG, HTML_NS_MATHML};
	add_element(l, depth, spaces[el->tag_namespace], tag_of(&a, el));
	for (unsigned i = 0; i < el->attributes.length; i++) {
		const GumboAttribute *at = el->attributes.data[i];
		add_attr(l, at->attr_namespace != GUMBO_ATTR_NAMESPACE_NONE, str_c(at->name), str_c(at->value));
	}
}

static const GumboVector *children_of(const GumboNode *n)
{
	if (n->type == GUMBO_NODE_DOCUMENT)
		return &n->v.document.children;
	return n->type == GUMBO_NODE_ELEMENT || n->type == GUMBO_NODE_TEMPLATE ? &n->v.element.children : NULL;
}

/* The node behind `n` and all below it; counts *depth down. NULL at the end. */
static const GumboNode *next_behind(const GumboNode *n, size_t *depth)
{
	for (; n->parent; n = n->parent, --*depth) {
		const GumboVector *among = children_of(n->parent);
		if (among && n->index_within_parent + 1 < among->length)
			return among->data[n->index_within_parent + 1];
	}
	return NULL;
}

static void theirs(struct lines *l, const GumboNode *document)
{
	size_t depth = 0;
	for (const GumboNode *n = document; n;) {
		const GumboVector *below = children_of(n);
		if (n->type == GUMBO_NODE_ELEMENT || n->type == GUMBO_NODE_TEMPLATE)
			theirs_element(l, depth, &n->v.element);
		else if (n->type != GUMBO_NODE_COMMENT && n->type != GUMBO_NODE_DOCUMENT)
			add_text(l, depth, str_c(n->v.text.text));
		if (below && below->length) {
			n = below->data[0];
			depth++;
		} else {
			n = next_behind(n, &depth);
		}
	}
	flush_text(l);
}

/* The first lines that differ, and the line before. */
static void say_difference(struct str a, struct str b, struct buf *why)
{
	size_t at = 0;
	while (at < a.n && at < b.n && a.p[at] == b.p[at])
		at++;
	size_t from = at;
	for (int back = 0; from && (back += a.p[from - 1] == '\n') < 3;)
		from--;
	struct str x = str_sub(a, from, at + 120);
	struct str y = str_sub(b, from, at + 120);
	buf_addf(why, "\n-- ours\n%.*s\n-- gumbo\n%.*s\n", STR_FMT(x), STR_FMT(y));
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

static size_t name_end(struct str s, size_t at)
{
	while (at < s.n && !is_space(s.p[at]) && s.p[at] != '/' && s.p[at] != '>')
		at++;
	return at;
}

#define ATTRS_MOST 200u
#define TAG_MOST 20000u

/* A reader of the attributes of one tag (§13.2.5.32 to .40): sets [*name, *name_end) and the end of the value. False at
 * the end of the tag. */
static bool next_attr(struct str s, size_t *at, size_t *name, size_t *name_end)
{
	size_t i = *at;
	while (i < s.n && (is_space(s.p[i]) || s.p[i] == '/'))
		i++;
	if (i >= s.n || s.p[i] == '>')
		return false;
	*name = i++;
	while (i < s.n && !is_space(s.p[i]) && s.p[i] != '/' && s.p[i] != '>' && s.p[i] != '=')
		i++;
	*name_end = i;
	while (i < s.n && is_space(s.p[i]))
		i++;
	if (i < s.n && s.p[i] == '=') {
		i++;
		while (i < s.n && is_space(s.p[i]))
			i++;
		if (i < s.n && (s.p[i] == '"' || s.p[i] == '\''))
			i = str_chr(s, s.p[i], i + 1) + 1;
		else
			while (i < s.n && !is_space(s.p[i]) && s.p[i] != '>')
				i++;
	} else {
		i = *name_end;
	}
	*at = size_min(i, s.n);
	return true;
}

/* Blanks the second attribute of a name in what follows the name of a tag. */
static void blank_repeated(char *p, struct str tag)
{
	struct str seen[ATTRS_MOST];
	size_t n = 0;
	size_t name = 0;
	size_t end = 0;
	for (size_t at = 0; n < ATTRS_MOST && next_attr(tag, &at, &name, &end);) {
		size_t k = 0;
		seen[n] = str_sub(tag, name, end);
		while (!str_ieq(seen[k], seen[n]))
			k++;
		if (k == n)
			n++;
		else
			memset(p + name, ' ', at - name);
	}
}

/* What a row of the table changes: all of what `h` was parsed from, into `to`. */
typedef void change(struct buf *to, const struct html *h, const char *tag);

/* Calls `named` for the name in each tag, real or not: what looks like one in a script is changed for both parsers. */
static void rename_tags(
	struct buf *to, struct str page, struct str (*named)(struct str name, const char *tag), const char *tag)
{
	for (size_t i = 0; i < page.n;) {
		size_t next = size_min(str_chr(page, '<', i) + 1, page.n);
		buf_add(to, str_sub(page, i, next));
		i = next;
		if (i < page.n && page.p[i] == '/')
			buf_addc(to, page.p[i++]);
		if (i >= page.n || !ascii_alpha(page.p[i]))
			continue;
		size_t end = name_end(page, i);
		buf_add(to, named(str_sub(page, i, end), tag));
		i = end;
	}
}

static struct str x_for_tag(struct str name, const char *tag)
{
	return str_ieq(name, str_c(tag)) ? STR("x") : name;
}

static struct str x_for_unknown(struct str name, const char *unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	return gumbo_tag_enum(str_cstr(&a, name)) == GUMBO_TAG_UNKNOWN ? STR("x") : name;
}

static struct str x_for_formatting(struct str name, const char *unused)
{
	static const char *const all[] = {
		"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"};
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (str_ieq(name, str_c(all[i])))
			return STR("x");
	return name;
}

static void change_tag(struct buf *to, const struct html *h, const char *tag)
{
	rename_tags(to, h->source, x_for_tag, tag);
}

static void change_unknown(struct buf *to, const struct html *h, const char *tag)
{
	rename_tags(to, h->source, x_for_unknown, tag);
}

static void replace(struct buf *to, struct str page, struct str what, struct str by, size_t from)
{
	size_t done = 0;
	for (size_t i = from; (i = str_ifind(page, what, i)) < page.n; i += what.n) {
		buf_add(to, str_sub(page, done, i));
		buf_add(to, by);
		done = i + what.n;
	}
	buf_add(to, str_from(page, done));
}

static void change_control(struct buf *to, const struct html *h, const char *unused)
{
	(void)unused;
	for (size_t at = 0; at < h->source.n;) {
		size_t from = at;
		uint32_t c = utf8_next(h->source, &at, NULL);
		bool is_odd = (c < 0x20 && !is_space((char)c)) || (c >= 0x7f && c < 0xa0) || (c & 0xfffe) == 0xfffe ||
			(c >= 0xfdd0 && c < 0xfdf0);
		buf_add(to, is_odd ? STR("0") : str_sub(h->source, from, at));
	}
}

static void change_numbers(struct buf *to, const struct html *h, const char *unused)
{
	(void)unused;
	replace(to, h->source, STR("&#"), STR("& #"), 0);
}

static void change_doctype(struct buf *to, const struct html *h, const char *unused)
{
	(void)unused;
	replace(to, h->source, STR("<!doctype"), STR("<!-doctype"), 0);
}

static void change_xml_base(struct buf *to, const struct html *h, const char *unused)
{
	(void)unused;
	replace(to, h->source, STR("xml:base"), STR("xml-base"), 0);
}

static void change_no_name(struct buf *to, const struct html *h, const char *unused)
{
	(void)unused;
	replace(to, h->source, STR("</>"), STR("   "), 0);
}

static void change_form(struct buf *to, const struct html *h, const char *unused)
{
	(void)unused;
	replace(to, h->source, STR("</form"), STR("<!----></form"), 0);
}

static void change_end_tags(struct buf *to, const struct html *h, const char *unused)
{
	(void)unused;
	struct str s = h->source;
	for (size_t i = 0; i < s.n;) {
		size_t next = size_min(str_chr(s, '<', i) + 1, s.n);
		size_t end = next < s.n && s.p[next] == '/' ? name_end(s, next + 1) : next;
		buf_add(to, str_sub(s, i, end));
		if (end > next && end < s.n && (is_space(s.p[end]) || s.p[end] == '/'))
			buf_addc(to, '>');
		i = end;
	}
}

static void change_p_end_tags(struct buf *to, const struct html *h, const char *unused)
{
	(void)unused;
	struct str s = h->source;
	size_t foreign = size_min(str_ifind(s, STR("<svg"), 0), str_ifind(s, STR("<math"), 0));
	for (size_t i = 0; i < s.n;) {
		size_t next = size_min(str_chr(s, '<', i) + 1, s.n);
		buf_add(to, str_sub(s, i, next));
		i = next;
		struct str name = next < s.n && s.p[next] == '/' ? str_sub(s, next + 1, name_end(s, next + 1))
								 : STR("");
		if (next < foreign || (!str_ieq(name, STR("p")) && !str_ieq(name, STR("br"))))
			continue;
		buf_add(to, STR("/x"));
		i = name_end(s, next + 1);
	}
}

static void change_second_html(struct buf *to, const struct html *h, const char *unused)
{
	(void)unused;
	replace(to, h->source, STR("<html"), STR("<x"), str_ifind(h->source, STR("<html"), 0) + 1);
}

/* What looks like a tag may stand in a comment or a script: each is looked at by itself. */
static void change_repeated(struct buf *to, const struct html *h, const char *unused)
{
	(void)unused;
	buf_add(to, h->source);
	struct str all = buf_str(to);
	for (size_t i = str_chr(all, '<', 0); i + 1 < all.n; i = str_chr(all, '<', i + 1)) {
		size_t at = name_end(all, i + 1);
		if (ascii_alpha(all.p[i + 1]))
			blank_repeated(to->p + at, str_sub(all, at, at + TAG_MOST));
	}
}

/* True when the node stands in the source inside of a table, but is not below it. */
static bool is_fostered(const struct html *h, uint32_t node)
{
	uint32_t at = h->nodes[node].from;
	for (uint32_t i = node + 1; i < h->n; i++) {
		const struct html_node *n = &h->nodes[i];
		bool is_closed = html_is(h, i, NAME_TABLE) && n->el.close_from < n->el.close_to;
		if (html_is(h, i, NAME_TABLE) && n->from < at && (!is_closed || at < n->el.close_from))
			return true;
	}
	return false;
}

static void dot_spaces(char *p, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++)
		if (is_space(p[i]))
			p[i] = '.';
}

static void change_fostered_space(struct buf *to, const struct html *h, const char *unused)
{
	(void)unused;
	buf_add(to, h->source);
	for (uint32_t i = 1; i < h->n; i++) {
		const struct html_node *n = &h->nodes[i];
		if (n->kind != HTML_TEXT || !is_fostered(h, i))
			continue;
		if (n->text.nruns == 0)
			dot_spaces(to->p, n->from, n->to);
		for (uint32_t k = 0; k < n->text.nruns; k++)
			dot_spaces(to->p, h->runs[n->text.run + k].from, h->runs[n->text.run + k].to);
	}
}

static void change_nested_a(struct buf *to, const struct html *h, const char *tag)
{
	bool found = false;
	for (uint32_t i = 1; i < h->n; i++)
		found = found || (html_is(h, i, NAME_A) && html_is(h, h->nodes[i].parent, NAME_A));
	if (found)
		rename_tags(to, h->source, x_for_tag, tag);
	else
		buf_add(to, h->source);
}

/* A formatting element with four more elements nested in it, none of them a block: all formatting goes. */
static void change_long_chain(struct buf *to, const struct html *h, const char *tag)
{
	bool found = false;
	for (uint32_t i = 1; i < h->n && !found; i++) {
		uint32_t up = i;
		for (size_t k = 0; k < 4; k++)
			up = h->nodes[up].parent == HTML_NONE ? 0 : h->nodes[up].parent;
		found = html_tag(h, i) != NAME_NONE && html_tag(h, up) != NAME_NONE &&
			x_for_formatting(html_name(h, html_tag(h, up)), NULL).n == 1 &&
			!str_eq(html_name(h, html_tag(h, up)), STR("x"));
	}
	if (found)
		rename_tags(to, h->source, x_for_formatting, tag);
	else
		buf_add(to, h->source);
}

/* gumbo 0.10.1 was made for the standard of 2014, and has faults of its own. Each row takes one thing out of the page,
 * for both parsers; it explains a difference when that is gone then. Rows are taken in this order, one after another.
 */
static const struct row {
	const char *what;
	const char *why;
	change *change;
	const char *tag;
} ROWS[TEST_PLAIN_ROWS] = {
	{"control characters",
		"§13.2.3.5 reports them only, and noncharacters; gumbo puts U+FFFD, and its texts end at U+0000",
		change_control, NULL},
	{"text before </form>", "§13.2.6.4.7 an end tag \"form\": gumbo puts text that waits behind the form",
		change_form, NULL},
	{"repeated attribute", "§13.2.5.33: gumbo puts the name of what it drops in front of the next", change_repeated,
		NULL},
	{"unknown elements", "§13.2.6.4.7 any other end tag: gumbo takes all names that it does not know for one",
		change_unknown, NULL},
	{"</>", "§13.2.5.7: gumbo puts it in front of the next name", change_no_name, NULL},
	{"<select>", "§13.2.6.4.7: the insertion mode \"in select\" is gone", change_tag, "select"},
	{"<template>", "§13.2.6.4.22: changed since", change_tag, "template"},
	{"<isindex>", "§13.2.6.4.7 does not name it any more", change_tag, "isindex"},
	{"<menuitem>", "§13.2.6.4.7 does not name it any more", change_tag, "menuitem"},
	{"<rb>", "§13.2.6.4.7 a start tag \"rb\", \"rtc\"; §13.2.6.3 implied end tags", change_tag, "rb"},
	{"<rtc>", "the same", change_tag, "rtc"},
	{"<rp>", "§13.2.6.4.7 a start tag \"rp\", \"rt\"", change_tag, "rp"},
	{"<rt>", "the same", change_tag, "rt"},
	{"<marquee>", "§13.2.4.2 in scope: gumbo ends an object, applet or marquee over another", change_tag,
		"marquee"},
	{"<applet>", "the same", change_tag, "applet"},
	{"</p> and </br> in SVG", "§13.2.6.5 a start tag \"b\" …, an end tag \"br\", \"p\": they end foreign content",
		change_p_end_tags, NULL},
	{"</svg >", "§13.2.5.8: gumbo does not find the element of SVG or MathML then", change_end_tags, NULL},
	{"a second <html>", "§13.2.6.4.3: white space is dropped; gumbo begins the head", change_second_html, NULL},
	{"white space in a table", "§13.2.6.4.9: pending text only where the current node is of the table",
		change_fostered_space, NULL},
	{"<a> in nine blocks", "§13.2.6.4.7 a start tag \"a\": that element is removed, gumbo removes its last copy",
		change_nested_a, "a"},
	{"formatting four deep", "§13.2.6.4.7 adoption agency, step 4.13.4: gumbo loses its place", change_long_chain,
		NULL},
	{"long numbers", "§13.2.5.84 over 0x10FFFF: U+FFFD; gumbo's number overflows", change_numbers, NULL},
	{"old doctypes", "§13.2.6.4.1 compared without regard to case, some by their beginning", change_doctype, NULL},
	{"xml:base", "§13.2.6.1 adjust foreign attributes: it is gone from the table", change_xml_base, NULL},
	{"<title> in SVG", "§13.2.4.2 special: gumbo lacks SVG's title", change_tag, "title"},
};

const char *test_plain_row(size_t i)
{
	return ROWS[i].what;
}

static bool parse_and_compare(struct str page, struct html *h, struct buf *why)
{
	struct lines a;
	struct lines b;
	html_parse(page, NULL, h);
	if (h->quirks.seen)
		return true;
	GumboOptions options = kGumboDefaultOptions;
	options.max_errors = 0;
	GumboOutput *out = gumbo_parse_with_options(&options, page.n ? page.p : "", page.n);
	lines_init(&a);
	lines_init(&b);
	ours(&a, h);
	theirs(&b, out->document);
	gumbo_destroy_output(&options, out);
	bool same = str_eq(buf_str(&a.to), buf_str(&b.to));
	buf_reset(why);
	if (!same)
		say_difference(buf_str(&a.to), buf_str(&b.to), why);
	lines_clear(&a);
	lines_clear(&b);
	return same;
}

bool test_plain_agree(struct str page, struct html *h, struct buf *why, size_t used[TEST_PLAIN_ROWS])
{
	AUTO(buf) now = {0};
	AUTO(buf) next = {0};
	buf_init(&now, DUMP_MAX);
	buf_init(&next, DUMP_MAX);
	bool same = parse_and_compare(page, h, why);
	for (size_t k = 0; !same && k < 2 * ARRAY_LEN(ROWS); k++) {
		size_t i = k % ARRAY_LEN(ROWS);
		buf_reset(&next);
		ROWS[i].change(&next, h, ROWS[i].tag);
		if (str_eq(buf_str(&next), h->source))
			continue;
		used[i]++;
		buf_reset(&now);
		buf_add(&now, buf_str(&next));
		same = parse_and_compare(buf_str(&now), h, why);
	}
	return same;
}

/* xorshift64*: pages only have to be many and always the same. */
static uint32_t pick(uint64_t *seed, uint32_t n)
{
	uint64_t x = *seed ? *seed : 1;
	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*seed = x;
	return (uint32_t)((x * 0x2545f4914f6cdd1dull) >> 33) % n;
}

static const char *const PLAIN_TAGS[] = {"a", "abbr", "address", "article", "aside", "b", "big", "blockquote", "body",
	"button", "caption", "center", "code", "col", "colgroup", "dd", "div", "dl", "dt", "em", "fieldset", "font",
	"footer", "form", "h1", "h2", "h3", "head", "header", "html", "i", "iframe", "label", "li", "link", "listing",
	"marquee", "meta", "nav", "nobr", "object", "ol", "option", "p", "pre", "s", "script", "section", "small",
	"span", "strike", "strong", "style", "table", "tbody", "td", "textarea", "tfoot", "th", "thead", "title", "tr",
	"tt", "u", "ul", "x-y"};
static const char *const EMPTY_TAGS[] = {
	"area", "base", "br", "embed", "hr", "img", "input", "link", "meta", "param", "wbr"};
static const char *const NESTING[] = {"div", "span", "b", "i", "section", "ul", "blockquote", "em", "article"};
static const char *const TEXTS[] = {"word", " ", "two words ", "\n", "\r\n", "&amp;", "&lt;b&gt;", "&copy", "&copyx",
	"&#65;", "&#x4e2d;", "&#128;", "&nosuch;", "&", "& ", "a < b", "<", "</", "\xe4\xb8\xad\xe6\x96\x87", "\t",
	"<!-- c -->", "<!---->", "]]>", "'", "\"", "&eacute;&NotEqualTilde;", "&hellip", "<?x?>"};
static const char *const ATTRS[] = {" id=x", " class='a b'", " title=\"&amp;&lt\"", " href=?a&copy=1&amp;b", " a a",
	" X=Y", " data-x='&notit;'", " checked", " value=\"a\r\nb\"", " style=\"x:y\"", "/", " a='b'c=d",
	" type=hidden"};

#define ONE_OF(seed, list) str_c((list)[pick(seed, ARRAY_LEN(list))])

static void make_tag(struct buf *to, uint64_t *seed, struct str name)
{
	buf_addc(to, '<');
	buf_add(to, name);
	while (pick(seed, 3) == 0)
		buf_add(to, ONE_OF(seed, ATTRS));
	buf_addc(to, '>');
}

static void make_well_formed(struct buf *to, uint64_t *seed)
{
	struct str open[40];
	size_t depth = 0;
	buf_add(to, STR("<!doctype html><html lang=en><head><title>t</title></head><body>"));
	for (uint32_t left = 5 + pick(seed, 60); left; left--) {
		uint32_t what = pick(seed, 6);
		if (what < 2 && depth < ARRAY_LEN(open)) {
			open[depth] = ONE_OF(seed, NESTING);
			make_tag(to, seed, open[depth++]);
		} else if (what == 2 && depth) {
			buf_addf(to, "</%.*s>", STR_FMT(open[depth - 1]));
			depth--;
		} else if (what == 3) {
			make_tag(to, seed, ONE_OF(seed, EMPTY_TAGS));
		} else {
			buf_add(to, ONE_OF(seed, TEXTS));
		}
	}
	while (depth--)
		buf_addf(to, "</%.*s>", STR_FMT(open[depth]));
	buf_add(to, STR("</body></html>"));
}

static void make_broken(struct buf *to, uint64_t *seed)
{
	for (uint32_t left = 2 + pick(seed, 40); left; left--) {
		uint32_t what = pick(seed, 8);
		if (what < 4)
			make_tag(to, seed, ONE_OF(seed, PLAIN_TAGS));
		else if (what < 6)
			buf_addf(to, "</%.*s>", STR_FMT(ONE_OF(seed, PLAIN_TAGS)));
		else
			buf_add(to, ONE_OF(seed, TEXTS));
	}
}

void test_plain_make(struct buf *to, uint64_t *seed)
{
	if (pick(seed, 2))
		make_well_formed(to, seed);
	else
		make_broken(to, seed);
}
