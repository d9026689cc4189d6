/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of formats/url. */
#ifndef FORMATS_URL_INT_H
#define FORMATS_URL_INT_H

#include "base/buf.h"
#include "formats/url/url.h"

/* The standard's percent-encode sets (§1.3). */
enum encode_set {
	ENCODE_C0,
	ENCODE_FRAGMENT,
	ENCODE_QUERY,
	ENCODE_SPECIAL_QUERY,
	ENCODE_PATH,
	ENCODE_USERINFO,
};
void percent_encode(struct buf *b, struct str s, enum encode_set set);
/* "%41" -> "A"; a '%' that is not followed by two hex digits stays. */
struct str percent_decode(struct arena *a, struct str s);

/* The host parser (§3.5): `special` as the scheme is. The result is serialised. */
MUST_USE rc host_parse(struct arena *a, struct str input, bool special, struct str *ret, struct err *e);
enum idna_mode {
	IDNA_UTS46, /* what the standard asks: non-transitional, not strict; an ASCII domain passes whatever its "xn--"
		     */
	IDNA_2003,  /* as Python's codec "idna", which the SURT of a host with other letters comes from */
};
/* Domain to ASCII (§3.3). False: the standard's failure. */
bool host_to_ascii(struct arena *a, struct str utf8, enum idna_mode mode, struct str *ret);

/* For SURTs: an ASP.NET session's segment out of a path, session parameters out of a query. */
struct str session_strip_path(struct arena *a, struct str path);
struct str session_strip_query(struct arena *a, struct str q);

#endif
