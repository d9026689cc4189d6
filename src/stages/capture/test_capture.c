/* SPDX-License-Identifier: Apache-2.0 */
/* Captures into an archive in a temporary folder: what is fetched comes from a table, what is imported from bytes made
 * here. A block that holds DEADLY kills the worker that parses it (message_push is wrapped by the linker). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/codec.h"
#include "base/stream.h"
#include "formats/message/message.h"
#include "formats/url/url.h"
#include "formats/warc/warc.h"
#include "io/fs/fs.h"
#include "io/http/http.h"
#include "stages/capture/capture.h"

#define DEADLY "this block kills its parser"

rc __real_message_push(struct message *m, struct str piece, struct err *e);
rc __wrap_message_push(struct message *m, struct str piece, struct err *e);
rc __wrap_message_push(struct message *m, struct str piece, struct err *e)
{
	if (str_find(piece, STR(DEADLY), 0) < piece.n)
		__builtin_trap();
	return __real_message_push(m, piece, e);
}

/* A Location that was served is not parsed in the main process. */
#define SERVED "/story"
static pid_t main_process;
static bool served_in_main_process;

rc __real_url_parse(struct arena *a, struct str input, const struct url *base, struct url *ret, struct err *e);
rc __wrap_url_parse(struct arena *a, struct str input, const struct url *base, struct url *ret, struct err *e);
rc __wrap_url_parse(struct arena *a, struct str input, const struct url *base, struct url *ret, struct err *e)
{
	served_in_main_process |= str_eq(input, STR(SERVED)) && getpid() == main_process;
	return __real_url_parse(a, input, base, ret, e);
}

#define BYTES(s)                                                                                                       \
	{                                                                                                              \
		s, sizeof(s) - 1                                                                                       \
	}

struct reply {
	const char *url;
	const char *head;
	const char *body;
	const char *proxy;
	const char *cut; /* the reply is cut short */
};

struct world {
	struct env env; /* first */
	struct capture_out out;
	struct arena a;
	char dir[64];
	struct archive *ar;
	const struct reply *replies;
	size_t nreplies;
	struct record *kept; /* copies, in `a` */
	size_t nkept;
	const char **troubles;
	size_t ntroubles;
};

static struct world *world_of(struct env *env)
{
	return (struct world *)(void *)env;
}

static struct world *world_of_out(struct capture_out *o)
{
	return (struct world *)(void *)((char *)o - offsetof(struct world, out));
}

static rc fake_fetch(
	struct env *env, const struct fetch_request *q, struct arena *a, struct fetch_reply *ret, struct err *e)
{
	const struct world *w = world_of(env);
	for (size_t i = 0; i < w->nreplies; i++) {
		const struct reply *r = &w->replies[i];
		if (!str_eq(q->url, str_c(r->url)))
			continue;
		*ret = (struct fetch_reply){
			.request = STR("GET / HTTP/1.1\r\nHost: news.example\r\n\r\n"),
			.head = str_c(r->head),
			.status = (unsigned)(r->head[9] - '0') * 100 + (unsigned)(r->head[10] - '0') * 10 +
				(unsigned)(r->head[11] - '0'),
			.body = strlen(r->body),
			.started = 1710394200ll * 1000000000ll,
			.ended = 1710394201ll * 1000000000ll,
			.tool = STR("libfake/1"),
		};
		static struct str certs[] = {BYTES("-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n"),
			BYTES("-----BEGIN CERTIFICATE-----\nBAUG\n-----END CERTIFICATE-----\n")};
		if (str_starts(q->url, STR("https:"))) {
			ret->tls = STR("TLSv1.3");
			ret->cipher = STR("TLS_AES_256_GCM_SHA384");
			ret->certs = certs;
			ret->ncerts = ARRAY_LEN(certs);
		}
		if (r->cut) {
			ret->truncated = FETCH_TIME;
			ret->why = str_c(r->cut);
		}
		if (r->proxy) {
			ret->proxy = str_dup(a, str_c(r->proxy));
		} else {
			ret->ip = STR("192.0.2.7");
			ret->port = 80;
		}
		if (write(q->spool, r->body, strlen(r->body)) != (ssize_t)strlen(r->body))
			return err_sys(e, "spool");
		return OK;
	}
	return err_set(e, E_NET, "no such host");
}

