/* SPDX-License-Identifier: Apache-2.0 */
/* The body: text, and the start tags that have rules of their own, by table.   §13.2.6.4.7 and .8 */
#include "formats/html/build_int.h"

/* The start of an element that opens at once. */
static bool start_plain(struct builder *b, struct token *t)
{
	reconstruct(b, t);
	(void)insert_html(b, t);
	return false;
}

static bool start_html(struct builder *b, struct token *t)
{
	if (!stack_has(b, NAME_TEMPLATE))
		add_late_attrs(b, 0, b->stack[0].node, t);
	return false;
}

static bool start_in_head(struct builder *b, struct token *t)
{
	return mode_in_head(b, t);
}

static bool start_body(struct builder *b, struct token *t)
{
	if (b->nstack < 2 || b->stack[1].name != NAME_BODY || stack_has(b, NAME_TEMPLATE))
		return false;
	b->frameset_ok = false;
	add_late_attrs(b, 1, b->stack[1].node, t);
	return false;
}

static bool start_frameset(struct builder *b, struct token *t)
{
	if (b->nstack < 2 || b->stack[1].name != NAME_BODY || !b->frameset_ok)
		return false;
	node_unlink(b, b->stack[1].node);
	stack_pop_to(b, 1, NULL);
	(void)insert_html(b, t);
	b->mode = MODE_IN_FRAMESET;
	return false;
}

static bool start_block(struct builder *b, struct token *t)
{
	close_p(b, t);
	(void)insert_html(b, t);
	return false;
}

static bool start_heading(struct builder *b, struct token *t)
{
	close_p(b, t);
	if (top(b)->flags & F_HEADING)
		stack_pop(b);
	(void)insert_html(b, t);
	return false;
}

static bool start_pre(struct builder *b, struct token *t)
{
	(void)start_block(b, t);
	b->skip_newline = true;
	b->frameset_ok = false;
	return false;
}

static bool start_form(struct builder *b, struct token *t)
{
	bool in_template = stack_has(b, NAME_TEMPLATE);
	if (b->form != HTML_NONE && !in_template)
		return false;
	close_p(b, t);
	uint32_t form = insert_html(b, t);
	if (!in_template)
		b->form = form;
	return false;
}

/* li ends an li before it, dd and dt end dd and dt. */
static bool start_item(struct builder *b, struct token *t)
{
	bool is_li = t->name == NAME_LI;
	b->frameset_ok = false;
	for (size_t i = b->nstack; i-- > 0;) {
		const struct open_element *o = &b->stack[i];
		bool html = o->ns == HTML_NS_HTML;
		bool item = html && (is_li ? o->name == NAME_LI : o->name == NAME_DD || o->name == NAME_DT);
		b->h->steps++;
		if (item) {
			uint32_t name = o->name;
			implied_end_tags(b, name);
			stack_pop_until(b, name, t);
			break;
		}
		if (o->flags & F_SPECIAL &&
			!(html && (o->name == NAME_ADDRESS || o->name == NAME_DIV || o->name == NAME_P)))
			break;
	}
	return start_block(b, t);
}

static bool start_plaintext(struct builder *b, struct token *t)
{
	(void)start_block(b, t);
	b->t.raw = RAW_PLAINTEXT;
	b->t.raw_name = NAME_NONE;
	b->t.raw_end = HTML_NONE;
	return false;
}

static bool start_button(struct builder *b, struct token *t)
{
	if (in_scope(b, NAME_BUTTON, SCOPE_DEFAULT)) {
		implied_end_tags(b, NAME_NONE);
		stack_pop_until(b, NAME_BUTTON, t);
	}
	b->frameset_ok = false;
	return start_plain(b, t);
}

static bool start_formatting(struct builder *b, struct token *t)
{
	reconstruct(b, t);
	formatting_push(b, insert_html(b, t));
	return false;
}

/* An end tag that the standard acts as if it were there. */
static struct token made_end(const struct token *t, uint32_t name)
{
	return (struct token){.kind = TOKEN_END, .from = t->from, .to = t->from, .name = name};
}

static bool start_a(struct builder *b, struct token *t)
{
	uint32_t open = formatting_find(b, NAME_A);
	if (open != HTML_NONE) {
		struct token end = made_end(t, NAME_A);
		if (!adoption_agency(b, &end))
			(void)any_other_end(b, &end);
		formatting_remove(b, open);
		stack_remove(b, open);
	}
	return start_formatting(b, t);
}

static bool start_nobr(struct builder *b, struct token *t)
{
	reconstruct(b, t);
	if (in_scope(b, NAME_NOBR, SCOPE_DEFAULT)) {
		struct token end = made_end(t, NAME_NOBR);
		if (!adoption_agency(b, &end))
			(void)any_other_end(b, &end);
		reconstruct(b, t);
	}
	formatting_push(b, insert_html(b, t));
	return false;
}

static bool start_marked(struct builder *b, struct token *t)
{
	(void)start_plain(b, t);
	formatting_marker(b);
	b->frameset_ok = false;
	return false;
}

