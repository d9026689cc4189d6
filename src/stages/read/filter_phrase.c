/* SPDX-License-Identifier: Apache-2.0 */
/* What the first words of a short paragraph tell, in the languages that news comes in. A phrase is compared with the
 * beginning; one that ends in $ must be all of it. ASCII letters are folded. */
#include "stages/read/body_int.h"

#define DROP(reason, text)                                                                                             \
	{                                                                                                              \
		text, BLOCK_OTHER, reason                                                                              \
	}
#define KEEP(kind, text)                                                                                               \
	{                                                                                                              \
		text, kind, NULL                                                                                       \
	}

static const struct phrase PHRASES[] = {
	KEEP(BLOCK_CORRECTION, "correction:"),
	KEEP(BLOCK_CORRECTION, "corrections:"),
	KEEP(BLOCK_CORRECTION, "correction ("),
	KEEP(BLOCK_CORRECTION, "correction –"),
	KEEP(BLOCK_CORRECTION, "clarification:"),
	KEEP(BLOCK_CORRECTION, "editor's note"),
	KEEP(BLOCK_CORRECTION, "editor’s note"),
	KEEP(BLOCK_CORRECTION, "editors' note"),
	KEEP(BLOCK_CORRECTION, "editors’ note"),
	KEEP(BLOCK_CORRECTION, "an earlier version of this"),
	KEEP(BLOCK_CORRECTION, "a previous version of this"),
	KEEP(BLOCK_CORRECTION, "this article was amended"),
	KEEP(BLOCK_CORRECTION, "this article has been amended"),
	KEEP(BLOCK_CORRECTION, "this story has been corrected"),
	KEEP(BLOCK_CORRECTION, "this article has been corrected"),
	KEEP(BLOCK_CORRECTION, "this story was corrected"),
	KEEP(BLOCK_CORRECTION, "this article has been updated"),
	KEEP(BLOCK_CORRECTION, "this story has been updated"),
	KEEP(BLOCK_CORRECTION, "korrektur:"),
	KEEP(BLOCK_CORRECTION, "anmerkung der redaktion"),
	KEEP(BLOCK_CORRECTION, "anm. d. red."),
	KEEP(BLOCK_CORRECTION, "in einer früheren version"),
	KEEP(BLOCK_CORRECTION, "hinweis der redaktion"),
	KEEP(BLOCK_CORRECTION, "richtigstellung"),
	KEEP(BLOCK_CORRECTION, "rectificatif"),
	KEEP(BLOCK_CORRECTION, "note de la rédaction"),
	KEEP(BLOCK_CORRECTION, "correctif"),
	KEEP(BLOCK_CORRECTION, "fe de errores"),
	KEEP(BLOCK_CORRECTION, "fe de erratas"),
	KEEP(BLOCK_CORRECTION, "nota del editor"),
	KEEP(BLOCK_CORRECTION, "nota de la redacción"),
	KEEP(BLOCK_CORRECTION, "una versión anterior de"),
	KEEP(BLOCK_CORRECTION, "errata:"),
	KEEP(BLOCK_CORRECTION, "nota do editor"),
	KEEP(BLOCK_CORRECTION, "nota della redazione"),
	KEEP(BLOCK_CORRECTION, "sprostowanie"),
	KEEP(BLOCK_CORRECTION, "düzeltme:"),
	KEEP(BLOCK_CORRECTION, "editörün notu"),
	KEEP(BLOCK_CORRECTION, "исправление:"),
	KEEP(BLOCK_CORRECTION, "Исправление:"),
	KEEP(BLOCK_CORRECTION, "Уточнение:"),
	KEEP(BLOCK_CORRECTION, "Поправка:"),
	KEEP(BLOCK_CORRECTION, "Примечание редакции"),
	KEEP(BLOCK_CORRECTION, "От редакции:"),
	KEEP(BLOCK_CORRECTION, "更正"),
	KEEP(BLOCK_CORRECTION, "編按"),
	KEEP(BLOCK_CORRECTION, "编者按"),
	KEEP(BLOCK_CORRECTION, "編者按"),
	KEEP(BLOCK_CORRECTION, "訂正"),
	KEEP(BLOCK_CORRECTION, "编者注"),
	KEEP(BLOCK_CORRECTION, "تصحيح:"),
	KEEP(BLOCK_CORRECTION, "تنويه:"),
	KEEP(BLOCK_CORRECTION, "ملاحظة المحرر"),
	KEEP(BLOCK_CORRECTION, "تۈزىتىش"),
	KEEP(BLOCK_CORRECTION, "اصلاحیه"),
	KEEP(BLOCK_CORRECTION, "Διόρθωση"),
	KEEP(BLOCK_ROLE, "reporting by "),
	KEEP(BLOCK_ROLE, "additional reporting by "),
	KEEP(BLOCK_ROLE, "(reporting by "),
	KEEP(BLOCK_ROLE, "editing by "),
	KEEP(BLOCK_ROLE, "(editing by "),
	KEEP(BLOCK_ROLE, "writing by "),
	KEEP(BLOCK_ROLE, "edited by "),
	KEEP(BLOCK_ROLE, "translated by "),
	KEEP(BLOCK_ROLE, "compiled by "),
	KEEP(BLOCK_ROLE, "bearbeitet von "),
	KEEP(BLOCK_ROLE, "redaktion:"),
	KEEP(BLOCK_ROLE, "traduit par "),
	KEEP(BLOCK_ROLE, "edición de "),
	KEEP(BLOCK_ROLE, "责任编辑"),
	KEEP(BLOCK_ROLE, "責任編輯"),
	KEEP(BLOCK_ROLE, "责编"),
	KEEP(BLOCK_ROLE, "编辑："),
	KEEP(BLOCK_ROLE, "編輯："),
	KEEP(BLOCK_ROLE, "(责任编辑"),
	KEEP(BLOCK_ROLE, "（责任编辑"),
	KEEP(BLOCK_ROLE, "[责任编辑"),
	KEEP(BLOCK_ROLE, "【责任编辑"),
	KEEP(BLOCK_ROLE, "تحرير:"),
	KEEP(BLOCK_ROLE, "إعداد:"),
	KEEP(BLOCK_CAPTION, "▲"),
	KEEP(BLOCK_CAPTION, "△"),
	KEEP(BLOCK_CAPTION, "▼"),
	KEEP(BLOCK_CAPTION, "photo:"),
	KEEP(BLOCK_CAPTION, "foto:"),
	KEEP(BLOCK_CAPTION, "bild:"),
	KEEP(BLOCK_CAPTION, "image:"),
	KEEP(BLOCK_CAPTION, "titelbild:"),
	KEEP(BLOCK_CAPTION, "beitragsbild:"),
	KEEP(BLOCK_CAPTION, "fotos:"),
	KEEP(BLOCK_CAPTION, "photo by "),
	KEEP(BLOCK_CAPTION, "photograph:"),
	KEEP(BLOCK_CAPTION, "abbildung:"),
	KEEP(BLOCK_CAPTION, "crédits photo"),
	KEEP(BLOCK_CAPTION, "crédit photo"),
	KEEP(BLOCK_CAPTION, "图："),
	KEEP(BLOCK_CAPTION, "图片来源"),
	KEEP(BLOCK_CAPTION, "写真："),
	KEEP(BLOCK_CAPTION, "photo credit"),
	KEEP(BLOCK_CAPTION, "image credit"),
	KEEP(BLOCK_CAPTION, "Фото:"),
	KEEP(BLOCK_CAPTION, "Фото "),
	KEEP(BLOCK_CAPTION, "fotoğraf:"),
	KEEP(BLOCK_CAPTION, "file photo"),
	KEEP(BLOCK_WIRE, "quelle:"),
	KEEP(BLOCK_WIRE, "source:"),
	KEEP(BLOCK_WIRE, "quellen:$"),
	KEEP(BLOCK_WIRE, "kaynak:"),
	KEEP(BLOCK_WIRE, "źródło:"),
	KEEP(BLOCK_WIRE, "fonte:"),
	KEEP(BLOCK_WIRE, "fuente:"),
	KEEP(BLOCK_WIRE, "источник:"),
	KEEP(BLOCK_WIRE, "Источник:"),
	KEEP(BLOCK_WIRE, "来源："),
	KEEP(BLOCK_WIRE, "來源："),
	KEEP(BLOCK_WIRE, "(来源："),
	KEEP(BLOCK_WIRE, "（来源："),
	KEEP(BLOCK_WIRE, "المصدر"),
	KEEP(BLOCK_WIRE, "منبع"),
	KEEP(BLOCK_WIRE, "مەنبە"),
	KEEP(BLOCK_WIRE, "Πηγή"),
	KEEP(BLOCK_WIRE, "출처"),
	KEEP(BLOCK_WIRE, "(reuters)$"),
	KEEP(BLOCK_WIRE, "(ap)$"),
	KEEP(BLOCK_WIRE, "(afp)$"),
	KEEP(BLOCK_WIRE, "reuters$"),
	KEEP(BLOCK_WIRE, "afp$"),
	KEEP(BLOCK_WIRE, "ap$"),
	KEEP(BLOCK_WIRE, "dpa$"),
	KEEP(BLOCK_WIRE, "with agencies$"),
	KEEP(BLOCK_WIRE, "with wire reports$"),
	KEEP(BLOCK_WIRE, "(dpa"),
	KEEP(BLOCK_WIRE, "dpa/"),
	KEEP(BLOCK_WIRE, "(apa"),
	KEEP(BLOCK_WIRE, "(sda"),
	KEEP(BLOCK_WIRE, "(efe)$"),
	KEEP(BLOCK_WIRE, "(ansa)$"),
	KEEP(BLOCK_WIRE, "新华社$"),
	KEEP(BLOCK_WIRE, "（新华社）$"),
	DROP("comment", "trackback"),
	DROP("contact", "reach "),
	DROP("promo", "if you enjoyed"),
	DROP("promo", "a version of this article appear"),
	DROP("related links", "read more:"),
	DROP("related links", "read more$"),
	DROP("related links", "read also"),
	DROP("related links", "also read"),
	DROP("related links", "read:"),
	DROP("related links", "related:"),
	DROP("related links", "related$"),
	DROP("related links", "related articles"),
	DROP("related links", "related stories"),
	DROP("related links", "see also:"),
	DROP("related links", "more:"),
	DROP("related links", "more from "),
	DROP("related links", "you may also like"),
	DROP("related links", "you might also like"),
	DROP("related links", "recommended$"),
	DROP("related links", "most read"),
	DROP("related links", "watch:"),
	DROP("related links", "don't miss"),
	DROP("related links", "up next"),
	DROP("related links", "read full story"),
	DROP("related links", "click here to "),
	DROP("related links", "click here for "),
	DROP("related links", "mehr zum thema"),
	DROP("related links", "lesen sie auch"),
	DROP("related links", "lesen sie mehr"),
	DROP("related links", "lesen sie hier"),
	DROP("related links", "auch interessant"),
	DROP("related links", "mehr lesen"),
	DROP("related links", "weiterlesen$"),
	DROP("related links", "zum thema:"),
	DROP("related links", "siehe auch"),
	DROP("related links", "lire aussi"),
	DROP("related links", "à lire aussi"),
	DROP("related links", "lire également"),
	DROP("related links", "à lire également"),
	DROP("related links", "lea también"),
	DROP("related links", "lee también"),
	DROP("related links", "leer más"),
	DROP("related links", "más información$"),
	DROP("related links", "leia também"),
	DROP("related links", "leia mais"),
	DROP("related links", "leggi anche"),
	DROP("related links", "czytaj także"),
	DROP("related links", "czytaj też"),
	DROP("related links", "czytaj więcej"),
	DROP("related links", "zobacz także"),
	DROP("related links", "lees ook"),
	DROP("related links", "läs också"),
	DROP("related links", "läs även"),
	DROP("related links", "les også"),
	DROP("related links", "læs også"),
	DROP("related links", "lue myös"),
	DROP("related links", "baca juga"),
	DROP("related links", "ilgili haber"),
	DROP("related links", "Читайте также"),
	DROP("related links", "ЧИТАЙТЕ ТАКЖЕ"),
	DROP("related links", "Читайте також"),
	DROP("related links", "Читать также"),
	DROP("related links", "По теме"),
	DROP("related links", "Διαβάστε"),
	DROP("related links", "ΔΙΑΒΑΣΤΕ"),
	DROP("related links", "اقرأ أيضا"),
	DROP("related links", "إقرأ أيضا"),
	DROP("related links", "اقرأ المزيد"),
	DROP("related links", "بیشتر بخوانید"),
	DROP("related links", "相关阅读"),
	DROP("related links", "相關閱讀"),
	DROP("related links", "延伸阅读"),
	DROP("related links", "延伸閱讀"),
	DROP("related links", "相关新闻"),
	DROP("related links", "相關新聞"),
	DROP("related links", "推荐阅读"),
	DROP("related links", "関連記事"),
	DROP("related links", "あわせて読みたい"),
	DROP("related links", "관련기사"),
	DROP("related links", "관련 기사"),
	DROP("related links", "xem thêm"),
	DROP("related links", "lasīt arī"),
	DROP("related links", "taip pat skaitykite"),
	DROP("related links", "מומלץ"),
	DROP("related links", "קראו עוד"),
	DROP("related links", "ayrıca oku"),
	DROP("advert", "advertisement"),
	DROP("advert", "advertising$"),
	DROP("advert", "story continues below"),
	DROP("advert", "article continues below"),
	DROP("advert", "continue reading below"),
	DROP("advert", "sponsored$"),
	DROP("advert", "anzeige$"),
	DROP("advert", "werbung$"),
	DROP("advert", "publicité$"),
	DROP("advert", "publicidad$"),
	DROP("advert", "publicidade$"),
	DROP("advert", "pubblicità$"),
	DROP("advert", "reklama$"),
	DROP("advert", "reklam$"),
	DROP("advert", "Реклама$"),
	DROP("advert", "РЕКЛАМА$"),
	DROP("advert", "广告$"),
	DROP("advert", "廣告$"),
	DROP("advert", "إعلان$"),
	DROP("advert", "scroll to continue"),
	DROP("advert", "loading...$"),
	DROP("advert", "ad$"),
	DROP("share", "share this"),
	DROP("share", "share$"),
	DROP("share", "share on "),
	DROP("share", "follow us"),
	DROP("share", "follow him on"),
	DROP("share", "follow her on"),
	DROP("share", "like us on"),
	DROP("share", "tweet$"),
	DROP("share", "join the conversation"),
	DROP("share", "teilen$"),
	DROP("share", "partager$"),
	DROP("share", "compartir$"),
	DROP("share", "分享$"),
	DROP("share", "Поделиться"),
	DROP("share", "print$"),
	DROP("share", "email$"),
	DROP("share", "copy link"),
	DROP("share", "شارك المقال"),
	DROP("share", "شارك على"),
	DROP("share", "شارك هذا"),
	DROP("share", "شارك عبر"),
	DROP("share", "شارك$"),
	KEEP(BLOCK_ROLE, "شارك في"),
	KEEP(BLOCK_ROLE, "ساهم في"),
	KEEP(BLOCK_ROLE, "（责编"),
	KEEP(BLOCK_ROLE, "(责编"),
	KEEP(BLOCK_ROLE, "（编辑"),
	KEEP(BLOCK_ROLE, "(编辑"),
	KEEP(BLOCK_ROLE, "تەھرىر"),
	KEEP(BLOCK_ROLE, "Редактор:"),
	KEEP(BLOCK_ROLE, "Перевод:"),
	DROP("share", "share with us"),
	DROP("newsletter", "sign up for"),
	DROP("newsletter", "sign up to"),
	DROP("newsletter", "subscribe to our"),
	DROP("newsletter", "get our newsletter"),
	DROP("newsletter", "get the latest news"),
	DROP("newsletter", "subscribe$"),
	DROP("newsletter", "newsletter$"),
	DROP("newsletter", "subscribe now"),
	DROP("newsletter", "subscribe here"),
	DROP("newsletter", "abonnieren sie"),
	DROP("newsletter", "jetzt abonnieren"),
	DROP("newsletter", "inscrivez-vous à"),
	DROP("newsletter", "suscríbete"),
	DROP("newsletter", "suscríbase"),
	DROP("newsletter", "download our app"),
	DROP("newsletter", "download the app"),
	DROP("newsletter", "Подписывайтесь на"),
	DROP("consent", "we use cookies"),
	DROP("consent", "this website uses cookies"),
	DROP("consent", "this site uses cookies"),
	DROP("consent", "by continuing to use"),
	DROP("consent", "by clicking"),
	DROP("consent", "by choosing i accept"),
	DROP("consent", "wir verwenden cookies"),
	DROP("consent", "diese website verwendet cookies"),
	DROP("consent", "empfohlener externer inhalt"),
	DROP("consent", "an dieser stelle finden sie"),
	DROP("consent", "externer inhalt"),
	DROP("consent", "dieser inhalt wird von"),
	DROP("consent", "externen inhalt"),
	DROP("consent", "ce contenu est bloqué"),
	DROP("footer", "all rights reserved"),
	DROP("footer", "©"),
	DROP("footer", "copyright ©"),
	DROP("footer", "copyright 20"),
	DROP("footer", "copyright 19"),
	DROP("footer", "alle rechte vorbehalten"),
	DROP("footer", "tous droits réservés"),
	DROP("footer", "版权所有"),
	DROP("footer", "todos los derechos reservados"),
	DROP("footer", "back to top"),
	DROP("footer", "impressum$"),
	DROP("footer", "nach oben$"),
	DROP("comment", "comments$"),
	DROP("comment", "leave a comment"),
	DROP("comment", "leave a reply"),
	DROP("comment", "post a comment"),
	DROP("comment", "view comments"),
	DROP("comment", "kommentare$"),
	DROP("comment", "your email address will not be published"),
	DROP("comment", "kommentar schreiben"),
	DROP("comment", "write a comment"),
	DROP("comment", "no comments"),
	DROP("comment", "hinterlasse ein"),
	DROP("comment", "schreibe einen kommentar"),
	DROP("comment", "thanks for contacting us"),
	DROP("tags", "tags:"),
	DROP("tags", "tags$"),
	DROP("tags", "filed under"),
	DROP("tags", "topics:"),
	DROP("tags", "schlagwörter"),
	DROP("tags", "schlagworte"),
	DROP("tags", "posted in"),
	DROP("tags", "categories:"),
	DROP("tags", "kategorie:"),
	DROP("tags", "kategorien:"),
	DROP("tags", "tagged"),
	DROP("tags", "теги:"),
	DROP("tags", "Теги:"),
	DROP("tags", "标签"),
	DROP("tags", "關鍵字"),
	DROP("tags", "关键词"),
	DROP("tags", "mots-clés"),
	DROP("date", "posted on "),
	DROP("date", "published on "),
	DROP("date", "published:"),
	DROP("date", "published "),
	DROP("date", "updated:"),
	DROP("date", "updated at "),
	DROP("date", "updated on "),
	DROP("date", "last updated"),
	DROP("date", "veröffentlicht am"),
	DROP("date", "stand:"),
	DROP("date", "aktualisiert"),
	DROP("date", "publié le"),
	DROP("date", "mis à jour"),
	DROP("date", "发布时间"),
	DROP("date", "發布時間"),
	DROP("date", "Опубликовано"),
	DROP("date", "posted by "),
	DROP("date", "posted at "),
	DROP("date", "erstellt am"),
	DROP("date", "geschrieben von"),
	DROP("date", "verfasst von"),
	DROP("video", "video:"),
	DROP("video", "your browser does not support"),
	DROP("video", "watch the video"),
	DROP("video", "play video"),
	DROP("video", "enable javascript"),
	DROP("video", "please enable javascript"),
};

