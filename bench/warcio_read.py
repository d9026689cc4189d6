#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The peer of warc_read: Python's warcio reads each block to its end. Times are medians of three iterations.
usage: warcio_read.py FILE [--sha256]"""
import hashlib
import json
import os
import resource
import statistics
import sys
import time

from warcio.archiveiterator import ArchiveIterator


def read(path, sha256):
    records = size = 0
    with open(path, "rb") as file:
        for record in ArchiveIterator(file, no_record_parse=True):
            digest = hashlib.sha256()
            while piece := record.raw_stream.read(65536):
                size += len(piece)
                if sha256:
                    digest.update(piece)
            records += 1
    return records, size


def main():
    path, sha256, times, cpu = sys.argv[1], "--sha256" in sys.argv, [], []
    for _ in range(3):
        start, cpu_start = time.monotonic(), time.process_time()
        records, size = read(path, sha256)
        times.append(time.monotonic() - start)
        cpu.append(time.process_time() - cpu_start)
    median = statistics.median(times)
    stored = os.stat(path).st_size
    print(json.dumps({"name": "warcio" + ("_sha256" if sha256 else ""), "bytes": stored, "block_bytes": size,
                      "records": records, "median_ns": round(median * 1e9),
                      "median_cpu_ns": round(statistics.median(cpu) * 1e9), "records_per_s": round(records / median),
                      "mb_per_s": round(stored / median / 1e6),
                      "peak_rss_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}, separators=(",", ":")))


main()
