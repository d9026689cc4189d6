/* SPDX-License-Identifier: Apache-2.0 */
/* Text to tokens: numbers, words and phrases that the table knows, other words, marks. */
#include "formats/date/date_int.h"

void date_lexer_init(struct lexer *l, struct str s, const struct date_hints *hints)
{
	l->s = s;
	l->hints = hints;
	l->at = 0;
	l->n = 0;
	l->low = 0;
}

struct folded {
	char p[DATE_WORD_MAX + 4];
	size_t n;
};

static void folded_add(struct folded *f, uint32_t c)
{
	char *to = f->p + f->n;
	if (c < 0x80) {
		*to = (char)c;
		f->n += 1;
	} else if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		f->n += 2;
	} else if (c < 0x10000) {
		to[0] = (char)(0xe0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 0x3f));
		to[2] = (char)(0x80 | (c & 0x3f));
		f->n += 3;
	} else {
		to[0] = (char)(0xf0 | c >> 18);
		to[1] = (char)(0x80 | (c >> 12 & 0x3f));
		to[2] = (char)(0x80 | (c >> 6 & 0x3f));
		to[3] = (char)(0x80 | (c & 0x3f));
		f->n += 4;
	}
}

static int compare(const char *word, const struct folded *f)
{
	int order = strncmp(word, f->p, f->n);
	return order ? order : word[f->n] != 0;
}

