/* SPDX-License-Identifier: Apache-2.0 */
/* What a short paragraph says wherever it says it: role lines, the small print of newsletters, apps and rights. */
#include "stages/read/body_int.h"

/* clang-format off */
#define INSIDE_PHRASES(X_DROP, X_KEEP)                                                                                 \
	X_KEEP(BLOCK_ROLE, "contributed to this report")                                                               \
	X_KEEP(BLOCK_ROLE, "contributed to this story")                                                                \
	X_KEEP(BLOCK_ROLE, "contributed to this article")                                                              \
	X_KEEP(BLOCK_ROLE, "contributed reporting")                                                                    \
	X_KEEP(BLOCK_ROLE, "additional reporting by")                                                                  \
	X_KEEP(BLOCK_ROLE, "contributed to reporting")                                                                 \
	X_DROP("newsletter", "sign up for our")                                                                        \
	X_DROP("newsletter", "subscribe to our")                                                                       \
	X_DROP("newsletter", "our newsletter")                                                                         \
	X_DROP("newsletter", "to our newsletter")                                                                      \
	X_DROP("newsletter", "free newsletter")                                                                        \
	X_DROP("newsletter", "unser newsletter")                                                                       \
	X_DROP("newsletter", "unseren newsletter")                                                                     \
	X_DROP("newsletter", "unserem newsletter")                                                                     \
	X_DROP("newsletter", "notre newsletter")                                                                       \
	X_DROP("newsletter", "nuestro boletín")                                                                        \
	X_DROP("newsletter", "nuestra newsletter")                                                                     \
	X_DROP("newsletter", "nossa newsletter") X_DROP("newsletter", "delivered to your inbox") X_DROP(               \
		"newsletter", "straight to your inbox") X_DROP("share", "follow us on") X_DROP("share",                \
		"like us on facebook") X_DROP("share", "folgen sie uns") X_DROP("share", "folge uns") X_DROP("share",  \
		"síguenos") X_DROP("share", "suivez-nous") X_DROP("share", "seguici su") X_DROP("share",               \
		"siga-nos") X_DROP("share", "подписывайтесь на наш") X_DROP("share",                                   \
		"Подписывайтесь на наш") X_DROP("share", "подпишитесь на наш") X_DROP("share",                         \
		"关注我们") X_DROP("share", "扫描二维码") X_DROP("share", "微信公众号") X_DROP("share",                \
		"تابعونا") X_DROP("share", "تابعنا") X_DROP("share", "on facebook and twitter") X_DROP("promo",        \
		"download our app") X_DROP("promo", "apps for ios and android") X_DROP("promo",                        \
		"support our work") X_DROP("promo", "consider supporting") X_DROP("promo",                             \
		"make a donation") X_DROP("promo", "we may earn") X_DROP("promo", "earn a commission") X_DROP("promo", \
		"receive compensation") X_DROP("promo", "affiliate links") X_DROP("promo",                             \
		"affiliate-links") X_DROP("promo", "eine provision") X_DROP("promo",                                   \
		"appears in print on") X_DROP("footer", "all rights reserved") X_DROP("footer",                        \
		"alle rechte vorbehalten") X_DROP("footer", "todos los derechos") X_DROP("footer",                     \
		"tous droits réservés") X_DROP("footer", "tüm hakları saklıdır") X_DROP("footer",                      \
		"Все права защищены") X_DROP("footer", "무단 전재") X_DROP("footer", "무단전재") X_DROP("footer",      \
		"재판매 및") X_DROP("footer", "無断転載") X_DROP("footer", "无断转载") X_DROP("footer",                \
		"未经授权") X_DROP("footer", "版权所有") X_DROP("footer", "جميع الحقوق محفوظة") X_DROP("footer",       \
		"material may not be published") X_DROP("footer", "may not be reproduced") X_DROP("consent",           \
		"accept cookies") X_DROP("consent", "uses cookies") X_DROP("consent", "use cookies") X_DROP("consent", \
		"cookies akzeptieren") X_DROP("consent", "privacy policy and terms") X_DROP("consent",                 \
		"terms of service and privacy") X_DROP("consent", "datenschutzerklärung") X_DROP("consent",            \
		"inhalte anzuzeigen") X_DROP("consent", "inhalte angezeigt") X_DROP("consent", "externen inhalt")      \
		X_DROP("consent", "externer inhalt") X_DROP("comment", "trackback url") X_DROP(                        \
			"comment", "join the discussion") X_DROP("comment", "commenting forum") X_DROP("comment",      \
			"log in to comment") X_DROP("comment", "to post a comment") X_KEEP(BLOCK_CAPTION, "©")         \
			X_KEEP(BLOCK_CAPTION, "foto: ") X_KEEP(BLOCK_CAPTION, "(foto:") X_KEEP(BLOCK_CAPTION,          \
				"(photo:") X_KEEP(BLOCK_CAPTION, "(image:") X_KEEP(BLOCK_CAPTION, "(bild:")            \
				X_KEEP(BLOCK_CAPTION, "(photo by") X_KEEP(BLOCK_CAPTION, "(ap photo")                  \
					X_KEEP(BLOCK_CAPTION, "(picture:") X_KEEP(BLOCK_CAPTION, "(photo credit")      \
						X_KEEP(BLOCK_CAPTION, "(credit:") X_KEEP(BLOCK_CAPTION, "file photo")  \
							X_KEEP(BLOCK_CAPTION, "(symbolbild") X_KEEP(BLOCK_CAPTION,     \
								"(archivbild") X_KEEP(BLOCK_CAPTION, "/getty images")  \
								X_KEEP(BLOCK_CAPTION, "via getty images")              \
									X_KEEP(BLOCK_CAPTION, "photo via")             \
										X_KEEP(BLOCK_CAPTION, "Фото:")
/* clang-format on */

#define AS_DROP(reason, text) {text, BLOCK_OTHER, reason},
#define AS_KEEP(kind, text) {text, kind, NULL},
#define AS_TEXT(what, text) text,

static const struct phrase INSIDE[] = {INSIDE_PHRASES(AS_DROP, AS_KEEP)};
static const char *const INSIDE_TEXTS[] = {INSIDE_PHRASES(AS_TEXT, AS_TEXT)};

void phrases_init(struct finder *f)
{
	finder_init(f, INSIDE_TEXTS, ARRAY_LEN(INSIDE_TEXTS));
}

const struct phrase *phrase_inside(const struct finder *f, struct str text)
{
	size_t i = finder_find(f, text);
	return i == SIZE_MAX ? NULL : &INSIDE[i];
}
