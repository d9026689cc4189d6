/* SPDX-License-Identifier: Apache-2.0 */
/* Commands and their options. One table says what each command takes, and help is printed from it. */
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app/cli/cli.h"
#include "base/caps.h"
#include "formats/url/url.h"
#include "io/fs/fs.h"
#include "io/http/http.h"

enum option_id {
	OPT_ARCHIVE = 'C',
	OPT_JOBS = 'j',
	OPT_QUIET = 'q',
	OPT_VERBOSE = 'v',
	OPT_HELP = 'h',
	OPT_LIMIT = 'n',
	OPT_OUTPUT = 'o',
	OPT_JSON = 256,
	OPT_VERSION,
	OPT_URL,
	OPT_TYPE,
	OPT_ORIGIN,
	OPT_USER_AGENT,
	OPT_ACCEPT_LANGUAGE,
	OPT_PROXY,
	OPT_CA_FILE,
	OPT_ALLOW_PRIVATE,
	OPT_MAX_BYTES,
	OPT_TIMEOUT,
	OPT_DEEP,
	OPT_KEY,
	OPT_CONTENT,
	OPT_PAYLOAD,
	OPT_HEADERS,
	OPT_TEXT,
	OPT_MARKDOWN,
	OPT_WARC,
	OPT_WITHHOLD,
	OPT_BODY,
	OPT_FROM,
	OPT_LEAF,
	OPT_NAME,
	OPT_LISTEN,
	OPT_OLD,
	OPT_POLICY,
	OPT_AGAINST,
	OPT_UPGRADE,
	OPT_LIST,
	OPT_AGAIN,
	OPT_TSA_CA,
	OPT_HEADERS_FILE,
	OPT_PASSPHRASE_FILE,
	OPT_PASSPHRASE_FD,
	OPT_NEW_PASSPHRASE_FILE,
	OPT_NO_PASSPHRASE,
	OPT_CONTINUES,
	OPT_LOW_MEMORY,
	OPT_AGENT,
};

struct option_help {
	enum option_id id;
	const char *name;
	const char *value; /* NULL: takes none */
	const char *help;
};

