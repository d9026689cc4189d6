/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of the log that are no records: kept and sealed, and found again through the catalog. */
#include "app/pipeline/pipeline_int.h"
#include "base/caps.h"

rc token_of(struct arena *a, const struct frame *f, struct pipeline_token *ret, struct err *e)
{
	struct leaf_body body = {.text = f->body};
	struct leaf leaf;
	if (f->kind == FRAME_TOKEN)
		TRY(leaf_body_parse(a, f->body, &body, &leaf, e));
	else
		TRY(leaf_parse(a, f->body, &leaf, e));
	*ret = (struct pipeline_token){f->ref, leaf, body.text, body.note, body.bytes, .sealed = false};
	return OK;
}

struct str token_word(const struct leaf *leaf)
{
	switch (leaf->kind) {
	case LEAF_ANCHOR:
		return leaf_token_name(leaf->token);
	case LEAF_KEY:
		return STR("key");
	case LEAF_POLICY:
		return STR("policy");
	case LEAF_CONTINUES:
		return STR("continues");
	}
	return STR("");
}

void token_list_add(struct token_list *l, const struct frame *f)
{
	AUTO(arena) a = {0};
	struct pipeline_token t;
	struct err ignored;
	if (f->kind == FRAME_RECORD || token_of(&a, f, &t, &ignored) != OK)
		return;
	struct catalog_token *row = arena_push(&l->a, &l->row, &l->n, sizeof(*row));
	*row = (struct catalog_token){f->ref.index, token_word(&t.leaf), t.leaf.size, f->ref};
}

rc token_rows(struct pipeline *p, struct arena *a, struct catalog_token **ret, size_t *ret_n, struct err *e)
{
	if (!pipeline_catalog(p))
		return err_set(e, E_FORMAT, "the catalog cannot be used (onrecord reindex makes it anew)");
	TRY(catalog_done(p, e)); /* what this command has added is there too */
	return catalog_tokens(p->catalog, a, ret, ret_n, e);
}

/* It is the entry that the log has at its index. One that is not sealed yet is what an interrupted command may have
 * left, or anybody has put there: a token speaks for itself, the others say nothing before they are sealed. */
static rc in_log(struct pipeline *p, const struct checkpoint *now, struct pipeline_token *t, struct err *e)
{
	struct tlog_proof proof;
	t->sealed = t->ref.index < now->size;
	if (t->sealed)
		TRY(seal_prove(p->ar, now, t->ref.index, t->text, &proof, e));
	return t->leaf.kind == LEAF_ANCHOR ? seal_is_about(p->ar, &p->key, now, &t->leaf, t->note, e) : OK;
}

rc token_read(struct pipeline *p, const struct checkpoint *now, const struct catalog_token *row, struct arena *a,
	struct buf *body, struct pipeline_token *ret, struct err *e)
{
	struct frame f;
	rc r = archive_frame_read(p->ar, row->ref, body, &f, e);
	if (r == OK && f.kind == FRAME_RECORD)
		r = err_set(e, E_VERIFY, "it is a record");
	if (r == OK)
		r = token_of(a, &f, ret, e);
	if (r == OK)
		r = in_log(p, now, ret, e);
	if (r == OK || r == E_IO || r == E_DENIED)
		return r;
	e->code = E_VERIFY;
	return err_add(e,
		"entry %llu is not what it was taken for (onrecord verify tells more, reindex makes the catalog anew)",
		(unsigned long long)row->index);
}

rc pipeline_token_scan(struct pipeline *p, struct token_list *l, struct err *e)
{
	AUTO(arena) a = {0};
	struct archive_scan *s = NULL;
	struct checkpoint now;
	struct frame f;
	uint64_t n = 0;
	TRY(seal_checkpoint(p->ar, &p->key, &a, &now, NULL, e));
	TRY(archive_scan_new(p->ar, 0, &s, e));
	rc r = OK;
	while (n < now.size && (r = archive_scan_next(s, &f, e)) == OK) {
		token_list_add(l, &f);
		n++;
	}
	archive_scan_free(s);
	if (r == E_NOTFOUND)
		return err_set(e, E_VERIFY, "records/: %llu entries, but %llu are sealed", (unsigned long long)n,
			(unsigned long long)now.size);
	return r;
}

rc pipeline_tokens(struct pipeline *p, struct pipeline_tokens *v, struct err *e)
{
	AUTO(arena) a = {0};
	AUTO(buf) body = {0};
	struct catalog_token *all = NULL;
	size_t n = 0;
	TRY(token_rows(p, &a, &all, &n, e));
	if (n == 0)
		return OK;
	struct checkpoint now;
	TRY(seal_checkpoint(p->ar, &p->key, &a, &now, NULL, e));
	buf_init(&body, CAP_RECORD);
	for (size_t i = 0; i < n; i++) {
		AUTO(arena) one = {0};
		struct pipeline_token t;
		TRY(token_read(p, &now, &all[i], &one, &body, &t, e));
		if (t.sealed || p->seal || t.leaf.kind == LEAF_ANCHOR)
			TRY(v->token(v, &t, e));
	}
	return OK;
}

/* What was just kept. */
static void remember_token(struct pipeline *p, const struct leaf *leaf, struct archive_ref ref)
{
	struct err why;
	if (!p->catalog)
		return;
	if (catalog_add_token(p, &(struct catalog_token){ref.index, token_word(leaf), leaf->size, ref}, &why) != OK)
		drop_catalog(p, &why);
}

rc pipeline_add_token(struct pipeline *p, const struct seal_token *t, struct err *e)
{
	AUTO(arena) a = {0};
	struct archive_ref ref;
	struct checkpoint c;
	TRY(seal_add_token(p->seal, t, &ref, e));
	TRY(seal_parse_checkpoint(t->note, &p->key, &a, &c, e));
	remember_token(p, &(struct leaf){.kind = LEAF_ANCHOR, .token = t->kind, .size = c.size}, ref);
	return OK;
}

rc pipeline_add_policy(struct pipeline *p, struct str text, struct err *e)
{
	struct archive_ref ref;
	TRY(seal_add_policy(p->seal, text, &ref, e));
	remember_token(p, &(struct leaf){.kind = LEAF_POLICY}, ref);
	return OK;
}

rc pipeline_add_leaf(struct pipeline *p, const struct leaf *leaf, struct err *e)
{
	struct archive_ref ref;
	TRY(seal_add_leaf(p->seal, leaf, &ref, e));
	remember_token(p, &(struct leaf){.kind = leaf->kind, .size = 0}, ref);
	return OK;
}

struct str pipeline_note(const struct pipeline *p)
{
	return seal_note(p->seal);
}
