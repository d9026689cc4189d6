/* SPDX-License-Identifier: Apache-2.0 */
/* What a witness answers (C2SP tlog-witness, "add-checkpoint"). The order of the questions is the specification's: who
 * signed, then whether the request agrees with what was cosigned, then whether the log does. */
#include "base/arena.h"
#include "formats/witness/witness.h"

/* The signed checkpoint, or the answer to one that is not. */
static bool open_checkpoint(
	struct arena *a, struct str bytes, const struct witness_log *log, struct note *n, struct witness_decision *d)
{
	rc r = note_open(a, bytes, log->keys, log->nkeys, n, &d->why);
	if (r == OK)
		r = checkpoint_parse(a, n->text, &d->checkpoint, &d->why);
	if (r == OK)
		return true;
	d->answer = r == E_VERIFY ? WITNESS_UNTRUSTED : WITNESS_MALFORMED;
	return false;
}

/* Whether the checkpoint goes on from where the log stood. */
static rc check_consistent(
	const struct witness_request *r, const struct witness_log *log, const struct witness_decision *d, struct err *e)
{
	const struct checkpoint *c = &d->checkpoint;
	struct hash empty = tlog_empty_root();
	if (d->fork)
		return err_set(e, E_VERIFY, "another root than was cosigned for this size");
	if (c->size == 0 && !hash_eq(&c->root, &empty))
		return err_set(e, E_VERIFY, "the root of an empty log is another");
	if (r->old_size > 0)
		return tlog_check_consistency(r->old_size, &log->root, c->size, &c->root, &r->proof, e);
	return r->proof.n == 0 ? OK : err_set(e, E_VERIFY, "a proof where there is nothing to prove");
}

void witness_decide(struct arena *a, struct str body, const struct witness_log *log, struct witness_decision *ret)
{
	struct witness_request r;
	struct note n;
	struct checkpoint *c = &ret->checkpoint;
	*ret = (struct witness_decision){0};
	if (witness_request_parse(a, body, &r, &ret->why) != OK) {
		ret->answer = WITNESS_MALFORMED;
		return;
	}
	if (!log || !str_eq(log->origin, witness_request_origin(&r))) {
		rc_ignore(err_set(&ret->why, E_NOTFOUND, "no such log is known"));
		ret->answer = WITNESS_UNKNOWN;
		return;
	}
	if (!open_checkpoint(a, r.checkpoint, log, &n, ret))
		return;
	uint64_t size = log->cosigned ? log->size : 0;
	ret->fork = log->cosigned && c->size == size && !hash_eq(&c->root, &log->root);
	if (r.old_size > c->size) {
		rc_ignore(err_set(&ret->why, E_FORMAT, "the old size is over the new one"));
		ret->answer = WITNESS_MALFORMED;
	} else if (r.old_size != size) {
		rc_ignore(err_set(&ret->why, E_EXISTS, "the size cosigned last is another"));
		ret->size = size;
		ret->answer = WITNESS_CONFLICT;
	} else if (check_consistent(&r, log, ret, &ret->why) != OK) {
		ret->answer = WITNESS_REFUSED;
	} else {
		ret->text = n.text;
		ret->answer = WITNESS_SIGN;
	}
}