static bool start_table(struct builder *b, struct token *t)
{
	if (!b->h->quirks_mode)
		close_p(b, t);
	(void)insert_html(b, t);
	b->frameset_ok = false;
	b->mode = MODE_IN_TABLE;
	return false;
}

static bool start_void(struct builder *b, struct token *t)
{
	reconstruct(b, t);
	(void)insert_void(b, t);
	b->frameset_ok = false;
	return false;
}

static bool start_input(struct builder *b, struct token *t)
{
	if (b->is_fragment && b->options.context == NAME_SELECT && b->options.context_ns == HTML_NS_HTML)
		return false;
	if (in_scope(b, NAME_SELECT, SCOPE_DEFAULT))
		stack_pop_until(b, NAME_SELECT, t);
	reconstruct(b, t);
	uint32_t i = insert_void(b, t);
	if (!str_ieq(html_attr(b->h, i, NAME_TYPE), STR("hidden")))
		b->frameset_ok = false;
	return false;
}

static bool start_void_quiet(struct builder *b, struct token *t)
{
	(void)insert_void(b, t);
	return false;
}

static bool start_hr(struct builder *b, struct token *t)
{
	close_p(b, t);
	if (in_scope(b, NAME_SELECT, SCOPE_DEFAULT))
		implied_end_tags(b, NAME_NONE);
	(void)insert_void(b, t);
	b->frameset_ok = false;
	return false;
}

static bool start_image(struct builder *b, struct token *t)
{
	t->name = NAME_IMG;
	return start_void(b, t);
}

static bool start_textarea(struct builder *b, struct token *t)
{
	(void)start_raw(b, t, RAW_RCDATA);
	b->skip_newline = true;
	b->frameset_ok = false;
	return false;
}

static bool start_xmp(struct builder *b, struct token *t)
{
	close_p(b, t);
	reconstruct(b, t);
	b->frameset_ok = false;
	return start_raw(b, t, RAW_RAWTEXT);
}

static bool start_iframe(struct builder *b, struct token *t)
{
	b->frameset_ok = false;
	return start_raw(b, t, RAW_RAWTEXT);
}

static bool start_noembed(struct builder *b, struct token *t)
{
	return start_raw(b, t, RAW_RAWTEXT);
}

static bool start_noscript(struct builder *b, struct token *t)
{
	return b->options.scripting ? start_raw(b, t, RAW_RAWTEXT) : start_plain(b, t);
}

static bool start_select(struct builder *b, struct token *t)
{
	if (b->is_fragment && b->options.context == NAME_SELECT && b->options.context_ns == HTML_NS_HTML)
		return false;
	if (in_scope(b, NAME_SELECT, SCOPE_DEFAULT)) {
		stack_pop_until(b, NAME_SELECT, t);
		return false;
	}
	b->frameset_ok = false;
	return start_plain(b, t);
}

static bool start_option(struct builder *b, struct token *t)
{
	if (in_scope(b, NAME_SELECT, SCOPE_DEFAULT))
		implied_end_tags(b, t->name == NAME_OPTION ? NAME_OPTGROUP : NAME_NONE);
	else if (is_html_top(b, NAME_OPTION))
		stack_pop(b);
	return start_plain(b, t);
}

static bool start_ruby(struct builder *b, struct token *t)
{
	if (in_scope(b, NAME_RUBY, SCOPE_DEFAULT))
		implied_end_tags(b, t->name == NAME_RP || t->name == NAME_RT ? NAME_RTC : NAME_NONE);
	(void)insert_html(b, t);
	return false;
}

static bool start_math(struct builder *b, struct token *t)
{
	return start_math_or_svg(b, t, HTML_NS_MATHML);
}

static bool start_svg(struct builder *b, struct token *t)
{
	return start_math_or_svg(b, t, HTML_NS_SVG);
}

static bool start_none(struct builder *b, struct token *t)
{
	(void)b;
	(void)t;
	return false;
}

