/* SPDX-License-Identifier: Apache-2.0 */
/* Making, opening and closing an archive. */
#include "app/pipeline/pipeline.h"

#include "app/pipeline/pipeline_int.h"
#include "base/caps.h"
#include "base/codec.h"
#include "base/mem.h"
#include "io/fs/fs.h"
#include "io/sandbox/sandbox.h"

#define CATALOG_FILE "catalog.db"
#define CATALOG_TEMP CATALOG_FILE ".tmp"

rc pipeline_init(struct env *env, const char *path, const struct pipeline_new *how, struct arena *a,
	struct str *ret_vkey, struct err *e)
{
	struct archive *ar = NULL;
	struct log_key key = {0};
	AUTO(secret) passphrase = {0};
	struct leaf continues;
	TRY(continues_parse(how, a, &continues, e));
	TRY(key_check_new(env, path, how, &passphrase, e));
	rc r = archive_create(env, path, e);
	if (r != OK && r != E_EXISTS)
		return r;
	TRY(archive_open(env, path, true, &ar, e));
	r = key_make(env, archive_dir(ar), how, &passphrase, &key, e);
	if (r == OK)
		r = seal_create(ar, key.signer, e);
	if ((r == OK || r == E_EXISTS) && continues.name.n)
		r = continues_seal(ar, key.signer, &continues, e);
	if (r == OK)
		*ret_vkey = signer_vkey(a, key.signer);
	key_clear(&key);
	archive_close(ar);
	return r;
}

static rc load_vkey(struct pipeline *p, struct err *e)
{
	AUTO(buf) text = {0};
	buf_init(&text, 4 * KIB);
	TRY(fs_read(archive_dir(p->ar), VKEY_FILE, &text, e));
	rc r = note_key_parse(&p->run, str_dup(&p->run, str_trim(buf_str(&text))), &p->key, e);
	return r == OK ? OK : err_add(e, "%s/" VKEY_FILE, p->path);
}

static void forget_catalog(struct pipeline *p)
{
	catalog_close(p->catalog);
	p->catalog = NULL;
	p->in_batch = false;
}

void drop_catalog(struct pipeline *p, const struct err *why)
{
	p->ui->trouble(p->ui, why);
	forget_catalog(p);
}

static rc on_kept(struct capture_out *o, const struct frame *f, const struct record *r, struct err *e)
{
	struct pipeline *p = (struct pipeline *)(void *)o;
	AUTO(arena) a = {0};
	struct str leaf;
	struct catalog_row row;
	TRY(seal_leaf(&a, f, &leaf, e));
	TRY(seal_add(p->seal, leaf, e));
	if (seal_pending(p->seal) >= SEAL_PENDING_MAX)
		TRY(seal_commit(p->seal, e));
	rc got = pipeline_row(p, &a, f, r, &row, e);
	if (got == E_NOTFOUND)
		return OK;
	TRY(got);
	struct err why;
	if (catalog_add(p, &row, &why) != OK)
		drop_catalog(p, &why);
	p->added++;
	if (p->ui->kept)
		p->ui->kept(p->ui, &row);
	return OK;
}

static void on_trouble(struct capture_out *o, const struct err *e)
{
	struct pipeline *p = (struct pipeline *)(void *)o;
	p->ui->trouble(p->ui, e);
}

static void on_progress(struct capture_out *o, uint64_t done, uint64_t total)
{
	struct pipeline *p = (struct pipeline *)(void *)o;
	if (p->ui->progress)
		p->ui->progress(p->ui, p->what ? p->what : "", done, total);
}

static rc open_catalog(struct pipeline *p, const char *name, bool write, struct err *e)
{
	const char *path = str_fmt(&p->run, "%s/%s", p->path, name).p;
	p->catalog_tried = true;
	rc r = catalog_open(path, write, &p->catalog, e);
	if (r == OK && write)
		r = catalog_catch_up(p, e);
	if (r != OK)
		forget_catalog(p);
	return r;
}

static void tell_recovery(struct pipeline *p, const struct seal_opened *o)
{
	AUTO(arena) a = {0};
	if (!p->ui->notice)
		return;
	if (o->recovery.refused.code != OK)
		p->ui->notice(p->ui,
			str_fmt(&a, "not sealed, and moved to lost+found with what follows it: %s",
				o->recovery.refused.msg)
				.p);
	else if (o->recovery.cut_records || o->recovery.cut_warc)
		p->ui->notice(
			p->ui, "an earlier command was interrupted: what it had not finished was moved to lost+found");
	if (o->republished || o->pending)
		p->ui->notice(p->ui,
			str_fmt(&a, "an earlier command was interrupted: %llu kept entries are sealed now",
				(unsigned long long)o->pending)
				.p);
	if (o->no_outside_copy)
		p->ui->notice(p->ui, "no outside copy: an older copy of this folder would not be noticed");
}

