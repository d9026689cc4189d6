#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each folder of src/formats has a fuzz target, and each target a corpus."""
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
found = []
for folder in sorted((ROOT / "src/formats").iterdir()):
    if folder.is_dir() and not list(folder.glob("fuzz_*.c")):
        found.append(f"{folder.relative_to(ROOT)}: no fuzz target")
for target in sorted((ROOT / "src").rglob("fuzz_*.c")):
    corpus = ROOT / "tests/corpora" / target.stem.removeprefix("fuzz_")
    if not corpus.is_dir() or not any(corpus.iterdir()):
        found.append(f"{target.relative_to(ROOT)}: {corpus.relative_to(ROOT)} is missing or empty")
print("\n".join(found))
sys.exit(bool(found))
