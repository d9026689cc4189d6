/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of a disclosure. Reading is lenient about spelling; then all is written again, and must be the same bytes:
 * so there is one spelling. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/codec.h"
#include "base/utf8.h"
#include "formats/disclosure/disclosure_int.h"

#define HEAD "onrecord/v1 disclosure"

/* UTF-8 stays readable behind a '='. What would break the line, or show as something else than it is, becomes \hh. */
static void add_value(struct buf *b, struct str v)
{
	if (!utf8_valid(v)) {
		base64_add(b, v);
		return;
	}
	buf_addc(b, '=');
	for (size_t i = 0, from = 0; i < v.n; from = i) {
		uint32_t c = utf8_next(v, &i, NULL);
		if (c != '\\' && !utf8_steers(c)) {
			buf_add(b, str_sub(v, from, i));
			continue;
		}
		for (; from < i; from++) {
			buf_addc(b, '\\');
			hex_add(b, str_sub(v, from, from + 1));
		}
	}
}

static bool read_value(struct arena *a, struct str s, struct str *ret)
{
	if (!str_starts(s, STR("=")))
		return base64_decode(a, s, ret);
	if (str_chr(s, '\\', 0) == s.n) {
		*ret = str_from(s, 1);
		return true;
	}
	char *p = arena_alloc(a, s.n);
	size_t n = 0;
	for (size_t i = 1; i < s.n; i++) {
		char c = s.p[i];
		if (c == '\\') {
			int high = i + 1 < s.n ? ascii_hexval(s.p[i + 1]) : -1;
			int low = i + 2 < s.n ? ascii_hexval(s.p[i + 2]) : -1;
			if (high < 0 || low < 0)
				return false;
			c = (char)(high * 16 + low);
			i += 2;
		}
		p[n++] = c;
	}
	*ret = str_mem(p, n);
	return true;
}

static bool read_u32(struct str s, uint32_t *ret)
{
	uint64_t v = 0;
	bool ok = str_to_u64(s, &v) && v < UINT32_MAX;
	*ret = (uint32_t)v;
	return ok;
}

static void write_parts(struct buf *b, const struct disclosure_parts *p, const char *word)
{
	if (p->keyed) {
		buf_add(b, STR("key "));
		base64_add(b, str_mem(p->key, sizeof(p->key)));
		buf_addc(b, '\n');
	}
	for (size_t i = 0; i < p->nparts; i++) {
		const struct disclosure_part *part = &p->part[i];
		if (!part->open) {
			buf_addf(b, "withheld %u %u ", part->first, part->first + part->n - 1);
			base64_add(b, hash_str(&part->hash));
			buf_addc(b, '\n');
			continue;
		}
		buf_addf(b, "%s %u ", word, part->first);
		if (part->salted)
			base64_add(b, str_mem(part->salt, sizeof(part->salt)));
		else
			buf_addc(b, '-');
		buf_addc(b, ' ');
		if (part->name.n) {
			buf_add(b, part->name);
			buf_addc(b, ' ');
		}
		add_value(b, part->value);
		buf_addc(b, '\n');
	}
}

void disclosure_write(struct buf *b, const struct disclosure *d)
{
	buf_add(b, STR(HEAD "\nroot "));
	base64_add(b, hash_str(&d->root));
	buf_addc(b, '\n');
	write_parts(b, &d->fields, "field");
	for (size_t i = 0; i < d->ntrees; i++) {
		buf_addf(b, "tree %u %u\n", d->trees[i].field, d->trees[i].chunks.total);
		write_parts(b, &d->trees[i].chunks, "chunk");
	}
}

/* What has been read so far; lines go to the parts that the last "tree" line began. */
struct reading {
	struct arena *a;
	struct disclosure d;
	size_t nparts;
};

static struct disclosure_parts *now(struct reading *r)
{
	return r->d.ntrees ? &r->d.trees[r->d.ntrees - 1].chunks : &r->d.fields;
}

/* Position behind the last part. */
static uint32_t end_of(const struct disclosure_parts *p)
{
	return p->nparts ? p->part[p->nparts - 1].first + p->part[p->nparts - 1].n : 0;
}

static bool read_withheld(struct str rest, struct disclosure_part *part)
{
	uint32_t last = 0;
	bool ok = read_u32(str_cut(&rest, ' '), &part->first) && read_u32(str_cut(&rest, ' '), &last) &&
		last >= part->first && base64_fixed(rest, part->hash.b, sizeof(part->hash.b));
	if (ok)
		part->n = last - part->first + 1;
	return ok;
}

