/* SPDX-License-Identifier: Apache-2.0 */
/* What the public tokenizer tests do not look at: where things stand in the source, limits, time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>

#include "base/mem.h"
#include "formats/html/html_int.h"

#define POOL_CAP (128u * MIB)

struct reading {
	struct html h;
	struct tokenizer t;
};

static void reading_clear(struct reading *r)
{
	html_tokenizer_clear(&r->t);
	html_names_free(r->h.names);
	buf_clear(&r->h.pool);
	mem_free(r->h.attrs);
	arena_clear(&r->h.arena);
}

static void reading_init(struct reading *r, struct str s, size_t pool_cap)
{
	*r = (struct reading){0};
	r->h.names = html_names_new();
	r->h.quirks = quirks_in(&r->h.arena);
	buf_init(&r->h.pool, pool_cap);
	html_tokenizer_init(&r->t, &r->h);
	r->t.s = s.p;
	r->t.n = (uint32_t)s.n;
	r->t.is_end = true;
}

static struct token next(struct reading *r)
{
	struct token k;
	html_next_token(&r->t, &k);
	r->h.nattrs += k.nattrs;
	return k;
}

static struct str text_at(const struct reading *r, uint32_t at, uint32_t n)
{
	size_t from = at & ~HTML_POOL;
	size_t room = at & HTML_POOL ? r->h.pool.n : r->t.n;
	assert_true(from <= room && n <= room - from);
	return n ? str_mem((at & HTML_POOL ? r->h.pool.p : r->t.s) + from, n) : STR("");
}

static void same(struct str got, const char *want)
{
	struct str w = str_c(want);
	if (!str_eq(got, w))
		fail_msg("want '%s', got '%.*s'", want, STR_FMT(got));
}

static struct str source(const struct reading *r, uint32_t from, uint32_t to)
{
	return str_mem(r->t.s + from, to - from);
}

static const struct html_attr *attr(const struct reading *r, const struct token *k, uint32_t i)
{
	assert_true(i < k->nattrs);
	return &r->h.attrs[k->attrs + i];
}

static void test_values_know_where_they_stand(void **unused)
{
	(void)unused;
	static const struct {
		const char *name;
		const char *source;
		const char *value;
		bool is_verbatim;
	} want[] = {
		{"id", "x y", "x y", true},
		{"class", "", "", true},
		{"title", "a&amp;b", "a&b", false},
		{"href", "?a=1&copy=2&b", "?a=1&copy=2&b", true},
		{"src", "u&lt", "u<", false},
		{"data-x", "1\r\n2", "1\n2", false},
		{"hidden", "", "", true},
		{"alt", "", "", true},
		{"lang", "", "", true},
	};
	struct reading r;
	reading_init(&r,
		STR("<p ID=\"x y\" class='' title='a&amp;b' href='?a=1&copy=2&b' src=u&lt data-x='1\r\n2' hidden "
		    "alt=\"\" "
		    "id=no lang=>"),
		POOL_CAP);
	struct token k = next(&r);
	assert_int_equal(k.kind, TOKEN_START);
	assert_int_equal(k.name, NAME_P);
	assert_int_equal(k.nattrs, ARRAY_LEN(want));
	for (uint32_t i = 0; i < ARRAY_LEN(want); i++) {
		const struct html_attr *a = attr(&r, &k, i);
		same(html_names_text(r.h.names, a->name), want[i].name);
		same(source(&r, a->from, a->to), want[i].source);
		same(text_at(&r, a->at, a->n), want[i].value);
		assert_int_equal(!(a->at & HTML_POOL), want[i].is_verbatim);
		assert_true(a->at & HTML_POOL || a->at == a->from);
	}
	same(source(&r, 0, attr(&r, &k, 6)->from),
		"<p ID=\"x y\" class='' title='a&amp;b' href='?a=1&copy=2&b' src=u&lt data-x='1\r\n2' hidden");
	assert_int_equal(r.t.s[attr(&r, &k, 7)->from], '"');
	assert_int_equal(r.t.s[attr(&r, &k, 8)->from], '=');
	assert_int_equal(next(&r).kind, TOKEN_EOF);
	reading_clear(&r);
}

static void test_text_stays_in_the_source_where_it_can(void **unused)
{
	(void)unused;
	static const struct {
		const char *source;
		const char *text; /* NULL: the source itself */
	} want[] = {
		{"a < b & c &", NULL},
		{"&amp;", "&"},
		{"d", NULL},
		{"\ne", NULL},
		{"\r", "\n"},
		{"f", NULL},
		{"&#x41;", "A"},
		{"&nope; </", NULL},
	};
	struct reading r;
	reading_init(&r, STR("a < b & c &&amp;d\r\ne\rf&#x41;&nope; </"), POOL_CAP);
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		struct token k = next(&r);
		assert_int_equal(k.kind, TOKEN_TEXT);
		same(source(&r, k.from, k.to), want[i].source);
		same(text_at(&r, k.at, k.n), want[i].text ? want[i].text : want[i].source);
		assert_int_equal(!(k.at & HTML_POOL), !want[i].text);
	}
	assert_int_equal(next(&r).kind, TOKEN_EOF);
	reading_clear(&r);
}

