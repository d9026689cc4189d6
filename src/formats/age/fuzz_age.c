/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "formats/age/age.h"

/* Keys that some seeds of the corpus are made for. */
#define PASSPHRASE "correct horse"
#define WORK_MAX 4u /* scrypt is not what is looked for */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read as a key or as armor is written again as it was; a file decrypts to fewer bytes than it has. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t secret[AGE_KEY_SIZE] = {1, 2, 3};
	AUTO(arena) a = {0};
	AUTO(buf) b = {0};
	struct str in = str_mem(data, size);
	struct str inner;
	struct str again;
	struct age_identity id;
	struct age_recipient r;
	struct err e;
	size_t n = 0;
	buf_init(&b, 2 * size + 256);
	if (age_identity_parse(in, &id, &e) == OK)
		age_identity_text(&b, &id);
	else if (age_recipient_parse(in, &r, &e) == OK)
		age_recipient_text(&b, &r);
	BUG_ON(b.n && !str_eq(buf_str(&b), in));
	buf_reset(&b);
	if (age_dearmor(&a, in, &inner, &e) == OK) {
		age_armor(&b, inner);
		BUG_ON(age_dearmor(&a, buf_str(&b), &again, &e) != OK || !str_eq(inner, again));
	}
	BUG_ON(age_identity_make(secret, &id, &e) != OK);
	const struct age_keys keys = {.ids = &id, .n = 1, .passphrase = STR(PASSPHRASE), .work_max = WORK_MAX};
	uint8_t *plain = arena_alloc(&a, size);
	BUG_ON(age_decrypt(in, &keys, plain, size, &n, &e) == OK && n >= size);
	return 0;
}
