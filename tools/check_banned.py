#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Functions that this code does not call, each with what to use instead, and the folders that may."""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BANNED = {
    r"(malloc|calloc|realloc|free|strdup|strndup|asprintf)": ("base/mem.h, arena_*", ("src/base/mem.c",)),
    r"(sprintf|snprintf|vsnprintf|vsprintf)": ("buf_addf, str_fmt", ("src/base/",)),
    r"(strcpy|strncpy|strcat|strncat|strtok|strtok_r|gets|scanf|sscanf|fscanf)": ("struct str, struct buf", ()),
    r"(atoi|atol|atoll|atof|strtol|strtoll|strtoul|strtoull|strtod)": ("str_to_u64", ()),
    r"(gmtime|localtime|ctime|mktime|strftime|time|gettimeofday)": ("env->now, base/time.h", ()),
    r"(rand|srand|random|drand48)": ("env->random", ()),
    r"(getenv)": ("env->var", ()),
    r"(strerror)": ("err_sys", ()),
    r"(system|popen|mktemp|tmpnam|alloca)": ("nothing", ()),
    r"(printf|puts|putchar|perror|exit)": ("struct err; only app/ prints and exits", ("src/app/",)),
    r"(fprintf|fputs|fwrite)": ("struct err; only app/ prints", ("src/app/", "src/base/defs.c", "src/base/mem.c")),
}
STRIP = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


found = []
for file in sorted((ROOT / "src").rglob("*.[ch]")):
    name = str(file.relative_to(ROOT))
    if file.name.startswith("test_"):
        continue
    text = STRIP.sub(blank, file.read_text())
    for pattern, (instead, allowed) in BANNED.items():
        if any(name.startswith(a) for a in allowed):
            continue
        for m in re.finditer(rf"(?<![\w.>]){pattern}\s*\(", text):
            line = text.count("\n", 0, m.start()) + 1
            found.append(f"{name}:{line}: {m.group(1)}: use {instead}")
    if re.search(r"sqlite3_", text) and not name.startswith("src/io/catalog/"):
        found.append(f"{name}: SQL belongs to io/catalog")
print("\n".join(found))
sys.exit(bool(found))
