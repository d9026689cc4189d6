#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes src/formats/text/labels_table.c, single_table.c and index_table.c: the Encoding standard's labels, its single-byte
indexes, and what is needed to make its multi-byte indexes out of glibc's tables. Run on Debian 12 (glibc 2.36) with npm
and node; the data is fetched from npm, in two packages that have to agree: @exodus/bytes follows the standard of today,
text-encoding is its authors' code of 2018, before gb18030 was changed in 18 places.
usage: make_text_tables.py [--check]"""
import ctypes
import json
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "src/formats/text"
PACKAGES = ("@exodus/bytes@1.16.0", "text-encoding@0.7.0")
NOTE = "/* SPDX-License-Identifier: Apache-2.0 */\n/* Written by tools/make_text_tables.py. "

# The standard's index, glibc's name for the encoding that is asked, pointers, and the bytes of a pointer.
INDEXES = (
    ("gb18030", "GB18030", 126 * 190, lambda p: bytes([p // 190 + 0x81, p % 190 + (0x40 if p % 190 < 0x3F else 0x41)])),
    ("big5", "BIG5-HKSCS", 126 * 157, lambda p: bytes([p // 157 + 0x81, p % 157 + (0x40 if p % 157 < 0x3F else 0x62)])),
    ("euc-kr", "UHC", 126 * 190, lambda p: bytes([p // 190 + 0x81, p % 190 + 0x41])),
    ("jis0208", "CP932", 60 * 188, lambda p: bytes([p // 188 + (0x81 if p // 188 < 0x1F else 0xC1),
                                                   p % 188 + (0x40 if p % 188 < 0x3F else 0x41)])),
    ("jis0212", "EUC-JP", 94 * 94, lambda p: bytes([0x8F, p // 94 + 0xA1, p % 94 + 0xA1])),
)
EUDC = range(8836, 10716)  # of jis0208: the Shift_JIS decoder computes these
PAIRS = (1133, 1135, 1164, 1166)  # of big5: two characters each, which the Big5 decoder knows

DUMP = """
import { createRequire } from 'module';
const require = createRequire(process.argv[1] + '/');
const at = process.argv[1] + '/node_modules/';
const { getTable } = await import(at + '@exodus/bytes/fallback/multi-byte.table.js');
const labels = (await import(at + '@exodus/bytes/fallback/encoding.labels.js')).default;
const old = require('text-encoding/lib/encoding-indexes.js')['encoding-indexes'];
const now = {};
for (const name of ['gb18030', 'big5', 'euc-kr', 'jis0208', 'jis0212'])
  now[name] = Array.from(getTable(name), (x) => x || 0);
