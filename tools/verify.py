#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A second verifier of archives and proofs, after docs/formats/: Python's standard library and openssl.
It prints what does not hold. Exit status 0: all holds, 1: it does not."""
import argparse, base64, calendar, functools, hashlib, hmac, os, re, struct, subprocess, sys, tempfile, time
MIB, HASH = 1 << 20, rb"[A-Za-z0-9+/]{43}="
LEAF = re.compile(rb"onrecord/v1 (?:anchor (rfc3161|ots|cosig|chain) (0|[1-9][0-9]*) (" + HASH + rb")|policy (" + HASH +
                  rb")|(key) (?:add|retire|revoke) \S+|(continues) \S+ (?:0|[1-9][0-9]*) " + HASH + rb")\n")
STEERS = re.compile("[\\\\\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")

class Bad(Exception): pass
def need(ok, text):
    if not ok: raise Bad(text)
def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()
def b64(text, size=None):
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data) == text and size in (None, len(data)), "base64 of another length or spelling")
    return data
def number(text):
    need(re.fullmatch(rb"0|[1-9][0-9]{0,19}", text) and int(text) < 2**64, "not a number")
    return int(text)
def read(*path):
    with open(os.path.join(*path), "rb") as f: return f.read()
def openssl(args, **files):
    """Runs it in a folder that holds these files."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            with open(os.path.join(folder, name), "wb") as f: f.write(data)
        return subprocess.run(["openssl"] + args, cwd=folder, capture_output=True, text=True)

# Signed notes, checkpoints, policies: log.md, policy.md
@functools.lru_cache(None)
def ed25519(pub, message, sig):
    args = "pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in message -sigfile sig".split()
    spki = bytes.fromhex("302a300506032b6570032100") + pub
    return len(sig) == 64 and openssl(args, key=spki, message=message, sig=sig).returncode == 0

class Key:
    def __init__(self, vkey):
        self.name, kid, rest = (vkey.strip().split(b"+", 2) + [b"", b""])[:3]
        data = b64(rest, 33)
        self.type, self.pub, self.id = data[0], data[1:], sha(self.name, b"\n", data)[:4]
        self.vkey = b"+".join([self.name, kid, rest])
        need(self.name and not re.search(rb"\s", self.name) and kid == self.id.hex().encode(), "a key with another id")
        need(self.type in (1, 4), "a key of another kind")
        need(int.from_bytes(self.pub, "little") % 2**255 < 2**255 - 19, "a key that is encoded otherwise")
    def good(self, text, sig):
        if self.type == 4:
            need(len(sig) == 72 and sig[0] < 128, "a cosignature of another length")
            text, sig = b"cosignature/v1\ntime %d\n" % struct.unpack(">Q", sig[:8]) + text, sig[8:]
        return ed25519(self.pub, text, sig)
def open_note(data, keys):
    """The text, and for each signature line the key among `keys` that made it, or None."""
    cut, signers = data.rfind(b"\n\n"), []
    need(cut > 0 and len(data) <= MIB and data.endswith(b"\n") and len(data) > cut + 2, "not a signed note")
    need(not re.search(rb"[\0-\t\x0b-\x1f]", data) and data.decode("utf-8", "replace").encode() == data, "not clean text")
    for line in data[cut + 2:-1].split(b"\n"):
        w = line.split(b" ")
        need(len(w) == 3 and w[0] == "—".encode() and w[1] and b"+" not in w[1], "not a signature line")
        sig = b64(w[2])
        need(len(sig) > 4, "a signature that is too short")
        by = [k for k in keys if k.name == w[1] and k.id == sig[:4]]
        need(not by or by[0].good(data[:cut + 1], sig[4:]), "a signature that does not hold: " + w[1].decode())
        signers.append(by[0] if by else None)
    need(any(signers), "no signature by a key that is known")
    return data[:cut + 1], signers
def checkpoint(text):
    lines = text.split(b"\n")
    need(len(lines) >= 4 and lines[0] and lines[-1] == b"", "not a checkpoint")
    return lines[0], number(lines[1]), b64(lines[2], 32)

