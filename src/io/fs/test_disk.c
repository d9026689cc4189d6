/* SPDX-License-Identifier: Apache-2.0 */
/* Each file and folder is a node with what a reader sees now, what is synced, and the changes between the two. */
#include "io/fs/test_disk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/caps.h"
#include "io/fs/fs.h"

#define SECTOR 512u

/* The path of an open file, or of `path` from the folder `at`, below the trace's folder; false when it is elsewhere. */
static bool below_root(struct trace *t, int fd, const char *path, struct str *ret)
{
	char full[4096];
	size_t n = 0;
	if (path && path[0] == '/') {
		n = strlen(path);
		memcpy(full, path, n);
	} else {
		ssize_t got = fd == AT_FDCWD ? readlink("/proc/self/cwd", full, sizeof(full))
					     : readlink(str_fmt(&t->a, "/proc/self/fd/%d", fd).p, full, sizeof(full));
		assert_true(got > 0);
		n = (size_t)got;
		if (path) {
			full[n++] = '/';
			memcpy(full + n, path, strlen(path));
			n += strlen(path);
		}
	}
	struct str all = str_mem(full, n);
	struct str root = str_c(t->root);
	if (!str_starts(all, root) || (all.n > root.n && all.p[root.n] != '/'))
		return false;
	*ret = str_dup(&t->a, str_from(all, size_min(all.n, root.n + 1)));
	return true;
}

void trace_open(struct trace *t, const char *root)
{
	*t = (struct trace){.root = root};
}

void trace_clear(struct trace *t)
{
	arena_clear(&t->a);
	*t = (struct trace){.root = t->root};
}

static void push(struct trace *t, const struct change *c)
{
	if (t->drop && t->drop(c))
		return;
	*(struct change *)arena_push(&t->a, &t->change, &t->n, sizeof(*c)) = *c;
}

void trace_add(struct trace *t, const struct env_change *c)
{
	struct change to = {.op = c->op, .at = c->size};
	struct stat st = {0};
	bool by_fd = c->op == ENV_WRITE || c->op == ENV_SYNC || c->op == ENV_TRUNCATE;
	if (!below_root(t, by_fd ? c->fd : c->at, by_fd ? NULL : c->path, &to.path))
		return;
	if (c->op == ENV_RENAME)
		assert_true(below_root(t, c->at, c->to, &to.to));
	if (c->op == ENV_OPEN) {
		assert_int_equal(fstat(c->fd, &st), 0);
		to.mode = st.st_mode & 07777;
	}
	if (c->op == ENV_WRITE) {
		to.at = (uint64_t)lseek(c->fd, 0, SEEK_CUR) - c->bytes.n;
		to.bytes = str_dup(&t->a, c->bytes);
	}
	push(t, &to);
}

void trace_add_whole(struct trace *t, const char *path)
{
	AUTO(buf) b = {0};
	struct err e;
	struct change c = {.op = ENV_OPEN, .path = str_dup(&t->a, str_c(path)), .mode = 0600, .whole = true};
	buf_init(&b, 64 * MIB);
	if (fs_read(AT_FDCWD, str_fmt(&t->a, "%s/%s", t->root, path).p, &b, &e) == OK)
		c.bytes = str_dup(&t->a, buf_str(&b));
	else
		c.op = ENV_UNLINK;
	push(t, &c);
}

struct node;
struct entry {
	struct str name;
	struct node *node; /* NULL: gone */
};
struct pending {
	const struct change *change;
	struct str from; /* names, for folders */
	struct str to;
	struct node *node;
};
struct node {
	bool is_dir;
	mode_t mode;
	struct buf now;
	struct buf synced;
	struct entry *entry; /* as seen now */
	size_t n;
	struct entry *old; /* as synced */
	size_t nold;
	struct pending *pending;
	size_t npending;
	size_t done; /* of them are synced */
};
struct disk {
	struct arena a;
	struct node *root;
	struct node **all;
	size_t n;
};

static struct node *node_new(struct disk *d, bool is_dir, mode_t mode)
{
	struct node *x = arena_new(&d->a, struct node);
	x->is_dir = is_dir;
	x->mode = mode;
	buf_init(&x->now, 64 * MIB);
	buf_init(&x->synced, 64 * MIB);
	*(struct node **)arena_push(&d->a, &d->all, &d->n, sizeof(x)) = x;
	return x;
}

