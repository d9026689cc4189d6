/* SPDX-License-Identifier: Apache-2.0 */
/* From the doctype to the end of the head.   §13.2.6.4.1 to .6 */
#include "formats/html/build_int.h"

/* Beginnings of public identifiers that ask for quirks mode, in lower case. */
static const char *const QUIRKY[] = {"+//silmaril//dtd html pro v0r11 19970101//",
	"-//as//dtd html 3.0 aswedit + extensions//", "-//advasoft ltd//dtd html 3.0 aswedit + extensions//",
	"-//ietf//dtd html 2.0 level 1//", "-//ietf//dtd html 2.0 level 2//", "-//ietf//dtd html 2.0 strict level 1//",
	"-//ietf//dtd html 2.0 strict level 2//", "-//ietf//dtd html 2.0 strict//", "-//ietf//dtd html 2.0//",
	"-//ietf//dtd html 2.1e//", "-//ietf//dtd html 3.0//", "-//ietf//dtd html 3.2 final//",
	"-//ietf//dtd html 3.2//", "-//ietf//dtd html 3//", "-//ietf//dtd html level 0//",
	"-//ietf//dtd html level 1//", "-//ietf//dtd html level 2//", "-//ietf//dtd html level 3//",
	"-//ietf//dtd html strict level 0//", "-//ietf//dtd html strict level 1//",
	"-//ietf//dtd html strict level 2//", "-//ietf//dtd html strict level 3//", "-//ietf//dtd html strict//",
	"-//ietf//dtd html//", "-//metrius//dtd metrius presentational//",
	"-//microsoft//dtd internet explorer 2.0 html strict//", "-//microsoft//dtd internet explorer 2.0 html//",
	"-//microsoft//dtd internet explorer 2.0 tables//", "-//microsoft//dtd internet explorer 3.0 html strict//",
	"-//microsoft//dtd internet explorer 3.0 html//", "-//microsoft//dtd internet explorer 3.0 tables//",
	"-//netscape comm. corp.//dtd html//", "-//netscape comm. corp.//dtd strict html//",
	"-//o'reilly and associates//dtd html 2.0//", "-//o'reilly and associates//dtd html extended 1.0//",
	"-//o'reilly and associates//dtd html extended relaxed 1.0//", "-//sq//dtd html 2.0 hotmetal + extensions//",
	"-//softquad software//dtd hotmetal pro 6.0::19990601::extensions to html 4.0//",
	"-//softquad//dtd hotmetal pro 4.0::19971010::extensions to html 4.0//", "-//spyglass//dtd html 2.0 extended//",
	"-//sun microsystems corp.//dtd hotjava html//", "-//sun microsystems corp.//dtd hotjava strict html//",
	"-//w3c//dtd html 3 1995-03-24//", "-//w3c//dtd html 3.2 draft//", "-//w3c//dtd html 3.2 final//",
	"-//w3c//dtd html 3.2//", "-//w3c//dtd html 3.2s draft//", "-//w3c//dtd html 4.0 frameset//",
	"-//w3c//dtd html 4.0 transitional//", "-//w3c//dtd html experimental 19960712//",
	"-//w3c//dtd html experimental 970421//", "-//w3c//dtd w3 html//", "-//w3o//dtd w3 html 3.0//",
	"-//webtechs//dtd mozilla html 2.0//", "-//webtechs//dtd mozilla html//"};

static bool starts_quirky(struct str id)
{
	for (size_t i = 0; i < ARRAY_LEN(QUIRKY); i++)
		if (str_istarts(id, str_c(QUIRKY[i])))
			return true;
	return false;
}

static bool wants_quirks(const struct html *h, uint32_t doctype, const struct token *t)
{
	struct str id = html_attr(h, doctype, NAME_PUBLIC);
	struct str system = html_attr(h, doctype, NAME_SYSTEM);
	bool has_system = html_has_attr(h, doctype, NAME_SYSTEM);
	if (t->force_quirks || t->name != NAME_HTML)
		return true;
	if (str_ieq(id, STR("-//W3O//DTD W3 HTML Strict 3.0//EN//")) ||
		str_ieq(id, STR("-/W3C/DTD HTML 4.0 Transitional/EN")) || str_ieq(id, STR("HTML")) ||
		str_ieq(system, STR("http://www.ibm.com/data/dtd/v11/ibmxhtml1-transitional.dtd")) || starts_quirky(id))
		return true;
	return !has_system &&
		(str_istarts(id, STR("-//W3C//DTD HTML 4.01 Frameset//")) ||
			str_istarts(id, STR("-//W3C//DTD HTML 4.01 Transitional//")));
}

