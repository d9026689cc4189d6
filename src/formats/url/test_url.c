/* SPDX-License-Identifier: Apache-2.0 */
/* Cases of our own; test_url_vectors.c has the public ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/caps.h"
#include "formats/url/url.h"

static void test_keys_never_merge_different_pages(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	static const char *const same[][2] = {
		{"HTTP://News.Example:80/a#part", "http://news.example/a"},
		{"https://user:secret@news.example/a", "https://news.example/a"},
		{"http://news.example", "http://news.example/"},
		{"http://news.example/a/../b", "http://news.example/b"},
		{"http://b\xc3\xbc"
		 "cher.example/",
			"http://xn--bcher-kva.example/"},
		{"not a url", "not a url"},
	};
	static const char *const different[] = {"http://news.example/x", "http://news.example/x/",
		"http://news.example/x?", "https://news.example/x", "http://www.news.example/x",
		"http://news.example/X", "http://news.example/%78", "http://news.example/a%2Fb",
		"http://news.example/a/b", "http://news.example//x", "http://news.example:81/x",
		"http://news.example/?a=1&b=2", "http://news.example/?b=2&a=1"};
	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		assert_string_equal(str_cstr(&a, url_key(&a, str_c(same[i][0]))), same[i][1]);
	for (size_t i = 0; i < ARRAY_LEN(different); i++)
		for (size_t k = 0; k < i; k++)
			assert_false(str_eq(url_key(&a, str_c(different[i])), url_key(&a, str_c(different[k]))));
}

static void test_only_http_and_https_with_a_host_can_be_fetched(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct err e;
	struct url u;
	static const struct {
		const char *url;
		bool web;
	} cases[] = {{"http://news.example/", true}, {"https://[::1]:8080/", true}, {"ftp://news.example/", false},
		{"file:///etc/passwd", false}, {"javascript:alert(1)", false}, {"data:text/html,x", false}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(url_parse(&a, str_c(cases[i].url), NULL, &u, &e), OK);
		assert_int_equal(url_is_web(&u), cases[i].web);
	}
}

static struct str href_of(struct arena *a, const char *input, const char *base)
{
	struct url b;
	struct url u;
	struct err e;
	if (base)
		assert_int_equal(url_parse(a, str_c(base), NULL, &b, &e), OK);
	rc r = url_parse(a, str_c(input), base ? &b : NULL, &u, &e);
	if (r != OK) {
		assert_int_equal(r, E_FORMAT);
		assert_true(strlen(e.msg) > 0);
		return STR("failure");
	}
	return url_href(a, &u, true);
}

struct parse_case {
	const char *input;
	const char *base;
	const char *want;
};

static void check_parses(const struct parse_case *c, size_t n)
{
	AUTO(arena) a = {0};
	for (size_t i = 0; i < n; i++)
		assert_string_equal(str_cstr(&a, href_of(&a, c[i].input, c[i].base)), c[i].want);
}

static void test_links_in_a_page_resolve_against_it(void **unused)
{
	(void)unused;
	static const char page[] = "https://u:p@news.example:8443/2018/11/story?x=1#top";
	static const struct parse_case cases[] = {
		{"", page, "https://u:p@news.example:8443/2018/11/story?x=1"},
		{"#end", page, "https://u:p@news.example:8443/2018/11/story?x=1#end"},
		{"?", page, "https://u:p@news.example:8443/2018/11/story?"},
		{"?y", page, "https://u:p@news.example:8443/2018/11/story?y"},
		{"pic.jpg", page, "https://u:p@news.example:8443/2018/11/pic.jpg"},
		{"./../../../../pic.jpg", page, "https://u:p@news.example:8443/pic.jpg"},
		{"..", page, "https://u:p@news.example:8443/2018/"},
		{"/a", page, "https://u:p@news.example:8443/a"},
		{"\\a\\b", page, "https://u:p@news.example:8443/a/b"},
		{"//cdn.example/a", page, "https://cdn.example/a"},
		{"https:a", page, "https://u:p@news.example:8443/2018/11/a"},
		{"https:/a", page, "https://u:p@news.example:8443/a"},
		{"http:a", page, "http://a/"},
		{" \thttp://other.example\n/ ", page, "http://other.example/"},
		{"javascript:void(0)", page, "javascript:void(0)"},
		{"a", "mailto:desk@news.example", "failure"},
		{"#a", "mailto:desk@news.example", "mailto:desk@news.example#a"},
		{"b", "foo://h", "foo://h/b"},
		{"b", "foo:/a/c", "foo:/a/b"},
		{"/..//p", "foo:/a", "foo:/.//p"},
		{"a", NULL, "failure"},
		{"//a", NULL, "failure"},
	};
	check_parses(cases, ARRAY_LEN(cases));
}

static void test_hosts_have_one_spelling(void **unused)
{
	(void)unused;
	static const struct parse_case cases[] = {
		{"http://NEWS.Example", NULL, "http://news.example/"},
		{"http://n%65ws.example", NULL, "http://news.example/"},
		{"http://0x7F.1", NULL, "http://127.0.0.1/"},
		{"http://017700000001", NULL, "http://127.0.0.1/"},
		{"http://4294967295", NULL, "http://255.255.255.255/"},
		{"http://4294967296", NULL, "failure"},
		{"http://1.2.3.256", NULL, "failure"},
		{"http://1.2.3.4.5", NULL, "failure"},
		{"http://1..2", NULL, "failure"},
		{"http://08", NULL, "failure"},
		{"http://1.2.3.4.", NULL, "http://1.2.3.4/"},
		{"http://a.0x", NULL, "failure"},
		{"http://99999999999999999999999999999999", NULL, "failure"},
		{"http://[2001:DB8:0:0:1:0:0:0]", NULL, "http://[2001:db8:0:0:1::]/"},
		{"http://[0:0:1:0:0:1:0:0]", NULL, "http://[::1:0:0:1:0:0]/"},
		{"http://[::ffff:1.2.3.4]", NULL, "http://[::ffff:102:304]/"},
		{"http://[1:2:3:4:5:6:7::]", NULL, "http://[1:2:3:4:5:6:7:0]/"},
		{"http://[::1.2.3]", NULL, "failure"},
		{"http://[::01.2.3.4]", NULL, "failure"},
		{"http://[1::2::3]", NULL, "failure"},
		{"http://[1:2:3:4:5:6:7:8:9]", NULL, "failure"},
		{"http://[:1]", NULL, "failure"},
		{"http://[1:]", NULL, "failure"},
		{"http://[::12345]", NULL, "failure"},
		{"http://[::1", NULL, "failure"},
		{"http://[::1]x", NULL, "failure"},
		{"http://a b", NULL, "failure"},
		{"http://a%00b", NULL, "failure"},
		{"http://a%b", NULL, "failure"},
		{"http://a<b", NULL, "failure"},
		{"foo://a<b", NULL, "failure"},
		{"foo://A%41\xc3\xa9", NULL, "foo://A%41%C3%A9"},
		{"http://", NULL, "failure"},
		{"http://@", NULL, "failure"},
		{"http://:80", NULL, "failure"},
		{"http://a:65535", NULL, "http://a:65535/"},
		{"http://a:65536", NULL, "failure"},
		{"http://a:8x", NULL, "failure"},
		{"http://a:00080", NULL, "http://a/"},
		{"http://a:", NULL, "http://a/"},
		{"https://a:80", NULL, "https://a:80/"},
	};
	check_parses(cases, ARRAY_LEN(cases));
}

static void test_hosts_in_other_scripts_have_an_ascii_form(void **unused)
{
	(void)unused;
	static const struct parse_case cases[] = {
		{"http://B\xc3\x9c"
		 "CHER.example",
			NULL, "http://xn--bcher-kva.example/"},
		{"http://fa\xc3\x9f.example", NULL, "http://xn--fa-hia.example/"},
		{"http://STRA\xe1\xba\x9e"
		 "E.example",
			NULL, "http://xn--strae-oqa.example/"},
		{"http://\xe2\x98\x83.example", NULL, "http://xn--n3h.example/"},
		{"http://fa\xc3\x9f.\xe2\x98\x83.example", NULL, "http://xn--fa-hia.xn--n3h.example/"},
		{"http://d\xc3\xa9_x.example", NULL, "http://xn--d_x-bma.example/"},
		{"http://\xc3\xa9=.example", NULL, "http://xn--=-9fa.example/"},
		{"http://r3---sn-a.b\xc3\xbc"
		 "cher.example",
			NULL, "http://r3---sn-a.xn--bcher-kva.example/"},
		{"http://\xe6\x97\xa5\xe6\x9c\xac\xe3\x80\x82\xef\xbc\xaa\xef\xbc\xb0", NULL, "http://xn--wgv71a.jp/"},
		{"http://\xc3\xa9..example.", NULL, "http://xn--9ca..example./"},
		{"http://\xd7\x90\xd7\x91"
		 "a.example",
			NULL, "failure"}, /* bidi rule */
		{"http://\xc3\xa9.xn--zz\xc3\xa9.example", NULL, "failure"},
		{"http://\xff.example", NULL, "failure"},
		/* sites that exist are spelt so: an ASCII domain passes (§3.3, domain parser, ASCII string) */
		{"http://XN--72czcrhaj7cpt0ed1dxb4mb1s1.example", NULL,
			"http://xn--72czcrhaj7cpt0ed1dxb4mb1s1.example/"},
		{"http://xn--", NULL, "http://xn--/"},
	};
	check_parses(cases, ARRAY_LEN(cases));
}

