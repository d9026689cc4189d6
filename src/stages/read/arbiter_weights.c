/* SPDX-License-Identifier: Apache-2.0 */
/* Written by tools/fit_arbiter.py from fields84, news181, segments990. */
/* clang-format off */
#include "stages/read/body_int.h"

const float ARBITER_WEIGHTS[FEATURES] = {
	[FEATURE_SHARE] = 0.502f,
	[FEATURE_PURE] = -0.411f,
	[FEATURE_BOTH] = 0.077f,
	[FEATURE_LINKED] = 0.133f,
	[FEATURE_SCORE] = 0.492f,
	[FEATURE_ITEMPROP] = 0.279f,
	[FEATURE_CLASS] = 0.472f,
	[FEATURE_ARTICLE] = 0.761f,
	[FEATURE_MAIN] = 0.213f,
	[FEATURE_PART] = -0.196f,
	[FEATURE_HOLDS_HEADLINE] = -0.473f,
	[FEATURE_AWAY] = -0.869f,
	[FEATURE_MARKED] = -0.107f,
	[FEATURE_NEAR] = 0.314f,
	[FEATURE_NEAR_PURE] = -0.095f,
	[FEATURE_BEFORE] = -0.385f,
	[FEATURE_LINKED_HEADS] = -0.287f,
	[FEATURE_PARAS] = 0.526f,
	[FEATURE_LOG] = 0.342f,
	[FEATURE_NAMED] = 0.216f,
	[FEATURE_NAMED_PURE] = 0.329f,
	[FEATURE_RUN] = 0.431f,
	[FEATURE_RUN_PURE] = -0.144f,
	[FEATURE_ARTICLES] = 0.012f,
};
