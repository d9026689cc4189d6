/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/buf.h"
#include "formats/proof/proof.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The log of the corpus (test_proof.c makes it): entry 3 is the byte 3. */
#define VKEY "example.org/log+8f13f9e4+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"

/* What is read is written as it was; nothing is proved but the entry that is there. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	struct note_key key;
	struct policy policy;
	struct proof p;
	struct proof_verdict v;
	struct err e;
	BUG_ON(note_key_parse(&a, STR(VKEY), &key, &e) != OK);
	BUG_ON(policy_of_keys(&a, &key, 1, NULL, 0, &policy, &e) != OK);
	if (proof_parse(&a, str_mem(data, size), &p, &e) != OK)
		return 0;
	buf_init(&b, size + 64);
	proof_text(&b, &p);
	BUG_ON(!str_eq(buf_str(&b), str_mem(data, size)));
	BUG_ON(proof_check(&a, &p, STR("\3"), &policy, &v, &e) == OK && v.index != 3);
	BUG_ON(proof_check(&a, &p, STR("another"), &policy, &v, &e) == OK);
	return 0;
}
