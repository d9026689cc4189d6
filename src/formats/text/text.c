/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/text/text.h"

#include <errno.h>
#include <iconv.h>
#include <uchardet.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"

#define PRESCAN 1024u            /* Encoding sniffing, HTML standard §13.2.3.2 */
#define LATE_SCAN (256u * 1024u) /* <meta> is looked for this far when it was not found there */
#define GUESS_BYTES (64u * 1024u)

/* Name of the Encoding standard, name of glibc. gbk decodes as gb18030 does; Big5 has Hong Kong's letters. */
static const struct {
	const char *name;
	const char *iconv;
} ENCODINGS[] = {
	{"utf-8", ""},
	{"windows-1252", "CP1252"},
	{"gb18030", "GB18030"},
	{"big5", "BIG5-HKSCS"},
	{"shift_jis", "CP932"},
	{"euc-jp", "EUC-JP-MS"},
	{"iso-2022-jp", "ISO-2022-JP"},
	{"euc-kr", "UHC"},
	{"windows-1250", "CP1250"},
	{"windows-1251", "CP1251"},
	{"windows-1253", "CP1253"},
	{"windows-1254", "CP1254"},
	{"windows-1255", "CP1255"},
	{"windows-1256", "CP1256"},
	{"windows-1257", "CP1257"},
	{"windows-1258", "CP1258"},
	{"windows-874", "CP874"},
	{"iso-8859-2", "ISO-8859-2"},
	{"iso-8859-3", "ISO-8859-3"},
	{"iso-8859-4", "ISO-8859-4"},
	{"iso-8859-5", "ISO-8859-5"},
	{"iso-8859-6", "ISO-8859-6"},
	{"iso-8859-7", "ISO-8859-7"},
	{"iso-8859-8", "ISO-8859-8"},
	{"iso-8859-10", "ISO-8859-10"},
	{"iso-8859-13", "ISO-8859-13"},
	{"iso-8859-14", "ISO-8859-14"},
	{"iso-8859-15", "ISO-8859-15"},
	{"iso-8859-16", "ISO-8859-16"},
	{"koi8-r", "KOI8-R"},
	{"koi8-u", "KOI8-U"},
	{"ibm866", "IBM866"},
	{"macintosh", "MACINTOSH"},
	{"x-mac-cyrillic", "MAC-CYRILLIC"},
	{"utf-16le", "UTF-16LE"},
	{"utf-16be", "UTF-16BE"},
};

/* Labels other than the names themselves. */
static const struct {
	const char *label;
	const char *name;
} LABELS[] = {
	{"utf8", "utf-8"},
	{"unicode-1-1-utf-8", "utf-8"},
	{"x-unicode20utf8", "utf-8"},
	{"unicode20utf8", "utf-8"},
	{"latin1", "windows-1252"},
	{"iso-8859-1", "windows-1252"},
	{"iso8859-1", "windows-1252"},
	{"iso_8859-1", "windows-1252"},
	{"l1", "windows-1252"},
	{"ascii", "windows-1252"},
	{"us-ascii", "windows-1252"},
	{"cp1252", "windows-1252"},
	{"cp819", "windows-1252"},
	{"ansi_x3.4-1968", "windows-1252"},
	{"ibm819", "windows-1252"},
	{"iso88591", "windows-1252"},
	{"x-cp1252", "windows-1252"},
	{"gb2312", "gb18030"},
	{"gbk", "gb18030"},
	{"gb_2312", "gb18030"},
	{"gb_2312-80", "gb18030"},
	{"chinese", "gb18030"},
	{"csgb2312", "gb18030"},
	{"iso-ir-58", "gb18030"},
	{"x-gbk", "gb18030"},
	{"big5-hkscs", "big5"},
	{"cn-big5", "big5"},
	{"csbig5", "big5"},
	{"x-x-big5", "big5"},
	{"sjis", "shift_jis"},
	{"shift-jis", "shift_jis"},
	{"ms_kanji", "shift_jis"},
	{"ms932", "shift_jis"},
	{"windows-31j", "shift_jis"},
	{"x-sjis", "shift_jis"},
	{"csshiftjis", "shift_jis"},
	{"x-euc-jp", "euc-jp"},
	{"cseucpkdfmtjapanese", "euc-jp"},
	{"csiso2022jp", "iso-2022-jp"},
	{"euckr", "euc-kr"},
	{"ks_c_5601-1987", "euc-kr"},
	{"ksc5601", "euc-kr"},
	{"ksc_5601", "euc-kr"},
	{"korean", "euc-kr"},
	{"windows-949", "euc-kr"},
	{"cseuckr", "euc-kr"},
	{"ks_c_5601-1989", "euc-kr"},
	{"cp1250", "windows-1250"},
	{"x-cp1250", "windows-1250"},
	{"cp1251", "windows-1251"},
	{"x-cp1251", "windows-1251"},
	{"cp1253", "windows-1253"},
	{"x-cp1253", "windows-1253"},
	{"cp1254", "windows-1254"},
	{"x-cp1254", "windows-1254"},
	{"iso-8859-9", "windows-1254"},
	{"iso8859-9", "windows-1254"},
	{"latin5", "windows-1254"},
	{"l5", "windows-1254"},
	{"cp1255", "windows-1255"},
	{"x-cp1255", "windows-1255"},
	{"cp1256", "windows-1256"},
	{"x-cp1256", "windows-1256"},
	{"cp1257", "windows-1257"},
	{"x-cp1257", "windows-1257"},
	{"cp1258", "windows-1258"},
	{"x-cp1258", "windows-1258"},
	{"tis-620", "windows-874"},
	{"iso-8859-11", "windows-874"},
	{"dos-874", "windows-874"},
	{"iso8859-11", "windows-874"},
	{"latin2", "iso-8859-2"},
	{"l2", "iso-8859-2"},
	{"iso8859-2", "iso-8859-2"},
	{"latin3", "iso-8859-3"},
	{"latin4", "iso-8859-4"},
	{"iso8859-4", "iso-8859-4"},
	{"cyrillic", "iso-8859-5"},
	{"iso8859-5", "iso-8859-5"},
	{"arabic", "iso-8859-6"},
	{"iso8859-6", "iso-8859-6"},
	{"asmo-708", "iso-8859-6"},
	{"greek", "iso-8859-7"},
	{"greek8", "iso-8859-7"},
	{"iso8859-7", "iso-8859-7"},
	{"hebrew", "iso-8859-8"},
	{"visual", "iso-8859-8"},
	{"iso-8859-8-i", "iso-8859-8"},
	{"logical", "iso-8859-8"},
	{"latin6", "iso-8859-10"},
	{"latin9", "iso-8859-15"},
	{"l9", "iso-8859-15"},
	{"iso8859-15", "iso-8859-15"},
	{"koi8", "koi8-r"},
	{"koi", "koi8-r"},
	{"cskoi8r", "koi8-r"},
	{"koi8_r", "koi8-r"},
	{"koi8-ru", "koi8-u"},
	{"866", "ibm866"},
	{"cp866", "ibm866"},
	{"csibm866", "ibm866"},
	{"mac", "macintosh"},
	{"x-mac-roman", "macintosh"},
	{"csmacintosh", "macintosh"},
	{"x-mac-ukrainian", "x-mac-cyrillic"},
	{"utf-16", "utf-16le"},
	{"unicode", "utf-16le"},
	{"ucs-2", "utf-16le"},
};