struct disk *disk_new(void)
{
	struct arena a = {0};
	struct disk *d = arena_new(&a, struct disk);
	d->a = a;
	d->root = node_new(d, true, 0700);
	return d;
}

void disk_free(struct disk *d)
{
	struct arena a = d->a;
	for (size_t i = 0; i < d->n; i++) {
		buf_clear(&d->all[i]->now);
		buf_clear(&d->all[i]->synced);
	}
	arena_clear(&a);
}

static struct node *entry_get(const struct entry *entry, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(entry[i].name, name))
			return entry[i].node;
	return NULL;
}

static void entry_set(struct arena *a, struct entry **entry, size_t *n, struct str name, struct node *node)
{
	for (size_t i = 0; i < *n; i++) {
		if (str_eq((*entry)[i].name, name)) {
			(*entry)[i].node = node;
			return;
		}
	}
	if (node)
		*(struct entry *)arena_push(a, entry, n, sizeof(**entry)) = (struct entry){name, node};
}

/* The folder that a path is in, and its last part. */
static struct node *walk(struct disk *d, struct str path, struct str *ret_name)
{
	struct node *x = d->root;
	for (;;) {
		size_t slash = str_find(path, STR("/"), 0);
		if (slash >= path.n)
			break;
		x = entry_get(x->entry, x->n, str_sub(path, 0, slash));
		if (!x)
			fail_msg("no folder for %.*s", STR_FMT(path));
		path = str_from(path, slash + 1);
	}
	*ret_name = path;
	return x;
}

static struct node *find(struct disk *d, struct str path)
{
	struct str name;
	struct node *up = walk(d, path, &name);
	struct node *x = name.n ? entry_get(up->entry, up->n, name) : d->root;
	if (!x)
		fail_msg("nothing at %.*s", STR_FMT(path));
	return x;
}

static void put(struct buf *b, uint64_t at, struct str bytes)
{
	static const char zeros[SECTOR];
	while (b->n < at + bytes.n)
		buf_addmem(b, zeros, (size_t)(at + bytes.n - b->n < SECTOR ? at + bytes.n - b->n : SECTOR));
	assert_false(b->over);
	memcpy(b->p + at, bytes.p, bytes.n);
}

static void cut(struct buf *b, uint64_t size)
{
	AUTO(buf) kept = {0};
	if (size >= b->n)
		return;
	buf_init(&kept, 64 * MIB);
	buf_add(&kept, str_sub(buf_str(b), 0, (size_t)size));
	buf_reset(b);
	buf_add(b, buf_str(&kept));
}

static void wait_for_sync(struct disk *d, struct node *x, struct pending p)
{
	*(struct pending *)arena_push(&d->a, &x->pending, &x->npending, sizeof(p)) = p;
}

static void sync_node(struct disk *d, struct node *x)
{
	x->done = x->npending;
	if (x->is_dir) {
		x->nold = 0;
		x->old = NULL;
		for (size_t i = 0; i < x->n; i++)
			entry_set(&d->a, &x->old, &x->nold, x->entry[i].name, x->entry[i].node);
		return;
	}
	buf_reset(&x->synced);
	buf_add(&x->synced, buf_str(&x->now));
}

/* A name that comes, goes, or becomes another. */
static void rename_node(struct disk *d, const struct change *c)
{
	struct str name;
	struct str to = STR("");
	struct node *up = walk(d, c->path, &name);
	struct node *x = entry_get(up->entry, up->n, name);
	if (c->op == ENV_RENAME) {
		assert_ptr_equal(walk(d, c->to, &to), up);
		assert_non_null(x);
		entry_set(&d->a, &up->entry, &up->n, to, x);
	}
	if (c->op == ENV_OPEN || c->op == ENV_MKDIR) {
		if (x)
			return;
		x = node_new(d, c->op == ENV_MKDIR, c->mode);
		to = name;
		name = STR("");
		entry_set(&d->a, &up->entry, &up->n, to, x);
	} else {
		entry_set(&d->a, &up->entry, &up->n, name, NULL);
	}
	wait_for_sync(d, up, (struct pending){c, name, to, x});
}

