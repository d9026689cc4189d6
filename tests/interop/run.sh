#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An independent program, Go's sumdb of Debian's golang-golang-x-mod-dev, checks our logs; another, Debian's
# python3-opentimestamps, reads our proofs, and we read its.
set -u
cd "$(dirname "$0")/../.." || exit 1
make_log=$PWD/${1:-build}/tests/interop/make_log
make_ots=$PWD/${1:-build}/tests/interop/make_ots
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
export XDG_STATE_HOME=$T/state
passed=0
failed=0
skipped=0
go=go
[ -x /usr/lib/go-1.19/bin/go ] && go=/usr/lib/go-1.19/bin/go
if ! command -v $go >/dev/null || [ ! -d /usr/share/gocode/src/golang.org/x/mod/sumdb ]; then
	echo "skip - Go checks our logs (go or golang-golang-x-mod-dev is not installed)"
	skipped=1
elif ! GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$T/cache GOFLAGS= $go build -o "$T/check_log" tests/interop/check_log.go; then
	echo "not ok - the Go program builds"
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
