/* SPDX-License-Identifier: Apache-2.0 */
/* A log that goes on from another, whose key is lost: its entry 0 says where the other one ended. docs/formats/log.md
 */
#include "app/pipeline/pipeline_int.h"

static bool nameable(struct str origin)
{
	for (size_t i = 0; i < origin.n; i++)
		if ((uint8_t)origin.p[i] <= ' ' || origin.p[i] == 0x7f)
			return false;
	return origin.n > 0 && origin.n <= CAP_KEY_NAME;
}

rc continues_parse(const struct pipeline_new *how, struct arena *a, struct leaf *ret, struct err *e)
{
	struct str text;
	struct str sigs;
	struct checkpoint c;
	struct note_key key;
	*ret = (struct leaf){.kind = LEAF_CONTINUES};
	if (how->continues.n == 0)
		return OK;
	rc r = note_split(how->continues, &text, &sigs, e);
	if (r == OK)
		r = checkpoint_parse(a, text, &c, e);
	if (r == OK && how->continues_key.n)
		r = note_key_parse(a, how->continues_key, &key, e);
	if (r != OK) {
		e->code = E_USAGE;
		return err_add(e, "what the log is to continue");
	}
	if (how->continues_key.n)
		TRY(seal_parse_checkpoint(how->continues, &key, a, &c, e));
	if (str_eq(c.origin, how->origin))
		return err_set(e, E_USAGE, "a log that continues '%.*s' has a name of its own", STR_FMT(c.origin));
	/* its text has to be a leaf that is read again as it was */
	if (!nameable(c.origin))
		return err_set(e, E_USAGE, "an origin that no log of ours can name");
	ret->name = c.origin;
	ret->size = c.size;
	ret->hash = c.root;
	return OK;
}

/* In an empty log only, so that it is entry 0. A try that was interrupted has left no trace of it, or all. */
rc continues_seal(struct archive *ar, const struct signer *s, const struct leaf *leaf, struct err *e)
{
	struct seal *l = NULL;
	struct seal_opened opened;
	struct archive_ref ref;
	TRY(seal_open(ar, s, &l, &opened, e));
	rc r = OK;
	if (seal_size(l) != 0)
		r = err_set(e, E_EXISTS, "%s: has a log already", archive_path(ar));
	if (r == OK)
		r = seal_add_leaf(l, leaf, &ref, e);
	if (r == OK)
		r = seal_commit(l, e);
	seal_free(l);
	return r;
}

rc pipeline_continues(struct pipeline *p, struct arena *a, struct leaf *ret, struct err *e)
{
	struct archive_scan *s = NULL;
	struct frame f;
	struct str text = {0};
	struct checkpoint c;
	struct tlog_proof proof;
	TRY(seal_checkpoint(p->ar, &p->key, a, &c, NULL, e));
	if (c.size == 0)
		return err_set(e, E_NOTFOUND, "the log is empty");
	TRY(archive_scan_new(p->ar, 0, &s, e));
	rc r = archive_scan_next(s, &f, e);
	if (r == OK && f.kind != FRAME_LEAF)
		r = err_set(e, E_NOTFOUND, "the log continues no other");
	if (r == OK)
		text = str_dup(a, f.body);
	archive_scan_free(s);
	TRY(r);
	TRY(leaf_parse(a, text, ret, e));
	if (ret->kind != LEAF_CONTINUES)
		return err_set(e, E_NOTFOUND, "the log continues no other");
	return seal_prove(p->ar, &c, 0, text, &proof, e);
}
