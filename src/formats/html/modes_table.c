/* SPDX-License-Identifier: Apache-2.0 */
/* Tables: what may not stand in one is put before it.   §13.2.6.4.9 to .15 */
#include "base/mem.h"
#include "formats/html/build_int.h"

enum {
	CONTEXT_TABLE,
	CONTEXT_BODY,
	CONTEXT_ROW,
};

static bool is_context(const struct open_element *o, int context)
{
	if (o->ns != HTML_NS_HTML)
		return false;
	if (o->name == NAME_TEMPLATE || o->name == NAME_HTML)
		return true;
	switch (context) {
	case CONTEXT_TABLE:
		return o->name == NAME_TABLE;
	case CONTEXT_BODY:
		return o->name == NAME_TBODY || o->name == NAME_TFOOT || o->name == NAME_THEAD;
	default:
		return o->name == NAME_TR;
	}
}

static void clear_to(struct builder *b, int context)
{
	while (!is_context(top(b), context))
		stack_pop(b);
}

static bool is_table_top(struct builder *b)
{
	if (top(b)->ns != HTML_NS_HTML)
		return false;
	switch (top(b)->name) {
	case NAME_TABLE:
	case NAME_TBODY:
	case NAME_TEMPLATE:
	case NAME_TFOOT:
	case NAME_THEAD:
	case NAME_TR:
		return true;
	default:
		return false;
	}
}

static bool foster(struct builder *b, struct token *t)
{
	b->foster = true;
	bool again = mode_in_body(b, t);
	b->foster = false;
	return again;
}

/* Ends the table that is in scope; false when there is none. */
static bool end_table(struct builder *b, const struct token *t)
{
	if (!in_scope(b, NAME_TABLE, SCOPE_TABLE))
		return false;
	stack_pop_until(b, NAME_TABLE, t);
	reset_mode(b);
	return true;
}

static bool table_input(struct builder *b, struct token *t)
{
	bool hidden = false;
	for (uint32_t i = 0; i < t->nattrs; i++) {
		const struct html_attr *at = &b->h->attrs[t->attrs + i];
		hidden = hidden || (at->name == NAME_TYPE && str_ieq(html_attr_value(b->h, at), STR("hidden")));
	}
	if (!hidden)
		return foster(b, t);
	(void)insert_void(b, t);
	return false;
}

static bool enter(struct builder *b, uint32_t name, const struct token *t, enum mode mode)
{
	clear_to(b, CONTEXT_TABLE);
	if (t->name == name)
		(void)insert_html(b, t);
	else
		(void)insert_implied(b, name, t);
	b->mode = mode;
	return t->name != name;
}

static bool table_start(struct builder *b, struct token *t)
{
	switch (t->name) {
	case NAME_CAPTION:
		clear_to(b, CONTEXT_TABLE);
		formatting_marker(b);
		return enter(b, NAME_CAPTION, t, MODE_IN_CAPTION);
	case NAME_COLGROUP:
	case NAME_COL:
		return enter(b, NAME_COLGROUP, t, MODE_IN_COLUMN_GROUP);
	case NAME_TBODY:
	case NAME_TFOOT:
	case NAME_THEAD:
		return enter(b, t->name, t, MODE_IN_TABLE_BODY);
	case NAME_TD:
	case NAME_TH:
	case NAME_TR:
		return enter(b, NAME_TBODY, t, MODE_IN_TABLE_BODY);
	case NAME_TABLE:
		return end_table(b, t);
	case NAME_STYLE:
	case NAME_SCRIPT:
	case NAME_TEMPLATE:
		return mode_in_head(b, t);
	case NAME_INPUT:
		return table_input(b, t);
	case NAME_FORM:
		if (!stack_has(b, NAME_TEMPLATE) && b->form == HTML_NONE)
			b->form = insert_void(b, t);
		return false;
	default:
		return foster(b, t);
	}
}

static bool table_end(struct builder *b, struct token *t)
{
	switch (t->name) {
	case NAME_TABLE:
		(void)end_table(b, t);
		return false;
	case NAME_BODY:
	case NAME_CAPTION:
	case NAME_COL:
	case NAME_COLGROUP:
	case NAME_HTML:
	case NAME_TBODY:
	case NAME_TD:
	case NAME_TFOOT:
	case NAME_TH:
	case NAME_THEAD:
	case NAME_TR:
		return false;
	case NAME_TEMPLATE:
		return mode_in_head(b, t);
	default:
		return foster(b, t);
	}
}

