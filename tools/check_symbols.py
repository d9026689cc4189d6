#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lists functions and tables that a file exports and that no other file of the program uses: they could be static, or
are there for tests or for nobody. A list to look at, not a failure. usage: check_symbols.py [BUILD FOLDER]"""
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / (sys.argv[1] if len(sys.argv) > 1 else "build")
FOR_TESTS = ("test_", "fuzz_", "make_log", "make_ots", "age_tool", "warc_read")

defined, used, used_by_tests = {}, set(), set()
objects = sorted(BUILD.rglob("*.p/*.o"))
if not objects:
    sys.exit(f"{BUILD} has no object files: build first")
for line in subprocess.check_output(["nm", "-A", "-g", *objects], text=True).splitlines():
    where, _, rest = line.partition(".o:")
    *_, kind, name = rest.split()
    folder = Path(where).parent.name
    for_tests = folder.startswith(FOR_TESTS)
    if kind == "U":
        (used_by_tests if for_tests else used).add(name)
    elif kind in "TDRB" and not for_tests and name != "main":
        defined[name] = folder.removesuffix(".p").removesuffix(".a").removeprefix("lib")
for name, module in sorted(defined.items(), key=lambda item: (item[1], item[0])):
    if name not in used:
        print(f"{module}: {name}, {'used by tests only' if name in used_by_tests else 'used by no other file'}")
