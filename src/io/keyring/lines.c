/* SPDX-License-Identifier: Apache-2.0 */
/* The decrypted file, line by line. No message quotes a line. */
#include "io/keyring/keyring_int.h"

static const struct {
	struct str name;
	uint8_t type;
} roles[] = {
	[KEYRING_LOG] = {{"log", 3}, NOTE_ED25519},
	[KEYRING_WITNESS] = {{"witness", 7}, NOTE_COSIGNATURE},
	[KEYRING_AUTHOR] = {{"author", 6}, NOTE_ED25519},
};

struct str keyring_role_name(enum keyring_role role)
{
	return roles[role].name;
}

uint8_t keyring_role_type(enum keyring_role role)
{
	return roles[role].type;
}

static bool is_word(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'a' && s.p[i] <= 'z') && !ascii_digit(s.p[i]) && s.p[i] != '-')
			return false;
	return s.n > 0;
}

static bool has_key(const struct keyring *k, const struct note_key *key)
{
	for (size_t i = 0; i < k->n; i++)
		if (memcmp(signer_key(k->keys[i].signer)->pub, key->pub, sizeof(key->pub)) == 0)
			return true;
	return false;
}

static rc parse_key(struct keyring *k, size_t role, struct str text, struct err *e)
{
	struct signer *s;
	if (k->n == ARRAY_LEN(k->keys))
		return err_set(e, E_LIMIT, "over %u keys", CAP_KEYRING_KEYS);
	TRY(signer_open(text, &s, e));
	rc r = OK;
	/* One key in two roles: a cosignature does not say who made it, and a log's key must not be a witness's. */
	if (has_key(k, signer_key(s)))
		r = err_set(e, E_EXISTS, "a key that is there already");
	else if (signer_key(s)->type != roles[role].type)
		r = err_set(e, E_FORMAT, "a key of type %u; a key for '%.*s' has type %u", signer_key(s)->type,
			STR_FMT(roles[role].name), roles[role].type);
	if (r != OK) {
		signer_free(s);
		return r;
	}
	k->keys[k->n].role = (enum keyring_role)role;
	k->keys[k->n].signer = s;
	k->n++;
	return OK;
}

static rc parse_line(struct keyring *k, struct str line, struct err *e)
{
	if (str_starts(line, STR("#")))
		return OK;
	struct str text = line;
	struct str word = str_cut(&text, ' ');
	if (!is_word(word) || text.n == 0)
		return err_set(e, E_FORMAT, "neither a comment nor a role and a key");
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		if (str_eq(word, roles[i].name))
			return parse_key(k, i, text, e);
	return OK;
}

rc keyring_parse(struct keyring *k, struct str text, struct err *e)
{
	rc r = OK;
	if (text.n && !str_ends(text, STR("\n")))
		return err_set(e, E_FORMAT, "no newline at its end");
	for (size_t i = 1; r == OK && text.n; i++) {
		r = parse_line(k, str_cut(&text, '\n'), e);
		if (r != OK)
			r = err_add(e, "line %zu", i);
	}
	for (; r != OK && k->n; k->n--)
		signer_free(k->keys[k->n - 1].signer);
	return r;
}
