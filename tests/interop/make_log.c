/* SPDX-License-Identifier: Apache-2.0 */
/* Makes an archive whose log has SIZE entries, and writes an inclusion proof of each for another implementation to
 * check.
 *
 *   usage: make_log DIR SIZE > proofs
 *
 * The first line is the verifier key; then a line an entry: index, base64 leaf, base64 hashes of the proof, spaces
 * between. */
#include <fcntl.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/codec.h"
#include "base/hash.h"
#include "io/fs/fs.h"
#include "io/signer/signer.h"
#include "stages/seal/seal.h"

static struct str leaf_of(struct arena *a, uint64_t i)
{
	struct hash root = hash_of(str_mem(&i, sizeof(i)));
	return str_fmt(a, "onrecord/v1 entry\n%.*s\n", STR_FMT(base64_of(a, hash_str(&root))));
}

static rc make(struct env *env, const char *dir, uint64_t size, struct err *e)
{
	AUTO(arena) run = {0};
	AUTO(buf) key = {0};
	struct archive *ar = NULL;
	struct signer *s = NULL;
	struct seal *l = NULL;
	struct seal_opened opened;
	struct checkpoint c;
	buf_init(&key, 4096);
	TRY(signer_generate(env, STR("example.org/interop"), &key, e));
	TRY(signer_open(buf_str(&key), &s, e));
	TRY(archive_create(env, dir, e));
	TRY(archive_open(env, dir, true, &ar, e));
	TRY(seal_create(ar, s, e));
	TRY(seal_open(ar, s, &l, &opened, e));
	for (uint64_t i = 0; i < size; i++) {
		AUTO(arena) a = {0};
		struct archive_ref ref;
		struct str leaf = leaf_of(&a, i);
		TRY(archive_frame_add(ar, FRAME_LEAF, leaf, NULL, &ref, e));
		TRY(seal_add(l, leaf, e));
		if (seal_pending(l) == SEAL_PENDING_MAX) {
			TRY(archive_sync_records(ar, e));
			TRY(seal_commit(l, e));
		}
	}
	TRY(archive_sync_records(ar, e));
	TRY(seal_commit(l, e));
	(void)printf("%s\n", signer_vkey(&run, s).p);
	TRY(seal_checkpoint(ar, signer_key(s), &run, &c, NULL, e));
	for (uint64_t i = 0; i < size; i++) {
		AUTO(arena) a = {0};
		struct tlog_proof p;
		struct str leaf = leaf_of(&a, i);
		TRY(seal_prove(ar, &c, i, leaf, &p, e));
		(void)printf("%llu %s", (unsigned long long)i, base64_of(&a, leaf).p);
		for (size_t k = 0; k < p.n; k++)
			(void)printf(" %s", base64_of(&a, hash_str(&p.h[k])).p);
		(void)putchar('\n');
	}
	seal_free(l);
	signer_free(s);
	archive_close(ar);
	return OK;
}

int main(int argc, char **argv)
{
	struct env env;
	struct err e;
	uint64_t size = 0;
	if (argc != 3 || !str_to_u64(str_c(argv[2]), &size)) {
		(void)fputs("usage: make_log DIR SIZE\n", stderr);
		return 2;
	}
	fs_env(&env);
	if (make(&env, argv[1], size, &e) != OK) {
		(void)fprintf(stderr, "make_log: %s\n", e.msg);
		return 1;
	}
	return fflush(stdout) != 0;
}
