/* SPDX-License-Identifier: Apache-2.0 */
/* An archive with all that there is in one, 200 entries with cosignatures, time stamps and their chain, a policy and a
 * key among them, and a bit flipped anywhere in it: each is seen, and the file that it is in is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "formats/tsp/test_tsa.h"
#include "io/fs/fs.h"
#include "stages/seal/test_world.h"

#define ENTRIES 200u
#define BATCH 40u

struct writer {
	struct archive *ar;
	struct seal *l;
};

static void keep(struct writer *x, enum leaf_token kind, struct str note, struct str bytes)
{
	struct archive_ref ref;
	struct err e;
	const struct seal_token t = {kind, note, bytes};
	if (seal_add_token(x->l, &t, &ref, &e) != OK)
		fail_msg("%s", e.msg);
}

/* A witness's line over the published checkpoint, as it comes back from it. */
static struct str cosignature(struct world *w, struct str note, unsigned i)
{
	AUTO(buf) key = {0};
	AUTO(buf) line = {0};
	struct signer *s = NULL;
	struct str text;
	struct str sigs;
	struct err e;
	buf_init(&key, 4096);
	buf_init(&line, CAP_NOTE);
	assert_int_equal(
		signer_generate_type(&w->env, str_fmt(&w->a, "witness%u.example.org", i), NOTE_COSIGNATURE, &key, &e),
		OK);
	assert_int_equal(signer_open(buf_str(&key), &s, &e), OK);
	assert_int_equal(note_split(note, &text, &sigs, &e), OK);
	assert_int_equal(signer_cosign(s, text, 1542266700u + i, &line, &e), OK);
	signer_free(s);
	return str_dup(&w->a, buf_str(&line));
}

/* Three cosignatures, a time stamp with its chain, and an OpenTimestamps proof (of which only the hash counts here). */
static void anchor(struct world *w, struct writer *x, const struct tsa *tsa)
{
	struct str note = str_dup(&w->a, seal_note(x->l));
	struct hash h = hash_of(note);
	const struct token_spec spec = {.hash = hash_str(&h)};
	const struct crl_spec crl = {.reason = -1};
	struct tsp_evidence ev = {0};
	struct err e;
	for (unsigned i = 0; i < 3; i++)
		keep(x, LEAF_COSIG, note, cosignature(w, note, i));
	keep(x, LEAF_RFC3161, note, tsa_reply(&w->a, tsa, &spec));
	assert_int_equal(tsp_evidence_add(&w->a, &ev, tsa_der(&w->a, tsa->middle.cert), NULL, &e), OK);
	assert_int_equal(tsp_evidence_add(&w->a, &ev, tsa_crl(&w->a, &tsa->middle, &crl), NULL, &e), OK);
	keep(x, LEAF_CHAIN, note, tsp_evidence_text(&w->a, &ev));
	struct str ots = str_join(
		&w->a, STR("\0OpenTimestamps\0\0Proof\0\xbf\x89\xe2\xe8\x84\xe8\x92\x94\1\x08"), hash_str(&h));
	keep(x, LEAF_OTS, note, ots);
}

static void world_anchored(struct world *w)
{
	struct err e = {0};
	struct writer x = {.ar = NULL};
	struct seal_opened opened;
	struct archive_ref ref;
	struct tsa tsa;
	const struct tsa_spec spec = {.usage = NULL};
	world_open(w);
	tsa_init(&tsa, &spec);
	assert_int_equal(world_create(w, &e), OK);
	assert_int_equal(archive_open(&w->env, w->path, true, &x.ar, &e), OK);
	assert_int_equal(seal_open(x.ar, w->signer, &x.l, &opened, &e), OK);
	const struct leaf key = {.kind = LEAF_KEY, .name = signer_vkey(&w->a, w->signer)};
	assert_int_equal(seal_add_leaf(x.l, &key, &ref, &e), OK);
	struct str policy = STR("witness w witness0.example.org+00000000+AQ\nquorum w\n");
	assert_int_equal(seal_add_policy(x.l, policy, &ref, &e), OK);
	uint64_t n = 2;
	while (n < ENTRIES) {
		bool tokens = n + BATCH < ENTRIES;
		for (uint64_t end = tokens ? n + BATCH - 6 : ENTRIES; n < end; n++)
			assert_int_equal(world_add(w, x.ar, x.l, (unsigned)n, &e), OK);
		assert_int_equal(seal_commit(x.l, &e), OK);
		if (tokens) {
			anchor(w, &x, &tsa);
			n += 6;
		}
	}
	seal_free(x.l);
	archive_close(x.ar);
	tsa_clear(&tsa);
	assert_verified(w, ENTRIES);
}

/* Flips one bit of each `step`th byte, and puts it back. */
static size_t flip_each(struct world *w, const char *path, off_t step)
{
	struct stat st;
	size_t flips = 0;
	assert_int_equal(chmod(path, 0600), 0);
	AUTO_FD fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0 && fstat(fd, &st) == 0);
	const char *file = path + strlen(w->path) + 1;
	for (off_t at = 0; at < st.st_size; at += step) {
		uint8_t was = 0;
		assert_int_equal(pread(fd, &was, 1, at), 1);
		uint8_t now = (uint8_t)(was ^ (1u << flips++ % 8));
		assert_int_equal(pwrite(fd, &now, 1, at), 1);
		struct told t = verify(w);
		if (t.report.problems == 0)
			fail_msg("%s: flipping byte %lld to %02x was not seen", file, (long long)at, now);
		if (!strstr(t.first.msg, file))
			fail_msg("%s: byte %lld: named as '%s'", file, (long long)at, t.first.msg);
		assert_int_equal(pwrite(fd, &was, 1, at), 1);
	}
	return flips;
}

/* Each byte when ONRECORD_TEST_LONG is set, else one of 101: a prime, so that no field of what repeats is passed by. No
 * exceptions: see "Bytes that cannot matter" in docs/formats/archive.md. */
static void test_a_flipped_bit_in_an_anchored_archive_is_named(void **unused)
{
	(void)unused;
	struct world w;
	size_t flips = 0;
	uint64_t bytes = 0;
	const off_t step = getenv("ONRECORD_TEST_LONG") ? 1 : 101;
	world_anchored(&w);
	struct file_list l = {.a = &w.a};
	list_files(&w, &l);
	assert_true(l.n >= 8);
	for (size_t i = 0; i < l.n; i++) {
		struct stat st;
		assert_int_equal(stat(l.path[i], &st), 0);
		bytes += (uint64_t)st.st_size;
		flips += flip_each(&w, l.path[i], step);
	}
	assert_verified(&w, ENTRIES);
	print_message(
		"%zu flipped bits in %zu files of %llu bytes, all named\n", flips, l.n, (unsigned long long)bytes);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_flipped_bit_in_an_anchored_archive_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
