/* SPDX-License-Identifier: Apache-2.0 */
/* Errors as values: a code that the caller can act on, and one line of text with its context.
 * The struct lives on the caller's stack. The lowest level writes the message, each level above
 * puts its place in front: "a.warc.gz: record 7 at byte 4096: bad Content-Length '12x'". */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/defs.h"

typedef enum rc {
	OK = 0,
	E_USAGE,       /* the caller asked for something that makes no sense */
	E_NOTFOUND,    /* nothing there; for iterators: the end */
	E_EXISTS,      /* it is there already */
	E_IO,          /* the operating system refused a read, write or sync */
	E_NET,         /* the network, or the other side of it */
	E_FORMAT,      /* bytes that break their format */
	E_LIMIT,       /* bytes that go over one of our caps */
	E_VERIFY,      /* a proof, digest or signature does not hold: a result, never retried */
	E_DENIED,      /* not allowed: permissions, policy */
	E_BUSY,        /* another process has it */
	E_UNSUPPORTED, /* well-formed, but we do not do it */
	E_CANCELLED,   /* the user stopped it */
} rc;

#define ERR_MSG_MAX 480

struct err {
	rc code;
	int sys; /* errno, or 0 */
	char msg[ERR_MSG_MAX];
};

/* Sets code and message; returns the code. What is no UTF-8, controls and marks that turn the
 * direction of text come from outside and become '?'. */
rc err_set(struct err *e, rc code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* As err_set with E_IO (E_DENIED for EACCES and EPERM) and the text of errno added. */
rc err_sys(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Puts "<text>: " in front of the message; returns the code that is there. */
rc err_add(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* A short English name of the code, for messages and JSON ("not found"). */
const char *rc_name(rc code);

/* Passes an error on as it is. */
#define TRY(call)                                                                                                      \
	do {                                                                                                           \
		rc try_rc_ = (call);                                                                                   \
		if (try_rc_ != OK)                                                                                     \
			return try_rc_;                                                                                \
	} while (0)

/* Says that a result is ignored on purpose. */
static inline void rc_ignore(rc code)
{
	(void)code;
}

#endif
