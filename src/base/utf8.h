/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 as Unicode 15 and the Encoding standard have it: no overlong forms, no surrogates, ≤ U+10FFFF. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/str.h"

struct buf;

#define UTF8_BAD 0xfffdu

/* Decodes the character at *at (< s.n) and moves *at behind it. For bytes that are no character returns
 * U+FFFD, sets *ok (may be NULL) to false and skips the maximal subpart (Encoding standard, UTF-8 decoder). */
uint32_t utf8_next(struct str s, size_t *at, bool *ok);

/* True when all of s is valid. */
bool utf8_valid(struct str s);

/* True for characters that move the terminal or the reader's eye and show nothing: C0, DEL, C1, the marks that turn the
 * direction of text, line and paragraph separator, U+FEFF. */
bool utf8_steers(uint32_t c);

/* Appends one character (U+FFFD for surrogates and values over U+10FFFF). */
void utf8_add(struct buf *b, uint32_t c);

/* Appends s with every invalid part replaced by U+FFFD. */
void utf8_add_clean(struct buf *b, struct str s);

/* The largest n' <= n at which s can be cut without splitting a character: up to three continuation bytes are stepped
 * over; where more stand in a row there is no character, and n is returned. */
size_t utf8_cut(struct str s, size_t n);

#endif
