/* SPDX-License-Identifier: Apache-2.0 */
/* The order of things: what a capture goes through, and how an archive is opened for it.
 *
 *   add ─► capture (kept) ─► seal (sealed) ─► read ─► catalog
 *
 * Stages do not know each other; this does. It prints nothing: what happens is told through struct pipeline_ui. */
#ifndef APP_PIPELINE_H
#define APP_PIPELINE_H

#include "base/arena.h"
#include "base/env.h"
#include "formats/note/note.h"
#include "io/catalog/catalog.h"
#include "io/secret/secret.h"
#include "stages/anchor/anchor.h"
#include "stages/capture/capture.h"
#include "stages/seal/seal.h"

struct pipeline;

struct pipeline_ui {
	/* A capture is kept. */
	void (*kept)(struct pipeline_ui *ui, const struct catalog_row *row);
	/* Something went wrong with a part of the input, and the rest goes on. */
	void (*trouble)(struct pipeline_ui *ui, const struct err *e);
	/* Said once: what the user should know and cannot change now. */
	void (*notice)(struct pipeline_ui *ui, const char *text);
	/* `done` of `total` (0: unknown) of what `what` names. */
	void (*progress)(struct pipeline_ui *ui, const char *what, uint64_t done, uint64_t total);
	/* Gets the passphrase of keys/onrecord.age; `fresh`: one that the user chooses now. NULL: there is none.
	 * OK, and it is not empty · E_DENIED none can be had · E_USAGE the same of a fresh one · E_LIMIT · E_IO. */
	rc (*passphrase)(struct pipeline_ui *ui, bool fresh, struct secret *ret, struct err *e);
};

struct pipeline_new {
	struct str origin;        /* names the log; empty: a random one */
	bool plain;               /* the key is kept in keys/log.key, under no passphrase */
	struct str agent;         /* it is in an ssh-agent: its verifier key, or its comment there; or empty */
	unsigned work;            /* of the passphrase: struct keyring_place */
	struct str continues;     /* the last signed checkpoint of a log that this one goes on from; or empty */
	struct str continues_key; /* its verifier key; empty: whether it signed that is not checked */
	struct pipeline_ui *ui;   /* asked for the passphrase; NULL when plain or in an agent */
};
/* Makes an archive in `path`, or finishes making one; the passphrase is had before anything is made. *ret_vkey in `a`.
 * OK · E_EXISTS a whole one is there · E_USAGE a bad origin, no passphrase, or a checkpoint or key to continue from
 * that is none, or is of this origin · E_VERIFY that checkpoint is not signed by that key · E_DENIED the passphrase
 * does not open what an interrupted try has left; no agent, or it does not have the key, or refuses. */
MUST_USE rc pipeline_init(struct env *env, const char *path, const struct pipeline_new *how, struct arena *a,
	struct str *ret_vkey, struct err *e);

/* What the log goes on from, when its first entry says so; proven to be in the log. `ret` lives in `a`.
 * OK · E_NOTFOUND it does not say so, or is not sealed · E_VERIFY · E_IO. */
MUST_USE rc pipeline_continues(struct pipeline *p, struct arena *a, struct leaf *ret, struct err *e);

enum key_role {
	KEY_LOG,
	KEY_WITNESS,
	KEY_AUTHOR,
};
enum key_place {
	KEY_ENCRYPTED, /* in keys/onrecord.age */
	KEY_PLAIN,     /* in keys/log.key */
	KEY_IN_AGENT,
};
struct pipeline_key_list {
	/* One private key that the archive holds, or names; `used`: the role's last, which signs. */
	void (*key)(struct pipeline_key_list *l, enum key_role role, const struct note_key *key, bool used,
		enum key_place place);
};
/* Tells of all private keys; asks for the passphrase when there are any under one. OK · as pipeline_open(). */
MUST_USE rc pipeline_keys(
	struct env *env, const char *path, struct pipeline_ui *ui, struct pipeline_key_list *l, struct err *e);
/* Makes a key for a person or a witness, in keys/onrecord.age, which is made when there is none. A new key of the role
 * is the one in use. *ret_vkey in `a`. OK · E_USAGE a name that no key can have · as pipeline_open(). */
MUST_USE rc pipeline_key_add(struct env *env, const char *path, const struct pipeline_new *how, enum key_role role,
	struct arena *a, struct str *ret_vkey, struct err *e);
/* Puts the keys under a new passphrase; or moves the key of keys/log.key under one, and removes that file (*ret_moved):
 * under the passphrase of the other keys when there are any, else a new one. After a crash either form is whole, and
 * the same command goes on. Uses how->ui and how->work. OK · as pipeline_open(). */
