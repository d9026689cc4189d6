/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "formats/url/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A serialised URL reads back as itself; keys of it are the same; no input is too odd for a SURT. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena) a = {0};
	struct str in = str_mem(data, size);
	struct str surt;
	struct url u;
	struct url again;
	struct err e;
	rc_ignore(url_surt(&a, in, &surt, &e));
	if (url_parse(&a, in, NULL, &u, &e) != OK)
		return 0;
	struct str href = url_href(&a, &u, true);
	rc r = url_parse(&a, href, NULL, &again, &e);
	/* escaping can make a URL longer than we read */
	BUG_ON(r != OK && r != E_LIMIT);
	BUG_ON(r == OK && !str_eq(url_href(&a, &again, true), href));
	struct str key = url_key(&a, in);
	BUG_ON(r == OK && !str_eq(key, url_key(&a, href)));
	BUG_ON(r == OK && !str_eq(key, url_key(&a, key)));
	return 0;
}
