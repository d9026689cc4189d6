/* SPDX-License-Identifier: Apache-2.0 */
/* The tokenizer, its names and its character references: html5lib's tokenizer tests, which today's browsers share, read
 * whole and with input that grows by a byte; and what those do not look at: where things stand, limits, time. Of their
 * files xmlViolation.test is not for us: it asks for what XML allows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "formats/html/html_int.h"

#define POOL_CAP (64u * MIB)

/* How a test begins. */
struct start {
	enum raw raw;
	uint32_t raw_name;
	bool is_foreign;
};

struct reading {
	struct html h;
	struct tokenizer t;
	char *s; /* exactly what is there, so that the sanitizer sees each byte too far */
	json_t *tokens;
	uint32_t last_to;
	uint32_t mores;
};

static void reading_init(struct reading *r, const struct start *start)
{
	*r = (struct reading){0};
	r->h.names = html_names_new();
	r->h.quirks = quirks_in(&r->h.arena);
	buf_init(&r->h.pool, POOL_CAP);
	html_tokenizer_init(&r->t, &r->h);
	r->t.raw = start->raw;
	r->t.raw_name = start->raw_name;
	r->t.is_foreign = start->is_foreign;
	r->tokens = json_array();
}

static void reading_clear(struct reading *r)
{
	html_tokenizer_clear(&r->t);
	html_names_free(r->h.names);
	buf_clear(&r->h.pool);
	mem_free(r->h.attrs);
	arena_clear(&r->h.arena);
	mem_free(r->s);
	json_decref(r->tokens);
}

static void has(struct reading *r, struct str s, bool is_end)
{
	mem_free(r->s);
	r->s = mem_alloc(s.n);
	if (s.n)
		memcpy(r->s, s.p, s.n);
	r->t.s = r->s;
	r->t.n = (uint32_t)s.n;
	r->t.is_end = is_end;
}

static struct str text_at(const struct reading *r, uint32_t at, uint32_t n)
{
	size_t from = at & ~HTML_POOL;
	size_t room = at & HTML_POOL ? r->h.pool.n : r->t.n;
	assert_true(from <= room && n <= room - from);
	return str_mem((at & HTML_POOL ? r->h.pool.p : r->s) + from, n);
}

static json_t *json_of(struct str s)
{
	json_t *ret = json_stringn_nocheck(s.n ? s.p : "", s.n);
	assert_non_null(ret);
	return ret;
}

static json_t *attr_json(const struct reading *r, const struct token *k, uint32_t name)
{
	for (uint32_t i = 0; i < k->nattrs; i++) {
		const struct html_attr *attr = &r->h.attrs[k->attrs + i];
		if (attr->name == name)
			return json_of(text_at(r, attr->at, attr->n));
	}
	return json_null();
}

static json_t *attrs_json(const struct reading *r, const struct token *k)
{
	json_t *ret = json_object();
	for (uint32_t i = 0; i < k->nattrs; i++) {
		const struct html_attr *attr = &r->h.attrs[k->attrs + i];
		char *name = mem_alloc(html_names_text(r->h.names, attr->name).n + 1);
		memcpy(name, html_names_text(r->h.names, attr->name).p, html_names_text(r->h.names, attr->name).n);
		assert_null(json_object_get(ret, name));
		json_object_set_new_nocheck(ret, name, json_of(text_at(r, attr->at, attr->n)));
		mem_free(name);
	}
	return ret;
}

/* Adds characters to those that came just before. */
static void add_text(json_t *tokens, struct str s)
{
	size_t n = json_array_size(tokens);
	json_t *last = n ? json_array_get(tokens, n - 1) : NULL;
	if (!last || strcmp(json_string_value(json_array_get(last, 0)), "Character") != 0) {
		last = json_pack("[s]", "Character");
		json_array_append_new(last, json_of(STR("")));
		json_array_append_new(tokens, last);
	}
	const json_t *was = json_array_get(last, 1);
	AUTO(buf) all = {0};
	buf_init(&all, POOL_CAP);
	buf_addmem(&all, json_string_value(was), json_string_length(was));
	buf_add(&all, s);
	json_array_set_new(last, 1, json_of(buf_str(&all)));
}

