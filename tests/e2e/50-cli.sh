#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The command line as scripts and terminals see it: JSON of every command, usage errors, entries that are no captures,
# the progress bar, and the man page.
. "$(dirname "$0")/lib.sh"
newsroom
"$ONRECORD" init --no-passphrase --json "$T/a" --origin example.org/desk >"$T/init" 2>/dev/null
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

# keys COMMAND...: the keys of the last object
keys() {
	"$ONRECORD" --json "$@" 2>/dev/null | json "' '.join(rows[-1])"
}
row='index id kind url final time status type length payload truncated title language published updated state witnessed'
is "init --json" "archive vkey" "$(json "' '.join(rows[-1])" <"$T/init")"
"$ONRECORD" add --json "$T/few.warc.gz" "$odd/gzip" "$odd/blocked" http://127.0.0.1:1/ >"$T/add" 2>"$T/err"
is "add --json: an object for each capture, and one about all" "[17, 17, 17, 17, 17, 5]" "$(json "[len(r) for r in rows]" <"$T/add")"
is "what it says about all, the source's entry with it" "{'kept': 5, 'failed': 1, 'partial': 0, 'blocked': 1, 'sealed': 6}" \
	"$(json "rows[-1]" <"$T/add")"
is "add --json: captures" "$row" "$(json "' '.join(rows[0])" <"$T/add")"
is "ls --json" "$row" "$(keys ls)"
is "show --json" "$row record log existed_before appended_after article" "$(keys show '#0')"
is "verify --json" "verified captures entries sealed not_sealed warc_bytes parsed_again cosignatures anchors anchors_holding flagged problems leftovers outside_copy origin key_id size root continues" "$(keys verify)"
vkey=$(json "rows[-1]['vkey']" <"$T/init")
ok "verify --key with the log's key" "$ONRECORD" verify --key "$vkey"
is "names the log, its key, size and root" 1 "$(grep -c "^log example.org/desk, key id [0-9a-f]\{8\}, size 6, root .\{44\}$" "$T/out")"
"$ONRECORD" init --no-passphrase --json "$T/other" --origin example.org/desk >"$T/init2" 2>/dev/null
other=$(json "rows[-1]['vkey']" <"$T/init2")
exits "verify with another key" 1 "$ONRECORD" verify --key "$other"
exits "and of one capture" 1 "$ONRECORD" verify --key "$other" '#0'
exits "a key that is none" 2 "$ONRECORD" verify --key "${vkey%?}"
cp "$T/a/keys/log.vkey" "$T/vkey"
cp "$T/other/keys/log.vkey" "$T/a/keys/log.vkey"
ok "the key given counts, not the archive's" "$ONRECORD" verify --key "$vkey"
cp "$T/vkey" "$T/a/keys/log.vkey"
is "verify --json of one" "capture index url verified problem" "$(keys verify '#0')"
is "reindex --json" "{'entries': 6}" "$("$ONRECORD" reindex --json | json "rows[-1]")"
is "cdxj --json" "urlkey timestamp url mime status digest length offset filename" "$(keys cdxj "$T/few.warc.gz")"
is "cdxj --json says what cdxj says" "$("$ONRECORD" cdxj "$T/few.warc.gz" | cut -d' ' -f1,2)" \
	"$("$ONRECORD" cdxj --json "$T/few.warc.gz" | json "'\n'.join(r['urlkey'] + ' ' + r['timestamp'] for r in rows)")"
printf '<title>T</title><p>x' >"$T/page.html"
is "read is JSON with and without" "$("$ONRECORD" read "$T/page.html")" "$("$ONRECORD" read --json "$T/page.html")"
is "read --json" "url title text authors agency published updated" \
	"$("$ONRECORD" read "$T/page.html" | json "' '.join(list(rows[0])[:7])")"
for where in "--json cat" "cat --json"; do
	exits "$where is refused: cat writes bytes" 2 "$ONRECORD" $where '#0'
done

before=$(cat "$T/a/log/checkpoint")
for url in ftp://x/ gopher://news.example/ file:///etc/passwd; do
	exits "add $url is refused" 2 "$ONRECORD" add "$url"
	is "and it is said why" "onrecord: '$url': only http and https URLs can be captured" "$(cat "$T/err")"
	is "and nothing is said to be sealed" 0 "$(wc -c <"$T/out")"
