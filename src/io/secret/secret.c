/* SPDX-License-Identifier: Apache-2.0 */
#include "io/secret/secret.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"

rc secret_open(size_t room, struct secret *ret, struct err *e)
{
	long page = sysconf(_SC_PAGESIZE);
	BUG_ON(page <= 0);
	/* a NUL follows the content */
	size_t size = (room + (size_t)page) / (size_t)page * (size_t)page;
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return err_sys(e, "a page for a secret");
	(void)mlock(p, size);
	(void)madvise(p, size, MADV_DONTDUMP);
	(void)madvise(p, size, MADV_DONTFORK);
	*ret = (struct secret){.b = {.p = p, .room = size, .cap = size - 1}, .mapped = size};
	return OK;
}

void secret_clear(struct secret *s)
{
	if (s->mapped) {
		mem_wipe(s->b.p, s->mapped);
		(void)munmap(s->b.p, s->mapped);
	}
	*s = (struct secret){0};
}

rc secret_read_line(int fd, struct secret *ret, struct err *e)
{
	AUTO(secret) s = {0};
	TRY(secret_open(CAP_PASSPHRASE + 1, &s, e));
	for (;;) {
		char *to = buf_space(&s.b, 1);
		BUG_ON(!to);
		/* byte by byte: what follows the line is somebody else's */
		ssize_t n = read(fd, to, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "read a passphrase");
		if (n == 0 && s.b.n == 0)
			return err_set(e, E_NOTFOUND, "no passphrase");
		if (n == 0 || *to == '\n') {
			*to = '\0';
			break;
		}
		if (s.b.n == CAP_PASSPHRASE)
			return err_set(e, E_LIMIT, "a passphrase of over %u bytes", CAP_PASSPHRASE);
		buf_grown(&s.b, 1);
	}
	*ret = s;
	s = (struct secret){0};
	return OK;
}