MUST_USE rc pipeline_key_passphrase(
	struct env *env, const char *path, const struct pipeline_new *how, bool *ret_moved, struct err *e);

/* Opens an archive. For writing: locks it, recovers, seals what was kept before, brings the catalog up to date. `ui`
 * and `env` are borrowed until it is closed. A catalog that cannot be used is said, and is no error. OK · E_NOTFOUND no
 * archive · E_BUSY another process writes · E_UNSUPPORTED a later format · E_VERIFY damage or rollback (nothing has
 * been changed) · E_FORMAT a key that cannot be read · E_DENIED · E_IO. */
MUST_USE rc pipeline_open(
	struct env *env, const char *path, bool write, struct pipeline_ui *ui, struct pipeline **ret, struct err *e);
/* Seals what is pending, reads the new captures, closes. Always frees. OK · as pipeline_seal() and pipeline_read(). */
MUST_USE rc pipeline_close(struct pipeline *p, struct err *e);

/* Closes and frees without writing anything more: after a failed write. */
void pipeline_abandon(struct pipeline *p);

/* Borrowed, until the pipeline is closed. */
struct archive *pipeline_archive(struct pipeline *p);
/* The same. Where there is none that can be used, and none can be made, one is made in memory, without readings, and
 * that is said. NULL when that fails too. */
struct catalog *pipeline_catalog(struct pipeline *p);
/* The key that checkpoints are checked against. Borrowed. */
const struct note_key *pipeline_key(const struct pipeline *p);
/* Checks against that verifier key from here on, whatever keys/log.vkey says; *ret_same: it is the same.
 * OK · E_FORMAT · E_UNSUPPORTED another kind of key. */
MUST_USE rc pipeline_use_key(struct pipeline *p, struct str vkey, bool *ret_same, struct err *e);
/* Log entries under the published checkpoint. OK · E_VERIFY it is not signed by the key · E_NOTFOUND · E_FORMAT · E_IO.
 */
MUST_USE rc pipeline_sealed(struct pipeline *p, uint64_t *ret, struct err *e);

struct pipeline_fetch {
	struct capture_fetch how; /* url is left empty */
	unsigned jobs;            /* fetched at the same time; 0: 1 */
};
struct pipeline_fetched {
	uint64_t kept;
	uint64_t failed;    /* no reply at all */
	uint64_t blocked;   /* the site answered 401, 403, 407, 429 or 451: kept all the same */
	uint64_t truncated; /* kept, but cut short */
	uint64_t broken;    /* kept, but a redirect was not followed */
};
/* Captures URLs and keeps them in the order in which replies are whole. A URL without a reply is told to
 * ui->trouble and counted. OK · E_IO the archive cannot be written, or no worker or thread was to be had. */
MUST_USE rc pipeline_fetch(struct pipeline *p, const struct str *urls, size_t n, const struct pipeline_fetch *how,
	struct pipeline_fetched *ret, struct err *e);
/* A WARC, ARC or other file. `url` is where a file that is no archive was found. */
struct pipeline_file {
	const char *path;
	struct str url;
	struct str content_type; /* empty: text/html */
	struct str tool;
};
/* Keeps it. *ret counts what was kept, also after an error.
 * OK (ret->bad tells about damage) · E_NOTFOUND · E_USAGE no archive, and no `url` · E_FORMAT · E_LIMIT · E_DENIED ·
 * E_IO. */
MUST_USE rc pipeline_file(
	struct pipeline *p, const struct pipeline_file *file, struct capture_counts *ret, struct err *e);

/* Signs a checkpoint over everything kept. Only after opening for writing. OK · E_IO · E_BUSY and E_FORMAT of the
 * catalog. */
MUST_USE rc pipeline_seal(struct pipeline *p, struct err *e);
/* Reads the articles of captures that were not read yet, `jobs` at a time (0: one a processor). A page that cannot be
 * read gets an empty reading, and is told. OK · E_VERIFY a damaged record · E_BUSY and E_FORMAT of the catalog · E_IO.
 */
MUST_USE rc pipeline_read(struct pipeline *p, unsigned jobs, struct err *e);
/* Reads the article of one capture now, whatever the catalog has. OK · E_NOTFOUND it is no page · of the worker. */
struct article;
MUST_USE rc pipeline_article(struct pipeline *p, const struct catalog_row *row, const struct record *r, struct arena *a,
	struct article *ret, struct err *e);
/* Reads the article in a file; the encoded article goes into `ret`. No archive is involved.
 * OK · E_LIMIT and E_FORMAT of the worker · E_IO. */
