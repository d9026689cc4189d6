/* SPDX-License-Identifier: Apache-2.0 */
/* Where a passphrase comes from. Never from an argument, nor from the value of a variable: other processes of the
 * machine can read both. */
#include <fcntl.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include "app/cli/cli.h"
#include "io/secret/secret.h"

#define WAYS "--passphrase-file FILE, --passphrase-fd N, $ONRECORD_PASSPHRASE_FILE, or a terminal"

static rc first_line(int fd, struct secret *ret, struct err *e)
{
	AUTO(secret) s = {0};
	rc r = secret_read_line(fd, &s, e);
	if (r == E_NOTFOUND || (r == OK && s.b.n == 0))
		return err_set(e, E_DENIED, "no passphrase: its first line is empty");
	TRY(r);
	*ret = s;
	s = (struct secret){0};
	return OK;
}

static rc from_file(const char *path, struct secret *ret, struct err *e)
{
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return err_sys(e, "%s", path);
	return first_line(fd, ret, e) == OK ? OK : err_add(e, "%s", path);
}

/* Signals wait until what is typed is shown again. */
static rc ask(int tty, const char *what, struct secret *ret, struct err *e)
{
	struct termios before;
	sigset_t all;
	sigset_t old;
	if (tcgetattr(tty, &before) != 0)
		return err_sys(e, "terminal");
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &old);
	struct termios hidden = before;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	rc r = tcsetattr(tty, TCSAFLUSH, &hidden) == 0 ? OK : err_sys(e, "terminal");
	if (r == OK && write(tty, what, strlen(what)) < 0)
		r = err_sys(e, "terminal");
	if (r == OK)
		r = first_line(tty, ret, e);
	(void)tcsetattr(tty, TCSAFLUSH, &before);
	if (write(tty, "\n", 1) < 0 && r == OK)
		r = err_sys(e, "terminal");
	(void)sigprocmask(SIG_SETMASK, &old, NULL);
	return r;
}

static rc ask_twice(int tty, const char *what, struct secret *ret, struct err *e)
{
	AUTO(secret) once = {0};
	AUTO(secret) again = {0};
	TRY(ask(tty, what, &once, e));
	TRY(ask(tty, "The same again: ", &again, e));
	if (!str_eq(secret_str(&once), secret_str(&again)))
		return err_set(e, E_USAGE, "the two are not the same: nothing was done");
	*ret = once;
	once = (struct secret){0};
	return OK;
}

rc cli_passphrase(struct pipeline_ui *ui, bool fresh, struct secret *ret, struct err *e)
{
	struct cli *c = (struct cli *)(void *)ui;
	const char *file = c->o.passphrase_file;
	if (fresh && c->o.new_passphrase_file)
		return from_file(c->o.new_passphrase_file, ret, e);
	if (c->o.passphrase_fd)
		return first_line((int)c->o.passphrase_fd, ret, e);
	if (!file)
		file = c->env->var(c->env, "ONRECORD_PASSPHRASE_FILE");
	if (file && file[0])
		return from_file(file, ret, e);
	AUTO_FD tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	const char *what = str_fmt(&c->run,
		"%s of %s: ", fresh ? "New passphrase for the keys" : "Passphrase of the keys",
		c->keys_of ? c->keys_of : "this archive")
				   .p;
	if (tty >= 0)
		return fresh ? ask_twice(tty, what, ret, e) : ask(tty, what, ret, e);
	if (fresh)
		return err_set(e, E_USAGE, "a passphrase is needed, from " WAYS "; --no-passphrase does without");
	return err_set(e, E_DENIED, "%sonrecord.age needs its passphrase, from " WAYS, c->keys_of ? "" : "keys/");
}