static void put_whole(struct disk *d, const struct change *c)
{
	struct str name;
	struct node *up = walk(d, c->path, &name);
	struct node *x = NULL;
	if (c->op == ENV_OPEN) {
		x = node_new(d, false, c->mode);
		buf_add(&x->now, c->bytes);
		sync_node(d, x);
	}
	entry_set(&d->a, &up->entry, &up->n, name, x);
	entry_set(&d->a, &up->old, &up->nold, name, x);
}

void disk_apply(struct disk *d, const struct change *c)
{
	if (c->whole) {
		put_whole(d, c);
		return;
	}
	switch (c->op) {
	case ENV_OPEN:
	case ENV_MKDIR:
	case ENV_RENAME:
	case ENV_UNLINK:
	case ENV_RMDIR:
		rename_node(d, c);
		return;
	case ENV_SYNC:
		sync_node(d, find(d, c->path));
		return;
	case ENV_WRITE:
	case ENV_TRUNCATE:
		break;
	}
	struct node *x = find(d, c->path);
	if (c->op == ENV_WRITE)
		put(&x->now, c->at, c->bytes);
	else
		cut(&x->now, c->at);
	wait_for_sync(d, x, (struct pending){.change = c});
}

/* splitmix64: repeatable on every machine */
static uint64_t draw(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15u;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* Which of the unsynced names are there. */
static void crash_names(
	const struct node *x, unsigned variant, uint64_t *seed, struct arena *a, struct entry **ret, size_t *ret_n)
{
	for (size_t i = 0; i < x->nold; i++)
		entry_set(a, ret, ret_n, x->old[i].name, x->old[i].node);
	/* half of the random ones lose a tail, as a journal would; the others any of them */
	bool in_order = draw(seed) & 1;
	size_t left = x->npending - x->done;
	size_t most = x->done + (left ? (size_t)(draw(seed) % (left + 1)) : 0);
	for (size_t i = x->done; i < x->npending; i++) {
		const struct pending *p = &x->pending[i];
		bool random = in_order ? i < most : draw(seed) & 1;
		if (variant == DISK_BARE || variant == DISK_NO_NAMES || (variant >= DISK_RANDOM && !random))
			continue;
		if (p->to.n)
			entry_set(a, ret, ret_n, p->to, p->node);
		/* on some file systems the old name may still be there */
		if (p->from.n && (variant < DISK_RANDOM || p->to.n == 0 || draw(seed) % 4))
			entry_set(a, ret, ret_n, p->from, NULL);
	}
}

/* Sectors of a write that came through, the size whole; the others are as they were, or zeros where nothing was. */
static void put_sectors(struct buf *b, const struct change *c, uint64_t *seed)
{
	uint64_t end = c->at + c->bytes.n;
	if (b->n < end)
		put(b, end, STR(""));
	for (uint64_t at = c->at; at < end;) {
		uint64_t next = (at / SECTOR + 1) * SECTOR;
		next = next < end ? next : end;
		if (draw(seed) & 1)
			put(b, at, str_sub(c->bytes, (size_t)(at - c->at), (size_t)(next - c->at)));
		at = next;
	}
}

static void crash_write(struct buf *b, const struct change *c, unsigned variant, bool last, uint64_t *seed)
{
	uint64_t what = variant == DISK_ZEROS ? 2 : variant >= DISK_RANDOM ? draw(seed) % 4 : 3;
	if (variant == DISK_TORN && last)
		what = 1;
	if (c->op == ENV_TRUNCATE) {
		if (what)
			cut(b, c->at);
	} else if (what == 1) {
		put(b, c->at, str_sub(c->bytes, 0, (size_t)(draw(seed) % c->bytes.n)));
	} else if (what == 2) {
		put_sectors(b, c, seed);
	} else if (what == 3) {
		put(b, c->at, c->bytes);
	}
}

static struct str crash_bytes(const struct node *x, unsigned variant, uint64_t *seed, struct arena *a)
{
	AUTO(buf) b = {0};
	if (variant == DISK_KILLED || variant == DISK_NO_NAMES)
		return buf_str(&x->now);
	if (variant == DISK_BARE || variant == DISK_NO_BYTES || x->done == x->npending)
		return buf_str(&x->synced);
	buf_init(&b, 64 * MIB);
	buf_add(&b, buf_str(&x->synced));
	for (size_t i = x->done; i < x->npending; i++)
		crash_write(&b, x->pending[i].change, variant, i + 1 == x->npending, seed);
	return str_dup(a, buf_str(&b));
}

/* Adds what is in folder number `at` of the state. */
static void crash_dir(struct disk_state *s, size_t at, const struct node *x, const struct node ***nodes, size_t *nnodes,
	unsigned variant, uint64_t *seed)
{
	struct entry *entry = NULL;
	size_t n = 0;
	struct str dir = s->file[at].path;
	crash_names(x, variant, seed, &s->a, &entry, &n);
	for (size_t i = 0; i < n; i++) {
		const struct node *node = entry[i].node;
		if (!node)
			continue;
		struct disk_file f = {.path = dir.n ? str_fmt(&s->a, "%.*s/%.*s", STR_FMT(dir), STR_FMT(entry[i].name))
						    : str_dup(&s->a, entry[i].name),
			.is_dir = node->is_dir,
			.mode = node->mode,
			.bytes = node->is_dir ? STR("") : crash_bytes(node, variant, seed, &s->a)};
		*(struct disk_file *)arena_push(&s->a, &s->file, &s->n, sizeof(f)) = f;
		*(const struct node **)arena_push(&s->a, nodes, nnodes, sizeof(node)) = node;
	}
}

void disk_crash(const struct disk *d, unsigned variant, uint64_t seed, struct disk_state *ret)
{
	struct digest sum = {0};
	const struct node **nodes = NULL;
	size_t n = 0;
	*ret = (struct disk_state){.n = 0};
	*(struct disk_file *)arena_push(&ret->a, &ret->file, &ret->n, sizeof(struct disk_file)) = (struct disk_file){
		.path = STR(""), .is_dir = true};
	*(const struct node **)arena_push(&ret->a, &nodes, &n, sizeof(*nodes)) = d->root;
	for (size_t i = 0; i < ret->n; i++)
		if (ret->file[i].is_dir)
			crash_dir(ret, i, nodes[i], &nodes, &n, variant, &seed);
	digest_start(&sum, DIGEST_SHA256);
	for (size_t i = 0; i < ret->n; i++) {
		const struct disk_file *f = &ret->file[i];
		digest_add(&sum, f->path.p, f->path.n + 1); /* each has a NUL behind it */
		digest_add(&sum, &f->bytes.n, sizeof(f->bytes.n));
		digest_add(&sum, f->bytes.p, f->bytes.n);
	}
	ret->id = digest_sha256(&sum);
	digest_clear(&sum);
}

void disk_state_clear(struct disk_state *s)
{
	arena_clear(&s->a);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)type;
	(void)f;
	return remove(path);
}

void disk_state_write(const struct disk_state *s, const char *root)
{
	AUTO(arena) a = {0};
	(void)nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	for (size_t i = 0; i < s->n; i++) {
		const struct disk_file *f = &s->file[i];
		const char *path = i ? str_fmt(&a, "%s/%.*s", root, STR_FMT(f->path)).p : root;
		if (f->is_dir) {
			assert_int_equal(mkdir(path, 0700), 0);
			continue;
		}
		AUTO_FD fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, f->mode);
		assert_true(fd >= 0);
		assert_int_equal(write(fd, f->bytes.p, f->bytes.n), (ssize_t)f->bytes.n);
	}
}

struct disk *disk_of(const struct disk_state *s)
{
	struct disk *d = disk_new();
	for (size_t i = 1; i < s->n; i++) {
		const struct disk_file *f = &s->file[i];
		struct str name;
		struct node *up = walk(d, f->path, &name);
		struct node *x = node_new(d, f->is_dir, f->mode);
		buf_add(&x->now, f->bytes);
		sync_node(d, x);
		entry_set(&d->a, &up->entry, &up->n, name, x);
		entry_set(&d->a, &up->old, &up->nold, name, x);
	}
	return d;
}