MUST_USE rc pipeline_read_file(
	int fd, uint64_t size, struct str url, struct str content_type, struct buf *ret, struct err *e);
/* Makes the catalog anew from records/ and warc/, beside the old one, and puts it in its place when it is whole.
 * *ret_rows: log entries seen. Nothing else is changed and nothing signed, so that it can be done to an older copy of
 * an archive too. OK, also when damage ended the scan early, which is told as trouble · E_BUSY · E_IO. */
MUST_USE rc pipeline_reindex(
	struct env *env, const char *path, unsigned jobs, struct pipeline_ui *ui, uint64_t *ret_rows, struct err *e);

/* Finds a capture by "#12", a prefix of its id, a URL (its newest capture) or URL@DATE (the newest up
 * to the end of what the date names). OK · E_USAGE no index · E_NOTFOUND · E_EXISTS ambiguous · E_FORMAT the catalog
 * cannot be used · E_BUSY · E_IO. */
MUST_USE rc pipeline_find(struct pipeline *p, struct str name, struct arena *a, struct catalog_row *ret, struct err *e);
/* The record behind a row, checked against its frame's digest. `body` owns the bytes that `ret` borrows. What the row
 * has of the record is made again from it, borrowing from `body` and `a`; when the catalog said something else, that is
 * told as trouble. Its reading stays as the catalog has it.
 * OK · E_NOTFOUND the frame is no record · E_VERIFY damaged, or the record is no capture · E_FORMAT · E_IO. */
MUST_USE rc pipeline_record(struct pipeline *p, struct catalog_row *row, struct arena *a, struct buf *body,
	struct frame *ret_frame, struct record *ret, struct err *e);

/* An entry of the log with its record: a capture, or what has no place in the catalog (kind "source"); then the row has
 * index, id and kind alone. */
struct pipeline_entry {
	struct catalog_row row;
	struct frame frame;
	struct record record;
};
/* What `name` names, as pipeline_find() has it. "#12" is looked up in records/, so that every record is found, also
 * without a catalog. `body` owns the bytes that `ret` borrows; the rest lives in `a`.
 * OK · E_USAGE no index · E_NOTFOUND · E_EXISTS ambiguous · E_VERIFY damaged, or the catalog names another record ·
 * E_FORMAT the record does not decode, or the catalog cannot be used · E_IO. */
MUST_USE rc pipeline_entry(struct pipeline *p, struct str name, struct arena *a, struct buf *body,
	struct pipeline_entry *ret, struct err *e);

/* An entry of the log that is no record: what others said about a checkpoint, a policy, a change of keys. */
struct pipeline_token {
	struct archive_ref ref;
	struct leaf leaf;
	struct str text;  /* of the leaf */
	struct str note;  /* the checkpoint that it is about, signed by the log's key; empty for others than anchors */
	struct str bytes; /* the token, or the policy's text; empty for key and continues */
	bool sealed;
};
struct pipeline_tokens {
	/* `t` borrows, until it returns. */
	rc (*token)(struct pipeline_tokens *v, const struct pipeline_token *t, struct err *e);
};
/* Calls v->token for each, in the order of the log; also for anchors that are kept and not sealed yet, and for what
 * else this writer has kept. That its bytes have the hash of the leaf, that the leaf is in the log and that its
 * checkpoint was the log's is checked; what a token is worth is the caller's to find. The catalog is a cache: it may
 * lack some. OK · E_FORMAT the catalog cannot be used · E_VERIFY a damaged frame · E_BUSY · E_IO · what v->token gave.
 */
MUST_USE rc pipeline_tokens(struct pipeline *p, struct pipeline_tokens *v, struct err *e);
/* Keeps a token about a checkpoint of this log, or a policy's text, or a leaf of another kind, and puts it into the
 * catalog. Sealed by pipeline_seal(). As seal_add_token(), seal_add_policy(), seal_add_leaf(). */
MUST_USE rc pipeline_add_token(struct pipeline *p, const struct seal_token *t, struct err *e);
MUST_USE rc pipeline_add_policy(struct pipeline *p, struct str text, struct err *e);
MUST_USE rc pipeline_add_leaf(struct pipeline *p, const struct leaf *leaf, struct err *e);
/* The published checkpoint, signed by the log's key alone: what a witness or a time stamp is asked about. Only when
 * open for writing; borrowed until the next pipeline_seal(). */
struct str pipeline_note(const struct pipeline *p);

