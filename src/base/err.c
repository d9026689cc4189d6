/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/* Terminal escapes in a hostile file name or header must not reach the user's terminal. */
static void msg_clean(char *msg)
{
	struct str s = str_c(msg);
	size_t to = 0;
	for (size_t i = 0; i < s.n;) {
		bool ok = true;
		size_t was = i;
		uint32_t c = utf8_next(s, &i, &ok);
		if (!ok || utf8_steers(c)) {
			msg[to++] = '?';
			continue;
		}
		memmove(msg + to, msg + was, i - was);
		to += i - was;
	}
	msg[to] = '\0';
}

rc err_set(struct err *e, rc code, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	msg_clean(e->msg);
	e->code = code;
	e->sys = 0;
	return code;
}

rc err_sys(struct err *e, const char *fmt, ...)
{
	int sys = errno;
	char why[128];
	char text[ERR_MSG_MAX - sizeof(why) - 2];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	const char *w = strerror_r(sys, why, sizeof(why));
	rc code = sys == EACCES || sys == EPERM || sys == EROFS ? E_DENIED : E_IO;
	err_set(e, code, "%s: %.120s", text, w);
	e->sys = sys;
	return code;
}

rc err_add(struct err *e, const char *fmt, ...)
{
	char old[ERR_MSG_MAX];
	memcpy(old, e->msg, sizeof(old));
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n + 3 < sizeof(e->msg)) {
		size_t room = sizeof(e->msg) - (size_t)n - 3;
		size_t len = strnlen(old, sizeof(old) - 1);
		len = size_min(len, room);
		memcpy(e->msg + n, ": ", 2);
		memcpy(e->msg + n + 2, old, len);
		e->msg[(size_t)n + 2 + len] = '\0';
	}
	msg_clean(e->msg);
	return e->code;
}

const char *rc_name(rc code)
{
	switch (code) {
	case OK:
		return "ok";
	case E_USAGE:
		return "usage";
	case E_NOTFOUND:
		return "not found";
	case E_EXISTS:
		return "exists";
	case E_IO:
		return "input/output";
	case E_NET:
		return "network";
	case E_FORMAT:
		return "format";
	case E_LIMIT:
		return "limit";
	case E_VERIFY:
		return "not verified";
	case E_DENIED:
		return "denied";
	case E_BUSY:
		return "busy";
	case E_UNSUPPORTED:
		return "unsupported";
	case E_CANCELLED:
		return "cancelled";
	}
	return "unknown";
}
