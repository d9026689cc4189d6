#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns the log of `meson test` into one line a test function: "ok - ...", "not ok - ...", "skip - ... (why)".
Tests print TAP (CMOCKA_MESSAGE_OUTPUT=tap), and "skipped: why" before they skip; the replay of a fuzz corpus
(fuzz_*) prints no TAP and counts as one test. A program that failed, ended before its last test or has none is a
failure. usage: count_tests.py testlog.json"""
import json
import re
import sys

LINE = re.compile(r"^(?:(ok) \d+ - (\S+)|(not ok) \d+ # SKIP (\S+)|(not ok) \d+ - (\S+)|1\.\.(\d+)|skipped: (.*))")


def lines(test):
    name, planned, seen, bad, why = test["name"], 0, 0, 0, "it does not say why"
    for text in (test.get("stdout") or "").splitlines():
        m = LINE.match(text)
        if not m:
            continue
        ok, passed, _, skipped, _, failed, plan, reason = m.groups()
        seen += 1
        if ok:
            yield f"ok - {name}: {passed}"
        elif skipped:
            yield f"skip - {name}: {skipped} ({why})"
        elif failed:
            bad += 1
            yield f"not ok - {name}: {failed}"
        else:
            seen -= 1
            planned += int(plan or 0)
            why = reason or why
    if test["result"] != "OK" and not bad:
        bad += 1
        yield f"not ok - {name}: {test['result']}, exit status {test.get('returncode')}"
    elif seen < planned:
        bad += 1
        yield f"not ok - {name}: {planned} tests planned, {seen} ran"
    elif not planned and name.startswith("fuzz_"):
        yield f"ok - {name}"
    elif not planned:
        bad += 1
        yield f"not ok - {name}: there is no test in it"
    if bad:
        yield from (test.get("stdout") or "").splitlines()[-40:]
        yield from (test.get("stderr") or "").splitlines()[-40:]


for entry in open(sys.argv[1], encoding="utf-8"):
    for out in lines(json.loads(entry)):
        # what a test printed is shown, and does not count
        print(out if re.match(r"(ok|not ok|skip) - ", out) else "   " + out)
