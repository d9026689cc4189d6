#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The peer of read_pages: trafilatura reads the pages of a set. Writes OUT/ID.json with the keys that are scored, and prints
one JSON line with its time. usage: trafilatura_read.py SET OUT"""
import json
import resource
import sys
import time
from pathlib import Path

import trafilatura


def main(pages, out):
    truth = json.loads((pages / "truth.json").read_text())
    took = size = 0
    for page in truth:
        data = (pages / "html" / (page["id"] + ".html")).read_bytes()
        size += len(data)
        start = time.monotonic()
        found = trafilatura.bare_extraction(data, url=page.get("url"), fast=True, with_metadata=True)
        took += time.monotonic() - start
        got = found.as_dict() if hasattr(found, "as_dict") else (found or {})
        (out / (page["id"] + ".json")).write_text(json.dumps({
            "title": got.get("title"), "text": got.get("text"), "published": got.get("date"),
            "authors": [a.strip() for a in (got.get("author") or "").split(";") if a.strip()]}))
    print(json.dumps({"name": "trafilatura", "pages": len(truth), "bytes": size, "median_ns": round(took * 1e9),
                      "pages_per_s": round(len(truth) / took, 1), "mb_per_s": round(size / took / 1e6, 2),
                      "peak_rss_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}, separators=(",", ":")))


main(Path(sys.argv[1]), Path(sys.argv[2]))
