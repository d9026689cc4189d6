#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Proofs that are handed over: written by prove, checked by verify with no archive, refused when anything is changed.
. "$(dirname "$0")/lib.sh"
tokens=$(dirname "$ONRECORD")/../../../tests/interop/add_tokens
verify="$ONRECORD verify"
"$ONRECORD" init --no-passphrase -q "$T/a" --origin example.org/desk >"$T/vkey" 2>&1
for page in "$root"/tests/articles/00[1-7]*.html; do
	"$ONRECORD" -C "$T/a" add -q "$page" --url "https://news.example/$(basename "$page" .html)"
done
key=$(cat "$T/a/keys/log.vkey")
cd "$T" || exit 1
ok "an entry is proved when nobody has witnessed it" "$ONRECORD" -C a prove '#0' -o alone
is "which is said" 1 "$(grep -c '^nobody witnessed it' "$T/out")"
is "two files are written" "entry-0.disclosure entry-0.tlog-proof" "$(echo $(ls alone))"

# three witnesses, of which two are wanted; more is captured afterwards; time stamps are about a later checkpoint
"$tokens" a policy
"$tokens" a note >n1
"$tokens" a cosign n1 3
"$ONRECORD" -C a add -q "$root/tests/articles/008-en-live-ld.html" --url https://news.example/008
"$tokens" a note >n2
"$tokens" a cosign n2 1
stamping_authority
openssl ts -query -data n2 -sha256 -cert -no_nonce -out q.tsq 2>/dev/null
curl -sSf -H 'Content-Type: application/timestamp-query' --data-binary @q.tsq -o r.tsr "$tsa"
openssl x509 -inform DER -in <(curl -sSf "$tsa/issuing.cer") >chain.pem
"$tokens" a token rfc3161 n2 r.tsr
"$tokens" a token chain n2 chain.pem
ok "an entry is proved under the checkpoint that was witnessed" "$ONRECORD" -C a prove '#3' '#0' -o handed
is "by whom is said" 2 "$(grep -c '^witnessed: 2 of 3: w0, w1, w2$' "$T/out")"
is "it is the smallest that was: of 8 entries" 8 "$(sed -n '/^example.org/{n;p;}' handed/entry-3.tlog-proof)"
size=$(stat -c %s handed/entry-3.tlog-proof)
is "with three cosignatures it has at most 2560 bytes ($size)" 1 "$((size <= 2560))"
ok "one more is proved" "$ONRECORD" -C a prove '#11' -o handed
is "the entry behind it is under the newest, and that it is not witnessed enough is said" 1 \
	"$(grep -c '^NOT witnessed as the policy wants it' "$T/out")"
is "all that is known of the time goes along" \
	"entry-3.chain.pem entry-3.checkpoint entry-3.disclosure entry-3.tlog-proof entry-3.tsr" "$(echo $(ls handed | grep entry-3))"
ok "openssl checks the time stamp as prove says" sh -c "cd handed && openssl ts -verify -data entry-3.checkpoint -in entry-3.tsr \
	-CAfile ../tsa/root.pem -untrusted entry-3.chain.pem"

cd handed || exit 1
ok "the proof is believed by the log's key" $verify --key "$key" entry-3.tlog-proof
is "it says what is not proven" 1 "$(grep -c 'site itself sent these bytes' "$T/out")"
ok "by the policy" $verify --policy ../a.policy entry-3.tlog-proof entry-3.disclosure
is "who witnessed it, and when, is told" 3 "$(grep -c '^  witnessed .* at 20' "$T/out")"
ok "by keys of log and witnesses" $verify --key "$key,$(awk '$2 == "w1" {print $3}' ../a.policy)" entry-3.tlog-proof
is "JSON has it" "True verified 3" \
	"$($verify --json --policy ../a.policy entry-3.tlog-proof | json "'%s %s %d' % (rows[0]['verified'], rows[0]['verdict'], rows[0]['index'])")"