class Policy:
    def __init__(self, text):
        self.logs, self.nodes, self.quorum, seen = [], {}, None, []
        need(text.endswith(b"\n"), "a policy that is cut short")
        for w in filter(None, map(bytes.split, text.split(b"\n"))):
            free = len(w) > 1 and w[1] not in self.nodes and w[1] != b"none"
            if w[0] == b"log" and len(w) in (2, 3):
                self.logs.append(Key(w[1]))
            elif w[0] == b"witness" and len(w) in (3, 4) and free:
                self.nodes[w[1]] = Key(w[2])
                seen.append(self.nodes[w[1]].pub)
            elif w[0] == b"group" and len(w) > 3 and free and all(m in self.nodes for m in w[3:]):
                k = {b"any": 1, b"all": len(w) - 3}.get(w[2]) or number(w[2])
                need(1 <= k <= len(w) - 3, "a group that cannot be satisfied")
                self.nodes[w[1]] = k, w[3:]
                seen += w[3:]
            elif w[0] == b"quorum" and len(w) == 2 and not self.quorum and (not free or w[1] == b"none"):
                self.quorum = w[1]
            else:
                need(w[0].startswith(b"#"), "a policy's line that cannot be read")
        need(self.quorum and len(seen) == len(set(seen)), "no quorum, or somebody could count twice")
    def witnesses(self): return [n for n in self.nodes.values() if isinstance(n, Key)]
    def satisfied(self, signers):
        there = {b"none": True}
        for name, n in self.nodes.items():
            there[name] = n in signers if isinstance(n, Key) else sum(there[m] for m in n[1]) >= n[0]
        return there[self.quorum]

# Trees and records: log.md, record.md
def tree_root(hashes):
    """RFC 6962: neighbours are joined level by level, and the last of an odd number goes up as it is."""
    while len(hashes) > 1:
        hashes = [sha(b"\1", *hashes[i:i + 2]) for i in range(0, len(hashes) - 1, 2)] + hashes[len(hashes) & -2:]
    return hashes[0] if hashes else sha()
def root_from(leaf, index, size, path):
    """The root that an inclusion proof leads to (RFC 6962 section 2.1.1)."""
    need((size == 1) == (not path) and index < size, "a proof of another length, or of no entry of the log")
    if size == 1: return leaf
    half = 1 << (size - 1).bit_length() - 1
    if index < half: return sha(b"\1", root_from(leaf, index, half, path[:-1]), path[-1])
    return sha(b"\1", path[-1], root_from(leaf, index - half, size - half, path[:-1]))
def field_hash(salt, name, value):
    return sha(b"\0", salt, struct.pack(">H", len(name)), name, struct.pack(">Q", len(value)), value)
def salt_of(key, label, i):
    return hmac.digest(key, label + struct.pack(">I", i), "sha256")[:16]
def entry_of(root):
    return b"onrecord/v1 entry\n" + base64.b64encode(root) + b"\n"
def check_field_0(name, value, n):
    m = re.fullmatch(rb"v1 [a-z0-9.-]{1,64} fields=([1-9][0-9]*)", value)
    need(name == b"record" and m and int(m[1]) == n, "field 0 does not say how many fields there are")
def read_record(body):
    """Fields and root of a record as records/ has it."""
    key, (n,), at, fields = body[:32], struct.unpack(">I", body[32:36]), 36, []
    need(1 <= n <= 4096, "too many fields")
    for _ in range(n):
        end = at + 2 + struct.unpack(">H", body[at:at + 2])[0]
        name, size = body[at + 2:end], struct.unpack(">Q", body[end:end + 8])[0]
        need(re.fullmatch(rb"[a-z0-9.-]{1,64}", name) and size <= len(body) - end - 8, "a field that is cut short")
        fields.append((name, body[end + 8:end + 8 + size]))
        at = end + 8 + size
    need(at == len(body), "bytes behind a record")
    check_field_0(*fields[0], n)
    return fields, tree_root([field_hash(salt_of(key, b"field", i), *f) for i, f in enumerate(fields)])