bool mode_initial(struct builder *b, struct token *t)
{
	struct token space;
	if (t->kind == TOKEN_TEXT)
		(void)cut_space(b, t, &space);
	if (t->kind == TOKEN_TEXT && t->n == 0)
		return false;
	if (t->kind == TOKEN_COMMENT) {
		insert_comment(b, t, 0);
		return false;
	}
	b->mode = MODE_BEFORE_HTML;
	if (t->kind != TOKEN_DOCTYPE) {
		b->h->quirks_mode = true;
		return true;
	}
	uint32_t i = node_new(b, HTML_DOCTYPE, t->from, t->to);
	b->h->nodes[i].el.name = t->name;
	b->h->nodes[i].el.attrs = t->attrs;
	b->h->nodes[i].nattrs = (uint16_t)t->nattrs;
	b->h->nattrs += t->nattrs;
	node_append(b, 0, i);
	b->h->quirks_mode = wants_quirks(b->h, i, t);
	return false;
}

/* True for what the modes before and after the head have in common: white space goes, comments are kept. */
static bool is_dropped(struct builder *b, struct token *t)
{
	struct token space;
	if (t->kind == TOKEN_TEXT)
		(void)cut_space(b, t, &space);
	return t->kind == TOKEN_DOCTYPE || (t->kind == TOKEN_TEXT && t->n == 0);
}

static bool is_start(const struct token *t, uint32_t name)
{
	return t->kind == TOKEN_START && t->name == name;
}

/* The end tags that are not passed over before there is a body: they make one. */
static bool is_dropped_end(const struct token *t, bool head_too)
{
	return t->kind == TOKEN_END && t->name != NAME_BODY && t->name != NAME_HTML && t->name != NAME_BR &&
		!(head_too && t->name == NAME_HEAD);
}

bool mode_before_html(struct builder *b, struct token *t)
{
	if (t->kind == TOKEN_COMMENT) {
		insert_comment(b, t, 0);
		return false;
	}
	if (is_dropped(b, t) || is_dropped_end(t, true))
		return false;
	b->mode = MODE_BEFORE_HEAD;
	struct token made = {.kind = TOKEN_START, .from = t->from, .to = t->from, .name = NAME_HTML};
	bool given = is_start(t, NAME_HTML);
	b->root = node_new(b, HTML_ELEMENT, t->from, given ? t->to : t->from);
	struct html_node *n = &b->h->nodes[b->root];
	const struct token *from = given ? t : &made;
	n->el.name = NAME_HTML;
	n->el.attrs = from->attrs;
	n->nattrs = (uint16_t)from->nattrs;
	b->h->nattrs += from->nattrs;
	node_append(b, 0, b->root);
	stack_push(b, b->root);
	return !given;
}

bool mode_before_head(struct builder *b, struct token *t)
{
	if (t->kind == TOKEN_COMMENT) {
		insert_comment(b, t, HTML_NONE);
		return false;
	}
	if (is_dropped(b, t) || is_dropped_end(t, true))
		return false;
	if (is_start(t, NAME_HTML))
		return mode_in_body(b, t);
	b->mode = MODE_IN_HEAD;
	if (is_start(t, NAME_HEAD)) {
		b->head = insert_html(b, t);
		return false;
	}
	b->head = insert_implied(b, NAME_HEAD, t);
	return true;
}

bool start_raw(struct builder *b, const struct token *t, enum raw raw)
{
	(void)insert_html(b, t);
	b->t.raw = raw;
	b->t.raw_name = t->name;
	b->t.raw_end = HTML_NONE;
	b->original = b->mode;
	b->mode = MODE_TEXT;
	return false;
}

static bool start_template(struct builder *b, struct token *t)
{
	(void)insert_html(b, t);
	formatting_marker(b);
	b->frameset_ok = false;
	b->mode = MODE_IN_TEMPLATE;
	BUG_ON(b->ntemplates >= STACK_ROOM);
	b->templates[b->ntemplates++] = MODE_IN_TEMPLATE;
	return false;
}

bool end_template(struct builder *b, struct token *t)
{
	if (!stack_has(b, NAME_TEMPLATE))
		return false;
	implied_end_tags_thoroughly(b);
	stack_pop_until(b, NAME_TEMPLATE, t);
	formatting_clear_to_marker(b);
	b->ntemplates--;
	reset_mode(b);
	return false;
}