#define NENCODINGS ARRAY_LEN(ENCODINGS)

struct text_codecs {
	iconv_t cd[NENCODINGS]; /* (iconv_t)-1: not to be had */
};

static bool no_codec(iconv_t cd)
{
	return cd == (iconv_t)-1;
}

struct text_codecs *text_codecs_new(void)
{
	struct text_codecs *c = mem_alloc(sizeof(*c));
	for (size_t i = 0; i < NENCODINGS; i++)
		c->cd[i] = ENCODINGS[i].iconv[0] ? iconv_open("UTF-8", ENCODINGS[i].iconv) : (iconv_t)-1;
	return c;
}

void text_codecs_free(struct text_codecs *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < NENCODINGS; i++)
		if (!no_codec(c->cd[i]))
			(void)iconv_close(c->cd[i]);
	mem_free(c);
}

static size_t encoding_index(struct str name)
{
	for (size_t i = 0; i < NENCODINGS; i++)
		if (str_ieq(name, str_c(ENCODINGS[i].name)))
			return i;
	return NENCODINGS;
}

struct str text_encoding(struct str label)
{
	label = str_trim(label);
	size_t i = encoding_index(label);
	for (size_t k = 0; i == NENCODINGS && k < ARRAY_LEN(LABELS); k++)
		if (str_ieq(label, str_c(LABELS[k].label)))
			i = encoding_index(str_c(LABELS[k].name));
	return i < NENCODINGS ? str_c(ENCODINGS[i].name) : STR("");
}

/* Value behind "charset" and "=", quoted or not, as the standard extracts it from a meta element. */
static struct str charset_value(struct str s)
{
	size_t at = str_ifind(s, STR("charset"), 0);
	if (at >= s.n)
		return STR("");
	s = str_trim(str_from(s, at + strlen("charset")));
	if (!s.n || s.p[0] != '=')
		return STR("");
	s = str_trim(str_from(s, 1));
	char quote = s.n && (s.p[0] == '"' || s.p[0] == '\'') ? s.p[0] : '\0';
	if (quote)
		return str_sub(s, 1, str_chr(s, quote, 1));
	size_t end = 0;
	while (end < s.n && !strchr(" \t\r\n\f;>\"'/", s.p[end]))
		end++;
	return str_sub(s, 0, end);
}

static struct str meta_charset(struct str s)
{
	size_t at = 0;
	while ((at = str_find(s, STR("<"), at)) < s.n) {
		struct str tag = str_from(s, at);
		if (str_starts(tag, STR("<!--"))) {
			size_t end = str_find(s, STR("-->"), at + 2);
			at = end < s.n ? end + 3 : s.n;
			continue;
		}
		if (str_istarts(tag, STR("<meta"))) {
			struct str v = charset_value(str_sub(tag, 0, str_chr(tag, '>', 0)));
			if (text_encoding(v).n)
				return v;
		}
		at++;
	}
	return STR("");
}

