/* SPDX-License-Identifier: Apache-2.0 */
/* Writing text into HTML. One escape serves element content and quoted attribute values alike. */
#ifndef BASE_HTML_ESCAPE_H
#define BASE_HTML_ESCAPE_H

#include "base/buf.h"

/* Appends s for use between tags or inside a quoted attribute: & < > " ' are escaped, control characters
 * other than \t and \n and invalid UTF-8 become U+FFFD. */
void html_escape(struct buf *b, struct str s);

#endif
