/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and writing policy files (C2SP tlog-policy). */
#include "formats/policy/policy.h"

#include "base/arena.h"
#include "base/buf.h"

#define NONE STR("none")

struct parser {
	struct arena *a;
	struct policy p;
	size_t nwitnesses;
	size_t ngroups;
	bool taken[2 * CAP_POLICY_EACH]; /* by node: it is a member of a group */
	bool quorum;
};

/* The next word of a line; empty at its end. */
static struct str next_word(struct str *line)
{
	size_t from = 0;
	while (from < line->n && (line->p[from] == ' ' || line->p[from] == '\t'))
		from++;
	size_t to = from;
	while (to < line->n && line->p[to] != ' ' && line->p[to] != '\t')
		to++;
	struct str word = str_sub(*line, from, to);
	*line = str_from(*line, to);
	return word;
}

static rc line_ends(struct str rest, struct err *e)
{
	struct str word = next_word(&rest);
	return word.n == 0 ? OK : err_set(e, E_FORMAT, "'%.*s' is too much", (int)size_min(word.n, 80), word.p);
}

static bool find_node(const struct policy *p, struct str name, size_t *ret)
{
	for (size_t i = 0; i < p->nnodes; i++) {
		if (str_eq(p->nodes[i].name, name)) {
			*ret = i;
			return true;
		}
	}
	return false;
}

static rc parse_key(struct arena *a, struct str vkey, uint8_t type, struct note_key *ret, struct err *e)
{
	struct note_key k;
	if (vkey.n == 0)
		return err_set(e, E_FORMAT, "no key");
	TRY(note_key_parse(a, vkey, &k, e));
	if (k.type != type)
		return err_set(e, E_FORMAT, "a key of type %u, where one of type %u belongs", k.type, type);
	*ret = k;
	return OK;
}

static bool same_key(const struct note_key *a, const struct note_key *b)
{
	return memcmp(a->pub, b->pub, sizeof(a->pub)) == 0;
}

static rc add_log(struct parser *s, const struct policy_log *l, struct err *e)
{
	for (size_t i = 0; i < s->p.nlogs; i++)
		if (same_key(&s->p.logs[i].key, &l->key))
			return err_set(e, E_FORMAT, "the key of this log stands above already");
	if (s->p.nlogs >= CAP_POLICY_EACH)
		return err_set(e, E_LIMIT, "more than %u logs", CAP_POLICY_EACH);
	struct policy_log *to = arena_push(s->a, &s->p.logs, &s->p.nlogs, sizeof(*to));
	*to = *l;
	return OK;
}

static rc add_node(struct parser *s, const struct policy_node *n, struct err *e)
{
	size_t other = 0;
	size_t *count = n->kind == POLICY_WITNESS ? &s->nwitnesses : &s->ngroups;
	if (n->name.n == 0)
		return err_set(e, E_FORMAT, "no name");
	if (n->name.n > CAP_KEY_NAME)
		return err_set(e, E_LIMIT, "a name of over %u bytes", CAP_KEY_NAME);
	if (str_eq(n->name, NONE) || find_node(&s->p, n->name, &other))
		return err_set(e, E_FORMAT, "the name '%.*s' is taken", STR_FMT(n->name));
	for (size_t i = 0; i < s->p.nnodes && n->kind == POLICY_WITNESS; i++)
		if (s->p.nodes[i].kind == POLICY_WITNESS && same_key(&s->p.nodes[i].key, &n->key))
			return err_set(
				e, E_FORMAT, "the key of this witness is that of '%.*s'", STR_FMT(s->p.nodes[i].name));
	if (*count >= CAP_POLICY_EACH)
		return err_set(e, E_LIMIT, "more than %u %s", CAP_POLICY_EACH,
			n->kind == POLICY_WITNESS ? "witnesses" : "groups");
	(*count)++;
	struct policy_node *to = arena_push(s->a, &s->p.nodes, &s->p.nnodes, sizeof(*to));
	*to = *n;
	return OK;
}

