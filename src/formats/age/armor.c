/* SPDX-License-Identifier: Apache-2.0 */
/* ASCII armor: strict PEM (RFC 7468 §3, figure 3), base64 with padding, lines of 64 letters and a last one that is not
 * empty. C2SP age, "ASCII armor". */
#include "base/arena.h"
#include "base/buf.h"
#include "base/codec.h"
#include "formats/age/age.h"

#define BEGIN "-----BEGIN AGE ENCRYPTED FILE-----"
#define END "-----END AGE ENCRYPTED FILE-----"
#define LINE 64u

/* White space as age trims it: vertical tab and form feed are none. */
static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct str trim(struct str s)
{
	while (s.n && is_space(s.p[0]))
		s = str_from(s, 1);
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool age_is_armored(struct str file)
{
	while (file.n && is_space(file.p[0]))
		file = str_from(file, 1);
	return str_starts(file, STR("-----BEGIN"));
}

/* The next line without its LF or CR LF. The last line has none. */
static struct str take_line(struct str *rest)
{
	struct str line = str_cut(rest, '\n');
	if (line.n && rest->n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

rc age_dearmor(struct arena *a, struct str text, struct str *ret, struct err *e)
{
	struct str rest = trim(text);
	struct str line = take_line(&rest);
	if (!str_eq(line, STR(BEGIN)))
		return err_set(e, E_FORMAT, "age armor: does not begin with " BEGIN);
	char *letters = arena_alloc(a, rest.n + 1);
	size_t n = 0;
	bool last = false;
	for (line = take_line(&rest); !str_eq(line, STR(END)); line = take_line(&rest)) {
		if (last || line.n == 0 || line.n > LINE || rest.n == 0)
			return err_set(e, E_FORMAT, "age armor: lines are not of 64 letters, or " END " is missing");
		memcpy(letters + n, line.p, line.n);
		n += line.n;
		last = line.n < LINE;
	}
	if (rest.n)
		return err_set(e, E_FORMAT, "age armor: something follows its end");
	if (!base64_decode(a, str_mem(letters, n), ret))
		return err_set(e, E_FORMAT, "age armor: not canonical base64");
	return OK;
}

void age_armor(struct buf *b, struct str file)
{
	AUTO(arena) a = {0};
	struct str letters = base64_of(&a, file);
	buf_add(b, STR(BEGIN "\n"));
	for (size_t i = 0; i < letters.n; i += LINE) {
		buf_add(b, str_sub(letters, i, i + LINE));
		buf_addc(b, '\n');
	}
	buf_add(b, STR(END "\n"));
}
