/* SPDX-License-Identifier: Apache-2.0 */
/* Just enough DER (X.690 §8.1, §10.1) to hold a reply against its rules before OpenSSL, which reads BER, sees it:
 *     tag (1 byte) | length (1 byte, or 0x81–0x83 and 1–3 bytes) | value
 * Without recursion: a stack of ends. */
#include "formats/tsp/tsp_int.h"

enum der_fault { DER_OK, DER_CUT, DER_BER, DER_TAG };

/* The head of the element at the front of s: its length in `ret_head`, that of the value in `ret_n`. */
static enum der_fault der_head(struct str s, size_t *ret_head, size_t *ret_n)
{
	const uint8_t *p = (const uint8_t *)s.p;
	if (s.n < 2)
		return DER_CUT;
	if ((p[0] & 0x1f) == 0x1f)
		return DER_TAG;
	size_t n = p[1];
	size_t head = 2;
	if (n == 0x80)
		return DER_BER;
	if (n > 0x80) {
		size_t more = n & 0x7f;
		if (more > 3)
			return DER_CUT; /* nothing that we read is that long */
		if (s.n - 2 < more)
			return DER_CUT;
		n = 0;
		for (; head < 2 + more; head++)
			n = n << 8 | p[head];
		if (n < 0x80 || p[2] == 0)
			return DER_BER;
	}
	if (s.n - head < n)
		return DER_CUT;
	*ret_head = head;
	*ret_n = n;
	return DER_OK;
}

bool tsp_tlv_take(struct str *rest, uint8_t tag, struct tsp_tlv *ret)
{
	size_t head = 0;
	size_t n = 0;
	if (rest->n == 0 || (uint8_t)rest->p[0] != tag || der_head(*rest, &head, &n) != DER_OK)
		return false;
	ret->whole = str_sub(*rest, 0, head + n);
	ret->value = str_sub(*rest, head, head + n);
	*rest = str_from(*rest, head + n);
	return true;
}

/* A constructed string, which DER does not have: only SEQUENCE, SET and what has a tag of its own contain others. */
static bool is_pieces(uint8_t tag)
{
	bool universal = (tag & 0xc0) == 0;
	return universal && (tag & 0x20) && tag != DER_SEQUENCE && tag != 0x31;
}

rc tsp_der_check(struct str der, struct err *e)
{
	size_t ends[CAP_TSP_DEPTH];
	size_t depth = 0;
	size_t at = 0;
	while (at < der.n) {
		size_t end = depth ? ends[depth - 1] : der.n;
		size_t head = 0;
		size_t n = 0;
		switch (der_head(str_sub(der, at, end), &head, &n)) {
		case DER_CUT:
			return err_set(e, E_FORMAT, "byte %zu: no DER: runs over its end", at);
		case DER_TAG:
			return err_set(e, E_FORMAT, "byte %zu: no tag that a time stamp has", at);
		case DER_BER:
			return err_set(e, E_UNSUPPORTED, "byte %zu: BER, where RFC 3161 asks for DER", at);
		case DER_OK:
			break;
		}
		uint8_t tag = (uint8_t)der.p[at];
		if (is_pieces(tag))
			return err_set(e, E_UNSUPPORTED, "byte %zu: BER, where RFC 3161 asks for DER", at);
		if (tag == (DER_SEQUENCE & ~0x20u) || tag == 0x11)
			return err_set(e, E_FORMAT, "byte %zu: no DER: a sequence or set that contains nothing", at);
		if (depth == 0 && head + n != der.n)
			return err_set(e, E_FORMAT, "%zu bytes behind the end", der.n - head - n);
		at += head;
		if (!(tag & 0x20)) {
			at += n;
		} else if (depth == CAP_TSP_DEPTH) {
			return err_set(e, E_LIMIT, "DER nested more than %u deep", CAP_TSP_DEPTH);
		} else {
			ends[depth++] = at + n;
		}
		while (depth > 0 && ends[depth - 1] == at)
			depth--;
	}
	if (der.n == 0)
		return err_set(e, E_FORMAT, "empty");
	return OK;
}