static void tell_sandbox(struct pipeline *p)
{
	struct sandbox_features f;
	struct err e;
	AUTO(arena) a = {0};
	AUTO(buf) missing = {0};
	buf_init(&missing, KIB);
	if (!p->ui->notice || sandbox_probe(&f, &e) != OK)
		return;
	sandbox_missing(&f, &missing);
	if (missing.n)
		p->ui->notice(p->ui,
			str_fmt(&a, "outside bytes are parsed with less protection here: %.*s",
				STR_FMT(buf_str(&missing)))
				.p);
}

static rc open_write(struct pipeline *p, struct err *e)
{
	struct seal_opened opened;
	TRY(key_open(p->env, archive_dir(p->ar), p->ui, &p->log_key, e));
	TRY(seal_open(p->ar, p->log_key.signer, &p->seal, &opened, e));
	tell_recovery(p, &opened);
	tell_sandbox(p);
	TRY(keyer_open(p, e));
	struct err why;
	if (open_catalog(p, CATALOG_FILE, true, &why) != OK)
		p->ui->trouble(p->ui, &why);
	return OK;
}

void pipeline_abandon(struct pipeline *p)
{
	keyer_close(p);
	catalog_close(p->catalog);
	seal_free(p->seal);
	key_clear(&p->log_key);
	archive_close(p->ar);
	arena_clear(&p->run);
	mem_free(p);
}

rc pipeline_open(
	struct env *env, const char *path, bool write, struct pipeline_ui *ui, struct pipeline **ret, struct err *e)
{
	struct pipeline *p = mem_alloc(sizeof(*p));
	p->out = (struct capture_out){on_kept, on_trouble, on_progress};
	p->env = env;
	p->ui = ui;
	p->path = str_cstr(&p->run, str_c(path));
	rc r = archive_open(env, path, write, &p->ar, e);
	if (r == OK)
		r = load_vkey(p, e);
	if (r == OK && write)
		r = open_write(p, e);
	if (r != OK) {
		pipeline_abandon(p);
		return r;
	}
	*ret = p;
	return OK;
}

rc pipeline_seal(struct pipeline *p, struct err *e)
{
	struct err why;
	TRY(seal_commit(p->seal, e));
	rc r = catalog_done(p, &why);
	if (r == OK && p->catalog)
		r = catalog_set_seen(p->catalog, seal_size(p->seal), &why);
	if (r != OK)
		drop_catalog(p, &why);
	return OK;
}

rc pipeline_close(struct pipeline *p, struct err *e)
{
	rc r = p->seal ? pipeline_seal(p, e) : OK;
	if (r == OK && p->seal && p->added && p->catalog)
		r = pipeline_read(p, p->jobs, e);
	pipeline_abandon(p);
	return r;
}

struct archive *pipeline_archive(struct pipeline *p)
{
	return p->ar;
}

/* After a command was killed, the catalog may lack what it had kept. A short turn as a writer puts that right; when
 * another process is writing, or we may not, what is there has to do. */
static void mend_catalog(struct pipeline *p, struct err *why)
{
	struct pipeline *w = NULL;
	struct err e;
	bool behind = !p->catalog;
	if (p->catalog && catalog_is_behind(p, &behind, &e) != OK)
		return;
	if (behind && key_is_locked(archive_dir(p->ar))) {
		/* looking is no reason to ask for a passphrase, or of an agent */
		rc_ignore(err_set(why, E_DENIED, "an earlier command was interrupted, and the next that writes mends"));
		forget_catalog(p);
		return;
	}
	if (!behind || pipeline_open(p->env, p->path, true, p->ui, &w, &e) != OK)
		return;
	rc_ignore(pipeline_close(w, &e));
	forget_catalog(p);
	rc_ignore(open_catalog(p, CATALOG_FILE, false, why));
}

