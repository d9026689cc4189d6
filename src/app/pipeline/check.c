/* SPDX-License-Identifier: Apache-2.0 */
/* Files that somebody has handed over: proofs, disclosures, requests, checkpoints, folders of tiles. All of it is taken
 * apart in a worker, which has no archive and no key of ours; what it answers is a list of facts:
 *
 *   fact = u8 kind ‖ u16be |name| ‖ name ‖ u32be |value| ‖ value
 *
 * The last two say whether a given key signed, and whether all holds. */
#include <fcntl.h>

#include "app/pipeline/pipeline_int.h"
#include "base/bytes.h"
#include "base/caps.h"
#include "base/codec.h"
#include "base/time.h"
#include "formats/disclosure/disclosure.h"
#include "formats/proof/proof.h"
#include "formats/witness/witness.h"
#include "io/fs/fs.h"
#include "io/sandbox/sandbox.h"

#define FACT_KNOWN_KEY 100
#define FACT_HOLDS 101
#define FACTS_MAX (CAP_FRAME - 64u)

struct checking {
	const struct pipeline_check *in;
	struct arena *a;
	struct buf *out;
	struct policy policy; /* of the policy file or of the keys */
	bool has_policy;
	bool known_key;
	bool problem;
};

static void fact(struct checking *k, int kind, struct str name, struct str value)
{
	buf_addc(k->out, (char)kind);
	buf_addu16(k->out, (uint16_t)name.n);
	buf_add(k->out, name);
	buf_addu32(k->out, (uint32_t)value.n);
	buf_add(k->out, value);
}

static void is(struct checking *k, const char *name, struct str value)
{
	fact(k, FACT_IS, str_c(name), value);
}

static void is_u64(struct checking *k, const char *name, uint64_t value)
{
	is(k, name, str_fmt(k->a, "%llu", (unsigned long long)value));
}

static void problem(struct checking *k, const struct err *e)
{
	k->problem = true;
	fact(k, FACT_PROBLEM, STR(""), str_c(e->msg));
}

static void unproven(struct checking *k, const char *text)
{
	fact(k, FACT_UNPROVEN, STR(""), str_c(text));
}

static void tree_of(struct checking *k, const struct checkpoint *c)
{
	is(k, "origin", c->origin);
	is_u64(k, "size", c->size);
	is(k, "root", base64_of(k->a, hash_str(&c->root)));
}

/* Who is said to have signed: nothing vouches for it. */
static rc signers(struct checking *k, struct str note, struct err *e)
{
	struct note n;
	struct str text;
	struct str sigs;
	TRY(note_split(note, &text, &sigs, e));
	/* with no key known every line is an unknown signer's: read as names and ids */
	struct err ignored;
	rc r = note_open(k->a, note, NULL, 0, &n, &ignored);
	if (r != E_VERIFY)
		return r == OK ? OK : err_set(e, r, "%s", ignored.msg);
	struct str line;
	while (str_cut_line(&sigs, &line)) {
		struct str bytes;
		struct str name = line;
		(void)str_cut(&name, ' '); /* the dash */
		struct str at = name;
		name = str_cut(&at, ' ');
		if (base64_decode(k->a, at, &bytes) && bytes.n >= 4)
			is(k, "signer",
				str_fmt(k->a, "%.*s+%.*s", STR_FMT(name), STR_FMT(hex_of(k->a, str_sub(bytes, 0, 4)))));
	}
	return OK;
}

static void cosigners(struct checking *k, const struct policy_verdict *v)
{
	for (size_t i = 0; i < k->policy.nnodes; i++) {
		if (!v->cosigned[i] || v->times[i] > INT64_MAX / 1000000000)
			continue;
		struct str when = instant_utc(k->a, (int64_t)v->times[i] * 1000000000, 0);
		is(k, "witnessed", str_join(k->a, k->policy.nodes[i].name, str_join(k->a, STR(" at "), when)));
	}
	if (k->policy.nnodes || k->in->policy.n)
		is(k, "policy", v->said);
}

/* A checkpoint as the keys see it; `ret` gets its content even when nobody known signed it. */
static rc open_checkpoint(struct checking *k, struct str note, const char *what, struct checkpoint *ret, struct err *e)
{
	struct policy_verdict v;
	struct str text;
	struct str sigs;
	struct err why;
	TRY(note_split(note, &text, &sigs, e));
	TRY(checkpoint_parse(k->a, text, ret, e));
	if (!k->has_policy)
		return signers(k, note, e);
	rc r = policy_open(k->a, &k->policy, note, &v, &why);
	if (r == E_VERIFY) {
		rc_ignore(err_add(&why, "%s", what));
		k->known_key = false;
		problem(k, &why);
		return signers(k, note, e);
	}
	if (r != OK) {
		*e = why;
		return r;
	}
	struct note_key key = k->policy.logs[v.log].key;
	is(k, "signer", str_fmt(k->a, "%.*s+%.*s", STR_FMT(key.name), STR_FMT(hex_of(k->a, str_mem(key.id, 4)))));
	cosigners(k, &v);
	if (!v.satisfied) {
		rc_ignore(err_set(&why, E_VERIFY, "%s: not witnessed enough: %.*s", what, STR_FMT(v.said)));
		problem(k, &why);
	}
	return OK;
}

