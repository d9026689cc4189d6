#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What somebody may do who can write into an archive's folder and has no key; for tests.

usage: folder.py plant ARCHIVE KIND FILE    a token behind the last frame, about the published checkpoint
       folder.py plant-again ARCHIVE KIND FILE    about the checkpoint that the last token is about
       folder.py forge ARCHIVE              the first time stamp again, about 99999 entries, in a file that no entry
                                            knows, and a catalog that names it as entry 0
       folder.py sql ARCHIVE STATEMENT      a change to catalog.db
"""
import base64
import hashlib
import sqlite3
import struct
import sys
from pathlib import Path

HEAD = 72


def frame(kind, index, serial, end, body):
    front = b"ORF1" + struct.pack(">IQQQQ", kind, index, len(body), serial, end)
    return front + hashlib.sha256(front + body).digest() + body


def counted(text):
    return struct.pack(">H", len(text)) + text


def frames(archive):
    for path in sorted((archive / "records").glob("*.rec")):
        bytes_, at = path.read_bytes(), 0
        while at < len(bytes_):
            kind, index, n, serial, end = struct.unpack(">IQQQQ", bytes_[at + 4:at + 40])
            yield path, kind, index, serial, end, bytes_[at + HEAD:at + HEAD + n]
            at += HEAD + n


def plant_again(archive, kind, file):
    body = [f for f in frames(archive) if f[1] == 3][-1][5]
    n = struct.unpack(">H", body[:2])[0]
    m = struct.unpack(">H", body[2 + n:4 + n])[0]
    plant(archive, kind, file, body[4 + n:4 + n + m])


def plant(archive, kind, file, note=None):
    token, note = Path(file).read_bytes(), note or (archive / "log/checkpoint").read_bytes()
    size = int(note.split(b"\n")[1])
    digest = base64.b64encode(hashlib.sha256(token).digest())
    leaf = b"onrecord/v1 anchor %s %d %s\n" % (kind.encode(), size, digest)
    path, _, index, serial, end, _ = list(frames(archive))[-1]
    with path.open("ab") as to:
        to.write(frame(3, index + 1, serial, end, counted(leaf) + counted(note) + token))


def forge(archive):
    _, _, _, serial, end, body = next(f for f in frames(archive) if f[1] == 3)
    n = struct.unpack(">H", body[:2])[0]
    words = body[2:2 + n].split(b" ")
    words[3] = b"99999"
    (archive / "records/999999999999.rec").write_bytes(
        frame(3, 0, serial, end, counted(b" ".join(words)) + body[2 + n:]))
    sql(archive, "delete from token")
    sql(archive, "insert into token values(0, 'rfc3161', 99999, 999999999999, 0)")


def sql(archive, statement):
    with sqlite3.connect(archive / "catalog.db") as db:
        db.execute(statement)


what, where, *rest = sys.argv[1:]
{"plant": plant, "plant-again": plant_again, "forge": forge, "sql": sql}[what](Path(where), *rest)
