/* SPDX-License-Identifier: Apache-2.0 */
/* Proof files (C2SP tlog-proof): form and verdict. */
#include "formats/proof/proof.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/codec.h"

#define MAGIC STR("c2sp.org/tlog-proof@v1")
#define ANY_VERSION STR("c2sp.org/tlog-proof@")
#define EXTRA STR("extra ")
#define INDEX STR("index ")

static rc parse_extra(struct arena *a, struct str line, struct proof *p, struct err *e)
{
	struct str bytes;
	p->has_extra = true;
	p->extra = str_from(line, EXTRA.n);
	if (p->extra.n > CAP_PROOF_EXTRA)
		return err_set(e, E_LIMIT, "extra data of over %u bytes", CAP_PROOF_EXTRA);
	return base64_decode(a, p->extra, &bytes) ? OK : err_set(e, E_FORMAT, "extra data that is no base64");
}

rc proof_parse(struct arena *a, struct str bytes, struct proof *ret, struct err *e)
{
	struct proof p = {0};
	struct str rest = bytes;
	struct str line;
	if (bytes.n > CAP_PROOF_FILE)
		return err_set(e, E_LIMIT, "a proof of over %u bytes", CAP_PROOF_FILE);
	if (!str_cut_line(&rest, &line) || !str_starts(line, ANY_VERSION))
		return err_set(e, E_FORMAT, "not a tlog-proof");
	if (!str_eq(line, MAGIC))
		return err_set(e, E_UNSUPPORTED, "a tlog-proof of another version than v1");
	if (!str_cut_line(&rest, &line))
		return err_set(e, E_FORMAT, "a proof that is cut short");
	if (str_starts(line, EXTRA)) {
		TRY(parse_extra(a, line, &p, e));
		if (!str_cut_line(&rest, &line))
			return err_set(e, E_FORMAT, "a proof that is cut short");
	}
	if (!str_starts(line, INDEX) || !str_to_u64_strict(str_from(line, INDEX.n), &p.index))
		return err_set(e, E_FORMAT, "no line 'index' with a number");
	TRY(tlog_proof_cut(a, &rest, &p.path, e));
	if (rest.n == 0)
		return err_set(e, E_FORMAT, "a proof without a checkpoint");
	p.checkpoint = rest;
	*ret = p;
	return OK;
}

void proof_text(struct buf *b, const struct proof *p)
{
	buf_add(b, MAGIC);
	buf_addc(b, '\n');
	if (p->has_extra) {
		buf_add(b, EXTRA);
		buf_add(b, p->extra);
		buf_addc(b, '\n');
	}
	buf_addf(b, "index %llu\n", (unsigned long long)p->index);
	tlog_proof_text(b, &p->path);
	buf_addc(b, '\n');
	buf_add(b, p->checkpoint);
}

rc proof_check(struct arena *a, const struct proof *p, struct str leaf, const struct policy *policy,
	struct proof_verdict *ret, struct err *e)
{
	struct proof_verdict v = {.index = p->index};
	const struct checkpoint *c = &v.checkpoint.checkpoint;
	if (policy_open(a, policy, p->checkpoint, &v.checkpoint, e) != OK)
		return err_add(e, "checkpoint");
	if (!v.checkpoint.satisfied)
		return err_set(e, E_VERIFY, "the checkpoint is not witnessed enough: %.*s",
			(int)size_min(v.checkpoint.said.n, 300), v.checkpoint.said.p);
	const struct hash h = tlog_leaf_hash(leaf);
	if (tlog_check_inclusion(&h, p->index, c->size, &p->path, &c->root, e) != OK)
		return err_add(
			e, "entry %llu of a log of %llu", (unsigned long long)p->index, (unsigned long long)c->size);
	*ret = v;
	return OK;
}
