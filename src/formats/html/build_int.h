/* SPDX-License-Identifier: Apache-2.0 */
/* The tree builder (HTML standard §13.2.4 and §13.2.6): a machine of insertion modes over a stack of open elements.
 * Nodes are made in the order of tokens and linked; html_finish() brings them into document order. */
#ifndef FORMATS_HTML_BUILD_INT_H
#define FORMATS_HTML_BUILD_INT_H

#include "formats/html/html_int.h"

/* What the standard says of an element, in the stack's entries and in tag_flags(). */
enum {
	F_SPECIAL = 1u << 0,
	F_SCOPE = 1u << 1,       /* ends "has an element in scope" */
	F_LIST_SCOPE = 1u << 2,  /* and "in list item scope" */
	F_TABLE_SCOPE = 1u << 3, /* ends "in table scope" */
	F_IMPLIED = 1u << 4,     /* generate implied end tags */
	F_THOROUGH = 1u << 5,    /* the same, thoroughly */
	F_HTML_POINT = 1u << 6,  /* HTML integration point */
	F_MATH_POINT = 1u << 7,  /* MathML text integration point */
	F_VOID = 1u << 8,
	F_HEADING = 1u << 9,
	F_RAW = 1u << 10, /* its content is text, so nothing is opened inside */
	F_BREAKOUT = 1u << 11,
	F_BUTTON_SCOPE = 1u << 12, /* ends "in button scope" besides F_SCOPE */
};

struct open_element {
	uint32_t node;
	uint32_t name;
	uint16_t flags;
	uint8_t ns;
};

struct link {
	uint32_t parent;
	uint32_t first;
	uint32_t last;
	uint32_t prev;
	uint32_t next;
	bool is_open;    /* in the stack */
	uint64_t digest; /* of the attributes, for active formatting elements */
};

/* A piece of text: as in struct token. */
struct piece {
	uint32_t from;
	uint32_t to;
	uint32_t at;
	uint32_t n;
};

enum mode {
	MODE_INITIAL,
	MODE_BEFORE_HTML,
	MODE_BEFORE_HEAD,
	MODE_IN_HEAD,
	MODE_IN_HEAD_NOSCRIPT,
	MODE_AFTER_HEAD,
	MODE_IN_BODY,
	MODE_TEXT,
	MODE_IN_TABLE,
	MODE_IN_TABLE_TEXT,
	MODE_IN_CAPTION,
	MODE_IN_COLUMN_GROUP,
	MODE_IN_TABLE_BODY,
	MODE_IN_ROW,
	MODE_IN_CELL,
	MODE_IN_TEMPLATE,
	MODE_AFTER_BODY,
	MODE_IN_FRAMESET,
	MODE_AFTER_FRAMESET,
	MODE_AFTER_AFTER_BODY,
	MODE_AFTER_AFTER_FRAMESET,
	MODES,
};

#define DEPTH_OPEN                                                                                                     \
	(CAP_HTML_DEPTH - 8u) /* from here on no tag opens an element: implied ones still fit under the cap */
#define STACK_ROOM CAP_HTML_DEPTH
#define FORMATTING_ROOM (CAP_HTML_FORMATTING + STACK_ROOM)

struct builder {
	struct html *h;
	struct tokenizer t;
	struct html_options options;
	bool is_fragment;
	uint16_t context_flags;
	enum mode mode;
	enum mode original; /* to return to from MODE_TEXT and MODE_IN_TABLE_TEXT */
	struct link *links; /* beside h->nodes */
	struct open_element stack[STACK_ROOM];
	size_t nstack;
	size_t open_p; /* p elements in it */
	/* active formatting elements; HTML_NONE is a marker */
	uint32_t formatting[FORMATTING_ROOM];
	size_t nformatting;
	size_t nmarkers;
	uint8_t templates[STACK_ROOM]; /* template insertion modes */
	size_t ntemplates;
	uint32_t root;
	uint32_t head;
	uint32_t form;
	bool frameset_ok;
	bool foster;       /* foster parenting is on */
	bool skip_newline; /* at the start of the next token */
	bool stopped;      /* MODE for end of file was reached */
	/* what waits in MODE_IN_TABLE_TEXT */
	struct piece *pending;
	size_t npending;
	size_t room_pending;
	bool pending_has_text; /* not only white space */
	/* attributes that later <html> and <body> tags add to the first, copied */
	struct {
		uint32_t node;
		struct html_attr *items;
		size_t n;
		size_t room;
	} late[2];
	bool said_formatting; /* each cap is said once */
	bool said_late;
	/* end tags to be passed over, by name: their start tags were over the depth cap */
	uint32_t *over;
	size_t room_over;
	bool is_over;   /* some are not 0 */
	bool said_deep; /* the cap is said once */
};

/* Handles a token by the rules of a mode; true: the mode has changed and the token is to be handled again. */
typedef bool mode_fn(struct builder *b, struct token *t);

/* tree.c: flags, nodes, the stack, insertion -------------------------------------------------------------------------
 */
uint16_t tag_flags(uint32_t name);
uint32_t node_new(struct builder *b, enum html_kind kind, uint32_t from, uint32_t to);
void node_unlink(struct builder *b, uint32_t node);
void node_append(struct builder *b, uint32_t parent, uint32_t node);