process.stdout.write(JSON.stringify({ now, ranges: getTable('gb18030-ranges'), labels, old }));
"""


def fetch():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "install", "--silent", "--ignore-scripts", "--no-save", "--prefix", folder, *PACKAGES],
                       check=True, stdout=subprocess.DEVNULL)
        script = Path(folder) / "dump.mjs"
        script.write_text(DUMP.replace("process.argv[1]", json.dumps(folder)))
        return json.loads(subprocess.check_output(["node", str(script)]))


def standard_indexes(data):
    """By name; 0 where the index has nothing. @exodus/bytes holds characters over U+FFFF as two code units."""
    found = {}
    for name, _, size, _ in INDEXES:
        table = [x if x < 0x10000 else (((x >> 16) & 0x3FF) << 10 | (x & 0x3FF)) + 0x10000 for x in data["now"][name]]
        table += [0] * (size - len(table))
        old = [x or 0 for x in data["old"][name]][:size]
        old += [0] * (size - len(old))
        for p in PAIRS if name == "big5" else ():
            table[p] = 0
        differ = [p for p in range(size) if table[p] != old[p]]
        if len(table) != size or len(differ) != (18 if name == "gb18030" else 0):
            sys.exit(f"{name}: the two sources differ at {differ}")
        found[name] = table
    if data["ranges"] != data["old"]["gb18030-ranges"]:
        sys.exit("gb18030 ranges: the two sources differ")
    return found


class Glibc:
    """One converter to code points."""

    def __init__(self, name):
        self.libc = ctypes.CDLL(None)
        self.libc.iconv_open.restype = ctypes.c_void_p
        self.libc.iconv.restype = ctypes.c_size_t
        self.libc.iconv.argtypes = [ctypes.c_void_p] * 5
        self.cd = self.libc.iconv_open(b"WCHAR_T", name.encode())
        if self.cd == ctypes.c_void_p(-1).value:
            sys.exit(f"glibc has no {name}")

    def character(self, sequence):
        """0 unless it is exactly one."""
        self.libc.iconv(self.cd, None, None, None, None)
        source = ctypes.create_string_buffer(sequence, len(sequence))
        target = (ctypes.c_uint32 * 8)()
        at, left = ctypes.c_void_p(ctypes.addressof(source)), ctypes.c_size_t(len(sequence))
        to, room = ctypes.c_void_p(ctypes.addressof(target)), ctypes.c_size_t(ctypes.sizeof(target))
        failed = self.libc.iconv(self.cd, ctypes.byref(at), ctypes.byref(left), ctypes.byref(to), ctypes.byref(room))
        if failed == ctypes.c_size_t(-1).value or left.value:
            return 0
        self.libc.iconv(self.cd, None, None, ctypes.byref(to), ctypes.byref(room))
        return target[0] if room.value == ctypes.sizeof(target) - 4 else 0


def glibc_index(name, iconv_name, size, bytes_of):
    cd = Glibc(iconv_name)
    return [0 if name == "jis0208" and p in EUDC else cd.character(bytes_of(p)) for p in range(size)]


def digest(table):
    h = 0xCBF29CE484222325
    for c in table:
        h = ((h ^ c) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return h


def packed(items):
    """Without a comma at the end clang-format fills the lines."""
    return ["\t" + ", ".join(items)]


def index_file(data):
    indexes = standard_indexes(data)
    patches, digests = [], []
    for name, iconv_name, size, bytes_of in INDEXES:
        symbol = "TEXT_" + name.upper().replace("-", "_")
        for p, c in enumerate(glibc_index(name, iconv_name, size, bytes_of)):
            if c != indexes[name][p]:
                patches.append(f"{{{symbol}, {p}, 0x{indexes[name][p]:04x}}}")
        digests.append(f'\t[{symbol}] = {{"{iconv_name}", {size}, 0x{digest(indexes[name]):016x}ull}},')
    ranges = [f"{{{p}, 0x{c:04x}}}" for p, c in data["ranges"]]
    return [NOTE + "*/", '#include "formats/text/text_int.h"', "",
            "const struct text_index_def TEXT_INDEX_DEFS[TEXT_INDEXES] = {", *digests, "};", "",
            "/* Where glibc 2.36 and the standard differ, what the standard says. */",
            f"const struct text_patch TEXT_PATCHES[TEXT_NPATCHES] = {{", *packed(patches), "};", "",
            "const struct text_range TEXT_RANGES[TEXT_NRANGES] = {", *packed(ranges), "};", ""], len(patches)


def single_file(data):
    singles = {n: [x or 0 for x in t] for n, t in data["old"].items() if len(t) == 128}
    singles["iso-8859-8-i"] = singles["iso-8859-8"]
    lines = [NOTE + "*/", '#include "formats/text/text_int.h"', "",
             "const struct text_single TEXT_SINGLES[TEXT_NSINGLES] = {"]
    for name in sorted(singles):
        lines += [f'\t{{"{name}",', "\t\t{"]
        lines += packed([f"0x{c:04x}" for c in singles[name]])
        lines += ["\t\t}},"]
    return lines + ["};", ""], len(singles)


def labels_file(data):
    labels = {label: name for name, others in data["labels"].items() for label in (name, *others)}
    lines = [NOTE + "Sorted. Encoding standard §4.2 */", '#include "formats/text/text_int.h"', "",
             "const struct text_label TEXT_LABELS[TEXT_NLABELS] = {"]
    lines += [f'\t{{"{label}", "{labels[label]}"}},' for label in sorted(labels)]
    return lines + ["};", ""], len(labels)


def main():
    data = fetch()
    files = {"index_table.c": index_file(data), "single_table.c": single_file(data), "labels_table.c": labels_file(data)}
    header = (FOLDER / "text_int.h").read_text()
    for symbol, name in (("NPATCHES", "index_table.c"), ("NSINGLES", "single_table.c"), ("NLABELS", "labels_table.c")):
        if f"#define TEXT_{symbol} {files[name][1]}u" not in header:
            sys.exit(f"text_int.h: TEXT_{symbol} is {files[name][1]}u")
    stale = []
    for name, (lines, _) in files.items():
        text = subprocess.run(["clang-format", f"--assume-filename={FOLDER / name}"], input="\n".join(lines), text=True,
                              check=True, stdout=subprocess.PIPE).stdout
        if not (FOLDER / name).is_file() or (FOLDER / name).read_text() != text:
            stale.append(name)
            if "--check" not in sys.argv:
                (FOLDER / name).write_text(text)
    if "--check" in sys.argv:
        print("\n".join(f"{n}: not what tools/make_text_tables.py writes" for n in stale))
        return bool(stale)
    return 0


sys.exit(main())
