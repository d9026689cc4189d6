#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Anchors: time stamps of an authority and proofs of a calendar, kept, upgraded, judged offline, and what they say of
# the entries around them.
. "$(dirname "$0")/lib.sh"

newsroom
stamping_authority
calendar
A=$T/archive
ok "an archive is made" "$ONRECORD" init --no-passphrase "$A"
ok "a page is kept" "$ONRECORD" -C "$A" add -q "http://127.0.0.1:$port/"

exits "without authorities it says what to write" 2 "$ONRECORD" -C "$A" anchor
says "it names a calendar to begin with" 'calendar https://'

cp "$T/tsa/root.pem" "$A/root.pem"
printf '# who is asked\ntsa here %s root.pem\ntsa gone http://127.0.0.1:1/ root.pem\ncalendar %s\n' "$tsa" "$calendar" >"$A/authorities"
exits "one that does not answer makes it partial" 6 "$ONRECORD" -C "$A" anchor --allow-private
says "the one that failed is named" 'gone: .*127.0.0.1:1'
printf 'tsa here %s root.pem\ncalendar %s\n' "$tsa" "$calendar" >"$A/authorities"

ok "nothing new: nobody is asked" "$ONRECORD" -C "$A" anchor --allow-private
says "and that is said" 'nothing was added'
is "the authority was asked once" 1 "$(curl -s "${tsa%/}/_count")"

ok "anchors are listed and judged" "$ONRECORD" -C "$A" anchor --list
says "the time stamp holds" 'rfc3161 of .* entries: holds, 20'
says "the proof is promised" 'ots of .* entries: promised'
: >"$T/none.pem"
ok "without what to trust its chain is not checked" "$ONRECORD" -C "$A" anchor --list --tsa-ca "$T/none.pem"
says "and that is said" 'rfc3161 of .* entries: not checked to the end'

printf 'tsa other http://127.0.0.1:1/ other.pem\n' >"$A/authorities"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$T/other.key" -out "$A/other.pem" \
	-days 9 -subj '/CN=Another root' 2>"$T/openssl"
ok "who asks others now" "$ONRECORD" -C "$A" verify
says "has not lost what the first have said" ' 0 of 2 anchors'
ok "whose time nobody here vouches for" "$ONRECORD" -C "$A" show '#0'
is "and so it is not told" 0 "$(grep -c 'existed before' "$T/out")"
printf 'tsa here %s root.pem\ncalendar %s\n' "$tsa" "$calendar" >"$A/authorities"

exits "a calendar without a block: not yet" 7 "$ONRECORD" -C "$A" anchor --upgrade --allow-private
curl -s -X POST "$calendar/_mine" >"$T/mined"
ok "with a block the proof is fetched" "$ONRECORD" -C "$A" anchor --upgrade --allow-private
ok "and then nothing is owed" "$ONRECORD" -C "$A" anchor --upgrade --allow-private
ok "the block is named" "$ONRECORD" -C "$A" anchor --list
says "and what is missing to check it" 'ots of .*: not checked to the end: Bitcoin block 101'
ok "with block headers" "$ONRECORD" -C "$A" anchor --list --block-headers "$T/headers"
says "one that was made in no time proves nothing" 'ots of .*: not checked to the end: Bitcoin block 101: .*anybody can make that'

ok "a page is kept behind them" "$ONRECORD" -C "$A" add -q "http://127.0.0.1:$port/"
ok "show tells what existed before" "$ONRECORD" -C "$A" show '#0'
says "by the authority's certificate" 'existed before .* by .*(entry '
last=$("$ONRECORD" -C "$A" ls --json | tail -n 1 | sed 's/.*"index":\([0-9]*\).*/\1/')
ok "and what was appended after" "$ONRECORD" -C "$A" show "#$last"
says "by the newest before it" 'appended after .* by .*(entry '

ok "all of it verifies" "$ONRECORD" -C "$A" verify
says "anchors are counted" ' of 3 anchors'
python3 - "$A/catalog.db" <<'P'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("delete from token")
db.commit()
P
ok "a catalog without them" "$ONRECORD" -C "$A" verify
says "hides none" ' of 3 anchors'
ok "and is made anew" "$ONRECORD" -C "$A" reindex -q

if command -v faketime >/dev/null; then
	ok "a capture by a clock that is two days behind" faketime -f -2d "$ONRECORD" -C "$A" add -q "http://127.0.0.1:$port/"
	ok "is kept and sealed" "$ONRECORD" -C "$A" verify
	says "and flagged: it was appended after an anchor" 'flagged: claims the time .* it was appended after'
	says "once" ', 1 flagged for the time'
else
	skip "a back-dated capture is flagged" "faketime is not installed"
fi
sent=$(curl -s "$calendar/_seen" | head -n 1)
digest=$(sha256sum "$A/log/checkpoint" | cut -d' ' -f1)
ok "the calendar never saw the digest of the checkpoint" test -n "$sent" -a "$sent" != "$digest"

for bad in stale rejects broken html busy; do
	printf 'tsa %s %s%s root.pem\n' "$bad" "${tsa%/}/" "$bad" >"$A/authorities"
	exits "an authority that answers with '$bad' is not believed" 4 "$ONRECORD" -C "$A" anchor --again --allow-private
done
ok "nothing of it was kept" "$ONRECORD" -C "$A" verify
says "there are still as many anchors" ' of 3 anchors'
printf 'tsa here\n' >"$A/authorities"
exits "a line that is none is named" 2 "$ONRECORD" -C "$A" anchor
says "by its number" 'authorities:1'