static void test_paths_queries_and_fragments_escape_their_own_sets(void **unused)
{
	(void)unused;
	static const struct parse_case cases[] = {
		{"http://h/ \"#<>?^`{}|'~\x7f", NULL, "http://h/%20%22#%3C%3E?^%60{}|'~%7F"},
		{"http://h/ \"<>^`{}|'~", NULL, "http://h/%20%22%3C%3E%5E%60%7B%7D|'~"},
		{"http://h/? \"<>^`{}|'~", NULL, "http://h/?%20%22%3C%3E^`{}|%27~"},
		{"foo://h/?'", NULL, "foo://h/?'"},
		{"http://a^b:c|d:e@h", NULL, "http://a%5Eb:c%7Cd%3Ae@h/"},
		{"http://h/%zz%4", NULL, "http://h/%zz%4"},
		{"http://h/\xed\xa0\x80", NULL, "http://h/%EF%BF%BD%EF%BF%BD%EF%BF%BD"},
		{"http://h/a/%2E%2e/b/.%2e/c/%2e", NULL, "http://h/c/"},
		{"http://h//..//.", NULL, "http://h//"},
		{"data:a b  #c", NULL, "data:a b %20#c"},
		{"data:a b  ", NULL, "data:a b"},
		{"data: ?q", NULL, "data:%20?q"},
		{"file:///C|/a/../../b", NULL, "file:///C:/b"},
		{"file:c|/a", NULL, "file:///c:/a"},
		{"file://localhost/a", NULL, "file:///a"},
		{"file:/a", "file:///C:/x", "file:///C:/a"},
		{"file://a\tb\nc/", NULL, "file://abc/"},
	};
	check_parses(cases, ARRAY_LEN(cases));
}

