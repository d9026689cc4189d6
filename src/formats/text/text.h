/* SPDX-License-Identifier: Apache-2.0 */
/* From bytes as served to UTF-8. Which encoding a page is in is decided in this order, and the decision is kept:
 *
 *   BOM > valid UTF-8 with something in it that is not ASCII > HTTP charset > <meta> in the first 1024 bytes
 *       > <meta> later on > what the letters look like (uchardet) > windows-1252
 *
 * Labels are those of the Encoding standard; the tables are glibc's. Bytes that mean nothing become U+FFFD. */
#ifndef FORMATS_TEXT_H
#define FORMATS_TEXT_H

#include "base/err.h"
#include "base/quirk.h"
#include "base/str.h"

struct arena;

/* Open converters. glibc reads their tables from disk, so they are opened before a worker is confined. */
struct text_codecs;
/* Opens all of them; those that the system lacks are left out. Free with text_codecs_free(). */
struct text_codecs *text_codecs_new(void);
void text_codecs_free(struct text_codecs *c);

struct text {
	struct str utf8;     /* in `a`, or the input itself when it was valid UTF-8 */
	struct str encoding; /* the standard's name of what was used, "gb18030" */
	const char *from;    /* "bom", "utf-8", "http", "meta", "late-meta", "guess", "default" */
	struct str declared; /* label that HTTP or <meta> gave, when another was used; else empty */
	uint64_t replaced;   /* U+FFFD that the bytes did not hold */
};

/* Decodes all of `bytes`. `http_charset` is the parameter of Content-Type, or empty. Output ≤ 3 times the input. */
void text_decode(
	struct arena *a, const struct text_codecs *c, struct str bytes, struct str http_charset, struct text *ret);

/* The standard's name for a label ("latin1" -> "windows-1252"); empty when it has none. Encoding standard §4.2 */
struct str text_encoding(struct str label);

#endif
