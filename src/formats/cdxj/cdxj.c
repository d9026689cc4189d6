/* SPDX-License-Identifier: Apache-2.0 */
/* Lines: writing and reading. */
#include "formats/cdxj/cdxj.h"

#include <jansson.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/caps.h"
#include "base/json.h"

struct member {
	const char *name;
	struct str *value;
};
#define MEMBERS 7
static void members(struct cdxj_entry *e, struct member ret[MEMBERS])
{
	struct member m[MEMBERS] = {{"url", &e->url}, {"mime", &e->mime}, {"status", &e->status},
		{"digest", &e->digest}, {"length", &e->length}, {"offset", &e->offset}, {"filename", &e->filename}};
	memcpy(ret, m, sizeof(m));
}

void cdxj_line(struct buf *b, const struct cdxj_entry *entry)
{
	struct cdxj_entry e = *entry;
	struct member m[MEMBERS];
	AUTO(arena) a = {0};
	bool first = true;
	members(&e, m);
	buf_add(b, e.key);
	buf_addf(b, " %.*s {", STR_FMT(instant_14(&a, e.time.ns)));
	for (size_t i = 0; i < MEMBERS; i++) {
		if (m[i].value->n == 0)
			continue;
		buf_addf(b, "%s\"%s\": ", first ? "" : ", ", m[i].name);
		json_quote_ascii(b, *m[i].value);
		first = false;
	}
	buf_add(b, STR("}\n"));
}

static struct str value_of(struct arena *a, const json_t *v)
{
	if (json_is_string(v))
		return str_dup(a, str_mem(json_string_value(v), json_string_length(v)));
	if (json_is_integer(v))
		return str_fmt(a, "%lld", (long long)json_integer_value(v));
	return STR("");
}

rc cdxj_parse(struct arena *a, struct str line, struct cdxj_entry *ret, struct err *e)
{
	struct cdxj_entry entry = {0};
	struct member m[MEMBERS];
	struct str rest = line;
	json_error_t why;
	if (line.n > CAP_CDXJ_LINE)
		return err_set(e, E_LIMIT, "a line of %zu bytes", line.n);
	entry.key = str_dup(a, str_cut(&rest, ' '));
	struct str time = str_cut(&rest, ' ');
	bool digits = time.n == 14 || time.n == 17;
	if (entry.key.n == 0 || memchr(entry.key.p, 0, entry.key.n) || !digits ||
		!instant_parse_digits(time, &entry.time))
		return err_set(e, E_FORMAT, "not \"key time {…}\"");
	json_t *json = json_loadb(rest.p, rest.n, JSON_REJECT_DUPLICATES, &why);
	if (!json_is_object(json)) {
		json_decref(json);
		return err_set(e, E_FORMAT, "no JSON object behind key and time");
	}
	members(&entry, m);
	for (size_t i = 0; i < MEMBERS; i++)
		*m[i].value = value_of(a, json_object_get(json, m[i].name));
	json_decref(json);
	*ret = entry;
	return OK;
}
