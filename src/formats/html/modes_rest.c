/* SPDX-License-Identifier: Apache-2.0 */
/* Templates, framesets, and what follows the body; which mode an open element calls for.   §13.2.4.1, §13.2.6.4.16 to
 * .21 */
#include "formats/html/build_int.h"

static enum mode mode_for(struct builder *b, const struct open_element *o, bool is_last)
{
	if (o->ns != HTML_NS_HTML)
		return MODES;
	switch (o->name) {
	case NAME_TD:
	case NAME_TH:
		return is_last ? MODES : MODE_IN_CELL;
	case NAME_TR:
		return MODE_IN_ROW;
	case NAME_TBODY:
	case NAME_THEAD:
	case NAME_TFOOT:
		return MODE_IN_TABLE_BODY;
	case NAME_CAPTION:
		return MODE_IN_CAPTION;
	case NAME_COLGROUP:
		return MODE_IN_COLUMN_GROUP;
	case NAME_TABLE:
		return MODE_IN_TABLE;
	case NAME_TEMPLATE:
		return b->ntemplates ? b->templates[b->ntemplates - 1] : MODE_IN_BODY;
	case NAME_HEAD:
		return is_last ? MODES : MODE_IN_HEAD;
	case NAME_BODY:
		return MODE_IN_BODY;
	case NAME_FRAMESET:
		return MODE_IN_FRAMESET;
	case NAME_HTML:
		return b->head == HTML_NONE ? MODE_BEFORE_HEAD : MODE_AFTER_HEAD;
	default:
		return MODES;
	}
}

void reset_mode(struct builder *b)
{
	b->mode = MODES;
	for (size_t i = b->nstack; i-- > 0 && b->mode == MODES;) {
		bool is_last = i == 0;
		struct open_element o = b->stack[i];
		b->h->steps++;
		if (is_last && b->is_fragment)
			o = (struct open_element){.name = b->options.context, .ns = (uint8_t)b->options.context_ns};
		b->mode = mode_for(b, &o, is_last);
		if (is_last && b->mode == MODES)
			b->mode = MODE_IN_BODY;
	}
}

bool stop(struct builder *b)
{
	b->stopped = true;
	return false;
}

static bool template_start(struct builder *b, struct token *t)
{
	enum mode mode = MODE_IN_BODY;
	switch (t->name) {
	case NAME_BASE:
	case NAME_BASEFONT:
	case NAME_BGSOUND:
	case NAME_LINK:
	case NAME_META:
	case NAME_NOFRAMES:
	case NAME_SCRIPT:
	case NAME_STYLE:
	case NAME_TEMPLATE:
	case NAME_TITLE:
		return mode_in_head(b, t);
	case NAME_CAPTION:
	case NAME_COLGROUP:
	case NAME_TBODY:
	case NAME_TFOOT:
	case NAME_THEAD:
		mode = MODE_IN_TABLE;
		break;
	case NAME_COL:
		mode = MODE_IN_COLUMN_GROUP;
		break;
	case NAME_TR:
		mode = MODE_IN_TABLE_BODY;
		break;
	case NAME_TD:
	case NAME_TH:
		mode = MODE_IN_ROW;
		break;
	default:
		break;
	}
	b->templates[b->ntemplates - 1] = (uint8_t)mode;
	b->mode = mode;
	return true;
}

bool mode_in_template(struct builder *b, struct token *t)
{
	switch (t->kind) {
	case TOKEN_START:
		return template_start(b, t);
	case TOKEN_END:
		return t->name == NAME_TEMPLATE ? mode_in_head(b, t) : false;
	case TOKEN_EOF:
		if (!stack_has(b, NAME_TEMPLATE))
			return stop(b);
		stack_pop_until(b, NAME_TEMPLATE, t);
		formatting_clear_to_marker(b);
		b->ntemplates--;
		reset_mode(b);
		return true;
	case TOKEN_TEXT:
	case TOKEN_COMMENT:
	case TOKEN_DOCTYPE:
	case TOKEN_MORE:
		break;
	}
	return mode_in_body(b, t);
}

