/* SPDX-License-Identifier: Apache-2.0 */
#include "app/pipeline/test_replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "formats/record/record.h"
#include "formats/tlog/tlog.h"
#include "io/fs/fs.h"

#define FILE_BYTES (24u * 1024u) /* small, so that there are many */

static struct run *run_of(struct env *env)
{
	return (struct run *)(void *)env;
}

/* Fetching asks from threads. */
static uint64_t count(struct run *r)
{
	return __atomic_add_fetch(&r->seed, 1, __ATOMIC_RELAXED);
}

static int64_t counted_now(struct env *env)
{
	return 1542266700ll * 1000000000ll + (int64_t)(count(run_of(env)) % 100000) * 10000000ll;
}

static rc counted_random(struct env *env, void *p, size_t n, struct err *e)
{
	(void)e;
	uint64_t i = count(run_of(env));
	struct hash h = hash_of(str_mem(&i, sizeof(i)));
	for (size_t k = 0; k < n; k++)
		((uint8_t *)p)[k] = h.b[k % sizeof(h.b)];
	return OK;
}

static const char *fixed_var(struct env *env, const char *name)
{
	return str_eq(str_c(name), STR("XDG_STATE_HOME")) ? run_of(env)->state : NULL;
}

/* A note is remembered when it is written, wherever and whether or not it gets to the disk. */
static void see_note(struct run *r, const struct change *c)
{
	struct err ignored;
	struct checkpoint seen;
	size_t end = str_find(c->bytes, STR("\n\n"), 0);
	if (end >= c->bytes.n || checkpoint_parse(&r->a, str_sub(c->bytes, 0, end + 1), &seen, &ignored) != OK)
		return;
	*(struct signed_root *)arena_push(&r->a, &r->seen, &r->nseen, sizeof(*r->seen)) = (struct signed_root){
		r->trace.n, seen};
}

static void on_change(struct env *env, const struct env_change *c)
{
	struct run *r = run_of(env);
	size_t before = r->trace.n;
	trace_add(&r->trace, c);
	if (r->trace.n > before && c->op == ENV_WRITE)
		see_note(r, &r->trace.change[before]);
}

void run_promise(struct run *r, struct promise p)
{
	p.at = r->trace.n;
	*(struct promise *)arena_push(&r->a, &r->promise, &r->npromises, sizeof(p)) = p;
}

static bool is_kept(const struct found *f, const struct promise *p)
{
	return p->n < f->n && hash_eq(&f->id[p->n], &p->hash);
}

static struct run *run_of_ui(struct pipeline_ui *ui)
{
	return (struct run *)(void *)((char *)ui - offsetof(struct run, ui));
}

static void on_kept(struct pipeline_ui *ui, const struct catalog_row *row)
{
	char leaf[RECORD_LEAF_SIZE];
	record_leaf(&row->id, leaf);
	run_promise(run_of_ui(ui),
		(struct promise){.what = "a capture was kept",
			.holds = is_kept,
			.n = row->index,
			.hash = hash_of(str_mem(leaf, sizeof(leaf)))});
}

static void on_trouble(struct pipeline_ui *ui, const struct err *e)
{
	memcpy(run_of_ui(ui)->trouble, e->msg, sizeof(e->msg));
}

static bool is_sealed(const struct found *f, const struct promise *p)
{
	return f->published.size >= p->n;
}

rc run_seal(struct run *r, struct pipeline *p, struct err *e)
{
	uint64_t n = 0;
	TRY(pipeline_seal(p, e));
	TRY(pipeline_sealed(p, &n, e));
	run_promise(r, (struct promise){.what = "entries were sealed", .holds = is_sealed, .n = n});
	return OK;
}

rc run_pipeline(struct run *r, rc (*what)(struct run *r, struct pipeline *p, struct err *e), bool close, struct err *e)
{
	struct pipeline *p = NULL;
	TRY(pipeline_open(&r->env, r->archive, true, &r->ui, &p, e));
	rc got = what(r, p, e);
	if (got == OK && close)
		got = run_seal(r, p, e);
	pipeline_abandon(p);
	return got;
}

