/* SPDX-License-Identifier: Apache-2.0 */
/* Every file of the public test data: how many records it has, how many stretches of it are refused, and the sentence
 * that decides. Reference validators disagree on a third of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/stream.h"
#include "formats/warc/warc.h"

static const struct {
	const char *file;
	size_t records;
	size_t refused;
	const char *why;
} FILES[] = {
	{"iipc-dedup/20130729-heritrix-original.warc.gz", 1, 0, ""},
	{"iipc-dedup/20130729-heritrix-revisit-with-http-headers.warc.gz", 1, 0, ""},
	{"iipc-dedup/20141124-heritrix-server-not-modified.warc.gz", 1, 0,
		"taken, with a quirk: 1 of the two line ends behind the block"},
	{"iipc-dedup/20141129-heritrix-original.warc.gz", 1, 0, ""},
	{"iipc-dedup/20141129-heritrix-revisit-with-http-headers-and-new-warc-headers.warc.gz", 1, 0, ""},
	{"ipwb/1memento.warc", 4, 0, "taken, with a quirk: 8 header lines end in LF alone"},
	{"ipwb/1memento_noContentType.warc", 2, 0, "taken, with a quirk: 8 header lines end in LF alone"},
	{"ipwb/2mementos.warc", 5, 0, "taken, with a quirk: 8 header lines end in LF alone"},
	{"ipwb/2mementos_htmlXhtml.warc", 3, 0, "taken, with a quirk: 8 header lines end in LF alone"},
	{"ipwb/2mementos_queryString.warc", 3, 0, "taken, with a quirk: 8 header lines end in LF alone"},
	{"ipwb/3mementos.warc", 6, 0, "taken, with a quirk: 8 header lines end in LF alone"},
	{"ipwb/4mementos.warc", 7, 0, "taken, with a quirk: 8 header lines end in LF alone"},
	{"ipwb/5mementos.warc", 8, 0, "taken, with a quirk: 8 header lines end in LF alone"},
	{"ipwb/5mementosAndFroggie.warc", 9, 0, "taken, with a quirk: 8 header lines end in LF alone"},
	{"ipwb/HTTP204.warc", 3, 2,
		"a Content-Length is larger than its block: \"the number of octets in the block\" (WARC 1.1 5.2), so "
		"the next header is not where it says"},
	{"ipwb/HTTP404.warc", 2, 0, "taken, with a quirk: 0 of the two line ends behind the block"},
	{"ipwb/IAH-20080430204825-00000-blackbook.warc.gz", 822, 0, ""},
	{"ipwb/baconIpsum.warc.gz", 6, 0, ""},
	{"ipwb/baconIpsum_chunked.warc", 6, 0, ""},
	{"ipwb/baconIpsum_chunkedWithMetadata.warc", 6, 0, ""},
	{"ipwb/baconIpsum_chunked_httpTrailors.warc", 6, 0,
		"taken, with a quirk: line ends behind the block are not CRLF"},
	{"ipwb/broken.warc", 6, 1,
		"a Content-Length is smaller than its block (WARC 1.1 5.2): what is left over is no record"},
	{"ipwb/frogTest.warc", 6, 0, ""},
	{"ipwb/froggie.warc.gz", 10, 0, "taken, with a quirk: WARC-Target-URI in < >"},
	{"ipwb/mkelly1.warc", 7, 0, ""},
	{"ipwb/mkelly2.warc", 7, 0, ""},
	{"ipwb/redirect.warc", 1, 1, "the file ends 9 octets before the block does (WARC 1.1 5.2)"},
	{"ipwb/redirectRelative.warc", 2, 0, "taken, with a quirk: 8 header lines end in LF alone"},
	{"ipwb/salam-home.warc", 6, 0, ""},
	{"ipwb/sample-1.warc.gz", 231, 0, ""},
	{"ipwb/slash.warc", 2, 0, "taken, with a quirk: 8 header lines end in LF alone"},
	{"ipwb/variableSizedDates.warc", 5, 0, "taken, with a quirk: 8 header lines end in LF alone"},
	{"jwarc/cc.warc.gz", 1, 0, ""},
	{"jwarc/gzip_extra_sl.warc.gz", 1, 0, ""},
	{"jwat/invalid-warcfile-contenttype-recommended.warc", 7, 0,
		"taken: Content-Type is only recommended (\"should\", WARC 1.1 5.6)"},
	{"jwat/invalid-warcfile-contenttype-warcinfo-recommended.warc", 1, 0,
		"taken: the type of a warcinfo block is only recommended (WARC 1.1 6.2)"},
	{"jwat/invalid-warcfile-fields-empty.warc", 0, 1, "Content-Length is mandatory and has digits (WARC 1.1 5.2)"},
	{"jwat/invalid-warcfile-fields-missing.warc", 0, 1, "Content-Length is mandatory (WARC 1.1 5.2)"},
	{"jwat/invalid-warcfile-lonely-continuation.warc", 0, 1, "Content-Length is mandatory (WARC 1.1 5.2)"},
	{"jwat/invalid-warcfile-lonely-monkeys.warc", 0, 1, "Content-Length is mandatory (WARC 1.1 5.2)"},
	{"jwat/invalid-warcfile-lonely-request-response-resource-conversion.warc", 0, 4,
		"Content-Length is mandatory (WARC 1.1 5.2)"},
	{"jwat/invalid-warcfile-lonely-revisit.warc", 0, 1, "Content-Length is mandatory (WARC 1.1 5.2)"},
	{"jwat/invalid-warcfile-lonely-warcinfo-metadata.warc", 0, 2, "Content-Length is mandatory (WARC 1.1 5.2)"},
	{"jwat/invalid-warcfile-record-then-garbage.warc", 1, 1,
		"what follows the record is no record: a version comes first (WARC 1.1 4)"},
	{"jwat/valid-warcfile-contenttype-continuation.warc", 1, 0, ""},
	{"jwat/valid-warcfile-duplicate-concurrentto.warc", 1, 0, ""},
	{"jwat/valid-warcfile-fields-continuation.warc", 1, 0, ""},
	{"jwat/valid-warcfile-fields-metainfo.warc", 1, 0, ""},
	{"jwat/valid-warcfile-fields-warcinfo.warc", 1, 0, ""},
	{"jwat/valid-warcfile-non-warc-headers.warc", 1, 0, ""},
	{"jwat/valid-warcfile-upper-lower-case.warc", 5, 0, ""},
	{"jwat/valid-warcfile-utf8.warc", 1, 0, ""},
	{"warcio/bad.arc", 4, 0, "taken, with a quirk: the length is no number: read as up to an empty line"},
	{"warcio/example-bad-non-chunked.warc.gz", 6, 0, ""},
	{"warcio/example-bad.warc.gz.bad", 6, 0, ""},
	{"warcio/example-collection-with-lists.warc", 38, 0, ""},
	{"warcio/example-collection.warc", 4, 0, ""},
	{"warcio/example-digest.warc", 4, 0, ""},
	{"warcio/example-iana.org-chunked.warc", 3, 0, ""},
	{"warcio/example-iana.warc", 118, 0, ""},
	{"warcio/example-resource.warc.gz", 3, 0, ""},
	{"warcio/example-space-in-target-uri.warc.gz", 2, 0, "taken, with a quirk: space in WARC-Target-URI"},
	{"warcio/example-space-in-url.arc", 1, 1,
		"the document is 12 octets shorter than its length field (ARC file format, \"length\")"},
	{"warcio/example-trunc.warc", 4, 1,
		"the third record says less than its block has (WARC 1.1 5.2); the one behind it is found again"},
	{"warcio/example-warcinfo-metadata.warc", 4, 0, ""},
	{"warcio/example-wget-bad-target-uri.warc.gz", 6, 0, "taken, with a quirk: WARC-Target-URI in < >"},
	{"warcio/example-wrong-chunks.warc.gz", 2, 0, "taken, with a quirk: line ends behind the block are not CRLF"},
	{"warcio/example.arc", 2, 0, ""},
	{"warcio/example.arc.gz", 2, 0, ""},
	{"warcio/example.warc", 6, 0, ""},
	{"warcio/example.warc.gz", 6, 0, ""},
	{"warcio/post-test.warc.gz", 6, 0, ""},
};

struct walked {
	size_t records;
	size_t refused;
	struct hash all; /* of every header and block */
};

