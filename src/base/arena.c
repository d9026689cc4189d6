/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <string.h>

#include "base/mem.h"

#if defined(__SANITIZE_ADDRESS__)
#define ONE_OBJECT_PER_CHUNK 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ONE_OBJECT_PER_CHUNK 1
#endif
#endif
#ifndef ONE_OBJECT_PER_CHUNK
#define ONE_OBJECT_PER_CHUNK 0
#endif

#define CHUNK_FIRST 4096u
#define CHUNK_MOST (256u * 1024u)
#define ALIGN 16u

struct arena_chunk {
	struct arena_chunk *next;
	size_t size;
	_Alignas(16) uint8_t data[];
};

void arena_init(struct arena *a)
{
	*a = (struct arena){0};
}

static void chunks_free(struct arena_chunk *c)
{
	while (c) {
		struct arena_chunk *next = c->next;
		mem_free(c);
		c = next;
	}
}

void arena_clear(struct arena *a)
{
	chunks_free(a->chunks);
	*a = (struct arena){0};
}

void arena_reset(struct arena *a)
{
	struct arena_chunk *keep = a->chunks;
	if (keep && !ONE_OBJECT_PER_CHUNK && keep->size <= CHUNK_MOST) {
		chunks_free(keep->next);
		keep->next = NULL;
		memset(keep->data, 0, a->used);
		a->used = 0;
		a->total = 0;
	} else {
		arena_clear(a);
	}
}

static void chunk_add(struct arena *a, size_t n)
{
	size_t size = n;
	if (!ONE_OBJECT_PER_CHUNK) {
		size_t next = a->chunks ? a->chunks->size * 2 : CHUNK_FIRST;
		size = n > size_min(next, CHUNK_MOST) ? n : size_min(next, CHUNK_MOST);
	}
	size_t whole = 0;
	BUG_ON(!add_ok(size, sizeof(struct arena_chunk), &whole));
	struct arena_chunk *c = mem_alloc(whole);
	c->size = size;
	c->next = a->chunks;
	a->chunks = c;
	a->used = 0;
}

void *arena_alloc(struct arena *a, size_t n)
{
	size_t want = 0;
	BUG_ON(!add_ok(n ? n : 1, ALIGN - 1, &want));
	want &= ~(size_t)(ALIGN - 1);
	if (ONE_OBJECT_PER_CHUNK || !a->chunks || a->chunks->size - a->used < want)
		chunk_add(a, ONE_OBJECT_PER_CHUNK ? n : want);
	void *p = a->chunks->data + a->used;
	a->used += ONE_OBJECT_PER_CHUNK ? n : want;
	a->total += n;
	return p;
}

char *arena_dup(struct arena *a, const void *p, size_t n)
{
	char *q = arena_alloc(a, n + 1);
	if (n)
		memcpy(q, p, n);
	return q;
}

void *arena_push(struct arena *a, void *items, size_t *n, size_t size)
{
	void **array = items;
	size_t have = *n;
	/* capacity is the next power of two, at least 4: no field needed to remember it */
	bool full = have == 0 || (have >= 4 && (have & (have - 1)) == 0);
	if (full) {
		size_t bytes = 0;
		BUG_ON(!mul_ok(have ? have * 2 : 4, size, &bytes));
		void *grown = arena_alloc(a, bytes);
		if (have)
			memcpy(grown, *array, have * size);
		*array = grown;
	}
	*n = have + 1;
	return (uint8_t *)*array + have * size;
}
