#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a command and prints one JSON line: how long it took, and how much memory it and its workers held.
usage: measure.py NAME BYTES COMMAND [ARGUMENT ...]      BYTES: what the speed is reckoned by

Memory is looked at a hundred times a second: the proportional set size of the command and of every process below it,
summed (a page that three processes share counts a third in each, so that the sum counts it once), and the peak of
that sum. Beside it stands the largest resident set of a single process, as the kernel keeps it."""
import json
import os
import re
import resource
import subprocess
import sys
import threading
import time

PSS = re.compile(rb"^Pss: +(\d+) kB$", re.M)


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(child) for child in file.read().split()]
    except OSError:
        return []


def tree(pid):
    found = [pid]
    for one in found:
        found += children(one)
    return found


def pss_kb(pid):
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
            return int(PSS.search(file.read()).group(1))
    except (OSError, AttributeError):
        return 0  # it has ended


class Watch(threading.Thread):
    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.peak, self.processes, self.ended = pid, 0, 0, threading.Event()

    def run(self):
        while not self.ended.wait(0.01):
            pids = tree(self.pid)
            now = sum(pss_kb(pid) for pid in pids)
            if now > self.peak:
                self.peak, self.processes = now, len(pids)


def main():
    name, size, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    start = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as child:
        watch = Watch(child.pid)
        watch.start()
        code = child.wait()
        took = time.monotonic() - start
        watch.ended.set()
        watch.join()
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps({"name": name, "exit": code, "seconds": round(took, 2),
                      "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2), "bytes": size,
                      "mb_per_s": round(size / took / 1e6, 1), "peak_sum_pss_kb": watch.peak,
                      "processes_then": watch.processes, "largest_process_rss_kb": usage.ru_maxrss}), flush=True)


main()
