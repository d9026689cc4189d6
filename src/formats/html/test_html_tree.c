/* SPDX-License-Identifier: Apache-2.0 */
/* html5lib's tests of tree construction: the tree of each case, with scripting, without, or both as the case says, and
 * the same document when it arrives byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "formats/html/test_check.h"
#include "formats/html/test_dump.h"

#define DAT_MAX (16u << 20)

/* Cases whose tree is another here, and why. */
static const struct {
	const char *file;
	const char *input;
	const char *why;
} OTHERWISE[] = {
	{"webkit02.dat", "<select><button><selectedcontent></button><option>X",
		"§4.10.7 selectedcontent: a copy of the option that is chosen; a copy has no bytes of its own"},
	{"webkit02.dat", "<select><button><selectedcontent></button><option>x<i>i<b>ib</i>b", "the same"},
	{"webkit02.dat", "<select><button><selectedcontent></button><option>X<option>Y", "the same"},
	{"webkit02.dat", "<select><button><selectedcontent></button><option>X<option selected>Y", "the same"},
};

struct dat_case {
	const char *file;
	struct str data;
	struct str document;
	struct str context; /* "svg path"; empty for a page */
	bool with_scripting;
	bool without_scripting;
};

struct tally {
	size_t cases;
	size_t passed;
	size_t otherwise;
	size_t wrong;
};

/* Cuts the next case off *rest; false at its end. */
static bool next_case(struct str *rest, struct dat_case *ret)
{
	struct str s = *rest;
	struct dat_case c = {.file = ret->file, .with_scripting = true, .without_scripting = true};
	if (!str_starts(s, STR("#data\n")))
		return false;
	struct str left = str_from(s, 6);
	const char *from = left.p;
	struct str line = str_cut(&left, '\n');
	while (left.n && !str_eq(line, STR("#errors")))
		line = str_cut(&left, '\n');
	c.data = str_mem(from, line.p > from ? (size_t)(line.p - from) - 1 : 0);
	while (left.n && !str_eq(line, STR("#document"))) {
		line = str_cut(&left, '\n');
		if (str_eq(line, STR("#document-fragment")))
			c.context = str_cut(&left, '\n');
		c.without_scripting = c.without_scripting && !str_eq(line, STR("#script-on"));
		c.with_scripting = c.with_scripting && !str_eq(line, STR("#script-off"));
	}
	size_t at = s.n - left.n;
	size_t end = str_find(s, STR("\n\n#data\n"), at - 1);
	*rest = str_from(s, end + 2);
	while (end > at && s.p[end - 1] == '\n')
		end--;
	c.document = end > at ? str_sub(s, at, end) : STR("");
	*ret = c;
	return true;
}

/* Elements that our table of names lacks are all alike as contexts: one stands for them. */
static void set_context(struct str context, struct html_options *o)
{
	struct html h = {0};
	html_parse(STR(""), NULL, &h);
	if (str_starts(context, STR("svg "))) {
		o->context_ns = HTML_NS_SVG;
		context = str_from(context, 4);
	} else if (str_starts(context, STR("math "))) {
		o->context_ns = HTML_NS_MATHML;
		context = str_from(context, 5);
	}
	o->context = html_name_find(&h, context);
	if (context.n && o->context == NAME_NONE)
		o->context = NAME_G;
	html_clear(&h);
}

static bool is_otherwise(const struct dat_case *c)
{
	for (size_t i = 0; i < ARRAY_LEN(OTHERWISE); i++)
		if (str_eq(str_c(c->file), str_c(OTHERWISE[i].file)) && str_eq(c->data, str_c(OTHERWISE[i].input)))
			return true;
	return false;
}

typedef bool check_case(const struct dat_case *c, struct str input, const struct html_options *o, bool is_shown);

static bool gives_its_tree(const struct dat_case *c, struct str input, const struct html_options *o, bool is_shown)
{
	struct html h = {0};
	AUTO(buf) got = {0};
	AUTO(buf) want = {0};
	buf_init(&got, DAT_MAX);
	buf_init(&want, DAT_MAX);
	html_parse(input, o, &h);
	test_dump(&got, &h);
	utf8_add_clean(&want, c->document);
	buf_addc(&want, '\n');
	bool right = str_eq(buf_str(&got), c->document.n ? buf_str(&want) : STR(""));
	if (!right && is_shown)
		print_message("%s, scripting %d, context '%.*s':\n%.*s\n-- want\n%.*s\n-- got\n%s", c->file,
			o->scripting, STR_FMT(c->context), STR_FMT(input), STR_FMT(c->document), got.n ? got.p : "");
	html_clear(&h);
	return right;
}

