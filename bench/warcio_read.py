#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The peer: reads a WARC file with Python's warcio, every block to its end. usage: warcio_read.py FILE [--sha256]"""
import hashlib
import json
import resource
import sys
import time

from warcio.archiveiterator import ArchiveIterator

sha = "--sha256" in sys.argv
start = time.monotonic()
records = size = 0
with open(sys.argv[1], "rb") as file:
    for record in ArchiveIterator(file, no_record_parse=True):
        digest = hashlib.sha256()
        while piece := record.raw_stream.read(65536):
            size += len(piece)
            if sha:
                digest.update(piece)
        records += 1
took = time.monotonic() - start
print(json.dumps({"name": "warcio" + ("_sha256" if sha else ""), "records": records, "block_bytes": size,
                  "records_per_s": round(records / took), "mb_per_s": round(size / took / 1e6),
                  "peak_rss_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))
