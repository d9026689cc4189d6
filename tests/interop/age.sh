#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The stock age program of Debian's package age reads what we encrypt, we read what it encrypts, and both refuse the same
# changed files. usage: tests/interop/age.sh [BUILD FOLDER]
set -u
cd "$(dirname "$0")/../.." || exit 1
tool=$PWD/${1:-build}/tests/interop/age_tool
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
passed=0
failed=0

if ! command -v age >/dev/null || ! command -v age-keygen >/dev/null; then
	echo "skip - the stock age program (package age is not installed)"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
fi

# ok NAME COMMAND...
ok() {
	local name=$1
	shift
	if "$@" >"$T/log" 2>&1; then
		echo "ok - age: $name"
		passed=$((passed + 1))
	else
		echo "not ok - age: $name"
		sed 's/^/   /' "$T/log"
		failed=$((failed + 1))
	fi
}

# age asks for passphrases on its terminal: this gives it one.
cat >"$T/typed.py" <<'PY'
import os, pty, sys, time
words, command = sys.argv[1].encode(), sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
seen = b""
try:
    while True:
        seen += os.read(fd, 1024)
        while b":" in seen:
            seen = seen[seen.index(b":") + 1:]
            time.sleep(0.1)  # it sets the terminal up after it has asked
            os.write(fd, words + b"\n")
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
PY
typed() {
	timeout 60 python3 "$T/typed.py" "$@"
}

age-keygen -o "$T/id" 2>/dev/null
identity=$(grep -v '^#' "$T/id")
recipient=$(age-keygen -y "$T/id")
words='correct horse battery staple'

ours_to_age() {
	"$tool" "$1" "$recipient" <"$2" >"$T/ours.age" && age -d -i "$T/id" "$T/ours.age" >"$T/back" && cmp "$2" "$T/back"
}
# Refused, as opposed to broken.
we_refuse() {
	"$tool" decrypt "$1" <"$2" >"$T/back2"
	[ $? = 1 ] && [ ! -s "$T/back2" ]
}
age_to_ours() {
	# shellcheck disable=SC2086
	age -e $1 -r "$recipient" -o "$T/theirs.age" "$2" && "$tool" decrypt "$identity" <"$T/theirs.age" >"$T/back" &&
		cmp "$2" "$T/back"
}
for size in 0 1 65535 65536 65537 300000; do
	head -c $size /dev/urandom >"$T/plain"
	ok "reads ours, $size bytes" ours_to_age encrypt "$T/plain"
	ok "reads ours in armor, $size bytes" ours_to_age armor "$T/plain"
	ok "is read by us, $size bytes" age_to_ours "" "$T/plain"
	ok "is read by us in armor, $size bytes" age_to_ours -a "$T/plain"
done

echo 'under a passphrase' >"$T/plain"
ours_pass() {
	"$tool" encrypt "pass:$words" <"$T/plain" >"$T/ours-pass.age" &&
		typed "$words" age -d -o "$T/back" "$T/ours-pass.age" && cmp "$T/plain" "$T/back"
}
theirs_pass() {
	typed "$words" age -p -o "$T/theirs-pass.age" "$T/plain" &&
		"$tool" decrypt "pass:$words" <"$T/theirs-pass.age" >"$T/back" && cmp "$T/plain" "$T/back"
}
wrong_pass() {
	! typed "not $words" age -d -o "$T/back2" "$T/ours-pass.age" && we_refuse "pass:not $words" "$T/theirs-pass.age"
}
ok "reads ours under a passphrase" ours_pass
ok "is read by us under a passphrase" theirs_pass
ok "and we refuse another passphrase" wrong_pass

# The file of keys: age opens it, and what age makes of the same lines is a file of keys.
keys_open() {
	echo "$words" | "$tool" keys "$T/keys.age" >"$T/vkeys" && typed "$words" age -d -o "$T/lines" "$T/keys.age" &&
		[ "$(grep -oE '^(log|witness|author) PRIVATE\+KEY\+example.org/(log|witness|ann)\+' "$T/lines" | wc -l)" = 3 ]
}
keys_back() {
	typed "$words" age -p -o "$T/keys2.age" "$T/lines" && chmod 600 "$T/keys2.age" &&
		echo "$words" | "$tool" show "$T/keys2.age" | cmp - "$T/vkeys" && ! grep -q none "$T/vkeys"
}
ok "opens a file of keys" keys_open
ok "makes a file of keys" keys_back

# One bit at places all over the file, its end cut off, something behind it.
both_refuse() {
	local n=0
	while IFS= read -r bad; do
		if ! we_refuse "$identity" "$bad" || age -d -i "$T/id" -o "$T/back" "$bad" 2>/dev/null; then
			echo "accepted: $bad"
			return 1
		fi
		n=$((n + 1))
	done < <(python3 - "$1" "$T/bad" <<'PY'
import os, sys
data, folder = open(sys.argv[1], "rb").read(), sys.argv[2]
os.makedirs(folder, exist_ok=True)
def put(name, bad):
    with open(f"{folder}/{name}", "wb") as f:
        f.write(bad)
    print(f"{folder}/{name}")
for k in range(80):
    at = k * len(data) // 80
    put(f"bit-{at}", data[:at] + bytes([data[at] ^ 1 << k % 8]) + data[at + 1:])
for n in (1, 16, 17, 100):
    put(f"cut-{n}", data[:-n])
put("more", data + b"x")
PY
	)
	[ $n = 85 ]
}
echo 'kept at noon' >"$T/plain"
"$tool" encrypt "$recipient" <"$T/plain" >"$T/ours.age"
ok "and we refuse ours when it is changed (85 changes)" both_refuse "$T/ours.age"
age -e -r "$recipient" -o "$T/theirs.age" "$T/plain"
ok "and we refuse its own when it is changed (85 changes)" both_refuse "$T/theirs.age"
echo "$passed passed, $failed failed, 0 skipped"
[ $failed = 0 ]
