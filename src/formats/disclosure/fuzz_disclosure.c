/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/buf.h"
#include "formats/disclosure/disclosure.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Where all is shown the record can be put together, and what it discloses is the input again, byte for byte. */
static void make_again(struct arena *a, const struct disclosure *d, struct str in)
{
	struct record r = {.kind = d->kind, .n = d->fields.nparts};
	struct disclosure_tree_choice *trees = arena_alloc(a, d->ntrees * sizeof(*trees));
	bool *open = arena_alloc(a, r.n);
	AUTO(buf) again = {0};
	struct err e;
	memset(open, 1, r.n);
	memcpy(r.key, d->fields.key, sizeof(r.key));
	r.fields = arena_alloc(a, r.n * sizeof(*r.fields));
	for (size_t i = 0; i < r.n; i++)
		r.fields[i] = (struct record_field){d->fields.part[i].name, d->fields.part[i].value};
	for (size_t i = 0; i < d->ntrees; i++) {
		struct disclosure_span *all = arena_new(a, struct disclosure_span);
		*all = (struct disclosure_span){0, d->trees[i].length};
		trees[i] = (struct disclosure_tree_choice){d->trees[i].field, d->trees[i].runs[0].text, all, 1};
	}
	struct disclosure_choice c = {open, trees, d->ntrees};
	buf_init(&again, in.n + 1);
	BUG_ON(disclosure_make(a, &r, &c, &again, &e) != OK || !str_eq(buf_str(&again), in));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena) a = {0};
	struct disclosure d;
	struct err e;
	struct str in = str_mem(data, size);
	if (disclosure_check(&a, in, &d, &e) != OK)
		return 0;
	for (size_t i = 0; i < d.ntrees; i++) {
		uint64_t min = 0;
		for (size_t k = 0; k < d.trees[i].nruns; k++)
			min += d.trees[i].runs[k].min;
		BUG_ON(min > d.trees[i].length);
	}
	if (d.fields.keyed)
		make_again(&a, &d, in);
	return 0;
}
