#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fits the arbiter's weights -> src/stages/read/arbiter_weights.c.

usage: tools/fit_arbiter.py SCORER READ_PROPOSALS SET_DIR... > src/stages/read/arbiter_weights.c

SCORER is ../shared/tools/score-articles, READ_PROPOSALS bench/read_proposals of a build, a SET_DIR an unpacked set of ../shared/articles. Each page of a set
gives the features of its proposals and how good the text of each would be. The weights are those under which the choice,
taken as a soft maximum, is expected to be the best; weights are held small, and pages of one host count as one when the
figures are checked on hosts that were left out (five parts; printed to standard error)."""
import json
import math
import re
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from urllib.parse import urlsplit

SCALE = 10000
STEPS, RATE, SMALL, SHARP = 300, 0.6, 0.003, 6.0
WHOLE = 3  # a page with its whole truth counts as so many with some segments
HEADER = Path(__file__).resolve().parent.parent / "src/stages/read/body_int.h"


def text_value(scorer, page, text, tokenizer):
    if "with" in page:
        flat = " ".join(text.split())
        has = lambda s: " ".join(s.split()) in flat
        hit, extra = sum(map(has, page["with"])), sum(map(has, page["without"]))
        return 2 * hit / (hit + extra + len(page["with"])) if page["with"] else 0
    truth = scorer.shingles(tokenizer.findall(page["text"]))
    hit, extra, missed = scorer.overlap(truth, scorer.shingles(tokenizer.findall(text)))
    return 2 * hit / (2 * hit + extra + missed) if hit else 0


def load(program, set_dir, scorer):
    truth = {p["id"]: p for p in json.loads((Path(set_dir) / "truth.json").read_text())}
    tokenizer = scorer.BY_WORD if Path(set_dir).name == "news181" else scorer.BY_CHARACTER
    for line in subprocess.run([program, set_dir], capture_output=True, check=True).stdout.splitlines():
        got = json.loads(line)
        page = truth[got["id"]]
        if not page.get("text") and "with" not in page:
            continue
        seen, rows = {}, []
        for proposal in got["proposals"]:
            text = proposal["text"]
            if text not in seen:
                seen[text] = text_value(scorer, page, text, tokenizer)
            rows.append(([f / SCALE for f in proposal["features"]], seen[text]))
        if len({v for _, v in rows}) > 1:
            yield WHOLE if page.get("text") else 1, urlsplit(page.get("url") or "").hostname, rows


def dot(a, b):
    return sum(map(lambda x, y: x * y, a, b))


def gradient(weights, pages):
    total = [0.0] * len(weights)
    for times, _, rows in pages:
        logits = [SHARP * dot(weights, f) for f, _ in rows]
        top = max(logits)
        soft = [math.exp(x - top) for x in logits]
        mass = sum(soft)
        soft = [x / mass for x in soft]
        mean = sum(s * v for s, (_, v) in zip(soft, rows))
        for s, (f, v) in zip(soft, rows):
            push = s * (v - mean) * SHARP * times
            if abs(push) > 1e-5:
                for i, x in enumerate(f):
                    total[i] += push * x
    return [g / sum(p[0] for p in pages) - SMALL * w for g, w in zip(total, weights)]


def fit(pages, size):
    weights, speed = [0.0] * size, [0.0] * size
    for _ in range(STEPS):
        grad = gradient(weights, pages)
        speed = [0.9 * s + RATE * g for s, g in zip(speed, grad)]
        weights = [w + s for w, s in zip(weights, speed)]
    return weights


def value(weights, pages):
    chosen = [max(rows, key=lambda row: dot(weights, row[0]))[1] for _, _, rows in pages]
    return sum(chosen) / max(1, len(chosen))


def main(scorer_path, program, set_dirs):
    scorer = SourceFileLoader("score_articles", scorer_path).load_module()
    names = re.findall(r"^\t(FEATURE_\w+)", HEADER.read_text(), re.M)
    pages = [p for s in set_dirs for p in load(program, s, scorer)]
    part = lambda p: sum(map(ord, p[1] or "")) % 5
    for k in range(5):
        weights = fit([p for p in pages if part(p) != k], len(names))
        left = [p for p in pages if part(p) == k]
        best = sum(max(v for _, v in rows) for _, _, rows in left) / len(left)
        print(f"hosts left out, part {k}: {value(weights, left):.4f} of {best:.4f}", file=sys.stderr)
    weights = fit(pages, len(names))
    best = sum(max(v for _, v in rows) for _, _, rows in pages) / len(pages)
    print(f"all: {value(weights, pages):.4f} of {best:.4f}", file=sys.stderr)
    print("/* SPDX-License-Identifier: Apache-2.0 */")
    print("/* Written by tools/fit_arbiter.py from", ", ".join(sorted(Path(s).name for s in set_dirs)) + ". */")
    print('/* clang-format off */\n#include "stages/read/body_int.h"\n')
    print("const float ARBITER_WEIGHTS[FEATURES] = {")
    for name, weight in zip(names, weights):
        print(f"\t[{name}] = {weight:.3f}f,")
    print("};")


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
