/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/utf8.h"
#include "formats/html/test_check.h"
#include "formats/html/test_dump.h"

#define WRITTEN_MAX (256u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void holds(bool yes, const struct buf *why)
{
	if (!yes)
		bug_abort(__FILE__, __LINE__, why->n ? why->p : "it does not hold");
}

/* Feeds pieces of 1 to 16 bytes, as the bytes themselves say. */
static void parse_pieces(struct str s, const struct html_options *o, struct html *ret)
{
	struct html_parser *p = html_parser_new(o, ret);
	for (size_t i = 0; i < s.n;) {
		size_t n = 1 + (uint8_t)s.p[i] % 16u;
		html_parser_feed(p, str_sub(s, i, i + n));
		i += n;
	}
	html_parser_end(p);
}

static void try_one(struct str page, const struct html_options *o)
{
	AUTO(arena) a = {0};
	AUTO(buf) why = {0};
	AUTO(buf) out = {0};
	struct html whole = {0};
	struct html pieces = {0};
	buf_init(&why, 1u << 20);
	buf_init(&out, WRITTEN_MAX);
	html_parse(page, o, &whole);
	parse_pieces(page, o, &pieces);
	holds(test_same(&whole, &pieces, &why), &why);
	holds(test_check(&whole, &pieces, &why), &why); /* `pieces` is now for reading references again */
	html_write(&out, &whole, 0, HTML_WRITE_AS_IS);
	buf_reset(&out);
	html_write(&out, &whole, 0, HTML_WRITE_SAFE);
	holds(!out.over && test_is_safe(buf_str(&out), &why), &why);
	(void)html_text(&a, &whole, 0);
	html_clear(&whole);
	html_clear(&pieces);
}

/* The first byte chooses the element of which the rest is the content; the rest is also a page. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct html_options contexts[] = {{.context = NAME_DIV}, {.context = NAME_BODY},
		{.context = NAME_HTML}, {.context = NAME_HEAD}, {.context = NAME_TABLE}, {.context = NAME_TBODY},
		{.context = NAME_TR}, {.context = NAME_TD}, {.context = NAME_CAPTION}, {.context = NAME_COLGROUP},
		{.context = NAME_SELECT}, {.context = NAME_TEMPLATE}, {.context = NAME_FRAMESET},
		{.context = NAME_TEXTAREA}, {.context = NAME_SCRIPT}, {.context = NAME_STYLE},
		{.context = NAME_NOSCRIPT, .scripting = true}, {.context = NAME_PLAINTEXT}, {.context = NAME_FORM},
		{.context = NAME_SVG, .context_ns = HTML_NS_SVG}, {.context = NAME_DESC, .context_ns = HTML_NS_SVG},
		{.context = NAME_MATH, .context_ns = HTML_NS_MATHML},
		{.context = NAME_MI, .context_ns = HTML_NS_MATHML}};
	static const struct html_options page = {0};
	AUTO(buf) text = {0};
	if (size == 0)
		return 0;
	buf_init(&text, size * 3 + 1);
	utf8_add_clean(&text, str_mem(data + 1, size - 1));
	try_one(buf_str(&text), &page);
	try_one(buf_str(&text), &contexts[data[0] % ARRAY_LEN(contexts)]);
	return 0;
}
