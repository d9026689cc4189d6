/* SPDX-License-Identifier: Apache-2.0 */
/* Keys as text: Bech32 (BIP 173) of 32 bytes, 52 letters and a checksum of 6. Secrets pass through here, so everything
 * on the stack is wiped. */
#include "base/buf.h"
#include "base/mem.h"
#include "formats/age/age_int.h"

#define DATA 52u /* 32 bytes, 5 bits a letter, 4 bits of zero behind them */
#define SUM 6u
#define IDENTITY STR("AGE-SECRET-KEY-")
#define RECIPIENT STR("age")

static const char LETTERS[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

static uint32_t polymod(uint32_t sum, uint8_t value)
{
	static const uint32_t generator[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
	uint32_t top = sum >> 25;
	sum = (sum & 0x1ffffff) << 5 ^ value;
	for (size_t i = 0; i < ARRAY_LEN(generator); i++)
		if (top >> i & 1)
			sum ^= generator[i];
	return sum;
}

/* Over the human-readable part in lower case, expanded, and n values. */
static uint32_t checksum(struct str hrp, const uint8_t *values, size_t n)
{
	uint32_t sum = 1;
	for (size_t i = 0; i < hrp.n; i++)
		sum = polymod(sum, (uint8_t)ascii_lower(hrp.p[i]) >> 5);
	sum = polymod(sum, 0);
	for (size_t i = 0; i < hrp.n; i++)
		sum = polymod(sum, (uint8_t)ascii_lower(hrp.p[i]) & 31);
	for (size_t i = 0; i < n; i++)
		sum = polymod(sum, values[i]);
	return sum;
}

static void encode(struct buf *b, struct str hrp, const uint8_t bytes[AGE_KEY_SIZE], bool upper)
{
	uint8_t values[DATA + SUM] = {0};
	for (size_t bit = 0; bit < AGE_KEY_SIZE * 8; bit++)
		if (bytes[bit / 8] >> (7 - bit % 8) & 1)
			values[bit / 5] |= (uint8_t)(16 >> bit % 5);
	uint32_t sum = checksum(hrp, values, sizeof(values)) ^ 1;
	for (size_t i = 0; i < SUM; i++)
		values[DATA + i] = sum >> 5 * (SUM - 1 - i) & 31;
	(void)buf_space(b, hrp.n + 1 + sizeof(values));
	buf_add(b, hrp);
	buf_addc(b, '1');
	for (size_t i = 0; i < sizeof(values); i++) {
		char c = LETTERS[values[i]];
		buf_addc(b, upper && ascii_alpha(c) ? (char)(c - ('a' - 'A')) : c);
	}
	mem_wipe(values, sizeof(values));
}

static bool values_of(struct str text, bool upper, uint8_t values[DATA + SUM])
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (ascii_alpha(c) && upper != (c <= 'Z'))
			return false;
		const char *at = memchr(LETTERS, ascii_lower(c), sizeof(LETTERS) - 1);
		if (!at)
			return false;
		values[i] = (uint8_t)(at - LETTERS);
	}
	return true;
}

static bool decode(struct str text, struct str hrp, bool upper, uint8_t ret[AGE_KEY_SIZE])
{
	uint8_t values[DATA + SUM] = {0};
	uint8_t bytes[AGE_KEY_SIZE] = {0};
	if (text.n != hrp.n + 1 + sizeof(values) || !str_starts(text, hrp) || text.p[hrp.n] != '1')
		return false;
	bool ok = values_of(str_from(text, hrp.n + 1), upper, values) && checksum(hrp, values, sizeof(values)) == 1 &&
		(values[DATA - 1] & 15) == 0;
	for (size_t bit = 0; ok && bit < AGE_KEY_SIZE * 8; bit++)
		if (values[bit / 5] & 16 >> bit % 5)
			bytes[bit / 8] |= (uint8_t)(128 >> bit % 8);
	if (ok)
		memcpy(ret, bytes, sizeof(bytes));
	mem_wipe(values, sizeof(values));
	mem_wipe(bytes, sizeof(bytes));
	return ok;
}

rc age_identity_make(const uint8_t secret[AGE_KEY_SIZE], struct age_identity *ret, struct err *e)
{
	struct age_recipient r;
	if (!age_x25519_public(secret, r.b))
		return err_set(e, E_IO, "OpenSSL failed to make an X25519 key");
	memcpy(ret->secret, secret, AGE_KEY_SIZE);
	ret->recipient = r;
	return OK;
}

rc age_identity_parse(struct str text, struct age_identity *ret, struct err *e)
{
	uint8_t secret[AGE_KEY_SIZE];
	if (str_starts(text, STR("AGE-SECRET-KEY-PQ-1")) || str_starts(text, STR("AGE-PLUGIN-")))
		return err_set(e, E_UNSUPPORTED, "an age identity of another kind than X25519");
	if (!decode(text, IDENTITY, true, secret))
		return err_set(e, E_FORMAT, "not an age identity (AGE-SECRET-KEY-1 and 58 letters)");
	rc r = age_identity_make(secret, ret, e);
	mem_wipe(secret, sizeof(secret));
	return r;
}

/* "age1name1…" is a key of another kind, by name: no letter of the data part is '1'. */
static bool is_named(struct str text)
{
	return str_starts(text, STR("age1")) && str_chr(text, '1', 4) < text.n;
}

rc age_recipient_parse(struct str text, struct age_recipient *ret, struct err *e)
{
	if (is_named(text))
		return err_set(e, E_UNSUPPORTED, "an age recipient of another kind than X25519");
	if (!decode(text, RECIPIENT, false, ret->b))
		return err_set(e, E_FORMAT, "not an age recipient (age1 and 58 letters)");
	return OK;
}

void age_identity_text(struct buf *b, const struct age_identity *id)
{
	encode(b, IDENTITY, id->secret, true);
}

void age_recipient_text(struct buf *b, const struct age_recipient *r)
{
	encode(b, RECIPIENT, r->b, false);
}