bool mode_after_body(struct builder *b, struct token *t)
{
	struct token space;
	if (t->kind == TOKEN_TEXT && cut_space(b, t, &space))
		(void)mode_in_body(b, &space);
	if (t->kind == TOKEN_DOCTYPE || (t->kind == TOKEN_TEXT && t->n == 0))
		return false;
	if (t->kind == TOKEN_COMMENT) {
		insert_comment(b, t, b->stack[0].node);
		return false;
	}
	if (t->kind == TOKEN_START && t->name == NAME_HTML)
		return mode_in_body(b, t);
	if (t->kind == TOKEN_EOF)
		return stop(b);
	if (t->kind == TOKEN_END && t->name == NAME_HTML) {
		if (b->is_fragment)
			return false;
		b->h->nodes[b->stack[0].node].el.close_from = t->from;
		b->h->nodes[b->stack[0].node].el.close_to = t->to;
		b->mode = MODE_AFTER_AFTER_BODY;
		return false;
	}
	b->mode = MODE_IN_BODY;
	return true;
}

void insert_space_only(struct builder *b, struct token *t)
{
	while (t->n) {
		struct token space;
		if (cut_space(b, t, &space))
			insert_text(b, &space);
		if (t->at & HTML_POOL)
			return;
		const char *p = text_at(b->h, t->at);
		uint32_t k = 0;
		while (k < t->n && !html_space(p[k]))
			k++;
		t->from += k;
		t->at += k;
		t->n -= k;
	}
}

bool mode_in_frameset(struct builder *b, struct token *t)
{
	if (t->kind == TOKEN_TEXT)
		insert_space_only(b, t);
	else if (t->kind == TOKEN_COMMENT)
		insert_comment(b, t, HTML_NONE);
	else if (t->kind == TOKEN_EOF)
		return stop(b);
	else if (t->kind == TOKEN_START && t->name == NAME_HTML)
		return mode_in_body(b, t);
	else if (t->kind == TOKEN_START && t->name == NAME_FRAMESET)
		(void)insert_html(b, t);
	else if (t->kind == TOKEN_START && t->name == NAME_FRAME)
		(void)insert_void(b, t);
	else if (t->kind == TOKEN_START && t->name == NAME_NOFRAMES)
		return mode_in_head(b, t);
	else if (t->kind == TOKEN_END && t->name == NAME_FRAMESET && b->nstack > 1) {
		stack_pop_to(b, b->nstack - 1, t);
		if (!b->is_fragment && !is_html_top(b, NAME_FRAMESET))
			b->mode = MODE_AFTER_FRAMESET;
	}
	return false;
}

bool mode_after_frameset(struct builder *b, struct token *t)
{
	if (t->kind == TOKEN_TEXT)
		insert_space_only(b, t);
	else if (t->kind == TOKEN_COMMENT)
		insert_comment(b, t, HTML_NONE);
	else if (t->kind == TOKEN_EOF)
		return stop(b);
	else if (t->kind == TOKEN_START && t->name == NAME_HTML)
		return mode_in_body(b, t);
	else if (t->kind == TOKEN_START && t->name == NAME_NOFRAMES)
		return mode_in_head(b, t);
	else if (t->kind == TOKEN_END && t->name == NAME_HTML)
		b->mode = MODE_AFTER_AFTER_FRAMESET;
	return false;
}

bool mode_after_after_body(struct builder *b, struct token *t)
{
	struct token space;
	if (t->kind == TOKEN_TEXT && cut_space(b, t, &space))
		(void)mode_in_body(b, &space);
	if (t->kind == TOKEN_DOCTYPE || (t->kind == TOKEN_TEXT && t->n == 0))
		return false;
	if (t->kind == TOKEN_COMMENT) {
		insert_comment(b, t, 0);
		return false;
	}
	if (t->kind == TOKEN_START && t->name == NAME_HTML)
		return mode_in_body(b, t);
	if (t->kind == TOKEN_EOF)
		return stop(b);
	b->mode = MODE_IN_BODY;
	return true;
}

static bool has_space(struct builder *b, const struct token *t)
{
	const char *p = text_at(b->h, t->at);
	for (uint32_t i = 0; i < t->n; i++)
		if (html_space(p[i]))
			return true;
	return false;
}

bool mode_after_after_frameset(struct builder *b, struct token *t)
{
	if (t->kind == TOKEN_COMMENT)
		insert_comment(b, t, 0);
	else if (t->kind == TOKEN_TEXT) {
		/* by the rules of the body, which open formatting elements again */
		if (has_space(b, t))
			reconstruct(b, t);
		insert_space_only(b, t);
	} else if (t->kind == TOKEN_START && t->name == NAME_HTML)
		return mode_in_body(b, t);
	else if (t->kind == TOKEN_START && t->name == NAME_NOFRAMES)
		return mode_in_head(b, t);
	else if (t->kind == TOKEN_EOF)
		return stop(b);
	return false;
}
