/* SPDX-License-Identifier: Apache-2.0 */
/* The one JSON writer (jansson reads). Compact, keys in the order they are written. Invalid UTF-8 becomes
 * U+FFFD; control characters and U+2028/9 are escaped. Errors stick in the buffer, as buf.h says. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"

struct jsonw {
	struct buf *to;
	bool comma;
};

static inline struct jsonw jsonw_to(struct buf *b)
{
	return (struct jsonw){.to = b};
}

/* Values. `key` is NULL inside arrays and at the top. */
void jsonw_open(struct jsonw *w, const char *key, char bracket); /* '{' or '[' */
void jsonw_close(struct jsonw *w, char bracket);                 /* '}' or ']' */
void jsonw_str(struct jsonw *w, const char *key, struct str s);
/* null when s is empty */
void jsonw_str_or_null(struct jsonw *w, const char *key, struct str s);
void jsonw_u64(struct jsonw *w, const char *key, uint64_t v);
void jsonw_i64(struct jsonw *w, const char *key, int64_t v);
void jsonw_bool(struct jsonw *w, const char *key, bool v);
void jsonw_null(struct jsonw *w, const char *key);

/* A quoted, escaped string and nothing else. */
void json_quote(struct buf *b, struct str s);
/* As json_quote with everything above U+007E as \uXXXX, which is how Python's json.dumps writes. */
void json_quote_ascii(struct buf *b, struct str s);

#endif
