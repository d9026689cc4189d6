/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "formats/date/date.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ranges lie in the text and in order, and what is read is an instant that reads back as itself. */
static void check(struct str text, const struct date_stamp *s, size_t n)
{
	AUTO(arena) a = {0};
	size_t at = 0;
	for (size_t i = 0; i < n; i++) {
		BUG_ON(s[i].from < at || s[i].to <= s[i].from || s[i].to > text.n);
		BUG_ON(s[i].label_from > s[i].label_to || s[i].label_to > text.n);
		at = s[i].to;
		bool has = s[i].kind == DATE_INSTANT || s[i].kind == DATE_AMBIGUOUS;
		BUG_ON(has != (s[i].t.precision != PRECISION_NONE));
		if (!has)
			continue;
		struct date_stamp again;
		BUG_ON(!date_parse_value(instant_iso(&a, s[i].t), NULL, &again));
		BUG_ON(again.t.ns != s[i].t.ns || again.t.precision != s[i].t.precision ||
			again.t.offset_min != s[i].t.offset_min);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const languages[] = {"", "en", "de", "fa", "zh", "hr"};
	struct date_stamp found[DATE_FIND_MAX];
	struct date_stamp one;
	struct str in = str_mem(data, size);
	struct date_hints h = {.host = STR("news.example.com")};
	for (size_t i = 0; i < ARRAY_LEN(languages); i++) {
		h.language = str_c(languages[i]);
		check(in, found, date_find(in, &h, found, DATE_FIND_MAX));
	}
	(void)date_parse_value(in, &h, &one);
	(void)date_in_path(in, &one);
	(void)date_label_of(in);
	return 0;
}
