/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/buf.h"
#include "formats/note/note.h"

/* A key that signed the seed `signed` and was thrown away. */
#define VKEY "example.org/log+98ac5ecd+AYU0iuAgi8ihOQvNHOOFFm7V2JPv3OywuBiIeK9lZ+5e"
#define COSIGNER "example.org/onrecord-witness+64db1cd2+BNVczvQscJA50lvhjHO4EAIjL5j/8AMawg334g/vjIMc"
#define COSIGNED "example.org/onrecord-test\n2\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
#define TEXT "example.org/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Nothing is opened but what the keys signed; what parses is written again as it was. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena) a = {0};
	AUTO(buf) text = {0};
	struct str in = str_mem(data, size);
	struct note_key keys[2];
	struct note_key parsed;
	struct note note;
	struct checkpoint c;
	struct err e;
	BUG_ON(note_key_parse(&a, STR(VKEY), &keys[0], &e) != OK);
	BUG_ON(note_key_parse(&a, STR(COSIGNER), &keys[1], &e) != OK);
	if (note_open(&a, in, keys, 2, &note, &e) == OK)
		BUG_ON(!str_eq(note.text, note_sig_by(&note, 0) ? STR(TEXT) : STR(COSIGNED)));
	if (note_key_parse(&a, in, &parsed, &e) == OK)
		BUG_ON(!str_ieq(note_key_text(&a, &parsed), in));
	if (checkpoint_parse(&a, in, &c, &e) != OK)
		return 0;
	buf_init(&text, size + 64);
	checkpoint_text(&text, &c);
	BUG_ON(!str_starts(in, buf_str(&text)));
	return 0;
}
