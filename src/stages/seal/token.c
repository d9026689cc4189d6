/* SPDX-License-Identifier: Apache-2.0 */
/* Entries that are no records: what others have said about a checkpoint, policies, and changes of keys. */
#include "io/signer/signer.h"
#include "stages/seal/seal_int.h"

rc seal_token_note(struct str note, const struct note_key *key, struct arena *a, struct checkpoint *ret, struct err *e)
{
	struct note n;
	TRY(seal_parse_checkpoint(note, key, a, ret, e));
	TRY(note_open(a, note, key, 1, &n, e));
	if (n.nsigs != 1)
		return err_set(e, E_VERIFY,
			"%zu signatures on the checkpoint of a token, and there should be ours alone", n.nsigs);
	return OK;
}

/* A frame, synced, and its leaf. After a failure it is not known what is on disk. */
static rc add_frame(
	struct seal *l, enum frame_kind kind, struct str body, struct str leaf, struct archive_ref *ret, struct err *e)
{
	TRY(seal_usable(l, e));
	l->dead = true;
	if (seal_pending(l) >= SEAL_PENDING_MAX) {
		l->dead = false;
		TRY(seal_commit(l, e));
		l->dead = true;
	}
	TRY(archive_frame_add(l->ar, kind, body, NULL, ret, e));
	TRY(archive_sync_records(l->ar, e));
	l->dead = false;
	return seal_add(l, leaf, e);
}

static rc add_body(struct seal *l, const struct leaf *leaf, struct str note, struct str bytes, struct archive_ref *ret,
	struct err *e)
{
	AUTO(buf) text = {0};
	AUTO(buf) body = {0};
	if (bytes.n > CAP_TOKEN || note.n > CAP_LEAF)
		return err_set(e, E_LIMIT, "a token of %zu bytes about a checkpoint of %zu", bytes.n, note.n);
	buf_init(&text, CAP_LEAF);
	leaf_text(&text, leaf);
	TRY(buf_done(&text, e));
	buf_init(&body, LEAF_BODY_MAX);
	leaf_body_add(&body, &(struct leaf_body){buf_str(&text), note, bytes});
	TRY(buf_done(&body, e));
	return add_frame(l, FRAME_TOKEN, buf_str(&body), buf_str(&text), ret, e);
}

rc seal_add_token(struct seal *l, const struct seal_token *t, struct archive_ref *ret, struct err *e)
{
	AUTO(arena) a = {0};
	struct checkpoint c;
	struct leaf leaf = {.kind = LEAF_ANCHOR, .token = t->kind, .hash = hash_of(t->bytes)};
	const struct checkpoint now = {l->last.origin, l->published, l->last.root};
	TRY(seal_usable(l, e));
	TRY(seal_parse_checkpoint(t->note, signer_key(l->signer), &a, &c, e));
	leaf.size = c.size;
	TRY(seal_is_about(l->ar, signer_key(l->signer), &now, &leaf, t->note, e));
	return add_body(l, &leaf, t->note, t->bytes, ret, e);
}

rc seal_add_policy(struct seal *l, struct str text, struct archive_ref *ret, struct err *e)
{
	struct leaf leaf = {.kind = LEAF_POLICY, .hash = hash_of(text)};
	return add_body(l, &leaf, STR(""), text, ret, e);
}

rc seal_add_leaf(struct seal *l, const struct leaf *leaf, struct archive_ref *ret, struct err *e)
{
	AUTO(buf) text = {0};
	BUG_ON(leaf->kind != LEAF_KEY && leaf->kind != LEAF_CONTINUES);
	BUG_ON(leaf->kind == LEAF_CONTINUES && l->builder.edge.size != 0);
	buf_init(&text, CAP_LEAF);
	leaf_text(&text, leaf);
	TRY(buf_done(&text, e));
	return add_frame(l, FRAME_LEAF, buf_str(&text), buf_str(&text), ret, e);
}
