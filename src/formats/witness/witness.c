/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of add-checkpoint and of its answers (C2SP tlog-witness). */
#include "formats/witness/witness.h"

#include "base/arena.h"
#include "base/buf.h"

rc witness_request_parse(struct arena *a, struct str body, struct witness_request *ret, struct err *e)
{
	struct witness_request r;
	struct str rest = body;
	struct str line;
	if (body.n > CAP_WITNESS_REQUEST)
		return err_set(e, E_LIMIT, "a request of over %u bytes", CAP_WITNESS_REQUEST);
	if (!str_cut_line(&rest, &line) || !str_starts(line, STR("old ")) ||
		!str_to_u64_strict(str_from(line, 4), &r.old_size))
		return err_set(e, E_FORMAT, "not a request: its first line is not old and a size");
	TRY(tlog_proof_cut(a, &rest, &r.proof, e));
	if (rest.n == 0)
		return err_set(e, E_FORMAT, "not a request: no checkpoint");
	r.checkpoint = rest;
	*ret = r;
	return OK;
}

void witness_request_text(struct buf *b, const struct witness_request *r)
{
	buf_addf(b, "old %llu\n", (unsigned long long)r->old_size);
	tlog_proof_text(b, &r->proof);
	buf_addc(b, '\n');
	buf_add(b, r->checkpoint);
}

struct str witness_request_origin(const struct witness_request *r)
{
	struct str rest = r->checkpoint;
	return str_cut(&rest, '\n');
}

rc witness_size_parse(struct str body, uint64_t *ret, struct err *e)
{
	struct str line;
	uint64_t size = 0;
	if (!str_cut_line(&body, &line) || body.n != 0 || !str_to_u64_strict(line, &size))
		return err_set(e, E_FORMAT, "not a size and a newline");
	*ret = size;
	return OK;
}

void witness_size_text(struct buf *b, uint64_t size)
{
	buf_addf(b, "%llu\n", (unsigned long long)size);
}

rc witness_reply_open(struct arena *a, struct str checkpoint, struct str body, const struct note_key *witnesses,
	size_t nwitnesses, struct note *ret, struct err *e)
{
	struct str text;
	struct str sigs;
	if (body.n > CAP_WITNESS_REPLY)
		return err_set(e, E_LIMIT, "an answer of over %u bytes", CAP_WITNESS_REPLY);
	/* an empty line would make text of what stands before it */
	if (str_starts(body, STR("\n")) || str_find(body, STR("\n\n"), 0) < body.n)
		return err_set(e, E_FORMAT, "an answer with an empty line");
	TRY(note_split(checkpoint, &text, &sigs, e));
	return note_open(a, str_join(a, str_join(a, text, STR("\n")), body), witnesses, nwitnesses, ret, e);
}

static size_t count_lines(struct str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\n';
	return n;
}

rc witness_reply_add(struct arena *a, struct str checkpoint, struct str body, const struct note_key *witnesses,
	size_t nwitnesses, struct buf *ret_note, size_t *ret_added, struct err *e)
{
	AUTO(buf) line = {0};
	AUTO(buf) whole = {0};
	struct note n;
	struct str text;
	struct str sigs;
	size_t added = 0;
	TRY(witness_reply_open(a, checkpoint, body, witnesses, nwitnesses, &n, e));
	TRY(note_split(checkpoint, &text, &sigs, e));
	buf_init(&line, CAP_WITNESS_REPLY);
	buf_init(&whole, CAP_NOTE);
	buf_add(&whole, checkpoint);
	for (size_t i = 0; i < n.nsigs; i++) {
		const struct note_sig *s = &n.sigs[i];
		if (!s->good)
			continue;
		buf_reset(&line);
		note_add_sig(&line, &witnesses[s->key], s->sig);
		struct str there = str_from(buf_str(&whole), checkpoint.n - sigs.n);
		if (str_find(there, buf_str(&line), 0) < there.n)
			continue;
		buf_add(&whole, buf_str(&line));
		added++;
	}
	TRY(buf_done(&whole, e));
	if (count_lines(sigs) + added > CAP_NOTE_SIGS)
		return err_set(e, E_LIMIT, "more than %u signatures", CAP_NOTE_SIGS);
	buf_add(ret_note, buf_str(&whole));
	TRY(buf_done(ret_note, e));
	*ret_added = added;
	return OK;
}
