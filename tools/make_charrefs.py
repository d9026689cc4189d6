#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes src/formats/html/charref_table.c: the named character references of the HTML standard (§13.5, which Python's
standard library carries as html.entities.html5) as the smallest acyclic automaton that accepts them. Each edge knows how
many names its earlier siblings lead to, so that a walk also gives the number of the name. usage: make_charrefs.py
[--check]"""
import sys
from html.entities import html5
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / "src/formats/html/charref_table.c"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def trie_of(names):
    """Nodes are {letter: [node, ends a name]}, in order of letters."""
    root = {}
    for name in names:
        node = root
        for i, c in enumerate(name):
            edge = node.setdefault(c, [{}, False])
            edge[1] = edge[1] or i == len(name) - 1
            node = edge[0]
    return root


def count(node):
    return sum(ends + count(below) for below, ends in node.values())


def share(node, seen):
    """The node's edges as a tuple, one object for all nodes that accept the same."""
    edges, skip = [], 0
    for c, (below, ends) in sorted(node.items()):
        edges.append((c, ends, skip, share(below, seen)))
        skip += ends + count(below)
    return seen.setdefault(tuple(edges), tuple(edges))


def places(root):
    """Index of each node's first edge; those of the root come first."""
    at, queue, n = {id(root): 0}, [root], len(root)
    for node in queue:
        for *_, below in node:
            if below and id(below) not in at:
                at[id(below)] = n
                n += len(below)
                queue.append(below)
    return at, queue, n


def rows(items, per_line):
    return ["\t" + " ".join(items[i:i + per_line]) for i in range(0, len(items), per_line)]


def text():
    names = sorted(html5)
    root = share(trie_of(names), {})
    at, nodes, n = places(root)
    assert "".join(c for c, *_ in root) == LETTERS and max(len(v.encode()) for v in html5.values()) <= 6
    edges = []
    for node in nodes:
        for i, (c, ends, skip, below) in enumerate(node):
            edges.append(f"{{'{c}', {int(ends)}, {int(i + 1 == len(node))}, {at[id(below)] if below else 0}, {skip}}},")
    values = []
    for name in names:
        utf8 = html5[name].encode()
        values.append(f'{{{len(utf8)}, "{"".join(f"{chr(92)}{b:03o}" for b in utf8)}"}},')
    return "\n".join([
        "/* SPDX-License-Identifier: Apache-2.0 */", "/* Written by tools/make_charrefs.py. */",
        '#include "formats/html/charref_int.h"', "", "/* clang-format off */",
        f"const struct html_ref_edge HTML_REF_EDGES[{n}] = {{", *rows(edges, 5), "};", "",
        f"const struct html_ref_value HTML_REF_VALUES[{len(names)}] = {{", *rows(values, 4), "};",
        "/* clang-format on */", ""])


def main():
    new = text()
    if "--check" in sys.argv:
        stale = not FILE.is_file() or FILE.read_text() != new
        if stale:
            print("charref_table.c: not what tools/make_charrefs.py writes")
        return stale
    FILE.write_text(new)
    return 0


sys.exit(main())
