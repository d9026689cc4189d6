/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON-LD articleBody, as evidence of where the body is. It is often shortened or of another edition, so it is
 * never taken as the text: a paragraph counts as near when its beginning, middle and end stand in it, letters only. */
#include "base/caps.h"
#include "stages/read/body_int.h"

#define WINDOW 16u
#define FILTER_BITS (1u << 18)
#define STEP 0x01000193u

void fold_letters(struct buf *to, struct str s)
{
	char *out = buf_space(to, s.n);
	size_t n = 0;
	for (size_t i = 0; out && i < s.n; i++) {
		uint8_t b = (uint8_t)s.p[i];
		if (b < 0x80) {
			if (ascii_alpha((char)b) || ascii_digit((char)b))
				out[n++] = ascii_lower((char)b);
			continue;
		}
		/* signs of Latin-1 and general punctuation are no letters */
		if (b == 0xc2 && i + 1 < s.n) {
			i++;
			continue;
		}
		if (b == 0xe2 && i + 2 < s.n && ((uint8_t)s.p[i + 1] == 0x80 || (uint8_t)s.p[i + 1] == 0x81)) {
			i += 2;
			continue;
		}
		out[n++] = (char)b;
	}
	buf_grown(to, n);
}

static uint32_t window_hash(const char *p)
{
	uint32_t h = 0;
	for (size_t i = 0; i < WINDOW; i++)
		h = h * STEP + (uint8_t)p[i] + 1;
	return h;
}

static uint32_t filter_bit(uint32_t h)
{
	return (h * 0x9e3779b1u) >> (32 - 18);
}

static void remember(uint8_t *filter, struct str letters)
{
	uint32_t lead = 1;
	for (size_t i = 0; i < WINDOW; i++)
		lead *= STEP;
	uint32_t h = letters.n >= WINDOW ? window_hash(letters.p) : 0;
	for (size_t i = 0; i + WINDOW <= letters.n; i++) {
		if (i > 0)
			h = h * STEP + (uint8_t)letters.p[i + WINDOW - 1] + 1 -
				lead * ((uint32_t)(uint8_t)letters.p[i - 1] + 1);
		uint32_t bit = filter_bit(h);
		filter[bit >> 3] |= (uint8_t)(1u << (bit & 7));
	}
}

static bool knows(const uint8_t *filter, struct str letters, size_t at)
{
	uint32_t bit = filter_bit(window_hash(letters.p + at));
	return filter[bit >> 3] >> (bit & 7) & 1;
}

/* Also hashes each paragraph's letters. */
void body_near(struct page *p)
{
	AUTO(buf) known = {0};
	AUTO(buf) own = {0};
	buf_init(&known, 2u * CAP_JSONLD);
	buf_init(&own, CAP_HTML);
	fold_letters(&known, str_sub(p->r->ld_body, 0, CAP_JSONLD));
	uint8_t *filter = known.n >= WINDOW ? arena_alloc(p->r->a, FILTER_BITS / 8) : NULL;
	if (filter)
		remember(filter, buf_str(&known));
	for (size_t k = 0; k < p->n; k++) {
		struct para *a = &p->para[k];
		buf_reset(&own);
		fold_letters(&own, para_text(p, a));
		struct str s = buf_str(&own);
		uint32_t h = 2166136261u;
		for (size_t i = 0; i < s.n; i++)
			h = (h ^ (uint8_t)s.p[i]) * 16777619u;
		a->hash = h;
		if (!filter || s.n < WINDOW)
			continue;
		if (knows(filter, s, 0) && knows(filter, s, (s.n - WINDOW) / 2) && knows(filter, s, s.n - WINDOW))
			a->flags |= PARA_NEAR;
	}
}
