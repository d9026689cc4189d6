/* SPDX-License-Identifier: Apache-2.0 */
/* Whether only a part of the article is shown (a stub), and whether it is a live blog. */
#include "base/time.h"
#include "formats/date/date.h"
#include "stages/read/body_int.h"

#define STUB_BODY 2000.0f /* letters: a body that long is not called a stub for its page's word alone */
#define LIVE_ENTRIES 3u

/* What is asked of those who want to read on. */
static const char *const WALLS[] = {"to continue reading", "subscription required", "view this article in its entirety",
	"to view this article", "continue reading with", "subscribe to read", "subscribe to continue",
	"subscribe now to", "for subscribers only", "subscribers only", "only available to subscribers",
	"exclusively for subscribers", "exclusive to subscribers", "reserved for subscribers",
	"you have reached your limit", "reached your article limit", "free articles", "register to read",
	"log in to read", "sign in to read", "sign in to continue", "to view the full story", "to read the full",
	"to read this article", "unlock this article", "jetzt weiterlesen", "um weiterzulesen", "weiterlesen mit",
	"diesen artikel weiterlesen", "nur für abonnenten", "exklusiv für abonnenten", "lesen sie weiter mit",
	"réservé aux abonnés", "pour lire la suite", "la suite est réservée", "accéder à tous les articles",
	"solo para suscriptores", "exclusivo para suscriptores", "para seguir leyendo", "para continuar leyendo",
	"exclusivo para assinantes", "para continuar lendo", "riservato agli abbonati", "per continuare a leggere",
	"alleen voor abonnees", "om verder te lezen", "tylko dla prenumeratorów", "aby czytać dalej", "abonelere özel",
	"devamını okumak için", "только для подписчиков", "Только для подписчиков", "Чтобы читать дальше",
	"доступен подписчикам", "للمشتركين فقط", "لمتابعة القراءة", "ویژه مشترکان", "会員限定記事", "有料記事",
	"有料会員", "続きを読むには", "订阅后", "訂閱後", "訂戶專享", "会员专享", "付费阅读", "續閱", "구독자 전용",
	"유료회원"};

static void decide(struct reading *r, enum article_field f, const char *from, struct str raw, uint32_t node)
{
	struct article *ar = r->article;
	bool known = article_get(ar, f).n > 0;
	size_t n = ar->n;
	add_evidence(r, f, STR("true"), from, raw, node);
	if (!known && ar->n > n) {
		ar->evidence[n].chosen = true;
		ar->choice[f].rule = STR("body");
	}
}

/* The JSON-LD script that holds a word. */
static uint32_t script_with(const struct html *h, struct str word)
{
	for (uint32_t i = html_find(h, 0, NAME_SCRIPT); i != HTML_NONE; i = html_find(h, i + 1, NAME_SCRIPT)) {
		uint32_t child = html_first(h, i);
		bool ld = str_ieq(str_trim(html_attr(h, i, NAME_TYPE)), STR("application/ld+json"));
		struct str s = ld && child != HTML_NONE ? html_node_text(h, child) : STR("");
		if (str_find(s, word, 0) < s.n)
			return i;
	}
	return HTML_NONE;
}

void body_stub(struct page *p, struct verdict *v, const struct proposal *choice)
{
	float body = 0;
	uint32_t wall = HTML_NONE;
	struct finder walls;
	finder_init(&walls, WALLS, ARRAY_LEN(WALLS));
	for (uint32_t k = 0; k < p->n; k++) {
		const struct para *a = &p->para[k];
		bool kept = !v[k].reason && v[k].kind != BLOCK_OTHER;
		body += kept && block_is_text((enum block_kind)v[k].kind) ? a->letters : 0;
		bool near = choice && k + 20 >= choice->from && k < choice->to + 40;
		bool asks = near && a->letters < 300 && a->mark != MARK_HIDDEN && a->mark != MARK_NAV &&
			a->mark != MARK_HEAD && finder_find(&walls, para_text(p, a)) != SIZE_MAX;
		if (!asks)
			continue;
		wall = wall == HTML_NONE ? k : wall;
		if (kept && !a->level && a->letters < 200)
			v[k] = (struct verdict){.kind = BLOCK_OTHER, .reason = "paywall"};
	}
	if (p->r->says_paid && (body < STUB_BODY || wall != HTML_NONE))
		decide(p->r, ARTICLE_STUB, "json-ld isAccessibleForFree", STR("false"),
			script_with(p->h, STR("isAccessibleForFree")));
	if (wall != HTML_NONE && body < STUB_BODY)
		decide(p->r, ARTICLE_STUB, "paywall notice", str_dup(p->r->a, para_text(p, &p->para[wall])),
			p->para[wall].node);
	if (p->r->says_live)
		decide(p->r, ARTICLE_LIVE, "json-ld LiveBlogPosting", STR(""),
			script_with(p->h, STR("LiveBlogPosting")));
}

