/* SPDX-License-Identifier: Apache-2.0 */
/* What begins with "<!", "<?" and "</" and is no tag: comments, what is taken for one, doctypes, the marks of CDATA
 * sections (§13.2.5.41 to .71). */
#include "formats/html/tokenizer_int.h"

static enum html_step comment(struct tokenizer *t, uint32_t from, uint32_t data_to, uint32_t to, struct token *ret)
{
	html_decode(t, from, data_to, false, &ret->at, &ret->n);
	return html_step_token(t, TOKEN_COMMENT, to, ret);
}

static enum html_step bogus_comment(struct tokenizer *t, uint32_t from, struct token *ret)
{
	uint32_t to = html_scan_char(t->s, from, t->n, '>');
	if (to == t->n)
		return t->is_end ? comment(t, from, to, to, ret) : STEP_MORE;
	return comment(t, from, to, to + 1, ret);
}

/* Where the data of a comment ends whose last bytes are those in front of `i`: two dashes, or two and a '!', are not
 * of it. HTML_NONE when they do not stand there. */
static uint32_t dashes(const char *s, uint32_t from, uint32_t i)
{
	i -= i > from && s[i - 1] == '!';
	return i - from >= 2 && s[i - 1] == '-' && s[i - 2] == '-' ? i - 2 : HTML_NONE;
}

/* `from` is behind the "<!--". */
static enum html_step real_comment(struct tokenizer *t, uint32_t from, struct token *ret)
{
	const char *s = t->s;
	uint32_t n = t->n;
	for (uint32_t i = from; (i = html_scan_char(s, i, n, '>')) < n; i++) {
		bool is_empty = i == from || (i == from + 1 && s[from] == '-');
		uint32_t to = is_empty ? from : dashes(s, from, i);
		if (to != HTML_NONE)
			return comment(t, from, to, i + 1, ret);
	}
	if (!t->is_end)
		return STEP_MORE;
	uint32_t to = dashes(s, from, n);
	if (to == HTML_NONE)
		to = n > from && s[n - 1] == '-' ? n - 1 : n;
	return comment(t, from, to, n, ret);
}

/* A doctype that is being read, up to `to`: the first '>', wherever it stands, ends it. */
struct doctype {
	struct tokenizer *t;
	struct token *ret;
	uint32_t i;
	uint32_t to;
};

static bool is_over(struct doctype *d)
{
	d->i = html_skip_space(d->t->s, d->i, d->to);
	return d->i == d->to;
}

/* The quoted identifier at d->i. False: there is none, or not its end. */
static bool identifier(struct doctype *d, uint32_t name)
{
	const char *s = d->t->s;
	if (is_over(d) || (s[d->i] != '"' && s[d->i] != '\''))
		return false;
	uint32_t from = d->i + 1;
	uint32_t to = html_scan_char(s, from, d->to, s[d->i]);
	struct html_attr attr = {.name = name, .from = from, .to = to};
	html_decode(d->t, from, to, false, &attr.at, &attr.n);
	html_attr_add(d->t, &attr, d->ret);
	d->i = to + (to < d->to);
	return to < d->to;
}

/* What follows the name. False: the page is to be shown as old pages are. */
static bool identifiers(struct doctype *d)
{
	bool is_closed = d->to < d->t->n;
	if (is_over(d))
		return is_closed;
	struct str rest = str_mem(d->t->s + d->i, d->to - d->i);
	bool is_public = str_istarts(rest, STR("public"));
	if (!is_public && !str_istarts(rest, STR("system")))
		return false;
	d->i += 6;
	if (!identifier(d, is_public ? NAME_PUBLIC : NAME_SYSTEM))
		return false;
	if (is_public) {
		if (is_over(d))
			return is_closed;
		if (!identifier(d, NAME_SYSTEM))
			return false;
	}
	return is_closed || !is_over(d);
}

static enum html_step doctype(struct tokenizer *t, uint32_t from, struct token *ret)
{
	struct doctype d = {t, ret, from, html_scan_char(t->s, from, t->n, '>')};
	bool is_closed = d.to < t->n;
	if (!is_closed && !t->is_end)
		return STEP_MORE;
	ret->force_quirks = true;
	if (!is_over(&d)) {
		ret->name = html_name_at(t, &d.i, CLASS_SPACE | CLASS_GT);
		ret->force_quirks = !identifiers(&d);
	}
	return html_step_token(t, TOKEN_DOCTYPE, d.to + is_closed, ret);
}

enum html_step html_step_markup(struct tokenizer *t, struct token *ret)
{
	struct str rest = str_mem(t->s + t->pos, t->n - t->pos);
	if (str_starts(rest, STR("<!--")))
		return real_comment(t, t->pos + 4, ret);
	if (str_istarts(rest, STR("<!doctype")))
		return doctype(t, t->pos + (uint32_t)sizeof("<!doctype") - 1, ret);
	if (t->is_foreign && str_starts(rest, STR("<![CDATA["))) {
		t->raw = RAW_CDATA;
		t->raw_end = HTML_NONE;
		t->pos += (uint32_t)sizeof("<![CDATA[") - 1;
		return STEP_ON;
	}
	if (str_starts(rest, STR("</>"))) {
		t->pos += 3;
		return STEP_ON;
	}
	return bogus_comment(t, t->pos + (rest.p[1] == '?' ? 1 : 2), ret);
}
