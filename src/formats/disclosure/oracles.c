/* SPDX-License-Identifier: Apache-2.0 */
/* Which fields betray others. A plain digest over what is withheld confirms a right guess, and where what is withheld
 * is a name, a number or a short passage, all guesses can be tried. So can copies, and what can be looked up. */
#include "base/arena.h"
#include "formats/disclosure/disclosure_int.h"

static bool listed(struct str name, const char *const *list)
{
	for (; *list; list++)
		if (str_eq(name, str_c(*list)))
			return true;
	return false;
}

/* True when one of the parts between dots and hyphens is the word. */
static bool has_part(struct str name, struct str word)
{
	for (size_t at = str_find(name, word, 0); at < name.n; at = str_find(name, word, at + 1)) {
		size_t end = at + word.n;
		bool before = at == 0 || name.p[at - 1] == '.' || name.p[at - 1] == '-';
		if (before && (end == name.n || name.p[end] == '.' || name.p[end] == '-'))
			return true;
	}
	return false;
}

static bool looks_like_digest(struct str name)
{
	static const char *const words[] = {"digest", "declared", "sha256", "sha1", "sha512", "md5", "crc32", "hash",
		"checksum", "etag", "fingerprint", "phash", "simhash"};
	if (str_ends(name, STR(".verdict")))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (has_part(name, str_c(words[i])))
			return true;
	return false;
}

/* Names of which no digest over captured bytes can tell: they say where a record lies and who wrote it. */
static bool outside_of_digests(struct str name)
{
	static const char *const names[] = {"record", "method", "received", "clock", "case", "operator", "tool",
		"tool-of-origin", "quirks", "payload.length", NULL};
	return listed(name, names) || str_starts(name, STR("warc.")) || str_starts(name, STR("source.")) ||
		looks_like_digest(name) || str_ends(name, STR(".verdict"));
}

static bool is_address(struct str name)
{
	static const char *const names[] = {"url", "final", "location", "chain", NULL};
	return listed(name, names) || has_part(name, STR("surt")) || has_part(name, STR("url"));
}

/* Digests of captures cover less than everything: of the payload, of the block, of what is stored. */
static bool digest_covers(struct str open, struct str withheld)
{
	static const char *const payload[] = {"digest.payload", "declared.payload", NULL};
	static const char *const block[] = {"digest.block", "declared.block", NULL};
	static const char *const content[] = {"body.tree", "body.coding", NULL};
	static const char *const head[] = {"headers.tree", "status", "mime", "location", "truncated", NULL};
	static const char *const known[] = {"url", "final", "chain", "chain.broken", "time", "time.end", "remote", "ip",
		"dns", "tls", "tls.chain", "tls.scts", "proxy", "protocol", "refers-to", "user-agent", "client",
		"segment.number", "segment.origin", NULL};
	bool in_payload = listed(withheld, content);
	bool in_block = in_payload || listed(withheld, head);
	if (outside_of_digests(withheld))
		return false;
	if (!in_block && !listed(withheld, known)) /* not of captures: it may be anywhere */
		return true;
	if (listed(open, payload))
		return in_payload;
	return !listed(open, block) || in_block;
}

bool disclosure_is_oracle(struct str open, struct str withheld)
{
	static const char *const hosts[] = {"remote", "ip", "dns", "tls.chain", "tls.scts", NULL};
	if (looks_like_digest(open) && digest_covers(open, withheld))
		return true;
	/* a copy, the same in other words, or a certificate whose log entries name the host */
	if (is_address(withheld) && (is_address(open) || listed(open, hosts)))
		return true;
	return listed(withheld, hosts) && listed(open, hosts);
}

static const struct disclosure_tree_choice *choice_of(const struct disclosure_choice *c, size_t field)
{
	for (size_t i = 0; i < c->ntrees; i++)
		if (c->trees[i].field == field)
			return &c->trees[i];
	return NULL;
}

bool disclosure_withholds(const struct record *r, const struct disclosure_choice *c, size_t i)
{
	struct record_tree_value v;
	const struct disclosure_tree_choice *t = choice_of(c, i);
	if (i == 0)
		return false;
	if (!c->open[i])
		return true;
	if (!disclosure_is_tree(r->fields[i].name, r->fields[i].value, &v))
		return false;
	return !t || t->nopen != 1 || t->open[0].from != 0 || t->open[0].to != v.length;
}

bool disclosure_withholds_body(const struct record *r, const struct disclosure_choice *c)
{
	for (size_t i = 1; i < r->n; i++)
		if (str_eq(r->fields[i].name, STR("body.tree")) && disclosure_withholds(r, c, i))
			return true;
	return false;
}

size_t disclosure_oracles(
	struct arena *a, const struct record *r, const struct disclosure_choice *c, size_t **ret_fields)
{
	size_t n = 0;
	*ret_fields = NULL;
	for (size_t i = 1; i < r->n; i++) {
		bool found = false;
		for (size_t k = 1; c->open[i] && !found && k < r->n; k++)
			found = k != i && disclosure_withholds(r, c, k) &&
				disclosure_is_oracle(r->fields[i].name, r->fields[k].name);
		if (found) {
			size_t *to = arena_push(a, ret_fields, &n, sizeof(*to));
			*to = i;
		}
	}
	return n;
}

/* Header fields that carry a digest of the content, of parts of it (the policy's script hashes), or a tag that many
 * servers compute as one. */
static bool digest_header(struct str name)
{
	static const char *const names[] = {"etag", "digest", "content-digest", "repr-digest", "content-md5",
		"unencoded-digest", "x-goog-hash", "x-checksum", "content-security-policy",
		"content-security-policy-report-only", "signature", "signature-input", "x-ms-blob-content-md5",
		"x-content-digest", "x-content-sha256", "last-modified-hash", NULL};
	static const char *const words[] = {"etag", "digest", "md5", "sha1", "sha256", "sha512", "crc32", "crc32c",
		"crc64nvme", "checksum", "hash"};
	if (listed(name, names))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (has_part(name, str_c(words[i])))
			return true;
	return false;
}

bool disclosure_digest_line(struct str head, size_t at, size_t *ret_from, size_t *ret_to)
{
	AUTO(arena) a = {0};
	for (size_t from = at; from < head.n;) {
		size_t to = size_min(str_chr(head, '\n', from) + 1, head.n);
		/* lines that begin with white space go on with the one before */
		while (to < head.n && (head.p[to] == ' ' || head.p[to] == '\t'))
			to = size_min(str_chr(head, '\n', to) + 1, head.n);
		struct str line = str_sub(head, from, to);
		size_t colon = str_chr(line, ':', 0);
		if (colon < line.n && digest_header(str_lower(&a, str_trim(str_sub(line, 0, colon))))) {
			*ret_from = from;
			*ret_to = to;
			return true;
		}
		from = to;
	}
	return false;
}