/* The stamp that a paragraph holds in <time datetime>. */
static struct str stamp_of(const struct page *p, const struct para *a)
{
	struct instant t;
	if (a->timed <= 0)
		return STR("");
	for (uint32_t i = a->node; i <= a->to; i++)
		if (html_is(p->h, i, NAME_TIME) && instant_parse_iso(str_trim(html_attr(p->h, i, NAME_DATETIME)), &t))
			return instant_iso(p->r->a, t);
	return STR("");
}

/* A paragraph that is a stamp and little else. */
static bool is_stamp(const struct verdict *v, const struct para *a)
{
	bool clock = v->reason && str_eq(str_c(v->reason), STR("clock"));
	return !a->mark && a->letters < 100 && (clock || a->timed > 0.4f * a->letters);
}

#define DAY_MINUTES 1440

/* Minutes of the day of a clock without a date ("22.04", "١٢:٤٤"); -1: none. */
static int clock_of(struct reading *r, struct str text)
{
	struct date_stamp found;
	struct date_hints hints = {0};
	text = str_trim(text);
	size_t dot = str_chr(text, '.', 0);
	if (text.n <= 5 && dot > 0 && dot + 3 == text.n) {
		char *colon = arena_dup(r->a, text.p, text.n);
		colon[dot] = ':';
		text = str_mem(colon, text.n);
	}
	struct str dated = str_join(r->a, STR("2000-01-01 "), text);
	if (date_find(dated, &hints, &found, 1) != 1 || found.kind != DATE_INSTANT ||
		found.t.precision < PRECISION_MINUTE)
		return -1;
	struct civil c = civil_from_ns(found.t.ns);
	return (int)(c.hour * 60 + c.minute);
}

/* Entries that have only a clock: the first of them in time is of the day on which the page was published, and the day
 * changes where the clock goes back. */
static void date_entries(struct page *p, struct verdict *v, const struct proposal *choice)
{
	struct instant t;
	uint32_t *entry = arena_alloc(p->r->a, (choice->to - choice->from + 1u) * sizeof(*entry));
	size_t n = 0;
	if (!instant_parse_iso(article_get(p->r->article, ARTICLE_PUBLISHED), &t) || t.precision < PRECISION_DAY)
		return;
	for (uint32_t k = choice->from; k < choice->to; k++)
		if (!v[k].reason && v[k].kind == BLOCK_LIVE && v[k].stamp.n == 0 &&
			clock_of(p->r, para_text(p, &p->para[k])) >= 0)
			entry[n++] = k;
	bool newest_first = n > 1 &&
		clock_of(p->r, para_text(p, &p->para[entry[1]])) < clock_of(p->r, para_text(p, &p->para[entry[0]]));
	int64_t zone_ns = t.has_zone ? t.offset_min * 60000000000ll : 0;
	struct civil day = civil_from_ns(t.ns + zone_ns);
	struct civil midnight = {.year = day.year, .month = day.month, .day = day.day};
	int64_t base = 0;
	int days = 0;
	int before = -1;
	if (!civil_to_ns(&midnight, &base))
		return;
	for (size_t i = 0; i < n; i++) {
		uint32_t k = entry[newest_first ? n - 1 - i : i];
		int clock = clock_of(p->r, para_text(p, &p->para[k]));
		days += clock < before;
		before = clock;
		struct instant at = t;
		at.precision = PRECISION_MINUTE;
		at.digits = 0;
		at.ns = base + (days * DAY_MINUTES + clock) * 60000000000ll - zone_ns;
		v[k].stamp = instant_iso(p->r->a, at);
	}
}

/* Stamps begin entries when the page is a live blog by its own word, or when there are several of them, each with prose
 * behind it. */
void body_live(struct page *p, struct verdict *v, const struct proposal *choice)
{
	bool live = article_get(p->r->article, ARTICLE_LIVE).n > 0;
	unsigned entries = 0;
	bool open = false;
	for (uint32_t k = choice->from; k < choice->to && !live; k++) {
		const struct para *a = &p->para[k];
		bool stamp = is_stamp(&v[k], a);
		entries += open && (a->flags & PARA_PROSE) && !a->mark;
		open = stamp || (open && !((a->flags & PARA_PROSE) && !a->mark));
	}
	if (!live && entries < LIVE_ENTRIES)
		return;
	for (uint32_t k = choice->from; k < choice->to; k++)
		if (is_stamp(&v[k], &p->para[k]))
			v[k] = (struct verdict){.kind = BLOCK_LIVE, .stamp = stamp_of(p, &p->para[k])};
	date_entries(p, v, choice);
	if (!live)
		decide(p->r, ARTICLE_LIVE, "entries with stamps of their own", STR(""), choice->node);
}
