/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of a page and what stands in them, for the fields that have no mark-up of their own. Private to stages/read. */
#ifndef STAGES_READ_LINES_H
#define STAGES_READ_LINES_H

#include "base/utf8.h"
#include "stages/read/read_int.h"

struct page_line {
	struct str text; /* single spaces; a tab between neighbouring elements; at most some 400 bytes */
	uint32_t node;   /* its first and last text */
	uint32_t last;
};

/* Lines of the nodes [from, to), at most `max`. Scripts, menus of forms and the like are left out. */
size_t page_lines(struct reading *r, uint32_t from, uint32_t to, struct page_line *ret, size_t max);
/* The lines of one element, divided by newlines. */
struct str lined_text(struct reading *r, uint32_t i);
/* The element that shows the chosen title; HTML_NONE when none does. */
uint32_t headline_node(struct reading *r);

/* names.c */
/* A name of a person by its shape alone: two to four words with capitals, or two to four Han characters that begin with
 * a surname. Of scripts without capitals only how long it is. */
bool has_shape_of_name(struct str s);
/* True for digits as in stamps: four or more. */
bool has_stamp(struct str s);
/* Names of the front page: "Home", "Startseite", "首页". */
bool is_home_word(struct str s);
/* "Source: X", "来源：X", "— X": X. As given when there is no such mark; `ret_marked` says. */
struct str without_source_mark(struct str s, bool *ret_marked);

#endif
