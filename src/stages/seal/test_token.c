/* SPDX-License-Identifier: Apache-2.0 */
/* Entries that are no records: tokens about checkpoints, policies, changes of keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

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

static void test_token_that_is_too_large_is_refused(void **unused)
{
	(void)unused;
	struct writer x;
	struct archive_ref ref;
	begin(&x, 1);
	struct seal_token t = token(&x, "");
	t.bytes = str_mem(arena_alloc(&x.w.a, CAP_TOKEN + 1), CAP_TOKEN + 1);
	assert_int_equal(seal_add_token(x.l, &t, &ref, &x.e), E_LIMIT);
	assert_int_equal(seal_add_policy(x.l, t.bytes, &ref, &x.e), E_LIMIT);
	t.bytes.n--;
	assert_int_equal(seal_add_token(x.l, &t, &ref, &x.e), OK);
	/* a name that makes the leaf too long for a log, and a note that no frame has room for */
	const struct leaf key = {
		.kind = LEAF_KEY, .name = str_mem(memset(arena_alloc(&x.w.a, CAP_LEAF), 'k', CAP_LEAF), CAP_LEAF)};
	assert_int_equal(seal_add_leaf(x.l, &key, &ref, &x.e), E_LIMIT);
	AUTO(buf) note = {0};
	buf_init(&note, CAP_NOTE);
	buf_add(&note, t.note);
	while (note.n <= CAP_LEAF)
		buf_add(&note, STR("\xe2\x80\x94 other.example/x AAAAAAAA\n"));
	t.note = buf_str(&note);
	rc r = seal_add_token(x.l, &t, &ref, &x.e);
	assert_int_equal(r, E_LIMIT);
	assert_int_equal(seal_pending(x.l), 1);
	assert_int_equal(seal_commit(x.l, &x.e), OK);
	assert_verified(&x.w, 2);
	end(&x);
}

/* What nobody but the log's own key can do: seal something that is not as it has to be. Verification names it. */
static void put_false(struct writer *x, unsigned which)
{
	AUTO(buf) text = {0};
	AUTO(buf) note = {0};
	AUTO(buf) body = {0};
	struct archive_ref ref;
	const struct note_key *key = signer_key(x->w.signer);
	struct str bytes = STR("token");
	struct str good = seal_note(x->l);
	struct leaf leaf = {.kind = LEAF_ANCHOR, .token = LEAF_OTS, .size = 2, .hash = hash_of(bytes)};
	struct checkpoint c = {
		which == 1 ? STR("example.org/else") : key->name, which == 2 ? 9 : 2, hash_of(STR("fork"))};
	enum frame_kind kind = which >= 5 ? FRAME_LEAF : FRAME_TOKEN;
	buf_init(&note, CAP_LEAF);
	if (which <= 2) {
		checkpoint_text(&note, &c);
		assert_int_equal(signer_sign_note(x->w.signer, &note, &x->e), OK);
		leaf.size = c.size;
	} else {
		buf_add(&note, good);
	}
	if (which == 3)
		buf_add(&note, STR("\xe2\x80\x94 other.example/x AAAAAAAA\n"));
	if (which == 4)
		leaf.size = 1;
	if (which == 6)
		leaf = (struct leaf){.kind = LEAF_POLICY, .hash = hash_of(bytes)};
	if (which == 7)
		leaf = (struct leaf){.kind = LEAF_CONTINUES, .name = STR("example.org/old"), .size = 1};
	buf_init(&text, CAP_LEAF);
	leaf_text(&text, &leaf);
	if (which == 8)
		buf_add(&text, STR("x"));
	if (which == 9)
		kind = FRAME_TOKEN;
	buf_init(&body, LEAF_BODY_MAX);
	if (kind == FRAME_TOKEN)
		leaf_body_add(
			&body, &(struct leaf_body){buf_str(&text), buf_str(&note), which == 9 ? STR("tokem") : bytes});
	else
		buf_add(&body, buf_str(&text));
	assert_int_equal(archive_frame_add(x->ar, kind, buf_str(&body), NULL, &ref, &x->e), OK);
	assert_int_equal(archive_sync_records(x->ar, &x->e), OK);
	assert_int_equal(seal_add(x->l, buf_str(&text), &x->e), OK);
	assert_int_equal(seal_commit(x->l, &x->e), OK);
}

