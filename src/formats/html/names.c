/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers for names. Those of the table are found by hash. A page's own are leaves of a crit-bit tree: each inner node
 * names the first bit in which the leaves below it differ, so a search looks at no more nodes than the name has bits.
 * In front of it stands a cache, since pages repeat themselves. */
#include "base/mem.h"
#include "formats/html/html_int.h"

#define CACHE 256u
#define LINK 0x80000000u /* in a child: an inner node, not a number */

struct fork {
	uint32_t child[2]; /* by the bit */
	uint32_t bit;      /* byte * 8 + bit, the highest first; behind its end a name has zeros */
};

struct html_names {
	struct arena arena;
	struct str *texts; /* [id - NAMES_KNOWN] */
	struct fork *forks;
	uint32_t n; /* texts; there is a fork less */
	uint32_t room;
	uint32_t root;
	uint32_t cache[CACHE];
};

struct html_names *html_names_new(void)
{
	return mem_alloc(sizeof(struct html_names));
}

void html_names_reset(struct html_names *n)
{
	arena_reset(&n->arena);
	n->n = 0;
	n->root = 0;
	memset(n->cache, 0, sizeof(n->cache));
}

void html_names_free(struct html_names *n)
{
	if (!n)
		return;
	arena_clear(&n->arena);
	mem_free(n->texts);
	mem_free(n->forks);
	mem_free(n);
}

struct str html_names_text(const struct html_names *n, uint32_t id)
{
	return id < NAMES_KNOWN ? HTML_NAMES[id] : n->texts[id - NAMES_KNOWN];
}

uint32_t html_names_count(const struct html_names *n)
{
	return NAMES_KNOWN + n->n;
}

static inline bool is_same(struct str a, struct str b)
{
	return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

static uint32_t known(struct str name, uint32_t hash)
{
	uint32_t at = hash & (HTML_NSLOTS - 1);
	while (HTML_NAME_SLOTS[at] && !is_same(HTML_NAMES[HTML_NAME_SLOTS[at]], name))
		at = (at + 1) & (HTML_NSLOTS - 1);
	return HTML_NAME_SLOTS[at];
}

static inline uint8_t byte_of(struct str name, size_t at)
{
	return at < name.n ? (uint8_t)name.p[at] : 0;
}

static inline uint32_t bit_of(struct str name, uint32_t bit)
{
	return (byte_of(name, bit >> 3) >> (7 - (bit & 7))) & 1u;
}

/* The leaf that the bits of `name` lead to: the name itself, if it is there. */
static uint32_t leaf(const struct html_names *n, struct str name)
{
	uint32_t at = n->root;
	while (at & LINK) {
		const struct fork *f = &n->forks[at & ~LINK];
		at = f->child[bit_of(name, f->bit)];
	}
	return at;
}

static void make_room(struct html_names *n)
{
	if (n->n < n->room)
		return;
	n->room = n->room ? n->room * 2 : 64;
	n->texts = mem_realloc(n->texts, n->room * sizeof(*n->texts));
	n->forks = mem_realloc(n->forks, n->room * sizeof(*n->forks));
}

static uint32_t add(struct html_names *n, struct str name, struct str near)
{
	make_room(n);
	uint32_t id = NAMES_KNOWN + n->n;
	if (n->n == 0) {
		n->root = id;
	} else {
		uint32_t differ = 0;
		while (byte_of(name, differ) == byte_of(near, differ))
			differ++;
		uint32_t xor = (uint32_t)(byte_of(name, differ) ^ byte_of(near, differ));
		uint32_t bit = differ * 8 + (uint32_t)__builtin_clz(xor) - 24;
		uint32_t *up = &n->root;
		while (*up & LINK && n->forks[*up & ~LINK].bit < bit) {
			struct fork *f = &n->forks[*up & ~LINK];
			up = &f->child[bit_of(name, f->bit)];
		}
		struct fork *f = &n->forks[n->n - 1];
		uint32_t side = bit_of(name, bit);
		f->bit = bit;
		f->child[side] = id;
		f->child[!side] = *up;
		*up = LINK | (n->n - 1);
	}
	n->texts[n->n++] = str_mem(arena_dup(&n->arena, name.p, name.n), name.n);
	return id;
}

uint32_t html_names_id(struct html_names *n, struct str name, uint32_t hash)
{
	uint32_t id = known(name, hash);
	if (id != NAME_NONE)
		return id;
	uint32_t *kept = &n->cache[(hash ^ hash >> 16) % CACHE];
	if (*kept && is_same(html_names_text(n, *kept), name))
		return *kept;
	id = leaf(n, name);
	struct str near = html_names_text(n, id);
	if (id == NAME_NONE || !is_same(near, name))
		id = add(n, name, near);
	*kept = id;
	return id;
}

uint32_t html_names_find(const struct html_names *n, struct str name)
{
	uint32_t hash = HTML_HASH_START;
	for (size_t i = 0; i < name.n; i++)
		hash = html_hash_step(hash, name.p[i]);
	uint32_t id = known(name, hash);
	if (id != NAME_NONE)
		return id;
	if (name.n == 0)
		return NAME_NONE;
	id = leaf(n, name);
	return is_same(html_names_text(n, id), name) ? id : NAME_NONE;
}