static bool arrives_in_pieces(const struct dat_case *c, struct str input, const struct html_options *o, bool is_shown)
{
	static const size_t steps[] = {1, 2, 3, 7};
	struct html whole = {0};
	struct html checked = {0};
	AUTO(buf) why = {0};
	buf_init(&why, DAT_MAX);
	html_parse(input, o, &whole);
	bool right = test_check(&whole, &checked, &why);
	for (size_t i = 0; right && i < ARRAY_LEN(steps); i++) {
		struct html pieces = {0};
		test_parse_pieces(input, steps[i], o, &pieces);
		right = test_same(&whole, &pieces, &why);
		html_clear(&pieces);
	}
	if (!right && is_shown)
		print_message("%s, scripting %d, context '%.*s': %s\n%.*s\n", c->file, o->scripting,
			STR_FMT(c->context), why.p, STR_FMT(input));
	html_clear(&whole);
	html_clear(&checked);
	return right;
}

static void try_case(const struct dat_case *c, check_case *check, bool has_otherwise, struct tally *t)
{
	AUTO(buf) input = {0};
	struct html_options o = {0};
	bool otherwise = has_otherwise && is_otherwise(c);
	buf_init(&input, DAT_MAX);
	utf8_add_clean(&input, c->data);
	set_context(c->context, &o);
	bool right = true;
	for (int scripting = 0; scripting < 2; scripting++) {
		o.scripting = scripting;
		if (scripting ? c->with_scripting : c->without_scripting)
			right = check(c, buf_str(&input), &o, !otherwise) && right;
	}
	t->cases++;
	t->passed += right;
	t->otherwise += otherwise && !right;
	t->wrong += otherwise == right;
	if (otherwise && right)
		print_message("%s: is as it should be now: %.*s\n", c->file, STR_FMT(c->data));
}

static void read_file(const char *path, struct buf *to)
{
	FILE *f = fopen(path, "rbe");
	char piece[8192];
	size_t n = 0;
	assert_non_null(f);
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_addmem(to, piece, n);
	(void)fclose(f);
	assert_false(to->over);
}

static int is_dat(const struct dirent *d)
{
	return str_ends(str_c(d->d_name), STR(".dat"));
}

static void try_all(check_case *check, bool has_otherwise, struct tally *t)
{
	AUTO(arena) a = {0};
	const char *dir = getenv("ONRECORD_VECTORS");
	char *folder = str_cstr(&a, str_fmt(&a, "%s/html/tree-construction", dir ? dir : ""));
	struct dirent **names = NULL;
	int n = dir ? scandir(folder, &names, is_dat, alphasort) : -1;
	if (n <= 0) {
		print_message("skipped: public test data html/tree-construction is not there\n");
		free(names);
		arena_clear(&a); /* skip() does not come back */
		skip();
	}
	for (int i = 0; i < n; i++) {
		AUTO(buf) text = {0};
		struct dat_case c = {.file = names[i]->d_name};
		buf_init(&text, DAT_MAX);
		read_file(str_cstr(&a, str_fmt(&a, "%s/%s", folder, names[i]->d_name)), &text);
		struct str rest = buf_str(&text);
		while (next_case(&rest, &c))
			try_case(&c, check, has_otherwise, t);
		assert_int_equal(rest.n, 0);
		free(names[i]);
	}
	free(names);
}

static void test_trees_are_those_of_html5lib(void **unused)
{
	(void)unused;
	struct tally t = {0};
	try_all(gives_its_tree, true, &t);
	print_message(
		"%zu of %zu cases, %zu named exceptions; tree-construction/scripted/ left out: scripts are not run\n",
		t.passed, t.cases, t.otherwise);
	assert_int_equal(t.wrong, 0);
	assert_true(t.cases >= 1792 && t.passed * 1000 >= t.cases * 997);
	assert_int_equal(t.otherwise, ARRAY_LEN(OTHERWISE));
}

static void test_how_the_bytes_arrive_makes_no_difference(void **unused)
{
	(void)unused;
	struct tally t = {0};
	try_all(arrives_in_pieces, false, &t);
	print_message("%zu of %zu cases\n", t.passed, t.cases);
	assert_int_equal(t.wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trees_are_those_of_html5lib),
		cmocka_unit_test(test_how_the_bytes_arrive_makes_no_difference),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