static void test_false_entry_under_our_own_signature_is_named(void **unused)
{
	(void)unused;
	static const char *const says[] = {
		"is of another log",
		"is of the log 'example.org/else'",
		"a token about 9 entries, with a checkpoint of 9",
		"2 signatures on the checkpoint of a token",
		"a token about 1 entries, with a checkpoint of 2",
		"are not with it",
		"are not with it",
		"with its first entry only",
		"frame 2",
		"frame 2",
	};
	for (unsigned i = 0; i < ARRAY_LEN(says); i++) {
		struct writer x;
		begin(&x, 2);
		put_false(&x, i);
		struct told t = verify(&x.w);
		if (t.report.problems == 0 || !strstr(t.first.msg, says[i]) || !strstr(t.first.msg, "frame 2"))
			fail_msg("%u: told '%s', not '%s'", i, t.report.problems ? t.first.msg : "", says[i]);
		assert_int_equal(t.first.code, E_VERIFY);
		end(&x);
	}
}

/* One frame behind the sealed ones, as who can write to the folder adds it. */
static void test_token_that_does_not_fit_its_note_is_not_kept(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < 2; i++) {
		struct writer x;
		begin(&x, 3);
		AUTO(buf) text = {0};
		AUTO(buf) body = {0};
		AUTO(buf) note = {0};
		struct archive_ref ref;
		struct str bytes = STR("token");
		struct leaf leaf = {.kind = LEAF_ANCHOR, .size = i ? 4 : 2, .hash = hash_of(bytes)};
		struct checkpoint c = {signer_key(x.w.signer)->name, i ? 4 : 3, hash_of(STR("later"))};
		buf_init(&note, CAP_LEAF);
		checkpoint_text(&note, &c);
		assert_int_equal(signer_sign_note(x.w.signer, &note, &x.e), OK);
		buf_init(&text, CAP_LEAF);
		leaf_text(&text, &leaf);
		buf_init(&body, LEAF_BODY_MAX);
		leaf_body_add(&body, &(struct leaf_body){buf_str(&text), buf_str(&note), bytes});
		assert_int_equal(archive_frame_add(x.ar, FRAME_TOKEN, buf_str(&body), NULL, &ref, &x.e), OK);
		assert_int_equal(archive_sync_records(x.ar, &x.e), OK);
		assert_int_equal(reopen(&x), OK);
		assert_int_equal(x.opened.recovery.refused.code, E_VERIFY);
		assert_non_null(strstr(x.opened.recovery.refused.msg, "with a checkpoint of"));
		assert_verified(&x.w, 3);
		end(&x);
	}
}

/* A tile that is not at the right edge is not needed to go on, but to judge a token: where it is damaged, the token is
 * not to blame, and stays. */
static void test_token_is_not_moved_for_a_damaged_tile(void **unused)
{
	(void)unused;
	static const char *const damage[] = {
		"rm log/tile/0/000",
		"truncate -s 32 log/tile/0/000",
		"printf x | dd of=log/tile/0/000 bs=1 seek=40 conv=notrunc status=none",
	};
	for (size_t i = 0; i < ARRAY_LEN(damage); i++) {
		struct writer x;
		struct archive_ref ref;
		begin(&x, 100);
		struct seal_token t = token(&x, "signature");
		for (unsigned n = 100; n < 300; n++)
			assert_int_equal(world_add(&x.w, x.ar, x.l, n, &x.e), OK);
		assert_int_equal(seal_commit(x.l, &x.e), OK);
		assert_int_equal(seal_add_token(x.l, &t, &ref, &x.e), OK);
		const char *kept = str_fmt(&x.w.a, "%s/kept", x.w.dir).p;
		const char *damaged = str_fmt(&x.w.a, "%s/damaged", x.w.dir).p;
		copy_tree(&x.w, x.w.path, kept);
		assert_int_equal(
			system(str_fmt(&x.w.a, "cd '%s' && chmod u+w log/tile/0/000 && %s", x.w.path, damage[i]).p), 0);
		copy_tree(&x.w, x.w.path, damaged);
		assert_int_equal(reopen(&x), E_VERIFY);
		if (!strstr(x.e.msg, "frame 300"))
			fail_msg("%s", x.e.msg);
		assert_int_equal(system(str_fmt(&x.w.a, "diff -r '%s' '%s'", damaged, x.w.path).p), 0);
		copy_tree(&x.w, kept, x.w.path);
		assert_int_equal(reopen(&x), OK);
		assert_verified(&x.w, 301);
		end(&x);
	}
}

