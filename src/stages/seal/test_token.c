/* SPDX-License-Identifier: Apache-2.0 */
/* Entries that are no records: tokens about checkpoints, policies, changes of keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "io/fs/fs.h"
#include "stages/seal/test_world.h"

/* An archive that is open for writing. */
struct writer {
	struct world w;
	struct archive *ar;
	struct seal *l;
	struct seal_opened opened;
	struct err e;
};

static rc reopen(struct writer *x)
{
	seal_free(x->l);
	archive_close(x->ar);
	x->l = NULL;
	x->ar = NULL;
	TRY(archive_open(&x->w.env, x->w.path, true, &x->ar, &x->e));
	return seal_open(x->ar, x->w.signer, &x->l, &x->opened, &x->e);
}

static void begin(struct writer *x, unsigned entries)
{
	*x = (struct writer){.ar = NULL};
	uint64_t kept = 0;
	world_open(&x->w);
	assert_int_equal(world_create(&x->w, &x->e), OK);
	if (entries)
		assert_int_equal(world_grow(&x->w, entries, entries, &kept, &x->e), OK);
	assert_int_equal(reopen(x), OK);
}

static void end(struct writer *x)
{
	seal_free(x->l);
	archive_close(x->ar);
	world_close(&x->w);
}

/* A token about the log as it is sealed now. */
static struct seal_token token(struct writer *x, const char *bytes)
{
	return (struct seal_token){LEAF_COSIG, str_dup(&x->w.a, seal_note(x->l)), str_c(bytes)};
}

static void test_token_is_an_entry_behind_the_checkpoint_that_it_is_about(void **unused)
{
	(void)unused;
	struct writer x;
	struct archive_ref ref;
	begin(&x, 5);
	struct seal_token t = token(&x, "signature");
	assert_int_equal(seal_add_token(x.l, &t, &ref, &x.e), OK);
	assert_int_equal(ref.index, 5);
	assert_int_equal(seal_commit(x.l, &x.e), OK);
	/* about an earlier one, later */
	assert_int_equal(seal_add_token(x.l, &t, &ref, &x.e), OK);
	assert_int_equal(seal_commit(x.l, &x.e), OK);
	assert_verified(&x.w, 7);

	AUTO(buf) body = {0};
	AUTO(arena) a = {0};
	struct frame f;
	struct leaf_body b;
	struct leaf leaf;
	buf_init(&body, LEAF_BODY_MAX);
	assert_int_equal(archive_frame_read(x.ar, ref, &body, &f, &x.e), OK);
	assert_int_equal(f.kind, FRAME_TOKEN);
	assert_int_equal(leaf_body_parse(&a, f.body, &b, &leaf, &x.e), OK);
	assert_true(str_eq(b.bytes, STR("signature")) && str_eq(b.note, t.note));
	assert_int_equal(leaf.size, 5);
	end(&x);
}

static void test_token_that_was_kept_is_sealed_by_the_next_command(void **unused)
{
	(void)unused;
	struct writer x;
	struct archive_ref ref;
	begin(&x, 3);
	struct seal_token t = token(&x, "signature");
	assert_int_equal(seal_add_token(x.l, &t, &ref, &x.e), OK);
	assert_int_equal(reopen(&x), OK); /* as after a crash before the commit */
	assert_int_equal(x.opened.pending, 1);
	assert_int_equal(seal_size(x.l), 4);
	assert_verified(&x.w, 4);
	end(&x);
}

static void test_policy_and_key_that_were_not_sealed_go_to_lost_and_found(void **unused)
{
	(void)unused;
	for (int policy = 0; policy < 2; policy++) {
		struct writer x;
		struct archive_ref ref;
		begin(&x, 3);
		const struct leaf key = {.kind = LEAF_KEY, .name = STR("example.org/x+00000000+AQ")};
		if (policy)
			assert_int_equal(seal_add_policy(x.l, STR("quorum none\n"), &ref, &x.e), OK);
		else
			assert_int_equal(seal_add_leaf(x.l, &key, &ref, &x.e), OK);
		assert_int_equal(reopen(&x), OK);
		assert_int_equal(x.opened.recovery.refused.code, E_VERIFY);
		assert_int_equal(x.opened.recovery.frames, 3);
		assert_verified(&x.w, 3);
		end(&x);
	}
}

