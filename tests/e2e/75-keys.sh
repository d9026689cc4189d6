#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The log's key: under a passphrase, or as it is.
. "$(dirname "$0")/lib.sh"
A=$T/a
printf 'seventeen swans\n' >"$T/pass"
printf 'sixteen swans\n' >"$T/wrong"
printf '<title>T</title><p>page' >"$T/page.html"
page() {
	"$ONRECORD" -C "$A" add -q --url http://news.example/page "$T/page.html" "$@"
}
# quietly COMMAND...: without a terminal, or any other way to a passphrase
quietly() {
	setsid -w env -u ONRECORD_PASSPHRASE_FILE "$@" </dev/null
}

exits "init without a passphrase or a terminal" 2 quietly "$ONRECORD" init "$A" --origin example.org/keys
is "says in one line what to give" "1 1" "$(wc -l <"$T/err") $(grep -c -- --no-passphrase "$T/err")"
is "and makes nothing" "" "$(ls "$A" 2>/dev/null)"
exits "a passphrase file that is empty" 3 "$ONRECORD" init "$A" --passphrase-file /dev/null
is "makes nothing either" "" "$(ls "$A" 2>/dev/null)"
ok "init under a passphrase" "$ONRECORD" init "$A" --origin example.org/keys --low-memory --passphrase-file "$T/pass"
is "the key lies in no other file" "log.vkey onrecord.age" "$(ls "$A/keys" | tr '\n' ' ' | sed 's/ $//')"
is "which others cannot read" 600 "$(stat -c %a "$A/keys/onrecord.age")"
exits "init again" 1 quietly "$ONRECORD" init "$A" --origin example.org/keys

before=$(find "$A" -type f -exec sha256sum {} + | sort)
exits "add without the passphrase" 3 quietly "$ONRECORD" -C "$A" add --url http://news.example/page "$T/page.html"
is "says so in one line" "1 1" "$(wc -l <"$T/err") $(grep -c 'needs its passphrase' "$T/err")"
exits "add with a wrong one" 3 page --passphrase-file "$T/wrong"
is "says so in one line" "onrecord: keys/onrecord.age: the passphrase does not open it" "$(cat "$T/err")"
exits "add with a file of it that is not there" 3 page --passphrase-file "$T/none"
is "and nothing has changed" "$before" "$(find "$A" -type f -exec sha256sum {} + | sort)"

ok "add with a file" page --passphrase-file "$T/pass"
ok "with the file that a variable names" env ONRECORD_PASSPHRASE_FILE="$T/pass" "$ONRECORD" -C "$A" add -q \
	--url http://news.example/page "$T/page.html"
with_fd() {
	page --passphrase-fd 7 7<"$T/pass"
}
ok "with a descriptor" with_fd
ok "verify needs none" quietly "$ONRECORD" -C "$A" verify
ok "ls neither" quietly "$ONRECORD" -C "$A" ls
is "all three are there" 3 "$(wc -l <"$T/out")"