static void test_a_nul_ends_nothing(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct err e;
	struct url u;
	struct str surt;
	assert_int_equal(url_parse(&a, STR("file://a\0b/"), NULL, &u, &e), E_FORMAT);
	assert_int_equal(url_parse(&a, STR("a\0:b"), NULL, &u, &e), E_FORMAT);
	assert_int_equal(url_parse(&a, STR("http://h/a\0b?c\0d#e\0f"), NULL, &u, &e), OK);
	assert_string_equal(str_cstr(&a, url_href(&a, &u, true)), "http://h/a%00b?c%00d#e%00f");
	assert_int_equal(url_parse(&a, STR("file:C|\0x"), NULL, &u, &e), OK);
	assert_string_equal(str_cstr(&a, url_href(&a, &u, true)), "file:///C|%00x");
	assert_int_equal(url_surt(&a, STR("http://h/a\0b"), &surt, &e), OK);
	assert_string_equal(str_cstr(&a, surt), "h)/a%00b");
}

static void test_longer_than_the_cap_is_refused(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct err e;
	struct url u;
	struct str surt;
	char *long_url = arena_alloc(&a, CAP_URL + 1);
	memset(long_url, 'a', CAP_URL + 1);
	memcpy(long_url, "http://h/", 9);
	assert_int_equal(url_parse(&a, str_mem(long_url, CAP_URL), NULL, &u, &e), OK);
	assert_int_equal(url_surt(&a, str_mem(long_url, CAP_URL), &surt, &e), OK);
	assert_int_equal(url_parse(&a, str_mem(long_url, CAP_URL + 1), NULL, &u, &e), E_LIMIT);
	assert_int_equal(url_surt(&a, str_mem(long_url, CAP_URL + 1), &surt, &e), E_LIMIT);
	assert_int_equal(url_key(&a, str_mem(long_url, CAP_URL + 1)).n, CAP_URL + 1);
}

