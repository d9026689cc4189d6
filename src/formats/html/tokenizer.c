/* SPDX-License-Identifier: Apache-2.0 */
/* The tokenizer (§13.2.5): the standard's state machine, read a token at a time. A token that needs what has not come
 * yet is read again from its start when there is more; so a reader that asks again only when the input has doubled
 * reads each byte a few times at most. */
#include "base/mem.h"
#include "formats/html/tokenizer_int.h"

/* clang-format off */
#define S CLASS_SPACE
#define U (CLASS_FOLD | CLASS_LETTER | CLASS_REF)
#define L (CLASS_LETTER | CLASS_REF)
#define D CLASS_REF
const uint8_t HTML_CLASSES[256] = {
	['\0'] = CLASS_FOLD | CLASS_DECODE,
	['\t'] = S, ['\n'] = S, ['\f'] = S, ['\r'] = S, [' '] = S,
	['>'] = CLASS_GT, ['/'] = CLASS_SLASH, ['='] = CLASS_EQUALS, ['&'] = CLASS_DECODE, ['#'] = CLASS_REF,
	['0'] = D, ['1'] = D, ['2'] = D, ['3'] = D, ['4'] = D, ['5'] = D, ['6'] = D, ['7'] = D, ['8'] = D, ['9'] = D,
	['A'] = U, ['B'] = U, ['C'] = U, ['D'] = U, ['E'] = U, ['F'] = U, ['G'] = U, ['H'] = U, ['I'] = U, ['J'] = U,
	['K'] = U, ['L'] = U, ['M'] = U, ['N'] = U, ['O'] = U, ['P'] = U, ['Q'] = U, ['R'] = U, ['S'] = U, ['T'] = U,
	['U'] = U, ['V'] = U, ['W'] = U, ['X'] = U, ['Y'] = U, ['Z'] = U,
	['a'] = L, ['b'] = L, ['c'] = L, ['d'] = L, ['e'] = L, ['f'] = L, ['g'] = L, ['h'] = L, ['i'] = L, ['j'] = L,
	['k'] = L, ['l'] = L, ['m'] = L, ['n'] = L, ['o'] = L, ['p'] = L, ['q'] = L, ['r'] = L, ['s'] = L, ['t'] = L,
	['u'] = L, ['v'] = L, ['w'] = L, ['x'] = L, ['y'] = L, ['z'] = L,
};
#undef S
#undef U
#undef L
#undef D
/* clang-format on */

void html_tokenizer_init(struct tokenizer *t, struct html *h)
{
	*t = (struct tokenizer){.h = h, .s = "", .raw_end = HTML_NONE};
	buf_init(&t->scratch, 3u * CAP_HTML); /* a NUL becomes three bytes */
}

void html_tokenizer_clear(struct tokenizer *t)
{
	mem_free(t->seen);
	buf_clear(&t->scratch);
	*t = (struct tokenizer){0};
}

enum html_step html_step_token(struct tokenizer *t, enum token_kind kind, uint32_t to, struct token *ret)
{
	ret->kind = kind;
	ret->to = to;
	t->pos = to;
	return STEP_TOKEN;
}

static void pool_cut(struct buf *pool, size_t n)
{
	if (pool->n == n)
		return;
	pool->n = n;
	pool->p[n] = '\0';
}

enum html_step html_step_eof(struct tokenizer *t, struct token *ret)
{
	if (!t->is_end)
		return STEP_MORE;
	*ret = (struct token){.from = t->n};
	return html_step_token(t, TOKEN_EOF, t->n, ret);
}

void html_decode(struct tokenizer *t, uint32_t from, uint32_t to, bool has_refs, uint32_t *ret_at, uint32_t *ret_n)
{
	const char *s = t->s;
	struct buf *pool = &t->h->pool;
	size_t mark = pool->n;
	uint32_t copied = from;
	char stop = has_refs ? '&' : '\r';
	for (uint32_t i = from; (i = html_scan(s, i, to, stop, stop)) < to;) {
		char utf8[8] = "\n";
		uint32_t n = 1;
		size_t next = i + 1;
		if (s[i] == '\0') {
			memcpy(utf8, HTML_REPLACEMENT, sizeof(HTML_REPLACEMENT));
			n = sizeof(HTML_REPLACEMENT);
		} else if (s[i] == '&') {
			next = i;
			n = html_charref(str_mem(s, to), &next, true, true, utf8);
			if (n == 0) {
				i++;
				continue;
			}
		} else if (next < to && s[next] == '\n') {
			n = 0;
		}
		html_pool_add(t, s + copied, i - copied);
		html_pool_add(t, utf8, n);
		copied = i = (uint32_t)next;
	}
	if (copied == from) {
		*ret_at = from;
		*ret_n = to - from;
		return;
	}
	html_pool_add(t, s + copied, to - copied);
	*ret_at = HTML_POOL | (uint32_t)mark;
	*ret_n = (uint32_t)(pool->n - mark);
}

static enum html_step step(struct tokenizer *t, struct token *ret)
{
	if (t->pos == t->n)
		return html_step_eof(t, ret);
	if (t->raw != RAW_NONE) {
		if (html_step_raw_end(t) == STEP_MORE)
			return STEP_MORE;
		if (t->pos < t->raw_end)
			return html_step_text(t, t->pos, t->raw_end, ret);
		t->pos += t->raw == RAW_CDATA ? 3 : 0;
		t->raw = RAW_NONE;
		t->raw_end = HTML_NONE;
		return STEP_ON;
	}
	if (t->s[t->pos] != '<')
		return html_step_text(t, t->pos, t->n, ret);
	enum html_step what = html_markup_at(t, t->pos);
	if (what == STEP_MORE)
		return STEP_MORE;
	if (what == STEP_ON)
		return html_step_text(t, t->pos, t->n, ret);
	char c = t->s[t->pos + 1];
	if (html_class(c) & CLASS_LETTER || (c == '/' && html_class(t->s[t->pos + 2]) & CLASS_LETTER))
		return html_step_tag(t, ret);
	return html_step_markup(t, ret);
}

void html_next_token(struct tokenizer *t, struct token *ret)
{
	size_t pool = t->h->pool.n;
	uint32_t pos = t->pos;
	enum raw raw = t->raw;
	uint32_t raw_end = t->raw_end;
	enum html_step did = STEP_ON;
	while (did == STEP_ON) {
		*ret = (struct token){.from = t->pos, .attrs = (uint32_t)t->h->nattrs};
		did = step(t, ret);
	}
	if (did == STEP_MORE) {
		*ret = (struct token){.kind = TOKEN_MORE};
		t->pos = pos;
		t->raw = raw;
		t->raw_end = raw_end;
		pool_cut(&t->h->pool, pool);
	} else if (ret->kind == TOKEN_EOF) {
		pool_cut(&t->h->pool, pool);
	}
}
