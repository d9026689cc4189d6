/* SPDX-License-Identifier: Apache-2.0 */
/* key: the private keys of an archive. */
#include "app/cli/cli.h"

static const struct str ROLES[] = {
	[KEY_LOG] = {"log", 3}, [KEY_WITNESS] = {"witness", 7}, [KEY_AUTHOR] = {"author", 6}};

struct listing {
	struct pipeline_key_list list; /* first */
	struct cli *c;
};

static void say(struct cli *c, enum key_role role, struct str name, struct str vkey, const char *state)
{
	struct buf *b = &c->out;
	if (c->o.json) {
		struct jsonw w = jsonw_to(b);
		jsonw_open(&w, NULL, '{');
		jsonw_str(&w, "role", ROLES[role]);
		jsonw_str(&w, "name", name);
		jsonw_str(&w, "vkey", vkey);
		jsonw_str(&w, "state", str_c(state));
		jsonw_close(&w, '}');
	} else {
		buf_addf(b, "%-8.*s %-28s ", STR_FMT(ROLES[role]), state);
		cli_text(b, vkey);
	}
	buf_addc(b, '\n');
}

static void on_key(
	struct pipeline_key_list *l, enum key_role role, const struct note_key *key, bool used, enum key_place place)
{
	AUTO(arena) a = {0};
	static const char *const used_states[] = {[KEY_ENCRYPTED] = "in use",
		[KEY_PLAIN] = "in use, under no passphrase",
		[KEY_IN_AGENT] = "in use, in an ssh-agent"};
	const char *state = used ? used_states[place] : "earlier";
	say(((struct listing *)l)->c, role, key->name, note_key_text(&a, key), state);
}

static rc add(struct cli *c, const char *path, struct pipeline_new *how, struct err *e)
{
	struct str vkey;
	struct str role = str_c(c->o.args[1]);
	enum key_role which = str_eq(role, ROLES[KEY_WITNESS]) ? KEY_WITNESS : KEY_AUTHOR;
	if (!str_eq(role, ROLES[which]))
		return err_set(e, E_USAGE, "'%.40s': a key is added for an author or a witness", c->o.args[1]);
	how->origin = str_c(c->o.args[2]);
	if (how->origin.n == 0)
		return err_set(e, E_USAGE, "a key has a name");
	TRY(pipeline_key_add(c->env, path, how, which, &c->run, &vkey, e));
	say(c, which, how->origin, vkey, "in use");
	return OK;
}

static rc change(struct cli *c, const char *path, const struct pipeline_new *how, struct err *e)
{
	bool moved = false;
	TRY(pipeline_key_passphrase(c->env, path, how, &moved, e));
	cli_note(c,
		moved ? "keys/log.key is now in keys/onrecord.age, and removed; copies of it, backups too, still sign"
		      : "the keys are under the new passphrase; copies of keys/onrecord.age still open with the old "
			"one");
	return OK;
}

enum exit_code cmd_key(struct cli *c)
{
	struct err e;
	const char *path = NULL;
	struct listing l = {.list.key = on_key, .c = c};
	struct pipeline_new how = {.work = c->o.low_memory ? LOW_MEMORY_WORK : 0, .ui = &c->ui};
	struct str what = str_c(c->o.args[0]);
	c->ui.passphrase = cli_passphrase;
	rc r = cli_archive_path(c, &path, &e);
	if (r != OK)
		return cli_fail(c, &e);
	if (str_eq(what, STR("list")) && c->o.nargs == 1)
		r = pipeline_keys(c->env, path, &c->ui, &l.list, &e);
	else if (str_eq(what, STR("add")) && c->o.nargs == 3)
		r = add(c, path, &how, &e);
	else if (str_eq(what, STR("passphrase")) && c->o.nargs == 1)
		r = change(c, path, &how, &e);
	else
		r = err_set(&e, E_USAGE, "usage: onrecord key list | add author|witness NAME | passphrase");
	return r == OK ? EXIT_DONE : cli_fail(c, &e);
}
