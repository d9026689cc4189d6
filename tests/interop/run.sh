#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An independent program, Go's sumdb of Debian's golang-golang-x-mod-dev, checks our logs; another, Debian's
# python3-opentimestamps, reads our proofs, and we read its.
set -u
cd "$(dirname "$0")/../.." || exit 1
make_log=$PWD/${1:-build}/tests/interop/make_log
witness_log=$PWD/${1:-build}/tests/interop/witness_log
add_tokens=$PWD/${1:-build}/tests/interop/add_tokens
onrecord=$PWD/${1:-build}/src/app/cli/onrecord
make_ots=$PWD/${1:-build}/tests/interop/make_ots
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
export XDG_STATE_HOME=$T/state
passed=0
failed=0
skipped=0
# leaf INDEX, as witness_log makes it, in base64
leaf() {
	python3 -c 'import sys, hashlib, struct, base64
r = hashlib.sha256(struct.pack("<Q", int(sys.argv[1]))).digest()
print(base64.b64encode(b"onrecord/v1 entry\n" + base64.b64encode(r) + b"\n").decode())' "$1"
}
# build NAME: the Go program of that name
build() {
	GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$T/cache GOFLAGS= $go build -o "$T/$1" "tests/interop/$1.go"
}
# cosigned SIZE INDEX...: a log with cosignatures, and tlog-proofs of these entries
cosigned() {
	local dir=$T/cosigned$1 said
	"$witness_log" "$dir" grow "$1" >/dev/null && "$witness_log" "$dir" cosign >/dev/null || return 1
	for index in "${@:2}"; do
		"$witness_log" "$dir" proof "$index" >"$dir.$index" || return 1
		echo "$index $(leaf "$index") $dir.$index"
	done >"$dir.list"
	said=$("$T/check_proofs" "$dir.policy" "$dir.cosigned" <"$dir.list") && echo "ok - Go: $said"
}
# What `onrecord prove` writes: proofs of captures under a checkpoint that two of three have cosigned.
handed_over() {
	local dir=$T/handed n said
	"$onrecord" init --no-passphrase -q "$dir" --origin example.org/handed >/dev/null || return 1
	for n in 0 1 2 3 4; do
		echo "<title>Page $n</title><p>A page." >"$T/page.html"
		"$onrecord" -C "$dir" add -q "$T/page.html" --url "https://news.example/$n" || return 1
	done
	"$add_tokens" "$dir" policy && "$add_tokens" "$dir" note >"$dir.note" && "$add_tokens" "$dir" cosign "$dir.note" 2 || return 1
	"$onrecord" -C "$dir" prove -q '#0' '#3' '#4' -o "$dir.out" >/dev/null || return 1
	for n in 0 3 4; do
		root=$(sed -n 's/^root //p' "$dir.out/entry-$n.disclosure")
		echo "$n $(printf 'onrecord/v1 entry\n%s\n' "$root" | base64 -w0) $dir.out/entry-$n.tlog-proof"
	done >"$dir.list"
	sed '1,/^$/d' "$dir.out/entry-0.tlog-proof" >"$dir.cosigned"
	said=$("$T/check_proofs" "$dir.policy" "$dir.cosigned" <"$dir.list") && echo "ok - Go, of what prove wrote: $said"
}
go=go
[ -x /usr/lib/go-1.19/bin/go ] && go=/usr/lib/go-1.19/bin/go
if ! command -v $go >/dev/null || [ ! -d /usr/share/gocode/src/golang.org/x/mod/sumdb ]; then
	echo "skip - Go checks our logs (go or golang-golang-x-mod-dev is not installed)"
	skipped=1
elif ! build check_log || ! build check_proofs; then
	echo "not ok - the Go programs build"
	failed=1
else
	for size in 1 2 255 256 257 1000 70000; do
		if "$make_log" "$T/$size" $size >"$T/proofs" && said=$("$T/check_log" "$T/$size/log" <"$T/proofs"); then
			echo "ok - Go: $said"
			passed=$((passed + 1))
		else
			echo "not ok - Go: a log of $size"
			failed=$((failed + 1))
		fi
		rm -rf "${T:?}/$size"
	done
	for entries in "1 0" "7 0 3 6" "300 0 255 256 299"; do
		# shellcheck disable=SC2086
		if cosigned $entries; then
			passed=$((passed + 1))
		else
			echo "not ok - Go: cosignatures and proofs of a log of ${entries%% *}"
			failed=$((failed + 1))
		fi
	done
	if handed_over; then
		passed=$((passed + 1))
	else
		echo "not ok - Go: what prove wrote"
		failed=$((failed + 1))
	fi
fi
# Debian's own Python has it, whichever comes first in PATH.
if ! /usr/bin/python3 -c 'import opentimestamps' 2>/dev/null; then
	echo "skip - OpenTimestamps reads our proofs (python3-opentimestamps is not installed)"
	skipped=$((skipped + 1))
else
	/usr/bin/python3 tests/interop/check_ots.py "$make_ots" "${ONRECORD_VECTORS:-../shared/vectors}" >"$T/ots" ||
		echo "not ok - OpenTimestamps: check_ots.py ends as it should" >>"$T/ots"
	cat "$T/ots"
	passed=$((passed + $(grep -c '^ok - ' "$T/ots")))
	failed=$((failed + $(grep -c '^not ok - ' "$T/ots")))
	skipped=$((skipped + $(grep -c '^skip - ' "$T/ots")))
fi
. tests/interop/tsp.sh
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
