#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The sample newsroom: three invented outlets and a wire agency, served as of a given time.

usage: server.py [--port N] [--port-file FILE] [--at TIME] [--seconds N]

Hosts end in .localhost, which curl and browsers look for on this machine: harbour-post.localhost,
meridian-daily.localhost, kestrel-online.localhost, northwire.localhost, and oddities.localhost for replies that
break rules. `POST /_clock` with an ISO time in the body moves the story's clock; `GET /_clock` tells it.
Replies are written byte by byte, and the same time gives the same bytes.
"""
import argparse
import gzip
import html
import json
import socketserver
import threading
import time
import zlib
from datetime import datetime, timezone
from email.utils import format_datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
STORIES = json.loads((HERE / "stories.json").read_text(encoding="utf-8"))
MIB = 1 << 20


class Clock:
    def __init__(self, at):
        self.lock = threading.Lock()
        self.at = at

    def get(self):
        with self.lock:
            return self.at

    def set(self, at):
        with self.lock:
            self.at = at


def iso(text):
    return datetime.fromisoformat(text)


def version_at(page, now):
    """The newest version that is out by then, or None."""
    out = [v for v in page["versions"] if iso(v["from"]) <= now]
    return out[-1] if out else None


def json_ld(story):
    node = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": story["title"],
            "inLanguage": story["language"], "datePublished": story["published"],
            "author": [{"@type": "Person", "name": name} for name in story.get("authors", [])],
            "publisher": {"@type": "Organization", "name": story["site"]}}
    if story.get("updated"):
        node["dateModified"] = story["updated"]
    return json.dumps(node, ensure_ascii=False)


def paragraphs(story):
    return "\n".join(f"<p>{html.escape(p)}</p>" for p in story["text"])


def harbour_post(s, url):
    note = f'<p class="correction"><em>{html.escape(s["correction"])}</em></p>' if s.get("correction") else ""
    updated = f' <span>| and last updated {html.escape(s["updated_shown"])}</span>' if s.get("updated_shown") else ""
    return f"""<!DOCTYPE html>
<html lang="{s['language']}" dir="{s.get('dir', 'ltr')}">
<head><meta charset="utf-8"><title>{html.escape(s['title'])} - {s['site']}</title>
<link rel="canonical" href="{url}"><meta property="og:title" content="{html.escape(s['title'])}">
<meta property="og:site_name" content="{s['site']}"><meta property="article:published_time" content="{s['published']}">
<script type="application/ld+json">{json_ld(s)}</script></head>
<body><nav><ul><li><a href="/">Home</a></li><li><a href="/world">World</a></li><li><a href="/harbour">Harbour</a></li></ul></nav>
<main><article><h1>{html.escape(s['title'])}</h1>
<div class="byline">By {html.escape(' and '.join(s.get('authors', [])))}</div>
<div class="stamp">Posted at <time datetime="{s['published']}">{html.escape(s['published_shown'])}</time>{updated}</div>
<figure><img src="/quay.jpg" alt=""><figcaption>The ministry building on the quay.</figcaption></figure>
<div class="article-body">
{paragraphs(s)}
{note}
</div></article>
<aside class="related"><h2>Related</h2><a href="/a">Ferry timetable changes</a> <a href="/b">Market prices this week</a></aside></main>
<footer>&copy; {s['site']}. An invented newspaper.</footer></body></html>
"""


def meridian_daily(s, url):
    credit = f'<p class="agency">{html.escape(s["credit"])}</p>' if s.get("credit") else ""
    return f"""<!doctype html>
<html lang="{s['language']}"{' dir="rtl"' if s.get('dir') == 'rtl' else ''}>
<head><meta http-equiv="Content-Type" content="text/html; charset={s.get('encoding', 'utf-8')}">
<title>{html.escape(s['title'])} | {s['site']}</title><link rel="canonical" href="{url}">
<meta property="og:title" content="{html.escape(s['title'])}"><meta property="og:locale" content="{s['language']}">
<meta property="article:published_time" content="{s['published']}">
<meta property="article:modified_time" content="{s.get('updated') or s['published']}">
<meta name="author" content="{html.escape(', '.join(s.get('authors', [])))}"></head>
<body><div id="page"><div class="topmenu"><a href="/">Front page</a> <a href="/politics">Politics</a></div>
<div itemscope itemtype="https://schema.org/NewsArticle"><h1 itemprop="headline">{html.escape(s['title'])}</h1>
<p class="dateline">{html.escape(s['published_shown'])}</p>
<div itemprop="articleBody">
{paragraphs(s)}
</div>{credit}</div>
<div class="comments"><h3>Comments</h3><p>Anonymous: I read this twice, and then I read it to my neighbour, who had heard it.</p></div>
</div></body></html>
"""


def kestrel_online(s, url):
    return f"""<!DOCTYPE html>
