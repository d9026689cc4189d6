#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every public WARC and ARC file is imported or refused, and what was imported verifies when it is parsed again.
. "$(dirname "$0")/lib.sh"
vectors=${ONRECORD_VECTORS:-$root/../shared/vectors}
if [ ! -d "$vectors/warc" ]; then
	skip "public WARC files are imported or refused" "public test data warc/ is not there"
	exit 0
fi
"$ONRECORD" init --no-passphrase -q "$T/a" >/dev/null 2>&1
export ONRECORD_DIR=$T/a
files=0
for file in $(find "$vectors/warc" -type f | sort); do
	files=$((files + 1))
	"$ONRECORD" add -q "$file" >"$T/out" 2>"$T/err"
	code=$?
	name=${file#"$vectors"/warc/}
	case $code in
	0) is "$name: imported without a word" 0 "$(wc -c <"$T/err")" ;;
	3 | 6) [ "$(grep -cE "$(basename "$file"): (offset [0-9]+: |no WARC)" "$T/err")" -ge 1 ]; result $? "$name: refused in part or whole, with the reason" ;;
	*) result 1 "$name: exit $code"; cat "$T/err" ;;
	esac
done
is "all files were tried" 72 $files
ok "everything that was imported verifies, parsed again" "$ONRECORD" verify --deep
before=$("$ONRECORD" ls --json | sha256sum)
rm -f "$T"/a/catalog.db*
"$ONRECORD" reindex -q
is "reindex gives the same list" "$before" "$("$ONRECORD" ls --json | sha256sum)"
ok "our own files index as others do" bash -c "'$ONRECORD' cdxj | LC_ALL=C sort -c"
