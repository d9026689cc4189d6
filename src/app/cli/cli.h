/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: arguments in, text or JSON Lines out, and one exit code. The only code that prints or exits. */
#ifndef APP_CLI_H
#define APP_CLI_H

#include "app/pipeline/pipeline.h"
#include "app/pipeline/witnesses.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/caps.h"
#include "base/env.h"
#include "base/json.h"

/* What scripts can rely on; the man page lists them. */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_NO = 1, /* not verified, not found, differs */
	EXIT_USAGE = 2,
	EXIT_UNREADABLE = 3, /* input or archive cannot be read or written */
	EXIT_NETWORK = 4,
	EXIT_BLOCKED = 5, /* by the site; what it answered is kept */
	EXIT_PARTIAL = 6,
	EXIT_NOT_YET = 7, /* calendars have no block yet */
	EXIT_BUG = 70,
};

#define OPTION_REPEATS 64u
/* Options of all commands in one struct; a command lists those that it takes. */
struct options {
	const char *archive; /* -C */
	bool json;
	bool quiet;
	bool verbose;
	unsigned jobs; /* -j */
	const char *url;
	const char *type;
	const char *origin;
	const char *user_agent;
	const char *accept_language;
	const char *proxy;
	const char *ca_file;
	bool allow_private;
	uint64_t max_bytes;
	unsigned timeout_s;
	uint64_t limit;
	bool deep;
	bool body;
	const char *keys[OPTION_REPEATS]; /* as the user knows them; each may hold several, with commas between */
	size_t nkeys;
	const char *withhold[OPTION_REPEATS];
	size_t nwithhold;
	const char *from;
	const char *leaf;
	const char *name;    /* of a witness */
	const char *listen;  /* address and port */
	const char *output;  /* -o */
	const char *policy;  /* a file */
	const char *against; /* a file */
	uint64_t old;
	bool has_old;
	bool upgrade;
	bool list;
	bool again;
	const char *tsa_ca;  /* file */
	const char *headers; /* file */
	const char *passphrase_file;
	const char *new_passphrase_file;
	uint64_t passphrase_fd; /* 0: none */
	bool no_passphrase;
	const char *agent;     /* a key in the ssh-agent */
	const char *continues; /* file */
	bool low_memory;
	int part; /* enum capture_part, PART_TEXT or PART_MARKDOWN */
	char **args;
	size_t nargs;
};
#define PART_TEXT 100
#define PART_MARKDOWN 101

struct cli {
	struct pipeline_ui ui; /* first: callbacks get back to the cli */
	struct env *env;
	struct options o;
	struct arena run;
	const char *keys_of; /* whose passphrase is asked for; NULL: of the archive */
	struct buf out;      /* stdout, flushed at the end of each line that matters */
	bool stdout_failed;  /* and that was said */
	int stdout_sys;      /* errno of a write to it that failed, to be said at the end; 0: none */
	bool bar_shown;
	int64_t bar_at;
	uint64_t kept;
	uint64_t troubles;
	rc trouble_code; /* of the last */
};

/* Prints what is in c->out, at most CLI_OUT_MAX bytes; what is longer is left out, which is said and ends in
 * EXIT_UNREADABLE. */
#define CLI_OUT_MAX (64u * MIB)
void cli_flush(struct cli *c);
/* At the end: false when something could not be printed. That is said, unless the reader of it has gone away. */
bool cli_end(struct cli *c);
/* "onrecord: <message>" on stderr, or {"error", "code"} with --json; takes the progress bar away first, and prints
 * what is in c->out. */
void cli_error(struct cli *c, const struct err *e);
/* The same for what is no error. Not with -q. */
void cli_note(struct cli *c, const char *text);
/* "<what> 42%" on stderr, or the number alone when `total` is 0. Ten times a second at most; only on a terminal, and
 * not with -q or --json. */
void cli_bar(struct cli *c, const char *what, uint64_t done, uint64_t total);
/* Takes the bar away, if there is one. */
void cli_bar_end(struct cli *c);

/* The one table from what went wrong to what a script sees. */
enum exit_code cli_exit_of(rc code);
/* Prints the error and gives its exit code. */
enum exit_code cli_fail(struct cli *c, const struct err *e);

/* -C, else $ONRECORD_DIR, else the first archive upward from the working directory. Borrowed from c->run.
 * OK · E_NOTFOUND none · E_IO. */
MUST_USE rc cli_archive_path(struct cli *c, const char **ret, struct err *e);
/* Opens that archive; what happens to it is told on the terminal. OK · as cli_archive_path() and pipeline_open(). */
MUST_USE rc cli_open(struct cli *c, bool write, struct pipeline **ret, struct err *e);