static void test_tags_comments_and_doctypes_span_their_source(void **unused)
{
	(void)unused;
	static const struct {
		const char *source;
		enum token_kind kind;
	} want[] = {
		{"<!DOCTYPE html PUBLIC \"-//A//B\" 'c'>", TOKEN_DOCTYPE},
		{"<!-- a -- b -->", TOKEN_COMMENT},
		{"<Br\n/>", TOKEN_START},
		{"</Br x='>'>", TOKEN_END},
		{"<?php ?>", TOKEN_COMMENT},
		{"</ x>", TOKEN_COMMENT},
		{"<!ELEMENT>", TOKEN_COMMENT},
		{"t", TOKEN_TEXT},
	};
	AUTO(buf) all = {0};
	buf_init(&all, 4096);
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		buf_add(&all, str_c(want[i].source));
	struct reading r;
	reading_init(&r, buf_str(&all), POOL_CAP);
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		struct token k = next(&r);
		assert_int_equal(k.kind, want[i].kind);
		same(source(&r, k.from, k.to), want[i].source);
		if (k.kind == TOKEN_DOCTYPE) {
			assert_int_equal(k.name, NAME_HTML);
			assert_int_equal(k.nattrs, 2);
			assert_int_equal(attr(&r, &k, 0)->name, NAME_PUBLIC);
			same(source(&r, attr(&r, &k, 0)->from, attr(&r, &k, 0)->to), "-//A//B");
			assert_int_equal(attr(&r, &k, 1)->name, NAME_SYSTEM);
			same(source(&r, attr(&r, &k, 1)->from, attr(&r, &k, 1)->to), "c");
		} else {
			assert_int_equal(k.nattrs, 0);
		}
		assert_true(k.kind != TOKEN_COMMENT || !(k.at & HTML_POOL));
	}
	reading_clear(&r);
}

