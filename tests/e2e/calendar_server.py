#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A small OpenTimestamps calendar with a block chain of its own, for tests.

usage: calendar_server.py --port-file FILE --headers FILE

  POST /digest            32 bytes -> a pending attestation of this calendar
  GET /timestamp/HEX      404 until a block was mined, then the way to its Merkle root
  POST /_mine             one block for each message that waits; headers are written to FILE at an easy target
  GET /_seen              what was posted to /digest, in hex, a line each
"""
import argparse
import hashlib
import http.server
import struct
from pathlib import Path

PENDING = bytes.fromhex("83dfe30d2ef90c8e")
BITCOIN = bytes.fromhex("0588960d73d71901")


def varuint(n):
    out = bytearray()
    while n >= 0x80:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    return bytes(out) + bytes([n])


def attestation(tag, payload):
    return b"\x00" + tag + varuint(len(payload)) + payload


def double(b):
    return hashlib.sha256(hashlib.sha256(b).digest()).digest()


class Chain:
    def __init__(self, path):
        self.path, self.prev, self.height, self.lines = path, bytes(32), 100, []
        self.seen, self.blocks = [], {}

    def mine(self, message):
        root = hashlib.sha256(message).digest()
        front = struct.pack("<I", 1) + self.prev + root + struct.pack("<II", 1710394200 + self.height, 0x207FFFFF)
        for nonce in range(1000):
            header = front + struct.pack("<I", nonce)
            if double(header)[31] < 0x7F:
                break
        self.prev, self.height = double(header), self.height + 1
        self.blocks[message.hex()] = self.height
        self.lines.append(f"{self.height} {header.hex()}\n")
        self.path.write_text("# mined for a test\n" + "".join(self.lines))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        chain = self.server.chain
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/_mine":
            for message in chain.seen:
                if message.hex() not in chain.blocks:
                    chain.mine(message)
            self.answer(200)
        elif self.path == "/digest" and len(body) == 32:
            chain.seen.append(body)
            uri = f"http://127.0.0.1:{self.server.server_port}".encode()
            self.answer(200, attestation(PENDING, varuint(len(uri)) + uri))
        else:
            self.answer(400)

    def do_GET(self):
        chain = self.server.chain
        name = self.path.rpartition("/")[2]
        if self.path == "/_seen":
            self.answer(200, "".join(m.hex() + "\n" for m in chain.seen).encode())
        elif name in chain.blocks:
            self.answer(200, b"\x08" + attestation(BITCOIN, varuint(chain.blocks[name])))
        else:
            self.answer(404)

    def log_message(self, *_):
        pass


options = argparse.ArgumentParser()
options.add_argument("--port-file", required=True)
options.add_argument("--headers", required=True)
options = options.parse_args()
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.chain = Chain(Path(options.headers))
Path(options.port_file).write_text(str(server.server_port))
server.serve_forever()
