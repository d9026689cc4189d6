/* SPDX-License-Identifier: Apache-2.0 */
/* Verification of entries that are no records. A token's bytes are those that its leaf has the hash of, and the
 * checkpoint with it is one that this log had; what a token is worth is for those who know its kind. */
#include "stages/seal/verify_int.h"

/* Roots of earlier sizes are in the tiles, which are compared with the records first. */
struct seen_note {
	struct checkpoint c;
	struct archive_ref ref;
};

void verifier_tell_frame(struct verifier *v, const struct archive_ref *ref, struct err *e)
{
	rc_ignore(err_add(e, "records/%012llu.rec: offset %llu: frame %llu", (unsigned long long)ref->file,
		(unsigned long long)ref->offset, (unsigned long long)ref->index));
	e->code = E_VERIFY;
	verifier_tell(v, e);
}

/* The checkpoint that a token is about: signed by our key alone, and smaller than the entry that speaks of it. */
static rc check_note(
	struct verifier *v, const struct frame *f, const struct leaf_body *body, const struct leaf *leaf, struct err *e)
{
	struct checkpoint c;
	TRY(seal_token_note(body->note, v->key, &v->run, &c, e));
	if (c.size != leaf->size || c.size > f->ref.index)
		return err_set(e, E_VERIFY, "a token about %llu entries, with a checkpoint of %llu",
			(unsigned long long)leaf->size, (unsigned long long)c.size);
	struct seen_note *seen = arena_push(&v->run, &v->notes, &v->nnotes, sizeof(*seen));
	c.origin = v->key->name;
	*seen = (struct seen_note){c, f->ref};
	return OK;
}

static rc check_leaf(struct arena *a, const struct frame *f, struct leaf *ret, struct err *e)
{
	TRY(leaf_parse(a, f->body, ret, e));
	if (ret->kind == LEAF_ANCHOR || ret->kind == LEAF_POLICY)
		return err_set(e, E_VERIFY, "the bytes that this leaf is about are not with it");
	if (ret->kind == LEAF_CONTINUES && f->ref.index != 0)
		return err_set(e, E_VERIFY, "a log continues another with its first entry only");
	return OK;
}

rc verify_public(struct verifier *v, struct arena *a, const struct frame *f, struct leaf *ret, struct str *ret_text,
	struct err *e)
{
	struct leaf_body body = {.text = f->body};
	if (f->kind == FRAME_LEAF)
		TRY(check_leaf(a, f, ret, e));
	else
		TRY(leaf_body_parse(a, f->body, &body, ret, e));
	if (ret->kind == LEAF_ANCHOR)
		TRY(check_note(v, f, &body, ret, e));
	*ret_text = body.text;
	return OK;
}

static rc root_at(struct verifier *v, uint64_t size, struct hash *ret, struct err *e)
{
	const struct checkpoint now = v->published;
	if (size <= now.size)
		return seal_root_at(v->ar, &now, size, ret, e);
	if (size - now.size > v->nlate)
		return err_set(e, E_VERIFY, "its checkpoint of %llu entries is larger than a command leaves behind",
			(unsigned long long)size);
	*ret = v->late[size - now.size - 1];
	return OK;
}

/* Notes come in no order of sizes, and each is one walk down the right edge. */
rc verify_notes(struct verifier *v, struct err *e)
{
	if (!v->have_published || v->report->problems)
		return OK; /* tiles that are told to be wrong prove nothing */
	for (size_t i = 0; i < v->nnotes; i++) {
		const struct seen_note *n = &v->notes[i];
		struct hash root;
		if (n->c.size > v->sealed)
			continue; /* in an entry that is not sealed: a command is at work */
		rc r = root_at(v, n->c.size, &root, e);
		if (r == OK && !hash_eq(&root, &n->c.root))
			r = err_set(e, E_VERIFY, "its checkpoint of %llu entries is of another log",
				(unsigned long long)n->c.size);
		if (r == E_IO || r == E_DENIED)
			return r;
		if (r != OK)
			verifier_tell_frame(v, &n->ref, e);
	}
	return OK;
}
