/* SPDX-License-Identifier: Apache-2.0 */
#include "stages/seal/test_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/codec.h"
#include "formats/record/record.h"
#include "io/fs/fs.h"

static int64_t fixed_now(struct env *env)
{
	(void)env;
	return 1542266700ll * 1000000000ll;
}

/* Repeatable, since nothing here is secret. */
static rc counted_random(struct env *env, void *p, size_t n, struct err *e)
{
	(void)e;
	struct world *w = (struct world *)(void *)env;
	struct hash h = hash_of(str_mem(&w->random, sizeof(w->random)));
	w->random++;
	for (size_t i = 0; i < n; i++)
		((uint8_t *)p)[i] = h.b[i % sizeof(h.b)];
	return OK;
}

static int fail_one(struct env *env, enum env_op op, const char *path)
{
	(void)op;
	(void)path;
	struct world *w = (struct world *)(void *)env;
	return w->changes++ == w->fail_at ? ENOSPC : 0;
}

static const char *fixed_var(struct env *env, const char *name)
{
	const struct world *w = (const struct world *)(const void *)env;
	return strcmp(name, "XDG_STATE_HOME") == 0 ? w->state : strcmp(name, "HOME") == 0 ? w->home : NULL;
}

void world_open(struct world *w)
{
	struct err e;
	AUTO(buf) key = {0};
	*w = (struct world){.env = {.now = fixed_now, .random = counted_random, .fault = fail_one, .var = fixed_var},
		.fail_at = -1};
	memcpy(w->dir, "/tmp/onrecord-seal-XXXXXX", sizeof("/tmp/onrecord-seal-XXXXXX"));
	assert_non_null(mkdtemp(w->dir));
	w->path = str_fmt(&w->a, "%s/archive", w->dir).p;
	w->state = str_fmt(&w->a, "%s/state", w->dir).p;
	buf_init(&key, 4096);
	assert_int_equal(signer_generate(&w->env, STR("example.org/test"), &key, &e), OK);
	assert_int_equal(signer_open(buf_str(&key), &w->signer, &e), OK);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)type;
	(void)f;
	return remove(path);
}

