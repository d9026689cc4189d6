/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as text and back: base16 (lower case), base32 and base64 of RFC 4648. Decoders are strict:
 * canonical padding, no white space, no stray bits; base16 and base32 read both letter cases. */
#ifndef BASE_CODEC_H
#define BASE_CODEC_H

#include "base/str.h"

struct arena;
struct buf;

void hex_add(struct buf *b, struct str bytes);
struct str hex_of(struct arena *a, struct str bytes);
/* False unless s is an even number of hex digits. */
bool hex_decode(struct arena *a, struct str s, struct str *ret);

/* Padded standard base64. */
void base64_add(struct buf *b, struct str bytes);
struct str base64_of(struct arena *a, struct str bytes);
bool base64_decode(struct arena *a, struct str s, struct str *ret);
/* The same of exactly `n` bytes, to `ret`, which is written only then. n is at most 64. */
bool base64_fixed(struct str s, void *ret, size_t n);

/* Base32, upper case, padded when asked. */
struct str base32_of(struct arena *a, struct str bytes);
/* Padding may be missing, but not in part. */
bool base32_decode(struct arena *a, struct str s, struct str *ret);

#endif
