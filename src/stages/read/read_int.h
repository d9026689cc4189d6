/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of stages/read. */
#ifndef STAGES_READ_INT_H
#define STAGES_READ_INT_H

#include "base/arena.h"
#include "base/buf.h"
#include "formats/html/html.h"
#include "stages/read/read.h"

struct reading {
	struct arena *a;
	const struct html *h;
	const struct read_input *in;
	struct article *article;
};

/* Adds a candidate; empty values and exact repetitions (same field, value and source) are passed over. */
void add_evidence(struct reading *r, enum article_field f, struct str value, const char *from, struct str raw);
/* A stamp: parsed, checked against 1995 and the capture's time, and added in ISO 8601. Unreadable ones are passed over.
 */
void add_stamp(struct reading *r, enum article_field f, struct str raw, const char *from);
/* White space folded to single spaces, trimmed. */
struct str fold_space(struct arena *a, struct str s);

/* The collectors, in the order of trust. */
void collect_jsonld(struct reading *r);
void collect_meta(struct reading *r);
void collect_markup(struct reading *r);

/* The body: its paragraphs, joined by newlines. */
struct str read_body(struct reading *r);

#endif