static void add_token(struct reading *r, const struct token *k)
{
	json_t *out = json_array();
	json_t *name = k->name == NAME_NONE ? json_null() : json_of(html_names_text(r->h.names, k->name));
	if (k->kind == TOKEN_START || k->kind == TOKEN_END) {
		bool is_start = k->kind == TOKEN_START;
		json_array_append_new(out, json_string(is_start ? "StartTag" : "EndTag"));
		json_array_append(out, name);
		if (is_start)
			json_array_append_new(out, attrs_json(r, k));
		if (is_start && k->self_closing)
			json_array_append_new(out, json_true());
	} else if (k->kind == TOKEN_COMMENT) {
		json_array_append_new(out, json_string("Comment"));
		json_array_append_new(out, json_of(text_at(r, k->at, k->n)));
	} else {
		json_array_append_new(out, json_string("DOCTYPE"));
		json_array_append(out, name);
		json_array_append_new(out, attr_json(r, k, NAME_PUBLIC));
		json_array_append_new(out, attr_json(r, k, NAME_SYSTEM));
		json_array_append_new(out, json_boolean(!k->force_quirks));
	}
	json_decref(name);
	json_array_append_new(r->tokens, out);
}

/* Between two tokens stands only what is none. */
static bool is_skipped(struct str gap)
{
	static const char *const marks[] = {"\r", "</>", "<![CDATA[", "]]>"};
	for (size_t i = 0; gap.n && i < ARRAY_LEN(marks);) {
		bool is_mark = str_starts(gap, str_c(marks[i]));
		gap = is_mark ? str_from(gap, str_c(marks[i]).n) : gap;
		i = is_mark ? 0 : i + 1;
	}
	return gap.n == 0;
}

static void check_places(const struct reading *r, const struct token *k)
{
	assert_true(k->from <= k->to && k->to <= r->t.n && k->to == r->t.pos);
	if (k->kind != TOKEN_EOF) /* which may drop a tag */
		assert_true(k->from >= r->last_to && is_skipped(text_at(r, r->last_to, k->from - r->last_to)));
	if (k->kind == TOKEN_TEXT) {
		assert_true(k->n > 0 && k->from < k->to);
		if (!(k->at & HTML_POOL))
			assert_true(k->at == k->from && k->n == k->to - k->from);
		if (k->is_nul)
			assert_true(k->n == 1 && r->s[k->at] == '\0');
	}
	for (uint32_t i = 0; i < k->nattrs; i++) {
		const struct html_attr *attr = &r->h.attrs[k->attrs + i];
		assert_true(attr->from >= k->from && attr->from <= attr->to && attr->to <= k->to);
		if (!(attr->at & HTML_POOL))
			assert_true(attr->at == attr->from && attr->n == attr->to - attr->from);
	}
}

/* Tokens up to the end of the input, or to where more is needed; true at the end. */
static bool drain(struct reading *r)
{
	for (;;) {
		struct token k;
		size_t pool = r->h.pool.n;
		uint32_t pos = r->t.pos;
		html_next_token(&r->t, &k);
		if (k.kind == TOKEN_MORE) {
			assert_true(!r->t.is_end && r->t.pos == pos && r->h.pool.n == pool);
			r->mores++;
			return false;
		}
		check_places(r, &k);
		r->last_to = k.to;
		if (k.kind == TOKEN_EOF)
			return true;
		if (k.kind == TOKEN_TEXT)
			add_text(r->tokens, text_at(r, k.at, k.n));
		else
			add_token(r, &k);
		r->h.nattrs += k.nattrs;
	}
}

static void read_whole(struct reading *r, struct str s)
{
	has(r, s, true);
	assert_true(drain(r));
}

static void read_growing(struct reading *r, struct str s, size_t step)
{
	for (size_t n = 0; n < s.n; n += step) {
		has(r, str_sub(s, 0, n), false);
		assert_false(drain(r));
	}
	read_whole(r, s);
}

/* Undoes \uXXXX in what JSON gave. */
static json_t *unescaped(const json_t *text)
{
	struct str s = str_mem(json_string_value(text), json_string_length(text));
	AUTO(buf) out = {0};
	buf_init(&out, POOL_CAP);
	for (size_t i = 0; i < s.n; i++) {
		if (s.n - i < 6 || s.p[i] != '\\' || s.p[i + 1] != 'u') {
			buf_addc(&out, s.p[i]);
			continue;
		}
		uint32_t c = 0;
		for (size_t j = i + 2; j < i + 6; j++)
			c = c * 16 + (uint32_t)ascii_hexval(s.p[j]);
		i += 5;
		if (c < 0xd800 || c > 0xdfff) {
			utf8_add(&out, c);
		} else { /* half a pair, as WTF-8 has it */
			buf_addc(&out, (char)0xed);
			buf_addc(&out, (char)(0x80 | (c >> 6 & 0x3f)));
			buf_addc(&out, (char)(0x80 | (c & 0x3f)));
		}
	}
	return json_of(buf_str(&out));
}

