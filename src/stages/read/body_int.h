/* SPDX-License-Identifier: Apache-2.0 */
/* The page as the body sees it. One pass cuts it into paragraphs (runs of text with the same nearest block element) and
 * notes, for each node, the first paragraph at or behind it, so that what lies below an element is a range of
 * paragraphs and any sum over it a difference of two prefix sums.
 *
 *   nodes       html … div  p  #text  p  #text  b  #text … div …
 *   first[]      0      0   0   0     1   1     1   1       2        paragraphs below the first div: [0, 2)
 */
#ifndef STAGES_READ_BODY_INT_H
#define STAGES_READ_BODY_INT_H

#include "stages/read/read_int.h"

/* What the words of class names and ids say (tools/make_read_words.py). */
enum word_bit {
	WORD_ARTICLE = 1u << 0,
	WORD_PART = 1u << 1,
	WORD_BODY = 1u << 2,
	WORD_COMMENT = 1u << 3,
	WORD_RELATED = 1u << 4,
	WORD_SHARE = 1u << 5,
	WORD_NAV = 1u << 6,
	WORD_AD = 1u << 7,
	WORD_PROMO = 1u << 8,
	WORD_AUTHOR = 1u << 9,
	WORD_META = 1u << 10,
	WORD_DATE = 1u << 11,
	WORD_CAPTION = 1u << 12,
	WORD_HIDDEN = 1u << 13,
	WORD_SIDE = 1u << 14,
	WORD_FOOTER = 1u << 15,
	WORD_LETTER = 1u << 16,
	WORD_PAYWALL = 1u << 17,
	WORD_CORRECTION = 1u << 18,
	WORD_CONSENT = 1u << 19,
	WORD_LEAD = 1u << 20,
	WORD_TAGS = 1u << 21,
	WORD_MEDIA = 1u << 22,
	WORD_POPUP = 1u << 23,
	WORD_HEAD = 1u << 24,
	WORD_NOT = 1u << 25,
	WORD_TEASER = 1u << 26,
	WORD_EMBED = 1u << 27,
};

struct read_word {
	struct str text;
	uint32_t bits;
	bool prefix; /* longer words that begin with it mean the same */
};
#define READ_WORD_NSLOTS 2048u
extern const struct read_word READ_WORDS[];
extern const uint16_t READ_WORD_SLOTS[READ_WORD_NSLOTS]; /* index into READ_WORDS, 0: free */

/* Bits of the words in a class attribute or an id. */
#define WORD_CACHE 512u
struct word_cache { /* pages repeat their class names */
	struct str text[WORD_CACHE];
	uint32_t bits[WORD_CACHE];
};
uint32_t read_words(struct word_cache *c, struct str names);

/* What an element, or a paragraph by the elements around it, seems to be. The first group is left out of the body. */
enum mark {
	MARK_NONE,
	MARK_HIDDEN,
	MARK_NAV,
	MARK_AD,
	MARK_COMMENT,
	MARK_RELATED,
	MARK_TEASER,
	MARK_SHARE,
	MARK_PROMO,
	MARK_LETTER,
	MARK_CONSENT,
	MARK_POPUP,
	MARK_TAGS,
	MARK_MEDIA,
	MARK_SIDE,
	MARK_FOOTER,
	MARK_FORM,
	MARK_LINKS,
	MARK_AUTHOR,
	MARK_META,
	MARK_PAYWALL,
	MARK_OTHER,
	MARK_HEAD,
	MARK_LEFT_OUT = MARK_HEAD, /* the last of the group */
	MARK_CAPTION,
	MARK_BYLINE,
	MARK_DATE,
	MARK_LEAD,
	MARK_CORRECTION,
	MARK_TITLE,
	MARKS,
};

enum para_flag {
	PARA_ITEM = 1u << 0,    /* in a list */
	PARA_QUOTE = 1u << 1,   /* in a blockquote */
	PARA_PRE = 1u << 2,     /* in a pre */
	PARA_CELL = 1u << 3,    /* in a table cell */
	PARA_CAPTION = 1u << 4, /* in a figcaption or caption */
	PARA_P = 1u << 5,       /* the block element is a <p> */
	PARA_ARTICLE = 1u << 6, /* in an <article> */
	PARA_FIGURE = 1u << 7,
	PARA_NEAR = 1u << 8,    /* letters of the JSON-LD articleBody */
	PARA_BOLD = 1u << 9,    /* all of it in <b>, <strong> */
	PARA_HEADER = 1u << 10, /* in a <header> */
	PARA_PROSE = 1u << 11,  /* long enough and not linked: the text of something */
	PARA_NAMED = 1u << 12,  /* in an element that is declared as the body */
	PARA_RUN = 1u << 13,    /* in the longest run of prose */
};