/* A token about a checkpoint, as handed over. */
struct pipeline_stamp {
	enum leaf_token kind; /* LEAF_RFC3161, LEAF_OTS or LEAF_CHAIN */
	struct str bytes;
};
/* What is handed over so that others can check that an entry is in the log. In an arena. */
struct pipeline_proof {
	struct str text;    /* a C2SP tlog-proof */
	uint64_t size;      /* of the checkpoint in it */
	bool witnessed;     /* its cosignatures satisfy the sealed policy */
	bool policy;        /* one is sealed; */
	struct str said;    /* what it says of the checkpoint: who cosigned, who is missing */
	struct str stamped; /* the smallest checkpoint over the entry that has time tokens, signed; empty: none has */
	uint64_t stamped_size;
	struct pipeline_stamp *stamps; /* its tokens, in the order of the log */
	size_t nstamps;
};
/* Proves that the entry is in the log: under the smallest checkpoint that covers it and that is witnessed as the policy
 * sealed last wants it, else under the newest. What tokens say is not judged.
 * OK · E_NOTFOUND it is not sealed yet · E_VERIFY · E_FORMAT the catalog or the policy cannot be used · E_LIMIT · E_IO.
 */
MUST_USE rc pipeline_prove(
	struct pipeline *p, const struct pipeline_entry *x, struct arena *a, struct pipeline_proof *ret, struct err *e);

/* What is shown of a record. */
struct pipeline_show {
	const struct str *withhold; /* names of fields */
	size_t nwithhold;
	bool body; /* show the values of its trees too, unless they are withheld; without it, what they could be
		    * guessed from is withheld as well */
};
struct pipeline_shown {
	struct str text;   /* a disclosure; in `a` */
	struct str *along; /* fields that are withheld because the trees' values are */
	size_t nalong;
};
/* OK · E_USAGE no such field, or what is withheld could be guessed from others (they are named) · E_VERIFY warc/ is not
 * what the record says · E_LIMIT · E_IO. */
MUST_USE rc pipeline_disclose(struct pipeline *p, const struct pipeline_entry *x, const struct pipeline_show *how,
	struct arena *a, struct pipeline_shown *ret, struct err *e);

/* Appends a proof that the newest checkpoint goes on from an earlier one, as a witness is asked (add-checkpoint):
 * `from` is a size, or an earlier signed checkpoint of this log.
 * OK · E_NOTFOUND it is over what is sealed · E_VERIFY not signed by the log, or of another history · E_LIMIT · E_IO.
 */
MUST_USE rc pipeline_prove_from(struct pipeline *p, struct str from, struct buf *ret, struct err *e);

/* Files that somebody has handed over, to be checked with no archive at hand. */
struct pipeline_check {
	struct str file;       /* a tlog-proof, a disclosure, an add-checkpoint request, a signed checkpoint */
	bool has_leaf;         /* of a proof: */
	struct str leaf;       /* the entry's bytes, */
	struct str disclosure; /* or a disclosure of its record; empty: none */
	struct str old;        /* of a request: the earlier signed checkpoint; empty: none */
	struct str policy;     /* empty: none */
	struct str *keys;      /* verifier keys: of logs, and of witnesses that must have cosigned */
	size_t nkeys;
};
/* One thing that was found. The words are ours, the values may be anything. */
enum pipeline_fact_kind {
	FACT_IS = 1,   /* name and value, e.g. "size" */
	FACT_FIELD,    /* a field of the record that is shown */
	FACT_WITHHELD, /* fields or a part of a tree that are not */
	FACT_SHOWN,    /* a part of a tree that is */
	FACT_PROBLEM,  /* something that does not hold */
	FACT_UNPROVEN, /* something that these files do not show */
};
struct pipeline_fact {
	enum pipeline_fact_kind kind;
	struct str name; /* of FACT_IS, FACT_FIELD */
	struct str value;
};
struct pipeline_facts {
	struct pipeline_fact *fact;
	size_t n;
	bool known_key; /* a key that was given signed it */
	bool holds;     /* that, and there is no problem */
};
/* Checks them in a worker; the facts are in `a`. What does not hold is a fact and no error.
 * OK · E_USAGE bad keys, policy or combination · E_FORMAT none of these files, or a broken one · E_LIMIT · of the
 * worker.
 */
MUST_USE rc pipeline_check(const struct pipeline_check *in, struct arena *a, struct pipeline_facts *ret, struct err *e);
/* A tiled log in a folder: `checkpoint` and `tile/`. `in->file` is not used.
 * OK · E_NOTFOUND there is none · as pipeline_check() · E_IO. */
MUST_USE rc pipeline_check_log(
	const char *path, const struct pipeline_check *in, struct arena *a, struct pipeline_facts *ret, struct err *e);

