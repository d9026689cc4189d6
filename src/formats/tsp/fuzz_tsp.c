/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "formats/tsp/tsp_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever parses is checked against what it says itself, without trust and with its own signer trusted. */
static void fuzz_reply(struct arena *a, struct str in, const struct tsp_evidence *ev)
{
	struct tsp_reply r;
	struct tsp_verdict v;
	struct tsp_wanted *wanted = NULL;
	size_t n = 0;
	struct err e;
	if (tsp_parse(a, in, &r, &e) != OK)
		return;
	BUG_ON(r.token.n && (r.token.p < in.p || r.token.p + r.token.n > in.p + in.n));
	struct tsp_expect want = {.imprint = &r.imprint, .has_nonce = r.has_nonce, .nonce = r.nonce, .evidence = ev};
	rc code = tsp_check(a, &r, &want, &v, &e);
	BUG_ON(code == OK && (r.token.n == 0 || v.chain != TSP_CHAIN_NOT_CHECKED || v.nlinks != 1 || v.said.n == 0));
	if (code == OK && v.nlinks) { /* the signer, trusted as it stands */
		struct tsp_evidence one = {.certs = &v.links[0].cert.der, .ncerts = 1};
		want.anchors = tsp_evidence_text(a, &one);
		if (tsp_check(a, &r, &want, &v, &e) == OK)
			BUG_ON(v.chain != TSP_CHAIN_GOOD || !v.links[0].anchor);
	}
	rc_ignore(tsp_wanted(a, &r, STR(""), ev, &wanted, &n, &e));
}

/* What is taken as evidence is written and read as the same. Nothing stays in OpenSSL's queue. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena) a = {0};
	struct str in = str_mem(data, size);
	struct tsp_evidence ev = {0};
	struct tsp_evidence again = {0};
	struct err e;
	/* A reply, and behind a blank line PEM to go with it. */
	size_t cut = str_find(in, STR("\n\n-----BEGIN "), 0);
	if (tsp_evidence_add(&a, &ev, str_from(in, cut), NULL, &e) == OK && ev.bytes) {
		struct str text = tsp_evidence_text(&a, &ev);
		BUG_ON(tsp_evidence_add(&a, &again, text, NULL, &e) != OK);
		BUG_ON(!str_eq(tsp_evidence_text(&a, &again), text));
	}
	if (cut == size)
		rc_ignore(tsp_evidence_add(&a, &ev, in, NULL, &e));
	fuzz_reply(&a, str_sub(in, 0, cut), &ev);
	BUG_ON(ERR_peek_error() != 0);
	return 0;
}