done
for url in data:,x ftp://news.example/ news.example x http://; do
	exits "--url $url is refused" 2 "$ONRECORD" add --url "$url" "$T/page.html"
done
exits "--url goes with a file, not with a URL" 2 "$ONRECORD" add --url http://news.example/ "$odd/gzip"
exits "read --url data:,x is refused" 2 "$ONRECORD" read --url data:,x "$T/page.html"
exits "a file that is not there" 1 "$ONRECORD" add "$T/none.warc"
is "nothing is said to be sealed when nothing was kept" 0 "$(wc -c <"$T/out")"
while read -r args; do
	exits "surplus arguments are refused: $args" 2 "$ONRECORD" $args
done <<'SURPLUS'
init d e f
ls A B
cat #0 #1
reindex foo
SURPLUS
is "none of that added to the log" "$before" "$(cat "$T/a/log/checkpoint")"
[ ! -e d ] && [ ! -e e ]; result $? "or made a folder"

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

# terminal COMMAND...: runs it with standard error on a terminal, and prints what came there, escapes made visible
terminal() {
	python3 - "$@" <<'P'
import os, pty, subprocess, sys
master, slave = pty.openpty()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=slave)
os.close(slave)
shown = b''
try:
    while piece := os.read(master, 65536):
        shown += piece
except OSError:
    pass
print(shown.replace(b'\x1b', b'ESC').replace(b'\r', b'CR').decode(), 'exit', child.wait())
P
}
terminal "$ONRECORD" add "$T/many.warc.gz" >"$T/bar"
is "a terminal gets a progress bar of what is imported" 1 "$(grep -c "CRESC\[K.*many.warc.gz *[0-9]*%" "$T/bar")"
is "which is taken away at the end" 1 "$(grep -c "CRESC\[K exit 0$" "$T/bar")"
is "and one of what is read" 1 "$(grep -c "CRESC\[Kreading [0-9]" "$T/bar")"
is "verify has one too" 1 "$(terminal "$ONRECORD" verify | grep -c 'CRESC\[Kverifying (MiB) [0-9]')"
is "not with -q" " exit 0" "$(terminal "$ONRECORD" verify -q)"
is "not with --json" " exit 0" "$(terminal "$ONRECORD" verify --json)"
"$ONRECORD" verify >"$T/out" 2>"$T/err"
is "and a file gets none" 0 "$(wc -c <"$T/err")"
"$ONRECORD" add "$T/many.warc.gz" >"$T/out" 2>"$T/err"
is "a long import lists its first hundred captures" 102 "$(wc -l <"$T/out")"
"$ONRECORD" add -v "$T/many.warc.gz" >"$T/out" 2>"$T/err"
is "and all of them with -v" 3001 "$(wc -l <"$T/out")"

"$ONRECORD" ls >/dev/full 2>"$T/err"
is "a standard output that cannot be written is an error" 3 $?
is "and said once" "onrecord: standard output: write: No space left on device" "$(cat "$T/err")"

build=$(cd "$(dirname "$ONRECORD")/../../.." && pwd)
if [ -f "$build/build.ninja" ] && [ -x /usr/bin/meson ]; then
	is "the man page is installed" 1 "$(/usr/bin/meson introspect --installed "$build" | grep -c 'man1/onrecord\.1"')"
else
	skip "the man page is installed" "no build folder around $ONRECORD"
fi
for command in init key add ls show cat read verify witness policy reindex cdxj; do
	is "the man page has $command, its exit codes with it" 1 \
		"$(awk -v c="$command" '/^\.S[sh]/{in_it = $2 == c} in_it && /^Exits with/{n++} END{print n+0}' "$root/docs/man/onrecord.1")"
done
for option in $("$ONRECORD" --help | grep -o -- '--[a-z-]*' | sort -u) \
	$(for c in init key add ls show cat read verify witness policy reindex cdxj; do "$ONRECORD" $c --help | grep -o -- '^ .*--[a-z-]*' | grep -o -- '--[a-z-]*'; done | sort -u); do
	grep -qE -- "Fl -${option#--}( |\$)" "$root/docs/man/onrecord.1" || echo "$option"
done >"$T/missing"
is "the man page has every option of --help" "" "$(grep -v -- '^--help$' "$T/missing" | tr '\n' ' ')"