/* The current node's entry; the stack is not empty. */
static inline struct open_element *top(struct builder *b)
{
	return &b->stack[b->nstack - 1];
}
static inline bool is_html_top(struct builder *b, uint32_t name)
{
	return top(b)->name == name && top(b)->ns == HTML_NS_HTML;
}
void stack_push(struct builder *b, uint32_t node);
void stack_pop(struct builder *b);
/* Pops to the entry at `at`, which is popped too; an end tag's bytes become its own. */
void stack_pop_to(struct builder *b, size_t at, const struct token *t);
/* Pops until an HTML element of that name was popped. */
void stack_pop_until(struct builder *b, uint32_t name, const struct token *t);
void stack_remove(struct builder *b, uint32_t node);
/* Index in the stack; HTML_NONE: not in it. */
uint32_t stack_find(struct builder *b, uint32_t node);
bool stack_has(struct builder *b, uint32_t name);

enum scope {
	SCOPE_DEFAULT = F_SCOPE,
	SCOPE_LIST = F_SCOPE | F_LIST_SCOPE,
	SCOPE_BUTTON = F_SCOPE | F_BUTTON_SCOPE,
	SCOPE_TABLE = F_TABLE_SCOPE,
};
bool in_scope(struct builder *b, uint32_t name, enum scope scope);
bool heading_in_scope(struct builder *b);

void implied_end_tags(struct builder *b, uint32_t except);
void implied_end_tags_thoroughly(struct builder *b);
void close_p(struct builder *b, const struct token *t);

/* Inserts an element for a start tag. ns and name as given; its attributes are kept. */
uint32_t insert_foreign(struct builder *b, const struct token *t, uint32_t name, enum html_ns ns);
uint32_t insert_html(struct builder *b, const struct token *t);
/* The same without opening it. */
uint32_t insert_void(struct builder *b, const struct token *t);
/* An element that no tag stands for. */
uint32_t insert_implied(struct builder *b, uint32_t name, const struct token *t);
/* An element like another, not linked: for formatting elements that are opened again. */
uint32_t clone_element(struct builder *b, uint32_t node, const struct token *t);
/* Inserts an unlinked node at the appropriate place, `target` being an open element or HTML_NONE for the current one.
 */
void insert_node(struct builder *b, uint32_t node, uint32_t target);
void insert_text(struct builder *b, const struct token *t);
/* As the last child of `parent`; HTML_NONE: at the appropriate place. */
void insert_comment(struct builder *b, const struct token *t, uint32_t parent);
/* Adds the tag's attributes that the element has not. */
void add_late_attrs(struct builder *b, size_t which, uint32_t node, const struct token *t);

const char *text_at(const struct html *h, uint32_t at);
bool is_space_text(struct builder *b, const struct token *t);
/* Cuts leading white space off t into ret; false when there is none. t->n may become 0. */
bool cut_space(struct builder *b, struct token *t, struct token *ret);
/* Inserts the white space of a text and drops the rest. */
void insert_space_only(struct builder *b, struct token *t);

/* formatting.c --------------------------------------------------------------------------------------------------------
 */
void formatting_push(struct builder *b, uint32_t node);
void formatting_marker(struct builder *b);
void formatting_clear_to_marker(struct builder *b);
void formatting_remove(struct builder *b, uint32_t node);
/* The last entry of that name behind the last marker; HTML_NONE. */
uint32_t formatting_find(struct builder *b, uint32_t name);
void reconstruct(struct builder *b, const struct token *t);
/* False: the end tag is to be treated as any other. */
bool adoption_agency(struct builder *b, const struct token *t);

/* modes ---------------------------------------------------------------------------------------------------------------
 */
mode_fn mode_initial, mode_before_html, mode_before_head, mode_in_head, mode_in_head_noscript, mode_after_head;
mode_fn mode_in_body, mode_text;
mode_fn mode_in_table, mode_in_table_text, mode_in_caption, mode_in_column_group, mode_in_table_body, mode_in_row,
	mode_in_cell;
mode_fn mode_in_template, mode_after_body, mode_in_frameset, mode_after_frameset, mode_after_after_body,
	mode_after_after_frameset;

bool in_body_start(struct builder *b, struct token *t);
bool in_body_end(struct builder *b, struct token *t);
bool any_other_end(struct builder *b, const struct token *t);
/* Starts an element whose content is text up to its end tag. */
bool start_raw(struct builder *b, const struct token *t, enum raw raw);
mode_fn end_template;
void reset_mode(struct builder *b);
bool stop(struct builder *b);

/* foreign.c */
bool is_foreign_token(struct builder *b, const struct token *t);
bool in_foreign(struct builder *b, struct token *t);
bool start_math_or_svg(struct builder *b, struct token *t, enum html_ns ns);
/* The adjusted current node: the context element of a fragment while only its root is open. */
struct open_element adjusted_top(struct builder *b);

/* parse.c: by the rules of the current mode */
bool in_mode(struct builder *b, struct token *t);

/* finish.c: brings nodes, texts and late attributes into their last form. */
void html_finish(struct builder *b);

#endif
