/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/codec.h"
#include "formats/witness/witness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The log of the corpus (test_witness.c makes it), which signed sizes 0, 5, 9 and a fork, as it stands after 5. */
#define VKEY "example.org/log+8f13f9e4+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"
#define ROOT "uFW0LWww9bCH4FJmeD+9bjlPe5JgE8yqZ3AKiwxaWW8="

/* What is read is written as it was; nothing is ever to be signed but the checkpoints of 5 and 9. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	struct str in = str_mem(data, size);
	struct witness_request r;
	struct witness_decision d;
	struct note_key key;
	struct note n;
	uint64_t number = 0;
	struct err e;
	BUG_ON(note_key_parse(&a, STR(VKEY), &key, &e) != OK);
	struct str root;
	struct witness_log log = {.origin = key.name, .keys = &key, .nkeys = 1, .cosigned = true, .size = 5};
	BUG_ON(!base64_decode(&a, STR(ROOT), &root) || root.n != sizeof(log.root.b));
	memcpy(log.root.b, root.p, root.n);
	buf_init(&b, size + 64);
	if (witness_request_parse(&a, in, &r, &e) == OK) {
		witness_request_text(&b, &r);
		BUG_ON(!str_eq(buf_str(&b), in));
	}
	witness_decide(&a, in, &log, &d);
	BUG_ON(d.answer == WITNESS_SIGN && d.checkpoint.size != 5 && d.checkpoint.size != 9);
	BUG_ON(witness_reply_open(&a, in, in, &key, 1, &n, &e) == OK);
	buf_reset(&b);
	if (witness_size_parse(in, &number, &e) == OK) {
		witness_size_text(&b, number);
		BUG_ON(!str_eq(buf_str(&b), in));
	}
	return 0;
}