# on_terminal LINES COMMAND...: types the lines when it asks; what the terminal shows is on standard output
on_terminal() {
	python3 - "$@" <<'P'
import os, pty, signal, sys
lines = sys.argv[1].split("\\n")
pid, fd = pty.fork()
if pid == 0:
    os.environ.pop("ONRECORD_PASSPHRASE_FILE", None)
    os.execvp(sys.argv[2], sys.argv[2:])
signal.alarm(60)
shown = b""
for i, line in enumerate(lines, 1):
    while shown.count(b": ") < i:
        shown += os.read(fd, 1000)
    os.write(fd, line.encode() + b"\n")
try:
    while got := os.read(fd, 1000):
        shown += got
except OSError:
    pass
sys.stdout.write(shown.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
P
}
ok "a terminal is asked twice for a new one" on_terminal 'typed by hand\ntyped by hand' \
	"$ONRECORD" init "$T/b" --low-memory
is "and does not show it" 0 "$(grep -c 'typed by hand' "$T/out")"
ok "and once for an old one" on_terminal 'typed by hand' \
	"$ONRECORD" -C "$T/b" add -q --url http://news.example/page "$T/page.html"
exits "two that differ" 2 on_terminal 'typed by hand\nby foot' "$ONRECORD" init "$T/c" --low-memory
is "make nothing" "" "$(ls "$T/c" 2>/dev/null)"

exits "init --no-passphrase" 0 quietly "$ONRECORD" init "$T/plain" --no-passphrase
says "says what that means" "who reads that file can sign as you"
is "and keeps the key as it is" "600 PRIVATE+KEY" \
	"$(stat -c %a "$T/plain/keys/log.key") $(cut -d+ -f1,2 "$T/plain/keys/log.key")"

cp "$A/log/checkpoint" "$T/last"
key=$(cat "$A/keys/log.vkey")
exits "a log does not continue itself" 2 "$ONRECORD" init "$T/next" --origin example.org/keys --no-passphrase --continues "$T/last"
exits "what is no checkpoint is not continued" 2 "$ONRECORD" init "$T/next" --no-passphrase --continues "$T/page.html"
exits "nor one that the key did not sign" 1 "$ONRECORD" init "$T/next" --no-passphrase --continues "$T/last" \
	--key "$(cat "$T/plain/keys/log.vkey")"
is "and nothing was made" "" "$(ls "$T/next" 2>/dev/null)"
ok "a log continues another whose key is lost" "$ONRECORD" init "$T/next" --origin example.org/keys-2 --no-passphrase \
	--continues "$T/last" --key "$key"
is "with its first entry" "onrecord/v1 continues example.org/keys $(sed -n 2,3p "$T/last" | tr '\n' ' ' | sed 's/ $//')" \
	"$(tail -c +3 "$T/next/log/tile/entries/000.p/1")"
said="example.org/keys, 3 entries, root $(sed -n 3p "$T/last")"
ok "which holds" "$ONRECORD" -C "$T/next" verify
is "and verify says it" 1 "$(grep -cF "it continues the log $said" "$T/out")"
is "in JSON too" "$said" "$("$ONRECORD" -C "$T/next" verify --json | json "rows[-1]['continues']")"
ok "captures follow it" "$ONRECORD" -C "$T/next" add -q --url http://news.example/page "$T/page.html"
is "and show says it" "$said" "$("$ONRECORD" -C "$T/next" show --json '#1' | json "rows[-1]['log']['continues']")"
exits "once it is there, it is made" 1 "$ONRECORD" init "$T/next" --origin example.org/keys-2 --no-passphrase --continues "$T/last"

ok "a key for a person" "$ONRECORD" -C "$A" key add author example.org/ann --low-memory --passphrase-file "$T/pass"
exits "is not added with a wrong passphrase" 3 "$ONRECORD" -C "$A" key add author example.org/ben --passphrase-file "$T/wrong"
exits "nor for another role" 2 "$ONRECORD" -C "$A" key add log example.org/ben --passphrase-file "$T/pass"
is "the keys are listed" "log $key author example.org/ann" \
	"$("$ONRECORD" -C "$A" key list --json --passphrase-file "$T/pass" |
		json "' '.join([rows[0]['role'], rows[0]['vkey'], rows[1]['role'], rows[1]['name']])")"
ok "another passphrase" "$ONRECORD" -C "$A" key passphrase --low-memory --passphrase-file "$T/pass" --new-passphrase-file "$T/wrong"
exits "the old one does not open them then" 3 page --passphrase-file "$T/pass"
ok "the new one does" page --passphrase-file "$T/wrong"
cp "$T/wrong" "$T/pass"
ok "a plain key is put under a passphrase" "$ONRECORD" -C "$T/plain" key passphrase --low-memory --new-passphrase-file "$T/pass"
is "and is nowhere else" "log.vkey onrecord.age" "$(ls "$T/plain/keys" | tr '\n' ' ' | sed 's/ $//')"
ok "and signs as before" "$ONRECORD" -C "$T/plain" add -q --url http://news.example/page "$T/page.html" --passphrase-file "$T/pass"
ok "what it signs holds" "$ONRECORD" -C "$T/plain" verify --key "$(cat "$T/plain/keys/log.vkey")"

# dumps COMMAND...: ends it by SIGSEGV when it waits for its input, and says whether there was a core
dumps() {
	(cd "$T" && ulimit -c unlimited 2>/dev/null && python3 - "$@" <<'P'
import os, signal, subprocess, sys, time
r, w = os.pipe()
child = subprocess.Popen(sys.argv[1:], stdin=r, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
for _ in range(100):
    if open(f"/proc/{child.pid}/wchan").read().endswith("pipe_read"):
        break
    time.sleep(0.1)
child.send_signal(signal.SIGSEGV)
_, status = os.waitpid(child.pid, 0)
print(os.WTERMSIG(status), os.WCOREDUMP(status))
P
	)
}
if [ "$(dumps cat)" = "11 True" ]; then
	is "a process that holds the key leaves no core" "11 False" \
		"$(dumps "$ONRECORD" -C "$A" add --passphrase-file "$T/pass" -)"
else
	skip "a process that holds the key leaves no core" "no process leaves any here"
fi

if command -v age >/dev/null; then
	ok "the age program opens the keys" on_terminal 'sixteen swans' age -d -o "$T/opened" "$A/keys/onrecord.age"
	is "which are what docs/formats/keys.md says" 1 "$(grep -c '^log PRIVATE+KEY+example.org/keys+' "$T/opened")"
else
	skip "the age program opens the keys" "no age"
fi
