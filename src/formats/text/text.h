/* SPDX-License-Identifier: Apache-2.0 */
/* From bytes as served to UTF-8, and back to the place in the bytes. Which encoding a page is in is decided in this
 * order, and the decision is kept:
 *
 *   BOM > valid UTF-8 with something in it that is not ASCII > HTTP charset > <meta> in the first 1024 bytes
 *       > <meta> later in the head > what the letters look like (uchardet) > windows-1252
 *
 * UTF-16 that HTTP declares is taken as such, valid UTF-8 or not. Labels, decoders and the handling of errors are those
 * of the Encoding standard (encoding.spec.whatwg.org). Its large indexes are made out of glibc's tables when they are
 * first needed and compared with a digest of the standard's. */
#ifndef FORMATS_TEXT_H
#define FORMATS_TEXT_H

#include "base/err.h"
#include "base/quirk.h"
#include "base/str.h"

struct arena;

/* Open converters and the indexes made so far; one thread at a time. glibc reads its tables from disk, so they are
 * opened before a worker is confined; making an index later needs only memory. */
struct text_codecs;
/* Opens all of them; those that the system lacks are left out. Free with text_codecs_free(). */
struct text_codecs *text_codecs_new(void);
void text_codecs_free(struct text_codecs *c);

/* What an encoding's indexes were, from best to worst. */
enum text_tables {
	TEXT_TABLES_EXACT,   /* the standard's */
	TEXT_TABLES_DIFFER,  /* this glibc has others in places that we do not know */
	TEXT_TABLES_MISSING, /* this glibc has none: whatever is not ASCII became U+FFFD */
};

struct text_map;

struct text {
	struct str utf8;     /* in `a`, or part of the input itself when that was valid UTF-8 */
	struct str encoding; /* the standard's name of what was used in lower case, "gb18030" */
	const char *from;    /* "bom", "utf-8", "http", "meta", "late-meta", "guess", "default" */
	struct str declared; /* label that HTTP, else <meta>, gave and that was not followed; else empty */
	uint64_t replaced;   /* U+FFFD that the bytes did not hold */
	enum text_tables tables;
	size_t size;                /* bytes decoded, BOM included */
	size_t bom;                 /* bytes of it */
	const struct text_map *map; /* NULL: the text is the bytes behind the BOM */
};

/* Decodes all of `bytes`. `http_charset` is the parameter of Content-Type, or empty. Output ≤ 3 times the input and 4.
 * *ret is valid as long as `a`, `c` and `bytes` are. */
void text_decode(struct arena *a, struct text_codecs *c, struct str bytes, struct str http_charset, struct text *ret);

/* Where in the bytes the character that holds byte `at` of the text begins. Exact for each character; what stands
 * between two (escape sequences of ISO-2022-JP) belongs to the first. The end of the text, and all behind it, is the
 * end of the bytes: so [from, to) of the text is [text_source(from), text_source(to)) of the bytes. Costs a search in
 * the marks and decoding of up to 256 bytes. */
uint64_t text_source(const struct text *t, uint64_t at);

/* The standard's name, in lower case, for a label ("latin1" -> "windows-1252"); empty when it has none.
 * Encoding standard §4.2 */
struct str text_encoding(struct str label);

/* The encoding that a page declares in `bytes`, which are the first 1024 of it; empty when it declares none. "utf-16"
 * is read as UTF-8 and x-user-defined as windows-1252.   HTML standard §13.2.3.2, "prescan a byte stream" */
struct str text_prescan(struct str bytes);

#endif
