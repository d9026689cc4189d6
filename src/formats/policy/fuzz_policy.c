/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/buf.h"
#include "formats/policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read is written so that it reads the same; all cosignatures satisfy every policy, and none only "none". */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena) a = {0};
	AUTO(buf) once = {0};
	AUTO(buf) twice = {0};
	struct policy p;
	struct policy again;
	struct err e;
	if (policy_parse(&a, str_mem(data, size), &p, &e) != OK)
		return 0;
	buf_init(&once, CAP_POLICY + KIB);
	buf_init(&twice, CAP_POLICY + KIB);
	policy_text(&once, &p);
	BUG_ON(policy_parse(&a, buf_str(&once), &again, &e) != OK);
	policy_text(&twice, &again);
	BUG_ON(!str_eq(buf_str(&once), buf_str(&twice)));
	bool *votes = arena_alloc(&a, p.nnodes + 1);
	BUG_ON(policy_satisfied(&p, votes) != (p.quorum == POLICY_NO_QUORUM));
	memset(votes, true, p.nnodes);
	BUG_ON(!policy_satisfied(&p, votes) || policy_explain(&a, &p, votes).n == 0);
	return 0;
}
