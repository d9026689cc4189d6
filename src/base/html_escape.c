/* SPDX-License-Identifier: Apache-2.0 */
#include "base/html_escape.h"

#include "base/utf8.h"

void html_escape(struct buf *b, struct str s)
{
	size_t i = 0;
	while (i < s.n) {
		uint32_t c = utf8_next(s, &i, NULL);
		switch (c) {
		case '&':
			buf_add(b, STR("&amp;"));
			break;
		case '<':
			buf_add(b, STR("&lt;"));
			break;
		case '>':
			buf_add(b, STR("&gt;"));
			break;
		case '"':
			buf_add(b, STR("&quot;"));
			break;
		case '\'':
			buf_add(b, STR("&#39;"));
			break;
		default:
			utf8_add(b, (c < 0x20 && c != '\t' && c != '\n') || (c >= 0x7f && c <= 0x9f) ? UTF8_BAD : c);
		}
	}
}