exits "without a key nothing is" 1 $verify entry-3.tlog-proof
is "and the key's name and id are printed" "$(echo "$key" | cut -d+ -f1,2)" "$(awk '$1 == "signer" {print $2}' "$T/out" | head -n 1)"
"$ONRECORD" init --no-passphrase -q ../b --origin example.org/desk >"$T/vkey"
exits "another log's key of the same name is refused" 1 $verify --key "$(cat ../b/keys/log.vkey)" entry-3.tlog-proof
exits "the policy refuses what nobody witnessed" 1 $verify --policy ../a.policy ../alone/entry-0.tlog-proof
exits "another record's disclosure is refused" 1 $verify --key "$key" entry-3.tlog-proof entry-0.disclosure
exits "a disclosure alone is not proven to be in a log" 1 $verify entry-3.disclosure
is "which is said" 1 "$(grep -c '^intact, not proven to be in a log' "$T/out")"
cp entry-3.tlog-proof lonely.tlog-proof
exits "a proof without its entry is no proof" 2 $verify --key "$key" lonely.tlog-proof
printf 'onrecord/v1 entry\n%s\n' "$(sed -n 's/^root //p' entry-3.disclosure)" >leaf
ok "the entry alone is enough" $verify --key "$key" --leaf leaf lonely.tlog-proof
exits "a proof that is not there is not found" 1 $verify --key "$key" nowhere.tlog-proof

# One bit at 40 places of each. All three cosignatures are asked for: of a policy of two, one may be lost.
all=$key$(awk '$1 == "witness" {printf ",%s", $3}' ../a.policy)
refused=0
for i in $(seq 0 39); do
	for f in tlog-proof disclosure; do
		rm -rf bad && mkdir bad && cp entry-3.tlog-proof entry-3.disclosure bad
		python3 - "bad/entry-3.$f" "$i" <<-'PY'
			import sys
			data = bytearray(open(sys.argv[1], "rb").read())
			i = int(sys.argv[2])
			data[(2 * i + 1) * len(data) // 80] ^= 1 << i % 8
			open(sys.argv[1], "wb").write(data)
		PY
		$verify --key "$all" bad/entry-3.tlog-proof >bad/out 2>&1 || refused=$((refused + 1))
	done
done
is "80 proofs and disclosures with a flipped bit are refused" 80 "$refused"
for cut in 1 100 500; do
	head -c -$cut entry-3.tlog-proof >bad/entry-3.tlog-proof
	cp entry-3.disclosure bad
	$verify --key "$all" bad/entry-3.tlog-proof >bad/out 2>&1
	result "$(($? == 0))" "a proof that is cut by $cut bytes is refused"
done
cd ..

# as anchor makes them: an authority, a calendar, and later the calendar's block
calendar
cp tsa/root.pem a/root.pem
printf 'tsa here %s root.pem\ncalendar %s\n' "$tsa" "$calendar" >a/authorities
"$ONRECORD" -C a add -q "$root/tests/articles/009-en-live-articles.html" --url https://news.example/009
last=$("$ONRECORD" -C a ls --json | tail -n 1 | json "rows[0]['index']")
ok "the log is anchored" "$ONRECORD" -C a anchor -q --allow-private
"$ONRECORD" -C a prove -q "#$last" -o promised >prove.out
curl -s -X POST "$calendar/_mine" >mined
ok "and upgraded" "$ONRECORD" -C a anchor -q --upgrade --allow-private
ok "an entry is proved with what authority and calendar said" "$ONRECORD" -C a prove "#$last" -o anchored
command=$(sed -n 's/^  \(openssl .*\)/\1/p' "$T/out" | sed 's#ROOT.pem#../tsa/root.pem#')
is "six files are written" "checkpoint disclosure ots revocation.pem tlog-proof tsr" "$(echo $(ls anchored | sed "s/entry-$last.//"))"
ok "the command that prove prints has openssl check the time stamp" sh -c "cd anchored && $command"
# what ots verify -f compares first: the file's own SHA-256
is "the .ots is about the checkpoint beside it" "$(sha256sum <"anchored/entry-$last.checkpoint" | cut -c-64)" \
	"$(python3 -c 'import sys; print(open(sys.argv[1], "rb").read()[33:65].hex())' "anchored/entry-$last.ots")"
result "$(($(stat -c %s "anchored/entry-$last.ots") <= $(stat -c %s "promised/entry-$last.ots")))" "it is the upgraded one"
if /usr/bin/python3 -c 'import opentimestamps' 2>/dev/null; then
	is "OpenTimestamps reads a block in it" 101 "$(/usr/bin/python3 - "anchored/entry-$last.ots" <<-'PY'
		import sys
		from opentimestamps.core.notary import BitcoinBlockHeaderAttestation
		from opentimestamps.core.serialize import StreamDeserializationContext
		from opentimestamps.core.timestamp import DetachedTimestampFile
		with open(sys.argv[1], "rb") as f:
		    proof = DetachedTimestampFile.deserialize(StreamDeserializationContext(f))
		print(*[a.height for _, a in proof.timestamp.all_attestations() if isinstance(a, BitcoinBlockHeaderAttestation)])
	PY
	)"
