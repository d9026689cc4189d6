#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lists files over 500 lines and functions over 80; fails over 800 lines a file. Files that a tool writes do not count."""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
bad = False
for file in sorted((ROOT / "src").rglob("*.[ch]")):
    lines = file.read_text().splitlines()
    name = file.relative_to(ROOT)
    if any("Written by tools/" in line for line in lines[:3]):
        continue
    if len(lines) > 500:
        print(f"{name}: {len(lines)} lines")
        bad = bad or len(lines) > 800
    start = None
    for i, line in enumerate(lines, 1):
        if line == "{" and i > 1 and re.match(r"^[\w\t].*\)$", lines[i - 2]):
            start = i
        elif line == "}" and start:
            if i - start > 80:
                print(f"{name}:{start}: a function of {i - start} lines")
            start = None
sys.exit(bad)
