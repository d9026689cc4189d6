#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Functions that this code does not call, each with what to use instead, and the folders that may."""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BANNED = {
    r"(malloc|calloc|realloc|reallocarray|free|strdup|strndup|asprintf|vasprintf)": (
        "base/mem.h, arena_*", ("src/base/mem.c",)),
    r"(v?sn?printf)": ("buf_addf, str_fmt", ("src/base/",)),
    r"(st[rp]n?cpy|strl?n?cat|strlcpy|strsep|strtok|strtok_r|gets|[vfs]*scanf)": ("struct str, struct buf", ()),
    r"(ato[ifl]|atoll|strto(?:u?ll?|[dfui]|ld|umax|imax))": ("str_to_u64", ()),
    r"((?:gm|local)time(?:_r)?|(?:as)?ctime(?:_r)?|mktime|timegm|strftime|strptime|time|gettimeofday)": (
        "env->now, base/time.h", ()),
    r"(s?rand|rand_r|s?random|[dels]rand48)": ("env->random", ()),
    r"((?:secure_)?getenv|setenv|putenv)": ("env->var", ("src/io/fs/fs.c",)),
    r"(strerror|strerror_r|perror)": ("err_sys", ("src/base/err.c",)),
    r"(system|popen|mktemp|tmpnam|tempnam|tmpfile|alloca)": ("nothing", ()),
    r"(v?printf|puts|putchar|exit)": ("struct err; only app/ prints and exits", ("src/app/",)),
    r"(v?[fd]printf|fputs|fputc|fwrite)": (
        "struct err; only app/ prints", ("src/app/", "src/base/defs.c", "src/base/mem.c")),
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
