#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds every #include against the order of modules in src/meson.build: a file may include its own folder, base/, and
modules listed before its own; stages never include each other; a private header (_int.h) stays in its folder; each
include names its folder and stands in quotes. usage: check_layers.py [STAMP], a file that is written when all is well."""
import re
import sys
from pathlib import Path

SRC = Path(__file__).resolve().parent.parent / "src"
ORDER = re.findall(r"^subdir\('([^']+)'\)", (SRC / "meson.build").read_text(), re.M)
INCLUDE = re.compile(r'^\s*#\s*include\s*("|<)([^">]+)[">]', re.M)


def module_of(path):
    parts = path.split("/")
    return "base" if parts[0] == "base" else "/".join(parts[:2])


def problems(file):
    own = module_of(str(file.relative_to(SRC)))
    if own not in ORDER:
        yield f"{file}: its folder {own} is not listed in src/meson.build"
        return
    for quote, name in INCLUDE.findall(file.read_text()):
        other = module_of(name)
        if quote == "<":
            if (SRC / name).is_file():
                yield f"{file}: <{name}> is ours, and wants quotes"
        elif not (SRC / name).is_file() or ".." in name:
            yield f'{file}: "{name}" names no file below src/'
        elif other == own or other == "base":
            continue
        elif name.endswith("_int.h"):
            yield f"{file}: {name} is private to {other}"
        elif own.startswith("stages/") and other.startswith("stages/"):
            yield f"{file}: a stage includes another stage, {name}"
        elif other not in ORDER or ORDER.index(other) > ORDER.index(own):
            yield f"{file}: {name} is of a later layer than {own}"


found = [p for f in sorted(SRC.rglob("*.[ch]")) for p in problems(f)]
print("\n".join(found))
if not found and len(sys.argv) > 1:
    Path(sys.argv[1]).touch()
sys.exit(bool(found))
