/* SPDX-License-Identifier: Apache-2.0 */
/* Memory by lifetime: many small allocations, freed together. Named for how long it lives:
 * `run` (process), `job` (one capture or request), `rec` (one record; reset each loop turn).
 * Memory is zeroed. Under AddressSanitizer each object is its own malloc, so overflows are seen. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/defs.h"

struct arena_chunk;

struct arena {
	struct arena_chunk *chunks; /* newest first */
	size_t used;                /* of the newest chunk */
	size_t total;               /* bytes handed out since the last reset */
};

/* An arena that is all zeros is ready to use. */
void arena_init(struct arena *a);

/* Frees everything; the arena can be used again. */
void arena_clear(struct arena *a);

/* Forgets everything but keeps one chunk for reuse. All pointers from `a` die. */
void arena_reset(struct arena *a);

/* n zeroed bytes, aligned for any type, valid until reset or clear. Never NULL. */
void *arena_alloc(struct arena *a, size_t n) __attribute__((returns_nonnull));

/* A copy of n bytes with a NUL behind it. */
char *arena_dup(struct arena *a, const void *p, size_t n) __attribute__((returns_nonnull));

/* Makes room for one more element of `size` bytes in the array *items of *n elements: capacity
 * doubles, old elements are copied. Returns the new, zeroed element and counts it. *n only ever grows: an array that is
 * also popped would be copied again each time it comes back to a power of two. */
void *arena_push(struct arena *a, void *items, size_t *n, size_t size) __attribute__((returns_nonnull));

#define arena_new(a, type) ((type *)arena_alloc((a), sizeof(type)))

#endif
