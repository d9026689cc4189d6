/* SPDX-License-Identifier: Apache-2.0 */
/* Keeping, sealing, checking and proving, with real syncs, in an archive of its own below FOLDER. One JSON line each:
 * times by the clock, in nanoseconds; `each_ns` of one capture, leaf or proof.
 * usage: seal FOLDER [LEAVES]      LEAVES (1000000) are sealed, in batches of 65536 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/caps.h"
#include "base/codec.h"
#include "base/json.h"
#include "base/mem.h"
#include "formats/proof/proof.h"
#include "formats/record/record.h"
#include "io/fs/fs.h"
#include "io/signer/signer.h"
#include "stages/seal/seal.h"

#define SERIAL 1000u /* captures, one sync of each file for each */
#define GROUP 16u    /* captures that share one */
#define PROOFS 1000u
#define WITNESSES 3u
#define BODY 4000u /* bytes of WARC for each capture, as a small page has compressed */

static uint64_t now_ns(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static void must(rc r, const struct err *e)
{
	if (r == OK)
		return;
	(void)fprintf(stderr, "seal: %s\n", e->msg);
	exit(3);
}

/* `n` of something took `ns` in all, and one of them `each`. */
static void print(const char *name, uint64_t n, uint64_t bytes, uint64_t ns, uint64_t each)
{
	AUTO(buf) b = {0};
	struct rusage u;
	(void)getrusage(RUSAGE_SELF, &u);
	buf_init(&b, KIB);
	struct jsonw j = jsonw_to(&b);
	jsonw_open(&j, NULL, '{');
	jsonw_str(&j, "name", str_c(name));
	jsonw_u64(&j, "n", n);
	jsonw_u64(&j, "bytes", bytes);
	jsonw_u64(&j, "ns", ns);
	jsonw_u64(&j, "each_ns", each);
	jsonw_u64(&j, "per_second", each ? 1000000000u / each : 0);
	jsonw_u64(&j, "MB_per_second", ns ? bytes * 1000u / ns : 0);
	jsonw_u64(&j, "rss_kb", (uint64_t)u.ru_maxrss);
	jsonw_close(&j, '}');
	(void)printf("%s\n", b.p);
	(void)fflush(stdout);
}

struct bench {
	struct env env;
	struct arena a;
	struct archive *ar;
	struct signer *signer;
	struct seal *seal;
	struct err e;
	char body[BODY];
};

/* A record as a capture has it, with its span; synced by the caller. */
static void add_capture(struct bench *x, struct buf *leaves, unsigned i)
{
	AUTO(arena) a = {0};
	AUTO(buf) body = {0};
	struct archive_span span;
	struct archive_ref ref;
	struct record r;
	bool fresh = false;
	uint8_t key[RECORD_KEY_SIZE];
	char leaf[RECORD_LEAF_SIZE];
	must(x->env.random(&x->env, key, sizeof(key), &x->e), &x->e);
	must(archive_span_begin(x->ar, &fresh, &x->e), &x->e);
	must(archive_span_sink(x->ar)->push(archive_span_sink(x->ar), str_mem(x->body, BODY), &x->e), &x->e);
	archive_span_end(x->ar, &span);
	record_begin(&a, &r, "capture", key);
	record_addf(&a, &r, "url", "https://news.example/%u", i);
	record_add(&a, &r, "warc.file", str_c(span.file));
	record_addf(&a, &r, "warc.offset", "%llu", (unsigned long long)span.offset);
	record_addf(&a, &r, "warc.length", "%llu", (unsigned long long)span.length);
	record_add(&a, &r, "warc.sha256", hex_of(&a, hash_str(&span.sha256)));
	must(record_finish(&a, &r, &x->e), &x->e);
	buf_init(&body, CAP_RECORD);
	record_encode(&body, &r);
	must(archive_sync_warc(x->ar, &x->e), &x->e);
	must(archive_frame_add(x->ar, FRAME_RECORD, buf_str(&body), &span, &ref, &x->e), &x->e);
	struct hash root = record_root(&r);
	record_leaf(&root, leaf);
	buf_addmem(leaves, leaf, sizeof(leaf));
}

/* `group` captures share the sync of records/ and the commit; WARC is synced for each but the last of a group. */
static void keep(struct bench *x, const char *name, unsigned group, bool sealed)
{
	static uint64_t took[SERIAL];
	uint64_t from = now_ns();
	size_t turns = SERIAL / group;
	for (size_t t = 0; t < turns; t++) {
		AUTO(buf) leaves = {0};
		uint64_t began = now_ns();
		buf_init(&leaves, MIB);
		for (unsigned i = 0; i < group; i++)
			add_capture(x, &leaves, (unsigned)t * group + i);
		must(archive_sync_records(x->ar, &x->e), &x->e);
		for (unsigned i = 0; i < group; i++)
			must(seal_add(x->seal,
				     str_sub(buf_str(&leaves), i * RECORD_LEAF_SIZE, (i + 1) * RECORD_LEAF_SIZE),
				     &x->e),
				&x->e);
		if (sealed)
			must(seal_commit(x->seal, &x->e), &x->e);
		took[t] = (now_ns() - began) / group;
	}
	uint64_t all = now_ns() - from;
	qsort(took, turns, sizeof(took[0]), by_size);
	print(name, turns * group, (uint64_t)turns * group * BODY, all, took[turns / 2]);
}

/* Leaves alone: what an import of others' records costs the log. */
static void seal_many(struct bench *x, uint64_t n)
{
	uint64_t from = now_ns();
	for (uint64_t i = 0; i < n; i++) {
		char leaf[RECORD_LEAF_SIZE];
		struct hash h = {{0}};
		memcpy(h.b, &i, sizeof(i));
		record_leaf(&h, leaf);
		must(seal_add(x->seal, str_mem(leaf, sizeof(leaf)), &x->e), &x->e);
		if (seal_pending(x->seal) == SEAL_PENDING_MAX)
			must(seal_commit(x->seal, &x->e), &x->e);
	}
	must(seal_commit(x->seal, &x->e), &x->e);
	uint64_t all = now_ns() - from;
	print("seal: leaves", n, n * RECORD_LEAF_SIZE, all, all / (n ? n : 1));
}

static struct checkpoint checkpoint(struct bench *x, struct str *ret_note)
{
	struct checkpoint c;
	must(seal_checkpoint(x->ar, signer_key(x->signer), &x->a, &c, ret_note, &x->e), &x->e);
	return c;
}

static void check_log(struct bench *x, const char *folder, bool entries)
{
	AUTO_FD dir = -1;
	struct checkpoint c = checkpoint(x, NULL);
	must(fs_dir_open(AT_FDCWD, str_fmt(&x->a, "%s/archive/log", folder).p, &dir, &x->e), &x->e);
	uint64_t took[3];
	for (size_t i = 0; i < ARRAY_LEN(took); i++) {
		uint64_t from = now_ns();
		must(seal_check_tiles(dir, &c, entries, NULL, &x->e), &x->e);
		took[i] = now_ns() - from;
	}
	qsort(took, ARRAY_LEN(took), sizeof(took[0]), by_size);
	uint64_t bytes = c.size * (sizeof(struct hash) + (entries ? RECORD_LEAF_SIZE : 0));
	print(entries ? "check: hashes and entries" : "check: hashes", c.size, bytes, took[1],
		took[1] / (c.size ? c.size : 1));
}

/* A proof as it is handed over, with the checkpoint's cosignatures. */
static void prove(struct bench *x)
{
	static uint64_t took[PROOFS];
	struct str note;
	struct checkpoint c = checkpoint(x, &note);
	AUTO(buf) cosigned = {0};
	size_t most = 0;
	struct note n;
	must(note_open(&x->a, note, signer_key(x->signer), 1, &n, &x->e), &x->e);
	buf_init(&cosigned, CAP_NOTE);
	buf_add(&cosigned, note);
	for (unsigned i = 0; i < WITNESSES; i++) {
		AUTO(buf) key = {0};
		struct signer *w = NULL;
		buf_init(&key, CAP_KEY_FILE);
		must(signer_generate_type(
			     &x->env, str_fmt(&x->a, "witness-%u.example", i), NOTE_COSIGNATURE, &key, &x->e),
			&x->e);
		must(signer_open(buf_str(&key), &w, &x->e), &x->e);
		must(signer_cosign(w, n.text, 1542266700, &cosigned, &x->e), &x->e);
		signer_free(w);
	}
	for (unsigned i = 0; i < PROOFS; i++) {
		AUTO(arena) a = {0};
		AUTO(buf) text = {0};
		AUTO(buf) bundle = {0};
		uint64_t from = now_ns();
		/* a leaf of seal_many(): those of captures stand before it */
		uint64_t before = c.size > 1000000 ? c.size - 1000000 : 0;
		uint64_t index = before + (uint64_t)i * 7919 % (c.size - before);
		uint64_t leaf_number = index - before;
		struct hash h = {{0}};
		char leaf[RECORD_LEAF_SIZE];
		struct proof p = {.index = index, .checkpoint = buf_str(&cosigned)};
		memcpy(h.b, &leaf_number, sizeof(leaf_number));
		record_leaf(&h, leaf);
		must(seal_prove(x->ar, &c, index, str_mem(leaf, sizeof(leaf)), &p.path, &x->e), &x->e);
		buf_init(&text, CAP_PROOF_FILE);
		proof_text(&text, &p);
		took[i] = now_ns() - from;
		if (text.n > most)
			most = text.n;
	}
	qsort(took, PROOFS, sizeof(took[0]), by_size);
	print("prove: one proof, bytes with three cosignatures", 1, most, took[PROOFS / 2], took[PROOFS / 2]);
}

int main(int argc, char **argv)
{
	struct bench *x = mem_alloc(sizeof(*x));
	struct seal_opened opened;
	AUTO(buf) key = {0};
	uint64_t leaves = 1000000;
	if (argc < 2 || argc > 3 || (argc == 3 && !str_to_u64(str_c(argv[2]), &leaves)) || leaves > 1000000) {
		(void)fprintf(stderr, "usage: seal FOLDER [LEAVES]\n");
		return 2;
	}
	fs_env(&x->env);
	for (size_t i = 0; i < BODY; i++)
		x->body[i] = (char)(i * 2654435761u >> 8);
	const char *path = str_fmt(&x->a, "%s/archive", argv[1]).p;
	buf_init(&key, CAP_KEY_FILE);
	must(signer_generate(&x->env, STR("example.org/bench"), &key, &x->e), &x->e);
	must(signer_open(buf_str(&key), &x->signer, &x->e), &x->e);
	must(archive_create(&x->env, path, &x->e), &x->e);
	must(archive_open(&x->env, path, true, &x->ar, &x->e), &x->e);
	must(seal_create(x->ar, x->signer, &x->e), &x->e);
	must(seal_open(x->ar, x->signer, &x->seal, &opened, &x->e), &x->e);
	keep(x, "keep: one capture, one sync each of warc and records", 1, false);
	keep(x, "keep and seal: the same with a checkpoint each", 1, true);
	keep(x, "keep and seal: a checkpoint for 16", GROUP, true);
	seal_many(x, leaves);
	check_log(x, argv[1], false);
	check_log(x, argv[1], true);
	prove(x);
	seal_free(x->seal);
	archive_close(x->ar);
	signer_free(x->signer);
	arena_clear(&x->a);
	mem_free(x);
	return 0;
}