<html lang="{s['language']}"><head><meta charset="utf-8"><title>{html.escape(s['title'])}</title>
<meta property="og:title" content="{html.escape(s['title'])}"><meta property="og:url" content="{url}">
<meta property="og:site_name" content="{s['site']}"></head>
<body><header><a href="/">KESTREL</a></header>
<section><h1>{html.escape(s['title'])}</h1>
<div class="when"><time datetime="{s['published']}">{html.escape(s['published_shown'])}</time></div>
<div class="entry-content">
{paragraphs(s)}
</div><div class="share"><a href="#">Share</a> <a href="#">Save</a></div></section>
<div class="sidebar"><p>Sign up for the morning letter.</p></div></body></html>
"""


LAYOUT = {"harbour-post": harbour_post, "northwire": harbour_post, "meridian-daily": meridian_daily,
          "kestrel-online": kestrel_online}
BLOCK_PAGE = "<!doctype html><title>Access denied</title><h1>Access denied</h1><p>Your request was blocked.</p>"
PLAIN = ("<!doctype html><html lang=en><head><title>A short page</title></head><body><h1>A short page</h1>"
         "<p>This page is served in an unusual way, and it says the same whichever way that is. "
         "Its words are here to be compared, one by one, with what was kept.</p></body></html>\n").encode()


def hostile_page():
    title = "Hostile \u202egnp.exe\u202c &lt;script&gt;alert(1)&lt;/script&gt; \x1b[31mred\x1b[0m"
    attrs = " ".join(f'a{i}="{i}"' for i in range(2000))
    return (f"<html><head><title>{title}</title></head><body {attrs}><script>alert(document.cookie)</script>"
            + "<p>Before the nesting\x00 a paragraph of ordinary length, so that there is something to read.</p>"
            + "<div>" * 20000 + "deep" + "</div>" * 20000
            + "<table>" * 300 + "<a><b><i>" * 300 + "</body></html>").encode()


class Handler(socketserver.StreamRequestHandler):
    timeout = 30

    def head(self, status, reason, fields):
        lines = [f"HTTP/1.1 {status} {reason}"] + [f"{k}: {v}" for k, v in fields] + ["", ""]
        self.wfile.write("\r\n".join(lines).encode("latin-1"))

    def common(self, kind="text/html; charset=utf-8"):
        now = self.server.clock.get().astimezone(timezone.utc)
        return [("Date", format_datetime(now, usegmt=True)), ("Server", "sample-newsroom"), ("Content-Type", kind),
                ("Connection", "close")]

    def whole(self, status, reason, body, kind="text/html; charset=utf-8", more=()):
        self.head(status, reason, self.common(kind) + list(more) + [("Content-Length", len(body))])
        self.wfile.write(body)

    def chunks(self, pieces, more=(), trailer=b""):
        self.head(200, "OK", self.common() + list(more) + [("Transfer-Encoding", "chunked")])
        for i, piece in enumerate(pieces):
            self.wfile.write(b"%x%s\r\n%s\r\n" % (len(piece), b";note=first" if i == 0 else b"", piece))
        self.wfile.write(b"0\r\n" + trailer + b"\r\n")

    def handle(self):
        request = self.rfile.readline(65537).decode("latin-1").split()
        fields = {}
        for line in iter(lambda: self.rfile.readline(65537), b""):
            if line in (b"\r\n", b"\n"):
                break
            name, _, value = line.decode("latin-1").partition(":")
            fields[name.strip().lower()] = value.strip()
        if len(request) < 2:
            return
        host = fields.get("host", "").split(":")[0].removesuffix(".localhost")
        try:
            self.answer(request[0], host, request[1], fields)
        except (BrokenPipeError, ConnectionResetError, TimeoutError):
            pass

    def answer(self, method, host, path, fields):
        if path == "/_clock":
            if method == "POST":
                body = self.rfile.read(int(fields.get("content-length", "0")))
                self.server.clock.set(iso(body.decode().strip()))
            return self.whole(200, "OK", self.server.clock.get().isoformat().encode(), "text/plain")
        if host == "oddities":
            return getattr(self, "odd_" + path.strip("/").replace("-", "_"), self.missing)()
        page = STORIES["pages"].get(f"{host}{path}")
        if page and "redirect" in page:
            return self.whole(301, "Moved Permanently", b"moved\n", "text/plain", [("Location", page["redirect"])])
        version = version_at(page, self.server.clock.get()) if page else None
        if not version:
            return self.missing()
        story = {**page, **version}
        port = self.server.server_address[1]
        encoding = story.get("encoding", "utf-8")
        body = LAYOUT[host](story, f"http://{host}.localhost:{port}{path}").encode(encoding)
        modified = format_datetime(iso(version["from"]).astimezone(timezone.utc), usegmt=True)
        more = [("Last-Modified", modified)]
        kind = f"text/html; charset={encoding}"
        if story.get("delivery") == "gzip" and "gzip" in fields.get("accept-encoding", ""):
            return self.whole(200, "OK", gzip.compress(body, mtime=0), kind, more + [("Content-Encoding", "gzip")])
        if story.get("delivery") == "chunked":
            return self.chunks([body[i:i + 900] for i in range(0, len(body), 900)], more)
        return self.whole(200, "OK", body, kind, more)

    def missing(self):
        self.whole(404, "Not Found", b"<!doctype html><title>Not found</title><h1>Not found</h1>")

    odd_missing = missing

    def odd_redirect(self):
        self.whole(301, "Moved Permanently", b"", more=[("Location", "/relative-redirect")])

    def odd_relative_redirect(self):
        self.whole(302, "Found", b"", more=[("Location", "./gzip")])

    def odd_loop(self):
        self.whole(302, "Found", b"", more=[("Location", "/loop")])

    def odd_to_file(self):
        self.whole(302, "Found", b"", more=[("Location", "file:///etc/passwd")])

    def odd_chunked(self):
        self.chunks([PLAIN[:40], PLAIN[40:41], PLAIN[41:]], trailer=b"X-Checksum: none\r\n")

    def odd_gzip(self):
        self.whole(200, "OK", gzip.compress(PLAIN, mtime=0), more=[("Content-Encoding", "gzip")])

    def odd_deflate(self):
        self.whole(200, "OK", zlib.compress(PLAIN), more=[("Content-Encoding", "deflate")])

    def odd_chunked_gzip(self):
        body = gzip.compress(PLAIN, mtime=0)
        self.chunks([body[:25], body[25:]], [("Content-Encoding", "gzip")])

    def odd_blocked(self):
        self.whole(403, "Forbidden", BLOCK_PAGE.encode())

    def odd_truncated(self):
        self.head(200, "OK", self.common() + [("Content-Length", len(PLAIN) + 500)])
        self.wfile.write(PLAIN)

    def odd_no_content(self):
        self.head(204, "No Content", self.common())

    def odd_not_html(self):
        self.whole(200, "OK", bytes(range(256)) * 8, "application/octet-stream")

    def odd_hostile(self):
        self.whole(200, "OK", hostile_page(), "text/html; charset=utf-8")

    def odd_bomb(self):
        pack = zlib.compressobj(9, zlib.DEFLATED, 31)
        pieces = [pack.compress(bytes(MIB)) for _ in range(2048)] + [pack.flush()]
        self.whole(200, "OK", b"".join(pieces), more=[("Content-Encoding", "gzip")])

    def odd_endless(self):
        self.head(200, "OK", self.common() + [("Transfer-Encoding", "chunked")])
        end = time.monotonic() + 120
        while time.monotonic() < end:
            self.wfile.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")

    def odd_endless_headers(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for i in range(1 << 24):
            self.wfile.write(b"X-More-%d: %s\r\n" % (i, b"y" * 100))

    def odd_slow(self):
        self.head(200, "OK", self.common() + [("Content-Length", len(PLAIN))])
        for i in range(0, len(PLAIN), 16):
            self.wfile.write(PLAIN[i:i + 16])
            self.wfile.flush()
            time.sleep(0.05)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64


def main():
    parser = argparse.ArgumentParser(description="the sample newsroom")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--port-file")
    parser.add_argument("--at", default="2024-03-14T07:30:00+02:00")
    parser.add_argument("--seconds", type=float, default=3600)
    args = parser.parse_args()
    with Server(("127.0.0.1", args.port), Handler) as server:
        server.clock = Clock(iso(args.at))
        if args.port_file:
            Path(args.port_file).write_text(f"{server.server_address[1]}\n")
        threading.Timer(args.seconds, server.shutdown).start()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
