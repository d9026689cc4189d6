/* SPDX-License-Identifier: Apache-2.0 */
/* The only place that allocates. Out of memory ends the process here and nowhere else, so every
 * size that comes from outside is checked against a cap of base/caps.h before it gets here. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include "base/defs.h"

/* Zeroed memory of n bytes (n may be 0); never NULL. Freed by mem_free(). */
void *mem_alloc(size_t n) __attribute__((malloc, alloc_size(1), returns_nonnull));

/* Grows or shrinks p (NULL allowed) to n > 0 bytes; new bytes are not zeroed. Never NULL. */
void *mem_realloc(void *p, size_t n) __attribute__((alloc_size(2), returns_nonnull, warn_unused_result));

/* free(NULL) is nothing. */
void mem_free(void *p);

/* Overwrites secrets in a way that the compiler keeps. */
void mem_wipe(void *p, size_t n);

#endif
