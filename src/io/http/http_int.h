/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of io/http. */
#ifndef IO_HTTP_INT_H
#define IO_HTTP_INT_H

#include <stdbool.h>

#include "base/str.h"

struct sockaddr;

/* True for addresses that lead to this machine or its own network and not to the internet: loopback, link-local,
 * private, shared and unspecified ones (RFC 6890; RFC 4291 §2.5.3; RFC 4193), those of IPv4 also where they stand in
 * one of IPv6; and for what is no IP address at all. */
bool http_address_is_private(const struct sockaddr *address);
/* The same of text as inet_pton(3) reads it. */
bool http_ip_is_private(struct str ip);

#endif
