/* SPDX-License-Identifier: Apache-2.0 */
/* Characters: in the data state, and in text that only a certain end tag or "]]>" ends (§13.2.5.1 to .5, .9 to .31,
 * .69). Where raw text ends is found first, once; what is in it is then handed out as other text is. */
#include "formats/html/tokenizer_int.h"

enum html_step html_markup_at(const struct tokenizer *t, uint32_t at)
{
	if (at + 1 == t->n)
		return t->is_end ? STEP_ON : STEP_MORE;
	char c = t->s[at + 1];
	if (c == '/') /* what stands behind it, if anything, makes a tag, a comment or nothing at all */
		return at + 2 < t->n ? STEP_TOKEN : t->is_end ? STEP_ON : STEP_MORE;
	return html_class(c) & CLASS_LETTER || c == '!' || c == '?' ? STEP_TOKEN : STEP_ON;
}

/* End of the text in the data state that goes on at `i`. */
static uint32_t data_end(const struct tokenizer *t, uint32_t i)
{
	for (;; i++) {
		i = html_scan(t->s, i, t->n, '<', '&');
		if (i == t->n)
			return i;
		char c = t->s[i];
		if (c == '<') {
			if (html_markup_at(t, i) != STEP_ON)
				return i;
		} else if (c != '&' || i + 1 == t->n || html_class(t->s[i + 1]) & CLASS_REF) {
			return i;
		}
	}
}

static enum html_step pooled(struct tokenizer *t, uint32_t to, const char *p, uint32_t n, struct token *ret)
{
	struct buf *pool = &t->h->pool;
	ret->at = HTML_POOL | (uint32_t)pool->n;
	html_pool_add(t, p, n);
	ret->n = (uint32_t)(pool->n - (ret->at & ~HTML_POOL));
	return html_step_token(t, TOKEN_TEXT, to, ret);
}

static enum html_step verbatim(struct tokenizer *t, uint32_t from, uint32_t to, struct token *ret)
{
	ret->from = from;
	ret->at = from;
	ret->n = to - from;
	return html_step_token(t, TOKEN_TEXT, to, ret);
}

/* The reference at `at`. STEP_ON: it is none. */
static enum html_step reference(struct tokenizer *t, uint32_t at, uint32_t end, bool is_open, struct token *ret)
{
	char utf8[8];
	size_t next = at;
	uint32_t n = html_charref(str_mem(t->s, end), &next, false, !is_open, utf8);
	if (n == HTML_NONE)
		return STEP_MORE;
	return n ? pooled(t, (uint32_t)next, utf8, n, ret) : STEP_ON;
}

enum html_step html_step_text(struct tokenizer *t, uint32_t at, uint32_t end, struct token *ret)
{
	const char *s = t->s;
	bool is_open = end == t->n && !t->is_end;
	if (s[at] == '\r') {
		if (at + 1 == end && is_open)
			return STEP_MORE;
		if (at + 1 == end || s[at + 1] != '\n')
			return pooled(t, at + 1, "\n", 1, ret);
		at++;
	}
	if (s[at] == '\0') {
		ret->is_nul = t->raw == RAW_NONE || t->raw == RAW_CDATA;
		return ret->is_nul ? verbatim(t, at, at + 1, ret)
				   : pooled(t, at + 1, HTML_REPLACEMENT, sizeof(HTML_REPLACEMENT), ret);
	}
	bool has_refs = t->raw == RAW_NONE || t->raw == RAW_RCDATA;
	enum html_step did = s[at] == '&' && has_refs ? reference(t, at, end, is_open, ret) : STEP_ON;
	if (did != STEP_ON)
		return did;
	char stop = has_refs ? '&' : '\r';
	return verbatim(t, at, t->raw == RAW_NONE ? data_end(t, at + 1) : html_scan(s, at + 1, end, stop, stop), ret);
}

/* True when `name`, in any case, and what ends a tag's name stand at `at`. */
static bool is_name_at(const struct tokenizer *t, uint32_t at, struct str name)
{
	if (t->n - at <= name.n || !(html_class(t->s[at + name.n]) & (CLASS_SPACE | CLASS_SLASH | CLASS_GT)))
		return false;
	return str_ieq(str_mem(t->s + at, name.n), name);
}

/* True when the end tag `name` begins with the '<' at `at`. */
static bool is_end_tag(const struct tokenizer *t, uint32_t at, struct str name)
{
	return name.n && t->n - at > 2 && t->s[at + 1] == '/' && is_name_at(t, at + 2, name);
}

static uint32_t end_tag(const struct tokenizer *t, struct str name)
{
	uint32_t i = t->pos;
	while (i < t->n && (t->s[i] != '<' || !is_end_tag(t, i, name)))
		i = html_scan_char(t->s, i + 1, t->n, '<');
	return i;
}

/* The end of what was escaped with the "<!--" at `i`, behind "-->". HTML_NONE: the script ends before, at *ret_end. */
static uint32_t script_escaped(const struct tokenizer *t, uint32_t i, struct str name, uint32_t *ret_end)
{
	const char *s = t->s;
	bool is_double = false;
	for (i += 4;; i++) {
		i = html_scan(s, i, t->n, '<', '>');
		if (i == t->n) {
			*ret_end = i;
			return HTML_NONE;
		}
		if (s[i] == '>' && s[i - 1] == '-' && s[i - 2] == '-')
			return i + 1;
		if (s[i] != '<')
			continue;
		if (is_double) {
			is_double = !is_end_tag(t, i, STR("script"));
		} else if (is_end_tag(t, i, name)) {
			*ret_end = i;
			return HTML_NONE;
		} else {
			is_double = is_name_at(t, i + 1, STR("script"));
		}
	}
}

static uint32_t script_end(const struct tokenizer *t, struct str name)
{
	uint32_t i = t->pos;
	uint32_t end = HTML_NONE;
	while (i < t->n) {
		if (t->s[i] == '<' && is_end_tag(t, i, name))
			return i;
		if (t->n - i >= 4 && memcmp(t->s + i, "<!--", 4) == 0) {
			i = script_escaped(t, i, name, &end);
			if (i == HTML_NONE)
				return end;
		} else {
			i++;
		}
		i = html_scan_char(t->s, i, t->n, '<');
	}
	return i;
}

static uint32_t cdata_end(const struct tokenizer *t)
{
	uint32_t i = html_scan_char(t->s, t->pos, t->n, '>');
	while (i < t->n && (i < t->pos + 2 || t->s[i - 1] != ']' || t->s[i - 2] != ']'))
		i = html_scan_char(t->s, i + 1, t->n, '>');
	return i < t->n ? i - 2 : i;
}

enum html_step html_step_raw_end(struct tokenizer *t)
{
	if (t->raw == RAW_PLAINTEXT || t->raw_end == HTML_NONE) {
		struct str name = HTML_NAMES[t->raw_name < NAMES_KNOWN ? t->raw_name : NAME_NONE];
		uint32_t end = t->n;
		if (t->raw == RAW_CDATA)
			end = cdata_end(t);
		else if (t->raw == RAW_SCRIPT)
			end = script_end(t, name);
		else if (t->raw != RAW_PLAINTEXT && name.n)
			end = end_tag(t, name);
		if (end == t->n && !t->is_end && t->raw != RAW_PLAINTEXT)
			return STEP_MORE;
		t->raw_end = end;
	}
	return STEP_ON;
}