static rc on_kept(struct capture_out *o, const struct frame *f, const struct record *r, struct err *e)
{
	(void)r;
	struct world *w = world_of_out(o);
	struct record *to = arena_push(&w->a, &w->kept, &w->nkept, sizeof(*to));
	return record_decode(&w->a, str_dup(&w->a, f->body), to, e);
}

static void on_trouble(struct capture_out *o, const struct err *e)
{
	struct world *w = world_of_out(o);
	const char **to = arena_push(&w->a, &w->troubles, &w->ntroubles, sizeof(*to));
	*to = str_dup(&w->a, str_c(e->msg)).p;
}

static void world_open(struct world *w)
{
	struct err e;
	struct archive_recovery recovery;
	*w = (struct world){.out = {on_kept, on_trouble, NULL}};
	fs_env(&w->env);
	w->env.fetch = fake_fetch;
	memcpy(w->dir, "/tmp/onrecord-capture-XXXXXX", sizeof("/tmp/onrecord-capture-XXXXXX"));
	assert_non_null(mkdtemp(w->dir));
	const char *path = str_fmt(&w->a, "%s/archive", w->dir).p;
	assert_int_equal(archive_create(&w->env, path, &e), OK);
	assert_int_equal(archive_open(&w->env, path, true, &w->ar, &e), OK);
	assert_int_equal(archive_recover(w->ar, NULL, &recovery, &e), OK);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)type;
	(void)f;
	return remove(path);
}