static rc whole_record(struct warc_reader *w, struct arena *a, struct digest *d, struct err *e)
{
	struct warc_record rec = {0};
	struct warc_end end;
	struct str piece;
	rc r = OK;
	TRY(warc_next(w, a, &rec, e));
	digest_add(d, rec.head.p, rec.head.n);
	while ((r = warc_block(w, &piece, e)) == OK)
		digest_add(d, piece.p, piece.n);
	return r == E_NOTFOUND ? warc_end(w, a, &end, e) : r;
}

static struct walked walk(struct str bytes, size_t step)
{
	AUTO(arena) a = {0};
	AUTO(digest) d = {0};
	struct mem_source src;
	struct walked ret = {0};
	mem_source_init(&src, bytes, step);
	struct warc_reader *w = warc_reader_new(&src.source);
	digest_start(&d, DIGEST_SHA256);
	for (;;) {
		struct err e;
		uint64_t from = 0;
		uint64_t to = 0;
		arena_reset(&a);
		rc r = whole_record(w, &a, &d, &e);
		ret.records += r == OK;
		if (r == OK)
			continue;
		if (r == E_NOTFOUND)
			break;
		assert_true(r == E_FORMAT || r == E_LIMIT || r == E_UNSUPPORTED);
		ret.refused++;
		if (warc_resync(w, &from, &to, &e) != OK)
			break;
	}
	warc_reader_free(w);
	ret.all = digest_sha256(&d);
	return ret;
}