static void run_open(struct run *r, const char *root, const char *inputs, uint64_t seed)
{
	*r = (struct run){.ui = {.kept = on_kept, .trouble = on_trouble}, .root = root, .inputs = inputs, .seed = seed};
	r->env = (struct env){.now = counted_now,
		.random = counted_random,
		.changed = on_change,
		.var = fixed_var,
		.file_bytes = FILE_BYTES};
	r->archive = str_fmt(&r->a, "%s/archive", root).p;
	r->state = str_fmt(&r->a, "%s/state", root).p;
	trace_open(&r->trace, root);
}

static void run_close(struct run *r)
{
	trace_clear(&r->trace);
	arena_clear(&r->a);
}

static rc run_steps(struct run *r, const struct step *steps, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		if (steps[i].run(r, e) != OK)
			return err_add(e, "%s", steps[i].name);
		trace_add_whole(&r->trace, "archive/catalog.db");
	}
	return OK;
}

/* What came before a crash: a run up to one of its changes, and what came before that one. */
struct past {
	const struct past *before;
	const struct run *run;
	size_t upto;
};

static rc broken_promise(struct found *f, const struct past *past, struct err *e)
{
	for (; past; past = past->before) {
		for (size_t i = 0; i < past->run->npromises; i++) {
			const struct promise *p = &past->run->promise[i];
			if (p->at <= past->upto && !p->holds(f, p))
				return err_set(e, E_VERIFY, "%s (%llu), and that does not hold", p->what,
					(unsigned long long)p->n);
		}
		/* that of the change that was cut off was signed before it was written */
		for (size_t i = 0; i < past->run->nseen; i++) {
			const struct signed_root *s = &past->run->seen[i];
			if (s->at > past->upto + 1 || !str_eq(s->c.origin, f->published.origin))
				continue;
			if (s->c.size > f->n || !hash_eq(&s->c.root, &f->root[s->c.size]))
				return err_set(e, E_VERIFY, "a root of %llu entries was signed, and another one now",
					(unsigned long long)s->c.size);
		}
	}
	return OK;
}

static rc find_token(struct found *f, struct arena *a, struct str text, struct err *e)
{
	struct leaf leaf;
	TRY(leaf_parse(a, text, &leaf, e));
	*(struct hash *)arena_push(a, &f->token, &f->ntokens, sizeof(leaf.hash)) = leaf.hash;
	return OK;
}

static rc find_frames(struct found *f, struct arena *a, struct err *e)
{
	struct archive_scan *s = NULL;
	struct tlog_edge edge;
	struct frame frame;
	size_t nroots = 0;
	rc r = archive_scan_new(f->ar, 0, &s, e);
	tlog_edge_init(&edge);
	*(struct hash *)arena_push(a, &f->root, &nroots, sizeof(struct hash)) = tlog_edge_root(&edge);
	while (r == OK && (r = archive_scan_next(s, &frame, e)) == OK) {
		struct str leaf = STR("");
		r = seal_leaf(a, &frame, &leaf, e);
		if (r == OK && frame.kind == FRAME_TOKEN)
			r = find_token(f, a, leaf, e);
		f->nothers += frame.kind != FRAME_RECORD;
		struct hash h = tlog_leaf_hash(leaf);
		tlog_edge_add(&edge, &h);
		*(struct hash *)arena_push(a, &f->id, &f->n, sizeof(h)) = hash_of(leaf);
		*(struct hash *)arena_push(a, &f->root, &nroots, sizeof(h)) = tlog_edge_root(&edge);
	}
	archive_scan_free(s);
	return r == E_NOTFOUND ? OK : r;
}

struct first_problem {
	struct seal_report report; /* first */
	struct err e;
};

static void on_problem(struct seal_report *r, const struct err *e)
{
	struct first_problem *p = (struct first_problem *)(void *)r;
	if (p->e.code == OK)
		p->e = *e;
}

