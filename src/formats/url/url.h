/* SPDX-License-Identifier: Apache-2.0 */
/* URLs three ways: parsed and serialised as browsers do (WHATWG URL standard), as a key of ours under which no two
 * different pages ever meet, and as the SURT that CDX indexes are sorted by. */
#ifndef FORMATS_URL_H
#define FORMATS_URL_H

#include "base/err.h"
#include "base/str.h"

struct arena;

/* A parsed URL. All text is percent-encoded as the standard serialises it and lives in the arena. */
struct url {
	struct str scheme; /* lower case, without ':' */
	struct str user;
	struct str password;
	struct str host; /* serialised: lower case, IDNA in its ASCII form, IPv6 in brackets */
	struct str path;
	struct str query;    /* without '?' */
	struct str fragment; /* without '#' */
	uint16_t port;       /* meaningful when has_port: never the scheme's default */
	bool has_port;
	bool has_host;
	bool has_query;
	bool has_fragment;
	bool opaque_path; /* "mailto:x": no hierarchy */
};

/* Parses `input` as the URL standard's basic parser does, relative to `base` (may be NULL).
 * OK · E_FORMAT the standard's "failure" · E_LIMIT over CAP_URL, or a path over 16 times that.   url.spec.whatwg.org
 * §4.4 */
MUST_USE rc url_parse(struct arena *a, struct str input, const struct url *base, struct url *ret, struct err *e);

/* Serialises (§4.5), with the fragment or without it. */
struct str url_href(struct arena *a, const struct url *u, bool with_fragment);

/* True for http and https with a host: what capture can fetch. */
bool url_is_web(const struct url *u);

/* The key that the archive sorts and finds captures by: the serialised URL without its fragment, user and password.
 * Nothing else is folded, so "/x" and "/x/", "%2F" and "/", "www." and none stay different evidence. Text that is no
 * URL is its own key. */
struct str url_key(struct arena *a, struct str input);

/* The SURT of `input`, byte for byte as Python's surt 0.3 prints it: "org,example)/path?query".
 * OK · E_LIMIT over CAP_URL. */
MUST_USE rc url_surt(struct arena *a, struct str input, struct str *ret, struct err *e);

#endif