#define LOW_MEMORY_WORK 15u /* log2 of scrypt's N: 32 MiB in place of 256 */
/* For pipeline_ui.passphrase: from --passphrase-file, --passphrase-fd or $ONRECORD_PASSPHRASE_FILE, else asked for on
 * the terminal without being shown; a fresh one twice there. */
MUST_USE rc cli_passphrase(struct pipeline_ui *ui, bool fresh, struct secret *ret, struct err *e);
/* A file that the user names, - for standard input; `ret` gets that cap.
 * OK · E_NOTFOUND · E_DENIED · E_FORMAT no regular file · E_LIMIT · E_IO. */
MUST_USE rc cli_read_input(const char *path, size_t cap, struct buf *ret, struct err *e);
/* To -o, or standard output. OK · E_IO · E_DENIED. */
MUST_USE rc cli_write_output(struct cli *c, struct str bytes, struct err *e);
/* A policy that asks for another log's signature would never be satisfied. OK · E_VERIFY the log is not among its logs,
 * and there are some. `path` is for the message. */
MUST_USE rc cli_policy_for(const char *path, const struct policy *policy, const struct note_key *log, struct err *e);
/* Seconds since 1970 as "2018-11-15T07:25:09Z". */
struct str cli_time(struct arena *a, uint64_t seconds);
/* witnesses_load() for commands that look: what goes wrong is said, and then there are none. */
void cli_witnesses(struct cli *c, struct pipeline *p, struct witnesses *ret);

/* The user's text on a terminal: control characters and bidi controls are shown as escapes. */
void cli_text(struct buf *b, struct str s);
/* One capture, as a line or as a JSON object of its own, printed. */
void cli_row(struct cli *c, const struct catalog_row *row, bool sealed, const struct witnesses *w);
/* Its members, into an object that is open. `w` is NULL where witnesses are not known yet. */
void cli_row_json(struct jsonw *j, const struct catalog_row *row, bool sealed, const struct witnesses *w);
/* "witnessed TIME by A, B (2 of 3)", or nothing for NULL; and as a member "witnessed", null for NULL. */
void cli_witnessed(struct buf *b, const struct witnesses *w, const struct cosigned *at);
void cli_witnessed_json(struct jsonw *j, const struct witnesses *w, const struct cosigned *at);

/* What the user trusts to judge anchors: --tsa-ca, else what the archive's `authorities` name, and --headers.
 * In c->run. OK · E_USAGE · E_NOTFOUND a file that was named · E_IO. */
MUST_USE rc cli_trust(struct cli *c, struct pipeline *p, struct anchor_trust *ret, struct err *e);
/* Whether a time rests on certificates that the archive itself names: whoever can write to it can name others. */
bool cli_trust_is_folders(const struct cli *c, const struct anchored *all, size_t n);
#define CLI_TRUST_NOTE                                                                                                 \
	"whose time stamps are trusted says the archive's own file `authorities`: for an archive of others use "       \
	"--tsa-ca"
/* "2018-11-15T09:25:09Z (±1 s)". */
struct str cli_anchor_time(struct arena *a, const struct anchor_verdict *v);
/* "ORIGIN, N entries, root ROOT": what the log goes on from, in `a`; empty when it does not, or that cannot be read. */
struct str cli_continues(struct arena *a, struct pipeline *p);
/* "rfc3161", "ots" and how far it holds: "holds", "holds as far as checked", "promised", "FAILS". */
const char *cli_anchor_state(const struct anchor_verdict *v);
/* Where an entry stands among anchors, as lines or members. `claimed` in ns, when there is one. */
void cli_bracket(struct buf *b, const struct bracket *k);
void cli_bracket_json(struct jsonw *w, const struct bracket *k);

/* The commands: options and arguments are in c->o, counted and checked as the table in main.c says. They print what
 * went wrong themselves. */
enum exit_code cmd_init(struct cli *c);
enum exit_code cmd_add(struct cli *c);
enum exit_code cmd_ls(struct cli *c);
enum exit_code cmd_show(struct cli *c);
enum exit_code cmd_cat(struct cli *c);
enum exit_code cmd_read(struct cli *c);
enum exit_code cmd_prove(struct cli *c);
enum exit_code cmd_verify(struct cli *c);
/* verify, of files that were handed over: `c->o.args` are files or folders. */
enum exit_code cli_verify_files(struct cli *c);
enum exit_code cmd_anchor(struct cli *c);
enum exit_code cmd_key(struct cli *c);
enum exit_code cmd_reindex(struct cli *c);
enum exit_code cmd_cdxj(struct cli *c);
enum exit_code cmd_witness(struct cli *c);
/* init, trust, serve and sign of witness; false when it was none of them. */
bool cmd_cosign(struct cli *c, enum exit_code *ret);
enum exit_code cmd_policy(struct cli *c);

#endif
