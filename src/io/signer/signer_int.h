/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IO_SIGNER_INT_H
#define IO_SIGNER_INT_H

#include "io/secret/secret.h"
#include "io/signer/signer.h"

struct signer {
	struct note_key key; /* its name is `name` */
	struct secret seed;  /* nothing when an agent has it */
	int agent;           /* its socket; -1: no agent */
	char name[CAP_KEY_NAME];
};

/* Has the agent sign `message`, and checks that it did. Errors as signer_agent_open() says of signing. */
MUST_USE rc signer_agent_sign(
	const struct signer *s, struct str message, uint8_t ret_sig[NOTE_SIG_SIZE], struct err *e);

#endif