/* Whatever write fails, what a token's call returned OK for is there, and the archive goes on. */
static void test_token_on_a_failing_disk_is_kept_or_not_there(void **unused)
{
	(void)unused;
	struct writer x;
	begin(&x, 254);
	seal_free(x.l);
	archive_close(x.ar);
	x.l = NULL;
	x.ar = NULL;
	const char *before = str_fmt(&x.w.a, "%s/before", x.w.dir).p;
	const char *state = str_fmt(&x.w.a, "%s/state-before", x.w.dir).p;
	copy_tree(&x.w, x.w.path, before);
	copy_tree(&x.w, x.w.state, state);
	for (int n = 0;; n++) {
		struct archive_ref ref;
		uint64_t kept = 254;
		assert_int_equal(reopen(&x), OK);
		struct seal_token t = token(&x, "signature");
		x.w.fail_at = n;
		x.w.changes = 0;
		rc r = seal_add_token(x.l, &t, &ref, &x.e);
		kept += r == OK;
		if (r == OK)
			r = seal_add_policy(x.l, STR("quorum none\n"), &ref, &x.e);
		if (r == OK)
			r = world_add(&x.w, x.ar, x.l, 1, &x.e);
		if (r == OK)
			r = seal_commit(x.l, &x.e);
		x.w.fail_at = -1;
		bool did = x.w.changes > n;
		assert_true(did == (r != OK));
		if (kept == 254) /* the seal is used up, for all that it does */
			assert_int_equal(seal_add_policy(x.l, STR(""), &ref, &x.e), E_IO);
		if (kept == 254)
			assert_int_equal(seal_add_token(x.l, &t, &ref, &x.e), E_IO);
		assert_int_equal(reopen(&x), OK);
		assert_true(seal_size(x.l) >= kept);
		assert_verified(&x.w, seal_size(x.l));
		copy_tree(&x.w, before, x.w.path);
		copy_tree(&x.w, state, x.w.state);
		if (!did)
			break;
	}
	end(&x);
}

/* The batch is as large as it may be: it is sealed before the token. Frames are left out here, for the time they take.
 */
static void test_token_after_a_full_batch_seals_it_first(void **unused)
{
	(void)unused;
	struct writer x;
	struct archive_ref ref;
	begin(&x, 1);
	struct seal_token t = token(&x, "signature");
	for (unsigned i = 0; i < SEAL_PENDING_MAX; i++)
		assert_int_equal(seal_add(x.l, STR("x"), &x.e), OK);
	x.w.fail_at = x.w.changes;
	assert_int_equal(seal_add_token(x.l, &t, &ref, &x.e), E_IO);
	assert_int_equal(seal_add_token(x.l, &t, &ref, &x.e), E_IO);
	assert_int_equal(reopen(&x), OK);
	for (unsigned i = 0; i < SEAL_PENDING_MAX; i++)
		assert_int_equal(seal_add(x.l, STR("x"), &x.e), OK);
	assert_int_equal(seal_add_token(x.l, &t, &ref, &x.e), OK);
	assert_int_equal(seal_size(x.l), 1 + SEAL_PENDING_MAX);
	assert_int_equal(seal_pending(x.l), 1);
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
		cmocka_unit_test(test_token_that_is_too_large_is_refused),
		cmocka_unit_test(test_false_entry_under_our_own_signature_is_named),
		cmocka_unit_test(test_token_that_does_not_fit_its_note_is_not_kept),
		cmocka_unit_test(test_token_is_not_moved_for_a_damaged_tile),
		cmocka_unit_test(test_token_on_a_failing_disk_is_kept_or_not_there),
		cmocka_unit_test(test_token_after_a_full_batch_seals_it_first),
		cmocka_unit_test(test_token_with_a_cosigned_checkpoint_is_refused),
		cmocka_unit_test(test_token_about_a_fork_behind_the_published_checkpoint_is_found),
		cmocka_unit_test(test_root_and_consistency_of_every_earlier_size),
		cmocka_unit_test(test_every_entry_is_proved_under_every_earlier_checkpoint),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
