/* SPDX-License-Identifier: Apache-2.0 */
#include "stages/read/body_int.h"

void finder_init(struct finder *f, const char *const *phrases, size_t n)
{
	BUG_ON(n > FINDER_MAX);
	*f = (struct finder){.phrases = phrases};
	for (size_t i = 0; i < n; i++) {
		uint8_t c = (uint8_t)ascii_lower(phrases[i][0]);
		f->next[i] = f->head[c];
		f->head[c] = (uint8_t)(i + 1);
	}
}

static bool begins(struct str text, const char *phrase)
{
	size_t i = 0;
	while (phrase[i] && i < text.n && ascii_lower(text.p[i]) == phrase[i])
		i++;
	return !phrase[i];
}

size_t finder_find(const struct finder *f, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (i > 0 && ascii_alpha(text.p[i]) && ascii_alpha(text.p[i - 1]))
			continue;
		for (uint8_t k = f->head[(uint8_t)ascii_lower(text.p[i])]; k; k = f->next[k - 1])
			if (begins(str_from(text, i), f->phrases[k - 1]))
				return k - 1u;
	}
	return SIZE_MAX;
}
