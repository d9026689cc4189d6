/* SPDX-License-Identifier: Apache-2.0 */
/* The encoding that a page declares. HTML standard §13.2.3.2: "prescan a byte stream to determine its encoding", "get
 * an attribute", "get an XML encoding"; §2.5.3: "extracting a character encoding from a meta element". Running out of
 * bytes, wherever that is, ends the prescan without a result. */
#include "formats/text/text_int.h"

struct scan {
	struct str s;
	size_t at; /* s.n: the bytes ran out */
	bool late; /* step over raw text, end with the head */
};

struct attr {
	struct str name; /* as written */
	struct str value;
};

static bool ends_name(char c)
{
	return html_space(c) || c == '=' || c == '/' || c == '>';
}

static bool at_char(const struct scan *p, char c)
{
	return p->at < p->s.n && p->s.p[p->at] == c;
}

static void skip_spaces(struct scan *p)
{
	while (p->at < p->s.n && html_space(p->s.p[p->at]))
		p->at++;
}

/* Behind the "=" of an attribute. */
static void attr_value(struct scan *p, struct attr *ret)
{
	skip_spaces(p);
	if (at_char(p, '"') || at_char(p, '\'')) {
		size_t end = str_chr(p->s, p->s.p[p->at], p->at + 1);
		ret->value = str_sub(p->s, p->at + 1, end);
		p->at = size_min(end + 1, p->s.n);
		return;
	}
	size_t from = p->at;
	while (p->at < p->s.n && !html_space(p->s.p[p->at]) && p->s.p[p->at] != '>')
		p->at++;
	ret->value = str_sub(p->s, from, p->at);
}

/* "Get an attribute"; false when there is none. */
static bool attr_next(struct scan *p, struct attr *ret)
{
	*ret = (struct attr){0};
	while (p->at < p->s.n && (html_space(p->s.p[p->at]) || p->s.p[p->at] == '/'))
		p->at++;
	if (p->at >= p->s.n || p->s.p[p->at] == '>')
		return false;
	size_t from = p->at++; /* a name may begin with "=" */
	while (p->at < p->s.n && !ends_name(p->s.p[p->at]))
		p->at++;
	ret->name = str_sub(p->s, from, p->at);
	skip_spaces(p);
	if (at_char(p, '=')) {
		p->at++;
		attr_value(p, ret);
	}
	return true;
}

/* The label in the value of a content attribute; empty when it names no encoding. */
static struct str content_label(struct str s)
{
	size_t at = 0;
	while ((at = str_ifind(s, STR("charset"), at)) < s.n) {
		at += strlen("charset");
		while (at < s.n && html_space(s.p[at]))
			at++;
		if (at < s.n && s.p[at] == '=')
			break;
	}
	if (at >= s.n)
		return STR("");
	s = str_from(s, at + 1);
	while (s.n && html_space(s.p[0]))
		s = str_from(s, 1);
	if (s.n && (s.p[0] == '"' || s.p[0] == '\'')) {
		size_t end = str_chr(s, s.p[0], 1);
		s = end < s.n ? str_sub(s, 1, end) : STR("");
	} else {
		size_t end = 0;
		while (end < s.n && !html_space(s.p[end]) && s.p[end] != ';')
			end++;
		s = str_sub(s, 0, end);
	}
	return text_encoding(s).n ? s : STR("");
}

/* What a label stands for in a page, which could be read as bytes and so is not in UTF-16. */
static struct text_declared declared(struct str label, bool xml)
{
	struct str name = text_encoding(label);
	if (str_starts(name, STR("utf-16")))
		name = STR("utf-8");
	if (!xml && str_eq(name, STR("x-user-defined")))
		name = STR("windows-1252");
	return name.n ? (struct text_declared){label, name} : (struct text_declared){STR(""), STR("")};
}

/* From behind "<meta" to the ">". */
static struct text_declared meta_declares(struct scan *p)
{
	struct attr a;
	struct str label = STR("");
	bool seen_pragma = false;
	bool seen_content = false;
	bool seen_charset = false;
	bool pragma = false;
	while (attr_next(p, &a)) {
		if (str_ieq(a.name, STR("http-equiv")) && !seen_pragma) {
			seen_pragma = true;
			pragma = str_ieq(a.value, STR("content-type"));
		} else if (str_ieq(a.name, STR("content")) && !seen_content) {
			seen_content = true;
			if (!seen_charset)
				label = content_label(a.value);
		} else if (str_ieq(a.name, STR("charset")) && !seen_charset) {
			seen_charset = true;
			label = a.value;
		}
	}
	if (p->at >= p->s.n || (!seen_charset && !pragma))
		label = STR("");
	return declared(label, false);
}

