#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What bad input gets: one clear line, the documented exit code, and nothing kept so far is harmed.
. "$(dirname "$0")/lib.sh"
newsroom
"$ONRECORD" init --no-passphrase -q "$T/a" >/dev/null 2>&1
export ONRECORD_DIR=$T/a
odd=http://oddities.localhost:$port
"$ONRECORD" add -q "$odd/gzip"
say_one_line() {
	is "$1: one line on standard error" 1 "$(wc -l <"$T/err")"
}
for page in redirect chunked gzip deflate chunked-gzip no-content not-html slow missing hostile; do
	exits "$page is kept" 0 "$ONRECORD" add -q "$odd/$page"
done
for page in loop to-file; do
	exits "$page is kept as far as it goes, and said" 6 "$ONRECORD" add -q "$odd/$page"
	say_one_line "$page"
done
exits "a block page is kept, and said" 5 "$ONRECORD" add -q "$odd/blocked"
exits "a reply cut short is kept, and said" 6 "$ONRECORD" add -q "$odd/truncated"
exits "an endless reply ends at --max-bytes" 6 "$ONRECORD" add -q --max-bytes 2000000 "$odd/endless"
exits "endless headers are refused" 3 "$ONRECORD" add -q "$odd/endless-headers"
say_one_line "endless headers"
exits "a gzip bomb is kept, and not unpacked without end" 0 "$ONRECORD" add -q "$odd/bomb"
exits "no server" 4 "$ONRECORD" add -q http://127.0.0.1:1/
say_one_line "no server"
exits "no such host" 4 "$ONRECORD" add -q http://no-such-host.invalid/
exits "some of several fail" 6 "$ONRECORD" add -q http://127.0.0.1:1/ "$odd/gzip"
printf '\357\273\277%s\r\nnews.example/x\n# %s\n%080000d\n\n%s' "$odd/gzip" "$odd/none" 0 "$odd/chunked" >"$T/list"
exits "a list with bad lines is fetched but for them" 6 "$ONRECORD" add - <"$T/list"
is "both URLs are kept" 2 "$(grep -c '^kept' "$T/out")"
is "both bad lines are named" "line 2: line 4: " "$(grep -o 'line [0-9]*: ' "$T/err" | tr -d '\n')"
exits "a list of nothing else is a usage error" 2 "$ONRECORD" add - <<<"news.example/x"
exits "no such file" 1 "$ONRECORD" add -q "$T/none.warc"
printf 'hello' >"$T/x.bin"
exits "a file that is no archive, without --url" 2 "$ONRECORD" add -q "$T/x.bin"
exits "a saved page with --url" 0 "$ONRECORD" add -q --url http://news.example/x --type text/plain "$T/x.bin"
printf '\x1f\x8b\x08\x00nonsense' >"$T/x.gz"
exits "gzip that is no archive" 3 "$ONRECORD" add -q "$T/x.gz"
printf 'WARC/1.1\r\nWARC-Type: response\r\nContent-Length: 99999999999999999999\r\n\r\n' >"$T/x.warc"
exits "a WARC with an impossible length" 3 "$ONRECORD" add -q "$T/x.warc"
python3 - "$T" <<'P'
import sys
http = b'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>x'
def rec(i, length=None):
    return (f'WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-00000000000{i}>\r\n'
            f'WARC-Target-URI: http://news.example/{i}\r\nWARC-Date: 2024-03-14T00:00:00Z\r\n'
            f'Content-Type: application/http;msgtype=response\r\nContent-Length: {length or len(http)}\r\n\r\n').encode() + http + b'\r\n\r\n'
open(sys.argv[1] + '/bad.warc', 'wb').write(rec(1) + rec(2, '12x') + rec(3))
open(sys.argv[1] + '/escape.warc', 'wb').write(rec(4).replace(b'WARC-Date', b'WARC-Truncated: \x1b]0;owned\x07\r\nWARC-Date') + rec(5, '\x1b[2J'))
open(sys.argv[1] + '/cut.warc', 'wb').write(rec(1) + rec(2)[:-20])
with open(sys.argv[1] + '/header.warc', 'wb') as f:
    f.write(b'WARC/1.1\r\nWARC-Type: response\r\nX: ')
    for _ in range(64): f.write(b'y' * (1 << 20))