static void test_policy_and_key_are_entries(void **unused)
{
	(void)unused;
	struct writer x;
	struct archive_ref ref;
	begin(&x, 3);
	const struct leaf key = {.kind = LEAF_KEY, .name = STR("example.org/x+00000000+AQ")};
	assert_int_equal(seal_add_policy(x.l, STR("quorum none\n"), &ref, &x.e), OK);
	assert_int_equal(seal_add_leaf(x.l, &key, &ref, &x.e), OK);
	assert_int_equal(ref.index, 4);
	assert_int_equal(seal_commit(x.l, &x.e), OK);
	assert_int_equal(reopen(&x), OK);
	assert_verified(&x.w, 5);
	end(&x);
}

static void test_a_log_continues_another_with_its_first_entry(void **unused)
{
	(void)unused;
	struct writer x;
	struct archive_ref ref;
	begin(&x, 0);
	const struct leaf from = {
		.kind = LEAF_CONTINUES, .name = STR("example.org/old"), .size = 12, .hash = hash_of(STR("root"))};
	assert_int_equal(seal_add_leaf(x.l, &from, &ref, &x.e), OK);
	assert_int_equal(seal_commit(x.l, &x.e), OK);
	assert_verified(&x.w, 1);
	end(&x);
}

static void test_token_about_what_this_log_never_was_is_refused(void **unused)
{
	(void)unused;
	struct writer x;
	struct archive_ref ref;
	begin(&x, 4);
	AUTO(buf) note = {0};
	struct checkpoint c = {signer_key(x.w.signer)->name, 4, hash_of(STR("a fork"))};
	buf_init(&note, 4096);
	checkpoint_text(&note, &c);
	struct seal_token t = {LEAF_OTS, buf_str(&note), STR("token")};
	assert_int_equal(seal_add_token(x.l, &t, &ref, &x.e), E_VERIFY); /* not signed */
	assert_int_equal(signer_sign_note(x.w.signer, &note, &x.e), OK);
	t.note = buf_str(&note);
	assert_int_equal(seal_add_token(x.l, &t, &ref, &x.e), E_VERIFY); /* another root */
	c.size = 5;
	buf_reset(&note);
	checkpoint_text(&note, &c);
	assert_int_equal(signer_sign_note(x.w.signer, &note, &x.e), OK);
	t.note = buf_str(&note);
	assert_int_equal(seal_add_token(x.l, &t, &ref, &x.e), E_VERIFY); /* more than there is */
	/* with a line of somebody else: verify would have to refuse it */
	t.note = str_join(&x.w.a, seal_note(x.l), STR("\xe2\x80\x94 example.org/x AAAAAAAAAAAAAAAAAAAAAAAA\n"));
	assert_int_equal(seal_add_token(x.l, &t, &ref, &x.e), E_VERIFY);
	assert_int_equal(seal_pending(x.l), 0);
	assert_verified(&x.w, 4);
	end(&x);
}