static void world_wipe(const char *path)
{
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void world_close(struct world *w)
{
	signer_free(w->signer);
	world_wipe(w->dir);
	arena_clear(&w->a);
}

/* A gzip member, as warc/ has one a record: its bytes 4 to 9 (time, flags, system) mean nothing to who unpacks it, and
 * are sealed all the same. */
static struct str gzip_member(struct arena *a, struct str text)
{
	uint8_t out[1024];
	z_stream z = {.next_in = (Bytef *)(uintptr_t)text.p,
		.avail_in = (uInt)text.n,
		.next_out = out,
		.avail_out = sizeof(out)};
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	struct str member = str_dup(a, str_mem(out, z.total_out));
	(void)deflateEnd(&z);
	return member;
}

rc world_add(struct world *w, struct archive *ar, struct seal *l, unsigned i, struct err *e)
{
	AUTO(arena) a = {0};
	AUTO(buf) body = {0};
	bool fresh = false;
	struct archive_span span;
	struct record r;
	struct frame f = {.kind = FRAME_RECORD};
	struct str leaf;
	uint8_t key[RECORD_KEY_SIZE];
	struct str bytes = gzip_member(&a,
		str_fmt(&a,
			"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Target-URI: https://news.example/%u\r\n"
			"Content-Length: 9\r\n\r\nstory %03u\r\n\r\n",
			i, i % 1000));
	TRY(w->env.random(&w->env, key, sizeof(key), e));
	TRY(archive_span_begin(ar, &fresh, e));
	TRY(archive_span_sink(ar)->push(archive_span_sink(ar), bytes, e));
	archive_span_end(ar, &span);
	TRY(archive_sync_warc(ar, e));
	record_begin(&a, &r, "capture", key);
	record_addf(&a, &r, "url", "https://news.example/%u", i);
	record_add(&a, &r, "warc.file", str_c(span.file));
	record_addf(&a, &r, "warc.offset", "%llu", (unsigned long long)span.offset);
	record_addf(&a, &r, "warc.length", "%llu", (unsigned long long)span.length);
	record_add(&a, &r, "warc.sha256", hex_of(&a, hash_str(&span.sha256)));
	TRY(record_finish(&a, &r, e));
	buf_init(&body, CAP_RECORD);
	record_encode(&body, &r);
	TRY(archive_frame_add(ar, FRAME_RECORD, buf_str(&body), &span, &f.ref, e));
	TRY(archive_sync_records(ar, e));
	f.body = buf_str(&body);
	TRY(seal_leaf(&a, &f, &leaf, e));
	return seal_add(l, leaf, e);
}

rc world_create(struct world *w, struct err *e)
{
	struct archive *ar = NULL;
	rc r = archive_create(&w->env, w->path, e);
	if (r != OK && r != E_EXISTS)
		return r;
	TRY(archive_open(&w->env, w->path, true, &ar, e));
	r = seal_create(ar, w->signer, e);
	archive_close(ar);
	return r == E_EXISTS ? OK : r;
}

rc world_grow(struct world *w, unsigned n, unsigned each, uint64_t *kept, struct err *e)
{
	struct archive *ar = NULL;
	struct seal *l = NULL;
	struct seal_opened opened;
	TRY(archive_open(&w->env, w->path, true, &ar, e));
	rc r = seal_open(ar, w->signer, &l, &opened, e);
	for (unsigned i = 0; i < n && r == OK; i++) {
		r = world_add(w, ar, l, i, e);
		if (r == OK)
			++*kept;
		if (r == OK && each && (i + 1) % each == 0)
			r = seal_commit(l, e);
	}
	if (r == OK && each)
		r = seal_commit(l, e);
	seal_free(l);
	archive_close(ar);
	return r;
}

static void tell(struct seal_report *r, const struct err *e)
{
	struct told *t = (struct told *)(void *)r;
	if (r->problems == 1)
		t->first = *e;
}

static void tell_unfinished(struct seal_report *r, const struct err *e)
{
	(void)e;
	((struct told *)(void *)r)->unfinished++;
}

static void tell_note(struct seal_report *r, const char *text)
{
	struct told *t = (struct told *)(void *)r;
	t->notes++;
	memcpy(t->last_note, text, size_min(strlen(text), sizeof(t->last_note) - 1));
}

struct told told_nothing(void)
{
	return (struct told){.report = {.problem = tell, .note = tell_note}};
}

struct told verify(struct world *w)
{
	struct told t = told_nothing();
	t.report.unfinished = tell_unfinished;
	struct archive *ar = NULL;
	struct err e = {0};
	assert_int_equal(archive_open(&w->env, w->path, false, &ar, &e), OK);
	rc r = seal_verify(ar, signer_key(w->signer), &t.report, &e);
	archive_close(ar);
	if (r != OK)
		fail_msg("verify could not read: %s", e.msg);
	assert_int_equal(t.unfinished, t.report.leftovers);
	return t;
}

void assert_verified(struct world *w, uint64_t sealed)
{
	struct told t = verify(w);
	if (t.report.problems)
		fail_msg("%s", t.first.msg);
	assert_int_equal(t.report.sealed, sealed);
}

static struct file_list *collecting; /* nftw() has no argument for it */

static int collect(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)f;
	if (type == FTW_F) {
		const char **to = arena_push(collecting->a, &collecting->path, &collecting->n, sizeof(*to));
		*to = str_dup(collecting->a, str_c(path)).p;
	}
	return 0;
}

void list_files(struct world *w, struct file_list *l)
{
	static const char *const below[] = {"warc", "records", "log"};
	collecting = l;
	for (size_t i = 0; i < ARRAY_LEN(below); i++)
		assert_int_equal(nftw(str_fmt(&w->a, "%s/%s", w->path, below[i]).p, collect, 16, FTW_PHYS), 0);
}

void copy_tree(struct world *w, const char *from, const char *to)
{
	AUTO(arena) a = {0};
	(void)w;
	assert_int_equal(system(str_fmt(&a, "rm -rf '%s' && cp -a '%s' '%s'", to, from, to).p), 0);
}

void append(const char *path, struct str bytes)
{
	AUTO_FD fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.p, bytes.n), (ssize_t)bytes.n);
}