static bool read_open(struct arena *a, struct str rest, bool field, struct disclosure_part *part)
{
	bool ok = read_u32(str_cut(&rest, ' '), &part->first);
	struct str salt = str_cut(&rest, ' ');
	part->open = true;
	part->n = 1;
	part->salted = !str_eq(salt, STR("-"));
	if (field) {
		part->name = str_cut(&rest, ' ');
		ok = ok && record_name_ok(part->name);
	}
	return ok && (!part->salted || base64_fixed(salt, part->salt, sizeof(part->salt))) &&
		read_value(a, rest, &part->value);
}

static rc read_line(struct reading *r, struct str line, struct err *e)
{
	struct str rest = line;
	struct str word = str_cut(&rest, ' ');
	struct disclosure_parts *p = now(r);
	struct disclosure_part part = {0};
	bool ok;
	if (++r->nparts > CAP_DISCLOSURE_PARTS)
		return err_set(e, E_LIMIT, "more than %u lines", CAP_DISCLOSURE_PARTS);
	if (str_eq(word, STR("tree"))) {
		struct disclosure_tree *t = arena_push(r->a, &r->d.trees, &r->d.ntrees, sizeof(*t));
		ok = read_u32(str_cut(&rest, ' '), &t->field) && read_u32(rest, &t->chunks.total);
		return ok ? OK : err_set(e, E_FORMAT, "a tree without two numbers");
	}
	if (str_eq(word, STR("key"))) {
		ok = !p->keyed && p->nparts == 0 && base64_fixed(rest, p->key, sizeof(p->key));
		p->keyed = true;
		return ok ? OK : err_set(e, E_FORMAT, "a key that cannot be read, or not where it belongs");
	}
	if (str_eq(word, STR("withheld")))
		ok = read_withheld(rest, &part);
	else
		ok = str_eq(word, r->d.ntrees ? STR("chunk") : STR("field")) &&
			read_open(r->a, rest, r->d.ntrees == 0, &part);
	if (!ok)
		return err_set(e, E_FORMAT, "neither a field or chunk nor withheld ones");
	if (part.first != end_of(p))
		return err_set(e, E_FORMAT, "position %u where %u follows", part.first, end_of(p));
	struct disclosure_part *to = arena_push(r->a, &p->part, &p->nparts, sizeof(*to));
	*to = part;
	return OK;
}

static rc check_spelling(struct str bytes, const struct disclosure *d, struct err *e)
{
	AUTO(buf) again = {0};
	buf_init(&again, bytes.n + 1);
	disclosure_write(&again, d);
	if (!str_eq(buf_str(&again), bytes))
		return err_set(e, E_FORMAT, "a disclosure that is spelt otherwise than we write it");
	return OK;
}

rc disclosure_parse(struct arena *a, struct str bytes, struct disclosure *ret, struct err *e)
{
	struct reading r = {.a = a};
	struct str rest = bytes;
	if (bytes.n > CAP_DISCLOSURE)
		return err_set(e, E_LIMIT, "a disclosure of %zu bytes", bytes.n);
	if (!str_eq(str_cut(&rest, '\n'), STR(HEAD)))
		return err_set(e, E_FORMAT, "not a disclosure: it does not begin with '" HEAD "'");
	struct str root = str_cut(&rest, '\n');
	if (!str_eq(str_cut(&root, ' '), STR("root")) || !base64_fixed(root, r.d.root.b, sizeof(r.d.root.b)))
		return err_set(e, E_FORMAT, "line 2 is not the record's root");
	for (size_t line = 3; rest.n; line++)
		if (read_line(&r, str_cut(&rest, '\n'), e) != OK)
			return err_add(e, "line %zu", line);
	TRY(check_spelling(bytes, &r.d, e));
	r.d.fields.total = end_of(&r.d.fields);
	for (size_t i = 0; i < r.d.ntrees; i++)
		if (end_of(&r.d.trees[i].chunks) != r.d.trees[i].chunks.total || r.d.trees[i].chunks.total == 0)
			return err_set(
				e, E_FORMAT, "tree %u has not the number of chunks that it says", r.d.trees[i].field);
	*ret = r.d;
	return OK;
}