static const struct option_help OPTIONS[] = {
	{OPT_ARCHIVE, "archive", "DIR", "the archive (else $ONRECORD_DIR, else found upward from here)"},
	{OPT_JSON, "json", NULL, "JSON Lines instead of text"},
	{OPT_QUIET, "quiet", NULL, "no progress, notes or summaries; errors all the same"},
	{OPT_VERBOSE, "verbose", NULL, "add: list every capture, not only the first hundred"},
	{OPT_HELP, "help", NULL, "this help"},
	{OPT_VERSION, "version", NULL, "version, and the specifications that it follows"},
	{OPT_JOBS, "jobs", "N", "this many at the same time (default: 4 to fetch, the processors to read)"},
	{OPT_URL, "url", "URL", "where a saved page was found"},
	{OPT_TYPE, "type", "TYPE", "its media type (default: text/html)"},
	{OPT_ORIGIN, "origin", "NAME", "name of the log, e.g. example.org/desk (default: a random one)"},
	{OPT_USER_AGENT, "user-agent", "TEXT", "what the site is told that we are"},
	{OPT_ACCEPT_LANGUAGE, "accept-language", "TEXT", "languages to ask for (default: none)"},
	{OPT_PROXY, "proxy", "URL", "fetch through a proxy, e.g. socks5h://127.0.0.1:9050"},
	{OPT_CA_FILE, "ca-file", "FILE", "trust these certificates instead of the system's"},
	{OPT_ALLOW_PRIVATE, "allow-private", NULL,
		"follow redirects from the internet into this machine's own network"},
	{OPT_MAX_BYTES, "max-bytes", "N", "of one reply (default and most: 536870912)"},
	{OPT_TIMEOUT, "timeout", "SECONDS", "for one reply (default: 300)"},
	{OPT_LIMIT, "limit", "N", "at most N lines"},
	{OPT_DEEP, "deep", NULL, "parse every capture again and compare it with its record"},
	{OPT_KEY, "key", "VKEY",
		"the public key of the log as you know it; of files also of witnesses, repeated or with commas"},
	{OPT_CONTENT, "content", NULL, "the page without transfer and content codings (default)"},
	{OPT_PAYLOAD, "payload", NULL, "the payload as served: what its digest is of"},
	{OPT_HEADERS, "headers", NULL, "the HTTP head as served"},
	{OPT_TEXT, "text", NULL, "the article as text"},
	{OPT_MARKDOWN, "markdown", NULL, "the article as Markdown"},
	{OPT_WARC, "warc", NULL, "the whole WARC record"},
	{OPT_WITHHOLD, "withhold", "FIELD", "do not show this field of the record; may be repeated"},
	{OPT_BODY, "body", NULL, "show the page's bytes and its HTTP head, too"},
	{OPT_FROM, "from", "SIZE|FILE", "the size or earlier checkpoint that the log went on from"},
	{OPT_LEAF, "leaf", "FILE", "the entry that a proof is about, when there is no disclosure"},
	{OPT_NAME, "name", "NAME", "init: the witness's name, e.g. example.org/alice"},
	{OPT_LISTEN, "listen", "ADDR:PORT", "serve: where (default: 127.0.0.1:8417; port 0: any)"},
	{OPT_OUTPUT, "output", "FILE", "write there instead of to standard output; prove: the folder"},
	{OPT_OLD, "old", "SIZE", "request: the size that the witness says it has cosigned"},
	{OPT_POLICY, "policy", "FILE",
		"whose cosignatures count, of files, or with --against instead of the sealed policy"},
	{OPT_AGAINST, "against", "FILE", "compare with a checkpoint that somebody else kept"},
	{OPT_UPGRADE, "upgrade", NULL, "ask calendars for the proofs that they owe"},
	{OPT_LIST, "list", NULL, "judge the anchors that are there; asks nobody"},
	{OPT_AGAIN, "again", NULL, "also when nothing was added since the last anchor"},
	{OPT_TSA_CA, "tsa-ca", "FILE", "certificates that time stamps must end in, instead of those in `authorities`"},
	{OPT_HEADERS_FILE, "block-headers", "FILE", "Bitcoin block headers, lines of HEIGHT HEADER"},
	{OPT_PASSPHRASE_FILE, "passphrase-file", "FILE",
		"its first line opens the keys (else $ONRECORD_PASSPHRASE_FILE, else the terminal is asked)"},
	{OPT_PASSPHRASE_FD, "passphrase-fd", "N", "the same from a file that is open: 3 or more"},
	{OPT_CONTINUES, "continues", "FILE",
		"the last checkpoint of a log whose key is lost: the new one begins by naming it (--key is its key)"},
	{OPT_NEW_PASSPHRASE_FILE, "new-passphrase-file", "FILE", "key passphrase: the first line is the new one"},
	{OPT_NO_PASSPHRASE, "no-passphrase", NULL,
		"init: keep the private key unencrypted, in a file that only you can read"},
	{OPT_AGENT, "agent", "KEY",
		"sign with this Ed25519 key of the ssh-agent: its comment there, or its public key as the log has it"},
	{OPT_LOW_MEMORY, "low-memory", NULL, "encrypt keys so that opening them takes 32 MiB, not 256"},
};

#define OPTIONS_MAX 12
struct command {
	const char *name;
	const char *args;
	const char *what;
	const char *example;
	enum exit_code (*run)(struct cli *c);
	int options[OPTIONS_MAX]; /* besides those that all take */
	size_t least_args;
	size_t most_args;
	const char *no_json; /* why it does not take --json; NULL: it does */
};
#define ANY SIZE_MAX