static const char *const ENDS[] = {"related", "more from", "more on", "more stories", "more news", "most read",
	"most popular", "you may also", "you might also", "recommended", "comments", "leave a", "read next", "latest",
	"trending", "about the author", "share this", "newsletter", "tags", "similar", "popular", "see also",
	"top stories", "editor's picks", "mehr zum thema", "mehr zu", "weitere ", "kommentar", "ähnliche", "das könnte",
	"das könnte sie", "verwandte", "neueste", "aktuelle", "lesen sie auch", "auch interessant", "teilen",
	"artikel teilen", "schlagw", "über den autor", "meistgelesen", "meist", "sur le même", "à lire aussi",
	"articles liés", "commentaires", "les plus lus", "relacionad", "noticias relacionad", "comentarios", "lo más",
	"más noticias", "te puede", "leia também", "mais lidas", "articoli correlati", "leggi anche", "komentarze",
	"czytaj", "zobacz", "podobne", "schreibe einen", "hinterlasse", "antworten", "0 kommentare", "ilgili",
	"Читайте", "Похожие", "Комментарии", "Другие", "Популярное", "相关", "相關", "推荐", "推薦", "評論", "评论",
	"热门", "関連", "おすすめ", "人気", "관련", "댓글", "اقرأ", "مقالات ذات", "الأكثر", "تعليقات", "Διαβάστε",
	"Σχετικά", "write a comment", "post navigation", "beitrags-navigation", "beitragsnavigation", "join the",
	"sign up", "subscribe", "follow us", "promoted"};

