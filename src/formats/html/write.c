/* SPDX-License-Identifier: Apache-2.0 */
/* Documents as text again: as the standard serialises them, or only what is safe to show.   HTML standard §13.3 */
#include "formats/html/build_int.h"

/* Space that does not break is written as a reference, as the standard has it. */
static void add_escaped(struct buf *to, struct str s, bool is_attr)
{
	size_t done = 0;
	for (size_t i = 0; i < s.n; i++) {
		const char *as = NULL;
		size_t n = 1;
		if (s.p[i] == '&')
			as = "&amp;";
		else if (s.p[i] == '<')
			as = "&lt;";
		else if (s.p[i] == '>')
			as = "&gt;";
		else if (s.p[i] == '"' && is_attr)
			as = "&quot;";
		else if (s.p[i] == '\xc2' && i + 1 < s.n && s.p[i + 1] == '\xa0') {
			as = "&nbsp;";
			n = 2;
		}
		if (!as)
			continue;
		buf_add(to, str_sub(s, done, i));
		buf_add(to, str_c(as));
		i += n - 1;
		done = i + 1;
	}
	buf_add(to, str_from(s, done));
}

static void add_attr(struct buf *to, struct str prefix, struct str name, struct str value)
{
	buf_addc(to, ' ');
	buf_add(to, prefix);
	buf_add(to, name);
	buf_add(to, STR("=\""));
	add_escaped(to, value, true);
	buf_addc(to, '"');
}

/* Elements that are shown with all that is in them; what is in neither list is left out and its content stays. */
static bool is_shown(uint32_t name)
{
	static const uint16_t shown[] = {NAME_A, NAME_ABBR, NAME_ADDRESS, NAME_ARTICLE, NAME_ASIDE, NAME_B, NAME_BDI,
		NAME_BDO, NAME_BLOCKQUOTE, NAME_BR, NAME_CAPTION, NAME_CITE, NAME_CODE, NAME_DD, NAME_DEL, NAME_DFN,
		NAME_DIV, NAME_DL, NAME_DT, NAME_EM, NAME_FIGCAPTION, NAME_FIGURE, NAME_FOOTER, NAME_H1, NAME_H2,
		NAME_H3, NAME_H4, NAME_H5, NAME_H6, NAME_HEADER, NAME_HGROUP, NAME_HR, NAME_I, NAME_INS, NAME_KBD,
		NAME_LI, NAME_MAIN, NAME_MARK, NAME_NAV, NAME_OL, NAME_P, NAME_PRE, NAME_Q, NAME_RP, NAME_RT, NAME_RUBY,
		NAME_S, NAME_SAMP, NAME_SECTION, NAME_SMALL, NAME_SPAN, NAME_STRONG, NAME_SUB, NAME_SUP, NAME_TABLE,
		NAME_TBODY, NAME_TD, NAME_TFOOT, NAME_TH, NAME_THEAD, NAME_TIME, NAME_TR, NAME_U, NAME_UL, NAME_VAR};
	for (size_t i = 0; i < ARRAY_LEN(shown); i++)
		if (shown[i] == name)
			return true;
	return false;
}

static bool is_dropped(const struct html *h, uint32_t i)
{
	static const uint16_t dropped[] = {NAME_APPLET, NAME_AUDIO, NAME_BUTTON, NAME_CANVAS, NAME_DATALIST, NAME_EMBED,
		NAME_FRAMESET, NAME_HEAD, NAME_IFRAME, NAME_INPUT, NAME_MATH, NAME_NOEMBED, NAME_NOFRAMES,
		NAME_NOSCRIPT, NAME_OBJECT, NAME_SCRIPT, NAME_SELECT, NAME_STYLE, NAME_SVG, NAME_TEMPLATE,
		NAME_TEXTAREA, NAME_TITLE, NAME_VIDEO};
	const struct html_node *n = &h->nodes[i];
	if (n->kind != HTML_ELEMENT)
		return n->kind == HTML_COMMENT || n->kind == HTML_DOCTYPE;
	for (size_t k = 0; k < ARRAY_LEN(dropped); k++)
		if (dropped[k] == n->el.name)
			return true;
	return n->ns != HTML_NS_HTML;
}

