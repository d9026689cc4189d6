/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of app/pipeline. */
#ifndef APP_PIPELINE_INT_H
#define APP_PIPELINE_INT_H

#include "app/pipeline/pipeline.h"
#include "base/arena.h"
#include "base/buf.h"
#include "io/keyring/keyring.h"
#include "io/secret/secret.h"
#include "io/signer/signer.h"

#define VKEY_FILE "keys/log.vkey"
#define PLAIN_FILE "keys/log.key"
#define AGE_FILE "keys/onrecord.age"
#define AGENT_FILE "keys/log.agent"

struct sandbox;

/* The log's key, wherever it lies. */
struct log_key {
	const struct signer *signer;
	struct signer *plain; /* from keys/log.key, or the one in an ssh-agent, or */
	struct keyring *ring; /* from keys/onrecord.age */
};

struct pipeline {
	struct capture_out out; /* first: kept() gets back to the pipeline */
	struct arena run;
	struct env *env;
	const char *path;
	struct pipeline_ui *ui;
	struct archive *ar;
	struct log_key log_key; /* zeros when opened for reading */
	struct note_key key;
	struct seal *seal;
	struct catalog *catalog; /* NULL: damaged, and said so; or not asked for yet */
	bool catalog_tried;
	bool in_batch; /* a catalog transaction is open */
	uint64_t added;
	unsigned jobs;
	const char *what;      /* being imported, for progress */
	struct sandbox *keyer; /* NULL when opened for reading */
	bool fetching;         /* there are threads: no process is forked */
};

bool key_is_there(int at, const char *path);
/* ui->passphrase. */
MUST_USE rc key_ask(struct pipeline_ui *ui, bool fresh, struct secret *ret, struct err *e);
/* A name for a log that was given none. */
MUST_USE rc key_random_origin(struct env *env, struct arena *a, struct str *ret, struct err *e);
/* OK, also for an empty one · E_USAGE no key can have that name · E_IO. */
MUST_USE rc key_check_name(struct env *env, struct str name, struct err *e);
/* Finds, before anything is made, that a new archive's name can be had, and its passphrase, which is left empty when
 * none is needed. OK · as pipeline_init(). */
MUST_USE rc key_check_new(
	struct env *env, const char *path, const struct pipeline_new *how, struct secret *passphrase, struct err *e);
/* The key of a new archive: made, or found as an interrupted try has left it. */
MUST_USE rc key_make(struct env *env, int dir, const struct pipeline_new *how, const struct secret *passphrase,
	struct log_key *ret, struct err *e);
/* The key of an archive; asks for the passphrase when there has to be one. OK · E_NOTFOUND no key · E_DENIED no
 * passphrase, or a wrong one · as signer_load() and keyring_open(). */
MUST_USE rc key_open(struct env *env, int dir, struct pipeline_ui *ui, struct log_key *ret, struct err *e);
/* True when key_open() would ask: for a passphrase, or an ssh-agent, which may ask its user. */
bool key_is_locked(int dir);
/* Wipes and frees. */
void key_clear(struct log_key *k);

/* The key that how->agent names, in the agent of SSH_AUTH_SOCK.
 * OK · E_USAGE no log's key, or one of another name · E_EXISTS several have the comment · E_DENIED no agent, or it does
 * not have the key · otherwise as signer_agent_open(). */
MUST_USE rc key_agent_find(struct env *env, const struct pipeline_new *how, struct signer **ret, struct err *e);
/* The same, and keys/log.vkey and keys/log.agent are written; or they are there, of the same key (E_EXISTS: not so). */
MUST_USE rc key_agent_make(
	struct env *env, int dir, const struct pipeline_new *how, struct signer **ret, struct err *e);
/* Which key keys/log.agent names; `ret` lives in `a`. OK · E_NOTFOUND · E_FORMAT it is not that of keys/log.vkey ·
 * E_IO.
 */
MUST_USE rc key_agent_read(int dir, struct arena *a, struct note_key *ret, struct err *e);
/* OK · as key_agent_read() and key_agent_find(). */
MUST_USE rc key_agent_open(struct env *env, int dir, struct signer **ret, struct err *e);

/* The leaf of what a new log goes on from; without a name when it does not. OK · as pipeline_init(). */
MUST_USE rc continues_parse(const struct pipeline_new *how, struct arena *a, struct leaf *ret, struct err *e);
/* Makes it entry 0. OK · E_EXISTS there are entries · as seal_open() and seal_commit(). */
MUST_USE rc continues_seal(struct archive *ar, const struct signer *s, const struct leaf *leaf, struct err *e);

/* The row of a record. E_NOTFOUND for a record that is no capture. Text borrows from the record or lives in `a`. */
MUST_USE rc pipeline_row(struct pipeline *p, struct arena *a, const struct frame *f, const struct record *r,
	struct catalog_row *ret, struct err *e);

/* url_key() of a URL from outside, by a worker; the URL itself when that cannot be had. In `a`, or `url`. */
struct str keyer_key(struct pipeline *p, struct arena *a, struct str url);
MUST_USE rc keyer_open(struct pipeline *p, struct err *e);
void keyer_close(struct pipeline *p);

/* What a frame says that is no record. OK · as leaf_parse() and leaf_body_parse(). Borrows from the frame. */
MUST_USE rc token_of(struct arena *a, const struct frame *f, struct pipeline_token *ret, struct err *e);
/* The entry that a row of the catalog names, proven to be in the log of `now`, the published checkpoint; `body` owns
 * what `ret` borrows. OK · E_VERIFY · E_IO. */
MUST_USE rc token_read(struct pipeline *p, const struct checkpoint *now, const struct catalog_token *row,
	struct arena *a, struct buf *body, struct pipeline_token *ret, struct err *e);
/* All rows of tokens, in `a`. OK · E_FORMAT the catalog cannot be used · E_BUSY · E_IO. */
MUST_USE rc token_rows(struct pipeline *p, struct arena *a, struct catalog_token **ret, size_t *ret_n, struct err *e);
/* "cosig", "policy", …: struct catalog_token. */
struct str token_word(const struct leaf *leaf);
/* A catalog that cannot be used costs the listing, not the archive: said once, and made up for by the next command. */
void drop_catalog(struct pipeline *p, const struct err *why);

/* Adds a row to the catalog, if there is one, in a transaction that catalog_done() ends. */
MUST_USE rc catalog_add(struct pipeline *p, const struct catalog_row *row, struct err *e);
MUST_USE rc catalog_add_token(struct pipeline *p, const struct catalog_token *t, struct err *e);
MUST_USE rc catalog_done(struct pipeline *p, struct err *e);
/* Rows for frames that the catalog has not seen. E_VERIFY a damaged one: those before it have their rows. */
MUST_USE rc catalog_catch_up(struct pipeline *p, struct err *e);
/* True when there are frames that it has not seen. */
MUST_USE rc catalog_is_behind(struct pipeline *p, bool *ret, struct err *e);

#endif
