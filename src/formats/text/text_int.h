/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of this folder: the tables, and the decoders that go through bytes one character at a time.
 *
 *   text.c      which encoding                    labels.c    names of encodings
 *   prescan.c   what the page itself declares     codecs.c    the standard's indexes, made out of glibc's
 *   convert.c   all bytes, and the way back       run_*.c     the standard's decoders
 *
 * A decoder is a function that goes on from where its reader is until it is at or behind `end`: each step takes the
 * bytes of one character, or those of one error, and writes UTF-8. It can be stopped and started between any two steps,
 * and all it knows is in the reader: so the way back from the text to the bytes is to run it again from a mark. */
#ifndef FORMATS_TEXT_INT_H
#define FORMATS_TEXT_INT_H

#include "formats/text/text.h"

/* Indexes of the Encoding standard §6 that have more than one byte to a pointer. */
enum text_index {
	TEXT_GB18030,
	TEXT_BIG5,
	TEXT_EUC_KR,
	TEXT_JIS0208,
	TEXT_JIS0212,
	TEXT_INDEXES, /* also: none */
};

#define TEXT_NPATCHES 149u
#define TEXT_NSINGLES 28u
#define TEXT_NLABELS 228u
#define TEXT_NRANGES 207u

struct text_index_def {
	const char *iconv; /* glibc's encoding that has it */
	uint32_t size;     /* pointers */
	uint64_t digest;   /* of all characters in order, FNV-1a over whole numbers */
};

struct text_patch {
	enum text_index index;
	uint32_t pointer;
	uint32_t c;
};

/* Index gb18030 ranges: from this pointer on, characters from `c` on. */
struct text_range {
	uint32_t pointer;
	uint32_t c;
};

struct text_single {
	const char *name;
	uint16_t index[128]; /* of bytes 0x80 to 0xff; 0: none */
};

struct text_label {
	const char *label;
	const char *name;
};

extern const struct text_index_def TEXT_INDEX_DEFS[TEXT_INDEXES];
extern const struct text_patch TEXT_PATCHES[TEXT_NPATCHES];
extern const struct text_range TEXT_RANGES[TEXT_NRANGES];
extern const struct text_single TEXT_SINGLES[TEXT_NSINGLES];
extern const struct text_label TEXT_LABELS[TEXT_NLABELS];

struct text_reader {
	const uint8_t *p;
	size_t n;
	size_t at;
	const uint32_t *index;   /* of the encoding; for Japanese ones jis0208 */
	const uint32_t *jis0212; /* EUC-JP */
	const uint16_t *single;  /* single-byte encodings */
	uint64_t bad;            /* errors so far */
	uint8_t state;           /* ISO-2022-JP */
};

/* Goes on to `end` <= n or up to 3 bytes behind it, with at most 3 bytes of text for each byte and 4 more. Returns the
 * end of what it wrote. */
typedef uint8_t *text_run(struct text_reader *r, size_t end, uint8_t *out);

text_run text_run_utf8, text_run_utf16le, text_run_utf16be, text_run_single, text_run_user_defined,
	text_run_replacement, text_run_gb18030, text_run_big5, text_run_euc_kr, text_run_shift_jis, text_run_euc_jp,
	text_run_iso_2022_jp;

struct text_coding {
	struct str name;
	text_run *run;
	bool ascii; /* bytes below 0x80 are ASCII, whatever is around them */
	enum text_index index[2];
	const uint16_t *single;
};

/* How to decode an encoding of the standard, by its name. */
struct text_coding text_coding(struct str name);

/* An index; made on first use, all zeros when glibc lacks it. `worst` becomes the worse of itself and its state.
 * Borrowed from `c`. */
const uint32_t *text_index(struct text_codecs *c, enum text_index which, enum text_tables *worst);

/* Decodes all of `bytes` but for the first `bom` as `name`, whatever they look like. Fills all of *ret but for `from`
 * and `declared`. */
void text_convert(
	struct arena *a, struct text_codecs *c, struct str bytes, size_t bom, struct str name, struct text *ret);

/* What a page says of itself. */
struct text_declared {
	struct str label; /* as written; empty: nothing */
	struct str name;  /* what it stands for in a page (HTML standard §13.2.3.2, prescan, last steps) */
};

/* The prescan of the bytes given. */
struct text_declared text_prescan_label(struct str bytes);
/* The same as far as the head of a page goes, stepping over scripts and styles: for a declaration that comes too late
 * for the prescan, which a browser finds when it builds the tree. */
struct text_declared text_late_label(struct str bytes);

#endif
