# SPDX-License-Identifier: Apache-2.0
# Shared by the end-to-end tests, which run the built program as its users do. Sourced by bash.
# $ONRECORD is the program; $T a folder that is removed at the end; lines are "ok - …", "not ok - …", "skip - …".
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
: "${ONRECORD:=$root/build/src/app/cli/onrecord}"
T=$(mktemp -d /tmp/onrecord-e2e-XXXXXX)
export XDG_STATE_HOME=$T/state
export no_proxy='*' # the servers of the tests are on this machine
failures=0
servers=()
finish() {
	for pid in "${servers[@]:-}"; do [ -z "$pid" ] || kill "$pid" 2>/dev/null; done
	chmod -R u+w "$T" 2>/dev/null
	rm -rf "$T"
	[ "$failures" = 0 ] || exit 1
}
trap finish EXIT

result() {
	if [ "$1" = 0 ]; then
		printf 'ok - %s\n' "$2"
	else
		printf 'not ok - %s\n' "$2"
		failures=$((failures + 1))
	fi
}

# ok SENTENCE COMMAND...
ok() {
	local sentence=$1 code
	shift
	"$@" >"$T/out" 2>"$T/err"
	code=$?
	result $code "$sentence"
	[ $code = 0 ] || { echo "exit $code"; tail -n 5 "$T/out" "$T/err"; }
}

# exits SENTENCE CODE COMMAND...; what it printed is in $T/out and $T/err.
exits() {
	local sentence=$1 want=$2 code
	shift 2
	"$@" >"$T/out" 2>"$T/err"
	code=$?
	[ "$code" = "$want" ]
	result $? "$sentence"
	[ "$code" = "$want" ] || { echo "exit $code, not $want"; tail -n 5 "$T/out" "$T/err"; }
}

# is SENTENCE EXPECTED ACTUAL
is() {
	[ "$2" = "$3" ]
	result $? "$1"
	[ "$2" = "$3" ] || printf 'expected: %s\nactual:   %s\n' "$2" "$3"
}

# says SENTENCE PATTERN: the last command printed it, to either side.
says() {
	grep -q "$2" "$T/out" "$T/err"
	local code=$?
	result $code "$1"
	[ $code = 0 ] || tail -n 8 "$T/out" "$T/err"
}

skip() {
	printf 'skip - %s (%s)\n' "$1" "$2"
}

# Starts the sample newsroom; sets $port.
newsroom() {
	rm -f "$T/port"
	python3 "$root/tests/newsroom/server.py" --port-file "$T/port" --at "${1:-2024-03-14T07:30:00+02:00}" --seconds 1200 &
	servers+=($!)
	for _ in $(seq 100); do
		[ -s "$T/port" ] && break
		sleep 0.1
	done
	port=$(cat "$T/port" 2>/dev/null)
	[ -n "$port" ] || { result 1 "the sample newsroom starts"; exit 1; }
}
# Starts a time-stamping authority in $T/tsa; sets $tsa to its URL. What to trust is $T/tsa/root.pem.
stamping_authority() {
	rm -f "$T/tsa-port"
	python3 "$root/tests/e2e/tsa_server.py" --dir "$T/tsa" --port-file "$T/tsa-port" &
	servers+=($!)
	for _ in $(seq 200); do
		[ -s "$T/tsa-port" ] && break
		sleep 0.1
	done
	tsa=http://127.0.0.1:$(cat "$T/tsa-port" 2>/dev/null)
	[ "$tsa" != http://127.0.0.1: ] || { result 1 "the time-stamping authority starts"; exit 1; }
}
# clock TIME: moves the newsroom's clock.
clock() {
	curl -sS -o "$T/clock" -d "$1" "http://127.0.0.1:$port/_clock"
}
# json EXPRESSION: prints it, with `rows` = the JSON Lines of standard input.
json() {
	python3 -c "import json,sys; print(eval(sys.argv[1], {'rows': [json.loads(l) for l in sys.stdin]}))" "$1"
}

# Starts an OpenTimestamps calendar; sets $calendar to its URL. Headers of the blocks that it mines go to $T/headers.
calendar() {
	rm -f "$T/calendar-port"
	python3 "$root/tests/e2e/calendar_server.py" --headers "$T/headers" --port-file "$T/calendar-port" &
	servers+=($!)
	for _ in $(seq 100); do
		[ -s "$T/calendar-port" ] && break
		sleep 0.1
	done
	calendar=http://127.0.0.1:$(cat "$T/calendar-port")
}