static void test_raw_text_ends_at_its_end_tag(void **unused)
{
	(void)unused;
	static const struct {
		enum raw raw;
		uint32_t name;
		const char *source;
		const char *text; /* all of it up to the next token of another kind */
		enum token_kind then;
	} cases[] = {
		{RAW_RCDATA, NAME_TITLE, "a</titl", "a</titl", TOKEN_EOF},
		{RAW_RCDATA, NAME_TITLE, "a</title", "a</title", TOKEN_EOF},
		{RAW_RCDATA, NAME_TITLE, "a</title ", "a", TOKEN_EOF},
		{RAW_RCDATA, NAME_TITLE, "a&lt;b</titles></TITLE/>c", "a<b</titles>", TOKEN_END},
		{RAW_RCDATA, NAME_NONE, "a</>b</ >", "a</>b</ >", TOKEN_EOF},
		{RAW_RAWTEXT, NAME_STYLE, "a&lt;<!--</style>", "a&lt;<!--", TOKEN_END},
		{RAW_PLAINTEXT, NAME_NONE, "a</plaintext>&lt;", "a</plaintext>&lt;", TOKEN_EOF},
		{RAW_SCRIPT, NAME_SCRIPT, "</script\r>", "", TOKEN_END},
		{RAW_SCRIPT, NAME_SCRIPT, "<!--<script></script>--></script>", "<!--<script></script>-->", TOKEN_END},
		{RAW_SCRIPT, NAME_SCRIPT, "<!--<script></script>", "<!--<script></script>", TOKEN_EOF},
		{RAW_SCRIPT, NAME_SCRIPT, "<!--<script></script></script>", "<!--<script></script>", TOKEN_END},
		{RAW_SCRIPT, NAME_SCRIPT, "<!--><script></script>", "<!--><script>", TOKEN_END},
		{RAW_SCRIPT, NAME_SCRIPT, "<!--<scripts></script>", "<!--<scripts>", TOKEN_END},
		{RAW_SCRIPT, NAME_SCRIPT, "<!-- <script x--></script>", "<!-- <script x-->", TOKEN_END},
		{RAW_SCRIPT, NAME_NONE, "</></ >", "</></ >", TOKEN_EOF},
		{RAW_CDATA, NAME_NONE, "a]]b]]]>&lt;", "a]]b]<", TOKEN_EOF},
		{RAW_CDATA, NAME_NONE, "]>]]", "]>]]", TOKEN_EOF},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct reading r;
		AUTO(buf) text = {0};
		buf_init(&text, 4096);
		reading_init(&r, str_c(cases[i].source), POOL_CAP);
		r.t.raw = cases[i].raw;
		r.t.raw_name = cases[i].name;
		struct token k = next(&r);
		for (; k.kind == TOKEN_TEXT; k = next(&r))
			buf_add(&text, text_at(&r, k.at, k.n));
		same(buf_str(&text), cases[i].text);
		assert_int_equal(k.kind, cases[i].then);
		assert_int_equal(r.t.raw_end, k.kind == TOKEN_END ? HTML_NONE : r.t.raw_end);
		assert_true(k.kind != TOKEN_END || r.t.raw == RAW_NONE);
		reading_clear(&r);
	}
}

static void test_a_tag_keeps_so_many_attributes(void **unused)
{
	(void)unused;
	AUTO(buf) tag = {0};
	buf_init(&tag, MIB);
	buf_add(&tag, STR("<a"));
	for (unsigned i = 0; i < CAP_HTML_ATTRS + 5; i++)
		buf_addf(&tag, " a%u=%u a%u=x", i, i, i);
	buf_add(&tag, STR("><b c>"));
	struct reading r;
	reading_init(&r, buf_str(&tag), POOL_CAP);
	for (size_t n = 2; n < tag.n - 8; n += n / 2) { /* what comes in pieces gives no second quirk */
		r.t.n = (uint32_t)n;
		r.t.is_end = false;
		assert_int_equal(next(&r).kind, TOKEN_MORE);
	}
	r.t.n = (uint32_t)tag.n;
	r.t.is_end = true;
	struct token k = next(&r);
	assert_int_equal(k.nattrs, CAP_HTML_ATTRS);
	same(text_at(&r, attr(&r, &k, CAP_HTML_ATTRS - 1)->at, 4), "1023");
	assert_int_equal(r.h.quirks.seen, 1);
	k = next(&r);
	assert_int_equal(k.nattrs, 1);
	assert_int_equal(r.h.quirks.seen, 1);
	reading_clear(&r);
}