static void world_close(struct world *w)
{
	archive_close(w->ar);
	(void)nftw(w->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	arena_clear(&w->a);
}

static void check_field(const struct record *r, const char *name, const char *want)
{
	struct str got = record_get(r, name);
	if (!str_eq(got, str_c(want)))
		fail_msg("%s: '%.*s', not '%s'", name, STR_FMT(got), want);
}

/* Fetches and keeps; the record is the last one kept. */
static const struct record *fetch(struct world *w, const char *url)
{
	struct err e = {0};
	struct capture_worker *worker = NULL;
	struct fetched *f = NULL;
	struct capture_fetch want = {.url = str_c(url), .tool = STR("onrecord/test"), .user_agent = STR("test")};
	assert_int_equal(capture_worker_new(&worker, &e), OK);
	if (capture_get(&w->env, worker, archive_dir(w->ar), &want, &f, &e) != OK)
		fail_msg("%s", e.msg);
	if (capture_keep(w->ar, f, &w->out, &e) != OK)
		fail_msg("%s", e.msg);
	fetched_free(f);
	capture_worker_free(worker);
	return &w->kept[w->nkept - 1];
}

/* All records of warc/, their headers and blocks, one after the other. */
static struct str warc_text(struct world *w, const struct record *r)
{
	AUTO(buf) text = {0};
	AUTO(arena) a = {0};
	AUTO_FD fd = -1;
	uint64_t size = 0;
	struct err e = {0};
	struct fs_source src;
	struct warc_record rec;
	struct str piece;
	struct str file = record_get(r, "warc.file");
	buf_init(&text, 16 * MIB);
	assert_int_equal(fs_open(archive_dir(w->ar), str_fmt(&a, "warc/%.*s", STR_FMT(file)).p, &fd, &size, &e), OK);
	fs_source_init(&src, fd, 0, size);
	struct warc_reader *reader = warc_reader_new(&src.source);
	while (warc_next(reader, &a, &rec, &e) == OK) {
		buf_add(&text, rec.head);
		while (warc_block(reader, &piece, &e) == OK)
			buf_add(&text, piece);
	}
	warc_reader_free(reader);
	return str_dup(&w->a, buf_str(&text));
}

static bool has(struct str text, const char *part)
{
	return str_find(text, str_c(part), 0) < text.n;
}

#define HTML_HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"

static void test_a_proxys_address_is_not_sealed_as_the_sites(void **unused)
{
	(void)unused;
	static const struct reply replies[] = {
		{"http://news.example/direct", HTML_HEAD, "<p>direct", NULL, NULL},
		{"http://news.example/proxied", HTML_HEAD, "<p>proxied", "socks5h://127.0.0.1:9050", NULL},
	};
	struct world w;
	world_open(&w);
	w.replies = replies;
	w.nreplies = ARRAY_LEN(replies);
	const struct record *r = fetch(&w, "http://news.example/direct");
	check_field(r, "remote", "192.0.2.7 port 80");
	assert_false(record_has(r, "proxy"));
	struct str direct = warc_text(&w, r);
	assert_true(has(direct, "\r\nWARC-IP-Address: 192.0.2.7\r\n"));
	assert_true(has(direct, "\r\nremote: 192.0.2.7 port 80\r\n"));
	r = fetch(&w, "http://news.example/proxied");
	check_field(r, "proxy", "socks5h://127.0.0.1:9050");
	assert_false(record_has(r, "remote"));
	struct str both = warc_text(&w, r);
	struct str proxied = str_from(both, direct.n);
	assert_true(has(proxied, "\r\nproxy: socks5h://127.0.0.1:9050\r\n"));
	assert_false(has(proxied, "WARC-IP-Address"));
	assert_false(has(proxied, "remote"));
	world_close(&w);
}

static struct record_field *field_of(struct record *r, const char *name)
{
	size_t i = 0;
	while (i < r->n && !str_eq(r->fields[i].name, str_c(name)))
		i++;
	if (i == r->n)
		fail_msg("no field %s", name);
	return &r->fields[i];
}

/* A record that holds is refused, with the field's name, once that field says something else, or is not there. */
static void check_each(struct world *w, struct record *r, const char *const *names, size_t n)
{
	struct err e = {0};
	if (capture_check(w->ar, r, &e) != OK)
		fail_msg("%s", e.msg);
	for (size_t i = 0; i < n; i++) {
		struct record_field *f = field_of(r, names[i]);
		struct record_field was = *f;
		struct str part = str_fmt(&w->a, "%s: sealed as", names[i]);
		f->value = str_fmt(&w->a, "%.*s1", STR_FMT(was.value));
		if (capture_check(w->ar, r, &e) != E_VERIFY || !strstr(e.msg, part.p))
			fail_msg("%s changed: %s", names[i], e.msg);
		*f = was;
		if (str_starts(was.name, STR("warc.")))
			continue;
		f->name = STR("other");
		if (capture_check(w->ar, r, &e) != E_VERIFY || !strstr(e.msg, part.p))
			fail_msg("%s taken away: %s", names[i], e.msg);
		*f = was;
	}
}

static void test_what_was_sealed_of_a_fetch_is_checked_field_by_field(void **unused)
{
	(void)unused;
	static const struct reply replies[] = {
		{"https://news.example/s", "HTTP/1.1 302 Found\r\nLocation: " SERVED "\r\n\r\n", "", NULL, NULL},
		{"https://news.example/story", HTML_HEAD, "<p>a story", NULL, "time ran out"},
		{"http://news.example/x", "HTTP/1.1 302 Found\r\nLocation: ftp://x.example/\r\n\r\n", "gone",
			"http://127.0.0.1:8080", NULL},
	};
	static const char *const names[] = {"url", "final", "time", "status", "mime", "headers.tree", "body.tree",
		"payload.length", "digest.block", "digest.payload", "truncated", "warc.id", "chain", "tls", "tls.chain",
		"remote", "client"};
	static const char *const more[] = {"location", "proxy", "chain.broken"};
	struct world w;
	world_open(&w);
	w.replies = replies;
	w.nreplies = ARRAY_LEN(replies);
	main_process = getpid();
	struct record r = *fetch(&w, "https://news.example/s");
	assert_false(served_in_main_process);
	check_field(&r, "final", "https://news.example/story");
	check_each(&w, &r, names, ARRAY_LEN(names));
	r = *fetch(&w, "http://news.example/x");
	check_each(&w, &r, more, ARRAY_LEN(more));
	world_close(&w);
}

enum storage {
	BY_RECORD, /* a gzip member a record */
	AS_ONE,    /* one gzip member for all */
	PLAIN,
	STORAGES,
};

/* The head has its Content-Length. */
static void put_record(struct buf *to, const struct buf *head, struct str block, enum storage storage)
{
	struct err e;
	uint64_t stored = 0;
	struct mem_source body;
	struct buf_sink sink;
	mem_source_init(&body, block, 0);
	buf_sink_init(&sink, to);
	if (storage == BY_RECORD) {
		assert_int_equal(warc_write(&sink.sink, buf_str(head), &body.source, block.n, 6, &stored, &e), OK);
		return;
	}
	buf_add(to, buf_str(head));
	buf_add(to, block);
	buf_add(to, STR("\r\n\r\n"));
}

/* A response at news.example/<i> with that text; a text that begins with LONG gets a URL that is too long by one. */
#define LONG "long URL"
static void add_response(struct buf *to, unsigned i, const char *text, enum storage storage)
{
	AUTO(arena) a = {0};
	AUTO(buf) head = {0};
	struct err e;
	struct str block = str_fmt(&a, HTML_HEAD "<p>%s", text);
	buf_init(&head, CAP_WARC_HEAD);
	warc_head_begin(&head, WARC_RESPONSE);
	warc_head_field(&head, "WARC-Record-ID", str_fmt(&a, "<urn:uuid:00000000-0000-4000-8000-%012u>", i));
	struct str url = str_fmt(&a, "http://news.example/%u", i);
	size_t want = CAP_URL + (str_eq(str_c(text), STR(LONG)) ? 1 : 0);
	if (str_starts(str_c(text), STR(LONG)))
		url = str_fmt(&a, "%.*s?%0*u", STR_FMT(url), (int)(want - url.n - 1), i);
	warc_head_field(&head, "WARC-Target-URI", url);
	warc_head_field(&head, "WARC-Date", STR("2024-03-14T00:00:00Z"));
	warc_head_field(&head, "WARC-IP-Address", STR("192.0.2.9"));
	warc_head_field(&head, "WARC-Truncated", STR("length"));
	warc_head_field(&head, "WARC-Protocol", STR("http/1.1"));
	warc_head_field(&head, "WARC-Block-Digest", STR("sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
	warc_head_field(&head, "WARC-Payload-Digest", STR("sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
	warc_head_field(&head, "Content-Type", STR("application/http;msgtype=response"));
	assert_int_equal(warc_head_end(&head, block.n, &e), OK);
	put_record(to, &head, block, storage);
}

static void squeeze(struct buf *b)
{
	static uint8_t out[64 * KIB];
	z_stream z = {.next_in = (Bytef *)b->p, .avail_in = (uInt)b->n, .next_out = out, .avail_out = sizeof(out)};
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	buf_reset(b);
	buf_addmem(b, out, z.total_out);
	(void)deflateEnd(&z);
}

/* An archive of responses with these texts, open for reading. */
static int web_archive(struct world *w, const char *const *texts, size_t n, enum storage storage)
{
	AUTO(buf) b = {0};
	struct err e;
	buf_init(&b, 16 * MIB);
	for (size_t i = 0; i < n; i++)
		add_response(&b, (unsigned)i, texts[i], storage);
	if (storage == AS_ONE)
		squeeze(&b);
	const char *path = str_fmt(&w->a, "%s/import.warc", w->dir).p;
	assert_int_equal(fs_commit(&w->env, AT_FDCWD, path, buf_str(&b), 0600, &e), OK);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static void add_warcinfo(struct buf *to, const char *block, enum storage storage)
{
	AUTO(buf) head = {0};
	struct err e;
	buf_init(&head, CAP_WARC_HEAD);
	warc_head_begin(&head, WARC_WARCINFO);
	warc_head_field(&head, "WARC-Record-ID", STR("<urn:uuid:00000000-0000-4000-8000-0000000000ff>"));
	warc_head_field(&head, "WARC-Date", STR("2024-03-14T00:00:00Z"));
	warc_head_field(&head, "Content-Type", STR("application/warc-fields"));
	assert_int_equal(warc_head_end(&head, strlen(block), &e), OK);
	put_record(to, &head, str_c(block), storage);
}

static struct capture_counts import(struct world *w, const char *const *texts, size_t n, enum storage storage)
{
	struct err e = {0};
	struct capture_counts counts = {0};
	AUTO_FD fd = web_archive(w, texts, n, storage);
	struct capture_source src = {STR("import.warc"), STR("onrecord/test")};
	w->nkept = w->ntroubles = 0;
	w->kept = NULL;
	w->troubles = NULL;
	if (capture_import(w->ar, fd, &src, &w->out, &counts, &e) != OK)
		fail_msg("%s", e.msg);
	return counts;
}

static void test_a_record_that_kills_its_parser_costs_that_record_alone(void **unused)
{
	(void)unused;
	static const char *const texts[] = {DEADLY, "one", DEADLY, "three", DEADLY, DEADLY, "six", DEADLY};
	static const char *const urls[] = {"http://news.example/1", "http://news.example/3", "http://news.example/6"};
	for (enum storage s = BY_RECORD; s < STORAGES; s++) {
		struct world w;
		world_open(&w);
		struct capture_counts counts = import(&w, texts, ARRAY_LEN(texts), s);
		assert_int_equal(counts.captures, 3);
		assert_int_equal(counts.records, 3);
		assert_int_equal(counts.bad, 5);
		assert_int_equal(w.ntroubles, 5);
		for (size_t i = 0; i < w.ntroubles; i++)
			if (!strstr(w.troubles[i], "import.warc: offset ") || !strstr(w.troubles[i], "crashed"))
				fail_msg("%s", w.troubles[i]);
		assert_int_equal(w.nkept, ARRAY_LEN(urls) + 1);
		for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
			struct err e;
			check_field(&w.kept[i], "url", urls[i]);
			if (capture_check(w.ar, &w.kept[i], &e) != OK)
				fail_msg("%s", e.msg);
		}
		const struct record *source = &w.kept[w.nkept - 1];
		assert_true(str_eq(source->kind, STR("source")));
		check_field(source, "source.captures", "3");
		check_field(source, "source.bad", "5");
		world_close(&w);
	}
}

static void test_an_import_names_its_file_and_the_tool_that_made_it(void **unused)
{
	(void)unused;
	for (enum storage s = BY_RECORD; s < STORAGES; s++) {
		struct world w;
		struct err e = {0};
		struct capture_counts counts;
		AUTO(buf) b = {0};
		world_open(&w);
		buf_init(&b, MIB);
		add_response(&b, 0, "of nobody knows what", s);
		add_warcinfo(&b, "format: WARC\r\nSoftware:  Crawler/3.4 (test) \r\nsoftware: other\r\n", s);
		add_response(&b, 1, "of the crawler", s);
		add_warcinfo(&b, "format: WARC\r\n", s);
		add_response(&b, 2, "of nobody again", s);
		if (s == AS_ONE)
			squeeze(&b);
		struct hash sha = hash_of(buf_str(&b));
		const char *path = str_fmt(&w.a, "%s/import.warc", w.dir).p;
		assert_int_equal(fs_commit(&w.env, AT_FDCWD, path, buf_str(&b), 0600, &e), OK);
		AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
		struct capture_source src = {STR("import.warc"), STR("onrecord/test")};
		assert_int_equal(capture_import(w.ar, fd, &src, &w.out, &counts, &e), OK);
		assert_int_equal(w.nkept, 4);
		assert_false(record_has(&w.kept[0], "tool-of-origin"));
		check_field(&w.kept[1], "tool-of-origin", "Crawler/3.4 (test)");
		assert_false(record_has(&w.kept[2], "tool-of-origin"));
		for (size_t i = 0; i < w.nkept; i++)
			check_field(&w.kept[i], "source.sha256", hex_of(&w.a, hash_str(&sha)).p);
		world_close(&w);
	}
}

static void test_a_url_over_the_cap_is_refused_and_not_cut(void **unused)
{
	(void)unused;
	/* a block with something that looks like the next record */
	static const char *const texts[] = {"zero", LONG, LONG " of just the right size", "\r\nWARC/1.0\r\n", "four"};
	for (enum storage s = BY_RECORD; s < STORAGES; s++) {
		struct world w;
		world_open(&w);
		struct capture_counts counts = import(&w, texts, ARRAY_LEN(texts), s);
		assert_int_equal(counts.captures, 4);
		assert_int_equal(counts.bad, 1);
		assert_non_null(strstr(w.troubles[0], "65537 bytes"));
		assert_int_equal(record_get(&w.kept[1], "url").n, CAP_URL);
		check_field(&w.kept[2], "url", "http://news.example/3");
		for (size_t i = 0; i < 4; i++) {
			struct err e;
			if (capture_check(w.ar, &w.kept[i], &e) != OK)
				fail_msg("%s", e.msg);
		}
		world_close(&w);
	}
}

static void test_a_file_that_kills_worker_after_worker_is_given_up(void **unused)
{
	(void)unused;
	static const char *texts[CAP_IMPORT_WORKERS + 8];
	struct world w;
	world_open(&w);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		texts[i] = i == 0 ? "zero" : DEADLY;
	struct capture_counts counts = import(&w, texts, ARRAY_LEN(texts), BY_RECORD);
	assert_int_equal(counts.captures, 1);
	assert_int_equal(counts.bad, CAP_IMPORT_WORKERS + 1);
	assert_non_null(strstr(w.troubles[w.ntroubles - 1], "was not read"));
	assert_int_equal(w.nkept, 2);
	assert_true(str_eq(w.kept[1].kind, STR("source")));
	world_close(&w);
}

static void test_what_was_sealed_of_an_import_is_checked_field_by_field(void **unused)
{
	(void)unused;
	static const char *const texts[] = {"one"};
	static const char *const names[] = {"url", "time", "status", "mime", "headers.tree", "body.tree",
		"payload.length", "digest.block", "digest.payload", "truncated", "warc.id", "warc.type", "ip",
		"protocol", "declared.block", "declared.block.verdict", "declared.payload", "declared.payload.verdict"};
	for (enum storage s = BY_RECORD; s < STORAGES; s++) {
		struct world w;
		world_open(&w);
		(void)import(&w, texts, ARRAY_LEN(texts), s);
		struct record r = w.kept[0];
		check_field(&r, "declared.block.verdict", "mismatch");
		check_each(&w, &r, names, ARRAY_LEN(names));
		world_close(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_proxys_address_is_not_sealed_as_the_sites),
		cmocka_unit_test(test_what_was_sealed_of_a_fetch_is_checked_field_by_field),
		cmocka_unit_test(test_what_was_sealed_of_an_import_is_checked_field_by_field),
		cmocka_unit_test(test_a_record_that_kills_its_parser_costs_that_record_alone),
		cmocka_unit_test(test_an_import_names_its_file_and_the_tool_that_made_it),
		cmocka_unit_test(test_a_url_over_the_cap_is_refused_and_not_cut),
		cmocka_unit_test(test_a_file_that_kills_worker_after_worker_is_given_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