/* A checkpoint with somebody else's line on it holds, but is not the one that was stamped. */
static void test_token_with_a_cosigned_checkpoint_is_refused(void **unused)
{
	(void)unused;
	struct writer x;
	struct archive_ref ref;
	AUTO(buf) body = {0};
	AUTO(buf) text = {0};
	begin(&x, 3);
	struct seal_token t = token(&x, "signature");
	t.note = str_join(&x.w.a, t.note,
		STR("\xe2\x80\x94 example.org/w "
		    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		    "AAAAAAAAAAAAAAAAAA\n"));
	struct checkpoint c;
	assert_int_equal(seal_parse_checkpoint(t.note, signer_key(x.w.signer), &x.w.a, &c, &x.e), OK);
	assert_int_equal(seal_add_token(x.l, &t, &ref, &x.e), E_VERIFY);
	/* nor is one kept that somebody has put behind the sealed frames */
	const struct leaf leaf = {.kind = LEAF_ANCHOR, .token = LEAF_COSIG, .size = 3, .hash = hash_of(t.bytes)};
	buf_init(&text, CAP_LEAF);
	buf_init(&body, LEAF_BODY_MAX);
	leaf_text(&text, &leaf);
	leaf_body_add(&body, &(struct leaf_body){buf_str(&text), t.note, t.bytes});
	assert_int_equal(archive_frame_add(x.ar, FRAME_TOKEN, buf_str(&body), NULL, &ref, &x.e), OK);
	assert_int_equal(archive_sync_records(x.ar, &x.e), OK);
	assert_int_equal(reopen(&x), OK);
	assert_int_equal(x.opened.recovery.refused.code, E_VERIFY);
	assert_int_equal(x.opened.recovery.frames, 3);
	assert_verified(&x.w, 3);
	end(&x);
}

/* Who holds the key keeps log/checkpoint back, and a token about a fork behind it. */
static void test_token_about_a_fork_behind_the_published_checkpoint_is_found(void **unused)
{
	(void)unused;
	for (int fork = 0; fork < 2; fork++) {
		struct writer x;
		struct archive_ref ref;
		AUTO(buf) note = {0};
		AUTO(buf) text = {0};
		AUTO(buf) body = {0};
		begin(&x, 4);
		struct str published = str_dup(&x.w.a, seal_note(x.l));
		assert_int_equal(world_add(&x.w, x.ar, x.l, 4, &x.e), OK);
		assert_int_equal(seal_commit(x.l, &x.e), OK);
		buf_init(&note, 4096);
		buf_init(&text, 4096);
		buf_init(&body, LEAF_BODY_MAX);
		struct checkpoint c = {signer_key(x.w.signer)->name, 5, hash_of(STR("a fork"))};
		checkpoint_text(&note, &c);
		assert_int_equal(signer_sign_note(x.w.signer, &note, &x.e), OK);
		struct leaf leaf = {.kind = LEAF_ANCHOR, .token = LEAF_OTS, .size = 5, .hash = hash_of(STR("token"))};
		leaf_text(&text, &leaf);
		struct str about = fork ? buf_str(&note) : str_dup(&x.w.a, seal_note(x.l));
		leaf_body_add(&body, &(struct leaf_body){buf_str(&text), about, STR("token")});
		assert_int_equal(archive_frame_add(x.ar, FRAME_TOKEN, buf_str(&body), NULL, &ref, &x.e), OK);
		assert_int_equal(archive_sync_records(x.ar, &x.e), OK);
		assert_int_equal(seal_add(x.l, buf_str(&text), &x.e), OK);
		assert_int_equal(seal_commit(x.l, &x.e), OK);
		assert_int_equal(fs_commit(&x.w.env, archive_dir(x.ar), "log/checkpoint", published, 0644, &x.e), OK);
		struct told t = verify(&x.w);
		if (t.report.problems != (unsigned)fork)
			fail_msg("%d: %llu problems, %s", fork, (unsigned long long)t.report.problems, t.first.msg);
		end(&x);
	}
}

