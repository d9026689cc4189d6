/* SPDX-License-Identifier: Apache-2.0 */
/* Tags (§13.2.5.6 to .8, .32 to .40). Names are hashed while they are read and, being mostly in lower case already, not
 * copied; values stay in the source unless something in them has to be replaced. */
#include "base/mem.h"
#include "formats/html/tokenizer_int.h"

#define NAME_STOPS (CLASS_SPACE | CLASS_SLASH | CLASS_GT)
#define FIRST_ATTRS 64u

/* The number of a name in which something stands for something else. */
static uint32_t folded(struct tokenizer *t, uint32_t from, uint32_t to)
{
	buf_reset(&t->scratch);
	char *p = buf_space(&t->scratch, 3u * (size_t)(to - from));
	BUG_ON(!p);
	size_t n = 0;
	for (uint32_t i = from; i < to; i++) {
		if (t->s[i] == '\0') {
			memcpy(p + n, HTML_REPLACEMENT, sizeof(HTML_REPLACEMENT));
			n += sizeof(HTML_REPLACEMENT);
		} else {
			p[n++] = ascii_lower(t->s[i]);
		}
	}
	uint32_t hash = HTML_HASH_START;
	for (size_t i = 0; i < n; i++)
		hash = html_hash_step(hash, p[i]);
	return html_names_id(t->h->names, str_mem(p, n), hash);
}

struct name_span {
	uint32_t from;
	uint32_t to;
	uint32_t hash;
	bool is_folded;
};

static inline struct name_span name_span(const struct tokenizer *t, uint32_t from, unsigned stops)
{
	const char *s = t->s;
	uint32_t n = t->n;
	uint32_t hash = html_hash_step(HTML_HASH_START, s[from]);
	uint32_t i = from + 1;
	bool is_folded = html_class(s[from]) & CLASS_FOLD;
	unsigned class = 0;
	for (; i < n && !((class = html_class(s[i])) & (stops | CLASS_FOLD)); i++)
		hash = html_hash_step(hash, s[i]);
	if (i < n && !(class & stops)) {
		is_folded = true;
		while (i < n && !(html_class(s[i]) & stops))
			i++;
	}
	return (struct name_span){from, i, hash, is_folded};
}

static inline uint32_t name_id(struct tokenizer *t, struct name_span name)
{
	if (name.is_folded)
		return folded(t, name.from, name.to);
	return html_names_id(t->h->names, str_mem(t->s + name.from, name.to - name.from), name.hash);
}

uint32_t html_name_at(struct tokenizer *t, uint32_t *at, unsigned stops)
{
	struct name_span name = name_span(t, *at, stops);
	*at = name.to;
	return name_id(t, name);
}

/* True when this tag had an attribute of that name before. */
static inline bool was_seen(struct tokenizer *t, uint32_t name)
{
	if (name >= t->room_seen) {
		uint32_t room = t->room_seen ? t->room_seen : 1024;
		while (room <= name)
			room *= 2;
		t->seen = mem_realloc(t->seen, room * sizeof(*t->seen));
		memset(t->seen + t->room_seen, 0, (room - t->room_seen) * sizeof(*t->seen));
		t->room_seen = room;
	}
	bool was = t->seen[name] == t->tags;
	t->seen[name] = t->tags;
	return was;
}

void html_attr_add(struct tokenizer *t, const struct html_attr *attr, struct token *ret)
{
	struct html *h = t->h;
	size_t at = h->nattrs + ret->nattrs;
	if (at >= h->room_attrs) {
		h->room_attrs = h->room_attrs ? h->room_attrs * 2 : FIRST_ATTRS;
		h->attrs = mem_realloc(h->attrs, h->room_attrs * sizeof(*h->attrs));
	}
	h->attrs[at] = *attr;
	ret->nattrs++;
}

struct tag {
	bool is_end;  /* attributes are read and forgotten */
	bool is_full; /* one went over the cap */
};

