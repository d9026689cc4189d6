/* SPDX-License-Identifier: Apache-2.0 */
/* What tools/fit_arbiter.py learns from: read_proposals SET prints, for each page of SET/truth.json, one JSON line with
 * its id and each proposal for the body: the arbiter's features and the text that it would give. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/caps.h"
#include "base/json.h"
#include "stages/read/body_int.h"

static struct str read_file(struct arena *a, const char *path)
{
	FILE *f = fopen(path, "rb");
	if (!f || fseek(f, 0, SEEK_END) != 0) {
		(void)fprintf(stderr, "%s: cannot be read\n", path);
		exit(3);
	}
	long size = ftell(f);
	char *to = arena_alloc(a, (size_t)size + 1);
	rewind(f);
	size_t n = fread(to, 1, (size_t)size, f);
	(void)fclose(f);
	return str_mem(to, n);
}

static void one_page(struct text_codecs *c, const char *id, struct str bytes)
{
	AUTO(arena) a = {0};
	AUTO(buf) out = {0};
	AUTO(html) h = {0};
	struct text text;
	struct article article = {0};
	struct read_input in = {.bytes = bytes};
	struct proposal proposals[PROPOSALS_MAX];
	text_decode(&a, c, str_sub(bytes, 0, CAP_HTML), STR(""), &text);
	html_parse(text.utf8, NULL, &h);
	struct reading r = {.a = &a, .h = &h, .text = &text, .in = &in, .article = &article};
	collect_jsonld(&r);
	collect_meta(&r);
	collect_markup(&r);
	choose_fields(&r);
	struct page *p = body_page(&r);
	size_t n = body_propose(p, proposals);
	struct page_sums sums = arbiter_sums(p);
	buf_init(&out, 64 * CAP_ARTICLE);
	struct jsonw w = jsonw_to(&out);
	jsonw_open(&w, NULL, '{');
	jsonw_str(&w, "id", str_c(id));
	jsonw_open(&w, "proposals", '[');
	for (size_t i = 0; i < n; i++) {
		float f[FEATURES] = {0};
		arbiter_features(p, &proposals[i], &sums, f);
		article.nblocks = article.ndropped = 0;
		article.blocks = article.dropped = NULL;
		body_take(p, &proposals[i]);
		jsonw_open(&w, NULL, '{');
		jsonw_str(&w, "text", article.text);
		jsonw_open(&w, "features", '[');
		for (size_t k = 0; k < FEATURES; k++)
			jsonw_i64(&w, NULL, (int64_t)(f[k] * 10000));
		jsonw_close(&w, ']');
		jsonw_close(&w, '}');
	}
	jsonw_close(&w, ']');
	jsonw_close(&w, '}');
	(void)printf("%s\n", out.p);
	buf_clear(&p->text);
}

int main(int argc, char **argv)
{
	AUTO(arena) run = {0};
	json_error_t why;
	if (argc != 2) {
		(void)fprintf(stderr, "usage: read_proposals SET\n");
		return 2;
	}
	char *json = str_cstr(&run, read_file(&run, str_fmt(&run, "%s/truth.json", argv[1]).p));
	for (char *nan = strstr(json, " NaN"); nan; nan = strstr(nan, " NaN"))
		memcpy(nan, "null", 4);
	json_t *truth = json_loads(json, 0, &why);
	struct text_codecs *c = text_codecs_new();
	for (size_t i = 0; i < json_array_size(truth); i++) {
		AUTO(arena) job = {0};
		const char *id = json_string_value(json_object_get(json_array_get(truth, i), "id"));
		one_page(c, id, read_file(&job, str_fmt(&job, "%s/html/%s.html", argv[1], id).p));
	}
	text_codecs_free(c);
	json_decref(truth);
	return 0;
}