/* *ret_known: the tag is one that belongs into a head. */
static bool in_head_start(struct builder *b, struct token *t, bool *ret_known)
{
	*ret_known = true;
	switch (t->name) {
	case NAME_HTML:
		return mode_in_body(b, t);
	case NAME_BASE:
	case NAME_BASEFONT:
	case NAME_BGSOUND:
	case NAME_LINK:
	case NAME_META:
		(void)insert_void(b, t);
		return false;
	case NAME_TITLE:
		return start_raw(b, t, RAW_RCDATA);
	case NAME_NOSCRIPT:
		if (b->options.scripting)
			return start_raw(b, t, RAW_RAWTEXT);
		(void)insert_html(b, t);
		b->mode = MODE_IN_HEAD_NOSCRIPT;
		return false;
	case NAME_NOFRAMES:
	case NAME_STYLE:
		return start_raw(b, t, RAW_RAWTEXT);
	case NAME_SCRIPT:
		return start_raw(b, t, RAW_SCRIPT);
	case NAME_TEMPLATE:
		return start_template(b, t);
	case NAME_HEAD:
		return false;
	default:
		*ret_known = false;
		return false;
	}
}

/* True for what the head and the places beside it take in the same way: white space and comments are inserted, doctypes
 * dropped. What is left of a text is without its leading white space. */
static bool is_taken(struct builder *b, struct token *t)
{
	struct token space;
	if (t->kind == TOKEN_TEXT && cut_space(b, t, &space))
		insert_text(b, &space);
	if (t->kind == TOKEN_COMMENT)
		insert_comment(b, t, HTML_NONE);
	return t->kind == TOKEN_COMMENT || t->kind == TOKEN_DOCTYPE || (t->kind == TOKEN_TEXT && t->n == 0);
}

bool mode_in_head(struct builder *b, struct token *t)
{
	bool known = false;
	if (is_taken(b, t))
		return false;
	if (t->kind == TOKEN_START) {
		bool again = in_head_start(b, t, &known);
		if (known)
			return again;
	}
	if (t->kind == TOKEN_END && t->name == NAME_TEMPLATE)
		return end_template(b, t);
	if (is_dropped_end(t, true))
		return false;
	bool is_end = t->kind == TOKEN_END && t->name == NAME_HEAD;
	stack_pop_to(b, b->nstack - 1, t);
	b->mode = MODE_AFTER_HEAD;
	return !is_end;
}

bool mode_in_head_noscript(struct builder *b, struct token *t)
{
	if (is_taken(b, t))
		return false;
	if (t->kind == TOKEN_START) {
		switch (t->name) {
		case NAME_HTML:
			return mode_in_body(b, t);
		case NAME_BASEFONT:
		case NAME_BGSOUND:
		case NAME_LINK:
		case NAME_META:
		case NAME_NOFRAMES:
		case NAME_STYLE:
			return mode_in_head(b, t);
		case NAME_HEAD:
		case NAME_NOSCRIPT:
			return false;
		default:
			break;
		}
	}
	bool is_end = t->kind == TOKEN_END && t->name == NAME_NOSCRIPT;
	if (t->kind == TOKEN_END && t->name != NAME_BR && !is_end)
		return false;
	stack_pop_to(b, b->nstack - 1, t);
	b->mode = MODE_IN_HEAD;
	return !is_end;
}

/* What belongs into the head goes there, though the head has ended. */
static bool back_in_head(struct builder *b, struct token *t)
{
	stack_push(b, b->head);
	bool again = mode_in_head(b, t);
	stack_remove(b, b->head);
	return again;
}

bool mode_after_head(struct builder *b, struct token *t)
{
	if (is_taken(b, t))
		return false;
	if (t->kind == TOKEN_START) {
		switch (t->name) {
		case NAME_HTML:
			return mode_in_body(b, t);
		case NAME_BODY:
			(void)insert_html(b, t);
			b->frameset_ok = false;
			b->mode = MODE_IN_BODY;
			return false;
		case NAME_FRAMESET:
			(void)insert_html(b, t);
			b->mode = MODE_IN_FRAMESET;
			return false;
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
			return back_in_head(b, t);
		case NAME_HEAD:
			return false;
		default:
			break;
		}
	}
	if (t->kind == TOKEN_END && t->name == NAME_TEMPLATE)
		return mode_in_head(b, t);
	if (is_dropped_end(t, false))
		return false;
	(void)insert_implied(b, NAME_BODY, t);
	b->mode = MODE_IN_BODY;
	return true;
}
