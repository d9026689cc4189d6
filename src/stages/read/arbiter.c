/* SPDX-License-Identifier: Apache-2.0 */
/* Chooses one of the proposals: the largest sum of its features, weighted. */
#include "stages/read/body_int.h"

size_t arbiter_choose(const struct page *p, const struct proposal *proposal, size_t n)
{
	struct page_sums sums = arbiter_sums(p);
	float best = 0;
	size_t chosen = 0;
	for (size_t i = 0; i < n; i++) {
		float f[FEATURES] = {0};
		float sum = 0;
		arbiter_features(p, &proposal[i], &sums, f);
		for (size_t k = 0; k < FEATURES; k++)
			sum += f[k] * ARBITER_WEIGHTS[k];
		if (i == 0 || sum > best) {
			best = sum;
			chosen = i;
		}
	}
	return chosen;
}