static bool read_file(const char *path, struct buf *ret)
{
	FILE *f = fopen(path, "rbe");
	if (!f)
		return false;
	char piece[8192];
	size_t n = 0;
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_addmem(ret, piece, n);
	(void)fclose(f);
	return true;
}

static void test_every_public_file_is_taken_or_refused_for_a_reason(void **unused)
{
	(void)unused;
	const char *dir = getenv("ONRECORD_VECTORS");
	size_t refused = 0;
	for (size_t i = 0; i < ARRAY_LEN(FILES); i++) {
		AUTO(arena) a = {0};
		AUTO(buf) b = {0};
		buf_init(&b, 16u << 20);
		if (!dir || !read_file(str_fmt(&a, "%s/warc/%s", dir, FILES[i].file).p, &b)) {
			print_message("skipped: public test data warc/%s is not there\n", FILES[i].file);
			buf_clear(&b); /* skip() does not come back */
			arena_clear(&a);
			skip();
		}
		struct walked got = walk(buf_str(&b), 0);
		if (got.records != FILES[i].records || got.refused != FILES[i].refused)
			fail_msg("%s: %zu records and %zu refused, not %zu and %zu", FILES[i].file, got.records,
				got.refused, FILES[i].records, FILES[i].refused);
		assert_true(FILES[i].refused == 0 || FILES[i].why[0] != '\0');
		refused += FILES[i].refused > 0;
		/* the same however the bytes arrive; one at a time would take minutes for the largest */
		struct walked slow = walk(buf_str(&b), b.n > 200000 ? 4099 : 1);
		assert_true(slow.records == got.records && hash_eq(&slow.all, &got.all));
	}
	print_message("%zu files, %zu of them with something refused\n", ARRAY_LEN(FILES), refused);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_public_file_is_taken_or_refused_for_a_reason),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
