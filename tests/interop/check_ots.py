#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""python3-opentimestamps reads our proofs, and we read its proofs: the same tree, the same bytes, the same verdict.
usage: check_ots.py MAKE_OTS VECTORS. Prints a line "ok - ...", "not ok - ..." or "skip - ..." a check."""
import binascii
import hashlib
import random
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

from bitcoin.core import CBlockHeader
from opentimestamps.core.dubious.notary import EthereumBlockHeaderAttestation
from opentimestamps.core.notary import (BitcoinBlockHeaderAttestation, LitecoinBlockHeaderAttestation, PendingAttestation,
                                        UnknownAttestation, VerificationError)
from opentimestamps.core.op import (MsgValueError, OpAppend, OpHexlify, OpKECCAK256, OpPrepend, OpReverse, OpRIPEMD160,
                                    OpSHA1, OpSHA256)
from opentimestamps.core.serialize import (BytesDeserializationContext, BytesSerializationContext, DeserializationError)
from opentimestamps.core.timestamp import DetachedTimestampFile, Timestamp

warnings.simplefilter("ignore")
MAKE_OTS, VECTORS = sys.argv[1], Path(sys.argv[2]) / "ots/client-examples"
NAMES = {BitcoinBlockHeaderAttestation: "bitcoin", LitecoinBlockHeaderAttestation: "litecoin",
         EthereumBlockHeaderAttestation: "ethereum"}
# Why we refuse what the other accepts: one proof has one meaning and one spelling with us.
STRICTER = ("shortest form", "says the same twice", "more than 64 bits")
EMPTY = hashlib.sha256(b"").digest()


def result(good, name):
    print(f"{'ok' if good else 'not ok'} - OpenTimestamps: {name}")


def cut(data):
    return data[:64].hex() + (f"... ({len(data)} bytes)" if len(data) > 64 else "")


def listing(proof, keccak):
    """What ots_info prints; without keccak what is below such an operation is not known."""
    lines = [f"file {proof.file_hash_op} {proof.timestamp.msg.hex()}"]

    def add(stamp, known, indent):
        inner = indent + "  " * (len(stamp.attestations) + len(stamp.ops) > 1)
        for a in sorted(stamp.attestations):
            if isinstance(a, PendingAttestation):
                text = f"pending {a.uri}"
            elif isinstance(a, UnknownAttestation):
                text = f"unknown {a.TAG.hex()} {cut(a.payload)}"
            else:
                text = f"{NAMES[type(a)]} block {a.height}"
            lines.append(f"{inner}{text} of {cut(stamp.msg) if known else 'what cannot be computed here'}")
        for op, below in sorted(stamp.ops.items(), key=lambda item: item[0]):
            lines.append(inner + op.TAG_NAME + (f" {cut(op[0])}" if len(op) else ""))
            add(below, known and (keccak or not isinstance(op, OpKECCAK256)), inner)

    add(proof.timestamp, True, "")
    return "\n".join(lines) + "\n"


def write(proof):
    ctx = BytesSerializationContext()
    proof.serialize(ctx)
    return ctx.getbytes()


def read(data):
    try:
        return DetachedTimestampFile.deserialize(BytesDeserializationContext(data))
    except (DeserializationError, ValueError):
        return None


def holds(proof, headers):
    count = 0
    for msg, a in proof.timestamp.all_attestations():
        if isinstance(a, BitcoinBlockHeaderAttestation) and a.height in headers:
            try:
                a.verify_against_blockheader(msg, headers[a.height])
                count += 1
            except VerificationError:
                pass
    return count if isinstance(proof.file_hash_op, OpSHA256) and proof.file_digest == EMPTY else 0


def compare(datas, headers_file, headers):
    """Differences between the two programs over these files, how often we alone refuse, how many both accept."""
    said = subprocess.run([MAKE_OTS, "read", headers_file], input="\n".join(d.hex() for d in datas) + "\n", text=True,
                          capture_output=True, check=True).stdout.splitlines()
    differences, stricter, both = [], 0, 0
    if len(said) != len(datas):
        return [f"{len(said)} answers to {len(datas)} files"], 0, 0
    for data, line in zip(datas, said):
        proof = read(data)
        verdict, rest = line.split(" ", 1)
        if verdict == "refused":
            if proof and any(why in rest for why in STRICTER):
                stricter += 1
            elif proof:
                differences.append(f"refused here only ({rest}): {data.hex()}")
            continue
        count, written, text = rest.split(" ")
        if not proof:
            differences.append(f"refused there only: {data.hex()}")
            continue
        both += 1
        text = binascii.unhexlify(text).decode()
        if written != write(proof).hex():
            differences.append(f"written otherwise: {data.hex()}")
        elif text not in (listing(proof, True), listing(proof, False)):
            differences.append(f"computed otherwise: {data.hex()}")
        elif int(count) != holds(proof, headers):
            differences.append(f"{count} hold here, {holds(proof, headers)} there: {data.hex()}")
    return differences, stricter, both


def flips(data):
    for bit in range(len(data) * 8):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        yield bytes(changed)


def random_attestation(rng):
    kind = rng.randrange(5)
    if kind == 0:
        return PendingAttestation("https://" + "".join(rng.choices("ab./:-_Z9", k=rng.randrange(12))))
    if kind == 1:
        return UnknownAttestation(bytes(rng.choices(range(3), k=8)), bytes(rng.choices(range(256), k=rng.randrange(90))))
    return list(NAMES)[kind - 2](rng.choice((0, 1, 127, 128, 800000, 2**64 - 1, rng.randrange(2**20))))


def random_op(rng):
    arg = bytes(rng.choices(range(256), k=rng.choice((1, 2, 32, 70, 130, 1500))))
    return rng.choice((OpAppend(arg), OpPrepend(arg), OpReverse(), OpHexlify(), OpSHA1(), OpRIPEMD160(), OpSHA256(),
                       OpKECCAK256()))


def random_proof(rng):
    top = Timestamp(EMPTY)
    ends = [top]
    for _ in range(rng.randrange(1, 40)):
        at = rng.choice(ends)
        try:
            ends.append(at.ops.add(random_op(rng)))
        except MsgValueError:
            continue
        for _ in range(rng.choice((0, 0, 1, 3))):
            ends[-1].attestations.add(random_attestation(rng))
    for stamp in ends:
        if not stamp.ops and not stamp.attestations:
            stamp.attestations.add(random_attestation(rng))
    return write(DetachedTimestampFile(OpSHA256(), top))


def check(name, datas, headers_file, headers, least):
    differences, stricter, both = compare(datas, headers_file, headers)
    for line in differences[:5]:
        print(f"# {line[:400]}")
    told = f"{len(datas)} files, {both} accepted by both, {stricter} by the other only"
    result(not differences and both >= least, f"{name}: {told}")


def main():
    text = subprocess.run([MAKE_OTS, "headers"], text=True, capture_output=True, check=True).stdout
    headers = {int(h): CBlockHeader.deserialize(bytes.fromhex(x)) for h, x in (line.split() for line in text.splitlines())}
    rng = random.Random(1)
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(text)
        file.flush()
        for name in ("pending", "calendars", "upgraded"):
            data = bytes.fromhex(subprocess.run([MAKE_OTS, "make", name], text=True, capture_output=True,
                                                check=True).stdout)
            proof = read(data)
            good = proof and write(proof) == data and proof.file_digest == EMPTY
            result(good and holds(proof, headers) == (name == "upgraded"), f"our proof '{name}' is read and verified")
            check(f"'{name}' with each bit flipped", list(flips(data)), file.name, headers, 1)
        proofs = [random_proof(rng) for _ in range(400)]
        check("random proofs", proofs, file.name, headers, len(proofs))
        check("bit flips of random proofs", [d for p in proofs for d in rng.sample(list(flips(p)), 10)], file.name, headers,
              100)
        files = sorted(VECTORS.rglob("*.ots"))
        if files:
            datas = [f.read_bytes() for f in files]
            check("public test data", datas, file.name, headers, sum("invalid" not in f.parts for f in files))
        else:
            print("skip - OpenTimestamps: public test data (ots/client-examples is not there)")


main()