static void skip_past(struct scan *p, struct str what, size_t from)
{
	size_t found = str_find(p->s, what, from);
	p->at = found < p->s.n ? found + what.n : p->s.n;
}

/* Behind what a script, style or title holds. */
static void skip_raw(struct scan *p, struct str name)
{
	size_t at = p->at;
	while ((at = str_find(p->s, STR("</"), at)) < p->s.n) {
		at += 2;
		if (str_istarts(str_from(p->s, at), name))
			break;
	}
	p->at = at;
}

/* At "<" or "</" and a letter: behind the tag. */
static void skip_tag(struct scan *p)
{
	static const struct str raw[] = {{"script", 6}, {"style", 5}, {"title", 5}};
	struct attr a;
	bool opens = p->s.p[p->at + 1] != '/';
	size_t from = p->at + (opens ? 1 : 2);
	while (p->at < p->s.n && !html_space(p->s.p[p->at]) && p->s.p[p->at] != '>')
		p->at++;
	struct str name = str_sub(p->s, from, p->at);
	while (attr_next(p, &a))
		;
	p->at = size_min(p->at + 1, p->s.n);
	if (!p->late)
		return;
	if (str_ieq(name, STR("body")) || (!opens && str_ieq(name, STR("head"))))
		p->at = p->s.n;
	for (size_t i = 0; opens && i < ARRAY_LEN(raw); i++)
		if (str_ieq(name, raw[i]))
			skip_raw(p, raw[i]);
}

static bool is_meta(struct str s)
{
	return s.n > 5 && str_istarts(s, STR("<meta")) && (html_space(s.p[5]) || s.p[5] == '/');
}

static struct text_declared scan_markup(struct scan *p)
{
	while ((p->at = str_chr(p->s, '<', p->at)) < p->s.n) {
		struct str s = str_from(p->s, p->at);
		char next = s.n > 1 ? s.p[1] : '\0';
		if (str_starts(s, STR("<!--"))) {
			skip_past(p, STR("-->"), p->at + 2);
		} else if (is_meta(s)) {
			p->at += strlen("<meta");
			struct text_declared d = meta_declares(p);
			if (d.name.n)
				return d;
		} else if (ascii_alpha(next) || (next == '/' && s.n > 2 && ascii_alpha(s.p[2]))) {
			skip_tag(p);
		} else if (next == '!' || next == '/' || next == '?') {
			skip_past(p, STR(">"), p->at + 1);
		} else {
			p->at++;
		}
	}
	return declared(STR(""), false);
}

static size_t skip_controls(struct str s, size_t at)
{
	while (at < s.n && (uint8_t)s.p[at] <= 0x20)
		at++;
	return at;
}

/* The standard looks for "encoding" without saying how far; it takes this from browsers, which look up to the ">". */
static struct text_declared xml_declares(struct str s)
{
	struct text_declared none = {STR(""), STR("")};
	size_t end = str_chr(s, '>', 0);
	if (!str_starts(s, STR("<?xml")) || end >= s.n)
		return none;
	s = str_sub(s, 0, end);
	size_t at = str_find(s, STR("encoding"), 0);
	at = skip_controls(s, size_min(at + strlen("encoding"), s.n));
	if (at >= s.n || s.p[at] != '=')
		return none;
	at = skip_controls(s, at + 1);
	if (at >= s.n || (s.p[at] != '"' && s.p[at] != '\''))
		return none;
	size_t close = str_chr(s, s.p[at], at + 1);
	struct str label = str_sub(s, at + 1, close);
	if (close >= s.n)
		return none;
	for (size_t i = 0; i < label.n; i++)
		if ((uint8_t)label.p[i] <= 0x20)
			return none;
	return declared(label, true);
}

struct text_declared text_prescan_label(struct str bytes)
{
	if (str_starts(bytes, (struct str){"<\0?\0x\0", 6}))
		return (struct text_declared){STR(""), STR("utf-16le")};
	if (str_starts(bytes, (struct str){"\0<\0?\0x", 6}))
		return (struct text_declared){STR(""), STR("utf-16be")};
	struct scan p = {.s = bytes};
	struct text_declared d = scan_markup(&p);
	return d.name.n ? d : xml_declares(bytes);
}

struct text_declared text_late_label(struct str bytes)
{
	struct scan p = {.s = bytes, .late = true};
	return scan_markup(&p);
}

struct str text_prescan(struct str bytes)
{
	return text_prescan_label(bytes).name;
}