static const struct command COMMANDS[] = {
	{"init", "[DIR]", "make an archive: a folder for captures and the log that seals them",
		"onrecord init case-17 --origin example.org/case-17", cmd_init,
		{OPT_ORIGIN, OPT_CONTINUES, OPT_KEY, OPT_NO_PASSPHRASE, OPT_LOW_MEMORY, OPT_AGENT}, 0, 1, NULL},
	{"add", "URL|FILE|- ...", "capture pages, import WARC or ARC files, keep saved pages; - reads a list of URLs",
		"onrecord add https://news.example/story\n  onrecord add old-crawl.warc.gz\n"
		"  onrecord add page.html --url https://news.example/story\n  onrecord add -j 8 - < urls.txt",
		cmd_add,
		{OPT_JOBS, OPT_URL, OPT_TYPE, OPT_USER_AGENT, OPT_ACCEPT_LANGUAGE, OPT_PROXY, OPT_CA_FILE,
			OPT_ALLOW_PRIVATE, OPT_MAX_BYTES, OPT_TIMEOUT},
		1, ANY, NULL},
	{"ls", "[URL]", "list captures, or those of one URL in the order of time",
		"onrecord ls\n  onrecord ls --json https://news.example/story", cmd_ls, {OPT_LIMIT}, 0, 1, NULL},
	{"show", "ID ...", "all that is known of a capture: record, place in the log, proof, article",
		"onrecord show '#12'\n  onrecord show https://news.example/story@2018-11-15", cmd_show,
		{OPT_TSA_CA, OPT_HEADERS_FILE}, 1, ANY, NULL},
	{"cat", "ID", "write a capture to standard output", "onrecord cat '#12' > page.html", cmd_cat,
		{OPT_CONTENT, OPT_PAYLOAD, OPT_HEADERS, OPT_TEXT, OPT_MARKDOWN, OPT_WARC}, 1, 1,
		"cat writes the bytes as they are (show --json tells about them)"},
	{"read", "FILE.html ...", "read the article in a file, as JSON or text; no archive is involved",
		"onrecord read page.html --url https://news.example/story\n  onrecord read --markdown page.html",
		cmd_read, {OPT_URL, OPT_TYPE, OPT_TEXT, OPT_MARKDOWN}, 1, ANY, NULL},
	{"anchor", "", "have the log time-stamped by the authorities that the archive's file `authorities` names",
		"onrecord anchor\n  onrecord anchor --upgrade\n  onrecord anchor --list --block-headers headers.txt",
		cmd_anchor,
		{OPT_UPGRADE, OPT_LIST, OPT_AGAIN, OPT_TSA_CA, OPT_HEADERS_FILE, OPT_PROXY, OPT_CA_FILE,
			OPT_ALLOW_PRIVATE, OPT_TIMEOUT},
		0, 0, NULL},
	{"prove", "ID ...", "write proofs that others can check without the archive",
		"onrecord prove '#12' -o for-the-desk\n  onrecord prove --withhold remote '#12'\n"
		"  onrecord prove --from 100",
		cmd_prove, {OPT_OUTPUT, OPT_WITHHOLD, OPT_BODY, OPT_FROM}, 0, ANY, NULL},
	{"verify", "[ID|FILE ...]", "check the whole archive, captures of it, or proofs that were handed over",
		"onrecord verify\n  onrecord verify '#12'\n  onrecord verify --against checkpoint-from-alice\n"
		"  onrecord verify --key example.org/desk+5f0e…+AUiU… entry-12.tlog-proof",
		cmd_verify,
		{OPT_DEEP, OPT_KEY, OPT_AGAINST, OPT_POLICY, OPT_LEAF, OPT_FROM, OPT_TSA_CA, OPT_HEADERS_FILE}, 0, ANY,
		NULL},
	{"witness", "init|trust|serve|sign|request|ask|import [...]",
		"cosign the log of a colleague, or have this one cosigned",
		"a colleague:  onrecord witness init --name example.org/alice w && cd w\n"
		"                onrecord witness trust VKEY-OF-THE-LOG\n"
		"                onrecord witness serve, or: onrecord witness sign request -o answer\n"
		"  the archive:  onrecord policy policy.txt && onrecord witness ask\n"
		"                or: onrecord witness request alice -o request; onrecord witness import answer",
		cmd_witness, {OPT_NAME, OPT_LISTEN, OPT_OUTPUT, OPT_OLD, OPT_NO_PASSPHRASE, OPT_LOW_MEMORY}, 1, ANY,
		NULL},
	{"policy", "[FILE]", "show, or seal, whose cosignatures count (C2SP tlog-policy)",
		"onrecord policy policy.txt\n  onrecord policy", cmd_policy, {0}, 0, 1, NULL},
	{"key", "list|add|passphrase ...",
		"list the private keys, add one for a person or a witness, change the passphrase",
		"onrecord key list\n  onrecord key add author example.org/ann\n  onrecord key passphrase", cmd_key,
		{OPT_NEW_PASSPHRASE_FILE, OPT_LOW_MEMORY}, 1, 3, NULL},
	{"reindex", "", "make the catalog anew from the archive's own files", "onrecord reindex", cmd_reindex,
		{OPT_JOBS}, 0, 0, NULL},
	{"cdxj", "[FILE ...]", "print a CDXJ index of WARC and ARC files, or of the archive's own",
		"onrecord cdxj > index.cdxj\n  onrecord cdxj old-crawl.warc.gz", cmd_cdxj, {0}, 0, ANY, NULL},
};

