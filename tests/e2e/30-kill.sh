#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 at random moments during add: what was reported as kept is there afterwards and verifies, and the archive goes
# on. 25 times, or 200 when ONRECORD_TEST_LONG is set.
. "$(dirname "$0")/lib.sh"
newsroom
export ONRECORD_DIR=$T/a
"$ONRECORD" init --no-passphrase -q "$T/a" >/dev/null 2>&1
times=25
[ -n "${ONRECORD_TEST_LONG:-}" ] && times=200
sed "s/PORT/$port/" "$root/tests/newsroom/urls.txt" >"$T/urls"
python3 - "$T" <<'P'
import gzip, sys
def rec(i):
    http = b'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>' + b'word ' * 400 + str(i).encode()
    return (f'WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{i:012d}>\r\n'
            f'WARC-Target-URI: http://news.example/{i}\r\nWARC-Date: 2024-03-14T00:00:00Z\r\n'
            f'Content-Type: application/http;msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n').encode() + http + b'\r\n\r\n'
open(sys.argv[1] + '/many.warc.gz', 'wb').write(b''.join(gzip.compress(rec(i), 1) for i in range(3000)))
P
: >"$T/kept"
lost=0
broken=0
for i in $(seq "$times"); do
	if [ $((i % 2)) = 0 ]; then
		"$ONRECORD" add -v -j $((i % 3 + 1)) - <"$T/urls" >"$T/said" 2>/dev/null & pid=$!
		sleep "0.0$((RANDOM % 10))$((RANDOM % 10))"
	else
		"$ONRECORD" add -v "$T/many.warc.gz" >"$T/said" 2>/dev/null & pid=$!
		sleep "0.$((RANDOM % 5))$((RANDOM % 10))"
	fi
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	# a last line without its newline was not said to its end
	[ -z "$(tail -c 1 "$T/said")" ] || sed -i '$d' "$T/said"
	grep -a '^kept #' "$T/said" >>"$T/kept"
	if ! "$ONRECORD" verify -q >"$T/out" 2>"$T/err"; then
		broken=$((broken + 1))
		cat "$T/err"
	fi
	if [ $((i % 5)) = 0 ]; then
		"$ONRECORD" ls --json >"$T/ls" 2>/dev/null
		python3 - "$T" <<'P' || lost=$((lost + 1))
import json, sys
have = {f"#{r['index']}": r['url'] for r in map(json.loads, open(sys.argv[1] + '/ls'))}
said = [l.split(None, 2)[1:] for l in open(sys.argv[1] + '/kept') if l.endswith('\n')]
gone = [s for s in said if have.get(s[0]) != s[1].strip()]
print(len(said), 'said,', len(gone), 'gone', gone[:3])
sys.exit(bool(gone))
P
	fi
done
is "after each of $times kills the archive verifies" 0 $broken
is "and nothing that was reported as kept is gone" 0 $lost
ok "the archive goes on" "$ONRECORD" add -q "http://northwire.localhost:$port/2024/03/14/envoys-letter"
ok "and verifies, parsed again" "$ONRECORD" verify -q --deep
is "everything is sealed" "{'sealed'}" "$("$ONRECORD" ls --json | json "set(r['state'] for r in rows)")"