struct para {
	uint32_t node; /* the block element */
	uint32_t from; /* first and last text node */
	uint32_t to;
	uint32_t at; /* its text, white space folded, in page.text */
	uint32_t n;
	float letters; /* those of scripts without spaces count two and a half */
	float linked;  /* of them inside links */
	float strong;
	float timed;
	uint32_t hash; /* of its letters, to find repetitions */
	uint32_t row;  /* the table row that it lies in, or HTML_NONE */
	uint16_t flags;
	uint32_t commas; /* of any script */
	uint32_t stops;  /* ends of sentences */
	uint8_t level;   /* heading 1..6; else 0 */
	uint8_t depth;   /* of lists */
	uint8_t mark;    /* by an element around it: left out */
	uint8_t kind;    /* a mark of the second group */
};

struct hint { /* an element that says what it is */
	uint32_t node;
	uint32_t words;
	uint8_t mark;
	uint8_t kind;
	uint8_t declared; /* enum declared */
};

enum declared { /* how an element declares that it holds the body */
	DECLARED_NOT,
	DECLARED_MAIN,
	DECLARED_PART,
	DECLARED_ARTICLE,
	DECLARED_CLASS,
	DECLARED_ITEMPROP,
};

/* finder.c: which of some phrases stands in a text, at the beginning of a word; ASCII letters are folded. */
#define FINDER_MAX 192u
struct finder {
	const char *const *phrases;
	uint8_t head[256]; /* by first byte: lists, 0 ends one, i + 1 is phrases[i] */
	uint8_t next[FINDER_MAX];
};
void finder_init(struct finder *f, const char *const *phrases, size_t n);
/* Index of a phrase; SIZE_MAX when none is there. */
size_t finder_find(const struct finder *f, struct str text);

struct page {
	struct reading *r;
	const struct html *h;
	uint32_t *first; /* per node, and one behind the last */
	struct para *para;
	size_t n;
	struct hint *hint;
	size_t nhints;
	struct buf text;
	float *prose;     /* prefix sums over paragraphs, n + 1 of them: letters of prose that is not left out */
	float *letters;   /* of all text that is not left out */
	float *linked;    /* of that, inside links */
	uint32_t *titles; /* numbers of paragraphs that are one link */
	uint32_t *proses; /* and of prose */
	uint32_t teasers; /* elements with text that are called so */
	bool noscript;    /* what stands in <noscript> is read, too */
	uint32_t *images; /* nodes */
	size_t nimages;
	uint32_t headline; /* paragraph that is the title; HTML_NONE */
	struct word_cache words;
	struct finder phrases;
};

/* page.c: one pass over the page. `p` is zeros but for r and h. */
void page_read(struct page *p);
static inline struct str para_text(const struct page *p, const struct para *a)
{
	return str_mem(p->text.p + a->at, a->n);
}
/* What lies below an element: paragraphs [first[node], page_end(node)). */
static inline uint32_t page_end(const struct page *p, uint32_t node)
{
	return p->first[p->h->nodes[node].end];
}
static inline float page_sum(const struct page *p, const float *sums, uint32_t node)
{
	return sums[page_end(p, node)] - sums[p->first[node]];
}
static inline float para_density(const struct para *a)
{
	return a->letters > 0 ? a->linked / a->letters : 0;
}
/* Prefix sums, after marks changed. */
void page_sum_up(struct page *p);

/* page_element.c: what one element says about itself. */
struct element {
	uint32_t words;
	bool hidden;
	bool named_body; /* itemprop=articleBody */
	uint8_t role;    /* a mark, by role= */
	bool main;       /* role=main, article */
};
struct element page_element(struct page *p, uint32_t node);
enum tag_class {
	TAG_INLINE = 0,
	TAG_BLOCK = 1,
	TAG_SKIP = 2, /* holds no text of the page */
};
enum tag_class page_tag(const struct html *h, uint32_t node);
/* The mark that an element asks for, and in *ret_kind one of the second group. */
enum mark page_mark(const struct html *h, uint32_t node, const struct element *el, uint8_t *ret_kind);