static void shown_field(struct checking *k, const struct disclosure_part *p)
{
	if (p->open)
		fact(k, FACT_FIELD, p->name, p->value);
	else if (p->n == 1)
		fact(k, FACT_WITHHELD, STR(""), str_fmt(k->a, "field %u", p->first));
	else
		fact(k, FACT_WITHHELD, STR(""), str_fmt(k->a, "fields %u to %u", p->first, p->first + p->n - 1));
}

static void shown_tree(struct checking *k, const struct disclosure_tree *t)
{
	for (size_t i = 0; i < t->nruns; i++) {
		const struct disclosure_run *r = &t->runs[i];
		struct str much = r->min == r->max
			? str_fmt(k->a, "%llu", (unsigned long long)r->min)
			: str_fmt(k->a, "%llu to %llu", (unsigned long long)r->min, (unsigned long long)r->max);
		fact(k, r->open ? FACT_SHOWN : FACT_WITHHELD, t->name,
			str_fmt(k->a, "%.*s bytes of %.*s", STR_FMT(much), STR_FMT(t->name)));
	}
}

/* Says what is shown; *ret_ok when it is what the record's root is over. */
static rc disclosed(struct checking *k, struct str bytes, char leaf[RECORD_LEAF_SIZE], bool *ret_ok, struct err *e)
{
	struct disclosure d;
	rc r = disclosure_check(k->a, bytes, &d, e);
	*ret_ok = r == OK;
	if (r == E_VERIFY) {
		rc_ignore(err_add(e, "disclosure"));
		problem(k, e);
		return OK;
	}
	if (r != OK)
		return err_add(e, "disclosure");
	record_leaf(&d.root, leaf);
	is(k, "record", hex_of(k->a, hash_str(&d.root)));
	for (size_t i = 0; i < d.fields.nparts; i++)
		shown_field(k, &d.fields.part[i]);
	for (size_t i = 0; i < d.ntrees; i++)
		shown_tree(k, &d.trees[i]);
	return OK;
}

static rc check_proof(struct checking *k, struct err *e)
{
	struct proof p;
	struct checkpoint c;
	char leaf[RECORD_LEAF_SIZE];
	struct str entry = k->in->leaf;
	bool ok = true;
	is(k, "file", STR("tlog-proof"));
	TRY(proof_parse(k->a, k->in->file, &p, e));
	is_u64(k, "index", p.index);
	if (k->in->disclosure.n) {
		TRY(disclosed(k, k->in->disclosure, leaf, &ok, e));
		entry = str_mem(leaf, sizeof(leaf));
	} else if (!k->in->has_leaf) {
		return err_set(e, E_USAGE,
			"a proof is about an entry: give its .disclosure as well, or the entry with --leaf");
	}
	if (open_checkpoint(k, p.checkpoint, "checkpoint", &c, e) != OK)
		return err_add(e, "checkpoint");
	tree_of(k, &c);
	if (ok) {
		struct hash h = tlog_leaf_hash(entry);
		struct err why;
		if (tlog_check_inclusion(&h, p.index, c.size, &p.path, &c.root, &why) != OK) {
			rc_ignore(err_add(&why, "entry %llu of a log of %llu", (unsigned long long)p.index,
				(unsigned long long)c.size));
			problem(k, &why);
		}
	}
	if (k->policy.nnodes == 0)
		unproven(k, "no witness was asked for: who holds the log's key could have made another log");
	unproven(k, "when it was: times are those that the record claims, and those of cosignatures and time stamps");
	unproven(k, "that the site itself sent these bytes");
	return OK;
}

static rc check_disclosure(struct checking *k, struct err *e)
{
	char leaf[RECORD_LEAF_SIZE];
	bool ok;
	is(k, "file", STR("disclosure"));
	TRY(disclosed(k, k->in->file, leaf, &ok, e));
	unproven(k, "that this record is in a log: that takes the .tlog-proof beside it");
	return OK;
}

