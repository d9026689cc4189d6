#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The catalog is a cache: what it claims is not believed, and losing it loses nothing.
. "$(dirname "$0")/lib.sh"
newsroom
"$ONRECORD" init --no-passphrase -q "$T/a" >/dev/null 2>&1
export ONRECORD_DIR=$T/a
odd=http://oddities.localhost:$port
story=http://harbour-post.localhost:$port/world/ministry-answers-letter
"$ONRECORD" add -q "$odd/gzip"
cp -a "$T/a" "$T/older"
"$ONRECORD" add -q "$story" "$odd/missing"
n=$("$ONRECORD" ls --json "$story" | json "rows[0]['index']")
"$ONRECORD" show --json "#$n" >"$T/honest"
# sql STATEMENT
sql() {
	python3 -c 'import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()' "$T/a/catalog.db" "$1"
}
sql "update capture set url='http://forged.example/', key='example,forged)/', time_ns=0, title='Forged', status=200, mime='text/plain' where idx=$n"
ok "a capture whose row is forged verifies" "$ONRECORD" verify "#$n"
is "under the URL of its record" "verified: #$n $story" "$(cat "$T/out")"
is "and that the catalog is wrong is said" 1 "$(grep -c "#$n: the catalog does not say what the record says" "$T/err")"
is "show says what the record says" "$(cat "$T/honest")" "$("$ONRECORD" show --json "#$n" 2>/dev/null)"
exits "the forged URL names no capture" 1 "$ONRECORD" verify http://forged.example/
exits "nor for cat" 1 "$ONRECORD" cat http://forged.example/
sql "update capture set id=(select id from capture where idx=0) where idx=$n"
id=$(json "rows[0]['id'][:12]" <"$T/honest")
ok "reindex puts it right" "$ONRECORD" reindex
ok "by its id too" "$ONRECORD" verify "$id"
is "without a word" "" "$(cat "$T/err")"

cp -a "$T/older/." "$T/old"
exits "one capture of an older copy is checked like all of it" 1 "$ONRECORD" -C "$T/old" verify '#0'
is "and told apart" "older: as it was sealed: #0 $odd/gzip" "$(cat "$T/out")"
cp -a "$T/a" "$T/b"
printf 'x' >>"$T/b/log/state"
exits "a damaged log/state is seen by verify of one capture" 1 "$ONRECORD" -C "$T/b" verify '#0'
is "which is not verified" "NOT verified: #0 $odd/gzip" "$(cat "$T/out")"

"$ONRECORD" -C "$T/old" ls --json | json "[(r['url'], r['title']) for r in rows]" >"$T/want"
before=$(sha256sum "$T"/old/log/* "$T"/old/records/* "$T"/old/warc/* 2>/dev/null)
ok "an older copy is reindexed" "$ONRECORD" -C "$T/old" reindex
is "to the same list" "$(cat "$T/want")" "$("$ONRECORD" -C "$T/old" ls --json | json "[(r['url'], r['title']) for r in rows]")"
is "and nothing else of it is changed" "$before" "$(sha256sum "$T"/old/log/* "$T"/old/records/* "$T"/old/warc/* 2>/dev/null)"
is "no temporary file stays" "" "$(ls "$T/old" | grep tmp)"
printf 'XXXXXXXX' | dd of="$T/a/records/000000000000.rec" bs=1 seek=$(($(stat -c %s "$T/a/records/000000000000.rec") - 9)) conv=notrunc 2>/dev/null
exits "a damaged archive is reindexed up to the damage" 6 "$ONRECORD" reindex
is "which is named" 1 "$(grep -c 'records/000000000000.rec: offset' "$T/err")"
is "with what is before it" 2 "$("$ONRECORD" ls 2>/dev/null | wc -l)"
rm -f "$T"/old/catalog.db*
ok "without a catalog, and none to be made, captures are listed all the same" "$ONRECORD" -C "$T/old" ls
is "from the records" 1 "$(grep -c "sealed $odd/gzip" "$T/out")"
is "and that is said" 1 "$(grep -c 'listed from the records' "$T/err")"
ok "shown too" "$ONRECORD" -C "$T/old" show '#0'
is "and written out" "$("$ONRECORD" -C "$T/a" cat '#0' 2>/dev/null | sha256sum)" "$("$ONRECORD" -C "$T/old" cat '#0' 2>/dev/null | sha256sum)"