static rc parse_log(struct parser *s, struct str rest, struct err *e)
{
	struct policy_log l = {0};
	TRY(parse_key(s->a, next_word(&rest), NOTE_ED25519, &l.key, e));
	l.url = next_word(&rest);
	TRY(line_ends(rest, e));
	return add_log(s, &l, e);
}

static rc parse_witness(struct parser *s, struct str rest, struct err *e)
{
	struct policy_node n = {.kind = POLICY_WITNESS, .name = next_word(&rest)};
	TRY(parse_key(s->a, next_word(&rest), NOTE_COSIGNATURE, &n.key, e));
	n.url = next_word(&rest);
	TRY(line_ends(rest, e));
	return add_node(s, &n, e);
}

static rc parse_members(struct parser *s, struct str rest, struct policy_node *n, struct err *e)
{
	for (struct str word = next_word(&rest); word.n; word = next_word(&rest)) {
		size_t member = 0;
		if (!find_node(&s->p, word, &member))
			return err_set(e, E_FORMAT, "no witness and no group '%.*s' stands above",
				(int)size_min(word.n, 80), word.p);
		if (s->taken[member])
			return err_set(e, E_FORMAT, "'%.*s' is a member already, here or of another group",
				STR_FMT(s->p.nodes[member].name));
		s->taken[member] = true;
		size_t *to = arena_push(s->a, &n->members, &n->nmembers, sizeof(*to));
		*to = member;
	}
	return n->nmembers ? OK : err_set(e, E_FORMAT, "a group without members");
}

static rc parse_group(struct parser *s, struct str rest, struct err *e)
{
	struct policy_node n = {.kind = POLICY_GROUP, .name = next_word(&rest)};
	struct str k = next_word(&rest);
	uint64_t number = 0;
	bool any = str_eq(k, STR("any"));
	bool all = str_eq(k, STR("all"));
	if (!any && !all && (!str_to_u64(k, &number) || k.p[0] == '0'))
		return err_set(
			e, E_FORMAT, "'%.*s' is not any, all or a number from 1 on", (int)size_min(k.n, 80), k.p);
	TRY(parse_members(s, rest, &n, e));
	if (number > n.nmembers)
		return err_set(e, E_FORMAT, "%llu of %zu members", (unsigned long long)number, n.nmembers);
	n.k = any ? 1 : all ? n.nmembers : (size_t)number;
	return add_node(s, &n, e);
}

static rc parse_quorum(struct parser *s, struct str rest, struct err *e)
{
	struct str name = next_word(&rest);
	TRY(line_ends(rest, e));
	if (s->quorum)
		return err_set(e, E_FORMAT, "a second quorum");
	s->quorum = true;
	s->p.quorum = POLICY_NO_QUORUM;
	if (str_eq(name, NONE) || find_node(&s->p, name, &s->p.quorum))
		return OK;
	return err_set(e, E_FORMAT, "no witness and no group '%.*s' stands above", (int)size_min(name.n, 80), name.p);
}

static rc parse_line(struct parser *s, struct str line, struct err *e)
{
	struct str rest = line;
	for (size_t i = 0; i < line.n; i++)
		if (((uint8_t)line.p[i] < 0x20 && line.p[i] != '\t') || line.p[i] == 0x7f)
			return err_set(e, E_FORMAT, "a control character (%02x)", (uint8_t)line.p[i]);
	struct str word = next_word(&rest);
	if (word.n == 0 || word.p[0] == '#')
		return OK;
	if (str_eq(word, STR("log")))
		return parse_log(s, rest, e);
	if (str_eq(word, STR("witness")))
		return parse_witness(s, rest, e);
	if (str_eq(word, STR("group")))
		return parse_group(s, rest, e);
	if (str_eq(word, STR("quorum")))
		return parse_quorum(s, rest, e);
	return err_set(e, E_FORMAT, "'%.*s' is not log, witness, group or quorum", (int)size_min(word.n, 80), word.p);
}

