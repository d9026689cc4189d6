/* SPDX-License-Identifier: Apache-2.0 */
/* Names of encodings and how each is decoded. Encoding standard §4 */
#include "formats/text/text_int.h"

/* The encodings that are not a table of 128 characters. */
static const struct {
	const char *name;
	text_run *run;
	bool ascii;
	enum text_index index[2];
} CODINGS[] = {
	{"utf-8", text_run_utf8, true, {TEXT_INDEXES, TEXT_INDEXES}},
	{"gbk", text_run_gb18030, true, {TEXT_GB18030, TEXT_INDEXES}},
	{"gb18030", text_run_gb18030, true, {TEXT_GB18030, TEXT_INDEXES}},
	{"big5", text_run_big5, true, {TEXT_BIG5, TEXT_INDEXES}},
	{"euc-kr", text_run_euc_kr, true, {TEXT_EUC_KR, TEXT_INDEXES}},
	{"shift_jis", text_run_shift_jis, true, {TEXT_JIS0208, TEXT_INDEXES}},
	{"euc-jp", text_run_euc_jp, true, {TEXT_JIS0208, TEXT_JIS0212}},
	{"iso-2022-jp", text_run_iso_2022_jp, false, {TEXT_JIS0208, TEXT_INDEXES}},
	{"utf-16le", text_run_utf16le, false, {TEXT_INDEXES, TEXT_INDEXES}},
	{"utf-16be", text_run_utf16be, false, {TEXT_INDEXES, TEXT_INDEXES}},
	{"x-user-defined", text_run_user_defined, true, {TEXT_INDEXES, TEXT_INDEXES}},
	{"replacement", text_run_replacement, false, {TEXT_INDEXES, TEXT_INDEXES}},
};

struct text_coding text_coding(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(CODINGS); i++)
		if (str_eq(name, str_c(CODINGS[i].name)))
			return (struct text_coding){name, CODINGS[i].run, CODINGS[i].ascii,
				{CODINGS[i].index[0], CODINGS[i].index[1]}, NULL};
	size_t i = 0;
	while (i < TEXT_NSINGLES && !str_eq(name, str_c(TEXT_SINGLES[i].name)))
		i++;
	BUG_ON(i == TEXT_NSINGLES);
	return (struct text_coding){name, text_run_single, true, {TEXT_INDEXES, TEXT_INDEXES}, TEXT_SINGLES[i].index};
}

/* Order of a label as written and one of the table, which is in lower case. */
static int label_cmp(struct str label, const char *known)
{
	size_t n = strlen(known);
	for (size_t i = 0; i < size_min(label.n, n); i++) {
		int d = (uint8_t)ascii_lower(label.p[i]) - (uint8_t)known[i];
		if (d)
			return d;
	}
	return label.n < n ? -1 : label.n > n;
}

struct str text_encoding(struct str label)
{
	while (label.n && html_space(label.p[0]))
		label = str_from(label, 1);
	while (label.n && html_space(label.p[label.n - 1]))
		label.n--;
	size_t low = 0;
	size_t high = TEXT_NLABELS;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int d = label_cmp(label, TEXT_LABELS[mid].label);
		if (d == 0)
			return str_c(TEXT_LABELS[mid].name);
		if (d < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return STR("");
}