/* clang-format off */
static mode_fn *const START[NAMES_TAGS] = {
	[NAME_HTML] = start_html, [NAME_BASE] = start_in_head, [NAME_BASEFONT] = start_in_head,
	[NAME_BGSOUND] = start_in_head, [NAME_LINK] = start_in_head, [NAME_META] = start_in_head,
	[NAME_NOFRAMES] = start_in_head, [NAME_SCRIPT] = start_in_head, [NAME_STYLE] = start_in_head,
	[NAME_TEMPLATE] = start_in_head, [NAME_TITLE] = start_in_head, [NAME_BODY] = start_body,
	[NAME_FRAMESET] = start_frameset, [NAME_ADDRESS] = start_block, [NAME_ARTICLE] = start_block,
	[NAME_ASIDE] = start_block, [NAME_BLOCKQUOTE] = start_block, [NAME_CENTER] = start_block,
	[NAME_DETAILS] = start_block, [NAME_DIALOG] = start_block, [NAME_DIR] = start_block, [NAME_DIV] = start_block,
	[NAME_DL] = start_block, [NAME_FIELDSET] = start_block, [NAME_FIGCAPTION] = start_block,
	[NAME_FIGURE] = start_block, [NAME_FOOTER] = start_block, [NAME_HEADER] = start_block,
	[NAME_HGROUP] = start_block, [NAME_MAIN] = start_block, [NAME_MENU] = start_block, [NAME_NAV] = start_block,
	[NAME_OL] = start_block, [NAME_P] = start_block, [NAME_SEARCH] = start_block, [NAME_SECTION] = start_block,
	[NAME_SUMMARY] = start_block, [NAME_UL] = start_block, [NAME_H1] = start_heading, [NAME_H2] = start_heading,
	[NAME_H3] = start_heading, [NAME_H4] = start_heading, [NAME_H5] = start_heading, [NAME_H6] = start_heading,
	[NAME_PRE] = start_pre, [NAME_LISTING] = start_pre, [NAME_FORM] = start_form, [NAME_LI] = start_item,
	[NAME_DD] = start_item, [NAME_DT] = start_item, [NAME_PLAINTEXT] = start_plaintext,
	[NAME_BUTTON] = start_button, [NAME_A] = start_a, [NAME_B] = start_formatting, [NAME_BIG] = start_formatting,
	[NAME_CODE] = start_formatting, [NAME_EM] = start_formatting, [NAME_FONT] = start_formatting,
	[NAME_I] = start_formatting, [NAME_S] = start_formatting, [NAME_SMALL] = start_formatting,
	[NAME_STRIKE] = start_formatting, [NAME_STRONG] = start_formatting, [NAME_TT] = start_formatting,
	[NAME_U] = start_formatting, [NAME_NOBR] = start_nobr, [NAME_APPLET] = start_marked,
	[NAME_MARQUEE] = start_marked, [NAME_OBJECT] = start_marked, [NAME_TABLE] = start_table,
	[NAME_AREA] = start_void, [NAME_BR] = start_void, [NAME_EMBED] = start_void, [NAME_IMG] = start_void,
	[NAME_KEYGEN] = start_void, [NAME_WBR] = start_void, [NAME_INPUT] = start_input,
	[NAME_PARAM] = start_void_quiet, [NAME_SOURCE] = start_void_quiet, [NAME_TRACK] = start_void_quiet,
	[NAME_HR] = start_hr, [NAME_IMAGE] = start_image, [NAME_TEXTAREA] = start_textarea, [NAME_XMP] = start_xmp,
	[NAME_IFRAME] = start_iframe, [NAME_NOEMBED] = start_noembed, [NAME_NOSCRIPT] = start_noscript,
	[NAME_SELECT] = start_select, [NAME_OPTGROUP] = start_option, [NAME_OPTION] = start_option,
	[NAME_RB] = start_ruby, [NAME_RTC] = start_ruby, [NAME_RP] = start_ruby, [NAME_RT] = start_ruby,
	[NAME_MATH] = start_math, [NAME_SVG] = start_svg, [NAME_CAPTION] = start_none, [NAME_COL] = start_none,
	[NAME_COLGROUP] = start_none, [NAME_FRAME] = start_none, [NAME_HEAD] = start_none, [NAME_TBODY] = start_none,
	[NAME_TD] = start_none, [NAME_TFOOT] = start_none, [NAME_TH] = start_none, [NAME_THEAD] = start_none,
	[NAME_TR] = start_none,
};
/* clang-format on */

bool in_body_start(struct builder *b, struct token *t)
{
	mode_fn *f = t->name < NAMES_TAGS ? START[t->name] : NULL;
	return f ? f(b, t) : start_plain(b, t);
}

static void body_text(struct builder *b, struct token *t)
{
	if (t->is_nul)
		return;
	reconstruct(b, t);
	insert_text(b, t);
	if (b->frameset_ok && !is_space_text(b, t))
		b->frameset_ok = false;
}

bool mode_in_body(struct builder *b, struct token *t)
{
	switch (t->kind) {
	case TOKEN_TEXT:
		body_text(b, t);
		return false;
	case TOKEN_COMMENT:
		insert_comment(b, t, HTML_NONE);
		return false;
	case TOKEN_START:
		return in_body_start(b, t);
	case TOKEN_END:
		return in_body_end(b, t);
	case TOKEN_EOF:
		return b->ntemplates ? mode_in_template(b, t) : stop(b);
	case TOKEN_DOCTYPE:
	case TOKEN_MORE:
		break;
	}
	return false;
}

/* The text of title, script and the like; its end tag comes in any case, or the end of the page. */
bool mode_text(struct builder *b, struct token *t)
{
	if (t->kind == TOKEN_TEXT) {
		insert_text(b, t);
		return false;
	}
	stack_pop_to(b, b->nstack - 1, t);
	b->mode = b->original;
	return t->kind == TOKEN_EOF;
}