static bool is_shown_attr(uint32_t name)
{
	return name == NAME_LANG || name == NAME_DIR || name == NAME_TITLE || name == NAME_DATETIME ||
		name == NAME_COLSPAN || name == NAME_ROWSPAN || name == NAME_START;
}

static struct str attr_prefix(const struct html_attr *at)
{
	if (at->ns == HTML_NS_XLINK)
		return STR("xlink:");
	if (at->ns == HTML_NS_XML)
		return STR("xml:");
	return at->ns == HTML_NS_XMLNS && at->name != NAME_XMLNS ? STR("xmlns:") : STR("");
}

static void add_start_tag(struct buf *to, const struct html *h, uint32_t i, enum html_write how)
{
	const struct html_node *n = &h->nodes[i];
	buf_addc(to, '<');
	buf_add(to, html_name(h, n->el.name));
	for (uint32_t k = 0; k < n->nattrs; k++) {
		const struct html_attr *at = &h->attrs[n->el.attrs + k];
		if (how == HTML_WRITE_AS_IS || (at->ns == HTML_NS_HTML && is_shown_attr(at->name)))
			add_attr(to, attr_prefix(at), html_name(h, at->name), html_attr_value(h, at));
	}
	buf_addc(to, '>');
}

static void add_end_tag(struct buf *to, const struct html *h, uint32_t i, enum html_write how)
{
	const struct html_node *n = &h->nodes[i];
	bool is_html = n->kind == HTML_ELEMENT && n->ns == HTML_NS_HTML;
	if (n->kind != HTML_ELEMENT || (is_html && tag_flags(n->el.name) & F_VOID) ||
		(how == HTML_WRITE_SAFE && !is_shown(n->el.name)))
		return;
	buf_add(to, STR("</"));
	buf_add(to, html_name(h, n->el.name));
	buf_addc(to, '>');
}

/* Elements whose text is written without references. */
static bool is_raw(const struct html *h, uint32_t i)
{
	static const uint16_t raw[] = {
		NAME_STYLE, NAME_SCRIPT, NAME_XMP, NAME_IFRAME, NAME_NOEMBED, NAME_NOFRAMES, NAME_PLAINTEXT};
	for (size_t k = 0; k < ARRAY_LEN(raw); k++)
		if (html_is(h, i, (enum html_name)raw[k]))
			return true;
	return false;
}

static void add_node(struct buf *to, const struct html *h, uint32_t i, enum html_write how)
{
	const struct html_node *n = &h->nodes[i];
	switch ((enum html_kind)n->kind) {
	case HTML_ELEMENT:
		if (how == HTML_WRITE_AS_IS || is_shown(n->el.name))
			add_start_tag(to, h, i, how);
		break;
	case HTML_TEXT:
		if (is_raw(h, n->parent) && how == HTML_WRITE_AS_IS)
			buf_add(to, html_node_text(h, i));
		else
			add_escaped(to, html_node_text(h, i), false);
		break;
	case HTML_COMMENT:
		buf_add(to, STR("<!--"));
		buf_add(to, html_node_text(h, i));
		buf_add(to, STR("-->"));
		break;
	case HTML_DOCTYPE:
		buf_add(to, STR("<!DOCTYPE "));
		buf_add(to, html_name(h, n->el.name));
		buf_addc(to, '>');
		break;
	case HTML_DOCUMENT:
		break;
	}
}

void html_write(struct buf *to, const struct html *h, uint32_t node, enum html_write how)
{
	uint32_t open = node;
	for (uint32_t i = node + 1; i < h->nodes[node].end;) {
		for (; open != h->nodes[i].parent; open = h->nodes[open].parent)
			add_end_tag(to, h, open, how);
		if (how == HTML_WRITE_SAFE && is_dropped(h, i)) {
			i = h->nodes[i].end;
			continue;
		}
		add_node(to, h, i, how);
		open = i++;
	}
	for (; open != node; open = h->nodes[open].parent)
		add_end_tag(to, h, open, how);
}