static rc check_request(struct checking *k, struct err *e)
{
	struct witness_request r;
	struct checkpoint now;
	struct checkpoint old;
	struct err why;
	is(k, "file", STR("consistency"));
	TRY(witness_request_parse(k->a, k->in->file, &r, e));
	is_u64(k, "from", r.old_size);
	if (open_checkpoint(k, r.checkpoint, "checkpoint", &now, e) != OK)
		return err_add(e, "checkpoint");
	tree_of(k, &now);
	if (!k->in->old.n) {
		rc_ignore(err_set(&why, E_VERIFY, "it is about an earlier checkpoint: give that with --from"));
		problem(k, &why);
		return OK;
	}
	if (open_checkpoint(k, k->in->old, "the earlier checkpoint", &old, e) != OK)
		return err_add(e, "the earlier checkpoint");
	is(k, "from_root", base64_of(k->a, hash_str(&old.root)));
	rc v = OK;
	if (!str_eq(old.origin, now.origin))
		v = err_set(&why, E_VERIFY, "the checkpoints are of two logs, '%.*s' and '%.*s'", STR_FMT(old.origin),
			STR_FMT(now.origin));
	else if (old.size != r.old_size)
		v = err_set(&why, E_VERIFY, "the proof is from size %llu, the earlier checkpoint has %llu",
			(unsigned long long)r.old_size, (unsigned long long)old.size);
	else if (old.size > 0)
		v = tlog_check_consistency(old.size, &old.root, now.size, &now.root, &r.proof, &why);
	else
		unproven(k, "anything: every log goes on from an empty one");
	if (v != OK)
		problem(k, &why);
	return OK;
}

static rc check_note(struct checking *k, struct err *e)
{
	struct checkpoint c;
	is(k, "file", STR("checkpoint"));
	TRY(open_checkpoint(k, k->in->file, "checkpoint", &c, e));
	tree_of(k, &c);
	if (k->policy.nnodes == 0)
		unproven(k, "no witness was asked for: who holds the log's key could have made another log");
	return OK;
}

/* The policy file, with the logs' keys in the place of its own where some are given; or the keys alone. */
static rc policy_of(struct checking *k, struct err *e)
{
	struct note_key logs[CAP_POLICY_EACH];
	struct note_key witnesses[CAP_POLICY_EACH];
	struct policy keys;
	size_t nlogs = 0;
	size_t nwitnesses = 0;
	for (size_t i = 0; i < k->in->nkeys; i++) {
		struct note_key key;
		if (nlogs == ARRAY_LEN(logs) || nwitnesses == ARRAY_LEN(witnesses))
			return err_set(e, E_LIMIT, "more than %zu keys", ARRAY_LEN(logs));
		if (note_key_parse(k->a, k->in->keys[i], &key, e) != OK)
			return err_add(e, "--key");
		if (key.type == NOTE_ED25519)
			logs[nlogs++] = key;
		else
			witnesses[nwitnesses++] = key;
	}
	if (policy_of_keys(k->a, logs, nlogs, witnesses, nwitnesses, &keys, e) != OK)
		return err_add(e, "--key");
	if (k->in->policy.n) {
		if (policy_parse(k->a, k->in->policy, &k->policy, e) != OK)
			return err_add(e, "--policy");
		if (nwitnesses)
			return err_set(e, E_USAGE, "witnesses' keys go without --policy");
		if (nlogs) {
			k->policy.logs = keys.logs;
			k->policy.nlogs = keys.nlogs;
		}
	} else {
		k->policy = keys;
	}
	k->has_policy = k->policy.nlogs > 0;
	k->known_key = k->has_policy;
	return OK;
}

static rc check_answer(
	void *ctx, struct sandbox_io *io, uint32_t type, struct str request, struct buf *reply, struct err *e)
{
	(void)io;
	(void)type;
	(void)request;
	AUTO(arena) a = {0};
	struct checking k = {.in = ctx, .a = &a, .out = reply};
	struct str file = k.in->file;
	if (policy_of(&k, e) != OK)
		return e->code = e->code == E_FORMAT ? E_USAGE : e->code;
	bool signature = true;
	if (str_starts(file, STR("c2sp.org/tlog-proof@"))) {
		TRY(check_proof(&k, e));
	} else if (str_starts(file, STR("onrecord/v1 disclosure\n"))) {
		TRY(check_disclosure(&k, e));
		signature = false;
	} else if (str_starts(file, STR("old "))) {
		TRY(check_request(&k, e));
	} else {
		TRY(check_note(&k, e));
	}
	if (signature && !k.has_policy) {
		struct err none;
		rc_ignore(err_set(&none, E_VERIFY,
			"no key was given: nothing was checked against a key that you know (--key, --policy)"));
		problem(&k, &none);
	}
	fact(&k, FACT_KNOWN_KEY, STR(""), k.known_key && signature ? STR("1") : STR(""));
	fact(&k, FACT_HOLDS, STR(""), k.problem ? STR("") : STR("1"));
	return buf_done(reply, e);
}

