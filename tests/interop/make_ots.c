/* SPDX-License-Identifier: Apache-2.0 */
/* Our side of the comparison with python3-opentimestamps.
 *
 *   usage: make_ots make NAME        one of our proofs, in hex: pending, calendars, upgraded
 *          make_ots headers          headers that the upgraded one holds against
 *          make_ots read HEADERS     reads proofs, a line of hex each, and prints a line each:
 *                                    "ok HOLDS WRITTEN LISTING", the last two in hex, or "refused WHY" */
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/codec.h"
#include "formats/ots/ots.h"

#define HEIGHT 800000u

static rc make(struct arena *a, struct str name, struct ots *ret, struct err *e)
{
	static const char a_example[] = "\0\x83\xdf\xe3\x0d\x2e\xf9\x0c\x8e\x12\x11https://a.example";
	static const char b_example[] = "\xf1\x04salt\x08\0\x83\xdf\xe3\x0d\x2e\xf9\x0c\x8e\x12\x11https://b.example";
	static const char upgrade[] = "\xf0\x04tail\x08\x08\0\x05\x88\x96\x0d\x73\xd7\x19\x01\x03\x80\xea\x30";
	const struct hash digest = hash_of(STR(""));
	const uint8_t nonce[OTS_NONCE_SIZE] = "sixteen of these";
	struct hash msg;
	uint32_t at;
	ots_stamp_begin(a, &digest, nonce, ret, &at, &msg);
	TRY(ots_merge(a, ret, at, str_mem(a_example, sizeof(a_example) - 1), e));
	if (str_eq(name, STR("pending")))
		return OK;
	TRY(ots_merge(a, ret, at, str_mem(b_example, sizeof(b_example) - 1), e));
	if (str_eq(name, STR("calendars")))
		return OK;
	struct ots_pending *p;
	size_t n;
	ots_pending(a, ret, &p, &n);
	return ots_merge(a, ret, p[n - 1].at, str_mem(upgrade, sizeof(upgrade) - 1), e);
}

static void print_hex(struct arena *a, struct str s, const char *end)
{
	(void)printf("%s%s", hex_of(a, s).p, end);
}

static rc print_made(struct arena *a, const char *name, struct err *e)
{
	AUTO(buf) b = {0};
	struct ots o;
	buf_init(&b, CAP_OTS);
	TRY(make(a, str_c(name), &o, e));
	TRY(ots_write(&o, &b, e));
	print_hex(a, buf_str(&b), "\n");
	return OK;
}

/* One of the least difficulty that has the root, and one behind it. */
static rc print_headers(struct arena *a, struct err *e)
{
	struct ots o;
	struct ots_walk w = {.o = &o, .a = a};
	uint8_t raw[OTS_HEADER_SIZE] = {4};
	uint32_t at;
	struct str msg;
	bool known;
	TRY(make(a, STR("upgraded"), &o, e));
	while (ots_walk_next(&w, &at, &msg, &known))
		if (o.nodes[at].kind == OTS_BITCOIN)
			memcpy(raw + 36, msg.p, sizeof(struct hash));
	memcpy(raw + 68, "\x00\xf1\x53\x65\xff\xff\x7f\x20", 8);
	for (unsigned i = 0; i < 2; i++) {
		struct ots_header *h = NULL;
		size_t n;
		struct str line;
		do {
			raw[76]++;
			line = str_fmt(a, "%u %s\n", HEIGHT + i, hex_of(a, str_mem(raw, sizeof(raw))).p);
			TRY(ots_headers_parse(a, line, &h, &n, e));
		} while (!h->pow);
		(void)fputs(line.p, stdout);
		for (size_t k = 0; k < sizeof(h->hash.b); k++)
			raw[4 + k] = h->hash.b[sizeof(h->hash.b) - 1 - k];
	}
	return OK;
}

static rc read_file(const char *path, FILE *f, struct buf *to, struct err *e)
{
	buf_init(to, 256 * MIB);
	if (!f)
		return err_sys(e, "open %s", path);
	for (int c = getc(f); c != EOF; c = getc(f))
		buf_addc(to, (char)c);
	return buf_done(to, e);
}

static rc read_one(struct arena *a, struct str hex, const struct ots_header *headers, size_t n, struct err *e)
{
	AUTO(buf) written = {0};
	AUTO(buf) text = {0};
	const struct hash digest = hash_of(STR(""));
	struct ots_report report = {0};
	struct ots o;
	struct str bytes;
	if (!hex_decode(a, hex, &bytes))
		return err_set(e, E_USAGE, "not hex");
	if (ots_parse(a, bytes, &o, e) != OK) {
		(void)printf("refused %s\n", e->msg);
		return OK;
	}
	buf_init(&written, CAP_OTS);
	buf_init(&text, 256 * MIB);
	TRY(ots_write(&o, &written, e));
	ots_info(a, &o, &text);
	if (o.nodes[0].op == OTS_SHA256 && ots_verify(a, &o, hash_str(&digest), headers, n, &report, e) != OK)
		report.holds = 0;
	(void)printf("ok %zu ", report.holds);
	print_hex(a, buf_str(&written), " ");
	print_hex(a, buf_str(&text), "\n");
	return OK;
}

static rc read_all(struct arena *run, const char *path, struct err *e)
{
	AUTO(buf) in = {0};
	AUTO(buf) text = {0};
	struct ots_header *headers;
	size_t n;
	FILE *f = fopen(path, "re");
	TRY(read_file(path, f, &text, e));
	(void)fclose(f);
	TRY(ots_headers_parse(run, buf_str(&text), &headers, &n, e));
	TRY(read_file("stdin", stdin, &in, e));
	struct str lines = buf_str(&in);
	while (lines.n) {
		AUTO(arena) a = {0};
		TRY(read_one(&a, str_cut(&lines, '\n'), headers, n, e));
	}
	return OK;
}

int main(int argc, char **argv)
{
	AUTO(arena) run = {0};
	struct err e;
	struct str verb = str_c(argc > 1 ? argv[1] : "");
	rc code = err_set(&e, E_USAGE, "usage: make_ots make NAME | headers | read HEADERS");
	if (str_eq(verb, STR("make")) && argc == 3)
		code = print_made(&run, argv[2], &e);
	else if (str_eq(verb, STR("headers")) && argc == 2)
		code = print_headers(&run, &e);
	else if (str_eq(verb, STR("read")) && argc == 3)
		code = read_all(&run, argv[2], &e);
	if (code != OK)
		(void)fprintf(stderr, "make_ots: %s\n", e.msg);
	return code != OK || fflush(stdout) != 0;
}