static void test_a_path_is_never_cut(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct err e;
	struct url base;
	struct url u;
	char *longest = arena_alloc(&a, CAP_URL);
	memset(longest, 0xff, CAP_URL);
	memcpy(longest, "http://h/", 9);
	longest[CAP_URL - 1] = '/';
	assert_int_equal(url_parse(&a, str_mem(longest, CAP_URL), NULL, &base, &e), OK);
	assert_int_equal(base.path.n, 9 * (CAP_URL - 10) + 2);
	assert_int_equal(url_parse(&a, str_mem(longest + 9, CAP_URL - 9), &base, &u, &e), E_LIMIT);
	assert_int_equal(url_parse(&a, str_mem(longest + 9, CAP_URL / 2), &base, &u, &e), OK);
	assert_int_equal(u.path.n, base.path.n + 9 * (CAP_URL / 2));
}

static void test_surts_fold_what_crawlers_fold(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
#define S32 "0123456789abcdefghijklmnopqrstuv"
#define S24 "abcdefghijklmnopqrstuvwx"
	static const char *const cases[][2] = {
		{"", "-"},
		{"filedesc:a.arc", "filedesc:a.arc"},
		{"News.Example", "example,news)/"},
		{"http://www2.news.example:80/A/B/?B=2&a=1#x", "example,news)/a/b?a=1&b=2"},
		{"https://news.example:80/", "example,news:80)/"},
		{"http://u:p@news.example/?", "example,news)/"},
		{"http://news.example/a//b/./../c/", "example,news)/a/c"},
		{"http://news.example/%25252541", "example,news)/a"},
		{"http://news.example/%2%35%34%31", "example,news)/a"},
		{"http://https://news.example/", "example,news)/"},
		{"http:////news.example/a", "example,news)/a"},
		{"http://1.2.3.4/", "4,3,2,1)/"},
		{"http://16909060/", "4,3,2,1)/"},
		{"http://[2001:DB8::1]/", "2001:db8::1)/"},
		{"http://b\xc3\xbc"
		 "cher.example/\xc3\x9c",
			"example,xn--bcher-kva)/%c3%9c"},
		{"http://fa\xc3\x9f.example/", "example,fass)/"},
		{"http://\xc3\xa9..example/", "example,%c3%a9)/"},
		{"http://h/?a&a=&a=1&aa", "h)/?a&a=&a=1&aa"},
		{"http://h/?foosid=" S32 "&b=1", "h)/?foob=1"},
		{"http://h/?jsessionid=" S32, "h)/"},
		{"http://h/?x=1&cfid=1&cftoken=2&y=2", "h)/?x=1&y=2"},
		{"http://h/?x=1&cfid=&cftoken=2", "h)/?cfid=&cftoken=2&x=1"},
		{"http://h/(S(" S24 "))/a.aspx", "h)/a.aspx"},
		{"http://h/(" S24 ")/(S(" S24 ")F(" S24 "))/a.aspx", "h)/a.aspx"},
		{"http://h/(" S24 ")/%3Fa.aspx", "h)/(" S24 ")/?a.aspx"},
		{"http://h/(" S24 ")/.aspx", "h)/(" S24 ")/.aspx"},
		{"urn:view:http://h/", "urn:view:http://h"},
		{"mailto:A@B", "mailto:a@b"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str got;
		struct err e;
		assert_int_equal(url_surt(&a, str_c(cases[i][0]), &got, &e), OK);
		assert_string_equal(str_cstr(&a, got), cases[i][1]);
	}
}

/* Twice the input may cost a little more than twice the memory, as copies would show. Each is also run at the cap,
 * where the square of the length would be four thousand million steps: a test that does not end. */
static size_t memory_for(const char *start, const char *unit, size_t bytes)
{
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	struct str surt;
	struct url u;
	struct err e;
	buf_init(&b, bytes);
	buf_add(&b, str_c(start));
	while (b.n + strlen(unit) <= bytes)
		buf_add(&b, str_c(unit));
	rc_ignore(url_parse(&a, buf_str(&b), NULL, &u, &e));
	assert_int_equal(url_surt(&a, buf_str(&b), &surt, &e), OK);
	return a.total;
}

static void test_work_grows_with_the_length(void **unused)
{
	(void)unused;
	static const char *const start[] = {"http://h/?", "http://h/", "http://h/.aspx", "http://", "foo:", ""};
	static const char *const unit[] = {"/..", "%25", "25", "a.", "&b=1", "((", "sid=", "cfid=", "/a", "@", ":", "[",
		"1.", "/(" S24 ")", "/(S(" S24 "))", "/(S(" S24 ")F(" S24 "))/", "\xc3\xa9.", "\xe3\x80\x82",
		"\xe1\xba\x9e", "http://", " ", "%2e/", "0"};
	for (size_t s = 0; s < ARRAY_LEN(start); s++)
		for (size_t k = 0; k < ARRAY_LEN(unit); k++) {
			size_t once = memory_for(start[s], unit[k], 4000);
			size_t twice = memory_for(start[s], unit[k], 8000);
			assert_true(twice < once * 3);
			(void)memory_for(start[s], unit[k], CAP_URL);
		}
}

static void test_segments_that_come_and_go_cost_nothing(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	struct str surt;
	struct err e;
	buf_init(&b, CAP_URL);
	buf_add(&b, STR("http://h"));
	for (int i = 0; i <= 8192; i++)
		buf_add(&b, STR("/a"));
	for (int i = 0; i < 9000; i++)
		buf_add(&b, STR("/../a"));
	assert_int_equal(buf_done(&b, &e), OK);
	assert_int_equal(url_surt(&a, buf_str(&b), &surt, &e), OK);
	assert_int_equal(surt.n, strlen("h)") + 2 * 8193);
	assert_true(a.total < 20 * (size_t)CAP_URL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys_never_merge_different_pages),
		cmocka_unit_test(test_only_http_and_https_with_a_host_can_be_fetched),
		cmocka_unit_test(test_links_in_a_page_resolve_against_it),
		cmocka_unit_test(test_hosts_have_one_spelling),
		cmocka_unit_test(test_hosts_in_other_scripts_have_an_ascii_form),
		cmocka_unit_test(test_paths_queries_and_fragments_escape_their_own_sets),
		cmocka_unit_test(test_a_nul_ends_nothing),
		cmocka_unit_test(test_longer_than_the_cap_is_refused),
		cmocka_unit_test(test_a_path_is_never_cut),
		cmocka_unit_test(test_surts_fold_what_crawlers_fold),
		cmocka_unit_test(test_work_grows_with_the_length),
		cmocka_unit_test(test_segments_that_come_and_go_cost_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