static void test_root_and_consistency_of_every_earlier_size(void **unused)
{
	(void)unused;
	struct writer x;
	begin(&x, 0);
	enum { N = 300 };
	static struct hash root[N + 1];
	root[0] = tlog_empty_root();
	for (unsigned i = 0; i < N; i++) {
		AUTO(arena) a = {0};
		struct checkpoint c;
		assert_int_equal(world_add(&x.w, x.ar, x.l, i, &x.e), OK);
		assert_int_equal(seal_commit(x.l, &x.e), OK);
		assert_int_equal(seal_checkpoint(x.ar, signer_key(x.w.signer), &a, &c, NULL, &x.e), OK);
		root[i + 1] = c.root;
	}
	AUTO(arena) a = {0};
	struct checkpoint now;
	assert_int_equal(seal_checkpoint(x.ar, signer_key(x.w.signer), &a, &now, NULL, &x.e), OK);
	for (unsigned i = 0; i <= N; i++) {
		struct hash got;
		struct tlog_proof p;
		assert_int_equal(seal_root_at(x.ar, &now, i, &got, &x.e), OK);
		assert_true(hash_eq(&got, &root[i]));
		assert_int_equal(seal_prove_consistency(x.ar, &now, i, &p, &x.e), OK);
		if (i)
			assert_int_equal(tlog_check_consistency(i, &root[i], N, &now.root, &p, &x.e), OK);
	}
	struct hash got;
	assert_int_equal(seal_root_at(x.ar, &now, N + 1, &got, &x.e), E_NOTFOUND);
	end(&x);
}

/* Most of the partial tiles that those checkpoints had are gone by then. */
static void test_every_entry_is_proved_under_every_earlier_checkpoint(void **unused)
{
	(void)unused;
	struct writer x;
	AUTO(arena) a = {0};
	begin(&x, 0);
	enum { N = 260 };
	static struct checkpoint then[N + 1];
	for (unsigned i = 0; i < N; i++) {
		assert_int_equal(world_add(&x.w, x.ar, x.l, i, &x.e), OK);
		assert_int_equal(seal_commit(x.l, &x.e), OK);
		assert_int_equal(seal_checkpoint(x.ar, signer_key(x.w.signer), &a, &then[i + 1], NULL, &x.e), OK);
	}
	struct archive_scan *s = NULL;
	struct frame f;
	assert_int_equal(archive_scan_new(x.ar, 0, &s, &x.e), OK);
	while (archive_scan_next(s, &f, &x.e) == OK) {
		AUTO(arena) one = {0};
		struct str leaf;
		uint64_t i = f.ref.index;
		struct tlog_proof p;
		assert_int_equal(seal_leaf(&one, &f, &leaf, &x.e), OK);
		struct hash h = tlog_leaf_hash(leaf);
		for (uint64_t size = i % 7; size <= N; size += 7) {
			rc got = seal_prove_then(x.ar, &then[N], &then[size], i, leaf, &p, &x.e);
			assert_int_equal(got, size > i ? OK : E_NOTFOUND);
			if (got == OK)
				assert_int_equal(tlog_check_inclusion(&h, i, size, &p, &then[size].root, &x.e), OK);
		}
		assert_int_equal(seal_prove_then(x.ar, &then[N], &then[N], i ^ 1, leaf, &p, &x.e), E_VERIFY);
		assert_int_equal(seal_prove_then(x.ar, &then[1], &then[N], 0, leaf, &p, &x.e), E_NOTFOUND);
	}
	archive_scan_free(s);
	end(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_token_is_an_entry_behind_the_checkpoint_that_it_is_about),
		cmocka_unit_test(test_token_that_was_kept_is_sealed_by_the_next_command),
		cmocka_unit_test(test_policy_and_key_that_were_not_sealed_go_to_lost_and_found),
		cmocka_unit_test(test_policy_and_key_are_entries),
		cmocka_unit_test(test_a_log_continues_another_with_its_first_entry),
		cmocka_unit_test(test_token_about_what_this_log_never_was_is_refused),
		cmocka_unit_test(test_token_with_a_cosigned_checkpoint_is_refused),
		cmocka_unit_test(test_token_about_a_fork_behind_the_published_checkpoint_is_found),
		cmocka_unit_test(test_root_and_consistency_of_every_earlier_size),
		cmocka_unit_test(test_every_entry_is_proved_under_every_earlier_checkpoint),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
