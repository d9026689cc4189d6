#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Three witnesses of which two are needed, two over HTTP and one by files; a fork, a rollback, an older copy of a
# witness's folder, and a checkpoint in somebody else's hands.
. "$(dirname "$0")/lib.sh"
me=$XDG_STATE_HOME
export ONRECORD_DIR=$T/a
unset ONRECORD_PASSPHRASE_FILE
page() {
	printf '<title>%s</title><p>%s' "$1" "$1" >"$T/page.html"
	"$ONRECORD" add -q "$T/page.html" --url "http://news.example/$1" >/dev/null
}
vkey=$("$ONRECORD" init --no-passphrase --json "$T/a" --origin example.org/desk 2>/dev/null | json "rows[-1]['vkey']")
printf 'seventeen swans\n' >"$T/pass"
printf 'sixteen swans\n' >"$T/wrong"
exits "a witness without a passphrase or a terminal" 2 setsid -w "$ONRECORD" witness init --name example.org/x "$T/x" </dev/null
is "is not made" "" "$(ls "$T/x" 2>/dev/null)"
for name in alice bob carol; do
	how=(--no-passphrase)
	[ "$name" != carol ] || how=(--low-memory --passphrase-file "$T/pass")
	XDG_STATE_HOME=$T/state-$name "$ONRECORD" witness init --json "${how[@]}" --name "example.org/$name" "$T/$name" >"$T/$name.json" 2>/dev/null
	result $? "$name makes a witness"
	ok "$name trusts the log" env XDG_STATE_HOME="$T/state-$name" "$ONRECORD" witness trust -C "$T/$name" "$vkey"
	declare "$name=$(json "rows[-1]['vkey']" <"$T/$name.json")"
done
is "a witness's key is of the kind that cosigns" 1 "$(grep -c '+B' "$T/alice/vkey")"
is "and nobody else can read its private part" 600 "$(stat -c %a "$T/alice/key")"
is "a key under a passphrase lies in no other file" "format lock logs onrecord.age vkey" \
	"$(ls "$T/carol" | tr '\n' ' ' | sed 's/ $//')"
is "and is as private" 600 "$(stat -c %a "$T/carol/onrecord.age")"
rm "$T/bob/format" # as a crash at the end of init leaves it
exits "a folder with a key is not finished under another name" 1 "$ONRECORD" witness init --no-passphrase --name example.org/eve "$T/bob"
ok "under its own it is" "$ONRECORD" witness init --no-passphrase --name example.org/bob "$T/bob"
yes | timeout 20 "$ONRECORD" witness sign -C "$T/bob" - >"$T/out" 2>&1
is "a request without an end is refused" 3 $?
env -u XDG_STATE_HOME -u HOME timeout 2 "$ONRECORD" witness serve -C "$T/bob" --listen 127.0.0.1:0 >"$T/out" 2>"$T/err"
is "a witness that could not notice an older copy says so" 1 "$(grep -c 'no outside copy' "$T/err")"
exits "trusted once is enough" 1 env XDG_STATE_HOME="$T/state-bob" "$ONRECORD" witness trust -C "$T/bob" "$vkey"

# serve NAME OPTION...: sets $url and $server
serve() {
	: >"$T/$1.port"
	XDG_STATE_HOME=$T/state-$1 "$ONRECORD" witness serve --json -C "$T/$1" --listen 127.0.0.1:0 "${@:2}" >"$T/$1.port" 2>"$T/$1.log" &
	server=$!
	servers+=($server)
	for _ in $(seq 100); do [ -s "$T/$1.port" ] && break; sleep 0.1; done
	url=http://127.0.0.1:$(json "rows[-1]['port']" <"$T/$1.port")
}
serve alice
url_alice=$url
pid_alice=$server
serve bob
url_bob=$url
pid_bob=$server

exits "without a policy nobody is asked" 1 "$ONRECORD" witness ask
cat >"$T/policy" <<P
log $vkey
witness alice $alice $url_alice/w1/
witness bob $bob $url_bob
witness carol $carol
group two 2 alice bob carol
quorum two
P
head -c -1 "$T/policy" >"$T/cut"
exits "a policy that is cut short is refused" 3 "$ONRECORD" policy "$T/cut"
sed "s/example.org\/desk/example.org\/other/" "$T/policy" >"$T/wrong"
exits "one with a key that is none is refused" 3 "$ONRECORD" policy "$T/wrong"
exits "there is none yet" 1 "$ONRECORD" policy
ok "a policy is sealed" "$ONRECORD" policy "$T/policy"
"$ONRECORD" policy >"$T/shown"
ok "and shown" cmp "$T/policy" "$T/shown"