/* The expected tokens: characters joined, escapes undone. */
static json_t *wanted(const json_t *output, bool is_escaped)
{
	json_t *ret = json_array();
	for (size_t i = 0; i < json_array_size(output); i++) {
		const json_t *in = json_array_get(output, i);
		json_t *out = json_array();
		for (size_t j = 0; j < json_array_size(in); j++) {
			json_t *part = json_array_get(in, j);
			if (is_escaped && json_is_string(part))
				json_array_append_new(out, unescaped(part));
			else
				json_array_append(out, part);
		}
		const json_t *text = json_array_get(out, 1);
		if (strcmp(json_string_value(json_array_get(out, 0)), "Character") == 0)
			add_text(ret, str_mem(json_string_value(text), json_string_length(text)));
		else
			json_array_append(ret, out);
		json_decref(out);
	}
	return ret;
}

static bool gives(struct str input, const struct start *start, const json_t *want, const char *what)
{
	bool right = true;
	for (size_t step = 0; step < 4; step++) {
		struct reading r;
		reading_init(&r, start);
		if (step == 0)
			read_whole(&r, input);
		else
			read_growing(&r, input, step);
		if (!json_equal(r.tokens, want)) {
			char *got = json_dumps(r.tokens, JSON_ENCODE_ANY);
			char *due = json_dumps(want, JSON_ENCODE_ANY);
			print_message("%s (step %zu): want %s, got %s\n", what, step, due ? due : "?", got ? got : "?");
			free(got);
			free(due);
			right = false;
		}
		reading_clear(&r);
	}
	return right;
}

static struct start start_of(const char *state, const json_t *last_tag)
{
	static const struct {
		const char *state;
		struct start start;
	} states[] = {
		{"Data state", {0}},
		{"PLAINTEXT state", {.raw = RAW_PLAINTEXT}},
		{"RCDATA state", {.raw = RAW_RCDATA}},
		{"RAWTEXT state", {.raw = RAW_RAWTEXT}},
		{"Script data state", {.raw = RAW_SCRIPT}},
		{"CDATA section state", {.raw = RAW_CDATA, .is_foreign = true}},
	};
	struct html_names *names = html_names_new();
	uint32_t name = last_tag ? html_names_find(names, str_c(json_string_value(last_tag))) : NAME_NONE;
	html_names_free(names);
	assert_true(!last_tag || name != NAME_NONE);
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (strcmp(states[i].state, state) == 0) {
			struct start ret = states[i].start;
			ret.raw_name = name;
			return ret;
		}
	fail_msg("no state '%s'", state);
	return (struct start){0};
}

static const char *vectors(const char *name, char path[4096])
{
	const char *dir = getenv("ONRECORD_VECTORS");
	FILE *f = NULL;
	if (dir && snprintf(path, 4096, "%s/html/tokenizer/%s", dir, name) < 4096)
		f = fopen(path, "rbe");
	if (!f) {
		print_message("skipped: public test data html/tokenizer/%s is not there\n", name);
		skip();
	}
	(void)fclose(f);
	return path;
}

/* Runs one case in each of its states; counts into n and wrong. */
static void run_case(const json_t *c, size_t *n, size_t *wrong)
{
	bool is_escaped = json_is_true(json_object_get(c, "doubleEscaped"));
	json_t *input = json_object_get(c, "input");
	json_t *text = is_escaped ? unescaped(input) : json_incref(input);
	json_t *want = wanted(json_object_get(c, "output"), is_escaped);
	const json_t *states = json_object_get(c, "initialStates");
	for (size_t i = 0; i == 0 || i < json_array_size(states); i++) {
		const char *state = states ? json_string_value(json_array_get(states, i)) : "Data state";
		struct start start = start_of(state, json_object_get(c, "lastStartTag"));
		struct str s = str_mem(json_string_value(text), json_string_length(text));
		*n += 1;
		*wrong += !gives(s, &start, want, json_string_value(json_object_get(c, "description")));
	}
	json_decref(text);
	json_decref(want);
}

static void test_tokens_are_those_of_the_public_tests(void **unused)
{
	(void)unused;
	static const char *const files[] = {"contentModelFlags", "domjs", "entities", "escapeFlag", "namedEntities",
		"numericEntities", "pendingSpecChanges", "test1", "test2", "test3", "test4", "unicodeChars",
		"unicodeCharsProblematic"};
	size_t n = 0;
	size_t wrong = 0;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		char path[4096];
		char name[64];
		json_error_t why;
		(void)snprintf(name, sizeof(name), "%s.test", files[i]);
		json_t *all = json_load_file(vectors(name, path), JSON_ALLOW_NUL, &why);
		assert_non_null(all);
		const json_t *tests = json_object_get(all, "tests");
		for (size_t j = 0; j < json_array_size(tests); j++)
			run_case(json_array_get(tests, j), &n, &wrong);
		json_decref(all);
	}
	print_message("%zu cases, %zu differ\n", n, wrong);
	assert_int_equal(wrong, 0);
	assert_int_equal(n, 7032);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tokens_are_those_of_the_public_tests),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
