/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/stream.h"
#include "formats/message/message.h"

struct taken {
	struct buf payload;
	struct buf content;
	struct str media_type;
	struct message_info info;
};

static void on_content(void *ctx, struct str media_type)
{
	((struct taken *)ctx)->media_type = media_type;
}

static void take_apart(struct arena *a, enum message_kind kind, struct str block, size_t step, struct taken *t)
{
	struct message *m = message_new();
	struct buf_sink payload;
	struct buf_sink content;
	struct err e;
	buf_init(&t->payload, 65536);
	buf_init(&t->content, 65536);
	buf_sink_init(&payload, &t->payload);
	buf_sink_init(&content, &t->content);
	message_begin(m, a,
		&(struct message_start){kind, STR("Text/Plain; x=y"), &payload.sink, &content.sink, on_content, t});
	for (size_t i = 0; i < block.n; i += step)
		assert_int_equal(message_push(m, str_sub(block, i, i + step), &e), OK);
	assert_int_equal(message_end(m, &t->info, &e), OK);
	message_free(m);
}

static void test_messages_are_taken_apart_however_they_arrive(void **unused)
{
	(void)unused;
	static const struct {
		enum message_kind kind;
		const char *block;
		unsigned status;
		const char *type;
		const char *payload;
		bool odd;
	} cases[] = {
		{MESSAGE_RESPONSE, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>x", 200, "text/html", "<p>x",
			false},
		{MESSAGE_RESPONSE, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 200,
			"", "abc", false},
		{MESSAGE_RESPONSE, "HTTP/1.1 304 Not Modified\r\nA: b\r\n\r\n", 304, "", "", false},
		{MESSAGE_RESPONSE, "HTTP/1.1 200 OK\r\nA: b", 200, "", "", true},
		{MESSAGE_RESPONSE, "not HTTP at all", 0, "", "not HTTP at all", true},
		{MESSAGE_BODY, "just a body", 0, "text/plain", "just a body", false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		for (size_t step = 1; step < 80; step += 3) {
			AUTO(arena) a = {0};
			struct taken t = {0};
			take_apart(&a, cases[i].kind, str_c(cases[i].block), step, &t);
			assert_int_equal(t.info.status, cases[i].status);
			assert_true(str_eq(t.info.media_type, str_c(cases[i].type)));
			assert_true(str_eq(t.media_type, t.info.media_type));
			assert_true(str_eq(buf_str(&t.payload), str_c(cases[i].payload)));
			assert_true(str_eq(buf_str(&t.content), str_c(cases[i].payload)));
			assert_int_equal(t.info.payload_length, strlen(cases[i].payload));
			assert_int_equal(t.info.quirks.seen > 0, cases[i].odd);
			buf_clear(&t.payload);
			buf_clear(&t.content);
		}
	}
}

static void test_a_coding_that_breaks_keeps_what_came_before(void **unused)
{
	(void)unused;
	AUTO(arena) a = {0};
	struct taken t = {0};
	take_apart(&a, MESSAGE_RESPONSE, STR("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nno gzip at all"), 7, &t);
	assert_true(t.info.content_broken && t.info.quirks.seen > 0);
	assert_true(str_eq(buf_str(&t.payload), STR("no gzip at all")));
	buf_clear(&t.payload);
	buf_clear(&t.content);
}

static void test_kinds_follow_the_records_content_type(void **unused)
{
	(void)unused;
	assert_int_equal(message_kind_of(STR("application/http;msgtype=response"), false), MESSAGE_RESPONSE);
	assert_int_equal(message_kind_of(STR("application/http; msgtype=request"), false), MESSAGE_REQUEST);
	assert_int_equal(message_kind_of(STR("Application/HTTP"), false), MESSAGE_RESPONSE);
	assert_int_equal(message_kind_of(STR("text/dns"), false), MESSAGE_BODY);
	assert_int_equal(message_kind_of(STR(""), false), MESSAGE_BODY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages_are_taken_apart_however_they_arrive),
		cmocka_unit_test(test_a_coding_that_breaks_keeps_what_came_before),
		cmocka_unit_test(test_kinds_follow_the_records_content_type),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