static rc verify(struct found *f, const struct note_key *key, struct err *e)
{
	struct first_problem p = {.report = {.problem = on_problem, .unfinished = on_problem}};
	TRY(seal_verify(f->ar, key, &p.report, e));
	*e = p.e;
	if (p.e.code == OK && p.report.sealed != f->n)
		return err_set(
			e, E_VERIFY, "%llu of %zu entries are sealed", (unsigned long long)p.report.sealed, f->n);
	if (p.e.code == OK && (p.report.known_outside || p.report.no_outside_copy))
		return err_set(e, E_VERIFY, "the copy outside is not that of this archive");
	return p.e.code;
}

/* What `ls` and `show` know of entries that are no records. */
struct listed {
	struct pipeline_tokens visit; /* first */
	const struct found *f;
	size_t n;
};

static rc on_listed(struct pipeline_tokens *v, const struct pipeline_token *t, struct err *e)
{
	struct listed *l = (struct listed *)v;
	struct hash h = hash_of(t->text);
	l->n++;
	if (t->ref.index >= l->f->n || !hash_eq(&h, &l->f->id[t->ref.index]))
		return err_set(e, E_VERIFY, "the catalog has another entry %llu", (unsigned long long)t->ref.index);
	return OK;
}

static rc check_catalog(const struct found *f, struct pipeline *p, struct err *e)
{
	struct listed l = {{on_listed}, f, 0};
	TRY(pipeline_tokens(p, &l.visit, e));
	if (l.n != f->nothers)
		return err_set(e, E_VERIFY, "the catalog has %zu of %zu entries that are no records", l.n, f->nothers);
	return OK;
}

/* Recovers, goes on, and holds all against what came before. */
static rc recover(struct replay *x, struct run *r, const struct past *past, struct err *e)
{
	AUTO(arena) a = {0};
	struct found f = {.run = r};
	struct pipeline *p = NULL;
	TRY(run_steps(r, x->after, x->nafter, e));
	if (r->trouble[0])
		return err_set(e, E_IO, "%s", r->trouble);
	TRY(pipeline_open(&r->env, r->archive, false, &r->ui, &p, e));
	f.ar = pipeline_archive(p);
	rc got = find_frames(&f, &a, e);
	if (got == OK)
		got = seal_checkpoint(f.ar, pipeline_key(p), &a, &f.published, NULL, e);
	struct past all = {past, r, r->trace.n};
	if (got == OK)
		got = broken_promise(&f, &all, e);
	if (got == OK)
		got = verify(&f, pipeline_key(p), e);
	if (got == OK)
		got = check_catalog(&f, p, e);
	pipeline_abandon(p);
	return got;
}

/* States that were looked at since more was promised. */
struct looked_at {
	struct arena a;
	struct hash *id;
	size_t n;
	size_t promised;
};

static bool is_new(struct looked_at *l, const struct past *past, const struct hash *id)
{
	size_t promised = 0;
	for (size_t i = 0; i < past->run->npromises; i++)
		promised += past->run->promise[i].at <= past->upto;
	for (size_t i = 0; i < past->run->nseen; i++)
		promised += past->run->seen[i].at <= past->upto + 1;
	if (promised != l->promised) {
		arena_clear(&l->a);
		*l = (struct looked_at){.promised = promised};
	}
	for (size_t i = 0; i < l->n; i++)
		if (hash_eq(&l->id[i], id))
			return false;
	*(struct hash *)arena_push(&l->a, &l->id, &l->n, sizeof(*id)) = *id;
	return true;
}

/* To choose by: repeatable, and not in step with anything. */
static uint64_t mix(uint64_t a, uint64_t b)
{
	uint64_t both[] = {a, b};
	struct hash h = hash_of(str_mem(both, sizeof(both)));
	struct bytes_reader r = bytes_reader(hash_str(&h));
	return bytes_u64(&r);
}

static void wrong(struct replay *x, const struct past *past, unsigned variant, const struct err *e)
{
	x->broken++;
	if (x->first[0])
		return;
	const struct change *c = past->upto ? &past->run->trace.change[past->upto - 1] : NULL;
	(void)snprintf(x->first, sizeof(x->first), "%scut after change %zu of %zu (%d of %.*s), variant %u: %s",
		past->before ? "recovery, " : "", past->upto, past->run->trace.n, c ? (int)c->op : -1,
		c ? (int)c->path.n : 0, c ? c->path.p : "", variant, e->msg);
}

