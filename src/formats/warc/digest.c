/* SPDX-License-Identifier: Apache-2.0 */
/* Labelled digests (WARC 1.1 §5.8, §5.9). The standard leaves the encoding open; writers used base16, base32 and
 * base64, so its length decides. Only MD5 is ambiguous (32 letters in base16 and in padded base32): there '=' does. */
#include "base/arena.h"
#include "base/codec.h"
#include "formats/warc/warc.h"

static bool alg_of(struct str name, enum digest_alg *ret)
{
	static const struct {
		const char *name;
		enum digest_alg alg;
	} names[] = {
		{"sha1", DIGEST_SHA1},
		{"sha-1", DIGEST_SHA1},
		{"sha256", DIGEST_SHA256},
		{"sha-256", DIGEST_SHA256},
		{"sha512", DIGEST_SHA512},
		{"sha-512", DIGEST_SHA512},
		{"md5", DIGEST_MD5},
		{"md-5", DIGEST_MD5},
	};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (str_ieq(name, str_c(names[i].name))) {
			*ret = names[i].alg;
			return true;
		}
	}
	return false;
}

/* The decoder wants its padding, and the standard alphabet for either. */
static bool base64_any(struct arena *a, struct str s, size_t whole, struct str *ret)
{
	char *p = arena_alloc(a, whole + 1);
	for (size_t i = 0; i < whole; i++) {
		char c = i < s.n ? s.p[i] : '=';
		p[i] = c == '-' ? '+' : c == '_' ? '/' : c;
	}
	return base64_decode(a, str_mem(p, whole), ret);
}

static bool decode(struct arena *a, struct str v, size_t size, struct str *ret)
{
	size_t b32 = (size * 8 + 4) / 5;
	size_t b32_whole = (size + 4) / 5 * 8;
	size_t b64 = (size * 8 + 5) / 6;
	size_t b64_whole = (size + 2) / 3 * 4;
	bool padded = v.n > 0 && v.p[v.n - 1] == '=';
	if (v.n == size * 2 && !padded)
		return hex_decode(a, v, ret);
	if (v.n == b32_whole && (padded || b32 == b32_whole))
		return base32_decode(a, v, ret);
	if (v.n == b32 && size != 16)
		return base32_decode(a, v, ret);
	if (v.n == b64 || (v.n == b64_whole && padded))
		return base64_any(a, v, b64_whole, ret);
	return false;
}

rc warc_digest_parse(struct str s, struct warc_digest *ret, struct err *e)
{
	struct str value = str_trim(s);
	struct str name = str_trim(str_cut(&value, ':'));
	value = str_trim(value);
	if (name.n == 0 || value.n == 0)
		return err_set(e, E_FORMAT, "digest '%.*s' is not algorithm:value", STR_FMT(str_sub(s, 0, 80)));
	struct warc_digest d = {0};
	if (!alg_of(name, &d.alg))
		return err_set(e, E_UNSUPPORTED, "digest algorithm '%.*s'", STR_FMT(str_sub(name, 0, 40)));
	AUTO(arena) a = {0};
	struct str bytes = STR("");
	size_t size = digest_size(d.alg);
	if (value.n > 2 * DIGEST_MAX || !decode(&a, value, size, &bytes) || bytes.n != size)
		return err_set(e, E_FORMAT, "'%.*s' is no %.*s digest", STR_FMT(str_sub(value, 0, 140)), STR_FMT(name));
	memcpy(d.bytes, bytes.p, size);
	*ret = d;
	return OK;
}
