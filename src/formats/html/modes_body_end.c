/* SPDX-License-Identifier: Apache-2.0 */
/* The end tags in the body.   §13.2.6.4.7 */
#include "formats/html/build_int.h"

bool any_other_end(struct builder *b, const struct token *t)
{
	for (size_t i = b->nstack; i-- > 0;) {
		const struct open_element *o = &b->stack[i];
		b->h->steps++;
		if (o->name == t->name && o->ns == HTML_NS_HTML) {
			implied_end_tags(b, t->name);
			stack_pop_to(b, size_min(i, b->nstack), t);
			return false;
		}
		if (o->flags & F_SPECIAL)
			return false;
	}
	return false;
}

static bool end_body(struct builder *b, struct token *t)
{
	if (!in_scope(b, NAME_BODY, SCOPE_DEFAULT))
		return false;
	b->h->nodes[b->stack[1].node].el.close_from = t->from;
	b->h->nodes[b->stack[1].node].el.close_to = t->to;
	b->mode = MODE_AFTER_BODY;
	return false;
}

static bool end_html(struct builder *b, struct token *t)
{
	if (!in_scope(b, NAME_BODY, SCOPE_DEFAULT))
		return false;
	b->mode = MODE_AFTER_BODY;
	(void)t;
	return true;
}

static bool end_block(struct builder *b, struct token *t)
{
	if (!in_scope(b, t->name, SCOPE_DEFAULT))
		return false;
	implied_end_tags(b, NAME_NONE);
	stack_pop_until(b, t->name, t);
	return false;
}

static bool node_in_scope(struct builder *b, uint32_t node)
{
	for (size_t i = b->nstack; i-- > 0;) {
		b->h->steps++;
		if (b->stack[i].node == node)
			return true;
		if (b->stack[i].flags & F_SCOPE)
			return false;
	}
	return false;
}

static bool end_form(struct builder *b, struct token *t)
{
	if (stack_has(b, NAME_TEMPLATE))
		return end_block(b, t);
	uint32_t form = b->form;
	b->form = HTML_NONE;
	if (form == HTML_NONE || !node_in_scope(b, form))
		return false;
	implied_end_tags(b, NAME_NONE);
	b->h->nodes[form].el.close_from = t->from;
	b->h->nodes[form].el.close_to = t->to;
	stack_remove(b, form);
	return false;
}

static bool end_p(struct builder *b, struct token *t)
{
	if (!in_scope(b, NAME_P, SCOPE_BUTTON))
		(void)insert_implied(b, NAME_P, t);
	close_p(b, t);
	return false;
}

static bool end_item(struct builder *b, struct token *t)
{
	if (!in_scope(b, t->name, t->name == NAME_LI ? SCOPE_LIST : SCOPE_DEFAULT))
		return false;
	implied_end_tags(b, t->name);
	stack_pop_until(b, t->name, t);
	return false;
}

static bool end_heading(struct builder *b, struct token *t)
{
	if (!heading_in_scope(b))
		return false;
	implied_end_tags(b, NAME_NONE);
	size_t at = b->nstack - 1;
	while (!(b->stack[at].flags & F_HEADING))
		at--;
	stack_pop_to(b, at, t);
	return false;
}

static bool end_formatting(struct builder *b, struct token *t)
{
	return adoption_agency(b, t) ? false : any_other_end(b, t);
}

static bool end_marked(struct builder *b, struct token *t)
{
	if (!in_scope(b, t->name, SCOPE_DEFAULT))
		return false;
	(void)end_block(b, t);
	formatting_clear_to_marker(b);
	return false;
}

static bool end_br(struct builder *b, struct token *t)
{
	struct token br = {.kind = TOKEN_START, .from = t->from, .to = t->to, .name = NAME_BR};
	return in_body_start(b, &br);
}

/* clang-format off */
static mode_fn *const END[NAMES_TAGS] = {
	[NAME_TEMPLATE] = end_template, [NAME_BODY] = end_body, [NAME_HTML] = end_html, [NAME_ADDRESS] = end_block,
	[NAME_ARTICLE] = end_block, [NAME_ASIDE] = end_block, [NAME_BLOCKQUOTE] = end_block,
	[NAME_BUTTON] = end_block, [NAME_CENTER] = end_block, [NAME_DETAILS] = end_block, [NAME_DIALOG] = end_block,
	[NAME_DIR] = end_block, [NAME_DIV] = end_block, [NAME_DL] = end_block, [NAME_FIELDSET] = end_block,
	[NAME_FIGCAPTION] = end_block, [NAME_FIGURE] = end_block, [NAME_FOOTER] = end_block,
	[NAME_HEADER] = end_block, [NAME_HGROUP] = end_block, [NAME_LISTING] = end_block, [NAME_MAIN] = end_block,
	[NAME_MENU] = end_block, [NAME_NAV] = end_block, [NAME_OL] = end_block, [NAME_PRE] = end_block,
	[NAME_SEARCH] = end_block, [NAME_SECTION] = end_block, [NAME_SELECT] = end_block, [NAME_SUMMARY] = end_block,
	[NAME_UL] = end_block, [NAME_FORM] = end_form, [NAME_P] = end_p, [NAME_LI] = end_item, [NAME_DD] = end_item,
	[NAME_DT] = end_item, [NAME_H1] = end_heading, [NAME_H2] = end_heading, [NAME_H3] = end_heading,
	[NAME_H4] = end_heading, [NAME_H5] = end_heading, [NAME_H6] = end_heading, [NAME_A] = end_formatting,
	[NAME_B] = end_formatting, [NAME_BIG] = end_formatting, [NAME_CODE] = end_formatting,
	[NAME_EM] = end_formatting, [NAME_FONT] = end_formatting, [NAME_I] = end_formatting,
	[NAME_NOBR] = end_formatting, [NAME_S] = end_formatting, [NAME_SMALL] = end_formatting,
	[NAME_STRIKE] = end_formatting, [NAME_STRONG] = end_formatting, [NAME_TT] = end_formatting,
	[NAME_U] = end_formatting, [NAME_APPLET] = end_marked, [NAME_MARQUEE] = end_marked,
	[NAME_OBJECT] = end_marked, [NAME_BR] = end_br,
};
/* clang-format on */

bool in_body_end(struct builder *b, struct token *t)
{
	mode_fn *f = t->name < NAMES_TAGS ? END[t->name] : NULL;
	return f ? f(b, t) : any_other_end(b, t);
}
