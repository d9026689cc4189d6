/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "formats/text/text.h"
#include "stages/read/read.h"

#define LONG_1 "The ministry of Orlany answered on Thursday, and it said, among other things, that guests should wait."
#define LONG_2 "The envoys, according to the draft, asked for a meeting with the council's secretary, and for a reply."

static struct article read_page(struct arena *a, const char *page, int64_t captured_ns)
{
	struct text_codecs *c = text_codecs_new();
	struct article ar;
	struct read_input in = {str_c(page), STR("https://news.example/a"), STR("text/html"), captured_ns};
	read_article(a, c, &in, &ar);
	text_codecs_free(c);
	return ar;
}

static void assert_field(struct arena *a, const struct article *ar, enum article_field f, const char *want)
{
	assert_string_equal(str_cstr(a, article_get(ar, f)), want);
}

static const char ARTICLE[] =
	"<!doctype html><html lang=en><head><title>A headline - The Post</title>"
	"<meta property='og:title' content='A headline'><meta property='og:site_name' content='The Post'>"
	"<script type='application/ld+json'>[{\"@type\":\"BreadcrumbList\"},{\"@graph\":[{\"@type\":[\"NewsArticle\"],"
	"\"headline\":\"A "
	"headline\",\"datePublished\":\"2018-11-15T07:25\",\"dateModified\":\"2018-11-15T09:25:09-05:00\","
	"\"author\":[{\"@type\":\"Person\",\"name\":\"Ann Example\"},{\"name\":\"Bo Sample\"}]}]}]</script>"
	"<script type='application/ld+json'>{broken</script>"
	"<meta property='article:published_time' content='2018-11-15T07:25:00-05:00'></head>"
	"<body><nav><a href=/>Home</a> <a href=/w>World</a></nav><article><h1>A headline</h1>"
	"<div class=byline>By Somebody Else</div><p>" LONG_1 "</p><h2>A heading</h2><p>" LONG_2 "</p>"
	"<figure><figcaption>A caption that is not the text.</figcaption></figure></article>"
	"<aside><p>" LONG_1 " Related, and not of this article at all, whatever else it says.</p></aside>"
	"<footer><p>Copyright</p></footer></body></html>";

static void test_fields_and_text_of_an_article(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct article ar = read_page(&a, ARTICLE, 0);
	assert_field(&a, &ar, ARTICLE_TITLE, "A headline");
	assert_field(&a, &ar, ARTICLE_AUTHOR, "Ann Example");
	assert_field(&a, &ar, ARTICLE_LANGUAGE, "en");
	assert_field(&a, &ar, ARTICLE_SITE, "The Post");
	/* the JSON-LD stamp has no zone; another source names the same minute with one */
	assert_field(&a, &ar, ARTICLE_PUBLISHED, "2018-11-15T07:25:00-05:00");
	assert_field(&a, &ar, ARTICLE_UPDATED, "2018-11-15T09:25:09-05:00");
	assert_string_equal(str_cstr(&a, ar.text), LONG_1 "\nA heading\n" LONG_2);
}

static void test_nothing_is_invented(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct article ar = read_page(&a, "<p>Nothing but a sentence, and no date, and no name.", 0);
	assert_field(&a, &ar, ARTICLE_PUBLISHED, "");
	assert_field(&a, &ar, ARTICLE_AUTHOR, "");
	ar = read_page(&a, "<meta name=date content='2018-11-15'>", 0);
	assert_field(&a, &ar, ARTICLE_PUBLISHED, "2018-11-15");
	ar = read_page(&a, "<meta name=date content='2018-11-15T07:25'>", 0);
	assert_field(&a, &ar, ARTICLE_PUBLISHED, "2018-11-15T07:25");
	ar = read_page(&a, "<meta name=date content='2018'>", 0);
	assert_field(&a, &ar, ARTICLE_PUBLISHED, "");
}

static void test_stamps_after_the_capture_or_before_1995_are_not_believed(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	int64_t captured = 1542266700ll * 1000000000ll; /* 2018-11-15T07:25Z */
	static const struct {
		const char *stamp;
		const char *want;
	} cases[] = {{"2018-11-15T07:00:00Z", "2018-11-15T07:00:00Z"}, {"2018-11-20", ""}, {"1990-01-01", ""},
		{"1542266700", "2018-11-15T07:25:00Z"}, {"2018-11-15 02:25:00 -0500", "2018-11-15T02:25:00-05:00"},
		{"Thu, 15 Nov 2018 07:25:00 GMT", "2018-11-15T07:25:00Z"}, {"yesterday", ""}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct article ar = read_page(
			&a, str_fmt(&a, "<meta name=date content='%s'>", cases[i].stamp).p, captured);
		assert_field(&a, &ar, ARTICLE_PUBLISHED, cases[i].want);
	}
}