# An archive: archive.md, log.md
def tile_number(n):
    return re.sub(r"\d{3}(?=\d)", r"x\g<0>/", str(n).zfill((len(str(n)) + 2) // 3 * 3))
def stamp_holds(note, token, ca, chain):
    """openssl's word: today, or, for certificates that have expired since, at the time of the stamp itself."""
    chain = b"".join(re.findall(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", chain, re.S))
    files = {"note": note, "tsr": token, "chain": chain, "ca": read(ca)}
    args = "ts -verify -data note -in tsr -CAfile ca".split() + ["-untrusted", "chain"] * bool(chain)
    m = re.search(r"Time stamp: (.*?)(?:\.\d+)?( \d{4}) GMT", openssl(["ts", "-reply", "-in", "tsr", "-text"], **files).stdout)
    when = calendar.timegm(time.strptime(m[1] + m[2], "%b %d %H:%M:%S %Y")) if m else 0
    return any(openssl(args + more, **files).returncode == 0 for more in ([], ["-attime", str(when)]))

class Archive:
    def __init__(self, path, args):
        self.path, self.args, self.problems, self.leaves, self.tokens, self.policy = path, args, [], [], [], None
        self.warc, self.warc_at, self.serial, self.seen = None, 0, 0, set()
    def bad(self, where, text): self.problems.append("%s: %s" % (where, text))
    def names(self, folder):
        top = os.path.join(self.path, folder)
        return sorted(os.path.relpath(os.path.join(d, f), top) for d, _, files in os.walk(top) for f in files)
    def log_signed(self, note, alone):
        text, signers = open_note(note, [self.key])
        need(sum(map(bool, signers)) == 1 and not (alone and len(signers) > 1), "not signed once, or by others too")
        need(checkpoint(text)[0] == self.key.name, "another origin")
        return checkpoint(text)
    def check_span(self, fields):
        get = dict(reversed(fields))
        if not {b"warc.file", b"warc.offset", b"warc.length", b"warc.sha256", b"warc.main"} & set(get): return
        name, offset, length = get[b"warc.file"].decode(), number(get[b"warc.offset"]), number(get[b"warc.length"])
        m = re.fullmatch(r"onrecord-[0-9]{14}-([0-9]{5,})\.warc\.gz", name)
        need(m and length, "a span that makes no sense")
        need(offset <= number(get.get(b"warc.main", b"%d" % offset)) < offset + length, "warc.main outside its span")
        if name != self.warc:
            need(int(m[1]) == self.serial + 1, "WARC files do not follow each other")
            self.end_warc(False)
            self.warc, self.warc_at, self.serial, self.seen = name, 0, int(m[1]), self.seen | {name}
        need(offset == self.warc_at, "spans do not follow each other")
        digest, self.warc_at = hashlib.sha256(), offset + length
        with open(os.path.join(self.path, "warc", name), "rb") as f:
            f.seek(offset)
            for at in range(0, length, MIB): digest.update(f.read(min(MIB, length - at)))
        need(get[b"warc.sha256"] == digest.hexdigest().encode(), "warc/%s at %d is not what was sealed" % (name, offset))
    def end_warc(self, last):
        if self.warc and os.path.getsize(os.path.join(self.path, "warc", self.warc)) != self.warc_at:
            need(last, "warc/%s: bytes that no entry covers" % self.warc)
            print("warc/%s: bytes that no entry covers yet" % self.warc)
    def read_token(self, index, body):
        n = 2 + struct.unpack(">H", body[:2])[0]
        end = n + 2 + struct.unpack(">H", body[n:n + 2])[0]
        leaf, note, data = body[2:n], body[n + 2:end], body[end:]
        m = LEAF.fullmatch(leaf)
        need(m and (m[3] or m[4]) and end <= len(body), "not a token")
        need(b64(m[3] or m[4], 32) == sha(data), "a token that has not the hash of its leaf")
        if m[3]:
            c = self.log_signed(note, True)
            need(c[1] == number(m[2]) <= index, "a token about another size")
            self.tokens.append((index, m[1], c, note, data))
        elif index < self.size:
            self.policy = data
        need(m[3] or (not note and index < self.size), "a policy with a checkpoint, or not sealed")
        return leaf
    def leaf_of(self, kind, index, body, place):
        leaf, m = body, LEAF.fullmatch(body)
        if kind == 1:
            fields, root = read_record(body)
            self.check_span(fields)
            leaf = entry_of(root)
        elif kind == 3: leaf = self.read_token(index, body)
        else:
            need(kind == 2 and m and (m[5] or (m[6] and index == 0)) and index < self.size, "a leaf that cannot be here")
        need(place == (self.serial, self.warc_at), "the frame's head says another place in warc/")
        return leaf
    def frames(self):
        index, files = 0, self.names("records")
        for name in files:
            data, at = read(self.path, "records", name), 0
            need(name == "%012d.rec" % index, "records/%s: no entry knows it" % name)
            while at < len(data):
                where, head = "records/%s: offset %d" % (name, at), data[at:at + 40]
                size = int.from_bytes(head[16:24], "big")
                body = data[at + 72:at + 72 + size]
                if len(body) != size or sha(head, body) != data[at + 40:at + 72]:
                    need(index >= self.size and name == files[-1], where + ": a frame that is damaged or cut short")
                    print(where + ": an unfinished frame")
                    return
                magic, kind, i, _, *place = struct.unpack(">4sIQQQQ", head)
                need(magic == b"ORF1" and i == index and size <= 64 * MIB, where + ": not frame %d" % index)
                try: self.leaves.append(self.leaf_of(kind, index, body, tuple(place)))
                except (Bad, KeyError, ValueError, struct.error, OSError) as e: raise Bad("%s: entry %d: %s" % (where, index, e))
                at, index = at + 72 + size, index + 1
    def tree(self):
        """Hashes of each level of tiles: of the entries, then of each 256 below."""
        self.levels = [[sha(b"\0", e) for e in self.leaves]]
        while len(self.levels[-1]) >= 256:
            below = self.levels[-1]
            self.levels.append([tree_root(below[i:i + 256]) for i in range(0, len(below) // 256 * 256, 256)])
    def root_at(self, size):
        node = []
        for i, level in enumerate(self.levels):
            edge = level[size >> 8 * i + 8 << 8:size >> 8 * i] + node
            node = [tree_root(edge)] if edge else []
        return node[0] if node else sha()
    def tiles(self, size):
        """Each file below log/ against what the entries give; and none that a log of this size has is missing."""
        rows = {str(i): level[:size >> 8 * i] for i, level in enumerate(self.levels)}
        rows["entries"], want = [struct.pack(">H", len(e)) + e for e in self.leaves[:size]], set()
        for name, row in rows.items():
            for at in range(0, len(row), 256):
                width = min(256, len(row) - at)
                want.add("tile/%s/%s" % (name, tile_number(at // 256)) + (".p/%d" % width if width < 256 else ""))
        for name in self.names("log"):
            m = re.fullmatch(r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", name)
            here = name in ("state", "checkpoint")
            if m:
                n, width = int(re.sub("[x/]", "", m[2])), int(m[3] or 256)
                part = rows.get(m[1], [])[n * 256:n * 256 + width]
                here = len(part) == width and m[2] == tile_number(n)
                if read(self.path, "log", name) != b"".join(part): self.bad("log/" + name, "differs from what the records give")
            if not here and not name.endswith(".tmp"): self.bad("log/" + name, "does not belong here")
            want.discard(name)
        for name in want: self.bad("log/" + name, "missing")
    def told(self):
        """What tokens say, beyond being what was sealed: cosignatures, and time stamps when --ca is there."""
        sizes = {}
        for index, kind, c, note, data in self.tokens:
            sizes.setdefault(c[1], {"note": note}).setdefault(kind, []).append(data)
        policy = Policy(self.policy) if self.policy else None
        for size, t in sorted(sizes.items()):
            if policy and b"cosig" in t:
                signers = open_note(t["note"] + b"".join(t[b"cosig"]), [self.key] + policy.witnesses())[1]
                print("%d entries: %switnessed as the policy wants" % (size, "" if policy.satisfied(signers) else "NOT "))
            for token in t.get(b"rfc3161", []) if self.args.ca else []:
                if not stamp_holds(t["note"], token, self.args.ca, b"".join(t.get(b"chain", []))):
                    self.bad("%d entries" % size, "openssl refuses a time stamp")
    def verify(self):
        need(read(self.path, "format") == b"onrecord archive v1\n", "format: another version, or damaged")
        self.key = Key(self.args.key[0].encode() if self.args.key else read(self.path, "keys/log.vkey"))
        published = self.log_signed(read(self.path, "log/checkpoint"), False)
        state = self.log_signed(read(self.path, "log/state"), True)
        need(state[1] > published[1] or state == published, "log/state: not what log/checkpoint says, or behind it")
        known, self.size = [("log/checkpoint", published), ("log/state", state)], state[1]
        home = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
        outside = os.path.join(home, "onrecord", sha(self.key.vkey)[:16].hex())
        if os.path.exists(outside):
            known.append((outside, self.log_signed(read(outside), True)))
            need(known[2][1][1] <= self.size, "an older copy: this machine knows more signed entries")
        self.frames()
        self.end_warc(True)
        for name in set(self.names("warc")) - self.seen: self.bad("warc/" + name, "no entry knows it")
        self.tree()
        for where, (_, size, root) in known + [("entry %d" % i, c) for i, _, c, _, _ in self.tokens]:
            if size > len(self.leaves) or self.root_at(size) != root:
                self.bad(where, "its root is not the one that the records give")
        self.tiles(published[1])
        self.told()
        return "%d entries of %s, %d sealed" % (len(self.leaves), self.key.name.decode(), published[1])

# What was handed over: disclosure.md, policy.md
def read_value(text):
    if not text.startswith(b"="):
        need(b64(text).decode("utf-8", "replace").encode() != b64(text), "UTF-8 in base64")
        return b64(text)
    value = re.sub(rb"\\([0-9a-f]{2})", lambda m: bytes([int(m[1], 16)]), text[1:])
    again = STEERS.sub(lambda m: "".join("\\%02x" % b for b in m[0].encode()), value.decode())
    need(text[1:] == again.encode(), "a value in another spelling")
    return value
def read_parts(lines, word):
    """A key or None; (first, end, hash) of what is withheld, (first, end, salt, name, value) of what is shown; how many."""
    key, parts, at = None, [], 0
    if lines and lines[0].startswith(b"key "): key, lines = b64(lines[0][4:], 32), lines[1:]
    for line in lines:
        w = line.split(b" ", 4 if word == b"field" and line.startswith(word) else 3)
        need(number(w[1]) == at, "positions that do not follow each other")
        if w[0] == b"withheld": parts.append((at, number(w[2]) + 1, b64(w[3], 32)))
        else:
            need(w[0] == word and (len(w) == 4 or re.fullmatch(rb"[a-z0-9.-]{1,64}", w[3])), "neither shown nor withheld")
            parts.append((at, at + 1, None if w[2] == b"-" else b64(w[2], 16), b"".join(w[3:-1]), read_value(w[-1])))
        need(at < parts[-1][1] < 2**32, "positions that make no sense")
        at = parts[-1][1]
    return key, parts, at
def parts_root(parts, total, key, label):
    """The root over what is shown, and the largest possible nodes over what is withheld."""
    def node(first, end):
        if parts and parts[0][:2] == (first, end):
            _, _, *p = parts.pop(0)
            need(len(p) == 1 or (p[0] is None) == (key is not None), "salts beside a key, or none")
            return (p[0], True) if len(p) == 1 else (field_hash(p[0] or salt_of(key, label, first), p[1], p[2]), False)
        need(end - first > 1, "not a part of the tree")
        middle = first + (1 << (end - first - 1).bit_length() - 1)
        (left, hidden), (right, too) = node(first, middle), node(middle, end)
        need(not (hidden and too), "withheld as two where one hash would do")
        return sha(b"\1", left, right), False
    parts = list(parts)
    return node(0, total)[0]
def read_disclosure(data):
    """The record's root, and how many fields are shown."""
    lines = data.split(b"\n")
    need(lines[0] == b"onrecord/v1 disclosure" and lines[-1] == b"" and lines[1][:5] == b"root ", "not a disclosure")
    groups, trees, last = [[]], {}, -1
    for line in lines[2:-1]: groups.append([line]) if line.startswith(b"tree ") else groups[-1].append(line)
    key, fields, total = read_parts(groups[0], b"field")
    shown = [p for p in fields if len(p) == 5]
    need(shown and shown[0][0] == 0, "field 0 is not shown")
    check_field_0(*shown[0][3:], total)
    need(parts_root(fields, total, key, b"field") == b64(lines[1][5:], 32), "the fields are not those of the record")
    for i, _, _, name, value in shown:
        m = re.fullmatch(b"tree:(" + HASH + rb"):(utf8-64|fixed-4096):([1-9][0-9]*)", value)
        if m and re.fullmatch(rb".+\.tree", name):
            trees[i] = name[:-5], b64(m[1], 32), m[2], number(m[3])
    whole = len(shown) == total
    for word, *rest in groups[1:]:
        i, n = map(number, word.split(b" ")[1:])
        need(last < i and i in trees, "a tree that no field names")
        (name, want, rule, length), last = trees.pop(i), i
        own, chunks, count = read_parts(rest, b"chunk")
        opened = [c for c in chunks if len(c) == 5]
        most, least = (64, 61) if rule == b"utf8-64" else (4096, 4096)
        need(n == count and opened and all(least <= len(c[4]) <= most or c[1] == n and c[4] for c in opened), "chunks that cannot be")
        need((own and key) is None and bool(own or key) == (len(opened) == n), "a key that is out of place")
        use = hmac.digest(key, name, "sha256") if key else own
        need(parts_root(chunks, n, use, b"chunk") == want, "the chunks are not those of the tree")
        need(len(opened) < n or sum(len(c[4]) for c in opened) == length, "another length")
        whole = whole and len(opened) == n
    need((whole and not trees) == (key is not None), "the record's key is given when all is shown, and only then")
    return b64(lines[1][5:], 32), len(shown)
def check_proof(data, entry, args):
    head, _, note = data.partition(b"\n\n")
    lines = head.split(b"\n")
    need(lines.pop(0) == b"c2sp.org/tlog-proof@v1", "not a tlog-proof of version 1")
    if lines and lines[0].startswith(b"extra "): b64(lines.pop(0)[6:])
    need(lines and lines[0].startswith(b"index ") and len(lines) <= 64, "not a tlog-proof")
    policy = Policy(read(args.policy)) if args.policy else None
    logs = [Key(k.encode()) for k in args.key] or (policy.logs if policy else [])
    need(logs, "no key was given (--key, --policy): nothing can be checked")
    text, signers = open_note(note, logs + (policy.witnesses() if policy else []))
    origin, size, root = checkpoint(text)
    need(any(k and k in logs and k.name == origin for k in signers), "the log's key has not signed")
    need(not policy or policy.satisfied(signers), "not witnessed enough")
    index = number(lines[0][6:])
    need(root_from(sha(b"\0", entry), index, size, [b64(h, 32) for h in lines[1:]]) == root, "not an entry of the log")
    return "entry %d of %s, under the checkpoint of %d entries" % (index, origin.decode(), size)
def check_file(path, args):
    data = read(path)
    if data.startswith(b"onrecord/v1 disclosure\n"):
        return "intact, %d fields shown; that it is in a log takes the proof" % read_disclosure(data)[1]
    root, shown = read_disclosure(read(re.sub(r"\.tlog-proof$", "", path) + ".disclosure"))
    return check_proof(data, entry_of(root), args) + ", with %d fields shown" % shown
def main():
    p, code = argparse.ArgumentParser(description=__doc__), 0
    p.add_argument("--key", action="append", default=[], help="the log's verifier key, as you know it")
    p.add_argument("--policy", help="a policy file, for proofs")
    p.add_argument("--ca", help="certificates to trust for time stamps; without it they are not checked")
    p.add_argument("what", nargs="+", help="an archive's folder, a .tlog-proof (its .disclosure beside it), a .disclosure")
    args = p.parse_args()
    for path in args.what:
        archive = Archive(path, args)
        try: said = archive.verify() if os.path.isdir(path) else check_file(path, args)
        except (Bad, OSError, KeyError, ValueError, IndexError, struct.error) as e: archive.problems.append(str(e) or repr(e))
        for text in archive.problems: print("%s: %s" % (path, text), file=sys.stderr)
        print("%s: %s" % (path, "NOT verified" if archive.problems else "verified: " + said))
        code = 1 if archive.problems else code
    return code

sys.exit(main())