const struct phrase *phrase_find(struct str text)
{
	static const size_t n = ARRAY_LEN(PHRASES);
	for (size_t i = 0; i < n && text.n; i++) {
		const char *p = PHRASES[i].text;
		if (ascii_lower(text.p[0]) != ascii_lower(*p))
			continue;
		struct str want = str_c(p);
		bool whole = want.n && want.p[want.n - 1] == '$';
		want.n -= whole;
		if (str_istarts(text, want) &&
			(!whole || text.n == want.n || (text.n == want.n + 1 && text.p[want.n] == ':')))
			return &PHRASES[i];
	}
	return NULL;
}

bool phrase_ends(struct str heading)
{
	for (size_t i = 0; i < ARRAY_LEN(ENDS); i++)
		if (str_istarts(heading, str_c(ENDS[i])))
			return true;
	return false;
}

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
	X_DROP("newsletter", "free newsletter") X_DROP("newsletter", "unser newsletter") X_DROP(                       \
		"newsletter", "unseren newsletter") X_DROP("newsletter", "unserem newsletter") X_DROP("newsletter",    \
		"notre newsletter") X_DROP("newsletter", "nuestro boletín") X_DROP("newsletter",                       \
		"nuestra newsletter") X_DROP("newsletter", "nossa newsletter") X_DROP("newsletter",                    \
		"delivered to your inbox") X_DROP("newsletter", "straight to your inbox") X_DROP("share",              \
		"follow us on") X_DROP("share", "like us on facebook") X_DROP("share",                                 \
		"folgen sie uns") X_DROP("share", "folge uns") X_DROP("share", "síguenos") X_DROP("share",             \
		"suivez-nous") X_DROP("share", "seguici su") X_DROP("share", "siga-nos") X_DROP("share",               \
		"подписывайтесь на наш") X_DROP("share", "Подписывайтесь на наш") X_DROP("share",                      \
		"подпишитесь на наш") X_DROP("share", "关注我们") X_DROP("share", "扫描二维码") X_DROP("share",        \
		"微信公众号") X_DROP("share", "تابعونا") X_DROP("share", "تابعنا") X_DROP("share",                     \
		"on facebook and twitter") X_DROP("promo", "download our app") X_DROP("promo",                         \
		"apps for ios and android") X_DROP("promo", "support our work") X_DROP("promo",                        \
		"consider supporting") X_DROP("promo", "make a donation") X_DROP("promo",                              \
		"we may earn") X_DROP("promo", "earn a commission") X_DROP("promo",                                    \
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
			"log in to comment") X_DROP("comment", "to post a comment") X_KEEP(BLOCK_CAPTION, "(foto:")    \
			X_KEEP(BLOCK_CAPTION, "(photo:") X_KEEP(BLOCK_CAPTION, "(image:") X_KEEP(BLOCK_CAPTION,        \
				"(bild:") X_KEEP(BLOCK_CAPTION, "(photo by") X_KEEP(BLOCK_CAPTION, "(ap photo")        \
				X_KEEP(BLOCK_CAPTION, "(picture:") X_KEEP(BLOCK_CAPTION, "(photo credit")              \
					X_KEEP(BLOCK_CAPTION, "(credit:") X_KEEP(BLOCK_CAPTION, "file photo")          \
						X_KEEP(BLOCK_CAPTION, "(symbolbild")                                   \
							X_KEEP(BLOCK_CAPTION, "(archivbild")                           \
								X_KEEP(BLOCK_CAPTION, "/getty images")                 \
									X_KEEP(BLOCK_CAPTION, "via getty images")      \
										X_KEEP(BLOCK_CAPTION, "photo via")     \
											X_KEEP(BLOCK_CAPTION, "Фото:")

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
