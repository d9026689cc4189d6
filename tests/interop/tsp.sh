# SPDX-License-Identifier: Apache-2.0
# Sourced by run.sh. The openssl command reads our requests, answers them, and checks what we keep; it refuses what was
# changed. Its answers are checked by us, with the chain, the lists and the OCSP responses fetched and kept as an archive
# does. $stamp is our side, $T a folder.
tsp_result() {
	if [ "$1" = 0 ]; then
		echo "ok - openssl: $2"
		passed=$((passed + 1))
	else
		echo "not ok - openssl: $2"
		sed 's/^/   /' "$T/tsp-out"
		failed=$((failed + 1))
	fi
}
# tsp_ok SENTENCE COMMAND…; tsp_refused SENTENCE COMMAND…
tsp_ok() {
	local sentence=$1
	shift
	"$@" >"$T/tsp-out" 2>&1
	tsp_result $? "$sentence"
}
tsp_refused() {
	local sentence=$1
	shift
	! "$@" >"$T/tsp-out" 2>&1
	tsp_result $? "$sentence"
}
# Fetches what is wanted until nothing new is, into $T/chain.pem; with an argument, wants of this kind only.
tsp_fetch() {
	local kind url body round i=0
	: >"$T/chain.pem"
	for round in 1 2 3; do
		"$stamp" wanted "$T/reply.tsr" "$T/tsa/root.pem" "$T/chain.pem" >"$T/wanted" || return 1
		while read -r kind url body; do
			[ -z "${1:-}" ] || [ "$kind" = "$1" ] || continue
			i=$((i + 1))
			if [ "$kind" = ocsp ]; then
				printf %s "$body" | python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))' |
					curl -sSf --noproxy '*' -H 'Content-Type: application/ocsp-request' --data-binary @- -o "$T/got.$i" "$url" || return 1
			else
				curl -sSf --noproxy '*' -o "$T/got.$i" "$url" || return 1
			fi
			"$stamp" keep "$T/chain.pem" "$T/got.$i" >"$T/chain.new" && mv "$T/chain.new" "$T/chain.pem" || return 1
		done <"$T/wanted"
	done
}
tsp_post() {
	curl -sSf --noproxy '*' -H 'Content-Type: application/timestamp-query' --data-binary "@$T/query.tsq" -o "$T/reply.tsr" "$1"
}
tsp_check() {
	"$stamp" check "$T/data" 8102030405060708 "$T/reply.tsr" "$T/tsa/root.pem" "$T/chain.pem"
}
tsp_says() {
	tsp_check | grep -q "$1"
}
tsp_verify() {
	openssl ts -verify -in "$T/reply.tsr" -CAfile "$T/tsa/root.pem" -untrusted "$T/certs.pem" "$@"
}

tsp_interop() {
	printf 'a checkpoint\n' >"$T/data"
	printf 'a checkpoinT\n' >"$T/tampered"
	: >"$T/chain.pem"
	python3 tests/e2e/tsa_server.py --dir "$T/tsa" --port-file "$T/tsa-port" 2>"$T/tsa-log" &
	tsa_pid=$!
	trap 'kill "$tsa_pid" 2>/dev/null; rm -rf "$T"' EXIT
	for _ in $(seq 300); do
		[ -s "$T/tsa-port" ] && break
		sleep 0.1
	done
	tsa=http://127.0.0.1:$(cat "$T/tsa-port")
	"$stamp" request "$T/data" 8102030405060708 >"$T/query.tsq"
	openssl ts -query -in "$T/query.tsq" -text >"$T/query.txt" 2>/dev/null
	tsp_ok "reads our request" grep -q 'Nonce: 0x8102030405060708' "$T/query.txt"
	tsp_ok "answers it" tsp_post "$tsa/"
	tsp_ok "its answer holds, and says that revocation is open" tsp_says 'revocation not checked'
	tsp_ok "what its certificates name can be fetched" tsp_fetch
	tsp_ok "with the lists, nothing is left open" tsp_says 'not revoked$'
	tsp_ok "with OCSP alone, too" tsp_fetch ocsp
	tsp_ok "nothing is left open either" tsp_says 'not revoked$'
	tsp_fetch
	sed -n '/BEGIN CERT/,/END CERT/p' "$T/chain.pem" "$T/tsa/issuing.pem" >"$T/certs.pem"
	tsp_ok "ts -verify accepts what we keep" tsp_verify -data "$T/data"
	tsp_ok "ts -verify accepts it for our request" tsp_verify -queryfile "$T/query.tsq"
	tsp_refused "ts -verify refuses changed data" tsp_verify -data "$T/tampered"
	tsp_refused "we refuse changed data" "$stamp" check "$T/tampered" 8102030405060708 "$T/reply.tsr" "$T/tsa/root.pem" "$T/chain.pem"
	tsp_refused "we refuse another nonce" "$stamp" check "$T/data" 8102030405060709 "$T/reply.tsr" "$T/tsa/root.pem" "$T/chain.pem"
	cp "$T/reply.tsr" "$T/kept.tsr"
	tsp_post "$tsa/broken"
	tsp_refused "ts -verify refuses a changed signature" tsp_verify -data "$T/data"
	tsp_refused "so do we" tsp_check
	tsp_post "$tsa/rejects"
	tsp_refused "a rejection is none" tsp_check
	"$stamp" request "$T/data" 0102030405060709 >"$T/query.tsq"
	tsp_post "$tsa/stale"
	tsp_refused "an answer to an earlier request is refused" "$stamp" check "$T/data" 0102030405060709 "$T/reply.tsr" "$T/tsa/root.pem" "$T/chain.pem"
	cp "$T/kept.tsr" "$T/reply.tsr"
	sleep 1.1 # a revocation has whole seconds
	curl -sS --noproxy '*' -o /dev/null -d superseded "$tsa/_revoke"
	tsp_ok "lists are fetched again" tsp_fetch crl
	tsp_ok "superseded since: the token stays good" tsp_says 'not revoked$'
	tsp_ok "so says OCSP" tsp_fetch ocsp
	tsp_ok "the token stays good" tsp_says 'not revoked$'
	kill "$tsa_pid"
}

stamp=$PWD/${1:-build}/tests/interop/stamp
if ! command -v openssl >/dev/null || ! command -v curl >/dev/null || ! command -v python3 >/dev/null; then
	echo "skip - openssl checks our time stamps (openssl, curl or python3 is not installed)"
	skipped=$((skipped + 1))
else
	tsp_interop
fi
