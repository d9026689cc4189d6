/* SPDX-License-Identifier: Apache-2.0 */
/* MathML and SVG inside HTML.   §13.2.6, §13.2.6.5 */
#include "formats/html/build_int.h"

struct open_element adjusted_top(struct builder *b)
{
	if (b->nstack == 1 && b->is_fragment)
		return (struct open_element){.node = b->stack[0].node,
			.name = b->options.context,
			.ns = (uint8_t)b->options.context_ns,
			.flags = b->context_flags};
	return *top(b);
}

bool is_foreign_token(struct builder *b, const struct token *t)
{
	if (b->nstack == 0 || t->kind == TOKEN_EOF)
		return false;
	struct open_element o = adjusted_top(b);
	bool is_start = t->kind == TOKEN_START;
	if (o.ns == HTML_NS_HTML)
		return false;
	if (o.flags & F_MATH_POINT &&
		(t->kind == TOKEN_TEXT || (is_start && t->name != NAME_MGLYPH && t->name != NAME_MALIGNMARK)))
		return false;
	if (o.ns == HTML_NS_MATHML && o.name == NAME_ANNOTATION_XML && is_start && t->name == NAME_SVG)
		return false;
	return !(o.flags & F_HTML_POINT && (is_start || t->kind == TOKEN_TEXT));
}

static const struct {
	uint32_t name;
	uint32_t ns;
	uint32_t local;
} NAMESPACED[] = {
	{NAME_XLINK_ACTUATE, HTML_NS_XLINK, NAME_ACTUATE},
	{NAME_XLINK_ARCROLE, HTML_NS_XLINK, NAME_ARCROLE},
	{NAME_XLINK_HREF, HTML_NS_XLINK, NAME_HREF},
	{NAME_XLINK_ROLE, HTML_NS_XLINK, NAME_ROLE},
	{NAME_XLINK_SHOW, HTML_NS_XLINK, NAME_SHOW},
	{NAME_XLINK_TITLE, HTML_NS_XLINK, NAME_TITLE},
	{NAME_XLINK_TYPE, HTML_NS_XLINK, NAME_TYPE},
	{NAME_XML_LANG, HTML_NS_XML, NAME_LANG},
	{NAME_XML_SPACE, HTML_NS_XML, NAME_SPACE},
	{NAME_XMLNS, HTML_NS_XMLNS, NAME_XMLNS},
	{NAME_XMLNS_XLINK, HTML_NS_XMLNS, NAME_XLINK},
};

static void adjust_attr(struct html_attr *at, enum html_ns ns)
{
	for (size_t i = 0; i < ARRAY_LEN(NAMESPACED); i++) {
		if (at->name != NAMESPACED[i].name)
			continue;
		at->name = NAMESPACED[i].local;
		at->ns = NAMESPACED[i].ns;
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(HTML_FOREIGN_ATTRS); i++) {
		bool is_math = HTML_FOREIGN_ATTRS[i].from == NAME_DEFINITIONURL;
		if (at->name != HTML_FOREIGN_ATTRS[i].from || is_math != (ns == HTML_NS_MATHML))
			continue;
		at->name = HTML_FOREIGN_ATTRS[i].to;
		return;
	}
}

static void adjust_attrs(struct builder *b, const struct token *t, enum html_ns ns)
{
	for (uint32_t i = 0; i < t->nattrs; i++)
		if (b->h->attrs[t->attrs + i].name < NAMES_KNOWN)
			adjust_attr(&b->h->attrs[t->attrs + i], ns);
}

static uint32_t svg_name(uint32_t name)
{
	for (size_t i = 0; i < ARRAY_LEN(HTML_SVG_TAGS); i++)
		if (name == HTML_SVG_TAGS[i].from)
			return HTML_SVG_TAGS[i].to;
	return name;
}

static bool insert_adjusted(struct builder *b, struct token *t, uint32_t name, enum html_ns ns)
{
	adjust_attrs(b, t, ns);
	(void)insert_foreign(b, t, name, ns);
	if (t->self_closing)
		stack_pop(b);
	return false;
}

bool start_math_or_svg(struct builder *b, struct token *t, enum html_ns ns)
{
	reconstruct(b, t);
	return insert_adjusted(b, t, t->name, ns);
}

static bool breaks_out(struct builder *b, const struct token *t)
{
	if (t->kind == TOKEN_END)
		return t->name == NAME_BR || t->name == NAME_P;
	if (tag_flags(t->name) & F_BREAKOUT)
		return true;
	for (uint32_t i = 0; t->name == NAME_FONT && i < t->nattrs; i++) {
		uint32_t name = b->h->attrs[t->attrs + i].name;
		if (name == NAME_COLOR || name == NAME_FACE || name == NAME_SIZE)
			return true;
	}
	return false;
}

/* Back to HTML, or to where HTML may stand. */
static bool break_out(struct builder *b, struct token *t)
{
	while (top(b)->ns != HTML_NS_HTML && !(top(b)->flags & (F_MATH_POINT | F_HTML_POINT)))
		stack_pop(b);
	return in_mode(b, t);
}

/* Name of an open element in lower case is the tag's: SVG names are compared without their capitals. */
static bool is_named(const struct open_element *o, uint32_t name)
{
	return o->name == name || (o->ns == HTML_NS_SVG && o->name == svg_name(name));
}

static bool end_foreign(struct builder *b, struct token *t)
{
	for (size_t i = b->nstack; b->nstack > 1 && i-- > 0;) {
		b->h->steps++;
		if (b->stack[i].ns == HTML_NS_HTML)
			return in_mode(b, t);
		if (!is_named(&b->stack[i], t->name))
			continue;
		t->name = b->stack[i].name;
		stack_pop_to(b, i, t);
		return false;
	}
	return false;
}

static void foreign_text(struct builder *b, struct token *t)
{
	if (t->is_nul) {
		t->at = (uint32_t)b->h->pool.n | HTML_POOL;
		t->n = 3;
		buf_add(&b->h->pool, STR("\xef\xbf\xbd"));
		if (b->h->pool.over)
			return;
	} else if (b->frameset_ok && !is_space_text(b, t)) {
		b->frameset_ok = false;
	}
	insert_text(b, t);
}

bool in_foreign(struct builder *b, struct token *t)
{
	switch (t->kind) {
	case TOKEN_TEXT:
		foreign_text(b, t);
		return false;
	case TOKEN_COMMENT:
		insert_comment(b, t, HTML_NONE);
		return false;
	case TOKEN_START:
		if (breaks_out(b, t))
			return break_out(b, t);
		if (adjusted_top(b).ns == HTML_NS_SVG)
			return insert_adjusted(b, t, svg_name(t->name), HTML_NS_SVG);
		return insert_adjusted(b, t, t->name, HTML_NS_MATHML);
	case TOKEN_END:
		return breaks_out(b, t) ? break_out(b, t) : end_foreign(b, t);
	case TOKEN_DOCTYPE:
	case TOKEN_EOF:
	case TOKEN_MORE:
		break;
	}
	return false;
}