static rc read_facts(struct arena *a, struct str reply, struct pipeline_facts *ret, struct err *e)
{
	struct bytes_reader r = bytes_reader(reply);
	struct pipeline_facts f = {0};
	bool ended = false;
	while (r.n && !r.bad && !ended) {
		struct str kind = bytes_take(&r, 1);
		struct str name = bytes_take(&r, bytes_u16(&r));
		struct str value = bytes_take(&r, bytes_u32(&r));
		if (r.bad)
			break;
		if (kind.p[0] == FACT_KNOWN_KEY) {
			f.known_key = value.n > 0;
		} else if (kind.p[0] == FACT_HOLDS) {
			f.holds = value.n > 0;
			ended = true;
		} else if (kind.p[0] >= FACT_IS && kind.p[0] <= FACT_UNPROVEN) {
			struct pipeline_fact *to = arena_push(a, &f.fact, &f.n, sizeof(*to));
			*to = (struct pipeline_fact){
				(enum pipeline_fact_kind)kind.p[0], str_dup(a, name), str_dup(a, value)};
		} else {
			r.bad = true;
		}
	}
	if (r.bad || r.n || !ended)
		return err_set(e, E_FORMAT, "the worker's answer cannot be read");
	*ret = f;
	return OK;
}

rc pipeline_check(const struct pipeline_check *in, struct arena *a, struct pipeline_facts *ret, struct err *e)
{
	AUTO(buf) reply = {0};
	struct pipeline_check copy = *in;
	struct sandbox_job job = {.answer = check_answer, .ctx = &copy};
	buf_init(&reply, FACTS_MAX);
	TRY(sandbox_call(&job, STR(""), &reply, e));
	return read_facts(a, buf_str(&reply), ret, e);
}

static struct str value_of(const struct pipeline_facts *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->fact[i].kind == FACT_IS && str_eq(f->fact[i].name, str_c(name)))
			return f->fact[i].value;
	return STR("");
}

static void add_fact(
	struct arena *a, struct pipeline_facts *f, enum pipeline_fact_kind kind, const char *name, struct str value)
{
	struct pipeline_fact *to = arena_push(a, &f->fact, &f->n, sizeof(*to));
	*to = (struct pipeline_fact){kind, str_c(name), str_dup(a, value)};
	if (kind == FACT_PROBLEM)
		f->holds = false;
}

/* `facts` are those of its checkpoint. */
static rc check_tiles(int dir, struct arena *a, struct pipeline_facts *facts, struct err *e)
{
	struct checkpoint c = {.origin = value_of(facts, "origin")};
	struct str root;
	AUTO_FD entries = -1;
	if (!str_to_u64(value_of(facts, "size"), &c.size) || !base64_decode(a, value_of(facts, "root"), &root) ||
		root.n != sizeof(c.root.b))
		return err_set(e, E_FORMAT, "the worker's answer cannot be read");
	memcpy(c.root.b, root.p, root.n);
	bool with_entries = fs_dir_open(dir, "tile/entries", &entries, e) == OK;
	rc r = seal_check_tiles(dir, &c, with_entries, NULL, e);
	if (r == E_VERIFY)
		add_fact(a, facts, FACT_PROBLEM, "", str_c(e->msg));
	else if (r != OK)
		return r;
	else
		add_fact(a, facts, FACT_IS, "tiles", STR("all of them give the root"));
	if (with_entries && r == OK)
		add_fact(a, facts, FACT_IS, "entries", STR("each has the hash that the tiles have"));
	if (!with_entries)
		add_fact(a, facts, FACT_UNPROVEN, "", STR("what the entries are: there is no tile/entries"));
	return OK;
}

rc pipeline_check_log(
	const char *path, const struct pipeline_check *in, struct arena *a, struct pipeline_facts *ret, struct err *e)
{
	AUTO_FD dir = -1;
	AUTO(buf) note = {0};
	struct pipeline_check check = *in;
	struct pipeline_facts facts;
	buf_init(&note, CAP_NOTE);
	TRY(fs_dir_open(AT_FDCWD, path, &dir, e));
	TRY(fs_read(dir, "checkpoint", &note, e));
	check.file = buf_str(&note);
	TRY(pipeline_check(&check, a, &facts, e));
	if (!str_eq(value_of(&facts, "file"), STR("checkpoint")))
		return err_set(e, E_FORMAT, "checkpoint: this is none");
	TRY(check_tiles(dir, a, &facts, e));
	*ret = facts;
	return OK;
}