static void keep(struct tokenizer *t, struct tag *tag, struct name_span span, struct html_attr *attr, bool is_plain,
	struct token *ret)
{
	if (ret->nattrs == CAP_HTML_ATTRS) {
		tag->is_full = true;
		return;
	}
	attr->name = name_id(t, span);
	if (was_seen(t, attr->name))
		return;
	if (is_plain) {
		attr->at = attr->from;
		attr->n = attr->to - attr->from;
	} else {
		html_decode(t, attr->from, attr->to, true, &attr->at, &attr->n);
	}
	html_attr_add(t, attr, ret);
}

/* The value between quotes at `i`; returns what is behind it, over t->n when the input ends first. */
static inline uint32_t quoted(const struct tokenizer *t, uint32_t i, struct html_attr *attr, bool *ret_plain)
{
	char quote = t->s[i];
	uint32_t to = html_scan(t->s, i + 1, t->n, quote, '&');
	*ret_plain = to < t->n && t->s[to] == quote;
	if (!*ret_plain)
		to = html_scan_char(t->s, to, t->n, quote);
	attr->from = i + 1;
	attr->to = to;
	return to + 1;
}

static inline uint32_t unquoted(const struct tokenizer *t, uint32_t i, struct html_attr *attr, bool *ret_plain)
{
	unsigned classes = 0;
	attr->from = i;
	for (; i < t->n; i++) {
		unsigned class = html_class(t->s[i]);
		if (class & (CLASS_SPACE | CLASS_GT))
			break;
		classes |= class;
	}
	attr->to = i;
	*ret_plain = !(classes & CLASS_DECODE);
	return i;
}

/* The attribute at `i`; returns what is behind it, t->n or more when the input ends first. */
static inline uint32_t attribute(struct tokenizer *t, uint32_t i, struct tag *tag, struct token *ret)
{
	const char *s = t->s;
	uint32_t n = t->n;
	bool is_plain = true;
	struct name_span name = name_span(t, i, NAME_STOPS | CLASS_EQUALS);
	struct html_attr attr = {.from = name.to, .to = name.to};
	i = html_skip_space(s, name.to, n);
	if (i < n && s[i] == '=') {
		i = html_skip_space(s, i + 1, n);
		if (i < n && (s[i] == '"' || s[i] == '\''))
			i = quoted(t, i, &attr, &is_plain);
		else if (i < n && s[i] != '>')
			i = unquoted(t, i, &attr, &is_plain);
	}
	if (i < n && !tag->is_end)
		keep(t, tag, name, &attr, is_plain, ret);
	return i;
}

/* Reads attributes from `i` on; returns what is behind the '>', HTML_NONE when the input ends first. */
static uint32_t attributes(struct tokenizer *t, uint32_t i, struct tag *tag, struct token *ret)
{
	const char *s = t->s;
	while ((i = html_skip_space(s, i, t->n)) < t->n) {
		if (s[i] == '>')
			return i + 1;
		if (s[i] == '/') {
			i++;
			ret->self_closing = i < t->n && s[i] == '>';
		} else {
			i = attribute(t, i, tag, ret);
		}
	}
	return HTML_NONE;
}

enum html_step html_step_tag(struct tokenizer *t, struct token *ret)
{
	struct tag tag = {.is_end = t->s[t->pos + 1] == '/'};
	struct name_span name = name_span(t, t->pos + 1 + tag.is_end, NAME_STOPS);
	t->tags++;
	uint32_t to = attributes(t, name.to, &tag, ret);
	if (to == HTML_NONE)
		return html_step_eof(t, ret);
	if (tag.is_full)
		quirk_add(&t->h->quirks, t->pos, "a tag with more than %u attributes", CAP_HTML_ATTRS);
	ret->name = name_id(t, name);
	return html_step_token(t, tag.is_end ? TOKEN_END : TOKEN_START, to, ret);
}