/* body_marks.c: which of the hints count; finds the headline. */
void body_mark(struct page *p);
/* Why it is left out: "navigation", …; NULL for marks of the second group. */
const char *mark_reason(uint8_t mark);

/* body_near.c: sets PARA_NEAR where a paragraph stands in the JSON-LD articleBody; and letters for comparing. */
void body_near(struct page *p);
/* Letters and digits of s in lower case (ASCII), nothing else; appends. */
void fold_letters(struct buf *to, struct str s);

/* body_propose.c: elements that may hold the body. */
struct proposal {
	uint32_t node;
	uint32_t from; /* paragraphs */
	uint32_t to;
	uint8_t how; /* enum declared, or one of those below */
	float score; /* of the paragraph scoring, 0..1 of the best */
};
#define PROPOSALS_MAX 48u
size_t body_propose(struct page *p, struct proposal *ret);
/* arbiter_features.c */
enum feature {
	FEATURE_SHARE, /* of the page's prose */
	FEATURE_PURE,  /* prose, of the text in it that is not left out */
	FEATURE_BOTH,  /* harmonic mean of these */
	FEATURE_LINKED,
	FEATURE_SCORE,
	FEATURE_ITEMPROP,
	FEATURE_CLASS,
	FEATURE_ARTICLE,
	FEATURE_MAIN,
	FEATURE_PART,
	FEATURE_HOLDS_HEADLINE,
	FEATURE_AWAY,      /* paragraphs between the headline and it, of 30 */
	FEATURE_MARKED,    /* share of the text in it that is left out */
	FEATURE_NEAR,      /* share of what stands in the JSON-LD articleBody */
	FEATURE_NEAR_PURE, /* share of its prose that stands there */
	FEATURE_BEFORE,    /* share of its prose before the headline */
	FEATURE_LINKED_HEADS,
	FEATURE_PARAS,
	FEATURE_LOG,   /* size, in four steps */
	FEATURE_NAMED, /* share of what is declared as the body by itemprop or class */
	FEATURE_NAMED_PURE,
	FEATURE_RUN, /* share of the longest run of prose */
	FEATURE_RUN_PURE,
	FEATURE_ARTICLES, /* articles inside, of ten */
	FEATURES,
};
struct page_sums {
	float near;
	float named;
	float run;
};
struct page_sums arbiter_sums(const struct page *p);
void arbiter_features(const struct page *p, const struct proposal *c, const struct page_sums *s, float *f);
extern const float ARBITER_WEIGHTS[FEATURES]; /* arbiter_weights.c, by tools/fit_arbiter.py */
/* arbiter.c: index of the best. */
size_t arbiter_choose(const struct page *p, const struct proposal *proposal, size_t n);

/* filter.c: says of each paragraph of the choice what it is, or why it is dropped. */
struct verdict {
	uint8_t kind; /* enum block_kind */
	const char *reason;
	struct str stamp; /* of BLOCK_LIVE */
};
struct verdict filter_para(const struct page *p, uint32_t k); /* one, by itself */
bool filter_is_dated(const struct page *p, uint32_t k);
bool filter_is_byline(const struct page *p, uint32_t k);
void filter_paras(struct page *p, const struct proposal *choice, struct verdict *verdict);

/* body_state.c: evidence of a stub (paywall notices are dropped) and of a live blog (its stamps become BLOCK_LIVE). */
void body_stub(struct page *p, struct verdict *v, const struct proposal *choice);
void body_live(struct page *p, struct verdict *v, const struct proposal *choice);

/* filter_phrase.c: what the first words of a short paragraph tell in many languages. */
struct phrase {
	const char *text;
	uint8_t kind;       /* enum block_kind, or BLOCK_OTHER: dropped */
	const char *reason; /* when dropped */
};
const struct phrase *phrase_find(struct str text);
/* Phrases that tell it wherever they stand in a short paragraph. */
void phrases_init(struct finder *f);
const struct phrase *phrase_inside(const struct finder *f, struct str text);
/* A heading that begins what stands below an article. */
bool phrase_ends(struct str heading);

/* blocks.c: fills blocks, dropped and text. */
void blocks_write(struct page *p, const struct verdict *v);

/* body.c: all before the choice; and what follows from it (NULL: no body). The caller clears page.text. */
struct page *body_page(struct reading *r);
void body_take(struct page *p, const struct proposal *choice);

#endif
