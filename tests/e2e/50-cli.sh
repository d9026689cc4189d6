#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The command line as scripts and terminals see it: entries that are no captures.
. "$(dirname "$0")/lib.sh"
newsroom
"$ONRECORD" init --json "$T/a" --origin example.org/desk >"$T/init" 2>/dev/null
export ONRECORD_DIR=$T/a
odd=http://oddities.localhost:$port
python3 - "$T" <<'P'
import gzip, sys
def rec(i):
    http = b'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>' + b'word ' * 400 + str(i).encode()
    return (f'WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{i:012d}>\r\n'
            f'WARC-Target-URI: http://news.example/{i}\r\nWARC-Date: 2024-03-14T00:00:00Z\r\n'
            f'Content-Type: application/http;msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n').encode() + http + b'\r\n\r\n'
for name, n in ('few', 3), ('many', 3000):
    open(f'{sys.argv[1]}/{name}.warc.gz', 'wb').write(b''.join(gzip.compress(rec(i), 1) for i in range(n)))
P

"$ONRECORD" add -q "$T/few.warc.gz" "$odd/gzip" "$odd/blocked"
source=$("$ONRECORD" ls --json | json "[i for i in range(6) if i not in [r['index'] for r in rows]][0]")
ok "an entry about an imported file can be shown" "$ONRECORD" show "#$source"
is "with its fields" "$T/few.warc.gz" "$("$ONRECORD" show --json "#$source" | json "rows[0]['record']['source.file']")"
is "and its kind" "source" "$("$ONRECORD" show --json "#$source" | json "rows[0]['kind']")"
ok "and verified" "$ONRECORD" verify "#$source"
exits "it has no bytes of its own" 1 "$ONRECORD" cat "#$source"
exits "an index behind the log's end is none" 1 "$ONRECORD" show '#6'
mv "$T/a/catalog.db" "$T/catalog.db"
ok "by its index a capture is verified without a catalog" "$ONRECORD" verify '#0'
mv "$T/catalog.db" "$T/a/catalog.db"