/* The file `authorities` of an archive: who is asked what time it is. Lines, in any order; '#' begins a comment.
 *
 *   tsa NAME URL [FILE]      a time-stamp authority; FILE (in the archive unless it begins with '/') has the
 *                            certificates, PEM, that its chain must end in
 *   calendar URL             an OpenTimestamps calendar */
struct authorities {
	struct anchor_tsa *tsa;
	size_t ntsa;
	struct str *calendars;
	size_t ncalendars;
	struct str trusted; /* all FILEs together */
};
/* Reads it; it lives in `a`. OK · E_NOTFOUND there is none · E_USAGE "authorities:LINE: …" · E_LIMIT · E_IO. */
MUST_USE rc pipeline_authorities(struct pipeline *p, struct arena *a, struct authorities *ret, struct err *e);

struct pipeline_anchored {
	/* One authority has answered, and its token is kept; or it has not: then `e` says why. */
	void (*answered)(
		struct pipeline_anchored *r, struct str who, const struct anchor_token *t, const struct err *e);
	uint64_t size;    /* of the checkpoint that was asked about */
	uint64_t kept;    /* tokens */
	uint64_t failed;  /* authorities that did not answer as they should */
	uint64_t waiting; /* proofs that still wait for a block */
	bool nothing_new; /* what is there is anchored: nobody was asked */
};
/* Has the newest checkpoint anchored by each of them, keeps the tokens and seals them. When all entries since the last
 * anchor are such tokens themselves, nobody is asked, unless `again`.
 * OK, also when some or all failed · E_NOTFOUND nothing is sealed yet · E_IO and the rest of pipeline_seal(). */
MUST_USE rc pipeline_anchor(struct pipeline *p, const struct authorities *who, const struct anchor_net *net, bool again,
	struct pipeline_anchored *r, struct err *e);
/* Asks the calendars for what they owe. */
MUST_USE rc pipeline_anchor_upgrade(struct pipeline *p, const struct authorities *who, const struct anchor_net *net,
	struct pipeline_anchored *r, struct err *e);

/* A time stamp or proof of the log, judged. */
struct anchored {
	uint64_t index; /* of its own entry: what comes behind was appended after `verdict.time` */
	uint64_t size;  /* what is below existed before it */
	enum leaf_token kind;
	struct anchor_verdict verdict;
};
/* Entries that are no records, as who has read the log has found them. */
struct token_list {
	struct arena a;
	struct catalog_token *row;
	size_t n;
};
/* Takes the frame when it is one. Free with arena_clear(&l->a). */
void token_list_add(struct token_list *l, const struct frame *f);
/* All that are sealed, found in records/. OK · E_VERIFY a damaged frame, or one is missing · E_IO. */
MUST_USE rc pipeline_token_scan(struct pipeline *p, struct token_list *l, struct err *e);
/* The anchors among `tokens`, judged, in the order of the log, in `a`. NULL: those that the catalog has, which may be
 * fewer than there are. OK · E_VERIFY a damaged frame · as anchor_judge(). */
MUST_USE rc pipeline_judge(struct pipeline *p, const struct token_list *tokens, const struct anchor_trust *trust,
	struct arena *a, struct anchored **ret, size_t *ret_n, struct err *e);

/* Between which times an entry was appended, as far as anchors with a time say; a time of theirs has its slack taken
 * off or added. Each is NULL when there is none. */
struct bracket {
	const struct anchored *after;
	const struct anchored *before;
};
struct bracket bracket_of(const struct anchored *all, size_t n, uint64_t index);
/* Whether a claimed time can be true of what was appended within it: CLOCK_SLACK is allowed for our own clock. */
#define CLOCK_SLACK (300ll * 1000000000ll)
bool bracket_allows(const struct bracket *b, int64_t claimed);

/* CDXJ lines of web archives, collected to be sorted bytewise. All zeros but `trouble` to begin with. */
struct cdxj_lines {
	struct arena a;
	struct str *line; /* with its newline */
	size_t n;
	uint64_t bytes;
	uint64_t bad;
	void (*trouble)(struct cdxj_lines *l, const struct err *e);
};
/* Adds the lines of the archive open on `fd`, read-only; its name in them is the last part of `path`.
 * A record that cannot be indexed is told and counted.
 * OK · E_LIMIT over CAP_CDXJ_SORT · E_FORMAT · E_IO. */
MUST_USE rc pipeline_cdxj(int fd, const char *path, struct cdxj_lines *lines, struct err *e);
/* Sorts, and drops lines that are the same. */
void cdxj_lines_sort(struct cdxj_lines *lines);

#endif
