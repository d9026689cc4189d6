/* SPDX-License-Identifier: Apache-2.0 */
/* Verification of log/: each tile file against the tile that the records give, and names that no log of this size has.
 * Tiles up to log/checkpoint must be there. Those behind it, up to what is signed, are missing after an interruption;
 * where they are there, they must be right. */
#include "base/caps.h"
#include "io/fs/fs.h"
#include "stages/seal/verify_int.h"

uint64_t verify_signed_now(struct verifier *v)
{
	AUTO(arena) a = {0};
	struct checkpoint c;
	struct err ignored;
	bool read = seal_read_checkpoint(archive_dir(v->ar), LOG_STATE, v->key, &a, &c, NULL, &ignored) == OK;
	return read && c.size > v->sealed ? c.size : v->sealed;
}

/* A tile file must be the front of the tile that the leaves give. */
static rc check_tile_file(struct verifier *v, const char *path, bool published, struct str want, struct err *e)
{
	AUTO(buf) have = {0};
	buf_init(&have, TLOG_TILE_WIDTH * (CAP_LEAF + 2u));
	rc r = fs_read(archive_dir(v->ar), path, &have, e);
	if (r == E_NOTFOUND && (!published || verify_signed_now(v) > v->sealed))
		UNFINISHED(v, "%s: not written yet", path);
	else if (r == E_NOTFOUND)
		TELL(v, "%s: missing", path);
	else if (r == E_LIMIT || r == E_FORMAT)
		verifier_tell(v, e);
	else if (r != OK)
		return r;
	else if (!str_eq(buf_str(&have), want))
		TELL(v, "%s: differs from what the records give", path);
	return OK;
}

struct partial_check {
	struct fs_visit visit;
	struct verifier *v;
	const char *dir;
	int level;
	unsigned width;     /* of the tile that is known */
	unsigned published; /* of the tile as log/checkpoint has it */
	struct str bytes;
};

/* The first `width` entries of a bundle; hashes are all of one size. */
static struct str front_of(int level, struct str bytes, unsigned width)
{
	if (level >= 0)
		return str_sub(bytes, 0, width * sizeof(struct hash));
	struct str rest = bytes;
	struct str entry;
	struct err e;
	for (unsigned i = 0; i < width; i++)
		if (tlog_bundle_next(&rest, &entry, &e) != OK)
			return bytes;
	return str_sub(bytes, 0, bytes.n - rest.n);
}

static rc check_partial(struct partial_check *p, unsigned width, struct err *e)
{
	AUTO(arena) a = {0};
	const char *path = str_fmt(&a, "%s/%u", p->dir, width).p;
	return check_tile_file(p->v, path, width == p->published, front_of(p->level, p->bytes, width), e);
}

/* Widths of checkpoints before the last one: they may be there. */
static rc earlier_partial(struct fs_visit *visit, const char *name, bool is_dir, struct err *e)
{
	struct partial_check *p = (struct partial_check *)visit;
	uint64_t width = 0;
	if (is_dir || !str_to_u64(str_c(name), &width) || width == 0 || width >= p->width || width == p->published)
		return OK; /* looked at without being listed, or told by verify_names() */
	return check_partial(p, (unsigned)width, e);
}

rc verify_tile(struct tile_builder *b, int level, uint64_t index, unsigned width, struct str bytes, struct err *e)
{
	struct verifier *v = (struct verifier *)(void *)b;
	AUTO(buf) path = {0};
	AUTO(arena) a = {0};
	unsigned at = level < 0 ? 0 : (unsigned)level;
	unsigned published = v->have_published ? tlog_tile_width(v->published.size, at, index) : 0;
	buf_init(&path, 256);
	buf_add(&path, STR("log/"));
	tlog_tile_path(&path, level, index, TLOG_TILE_WIDTH);
	struct partial_check p = {{earlier_partial}, v, str_fmt(&a, "%s.p", path.p).p, level, width, published, bytes};
	rc r = fs_list(archive_dir(v->ar), p.dir, &p.visit, e);
	if (r != OK && r != E_NOTFOUND)
		return r;
	if (published && published < TLOG_TILE_WIDTH)
		TRY(check_partial(&p, published, e));
	if (width == TLOG_TILE_WIDTH)
		return check_tile_file(v, path.p, published == TLOG_TILE_WIDTH, bytes, e);
	return width == published ? OK : check_partial(&p, width, e);
}