static void test_half_a_character_in_json_ld_costs_only_itself(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	static const struct {
		const char *headline;
		const char *want;
	} cases[] = {
		{"cut \\ud83d", "cut \xef\xbf\xbd"},
		{"\\uDE00 late", "\xef\xbf\xbd late"},
		{"\\ud83d\\ud83d\\ude00!", "\xef\xbf\xbd\xf0\x9f\x98\x80!"},
		{"whole \\ud83d\\ude00", "whole \xf0\x9f\x98\x80"},
		{"no escape \\\\ud83d", "no escape \\ud83d"},
		{"an escape \\\\\\ud83d\\n", "an escape \\\xef\xbf\xbd"},
		{"\\u0041", "A"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct article ar = read_page(&a,
			str_fmt(&a,
				"<script "
				"type='application/ld+json'>{\"@type\":\"Article\",\"headline\":\"%s\"}</script>",
				cases[i].headline)
				.p,
			0);
		assert_field(&a, &ar, ARTICLE_TITLE, cases[i].want);
	}
}

static void test_other_candidates_are_kept(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct article ar = read_page(&a, ARTICLE, 0);
	size_t published = 0;
	bool rival = false;
	for (size_t i = 0; i < ar.n; i++) {
		published += ar.evidence[i].field == ARTICLE_PUBLISHED;
		rival |= ar.evidence[i].field == ARTICLE_AUTHOR && !ar.evidence[i].chosen &&
			str_eq(ar.evidence[i].value, STR("Somebody Else"));
	}
	assert_int_equal(published, 2);
	assert_true(rival);
}

static void test_scripts_without_spaces_are_read(void **unused)
{
	(void)unused;
	/* "The foreign ministry replied to the letter on Thursday. …" in Chinese */
	static const char para[] =
		"\xe5\xa4\x96\xe4\xba\xa4\xe9\x83\xa8\xe6\x98\x9f\xe6\x9c\x9f\xe5\x9b\x9b\xe5\x9b\x9e\xe5\xba\x94"
		"\xe4\xba\x86\xe8\x81\x94\xe5\x90\x8d\xe4\xbf\xa1\xef\xbc\x8c\xe5\xa4\xa7\xe4\xbd\xbf\xe6\x98\xaf"
		"\xe5\xae\xa2\xe4\xba\xba\xe3\x80\x82";
	AUTO(arena) a = {0};
	struct article ar = read_page(&a,
		str_fmt(&a,
			"<html lang=zh><div class=menu><a "
			"href=/>\xe9\xa6\x96\xe9\xa1\xb5</a></div><div><h1>x</h1><div><p>%s</p>"
			"<p>2 %s</p></div></div>",
			para, para)
			.p,
		0);
	assert_string_equal(str_cstr(&a, ar.text), str_fmt(&a, "%s\n2 %s", para, para).p);
}

static void test_json_has_the_documented_keys(void **unused)
{
	(void)unused;
	static const char *const keys[] = {"url", "title", "text", "authors", "published", "updated", "language",
		"site", "section", "agency", "stub", "live", "blocks", "dropped", "fields", "encoding", "reader"};
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	struct article ar = read_page(&a, ARTICLE, 0);
	json_error_t why;
	buf_init(&b, 1u << 20);
	read_json(&b, &ar);
	json_t *o = json_loadb(b.p, b.n, 0, &why);
	assert_non_null(o);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		assert_non_null(json_object_get(o, keys[i]));
	assert_int_equal(json_array_size(json_object_get(o, "authors")), 2);
	json_decref(o);
}

static void test_an_article_survives_its_flat_form(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	struct article ar = read_page(&a, ARTICLE, 0);
	struct article back;
	struct err e;
	buf_init(&b, 1u << 20);
	article_encode(&b, &ar);
	assert_int_equal(article_decode(&a, buf_str(&b), &back, &e), OK);
	assert_true(str_eq(back.text, ar.text) && back.n == ar.n);
	for (size_t n = 0; n < b.n; n++)
		assert_int_equal(article_decode(&a, str_sub(buf_str(&b), 0, n), &back, &e), E_FORMAT);
}

static void test_a_worker_reads_a_file(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) reply = {0};
	struct read_worker *w = NULL;
	struct article ar;
	struct err e;
	char path[] = "/tmp/onrecord-read-XXXXXX";
	AUTO_FD fd = mkstemp(path);
	assert_true(fd >= 0 && write(fd, ARTICLE, sizeof(ARTICLE) - 1) == (ssize_t)sizeof(ARTICLE) - 1);
	AUTO_FD in = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(unlink(path), 0);
	struct read_request q = {
		.length = sizeof(ARTICLE) - 1, .url = STR("https://news.example/a"), .content_type = STR("text/html")};
	buf_init(&reply, 1u << 20);
	if (read_worker_new(in, &w, &e) != OK)
		fail_msg("%s", e.msg);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(read_worker_ask(w, &q, &e), OK);
		if (read_worker_take(w, &reply, &e) != OK)
			fail_msg("%s", e.msg);
		assert_int_equal(article_decode(&a, buf_str(&reply), &ar, &e), OK);
		assert_field(&a, &ar, ARTICLE_TITLE, "A headline");
	}
	read_worker_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields_and_text_of_an_article),
		cmocka_unit_test(test_nothing_is_invented),
		cmocka_unit_test(test_stamps_after_the_capture_or_before_1995_are_not_believed),
		cmocka_unit_test(test_half_a_character_in_json_ld_costs_only_itself),
		cmocka_unit_test(test_other_candidates_are_kept),
		cmocka_unit_test(test_scripts_without_spaces_are_read),
		cmocka_unit_test(test_json_has_the_documented_keys),
		cmocka_unit_test(test_an_article_survives_its_flat_form),
		cmocka_unit_test(test_a_worker_reads_a_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
