/* SPDX-License-Identifier: Apache-2.0 */
/* Our time stamps for other programs, and theirs for us.
 * usage: stamp request FILE NONCE-HEX > QUERY
 *        stamp check FILE NONCE-HEX REPLY ANCHORS EVIDENCE    prints the verdict; 0 when it is good
 *        stamp wanted REPLY ANCHORS EVIDENCE                  prints what to fetch: kind, URL, body as hex
 *        stamp keep EVIDENCE FILE…                            adds files to it; prints it anew */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/codec.h"
#include "base/hash.h"
#include "formats/tsp/tsp.h"

static struct str file(struct arena *a, const char *name)
{
	AUTO(buf) b = {0};
	FILE *f = fopen(name, "rb");
	buf_init(&b, 32 * MIB);
	if (!f) {
		perror(name);
		return STR("");
	}
	for (char *p = buf_space(&b, 65536); p; p = buf_space(&b, 65536)) {
		size_t n = fread(p, 1, 65536, f);
		buf_grown(&b, n);
		if (n == 0)
			break;
	}
	fclose(f);
	return str_dup(a, buf_str(&b));
}

static rc request(struct arena *a, const struct tsp_imprint *imprint, struct str nonce, struct err *e)
{
	struct str der;
	TRY(tsp_request(a, imprint, nonce, true, &der, e));
	fwrite(der.p, 1, der.n, stdout);
	return OK;
}

static rc check(struct arena *a, const struct tsp_expect *want, const char *reply, struct err *e)
{
	struct tsp_reply r;
	struct tsp_verdict v;
	TRY(tsp_parse(a, file(a, reply), &r, e));
	TRY(tsp_check(a, &r, want, &v, e));
	printf("%.*s\n", STR_FMT(v.said));
	return OK;
}

static rc wanted(struct arena *a, char **argv, const struct tsp_evidence *ev, struct err *e)
{
	static const char *const kinds[] = {"cert", "crl", "ocsp"};
	struct tsp_reply r;
	struct tsp_wanted *w;
	size_t n;
	TRY(tsp_parse(a, file(a, argv[2]), &r, e));
	TRY(tsp_wanted(a, &r, file(a, argv[3]), ev, &w, &n, e));
	for (size_t i = 0; i < n; i++) {
		struct str body = hex_of(a, w[i].body);
		printf("%s %.*s %.*s\n", kinds[w[i].what], STR_FMT(w[i].url), STR_FMT(body));
	}
	return OK;
}

static rc run(struct arena *a, int argc, char **argv, struct err *e)
{
	struct hash h;
	struct tsp_imprint imprint = {TSP_SHA256, hash_str(&h)};
	struct tsp_evidence ev = {0};
	struct str nonce = STR("");
	const char *what = argc > 1 ? argv[1] : "";
	const char *evidence = strcmp(what, "keep") == 0 && argc > 3 ? argv[2]
		: argc > 4                                           ? argv[argc - 1]
								     : "/dev/null";
	if (file(a, evidence).n)
		TRY(tsp_evidence_add(a, &ev, file(a, evidence), NULL, e));
	if (argc > 3 && strcmp(what, "keep") == 0) {
		for (int i = 3; i < argc; i++)
			TRY(tsp_evidence_add(a, &ev, file(a, argv[i]), NULL, e));
		struct str text = tsp_evidence_text(a, &ev);
		fwrite(text.p, 1, text.n, stdout);
		return OK;
	}
	if (argc == 5 && strcmp(what, "wanted") == 0)
		return wanted(a, argv, &ev, e);
	if (argc < 4 || !hex_decode(a, str_c(argv[3]), &nonce))
		return err_set(e, E_USAGE, "usage: stamp request|check|wanted|keep …");
	h = hash_of(file(a, argv[2]));
	if (strcmp(what, "request") == 0)
		return request(a, &imprint, nonce, e);
	if (argc != 7)
		return err_set(e, E_USAGE, "usage: stamp check FILE NONCE REPLY ANCHORS EVIDENCE");
	struct tsp_expect want = {&imprint, true, nonce, file(a, argv[5]), &ev, false};
	return check(a, &want, argv[4], e);
}

int main(int argc, char **argv)
{
	AUTO(arena) a = {0};
	struct err e;
	if (run(&a, argc, argv, &e) == OK)
		return 0;
	fprintf(stderr, "%s\n", e.msg);
	return e.code == E_VERIFY ? 1 : 2;
}
