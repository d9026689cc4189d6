/* SPDX-License-Identifier: Apache-2.0 */
/* Proofs as lines of text. */
#include "base/buf.h"
#include "base/codec.h"
#include "formats/tlog/tlog.h"

void tlog_proof_text(struct buf *b, const struct tlog_proof *p)
{
	for (size_t i = 0; i < p->n; i++) {
		base64_add(b, hash_str(&p->h[i]));
		buf_addc(b, '\n');
	}
}

rc tlog_proof_cut(struct arena *a, struct str *s, struct tlog_proof *ret, struct err *e)
{
	struct tlog_proof p = {0};
	struct str rest = *s;
	struct str line;
	struct str hash;
	for (;;) {
		if (!str_cut_line(&rest, &line))
			return err_set(e, E_FORMAT, "no empty line behind the proof");
		if (line.n == 0)
			break;
		if (p.n >= CAP_PROOF)
			return err_set(e, E_LIMIT, "more than %u hashes", CAP_PROOF);
		if (line.n != 44 || !base64_decode(a, line, &hash) || hash.n != sizeof(p.h[0].b))
			return err_set(e, E_FORMAT, "hash %zu of the proof is not 32 bytes of base64", p.n);
		memcpy(p.h[p.n++].b, hash.p, hash.n);
	}
	*ret = p;
	*s = rest;
	return OK;
}
