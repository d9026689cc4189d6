#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Words that class names and ids are made of -> src/stages/read/words_table.c, an open hash table.

usage: tools/make_read_words.py > src/stages/read/words_table.c

What a word says about the element is a guess from the vocabulary of web pages in general: no word is here because of
one site. A * behind a word: it also counts as the beginning of a longer one, since names are glued ("relatedstories")."""
WORDS = {
    "ARTICLE": "article* story post entry news artikel beitrag noticia nota articulo artigo articolo makale "
             "haber statya novost",
    "PART": "body content text copy txt inhalt contenido conteudo contenu contenuto corpo cuerpo corps tekst "
             "metin icerik fulltext texto testo texte",
    "BODY": "articlebody articlecontent articletext storybody storycontent storytext entrycontent "
             "postcontent postbody posttext bodytext bodycopy newsbody newscontent newstext artikeltext "
             "artikelinhalt fliesstext artbody arttext haberdetay habermetni articlemain maintext mce "
             "fulltext entrytext contentbody textbody richtext rte wysiwyg prose bodycontent zhengwen",
    "COMMENT": "comment* comments kommentar* kommentare commentaire* comentario* comentarios disqus reaction* "
               "reactions respond reply replies replylist forum discussion discuss livefyre coral talk feedback yorum* "
               "commento commenti pinglun guestbook userreviews leserbrief kommentit",
    "RELATED": "related* recommend* recommended recommendation* recommendations similar readmore readnext "
             "upnext more morenews morefrom also alsoread alsolike seealso suggested suggestion* suggestions "
             "popular* mostread mostpopular mostviewed trending latest* recent recirc recirculation* outbrain "
             "taboola ligatus plista zergnet mgid revcontent nextarticle prevnext similares relacionadas "
             "relacionados relacionada associes verwandte empfehlung* recentposts otherposts othernews "
             "topstories toppicks picks onward crosslinks linkbox linklist morelink ilgili benzer",
    "SHARE": "share* sharing sharebar sharebuttons sharetools social* socials socialmedia sociable addthis "
             "sharethis addtoany a2a facebook twitter whatsapp pinterest linkedin reddit tumblr instagram "
             "telegram shariff sharedaddy jiathis bdsharebuttonbox followus emailthis sendmail partage "
             "compartir teilen condividi udostepnij paylas weibo weixin wechat qrcode shares",
    "NAV": "nav* navbar navigation menu* menus submenu breadcrumb* breadcrumbs crumb crumbs pager "
             "pagination* paging paginator skip skiplink skiplinks skipnav tabbar topbar masthead navi "
             "brotkrumen sitemap jumplinks toc tableofcontents hauptnavigation langswitch language* sprache "
             "prevnext navlinks postnav pagenav",
    "AD": "ad ads adv advert* adverts advertise advertisement* advertising adsense adslot adbox adunit adwrap "
          "adcontainer banner* banners sponsor* sponsored sponsors dfp gpt doubleclick googlead* anzeige anzeigen "
          "werbung* publicidad* publicite pubblicita reklam* reklama reklame leaderboard skyscraper affiliate* "
          "guangao mpu adcode admarker",
    "PROMO": "promo* promotion* promotional promobox cta donate donation* donations spende* spenden marketing "
             "angebot appstore appdownload callout kicker* competition basket warenkorb",
    "AUTHOR": "author* authors byline* bylines autor autoren auteur autore autori yazar writer writers "
             "contributor* contributors journalist reporter reporters authorbio bio verfasser redakteur "
             "signature zuozhe laiyuan biography profile",
    "META": "meta* metadata postmeta entrymeta articlemeta postinfo submitted posted pubinfo readtime "
             "readingtime metabar postdetails wordcount viewcount hits rating* ratings score",
    "DATE": "date* dateline datetime timestamp* time pubdate publishdate publisheddate postdate datum fecha data "
            "dato tarih fabushijian updated lastupdated modified lastmod",
    "CAPTION": "caption* captions figcaption credit* credits imagecaption imgcaption photocaption wpcaption "
               "photocredit imagecredit bildunterschrift bildnachweis legende leyenda pie photographer "
               "copyrightholder bu didascalia imgdesc",
    "HIDDEN": "hidden visuallyhidden sronly hide offscreen noprint invisible displaynone dnone",
    "SIDE": "sidebar* aside rail rightrail leftrail rightcol rightcolumn leftcol leftcolumn sidebars rechts "
             "marginalspalte leftsidebar rightsidebar sidecol sidecolumn asidecol secondary tertiary "
             "complementary factbox seitenleiste",
    "FOOTER": "footer* colophon endnote pagefooter articlefooter copyright* disclaimer* legal imprint "
             "impressum fusszeile",
    "LETTER": "newsletter* newsletters signup subscribe* subscription* subscriptions mailinglist mailchimp optin "
              "emailsignup abo abonnement abonnieren boletin subscriber suscripcion mailing registration",
    "PAYWALL": "paywall* regwall metered meter piano subscriberonly locked",
    "CORRECTION": "correction* corrections editornote editorsnote clarification* erratum korrektur amendment "
                  "correccion rectificatif",
    "CONSENT": "cookie* cookies consent* gdpr ccpa onetrust cookiebar cookiebanner cookieconsent privacy dsgvo "
             "datenschutz eucookie cybot didomi sourcepoint",
    "LEAD": "lead lede leadtext standfirst standfirsts deck dek subtitle subheadline subheading subhead "
             "subhed summary intro* introduction vorspann anriss unterzeile chapo chapeau bajada copete "
             "entradilla sumario sommario sottotitolo spot lid abstract excerpt strapline ingress manchet "
             "perex zhaiyao digest description ueberblick sapo zusammenfassung",
    "TAGS": "tag tags taglist tagcloud tagged keywords keyword topics topic categories category categorylist cat "
            "etiquetas schlagworte schlagwort hashtags labels postcategories themen etiket etiketler subjects "
            "stichwort stichworte postedin filedunder",
    "MEDIA": "gallery* galleries slideshow* carousel* slider* slick swiper lightbox videoplayer "
             "jwplayer galerie bildergalerie bilderstrecke fotostrecke photogallery",
    "POPUP": "popup* popups modal* modals overlay* lightbox dialog tooltip* toast notification* notifications alert "
             "interstitial login signin register loginform search searchbox searchform suche suchen searchbar dropdown "
             "flyout snackbar offcanvas drawer",
    "HEAD": "header headline title heading titel titulo titre titolo ueberschrift",
    "NOT": "has no with without hasnt show enable enabled disable disabled allow can supports",
    "TEASER": "teaser* teasers teasertext teaserbox",
    "EMBED": "embed* embedded oembed tweet tweets",
}
ORDER = list(WORDS)
SLOTS = 2048


def fnv(word):
    h = 2166136261
    for c in word.encode():
        h = (h ^ c) * 16777619 & 0xffffffff
    return h


def main():
    table = {}
    for bit, words in WORDS.items():
        for word in words.split():
            name = word.rstrip("*")
            bits, prefix = table.get(name, (0, False))
            table[name] = (bits | 1 << ORDER.index(bit), prefix or word.endswith("*"))
    slots = [0] * SLOTS
    entries = sorted(table)
    for i, name in enumerate(entries):
        at = (fnv(name) ^ fnv(name) >> 15) % SLOTS
        while slots[at]:
            at = (at + 1) % SLOTS
        slots[at] = i + 1
    print("/* SPDX-License-Identifier: Apache-2.0 */")
    print("/* Written by tools/make_read_words.py, which says what the words mean. */\n/* clang-format off */")
    print('#include "stages/read/body_int.h"\n')
    print("const struct read_word READ_WORDS[] = {\n\t{{\"\", 0}, 0, false},")
    for name in entries:
        bits, prefix = table[name]
        text = " | ".join("WORD_" + ORDER[i] for i in range(len(ORDER)) if bits >> i & 1)
        print(f'\t{{{{"{name}", {len(name)}}}, {text}, {"true" if prefix else "false"}}},')
    print("};\n\nconst uint16_t READ_WORD_SLOTS[READ_WORD_NSLOTS] = {")
    for i in range(0, SLOTS, 20):
        print("\t" + ", ".join(map(str, slots[i:i + 20])) + ",")
    print("};")


if __name__ == "__main__":
    main()