bool mode_in_table(struct builder *b, struct token *t)
{
	switch (t->kind) {
	case TOKEN_TEXT:
		if (!is_table_top(b))
			return foster(b, t);
		b->npending = 0;
		b->pending_has_text = false;
		b->original = b->mode;
		b->mode = MODE_IN_TABLE_TEXT;
		return true;
	case TOKEN_COMMENT:
		insert_comment(b, t, HTML_NONE);
		return false;
	case TOKEN_START:
		return table_start(b, t);
	case TOKEN_END:
		return table_end(b, t);
	case TOKEN_EOF:
		return mode_in_body(b, t);
	case TOKEN_DOCTYPE:
	case TOKEN_MORE:
		break;
	}
	return false;
}

bool mode_in_table_text(struct builder *b, struct token *t)
{
	if (t->kind == TOKEN_TEXT) {
		if (t->is_nul)
			return false;
		if (b->npending == b->room_pending) {
			b->room_pending = b->room_pending ? b->room_pending * 2 : 16;
			b->pending = mem_realloc(b->pending, b->room_pending * sizeof(*b->pending));
		}
		b->pending[b->npending++] = (struct piece){t->from, t->to, t->at, t->n};
		b->pending_has_text = b->pending_has_text || !is_space_text(b, t);
		return false;
	}
	b->mode = b->original;
	for (size_t i = 0; i < b->npending; i++) {
		const struct piece *p = &b->pending[i];
		struct token text = {.kind = TOKEN_TEXT, .from = p->from, .to = p->to, .at = p->at, .n = p->n};
		if (b->pending_has_text)
			(void)foster(b, &text);
		else
			insert_text(b, &text);
	}
	return true;
}

static bool is_table_tag(uint32_t name)
{
	switch (name) {
	case NAME_CAPTION:
	case NAME_COL:
	case NAME_COLGROUP:
	case NAME_TBODY:
	case NAME_TD:
	case NAME_TFOOT:
	case NAME_TH:
	case NAME_THEAD:
	case NAME_TR:
		return true;
	default:
		return false;
	}
}

/* End tags that mean nothing in a caption or a cell. */
static bool is_ignored_end(const struct token *t)
{
	return t->kind == TOKEN_END &&
		(t->name == NAME_BODY || t->name == NAME_HTML || t->name == NAME_COL || t->name == NAME_COLGROUP ||
			t->name == NAME_CAPTION);
}

static bool end_caption(struct builder *b, const struct token *t)
{
	if (!in_scope(b, NAME_CAPTION, SCOPE_TABLE))
		return false;
	implied_end_tags(b, NAME_NONE);
	stack_pop_until(b, NAME_CAPTION, t);
	formatting_clear_to_marker(b);
	b->mode = MODE_IN_TABLE;
	return true;
}

bool mode_in_caption(struct builder *b, struct token *t)
{
	bool is_end = t->kind == TOKEN_END;
	if (is_end && t->name == NAME_CAPTION) {
		(void)end_caption(b, t);
		return false;
	}
	if ((t->kind == TOKEN_START && is_table_tag(t->name)) || (is_end && t->name == NAME_TABLE))
		return end_caption(b, t);
	if (is_end && (is_ignored_end(t) || is_table_tag(t->name)))
		return false;
	return mode_in_body(b, t);
}

bool mode_in_column_group(struct builder *b, struct token *t)
{
	struct token space;
	if (t->kind == TOKEN_TEXT && !is_html_top(b, NAME_COLGROUP))
		insert_space_only(b, t);
	else if (t->kind == TOKEN_TEXT && cut_space(b, t, &space))
		insert_text(b, &space);
	if (t->kind == TOKEN_DOCTYPE || (t->kind == TOKEN_TEXT && t->n == 0))
		return false;
	if (t->kind == TOKEN_COMMENT) {
		insert_comment(b, t, HTML_NONE);
		return false;
	}
	if (t->kind == TOKEN_EOF || (t->kind == TOKEN_START && t->name == NAME_HTML))
		return mode_in_body(b, t);
	if (t->kind == TOKEN_START && t->name == NAME_COL) {
		(void)insert_void(b, t);
		return false;
	}
	if ((t->kind == TOKEN_START || t->kind == TOKEN_END) && t->name == NAME_TEMPLATE)
		return mode_in_head(b, t);
	if ((t->kind == TOKEN_END && t->name == NAME_COL) || !is_html_top(b, NAME_COLGROUP))
		return false;
	bool is_end = t->kind == TOKEN_END && t->name == NAME_COLGROUP;
	stack_pop_to(b, b->nstack - 1, t);
	b->mode = MODE_IN_TABLE;
	return !is_end;
}

static bool end_table_body(struct builder *b, const struct token *t)
{
	clear_to(b, CONTEXT_BODY);
	stack_pop_to(b, b->nstack - 1, t);
	b->mode = MODE_IN_TABLE;
	return true;
}

static bool table_body_in_scope(struct builder *b)
{
	return in_scope(b, NAME_TBODY, SCOPE_TABLE) || in_scope(b, NAME_THEAD, SCOPE_TABLE) ||
		in_scope(b, NAME_TFOOT, SCOPE_TABLE);
}

