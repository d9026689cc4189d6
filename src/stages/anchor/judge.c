/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens looked at again, offline. */
#include "stages/anchor/anchor_int.h"

rc anchor_judge(enum leaf_token kind, struct str note, struct str token, const struct anchor_evidence *evidence,
	const struct anchor_trust *trust, struct arena *a, struct anchor_verdict *ret, struct err *e)
{
	AUTO(buf) request = {0};
	AUTO(buf) reply = {0};
	struct hash h = hash_of(note);
	BUG_ON(kind != LEAF_RFC3161 && kind != LEAF_OTS);
	buf_init(&request, CAP_FRAME);
	buf_init(&reply, CAP_FRAME);
	pieces_add(&request, hash_str(&h));
	if (kind == LEAF_RFC3161) {
		pieces_add(&request, STR("")); /* whose nonce it was is not known any more */
		pieces_add(&request, trust->tsa);
		pieces_add(&request, token);
		for (size_t i = 0; i < evidence->n; i++)
			pieces_add(&request, evidence->pem[i]);
	} else {
		pieces_add(&request, token);
		pieces_add(&request, trust->headers);
		buf_addu32(&request, trust->work_bits);
	}
	TRY(buf_done(&request, e));
	TRY(anchor_ask(kind == LEAF_RFC3161 ? ASK_TSA : ASK_OTS, buf_str(&request), &reply, e));
	struct bytes_reader b = bytes_reader(buf_str(&reply));
	if (!pieces_take_verdict(&b, a, ret))
		return err_set(e, E_FORMAT, "the worker's answer makes no sense");
	return OK;
}