rc policy_parse(struct arena *a, struct str text, struct policy *ret, struct err *e)
{
	struct parser s = {.a = a};
	if (text.n > CAP_POLICY)
		return err_set(e, E_LIMIT, "a policy of over %u bytes", CAP_POLICY);
	if (text.n && !str_ends(text, STR("\n")))
		return err_set(e, E_FORMAT, "its last line does not end: it may be cut short");
	for (size_t n = 1; text.n; n++)
		if (parse_line(&s, str_cut(&text, '\n'), e) != OK)
			return err_add(e, "line %zu", n);
	if (!s.quorum)
		return err_set(e, E_FORMAT, "no quorum");
	*ret = s.p;
	return OK;
}

static void add_url(struct buf *b, struct str url)
{
	if (url.n) {
		buf_addc(b, ' ');
		buf_add(b, url);
	}
	buf_addc(b, '\n');
}

static void add_group(struct buf *b, const struct policy *p, size_t at)
{
	const struct policy_node *n = &p->nodes[at];
	buf_add(b, STR("group "));
	buf_add(b, n->name);
	if (n->k == n->nmembers)
		buf_add(b, STR(" all"));
	else if (n->k == 1)
		buf_add(b, STR(" any"));
	else
		buf_addf(b, " %zu", n->k);
	for (size_t i = 0; i < n->nmembers; i++) {
		BUG_ON(n->members[i] >= at);
		buf_addc(b, ' ');
		buf_add(b, p->nodes[n->members[i]].name);
	}
	buf_addc(b, '\n');
}

void policy_text(struct buf *b, const struct policy *p)
{
	AUTO(arena) a = {0};
	for (size_t i = 0; i < p->nlogs; i++) {
		buf_add(b, STR("log "));
		buf_add(b, note_key_text(&a, &p->logs[i].key));
		add_url(b, p->logs[i].url);
	}
	for (size_t i = 0; i < p->nnodes; i++) {
		const struct policy_node *n = &p->nodes[i];
		if (n->kind == POLICY_GROUP) {
			add_group(b, p, i);
			continue;
		}
		buf_add(b, STR("witness "));
		buf_add(b, n->name);
		buf_addc(b, ' ');
		buf_add(b, note_key_text(&a, &n->key));
		add_url(b, n->url);
	}
	buf_add(b, STR("quorum "));
	buf_add(b, p->quorum == POLICY_NO_QUORUM ? NONE : p->nodes[p->quorum].name);
	buf_addc(b, '\n');
}

static rc add_logs(struct parser *s, const struct note_key *logs, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		const struct policy_log l = {.key = logs[i]};
		if (l.key.type != NOTE_ED25519)
			return err_set(e, E_USAGE, "the key of '%.*s' is no log's", STR_FMT(l.key.name));
		TRY(add_log(s, &l, e));
	}
	return OK;
}

static rc add_witnesses(struct parser *s, const struct note_key *witnesses, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		const struct policy_node w = {.kind = POLICY_WITNESS, .name = witnesses[i].name, .key = witnesses[i]};
		if (w.key.type != NOTE_COSIGNATURE)
			return err_set(e, E_USAGE, "the key of '%.*s' is no witness's", STR_FMT(w.name));
		TRY(add_node(s, &w, e));
	}
	return OK;
}

rc policy_of_keys(struct arena *a, const struct note_key *logs, size_t nlogs, const struct note_key *witnesses,
	size_t nwitnesses, struct policy *ret, struct err *e)
{
	struct parser s = {.a = a, .p.quorum = POLICY_NO_QUORUM};
	/* no key has that name: it has a '+' */
	struct policy_node all = {.kind = POLICY_GROUP, .name = STR("all+witnesses"), .k = nwitnesses};
	TRY(add_logs(&s, logs, nlogs, e));
	TRY(add_witnesses(&s, witnesses, nwitnesses, e));
	for (size_t i = 0; i < nwitnesses; i++) {
		size_t *to = arena_push(a, &all.members, &all.nmembers, sizeof(*to));
		*to = i;
	}
	if (nwitnesses) {
		s.p.quorum = nwitnesses;
		TRY(add_node(&s, &all, e));
	}
	*ret = s.p;
	return OK;
}