page one
is "nobody has witnessed it" None "$("$ONRECORD" ls --json | json "rows[-1]['witnessed']")"
kill -STOP "$pid_bob" 2>/dev/null
kill "$pid_bob"; kill -CONT "$pid_bob"; wait "$pid_bob"
is "a witness that is told to stop ends in order" 0 $?
exits "one of two answers" 6 "$ONRECORD" witness ask
is "the quorum is not there" 1 "$(grep -c 'quorum not reached, needs 2 of 3: alice; missing bob, carol' "$T/out")"
is "ls says so" 1 "$("$ONRECORD" ls | grep -c 'witnessed by alice (needs 2 of 3)\]')"
is "and its JSON" "False ['alice']" "$("$ONRECORD" ls --json | json "rows[0]['witnessed']['quorum'], [b['name'] for b in rows[0]['witnessed']['by']]" | tr -d '(),' )"

# carol by files, about the checkpoint that there is now; the log goes on in between
ok "a request for carol" "$ONRECORD" witness request carol -o "$T/request"
is "begins with what she has cosigned" "old 0" "$(head -n 1 "$T/request")"
before=$(find "$T/carol" -type f -exec sha256sum {} + | sort)
carol_signs() {
	setsid -w env XDG_STATE_HOME="$T/state-carol" "$ONRECORD" witness sign -C "$T/carol" "$T/request" -o "$T/answer" "$@" </dev/null
}
exits "she does not sign it without her passphrase" 3 carol_signs
is "and says so in one line" "1 1" "$(wc -l <"$T/err") $(grep -c '^onrecord: .*: onrecord.age needs its passphrase' "$T/err")"
exits "nor with a wrong one" 3 carol_signs --passphrase-file "$T/wrong"
exits "nor serves" 3 setsid -w "$ONRECORD" witness serve -C "$T/carol" --listen 127.0.0.1:0 --passphrase-file "$T/wrong" </dev/null
is "and nothing has changed" "$before" "$(find "$T/carol" -type f -exec sha256sum {} + | sort)"
ok "she signs it" carol_signs --passphrase-file "$T/pass"
is "with one line" 1 "$(wc -l <"$T/answer")"
page two
ok "her answer is imported over a checkpoint that is not the last" "$ONRECORD" witness import "$T/answer"
is "says who and when" 1 "$(grep -c '^witnessed by carol at 20..-..-..T..:..:..Z$' "$T/out")"
ok "twice does no harm" "$ONRECORD" witness import "$T/answer"
sed 's/./A/60' "$T/answer" >"$T/bent"
exits "an answer that was changed is not taken" 1 "$ONRECORD" witness import "$T/bent"

# bob again, on another port
serve bob
sed "s#$url_bob#$url#" "$T/policy" >"$T/policy2"
ok "the policy changes" "$ONRECORD" policy "$T/policy2"
ok "both answer" "$ONRECORD" witness ask
is "the quorum is there" 1 "$(grep -c 'quorum reached, 2 of 3: alice, bob; missing carol' "$T/out")"
is "ls says it of both pages" 2 "$("$ONRECORD" ls | grep -c 'witnessed 20..-..-..T..:..:..Z by alice, bob (2 of 3)\]')"
is "show too" 1 "$("$ONRECORD" show '#1' | grep -c 'witnessed 20..-..-..T..:..:..Z by alice, bob (2 of 3)')"
ok "verify" "$ONRECORD" verify
is "counts the cosignatures" 1 "$(grep -c ', 4 cosignatures' "$T/out")"
hash=$(printf example.org/desk | sha256sum | cut -d' ' -f1)
ok "the witness shows what it cosigned last" curl -sSf -o "$T/held" "$url_alice/w1/$hash/checkpoint"
is "with the log's signature and its own" 2 "$(grep -c '^— ' "$T/held")"
exits "of another log nothing" 22 curl -sSf "$url_alice/$(printf x | sha256sum | cut -d' ' -f1)/checkpoint"
exits "the key is not served" 22 curl -sSf --path-as-is "$url_alice/../key/checkpoint"