static void cut_all(struct replay *x, struct disk *d, const struct past *past, const struct run *run, const char *root);

/* One state that a crash left. */
static void examine(
	struct replay *x, const struct disk_state *s, const struct past *past, unsigned variant, const char *root)
{
	struct run r;
	struct err e = {0};
	run_open(&r, root, past->run->inputs, 1000000 + (mix(past->upto, variant) >> 20));
	for (const struct past *p = past; p; p = p->before) {
		r.made |= p->run->made && p->run->promise[0].at <= p->upto;
		for (size_t i = 0; i < p->run->npromises; i++) {
			const struct promise *q = &p->run->promise[i];
			if (q->is_least && q->at <= p->upto && q->n > r.least)
				r.least = q->n;
		}
	}
	disk_state_write(s, root);
	x->states++;
	if (recover(x, &r, past, &e) != OK)
		wrong(x, past, variant, &e);
	else if (!past->before && x->one_recovery_of && mix(x->states, 7) % x->one_recovery_of == 0) {
		struct disk *d = NULL;
		if (variant == DISK_KILLED) {
			d = disk_new();
			for (size_t i = 0; i < past->upto; i++)
				if (!x->lost || !x->lost(&past->run->trace.change[i]))
					disk_apply(d, &past->run->trace.change[i]);
		} else {
			d = disk_of(s);
		}
		x->nested++;
		cut_all(x, d, past, &r, root);
		disk_free(d);
	}
	run_close(&r);
}

/* Cuts `run`, which began on that disk, after each of its changes. */
static void cut_all(
	struct replay *x, struct disk *d, const struct past *before, const struct run *run, const char *root)
{
	struct looked_at looked = {.n = 0};
	for (size_t i = 0; i <= run->trace.n && !x->broken; i++) {
		struct past past = {before, run, i};
		if (i && (!x->lost || !x->lost(&run->trace.change[i - 1])))
			disk_apply(d, &run->trace.change[i - 1]);
		bool last = before && i == run->trace.n;
		if (!last && mix(i, before ? before->upto : 3) % (before ? x->one_cut_in_it_of : x->one_cut_of) != 0)
			continue;
		if (x->before_syncs && i < run->trace.n && run->trace.change[i].op != ENV_SYNC)
			continue;
		x->cuts++;
		unsigned variants = x->kills && !before ? DISK_KILLED + 1 : x->variants;
		for (unsigned v = 0; v < variants && !x->broken; v++) {
			struct disk_state s;
			disk_crash(d, v, mix(i, v), &s);
			if (is_new(&looked, &past, &s.id))
				examine(x, &s, &past, v, root);
			else
				x->same++;
			disk_state_clear(&s);
		}
	}
	arena_clear(&looked.a);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)type;
	(void)f;
	return remove(path);
}

/* In memory where that can be: then syncs cost nothing, and none of them is waited for here. */
static void make_place(char place[64])
{
	static const char *const places[] = {"/dev/shm/onrecord-crash-XXXXXX", "/tmp/onrecord-crash-XXXXXX"};
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		memcpy(place, places[i], strlen(places[i]) + 1);
		if (mkdtemp(place))
			return;
	}
	fail_msg("no place for temporary files");
}

void replay(struct replay *x)
{
	AUTO(arena) a = {0};
	struct run session;
	struct err e = {0};
	char place[64];
	make_place(place);
	const char *root = str_fmt(&a, "%s/session", place).p;
	assert_int_equal(mkdir(root, 0700), 0);
	run_open(&session, root, place, 0);
	if (run_steps(&session, x->session, x->nsession, &e) != OK || session.trouble[0])
		fail_msg("the session itself: %s%s", e.msg, session.trouble);
	for (size_t i = 0; i < session.npromises; i++)
		x->captures += session.promise[i].holds == is_kept;
	struct disk *d = disk_new();
	cut_all(x, d, NULL, &session, str_fmt(&a, "%s/replay", place).p);
	disk_free(d);
	run_close(&session);
	(void)nftw(place, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