static struct str guess(struct str s)
{
	uchardet_t u = uchardet_new();
	struct str name = STR("");
	if (u && uchardet_handle_data(u, s.p, size_min(s.n, GUESS_BYTES)) == 0) {
		uchardet_data_end(u);
		name = text_encoding(str_c(uchardet_get_charset(u)));
	}
	if (u)
		uchardet_delete(u);
	return name;
}

static bool has_high_byte(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((uint8_t)s.p[i] >= 0x80)
			return true;
	return false;
}

static void choose(struct str s, struct str http_charset, struct text *ret)
{
	struct str meta = meta_charset(str_sub(s, 0, PRESCAN));
	bool late = meta.n == 0;
	if (late)
		meta = meta_charset(str_sub(s, 0, LATE_SCAN));
	struct str http = text_encoding(http_charset);
	struct str declared = http.n ? http : text_encoding(meta);
	/* a <meta> that could be read as bytes is not in UTF-16 (HTML standard §13.2.3.2) */
	if (http.n == 0 && str_starts(declared, STR("utf-16")))
		declared = STR("utf-8");
	if (has_high_byte(s) && utf8_valid(s) && !str_starts(declared, STR("utf-16"))) {
		ret->encoding = STR("utf-8");
		ret->from = "utf-8";
		if (declared.n && !str_eq(declared, STR("utf-8")))
			ret->declared = http.n ? http_charset : meta;
		return;
	}
	ret->encoding = declared;
	ret->from = http.n ? "http" : late ? "late-meta" : "meta";
	if (declared.n)
		return;
	ret->encoding = has_high_byte(s) ? guess(s) : STR("utf-8");
	ret->from = "guess";
	if (ret->encoding.n == 0) {
		ret->encoding = STR("windows-1252");
		ret->from = "default";
	}
}

static bool cut_bom(struct str *s, struct text *ret)
{
	static const struct {
		struct str bom;
		const char *name;
	} boms[] = {{{"\xef\xbb\xbf", 3}, "utf-8"}, {{"\xfe\xff", 2}, "utf-16be"}, {{"\xff\xfe", 2}, "utf-16le"}};
	for (size_t i = 0; i < ARRAY_LEN(boms); i++) {
		if (!str_starts(*s, boms[i].bom))
			continue;
		*s = str_from(*s, boms[i].bom.n);
		ret->encoding = str_c(boms[i].name);
		ret->from = "bom";
		return true;
	}
	return false;
}

static void decode_utf8(struct arena *a, struct str s, struct text *ret)
{
	AUTO(buf) b = {0};
	if (utf8_valid(s)) {
		ret->utf8 = s;
		return;
	}
	buf_init(&b, 3 * s.n + 16);
	for (size_t i = 0; i < s.n;) {
		bool ok = true;
		utf8_add(&b, utf8_next(s, &i, &ok));
		ret->replaced += !ok;
	}
	ret->utf8 = str_dup(a, buf_str(&b));
}

/* iconv stops at what it cannot read: one U+FFFD for one byte, or two where a lead byte has a trail byte that is no
 * ASCII, and on it goes. */
static void decode_iconv(struct arena *a, iconv_t cd, struct str s, struct text *ret)
{
	AUTO(buf) out = {0};
	char *in = str_cstr(a, s); /* iconv wants it writable */
	size_t left = s.n;
	buf_init(&out, 4 * s.n + 64);
	(void)iconv(cd, NULL, NULL, NULL, NULL);
	while (left) {
		size_t room = size_min(out.cap - out.n, 3 * left + 16);
		char *to = buf_space(&out, room);
		if (!to)
			break;
		size_t free_before = room;
		size_t got = iconv(cd, &in, &left, &to, &room);
		buf_grown(&out, free_before - room);
		if (got != (size_t)-1 || (errno == E2BIG && free_before != room))
			continue;
		utf8_add(&out, UTF8_BAD);
		ret->replaced++;
		size_t skip = left > 1 && (uint8_t)in[0] >= 0x80 && (uint8_t)in[1] >= 0x80 ? 2 : 1;
		in += skip;
		left -= skip;
		(void)iconv(cd, NULL, NULL, NULL, NULL);
	}
	ret->utf8 = str_dup(a, buf_str(&out));
}

void text_decode(struct arena *a, const struct text_codecs *c, struct str s, struct str http_charset, struct text *ret)
{
	*ret = (struct text){0};
	if (!cut_bom(&s, ret))
		choose(s, http_charset, ret);
	size_t i = encoding_index(ret->encoding);
	if (i < NENCODINGS && !no_codec(c->cd[i]))
		decode_iconv(a, c->cd[i], s, ret);
	else
		decode_utf8(a, s, ret);
	ret->declared = str_dup(a, ret->declared);
}