/* On a medium that we may not write to, or over an older copy of an archive, which nothing signs on. */
static void catalog_in_memory(struct pipeline *p, const struct err *why)
{
	struct err e;
	AUTO(arena) a = {0};
	rc r = catalog_open(":memory:", true, &p->catalog, &e);
	if (r == OK)
		r = catalog_catch_up(p, &e);
	if (r != OK)
		p->ui->trouble(p->ui, &e);
	if (r != OK && r != E_VERIFY)
		forget_catalog(p);
	if (p->catalog && p->ui->notice)
		p->ui->notice(
			p->ui, str_fmt(&a, "%s: captures are listed from the records, without titles", why->msg).p);
}

struct catalog *pipeline_catalog(struct pipeline *p)
{
	struct err e;
	if (p->catalog_tried)
		return p->catalog;
	rc_ignore(open_catalog(p, CATALOG_FILE, false, &e));
	mend_catalog(p, &e);
	if (!p->catalog)
		catalog_in_memory(p, &e);
	return p->catalog;
}

rc pipeline_use_key(struct pipeline *p, struct str vkey, bool *ret_same, struct err *e)
{
	struct note_key key;
	TRY(note_key_parse(&p->run, str_dup(&p->run, vkey), &key, e));
	*ret_same = str_eq(note_key_text(&p->run, &key), note_key_text(&p->run, &p->key));
	p->key = key;
	return OK;
}

const struct note_key *pipeline_key(const struct pipeline *p)
{
	return &p->key;
}

rc pipeline_sealed(struct pipeline *p, uint64_t *ret, struct err *e)
{
	AUTO(arena) a = {0};
	struct checkpoint c;
	TRY(seal_checkpoint(p->ar, &p->key, &a, &c, NULL, e));
	*ret = c.size;
	return OK;
}

rc pipeline_file(struct pipeline *p, const struct pipeline_file *file, struct capture_counts *ret, struct err *e)
{
	char front[16];
	AUTO_FD fd = -1;
	uint64_t size = 0;
	struct capture_source src = {str_c(file->path), file->tool};
	struct capture_worker *w = NULL;
	*ret = (struct capture_counts){0};
	TRY(fs_open_input(file->path, &fd, &size, e));
	size_t n = size < sizeof(front) ? (size_t)size : sizeof(front);
	TRY(fs_read_at(fd, 0, front, n, e));
	p->what = file->path;
	if (file->url.n == 0 && capture_is_archive(str_mem(front, n)))
		return capture_import(p->ar, fd, &src, &p->out, ret, e);
	if (file->url.n == 0)
		return err_set(
			e, E_USAGE, "%s: not a WARC or ARC file; --url says where a saved page was found", file->path);
	TRY(capture_worker_new(&w, e));
	rc r = capture_file(p->ar, w, fd, file->url, file->content_type.n ? file->content_type : STR("text/html"), &src,
		&p->out, e);
	capture_worker_free(w);
	ret->captures = r == OK;
	return r;
}

static rc reindex_into(struct pipeline *p, uint64_t *ret_rows, struct err *e)
{
	struct env *env = p->env;
	int dir = archive_dir(p->ar);
	static const char *const old[] = {CATALOG_TEMP, CATALOG_TEMP "-wal", CATALOG_TEMP "-shm"};
	for (size_t i = 0; i < ARRAY_LEN(old); i++)
		TRY(fs_remove(env, dir, old[i], e));
	const char *path = str_fmt(&p->run, "%s/" CATALOG_TEMP, p->path).p;
	TRY(catalog_open(path, true, &p->catalog, e));
	rc r = catalog_catch_up(p, e);
	if (r == E_VERIFY)
		p->ui->trouble(p->ui, e);
	else
		TRY(r);
	TRY(pipeline_read(p, p->jobs, e));
	TRY(catalog_seen(p->catalog, ret_rows, e));
	forget_catalog(p);
	/* what SQLite keeps beside the old one would be read as the new one's */
	TRY(fs_remove(env, dir, CATALOG_FILE "-wal", e));
	TRY(fs_remove(env, dir, CATALOG_FILE "-shm", e));
	return fs_rename(env, dir, CATALOG_TEMP, CATALOG_FILE, e);
}

rc pipeline_reindex(
	struct env *env, const char *path, unsigned jobs, struct pipeline_ui *ui, uint64_t *ret_rows, struct err *e)
{
	struct pipeline p = {.env = env, .path = path, .ui = ui, .jobs = jobs, .catalog_tried = true};
	TRY(archive_open(env, path, true, &p.ar, e));
	rc r = reindex_into(&p, ret_rows, e);
	forget_catalog(&p);
	keyer_close(&p);
	archive_close(p.ar);
	arena_clear(&p.run);
	return r;
}
