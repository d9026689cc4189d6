/* SPDX-License-Identifier: Apache-2.0 */
/* The header, by its grammar and nothing wider: one space between arguments, lines of 64 letters and a shorter one,
 * canonical base64 without padding. Known stanzas are checked here too, whoever the file is for. C2SP age, "Header". */
#include "base/arena.h"
#include "base/buf.h"
#include "base/codec.h"
#include "formats/age/age_int.h"

#define VERSION_PREFIX "age-encryption.org/"
#define VERSION_LINE VERSION_PREFIX "v1"
#define LINE 64u
#define MAC_TEXT 43u

bool age_raw_decode(struct str text, uint8_t *ret, size_t n)
{
	AUTO(arena) a = {0};
	struct str bytes;
	if (text.n != (n * 8 + 5) / 6 || str_chr(text, '=', 0) < text.n)
		return false;
	struct str padded = str_join(&a, text, str_sub(STR("==="), 0, (4 - text.n % 4) % 4));
	if (!base64_decode(&a, padded, &bytes) || bytes.n != n)
		return false;
	memcpy(ret, bytes.p, n);
	return true;
}

void age_raw_add(struct buf *b, struct str bytes)
{
	base64_add(b, bytes);
	while (b->n && b->p[b->n - 1] == '=')
		b->p[--b->n] = '\0';
}

bool age_work_parse(struct str text, unsigned *ret)
{
	uint64_t v = 0;
	if (text.n == 0 || text.p[0] == '0' || !str_to_u64(text, &v))
		return false;
	/* What is over any limit is only that. */
	*ret = v > UINT16_MAX ? UINT16_MAX : (unsigned)v;
	return true;
}

/* The first line of rest without its newline, which must be there. */
static bool take_line(struct str *rest, struct str *ret)
{
	size_t end = str_chr(*rest, '\n', 0);
	if (end >= rest->n)
		return false;
	*ret = str_sub(*rest, 0, end);
	*rest = str_from(*rest, end + 1);
	return true;
}

static bool line_ok(struct str line)
{
	uint8_t bytes[LINE];
	return line.n % 4 != 1 && age_raw_decode(line, bytes, line.n * 6 / 8);
}

static bool parse_args(struct str line, struct age_stanza *s)
{
	if (!str_starts(line, STR("-> ")))
		return false;
	size_t from = 3;
	for (size_t i = from; i <= line.n; i++) {
		if (i < line.n && line.p[i] != ' ') {
			if (line.p[i] < '!' || line.p[i] > '~')
				return false;
			continue;
		}
		if (i == from)
			return false;
		if (s->nargs < ARRAY_LEN(s->args))
			s->args[s->nargs] = str_sub(line, from, i);
		s->nargs++;
		from = i + 1;
	}
	return true;
}

bool age_stanza_next(struct str *rest, struct age_stanza *ret)
{
	struct str line;
	struct age_stanza s = {0};
	if (!take_line(rest, &line) || !parse_args(line, &s))
		return false;
	s.body.p = rest->p;
	do {
		if (!take_line(rest, &line) || line.n > LINE || !line_ok(line))
			return false;
	} while (line.n == LINE);
	s.body.n = (size_t)(line.p + line.n - s.body.p);
	*ret = s;
	return true;
}

/* Of the kinds that we know: arguments and body of the right size, whatever they say. */
static rc check_stanza(const struct age_stanza *s, struct err *e)
{
	uint8_t bytes[AGE_KEY_SIZE];
	unsigned work;
	bool x25519 = str_eq(s->args[0], STR("X25519"));
	bool scrypt = str_eq(s->args[0], STR("scrypt"));
	if (x25519 && (s->nargs != 2 || !age_raw_decode(s->args[1], bytes, AGE_KEY_SIZE)))
		return err_set(e, E_FORMAT, "age header: an X25519 stanza without one share of 32 bytes");
	if (scrypt &&
		(s->nargs != 3 || !age_raw_decode(s->args[1], bytes, AGE_SALT) || !age_work_parse(s->args[2], &work)))
		return err_set(e, E_FORMAT, "age header: a scrypt stanza without a salt of 16 bytes and a work factor");
	if ((x25519 || scrypt) && !age_raw_decode(s->body, bytes, AGE_WRAPPED))
		return err_set(e, E_FORMAT, "age header: a stanza whose wrapped file key is not of 32 bytes");
	return OK;
}

static rc parse_stanzas(struct str *rest, struct err *e)
{
	size_t n = 0;
	bool scrypt = false;
	while (str_starts(*rest, STR("-> "))) {
		struct age_stanza s;
		if (++n > CAP_AGE_STANZAS)
			return err_set(e, E_LIMIT, "age header: over %u stanzas", CAP_AGE_STANZAS);
		if (!age_stanza_next(rest, &s))
			return err_set(e, E_FORMAT, "age header: stanza %zu is malformed or cut", n);
		TRY(check_stanza(&s, e));
		scrypt = scrypt || str_eq(s.args[0], STR("scrypt"));
	}
	if (scrypt && n > 1)
		return err_set(e, E_FORMAT, "age header: a scrypt stanza that is not alone");
	return n ? OK : err_set(e, E_FORMAT, "age header: no stanza");
}

static rc parse(struct str head, struct age_header *ret, struct err *e)
{
	struct str rest = head;
	struct str line;
	if (!take_line(&rest, &line) || !str_starts(line, STR(VERSION_PREFIX)))
		return err_set(e, E_FORMAT, "age header: not an age file");
	if (!str_eq(line, STR(VERSION_LINE)))
		return err_set(e, E_UNSUPPORTED, "age header: another version than v1");
	ret->stanzas = rest;
	TRY(parse_stanzas(&rest, e));
	ret->stanzas.n -= rest.n;
	if (!take_line(&rest, &line) || line.n != 4 + MAC_TEXT || !str_starts(line, STR("--- ")) ||
		!age_raw_decode(str_from(line, 4), ret->mac, AGE_MAC))
		return err_set(e, E_FORMAT, "age header: does not end in '--- ' and 32 bytes of base64");
	ret->size = head.n - rest.n;
	ret->signed_part = str_sub(head, 0, ret->size - MAC_TEXT - 2);
	return OK;
}

rc age_header_parse(struct str file, struct age_header *ret, struct err *e)
{
	struct age_header h = {0};
	struct str head = str_sub(file, 0, CAP_AGE_HEADER);
	rc r = parse(head, &h, e);
	if (r == E_FORMAT && file.n > head.n && h.stanzas.p && str_find(head, STR("\n--- "), 0) >= head.n)
		return err_set(e, E_LIMIT, "age header: no end within %u bytes", CAP_AGE_HEADER);
	TRY(r);
	*ret = h;
	return OK;
}
