#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A small time-stamping authority (RFC 3161) with its own certificate authority, for tests: the openssl command does
the work, this serves it.

usage: tsa_server.py --dir DIR --port-file FILE [--port N]

Makes in DIR (empty, or made by an earlier run on the same port) a root, an issuing authority and a signer of time
stamps, and then writes the port to FILE. DIR/root.pem is what to trust. Everything is on http://127.0.0.1:PORT:
  POST /            application/timestamp-query -> application/timestamp-reply
  POST /stale       answers the first request that it ever saw, whatever is asked
  POST /rejects     status 2, no token
  POST /html        a page, as gateways send, with status 200
  POST /broken      a reply whose signature has one bit changed
  POST /busy        HTTP 503
  GET /root.cer /issuing.cer /root.crl /issuing.crl    DER, as the certificates say where they are
  POST /ocsp        about the signer's and the issuing authority's certificates
  POST /_revoke     with a CRL reason in the body, "superseded" or "none": revokes the signer, renews the list
  GET /_count       how many requests for stamps came
"""
import argparse
import http.server
import subprocess
import threading
from pathlib import Path

# SEQUENCE { SEQUENCE { INTEGER 2, SEQUENCE { UTF8String } } }
REJECTION = bytes.fromhex("301930170201023012" "0c10") + b"no stamps today."

CONFIG = """
[ req ]
distinguished_name = dn
prompt = no
[ dn ]
CN = none
[ root ]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[ issuing ]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
authorityInfoAccess = caIssuers;URI:{url}/root.cer,OCSP;URI:{url}/ocsp
crlDistributionPoints = URI:{url}/root.crl
[ signer ]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
authorityInfoAccess = caIssuers;URI:{url}/issuing.cer,OCSP;URI:{url}/ocsp
crlDistributionPoints = URI:{url}/issuing.crl
[ ca_root ]
database = {dir}/root.index
serial = {dir}/root.serial
crlnumber = {dir}/root.crlnumber
certificate = {dir}/root.pem
private_key = {dir}/root.key
new_certs_dir = {dir}
default_md = sha256
default_days = 30
default_crl_days = 7
policy = any
unique_subject = no
[ ca_issuing ]
database = {dir}/issuing.index
serial = {dir}/issuing.serial
crlnumber = {dir}/issuing.crlnumber
certificate = {dir}/issuing.pem
private_key = {dir}/issuing.key
new_certs_dir = {dir}
default_md = sha256
default_days = 30
default_crl_days = 7
policy = any
unique_subject = no
[ any ]
commonName = supplied
[ tsa ]
serial = {dir}/stamps.serial
signer_cert = {dir}/signer.pem
signer_key = {dir}/signer.key
signer_digest = sha256
certs = {dir}/issuing.pem
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha384, sha512
accuracy = secs:1
tsa_name = yes
ess_cert_id_alg = sha256
"""


class Authority:
    """Files in one folder, and the openssl commands over them."""

    def __init__(self, folder, url):
        self.dir = folder
        self.lock = threading.Lock()
        self.count = 0
        self.first = None
        self.config = folder / "openssl.cnf"
        self.config.write_text(CONFIG.format(dir=folder, url=url), encoding="utf-8")
        if not (folder / "signer.pem").exists():
            self.make()

    def openssl(self, *words, data=b""):
        done = subprocess.run(["openssl", *map(str, words)], input=data, cwd=self.dir, capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(f"openssl {words}: {done.stderr.decode(errors='replace')}")
        return done.stdout

    def key_and_request(self, name, cn):
        self.openssl("req", "-new", "-config", self.config, "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                     "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={cn}")

    def make(self):
        for ca in ("root", "issuing"):
            (self.dir / f"{ca}.index").write_text("")
            (self.dir / f"{ca}.serial").write_text("1000\n")
            (self.dir / f"{ca}.crlnumber").write_text("01\n")
        (self.dir / "stamps.serial").write_text("01\n")
        self.openssl("req", "-x509", "-config", self.config, "-extensions", "root", "-newkey", "ec", "-pkeyopt",
                     "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "root.key", "-out", "root.pem", "-days", "60",
                     "-subj", "/CN=Test root")
        self.key_and_request("issuing", "Test issuing authority")
        self.sign("root", "issuing")
        self.key_and_request("signer", "Test time stamps")
        self.sign("issuing", "signer")
        for name in ("root", "issuing"):
            self.openssl("x509", "-in", f"{name}.pem", "-outform", "der", "-out", f"{name}.cer")
            self.list_of(name)

    def sign(self, ca, name):
        self.openssl("ca", "-batch", "-config", self.config, "-name", f"ca_{ca}", "-extensions", name, "-notext",
                     "-in", f"{name}.csr", "-out", f"{name}.pem")

    def list_of(self, ca):
        pem = self.openssl("ca", "-config", self.config, "-name", f"ca_{ca}", "-gencrl")
        (self.dir / f"{ca}.crl").write_bytes(self.openssl("crl", "-outform", "der", data=pem))

    def revoke(self, reason):
        words = [] if reason == "none" else ["-crl_reason", reason]
        with self.lock:
            self.openssl("ca", "-config", self.config, "-name", "ca_issuing", "-revoke", "signer.pem", *words)
            self.list_of("issuing")

    def stamp(self, query, stale=False):
        with self.lock:
            self.count += 1
            self.first = self.first or query
            (self.dir / "query.tsq").write_bytes(self.first if stale else query)
            return self.openssl("ts", "-reply", "-config", self.config, "-section", "tsa", "-queryfile", "query.tsq")

    def ocsp(self, query):
        """Which authority it is about, the request does not say in words: the one that knows the serial answers."""
        with self.lock:
            (self.dir / "query.ocsp").write_bytes(query)
            for ca in ("issuing", "root"):
                self.openssl("ocsp", "-index", f"{ca}.index", "-CA", f"{ca}.pem", "-rsigner", f"{ca}.pem", "-rkey",
                             f"{ca}.key", "-reqin", "query.ocsp", "-respout", "reply.ocsp", "-ndays", "1")
                text = self.openssl("ocsp", "-respin", "reply.ocsp", "-resp_text", "-noverify")
                if b"Cert Status: unknown" not in text:
                    break
            return (self.dir / "reply.ocsp").read_bytes()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def reply(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        name = self.path.lstrip("/")
        if name in ("root.cer", "issuing.cer"):
            self.reply(200, "application/pkix-cert", (self.server.authority.dir / name).read_bytes())
        elif name in ("root.crl", "issuing.crl"):
            self.reply(200, "application/pkix-crl", (self.server.authority.dir / name).read_bytes())
        elif name == "_count":
            self.reply(200, "text/plain", b"%d\n" % self.server.authority.count)
        else:
            self.reply(404, "text/plain", b"not here\n")

    def do_POST(self):
        authority = self.server.authority
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kind = self.headers.get("Content-Type", "")
        if self.path == "/_revoke":
            authority.revoke(body.decode().strip())
            self.reply(200, "text/plain", b"revoked\n")
        elif self.path == "/ocsp":
            self.reply(200, "application/ocsp-response", authority.ocsp(body))
        elif self.path == "/busy":
            self.reply(503, "text/plain", b"later\n")
        elif self.path == "/html":
            self.reply(200, "text/html", b"<!doctype html><title>Sign in to the network</title>\n")
        elif kind != "application/timestamp-query":
            self.reply(415, "text/plain", b"no application/timestamp-query\n")
        elif self.path == "/rejects":
            self.reply(200, "application/timestamp-reply", REJECTION)
        elif self.path in ("/", "/stale", "/broken"):
            stamp = bytearray(authority.stamp(body, self.path == "/stale"))
            if self.path == "/broken":
                stamp[-1] ^= 1
            self.reply(200, "application/timestamp-reply", bytes(stamp))
        else:
            self.reply(404, "text/plain", b"not here\n")

    def log_message(self, *_):
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--port-file", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    options.dir.mkdir(parents=True, exist_ok=True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
    port = server.server_address[1]
    server.authority = Authority(options.dir.resolve(), f"http://127.0.0.1:{port}")
    options.port_file.write_text(f"{port}\n", encoding="utf-8")
    server.serve_forever()


main()
