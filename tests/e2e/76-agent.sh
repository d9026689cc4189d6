#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The log's key in an ssh-agent.
. "$(dirname "$0")/lib.sh"
if ! command -v ssh-agent >/dev/null || ! command -v ssh-add >/dev/null || ! command -v ssh-keygen >/dev/null; then
	skip "a key in an ssh-agent signs" "no ssh-agent"
	exit 0
fi
A=$T/a
unset ONRECORD_PASSPHRASE_FILE
export SSH_AUTH_SOCK=$T/socket
printf '<title>T</title><p>page' >"$T/page.html"
page() {
	"$ONRECORD" -C "$A" add -q --url http://news.example/page "$T/page.html"
}
files() {
	find "$1" -type f -exec sha256sum {} + | sort
}
# agent: starts one at $SSH_AUTH_SOCK, without keys, whose user says no when it asks; sets $agent
agent() {
	rm -f "$SSH_AUTH_SOCK"
	env DISPLAY=:0 SSH_ASKPASS=/bin/false SSH_ASKPASS_REQUIRE=force ssh-agent -D -a "$SSH_AUTH_SOCK" >/dev/null &
	agent=$!
	servers+=("$agent")
	# its socket is there a moment before it listens: 2 is no agent, 1 none with keys
	for _ in $(seq 100); do
		ssh-add -l >/dev/null 2>&1
		[ $? = 2 ] || break
		sleep 0.1
	done
}
one_line() {
	is "says so in one line" "1 1" "$(wc -l <"$T/err") $(grep -c -- "$1" "$T/err")"
}

for name in desk other twice twice2; do
	ssh-keygen -q -t ed25519 -N '' -C "${name%2}@example" -f "$T/$name"
done
ssh-keygen -q -t ecdsa -N '' -C ecdsa@example -f "$T/ecdsa"

exits "init with no agent" 3 "$ONRECORD" init "$A" --agent desk@example
one_line "no ssh-agent at"
exits "init when no variable names one" 3 env -u SSH_AUTH_SOCK "$ONRECORD" init "$A" --agent desk@example
one_line "SSH_AUTH_SOCK is not set"
agent
ssh-add -q "$T/other" "$T/twice" "$T/twice2" "$T/ecdsa" 2>/dev/null
exits "init with a key that is not in it" 3 "$ONRECORD" init "$A" --agent desk@example
one_line "no Ed25519 key with the comment 'desk@example'"
exits "with one of another kind" 3 "$ONRECORD" init "$A" --agent ecdsa@example
one_line "no Ed25519 key with the comment 'ecdsa@example'"
exits "with a comment that two keys have" 1 "$ONRECORD" init "$A" --agent twice@example
one_line "more than one Ed25519 key"
exits "with a file for the key as well" 2 "$ONRECORD" init "$A" --agent other@example --no-passphrase
exits "with a key that the log cannot be named after" 2 "$ONRECORD" init "$A" --agent other@example --origin 'a b'
is "none of these makes anything" "" "$(ls "$A" 2>/dev/null)"

ssh-add -q "$T/desk" 2>/dev/null
ok "init with a key in the agent" "$ONRECORD" init "$A" --origin example.org/desk --agent desk@example
is "which lies in no file" "log.agent log.vkey" "$(ls "$A/keys" | tr '\n' ' ' | sed 's/ $//')"
is "but is named as ssh has it" "$(cut -d' ' -f1,2 "$T/desk.pub")" "$(cat "$A/keys/log.agent")"
is "so that ssh-keygen reads it" "$(ssh-keygen -lf "$T/desk.pub" | cut -d' ' -f1,2)" \
	"$(ssh-keygen -lf "$A/keys/log.agent" | cut -d' ' -f1,2)"
key=$(cat "$A/keys/log.vkey")
exits "init again" 1 "$ONRECORD" init "$A" --origin example.org/desk --agent desk@example
exits "init again with another key" 1 "$ONRECORD" init "$A" --agent other@example
exits "init again with none" 1 "$ONRECORD" init "$A" --no-passphrase
is "changes nothing" "log.agent log.vkey $key" "$(ls "$A/keys" | tr '\n' ' ')$(cat "$A/keys/log.vkey")"
ok "add" page
ok "verify" "$ONRECORD" -C "$A" verify --key "$key"
ok "the key is listed" "$ONRECORD" -C "$A" key list --json
is "as in the agent" "log in use, in an ssh-agent $key" \
	"$(json "' '.join(rows[0][k] for k in ('role', 'state', 'vkey'))" <"$T/out")"
exits "there is no passphrase to be changed" 1 "$ONRECORD" -C "$A" key passphrase
one_line "no passphrase"
exits "no second log of that name begins with the key" 1 "$ONRECORD" init "$T/b0" --agent "$key"
ok "init with the public key, where that is not known" env XDG_STATE_HOME="$T/elsewhere" "$ONRECORD" init "$T/b" --agent "$key"
is "gives the log the name that is in it" "$key" "$(cat "$T/b/keys/log.vkey")"
exits "which is no other" 2 "$ONRECORD" init "$T/c" --agent "$key" --origin example.org/c
ok "without --origin a log has a random name" "$ONRECORD" init "$T/d" --agent desk@example
is "whatever the comment is" onrecord.invalid "$(cut -d/ -f1 "$T/d/keys/log.vkey")"

before=$(files "$A")
ssh-add -q -d "$T/desk" 2>/dev/null
exits "add when the agent has other keys only" 3 page
one_line "keys/log.agent: the ssh-agent does not have the key"
kill "$agent"
wait "$agent" 2>/dev/null
exits "add when the agent is gone" 3 page
one_line "keys/log.agent: no ssh-agent at"
exits "add when no variable names one" 3 env -u SSH_AUTH_SOCK "$ONRECORD" -C "$A" add --url http://news.example/page "$T/page.html"
one_line "keys/log.agent: no ssh-agent: SSH_AUTH_SOCK is not set"
is "and nothing has changed" "$before" "$(files "$A")"
ok "verify needs no agent" "$ONRECORD" -C "$A" verify
ok "ls neither" "$ONRECORD" -C "$A" ls
is "and lists what was added" 1 "$(wc -l <"$T/out")"

agent
ssh-add -q -c "$T/desk" 2>/dev/null
sealed=$(cat "$A/log/checkpoint")
exits "add when the agent's user says no" 3 page
one_line "the ssh-agent refuses"
is "seals nothing" "$sealed" "$(cat "$A/log/checkpoint")"
exits "init when it says no" 3 "$ONRECORD" init "$T/e" --agent desk@example
ssh-add -q -d "$T/desk" 2>/dev/null
ssh-add -q "$T/desk" 2>/dev/null
ok "what was kept then is sealed by the next command" page
is "with what that adds" 3 "$(sed -n 2p "$A/log/checkpoint")"
ok "and holds" "$ONRECORD" -C "$A" verify --key "$key"
ok "and an init is finished by the same command" "$ONRECORD" init "$T/e" --agent desk@example
ok "so that it is whole" "$ONRECORD" -C "$T/e" verify

cut -d' ' -f1,2 "$T/other.pub" >"$A/keys/log.agent"
ssh-add -q "$T/other" 2>/dev/null
before=$(files "$A")
exits "another key in keys/log.agent is refused" 3 page
one_line "keys/log.agent: does not name the key of keys/log.vkey"
is "and nothing has changed" "$before" "$(files "$A")"
