/* SPDX-License-Identifier: Apache-2.0 */
/* Written by tools/fit_arbiter.py from fields84, news181, segments990. */
/* clang-format off */
#include "stages/read/body_int.h"

const float ARBITER_WEIGHTS[FEATURES] = {
	[FEATURE_SHARE] = 0.423f,
	[FEATURE_PURE] = -0.281f,
	[FEATURE_BOTH] = 0.115f,
	[FEATURE_LINKED] = 0.077f,
	[FEATURE_SCORE] = 0.405f,
	[FEATURE_ITEMPROP] = 0.200f,
	[FEATURE_CLASS] = 0.449f,
	[FEATURE_ARTICLE] = 0.633f,
	[FEATURE_MAIN] = 0.162f,
	[FEATURE_PART] = -0.136f,
	[FEATURE_HOLDS_HEADLINE] = -0.341f,
	[FEATURE_AWAY] = -0.741f,
	[FEATURE_MARKED] = -0.071f,
	[FEATURE_NEAR] = 0.289f,
	[FEATURE_NEAR_PURE] = -0.071f,
	[FEATURE_BEFORE] = -0.298f,
	[FEATURE_LINKED_HEADS] = -0.261f,
	[FEATURE_PARAS] = 0.416f,
	[FEATURE_LOG] = 0.260f,
	[FEATURE_NAMED] = 0.213f,
	[FEATURE_NAMED_PURE] = 0.250f,
	[FEATURE_RUN] = 0.357f,
	[FEATURE_RUN_PURE] = -0.138f,
	[FEATURE_ARTICLES] = 0.005f,
};
