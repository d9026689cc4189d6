/* SPDX-License-Identifier: Apache-2.0 */
/* Steps for a session that is replayed (test_replay.h): entries that are no records. */
#ifndef APP_PIPELINE_TEST_STEPS_H
#define APP_PIPELINE_TEST_STEPS_H

#include "app/pipeline/test_replay.h"

/* Tokens of all kinds about the newest checkpoint, of bytes that anybody could have sent: sealed, or kept only. */
rc step_tokens(struct run *r, struct err *e);
rc step_tokens_unsealed(struct run *r, struct err *e);
/* Asks a calendar and authorities, some of which do not answer as they should; and asks again for the blocks. */
rc step_anchor(struct run *r, struct err *e);
rc step_upgrade(struct run *r, struct err *e);
/* A policy and a change of keys, and tokens before and behind; none of it sealed. */
rc step_policy(struct run *r, struct err *e);
rc step_key(struct run *r, struct err *e);
/* A frame of either that the log's key does not speak for: it is put aside, and nothing before it is. */
rc step_policy_forged(struct run *r, struct err *e);
rc step_key_forged(struct run *r, struct err *e);
/* One token, unless nothing is sealed yet. */
rc step_add_token(struct run *r, struct pipeline *p, struct err *e);

/* From then on a recovered archive has that token. */
void steps_promise_token(struct run *r, struct str bytes);

/* A witness is made, has its key in the log's policy, and cosigns the newest checkpoint; its answer is imported. Later
 * it signs no other history and does not go back. */
rc step_witness(struct run *r, struct err *e);
/* The same where one was begun, else nothing. */
rc step_witness_again(struct run *r, struct pipeline *p, struct err *e);

#endif