/* First entry that is not before f. */
static size_t lower_bound(const struct folded *f, size_t low)
{
	size_t high = DATE_WORDS_N;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (compare(DATE_WORDS[mid].text, f) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool begins(size_t entry, const struct folded *f)
{
	return entry < DATE_WORDS_N && strncmp(DATE_WORDS[entry].text, f->p, f->n) == 0;
}

/* The run of letters at *at, moved behind it. False when it is longer than any word. */
static bool fold_letters(struct str s, size_t *at, struct folded *f)
{
	bool fits = true;
	size_t end = *at;
	for (size_t i = *at; i < s.n;) {
		uint32_t value = 0;
		enum char_kind kind = date_char(utf8_next(s, &i, NULL), &value);
		if (kind == CHAR_LETTER) {
			fits = fits && f->n <= DATE_WORD_MAX - 4;
			if (fits)
				folded_add(f, value);
			end = i;
		} else if (kind != CHAR_IGNORED) {
			break;
		}
	}
	*at = end;
	return fits;
}

/* What may part the words of a phrase: white space, one dot, hyphen or apostrophe. */
static bool skip_gap(struct str s, size_t *at)
{
	size_t marks = 0;
	size_t i = *at;
	while (i < s.n) {
		size_t next = i;
		uint32_t value = 0;
		enum char_kind kind = date_char(utf8_next(s, &next, NULL), &value);
		if (kind == CHAR_LETTER || kind == CHAR_IDEOGRAPH) {
			*at = i;
			return true;
		}
		bool mark = kind == CHAR_PUNCT && (value == '.' || value == '-' || value == '\'');
		if ((kind != CHAR_SPACE && kind != CHAR_IGNORED && !mark) || (mark && marks++) || next - *at > 16)
			return false;
		i = next;
	}
	return false;
}

/* The longest phrase of the table at `at`; *to is behind it. NO_WORD when there is none; then *to is behind the first
 * word. */
static uint16_t find_letters(struct str s, size_t at, size_t *to)
{
	struct folded f = {.n = 0};
	uint16_t found = NO_WORD;
	bool fits = fold_letters(s, &at, &f);
	*to = at;
	size_t entry = 0;
	while (fits) {
		f.p[f.n] = 0;
		entry = lower_bound(&f, entry);
		if (!begins(entry, &f))
			break;
		size_t more = entry;
		if (DATE_WORDS[entry].text[f.n] == 0) {
			found = (uint16_t)entry;
			*to = at;
			while (more < DATE_WORDS_N && strcmp(DATE_WORDS[more].text, f.p) == 0)
				more++;
		}
		f.p[f.n++] = ' ';
		if (!begins(more, &f) || !skip_gap(s, &at))
			break;
		fits = f.n <= DATE_WORD_MAX - 4 && fold_letters(s, &at, &f);
	}
	return found;
}

/* The same for scripts that do not part words; a single space may stand inside. */
static uint16_t find_ideographs(struct str s, size_t at, size_t *to)
{
	struct folded f = {.n = 0};
	uint16_t found = NO_WORD;
	size_t entry = 0;
	bool first = true;
	while (at < s.n && f.n <= DATE_WORD_MAX - 4) {
		uint32_t value = 0;
		enum char_kind kind = date_char(utf8_next(s, &at, NULL), &value);
		if (kind != CHAR_IDEOGRAPH && !(kind == CHAR_SPACE && !first))
			break;
		folded_add(&f, kind == CHAR_SPACE ? ' ' : value);
		if (first)
			*to = at;
		first = false;
		entry = lower_bound(&f, entry);
		if (!begins(entry, &f))
			break;
		if (DATE_WORDS[entry].text[f.n] == 0) {
			found = (uint16_t)entry;
			*to = at;
		}
	}
	return found;
}

static int han_digit(uint32_t c)
{
	static const uint16_t han[] = {
		0x3007, 0x4e00, 0x4e8c, 0x4e09, 0x56db, 0x4e94, 0x516d, 0x4e03, 0x516b, 0x4e5d, 0x5341};
	if (c == 0x96f6 || c == 0x25cb)
		return 0;
	for (int i = 0; i < (int)ARRAY_LEN(han); i++)
		if (han[i] == c)
			return i;
	return -1;
}

static bool is_unit(uint32_t c)
{
	static const uint16_t units[] = {
		0x5e74, 0x6708, 0x65e5, 0x53f7, 0x865f, 0x65f6, 0x6642, 0x70b9, 0x9ede, 0x5206};
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (units[i] == c)
			return true;
	return false;
}

/* 二〇一八 and 十五, where a unit follows; also 元, the first year of an era. */
static bool han_number(struct str s, size_t at, struct token *t)
{
	uint64_t n = 0;
	uint64_t tens = 0;
	unsigned count = 0;
	bool ten = false;
	while (at < s.n && count < 5) {
		size_t next = at;
		uint32_t c = utf8_next(s, &next, NULL);
		int d = count == 0 && c == 0x5143 ? 1 : han_digit(c);
		if (d < 0)
			break;
		if (d == 10) {
			if (ten || n > 9)
				return false;
			tens = count ? n * 10 : 10;
			n = 0;
			ten = true;
		} else {
			n = n * 10 + (uint64_t)d;
		}
		count++;
		at = next;
	}
	size_t unit = at;
	if (count == 0 || at >= s.n || !is_unit(utf8_next(s, &unit, NULL)) || (ten && n > 9))
		return false;
	*t = (struct token){.kind = TOKEN_NUMBER,
		.from = t->from,
		.to = at,
		.spaced = t->spaced,
		.n = tens + n,
		.digits = ten ? 2 : (uint8_t)count,
		.word = NO_WORD};
	return true;
}

static void number(struct str s, size_t at, struct token *t)
{
	unsigned digits = 0;
	t->kind = TOKEN_NUMBER;
	while (at < s.n) {
		uint32_t value = 0;
		size_t next = at;
		if (date_char(utf8_next(s, &next, NULL), &value) != CHAR_DIGIT)
			break;
		if (digits < 18)
			t->n = t->n * 10 + value;
		digits += digits < 255;
		at = next;
	}
	t->digits = (uint8_t)(digits <= 18 ? digits : 255);
	t->to = at;
}

/* The next token; false at the end. */
static bool read_token(struct lexer *l, struct token *t)
{
	struct str s = l->s;
	*t = (struct token){.kind = TOKEN_END, .from = s.n, .to = s.n, .word = NO_WORD};
	for (size_t at = l->at; at < s.n;) {
		uint32_t value = 0;
		t->from = at;
		enum char_kind kind = date_char(utf8_next(s, &at, NULL), &value);
		t->to = at;
		switch (kind) {
		case CHAR_SPACE:
			t->spaced = true;
			continue;
		case CHAR_IGNORED:
			continue;
		case CHAR_DIGIT:
			number(s, t->from, t);
			break;
		case CHAR_LETTER:
			t->kind = TOKEN_WORD;
			t->word = find_letters(s, t->from, &t->to);
			break;
		case CHAR_IDEOGRAPH:
			if (han_number(s, t->from, t))
				break;
			t->kind = TOKEN_WORD;
			t->word = find_ideographs(s, t->from, &t->to);
			break;
		case CHAR_PUNCT:
			t->kind = TOKEN_PUNCT;
			t->c = (char)value;
			break;
		}
		l->at = t->to;
		return true;
	}
	l->at = s.n;
	return false;
}

const struct token *date_token(struct lexer *l, size_t i)
{
	static const struct token none = {.kind = TOKEN_END, .word = NO_WORD};
	if (i < l->low || i + TOKENS_KEPT <= l->n)
		return &none;
	while (i >= l->n) {
		struct token t;
		if (!read_token(l, &t))
			return &none;
		l->kept[l->n++ % TOKENS_KEPT] = t;
	}
	return &l->kept[i % TOKENS_KEPT];
}

size_t date_lexer_skip(struct lexer *l, size_t to)
{
	l->at = to;
	l->low = l->n;
	return l->n;
}

bool date_word_is(struct lexer *l, size_t i, enum word_class class, int *ret_value)
{
	const struct token *t = date_token(l, i);
	if (t->kind != TOKEN_WORD || t->word == NO_WORD)
		return false;
	const char *text = DATE_WORDS[t->word].text;
	for (size_t k = t->word; k < DATE_WORDS_N && (k == t->word || strcmp(DATE_WORDS[k].text, text) == 0); k++) {
		if (DATE_WORDS[k].class == (uint8_t) class) {
			*ret_value = DATE_WORDS[k].value;
			return true;
		}
	}
	return false;
}