P
exits "a WARC with one bad record keeps the others" 6 "$ONRECORD" add "$T/bad.warc"
is "both of them" 2 "$(grep -c '^kept' "$T/out")"
say_one_line "the bad one, with file and offset"
is "the line names the byte" 1 "$(grep -c "bad.warc: offset [1-9]" "$T/err")"
exits "a WARC with escape sequences is imported" 6 "$ONRECORD" add "$T/escape.warc"
"$ONRECORD" ls >>"$T/out"
is "none of them reaches the terminal" 0 "$(cat "$T/out" "$T/err" | tr -d -c '\033\007' | wc -c)"
exits "a truncated WARC keeps what is whole" 6 "$ONRECORD" add -q "$T/cut.warc"
exits "a header without end" 3 "$ONRECORD" add -q "$T/header.warc"
ln -s bad.warc "$T/link.warc"
ln -s circle.warc "$T/circle.warc"
exits "a link to an archive is followed, one that leads nowhere costs itself" 6 \
	"$ONRECORD" add "$T/circle.warc" "$T/link.warc" "$T" "$odd/gzip"
is "all that can be had is kept" 3 "$(grep -c '^kept' "$T/out")"
is "what cannot is said" 3 "$(wc -l <"$T/err")"
exits "a wrong option" 2 "$ONRECORD" ls --frobnicate
exits "a name that no log can have" 2 "$ONRECORD" init --no-passphrase "$T/new" --origin 'two words'
is "makes nothing" 1 "$([ -e "$T/new" ]; echo $?)"
exits "errors are JSON with --json" 1 "$ONRECORD" show '#99999' --json
is "with a text and a code" "['code', 'error'] not found" "$(json "' '.join([str(sorted(rows[0])), rows[0]['code']])" <"$T/err")"
exits "those in the arguments too" 2 "$ONRECORD" ls --frobnicate --json
is "wherever --json stands" usage "$(json "rows[0]['code']" <"$T/err")"
sed 's/2024-03-14T/2024-99-99T/' "$T/bad.warc" >"$T/undated.warc"
exits "records without a readable date are not in a CDXJ index" 6 "$ONRECORD" cdxj "$T/undated.warc"
is "no line has a date of its own making" 0 "$(wc -l <"$T/out")"
is "which is said" 2 "$(grep -c "date '2024-99-99" "$T/err")"
exits "no archive there" 1 "$ONRECORD" -C "$T" ls
exits "no such capture" 1 "$ONRECORD" show '#99999'

mkfifo "$T/hold"
"$ONRECORD" add -q - <"$T/hold" & writer=$!
exec 9>"$T/hold"
sleep 0.5
exits "a second writer is refused" 3 "$ONRECORD" add -q "$odd/gzip"
say_one_line "a second writer"
ok "readers are not" "$ONRECORD" ls
exec 9>&-
wait $writer
"$ONRECORD" add -q - <"$T/hold" & writer=$!
exec 9>"$T/hold"
sleep 0.5
kill -ABRT $writer
wait $writer
is "a bug of ours has its own exit code" 70 $?
exec 9>&-

if [ "$(id -u)" != 0 ]; then
	chmod -R a-w "$T/a"
	exits "a read-only folder cannot be added to" 3 "$ONRECORD" add -q "$odd/gzip"
	ok "but verified" "$ONRECORD" verify
	chmod -R u+w "$T/a"
elif command -v setpriv >/dev/null; then
	cp -a "$T/a" "$T/ro" && chown -R 65534:65534 "$T/ro" && chmod 755 "$T" && chmod -R a-w "$T/ro" && chmod -R a+rX "$T/ro"
	nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups env XDG_STATE_HOME= HOME= "$@"; }
	cp "$ONRECORD" "$T/onrecord" && chmod 755 "$T/onrecord"
	exits "a read-only folder cannot be added to" 3 nobody "$T/onrecord" -C "$T/ro" add -q "$odd/gzip"
	ok "but listed" nobody "$T/onrecord" -C "$T/ro" ls
	ok "and verified" nobody "$T/onrecord" -C "$T/ro" verify
fi

if [ "$(id -u)" = 0 ] && mkdir "$T/small" && mount -t tmpfs -o size=3m tmpfs "$T/small" 2>/dev/null; then
	"$ONRECORD" init --no-passphrase -q "$T/small/a" >/dev/null 2>&1
	"$ONRECORD" -C "$T/small/a" add -q "$odd/gzip" "$odd/chunked"
	exits "a full disk ends the command" 3 "$ONRECORD" -C "$T/small/a" add -q --max-bytes 8000000 "$odd/endless"
	say_one_line "a full disk"
	ok "and what was kept still verifies" "$ONRECORD" -C "$T/small/a" verify
	is "both captures are there" 2 "$("$ONRECORD" -C "$T/small/a" ls | wc -l)"
	umount "$T/small"
else
	skip "a full disk ends the command" "no tmpfs can be mounted here"
fi
ok "nothing that was kept is harmed" "$ONRECORD" verify --deep