static void test_a_pool_that_is_full_only_loses_text(void **unused)
{
	(void)unused;
	for (size_t cap = 0; cap < 12; cap++) {
		struct reading r;
		reading_init(&r, STR("a&amp;b&lt;c\rd<p x='&gt;&amp;&lt;' y=\"\0\"><!--\r\0-->&nGt;&nGt;"), cap);
		struct token k = next(&r);
		for (; k.kind != TOKEN_EOF; k = next(&r)) {
			if (k.kind == TOKEN_TEXT || k.kind == TOKEN_COMMENT)
				(void)text_at(&r, k.at, k.n);
			for (uint32_t i = 0; i < k.nattrs; i++)
				(void)text_at(&r, attr(&r, &k, i)->at, attr(&r, &k, i)->n);
		}
		assert_true(r.h.pool.over && r.h.pool.n <= cap);
		reading_clear(&r);
	}
}

/* Each place in a block of the scanner, with neighbours that differ by a bit. */
static void test_scanning_stops_at_the_first_that_it_looks_for(void **unused)
{
	(void)unused;
	static const char stops[] = {'<', '&', '\0', '\r'};
	static const char fillers[] = {'a', '\x01', '\x0c', '\x80', (char)0xbc, (char)0xff, '=', '\''};
	for (size_t f = 0; f < ARRAY_LEN(fillers); f++) {
		for (uint32_t at = 0; at < 70; at++) {
			for (size_t i = 0; i < ARRAY_LEN(stops); i++) {
				char s[80];
				memset(s, fillers[f], sizeof(s));
				s[at] = stops[i];
				s[at + 1] = 'a'; /* a tag, a reference */
				struct reading r;
				reading_init(&r, str_mem(s, sizeof(s)), POOL_CAP);
				struct token k = next(&r);
				assert_int_equal(k.to, at ? at : stops[i] == '\0' || stops[i] == '\r' ? 1 : sizeof(s));
				reading_clear(&r);
				reading_init(&r, str_mem(s, at), POOL_CAP);
				assert_int_equal(next(&r).to, at);
				reading_clear(&r);
			}
		}
	}
}

static void test_name_numbers_do_not_depend_on_how_the_page_arrives(void **unused)
{
	(void)unused;
	struct str s = STR("<xa xb xc=1 xd='2'><!doctype xe></xf xg><xh XI x\0j>&<xk");
	for (uint32_t step = 1; step <= s.n; step++) {
		struct reading r;
		reading_init(&r, s, POOL_CAP);
		struct token k = {0};
		for (uint32_t n = 0; k.kind != TOKEN_EOF; n += step) {
			r.t.n = n < s.n ? n : (uint32_t)s.n;
			r.t.is_end = n >= s.n;
			do
				k = next(&r);
			while (k.kind != TOKEN_MORE && k.kind != TOKEN_EOF);
		}
		static const char *const want[] = {"xb", "xc", "xd", "xa", "xe", "xf", "xi", "x\xef\xbf\xbdj", "xh"};
		for (uint32_t i = 0; i < ARRAY_LEN(want); i++)
			same(html_names_text(r.h.names, NAMES_KNOWN + i), want[i]);
		assert_int_equal(html_names_count(r.h.names), NAMES_KNOWN + ARRAY_LEN(want));
		reading_clear(&r);
	}
}

/* Processor seconds for reading s, which arrives in pieces if `first` is not 0, and is tried when it has doubled. */
static double seconds(struct str s, enum raw raw, uint32_t first)
{
	clock_t began = clock();
	struct reading r;
	reading_init(&r, s, POOL_CAP);
	r.t.raw = raw;
	r.t.raw_name = raw == RAW_SCRIPT ? NAME_SCRIPT : NAME_TITLE;
	r.t.is_foreign = raw == RAW_CDATA;
	for (uint32_t n = first; n && n < s.n; n *= 2) {
		r.t.n = n;
		r.t.is_end = false;
		while (next(&r).kind != TOKEN_MORE)
			continue;
	}
	r.t.n = (uint32_t)s.n;
	r.t.is_end = true;
	while (next(&r).kind != TOKEN_EOF)
		continue;
	reading_clear(&r);
	return (double)(clock() - began) / CLOCKS_PER_SEC;
}