else
	skip "OpenTimestamps reads a block in it" "python3-opentimestamps is not installed"
fi

ok "the second verifier takes the archive, with its time stamps" python3 "$root/tools/verify.py" --key "$key" --ca tsa/root.pem a

# what is shown
exits "a field from which what is withheld could be guessed must be withheld too" 2 "$ONRECORD" -C a prove --body --withhold body.tree '#1' -o x
is "and is named" 1 "$(grep -c 'could be guessed from: .*digest.block' "$T/err")"
exits "a field that is not there cannot be withheld" 2 "$ONRECORD" -C a prove --withhold colour '#1' -o x
ok "a field is withheld" "$ONRECORD" -C a prove -q --withhold source.file '#1' -o hidden
is "its value is nowhere" 0 "$(cat hidden/* | grep -c 002-en-1998-tables.html)"
ok "and the rest is proven" $verify --key "$key" hidden/entry-1.tlog-proof
ok "everything is shown with --body" "$ONRECORD" -C a prove -q --body '#1' -o whole
ok "which is proven" $verify --key "$key" whole/entry-1.tlog-proof
is "nothing is withheld then" 0 "$(grep -c '^  withheld' "$T/out")"

# checkpoints, consistency, tiled logs
ok "a consistency proof is printed" "$ONRECORD" -C a prove --from n1
"$ONRECORD" -C a prove --from n1 >grew
is "it begins as a witness is asked" "old $(sed -n 2p n1)" "$(head -n 1 grew)"
is "the same from the size" "$(sha256sum <grew)" "$("$ONRECORD" -C a prove --from "$(sed -n 2p n1)" | sha256sum)"
ok "it is believed with the earlier checkpoint" $verify --key "$key" --from n1 grew
exits "not without it" 1 $verify --key "$key" grew
exits "nor with another" 1 $verify --key "$key" --from n2 grew
sed '2s/^./A/' grew >grew.bad
cmp -s grew grew.bad && sed '2s/^./B/' grew >grew.bad
exits "nor when a hash is another" 1 $verify --key "$key" --from n1 grew.bad
exits "a size that the log has not reached has no proof" 1 "$ONRECORD" -C a prove --from 1000
exits "a checkpoint of another log has none" 1 "$ONRECORD" -C b prove --from n1
ok "a checkpoint is believed" $verify --key "$key" a/log/checkpoint
sed '2s/.*/3/' n1 >n1.bad
exits "a checkpoint of another size is refused" 1 $verify --key "$key" n1.bad
ok "the log is somebody's tiled log, too" $verify --key "$key" a/log
is "with its entries" 1 "$(grep -c '^  entries ' "$T/out")"
cp -r a/log foreign && chmod -R u+w foreign
tile=$(ls foreign/tile/0/000.p | sort -n | tail -n 1)
printf X | dd of="foreign/tile/0/000.p/$tile" bs=1 seek=100 conv=notrunc 2>/dev/null
exits "a changed tile is refused" 1 $verify --key "$key" foreign
exits "an archive is not taken for one" 2 $verify --key "$key" a
exits "options of files do not go with an archive" 2 $verify -C a --leaf n1
exits "files and captures do not mix" 2 $verify -C a '#1' n1
