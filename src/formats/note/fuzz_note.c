/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/buf.h"
#include "formats/note/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Nothing is opened that no key signed; what parses is written again as it was. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena) a = {0};
	AUTO(buf) text = {0};
	struct str in = str_mem(data, size);
	const uint8_t pub[NOTE_KEY_SIZE] = {1};
	struct note_key key;
	struct note_key parsed;
	struct note note;
	struct checkpoint c;
	struct err e;
	BUG_ON(note_key_make(STR("example.org/log"), pub, &key, &e) != OK);
	BUG_ON(note_open(&a, in, &key, 1, &note, &e) == OK);
	if (note_key_parse(&a, in, &parsed, &e) == OK)
		BUG_ON(!str_ieq(note_key_text(&a, &parsed), in));
	if (checkpoint_parse(&a, in, &c, &e) != OK)
		return 0;
	buf_init(&text, size + 64);
	checkpoint_text(&text, &c);
	BUG_ON(!str_starts(in, buf_str(&text)));
	return 0;
}