static bool table_body_start(struct builder *b, struct token *t)
{
	switch (t->name) {
	case NAME_TR:
		clear_to(b, CONTEXT_BODY);
		(void)insert_html(b, t);
		b->mode = MODE_IN_ROW;
		return false;
	case NAME_TH:
	case NAME_TD:
		clear_to(b, CONTEXT_BODY);
		(void)insert_implied(b, NAME_TR, t);
		b->mode = MODE_IN_ROW;
		return true;
	case NAME_CAPTION:
	case NAME_COL:
	case NAME_COLGROUP:
	case NAME_TBODY:
	case NAME_TFOOT:
	case NAME_THEAD:
		return table_body_in_scope(b) ? end_table_body(b, t) : false;
	default:
		return mode_in_table(b, t);
	}
}

static bool table_body_end(struct builder *b, struct token *t)
{
	switch (t->name) {
	case NAME_TBODY:
	case NAME_TFOOT:
	case NAME_THEAD:
		if (in_scope(b, t->name, SCOPE_TABLE))
			(void)end_table_body(b, t);
		return false;
	case NAME_TABLE:
		return table_body_in_scope(b) ? end_table_body(b, t) : false;
	case NAME_BODY:
	case NAME_CAPTION:
	case NAME_COL:
	case NAME_COLGROUP:
	case NAME_HTML:
	case NAME_TD:
	case NAME_TH:
	case NAME_TR:
		return false;
	default:
		return mode_in_table(b, t);
	}
}

bool mode_in_table_body(struct builder *b, struct token *t)
{
	if (t->kind == TOKEN_START)
		return table_body_start(b, t);
	if (t->kind == TOKEN_END)
		return table_body_end(b, t);
	return mode_in_table(b, t);
}

static bool end_row(struct builder *b, const struct token *t)
{
	if (!in_scope(b, NAME_TR, SCOPE_TABLE))
		return false;
	clear_to(b, CONTEXT_ROW);
	stack_pop_to(b, b->nstack - 1, t);
	b->mode = MODE_IN_TABLE_BODY;
	return true;
}

static bool row_start(struct builder *b, struct token *t)
{
	if (t->name != NAME_TH && t->name != NAME_TD)
		return is_table_tag(t->name) ? end_row(b, t) : mode_in_table(b, t);
	clear_to(b, CONTEXT_ROW);
	(void)insert_html(b, t);
	b->mode = MODE_IN_CELL;
	formatting_marker(b);
	return false;
}

static bool row_end(struct builder *b, struct token *t)
{
	switch (t->name) {
	case NAME_TR:
		(void)end_row(b, t);
		return false;
	case NAME_TABLE:
		return end_row(b, t);
	case NAME_TBODY:
	case NAME_TFOOT:
	case NAME_THEAD:
		return in_scope(b, t->name, SCOPE_TABLE) ? end_row(b, t) : false;
	case NAME_BODY:
	case NAME_CAPTION:
	case NAME_COL:
	case NAME_COLGROUP:
	case NAME_HTML:
	case NAME_TD:
	case NAME_TH:
		return false;
	default:
		return mode_in_table(b, t);
	}
}

bool mode_in_row(struct builder *b, struct token *t)
{
	if (t->kind == TOKEN_START)
		return row_start(b, t);
	if (t->kind == TOKEN_END)
		return row_end(b, t);
	return mode_in_table(b, t);
}

static void end_cell(struct builder *b, uint32_t name, const struct token *t)
{
	implied_end_tags(b, NAME_NONE);
	stack_pop_until(b, name, t);
	formatting_clear_to_marker(b);
	b->mode = MODE_IN_ROW;
}

static bool close_cell(struct builder *b, const struct token *t)
{
	bool td = in_scope(b, NAME_TD, SCOPE_TABLE);
	if (!td && !in_scope(b, NAME_TH, SCOPE_TABLE))
		return false;
	end_cell(b, td ? NAME_TD : NAME_TH, t);
	return true;
}

bool mode_in_cell(struct builder *b, struct token *t)
{
	if (t->kind == TOKEN_START)
		return is_table_tag(t->name) ? close_cell(b, t) : mode_in_body(b, t);
	if (t->kind != TOKEN_END)
		return mode_in_body(b, t);
	switch (t->name) {
	case NAME_TD:
	case NAME_TH:
		if (in_scope(b, t->name, SCOPE_TABLE))
			end_cell(b, t->name, t);
		return false;
	case NAME_TABLE:
	case NAME_TBODY:
	case NAME_TFOOT:
	case NAME_THEAD:
	case NAME_TR:
		return in_scope(b, t->name, SCOPE_TABLE) ? close_cell(b, t) : false;
	default:
		return is_ignored_end(t) ? false : mode_in_body(b, t);
	}
}
