#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Anchors in a folder that somebody else has written to: nothing untrue is shown, nothing is hidden, and the honest
# tokens lose nothing.
. "$(dirname "$0")/lib.sh"

newsroom
stamping_authority
calendar
A=$T/archive
folder="python3 $here/folder.py"
ok "an archive is made" "$ONRECORD" init --no-passphrase "$A"
ok "a page is kept" "$ONRECORD" -C "$A" add -q "http://127.0.0.1:$port/"
cp "$T/tsa/root.pem" "$A/root.pem"
printf 'tsa here %s root.pem\ncalendar %s\n' "$tsa" "$calendar" >"$A/authorities"
ok "and anchored" "$ONRECORD" -C "$A" anchor --allow-private
ok "another page is kept" "$ONRECORD" -C "$A" add -q "http://127.0.0.1:$port/"
last=$("$ONRECORD" -C "$A" ls --json | tail -n 1 | sed 's/.*"index":\([0-9]*\).*/\1/')
cp -r "$A" "$T/kept"
cp -r "$T/state" "$T/state-kept"
again() {
	chmod -R u+w "$A"
	rm -rf "$A" "$T/state"
	cp -r "$T/kept" "$A"
	cp -r "$T/state-kept" "$T/state"
}

$folder forge "$A"
exits "a catalog that names a token which is in no log" 1 "$ONRECORD" -C "$A" show "#$last"
says "is found out" 'entry 0 is not what it was taken for'
is "and no time is told by it" 0 "$(grep -c 'existed before' "$T/out")"
ok "the list is made from the records" "$ONRECORD" -C "$A" anchor --list
is "and has what was sealed" 2 "$(wc -l <"$T/out")"

again
$folder sql "$A" "insert into token values(70000, 'ots', 999999999, 0, 0)"
ok "a catalog that says all is anchored" "$ONRECORD" -C "$A" anchor --allow-private
says "keeps nobody from being asked" '2 kept'

again
printf junk >"$T/junk"
$folder plant "$A" rfc3161 "$T/junk"
ok "a token that nobody gave, as if it were a stamp" "$ONRECORD" -C "$A" anchor --allow-private
says "keeps nobody from being asked either" '2 kept'
exits "it is told" 1 "$ONRECORD" -C "$A" verify
says "by its entry" 'entry [0-9]*: anchor of kind rfc3161: '
$folder sql "$A" "delete from token"
exits "and not hidden by a catalog that lacks it" 1 "$ONRECORD" -C "$A" anchor --list
says "from the list" 'rfc3161 of .*: FAILS'

again
printf -- '-----BEGIN NOTHING-----\nAAAA\n-----END NOTHING-----\n' >"$T/junk"
$folder plant "$A" chain "$T/junk"
ok "certificates that are none" "$ONRECORD" -C "$A" anchor --allow-private
ok "take nothing away" "$ONRECORD" -C "$A" verify
says "from the stamps that are there" ' 2 of 4 anchors checked to the end'

again
printf junk >"$T/junk"
chmod -R u+w "$A"
rm -rf "$A" "$T/state"
ok "one checkpoint" "$ONRECORD" init --no-passphrase "$A"
ok "of one page" "$ONRECORD" -C "$A" add -q "http://127.0.0.1:$port/"
printf 'calendar %s\n' "$calendar" >"$A/authorities"
ok "promised by a calendar" "$ONRECORD" -C "$A" anchor --allow-private
$folder plant-again "$A" ots "$T/junk"
curl -s -X POST "$calendar/_mine" >"$T/mined"
ok "a proof that is none" "$ONRECORD" -C "$A" anchor --upgrade --allow-private
says "does not keep the block from being fetched" 'proof of 1 entries: a block'

again
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$T/own.key" -out "$A/root.pem" \
	-days 9 -subj '/CN=Test root' 2>"$T/openssl"
ok "another root of the same name" "$ONRECORD" -C "$A" verify
says "vouches for nothing" ' 0 of 2 anchors'
cp "$T/tsa/root.pem" "$A/root.pem"
ok "with the right one" "$ONRECORD" -C "$A" verify
says "it is said where it comes from" 'authorities.*--tsa-ca'
ok "and not when the reader brings it" "$ONRECORD" -C "$A" verify --tsa-ca "$T/tsa/root.pem"
is "himself" 0 "$(grep -c 'use --tsa-ca' "$T/err")"
