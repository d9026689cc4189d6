/* SPDX-License-Identifier: Apache-2.0 */
/* Which encoding bytes are in. HTML standard §13.2.3.2, "encoding sniffing algorithm", with two changes: bytes that are
 * valid UTF-8 are UTF-8 whatever was declared, and a declaration behind the first 1024 bytes counts at once. */
#include "formats/text/text.h"

#include <uchardet.h>

#include "base/arena.h"
#include "base/caps.h"
#include "base/utf8.h"
#include "formats/text/text_int.h"

/* What bytes are by themselves. */
struct look {
	size_t ascii; /* bytes before the first that is not ASCII */
	bool utf8;    /* all are valid */
};

static struct look look_at(struct str s)
{
	struct look l = {0, false};
	uint64_t w = 0;
	while (s.n - l.ascii >= sizeof(w)) {
		memcpy(&w, s.p + l.ascii, sizeof(w));
		if (w & 0x8080808080808080u)
			break;
		l.ascii += sizeof(w);
	}
	while (l.ascii < s.n && (uint8_t)s.p[l.ascii] < 0x80)
		l.ascii++;
	l.utf8 = utf8_valid(str_from(s, l.ascii));
	return l;
}

/* uchardet's names that are not labels of the standard. */
static struct str guessed_name(struct str name)
{
	static const struct {
		struct str guess;
		const char *name;
	} others[] = {{{"UHC", 3}, "euc-kr"}, {{"MAC-CYRILLIC", 12}, "x-mac-cyrillic"}};
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (str_ieq(name, others[i].guess))
			return str_c(others[i].name);
	name = text_encoding(name);
	return str_eq(name, STR("replacement")) ? STR("") : name;
}

/* Shown from shortly before its first letter that is not ASCII on, or whole when that is an escape sequence. */
static struct str guess(struct str s, size_t ascii)
{
	uchardet_t u = uchardet_new();
	struct str name = STR("");
	size_t from = ascii < s.n && ascii > CAP_TEXT_PRESCAN ? ascii - CAP_TEXT_PRESCAN : 0;
	if (u && uchardet_handle_data(u, s.p + from, size_min(s.n - from, CAP_TEXT_GUESS)) == 0) {
		uchardet_data_end(u);
		name = guessed_name(str_c(uchardet_get_charset(u)));
	}
	if (u)
		uchardet_delete(u);
	return name;
}

static void choose_undeclared(struct str s, size_t ascii, struct text *ret)
{
	ret->from = "guess";
	if (ascii == s.n && str_chr(s, 0x1b, 0) == s.n) {
		ret->encoding = STR("utf-8");
		return;
	}
	ret->encoding = guess(s, ascii);
	if (ret->encoding.n)
		return;
	ret->encoding = STR("windows-1252");
	ret->from = "default";
}

/* For bytes without a BOM. */
static void choose(struct str s, struct str http_charset, struct look look, struct text *ret)
{
	struct text_declared http = {http_charset, text_encoding(http_charset)};
	struct text_declared page = text_prescan_label(str_sub(s, 0, CAP_TEXT_PRESCAN));
	const char *from = "meta";
	if (!http.name.n && !page.name.n) {
		page = text_late_label(str_sub(s, 0, CAP_TEXT_HEAD));
		from = "late-meta";
	}
	ret->encoding = http.name.n ? http.name : page.name;
	ret->from = http.name.n ? "http" : from;
	if (look.utf8 && look.ascii < s.n && !str_starts(ret->encoding, STR("utf-16"))) {
		ret->encoding = STR("utf-8");
		ret->from = "utf-8";
	} else if (!ret->encoding.n) {
		choose_undeclared(s, look.ascii, ret);
	}
	if (http.label.n && !str_eq(http.name, ret->encoding))
		ret->declared = http.label;
	else if (page.label.n && !str_eq(page.name, ret->encoding))
		ret->declared = page.label;
}

/* Bytes of the BOM. Encoding standard §6.1, "BOM sniff" */
static size_t find_bom(struct str s, struct text *ret)
{
	static const struct {
		struct str bom;
		const char *name;
	} boms[] = {{{"\xef\xbb\xbf", 3}, "utf-8"}, {{"\xfe\xff", 2}, "utf-16be"}, {{"\xff\xfe", 2}, "utf-16le"}};
	for (size_t i = 0; i < ARRAY_LEN(boms); i++) {
		if (!str_starts(s, boms[i].bom))
			continue;
		ret->encoding = str_c(boms[i].name);
		ret->from = "bom";
		return boms[i].bom.n;
	}
	return 0;
}

void text_decode(struct arena *a, struct text_codecs *c, struct str bytes, struct str http_charset, struct text *ret)
{
	*ret = (struct text){0};
	size_t bom = find_bom(bytes, ret);
	struct str s = str_from(bytes, bom);
	struct look look = look_at(s);
	if (bom) {
		if (!str_eq(text_encoding(http_charset), ret->encoding))
			ret->declared = http_charset;
	} else {
		choose(s, http_charset, look, ret);
	}
	ret->declared = str_dup(a, ret->declared);
	bool utf8 = look.utf8 && str_eq(ret->encoding, STR("utf-8"));
	if (!utf8 && (look.ascii < s.n || !text_coding(ret->encoding).ascii)) {
		text_convert(a, c, bytes, bom, ret->encoding, ret);
		return;
	}
	ret->utf8 = s;
	ret->size = bytes.n;
	ret->bom = bom;
}
