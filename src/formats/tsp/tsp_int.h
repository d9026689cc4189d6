/* SPDX-License-Identifier: Apache-2.0 */
/* Inside formats/tsp: OpenSSL's objects with an end of scope, and the pieces that its files share. */
#ifndef FORMATS_TSP_INT_H
#define FORMATS_TSP_INT_H

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>

#include "base/arena.h"
#include "formats/tsp/tsp.h"

/* SSL_AUTO(X509) cert = …: freed when it leaves scope. */
#define SSL_AUTO(type) __attribute__((cleanup(tsp_free_##type))) type *
#define SSL_AUTO_DEFINE(type, free_it)                                                                                 \
	static inline void tsp_free_##type(type **p)                                                                   \
	{                                                                                                              \
		free_it(*p);                                                                                           \
	}
SSL_AUTO_DEFINE(ASN1_INTEGER, ASN1_INTEGER_free)
SSL_AUTO_DEFINE(BIGNUM, BN_free)
SSL_AUTO_DEFINE(TS_MSG_IMPRINT, TS_MSG_IMPRINT_free)
SSL_AUTO_DEFINE(TS_REQ, TS_REQ_free)
SSL_AUTO_DEFINE(X509_ALGOR, X509_ALGOR_free)

/* What OpenSSL says about its failures stays in the scope of this: its queue is afterwards as it was. */
struct tsp_quiet {
	bool on;
};
static inline void tsp_quiet_clear(struct tsp_quiet *q)
{
	if (q->on)
		ERR_pop_to_mark();
}
#define TSP_QUIET AUTO(tsp_quiet) quiet_ UNUSED = {ERR_set_mark() == 1}

#endif
