#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What others published for the same formats, fetched as Go modules (versions and sums: public/go.mod, public/go.sum):
# tessera's fsck reads our log, formats' tlog-proof our proofs, and litewitness, a public witness, cosigns our checkpoints.
# Each skips itself where it cannot be had.
set -u
cd "$(dirname "$0")/../.." || exit 1
log=$PWD/${1:-build}/tests/interop/witness_log
T=$(mktemp -d)
export XDG_STATE_HOME=$T/state
export GOFLAGS=-mod=readonly GOTOOLCHAIN=local
passed=0
failed=0
skipped=0
pids=()
finish() {
	[ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null
	rm -rf "$T"
	echo "$passed passed, $failed failed, $skipped skipped"
	[ $failed = 0 ]
	exit $?
}
trap finish EXIT
trap 'exit 130' INT TERM
skip() {
	echo "skip - $1"
	skipped=$((skipped + 1))
}
# result CODE NAME
result() {
	if [ "$1" = 0 ]; then
		echo "ok - $2"
		passed=$((passed + 1))
	else
		echo "not ok - $2"
		failed=$((failed + 1))
	fi
}
# fetched PACKAGE: its modules are here, or could be had
fetched() {
	(cd tests/interop/public && timeout 100 go list -deps "$1") >/dev/null 2>"$T/fetch"
}
why() {
	tail -n 1 "$T/fetch" | cut -c 1-100
}
# build PACKAGE FILE
build() {
	(cd tests/interop/public && timeout 100 go build -o "$2" "$1") >"$T/build" 2>&1 || {
		tail -n 20 "$T/build"
		result 1 "$1 builds"
		return 1
	}
}
# leaf INDEX, as witness_log makes it, in base64
leaf() {
	python3 -c 'import sys, hashlib, struct, base64
r = hashlib.sha256(struct.pack("<Q", int(sys.argv[1]))).digest()
print(base64.b64encode(b"onrecord/v1 entry\n" + base64.b64encode(r) + b"\n").decode())' "$1"
}

version=$(go env GOVERSION 2>/dev/null | sed 's/^go//')
if ! printf '1.25\n%s\n' "${version:-0}" | sort -C -V; then
	skip "public Go programs (Go 1.25 or later is not installed)"
	exit 0
fi

libraries() {
	if ! fetched .; then
		skip "tessera's fsck and formats' tlog-proof ($(why))"
		return
	fi
	build . "$T/check_public" || return
	for size in 1 256 300 1000; do
		local dir=$T/lib$size vkey
		vkey=$("$log" "$dir" grow $size) && "$log" "$dir" cosign >/dev/null || {
			result 1 "a log of $size with cosignatures is made"
			continue
		}
		"$T/check_public" fsck "$dir/log" "$vkey" >"$T/said" 2>&1
		result $? "tessera's fsck accepts a log of $size"
		"$log" "$dir" proof $((size - 1)) >"$T/proof"
		"$T/check_public" proof "$dir.policy" "$(leaf $((size - 1)))" "$T/proof" >"$T/said" 2>&1
		result $? "formats' tlog-proof and cosignatures: $(tail -n 1 "$T/said")"
		! "$T/check_public" proof "$dir.policy" "$(leaf $size)" "$T/proof" >/dev/null 2>&1
		result $? "they refuse another leaf"
		local tile
		tile=$(find "$dir/log/tile/entries" -type f | head -n 1)
		chmod u+w "$tile"
		printf 'x' | dd of="$tile" bs=1 seek=10 conv=notrunc 2>/dev/null
		! "$T/check_public" fsck "$dir/log" "$vkey" >/dev/null 2>&1
		result $? "tessera's fsck refuses a changed entry in a log of $size"
	done
}

# ask FILE: the status that litewitness answers; its body is in $T/answer
ask() {
	curl -s -m 20 -o "$T/answer" -w '%{http_code}' --data-binary @"$1" "http://127.0.0.1:$port/add-checkpoint"
}
# same SIZE FILE STATUS NAME: litewitness and we give the same answer to FILE, had SIZE been cosigned
same() {
	local theirs ours
	theirs=$(ask "$2")
	ours=$("$log" "$dir" decide "$1" "$2")
	[ "$theirs" = "$3" ] && [ "$ours" = "$3" ]
	result $? "litewitness and we answer $3: $4 ($theirs, $ours)"
}
# cosigned NAME: the answer is a cosignature that we accept, and not when a bit of it is another
cosigned() {
	"$log" "$dir" reply "$T/answer" "$witness" >"$T/said" 2>&1
	result $? "we accept litewitness's cosignature: $1 ($(cat "$T/said"))"
	for byte in 4 11 12 75; do
		flip $byte <"$T/answer" >"$T/changed"
		"$log" "$dir" reply "$T/changed" "$witness" >"$T/said" 2>&1
		grep -q 'does not hold' "$T/said"
		result $? "and not with another byte $byte"
	done
}
# flip BYTE: a signature line with one bit of its blob another
flip() {
	python3 -c 'import sys, base64
words = sys.stdin.read().split()
blob = bytearray(base64.b64decode(words[2]))
blob[int(sys.argv[1])] ^= 1
print(words[0], words[1], base64.b64encode(blob).decode())' "$1"
}
start_witness() {
	ssh-keygen -q -t ed25519 -N '' -f "$T/key" || return 1
	ssh-agent -D -a "$T/agent" >/dev/null 2>&1 &
	pids+=($!)
	for _ in $(seq 50); do [ -S "$T/agent" ] && break || sleep 0.1; done
	SSH_AUTH_SOCK=$T/agent ssh-add -q "$T/key" 2>/dev/null || return 1
	witness=$(python3 -c 'import sys, base64, hashlib
key = b"\4" + base64.b64decode(open(sys.argv[1]).read().split()[1])[-32:]
name = "example.org/litewitness"
print(name + "+" + hashlib.sha256(name.encode() + b"\n" + key).hexdigest()[:8] + "+" + base64.b64encode(key).decode())' "$T/key.pub")
	port=$((20000 + RANDOM % 20000))
	"$T/litewitness" -db "$T/witness.db" -name example.org/litewitness -listen "127.0.0.1:$port" -ssh-agent "$T/agent" \
		-key "$(ssh-keygen -lf "$T/key.pub" | cut -d ' ' -f 2)" >"$T/litewitness.log" 2>&1 &
	pids+=($!)
	for _ in $(seq 100); do curl -s -o /dev/null "http://127.0.0.1:$port/" && return 0 || sleep 0.1; done
	return 1
}

public_witness() {
	local vkey
	if ! command -v ssh-agent >/dev/null || ! command -v curl >/dev/null; then
		skip "litewitness cosigns (ssh-agent or curl is not installed)"
		return
	fi
	if ! fetched filippo.io/torchwood/cmd/litewitness; then
		skip "litewitness cosigns ($(why))"
		return
	fi
	build filippo.io/torchwood/cmd/litewitness "$T/litewitness" || return
	dir=$T/log
	vkey=$("$log" "$dir" grow 5) && start_witness && python3 -c 'import sys, sqlite3
db = sqlite3.connect(sys.argv[1])
origin = sys.argv[2].split("+")[0]
db.execute("INSERT INTO log VALUES (?, 0, ?)", (origin, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="))
db.execute("INSERT INTO key VALUES (?, ?)", (origin, sys.argv[2]))
db.commit()' "$T/witness.db" "$vkey" || {
		result 1 "litewitness starts ($(tail -n 1 "$T/litewitness.log" | cut -c 1-200))"
		return
	}
	"$log" "$dir" request 0 >"$T/first"
	same 0 "$T/first" 200 "the first checkpoint"
	cosigned "the first checkpoint"
	"$log" "$dir" grow 300 >/dev/null
	"$log" "$dir" request 0 >"$T/from0"
	"$log" "$dir" request 4 >"$T/from4"
	"$log" "$dir" request 5 >"$T/from5"
	"$log" "$dir" request 301 >"$T/from301"
	same 5 "$T/from0" 409 "an old size that is not the last"
	[ "$(cat "$T/answer")" = 5 ]
	result $? "litewitness tells the size that it cosigned last"
	same 5 "$T/from4" 409 "another one"
	same 5 "$T/from301" 400 "an old size over the new one"
	sed '2s/^./-/' "$T/from5" >"$T/bad"
	same 5 "$T/bad" 400 "a hash that is no base64"
	sed '2d' "$T/from5" >"$T/bad"
	same 5 "$T/bad" 422 "a proof that is too short"
	sed '1s/.*/old 5/' "$T/from4" >"$T/bad"
	same 5 "$T/bad" 422 "a proof from another size"
	sed 's/^300$/299/' "$T/from5" >"$T/bad"
	same 5 "$T/bad" 403 "a size that was not signed"
	same 5 "$T/from5" 200 "from 5 to 300"
	cosigned "from 5 to 300"
	"$log" "$dir" request 300 >"$T/again"
	same 300 "$T/again" 200 "the same again"
	same 300 "$T/from5" 409 "what was cosigned before"
	"$log" "$dir" cosign >/dev/null
	[ "$(grep -c '^— ' "$dir.cosigned")" = 4 ]
	result $? "the checkpoint has the log's, litewitness's and two more signatures"
}

libraries
public_witness