/* Depth is bounded by the longest tile path. */
struct name_check {
	struct fs_visit visit;
	struct verifier *v;
	const char *dir;
	unsigned depth;
	uint64_t now; /* signed */
	size_t n;     /* names in it */
};
#define NAME_DEPTH_MAX 12u

/* A file of a log of that size. */
static bool is_log_file(struct str path, uint64_t size)
{
	int level = 0;
	uint64_t index = 0;
	unsigned width = 0;
	struct err ignored;
	if (str_eq(path, STR(LOG_STATE)) || str_eq(path, STR(LOG_CHECKPOINT)))
		return true;
	return tlog_tile_parse(str_from(path, 4), &level, &index, &width, &ignored) == OK &&
		width <= tlog_tile_width(size, level < 0 ? 0 : (unsigned)level, index);
}

/* A folder of such a log: its first file would be one. */
static bool is_log_folder(struct str path, uint64_t size)
{
	AUTO(arena) a = {0};
	const char *first = str_eq(path, STR("log/tile")) ? "/0/000" : "/000";
	if (str_ends(path, STR(".p")))
		return is_log_file(str_fmt(&a, "%.*s/1", STR_FMT(path)), size);
	return is_log_file(str_fmt(&a, "%.*s%s", STR_FMT(path), first), size) ||
		is_log_file(str_fmt(&a, "%.*s%s.p/1", STR_FMT(path), first), size);
}

/* fs_commit() writes "<name>.tmp", and a kill leaves it; the next one of that name replaces it. Tiles are written while
 * log/checkpoint is behind. */
static rc check_temp(const struct name_check *c, struct str path, struct err *e)
{
	AUTO_FD fd = -1;
	uint64_t size = 0;
	struct str name = str_sub(path, 0, path.n - 4);
	bool behind = c->v->have_published && c->v->published.size < c->now;
	if (!is_log_file(name, behind ? c->now : 0) && !str_eq(name, STR(LOG_INTENT))) {
		TELL(c->v, "%.*s: does not belong here", STR_FMT(path));
		return OK;
	}
	rc r = fs_open(archive_dir(c->v->ar), path.p, &fd, &size, e);
	if (r == OK)
		UNFINISHED(c->v, "%.*s: was not put in place", STR_FMT(path));
	else if (r != E_NOTFOUND)
		TELL(c->v, "%.*s: does not belong here: no regular file", STR_FMT(path));
	return OK;
}

static rc check_names(struct verifier *v, struct str dir, unsigned depth, uint64_t now, struct err *e);

static rc check_name(struct fs_visit *visit, const char *name, bool is_dir, struct err *e)
{
	struct name_check *c = (struct name_check *)visit;
	AUTO(arena) a = {0};
	struct str path = str_fmt(&a, "%s/%s", c->dir, name);
	c->n++;
	if (is_dir && c->depth < NAME_DEPTH_MAX)
		return check_names(c->v, path, c->depth + 1, c->now, e);
	if (!is_dir && str_ends(path, STR(".tmp")))
		return check_temp(c, path, e);
	if (!is_dir && str_eq(path, STR(LOG_INTENT)))
		UNFINISHED(c->v, "%s: of an entry that was not sealed yet", path.p);
	else if (is_dir || !is_log_file(path, c->now))
		TELL(c->v, "%s: does not belong here", path.p);
	else if (!is_log_file(path, c->v->sealed))
		UNFINISHED(c->v, "%s: was signed while this was checked", path.p);
	return OK;
}

/* Recursion is bounded by NAME_DEPTH_MAX, on our own folder's names. */
static rc check_names(
	struct verifier *v, struct str dir, unsigned depth, uint64_t now, struct err *e) // NOLINT(misc-no-recursion)
{
	struct name_check c = {{check_name}, v, dir.p, depth, now, 0};
	TRY(fs_list(archive_dir(v->ar), dir.p, &c.visit, e));
	if (c.n)
		return OK;
	if (is_log_folder(dir, now))
		UNFINISHED(v, "%s: empty", dir.p);
	else
		TELL(v, "%s: does not belong here", dir.p);
	return OK;
}

rc verify_names(struct verifier *v, struct err *e)
{
	return check_names(v, STR("log"), 0, verify_signed_now(v), e);
}
