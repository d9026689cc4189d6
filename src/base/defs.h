/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes, checked arithmetic, scope-bound clean-up and the assertion for our own bugs.
 * Everything in base/ may use this; it knows nothing but the compiler. */
#ifndef BASE_DEFS_H
#define BASE_DEFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define UNUSED __attribute__((unused))
#define NO_RETURN __attribute__((noreturn))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Sum or product of two unsigned sizes; false when it does not fit. */
#define add_ok(a, b, ret) (!__builtin_add_overflow((a), (b), (ret)))
#define mul_ok(a, b, ret) (!__builtin_mul_overflow((a), (b), (ret)))

/* AUTO(type): the variable is cleared by type_clear() when it leaves scope, on every path: so it is always initialised.
 * AUTO_FD: closed unless negative; TAKE_FD moves the descriptor out. */
#define AUTO(type) __attribute__((cleanup(type##_clear))) struct type
#define AUTO_PTR(type) __attribute__((cleanup(type##_freep))) struct type *
#define AUTO_FD __attribute__((cleanup(fd_closep))) int

/* A failed belief about our own code, never about input: prints the place and aborts. */
#define BUG_ON(cond)                                                                                                   \
	do {                                                                                                           \
		if (__builtin_expect(!!(cond), 0))                                                                     \
			bug_abort(__FILE__, __LINE__, #cond);                                                          \
	} while (0)

NO_RETURN void bug_abort(const char *file, int line, const char *what);

/* Closes *fd unless negative and sets it to -1. */
void fd_closep(int *fd);

/* Returns *fd and leaves -1 behind. */
static inline int take_fd(int *fd)
{
	int was = *fd;
	*fd = -1;
	return was;
}

static inline size_t size_min(size_t a, size_t b)
{
	return a < b ? a : b;
}

#endif
