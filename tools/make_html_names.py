#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes src/formats/html/html_names.h and names_table.c: the tag and attribute names that the HTML standard's parser or
our readers ask for, each with a number, and a hash table to find them. usage: make_html_names.py [--check]"""
import re
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "src/formats/html"

# Every element of the HTML standard, obsolete ones included, and the MathML and SVG ones that its parser names.
TAGS = """a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big blink blockquote body br
button canvas caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset
figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe image img input ins
isindex kbd keygen label legend li link listing main map mark marquee math menu menuitem meta meter multicol nav nextid nobr
noembed noframes noscript object ol optgroup option output p param picture plaintext pre progress q rb rbc rp rt rtc ruby s
samp script search section select selectedcontent slot small source spacer span strike strong style sub summary sup svg table
tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr xmp
annotation-xml mi mo mn ms mtext mglyph malignmark annotation desc foreignobject path g use circle rect""".split()

ATTRS = """accept-charset action align alt amp aria-hidden aria-label async charset class color content crossorigin data-src
data-srcset datetime defer definitionurl dir disabled download encoding face height hidden href hreflang http-equiv id
itemid itemprop itemref itemscope itemtype lang language loading media method name onclick onload placeholder poster
property prompt public rel role selected size sizes src srcset style system tabindex target title type typeof value width
xmlns xlink xml:lang xml:space xlink:actuate xlink:arcrole xlink:href xlink:role xlink:show xlink:title xlink:type
xmlns:xlink actuate arcrole show space vocab resource about datatype d fill viewbox aria-labelledby cite colspan rowspan start scope abbr reversed""".split()

# The standard's adjustments of what was read in lower case: SVG tag names and attributes, MathML's one attribute.
SVG_TAGS = """altGlyph altGlyphDef altGlyphItem animateColor animateMotion animateTransform clipPath feBlend feColorMatrix
feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood
feFuncA feFuncB feFuncG feFuncR feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset fePointLight
feSpecularLighting feSpotLight feTile feTurbulence foreignObject glyphRef linearGradient radialGradient textPath""".split()

FOREIGN_ATTRS = """attributeName attributeType baseFrequency baseProfile calcMode clipPathUnits diffuseConstant edgeMode
filterUnits glyphRef gradientTransform gradientUnits kernelMatrix kernelUnitLength keyPoints keySplines keyTimes lengthAdjust
limitingConeAngle markerHeight markerUnits markerWidth maskContentUnits maskUnits numOctaves pathLength patternContentUnits
patternTransform patternUnits pointsAtX pointsAtY pointsAtZ preserveAlpha preserveAspectRatio primitiveUnits refX refY
repeatCount repeatDur requiredExtensions requiredFeatures specularConstant specularExponent spreadMethod startOffset
stdDeviation stitchTiles surfaceScale systemLanguage tableValues targetX targetY textLength viewBox viewTarget
xChannelSelector yChannelSelector zoomAndPan definitionURL""".split()

SLOTS = 1024


def symbol(name):
    camel = name != name.lower()
    return "NAME_" + ("SVG_" if camel else "") + re.sub(r"[^A-Z0-9]", "_", name.upper())


def hash_of(name):
    h = 0x811C9DC5
    for c in name.encode():
        h = ((h ^ c) * 0x01000193) & 0xFFFFFFFF
    return h


def all_names():
    tags = [t for t in TAGS]
    camel = SVG_TAGS + FOREIGN_ATTRS
    rest = sorted({*ATTRS, *(n.lower() for n in camel), *camel} - set(tags))
    return sorted(set(tags)) + rest, len(set(tags))


def pairs(names, of):
    return [f"\t{{{symbol(n.lower())}, {symbol(n)}}}," for n in sorted(of)]


def files():
    names, ntags = all_names()
    note = "/* SPDX-License-Identifier: Apache-2.0 */\n/* Written by tools/make_html_names.py. "
    header = [note + "Numbers of names: those of elements come first, alphabetically. */",
              "/* clang-format off */", "#ifndef FORMATS_HTML_NAMES_H", "#define FORMATS_HTML_NAMES_H", "", "enum html_name {", "\tNAME_NONE,"]
    header += [f"\t{symbol(n)}, /* {n} */" if n != n.lower() else f"\t{symbol(n)}," for n in names]
    header += ["\tNAMES_KNOWN, /* a page's other names are numbered from here */", "};", "",
               f"#define NAMES_TAGS {ntags + 1}u /* names of elements are below */", "", "#endif", ""]
    slots = [0] * SLOTS
    for i, n in enumerate(names):
        at = hash_of(n) & (SLOTS - 1)
        while slots[at]:
            at = (at + 1) & (SLOTS - 1)
        slots[at] = i + 1
    table = [note + "*/", "/* clang-format off */", '#include "formats/html/html_int.h"', "",
             "const struct str HTML_NAMES[NAMES_KNOWN] = {", '\t[NAME_NONE] = {"", 0},']
    table += [f'\t[{symbol(n)}] = {{"{n}", {len(n)}}},' for n in names]
    table += ["};", "", f"const uint16_t HTML_NAME_SLOTS[HTML_NSLOTS] = {{"]
    table += ["\t" + " ".join(f"{v}," for v in slots[i:i + 16]) for i in range(0, SLOTS, 16)]
    table += ["};", "", f"const struct html_adjust HTML_SVG_TAGS[{len(SVG_TAGS)}] = {{"] + pairs(names, SVG_TAGS)
    table += ["};", "", f"const struct html_adjust HTML_FOREIGN_ATTRS[{len(FOREIGN_ATTRS)}] = {{"]
    table += pairs(names, FOREIGN_ATTRS) + ["};", ""]
    return {"html_names.h": "\n".join(header), "names_table.c": "\n".join(table)}


def main():
    stale = [n for n, text in files().items() if not (FOLDER / n).is_file() or (FOLDER / n).read_text() != text]
    if "--check" in sys.argv:
        print("\n".join(f"{n}: not what tools/make_html_names.py writes" for n in stale))
        return bool(stale)
    for name, text in files().items():
        (FOLDER / name).write_text(text)
    return 0


sys.exit(main())