static bool takes(const struct command *cmd, int id)
{
	if (cmd && cmd->no_json && id == OPT_JSON)
		return false;
	static const int all[] = {OPT_ARCHIVE, OPT_JSON, OPT_QUIET, OPT_VERBOSE, OPT_HELP, OPT_VERSION,
		OPT_PASSPHRASE_FILE, OPT_PASSPHRASE_FD};
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (all[i] == id)
			return true;
	for (size_t i = 0; cmd && i < OPTIONS_MAX; i++)
		if (cmd->options[i] == id)
			return true;
	return false;
}

static void print_options(const struct command *cmd)
{
	for (size_t i = 0; i < ARRAY_LEN(OPTIONS); i++) {
		const struct option_help *o = &OPTIONS[i];
		if (!takes(cmd, (int)o->id))
			continue;
		char shown[40];
		AUTO(buf) b = {0};
		buf_init(&b, sizeof(shown));
		if (o->id < 256)
			buf_addf(&b, "-%c, ", (char)o->id);
		buf_addf(&b, "--%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
		(void)printf("  %-26.*s %s\n", STR_FMT(buf_str(&b)), o->help);
	}
}

static void help_command(const struct command *cmd)
{
	(void)printf("usage: onrecord %s [options] %s\n%s\n\nexamples:\n  %s\n\noptions:\n", cmd->name, cmd->args,
		cmd->what, cmd->example);
	print_options(cmd);
}

static void help_all(void)
{
	(void)puts("onrecord puts published pages on the record: captured as served, sealed in a log that nobody can\n"
		   "change unseen, and read.\n\nusage: onrecord COMMAND [options] [arguments]\n");
	for (size_t i = 0; i < ARRAY_LEN(COMMANDS); i++)
		(void)printf("  %-9s %s\n", COMMANDS[i].name, COMMANDS[i].what);
	(void)puts(
		"\na first session:\n  onrecord init case-17 && cd case-17\n  onrecord add https://news.example/story\n"
		"  onrecord ls\n  onrecord verify\n\noptions of every command:");
	print_options(NULL);
	(void)puts("\n`onrecord COMMAND --help` has more; `man onrecord` has all of it.");
}

static void version(void)
{
	(void)puts("onrecord " ONRECORD_VERSION "\n"
		   "WARC 1.1 (reads 0.17 to 1.1, ARC 1.0 and 1.1), CDXJ, C2SP tlog-tiles, tlog-checkpoint and "
		   "signed-note,\n"
		   "RFC 6962 tree hashes; archive, record and leaf formats v1");
}

static rc number(const char *text, uint64_t least, uint64_t most, uint64_t *ret, const char *what, struct err *e)
{
	if (!str_to_u64(str_c(text), ret) || *ret < least || *ret > most)
		return err_set(e, E_USAGE, "--%s takes a whole number from %llu to %llu, not '%.40s'", what,
			(unsigned long long)least, (unsigned long long)most, text);
	return OK;
}

static rc add_option(const char **list, size_t *n, const char *value, struct err *e)
{
	if (*n == OPTION_REPEATS)
		return err_set(e, E_USAGE, "an option is given more than %u times", OPTION_REPEATS);
	list[(*n)++] = value;
	return OK;
}

/* Where the text of an option goes; NULL when it takes none, or is more than text. */
static const char **text_option(struct options *o, int id)
{
	switch (id) {
	case OPT_ARCHIVE:
		return &o->archive;
	case OPT_URL:
		return &o->url;
	case OPT_TYPE:
		return &o->type;
	case OPT_ORIGIN:
		return &o->origin;
	case OPT_USER_AGENT:
		return &o->user_agent;
	case OPT_ACCEPT_LANGUAGE:
		return &o->accept_language;
	case OPT_PROXY:
		return &o->proxy;
	case OPT_CA_FILE:
		return &o->ca_file;
	case OPT_FROM:
		return &o->from;
	case OPT_LEAF:
		return &o->leaf;
	case OPT_NAME:
		return &o->name;
	case OPT_LISTEN:
		return &o->listen;
	case OPT_OUTPUT:
		return &o->output;
	case OPT_POLICY:
		return &o->policy;
	case OPT_AGAINST:
		return &o->against;
	case OPT_TSA_CA:
		return &o->tsa_ca;
	case OPT_HEADERS_FILE:
		return &o->headers;
	case OPT_CONTINUES:
		return &o->continues;
	case OPT_NEW_PASSPHRASE_FILE:
		return &o->new_passphrase_file;
	case OPT_PASSPHRASE_FILE:
		return &o->passphrase_file;
	case OPT_AGENT:
		return &o->agent;
	default:
		return NULL;
	}
}

/* What an option without a value turns on; NULL for others. */
static bool *flag_option(struct options *o, int id)
{
	switch (id) {
	case OPT_JSON:
		return &o->json;
	case OPT_QUIET:
		return &o->quiet;
	case OPT_VERBOSE:
		return &o->verbose;
	case OPT_ALLOW_PRIVATE:
		return &o->allow_private;
	case OPT_BODY:
		return &o->body;
	case OPT_UPGRADE:
		return &o->upgrade;
	case OPT_LIST:
		return &o->list;
	case OPT_AGAIN:
		return &o->again;
	case OPT_LOW_MEMORY:
		return &o->low_memory;
	case OPT_NO_PASSPHRASE:
		return &o->no_passphrase;
	case OPT_DEEP:
		return &o->deep;
	default:
		return NULL;
	}
}

static rc set_option(struct options *o, int id, const char *value, struct err *e)
{
	const char **text = text_option(o, id);
	bool *flag = flag_option(o, id);
	uint64_t n = 0;
	if (text)
		*text = value;
	if (flag)
		*flag = true;
	if (text || flag)
		return OK;
	switch (id) {
	case OPT_MAX_BYTES:
		return number(value, 1, CAP_FETCH_BODY, &o->max_bytes, "max-bytes", e);
	case OPT_LIMIT:
		return number(value, 1, INT64_MAX, &o->limit, "limit", e);
	case OPT_TIMEOUT:
		TRY(number(value, 1, CAP_FETCH_SECONDS, &n, "timeout", e));
		o->timeout_s = (unsigned)n;
		return OK;
	case OPT_JOBS:
		TRY(number(value, 1, 64, &n, "jobs", e));
		o->jobs = (unsigned)n;
		return OK;
	case OPT_KEY:
		return add_option(o->keys, &o->nkeys, value, e);
	case OPT_WITHHOLD:
		return add_option(o->withhold, &o->nwithhold, value, e);
	case OPT_OLD:
		o->has_old = true;
		return number(value, 0, INT64_MAX, &o->old, "old", e);
	case OPT_PASSPHRASE_FD:
		return number(value, 3, INT16_MAX, &o->passphrase_fd, "passphrase-fd", e);
	case OPT_CONTENT:
		o->part = CAPTURE_CONTENT;
		return OK;
	case OPT_PAYLOAD:
		o->part = CAPTURE_PAYLOAD;
		return OK;
	case OPT_HEADERS:
		o->part = CAPTURE_HEADERS;
		return OK;
	case OPT_WARC:
		o->part = CAPTURE_WARC;
		return OK;
	case OPT_TEXT:
		o->part = PART_TEXT;
		return OK;
	case OPT_MARKDOWN:
		o->part = PART_MARKDOWN;
		return OK;
	default:
		return err_set(e, E_USAGE, "unknown option");
	}
}

/* *ret_shown: help or version was asked for and printed. `cmd` is NULL before the command's name. */
static rc parse(struct cli *c, const struct command *cmd, int argc, char **argv, bool *ret_shown, struct err *e)
{
	struct option longs[ARRAY_LEN(OPTIONS) + 1] = {{0}};
	for (size_t i = 0; i < ARRAY_LEN(OPTIONS); i++)
		longs[i] = (struct option){
			OPTIONS[i].name, OPTIONS[i].value ? required_argument : no_argument, NULL, (int)OPTIONS[i].id};
	int id = 0;
	opterr = 0;
	optind = 0; /* GNU: forget the order of the last parse */
	/* options may stand anywhere after the command, but before it only those of all commands */
	const char *shorts = cmd ? ":C:j:n:o:qvh" : "+:C:qvh";
	while ((id = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		const char *which = optind > 0 && optind <= argc ? argv[optind - 1] : "";
		if (id == ':')
			return err_set(e, E_USAGE, "option '%s' needs a value", which);
		if (id == '?')
			return err_set(e, E_USAGE, "unknown option '%s'", which);
		if (cmd && cmd->no_json && id == OPT_JSON)
			return err_set(e, E_USAGE, "%s", cmd->no_json);
		if (!takes(cmd, id))
			return err_set(e, E_USAGE, "'%s' is no option of onrecord%s%s", which, cmd ? " " : "",
				cmd ? cmd->name : "");
		if (id == OPT_HELP || id == OPT_VERSION) {
			*ret_shown = true;
			if (id == OPT_VERSION)
				version();
			else if (cmd)
				help_command(cmd);
			else
				help_all();
			return OK;
		}
		TRY(set_option(&c->o, id, optarg, e));
	}
	c->o.args = argv + optind;
	c->o.nargs = (size_t)(argc - optind);
	return OK;
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(COMMANDS); i++)
		if (str_eq(str_c(COMMANDS[i].name), str_c(name)))
			return &COMMANDS[i];
	return NULL;
}

static bool is_web_url(struct cli *c, const char *text)
{
	struct url u;
	struct err ignored;
	return url_parse(&c->run, str_c(text), NULL, &u, &ignored) == OK && url_is_web(&u);
}

static enum exit_code run(struct cli *c, int argc, char **argv)
{
	struct err e;
	bool shown = false;
	if (parse(c, NULL, argc, argv, &shown, &e) != OK)
		return cli_fail(c, &e);
	if (shown)
		return EXIT_DONE;
	if (c->o.nargs == 0 || str_eq(str_c(c->o.args[0]), STR("help"))) {
		const struct command *about = c->o.nargs > 1 ? find_command(c->o.args[1]) : NULL;
		if (about)
			help_command(about);
		else
			help_all();
		return c->o.nargs == 0 ? EXIT_USAGE : EXIT_DONE;
	}
	const struct command *cmd = find_command(c->o.args[0]);
	if (!cmd) {
		rc_ignore(err_set(&e, E_USAGE, "no command '%s' (onrecord --help lists them)", c->o.args[0]));
		return cli_fail(c, &e);
	}
	bool before = c->o.json;
	if (parse(c, cmd, (int)c->o.nargs, c->o.args, &shown, &e) != OK)
		return cli_fail(c, &e);
	if (shown)
		return EXIT_DONE;
	if (before && cmd->no_json)
		rc_ignore(err_set(&e, E_USAGE, "%s", cmd->no_json));
	else if (c->o.nargs < cmd->least_args || c->o.nargs > cmd->most_args)
		rc_ignore(err_set(&e, E_USAGE, "usage: onrecord %s [options] %s", cmd->name, cmd->args));
	else if (!c->o.url || is_web_url(c, c->o.url))
		return cmd->run(c);
	else
		rc_ignore(err_set(&e, E_USAGE, "--url: '%.200s' is no http or https URL", c->o.url));
	return cli_fail(c, &e);
}

/* A bug of ours, or no memory left: base/ aborts, so that debuggers and fuzzers see the place. Scripts see a code, and
 * no core with what was in memory, the signing key perhaps, is written. Workers have the default back. */
static void on_abort(int signal_number)
{
	(void)signal_number;
	_exit(EXIT_BUG);
}

/* Errors in the arguments are to be JSON too, wherever --json stands among them. */
static bool wants_json(int argc, char **argv)
{
	for (int i = 1; i < argc && !str_eq(str_c(argv[i]), STR("--")); i++)
		if (str_eq(str_c(argv[i]), STR("--json")))
			return true;
	return false;
}

/* The keys are in memory that no core has; the same for what OpenSSL or a stack may still have of them. The limit alone
 * does not hold where cores are piped to a program. */
static void no_core(void)
{
	(void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int main(int argc, char **argv)
{
	no_core();
	struct env env;
	struct cli c = {.env = &env};
	/* glibc would raise both with the first large buffer that is freed, and keep the later ones: each worker would
	 * hold what its largest page or record ever took */
	(void)mallopt(M_MMAP_THRESHOLD, (int)(128 * KIB));
	(void)mallopt(M_TRIM_THRESHOLD, (int)(256 * KIB));
	fs_env(&env);
	env.fetch = http_fetch;
	buf_init(&c.out, CLI_OUT_MAX);
	/* the reader of our output may go away: then a write fails, and we say so by the exit code */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGABRT, on_abort);
	c.o.json = wants_json(argc, argv);
	enum exit_code code = run(&c, argc, argv);
	if (!cli_end(&c) && code == EXIT_DONE)
		code = EXIT_UNREADABLE;
	buf_clear(&c.out);
	arena_clear(&c.run);
	return (int)code;
}