/* Were one of these quadratic, it would take hours. */
static void test_work_grows_with_the_length_of_the_page(void **unused)
{
	(void)unused;
	static const struct {
		enum raw raw;
		const char *front;
		const char *again;
	} cases[] = {
		{RAW_NONE, "", "<"},
		{RAW_NONE, "", "</"},
		{RAW_NONE, "", "<!"},
		{RAW_NONE, "", "</>"},
		{RAW_NONE, "", "<a "},
		{RAW_NONE, "", "<a b='"},
		{RAW_NONE, "", "<a b='&amp;'>"},
		{RAW_NONE, "", "&"},
		{RAW_NONE, "", "&#"},
		{RAW_NONE, "", "&CounterClockwiseContourIntegral"},
		{RAW_NONE, "&#x", "1"},
		{RAW_NONE, "", "\r"},
		{RAW_NONE, "<!--", "-"},
		{RAW_NONE, "<!--", "->"},
		{RAW_NONE, "<!--", "<!-- --!"},
		{RAW_NONE, "<!doctype html public '", "\r"},
		{RAW_NONE, "<a b=\"", "&amp"},
		{RAW_NONE, "<a ", "/"},
		{RAW_RCDATA, "", "</title"},
		{RAW_RCDATA, "", "</title><title>"},
		{RAW_RAWTEXT, "", "</"},
		{RAW_SCRIPT, "", "<!--<script>"},
		{RAW_SCRIPT, "<!--<script>", "</script>"},
		{RAW_SCRIPT, "", "<!---->"},
		{RAW_PLAINTEXT, "", "</plaintext>\r"},
		{RAW_CDATA, "", "]]>"},
		{RAW_CDATA, "", "]]><![CDATA["},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf) s = {0};
		buf_init(&s, 4u * MIB);
		buf_add(&s, str_c(cases[i].front));
		while (!s.over)
			buf_add(&s, str_c(cases[i].again));
		double whole = seconds(buf_str(&s), cases[i].raw, 0);
		double pieces = seconds(buf_str(&s), cases[i].raw, 16);
		if (whole > 10 || pieces > 20)
			fail_msg("%s%s...: %.1f s, in pieces %.1f s", cases[i].front, cases[i].again, whole, pieces);
	}
}

/* Names of which each is the beginning of the next. */
static void test_work_grows_with_the_length_of_names(void **unused)
{
	(void)unused;
	AUTO(buf) s = {0};
	buf_init(&s, 4u * MIB);
	for (size_t n = 1; !s.over; n = n % 2000 + 1) {
		char *name = mem_alloc(n);
		memset(name, 'a' + (int)(s.n % 3), n);
		buf_add(&s, STR("<a x"));
		buf_addmem(&s, name, n);
		buf_addf(&s, " %zx>", s.n);
		mem_free(name);
	}
	assert_true(seconds(buf_str(&s), RAW_NONE, 0) < 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_know_where_they_stand),
		cmocka_unit_test(test_text_stays_in_the_source_where_it_can),
		cmocka_unit_test(test_tags_comments_and_doctypes_span_their_source),
		cmocka_unit_test(test_raw_text_ends_at_its_end_tag),
		cmocka_unit_test(test_a_tag_keeps_so_many_attributes),
		cmocka_unit_test(test_a_pool_that_is_full_only_loses_text),
		cmocka_unit_test(test_scanning_stops_at_the_first_that_it_looks_for),
		cmocka_unit_test(test_name_numbers_do_not_depend_on_how_the_page_arrives),
		cmocka_unit_test(test_work_grows_with_the_length_of_the_page),
		cmocka_unit_test(test_work_grows_with_the_length_of_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
