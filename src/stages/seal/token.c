/* SPDX-License-Identifier: Apache-2.0 */
/* Entries that are no records: what others have said about a checkpoint, policies, and changes of keys. */
#include "io/fs/fs.h"
#include "io/signer/signer.h"
#include "stages/seal/seal_int.h"

/* Never a checkpoint: its second line is no size. */
static void intent_text(struct buf *b, uint64_t index, struct str leaf)
{
	buf_addf(b, "onrecord/v1 intent %llu\n", (unsigned long long)index);
	buf_add(b, leaf);
}

rc seal_intended(struct archive *ar, const struct note_key *key, uint64_t index, struct str leaf, struct err *e)
{
	AUTO(arena) a = {0};
	AUTO(buf) bytes = {0};
	AUTO(buf) want = {0};
	struct note n;
	buf_init(&bytes, CAP_NOTE);
	buf_init(&want, CAP_NOTE);
	intent_text(&want, index, leaf);
	rc r = fs_read(archive_dir(ar), LOG_INTENT, &bytes, e);
	if (r == E_IO || r == E_DENIED)
		return r;
	if (r != OK || note_open(&a, buf_str(&bytes), key, 1, &n, e) != OK || !str_eq(n.text, buf_str(&want)))
		return err_set(e, E_VERIFY, "this log's key has not said that it would be here");
	return OK;
}

/* Start-up takes policies and changes of keys from no folder that anybody may have written to. One that was kept, and
 * signed, must not go either: there would be another root for its size. So the key speaks for it first. */
static rc intend(struct seal *l, struct str leaf, struct err *e)
{
	AUTO(buf) note = {0};
	if (l->intended)
		TRY(seal_commit(l, e)); /* there is one at a time */
	buf_init(&note, CAP_NOTE);
	intent_text(&note, l->builder.edge.size, leaf);
	TRY(signer_sign_note(l->signer, &note, e));
	l->intended = true;
	return fs_commit(archive_env(l->ar), archive_dir(l->ar), LOG_INTENT, buf_str(&note), 0644, e);
}

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
	bool needs_intent = kind == FRAME_LEAF || str_starts(leaf, STR("onrecord/v1 policy "));
	TRY(seal_usable(l, e));
	if (seal_pending(l) >= SEAL_PENDING_MAX)
		TRY(seal_commit(l, e));
	if (needs_intent)
		TRY(intend(l, leaf, e));
	l->dead = true;
	TRY(archive_frame_add(l->ar, kind, body, NULL, ret, e));
	BUG_ON(ret->index != l->builder.edge.size);
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