ok "verify against what alice holds" "$ONRECORD" verify --against "$T/held"
is "names her" 1 "$(grep -c 'cosigned by example.org/alice: the front of this log' "$T/out")"
is "and says that she is not enough" 1 "$(grep -c 'front of this log (quorum not reached, needs 2 of 3: alice; missing bob, carol)' "$T/out")"
sed 's/^group two 2/group two any/' "$T/policy" >"$T/weak"
"$ONRECORD" policy -q "$T/weak"
"$ONRECORD" policy -q "$T/policy2"
python3 -c 'import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); d.execute("delete from token where idx = (select max(idx) from token where what = ?)", ("policy",)); d.commit()' "$T/a/catalog.db"
ok "a catalog without the last policy" "$ONRECORD" verify --against "$T/held"
is "does not make verify go by another" 1 "$(grep -c 'quorum not reached, needs 2 of 3: alice' "$T/out")"
"$ONRECORD" reindex -q >/dev/null
exits "a policy that is handed in must be satisfied" 1 "$ONRECORD" verify --against "$T/held" --policy "$T/policy"
is "and it is said that it is not" 1 "$(grep -c 'the quorum of .* is not reached: needs 2 of 3: alice' "$T/err")"
sed 's/^group two 2/group two any/' "$T/policy" >"$T/any"
ok "hers is enough for another" "$ONRECORD" verify --against "$T/held" --policy "$T/any"
is "which is said" 1 "$(grep -c 'front of this log (quorum reached, 1 of 3: alice; missing bob, carol)' "$T/out")"
"$ONRECORD" init --no-passphrase --json "$T/b" --origin example.org/else 2>/dev/null | json "rows[-1]['vkey']" >"$T/else"
sed "s#^log .*#log $(cat "$T/else")#" "$T/any" >"$T/for-another"
exits "a policy for another log is not for this one" 1 "$ONRECORD" verify --against "$T/held" --policy "$T/for-another"

# status URL FILE: of a POST
status() {
	curl -sS -o "$T/body" -w '%{http_code}' --data-binary @"$2" "$1/add-checkpoint"
}
is "what she has signed she does not sign from older" 409 "$(status "$url_alice" "$T/request")"
is "and tells her size" "$(sed -n 2p "$T/held")" "$(cat "$T/body")"
head -c 600000 /dev/zero >"$T/zeros"
is "a large body is refused" 413 "$(status "$url_alice" "$T/zeros")"
is "nonsense too" 400 "$(printf x >"$T/x"; status "$url_alice" "$T/x")"

# an older copy of the archive and of its outside copy: what its owner could do to begin another history
cp -a "$T/a" "$T/old"
cp -a "$me" "$T/old-me"
page three
ok "they go on" "$ONRECORD" witness ask
curl -sSf -o "$T/held2" "$url_alice/$hash/checkpoint"
fork() {
	env XDG_STATE_HOME="$T/old-me" "$ONRECORD" -C "$T/old" "$@"
}
exits "an older archive against a later checkpoint" 1 fork verify --against "$T/held2"
is "is said to be older" 1 "$(grep -c '^older: ' "$T/out")"
exits "it is not cosigned: smaller than what they know" 1 fork witness ask
is "and they say so" 2 "$(grep -c 'older copy, or another history' "$T/err")"
for i in 1 2 3 4 5; do
	printf '<title>f</title><p>forged %s' $i >"$T/forged.html"
	fork add -q "$T/forged.html" --url "http://news.example/forged$i" >/dev/null
done
exits "another history is not cosigned" 1 fork witness ask
is "by either" 2 "$(grep -c 'does not go on from what it has cosigned (422)' "$T/err")"
exits "and verify finds it against a witnessed checkpoint" 1 fork verify --against "$T/held2"
is "as a fork" 1 "$(grep -c 'it was forked' "$T/err")"
is "not verified" 1 "$(grep -c '^NOT verified' "$T/out")"
ok "by itself it verifies" fork verify
exits "with the witnesses of a policy in a file" 1 fork verify --against "$T/held2" --policy "$T/policy"

# an older copy of a witness's folder
kill "$server"; wait "$server"
cp -a "$T/bob" "$T/bob-old"
serve bob
sed "s#$url_bob#$url#" "$T/policy" >"$T/policy3"
"$ONRECORD" policy -q "$T/policy3"
ok "bob goes on" "$ONRECORD" witness ask
kill "$server"; wait "$server"
rm -rf "$T/bob"
mv "$T/bob-old" "$T/bob"
"$ONRECORD" witness request bob -o "$T/request"
exits "an older copy of his folder signs nothing" 1 env XDG_STATE_HOME="$T/state-bob" "$ONRECORD" witness sign -C "$T/bob" "$T/request"
is "and says why" 1 "$(grep -c 'an older copy that was put back' "$T/err")"
serve carol --passphrase-file "$T/pass"
ok "carol serves, too" curl -sSf -o "$T/held" "$url/$hash/checkpoint"
is "what she has cosigned" 1 "$(grep -c '^— example.org/carol ' "$T/held")"
ok "the archive verifies at the end" "$ONRECORD" verify
